"""Which known mistakes a class makes: learners by the wrong rival that breaks the same promises as they do.

Here hidden promises count too: the page is the instructor's. What no promise tells apart is named together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from autograder.grading.patterns_met import Pattern, recognised

NEAR = 0.75  # the share of promises that both break, of those that one of the two breaks, from which on they are alike


@dataclass(frozen=True)
class Kind:
    """A mistake: the rivals that break these promises.

    Attributes
    ----------
    names : of the rivals; several where no promise tells them apart, none where the mistake is not known.
    exact : whether they break the same promises, or nearly.
    """

    names: tuple[str, ...]
    exact: bool = True


UNKNOWN = Kind(())


def kind_of(patterns: Mapping[str, Pattern], broken: Collection[str]) -> Kind:
    """The known mistake of an answer that breaks these cases, hidden ones too.

    Where no rival breaks the very same, the nearest one is taken if it is near, and alone: hidden cases draw anew for every
    submission, and what breaks seldom may hold this time.

    Parameters
    ----------
    patterns : of the exercise's wrong rivals, by name.
    """
    seen = set(broken)
    if not seen:
        return UNKNOWN
    # To `recognised` every case is a visible one here.
    one = recognised(patterns, seen, dict.fromkeys({*seen, *(case for p in patterns.values() for case in p.broken)}, False))
    same = sorted(name for name, pattern in patterns.items() if set(pattern.broken) == seen)
    if same:
        return Kind(tuple(sorted(same, key=lambda name: name != one)))
    near = {name: len(seen & set(p.broken)) / len(seen | set(p.broken)) for name, p in patterns.items() if p.broken}
    most = max(near.values(), default=0.0)
    nearest = [name for name, share in near.items() if share == most]
    alike = {frozenset(patterns[name].broken) for name in nearest}
    return Kind(tuple(sorted(nearest)), exact=False) if most >= NEAR and len(alike) == 1 else UNKNOWN


def by_kind(patterns: Mapping[str, Pattern], broken: Mapping[str, Sequence[str]]) -> list[tuple[Kind, list[str]]]:
    """Learners by their mistake, the most frequent first, unknown ones last.

    Parameters
    ----------
    broken : what each learner breaks, by her id.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    exact: dict[tuple[str, ...], bool] = {}
    for student, cases in broken.items():
        kind = kind_of(patterns, cases)
        groups[kind.names].append(student)
        exact[kind.names] = exact.get(kind.names, False) or kind.exact
    found = [(Kind(names, exact[names]), who) for names, who in groups.items()]
    return sorted(found, key=lambda pair: (not pair[0].names, -len(pair[1]), pair[0].names))
