"""`workbook why`: what broke, run again with the same draw, for the instructor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny import WEEK, Book

from autograder.cli import main

HandIn = Callable[..., Path]


def wrong(book: Book) -> None:
    book.write("centre", "def centre(x):\n    return 7 * x")
    book.write("double", "def double(x):\n    return x[1000]")
    book.solve("guess")


def test_it_shows_the_call_hers_and_wanted(root: Path, hand_in: HandIn, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in("ada", wrong)
    assert main(["why", WEEK, "ada", "centre", "--course", str(root)]) == 0
    told = capsys.readouterr().out
    assert "✗" in told and told.startswith("centre: check ")  # on a very busy machine a search may stop before it breaks both
    for part in told.split("    call:   centre(")[1:]:
        given, _, rest = part.partition(")\n    hers:")
        hers, _, wanted = rest.partition("\n    wanted:")
        names = {"array": np.array, "float64": np.float64, "float32": np.float32}
        x, got, right = (eval(text.strip(), names) for text in (given, hers, wanted.partition("\n\n")[0]))
        assert np.allclose(got, 7 * x) and np.allclose(right, x - x.mean(axis=0)) and not np.allclose(got, right)
    assert told.count("call:") == told.count("✗")
    assert not (root / "autograded" / "ada").exists(), "nothing is written"


def test_what_she_raised_and_what_holds(root: Path, hand_in: HandIn, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in("ada", wrong)
    assert main(["why", WEEK, "ada", "double", "--course", str(root)]) == 0
    told = capsys.readouterr().out
    assert "hers:   IndexError" in told and "wanted: array(" in told
    assert main(["why", WEEK, "ada", "guess", "--course", str(root)]) == 0
    assert "everything holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("student", "exercise", "says"), [("ada", "half", "name one of: centre"), ("eve", "centre", "nothing was")]
)
def test_what_is_not_there_is_said(
    root: Path, hand_in: HandIn, capsys: pytest.CaptureFixture[str], student: str, exercise: str, says: str
) -> None:
    hand_in("ada", wrong)
    assert main(["why", WEEK, student, exercise, "--course", str(root)]) == 1
    assert says in capsys.readouterr().err
