"""The disk gets full at one place after another while a class is graded: what was there before stays, whole."""

from __future__ import annotations

import errno
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from tiny import WEEK

from autograder.grading.intake.intake import take_in
from autograder.grading.outcome import plain_words

FOLDER = Path(__file__).parent
#: what gives a command mounts of its own: root's rights, or a user namespace's
WAYS = ["unshare", "--mount"], ["unshare", "--map-current-user", "--keep-caps", "--mount"]
PROBE = f"import sys, pathlib; sys.path.append({str(FOLDER)!r}); import disks; disks.mount(pathlib.Path(sys.argv[1]), '1m')"


def own_mounts(place: Path) -> list[str]:
    """The way that works here; none where neither does."""
    for way in WAYS:
        if subprocess.run([*way, sys.executable, "-c", PROBE, str(place)], capture_output=True).returncode == 0:
            return way
    return []


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_a_full_disk_leaves_the_old_state_whole(built: Path, tmp_path: Path) -> None:
    way = own_mounts(tmp_path)
    if not way:
        pytest.skip("neither root's rights nor a user namespace: no small disk can be mounted to be filled")
    ran = subprocess.run([*way, sys.executable, str(FOLDER / "fills.py"), "--built", str(built)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = json.loads(ran.stdout.splitlines()[-1])
    assert counts["wrong"] == 0
    assert counts["stopped"] and counts["new 0, told 4"] and counts["new 3, told 0"], "it got full early, late, and not at all"
    assert counts["watch: full"] and counts["watch: fits"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OperationalError("insert", {}, sqlite3.OperationalError("database or disk is full")),
        OperationalError("update", {}, sqlite3.OperationalError("unable to open database file")),  # its journal found no room
        RuntimeError("OSError: [Errno 28] No space left on device: 'week-x/checks.py'"),  # from a helper, from nbgrader's log
    ],
)
def test_it_is_said_in_plain_words_whoever_meets_it(error: Exception) -> None:
    assert "the disk is full" in plain_words(error) and "Mend: make room" in plain_words(error)
    assert plain_words(OSError(errno.EACCES, "Permission denied")).startswith("[Errno 13]")


def test_what_she_handed_in_is_kept_where_no_file_can_be_linked(
    root: Path, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    folder = hand_in("ada", lambda book: book.solve())
    hers = (folder / f"{WEEK}.ipynb").read_bytes()
    monkeypatch.setattr("os.link", refused)
    take_in(folder, root / "source" / WEEK)
    assert (folder / ".intake" / f"{WEEK}.ipynb").read_bytes() == hers != (folder / f"{WEEK}.ipynb").read_bytes()
