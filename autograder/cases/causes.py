"""What a report has to say, sorted: each cause once, what breaks only because of it, what holds, what counts later.

A learner mends one thing at a time. So properties that are broken by one cause stand together, and a side property that is
broken while the exercise's core is broken too is no news of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

UNWRITTEN = "not written yet"
BLANK = f"this is {UNWRITTEN}"


class Told(Protocol):
    """One property's outcome: a Verdict, or what the feedback page keeps of one."""

    @property
    def says(self) -> str: ...
    @property
    def holds(self) -> bool: ...
    @property
    def side(self) -> bool: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def message(self) -> str | None: ...
    @property
    def line(self) -> str: ...


T = TypeVar("T", bound=Told)


@dataclass(frozen=True)
class Cause(Generic[T]):
    """A broken property, and the others that the same cause breaks: its message is told once."""

    first: T
    same: tuple[T, ...] = ()


@dataclass(frozen=True)
class Outline(Generic[T]):
    """An exercise's properties, sorted for a reader.

    Attributes
    ----------
    begun : False where the answer is still the blank that the week came with.
    causes : what to mend, the first cause first.
    secondary : side properties that are broken while a core one is: they may mend themselves.
    waiting : side properties that hold, and count once the core properties do: visible ones once the visible core holds,
        hidden ones once all of it does.
    holding : what holds and counts.
    """

    begun: bool
    causes: tuple[Cause[T], ...]
    secondary: tuple[T, ...]
    waiting: tuple[T, ...]
    holding: tuple[T, ...]


def outline(properties: Iterable[T], core_broken: bool = False) -> Outline[T]:
    """Sort properties of one exercise, given in the order of their cases.

    `core_broken` says that a core property is broken which is not among them (a visible one, where the hidden ones are shown).
    A broken hidden one leaves visible side properties as they are: what was shown as earned stays.
    """
    told = tuple(properties)
    broken = [one for one in told if not one.holds]
    core_broken = core_broken or any(not one.side for one in broken)
    seen_broken = any(not one.side and not one.hidden for one in broken)

    def depends(one: T) -> bool:
        return one.side and (core_broken if one.hidden else seen_broken)

    causes: dict[Hashable, list[T]] = {}
    secondary: list[T] = []
    for one in sorted(broken, key=lambda one: one.side):  # core first: a side property may share its cause
        key = _cause(one)
        if depends(one) and key not in causes:
            secondary.append(one)
        else:
            causes.setdefault(key, []).append(one)
    holding = [one for one in told if one.holds]
    return Outline(
        begun=not broken or any(one.message != BLANK for one in broken) or any(one.holds and not one.side for one in told),
        causes=tuple(Cause(first, tuple(same)) for first, *same in causes.values()),
        secondary=tuple(secondary),
        waiting=tuple(one for one in holding if depends(one)),
        holding=tuple(one for one in holding if not depends(one)),
    )


def _cause(one: Told) -> Hashable:
    """What two broken properties share where one cause breaks both: a failing line of hers, or the very same message."""
    if one.line:
        return "line", one.line, (one.message or "").partition(":")[0]
    return "message", one.message
