"""`workbook reset`, `update` and `solution`. What they need is imported when they run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Add the parsers of this module."""
    reset = subparsers.add_parser("reset", help="put one exercise's cell back to how it was released")
    update = subparsers.add_parser("update", help="receive a mended week without losing your work")
    solution = subparsers.add_parser("solution", help="open an exercise's solution; your best score so far is kept for it")
    solution.add_argument("--yes", action="store_true", help="do not ask whether you are sure")
    for parser, run in ((reset, run_reset), (update, run_update), (solution, run_solution)):
        parser.add_argument("week", metavar="WEEK", help="week01, or the whole name of the week's folder")
        if parser is not update:
            parser.add_argument("exercise", metavar="EXERCISE", help='the exercise\'s name, as in check("softmax")')
        parser.add_argument("--workspace", type=Path, default=None, metavar="FOLDER", help="where your weeks lie")
        parser.set_defaults(run=run)


def run_reset(options: argparse.Namespace) -> int:
    """Put an exercise back."""
    from autograder.learner.notebooks import RELOAD
    from autograder.learner.reset import reset
    from autograder.learner.workspace import find_workspace

    workspace = find_workspace(options.workspace)
    kept = reset(workspace, workspace.week(options.week), options.exercise)
    print(f"{options.exercise} is as it was released. Your notebook as it was: {kept}\n{RELOAD}")
    return 0


def run_update(options: argparse.Namespace) -> int:
    """Receive a mended week."""
    from autograder.learner.notebooks import RELOAD
    from autograder.learner.update import update
    from autograder.learner.workspace import find_workspace

    workspace = find_workspace(options.workspace)
    week = workspace.week(options.week)
    done = update(workspace, week)
    if not done.backups and not done.files:
        print(f"{week} is as it is released: nothing to do.")
        return 0
    if done.cells:
        print(f"New or mended in {week}: {', '.join(done.cells)}. Your answers and your own cells are as they were.")
    if done.misfits:
        print("Answers of yours that were written for another contract. They run as before; read what is asked now, then check:")
        for one in done.misfits:
            print(f"  {one.exercise}: {one.why}")
    if done.kept:
        names = ", ".join(done.kept)
        print(f"Your cells use what the week gives no more: {names}. A cell of your own, near the top, keeps it there.")
    if done.files:
        print(f"New beside the notebook: {', '.join(done.files)}.")
    for path in done.backups:
        print(f"As it was before: {path}")
    print(RELOAD)
    return 0


def run_solution(options: argparse.Namespace) -> int:
    """Open a solution, or show it again."""
    from autograder.learner.solution import WARNING, open_solution, opened
    from autograder.learner.workspace import find_workspace

    workspace = find_workspace(options.workspace)
    week = workspace.week(options.week)
    found = opened(workspace, week, options.exercise)
    if found is None:
        print(WARNING.format(exercise=options.exercise))
        if not options.yes and not _agreed():
            print("Nothing was opened.")
            return 1
        found = open_solution(workspace, week, options.exercise)
    print(found)
    return 0


def _agreed() -> bool:
    try:
        return input("Open it? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
