"""Keeps the coordinator's memory flat: what was freed goes back to the system, however many submissions follow."""

from __future__ import annotations

import contextlib
import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # <malloc.h>
LARGE = 32 << 10  # bytes; a submission's notebook, its executed notebook and its page are each larger


def steady() -> None:
    """Have the C library give every notebook and page memory of its own, and hold all threads to two heaps.

    glibc raises by itself the size from which a block has memory of its own, and then puts notebooks that wait for hours
    between thousands that are gone in a moment: holes, which no page fits into. Elsewhere than on glibc nothing is changed.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for what, value in ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, 4 << 20), (_ARENA_MAX, 2)):
            mallopt(what, value)
