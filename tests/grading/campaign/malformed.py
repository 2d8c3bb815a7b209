"""Malformed input: notebooks that are none, and accidents that happen to honest people."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import copy
import json
from typing import Any

from tests.grading.campaign.lib import ALL, attack


def _bytes(book: Any, content: bytes) -> None:
    book.path.write_bytes(content)
    book.notebook = None


def _text(book: Any) -> str:
    return json.dumps(book.notebook, indent=1)


@attack("malformed")
def truncated(book: Any) -> None:
    book.solve()
    _bytes(book, _text(book).encode()[:-300])


@attack("malformed")
def no_cells(book: Any) -> None:
    book.notebook["cells"] = []


@attack("malformed")
def cells_are_a_dict(book: Any) -> None:
    book.notebook["cells"] = {"0": {"cell_type": "code"}}


@attack("malformed")
def a_list_instead(book: Any) -> None:
    _bytes(book, json.dumps(book.notebook["cells"]).encode())


@attack("malformed")
def nested_without_end(book: Any) -> None:
    _bytes(book, b'{"nbformat": 4, "cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")


@attack("malformed", deserved=ALL)
def nested_metadata(book: Any) -> None:
    book.solve()
    deep: Any = {}
    for _ in range(300):
        deep = {"a": deep}
    book.notebook["metadata"]["deep"] = deep
    book.cell("centre")["metadata"]["deep"] = deep


@attack("malformed", deserved=ALL)
def byte_order_mark(book: Any) -> None:
    book.solve()
    _bytes(book, b"\xef\xbb\xbf" + _text(book).encode())


@attack("malformed", deserved=ALL)
def sixteen_bits(book: Any) -> None:
    book.solve()
    _bytes(book, _text(book).encode("utf-16"))


@attack("malformed")
def nul_bytes(book: Any) -> None:
    _bytes(book, b"\0" * 100_000)


@attack("malformed", deserved=ALL)
def nul_in_a_cell(book: Any) -> None:
    book.solve()
    book.add("x = '\0'\nprint(1)")


@attack("malformed", deserved=ALL)
def format_of_tomorrow(book: Any) -> None:
    book.solve()
    book.notebook |= {"nbformat": 5, "nbformat_minor": 77, "surprise": [1]}


@attack("malformed", deserved=ALL)
def format_three(book: Any) -> None:
    """Saved by an old notebook program."""
    book.solve()
    cells = []
    for cell in book.cells:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        code = {"input": cell["source"], "language": "python", "outputs": [], "collapsed": False}
        cells.append(old | (code if cell["cell_type"] == "code" else {"source": cell["source"]}))
    worksheets = [{"cells": cells, "metadata": {}}]
    book.notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": worksheets}


@attack("malformed", deserved=ALL)
def ids_that_are_numbers(book: Any) -> None:
    book.solve()
    for number, cell in enumerate(book.cells):
        cell["id"] = number if number % 2 else None


@attack("malformed", deserved=ALL)
def ids_all_alike(book: Any) -> None:
    book.solve()
    for cell in book.cells:
        cell["id"] = "same"


@attack("malformed", deserved=ALL)
def half_a_letter(book: Any) -> None:
    book.solve()
    book.add("# \ud83d\nprint('\udcff')")
    book.notebook["metadata"]["title"] = "\ud83d"
    book.cell("centre")["metadata"]["\ud83d"] = "\udcff"


@attack("malformed", deserved=ALL)
def metadata_of_all_sorts(book: Any) -> None:
    book.solve()
    book.notebook["metadata"] = ["list"]
    for cell, made in zip([c for c in book.cells if not c["metadata"].get("nbgrader")], (None, [], 7, "x", {"nbgrader": [1]}), strict=False):
        cell["metadata"] = made


@attack("malformed")
def not_numbers_for_points(book: Any) -> None:
    book.cell("test_centre")["metadata"]["nbgrader"]["points"] = float("nan")
    book.cell("test_double")["metadata"]["nbgrader"]["points"] = float("inf")
    book.cell("test_guess")["metadata"]["nbgrader"] |= {"points": "many", "grade_id": ["x"], "schema_version": -1}


@attack("malformed", deserved=ALL)
def outputs_of_fifty_megabytes(book: Any) -> None:
    book.solve()
    book.cell("look")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]


@attack("malformed")
def a_notebook_of_seventy_megabytes(book: Any) -> None:
    book.solve()
    _bytes(book, _text(book).encode() + b" " * (70 << 20))


@attack("malformed", deserved=ALL)
def outputs_that_are_none(book: Any) -> None:
    book.solve()
    for cell, made in zip([c for c in book.cells if c["cell_type"] == "code"], ({}, None, [1, "x"], [{"output_type": "y"}]), strict=False):
        cell["outputs"] = made
        cell["execution_count"] = "seven"


@attack("malformed", deserved=ALL)
def attachment_bomb(book: Any) -> None:
    book.solve()
    pictures = {f"{n}.png": {"image/png": "A" * 20_000} for n in range(200)}
    book.cells.insert(0, {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "x", "attachments": pictures})


@attack("malformed", deserved=ALL)
def thousands_of_cells(book: Any) -> None:
    book.solve()
    for _ in range(3000):
        book.add("", kind="markdown")


@attack("malformed", deserved=ALL)
def lost_metadata(book: Any) -> None:
    """Through an editor that keeps the cells' text alone."""
    book.solve()
    for cell in book.cells:
        cell["metadata"] = {}


@attack("malformed", deserved=ALL)
def split_answer(book: Any) -> None:
    book.solve()
    book.write("centre", "def centre(x):\n    return helper(x)")
    book.add("def helper(x):\n    return x - x.mean(axis=0)", at=book.place("centre") + 1)


@attack("malformed", deserved=ALL)
def moved_cells(book: Any) -> None:
    book.solve()
    made = book.cells.pop(book.place("double"))
    book.cells.insert(2, made)


@attack("malformed", deserved=ALL)
def doubled_answer(book: Any) -> None:
    book.solve()
    made = copy.deepcopy(book.cell("centre"))
    book.cells.insert(book.place("centre") + 1, made)


@attack("malformed", deserved=ALL)
def other_kernel(book: Any) -> None:
    book.solve()
    book.notebook["metadata"]["kernelspec"] = {"name": "my-env", "display_name": "R", "language": "R"}
    book.notebook["metadata"]["language_info"] = {"name": "R", "version": 7}


@attack("malformed", deserved=ALL)
def windows_line_ends(book: Any) -> None:
    book.solve()
    for cell in book.cells:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")


@attack("malformed", deserved=ALL)
def a_cell_that_crashes_between(book: Any) -> None:
    book.solve()
    book.add("1 / 0", at=1)
    book.add("def (", at=book.place("double"))


@attack("malformed", deserved=ALL)
def warns_and_prints(book: Any) -> None:
    book.solve()
    book.write("double", "import warnings\ndef double(x):\n    print('x', x); warnings.warn('old'); return x + x")


@attack("malformed", deserved=ALL)
def asks_for_input(book: Any) -> None:
    book.solve()
    book.add("name = input('Your name? ')", at=2)
    book.add("import getpass, pdb\ngetpass.getpass()")


@attack("malformed", deserved=ALL)
def shows_plots(book: Any) -> None:
    book.solve()
    book.add("import matplotlib\nmatplotlib.use('TkAgg')")
    book.add("%matplotlib qt")
    book.add("import matplotlib.pyplot as plt\nplt.ion(); plt.plot([1]); plt.show(block=True)")


@attack("malformed", deserved=ALL)
def magics(book: Any) -> None:
    book.solve()
    book.add("%pip install nothing-at-all\n!ls\n%cd /\n%timeit -n1 -r1 1\n%load_ext autoreload\n%autoreload 2\n%who")
    book.add("%%writefile notes.txt\nmine")
    book.add("%reset_selective -f nothing\n?print")


@attack("malformed", deserved=ALL)
def waits_for_coroutines(book: Any) -> None:
    book.solve()
    book.add("import asyncio\nawait asyncio.sleep(0.01)\nasync def f(): return 1\nf()")


@attack("malformed", deserved=ALL)
def quits_at_the_end(book: Any) -> None:
    book.solve()
    book.add("import sys\nsys.exit('done')")
    book.add("exit()")
    book.add("quit()")


@attack("malformed", deserved=7.0)
def merge_conflict_in_a_cell(book: Any) -> None:
    book.solve("centre", "double")
    book.write("guess", "<<<<<<< HEAD\ndef guess(x): return 0.99\n=======\ndef guess(x): return 0.98\n>>>>>>> other")
