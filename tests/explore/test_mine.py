"""The learner's own functions: what a picture is made of is noticed, through helpers and classes too; one sentence else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.explore import explorer, figure
from autograder.explore.mine import current, differs, made_of, names_of, waiting

NOTEBOOK = """
import numpy as np
scale = 2.0
def helper(x): return scale * x
def forward(x): return [helper(v) for v in x]
def unused(x): return x
class Base:
    def go(self): return unused(1)
class Model(Base):
    def fit(self): return helper(2)
    @property
    def size(self): return forward
"""


@pytest.fixture
def names() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    return names


def test_helpers_are_found_through_functions_and_classes(names: dict[str, Any]) -> None:
    assert set(made_of([names["forward"]], names)) == {"forward", "helper", "scale"}
    assert {"Model", "helper", "forward", "scale"} <= set(made_of([names["Model"]], names))


@pytest.mark.parametrize("change", ["def helper(x): return 3 * x", "scale = 5.0", "def forward(x): return x"])
def test_a_change_of_any_part_is_noticed(names: dict[str, Any], change: str) -> None:
    mine = [names["forward"]]
    before = made_of(mine, names)
    exec("def unused(x): return 2 * x", names)
    assert differs(before, made_of(current(mine, names), names)) == []
    exec(change, names)
    assert len(differs(before, made_of(current(mine, names), names))) >= 1
    assert current(mine, names) == [names["forward"]]


def test_a_lambda_stands_for_what_it_uses(names: dict[str, Any]) -> None:
    exec("make = lambda: Model()", names)
    nameless = names.pop("make")
    assert names_of([nameless, names["forward"]], ["model", "net"], names) == ["Model", "forward"]
    assert names_of([nameless], ["model"], {}) == ["Model"], "outside a notebook too"
    assert "Model" in made_of([nameless], names) and "helper" in made_of([nameless], names)


def test_one_sentence_everywhere() -> None:
    assert waiting(["net"], NotImplementedError()) == "This picture waits for `net`: it comes by itself once it runs."
    told = waiting(["a", "b", "c"], ValueError("shapes\n do not fit"))
    assert told.splitlines() == [
        "This picture waits for `a`, `b` and `c`: it comes by itself once they run.",
        "Just now: ValueError: shapes do not fit",
    ]


def test_a_function_that_fails_is_a_sentence_and_its_prints_are_not_seen(capsys: pytest.CaptureFixture[str]) -> None:
    @explorer(units=(1, 3, 2))
    def fit(forward: Any, units: int) -> Any:
        """What it makes of a line."""
        y = np.asarray(forward(np.arange(units)))
        fig, ax = figure(3, 2)
        ax.plot(y)
        return fig

    def forward(x: Any) -> Any:
        print("noise")
        raise TypeError("not yet")

    assert fit(forward).first().alt.endswith("Just now: TypeError: not yet")
    assert fit(np.sin).first().alt == "What it makes of a line."
    assert capsys.readouterr().out == ""
