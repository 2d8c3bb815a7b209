"""The report as one page: no script, no network, light and dark, made to be printed too."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from importlib import resources as package
from itertools import groupby

import jinja2
from markupsafe import Markup

from autograder.cases.report import points_in_words
from autograder.grading.report.found import Curve, Found, Row
from autograder.grading.report.read import Person
from autograder.grading.report.similar import Alike

WIDE, HIGH = 640, 220  # of a studio's curve, in units of the drawing
LEFT, TOP = 96, 14


def page(found: Found, similar: Sequence[Alike], unsaid: str, names: bool, now: datetime.datetime) -> str:
    """The page's text.

    Parameters
    ----------
    similar : submissions that are alike.
    unsaid : why they were not looked for; empty where they were.
    names : whether learners are called by their names; else by numbers, and a folded table at the end says who is who.
    now : when the page is made.
    """

    def who(person: Person) -> Markup:
        if names:
            return Markup("{}").format(person.name if person.name == person.id else f"{person.name} ({person.id})")
        return Markup('<a href="#{}">{}</a>').format(anchor(person), person.alias)

    everybody = [*(sheet.person for sheet in found.room.sheets), *found.room.absent, *found.room.waiting]
    return template().render(
        found=found, room=found.room, similar=similar, unsaid=unsaid, names=names, now=f"{now:%d %B %Y, %H:%M}", who=who,
        everybody=sorted(everybody, key=lambda one: one.alias), anchor=anchor, strip=strip, drawn=drawn,
        most=max(sheet.most for sheet in found.room.sheets),
    )  # fmt: skip


def anchor(person: Person) -> str:
    """Her place in the table of who is who."""
    return person.alias.lower().replace(" ", "-")


def strip(row: Row) -> Markup:
    """A promise's learners side by side, as one small drawing."""
    paths = {"x": "", " ": ""}
    at = 0
    for mark, run in groupby(row.marks):
        wide = len(list(run))
        if mark in paths:
            paths[mark] += f"M{at} 0h{wide}v1h-{wide}z"
        at += wide
    return Markup(
        '<svg class="strip" viewBox="0 0 {} 1" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="none" d="{}"/><path class="no" d="{}"/></svg>'
    ).format(at, f"broken by {row.broken} of {row.begun}", paths[" "], paths["x"])


def drawn(curve: Curve) -> Markup:
    """A studio's results, the best first, against its bands."""
    high, wide = HIGH - 2 * TOP, WIDE - LEFT - 10
    step = wide / max(1, len(curve.shares))

    def height(share: float) -> float:
        return round(TOP + high * (1 - share), 1)

    lines = Markup("").join(
        Markup('<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT, height(low), WIDE - 10, LEFT - 8, height(low) + 4, name if low else "0"
        )
        for name, low, _ in curve.bands
    )
    top = f"M{LEFT} {height(0)}" + "".join(
        f"V{height(share)}H{round(LEFT + step * number, 1)}" for number, share in enumerate(curve.shares, 1)
    )
    return Markup(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}<path class="area" d="{}V{}z"/></svg>'
    ).format(
        WIDE, HIGH, "; ".join(f"{name}: {number}" for name, _, number in curve.bands), lines, top, height(0)
    )  # fmt: skip


@functools.cache
def template() -> jinja2.Template:
    """The page's template."""
    text = (package.files("autograder.grading.report") / "report.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["points"] = points_in_words
    return environment.from_string(text)
