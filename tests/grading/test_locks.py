"""Several graders meet at the same submissions."""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

from tiny import WEEK

from autograder.grading.intake.intake import take_in
from autograder.grading.intake.notes import read_notes
from autograder.locks import alone

FORK = multiprocessing.get_context("fork")
HandIn = Callable[..., Path]


def _take_in(ready: multiprocessing.synchronize.Barrier, folders: list[Path], source: Path) -> None:
    ready.wait()
    for folder in folders:
        with alone(folder):
            take_in(folder, source)


def test_what_several_take_in_at_once_is_whole(root: Path, hand_in: HandIn) -> None:
    folders = [hand_in(f"ada{number}", lambda book: book.solve()) for number in range(12)]
    hers = (folders[0] / f"{WEEK}.ipynb").read_bytes()
    ready = FORK.Barrier(3)
    takers = [FORK.Process(target=_take_in, args=(ready, folders, root / "source" / WEEK)) for _ in range(3)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(120)
        assert taker.exitcode == 0
    for folder in folders:
        assert not read_notes(folder).unreadable
        assert (folder / ".intake" / f"{WEEK}.ipynb").read_bytes() == hers
        assert [path.name for path in folder.parent.iterdir()] == [WEEK], "no lock is left"


def _hold(folder: Path) -> None:
    with alone(folder):
        time.sleep(60)


def test_a_killed_holder_holds_no_longer(tmp_path: Path) -> None:
    folder, lock = tmp_path / "ada" / WEEK, tmp_path / "ada" / f".{WEEK}.lock"
    holder = FORK.Process(target=_hold, args=(folder,))
    holder.start()
    while not lock.exists():
        time.sleep(0.01)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert lock.exists()
    with alone(folder):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600, "who can open it can hold it"
    assert not lock.exists()
    folder.parent.chmod(0o2770)
    with alone(folder):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o660, "the course's group grades, too"
