"""Counts what a learner's process and its children use: limits that no rlimit can hold, because they are for all together."""

from __future__ import annotations

from pathlib import Path

PAGE = 4096


def descendants(pid: int) -> list[int]:
    """A process's children, their children, and so on."""
    found, todo = list[int](), [pid]
    while todo and len(found) < 2000:
        for task in _listed(Path(f"/proc/{todo.pop()}/task")):
            children = [int(word) for word in _text(task / "children").split()]
            found += children
            todo += children
    return found


def excess(pid: int, memory: int, processes: int) -> str:
    """Say which limit the processes under `pid` are beyond, if any."""
    family = descendants(pid)
    if len(family) > processes + 2:
        return f"it started more than {processes} processes"
    if sum(_resident(child) for child in family) > memory and sum(map(_share, family)) > memory:
        return f"it took more than {memory >> 20} MB of memory"
    return ""


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
