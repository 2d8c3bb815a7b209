"""Runs a test cell on the grader's side: any test cell, with its free names filled in from the learner's notebook."""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import linecache
import sys
import traceback
import types
import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder.errors import OwnFailure
from autograder.notebook.names import BUILTINS, Names, names_of
from autograder.timelimit import TimeUp
from autograder.wall.kernel import Kernel
from autograder.wall.outputs import Gathered, error, stream
from autograder.wall.plainly import plainly
from autograder.wall.wire.errors import LearnerError
from autograder.wall.wire.handles import Remote

FILE = "<test cell>"
JUDGES = "<locked cells>"


class Space(dict[str, Any]):
    """A test cell's globals: the grader's names and, where it has none, the learner's.

    Functions and classes of hers are filled in at the start. Her plain data is asked for again after her code ran, and
    what the cell does to her functions' names (rebinding, `del`) reaches her process before it is asked again. So does plain
    data that it puts under a name that answers look up (`shared`): `rate = 3` before `grow(2)`.
    """

    def __init__(
        self,
        grader: Mapping[str, Any],
        learner: Kernel,
        hers: Collection[str] | None,
        names: Names,
        shared: Collection[str] = (),
    ) -> None:
        super().__init__(grader)
        self._learner = learner
        self._fresh_at: dict[str, int] = {}
        self._known: dict[str, Any] = {}
        for name in names.read | names.bound:
            if name in (hers or ()) or not (name in grader or name in BUILTINS):
                self._fill(name, name in names.bound, hers is None or name in hers)
        self._judged: dict[str, Any] = {}
        known = {name for name, value in grader.items() if not _is_data(value)} | self._known.keys()
        self._data = names.bound & frozenset(shared) - known
        self._kept = self._data & grader.keys()
        for name in self._data:
            self._known[name] = self.get(name, _GONE)

    def _fill(self, name: str, rebound: bool, may_pass: bool) -> None:
        self.pop(name, None)
        try:
            value = self._learner.get(name)
        except NameError:
            return
        super().__setitem__(name, value)
        if isinstance(value, Remote):
            if rebound and may_pass:
                self._known[name] = value
        elif not rebound:
            self._fresh_at[name] = self._learner.asked

    def __getitem__(self, name: str) -> Any:
        asked = self._fresh_at.get(name)
        if asked is not None and asked != self._learner.asked:
            with contextlib.suppress(NameError):
                super().__setitem__(name, self._learner.get(name))
            self._fresh_at[name] = self._learner.asked
        return super().__getitem__(name)

    def judge_by(self, judges: str) -> None:
        """Define what the test judges by."""
        exec(compile(judges, JUDGES, "exec"), self)
        self._judged = {name: self[name] for name in names_of(judges).bound}

    def rebound(self) -> set[str]:
        """What the cell judged by, and has bound anew."""
        return {name for name, value in self._judged.items() if self.get(name) is not value}

    def pass_through(self) -> None:
        """Tell her process what became of her functions' names."""
        for name, known in list(self._known.items()):
            now = self.get(name, _GONE)
            if now is known or _is_imported(now):  # hers is the same, and lives where she can use it
                continue
            if name not in self._data or now is _GONE or _is_data(now):
                self._known[name] = now
                if now is _GONE:
                    self._learner.delete(name)
                else:
                    self._learner.set(name, now)

    def left(self) -> dict[str, Any]:
        """What the cell leaves to later test cells: its own names, and nothing of hers."""
        hers = {name for name, known in self._known.items() if self.get(name) is known} | self._fresh_at.keys()
        hers -= self._kept | self.rebound()
        return {
            name: value
            for name, value in self.items()
            if name not in hers and not isinstance(value, Remote) and name != "__builtins__"
        }


_GONE = object()
_DATA = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, range, type(None), np.ndarray, np.generic)


def _is_imported(value: Any) -> bool:
    """Whether a module, or a function or a class of one, and not what a test cell has made."""
    if isinstance(value, types.FunctionType):
        return not isinstance(value.__globals__, Space)
    return isinstance(value, types.ModuleType | types.BuiltinFunctionType) or (
        isinstance(value, type) and value.__module__ != "__main__"
    )


def _is_data(value: Any) -> bool:
    return isinstance(value, _DATA)


def run_test(
    source: str,
    namespace: dict[str, Any],
    learner: Kernel,
    hers: Collection[str] | None = None,
    shared: Collection[str] = (),
    judges: str = "",
    rebound: set[str] | None = None,
) -> list[NotebookNode]:
    """Run a test cell.

    Parameters
    ----------
    source : its text.
    namespace : the grader's names (`check`, `np`, …); what the cell binds is added, for later test cells.
    learner : whose names fill in the rest.
    hers : names that are the learner's even where they are builtins' or in `namespace`, and whose rebinding reaches
        her process; None: only names that are found nowhere else, and all of these.
    shared : names that answers look up: plain data that the cell binds to one reaches her process.
    judges : definitions of the source's that the test judges by, run on this side (see `judging_names`).
    rebound : what it judges by and binds anew is added: the later tests judge by that, not by the locked cells.

    Returns
    -------
    The outputs in notebook format. Whatever is printed or warned of is on stdout: nbgrader gives a cell with anything
    on stderr no point.
    """
    gathered = Gathered(learner.limits.output)
    printed = _Printed(gathered)
    before = learner.on_output, learner.before_ask
    learner.on_output = functools.partial(_show, printed)
    space: Space | None = None
    try:
        with _captured(printed), learner.limit(learner.limits.cell_seconds):
            names = _with(judges, names_of(source))
            space = Space({**namespace, "__name__": "__main__"}, learner, hers, names, shared)
            space.judge_by(judges)
            learner.before_ask = _once(space.pass_through)
            value = _execute(source, space)
            shown = None if value is None else _result(value)
            space.pass_through()
        printed.flush()
        if shown is not None:
            gathered.add(shown)
    except (KeyboardInterrupt, OwnFailure):
        raise
    except BaseException as raised:  # pytest's own outcomes, for one, are no Exceptions
        printed.flush()
        gathered.outputs.append(_failure(raised))
    finally:
        learner.on_output, learner.before_ask = before
        if space is not None:
            namespace.update(space.left())
            if rebound is not None:
                rebound |= space.rebound()
    return plainly(gathered.outputs)


def _with(judges: str, test: Names) -> Names:
    """The names of a test whose helpers are defined on this side."""
    found = names_of(judges)
    return Names((test.read | found.read) - found.bound, test.bound)


def _once(pass_through: Any) -> Any:
    """Passing names through asks the learner itself: not again from within."""
    busy = False

    def before_ask() -> None:
        nonlocal busy
        if not busy:
            busy = True
            try:
                pass_through()
            finally:
                busy = False

    return before_ask


def _execute(source: str, space: Space) -> Any:
    """Run the cell; the value of its last expression, as a notebook shows it."""
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    tree = ast.parse(source, FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, FILE, "exec"), space)
    if last is None or source.rstrip().endswith(";"):
        return None
    return eval(compile(ast.Expression(last.value), FILE, "eval"), space)  # type: ignore[attr-defined]


def _result(value: Any) -> dict[str, Any]:
    data = {"text/plain": repr(value)}
    html = None if isinstance(value, Remote) else getattr(value, "_repr_html_", None)
    if callable(html) and (page := html()):
        data["text/html"] = page
    return {"output_type": "execute_result", "data": data}


def _failure(raised: BaseException) -> NotebookNode:
    name = "TimeUp" if isinstance(raised, TimeUp) else type(raised).__name__
    message = "the time was up: is there a loop that never ends?" if isinstance(raised, TimeUp) else str(raised)[:4000]
    if isinstance(raised, SyntaxError):
        return error(name, message, traceback.format_exception_only(raised))
    lines = [
        f"  line {frame.lineno}: {frame.line}" for frame in traceback.extract_tb(raised.__traceback__) if frame.filename == FILE
    ]
    hers = getattr(raised, "learner_text", "")
    told = [*lines, "in the notebook:", hers] if hers and getattr(raised, "learner_traceback", ()) else lines
    return error(name, message, [*told[:60], f"{name}: {message}"])


class _Printed(io.StringIO):
    """stdout and stderr of a test cell, the learner's prints among it, in order."""

    def __init__(self, gathered: Gathered) -> None:
        super().__init__()
        self.gathered = gathered

    def write(self, text: str) -> int:
        self.gathered.left -= len(text)
        return super().write(text) if self.gathered.left > 0 else len(text)

    def flush(self) -> None:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        if text:
            self.gathered.left += len(text)
            self.gathered.add(stream(text))


def _show(printed: _Printed, output: Any) -> None:
    """What her code shows while a test runs: prints go where the test's own go, pictures stand between."""
    if isinstance(output, dict) and output.get("output_type") == "stream":
        text = output.get("text")
        sys.stdout.write(text if isinstance(text, str) else "")
    elif isinstance(output, dict) and output.get("output_type") == "display_data":
        printed.flush()
        printed.gathered.add(output)


@contextlib.contextmanager
def _captured(printed: _Printed) -> Iterator[None]:
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = _warned
        yield


def _warned(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    """A warning as it is said, and not where in the grader it came up."""
    print(f"{category.__name__}: {message}")


__all__ = ["LearnerError", "Space", "run_test"]
