"""What became of the notebook's cells: which one defined a name, whether it came to its end, whether it was edited since.

A check judges what the kernel holds. After a syntax error, or an edit that was not run, that is the function of before: the
learner must be told, or she mends the wrong thing.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The path of the notebook that a kernel belongs to, as Jupyter's server tells its kernels.
NOTEBOOK = "JPY_SESSION_NAME"
_BINDS = re.compile(r"^(?:async\s+def|def|class)\s+([^\W\d]\w*)|^([^\W\d]\w*)\s*(?::[^=]+)?=(?!=)", re.MULTILINE)


def bound_names(source: str) -> set[str]:
    """The names that a cell defines at its outermost level; read roughly where Python cannot read the cell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {a or b for a, b in _BINDS.findall(source)}
    found: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(statement.name)
        else:
            found |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return found


@dataclass
class Run:
    """One run of a cell: its text, when it ended, and how it failed (empty where it came to its end)."""

    source: str
    ended: float
    failed: str = ""


@dataclass
class Journal:
    """The last run of the cell that defines each name.

    Attributes
    ----------
    last : by name, the last run of a cell that defines it.
    """

    last: dict[str, Run] = field(default_factory=dict)

    def note(self, result: Any) -> None:
        """Remember a cell that has run: IPython calls this with its ExecutionResult after each."""
        source = getattr(getattr(result, "info", None), "raw_cell", None)
        if not isinstance(source, str):
            return
        error = getattr(result, "error_before_exec", None) or getattr(result, "error_in_exec", None)
        run = Run(source, time.time(), _in_words(error) if error is not None else "")
        for name in bound_names(source):
            self.last[name] = run

    def doubt(self, names: Sequence[str], notebook: Path | None = None) -> str:
        """What the learner must know before she believes a verdict on these names; empty where nothing is amiss.

        Parameters
        ----------
        notebook : the saved notebook; by default the one that Jupyter named to this kernel.
        """
        for name in names:
            run = self.last.get(name)
            if run is not None and run.failed:
                return f"the cell that defines `{name}` stopped with {run.failed}"
        path = notebook or _saved()
        for name in names:
            run = self.last.get(name)
            if run is not None and path is not None and _edited(run, name, path):
                return f"the cell that defines `{name}` was changed after it had run: run it again, then check"
        return ""


def _in_words(error: BaseException) -> str:
    """A failed cell's error in a line: its kind, its words, and where Python could not read on."""
    kind, text = type(error).__name__, str(error).splitlines()[0][:200] if str(error) else ""
    if isinstance(error, SyntaxError):
        place = f" in its line {error.lineno}" if error.lineno else ""
        return f"a {kind}{place} ({error.msg})"
    return f"{'an' if kind[:1] in 'AEIOU' else 'a'} {kind} ({text})" if text else f"{'an' if kind[:1] in 'AEIOU' else 'a'} {kind}"


def _saved() -> Path | None:
    """The saved notebook of this kernel; None where nobody said which it is."""
    named = os.environ.get(NOTEBOOK, "")
    path = Path(named)
    return path if named.endswith(".ipynb") and path.is_file() else None


def _edited(run: Run, name: str, notebook: Path) -> bool:
    """Whether the saved notebook, saved after that run, defines the name by other text only."""
    try:
        if notebook.stat().st_mtime <= run.ended:
            return False  # saved before the run: the cell on the screen may be newer than the file
        saved = [text for text in _code(notebook) if name in bound_names(text)]
    except (OSError, ValueError):
        return False
    return bool(saved) and run.source.strip() not in {text.strip() for text in saved}


def _code(notebook: Path) -> Iterable[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield source if isinstance(source, str) else "".join(source)


def watch_cells() -> Journal:
    """The journal of this process, filled by IPython from now on where there is one."""
    global _journal
    if _journal is None:
        _journal = Journal()
        ipython = sys.modules.get("IPython")  # where there is a shell, it is loaded; a grader's worker starts without it
        shell = ipython.get_ipython() if ipython else None
        if shell is not None:
            shell.events.register("post_run_cell", _journal.note)
    return _journal


_journal: Journal | None = None
