"""Immutable values of the standard library, namedtuples and the grader's frozen dataclasses: they cross as what they hold.

No class crosses. A namedtuple arrives as one of the same name and fields, or as the receiver's own where it has sent one of
these before; a dataclass of the grader's arrives on the learner's side as one without methods, and comes back as it was.
A path of the learner's arrives as a pure one: no test reads the grader's disk by her word.
"""

from __future__ import annotations

import dataclasses
import datetime
import keyword
from collections import namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath
from typing import Any

from autograder.wall.wire.errors import WallError

LONGEST = 2_000  # characters of a number's or a path's text
LARGEST = 10_000  # of a decimal's exponent: beyond that, making an integer of it takes the grader's memory
FIELDS, CLASSES = 64, 500
Parts = list[Any]
_TUPLES = frozenset(vars(namedtuple("_", "a"))) - {"a"}
_METHODS = "init repr eq hash setattr delattr lt le gt ge getstate setstate replace"
_OTHERS = "dataclass_fields dataclass_params match_args annotations annotate annotate_func annotations_cache"
_DATACLASS = frozenset(
    f"__{name}__" for name in f"{_METHODS} {_OTHERS} module doc dict weakref slots qualname firstlineno static_attributes".split()
)


class Records:
    """One side's namedtuples and dataclasses, by name and fields.

    Parameters
    ----------
    hers : whether this is the learner's side: her own dataclasses are handles, and paths that arrive are real ones.
    """

    def __init__(self, hers: bool) -> None:
        self.hers, self._own, self._made = hers, dict[Any, type](), dict[Any, type]()

    def parts(self, value: Any) -> Parts | None:
        """What a value is made of; None for what does not cross by value."""
        write = _WRITERS.get(type(value))
        if write is not None:
            parts = write(value)
            return None if parts is None else [_NAMES[type(value)], *parts]
        kind = type(value)
        if isinstance(value, tuple) and _is_namedtuple(kind):
            key = "namedtuple", kind.__name__, tuple(kind._fields)
            return [*self._known(key, kind), list(value)]
        if dataclasses.is_dataclass(kind) and _is_plain_dataclass(kind):
            key = "dataclass", kind.__name__, tuple(one.name for one in dataclasses.fields(kind))
            if self.hers and self._made.get(key) is not kind:
                return None
            return [*self._known(key, kind), [getattr(value, name) for name in key[2]]]
        return None

    def value(self, parts: Parts) -> Any:
        """The value again. Raises WallError, or whatever the types themselves raise, for what makes none."""
        name, rest = parts[0], parts[1:]
        if name in ("namedtuple", "dataclass"):
            return self._record(name, *rest)
        made = _READERS[name](*rest)
        return PosixPath(made) if self.hers and name == "PosixPath" else made

    def _known(self, key: tuple[str, str, tuple[str, ...]], kind: type) -> Parts:
        if self._made.get(key) is not kind and len(self._own) < CLASSES:
            self._own[key] = kind
        return [key[0], key[1], list(key[2])]

    def _record(self, what: str, name: Any, fields: Any, values: Any) -> Any:
        if type(name) is not str or type(fields) is not list or type(values) is not list or len(fields) > FIELDS:
            raise WallError("a malformed message")
        if not all(map(_is_name, [name, *fields])) or len(set(fields)) != len(fields) or len(values) != len(fields):
            raise WallError("a malformed message")
        key = what, name, tuple(fields)
        kind = self._own.get(key) or self._made.get(key)
        if kind is None:
            if (what == "dataclass" and not self.hers) or len(self._made) >= CLASSES:
                raise WallError("a record of a class that is not known here")
            made: Any = dataclasses.make_dataclass(name, fields, frozen=True)
            if what == "namedtuple":
                made = namedtuple(name, fields)  # type: ignore[misc, no-redef]
            kind = self._made[key] = made
        if what == "namedtuple":
            return tuple.__new__(kind, values)
        record = object.__new__(kind)
        for field, value in zip(fields, values, strict=True):
            object.__setattr__(record, field, value)
        return record


def _is_namedtuple(kind: Any) -> bool:
    fields = vars(kind).get("_fields")
    if kind.__bases__ != (tuple,) or type(fields) is not tuple or len(fields) > FIELDS or not all(map(_is_name, fields)):
        return False
    return _is_name(kind.__name__) and set(vars(kind)) <= _TUPLES | set(fields)


def _is_plain_dataclass(kind: Any) -> bool:
    fields = [one.name for one in dataclasses.fields(kind)]
    if kind.__bases__ != (object,) or not kind.__dataclass_params__.frozen or len(fields) > FIELDS:
        return False
    return all(map(_is_name, [kind.__name__, *fields])) and set(vars(kind)) <= _DATACLASS | set(fields)


def _is_name(text: Any) -> bool:
    if type(text) is not str or not text.isidentifier() or keyword.iskeyword(text):
        return False
    return text.isascii() and not text.startswith("_") and len(text) <= 80


def _decimal(text: str) -> Decimal:
    if type(text) is not str or len(text) > LONGEST:
        raise WallError("a malformed message")
    made = Decimal(text)
    if not _is_sound(made):
        raise WallError("a decimal too large to cross the wall")
    return made


def _is_sound(value: Decimal) -> bool:
    return not value.is_snan() and (not value.is_finite() or abs(value.adjusted()) <= LARGEST)


def _fraction(above: int, below: int) -> Fraction:
    if type(above) is not int or type(below) is not int or below <= 0:
        raise WallError("a malformed message")
    return Fraction(above, below)


def _path(text: str) -> PurePosixPath:
    if type(text) is not str or len(text) > LONGEST or "\0" in text:
        raise WallError("a malformed message")
    return PurePosixPath(text)


def _zone(zone: Any) -> Parts | None:
    """How far a zone is from UTC; None where it is none, or none of fixed distance."""
    if zone is None:
        return [None]
    offset = zone.utcoffset(None) if type(zone) is datetime.timezone else None
    return [offset.days * 86_400 + offset.seconds] if offset is not None and not offset.microseconds else None


def _at(seconds: Any) -> datetime.timezone | None:
    return None if seconds is None else datetime.timezone(datetime.timedelta(seconds=seconds))


def _time(value: Any) -> Parts | None:
    zone = _zone(value.tzinfo)
    return None if zone is None else [value.hour, value.minute, value.second, value.microsecond, value.fold, *zone]


def _moment(value: datetime.datetime) -> Parts | None:
    time = _time(value)
    return None if time is None else [value.year, value.month, value.day, *time]


_WRITERS: dict[type, Callable[[Any], Parts | None]] = {
    Decimal: lambda value: [str(value)] if _is_sound(value) and len(value.as_tuple().digits) < LONGEST // 2 else None,
    Fraction: lambda value: [value.numerator, value.denominator],
    PosixPath: lambda value: [str(value)],
    PurePosixPath: lambda value: [str(value)],
    datetime.date: lambda value: [value.year, value.month, value.day],
    datetime.time: _time,
    datetime.datetime: _moment,
    datetime.timedelta: lambda value: [value.days, value.seconds, value.microseconds],
    datetime.timezone: _zone,
}
_NAMES = {kind: kind.__name__ for kind in _WRITERS}
_READERS: dict[str, Callable[..., Any]] = {
    "Decimal": _decimal,
    "Fraction": _fraction,
    "PosixPath": _path,
    "PurePosixPath": _path,
    "date": datetime.date,
    "time": lambda h, m, s, us, fold, zone: datetime.time(h, m, s, us, _at(zone), fold=fold),
    "datetime": lambda y, mo, d, h, m, s, us, fold, zone: datetime.datetime(y, mo, d, h, m, s, us, _at(zone), fold=fold),
    "timedelta": datetime.timedelta,
    "timezone": _at,
}

__all__ = ["Records"]
