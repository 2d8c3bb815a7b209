"""Generated cheats: an open channel has the reference's score, the engine closes each; rounds apart are as good as here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, Studio, studios
from autograder.cases.judging import measure
from autograder.course.audit.apart import Apart
from autograder.course.audit.carriers import carrier, channels, smuggled
from autograder.timelimit import limit
from tests.cases.toys import TOYS

TOY = TOYS["predict"]


def reference() -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(TOY.source, space)
    return space


def cheat(way: str, made: dict[str, Any]) -> dict[str, Any]:
    return {**made, **carrier(TOY.studio, made, channels()[way]())}


def metric(rounds: Any) -> float:
    return measure(TOY.studio, rounds, "grade", 3, limit)[0]


@pytest.mark.parametrize("way", channels())
def test_an_open_channel_has_the_references_score(way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(studios, "stored", lambda made, *rules: made)
    monkeypatch.chdir(tmp_path)
    names = reference()
    assert metric(studios.Here(cheat(way, names).__getitem__)) == pytest.approx(metric(studios.Here(names.__getitem__)), abs=0.02)


def test_the_engine_closes_every_channel_and_one_training_serves_all() -> None:
    names, trained = reference(), []
    train = names["train"]
    names["train"] = lambda *handed: trained.append(1) or train(*handed)
    found = {way: (value, why) for way, value, why in smuggled(TOY.studio, names, 3, limit)}
    assert found.keys() == channels().keys() and len(trained) == 3  # the judge's three rounds
    for way, (value, why) in found.items():
        assert why if value is None else TOY.studio.score(value) < 0.4, f"{way} carries: {value}"


@pytest.mark.parametrize("shape", TOYS)
def test_a_studio_is_judged_apart_as_here(shape: str) -> None:
    toy, space = TOYS[shape], dict[str, Any]()
    exec(toy.source, space)
    here = measure(toy.studio, studios.Here(space.__getitem__), "grade", 3, limit)
    with Apart(space.__getitem__) as rounds:
        assert measure(toy.studio, rounds, "grade", 3, limit) == here


def test_what_a_fork_raises_and_lacks_is_told() -> None:
    studio = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict", "missing"), budget=1)

    class Odd(Exception):
        pass

    def predict(arrays: Any, x: int) -> Any:
        if x:
            raise ZeroDivisionError("a nought") if x == 1 else Odd("odd")
        return lambda: 1

    names = {"train": lambda rng: [np.ones(1)], "predict": predict}

    def lookup(name: str) -> Any:
        if name not in names:
            raise NameError(name)
        return names[name]

    with Apart(lookup) as rounds:
        entry = studios.Entry(studio, rounds, 1)
        round = entry.train()
        with pytest.raises(ZeroDivisionError, match="a nought"):
            round.predict(1)
        with pytest.raises(RuntimeError, match="odd"):
            round.predict(2)
        with pytest.raises(Exception, match="pickle"):
            round.predict(0)
        with pytest.raises(Broken, match="`missing` is not there"):
            round.missing()
        entry.close()
