"""What the suite found, as tables that docs/grading.md holds between two marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bench.conformance.suite import ALL, Found

BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
WAYS = ("apart", "inside", "human", "broken")


def text(found: Sequence[Found]) -> str:
    """The tables: what was tried of each tool, what runs inside and why, what differs and why."""
    lines = [
        "`python -m bench.conformance`: each idiom with a right and a wrong answer, graded by plain nbgrader and by `workbook grade`",
        "with `plug(c, inside=True)`. Two scores are compared for each.",
        "",
        "| idioms of | tried | apart | inside | a human's | not graded here | differ |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in [one.name for one in ALL]:
        lines.append(_counts(name, [one for one in found if one.of == name]))
    lines += [_counts("all", found), "", "| graded inside | what is said of it apart |", "|---|---|"]
    lines += [f"| {_name(one)} | {_cell(one.why)} |" for one in found if one.way == "inside"]
    lines += ["", "| differs from plain nbgrader | plain: right, wrong | here: right, wrong | reason |", "|---|---|---|---|"]
    lines += [
        f"| {_name(one)} | {_two(one.plain)} | {_two(one.ours)} | {_cell(one.idiom.reason)} |" for one in found if one.differs
    ]
    return "\n".join(lines)


def faults(found: Sequence[Found]) -> list[str]:
    """Differences without a reason, reasons without a difference, and idioms that plain nbgrader does not tell apart."""
    lines = []
    for one in found:
        if one.differs and not one.idiom.reason:
            lines.append(f"{_name(one)}: plain nbgrader {_two(one.plain)}, here {_two(one.ours)}, and no reason is given")
        if one.idiom.reason and not one.differs:
            lines.append(f"{_name(one)}: a reason is given, and nothing differs")
        right, wrong = one.plain
        if one.way == "broken" and not one.idiom.reason:
            lines.append(f"{_name(one)}: its own solution does not pass here: {one.why}")
        if one.idiom.test and not one.idiom.reason and (right != one.idiom.points or wrong is None or wrong >= one.idiom.points):
            lines.append(f"{_name(one)}: plain nbgrader gives {_two(one.plain)}, so this tests nothing")
    return lines


def of_page(page: Path) -> str:
    """What stands between a page's marks."""
    return page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip("\n")


def put(page: Path, made: str) -> None:
    """Put the text between a page's marks."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    if not mark:
        raise SystemExit(f"{page} has no {BEGIN}")
    page.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _counts(name: str, found: Sequence[Found]) -> str:
    ways = [sum(one.way == way for one in found) for way in WAYS]
    return f"| {name} | {len(found)} | {' | '.join(map(str, ways))} | {sum(one.differs for one in found)} |"


def _name(one: Found) -> str:
    return f"{one.idiom.of} (`{one.idiom.name}`)"


def _two(scores: tuple[float | None, float | None]) -> str:
    return ", ".join("–" if score is None else f"{score:g}" for score in scores)


def _cell(words: str) -> str:
    bare = re.sub(r"0x[0-9a-f]+|(?<=')/[^']*/", "…", words)  # an address, a folder made for this run
    return bare.replace("|", "\\|").replace("\n", " ")
