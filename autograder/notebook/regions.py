"""The marked regions of a cell: solutions, which a release does not have, and hidden tests, which no learner sees."""

from __future__ import annotations

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
#: what a learner finds in place of a solution; nbgrader puts it there
STUB = 'raise NotImplementedError("Your turn: put your own code in place of this line.")'


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
