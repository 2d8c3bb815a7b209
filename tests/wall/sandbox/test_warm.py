"""A fork of the warm process is as alone as a sandbox of its own, and what it shows is the same."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.wall.kernel import Kernel
from autograder.wall.sandbox import warm as module
from autograder.wall.sandbox.census import descendants
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import ALONE, Sandbox
from autograder.wall.sandbox.warm import Warm, open_starter
from autograder.wall.wire.errors import LearnerError, SandboxError
from autograder.wall.wire.limits import Limits
from tests.wall.conftest import QUICK, define, open_warm

LIMITS = Limits(cell_seconds=20, notebook_seconds=120, memory=500 << 20, processes=24, disk=8 << 20)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with open_warm(LIMITS) as starter:
        yield starter


@pytest.fixture
def pair(warm: Warm) -> Iterator[tuple[Kernel, Kernel]]:
    one, other = Kernel(warm), Kernel(warm)
    yield one, other
    one.close()
    other.close()


def pid_of(learner: Kernel) -> int:
    assert learner._process is not None
    return learner._process.popen.pid


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within a generous time."""
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_there_is_a_warm_starter() -> None:
    """The others need it; where it fails, a class is graded slowly here."""
    with open_starter(LIMITS) as starter:
        assert not starter.slow


def test_neighbours_do_not_meet(pair: tuple[Kernel, Kernel]) -> None:
    one, other = pair
    places = "'/tmp/mine', '/dev/shm/mine', '/home/learner/mine'"
    define(one, f"import os, sys, time, socket\nfor place in ({places}): open(place, 'w').write('secret of hers')\n"
           "a = socket.socket(socket.AF_UNIX); a.bind('\\0mine'); a.listen()\nb = socket.create_server(('127.0.0.1', 7000))\n"
           "numpy_was_changed = __import__('numpy'); numpy_was_changed.pi = 'secret of hers'\n"
           "master, slave = os.openpty()\n"
           "for _ in range(3):\n    if os.fork() == 0: time.sleep(60)")  # fmt: skip
    define(
        other,
        f"""
import os, socket, numpy
def seen():
    found = [place for place in ({places}) if os.path.exists(place)]
    for family, address in ((socket.AF_UNIX, "\\0mine"), (socket.AF_INET, ("127.0.0.1", 7000))):
        with socket.socket(family) as s:
            if s.connect_ex(address) == 0: found.append(str(address))
    return found + [str(numpy.pi)] * (numpy.pi != 3.141592653589793) + os.listdir("/dev/pts")
def processes(): return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
""",
    )
    assert other.get("seen")() == ["ptmx"]
    assert other.get("processes")() == [1, 2]  # the first of its namespace, and herself


def test_the_first_process_cannot_be_read_or_ended(pair: tuple[Kernel, Kernel]) -> None:
    define(
        pair[0],
        """
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def reads():
    found = []
    for name in ("mem", "environ", "maps", "fd", "root", "cwd"):
        try:
            path = f"/proc/1/{name}"
            os.listdir(path) if name in ("fd", "root", "cwd") else open(path, "rb").read(1)
            found.append(name)
        except OSError: pass
    return found
def ends():
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV): os.kill(1, number)
    os.kill(os.getppid(), signal.SIGSTOP)
    return os.getppid()
""",
    )
    assert pair[0].get("reads")() == []
    assert pair[0].get("ends")() == 1


def test_nothing_of_the_graders_is_left_in_it(pair: tuple[Kernel, Kernel]) -> None:
    define(
        pair[0],
        """
import os, sys
def fds():
    found = []
    for fd in range(256):
        try: found.append(os.readlink(f"/proc/self/fd/{fd}").split(":")[0])
        except OSError: pass
    return found
def modules(): return sorted(sys.modules)
""",
    )
    kinds = [kind for kind in pair[0].get("fds")() if kind != "/dev/null"]
    assert kinds == ["socket"]  # the one that leads to the grader; not the one that orders forks
    grader = re.compile(
        r"autograder\.(cases|course|desk|grading\.(?!wall))|autograder\.grading\.wall\.(execute|learner$|sandbox|warm$|run|plan)|nbgrader"
        r"|hypothesis|pytest"
    )
    assert [name for name in pair[0].get("modules")() if grader.match(name)] == []


CALLS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def refused():
    calls = {
        "unshare": (0x10000000,), "mount": (b"x", b"/tmp", b"tmpfs", 0, None), "umount2": (b"/tmp", 2),
        "setns": (os.open("/proc/self/ns/net", os.O_RDONLY), 0), "ptrace": (16, 1, None, None), "chroot": (b"/tmp",),
    }
    codes = {}
    for name, args in calls.items():
        ctypes.set_errno(0)
        codes[name] = (getattr(libc, name)(*args), ctypes.get_errno())
    ctypes.set_errno(0)
    codes["clone"] = (libc.syscall(NUMBER, 0x10000000 | 17, 0, 0, 0, 0), ctypes.get_errno())
    if codes["clone"][0] == 0: os._exit(0)
    ctypes.set_errno(0)
    codes["clone3"] = (libc.syscall(435, 0, 0), ctypes.get_errno())
    return codes
def status(): return open("/proc/self/status").read()
def me(): return [*os.getresuid(), *os.getresgid(), *os.getgroups()]
"""


@pytest.mark.parametrize("kind", ["sandbox", "warm"])
def test_ways_into_the_kernel_are_closed(warm: Warm, kind: str) -> None:
    import platform

    learner = Kernel(warm if kind == "warm" else open_sandbox(LIMITS))
    try:
        define(learner, CALLS.replace("NUMBER", {"x86_64": "56", "aarch64": "220"}[platform.machine()]))
        codes = learner.get("refused")()
        assert codes.pop("clone3") == (-1, 38)
        assert set(codes.values()) == {(-1, 1)}, codes
        assert 0 not in learner.get("me")()
        status = dict(re.findall(r"^(\w+):\t(.*)$", learner.get("status")(), re.MULTILINE))
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2" and int(status["CapEff"], 16) == 0
        if kind == "warm":
            assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapBnd", "CapAmb")} == {0}
    finally:
        learner.close()


def test_each_fork_is_a_user_of_its_own_when_root_grades(pair: tuple[Kernel, Kernel], warm: Warm) -> None:
    users = []
    for learner in pair:
        learner.run_cell("1")
        users += [os.stat(f"/proc/{descendants(pid_of(learner))[-1]}").st_uid]
    assert 0 not in users
    assert (users[0] != users[1]) == warm.sandbox.drops_user


def test_daemons_die_and_neighbours_live(pair: tuple[Kernel, Kernel]) -> None:
    one, other = pair
    define(one, "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(99)\n    os._exit(0)\n"
           "os._exit = lambda code: time.sleep(99)  # a closed socket does not end her")  # fmt: skip
    other.run_cell("x = 1")

    def family() -> list[int]:
        return [pid_of(one), *descendants(pid_of(one))]

    # Her daemon is missed by whoever looks while it goes over from its parent to the first process.
    assert soon(lambda: len(family()) >= 4)
    found = family()
    one.stop()
    assert soon(lambda: not any(map(alive, found)))
    assert other.get("x") == 1


def test_how_it_ended_is_told(warm: Warm) -> None:
    for source, status in (("import os\nos._exit(7)", "7"), ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "137")):
        learner = Kernel(warm)
        learner.run_cell(source)
        assert any(f"(status {status})" in line for line in learner.said), learner.said
        learner.close()


def test_limits_hold_and_are_ones_own(pair: tuple[Kernel, Kernel]) -> None:
    one, other = pair
    define(
        one,
        """
import os, threading, time
def disk():
    n = 0
    for place in ("/tmp", "/dev/shm", "/home/learner"):
        with open(f"{place}/big", "wb", buffering=0) as file:
            try:
                while True: n += file.write(bytes(1 << 20))
            except OSError: pass
    return n
def memory():
    try: return len(bytearray(600 << 20))
    except MemoryError: return 0
def processes():
    n = 0
    try:
        for n in range(100):
            if os.fork() == 0: time.sleep(60)
    except OSError: pass
    return n
""",
    )
    assert one.get("memory")() == 0
    assert 0 < one.get("disk")() <= 3 * LIMITS.disk
    assert 0 < one.get("processes")() < LIMITS.processes
    # All that one took leaves the other everything.
    define(other, "import os\ndata = bytearray(200 << 20)\nopen('/tmp/x', 'wb').write(bytes(6 << 20))\n"
           "for _ in range(8):\n    pid = os.fork()\n    if pid == 0: os._exit(0)\n    os.waitpid(pid, 0)")  # fmt: skip


def test_without_data_there_is_none(warm: Warm) -> None:
    look = (
        "import os\ndef rows(): return [os.path.join(top, f) for top, _, files in os.walk('/') if not top.startswith('/proc')\n"
        "        for f in files if f.endswith('.h5') and 'site-packages' not in top]\n"
        "def loads():\n    from autograder import datafiles\n"
        "    try: return len(datafiles.public().manifest()) > 0\n    except datafiles.DataError: return False"
    )
    for data in (True, False):
        learner = Kernel(warm, data=data)
        try:
            define(learner, look)
            assert bool(learner.get("rows")()) == data and learner.get("loads")() == data
        finally:
            learner.close()


def test_the_warm_process_killed_is_started_again(warm: Warm) -> None:
    learner = Kernel(warm)
    try:
        define(learner, "x = 5")
        family = [pid_of(learner), *descendants(pid_of(learner))]
        assert warm._popen is not None
        for pid in descendants(warm._popen.pid)[:2]:  # bubblewrap's own, and the warm process
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert soon(lambda: not any(map(alive, family)))
        with pytest.raises(LearnerError):
            learner.get("x")
        assert learner.get("x") == 5  # started again, and replayed
    finally:
        learner.close()


def test_all_ends_with_the_grader() -> None:
    script = (
        "import sys, time\nfrom autograder.wall.kernel import Kernel\n"
        "from autograder.wall.wire.limits import Limits\n"
        "from autograder.wall.sandbox.warm import open_starter\nlearner = Kernel(open_starter(Limits()))\n"
        "learner.run_cell('import os, time\\nif os.fork() == 0: time.sleep(99)')\n"
        "print(learner._process.popen.pid, flush=True)\ntime.sleep(99)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as grader:
        assert grader.stdout is not None
        first = int(grader.stdout.readline())
        hers = descendants(first)  # the first of her namespace, she, and what she started; however they were started
        family = descendants(grader.pid)
        assert len(hers) >= 3 and {first, *hers} <= {*family}
        grader.kill()
        assert soon(lambda: not any(map(alive, family)))


NOTEBOOK = [
    "import numpy as np, matplotlib.pyplot as plt\nnp.random.seed(0)\nx = np.random.randn(100)\nx[:5]",
    "plt.plot(x, label='$x^2$'); plt.legend(); plt.title('a figure')",
    "plt.hist(x)\nplt.show()\nprint('after')",
    "!echo hello; echo $HOME; tty",
    "import sys\nhasattr(sys, 'last_value'), sorted(dir())",
    "import os, sys, signal\nsorted(os.listdir('.')), os.getcwd(), sys.argv, sys.path[0], str(signal.getsignal(signal.SIGINT))",
    "def f(): return 1 / 0\nf()",
    "%matplotlib inline\nimport matplotlib\n{k: str(v) for k, v in matplotlib.rcParams.items()}",
    "sorted(os.environ.items()), os.getpid(), os.getppid()",
    "import warnings\nwarnings.warn('careful')\nIn[1][:5], Out.keys(), _i, get_ipython().execution_count",
]


def test_a_notebook_looks_the_same(warm: Warm) -> None:
    def shown(starter: Warm | Sandbox) -> list[Any]:
        learner = Kernel(starter)
        try:
            return [learner.run_cell(source) for source in NOTEBOOK]
        finally:
            learner.close()

    for source, ours, theirs in zip(NOTEBOOK, shown(warm), shown(open_sandbox(LIMITS)), strict=True):
        assert ours == theirs, source
        assert ours, source


def test_two_forks_draw_different_numbers(pair: tuple[Kernel, Kernel]) -> None:
    draws = []
    for learner in pair:
        define(learner, "import random, numpy as np, uuid, tempfile\n"
               "drawn = [random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4().hex]")  # fmt: skip
        draws.append(learner.get("drawn"))
    assert all(one != other for one, other in zip(*draws, strict=True))


def test_where_a_fork_cannot_be_confined_the_sandbox_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRIVATE", ("/tmp", "/nowhere"))  # a mount that fails inside
    with pytest.raises(SandboxError, match="confined"), Warm(open_sandbox(QUICK)) as broken:
        broken.start()
    with open_starter(QUICK) as starter:
        assert isinstance(starter, Sandbox) and "slow here" in starter.slow and "/nowhere" in starter.slow
        learner = Kernel(starter)
        assert learner.run_cell("1 + 1")[0].data["text/plain"] == "2"
        learner.close()


def test_where_there_is_no_sandbox_only_ones_own_work_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.wall.sandbox import probe

    monkeypatch.setattr(probe, "_probe", lambda: (None, "there is none"))
    with pytest.raises(SandboxError, match="there is none"):
        open_starter(QUICK)
    with open_starter(QUICK, own_work=True) as starter:
        learner = Kernel(starter)
        learner.run_cell("1")
        assert ALONE in learner.said
        learner.close()


def test_a_start_costs_a_fraction_of_a_sandboxs(warm: Warm) -> None:
    def cost(starter: Warm | Sandbox) -> float:
        since = time.monotonic()
        learner = Kernel(starter)
        learner.run_cell("1")
        took = time.monotonic() - since
        learner.close()
        return took

    assert min(cost(warm) for _ in range(5)) < min(cost(open_sandbox(LIMITS)) for _ in range(2)) / 3
