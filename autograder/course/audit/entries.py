"""Studio entries land in their bands; ten times where bands are set, as a table to stand above the judge."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from autograder.cases import Exercise, TimeUp
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import Landing, Trial

ASKED = {"nothing", "baseline", "good", "excellent", "refused"}


def entries_land_in_their_bands(found: WeekAudit, trial: Trial, exercise: Exercise, seeds: int) -> None:
    """Judge every entry so many times; there is one for each band that is asked for."""
    entries = [e for e in trial.registry.entries if e.exercise == exercise.id]
    missing = ASKED - {e.band for e in entries}
    found.breach(
        not missing,
        f"{exercise.id}: no studio entry lands in: {', '.join(sorted(missing))}",
        "rivals.py:1" if not entries else entries[-1].made,
    )
    landed: dict[str, list[Landing]] = {}
    for entry in entries:
        landed[entry.name] = [trial.enter(entry, seed) for seed in range(seeds)]
        for seed, landing in enumerate(landed[entry.name]):
            said = f"{entry.name} #{seed} lands at {landing.value} ({landing.band}), not in {entry.band}"
            found.count("entries", landing.fits(entry.band), f"{exercise.id}: {said}", entry.made)
    if seeds > 1:
        found.remarks += table(exercise.id, {e.name: e.band for e in entries}, landed, seeds)


def reference_scores_in_public(found: WeekAudit, trial: Trial, exercise: Exercise) -> None:
    """The learner's own scorer runs, and gives the reference more than the baseline."""
    studio = trial.registry.studios[exercise.id]
    try:
        value = trial.score(exercise.id)
    except (Exception, TimeUp) as error:
        found.breach(False, f"{exercise.id}: the scorer on public data fails: {type(error).__name__}: {error}", studio.public)
        return
    said = f"{exercise.id}: on public data the reference scores {value:g}, and the baseline is {studio.baseline:g}"
    found.breach(studio.score(value) > 0, said, studio.public)


def table(id: str, bands: Mapping[str, str], landed: Mapping[str, Sequence[Landing]], seeds: int) -> list[str]:
    """Comment lines that stand above a studio's judge: where its entries land, and how far apart that lies.

    Parameters
    ----------
    id : the studio.
    bands : the band that each entry, by its name, is to land in.
    landed : where it landed, once a seed.
    """
    width = max(map(len, bands))
    lines = [f"# Entries to {id} over {seeds} seeds: mean ± standard deviation [least, most]."]
    for name, landings in landed.items():
        values = [landing.value for landing in landings if landing.value is not None]
        said = f"refused {len(landings) - len(values)} times" if len(values) < len(landings) else ""
        if values:
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            figures = f"{statistics.fmean(values):8.4f} ± {spread:.4f} [{min(values):.4f}, {max(values):.4f}]"
            said = f"{figures}  {said}".rstrip()
        lines.append(f"#   {name:{width}}  {said}  ({bands[name]})")
    return lines
