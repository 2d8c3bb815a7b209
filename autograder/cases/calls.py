"""The call that breaks a property, as code that a learner can run: `centre_of_ink(np.zeros((1, 1, 1)))`.

It is read off the case itself: the statement that was running, and the values that its names had.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from types import FrameType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from autograder.cases.words import show

LARGEST = 36  # numbers of an array that are written out
LONGEST = 400  # characters of a call
# What may stand in an argument that is evaluated again: nothing that draws, prints or changes anything.
_PURE = (
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Dict, ast.BinOp, ast.UnaryOp,
    ast.Compare, ast.BoolOp, ast.Starred, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context, ast.keyword,
)  # fmt: skip
_MAKERS = ("array", "zeros", "ones", "full", "arange", "eye", "linspace", "log", "asarray", "stack", "vstack", "hstack")
_METHODS = ("astype", "copy", "reshape")  # of an array: each gives another one


class Called(NamedTuple):
    """A call of a function of hers, with the values of its arguments."""

    name: str
    args: tuple[Any, ...]
    named: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The call as code that runs; empty where it cannot be written down in a few lines."""
        parts = [code_of(one) for one in self.args] + [f"{name}={code_of(one)}" for name, one in self.named.items()]
        made = f"{self.name}({', '.join(parts)})"
        return made if all(parts) and not any(part.endswith("=") for part in parts) and len(made) <= LONGEST else ""

    def rebuilt(self, case: str) -> str:
        """The call as code that takes its arguments from the last check; empty where they cannot be kept for that."""
        kept = bool(self.args) and not self.named and all(map(_plain, self.args))
        return f"{self.name}(*check.inputs({case!r}))" if kept else ""


def _plain(value: Any) -> bool:
    """Whether a copy of it says the same at any time: plain data and functions, nothing of the learner's making."""
    if type(value) in (list, tuple):
        return all(map(_plain, value))
    if type(value) is dict:
        return all(map(_plain, [*value, *value.values()]))
    if type(value) is np.ndarray:
        return bool(value.dtype != object)
    return value is None or type(value) in (bool, int, float, complex, str, FunctionType) or isinstance(value, np.generic)


def breaking_call(error: BaseException, file: str, subjects: Mapping[str, Any], drawn: Mapping[str, Any]) -> Called | None:
    """The learner's call that a case was busy with when it broke.

    Parameters
    ----------
    error : what was raised, with its traceback.
    file : the case's file; helpers that stand in it are looked through too.
    subjects : the learner's names and what they stand for.
    drawn : the drawn inputs as they were before the call.

    Returns
    -------
    The call; None where it cannot be told.
    """
    try:
        for frame, line in _frames(error, file):
            found = _call(frame, line, subjects, drawn)
            if found:
                return found
    except Exception:  # a help for reading, never a reason to fail
        return None
    return None


def _frames(error: BaseException, file: str) -> Iterator[tuple[FrameType, int]]:
    """The frames of the case's file that the error passed through, the innermost first."""
    step, found = error.__traceback__, list[tuple[FrameType, int]]()
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            found.append((step.tb_frame, step.tb_lineno))
        step = step.tb_next
    yield from reversed(found)


def _call(frame: FrameType, line: int, subjects: Mapping[str, Any], drawn: Mapping[str, Any]) -> Called | None:
    known = {**frame.f_globals, **frame.f_locals, **{k: v for k, v in drawn.items() if k in frame.f_locals}}
    names = {local: name for local, value in known.items() for name, one in subjects.items() if value is one}
    source = textwrap.dedent(inspect.getsource(frame.f_code))
    tree = ast.parse(source)
    ast.increment_lineno(tree, frame.f_code.co_firstlineno - 1)
    statements = sorted(
        (node for node in ast.walk(tree) if isinstance(node, (ast.Expr, ast.Assign, ast.Return, ast.For, ast.With, ast.If))),
        key=lambda node: node.lineno,
    )
    here = [one for one in statements if one.lineno <= line <= (one.end_lineno or one.lineno) and not _has_body(one)]
    before = [one for one in statements if (one.end_lineno or one.lineno) < line or (_has_body(one) and one.lineno <= line)]
    for statement in [*reversed(here), *reversed(before)]:
        for node in _calls(statement, names):
            name = names[_callee(node.func)]
            if _is_class(name) and not (statement in here and getattr(statement, "value", None) is node):
                raise _Untold  # it made the object; what broke is what was done with it
            return _called(node, name, known)
    return None


def _is_class(name: str) -> bool:
    """Whether an exercise's name is a class: by its capital, since across the wall both are handles."""
    return name[:1].isupper()


def _has_body(node: ast.AST) -> bool:
    return isinstance(node, (ast.For, ast.With, ast.If))


def _calls(statement: ast.stmt, names: Mapping[str, str]) -> Iterator[ast.Call]:
    """The calls of her functions in a statement (of a loop or condition: in its head)."""
    heads: list[ast.AST] = [statement]
    if isinstance(statement, ast.For):
        heads = [statement.iter]
    elif isinstance(statement, ast.If):
        heads = [statement.test]
    elif isinstance(statement, ast.With):
        heads = [item.context_expr for item in statement.items]
    for head in heads:
        for node in ast.walk(head):
            if isinstance(node, ast.Call) and _callee(node.func) in names:
                yield node


def _callee(func: ast.expr) -> str:
    """The name of what is called, also where it is called as `expect.handing_back(name)(…)`."""
    if isinstance(func, ast.Call) and ast.unparse(func.func) == "expect.handing_back" and len(func.args) == 1:
        func = func.args[0]
    return func.id if isinstance(func, ast.Name) else ""


def _called(node: ast.Call, name: str, known: Mapping[str, Any]) -> Called:
    """The call with its arguments' values. Raises _Untold where one cannot be told."""
    args: list[Any] = []
    for one in node.args:
        args += list(_value(one.value, known)) if isinstance(one, ast.Starred) else [_value(one, known)]
    return Called(name, tuple(args), {one.arg: _value(one.value, known) for one in node.keywords if one.arg})


class _Untold(Exception):
    """A value that cannot be had a second time."""


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            maker = part.func
            if not (isinstance(maker, ast.Attribute) and isinstance(maker.value, ast.Name)):
                raise _Untold
            whose = maker.value.id
            is_array = type(known.get(whose)) is np.ndarray and maker.attr in _METHODS
            if not (is_array or (whose == "np" and maker.attr in _MAKERS)):
                raise _Untold
        elif not isinstance(part, _PURE):
            raise _Untold
    return eval(compile(ast.Expression(node), "<argument>", "eval"), {"np": np, **known})


def code_of(value: Any) -> str:
    """A value as code; empty where it is too large, or of a kind that has none.

    >>> code_of(np.array([[0.5, 1.0]])), code_of(np.zeros((3, 40), np.float32)), code_of([1, "a"])
    ('np.array([[0.5, 1.0]])', 'np.zeros((3, 40), np.float32)', "[1, 'a']")
    """
    if isinstance(value, np.ndarray):
        return _code_of_array(value)
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({value.item()!r})" if np.isfinite(value) else ""
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else f'float("{value}")'
    if type(value) in (list, tuple):
        inner = [code_of(one) for one in value]
        if not all(inner):
            return ""
        comma = "," if isinstance(value, tuple) and len(inner) == 1 else ""
        return f"({', '.join(inner)}{comma})" if isinstance(value, tuple) else f"[{', '.join(inner)}]"
    if type(value) is dict:
        inner = [f"{code_of(key)}: {code_of(one)}" for key, one in value.items() if code_of(key) and code_of(one)]
        return f"{{{', '.join(inner)}}}" if len(inner) == len(value) else ""
    return ""


def _code_of_array(value: np.ndarray[Any, Any]) -> str:
    kind = value.dtype
    if kind.kind not in "biuf":
        return ""
    usual = kind in (np.dtype(float), np.dtype(int), np.dtype(bool))
    shape = str(value.shape) if value.ndim != 1 else str(value.shape[0])
    more = "" if kind == np.dtype(float) else f", np.{kind.name}" if kind.kind != "b" else ", bool"
    if value.size == 0 or (value.size > 1 and not value.any()):
        return f"np.zeros({shape}{more})"
    if value.size > 4 and (value == value.flat[0]).all() and np.isfinite(value.flat[0]):
        return f"np.full({shape}, {value.flat[0].item()!r}{more if kind != np.dtype(int) else ''})"
    if value.size > LARGEST:
        return ""
    numbers = re.sub(r"\b(nan|inf)\b", r"np.\1", _shortest(value))
    return f"np.array({numbers}{'' if usual else f', np.{kind.name}'})"


def call_of(name: str, *arguments: Any) -> str:
    """A call as code; an argument that is too large stands in it as its shape.

    >>> call_of("softmax", np.array([[0.5, np.inf]])), call_of("mean", np.arange(99.0))
    ('softmax(np.array([[0.5, np.inf]]))', 'mean(<an array of shape (99,), float64>)')
    """
    told = ["rng" if isinstance(one, np.random.Generator) else code_of(one) or f"<{show(one)}>" for one in arguments]
    return f"{name}({', '.join(told)})"


def _shortest(value: np.ndarray[Any, Any]) -> str:
    """The numbers, written no longer than their type needs."""
    if value.dtype.kind == "f" and value.dtype != np.dtype(float):
        return str([[*map(float, map(str, row))] for row in value]) if value.ndim == 2 else str(value.tolist())
    return str(value.tolist())
