"""A broken promise asked once more, in her own notebook: with which call it breaks, and what that call gives.

A case often hands her functions to a helper (slopes, laws), so that no call stands in its own text. Here the case is run again on
the same draws, and her functions are listened to. Nothing is judged here.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import inspect
import io
import types
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from autograder.cases.calls import Called
from autograder.cases.model import Case, Report, Verdict
from autograder.cases.report import WHERE, call_in
from autograder.cases.running import run_case
from autograder.cases.session import DEFAULT_KEY, Session
from autograder.cases.words import describe
from autograder.timelimit import TimeUp
from autograder.timelimit import limit as limit_here

PATIENCE, CALLING = 1.5, 1.0  # seconds for a case that is run again; for the call


class Gave(NamedTuple):
    """What a call of hers gave."""

    value: Any


def with_call(session: Session, report: Report, verdict: Verdict) -> tuple[Report, Verdict]:
    """The report, and in it this broken verdict with the call that breaks it, where one can be had.

    It stays as it is where it has a call, and in a studio; also where the case does not break in the same way again.
    """
    exercise = session.registry.exercises.get(report.exercise)
    case = next((one for one in session.registry.of(report.exercise) if one.name == verdict.case), None)
    if exercise is None or case is None or report.studio or verdict.hidden or verdict.endless or call_in(verdict.on)[0]:
        return report, verdict
    heard = _Heard()
    try:
        subjects = {name: heard.listening(name, session.lookup(name)) for name in exercise.names}
        taken = inspect.signature(case.run).parameters
        for need in (one for other in exercise.needs for one in session.registry.exercises[other].names):
            if need in taken:
                subjects.setdefault(need, session.lookup(need))
        given = {name: one for name, one in subjects.items() if name in taken}
        again = run_case(dataclasses.replace(heard.told_of(case), seconds=None), given, DEFAULT_KEY, limit_here, PATIENCE)
    except (Exception, TimeUp):  # what could be told was told: this is a courtesy
        return report, verdict
    call = heard.call(verdict) if (again.message, again.on) == (verdict.message, verdict.on) else None
    if call is None:
        return report, verdict
    on, inputs = call.code, None
    if not on and not call.named and call.args and all(map(_kept, call.args)):
        on, inputs = f"{call.name}(*check.inputs({case.name!r}))", call.args
    if not on:
        return report, verdict
    made = dataclasses.replace(verdict, on=f"{on}{WHERE}{verdict.on}" if inputs and verdict.on else on, inputs=inputs)
    return dataclasses.replace(report, verdicts=tuple(made if one is verdict else one for one in report.verdicts)), made


def what_it_gives(session: Session, verdict: Verdict) -> Gave | None:
    """What the call of a broken verdict gives; None where there is no call, or where it raises or takes long."""
    code, _ = call_in(verdict.on)
    if not code or verdict.line or verdict.endless:
        return None
    name = code.partition("(")[0]
    printed = io.StringIO()
    try:
        made = session.lookup(name)
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            warnings.simplefilter("ignore")
            with limit_here(CALLING):
                if verdict.inputs is not None:
                    return Gave(made(*copy.deepcopy(verdict.inputs)))
                return Gave(eval(code, {"np": np, name: made}))  # written by `calls.code_of`: values and one call
    except (Exception, TimeUp, SystemExit, GeneratorExit):
        return None


class _Heard:
    """The calls of her functions in each try of a case."""

    def __init__(self) -> None:
        self.drawn: dict[str, Any] = {}
        self.tries: dict[str, list[tuple[str, tuple[Any, ...], dict[str, Any], bool]]] = {}

    def listening(self, name: str, made: Any) -> Any:
        """Her function, listened to; anything but a plain function is given back as it is."""
        if type(made) is not types.FunctionType:
            return made

        @functools.wraps(made)
        def called(*args: Any, **named: Any) -> Any:
            calls = self.tries.setdefault(describe(self.drawn), [])
            changes = not calls or calls[-1][0] != name  # what may be shown begins a row of one function's calls
            kept = copy.deepcopy((args, named)) if changes else (args, named)
            calls.append((name, *kept, False))
            at = len(calls) - 1
            try:
                return made(*args, **named)
            except BaseException:
                calls[at] = (name, *kept, True)
                raise

        return called

    def told_of(self, case: Case) -> Case:
        """The case, whose draws say when a try begins."""
        if case.draws is None:
            return case
        if isinstance(case.draws, Mapping):
            return dataclasses.replace(case, draws={name: one.map(self._noting(name)) for name, one in case.draws.items()})
        return dataclasses.replace(case, draws=case.draws.map(self._noting("")))

    def _noting(self, name: str) -> Any:
        def note(value: Any) -> Any:
            if name in self.drawn:
                self.drawn.clear()
            self.drawn[name] = copy.deepcopy(value)
            return value

        return note

    def call(self, verdict: Verdict) -> Called | None:
        """The call to show of the try that a verdict tells of: the one that raised, else the one that was looked at.

        That is the last call where another function was called before it. After a row of calls of one function (slopes that are
        measured, laws) it is the first call of the function that came into play last.
        """
        for drawn, calls in self.tries.items():
            if drawn.partition(" = ")[2] == verdict.on.partition(" = ")[2]:
                raised = [one for one in calls if one[3]]
                later = list(dict.fromkeys(one[0] for one in calls))
                if raised:
                    name, args, named, _ = raised[-1]
                elif len(calls) > 1 and calls[-1][0] != calls[-2][0]:
                    name, args, named, _ = calls[-1]
                else:
                    name, args, named, _ = next(one for one in calls if one[0] == later[-1])
                return Called(name, args, named)
        return None


def _kept(value: Any) -> bool:
    """Whether a copy of it says the same at any time: plain data and generators, nothing of her own making but functions."""
    if type(value) in (list, tuple):
        return all(map(_kept, value))
    if type(value) is dict:
        return all(map(_kept, value.values()))
    if type(value) is np.ndarray:
        return bool(value.dtype != object)
    plain = (bool, int, float, complex, str, types.FunctionType, np.random.Generator)
    return value is None or type(value) in plain or isinstance(value, np.generic)
