"""The marked regions of a cell: solutions, which a release does not have, and hidden tests, which no learner sees."""

from __future__ import annotations

from typing import NamedTuple

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
#: what a learner finds in place of a solution; nbgrader puts it there
STUB = 'raise NotImplementedError("Your turn: put your own code in place of this line.")'
SCHEME = "MARK SCHEME"


class Marks(NamedTuple):
    """The texts by which nbgrader finds a region's first line and its last: any line that holds them."""

    begin_solution: str = "BEGIN SOLUTION"
    end_solution: str = "END SOLUTION"
    begin_hidden: str = BEGIN_HIDDEN
    end_hidden: str = END_HIDDEN
    begin_scheme: str = f"BEGIN {SCHEME}"
    end_scheme: str = f"END {SCHEME}"


#: a mark of nbgrader's -> the line that stands for it here; what only an instructor sees of a task is hidden, too
_LINES = Marks(BEGIN, END, f"### {BEGIN_HIDDEN}", f"### {END_HIDDEN}", f"### {BEGIN_HIDDEN}", f"### {END_HIDDEN}")


def in_our_marks(source: str, marks: Marks) -> str:
    """A cell's text with nbgrader's regions marked in the one way that everything here reads; the same where they are."""
    lines = []
    for line in source.split("\n"):
        ours = next((to for mark, to in zip(marks, _LINES, strict=True) if mark in line), None)
        if ours is None or line.strip() == ours or (ours != BEGIN and ours != END and ours[4:] in line):
            lines.append(line)
        else:
            lines.append(line[: len(line) - len(line.lstrip())] + ours)
    return "\n".join(lines)


def split_solution(source: str) -> tuple[str, str]:
    """The open lines of a cell and those of its solution regions, without the markers."""
    open_lines: list[str] = []
    solution: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        else:
            (solution if inside else open_lines).append(line)
    return "\n".join(open_lines), "\n".join(solution)


def without_markers(source: str) -> str:
    """The source with its solutions and without the two marker lines: code that runs."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))


def without_hidden(source: str) -> str:
    """The text of a test cell without its hidden region."""
    lines, inside = [], False
    for line in source.split("\n"):
        if BEGIN_HIDDEN in line:
            inside = True
        elif END_HIDDEN in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def hidden_lines(source: str) -> list[str]:
    """The lines of a test cell's hidden region, bare."""
    lines, inside = [], False
    for line in source.split("\n"):
        if BEGIN_HIDDEN in line or END_HIDDEN in line:
            inside = BEGIN_HIDDEN in line
        elif inside and len(line.strip()) > 3:
            lines.append(line.strip())
    return lines
