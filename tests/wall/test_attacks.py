"""First attacks, written by somebody who wants the points.

Each must gain nothing, stall nothing, leave the grader alive with a line saying what happened, and leave an honest
neighbour, graded behind it in the same grader, with all her points.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from autograder.wall import kernel as module
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from autograder.wall.wire.limits import Limits
from tests.wall.attacks import ATTACKS
from tests.wall.conftest import Run, both, cell, define, notebook, scores

TIGHT = Limits(cell_seconds=3, notebook_seconds=20, memory=600 << 20, processes=32, disk=16 << 20, output=200_000)
ANSWER = cell("def double(x):\n    return 2 * x", "double", "answer")
EASY = cell("assert one() == 1", "test_one", "test")
TEST = cell("import numpy as np\nassert np.allclose(double(3), 6)", "test_double", "test")
SOURCE = notebook(cell("def one(): return 1", "one", "answer"), EASY, ANSWER, TEST)


TIME_ALONE = {"endless loop that catches everything", "endless answer", "endless iteration", "flood when tested"}
# The warm starter grades by default; a sandbox of its own for every attack takes minutes.
TRIED = [
    *(pytest.param("sandbox", name, marks=pytest.mark.campaign) for name in ATTACKS),
    *(("warm", name) for name in ATTACKS if name not in TIME_ALONE),
]


@pytest.mark.parametrize(("starter", "name"), TRIED, indirect=["starter"])
def test_an_attack_gains_nothing_and_stalls_nothing(run: Run, name: str, tmp_path: Path) -> None:
    attack, must_say = ATTACKS[name]
    form = notebook(SOURCE.cells[0], EASY, cell(attack, "double", "answer"), TEST)
    run(notebook(), SOURCE, TIGHT)  # whatever is kept between submissions is there
    before = len(_children())
    since = time.monotonic()
    executed = run(form, SOURCE, TIGHT)
    took = time.monotonic() - since
    assert scores(executed) == {"test_one": 1, "test_double": 0}
    assert took < TIGHT.notebook_seconds + 5
    if must_say:
        assert executed.said
    shown = sum(len(str(cell.get("outputs"))) for cell in executed.notebook.cells)
    assert shown < 3 * TIGHT.output
    assert len(_children()) <= before  # a warm process that a busy machine let die was started again


def _children() -> list[str]:
    """Processes that this one started and that still live."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += (task / "children").read_text().split()
    return [pid for pid in found if "bwrap" in _name(pid)]


def _name(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


@both
def test_an_honest_neighbour_is_not_affected(run: Run) -> None:
    assert scores(run(SOURCE, SOURCE, TIGHT)) == {"test_one": 1, "test_double": 1}


def test_a_limit_is_told_of_where_only_the_alarm_sees_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", -1.0)  # as on a machine too busy to look at the channel in time
    form = notebook(SOURCE.cells[0], EASY, cell("while True: pass", "double", "answer"), TEST)
    executed = run(form, SOURCE, TIGHT)
    assert scores(executed) == {"test_one": 1, "test_double": 0}
    assert [line for line in executed.said if "its time was up" in line] == executed.said and len(executed.said) == 1


@both
def test_nothing_of_the_graders_can_be_read(learner: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SECRET", "do not tell")
    define(learner, _LOOK)
    folder = Path(__file__).resolve().parents[2]
    look = learner.get("look")
    for name in ("notebooks", "source", "release", "tests", "data", ".git", "gradebook.db", "nbgrader_config.py"):
        assert look(str(folder / name)) == "", name
    for path in (
        "/etc/shadow",
        "/etc/passwd",
        str(Path.home() / ".ssh"),
        "/proc/1/environ",
        "/proc/1/root/etc",
        "/sys",
        "/var",
        "/run",
        "/mnt",
    ):
        assert look(path) == "", path
    found = learner.get("walk")()
    assert not [path for path in found if "held_out" in path or path.endswith(("hidden.py", "rivals.py", "gradebook.db"))]
    assert "do not tell" not in learner.get("environment")()
    rows = [path for path in found if path.endswith(".h5") and "site-packages" not in path]
    assert all(path.startswith("/data/") for path in rows) and rows


_LOOK = """
import os
def look(path):
    try: return str(os.listdir(path)) if os.path.isdir(path) else open(path).read(100)
    except OSError: return ""
def walk():
    return [os.path.join(top, file) for top, folders, files in os.walk("/") if not top.startswith("/proc") for file in files
            if file.endswith((".h5", ".py", ".ipynb", ".db")) and "site-packages" not in top][:50_000]
def environment():
    texts = [str(dict(os.environ))]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            try: texts.append(open(f"/proc/{pid}/{name}").read())
            except OSError: pass
    return " ".join(texts)
"""


@both
def test_the_learner_is_nobody_and_writes_nowhere_else(learner: Kernel) -> None:
    define(learner, "import os, glob\ndef me(): return [os.getuid(), os.geteuid(), os.getgid()]\n"
           "def status(): return open('/proc/self/status').read()\n"
           "places = '/', '/usr', '/usr/bin', '/data', '/etc', '/dev', '/sys', '/proc/sys/kernel', '/home'\n"
           "def writable(): return [p for p in places if os.access(p, os.W_OK)]")  # fmt: skip
    assert 0 not in learner.get("me")()
    status = learner.get("status")()
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    assert learner.get("writable")() == []
    define(learner, f"def touch():\n    for p in {[sys.executable, __file__, '/data/manifest.toml']!r}:\n"
           "        try: open(p, 'a'); return p\n        except OSError: pass")  # fmt: skip
    assert learner.get("touch")() is None


@both
def test_there_is_no_network(learner: Kernel) -> None:
    define(
        learner,
        "import socket\ndef reach():\n    found = []\n"
        "    for family, address in ((2, ('192.0.2.1', 53)), (2, ('127.0.0.1', 22)), (40, (2, 1024))):\n"
        "        try:\n            s = socket.socket(family, socket.SOCK_STREAM); s.settimeout(1)\n"
        "            s.connect(address); found.append(family)\n"
        "        except OSError: pass\n    return found\n"
        "def cards(): return [line.split(':')[0].strip() for line in open('/proc/self/net/dev') if ':' in line]",
    )
    assert learner.get("reach")() == [] and learner.get("cards")() in ([], ["lo"])


@both
def test_two_learners_do_not_meet(sandbox: Sandbox | Warm) -> None:
    one, other = Kernel(sandbox), Kernel(sandbox)
    try:
        define(one, "for place in ('/tmp/mine', '/dev/shm/mine', 'mine'): open(place, 'w').write('secret')")
        define(other, "import os\ndef see(): return [p for p in ('/tmp/mine', '/dev/shm/mine', 'mine') if os.path.exists(p)]\n"
               "def others(): return len([p for p in os.listdir('/proc') if p.isdigit()])")  # fmt: skip
        assert other.get("see")() == [] and other.get("others")() <= 4
    finally:
        one.close()
        other.close()


@both
def test_everything_dies_with_the_notebook(sandbox: Sandbox | Warm) -> None:
    learner = Kernel(sandbox)
    define(
        learner,
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(99)\n    os._exit(0)\n",
    )
    assert learner._process is not None
    from autograder.wall.sandbox.census import descendants

    family = descendants(learner._process.popen.pid)
    assert len(family) >= 2
    learner.close()
    time.sleep(0.3)
    assert not [
        pid for pid in family if os.path.exists(f"/proc/{pid}") and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    ]


@both
def test_the_limits_are_the_sandboxs(learner: Kernel) -> None:
    define(
        learner,
        "import resource as r\nkinds = r.RLIMIT_DATA, r.RLIMIT_NPROC, r.RLIMIT_FSIZE, r.RLIMIT_CORE\n"
        "def limits(): return [r.getrlimit(kind)[1] for kind in kinds]",
    )
    limits = open_sandbox(Limits()).limits
    assert learner.get("limits")() == [limits.memory, limits.processes, limits.disk, 0]
