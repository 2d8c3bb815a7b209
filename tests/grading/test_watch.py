"""From Submit to feedback: nbgrader's own submit and fetch, our watcher between them."""

from __future__ import annotations

import datetime
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from nbgrader.utils import notebook_hash, parse_utc
from tiny import FULL, OPEN, WEEK, Book
from traitlets.config import Config

from autograder.grading import tidings, watch
from autograder.grading.batch.batch import Batch
from autograder.grading.grader import Grader
from autograder.grading.watch import Watcher

UTC = datetime.UTC


class Learner:
    """Somebody with a workspace, who hands in and fetches as JupyterLab's assignment list does."""

    def __init__(self, name: str, home: Path) -> None:
        self.name, self.home = name, home
        self.workspace = home / "workspaces" / name
        self.book = Book(home / "course" / "release", self.workspace / WEEK)

    def config(self) -> Config:
        config = Config()
        config.CourseDirectory.course_id = "tiny"
        config.CourseDirectory.student_id = self.name
        config.CourseDirectory.assignment_id = WEEK
        config.Exchange.root = str(self.home / "exchange")
        config.Exchange.cache = str(self.home / "cache" / self.name)
        config.Exchange.assignment_dir = str(self.workspace)
        return config

    def exchange(self, step: str, timestamp: str = "") -> None:
        config = self.config()
        directory = CourseDirectory(config=config)
        factory = ExchangeFactory(config=config)
        made = getattr(factory, step)(coursedir=directory, authenticator=Authenticator(config=config), config=config)
        if timestamp:
            made.set_timestamp = lambda: setattr(made, "timestamp", timestamp)
        made.start()

    def submit(self, late: float = 0.0) -> str:
        """Hand in; the timestamp. `late`: how many seconds from now it says it was."""
        self.book.save()
        now = datetime.datetime.now(UTC) + datetime.timedelta(seconds=late)
        stamp = now.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        self.exchange("Submit", timestamp=stamp)
        return stamp

    def inbound(self) -> list[Path]:
        return sorted((self.home / "exchange" / "tiny" / "inbound").glob(f"{self.name}+*"))

    def pages(self) -> dict[str, str]:
        """Fetch feedback; the pages by timestamp."""
        if not (self.home / "exchange" / "tiny" / "feedback").is_dir():
            return {}
        self.exchange("FetchFeedback")
        found = self.workspace / WEEK / "feedback"
        return {path.parent.name: path.read_text(encoding="utf-8") for path in found.glob("*/*.html")}


@pytest.fixture
def ada(home: Path) -> Learner:
    return Learner("ada", home)


@pytest.fixture
def watcher(root: Path) -> Watcher:
    return Watcher(Grader(root), out=io.StringIO())


def said(watcher: Watcher) -> str:
    assert isinstance(watcher.out, io.StringIO)
    return watcher.out.getvalue()


def set_due(root: Path, due: datetime.datetime) -> None:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(WEEK, duedate=due.replace(tzinfo=None))


def test_submitted_graded_fetched(ada: Learner, watcher: Watcher) -> None:
    ada.book.solve()
    stamp = ada.submit()
    begun = time.monotonic()
    assert watcher.look() == 1, said(watcher)
    assert time.monotonic() - begun < 60, "seconds on a machine of its own"
    pages = ada.pages()
    assert list(pages) == [stamp]
    assert "of 18 points" in pages[stamp] and "the week is open" in pages[stamp]
    assert f"ada {WEEK}: {OPEN:g} of {FULL:g}" in said(watcher)
    assert watcher.look() == 0, "nothing is done twice"


def test_it_says_how_far_a_submission_is_that_takes_long(ada: Learner, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SLOW", 0.0)
    ada.book.solve("centre", "guess")
    ada.book.write("double", "def double(x):\n    while True: pass")
    ada.submit()
    assert watcher.look() == 1, said(watcher)
    lines = [line.partition("  ")[2] for line in said(watcher).splitlines()]
    assert lines[:3] == [f"ada {WEEK}: {n} of 3" for n in (1, 2, 3)] and f"of {FULL:g}, " in lines[-1]


def told(learner: Learner) -> list[dict[str, Any]]:
    """What her desk is told of each attempt, the oldest first: found by the attempt's secret, which she and the course know."""
    found = []
    for folder in learner.inbound():
        name = notebook_hash(secret=(folder / "submission_secret.txt").read_text(), notebook_id=WEEK)
        path = learner.home / "exchange" / "tiny" / "feedback" / f"{name}.state"
        found.append(json.loads(path.read_text()) if path.is_file() else {"state": ""})
    return found


def test_her_desk_is_told_how_far_it_is_and_what_came_of_it(
    ada: Learner, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int]] = []
    put = tidings.put

    def noting(folder: Path, name: str, content: bytes) -> None:
        put(folder, name, content)
        one = json.loads(content)
        seen.append((one["state"], one.get("done", 0), one.get("of", 0)))

    monkeypatch.setattr(tidings, "put", noting)
    ada.book.solve()
    ada.submit(late=-20)
    ada.submit(late=-10)
    watcher.look()
    assert list(dict.fromkeys(seen))[:4] == [("grading", 0, 0), *(("grading", n, 3) for n in (1, 2, 3))]
    passed, done = told(ada)
    assert passed["state"] == "passed over"
    assert (done["state"], done["score"], done["most"], done["open"]) == ("done", OPEN, FULL, True)
    assert sum(score for score, _ in done["exercises"].values()) == OPEN and set(done["exercises"]) == {
        "centre",
        "double",
        "guess",
    }
    assert sum(most for _, most in done["exercises"].values()) == FULL


def test_a_disk_that_takes_nothing_more_is_no_reason_not_to_grade(
    ada: Learner, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, name: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tidings, "put", full)
    ada.book.solve()
    ada.submit()
    assert watcher.look() == 1, said(watcher)
    assert told(ada) == [{"state": ""}] and watcher.grader.score("ada", WEEK) == (OPEN, FULL)


def test_repeated_the_last_one_counts_and_each_has_its_page(ada: Learner, watcher: Watcher) -> None:
    first = ada.submit(late=-30)
    watcher.look()
    ada.book.solve()
    second, third = ada.submit(late=-20), ada.submit(late=-10)
    assert watcher.look() == 1
    pages = ada.pages()
    assert sorted(pages) == [first, second, third]
    assert "You handed in 3 times" in pages[third] and "counts: the last one" in pages[third]
    assert "A newer attempt came before this one was graded" in pages[second]
    assert watcher.grader.score("ada", WEEK) == (OPEN, FULL)


def test_late_after_one_in_time(ada: Learner, watcher: Watcher, root: Path) -> None:
    watcher.grader.config.Collect.file_times = False  # the test cannot wait for three hours
    set_due(root, datetime.datetime.now(UTC) - datetime.timedelta(hours=2))
    ada.book.solve("double")
    early = ada.submit(late=-3 * 3600)
    watcher.look()
    ada.book.solve()
    late = ada.submit()
    watcher.look()
    pages = ada.pages()
    assert watcher.grader.score("ada", WEEK) == (4.0, FULL)
    assert "This attempt came after the due date" in pages[late]
    assert "of 18 points" in pages[early]


def test_late_and_alone_counts_and_says_so(ada: Learner, watcher: Watcher, root: Path) -> None:
    set_due(root, datetime.datetime.now(UTC) - datetime.timedelta(hours=2, minutes=5))
    ada.book.solve()
    stamp = ada.submit()
    watcher.look()
    assert "Handed in 2 hours after the due date." in ada.pages()[stamp]
    assert watcher.grader.score("ada", WEEK) == (FULL, FULL), "the week is over: the half that counts"


def test_broken_submissions_get_a_page_and_stop_nobody(home: Path, watcher: Watcher) -> None:
    eve, ada = Learner("eve", home), Learner("ada", home)
    ada.book.solve()
    eve.submit()
    (broken,) = eve.inbound()
    (broken / f"{WEEK}.ipynb").write_text("{")
    (broken / "gradebook.db").symlink_to(home / "course" / "gradebook.db")
    inbound = broken.parent
    (inbound / "stray").mkdir()
    (inbound / f"..+{WEEK}+2026-01-01 00:00:00 UTC+x").mkdir()
    (inbound / f"*+{WEEK}+2026-01-01 00:00:00 UTC+x").mkdir()
    (inbound / f"mal+{WEEK}+yesterday+x").mkdir()
    (inbound / f"lin+{WEEK}+2026-01-01 00:00:00 UTC+x").symlink_to(home)
    ada.submit()
    assert watcher.look() == 2
    assert "Nothing could be graded." in next(iter(eve.pages().values()))
    assert watcher.grader.score("ada", WEEK) == (OPEN, FULL)
    assert sorted(path.name for path in (home / "course" / "submitted").iterdir()) == ["ada", "eve"]
    assert not (home / "course" / "submitted" / "eve" / WEEK / "gradebook.db").exists()
    assert watcher.look() == 0


def test_a_submission_that_is_still_being_written_waits(ada: Learner, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.book.solve()
    ada.submit()
    (folder,) = ada.inbound()
    secret = (folder / "submission_secret.txt").read_text()
    (folder / "submission_secret.txt").unlink()
    assert watcher.look() == 0 and not watcher.ledger.done
    (folder / "submission_secret.txt").write_text(secret)
    assert watcher.look() == 1
    assert len(ada.pages()) == 1


def test_a_submission_that_never_is_finished_is_taken_as_it_is(
    ada: Learner, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.intake.attempts.QUIET", 0.0)
    ada.book.solve()
    ada.submit()
    (folder,) = ada.inbound()
    (folder / "submission_secret.txt").unlink()
    (folder / "timestamp.txt").unlink()
    watcher.look()
    assert watcher.grader.score("ada", WEEK) == (OPEN, FULL)


def test_a_newer_attempt_that_is_not_complete_does_not_disturb(ada: Learner, watcher: Watcher) -> None:
    ada.book.solve()
    first = ada.submit(late=-10)
    ada.submit()
    newest = ada.inbound()[-1]
    (newest / "submission_secret.txt").unlink()
    (newest / f"{WEEK}.ipynb").write_text('{"half')
    assert watcher.look() == 1
    assert watcher.grader.score("ada", WEEK) == (OPEN, FULL)
    with Gradebook(watcher.grader.coursedir.db_url) as gradebook:
        assert gradebook.find_submission(WEEK, "ada").timestamp == parse_utc(first)


def test_a_crash_on_one_stops_neither_the_watcher_nor_the_others(
    home: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve, ada = Learner("eve", home), Learner("ada", home)
    ada.book.solve()
    eve.submit(late=-5)
    ada.submit()
    grade = Batch.grade_one

    def crashing(self: Batch, student: str) -> Any:
        if student == "eve":
            raise ZeroDivisionError("a fault of the grader's own")
        return grade(self, student)

    monkeypatch.setattr(Batch, "grade_one", crashing)
    for _ in range(3):
        watcher.look()
        watcher.later.clear()
    assert watcher.grader.score("ada", WEEK) == (OPEN, FULL)
    assert said(watcher).count("a fault of the grader's own") == 3
    assert [one["state"] for one in told(eve)] == ["later"]
    (page,) = eve.pages().values()
    assert "Not graded yet, nothing is lost: something failed on our side" in page
    watcher.look()
    assert said(watcher).count("a fault of the grader's own") == 4, "it is tried again, ever more seldom"
    monkeypatch.setattr(Batch, "grade_one", grade)
    assert watcher.look() == 0, "not at once"
    assert Watcher(Grader(watcher.grader.root), out=io.StringIO()).look() == 1
    (page,) = eve.pages().values()
    assert "of 18 points" in page


def test_a_new_watcher_goes_on_where_the_old_one_was(ada: Learner, watcher: Watcher, root: Path) -> None:
    ada.book.solve()
    ada.submit()
    watcher.look()
    with open(watcher.ledger.path, "a", encoding="utf-8") as file:
        file.write('\n{"attempt": "half a li')  # killed while it wrote
    again = Watcher(Grader(root), out=io.StringIO())
    assert again.look() == 0
    ada.submit()
    assert again.look() == 1
    assert Watcher(Grader(root), out=io.StringIO()).look() == 0


def test_an_assignment_that_the_gradebook_does_not_know_waits(ada: Learner, watcher: Watcher, home: Path) -> None:
    ada.submit()
    (folder,) = ada.inbound()
    folder.rename(folder.with_name(folder.name.replace(WEEK, "week99_future")))
    assert watcher.look() == 0 and watcher.look() == 0
    assert said(watcher).count("not in the gradebook") == 1


def test_the_command_is_killed_and_started_again(ada: Learner, root: Path, home: Path) -> None:
    """Killed in the middle of a submission, a new watcher grades it; SIGTERM ends the watcher cleanly."""
    ada.book.solve()
    ada.book.add("import time; time.sleep(3)")

    def start() -> subprocess.Popen[str]:
        path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
        command = [sys.executable, "-m", "autograder.cli", "watch"]
        return subprocess.Popen(
            command, cwd=root, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def until(done: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            time.sleep(0.1)
        assert done()

    stamp = ada.submit()
    with start() as first:
        until(lambda: (root / "submitted" / "ada" / WEEK / "timestamp.txt").is_file())
        time.sleep(1.0)
        first.kill()
    assert not ada.pages(), "it was killed before the page was there"
    with start() as second:
        try:
            until(lambda: bool(ada.pages()))
            second.send_signal(signal.SIGTERM)
            out, errors = second.communicate(timeout=60)
        finally:
            second.kill()
    assert second.returncode == 0, errors
    assert errors == "" and f"{OPEN:g} of {FULL:g}" in out
    assert "of 18 points" in ada.pages()[stamp]
    leftovers = [path for path in (root / "submitted" / "ada").iterdir() if path.name != WEEK]
    assert leftovers == []


def test_a_second_watcher_is_refused(watcher: Watcher, root: Path) -> None:
    from autograder.errors import Mend
    from autograder.locks import only_one

    with only_one(root / ".grading" / "watch.lock", "taken"), pytest.raises(Mend, match="already"):
        watcher.run()


def test_collecting_by_nbgrader_follows_no_link_and_takes_the_one_that_counts(home: Path, root: Path) -> None:
    eve, ada = Learner("eve", home), Learner("ada", home)
    ada.submit(late=-20)
    ada.book.solve()
    ada.submit(late=-10)
    eve.submit()
    (folder,) = eve.inbound()
    (folder / "stolen.txt").symlink_to(root / "notebooks" / WEEK / "hidden.py")
    (folder / "timestamp.txt").write_text("2000-01-01 00:00:00 UTC")
    grader = Grader(root)
    grader.collect(WEEK)
    assert grader.students(WEEK) == ["ada", "eve"]
    assert not (root / "submitted" / "eve" / WEEK / "stolen.txt").exists()
    stamp = (root / "submitted" / "eve" / WEEK / "timestamp.txt").read_text()
    assert stamp in folder.name, "what was sorted by is what is written down"
    assert "x + x" in (root / "submitted" / "ada" / WEEK / f"{WEEK}.ipynb").read_text()
    shutil.rmtree(folder)
    grader.collect(WEEK)
