"""`score("two_signs")`: what an entry to a studio reaches on public data, beside the baseline and the bands."""

from __future__ import annotations

import html
import math

from autograder.cases.model import Studio

NAMES = ("baseline", "gets going", "good", "excellent", "honour")
ELSEWHERE = "measured on other data when you hand in, and on other data again when the week closes"
_WIDTH, _MARGIN = 340, 32  # narrow enough for a telephone; a name under either end has room


class Score:
    """A studio's metric on public data: a line in a terminal, a scale with marks in a notebook. It holds no points.

    Parameters
    ----------
    studio : its baseline and bands.
    value : the entry's metric; not a number where it was refused.
    advice : what would lift it, or why it was refused.
    """

    def __init__(self, studio: Studio, value: float, advice: str = "") -> None:
        self.studio, self.value, self.advice = studio, value, advice

    @property
    def said(self) -> str:
        """The score in a line of words."""
        if not math.isfinite(self.value):
            return f"{self.studio.exercise}: no score. {self.advice}"
        marks = ", ".join(f"{name} {edge:g}" for name, edge in self._edges())
        band = self.studio.band(self.value) + (", with honour" if self.studio.honoured(self.value) else "")
        return (
            f"{self.studio.exercise}, on public data: {self.value:.4g}, {band} "
            f"({self.studio.metric}; {'higher' if self.studio.higher else 'lower'} is better: {marks}). {ELSEWHERE.capitalize()}."
        )

    def __repr__(self) -> str:
        """The words alone."""
        return f"{self.said} {self.advice}".strip() if math.isfinite(self.value) else self.said

    def _edges(self) -> list[tuple[str, float]]:
        honour = () if self.studio.honour is None else (self.studio.honour,)
        rows = (self.studio.baseline, *self.studio.bands, *honour)
        return list(zip(NAMES, rows, strict=False))

    def _repr_html_(self) -> str:
        scale = self._scale() if math.isfinite(self.value) else ""
        advice = f"<br>{html.escape(self.advice)}" if self.advice and scale else ""
        return f'<div style="font-size:90%">{scale}{html.escape(self.said)}{advice}</div>'

    def _scale(self) -> str:
        """The bands as ticks along a line, from worse to better, and the entry as a filled mark on it."""
        edges = [edge for _, edge in self._edges()]
        low, high = min(*edges, self.value), max(*edges, self.value)
        span = (high - low) or 1.0

        def at(value: float) -> float:
            share = (value - low) / span
            return _MARGIN + (share if self.studio.higher else 1 - share) * (_WIDTH - 2 * _MARGIN)

        ticks = "".join(
            f'<line x1="{at(edge):.1f}" x2="{at(edge):.1f}" y1="24" y2="36" stroke="currentColor"/>'
            f'<text x="{at(edge):.1f}" y="{50 + 14 * (n % 2)}" text-anchor="middle" font-size="12" fill="currentColor">'
            f"{html.escape(name)}</text>"
            for n, (name, edge) in enumerate(self._edges())
        )
        here = at(self.value)
        mark = (
            f'<path d="M {here - 6:.1f} 12 L {here + 6:.1f} 12 L {here:.1f} 26 Z" fill="#1f6feb"/>'
            f'<text x="{here:.1f}" y="10" text-anchor="middle" font-size="12" fill="currentColor">you</text>'
        )
        return (
            f'<svg role="img" aria-label="{html.escape(self.said)}" width="{_WIDTH}" height="70" '
            f'viewBox="0 0 {_WIDTH} 70" style="max-width:100%;display:block">'
            f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="30" y2="30" stroke="currentColor"/>{ticks}{mark}</svg>'
        )
