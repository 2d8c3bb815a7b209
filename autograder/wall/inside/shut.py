"""A studio's process before any of her code runs in it: all imported, all in memory, and for a round the door shut.

The machine keeps files that somebody read in memory, and what it knows of their names: whoever looks up a path has a clock that
tells which ones. So a training could tell a round, and a round whoever comes later. A round looks up no path at all, not even
while her own statements are run there. What its code imports is imported before, by names that stand in the code; her training's
process has imported the same before hers, so that this takes the same time whatever she did. Pages of libraries are made
resident, as far as they are mapped.

What is left is a list of system calls that do not reach beyond the process and its socket: none for files, programs, sockets or
the machine's counters (free memory, numbers of inodes, cookies of sockets), which go on counting from one process to the next.
Where a file is asked for, the answer is that there is none; most libraries know how to go on without.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import os
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path

from autograder.wall.inside import seccomp

#: What numpy and Python import only when it is needed (`tests/wall/inside/test_shut.py` looks for more).
LAZY = (
    "numpy.char", "numpy.core", "numpy.ctypeslib", "numpy.dtypes", "numpy.exceptions", "numpy.fft", "numpy.linalg", "numpy.ma",
    "numpy.polynomial", "numpy.random", "numpy.rec", "numpy.strings", "numpy._core._dtype_ctypes", "numpy._core._internal",
    "numpy._core.getlimits", "numpy.core._internal", "_ctypes", "_strptime", "ast", "concurrent.futures.thread", "copy",
    "inspect", "io", "json", "math", "mmap", "os.path", "pprint", "queue", "re", "struct", "textwrap", "tokenize", "traceback",
    "tracemalloc", "unicodedata", "warnings", "zipfile", "encodings.ascii", "encodings.cp1252", "encodings.hex_codec",
    "encodings.idna", "encodings.latin_1", "encodings.raw_unicode_escape", "encodings.unicode_escape", "encodings.utf_16",
    "encodings.utf_32",
)  # fmt: skip

# (x86-64, arm64); None where there is no such call
_ALLOWED: dict[str, tuple[int, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "poll": (7, None), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "pipe": (22, None), "select": (23, None), "sched_yield": (24, 124), "madvise": (28, 233),
    "dup": (32, 23), "dup2": (33, None), "pause": (34, None), "nanosleep": (35, 101), "getitimer": (36, 102),
    "alarm": (37, None), "setitimer": (38, 103), "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "clone": (56, 220), "fork": (57, None), "vfork": (58, None), "exit": (60, 93),
    "wait4": (61, 260), "kill": (62, 129), "uname": (63, 160), "fcntl": (72, 25), "getcwd": (79, 17),
    "gettimeofday": (96, 169), "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177),
    "getppid": (110, 173), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "arch_prctl": (158, None), "gettid": (186, 178), "time": (201, None), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "set_tid_address": (218, 96), "restart_syscall": (219, 128), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94), "epoll_wait": (232, None),
    "epoll_ctl": (233, 21), "tgkill": (234, 131), "waitid": (247, 95), "pselect6": (270, 72), "ppoll": (271, 73),
    "set_robust_list": (273, 99), "epoll_pwait": (281, 22), "eventfd2": (290, 19), "epoll_create1": (291, 20),
    "dup3": (292, 24), "pipe2": (293, 59), "prlimit64": (302, 261), "getrandom": (318, 278), "membarrier": (324, 283),
    "rseq": (334, 293), "clone3": (435, 435),  # the first filter says that there is none, so that libraries take clone
}  # fmt: skip
_BY_ARGUMENT: dict[str, tuple[tuple[int, int | None], int, tuple[int, ...]]] = {
    "ioctl": ((16, 29), 1, (0x5421,)),  # FIONBIO
    "prctl": ((157, 167), 0, (15, 0x53564D41)),  # PR_SET_NAME, PR_SET_VMA
}
_PATHS: dict[str, tuple[int | None, int | None]] = {
    "open": (2, None), "stat": (4, None), "lstat": (6, None), "access": (21, None), "execve": (59, 221), "truncate": (76, 45),
    "chdir": (80, 49), "rename": (82, None), "mkdir": (83, None), "rmdir": (84, None), "creat": (85, None), "unlink": (87, None),
    "readlink": (89, None), "statfs": (137, 43), "openat": (257, 56), "mkdirat": (258, 34), "newfstatat": (262, 79),
    "unlinkat": (263, 35), "renameat": (264, 38), "readlinkat": (267, 78), "faccessat": (269, 48), "renameat2": (316, 276),
    "execveat": (322, 281), "statx": (332, 291), "openat2": (437, 437), "faccessat2": (439, 439),
}  # fmt: skip
_NO_FILE, _REFUSED = 0x00050000 | errno.ENOENT, 0x00050000 | errno.EACCES
_POPULATE_READ = 22
_libc = ctypes.CDLL(None, use_errno=True)


def settle(names: Iterable[str], shut: bool, socket: int) -> str:
    """Import these names, so far as they can be, and make what is mapped resident; then, for a round, shut the door.

    It must run before any code of hers, in a process that is confined.

    Parameters
    ----------
    names : modules, and what is looked up in them: "scipy.optimize.minimize".
    shut : whether to look up no path from now on. Modules beside the notebook can be imported nevertheless.
    socket : the number of the one to the grader.

    Returns
    -------
    Why the door cannot be shut; empty where all went well.
    """
    beside = {path.stem: path.read_bytes() for path in Path.cwd().glob("*.py")}
    whole, home = sys.path, os.getcwd()
    sys.path = [place for place in whole if place not in ("", ".", home)]  # a file of hers may have a library's name
    for name in (*LAZY, *names):
        if name.split(".")[0] not in beside:
            _import(name)
    sys.path = whole
    make_resident()
    if not shut:
        return ""
    sys.meta_path.insert(0, _Beside(beside, home))
    try:
        os.closerange(3, socket)
        os.closerange(socket + 1, 1 << 20)
        seccomp.install(program(), all_threads=True)
    except OSError as error:
        return f"a round's process cannot be shut: {error}"
    return ""


def _import(name: str) -> None:
    """Import a module by its dotted name, or as much of it as there is: the rest may be a function's."""
    parts = name.split(".")
    with contextlib.suppress(BaseException):  # a module may do what it likes while it is imported
        found = importlib.import_module(parts[0])
        for n, part in enumerate(parts[1:], 2):
            if not hasattr(found, part):
                importlib.import_module(".".join(parts[:n]))
            found = getattr(found, part)
            if not isinstance(found, types.ModuleType):
                return


def make_resident() -> None:
    """Every page of a file that is mapped is in memory, also of parts that must not be read: they may be made readable."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        place, _, offset, _, _, *path = line.split(maxsplit=5)
        if not path or not os.path.isfile(path[0]):
            continue
        start, end = (int(number, 16) for number in place.split("-"))
        if _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _POPULATE_READ):
            _read(path[0], int(offset, 16), end - start)


def _read(path: str, offset: int, size: int) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while size > 0 and (got := len(os.pread(fd, min(size, 1 << 20), offset))):
            offset, size = offset + got, size - got
    finally:
        os.close(fd)


def program() -> bytes:
    """The filter as a cBPF program: what is allowed, else no file or a refusal; all is allowed where the first filter does."""
    machine = seccomp.machine()
    if machine is None:
        return seccomp.step(seccomp.RETURN, seccomp.ALLOW)
    step, column = seccomp.step, machine.column
    steps = seccomp.opening(machine)
    for call in _ALLOWED.values():
        steps += _answer(call[column], seccomp.ALLOW)
    for call, which, values in _BY_ARGUMENT.values():
        if call[column] is not None:
            steps += seccomp.by_argument(call[column] or 0, which, dict.fromkeys(values, seccomp.ALLOW), _REFUSED)
    for named in _PATHS.values():
        steps += _answer(named[column], _NO_FILE)
    return b"".join([*steps, step(seccomp.RETURN, _REFUSED)])


def _answer(number: int | None, answer: int) -> list[bytes]:
    if number is None:
        return []
    return [seccomp.step(seccomp.JUMP_EQUAL, number, 0, 1), seccomp.step(seccomp.RETURN, answer)]


class _Beside(MetaPathFinder, Loader):
    """Imports what stands beside the notebook out of memory."""

    def __init__(self, texts: Mapping[str, bytes], folder: str) -> None:
        self._texts, self._folder = texts, folder

    def find_spec(self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, origin=f"{self._folder}/{name}.py") if name in self._texts else None

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        module.__file__ = f"{self._folder}/{name}.py"
        exec(compile(self._texts[name], module.__file__, "exec"), vars(module))
