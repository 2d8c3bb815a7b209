"""Temporary folders that say whose they are: what a killed process leaves, the next run takes away."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


def prefix(name: str) -> str:
    """How a temporary folder of this process begins."""
    return f"{name}-{_place()}-{os.getpid()}-"


def sweep(*names: str) -> None:
    """Remove the folders of these names whose processes are gone. One of another container's processes is left alone."""
    place = _place()
    if not place:
        return
    for name in names:
        for left in Path(tempfile.gettempdir()).glob(f"{name}-{place}-*"):
            owner = left.name.removeprefix(f"{name}-{place}-").partition("-")[0]
            with contextlib.suppress(OSError):
                if owner.isdigit() and not Path(f"/proc/{owner}").exists() and left.lstat().st_uid == os.getuid():
                    shutil.rmtree(left, ignore_errors=True)


def _place() -> int:
    """Where process numbers mean the same; 0 where that cannot be said."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0
