"""What the author's gate found in one week: figures, and breaches in words."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COLUMNS = (
    "week", "minutes", "reference", "blank", "wrong caught", "seen", "right passed", "tried", "hidden", "draws", "ms a draw",
    "dictated", "entries", "cheats", "CPU s", "seconds", "MB",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one draw of a random case costs, and how many the case makes at a time."""

    exercise: str
    case: str
    seconds: float
    fresh: int


@dataclasses.dataclass
class WeekAudit:
    """The figures of one week, and its breaches in words."""

    week: str
    exercises: int = 0
    minutes: int = 0
    full: int = 0  # exercises whose reference has full marks
    blank: float = 0.0  # points of the unsolved release
    wrong: tuple[int, int] = (0, 0)  # caught by their named case, of all
    seen: tuple[int, int] = (0, 0)  # wrong rivals that a visible case catches, of all
    right: tuple[int, int] = (0, 0)  # right rivals that every case spares, of all
    tried_seen: tuple[int, int] = (0, 0)  # wrong programs of tried.py that a visible case catches, of all
    tried_caught: tuple[int, int] = (0, 0)  # … that any case catches, of all
    tried_right: tuple[int, int] = (0, 0)  # right ones that every case spares, of all
    hidden: tuple[int, int] = (0, 0)  # twins and keepers that earn their place, of all hidden cases
    drawn: dict[str, int] = dataclasses.field(default_factory=dict)  # fresh draws by pair, all of them spared
    costs: list[Cost] = dataclasses.field(default_factory=list)
    dictated: tuple[int, int] = (0, 0)
    entries: tuple[int, int] = (0, 0)  # studio entries in their bands, of all
    cheats: tuple[int, int] = (0, 0)  # generated cheats that are refused, of all
    cpu: float = 0.0  # seconds that the audit itself took
    seconds: float = 0.0
    megabytes: float = 0.0
    breaches: list[str] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)  # what an author asked for: tables of bands

    def breach(self, holds: bool, otherwise: str, at: Any = None) -> None:
        """Note a breach unless the rule holds, with the line where it is mended.

        Parameters
        ----------
        at : what is to be mended: a function of the week's files, or a place as text, "lesson.py:12".
        """
        if not holds:
            place = at if isinstance(at, str) else place_of(at)
            said = " ".join(otherwise.split())
            self.breaches.append(f"{self.week}: {said}" + (f" ({place})" if place else ""))

    def count(self, figure: str, holds: bool, otherwise: str = "", at: Any = None) -> None:
        """Count one more under a figure that is a pair; where there are words for it, one that does not hold is a breach."""
        good, all = getattr(self, figure)
        setattr(self, figure, (good + bool(holds), all + 1))
        if otherwise:
            self.breach(holds, otherwise, at)

    def add(self, other: WeekAudit) -> None:
        """Take in what was found in another part of the same week."""
        for one in dataclasses.fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, tuple):
                setattr(self, one.name, tuple(a + b for a, b in zip(mine, theirs, strict=True)))
            elif isinstance(mine, dict):
                setattr(self, one.name, {**mine, **theirs})
            elif one.name != "week":
                setattr(self, one.name, mine + theirs)

    def row(self) -> list[str]:
        """The week's line of the table, one field for each of the columns."""
        wrong, right, hidden, entries, cheats = (
            f"{a}/{b}" if b else "–" for a, b in (self.wrong, self.right, self.hidden, self.entries, self.cheats)
        )
        seen, told = (f"{a / max(1, b):.0%}" for a, b in (self.seen, self.dictated))
        dearest = max((cost.seconds for cost in self.costs), default=0.0)
        middle = sorted(cost.seconds for cost in self.costs)[len(self.costs) // 2] if self.costs else 0.0
        draws = [f"{sum(self.drawn.values())}", f"{1000 * middle:.1f} (≤ {1000 * dearest:.0f})"]
        shares = [f"{100 * a // b}" if b else "–" for a, b in (self.tried_seen, self.tried_caught, self.tried_right)]
        tried = "/".join(shares) + " %" if any(share != "–" for share in shares) else "–"
        claims = [f"{self.full}/{self.exercises}", f"{self.blank:g}", wrong, seen, right, tried, hidden]
        takes = [f"{self.cpu:.0f}", f"{self.seconds:.1f}", f"{self.megabytes:.0f}"]
        return [self.week, f"{self.minutes}", *claims, *draws, told, entries, cheats, *takes]


def place_of(made: Any) -> str:
    """`rivals.py:34`: the line where a function of a week's files begins; empty for what is no function."""
    code = getattr(inspect.unwrap(made) if callable(made) else None, "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else ""


def merged(parts: Iterable[WeekAudit]) -> WeekAudit:
    """What the parts of one week have found."""
    found, *more = parts
    for one in more:
        found.add(one)
    return found
