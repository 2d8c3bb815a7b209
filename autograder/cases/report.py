"""A report for people: a compact table in HTML for a notebook, plain text for a terminal."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

from autograder.cases.causes import Cause, Outline, outline
from autograder.cases.model import Report, Verdict

# Blue and orange survive colour blindness; the marks say the same without colour. Grey comes from the page's own text
# colour, so that it can be read on a dark theme as well.
_GOOD, _BAD = "#1f6feb", "#b35900"
_GREY = "opacity:.72"
_CELL = "text-align:left;vertical-align:top;padding:.15em .6em .15em 0"
START = "start here"
LATER = "counts once what is broken is mended"
MAY_MEND = "broken too, maybe by the same mistake: look again when the rest holds"


def points_in_words(value: float) -> str:
    """A number of points for people: as it is where two decimals say it, else one decimal, never rounded up.

    >>> points_in_words(2.0), points_in_words(0.25), points_in_words(4 / 3), points_in_words(1.999)
    ('2', '0.25', '1.3', '1.9')
    """
    exact = round(value, 2)
    return f"{exact:g}" if abs(exact - value) < 1e-6 else f"{math.floor(value * 10) / 10:g}"


def as_text(report: Report, hidden: bool | None = None) -> str:
    """The report in plain text, a line a property and what broke under it."""
    if report.trouble:
        return f"{report.exercise}: {report.trouble}"
    seen = _outlined(report, hidden)
    if not seen.begun:
        return f"{report.exercise}: ○ not begun · {_count(len(_shown(report, hidden)))}"
    lines = [f"{report.exercise} ({report.note})" if report.note else report.exercise]
    for cause in seen.causes:
        lines.append(f"  ✗ {cause.first.says}")
        lines += [f"      {lead}{text}" for lead, text in _extra(cause.first)]
        lines += [f"    ✗ {one.says}  (the same cause)" for one in cause.same]
    for v in seen.holding:
        lines.append(f"  ✓ {v.says}")
        lines += [f"      {note}" for note in v.notes]
    lines += [f"  · {v.says}  ({LATER})" for v in seen.waiting]
    lines += [f"  · {v.says}  ({MAY_MEND})" for v in seen.secondary]
    return "\n".join(lines)


def as_html(
    report: Report,
    hidden: bool | None = None,
    points: float | None = None,
    of: float | None = None,
    later: float = 0.0,
) -> str:
    """The report as a table that needs no style sheet and no script.

    Parameters
    ----------
    hidden : show the hidden properties alone, the visible ones alone, or (None) all.
    points, of : what the shown properties earn, and the exercise's points altogether.
    later : points that are given when the work is handed in. A studio shows none at all before.
    """
    shown = _shown(report, hidden)
    seen = _outlined(report, hidden)
    head = f"<b>{html.escape(report.exercise)}</b>"
    if report.trouble:
        mark = f'<span style="color:{_BAD}">✗</span>'
        return f'<div style="font-size:90%">{head}<br>{mark} {html.escape(report.trouble)}</div>'
    if not seen.begun:
        return f'<div style="font-size:90%;{_GREY}">{head} · ○ not begun · {_count(len(shown))}</div>'
    head += _studio(seen) if report.studio and later else _score(points, of, later)
    head += f"<br>{_grey(report.note)}" if report.note else ""
    rows = [*_causes(seen), *(_row("✓", _GOOD, v) for v in seen.holding)]
    rows += [_row("·", "inherit", v, LATER) for v in seen.waiting]
    rows += _folded(seen.secondary, MAY_MEND)
    if seen.causes and hidden is False and later:  # in her own notebook; a graded page cannot run anything
        rows.append(_doubt(report.exercise))
    style = "font-size:90%;border-collapse:collapse;text-align:left;margin:.3em 0"
    caption = f'<caption style="text-align:left;padding:.2em 0;color:inherit">{head}</caption>'
    return f'<table style="{style}">{caption}<tbody>{"".join(rows)}</tbody></table>'


def _studio(seen: Outline[Verdict]) -> str:
    """A studio in her own notebook: no points are shown, since what the judge finds may take those of its rules back."""
    return " · it keeps its rules; your band comes when you hand in" if not (seen.causes or seen.secondary) else ""


def _score(points: float | None, of: float | None, later: float) -> str:
    if points is None or of is None:
        return ""
    score = f" · {points_in_words(points)} of {points_in_words(of)} points"
    return score + (f" · {points_in_words(later)} more when you hand in" if later else "")


def _causes(seen: Outline[Verdict]) -> Iterable[str]:
    for number, cause in enumerate(seen.causes):
        yield _row("✗", _BAD, cause.first, START if number == 0 and len(seen.causes) > 1 else "", cause)


def _row(mark: str, colour: str, v: Verdict, tag: str = "", cause: Cause[Verdict] | None = None) -> str:
    """One property: what it says, a tag beside it, and where it is broken its message, the input, her line."""
    said = html.escape(v.says)
    parts = [f"{said} {_grey('· ' + tag)}" if tag else said]
    parts += [f"{lead}<code style='white-space:pre-wrap'>{html.escape(text)}</code>" if lead else html.escape(text)
              for lead, text in _extra(v)]  # fmt: skip
    parts += [_grey(note) for note in v.notes]
    if cause and cause.same:
        others = "".join(f"<li>{html.escape(one.says)}</li>" for one in cause.same)
        title = f"the same cause breaks {_count(len(cause.same), 'more ')}"
        parts.append(f'<details style="{_GREY}"><summary>{title}</summary><ul style="margin:.2em 0">{others}</ul></details>')
    body = "<br>".join(parts).replace("<br><details", "<details")
    return (
        f'<tr><td style="{_CELL};color:{colour};font-weight:bold">{mark}</td>'
        f'<td style="{_CELL}{";" + _GREY if mark == "·" else ""}">{body}</td></tr>'
    )


def _folded(verdicts: Sequence[Verdict], why: str) -> list[str]:
    """Broken properties that are no news of their own: one grey line, with their messages folded below it."""
    if not verdicts:
        return []
    rows = "".join(_row("·", "inherit", v) for v in verdicts)
    summary = f"{_count(len(verdicts))}: {why}"
    return [
        f'<tr><td style="{_CELL}">·</td><td style="{_CELL};{_GREY}"><details><summary>{html.escape(summary)}</summary>'
        f"<table><tbody>{rows}</tbody></table></details></td></tr>"
    ]


def _doubt(exercise: str) -> str:
    """A folded line for who thinks that the check is wrong."""
    call = f'from autograder.cases import tell; tell("{html.escape(exercise)}")'
    return (
        f'<tr><td></td><td style="{_CELL};{_GREY}"><details><summary>is the check wrong?</summary>This writes call, message, '
        f"your answer and versions into a file for the authors: <code>{call}</code></details></td></tr>"
    )


def _extra(verdict: Verdict) -> list[tuple[str, str]]:
    """What stands under a broken property: the message, the input and the learner's line."""
    if not verdict.message:
        return []
    told = [("", verdict.message), ("on ", verdict.on), ("your ", verdict.line)]
    return [(lead, text) for lead, text in told if text]


def _shown(report: Report, hidden: bool | None) -> list[Verdict]:
    return [v for v in report.verdicts if hidden is None or v.hidden == hidden]


def _outlined(report: Report, hidden: bool | None) -> Outline[Verdict]:
    return outline(_shown(report, hidden), not report.core_holds())


def _grey(text: str) -> str:
    return f'<span style="{_GREY}">{html.escape(text)}</span>'


def _count(number: int, more: str = "") -> str:
    return f"{number} {more}propert{'y' if number == 1 else 'ies'}"
