"""Which known mistakes a class makes: learners by the wrong rival that breaks the same promises as they do.

Here hidden promises count too: the page is the instructor's. What no promise tells apart is named together. A rival that breaks
nearly the same is not named: tried on programs whose mistakes are known, every second such name was wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from autograder.grading.patterns_met import Pattern, gist, recognised

UNKNOWN: tuple[str, ...] = ()


def names_of(patterns: Mapping[str, Pattern], broken: Mapping[str, str]) -> tuple[str, ...]:
    """The rivals that break these very cases, hidden ones too; several where nothing tells them apart, none where none does.

    Of rivals that break the same, those are taken whose cases said the same, numbers apart.

    Parameters
    ----------
    patterns : of the exercise's wrong rivals, by name.
    broken : what each broken case says.
    """
    seen = set(broken)
    same = [name for name, pattern in patterns.items() if set(pattern.broken) == seen]
    if not seen or not same:
        return UNKNOWN
    alike = {name: _said_the_same(patterns[name], broken) for name in same}
    best = [name for name in same if alike[name] == max(alike.values())]
    # To `recognised` every case is a visible one here: it names the one that is alone, or the first that says it in words.
    one = recognised({name: patterns[name] for name in best}, seen, dict.fromkeys(seen, False))
    return (one,) if one is not None else tuple(sorted(best))


def _said_the_same(pattern: Pattern, broken: Mapping[str, str]) -> int:
    """Of how many cases the message is the one that the rival got, numbers apart."""
    return sum(gist(broken[case]) == told for case, told in zip(pattern.broken, pattern.told, strict=False))


def by_name(patterns: Mapping[str, Pattern], broken: Mapping[str, Mapping[str, str]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Learners by their mistake, the most frequent first, unknown ones last.

    Parameters
    ----------
    broken : what each learner breaks, by her id, and what the case said.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for student, cases in broken.items():
        groups[names_of(patterns, cases)].append(student)
    return sorted(groups.items(), key=lambda pair: (not pair[0], -len(pair[1]), pair[0]))
