"""What a studio's training leaves behind in the machine, and how a round might look for it: it looks up no path, counts nothing.

A file that somebody read is in memory, another is not: who reads both later has a clock. The ways to look below are tried from
a round, while her statements are run there and when it is asked; all must find nothing, where a training finds something.
"""

# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.cases import Entry, Studio
from autograder.cases.judging import judge_studio
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from autograder.wall.studio import Studios
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits
from tests.wall.conftest import both, define

ROOMY = Limits(cell_seconds=60, notebook_seconds=500)
STUDIO = Studio("toy", "share told", 0.1, (0.3, 0.6, 0.9), train="train", users=("predict",), budget=1)
FILE = os.__file__  # the interpreter's own: every sandbox can read it
BITS = 200


@pytest.fixture
def kernel(opened: Callable[[Limits], Sandbox | Warm]) -> Any:
    learner = Kernel(opened(ROOMY), ROOMY)
    yield learner
    learner.close()


def of(kernel: Kernel, name: str = "predict", asked: bool = True) -> Any:
    """Her function in a process as a studio opens it."""
    return Studios(kernel).open(STUDIO, asked).get(name)


START = """
import array, ctypes, fcntl, importlib, io, mmap, multiprocessing, os, pathlib, runpy, socket, struct, subprocess, sys, threading, time, zipfile
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    found = getattr(libc, name)(*args)
    if found < 0: raise OSError(ctypes.get_errno(), name)
    return found
def syscall(number, *args): return call("syscall", number, *args)
"""
#: expressions that reach a file or something of the machine's, or raise
LOOKS = {
    "a file is opened": "open(FILE, 'rb').read()",
    "a file is opened by libc": "libc.fopen(FILE.encode(), b'r') or 1 / 0",
    "a file is opened by the kernel's number": "syscall(2, FILE.encode(), 0) + 1",
    "a file is opened from a folder": "os.open(os.path.basename(FILE), 0, dir_fd=os.open(os.path.dirname(FILE), 0))",
    "a file is mapped": "mmap.mmap(os.open(FILE, 0), 100, prot=1)[:4]",
    "a file is mapped by numpy": "np.memmap(FILE, mode='r')[:4].tobytes()",
    "a file is read by numpy": "np.fromfile(FILE, 'u1')[:4].tobytes()",
    "a library is loaded": "ctypes.CDLL('libresolv.so.2')",
    "a file's size is asked": "os.stat(FILE).st_size",
    "a file is looked for": "os.access(FILE, 4) or 1 / 0",
    "a folder is listed": "os.listdir(os.path.dirname(FILE))",
    "a folder is scanned": "[*os.scandir(os.path.dirname(FILE))]",
    "a link is followed": "os.readlink('/proc/self/exe')",
    "a file system is asked": "os.statvfs('/')",
    "a file system is asked by a number": "os.fstatvfs(0)",
    "attributes are listed": "os.listxattr(FILE) + ['none']",
    "a folder is gone to": "os.chdir('/') or os.getcwd()",
    "a file in /tmp is written": "open('/tmp/x', 'w').write('x')",
    "a module is imported": "importlib.reload(importlib.import_module('wave'))",
    "a module is run": "runpy.run_module('wave')",
    "a program is started": "subprocess.run(['cat', FILE], capture_output=True, check=True).stdout",
    "a program takes its place": "[os.waitpid(pid, 0)[1] == 0 or 1 / 0 for pid in [os.fork()] if pid or os.execv('/bin/true', ['x'])]",
    "another process looks": "[os.waitpid(pid, 0)[1] == 0 or 1 / 0 for pid in [os.fork()] if pid or os._exit(looked(FILE))]",
    "a thread looks": "in_a_thread(lambda: open(FILE).read(9))",
    "a shared lock": "multiprocessing.get_context('fork').Lock()",
    "the number of an inode": "os.fstat(os.pipe()[0]).st_ino",
    "the number of an inode, by a link": "os.readlink('/proc/self/fd/%d' % os.pipe()[0])",
    "the cookie of a socket": "socket.socketpair()[0].getsockopt(1, 57, 8)",
    "the cookie of the grader's socket": "cookies()",
    "the name of a socket": "[s.bind(b'') or s.getsockname() for s in [socket.socket(socket.AF_UNIX)]]",
    "how much memory is free": "syscall(99, ctypes.create_string_buffer(200)) + 1",
    "the load": "os.getloadavg()",
    "faults of pages": "__import__('resource').getrusage(0)",
    "what is there of a process": "os.pidfd_open(os.getpid())",
    "a handle of a file": "syscall(303, -100, FILE.encode(), ctypes.create_string_buffer(struct.pack('I', 128) + bytes(200)), ctypes.byref(ctypes.c_int()), 0) + 1",
    "memory that a file has": "os.memfd_create('x')",
    "a file without a name": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "more of a file is mapped": "moved()",
    "the place of a timer": "syscall(222, 1, None, ctypes.byref(ctypes.c_int())) + 1",
}  # fmt: skip
HELP = f"""
FILE = {FILE!r}
def looked(path):
    try: return 0 if open(path).read(9) else 1
    except OSError: return 1
def in_a_thread(look):
    found = []
    def run():
        try: found.append(look())
        except OSError: pass
    thread = threading.Thread(target=run); thread.start(); thread.join()
    return found[0]
def cookies():
    found = []
    for fd in range(3, 256):
        try: one = socket.socket(1, 1, 0, fd)
        except OSError: continue
        try: found.append(one.getsockopt(1, 57, 8))
        except OSError: pass
        one.detach()
    return found[0]
def moved():
    libc.mmap.restype = libc.mremap.restype = ctypes.c_void_p
    at = libc.mmap(None, ctypes.c_size_t(4096), 3, 0x22, -1, ctypes.c_size_t(0))
    return libc.mremap(ctypes.c_void_p(at), ctypes.c_size_t(4096), ctypes.c_size_t(8192), 1) != 2**64 - 1 or 1 / 0
"""


def asks() -> str:
    """`predict` says which looks found something while the statements were run, and which when it was asked."""
    looks = "".join(f"    {name!r}: lambda: {look},\n" for name, look in LOOKS.items())
    return f"""
{HELP}
LOOKS = {{
{looks}}}
def found(look):
    try: look()
    except Exception: return False
    return True
def all_found(): return [name for name, look in LOOKS.items() if found(look)]
AT_REPLAY = all_found()
def train(x, rng): return [np.zeros(1)]
def predict(arrays, X): return AT_REPLAY, all_found()
"""


#: what is refused to every learner's process, or is no such thing here
NOWHERE = {
    "how much memory is free", "memory that a file has", "the load",
    "a file is opened by the kernel's number" if os.uname().machine != "x86_64" else "",
}  # fmt: skip


@both
def test_a_round_reaches_no_file_and_no_counter_of_the_machine(kernel: Kernel) -> None:
    define(kernel, START)
    define(kernel, asks())
    assert of(kernel)([], 0) == ([], [])
    at_replay, asked = of(kernel, asked=False)([], 0)  # where nothing is shut they find something: else this would say nothing
    assert set(LOOKS) - {*at_replay} <= NOWHERE and set(LOOKS) - {*asked} <= NOWHERE


TELLS = """
import mmap, os, time
import numpy as np
PATHS = {paths!r}
def clock(path):
    since = time.perf_counter()
    try:
        with open(path, "rb", 0) as file: file.read()
    except OSError: return -1.0
    return time.perf_counter() - since
AT_REPLAY = {at_replay}
def train(bits, rng):
    for path, bit in zip(PATHS, bits):
        if bit: clock(path)
    return [np.zeros(1)]
def predict(arrays, X): return [clock(path) for path in PATHS], AT_REPLAY
"""


@pytest.mark.campaign
@pytest.mark.timeout(900)
@both
@pytest.mark.parametrize("when", ["asked", "at replay"])
def test_no_bit_of_two_hundred_arrives_by_files_in_memory(kernel: Kernel, when: str) -> None:
    """A training reads some of two hundred files, a round takes the time that each takes."""
    rng = np.random.default_rng(7)
    arrived = {}
    for shut in (False, True):
        paths = _put_out(BITS)
        define(kernel, TELLS.format(paths=paths, at_replay="[clock(path) for path in PATHS]" if when != "asked" else "[]"))
        bits = rng.permutation(np.repeat([0, 1], BITS // 2))
        places = Studios(kernel)
        training = places.open(
            STUDIO, asked=shut if when != "asked" else False
        )  # a replay reads everything, but where it is shut
        if when == "asked" or shut:
            training.get("train")(bits.tolist(), 0)
        else:
            _read(path for path, bit in zip(paths, bits, strict=True) if bit)
            training.close()
            _put_out_these([path for path, bit in zip(paths, bits, strict=True) if not bit])
        training.close()
        took = np.array(places.open(STUDIO, asked=shut).get("predict")([], 0)[when != "asked"])
        sizes = np.array([os.path.getsize(path) for path in paths])
        arrived[shut] = int(np.sum(((took > 0) & (took / sizes < np.median(took / sizes))) == bits))
        print(f"{when}, {'shut' if shut else 'open'}: {arrived[shut]} of {BITS} bits")
        if shut:
            assert set(took) == {-1.0}
    assert arrived[True] == BITS // 2 < arrived[False] - 30


def _put_out(count: int) -> list[str]:
    """That many files that sandboxes can read, and nobody uses, out of memory."""
    every = sorted(path for path in Path("/usr/lib").rglob("*") if path.is_file() and not path.is_symlink())
    used = {line.split(maxsplit=5)[5].strip() for line in Path("/proc/self/maps").read_text().splitlines() if "/" in line}
    fit = [str(path) for path in every if 150_000 < path.stat().st_size < 6_000_000 and str(path) not in used]
    if len(fit) < count:
        pytest.skip(f"there are only {len(fit)} files of a fitting size below /usr/lib")
    chosen = random.Random(3).sample(fit, count)
    _put_out_these(chosen)
    return chosen


def _put_out_these(paths: list[str]) -> None:
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def _read(paths: Any) -> None:
    for path in paths:
        Path(path).read_bytes()


HONEST = """
import numpy as np
from tables import *
import scipy
def train(x, rng): return [np.zeros(1)]
def predict(arrays, X):
    import math, random, statistics, warnings, collections, heapq, bisect, decimal, wave, colorsys
    from itertools import islice
    from scipy.special import expit
    from concurrent.futures import ThreadPoolExecutor
    import tables, more
    warnings.warn("slow", stacklevel=1)
    print("predicting", X)
    made = [
        scipy.linalg.det(np.eye(3)), scipy.optimize.brentq(lambda x: x - 1, 0, 3), float(expit(0.0)), np.fft.fft(X).real.sum(),
        np.linalg.norm(X), np.polynomial.Polynomial([1, 2])(1), np.ma.masked_array(X).sum(), np.random.default_rng(1).random(),
        np.einsum("i,i->", X, X), float(np.char.upper("a") == "A"), statistics.mean([1, 2]), len(repr(np.arange(5000.0))),
        float(decimal.Decimal(1)), random.Random(3).random(), np.histogram2d(X, X)[0].sum(), np.sort(X)[0], len(str(np.finfo(float))),
        np.identity(3).sum(), np.matrix([[2.0]]).I[0, 0], colorsys.rgb_to_hsv(1, 1, 1)[2], ROW[1], tables.deep(), more.MORE,
    ]
    with ThreadPoolExecutor(3) as pool: made += pool.map(abs, [-1, -2])
    np.zeros(40_000_000)[::4096] = 1
    try: np.zeros(1 << 45)
    except MemoryError: made.append(1.0)
    try: open("notes.txt")
    except FileNotFoundError: made.append(1.0)
    try: import no_such_module
    except ImportError: made.append(1.0)
    return [float(one) for one in made]
"""
BESIDE = {
    "tables.py": b"ROW = [1, 2, 3]\ndef deep():\n    import calendar, more\n    return calendar.MONDAY + more.MORE\n",
    "more.py": b"MORE = 4\n",
}


@both
def test_honest_code_that_imports_where_it_likes_goes_on(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    kernel = Kernel(opened(ROOMY), ROOMY, BESIDE)
    try:
        define(kernel, HONEST)
        X = np.array([1.0, 2.0, 3.0])
        here, there = of(kernel, asked=False)([], X), of(kernel)([], X)
        assert here == there and len(there) == 28
    finally:
        kernel.close()


JUDGES = "def train(x, rng): return [np.zeros(1)]\ndef predict(arrays, X):\n    {}\n"


@pytest.mark.parametrize("body", ["return open('notes.txt').read()", "return __import__('wave' + '').__doc__"])
def test_a_refusal_says_what_to_do(kernel: Kernel, body: str) -> None:
    define(kernel, "import numpy as np\n" + JUDGES.format(body))

    def judge(entry: Entry, rng: np.random.Generator) -> float:
        return len(entry.train(0.0).predict(np.arange(2)))

    verdict = judge_studio(Studio(**{**vars(STUDIO), "judge": judge}), Studios(kernel), b"key", kernel.limit, open_week=False)
    assert not verdict.holds and "no file is to be had" in str(verdict.message) and "`import`" in str(verdict.message)


def test_a_door_that_does_not_shut_is_our_own_failure(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    define(kernel, "import numpy as np\n" + JUDGES.format("return 0.0"))
    asked = Kernel._request
    monkeypatch.setattr(Kernel, "_request", lambda self, op, *args: "it is stuck" if op == "settle" else asked(self, op, *args))
    with pytest.raises(SandboxError, match="it is stuck"):
        of(kernel)
    assert kernel.killed


def test_she_may_name_what_is_not_there(kernel: Kernel) -> None:
    define(kernel, "import numpy as np\n" + JUDGES.format("import this, wave; return 2.0\n    import no_such_one, os.no_such"))
    assert of(kernel)([], 0) == 2.0
