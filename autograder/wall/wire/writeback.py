"""Mutable arguments that the callee changed are written back, so that purity can be judged across the wall."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.wall.wire.errors import WallError

DICTS = (dict, OrderedDict, defaultdict, Counter)


def mutables(value: Any) -> Iterator[Any]:
    """Walk the arrays, lists, dicts, sets and generators in a value, in the same order on both sides."""
    kind = type(value)
    if kind in (np.ndarray, set, np.random.Generator):
        yield value
    elif kind in (list, tuple):
        if kind is list:
            yield value
        for entry in value:
            yield from mutables(entry)
    elif kind in DICTS:
        yield value
        for entry in value.values():
            yield from mutables(entry)


class Watch:
    """What the mutable arguments of a call were before it."""

    def __init__(self, arguments: object) -> None:
        self.before = [(value, _snapshot(value)) for value in mutables(arguments)]

    def changes(self) -> list[list[object]]:
        """Give [position, value now] for each that is not what it was."""
        return [[i, value] for i, (value, was) in enumerate(self.before) if not _same(value, was)]


def _snapshot(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    return list(value.items()) if isinstance(value, dict) else list(value)


def _same(value: Any, was: Any) -> bool:
    if isinstance(value, np.ndarray):
        same_form = value.shape == was.shape and value.dtype == was.dtype
        return same_form and bool(np.array_equal(_bytes(value), _bytes(was)))
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state) == repr(was)
    if isinstance(value, dict):
        now = list(value.items())
        return len(now) == len(was) and all(a is c and b is d for (a, b), (c, d) in zip(now, was, strict=True))
    return len(value) == len(was) and all(a is b for a, b in zip(value, was, strict=True))


def _bytes(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def write_back(arguments: object, changes: Any, wanted: Callable[[object], bool] = lambda value: True) -> None:
    """Do to the caller's arguments what the callee did to its copies.

    Parameters
    ----------
    wanted : which of the mutable values in the arguments may change; the others stay as they are.
    """
    if type(changes) is not list:  # a range may be without end
        raise WallError("a malformed message")
    if not changes:
        return
    originals = list(mutables(arguments))
    for change in changes:
        if type(change) is not list or len(change) != 2 or type(change[0]) is not int:
            raise WallError("a malformed message")
        if not 0 <= change[0] < len(originals):
            raise WallError("a malformed message")
        _restore(originals[change[0]], change[1], wanted)


def _restore(original: Any, now: Any, wanted: Callable[[object], bool]) -> None:
    if type(now) is not type(original) and not (isinstance(original, dict) and type(now) is dict):
        raise WallError("a malformed message")
    if not wanted(original):
        return
    if isinstance(original, np.ndarray):
        if original.shape == now.shape and original.dtype == now.dtype and original.flags.writeable:
            original[...] = now
    elif isinstance(original, np.random.Generator):
        if type(original.bit_generator) is type(now.bit_generator):
            original.bit_generator.state = now.bit_generator.state
    elif isinstance(original, list):
        original[:] = now
    else:
        original.clear()
        original.update(now)
