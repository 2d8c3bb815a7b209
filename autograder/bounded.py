"""Work on a learner's text in a process of its own, with limits on time and memory: whatever the text is, it ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
import warnings
from collections.abc import Callable

PATIENCE = 10.0  # times the seconds of processor time: on a busy machine they take as long on the clock


class GivenUp(Exception):
    """The work took too long, or too much memory."""


def bounded(work: Callable[[], str], seconds: int, memory: int = 512 << 20) -> str:
    """Do a piece of work in a fork of this process and return its text; an exception of its own is a GivenUp, too.

    Parameters
    ----------
    work : what is done; nothing that it changes is changed here. What it imports had better be imported before.
    seconds : of processor time.
    memory : bytes beyond what this process has.
    """
    if not hasattr(os, "fork"):  # Windows, where nobody grades other people's work
        return work()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: ours wait for sockets, and the fork calls none
        child = os.fork()
    if child == 0:
        _do(work, reading, writing, seconds, memory)
    os.close(writing)
    try:
        content = _content(reading, time.monotonic() + PATIENCE * seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = _ended(child)
    if content is None or not content.endswith(b"\0"):
        raise GivenUp(f"it ended with status {status}")
    return content[:-1].decode("utf-8")


def _do(work: Callable[[], str], reading: int, writing: int, seconds: int, memory: int) -> None:
    """The fork: it never comes back from here."""
    code = 1
    try:
        import resource

        os.close(reading)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        size = _size()
        wanted = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: size + memory if size else -1}
        for what, most in wanted.items():
            hard = resource.getrlimit(what)[1]
            if most >= 0:
                resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        content = work().encode("utf-8", "replace")
        with open(writing, "wb") as file:
            file.write(content + b"\0")  # a text that is whole
        code = 0
    finally:
        os._exit(code)


def _size() -> int:
    """The bytes that this process's addresses span; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _content(reading: int, end: float) -> bytes | None:
    """All that comes until the other end is closed; None where that takes too long."""
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(reading, select.POLLIN | select.POLLHUP)
    while (left := end - time.monotonic()) > 0:
        if not poll.poll(left * 1000):
            continue
        part = os.read(reading, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return None


def _ended(child: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except ChildProcessError:  # somebody else has waited for all children
        return -1
