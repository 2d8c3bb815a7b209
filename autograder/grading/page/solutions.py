"""Reference solutions, given out with the feedback of an attempt: only of exercises that the learner has tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.grading.judge.result import Result, result_of
from autograder.notebook import format as nbio
from autograder.notebook.regions import without_markers
from autograder.notebook.repair import is_tried


def of_submission(coursedir: Any, assignment: str, student: str, notebook: str) -> dict[str, str]:
    """The solutions that this learner may see: {exercise: source}."""
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)) / f"{notebook}.ipynb"
    graded = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment)) / f"{notebook}.ipynb"
    if not source.is_file() or not graded.is_file():
        return {}
    executed = nbio.load(graded)
    return tried(nbio.load(source), executed, result_of(executed.metadata))


def tried(source: NotebookNode, executed: NotebookNode, result: Result) -> dict[str, str]:
    """The solutions of the exercises that were tried. A studio's stays hidden while its week is open."""
    answers = {_id(cell): cell.source for cell in executed.cells if _is_answer(cell)}
    studios = {exercise.id for exercise in result.exercises if exercise.kind == "studio"}
    found = {}
    for cell in source.cells:
        id = _id(cell)
        if not _is_answer(cell) or id not in answers or (result.open_week and id in studios):
            continue
        if is_tried(answers[id], cell.source):
            found[id] = without_markers(cell.source)
    return found


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _is_answer(cell: NotebookNode) -> bool:
    settings = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(settings.get("solution")) and not settings.get("grade")
