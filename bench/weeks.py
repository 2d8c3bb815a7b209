"""`python -m bench.weeks`: what a right, a wrong and an endless submission of each week take to grade, behind the wall.

Right is the reference. Wrong is the reference with every number that it gives back a hundredth larger: it does all the work,
and most cases break. Endless is the reference with the first function of its second exercise a loop without end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course.places import Course
from autograder.desk import exchange
from autograder.desk.lab import build_missing
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.madeup import answer_cells, read, solve
from autograder.grading.batch.batch import grade_one
from autograder.grading.grader import Grader
from bench.table import put

BEND = """

def _bent(value):
    if isinstance(value, (tuple, list)):
        return type(value)(map(_bent, value))
    if isinstance(value, dict):
        return {key: _bent(one) for key, one in value.items()}
    return value * 1.01 if isinstance(value, float) or getattr(value, "dtype", np.dtype(int)).kind == "f" else value


def _bending(function):
    return lambda *args, **named: _bent(function(*args, **named))


"""
LOOP = "\n\ndef {name}(*args, **named):\n    while True:\n        pass\n"
KINDS = ("right", "wrong", "endless")
MARKS = ("<!-- weeks: begin -->", "<!-- weeks: end -->")


def wrong(notebook: dict[str, Any], exercises: list[dict[str, Any]]) -> None:
    """Bend what every function gives back; classes stay as they are."""
    names = {one["id"]: one["names"] for one in exercises}
    for id, cell in answer_cells(notebook):
        bends = [f"{name} = {name} if isinstance({name}, type) else _bending({name})\n" for name in names[id]]
        cell["source"] = "".join(cell["source"]) + BEND + "".join(bends)


def endless(notebook: dict[str, Any], exercises: list[dict[str, Any]]) -> None:
    """Let the first function of the second exercise never come to its end."""
    chosen = exercises[1]
    for id, cell in answer_cells(notebook):
        if id == chosen["id"]:
            cell["source"] = "".join(cell["source"]) + LOOP.format(name=chosen["names"][0])


CHANGES: dict[str, Callable[[dict[str, Any], list[dict[str, Any]]], None]] = {"wrong": wrong, "endless": endless}


def hand_in(course: LocalCourse, week: str, kind: str) -> None:
    """Hand the week in for a person who is named as her kind of submission."""
    released, source = course.exchange / course.course_id / "outbound" / week, course.checkout / "source" / week
    workspace = course.home / "people" / kind
    shutil.copytree(released, workspace / week, dirs_exist_ok=True)
    notebook = solve(released / f"{week}.ipynb", source / f"{week}.ipynb", 1)
    if kind in CHANGES:
        CHANGES[kind](notebook, read(source / "week.json")["exercises"])
    (workspace / week / f"{week}.ipynb").write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
    exchange.hand_in(course, week, kind, workspace)


def measured(course: LocalCourse, week: str) -> list[str]:
    """A row of the table: points, and for each kind its points and its seconds."""
    exchange.release(course, week)
    for kind in KINDS:
        hand_in(course, week, kind)
    grader = Grader(course.instructor)
    grader.collect(week)
    row, most = [], 0.0
    for kind in KINDS:
        began = time.monotonic()
        outcome = grade_one(grader, kind, week)
        score = "not graded" if outcome.trouble else f"{outcome.score:g}"
        row += [score, f"{time.monotonic() - began:.0f}"]
        most = outcome.most
    return [week[:6].replace("week", "").lstrip("0"), f"{most:g}", *row]


def main() -> None:
    """Measure the weeks and print the table; with --write PAGE put it between that page's marks."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("weeks", nargs="*", metavar="WEEK")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    arguments = parser.parse_args()
    checkout = find_checkout()
    build_missing(Course(checkout))
    with tempfile.TemporaryDirectory(prefix="bench-weeks-") as folder:
        course = LocalCourse(checkout, Path(folder) / "course")
        course.lay()
        weeks = [week for week in course.weeks() if not arguments.weeks or week[:6] in arguments.weeks or week in arguments.weeks]
        lines = [
            "| week | points | right | seconds | wrong | seconds | endless | seconds |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for week in weeks:
            lines.append(f"| {' | '.join(measured(course, week))} |")
            print(lines[-1], f"load {os.getloadavg()[0]:.1f}", flush=True)
    print("\n".join(lines))
    if arguments.write:
        put(arguments.write, "\n".join(lines), MARKS, "Seconds a week")


if __name__ == "__main__":
    main()
