"""The claims of an exercise: its reference passes, wrong rivals are caught by the case they name, right ones by none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from autograder.cases import Case, Exercise, Rival
from autograder.course.audit.empty import empty_answers
from autograder.course.audit.found import WeekAudit, place_of
from autograder.course.audit.trial import Trial

WRONG, RIGHT, KEEPERS = 8, 3, 2
KEY = b"audit"
_TYPO = re.compile(r"\b(NameError|UnboundLocalError|ImportError|ModuleNotFoundError): .*")


def reference_has_full_marks(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    """Every case spares the reference."""
    report = trial.judge(exercise.id, {}, KEY)
    found.full += report.share() == 1.0
    found.breach(
        report.share() == 1.0, f"{exercise.id}: the reference breaks {', '.join(report.broken())}", _answer(trial, exercise)
    )


def rivals_are_judged_rightly(found: WeekAudit, trial: Trial, exercise: Exercise) -> set[str]:
    """Wrong rivals fall to the case that they name; right ones pass every case that draws nothing; empty answers earn nothing.

    What random cases say of right rivals is asked by the draws. Returns the right rivals that are turned away.
    """
    cases = {case.name: case for case in trial.registry.of(exercise.id)}
    wrong, right = rivals_of(trial, exercise)
    found.breach(len(wrong) >= WRONG, f"{exercise.id}: {len(wrong)} wrong rivals, {WRONG} are asked for", _last_of(wrong))
    found.breach(len(right) >= RIGHT, f"{exercise.id}: {len(right)} right rivals, {RIGHT} are asked for", _last_of(right))
    caught: list[Rival] = []
    for rival in wrong:
        case = cases.get(rival.caught_by or "")
        verdict = trial.try_case(case, rival.subjects(exercise.names), KEY) if case else None
        breaks = verdict is not None and not verdict.holds
        typo = _TYPO.search(verdict.message or "") if verdict else None
        found.breach(not typo, f"{exercise.id}: {rival.name} is wrong by a slip of ours: {typo and typo[0]}", rival.made)
        words = f"is not caught by {rival.caught_by}" if case else f"names the case {rival.caught_by}, which is not there"
        found.count("wrong", breaks, f"{exercise.id}: {rival.name} {words}", rival.made)
        caught += [rival] if breaks else []
    turned_away = set()
    for rival in right:
        broken = [c.name for c in cases.values() if not c.random and _breaks(trial, c, rival, exercise)]
        found.breach(not broken, f"{exercise.id}: {rival.name} is right and breaks {', '.join(broken)}", rival.made)
        turned_away |= {rival.name} if broken else set()
    for does, kept in empty_answers(trial, exercise):
        found.breach(
            not kept,
            f"{exercise.id}: an answer that {does} earns points by {', '.join(kept)}",
            cases[kept[0]].run if kept else None,
        )
    hidden_cases_earn_their_place(found, trial, exercise, caught, len(wrong))
    for rival in caught:
        seen = not cases[rival.caught_by or ""].hidden or any(
            _breaks(trial, case, rival, exercise) for case in cases.values() if not case.hidden
        )
        found.breach(seen or not rival.headline, _unseen(exercise, rival), rival.made)
    return turned_away


def studio_rivals_are_judged_rightly(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    """A studio's wrong rivals, if it has any, break the case that they name, headline ones a visible one; right ones break none.

    A studio's cases ask an entry, so that each rival is judged by all of them at once, its judge left out.
    """
    wrong, right = rivals_of(trial, exercise)
    for rival in wrong:
        broken = trial.judge(exercise.id, rival.subjects(exercise.names), KEY).broken()
        found.count(
            "wrong", rival.caught_by in broken, f"{exercise.id}: {rival.name} is not caught by {rival.caught_by}", rival.made
        )
        seen = any(not verdict.hidden for verdict in broken.values())
        found.count("seen", seen)
        found.breach(seen or not rival.headline, _unseen(exercise, rival), rival.made)
    for rival in right:
        broken = trial.judge(exercise.id, rival.subjects(exercise.names), KEY).broken()
        found.count("right", not broken, f"{exercise.id}: {rival.name} is right and breaks {', '.join(broken)}", rival.made)


def _unseen(exercise: Exercise, rival: Rival) -> str:
    return f"{exercise.id}: {rival.name} is what the exercise is about, and no visible case catches it"


def tried_programs_are_judged_rightly(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    """Programs written from the contract alone: wrong ones fall to some case, right ones to none."""
    for program in (one for one in trial.registry.programs if one.exercise == exercise.id):
        broken = _first_broken(trial, exercise, program)
        if program.caught_by is None:
            said = f"{exercise.id}: {program.name} of tried.py is right and breaks {broken.name if broken else ''}"
            found.count("tried_right", broken is None, said, program.made)
        else:
            found.count("tried_seen", broken is not None and not broken.hidden)
            said = f"{exercise.id}: {program.name} of tried.py is caught by no case ({program.caught_by})"
            found.count("tried_caught", broken is not None, said, program.made)


def _first_broken(trial: Trial, exercise: Exercise, program: Rival) -> Case | None:
    """The first case that a program breaks, a visible one where there is one."""
    cases = sorted(trial.registry.of(exercise.id), key=lambda case: case.hidden)
    if exercise.kind == "studio":  # its cases ask an entry
        broken = trial.judge(exercise.id, program.subjects(exercise.names), KEY).broken()
        return next((case for case in cases if case.name in broken), None)
    return next((case for case in cases if _breaks(trial, case, program, exercise)), None)


def hidden_cases_earn_their_place(
    found: WeekAudit, trial: Trial, exercise: Exercise, caught: Sequence[Rival], wrong: int
) -> None:
    """Every hidden case is a twin, or a keeper: one of at most two, each killing a rival that every visible case spares.

    Parameters
    ----------
    found : takes the findings, and the share of wrong rivals that visible cases catch.
    caught : the wrong rivals that fall to the case that they name.
    wrong : how many wrong rivals there are.
    """
    cases = {case.name: case for case in trial.registry.of(exercise.id)}
    visible = [case for case in cases.values() if not case.hidden]
    keepers = [case for case in cases.values() if case.hidden and not case.twin]
    unseen = [
        rival
        for rival in caught
        if cases[rival.caught_by or ""].hidden and not any(_breaks(trial, case, rival, exercise) for case in visible)
    ]
    by_hidden = {rival.caught_by for rival in unseen}
    found.seen = found.seen[0] + len(caught) - len(unseen), found.seen[1] + wrong
    for case in cases.values():
        if case.hidden:
            said = f"{exercise.id}: the hidden case {case.name} is no twin, and names no rival that every visible case spares"
            found.count("hidden", bool(case.twin) or case.name in by_hidden, said, case.run)
    words = f"{exercise.id}: {len(keepers)} hidden cases are no twins ({', '.join(c.name for c in keepers)}); {KEEPERS} may be"
    found.breach(len(keepers) <= KEEPERS, words, keepers[-1].run if keepers else None)


def rivals_of(trial: Trial, exercise: Exercise) -> tuple[list[Rival], list[Rival]]:
    """The wrong and the right rivals of an exercise."""
    rivals = [r for r in trial.registry.rivals if r.exercise == exercise.id]
    return [r for r in rivals if r.caught_by is not None], [r for r in rivals if r.caught_by is None]


def _answer(trial: Trial, exercise: Exercise) -> Any:
    """The reference's first function, to say where the answer stands."""
    return next((trial.reference[name] for name in exercise.names if callable(trial.reference.get(name))), None)


def _last_of(rivals: Sequence[Rival]) -> str:
    """Where another rival may be written."""
    return place_of(rivals[-1].made) if rivals else "rivals.py:1"


def _breaks(trial: Trial, case: Case, rival: Rival, exercise: Exercise) -> bool:
    return not trial.try_case(case, rival.subjects(exercise.names), KEY).holds
