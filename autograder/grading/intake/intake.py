"""What comes in is looked at before nbgrader touches it: links, special files, huge files, notebooks that cannot be read.

nbgrader's own steps follow links, stop at broken JSON, and leave out a submission whose notebook has another name. After
intake a submitted folder holds plain files only, and each of the week's notebooks, valid, in the course's shape and without
outputs. The learner's own file lies in the folder `.intake` with the lines that say what was done.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from autograder.files import write_whole
from autograder.grading import timestamps
from autograder.grading.intake.nearly import find, instead
from autograder.grading.intake.notes import FOLDER, Notes, read_notes, write_notes
from autograder.grading.outbox import is_full
from autograder.locks import alone
from autograder.notebook import format as nbio
from autograder.notebook.reading import Read, Unreadable, read
from autograder.notebook.repair import repair, shape_of
from autograder.notebook.sources import Reading

LARGEST_FILE = 20 << 20  # bytes of one file beside the notebook
LARGEST_ALL = 100 << 20
MOST_FILES = 500
DEEPEST = 6
#: names that nbgrader, Python or a database read where they stand: a submission does not get to say anything there
REFUSED = ("gradebook.db", "gradebook.db-journal", "gradebook.db-wal", "nbgrader_config.py", FOLDER)
#: what must not be lost among too many files
FIRST = (".ipynb", timestamps.FILE, "submission_secret.txt")
LITTER = (".ipynb_checkpoints", "__pycache__", "feedback")

log = logging.getLogger("autograder.intake")


def hook(
    assignment: str, student: str, notebooks: list[str], source: str = "source", reading: Callable[[str], Reading] | None = None
) -> None:
    """nbgrader's pre-convert hook: take in the submission that these notebooks are of. Never raises.

    Parameters
    ----------
    assignment, student : as nbgrader was asked, which may be a pattern: the notebooks' folder says which they are.
    notebooks : nbgrader's own list; notebooks that were found under another name are added to it.
    source : the course's source folder, beside the folder that nbgrader runs in.
    reading : says how an assignment's sources are read.
    """
    try:
        folder = Path(notebooks[0]).parent
        with alone(folder):
            take_in(folder, Path.cwd() / source / folder.name, reading=reading(folder.name) if reading else Reading())
        notebooks[:] = sorted(str(path) for path in folder.glob("*.ipynb") if path.is_file())
    except Exception:  # one submission's trouble is written down and stops no other
        log.exception("a submission of %s could not be taken in", assignment)


def take_in(folder: Path, source: Path, notes: Notes | None = None, reading: Reading = Reading()) -> Notes:  # noqa: B008
    """Take in one submitted folder; taking it in again changes nothing. Where others may do it too, hold it: see `alone`.

    All is found out first. Then the notes are written, once, and then the folder is changed: where the disk gets full, or
    this is killed, the next one knows all that was found, and does the rest.

    Parameters
    ----------
    folder : submitted/<student>/<assignment>, of which every byte is a learner's.
    source : source/<assignment>, the instructor's.
    notes : what is known of the submission already; by default the notes in the folder.
    reading : how the instructor's notebooks are read.
    """
    _tidy(folder / FOLDER)
    refused = _refused(folder)
    _clear(path for path in refused if path == folder / FOLDER)  # a link, through which we would read and write
    known = read_notes(folder)
    notes = copy.deepcopy(known) if notes is None else notes
    notes.files += [line for line in _lines(refused, folder) if line not in notes.files]
    wanted = sorted(source.glob("*.ipynb"))
    found = find(folder, {path.name: reading.source(path) for path in wanted}, refused.keys())
    for name, path in sorted(found.items()):
        line = f"There was no {name}; {path.relative_to(folder)!s:.80} was graded in its place."
        notes.files += [line] if path != folder / name and line not in notes.files else []
    made = [_taken_in(folder, path, found, notes, reading) for path in wanted]
    if notes != known:
        write_notes(folder, notes)
    _clear(refused)
    _plain_text(folder / timestamps.FILE, 64)
    _plain_text(folder / "submission_secret.txt", 256)
    for path, one in zip(wanted, made, strict=True):
        if one is not None:
            _put(folder / path.name, *one)
    return notes


def _tidy(ours: Path) -> None:
    """Remove from intake's own folder what intake never puts there: a submission may bring one along."""
    if ours.is_symlink() or not ours.is_dir():
        return  # `clean` removes it, or there is none
    for entry in os.scandir(ours):
        if not entry.is_file(follow_symlinks=False):
            _remove(Path(entry.path))


def clean(folder: Path) -> list[str]:
    """Remove from a folder all that is no plain file of a sensible size; lines on what was removed."""
    refused = _refused(folder)
    _clear(refused)
    return _lines(refused, folder)


def _refused(folder: Path) -> dict[Path, str]:
    """What has to go, and why; no word where there is nothing to say."""
    refused: dict[Path, str] = {}
    room, count = LARGEST_ALL, 0
    for path, depth in _walk(folder):
        told = _refusal(path, depth, room, count, folder)
        if told is None:
            room, count = room - path.lstat().st_size, count + 1
            continue
        refused[path] = told
    return refused


def _lines(refused: Mapping[Path, str], folder: Path) -> list[str]:
    return [f"{path.relative_to(folder)!s:.100} was left out: {told}." for path, told in refused.items() if told]


def _clear(paths: Iterable[Path]) -> None:
    for path in paths:
        _remove(path)


def _walk(folder: Path) -> list[tuple[Path, int]]:
    """All that is not a folder, and the folders that are too deep; nothing behind a link. The notebooks come first."""
    found: list[tuple[Path, int]] = []
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        for entry in sorted(os.scandir(here), key=lambda entry: (not entry.name.endswith(FIRST), entry.name)):
            path = Path(entry.path)
            if depth == 0 and entry.name == FOLDER and entry.is_dir(follow_symlinks=False):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < DEEPEST and entry.name not in LITTER:
                waiting.append((path, depth + 1))
            else:
                found.append((path, depth))
    return found


def _refusal(path: Path, depth: int, room: int, count: int, folder: Path) -> str | None:
    """Why something is removed; None where it stays, the empty text where there is nothing to say."""
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        return "it is a link, and links are not followed"
    if path.name in LITTER or path.suffix == ".pyc":
        return ""
    if stat.S_ISDIR(about.st_mode):
        return "its folders lie too deep in one another"
    if not stat.S_ISREG(about.st_mode):
        return "it is no ordinary file"
    if path.name in REFUSED:
        return "a submission has no file of that name"
    if about.st_size > LARGEST_FILE and not (path.suffix == ".ipynb" and path.parent == folder):
        return f"it has {about.st_size >> 20} MB, and {LARGEST_FILE >> 20} is the most"
    if about.st_size > room or count >= MOST_FILES:
        return "there are too many files, or too large ones, beside the notebook"
    return None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _plain_text(path: Path, most: int) -> None:
    """A file that nbgrader reads as one line of text is that, or is gone."""
    if not path.exists():
        return
    try:
        text = path.read_bytes()[: most + 1].decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    is_sound = bool(text) and len(text) <= most and text.isprintable()
    if not is_sound or (path.name == timestamps.FILE and timestamps.moment(text) is None):
        _remove(path)


#: where the learner's notebook lies, None where there is none, and what comes into its place
Made = tuple[Path | None, bytes]


def _taken_in(folder: Path, source: Path, all_found: Mapping[str, Path], notes: Notes, reading: Reading) -> Made | None:
    """A valid notebook in the course's shape for the place of the learner's, which is kept; None where it stands there."""
    path, name = folder / source.name, source.stem
    found = all_found.get(path.name)
    ours, _, made_from = notes.marks.get(name, "").partition(" ")
    text, released = reading.source(source), reading.released(source.name)
    is_ours = bool(ours) and found == path and _mark(path) == ours
    course = _mark_of(f"{text}\0{released}".encode())
    if is_ours and made_from == course:
        return None  # as intake left it
    hers = folder / FOLDER / path.name
    if not is_ours:
        _keep(found, hers)
    read = _read(hers, name, notes, instead(folder, all_found.values(), source.parent) if found is None else "")
    made, lines = repair(shape_of(text, released), read.cells)
    notes.notebooks[name] = [] if name in notes.unreadable else read.lines + lines
    if name in notes.unreadable:
        text = f"**Nothing could be graded.** {notes.unreadable[name]}"
        made.cells.insert(0, nbio.make_cell("markdown", text, {}, "intake"))
    content = nbio.dumps_compact(made).encode()
    notes.marks[name] = f"{_mark_of(content)} {course}"
    return found, content


def _put(path: Path, found: Path | None, content: bytes) -> None:
    """Put what was made of her notebook into its place; a killed run leaves there hers, or this."""
    if path.is_dir():  # a folder of the notebook's name, which may hold it: intake keeps what was found
        _remove(path)
    if found is not None and found != path and found.is_file():
        found.rename(path)
    write_whole(path, content)


def _keep(found: Path | None, hers: Path) -> None:
    """Keep what she handed in. It stays in its place, too, until intake's takes that: nothing that stops this loses it."""
    hers.parent.mkdir(exist_ok=True)
    hers.unlink(missing_ok=True)
    if found is None:
        return
    try:
        os.link(found, hers)
    except OSError as error:
        if is_full(error):
            raise
        write_whole(hers, found.read_bytes())  # a disk without links, or somebody else's file


def _read(path: Path, name: str, notes: Notes, instead: str) -> Read:
    """The learner's cells; none, and the reason in the notes, where there is nothing to be read. `instead`: what lies there."""
    notes.unreadable.pop(name, None)
    try:
        if not path.is_file():
            raise Unreadable(
                f"{name}.ipynb was not among what you handed in{f' ({instead})' if instead else ''}. "
                "Mend: look that it lies in the week's folder under its own name, and submit once more."
            )
        return read(path)
    except Unreadable as why:
        notes.unreadable[name] = str(why)
        return Read([])


def _mark(path: Path) -> str:
    return _mark_of(path.read_bytes())


def _mark_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
