"""Formulas of the open text against statements of the solution: is a line only typed off?

Both are read down to a *skeleton*: operators, functions, numbers and places, without names. A formula in LaTeX or in code whose
skeleton is that of a statement's right side can be typed by dictionary alone. This is a tripwire, no measure: how much of a
week is transcription is judged by two readers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LEAST = 3  # operators and functions below which a likeness says nothing

_DISPLAY = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+)\$", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`|```(?:python)?\n(.*?)```", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|\d+(?:\.\d+)?|[-+*/^_{}()\[\]|=<>,]|\S")
# How the field's functions are written in LaTeX and in NumPy: one word each.
_FUNCTIONS = {
    "log": "log", "ln": "log", "exp": "exp", "sqrt": "sqrt", "max": "max", "maximum": "max", "min": "min", "minimum": "min",
    "tanh": "tanh", "sum": "sum", "mean": "mean", "abs": "abs", "sin": "sin", "cos": "cos", "square": "square",
    "prod": "prod", "where": "where", "sign": "sign", "log1p": "log1p", "expm1": "expm1", "logaddexp": "logaddexp",
}  # fmt: skip
_TIMES = {"cdot", "times", "odot", "ast"}
_SPACE = {
    "left",
    "right",
    "big",
    "Big",
    "bigl",
    "bigr",
    "quad",
    "qquad",
    "mathrm",
    "text",
    "mathbf",
    "operatorname",
    "displaystyle",
}


def skeletons(text: str) -> Iterator[tuple[str, ...]]:
    """The skeletons of the right sides of all formulas and code pieces in a text of Markdown."""
    for found in _DISPLAY.finditer(text):
        for side in re.split(r"=|\\(?:approx|propto|leftarrow|gets|le|ge|to)\b|\\\\|\\;", found[1] or found[2]):
            skeleton = of_latex(side)
            if weight(skeleton) >= LEAST:
                yield skeleton
    for found in _CODE.finditer(text):
        for line in (found[1] or found[2]).splitlines():
            skeleton = of_code(line.strip())
            if weight(skeleton) >= LEAST:
                yield skeleton


def weight(skeleton: tuple[str, ...]) -> int:
    """How many operators and functions a skeleton has."""
    return sum(part not in ("_", "1", "2") and not part.replace(".", "").isdigit() for part in skeleton)


def of_code(line: str) -> tuple[str, ...]:
    """The skeleton of a statement's right side; empty where the line is no statement that computes."""
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        return ()
    value = getattr(statement, "value", None)
    return tuple(_of_node(value)) if isinstance(value, ast.AST) else ()


_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "*", ast.Div: "/", ast.Pow: "^", ast.USub: "-",
}  # fmt: skip


def _of_node(node: ast.AST) -> Iterator[str]:
    """Operators and functions in the order in which a reader meets them; a product says nothing of its kind."""
    if isinstance(node, ast.BinOp):
        yield from _of_node(node.left)
        yield _OPERATORS.get(type(node.op), "?")
        yield from _of_node(node.right)
    elif isinstance(node, ast.UnaryOp):
        yield _OPERATORS.get(type(node.op), "?")
        yield from _of_node(node.operand)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _FUNCTIONS:
            yield _FUNCTIONS[name]
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value) else []
        for part in [*inner, *node.args] if name in _FUNCTIONS else [node]:
            yield from _of_node(part) if part is not node else ["_"]
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield f"{node.value:g}"
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield from _of_node(node.value)
    else:
        yield "_"


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "math")


def of_latex(formula: str) -> tuple[str, ...]:
    """The skeleton of one side of a formula in LaTeX: no subscripts, brackets and names; products made explicit."""
    tokens = [
        token for token in _TOKEN.findall(formula) if token.lstrip("\\") not in _SPACE and token not in ("\\,", "\\ ", "\\;")
    ]
    return tuple(_joined(_Reader(tokens).all()))


def _joined(parts: list[str]) -> Iterator[str]:
    """Put a product between two places that stand side by side."""
    before = ""
    for part in parts:
        atom = part == "_" or part.replace(".", "").isdigit()
        starts = atom or part in _FUNCTIONS.values()
        if starts and (before == "_" or before.replace(".", "").isdigit()) and before:
            yield "*"
        yield part
        before = part


class _Reader:
    """Reads tokens of LaTeX into parts of a skeleton."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def all(self, end: str = "") -> list[str]:
        parts: list[str] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == end:
                break
            parts += self._one(token)
        return parts

    def _group(self) -> list[str]:
        """What follows as one argument: a group in braces, or one token."""
        if self.at >= len(self.tokens):
            return []
        token = self.tokens[self.at]
        self.at += 1
        return self.all("}") if token == "{" else self._one(token)

    def _one(self, token: str) -> list[str]:
        bare = token.lstrip("\\")
        if token == "_":
            self._group()
            return []
        if token == "^":
            power = self._group()
            return [] if power in (["_"], []) and self.tokens[self.at - 1] in ("T", "\\top") else ["^", *power]
        if token == "\\frac":
            return [*self._group(), "/", *self._group()]
        if token == "e" and self.at < len(self.tokens) and self.tokens[self.at] == "^":
            self.at += 1
            return ["exp", *self._group()]
        if bare in _FUNCTIONS and token.startswith("\\"):
            return [_FUNCTIONS[bare]]
        if bare in _TIMES and token.startswith("\\"):
            return ["*"]
        if token in "+-*/":
            return [token]
        if token == "{":
            return self.all("}")
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return [token]
        if re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", token):
            return ["_"]
        return []
