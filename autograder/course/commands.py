"""The author's commands: `workbook build` and `workbook new-week`. What they need is imported when they run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Add the parsers of `build` and `new-week`."""
    build = subparsers.add_parser("build", help="write source/ and release/ from the lessons")
    build.add_argument("weeks", nargs="*", metavar="WEEK", help="a week's folder name, or week05; all weeks by default")
    build.add_argument("--check", action="store_true", help="write nothing; fail where the folders are stale")
    build.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    build.set_defaults(run=run_build)
    new = subparsers.add_parser("new-week", help="make a folder for a new week, with an example to write over")
    new.add_argument("week", metavar="NAME", help="its folder name, as in week21_graphs")
    new.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    new.set_defaults(run=run_new_week)


def run_build(options: argparse.Namespace) -> int:
    """Build the weeks, or check that they are built; 0 where all is well."""
    from autograder.course.faults import LessonError
    from autograder.course.places import Course
    from autograder.course.stale import build, left_over, stale

    failed = False
    try:
        course = Course.find(options.course)
        weeks = course.chosen(options.weeks)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    for week in weeks:
        try:
            if options.check:
                lines = stale(course, week)
            else:
                build(course, week)
                lines = []
        except LessonError as error:
            lines = str(error).splitlines()
        failed |= bool(lines)
        print(f"{week}: {'not as it should be' if lines else 'fresh' if options.check else 'built'}")
        print("".join(f"  {line}\n" for line in lines), end="", file=sys.stderr)
    others = [] if options.weeks else left_over(course)
    print("".join(f"{line}\n" for line in others), end="", file=sys.stderr)
    if options.check and (failed or others):
        print("Mend: run `make build`, look at what changed, commit it.", file=sys.stderr)
    return int(failed or bool(others))


def run_new_week(options: argparse.Namespace) -> int:
    """Make the folder and say what comes next."""
    from autograder.course.faults import LessonError
    from autograder.course.new_week import new_week
    from autograder.course.places import Course

    try:
        folder = new_week(Course.find(options.course), options.week)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder} is there. Write over the example in lesson.py and its four companions (docs/authoring.md says how),")
    print(f"and keep `workbook audit {options.week} --watch` running: it builds and audits this week at every save.")
    return 0
