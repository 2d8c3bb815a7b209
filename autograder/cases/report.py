"""A report for people: a compact table in HTML for a notebook, plain text for a terminal."""

from __future__ import annotations

import ast
import html
import math
from collections.abc import Callable, Iterable, Sequence

from autograder.cases.causes import Cause, Outline, outline
from autograder.cases.model import Report, Verdict

# Blue and orange survive colour blindness; the marks say the same without colour. Grey comes from the page's own text
# colour, so that it can be read on a dark theme as well.
_GOOD, _BAD = "#1f6feb", "#c26100"
_GREY = "opacity:.72"
_CELL = "text-align:left;vertical-align:top;padding:.15em .6em .15em 0;white-space:normal;overflow-wrap:anywhere"
_ROW = '<tr style="background:none">'  # JupyterLab stripes tables
START = "start here"
ABOVE = "told above"
SHORT = 120  # characters of an input that is not folded
WHERE = ", where "
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
    gives: str = "",
) -> str:
    """The report as a card that needs no style sheet and no script: what to mend first, then a table of all properties.

    Parameters
    ----------
    hidden : show the hidden properties alone, the visible ones alone, or (None) all.
    points, of : what the shown properties earn, and the exercise's points altogether.
    later : points that are given when the work is handed in. A studio shows none at all before.
    gives : what the first cause's call gives, as HTML.
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
    here = hidden is False and later > 0  # in her own notebook; a graded page cannot run anything
    first = _first(seen.causes[0], START if len(seen.causes) > 1 else "", here, gives) if seen.causes else ""
    rows = [*_causes(seen), *(_row("✓", _GOOD, v) for v in seen.holding)]
    rows += [_row("·", "inherit", v, LATER) for v in seen.waiting]
    rows += _folded(seen.secondary, MAY_MEND)
    if seen.causes and here:
        rows.append(_doubt(report.exercise))
    look = "font-size:90%;border-collapse:collapse;text-align:left;margin:.3em 0"
    table = f'<table style="{look}"><tbody>{"".join(rows)}</tbody></table>'
    return f'<div style="font-size:90%;padding:.2em 0">{head}</div>{first}{table}'


def call_in(on: str) -> tuple[str, str]:
    """The call that `Verdict.on` begins with, as code that runs, and the rest in words; the call is empty where there is none.

    >>> call_in("softmax(*check.inputs('rows')), where x = [1, 2]"), call_in("x = [[0, 1]]")
    (("softmax(*check.inputs('rows'))", 'x = [1, 2]'), ('', 'x = [[0, 1]]'))
    """
    head, _, rest = on.partition(WHERE)
    try:
        tree = ast.parse(head, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "", on
    return (head, rest) if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) else ("", on)


def _first(cause: Cause[Verdict], tag: str, here: bool, gives: str) -> str:
    """The first cause, above the table: the promise, what went wrong, the call that breaks it, what that gives."""
    v = cause.first
    call, where = call_in(v.on)
    parts = [f"<b><span style='color:{_BAD}'>✗</span> {html.escape(v.says)}</b>{_grey(' · ' + tag) if tag else ''}"]
    parts.append(html.escape(v.message or ""))
    if call:
        parts.append(f"{_grey('try it: copy this call into a new cell') if here else _grey('on')}{_block(call, 'wb-try')}")
    if where:
        parts.append(_led("where " if call else "on ", where, _grey))
    parts += [_led("your ", v.line, _grey)] if v.line else []
    parts += [f"{_grey('it gives')}{gives}"] if gives else []
    parts += [_grey(note) for note in v.notes]
    parts += [_same(cause)] if cause.same else []
    body = "".join(f'<div style="margin:.15em 0;white-space:pre-wrap">{part}</div>' for part in parts)
    look = f"border-left:4px solid {_BAD};background:rgba(194,97,0,.09);padding:.35em .8em;margin:.25em 0 .5em"
    return f'<div style="{look};max-width:48em;font-size:90%;line-height:1.45;overflow-wrap:anywhere">{body}</div>'


def _led(lead: str, text: str, soft: Callable[[str], str]) -> str:
    """A word and code beside it; what is long is folded."""
    code = f'<code style="white-space:pre-wrap;overflow-wrap:anywhere">{html.escape(text)}</code>'
    if len(text) <= SHORT:
        return f"{soft(lead)}{code}"
    title = "where …" if lead == "where " else "the call that breaks it" if call_in(text)[0] else "the input that breaks it"
    return f"<details><summary>{soft(title)}</summary>{code}</details>"


def _block(code: str, name: str = "") -> str:
    """Code on lines of its own; a click selects all of it."""
    look = "display:block;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all;padding:.25em .5em;margin:.1em 0"
    return f'<code{f" class={name}" if name else ""} style="{look}">{html.escape(code)}</code>'


def _same(cause: Cause[Verdict]) -> str:
    others = "".join(f"<li>{html.escape(one.says)}</li>" for one in cause.same)
    title = f"the same cause breaks {_count(len(cause.same), 'more ')}"
    return f'<details style="{_GREY}"><summary>{title}</summary><ul style="margin:.2em 0">{others}</ul></details>'


def _studio(seen: Outline[Verdict]) -> str:
    """A studio in her own notebook: no points are shown, since what the judge finds may take those of its rules back."""
    return " · it keeps its rules; your band comes when you hand in" if not (seen.causes or seen.secondary) else ""


def _score(points: float | None, of: float | None, later: float) -> str:
    if points is None or of is None:
        return ""
    score = f" · {points_in_words(points)} of {points_in_words(of)} points"
    return score + (f" · {points_in_words(later)} more when you hand in" if later else "")


def _causes(seen: Outline[Verdict]) -> Iterable[str]:
    """The broken properties in the table: the first cause's message stands above it, the others' here."""
    for number, cause in enumerate(seen.causes):
        yield _row("✗", _BAD, cause.first, "" if number else ABOVE, cause, number > 0)


def _row(mark: str, colour: str, v: Verdict, tag: str = "", cause: Cause[Verdict] | None = None, told: bool = True) -> str:
    """One property: what it says, a tag beside it, and where it is broken and not told yet its message, the input, her line."""
    said = html.escape(v.says)
    soft = html.escape if mark == "·" else _grey  # such a row is grey as a whole
    parts = [f"{said} {soft('· ' + tag)}" if tag else said]
    if told:
        parts += [_led(lead, text, soft) if lead else html.escape(text) for lead, text in _extra(v)]
        parts += [soft(note) for note in v.notes]
        parts += [_same(cause)] if cause and cause.same else []
    body = "<br>".join(parts).replace("<br><details", "<details").replace("</details><br>", "</details>")
    return (
        f'{_ROW}<td style="{_CELL};color:{colour};font-weight:bold">{mark}</td>'
        f'<td style="{_CELL}{";" + _GREY if mark == "·" else ""}">{body}</td></tr>'
    )


def _folded(verdicts: Sequence[Verdict], why: str) -> list[str]:
    """Broken properties that are no news of their own: one grey line, with their messages folded below it."""
    if not verdicts:
        return []
    rows = "".join(_row("·", "inherit", v) for v in verdicts)
    summary = f"{_count(len(verdicts))}: {why}"
    table = f"<table><tbody>{rows}</tbody></table>"
    folded = f"<details><summary>{_grey(summary)}</summary>{table}</details>"  # its rows are grey by themselves
    return [f'{_ROW}<td style="{_CELL}">·</td><td style="{_CELL}">{folded}</td></tr>']


def _doubt(exercise: str) -> str:
    """A folded line for who thinks that the check is wrong."""
    call = f'from autograder.cases import tell; tell("{html.escape(exercise)}")'
    said = "This writes call, message, your answer and versions into a file for the authors:"
    folded = f"<details><summary>is the check wrong?</summary>{said} <code>{call}</code></details>"
    return f'{_ROW}<td></td><td style="{_CELL};{_GREY}">{folded}</td></tr>'


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
