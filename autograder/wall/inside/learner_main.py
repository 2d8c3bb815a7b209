"""The learner's process: runs her cells and answers what test cells ask. Started in the sandbox with a socket.

It holds no test, no solution and no secret, and imports nothing of them: whatever is in it, learner code can read.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from autograder.wall.inside.confine import Confinement, confine
from autograder.wall.wire.errors import ChannelEnded

#: What is never hers, though it may lie below her home folder: the interpreter's packages, and this one.
ENGINE = (sys.prefix, str(Path(__file__).parents[2]))
DEFINED = "<studio>"  # the file that statements without a cell come from


class Ready(NamedTuple):
    """A shell before it has a learner: where its outputs go, and itself."""

    outlet: Any
    shell: Any


def prepare() -> Ready:
    """Make a shell that shows nothing yet, and let this process print into it."""
    from autograder.wall.inside.capture import Outlet, Stream, open_shell

    outlet = Outlet(lambda output: None, 0)
    sys.stdout, sys.stderr = Stream(outlet, "stdout"), Stream(outlet, "stderr")
    return Ready(outlet, open_shell(outlet))


class Host:
    """Her shell, and the requests that only she answers. `ready`: a shell that was made before this process began."""

    def __init__(self, sock: socket.socket, bounds: dict[str, int], output_limit: int, ready: Ready | None = None) -> None:
        from autograder.wall.wire import shared_names as common
        from autograder.wall.wire.channel import Channel
        from autograder.wall.wire.limits import Bounds
        from autograder.wall.wire.peer import Peer
        from autograder.wall.wire.records import Records

        self.home = os.getcwd()
        self.outlet, self.shell = ready or prepare()
        extra: dict[str, Any] = {
            "run": self.run, "define": self.define, "get": self.get, "set": self.set, "delete": self.delete, "files": self.files,
            "settle": self.settle, "fork": self.fork, "test": self.test,
        }  # fmt: skip
        self.peer = Peer(Channel(sock, Bounds(**bounds)), "the grader's", _anything, extra, self.is_hers)
        self.peer.codec.named_in = common.ALL
        self.peer.codec.randoms = {}
        self.peer.codec.records = Records(hers=True)
        self._guard_threads()
        self.outlet.emit, self.outlet.limit = self._emit, output_limit
        self.outlet.begin()
        for name, operation in self.peer.operations.items():
            self.peer.operations[name] = self._flushing(operation) if name != "run" else operation

    def run(self, source: str) -> bool:
        """Run a cell as a notebook would; whether it came to its end."""
        self.outlet.begin()
        result = self.shell.run_cell(source, store_history=True)
        self.outlet.flush()
        return bool(result.success)

    def define(self, statements: list[list[Any]]) -> None:
        """Run statements one by one; one that fails is left out. Nothing of their text is kept, as a cell's would be.

        Parameters
        ----------
        statements : text and number of the first line of each.
        """
        for text, first in statements:
            with contextlib.suppress(Exception, SystemExit, GeneratorExit):
                code = compile(ast.increment_lineno(ast.parse(text), first - 1), DEFINED, "exec")
                exec(code, self.shell.user_global_ns, self.shell.user_ns)

    def get(self, name: str) -> tuple[Any, ...]:
        return (self.shell.user_ns[name],) if name in self.shell.user_ns else ()

    def set(self, name: str, value: Any) -> None:
        self.shell.user_ns[name] = value

    def delete(self, name: str) -> None:
        self.shell.user_ns.pop(name, None)

    def files(self, contents: dict[str, bytes]) -> list[str]:
        """Write the files beside the notebook; the names of those that could not be written."""
        failed = []
        for name, content in contents.items():
            path = Path(self.home, name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except (OSError, ValueError):
                failed.append(name)
        return failed

    def settle(self, names: list[str], shut: bool) -> str:
        """Make ready for the statements of a studio, before any ran (`shut.settle`); why that failed, or nothing."""
        from autograder.wall.inside.shut import settle

        return settle(names, shut, self.peer.channel.sock.fileno())

    def fork(self) -> str:
        """Let a fork of this process answer: a test runs in it (`meet`)."""
        from autograder.wall.inside.meet import fork

        return fork(self.peer, self.shell, self.outlet)

    def test(self, texts: list[str]) -> NoReturn:
        """Only a fork runs a test: where it ended before it read this, the order of answers is lost."""
        os._exit(1)

    def is_hers(self, file: str) -> bool:
        return file.startswith(("<ipython-input-", DEFINED, self.home)) and not file.startswith(ENGINE)

    def _emit(self, output: dict[str, Any]) -> None:
        with self._sending:
            self.peer.note(output)

    def _guard_threads(self) -> None:
        """Her threads may print, but only the main one may ask the grader."""
        self._sending = threading.RLock()
        main, send, ask = threading.get_ident(), self.peer.channel.send, self.peer.ask

        def sends(body: bytes, buffers: list[memoryview]) -> None:
            with self._sending:
                send(body, buffers)

        def asks(op: str, *args: Any) -> Any:
            if threading.get_ident() != main:
                raise RuntimeError("the grader's functions can be called from the main thread only")
            return ask(op, *args)

        self.peer.channel.send = sends  # type: ignore[method-assign]
        self.peer.ask = asks  # type: ignore[method-assign]

    def _flushing(self, operation: Any) -> Any:
        def flushing(*args: Any) -> Any:
            if not self.peer.depth:
                self.outlet.begin()
            try:
                return operation(*args)
            finally:
                self.outlet.flush()

        return flushing


def _anything(op: str, target: object, rest: tuple[Any, ...]) -> None:
    """The grader may do everything with her objects."""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing is written to the grader's terminal: what bypasses sys.stdout is dropped."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    yield


def main() -> None:
    """Confine this process, then serve the socket whose number is the first argument until the other side ends."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    sock.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a grader in the background ignores it, and so would this
    settings = json.loads(sys.argv[2])
    confine(Confinement(**settings["confinement"]))
    serve(sock, settings)


def serve(sock: socket.socket, settings: dict[str, Any], ready: Ready | None = None) -> NoReturn:
    """Answer the grader until the other side ends, and end then. The process must have been confined."""
    sys.argv = ["notebook"]
    sys.path.insert(0, os.getcwd())
    with _quiet(), contextlib.suppress(ChannelEnded):
        Host(sock, settings["bounds"], settings["output"], ready).peer.serve()
    os._exit(0)


if __name__ == "__main__":
    main()
