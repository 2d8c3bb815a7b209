"""`python -m bench.coordinator`: does one coordinator keep 200 workers busy, and does its memory stay flat?

A few submissions of a real week are graded for good, behind the wall. Then a large class is graded by the coordinator's
own code (intake, jobs, feed, autograded/, feedback/, the gradebook), by threads in place of workers: each sleeps as long as
one of the measured submissions took, and hands back what that one came to, unpickled anew as it would come over a network.
The run times are simulated; all else is real. Nothing is scaled unless `--scale` says so.

It fails, saying why, where the workers were busy for less than 90 % of the whole run, its beginning and its end included,
or where memory has grown by more than a tenth from 1,000 submissions on.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import pickle
import random
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from autograder.desk import exchange
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.madeup import PEOPLE, hand_in_all
from autograder.environment import own_programs_first
from autograder.grading.batch.batch import Batch
from autograder.grading.batch.pool import local
from autograder.grading.batch.worker import end_all, run_apart
from autograder.grading.grader import Grader
from autograder.grading.judge.assignment import Assignment
from autograder.grading.judge.job import Graded, Job
from autograder.grading.outcome import Outcome
from bench.table import machine, put

SPACING = datetime.timedelta(seconds=7.77)  # between two submissions
LEAST, GROWTH, SETTLED = 90.0, 10.0, 1000  # percent busy; percent of memory more than after so many submissions
HEAD = "| submissions | wall, s | a second | efficiency | coordinator's CPU, ms each | RSS, MB |\n|---|---|---|---|---|---|"
Measured = list[tuple[float, bytes]]  # seconds of a submission, and what it came to, pickled


def measure(grader: Grader, week: str, rounds: int) -> Measured:
    """Grade the made-up people for good, one after the other in one helper; of several rounds, one more comes first uncounted."""
    found: list[Graded] = []
    warm = 1 if rounds > 1 else 0

    def run(assignment: Assignment, job: Job) -> Graded:
        found.append(run_apart(assignment, job))
        return found[-1]

    outcomes: list[Outcome] = []
    with contextlib.closing(Batch(grader, week, again=True)) as made, local(1) as pool:
        for _ in range(rounds + warm):
            made.grade(list(PEOPLE), pool, 1, outcomes.append, run)
    end_all()
    troubles = [one.trouble for one in outcomes if one.trouble]
    if troubles:
        raise SystemExit(f"a submission could not be graded: {troubles[0]}")
    return [(one.seconds, pickle.dumps(one, protocol=5)) for one in found[warm * len(PEOPLE) :]]


def write_class(grader: Grader, week: str, number: int) -> list[str]:
    """Lay the made-up people's submissions into submitted/ under many names, each with a line and a time of its own."""
    first = datetime.datetime(2026, 1, 1)
    given = [grader.submitted(person, week) for person in PEOPLE]
    texts = [(folder / f"{week}.ipynb").read_text(encoding="utf-8") for folder in given]
    students = [f"learner{n:06d}" for n in range(number)]
    for n, student in enumerate(students):
        source, folder = given[n % len(given)], grader.submitted(student, week)
        folder.mkdir(parents=True)
        shutil.copy(source / "submission_secret.txt", folder)
        (folder / "timestamp.txt").write_text(f"{first + n * SPACING:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="ascii")
        made = texts[n % len(given)].replace('"metadata": {', f'"metadata": {{"nobody": {n},', 1)
        (folder / f"{week}.ipynb").write_text(made, encoding="utf-8")
    return students


@dataclasses.dataclass(frozen=True)
class Mark:
    """How things stood after so many submissions: seconds since the start, how busy the workers were, CPU for each, memory."""

    done: int
    wall: float
    percent: float
    milliseconds: float
    megabytes: float

    @property
    def row(self) -> str:
        """A row of the table."""
        cells = [f"{self.done:,}", f"{self.wall:.1f}", f"{self.done / self.wall:.1f}", f"{self.percent:.1f} %"]
        return f"| {' | '.join([*cells, f'{self.milliseconds:.1f}', f'{self.megabytes:.0f}'])} |"


def faults(marks: list[Mark], least: float) -> list[str]:
    """What is not as it should be."""
    found = []
    if marks[-1].percent < least:
        found.append(f"the workers were busy for {marks[-1].percent:.1f} % of the run, and {least:g} % is the least")
    settled = [one for one in marks if one.done >= SETTLED]
    if settled and (peak := max(one.megabytes for one in settled)) > settled[0].megabytes * (1 + GROWTH / 100):
        more = 100 * (peak / settled[0].megabytes - 1)
        found.append(f"memory grew by {more:.1f} % after {settled[0].done:,} submissions, and {GROWTH:g} % is the most")
    return found


class Simulated:
    """A worker's run: the time of a measured submission, and what it came to."""

    def __init__(self, measured: Measured, scale: float) -> None:
        self.measured, self.scale, self.slept = measured, scale, dict[str, float]()

    def __call__(self, assignment: Assignment, job: Job) -> Graded:
        """Run one job."""
        seconds, kept = random.Random(job.student).choice(self.measured)
        time.sleep(seconds * self.scale)
        self.slept[job.student] = seconds * self.scale
        graded: Graded = pickle.loads(kept)
        return dataclasses.replace(graded, student=job.student)


def resident() -> float:
    """This process's resident memory, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def simulate(grader: Grader, week: str, students: list[str], workers: int, run: Simulated, at: list[int]) -> list[Mark]:
    """Grade the class; print and give a row of the table at each mark."""
    busy, done, cpu, since = 0.0, 0, time.process_time(), time.monotonic()
    marks: list[Mark] = []

    def tell(outcome: Outcome) -> None:
        nonlocal busy, done
        if outcome.trouble:
            raise SystemExit(f"{outcome.student}: {outcome.trouble}")
        done += 1
        busy += run.slept.pop(outcome.student)
        if done in at:
            wall = time.monotonic() - since
            own = (time.process_time() - cpu) / done * 1000
            marks.append(Mark(done, wall, 100 * busy / (workers * wall), own, resident()))
            print(marks[-1].row, flush=True)

    pool = ThreadPoolExecutor(workers)
    with contextlib.closing(Batch(grader, week, again=True)) as made:
        made.grade(students, pool, workers, tell, run)
    pool.shutdown()
    with grader.gradebook() as book:
        written = book.db.execute(_count(week)).scalar()
    if written < len(students):
        raise SystemExit(f"the gradebook holds {written} of {len(students)} submissions")
    return marks


def _count(week: str) -> Any:
    from nbgrader import api
    from sqlalchemy import func, select

    mine = select(api.Assignment.id).where(api.Assignment.name == week).scalar_subquery()
    return select(func.count()).select_from(api.SubmittedAssignment).where(api.SubmittedAssignment.assignment_id == mine)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.coordinator", description=__doc__)
    parser.add_argument("--week", default="week02_logistic")
    parser.add_argument("--submissions", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3, help="times that each made-up submission is graded for good")
    parser.add_argument("--scale", type=float, default=1.0, help="the simulated times are the measured ones times this")
    parser.add_argument("--least", type=float, default=LEAST, help="percent of the whole run that the workers must be busy")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between this page's marks")
    options = parser.parse_args()
    own_programs_first()
    marks = sorted(
        {n for n in (1000, 2000, 3000, 4000, 5000, 10_000, 15_000, 20_000) if n < options.submissions} | {options.submissions}
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        course = LocalCourse(find_checkout(), Path(scratch))
        course.lay()
        exchange.release(course, options.week)
        hand_in_all(course, options.week)
        grader = Grader(course.instructor)
        grader.collect(options.week)
        measured = measure(grader, options.week, options.rounds)
        students = write_class(grader, options.week, options.submissions)
        about = describe(options, measured)
        print(f"{about}\n\n{HEAD}", flush=True)
        made = simulate(grader, options.week, students, options.workers, Simulated(measured, options.scale), marks)
    if options.write:
        put(options.write, "\n".join([about, "", HEAD, *(one.row for one in made)]))
    if wrong := faults(made, options.least):
        raise SystemExit("\n".join(wrong))


def describe(options: argparse.Namespace, measured: Measured) -> str:
    """What is run on which machine, and how long a submission takes for good."""
    seconds = [one[0] for one in measured]
    size = statistics.mean(len(kept) for _, kept in measured) / 1000
    return (
        f"`python -m bench.coordinator --submissions {options.submissions}` on {machine().replace(', each contestant pinned to one', '')}."
        f" {options.week}: {len(seconds)} submissions graded for good took {min(seconds):.2f} to {max(seconds):.2f} s, mean"
        f" {statistics.mean(seconds):.2f} s; a result is {size:.0f} kB. Simulated: {options.workers} workers,"
        f" run times drawn from these, times {options.scale:g}."
    )


if __name__ == "__main__":
    main()
