"""`workbook audit`: the author's gate. A line a week; it fails on any breach and says which."""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

COLUMNS = (
    "week", "minutes", "reference", "blank", "wrong caught", "right passed", "draws (least)", "hidden useful",
    "dictated", "studio entries", "seconds", "MB",
)  # fmt: skip


def add(subparsers: Any) -> None:
    """Add the parser of `audit`."""
    parser = subparsers.add_parser("audit", help="the author's gate: every exercise against its rivals")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="a week's folder name; all weeks by default")
    parser.add_argument("--thorough", action="store_true", help="5,000 fresh draws and three judgings of each studio entry")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="exercises looked at side by side")
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
    return report(course.root, weeks, options.thorough, options.jobs)


def report(root: Path, weeks: list[str], thorough: bool, jobs: int) -> int:
    """Audit weeks, exercises side by side in processes of their own, and print what came of it."""
    from rich.console import Console
    from rich.table import Table

    from autograder.course.audit.week import WeekAudit, merged, parts_of

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the weeks share the cores
    table = Table(*COLUMNS)
    breaches: list[str] = []
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max(1, jobs), mp_context=spawn) as pool:
        futures: dict[str, list[concurrent.futures.Future[WeekAudit]]] = {}
        for week in reversed(weeks):  # later ones take longer
            try:
                futures[week] = [pool.submit(part) for part in parts_of(root, week, thorough)]
            except Exception as error:
                breaches.append(f"{week}: cannot be audited: {error}")
        for week in [week for week in weeks if week in futures]:
            try:
                found = merged(future.result() for future in futures[week])
            except Exception as error:
                breaches.append(f"{week}: cannot be audited: {error}")
                continue
            table.add_row(*found.row())
            breaches += found.breaches
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    for breach in breaches:
        console.print(f"✗ {breach}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(weeks)} weeks, {len(breaches)} breaches", highlight=False)
    return int(bool(breaches))
