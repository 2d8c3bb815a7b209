"""Calls, speed beside a plain loop, errors that must come, rates of convergence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from autograder.cases.expect.values import fail
from autograder.cases.model import Broken
from autograder.cases.words import show

E = TypeVar("E", bound=BaseException)


def raises(errors: type[E] | tuple[type[E], ...], thunk: Callable[[], Any], otherwise: str, naming: Sequence[str] = ()) -> E:
    """A call raises one of these errors, with a text that names what it must.

    Parameters
    ----------
    errors : exception type, or tuple of them
        What must come.
    thunk : callable
        The call, without arguments.
    otherwise : str
        What to say where nothing comes.
    naming : sequence of str
        Words that the error's text must hold, whatever their case. `("",)` asks for a text at all.

    Returns
    -------
    exception
        The error that came.

    Raises
    ------
    Broken
        Where nothing came, or the text is empty or lacks a word.
    Exception
        Another error passes through as it is; so does NotImplementedError, which is an answer not yet written.

    Examples
    --------
    >>> str(expect.raises(ValueError, lambda: int("x"), "no ValueError came"))[:15]
    'invalid literal'
    >>> expect.raises(ValueError, lambda: int("x"), "no ValueError came", naming=("shape",))
    Traceback (most recent call last):
    autograder.cases.model.Broken: the text of the ValueError does not name 'shape': "invalid literal for int() with base 10: 'x'"
    """
    try:
        thunk()
    except errors as error:
        if isinstance(error, (NotImplementedError, Broken)):
            raise
        _names(error, naming)
        return error
    fail(otherwise)


def _names(error: BaseException, naming: Sequence[str]) -> None:
    text, kind = str(error), getattr(error, "learner_type", type(error).__name__)
    if naming and not text.strip():
        fail(f"the {kind} came without a text that says what is wrong")
    for word in naming:
        if word.lower() not in text.lower():
            fail(f"the text of the {kind} does not name {word!r}: {show(text)}")


class counted:
    """A function that counts its calls, to be handed to learner code.

    Parameters
    ----------
    function : callable
        What is called.

    Attributes
    ----------
    calls : int
        How often it was called.

    Raises
    ------
    Nothing but what `function` raises.

    Examples
    --------
    >>> square = expect.counted(lambda x: x * x)
    >>> square(3), square(4), square.calls
    (9, 16, 2)
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        """Wrap `function`; `calls` starts at 0."""
        self.function, self.calls = function, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and count it, also where it raises."""
        self.calls += 1
        return self.function(*args, **kwargs)


def calls(counted: counted | int, at_most: int, what: str = "the function you were given") -> None:
    """A counted function was called no more often than the budget says.

    Parameters
    ----------
    counted : counted or int
        The function, or the number of its calls.
    at_most : int
        The budget, in calls.
    what : str
        What was called, for the message.

    Raises
    ------
    Broken
        Where it was called more often; says how often.

    Examples
    --------
    >>> expect.calls(300, at_most=300)
    >>> expect.calls(301, at_most=300, what="`gradient`")
    Traceback (most recent call last):
    autograder.cases.model.Broken: `gradient` was called 301 times; the budget is 300
    """
    number_of = counted if isinstance(counted, int) else counted.calls
    if number_of > at_most:
        fail(f"{what} was called {number_of} times; the budget is {at_most}")


def seconds_of(thunk: Callable[[], Any]) -> float:
    """How long a call takes on this machine at this moment: to be compared, never to be held against a number.

    Parameters
    ----------
    thunk : callable
        The call, without arguments.

    Returns
    -------
    float
        Seconds on the wall.

    Raises
    ------
    Nothing but what `thunk` raises.

    Examples
    --------
    >>> expect.seconds_of(lambda: sum(range(10))) >= 0
    True
    """
    start = time.perf_counter()
    thunk()
    return time.perf_counter() - start


def faster(mine: Callable[[], Any], plain: Callable[[], Any], share: float, what: str, of: float = 1.0) -> None:
    """A call takes at most a share of what a plain one takes on the same machine, at the same moment.

    The best of four tries counts, since another program may have had the machine; one that is ten times too slow is not
    tried again.

    Parameters
    ----------
    mine, plain : callable
        The two calls, without arguments; `mine` is the learner's.
    share : float
        The share of the plain call's time that hers may take.
    what : str
        What `plain` is, for the message ("a loop over the examples").
    of : float
        `plain` does only one part in `of` of the work, and its time counts that many times.

    Raises
    ------
    Broken
        Where it is too slow; says both times, in seconds.

    Examples
    --------
    >>> import time
    >>> expect.faster(lambda: None, lambda: time.sleep(0.02), share=0.5, what="a loop")
    """
    for _ in range(4):
        took, other = seconds_of(mine), of * seconds_of(plain)
        if took <= share * other:
            return
        if took > 10 * share * other:  # no chance does that
            break
    fail(f"{what} took {other:.2f} s, your function {took:.2f} s: at most {share * other:.2f} s was asked for")


def rate(errors: Sequence[float], at_most: float, otherwise: str, floor: float = 0.0) -> None:
    """Errors shrink geometrically: by a factor of at most `at_most` from one to the next, in the mean.

    Parameters
    ----------
    errors : sequence of float
        Errors after successive steps (take the transient off first), at least two, not negative.
    at_most : float
        The factor, in (0, 1).
    otherwise : str
        What to say where they shrink more slowly; the measured factor is added.
    floor : float
        Where rounding ends the descent: an error at or below it has arrived, and what follows is not looked at.

    Raises
    ------
    Broken
        Where they shrink more slowly, or nan or inf is among them.
    ValueError
        For fewer than two errors: the case is at fault.

    Examples
    --------
    >>> expect.rate([1.0, 0.5, 0.25], at_most=0.5, otherwise="it converges too slowly")
    >>> expect.rate([1.0, 0.9, 0.81], at_most=0.5, otherwise="it converges too slowly")
    Traceback (most recent call last):
    autograder.cases.model.Broken: it converges too slowly (a factor of 0.9 a step; at most 0.5 was asked for)
    """
    e = np.asarray(errors, dtype=float)
    if len(e) < 2:
        raise ValueError("a rate needs at least two errors")
    if not np.isfinite(e).all():
        fail(f"{otherwise} (an error is nan or inf)")
    arrived = np.flatnonzero(e <= floor)
    steps = int(arrived[0]) if arrived.size else len(e) - 1
    if steps and e[steps] > max(e[0] * at_most**steps * (1 + 1e-9), floor):
        fail(f"{otherwise} (a factor of {(e[steps] / e[0]) ** (1 / steps):.3g} a step; at most {at_most:g} was asked for)")


def order(sizes: Sequence[float], errors: Sequence[float], at_least: float, otherwise: str, floor: float = 0.0) -> None:
    """Errors fall as a power of a size: the slope of log(error) over log(size), by least squares.

    Parameters
    ----------
    sizes : sequence of float
        Step lengths, or other sizes that go to nought (1/n for n samples), above 0 and not all the same.
    errors : sequence of float
        The errors at these sizes, not negative.
    at_least : float
        The power: 2 for central differences. Leave room for what is not yet in the limit (1.8).
    otherwise : str
        What to say where they fall more slowly; the measured power is added.
    floor : float
        Errors at or below it are rounding, and left out; where fewer than two remain, all have arrived.

    Raises
    ------
    Broken
        Where they fall more slowly, or nan or inf is among them.

    Examples
    --------
    >>> h = np.array([0.1, 0.01, 0.001])
    >>> expect.order(h, 3 * h**2, at_least=1.9, otherwise="the error does not fall as h²")
    >>> expect.order(h, 3 * h, at_least=1.9, otherwise="the error does not fall as h²")
    Traceback (most recent call last):
    autograder.cases.model.Broken: the error does not fall as h² (the measured power is 1; at least 1.9 was asked for)
    """
    h, e = np.asarray(sizes, dtype=float), np.asarray(errors, dtype=float)
    if not np.isfinite(e).all():
        fail(f"{otherwise} (an error is nan or inf)")
    keep = e > max(floor, 0.0)
    if keep.sum() < 2:
        return
    power = float(np.polyfit(np.log(h[keep]), np.log(e[keep]), 1)[0])
    if power < at_least:
        fail(f"{otherwise} (the measured power is {power:.3g}; at least {at_least:g} was asked for)")
