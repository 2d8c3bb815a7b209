"""Hostile messages for the grader's end of the wall: generated from the grammar, then broken at structure and byte level."""
# ruff: noqa: E501 - the tables of odd values are wide

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import msgpack
import numpy as np

from autograder.wall.outputs import Gathered
from autograder.wall.policy import Policy
from autograder.wall.wire import shared_names as common
from autograder.wall.wire.channel import Channel
from autograder.wall.wire.codec import (
    ARRAY,
    COMPLEX,
    DTYPE,
    ELLIPSIS,
    FROZENSET,
    INTEGER,
    MINE,
    NAMED,
    RANDOM,
    RANGE,
    SCALAR,
    SET,
    SLICE,
    TUPLE,
    YOURS,
)  # fmt: skip
from autograder.wall.wire.errors import ChannelEnded, LearnerError, WallError
from autograder.wall.wire.limits import Bounds
from autograder.wall.wire.peer import ANSWER, NOTE, RAISED, REQUEST, Peer
from autograder.wall.wire.writeback import mutables

SCENES = ("get", "call", "request", "raised", "note", "handle", "frame")
KNOWN = [1, "two", (3.0, {"four": [None]}), range(2)]


class Case(NamedTuple):
    """A scene, and all bytes that the hostile process sends in it."""

    scene: str
    wire: bytes


class Ext(NamedTuple):
    """A node of a message that msgpack carries as an extension."""

    code: int
    inside: Any


class Find(AssertionError):
    """What the grader's side may not do."""


# --- messages ------------------------------------------------------------------------------------------------------

NUMBERS = (0, 1, -1, 2, 3, 7, 127, 255, 624, 65536, 2**31 - 1, -(2**31), 2**32, 2**63 - 1, -(2**63), 2**64 - 1, 10**10)
TEXTS = ("", "a", "x", "size", "entries", "__class__", "__globals__", "é\ud800", "\0", "ValueError", "PCG64", "add", "a" * 5000)
DTYPES = ("<f8", "<f4", "|b1", "<i8", ">u2", "<U3", "|S4", "<M8[ns]", "<m8[25s/7]", "<c16", "|O", "<f2", "|V8", "i4,i4", "<U99999999",
          "<M8[Y]", "|S0", "<g", "b", "?", "2f4", "<M8", "m8[Z]", "zz")  # fmt: skip
OPERATIONS = ("attr", "setattr", "delattr", "item", "setitem", "delitem", "len", "iter", "next", "binary", "unary", "round", "convert",
              "isinstance", "issubclass", "enter", "exit", "call", "get", "run", "")  # fmt: skip
NAMES = (*sorted(common.TYPES), "builtins.eval", "numpy.save", "os.system", "")
GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def number(rng: Random) -> Any:
    return rng.choice(NUMBERS) if rng.random() < 0.5 else rng.randrange(-3, 9)


def leaf(rng: Random) -> Any:
    sort = rng.randrange(8)
    if sort < 3:
        return number(rng)
    if sort == 3:
        return rng.choice(TEXTS)
    if sort == 4:
        return rng.choice((0.5, float("nan"), float("inf"), -0.0, 1e308))
    if sort == 5:
        return rng.randbytes(rng.choice((0, 1, 8, 16, 24, 200)))
    return rng.choice((None, True, False))


def value(rng: Random, depth: int = 4) -> Any:
    """A value of the grammar; now and then one that it does not have."""
    sort = rng.random()
    if depth <= 0 or sort < 0.35:
        return leaf(rng)
    if sort < 0.5:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if sort < 0.58:
        return {_key(rng, depth): value(rng, depth - 1) for _ in range(rng.randrange(4))}
    if sort < 0.6:
        return _deep(rng)
    code = rng.choice(tuple(_SHAPES))
    return Ext(code, _SHAPES[code](rng, depth - 1) if rng.random() < 0.85 else value(rng, depth - 1))


def _key(rng: Random, depth: int) -> Any:
    return rng.choice(TEXTS) if rng.random() < 0.6 else (number(rng) if rng.random() < 0.7 else Ext(TUPLE, (number(rng),)))


def _deep(rng: Random) -> Any:
    made: Any = leaf(rng)
    wrap = rng.choice((lambda x: [x], lambda x: {"a": x}, lambda x: Ext(TUPLE, [x]), lambda x: Ext(SLICE, [x, None, None])))
    for _ in range(rng.choice((5, 60, 70, 130))):
        made = wrap(made)
    return made


def _array(rng: Random, depth: int) -> list[Any]:
    shape = [rng.choice((0, 1, 2, 3, number(rng))) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 40, 70) if depth else (1,)))]
    where = rng.randbytes(8 * rng.randrange(8)) if rng.random() < 0.7 else number(rng)
    if rng.random() < 0.5:
        shape = [rng.randrange(4), rng.randrange(4)]
        where = rng.randbytes(8 * shape[0] * shape[1])
    return [rng.choice(DTYPES), shape, rng.choice((True, False, None, 2)), where]


@functools.cache
def _states() -> dict[str, Any]:
    return {name: getattr(np.random, name)(0).state for name in GENERATORS}


def _state(rng: Random, depth: int) -> list[Any]:
    return [number(rng), _plain_state(_states()[rng.choice(GENERATORS)], rng)]


def _plain_state(part: Any, rng: Random) -> Any:
    if isinstance(part, dict):
        made = {key: _plain_state(entry, rng) for key, entry in part.items() if rng.random() > 0.01}
        return made
    if isinstance(part, np.ndarray):
        return Ext(ARRAY, [part.dtype.str, list(part.shape), True, part.tobytes()]) if rng.random() < 0.9 else value(rng, 2)
    if isinstance(part, int) and rng.random() < 0.15:
        return number(rng)
    return Ext(INTEGER, part.to_bytes(17, "little", signed=True)) if isinstance(part, int) and part >= 2**63 else part


def _items(rng: Random, depth: int) -> list[Any]:
    return [value(rng, depth - 1) for _ in range(rng.randrange(4))]


_SHAPES: dict[int, Callable[[Random, int], Any]] = {
    ARRAY: _array,
    SCALAR: lambda rng, depth: [rng.choice(DTYPES), rng.randbytes(rng.choice((0, 1, 2, 4, 8, 12, 16, 32)))],
    TUPLE: _items,
    SET: _items,
    FROZENSET: _items,
    COMPLEX: lambda rng, depth: [leaf(rng), leaf(rng)],
    INTEGER: lambda rng, depth: rng.randbytes(rng.choice((0, 1, 9, 60, 4096, 5000))),
    SLICE: lambda rng, depth: [value(rng, depth - 1) for _ in range(3)],
    RANGE: lambda rng, depth: [number(rng) for _ in range(rng.choice((3, 3, 3, 2, 1)))],
    ELLIPSIS: lambda rng, depth: None,
    RANDOM: _state,
    NAMED: lambda rng, depth: [rng.choice(NAMES)],
    DTYPE: lambda rng, depth: [rng.choice(DTYPES)],
    MINE: lambda rng, depth: [number(rng), rng.choice(TEXTS), rng.choice(TEXTS)],
    YOURS: lambda rng, depth: [rng.choice((1, 2, 3, 4, 5, number(rng)))],
}


def _request(rng: Random) -> list[Any]:
    """A question of hers to one of the grader's objects, as a rule."""
    target = Ext(YOURS, [rng.randrange(1, 6)]) if rng.random() < 0.7 else value(rng, 2)
    operation = rng.choice(OPERATIONS)
    if operation == "call" or rng.random() < 0.3:
        arguments: Any = [target, _items(rng, 3), {rng.choice(TEXTS): value(rng, 2)} if rng.random() < 0.3 else {}]
        operation = "call"
        if rng.random() < 0.2:
            arguments[rng.randrange(1, 3)] = value(rng, 3)
    else:
        arguments = [target, rng.choice(TEXTS), *_items(rng, 2)][: rng.randrange(1, 4)]
    if rng.random() < 0.1:
        arguments = value(rng, 3)
    released = [number(rng) for _ in range(rng.randrange(3))] if rng.random() < 0.8 else value(rng, 2)
    return [REQUEST, operation if rng.random() < 0.95 else value(rng, 2), arguments, released]


def _raised(rng: Random) -> list[Any]:
    names = [
        rng.choice(("Mine", "OSError", "UnicodeDecodeError", "SyntaxError", "ExceptionGroup", "KeyError", *TEXTS))
        for _ in range(3)
    ]
    told: dict[Any, Any] = {
        "names": names, "args": _items(rng, 3), "message": rng.choice(TEXTS), "text": rng.choice(TEXTS),
        "frames": [[number(rng), rng.choice(TEXTS), rng.choice(TEXTS)] for _ in range(rng.randrange(3))], "returns": None,
    }  # fmt: skip
    if rng.random() < 0.5:
        told[rng.choice(list(told))] = value(rng, 3)
    return [RAISED, told if rng.random() < 0.95 else value(rng, 3)]


def _note(rng: Random) -> list[Any]:
    told: dict[Any, Any] = {
        "output_type": rng.choice(("stream", "error", "display_data", "execute_result", "clear", "zz")), "text": rng.choice(TEXTS),
        "name": "stdout", "ename": rng.choice(TEXTS), "evalue": "b", "traceback": [rng.choice(TEXTS)] * rng.randrange(3),
        "data": {"text/plain": rng.choice(TEXTS), "application/json": value(rng, 3), rng.choice(TEXTS): value(rng, 2)},
    }  # fmt: skip
    for _ in range(rng.randrange(3)):
        told[rng.choice(list(told))] = value(rng, 3)
    return [NOTE, told if rng.random() < 0.95 else value(rng, 3)]


def _call_answer(rng: Random) -> list[Any]:
    changes: Any = [[rng.choice((0, 1, 2, 3, 4, number(rng))), value(rng, 3)] for _ in range(rng.randrange(3))]
    if rng.random() < 0.5:  # one that fits
        fitting = ([Ext(ARRAY, ["<f8", [2], True, rng.randbytes(16)]), [value(rng, 2)], {"a": value(rng, 2)}, Ext(SET, [number(rng)])]
                   + [Ext(RANDOM, _state(rng, 1))])  # fmt: skip
        place = rng.randrange(5)
        changes.append([place, fitting[place]])
    if rng.random() < 0.15:
        changes = value(rng, 3)
    return [ANSWER, Ext(TUPLE, [value(rng, 3), changes])]


def _messages(scene: str, rng: Random) -> list[Any]:
    answer = [ANSWER, Ext(TUPLE, [value(rng)])]
    if scene == "call":
        return [_call_answer(rng)]
    if scene == "request":
        return [*(_request(rng) for _ in range(rng.randrange(1, 4))), answer]
    if scene == "raised":
        return [_raised(rng)]
    if scene == "note":
        return [*(_note(rng) for _ in range(rng.randrange(1, 3))), answer]
    if scene == "handle":
        return [[ANSWER, value(rng, 2) if rng.random() < 0.5 else Ext(MINE, [1, "a", "b"])] for _ in range(rng.randrange(1, 5))]
    return [answer]


# --- breaking them ---------------------------------------------------------------------------------------------------


def broken(tree: Any, rng: Random) -> Any:
    """The message with one of its nodes changed, doubled, lost or put into another."""
    inside = tree.inside if isinstance(tree, Ext) else tree
    if isinstance(inside, list) and inside and rng.random() < 0.7:
        place = rng.randrange(len(inside))
        made = [*inside[:place], broken(inside[place], rng), *inside[place + 1 :]]
        return Ext(tree.code, made) if isinstance(tree, Ext) else made
    if isinstance(inside, dict) and inside and rng.random() < 0.7:
        key = rng.choice(list(inside))
        return {**inside, key: broken(inside[key], rng)}
    sort = rng.randrange(6)
    if sort == 0:
        return [tree, tree]
    if sort == 1:
        return Ext(rng.choice((*_SHAPES, 99, -1)), tree)
    if sort == 2 and isinstance(tree, Ext):
        return Ext(rng.choice(tuple(_SHAPES)), tree.inside)
    if sort == 3 and isinstance(tree, list):
        return tree[:-1]
    return value(rng, 2)


def packed(tree: Any) -> bytes:
    """A message's body."""
    made: bytes = msgpack.packb(tree, default=_odd, strict_types=True, unicode_errors="surrogatepass")
    return made


def _odd(node: Any) -> Any:
    if isinstance(node, Ext):
        return msgpack.ExtType(node.code if -128 <= node.code < 128 and node.code >= 0 else 99, packed(node.inside))
    if isinstance(node, tuple):
        return list(node)
    return str(node)[:20]


def frame(body: bytes, buffers: tuple[bytes, ...] = ()) -> bytes:
    """A message on the wire."""
    lengths = b"".join(struct.pack("<Q", len(part)) for part in buffers)
    return struct.pack("<II", len(body), len(buffers)) + lengths + body + b"".join(buffers)


def bytes_broken(raw: bytes, rng: Random) -> bytes:
    """Bytes with some of them flipped, lost, doubled or put in."""
    made = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        place, sort = rng.randrange(len(made) + 1), rng.randrange(5)
        if sort == 0:
            del made[place:]
        elif sort == 1:
            made[place:place] = rng.randbytes(rng.randrange(1, 9))
        elif sort == 2:
            del made[place : place + rng.randrange(1, 9)]
        elif sort == 3:
            made[place:place] = made[place : place + 20]
        elif place < len(made):
            made[place] = rng.choice(
                (0, 0xFF, 0x80, 0xC1, 0xC7, 0xDD, 0xDF, rng.randrange(256), made[place] ^ 1 << rng.randrange(8))
            )
    return bytes(made)


def make(rng: Random) -> Case:
    """A case: one part in four as the grammar has it, the others broken."""
    scene = rng.choice(SCENES)
    trees = _messages(scene, rng)
    how = rng.randrange(4)
    if how in (1, 2) or scene == "frame":
        place = rng.randrange(len(trees))
        trees[place] = broken(trees[place], rng)
    try:
        bodies = [packed(tree) for tree in trees]
    except (ValueError, OverflowError, TypeError):  # broken so that msgpack cannot write it
        bodies = [rng.randbytes(40)]
    if how == 3:
        place = rng.randrange(len(bodies))
        bodies[place] = bytes_broken(bodies[place], rng)
    buffers = tuple(rng.randbytes(rng.choice((0, 8, 16, 6000))) for _ in range(rng.choice((0, 0, 0, 1, 2))))
    wire = b"".join(frame(body, buffers) for body in bodies)
    return Case(scene, bytes_broken(wire, rng) if scene == "frame" else wire)


# --- the grader's side -------------------------------------------------------------------------------------------------


class Wire:
    """A socket of a process that has sent all it will ever send."""

    def __init__(self, content: bytes) -> None:
        self.content, self.sent = content, bytearray()

    def recv(self, count: int) -> bytes:
        taken, self.content = self.content[:count], self.content[count:]
        return taken

    def recv_into(self, part: memoryview) -> int:
        taken = self.recv(part.nbytes)
        part[: len(taken)] = taken
        return len(taken)

    def send(self, part: memoryview) -> int:
        self.sent += part
        return part.nbytes


class Piece:
    """An object of the grader's that was opened to learners."""

    def __init__(self) -> None:
        self.entries = [1.0, 2.0]

    def __len__(self) -> int:
        return 2

    def __getitem__(self, place: Any) -> Any:
        return self.entries[place]


def objective(*values: Any, **named: Any) -> Any:
    """A function of the grader's that her code may call."""
    return values[0] if values else list(named)


def _peer(wire: Wire) -> tuple[Peer, list[Any]]:
    policy, piece = Policy(), Piece()
    policy.open(piece)
    peer = Peer(Channel(wire, Bounds()), "the learner's", policy.may)  # type: ignore[arg-type]
    peer.codec.named_out = common.ALL
    shelf = [objective, piece, (entry for entry in (1, 2)), [1], peer]
    for thing in shelf:
        peer.shelf.put(thing)
    peer.on_note = Gathered(1 << 16).add
    return peer, shelf


def _asked(scene: str, peer: Peer) -> Any:
    """What the grader does while the hostile messages come."""
    handle = peer._adopt(3, "function", "hers")
    if scene == "call":
        given = (np.ones(2), [1, 2], {"a": 1}, {3})
        answer = peer.call(handle, given, {"rng": np.random.default_rng(0)})
        _used(given, peer)
        return answer
    if scene == "handle":
        for use in (len, float, str, lambda it: list(zip(it, range(5), strict=False)), complex, round, int):
            try:
                use(handle)
            except (TypeError, ValueError, AttributeError, OverflowError):  # the test cell's failure, no broken message
                continue
        return handle.attribute
    return peer.ask("get", "x")


def _used(found: Any, peer: Peer) -> None:
    """What came in is sound: it can be shown, drawn from, sent on."""
    repr(found)
    for one in mutables(found):
        if isinstance(one, np.random.Generator):
            one.integers(10), one.random(), one.bytes(3)
    try:
        peer.codec.encode(found)
    except ValueError as error:
        if "deep" not in str(error) and "recursion" not in str(error):
            raise


def play(case: Case) -> str:
    """What came of a case: a word. Raises Find for what may not be, and whatever else escapes the grader's side."""
    wire = Wire(case.wire)
    peer, _ = _peer(wire)
    try:
        found = _asked(case.scene, peer)
    except WallError as error:
        if "MemoryError" in str(error):
            raise Find(f"memory: {error}") from error
        outcome = "refused"
    except (ChannelEnded, EOFError):
        outcome = "ended"
    except Exception as error:
        if not isinstance(error, LearnerError) and not hasattr(error, "learner_type"):
            raise
        str(error), repr(error)
        outcome = "her error"
    else:
        _used(found, peer)
        outcome = "a value"
    if b"MemoryError" in wire.sent and b"MemoryError" not in case.wire:
        raise Find("the grader ran out of memory for what it was asked")
    _works_on(peer)
    return outcome


@functools.cache
def _known() -> bytes:
    return frame(packed([ANSWER, [1, "two", Ext(TUPLE, [3.0, {"four": [None]}]), Ext(RANGE, [0, 2, 1])]]))


def _works_on(peer: Peer) -> None:
    """The same decoder reads the next process's first message."""
    peer.channel = Channel(Wire(_known()), Bounds())  # type: ignore[arg-type]
    if peer.ask("get", "x") != KNOWN:
        raise Find("the decoder does not work on")
