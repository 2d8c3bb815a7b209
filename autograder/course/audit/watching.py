"""`workbook audit WEEK --watch`: build and audit again whenever a file of the week is saved."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from autograder.course.places import Course

LOOK = 0.3  # seconds between two looks at the files
QUIET = 0.4  # seconds without another change: editors write a file in several steps

Seen = dict[Path, tuple[int, int]]


def watch(course: Course, weeks: list[str], options: argparse.Namespace) -> int:
    """Build and audit these weeks, and again at every change, until Ctrl-C; one under way is given up for the new one.

    Parameters
    ----------
    weeks : those that are watched; none is a mistake: an audit of all takes long.
    options : as they were given to `workbook audit`; `--draws` is refused, since each round would write evidence down.
    """
    if not weeks or options.draws is not None:
        said = "it writes no evidence: leave --draws out" if weeks else "name the week to watch: workbook audit week21 --watch"
        print(f"audit --watch: {said}", file=sys.stderr)
        return 1
    mine = {week: set(files(course, [week])) for week in weeks}
    before = files(course, weeks)
    changed = ""
    while True:
        print(f"\n── {time.strftime('%H:%M:%S')} {changed or ', '.join(weeks)} ──", flush=True)
        asked = [week for week in weeks if not changed or _touches(mine[week], course, changed)] or weeks
        before, changed = _until_a_change(course, weeks, before, asked, options)
        mine = {week: set(files(course, [week])) for week in weeks}


def files(course: Course, weeks: list[str]) -> Seen:
    """The texts that these weeks are made of, with what tells an old one from a new one."""
    folders = [course.folder(week) for week in weeks] + [course.notebooks / "kit"]
    seen: Seen = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.py"))):
        try:
            told = path.stat()
        except OSError:
            continue  # an editor is just putting another in its place
        seen[path] = told.st_mtime_ns, told.st_size
    return seen


def _touches(mine: set[Path], course: Course, changed: str) -> bool:
    return any(str(path.relative_to(course.notebooks)) == changed for path in mine)


def _until_a_change(
    course: Course, weeks: list[str], before: Seen, asked: list[str], options: argparse.Namespace
) -> tuple[Seen, str]:
    """Build and audit `asked`, then wait; what the files look like after the next change, and which one it was."""
    rounds = [["build", *asked], ["audit", *asked, "--soon", "--seeds", str(options.seeds), "--jobs", str(options.jobs)]]
    running: subprocess.Popen[Any] | None = None
    failed = False
    try:
        while True:
            if running is not None and running.poll() is not None:
                failed, running = running.returncode != 0, None
                if failed or not rounds:
                    rounds = []
                    said = "something is amiss" if failed else "all is well"
                    print(f"── {said}; saving a file asks again, Ctrl-C ends ──", flush=True)
            if running is None and rounds:
                running = _start(course, rounds.pop(0))
            time.sleep(LOOK)
            now = files(course, weeks)
            if now != before:
                now = _settled(course, weeks, now)
                return now, _first_change(course, before, now)
    finally:
        _end(running)


def _settled(course: Course, weeks: list[str], now: Seen) -> Seen:
    """What the files look like once nothing has been written for a moment."""
    while True:
        time.sleep(QUIET)
        later = files(course, weeks)
        if later == now:
            return now
        now = later


def _first_change(course: Course, before: Seen, now: Seen) -> str:
    changed = next((path for path in (*now, *before) if now.get(path) != before.get(path)), None)
    return str(changed.relative_to(course.notebooks)) if changed else ""


def _start(course: Course, arguments: list[str]) -> subprocess.Popen[Any]:
    """`workbook` in a process group of its own, so that its own processes end with it."""
    command = [sys.executable, "-m", "autograder.cli", *arguments, "--course", str(course.root)]
    return subprocess.Popen(command, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})


def _end(running: subprocess.Popen[Any] | None) -> None:
    if running is None or running.poll() is not None:
        return
    os.killpg(running.pid, signal.SIGTERM)
    try:
        running.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
