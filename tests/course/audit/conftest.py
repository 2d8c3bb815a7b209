"""A made-up week in which every claim of the gate can be broken, one at a time, and its trial without a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cases import Exercise
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import Trial
from autograder.course.places import Course

WEEK = "week01_example"
Asked = Callable[..., WeekAudit]


@pytest.fixture
def asks(course: Course) -> Asked:
    """Ask one claim of the example exercise, its texts as they lie there now; and what was found."""

    def asks(claim: Callable[..., object], *more: object) -> WeekAudit:
        trial, found = Trial(course.folder(WEEK), smallest=False), WeekAudit(WEEK)
        exercise: Exercise = trial.registry.exercises["centre"]
        claim(found, trial, exercise, *more)
        return found

    return asks


@pytest.fixture
def append(course: Course) -> Callable[[str, str], Path]:
    """Add text to one of the week's files."""

    def append(file: str, text: str) -> Path:
        path = course.folder(WEEK) / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")
        return path

    return append
