"""Guess first: what is told to the page, what is refused, and what stands where nobody can answer."""

from __future__ import annotations

import base64
import doctest
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.explore import guess


def seven() -> int:
    """Seven is a prime."""
    return 7


def told(made: guess.Guess) -> dict[str, Any]:
    """What the script on the page gets."""
    found = re.search(r'data-told="([^"]*)"', made._repr_html_())
    assert found
    payload: dict[str, Any] = json.loads(base64.b64decode(found[1]))
    return payload


def test_each_kind_tells_the_page_its_truth_and_the_reason() -> None:
    choice = told(guess.choose("Which?", ["a", "b <i>", "c"], truth=lambda: "c"))
    assert (choice["kind"], choice["options"], choice["truth"]) == ("choose", ["a", "b <i>", "c"], 2)
    assert told(guess.choose("Which?", ["a", "b"], truth=lambda: np.int64(1)))["truth"] == 1
    number = told(guess.number("How many?", 0, 10, truth=seven, unit="units"))
    assert (number["truth"], number["step"], number["unit"], number["because"]) == (7.0, 0.1, "units", "Seven is a prime.")
    curve = told(guess.curve("How?", (0, 1), (0, 2), truth=lambda: (np.linspace(0, 1, 5000), np.ones(5000))))
    assert len(curve["truth"][0]) == len(curve["truth"][1]) <= 200 and curve["truth"][0][-1] == 1.0


def test_where_no_script_runs_the_question_and_one_sentence_stand_and_the_truth_does_not() -> None:
    made = guess.number("How many <b>?", 0, 10, truth=seven)
    without = re.sub(r"<(script|style)>.*?</\1>|<[^>]*>", "", made._repr_html_(), flags=re.DOTALL)
    assert without == f"How many &lt;b&gt;?{guess.ASLEEP}"
    assert repr(made) == f"How many <b>?\n{guess.ASLEEP}"
    assert "Seven" not in made._repr_html_() + repr(made), "read in a notebook's text, it is no guess any more"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: guess.choose("", ["a", "b"], truth=lambda: 0), "a guess needs a question"),
        (lambda: guess.choose("?", ["a"], truth=lambda: 0), "two different options or more"),
        (lambda: guess.choose("?", ["a", "a"], truth=lambda: 0), "two different options or more"),
        (lambda: guess.choose("?", ["a", "b"], truth=lambda: 2), "none of the options"),
        (lambda: guess.choose("?", ["a", "b"], truth=lambda: "c"), "none of the options"),
        (lambda: guess.choose("?", ["a", "b"], truth=lambda: True), "none of the options"),
        (lambda: guess.choose("?", ["a", "b"], truth=1), r"truth is a function of explore\.py"),  # type: ignore[arg-type]
        (lambda: guess.number("?", 1, 1, truth=seven), "must lie below"),
        (lambda: guess.number("?", 0, 9, truth=seven, step=0), "must lie above 0"),
        (lambda: guess.number("?", 0, 6, truth=seven), "no number from 0 to 6"),
        (lambda: guess.number("?", 0, 6, truth=lambda: float("nan")), "no number from 0 to 6"),
        (lambda: guess.curve("?", (1, 0), (0, 1), truth=lambda: ([0, 1], [0, 1])), "from a lower to a higher"),
        (lambda: guess.curve("?", (0, 1), (0, 1), truth=lambda: ([0, 1], [0, 1]), points=2), "take 3 to 12"),
        (lambda: guess.curve("?", (0, 1), (0, 1), truth=seven), "a pair of arrays"),  # type: ignore[arg-type,return-value]
        (lambda: guess.curve("?", (0, 1), (0, 1), truth=lambda: ([1, 0], [0, 1])), "xs that rise"),
        (lambda: guess.curve("?", (0, 1), (0, 1), truth=lambda: ([0, 1], [0, np.inf])), "all finite"),
    ],
)
def test_an_authors_mistake_is_refused_with_the_mend(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_a_function_of_hers_that_does_not_run_yet_is_said_in_a_kernel_and_raised_in_an_audit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_yet() -> float:
        raise NotImplementedError("Your turn")

    with pytest.raises(NotImplementedError):
        guess.number("?", 0, 1, truth=not_yet)
    monkeypatch.setattr(guess, "_in_a_kernel", lambda: True)
    payload = told(guess.number("?", 0, 1, truth=not_yet))
    assert "truth" not in payload
    assert payload["trouble"].startswith("The answer cannot be shown yet (NotImplementedError: Your turn). Run this cell again")


def test_another_question_is_another_guess_and_the_same_one_is_found_again() -> None:
    keys = [told(guess.number(q, 0, high, truth=seven))["key"] for q, high in (("a", 9), ("a", 8), ("b", 9))]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("name", ["choose", "number", "curve"])
def test_the_examples_run(name: str) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(getattr(guess, name), name, module=False, globs={"guess": guess})  # type: ignore[arg-type]
    said: list[str] = []
    assert test.examples
    doctest.DocTestRunner().run(test, out=said.append)
    assert not said, "".join(said)
