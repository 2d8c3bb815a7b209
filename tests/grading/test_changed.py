"""A week that is changed after work was handed in: it is said before, it is told, and it lowers no score by itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import OPEN, WEEK, Book

from autograder.cli import main

HandIn = Callable[..., Path]
STRICTER = "\n\n@case('centre', 'nobody can')\ndef nobody_can(centre):\n    expect.that(False, 'no')\n"


def scores(root: Path) -> dict[str, float]:
    with sqlite3.connect(root / "gradebook.db") as db:
        return dict(
            db.execute(
                "select s.student_id, sum(g.auto_score) from submitted_assignment s"
                " join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id group by 1"
            )
        )


def page(root: Path, student: str) -> str:
    return (root / "feedback" / student / WEEK / f"{WEEK}.html").read_text(encoding="utf-8")


def change(root: Path, text: str) -> None:
    path = root / "notebooks" / WEEK / "hidden.py"
    path.write_text(path.read_text() + text)


def one_solved(book: Book) -> None:
    book.solve("double")


@pytest.fixture
def graded(graded_class: Callable[..., Path], root: Path) -> Path:
    shutil.rmtree(root.parent)
    shutil.copytree(graded_class((("ada", Book.solve), ("bob", one_solved))), root.parent)
    return root


def grade(root: Path, *more: str) -> None:
    assert main(["grade", WEEK, "--course", str(root), *more]) == 0


def test_it_is_said_before_and_lowers_nothing_by_itself(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in graded.rglob("*") if path.is_file() and "__pycache__" not in str(path)}
    grade(graded, "--compare")
    assert "No score would change" in capsys.readouterr().out
    change(graded, STRICTER)
    grade(graded, "--compare")
    told = capsys.readouterr().out
    assert "ada  test_centre: 2 -> 1  (stands, without --lower)" in told and "bob" not in told
    assert "1 scores of 1 learners would change. Nothing was written." in told
    after = {path: path.read_bytes() for path in before if path.name != "hidden.py"}
    assert after == {path: content for path, content in before.items() if path.name != "hidden.py"}

    written = set()
    for _ in range(2):  # the second time nothing is to be done, and it is still told
        grade(graded)
        assert scores(graded) == {"ada": OPEN, "bob": 4.0}
        assert "The week was changed after you handed in" in page(graded, "ada")
        written.add((graded / "autograded" / "ada" / WEEK / f"{WEEK}.ipynb").stat().st_mtime_ns)
    assert len(written) == 1
    grade(graded, "--lower", "--student", "ada")
    assert scores(graded) == {"ada": OPEN - 1, "bob": 4.0} and "No score of yours is lower" not in page(graded, "ada")
    grade(graded)
    assert scores(graded) == {"ada": OPEN - 1, "bob": 4.0}, "what was lowered on purpose stays so"


def test_new_work_is_judged_as_the_week_is_now(graded: Path, hand_in: HandIn) -> None:
    change(graded, STRICTER)

    def more(book: Book) -> None:
        book.solve()
        book.add("# handed in anew")

    hand_in("ada", more)
    grade(graded)
    assert scores(graded) == {"ada": OPEN - 1, "bob": 4.0} and "The week was changed" not in page(graded, "ada")


def test_a_mend_that_helps_helps(graded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = graded / "notebooks" / WEEK / "hidden.py"
    change(graded, STRICTER)
    grade(graded, "--lower")
    path.write_text(path.read_text().replace(STRICTER, ""))
    capsys.readouterr()
    grade(graded, "--compare")
    assert "ada  test_centre: 1 -> 2\n" in capsys.readouterr().out
    grade(graded)
    assert scores(graded) == {"ada": OPEN, "bob": 4.0}


def press(root: Path, *settings: str) -> None:
    """The instructor's button, or nbgrader's own command: another program each time, which has read the week as it is now."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "nbgrader", "autograde", WEEK, "--force", *settings]
    ran = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.campaign
def test_the_instructors_own_button_lowers_nothing_either(root: Path, hand_in: HandIn) -> None:
    """ada was graded with the class before, bea by the button."""

    def both(score: float) -> dict[str, float]:
        return {"ada": score, "bea": score}

    hand_in("ada", Book.solve)
    grade(root)
    hand_in("bea", Book.solve)
    press(root, "--student", "bea")
    assert scores(root) == both(OPEN)
    change(root, STRICTER)
    for _ in range(2):
        press(root)
        assert scores(root) == both(OPEN)
    grade(root)  # what the button kept is kept by whoever grades the class
    assert scores(root) == both(OPEN)
    assert all("No score of yours is lower" in page(root, student) for student in both(OPEN))
    press(root, "--Judge.lower=True")
    assert scores(root) == both(OPEN - 1)
    grade(root)
    assert scores(root) == both(OPEN - 1), "what was lowered on purpose stays so"

    def worse(book: Book) -> None:
        book.solve("double", "guess")

    hand_in("ada", worse)  # other work: the last one counts
    hand_in("bea", worse)
    press(root)
    assert scores(root) == both(OPEN - 3)
