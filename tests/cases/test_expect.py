"""What a case says about what came out."""

import time

import pytest

from autograder.cases import Broken, expect


def sleeper(*seconds: float):
    """A function that sleeps so long at its first call, so long at its second; the last one counts for all further calls."""
    left = list(seconds)
    return lambda: time.sleep(left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.parametrize("mine", [sleeper(0.001), sleeper(0.1, 0.001)], ids=["quick", "quick once the machine is free"])
def test_speed_is_a_ratio_and_the_best_try_counts(mine) -> None:
    expect.faster(mine, sleeper(0.01), share=1 / 3, what="a loop", of=10)


@pytest.mark.parametrize(("seconds", "calls"), [(0.2, 4), (0.5, 1)], ids=["too slow", "far too slow, and not waited for again"])
def test_too_slow_is_said_with_both_times(seconds: float, calls: int) -> None:
    mine = expect.counted(sleeper(seconds))
    with pytest.raises(Broken, match=r"a loop took 0\.\d\d s, your function 0\.\d\d s: at most 0\.\d\d s was asked for"):
        expect.faster(mine, sleeper(0.01), share=1 / 3, what="a loop", of=10 if seconds < 0.5 else 1)
    assert mine.calls == calls
