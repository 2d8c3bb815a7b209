"""How a contract reads: short sentences in common words, for people who read English as a second language.

Looked at is the statement of an exercise without its folded help, code, formulas and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course.faults import Fault
from autograder.course.parts import Exercise

WORDS = 25  # of one sentence, at most
MARKS = 1  # colons and semicolons of one sentence, at most
AVOIDED = ("whatever", "whichever", "whosoever", "notwithstanding", "thereof", "herein")

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_INLINE = re.compile(r"`[^`]*`|\$[^$]*\$")
_END = re.compile(r"(?<=[.!?])[\"”)*_]*\s+(?=[A-Z“\"(*_`X])")


def faults_of_contract(exercise: Exercise, file: Path) -> Iterator[Fault]:
    """Sentences of a contract that are too long or too winding, each with the line where it begins."""
    statement = exercise.statement
    text = _blank_out(_blank_out(_blank_out(statement.source, _FOLDED), _FENCED), _FORMULA)
    heading = next((n for n, line in enumerate(text.splitlines()) if f"`{exercise.id}`" in line and line.startswith("###")), 0)
    for offset, sentence in _sentences(text, heading + 1):
        words = sentence.split()
        line = statement.line + offset
        start = " ".join(words[:6])
        if len(words) > WORDS:
            mend = "say it in two sentences"
            yield Fault(file, line, f"{exercise.id}: a sentence of {len(words)} words ({WORDS} at most): “{start} …”", mend)
        if len(re.findall(r"[:;](?=\s|$)", sentence)) > MARKS:
            mend = "end the sentence at one of them"
            yield Fault(file, line, f"{exercise.id}: more than {MARKS} colon or semicolon in “{start} …”", mend)
        for word in AVOIDED:
            if re.search(rf"\b{word}\b", sentence, re.IGNORECASE):
                yield Fault(file, line, f"{exercise.id}: “{word}” in “{start} …”", "use a plainer word")


def _sentences(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Each sentence of a text in Markdown with the number of its line, counted from 0; code and formulas count as one word."""
    for at, block in _blocks(text.splitlines(), first):
        flat = _INLINE.sub("X", block)
        place = 0
        for sentence in _END.split(flat):
            yield at + flat[:place].count("\n"), sentence
            place = flat.find(sentence, place) + len(sentence)


def _blocks(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    """Paragraphs and items of lists; headings, tables and what is not prose are left out."""
    begun, held = first, list[str]()
    for number, line in enumerate(lines[first:], first):
        bare = line.strip()
        item = re.match(r"(?:[-*]|\d+\.)\s+(.*)", bare)
        if not bare or item or bare.startswith(("|", "#", "<")):
            if held:
                yield begun, "\n".join(held)
            begun, held = number, [item[1]] if item else []
        else:
            if not held:
                begun = number
            held.append(bare)
    if held:
        yield begun, "\n".join(held)


def _blank_out(text: str, what: re.Pattern[str]) -> str:
    """The text with what is not prose taken out, and its lines kept."""
    return what.sub(lambda found: "\n" * found[0].count("\n"), text)
