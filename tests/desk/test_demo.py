"""The whole course in one go, and the made-up people who hand it in."""

import os
import re

import pytest

from autograder import cli
from autograder.desk.demo import chosen
from autograder.desk.local import LocalCourse
from autograder.desk.madeup import PEOPLE, answer_cells, fill, read
from autograder.errors import Mend

WEEK = "week01_try"


def test_the_demo_grades_everyone_and_writes_their_pages(
    course: LocalCourse, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course.checkout)
    assert cli.main(["demo"]) == 0
    assert os.getcwd() == str(course.checkout)
    said = capfd.readouterr().out
    most, reference, half, blank = (float(number) for number in re.search(rf"{WEEK} *│" + r" *([\d.]+) *│" * 4, said).groups())
    assert reference == most > 0 == blank
    assert 0 < half < most  # the exercise is answered, the studio is not
    for person in PEOPLE:
        assert (course.home / "demo" / "instructor" / "feedback" / person / WEEK / f"{WEEK}.html").is_file()


def test_the_demo_is_no_part_of_the_learners_course(course: LocalCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.checkout)
    with pytest.raises(SystemExit):
        cli.main(["demo", "--no-such-option"])
    assert cli.main(["demo", "week99_none"]) == 1
    assert not (course.exchange / "twenty_weeks").exists()


def test_a_week_is_asked_for_by_its_short_name_too() -> None:
    weeks = ["week01_try", "week02_more"]
    assert chosen(weeks, ["week02"]) == chosen(weeks, ["week02_more"]) == ["week02_more"]
    assert chosen(weeks, []) == weeks
    with pytest.raises(Mend, match="week03"):
        chosen(weeks, ["week01", "week03"])


def test_every_second_exercise_is_answered() -> None:
    cells = [{"metadata": {"autograder": {"id": name, "role": "answer"}}, "source": "blank"} for name in "abcde"]
    notebook = fill({"cells": cells}, {name: name.upper() for name in "abcde"}, list("abcde")[::2])
    assert [cell["source"] for _, cell in answer_cells(notebook)] == ["A", "blank", "C", "blank", "E"]


def test_a_filled_notebook_is_the_released_one_in_all_else(course: LocalCourse) -> None:
    released = read(course.checkout / "release" / WEEK / f"{WEEK}.ipynb")
    source = read(course.checkout / "source" / WEEK / f"{WEEK}.ipynb")
    solutions = {name: cell["source"] for name, cell in answer_cells(source)}
    filled = fill(read(course.checkout / "release" / WEEK / f"{WEEK}.ipynb"), solutions, solutions)
    for before, after in zip(released["cells"], filled["cells"], strict=True):
        assert before | {"source": None} == after | {"source": None}
