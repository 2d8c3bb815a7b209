"""What a week's files declare to the engine, and whether that fits its lesson."""

from __future__ import annotations

import inspect
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.cases import registry
from autograder.cases.model import Case
from autograder.course.faults import Fault, LessonError, refuse
from autograder.course.kit import kit_files
from autograder.course.parts import Exercise, Lesson
from autograder.course.places import TEXTS, Course
from autograder.notebook.lift import statements
from autograder.notebook.regions import without_markers


@dataclass(frozen=True)
class Declared:
    """A week's registry, with what week.json says of it."""

    registry: registry.Registry

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Each exercise's names, which its answer binds."""
        return {id: exercise.names for id, exercise in self.registry.exercises.items()}

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """Each exercise's earlier exercises of the same week."""
        return {id: exercise.needs for id, exercise in self.registry.exercises.items()}


def read_declared(course: Course, lesson: Lesson) -> Declared:
    """Load a week's checks.py, hidden.py and rivals.py as they will be loaded, with the week's kit beside them.

    Raises
    ------
    LessonError
        Where a file cannot be loaded, or an exercise lacks its cases or rivals.
    """
    known = course.declared.get(lesson.week)
    if isinstance(known, Declared):
        return known
    kit = kit_files(course, lesson, lambda earlier: read_declared(course, earlier).names)
    with tempfile.TemporaryDirectory(prefix="week-") as scratch:
        folder = Path(scratch).resolve() / lesson.week
        folder.mkdir()
        for name in TEXTS[1:]:
            shutil.copyfile(course.folder(lesson.week) / name, folder / name)
        for name, text in kit.items():
            (folder / name).write_text(text, encoding="utf-8")
        try:
            loaded = Declared(registry.load(folder))
        except registry.WeekError as error:
            raise _as_lesson_error(error, folder, course.folder(lesson.week)) from error
    refuse(_faults(course.folder(lesson.week), lesson, loaded.registry))
    course.declared[lesson.week] = loaded
    return loaded


def _as_lesson_error(error: registry.WeekError, staged: Path, folder: Path) -> LessonError:
    """The same complaint with the file and line of the week's own text that it came from."""
    file, line = folder / "checks.py", 1
    cause = error.__cause__ or error
    if isinstance(cause, SyntaxError) and cause.filename:
        file, line = folder / Path(cause.filename).name, cause.lineno or 1
    for frame in traceback.extract_tb(cause.__traceback__):
        if Path(frame.filename).parent == staged:
            file, line = folder / Path(frame.filename).name, frame.lineno or 1
    message, _, mend = str(error).partition(": ")
    if error.__cause__ is not None or message.isidentifier():  # "softmax: what is wrong" has no mend
        message, mend = str(error), "correct that line"
    return LessonError.one(file, line, message, mend or "correct that line")


def _faults(folder: Path, lesson: Lesson, found: registry.Registry) -> Iterator[Fault]:
    checks, hidden, rivals = (folder / name for name in ("checks.py", "hidden.py", "rivals.py"))
    ids = [exercise.id for exercise in lesson.exercises]
    for id in found.exercises:
        if id not in ids:
            line = _line_of(checks, f'exercise("{id}"')
            mend = f"write its answer cell, or take the declaration away; the lesson has: {', '.join(ids) or 'none'}"
            yield Fault(checks, line, f"the exercise {id!r} is declared, but the lesson has none of that id", mend)
    for exercise in lesson.exercises:
        if exercise.id not in found.exercises:
            yield Fault(checks, 1, f"the exercise {exercise.id!r} is not declared", f'add: exercise("{exercise.id}")')
            continue
        yield from _declaration(checks, exercise, found, ids)
        cases = found.of(exercise.id)
        for case in cases:
            yield from _parameters(folder, case, found)
        if not any(not case.hidden for case in cases):
            yield Fault(checks, 1, f"the exercise {exercise.id!r} has no visible case", f'add a @case("{exercise.id}", "…")')
        if exercise.kind == "studio":
            yield from _studio(checks, hidden, exercise, found)
        if exercise.kind == "exercise" and not any(case.hidden for case in cases):
            yield Fault(hidden, 1, f"the exercise {exercise.id!r} has no hidden case", f'add a @case("{exercise.id}", "…")')
        yield from _rivals(rivals, exercise, found)


def _declaration(checks: Path, exercise: Exercise, found: registry.Registry, ids: list[str]) -> Iterator[Fault]:
    declared = found.exercises[exercise.id]
    line = _line_of(checks, f'exercise("{exercise.id}"')
    if declared.kind != exercise.kind:
        message = f"{exercise.id!r} is declared as {declared.kind}, the lesson says {exercise.kind}"
        yield Fault(checks, line, message, f'write kind="{exercise.kind}"')
    bound = {name for statement in statements([without_markers(exercise.answer.source)]) for name in statement.binds}
    for name in declared.names:
        if name not in bound:
            message = f"{exercise.id!r} asks for {name!r}, which its answer cell does not bind"
            yield Fault(checks, line, message, f'define {name!r} in that cell, or correct names=("…",)')
    for need in declared.needs:
        if need not in ids[: ids.index(exercise.id)]:
            message = f"{exercise.id!r} needs {need!r}, which no earlier exercise of this week is"
            yield Fault(checks, line, message, "name earlier exercises of this week; pieces of other weeks come from kit")


def _parameters(folder: Path, case: Case, found: registry.Registry) -> Iterator[Fault]:
    """A parameter of a case that nothing fills, and what is drawn for no parameter."""
    exercise = found.exercises[case.exercise]
    built_on = [found.exercises[need] for need in exercise.needs if need in found.exercises]
    filled = [*(name for one in (exercise, *built_on) for name in one.names), "rng", *["entry"] * (exercise.kind == "studio")]
    takes = inspect.signature(case.run).parameters
    free = [name for name in takes if name not in filled]
    if isinstance(case.draws, dict):
        wrong = [name for name in free if name not in case.draws and takes[name].default is inspect.Parameter.empty]
        wrong += [name for name in case.draws if name not in takes]
        drawn = f"what is drawn ({', '.join(case.draws)})"
    else:
        if case.draws is None:  # what has a default here, a twin may draw
            free = [name for name in free if takes[name].default is inspect.Parameter.empty]
        wrong = free if len(free) != (case.draws is not None) else []
        drawn = "nothing, since nothing is drawn" if case.draws is None else "one for what is drawn"
    if wrong:
        message = f"the parameters of {case.name} do not fit its draws: look at {', '.join(map(repr, wrong))}"
        mend = f"let them be of {', '.join(filled)}, and {drawn}; or draws= for several is a dict by name"
        yield Fault(folder / Path(case.run.__code__.co_filename).name, case.run.__code__.co_firstlineno, message, mend)


def _studio(checks: Path, hidden: Path, exercise: Exercise, found: registry.Registry) -> Iterator[Fault]:
    declared = found.studios.get(exercise.id)
    if declared is None:
        mend = f'add @studio("{exercise.id}", …) above a scorer on public data'
        yield Fault(checks, 1, f"the studio {exercise.id!r} is not declared", mend)
    elif declared.judge is None:
        yield Fault(hidden, 1, f"the studio {exercise.id!r} has no judge", f'add a @judge("{exercise.id}")')


def _rivals(file: Path, exercise: Exercise, found: registry.Registry) -> Iterator[Fault]:
    if exercise.kind == "studio":
        if not any(entry.exercise == exercise.id for entry in found.entries):
            mend = f'add an @entry("{exercise.id}", band="…") for each band'
            yield Fault(file, 1, f"the studio {exercise.id!r} has no entries", mend)
        return
    ours = [rival for rival in found.rivals if rival.exercise == exercise.id]
    for what, there in (("wrong", any(r.caught_by for r in ours)), ("right", any(not r.caught_by for r in ours))):
        if not there:
            mend = f'add a @{what}("{exercise.id}"…) to rivals.py'
            yield Fault(file, 1, f"the exercise {exercise.id!r} has no {what} rivals", mend)


def _line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
