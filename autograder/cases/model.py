"""What an exercise, a case and its verdict are. Plain data: nothing here runs anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

Kind = Literal["exercise", "studio"]
Half = Literal["open", "grade"]
#: a share of each number, or ("rms", a share of each array's root mean square); "rms" is ("rms", 1e-3)
Noise = float | Literal["rms"] | tuple[str, float]


def kind_of(noise: Noise) -> tuple[str, float]:
    """What a noise is a share of ("relative": each number, "rms": the array's root mean square), and the share."""
    if isinstance(noise, tuple):
        return noise
    return ("rms", 1e-3) if noise == "rms" else ("relative", float(noise))


class Broken(AssertionError):
    """A property does not hold; the message is written for the learner."""


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One contract of a week: which names the learner writes, and what they build on.

    `names` are looked up in the learner's notebook; `needs` are exercises of the same week whose pieces it uses;
    `seconds` is the time limit of one case.
    """

    id: str
    names: tuple[str, ...]
    needs: tuple[str, ...] = ()
    kind: Kind = "exercise"
    seconds: float = 5.0


@dataclasses.dataclass(frozen=True)
class Case:
    """One property of an exercise and the function that tries to break it.

    `side` cases count only where every core case of the exercise holds (visible ones: every visible one). `false_alarm` is
    the stated chance that a right answer is turned away by one run (0 for a case without `rng`). `twin` names the visible
    case whose function a hidden one runs on other draws. `fresh` is how many draws the author's gate makes at a time for
    each right answer.
    """

    exercise: str
    name: str
    says: str
    run: Callable[..., Any]
    draws: Any = None
    hidden: bool = False
    side: bool = False
    weight: float = 1.0
    examples: int = 25
    false_alarm: float = 0.0
    seconds: float | None = None
    twin: str = ""
    fresh: int = 200

    @property
    def random(self) -> bool:
        """Whether it draws anything: inputs, or numbers from its `rng`."""
        return self.draws is not None or self.false_alarm > 0


@dataclasses.dataclass(frozen=True)
class Studio:
    """An open task: how an entry is asked, and the bands of the metric that it is judged by.

    Attributes
    ----------
    exercise : the exercise's id.
    metric : what is measured, in words.
    baseline, bands : values of the metric: nothing is earned up to the first; gets going, good, excellent.
    higher : whether more is better.
    train : the maker's name; None where nothing is stored.
    users : names of the functions that are asked.
    budget : how many numbers the maker may return; None where nothing is stored.
    counted : what is counted instead of numbers, in words: "gradient calls".
    noise : how much each number is blurred.
    typed : the metric that typed-in text of the allowed length reaches, measured.
    seconds : for one judging.
    honour : a value beyond "excellent" that is named and earns nothing more.
    public, judge : the scorer on public data; the judge, None where it is not at hand.
    """

    exercise: str
    metric: str
    baseline: float
    bands: tuple[float, float, float]
    higher: bool = True
    train: str | None = None
    users: tuple[str, ...] = ()
    budget: int | None = None
    counted: str = ""
    noise: Noise = 1e-3
    typed: float | None = None
    seconds: float = 60.0
    honour: float | None = None
    public: Callable[..., Any] | None = None
    judge: Callable[..., Any] | None = None

    def score(self, value: float) -> float:
        """The share of the points: 0 at the baseline, 0.4, 0.7 and 1 at the bands, straight lines between."""
        steps = [self.baseline, *self.bands]
        if not self.higher:
            value, steps = -value, [-s for s in steps]
        shares = (0.0, 0.4, 0.7, 1.0)
        if not value > steps[0]:  # also where the value is not a number
            return 0.0
        for low, high, a, b in zip(steps, steps[1:], shares, shares[1:], strict=False):
            if value < high:
                return a + (b - a) * (value - low) / (high - low)
        return 1.0

    def honoured(self, value: float) -> bool:
        """Whether a metric lies in the row above "excellent"."""
        return self.honour is not None and (value >= self.honour if self.higher else value <= self.honour)

    def band(self, value: float) -> str:
        """The name of the band that a metric lies in."""
        reached = sum((value >= b) if self.higher else (value <= b) for b in self.bands)
        if reached:
            return ("gets going", "good", "excellent")[reached - 1]
        better = value > self.baseline if self.higher else value < self.baseline
        return "above the baseline, below the first band" if better else "not above the baseline"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What came of one case: `message` is None where it holds.

    `on` is the smallest breaking input in words, `line` the learner's own line where her code raised, `notes` what is
    worth saying and costs nothing (prints, for instance).
    """

    case: str
    says: str
    hidden: bool
    side: bool
    weight: float
    message: str | None = None
    on: str = ""
    line: str = ""
    notes: tuple[str, ...] = ()
    earned: float | None = None  # a studio's share of the weight; None: all or nothing
    endless: bool = False  # its time was up
    inputs: tuple[Any, ...] | None = dataclasses.field(default=None, compare=False, repr=False)  # of the call that `on` names

    @property
    def holds(self) -> bool:
        """Whether the property held on everything that was tried."""
        return self.message is None


@dataclasses.dataclass(frozen=True)
class Report:
    """All verdicts of one exercise, in the order of the cases."""

    exercise: str
    verdicts: tuple[Verdict, ...]
    trouble: str = ""  # why nothing could be tried (a missing name, for instance)
    studio: bool = False
    note: str = ""  # what is worth saying of the whole, and costs nothing

    def counted(self) -> tuple[Verdict, ...]:
        """The verdicts that earn: a visible side property where every visible core property holds, a hidden one where all do.

        So what a learner sees as earned in her own notebook, where no hidden case is at hand, no hidden case takes back.
        In a studio nothing earns where a core property is broken: an entry over its budget, or no better than doing
        nothing, earns nothing for keeping the interface. Its check in her notebook shows no points for that reason.
        """
        if self.studio and not self.core_holds():
            return ()
        return tuple(v for v in self.verdicts if v.holds and (not v.side or self.core_holds(v.hidden)))

    def core_holds(self, hidden: bool = True) -> bool:
        """Whether every core property holds: of the visible ones alone, or, with `hidden`, of all that are here."""
        return all(v.holds for v in self.verdicts if not v.side and (hidden or not v.hidden))

    def share(self, hidden: bool | None = None) -> float:
        """The share of the points in [0, 1] earned by the visible (False), the hidden (True) or all (None) cases."""
        if self.trouble:
            return 0.0
        ours = [v for v in self.verdicts if hidden is None or v.hidden == hidden]
        total = sum(v.weight for v in ours)
        if not total:
            return 0.0
        earned = sum(v.weight * (1.0 if v.earned is None else v.earned) for v in self.counted() if v in ours)
        return min(1.0, max(0.0, earned / total))

    def broken(self) -> Mapping[str, Verdict]:
        """The cases that do not hold, by name."""
        return {v.case: v for v in self.verdicts if not v.holds}


class Points(float):
    """The points of a check cell: a plain number in text, a table in a notebook.

    nbgrader reads partial credit from the text of a cell's last value: that text must be a finite float, nothing else.
    """

    report: Report
    html: str

    def __new__(cls, value: float, report: Report, html: str) -> Points:
        """Points worth `value`, which explain themselves by `html`."""
        self = super().__new__(cls, value)
        self.report, self.html = report, html
        return self

    def __repr__(self) -> str:
        """The bare number: nbgrader reads it."""
        return repr(float(self))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return self.html
