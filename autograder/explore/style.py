"""One look for all pictures: colours that colour-blind readers can tell apart, quiet axes, one type size, clear paper."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

# Okabe and Ito (2008), "Color Universal Design": distinct under the common kinds of colour blindness.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
RED, SKY, INK, GREY, PAPER = "#D55E00", "#56B4E9", "#22272e", "#8b949e", "#ffffff"
CLASSES = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, INK, "#b59f00", "#7f5539", GREY)
MARKERS = "os^DvPX*<>"  # a class is told by its shape too, never by colour alone
SHADES = LinearSegmentedColormap.from_list("blue_white_orange", ["#5aa3d0", "#a9d0e8", "#f7f7f7", "#f9dfa6", "#f0bd55"])
SIGNED = LinearSegmentedColormap.from_list("blue_to_orange", [BLUE, "#8fc3e0", "#ffffff", "#f3cc80", "#c97f00"])

SHOWN = 0.85  # pixels on the page for each of a figure's own (110 an inch): what follows is a little larger than it looks
LOOK: Any = {
    # The paper is clear: the page's own colour shines through, in a dark theme too. A PNG for print gets white paper.
    "figure.facecolor": "none", "savefig.facecolor": "none", "axes.facecolor": "none", "figure.dpi": 110,
    "font.size": 10.5, "axes.titlesize": 11.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.titlepad": 9, "axes.labelsize": 10.5, "axes.labelcolor": INK, "axes.edgecolor": GREY, "text.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "xtick.color": INK, "ytick.color": INK,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "grid.color": "#e5e9ee", "grid.linewidth": 0.8,
    "lines.linewidth": 2.0, "legend.frameon": False, "legend.fontsize": 9.5, "image.cmap": "gray",
    "image.interpolation": "nearest", "axes.prop_cycle": cycler(color=list(CLASSES)),
}  # fmt: skip


@contextlib.contextmanager
def style() -> Iterator[None]:
    """The house look, for as long as the block lasts."""
    with matplotlib.rc_context(LOOK):
        yield


def figure(width: float = 9.0, height: float = 3.6, rows: int = 1, columns: int = 1, **grid: Any) -> tuple[Figure, Any]:
    """A figure of `width` × `height` inches and its axes: one, or an array of them as in ``plt.subplots``.

    It does not go through pyplot, so that a notebook neither shows it twice nor keeps it open.
    Further arguments go to ``Figure.subplots`` (``sharex``, ``width_ratios``, …).
    """
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(rows, columns, **grid)


def alternative(draw: Callable[..., Any]) -> str:
    """What a picture shows, in words: the first paragraph of the docstring of the function that draws it."""
    return " ".join((draw.__doc__ or "").split("\n\n")[0].split())
