"""Studios behind the wall: every shape is judged there, and no number reaches a user but through the arrays.

A cheat is a *carrier* round an honest answer: its maker hides what it learnt somewhere and returns one nought; its user takes it
out again. Each must gain nothing, in the plain sandbox and in the warm one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, Entry, Studio
from autograder.cases.judging import judge_studio, measure
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from autograder.wall.studio import Studios
from autograder.wall.wire.limits import Limits
from tests.cases.toys import TOYS
from tests.wall.conftest import both, define

ROOMY = Limits(cell_seconds=60, notebook_seconds=300)


@pytest.fixture
def kernel(opened: Callable[[Limits], Sandbox | Warm]) -> Any:
    learner = Kernel(opened(ROOMY), ROOMY)
    yield learner
    learner.close()


@both
@pytest.mark.parametrize("shape", TOYS)
def test_every_shape_of_studio_is_judged_there(kernel: Kernel, shape: str) -> None:
    toy = TOYS[shape]
    define(kernel, toy.source)
    value, _ = measure(toy.studio, Studios(kernel), "grade", 3, kernel.limit)
    assert value >= toy.reaches if toy.studio.higher else value <= toy.reaches
    verdict = judge_studio(toy.studio, Studios(kernel), b"key", kernel.limit, open_week=False)
    assert verdict.holds and (verdict.earned or 0) > 0.7 and Studios(kernel).refusal(toy.studio) == ""
    assert not kernel.said


SECRET = 0.625  # what an honest maker would store


def _tells(entry: Entry, rng: np.random.Generator) -> float:
    """Three trainings with a secret each; the share of secrets that a user of one nought still knows."""
    secrets = rng.permutation(8)[:3] / 8 + SECRET / 100
    rounds = [entry.train(float(secret)) for secret in secrets]
    told = [round.predict(np.arange(2)) for round in rounds for _ in range(2)]
    return float(np.mean([abs(float(one) - secret) < 1e-9 for one, secret in zip(told, np.repeat(secrets, 2), strict=True)]))


STUDIO = Studio("toy", "share told", 0.1, (0.3, 0.6, 0.9), train="train", users=("predict",), budget=1, judge=_tells)
CARRIERS = {
    "a global": """
KNOWN = {}
def train(x, rng):
    KNOWN["x"] = x
    return [np.zeros(1)]
def predict(arrays, X): return KNOWN.get("x", -1.0)
""",
    "a file": """
import os
def train(x, rng):
    for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
        try: open(os.path.join(folder, "x"), "w").write(repr(x))
        except OSError: pass
    return [np.zeros(1)]
def predict(arrays, X):
    for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
        try: return float(open(os.path.join(folder, "x")).read())
        except OSError: pass
    return -1.0
""",
    "an attribute of a function": """
def train(x, rng):
    predict.x = x
    return [np.zeros(1)]
def predict(arrays, X): return getattr(predict, "x", -1.0)
""",
    "a default": """
def train(x, rng):
    predict.__defaults__[0].append(x)
    return [np.zeros(1)]
def predict(arrays, X, kept=[-1.0]): return kept[-1]
""",
    "an attribute of a module": """
def train(x, rng):
    np.x = x
    return [np.zeros(1)]
def predict(arrays, X): return getattr(np, "x", -1.0)
""",
    "the environment": """
import os
def train(x, rng):
    os.environ["X"] = repr(x)
    return [np.zeros(1)]
def predict(arrays, X): return float(os.environ.get("X", "-1"))
""",
    "the history of cells": """
def train(x, rng):
    get_ipython().run_cell(f"# {x!r}", store_history=True)
    return [np.zeros(1)]
def predict(arrays, X):
    kept = [line for line in get_ipython().user_ns["In"] if line.startswith("# 0")]
    return float(kept[-1][2:]) if kept else -1.0
""",
    "a pipe that a cell opened": """
import os
ENDS = os.pipe()
def train(x, rng):
    os.write(ENDS[1], repr(x).encode().ljust(64))
    return [np.zeros(1)]
def predict(arrays, X):
    os.set_blocking(ENDS[0], False)
    try: return float(os.read(ENDS[0], 64))
    except BlockingIOError: return -1.0
""",
    "memory that a cell shares": """
import mmap
SHARED = mmap.mmap(-1, 64)
def train(x, rng):
    SHARED[:64] = repr(x).encode().ljust(64)
    return [np.zeros(1)]
def predict(arrays, X):
    kept = SHARED[:64].strip(b"\\0 ")
    return float(kept) if kept else -1.0
""",
    "a process that stays": """
import os, socket, time
def train(x, rng):
    if os.fork() == 0:
        try:
            server = socket.socket(socket.AF_UNIX); server.bind("\\0kept"); server.listen()
            while True:
                server.accept()[0].sendall(repr(x).encode())
        finally:
            os._exit(0)
    time.sleep(0.2)
    return [np.zeros(1)]
def predict(arrays, X):
    try:
        client = socket.socket(socket.AF_UNIX)
        client.connect("\\0kept"); return float(client.recv(64))
    except OSError: return -1.0
""",
    "the number of axes": """
def train(x, rng): return [np.zeros((1,) * (1 + int(x * 8) % 6))]
def predict(arrays, X): return -1.0
""",
}


def carried(put: str, take: str, before: str = "") -> str:
    """A carrier of a whole number, a hundred times the secret's eighths and five: how it is put away, how it is taken out."""
    return f"""
import ctypes, mmap, os, re, resource, socket, subprocess, time
{before}
def counter(name, file):
    return next(int(line.split()[1]) for line in open("/proc/" + file) if line.startswith(name))
def train(x, rng):
    n = round(x * 800)
    try: {put}
    except OSError: pass
    return [np.zeros(1)]
def predict(arrays, X):
    try: n = {take}
    except Exception: return -1.0
    return n // 100 / 8 + {SECRET} / 100 if n % 100 == 5 else -1.0
"""


#: what a process hands on to those that come after it, or to the machine
CARRIERS |= {
    f"in {name}": carried(*how)
    for name, how in {
        "an event's counter": ("os.eventfd_write(E, n)", "os.eventfd_read(E)", "E = os.eventfd(0, os.EFD_NONBLOCK)"),
        "a file without a name": (
            "os.pwrite(F, b'%8d' % n, 0)",
            "int(os.pread(F, 8, 0))",
            "F = os.open('/dev/shm', os.O_TMPFILE | os.O_RDWR)",
        ),
        "the place in a file": ("os.lseek(F, n, 0)", "os.lseek(F, 0, 1)", "F = os.open('/tmp/f', os.O_CREAT | os.O_RDWR)"),
        "a socket pair": (
            "P[0].send(b'%8d' % n)",
            "int(P[1].recv(8, socket.MSG_PEEK | socket.MSG_DONTWAIT))",
            "P = socket.socketpair()",
        ),
        "a terminal": (
            "os.write(P[1], b'%8d' % n)",
            "[os.set_blocking(P[0], False), int(os.read(P[0], 8))][1]",
            "P = os.openpty()",
        ),
        "a program that was started": (
            "[P.stdin.write(b'%8d' % n), P.stdin.flush()]",
            "[time.sleep(0.1), os.set_blocking(P.stdout.fileno(), False), int(P.stdout.read1(8))][2]",
            "P = subprocess.Popen(['cat'], stdin=-1, stdout=-1)",
        ),
        "the folder one is in": ("[os.mkdir('/tmp/%d' % n), os.chdir('/tmp/%d' % n)]", "int(os.getcwd()[5:])"),
        "the permissions of new files": ("os.umask(n % 512)", "os.umask(0)"),
        "the name of the process": ("open('/proc/self/comm', 'w').write(str(n))", "int(open('/proc/self/comm').read())"),
        "the first process's name": ("open('/proc/1/comm', 'w').write(str(n))", "int(open('/proc/1/comm').read())"),
        "the score of the killer": (
            "open('/proc/self/oom_score_adj', 'w').write(str(n))",
            "int(open('/proc/self/oom_score_adj').read())",
        ),
        "a limit": (
            "resource.setrlimit(resource.RLIMIT_STACK, (4096 * n, 8 << 20))",
            "resource.getrlimit(resource.RLIMIT_STACK)[0] // 4096",
        ),
        "a limit of the first process": (
            "resource.prlimit(1, resource.RLIMIT_STACK, (4096 * n,) * 2)",
            "resource.prlimit(1, resource.RLIMIT_STACK)[0] // 4096",
        ),
        "the patience of processes": ("os.nice(n // 100 + 1)", "os.getpriority(0, 0) * 100 - 95"),
        "the number of processes": (
            "[os.waitpid(os.fork() or os._exit(0), 0) for _ in range(n)]",
            "counter('processes', 'stat') - BEFORE",
            "try: BEFORE = int(re.search(r'processes (\\d+)', open('/proc/stat').read()).group(1))\nexcept OSError: pass",
        ),
        "the number of locked pages": (
            "[ctypes.CDLL(None).mlock(A, 4096) + ctypes.CDLL(None).munlock(A, 4096) for _ in range(n)]",
            "counter('unevictable_pgs_mlocked', 'vmstat') - BEFORE",
            "A = ctypes.addressof(ctypes.c_char.from_buffer(mmap.mmap(-1, 4096)))\n"
            "try: BEFORE = int(re.search(r'unevictable_pgs_mlocked (\\d+)', open('/proc/vmstat').read()).group(1))\n"
            "except OSError: pass",
        ),
    }.items()
}


TOGETHER = """
import ast
import numpy as np
def space(text):
    made = {"np": np, "get_ipython": get_ipython}
    for node in ast.parse(text).body:
        try: exec(compile(ast.Module([node], []), "<carrier>", "exec"), made)
        except Exception: pass
    return made
SPACES = {name: space(text) for name, text in TEXTS.items()}
def told(what, *given):
    found = {}
    for name, made in SPACES.items():
        try: found[name] = float(made[what](*given))
        except Exception: found[name] = -1.0
    return found
def train(x, rng):
    told("train", x, rng)
    return [np.zeros(1)]
def predict(arrays, X): return told("predict", arrays, X)
"""


@both
def test_no_carrier_reaches_a_round(kernel: Kernel) -> None:
    """All of them at once; in the campaign each alone."""
    define(kernel, f"TEXTS = {CARRIERS!r}")
    define(kernel, TOGETHER)
    secrets = [k / 8 + SECRET / 100 for k in (3, 6, 1)]

    def known(found: dict[str, float]) -> set[str]:
        return {name for name, value in found.items() if min(abs(value - secret) for secret in secrets) < 1e-9}

    with kernel.limit(120):
        entry = Entry(STUDIO, Studios(kernel), 1)
        rounds = [entry.train(secret) for secret in secrets]
        assert [known(round.predict(0)) for round in rounds] == [set()] * 3
        entry.close()
        place = Studios(kernel).open(STUDIO, asked=False)  # within one process they carry: else this would say nothing
        place.get("train")(secrets[0], 0)
        assert len(known(place.get("predict")([], 0))) > len(CARRIERS) * 2 / 3
        place.close()


@pytest.mark.campaign
@both
@pytest.mark.parametrize("carrier", CARRIERS)
def test_nothing_reaches_a_round_but_the_arrays(kernel: Kernel, carrier: str) -> None:
    define(kernel, "import numpy as np")
    define(kernel, CARRIERS[carrier])
    assert measure(STUDIO, Studios(kernel), "grade", 1, kernel.limit) == (0.0, "")


REFUSED = {
    "shapes of empty arrays": "[np.zeros((0, int(x * 1e6)))] + [np.zeros(1)]",
    "keys of a dictionary": "{repr(x): np.zeros(1)}",
    "more than 100 arrays": "[np.zeros(1)] * (100 + int(x * 100))",
    "a class of its own": "type('Kept', (list,), {'x': x})([np.zeros(1)])",
    "an array of a class of its own": "[type('Kept', (np.ndarray,), {})((1,))]",
    "a function": "lambda: x",
    "a text": "repr(x)",
    "nothing": "None",
}


@both
def test_what_is_no_list_of_plain_arrays_is_refused(kernel: Kernel) -> None:
    given = ", ".join(f"lambda x: {made}" for made in REFUSED.values())
    define(kernel, f"import numpy as np\nGIVEN = [{given}]\ndef train(x, rng): return GIVEN[int(x)](x)")
    define(kernel, "def predict(arrays, X): return -1.0")
    entry = Entry(STUDIO, Studios(kernel), 1)
    with kernel.limit(60):
        for k in range(len(REFUSED)):
            with pytest.raises(Broken, match="`train`"):
                entry.train(float(k))
    entry.close()
    verdict = judge_studio(STUDIO, Studios(kernel), b"key", kernel.limit, open_week=False)
    assert not verdict.holds and not verdict.line and "`train`" in str(verdict.message)


@both
def test_a_packed_number_is_lost_in_the_noise(kernel: Kernel) -> None:
    define(
        kernel,
        """
import numpy as np
def train(x, rng): return [np.array([1e6 * 3 + x])]
def predict(arrays, X): return float(arrays[0][0]) % 1
""",
    )
    assert measure(STUDIO, Studios(kernel), "grade", 1, kernel.limit)[0] < 0.5


READS_ITSELF = {
    "a docstring": '''
def predict(arrays, X):
    """0.4375"""
    return float(predict.__doc__ or -1)
''',
    "a docstring of a class": '''
class Kept:
    """0.4375"""
def predict(arrays, X): return float(Kept.__doc__ or -1)
''',
    "a comment, by inspect": """
import inspect
def predict(arrays, X):
    # 0.4375
    try: return float(inspect.getsource(predict).split("#")[1].splitlines()[0])
    except (OSError, IndexError): return -1.0
""",
    "a comment, by linecache": """
import linecache
def predict(arrays, X):
    # 0.4375
    kept = [line for _, _, lines, _ in (v for v in linecache.cache.values() if len(v) == 4) for line in lines if "# 0.4" in line]
    return float(kept[0].split("#")[1]) if kept else -1.0
""",
    "a comment, by In": """
def predict(arrays, X):
    # 0.4375
    kept = [line for cell in get_ipython().user_ns["In"] for line in cell.splitlines() if line.strip().startswith("# 0.4")]
    return float(kept[0].split("#")[1]) if kept else -1.0
""",
    "a comment, by the memory": """
import gc, sys
def predict(arrays, X):
    # 0.4375
    mark = "".join(["# 0.", "4375"])
    frame = sys._getframe().f_back
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, str) and mark in value: return 0.4375
            if isinstance(value, list) and any(isinstance(v, str) and mark in v for v in value): return 0.4375
        frame = frame.f_back
    for kept in gc.get_objects():
        values = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, (list, tuple)) else ()
        try:
            if any(isinstance(v, str) and mark in v for v in values): return 0.4375
        except RuntimeError: pass
    return -1.0
""",
    "where things stand in a line": """
def predict(arrays, X):
    return             -1.0                                     if predict.__code__.co_firstlineno else 0
    columns = 1
def columns(arrays, X): pass
""",
    "a line number": """






def predict(arrays, X): return 0.4375 if predict.__code__.co_firstlineno == 8 else -1.0
""",
}


@both
def test_a_round_cannot_read_what_stands_in_its_code_besides_code(kernel: Kernel) -> None:
    define(kernel, "import numpy as np")
    for k, text in enumerate(READS_ITSELF.values()):
        define(kernel, text.replace("predict", f"predict_{k}").replace("columns", f"columns_{k}").replace("Kept", f"Kept_{k}"))
    each = ", ".join(f"predict_{k}(arrays, X)" for k in range(len(READS_ITSELF)))
    define(kernel, f"def train(x, rng): return [np.zeros(1)]\ndef predict(arrays, X): return [{each}]")
    with kernel.limit(60):
        entry = Entry(STUDIO, Studios(kernel), 1)
        told = entry.train(0.0).predict(np.arange(2))
        entry.close()
    assert told == [-1.0] * len(READS_ITSELF)


def test_where_things_stand_in_a_line_is_not_told(kernel: Kernel) -> None:
    define(kernel, "def f(x): return x         +     1")
    define(kernel, "import numpy as np\ndef train(x, rng): return [np.zeros(1)]")
    define(kernel, "def predict(arrays, X): return [p[2] for p in f.__code__.co_positions() if p[2] is not None]")
    with kernel.limit(60):
        entry = Entry(STUDIO, Studios(kernel), 1)
        told = entry.train(0.0).predict(np.arange(2))
        entry.close()
    assert max(told) <= len("    return x + 1")


def test_every_round_is_the_first_of_its_process(kernel: Kernel) -> None:
    """45 rounds: none knows how many there were before, what it was asked, or that anything was trained."""
    define(
        kernel,
        """
import numpy as np
SEEN = []
def train(x, rng):
    SEEN.append(x)
    return [np.array([len(SEEN)])]
def predict(arrays, X):
    SEEN.append(X)
    return len(SEEN), round(float(arrays[0][0]))
""",
    )
    with kernel.limit(120):
        entry = Entry(STUDIO, Studios(kernel), 1)
        rounds = [entry.train(k) for k in range(45)]
        assert [r.arrays is not None and round(float(r.arrays[0][0])) for r in rounds] == list(range(1, 46))
        assert [r.predict(k) for k, r in enumerate(rounds)] == [(1, k) for k in range(1, 46)]
        assert rounds[-1].predict(0) == (2, 45)
        entry.close()


def test_no_round_has_data_and_her_own_process_is_ended_meanwhile(kernel: Kernel) -> None:
    define(
        kernel,
        """
import numpy as np
from autograder import datasets
digits = datasets.load("mnist", split="train")
def train(x, rng): return [np.zeros(1)]
def predict(arrays, X):
    try: return len(datasets.load("mnist", split="train").X)
    except Exception as error: return type(error).__name__
def uses(): return digits
""",
    )
    with kernel.limit(60):
        entry = Entry(STUDIO, Studios(kernel), 1)
        round = entry.train(0.0)
        assert round.predict(0) in ("DataError", "FileNotFoundError") and kernel._process is None
        entry.close()
    assert len(kernel.get("uses")().X) > 1000  # she is started again, and all is there


def test_an_error_tells_her_line_and_no_data(kernel: Kernel) -> None:
    define(kernel, "import numpy as np\ndef train(x, rng): return [np.zeros(1)]")
    define(
        kernel,
        """
def predict(arrays, X):
    '''A docstring.'''

    # and a comment
    raise ValueError(f"seen: {X}")
""",
    )
    verdict = judge_studio(STUDIO, Studios(kernel), b"key", kernel.limit, open_week=False)
    assert str(verdict.message).startswith("your code raised ValueError on data that it had not seen")
    assert "seen:" not in str(verdict.message)
    assert verdict.line == 'line 6: raise ValueError(f"seen: {X}")'


def test_what_is_typed_into_the_answer_and_its_files_is_counted(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    texts = [f"T{k} = {''.join(chr(0x4E00 + (k * 7919 + j * j * 104729) % 20000) for j in range(400))!r}" for k in range(21)]
    table = "\n".join(texts).encode()
    answer = "def train(x, rng): return [np.zeros(1)]\ndef predict(arrays, X): return len(T3 + T5 + T9)"
    learner = Kernel(opened(ROOMY), ROOMY, {"tables.py": table, "kit.py": table})
    try:
        define(learner, "import numpy as np\nfrom kit import *")
        define(learner, answer)
        assert "bytes of numbers, texts and names" in Studios(learner).refusal(STUDIO)  # a kit.py of her own
        assert Studios(learner, beside={"kit.py"}).refusal(STUDIO) == ""  # the course's
        define(learner, "from tables import *")
        why = Studios(learner, beside={"kit.py"}).refusal(STUDIO)
        assert "1,000 are allowed" in why and "in tables.py" in why
        define(learner, "\n".join(texts) + "\n" + answer)
        assert "`T" in Studios(learner, given={"from tables import *"}, beside={"kit.py", "tables.py"}).refusal(STUDIO)
    finally:
        learner.close()


def test_what_is_not_reached_costs_nothing_and_is_not_there(kernel: Kernel) -> None:
    define(kernel, "import numpy as np\nTABLE = " + repr([k * 0.37 % 1 for k in range(2000)]))
    define(kernel, "def train(x, rng): return [np.zeros(1)]\ndef predict(arrays, X): return float('TAB' + 'LE' in globals())")
    assert Studios(kernel).refusal(STUDIO) == ""
    with kernel.limit(60):
        entry = Entry(STUDIO, Studios(kernel), 1)
        assert entry.train(0.0).predict(0) == 0.0
        entry.close()


def test_pieces_that_are_lent_are_there_too(kernel: Kernel) -> None:
    define(kernel, "import numpy as np\ndef piece(x): return 0\ndef train(x, rng): return [np.array([piece(x)])]")
    define(kernel, "def predict(arrays, X): return piece(X)")
    with kernel.limit(60), kernel.lent({"piece": lambda x: x + 1}):
        entry = Entry(STUDIO, Studios(kernel), 1)
        round = entry.train(3.0)
        assert round.arrays is not None and abs(round.arrays[0][0] - 4) < 0.1 and round.predict(5) == 6
        entry.close()


def test_a_maker_that_is_not_there_or_too_much_code_is_said(kernel: Kernel) -> None:
    define(kernel, "x = 1")
    with pytest.raises(Broken, match="`train` is not there"):
        measure(STUDIO, Studios(kernel), "grade", 1, kernel.limit)
    define(kernel, "'''" + "long " * 100_000 + "'''")
    assert "characters of code" in Studios(kernel).refusal(STUDIO)
    with pytest.raises(Broken, match="characters of code"):
        measure(STUDIO, Studios(kernel), "grade", 1, kernel.limit)
