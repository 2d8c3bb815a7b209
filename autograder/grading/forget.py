"""`workbook forget`: all that a course keeps of one learner is removed, and each thing is named.

What lies in her own home is hers and stays; so do backups, and lines in logs that hold her name.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import Mend
from autograder.files import write_whole
from autograder.grading.state import REPORTS, WATCHED, state_folder

if TYPE_CHECKING:
    from autograder.grading.grader import Grader


@dataclass(frozen=True)
class Trace:
    """Something that is kept of a learner, in words, and how it is removed."""

    what: str
    remove: Callable[[], None]


def add(subparsers: Any) -> None:
    """Add the parser of `forget`."""
    parser = subparsers.add_parser("forget", help="remove all that the course keeps of a learner; asks first")
    parser.add_argument("student", metavar="STUDENT", help="her id in the gradebook and the exchange")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--course", type=Path, default=None, metavar="FOLDER", help="where nbgrader runs (found from here)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Name what is kept of a learner, ask, remove it; 1 where something stays, or somebody says no."""
    from autograder.grading.grader import Grader, find_course

    root = find_course(options.course)
    traces = kept_of(Grader(root), options.student)
    if not traces:
        raise Mend(f"Nothing is kept of {options.student!r} in {root}.\nMend: name her as the gradebook does.")
    print("\n".join(trace.what for trace in traces))
    if not options.yes and not _is_sure(options.student):
        print("Nothing was removed.")
        return 1
    stays = forget(traces)
    for what, why in stays:
        print(f"stays: {what}: {why}", file=sys.stderr)
    if stays:
        mend = "end what uses it, or let the owner of these files or the machine's administrator remove them; then run it again"
        raise Mend(f"{len(stays)} of {len(traces)} stay.\nMend: {mend}.")
    print(f"Removed: {len(traces)}. Backups of this machine, logs of the watcher and what is in her own home are not touched.")
    return 0


def _is_sure(student: str) -> bool:
    try:
        return input(f"Remove all this, for good? Type {student} to go on: ").strip() == student
    except EOFError:
        return False


def forget(traces: list[Trace]) -> list[tuple[str, str]]:
    """Remove these; what stays, and why. One that cannot be removed stops no other."""
    stays = []
    for trace in traces:
        try:
            trace.remove()
        except Exception as error:  # another user's file, a locked database
            stays.append((trace.what, str(error)))
    return stays


def kept_of(grader: Grader, student: str) -> list[Trace]:
    """All that is kept of a learner, in the order in which it is to be removed: what a watcher would grade again comes first.

    Raises
    ------
    Mend
        Where that is no learner's name.
    """
    if not student.strip() or "/" in student or student.startswith(".") or "\0" in student:
        raise Mend(f"{student!r} is no learner's name.\nMend: name her as the gradebook does.")
    return [*_in_the_exchange(grader, student), *_in_folders(grader, student), *_of_the_grader(grader, student)]


def _in_the_exchange(grader: Grader, student: str) -> Iterator[Trace]:
    """Attempts, deeds, and the pages that belong to them; nbgrader's copies where the course's configuration names a place."""
    from autograder.grading.intake.attempts import Attempt
    from autograder.grading.intake.entries import entry_parts

    exchange = grader.exchange
    inbound = exchange / "inbound" if exchange else None
    secrets = _secrets_kept(grader, student)
    if inbound is not None and inbound.is_dir():
        for path in sorted(inbound.iterdir()):
            parts = entry_parts(path.name)
            if parts is not None and parts[0] == student:
                secrets.add((parts[1].removesuffix(".opens"), Attempt(path, *parts).secret))
                yield _tree(path)
    cache = grader.config.Exchange.get("cache", "")
    for path in sorted(Path(cache, grader.coursedir.course_id).glob("*")) if cache else ():
        if (entry_parts(path.name) or ("",))[0] == student:
            yield _tree(path)
    if exchange is not None and (exchange / "feedback").is_dir():
        yield from _pages(grader, exchange / "feedback", secrets)


def _secrets_kept(grader: Grader, student: str) -> set[tuple[str, str]]:
    """What names the pages of the attempts that were collected, by assignment."""
    base = grader.submitted(student, "_").parent
    paths = base.glob("*/submission_secret.txt") if base.is_dir() else ()
    return {(path.parent.name, path.read_text(encoding="ascii", errors="replace").strip()) for path in paths if path.is_file()}


def _pages(grader: Grader, folder: Path, secrets: set[tuple[str, str]]) -> Iterator[Trace]:
    from nbgrader.utils import notebook_hash

    for assignment, secret in sorted(secrets):
        for notebook in grader.notebooks(assignment) if secret else ():
            name = notebook_hash(secret=secret, notebook_id=notebook)
            for path in sorted(folder.glob(f"{name}.*")):
                yield Trace(f"{path} ({assignment})", path.unlink)


def _in_folders(grader: Grader, student: str) -> Iterator[Trace]:
    """What was collected, what came of it, and the pages."""
    directory = grader.coursedir
    for step in (directory.submitted_directory, directory.autograded_directory, directory.feedback_directory):
        folder = Path(directory.format_path(step, student, "_")).parent
        if folder.is_dir() and folder.name == student:
            yield _tree(folder)


def _of_the_grader(grader: Grader, student: str) -> Iterator[Trace]:
    """Records, opened solutions, the watcher's ledger, reports that name her, the gradebook."""
    state = state_folder(grader.root)
    for kind in ("results", "opened"):
        for path in sorted((state / kind).glob("*/*.json")):
            if path.name == f"{student}.json":
                yield Trace(str(path), path.unlink)
    ledger = state / WATCHED
    if number := len(_lines_of(ledger, student)):
        yield Trace(f"{ledger}: {number} lines", lambda: _strike(ledger, student))
    for path in sorted((grader.root / REPORTS).glob("*")):
        yield Trace(f"{path} (`workbook report` writes it anew)", lambda path=path: shutil.rmtree(path))  # type: ignore[misc]
    from autograder.grading import roster

    with grader.gradebook() as book:
        rows = roster.submissions(book, student)
    if rows is not None:
        yield Trace(f"the gradebook: {student}, {rows} submissions with their scores and comments", lambda: _out(grader, student))


def _out(grader: Grader, student: str) -> None:
    from autograder.grading import roster

    with grader.gradebook() as book:
        roster.forget(book, student)


def _lines_of(ledger: Path, student: str) -> list[str]:
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.is_file() else []
    return [line for line in lines if _student_of(line) == student]


def _student_of(line: str) -> str:
    """Whose attempt a line of the ledger is about; empty where that cannot be read."""
    from autograder.grading.intake.entries import entry_parts

    try:
        return (entry_parts(str(json.loads(line)["attempt"])) or ("",))[0]
    except (ValueError, KeyError, TypeError):
        return ""


def _strike(ledger: Path, student: str) -> None:
    lines = ledger.read_text(encoding="utf-8").splitlines()
    write_whole(ledger, "\n".join(line for line in lines if _student_of(line) != student).encode())


def _tree(folder: Path) -> Trace:
    return Trace(str(folder), lambda: _remove(folder))


def _remove(folder: Path) -> None:
    """Remove a folder; nbgrader leaves some that nobody may write into."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            try:
                path.chmod(path.stat().st_mode | 0o700)
            except PermissionError:
                continue  # another user's: removing it says so
    shutil.rmtree(folder)
