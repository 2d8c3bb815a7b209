"""A studio's rounds in processes of their own, for an author's machine: what a maker leaves in memory or in a file is not there.

One snapshot is forked before anything is trained; every place is a fork of it, with a folder of its own to work in. It keeps
honest mistakes and generated cheats apart, and is no wall: what runs here is the author's.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import struct
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn

from autograder.cases.model import Studio
from autograder.cases.studios import Place

_LENGTH = struct.Struct("!Q")
Message = tuple[Any, ...]


class Apart:
    """Opens places that are forks of this process as it is now (`cases.studios.Rounds`). Close it, or use it in a `with`.

    Parameters
    ----------
    lookup : finds a name of the entry's, or raises NameError.
    """

    def __init__(self, lookup: Callable[[str], Any]) -> None:
        ours, theirs = socket.socketpair()
        self._snapshot = os.fork()
        if self._snapshot == 0:
            ours.close()
            _serve_forks(theirs, lookup)
        theirs.close()
        self._control = ours

    def open(self, studio: Studio, asked: bool) -> Place:
        """A fork of the snapshot."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        return _Fork(ours)

    def close(self) -> None:
        """End the snapshot."""
        self._control.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._snapshot, 0)

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Fork:
    """The near end of a fork."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pid = int(_receive(sock)[0])

    def get(self, name: str) -> Any:
        """Her function of that name, called over there; NameError where there is none."""
        _send(self._sock, ("get", name))
        kind, said = _receive(self._sock)
        if kind == "missing":
            raise NameError(name)
        return said if kind == "value" else lambda *args: self._call(name, args)

    def _call(self, name: str, args: tuple[Any, ...]) -> Any:
        here = [one for one in args if callable(one)]
        _send(self._sock, ("call", name, [_There(here.index(one)) if callable(one) else one for one in args]))
        while True:
            kind, *said = _receive(self._sock)
            if kind == "done":
                return said[0]
            if kind == "raised":
                raise said[0]
            _send(self._sock, _tried(here[said[0]], said[1]))

    def close(self) -> None:
        """End it."""
        self._sock.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


class _There:
    """Stands for a function of the near side."""

    def __init__(self, number: int) -> None:
        self.number = number


def _serve_forks(control: socket.socket, lookup: Callable[[str], Any]) -> NoReturn:
    """Be the snapshot: fork for each order, until the other side ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what ended is not waited for
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        while True:
            message, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not message:
                break
            if os.fork() == 0:
                control.close()
                with contextlib.suppress(BaseException):
                    _serve(socket.socket(fileno=fds[0]), lookup)
                os._exit(0)
            os.close(fds[0])
    os._exit(0)


def _serve(sock: socket.socket, lookup: Callable[[str], Any]) -> None:
    """Be a fork: answer until the other side ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="apart-") as folder:
        os.chdir(folder)
        _send(sock, (os.getpid(),))
        while True:
            kind, name, *rest = _receive(sock)
            try:
                found = lookup(name)
            except NameError:
                _send(sock, ("missing", name))
                continue
            if kind == "get":
                _send(sock, ("function", None) if callable(found) else ("value", found))
            else:
                _send(sock, _tried(found, [_calls_back(sock, one.number) if isinstance(one, _There) else one for one in rest[0]]))


def _calls_back(sock: socket.socket, number: int) -> Callable[..., Any]:
    def called(*args: Any) -> Any:
        _send(sock, ("back", number, args))
        kind, said = _receive(sock)
        if kind == "raised":
            raise said
        return said

    return called


def _tried(function: Callable[..., Any], args: Any) -> Message:
    """What came of a call; what cannot be sent is an error."""
    try:
        done = ("done", function(*args))
        pickle.dumps(done)
    except Exception as error:
        done = ("raised", error)
    with contextlib.suppress(Exception):
        pickle.loads(pickle.dumps(done))
        return done
    return ("raised", RuntimeError(f"{type(done[1]).__name__}: {done[1]}"))


def _send(sock: socket.socket, message: Message) -> None:
    body = pickle.dumps(message)
    sock.sendall(_LENGTH.pack(len(body)) + body)


def _receive(sock: socket.socket) -> Message:
    (length,) = _LENGTH.unpack(_exactly(sock, _LENGTH.size))
    message: Message = pickle.loads(_exactly(sock, length))
    return message


def _exactly(sock: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = sock.recv(min(length, 1 << 20))
        if not part:
            raise EOFError("the other side ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
