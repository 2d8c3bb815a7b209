"""An assignment and a submission as plain data: all that a worker needs to grade one, wherever it runs."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import datafiles
from autograder.grading import timestamps
from autograder.grading.judge import week
from autograder.wall.wire.limits import Limits

ENGINE = (
    "*.py", "cases/**/*.py", "explore/**/*.py", "explore/web/*", "notebook/**/*.py", "wall/**/*.py",
    "grading/**/*.py", "grading/**/*.j2", "learner/mine.py",
)  # fmt: skip


@dataclass(frozen=True)
class Week:
    """An assignment.

    Attributes
    ----------
    is_week : whether it is one of the workbook's, with cases of its own.
    entry : what the builder wrote down of it (title, exercises).
    sources : the instructor's notebooks, as text, by name.
    cases : the files that a session needs (checks.py, hidden.py, …), by name.
    beside : the course's own files beside the notebooks; they are laid over the submission's.
    checksums : what the gradebook has of each cell, by notebook: an answer that still has it was not touched.
    open_week : a studio shows its band on one half of the judged rows.
    settings : nbgrader's own settings of steps that run on the worker.
    """

    assignment: str
    is_week: bool
    entry: dict[str, Any]
    sources: dict[str, str]
    cases: dict[str, bytes]
    beside: dict[str, bytes]
    checksums: dict[str, dict[str, str]]
    open_week: bool
    limits: Limits
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @functools.cached_property
    def digest(self) -> str:
        """The content of the assignment, of the engine and of the data."""
        return digest_of({**fields_of(self), "engine": engine(), "data": data()})


@dataclass(frozen=True)
class Job:
    """One learner's submission, taken in.

    Attributes
    ----------
    notebooks : its notebooks as intake left them, as text, by name.
    files : what else lies in the submitted folder, by name.
    keys : the submission's key of each notebook: the course's secret itself never leaves the coordinator.
    lines, unreadable : what intake has to say of each notebook.
    late : seconds after the due date.
    """

    student: str
    notebooks: dict[str, str]
    files: dict[str, bytes]
    keys: dict[str, bytes]
    lines: dict[str, list[str]]
    unreadable: dict[str, str]
    late: float = 0.0

    @functools.cached_property
    def digest(self) -> str:
        """The submission's content."""
        return digest_of(fields_of(self))

    @property
    def handed_in(self) -> str:
        """The submission's time, as the exchange wrote it; empty where nothing is written."""
        return handed_in(self.files)


@dataclass
class Graded:
    """What grading a submission came to.

    Attributes
    ----------
    texts : the executed notebooks, by name.
    grades : the score of each graded cell, None where a human has to look.
    comments : nbgrader's own remark on each answer.
    pages : the feedback pages, by notebook.
    trouble : why it could not be graded; empty where it was.
    doubtful : a learner's process was killed, twice in a row, perhaps by somebody else: the next run grades it anew.
    slow : why learner's processes start slowly where it was graded; empty where they do not.
    """

    student: str
    texts: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, float | None]] = field(default_factory=dict)
    comments: dict[str, dict[str, str | None]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: str = ""
    doubtful: bool = False
    slow: str = ""


def fields_of(record: Any) -> dict[str, Any]:
    """The fields of a dataclass, without going into what they hold."""
    return {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}


def bundle(
    root: Path,
    source: Path,
    assignment: str,
    open_week: bool,
    limits: Limits,
    checksums: Mapping[str, dict[str, str]] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Week:
    """Read an assignment.

    Parameters
    ----------
    root, source : the course's folder, and the assignment's in it.
    checksums, settings : as in Week.
    """
    is_week = week.is_week(root, assignment)
    files = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*")) if path.is_file()}
    return Week(
        assignment,
        is_week,
        week.week_json(root, assignment),
        {Path(name).stem: path.read_text(encoding="utf-8") for name, path in files.items() if _is_notebook(name)},
        week.cases_of(root, assignment) if is_week else {},
        {name: path.read_bytes() for name, path in files.items() if not name.endswith(".ipynb") and not _is_litter(name)},
        dict(checksums or {}),
        open_week,
        limits,
        {name: dict(values) for name, values in (settings or {}).items()},
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """What stands in a submitted folder besides its notebooks; no link is followed, nothing of the grader's own is meant."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name.startswith(".") or path.suffix == ".ipynb":
            continue
        found[name] = path.read_bytes()
    return found


def handed_in(files: Mapping[str, bytes]) -> str:
    """A submission's time, as the exchange wrote it; empty where nothing is written."""
    return files.get(timestamps.FILE, b"").decode("ascii", "replace")


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and "/" not in name


def _is_litter(name: str) -> bool:
    return name.endswith(".pyc") or any(part in (".ipynb_checkpoints", "__pycache__", "feedback") for part in name.split("/"))


def digest_of(value: Any) -> str:
    """A sha256 of plain data, every part with its type and length."""
    made = hashlib.sha256()
    _feed(made, value)
    return made.hexdigest()


def _feed(made: Any, value: Any) -> None:
    if dataclasses.is_dataclass(value):
        value = fields_of(value)
    if isinstance(value, Mapping):
        made.update(b"{%d" % len(value))
        for key in sorted(value, key=str):
            _feed(made, str(key))
            _feed(made, value[key])
    elif isinstance(value, (list, tuple)):
        made.update(b"[%d" % len(value))
        for one in value:
            _feed(made, one)
    else:
        raw = value if isinstance(value, bytes) else repr(value).encode()
        made.update(b"%s:%d:" % (type(value).__name__.encode(), len(raw)) + raw)


@functools.cache
def engine() -> str:
    """What decides besides the course: the engine's own programs and the versions of what it runs on."""
    import platform
    from importlib.metadata import version

    package = Path(datafiles.__file__).parent
    files = sorted({path for pattern in ENGINE for path in package.glob(pattern)})
    versions = [platform.python_version(), *(version(name) for name in ("numpy", "ipython", "matplotlib", "hypothesis"))]
    return digest_of([versions, {path.relative_to(package).as_posix(): path.read_bytes() for path in files}])


def data() -> str:
    """The data, by its manifests."""
    texts = [(datafiles.public().folder / datafiles.MANIFEST).read_bytes()]
    try:
        texts.append((datafiles.held_out().folder / datafiles.MANIFEST).read_bytes())
    except datafiles.DataError:
        texts.append(b"")
    return digest_of(texts)
