"""Laws of distributions, each with a stated chance of turning a right answer away, and calibration.

The bounds hold for every sample size, not in the limit only. Chernoff's and Bernstein's: Boucheron, Lugosi, Massart,
"Concentration Inequalities" (2013), sections 2.2 and 2.8. For a whole distribution: Massart, "The tight constant in the
Dvoretzky-Kiefer-Wolfowitz inequality", Annals of Probability 18 (1990). Draws must be independent, and come from the
case's own `rng`: hand the learner `np.random.default_rng(rng.integers(2**63))`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.cases import nests
from autograder.cases.expect.values import Array, array, fail, probabilities
from autograder.cases.words import show


def share(hits: int, of: int, p: float, otherwise: str, false_alarm: float = 1e-7) -> None:
    """So many of independent draws were hits as a coin of chance `p` gives.

    Parameters
    ----------
    hits, of : int
        How many of how many.
    p : float
        The chance of a hit, from 0 to 1.
    otherwise : str
        What to say where they are too many or too few; the two shares are added.
    false_alarm : float
        The chance that this turns a right answer away, at most (Chernoff's bound). Sum it over the calls of a case.

    Raises
    ------
    Broken
        Where the share cannot be told by chance. With 10,000 draws at p = ½ that is off by more than 0.029.

    Examples
    --------
    >>> expect.share(4980, of=10_000, p=0.5, otherwise="half of the units should be dropped")
    >>> expect.share(4500, of=10_000, p=0.5, otherwise="half of the units should be dropped")
    Traceback (most recent call last):
    autograder.cases.model.Broken: half of the units should be dropped (a share of 0.45 in 10000 draws, where 0.5 was asked for)
    """
    if of and of * _divergence(hits / of, p) > np.log(2 / false_alarm):
        fail(f"{otherwise} (a share of {hits / of:.4g} in {of} draws, where {p:.4g} was asked for)")


def _divergence(q: float, p: float) -> float:
    """Kullback-Leibler divergence of a coin q from a coin p, in nats."""
    pairs = [(q, p), (1 - q, 1 - p)]
    if any(a > 0 and b <= 0 for a, b in pairs):
        return float("inf")
    return float(sum(a * np.log(a / b) for a, b in pairs if a > 0))


def counts(seen: Sequence[int], chances: Sequence[float], otherwise: str, false_alarm: float = 1e-7) -> None:
    """Each kind came as often among independent draws as its chance says: every crop, every symbol.

    Parameters
    ----------
    seen : sequence of int
        How often each kind came.
    chances : sequence of float
        The chance of each kind; they sum to one.
    otherwise : str
        What to say of the kind that is farthest off; its number and both shares are added.
    false_alarm : float
        The chance that this turns a right answer away, at most, over all kinds.

    Raises
    ------
    Broken
        Where a kind came too often or too seldom for chance, or one that cannot come did.

    Examples
    --------
    >>> expect.counts([510, 490], [0.5, 0.5], "heads and tails should be equally frequent")
    >>> expect.counts([0, 1000], [0.1, 0.9], "each corner should come")
    Traceback (most recent call last):
    autograder.cases.model.Broken: each corner should come (kind 0: a share of 0 in 1000 draws, where 0.1 was asked for)
    """
    total = int(np.sum(seen))
    off = [_divergence(n / total, p) for n, p in zip(seen, chances, strict=True)] if total else [0.0]
    worst = int(np.argmax(off))
    if total * off[worst] > np.log(2 * len(off) / false_alarm):
        told = f"a share of {seen[worst] / total:.4g} in {total} draws, where {chances[worst]:.4g} was asked for"
        fail(f"{otherwise} (kind {worst}: {told})")


def mean(samples: Any, want: float, sd: float, reach: float, otherwise: str, false_alarm: float = 1e-7) -> None:
    """The mean of independent draws is what the law says.

    Parameters
    ----------
    samples : array
        The draws, of any shape.
    want : float
        The law's mean, in the draws' unit.
    sd : float
        The law's standard deviation, or a bound on it.
    reach : float
        How far a draw can lie from the mean. For a normal law take 8 standard deviations.
    otherwise : str
        What to say where the mean is off; both means are added.
    false_alarm : float
        The chance that this turns a right answer away, at most (Bernstein's bound).

    Raises
    ------
    Broken
        Where the mean is farther off than chance allows: about 5.8 standard errors at 1e-7, more for few draws.

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(size=2000)
    >>> expect.mean(x, 0.5, sd=12**-0.5, reach=0.5, otherwise="the mean should be kept")
    >>> expect.mean(0.8 * x, 0.5, sd=12**-0.5, reach=0.5, otherwise="the mean should be kept")
    Traceback (most recent call last):
    autograder.cases.model.Broken: the mean should be kept (a mean of 0.3991 in 2000 draws, where 0.5 was asked for)
    """
    out = array(samples, finite=True)
    n, nats = max(out.size, 1), np.log(2 / false_alarm)
    allowed = (reach * nats / 3 + np.sqrt((reach * nats / 3) ** 2 + 2 * n * sd**2 * nats)) / n
    got = float(out.mean()) if out.size else want
    if abs(got - want) > allowed:
        fail(f"{otherwise} (a mean of {got:.4g} in {n} draws, where {want:.4g} was asked for)")


def distributed(samples: Any, cdf: Callable[[Array], Array], otherwise: str, false_alarm: float = 1e-7) -> None:
    """Independent draws follow a continuous distribution.

    Parameters
    ----------
    samples : array
        The draws, of any shape.
    cdf : callable
        The distribution function: of an array (n,), the chances of a draw at or below each entry. Continuous.
    otherwise : str
        What to say where they do not; the place at which they differ most is added.
    false_alarm : float
        The chance that this turns a right answer away, at most (Dvoretzky, Kiefer, Wolfowitz, with Massart's constant).

    Raises
    ------
    Broken
        Where the draws' own distribution function lies farther off than chance allows: 0.065 for 2,000 draws at 1e-7.

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(size=2000)
    >>> expect.distributed(x, lambda x: np.clip(x, 0, 1), "rates should be uniform")
    >>> expect.distributed(x**2, lambda x: np.clip(x, 0, 1), "rates should be uniform")
    Traceback (most recent call last):
    autograder.cases.model.Broken: rates should be uniform (a share of 0.504 lies at or below 0.25, where 0.25 was asked for)
    """
    x = np.sort(array(samples, finite=True), axis=None)
    if not x.size:
        return
    at_or_below, wanted = np.arange(1, x.size + 1) / x.size, np.asarray(cdf(x), dtype=float)
    above, below = at_or_below - wanted, wanted - (at_or_below - 1 / x.size)
    k = int(np.argmax(np.maximum(above, below)))
    if max(above[k], below[k]) > np.sqrt(np.log(2 / false_alarm) / (2 * x.size)):
        found = f"{at_or_below[k]:.3g} lies at or" if above[k] >= below[k] else f"{k / x.size:.3g} lies"
        told = f"a share of {found} below {x[k]:.4g}, where {wanted[k]:.4g} was asked for"
        fail(f"{otherwise} ({told})")


def calibrated(got: Any, known: Any, at_most: float, otherwise: str, what: str = "your function") -> None:
    """Probabilities are honest: their mean log-loss exceeds that of the known ones by at most so many nats.

    Log-loss alone does it: whoever predicts the base rate has no calibration error, and loses here.

    Parameters
    ----------
    got : object
        What came out: (n,) chances of "yes", or (n, classes).
    known : array
        The chances that the generator used, alike; labels as 0 and 1 (one-hot) do too, and then the excess is the
        log-loss itself.
    at_most : float
        The excess allowed, in nats a row.
    otherwise : str
        What to say where it is more; the excess is added, and whether hers are too sure or not sure enough.
    what : str
        What returned them, for the message.

    Raises
    ------
    Broken
        Where they are no probabilities, or not honest enough.

    Examples
    --------
    >>> known = np.array([0.1, 0.5, 0.9])
    >>> expect.calibrated(known, known, 0.001, "the chances are not honest")
    >>> expect.calibrated([0.001, 0.5, 0.999], known, 0.1, "the chances are not honest")
    Traceback (most recent call last):
    autograder.cases.model.Broken: the chances are not honest (0.244 nats a row too much, 0.1 allowed; yours are too sure)
    """
    truth = np.asarray(known, dtype=float)
    p = probabilities(got, shape=truth.shape, axis=None if truth.ndim == 1 else -1, what=what).astype(float)
    if not len(truth):
        return
    if truth.ndim == 1:
        p, truth = np.stack([1 - p, p], axis=-1), np.stack([1 - truth, truth], axis=-1)
    p = np.clip(p, 0.0, 1.0)
    never = (p == 0) & (truth > 0)
    if never.any():
        fail(f"{otherwise} ({show(0.0)} at {nests.place(np.argwhere(never)[0][:1])} for something that can happen)")
    excess = float(np.mean(_entropy(truth, p) - _entropy(truth, truth)))
    if excess > at_most:
        sure = "too sure" if np.mean(_entropy(p, p)) < np.mean(_entropy(truth, p)) else "not sure enough"
        fail(f"{otherwise} ({excess:.3g} nats a row too much, {at_most:g} allowed; yours are {sure})")


def _entropy(weights: Array, p: Array) -> Array:
    """-Σ weights · log p over the last axis, in nats; nought times log nought is nought."""
    terms: Array = -np.where(weights > 0, weights * np.log(np.where(weights > 0, p, 1.0)), 0.0).sum(axis=-1)
    return terms
