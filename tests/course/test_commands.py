"""`workbook build` and `workbook new-week`, as an author uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.places import Course

WEEK = "week01_example"


@pytest.fixture
def here(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The made-up course, with the author standing in it."""
    monkeypatch.chdir(course.root)
    return course


def test_build_then_check(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build"]) == 0
    assert capsys.readouterr().out == f"{WEEK}: built\n"
    assert main(["build", "--check"]) == 0
    assert capsys.readouterr().out == f"{WEEK}: fresh\n"


def test_check_names_the_stale_files_and_the_mend(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check"]) == 1
    said = capsys.readouterr()
    assert f"{WEEK}: not as it should be" in said.out
    assert f"release/{WEEK}/{WEEK}.ipynb: missing" in said.err
    assert "run `make build`" in said.err
    assert not here.source.exists(), "a check writes nothing"


def test_a_folder_that_no_lesson_makes_fails_the_build(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    (here.source / "week09_gone").mkdir(parents=True)
    assert main(["build"]) == 1
    assert "source/week09_gone: left over" in capsys.readouterr().err


def test_a_refused_week_does_not_stop_the_next(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-week", "week02_next"]) == 0
    lesson = here.folder(WEEK) / "lesson.py"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace(" points=1", ""), encoding="utf-8")
    assert main(["build"]) == 1
    said = capsys.readouterr()
    assert "week02_next: built" in said.out
    assert f"{lesson}:63: a cell of role 'check' without points. Mend: add points=2." in said.err


def test_one_week_can_be_named(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", WEEK]) == 0
    assert main(["build", "week07_unknown"]) == 1
    assert f"there is no such week. Mend: name one of: {WEEK}" in capsys.readouterr().err


def test_outside_a_course_it_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 1
    assert "no course here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("week2_short", "is not the name of a week"),
        ("Week02_Next", "is not the name of a week"),
        ("graphs", "is not the name of a week"),
        ("week01_again", f"this number is taken by {WEEK}"),
        (WEEK, f"this number is taken by {WEEK}"),
    ],
)
def test_new_week_refuses(here: Course, name: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-week", name]) == 1
    assert says in capsys.readouterr().err
    assert here.weeks() == [WEEK]


def test_a_new_week_builds_and_fails_the_audit(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-week", "week21_graphs"]) == 0
    assert "week21_graphs is there" in capsys.readouterr().out
    assert main(["build", "week21_graphs"]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "audit", "week21_graphs", "--jobs", "1"],
        cwd=here.root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "week21_graphs" in done.stdout
    assert "rivals" in done.stdout, done.stdout


def test_what_a_new_week_is_made_of_passes_its_own_cases(here: Course, change: Callable[..., Course]) -> None:
    from autograder.course.audit.trial import Trial

    trial = Trial(here.folder(WEEK))
    assert trial.judge("centre", {}).share() == 1.0
    wrong = next(rival for rival in trial.registry.rivals if rival.caught_by)
    assert wrong.caught_by in trial.judge("centre", wrong.subjects(["centre"])).broken()


def test_rivals_says_which_case_catches_whom(here: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rivals", WEEK]) == 0
    said = capsys.readouterr().out
    assert "ok  the reference" in said and "by differences_stay" in said and "BAD" not in said
    path = here.folder(WEEK) / "rivals.py"
    path.write_text(path.read_text(encoding="utf-8").replace("return x.mean(axis=0) - x", "return x - x.mean(axis=0)"))
    assert main(["rivals", WEEK]) == 1
    assert "BAD mirrored" in capsys.readouterr().out
    assert main(["rivals", "week99_nowhere"]) == 1
