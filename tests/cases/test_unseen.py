"""Nothing that her code makes of unseen data comes out in a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import expect, studios
from autograder.cases.judging import judge_studio
from autograder.cases.model import Studio
from autograder.cases.studios import Entry
from autograder.timelimit import limit

SECRET = np.array([31.0, 41.0, 59.0, 26.0, 53.0])
WORDS = [str(int(v)) for v in SECRET] + ["31.", "314159"]


def _raises(kind: Callable[[Any], BaseException]) -> Callable[..., Any]:
    def predict(arrays: Any, X: Any) -> Any:
        raise kind(X)

    return predict


class Odd(Exception):
    def __str__(self) -> str:
        return str(self.args)


#: how she would carry rows out of a round
CARRIED: dict[str, Callable[..., Any]] = {
    "an exception's text": _raises(lambda X: ValueError(f"{X}")),
    "a type's name": _raises(lambda X: type("N" + "".join(f"{int(v)}" for v in X), (Exception,), {})()),
    "a type's name, of a built-in kind": _raises(lambda X: type(f"V{int(X[0])}", (KeyError,), {})(1)),
    "a key": _raises(lambda X: KeyError(float(X[0]))),
    "an attribute that is not there": lambda arrays, X: getattr(arrays, f"a{int(X[0])}"),
    "an assertion": _raises(lambda X: AssertionError(X.tolist())),
    "an exit": _raises(lambda X: SystemExit(int(X[0]))),
    "a note": _raises(lambda X: (lambda e: (e.add_note(str(X)), e)[1])(ValueError("x"))),  # type: ignore[no-any-return]
    "an exception with a voice of its own": _raises(lambda X: Odd(X.tolist())),
    "a message that looks like ours": _raises(lambda X: expect.Broken(f"look at {X}") if hasattr(expect, "Broken") else Odd(X)),
    "a shape": lambda arrays, X: np.zeros((int(X[0]), 314159 % 7 + 1)),
    "values of another shape": lambda arrays, X: X,
    "a text": lambda arrays, X: f"{X}",
    "a list of texts": lambda arrays, X: [str(v) for v in X],
    "a dict": lambda arrays, X: {"x": float(X[0])},
    "a function's name": lambda arrays, X: type(f"T{int(X[0])}", (), {"__call__": lambda s: 1})(),
    "a number": lambda arrays, X: float(X[0]),
    "a nested list": lambda arrays, X: [X.tolist(), [1.0]],
    "a complex number": lambda arrays, X: complex(X[0], X[1]),
    "too large a number": lambda arrays, X: int("".join(str(int(v)) for v in X)) * np.ones(3),
}


def _judge(look: Callable[[Any], float]) -> Callable[..., Any]:
    def judged(entry: Entry) -> float:
        return look(entry.train().predict(SECRET.copy()))

    return judged


LOOKS: dict[str, Callable[[Any], float]] = {
    "an array": lambda got: float(expect.array(got, shape=(3,), finite=True, what="predict").sum()),
    "a number": lambda got: expect.number(expect.array(got, what="predict"), what="predict") * 0,
    "closeness": lambda got: float(expect.close(got, np.zeros(3), what="predict") is None),
    "nothing": lambda got: float(np.mean(got == np.ones(5))),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("how", CARRIED)
def test_nothing_of_unseen_rows_is_told(how: str, look: str) -> None:
    names = {"train": lambda rng: [np.ones(1)], "predict": CARRIED[how]}
    made = Studio("toy", "share", -1e9, (1e8, 1e9, 1e10), train="train", users=("predict",), budget=1, judge=_judge(LOOKS[look]))
    verdict = judge_studio(made, studios.Here(names.__getitem__), b"key", limit, True)
    told = f"{verdict.message} {verdict.notes} {verdict.on} {verdict.line.partition(':')[0].partition(' ')[0]}"
    assert not [word for word in WORDS if word in told], told


def test_what_is_wrong_before_anything_was_seen_is_told_in_full() -> None:
    names = {"train": lambda rng: [np.ones(12)], "predict": lambda arrays, X: X}
    made = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=1, judge=_judge(float))
    assert "12" in str(judge_studio(made, studios.Here(names.__getitem__), b"key", limit, True).message)
