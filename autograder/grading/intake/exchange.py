"""The exchange, safely: collecting follows no link, giving back is stopped by no single submission.

nbgrader's own collecting copies what a link in a submission leads to, with the instructor's rights.
"""

from __future__ import annotations

import datetime
import errno
import functools
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
from traitlets import Unicode

from autograder.files import write_whole
from autograder.grading import timestamps
from autograder.grading.intake.intake import DEEPEST, FIRST, LARGEST_ALL, LITTER, MOST_FILES, clean, take_in
from autograder.grading.intake.notes import FOLDER, Notes
from autograder.grading.opened import frozen
from autograder.grading.outbox import is_full, sweep
from autograder.grading.page.solutions import solutions_of
from autograder.grading.timestamps import moment
from autograder.locks import alone

#: a student's name that is also a folder's name, and no pattern
STUDENT = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_.@+-]{0,99}")
ASSIGNMENT = re.compile(r"[^/.+*?\[\]\0][^/+*?\[\]\0]{0,199}")


@functools.lru_cache(maxsize=100_000)
def entry_parts(name: str) -> tuple[str, str, str] | None:
    """Student, assignment and timestamp of a folder in inbound; None where it is none."""
    parts = name.rsplit("+", 3)
    if len(parts) == 3:
        parts.append("")
    if len(parts) != 4 or not STUDENT.fullmatch(parts[0]) or not ASSIGNMENT.fullmatch(parts[1]):
        return None
    return (parts[0], parts[1], parts[2]) if moment(parts[2]) is not None else None


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collects what counts: the last attempt in time, else the last; looked at before anything else reads it."""

    src_records: list[dict[str, Any]]
    only = Unicode("", help="the one folder in inbound to collect; by default what counts of every learner")

    def _path_to_record(self, path: str) -> dict[str, Any]:
        parts = entry_parts(Path(path).name)
        if parts is None or Path(path).is_symlink() or not Path(path).is_dir():
            # Somebody's stray file must not stop the others: it sorts behind everything, and is left out below.
            return {"username": "", "filename": Path(path).name, "timestamp": datetime.datetime(1970, 1, 1)}
        return {"username": parts[0], "filename": Path(path).name, "timestamp": moment(parts[2])}

    def init_src(self) -> None:
        """Find each student's attempt that counts."""
        super().init_src()
        if self.only:
            self.src_records = [self._path_to_record(str(Path(self.inbound_path, self.only)))]
        for record in self.src_records:
            if not record["username"]:
                self.log.warning("Left out, no submission: %s", record["filename"])
        self.src_records = [record for record in self.src_records if record["username"]]

    def copy_files(self) -> None:
        """Collect them one by one, each alone: nbgrader removes what lies there before it copies, so it is made ready first."""
        if not (records := self.src_records):
            super().copy_files()  # says so
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
                    self.log.exception("A submission could not be collected: %s", record["filename"])
                finally:
                    shutil.rmtree(_ready(where), ignore_errors=True)
                    sweep(where)

    def _is_new(self, record: dict[str, Any], where: Path) -> bool:
        """Whether nbgrader is about to copy it."""
        if not where.is_dir():
            return True
        before, now = self.coursedir.get_existing_timestamp(str(where)), record["timestamp"]
        return bool(self.update and (before is None or now > before)) or bool(self.before_duedate and before != now)

    def _make_ready(self, src: Path, where: Path) -> None:
        """Copy one submission beside the place where it belongs, plain files only, and take it in."""
        made, parts = _ready(where), entry_parts(src.name)
        assert parts is not None, "init_src lets only these through"
        lines = safe_copy(src, made)
        # The name of the folder is what was sorted by; the text inside may say anything.
        write_whole(made / timestamps.FILE, parts[2].encode())
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", parts[1]))
        take_in(made, source, Notes(files=lines, attempt=self._attempt(parts)))

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Put what was made ready in its place: there is never half a submission, and an old one goes only for a whole one."""
        _ready(Path(dest)).rename(dest)

    def _attempt(self, parts: tuple[str, str, str]) -> list[str]:
        """Which of the learner's attempts this is, where there are several."""
        student, assignment, chosen = parts
        names = (entry_parts(path.name) for path in Path(self.inbound_path).iterdir())
        mine = (one[2] for one in names if one and one[:2] == (student, assignment))
        times = sorted(time for stamp in mine if (time := moment(stamp)) is not None)
        if len(times) < 2:
            return []
        now = moment(chosen)
        line = f"You handed in {len(times)} times; the attempt of {now:%d %B, %H:%M:%S} UTC counts"
        late = [time for time in times if self.duedate is not None and time > self.duedate]
        if late and now not in late:
            return [f"{line}: the last one in time. {len(late)} came after the due date."]
        return [f"{line}: the last one."]


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
