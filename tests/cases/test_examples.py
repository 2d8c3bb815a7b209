"""The examples in the vocabulary's docstrings run and give what they say, and every public function has all its sections."""

from __future__ import annotations

import contextvars
import doctest
import inspect
from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
import pytest

from autograder.cases import Broken, Studio, arrays, disguises, draws, expect, registry, studios


def smallest(strategy: Any) -> Any:
    """What a strategy shrinks to."""
    settings = hypothesis.settings(max_examples=200, database=None, derandomize=True)
    return hypothesis.find(strategy, lambda _: True, settings=settings)


def public() -> dict[str, Callable[..., Any]]:
    """Every public function of expect, draws, registry and studios, by its name; and what a judge sees of an entry."""
    found: dict[str, Callable[..., Any]] = {f"expect.{name}": getattr(expect, name) for name in expect.__all__}
    found["studios.Entry"] = studios.Entry
    for module in (draws, registry, studios, arrays, disguises):
        for name, made in vars(module).items():
            ours = getattr(made, "__module__", "") == module.__name__ and not name.startswith("_")
            if ours and inspect.isfunction(made):
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = made
    return found


@pytest.mark.parametrize("name", public())
def test_documented_in_full_and_the_examples_run(name: str) -> None:
    made = public()[name]
    doc = inspect.getdoc(made) or ""
    takes = [p for p in inspect.signature(made).parameters if p != "draw"]
    if takes:
        told = doc.partition("Parameters\n----------")[2].partition("\n\nRa")[0].partition("\n\nRe")[0]
        missing = [
            p
            for p in takes
            if not any(
                p in line.partition(":")[0].replace("*", "").replace(",", " ").split()
                for line in told.splitlines()
                if line[:1] != " "
            )
        ]
        assert not missing, f"{name}: no word on {missing}"
    for section in ("Raises\n------", "Examples\n--------"):
        assert section in doc, f"{name}: no section {section.split()[0]}"
    globs = {"np": np, "expect": expect, "draws": draws, "registry": registry, "Broken": Broken, "smallest": smallest}
    globs |= {"studios": studios, "Studio": Studio}
    tests = doctest.DocTestFinder(recurse=False).find(made, name, module=False, globs=globs)
    assert tests and tests[0].examples, f"{name}: no example"
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    contextvars.Context().run(runner.run, tests[0], out=said.append)  # nothing is declared before, nothing stays
    assert not said, "".join(said)
