"""`workbook grade`, `watch` and `close`. What they need is imported when they run."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import NOT_YET
from autograder.grading.batch.startup import leave_out

if TYPE_CHECKING:
    from autograder.grading.outcome import Outcome


def add(subparsers: Any) -> None:
    """Add the parsers of this module."""
    grade = subparsers.add_parser("grade", help="collect, grade behind the wall, write feedback")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="a week's folder name, or another assignment")
    grade.add_argument("--student", action="append", default=[], metavar="NAME", help="only this learner (may be repeated)")
    grade.add_argument("--again", action="store_true", help="grade anew what has not changed, too")
    grade.add_argument("--workers", type=int, default=None, metavar="N", help="processes at once (one for each core)")
    grade.add_argument("--cluster", default="", metavar="ADDRESS", help="run the submissions on this Dask cluster")
    grade.add_argument("--release", action="store_true", help="give the feedback back through the exchange")
    grade.add_argument("--compare", action="store_true", help="write nothing: say whose scores a changed week would change")
    grade.add_argument("--lower", action="store_true", help="a changed week may lower scores of work handed in before")
    grade.set_defaults(run=run_grade)
    watch = subparsers.add_parser("watch", help="grade what arrives in the exchange and give feedback back")
    watch.add_argument("--once", action="store_true", help="grade what is there, then end")
    watch.set_defaults(run=run_watch)
    close = subparsers.add_parser("close", help="close a week: its studio is judged on the rows that count from now on")
    close.add_argument("week", metavar="WEEK", help="a week's folder name")
    close.add_argument("--reopen", action="store_true", help="open it again")
    close.set_defaults(run=run_close)
    why = subparsers.add_parser("why", help="run what broke in a submission again: the call, what came back, what was wanted")
    why.add_argument("week", metavar="WEEK", help="a week's folder name")
    why.add_argument("student", metavar="STUDENT", help="whose submission")
    why.add_argument("exercise", metavar="EXERCISE", help="the exercise's name")
    why.set_defaults(run=run_why)
    for parser in (grade, watch, close, why):
        parser.add_argument("--course", type=Path, default=None, metavar="FOLDER", help="where nbgrader runs (found from here)")


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """A full disk is said with its mend, not by a traceback."""
    from autograder.errors import Mend
    from autograder.grading.outbox import is_full

    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        from autograder.grading.outcome import plain_words

        words = plain_words(error)
        raise Mend(words[0].upper() + words[1:]) from None


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[Outcome], None]]:
    """A bar on a terminal; elsewhere a line for each submission that could not be graded, as it comes."""
    if sys.stderr.isatty():
        from autograder.grading.batch.progress import shown

        with shown(total) as tell:
            yield tell
        return

    def told(outcome: Outcome) -> None:
        if outcome.trouble:
            print(f"{outcome.student}: {outcome.trouble}", file=sys.stderr, flush=True)

    yield told


@_plainly()
def run_grade(options: argparse.Namespace) -> int:
    """Grade one assignment; 1 where a submission could not be graded, 130 where it was stopped."""
    leave_out()
    from autograder.grading.batch.batch import grade_class
    from autograder.grading.grader import find_course
    from autograder.grading.outcome import table

    if options.compare:
        return _compare(options)
    done: list[Any] = []
    try:
        with contextlib.ExitStack() as bar:
            outcomes = grade_class(
                find_course(options.course),
                options.assignment,
                options.student or None,
                again=options.again,
                workers=options.workers,
                cluster=options.cluster,
                release=options.release,
                lower=options.lower,
                begin=lambda total: bar.enter_context(_progress(total)),
                progress=done.append,
            )
    except KeyboardInterrupt:
        print(table(sorted(done, key=lambda one: one.student)))
        print("\nStopped. What is done is kept: the same command goes on where this one ended.", file=sys.stderr)
        return 130
    print(table(outcomes))
    if waiting := sum(outcome.trouble.startswith(NOT_YET) for outcome in outcomes):
        print(f"\n{waiting} of {len(outcomes)}: {NOT_YET}. Old scores stand; the same command tries again.", file=sys.stderr)
    if waits := max((outcome.waits for outcome in outcomes), default=0):
        print(f"\n{waits} of its test cells: not graded here (see above).", file=sys.stderr)
    return int(any(outcome.trouble or outcome.waits for outcome in outcomes))


def _compare(options: argparse.Namespace) -> int:
    """Say whose scores would change; 1 where that could not be found out of everybody."""
    from autograder.grading.batch.batch import compare_class
    from autograder.grading.grader import find_course

    students = options.student or None
    changes, troubles = compare_class(find_course(options.course), options.assignment, students, options.workers, options.cluster)
    for one in changes:
        lower = "  (stands, without --lower)" if (one.now or 0.0) < (one.before or 0.0) else ""
        print(f"{one.student}  {one.cell}: {_score(one.before)} -> {_score(one.now)}{lower}")
    for outcome in troubles:
        print(f"{outcome.student}: {outcome.trouble}", file=sys.stderr)
    who = len({one.student for one in changes})
    print(f"{len(changes)} scores of {who} learners would change. Nothing was written." if changes else "No score would change.")
    return int(bool(troubles))


def _score(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


@_plainly()
def run_watch(options: argparse.Namespace) -> int:
    """Grade what arrives until somebody ends it; once only, 1 where something could not be graded or is not understood."""
    leave_out()
    from autograder.grading.grader import Grader, find_course
    from autograder.grading.watch import Watcher

    watcher = Watcher(Grader(find_course(options.course)))
    watcher.grader.need_sandbox()
    if options.once:
        watcher.look(patient=False)
        return int(bool(watcher.strange or watcher.tries))
    watcher.run()
    return 0


@_plainly()
def run_close(options: argparse.Namespace) -> int:
    """Close a week, or open it again."""
    from autograder.errors import Mend
    from autograder.grading.grader import find_course
    from autograder.grading.judge.assignment import has_cases
    from autograder.grading.state import close_week

    root = find_course(options.course)
    if not has_cases(root, options.week):
        raise Mend(f"There is no week {options.week!r}.\nMend: name one of the folders in notebooks/.")
    close_week(root, options.week, again_open=options.reopen)
    state = "open again" if options.reopen else "closed; `workbook grade` gives the scores that count"
    print(f"{options.week} is {state}.")
    return 0


@_plainly()
def run_why(options: argparse.Namespace) -> int:
    """Say of one exercise of a submission what broke, on which call, and what was wanted; hidden cases too."""
    leave_out()
    from autograder.grading.grader import find_course
    from autograder.grading.why import why

    print(why(find_course(options.course), options.week, options.student, options.exercise))
    return 0
