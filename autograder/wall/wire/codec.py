"""Values across the wall: a msgpack body that keeps their types, the raw buffers of large arrays, and no pickle.

The grader's side trusts nothing that comes in: whatever is malformed or beyond the limits is a `WallError`.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np

from autograder.wall.wire import shared_names as common
from autograder.wall.wire.errors import WallError
from autograder.wall.wire.limits import Bounds
from autograder.wall.wire.randoms import BIT_GENERATORS, checked, move_on
from autograder.wall.wire.records import Records

ARRAY, SCALAR, TUPLE, SET, FROZENSET, COMPLEX, INTEGER, SLICE, RANGE, ELLIPSIS, RANDOM, NAMED, DTYPE, RECORD = range(1, 15)
MINE, YOURS = 20, 21  # a handle of the sender's, of the receiver's
PLAIN_KINDS = "biufcSUmM"
EMPTY = 1 << 20  # an array of no bytes may have rows without end: who lends a function pays for each of them
INLINE = 4096  # bytes: smaller arrays travel in the body


class Codec:
    """Turns values into messages and back.

    Parameters
    ----------
    export : gives [index, kind, name] for an object that stays on this side.
    adopt : makes the stand-in for a handle of the other side's.
    own : finds the object of this side that a handle of ours names.
    handle_of : the other side's index when the object is a stand-in for something of theirs, else None.
    """

    def __init__(
        self,
        bounds: Bounds,
        export: Callable[[object], list[object]],
        adopt: Callable[[int, str, str], object],
        own: Callable[[int], object],
        handle_of: Callable[[object], int | None],
    ) -> None:
        self.bounds, self.export, self.adopt, self.own, self.handle_of = bounds, export, adopt, own, handle_of
        self.randoms: dict[int, np.random.Generator] | None = None  # a dict on the learner's side; the grader's move on
        self.records = Records(hers=False)
        self.named_out, self.named_in = common.TYPES, common.TYPES  # what is the same on both sides and goes by its name

    def encode(self, value: object) -> tuple[bytes, list[memoryview]]:
        return _Encoder(self).run(value)

    def decode(self, body: bytes, buffers: list[np.ndarray[Any, Any]]) -> Any:
        try:
            value = _Decoder(self, buffers).run(body)
            _check_depth(value, self.bounds.depth)
        except WallError:
            raise
        except Exception as error:  # msgpack, NumPy and struct each have their own ways to refuse
            raise WallError(f"a malformed message ({type(error).__name__})") from None
        return value


def plain(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype cross as data."""
    return dtype.kind in PLAIN_KINDS and dtype.itemsize > 0 and dtype.names is None and dtype.subdtype is None


class _Encoder:
    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.buffers: list[memoryview] = []
        self.depth = 0
        self.states: dict[int, Any] = {}  # of generators in this message: one that stands in it twice is one

    def run(self, value: object) -> tuple[bytes, list[memoryview]]:
        return self.pack(value), self.buffers

    def pack(self, value: object) -> bytes:
        if self.depth > self.codec.bounds.depth:
            raise ValueError("a value is nested too deeply to cross the wall")
        self.depth += 1
        try:
            packed: bytes = msgpack.packb(value, default=self.odd, strict_types=True, unicode_errors="surrogatepass")
            return packed
        finally:
            self.depth -= 1

    def ext(self, code: int, value: object) -> msgpack.ExtType:
        return msgpack.ExtType(code, self.pack(value))

    def odd(self, value: Any) -> object:
        """Encode what msgpack does not know."""
        kind = type(value)
        if kind is np.ndarray and plain(value.dtype):
            return self.array(value)
        if isinstance(value, np.generic) and plain(value.dtype):
            return self.ext(SCALAR, [value.dtype.str, value.tobytes()])
        writer = _WRITERS.get(kind)
        if writer is not None:
            code, parts = writer(value)
            return self.ext(code, parts)
        if kind in (OrderedDict, defaultdict, Counter):
            return dict(value)
        if kind is np.random.Generator:
            state = self.states.get(id(value)) or value.bit_generator.state
            if state.get("bit_generator") in BIT_GENERATORS:
                if self.codec.randoms is None and id(value) not in self.states:
                    move_on(value)
                self.states[id(value)] = state
                return self.ext(RANDOM, [id(value), state])
        name = common.name_of(value)
        if name is not None and name in self.codec.named_out:
            return self.ext(NAMED, [name])
        if isinstance(value, np.dtype) and plain(value):
            return self.ext(DTYPE, [value.str])
        record = self.codec.records.parts(value)
        if record is not None:
            return self.ext(RECORD, record)
        theirs = self.codec.handle_of(value)
        if theirs is not None:
            return self.ext(YOURS, [theirs])
        return self.ext(MINE, self.codec.export(value))

    def array(self, value: np.ndarray[Any, Any]) -> msgpack.ExtType:
        head = [value.dtype.str, list(value.shape), bool(value.flags.writeable)]
        if value.nbytes <= INLINE:
            return self.ext(ARRAY, [*head, value.tobytes()])
        flat = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
        self.buffers.append(flat.data.toreadonly())
        return self.ext(ARRAY, [*head, len(self.buffers) - 1])


_WRITERS: dict[type, Callable[[Any], tuple[int, object]]] = {
    tuple: lambda value: (TUPLE, list(value)),
    set: lambda value: (SET, list(value)),
    frozenset: lambda value: (FROZENSET, list(value)),
    complex: lambda value: (COMPLEX, [value.real, value.imag]),
    int: lambda value: (INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)),
    slice: lambda value: (SLICE, [value.start, value.stop, value.step]),
    range: lambda value: (RANGE, [value.start, value.stop, value.step]),
    type(...): lambda value: (ELLIPSIS, None),
}


class _Decoder:
    def __init__(self, codec: Codec, buffers: list[np.ndarray[Any, Any]]) -> None:
        self.codec, self.buffers, self.depth = codec, list(buffers), 0
        self.odd_keys = self.arrays = 0

    def run(self, body: bytes) -> Any:
        return msgpack.unpackb(
            body, ext_hook=self.ext, object_pairs_hook=self.pairs, strict_map_key=False, unicode_errors="surrogatepass"
        )

    def pairs(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        self.count_odd([key for key, _ in pairs if type(key) is not str])
        return dict(pairs)

    def count_odd(self, keys: list[Any]) -> None:
        self.odd_keys += len(keys)
        if self.odd_keys > self.codec.bounds.odd_keys:
            raise WallError("a dict or set with too many keys")

    def ext(self, code: int, data: bytes) -> Any:
        self.depth += 1
        if self.depth > self.codec.bounds.depth:
            raise WallError("a value is nested too deeply to cross the wall")
        value = self.run(data)
        self.depth -= 1
        # A range in place of a list may be without end, a handle would ask the other side.
        if code != ELLIPSIS and type(value) is not (bytes if code == INTEGER else list):
            raise WallError("a malformed message")
        if code == ARRAY:
            return self.array(*value)
        if code in (SET, FROZENSET):
            self.count_odd(value)
            return set(value) if code == SET else frozenset(value)
        if code == MINE:
            return self.adopt(*value)
        if code == YOURS:
            return self.codec.own(_number(value[0]))
        if code == NAMED:
            return self.codec.named_in[value[0]]
        if code == RECORD:
            return self.codec.records.value(value)
        if code == RANDOM:
            return self.random(_number(value[0]), value[1])
        return _READERS[code](value)

    def random(self, key: int, given: Any) -> np.random.Generator:
        """The same generator for the same one of the other side, so that one kept from an earlier call moves on too."""
        state = checked(given)
        known = self.codec.randoms
        if known is None or key not in known or type(known[key].bit_generator).__name__ != state["bit_generator"]:
            made = np.random.Generator(BIT_GENERATORS[state["bit_generator"]]())
            if known is not None:
                known[key] = made
        else:
            made = known[key]
        made.bit_generator.state = state
        return made

    def adopt(self, index: Any, kind: Any, name: Any) -> object:
        if type(kind) is not str or type(name) is not str:
            raise WallError("a malformed message")
        return self.codec.adopt(_number(index), kind[:80], name[:80])

    def array(self, dtype_text: str, shape: list[int], writeable: bool, where: bytes | int) -> Any:
        self.arrays += 1
        if self.arrays > self.codec.bounds.arrays:
            raise WallError("a message with too many arrays")
        dtype = _dtype(dtype_text)
        if type(shape) is not list or type(where) not in (bytes, int):
            raise WallError("a malformed message")
        if isinstance(where, bytes):
            raw = np.frombuffer(where, np.uint8).copy()
        else:
            raw, self.buffers[where] = self.buffers[where], np.empty(0, np.uint8)  # each buffer serves one array
        _check_bytes(raw, dtype)
        if math.prod(max(_number(n), 1) for n in shape) > max(EMPTY, raw.size):
            raise WallError("an array without entries has sides too long to cross the wall")
        value = raw.view(dtype).reshape(shape)
        value.flags.writeable = bool(writeable)
        return value


def _dtype(text: Any) -> np.dtype[Any]:
    dtype = np.dtype(text) if isinstance(text, str) and len(text) < 24 else None
    if dtype is None or not plain(dtype) or (dtype.kind in "mM" and np.datetime_data(dtype)[0] == "generic"):
        raise WallError("only plain dtypes cross the wall")
    return dtype


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise WallError("a malformed message")
    return value


def _check_bytes(raw: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> None:
    """Truth values and text are the only data of which some bytes mean nothing; NumPy believes them all the same."""
    if dtype.kind == "b" and raw.size and raw.max() > 1:
        raise WallError("a truth value that is neither 0 nor 1")
    if dtype.kind == "U" and raw.size and raw.view(f"{dtype.byteorder}u4").max() > sys.maxunicode:
        raise WallError("text with characters that there are not")


def _float(value: Any) -> float:
    if type(value) is not float:
        raise WallError("a malformed message")
    return value


def _scalar(value: list[Any]) -> Any:
    dtype = _dtype(value[0])
    _check_bytes(np.frombuffer(value[1], np.uint8, dtype.itemsize), dtype)
    return np.frombuffer(value[1], dtype, 1)[0]


def _integer(value: bytes) -> int:
    if len(value) > 1700:  # Python makes no text of numbers with more than 4,300 digits, and long ones stall the grader
        raise WallError("an integer too long to cross the wall")
    return int.from_bytes(value, "little", signed=True)


_READERS: dict[int, Callable[[Any], Any]] = {
    SCALAR: _scalar,
    TUPLE: tuple,
    COMPLEX: lambda value: complex(*map(_float, value)),
    INTEGER: _integer,
    SLICE: lambda value: slice(*value),
    RANGE: lambda value: range(*value),
    ELLIPSIS: lambda value: ...,
    DTYPE: lambda value: _dtype(value[0]),
}


def _check_depth(value: Any, left: int) -> None:
    if left < 0:
        raise WallError("a value is nested too deeply to cross the wall")
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        for entry in value:
            if isinstance(entry, (list, tuple, dict, set, frozenset)):
                _check_depth(entry, left - 1)
