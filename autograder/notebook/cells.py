"""What the course says of a cell: its name, its role, its kind. Cells are dictionaries as in a notebook's file, or nbformat's."""

from __future__ import annotations

from typing import Any

from autograder.notebook import NOT_RUN

Cell = dict[str, Any]


def settings_of(cell: Cell) -> dict[str, Any]:
    """What nbgrader is told of a cell; nothing where it is told nothing, or something that is no settings."""
    return _marks(cell, "nbgrader")


def id_of(cell: Cell) -> str:
    """What the course calls a cell: nbgrader's id, else the builder's; empty where it has no name."""
    for key, name in (("nbgrader", "grade_id"), ("autograder", "id")):
        found = _marks(cell, key).get(name)
        if isinstance(found, str):
            return found
    return ""


def role_of(cell: Cell) -> str:
    """The builder's role of a cell: answer, check, given, ...; empty for text and for the learner's own."""
    return str(_marks(cell, "autograder").get("role", ""))


def is_test(cell: Cell) -> bool:
    """Whether it is scored by running it."""
    settings = settings_of(cell)
    return cell.get("cell_type") == "code" and bool(settings.get("grade")) and not settings.get("solution")


def is_answer(cell: Cell) -> bool:
    """Whether the learner writes in it and is scored for it."""
    return role_of(cell) in ("answer", "studio") or bool(settings_of(cell).get("solution"))


def kind_of(cell: Cell) -> str:
    """What a cell of the source is: text, test, answer, show (not run unless it was edited), locked or other."""
    if cell.get("cell_type") != "code":
        return "text"
    if is_test(cell):
        return "test"
    if is_answer(cell):
        return "answer"
    if role_of(cell) in NOT_RUN:
        return "show"
    return "locked" if settings_of(cell).get("locked") or role_of(cell) == "given" else "other"


def _marks(cell: Cell, key: str) -> dict[str, Any]:
    metadata = cell.get("metadata")
    marks = metadata.get(key) if isinstance(metadata, dict) else None
    return marks if isinstance(marks, dict) else {}
