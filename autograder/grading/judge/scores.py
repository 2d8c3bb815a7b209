"""What an executed notebook came to, cell by cell, as nbgrader finds it."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.grading.judge.result import HUMAN, KEY


def scores_of(executed: NotebookNode) -> tuple[dict[str, float | None], dict[str, str | None]]:
    """Each graded cell's score, None where a human has to look, and each answer's remark, as SaveAutoGrades finds them."""
    from nbgrader import utils

    grades: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in executed.cells:
        settings = cell.metadata.get("nbgrader", {})
        if cell.metadata.get(KEY, {}).get(HUMAN):
            grades[settings["grade_id"]] = None
        elif utils.is_grade(cell):
            grades[settings["grade_id"]] = utils.determine_grade(cell)[0]
        elif utils.is_task(cell):
            grades[settings["grade_id"]] = None
        if utils.is_solution(cell) or utils.is_task(cell):
            untouched = settings.get("checksum") == utils.compute_checksum(cell) and not utils.is_task(cell)
            comments[settings["grade_id"]] = "No response." if untouched else None
    return grades, comments
