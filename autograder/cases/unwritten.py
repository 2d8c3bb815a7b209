"""Which function is still the blank that the week came with, where a call ran into one.

A blank is told by the text in it (`regions.STUB`), so that one of several functions can be named, and so that work which is
done is not called "not begun" because it calls an earlier exercise which is not.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from autograder.cases.causes import BLANK, UNWRITTEN

# A part of the text in notebook/regions.py, which this room does not import: a test holds them together.
STUB = "Your turn: put your own code in place of this line."


def unwritten(error: NotImplementedError, subjects: Mapping[str, Any] | None = None) -> str:
    """What to say where her code ran into a blank: the function's name, unless nothing of this exercise is written.

    Parameters
    ----------
    error : NotImplementedError
        What the blank raised.
    subjects : mapping of str to object, optional
        What of hers was asked for: the exercise's names. Without them the blank is named.

    Returns
    -------
    str
        `BLANK` where all that was asked for is blank, or nothing can be known of it; else a sentence part that names the blank.

    Examples
    --------
    >>> unwritten(NotImplementedError(), {"softmax": None})
    'this is not written yet'
    """
    asked = {name: one for name, one in (subjects or {}).items() if callable(one)}
    blanks = [name for name, one in asked.items() if is_blank(one)]
    if subjects is not None and len(blanks) == len(asked):
        return BLANK
    inner = blanks[0] if blanks else _raised_in(error)
    if not inner or (inner in asked and inner not in blanks):  # her own NotImplementedError, or seen from across the wall
        return BLANK
    return f"`{inner}` is {UNWRITTEN}" if blanks or subjects is None else f"your code calls `{inner}`, which is {UNWRITTEN}"


def is_blank(made: object) -> bool:
    """Whether a function, or any function in a class, still has the text of the blank in it."""
    if isinstance(made, type):
        return any(is_blank(one) for one in vars(made).values())
    code = getattr(made, "__code__", None)
    return any(isinstance(one, str) and STUB in one for one in getattr(code, "co_consts", ()))


def _raised_in(error: NotImplementedError) -> str:
    """The function in which the error was raised; nothing where its text is not the blank's."""
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1].name if frames and STUB in str(error) else ""
