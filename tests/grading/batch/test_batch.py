"""A class graded in bulk: the same gradebook as nbgrader's, unchanged work not done again, humans' scores kept."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from rich.console import Console
from tiny import OPEN, WEEK, Book

from autograder.grading.batch.batch import grade_class
from autograder.grading.batch.progress import shown
from autograder.grading.grader import Grader
from autograder.grading.outcome import Outcome

HandIn = Callable[..., Path]
ROWS = """
select s.student_id, s.timestamp, n.name, c.name, c.type, g.auto_score, g.manual_score, g.needs_manual_grade,
       m.auto_comment, m.manual_comment
from submitted_assignment s
join submitted_notebook sn on sn.assignment_id = s.id
join notebook n on n.id = sn.notebook_id
join base_cell c on c.notebook_id = n.id
left join grade g on g.notebook_id = sn.id and g.cell_id = c.id
left join comment m on m.notebook_id = sn.id and m.cell_id = c.id
order by 1, 3, 4, 5
"""


def rows(root: Path) -> list[Any]:
    """All that the gradebook says of submissions, cell by cell, without the random ids."""
    with sqlite3.connect(root / "gradebook.db") as db:
        return db.execute(ROWS).fetchall()


def half(book: Book) -> None:
    book.solve("double")
    book.write("centre", "def centre(x):\n    return x - x.mean()  # wrong")


def stamped(book: Book) -> None:
    book.solve()
    (book.folder / "timestamp.txt").write_text("2026-01-02 03:04:05.678901 UTC")
    (book.folder / "submission_secret.txt").write_text("a" * 64)


@pytest.fixture
def klass(root: Path, hand_in: HandIn) -> Path:
    """Three learners' work, collected."""
    hand_in("ada", stamped)
    hand_in("blank")
    hand_in("half", half)
    return root


@pytest.fixture
def graded(graded_class: Callable[..., Path], tmp_path: Path) -> Path:
    """The same three learners' work, graded."""
    home = graded_class((("ada", stamped), ("blank", None), ("half", half)))
    return Path(shutil.copytree(home, tmp_path / "graded")) / "course"


def seconds(outcomes: list[Outcome]) -> dict[str, float]:
    """How long each took."""
    return {outcome.student: outcome.seconds for outcome in outcomes}


def executed(root: Path) -> dict[str, int]:
    """When each autograded notebook was written."""
    return {path.parts[-3]: path.stat().st_mtime_ns for path in sorted(root.glob(f"autograded/*/{WEEK}/{WEEK}.ipynb"))}


def test_the_gradebook_equals_nbgraders_cell_by_cell(klass: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(klass, tmp_path / "other"))
    ours = grade_class(klass, WEEK)
    theirs = Grader(other)
    by_nbgrader = [theirs.grade_by_nbgrader(student, WEEK) for student in theirs.students(WEEK)]
    assert not any(outcome.trouble for outcome in [*ours, *by_nbgrader])
    assert [(one.student, one.score, one.most) for one in ours] == [(one.student, one.score, one.most) for one in by_nbgrader]
    assert rows(klass) == rows(other)
    for step, suffix in (("autograded", ".ipynb"), ("feedback", ".html")):
        assert _names(klass / step) == _names(other / step)
        for path in sorted((klass / step).rglob(f"*{suffix}")):
            twin = other / path.relative_to(klass)
            assert path.stat().st_mode == twin.stat().st_mode
            assert suffix == ".ipynb" or path.read_text() == twin.read_text()


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_unchanged_work_is_not_done_again(graded: Path) -> None:
    first, before = executed(graded), rows(graded)
    grade_class(graded, WEEK)
    assert executed(graded) == first and rows(graded) == before

    book = Book(graded / "release", graded / "submitted" / "half" / WEEK)
    stamped(book)
    book.save()
    after = {one.student: one.score for one in grade_class(graded, WEEK)}
    changed = {student for student, when in executed(graded).items() if when != first[student]}
    assert changed == {"half"} and after["half"] == OPEN

    second = executed(graded)
    grade_class(graded, WEEK, again=True)
    assert all(executed(graded)[student] != when for student, when in second.items())


def test_a_changed_hidden_case_regrades_its_week_and_no_other(graded: Path) -> None:
    klass, before = graded, {one.student: one.score for one in grade_class(graded, WEEK)}
    first = executed(klass)
    hidden = klass / "notebooks" / WEEK / "hidden.py"
    text = hidden.read_text().replace("def half_again(double, x):", "def half_again(double, x):\n    expect.that(False, 'never')")
    hidden.write_text(text)
    after = {one.student: one.score for one in grade_class(klass, WEEK, lower=True)}
    assert after["ada"] < before["ada"] and after["half"] < before["half"] and after["blank"] == before["blank"] == 0
    assert all(when != first[student] for student, when in executed(klass).items())
    # Another week's cases concern nobody here.
    second = executed(klass)
    other = klass / "notebooks" / "week02_other"
    other.mkdir()
    (other / "checks.py").write_text("")
    grade_class(klass, WEEK)
    assert executed(klass) == second


def test_what_was_lost_is_written_again(graded: Path) -> None:
    klass, before = graded, rows(graded)
    shutil.rmtree(klass / "autograded" / "ada")
    (klass / "feedback" / "half" / WEEK / f"{WEEK}.html").write_text("half a page")
    with sqlite3.connect(klass / "gradebook.db") as db:
        db.execute("delete from grade where auto_score > 0")
    grade_class(klass, WEEK)
    assert rows(klass) == before
    assert (klass / "autograded" / "ada" / WEEK / f"{WEEK}.ipynb").is_file()
    assert "half a page" not in (klass / "feedback" / "half" / WEEK / f"{WEEK}.html").read_text()


def test_a_humans_score_and_comment_stand(graded: Path) -> None:
    klass = graded
    with Gradebook(f"sqlite:///{klass / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("test_centre", WEEK, WEEK, "half")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.find_comment("centre", WEEK, WEEK, "half").manual_comment = "A fair start & more"
        gradebook.db.commit()
        score = gradebook.find_submission(WEEK, "half").score
    outcomes = {one.student: one for one in grade_class(klass, WEEK)}
    page = (klass / "feedback" / "half" / WEEK / f"{WEEK}.html").read_text()
    assert outcomes["half"].score == score
    assert "A fair start &amp; more" in page and "1.5 of 2" in page
    assert not any(row[7] for row in rows(klass)), "nobody has to look again: nothing was graded anew"
    grade_class(klass, WEEK, again=True)
    assert [row[3] for row in rows(klass) if row[7]] == ["test_centre"], "graded anew: the human looks again"


def test_one_submissions_trouble_stops_no_other(klass: Path) -> None:
    (klass / "submitted" / "ghost").mkdir()
    outcomes = {one.student: one for one in grade_class(klass, WEEK, ["ada", "ghost", "half"])}
    assert "nothing was handed in" in outcomes["ghost"].trouble
    assert outcomes["ada"].score == OPEN and not outcomes["half"].trouble


def test_a_bar_shows_what_failed_so_far() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with shown(2, console) as tell:
        tell(Outcome("ada", 1.0, 2.0, 0.1))
        tell(Outcome("eve", trouble="the [disk] is full"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "eve: the [disk] is full" in text and "1 not graded" in text and "2/2" in text


def test_off_a_terminal_a_line_says_what_failed_as_it_comes(klass: Path) -> None:
    (klass / "submitted" / "ghost").mkdir()
    students = ["--student", "ghost", "--student", "ada"]
    command = [sys.executable, "-m", "autograder.cli", "grade", WEEK, "--course", str(klass), *students]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and re.search(r"^ghost: .*nothing was handed in", ran.stderr, re.M), (ran.stdout, ran.stderr)
    assert "ada: " not in ran.stderr and "\x1b" not in ran.stderr


def test_a_run_can_be_stopped_and_goes_on(klass: Path, hand_in: HandIn) -> None:
    for number in range(6):
        hand_in(f"more{number}", half)
    command = [sys.executable, "-m", "autograder.cli", "grade", WEEK, "--course", str(klass), "--workers", "1"]
    # A shell that starts tests in the background has Ctrl-C ignored.
    command = ["env", "--default-signal=INT", *command]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 120
    while len(list(klass.glob(".grading/results/*/*.json"))) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130 and "goes on where this one ended" in err, (out, err)
    done = executed(klass)
    assert 2 <= len(done) < 9
    outcomes = grade_class(klass, WEEK)
    assert len(outcomes) == 9 and not any(one.trouble for one in outcomes)
    assert {student: when for student, when in executed(klass).items() if student in done} == done
