"""What was measured over time: vowels, series, people who were followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.reading import joined, words


@dataclass(frozen=True, eq=False)
class Vowels:
    """Two Japanese vowels in a row, spoken by nine men ("vowels").

    Attributes
    ----------
    X : (N, 29, 12) float32
        Twelve numbers a moment (cepstrum of linear prediction), then zeros to the end of the row.
    length : (N,) uint8
        How many moments each utterance has, 7 to 29.
    speaker : (N,) uint8
        Who speaks, 0 to 8.
    """

    X: NDArray[np.float32]
    length: NDArray[np.uint8]
    speaker: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers that were measured one after another ("series").

    Attributes
    ----------
    names : tuple of str
        "sunspots" (a year), "co2" (a week, parts in a million), "elnino" (a month, degrees Celsius).
    time : tuple of (T,) float64
        When, in years.
    value : tuple of (T,) float32
        What; nan where nothing was measured.
    """

    names: tuple[str, ...]
    time: tuple[NDArray[np.float64], ...]
    value: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, eq=False)
class Cohort:
    """People who were followed until something happened or they were seen no more ("rotterdam", "flchain").

    Attributes
    ----------
    X : (N, D) float32
        One row a person, one column a measure; nan where it is missing. Times (`rtime`, `dtime`, `futime`, held out
        `rfstime`) are in days; what happened (`recur`, `death`, `status`) is 1, else 0.
    names : tuple of str
        The columns' names. `size` is 0 to 20 mm, 1 to 50 mm, 2 above ("rotterdam"), or mm (held out).
    """

    X: NDArray[np.float32]
    names: tuple[str, ...]


def vowels(group: Any, splits: list[str]) -> Vowels:
    """Read `Vowels`."""
    return Vowels(*(joined(group, splits, part) for part in ("X", "length", "speaker")))


def series(group: Any, splits: list[str]) -> Series:
    """Read `Series`."""
    time, value = (tuple(group[split][part][()] for split in splits) for part in ("time", "value"))
    return Series(tuple(splits), time, value)


def cohort(group: Any, splits: list[str]) -> Cohort:
    """Read `Cohort`."""
    return Cohort(joined(group, splits, "X"), words(group, "names"))


@dataclass(frozen=True, eq=False)
class Speech:
    """Spoken words ("speech", by machines; "speech_human", by one woman).

    Attributes
    ----------
    sound : tuple of (T,) float32
        The clips, N of them, -0.9 to 0.9, 8,000 numbers a second. Stored in 8 bits a number.
    word : (N,) uint8
        What is said, an index into `words`.
    speaker : (N,) uint8
        Who says it, an index into `speakers`.
    words, speakers : tuple of str
        "zero" to "nine" come first in `words`.
    """

    sound: tuple[NDArray[np.float32], ...]
    word: NDArray[np.uint8]
    speaker: NDArray[np.uint8]
    words: tuple[str, ...]
    speakers: tuple[str, ...]


def speech(group: Any, splits: list[str]) -> Speech:
    """Read `Speech`."""
    squeezed = joined(group, splits, "sound").astype(np.float32) / 255 * 2 - 1
    sound = np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log(np.float32(256))) / 255
    clips = tuple(np.split(sound, np.cumsum(joined(group, splits, "length"))[:-1]))
    word, speaker = joined(group, splits, "word"), joined(group, splits, "speaker")
    return Speech(clips, word, speaker, words(group, "words"), words(group, "speakers"))
