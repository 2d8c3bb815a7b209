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
from autograder.grading.report.read import Person, Room, without_names

NOISE = 20  # characters, names taken together, below which nothing is a passage
SURE = 30  # characters from which on every common passage is found
LEAST = 120  # characters of a submission that are her own, without which nothing can be said
ALIKE = 0.6  # the share of both submissions' own passages that is common
MANY = 10  # so many or a tenth of the class wrote the same: a way in which one writes it


@dataclass(frozen=True)
class Alike:
    """Submissions that hang together by pairs that are alike.

    Attributes
    ----------
    share : of the pair that is least alike, the share of own passages that both have in common.
    passage : the longest common one of two of them, as the first wrote it.
    """

    people: tuple[Person, ...]
    share: float
    passage: str


def alike(room: Room) -> list[Alike]:
    """Groups of submissions that are alike, the most alike first.

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
    pairs: dict[tuple[str, str], tuple[float, str]] = {}
    for one, other in _candidates({id: prints.hashes for id, prints in made.items()}):
        _, shares, slices = compare_files(made[one], made[other])
        if min(shares) >= ALIKE:
            start, end = max(zip(*slices[0], strict=True), key=lambda ends: ends[1] - ends[0])
            pairs[one, other] = float(min(shares)), without_names(texts[one][start:end], people[one])
    groups = [
        Alike(tuple(people[id] for id in ids), min(share for share, _ in found), max((text for _, text in found), key=len))
        for ids in _together(list(pairs))
        if (found := [pairs[pair] for pair in pairs if pair[0] in ids])
    ]
    return sorted(groups, key=lambda group: (-group.share, group.people[0].alias))


def _together(pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Groups of those that pairs join."""
    of: dict[str, list[str]] = {}
    for one, other in pairs:
        joined = of.get(one, [one])
        if other not in joined:
            joined += of.get(other, [other])
        of.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in of.values()}.values())


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
