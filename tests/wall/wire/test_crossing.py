"""What crosses the wall keeps its type; everything else is a handle."""

from __future__ import annotations

import contextlib
import math
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wall.kernel import Kernel
from autograder.wall.wire.errors import LearnerError
from autograder.wall.wire.handles import Remote
from tests.wall.conftest import define, fails, passes

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(),
    hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)),
    hnp.arrays(st.sampled_from(["<U3", "S4", "f2", ">i4"]), hnp.array_shapes(max_dims=2)),
    st.sampled_from([np.float32(1.5), np.int8(-3), np.bool_(True), np.str_("é"), np.complex64(1j)]),
    st.sampled_from([slice(1, None, 2), range(3, 9), ...]),
)  # fmt: skip
KEYS = st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.text()))
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=8,
)


def alike(one: object, other: object) -> bool:
    """Equal, with equal types, all the way down; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(alike, one.values(), other.values()))
    if isinstance(one, complex):
        return alike(one.real, other.real) and alike(one.imag, other.imag)
    return one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@given(VALUES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
def test_values_come_back_as_they_went(shared_learner: Kernel, value: object) -> None:
    define_once(shared_learner)
    assert alike(shared_learner.get("same")(value), value)


def define_once(learner: Kernel) -> None:
    try:
        learner.get("same")
    except NameError:
        define(learner, "def same(x): return x")


def test_sets_and_large_arrays(shared_learner: Kernel) -> None:
    define_once(shared_learner)
    same = shared_learner.get("same")
    assert same({1, "a", (2, 3)}) == {1, "a", (2, 3)}
    assert type(same(frozenset([1]))) is frozenset
    big = np.random.default_rng(0).normal(size=(300, 200))[:, ::2]
    assert alike(same([big, big.T])[1], np.ascontiguousarray(big.T))


def test_types_and_dtypes_cross_by_name(shared_learner: Kernel) -> None:
    define(shared_learner, "import numpy as np\ndef cast(x, kind): return x.astype(kind)\ndef kind(): return np.float32")
    passes(shared_learner, "assert cast(np.ones(2), np.float32).dtype == kind()")
    passes(shared_learner, "assert cast(np.ones(2), np.dtype('i4')).dtype == np.int32 and cast(np.ones(2), int)[0] == 1")


def test_what_is_no_plain_data_is_a_handle(shared_learner: Kernel) -> None:
    define(
        shared_learner,
        "import collections\nclass Array(np.ndarray): pass\n"
        "things = {'objects': np.array([None, {}]), 'sub': np.ones(2).view(Array),\n"
        "          'record': np.zeros(1, [('a', int)]), 'iterator': iter([1]), 'list': type('L', (list,), {})([1])}\n"
        "def thing(name): return things[name]\ncounts = collections.Counter('aab')",
    )
    thing = shared_learner.get("thing")
    for name in ("objects", "sub", "record", "iterator", "list"):
        assert type(thing(name)) is Remote, name
    assert shared_learner.get("counts") == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    "lie",
    [
        "x = []\nfor _ in range(200): x = [x]",
        "x = ()\nfor _ in range(200): x = (x,)",
        "x = 'a' * (50 << 20)",
        "x = 1 << 10_000_000",
        "x = {i * (2**61 - 1): 0 for i in range(21_000)}",
        "x = [None] * (9 << 20)",
        "x = []; x.append(x)",
    ],
)
def test_what_is_too_deep_or_too_large_is_her_error(shared_learner: Kernel, lie: str) -> None:
    define(shared_learner, f"def lie():\n    {lie.replace(chr(10), chr(10) + '    ')}\n    return x")
    since = time.monotonic()
    with pytest.raises((LearnerError, ValueError)):
        shared_learner.get("lie")()
    assert time.monotonic() - since < 30  # her own code takes most of it


def test_a_call_is_quick_and_arrays_are_too(shared_learner: Kernel) -> None:
    define_once(shared_learner)
    same, big = shared_learner.get("same"), np.ones(1_000_000)
    with bare_echo() as echo:
        calls = quickest(lambda: same(0.3), 300) / quickest(lambda: echo(bytes(64)), 300)
        copies = quickest(lambda: same(big), 7) / quickest(lambda: echo(big.tobytes()), 7)
    # 6 and 0.5 are usual (the bare way back waits for all of it before it answers).
    assert calls < 25 and copies < 5, (calls, copies)


def quickest(work: Callable[[], object], times: int) -> float:
    """The least of many times: what others do on the machine adds to each, and to the least the least."""
    taken = []
    for _ in range(times):
        since = time.perf_counter()
        work()
        taken.append(time.perf_counter() - since)
    return min(taken)


@contextlib.contextmanager
def bare_echo() -> Iterator[Callable[[bytes], None]]:
    """Another process that gives bytes back over a socket, with nothing else in the way."""
    here, there = socket.socketpair()
    script = (
        "import socket, sys\nsock = socket.socket(fileno=int(sys.argv[1]))\n"
        "while head := sock.recv(8, socket.MSG_WAITALL):\n"
        "    sock.sendall(head + sock.recv(int.from_bytes(head, 'little'), socket.MSG_WAITALL))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(there.fileno())], pass_fds=[there.fileno()])
    there.close()

    def echo(content: bytes) -> None:
        framed = len(content).to_bytes(8, "little") + content
        here.sendall(framed)
        assert len(here.recv(len(framed), socket.MSG_WAITALL)) == len(framed)

    with here:
        yield echo
    process.wait(timeout=30)


def test_handles_are_forgotten(shared_learner: Kernel) -> None:
    define(shared_learner, "import gc, weakref\nclass Thing: pass\nalive = weakref.WeakSet()\n"
           "def make():\n    t = Thing(); alive.add(t); return t\ndef count():\n    gc.collect(); return len(alive)")  # fmt: skip
    make, count = shared_learner.get("make"), shared_learner.get("count")
    kept = [make() for _ in range(50)]
    assert count() == 50
    del kept[10:]
    assert count() == 10


def test_a_malformed_message_is_refused(learner: Kernel) -> None:
    define(
        learner,
        "import os, gc, socket\n"
        "def forge(raw):\n"
        "    for fd in range(3, 30):\n"
        "        try: socket.socket(fileno=os.dup(fd)).sendall(raw)\n"
        "        except OSError: pass\n"
        "    return 1",
    )
    for raw in (
        b"\x02\0\0\0\0\0\0\0\xc1\xc1",
        b"\xff" * 64,
        b"\x01\0\0\0\0\0\0\0\x90",
        b"\x05\0\0\0\0\0\0\0\x94\x01\xc7\x01\x63\xc0",
    ):
        learner.said.clear()
        fails(learner, "assert forge(raw) == 2", raw=raw)
    passes(learner, "assert callable(forge)")
