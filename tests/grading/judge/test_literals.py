"""What counts as a table of numbers in a submission, and what does not."""

import time

import pytest

from autograder.grading.judge.literals import refusal

PROSE = '"""' + "A long explanation in words. " * 40 + '"""'


@pytest.mark.parametrize(
    "source",
    [
        f"T = {[0.5] * 150}",
        f"T = np.array({[[1, 2]] * 80})",
        f"T = {'7' * 60}",
        f"T = '{'ab' * 300}'",
        f"T = {dict.fromkeys(range(101), 1)}",
        "T = " + " + ".join(f"{i} * x" for i in range(120)),
        f"%matplotlib inline\ndef predict(arrays, X, T={list(range(200))}):\n    return X",
        f"%%time\nT = {list(range(300))}",
        f"%%writefile table.txt\n{' '.join(map(str, range(300)))}",
        f"!echo {' '.join(map(str, range(300)))} > table.txt",
        f"files = !ls\nT = {list(range(300))}",
    ],
)
def test_tables_are_refused(source: str) -> None:
    assert "line" in refusal(["x = 1", source])


@pytest.mark.parametrize(
    "source",
    [
        "W = np.array([[1, -1], [2, 3]])",
        f"def f(x):\n    {PROSE}\n    return x",
        "rates = [10.0**-k for k in range(5)]",
        "print('a rather long line that says what the net did, how often, and what became of it in the end')",
        "this is not Python at all [",
        "%%time\nprint(sum(range(300)))",
        "%%capture\n" + "x = 1  # a line of an ordinary cell\n" * 40,
        "!ls\n%timeit 1 + 1",
    ],
)
def test_ordinary_code_is_not(source: str) -> None:
    assert refusal([source]) == ""


def test_a_cell_made_to_be_slow_to_read_is_read_at_once() -> None:
    began = time.monotonic()
    refusal(["x = " + " + ".join(["a"] * 2000) + "\n"] * 20 + ["x = " + "[" * 90 + "]" * 90] * 20)
    assert time.monotonic() - began < 20
