"""Lesson -> source: the instructor's notebook for nbgrader, the same bytes at every build."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from autograder.course.closing import closing_cells, with_scores
from autograder.course.declared import Declared, read_declared
from autograder.course.kit import kit_files
from autograder.course.parts import ANSWER_ROLES, Lesson, LessonCell
from autograder.course.places import TRAVEL, Course
from autograder.course.terms import without_terms

SCHEMA_VERSION = 3  # of nbgrader's cell metadata
#: The first line of an answer cell: which cells are hers must be seen without looking at metadata.
HERS = "# Your answer goes here: {id}\n"
HIDDEN_CELL = """\
# When you hand in, the promises of `{exercise}` are tried here on fresh inputs.
### BEGIN HIDDEN TESTS
hidden_check("{exercise}")
### END HIDDEN TESTS"""

#: role -> what nbgrader is told: is it scored, locked, answered by the learner?
_NBGRADER = {
    "given": {"grade": False, "locked": True, "solution": False},
    "answer": {"grade": False, "locked": False, "solution": True},
    "studio": {"grade": False, "locked": False, "solution": True},
    "check": {"grade": True, "locked": True, "solution": False},
    "hidden": {"grade": True, "locked": True, "solution": False},
}
#: Cells of the learner's own: one that fails must not stop "Run all", as it does not stop the grader.
_MAY_FAIL = ("answer", "studio", "show", "guess", "try")
_NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(lesson: Lesson, following: str = "") -> dict[str, Any]:
    """The notebook of a lesson, with nbgrader's metadata and ids that come from the marks alone.

    A studio's score and the last cells are the builder's own (`closing`); `following` is the next week's title, empty after the
    last one.
    """
    every = (*with_scores(lesson), *closing_cells(lesson, following))
    cells = [_markdown(cell, name) if cell.markdown else _code(cell) for cell, name in zip(every, _cell_ids(every), strict=True)]
    metadata = {**_NOTEBOOK_METADATA, "autograder": {"week": lesson.week, "title": lesson.title}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell_ids(cells: tuple[LessonCell, ...]) -> list[str]:
    """A code cell's id is its mark. Text is named after the code cell that it leads to, so that mending one
    paragraph changes no other id."""
    ids: list[str] = []
    anchor, count = "end", 0
    for cell in reversed(cells):
        if cell.markdown:
            count += 1
            ids.append(f"text-{count}-{anchor}")
        else:
            anchor, count = cell.id, 0
            ids.append(cell.id)
    return ids[::-1]


def _markdown(cell: LessonCell, name: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _lines(without_terms(cell.source))}


def _code(cell: LessonCell) -> dict[str, Any]:
    metadata: dict[str, Any] = {"autograder": {"id": cell.id, "role": cell.role}}
    if cell.role in _NBGRADER:
        metadata["nbgrader"] = {
            **_NBGRADER[cell.role],
            "grade_id": cell.id,
            "schema_version": SCHEMA_VERSION,
            "task": False,
        }
    if cell.points:
        metadata["nbgrader"]["points"] = cell.points
    if cell.role in _MAY_FAIL:
        metadata["tags"] = ["raises-exception"]
    if cell.role == "show":
        metadata["jupyter"] = {"source_hidden": True}  # the picture is what is read
    source = HERS.format(id=cell.id) + cell.source if cell.role in ANSWER_ROLES else cell.source
    if cell.role == "hidden":
        source = HIDDEN_CELL.format(exercise=cell.id.removeprefix("test_"))
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell.id,
        "metadata": metadata,
        "outputs": [],
        "source": _lines(source),
    }


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def dumps(value: dict[str, Any]) -> str:
    """JSON as nbformat writes it: sorted keys, one space, one newline at the end."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")) + "\n"


def week_json(lesson: Lesson, declared: Declared) -> dict[str, Any]:
    """What the engine and the desk need to know of a week, without its texts."""
    exercises = [
        {
            "id": exercise.id,
            "kind": exercise.kind,
            "names": list(declared.names[exercise.id]),
            "needs": list(declared.needs[exercise.id]),
            "minutes": exercise.minutes,
            "difficulty": exercise.difficulty,
            "points": {"check": exercise.check.points, "hidden": exercise.hidden.points},
        }
        for exercise in lesson.exercises
    ]
    return {"week": lesson.week, "title": lesson.title, "exercises": exercises}


def build_week(course: Course, week: str, source: Path) -> Path:
    """Write a week's source folder anew: the notebook, and beside it exactly what travels with the release.

    Parameters
    ----------
    course
        The course that the week is of.
    week
        Its name, `week01_arrays`.
    source
        Where source folders lie; the week's own is made inside.

    Raises
    ------
    LessonError
        Naming all that is refused, before anything is written.
    """
    lesson = course.lesson(week)
    declared = read_declared(course, lesson)
    kit = kit_files(course, lesson, lambda earlier: read_declared(course, earlier).names)
    folder = source / week
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {name: (course.folder(week) / name).read_text(encoding="utf-8") for name in TRAVEL}
    texts[f"{week}.ipynb"] = dumps(notebook(lesson, course.following(week)))
    texts["week.json"] = dumps(week_json(lesson, declared))
    texts |= kit
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder
