"""One thing beside another: closeness, equality with a definition, invariance, round trips, purity, repeatability."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from autograder.cases import nests
from autograder.cases.calls import call_of
from autograder.cases.expect.values import Array, array, fail
from autograder.cases.words import show

T = TypeVar("T")


def close(
    got: Any,
    want: Any,
    rtol: float = 1e-6,
    atol: float = 1e-7,
    tell: bool = True,
    otherwise: str | None = None,
    what: str = "your function",
    reveal: bool = False,
) -> None:
    """What came out is the wanted array, entry by entry, up to rounding.

    Parameters
    ----------
    got : object
        What came out; see `array`.
    want : array
        What is wanted; its shape is asked for too. A nan is wanted where it has one.
    rtol, atol : float
        An entry may be off by `rtol` times the wanted size plus `atol`.
    tell : bool
        Whether the message shows what came out.
    otherwise : str, optional
        What to say in place of the message.
    what : str
        What returned it, for the message.
    reveal : bool
        Whether the message shows the wanted value of one entry too: only where that gives nothing away (the statement's
        own example, a law's other side), never in a hidden case.

    Raises
    ------
    Broken
        Where the shape is another, or an entry is off. Without `reveal` no wanted value is told.

    Examples
    --------
    >>> expect.close([0.1 + 0.2], [0.3])
    >>> expect.close([1.0, 2.0], [1.0, 2.5])
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function returned [1., 2.]; look at [1] first
    >>> expect.close([1.0, 2.0], [1.0, 2.5], reveal=True)
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function returned [1., 2.]: at [1] yours is 2, wanted 2.5
    """
    wanted = np.asarray(want)
    out = array(got, shape=wanted.shape, what=what)
    at = _first_off(out, wanted, rtol, atol)
    if at is None:
        return
    if otherwise is not None:
        fail(otherwise)
    if not tell:
        fail("it does not hold for what came out")
    where = f"at {nests.place(at)} " if at else ""
    if reveal:
        fail(f"{what} returned {show(out)}: {where}yours is {show(out[at])}, wanted {show(wanted[at])}")
    alone = out.ndim == 0 or not np.isclose(out, wanted, rtol=rtol, atol=atol, equal_nan=True).any()
    fail(f"{what} returned {show(out)}{'' if alone else f'; look at {nests.place(at)} first'}")


def _first_off(a: Array, b: Array, rtol: float, atol: float) -> tuple[int, ...] | None:
    """The first entry in which two arrays of one shape differ."""
    off = ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    return tuple(int(i) for i in np.argwhere(off)[0]) if off.any() else None


def same(one: Any, other: Any, otherwise: str, rtol: float = 1e-6, atol: float = 1e-7) -> None:
    """Two outputs of the learner's agree.

    Parameters
    ----------
    one, other : object
        What came out, twice; see `array`.
    otherwise : str
        What to say where they differ: the property. The first entry that differs is added, with both values.
    rtol, atol : float
        Entries may differ by `rtol` times the size of `other` plus `atol`.

    Raises
    ------
    Broken
        Where shapes or entries differ.

    Examples
    --------
    >>> expect.same([1.0, 2.0], [1.0, 2.0], "the order of the rows changes the mean")
    >>> expect.same([1.0, 2.0], [1.0, 3.0], "the order of the rows changes the mean")
    Traceback (most recent call last):
    autograder.cases.model.Broken: the order of the rows changes the mean (at [1]: once 2, once 3)
    """
    a, b = array(one), array(other)
    if a.shape != b.shape:
        fail(f"{otherwise} (once the shape {a.shape}, once {b.shape})")
    at = _first_off(a, b, rtol, atol)
    if at is not None:
        fail(f"{otherwise} ({f'at {nests.place(at)}: ' if at else ''}once {show(a[at])}, once {show(b[at])})")


def unchanged(now: Any, before: Any, what: str = "the array that it was given") -> None:
    """An input is as it was before the call: its values, its shape, its type; of a nest, every array.

    Parameters
    ----------
    now : array or nest of arrays
        The input after the call.
    before : array or nest of arrays
        A copy that was taken before the call.
    what : str
        What it is, for the message.

    Raises
    ------
    Broken
        Where anything changed.

    Examples
    --------
    >>> x = np.array([3.0, 1.0])
    >>> before = x.copy()
    >>> x.sort()
    >>> expect.unchanged(x, before)
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function changed the array that it was given: work on a copy, or make a new array
    """

    def refuse(_: str = "") -> Any:
        fail(f"your function changed {what}: work on a copy, or make a new array")

    for path, part in nests.matched(now, before, refuse):
        a, b = np.asarray(part), np.asarray(nests.at(before, path))
        if a.shape != b.shape or a.dtype != b.dtype or not np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"):
            refuse()


_back: deque[Any] = deque(maxlen=32)


def written_back(x: T) -> T:
    """Mark an argument: what the learner's function does to it in place is done to the case's own object too.

    Across the wall every argument arrives as a copy. A case that asks what became of an argument passes it marked, anew
    for every call. In a notebook, where nothing is copied, the mark changes nothing.

    Parameters
    ----------
    x : array, list, dict or set
        The argument, with all that is in it. Never a generator of random numbers: hers would move the judge's.

    Returns
    -------
    object
        `x` itself.

    Raises
    ------
    TypeError
        For a generator: the case is at fault.

    Examples
    --------
    >>> cart = []
    >>> list.append(expect.written_back(cart), "apple")
    >>> cart
    ['apple']
    """
    if isinstance(x, np.random.Generator):
        raise TypeError("a generator is never written back: hand in np.random.default_rng(seed) and keep the seed")
    _back.append(x)
    return x


def asked_back(x: Any) -> bool:
    """Whether an argument was marked by `written_back` for the call that is being made; it uses the mark up.

    Parameters
    ----------
    x : object
        An argument on its way to the learner's process.

    Returns
    -------
    bool
        True once for each mark, by identity.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> x = expect.written_back(np.zeros(2))
    >>> expect.asked_back(x), expect.asked_back(x)
    (True, False)
    """
    for i, marked in enumerate(_back):
        if marked is x:
            del _back[i]
            return True
    return False


def handing_back(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, all of whose arguments are `written_back`: for a case that looks at them afterwards.

    Parameters
    ----------
    function : callable
        The learner's.

    Returns
    -------
    callable
        Marks each argument, generators of random numbers apart, and calls it.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> numbers = [2, 1]
    >>> expect.handing_back(list.sort)(numbers)
    >>> numbers
    [1, 2]
    """

    def called(*args: Any, **kwargs: Any) -> Any:
        for one in (*args, *kwargs.values()):
            if not isinstance(one, np.random.Generator):
                written_back(one)
        return function(*args, **kwargs)

    return called


def pure(function: Callable[..., Any], *arguments: Any, names: Sequence[str] = ()) -> Any:
    """Calling the function leaves its arguments as they were.

    Parameters
    ----------
    function : callable
        The learner's function.
    *arguments
        What it is called with. It gets copies; generators are passed as they are, and may move.
    names : sequence of str
        What the arguments are called, for the message.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    Broken
        Where it changed an argument, or anything in it; names the argument.

    Examples
    --------
    >>> expect.pure(np.sort, np.array([2, 1]))
    array([1, 2])
    >>> expect.pure(lambda x: x.sort(), np.array([2, 1]), names=("x",))
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function changed `x`: work on a copy, or make a new array
    """
    given = [a if isinstance(a, np.random.Generator) else copy.deepcopy(a) for a in arguments]
    result = function(*[a if isinstance(a, np.random.Generator) else written_back(a) for a in given])
    for i, (now, before) in enumerate(zip(given, arguments, strict=True)):
        if now is not before or not isinstance(now, np.random.Generator):
            what = f"`{names[i]}`" if i < len(names) else f"argument {i + 1} that it was given"
            unchanged(now, before, what)
    return result


def definition(
    function: Callable[..., Any],
    plain: Callable[..., Any],
    *arguments: Any,
    name: str = "your_function",
    rtol: float = 1e-6,
    atol: float = 1e-7,
    reveal: bool = False,
) -> Any:
    """The function returns what a plain definition (loops, no tricks) returns on the same arguments.

    Parameters
    ----------
    function : callable
        The learner's function.
    plain : callable
        The definition, written for clearness: it gives an array, or a nest of arrays.
    *arguments
        What both are called with, each with copies of its own.
    name : str
        The learner's function, as the call in the message names it.
    rtol, atol : float
        An entry may be off by `rtol` times the wanted size plus `atol`.
    reveal : bool
        Whether the message shows the wanted value of one entry; never in a hidden case.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    Broken
        Where structure, shape or an entry differ: the call as code that runs, and hers at the first such entry.

    Examples
    --------
    >>> double = lambda x: np.array([2 * one for one in x])
    >>> expect.definition(lambda x: x + x, double, np.array([1.0, 3.0]))
    array([2., 6.])
    >>> expect.definition(lambda x: x * x, double, np.array([2.0, 3.0]), name="double", reveal=True)
    Traceback (most recent call last):
    autograder.cases.model.Broken: double(np.array([2.0, 3.0])) is not what the definition gives: at [1] yours is 9, wanted 6
    """
    want = plain(*copy.deepcopy(arguments))
    got = function(*copy.deepcopy(arguments))
    made = call_of(name, *arguments)
    for path, part in nests.matched(got, want, lambda message: fail(f"{made} {message}")):
        wanted = np.asarray(nests.at(want, path))
        of = f"{made}{nests.code(path)}"
        out = array(part, shape=wanted.shape, what=of)
        at = _first_off(out, wanted, rtol, atol)
        if at is not None:
            hers = f"{f'at {nests.place(at)} ' if at else ''}yours is {show(out[at])}"
            fail(f"{of} is not what the definition gives: {hers}{f', wanted {show(wanted[at])}' if reveal else ''}")
    return got


def invariant(
    function: Callable[..., Any],
    before: Sequence[Any],
    after: Sequence[Any],
    otherwise: str,
    *,
    moves: Callable[[Any], Any] | None = None,
    name: str = "your_function",
    rtol: float = 1e-6,
    atol: float = 1e-7,
) -> None:
    """A change of the arguments leaves what comes out as it is, or changes it in a known way.

    Parameters
    ----------
    function : callable
        The learner's function; it is called twice, with copies.
    before, after : sequence
        The arguments of the two calls.
    otherwise : str
        The law that broke, in the learner's words.
    moves : callable, optional
        What the change does to what comes out (equivariance); without it nothing.
    name : str
        The learner's function, as the calls in the message name it.
    rtol, atol : float
        Entries may differ by `rtol` times their size plus `atol`.

    Raises
    ------
    Broken
        Where the law does not hold: both values at the first entry that differs, and the second call as code that runs.

    Examples
    --------
    >>> x = np.array([1.0, 2.0])
    >>> expect.invariant(np.sum, [x], [x[::-1]], "the order changes the sum")
    >>> expect.invariant(np.cumsum, [x], [2 * x], "twice the input is not twice the output", moves=lambda y: 2 * y)
    >>> expect.invariant(np.cumsum, [x], [x[::-1]], "the order changes it", name="cumsum")
    Traceback (most recent call last):
    autograder.cases.model.Broken: the order changes it (at [0]: once 1, once 2) in cumsum(np.array([2.0, 1.0]))
    """
    first, second = (function(*copy.deepcopy(list(arguments))) for arguments in (before, after))
    wanted = nests.filled(first, [array(part, what="your function") for _, part in nests.leaves(first)])
    wanted = wanted if moves is None else moves(wanted)
    made = call_of(name, *after)
    for path, part in nests.matched(second, wanted, lambda message: fail(f"{otherwise}: {made} {message}")):
        hers, other = array(part), np.asarray(nests.at(wanted, path))
        if hers.shape != other.shape:
            fail(f"{otherwise} (once the shape {other.shape}, once {hers.shape}) in {made}{nests.code(path)}")
        at = _first_off(hers, other, rtol, atol)
        if at is not None:
            where = f"at {nests.place(at)}: " if at else ""
            fail(f"{otherwise} ({where}once {show(other[at])}, once {show(hers[at])}) in {made}{nests.code(path)}")


def round_trip(
    there: Callable[[Any], Any], back: Callable[[Any], Any], x: Any, otherwise: str, rtol: float = 1e-6, atol: float = 1e-7
) -> None:
    """There and back again gives what one set out with.

    Parameters
    ----------
    there, back : callable
        Two functions, at least one of them the learner's; `back` undoes `there`.
    x : array, text, or nest of arrays
        What is sent on the way, as a copy. Text must come back exactly.
    otherwise : str
        What to say where something else comes back.
    rtol, atol : float
        An entry may be off by `rtol` times its size plus `atol`.

    Raises
    ------
    Broken
        Where something else comes back: the first entry that differs, what set out and what came back.

    Examples
    --------
    >>> expect.round_trip(np.exp, np.log, np.array([1.0, 2.0]), "log does not undo exp")
    >>> expect.round_trip(str.upper, str.lower, "Ada", "decode does not undo encode")
    Traceback (most recent call last):
    autograder.cases.model.Broken: decode does not undo encode: 'Ada' set out, 'ada' came back
    """
    got = back(there(copy.deepcopy(x)))
    if isinstance(x, (str, bytes)):
        if type(got) is not type(x) or got != x:
            fail(f"{otherwise}: {show(x)} set out, {show(got)} came back")
        return
    for path, part in nests.matched(got, x, lambda message: fail(f"{otherwise}: the way back {message}")):
        sent = np.asarray(nests.at(x, path))
        out = array(part, shape=sent.shape, what=f"{otherwise}: the way back")
        at = _first_off(out, sent, rtol, atol)
        if at is not None:
            where = nests.code(path) + (nests.place(at) if at else "")
            fail(f"{otherwise}: {f'at {where} ' if where else ''}{show(sent[at])} set out, {show(out[at])} came back")


def repeatable(run: Callable[[np.random.Generator], Any], seed: int, differs: bool = True, what: str = "your function") -> Any:
    """All chance comes from the generator that is handed in: the same seed gives the same, another seed something else.

    Parameters
    ----------
    run : callable
        Calls the learner's function with the generator that it is given: `lambda rng: dropout(X, 0.3, rng)`.
    seed : int
        Seed of the first two calls.
    differs : bool
        Whether a third call with another seed must give something else. Ask it only where two draws are as good as
        never the same (a whole array of them): a right answer must not fail by chance.
    what : str
        What is called, for the message.

    Returns
    -------
    object
        What the first call gave.

    Raises
    ------
    Broken
        Where chance comes from elsewhere, or where there is none.

    Examples
    --------
    >>> expect.repeatable(lambda rng: rng.integers(10**9, size=3), seed=1).shape
    (3,)
    >>> expect.repeatable(lambda rng: np.zeros(3), seed=1)
    Traceback (most recent call last):
    autograder.cases.model.Broken: your function gave the same with two different seeds: draw from the `rng` that is handed in
    """
    first, second = run(np.random.default_rng(seed)), run(np.random.default_rng(seed))
    if not _equal(first, second):
        fail(f"{what} gave different results with the same seed: draw from the `rng` that is handed in, and from nothing else")
    if differs and _equal(first, run(np.random.default_rng(seed + 1))):
        fail(f"{what} gave the same with two different seeds: draw from the `rng` that is handed in")
    return first


def _equal(one: Any, other: Any) -> bool:
    """Whether two results are the same, part by part."""
    a, b = list(nests.leaves(one)), list(nests.leaves(other))
    if [path for path, _ in a] != [path for path, _ in b]:
        return False
    pairs = [(array(p), array(q)) for (_, p), (_, q) in zip(a, b, strict=True)]
    return all(p.shape == q.shape and np.array_equal(p, q, equal_nan=p.dtype.kind in "fc") for p, q in pairs)
