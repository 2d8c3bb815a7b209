"""Pictures of the learner's own functions: what they are made of, and what is said where they do not run yet."""

from __future__ import annotations

import dis
import functools
import inspect
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME"}


def names_of(mine: Sequence[Any], parameters: Sequence[str], notebook: Mapping[str, Any]) -> list[str]:
    """What the learner calls these functions.

    Parameters
    ----------
    mine : functions or classes of hers; a lambda stands for the names that it uses.
    parameters : what the drawing function calls them, where she has no name for them.
    notebook : the names of her notebook.
    """
    names: list[str] = []
    for one, parameter in zip(mine, parameters, strict=True):
        own = getattr(one, "__name__", "")
        if own.isidentifier():
            names.append(own)
        else:
            known = notebook or getattr(one, "__globals__", {})
            names += [name for name in globals_of(one) if callable(known.get(name))] or [parameter]
    return list(dict.fromkeys(names))


def current(mine: Sequence[Any], notebook: Mapping[str, Any]) -> list[Any]:
    """The same functions as her notebook has them now."""
    return [notebook.get(getattr(one, "__name__", ""), one) for one in mine]


def made_of(mine: Sequence[Any], notebook: Mapping[str, Any]) -> dict[str, Any]:
    """All of her notebook's names that these functions use, helpers of helpers too, and what they stand for."""
    found: dict[str, Any] = {}
    open_: list[Any] = list(mine)
    for one in mine:
        name = getattr(one, "__name__", "")
        if name in notebook:
            found[name] = notebook[name]
    while open_:
        for name in globals_of(open_.pop()):
            if name in notebook and name not in found:
                found[name] = notebook[name]
                open_.append(notebook[name])
    return found


def differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names that stand for something else now."""
    return [name for name in {**before, **now} if before.get(name) is not now.get(name)]


def globals_of(one: Any) -> list[str]:
    """The global names that a function, a class or what it wraps reads; none for what is not Python, or not hers."""
    return list(dict.fromkeys(name for code in codes(one) for name in read_by(code)))


def codes(one: Any) -> Iterator[types.CodeType]:
    """The code of a function, of a class's methods, of what is wrapped; libraries are not looked into."""
    if isinstance(one, functools.partial):
        yield from codes(one.func)
    elif inspect.isclass(one) and one.__module__ == "__main__":
        for part in vars(one).values():
            yield from codes(getattr(part, "fget", None) or getattr(part, "__func__", part))
    elif isinstance(one, types.FunctionType):
        yield one.__code__
        for cell in one.__closure__ or ():
            if isinstance(getattr(cell, "cell_contents", None), types.FunctionType):
                yield cell.cell_contents.__code__


def read_by(code: types.CodeType) -> Iterator[str]:
    """The global names that a piece of code reads, inner functions included."""
    for step in dis.get_instructions(code):
        if step.opname in _GLOBAL:
            yield str(step.argval)
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from read_by(part)


def waiting(names: Sequence[str], error: BaseException | None = None) -> str:
    """The one sentence where the learner's functions do not run yet."""
    listed = " and ".join(filter(None, [", ".join(f"`{n}`" for n in names[:-1]), f"`{names[-1]}`"]))
    said = f"This picture waits for {listed}: it comes by itself once {'they run' if len(names) > 1 else 'it runs'}."
    if error is None or isinstance(error, NotImplementedError):
        return said
    if isinstance(error, KeyboardInterrupt):
        return f"{said}\nJust now it was interrupted."
    detail = " ".join(str(error).split())[:120]
    return f"{said}\nJust now: {type(error).__name__}{': ' if detail else ''}{detail}"
