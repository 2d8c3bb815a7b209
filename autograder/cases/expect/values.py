"""What came out, as plain numbers: shapes, dtypes, finiteness, probabilities, nests of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from autograder.cases import nests
from autograder.cases.model import Broken
from autograder.cases.words import show

Array = npt.NDArray[Any]


def fail(message: str) -> NoReturn:
    """Raise Broken with this message."""
    raise Broken(message)


def that(holds: Any, otherwise: str) -> None:
    """The condition holds.

    Parameters
    ----------
    holds : bool or array of bool
        What must be true, everywhere. An empty array holds: ask for its shape first where it must not be empty.
    otherwise : str
        What to say where it does not: the property that broke, in the learner's words.

    Raises
    ------
    Broken
        Where it is false anywhere, nan, None, or an object of the learner's: her objects could say yes to anything.

    Examples
    --------
    >>> expect.that(np.array([0.2, 0.8]) >= 0, "a probability is negative")
    >>> expect.that(3 < 2, "3 is not less than 2")
    Traceback (most recent call last):
    autograder.cases.model.Broken: 3 is not less than 2
    """
    if is_handle(holds):
        fail(f"{otherwise} (what came back is not a number, a truth value or an array)")
    if not np.all(holds) or (isinstance(holds, (float, np.floating)) and np.isnan(holds)):
        fail(otherwise)


def is_handle(got: object) -> bool:
    """Whether it stands for an object that lives in the learner's process."""
    return bool(getattr(type(got), "_is_remote_handle", False))


def _holds_handle(got: object) -> bool:
    """Whether something in it is asked for when it is looked at, and may say something else the next time."""
    return any(map(_holds_handle, got)) if isinstance(got, (list, tuple)) else is_handle(got)


def array(
    got: Any,
    shape: Sequence[int] | None = None,
    dtype: npt.DTypeLike | None = None,
    finite: bool = False,
    what: str = "your function",
) -> Array:
    """What came out is an array of numbers.

    Parameters
    ----------
    got : object
        What the learner's function returned: an array, a number, or lists of numbers.
    shape : sequence of int, optional
        The shape that it must have.
    dtype : dtype, optional
        The type that its numbers must have, exactly.
    finite : bool
        Whether nan and inf are turned away.
    what : str
        What returned it, for the message; it stands before "returned …".

    Returns
    -------
    ndarray
        The same numbers as a plain array; of truth values, whole, floating or complex numbers.

    Raises
    ------
    Broken
        Where it is None, text, a dict, a function, an object of the learner's, rows of unequal length, or otherwise not
        as asked for.

    Examples
    --------
    >>> expect.array([[1, 2], [3, 4]], shape=(2, 2)).sum()
    np.int64(10)
    >>> expect.array([1.0, 2.0], shape=(3,), what="`predict`")
    Traceback (most recent call last):
    autograder.cases.model.Broken: `predict` returned shape (2,), where (3,) was asked for
    """
    if got is None:
        fail(f"{what} returned None: is there a `return`?")
    if _holds_handle(got) or isinstance(got, (str, bytes, dict, set)) or callable(got):
        fail(f"{what} returned {show(got)}, where an array of numbers was asked for")
    try:
        out = np.asarray(got)
    except ValueError:
        fail(f"{what} returned rows of unequal length, where an array of numbers was asked for")
    except MemoryError:  # not of an array, which is one already: range(10**18), say
        fail(f"{what} returned more numbers than there is memory for")
    if out.dtype.kind not in "biufc":
        fail(f"{what} returned {show(got)}, where an array of numbers was asked for")
    if shape is not None and out.shape != tuple(shape):
        fail(f"{what} returned shape {out.shape}, where {tuple(shape)} was asked for")
    if dtype is not None and out.dtype != np.dtype(dtype):
        fail(f"{what} returned numbers of type {out.dtype}, where {np.dtype(dtype)} was asked for")
    if finite and not np.isfinite(out).all():
        fail(f"{what} returned {show(out)}: nan or inf is among it{_first(~np.isfinite(out))}")
    return out


def _first(off: Array) -> str:
    """Where the first of several entries lies, for an array too long to be shown."""
    return f", first at {nests.place(np.argwhere(off)[0])}" if off.ndim else ""


def shape(got: Any, shape: Sequence[int], what: str = "your function") -> None:
    """What came out has this shape.

    Parameters
    ----------
    got : object
        What came out; see `array`.
    shape : sequence of int
        The shape, `()` for a single number.
    what : str
        What returned it, for the message.

    Raises
    ------
    Broken
        Where it is no array of numbers, or has another shape.

    Examples
    --------
    >>> expect.shape(np.zeros((2, 3)), (2, 3))
    """
    array(got, shape=shape, what=what)


def dtype(got: Any, dtype: npt.DTypeLike, what: str = "your function") -> None:
    """What came out has this type of number, exactly.

    Parameters
    ----------
    got : object
        What came out; see `array`.
    dtype : dtype
        The type: `float` (which is float64), `np.float32`, `int` …
    what : str
        What returned it, for the message.

    Raises
    ------
    Broken
        Where it is no array of numbers, or of another type.

    Examples
    --------
    >>> expect.dtype(np.zeros(3, np.float32), np.float32)
    >>> expect.dtype(np.zeros(3), np.float32)
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function returned numbers of type float64, where float32 was asked for
    """
    array(got, dtype=dtype, what=what)


def finite(got: Any, what: str = "your function") -> None:
    """No nan and no inf came out.

    Parameters
    ----------
    got : object
        What came out; see `array`.
    what : str
        What returned it, for the message.

    Raises
    ------
    Broken
        Where it is no array of numbers, or nan or inf is among it; says where the first one lies.

    Examples
    --------
    >>> expect.finite([1.0, 2.0])
    >>> expect.finite([1.0, np.inf])
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function returned [ 1., inf]: nan or inf is among it, first at [1]
    """
    array(got, finite=True, what=what)


def number(got: Any, what: str = "your function") -> float:
    """What came out is one finite real number.

    Parameters
    ----------
    got : object
        A number, or an array of shape ().
    what : str
        What returned it, for the message.

    Returns
    -------
    float
        The number.

    Raises
    ------
    Broken
        Where it is an array with axes (one of shape (1,) too), complex, nan or inf.

    Examples
    --------
    >>> expect.number(np.float32(0.5))
    0.5
    >>> expect.number(np.array([0.5]), what="`loss`")
    Traceback (most recent call last):
    autograder.cases.model.Broken: `loss` returned an array of shape (1,), where one number was asked for
    """
    out = array(got, what=what)
    if out.size != 1 or out.ndim:
        fail(f"{what} returned an array of shape {out.shape}, where one number was asked for")
    if out.dtype.kind == "c" or not np.isfinite(out):
        fail(f"{what} returned {show(got)}, where one finite number was asked for")
    return float(out)


def probabilities(
    got: Any, shape: Sequence[int] | None = None, axis: int | None = -1, atol: float = 1e-6, what: str = "your function"
) -> Array:
    """What came out are probabilities.

    Parameters
    ----------
    got : object
        What came out; see `array`.
    shape : sequence of int, optional
        The shape that it must have.
    axis : int or None
        The axis along which they sum to one; None where each stands for itself ("yes" or "no").
    atol : float
        How far a sum may lie from one, and an entry outside 0 to 1.
    what : str
        What returned it, for the message.

    Returns
    -------
    ndarray
        The probabilities, as they came.

    Raises
    ------
    Broken
        Where an entry is not a number from 0 to 1, or a sum is not one; says which, with hers.

    Examples
    --------
    >>> expect.probabilities([[0.25, 0.75]]).shape
    (1, 2)
    >>> expect.probabilities([[0.5, 0.5], [0.5, 0.6]])
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function returned probabilities that sum to 1.1 at [1], where 1 was asked for
    """
    out = array(got, shape=shape, finite=True, what=what)
    off = (out < -atol) | (out > 1 + atol)
    if off.any():
        at = tuple(np.argwhere(off)[0])
        fail(f"{what} returned {show(out[at])}{' at ' + nests.place(at) if at else ''}, which is no probability")
    if axis is not None:
        sums = np.asarray(out.sum(axis=axis, dtype=float))
        off = np.abs(sums - 1) > atol
        if off.any():
            at = tuple(np.argwhere(off)[0])
            where = f" at {nests.place(at)}" if at else ""
            fail(f"{what} returned probabilities that sum to {show(sums[at])}{where}, where 1 was asked for")
    return out


def nest(got: Any, like: Any, finite: bool = True, what: str = "your function") -> Any:
    """What came out is a nest of arrays with the structure and the shapes of another.

    Parameters
    ----------
    got : nested list, tuple or dict of arrays
        What came out: gradients, for instance. A list does for a tuple, and a tuple for a list.
    like : nested list, tuple or dict of arrays
        The nest that it must match: the parameters.
    finite : bool
        Whether nan and inf are turned away.
    what : str
        What returned it, for the message.

    Returns
    -------
    nest
        Hers, as plain arrays in the structure of `like`.

    Raises
    ------
    Broken
        Where a part is missing, too many, or of another shape; names the part, by layer where it is a list of (W, b).

    Examples
    --------
    >>> parameters = [(np.ones((2, 3)), np.zeros(3))]
    >>> len(expect.nest([(np.ones((2, 3)), np.zeros(3))], parameters))
    1
    >>> expect.nest([(np.ones((2, 3)), np.zeros(2))], parameters, what="`backward`")
    Traceback (most recent call last):
    autograder.cases.model.Broken: `backward`, for b of layer 1 (at [0][1]), returned shape (2,), where (3,) was asked for
    """
    found = []
    for path, part in nests.matched(got, like, lambda message: fail(f"{what} {message}")):
        told = f"{what}, for {nests.name(path, like)}," if path else what
        found.append(array(part, shape=np.shape(nests.at(like, path)), finite=finite, what=told))
    return nests.filled(like, found)
