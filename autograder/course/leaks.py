"""What learners must not have, and whether a text has it: solutions and hidden cases of their week and of later ones."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.course.parts import Lesson
from autograder.course.places import Course

#: A line of fewer words and signs than this is anybody's: `return x`, `rng = np.random.default_rng(0)`.
DISTINCTIVE = 7
_SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
_PUNCTUATION = set("()[]{},.:;")


@dataclass(frozen=True)
class Secret:
    """A piece of a week's solution or hidden tests, without its spaces."""

    week: str
    what: str
    text: str


def flat(text: str) -> str:
    """A text without spaces and line ends: no other layout hides a line."""
    return re.sub(r"\s+", "", text)


def readable(name: str, content: str) -> str:
    """The text of a file as a person sees it; a notebook's cells are taken out of their JSON."""
    if not name.endswith(".ipynb"):
        return content
    return "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def secrets(course: Course, week: str) -> list[Secret]:
    """The distinctive lines of a week's solutions and of its hidden cases, and what the hidden cases say.

    What the lesson's open text has is no secret. A hidden case may share lines with a visible one (fresh draws of
    the same property): those are no secret either.
    """
    lesson = course.lesson(week)
    open_text = flat(lesson.open_text)
    visible = open_text + flat((course.folder(week) / "checks.py").read_text(encoding="utf-8"))
    hidden = (course.folder(week) / "hidden.py").read_text(encoding="utf-8")
    found = [Secret(week, what, line) for what, line in _solution_lines(lesson) if line not in open_text]
    found += [Secret(week, what, line) for what, line in _hidden_lines(hidden) if line not in visible]
    return found


def _solution_lines(lesson: Lesson) -> Iterator[tuple[str, str]]:
    for exercise in lesson.exercises:
        for line in distinctive_lines(exercise.solution):
            yield f"solution of {exercise.id}", line


def _hidden_lines(source: str) -> Iterator[tuple[str, str]]:
    for line in distinctive_lines(source):
        yield "hidden.py", line
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("case", "twin"):
            at = 1 if node.func.id == "case" else 2
            says = node.args[at] if len(node.args) > at else None
            if isinstance(says, ast.Constant) and isinstance(says.value, str):
                yield "a hidden case's words", flat(says.value)


def distinctive_lines(source: str) -> list[str]:
    """The lines of code that could only come from here, flat and without comments."""
    lines = []
    for line in source.splitlines():
        words = _words(line)
        if sum(word not in _PUNCTUATION for word in words) >= DISTINCTIVE:
            lines.append(flat("".join(words)))
    return lines


def _words(line: str) -> list[str]:
    """The tokens of one line; of a line that cannot stand alone, those up to where it breaks off."""
    words: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type not in _SKIPPED and token.string:
                words.append(token.string)
    except (tokenize.TokenError, IndentationError):
        pass
    return words


def leaked(found: list[Secret], files: Mapping[str, str]) -> list[str]:
    """Where a secret stands in one of these files (name to content), a line each."""
    texts = {name: flat(readable(name, content)) for name, content in files.items()}
    return [
        f"{name}: {secret.what} of {secret.week}: {secret.text}"
        for name, text in texts.items()
        for secret in found
        if secret.text in text
    ]


def release_leaks(course: Course, week: str) -> list[str]:
    """What a week's release holds of its own or a later week's secrets.

    A line that an earlier week's solution has too has been given out by then.
    """
    folder = course.release / week
    files = {
        f"release/{week}/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".py", ".ipynb", ".json", ".md", ".txt")
    }
    earlier = {
        secret.text for past in course.weeks() if past < week for secret in secrets(course, past) if "solution" in secret.what
    }
    kept = [
        secret for coming in course.weeks() if coming >= week for secret in secrets(course, coming) if secret.text not in earlier
    ]
    return leaked(kept, files)
