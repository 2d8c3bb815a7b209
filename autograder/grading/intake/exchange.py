"""The exchange, safely: collecting follows no link, giving back is stopped by no single submission.

nbgrader's own collecting copies what a link in a submission leads to, with the instructor's rights.
"""

from __future__ import annotations

import datetime
import errno
import fnmatch
import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

from nbgrader.exchange.default.collect import ExchangeCollect
from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets import Bool, Unicode

from autograder.files import write_whole
from autograder.grading import timestamps
from autograder.grading.intake.attempts import Attempt, counting, look_for
from autograder.grading.intake.entries import shown
from autograder.grading.intake.intake import DEEPEST, FIRST, LARGEST_ALL, LITTER, MOST_FILES, clean, take_in
from autograder.grading.intake.notes import FOLDER, Notes
from autograder.grading.opened import frozen
from autograder.grading.outbox import is_full, sweep
from autograder.grading.page.solutions import solutions_of
from autograder.locks import alone
from autograder.notebook.sources import Reading, marks_of


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collects what counts: the last attempt in time, else the last; looked at before anything else reads it."""

    src_records: list[dict[str, Any]]
    only = Unicode("", help="the one folder in inbound to collect; by default what counts of every learner")
    file_times = Bool(
        True, help="an attempt counts as handed in no earlier than the file system says; False: when its folder's name says"
    ).tag(config=True)
    strict = Bool(True, help="whether it fails, once all else is collected, where something in inbound is not understood")

    def _path_to_record(self, path: str) -> dict[str, Any]:
        # Called by nbgrader's own init_src, which stops at a stray file; what counts is found below.
        return {"username": "", "filename": Path(path).name, "timestamp": datetime.datetime(1970, 1, 1)}

    #: what is not collected, by its name as it can be shown, with the reason
    troubles: list[tuple[str, str]]

    def init_src(self) -> None:
        """Find each student's attempt that counts, and what is not understood."""
        super().init_src()
        assignment, wanted = self.coursedir.assignment_id, self.coursedir.student_id or "*"
        self.found = look_for(self, Path(self.inbound_path), lambda one: one.assignment == assignment)
        self.check_owner = False  # done: nbgrader only warns, of every folder where all have one account
        self.groups: dict[str, list[Attempt]] = {}
        for attempt in self.found.attempts:
            if attempt.assignment == assignment and (wanted == attempt.student or fnmatch.fnmatchcase(attempt.student, wanted)):
                self.groups.setdefault(attempt.student, []).append(attempt)
        due = self.duedate if self.before_duedate else None
        chosen = [counting(group, due) for group in self.groups.values()]
        if self.only:
            chosen = [one for group in self.groups.values() for one in group if one.name == self.only]
        self.chosen = {one.name: one for one in chosen}
        self.src_records = [{"username": one.student, "filename": one.name, "timestamp": one.time} for one in chosen]

    def copy_files(self) -> None:
        """Collect them one by one, each alone: nbgrader removes what lies there before it copies, so it is made ready first."""
        if not (records := self.src_records):
            super().copy_files()  # says so
        self.troubles = [] if self.only else self.found.lines(self.coursedir.assignment_id)
        for record in records:
            self.src_records = [record]
            where = Path(
                self.coursedir.format_path(self.coursedir.submitted_directory, record["username"], self.coursedir.assignment_id)
            )
            with alone(where):
                try:
                    if self._is_new(record, where):
                        self._make_ready(Path(self.inbound_path, record["filename"]), where)
                    super().copy_files()
                except Exception as error:  # one submission's trouble stops no other; a full disk is everybody's
                    if self.only or is_full(error):
                        raise
                    why = f"it could not be collected ({type(error).__name__}: {error})"
                    self.troubles.append((shown(record["filename"]), why))
                finally:
                    shutil.rmtree(_ready(where), ignore_errors=True)
                    sweep(where)
        if self.troubles and self.strict:
            for name, why in self.troubles:
                self.log.error("Not collected: %s: %s", name, why)
            self.fail(f"All else is collected; {len(self.troubles)} in {self.inbound_path} are not: the lines above name them")

    def _is_new(self, record: dict[str, Any], where: Path) -> bool:
        """Whether nbgrader is about to copy it."""
        if not where.is_dir():
            return True
        before, now = self.coursedir.get_existing_timestamp(str(where)), record["timestamp"]
        return bool(self.update and (before is None or now > before)) or bool(self.before_duedate and before != now)

    def _make_ready(self, src: Path, where: Path) -> None:
        """Copy one submission beside the place where it belongs, plain files only, and take it in."""
        made, attempt = _ready(where), self.chosen[src.name]
        lines = safe_copy(src, made)
        # What was sorted by; the text inside may say anything.
        write_whole(made / timestamps.FILE, attempt.moment.encode())
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", attempt.assignment))
        release = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", attempt.assignment))
        reading = Reading(marks_of(self.config), release)
        take_in(made, source, Notes(files=lines, attempt=self._attempt(attempt)), reading)

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Put what was made ready in its place: there is never half a submission, and an old one goes only for a whole one."""
        _ready(Path(dest)).rename(dest)

    def _attempt(self, chosen: Attempt) -> list[str]:
        """Which of the learner's attempts this is, where there are several, and what is to be said of its time."""
        times, now = [one.time for one in self.groups[chosen.student]], chosen.time
        said = [chosen.line] if chosen.line else []
        if len(times) < 2:
            return said
        line = f"You handed in {len(times)} times; the attempt of {now:%d %B, %H:%M:%S} UTC counts"
        late = [time for time in times if self.duedate is not None and time > self.duedate]
        if late and now not in late:
            return [*said, f"{line}: the last one in time. {len(late)} came after the due date."]
        return [*said, f"{line}: the last one."]


def _ready(where: Path) -> Path:
    return where.with_name(f".{where.name}.{os.getpid()}.new")


def safe_copy(src: Path, dest: Path) -> list[str]:
    """Copy a folder's ordinary files; lines on what was left out. No link is followed, also none that is just being made."""
    shutil.rmtree(dest, ignore_errors=True)
    dest.mkdir(parents=True)
    lines, room, left = list[str](), LARGEST_ALL, 2 * MOST_FILES
    for here, folders, files, handle in os.fwalk(src, follow_symlinks=False):
        inside = Path(here).relative_to(src)
        links = [name for name in folders if Path(here, name).is_symlink()]
        folders[:] = [name for name in folders if name not in links and name not in (*LITTER, FOLDER)]
        if len(inside.parts) > DEEPEST:
            folders.clear()
        wanted = sorted([*files, *links], key=lambda name: (not name.endswith(FIRST), name))
        if len(wanted) > left:
            lines.append("There are too many files beside the notebook: most were left out.")
        wanted, left = wanted[:left], max(0, left - len(wanted))
        for name in wanted:
            content = _ordinary(name, handle, room)
            if isinstance(content, str):
                lines.append(f"{inside / name!s:.100} was left out: {content}.")
                continue
            room -= len(content)
            (dest / inside).mkdir(parents=True, exist_ok=True)
            (dest / inside / name).write_bytes(content)
    return lines + clean(dest)


def _ordinary(name: str, folder: int, room: int) -> bytes | str:
    """A file's content, or why it has none for us."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        return "it is a link, and links are not followed" if error.errno == errno.ELOOP else "it could not be read"
    with os.fdopen(file, "rb") as opened:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            return "it is no ordinary file"
        content = opened.read(room + 1) if about.st_size <= room else None
    return content if content is not None and len(content) <= room else "it is too large"


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Gives back pages and, beside each, the reference solutions that the learner has opened."""

    solutions = Unicode("closed", help='when solutions may be opened: "closed", "graded", "never"').tag(config=True)

    def __init__(self, **settings: Any) -> None:
        settings.pop("authentictor", None)  # so spelt in nbgrader's own call; traitlets warns of it, and will raise
        super().__init__(**settings)

    def copy_files(self) -> None:
        """Put each page where its learner finds it."""
        excluded = set(self.coursedir.student_id_exclude.split(",")) - {""}
        released = 0
        for path in sorted(Path(self.coursedir.root).glob(str(Path(self.src_path).relative_to(self.coursedir.root)) + "/*.html")):
            student = self._student(path)
            if student is None or student in excluded:
                continue
            try:
                self._release(path)
                released += 1
            except Exception as error:  # a submission without its secret, for instance
                if is_full(error):
                    raise
                self.log.warning("Feedback for %s could not be released: %s", student, error)
        self.log.info("Feedback released: %d pages", released)

    def _student(self, path: Path) -> str | None:
        wanted = self.coursedir.format_path(
            self.coursedir.feedback_directory, "(?P<student>[^/]+)", self.coursedir.assignment_id, escape=True
        )
        match = re.fullmatch(wanted, str(path.parent))
        return match["student"] if match else None

    def _release(self, path: Path) -> None:
        secret = (path.parent / "submission_secret.txt").read_text(encoding="ascii")
        name = notebook_hash(secret=secret, notebook_id=path.stem)
        put(Path(self.dest_path), f"{name}.html", path.read_bytes())
        if opened := frozen(Path(self.coursedir.root), path.parent.name, self._student(path) or ""):
            source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", path.parent.name), path.name)
            found = solutions_of(source.with_suffix(".ipynb"), opened)
            put(Path(self.dest_path), f"{name}.solutions.json", (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())


def put(folder: Path, name: str, content: bytes) -> None:
    """Put a file into the exchange under a name that only its learner knows: nobody may list the folder."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    write_whole(folder / name, content)
    (folder / name).chmod(0o644)
