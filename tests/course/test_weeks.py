"""The course's own weeks: built as committed, and nothing of a solution or a hidden test where a learner can read it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.cases import load
from autograder.course.leaks import leaked, release_leaks, secrets
from autograder.course.places import Course
from autograder.course.stale import left_over, stale

ROOT = Path(__file__).resolve().parents[2]
real = Course(ROOT)


@pytest.mark.parametrize("week", real.weeks())
def test_no_release_holds_a_secret(week: str) -> None:
    assert release_leaks(real, week) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The learner's package, built for real: its files' names and texts."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()}


def test_the_wheel_is_the_engine_and_the_public_data(wheel: dict[str, str]) -> None:
    assert "autograder/cases/__init__.py" in wheel
    assert any(name.endswith(".h5") for name in wheel)
    for name in wheel:
        assert not {"held_out", "notebooks", "source", "release", "tests"} & set(Path(name).parts), name
        assert Path(name).name not in ("hidden.py", "rivals.py"), name


@pytest.mark.parametrize("week", real.weeks())
def test_the_wheel_holds_no_secret(week: str, wheel: dict[str, str]) -> None:
    texts = {name: text for name, text in wheel.items() if not name.endswith(".h5")}
    assert leaked(secrets(real, week), texts) == []


@pytest.mark.parametrize("week", real.weeks())
def test_source_and_release_are_fresh(week: str) -> None:
    assert stale(real, week) == [], "run `make build` and commit what it writes"


def test_nothing_else_lies_in_the_generated_folders() -> None:
    assert left_over(real) == []


@pytest.mark.parametrize("week", real.weeks())
def test_every_hidden_case_has_something_to_look_for(week: str) -> None:
    """The search proves nothing about a week of which it knows no secret."""
    found = {secret.what for secret in secrets(real, week)}
    assert "hidden.py" in found
    # A twin without words of its own says what its visible case says: that is no secret.
    own_words = [case for case in load(real.folder(week)).cases if case.hidden and not case.twin]
    assert not own_words or "a hidden case's words" in found
    assert any(what.startswith("solution of") for what in found)
