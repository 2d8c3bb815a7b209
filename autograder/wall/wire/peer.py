"""One end of the wall: asks the other end, and answers what it asks back. Both sides are made of it."""

from __future__ import annotations

import operator
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from autograder.wall.wire import handles
from autograder.wall.wire.channel import Channel
from autograder.wall.wire.codec import Codec
from autograder.wall.wire.errors import LearnerError, WallError
from autograder.wall.wire.handles import Remote, Target, target_of
from autograder.wall.wire.raised import arrive, describe
from autograder.wall.wire.writeback import Watch, mutables, write_back

REQUEST, ANSWER, RAISED, NOTE = range(4)
NESTED = 40  # calls back and forth within one another
HANDLES = 200_000
LET_GO = "let go"  # asked of a fork that answers in the other side's place: it ends, and the other side itself answers
OWN_ERRORS = 16  # of the grader's errors, those that are known again when they come back through the learner's code


class Shelf:
    """This side's objects that the other side has a handle of, counted, so that they can be forgotten."""

    def __init__(self) -> None:
        self._objects: dict[int, list[Any]] = {}
        self._index: dict[int, int] = {}
        self._next = 0

    def put(self, value: object) -> int:
        index = self._index.get(id(value))
        if index is None:
            if len(self._objects) >= HANDLES:
                raise MemoryError("too many objects stand on the other side of the wall")
            index = self._next = self._next + 1
            self._objects[index] = [value, 0]
            self._index[id(value)] = index
        self._objects[index][1] += 1
        return index

    def get(self, index: int) -> Any:
        try:
            return self._objects[index][0]
        except KeyError:
            raise WallError("a handle of nothing") from None

    def forget(self, index: object) -> None:
        entry = self._objects.get(index) if type(index) is int else None
        if entry is None:
            return
        entry[1] -= 1
        if entry[1] <= 0:
            del self._index[id(entry[0])]
            del self._objects[index]  # type: ignore[arg-type]


class Peer:
    """An end of the wall.

    Parameters
    ----------
    channel : where frames come and go.
    whose : how the other side's things are called in messages ("the learner's").
    may : raises when the other side may not do `op` with one of our objects.
    extra : further requests that this side answers, by name.
    is_hers : which files' lines stand in the traceback of an error that is told.
    """

    def __init__(
        self,
        channel: Channel,
        whose: str,
        may: Callable[[str, Any, tuple[Any, ...]], None],
        extra: dict[str, Callable[..., Any]] | None = None,
        is_hers: Callable[[str], bool] | None = None,
    ) -> None:
        self.channel, self.whose, self.may, self.is_hers = channel, whose, may, is_hers
        self.shelf, self.released, self.depth = Shelf(), list[int](), 0
        self.codec = Codec(channel.bounds, self._export, self._adopt, self.shelf.get, self._index_of)
        self.operations: dict[str, Callable[..., Any]] = {**_OPERATIONS, "call": self._called, **(extra or {})}
        self.on_note: Callable[[Any], None] = lambda note: None
        self.before_ask: Callable[[], None] = lambda: None
        self.comes_back: Callable[[object], bool] = lambda argument: True
        self.same_target: Callable[[Target], int] = self._index_here
        self.using: Callable[[Any], AbstractContextManager[None]] = lambda arguments: nullcontext()
        self._own_errors: dict[int, BaseException] = {}
        self._tokens = 0

    def ask(self, op: str, *args: Any) -> Any:
        """Ask the other side, answering what it asks meanwhile. Raises what it raised."""
        self.before_ask()
        if self.depth > NESTED:
            raise RecursionError("calls back and forth across the wall are nested too deeply")
        released, self.released = self.released, []
        self._send([NOTE, None] if op == LET_GO else [REQUEST, op, list(args), released])
        self.depth += 1
        try:
            return self._answered()
        finally:
            self.depth -= 1
            if not self.depth:
                self._own_errors.clear()

    def call(self, target: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call something of the other side's; what it did to its arguments is done to ours where it `comes_back`."""
        wanted = {id(part) for given in (*args, *kwargs.values()) if self.comes_back(given) for part in mutables(given)}
        answer = self.ask("call", target, list(args), kwargs)
        if type(answer) is not tuple or len(answer) != 2:
            raise WallError("a malformed message")
        write_back((args, kwargs), answer[1], lambda part: id(part) in wanted and self._may_change(part))
        return answer[0]

    def _may_change(self, part: object) -> bool:
        """The grader's generators never: their next draws would be the learner's choice."""
        return self.is_hers is not None or not isinstance(part, np.random.Generator)

    def note(self, payload: object) -> None:
        """Send something that wants no answer."""
        self._send([NOTE, payload])

    def serve(self) -> None:
        """Answer requests until the other side ends."""
        while True:
            message = self._receive()
            if message[0] == REQUEST:
                self._serve_one(message)

    def _answered(self) -> Any:
        while True:
            message = self._receive()
            if message[0] == REQUEST:
                self._serve_one(message)
            elif message[0] == NOTE:
                self.on_note(message[1])
            elif message[0] == ANSWER:
                return message[1]
            elif message[0] == RAISED:
                raise self._arrived(message[1])
            else:
                raise WallError("a malformed message")

    def _serve_one(self, message: list[Any]) -> None:
        try:
            _, op, args, released = message
            if type(op) is not str or type(args) is not list or type(released) is not list:  # a range may be without end
                raise TypeError
            for index in released:
                self.shelf.forget(index)
            operation = self.operations[op]
            if op == "call" and not _is_call(args):
                raise TypeError
        except Exception:
            raise WallError("a malformed message") from None
        try:
            if op in _OPERATIONS or op == "call":
                self.may(op, args[0] if args else None, tuple(args[1:]))
            with self.using(args):
                frame = self.codec.encode([ANSWER, operation(*args)])
        except BaseException as error:
            if self.is_hers is None and (isinstance(error, WallError) or not isinstance(error, Exception)):
                raise  # a time limit, an interrupt, or what breaks this channel is no answer
            frame = self.codec.encode([RAISED, self._told(error)])
        self.channel.send(*frame)

    def _told(self, error: BaseException) -> dict[str, object]:
        told = describe(error, self.is_hers)
        token = getattr(error, "_wall_token", None)
        if self.is_hers is None:  # the grader's error: when it comes back through the learner's code, it is this one
            told["token"] = self._tokens = self._tokens + 1
            self._own_errors[self._tokens] = _bare(error)
            self._own_errors.pop(self._tokens - OWN_ERRORS, None)
        else:
            told["returns"] = token
        return told

    def _arrived(self, told: Any) -> BaseException:
        try:
            own = self._own_errors.get(told.get("returns"))
            if own is not None:
                return own
            error: Any = arrive(told)
            if "token" in told:
                error._wall_token = told["token"]
        except Exception:
            raise WallError("a malformed message") from None
        return error if isinstance(error, Exception) else LearnerError(str(error))

    def _called(self, target: Any, args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, list[list[object]]]:
        given = tuple(args)
        watch = Watch((given, kwargs))
        result = target(*given, **kwargs)
        return result, watch.changes()

    def _send(self, message: list[Any]) -> None:
        self.channel.send(*self.codec.encode(message))

    def _receive(self) -> list[Any]:
        message = self.codec.decode(*self.channel.receive())
        if type(message) is not list or len(message) < 2 or type(message[0]) is not int:
            raise WallError("a malformed message")
        return message

    def _export(self, value: object) -> list[object]:
        kind = type(value).__name__
        name = getattr(value, "__name__", "") if callable(value) else ""
        return [self.shelf.put(value), "class" if isinstance(value, type) else kind, name if type(name) is str else ""]

    def _adopt(self, index: int, kind: str, name: str) -> Remote:
        return Remote(self, index, kind, name)

    def _index_of(self, value: object) -> int | None:
        target = target_of(value)
        return None if target is None else self.same_target(target)

    def _index_here(self, target: Target) -> int:
        if target.peer is not self:
            raise LearnerError("an object of a process that was stopped is gone")
        return target.index


def _bare(error: BaseException) -> BaseException:
    """An error that is kept, without what its frames held: arrays of the learner's, maybe large ones, many times."""
    seen: BaseException | None = error
    for _ in range(100):
        if seen is None:
            break
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
    return error


def _is_call(args: list[Any]) -> bool:
    """Whether this is what a function can be called with: itself, a list of arguments, a dict of named ones."""
    if len(args) != 3 or type(args[1]) is not list or type(args[2]) is not dict:
        return False
    return all(type(name) is str for name in args[2])


def _next(iterator: Any) -> tuple[Any, ...]:
    try:
        return (next(iterator),)
    except StopIteration:
        return ()


def _binary(name: str, left: Any, right: Any) -> Any:
    if name not in _BINARY:
        raise WallError("a malformed message")
    return getattr(operator, f"__{name}__")(left, right)


def _unary(name: str, value: Any) -> Any:
    if name not in handles.UNARY:
        raise WallError("a malformed message")
    return getattr(operator, f"__{name}__")(value)


def _public(operation: Callable[..., Any]) -> Callable[..., Any]:
    def checked(target: Any, name: str, *rest: Any) -> Any:
        if type(name) is not str or not (handles.public(name) or name in handles.PUBLIC_DUNDERS):
            raise AttributeError(name)
        return operation(target, name, *rest)

    return checked


_BINARY = frozenset(handles.BINARY) | {f"i{name}" for name in handles.BINARY}
_CONVERT: dict[str, Callable[[Any], Any]] = {"str": str, "float": float, "int": int, "complex": complex}
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "attr": _public(getattr),
    "setattr": _public(setattr),
    "delattr": _public(delattr),
    "item": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "len": len,
    "iter": iter,
    "next": _next,
    "binary": _binary,
    "unary": _unary,
    "round": lambda value, digits: round(value) if digits is None else round(value, digits),
    "convert": lambda value, kind: _CONVERT[kind](value),
    "isinstance": lambda kind, value: isinstance(value, kind),
    "issubclass": lambda kind, value: issubclass(value, kind),
    "enter": lambda value: value.__enter__(),
    "exit": lambda value: value.__exit__(None, None, None),
}
