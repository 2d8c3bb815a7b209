"""Errors that look like the wall's own are hers where she raises them: no process is taken for dead."""

from __future__ import annotations

import pytest

from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from tests.wall.conftest import both, define

#: how she raises it -> the name that her error has on the grader's side
RAISED = {
    "raise EOFError('the text ended')": "EOFError",
    "raise ConnectionError('no server')": "ConnectionError",
    "raise BrokenPipeError(32, 'Broken pipe')": "BrokenPipeError",
    "raise ConnectionResetError": "ConnectionResetError",
    "raise ConnectionAbortedError": "ConnectionAbortedError",
    "import socket; socket.create_connection(('127.0.0.1', 9), 1)": "ConnectionRefusedError",
    "import pickle; pickle.loads(b'')": "EOFError",
    "input()": "EOFError",
    "raise type('End', (EOFError,), {})": "End",
    "raise type('ChannelEnded', (ConnectionError, EOFError), {})": "ChannelEnded",
    "raise type('LearnerGone', (Exception,), {})": "LearnerGone",
    "raise type('WallError', (Exception,), {})": "WallError",
    "raise type('TimeUp', (BaseException,), {})": "TimeUp",
    "raise TimeoutError": "TimeoutError",
    "raise BlockingIOError(11, 'again')": "BlockingIOError",
    "raise InterruptedError": "InterruptedError",
    "import asyncio; raise asyncio.IncompleteReadError(b'', 1)": "IncompleteReadError",
    "from autograder.wall.wire.errors import ChannelEnded; raise ChannelEnded": "ChannelEnded",
    "from autograder.wall.wire.errors import WallError; raise WallError('x')": "WallError",
    "ask()": "EOFError",
}


@both
def test_her_errors_are_hers(sandbox: Sandbox | Warm) -> None:
    learner = Kernel(sandbox)
    try:
        define(learner, "\n".join(f"def f{i}(ask):\n    {text}" for i, text in enumerate(RAISED)))
        for i, name in enumerate(RAISED.values()):
            with pytest.raises(Exception) as caught:
                learner.get(f"f{i}")(_ends)
            assert getattr(caught.value, "learner_type", type(caught.value).__name__) == name
        assert (learner._starts, learner.said, learner.killed) == (1, [], [])
    finally:
        learner.close()


def _ends() -> None:
    raise EOFError("the grader's")
