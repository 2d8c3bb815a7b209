"""Generated cheats for studios with stored numbers: the reference's arrays reach its users by a way that is none.

A *carrier* is the week's own reference between the two ends of a channel: its maker puts the arrays into the channel and returns
next to nothing, its user takes them out again. Were a channel open, the carrier would have the reference's score.
"""

from __future__ import annotations

import linecache
import os
import pickle
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograder.cases.judging import measure
from autograder.cases.model import Half, Studio
from autograder.cases.running import Limit
from autograder.cases.studios import Here
from autograder.course.audit.apart import Apart

Arrays = list[npt.NDArray[Any]]


class Channel(NamedTuple):
    """`put` takes the arrays and gives what the maker returns; `take` makes the arrays again of what the user gets."""

    put: Callable[[Arrays], Any]
    take: Callable[[Any], Arrays]


def channels() -> dict[str, Callable[[], Channel]]:
    """The known ways round the arrays; each is to be made anew for every carrier."""
    return {
        "shapes of empty arrays": _shapes, "keys of a dictionary": _keys, "more than 100 arrays": _many,
        "two numbers in one": _packed, "a global": _global, "a file": _file, "an attribute": _attribute, "a default": _default,
        "the source's texts": _texts, "what earlier calls left behind": _left,
    }  # fmt: skip


def carrier(studio: Studio, reference: Mapping[str, Any], channel: Channel) -> dict[str, Any]:
    """The names of a cheat.

    Parameters
    ----------
    studio : with a maker.
    reference : the names of the week's reference.
    channel : from one of `channels`.
    """
    if studio.train is None:
        raise ValueError(f"{studio.exercise} stores nothing: there is nothing to carry")
    maker = reference[studio.train]

    def train(*handed: Any) -> Any:
        return channel.put([np.asarray(array) for array in maker(*handed)])

    def uses(user: Any) -> Callable[..., Any]:
        return lambda received, *args: user(channel.take(received), *args)

    return {studio.train: train, **{name: uses(reference[name]) for name in studio.users}}


def smuggled(
    studio: Studio, reference: Mapping[str, Any], seed: int, limit: Limit, half: Half = "grade"
) -> Iterator[tuple[str, float | None, str]]:
    """Put every carrier before a studio's judge, each in processes of its own.

    Parameters
    ----------
    studio : with its judge and a maker.
    reference : the names of the week's reference.
    seed, limit, half : as for `cases.judging.measure`.

    Yields
    ------
    The channel, the metric (None where the cheat is refused or breaks), and why.
    """
    assert studio.train is not None
    names = {**reference, studio.train: remembered(reference[studio.train])}
    measure(studio, Here(names.__getitem__), half, seed, limit)  # what is learnt here, every fork knows
    for way, make in channels().items():
        with Apart({**names, **carrier(studio, names, make())}.__getitem__) as rounds:
            try:
                yield way, measure(studio, rounds, half, seed, limit)[0], ""
            except Exception as why:
                yield way, None, f"{type(why).__name__}: {why}"


def remembered(maker: Callable[..., Any]) -> Callable[..., Any]:
    """The same maker, which trains once for each handful of arguments: one training serves all carriers."""
    known: dict[bytes, Any] = {}

    def train(*handed: Any) -> Any:
        try:
            key = pickle.dumps(handed)
        except Exception:  # a function is among them: what it gives is not known
            return maker(*handed)
        if key not in known:
            known[key] = maker(*handed)
        return known[key]

    return train


def _bytes(arrays: Arrays) -> bytes:
    return pickle.dumps([np.asarray(array, np.float32) for array in arrays])


def _arrays(data: bytes) -> Arrays:
    made: Arrays = pickle.loads(data)
    return made


def _shapes() -> Channel:
    def put(arrays: Arrays) -> Any:
        data = _bytes(arrays)
        parts = [int.from_bytes(data[k : k + 6], "big") for k in range(0, len(data), 6)]
        return [np.zeros(1), np.zeros((0, len(data))), *(np.zeros((0, part)) for part in parts)]

    def take(received: Any) -> Arrays:
        length, parts = received[1].shape[1], [part.shape[1] for part in received[2:]]
        sizes = [min(6, length - 6 * k) for k in range(len(parts))]
        return _arrays(b"".join(part.to_bytes(size, "big") for part, size in zip(parts, sizes, strict=True)))

    return Channel(put, take)


def _keys() -> Channel:
    return Channel(
        lambda arrays: {_bytes(arrays).hex(): np.zeros(1)}, lambda received: _arrays(bytes.fromhex(next(iter(received))))
    )


def _many() -> Channel:
    """Ninety-nine noughts and more: how many there are is a number."""

    def put(arrays: Arrays) -> Any:
        data = _bytes(arrays)
        return [np.zeros((1,) * (1 + bit)) for byte in data for bit in (byte >> 4, byte & 15)]

    def take(received: Any) -> Arrays:
        half = [array.ndim - 1 for array in received]
        return _arrays(bytes(16 * a + b for a, b in zip(half[::2], half[1::2], strict=True)))

    return Channel(put, take)


STEPS = 2**11


def _packed() -> Channel:
    """Two numbers of 11 bits in each stored one, and each array's size: half the budget."""

    def put(arrays: Arrays) -> Any:
        out = []
        for array in arrays:
            flat = np.append(np.asarray(array, float).ravel(), np.zeros(np.size(array) % 2))
            most = np.abs(flat).max() or 1.0
            whole = np.rint((flat / most + 1) * (STEPS - 1) / 2)
            out += [np.array([most]), (whole[::2] * STEPS + whole[1::2]), np.array(np.shape(array), float)]
        return [part for part in out if part.size]

    def take(received: Any) -> Arrays:
        made = []
        for most, packed, shape in zip(received[::3], received[1::3], received[2::3], strict=True):
            whole = np.rint(np.asarray(packed, float))
            flat = np.stack([whole // STEPS, whole % STEPS], axis=1).ravel() * 2 / (STEPS - 1) - 1
            sizes = tuple(round(float(n)) for n in shape)
            made.append((flat * float(most[0]))[: int(np.prod(sizes))].reshape(sizes))
        return made

    return Channel(put, take)


def _numbered(keep: Callable[[int, bytes], None], kept: Callable[[int], bytes]) -> Channel:
    """A channel by the side: what is returned is the number of the training, one number."""
    count = [0]

    def put(arrays: Arrays) -> Any:
        count[0] += 1
        keep(count[0], _bytes(arrays))
        return [np.array([count[0]])]

    return Channel(put, lambda received: _arrays(kept(round(float(received[0][0])))))


def _global() -> Channel:
    known: dict[int, bytes] = {}
    return _numbered(known.__setitem__, known.__getitem__)


def _file() -> Channel:
    name = f"carrier-{os.getpid()}"

    def keep(number: int, data: bytes) -> None:
        with open(f"{name}-{number}", "wb") as file:
            file.write(data)

    def kept(number: int) -> bytes:
        with open(f"{name}-{number}", "rb") as file:
            return file.read()

    return _numbered(keep, kept)


def _attribute() -> Channel:
    def kept(number: int) -> bytes:
        data: bytes = getattr(kept, f"of_{number}")
        return data

    return _numbered(lambda number, data: setattr(kept, f"of_{number}", data), kept)


def _default() -> Channel:
    def kept(number: int, before: dict[int, bytes] = {}) -> bytes:  # noqa: B006
        return before[number]

    return _numbered(lambda number, data: (kept.__defaults__ or ({},))[0].__setitem__(number, data), kept)


def _texts() -> Channel:
    """Where Python looks for the text of a cell, and inspect.getsource with it."""
    cell = f"<cell {secrets.token_hex(8)}"  # its own: what another carrier left in this process is not there

    def keep(number: int, data: bytes) -> None:
        linecache.cache[f"{cell} {number}>"] = (len(data), None, [data.hex()], cell)

    return _numbered(keep, lambda number: bytes.fromhex(linecache.getline(f"{cell} {number}>", 1)))


def _left() -> Channel:
    """The environment of the process, which outlives every call."""
    name = f"CARRIER_{secrets.token_hex(8)}"

    def keep(number: int, data: bytes) -> None:
        os.environ[f"{name}_{number}"] = data.hex()

    return _numbered(keep, lambda number: bytes.fromhex(os.environ[f"{name}_{number}"]))
