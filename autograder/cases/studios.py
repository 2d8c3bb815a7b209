"""Studios: how an entry is asked, and what judges are written with.

An entry has a *maker*, which learns and returns arrays, and *users*, functions whose first argument is these arrays. A judge
sees them through `Entry`: it calls `entry.train(…)` as often as it likes, then asks the rounds. A `Round` is all that is asked
about one set of arrays; where there is a wall it has a process of its own, in which nothing was ever trained or asked before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograder.cases.arrays import Arrays, checked, noisy, stored
from autograder.cases.disguises import Columns, Mixtures, columns, mixtures
from autograder.cases.expect.values import is_handle
from autograder.cases.model import Broken, Half, Studio
from autograder.cases.words import show

__all__ = [
    "Arrays", "Columns", "Counted", "Entry", "Here", "Mixtures", "Place", "Round", "Rounds",
    "checked", "columns", "counted", "halves", "mixtures", "noisy", "pace", "relabelled", "stored",
]  # fmt: skip

Array = npt.NDArray[Any]


# --- where an entry's functions run ------------------------------------------------------------------------------------


class Place(Protocol):
    """Where the learner's functions are: a process of hers, or this one."""

    def get(self, name: str) -> Any:
        """What her name stands for there. Raises NameError."""

    def close(self) -> None:
        """End it; nothing is asked there any more."""


class Rounds(Protocol):
    """Opens places: one for all trainings of a judging, one for each round."""

    def open(self, studio: Studio, asked: bool) -> Place:
        """A new place, in which the functions of this studio are there and were never called.

        Parameters
        ----------
        asked : whether it is a round's, which looks at no file, or that of all trainings.
        """


class Here:
    """Where there is no wall: every place is this process.

    Parameters
    ----------
    lookup : finds a name of the learner's, or raises NameError.
    """

    def __init__(self, lookup: Callable[[str], Any]) -> None:
        self.get = lookup

    def open(self, studio: Studio, asked: bool) -> Place:
        """This process again."""
        return self

    def close(self) -> None:
        """Nothing is to be ended."""


# --- what a judge sees of an entry -------------------------------------------------------------------------------------


class Entry:
    """A learner's entry to a studio, as its judge, its public scorer and its cases see it.

    Attributes
    ----------
    finite : whether all that its users gave so far was finite, as far as can be seen: a judge that comes to NaN then is wrong.

    Parameters
    ----------
    studio : Studio
        How the entry is declared: maker, users, budget, noise.
    rounds : Rounds
        Opens the places in which its functions run.
    seed : int
        Of all randomness that the engine adds: the maker's generator and the noise.

    Raises
    ------
    Broken
        From `train` and from a round's users, where the entry does not keep to the protocol; the message is for the learner.
    RuntimeError
        For a mistake of the judge's: training after the first round was asked, asking a round again after another.

    Examples
    --------
    >>> def train(X, y, rng):
    ...     return [X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)]
    >>> def predict(arrays, X):
    ...     return (abs(X - arrays[0]).sum(axis=1) > abs(X - arrays[1]).sum(axis=1)).astype(int)
    >>> toy = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=4)
    >>> entry = studios.Entry(toy, studios.Here({"train": train, "predict": predict}.__getitem__), seed=1)
    >>> X, y = np.array([[0.0, 1.0], [0.0, 2.0], [5.0, 5.0]]), np.array([0, 0, 1])
    >>> round = entry.train(X, y)
    >>> round.used, round.predict(X)
    (4, array([0, 0, 1]))
    """

    def __init__(self, studio: Studio, rounds: Rounds, seed: int) -> None:
        self.studio, self._rounds, self._seed = studio, rounds, seed
        self._training: Place | None = None
        self._asked: Round | None = None
        self.reset()

    def reset(self) -> Entry:
        """Begin anew: all places are ended, and the same random draws come again."""
        self.close()
        self._trainable, self._rng = True, np.random.default_rng(self._seed)
        self.finite = True
        return self

    def look(self, made: Any, handed: Iterable[Any]) -> None:
        """Note whether what a user gave is finite, and what it called a counted function with. On doubt it is not."""
        calls = [one for one in handed if callable(one) and not is_handle(one)]
        self.finite = self.finite and _finite(made) and all(isinstance(one, Counted) and one.finite for one in calls)

    def close(self) -> None:
        """End all places."""
        for place in (self._training, self._asked):
            if place is not None:
                place.close()
        self._training = self._asked = None

    @property
    def was_asked(self) -> bool:
        """Whether a round was asked: her code has seen what a judge looks at."""
        return not self._trainable

    def train(self, *handed: Any, rng: np.random.Generator | None = None) -> Round:
        """Let the maker learn, once.

        Parameters
        ----------
        handed : what the week hands out. Arrays are copied: whatever the maker does to them, the judge's stay as they are.
        rng : spawns the maker's generator and the noise (it is not drawn from); by default one of the entry's own.

        Returns
        -------
        The round of the arrays that it returned, rounded to float32 and blurred.

        Raises
        ------
        Broken
            Where what came back is not as the protocol says, or a `counted` function was called too often.
        RuntimeError
            Where a user was asked before, or the studio has no maker: the author's mistake.
        """
        if self.studio.train is None:
            raise RuntimeError(f"{self.studio.exercise} has no maker: use entry.round(…)")
        if not self._trainable:
            raise RuntimeError(f"{self.studio.exercise}: all entry.train(…) calls come before the first round is asked")
        if self._training is None:
            self._training = self._rounds.open(self.studio, asked=False)
        source = (self._rng if rng is None else rng).spawn(1)[0]
        hers = np.random.default_rng(source.integers(2**63, size=4))  # a spawned one would tell of its parent: seed_seq
        maker = _callable(self._training, self.studio.train)
        since = time.perf_counter()
        made = maker(*map(_copied, handed), hers)
        seconds = time.perf_counter() - since
        _within_budget(handed)
        return Round(self, stored(made, self.studio.budget, self.studio.noise, source, self.studio.train), seconds)

    def round(self, *arrays: Any) -> Round:
        """A round without a maker.

        Parameters
        ----------
        arrays : handed to each user as a list, its first argument; where there are none, users get their own arguments alone.
        """
        return Round(self, [np.array(a) for a in arrays] if arrays else None, 0.0)

    def _place_of(self, round: Round) -> Place:
        """The round's own place: opened at its first call; the trainings' and any other round's are ended before."""
        if self._asked is not round:
            if round.ended:
                raise RuntimeError(f"{self.studio.exercise}: ask all about one round before the next: this one was ended")
            self._trainable = False
            self.close()
            round.place, self._asked = self._rounds.open(self.studio, asked=True), round
        assert round.place is not None
        return round.place


class Round:
    """All that is asked about one set of arrays. Each user of the studio is a method: `round.predict(X)`.

    Attributes
    ----------
    arrays : what the users get, rounded and blurred; None in a studio whose users get none.
    used : how many numbers they hold.
    seconds : how long the maker took.
    ended : whether another round was asked since.
    """

    def __init__(self, entry: Entry, arrays: list[Any] | None, seconds: float) -> None:
        self._entry, self.arrays, self.seconds = entry, arrays, seconds
        self.used = sum(int(np.size(a)) for a in arrays or ())
        self.place: Place | None = None
        self.ended = False

    def close(self) -> None:
        """End the round's place."""
        self.ended = True
        if self.place is not None:
            self.place.close()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """One of the studio's users, to be called with everything but the arrays."""
        entry: Entry = self.__dict__["_entry"] if "_entry" in self.__dict__ else _no(name)
        if name not in entry.studio.users:
            raise AttributeError(f"{entry.studio.exercise} has the users {', '.join(entry.studio.users)}; not {name!r}")

        def asked(*arguments: Any) -> Any:
            user = _callable(entry._place_of(self), name)
            arrays = () if self.arrays is None else (_copied(self.arrays),)
            made = user(*arrays, *map(_copied, arguments))
            _within_budget(arguments)
            entry.look(made, arguments)
            return made

        return asked


def _within_budget(handed: Iterable[Any]) -> None:
    for one in handed:
        if isinstance(one, Counted):
            one.keep()


def _no(name: str) -> Any:
    raise AttributeError(name)


_VAST = 1e100  # beyond that a square overflows: such a number is no better than infinity


def _finite(value: Any) -> bool:
    """Whether all numbers in plain data are finite; False where it cannot be seen."""
    if isinstance(value, np.ndarray | np.generic):
        return bool(np.all(np.abs(value) < _VAST)) if value.dtype.kind in "fc" else value.dtype.kind in "biuUSm M"
    if isinstance(value, list | tuple | set):
        return all(map(_finite, value))
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, float | complex | int):
        return bool(abs(value) < _VAST)
    return value is None or isinstance(value, str | bytes)


def _callable(place: Place, name: str) -> Callable[..., Any]:
    """Her function of that name, or why there is none."""
    try:
        found = place.get(name)
    except NameError:
        raise Broken(f"`{name}` is not there in a new process: define it in a cell that needs no data and no file") from None
    if not is_handle(found) and not callable(found):
        raise Broken(f"`{name}` is {show(found)}, where a function was asked for")
    return found  # type: ignore[no-any-return]


def _copied(value: Any) -> Any:
    """The same with arrays of its own: nothing that she changes in place is the judge's."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(_copied, value))
    return {key: _copied(one) for key, one in value.items()} if type(value) is dict else value


# --- helpers for judges ------------------------------------------------------------------------------------------------


def relabelled(y: Array, rng: np.random.Generator, names: Array | None = None) -> tuple[Array, Array]:
    """Labels under other names, so that nothing that is known about a class by its number helps.

    Parameters
    ----------
    y : array (examples,)
        Labels, whole numbers from 0.
    rng : Generator
        Draws the names.
    names : array, optional
        Those of an earlier call: training and test must be renamed alike. Or each class's new name, chosen by you.

    Returns
    -------
    (array, array)
        The labels renamed, of the type that y has; and the names: names[k] is what class k is called now.

    Raises
    ------
    ValueError
        Where a label has no name.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train_y, names = studios.relabelled(np.array([0, 1, 2, 2]), rng)
    >>> test_y, _ = studios.relabelled(np.array([2, 0]), rng, names)
    >>> bool(train_y[2] == test_y[0]), sorted(names.tolist())
    (True, [0, 1, 2])
    """
    old = np.asarray(y)
    if names is None:
        names = rng.permutation(int(old.max()) + 1)
    new = np.asarray(names)
    if old.size and (old.min() < 0 or old.max() >= len(new)):
        raise ValueError(f"labels go from {old.min()} to {old.max()}, and there are {len(new)} names: pass names for all classes")
    return new[old].astype(old.dtype), new


def halves(n: int | Array, half: Half) -> Array:
    """The rows of one half of the judged examples, always the same ones.

    Parameters
    ----------
    n : int or array (examples,)
        The number of examples; or their labels, where both halves are to have the same share of each class.
    half : "open" or "grade"
        As the judge is told.

    Returns
    -------
    array
        Row numbers; each row is in one of the two halves.

    Raises
    ------
    ValueError
        For another half.

    Examples
    --------
    >>> studios.halves(5, "open").tolist(), studios.halves(5, "grade").tolist()
    ([0, 2, 4], [1, 3])
    >>> studios.halves(np.array([1, 0, 1, 0]), "open").tolist()
    [1, 0]
    """
    if half not in ("open", "grade"):
        raise ValueError(f'{half!r} is no half: "open" or "grade"')
    rows = np.arange(n) if isinstance(n, (int, np.integer)) else np.argsort(np.asarray(n), kind="stable")
    return rows[0 if half == "open" else 1 :: 2]


class Counted:
    """A function of the judge's whose calls are counted: see `counted`."""

    def __init__(self, function: Callable[..., Any], at_most: int | None, what: str) -> None:
        self._function, self._at_most, self._what = function, at_most, what
        self.calls = 0
        self.finite = True  # what it was called with
        self._over = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, unless it was called too often."""
        if self._at_most is not None and self.calls >= self._at_most:
            self._over = True
            self.keep()
        self.calls += 1
        self.finite = self.finite and _finite((args, kwargs))
        return self._function(*args, **kwargs)

    def keep(self) -> None:
        """Say it again if the budget was passed: whoever caught the first exception does not get round it."""
        if self._over:
            raise Broken(f"more than {self._at_most:,} {self._what} were made; that is the budget")


def counted(function: Callable[..., Any], at_most: int | None, what: str = "calls") -> Counted:
    """A function of the judge's to hand out, whose calls are counted and bounded.

    Parameters
    ----------
    function : callable
        Is called with whatever the learner's code passes.
    at_most : int or None
        Calls allowed; None for no bound.
    what : str
        What is counted, in words: "gradient calls".

    Returns
    -------
    Counted
        A function with an attribute `calls`.

    Raises
    ------
    Broken
        When it is called beyond the budget; the engine raises it again after the training or the user's call, so that an entry
        which caught it is refused all the same.

    Examples
    --------
    >>> slope = studios.counted(lambda x: 2 * x, at_most=2, what="gradient calls")
    >>> slope(1), slope(2), slope.calls
    (2, 4, 2)
    >>> slope(3)
    Traceback (most recent call last):
    autograder.cases.model.Broken: more than 2 gradient calls were made; that is the budget
    """
    return Counted(function, at_most, what)


def pace(repeats: int = 3) -> float:
    """Seconds that a small fixed training takes on this machine, the best of a few: a unit for limits of time.

    Parameters
    ----------
    repeats : int
        How often it is run; the shortest time counts.

    Returns
    -------
    float
        Seconds, never less than 0.05.

    Raises
    ------
    ValueError
        Where it is to be run no times.

    Examples
    --------
    >>> 0.05 <= studios.pace(1) < 600
    True
    """
    if repeats < 1:
        raise ValueError("run it once at least")
    rng = np.random.default_rng(0)
    X, T = rng.standard_normal((2048, 196)), rng.standard_normal((2048, 10))
    return max(0.05, min(_trained(X, T, rng) for _ in range(repeats)))


def _trained(X: Array, T: Array, rng: np.random.Generator) -> float:
    since = time.perf_counter()
    W, V = rng.standard_normal((196, 32)) * 0.1, rng.standard_normal((32, 10)) * 0.1
    for step in range(1200):
        rows = slice(64 * (step % 32), 64 * (step % 32) + 64)
        hidden = np.maximum(X[rows] @ W, 0)
        delta = (hidden @ V - T[rows]) / 64
        W, V = W - 0.01 * X[rows].T @ ((delta @ V.T) * (hidden > 0)), V - 0.01 * hidden.T @ delta
    return time.perf_counter() - since
