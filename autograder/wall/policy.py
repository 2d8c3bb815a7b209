"""What learner code may do with the grader's objects: call functions, and nothing else, unless a piece was opened to it.

`f.__globals__`, `generator.gi_frame` or a module's members would lead from a test's function to everything of the
grader's. So attributes are refused, except the public ones of pieces that were made for it (references) and of what they
give out.
"""

from __future__ import annotations

import types
from typing import Any

from autograder.wall.wire.shared_names import name_of

_INSIDE = (types.ModuleType, types.FrameType, types.CodeType, types.TracebackType, types.FunctionType, types.GeneratorType)
_PLAIN_OPERATIONS = frozenset(["item", "setitem", "len", "iter", "next", "binary", "unary", "round"])
_ATTRIBUTES = frozenset(["attr", "setattr"])


class Policy:
    """Who may do what."""

    def __init__(self) -> None:
        self._open: set[type] = set()
        self._closed: dict[int, Any] = {}  # by id; held, so that nothing else gets the id

    def open(self, piece: Any) -> None:
        """Let learner code use a piece's public attributes and operators: a class with its instances, or an object."""
        self._closed.pop(id(piece), None)
        if not isinstance(piece, types.FunctionType | types.BuiltinFunctionType):
            self._open.add(piece if isinstance(piece, type) else type(piece))

    def close(self, piece: Any) -> None:
        """Take a piece back: a handle of it that was kept, of an instance or of a method, is good for nothing more."""
        self._open.discard(piece if isinstance(piece, type) else type(piece))
        self._closed[id(piece)] = piece

    def _is_closed(self, target: Any) -> bool:
        of = getattr(target, "__self__", None)
        return any(id(one) in self._closed for one in (target, type(target), of, type(of)))

    def may(self, op: str, target: Any, rest: tuple[Any, ...]) -> None:
        """Raise TypeError when learner code may not do this."""
        if self._closed and self._is_closed(target):
            raise TypeError("this was lent for one exercise, and that is over")
        if op == "call" and callable(target):
            if name_of(target) is None:
                return
            # A type that both sides have needs no call over here: bytes(10**10) would take the grader's memory,
            # and numpy.ndarray(100) would show what was in it.
            raise TypeError(f"{target.__name__} is called on one's own side")
        kind = target if isinstance(target, type) else type(target)
        opened = kind in self._open and not isinstance(target, _INSIDE)
        if opened and op in _PLAIN_OPERATIONS:
            return
        if opened and op in _ATTRIBUTES and type(rest[0]) is str and not rest[0].startswith("_"):
            return
        if op in ("iter", "next", "len") and isinstance(target, types.GeneratorType):
            return
        raise TypeError(f"the grader's {'function' if callable(target) else 'object'} can only be called")
