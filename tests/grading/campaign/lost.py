"""Metadata, ids and cells lost by editors, by pasting, by hand: honest work whose every test must still find it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.grading.campaign.lib import ALL, WORTH, attack


def lose(book: Any, *what: str) -> None:
    """Take these fields out of every cell."""
    for cell in book.cells:
        for name in what:
            cell.pop(name, None)


def lost(change: Callable[[Any], None]) -> None:
    """An accident on a whole week solved."""

    def solved(book: Any) -> None:
        book.solve()
        change(book)

    solved.__name__ = f"lost_{change.__name__}"
    attack("malformed", ALL)(solved)


@lost
def all_metadata_and_ids(book: Any) -> None:
    lose(book, "metadata", "id")
    book.notebook["metadata"] = {}


@lost
def metadata_that_is_null(book: Any) -> None:
    for cell in book.cells:
        cell["metadata"], cell["id"] = None, None


@lost
def ids_that_are_all_new(book: Any) -> None:
    for number, cell in enumerate(book.cells):
        cell["metadata"], cell["id"] = {}, f"cell-{number}"


@lost
def nbgraders_marks_alone_with_new_ids(book: Any) -> None:
    for number, cell in enumerate(book.cells):
        cell["metadata"].pop("nbgrader", None)
        cell["metadata"].pop("autograder", None)
        cell["id"] = f"{number}"


@lost
def texts_with_blanks_at_their_ends(book: Any) -> None:
    lose(book, "metadata", "id")
    for cell in book.cells:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = "\n" + "\r\n".join(line + "  " for line in source.splitlines()) + "\n\n"


@lost
def the_answers_alone(book: Any) -> None:
    """Her three functions, pasted into a new notebook."""
    lose(book, "metadata", "id")
    book.notebook["cells"] = [cell for cell in book.cells if any(f"def {name}(" in str(cell["source"]) for name in WORTH)]


@lost
def the_answers_in_another_order(book: Any) -> None:
    book.notebook["cells"] = book.cells[::-1]
    lose(book, "metadata", "id")


@lost
def answers_far_below_their_tests(book: Any) -> None:
    """The answer cells are deleted, and what they held is written anew at the end."""
    sources = [book.cell(name)["source"] for name in WORTH]
    book.delete(*WORTH)
    for source in sources:
        book.add(source)


@lost
def one_cell_for_everything(book: Any) -> None:
    text = "\n\n".join(book.cell(name)["source"] for name in WORTH)
    book.notebook["cells"] = [{"cell_type": "code", "metadata": {}, "source": f"import numpy as np\n{text}", "outputs": []}]


@lost
def tries_above_the_answer(book: Any) -> None:
    """Two older versions stand above, without marks as the answer itself."""
    lose(book, "metadata", "id")
    place = next(n for n, cell in enumerate(book.cells) if "def double(" in str(cell["source"]))
    for wrong in ("def double(x): return 3 * x", "def double(x):\n    return None"):
        book.cells.insert(place, {"cell_type": "code", "metadata": {}, "source": wrong, "outputs": []})


@lost
def every_cell_twice(book: Any) -> None:
    """The notebook pasted below itself."""
    lose(book, "metadata", "id")
    book.notebook["cells"] = [dict(cell) for _ in range(2) for cell in book.cells]


@lost
def every_cell_is_raw(book: Any) -> None:
    """A converter that knows no kinds, but the marks are there."""
    for name in WORTH:
        book.cell(name)["cell_type"] = "raw"


@lost
def answers_as_classes_and_assignments(book: Any) -> None:
    lose(book, "metadata", "id")
    changed = {"def double(": "double = lambda x: x + x"}
    changed["def guess("] = "class guess(float):\n    def __new__(cls, x): return 0.99"
    for cell in book.cells:
        for start, text in changed.items():
            if str(cell["source"]).startswith(start):
                cell["source"] = text


@lost
def a_format_of_old(book: Any) -> None:
    """Saved as format 3, which knows no ids and no marks of ours."""
    cells = []
    for cell in book.cells:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        kind = cell["cell_type"]
        cells.append({"cell_type": kind, ("input" if kind == "code" else "source"): source, "metadata": {}} | (
            {"outputs": [], "language": "python", "collapsed": False} if kind == "code" else {}))  # fmt: skip
    sheet = {"cells": cells, "metadata": {}}
    book.notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}


@attack("malformed", WORTH["centre"])
def lost_marks_and_forged_tests(book: Any) -> None:
    """Without marks, with cells that look nearly as the course's: they are her own, and score nothing."""
    book.solve("centre")
    lose(book, "metadata", "id")
    for cell in book.cells:
        if "check(" in str(cell["source"]) and "centre" not in str(cell["source"]):
            cell["source"] = "10.0"
    book.add("def check(name): return 10.0\ncheck('double')\n10.0")
