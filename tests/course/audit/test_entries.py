"""Studio entries: each must land in its band, there is one for every band, and ten seeds make a table to paste."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from autograder.cases import Exercise, StudioEntry
from autograder.course.audit.entries import ASKED, entries_land_in_their_bands
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import Landing

STUDIO = Exercise("toy", ("train", "predict"), kind="studio")


def asked(landings: dict[str, list[Landing]], bands: dict[str, str], seeds: int = 1) -> WeekAudit:
    """What the audit says of entries that land so, by name and seed."""
    entries = [StudioEntry("toy", name, dict, band) for name, band in bands.items()]
    trial: Any = SimpleNamespace(registry=SimpleNamespace(entries=entries), enter=lambda entry, seed: landings[entry.name][seed])
    found = WeekAudit("week05_made_up")
    entries_land_in_their_bands(found, trial, STUDIO, seeds)
    return found


FINE = {
    "nought": [Landing(0.1, 0.0, "not above the baseline")] * 3,
    "rule": [Landing(0.6, 0.1, "above the baseline, below the first band")] * 3,
    "net": [Landing(0.80, 0.7, "good"), Landing(0.84, 0.7, "good"), Landing(0.82, 0.7, "good")],
    "ours": [Landing(0.99, 1.0, "excellent")] * 3,
    "greedy": [Landing(None, 0.0, "refused: too many numbers")] * 3,
}
BANDS = dict(zip(FINE, ("nothing", "baseline", "good", "excellent", "refused"), strict=True))


def test_entries_in_their_bands_are_counted_once_a_seed() -> None:
    assert set(BANDS.values()) == ASKED
    for seeds in (1, 3):
        found = asked(FINE, BANDS, seeds)
        assert found.entries == (5 * seeds, 5 * seeds) and not found.breaches


def test_one_seed_of_three_in_another_band_is_a_breach() -> None:
    landings = {**FINE, "net": [FINE["net"][0], Landing(0.70, 0.5, "gets going"), FINE["net"][2]]}
    assert not asked(landings, BANDS, 1).breaches
    said = asked(landings, BANDS, 3).breaches
    assert said == ["week05_made_up: toy: net #1 lands at 0.7 (gets going), not in good"]


def test_an_entry_that_ought_to_be_refused_and_is_not() -> None:
    landings = {**FINE, "greedy": [Landing(0.99, 1.0, "excellent")]}
    assert asked(landings, BANDS).entries == (4, 5)


def test_a_band_without_an_entry_is_a_breach() -> None:
    few = {name: band for name, band in BANDS.items() if band != "good"}
    assert asked(FINE, few).breaches == ["week05_made_up: toy: no studio entry lands in: good"]


def test_the_table_stands_ready_to_paste() -> None:
    lines = asked(FINE, BANDS, 3).remarks
    assert lines[0] == "# Entries to toy over 3 seeds: mean ± standard deviation [least, most]."
    assert "#   net       0.8200 ± 0.0200 [0.8000, 0.8400]  (good)" in lines
    assert "#   greedy  refused 3 times  (refused)" in lines
    compile("\n".join(lines), "hidden.py", "exec")
    assert not asked(FINE, BANDS, 1).remarks
