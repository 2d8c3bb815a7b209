"""How nbgrader turns what a test cell left behind into points: its two traps, and that our points pass between them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from autograder.cases import Points
from autograder.cases.model import Report, Verdict
from autograder.course.places import Course
from autograder.course.stale import build

WEEK = "week01_example"
MAXIMUM = 4.0


def graded(*outputs: dict[str, Any]) -> float:
    """The points that nbgrader gives a test cell with these outputs."""
    cell = nbformat.v4.new_code_cell("hidden_check()", outputs=[nbformat.from_dict(output) for output in outputs])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True, "points": MAXIMUM, "grade_id": "test_x"}
    points, maximum = determine_grade(cell)
    assert maximum == MAXIMUM
    assert points is not None
    return float(points)


def shown(value: object) -> dict[str, Any]:
    """The output of a cell whose last value this is."""
    data, metadata = DisplayFormatter().format(value)
    return {"output_type": "execute_result", "data": data, "metadata": metadata, "execution_count": 1}


def points(value: float) -> Points:
    """Points as a check returns them, with their table."""
    report = Report("x", (Verdict("shape", "the shape is right", hidden=False, side=False, weight=1.0),))
    return Points(value, report, "<table></table>")


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 2.0, 4.0, 1e-9])
def test_our_points_count_as_they_are(value: float) -> None:
    assert graded(shown(points(value))) == pytest.approx(value, abs=1e-12)
    assert "text/html" in shown(points(value))["data"]


@pytest.mark.parametrize("value", [np.float64(1.0), math.nan, -1.0, "1 of 4", {"points": 1.0}], ids=repr)
def test_the_trap_a_last_value_that_is_no_plain_finite_float_scores_full_marks(value: object) -> None:
    """This is nbgrader's doing; it is why a check returns Points and nothing else."""
    assert graded(shown(value)) == MAXIMUM


def test_the_trap_a_last_value_of_none_scores_full_marks() -> None:
    assert graded() == MAXIMUM


def test_the_trap_anything_on_stderr_scores_zero() -> None:
    warned = {"output_type": "stream", "name": "stderr", "text": "a warning"}
    assert graded(warned, shown(points(4.0))) == 0
    printed = {"output_type": "stream", "name": "stdout", "text": "a word"}
    assert graded(printed, shown(points(3.0))) == 3.0


@pytest.mark.parametrize(("solved", "wanted"), [(False, 0.0), (True, 1.0)])
def test_a_release_runs_from_top_to_bottom(course: Course, solved: bool, wanted: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unsolved it runs too: an answer that fails stops nothing, and the check gives zero and its reasons, without raising."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    build(course, WEEK)
    folder = course.release / WEEK
    notebook = nbformat.read(folder / f"{WEEK}.ipynb", as_version=4)
    at = {cell.id: cell for cell in notebook.cells}
    answer = "def centre(x):\n    return x - x.mean(axis=0)" if solved else "raise ValueError('mine')"
    at["centre"].source = answer
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    grade, maximum = determine_grade(at["check_centre"])
    assert (grade, maximum) == (wanted, 1.0)
    (result,) = (output for output in at["check_centre"].outputs if output.output_type == "execute_result")
    assert "every feature averages zero" in result.data["text/html"] or not solved
