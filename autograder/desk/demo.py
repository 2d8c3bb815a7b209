"""`workbook demo`: the whole course in one go, without a browser."""

import argparse
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.course.places import Course
from autograder.desk import exchange
from autograder.desk.lab import build_missing
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.madeup import PEOPLE, hand_in_all
from autograder.errors import Mend
from autograder.grading.batch.batch import grade_one
from autograder.grading.grader import Grader
from autograder.grading.outcome import Outcome


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand of this module."""
    parser = subparsers.add_parser("demo", help="the whole course in one go: build, release, hand in, grade, feedback")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="a week's folder name, or week05; all weeks by default")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play the course through with made-up people and print their scores."""
    checkout = find_checkout()
    build_missing(Course(checkout))
    course = LocalCourse(checkout, LocalCourse.of(checkout).home / "demo")
    shutil.rmtree(course.home, ignore_errors=True)
    course.lay()
    weeks = chosen(course.weeks(), arguments.weeks)
    began = time.monotonic()
    for week in weeks:
        with said(f"{week}: release, {len(PEOPLE)} submissions"):
            exchange.release(course, week)
            hand_in_all(course, week)
    outcomes = grade_all(course, weeks)
    print_scores(outcomes)
    print(f"Feedback pages: {course.instructor / 'feedback'}\nAll of it took {time.monotonic() - began:.0f} s.")
    return int(any(outcome.trouble for of_week in outcomes.values() for outcome in of_week))


def chosen(weeks: list[str], asked: list[str]) -> list[str]:
    """The weeks that are asked for, also by their short names (week05); all where none is."""
    found = {name: [week for week in weeks if name in (week, week.split("_")[0])] for name in asked}
    unknown = [name for name, fitting in found.items() if len(fitting) != 1]
    if unknown or not weeks:
        raise Mend(f"There is no week {', '.join(unknown)}.\nMend: one of {', '.join(weeks)}.")
    return [week for fitting in found.values() for week in fitting] or weeks


def grade_all(course: LocalCourse, weeks: list[str]) -> dict[str, list[Outcome]]:
    """Grade the weeks side by side, as many as there are cores, each in a process of its own."""
    workers = min(len(weeks), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {week: pool.submit(grade_week, course.instructor, week) for week in weeks}
        outcomes = {}
        for week, future in futures.items():
            outcomes[week] = future.result()
            for one in outcomes[week]:
                print(f"{week}: {one.student} graded in {one.seconds:.1f} s {one.trouble}", flush=True)
    return outcomes


def grade_week(root: Path, week: str) -> list[Outcome]:
    """Collect what was handed in for a week, grade it behind the wall, write the pages and give them back."""
    grader = Grader(root)
    grader.collect(week)
    outcomes = [grade_one(grader, person, week) for person in PEOPLE]
    for person in PEOPLE:
        grader.release(person, week)
    return outcomes


@contextmanager
def said(step: str) -> Iterator[None]:
    """Say which step runs, and how long it took."""
    print(f"{step} ...", end=" ", flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def print_scores(outcomes: dict[str, list[Outcome]]) -> None:
    """Print a line a week: what there was to have, and what each of the made-up people got."""
    table = Table("week", "points", *PEOPLE, title="Scores")
    for week, of_week in outcomes.items():
        table.add_row(week, f"{of_week[0].most:g}", *("not graded" if one.trouble else f"{one.score:g}" for one in of_week))
    Console().print(table)
