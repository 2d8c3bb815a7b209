"""Namespaces, mounts and capabilities of a fork of the warm process, by system calls. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import stat
import struct
from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.wall.inside import seccomp
from autograder.wall.inside.confine import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS

CAP_SETGID, CAP_SETUID = 6, 7
# CLONE_NEW: NS, UTS, IPC, USER, PID, NET
NAMESPACES = 0x20000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 1, 24, 47, 4
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
CAPABILITY_VERSION = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *args: object, what: str = "") -> None:
    if getattr(_libc, name)(*args):
        number = ctypes.get_errno()
        raise OSError(number, f"{name} {what}: {os.strerror(number)}")


def _prctl(option: int, *args: int) -> None:
    _call("prctl", option, *map(ctypes.c_ulong, (*args, *[0] * (4 - len(args)))))


def _mount(kind: str, place: str, flags: int, options: str = "") -> None:
    _call("mount", kind.encode(), place.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode(), what=place)


def enter(uid: int) -> None:
    """Go into new namespaces: user, mount, pid (for children), net, ipc, uts. `uid` not 0: as that user, else as now."""
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    me, group = os.getuid(), os.getgid()
    _call("unshare", NAMESPACES)
    _prctl(PR_SET_DUMPABLE, 1)  # else its own /proc is root's
    for name, text in (("setgroups", "deny"), ("uid_map", f"{me} {me} 1"), ("gid_map", f"{group} {group} 1")):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(fd, text.encode())
        os.close(fd)


def mount_proc(whole: bool = False) -> None:
    """Mount this pid namespace's /proc over the one that is there: its processes and, where `whole`, what is the machine's.

    The machine's counters (of processes, of pages) go on counting: who began before another trained would read there what
    that one added. Kernels before 5.8 cannot leave them out.
    """
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    if whole:
        _mount("proc", "/proc", flags)
        return
    try:
        _mount("proc", "/proc", flags, "subset=pid")
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        _mount("proc", "/proc", flags)


def mount_own(private: Iterable[str], hidden: Iterable[str], room: tuple[int, int], kept: Collection[str] = ()) -> None:
    """In a new mount namespace: private folders, what is hidden covered, new /dev/pts and /proc.

    Parameters
    ----------
    private : folders that become empty ones.
    hidden : folders that become empty and read-only.
    room : how many bytes and how many files each private folder may hold.
    kept : what may be read, though it lies below one of them: a checkout under /tmp, say.
    """
    _call("mount", b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    for place in private:
        _cover(place, MS_NOSUID | MS_NODEV, f"size={room[0]},nr_inodes={room[1]},mode=1777", kept)
    for place in hidden:
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        _cover(place, flags, "size=4096,mode=755", kept)
        _call("mount", None, place.encode(), None, ctypes.c_ulong(MS_REMOUNT | MS_BIND | MS_RDONLY | flags), None)
    _mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")  # `!command` needs a terminal
    mount_proc()


def _cover(place: str, flags: int, options: str, kept: Iterable[str]) -> None:
    """Mount an empty folder over `place`, and what is kept of it where it was: a mount as it is, a link as a link."""
    held: list[tuple[Path, int | str]] = []
    for path in map(Path, kept):
        if Path(place) in path.parents:
            held.append((path, os.readlink(path) if path.is_symlink() else os.open(path, os.O_PATH | os.O_CLOEXEC)))
    _mount("tmpfs", place, flags, options)
    for path, what in held:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            path.symlink_to(what)
            continue
        if stat.S_ISDIR(os.fstat(what).st_mode):
            path.mkdir()
        else:
            path.touch()
        bind = ctypes.c_ulong(MS_BIND | MS_REC)
        _call("mount", f"/proc/self/fd/{what}".encode(), bytes(path), None, bind, None, what=str(path))
        os.close(what)


def raise_loopback() -> None:
    """A new net namespace's own loopback, as bubblewrap does."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def keep_only(*kept: int) -> None:
    """Drop all capabilities but these, of those that are held."""
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    held = ctypes.create_string_buffer(24)
    _call("capget", header, held)
    effective, permitted = struct.unpack_from("2I", held.raw)
    mask = sum(1 << number for number in kept)
    _call("capset", header, struct.pack("6I", effective & mask, permitted & mask, 0, 0, 0, 0))


def give_up_all() -> None:
    """No capability is left, none can come back, and the system call filter stands."""
    for number in range(64):
        try:
            _prctl(PR_CAPBSET_DROP, number)
        except OSError:
            break
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    keep_only()
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(seccomp.program())


def hide() -> None:
    """Others of the same user cannot read this process's memory or trace it."""
    _prctl(PR_SET_DUMPABLE, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
