"""What a studio's entry may store: plain arrays within a budget, rounded and blurred before they are used."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from autograder.cases.expect.values import is_handle
from autograder.cases.model import Broken, Noise, kind_of
from autograder.cases.words import show

Arrays = list[npt.NDArray[np.float32]]
MOST, AXES = 100, 6  # arrays, and axes of each


def stored(arrays: Any, budget: int | None, noise: Noise, rng: np.random.Generator, what: str = "train") -> Arrays:
    """What is left of an entry's arrays between its maker and its users: see `checked` and `noisy`.

    Parameters
    ----------
    arrays : anything
        What the maker returned.
    budget : int or None
        The most numbers that they may hold together; None for no bound.
    noise : float, "rms" or ("rms", float)
        How much each number is blurred.
    rng : Generator
        Draws the noise.
    what : str
        The maker's name, for messages.

    Returns
    -------
    list of float32 arrays
        New ones, shapes kept.

    Raises
    ------
    Broken
        Where they are not as the protocol says; the message is for the learner.

    Examples
    --------
    >>> [a.shape for a in studios.stored([np.ones((2, 3)), np.zeros(1)], 20, 1e-3, np.random.default_rng(0))]
    [(2, 3), (1,)]
    """
    return noisy(checked(arrays, budget, what), noise, rng)


def checked(arrays: Any, budget: int | None, what: str = "train") -> Arrays:
    """The arrays of an entry, copied and rounded to float32; what counts is the number of their entries.

    Parameters
    ----------
    arrays : list or tuple
        At most 100 arrays, none empty, each of at most 6 axes, of booleans, integers or floats.
    budget : int or None
        The most numbers that they may hold together; None for no bound.
    what : str
        The maker's name, for messages.

    Returns
    -------
    list of float32 arrays
        New ones, shapes kept.

    Raises
    ------
    Broken
        Where they are anything else, hold more than the budget, or are not finite once they are float32.

    Examples
    --------
    >>> studios.checked([np.array([1, 2]), np.array(True)], 3)
    [array([1., 2.], dtype=float32), array(1., dtype=float32)]
    >>> studios.checked({"w": np.ones(2)}, 3)
    Traceback (most recent call last):
    autograder.cases.model.Broken: `train` returned a dictionary: return a list of its arrays, without keys
    """
    if arrays is None:
        _refuse(f"`{what}` returned None: is there a `return`?")
    if isinstance(arrays, np.ndarray):
        _refuse(f"`{what}` returned a bare array: put it into a list, [{show(arrays)}]")
    if isinstance(arrays, dict):
        _refuse(f"`{what}` returned a dictionary: return a list of its arrays, without keys")
    if isinstance(arrays, (str, bytes)):
        _refuse(f"`{what}` returned a text: return a list of arrays of numbers")
    if is_handle(arrays) or not isinstance(arrays, (list, tuple)):
        _refuse(f"`{what}` returned {show(arrays)}: return a list of arrays")
    if not arrays:
        _refuse(f"`{what}` returned no array at all: return a list of at least one")
    if len(arrays) > MOST:
        _refuse(f"`{what}` returned {len(arrays)} arrays; {MOST} are allowed: put them into fewer")
    kept = [_one(array, f"array {k} of `{what}`") for k, array in enumerate(arrays, 1)]
    used = sum(array.size for array in kept)
    if budget is not None and used > budget:
        _refuse(f"`{what}` returned {used:,} numbers; the budget is {budget:,}")
    return kept


def _one(array: Any, what: str) -> npt.NDArray[np.float32]:
    if isinstance(array, (list, tuple)):
        _refuse(f"{what} is a {type(array).__name__}: make it an array, np.array(…)")
    if isinstance(array, (str, bytes, dict)) or array is None or is_handle(array):
        _refuse(f"{what} is {show(array)}, where an array of numbers was asked for")
    if not isinstance(array, (np.ndarray, np.generic, bool, int, float)):
        _refuse(f"{what} is {show(array)}, where an array of numbers was asked for")
    made = np.asarray(array)
    if made.dtype.kind == "c":
        _refuse(f"{what} holds complex numbers: store their two parts, which count as two")
    if made.dtype.kind not in "biuf":
        _refuse(f"{what} is of type {made.dtype}, where booleans, integers or floats were asked for")
    if made.size == 0:
        _refuse(f"{what} is empty: leave it out")
    if made.ndim > AXES:
        _refuse(f"{what} has {made.ndim} axes; {AXES} are allowed: reshape it")
    with np.errstate(all="ignore"):
        rounded = np.array(made, dtype=np.float32, order="C", subok=False)  # the order in memory is no place for knowledge
    if not np.isfinite(rounded).all():
        _refuse(f"{what} holds nan, inf or a number too large for float32")
    return rounded


def noisy(arrays: Arrays, noise: Noise, rng: np.random.Generator) -> Arrays:
    """The arrays with noise on every number, so that none of them can carry more than it seems to.

    Parameters
    ----------
    arrays : list of float32 arrays
        As `checked` gives them.
    noise : float, "rms" or ("rms", float)
        A share s: each entry times 1 + s · z. ("rms", s): each entry plus s · z times the root mean square of its array. z is
        standard normal, drawn anew for each entry. "rms" alone is ("rms", 1e-3).
    rng : Generator
        Draws the noise.

    Returns
    -------
    list of float32 arrays
        New ones.

    Raises
    ------
    Nothing for arrays and a noise as above.

    Examples
    --------
    >>> made = studios.noisy([np.full(1000, 7, np.float32)], 1e-3, np.random.default_rng(0))[0]
    >>> bool(0.006 < made.std() < 0.008)
    True
    """
    kind, share = kind_of(noise)
    return [_blurred(array, kind, share, rng) for array in arrays]


def _blurred(array: npt.NDArray[np.float32], kind: str, share: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    wide = array.astype(np.float64)
    size = np.sqrt(np.mean(wide**2)) if kind == "rms" else wide
    most = float(np.finfo(np.float32).max)
    return np.asarray(np.clip(wide + share * size * rng.standard_normal(wide.shape), -most, most), dtype=np.float32)


def _refuse(message: str) -> NoReturn:
    raise Broken(message)
