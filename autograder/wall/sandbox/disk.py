"""The disk that a learner's process sees, built from a list of what is allowed. Nothing else exists there."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

import autograder
from autograder import datafiles
from autograder.wall.sandbox import fonts

HOME = "/home/learner"
MATPLOTLIB = f"{HOME}/.matplotlib"
PRIVATE = ("/tmp", "/dev/shm", HOME)
DATA = "/data"
SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/bin", "/lib", "/lib32", "/lib64", "/bin",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/locale",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives",
    "/nix/store",
)  # fmt: skip
# Inside packages: files that hold rows of what studios are judged on.
HIDDEN_IN_PACKAGES = ("sklearn/datasets/data", "vega_datasets/_data", "mlxtend/data/data", "Orange/datasets")


def mounts(size: int, readable: Iterable[Path], data: bool) -> list[str]:
    """The disk as bubblewrap's arguments.

    Parameters
    ----------
    size : bytes of each private folder.
    readable : what may be read inside, where it stands outside.
    data : whether the course's data is there.
    """
    made = ["--perms", "0755", "--tmpfs", "/", "--proc", "/proc", *_machine_covered(), "--dev", "/dev"]
    for path in PRIVATE:  # before what may be read: a checkout may itself lie under /tmp
        made += [*_parents(path), "--perms", "1777", "--size", str(size), "--tmpfs", path]
    made += ["--perms", "1777", "--dir", MATPLOTLIB]
    made += [part for path in fonts.lists() for part in ("--ro-bind", str(path), f"{MATPLOTLIB}/{path.name}")]
    made += _mounted(readable, data)
    if data:
        made += _data_files(datafiles.public().folder)
    return [*made, "--remount-ro", "/dev", "--remount-ro", "/"]


def allowed() -> list[Path]:
    """What may be read inside: the interpreter, its packages, system libraries and the engine."""
    base = Path(sys.base_prefix)
    interpreter = [base / name for name in ("bin", "lib", "lib64", "etc/fonts", "ssl")]  # conda keeps old packages beside them
    packages = [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")]
    binaries = [Path(sys.prefix) / name for name in ("bin", "pyvenv.cfg", "lib64")] if sys.prefix != sys.base_prefix else []
    return [*map(Path, SYSTEM), *interpreter, *packages, *binaries, Path(autograder.__file__).parent]


def masked(binds: Iterable[tuple[Path, Path]], data: bool) -> Iterator[Path]:
    """Folders inside that are covered by empty ones, for each (folder, where it is bound): packages that the interpreter
    does not use, in used ones the data that studios are judged on, and all data where there is to be none."""
    package = Path(autograder.__file__).resolve().parent / "data"
    for real, place in binds:
        hidden = {*_hidden(real), *([package] if not data and package.is_dir() else [])}
        yield from sorted(place / path.relative_to(real) for path in hidden if path.is_relative_to(real) and path != real)


@functools.cache
def _hidden(real: Path) -> tuple[Path, ...]:
    used = {real, *(Path(path).resolve() for path in sys.path if path)}
    found: set[Path] = set()
    for kind in ("site-packages", "dist-packages"):
        for pattern in (".", "python3*", "lib*/python3*", "*/lib/python3*"):
            found |= {path.resolve() for path in real.glob(f"{pattern}/{kind}")}
    found |= {real} if real.name in ("site-packages", "dist-packages") else set()
    parts = {folder / name for folder in found for name in HIDDEN_IN_PACKAGES}
    unused = {folder for folder in found if folder not in used and not folder.is_relative_to("/nix")}
    return (*unused, *(path for path in parts if path.is_dir() and not any(path.is_relative_to(one) for one in unused)))


def _machine_covered() -> list[str]:
    """Cover what /proc says of the machine: its counters go on counting, and who began before another trained would read
    there what that one added. Processes and links to them stay."""
    made: list[str] = []
    for path in sorted(Path("/proc").iterdir()):
        if not path.name.isdigit() and not path.is_symlink():
            made += ["--tmpfs", str(path), "--remount-ro", str(path)] if path.is_dir() else ["--ro-bind", "/dev/null", str(path)]
    return made


def _data_files(folder: Path) -> list[str]:
    files = [*sorted(folder.glob("*.h5")), folder / datafiles.MANIFEST]
    return ["--perms", "0755", "--dir", DATA] + [
        part for file in files if file.is_file() for part in ("--ro-bind", str(file.resolve()), f"{DATA}/{file.name}")
    ]


def placed(paths: Iterable[Path]) -> Iterator[tuple[Path, Path | None]]:
    """Where each path stands inside, and what is bound there: the real folder, or None where a link stays one, since what
    it points to is bound. Shorter paths first."""
    places: list[Path] = []
    bound: list[Path] = []
    for path in sorted({path for path in paths if path.exists()}, key=lambda path: (path.is_symlink(), len(path.parts))):
        real = path.resolve()
        if any(path.is_relative_to(done) for done in places):
            continue
        linked = path.is_symlink() and any(real.is_relative_to(done) or done.is_relative_to(real) for done in bound)
        places.append(path)
        if real == path:
            bound.append(path)
        yield path, None if linked else real


def _mounted(paths: Iterable[Path], data: bool) -> list[str]:
    """Bind each path's real folder read-only where the path stands, with what is hidden in it covered."""
    mounts: list[str] = []
    binds: list[tuple[Path, Path]] = []
    for path, real in placed(paths):
        what = ["--symlink", os.readlink(path)] if real is None else ["--ro-bind", str(real)]
        mounts += [*_parents(str(path)), *what, str(path)]
        binds += [] if real is None else [(real, path)]
    return mounts + [part for path in masked(binds, data) for part in ("--tmpfs", str(path), "--remount-ro", str(path))]


def _parents(path: str) -> list[str]:
    """Folders above a mount must be open to all: bubblewrap would copy their permissions from outside."""
    above = [str(parent) for parent in reversed(Path(path).parents) if str(parent) != "/"]
    return [part for parent in above for part in ("--perms", "0755", "--dir", parent)]
