"""The field's words: each is marked where it is first used, stands bold there, and comes back in the week's glossary.

A mark is a line of its own in a Markdown cell; learners never see it:

    # <!-- term: log-loss | minus the logarithm of the probability that was given to what came true. -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.faults import Fault
from autograder.course.parts import LessonCell

_MARK = re.compile(r"^<!--\s*term:(?P<body>.*?)-->\s*$")
_NEARLY = re.compile(r"<!--\s*terms?\b", re.IGNORECASE)
MEND = "write it alone on its line, as in: <!-- term: log-loss | what it is, in one sentence. -->"


@dataclass(frozen=True)
class Term:
    """A word of the field and what it means, in one sentence; `line` is where it is marked in lesson.py."""

    name: str
    meaning: str
    line: int


def terms_of(cells: tuple[LessonCell, ...] | list[LessonCell]) -> list[Term]:
    """The terms that a lesson marks, in the order of the text."""
    return [term for cell in cells if cell.markdown for term in _terms(cell)]


def without_terms(source: str) -> str:
    """A Markdown cell as learners read it."""
    return "\n".join(line for line in source.splitlines() if not _MARK.match(line.strip())).rstrip("\n")


def faults_of_terms(cells: list[LessonCell], file: Path) -> Iterator[Fault]:
    """Marks that cannot be read, terms marked twice, and terms that are not bold where they are marked."""
    seen: dict[str, int] = {}
    for cell in (cell for cell in cells if cell.markdown):
        for offset, line in enumerate(cell.source.splitlines()):
            found = _MARK.match(line.strip())
            if (found is None and _NEARLY.search(line)) or (found and _read(found["body"]) is None):
                yield Fault(file, cell.line + offset, f"a term that cannot be read: {line.strip()!r}", MEND)
        for term in _terms(cell):
            key = term.name.lower()
            if key in seen:
                yield Fault(file, term.line, f"the term {term.name!r} is marked in line {seen[key]} already", "keep the first")
            seen.setdefault(key, term.line)
            bold = {re.sub(r"\s+", " ", word).lower() for word in re.findall(r"\*\*(.+?)\*\*", cell.source, re.DOTALL)}
            if key not in bold:
                mend = f"write **{term.name}** where the word is first used, in the cell of the mark"
                yield Fault(file, term.line, f"the term {term.name!r} is not bold in its cell", mend)


def glossary(terms: list[Term]) -> str:
    """The glossary of a week in Markdown, in the order of the alphabet; empty where nothing is marked."""
    if not terms:
        return ""
    rows = [f"| **{term.name}** | {term.meaning} |" for term in sorted(terms, key=lambda term: term.name.lower())]
    return "\n".join(["## The words of this week", "", "| word | meaning |", "|---|---|", *rows])


def _terms(cell: LessonCell) -> Iterator[Term]:
    for offset, line in enumerate(cell.source.splitlines()):
        found = _MARK.match(line.strip())
        read = _read(found["body"]) if found else None
        if read is not None:
            yield Term(*read, cell.line + offset)


def _read(body: str) -> tuple[str, str] | None:
    name, bar, meaning = (part.strip() for part in body.partition("|"))
    return (name, meaning) if name and bar and meaning.endswith((".", "?", "!")) and "|" not in meaning else None
