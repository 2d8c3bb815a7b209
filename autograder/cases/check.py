"""`check("softmax")` in a learner's notebook."""

from __future__ import annotations

import copy
import dataclasses
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

from autograder.cases.again import what_it_gives, with_call
from autograder.cases.causes import outline
from autograder.cases.journal import watch_cells
from autograder.cases.model import Broken, Points, Report
from autograder.cases.pictures import drawn
from autograder.cases.progress import remember
from autograder.cases.registry import WeekError
from autograder.cases.report import as_html, as_text
from autograder.cases.score import Score
from autograder.cases.session import Session
from autograder.cases.still_open import Open, read
from autograder.cases.tell import write
from autograder.cases.unwritten import unwritten
from autograder.errors import OwnFailure

ENOUGH = 1.0  # seconds after which no further broken property is asked for its call
_last: dict[str, Report] = {}  # each exercise's last report, for the end of the notebook
_sessions: dict[tuple[pathlib.Path, int], Session] = {}


def check(id: str) -> Points:
    """Try the visible cases of an exercise on what your notebook holds now.

    In a notebook a table appears: each property with a tick or a cross, and the smallest input that breaks it. The
    value is the points, a plain number.
    """
    try:
        session = _session(pathlib.Path.cwd(), _lookup_in(sys._getframe(1).f_globals))
        points = _explained(session, session.check(id))
    except (WeekError, OwnFailure) as error:
        report = Report(id, (), str(error))
        points = Points(0.0, report, as_html(report))
    if _in_notebook():
        remember(pathlib.Path.cwd(), points.report)
    else:
        print(as_text(points.report, hidden=False))
    _last[id] = points.report
    return points


def _explained(session: Session, points: Points) -> Points:
    """The points with their causes explained, as long as `ENOUGH` lasts: the calls that break; what the first gives, drawn."""
    report = points.report
    seen = outline([one for one in report.verdicts if not one.hidden])
    if report.trouble or not seen.begun or not seen.causes:
        return points
    report = _resting(session, report)
    end, firsts = time.monotonic() + ENOUGH, []
    for cause in seen.causes:
        report, explained = with_call(session, report, cause.first) if time.monotonic() < end else (report, cause.first)
        firsts.append(explained)
    gave = what_it_gives(session, firsts[0])
    worth = session.points.get(report.exercise, {})
    later = 0.0 if any(one.hidden for one in report.verdicts) else worth.get("hidden", 0.0)
    of = worth.get("check", 1.0) + later
    return Points(points, report, as_html(report, False, float(points), of, later, drawn(gave.value) if gave else ""))


def _resting(session: Session, report: Report) -> Report:
    """The report, with a note where it builds on an exercise that was not all right at its last check."""
    exercise = session.registry.exercises.get(report.exercise)
    said = [report.note] if report.note else []
    for need in exercise.needs if exercise else ():
        last = _last.get(need)
        if last is None:
            said.append(f"it builds on `{need}`, which was not checked since the notebook was opened: check that first")
        elif last.trouble or not all(verdict.holds for verdict in last.verdicts):
            said.append(f"it builds on `{need}`, which is not green: mend that first; when you hand in, ours stands in for it")
    return dataclasses.replace(report, note=". ".join(said)) if said else report


def inputs(case: str) -> tuple[Any, ...]:
    """What your function was called with when a case broke: copies, in the order of its arguments.

    A red line names it where the input is too large to be written out: `net(*check.inputs("any_net"))`.

    Raises
    ------
    LookupError
        Where the case did not break in the last check, or its line needs no inputs.
    """
    for report in reversed(_last.values()):
        for verdict in report.verdicts:
            if verdict.case == case and verdict.inputs is not None:
                return copy.deepcopy(verdict.inputs)
    raise LookupError(f"no inputs are kept of {case!r}: run the check of its exercise, and take the name from its red line")


check.inputs = inputs  # type: ignore[attr-defined]


def score(id: str) -> Score:
    """What your entry to a studio reaches on public data, beside the baseline and the bands.

    It is no grade: the grade is measured on rows that are in no file of yours.
    """
    session = _session(pathlib.Path.cwd(), _lookup_in(sys._getframe(1).f_globals))
    studio = session.registry.studios.get(id)
    if studio is None or studio.public is None:
        known = ", ".join(k for k, s in session.registry.studios.items() if s.public) or "none"
        raise NameError(f"there is no studio {id!r} with a public score in this week; it has {known}")
    try:
        return Score(studio, *session.public(id))
    except Broken as refusal:
        return Score(studio, float("nan"), str(refusal))
    except NotImplementedError as error:  # the cell as it ships, or a piece that it calls
        said = unwritten(error)
        return Score(studio, float("nan"), f"{said[0].upper()}{said[1:]}.")  # names keep their capitals


def tell(id: str) -> str:
    """Write what the authors need to look into a verdict that seems wrong: call, message, your answer, versions.

    The file lies beside the notebook, is sent by nobody but you, and is not handed in.
    """
    session = _session(pathlib.Path.cwd(), _lookup_in(sys._getframe(1).f_globals))
    report = session.report(id, hidden=False)
    exercise = session.registry.exercises.get(id)
    path = write(report, exercise.names if exercise else (), watch_cells(), pathlib.Path.cwd())
    return f"{path.name} lies beside your notebook: write a sentence into it, and send it to whoever gave you this course."


def still_open() -> Open:
    """What of this week is open, as far as the checks that were run can tell: a line an exercise."""
    return read(pathlib.Path.cwd(), _last)


def _lookup_in(names: dict[str, Any]) -> Callable[[str], Any]:
    """Finds a name among a notebook's globals."""

    def lookup(name: str) -> Any:
        try:
            return names[name]
        except KeyError:
            raise NameError(name) from None

    return lookup


def _session(folder: pathlib.Path, lookup: Any) -> Session:
    """A session whose cases are loaded once, and again when checks.py has changed; what it judges is always new."""
    path = folder / "checks.py"
    stamp = (folder, path.stat().st_mtime_ns if path.is_file() else 0)
    if stamp not in _sessions:
        _sessions.clear()
        _sessions[stamp] = Session(folder, lookup)
    session = _sessions[stamp]
    session.lookup, session.doubt = lookup, watch_cells().doubt
    session._reports.clear()
    return session


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ == "ZMQInteractiveShell"


watch_cells()  # from the first cell on, which imports this: a check must know what became of the answers' cells
