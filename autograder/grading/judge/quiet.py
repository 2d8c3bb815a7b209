"""What a hidden property says without a learner's own text: an error's message may tell of what the case gave her."""

from __future__ import annotations

import builtins
import dataclasses
import re
from collections.abc import Callable, Sequence

from autograder.cases.model import Report, Verdict

#: how cases begin when they repeat what she raised -> what is said in its place, with the type's name
_REPEATS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"your code raised (\w+):.*", re.DOTALL), lambda found: f"your code raised {_kind(found[1])}"),
    (re.compile(r"what came back cannot be used here:.*", re.DOTALL), lambda found: "what came back cannot be used here"),
    (
        re.compile(r"what came back cannot be used here \((\w+):(?! the notebook's process ended).*", re.DOTALL),
        lambda found: f"what came back cannot be used here ({_kind(found[1])})",
    ),
    (
        re.compile(r"it cannot be called as the exercise says:.*", re.DOTALL),
        lambda found: "it cannot be called as the exercise says: look at the number and the names of its arguments",
    ),
)
_LINE = re.compile(r"line \d+")


def quiet(report: Report, sources: Sequence[str]) -> Report:
    """The report without what she said in hidden cases.

    Parameters
    ----------
    sources : the texts of her cells: a line that stands in one of them is no news to her.
    """
    written = {line.strip() for source in sources for line in source.splitlines()}
    verdicts = tuple(_quiet(one, written) if one.hidden and one.message else one for one in report.verdicts)
    return report if verdicts == report.verdicts else dataclasses.replace(report, verdicts=verdicts)


def _quiet(verdict: Verdict, written: set[str]) -> Verdict:
    message, line = verdict.message or "", verdict.line
    for pattern, said in _REPEATS:
        if found := pattern.fullmatch(message):
            message = said(found)
            break
    where, _, text = line.partition(": ")
    if text and text.strip() not in written:  # her process tells it, and it may tell what it likes
        line = where if _LINE.fullmatch(where) else ""
    return dataclasses.replace(verdict, message=message, line=line)


def _kind(name: str) -> str:
    """A type's name where it is everybody's; one of her own making is a text of hers."""
    found = getattr(builtins, name, None)
    return name if isinstance(found, type) and issubclass(found, BaseException) else "an error of its own kind"
