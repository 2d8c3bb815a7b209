"""What was drawn before: how often each right answer was tried by each random case of a week, kept beside its texts.

It is evidence, no verdict: it says where the next draws tell most. The file holds for the week as it is, with what it
needs, its data and the vocabulary of cases; once one of them changes, counting begins anew.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import autograder.cases
from autograder import datafiles
from autograder.course.parts import Lesson
from autograder.course.places import Course

NAME = "evidence.json"
REFERENCE = "the reference"
# Modules of cases/ that show what came out and decide nothing: a new look of the card makes no draw untrue.
SHOWS = frozenset(
    {
        "again.py", "calls.py", "causes.py", "check.py", "journal.py", "pictures.py", "progress.py", "report.py", "score.py",
        "still_open.py", "tell.py",
    }
)  # fmt: skip
RUN, WEEK = 20_000, 5_000  # draws that CI makes in a run, over all weeks; and at most for each: its audit is to stay short


@dataclass(frozen=True, order=True)
class Pair:
    """A random case and a right answer that it must spare; `fresh` draws are made at a time."""

    week: str
    exercise: str
    case: str
    answer: str
    fresh: int

    @property
    def name(self) -> str:
        """How the pair is called in the week's file."""
        return f"{self.exercise}/{self.case}/{self.answer}"


def key_of(course: Course, week: str) -> str:
    """The key of all that decides whether a week's right answers pass: its code, what it needs, its data, cases/ but for `SHOWS`.

    Data is the week's where its name stands quoted in these texts: another week's new file changes nothing here.
    """
    found = hashlib.sha256()
    cases = Path(autograder.cases.__file__).parent
    for path in sorted(cases.rglob("*.py")):
        if path.relative_to(cases).as_posix() not in SHOWS:
            found.update(path.read_bytes())
    texts = []
    for lesson in _with_needs(course, course.lesson(week)):
        texts.append("\0".join(cell.source for cell in lesson.cells if not cell.markdown))
        texts += [course.module(module).read_text(encoding="utf-8") for module in lesson.modules]
    for name in ("checks.py", "explore.py", "hidden.py", "rivals.py"):
        texts.append((course.folder(week) / name).read_text(encoding="utf-8"))
    for text in (*texts, *_data(course, set(re.findall(r"""["']([\w.-]+)["']""", " ".join(texts))))):
        found.update(text.encode() + b"\0")
    return found.hexdigest()[:32]


def _data(course: Course, words: Collection[str]) -> Iterator[str]:
    """What the manifests say of the data sets and files that are named, and the checksums of files that are there."""
    for folder in (course.root / "data", course.root / "data" / "held_out"):
        path = folder / datafiles.MANIFEST
        told = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        named = {name: one for name, one in told.get("datasets", {}).items() if name in words}
        files = {one["file"] for one in named.values()}
        files |= {name for name in {*told.get("files", {}), *(p.name for p in folder.glob("*.h5"))} if name in words}
        yield from (repr((name, sorted(one.items()))) for name, one in sorted(named.items()))
        for name in sorted(files):
            stated = told.get("files", {}).get(name, {}).get("sha256", "")
            there = hashlib.sha256((folder / name).read_bytes()).hexdigest() if (folder / name).is_file() else "gone"
            yield f"{name} {stated} {there}"


def _with_needs(course: Course, lesson: Lesson) -> list[Lesson]:
    """A lesson and those that it takes pieces from, near and far, each once."""
    found = {lesson.week: lesson}
    for need in lesson.needs:
        found.update({one.week: one for one in _with_needs(course, course.earlier(need, lesson))})
    return [found[week] for week in sorted(found)]


def read(course: Course, week: str) -> dict[str, int]:
    """How often each pair of a week was tried, by the pair's name; nothing where the week has changed since."""
    path = course.folder(week) / NAME
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {str(k): int(v) for k, v in kept.get("draws", {}).items()} if kept.get("key") == key_of(course, week) else {}


def add(course: Course, week: str, draws: Mapping[str, int]) -> None:
    """Add draws that were spared to a week's file."""
    known = read(course, week)
    total = {name: known.get(name, 0) + draws.get(name, 0) for name in sorted({*known, *draws})}
    text = json.dumps({"key": key_of(course, week), "draws": total}, indent=1, ensure_ascii=False) + "\n"
    (course.folder(week) / NAME).write_text(text, encoding="utf-8")


def plan(pairs: Iterable[Pair], tried: Mapping[str, Mapping[str, int]], draws: int | None = None) -> dict[Pair, int]:
    """How many draws each pair gets.

    Every pair gets a twentieth of its number, one at least. The rest goes by its whole number to the pair that was tried
    least, measured in that number, new ones first.

    Parameters
    ----------
    pairs : of all weeks that are looked at.
    tried : by week and pair's name, how often before.
    draws : how many are made in all; by default those of a run in CI, in which no pair gets more than its number.
    """
    few = {pair: max(1, pair.fresh // 20) for pair in sorted(pairs)}
    left = (min(RUN, WEEK * len({pair.week for pair in few})) if draws is None else draws) - sum(few.values())
    given = dict.fromkeys(few, 0)
    queue = [(tried.get(pair.week, {}).get(pair.name, 0) / pair.fresh, pair) for pair in given]
    heapq.heapify(queue)
    while queue and left > 0:
        times, pair = heapq.heappop(queue)
        more = min(left, pair.fresh)
        given[pair] += more
        left -= more
        if draws is not None:
            heapq.heappush(queue, (times + 1, pair))
    return {pair: max(given[pair], few[pair]) for pair in given}
