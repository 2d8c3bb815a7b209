"""What came out, drawn: a small array as a heat map, points as a plot. Nothing that was wanted is in it.

HTML without script or style sheet, in colours that hold on a light and on a dark page.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.cases.words import show

ROWS, COLUMNS = 12, 8  # of a heat map: more does not fit a narrow page
FEWEST, MOST = 5, 500  # points of a plot
DRAWN = 2  # arrays of one result
WIDE, HIGH, EDGE = 260, 200, 30  # of a plot, in pixels
_UP, _DOWN = "31,111,235", "200,105,0"  # blue and orange survive colour blindness; the numbers say the same
_CELL = "text-align:right;white-space:nowrap;overflow-wrap:normal;border:1px solid rgba(128,128,128,.25)"
_GREY, _BLUE = "#7a7f87", "#3b82f6"

Array = np.ndarray[Any, Any]


def drawn(value: Any) -> str:
    """Pictures of the first arrays in a result; empty where none is small enough, or there is nothing to see."""
    made = []
    for place, one in _arrays(value):
        picture = _picture(one)
        if picture:
            what = f"{place + ': ' if place else ''}array {one.shape}, {one.dtype}"
            made.append(
                f'<div style="margin:.3em 0"><div style="opacity:.72;font-size:90%">{html.escape(what)}</div>{picture}</div>'
            )
    return "".join(made[:DRAWN])


def _arrays(value: Any, place: str = "") -> Iterator[tuple[str, Array]]:
    if isinstance(value, np.ndarray):
        yield place, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _arrays(one, f"{place}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for at, one in enumerate(value):
            yield from _arrays(one, f"{place}[{at}]")


def _picture(array: Array) -> str:
    if array.dtype.kind not in "biuf" or array.size < 2 or array.ndim > 2:
        return ""
    if array.ndim == 2 and array.shape[1] == 2 and FEWEST <= len(array) <= MOST and np.isfinite(array).all():
        return _plot(array.astype(float))
    table = array[None] if array.ndim == 1 else array
    return _heat_map(table) if table.shape[0] <= ROWS and table.shape[1] <= COLUMNS else ""


def _heat_map(table: Array) -> str:
    sizes = np.abs(np.where(np.isfinite(table), table, 0).astype(float))
    largest = sizes.max() or 1.0
    rows = []
    for row, shades in zip(table, 0.04 + 0.56 * sizes / largest, strict=True):
        cells = []
        for one, shade in zip(row, shades, strict=True):
            back = f"rgba({_UP if one >= 0 else _DOWN},{shade:.2f})" if np.isfinite(one) else "transparent"
            weight = "" if np.isfinite(one) else ";font-weight:bold;text-decoration:underline"
            look = f"background:{back};padding:.1em .35em;{_CELL}{weight}"
            cells.append(f'<td style="{look}">{html.escape(_short(one))}</td>')
        rows.append(f'<tr style="background:none">{"".join(cells)}</tr>')
    look = "border-collapse:collapse;margin:.15em 0;font-size:90%;font-variant-numeric:tabular-nums"
    return f'<div style="overflow-x:auto"><table style="{look}"><tbody>{"".join(rows)}</tbody></table></div>'


def _short(one: Any) -> str:
    """A number in few characters."""
    if isinstance(one, np.bool_):
        return str(bool(one))
    return str(one) if isinstance(one, np.integer) else f"{float(one):.3g}"


def _plot(points: Array) -> str:
    """Points of the plane, with one scale for both axes."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDE, HIGH]) - 2 * EDGE
    spread = np.where(high > low, high - low, 0)
    scale = (room / np.where(spread > 0, spread, np.nan)) if spread.any() else np.array([1.0, 1.0])
    one = float(np.nanmin(scale))
    at = EDGE + room / 2 + (points - (low + high) / 2) * one
    dots = "".join(f'<circle cx="{x:.1f}" cy="{HIGH - y:.1f}" r="3.5"/>' for x, y in at)
    left, right = at.min(axis=0), at.max(axis=0)
    base = HIGH - EDGE + 10
    ends = {f"{low[0]:.3g}": left[0], f"{high[0]:.3g}": right[0]}
    words = "".join(f'<text x="{x:.1f}" y="{base + 14}">{text}</text>' for text, x in ends.items())
    heights = {f"{low[1]:.3g}": HIGH - left[1], f"{high[1]:.3g}": HIGH - right[1]}
    words += "".join(f'<text x="24" y="{y + 3:.1f}" text-anchor="end">{text}</text>' for text, y in heights.items())
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}">'
        f'<path d="M{EDGE} 8V{base}H{WIDE - 8}" fill="none" stroke="{_GREY}"/>'
        f'<g fill="{_BLUE}" fill-opacity=".8">{dots}</g>'
        f'<g fill="{_GREY}" font-family="sans-serif" font-size="11" text-anchor="middle">{words}</g></svg>'
    )
    alt = html.escape(f"{len(points)} points, from {show(low)} to {show(high)}")
    source = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{alt}" style="max-width:100%;background:none" src="data:image/svg+xml;base64,{source}">'
