"""Week 12: its mean average precision agrees with an implementation that others wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.audit.trial import Trial

WEEK = Path(__file__).parents[2] / "notebooks" / "week12_detection"

# What `podm.metrics.get_pascal_voc_metrics` (package object_detection_metrics 0.4.post1, all-point interpolation) gave for
# album(0) to album(7), the mean over the classes that have a true box, by IoU limit.
MEASURED = {
    0.5: [
        0.127936507937,
        0.280952380952,
        0.036111111111,
        0.079761904762,
        0.298304473304,
        0.271481481481,
        0.372685185185,
        0.144444444444,
    ],
    0.6: [
        0.04126984127,
        0.275396825397,
        0.036111111111,
        0.015873015873,
        0.259920634921,
        0.15,
        0.296296296296,
        0.107407407407,
    ],
}


def album(seed: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Six pictures with boxes of three classes, and guesses near them: found, boxes, labels."""
    rng = np.random.default_rng(seed)
    found, boxes, labels = [], [], []
    for _ in range(6):
        n, m = rng.integers(0, 6), rng.integers(0, 9)
        corner = rng.integers(0, 30, (n, 2))
        truth = np.concatenate([corner, corner + rng.integers(5, 20, (n, 2))], axis=1).astype(float)
        moved = (
            truth[rng.integers(n, size=m)] + rng.normal(size=(m, 4)) * 1.5 if n else rng.uniform(0, 20, (m, 4)) + [0, 0, 20, 20]
        )
        found.append((moved, rng.integers(3, size=m), rng.random(m)))
        boxes.append(truth)
        labels.append(rng.integers(3, size=n))
    return found, boxes, labels


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(WEEK)


@pytest.mark.parametrize("limit", MEASURED)
def test_mean_average_precision_agrees_with_the_one_of_a_package(trial: Trial, limit: float) -> None:
    for seed, want in enumerate(MEASURED[limit]):
        assert trial.reference["mean_average_precision"](*album(seed), limit) == pytest.approx(want, abs=1e-9)


def test_the_judges_own_agrees_with_the_reference(trial: Trial) -> None:
    public = trial.registry.studios["fabrics"].public
    assert public is not None
    checks = public.__globals__  # the module that it was written in
    for seed in range(20):
        found, boxes, labels = album(seed)
        wanted = trial.reference["mean_average_precision"](found, boxes, labels)
        assert checks["slow_map"](found, boxes, labels) == pytest.approx(wanted, abs=1e-12)
        assert checks["fast_map"](found, boxes, labels) == pytest.approx(wanted, abs=1e-12)
