"""What a reader can choose: a slider, a list, a tick box, or points to drag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Drag:
    """Points that can be dragged, in the data of the first axes: an argument (n, 2) of the drawing function.

    Attributes
    ----------
    points : where they are at first.
    shown : from the other controls' values to how many of them can be seen just now; all, where it is None.
    """

    points: Any
    shown: Callable[..., int] | None = None


@dataclass(frozen=True)
class Control:
    """All values that an argument can take, and the one to start with.

    Attributes
    ----------
    kind : "range", "choice" or "tick".
    start : the place of the first value among `values`.
    """

    name: str
    label: str
    kind: str
    values: list[Any]
    start: int

    @classmethod
    def of(cls, name: str, given: Any, label: str | None = None) -> Control:
        """Read ``(low, high, start)``, ``(low, high, start, step)``, a list, True or False.

        Raises
        ------
        TypeError
            Where it is none of these.
        """
        label = label or name.replace("_", " ")
        if isinstance(given, bool):
            return cls(name, label, "tick", [False, True], int(given))
        if isinstance(given, list) and given:
            return cls(name, label, "choice", given, 0)
        if isinstance(given, tuple) and len(given) in (3, 4):
            values = steps(*given)
            return cls(name, label, "range", values, int(np.argmin([abs(v - given[2]) for v in values])))
        raise TypeError(f"{name}: give (low, high, start), (low, high, start, step), a list, True, False or Drag(points)")

    def page(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {"label": self.label, "kind": self.kind, "start": self.start, "shown": [shown(v) for v in self.values]}


def steps(low: float, high: float, start: float, step: float | None = None) -> list[Any]:
    """All values from low to high: whole numbers where all are whole, else floats, a hundred steps unless told."""
    if all(isinstance(v, int) for v in (low, high, start, step or 1)):
        return list(range(int(low), int(high) + 1, int(step or 1)))
    gap = step or (high - low) / 100
    return [round(low + k * gap, 9) for k in range(round((high - low) / gap) + 1)]


def shown(value: Any) -> str:
    """A value as the reader sees it."""
    return f"{value:.2f}".replace("-", "−") if isinstance(value, float) else str(value).replace("-", "−")
