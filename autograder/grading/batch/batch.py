"""Grades a class: jobs are made one by one, run elsewhere, and written here, by this process alone.

A run may be stopped, killed and started again: what is done is seen by its content, the rest is done, and the gradebook
ends as that of a run that nobody disturbed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, NamedTuple

from autograder import scratch
from autograder.errors import Mend, NotGraded
from autograder.grading.batch import heap
from autograder.grading.batch.deeds import record_all
from autograder.grading.batch.pool import feed, local
from autograder.grading.batch.worker import end_all, run_apart
from autograder.grading.cache import Cache, Record, digest, is_changed, is_whole, with_past
from autograder.grading.gradebook import Book, Standing
from autograder.grading.grader import Grader
from autograder.grading.intake.intake import take_in
from autograder.grading.judge.assignment import Assignment, bundle
from autograder.grading.judge.job import Graded, Job, fields_of, files_of, handed_in
from autograder.grading.judge.whole import lacks
from autograder.grading.keys import course_secret, own_files, submission_key
from autograder.grading.opened import frozen
from autograder.grading.outbox import Outbox, sweep
from autograder.grading.outcome import Outcome, not_yet, plain_words
from autograder.grading.past import with_attempt
from autograder.grading.state import is_open
from autograder.grading.timestamps import moment
from autograder.grading.ways import in_words, odd_cells, waiting, with_ways
from autograder.locks import alone
from autograder.notebook import format as nbio
from autograder.wall.wire.errors import SandboxError

AHEAD = 2  # jobs in flight for every worker: one that runs, one that waits for it
Run = Callable[[Assignment, Job], Graded]
Tell = Callable[[Outcome], Any]


class Change(NamedTuple):
    """A score that would be another one; None where there is none, or a human has to look."""

    student: str
    cell: str
    before: float | None
    now: float | None


class Batch:
    """One assignment of a course, to be graded in bulk.

    Parameters
    ----------
    grader : the course.
    again : grade anew what has not changed, too.
    lower : a changed assignment may lower scores of work that was handed in before.
    """

    def __init__(self, grader: Grader, assignment: str, again: bool = False, lower: bool = False) -> None:
        self.grader, self.assignment, self.again, self.lower = grader, assignment, again, lower
        self.coursedir = grader.coursedir
        self.book = Book(self.coursedir.db_url, self.coursedir.course_id, assignment, grader.penalty())
        self.cache = Cache(grader.root, assignment)
        self.secret, self.waits = course_secret(grader.root), 0
        source, is_opened = grader.source(assignment), is_open(grader.root, assignment, self.book.due)
        settings = grader.limits(), self.book.checksums, grader.step_settings()
        self.reading = grader.reading(assignment)
        self.bundle = bundle(grader.root, source, assignment, is_opened, *settings, reading=self.reading)
        if gone := lacks(self.bundle, self.book.graded):
            self.book.close()
            raise Mend(gone)

    def settle(self, run: Run) -> None:
        """Find out how each test cell is run, where that is not known; the instructor is told of what does not run apart."""
        self.bundle = _settled(self.grader, self.bundle, run)
        self.waits = waiting(self.bundle)

    def grade(self, students: Sequence[str], executor: Executor, workers: int, tell: Tell, run: Run = run_apart) -> None:
        """Grade these learners' submissions.

        Parameters
        ----------
        executor, workers : where jobs run, and how many at once.
        tell : is told the outcome of each, in order of arrival.
        run : grades one job there.
        """
        heap.steady()
        self.settle(lambda made, job: executor.submit(run, made, job).result())
        results = feed(executor, functools.partial(run, self.bundle), self._jobs(students, tell), AHEAD * workers)
        with contextlib.closing(results):
            for job, result in results:
                tell(self._finish(job, result))

    def compare(self, students: Sequence[str], executor: Executor, workers: int, tell: Callable[[Change], Any]) -> list[Outcome]:
        """Grade what has changed and write nothing: tell of each score that would be another one; what could not be graded."""
        troubles: list[Outcome] = []
        self.settle(lambda made, job: executor.submit(run_apart, made, job).result())
        jobs = (
            dataclasses.replace(job, floor={})
            for job in self._jobs(students, lambda outcome: troubles.append(outcome) if outcome.trouble else None)
        )
        results = feed(executor, functools.partial(run_apart, self.bundle), jobs, AHEAD * workers)
        with contextlib.closing(results):
            for job, result in results:
                last = self.cache.last(job.student)
                if isinstance(result, Exception):
                    troubles.append(Outcome(job.student, trouble=not_yet(result)))
                elif last is not None:
                    for name, cells in result.grades.items():
                        for id, now in cells.items():
                            before = last.grades.get(name, {}).get(id)
                            if before != now:
                                tell(Change(job.student, id, before, now))
        return troubles

    def close(self) -> None:
        """Let the gradebook go."""
        self.book.close()

    def grade_one(self, student: str) -> Outcome:
        """Grade one submission here, in this thread's helper."""
        outcomes: list[Outcome] = []
        self.settle(run_apart)
        for job in self._jobs([student], outcomes.append):
            try:
                outcomes.append(self._finish(job, run_apart(self.bundle, job)))
            except Exception as error:
                outcomes.append(Outcome(student, trouble=not_yet(error)))
        return outcomes[0]

    def _jobs(self, students: Sequence[str], tell: Tell) -> Iterator[Job]:
        """The submissions that have to be run; of what needs no run it is told at once."""
        for student in students:
            since = time.monotonic()
            try:
                job = self.job(student)
                record = None if self.again else self.cache.of(student, self._content(job))
                if record is not None and is_whole(self._folder("autograded", student), record.texts, ".ipynb"):
                    tell(self._unchanged(job, record, since))
                    continue
            except Exception as error:  # one submission's trouble stops no other
                tell(Outcome(student, seconds=time.monotonic() - since, trouble=not_yet(error)))
                continue
            yield job

    def job(self, student: str) -> Job:
        """Take in a submission and make a job of it."""
        folder = self.grader.submitted(student, self.assignment)
        if not folder.is_dir():
            raise Mend(f"nothing was handed in: there is no {folder}")
        with alone(folder):
            notes = take_in(folder, self.grader.source(self.assignment), reading=self.reading)
            files = files_of(folder)
            texts = {name: (folder / f"{name}.ipynb").read_text(encoding="utf-8") for name in self.bundle.sources}
        hers = own_files(files, self.bundle.beside)
        keys = {name: submission_key(self.secret, self.assignment, nbio.reads_plain(text), hers) for name, text in texts.items()}
        lines = {name: notes.lines(name) for name in texts}
        late = self.book.seconds_late(student, moment(handed_in(files)))
        counts = frozen(self.grader.root, self.assignment, student)
        job = Job(student, texts, files, keys, lines, notes.unreadable, late, counts)
        return with_past(job, self.cache.last(student), self.bundle, self.lower)

    def _content(self, job: Job) -> str:
        return f"{self.bundle.digest} {job.digest}"

    def _finish(self, job: Job, result: Graded | Exception) -> Outcome:
        """Write what came of a job."""
        if isinstance(result, Exception):
            return Outcome(job.student, trouble=not_yet(result))
        if result.slow:
            _say_once(result.slow)
        if result.trouble:
            return Outcome(job.student, seconds=result.seconds, trouble=result.trouble)
        try:
            record = Record(self._content(job), result.grades, result.comments, seconds=result.seconds)
            record.best = self.cache.best(job.student, {} if result.doubtful else result.own)
            last = self.cache.last(job.student)
            record.changed = is_changed(job, last, self.bundle)
            record.attempts = with_attempt(last.attempts if last else (), job, result.exercises)
            record.work, record.version, record.open_week = job.work, self.bundle.version, self.bundle.open_week
            record.floor = job.floor
            record.texts = {name: digest(text.encode()) for name, text in result.texts.items()}
            beside = {**job.files, **self.bundle.beside}
            texts = {f"{name}.ipynb": text.encode() for name, text in result.texts.items()}
            with Outbox() as box:  # written before the gradebook, in place after it: a full disk leaves all as it was
                box.put(self._folder("autograded", job.student), {**beside, **texts}, *self._mode(0o444))

                def ready(standing: Standing) -> None:
                    self._pages(job, record, standing, result, box)
                    if not result.doubtful:
                        self.cache.keep(job.student, record, box)

                standing = self._write(job, result, True, ready)
        except Exception as error:
            return Outcome(job.student, seconds=result.seconds, trouble=not_yet(error))
        return Outcome(job.student, standing.score, standing.most, result.seconds, waits=self.waits)

    def _unchanged(self, job: Job, record: Record, since: float) -> Outcome:
        """See that all of a graded submission stands where it should."""
        for step in ("autograded", "feedback"):
            sweep(self._folder(step, job.student))
        standing = self._write(job, record.graded(job.student), False)
        is_there = is_whole(self._folder("feedback", job.student), record.pages, ".html")
        if not is_there or record.human != _human(standing):
            with Outbox() as box:
                self._pages(job, record, standing, None, box)
                self.cache.keep(job.student, record, box)
        return Outcome(job.student, standing.score, standing.most, time.monotonic() - since, waits=self.waits)

    def _write(self, job: Job, graded: Graded, anew: bool, ready: Callable[[Standing], None] | None = None) -> Standing:
        return self.book.write(graded, moment(job.handed_in), job.late, anew, ready)

    def _pages(self, job: Job, record: Record, standing: Standing, result: Graded | None, box: Outbox) -> None:
        """Write the feedback folder. The worker's pages are taken where no human has written into the gradebook."""
        auto = {name: {id: value or 0.0 for id, value in cells.items()} for name, cells in record.grades.items()}
        is_plain = standing.scores == auto and not any(standing.comments.values()) and not any(standing.penalties.values())
        pages = result.pages if result is not None and is_plain else self._made(job, standing, result)
        record.human, record.pages = _human(standing), {name: digest(page.encode()) for name, page in pages.items()}
        made = {f"{name}.html": page.encode() for name, page in pages.items()}
        box.put(self._folder("feedback", job.student), {**job.files, **self.bundle.beside, **made}, *self._mode(0o644))

    def _made(self, job: Job, standing: Standing, result: Graded | None) -> dict[str, str]:
        from autograder.grading.page.feedback import page_of  # only where a human has written, or a page is gone

        folder = self._folder("autograded", job.student)
        texts = result.texts if result else {name: (folder / f"{name}.ipynb").read_text("utf-8") for name in self.bundle.sources}
        return {
            name: page_of(
                nbio.reads_plain(text), self.assignment, job.student, name, job.handed_in,
                standing.scores[name], standing.comments[name], standing.penalties[name],
            )
            for name, text in texts.items()
        }  # fmt: skip

    def _folder(self, step: str, student: str) -> Path:
        directory = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(directory, student, self.assignment))

    def _mode(self, mode: int) -> tuple[int, bool]:
        return (0o664, True) if self.coursedir.groupshared else (mode, False)


def _settled(grader: Grader, made: Assignment, run: Run) -> Assignment:
    """An assignment with the ways of its test cells; Mend where they could not be tried out."""
    try:
        odd, agreed = odd_cells(grader.root, made, run), grader.agreed(made.name)
    except (NotGraded, SandboxError) as error:
        told = f"The tests of {made.name} could not be tried on the source's own solution: {plain_words(error)}"
        raise Mend(f"{told}\nNo score was changed; the same command tries again.") from error
    for line in in_words(made.name, odd, agreed):
        _say_once(line)
    return with_ways(made, odd, agreed)


def grade_one(grader: Grader, student: str, assignment: str, again: bool = False) -> Outcome:
    """Grade one submission that has been collected, and write its page."""
    if not grader.takes_our_way():
        return grader.grade_by_nbgrader(student, assignment)
    begun = time.monotonic()
    try:
        grader.need_sandbox()
        made = Batch(grader, assignment, again)
        try:
            outcome = made.grade_one(student)
        finally:
            made.close()
    except Exception as error:  # one submission's trouble stops no other
        outcome = Outcome(student, trouble=not_yet(error))
    return dataclasses.replace(outcome, seconds=time.monotonic() - begun)


@functools.cache
def _say_once(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _human(standing: Standing) -> str:
    return digest(json.dumps(fields_of(standing), sort_keys=True).encode())


def grade_class(
    root: Path,
    assignment: str,
    students: Sequence[str] | None = None,
    *,
    again: bool = False,
    workers: int | None = None,
    cluster: str = "",
    release: bool = False,
    lower: bool = False,
    begin: Callable[[int], Tell] | None = None,
    progress: Tell | None = None,
) -> list[Outcome]:
    """Collect and grade a class.

    Parameters
    ----------
    root : the folder that nbgrader runs in.
    students : only these; by default all who have handed in.
    again : grade anew what has not changed, too.
    workers : local processes at once; by default one for each core.
    cluster : the address of a Dask cluster that runs the submissions.
    release : give each page back through the exchange.
    lower : a changed assignment may lower scores of work that was handed in before.
    begin : told the number of submissions; what it gives is told each outcome as it comes (a progress bar).
    progress : told each outcome as it comes.

    Raises
    ------
    Mend
        Where there is no sandbox here, no such assignment, no such cluster.
    """
    grader = Grader(root)
    grader.need_assignment(assignment)
    if not cluster:
        grader.need_sandbox()
    grader.need_whole(assignment)
    strange = grader.collect(assignment)
    opened = record_all(grader, assignment)
    asked = grader.students(assignment) if students is None else list(students)
    outcomes: list[Outcome] = []
    hearers = [one for one in (begin(len(asked)) if begin else None, progress, outcomes.append) if one is not None]

    def tell(outcome: Outcome) -> None:
        if (release or outcome.student in opened) and not outcome.trouble:
            try:
                grader.release(outcome.student, assignment)
            except Exception as error:  # one page that cannot be given back stops no other
                outcome = dataclasses.replace(outcome, trouble=f"its page was not given back: {plain_words(error)}")
        for hear in hearers:
            hear(outcome)

    for name, why in strange:
        tell(Outcome(name, trouble=f"not collected: {why}"))
    if grader.takes_our_way():
        _grade(Batch(grader, assignment, again, lower), asked, tell, workers, cluster)
    else:  # a course with steps of its own in nbgrader's configuration: nbgrader runs them
        reading = grader.reading(assignment)
        made = bundle(grader.root, grader.source(assignment), assignment, True, grader.limits(), reading=reading)
        waits = waiting(_settled(grader, made, run_apart))
        for student in asked:
            tell(dataclasses.replace(grader.grade_by_nbgrader(student, assignment), waits=waits))
    return sorted(outcomes, key=lambda outcome: outcome.student)


def _grade(made: Batch, students: Sequence[str], tell: Tell, workers: int | None, cluster: str) -> None:
    scratch.sweep("grader", "autograder-hypothesis")
    try:
        with _executor(workers, cluster, len(students)) as (executor, number):
            made.grade(students, executor, number, tell)
    finally:
        made.close()
        end_all()


def compare_class(
    root: Path, assignment: str, students: Sequence[str] | None = None, workers: int | None = None, cluster: str = ""
) -> tuple[list[Change], list[Outcome]]:
    """Whose scores would change, were what has been collected graded now; nothing is written. And what could not be graded."""
    grader = Grader(root)
    grader.need_assignment(assignment)
    if not cluster:
        grader.need_sandbox()
    made, changes = Batch(grader, assignment), list[Change]()
    asked = grader.students(assignment) if students is None else list(students)
    try:
        with _executor(workers, cluster, len(asked)) as (executor, number):
            troubles = made.compare(asked, executor, number, changes.append)
    finally:
        made.close()
        end_all()
    return sorted(changes), troubles


@contextlib.contextmanager
def _executor(workers: int | None, cluster: str, most: int) -> Iterator[tuple[Executor, int]]:
    if cluster:
        from autograder.grading.batch.cluster import executor

        with executor(cluster) as found:
            yield found
        return
    number = max(1, min(workers or len(os.sched_getaffinity(0)), most))
    pool = local(number)
    try:
        yield pool, number
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
