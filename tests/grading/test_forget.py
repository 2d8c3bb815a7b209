"""Forgetting a learner on a real small course: handed in through the exchange, graded, a solution opened, reported on."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from tiny import WEEK, Book
from traitlets.config import Config

from autograder import cli
from autograder.errors import Mend
from autograder.grading.cache import Cache
from autograder.grading.forget import kept_of
from autograder.grading.grader import Grader
from autograder.grading.opened import open_solution
from autograder.grading.report import command
from autograder.grading.state import close_week
from autograder.grading.watch import Watcher

GONE, STAYS = "zuleika", "zuleika2"  # a name that nothing else holds; another that begins with it


def hand_in(home: Path, student: str) -> None:
    """As JupyterLab's list does it."""
    book = Book(home / "course" / "release", home / "workspaces" / student / WEEK)
    book.solve("centre")
    book.save()
    config = Config()
    config.CourseDirectory.course_id, config.CourseDirectory.student_id = "tiny", student
    config.CourseDirectory.assignment_id = WEEK
    config.Exchange.root, config.Exchange.cache = str(home / "exchange"), str(home / "cache")
    config.Exchange.assignment_dir = str(home / "workspaces" / student)
    directory = CourseDirectory(config=config)
    ExchangeFactory(config=config).Submit(coursedir=directory, authenticator=Authenticator(config=config), config=config).start()


@pytest.fixture
def used(home: Path) -> Path:
    """A course in which two have handed in, were graded, have opened a solution, and were reported on."""
    root = home / "course"
    for student in (GONE, STAYS):
        hand_in(home, student)
    Watcher(Grader(root), io.StringIO()).look(patient=False)
    close_week(root, WEEK)
    for student in (GONE, STAYS):
        open_solution(root, WEEK, student, "centre", Cache(root, WEEK).best(student))
    command.write(Grader(root), WEEK, names=True)
    return home


def traces(home: Path, student: str) -> list[str]:
    """What holds a learner's name, in its own name or in its text, but for her own workspace and the caches of Python."""
    said = re.compile(rf"(?<![a-z0-9]){student}(?![a-z0-9])".encode())
    return [
        path.relative_to(home).as_posix()
        for path in sorted(home.rglob("*"))
        if "workspaces" not in path.parts
        and (said.search(path.name.encode()) or (path.is_file() and said.search(path.read_bytes())))
    ]


def test_nothing_is_left_of_her_and_nothing_of_the_other_is_touched(used: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = used / "course"
    pages = {path.name for path in (used / "exchange/tiny/feedback").iterdir()}
    before = [
        one
        for one in traces(used, STAYS)
        if not one.startswith(("course/reports", "course/gradebook", "course/.grading/watched"))
    ]
    assert len(traces(used, GONE)) >= 8 and len(before) >= 6
    kept = len(kept_of(Grader(root), GONE))
    capsys.readouterr()
    assert cli.main(["forget", GONE, "--yes", "--course", str(root)]) == 0
    said = capsys.readouterr().out
    assert f"Removed: {kept}." in said and f"submitted/{GONE}" in said and "the gradebook" in said
    assert [one for one in traces(used, GONE) if not one.startswith("course/.nbgrader.log")] == []
    assert [
        one
        for one in traces(used, STAYS)
        if not one.startswith(("course/reports", "course/gradebook", "course/.grading/watched"))
    ] == before
    left = {path.name for path in (used / "exchange/tiny/feedback").iterdir()}
    assert left < pages and len({name.partition(".")[0] for name in left}) == 1
    with Grader(root).gradebook() as book:
        assert [one.id for one in book.students] == [STAYS] and len(book.submission_dicts(WEEK)) == 1
    # A watcher finds nothing of hers to be graded, and nothing of the other to be done again.
    assert Watcher(Grader(root), io.StringIO()).look(patient=False) == 0


def test_it_asks_first(used: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = traces(used, GONE)
    for answer in ("", "yes", STAYS):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert cli.main(["forget", GONE, "--course", str(used / "course")]) == 1
        assert "Nothing was removed." in capsys.readouterr().out
    assert traces(used, GONE) == before
    monkeypatch.setattr("builtins.input", lambda _: GONE)
    assert cli.main(["forget", GONE, "--course", str(used / "course")]) == 0


def test_what_cannot_be_removed_is_named_and_the_rest_goes(
    used: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def not_hers(folder: Path) -> None:
        if "inbound" in folder.parts:
            raise PermissionError(13, "Permission denied", str(folder))
        remove(folder)

    from autograder.grading import forget

    remove = forget._remove
    monkeypatch.setattr(forget, "_remove", not_hers)
    assert cli.main(["forget", GONE, "--yes", "--course", str(used / "course")]) == 1
    said = capsys.readouterr().err
    assert said.count("stays: ") == 1 and "inbound" in said and "Mend: " in said
    assert not (used / "course" / "submitted" / GONE).exists()
    monkeypatch.setattr(forget, "_remove", remove)
    assert cli.main(["forget", GONE, "--yes", "--course", str(used / "course")]) == 0
    assert [one for one in traces(used, GONE) if not one.startswith("course/.nbgrader.log")] == []


@pytest.mark.parametrize("name", ["", " ", ".", "..", "../zuleika", "a/b", ".hidden"])
def test_what_is_no_name_is_refused(root: Path, name: str) -> None:
    with pytest.raises(Mend, match="no learner's name"):
        kept_of(Grader(root), name)


def test_somebody_unknown_has_a_mend(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", "nobody", "--yes", "--course", str(root)]) == 1
    assert "Mend: name her as the gradebook does." in capsys.readouterr().err
