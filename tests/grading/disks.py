"""Small disks in memory that can be filled. They want mounts of this process's own: see fills.py."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

PAGE = os.sysconf("SC_PAGESIZE")
LIBC = ctypes.CDLL(None, use_errno=True)
AMBIENT, CLEAR_ALL = 47, 4  # prctl


def mount(place: Path, size: str) -> None:
    """Mount a small disk in memory. By the system's call: the program mount wants to be root's."""
    options = f"size={size},nr_inodes=1000,mode=755"
    _checked(LIBC.mount(b"tmpfs", os.fsencode(place), b"tmpfs", 0, options.encode()))


def keep_no_rights() -> None:
    """What this process starts cannot mount: a sandbox refuses to be made with rights that nobody should have."""
    _checked(LIBC.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0))


def _checked(answer: int) -> None:
    if answer:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Disk:
    """A small disk in memory.

    Parameters
    ----------
    size : what fits on it, as tmpfs understands it.
    """

    def __init__(self, place: Path, size: str) -> None:
        self.place = place
        place.mkdir()
        mount(place, size)
        self._filler = place / "filler"

    def fill(self, pages: int) -> None:
        """Leave room for so many pages."""
        about = os.statvfs(self.place)
        with open(self._filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, about.f_bavail * about.f_frsize - pages * PAGE)
        assert os.statvfs(self.place).f_bavail * about.f_frsize == pages * PAGE

    def fill_names(self, number: int) -> None:
        """Leave room for so many files, and for their contents any."""
        self._filler.mkdir()
        for one in range(os.statvfs(self.place).f_favail - number):
            (self._filler / str(one)).touch()
        assert os.statvfs(self.place).f_favail == number

    def make_room(self) -> None:
        """Take the filling away."""
        if self._filler.is_dir():
            shutil.rmtree(self._filler)
        self._filler.unlink(missing_ok=True)

    def end(self) -> None:
        """Unmount it."""
        _checked(LIBC.umount2(os.fsencode(self.place), 0))
