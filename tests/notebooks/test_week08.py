"""Week 8: the flight simulator predicts trainings that it was not made of, and its trainings are real."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder import datasets

FOLDER = Path(__file__).parents[2] / "notebooks" / "week08_strategy"


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    """The week's module of checks, by a name of its own: other weeks have one too."""
    spec = importlib.util.spec_from_file_location("checks_of_week08", FOLDER / "checks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fifty_places_that_were_held_out_are_predicted_within_two_points(checks: ModuleType) -> None:
    table = datasets.load("projects", split="between")
    X, task = table.X.reshape(50, 4, 6, 7).mean(axis=1), table.y.reshape(50, 4, 6)[:, 0].astype(int)
    predicted = checks.errors_of(task, X[..., 0], X[..., 1], X[..., 2], X[..., 3])
    off = np.abs(predicted - X[..., 4:])
    assert (off.mean(axis=(0, 1)) < 0.02).all()  # 0.013 in training, 0.016 on copies, 0.016 on new pictures
    assert (off.mean(axis=1) < 0.08).all()  # no place is off by more, in the mean over its six points in time


def test_the_held_out_places_are_none_of_the_grid(checks: ModuleType) -> None:
    grid, between = (datasets.load("projects", split=split).X[:, :3] for split in ("grid", "between"))
    assert len(grid) / 6 >= 300
    on_grid = {tuple(row) for row in grid.tolist()}
    assert not any(tuple(row) in on_grid for row in between.tolist())


def test_recorded_trainings_are_what_the_program_makes() -> None:
    projects = pytest.importorskip("data.build.projects", reason="the build programs are only in a checkout")
    table = datasets.load("projects", split="grid")
    task = projects._task("tops")
    for rows, wrong, units in ((60, 0.15, 4), (240, 0.3, 12)):
        curve = projects._curve(task, "tops", rows, wrong, units, 0)
        chosen = (table.y == 2) & np.isclose(table.X[:, :3], [rows, wrong, units]).all(axis=1)
        recorded = table.X[chosen][:6]
        # on another machine sums are rounded in another order, and a training is chaotic
        assert np.abs(curve[:, 4:7] - recorded[:, 4:]).max() < 0.1
        assert np.abs(curve[:, 4:7] - recorded[:, 4:]).mean() < 0.02
