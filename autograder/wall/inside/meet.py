"""A test that runs in her process: in a fork of it, which answers in its place until it is let go.

Her code can meet that test: the fork is hers. What the test leaves behind ends with the fork, and its text stands in no
variable of a frame, not in `In`, and in no file's lines while her code runs.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import linecache
import os
import signal
from types import CodeType
from typing import Any, NoReturn

from autograder.wall.wire.peer import ANSWER, NOTE, Peer

FILE = "<test>"  # what its frames say they come from
BACK = "back"  # what the process itself answers when its fork has ended, on its own or let go


def fork(peer: Peer, shell: Any, outlet: Any) -> str:
    """Let a fork answer the grader; wait for its end."""
    child = os.fork()
    if child == 0:
        _answer(peer, shell, outlet)
    while True:
        try:
            os.waitpid(child, 0)
            return BACK
        except InterruptedError:
            continue
        except ChildProcessError:  # her code collects children, or ignores them
            return BACK


def _answer(peer: Peer, shell: Any, outlet: Any) -> NoReturn:
    """Be the fork: take the texts, run them, say what came of the last one."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        outlet.emit = lambda output: None
        peer.channel.send(*peer.codec.encode([ANSWER, True]))
        codes = [_compiled(shell, text) for text in _texts(peer)]
        for code in codes[:-1]:
            with contextlib.suppress(BaseException):
                _run(shell, code)
        told = _told(shell, codes[-1])
        peer.channel.send(*peer.codec.encode([ANSWER, told]))
        while peer.codec.decode(*peer.channel.receive())[0] != NOTE:
            pass
    finally:
        os._exit(0)


def _texts(peer: Peer) -> list[str]:
    message = peer.codec.decode(*peer.channel.receive())
    texts: list[str] = message[2][0]
    return texts


def _compiled(shell: Any, text: str) -> list[CodeType]:
    """A cell's statements, the value of a last expression apart; magics and `await` are IPython's. Nothing keeps the text."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = ast.parse(shell.transform_cell(text), FILE)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        made = [compile(tree, FILE, "exec", flags)]
        if last is not None:
            quiet = text.rstrip().endswith(";")
            made.append(compile(ast.Expression(last.value), FILE, "eval", flags))
            made += [compile("None", FILE, "eval")] if quiet else []
    except (SyntaxError, ValueError):
        made = [compile("raise SyntaxError", FILE, "exec")]
    linecache.cache.pop(FILE, None)
    return made


def _run(shell: Any, codes: list[CodeType]) -> Any:
    value = None
    for code in codes:
        value = eval(code, shell.user_global_ns, shell.user_ns)
        if inspect.iscoroutine(value) and code.co_flags & inspect.CO_COROUTINE:
            value = asyncio.run(value)
    return value


def _told(shell: Any, codes: list[CodeType]) -> tuple[bool, str]:
    """Whether it went well, and the value of its last expression as text where it may be a number of points."""
    shown: list[object] = []
    shell._showtraceback = lambda *told: shown.append(told)  # a cell magic runs a cell of its own, and shows its error
    try:
        value = _run(shell, codes)
        return not shown, "" if value is None else repr(value)[:60]
    except BaseException:
        return False, ""
