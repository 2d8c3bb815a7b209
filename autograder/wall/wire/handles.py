"""Handles: stand-ins for what stays on the other side of the wall.

A `Remote` on the grader's side stands for something of the learner's, one on the learner's side for something of the
grader's (an objective, a reference piece). Calls, public attributes, items, iteration, length, arithmetic and `@` go
across. Comparisons and truth never do: an object equal to everything would pass every test.
"""

from __future__ import annotations

from typing import Any, NoReturn, Protocol

BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift")
UNARY = ("neg", "pos", "abs", "invert")
TEXTS = ("str", "float", "int", "complex")
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
PUBLIC_DUNDERS = frozenset(["__name__", "__doc__"])


def public(name: str) -> bool:
    """Whether an attribute of this name may be asked for across the wall."""
    return not (name.startswith("__") and name.endswith("__"))


class End(Protocol):
    """The end of the wall that a handle asks through: what is used of a `Peer`."""

    whose: str
    released: list[int]

    def ask(self, op: str, *args: Any) -> Any: ...

    def call(self, target: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...


class Remote:
    """Something that lives on the other side of the wall and is no plain data."""

    _is_remote_handle = True
    __slots__ = ("__weakref__", "_remote")
    __array_ufunc__ = None  # an array on the left of an operator hands over whole
    __hash__ = object.__hash__

    def __init__(self, peer: End, index: int, kind: str, name: str) -> None:
        object.__setattr__(self, "_remote", Target(peer, index, kind, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._remote.peer.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name == "__name__":
            return self._remote.name
        if not public(name) or name in ("_remote", "_is_remote_handle"):
            raise AttributeError(name)
        return _ask(self, "attr", name)

    def __setattr__(self, name: str, value: Any) -> None:
        if not public(name) or name in ("_remote", "_is_remote_handle"):
            raise AttributeError(name)
        _ask(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        _ask(self, "delattr", name)

    def __getitem__(self, key: Any) -> Any:
        return _ask(self, "item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _ask(self, "setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        _ask(self, "delitem", key)

    def __len__(self) -> int:
        size = _ask(self, "len")
        if type(size) is not int or not 0 <= size <= 100_000_000:  # list() reserves what it is told
            raise TypeError("len() of something on the other side of the wall was no sensible number")
        return size

    def __iter__(self) -> Any:
        iterator = _ask(self, "iter")
        while True:
            found = _ask(iterator, "next")
            if type(found) is not tuple or not found:
                return
            yield found[0]

    def __next__(self) -> Any:
        found = _ask(self, "next")
        if type(found) is not tuple or not found:
            raise StopIteration
        return found[0]

    def __enter__(self) -> Any:
        return _ask(self, "enter")

    def __exit__(self, *_: object) -> None:
        _ask(self, "exit")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self!r} has no truth value here: only plain data can be judged")

    def __instancecheck__(self, instance: object) -> bool:
        return _ask(self, "isinstance", instance) is True

    def __subclasscheck__(self, kind: object) -> bool:
        return _ask(self, "issubclass", kind) is True

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        raise TypeError(f"a test cell cannot subclass {self!r}: the class lives on the other side of the wall")

    def __round__(self, digits: int | None = None) -> Any:
        return _ask(self, "round", digits)

    def __str__(self) -> str:
        return str(_ask(self, "convert", "str"))

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __float__(self) -> float:
        return float(_plain_number(_ask(self, "convert", "float")))

    def __int__(self) -> int:
        return int(_plain_number(_ask(self, "convert", "int")))

    def __complex__(self) -> complex:
        return complex(_ask(self, "convert", "complex"))

    def __repr__(self) -> str:
        target = self._remote
        return f"<{target.peer.whose} {target.kind}{' ' + target.name if target.name else ''}>"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"{self!r} cannot be copied or pickled")


class Target:
    """What a handle stands for; lets the other side forget it when the handle is gone."""

    __slots__ = ("index", "kind", "name", "origin", "peer")

    def __init__(self, peer: End, index: int, kind: str, name: str) -> None:
        self.peer, self.index, self.kind, self.name = peer, index, kind, name
        self.origin: str | None = None  # the learner's name that it was found under

    def __del__(self) -> None:
        self.peer.released.append(self.index)


def target_of(value: object) -> Target | None:
    """The target of a handle, None for anything else."""
    return object.__getattribute__(value, "_remote") if type(value) is Remote else None


def _ask(remote: Remote, op: str, *args: Any) -> Any:
    return remote._remote.peer.ask(op, remote, *args)


def _plain_number(value: Any) -> Any:
    if type(value) not in (bool, int, float):
        raise TypeError("no plain number came back over the wall")
    return value


def _install_operators() -> None:
    """Give Remote its operators: both sides' and in place forward, comparisons refuse."""

    def forward(name: str) -> None:
        setattr(Remote, f"__{name}__", lambda self, other: self._remote.peer.ask("binary", name, self, other))
        setattr(Remote, f"__r{name}__", lambda self, other: self._remote.peer.ask("binary", name, other, self))
        setattr(Remote, f"__i{name}__", lambda self, other: self._remote.peer.ask("binary", "i" + name, self, other))

    def single(name: str) -> None:
        setattr(Remote, f"__{name}__", lambda self: self._remote.peer.ask("unary", name, self))

    def refuse(name: str) -> None:
        def compare(self: Remote, other: object) -> NoReturn:
            raise TypeError(f"{self!r} cannot be compared: only plain data can be judged")

        setattr(Remote, f"__{name}__", compare)

    documentation: Any = property(lambda self: self._remote.peer.ask("attr", self, "__doc__"))
    Remote.__doc__ = documentation  # else a docstring's examples would be those of this class: none
    for name in BINARY:
        forward(name)
    for name in UNARY:
        single(name)
    for name in COMPARED:
        refuse(name)


_install_operators()
