"""A loop that never ends is waited for twice, and for no other case of its exercise."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.cases import session as module
from autograder.cases.mistakes import OwnTime
from autograder.cases.session import NOT_TRIED, Session
from autograder.timelimit import TimeUp

CASES = 9
CHECKS = """
import numpy as np
from autograder.cases import case, exercise, expect

exercise("double", seconds=0.2)
exercise("four_times", needs=("double",), seconds=0.2)
""" + "\n".join(
    f"""
@case("{id}", "property {k}{" of a large one" if k > 6 else ""}", seconds={0.2 if k != 3 else 0.3})
def {id}_{k}({id}):
    expect.close({id}(np.arange(3.0) + {k}), {factor} * (np.arange(3.0) + {k}))
"""
    for id, factor in (("double", 2), ("four_times", 4))
    for k in range(CASES)
)


@pytest.fixture
def week(tmp_path: Path) -> Path:
    (tmp_path / "checks.py").write_text(CHECKS)
    return tmp_path


class Calls:
    """Counts the calls, and never ends where `endless` says so."""

    def __init__(self, endless: Callable[[Any, int], bool]) -> None:
        self.endless, self.calls = endless, 0

    def made(self) -> Callable[[Any], Any]:
        def double(x: Any) -> Any:
            self.calls += 1
            while self.endless(x, self.calls):
                pass
            return 2 * x

        return double


#: when she does not come back; how often she is called, which cases hold, which are not tried
ENDLESS = {
    "always": (lambda x, n: True, 2, set(), set(range(1, 9))),
    "after three cases": (lambda x, n: x[0] >= 3, 5, {0, 1, 2}, set(range(4, 9))),
    "at the first call only": (lambda x, n: n == 1, 10, set(range(9)), set()),
    "at every first try of a case": (lambda x, n: n % 2 == 1, 18, set(range(9)), set()),
    "in the last case": (lambda x, n: x[0] >= 8, 10, set(range(8)), set()),
    "in every other case": (lambda x, n: x[0] % 2 == 1, 3, {0}, set(range(2, 9))),
}


@pytest.mark.parametrize("when", ENDLESS)
def test_two_that_come_to_no_end_are_enough(week: Path, when: str) -> None:
    endless, calls, holding, untried = ENDLESS[when]
    hers = Calls(endless)
    report = Session(week, {"double": hers.made(), "four_times": lambda x: 4 * x}.__getitem__).report("double")
    assert hers.calls == calls
    assert {k for k, verdict in enumerate(report.verdicts) if verdict.holds} == holding
    assert {k for k, verdict in enumerate(report.verdicts) if verdict.message == NOT_TRIED} == untried
    assert len(report.verdicts) == CASES


def test_the_exercise_has_a_limit_of_its_own(week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXERCISE", 0.0)
    monkeypatch.setattr(module, "PATIENCE", 2)

    def slow(x: Any) -> Any:
        time.sleep(0.15)
        return 2 * x

    report = Session(week, {"double": slow}.__getitem__).report("double")
    tried = [verdict for verdict in report.verdicts if verdict.message != NOT_TRIED]
    assert 1 <= len(tried) < CASES and all(verdict.holds for verdict in tried)


def test_what_builds_on_an_endless_piece_is_judged_with_ours_at_once(week: Path) -> None:
    hers = Calls(lambda x, n: True)
    names: dict[str, Any] = {"double": hers.made()}
    names["four_times"] = lambda x: names["double"](names["double"](x))

    @contextlib.contextmanager
    def ours(pieces: Sequence[str]) -> Iterator[None]:
        own = {name: names[name] for name in pieces}
        names.update(dict.fromkeys(pieces, lambda x: 2 * x))
        yield
        names.update(own)

    report = Session(week, names.__getitem__, stand_in=ours).report("four_times")
    assert report.share() == 1 and "our `double`" in report.note and hers.calls == 2


def test_where_the_whole_cells_time_is_up_the_other_half_does_not_wait_again(week: Path) -> None:
    asked = []

    def lookup(name: str) -> Any:
        asked.append(name)
        raise TimeUp

    made = Session(week, lookup)
    with pytest.raises(TimeUp):
        made.check("double")
    assert made.hidden_check("double") == 0 and made.report("double").trouble and len(asked) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_what_our_own_code_uses_up_is_tried_once_more_and_then_is_no_verdict(week: Path, times: int) -> None:
    allowed = []

    @contextlib.contextmanager
    def uses_it_up(seconds: float) -> Iterator[None]:
        allowed.append(seconds)
        if len(allowed) <= times:
            up = TimeUp()
            up.ours = True
            raise up
        yield

    made = Session(week, {"double": lambda x: 2 * x, "four_times": lambda x: 4 * x}.__getitem__, limit=uses_it_up)
    if times == 1:
        assert made.report("double").share() == 1
    else:
        with pytest.raises(OwnTime, match=r"double/double_0 came to no end within 0\.4 seconds, by itself"):
            made.report("double")
    assert allowed[:2] == [0.2, 0.4]
