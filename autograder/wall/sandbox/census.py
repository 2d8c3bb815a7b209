"""Counts what a learner's process and its children use: limits that no rlimit can hold, because they are for all together."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.wall.sandbox.disk import PRIVATE
from autograder.wall.wire.limits import Limits

PAGE = 4096
OPEN = 4_000  # files and sockets of all processes; what stands in a socket is counted by no limit


def descendants(pid: int) -> list[int]:
    """A process's children, their children, and so on."""
    found, todo = list[int](), [pid]
    while todo and len(found) < 2000:
        for task in _listed(Path(f"/proc/{todo.pop()}/task")):
            children = [int(word) for word in _text(task / "children").split()]
            found += children
            todo += children
    return found


def excess(pid: int, limits: Limits, sandboxed: bool = True) -> str:
    """Say which limit the processes under `pid` are beyond, if any. Not `sandboxed`: they have no folders of their own."""
    family = descendants(pid)
    if len(family) > limits.processes + 2:
        return f"it started more than {limits.processes} processes"
    if sum(_resident(child) for child in family) > limits.memory and sum(map(_share, family)) > limits.memory:
        return f"it took more than {limits.memory >> 20} MB of memory"
    if sum(len(_listed(Path(f"/proc/{child}/fd"))) for child in family) > OPEN:
        return f"it held more than {OPEN:,} files and sockets open"
    if sandboxed and family and max(_files(family[-1], place) for place in PRIVATE) > limits.files:
        return f"it made more than {limits.files:,} files"
    return ""


def _files(pid: int, place: str) -> int:
    """How many files and folders are in a private folder of a process; each takes memory of the kernel's."""
    root = f"/proc/{pid}/root"
    try:
        if os.path.samefile(root, "/"):  # it has just begun, and is not in its sandbox yet
            return 0
        state = os.statvfs(root + place)
    except OSError:  # it has just ended
        return 0
    return state.f_files - state.f_ffree


def _resident(pid: int) -> int:
    words = _text(Path(f"/proc/{pid}/statm")).split()
    return int(words[1]) * PAGE if len(words) > 1 else 0


def _share(pid: int) -> int:
    """Memory of a process, with pages that several have counted in parts."""
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _listed(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
