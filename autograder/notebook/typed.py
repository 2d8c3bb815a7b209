"""How much knowledge is typed into a piece of code. A studio asks what is learnt, not what is brought along: a table of numbers
in the code would pass beneath every budget of arrays.

Counted are numbers, texts and names, compressed; a name counts once, and builtins not at all. In a display of many parts, where
names could stand for numbers, every part counts. A bound on the whole code, compressed, is there for what is left: knowledge in
the shape of the code itself.
"""

from __future__ import annotations

import ast
import builtins
import zlib
from collections.abc import Iterable, Iterator

MOST = 1000  # bytes of numbers, texts and names; honest answers have 100 to 450
MOST_CODE = 6000  # bytes of code; honest answers have 150 to 1,500
MANY = 50  # parts from which on a display is a table
_BUILTINS = frozenset(dir(builtins))
_TABLES = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.JoinedStr, ast.BoolOp, ast.Compare)


def size(trees: Iterable[ast.AST]) -> int:
    """Bytes of what is typed into these pieces of code."""
    return _compressed(typed(trees))


def code_size(texts: Iterable[str]) -> int:
    """Bytes of these pieces of code, in Python's own spelling, as a whole."""
    return _compressed(texts)


def _compressed(parts: Iterable[str]) -> int:
    return len(zlib.compress("\n".join(parts).encode("utf-8", "replace"), 9))


def typed(trees: Iterable[ast.AST]) -> Iterator[str]:
    """Every number and text, and each new name, in the order in which they stand."""
    told = set(_BUILTINS)
    for tree in trees:
        for word, every_time in _words(tree, False):
            if every_time or word not in told:
                yield word
            if not every_time:
                told.add(word)


def _words(tree: ast.AST, in_table: bool) -> Iterator[tuple[str, bool]]:
    """Names, numbers and texts, each with whether it counts every time."""
    waiting = [(tree, in_table)]
    while waiting:
        node, table = waiting.pop()
        if isinstance(node, ast.Constant):
            yield _value(node.value), True
            continue
        inner = [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.expr_context)]
        table = table or (isinstance(node, _TABLES) and len(inner) > MANY)
        if table and not inner and not isinstance(node, ast.Name):
            yield type(node).__name__, True
        for _, found in ast.iter_fields(node):
            for one in found if isinstance(found, list) else [found]:
                if isinstance(one, str):
                    yield one, table
        waiting += [(one, table) for one in reversed(inner)]


def _value(constant: object) -> str:
    """A constant as text; a long whole number by its hexadecimal digits: Python refuses to write more than 4,300 decimal ones."""
    return hex(constant) if type(constant) is int and abs(constant) >= 10**15 else repr(constant)
