"""`workbook rivals`: which cases catch which rival? The whole matrix, for an author at work; the audit asks the claims."""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import difflib
import io
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.cases import Exercise, Rival, StudioEntry, WeekError
from autograder.cases.report import as_text
from autograder.course.audit.empty import empty_answers
from autograder.course.audit.patterns import NAME, Pattern, write
from autograder.course.audit.trial import Trial
from autograder.grading.patterns_met import gist

if TYPE_CHECKING:
    from autograder.course.places import Course

SEEDS = 3  # judgings of each studio entry


def add(subparsers: Any) -> None:
    """Add the parser of `rivals`."""
    parser = subparsers.add_parser("rivals", help="which case catches which rival? works on an unfinished week")
    parser.add_argument("week", nargs="?", metavar="WEEK", help="a week's folder name, or week05; all weeks by default")
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="these alone (default: all)")
    parser.add_argument("--write", action="store_true", help=f"only look at wrong rivals, and keep what they break in {NAME}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="weeks looked at side by side, where it is all")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for the reference, each rival and each empty answer; 1 where one is not judged as it should be.

    One week as it goes, all of them side by side.
    """
    from autograder.course.faults import LessonError
    from autograder.course.places import Course

    try:
        course = Course.find(options.course)
        weeks = course.chosen([options.week] if options.week else [])
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    if options.week:
        return rehearse(course, weeks[0], options.exercises, options.write)
    failed = 0
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the weeks share the cores
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs), mp_context=spawn) as pool:
        asked = [pool.submit(_told, course.root, week, options.write) for week in weeks]
        for week, future in zip(weeks, asked, strict=True):
            said, code = future.result()
            print(f"{week}\n{said}", flush=True)
            failed += code
    return int(failed > 0)


def _told(root: Path, week: str, keep: bool) -> tuple[str, int]:
    """What is printed of a week in a process of its own, and its status."""
    from autograder.course.places import Course

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = rehearse(Course(root), week, (), keep)
    return said.getvalue(), code


def rehearse(course: Course, week: str, ids: Sequence[str], keep: bool) -> int:
    """Print the lines of one week; 1 where something is not judged as it should be.

    Parameters
    ----------
    ids : of its exercises, all where none is named.
    keep : whether the patterns of wrong rivals are written down. Then they alone are looked at, and no input is made smaller.
    """
    from autograder.course.audit.evidence import key_of
    from autograder.course.faults import LessonError
    from autograder.errors import OwnFailure

    folder = course.folder(week)
    try:
        rehearsal = Rehearsal(Trial(folder, smallest=not keep), keep)
        for exercise in _asked(rehearsal.trial.registry.exercises, ids):
            rehearsal.exercise(exercise)
    except (LessonError, WeekError, OwnFailure) as error:
        print(error, file=sys.stderr)
        return 1
    if keep:
        write(folder, key_of(course, week), rehearsal.patterns)
        print(f"{NAME}: written; commit it with the week. It never leaves the instructor's side.")
    return int(rehearsal.bad > 0)


def _asked(known: Mapping[str, Exercise], ids: Sequence[str]) -> list[Exercise]:
    """The exercises of these ids, all where none is named."""
    for id in ids:
        if id not in known:
            near = difflib.get_close_matches(id, known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise WeekError(f"there is no exercise {id!r}: {hint}The week has: {', '.join(known)}")
    return [known[id] for id in ids or known]


class Rehearsal:
    """Prints what comes of everything that stands in for an exercise, and counts what is misjudged."""

    def __init__(self, trial: Trial, wrong_alone: bool = False) -> None:
        """Begin with nothing misjudged. `wrong_alone`: only wrong rivals are looked at, which is what patterns need."""
        self.trial, self.bad, self.wrong_alone = trial, 0, wrong_alone
        self.patterns: dict[str, dict[str, Pattern]] = {}

    def row(self, fine: bool, name: str, said: str) -> None:
        """One line."""
        self.bad += not fine
        print("  ok " if fine else "  BAD", f"{name:44}", said, flush=True)

    def exercise(self, exercise: Exercise) -> None:
        """All lines of one exercise."""
        print(exercise.id)
        rivals = [rival for rival in self.trial.registry.rivals if rival.exercise == exercise.id]
        if self.wrong_alone:
            for rival in rivals:
                if rival.caught_by is not None:
                    self.rival(rival, exercise)
            return
        start = time.perf_counter()
        report = self.trial.judge(exercise.id, {})
        self.row(report.share() == 1, "the reference", f"{report.share():.0%} in {time.perf_counter() - start:.2f} s")
        if report.share() < 1:
            print(as_text(report))
        for entry in (e for e in self.trial.registry.entries if e.exercise == exercise.id):
            self.entry(entry)
        for rival in rivals:
            self.rival(rival, exercise)
        if exercise.kind == "exercise":
            for does, kept in empty_answers(self.trial, exercise):
                self.row(not kept, does, f"kept by: {', '.join(kept)}" if kept else "nothing")

    def entry(self, entry: StudioEntry) -> None:
        """Where a studio entry lands, a few times."""
        for seed in range(SEEDS):
            start = time.perf_counter()
            landing = self.trial.enter(entry, seed)
            took = time.perf_counter() - start
            said = f"{landing.value}, {landing.band}, {took:.1f} s (to be: {entry.band})"
            self.row(landing.fits(entry.band), f"{entry.name} #{seed}", said)

    def rival(self, rival: Rival, exercise: Exercise) -> None:
        """What breaks for a rival, and how its catcher says it."""
        report = self.trial.judge(exercise.id, rival.subjects(exercise.names))
        broken = report.broken()
        if rival.caught_by is not None:
            says = (getattr(rival.made, "__doc__", None) or "").strip().partition("\n")[0]
            told = tuple(gist(verdict.message) for verdict in broken.values())
            self.patterns.setdefault(exercise.id, {})[rival.name] = Pattern(rival.kind, tuple(broken), says, told)
        catcher = broken.get(rival.caught_by or "")
        said = f"{report.share():4.0%} {'by ' + rival.caught_by if rival.caught_by else 'right'}: {', '.join(broken)}"
        self.row(catcher is not None if rival.caught_by else report.share() == 1, rival.name, said)
        if catcher is not None:
            print("        ", catcher.message, "| on", " ".join(catcher.on.split())[:150], "|", catcher.line)
        elif not rival.caught_by and broken:
            print(as_text(report))
