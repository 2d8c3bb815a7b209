"""Laws of distributions and calibration: what they catch, and how seldom they turn a right answer away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, expect

RUNS, LOOSE = 4000, 0.05  # at a stated false alarm of 0.05, at most 5 % of right answers may be turned away


def laws(rng: np.random.Generator, false_alarm: float, bias: float = 0.0) -> dict[str, Callable[[], None]]:
    """Each law on fresh draws: right ones where there is no bias."""
    alarm: Any = {"false_alarm": false_alarm}
    half = rng.random(400) < 0.5 + bias
    rare = rng.random(400) < 0.01 + bias / 2
    kinds = np.bincount(rng.choice(3, 400, p=[0.5 + bias, 0.3, 0.2 - bias]), minlength=3)
    flat = rng.random(400) ** (1 + 3 * bias)
    return {
        "share": lambda: expect.share(int(half.sum()), 400, 0.5, "x", **alarm),
        "rare share": lambda: expect.share(int(rare.sum()), 400, 0.01, "x", **alarm),
        "counts": lambda: expect.counts(kinds, [0.5, 0.3, 0.2], "x", **alarm),
        "mean": lambda: expect.mean(flat, 0.5, 12**-0.5, 0.5, "x", **alarm),
        "distributed": lambda: expect.distributed(flat, lambda t: t, "x", **alarm),
    }


def turned_away(run: Callable[[], None]) -> bool:
    try:
        run()
    except Broken:
        return True
    return False


def test_right_draws_are_turned_away_no_oftener_than_stated() -> None:
    rng = np.random.default_rng(1)
    alarms = dict.fromkeys(laws(rng, LOOSE), 0)
    for _ in range(RUNS):
        for name, run in laws(rng, LOOSE).items():
            alarms[name] += turned_away(run)
    assert all(n <= LOOSE * RUNS for n in alarms.values()), alarms
    assert any(n > 0 for n in alarms.values()), "bounds that never fire prove nothing"


@pytest.mark.parametrize("name", laws(np.random.default_rng(0), 0.5))
def test_another_law_is_caught(name: str) -> None:
    rng = np.random.default_rng(2)
    assert turned_away(laws(rng, 1e-7, bias=0.2)[name])


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (lambda: expect.share(1, 3, 0.0, "never"), "never .a share of 0.3333 in 3 draws, where 0 was asked for"),
        (lambda: expect.counts([5, 5, 1], [0.5, 0.5, 0.0], "never"), "never .kind 2: a share of 0.09091 in 11 draws"),
        (lambda: expect.mean(np.full(900, 2.0), 1.0, 1.0, 3.0, "kept"), "kept .a mean of 2 in 900 draws, where 1 was"),
        (lambda: expect.mean(np.array([np.nan]), 1.0, 1.0, 3.0, "kept"), "nan or inf"),
        (
            lambda: expect.distributed(np.full(500, 0.5), lambda x: x, "flat"),
            "flat .a share of 0 lies below 0.5, where 0.5",
        ),
        (lambda: expect.calibrated(np.full(4, 0.25), [0.1, 0.4, 0.2, 0.3], 0.01, "honest"), "not sure enough"),
        (
            lambda: expect.calibrated([0.0, 0.5], [0.1, 0.5], 0.1, "honest"),
            r"honest \(0 at \[0\] for something that can happen\)",
        ),
        (lambda: expect.calibrated([[0.5, 0.6]], [[0.5, 0.5]], 0.1, "honest"), "sum to 1.1"),
        (lambda: expect.calibrated([1.2], [1.0], 0.1, "honest"), "which is no probability"),
    ],
)
def test_caught_and_said_with_both_sides(run: Callable[[], Any], says: str) -> None:
    with pytest.raises(Broken, match=says):
        run()


def test_spared() -> None:
    expect.share(0, 0, 0.5, "")
    expect.share(0, 100, 0.0, "")
    expect.share(100, 100, 1.0, "")
    expect.counts([0, 10], [0.0, 1.0], "")
    expect.distributed(np.array([]), lambda x: x, "")
    expect.calibrated(np.zeros((0, 3)), np.zeros((0, 3)), 0.0, "")
    known = np.random.default_rng(3).dirichlet(np.ones(4), size=50)
    expect.calibrated(known, known, 1e-12, "")
    expect.calibrated(np.float32(known), known, 1e-9, "")
    expect.calibrated([1.0, 0.0], [1, 0], 0.0, "")


def test_the_base_rate_is_not_honest_although_its_calibration_error_is_nought() -> None:
    known = np.where(np.arange(1000) % 2 == 0, 0.9, 0.1)
    with pytest.raises(Broken, match=r"0\.368 nats a row too much"):
        expect.calibrated(np.full(1000, 0.5), known, 0.05, "the chances are not honest")
