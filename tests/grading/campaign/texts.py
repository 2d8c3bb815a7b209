"""Text that takes for ever to be read, looked through or laid out: it costs nobody else anything, and her no point."""

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import ALL, WORTH, attack

UNSEEN = ALL - WORTH["guess"]  # a studio's entry is not taken where its code cannot be read
MARKDOWN = {
    "links": "[a](" * 250_000,
    "brackets": "[" * 1_000_000,
    "pictures": "![a][" * 200_000,
    "emphasis": "*a **b _c " * 100_000,
    "backticks": " ".join("`" * n for n in range(1, 1400)),
    "quotes": "> " * 500_000,
    "lists": "\n".join(" " * n + "- a" for n in range(1400)),
    "tables": "|a" * 200_000 + "\n" + "|-" * 200_000 + "\n",
    "references": "[a]: b\n" * 140_000,
    "html": "<a <!-- " * 120_000,
    "just_below_what_is_laid_out": "[a](" * 4_990,
}
CODE = {
    "named_letters": "'\\N{" * 100_000,
    "named_letters_in_f_strings": "f'\\N{" * 100_000,
    "parentheses": "(" * 1_000_000,
    "backslashes": "x = 1\\\n" * 100_000,
    "open_texts": "'''\"\"\"" * 150_000,
    "underscores": "x = " + "1_" * 400_000,
    "spaces": "if 1:\n" + "\n".join(" " * n + "x" for n in range(1400)),
}
LINES = {"shell": "!a", "help": "a?", "magic": "%a", "assigned": "x = !a", "help_before": "?a"}


def _text(kind: str, name: str, text: str, deserved: float) -> None:
    def change(book: Any) -> None:
        book.solve()
        book.add(text, kind=kind)

    change.__name__ = f"text_of_{name}"
    attack("exhausting", deserved)(change)


for _name, _source in MARKDOWN.items():
    _text("markdown", _name, _source, ALL)
for _name, _source in CODE.items():
    _text("code", _name, _source, ALL)
for _name, _line in LINES.items():
    _text("code", f"{_name}_lines", f"{_line}\n" * 2000, ALL)


@attack("exhausting", UNSEEN)
def text_of_names_that_lean_on_each_other(book: Any) -> None:
    """What the studio's answer stands on is looked for statement by statement, name by name."""
    book.solve()
    chain = "".join(f"a{n} = a{n - 1}\n" for n in range(1, 20_000))
    book.write("guess", f"a0 = 0.99\n{chain}def guess(x):\n    return a19999")


@attack("exhausting", ALL)
def text_in_a_thousand_cells(book: Any) -> None:
    """Each is short; together they take minutes."""
    book.solve()
    for _ in range(1000):
        book.add("[a](" * 4_000, kind="markdown")


@attack("exhausting", ALL)
def text_of_outputs(book: Any) -> None:
    book.solve()
    book.add("print('\\x1b[' * 400_000)\nprint('\\x1b[0;' + '1;' * 200_000)\nraise ValueError('\\x1b[3' * 100_000)")


@attack("exhausting", ALL)
def text_in_a_pictures_name(book: Any) -> None:
    book.solve()
    book.add("![a](attachment:a.png)" * 40_000, kind="markdown")
    book.cells[-1]["attachments"] = {"[a](" * 1000: {"image/png": "A" * 100_000}}


@attack("exhausting")
def text_that_is_small_on_disk_and_large_in_memory(book: Any) -> None:
    book.solve()
    book.path.write_text('{"nbformat": 4, "cells": [], "metadata": {"x": [' + "[]," * 20_000_000 + "[]]}}")
    book.notebook = None
