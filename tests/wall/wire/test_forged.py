"""What a learner's process may send as plain data or as a question: forged, it is refused before NumPy or Python believes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.wall.policy import Policy
from autograder.wall.wire import shared_names as common
from autograder.wall.wire.channel import Channel
from autograder.wall.wire.errors import WallError
from autograder.wall.wire.limits import Bounds
from autograder.wall.wire.peer import RAISED, REQUEST, Peer
from autograder.wall.wire.raised import arrive, describe
from autograder.wall.wire.randoms import BIT_GENERATORS, checked
from autograder.wall.wire.writeback import write_back
from tests.grading.fuzz import campaign, protocol
from tests.grading.fuzz.protocol import Ext, Wire, frame, packed


@pytest.mark.parametrize("name", BIT_GENERATORS)
def test_an_honest_generator_crosses_at_every_place(name: str) -> None:
    generator = np.random.Generator(BIT_GENERATORS[name](1))
    for count in (0, 1, 3, 700):
        generator.integers(0, 9, count, dtype=np.uint32)
        assert checked(generator.bit_generator.state) is not None


@pytest.mark.parametrize("pos", [-1, 625, 2**30, 3.0, True, None])
def test_a_generator_that_would_draw_from_beyond_its_table_is_refused(pos: Any) -> None:
    state = np.random.MT19937(0).state
    state["state"]["pos"] = pos
    with pytest.raises(WallError):
        checked(state)
    philox = np.random.Philox(0).state
    philox["buffer_pos"] = 2**30
    with pytest.raises(WallError):
        checked(philox)


def test_a_forged_generator_is_refused_at_the_door() -> None:
    key = Ext(protocol.ARRAY, ["<u4", [624], True, bytes(2496)])
    state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 2**30}}
    with pytest.raises(WallError):
        _peer(packed([1, Ext(protocol.RANDOM, [1, state])]))._receive()


@pytest.mark.parametrize(("dtype", "content"), [("|b1", b"\x02"), ("<U1", b"\xff" * 4), (">U1", b"\xff" * 4), ("<m8", bytes(8))])
@pytest.mark.parametrize("scalar", [False, True])
def test_bytes_that_mean_nothing_are_refused(dtype: str, content: bytes, scalar: bool) -> None:
    forged = Ext(protocol.SCALAR, [dtype, content]) if scalar else Ext(protocol.ARRAY, [dtype, [1], True, content])
    with pytest.raises(WallError):
        _peer(packed([1, forged]))._receive()


@pytest.mark.parametrize("kind", [np.ndarray, bytes, range, list, np.void])
def test_a_type_that_both_sides_have_is_not_called_for_her(kind: type) -> None:
    """numpy.ndarray(100) would show the grader's memory, bytes(10**10) take it."""
    with pytest.raises(TypeError, match="own side"):
        Policy().may("call", kind, ([10], {}))
    Policy().may("call", lambda x: x, ([10], {}))


@pytest.mark.parametrize(
    "message",
    [
        [REQUEST, "call", Ext(protocol.RANGE, [0, 2**62, 1]), []],
        [REQUEST, "call", [Ext(protocol.YOURS, [1]), Ext(protocol.RANGE, [0, 2**62, 1]), {}], []],
        [REQUEST, "call", [Ext(protocol.YOURS, [1]), [], {1: 2}], []],
        [REQUEST, "call", [Ext(protocol.YOURS, [1]), [], {}], Ext(protocol.RANGE, [0, 2**62, 1])],
        [RAISED, {"names": Ext(protocol.RANGE, [0, 2**62, 1]), "args": [], "message": "", "text": "", "frames": []}],
        [RAISED, {"names": ["E"], "args": [], "message": "", "text": "", "frames": Ext(protocol.RANGE, [0, 2**62, 1])}],
    ],
)
def test_what_has_no_end_is_refused(message: list[Any]) -> None:
    peer = _peer(packed(message))
    peer.shelf.put(print)
    with pytest.raises(WallError):
        peer._answered()


@pytest.mark.parametrize("changes", [range(2**62), np.ones(2), 1, "ab", {0: 1}])
def test_changes_that_are_no_list_are_refused(changes: Any) -> None:
    with pytest.raises(WallError):
        write_back(([1],), changes)


def test_an_error_told_with_odd_arguments_can_be_shown() -> None:
    told = {**describe(SyntaxError("no")), "args": [[1, 2], object()]}
    assert "no" in str(arrive(told))
    for name in ("SyntaxError", "UnicodeDecodeError", "KeyError", "Mine"):
        assert str(arrive({**told, "names": [name], "args": ["a", 1, None, True, 2.0]}))


def test_a_short_fuzz_finds_nothing() -> None:
    """Hostile messages of a fixed seed; `make fuzz` plays a million."""
    tally = campaign.apart("wall", 11, range(5000))
    assert sum(tally.counts.values()) == 5000 and not tally.finds, tally.finds


def _peer(body: bytes) -> Peer:
    peer = Peer(Channel(Wire(frame(body)), Bounds()), "the learner's", Policy().may)  # type: ignore[arg-type]
    peer.codec.named_out = common.ALL
    return peer
