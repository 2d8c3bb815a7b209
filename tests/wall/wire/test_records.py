"""Immutable values of the standard library, namedtuples and the grader's frozen dataclasses cross by value."""

from __future__ import annotations

import dataclasses
import datetime
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from autograder.wall.kernel import Kernel
from autograder.wall.wire.errors import WallError
from autograder.wall.wire.handles import Remote
from autograder.wall.wire.records import Records
from tests.wall.conftest import define, fails, passes

Place = namedtuple("Place", "name height")


@dataclasses.dataclass(frozen=True)
class Box:
    width: int
    height: int


VALUES = [
    Decimal("0.30"), Decimal("NaN"), Decimal("-Infinity"), Fraction(-1, 3), datetime.date(2024, 2, 29),
    datetime.datetime(2024, 2, 29, 1, 2, 3, 4, fold=1), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    datetime.time(1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))), datetime.timedelta(days=-1, microseconds=5),
    datetime.timezone(datetime.timedelta(hours=2)), Place("a", [1, 2]), {"in": [Decimal(1), (Fraction(1, 2),)]},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_there_and_back(shared_learner: Kernel, value: Any) -> None:
    define(shared_learner, "def same(x): return x\ndef kind(x): return type(x).__name__")
    back = shared_learner.get("same")(value)
    assert type(back) is type(value) and repr(back) == repr(value)
    assert shared_learner.get("kind")(value) == type(value).__name__


def test_her_paths_are_pure_here(shared_learner: Kernel) -> None:
    define(shared_learner, "from pathlib import Path\ndef beside(p): return p.parent / 'b' if isinstance(p, Path) else None")
    back = shared_learner.get("beside")(Path("x/a"))
    assert type(back) is PurePosixPath and back == Path("x/b")


def test_her_namedtuples_and_the_graders_dataclasses(shared_learner: Kernel) -> None:
    define(
        shared_learner,
        "from collections import namedtuple\nimport dataclasses\nPair = namedtuple('Pair', 'one two')\n"
        "def swap(p): return Pair(p.two, p.one)\ndef is_mine(p): return isinstance(p, Pair)\n"
        "def area(box): return box.width * box.height\ndef same(x): return x\n"
        "@dataclasses.dataclass(frozen=True)\nclass Own:\n    a: int\n",
    )
    passes(shared_learner, "p = swap(Pair(1, 2))\nassert p == (2, 1) and p.one == 2 and is_mine(p) and is_mine(swap(p))")
    passes(shared_learner, "assert area(Box(3, 4)) == 12 and same(Box(3, 4)) == Box(3, 4)", Box=Box)
    assert type(shared_learner.get("same")(Box(1, 2))) is Box
    assert type(shared_learner.get("Own")(1)) is Remote, "hers has methods of her own making, an == among them"
    fails(shared_learner, "assert Own(1) == Own(1)")


def test_a_class_with_more_than_fields_stays_on_its_side(shared_learner: Kernel) -> None:
    class More(Place):
        def shout(self) -> str:
            return str(self.name).upper()

    @dataclasses.dataclass(frozen=True)
    class Counted:
        n: int

        def more(self) -> int:
            return self.n + 1

    define(shared_learner, "def kind(x): return type(x).__name__")
    assert [shared_learner.get("kind")(x) for x in (More("a", 1), Counted(1))] == ["Remote", "Remote"]


@pytest.mark.parametrize(
    "parts",
    [
        ["Decimal", "1E+999999999"], ["Decimal", "9" * 5000], ["Decimal", 7], ["Decimal", "sNaN"],
        ["Fraction", 1, 0], ["Fraction", 1, -2], ["Fraction", "1", 2], ["date", 1, 1, 99],
        ["PosixPath", "a\0b"], ["PosixPath", 5], ["nothing", 1], [[], 1],
        ["namedtuple", "A", ["x", "x"], [1, 2]], ["namedtuple", "A", ["class"], [1]], ["namedtuple", "A", ["_x"], [1]],
        ["namedtuple", "A b", ["x"], [1]], ["namedtuple", "A", ["x"], [1, 2]], ["namedtuple", "A", ["x) or (1"], [1]],
        ["dataclass", "Unknown", ["x"], [1]], ["namedtuple", "A"], ["namedtuple", "A", range(10**9), [1]],
    ],
)  # fmt: skip
def test_what_is_forged_is_refused(parts: list[Any]) -> None:
    with pytest.raises((WallError, TypeError, ValueError, KeyError, ArithmeticError)):
        Records(hers=False).value(parts)
