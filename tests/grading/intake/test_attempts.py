"""Inbound: any learner's name is collected or named, no folder counts that somebody else made, and none before it was written."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny import OPEN, WEEK, Book

from autograder.cli import main
from autograder.grading.grader import Grader
from autograder.grading.intake import owners
from autograder.grading.intake.attempts import Attempt, counting, look
from autograder.grading.intake.entries import entry_parts, shown, why_not

ODD = ["Müller", "李雷", "Ö. o'Neill", 'ann "x" lee', "van der berg, j", "a+b", "мария", "-dash", "back\\slash", "e\u0301ve"]
NONE = ["..", ".hidden", "st*r", "wh?t", "br[a]ck", "bidi\u202etxt", "two\nlines", " blank", "n" * 201, "half\udcff"]
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes files of other accounts")
STAMP = "2026-01-01 00:00:00.000000 UTC"


@pytest.fixture
def put(home: Path, root: Path) -> Callable[..., Path]:
    """Put work into inbound under any name."""

    def made(student: str, stamp: str = STAMP, random: str = "+r4nd0m", solved: bool = True, owner: int | None = None) -> Path:
        folder = home / "exchange" / "tiny" / "inbound" / f"{student}+{WEEK}+{stamp}{random}"
        book = Book(root / "release", folder)
        if solved:
            book.solve()
        book.save()
        (folder / "submission_secret.txt").write_text("s" * 64)
        if owner is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, owner, owner)
        return folder

    return made


@pytest.mark.parametrize("student", ODD)
@pytest.mark.parametrize("random", ["+r4nd0m", ""])
def test_any_name_is_understood(student: str, random: str) -> None:
    assert entry_parts(f"{student}+{WEEK}+{STAMP}{random}") == (student, WEEK, STAMP)


@pytest.mark.parametrize("student", NONE)
def test_what_cannot_be_a_name_is_said_and_can_be_shown(student: str) -> None:
    name = f"{student}+{WEEK}+{STAMP}+x"
    assert entry_parts(name) is None and why_not(name) and shown(name).isprintable() and len(shown(name)) <= 120


def test_odd_names_are_graded_and_what_is_not_understood_is_named(
    put: Callable[..., Path], root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["Müller", "o'Neill, j", "李雷"]
    for student in names:
        put(student)
    monkeypatch.chdir(root)
    assert main(["grade", WEEK]) == 0
    assert capsys.readouterr().out.count(f"{OPEN:.2f} of") == 3
    for student in names:
        assert Grader(root).score(student, WEEK)[0] == OPEN
        assert (root / "feedback" / student / WEEK / f"{WEEK}.html").is_file()
    for strange in ("wh?t", "two\nlines"):
        put(strange)
    (put("x").parent / "notes.txt").write_text("a stray file")
    put("y").rename(put("y").with_name(f"y+{WEEK}+yesterday+x"))
    put("z").rename(put("z").with_name("z+another_week*+2026-01-01 00:00:00 UTC+x"))
    assert main(["grade", WEEK]) == 1
    out = capsys.readouterr().out
    for named in ("wh?t+", "two\\nlines+", "notes.txt", f"y+{WEEK}+yesterday+x"):
        assert f"{named}" in out
    assert out.count("not collected: ") == 4 and out.count("Mend: ") == 4 and "another_week" not in out

    assert main(["watch", "--once"]) == 1
    out = capsys.readouterr().out
    assert out.count("not collected: ") == 5 and "another_week*" in out
    assert not Grader(root).api.collect(WEEK)["success"], "formgrader's button and nbgrader collect say so, too"


def account(monkeypatch: pytest.MonkeyPatch, **numbers: int) -> None:
    """Let the system have these accounts."""
    names = {number: name for name, number in numbers.items()}
    stand_in = SimpleNamespace(
        getpwnam=lambda name: SimpleNamespace(pw_uid=numbers[name]),
        getpwuid=lambda number: SimpleNamespace(pw_name=names[number]),
    )
    monkeypatch.setattr(owners, "pwd", stand_in)


@as_root
@pytest.mark.parametrize("has_accounts", [True, False])
@pytest.mark.parametrize("first", ["bob", "mallory"])
def test_a_classmates_folder_counts_for_nobody(
    put: Callable[..., Path], root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, has_accounts: bool,
    first: str,
) -> None:  # fmt: skip
    account(monkeypatch, **({"bob": 2001, "mallory": 2002} if has_accounts else {}))
    put("mallory", owner=2002)
    both = [lambda: put("bob", owner=2001), lambda: put("bob", stamp="2026-01-02 00:00:00 UTC", solved=False, owner=2002)]
    for make in both if first == "bob" else both[::-1]:
        make()
    monkeypatch.chdir(root)
    assert main(["grade", WEEK]) == 1
    out = capsys.readouterr().out
    assert "made it, and it says that it is of bob" in out and "check_owner" in out
    assert Grader(root).score("bob", WEEK)[0] == OPEN


@as_root
def test_a_file_that_somebody_else_put_there_stops_the_folder(
    put: Callable[..., Path], root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put("bob", owner=2001)
    os.chown(folder / f"{WEEK}.ipynb", 2002, 2002)
    monkeypatch.chdir(root)
    assert main(["grade", WEEK]) == 1
    assert f"another account has written {WEEK}.ipynb in it" in capsys.readouterr().out
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write("\nc.Collect.check_owner = False\n")
    assert main(["grade", WEEK]) == 0


def claims(*made: tuple[str, int]) -> list[owners.Claim]:
    return [owners.Claim(f"{student}-{number}-{n}", student, number) for n, (student, number) in enumerate(made)]


@pytest.mark.parametrize(
    ("accounts", "made", "refused"),
    [
        ({}, [("a", 1000), ("b", 1000), ("a", 1000)], []),  # containers that write as one user
        ({"jovyan": 1000}, [("a", 1000), ("b", 1000)], []),
        ({"a": 2001, "b": 2002}, [("a", 2001), ("b", 2002)], []),
        ({"a": 2001, "b": 2002}, [("a", 2002)], ["a-2002-0"]),
        ({"b": 2002}, [("b", 2002), ("a", 2002)], ["a-2002-1"]),
        ({"mail": 8}, [("mail", 1000), ("a", 1000)], []),  # the system's account is nobody's
        ({}, [("a", 2001), ("a", 2002), ("b", 2002)], ["a-2002-1"]),
        ({}, [("a", 2002), ("b", 2002), ("a", 2001)], ["a-2002-0"]),
        ({}, [("a", 2001), ("a", 2002)], ["a-2002-1"]),
        ({}, [("a", 2001), ("a", 0)], []),  # whoever grades put it there
    ],
)
def test_who_made_it(
    monkeypatch: pytest.MonkeyPatch, accounts: dict[str, int], made: list[tuple[str, int]], refused: list[str]
) -> None:
    account(monkeypatch, **accounts)
    assert sorted(owners.impostors(claims(*made))) == refused


def test_a_back_dated_folder_counts_when_it_was_written(put: Callable[..., Path], home: Path) -> None:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    due = now - datetime.timedelta(hours=1)
    folder = put("bob", stamp="2026-01-01 00:00:00.000000 UTC")
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (0, 0))  # what a learner can set back
    (one,) = look(folder.parent).attempts
    assert one.named < due < now - datetime.timedelta(minutes=1) < one.time and "the later time counts" in one.line
    fresh = put("bob", stamp=f"{now:%Y-%m-%d %H:%M:%S.%f} UTC")
    found = {attempt.name: attempt for attempt in look(folder.parent).attempts}
    assert found[fresh.name].time == now and found[fresh.name].line == "" and found[fresh.name].moment in fresh.name
    (believed,) = (one for one in look(folder.parent, believed=True).attempts if one.name == folder.name)
    assert believed.time == believed.named
    assert counting([believed, found[fresh.name]], due) is believed, "where names are believed, it was in time"
    assert counting([found[folder.name], found[fresh.name]], due) is not believed


def test_a_back_dated_folder_is_late_in_the_gradebook_and_on_the_page(put: Callable[..., Path], root: Path) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        due = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(days=2)
        gradebook.update_or_create_assignment(WEEK, duedate=due)
    put("bob")
    assert main(["grade", WEEK, "--course", str(root)]) == 0
    page = (root / "feedback" / "bob" / WEEK / f"{WEEK}.html").read_text(encoding="utf-8")
    assert "Handed in 2 days after the due date." in page and "the later time counts" in page
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(WEEK, "bob").total_seconds_late > 86400


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no ctime of this kind")
def test_an_edit_after_handing_in_is_seen(put: Callable[..., Path]) -> None:
    folder = put("bob")
    before = Attempt(folder, "bob", WEEK, STAMP, folder.lstat().st_uid).time
    (folder / f"{WEEK}.ipynb").write_text("{}")
    os.utime(folder / f"{WEEK}.ipynb", (0, 0))
    assert Attempt(folder, "bob", WEEK, STAMP, folder.lstat().st_uid).time > before
