"""How each test cell of an assignment is run, found out by trying: apart, inside, or by nobody until the instructor has said so.

The source's own solution is run before anybody's work. A test that gives it full marks from the grader's side of the wall is
run there. One that does so only in the learner's process is run there where the instructor has agreed to it, for her code can
meet it. One that never does is a mistake in the source. This workbook's own weeks are not tried: all their tests run apart.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import NotGraded
from autograder.files import write_whole
from autograder.grading.judge.assignment import BY_HAND, INSIDE, Assignment, engine
from autograder.grading.judge.job import Graded, Job, digest_of
from autograder.grading.state import state_folder
from autograder.notebook import format as nbio

BROKEN = "broken"
Run = Callable[[Assignment, Job], Graded]


@dataclass(frozen=True)
class Odd:
    """A test cell that does not give the source's own solution full marks from the grader's side.

    Attributes
    ----------
    way : "inside" where it does in the learner's process, else "broken".
    why : what went wrong on the grader's side.
    """

    notebook: str
    id: str
    points: float
    way: str
    why: str


def odd_cells(root: Path, made: Assignment, run: Run) -> list[Odd]:
    """The cells that cannot be run apart; tried anew where the source, what lies beside it, or the engine has changed.

    Parameters
    ----------
    run : grades one job.
    """
    if made.is_week or not made.sources:
        return []
    content = digest_of([made.sources, made.beside, made.limits, engine()])
    path = state_folder(root) / "ways" / f"{made.name}.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["content"] == content:
            return [Odd(**one) for one in raw["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = _tried(made, run)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = {"content": content, "cells": [dataclasses.asdict(one) for one in found]}
    write_whole(path, json.dumps(raw, indent=1).encode())
    return found


def with_ways(made: Assignment, odd: Sequence[Odd], agreed: bool) -> Assignment:
    """The assignment with the way of each such cell: inside where that was agreed to, else a human's."""
    ways: dict[str, dict[str, str]] = {}
    for one in odd:
        ways.setdefault(one.notebook, {})[one.id] = INSIDE if agreed and one.way == INSIDE else BY_HAND
    return dataclasses.replace(made, ways=ways)


def waiting(made: Assignment) -> int:
    """How many of its test cells are left to humans."""
    return sum(way == BY_HAND for cells in made.ways.values() for way in cells.values())


def is_agreed(inside: bool | Collection[str], assignment: str) -> bool:
    """Whether the instructor has agreed for an assignment: for all, or for those that she named."""
    return inside if isinstance(inside, bool) else assignment in inside


def in_words(assignment: str, odd: Sequence[Odd], agreed: bool) -> list[str]:
    """What the instructor is told: each cell with its reason, what a learner could do there, how many points."""
    lines = list[str]()
    if inside := [one for one in odd if one.way == INSIDE]:
        points = sum(one.points for one in inside)
        many = f"{len(inside)} test cell{'s' if len(inside) > 1 else ''} of {assignment} ({points:g} points)"
        lines.append(f"{many} run inside the learner's process, as was agreed:" if agreed else f"{many} not graded here:")
        lines += [f"  {one.id} ({one.points:g}): {one.why}" for one in inside]
        if not agreed:
            lines += [
                "  Apart, behind the wall, the source's own solution does not pass them; in the learner's process it does.",
                "  There her code could read such a test while it runs, and pass it without the answer; it reaches nothing else.",
                f'  Mend: agree once, plug(c, inside=["{assignment}"]) in nbgrader_config.py; or let the test compare',
                "  plain data; or give these points in formgrader.",
            ]
    if broken := [one for one in odd if one.way == BROKEN]:
        lines.append(f"The source of {assignment} does not pass its own tests, so these are not graded here:")
        lines += [f"  {one.id} ({one.points:g}): {one.why}" for one in broken]
        lines.append(
            f"  Mend: the solution or the test in source/{assignment}; a test must not need what an earlier test changed."
        )
    return lines


def _tried(made: Assignment, run: Run) -> list[Odd]:
    plain = dataclasses.replace(made, ways={}, checksums={}, settings={})
    apart = _graded(plain, run)
    points = {name: _points(text) for name, text in apart.texts.items()}
    failed = [
        (name, id)
        for name, cells in apart.grades.items()
        for id, score in cells.items()
        if score is not None and score < points[name][id]
    ]
    if not failed:
        return []
    ways: dict[str, dict[str, str]] = {}
    for name, id in failed:
        ways.setdefault(name, {})[id] = INSIDE
    inside = _graded(dataclasses.replace(plain, ways=ways), run)
    found = []
    for name, id in failed:
        here, there, most = apart.grades[name][id] or 0.0, inside.grades[name][id] or 0.0, points[name][id]
        if there <= here and here > 0:
            continue  # the solution itself gets a part of the points
        why = _why(apart.texts[name], id)
        found.append(Odd(name, id, most, INSIDE if there > here else BROKEN, why))
    return found


def _graded(made: Assignment, run: Run) -> Graded:
    """What the source's own solution comes to."""
    texts = {name: nbio.dumps_unchecked(nbio.reads(text)) for name, text in made.sources.items()}
    graded = run(made, Job("", texts, {}, {}, {}, {}))
    if graded.trouble:
        raise NotGraded(f"the source's own solution could not be run: {graded.trouble}")
    return graded


def _points(text: str) -> dict[str, float]:
    settings = [cell.metadata.get("nbgrader", {}) for cell in nbio.reads_plain(text).cells]
    return {one["grade_id"]: float(one.get("points", 0)) for one in settings if one.get("grade") or one.get("task")}


def _why(text: str, id: str) -> str:
    for cell in nbio.reads_plain(text).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == id:
            for output in cell.outputs:
                if output.output_type == "error":
                    line = output.traceback[0].strip() if output.traceback else ""
                    where = f"{line}: " if line.startswith("line ") else ""
                    return f"{where}{output.ename}: {output.evalue}".strip(": ")[:300].replace("\n", " ")
    return "fewer points than it is worth"
