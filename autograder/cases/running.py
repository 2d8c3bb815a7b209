"""Running one case on what the learner made: search for a breaking input, shrink it, say it in her words."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import inspect
import io
import linecache
import pathlib
import sys
import sysconfig
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import hypothesis
import numpy as np
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from autograder import scratch
from autograder.cases.apart import apart
from autograder.cases.calls import Called, breaking_call
from autograder.cases.mistakes import CaseError, OwnTime, authors_mistake
from autograder.cases.model import Broken, Case, Verdict
from autograder.cases.studios import Entry
from autograder.cases.unseen import why_unseen
from autograder.cases.unwritten import unwritten
from autograder.cases.warned import Diagnosis
from autograder.cases.words import describe
from autograder.datafiles import DataError
from autograder.errors import OwnFailure
from autograder.timelimit import TimeUp

# Gives, where it knows better than a clock on the wall, a function that says how many seconds are left.
Limit = Callable[[float], AbstractContextManager[Callable[[], float] | None]]
# How much is spent on making a breaking input smaller. Tries are counted, so that the same work gives the same message
# again; seconds only cut off, with threefold slack.
SHRINKS, SHRINKING = 300, 0.9
SEARCHING = 0.5  # share of a case's time limit after which no further inputs are tried
# Before that many nothing holds: the first input of all is nothing but zeros, and whoever sleeps would be tried on no other.
# More would turn slow right answers away: nets are trained in some cases.
FEWEST = 2

# Hypothesis keeps a folder of constants in the working directory: none may appear beside a learner's notebook.
_HOME = tempfile.TemporaryDirectory(prefix=scratch.prefix("autograder-hypothesis"))
set_hypothesis_home_dir(_HOME.name)


class Search(NamedTuple):
    """How much is spent on one case: inputs, seconds after which no further ones are tried, tries to make one smaller.

    `anew`: the case's generator is a new one at every try, and a case without inputs is tried as often as the others.
    """

    examples: int
    seconds: float
    shrinks: int = SHRINKS
    anew: bool = False


class _Enough(BaseException):
    """Stop the search: the time for it is over."""


def seed_for(key: bytes, *what: str) -> int:
    """A seed of 63 bits from a key and names: the same for the same, independent otherwise."""
    digest = hashlib.blake2b("\0".join(what).encode(), key=key[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class _Attempts:
    """The tries of one case: it keeps the last breaking one, which Hypothesis's shrinking makes the smallest."""

    def __init__(self, case: Case, subjects: Mapping[str, Any], seed: int, seconds: float, search: Search) -> None:
        self.case, self.subjects, self.seed, self.search = case, dict(subjects), seed, search
        takes = list(inspect.signature(case.run).parameters)
        self.takes_rng = "rng" in takes
        self.given = {name: apart(self.subjects[name]) for name in takes if name in self.subjects}
        self.free = [name for name in takes if name not in self.given and name != "rng"]
        self.seconds, end = seconds, time.monotonic() + seconds
        self.left: Callable[[], float] = lambda: end - time.monotonic()
        self.shrink_until: float | None = None
        self.tries = self.shrinks = 0
        self.error: BaseException | None = None
        self.on: dict[str, Any] = {}
        self.printed = self.warned = ""
        self.slow = False  # the time was used up by several tries, none of which hung

    def strategies(self) -> dict[str, st.SearchStrategy[Any]]:
        draws = self.case.draws
        if isinstance(draws, dict):
            return draws
        if draws is None or len(self.free) != 1:
            raise TypeError(f"{self.case.name}: its parameters {self.free} do not fit its draws")
        return {self.free[0]: draws}

    def __call__(self, **drawn: Any) -> None:
        if time.monotonic() > self.shrink_until if self.shrink_until else self._searched():
            raise _Enough
        if self.error is not None:
            self.shrinks += 1
            if self.shrinks > self.search.shrinks:
                raise _Enough
        self.tries += 1
        begun = time.monotonic()
        before = copy.deepcopy(drawn)
        rng = {"rng": np.random.default_rng([self.seed, self.tries] if self.search.anew else self.seed)} if self.takes_rng else {}
        printed, heard = io.StringIO(), Diagnosis(lambda file: _is_hers(file, self.case.run.__code__.co_filename))
        for one in self.given.values():
            if isinstance(one, Entry):
                one.reset()  # each try is a judging of its own
        try:
            with heard.listening(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                self.case.run(**self.given, **drawn, **rng)
        except (Exception, SystemExit, GeneratorExit) as error:
            if type(error).__module__.startswith("hypothesis"):  # a rejected draw, for instance: not the learner's
                raise
            own_failure(error, self.case.run.__code__.co_filename, self.given)
            if isinstance(error, NotImplementedError):  # a blank: there is no input worth searching for
                self.error = error
                raise _Enough from None
            self.error, self.on = error, before
            self.shrink_until = self.shrink_until or time.monotonic() + SHRINKING
            raise
        except TimeUp as error:
            if self.error is None:  # else it was found broken before, and was being made smaller
                self.error, self.on = error, before
                self.slow = time.monotonic() - begun < self.seconds / 2
            raise
        finally:
            self.printed = self.printed or heard.read(printed.getvalue()[:2000])[:200].strip()
            self.warned = heard.said or self.warned

    def _searched(self) -> bool:
        return self.tries >= FEWEST and self.seconds - self.left() > self.search.seconds


def run_case(case: Case, subjects: Mapping[str, Any], key: bytes, limit: Limit, seconds: float, smallest: bool = True) -> Verdict:
    """Try to break a case; the verdict holds its smallest breaking input, or with `smallest` False the first one found.

    Never raises for anything that learner code does, except KeyboardInterrupt, which is the person at the keyboard. Raises
    CaseError where the case itself is wrong, OwnTime where it uses up its time by itself.
    """
    seconds = case.seconds or seconds
    return sweep(case, subjects, key, limit, seconds, Search(case.examples, SEARCHING * seconds, SHRINKS if smallest else 0))[0]


def run_fresh(
    case: Case, subjects: Mapping[str, Any], key: bytes, limit: Limit, seconds: float, draws: int
) -> tuple[Verdict, int]:
    """Try to break a case on so many draws, however long they take: the verdict, and how many there were.

    They are fewer where a draw breaks it, or where there are not so many different inputs.
    """
    seconds = (case.seconds or seconds) * draws
    return sweep(case, subjects, key, limit, seconds, Search(draws, seconds, anew=True))


def sweep(
    case: Case, subjects: Mapping[str, Any], key: bytes, limit: Limit, seconds: float, search: Search
) -> tuple[Verdict, int]:
    """Try to break a case with as much as `search` allows, `seconds` in all: the verdict, and the number of inputs tried."""
    seed = seed_for(key, case.exercise, case.name)
    attempts = _Attempts(case, subjects, seed, seconds, search)
    try:
        with limit(seconds) as left:
            attempts.left = left or attempts.left
            if case.draws is None:
                for _ in range(search.examples if search.anew else 1):
                    attempts()
            else:
                _draw(attempts, seed)
    except TimeUp as up:
        if up.ours and attempts.error in (None, up):
            raise OwnTime(f"the case {case.exercise}/{case.name} came to no end within {seconds:g} seconds, by itself") from up
        attempts.error = attempts.error or up
    except _Enough:
        pass
    except (Exception, SystemExit, GeneratorExit) as error:
        if attempts.error is None:  # not by learner code: the case itself is at fault, and the author must hear of it
            raise CaseError(f"the case {case.exercise}/{case.name} cannot be run: {error}") from error
    return _verdict(case, attempts, seconds), attempts.tries


def _draw(attempts: _Attempts, seed: int) -> None:
    settings = hypothesis.settings(
        max_examples=attempts.search.examples,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
        verbosity=hypothesis.Verbosity.quiet,
    )

    def attempt(**drawn: Any) -> None:
        attempts(**drawn)

    hypothesis.seed(seed)(settings(hypothesis.given(**attempts.strategies())(attempt)))()


def _verdict(case: Case, attempts: _Attempts, seconds: float) -> Verdict:
    notes = ("it prints something: that costs nothing, but slows it down",) if attempts.printed else ()
    common = {"case": case.name, "says": case.says, "hidden": case.hidden, "side": case.side, "weight": case.weight}
    if attempts.error is None:
        return Verdict(**common, notes=notes)  # type: ignore[arg-type]
    entry = attempts.subjects.get("entry")
    unseen = case.hidden and isinstance(entry, Entry) and entry.was_asked
    message, line = explain(attempts.error, attempts.subjects, case.run.__code__.co_filename, seconds, unseen)
    if attempts.slow:
        message = f"it is too slow: {seconds:g} seconds were enough to try it on {attempts.tries - 1} small inputs"
    subjects = {**attempts.subjects, **attempts.given}  # what the case had of hers
    call = breaking_call(attempts.error, case.run.__code__.co_filename, subjects, attempts.on)
    on, inputs = ("", None) if unseen else _told(case, call, attempts.on)
    notes = (*((attempts.warned,) if attempts.warned and not unseen else ()), *notes)
    endless = isinstance(attempts.error, TimeUp)
    return Verdict(**common, notes=notes, message=message, line=line, on=on, endless=endless, inputs=inputs)  # type: ignore[arg-type]


def _told(case: Case, call: Called | None, drawn: dict[str, Any]) -> tuple[str, tuple[Any, ...] | None]:
    """The breaking input in words: as a call that runs, where it can be; and what such a call takes from the last check."""
    if call and call.code:
        return call.code, None
    again = call.rebuilt(case.name) if call and not case.hidden else ""
    if not call or not again:
        return describe(drawn), None
    return f"{again}, where {describe(drawn)}" if drawn else again, copy.deepcopy(call.args)


def explain(
    error: BaseException, subjects: Mapping[str, Any], case_file: str, seconds: float, unseen: bool = False
) -> tuple[str, str]:
    """What went wrong, in the learner's words, and her own line where her code raised. `unseen`: on data that she never sees."""
    if unseen and not isinstance(error, TimeUp | NotImplementedError):
        return why_unseen(error), "" if isinstance(error, Broken) else learner_line(error, case_file)
    if isinstance(error, Broken):
        return str(error), ""
    if isinstance(error, TimeUp):
        return f"it did not come to an end within {seconds:g} seconds: is it slow, or is there a loop that never stops?", ""
    line = learner_line(error, case_file)
    if isinstance(error, NotImplementedError):
        return unwritten(error, subjects), ""
    if line:
        if isinstance(error, (SystemExit, GeneratorExit)):
            return "your code ended the program (exit); return a value instead", line
        return f"your code raised {type_name(error)}: {str(error)[:300]}", line
    if isinstance(error, AttributeError) and "has no attribute" in str(error):
        return f"what came back cannot be used here: {str(error)[:200]}", ""
    for name, subject in subjects.items():
        if isinstance(error, TypeError) and not callable(subject) and "not callable" in str(error) and name != "entry":
            return f"`{name}` is a {type(subject).__name__}, where a function or a class was asked for", ""
    if isinstance(error, TypeError) and "argument" in str(error):
        return f"it cannot be called as the exercise says: {str(error)[:200]}", ""
    return f"what came back cannot be used here ({type_name(error)}: {str(error)[:200]})", ""


def own_failure(error: BaseException, case_file: str, hers: Collection[str] = ()) -> None:
    """Raise OwnFailure where an error is the grader's: of data, memory, the disk or the machine, with no line of hers in it.

    CaseError, a kind of it, where the case itself is wrong; `hers` are the names under which it was given what she made.
    """
    mistake = authors_mistake(error, hers)
    if mistake:
        raise CaseError(mistake) from error
    is_kind = isinstance(error, (DataError, OSError, MemoryError, ImportError)) or "can't start new thread" in str(error)
    if is_kind and not hasattr(error, "learner_traceback") and not learner_line(error, case_file):
        raise OwnFailure(f"{type(error).__name__}: {error}") from error


def type_name(error: BaseException) -> str:
    """The name of an error's type, also where it crossed the wall under another one."""
    return str(getattr(error, "learner_type", type(error).__name__))


_NOT_HERS = tuple(
    str(pathlib.Path(p).resolve())
    for p in (sys.base_prefix, sys.prefix, sysconfig.get_path("stdlib"), str(pathlib.Path(__file__).parents[1]))
)


def _is_hers(file: str, case_file: str) -> bool:
    return not file.startswith((*_NOT_HERS, case_file, "<frozen", "<__array_function__"))


def learner_line(error: BaseException, case_file: str) -> str:
    """The innermost line of the learner's own code that an error passed through: `line 3: return x / 0`."""
    crossed = getattr(error, "learner_traceback", None)
    if crossed:
        number, source, *_ = crossed[-1]
        return f"line {number}: {str(source).strip()}"
    lines = traceback.extract_tb(error.__traceback__)
    for frame in reversed(lines):
        if frame.filename.endswith((".pyx", ".pxi")):  # of a compiled library
            continue
        if _is_hers(frame.filename, case_file):
            source = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
            return f"line {frame.lineno}: {source}" if source else f"line {frame.lineno}"
    return ""
