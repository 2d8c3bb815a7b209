"""Grades a class on a disk that gets full at one place after another; what was there before must stay, whole.

    unshare --mount python tests/grading/fills.py                                        # as root
    unshare --map-current-user --keep-caps --mount python tests/grading/fills.py         # as anybody else

It mounts small disks in memory, in a mount namespace that ends with it. `test_full_disk.py` starts it.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import hashlib
import io
import json
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tiny
from disks import Disk, keep_no_rights
from kills import ROWS, half, solved
from tiny import WEEK, Book

from autograder.grading.tidings import KIND  # what a desk is told meanwhile: it holds the hour, and may be lost

FULL = "the disk is full"
LEFT = re.compile(r"\.new$|\.old$|\.lock$|-journal$|^secret\.\d")  # what only a run in progress has
TREES = "autograded", "feedback"
FIRST, SECOND = "2026-01-02 03:04:05.678901 UTC", "2026-01-03 03:04:05.678901 UTC"


def another_name(book: Book) -> None:
    """Handed in again: solved, under another name, with a link, which intake has to say."""
    book.solve()
    book.save()
    book.path.rename(book.folder / "my work.ipynb")
    (book.folder / "passwords").symlink_to("/etc/passwd")
    book.notebook = {}


def some(book: Book) -> None:
    book.solve("double", "guess")


OLD = {"ada": solved, "half": half}
NEW = {"half": another_name, "newcomer": some}
EVERYBODY = sorted({*OLD, *NEW, "sender"})  # she hands in through the exchange, twice


@dataclass
class Ran:
    """What a command left on the screen."""

    code: int
    out: str
    err: str


@dataclass
class State:
    """What grading leaves: of each learner her rows and folders, what was handed in and given back, all names."""

    learners: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: dict[str, dict[str, str]] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class Campaign:
    """A class graded once, then handed in again in part, on a disk that is filled.

    Parameters
    ----------
    home : a folder.
    disk : a disk in it.
    built : a course with its exchange, to be copied; by default one is built.
    """

    grade = "grade", WEEK, "--again", "--release"

    def __init__(self, home: Path, disk: Disk, built: Path | None = None) -> None:
        self.home, self.disk, self.wrong, self.counts = home, disk, list[str](), collections.Counter[str]()
        self.work = disk.place / "work"
        self.root = self.work / "course"
        if built:
            shutil.copytree(built, self.work)
        else:
            self._build()
        with open(self.root / "nbgrader_config.py", "a") as config:
            config.write("\nc.Collect.file_times = False\n")  # `restore` copies the exchange: see docs/course.md
        for student, change in OLD.items():
            self.hand_in(student, change)
        self.send(FIRST, half)
        self._succeed()
        self.old = self.state()
        for student, change in NEW.items():
            self.hand_in(student, change)
        self.send(SECOND, solved)
        self.hers = next(self.submission("half").glob("*.ipynb")).read_bytes()
        shutil.copytree(self.work, home / "before", symlinks=True)
        self._succeed()
        self.new = self.state()
        changed = [one for one in EVERYBODY if self.old.learners[one] != self.new.learners[one]]
        assert changed == ["half", "newcomer", "sender"], "the others came to the same"

    def _build(self) -> None:
        from autograder.grading.grader import Grader, need

        (self.work / "exchange").mkdir(parents=True)
        (self.work / "exchange").chmod(0o777)
        (self.work / "cache").mkdir()
        tiny.write_course(self.root)
        grader = Grader(self.root)
        need(grader.api.generate_assignment(WEEK), "generate")
        need(grader.api.release_assignment(WEEK), "release")

    def hand_in(self, student: str, change: Callable[[Book], None]) -> None:
        """Put a learner's work where it is graded."""
        book = Book(self.root / "release", self.submission(student))
        change(book)
        if book.notebook:
            book.save()

    def send(self, stamp: str, change: Callable[[Book], None]) -> None:
        """Hand in through the exchange, as nbgrader lays it there."""
        inbound = self.work / "exchange" / "tiny" / "inbound"
        book = Book(self.root / "release", inbound / f"sender+{WEEK}+{stamp}+0123456789")
        change(book)
        book.save()
        (book.folder / "timestamp.txt").write_text(stamp)
        (book.folder / "submission_secret.txt").write_text(hashlib.sha256(stamp.encode()).hexdigest())

    def submission(self, student: str) -> Path:
        """Where her work lies for grading."""
        return self.root / "submitted" / student / WEEK

    def restore(self) -> None:
        """As it was when the second run began."""
        shutil.rmtree(self.work)
        shutil.copytree(self.home / "before", self.work, symlinks=True)

    def _succeed(self) -> None:
        ran = self.run(*self.grade)
        assert ran.code == 0, ran

    def run(self, *words: str) -> Ran:
        """Run a `workbook` command in this process."""
        from autograder import cli

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = cli.main([*words, "--course", str(self.root)])
            except Exception:  # Python would end so
                code = 99
                traceback.print_exc(file=err)
        return Ran(code, out.getvalue(), err.getvalue())

    def state(self) -> State:
        """What there is now."""
        with contextlib.closing(sqlite3.connect(self.root / "gradebook.db")) as db:
            rows = [tuple(map(str, row)) for row in db.execute(ROWS)]
            assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        made = State()
        for student in EVERYBODY:
            made.learners[student] = {
                "rows": [row for row in rows if row[0] == student],
                **{step: _contents(self.root / step / student) for step in TREES},
            }
            made.submitted[student] = _contents(self.submission(student))
        pages = _contents(self.work / "exchange" / "tiny" / "feedback")
        made.released = {name: content for name, content in pages.items() if not name.endswith(f".{KIND}")}
        made.names = sorted(str(path.relative_to(self.work)) for path in self.work.rglob("*") if "__pycache__" not in path.parts)
        return made

    def level(self, what: str, disk: Disk, fill: Callable[[int], None], number: int) -> None:
        """Fill a disk, run; make room, run again."""
        self.restore()
        fill(number)
        ran = self.run(*self.grade)
        disk.make_room()
        self._check_full(f"{number} {what}", ran)
        ran = self.run(*self.grade)
        if ran.code:
            self.wrong.append(f"{number} {what}: after room was made: {ran}")
        self._check_new(f"{number} {what}: after room was made")

    def watched(self, number: int) -> None:
        """The same for `workbook watch`, which has graded the first attempt."""
        self.restore()
        first = {"attempt": f"sender+{WEEK}+{FIRST}+0123456789", "outcome": "counts"}
        (self.root / ".grading" / "watched.jsonl").write_text(json.dumps(first) + "\n")
        told = self._watch(lambda: self.disk.fill(number))
        now = self.state()
        self._check_whole(f"watch, {number} pages", now)
        is_new = now.learners["sender"] == self.new.learners["sender"] and SECOND in self._ledger()
        if FULL not in told.out and not is_new:
            self.wrong.append(f"watch, {number} pages: without a word: {told}")
        self.counts["watch: " + ("full" if FULL in told.out else "fits")] += 1
        told = self._watch(lambda: None)
        now = self.state()
        parts = (self.new.learners["sender"], self.new.submitted["sender"], self.new.released)
        is_new = (now.learners["sender"], now.submitted["sender"], now.released) == parts and SECOND in self._ledger()
        if not is_new or "failed" in self._ledger():
            self.wrong.append(f"watch, {number} pages: after room was made: {told} {self._ledger()}")

    def _ledger(self) -> str:
        return (self.root / ".grading" / "watched.jsonl").read_text()

    def _watch(self, fill: Callable[[], None]) -> Ran:
        """A watcher that looks four times at a disk that stays full, as often as it would give up anything else."""
        from autograder.grading.grader import Grader
        from autograder.grading.watch import Watcher

        fill()
        out = io.StringIO()
        watcher = Watcher(Grader(self.root), out)
        for _ in range(4):
            watcher.later.clear()
            watcher.look(patient=False)
        self.disk.make_room()
        return Ran(0, out.getvalue(), "")

    def _check_full(self, what: str, ran: Ran) -> None:
        """Each learner's state is the old one or the new one, and who has the old one is told why and what to do."""
        now = self.state()
        self._check_whole(what, now)
        told = [one for one in EVERYBODY if re.search(rf"^{one} +(not graded:|graded, but) .*{FULL}.*Mend: ", ran.out, re.M)]
        stopped = not ran.out and FULL in ran.err.lower() and "Mend: " in ran.err  # before anybody was graded
        if "Traceback" in ran.out + ran.err or ran.code != int(bool(told or stopped)):
            self.wrong.append(f"{what}: {ran}")
        for student in EVERYBODY:
            if now.learners[student] != self.new.learners[student] and student not in told and not stopped:
                self.wrong.append(f"{what}: {student} not graded without a word: {ran}")
        if "sender" not in told and not stopped and now.released != self.new.released:
            self.wrong.append(f"{what}: not given back without a word: {ran}")
        new = [one for one in EVERYBODY if now.learners[one] == self.new.learners[one] != self.old.learners[one]]
        self.counts["stopped" if stopped else f"new {len(new)}, told {len(told)}"] += 1

    def _check_whole(self, what: str, now: State) -> None:
        for student in EVERYBODY:
            old, new = self.old.learners[student], self.new.learners[student]
            if now.learners[student] not in (old, new):
                kinds = {part: "old" if it == old[part] else "new" if it == new[part] else "neither"
                         for part, it in now.learners[student].items()}  # fmt: skip
                self.wrong.append(f"{what}: {student}: {kinds}")
        for name, content in now.released.items():
            if self.new.released.get(name) != content:
                self.wrong.append(f"{what}: half a page was given back: {name}")
        if now.submitted["sender"] not in (self.old.submitted["sender"], self.new.submitted["sender"]):
            self.wrong.append(f"{what}: half a submission was collected")
        if self.hers not in [path.read_bytes() for path in self.submission("half").rglob("*.ipynb")]:
            self.wrong.append(f"{what}: what she handed in is lost")
        if left := [name for name in now.names if LEFT.search(Path(name).name)]:
            self.wrong.append(f"{what}: left {left}")

    def _check_new(self, what: str) -> None:
        """All is as after a run that nothing disturbed."""
        now, truth = self.state(), self.new
        for part in (*((now.learners[one], truth.learners[one]) for one in EVERYBODY), (now.submitted, truth.submitted),
                     (now.released, truth.released), (dict.fromkeys(now.names), dict.fromkeys(truth.names))):  # fmt: skip
            this, that = ({(name, str(it)) for name, it in one.items()} for one in part)
            if this != that:
                self.wrong.append(f"{what}: now {sorted(this - that)[:4]}\n  but truly {sorted(that - this)[:4]}")


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Worker(Executor):
    """Runs a job in a warm helper, or remembers what it came to: what runs is not on the disk that gets full."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.remembers = True
        self.pool = ThreadPoolExecutor(1)

    def submit(self, run: Any, /, *told: Any, **named: Any) -> Future[Any]:
        return self.pool.submit(self.run, run.args[0], *told)

    def run(self, week: Any, job: Any) -> Any:
        """Grade one job."""
        from autograder.grading.batch.worker import run_apart

        key = week.digest + job.digest
        if key not in self.known or not self.remembers:
            self.known[key] = run_apart(week, job)
        return self.known[key]


@contextlib.contextmanager
def worker() -> Iterator[Worker]:
    """One for all runs of this process."""
    from autograder.grading.batch import batch as klass
    from autograder.grading.batch import worker as apart

    made = Worker()
    assert callable(klass._executor) and callable(klass.run_apart) and callable(klass.end_all)
    klass._executor = lambda *given: contextlib.nullcontext((made, 1))  # type: ignore[assignment]
    klass.run_apart = lambda week, job: made.pool.submit(made.run, week, job).result()
    klass.end_all = lambda: None
    try:
        yield made
    finally:
        apart.end_all()
        made.pool.shutdown()


def main() -> int:
    """Run a campaign; 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", default="0-44:4", help="levels: room for so many pages")
    parser.add_argument("--names", default="0-45:9", help="levels: room for so many files")
    parser.add_argument("--scratch", default="0", help="levels: room for so many pages in the folder for temporary files")
    parser.add_argument("--watch", default="0-39:13", help="levels: room for so many pages")
    parser.add_argument("--built", type=Path, help="a course with its exchange; by default one is built")
    options = parser.parse_args()
    from autograder.grading.batch import worker as apart

    since = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fills-") as folder, contextlib.ExitStack() as stack:
        scratch, disk = (Disk(Path(folder, name), size) for name, size in (("scratch", "1m"), ("disk", "48m")))
        stack.callback(scratch.end)
        stack.callback(disk.end)
        keep_no_rights()
        tempfile.tempdir = str(scratch.place)
        remembering = stack.enter_context(worker())
        made = Campaign(Path(folder), disk, options.built)
        built = time.monotonic() - since
        for what, disk, fill, text in (
            ("pages", made.disk, made.disk.fill, options.pages), ("names", made.disk, made.disk.fill_names, options.names),
        ):  # fmt: skip
            for number in levels(text):
                made.level(what, disk, fill, number)
        for number in levels(options.watch):
            made.watched(number)
        remembering.remembers = False
        for number in levels(options.scratch):
            made.level("pages of scratch", scratch, scratch.fill, number)
        apart.end_all()
        made.level("names of scratch", scratch, scratch.fill_names, 0)  # not even a helper can start
    print(*made.wrong, sep="\n")
    about = {"wrong": len(made.wrong), "built": built, "seconds": time.monotonic() - since}
    print(json.dumps({**made.counts, **about}))
    return int(bool(made.wrong))


def levels(text: str) -> list[int]:
    """`0-3,10-20:5` as 0, 1, 2, 3, 10, 15, 20."""
    found: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found


if __name__ == "__main__":
    sys.exit(main())
