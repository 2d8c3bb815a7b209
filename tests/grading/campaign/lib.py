"""The register of attacks and accidents, and words that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tiny import OPEN

WORTH = {"centre": 3.0, "double": 4.0, "guess": 8.0}  # of each exercise while the week is open
ALL = OPEN
MARK = "campaign-survivor"  # in the arguments or the environment of every process that is to outlive its notebook
LEFT = "campaign-left-behind"  # in the name of every file that is to be found by the next
SHOWN = "campaign-shown"  # what nobody but the grader may put on a page as a mark, and no script may say
CANARY = "CANARY"  # what readers search for; planted with a random end that no attack can know


class Attack(NamedTuple):
    """What a learner hands in. `deserved`: what the honest part of it is worth."""

    kind: str
    change: Callable[[Any], None]
    deserved: float


ATTACKS: dict[str, Attack] = {}


def attack(kind: str, deserved: float = 0.0) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a change of a learner's copy under its class."""

    def register(change: Callable[[Any], None]) -> Callable[[Any], None]:
        name = f"{kind}-{change.__name__}"
        assert name not in ATTACKS
        ATTACKS[name] = Attack(kind, change, deserved)
        return change

    return register


def everywhere(book: Any, source: str) -> None:
    """The same code in the place of every exercise: `NAME` is the exercise's."""
    for name in WORTH:
        book.write(name, source.replace("NAME", name))
