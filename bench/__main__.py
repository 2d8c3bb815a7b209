"""`python -m bench`: grades one class in every way, round robin, and prints what each took.

The scores of `workbook grade` and of nbgrader are compared cell by cell; the run fails where they differ.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import assignment, otter, table

TOP = Path(__file__).resolve().parents[1]
BARE, OURS, COMMAND = "bare isolated forks", "`workbook grade`, warm", "`workbook grade`, the command"
NBGRADER, FRESH, OTTER = "nbgrader autograde + feedback", "a fresh Python each", "otter-grader"
PLAIN = """\
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "bench"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.Exchange.root = str(Path(__file__).resolve().parents[1] / "exchange")
"""
PLUGGED = f"from autograder.grading.plug import plug\n{PLAIN}plug(c)\n"
TIMES = 12  # how many times as long nbgrader should take
Scores = dict[str, dict[str, float]]


class Bench:
    """A course graded by the workbook, the same one graded by nbgrader alone, and the notebooks for the others."""

    def __init__(self, home: Path, submissions: int, core: int) -> None:
        self.home, self.core = home, core
        self.ours, self.plain = home / "ours", home / "plain"
        self.environment = {
            **os.environ, "PYTHONPATH": str(TOP), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            "MPLCONFIGDIR": str(home / "matplotlib"), "IPYTHONDIR": str(home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1",
        }  # fmt: skip
        # Where this is set, our modules would be compiled at every start, and nbgrader's, compiled when installed, would not.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        (home / "exchange").mkdir(parents=True)
        (home / "exchange").chmod(0o777)
        for root, config in ((self.ours, PLUGGED), (self.plain, PLAIN)):
            source = root / "source" / assignment.NAME
            source.mkdir(parents=True)
            (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
            (source / f"{assignment.NAME}.ipynb").write_text(json.dumps(assignment.source()), encoding="utf-8")
            self.run(["nbgrader", "generate_assignment", assignment.NAME], root)
            runs = assignment.write_submissions(root / "release", root / "submitted", submissions)
        self.students = sorted(runs)
        (home / "bare").mkdir()
        otter.write(home / "otter", assignment.TESTS)
        (home / "otter" / "notebooks").mkdir()
        for student, nb in runs.items():
            (home / "bare" / f"{student}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
            nb["cells"] = [cell for cell in nb["cells"] if not cell["id"].startswith("test_")]
            (home / "otter" / "notebooks" / f"{student}.ipynb").write_text(json.dumps(nb), encoding="utf-8")

    def start(self, command: Sequence[str], cwd: Path, **settings: Any) -> subprocess.Popen[str]:
        """Start a program on the one core. nbgrader and the workbook are found beside this Python."""
        line = command if os.sep in command[0] else [sys.executable, "-m", *command]
        pin = lambda: os.sched_setaffinity(0, {self.core})  # noqa: E731
        return subprocess.Popen(line, cwd=cwd, env=self.environment, text=True, preexec_fn=pin, **settings)

    def run(self, command: Sequence[str], cwd: Path) -> float:
        """Run a program to its end: its seconds."""
        since = time.perf_counter()
        with open(self.home / "log", "w+", encoding="utf-8") as log:
            if self.start(command, cwd, stdout=log, stderr=log).wait():
                log.seek(0)
                raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-4000:]}")
        return time.perf_counter() - since

    def timed(self, command: Sequence[str]) -> tuple[float, float, dict[str, Any]]:
        """Run a contestant that says `ready`, grades, and prints JSON: seconds until ready, seconds of work, what it printed."""
        since = time.perf_counter()
        with open(self.home / "log", "w+", encoding="utf-8") as log:
            process = self.start(command, TOP, stdout=subprocess.PIPE, stderr=log)
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            if not any(line == "ready\n" for line in lines):
                process.wait()
                log.seek(0)
                raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-4000:]}")
            ready = time.perf_counter()
            said = [line for line in lines if line.startswith("{")]
            done = time.perf_counter()
            if process.wait() or not said:
                log.seek(0)
                raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-4000:]}")
        return ready - since, done - ready, json.loads(said[-1])

    def scores(self, root: Path) -> Scores:
        """Each cell's score in a gradebook."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
            return {
                one.student.id: {grade.name: grade.score for notebook in one.notebooks for grade in notebook.grades}
                for one in book.assignment_submissions(assignment.NAME)
            }

    def watched(self, student: str) -> float:
        """Seconds from a submission's arrival in the exchange to its released page; a watcher stands there."""
        from nbgrader.utils import notebook_hash

        secret = os.urandom(32).hex()
        inbound, feedback = (self.home / "exchange" / "bench" / name for name in ("inbound", "feedback"))
        stamp = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
        made = self.home / "arriving"
        made.mkdir()
        shutil.copy(self.plain / "submitted" / student / assignment.NAME / f"{assignment.NAME}.ipynb", made)
        (made / "timestamp.txt").write_text(stamp, encoding="ascii")
        (made / "submission_secret.txt").write_text(secret, encoding="ascii")
        page = feedback / f"{notebook_hash(secret=secret, notebook_id=assignment.NAME)}.html"
        since = time.perf_counter()
        made.rename(inbound / f"{student}+{assignment.NAME}+{stamp}+{secret[:8]}")
        while not page.exists():
            if time.perf_counter() - since > 120:
                raise SystemExit("the watcher did not answer in two minutes")
            time.sleep(0.005)
        return time.perf_counter() - since


def measure(bench: Bench, rounds: int, python: Path | None, tell: Callable[[str], None]) -> tuple[table.Rounds, list[Any], Any]:
    """All contestants, round robin; what watching took; otter's scores.

    The quick ones run before nbgrader and, the other way round, after it, and their mean counts: a machine that is now
    faster and now slower, for some seconds each, would favour one or the other by chance.
    """
    took: table.Rounds = {}
    watched: list[tuple[float, float]] = []
    ottered: dict[str, float] = {}
    name = assignment.NAME
    for number in range(rounds):
        told: dict[str, Any] = {}

        def bare(told: dict[str, Any] = told) -> tuple[float, float]:
            start, work, found = bench.timed(["bench.bare", str(bench.home / "bare")])
            told.update(found)
            return start, work

        def ours() -> tuple[float, float]:
            return bench.timed(["bench.workbook", str(bench.ours), name])[:2]

        def command() -> tuple[float, float]:
            return bench.run(["autograder.cli", "grade", name, "--again", "--workers", "1"], bench.ours), 0.0

        def nbgrader() -> tuple[float, float]:
            steps = [bench.timed(["bench.plain_nbgrader", str(bench.plain), name, step]) for step in ("autograde", "feedback")]
            return sum(one[0] for one in steps), sum(one[1] for one in steps)

        quick = [(BARE, bare), (OURS, ours), (COMMAND, command)]
        seconds: dict[str, list[tuple[float, float]]] = {}
        for who, run in [*quick, (NBGRADER, nbgrader), *reversed(quick)]:
            start, work = run()
            seconds.setdefault(who, []).append((start, work))
            tell(f"round {number + 1}: {who}: {start:.2f} + {work:.2f} s")
        for who, each in seconds.items():
            took.setdefault(who, []).append((statistics.mean(one[0] for one in each), statistics.mean(one[1] for one in each)))
        if number == 0:  # minutes each, for no bound: once is enough
            alone = [str(bench.home / "bare" / f"{student}.ipynb") for student in bench.students]
            took[FRESH] = [(0.0, sum(bench.run(["bench.bare", "--fresh", one], TOP) for one in alone))]
            if python is not None:
                start, work, ottered = bench.timed([str(python), "-m", "bench.otter", str(bench.home / "otter")])
                took[OTTER] = [(start, work)]
        watched += watch(bench, {who: seconds for who, (seconds, _) in told.items()})
        agree(bench, {who: succeeded for who, (_, succeeded) in told.items()})
    return took, watched, ottered


def agree(bench: Bench, succeeded: dict[str, list[bool]]) -> None:
    """Fail unless the bare forks ran what nbgrader ran: a test cell succeeds there exactly where it scores here."""
    scores = bench.scores(bench.plain)
    for student, cells in succeeded.items():
        notebook = json.loads((bench.home / "bare" / f"{student}.ipynb").read_text(encoding="utf-8"))
        for cell, done in zip(notebook["cells"], cells, strict=True):
            if cell["id"].startswith("test_") and done != bool(scores[student][cell["id"]]):
                raise SystemExit(f"the bare fork of {student} and nbgrader differ in {cell['id']}")


def watch(bench: Bench, alone: dict[str, float]) -> list[tuple[float, float]]:
    """Hand in to a watcher that has graded one: seconds of the answer, seconds of the submission alone."""
    (bench.home / "exchange" / "bench" / "inbound").mkdir(parents=True, exist_ok=True)
    with open(bench.home / "watch.log", "a", encoding="utf-8") as log:
        watcher = bench.start(["autograder.cli", "watch"], bench.ours, stdout=log, stderr=log)
        try:
            bench.watched(bench.students[0])
            return [(bench.watched(student), alone[student]) for student in bench.students[:5]]
        finally:
            watcher.terminate()
            watcher.wait(30)


def report(options: argparse.Namespace, bench: Bench, measured: tuple[table.Rounds, list[Any], Any], why: str) -> str:
    """The text for the page."""
    took, watched, ottered = measured
    ours, theirs = bench.scores(bench.ours), bench.scores(bench.plain)
    differ = [
        f"{who}, {cell}: {ours.get(who, {}).get(cell)} and {score}"
        for who, cells in theirs.items()
        for cell, score in cells.items()
        if ours.get(who, {}).get(cell) != score
    ]
    if differ or len(theirs) != len(bench.students) or sorted(ours) != sorted(theirs):
        raise SystemExit("workbook grade and nbgrader differ in their scores:\n" + "\n".join(differ))
    cells = sum(map(len, theirs.values()))
    beyond = [one - own for one, own in watched]
    lines = [
        f"`make bench`: {len(bench.students)} submissions, medians of {options.rounds} rounds, all contestants in turn in each round;"
        " the first three run before nbgrader and after it, and their mean counts; the last two were in the first round only."
        f" Ratios are medians of the rounds', with the least and the most. Machine: {table.machine()}.",
        "",
        *table.rows(took, len(bench.students), {} if OTTER in took else {OTTER: why}, BARE),
        "",
        f"nbgrader over `workbook grade`: {table.ratio(took, NBGRADER, OURS, False)} without start-up;"
        f" {table.ratio(took, NBGRADER, COMMAND, True)} the command, all of both counted.",
        f"The command starts for {_command_start(took):.1f} s, once; {_from_when(took, len(theirs))}",
        f"Scores: the {cells} test cells of {len(theirs)} submissions score the same by `workbook grade` and by nbgrader.",
    ]
    if OTTER in took:
        same = sum(ottered[who] == sum(found.values()) for who, found in theirs.items())
        lines.append(f"otter-grader {why} comes to the same total for {same} of {len(theirs)}.")
    lines.append(
        f"`workbook watch`: from arrival to released page {statistics.median(one for one, _ in watched):.2f} s"
        f" (the most: {max(one for one, _ in watched):.2f} s), beyond the submission's own time"
        f" {statistics.median(beyond):.2f} s (the most: {max(beyond):.2f} s)."
    )
    return "\n".join(lines)


def _command_start(took: table.Rounds) -> float:
    """What the command takes beyond the class itself, in seconds."""
    return statistics.median(whole - work for (whole, _), (_, work) in zip(took[COMMAND], took[OURS], strict=True))


def _from_when(took: table.Rounds, submissions: int) -> str:
    """The size of a class from which the command, its start counted, takes a twelfth of what nbgrader takes."""
    begin, each = (statistics.median(one[part] for one in took[NBGRADER]) for part in (0, 1))
    ours = statistics.median(work for _, work in took[OURS])
    left = each - TIMES * ours  # of nbgrader's time for the class, what the command may start in
    if left <= 0:
        return f"it takes more than 1/{TIMES} of nbgrader's time however large the class is."
    least = max(1, math.ceil(submissions * (TIMES * _command_start(took) - begin) / left))
    return f"with that it takes 1/{TIMES} of nbgrader's time for a class of {least} (computed from the medians)."


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write into a page where one is named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submissions", type=int, default=3 * len(assignment.WORK))
    parser.add_argument("--no-otter", action="store_true", help="leave otter-grader out")
    parser.add_argument("--otter", type=Path, default=None, metavar="FOLDER", help="an environment to keep it in")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core that all run on")
    parser.add_argument("--write", type=Path, default=None, metavar="PAGE", help="put the table between this page's marks")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        home = Path(scratch)
        python, why = (None, "left out") if options.no_otter else otter.install(options.otter or home / "otter-environment")
        bench = Bench(home / "course", options.submissions, options.core)
        measured = measure(bench, options.rounds, python, lambda line: print(line, file=sys.stderr, flush=True))
        text = report(options, bench, measured, why)
    print(text)
    if options.write:
        table.put(options.write, text)


if __name__ == "__main__":
    main()
