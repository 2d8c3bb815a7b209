"""One learner's work judged by one week's cases: the same code in her notebook and across the wall."""

from __future__ import annotations

import inspect
import json
import math
import pathlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from autograder.cases import registry
from autograder.cases.judging import judge_studio, measure_in_public, refused
from autograder.cases.mistakes import OwnTime
from autograder.cases.model import Case, Exercise, Points, Report, Studio, Verdict
from autograder.cases.report import as_html
from autograder.cases.running import Limit, run_case, seed_for
from autograder.cases.studios import Entry, Here, Rounds
from autograder.timelimit import TimeUp
from autograder.timelimit import limit as limit_here

Lookup = Callable[[str], Any]
StandIn = Callable[[Sequence[str]], AbstractContextManager[None]]
NO_END = "not all its properties were tried: the time for them was up (is it slow, or is there a loop that never stops?)"
NOT_TRIED = "not tried: another case of this exercise did not come to an end"
EXERCISE, PATIENCE = 60.0, 12  # seconds, and times the limit of one case, after which no further case of an exercise is tried
DEFAULT_KEY = b"a learner's own check"


class Session:
    """Judges the exercises of the week in `folder` on what `lookup` finds.

    `key` seeds the random draws of hidden cases and judges: the same key gives the same verdicts. Visible cases draw everywhere
    what they draw in her own notebook, so that what was green there is green when it is graded. `open_week` shows a studio's
    band only. In the body of `stand_in(names)` the reference's pieces stand where the learner's own stood: a mistake is paid
    for once.
    `rounds` opens the places in which a studio's functions run; by default it is this process, with what `lookup` finds.
    `studio_refusal` says why an entry is refused whatever it does; empty where it is not.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        lookup: Lookup,
        key: bytes = DEFAULT_KEY,
        limit: Limit = limit_here,
        rounds: Rounds | None = None,
        open_week: bool = False,
        stand_in: StandIn | None = None,
        studio_refusal: Callable[[Studio], str] = lambda studio: "",
    ) -> None:
        self.folder, self.lookup, self.key = pathlib.Path(folder), lookup, key
        self.limit, self.open_week, self.stand_in = limit, open_week, stand_in
        self.rounds: Rounds = rounds or Here(lambda name: self.lookup(name))
        self.studio_refusal = studio_refusal
        # What to know before a verdict on these names is believed: in a notebook, that a cell failed or is older than its edit.
        self.doubt: Callable[[Sequence[str]], str] = lambda names: ""
        self.smallest = True  # an author's audit asks only whether a case breaks, and on hundreds of answers
        self.registry = registry.load(self.folder, ("checks", "hidden"))
        self.points = _points(self.folder)
        self._reports: dict[tuple[str, bool], Report] = {}

    def report(self, id: str, hidden: bool = True) -> Report:
        """Every verdict of one exercise, hidden cases with it where asked for and there; judged once."""
        if (id, hidden) not in self._reports:
            try:
                made = self._fair(id, hidden)
                if made.trouble:
                    return made  # not kept: a name that is missing now may come with a later cell
                self._reports[id, hidden] = made
            except TimeUp:  # the limit of the whole cell: its other half, and what builds on it, do not wait as long again
                exercise = self.registry.exercises[id]
                untried = tuple(replace(verdict, endless=True) for verdict in self._untried(exercise, hidden))
                self._reports[id, hidden] = Report(id, untried, NO_END)
                raise
        return self._reports[id, hidden]

    def _fair(self, id: str, hidden: bool) -> Report:
        """The report on an exercise; where an earlier piece that it builds on is broken, the better of two.

        The second is judged with the reference's pieces in the place of the broken ones.
        """
        endless = self._broken_needs(id, hidden, endless=True) if self.stand_in else ()
        own = Report(id, ()) if endless else self.judge(id, hidden)  # a loop that never ends is waited for once
        broken = self._broken_needs(id, hidden) if self.stand_in and own.share() < 1 else ()
        if not broken or self.stand_in is None:
            return own
        with self.stand_in(broken):
            lent = self.judge(id, hidden)
        if self._worth(lent) <= self._worth(own) and not endless:
            return own
        pieces = " and ".join(f"`{name}`" for name in broken)
        return replace(lent, note=f"judged with our {pieces} in place of yours, so that one mistake is paid for once")

    def _broken_needs(self, id: str, hidden: bool, endless: bool = False) -> tuple[str, ...]:
        """The names of earlier exercises, near and far, that this one builds on and that are not all right, or `endless`."""
        found = self.registry.exercises.get(id)
        names: dict[str, None] = {}
        for need in found.needs if found else ():
            names.update(dict.fromkeys(self._broken_needs(need, hidden, endless)))
            if need not in self.registry.exercises:
                continue
            report = self.report(need, hidden)
            if any(verdict.endless for verdict in report.verdicts) if endless else report.share() < 1:
                names.update(dict.fromkeys(self.registry.exercises[need].names))
        return tuple(names)

    def _worth(self, report: Report) -> float:
        points = self.points.get(report.exercise, {})
        return sum(points.get(kind, 1.0) * report.share(kind == "hidden") for kind in ("check", "hidden"))

    def check(self, id: str) -> Points:
        """The points of the visible cases.

        A side property counts only where every core property holds that is visible too; hidden cases take nothing back.
        """
        return self._points_of(self.report(id), hidden=False)

    def hidden_check(self, id: str) -> Points:
        """The points of the hidden cases and of a studio's judge."""
        return self._points_of(self.report(id), hidden=True)

    def _points_of(self, report: Report, hidden: bool) -> Points:
        points = self.points.get(report.exercise, {})
        full = points.get("hidden" if hidden else "check", 1.0)
        value = round(full * report.share(hidden), 6)
        value = value if math.isfinite(value) else 0.0
        # In a learner's own notebook no hidden case is at hand: their points come when the work is handed in.
        later = 0.0 if hidden or any(v.hidden for v in report.verdicts) else points.get("hidden", 0.0)
        return Points(value, report, as_html(report, hidden, value, full + later, later))

    def judge(self, id: str, hidden: bool) -> Report:
        """Judge an exercise anew."""
        exercise = self.registry.exercises.get(id)
        if exercise is None:
            known = ", ".join(self.registry.exercises) or "none"
            return Report(id, (), f"this week has no exercise of that name; it has {known}")
        trouble = self._missing(exercise)
        if trouble:
            return Report(id, self._untried(exercise, hidden), trouble)
        studio = self.registry.studios.get(id)
        cases = (c for c in self.registry.of(id) if hidden or not c.hidden)
        verdicts = self._patiently(cases, exercise, studio)
        if studio and studio.judge and hidden:
            endless = any(verdict.endless for verdict in verdicts)
            verdicts.append(refused(studio, NOT_TRIED) if endless else self._judge(studio))
        doubt = self.doubt(exercise.names)
        note = f"{doubt}: what is judged here is what was there before" if doubt else ""
        return Report(id, tuple(verdicts), studio=exercise.kind == "studio", note=note)

    def _patiently(self, cases: Iterable[Case], exercise: Exercise, studio: Studio | None) -> list[Verdict]:
        """Try cases, one after the other, until one comes to no end twice: with twice the time the second time, and behind the
        wall in a process of its own, since the first was ended. Then, or when the exercise's time is up, the rest is not tried.
        """
        verdicts: list[Verdict] = []
        end = time.monotonic() + max(EXERCISE, PATIENCE * exercise.seconds)
        over = False
        for case in cases:
            if over or time.monotonic() > end:
                over = True
                verdicts.append(Verdict(case.name, case.says, case.hidden, case.side, case.weight, NOT_TRIED, endless=True))
                continue
            try:
                verdict = self._try(case, exercise, studio)
                endless = verdict.endless
            except OwnTime:  # a busy machine's, perhaps
                endless = True
            if endless:
                verdict = self._try(case, exercise, studio, longer=2)
            over = verdict.endless
            verdicts.append(verdict)
        return verdicts

    def _judge(self, studio: Studio) -> Verdict:
        try:
            with self.limit(studio.seconds):
                why = self.studio_refusal(studio)
        except TimeUp:
            why = "your code is too long to be read"
        return refused(studio, why) if why else judge_studio(studio, self.rounds, self.key, self.limit, self.open_week)

    def _try(self, case: Case, exercise: Exercise, studio: Studio | None, longer: float = 1) -> Verdict:
        """Try one case, so many times as long as it says; a studio's may take its `entry`."""
        seconds = longer * (case.seconds or exercise.seconds)
        subjects = dict(self._subjects(exercise, inspect.signature(case.run).parameters))
        key = self.key if case.hidden else DEFAULT_KEY
        entry = Entry(studio, self.rounds, seed_for(key, exercise.id, case.name, "entry")) if studio else None
        try:
            given = {**subjects, "entry": entry} if entry else subjects
            return run_case(replace(case, seconds=seconds), given, key, self.limit, seconds, self.smallest)
        finally:
            if entry:
                entry.close()

    def public(self, id: str) -> tuple[float, str]:
        """A studio's metric on public data, and what would lift it. Raises what the entry raises, Broken where it is refused."""
        return measure_in_public(self.registry.studios[id], self.rounds, seed_for(self.key, id, "public"), self.limit)

    def _untried(self, exercise: Exercise, hidden: bool) -> tuple[Verdict, ...]:
        cases = (c for c in self.registry.of(exercise.id) if hidden or not c.hidden)
        return tuple(Verdict(c.name, c.says, c.hidden, c.side, c.weight, message="") for c in cases)

    def _missing(self, exercise: Exercise) -> str:
        for name in exercise.names:
            try:
                self.lookup(name)
            except NameError:
                spelling = f"there is no `{name}` in your notebook yet: run the cell that defines it, and look at its spelling"
                return self.doubt([name]) or spelling
        return ""

    def _subjects(self, exercise: Exercise, taken: Collection[str]) -> Mapping[str, Any]:
        """The learner's names that a case takes, looked up anew for each: after a restart old handles are dead."""
        wanted = list(exercise.names)
        for need in exercise.needs:
            wanted += self.registry.exercises[need].names if need in self.registry.exercises else ()
        subjects = {}
        for name in (one for one in wanted if one in taken):
            try:
                subjects[name] = self.lookup(name)
            except NameError:
                if name in exercise.names:
                    raise
        return subjects


def _points(folder: pathlib.Path) -> dict[str, dict[str, float]]:
    """Each exercise's points, from the week.json that the builder wrote; none where the week was not built."""
    path = folder / "week.json"
    if not path.is_file():
        return {}
    week = json.loads(path.read_text(encoding="utf-8"))
    return {e["id"]: {k: float(v) for k, v in e["points"].items()} for e in week["exercises"]}
