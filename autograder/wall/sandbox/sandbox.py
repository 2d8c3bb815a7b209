"""The sandbox: a bubblewrap command that starts a learner's process with nothing but its own disk and limits."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import autograder
from autograder import datafiles
from autograder.wall.inside.confine import Confinement
from autograder.wall.inside.seccomp import program
from autograder.wall.sandbox.disk import DATA, HOME, allowed, mounts, placed
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Bounds, Limits

TRUSTED = Bounds(body=1 << 30, buffers=4 << 30, arrays=1 << 24, depth=64, odd_keys=1 << 30)  # what the grader may send
UID = 1000
START = (
    f"import sys; sys.path.append({str(Path(autograder.__file__).parents[1])!r});"
    " from autograder.wall.inside.learner_main import main; main()"
)
ALONE = (
    "There is no sandbox here, so the notebook runs with process limits alone. That is enough for your own work; "
    "other people's work is not graded this way."
)


class Child(Protocol):
    """What is used of a `subprocess.Popen`; the fork of a warm process has it too."""

    pid: int

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


@dataclass
class Process:
    """A started learner's process: its socket, and how to end it with all that it started."""

    popen: Child
    sock: socket.socket
    sandboxed: bool = True

    def kill(self) -> None:
        """End it and everything inside; never fails."""
        self.sock.close()
        try:
            if self.sandboxed:
                self.popen.kill()  # the namespace's first process dies with its parent, and all others with it
            else:
                os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.popen.wait()

    def ended(self) -> int | None:
        """The exit status; None where it lives on, though it does not answer any more."""
        try:
            return self.popen.wait(ENDING)
        except subprocess.TimeoutExpired:
            return None


#: Whether a sandbox has a session of its own, so that a terminal's Ctrl-C does not reach it. Bubblewrap's child waits for
#: ever where its parent is killed in the first milliseconds: who sets this to False ends his whole process group at last.
own_session = True
ENDING = 5.0  # seconds that a process whose socket is closed may take to end: on a busy machine its keeper waits for a core


@dataclass(frozen=True)
class Sandbox:
    """Starts learner's processes.

    Attributes
    ----------
    limits : what a process may use.
    bwrap : the command; None runs with process limits alone.
    drops_user : started by root, who gives each process a user of its own instead of a user namespace.
    extra : further files or folders of the grader's that may be read inside.
    slow : why this is given instead of a warm process, where one was asked for.
    """

    limits: Limits
    bwrap: str | None
    drops_user: bool = False
    extra: tuple[Path, ...] = field(default=())
    slow: str = ""

    def start(self, data: bool = True) -> Process:
        """Start a learner's process. `data` False: one that cannot load the course's data."""
        ours, theirs = socket.socketpair()
        settings = self.settings()
        python = [sys.executable, "-I", "-c", START, str(theirs.fileno()), json.dumps(settings)]
        try:
            return self._spawn(python, ours, theirs, data)
        except OSError as error:
            ours.close()
            raise SandboxError(f"the sandbox could not be started: {error}") from error
        finally:
            theirs.close()

    def below(self, places: Iterable[str]) -> list[str]:
        """What may be read inside, though it lies below one of `places`."""
        found = (path for path, _ in placed([*allowed(), *self.extra]))
        return [str(path) for path in found if any(Path(place) in path.parents for place in places)]

    def settings(self) -> dict[str, Any]:
        """What a new process is told: its limits, and a user of its own when root starts it."""
        uid = random.SystemRandom().randrange(1 << 20, 1 << 30) if self.drops_user else 0
        confinement = Confinement(
            memory=self.limits.memory,
            processes=self.limits.processes,
            file_size=self.limits.disk,
            cpu_seconds=int(self.limits.notebook_seconds) * 2,
            uid=uid,
            home=HOME if self.bwrap else "",
        )
        told = {"output": self.limits.output, "files": self.limits.files}
        return {"confinement": asdict(confinement), "bounds": asdict(TRUSTED), **told}

    def close(self) -> None:
        """Nothing is kept between two starts; a warm starter has something to close here."""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self, python: list[str], ours: socket.socket, theirs: socket.socket, data: bool) -> Process:
        null = subprocess.DEVNULL
        if self.bwrap is None:
            home = Path(ours_home())
            environment = {**_environment(str(home)), **data_environment(str(datafiles.public().folder), data)}
            popen = subprocess.Popen(
                python, pass_fds=[theirs.fileno()], env=environment, cwd=home, stdin=null, stdout=null, stderr=null,
                start_new_session=True,
            )  # fmt: skip
            return Process(popen, ours, sandboxed=False)
        with _filter() as rules:
            command = [self.bwrap, *self.arguments(data), "--seccomp", str(rules), "--", *python]
            popen = subprocess.Popen(
                command, pass_fds=[theirs.fileno(), rules], env={}, cwd="/", stdin=null, stdout=null, stderr=null,
                start_new_session=own_session,
            )  # fmt: skip
        return Process(popen, ours)

    def arguments(self, data: bool = True) -> list[str]:
        """What bubblewrap is told, before `--`."""
        isolate = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        if self.drops_user:
            user = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            user = ["--unshare-user", "--uid", str(UID), "--gid", str(UID), "--cap-drop", "ALL"]
        environment = {**_environment(HOME), **data_environment(DATA, data)}
        settings = [part for name, value in environment.items() for part in ("--setenv", name, value)]
        return [
            *isolate, *user, "--die-with-parent", "--new-session", "--hostname", "workbook",
            "--clearenv", *settings, *mounts(self.limits.disk, [*allowed(), *self.extra], data), "--chdir", "/",
        ]  # fmt: skip


def _environment(home: str) -> dict[str, str]:
    return {
        "HOME": home, "USER": "learner", "LOGNAME": "learner", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8", "TMPDIR": "/tmp", "IPYTHONDIR": f"{home}/.ipython", "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2", "HDF5_USE_FILE_LOCKING": "FALSE",
    }  # fmt: skip


def data_environment(folder: str, data: bool) -> dict[str, str]:
    """Where the course's data lies."""
    return {"AUTOGRADER_DATA": folder if data else "/nowhere"}


def ours_home() -> str:
    """A private working folder where there is no sandbox."""
    import tempfile

    return tempfile.mkdtemp(prefix="workbook-")


class _filter:
    """The system call filter as a file descriptor that bubblewrap can read."""

    def __enter__(self) -> int:
        self.fd = os.memfd_create("rules", 0)
        os.write(self.fd, program())
        os.lseek(self.fd, 0, os.SEEK_SET)
        return self.fd

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)
