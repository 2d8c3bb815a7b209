"""Submissions that nobody wrote: for the demo, and for tests of the whole way."""

import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from autograder.desk import exchange
from autograder.desk.local import LocalCourse

#: who hands in what: every exercise answered as the reference does, every second, none
PEOPLE = {"reference": 1, "half_right": 2, "blank": 0}
ANSWERS = ("answer", "studio")


def solve(release: Path, source: Path, every: int) -> dict[str, Any]:
    """Return the released notebook with its exercises answered: each (1), every second from the first on (2), none (0).

    Parameters
    ----------
    release, source
        The week's notebook as learners get it, and the instructor's, which holds the solutions.
    every
        Which of the exercises are answered.
    """
    solutions = {name: cell["source"] for name, cell in answer_cells(read(source))}
    return fill(read(release), solutions, list(solutions)[::every] if every else [])


def hand_in_all(course: LocalCourse, week: str) -> None:
    """Hand a week in for each of the made-up people."""
    released = course.exchange / course.course_id / "outbound" / week
    for person, every in PEOPLE.items():
        workspace = course.home / "people" / person
        shutil.copytree(released, workspace / week, dirs_exist_ok=True)
        notebook = solve(released / f"{week}.ipynb", course.checkout / "source" / week / f"{week}.ipynb", every)
        (workspace / week / f"{week}.ipynb").write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
        exchange.hand_in(course, week, person, workspace)


def fill(notebook: dict[str, Any], solutions: dict[str, Any], chosen: Collection[str]) -> dict[str, Any]:
    """Put the solutions of the chosen answer cells into a notebook."""
    for name, cell in answer_cells(notebook):
        if name in chosen:
            cell["source"] = solutions[name]
    return notebook


def answer_cells(notebook: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The cells that a learner writes her answers in, by their ids, in order."""
    marks = [(cell["metadata"].get("autograder", {}), cell) for cell in notebook["cells"]]
    return [(mark["id"], cell) for mark, cell in marks if mark.get("role") in ANSWERS]


def read(path: Path) -> dict[str, Any]:
    """Read a notebook as it stands in its file."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook
