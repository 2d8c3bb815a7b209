"""An assignment as plain data: all that a worker needs of it to grade a submission, wherever it runs."""

from __future__ import annotations

import contextlib
import functools
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import datafiles
from autograder.grading import patterns_met
from autograder.grading.judge.job import digest_of, fields_of
from autograder.grading.patterns_met import Pattern
from autograder.notebook.sources import Reading
from autograder.wall.wire.limits import Limits

INSIDE, BY_HAND = "inside", "by hand"  # ways of test cells that do not run apart
ENGINE = (
    "*.py", "datasets/*.py", "cases/**/*.py", "explore/**/*.py", "explore/web/*", "notebook/**/*.py", "wall/**/*.py",
    "grading/**/*.py", "grading/**/*.j2", "learner/mine.py",
)  # fmt: skip


@dataclass(frozen=True)
class Assignment:
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
    patterns : by exercise, what its wrong rivals break, where that was written down. No learner's process gets it.
    ways : test cells that do not run apart, by notebook: inside the learner's process, or left to a human.
    """

    name: str
    is_week: bool
    entry: dict[str, Any]
    sources: dict[str, str]
    cases: dict[str, bytes]
    beside: dict[str, bytes]
    checksums: dict[str, dict[str, str]]
    open_week: bool
    limits: Limits
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    patterns: dict[str, dict[str, Pattern]] = field(default_factory=dict)
    ways: dict[str, dict[str, str]] = field(default_factory=dict)

    @functools.cached_property
    def digest(self) -> str:
        """The content of the assignment, of the engine and of the data."""
        return digest_of({**fields_of(self), "engine": engine(), "data": data()})

    @functools.cached_property
    def version(self) -> str:
        """The content of what its author writes: what a mended week changes."""
        return digest_of([self.sources, self.cases, self.beside, self.entry])


def bundle(
    root: Path,
    source: Path,
    assignment: str,
    open_week: bool,
    limits: Limits,
    checksums: Mapping[str, dict[str, str]] | None = None,
    settings: Mapping[str, Any] | None = None,
    reading: Reading = Reading(),  # noqa: B008
) -> Assignment:
    """Read an assignment.

    Parameters
    ----------
    root, source : the course's folder, and the assignment's in it.
    checksums, settings : as in Assignment.
    reading : how its notebooks are read.
    """
    is_week = has_cases(root, assignment)
    files = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*")) if path.is_file()}
    return Assignment(
        assignment,
        is_week,
        week_json(root, assignment),
        {Path(name).stem: reading.source(path) for name, path in files.items() if _is_notebook(name)},
        cases_of(root, assignment) if is_week else {},
        {name: path.read_bytes() for name, path in files.items() if not name.endswith(".ipynb") and not _is_litter(name)},
        dict(checksums or {}),
        open_week,
        limits,
        {name: dict(values) for name, values in (settings or {}).items()},
        {id: rivals for id, (_key, rivals) in patterns_met.read(root / "notebooks" / assignment).items()} if is_week else {},
    )


def has_cases(root: Path, assignment: str) -> bool:
    """Whether an assignment is one of the workbook's weeks, with cases of its own."""
    return (root / "notebooks" / assignment / "checks.py").is_file()


def cases_of(root: Path, assignment: str) -> dict[str, bytes]:
    """What a session needs of a week, by file name: its cases, and beside them the points that the builder wrote down."""
    texts, built = root / "notebooks" / assignment, root / "source" / assignment
    paths = [path for path in sorted(texts.glob("*.py")) if path.name not in ("lesson.py", "rivals.py")]
    kit = (path for path in sorted(built.glob("*.py")) if not (texts / path.name).exists())
    paths += [path for path in (built / "week.json", *kit) if path.is_file()]
    return {path.name: path.read_bytes() for path in paths}


def week_json(root: Path, assignment: str) -> dict[str, Any]:
    """What the builder wrote down of a week; nothing where it is none of ours."""
    path = root / "source" / assignment / "week.json"
    if not path.is_file():
        return {"title": "", "exercises": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@contextlib.contextmanager
def cases_folder(assignment: str, cases: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder that holds these files, for as long as a session needs it."""
    with tempfile.TemporaryDirectory(prefix="week-") as scratch:
        folder = Path(scratch) / assignment
        folder.mkdir()
        for name, content in cases.items():
            (folder / name).write_bytes(content)
        yield folder


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and "/" not in name


def _is_litter(name: str) -> bool:
    return name.endswith(".pyc") or any(part in (".ipynb_checkpoints", "__pycache__", "feedback") for part in name.split("/"))


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
