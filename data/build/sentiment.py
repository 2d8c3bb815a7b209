"""Sentences about films and products, and tweets, each rated by many people; and words rated by ten.

The newspaper part of the source is left out (long extracts of a living newspaper), so are profane sentences, all but one
of sentences that differ in nothing but case and punctuation, and 199 tweets: the mean that stands beside their text is not
the mean of their ratings, so that one of the two belongs to another text.
"""

from __future__ import annotations

import ast
import codecs
import html
import re
from dataclasses import dataclass

import numpy as np

from data.build.common import Array, DataFile, Dataset, as_lines, shuffled
from data.build.packages import Package, unpacked

ROOT = "vaderSentiment-3.3.2"
PACKAGE = Package(
    registry="PyPI",
    name="vaderSentiment",
    version="3.3.2",
    file="vaderSentiment-3.3.2.tar.gz",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    licence="MIT (the package); the sentences are other people's: snippets of Rotten Tomatoes' film reviews (Pang & Lee 2004),"
    " of customers' reviews of five products (Hu & Liu 2004), and texts modelled on tweets, their names and links removed",
    licence_read_in="LICENSE.txt: MIT, Copyright (c) 2016 C.J. Hutto. additional_resources/hutto_ICWSM_2014.tar.gz holds the"
    " ratings; its _README_.txt asks to cite the paper, names the sources, and states no further terms. It says of every"
    " list of ratings: 'from a minimum of 20 independent human raters'. What the lists show: a film's sentence has 15 to 29"
    " ratings, and within 30 sentences that follow each other (from the file's start) the same place of the list is one"
    " person (deviations from the sentence's mean correlate by 0.27 to 0.37 within 30, by 0.01 beyond); a product's has 20,"
    " a tweet's 20 or 92 to 99, and the places are no persons (correlations of 0.00): their order was shuffled.",
    credit="C.J. Hutto and Eric Gilbert: VADER, ICWSM-14. Film snippets: Bo Pang and Lillian Lee. Product reviews: Minqing Hu"
    " and Bing Liu",
    licence_files=(f"{ROOT}/LICENSE.txt",),
)
PROGRAM = "data/build/sentiment.py"
FILES = {"movies": "movieReviewSnippets", "products": "amazonReviewSnippets", "tweets": "tweets"}
RATED_TOGETHER = 30  # films' sentences that one set of people rated
MISSING = -128
HELD_OUT = 3  # one group in so many is held out
RUN = 8  # so many words that follow each other, the same in two sentences, are a quotation
# Kept in ROT13, so that this file can be read by anybody.
_ANYWHERE = codecs.decode("shpx fuvg avttn cbea fyhg juber ergneq zbgunshpx tbqqnz ovgpu", "rot13")
_WHOLE = codecs.decode(
    "nff nffrf nffubyr nffubyrf wnpxnff uneqnff xvpxnff onqnff phag phagf qvpx qvpxf pbpx pbpxf chffl onfgneq onfgneqf snt"
    " sntf snttbg cvff cvffrq cvffvat gvg gvgf obbo obbof jgs yzsnb fgsh ubr ubrf ubf encr encrf encrq cravf intvan frkgvat",
    "rot13",
)
_PATTERN = rf"{'|'.join(_ANYWHERE.split())}|\b(?:{'|'.join(_WHOLE.split())})\b"
PROFANE = re.compile(_PATTERN)


@dataclass(frozen=True)
class Rated:
    """One sentence."""

    text: str
    ratings: list[int]
    group: int


def build() -> list[DataFile]:
    """Return the sentences, public and held out, and the rated words."""
    parts = _unquoted({domain: _parts(domain, _domain(domain)) for domain in FILES})
    says = "sentences about films and products, and tweets, each rated from -4 to 4 by 15 to 99 people"

    def file(path: str, which: int) -> DataFile:
        splits = {domain: _arrays(pair[which]) for domain, pair in parts.items()}
        return DataFile(path, says, PACKAGE, PROGRAM, {"sentiment": Dataset("sentences", splits, {})})

    return [file("sentiment.h5", 0), file("held_out/sentiment.h5", 1), _words()]


def _tables() -> dict[str, str]:
    inner = unpacked(PACKAGE.read(f"{ROOT}/additional_resources/hutto_ICWSM_2014.tar.gz"))
    return {name: raw.decode("utf-8-sig") for name, raw in inner.items() if name.endswith(("Truth.txt", "Ratings.txt"))}


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _tables()[f"hutto_ICWSM_2014/{name}.txt"].splitlines() if line.strip()]


def _domain(domain: str) -> list[Rated]:
    """Return a domain's sentences with their ratings: two files, which do not always have the same order."""
    lists = {row[0]: (place, ast.literal_eval(row[3])) for place, row in enumerate(_rows(f"{FILES[domain]}_anonDataRatings"))}
    found, seen = [], set()
    for name, mean, text in _rows(f"{FILES[domain]}_GroundTruth"):
        place, ratings = lists[name]
        if abs(float(mean) - np.mean(ratings)) > 1e-6:
            continue
        clean = " ".join(html.unescape(text).replace("''", '"').split())
        alike = re.sub(r"\W+", "", clean.lower())
        if PROFANE.search(clean.lower()) or not alike or alike in seen:
            continue
        seen.add(alike)
        group = {"movies": place // RATED_TOGETHER, "products": int(name.split("_")[0]), "tweets": place}[domain]
        found.append(Rated(clean, ratings, group))
    return found


def _parts(domain: str, rated: list[Rated]) -> tuple[list[Rated], list[Rated]]:
    """Split by whole groups: a third of them is held out."""
    groups = shuffled(sorted({one.group for one in rated}), f"sentiment:{domain}")
    held_out = set(groups[: len(groups) // HELD_OUT])
    order = [rated[row] for row in shuffled(list(range(len(rated))), f"sentiment:{domain}:rows")]
    return [one for one in order if one.group not in held_out], [one for one in order if one.group in held_out]


def _unquoted(parts: dict[str, tuple[list[Rated], list[Rated]]]) -> dict[str, tuple[list[Rated], list[Rated]]]:
    """Drop held-out sentences of which eight words in a row, or the whole, stand in a public one."""
    public = {run for part, _ in parts.values() for one in part for run in runs(one.text)}
    return {
        domain: (part, [one for one in judged if not public.intersection(runs(one.text))])
        for domain, (part, judged) in parts.items()
    }


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of eight words; a shorter text is one run."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1))}


def _arrays(part: list[Rated]) -> dict[str, Array]:
    ratings = np.full((len(part), max(len(one.ratings) for one in part)), MISSING, np.int8)
    for row, one in zip(ratings, part, strict=True):
        row[: len(one.ratings)] = one.ratings
    return {
        "text": as_lines([one.text for one in part]),
        "ratings": ratings,
        "group": np.array([one.group for one in part], np.int32),
    }


def rated() -> dict[str, list[int]]:
    """Return the rated words with their ten ratings."""
    raw = PACKAGE.read(f"{ROOT}/vaderSentiment/vader_lexicon.txt").decode()
    rows = [line.split("\t") for line in raw.splitlines() if line.strip()]
    return {row[0]: ast.literal_eval(row[3]) for row in rows if not PROFANE.search(row[0].lower())}


def _words() -> DataFile:
    kept = rated()
    arrays = {"text": as_lines(list(kept)), "ratings": np.array(list(kept.values()), np.int8)}
    dataset = Dataset("rated_words", {"all": arrays}, {})
    says = "words and signs, each rated from -4 to 4 by ten people"
    return DataFile("valence_words.h5", says, PACKAGE, PROGRAM, {"valence_words": dataset})
