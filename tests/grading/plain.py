"""A plain nbgrader assignment, of no workbook: written, generated and released by nbgrader, handed in and graded here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "ps1"
CONFIG = """\
from pathlib import Path
from autograder.grading.plug import plug
root = Path(__file__).resolve().parent
c = get_config()
c.CourseDirectory.course_id = "plain"
c.CourseDirectory.root = str(root)
c.Exchange.root = str(root.parent / "exchange")
c.Exchange.cache = str(root.parent / "cache")
"""


def cell(source: str, id: str = "", points: float | None = None, kind: str = "code", **settings: Any) -> dict[str, Any]:
    """A cell: an answer with an `id`, a test with points too, a task with `task=True`, a given one with `locked=True`."""
    made: dict[str, Any] = {"cell_type": kind, "id": id or f"c{abs(hash(source)) % 10**8}", "metadata": {}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if id:
        is_test = points is not None and not settings.get("task")
        told = {
            "grade_id": id,
            "grade": is_test,
            "solution": points is None,
            "locked": is_test,
            "schema_version": 3,
            "task": False,
        }
        if settings.get("locked"):
            told |= {"solution": False}
        told |= settings | ({"points": points} if points is not None else {})
        made["metadata"]["nbgrader"] = told
    return made


def write(
    root: Path, cells: list[dict[str, Any]], config: str = "", name: str = NAME, metadata: dict[str, Any] | None = None
) -> None:
    """Write a course of one assignment."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    folder = root / "source" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    book = {"cells": cells, "metadata": kernel if metadata is None else metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (root / "nbgrader_config.py").write_text(CONFIG + config + "\nplug(c)\n", encoding="utf-8")


def generate(root: Path) -> None:
    """Let nbgrader generate it."""
    from autograder.grading.grader import Grader, need

    need(Grader(root).api.generate_assignment(NAME), "generate")


def released(root: Path, name: str = NAME) -> dict[str, Any]:
    """What learners get."""
    found: dict[str, Any] = json.loads((root / "release" / NAME / f"{name}.ipynb").read_text(encoding="utf-8"))
    return found


def hand_in(root: Path, student: str, book: dict[str, Any] | bytes | str, file: str = f"{NAME}.ipynb") -> Path:
    """Put work where it is graded."""
    path = root / "submitted" / student / NAME / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(book, dict):
        book = json.dumps(book)
    path.write_bytes(book if isinstance(book, bytes) else book.encode())
    return root / "submitted" / student / NAME


def answered(book: dict[str, Any], **answers: str) -> dict[str, Any]:
    """The same with answers in it."""
    for one in book["cells"]:
        id = one["metadata"].get("nbgrader", {}).get("grade_id")
        if id in answers:
            one["source"] = answers[id]
    return book


def page(root: Path, student: str, name: str = NAME) -> str:
    """A learner's page."""
    return (root / "feedback" / student / NAME / f"{name}.html").read_text(encoding="utf-8")
