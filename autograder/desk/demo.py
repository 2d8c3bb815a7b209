"""`workbook demo`: the whole course in one go, without a browser."""

import argparse
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from rich.console import Console
from rich.table import Table

from autograder.cli import Mend
from autograder.course.places import Course
from autograder.desk import exchange
from autograder.desk.lab import build_missing
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.madeup import PEOPLE, hand_in_all


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand of this module."""
    parser = subparsers.add_parser("demo", help="the whole course in one go: build, release, hand in, grade, feedback")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="these weeks alone (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play the course through with made-up people and print their scores."""
    checkout = find_checkout()
    build_missing(Course(checkout))
    course = LocalCourse(checkout, LocalCourse.of(checkout).home / "demo")
    shutil.rmtree(course.home, ignore_errors=True)
    course.lay()
    weeks = arguments.weeks or course.weeks()
    unknown = [week for week in weeks if week not in course.weeks()]
    if unknown or not weeks:
        raise Mend(f"There is no week {', '.join(unknown)}.\nMend: one of {', '.join(course.weeks())}.")
    began = time.monotonic()
    for week in weeks:
        play(course, week)
    print_scores(course, weeks)
    print(f"Feedback pages: {course.instructor / 'feedback'}\nThe whole took {time.monotonic() - began:.0f} s.")
    return 0


def play(course: LocalCourse, week: str) -> None:
    """Take one week through: release, three submissions, grades, feedback."""
    api = NbGraderAPI(config=course.config("instructor"))
    with said(f"{week}: release"):
        exchange.release(course, week)
    with said(f"{week}: {len(PEOPLE)} submissions"):
        hand_in_all(course, week)
        need(api.collect(week))
    for person in PEOPLE:
        with said(f"{week}: grade {person}"):
            need(api.autograde(week, person))
    with said(f"{week}: feedback"):
        need(api.generate_feedback(week))
        need(api.release_feedback(week))


def need(outcome: dict[str, object]) -> None:
    """Refuse to go on where a step of nbgrader failed."""
    if not outcome["success"]:
        raise Mend(f"A step failed:\n{outcome.get('log') or outcome.get('error')}")


@contextmanager
def said(step: str) -> Iterator[None]:
    """Say which step runs, and how long it took."""
    print(f"{step} ...", end=" ", flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def print_scores(course: LocalCourse, weeks: list[str]) -> None:
    """Print a line a week: what there was to have, and what each of the made-up people got."""
    table = Table("week", "points", *PEOPLE, title="Scores")
    with Gradebook(course.config("instructor").CourseDirectory.db_url, course.course_id) as gradebook:
        for week in weeks:
            scores = [gradebook.find_submission(week, person).score for person in PEOPLE]
            table.add_row(week, f"{gradebook.find_assignment(week).max_score:g}", *(f"{score:g}" for score in scores))
    Console().print(table)
