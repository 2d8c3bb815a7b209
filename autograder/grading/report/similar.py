"""Which submissions have long passages in common that are not the course's own: a hint for a human, never a verdict.

Winnowed fingerprints, as MOSS has them (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), made by copydetect. Names of
variables, spaces and comments are no difference to it. What the course gave out, what its solutions say, and what many wrote
alike is left out.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from autograder.errors import Mend
from autograder.grading.report.read import Person, Room

NOISE = 20  # characters, names taken together, below which nothing is a passage
SURE = 30  # characters from which on every common passage is found
LEAST = 120  # characters of a submission that are her own, without which nothing can be said
ALIKE = 0.6  # the share of both submissions' own passages that is common
MANY = 10  # so many or a tenth of the class wrote the same: a way in which one writes it
MOST = 30  # pairs that are told


@dataclass(frozen=True)
class Pair:
    """Two submissions and the share of their own passages that they have in common, of the one and of the other."""

    one: Person
    other: Person
    shares: tuple[float, float]
    passage: str  # the longest common one, as the first wrote it


def pairs(room: Room) -> list[Pair]:
    """Pairs of submissions that are alike, the most alike first.

    Raises
    ------
    Mend
        Where copydetect is not installed.
    """
    try:
        from copydetect import compare_files
        from copydetect.utils import get_token_coverage
    except ImportError:
        raise Mend("Similar submissions were not looked for.\nMend: pip install 'autograder[report]'") from None

    texts = {sheet.person.id: _joined(sheet.answers) for sheet in room.sheets}
    course = [text for section in room.sections for text in (section.given, section.solution)]
    # Of the course every piece, not a choice: where a window begins depends on what stands before it.
    given = {one for text in course for one in _prints(text, 1).hashes}
    made = {id: _prints(text, SURE - NOISE + 1) for id, text in texts.items()}
    counts = Counter(one for prints in made.values() for one in prints.hashes)
    common = given | {one for one, number in counts.items() if number > max(MANY, len(made) // 10)}
    for prints in made.values():
        prints.hash_idx = {one: places for one, places in prints.hash_idx.items() if one not in common}
        prints.hashes = set(prints.hash_idx)
        prints.token_coverage = get_token_coverage(prints.hash_idx, prints.k, len(prints.filtered_code))
    made = {id: prints for id, prints in made.items() if prints.token_coverage >= LEAST}
    people = {sheet.person.id: sheet.person for sheet in room.sheets}
    found = []
    for one, other in _candidates({id: prints.hashes for id, prints in made.items()}):
        _, shares, slices = compare_files(made[one], made[other])
        if min(shares) >= ALIKE:
            passage = max(((a, b) for a, b in zip(*slices[0], strict=True)), key=lambda ends: ends[1] - ends[0])
            found.append(Pair(people[one], people[other], (float(shares[0]), float(shares[1])), texts[one][slice(*passage)]))
    return sorted(found, key=lambda pair: -min(pair.shares))


def _prints(text: str, window: int) -> Any:
    from copydetect import CodeFingerprint

    return CodeFingerprint("answers.py", NOISE, window, language="python", fp=io.StringIO(text))


def _joined(answers: Mapping[str, str]) -> str:
    return "\n\n".join(answers.values())


def _candidates(hashes: Mapping[str, set[Any]]) -> list[tuple[str, str]]:
    """Pairs that share as many fingerprints as two that are alike would: all others need no comparison."""
    who = defaultdict[Any, list[str]](list)
    for id, of in hashes.items():
        for one in of:
            who[one].append(id)
    shared = Counter(pair for ids in who.values() for pair in combinations(ids, 2))
    return [pair for pair, number in shared.items() if 2 * number >= min(len(hashes[id]) for id in pair)]
