"""Vowels, series and cohorts: what the files promise."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import datasets


def test_vowels() -> None:
    train, test = datasets.load("vowels", "train"), datasets.load("vowels", "test")
    assert train.X.shape == (270, 29, 12) and test.X.shape == (370, 29, 12) and train.X.dtype == np.float32
    assert np.bincount(train.speaker).tolist() == [30] * 9
    whole = datasets.load("vowels")
    assert len(whole.X) == 640 and whole.length.min() == 7 and whole.length.max() == 29
    for part in (train, test):
        real = np.arange(29) < part.length[:, None]
        assert not part.X[~real].any() and part.X[real].any(1).all()


def test_the_nine_men_can_be_told_apart() -> None:
    train, test = datasets.load("vowels", "train"), datasets.load("vowels", "test")

    def means(part: datasets.Vowels) -> np.ndarray:
        return part.X.sum(1) / part.length[:, None]

    centres = np.stack([means(train)[train.speaker == speaker].mean(0) for speaker in range(9)])
    nearest = ((means(test)[:, None] - centres) ** 2).sum(2).argmin(1)
    assert (nearest == test.speaker).mean() > 0.8


def test_series() -> None:
    series = datasets.load("series")
    assert series.names == ("sunspots", "co2", "elnino") and [len(value) for value in series.value] == [309, 2284, 732]
    assert all((np.diff(time) > 0).all() for time in series.time)
    assert [round(float(time[0])) for time in series.time] == [1700, 1958, 1950]
    spots, co2, sea = series.value
    assert np.isnan(co2).sum() == 59 and 310 < np.nanmin(co2) < np.nanmax(co2) < 380
    assert np.corrcoef(spots[:-11], spots[11:])[0, 1] > 0.6  # eleven years from height to height
    assert np.corrcoef(sea[:-12], sea[12:])[0, 1] > 0.6  # twelve months
    alone = datasets.load("series", "elnino")
    assert alone.names == ("elnino",) and np.array_equal(alone.value[0], sea)


@pytest.mark.parametrize(
    ("cohort", "size", "time", "event", "happened"),
    [
        (datasets.load("rotterdam"), 2982, "rtime", "recur", 1518),
        (datasets.load("flchain"), 7874, "futime", "death", 2169),
        (datasets.held_out("gbsg"), 686, "rfstime", "status", 299),
    ],
    ids=["rotterdam", "flchain", "gbsg"],
)
def test_cohorts(cohort: datasets.Cohort, size: int, time: str, event: str, happened: int) -> None:
    assert cohort.X.shape == (size, len(cohort.names)) and cohort.X.dtype == np.float32
    column = dict(zip(cohort.names, cohort.X.T, strict=True))
    assert (column[time] >= 0).all() and set(column[event].tolist()) == {0, 1} and column[event].sum() == happened
    assert np.isnan(column["age"]).sum() == 0 and 20 < column["age"].min() < column["age"].max() < 110


def test_the_trial_has_the_columns_of_the_cohort() -> None:
    learnt, judged = datasets.load("rotterdam").names, datasets.held_out("gbsg").names
    assert {"age", "meno", "size", "grade", "nodes", "pgr", "er", "hormon"} <= set(learnt) & set(judged)
    with pytest.raises(datasets.DataError, match="no data set called 'gbsg'"):
        datasets.load("gbsg")
