"""Keeps a learner's function off a case's own objects, where no wall does."""

from __future__ import annotations

import copy
import functools
import types
from typing import Any

import numpy as np

from autograder.cases.expect import asked_back

_KEPT = (list, tuple, dict, set)


def apart(made: Any) -> Any:
    """The learner's function, which is given copies of what can be changed in place.

    Parameters
    ----------
    made : object
        What her name stands for. A plain function is wrapped; a class, an object, a handle or anything else is given back as
        it is: behind the wall its arguments are copies anyway.

    Returns
    -------
    object
        The same function: arrays, lists, dicts and sets, also within one another, reach it as copies, unless they were marked
        by `expect.written_back`. Everything else reaches it as it is, generators of random numbers too.

    Examples
    --------
    >>> x = np.array([3.0, 1.0])
    >>> apart(lambda x: x.fill(0))(x)
    >>> x
    array([3., 1.])
    """
    if type(made) is not types.FunctionType:
        return made

    @functools.wraps(made)
    def called(*args: Any, **kwargs: Any) -> Any:
        memo: dict[int, Any] = {}  # what is handed over twice is one thing there, too
        given = [one if asked_back(one) else _copied(one, memo) for one in args]
        return made(*given, **{name: one if asked_back(one) else _copied(one, memo) for name, one in kwargs.items()})

    return called


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is np.ndarray or kind in _KEPT:
        if id(value) not in memo:
            memo[id(value)] = _copy(value, kind, memo)
        return memo[id(value)]
    return value


def _copy(value: Any, kind: type, memo: dict[int, Any]) -> Any:
    if kind is np.ndarray:
        made = copy.deepcopy(value) if value.dtype.hasobject else value.copy(order="K")
        made.flags.writeable = value.flags.writeable
        return made
    if kind is dict:
        return {key: _copied(part, memo) for key, part in value.items()}
    return kind(_copied(part, memo) for part in value)
