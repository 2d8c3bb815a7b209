"""Words and sentences: what the files promise, and that held-out texts stand nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import datasets

ROOT = Path(__file__).resolve().parents[1]
DOMAINS = ["movies", "products", "tweets"]
RUN = 8  # so many words that follow each other are no chance


def one_against_the_others(part: datasets.Sentences) -> float:
    """How often one person's sign is that of the mean of the others, where that mean is clear."""
    count = (~np.isnan(part.ratings)).sum(1, keepdims=True)
    others = (np.nansum(part.ratings, 1, keepdims=True) - part.ratings) / (count - 1)
    clear = np.abs(others) > 0.5
    return float((np.sign(part.ratings) == np.sign(others))[clear].mean())


def deviations(part: datasets.Sentences) -> Any:
    """The first 15 ratings of each sentence, each less their mean."""
    ratings = part.ratings[:, :15]
    return ratings - ratings.mean(1, keepdims=True)


@pytest.mark.parametrize(("domain", "sizes"), [*zip(DOMAINS, [(7050, 3504), (2515, 1169), (2547, 1270)], strict=True)])
def test_sentences(domain: str, sizes: tuple[int, int]) -> None:
    public, judged = datasets.load("sentiment", domain), datasets.held_out("sentiment", domain)
    for part, size in zip((public, judged), sizes, strict=True):
        assert len(part.text) == len(part.ratings) == len(part.group) == size and part.domains == (domain,)
        assert part.ratings.dtype == np.float32 and np.nanmin(part.ratings) == -4 and np.nanmax(part.ratings) == 4
        rated = ~np.isnan(part.ratings)
        assert rated.sum(1).min() >= 15 and (rated[:, :-1] >= rated[:, 1:]).all()  # missing ones stand at the end
        assert 0.8 < one_against_the_others(part) < 0.94  # people do not agree wholly
    assert not set(public.group.tolist()) & set(judged.group.tolist())
    assert not set(map(str.lower, public.text)) & set(map(str.lower, judged.text))


def test_sentiment_is_its_three_domains() -> None:
    whole = datasets.load("sentiment")
    assert whole.domains == tuple(DOMAINS) and len(whole.text) == len(whole.domain) == 12112
    tweets = datasets.load("sentiment", "tweets")
    rows = whole.domain == 2
    assert np.array_equal(whole.ratings[rows], tweets.ratings, equal_nan=True)
    assert [text for text, chosen in zip(whole.text, rows, strict=True) if chosen] == list(tweets.text)


def test_a_column_is_a_person_only_where_that_is_said() -> None:
    def within_groups(part: datasets.Sentences) -> float:
        residual, pairs = deviations(part), []
        for group in np.unique(part.group):
            rows = residual[part.group == group]
            pairs += [(rows[:-1] * rows[1:]).mean()] if len(rows) > 1 else []
        return float(np.mean(pairs) / residual.var())

    assert within_groups(datasets.load("sentiment", "movies")) > 0.2
    assert abs(within_groups(datasets.load("sentiment", "products"))) < 0.03


def test_no_sentence_swears() -> None:
    sentiment = pytest.importorskip("data.build.sentiment", reason="the build programs are only in a checkout")
    texts = [*datasets.load("sentiment").text, *datasets.held_out("sentiment").text, *datasets.load("valence_words").text]
    assert not [text for text in texts if sentiment.PROFANE.search(text.lower())]
    assert sentiment.PROFANE.search("what bullshit") and not sentiment.PROFANE.search("a classic by dickens, with class")


def test_rated_words() -> None:
    words = datasets.load("valence_words")
    assert len(words.text) == len(set(words.text)) == len(words.ratings) == 7414
    assert words.ratings.shape == (7414, 10) and words.ratings.dtype == np.int8
    mean = dict(zip(words.text, words.ratings.mean(1), strict=True))
    assert mean["great"] > 2 and mean["horrible"] < -2 and mean[":)"] > 0


def shingles(text: str) -> Iterator[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return zip(*(found[shift:] for shift in range(RUN)), strict=False)


@pytest.fixture(scope="module")
def judged() -> set[tuple[str, ...]]:
    return {run for text in datasets.held_out("sentiment").text for run in shingles(text)}


def test_held_out_sentences_are_in_no_public_one(judged: set[tuple[str, ...]]) -> None:
    assert len(judged) > 50_000
    assert not [text for text in datasets.load("sentiment").text if judged.intersection(shingles(text))]


@pytest.mark.parametrize("folder", ["release", "autograder"])
def test_held_out_sentences_are_not_where_learners_look(judged: set[tuple[str, ...]], folder: str) -> None:
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".py", ".ipynb", ".json", ".md", ".txt", ".toml"} and path.is_file():
            assert not judged.intersection(shingles(path.read_text(encoding="utf-8"))), f"{path} holds a held-out sentence"
