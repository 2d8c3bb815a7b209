"""Tables of numbers in a submission: a studio asks what can be learnt, not what can be typed in.

A budget counts what `train` returns. A table in the source, or in a text that stands for one, would pass beneath it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

NUMBERS, TEXT, DIGITS = 100, 400, 40


def refusal(sources: Iterable[str]) -> str:
    """Why the studio's entry is refused for what stands in these sources; empty where nothing is amiss."""
    for source in sources:
        for found in _long(source):
            return found
    return ""


def _long(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # a cell that Python cannot read does not run either
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.JoinedStr, ast.BinOp)):
            numbers = sum(isinstance(n, ast.Constant) and isinstance(n.value, (int, float)) for n in ast.walk(node))
            if numbers > NUMBERS:
                yield _said(node.lineno, f"a table of {numbers} numbers")
        if isinstance(node, ast.Constant) and id(node) not in prose:
            value = node.value
            if isinstance(value, (str, bytes)) and len(value) > TEXT:
                yield _said(node.lineno, f"a text of {len(value)} characters, in which a table may hide")
            if isinstance(value, int) and value.bit_length() > DIGITS * 3.33:
                yield _said(node.lineno, f"a number of more than {DIGITS} digits, in which a table may hide")


def _said(line: int, what: str) -> str:
    return f"line {line} of a cell holds {what}; a studio's entry learns its numbers in `train`"


def _without_magics(source: str) -> str:
    """IPython's own lines (%, !) are no Python; they hold no table that a function could use."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        return ""
    return "\n".join("pass" if line.startswith(("%", "!", "?")) else line for line in lines)
