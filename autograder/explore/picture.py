"""A picture without controls: the same HTML as an explorer's, drawn once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from matplotlib.figure import Figure

from autograder.explore.page import bundle, metadata, still
from autograder.explore.paint import Painter, Shot

P = ParamSpec("P")


class Picture:
    """A drawn picture: shows itself in a notebook, on an exported page and on a feedback page, with alternative text."""

    def __init__(self, shot: Shot) -> None:
        self.shot = shot

    @property
    def png(self) -> bytes:
        """It as a PNG on white paper."""
        return self.shot.paper

    def __repr__(self) -> str:
        return f"<picture: {self.shot.alt or 'untitled'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        return bundle(still(self.shot), self.shot), metadata(self.shot)


def picture(draw: Callable[P, Figure]) -> Callable[P, Picture]:
    """Make a function that returns a figure return a `Picture` in the house look.

    The first paragraph of its docstring is the alternative text, and the picture's titles follow it.
    """

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        bound: Any = functools.wraps(draw)(lambda: draw(*args, **kwargs))
        del bound.__wrapped__  # its own signature counts: it takes nothing
        return Picture(Painter(bound).shot(paper=True))

    return drawn
