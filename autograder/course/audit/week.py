"""One week before the author's gate, in parts that can be asked side by side."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course.audit.cheats import cheats_are_refused
from autograder.course.audit.claims import (
    reference_has_full_marks,
    rivals_are_judged_rightly,
    rivals_of,
    studio_rivals_are_judged_rightly,
    tried_programs_are_judged_rightly,
)
from autograder.course.audit.dictated import dictated
from autograder.course.audit.draws import fresh_draws_spare_right_answers, pairs
from autograder.course.audit.entries import entries_land_in_their_bands, reference_scores_in_public
from autograder.course.audit.evidence import Pair, plan, read
from autograder.course.audit.found import WeekAudit, merged, place_of
from autograder.course.audit.trial import Trial, trial_of
from autograder.course.audit.weigh import MEGABYTES, SECONDS, weigh
from autograder.course.declared import read_declared
from autograder.course.faults import LessonError, placed
from autograder.course.parts import Lesson, LessonCell
from autograder.course.places import Course
from autograder.errors import OwnFailure
from autograder.notebook.regions import STUB

MINUTES, DICTATED = 420, 0.10
SEEN = 0.90  # the share of a week's wrong rivals that its visible cases catch: green means right
CPU_SECONDS = 120.0  # of the audit itself, a week

Part = Callable[[], WeekAudit]


def audit_week(root: Path, week: str, draws: int | None = None, seeds: int = 1) -> WeekAudit:
    """Put a week before the gate."""
    course = Course(root)
    trial_of.cache_clear()  # its texts may have changed
    given, tried = planned(course, [week], draws)
    return settled(merged(part() for part in parts_of(course, week, given, tried[week], seeds)))


def planned(course: Course, weeks: list[str], draws: int | None = None) -> tuple[dict[Pair, int], dict[str, dict[str, int]]]:
    """How many fresh draws each pair of these weeks gets, and how often each was tried before, by week."""
    tried = {week: read(course, week) for week in weeks}
    found = [pair for week in weeks for pair in pairs(week, read_declared(course, course.lesson(week)).registry)]
    return plan(found, tried, draws), tried


def parts_of(course: Course, week: str, given: Mapping[Pair, int], tried: Mapping[str, int], seeds: int = 1) -> list[Part]:
    """What a week's audit is made of, each to be called anywhere: the whole week's own matters, then every exercise."""
    ours = {pair: draws for pair, draws in given.items() if pair.week == week}
    exercises = [
        functools.partial(audit_exercise, course.root, week, exercise.id, ours, tried, seeds)
        for exercise in course.lesson(week).exercises
    ]
    return [functools.partial(audit_rest, course.root, week), *exercises]


def settled(found: WeekAudit) -> WeekAudit:
    """What can be said of a week only when all its parts are there: what is caught in sight, what the audit itself took."""
    seen, wrong = found.seen
    words = f"visible cases catch {seen} of {wrong} wrong rivals; {SEEN:.0%} are asked for: a learner takes green for right"
    found.breach(seen >= SEEN * wrong, words)
    # Printed for every week; a busy machine needs more of them for the same work, so that only three times as many are a breach.
    found.breach(found.cpu <= 3 * CPU_SECONDS, f"its audit takes {found.cpu:.0f} CPU seconds; {CPU_SECONDS:.0f} are the bound")
    return found


def audit_exercise(
    root: Path, week: str, id: str, given: Mapping[Pair, int], tried: Mapping[str, int], seeds: int = 1
) -> WeekAudit:
    """Put one exercise of a week before the gate."""
    course, found = Course(root), WeekAudit(week)
    with _charged(found), _placed(course.folder(week), lambda: _judge(course.folder(week), id)):
        lesson, trial = course.lesson(week), trial_of(course.folder(week))
        exercise = trial.registry.exercises[id]
        reference_has_full_marks(found, trial, exercise)
        if exercise.kind == "studio":
            entries_land_in_their_bands(found, trial, exercise, seeds)
            reference_scores_in_public(found, trial, exercise)
            cheats_are_refused(found, trial, exercise)
            studio_rivals_are_judged_rightly(found, trial, exercise)
        else:
            turned_away = rivals_are_judged_rightly(found, trial, exercise)
            turned_away |= fresh_draws_spare_right_answers(found, trial, exercise, given, tried)
            for rival in rivals_of(trial, exercise)[1]:
                found.count("right", rival.name not in turned_away)
        tried_programs_are_judged_rightly(found, trial, exercise)
        _dictated(found, lesson, exercise.id)
    return found


def audit_rest(root: Path, week: str) -> WeekAudit:
    """Put before the gate what is a matter of the whole week: its minutes, its blank release, what its reference takes."""
    course = Course(root)
    lesson = course.lesson(week)
    found = WeekAudit(week, len(lesson.exercises), lesson.minutes)
    with _charged(found), _placed(course.folder(week)):
        trial = trial_of(course.folder(week))
        found.breach(
            lesson.minutes <= MINUTES, f"{lesson.minutes} minutes are more than the {MINUTES} of a working day", "lesson.py:1"
        )
        unknown = sorted(set(trial.registry.exercises) ^ {exercise.id for exercise in lesson.exercises})
        found.breach(not unknown, f"the lesson and checks.py do not name the same exercises: {', '.join(unknown)}", "checks.py:1")
        _blank(found, trial, lesson, course.release / week)
        found.seconds, found.megabytes = weigh(course.folder(week))
        found.breach(found.seconds < 3 * SECONDS, f"the reference takes {found.seconds:.0f} s; {SECONDS:g} s are the bound")
        found.breach(found.megabytes < MEGABYTES, f"the reference takes {found.megabytes:.0f} MB of {MEGABYTES:.0f}")
    return found


@contextlib.contextmanager
def _charged(found: WeekAudit) -> Iterator[None]:
    """Charge the week with the CPU seconds that the body takes here and in processes that it waits for."""

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    before = used()
    yield
    found.cpu += used() - before


@contextlib.contextmanager
def _placed(folder: Path, judge: Callable[[], str] = str) -> Iterator[None]:
    """Say of an error in a week's own text where it stands; `judge` gives the place of a judge that came to no number."""
    try:
        yield
    except LessonError:
        raise
    except (Exception, OwnFailure) as error:
        amiss = placed(error, folder, [path.name for path in folder.glob("*.py")])
        if "py, line" in str(error):  # a mistake in a case says its line itself
            raise
        if amiss is None and isinstance(error, OwnFailure) and judge():
            raise OwnFailure(f"{error} ({judge()})") from None
        if amiss is None:
            raise
        raise amiss from None


def _judge(folder: Path, id: str) -> str:
    """Where a studio's judge begins; empty for an exercise."""
    studio = trial_of(folder).registry.studios.get(id)
    return place_of(studio.judge) if studio else ""


def _at(cell: LessonCell) -> str:
    """Where a cell of the lesson begins."""
    return f"lesson.py:{cell.line}"


def _dictated(found: WeekAudit, lesson: Lesson, id: str) -> None:
    exercise = next(e for e in lesson.exercises if e.id == id)
    lines, of = dictated(lesson, exercise)
    found.dictated = (found.dictated[0] + lines, found.dictated[1] + of)
    found.breach(
        lines <= DICTATED * of, f"{id}: the open text dictates {lines} of {of} lines of the solution", _at(exercise.statement)
    )


def _blank(found: WeekAudit, trial: Trial, lesson: Lesson, release: Path) -> None:
    """The unsolved release runs, cell by cell, and earns nothing."""
    notebook = json.loads((release / f"{release.name}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__release__"}
    stubs = 0
    with trial.at_home(), contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook["cells"]:
            role = cell["metadata"].get("autograder", {}).get("role")
            if role in ("given", "answer", "studio"):
                source = "".join(cell["source"])
                stubs += STUB.split("(")[0] in source
                with contextlib.suppress(NotImplementedError):
                    exec(compile(source, f"{release.name}.ipynb", "exec"), names)
    found.breach(stubs == found.exercises, f"the release leaves {stubs} of {found.exercises} answers open")
    answers = {exercise.id: _at(exercise.answer) for exercise in lesson.exercises}
    for id, exercise in trial.registry.exercises.items():
        subjects = {n: names.get(n) for n in exercise.names}
        share = trial.judge(id, subjects).share()
        found.blank += share
        found.breach(share == 0, f"{id}: the blank release earns {share:.0%}", answers.get(id, ""))
