"""Words and sentences, and what people say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.reading import counted, joined, owners, texts, words

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


@dataclass(frozen=True, eq=False)
class Novels:
    """Novels by Jane Austen ("austen"), by paragraphs.

    Attributes
    ----------
    text : tuple of str
        The paragraphs, N of them, without line ends. Held out: the first 400 characters of each that has so many.
    novel : (N,) uint8
        Which novel each is of, an index into `novels`; in the order of the book.
    novels : tuple of str
        The novels asked for.
    symbols : tuple of str
        The line's end and every symbol that the public novels have at least twenty times.
    """

    text: tuple[str, ...]
    novel: NDArray[np.uint8]
    novels: tuple[str, ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Towns:
    """Names of towns ("towns").

    Attributes
    ----------
    text : tuple of str
        The names, N of them, written with `letters`, 3 to 20 of them.
    country : (N,) uint8
        Where each lies, an index into `countries`.
    countries : tuple of str
        The countries asked for, by two letters ("GB").
    letters : tuple of str
        a to z, space, hyphen, apostrophe.
    """

    text: tuple[str, ...]
    country: NDArray[np.uint8]
    countries: tuple[str, ...]
    letters: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class WordVectors:
    """A vector for each word, learnt by GloVe from six thousand million words ("glove50").

    Attributes
    ----------
    text : tuple of str
        The words, N of them, the most frequent ones first.
    X : (N, 50) float32
        Their vectors. Stored in half precision.
    """

    text: tuple[str, ...]
    X: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Pronunciations:
    """English words and how they sound ("g2p").

    Attributes
    ----------
    text : tuple of str
        The words, N of them, small letters a to z.
    phonemes : tuple of tuple of str
        The sounds of each, such as ("K", "AE", "T").
    """

    text: tuple[str, ...]
    phonemes: tuple[tuple[str, ...], ...]


def novels(group: Any, splits: list[str]) -> Novels:
    """Read `Novels`."""
    parts = [texts(group, [split], "text") for split in splits]
    owner = owners([len(part) for part in parts])
    return Novels(tuple(text for part in parts for text in part), owner, tuple(splits), words(group, "symbols"))


def towns(group: Any, splits: list[str]) -> Towns:
    """Read `Towns`."""
    parts = [texts(group, [split], "text") for split in splits]
    owner = owners([len(part) for part in parts])
    return Towns(tuple(text for part in parts for text in part), owner, tuple(splits), words(group, "letters"))


def word_vectors(group: Any, splits: list[str]) -> WordVectors:
    """Read `WordVectors`."""
    return WordVectors(texts(group, splits, "text"), joined(group, splits, "X").astype(np.float32))


def pronunciations(group: Any, splits: list[str]) -> Pronunciations:
    """Read `Pronunciations`."""
    phonemes = tuple(tuple(line.split(" ")) for line in texts(group, splits, "phonemes"))
    return Pronunciations(texts(group, splits, "text"), phonemes)
