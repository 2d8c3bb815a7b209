"""Writes a graded submission's folders: autograded/ and feedback/, each whole or as it was."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

TRIES = 20


def put_folder(folder: Path, files: Mapping[str, bytes], mode: int, shared: bool = False) -> None:
    """Put a folder with these files in the place of the one that is there.

    Whatever stops this, a full disk or a kill, there is the old folder or the new one, whole. (Between two renames there
    may for a moment be none; a run that is killed there leaves the old one under another name, and the rerun writes anew.)

    Parameters
    ----------
    files : contents by path inside the folder.
    mode : permissions of the files.
    shared : whether the course's group may write (nbgrader's `groupshared`).
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    shutil.rmtree(made, ignore_errors=True)
    try:
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
        _swap(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    sweep(folder)


def _swap(made: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
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
    for left in folder.parent.glob(f".{folder.name}.*"):
        owner = left.name.split(".")[-2]
        if left.suffix in (".new", ".old") and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
