"""What goes wrong at the wall, each with the side that it belongs to."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """One line of the learner's traceback."""

    line: int
    source: str
    function: str


class LearnerError(Exception):
    """The learner's code raised something that is no built-in exception, or broke off.

    Attributes
    ----------
    names : the type's name and those of its bases.
    learner_traceback : her own lines, innermost last; `learner_text` is the traceback as text, `learner_type` the
        name of her exception's type. Built-in exceptions that cross have these three too.
    """

    names: tuple[str, ...] = ()
    learner_traceback: tuple[Frame, ...] = ()
    learner_text: str = ""
    learner_type: str = "LearnerError"


class WallError(LearnerError):
    """A message of the learner's process is malformed or too large: her error, never the grader's crash."""


class LearnerGone(LearnerError):
    """The learner's process ended while something was asked of it."""


class ChannelEnded(Exception):
    """The other side of a channel has ended. An EOFError or a ConnectionError is somebody's own."""


class SandboxError(Exception):
    """No sandbox can be had here; the message names the mend."""
