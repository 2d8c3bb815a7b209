"""Judging a studio: one metric on data that the learner never sees."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.cases.model import Studio, Verdict
from autograder.cases.running import Limit, explain, seed_for
from autograder.timelimit import TimeUp

Fresh = Callable[[Any], Any]


def measure(studio: Studio, subjects: Mapping[str, Any], half: str, seed: int, limit: Limit, fresh: Fresh) -> tuple[float, str]:
    """The metric of an entry and what would lift it. Raises what the judge or the entry raises."""
    takes = inspect.signature(studio.judge).parameters
    offered = {**subjects, "half": half, "rng": np.random.default_rng(seed), "fresh": fresh}
    with limit(studio.seconds), np.errstate(all="ignore"):
        said = studio.judge(**{name: offered[name] for name in takes})
    value, advice = said if isinstance(said, tuple) else (said, "")
    return float(value), str(advice)


def refused(studio: Studio, why: str) -> Verdict:
    """The verdict on an entry that is not judged at all."""
    return Verdict("judge", f"the studio: {studio.metric}", True, False, 1.0, message=why)


def judge_studio(studio: Studio, subjects: Mapping[str, Any], key: bytes, limit: Limit, fresh: Fresh, open_week: bool) -> Verdict:
    """The verdict on an entry: while the week is open its band on one half of the rows, then the grade on the other."""
    says = f"the studio: {studio.metric}"
    half = "open" if open_week else "grade"
    try:
        value, advice = measure(studio, subjects, half, seed_for(key, studio.exercise, half), limit, fresh)
    except (Exception, SystemExit, GeneratorExit, TimeUp) as error:
        why, line = explain(error, subjects, studio.judge.__code__.co_filename, studio.seconds)
        return Verdict("judge", says, True, False, 1.0, message=why, line=line)
    share, band = studio.score(value), studio.band(value)
    if not math.isfinite(value):
        return Verdict("judge", says, True, False, 1.0, message="the entry's result is not a finite number")
    told = f"your band: {band}" if open_week else f"your band: {band} ({studio.metric}: {value:.4g})"
    notes = (told, advice) if advice and share < 1 else (told,)
    earned = _band_share(studio, value) if open_week else share
    message: str | None = None if earned > 0 else f"{band}: a do-nothing answer does as well"
    return Verdict("judge", says, True, False, 1.0, message=message, notes=notes, earned=earned)


def _band_share(studio: Studio, value: float) -> float:
    """The share at the foot of the band: all that a learner is told while the week is open."""
    reached = sum((value >= b) if studio.higher else (value <= b) for b in studio.bands)
    return (0.0, 0.4, 0.7, 1.0)[reached]
