"""The programs that a desk runs: started together, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

POLITE = 8.0  # seconds that a program has to end by itself


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or a request from outside to end."""


class Children:
    """Programs that end when this one does.

    Each runs in a session of its own: Ctrl-C in the terminal reaches only the parent, which then ends them in order.
    """

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, command: Sequence[str], cwd: Path, log: Path, env: Mapping[str, str] | None = None, speaks: bool = False
    ) -> None:
        """Start a program in a folder. What it prints goes to `log`; where it `speaks`, its errors only."""
        with open(log, "ab") as file:
            out = None if speaks else file
            self.running[name] = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=file, start_new_session=True
            )

    def has_ended(self, name: str) -> bool:
        """Tell whether this program runs no more."""
        return name not in self.running or self.running[name].poll() is not None

    def ended(self) -> str | None:
        """Return the name of a program that has ended, if any, and forget it."""
        for name, process in self.running.items():
            if process.poll() is not None:
                del self.running[name]
                return name
        return None

    def end_all(self) -> None:
        """Ask every program to end, wait, and end what is left of its session."""
        for process in self.running.values():
            tell(process, signal.SIGTERM)
        deadline = time.monotonic() + POLITE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                tell(process, signal.SIGKILL, group=True)
                process.wait()
            tell(process, signal.SIGKILL, group=True)  # what it had started and left behind
        self.running.clear()


def tell(process: subprocess.Popen[bytes], what: signal.Signals, group: bool = False) -> None:
    """Send a signal to a program, or to all that it started; one that is gone already is fine."""
    try:
        if group:
            os.killpg(process.pid, what)
        elif process.poll() is None:
            process.send_signal(what)
    except (ProcessLookupError, PermissionError):
        pass


@contextmanager
def together() -> Iterator[Children]:
    """Run programs inside a `with`: all of them end with it, however it ends."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in signals}
    children = Children()
    try:
        yield children
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them running
        children.end_all()
        for number, handler in before.items():
            signal.signal(number, handler)
