"""What the grader lends, and what it keeps for that, has limits: the grader's own process stays small and alive."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.timelimit import TimeUp
from autograder.wall import lending
from autograder.wall.kernel import Kernel
from autograder.wall.wire.errors import WallError
from autograder.wall.wire.limits import Limits
from tests.wall.conftest import both, define

PAGE = os.sysconf("SC_PAGE_SIZE")
LONG = Limits(cell_seconds=20, notebook_seconds=300)


class Layer:
    """A piece that keeps what it is given, as references do."""

    def __init__(self, W: Any) -> None:
        self.W = np.array(W)

    def forward(self, X: Any) -> Any:
        return X @ self.W

    def __matmul__(self, X: Any) -> Any:
        return self.W @ X


def outer(a: Any, b: Any) -> Any:
    return np.multiply.outer(a, b)


def refuse(x: Any) -> Any:
    big = np.ones(len(x) * 1000)
    raise ValueError("no", float(big[0]))


def rows(x: Any) -> Any:
    for _ in range(10**9):
        big = np.ones(len(x) * 1000)
        yield float(big[0])


def kept(x: Any) -> Any:
    held = np.ones(len(x) * 1000)
    return lambda: held


def split(X: Any, y: Any, share: Any, seed: Any) -> Any:
    order = np.random.default_rng(seed).permutation(len(X))
    held, rest = np.split(order, [round(share * len(X))])
    return X[rest], y[rest], X[held], y[held]


LENT = {"split": split, "outer": outer, "refuse": refuse, "rows": rows, "kept": kept, "Layer": Layer, "repeat": np.tile}
#: what she does with what she is lent
GREEDY = {
    "large arguments that make something larger": "outer(np.ones(10**5), np.ones(10**5))",
    "large arguments, many times": "keep = [outer(np.ones(3000), np.ones(3000)) for _ in range(8)]",
    "one argument that is too large": "outer(np.ones(20 << 20), 1.0)",
    "a text that is too large": "outer('x' * 7_000_000, 1)",
    "errors that are kept": "for _ in range(400):\n        try: refuse(np.ones(5000))\n        except ValueError as error: errors.append(error)",
    "errors within errors": "def again(x):\n        try: refuse(np.ones(5000))\n        except ValueError: refuse(np.ones(5000))\n    for _ in range(200):\n        try: again(1)\n        except ValueError as error: errors.append(error)",
    "objects that are kept": "keep = [Layer(np.ones(2_000_000)) for _ in range(300)]",
    "functions that are kept": "keep = [kept(np.ones(5000)) for _ in range(300)]",
    "generators that are kept": "keep = [rows(np.ones(5000)) for _ in range(300)]\n    [next(one) for one in keep]",
    "bound methods that are kept": "keep = [Layer(np.ones((1000, 1000))).forward for _ in range(400)]",
    "calls without end": "while True:\n        try: refuse(np.ones(1))\n        except ValueError: pass",
    "a size that is only said": "outer(np.broadcast_to(1.0, (10**9,)), 1.0)",
    "rows without entries": "split(np.zeros((10**9, 0)), np.zeros((10**9, 0)), 0.5, 1)",
    "rows without entries, many times": "for _ in range(60):\n        try: keep.append(split(np.zeros((3 * 10**7, 0)), np.zeros((3 * 10**7, 0)), 0.5, 1))\n        except ValueError: pass",
    "a seed of a million digits": "split(np.zeros((5, 1)), np.zeros(5), 0.5, 1 << 3 * 10**6)",
    "a seed of a million numbers": "split(np.zeros((5, 1)), np.zeros(5), 0.5, list(range(10**6)))",
    "a share that is hers": "class H:\n        def __mul__(s, o): return s\n        __rmul__ = __mul__\n        def __round__(s, *a): return 3\n        def __index__(s):\n            while True: pass\n    split(np.zeros((5, 1)), np.zeros(5), H(), 1)",
    "rows that are hers": "class H:\n        def __len__(s): return 10**9\n        def __getitem__(s, i): return s\n    split(H(), np.zeros(5), 0.5, 1)",
    "from many threads": "import threading\n    T = [threading.Thread(target=lambda: keep.append(split(np.zeros((10**5, 1)), np.zeros(10**5), 0.5, 1))) for _ in range(30)]\n    [t.start() for t in T]; [t.join() for t in T]",
    "repetitions": "repeat(np.ones(1000), 10**7)",
    "her functions within lent ones": "class Long:\n        def __len__(s): return 10**8\n        def __iter__(s):\n            while True: yield 1.0\n    Layer(Long())",
}


@pytest.fixture(scope="module")
def borrower(opened: Any) -> Iterator[Kernel]:
    learner = Kernel(opened(LONG), LONG)
    define(learner, "import numpy as np\nerrors, keep = [], []")
    yield learner
    learner.close()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.campaign
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", GREEDY)
def test_what_is_lent_is_used_within_limits(borrower: Kernel, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "CALLS", 2000)
    borrower.lending.most = lending._data() + (500 << 20)
    before = _resident()
    seen = [before]
    ask = borrower.policy.may

    def watched(*what: Any) -> None:
        seen.append(_resident())
        ask(*what)

    with borrower.lent(LENT):
        peer = borrower._peer
        assert peer is not None
        monkeypatch.setattr(peer, "may", watched)
        define(borrower, f"def use():\n    {GREEDY[how]}")
        try:
            with borrower.limit(8):
                borrower.get("use")()
        except (MemoryError, RuntimeError, ValueError, TypeError, TimeUp, WallError):
            pass
        assert max(*seen, _resident()) - before < 800 << 20
        assert len(peer._own_errors) <= 16
    define(borrower, "errors.clear(), keep.clear()")


@pytest.mark.parametrize(
    "how", ["calls without end", "one argument that is too large", "large arguments that make something larger"]
)
def test_she_is_told_which_limit_it_was(borrower: Kernel, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "CALLS", 500)
    lent = {**LENT, "refuse": lambda x: x}
    with borrower.lent(lent):
        define(borrower, f"def use():\n    {GREEDY[how].replace('except ValueError', 'except ZeroDivisionError')}")
        with pytest.raises((MemoryError, RuntimeError)):
            borrower.get("use")()


def test_an_array_without_entries_has_an_end(borrower: Kernel) -> None:
    """It costs no byte on its way, and whoever is lent a function would have it count its rows."""
    with borrower.lent(LENT):
        define(borrower, "def use(n): return len(split(np.zeros((n, 0)), np.zeros((n, 0)), 0.5, 1)[0])")
        assert borrower.get("use")(1000) == 500
        for n in (2_000_000, 10**8, 2**40):
            with pytest.raises((ValueError, WallError), match="without entries"):
                borrower.get("use")(n)


def test_honest_use_is_not_held_up(borrower: Kernel) -> None:
    with borrower.lent(LENT):
        define(
            borrower,
            "def use():\n    layer = Layer(np.ones((784, 100)))\n    return [float(layer.forward(np.ones((9000, 784))).sum()) for _ in range(3)]",
        )
        assert borrower.get("use")() == [9000 * 784 * 100.0] * 3


#: what fills the kernel's memory
FILLING = {
    "files in /tmp": "for n in range(10**6): open(f'/tmp/{n}', 'w').close()",
    "folders at home": "for n in range(10**6): os.mkdir(os.path.expanduser(f'~/{n}'))",
    "links in /dev/shm": "for n in range(10**6): os.symlink('x', f'/dev/shm/{n}')",
    "pipes in /tmp": "for n in range(10**6): os.mkfifo(f'/tmp/{n}')",
    "by many processes": "for n in range(8):\n    if not os.fork():\n        for m in range(10**6): open(f'/tmp/{n}-{m}', 'w').close()\ntime.sleep(99)",
    "sockets that are full": "keep = []\nfor n in range(30):\n    if not os.fork():\n        while True:\n            try:\n                keep.append(socket.socketpair()); keep[-1][0].setblocking(False)\n                while True: keep[-1][0].send(b'x' * 4096)\n            except BlockingIOError: pass\n            except OSError: time.sleep(99)\ntime.sleep(99)",
}


@both
@pytest.mark.campaign
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", FILLING)
def test_what_is_counted_by_no_limit_is_counted_here(opened: Any, how: str) -> None:
    limits = Limits(cell_seconds=15, notebook_seconds=60, files=3000)
    learner = Kernel(opened(limits), limits)
    try:
        outputs = learner.run_cell("import os, socket, time\n" + FILLING[how])
        said = " ".join([*learner.said, *(str(one.get("evalue")) for one in outputs)])
        assert "files" in said or "No space left" in said, said
    finally:
        learner.close()
