"""The command `workbook report`."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from autograder.errors import Mend
from autograder.files import write_whole
from autograder.grading.state import REPORTS

PAGE, CANVAS, MOODLE = "report.html", "canvas.csv", "moodle.csv"


def add(subparsers: Any) -> None:
    """Add the parser of `report`."""
    parser = subparsers.add_parser("report", help="a class and a week on one page, and its scores for Canvas and Moodle")
    parser.add_argument("week", metavar="WEEK", help="a week's folder name")
    parser.add_argument("--names", action="store_true", help="call learners by their names (else the page hides them)")
    parser.add_argument("--course", type=Path, default=None, metavar="FOLDER", help="where nbgrader runs (found from here)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report of a week and say where it lies."""
    from autograder.grading.grader import Grader, find_course

    folder = write(Grader(find_course(options.course)), options.week, options.names)
    print("\n".join(f"{folder / name}" for name in (PAGE, CANVAS, MOODLE)))
    return 0


def write(grader: Any, week: str, names: bool = False) -> Path:
    """Write a week's page and tables; the folder that they lie in, which is for the instructor alone.

    Raises
    ------
    Mend
        Where it is no week of the workbook, or nothing of it was graded.
    """
    from autograder.grading import patterns_met
    from autograder.grading.report import similar, tables
    from autograder.grading.report.found import found
    from autograder.grading.report.page import page
    from autograder.grading.report.read import read

    room = read(grader, week)
    patterns = {id: rivals for id, (_key, rivals) in patterns_met.read(grader.root / "notebooks" / week).items()}
    unsaid, groups = "", list[similar.Alike]()
    try:
        groups = similar.alike(room)
    except Mend as mend:
        unsaid = str(mend).replace("\nMend: ", " Mend: ")
    folder: Path = grader.root / REPORTS / week
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    now = datetime.datetime.now().astimezone()
    texts = {
        PAGE: page(found(room, patterns), groups, unsaid, names, now),
        CANVAS: tables.canvas(room),
        MOODLE: tables.moodle(room),
    }
    for name, text in texts.items():
        write_whole(folder / name, text.encode())
    return folder
