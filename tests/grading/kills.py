"""Kills what grades a class at random moments; after the rerun all must equal what a run leaves that nobody disturbed.

    python tests/grading/kills.py --kills 200 --seed 1                 # the gradebook in SQLite
    python tests/grading/kills.py --kills 60 --seed 1 --postgres       # on a PostgreSQL server of its own
    python tests/grading/kills.py --kills 20 --seed 1 --cluster        # on a Dask cluster of its own

Victims: the grader, a helper, any process of a learner's sandbox, all of them at once, the gradebook's connection, the
cluster's scheduler and its worker.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
import tiny
from postgres import Server
from tiny import WEEK, Book

ROWS = """
select s.student_id, s.timestamp, n.name, c.name, c.type, g.auto_score, g.manual_score, g.needs_manual_grade,
       m.auto_comment, m.manual_comment, sn.late_submission_penalty
from submitted_assignment s
join submitted_notebook sn on sn.assignment_id = s.id
join notebook n on n.id = sn.notebook_id
join base_cell c on c.notebook_id = n.id
left join grade g on g.notebook_id = sn.id and g.cell_id = c.id
left join comment m on m.notebook_id = sn.id and m.cell_id = c.id
order by 1, 3, 4, 5
"""
DOUBLE = (
    ("grade", "notebook_id, cell_id"),
    ("comment", "notebook_id, cell_id"),
    ("submitted_assignment", "assignment_id, student_id"),
)
SUBREAPER = 36  # prctl: whoever loses its parent becomes this process's child
GONE = 20.0  # seconds within which nothing that a killed grader started is left
RUN = 240.0
WEIGHTS = {"learner": 8, "helper": 3, "connection": 3, "worker": 1}
LAST = {"grader": 4, "everything": 1, "scheduler": 2}  # these end the run


def half(book: Book) -> None:
    book.solve("double")
    book.write("centre", "def centre(x):\n    return x - x.mean()  # wrong")


def late(book: Book) -> None:
    book.solve()
    (book.folder / "timestamp.txt").write_text("2026-01-02 03:04:05.678901 UTC")


def broken_off(book: Book) -> None:
    book.solve()
    book.write("double", "import os\ndef double(x):\n    os._exit(3)")


def kills_herself(book: Book) -> None:
    book.solve()
    book.add("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", book.place("double"))


def chatty(book: Book) -> None:
    book.solve("centre", "guess")
    book.add("import time\nfor number in range(5):\n    print(number)\n    time.sleep(0.05)", book.place("centre"))


def solved(book: Book) -> None:
    book.solve()


CLASS: dict[str, Callable[[Book], None]] = {
    "ada": solved, "half": half, "late": late, "off": broken_off, "herself": kills_herself, "chatty": chatty,
    "blank": lambda book: None, "guess": lambda book: book.solve("guess"),
}  # fmt: skip


class Campaign:
    """A class in a folder, what an undisturbed run leaves of it, and the counts.

    Parameters
    ----------
    home : an empty folder.
    students : how many of the class, from its beginning.
    """

    def __init__(
        self, home: Path, seed: int, server: Server | None = None, cluster: Any = None, students: int = len(CLASS)
    ) -> None:
        self.students = students
        self.home, self.random, self.server, self.cluster = home, random.Random(seed), server, cluster
        self.pristine, self.work, self.scratch = home / "pristine", home / "work", home / "scratch"
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.longest = 0.0
        self.scheduler: Any = None
        self._build()
        self.fresh()
        since = time.monotonic()
        self._succeed()
        self.span = time.monotonic() - since
        self.truth = self.state()
        self.fresh()
        self._succeed()
        self._compare("an undisturbed run twice")

    @property
    def root(self) -> Path:
        return self.work / "course"

    def _build(self) -> None:
        """Build at the place where it is graded, then put it aside: paths in it are the same each time."""
        from autograder.grading.grader import Grader, need

        (self.work / "exchange").mkdir(parents=True)
        (self.work / "exchange").chmod(0o777)
        (self.work / "cache").mkdir()
        tiny.write_course(self.root)
        if self.server:
            config = self.root / "nbgrader_config.py"
            config.write_text(f"{config.read_text()}c.CourseDirectory.db_url = {self.server.url!r}\n")
        grader = Grader(self.root)
        need(grader.api.generate_assignment(WEEK), "generate")
        need(grader.api.release_assignment(WEEK), "release")
        for student, change in list(CLASS.items())[: self.students]:
            book = Book(self.root / "release", self.root / "submitted" / student / WEEK)
            change(book)
            book.save()
        if self.server:
            self.server.put_aside()
        self.work.rename(self.pristine)

    def fresh(self) -> None:
        """Nothing is graded."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.pristine, self.work)
        self.scratch.mkdir(exist_ok=True)
        if self.server:
            self.server.fresh()

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """Start the grader in a process group of its own."""
        command = [sys.executable, "-m", "autograder.cli", "grade", WEEK, "--course", str(self.root), *options]
        if self.cluster:
            if self.scheduler is None or self.scheduler.poll() is not None:
                self.cluster.end()
                self.scheduler = self.cluster.scheduler()
            if all(process.poll() is not None for process in self.cluster.running if process is not self.scheduler):
                self.cluster.worker(TMPDIR=str(self.scratch))
            command += ["--cluster", self.cluster.address]
        with open(self.home / "log", "ab") as log:
            environment = {**os.environ, "TMPDIR": str(self.scratch)}
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)

    def _succeed(self, *options: str) -> None:
        for _ in range(5):
            if self.start(*options).wait(RUN) == 0:
                return
            self.counts["reruns that did not succeed"] += 1
        self.wrong.append("five reruns did not succeed")

    def round(self) -> None:
        """Some runs with kills, then undisturbed ones until one succeeds; then all must be as it should."""
        again = self.random.random() < 0.5
        if not again:
            self.fresh()
        kinds: list[str] = []
        for _ in range(self.random.randint(1, 2)):
            kinds += self._disturbed(*(["--again"] if again else []))
        self._succeed()
        self._no_helper_left()
        self.counts["rounds"] += 1
        self._compare(f"{'again' if again else 'fresh'}: {kinds}")

    def _disturbed(self, *options: str) -> list[str]:
        """One run with kills at random moments; what was killed."""
        running = self.start(*options)
        since = time.monotonic()
        end = self.random.uniform(0.0, 1.3 * self.span)
        moments = sorted(self.random.uniform(0.0, end) for _ in range(self.random.randint(4, 9)))
        plan = [(moment, self._kind(WEIGHTS)) for moment in moments] + [(end, self._kind(LAST))]
        done: list[str] = []
        for moment, kind in plan:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(max(0.0, since + moment - time.monotonic()))
                break
            if self._kill(kind, running):
                self.counts[kind] += 1
                done.append(f"{kind} {time.monotonic() - since:.2f}")
        if not any(one.split()[0] in LAST for one in done):  # it came to its end before
            running.wait(RUN)
        running.wait(RUN)
        self._nothing_left()
        return done

    def _kind(self, weights: dict[str, int]) -> str:
        only = {"connection": self.server, "worker": self.cluster, "scheduler": self.cluster}
        fit = {kind: weight for kind, weight in weights.items() if only.get(kind, True)}
        return self.random.choices(list(fit), list(fit.values()))[0]

    def _kill(self, kind: str, running: subprocess.Popen[bytes]) -> bool:
        """Kill one of a kind; whether there was one."""
        if kind == "connection":
            return self.server is not None and self.server.cut()
        if kind == "grader":
            return _end(running.pid)
        if kind == "scheduler":
            return _end(self.scheduler.pid)
        if kind == "worker":
            killed = [_end(one.pid) for one in self.cluster.running if one is not self.scheduler and one.poll() is None]
            self.cluster.worker(TMPDIR=str(self.scratch))
            return any(killed)
        until = time.monotonic() + self.span / 4
        while True:
            found = descendants(running.pid if not self.cluster else os.getpid())
            helpers = [pid for pid, command in found.items() if b"autograder.grading.batch.worker_main" in command]
            if kind == "everything":
                return any([_end(running.pid), *(_end(pid) for pid in found)])
            victims = helpers if kind == "helper" else [pid for helper in helpers for pid in descendants(helper)]
            if victims:
                return _end(self.random.choice(victims))
            if running.poll() is not None or time.monotonic() > until:
                return False
            time.sleep(0.01)

    def _nothing_left(self) -> None:
        """Nothing that the run started outlives it."""
        if self.cluster:  # a worker keeps its helpers
            return
        since = time.monotonic()
        while left := descendants(os.getpid(), besides=self.server.pid if self.server else 0):
            if time.monotonic() > since + GONE:
                self.wrong.append(f"left running: {left}")
                for pid in left:
                    _end(pid)
                break
            time.sleep(0.02)
        self.longest = max(self.longest, time.monotonic() - since)

    def _no_helper_left(self) -> None:
        """A run that succeeds leaves no helper on a worker, nor does one before it that was killed."""
        since = time.monotonic()
        while self.cluster and (left := [one for one in descendants(os.getpid()).values() if b"grading.helper" in one]):
            if time.monotonic() > since + GONE:
                self.wrong.append(f"helpers left on workers: {left}")
                return
            time.sleep(0.02)

    def state(self) -> dict[str, Any]:
        """All that grading leaves: the gradebook by cell, the executed notebooks and pages by content, all names."""
        url = self.server.url if self.server else f"sqlite:///{self.root / 'gradebook.db'}"
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as db:
            rows = [tuple(map(str, row)) for row in db.execute(sqlalchemy.text(ROWS))]
            for table, key in DOUBLE:
                text = f"select {key}, count(*) from {table} group by {key} having count(*) > 1"
                rows += [(table, "twice", str(row)) for row in db.execute(sqlalchemy.text(text))]
            if not self.server:
                rows += [("integrity", *map(str, row)) for row in db.execute(sqlalchemy.text("pragma integrity_check"))]
        engine.dispose()
        files = {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for step in ("autograded", "feedback")
            for path in sorted((self.root / step).rglob("*"))
            if path.is_file()
        }
        names = sorted(str(path.relative_to(self.work)) for path in self.work.rglob("*") if "__pycache__" not in path.parts)
        names = [name for name in names if "/results/" not in name or "herself" not in name]  # hers is never kept
        scratch = [] if self.cluster else sorted(path.name for path in self.scratch.iterdir())
        return {"rows": rows, "files": files, "names": names, "scratch": scratch}

    def _compare(self, what: str) -> None:
        now = self.state()
        for part, truth in self.truth.items():
            if now[part] != truth:
                this, that = (set(one.items() if isinstance(one, dict) else one) for one in (now[part], truth))
                self.wrong.append(f"{what}\n  {part}: now {sorted(this - that)[:6]}\n  but truly {sorted(that - this)[:6]}")
                if part == "files":
                    self._keep_aside()
        shutil.rmtree(self.scratch)
        self.scratch.mkdir()

    def _keep_aside(self) -> None:
        shutil.copytree(self.work, self.home / f"wrong{len(self.wrong)}", dirs_exist_ok=True)

    @property
    def killed(self) -> int:
        return sum(self.counts[kind] for kind in (*WEIGHTS, *LAST))


def descendants(root: int, besides: int = 0) -> dict[int, bytes]:
    """The living processes below one, with their command lines; those that ended and wait for this one are collected."""
    below: dict[int, list[int]] = collections.defaultdict(list)
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
        with contextlib.suppress(OSError):  # it may end at any moment
            state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:2]
            if state != "Z":
                below[int(parent)].append(pid)
            elif int(parent) == os.getpid() and root == os.getpid():
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
    found: dict[int, bytes] = {}
    ahead = list(below[root])
    while ahead:
        pid = ahead.pop()
        if pid == besides:
            continue
        with contextlib.suppress(OSError):
            found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes()[:300]
        ahead += below[pid]
    return found


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def campaign(seed: int, postgres: bool = False, cluster: bool = False, students: int = len(CLASS)) -> Iterator[Campaign]:
    """A campaign in a temporary folder, with the servers that it needs."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        home.chmod(0o755)
        server = dask = None
        if postgres:
            (home / "server").mkdir()
            server = Server(home / "server")
            stack.callback(server.end)
        if cluster:
            from test_cluster import Processes

            (home / "cluster").mkdir()
            dask = Processes(home / "cluster")
            stack.callback(dask.end)
        yield Campaign(home, seed, server, dask, students)


def main() -> int:
    """Run a campaign; 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--students", type=int, default=len(CLASS), help="how many of the class are there")
    parser.add_argument("--keep", type=Path, help="where what was wrong is put")
    options = parser.parse_args()
    since = time.monotonic()
    with campaign(options.seed, options.postgres, options.cluster, options.students) as made:
        while made.killed < options.kills and len(made.wrong) < 10:
            made.round()
            print(f"{made.counts['rounds']} rounds, {made.killed} kills, {len(made.wrong)} wrong", file=sys.stderr, flush=True)
        if options.keep and made.wrong:
            shutil.copytree(made.home, options.keep, dirs_exist_ok=True, symlinks=True)
    seconds = time.monotonic() - since
    print(*made.wrong, sep="\n")
    about = {"kills": made.killed, **made.counts, "wrong": len(made.wrong), "span": made.span, "longest": made.longest}
    print(json.dumps({**about, "seconds": seconds}))
    return int(bool(made.wrong))


if __name__ == "__main__":
    sys.exit(main())
