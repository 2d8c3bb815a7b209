"""Which known mistake a submission looks like: the wrong rival that breaks the same visible promises.

The patterns are kept beside a week's texts, by `workbook rivals WEEK --write`. They stay on the instructor's side: no sandbox, no
release and no wheel has them. What reaches a learner is the name of one mistake, in words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "patterns.json"
# Words that say nothing of a mistake, and so meet no help.
_EMPTY = frozenset(
    re.findall(r"\w+", """
    about after again all alone always and any are back been before between both but case come comes does each every
    everything first for from give gives goes has have her here his how instead into its last less like make makes many
    mistake more most must never not nothing once one ones only other others our out over own place same she some still
    than that the their them then there these they this those too two under until very was what when where which who with
    without you your
    """)
)  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """The cases that a wrong rival of an exercise breaks, and the kind of mistake that it is.

    Attributes
    ----------
    says : the mistake in its author's own sentence: for instructors, since it may tell more than a learner should be told.
    told : the gist of what each broken case said, in the order of `broken`: it tells apart what breaks the same promises.
    """

    kind: str
    broken: tuple[str, ...]
    says: str = ""
    told: tuple[str, ...] = ()


def read(folder: Path) -> dict[str, tuple[str, dict[str, Pattern]]]:
    """By exercise: the key of the week that its patterns were taken from, and the pattern of each rival by its name.

    Nothing where no patterns were ever written. Patterns of an older key say what was so then.
    """
    path = folder / NAME
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {id: (one["key"], {name: _pattern(raw) for name, raw in one["rivals"].items()}) for id, one in kept.items()}


def _pattern(raw: Mapping[str, Any]) -> Pattern:
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    return Pattern(**plain)


def recognised(patterns: Mapping[str, Pattern], broken: Collection[str], cases: Mapping[str, bool]) -> str | None:
    """The name of the one wrong rival that breaks the same visible promises; None where none does, or several do.

    Several are one mistake where they say the same in words: then the first is named.

    Parameters
    ----------
    patterns : of the exercise's wrong rivals, by name. One that names a case which is no more is of an older week: passed over.
    broken : names of the cases that the answer breaks; hidden ones are passed over.
    cases : by name, whether a case is hidden: all that the exercise has now.
    """
    seen = {name for name in broken if not cases.get(name, True)}
    if not seen:
        return None
    met = [
        name
        for name, pattern in patterns.items()
        if cases.keys() >= set(pattern.broken) and {case for case in pattern.broken if not cases[case]} == seen
    ]
    return met[0] if len({in_words(name, patterns[name]) for name in met}) == 1 else None


def gist(message: str | None) -> str:
    """What a broken case says, without the numbers that it was drawn with, as a short digest.

    >>> gist("at [3]: once 0.5, once 1e-3") == gist("at [0, 1]: once nan, once -2")
    True
    """
    plain = re.sub(r"\b(nan|inf)\b|[-+]?\d[\d.]*(e[-+]?\d+)?", "#", message or "")
    plain = re.sub(r"[-+]?\[[#,.\s]*\]|#([\s,]+#)+", "#", plain)
    return hashlib.blake2b(" ".join(plain.split()).encode(), digest_size=4).hexdigest()


def in_words(name: str, pattern: Pattern) -> str:
    """A mistake in words, for an instructor: a rival that says it in a sentence is given by that.

    >>> in_words("divides_by_the_variance", Pattern("mathematics", ()))
    'divides by the variance'
    """
    return pattern.says.rstrip(".") or plain_name(name)


def plain_name(name: str) -> str:
    """A mistake as a learner may read it: `no_shift` is "no shift", and a class `NoShift` too."""
    return name.replace("_", " ") if "_" in name else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def step_met(name: str, pattern: Pattern, steps: Sequence[str]) -> int:
    """The number, from 1, of the step of help that speaks of a mistake; 0 where none does.

    It is the step that shares most words with the mistake's name and sentence, and more than any other. A word counts where it
    says something, and where no other step has it.
    """
    about = _words(f"{plain_name(name)} {pattern.says}")
    held = [about & _words(step) for step in steps]
    own = [len(words - set().union(*held[:at], *held[at + 1 :])) for at, words in enumerate(held)]
    return own.index(max(own)) + 1 if any(own) and own.count(max(own)) == 1 else 0


def _words(text: str) -> set[str]:
    """The words that say something, without their endings: `shifts`, `shifted` and `shift` are one."""
    found = (re.sub(r"(ing|ed|es|s)$", "", word) for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in _EMPTY)
    return {stem.rstrip("e") for stem in found if len(stem) >= 3}
