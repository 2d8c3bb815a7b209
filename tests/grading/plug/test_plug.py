"""nbgrader's command line, formgrader's button and `workbook grade` come to the same scores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from tiny import FULL, OPEN, WEEK, Book
from traitlets.config import Config

from autograder.cli import main
from autograder.grading.grader import Grader
from autograder.grading.plug import IGNORED, STEPS, plug

HandIn = Callable[..., Path]


def test_the_steps_are_nbgraders_own_with_ours_in_place_of_execute() -> None:
    usual = Autograde.class_traits()["autograde_preprocessors"].default()
    ours = [name.rpartition(".")[2] for name in STEPS]
    assert ours.index("KeepScores") == ours.index("SaveAutoGrades") + 1  # and before the penalties, which count from scores
    assert [step.__name__ for step in usual] == ["Execute" if name == "Judge" else name for name in ours if name != "KeepScores"]
    assert Execute in usual


def test_what_nbgrader_leaves_out_is_its_own_list_and_our_notes() -> None:
    assert [*CourseDirectory.class_traits()["ignore"].default(), ".intake"] == IGNORED


def test_plugging_imports_nothing_heavy() -> None:
    program = (
        "import sys; from traitlets.config import Config; from autograder.grading.plug import plug; plug(Config());"
        " assert not {'nbgrader', 'numpy', 'nbformat', 'sqlalchemy'} & set(sys.modules), sorted(sys.modules)"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})


def test_plug_keeps_a_course_with_other_folders() -> None:
    config = Config()
    config.CourseDirectory.source_directory = "sources"
    plug(config)
    assert config.Autograde.pre_convert_hook.keywords == {"source": "sources"}


def scores(root: Path) -> dict[str, dict[str, float]]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {grade.name: grade.score for book in submission.notebooks for grade in book.grades}
            for submission in gradebook.assignment_submissions(WEEK)
        }


def half(book: Book) -> None:
    book.solve("double", "guess")
    book.write("centre", "def centre(x):\n    return x - x.mean()")
    book.delete("test_centre")


def test_three_ways_one_score(
    root: Path, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in("ada", lambda book: book.solve())
    hand_in("half", half)
    (hand_in("broken") / f"{WEEK}.ipynb").write_text("{")
    monkeypatch.chdir(root)

    assert main(["grade", WEEK]) == 0
    printed = capsys.readouterr().out
    assert f"{OPEN:.2f} of {FULL:g}" in printed
    by_workbook = scores(root)

    path = os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "nbgrader", "autograde", WEEK, "--force"]
    ran = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert scores(root) == by_workbook

    grader = Grader(root)  # formgrader's button calls these
    for student in by_workbook:
        assert grader.api.autograde(WEEK, student)["success"]
    assert grader.api.generate_feedback(WEEK)["success"]
    assert scores(root) == by_workbook
    assert sum(by_workbook["ada"].values()) == OPEN and sum(by_workbook["broken"].values()) == 0
    assert 0 < sum(by_workbook["half"].values()) < OPEN


def test_what_the_command_refuses(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["grade", "week99_none"]) == 1
    assert "generate_assignment week99_none" in capsys.readouterr().err
    assert main(["close", "week99_none"]) == 1
    assert "no week" in capsys.readouterr().err
    assert main(["grade", WEEK]) == 0
    assert "Nobody has handed in." in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    assert main(["grade", WEEK]) == 1
    assert "No course at" in capsys.readouterr().err
