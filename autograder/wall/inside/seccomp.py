"""A small system call filter: what no notebook needs, what the limits cannot count, and what reaches other sandboxes.

Files in memory and System V shared memory are counted by no limit; sockets other than local and internet ones (vsock
reaches the host of a virtual machine) are held by no network namespace; the rest are ways into the kernel.

Files that every sandbox can read are one file for all of them: whoever locks one, or is told that another opens it, gets in
the other's way or hears from it. So nothing is locked, leased or watched, nobody is told which pages are in memory, and
nobody puts them out. SQLite cannot do without POSIX locks, so these are granted without being taken: the files that a
notebook can write are its own.

A futex that is not private is found by file and offset: on a library's own text, which every sandbox maps, one wakes
another. Nobody can be told who does not wait, so a wait on such a one ends at once, as if by a signal: whoever waits looks
again at what it waits for. Locks of threads are private and wait; a lock between processes (`multiprocessing`), and the
moment in which a thread that is joined ends, are looked at again and again instead.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

# (x86-64, arm64)
_FORBIDDEN = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268), "unshare": (272, 97),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "mq_open": (240, 180), "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "open_by_handle_at": (304, 265), "syslog": (103, 116), "quotactl": (179, 60), "personality": (135, 92),
    "inotify_init": (253, 26), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263), "mincore": (27, 232), "cachestat": (451, 451), "fadvise64": (221, 223),
    "process_madvise": (440, 440), "preadv2": (327, 286), "pwritev2": (328, 287), "readahead": (187, 213),
    "sync": (162, 81), "syncfs": (306, 267), "sysinfo": (99, 179),
}  # fmt: skip
_FLOCK = (73, 32)  # "not implemented": HDF5 goes on without, util-linux says so
_FCNTL, _MADVISE = (72, 25), (28, 233)
_F_SETLK, _F_SETLKW = 6, 7
_FCNTL_DENIED = (37, 38, 1024, 1026, 1031)  # F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ
_MADV_DENIED = (12, 20, 21, 25)  # MERGEABLE, COLD, PAGEOUT, COLLAPSE: what is done to pages that others have, too
_SOCKET = (41, 198)
_FAMILIES = (1, 2, 10)  # unix, inet, inet6
_FUTEX = (202, 98)
_FUTEX_PRIVATE, _FUTEX_COMMAND = 0x80, 0x7F
_FUTEX_WAITS = (0, 6, 9, 11, 13)  # WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2
_FUTEX_NEW = (449, 454, 455, 456)  # futex_waitv, futex_wake, futex_wait, futex_requeue: no library needs them
_CLONE, _CLONE3 = (56, 220), 435  # clone3 keeps its flags where a filter cannot read them; libraries fall back to clone
_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: a way around unshare
_ARCHITECTURE = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_LOAD, JUMP_EQUAL, _JUMP_ABOVE, _JUMP_SET, _AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
ALLOW, _KILL = 0x7FFF0000, 0x80000000
_DENY, _MISSING, _DONE = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x00050000  # _DONE: it says 0 and does nothing
_AGAIN = 0x00050000 | errno.EINTR
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_SECCOMP, _SET_FILTER, _ALL_THREADS = (317, 277), 1, 1
_NUMBER, _ARCH, _FIRST_ARGUMENT, _ARGUMENT = 0, 4, 16, 8  # offsets; an argument's lower half comes first
_X32 = 0x40000000


class Machine(NamedTuple):
    """A kind of processor whose system calls are known: its number in the kernel, its column in the tables."""

    architecture: int
    column: int


def machine() -> Machine | None:
    """This machine's kind; None for others than x86-64 and arm64."""
    found = _ARCHITECTURE.get(platform.machine())
    return Machine(*found) if found else None


def program() -> bytes:
    """The filter as a cBPF program; one that allows everything on machines other than x86-64 and arm64."""
    here = machine()
    if here is None:
        return step(RETURN, ALLOW)
    column, steps = here.column, opening(here)
    for numbers in _FORBIDDEN.values():
        steps += [step(JUMP_EQUAL, numbers[column], 0, 1), step(RETURN, _DENY)]
    for number in (_CLONE3, _FLOCK[column], *_FUTEX_NEW):
        steps += [step(JUMP_EQUAL, number, 0, 1), step(RETURN, _MISSING)]
    steps += by_argument(_FCNTL[column], 1, {_F_SETLK: _DONE, _F_SETLKW: _DONE, **dict.fromkeys(_FCNTL_DENIED, _DENY)})
    steps += by_argument(_MADVISE[column], 2, dict.fromkeys(_MADV_DENIED, _DENY))
    steps += _waits(_FUTEX[column])
    steps += [step(JUMP_EQUAL, _CLONE[column], 0, 4), step(_LOAD, _FIRST_ARGUMENT)]
    steps += [step(_JUMP_SET, _NAMESPACES, 0, 1), step(RETURN, _DENY), step(RETURN, ALLOW)]
    steps += [step(JUMP_EQUAL, _SOCKET[column], 1, 0), step(RETURN, ALLOW), step(_LOAD, _FIRST_ARGUMENT)]
    for family in _FAMILIES:
        steps += [step(JUMP_EQUAL, family, 0, 1), step(RETURN, ALLOW)]
    return b"".join([*steps, step(RETURN, _DENY)])


def opening(here: Machine) -> list[bytes]:
    """A filter's first steps: another architecture's calls end the process, the call's number is loaded."""
    steps = [step(_LOAD, _ARCH), step(JUMP_EQUAL, here.architecture, 1, 0), step(RETURN, _KILL), step(_LOAD, _NUMBER)]
    return [*steps, step(_JUMP_ABOVE, _X32, 0, 1), step(RETURN, _DENY)]


def by_argument(call: int, which: int, answers: dict[int, int], otherwise: int = ALLOW) -> list[bytes]:
    """Steps that answer a call by one of its arguments, the first being 0, or else as is said."""
    body = [step(_LOAD, _FIRST_ARGUMENT + _ARGUMENT * which)]
    for value, answer in answers.items():
        body += [step(JUMP_EQUAL, value, 0, 1), step(RETURN, answer)]
    return [step(JUMP_EQUAL, call, 0, len(body) + 1), *body, step(RETURN, otherwise)]


def _waits(futex: int) -> list[bytes]:
    """Steps that let a private futex wait, and end every other wait at once."""
    body = [step(_LOAD, _FIRST_ARGUMENT + _ARGUMENT), step(_JUMP_SET, _FUTEX_PRIVATE, 0, 1), step(RETURN, ALLOW)]
    body.append(step(_AND, _FUTEX_COMMAND))
    for command in _FUTEX_WAITS:
        body += [step(JUMP_EQUAL, command, 0, 1), step(RETURN, _AGAIN)]
    return [step(JUMP_EQUAL, futex, 0, len(body) + 1), *body, step(RETURN, ALLOW)]


def install(rules: bytes, all_threads: bool = False) -> None:
    """Filter this process and all that it starts, for good. It must have no new privileges. Raises OSError.

    Parameters
    ----------
    rules : a cBPF program; where several are installed, a call is refused that one of them refuses.
    all_threads : also threads that run already; else it is this one alone and those that it starts.
    """

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))

    libc = ctypes.CDLL(None, use_errno=True)
    given, here = ctypes.byref(Filter(len(rules) // 8, rules)), machine()
    if all_threads and here is not None:
        failed = libc.syscall(_SECCOMP[here.column], _SET_FILTER, _ALL_THREADS, given)
    else:
        failed = libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, given, 0, 0)
    if failed:
        raise OSError(ctypes.get_errno(), "the system call filter is refused")


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction of a filter."""
    return struct.pack("<HBBI", code, if_true, if_false, value)
