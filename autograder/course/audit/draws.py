"""Right answers on fresh draws: none may be turned away by chance. Draws are counted, and what one costs is measured."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from autograder.cases import Exercise, Registry
from autograder.cases.registry import FRESH
from autograder.cases.running import seed_for
from autograder.course.audit.evidence import REFERENCE, Pair
from autograder.course.audit.found import Cost, WeekAudit, place_of
from autograder.course.audit.trial import Trial

_STEPS = list(FRESH)


def pairs(week: str, registry: Registry) -> Iterator[Pair]:
    """Every random case of a week's exercises with every right answer to it."""
    for case in registry.cases:
        if case.random and registry.exercises[case.exercise].kind == "exercise":
            rivals = [r.name for r in registry.rivals if r.exercise == case.exercise and r.caught_by is None]
            for answer in (REFERENCE, *rivals):
                yield Pair(week, case.exercise, case.name, answer, case.fresh)


def step_of(seconds: float) -> int:
    """How many draws a case makes at a time where one costs so many CPU seconds."""
    return next(fresh for fresh, below in FRESH.items() if seconds < below)


def fresh_draws_spare_right_answers(
    found: WeekAudit, trial: Trial, exercise: Exercise, given: Mapping[Pair, int], tried: Mapping[str, int]
) -> set[str]:
    """Try the exercise's right answers on the draws that are planned, each time on others than before.

    Returns the answers that were turned away.

    Parameters
    ----------
    found : takes breaches, the draws that were spared, and what one costs with the reference.
    given : how many draws each pair gets.
    tried : how often each pair, by its name, was tried before: the draws go on from there.
    """
    cases = {case.name: case for case in trial.registry.of(exercise.id)}
    answers = {r.name: r for r in trial.registry.rivals if r.exercise == exercise.id}
    turned_away = set()
    for pair, draws in given.items():
        if pair.exercise != exercise.id:
            continue
        subjects = answers[pair.answer].subjects(exercise.names) if pair.answer != REFERENCE else {}
        before = tried.get(pair.name, 0)
        key = seed_for(b"draws", pair.week, pair.name, str(before)).to_bytes(8, "big")
        begun = time.process_time()
        verdict, made = trial.try_fresh(cases[pair.case], subjects, key, draws)
        each = (time.process_time() - begun) / max(1, made)
        words = f"{exercise.id}: {pair.case} turns {pair.answer} away on a fresh draw: {verdict.message} {verdict.on}"
        answer = answers[pair.answer].made if pair.answer != REFERENCE else trial.reference.get(exercise.names[0])
        places = filter(None, (place_of(answer), place_of(cases[pair.case].run)))  # either may be at fault
        found.breach(verdict.holds, words, ", ".join(places))
        if verdict.holds:
            found.drawn[pair.name] = made
        else:
            turned_away.add(pair.answer)
        if pair.answer == REFERENCE:
            found.costs.append(Cost(exercise.id, pair.case, each, pair.fresh))
            _states_its_number(found, exercise, pair, each, place_of(cases[pair.case].run))
    return turned_away


def _states_its_number(found: WeekAudit, exercise: Exercise, pair: Pair, seconds: float, place: str) -> None:
    """The number of draws that a case states fits what one costs, give or take a step: machines differ."""
    due = step_of(seconds)
    words = f"{exercise.id}: a draw of {pair.case} costs {1000 * seconds:.1f} ms: state fresh={due}, not {pair.fresh}"
    found.breach(abs(_STEPS.index(due) - _STEPS.index(pair.fresh)) <= 1, words, place)
