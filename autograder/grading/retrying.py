"""Doing again what a gradebook refused for another grader's sake, or because the line broke."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

TRIES = 8
_SQLITE = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_SQLITE_DOUBLE = (1555, 2067)  # SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
_CLASSES = ("08", "40")  # PostgreSQL, appendix A: the connection broke; the transaction was rolled back for another's sake
_STATES = (
    "23505",  # a row that another has just added; also the name of a table that another is making
    "42P07",  # a table that another has just made
    "53300",  # too many connections
    "55P03",  # a lock cannot be had
    "57P01", "57P02", "57P03",  # the server is going down, was killed, is starting
)  # fmt: skip
T = TypeVar("T")


def persistently(work: Callable[[], T]) -> T:
    """Do it again where another grader was in the way (a row added at the same moment, a locked file) or the line broke."""
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except DBAPIError as error:
            if attempt == TRIES or not _may_pass(error):
                raise
            time.sleep(random.uniform(0.5, 1.0) * min(0.05 * 2**attempt, 3.0))
    raise AssertionError("unreachable")


def _may_pass(error: DBAPIError) -> bool:
    """Whether it may go well a second time. By codes: a server speaks its own language."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:  # SQLite has no code of its own for a table that another process has just made
        return code & 0xFF in _SQLITE or code in _SQLITE_DOUBLE or "already exists" in str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no answer from the server: the line is broken, or never stood
        return isinstance(error, OperationalError)
    return state[:2] in _CLASSES or state in _STATES
