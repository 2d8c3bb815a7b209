"""A small course to stand on."""

import os
import shutil
from pathlib import Path

import pytest

from autograder import cli
from autograder.course.commands import run_new_week
from autograder.course.places import Course
from autograder.desk.lab import build_missing
from autograder.desk.local import LocalCourse
from autograder.environment import own_programs_first

ROOT = Path(__file__).resolve().parents[2]
WEEK = "week01_try"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalCourse:
    """A course of one small week, built, in a local course that is laid."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    parser = cli.build_parser("new-week")
    assert run_new_week(parser.parse_args(["new-week", WEEK, "--course", str(tmp_path)])) == 0
    build_missing(Course(tmp_path))
    monkeypatch.setattr(os, "environ", os.environ.copy())
    own_programs_first()
    local = LocalCourse.of(tmp_path)
    local.lay()
    return local
