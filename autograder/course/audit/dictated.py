"""How much of a solution the lesson's open text dictates.

A line of the solution is dictated where it stands in the exercise's open text, where a formula there (in LaTeX or in code) has
the skeleton of its right side, or where its left side is given and every name, number and operator of its right side
appears too. Folded help does not count: taking it is a choice. A tripwire only: see `formulas`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize

from autograder.course.audit.formulas import LEAST, of_code, skeletons, weight
from autograder.course.parts import Exercise, Lesson

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_COMMON = {"self", "return", "np", "for", "in", "if", "else", "not", "and", "or", "is", "None", "True", "False"}


def open_text(lesson: Lesson, exercise: Exercise) -> str:
    """The prose since the exercise before, the statement, and the open lines of the answer cell; no folded help."""
    parts: list[str] = []
    for cell in lesson.cells:
        if cell is exercise.answer:
            break
        if cell.markdown or cell.role in ("show", "guess", "given", "try"):
            parts.append(_FOLDED.sub("", cell.source))
        elif cell.role in ("answer", "studio"):
            parts.clear()
    return "\n".join([*parts, exercise.open_answer])


def solution_lines(exercise: Exercise) -> list[str]:
    """The lines of the solution that say something: no blank lines, comments, docstrings or lone keywords."""
    lines = []
    for line in exercise.solution.splitlines():
        bare = re.sub(r"\s+#.*$", "", line).strip()
        if bare and not bare.startswith(("#", '"""')) and bare not in ("else:", "try:", "pass", "continue", ")", "]"):
            lines.append(bare)
    return lines


def dictated(lesson: Lesson, exercise: Exercise) -> tuple[int, int]:
    """How many lines of the solution are dictated, and how many there are."""
    text = open_text(lesson, exercise)
    flat, words, formulas = _flat(text), _tokens(text), set(skeletons(text))
    lines = solution_lines(exercise)
    return sum(_is_dictated(line, flat, words, formulas) for line in lines), len(lines)


def _is_dictated(line: str, flat: str, words: set[str], formulas: set[tuple[str, ...]]) -> bool:
    if len(_flat(line)) > 3 and _flat(line) in flat:
        return True
    skeleton = of_code(line)
    if weight(skeleton) >= LEAST and skeleton in formulas:
        return True
    left, right = _sides(line)
    return bool(left) and _flat(left) + "=" in flat and _tokens(right) - _COMMON <= words


def _sides(line: str) -> tuple[str, str]:
    """The two sides of an assignment; two empty strings where the line is none."""
    try:
        node = ast.parse(line).body[0]
    except (SyntaxError, IndexError):
        return "", ""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]), ast.unparse(node.value)
    return "", ""


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _tokens(text: str) -> set[str]:
    """Names, numbers and operators, as far as the text reads as Python."""
    kinds = (tokenize.NAME, tokenize.NUMBER, tokenize.OP)
    found: set[str] = set()
    for line in text.splitlines():
        try:
            for token in tokenize.generate_tokens(io.StringIO(line + "\n").readline):
                if token.type in kinds and token.string not in "()[],:.":
                    found.add(token.string)
        except (tokenize.TokenError, IndentationError):
            continue
    return found
