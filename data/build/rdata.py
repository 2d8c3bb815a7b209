"""Read the data of an R package: a folder of packed objects (Rdata.rdx and Rdata.rdb), in R's serialisation format.

Only what data frames and texts are made of is understood: lists, vectors, factors, attributes.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MISSING_INTEGER = -(2**31)


class Kind:
    """The kinds of object that are understood, by R's numbers."""

    NIL, SYMBOL, PAIRS, CHARACTERS, LOGICAL, INTEGER, REAL, STRINGS, LIST = 0, 1, 2, 9, 10, 13, 14, 16, 19
    ALTERNATIVE, NIL_VALUE, REFERENCE = 238, 254, 255


@dataclass
class Vector:
    """An R vector with its attributes."""

    values: Any
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of its entries."""
        return list(self.attributes["names"].values)


def load(index: bytes, packed: bytes, names: list[str]) -> dict[str, Vector]:
    """Return the objects called `names` of Rdata.rdx (the index) and Rdata.rdb (the packed objects)."""
    places = _Reader(gzip.decompress(index)).value().values[0]
    where, found = dict(zip(places.names, places.values, strict=True)), {}
    for name in names:
        start, length = (int(number) for number in where[name].values)
        found[name] = _Reader(_unpacked(packed[start : start + length])).value()
    return found


def columns(frame: Vector) -> dict[str, Any]:
    """Return a data frame's columns: numbers as arrays (missing ones nan), factors as lists of their labels."""
    return {name: _column(column) for name, column in zip(frame.names, frame.values, strict=True)}


def _column(column: Vector) -> Any:
    if "levels" in column.attributes:
        labels = column.attributes["levels"].values
        return [None if code == MISSING_INTEGER else labels[code - 1] for code in column.values]
    if isinstance(column.values, list):
        return column.values
    numbers = np.asarray(column.values, float)
    return np.where(column.values == MISSING_INTEGER, np.nan, numbers) if column.values.dtype.kind == "i" else numbers


def _unpacked(raw: bytes) -> bytes:
    # Four bytes of the length, then a letter for the packing; without one it is zlib.
    match raw[4:5]:
        case b"2":
            return bz2.decompress(raw[5:])
        case b"Z":
            return lzma.decompress(raw[5:], format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    return zlib.decompress(raw[4:])


class _Reader:
    """Reads one object, front to back; numbers have their large end first."""

    def __init__(self, raw: bytes) -> None:
        if raw[:2] != b"X\n":
            raise ValueError("this is no object in R's binary format")
        self.raw, self.at, self.symbols = raw, 2, list[str]()
        version = self._integers(3)[0]
        if version == 3:
            self._take(self._integer())  # the name of the encoding

    def value(self) -> Any:
        """Return the next object."""
        flags = self._integer()
        kind, has_attributes, has_tag = flags & 255, bool(flags & 512), bool(flags & 1024)
        match kind:
            case Kind.NIL_VALUE | Kind.NIL:
                return None
            case Kind.SYMBOL:
                self.symbols.append(self.value())
                return self.symbols[-1]
            case Kind.REFERENCE:
                return self.symbols[(flags >> 8 or self._integer()) - 1]
            case Kind.CHARACTERS:
                length = self._integer()
                return None if length < 0 else self._take(length).decode("latin-1" if flags & (1 << 14) else "utf-8")
            case Kind.PAIRS:
                return self._pairs(has_attributes, has_tag)
            case Kind.ALTERNATIVE:
                return self._alternative()
        found = Vector(self._vector(kind))
        if has_attributes:
            found.attributes = self.value()
        return found

    def _vector(self, kind: int) -> Any:
        length = self._integer()
        match kind:
            case Kind.LOGICAL | Kind.INTEGER:
                return self._integers(length)
            case Kind.REAL:
                return np.frombuffer(self._take(8 * length), ">f8").astype(float)
            case Kind.STRINGS | Kind.LIST:
                return [self.value() for _ in range(length)]
        raise ValueError(f"objects of kind {kind} are not understood")

    def _pairs(self, has_attributes: bool, has_tag: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            if has_attributes:
                self.value()
            tag = self.value() if has_tag else str(len(found))
            found[tag] = self.value()
            flags = self._integer()
            if flags & 255 != Kind.PAIRS:
                return found
            has_attributes, has_tag = bool(flags & 512), bool(flags & 1024)

    def _alternative(self) -> Vector:
        """Return a vector that is stored by its rule; a run of whole numbers is the only rule understood."""
        about, state = list(self.value().values()), self.value()
        self.value()
        if about[0] != "compact_intseq":
            raise ValueError(f"vectors stored as {about[0]} are not understood")
        count, first, step = (int(number) for number in state.values)
        return Vector(np.arange(first, first + count * step, step, dtype=np.int32))

    def _integer(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def _integers(self, count: int) -> Any:
        return np.frombuffer(self._take(4 * count), ">i4").astype(np.int32)

    def _take(self, count: int) -> bytes:
        self.at += count
        return self.raw[self.at - count : self.at]
