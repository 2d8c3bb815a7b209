"""Things of other kinds that a case hands over: whatever she does to them, they stay as they were."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import array
import collections
import contextlib
import io
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import expect
from autograder.wall.kernel import Kernel
from autograder.wall.wire.errors import WallError
from tests.wall.conftest import both, define


class Layer:
    """An object of the grader's."""

    def __init__(self) -> None:
        self.W, self.all = np.ones(3), [1, 2]


class Rows(list[float]):
    """A list of the grader's own kind."""


class Table(dict[str, Any]):
    """A dict of the grader's own kind."""


class Grid(np.ndarray):
    """An array of the grader's own kind."""


def _objects() -> Any:
    made = np.empty(2, object)
    made[:] = [np.ones(2), [1.0]]
    return made


THINGS: dict[str, Callable[[], Any]] = {
    "set": lambda: {1.0, 2.0},
    "bytearray": lambda: bytearray(b"12345678"),
    "memoryview": lambda: memoryview(bytearray(b"12345678")),
    "deque": lambda: collections.deque([1.0, 2.0]),
    "OrderedDict": lambda: collections.OrderedDict(a=np.ones(2)),
    "defaultdict": lambda: collections.defaultdict(list, {"a": [1.0]}),
    "Counter": lambda: collections.Counter("aab"),
    "ChainMap": lambda: collections.ChainMap({"a": 1}),
    "UserList": lambda: collections.UserList([1.0]),
    "array.array": lambda: array.array("d", [1.0, 2.0]),
    "array of objects": _objects,
    "masked array": lambda: np.ma.array([1.0, 2.0], mask=[0, 1]),  # type: ignore[no-untyped-call]
    "records": lambda: np.rec.array([(1.0, 2)], dtype=[("a", float), ("b", int)]),
    "array of a kind of its own": lambda: np.ones(3).view(Grid),
    "list of a kind of its own": lambda: Rows([1.0, 2.0]),
    "dict of a kind of its own": lambda: Table(a=np.ones(2)),
    "namespace": lambda: types.SimpleNamespace(W=np.ones(2)),
    "object": Layer,
    "file": lambda: io.BytesIO(b"abc"),
    "views of one another": lambda: [base := np.ones((3, 2)), base[0], base.T, [base]],
    "array that may not be written": lambda: np.broadcast_to(np.ones(1), (3,)),
    "list within itself": lambda: {"a": [np.ones(2), ({"b": [np.ones(2)]},)]},
}
WAYS = [
    "t.clear()", "t.__init__()", "t[:] = b''", "t[0] = 0", "t[0][:] = 0", "t[0][...] = 7", "t.pop()", "t.popitem()", "t.remove(1.0)", "t.fill(0)", "t.append(9)", "t.add(9)",
    "t.update({'z': 1})", "t.W.fill(0)", "t.all.clear()", "t.__dict__.clear()", "del t[0]", "t.extend(b'abc')", "t.__delitem__(slice(None))", "t *= 0", "t += t",
    "t.__iadd__([1])", "t.__imul__(0)", "t.rotate(1)", "t.sort()", "t.reverse()", "t[...] = 0", "t['a'] = 0", "t['a'][:] = [0, 0]", "t['a'][0].fill(0)", "t.setdefault('q', 1)", "t.__ior__({1: 2})",
    "t.W = 0", "t.__setattr__('W', 0)", "object.__setattr__(t, 'W', 0)", "t.write(b'x')", "t.seek(2)", "t.truncate(0)", "t.byteswap(True)", "t.resize(0, refcheck=False)", "t.mask = True",
    "t.data.clear()", "t.maps[0].clear()", "t.setflags(write=True); t.fill(0)", "np.copyto(t, 0)", "memoryview(t).cast('B')[0] = 9",
    "ctypes.memset(t.ctypes.data, 0, t.nbytes)",
]  # fmt: skip


def _seen(thing: Any) -> str:
    """All of a thing, as text."""
    if isinstance(thing, io.BytesIO):
        return f"{thing.getvalue()!r} {thing.tell()}"
    if isinstance(thing, memoryview):
        return repr(bytes(thing))
    return repr(vars(thing)) if hasattr(thing, "__dict__") and not isinstance(thing, np.ndarray) else repr(thing)


@both
@pytest.mark.parametrize("kind", THINGS)
def test_a_thing_of_any_kind_stays_as_it_was(shared_learner: Kernel, kind: str) -> None:
    define(shared_learner, f"import ctypes\nimport numpy as np\ndef spoil(t, **more):\n    for how in {WAYS!r}:\n"
           "        for one in (t, *more.values()):\n"
           "            try: exec(how, {'t': one, 'np': np, 'ctypes': ctypes})\n            except Exception: pass\n    return 1")  # fmt: skip
    thing, again = THINGS[kind](), THINGS[kind]()
    spoil = shared_learner.get("spoil")
    # A handle that she has spoiled may be refused as malformed: what counts is that nothing of ours has changed.
    with shared_learner.copies(expect.asked_back), contextlib.suppress(WallError):
        spoil(thing, again=again, both=[thing, again])
    assert _seen(thing) == _seen(again) == _seen(THINGS[kind]())


def test_the_ways_of_changing_change() -> None:
    """Here, where nothing stands between."""
    changed = 0
    for make in THINGS.values():
        thing = make()
        for how in WAYS:
            try:
                exec(how, {"t": thing, "np": np})
            except Exception:
                continue
        try:
            changed += _seen(thing) != _seen(make())
        except AttributeError:  # so spoiled that it cannot be shown
            changed += 1
    assert changed >= len(THINGS) - 1  # all but what may not be written
