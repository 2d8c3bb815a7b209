"""The audit puts every carrier before a studio's judge: one that gets through is a breach, none does as it is."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.cases import Exercise, studios
from autograder.course.audit.carriers import channels
from autograder.course.audit.cheats import cheats_are_refused
from autograder.course.audit.found import WeekAudit
from tests.cases.toys import TOYS

TOY = TOYS["predict"]


@pytest.fixture
def trial() -> Any:
    """A trial of the toy studio, as far as cheats look."""
    names: dict[str, Any] = {}
    exec(TOY.source, names)
    registry = SimpleNamespace(studios={"toy": TOY.studio})
    return SimpleNamespace(registry=registry, reference=names, at_home=contextlib.nullcontext)


def asked(trial: Any, id: str = "toy") -> WeekAudit:
    found = WeekAudit("week05_made_up")
    cheats_are_refused(found, trial, Exercise(id, ("train", "predict"), kind="studio"))
    return found


def test_every_cheat_is_counted_and_refused(trial: Any) -> None:
    found = asked(trial)
    assert found.cheats == (len(channels()), len(channels())) and not found.breaches


def test_a_way_round_the_budget_is_a_breach(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studios, "stored", lambda made, *rules: made)
    found = asked(trial)
    assert any("carried past the budget by shapes of empty arrays" in line for line in found.breaches)
    assert not any("by a global" in line for line in found.breaches), "forks keep memory apart, whatever arrays may be"


def test_a_studio_that_stores_nothing_has_nothing_to_carry(trial: Any) -> None:
    counted = next(toy for toy in TOYS.values() if toy.studio.train is None)
    trial.registry.studios["counted"] = counted.studio
    assert asked(trial, "counted").cheats == (0, 0)
