"""What the learner's process does to itself before anything else: limits, and no more root. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from dataclasses import dataclass

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38


@dataclass(frozen=True)
class Confinement:
    """Limits of one process. Sizes in bytes, 0: no limit. `uid` 0: keep the user that it has."""

    memory: int = 0
    processes: int = 0
    file_size: int = 0
    cpu_seconds: int = 0
    uid: int = 0
    home: str = ""


def confine(limits: Confinement) -> None:
    """Apply the limits; nothing afterwards can lift them."""
    if limits.uid:
        os.setgroups([])
        os.setresgid(limits.uid, limits.uid, limits.uid)
        os.setresuid(limits.uid, limits.uid, limits.uid)
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # else its own /proc belongs to root
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _limit("RLIMIT_CORE", 0)
    if limits.memory:
        # DATA counts what is written to; the address space is wider, because libraries are mapped without being used.
        _limit("RLIMIT_DATA", limits.memory)
        _limit("RLIMIT_AS", limits.memory + (4 << 30))
    if limits.processes:
        _limit("RLIMIT_NPROC", limits.processes)
    if limits.file_size:
        _limit("RLIMIT_FSIZE", limits.file_size)
        _limit("RLIMIT_NOFILE", 256)
    if limits.cpu_seconds:
        _limit("RLIMIT_CPU", limits.cpu_seconds)
    if limits.home:
        os.chdir(limits.home)


def _limit(name: str, value: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    _, hard = resource.getrlimit(number)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has some limits in name only
        resource.setrlimit(number, (value, value))
