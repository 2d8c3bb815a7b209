"""From a bare Python to the workbook's environment: what `make` calls first. Standard library only.

    python3 autograder/desk/bootstrap.py PROGRAM [ARGUMENTS]

prepares `.venv` beside the Makefile from requirements.lock, then becomes `.venv/bin/PROGRAM`. The second time it finds
the lock unchanged and does nothing, so it needs no network. This file must be readable by old Pythons too, or they could
not be told that they are old: no newer syntax, no annotations that they stumble over.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_TRIED = (3, 14)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "autograder.stamp")


class Mend(Exception):
    """What is wrong, and what mends it, in words for the person at the terminal."""


def say(line: str) -> None:
    """Tell the person at the terminal what is going on."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def newer_python() -> str:
    """Return the path of another Python on this machine that is new enough, or the empty string."""
    for minor in range(NEWEST_TRIED[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)  # noqa: UP031
        # A version manager's stand-in may be on the path although the version behind it is not chosen: ask it.
        if found and subprocess.call([found, "-c", "pass"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    return ""


def need_posix() -> None:
    """Refuse Windows itself: its Linux runs the workbook, sandbox and all."""
    if os.name == "nt":
        raise Mend(
            "The workbook runs on Linux and macOS, and this is Windows.\n"
            "Mend: in a terminal, wsl --install; then clone the workbook there, in Linux, and start it in the same way."
        )


def need_new_python() -> None:
    """Go on in a newer Python where this one is too old, or say that one is needed."""
    if sys.version_info[:2] >= OLDEST:
        return
    found = newer_python()
    if found:
        os.execv(found, [found, os.path.abspath(__file__)] + sys.argv[1:])
    raise Mend(
        "This is Python %d.%d, and the workbook needs Python 3.11 or newer.\n" % sys.version_info[:2]  # noqa: UP031
        + "Mend: install a newer one, then say which: make lab PYTHON=/path/to/python3.12"
    )


def need_venv_module() -> None:
    """Refuse, with the mend, where the distribution has taken venv or ensurepip out of Python."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
        raise Mend(
            "This Python %s has no module %s, so it cannot make an environment.\n" % (version, error.name)  # noqa: UP031
            + "Mend: on Debian and Ubuntu, sudo apt-get install python%s-venv;\n" % version  # noqa: UP031
            + "elsewhere, install Python from python.org, or use conda: conda env create -f environment.yml"
        ) from None


def fingerprint() -> str:
    """Return what the environment depends on: where it lies, and what the lock holds."""
    with open(os.path.join(ROOT, "requirements.lock"), "rb") as file:
        return "%s\n%s\n" % (ROOT, hashlib.sha256(file.read()).hexdigest())  # noqa: UP031


def stamp() -> str:
    """Return the fingerprint that the environment was built from; empty where it is not ours, or half built."""
    try:
        with open(STAMP) as file:
            return file.read()
    except OSError:
        return ""


def starts(code: str) -> bool:
    """Tell whether the environment's Python runs `code`."""
    try:
        command = [os.path.join(VENV, "bin", "python"), "-c", code]
        return subprocess.call(command, cwd=VENV, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run(command: "list[str]", otherwise: str) -> None:
    """Run a command inside the new environment, or say how to mend it."""
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_REQUIRE_VIRTUALENV="0")
    # What pip says of mirrors and caches is nothing for a learner's first screen; where it fails, all of it is shown.
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    heard = running.communicate()[0].decode("utf-8", "replace")
    if running.returncode != 0:
        sys.stderr.write(heard)
        raise Mend(otherwise)


def make_venv() -> None:
    """Lay the bare environment; keep one that stands here and works, for pip to bring up to date."""
    moved = stamp() and stamp().splitlines()[0] != ROOT  # its programs name the old place in their first lines
    if not moved and starts("import pip, sys; sys.exit(sys.version_info < (3, 11))"):
        return
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", VENV], "The environment .venv could not be made: the lines above say why.")


def install() -> None:
    """Install the locked packages, each checked against its hash, then the checkout itself."""
    pip = [os.path.join(VENV, "bin", "python"), "-m", "pip", "--quiet", "install"]
    packages = "The locked packages could not be installed: pip's lines above say why.\n"
    if sys.version_info[:2] > NEWEST_TRIED:
        packages += "This Python %d.%d is newer than the lock. Mend: make lab PYTHON=python3.%d\n" % (  # noqa: UP031
            sys.version_info[0], sys.version_info[1], NEWEST_TRIED[1],
        )  # fmt: skip
    packages += (
        "Without a network? pip must reach its index once, even with its cache warm: go online for one `make lab`;\n"
        "later ones need no network. A machine that is never online takes the packages from another of its kind:\n"
        "  there:  python3 -m pip download --require-hashes -r requirements.lock -d wheels\n"
        "  here:   PIP_NO_INDEX=1 PIP_FIND_LINKS=/path/to/wheels make lab"
    )
    run(pip + ["--require-hashes", "-r", os.path.join(ROOT, "requirements.lock")], packages)
    run(
        pip + ["--no-deps", "--no-build-isolation", "--no-index", "--editable", ROOT],
        "The package itself could not be installed: pip's lines above say why.",
    )


def prepare() -> None:
    """Make the environment unless it is ready."""
    need_posix()
    need_new_python()
    if stamp() == fingerprint() and starts("import autograder"):
        return
    need_venv_module()
    say("Preparing the environment in .venv: a minute or two, once ...")
    make_venv()
    if stamp():
        os.remove(STAMP)  # from here on it is half built
    install()
    with open(STAMP, "w") as file:
        file.write(fingerprint())


def main() -> int:
    """Prepare the environment, then become the program that was asked for."""
    try:
        prepare()
    except Mend as mend:
        say("\n%s\n" % mend)  # noqa: UP031
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run it again and it goes on.")
        return 130
    program = os.path.join(VENV, "bin", sys.argv[1])
    environment = dict(os.environ, VIRTUAL_ENV=VENV)
    environment["PATH"] = os.path.join(VENV, "bin") + os.pathsep + environment.get("PATH", "")
    environment.pop("PYTHONHOME", None)
    os.execve(program, [program] + sys.argv[2:], environment)


if __name__ == "__main__":
    sys.exit(main())
