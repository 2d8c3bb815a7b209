"""`workbook audit`: the author's gate. A line a week; it fails on any breach and says which."""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.course.audit.found import WeekAudit
    from autograder.course.places import Course

DEAREST = 3  # cases named under the table: those whose draws cost most


def add(subparsers: Any) -> None:
    """Add the parser of `audit`."""
    parser = subparsers.add_parser("audit", help="the author's gate: every exercise against its rivals")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="a week's folder name, or week05; all weeks by default")
    parser.add_argument("--draws", type=int, metavar="N", help="so many fresh draws in all, added to evidence.json")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="judgings of each studio entry, 10 to set bands")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parts of weeks looked at side by side")
    parser.add_argument("--watch", action="store_true", help="build and audit again whenever a file of the week is saved")
    parser.add_argument("--soon", action="store_true", help="say what is amiss as soon as a part of a week is looked at")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    parser.set_defaults(run=run_audit)


def run_audit(options: argparse.Namespace) -> int:
    """Audit the weeks and print the table; 1 where anything is amiss."""
    from autograder.course.faults import LessonError
    from autograder.course.places import Course

    try:
        course = Course.find(options.course)
        weeks = course.chosen(options.weeks)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    if not weeks:
        print("There is no week to audit: `workbook new-week NAME` begins one.", file=sys.stderr)
        return 1
    if options.watch:
        from autograder.course.audit.watching import watch

        return watch(course, weeks if options.weeks else [], options)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the weeks share the cores
    found, breaches = ask(course, weeks, options)
    if options.draws is not None:
        remember(course, found)
    report(found, breaches)
    return int(bool(breaches))


def ask(course: Course, weeks: list[str], options: argparse.Namespace) -> tuple[list[WeekAudit], list[str]]:
    """What was found in each week, its parts side by side in processes of their own; and all breaches."""
    from autograder.course.audit.found import merged
    from autograder.course.audit.week import parts_of, planned, settled
    from autograder.course.faults import LessonError
    from autograder.errors import OwnFailure

    breaches: list[str] = []
    readable = []
    for week in weeks:
        try:
            planned(course, [week])
            readable.append(week)
        except (LessonError, OSError, ValueError) as error:
            breaches.append(f"{week}: cannot be audited: {error}")
    given, tried = planned(course, readable, options.draws)
    found: list[WeekAudit] = []
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs), mp_context=spawn) as pool:
        futures = {
            week: [pool.submit(part) for part in parts_of(course, week, given, tried[week], options.seeds)]
            for week in reversed(readable)  # later ones take longer
        }
        if options.soon:
            tell_soon(readable, futures)
        for week in readable:
            try:
                found.append(settled(merged(future.result() for future in futures[week])))
                breaches += found[-1].breaches
            except (Exception, OwnFailure) as error:
                breaches.append(f"{week}: cannot be audited: {error}")
    return found, breaches


def tell_soon(weeks: list[str], futures: Mapping[str, Sequence[concurrent.futures.Future[WeekAudit]]]) -> None:
    """Say of each part of a week, once it is looked at, what is amiss in it."""
    named = {part: f"{week}, part {k} of {len(futures[week])}" for week in weeks for k, part in enumerate(futures[week], 1)}
    for part in concurrent.futures.as_completed(named):
        error = part.exception()
        lines = [f"{named[part]}: {error}"] if error else part.result().breaches
        for line in lines:
            print(f"✗ {line}", flush=True)
        if not lines:
            print(f"✓ {named[part]}", flush=True)


def remember(course: Course, found: list[WeekAudit]) -> None:
    """Add the draws that were spared to each week's evidence."""
    from autograder.course.audit.evidence import NAME, add

    for week in found:
        add(course, week.week, week.drawn)
        print(f"{week.week}: {sum(week.drawn.values())} draws added to {NAME}; commit it with the week", file=sys.stderr)


def report(found: list[WeekAudit], breaches: list[str]) -> None:
    """Print the table, what was asked for besides, and every breach."""
    from rich.console import Console
    from rich.table import Table

    from autograder.course.audit.found import COLUMNS

    table = Table(*COLUMNS)
    for week in found:
        table.add_row(*week.row())
    console = Console(width=None if sys.stdout.isatty() else 190)
    console.print(table)
    for week in found:
        dearest = sorted(week.costs, key=lambda cost: -cost.seconds)[:DEAREST]
        said = ", ".join(f"{cost.exercise}/{cost.case} {1000 * cost.seconds:.0f} ms ({cost.fresh})" for cost in dearest)
        console.print(f"{week.week}: dearest draws: {said or 'none'}", markup=False, highlight=False, soft_wrap=True)
        for line in week.remarks:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for breach in breaches:
        console.print(f"✗ {breach}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(found)} weeks, {len(breaches)} breaches", highlight=False)
