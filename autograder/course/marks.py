"""The marks on a cell of lesson.py: `# %% role="check" id="check_softmax" points=2`.

jupytext reads the cells; the marks are read here, strictly. jupytext takes a mark that it does not understand
for a title, or drops it without a word, and a points mark that is lost makes an exercise worth nothing.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.faults import Fault, LessonError

Value = str | float

#: role -> the marks that a cell of this role must have, besides the role
ROLES: dict[str, tuple[str, ...]] = {
    "given": ("id",),
    "guess": ("id",),
    "answer": ("id",),
    "studio": ("id",),
    "check": ("id", "points"),
    "hidden": ("id", "points"),
    "show": ("id",),
    "try": ("id",),
}
WEEK_MARKS = ("needs",)

_CELL = re.compile(r"# ?%%(?P<markdown>\s*\[(?:markdown|md)\])?(?P<marks>.*)$")
_MARK = re.compile(r"\s*(?P<key>[A-Za-z_]\w*)=(?P<value>\"[^\"]*\"|\S+)")
_NEED = re.compile(r"(week\d+\.)?[A-Za-z]\w*")
_IDENTIFIER = re.compile(r"[A-Za-z]\w{0,39}")


@dataclass(frozen=True)
class Marks:
    """The first line of a cell, read."""

    line: int
    markdown: bool
    values: dict[str, Value] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The mark's text, empty where the cell does not have it."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else str(value)


def cell_lines(text: str, file: Path) -> list[tuple[int, str]]:
    """The lines that open a cell, numbered from 1; a `# %%` inside a string opens none."""
    try:
        compile(text, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise LessonError.one(file, line, f"this is not Python: {error.args[0]}", "correct the code of this cell") from error
    return [
        (token.start[0], token.string.rstrip())
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and token.start[1] == 0 and _CELL.match(token.string)
    ]


def read_marks(line: int, text: str, file: Path) -> tuple[Marks, list[Fault]]:
    """Read one opening line strictly, and collect what is wrong with it."""
    match = _CELL.match(text)
    assert match is not None, "cell_lines gives only lines that open a cell"
    values, faults = _values(line, match["marks"], file)
    marks = Marks(line, match["markdown"] is not None, values)
    return marks, faults + list(_unfit(marks, file))


def _values(line: int, text: str, file: Path) -> tuple[dict[str, Value], list[Fault]]:
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    at = 0
    while text[at:].strip():
        match = _MARK.match(text, at)
        if match is None:
            mend = 'write marks as key="text" or key=2, with one space between them'
            return values, [*faults, Fault(file, line, f"cannot read the mark {text[at:].strip()!r}", mend)]
        at = match.end()
        key, raw = match["key"], match["value"]
        if key in values:
            faults.append(Fault(file, line, f"the mark {key!r} stands twice", "keep one of them"))
        value = _value(raw)
        if value is None:
            faults.append(Fault(file, line, f"the mark {key}={raw} has no value that can be read", _value_mend(key, raw)))
        else:
            values[key] = value
    return values, faults


def _value(raw: str) -> Value | None:
    if raw.startswith('"'):
        return raw[1:-1] if raw.endswith('"') and len(raw) > 1 else None
    return float(raw) if re.fullmatch(r"\d+(\.\d+)?", raw) else None


def _value_mend(key: str, raw: str) -> str:
    if raw in ("True", "False"):
        json = f"marks are JSON, which writes {raw.lower()} for {raw}"
        return f"{json}; and no mark here is a yes or no: take {key} away or give it a number"
    return f'put text in double quotes ({key}="…"), and write numbers plainly ({key}=2)'


def _unfit(marks: Marks, file: Path) -> Iterator[Fault]:
    """What does not fit together on one line: role, id, points."""
    if marks.markdown:
        yield from _unfit_markdown(marks, file)
        return
    role = marks.text("role")
    if "role" not in marks.values:
        yield Fault(file, marks.line, "a code cell without a role", f'add role="…", one of: {", ".join(ROLES)}')
        return
    if role not in ROLES:
        yield Fault(file, marks.line, f"unknown role {role!r}", f"use one of: {', '.join(ROLES)}")
        return
    wanted = ROLES[role]
    for key in marks.values:
        if key != "role" and key not in wanted:
            yield Fault(
                file,
                marks.line,
                f"unknown mark {key!r} on a cell of role {role!r}",
                f"take it away; this role has: {', '.join(wanted)}",
            )
    for key in wanted:
        if key not in marks.values:
            yield Fault(
                file,
                marks.line,
                f"a cell of role {role!r} without {key}",
                f"add {key}={'2' if key == 'points' else chr(34) + '…' + chr(34)}",
            )
    yield from _unfit_values(marks, file)


def _unfit_values(marks: Marks, file: Path) -> Iterator[Fault]:
    if "id" in marks.values and not _IDENTIFIER.fullmatch(marks.text("id")):
        yield Fault(
            file,
            marks.line,
            f"the id {marks.text('id')!r} is not a name",
            "use letters, digits and _, at most 40 of them, a letter first",
        )
    points = marks.values.get("points")
    if points is not None and (isinstance(points, str) or points <= 0):
        yield Fault(
            file,
            marks.line,
            f"points={points!r} is not a positive number",
            "write a number above zero without quotes, as in points=2",
        )


def _unfit_markdown(marks: Marks, file: Path) -> Iterator[Fault]:
    role = marks.values.get("role")
    if role is not None and role != "week":
        yield Fault(file, marks.line, f"unknown role {role!r} on a markdown cell", 'only the first cell has a role, "week"')
    for key in marks.values:
        if key != "role" and (role != "week" or key not in WEEK_MARKS):
            yield Fault(
                file,
                marks.line,
                f"unknown mark {key!r} on a markdown cell",
                'take it away; only the cell of role "week" has marks: needs',
            )
    for need in marks.text("needs").split():
        if not _NEED.fullmatch(need):
            yield Fault(
                file,
                marks.line,
                f"the need {need!r} cannot be read",
                'write needs="week01.standardise tape": an exercise of an earlier week, a module of notebooks/kit/',
            )
