"""One week before the author's gate: what is measured, and what breaks the rules."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import io
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder.cases import Exercise, Report, Rival, limit
from autograder.cases.model import Case, Verdict
from autograder.cases.running import Search, run_case, seed_for, sweep
from autograder.course.audit.dictated import dictated
from autograder.course.audit.trial import Trial, empty_shares
from autograder.course.audit.weigh import MEGABYTES, SECONDS, weigh
from autograder.course.parts import Lesson
from autograder.course.places import Course
from autograder.notebook.regions import STUB

WRONG, RIGHT, MINUTES, DICTATED = 8, 3, 420, 0.10
DRAWS = 500, 5000  # in CI; thorough
PATIENCE = 0.5, 60.0  # seconds after which no further draws are made for one case and one answer; thorough


Part = Callable[[], "WeekAudit"]


@dataclasses.dataclass
class WeekAudit:
    """The figures of one week, and its breaches in words."""

    week: str
    exercises: int = 0
    minutes: int = 0
    full: int = 0  # exercises whose reference has full marks
    blank: float = 0.0  # points of the unsolved release
    wrong: tuple[int, int] = (0, 0)  # caught by their named case, of all
    right: tuple[int, int] = (0, 0)
    draws: list[int] = dataclasses.field(default_factory=list)  # fresh ones for each random case and right answer
    hidden: tuple[int, int] = (0, 0)  # hidden cases that earn their place, of all
    dictated: tuple[int, int] = (0, 0)
    entries: tuple[int, int] = (0, 0)  # studio entries in their bands, of all
    seconds: float = 0.0
    megabytes: float = 0.0
    breaches: list[str] = dataclasses.field(default_factory=list)

    def breach(self, holds: bool, otherwise: str) -> None:
        """Note a breach unless the rule holds."""
        if not holds:
            self.breaches.append(f"{self.week}: {otherwise}")

    def row(self) -> list[str]:
        """The week's line of the table."""
        lines = f"{self.dictated[0] / max(1, self.dictated[1]):.0%}"
        draws = f"{statistics.median(self.draws):.0f} ({min(self.draws)})" if self.draws else "–"
        pairs = [self.wrong, self.right, self.hidden, self.entries]
        wrong, right, hidden, entries = (f"{a}/{b}" for a, b in pairs)
        full = f"{self.full}/{self.exercises}"
        size = [f"{self.minutes}", full, f"{self.blank:g}", wrong, right, draws, hidden, lines, entries]
        return [self.week, *size, f"{self.seconds:.1f}", f"{self.megabytes:.0f}"]


    def add(self, other: WeekAudit) -> None:
        """Take in what was found in another part of the same week."""
        for one in dataclasses.fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, tuple):
                setattr(self, one.name, tuple(a + b for a, b in zip(mine, theirs, strict=True)))
            elif one.name != "week":
                setattr(self, one.name, mine + theirs)


def audit_week(root: Path, week: str, thorough: bool = False) -> WeekAudit:
    """Put a week before the gate."""
    return merged(part() for part in parts_of(root, week, thorough))


def parts_of(root: Path, week: str, thorough: bool = False) -> list[Part]:
    """What a week's audit is made of, each to be called anywhere: the whole week's own matters, then every exercise."""
    exercises = Course(root).lesson(week).exercises
    audits = [functools.partial(audit_exercise, root, week, exercise.id, thorough) for exercise in exercises]
    return [functools.partial(audit_rest, root, week), *audits]


def merged(parts: Iterable[WeekAudit]) -> WeekAudit:
    """What the parts of one week have found."""
    found, *more = parts
    for one in more:
        found.add(one)
    return found


def audit_exercise(root: Path, week: str, id: str, thorough: bool = False) -> WeekAudit:
    """Put one exercise of a week before the gate."""
    course, found = Course(root), WeekAudit(week)
    lesson, trial = course.lesson(week), Trial(course.folder(week), smallest=False)
    exercise = trial.registry.exercises[id]
    _reference(found, trial, exercise)
    if exercise.kind == "studio":
        _entries(found, trial, exercise, seeds=3 if thorough else 1)
    else:
        _rivals(found, trial, exercise)
        _draws(found, trial, exercise, thorough)
    _dictated(found, lesson, exercise.id)
    return found


def audit_rest(root: Path, week: str) -> WeekAudit:
    """Put before the gate what is a matter of the whole week: its minutes, its blank release, what its reference takes."""
    course = Course(root)
    lesson = course.lesson(week)
    trial = Trial(course.folder(week), smallest=False)
    found = WeekAudit(week, len(lesson.exercises), lesson.minutes)
    found.breach(lesson.minutes <= MINUTES, f"{lesson.minutes} minutes are more than the {MINUTES} of a working day")
    unknown = sorted(set(trial.registry.exercises) ^ {exercise.id for exercise in lesson.exercises})
    found.breach(not unknown, f"the lesson and checks.py do not name the same exercises: {', '.join(unknown)}")
    _blank(found, trial, course.release / week)
    found.seconds, found.megabytes = weigh(course.folder(week))
    found.breach(found.seconds < 3 * SECONDS, f"the reference takes {found.seconds:.0f} s; {SECONDS:g} s are the bound")
    found.breach(found.megabytes < MEGABYTES, f"the reference takes {found.megabytes:.0f} MB of {MEGABYTES:.0f}")
    return found


def _reference(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    report = trial.judge(exercise.id, {})
    found.full += report.share() == 1.0
    found.breach(report.share() == 1.0, f"{exercise.id}: the reference breaks {', '.join(report.broken())}")


def _rivals(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    rivals = [r for r in trial.registry.rivals if r.exercise == exercise.id]
    wrong, right = [r for r in rivals if r.caught_by], [r for r in rivals if not r.caught_by]
    found.breach(len(wrong) >= WRONG, f"{exercise.id}: {len(wrong)} wrong rivals, {WRONG} are asked for")
    found.breach(len(right) >= RIGHT, f"{exercise.id}: {len(right)} right rivals, {RIGHT} are asked for")
    kills: dict[str, set[str]] = {c.name: set() for c in trial.registry.of(exercise.id)}
    for rival in wrong:
        report = _judge(trial, rival, exercise)
        for name in report.broken():
            kills[name].add(rival.name)
        caught = rival.caught_by in report.broken()
        found.wrong = _add(found.wrong, caught)
        found.breach(caught, f"{exercise.id}: {rival.name} is not caught by {rival.caught_by}")
    for rival in right:
        report = _judge(trial, rival, exercise)
        found.right = _add(found.right, report.share() == 1.0)
        found.breach(report.share() == 1.0, f"{exercise.id}: {rival.name} is right and breaks {list(report.broken())}")
    for name, report in empty_shares(trial, exercise):
        found.breach(report.share() == 0.0, f"{exercise.id}: an answer that {name} earns {report.share():.0%}")
    _hidden(found, trial, exercise.id, kills)


def _judge(trial: Trial, rival: Rival, exercise: Exercise, key: bytes = b"audit") -> Report:
    return trial.judge(exercise.id, rival.subjects(exercise.names), key)


def _hidden(found: WeekAudit, trial: Trial, id: str, kills: dict[str, set[str]]) -> None:
    """Every hidden case kills a rival that no visible case kills, or is the twin of a visible one."""
    cases = trial.registry.of(id)
    seen = set().union(*(kills[c.name] for c in cases if not c.hidden))
    for case in cases:
        if case.hidden:
            earns = bool(kills[case.name] - seen) or (case.twin != "" and bool(kills[case.name]))
            found.hidden = _add(found.hidden, earns)
            found.breach(earns, f"{id}: the hidden case {case.name} kills no rival that a visible case spares")


def _draws(found: WeekAudit, trial: Trial, exercise: Exercise, thorough: bool) -> None:
    """Right answers on many fresh draws: none may be turned away by chance."""
    draws, patience = DRAWS[thorough], PATIENCE[thorough]
    answers: list[tuple[str, dict[str, Any]]] = [("the reference", {})]
    answers += [
        (r.name, r.subjects(exercise.names)) for r in trial.registry.rivals if r.exercise == exercise.id and not r.caught_by
    ]
    random = [c for c in trial.registry.of(exercise.id) if c.draws is not None or c.false_alarm]
    for name, subjects in answers:
        given = {**{n: trial.reference[n] for n in _names(trial, exercise)}, **subjects}
        for case in random:
            with trial.at_home():
                verdict, tried = _fresh(case, given, exercise.seconds, draws, patience)
            found.breach(verdict.holds, f"{exercise.id}: {case.name} turns {name} away on a fresh draw: {verdict}")
            found.draws.append(tried)


def _fresh(case: Case, given: Mapping[str, Any], seconds: float, draws: int, patience: float) -> tuple[Verdict, int]:
    """Judge a right answer on fresh draws, at least two: the verdict, and the number of draws.

    Inputs come from one long search. A case that draws from its `rng` too does that once for each key.
    """
    if "rng" not in inspect.signature(case.run).parameters:
        return sweep(case, given, b"draws", limit, max(case.seconds or seconds, 2 * patience), Search(draws, patience))
    until, tried = time.monotonic() + patience, 0
    fewer = dataclasses.replace(case, examples=min(case.examples, 3))
    while True:
        verdict = run_case(fewer, given, seed_for(b"draws", str(tried)).to_bytes(8, "big"), limit, seconds)
        tried += 1
        if not verdict.holds or tried == draws or (tried > 1 and time.monotonic() > until):
            return verdict, tried


def _names(trial: Trial, exercise: Exercise) -> list[str]:
    """The names of an exercise and of those it builds on."""
    needed = [trial.registry.exercises[n] for n in exercise.needs]
    return [name for one in (exercise, *needed) for name in one.names]


def _entries(found: WeekAudit, trial: Trial, exercise: Exercise, seeds: int) -> None:
    entries = [e for e in trial.registry.entries if e.exercise == exercise.id]
    missing = {"nothing", "baseline", "good", "excellent", "refused"} - {e.band for e in entries}
    found.breach(not missing, f"{exercise.id}: no studio entry lands in: {', '.join(sorted(missing))}")
    for entry in entries:
        for seed in range(seeds):
            landing = trial.enter(entry, seed)
            found.entries = _add(found.entries, landing.fits(entry.band))
            said = f"{exercise.id}: {entry.name} lands at {landing.value} ({landing.band}), not in {entry.band}"
            found.breach(landing.fits(entry.band), said)


def _dictated(found: WeekAudit, lesson: Lesson, id: str) -> None:
    exercise = next(e for e in lesson.exercises if e.id == id)
    lines, of = dictated(lesson, exercise)
    found.dictated = (found.dictated[0] + lines, found.dictated[1] + of)
    found.breach(lines <= DICTATED * of, f"{id}: the open text dictates {lines} of {of} lines of the solution")


def _blank(found: WeekAudit, trial: Trial, release: Path) -> None:
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
    for id, exercise in trial.registry.exercises.items():
        subjects = {n: names.get(n) for n in exercise.names}
        share = trial.judge(id, subjects).share()
        found.blank += share
        found.breach(share == 0, f"{id}: the blank release earns {share:.0%}")


def _add(pair: tuple[int, int], holds: bool) -> tuple[int, int]:
    return pair[0] + bool(holds), pair[1] + 1
