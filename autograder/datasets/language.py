"""Words and sentences, and what people say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.reading import counted, joined, texts

MISSING = -128  # stands in the files where a sentence has fewer ratings than another


@dataclass(frozen=True, eq=False)
class Sentences:
    """Sentences, each rated by many people ("sentiment").

    Attributes
    ----------
    text : tuple of str
        The sentences, N of them.
    ratings : (N, R) float32
        From -4, extremely negative, to 4, extremely positive. A sentence has 15 to 99 of them, then nan to the end of
        its row. Among films the ratings in one column of one `group` are one person's; elsewhere a column is *no*
        person: its order was lost before we had it.
    domain : (N,) uint8
        What each sentence is about, an index into `domains`.
    domains : tuple of str
        The domains asked for: "movies", "products", "tweets".
    group : (N,) int32
        Sentences of a domain that belong together: films that the same people rated (30 in a row), products' sentences
        out of one review; a tweet is a group of its own. No group is partly public and partly held out.
    """

    text: tuple[str, ...]
    ratings: NDArray[np.float32]
    domain: NDArray[np.uint8]
    domains: tuple[str, ...]
    group: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RatedWords:
    """Words, each rated by ten people ("valence_words").

    Attributes
    ----------
    text : tuple of str
        The words, N of them, in the order of the alphabet; some are signs such as ":)".
    ratings : (N, 10) int8
        From -4, extremely negative, to 4, extremely positive. A column is no person.
    """

    text: tuple[str, ...]
    ratings: NDArray[np.int8]


def sentences(group: Any, splits: list[str]) -> Sentences:
    """Read `Sentences`."""
    parts = [group[split]["ratings"][()] for split in splits]
    ratings = np.full((sum(map(len, parts)), max(part.shape[1] for part in parts)), np.nan, np.float32)
    start = 0
    for part in parts:
        ratings[start : start + len(part), : part.shape[1]] = np.where(part == MISSING, np.nan, part)
        start += len(part)
    domain = counted(group, splits, "ratings")
    return Sentences(texts(group, splits, "text"), ratings, domain, tuple(splits), joined(group, splits, "group"))


def rated_words(group: Any, splits: list[str]) -> RatedWords:
    """Read `RatedWords`."""
    return RatedWords(texts(group, splits, "text"), joined(group, splits, "ratings"))
