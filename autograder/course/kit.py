"""Write kit.py: the reference pieces of earlier weeks, lifted out of their lessons, and whole modules of the course's own.

A solution stays written once, in the lesson of its week, and is on no learner's machine before that week is over. What is
nobody's exercise, but must not be there before its week either, is a module under notebooks/kit/: it lies beside kit.py,
and is `kit.tape` there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from autograder.course.faults import LessonError
from autograder.course.parts import Lesson
from autograder.course.places import Course
from autograder.notebook.lift import Statement, lift
from autograder.notebook.regions import without_markers

#: what an exercise's answer binds: asked of checks.py, where it is declared
Names = Callable[[Lesson], dict[str, tuple[str, ...]]]

_ROLES = ("given", "answer", "studio", "try")
_NOT_HERE = {"check": "it belongs to a notebook", "explore": "each week has an explore.py of its own"}
_RESERVED = {"mine", "_mine", "_PIECES"}
_HEAD = '''"""Pieces of earlier weeks, ready made: {pieces}.

{yours}Written by `make build` from the earlier lessons: change it there.
"""
'''
_YOURS = '`kit.mine("{first}")` gives you your own instead, from your notebook of that week.\n'
_TAIL = '''

_PIECES = {pieces}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
'''


class _Collected:
    """What goes into one kit.py; two different things under one name are refused."""

    def __init__(self, asked_by: Lesson) -> None:
        self.asked_by = asked_by
        self.imports: set[str] = set()
        self.modules: set[str] = set(asked_by.modules)
        self.texts: list[str] = []
        self.owner: dict[str, tuple[str, str]] = {}

    def add(self, text: str, binds: Iterable[str], lesson: Lesson, is_import: bool = False) -> None:
        for name in binds:
            week, known = self.owner.get(name, (lesson.week, text))
            if name in _RESERVED or (week != lesson.week and known != text):
                other = "the kit itself" if name in _RESERVED else week
                message = f"kit.py would hold two different things named {name!r}, of {other} and of {lesson.week}"
                mend = f"rename {name!r} in one of the lessons, or need only one of them"
                raise LessonError.one(self.asked_by.path, 1, message, mend)
            self.owner[name] = (lesson.week, text)
        if is_import:
            self.imports.add(text)
        elif text not in self.texts:
            self.texts.append(text)


def kit_files(course: Course, lesson: Lesson, names: Names) -> dict[str, str]:
    """A week's kit.py and the modules that it holds whole: texts by file name, none where the week needs nothing.

    Raises
    ------
    LessonError
        Where a need names nothing, or a piece cannot be lifted out of its lesson.
    """
    if not lesson.needs and not lesson.modules:
        return {}
    collected = _Collected(lesson)
    pieces: dict[str, str] = {}
    for need in lesson.needs:
        earlier = course.earlier(need, lesson)
        wanted = names(earlier)[need.exercise]
        _collect(course, earlier, wanted, names, collected)
        pieces.update(dict.fromkeys(wanted, earlier.week))
    modules = {f"{name}.py": _module(course, lesson, name) for name in sorted(collected.modules)}
    needed = {f"import {name}" for name in collected.modules} | {"from autograder.learner.mine import mine as _mine"}
    imports = sorted(collected.imports | needed, key=_import_order)
    yours = _YOURS.format(first=next(iter(pieces))) if pieces else ""
    head = _HEAD.format(pieces=", ".join((*pieces, *sorted(collected.modules))), yours=yours)
    table = "{" + ", ".join(f'"{name}": "{week}"' for name, week in pieces.items()) + "}"
    texts = [*collected.texts] or ["# Nothing is lifted: all of it lies beside this file."]
    text = head + "\n".join(imports) + "\n\n\n" + "\n\n\n".join(texts) + "\n" + _TAIL.format(pieces=table)
    return {"kit.py": text, **modules}


def _module(course: Course, lesson: Lesson, name: str) -> str:
    """The text of a module of the course's own."""
    try:
        return course.module(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(sorted(path.stem for path in course.module(name).parent.glob("*.py"))) or "there is none yet"
        mend = f"name one of: {known}; an exercise is named with its week, as in week01.standardise"
        raise LessonError.one(lesson.path, 1, f"the need {name!r} names no module of notebooks/kit/", mend) from None


def _import_order(text: str) -> tuple[bool, bool, str]:
    return ("autograder" in text, text.startswith("from"), text)


def _collect(course: Course, lesson: Lesson, wanted: Iterable[str], names: Names, into: _Collected) -> None:
    """Lift names out of one lesson; what that lesson took from its own kit is lifted from where it was written."""
    cells = lesson.code(*_ROLES)
    found, missing = lift([without_markers(cell.source) for cell in cells], wanted)
    if missing:
        message = f"{', '.join(sorted(missing))}: wanted for kit.py of {into.asked_by.week}, but bound in no cell"
        raise LessonError.one(lesson.path, 1, message, "define it in a given or answer cell")
    for statement in found:
        line = cells[statement.cell].line
        for name, why in _NOT_HERE.items():
            if name in statement.binds and statement.is_import:
                message = f"a piece that {into.asked_by.week} needs uses {name!r}, which cannot go into kit.py: {why}"
                raise LessonError.one(lesson.path, line, message, f"let the piece do without {name!r}")
        taken = _taken_from_kit(statement, lesson, line)
        if taken is None:
            into.add(statement.text, statement.binds, lesson, statement.is_import)
        for name, alias in taken or ():
            if name in lesson.modules:
                into.modules.add(name)
            else:
                _collect(course, _origin(course, lesson, name, names), (name,), names, into)
            if alias != name:
                into.add(f"{alias} = {name}", (alias,), lesson)


def _taken_from_kit(statement: Statement, lesson: Lesson, line: int) -> list[tuple[str, str]] | None:
    """(piece, the name it is given) where the statement takes pieces from kit, None where it does not."""
    node = statement.node
    if isinstance(node, ast.ImportFrom) and node.module == "kit":
        return [(alias.name, alias.asname or alias.name) for alias in node.names]
    if isinstance(node, ast.Import) and any(alias.name == "kit" for alias in node.names):
        return []
    if "kit" not in statement.uses:
        return None
    pairs = _named_pieces(node)
    if pairs is not None:
        return pairs
    mend = "take the piece by its name: from kit import …"
    raise LessonError.one(lesson.path, line, "a piece that a later week needs calls kit from inside", mend)


def _named_pieces(node: ast.stmt) -> list[tuple[str, str]] | None:
    """(piece, name) of `a = kit.a` and of `a, b = kit.a, kit.b`."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    targets, values = _parts(node.targets[0]), _parts(node.value)
    pairs = []
    for target, value in zip(targets, values, strict=False):
        if not (isinstance(target, ast.Name) and isinstance(value, ast.Attribute)):
            return None
        if not (isinstance(value.value, ast.Name) and value.value.id == "kit"):
            return None
        pairs.append((value.attr, target.id))
    return pairs


def _parts(side: ast.expr) -> list[ast.expr]:
    return list(side.elts) if isinstance(side, ast.Tuple) else [side]


def _origin(course: Course, lesson: Lesson, name: str, names: Names) -> Lesson:
    """The earlier lesson in which a piece of this lesson's kit was written."""
    for need in lesson.needs:
        earlier = course.earlier(need, lesson)
        if name in names(earlier)[need.exercise]:
            return earlier
    message = f"{name!r} is taken from kit, but no need of the week gives it"
    raise LessonError.one(lesson.path, 1, message, "add it to needs in the first cell's mark")
