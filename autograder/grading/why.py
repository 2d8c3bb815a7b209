"""`workbook why`: an instructor looks at what broke in one exercise of a submission, on the same draws as when it was graded.

Her functions are watched while the cases run. Of each broken case the last call that the reference answers otherwise is shown:
the search makes breaking inputs smaller, so the last one is the smallest.
"""

from __future__ import annotations

import contextlib
import copy
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from autograder.cases.model import Verdict
from autograder.errors import Mend, OwnFailure
from autograder.grading.batch.batch import Batch
from autograder.grading.grader import Grader
from autograder.grading.judge.assignment import Assignment, cases_folder
from autograder.grading.judge.job import Job
from autograder.grading.judge.judge import Collected, files_for, tools_for
from autograder.grading.judge.reference import pieces
from autograder.notebook import format as nbio
from autograder.wall.execute import execute

FILES = ("checks.py", "hidden.py")
KEPT = 400  # calls of one case: the last ones
LONGEST = 3000  # characters of one value


@dataclass
class Call:
    """A call of a function of hers, with what she was given and what came of it."""

    name: str
    args: tuple[Any, ...]
    named: Mapping[str, Any]
    came: Any = None
    raised: BaseException | None = None


def why(root: Path, week: str, student: str, exercise: str) -> str:
    """What broke in an exercise of a submission, in words for the instructor: hidden cases and wanted values too.

    Raises
    ------
    Mend
        Where there is no such week, submission or exercise, and where it could not be run.
    """
    grader = Grader(root)
    grader.need_assignment(week)
    grader.need_sandbox()
    batch = Batch(grader, week)
    try:
        job = batch.job(student)
    finally:
        batch.close()
    known = [one["id"] for one in batch.bundle.entry["exercises"]]
    if exercise not in known:
        raise Mend(f"{week} has no exercise {exercise!r}.\nMend: name one of: {', '.join(known) or 'none, it is no week'}.")
    return "\n".join(_told(batch.bundle, job, exercise))


def _told(assignment: Assignment, job: Job, exercise: str) -> Iterator[str]:
    calls: dict[str, list[Call]] = {}
    for name, text in assignment.sources.items():
        if job.unreadable.get(name):
            yield f"{name}: {job.unreadable[name]}"
            continue
        source = nbio.reads_plain(text)
        collected: Collected = {}
        with tools_for(assignment, job.keys[name], source, collected, _watching(calls)) as tools:
            try:
                execute(nbio.reads_plain(job.notebooks[name]), source, tools, assignment.limits, files_for(assignment, job, []))
            except OwnFailure as failure:
                raise Mend(f"It could not be judged: {failure}") from None
        points = collected.get(exercise, {})
        report = next((points[kind].report for kind in ("hidden", "check") if kind in points), None)
        if report is None:
            yield f"{exercise}: its tests did not come to an end (see the cells on the feedback page)"
            continue
        came_to = ", ".join(f"{kind} {float(one):g}" for kind, one in points.items())
        yield f"{exercise}: {came_to}{'; ' if report.trouble else ''}{report.trouble}"
        if report.note:
            yield f"  {report.note}"
        broken = report.broken()
        if not broken and not report.trouble:
            yield "  everything holds"
        with cases_folder(assignment.name, assignment.cases) as folder:
            ours = pieces(source, folder)
            for verdict in broken.values():
                yield from _of_case(verdict, calls.get(verdict.case, []), ours)


def _of_case(verdict: Verdict, calls: list[Call], ours: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n  ✗ {verdict.case} ({'hidden' if verdict.hidden else 'visible'}): {verdict.says}"
    parts = (("", verdict.message), ("on ", verdict.on), ("her ", verdict.line))
    yield from (f"    {lead}{text}" for lead, text in parts if text)
    pairs = ((call, _wanted(call, ours)) for call in reversed(calls))
    found = next((pair for pair in pairs if _differ(*pair)), None)
    if found is None and calls:
        found = calls[-1], _wanted(calls[-1], ours)
    if found is not None:
        call, wanted = found
        given = ", ".join([*map(_shown, call.args), *(f"{name}={_shown(value)}" for name, value in call.named.items())])
        yield f"    call:   {call.name}({given})"
        yield f"    hers:   {_result(call)}"
        yield f"    wanted: {_result(wanted)}"


def _watching(calls: dict[str, list[Call]]) -> Callable[[str, Any], Any]:
    """Gives, in the place of a function of hers, one that keeps what it is called with, by the case that calls it."""

    def watch(name: str, found: Any) -> Any:
        if not callable(found) or isinstance(found, type):
            return found

        def watched(*args: Any, **named: Any) -> Any:
            call = Call(name, _copied(args), _copied(named))
            kept = calls.setdefault(_case(sys._getframe(1)), [])
            kept.append(call)
            del kept[:-KEPT]
            try:
                came = found(*args, **named)
            except BaseException as error:
                call.raised = error
                raise
            call.came = _copied(came)
            return came

        return watched

    return watch


def _case(frame: FrameType | None) -> str:
    """The name of the case that is running: the outermost function of the week's files."""
    name = ""
    while frame is not None:
        if Path(frame.f_code.co_filename).name in FILES:
            name = frame.f_code.co_name
        frame = frame.f_back
    return name


def _wanted(call: Call, ours: Mapping[str, Any]) -> Call:
    """The same call of the reference."""
    made = Call(call.name, _copied(call.args), _copied(call.named))
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            made.came = ours[call.name](*_copied(call.args), **_copied(call.named))
    except Exception as error:
        made.raised = error
    return made


def _differ(call: Call, wanted: Call) -> bool:
    if call.raised is not None or wanted.raised is not None:
        return type(call.raised) is not type(wanted.raised)
    try:
        np.testing.assert_allclose(call.came, wanted.came, rtol=1e-6, atol=1e-9)
        return False
    except AssertionError:
        return True
    except Exception:  # no numbers: they are shown as they are
        return _shown(call.came) != _shown(wanted.came)


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # a handle, a function: itself
        return value


def _result(call: Call) -> str:
    if call.raised is not None:
        return f"{type(call.raised).__name__}: {call.raised}"[:LONGEST]
    return _shown(call.came)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"
