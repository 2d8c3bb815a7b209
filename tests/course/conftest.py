"""A made-up course in a temporary folder: the example week that `workbook new-week` writes, to be changed by tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.new_week import new_week
from autograder.course.places import Course

WEEK = "week01_example"
Change = Callable[..., Course]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of one week that builds."""
    course = Course(tmp_path)
    new_week(course, WEEK)
    return course


@pytest.fixture
def change(course: Course) -> Change:
    """Replace a piece of one of the week's texts, which must be there, and read the course anew."""

    def change(file: str, old: str, new: str, week: str = WEEK) -> Course:
        path = course.folder(week) / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return Course(course.root)

    return change
