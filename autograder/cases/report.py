"""A report for people: a compact table in HTML for a notebook, plain text for a terminal."""

from __future__ import annotations

import html

from autograder.cases.model import Report, Verdict

# Blue and orange survive colour blindness; the tick and the cross say the same without colour.
_GOOD, _BAD, _NOTE = "#1f6feb", "#b35900", "#59636e"


def _extra(verdict: Verdict) -> list[tuple[str, str]]:
    """What stands under a broken property: the message, the input and the learner's line."""
    rows = []
    if verdict.message is not None:
        if verdict.message:
            rows.append(("", verdict.message))
        if verdict.on:
            rows.append(("on ", verdict.on))
        if verdict.line:
            rows.append(("your ", verdict.line))
    return rows


def _idle(report: Report, verdict: Verdict) -> bool:
    return verdict.holds and verdict not in report.counted()


def as_text(report: Report, hidden: bool | None = None) -> str:
    """The report in plain text, a line a case and what broke under it."""
    if report.trouble:
        return f"{report.exercise}: {report.trouble}"
    lines = [f"{report.exercise} ({report.note})" if report.note else report.exercise]
    for v in _shown(report, hidden):
        later = "  (counts once the properties above hold)" if _idle(report, v) else ""
        lines.append(f"  {'✓' if v.holds else '✗'} {v.says}{later}")
        lines += [f"      {lead}{text}" for lead, text in _extra(v)]
        lines += [f"      {note}" for note in v.notes]
    return "\n".join(lines)


def _shown(report: Report, hidden: bool | None) -> list[Verdict]:
    return [v for v in report.verdicts if hidden is None or v.hidden == hidden]


def as_html(report: Report, hidden: bool | None = None, points: float | None = None, of: float | None = None) -> str:
    """The report as a table that needs no style sheet and no script."""
    score = "" if points is None or of is None else f" · {points:g} of {of:g} points"
    note = f'<br><span style="color:{_NOTE}">{html.escape(report.note)}</span>' if report.note else ""
    head = f"<b>{html.escape(report.exercise)}</b>{score}{note}"
    if report.trouble:
        cross = f'<span style="color:{_BAD}">✗</span>'
        return f'<div style="font-size:90%">{head}<br>{cross} {html.escape(report.trouble)}</div>'
    rows = "".join(_row(report, v) for v in _shown(report, hidden))
    style = "font-size:90%;border-collapse:collapse;text-align:left;margin:.3em 0"
    caption = f'<caption style="text-align:left;padding:.2em 0;color:inherit">{head}</caption>'
    return f'<table style="{style}">{caption}<tbody>{rows}</tbody></table>'


def _row(report: Report, v: Verdict) -> str:
    mark, colour = ("✓", _GOOD) if v.holds else ("✗", _BAD)
    parts = [html.escape(v.says)]
    if _idle(report, v):
        parts.append(f'<span style="color:{_NOTE}">counts once the properties above hold</span>')
    for lead, text in _extra(v):
        shown = html.escape(text)
        parts.append(f"{lead}<code style='white-space:pre-wrap'>{shown}</code>" if lead else shown)
    parts += [f'<span style="color:{_NOTE}">{html.escape(n)}</span>' for n in v.notes]
    cell = "text-align:left;vertical-align:top;padding:.15em .6em .15em 0"
    return f'<tr><td style="{cell};color:{colour};font-weight:bold">{mark}</td><td style="{cell}">{"<br>".join(parts)}</td></tr>'
