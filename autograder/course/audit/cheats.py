"""Generated cheats are refused: no carrier round the week's own reference earns a band."""

from __future__ import annotations

from autograder.cases import Exercise
from autograder.cases.running import seed_for
from autograder.course.audit.carriers import smuggled
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.patience import cpu_limit
from autograder.course.audit.trial import Trial

BAND = 0.4  # the score at the first band


def cheats_are_refused(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    """Put every carrier before the studio's judge: it is refused, breaks, or stays below the first band.

    A studio that stores no numbers has nothing to carry.
    """
    studio = trial.registry.studios.get(exercise.id)
    if studio is None or studio.judge is None or studio.train is None:
        return
    seed = seed_for(b"cheat", exercise.id)
    with trial.at_home():
        for way, value, _ in smuggled(studio, trial.reference, seed, cpu_limit):
            below = value is None or studio.score(value) < BAND
            said = f"{exercise.id}: the reference is carried past the budget by {way}: {value}"
            found.count("cheats", below, said, studio.judge)
