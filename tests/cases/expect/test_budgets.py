"""What a case says about what came out."""

import time

import numpy as np
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


def fails(error: BaseException):
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (lambda: expect.raises(ValueError, lambda: 1, "no ValueError came"), "no ValueError came"),
        (lambda: expect.raises(ValueError, fails(ValueError()), "", naming=("",)), "the ValueError came without a text"),
        (lambda: expect.raises(ValueError, fails(ValueError("bad")), "", naming=("layer",)), "does not name 'layer': 'bad'"),
        (lambda: expect.calls(expect.counted(abs), -1, "`g`"), "`g` was called 0 times; the budget is -1"),
        (lambda: expect.rate([1.0, 0.9, 0.8], 0.5, "slow"), r"slow \(a factor of 0.894 a step; at most 0.5 was asked for\)"),
        (lambda: expect.rate([1.0, np.nan], 0.5, "slow"), "nan or inf"),
        (lambda: expect.rate([1.0, 0.9, 0.8, 1e-3], 0.05, "slow", floor=1e-12), "a factor of 0.1 a step"),
        (lambda: expect.order([0.1, 0.01], [0.1, 0.01], 1.9, "no square"), "the measured power is 1; at least 1.9"),
        (lambda: expect.order([0.1, 0.01], [0.1, np.inf], 1.9, "no square"), "nan or inf"),
    ],
)
def test_caught(run, says: str) -> None:
    with pytest.raises(Broken, match=says):
        run()


def test_spared() -> None:
    assert str(expect.raises((ValueError, TypeError), fails(TypeError("Layer 3")), "", naming=("layer 3",))) == "Layer 3"
    expect.calls(2, at_most=2)
    expect.rate([1.0, 0.5, 0.25], 0.5, "")
    expect.rate([1e-17, 1e-17, 2e-17], 0.5, "", floor=1e-12)  # it started where it should end
    expect.rate([1.0, 1e-3, 1e-16, 3e-16], 0.1, "", floor=1e-12)
    expect.order([0.1, 0.01, 1e-8], [0.01, 1e-4, 1e-9], 1.9, "", floor=1e-8)
    expect.order([0.1, 0.01], [0.0, 0.0], 1.9, "")


@pytest.mark.parametrize("error", [NotImplementedError("not yet"), KeyError("x")])
def test_an_answer_not_yet_written_and_other_errors_pass_through(error: Exception) -> None:
    with pytest.raises(type(error)):
        expect.raises(RuntimeError if isinstance(error, NotImplementedError) else ValueError, fails(error), "")


def test_a_count_grows_although_the_call_fails() -> None:
    function = expect.counted(fails(ValueError()))
    with pytest.raises(ValueError):
        function()
    assert function.calls == 1


def test_a_rate_of_one_error_is_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="at least two errors"):
        expect.rate([1.0], 0.5, "")
