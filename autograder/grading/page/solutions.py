"""Reference solutions of exercises that a learner has opened."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from autograder.notebook import format as nbio
from autograder.notebook.regions import without_markers


def solutions_of(source: Path, exercises: Collection[str]) -> dict[str, str]:
    """The answers of an instructor's notebook, {exercise: source}, of these exercises."""
    if not source.is_file():
        return {}
    found = {}
    for cell in nbio.load(source).cells:
        settings = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and settings.get("solution") and settings.get("grade_id") in exercises:
            found[str(settings["grade_id"])] = without_markers(cell.source)
    return found
