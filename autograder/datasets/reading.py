"""What the readers of all kinds of data share: each is given a group of an HDF5 file and the splits that are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np


def joined(group: Any, splits: list[str], array: str) -> Any:
    """The rows of an array, split after split."""
    return np.concatenate([group[split][array][()] for split in splits])


def counted(group: Any, splits: list[str], array: str) -> Any:
    """Which split each row is of, as its place among `splits`; `array` tells how many rows there are."""
    return owners([len(group[split][array]) for split in splits])


def owners(counts: list[int]) -> Any:
    """0 as often as the first count says, 1 as often as the second, and so on."""
    return np.repeat(np.arange(len(counts), dtype=np.uint8), counts)


def words(group: Any, word: str) -> tuple[str, ...]:
    """The words of an attribute."""
    return tuple(str(entry) for entry in group.attrs[word])


def texts(group: Any, splits: list[str], array: str) -> tuple[str, ...]:
    """The lines of a text, split after split."""
    return tuple(line for split in splits for line in group[split][array][()].tobytes().decode().split("\n"))
