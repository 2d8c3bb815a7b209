"""What counts as a table of numbers in a submission, and what does not."""

import pytest

from autograder.grading.literals import refusal

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
        "%%time\n" + str(list(range(300))),
    ],
)
def test_ordinary_code_is_not(source: str) -> None:
    assert refusal([source]) == ""
