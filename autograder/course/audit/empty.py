"""Answers that do nothing: None, the first argument, zeros of the right shape, all inputs zeroed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.cases import Exercise
from autograder.course.audit.trial import Trial


def kept(trial: Trial, exercise: Exercise, subjects: Mapping[str, Any]) -> list[str]:
    """The cases that an answer would earn points by: none, where every core case is broken.

    Side cases count only where every core case holds (of a visible one: every visible core case), so that they need not be
    run where one is broken.
    """
    cases = trial.registry.of(exercise.id)
    broken = [case for case in cases if not case.side and not trial.try_case(case, subjects).holds]
    held = [case.name for case in cases if not case.side and case not in broken]
    for case in (one for one in cases if one.side):
        waits = any(case.hidden or not core.hidden for core in broken)
        held += [case.name] if not waits and trial.try_case(case, subjects).holds else []
    return held


def nothing(*args: Any, **kwargs: Any) -> None:
    """Return nothing."""


def argument(*args: Any, **kwargs: Any) -> Any:
    """Return the first argument."""
    return next(iter((*args, *kwargs.values())), None)


def emptied(*args: Any, **kwargs: Any) -> Any:
    """Zero every array that comes in, and return the first argument.

    A case that compares with an input that the answer may have written to would compare zero with zero.
    """
    for one in (*args, *kwargs.values()):
        if isinstance(one, np.ndarray) and one.flags.writeable:
            one[...] = 0
    return argument(*args, **kwargs)


def empty_answers(trial: Trial, exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    """(what an empty answer does, the cases that it would earn points by) for each of them. There must be no such case.

    Zeros are left out where the exercise's functions return nothing anyway: they would be the reference.
    """
    given = {name: trial.reference[name] for name in exercise.names}
    functions = any(callable(value) for value in given.values())
    made = {"returns nothing": {name: nothing if callable(value) else None for name, value in given.items()}}
    if functions:
        made["returns its argument"] = {n: argument if callable(v) else v for n, v in given.items()}
        made["zeroes its arguments and returns the first"] = {n: emptied if callable(v) else v for n, v in given.items()}
    for does, subjects in made.items():
        yield does, kept(trial, exercise, subjects)
    differs: list[Any] = [v for v in given.values() if isinstance(v, type) or not callable(v)]
    zeros = {name: _zeros(value, differs) for name, value in given.items()}
    found = kept(trial, exercise, zeros)
    if differs:
        yield "returns zeros", found


def _zeros(value: Any, differs: list[Any]) -> Any:
    """What stands for one of the reference's pieces; `differs` hears of each result that was not None."""
    if isinstance(value, type):
        return _zeros_class(value, differs)
    return _zeros_function(value, differs) if callable(value) else zeros_of(value)


def zeros_of(value: Any) -> Any:
    """The same shape with nothing in it."""
    if isinstance(value, np.ndarray):
        return np.zeros_like(value) if value.dtype.kind in "biufc" else value
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (int, float, complex, np.number)):
        return type(value)(0)
    if isinstance(value, (tuple, list)):
        return type(value)(zeros_of(v) for v in value)
    if isinstance(value, dict):
        return {k: zeros_of(v) for k, v in value.items()}
    return "" if isinstance(value, str) else None


def _zeros_class(made: type, differs: list[Any]) -> type:
    """A class that does all that `made` does and gives zeros for every result."""

    class Zeros:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.__dict__["_inner"] = made(*args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            found = getattr(self.__dict__["_inner"], name)
            return _zeros_function(found, differs, self) if callable(found) else zeros_of(found)

    return Zeros


def _zeros_function(made: Callable[..., Any], differs: list[Any], owner: Any = None) -> Callable[..., Any]:
    def zeros(*args: Any, **kwargs: Any) -> Any:
        out = made(*args, **kwargs)
        if out is not None:
            differs.append(made)
        return owner if owner is not None and out is owner._inner else zeros_of(out)

    return zeros
