"""Bare isolated forks: what running the cells costs where nothing is graded, written or kept. Stands alone.

A warm process (NumPy, matplotlib, IPython, a shell) forks a child for each submission: user, pid, mount, net and ipc
namespaces of its own, a private /tmp, limits, where root started it another user. The child runs all code cells, tests
included, with their outputs captured; the parent reads the outputs. `bare.py --fresh NOTEBOOK` runs one notebook in this process.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

NEWNS, NEWUSER, NEWPID, NEWNET, NEWIPC = 0x20000, 0x10000000, 0x20000000, 0x40000000, 0x8000000
SPACES = NEWNS | NEWPID | NEWNET | NEWIPC
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 0x1000, 0x4000, 0x40000
USER = 1_234_567
WARMING = ["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('$x$')\nplt.show()", "raise ValueError"]
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *args: Any) -> None:
    """A system call, or OSError."""
    if getattr(libc, name)(*args):
        raise OSError(ctypes.get_errno(), name)


def own_user() -> None:
    """Write the maps of a new user namespace: the same user and no other."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{UID} {UID} 1"), ("gid_map", f"{GID} {GID} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


ROOT = os.geteuid() == 0
UID, GID = (USER, USER) if ROOT else (os.getuid(), os.getgid())
INTERPRETER = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()}


def cover(above: Path, size: str) -> None:
    """Mount an empty folder over one, and the interpreter there once more where it lies below it."""
    handles = {place: os.open(place, os.O_PATH) for place in sorted(INTERPRETER) if above in place.parents}
    call("mount", b"tmpfs", bytes(above), b"tmpfs", MS_NOSUID | MS_NODEV, f"size={size},mode=1777".encode())
    for place, handle in handles.items():
        if not place.exists():  # else it lies in another that is there already
            place.mkdir(parents=True)
            call("mount", f"/proc/self/fd/{handle}".encode(), bytes(place), None, MS_BIND | MS_REC, None)
        os.close(handle)


def open_ways() -> None:
    """Let another user reach the interpreter where it lies under a closed folder, as /root is."""
    closed = {next((one for one in reversed(place.parents) if not one.stat().st_mode & 1), None) for place in INTERPRETER}
    if not ROOT or closed == {None}:
        return
    call("unshare", NEWNS)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    for above in closed - {None}:
        cover(above, "1m")


def isolate() -> None:
    """Namespaces; the next fork is the first process of the new pid namespace."""
    call("unshare", SPACES if ROOT else SPACES | NEWUSER)
    if not ROOT:
        own_user()
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    cover(Path("/tmp"), "16m")  # the checkout itself may lie below it


def confine() -> None:
    """Another user, where root started this; limits."""
    if ROOT:
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
        libc.prctl(4, 1, 0, 0, 0)  # dumpable again, else its own /proc belongs to root
        call("unshare", NEWUSER)
        own_user()
    for name, most in (("DATA", 2 << 30), ("NPROC", 256), ("FSIZE", 64 << 20), ("CPU", 240), ("CORE", 0), ("NOFILE", 256)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    os.chdir("/tmp")


def open_shell() -> Any:
    """IPython's shell with figures inline, as in a notebook."""
    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline")
    import matplotlib.pyplot
    import numpy  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib_inline.backend_inline import flush_figures
    from matplotlib_inline.config import InlineBackend
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    InlineBackend.instance(parent=shell).shell = shell
    select_figure_formats(shell, {"png"})
    shell.events.register("post_execute", flush_figures)
    return shell


def run(shell: Any, cells: list[str]) -> list[Any]:
    """Run the cells one after the other, also after one that fails: for each whether it succeeded, what it printed and showed."""
    from IPython.utils.capture import capture_output

    made = []
    for cell in cells:
        with capture_output() as got:
            succeeded = shell.run_cell(cell, store_history=True).success
        shown = [[output.data, output.metadata] for output in got.outputs]
        made.append([succeeded, got.stdout, got.stderr, shown])
    return made


def fork(shell: Any, cells: list[str]) -> bytes:
    """Run the cells in an isolated child: their outputs as JSON."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            isolate()
            first = os.fork()
            if first == 0:
                confine()
                with os.fdopen(write, "w", encoding="utf-8") as out:
                    json.dump(run(shell, cells), out, default=str)
                os._exit(0)
            status = os.waitpid(first, 0)[1]
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(int(status != 0))
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        outputs = answer.read()
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("a bare fork failed")
    return outputs


def cells_of(path: Path) -> list[str]:
    """The code cells of a notebook."""
    return [cell["source"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def main(folder: Path) -> None:
    """Run every notebook of a folder; says `ready` and at the end, for each, its seconds and which cells succeeded."""
    open_ways()
    shell = open_shell()
    run(shell, WARMING)
    shell.reset()
    print("ready", flush=True)
    told = {}
    for path in sorted(folder.glob("*.ipynb")):
        since = time.perf_counter()
        outputs = fork(shell, cells_of(path))
        told[path.stem] = [time.perf_counter() - since, [cell[0] for cell in json.loads(outputs)]]
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--fresh":
        json.dumps(run(open_shell(), cells_of(Path(sys.argv[2]))), default=str)
    else:
        main(Path(sys.argv[1]))
