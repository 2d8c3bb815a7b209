"""Exceptions across the wall: a built-in one arrives as itself, another as a `LearnerError` with its type's names."""

from __future__ import annotations

import builtins
import dis
import linecache
import re
import traceback
from types import TracebackType
from typing import Any

import numpy as np

from autograder.wall.wire.errors import Frame, LearnerError

TEXT = 2_000  # characters of a message that cross
FRAMES = 30
_ARGUMENTS = (bool, int, float, str, type(None))  # as `describe` sends them
_KNOWN: dict[str, type[Exception]] = {
    name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)
}
_NUMPY: dict[str, type[Exception]] = {
    "LinAlgError": np.linalg.LinAlgError,
    "AxisError": np.exceptions.AxisError,
    "DTypePromotionError": np.exceptions.DTypePromotionError,
}


def describe(error: BaseException, is_hers: Any = None) -> dict[str, object]:
    """Put an exception in words that can be sent. `is_hers` says which files' lines belong in the traceback."""
    frames = _frames(error.__traceback__, is_hers)
    plain = [arg for arg in error.args[:5] if type(arg) in (bool, int, float, str, type(None))]
    names = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    message = _message(error)
    return {
        "names": [str(name)[:80] for name in names[:10]],
        "args": [arg[:TEXT] if isinstance(arg, str) else arg for arg in plain] if len(plain) == len(error.args) else None,
        "message": message,
        "frames": [list(frame) for frame in frames],
        "text": _text(frames, names[0], message),
    }


def anonymous(told: dict[str, object], error: BaseException) -> dict[str, object]:
    """What is told of an error of the grader's own code, without names of its functions and classes.

    Python's own messages hold them: `by_sum() takes 1 positional argument`, `'RightTree' object has no attribute`. A text
    that a `raise` was given is meant to be read, and stays.
    """
    if hasattr(error, "learner_type"):  # hers, that passed through a function of the grader's
        return told
    names = [name for name in _told_names(told) if name in _KNOWN or name in _NUMPY] or ["Exception"]
    message = str(told["message"])
    if names[0] in _NAMING and not _was_raised(error):
        message = _QUOTED.sub(_unnamed, _CALLED.sub("it", message))
    kept = told["args"] if message == told["message"] else [message]
    text = f"{names[0]}: {message}" if message else names[0]
    return {**told, "names": names, "message": message, "args": kept, "text": text}


_NAMING = ("TypeError", "AttributeError", "NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError")
_CALLED = re.compile(r"[\w.<>]+\(\)")
_QUOTED = re.compile(r"'([^'\n]*)'")
_COMMON = frozenset(dir(builtins)) | frozenset(vars(np)) | {"NoneType", "function", "method", "generator", "numpy.ndarray"}


def _unnamed(quoted: re.Match[str]) -> str:
    return quoted[0] if quoted[1] in _COMMON or not quoted[1].replace(".", "").isidentifier() else "'…'"


def _told_names(told: dict[str, object]) -> list[str]:
    found = told["names"]
    return [str(name) for name in found] if isinstance(found, list) else []


def _was_raised(error: BaseException) -> bool:
    """Whether a `raise` made it, and not the interpreter."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return False
    code = step.tb_frame.f_code.co_code
    return 0 <= step.tb_lasti < len(code) and dis.opname[code[step.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")


def _message(error: BaseException) -> str:
    try:
        return str(error)[:TEXT]
    except Exception:
        return "(its message could not be made)"


def _frames(trace: TracebackType | None, is_hers: Any) -> list[Frame]:
    found = []
    for frame, line in traceback.walk_tb(trace):
        code = frame.f_code
        if is_hers is not None and is_hers(code.co_filename):
            source = linecache.getline(code.co_filename, line, frame.f_globals).strip()
            found.append(Frame(line, source[:300], code.co_name[:80]))
    return found if len(found) <= FRAMES else found[: FRAMES // 2] + found[-FRAMES // 2 :]


def _text(frames: list[Frame], name: str, message: str) -> str:
    lines = [f"line {frame.line}, in {frame.function}: {frame.source}" for frame in frames]
    return "\n".join([*lines, f"{name}: {message}" if message else name])


def arrive(told: Any) -> Exception:
    """Make the exception again on this side. Raises TypeError or the like when what was told makes no sense."""
    if not all(type(told[name]) is list for name in ("names", "frames")) or len(told["frames"]) > FRAMES:
        raise TypeError("no error")
    names = tuple(_line(name, 80) for name in told["names"][:10])
    message, arguments = _line(told["message"], TEXT), told["args"]
    plain = type(arguments) is list and len(arguments) <= 5 and all(type(one) in _ARGUMENTS for one in arguments)
    error = _make(names, message, arguments if plain else [message])
    hers: Any = error
    hers.learner_traceback = [_frame(*one) for one in told["frames"]]
    hers.learner_text = _line(told["text"], 100_000)
    hers.learner_type = names[0]
    return error


def _line(text: Any, most: int) -> str:
    """Text that was told, no other thing: a handle's text would be asked for on the other side."""
    if type(text) is not str:
        raise TypeError("no text")
    return text[:most]


def _frame(line: Any, source: Any, function: Any) -> Frame:
    if type(line) is not int:
        raise TypeError("no line")
    return Frame(line, _line(source, 300), _line(function, 80))


def _make(names: tuple[str, ...], message: str, arguments: list[Any]) -> Exception:
    known = _KNOWN.get(names[0]) or _NUMPY.get(names[0])
    for given in (arguments, [message]):
        try:
            error = known(*given) if known is not None else _stand_in(names)(*given)
            str(error)  # a SyntaxError, for one, may take what it cannot show
            if known is None:
                error.names = names  # type: ignore[attr-defined]
            return error
        except Exception:  # some built-in exceptions insist on arguments of their own
            continue
    return LearnerError(f"{names[0]}: {message}")


_stand_ins: dict[tuple[str, ...], type[LearnerError]] = {}


def _stand_in(names: tuple[str, ...]) -> type[LearnerError]:
    """A LearnerError that is also of the nearest built-in type, so that `except ValueError` meets a subclass of it."""
    if names not in _stand_ins and len(_stand_ins) < 1000:
        base = next((kind for name in names[1:] if (kind := {**_KNOWN, **_NUMPY}.get(name)) is not None), Exception)
        bases = (LearnerError,) if base is Exception else (LearnerError, base)
        try:
            _stand_ins[names] = type(names[0], bases, {"__module__": "learner"})
        except TypeError:
            _stand_ins[names] = LearnerError
    return _stand_ins.get(names, LearnerError)
