"""Nests of arrays: lists, tuples and dicts of arrays, and of nests. Walked, matched, filled anew, and their parts named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

Path = tuple[Any, ...]
Refuse = Callable[[str], NoReturn]


def leaves(nest: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk a nest: the path (indices and keys) and the value of everything in it that is not a list, tuple or dict."""
    parts = _parts(nest)
    if parts is None:
        yield path, nest
        return
    for key, part in parts:
        yield from leaves(part, (*path, key))


def _parts(nest: Any) -> list[tuple[Any, Any]] | None:
    if isinstance(nest, dict):
        return list(nest.items())
    return list(enumerate(nest)) if isinstance(nest, (list, tuple)) else None


def at(nest: Any, path: Path) -> Any:
    """The part of a nest that a path leads to."""
    for key in path:
        nest = nest[key]
    return nest


def filled(like: Any, values: Sequence[Any]) -> Any:
    """A nest of the same structure with other leaves, in the order in which `leaves` walks them."""
    supply = iter(values)

    def fill(nest: Any) -> Any:
        if isinstance(nest, dict):
            return {key: fill(part) for key, part in nest.items()}
        if isinstance(nest, (list, tuple)):
            made = [fill(part) for part in nest]
            return made if isinstance(nest, list) else tuple(made)
        return next(supply)

    return fill(like)


def matched(got: Any, like: Any, refuse: Refuse, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk `got` along the structure of `like`; `refuse` is told where the two do not fit."""
    parts = _parts(like)
    if parts is None:
        yield path, got
        return
    where = f" at {code(path)}" if path else ""
    if isinstance(like, dict):
        _same_keys(got, like, where, refuse)
    elif not isinstance(got, (list, tuple)):
        refuse(f"returned {_kind(got)}{where}, where a {type(like).__name__} of {len(like)} was asked for")
    elif len(got) != len(like):
        refuse(f"returned {len(got)} parts{where}, where {len(like)} were asked for")
    for key, part in parts:
        yield from matched(got[key], part, refuse, (*path, key))


def _same_keys(got: Any, like: dict[Any, Any], where: str, refuse: Refuse) -> None:
    if not isinstance(got, dict):
        refuse(f"returned {_kind(got)}{where}, where a dict was asked for")
    missing = [key for key in like if key not in got]
    if missing:
        refuse(f"returned a dict{where} without the key {missing[0]!r}")
    more = [key for key in got if key not in like]
    if more:
        refuse(f"returned a dict{where} with a key that was not asked for: {str(more[0])[:40]!r}")


def _kind(got: Any) -> str:
    if got is None:
        return "None (is there a `return`?)"
    return "an array" if isinstance(got, np.ndarray) else f"a {type(got).__name__}"


def code(path: Path) -> str:
    """A path as it is written in Python: `[0][1]`, `['W']`."""
    return "".join(f"[{key!r}]" for key in path)


def place(index: Sequence[Any]) -> str:
    """The place of an entry in an array: `[0, 2]`."""
    return f"[{', '.join(str(int(i)) for i in index)}]"


def name(path: Path, nest: Any) -> str:
    """A part of a nest in words: `W of layer 2 (at [1][0])` in a list of (W, b) pairs, else `the array at ['W']`."""
    if not path:
        return "the array"
    if len(path) >= 2 and layered(at(nest, path[:-2])):
        layer = f"{('W', 'b')[path[-1]]} of layer {path[-2] + 1}"
        return f"{layer} (at {code(path)})"
    return f"the array at {code(path)}"


def layered(nest: Any) -> bool:
    """Whether it is a list of layers (W, b): matrices with a vector each."""
    return isinstance(nest, list) and bool(nest) and all(map(_pair, nest))


def _pair(part: Any) -> bool:
    return isinstance(part, (list, tuple)) and len(part) == 2 and [_axes(p) for p in part] == [2, 1]


def _axes(part: Any) -> int:
    return -1 if isinstance(part, (list, tuple, dict)) else np.ndim(part)
