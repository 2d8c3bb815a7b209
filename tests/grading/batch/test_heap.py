"""The coordinator's heap: what was freed goes back to the system, although small things lie in between."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from pathlib import Path
from autograder.grading.batch import heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

if sys.argv[1] == "steady":
    heap.steady()
before, pages, kept = resident(), [], []
for number in range(600):
    pages.append(b"p" * 100_000)
    kept.append(b"k" * (600 + number))
full = resident()
del pages
print(full - before, resident() - before)
"""


def growth(how: str) -> tuple[float, float]:
    """MB more with 60 MB of pages, and after they were let go while small things between them are kept."""
    ran = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    full, left = ran.stdout.split()
    return float(full), float(left)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told how to lay out memory")
def test_pages_that_were_let_go_leave_no_holes() -> None:
    full, left = growth("steady")
    assert full > 50 and left < 10
    assert growth("as it is")[1] > 30, "without it the holes stay: else this test shows nothing"
