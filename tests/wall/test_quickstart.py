"""Test cells written by others: nbgrader's own quickstart assignment scores as under plain nbgrader."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade, is_grade

from autograder.wall.wire.limits import Limits
from tests.wall.conftest import Run

SQUARES = "def squares(n):\n    if n < 1:\n        raise ValueError('n')\n    return [i ** 2 for i in range(1, n + 1)]"
SUM = "def sum_of_squares(n):\n    return sum(squares(n))"
FORMS = {
    "right": {},
    "right in another way": {"squares": SQUARES.replace("[i ** 2 for i in range", "list(i * i for i in range").replace("]", ")")},
    "blank": {"squares": "def squares(n):\n    raise NotImplementedError()", "sum_of_squares": "raise NotImplementedError()"},
    "no refusal": {"squares": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"},
    "does not use squares": {"sum_of_squares": "def sum_of_squares(n):\n    return sum(i * i for i in range(1, n + 1))"},
    "wrong": {"squares": "def squares(n):\n    return []"},
    "broken": {"squares": "def squares(n:"},
    "a lambda": {"sum_of_squares": "sum_of_squares = lambda n: sum(squares(n))"},
}  # fmt: skip


@pytest.fixture(scope="module")
def quickstart() -> NotebookNode:
    """The notebook that `nbgrader quickstart` copies (the command itself takes half a minute)."""
    folder = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source" / "ps1"
    return nbformat.read(folder / "problem1.ipynb", 4)


def scores(notebook: NotebookNode) -> dict[str, float | None]:
    return {c.metadata.nbgrader.grade_id: determine_grade(c)[0] for c in notebook.cells if is_grade(c)}


@pytest.mark.filterwarnings("ignore")
def test_it_scores_as_under_plain_nbgrader(quickstart: NotebookNode, run: Run) -> None:
    for name, changes in FORMS.items():
        form = copy.deepcopy(quickstart)
        for cell in form.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in changes:
                cell.source = changes[cell.metadata.nbgrader.grade_id]
        plain, _ = Execute(timeout=60, kernel_name="python3").preprocess(copy.deepcopy(form), ResourcesDict(metadata={}))
        ours = run(form, quickstart, Limits())
        assert scores(ours.notebook) == scores(plain), name
        if not changes:
            assert scores(ours.notebook)["sum_of_squares_uses_squares"] == 0.5
