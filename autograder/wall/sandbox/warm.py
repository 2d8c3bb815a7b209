"""A warm starter: one process inside one sandbox has everything imported, and forks a learner's process in milliseconds.

What a learner's process may do is the same as in a sandbox of its own. Where a fork cannot have namespaces of its own, the
sandbox itself is what `open_starter` gives.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import autograder
from autograder.wall.inside.warm_main import ENDED, READY
from autograder.wall.sandbox import sandbox
from autograder.wall.sandbox.disk import DATA, HOME, PRIVATE
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import Process, Sandbox, data_environment
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits

WARMING, STARTING = 60.0, 20.0  # seconds within which the warm process, and a fork of it, must be ready
SLOW = (
    "Grading is slow here: each notebook starts a sandbox of its own, about a second more each time, since a fork of a warm one"
    " cannot have namespaces of its own ({}). The scores are the same; mend what is said there, or grade on another machine."
)
START = (
    f"import sys; sys.path.append({str(Path(autograder.__file__).parents[1])!r});"
    " from autograder.wall.inside.warm_main import main; main()"
)


def open_starter(limits: Limits, own_work: bool = False) -> Warm | Sandbox:
    """The fastest starter that works here: a warm one, else a sandbox that says in `slow` why not.

    Close it after use; one thread uses it, and must live as long as it does.

    Parameters
    ----------
    own_work : a learner grades her own: where no sandbox can be had, process limits alone will do.

    Raises
    ------
    SandboxError
        Where no sandbox can be had; the message names the mend.
    """
    opened = open_sandbox(limits, own_work)
    if opened.bwrap is None:
        return opened
    warm = Warm(opened)
    try:
        warm.start().kill()
    except SandboxError as error:
        warm.close()
        return dataclasses.replace(opened, slow=SLOW.format(error))
    return warm


class Warm:
    """Starts learner's processes as forks of a warm one, which is started when needed, and again when it has died."""

    slow = ""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._popen: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def limits(self) -> Limits:
        return self.sandbox.limits

    def start(self, data: bool = True) -> Process:
        """Start a learner's process; it is confined when this returns. `data` False: one without the course's data.

        Raises SandboxError when it cannot be had.
        """
        for last in (False, True):
            try:
                return self._forked(data)
            except OSError as error:  # the warm process is gone
                self.close()
                if last:
                    raise SandboxError(f"the warm process does not start: {error}") from error
        raise AssertionError

    def close(self) -> None:
        """End the warm process and with it all learner's processes."""
        if self._control is not None:
            self._control.close()
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()
        self._popen = self._control = None

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forked(self, data: bool) -> Process:
        control = self._control or self._warmed()
        hidden = [] if data else _data_places()
        order = {**self.sandbox.settings(), "environment": data_environment(DATA, data), "hidden": hidden}
        ours, theirs = socket.socketpair()
        told, tells = os.pipe2(os.O_CLOEXEC)
        held: list[int] = []
        try:
            socket.send_fds(control, [json.dumps(order).encode()], [theirs.fileno(), tells])
            answer, held, _, _ = socket.recv_fds(control, 2000, 1, socket.MSG_CMSG_CLOEXEC)
            if answer != READY or not held:
                raise ConnectionError(answer[1:].decode(errors="replace") or "it ended")
            os.close(tells)
            tells = -1
            child = Fork(held[0], told)
        except BaseException:
            for fd in (told, *held):
                os.close(fd)
            ours.close()
            raise
        finally:
            theirs.close()
            if tells >= 0:
                os.close(tells)
        process = Process(child, ours)
        why = child.ready()
        if why:
            process.kill()
            raise SandboxError(f"a notebook's process could not be confined: {why}")
        return process

    def _warmed(self) -> socket.socket:
        """Start the warm process and wait until it is warm. It ends with the thread that started it."""
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        root = self.sandbox.drops_user
        kept = self.sandbox.below([*PRIVATE, *_data_places()])
        settings = {"own_proc": root, "home": HOME, "private": PRIVATE, "kept": kept}
        more = ["--cap-add", "CAP_SYS_ADMIN"] if root else []  # for one mount, then it is dropped
        python = [sys.executable, "-I", "-c", START, str(theirs.fileno()), json.dumps(settings)]
        assert self.sandbox.bwrap is not None
        null = subprocess.DEVNULL
        with theirs:
            self._popen = subprocess.Popen(
                [self.sandbox.bwrap, *self.sandbox.arguments(), *more, "--", *python],
                pass_fds=[theirs.fileno()], env={}, cwd="/", stdin=null, stdout=null, stderr=null,
                start_new_session=sandbox.own_session,
            )  # fmt: skip
        self._control = control
        control.settimeout(WARMING)
        answer = control.recv(2000)
        if answer != READY:
            raise ConnectionError(answer[1:].decode(errors="replace") or "it ended")
        control.settimeout(STARTING)
        return control


class Fork:
    """A learner's process, seen from the grader: its keeper's pid, and the pipe that tells how it ended."""

    def __init__(self, held: int, told: int) -> None:
        self._held, self._told, self._text = held, told, b""
        self._code: int | None = None
        found = re.search(r"^Pid:\t(-?\d+)", Path(f"/proc/self/fdinfo/{held}").read_text(encoding="ascii"), re.MULTILINE)
        self.pid = int(found[1]) if found else -1

    def ready(self) -> str:
        """Wait until it is confined; say what went wrong, if anything."""
        self._read(time.monotonic() + STARTING, enough=1)
        return "" if self._text.startswith(READY) else self._text[1:].decode(errors="replace") or "it did not answer"

    def kill(self) -> None:
        """Kill the keeper, and by that everything of the learner's."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._held, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status; negative when it was killed from here. Raises subprocess.TimeoutExpired."""
        if self._code is None:
            if not self._read(None if timeout is None else time.monotonic() + timeout):
                raise subprocess.TimeoutExpired("learner", timeout or 0.0)
            _, _, code = self._text.partition(ENDED)
            self._code = int(code) if code.isdigit() else -signal.SIGKILL
            self._close()
        return self._code

    def _read(self, end: float | None, enough: int = 1 << 16) -> bool:
        """Read what is told until it is enough; whether it was told to the end."""
        while len(self._text) < enough:
            left = None if end is None else max(0.0, end - time.monotonic())
            poll = select.poll()
            poll.register(self._told, select.POLLIN)
            if not poll.poll(None if left is None else left * 1000):
                return False
            part = os.read(self._told, 1 << 12)
            if not part:
                return True
            self._text += part
        return False

    def _close(self) -> None:
        os.close(self._held)
        os.close(self._told)


def _data_places() -> list[str]:
    inside = Path(autograder.__file__).parent / "data"
    return [DATA, *([str(inside)] if inside.is_dir() else [])]
