"""Two vowels in a row, spoken by nine men: twelve numbers a moment, 7 to 29 moments an utterance."""

from __future__ import annotations

import numpy as np

from data.build.common import Array, DataFile, Dataset
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="aeon",
    version="1.6.0",
    file="aeon-1.6.0-py3-none-any.whl",
    sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
    licence="BSD-3-Clause",
    licence_read_in="aeon-1.6.0.dist-info/licenses/LICENSE: BSD 3-Clause, Copyright (c) The aeon developers. The head of"
    " JapaneseVowels_TRAIN.ts calls it a UCI Archive data set and states no further terms.",
    credit="M. Kudo, J. Toyama, M. Shimbo: Multidimensional curve classification using passing-through regions (1999)",
    licence_files=("aeon-1.6.0.dist-info/licenses/LICENSE",),
)
LONGEST, WIDE = 29, 12


def build() -> list[DataFile]:
    """Return the file with the package's own two parts."""
    splits = {split: _part(split.upper()) for split in ("train", "test")}
    says = "two Japanese vowels, spoken by nine men: 12 numbers a moment, 7 to 29 moments"
    return [DataFile("vowels.h5", says, PACKAGE, "data/build/vowels.py", {"vowels": Dataset("vowels", splits, {})})]


def _part(part: str) -> dict[str, Array]:
    lines = PACKAGE.read(f"aeon/datasets/data/JapaneseVowels/JapaneseVowels_{part}.ts").decode().splitlines()
    rows = [line.split(":") for line in lines if line and line[0] not in "#@"]
    X, lengths = np.zeros((len(rows), LONGEST, WIDE), np.float32), []
    for place, (*channels, _) in enumerate(rows):
        moments = np.array([channel.split(",") for channel in channels], np.float32).T
        X[place, : len(moments)] = moments
        lengths.append(len(moments))
    speaker = np.array([int(row[-1]) - 1 for row in rows], np.uint8)
    return {"X": X, "length": np.array(lengths, np.uint8), "speaker": speaker}
