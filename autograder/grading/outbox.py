"""Writes a graded submission's folders, autograded/ and feedback/, and its record: whole or as they were."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

TRIES = 20
FULL = "the disk is full; what was there before is whole. Mend: make room, and run it again."
_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_FILE = "unable to open database file"  # SQLite's, where there is no room for its journal


class Outbox:
    """Folders that are written beside those that are there, and take their places together when the `with` ends well.

    Whatever stops this, a full disk or a kill, there is of each the old folder or the new one, whole; a full disk leaves all the
    old ones. (Between two renames there may for a moment be none; a run that is killed there leaves the old one under another
    name, and the rerun writes anew.)
    """

    def __init__(self) -> None:
        self._made: dict[Path, Path] = {}
        self._files: dict[Path, Path] = {}

    def __enter__(self) -> Outbox:
        return self

    def put(self, folder: Path, files: Mapping[str, bytes], mode: int, shared: bool = False) -> None:
        """Write a folder with these files, and nothing else in it; a second time in the place of the first.

        Parameters
        ----------
        files : contents by path inside the folder.
        mode : permissions of the files.
        shared : whether the course's group may write (nbgrader's `groupshared`).
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._made[folder] = made = _beside(folder, "new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        for name, content in files.items():
            path = made / name
            if "/" in name:
                path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(content)
            path.chmod(mode)
        if shared:
            for place in (made, *(path for path in made.rglob("*") if path.is_dir())):
                place.chmod((place.stat().st_mode | 0o2770) & 0o2777)

    def put_file(self, path: Path, content: bytes) -> None:
        """Write a file; it takes its place after the folders."""
        self._files[path] = made = _beside(path, "new")
        made.write_bytes(content)

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        try:
            if kind is None:
                for folder, made in self._made.items():
                    _swap(made, folder)
                for path, made in self._files.items():
                    os.replace(made, path)
        finally:
            for made in self._files.values():
                made.unlink(missing_ok=True)
            for folder, made in self._made.items():
                shutil.rmtree(made, ignore_errors=True)
                sweep(folder)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{what}")


def _swap(made: Path, folder: Path) -> None:
    old = _beside(folder, "old")
    for attempt in range(1, TRIES + 1):
        shutil.rmtree(old, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.rename(folder, old)
        try:
            os.rename(made, folder)
            break
        except OSError as error:
            # Another grader of the same submission put its own there just now: one of the two stays, whole.
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and attempt < TRIES:
                continue
            if old.exists() and not folder.exists():
                os.rename(old, folder)
            raise
    shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what a killed run of another process left beside the folder."""
    _sweep(folder.parent, f".{folder.name}.*")


def sweep_inside(folder: Path) -> None:
    """Remove from a folder of files what killed runs of other processes left there."""
    _sweep(folder, ".*.new")


def _sweep(place: Path, pattern: str) -> None:
    for left in place.glob(pattern):
        owner = left.name.split(".")[-2]
        if left.suffix in (".new", ".old") and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def is_full(error: BaseException) -> bool:
    """Whether a disk is full. By its words, too: it may come from the gradebook, or from another process."""
    text = f"{error}"
    return (
        (isinstance(error, OSError) and error.errno in _FULL)
        or any(words in text for words in ("disk is full", NO_FILE, *(f"[Errno {number}]" for number in _FULL)))
        or (error.__cause__ is not None and is_full(error.__cause__))
    )
