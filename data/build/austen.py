"""Jane Austen's six novels, by paragraphs: two to learn from, the other four held out.

Of the held-out novels each paragraph of 400 characters or more is kept, and of it the first 400.
"""

from __future__ import annotations

import re
from collections import Counter

from data.build import rdata
from data.build.common import DataFile, Dataset, as_lines
from data.build.packages import Package

PACKAGE = Package(
    registry="Debian",
    name="r-cran-janeaustenr",
    version="1.0.0-1",
    file="r-cran-janeaustenr_1.0.0-1_all.deb",
    sha256="df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95",
    licence="MIT (the package); the novels, of 1811 to 1817, are in the public domain",
    licence_read_in="usr/share/doc/r-cran-janeaustenr/copyright: MIT, Copyright 2016-2017 Julia Silge."
    " usr/lib/R/site-library/janeaustenr/DESCRIPTION: 'Full texts for Jane Austen's 6 completed novels'; no other terms"
    " are stated for them.",
    credit="Jane Austen; prepared by Julia Silge",
    licence_files=("usr/share/doc/r-cran-janeaustenr/copyright",),
)
FOLDER = "usr/lib/R/site-library/janeaustenr/data"
PUBLIC = {"pride": "prideprejudice", "northanger": "northangerabbey"}
JUDGED = {"sense": "sensesensibility", "mansfield": "mansfieldpark", "emma": "emma", "persuasion": "persuasion"}
SHORTEST = 60  # shorter paragraphs are headings and exclamations
WINDOW = 400
RARE = 20  # a symbol that the public novels have less often is no symbol of its own


def build() -> list[DataFile]:
    """Return the public novels and the held-out ones."""
    wanted = {**PUBLIC, **JUDGED}
    found = rdata.load(*(PACKAGE.read(f"{FOLDER}/Rdata.{end}") for end in ("rdx", "rdb")), list(wanted.values()))
    novels = {name: _paragraphs(found[inside].values) for name, inside in wanted.items()}
    counts = Counter("".join(text for name in PUBLIC for text in novels[name]))
    symbols = ["\n", *sorted(symbol for symbol, count in counts.items() if count >= RARE)]
    words = {"symbols": symbols}

    def file(path: str, says: str, texts: dict[str, list[str]]) -> DataFile:
        splits = {name: {"text": as_lines(part)} for name, part in texts.items()}
        return DataFile(path, says, PACKAGE, "data/build/austen.py", {"austen": Dataset("novels", splits, words)})

    judged = {name: [text[:WINDOW] for text in novels[name] if len(text) >= WINDOW] for name in JUDGED}
    return [
        file("austen.h5", "Pride and Prejudice and Northanger Abbey, by paragraphs", {name: novels[name] for name in PUBLIC}),
        file("held_out/austen.h5", "beginnings of paragraphs of four novels by Jane Austen", judged),
    ]


def _paragraphs(lines: list[str]) -> list[str]:
    blocks = re.split(r"\n\s*\n", "\n".join(lines))
    texts = [re.sub(r"\s+", " ", block).strip() for block in blocks]
    return [text for text in texts if len(text) > SHORTEST]
