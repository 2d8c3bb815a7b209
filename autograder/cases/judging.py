"""Judging a studio: one metric on data that the learner never sees."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.cases.mistakes import OwnTime
from autograder.cases.model import Broken, Half, Studio, Verdict
from autograder.cases.running import Limit, explain, own_failure, seed_for
from autograder.cases.studios import Entry, Rounds
from autograder.errors import OwnFailure
from autograder.timelimit import TimeUp


def measure(studio: Studio, rounds: Rounds, half: Half, seed: int, limit: Limit) -> tuple[float, str]:
    """The metric of an entry on what it never saw.

    Parameters
    ----------
    studio : with its judge.
    rounds : opens the places where the entry's functions run.
    half : "open" or "grade".
    seed : of the judge's draws and all that the engine adds.
    limit : gives a context in which TimeUp is raised after so many seconds.

    Returns
    -------
    The metric, and what would lift it ("" where the judge does not say).

    Raises
    ------
    What the judge or the entry raises; Broken where the entry is refused.
    """
    if studio.judge is None:
        raise RuntimeError(f"the studio {studio.exercise} has no judge here")
    return _asked(studio, studio.judge, rounds, seed, limit, half=half)


def measure_in_public(studio: Studio, rounds: Rounds, seed: int, limit: Limit) -> tuple[float, str]:
    """The metric of an entry on public data, by the studio's own scorer; else as `measure`."""
    if studio.public is None:
        raise RuntimeError(f"the studio {studio.exercise} has no public scorer")
    return _asked(studio, studio.public, rounds, seed, limit)


def _asked(studio: Studio, judge: Callable[..., Any], rounds: Rounds, seed: int, limit: Limit, **more: Any) -> tuple[float, str]:
    entry = Entry(studio, rounds, seed_for(str(seed).encode(), "entry"))
    offered = {"entry": entry, "rng": np.random.default_rng(seed), **more}
    takes = inspect.signature(judge).parameters
    try:
        with limit(studio.seconds), np.errstate(all="ignore"):
            said = judge(**{name: offered[name] for name in takes})
    except (Exception, SystemExit, GeneratorExit) as error:
        error.on_unseen = entry.was_asked  # type: ignore[union-attr]
        raise
    finally:
        entry.close()
    told, advice = said if isinstance(said, tuple) else (said, "")
    value = float(told)
    if not math.isfinite(value) and entry.finite:
        raise OwnFailure(f"{studio.exercise}: {judge.__name__} came to {value}, though all that the entry gave was finite")
    return value, str(advice)


def refused(studio: Studio, why: str) -> Verdict:
    """The verdict on an entry that is not judged at all."""
    return Verdict("judge", f"the studio: {studio.metric}", True, False, 1.0, message=why)


def judge_studio(studio: Studio, rounds: Rounds, key: bytes, limit: Limit, open_week: bool) -> Verdict:
    """The verdict on an entry: while the week is open its band on one half of the rows, then the grade on the other."""
    says = f"the studio: {studio.metric}"
    half: Half = "open" if open_week else "grade"
    try:
        value, advice = measure(studio, rounds, half, seed_for(key, studio.exercise, half), limit)
    except (Exception, SystemExit, GeneratorExit, TimeUp) as error:
        if isinstance(error, TimeUp) and error.ours:
            raise OwnTime(
                f"the judge of {studio.exercise} came to no end within {studio.seconds:g} seconds, by itself"
            ) from error
        file = studio.judge.__code__.co_filename if studio.judge else ""
        own_failure(error, file, ("entry",))
        unseen = getattr(error, "on_unseen", False) or not isinstance(error, Broken)  # arrays are counted before anything is seen
        why, line = explain(error, {}, file, studio.seconds, unseen)
        return Verdict("judge", says, True, False, 1.0, message=why, line=line)
    share, band = studio.score(value), studio.band(value) + (", with honour" if studio.honoured(value) else "")
    if not math.isfinite(value):
        return Verdict("judge", says, True, False, 1.0, message="what your entry gave is not finite, and so is its result")
    told = f"your band: {band}" if open_week else f"your band: {band} ({studio.metric}: {value:.4g})"
    notes = (told, advice) if advice and share < 1 else (told,)
    earned = _band_share(studio, value) if open_week else share
    message: str | None = None if earned > 0 else f"{band}: a do-nothing answer does as well"
    return Verdict("judge", says, True, False, 1.0, message=message, notes=notes, earned=earned)


def _band_share(studio: Studio, value: float) -> float:
    """The share at the foot of the band: all that a learner is told while the week is open."""
    reached = sum((value >= b) if studio.higher else (value <= b) for b in studio.bands)
    return (0.0, 0.4, 0.7, 1.0)[reached]
