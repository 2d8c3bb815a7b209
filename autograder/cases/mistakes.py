"""The author's own mistakes in a file of cases: told apart from what the learner's code does wrong."""

from __future__ import annotations

import ast
import functools
import linecache
import pathlib
import re
import traceback
from collections.abc import Collection, Iterator
from types import FrameType, ModuleType

from autograder.errors import OwnFailure

CASE_FILES = ("checks.py", "hidden.py")
_OPERATIONS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class CaseError(OwnFailure):
    """A file of cases is wrong: no answer is judged by it. The message says file, line and error."""


class OwnTime(OwnFailure):
    """A case or a judge used up its time while the learner was asked for nothing."""


def authors_mistake(error: BaseException, hers: Collection[str] = ()) -> str:
    """`week05_tuning/hidden.py, line 12: NameError: …` where a file of cases is at fault, else "".

    It is where the error's innermost frame lies in a file of cases, and a name is not there, an import fails, or a module
    of ours lacks an attribute. Any other error there is the author's where no value of the learner's can be an operand:
    the failing expression reads no name that depends on hers. On doubt the error counts as the learner's.

    Parameters
    ----------
    error : as it was caught. Errors that crossed the wall, or come from her own code, have their innermost frame elsewhere.
    hers : the names under which the case was given what the learner made.
    """
    tb = error.__traceback__
    frames = list(traceback.walk_tb(tb))
    summaries = list(traceback.extract_tb(tb))
    while frames and isinstance(error, AttributeError) and summaries[-1].name == "__getattr__":
        frames.pop(), summaries.pop()  # a module that looks its attributes up itself, as numpy does
    if not frames or getattr(error, "learner_traceback", None):
        return ""
    frame, at = frames[-1][0], summaries[-1]
    path = pathlib.Path(at.filename)
    if path.name not in CASE_FILES:
        return ""
    read = _expression(at)
    if isinstance(error, (NameError, ImportError)):
        ours = True
    elif isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        root = re.match(r"\w*", read)[0]  # type: ignore[index]
        ours = root not in frame.f_locals and isinstance(frame.f_globals.get(root), ModuleType)
    else:
        ours = isinstance(error, _OPERATIONS) and bool(read) and _all_ours(read, at, hers, _modules(frame))
    return f"{path.parent.name}/{path.name}, line {at.lineno}: {type(error).__name__}: {error}" if ours else ""


def _expression(at: traceback.FrameSummary) -> str:
    """The text of the expression that failed; "" where Python does not say."""
    if at.lineno is None or at.end_lineno is None or at.colno is None or at.end_colno is None:
        return ""
    lines = [linecache.getline(at.filename, n).encode() for n in range(at.lineno, at.end_lineno + 1)]
    if not all(lines):
        return ""
    lines[-1] = lines[-1][: at.end_colno]
    lines[0] = lines[0][at.colno :]
    return b"".join(lines).decode(errors="replace").strip()


def _modules(frame: FrameType) -> set[str]:
    """The names of modules that a function of the case file uses."""
    return {name for name, value in frame.f_globals.items() if isinstance(value, ModuleType)} - set(frame.f_locals)


def _all_ours(read: str, at: traceback.FrameSummary, hers: Collection[str], modules: set[str]) -> bool:
    """Whether an expression reads nothing that can depend on the learner's code."""
    function = _around(at)
    try:
        names = {node.id for node in ast.walk(ast.parse(f"({read}\n)")) if isinstance(node, ast.Name)}
    except SyntaxError:
        return False
    return function is not None and not names & _depending(function, set(hers), modules)


@functools.lru_cache(maxsize=4)
def _tree(text: str) -> ast.Module:
    """A file's syntax tree: while a breaking input is made smaller, the same line fails hundreds of times."""
    return ast.parse(text)


def _around(at: traceback.FrameSummary) -> ast.FunctionDef | None:
    """The outermost function of the file that holds the failing line."""
    tree = _tree("".join(linecache.getlines(at.filename)))
    line = at.lineno or 0
    return next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.lineno <= line <= (n.end_lineno or 0)), None)


def _depending(function: ast.FunctionDef, hers: set[str], modules: set[str]) -> set[str]:
    """The names in a function that may hold something of hers, however she came to it.

    Her pieces where the function is a case; every parameter where it is a helper or stands inside; what is assigned from
    such names, looped over, or handed to them.
    """
    own = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    inner = [n for n in ast.walk(function) if isinstance(n, (ast.FunctionDef, ast.Lambda)) and n is not function]
    found = set(hers) | {a.arg for n in inner for a in ast.walk(n.args) if isinstance(a, ast.arg)}
    if not own & hers:
        found |= own
    while True:
        more = {name for read, bound in _flows(function, modules) if read & found for name in bound} - found - modules
        if not more:
            return found
        found |= more


def _flows(function: ast.FunctionDef, modules: set[str]) -> Iterator[tuple[set[str], set[str]]]:
    """(names read, names that then may hold what was read), for each place where a value moves."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield _names(value), set().union(*map(_names, targets))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                yield _names(value), _names(target)
            case ast.NamedExpr(target=target, value=value):
                yield _names(value), _names(target)
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                yield _names(source), _names(target)
            case ast.withitem(context_expr=source, optional_vars=ast.expr() as target):
                yield _names(source), _names(target)
            case ast.Call(func=called, args=arguments, keywords=keywords):
                handed = set().union(*map(_names, [*arguments, *(k.value for k in keywords)]), set())
                yield _names(called), handed  # she may have changed what she was given
                if isinstance(called, ast.Attribute):
                    yield handed, _names(called.value)  # results.append(hers(x))
                if not _names(called) & modules:
                    yield handed, handed  # a helper may have handed one to the other; np and expect do not


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
