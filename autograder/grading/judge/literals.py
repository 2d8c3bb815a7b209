"""Tables of numbers in a submission: a studio asks what can be learnt, not what can be typed in.

A budget counts what `train` returns. A table in the source, or in a text that stands for one, would pass beneath it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

NUMBERS, TEXT, DIGITS = 100, 400, 40
_TABLES = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.JoinedStr, ast.BinOp)
_PYTHON_INSIDE = ("time", "timeit", "capture", "prun")  # cell magics whose body is ordinary Python


def refusal(sources: Iterable[str]) -> str:
    """Why the studio's entry is refused for what stands in these sources; empty where nothing is amiss."""
    return next((found for source in sources for found in _long(source)), "")


def _long(source: str) -> Iterator[str]:
    """What is too long in a cell, read as IPython reads it: magics and shell lines become calls that hold their text."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        reader = TransformerManager()  # type: ignore[no-untyped-call]
        tree = ast.parse(reader.transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # a cell that Python cannot read does not run either
    body = _body_of_magic(tree)
    if body is not None:
        yield from _long(body)
        return
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            yield from _constant(node)
    for table in _outermost(tree):
        numbers = sum(isinstance(n, ast.Constant) and isinstance(n.value, (int, float)) for n in ast.walk(table))
        if numbers > NUMBERS:
            yield _said(getattr(table, "lineno", 1), f"a table of {numbers} numbers")


def _outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """Each table that stands in no other: every node is looked at once, however deep a hostile cell nests."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _TABLES):
            yield node
        else:
            waiting += ast.iter_child_nodes(node)


def _constant(node: ast.Constant) -> Iterator[str]:
    value = node.value
    if isinstance(value, (str, bytes)) and len(value) > TEXT:
        yield _said(node.lineno, f"a text of {len(value)} characters, in which a table may hide")
    if isinstance(value, int) and value.bit_length() > DIGITS * 3.33:
        yield _said(node.lineno, f"a number of more than {DIGITS} digits, in which a table may hide")


def _body_of_magic(tree: ast.Module) -> str | None:
    """The Python under `%%time` and its like; None for any other cell."""
    call = tree.body[0].value if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "run_cell_magic":
        return None
    texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return str(texts[2]) if len(texts) == 3 and texts[0] in _PYTHON_INSIDE else None


def _said(line: int, what: str) -> str:
    return f"line {line} of a cell holds {what}; a studio's entry learns its numbers in `train`"
