"""The warm process: has imported what notebooks need, and forks a learner's process whenever the grader asks.

It runs alone inside one sandbox. What it holds every learner can read: never a test, a solution or a secret. Each fork gets
namespaces, folders and (from root) a user of its own before any learner's code runs in it:

    warm process -> keeper (a new user namespace) -> first (process 1 of its pid namespace) -> the learner's process

The grader kills the keeper, the kernel then kills the first, and with it the whole namespace.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import random
import select
import signal
import socket
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from autograder.wall.inside import isolate, shut
from autograder.wall.inside.confine import Confinement, confine
from autograder.wall.inside.learner_main import Ready, prepare, serve

READY, FAILED, ENDED = b"R", b"E", b"S"  # what the grader is told of a learner's process
USUAL = ("h5py", "ipywidgets", "autograder.datasets", "autograder.wall.wire.shared_names", "autograder.wall.wire.peer")
Files = dict[str, bytes | None]  # paths in the home folder; None is a folder


def main() -> None:
    """Warm up, then fork for every order that comes through the socket whose number is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    try:
        if settings["own_proc"]:
            isolate.mount_proc(whole=True)  # bubblewrap's is covered in places, and such a one cannot be mounted anew below
        home = settings["home"]
        os.chdir(home)
        ready = _warm()
        if len(os.listdir("/proc/self/task")) != 1:
            raise RuntimeError("the warm process has threads: it must not be forked")
        isolate.keep_only(isolate.CAP_SETGID, isolate.CAP_SETUID)
        isolate.hide()
        gc.collect()
        gc.freeze()
    except Exception as error:
        control.send(FAILED + f"{type(error).__name__}: {error}".encode()[:1000])
        return
    control.send(READY)
    _serve(control, ready, _files(Path(home), settings["kept"]), settings)


def _warm() -> Ready:
    """Import and use once what costs time: modules, fonts, the shell's first cell."""
    for name in (*USUAL, *shut.LAZY):
        importlib.import_module(name)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot(title="$x$", xlabel="x").plot([0, 1])
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(io.BytesIO())
    ready = prepare()
    for cell in ("raise ValueError", "pass"):  # an error's traceback brings modules of its own
        ready.shell.run_cell(cell, store_history=False, silent=True)
    for left in ("last_type", "last_value", "last_traceback"):
        vars(sys).pop(left, None)
    shut.make_resident()
    return ready


def _files(home: Path, kept: Collection[str]) -> Files:
    """What a start leaves in the home folder, besides what is kept there: a learner's fresh one gets the same."""
    found: Files = {}
    for top, folders, files in os.walk(home):
        folders[:] = sorted(name for name in folders if os.path.join(top, name) not in kept)
        found |= {os.path.join(top, name): None for name in folders}
        found |= {path: Path(path).read_bytes() for path in (os.path.join(top, name) for name in files) if path not in kept}
    return found


def _serve(control: socket.socket, ready: Ready, files: Files, settings: dict[str, Any]) -> None:
    while True:
        _reap(control)
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 2, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return
        try:
            keeper = os.fork()
        except OSError as error:
            control.send(FAILED + str(error).encode())
            continue
        if keeper == 0:
            _keep(fds[0], fds[1], {**settings, **json.loads(message)}, ready, files)
        held = os.pidfd_open(keeper)  # its number cannot be another's yet: only this process reaps it
        socket.send_fds(control, [READY], [held])
        for fd in (*fds, held):
            os.close(fd)


def _reap(control: socket.socket) -> None:
    """Wait for the next order, and collect keepers that ended meanwhile."""
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            wait: float | None = 1.0
        except ChildProcessError:
            wait = None
        if select.select([control], [], [], wait)[0]:
            return


def _keep(sock: int, status: int, settings: dict[str, Any], ready: Ready, files: Files) -> NoReturn:
    """Be the keeper: go into new namespaces, start their first process, and tell how it ended. Never returns."""
    try:
        warm = os.getppid()
        _close_all_but(sock, status)
        isolate.enter(settings["confinement"]["uid"])
        isolate.die_with_parent()
        if os.getppid() != warm:
            os._exit(1)
        first = os.fork()
        if first == 0:
            _first(sock, status, settings, ready, files)
        os.close(sock)
        code = _code(os.waitpid(first, 0)[1])
        os.write(status, ENDED + str(code).encode())
    except BaseException as error:
        _fail(status, error)
    os._exit(0)


def _first(sock: int, status: int, settings: dict[str, Any], ready: Ready, files: Files) -> NoReturn:
    """Be the namespace's first process: mount, confine, start the learner's process, and end when it ends."""
    try:
        isolate.die_with_parent()
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a first process is deaf to what it has no handler for
        room = settings["confinement"]["file_size"], settings["files"]
        isolate.mount_own(settings["private"], settings["hidden"], room, settings["kept"])
        isolate.raise_loopback()
        _put(files)
        confine(Confinement(**{**settings["confinement"], "uid": 0}))
        isolate.give_up_all()
        learner = os.fork()
        if learner == 0:
            _learn(sock, status, settings, ready)
        isolate.hide()
        os.close(sock)
        os.write(status, READY)
        os.close(status)
        while True:
            ended, how = os.waitpid(-1, 0)
            if ended == learner:
                os._exit(_code(how))
    except BaseException as error:
        _fail(status, error)


def _learn(sock: int, status: int, settings: dict[str, Any], ready: Ready) -> NoReturn:
    import numpy as np

    os.close(status)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(settings["environment"])
    random.seed()
    np.random.seed()
    serve(socket.socket(fileno=sock), settings, ready)


def _put(files: Files) -> None:
    for name, content in files.items():
        path = Path(name)
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)


def _close_all_but(*kept: int) -> None:
    low = 3
    for fd in sorted(kept):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, 1 << 20)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _fail(status: int, error: BaseException) -> NoReturn:
    os.write(status, FAILED + f"{type(error).__name__}: {error}".encode()[:1000])
    os._exit(1)
