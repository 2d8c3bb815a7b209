"""What was measured, as a Markdown table that a page can hold as it is."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
from importlib.metadata import version
from pathlib import Path

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
#: contestant -> for each round: (seconds of start-up, seconds of the class)
Rounds = dict[str, list[tuple[float, float]]]


def machine() -> str:
    """The machine and what runs on it; no name."""
    models = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    names = ("nbgrader", "IPython", "numpy", "matplotlib")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{datetime.date.today()}; {model}, {os.cpu_count()} cores, each contestant pinned to one;"
        f" Linux {platform.release()}; Python {platform.python_version()}, {versions}"
    )


def ratio(rounds: Rounds, above: str, below: str, with_start: bool) -> str:
    """How many times as long one took as another, round by round: median (least to most)."""
    pairs = zip(rounds[above], rounds[below], strict=False)  # a slow one may have been in the first rounds only
    each = [_seconds(a, with_start) / _seconds(b, with_start) for a, b in pairs]
    return f"{statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"


def _seconds(one: tuple[float, float], with_start: bool) -> float:
    return one[0] + one[1] if with_start else one[1]


def rows(rounds: Rounds, submissions: int, unmeasured: dict[str, str], against: str) -> list[str]:
    """A row for each contestant; ratios are to `against`."""
    lines = [
        f"| contestant | start-up, s | s a submission | with start-up | times {against} | with start-up |",
        "|---|---|---|---|---|---|",
    ]
    for name, each in rounds.items():
        start, work = (statistics.median(one[k] for one in each) for k in (0, 1))
        both = statistics.median(sum(one) for one in each)
        known = work > 0  # what is measured as a whole has no part without start-up
        cells = [
            name, f"{start:.2f}" if known else "–", f"{work / submissions:.3f}" if known else "–", f"{both / submissions:.3f}",
            ratio(rounds, name, against, False) if known else "–", ratio(rounds, name, against, True),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines + [f"| {name} | not measured: {why} | | | | |" for name, why in unmeasured.items()]


def put(page: Path, text: str, marks: tuple[str, str] = (BEGIN, END), title: str = "What it costs") -> None:
    """Put the text between a page's two marks; at its end, under a title, where it has none."""
    begin, end = marks
    held = page.read_text(encoding="utf-8") if page.is_file() else ""
    before, mark, rest = held.partition(begin)
    if not mark:
        before, rest = f"{held.rstrip()}\n\n## {title}\n\n", f"{end}\n"
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
