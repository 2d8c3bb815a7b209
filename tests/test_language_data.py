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


def test_towns_are_split_by_stem() -> None:
    towns = pytest.importorskip("data.build.towns", reason="the build programs are only in a checkout")
    public, judged = datasets.load("towns"), datasets.held_out("towns")
    assert (len(public.text), len(judged.text)) == (5223, 1303)
    assert public.countries == judged.countries == towns.COUNTRIES and len(public.letters) == 29
    for part in (public, judged):
        assert set("".join(part.text)) <= set(part.letters)
        assert {len(name) for name in part.text} <= set(range(3, 21))
        assert len({*zip(part.country.tolist(), part.text, strict=True)}) == len(part.text) == len(part.country)
    assert not {towns.stem(name) for name in public.text} & {towns.stem(name) for name in judged.text}
    assert set(datasets.load("towns", "FR").text) == {n for n, c in zip(public.text, public.country, strict=True) if c == 2}
    assert "paris" in datasets.load("towns", "FR").text


def test_novels() -> None:
    public, judged = datasets.load("austen"), datasets.held_out("austen")
    assert public.novels == ("pride", "northanger") and judged.novels == ("sense", "mansfield", "emma", "persuasion")
    assert np.bincount(public.novel).tolist() == [1812, 830] and np.bincount(judged.novel).tolist() == [580, 771, 743, 450]
    assert public.text[0].startswith("It is a truth universally acknowledged")
    assert all(len(text) == 400 for text in judged.text)
    text = "\n".join(public.text)
    assert 1_090_000 < len(text) < 1_110_000
    assert public.symbols == judged.symbols and len(public.symbols) == 63
    rare = sum(text.count(symbol) for symbol in set(text) - set(public.symbols))
    assert rare / len(text) < 3e-4


def test_word_vectors() -> None:
    vectors = datasets.load("glove50")
    assert vectors.X.shape == (len(vectors.text), 50) and vectors.X.dtype == np.float32 and len(vectors.text) > 17_000
    assert vectors.text[0] == "the" and len(set(vectors.text)) == len(vectors.text)
    unit = vectors.X / np.linalg.norm(vectors.X, axis=1, keepdims=True)
    place = {word: row for row, word in enumerate(vectors.text)}
    near = [vectors.text[row] for row in np.argsort(-unit @ unit[place["frog"]])[1:6]]
    assert {"toad", "snake", "frogs", "lizard", "ape", "monkey", "rabbit"} & set(near)


def test_pronunciations() -> None:
    whole, test = datasets.load("g2p"), datasets.load("g2p", "test")
    assert len(whole.text) == len(whole.phonemes) == 20_000 and len(test.text) == 3_000 and len(set(whole.text)) == 20_000
    assert all(re.fullmatch("[a-z]{3,10}", word) for word in whole.text)
    assert len({sound for sounds in whole.phonemes for sound in sounds}) == 39
    assert dict(zip(whole.text, whole.phonemes, strict=True))["kitchen"] == ("K", "IH", "CH", "AH", "N")


def shingles(text: str) -> Iterator[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return zip(*(found[shift:] for shift in range(RUN)), strict=False)


@pytest.fixture(scope="module")
def judged() -> set[tuple[str, ...]]:
    texts = (*datasets.held_out("sentiment").text, *datasets.held_out("austen").text)
    return {run for text in texts for run in shingles(text)}


def test_held_out_sentences_are_in_no_public_one(judged: set[tuple[str, ...]]) -> None:
    assert len(judged) > 50_000
    assert not [text for text in datasets.load("sentiment").text if judged.intersection(shingles(text))]


@pytest.mark.parametrize("folder", ["release", "autograder"])
def test_held_out_towns_are_not_listed_where_learners_look(folder: str) -> None:
    names = {name for name in datasets.held_out("towns").text if len(name) > 6 and name.isalpha()}
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".py", ".ipynb", ".json", ".md", ".txt", ".toml"} and path.is_file():
            found = names.intersection(re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower()))
            assert len(found) < 5, f"{path} lists held-out towns: {found}"


@pytest.mark.parametrize("folder", ["release", "autograder"])
def test_held_out_sentences_are_not_where_learners_look(judged: set[tuple[str, ...]], folder: str) -> None:
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".py", ".ipynb", ".json", ".md", ".txt", ".toml"} and path.is_file():
            assert not judged.intersection(shingles(path.read_text(encoding="utf-8"))), f"{path} holds a held-out sentence"
