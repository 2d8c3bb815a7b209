"""The state of a random generator that comes over the wall, looked at before NumPy takes it.

NumPy believes what it is given: it draws from place `pos` of a table without looking whether the table is that long.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograder.wall.wire.errors import WallError

BIT_GENERATORS: dict[str, type[np.random.BitGenerator]] = {
    "PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM, "MT19937": np.random.MT19937,
    "Philox": np.random.Philox, "SFC64": np.random.SFC64,
}  # fmt: skip
#: name of a number in a state -> the most that it may be
_MOST = {"pos": 624, "buffer_pos": 4, "has_uint32": 1, "uinteger": 2**32 - 1, "state": 2**128 - 1, "inc": 2**128 - 1}


def checked(state: Any) -> dict[str, Any]:
    """The same state.

    Raises
    ------
    WallError
        Where it is none that a generator of that name can have: other names, types, shapes or numbers out of range.
    """
    name = state.get("bit_generator") if type(state) is dict else None
    if type(name) is not str or name not in BIT_GENERATORS or not _fits(state, _sample(name), ""):
        raise WallError("no state of a random generator")
    return state  # type: ignore[no-any-return]


def move_on(generator: np.random.Generator) -> None:
    """Give a generator another state, which follows from its own alone.

    A generator that was lent draws something new the next time, whatever was done with it: its state never comes back.
    """
    kind = BIT_GENERATORS[type(generator.bit_generator).__name__]
    words = [int(word) for word in generator.bit_generator.random_raw(8)]
    generator.bit_generator.state = kind(np.random.SeedSequence(words)).state


@cache
def _sample(name: str) -> Any:
    return BIT_GENERATORS[name](0).state


def _fits(part: Any, sample: Any, name: str) -> bool:
    if type(sample) is dict:
        return type(part) is dict and part.keys() == sample.keys() and all(_fits(part[key], sample[key], key) for key in sample)
    if type(sample) is np.ndarray:
        return type(part) is np.ndarray and part.dtype == sample.dtype and part.shape == sample.shape
    if type(sample) is str:
        return type(part) is str and part == sample
    return type(part) in (int, np.uint32, np.uint64) and 0 <= int(part) <= _MOST[name]
