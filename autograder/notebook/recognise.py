"""Which of the course's cells is it? The one reader for grading, `workbook update` and `workbook reset`.

An editor, or pasting into a new notebook, loses metadata and ids. Then a cell of the course is known by its text, and an
answer by the names that it defines.
"""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.notebook.reading import ReadCell
from autograder.notebook.regions import split_solution

_DEFINES = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Known:
    """A cell of the course.

    Attributes
    ----------
    id : what the course calls it.
    cell_id : the cell's own id; empty where it has none.
    texts : how it may stand in a learner's notebook, plain (see `plain`); none where its text says nothing.
    defines : names by which an answer is known.
    """

    id: str
    cell_id: str = ""
    texts: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()


def plain(source: str) -> str:
    """A text without blanks at its lines' ends and empty lines round it."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def named_in(answer: str) -> frozenset[str]:
    """The names that an answer cell of the course asks for: what its open lines define."""
    return _defined(split_solution(answer)[0]) or _defined(answer)


def _defined(source: str) -> frozenset[str]:
    return frozenset(found[1] or found[2] for found in _DEFINES.finditer(source))


def recognise(cells: Sequence[ReadCell], course: Sequence[Known]) -> list[str | None]:
    """For each of a learner's cells what the course calls it; None for one of her own. A name may stand several times.

    By nbgrader's metadata, else by the builder's, else by the cell's id. Where nothing claims a cell of the course, by its
    text; an answer by what it defines, where several define it by the last.
    """
    by_id, by_cell_id = {one.id for one in course}, {one.cell_id: one.id for one in course if one.cell_id}
    found = [_claimed(cell, by_id) or by_cell_id.get(cell.id) for cell in cells]
    missing = [one for one in course if one.id not in found]
    _by_text(cells, missing, found)
    for one in missing:
        if one.defines and one.id not in found:
            _by_names(cells, one, found)
    return found


def _claimed(cell: ReadCell, known: set[str]) -> str | None:
    ours = cell.metadata.get("autograder")
    for claim in (cell.claims.get("grade_id"), ours.get("id") if isinstance(ours, dict) else None):
        if isinstance(claim, str) and claim in known:
            return claim
    return None


def _by_text(cells: Sequence[ReadCell], missing: Sequence[Known], found: list[str | None]) -> None:
    """Cells of the same text are the course's in its order; a further one is a copy of the last."""
    waiting: dict[str, collections.deque[str]] = collections.defaultdict(collections.deque)
    for one in missing:
        for text in one.texts - {""}:
            waiting[text].append(one.id)
    for place, cell in enumerate(cells):
        if found[place] is None and (text := plain(cell.source)) in waiting:
            queue = waiting[text]
            while len(queue) > 1 and queue[0] in found:
                queue.popleft()
            found[place] = queue[0]


def _by_names(cells: Sequence[ReadCell], one: Known, found: list[str | None]) -> None:
    free = [(place, one.defines & _names(cell.source)) for place, cell in enumerate(cells) if found[place] is None]
    whole = [place for place, names in free if names == one.defines] or [place for place, names in free if names]
    if whole:
        found[whole[-1]] = one.id


@functools.lru_cache(4096)
def _names(source: str) -> frozenset[str]:
    return _defined(source)
