"""What a case says about what came out. Each function raises Broken with a message for the learner, not the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from autograder.cases.model import Broken
from autograder.cases.words import show

E = TypeVar("E", bound=BaseException)
Array = npt.NDArray[Any]


def _fail(message: str) -> NoReturn:
    raise Broken(message)


def that(holds: Any, otherwise: str) -> None:
    """The condition holds; a handle to something of the learner's is no condition."""
    if _is_handle(holds):
        _fail(f"{otherwise} (what came back is not a number, a truth value or an array)")
    if not np.all(holds):
        _fail(otherwise)


def _is_handle(got: object) -> bool:
    return bool(getattr(type(got), "_is_remote_handle", False))


def _holds_handle(got: object) -> bool:
    """Whether something in it is asked for when it is looked at, and may say something else the next time."""
    return any(map(_holds_handle, got)) if isinstance(got, (list, tuple)) else _is_handle(got)


def array(
    got: Any,
    shape: Sequence[int] | None = None,
    dtype: npt.DTypeLike | None = None,
    finite: bool = False,
    what: str = "your function",
) -> Array:
    """What came out, as a plain numeric array; of a shape, a dtype and finite where asked for."""
    if got is None:
        _fail(f"{what} returned None: is there a `return`?")
    if _holds_handle(got) or isinstance(got, (str, bytes, dict, set)) or callable(got):
        _fail(f"{what} returned {show(got)}, where an array of numbers was asked for")
    try:
        out = np.asarray(got)
    except ValueError:
        _fail(f"{what} returned rows of unequal length, where an array of numbers was asked for")
    if out.dtype.kind not in "biufc":
        _fail(f"{what} returned {show(got)}, where an array of numbers was asked for")
    if shape is not None and out.shape != tuple(shape):
        _fail(f"{what} returned shape {out.shape}, where {tuple(shape)} was asked for")
    if dtype is not None and out.dtype != np.dtype(dtype):
        _fail(f"{what} returned numbers of type {out.dtype}, where {np.dtype(dtype)} was asked for")
    if finite and not np.isfinite(out).all():
        _fail(f"{what} returned {show(out)}: nan or inf is among it")
    return out


def shape(got: Any, shape: Sequence[int], what: str = "your function") -> None:
    """What came out has this shape."""
    array(got, shape=shape, what=what)


def dtype(got: Any, dtype: npt.DTypeLike, what: str = "your function") -> None:
    """What came out has this type of number."""
    array(got, dtype=dtype, what=what)


def finite(got: Any, what: str = "your function") -> None:
    """No nan and no inf came out."""
    array(got, finite=True, what=what)


def number(got: Any, what: str = "your function") -> float:
    """What came out, as one finite float."""
    out = array(got, what=what)
    if out.size != 1 or out.ndim:
        _fail(f"{what} returned an array of shape {out.shape}, where one number was asked for")
    if out.dtype.kind == "c" or not np.isfinite(out):
        _fail(f"{what} returned {show(got)}, where one finite number was asked for")
    return float(out)


def close(
    got: Any,
    want: Any,
    rtol: float = 1e-6,
    atol: float = 1e-7,
    tell: bool = True,
    otherwise: str | None = None,
    what: str = "your function",
) -> None:
    """What came out is the wanted array up to rtol · |want| + atol. The wanted values are never shown."""
    wanted = np.asarray(want)
    out = array(got, shape=wanted.shape, what=what)
    off = ~np.isclose(out, wanted, rtol=rtol, atol=atol, equal_nan=True)
    if not off.any():
        return
    if otherwise is not None:
        _fail(otherwise)
    if not tell:
        _fail("it does not hold for what came out")
    if out.ndim == 0:
        _fail(f"{what} returned {show(out)}")
    place = tuple(int(i) for i in np.argwhere(off)[0])
    where = f"; look at [{', '.join(map(str, place))}] first" if off.sum() < out.size else ""
    _fail(f"{what} returned {show(out)}{where}")


def same(one: Any, other: Any, otherwise: str, rtol: float = 1e-6, atol: float = 1e-7) -> None:
    """Two outputs of the learner's agree."""
    a, b = array(one), array(other)
    if a.shape != b.shape or not np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
        _fail(otherwise)


def unchanged(now: Any, before: Any, what: str = "the array that it was given") -> None:
    """An input is as it was before the call: its values, its shape and its type."""
    a, b = np.asarray(now), np.asarray(before)
    if a.shape != b.shape or a.dtype != b.dtype or not np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"):
        _fail(f"your function changed {what}: work on a copy, or make a new array")


def gradient(
    value: Callable[[Any], Any],
    x: Any,
    grad: Any,
    rng: np.random.Generator,
    *,
    directions: int = 4,
    step: float = 1e-5,
    tolerance: float = 1e-5,
    what: str = "the gradient",
) -> None:
    """The gradient of a scalar function agrees with central differences in random directions.

    `x` is a float64 array or a tuple of them, `grad` alike. `value` takes what `x` is. Draw `x` away from kinks.
    """
    single = not isinstance(x, tuple)
    points = [np.asarray(p, dtype=np.float64) for p in ((x,) if single else x)]
    claims: Any = (grad,) if single else grad
    if not single and (claims is None or len(claims) != len(points)):
        _fail(f"{what} has not {len(points)} parts, one for each array")
    slopes = [array(g, shape=p.shape, finite=True, what=what) for g, p in zip(claims, points, strict=True)]
    for _ in range(directions):
        ways = [rng.standard_normal(p.shape) for p in points]
        ends = []
        for sign in (1.0, -1.0):
            moved = [p + sign * step * w for p, w in zip(points, ways, strict=True)]
            ends.append(number(value(moved[0] if single else tuple(moved)), what="the function whose slope is taken"))
        measured = (ends[0] - ends[1]) / (2 * step)
        claimed = float(sum(np.sum(s * w) for s, w in zip(slopes, ways, strict=True)))
        floor = 1e-14 * max(abs(ends[0]), abs(ends[1]), 1.0) / step
        if abs(measured - claimed) > tolerance * max(abs(measured), abs(claimed), 1e-3) + floor:
            _fail(f"{what} does not agree with the measured slope: a small step raises the value by a different amount")


def raises(errors: type[E] | tuple[type[E], ...], thunk: Callable[[], Any], otherwise: str) -> E:
    """Calling `thunk` raises one of these errors, which is returned."""
    try:
        thunk()
    except errors as error:
        if isinstance(error, (NotImplementedError, Broken)):
            raise
        return error
    _fail(otherwise)


class counted:
    """A function that counts its calls, to be handed to learner code."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Wrap `function`; `calls` starts at 0."""
        self.function, self.calls = function, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and count it."""
        self.calls += 1
        return self.function(*args, **kwargs)


def calls(counted: Any, at_most: int, what: str = "the function you were given") -> None:
    """A counted function was called no more often than the budget says."""
    number_of = counted if isinstance(counted, int) else counted.calls
    if number_of > at_most:
        _fail(f"{what} was called {number_of} times; the budget is {at_most}")


def seconds_of(thunk: Callable[[], Any]) -> float:
    """How long a call takes, in seconds of this machine at this moment: to be compared, never to be held against a number."""
    start = time.perf_counter()
    thunk()
    return time.perf_counter() - start


def faster(mine: Callable[[], Any], plain: Callable[[], Any], share: float, what: str, of: float = 1.0) -> None:
    """`mine` takes at most a `share` of what `plain` takes on the same machine, at the same moment, in the best of four tries.

    what : what `plain` is, for the message ("a loop over the examples").
    of : `plain` does only one part in `of` of the work, and its time counts that many times.
    """
    for _ in range(4):  # another program may have had the machine
        took, other = seconds_of(mine), of * seconds_of(plain)
        if took <= share * other:
            return
        if took > 10 * share * other:  # no chance does that
            break
    _fail(f"{what} took {other:.2f} s, your function {took:.2f} s: at most {share * other:.2f} s was asked for")


def rate(errors: Sequence[float], at_most: float, otherwise: str) -> None:
    """The errors shrink geometrically: their mean ratio from one to the next is at most `at_most`."""
    e = np.asarray(errors, dtype=float)
    if len(e) < 2 or not np.isfinite(e).all() or e[-1] > e[0] * at_most ** (len(e) - 1):
        _fail(otherwise)
