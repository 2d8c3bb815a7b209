"""`workbook rivals`: which case catches which rival? For an author at work; the audit asks the same, and more."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from autograder.cases import Exercise, Rival, StudioEntry
from autograder.cases.report import as_text
from autograder.course.audit.trial import Trial, empty_shares

SEEDS = 3  # judgings of each studio entry


def add(subparsers: Any) -> None:
    """Add the parser of `rivals`."""
    parser = subparsers.add_parser("rivals", help="which case catches which rival? works on an unfinished week")
    parser.add_argument("week", metavar="WEEK", help="a week's folder name")
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="these alone (default: all)")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for the reference, each rival and each empty answer; 1 where one is not judged as it should be."""
    from autograder.course.faults import LessonError
    from autograder.course.places import Course

    try:
        folder = Course.find(options.course).folder(options.week)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    if not (folder / "lesson.py").is_file():
        print(f"there is no week {options.week}: look into notebooks/ for its name", file=sys.stderr)
        return 1
    rehearsal = Rehearsal(Trial(folder))
    for exercise in rehearsal.trial.registry.exercises.values():
        if not options.exercises or exercise.id in options.exercises:
            rehearsal.exercise(exercise)
    return int(rehearsal.bad > 0)


class Rehearsal:
    """Prints what comes of everything that stands in for an exercise, and counts what is misjudged."""

    def __init__(self, trial: Trial) -> None:
        """Begin with nothing misjudged."""
        self.trial, self.bad = trial, 0

    def row(self, fine: bool, name: str, said: str) -> None:
        """One line."""
        self.bad += not fine
        print("  ok " if fine else "  BAD", f"{name:44}", said, flush=True)

    def exercise(self, exercise: Exercise) -> None:
        """All lines of one exercise."""
        print(exercise.id)
        start = time.perf_counter()
        report = self.trial.judge(exercise.id, {})
        self.row(report.share() == 1, "the reference", f"{report.share():.0%} in {time.perf_counter() - start:.2f} s")
        if report.share() < 1:
            print(as_text(report))
        registry = self.trial.registry
        for entry in (e for e in registry.entries if e.exercise == exercise.id):
            self.entry(entry)
        for rival in (r for r in registry.rivals if r.exercise == exercise.id):
            self.rival(rival, exercise)
        if exercise.kind == "exercise":
            for name, report in empty_shares(self.trial, exercise):
                kept = ", ".join(v.case for v in report.counted())
                self.row(report.share() == 0, name, f"{report.share():.0%} {kept and 'kept by: ' + kept}")

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
        catcher = broken.get(rival.caught_by or "")
        said = f"{report.share():4.0%} {'by ' + rival.caught_by if rival.caught_by else 'right'}: {', '.join(broken)}"
        self.row(catcher is not None if rival.caught_by else report.share() == 1, rival.name, said)
        if catcher is not None:
            print("        ", catcher.message, "| on", " ".join(catcher.on.split())[:150], "|", catcher.line)
        elif not rival.caught_by and broken:
            print(as_text(report))
