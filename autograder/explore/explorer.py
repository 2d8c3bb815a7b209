"""An explorer: a function that returns a figure, and what a reader may choose.

In a notebook it makes two outputs. The first is HTML that lasts: the picture, its words, some frames with controls of
their own. The second is a live widget, there as long as a kernel answers. A style sheet shows the one that is needed.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograder.explore import mine as hers
from autograder.explore.controls import Control, Drag
from autograder.explore.page import At, bundle, metadata, product, turning
from autograder.explore.paint import Painter, Shot
from autograder.explore.style import alternative

FRAMES = 40  # saved in a notebook, at most
BYTES = 120_000  # of saved frames in all: six explorers and a week's pictures stay under 2 MB
SECONDS = 3.0  # of drawing for saved frames, at most

Draw = Callable[..., Figure | str]


def explorer(
    draw: Draw | None = None,
    *,
    mine: Sequence[Any] = (),
    labels: dict[str, str] | None = None,
    frames: int = FRAMES,
    **controls: Any,
) -> Any:
    """Give a function that returns a figure something to choose from.

    As a decorator it makes a function whose call shows the explorer; what that call is given are the learner's functions,
    which come first among the arguments of `draw`. Given `draw`, it returns the `Explorer` itself.

    Parameters
    ----------
    draw : returns a figure (see `figure`), or a text where there is nothing to draw. The first paragraph of its docstring is
        the alternative text, and the figure's titles are added. If it has a parameter `quick`, that is true while something
        moves: train for fewer steps, take a coarser grid.
    mine : the learner's functions: the picture comes anew when the cell of one of them, or of a helper that it uses, has run.
    labels : what to write beside a control, where its name will not do.
    frames : how many pictures the saved notebook holds for readers without a kernel, at most.
    controls : for each other argument of `draw` one of ``(low, high, start)`` and ``(low, high, start, step)``, whole numbers
        where all are whole, else floats; a list, the first to start with; True or False; ``Drag(points)``, at most once.

    Raises
    ------
    TypeError
        Where the controls and the arguments of `draw` do not belong together.
    """
    if draw is not None:
        return Explorer(draw, mine, controls, labels or {}, frames)

    def decorate(real: Draw) -> Callable[..., Explorer]:
        @functools.wraps(real)
        def shown(*mine: Any) -> Explorer:
            return Explorer(real, mine, controls, labels or {}, frames)

        return shown

    return decorate


class Explorer:
    """A drawing function with its controls. Made by `explorer`."""

    def __init__(self, draw: Draw, mine: Sequence[Any], controls: dict[str, Any], labels: dict[str, str], frames: int) -> None:
        self.draw, self.mine, self.most = draw, list(mine), frames
        self.drag = {name: given for name, given in controls.items() if isinstance(given, Drag)}
        self.controls = [Control.of(n, given, labels.get(n)) for n, given in controls.items() if n not in self.drag]
        self.reset()
        parameters = [name for name in inspect.signature(draw).parameters if name != "quick"]
        self._refuse(parameters, list(controls), labels)
        self.parameters = parameters[: len(self.mine)]
        self.painter = Painter(draw)
        self.id = uuid.uuid4().hex[:12]
        self.cost = 0.0  # seconds of CPU that the latest light picture took
        self.copies: dict[At, Shot] = {}  # what is saved
        self.live: Any = None

    def _refuse(self, parameters: list[str], controls: list[str], labels: dict[str, str]) -> None:
        name = getattr(self.draw, "__name__", "draw")
        left = parameters[len(self.mine) :]
        if sorted(left) != sorted(controls):
            told = f"the learner's {len(self.mine)} and then {', '.join(controls) or 'nothing'}"
            raise TypeError(f"{name} takes {', '.join(parameters) or 'nothing'}, but is given {told}")
        if len(self.drag) > 1:
            raise TypeError(f"{name}: only one argument can be Drag(points)")
        if unknown := set(labels) - set(controls):
            raise TypeError(f"{name}: labels for {', '.join(sorted(unknown))}, which it does not take")

    @property
    def start(self) -> At:
        """The controls' positions at first."""
        return tuple(control.start for control in self.controls)

    def values(self, at: At) -> dict[str, Any]:
        """What the drawing function is given at these positions, but for the learner's functions."""
        chosen = {control.name: control.values[k] for control, k in zip(self.controls, at, strict=True)}
        return chosen | {name: points.copy() for name, points in self.points.items()}

    def reset(self) -> None:
        """Put the points that can be dragged back where they were at first."""
        self.points = {name: np.array(given.points, float) for name, given in self.drag.items()}

    def spots(self, at: At) -> Any:
        """The points (n, 2) that can be dragged just now."""
        for name, drag in self.drag.items():
            values = {control.name: control.values[k] for control, k in zip(self.controls, at, strict=True)}
            return self.points[name][: drag.shown(**values) if drag.shown else None]
        return ()

    def shot(self, at: At, fine: bool = True, saved: bool = False, paper: bool = False) -> Shot:
        """The picture at these positions; where the learner's functions do not run yet, the sentence that says so."""
        began = time.process_time()
        more: dict[str, Any] = {"fine": fine, "saved": saved, "paper": paper, "spots": self.spots(at)}
        if not self.mine:
            shot = self.painter.shot(self.values(at), **more)
        else:
            try:
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    shot = self.painter.shot(self.values(at), self.mine, **more)
            except (Exception, KeyboardInterrupt) as error:  # her function's, not ours: a sentence, never a traceback
                shot = Shot(b"", "text", hers.waiting(self.names, error))
        self.cost = time.process_time() - began
        return shot

    @property
    def names(self) -> list[str]:
        """What the learner calls the functions that the picture is made of."""
        return hers.names_of(self.mine, self.parameters, notebook())

    # ---- what is saved

    def grid(self) -> Iterator[At]:
        """The frames for readers without a kernel: all, where they are few; else one control at a time, coarse ones first."""
        if self.drag or self.mine or not self.controls:
            return
        sizes = [len(control.values) for control in self.controls]
        if product(self.controls) <= self.most:
            yield from (at for at in itertools.product(*map(range, sizes)) if at != self.start)
            return
        rows = [[k for k in halving(size) if k != self.start[i]] for i, size in enumerate(sizes)]
        for turn in itertools.zip_longest(*rows):
            for i, k in enumerate(turn):
                if k is not None:
                    yield (*self.start[:i], k, *self.start[i + 1 :])

    def first(self) -> Shot:
        """The picture at the start, fine and with its PNG; drawn once."""
        if self.start not in self.copies:
            self.copies[self.start] = self.shot(self.start, paper=True)
        return self.copies[self.start]

    def prepare(self) -> Iterator[None]:
        """Draw the frames that are saved, one at each step, as many as there is room and time for."""
        began, taken = time.process_time(), 0
        for at in itertools.islice(self.grid(), self.most - 1):
            if at not in self.copies:
                self.copies[at] = self.shot(at, fine=False, saved=True)
                yield
            taken += len(self.copies[at].data)
            whole = product(self.controls) <= self.most
            if taken > (2 * BYTES if whole else BYTES) or time.process_time() - began > SECONDS:
                return

    def bundle(self) -> dict[str, Any]:
        """The output that is saved."""
        page = turning(self.first(), self.controls, self.copies, alternative(self.draw), bool(self.drag))
        return bundle(page, self.first())

    def __repr__(self) -> str:
        return f"<explorer: {alternative(self.draw) or 'untitled'}>"

    # ---- what is shown

    def _ipython_display_(self) -> None:
        from IPython.display import display

        shell = kernel()
        self.first()
        more: dict[str, Any] = {"metadata": metadata(self.first()), "display_id": self.id}
        display(self.bundle(), raw=True, **more)  # type: ignore[no-untyped-call]
        if shell is not None and (self.controls or self.drag or self.mine):
            from autograder.explore.live import Live

            self.live = Live(self, shell)
            self.live.show()

    def save(self) -> None:
        """Put what is saved now in the place of what was saved before, in the notebook that is open."""
        from IPython.display import display

        more: dict[str, Any] = {"metadata": metadata(self.first()), "display_id": self.id}
        display(self.bundle(), raw=True, update=True, **more)  # type: ignore[no-untyped-call]


def halving(size: int) -> list[int]:
    """All positions 0 … size - 1, both ends first, then middles: wherever one stops, they lie evenly."""
    order, gaps = [0, size - 1][: min(size, 2)], [(0, size - 1)]
    while gaps:
        low, high = gaps.pop(0)
        if high - low > 1:
            middle = (low + high) // 2
            order.append(middle)
            gaps += [(low, middle), (middle, high)]
    return order


def notebook() -> dict[str, Any]:
    """The names of the notebook in which this runs; none outside one."""
    with contextlib.suppress(ImportError):
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        return {} if shell is None else shell.user_ns
    return {}


def kernel() -> Any:
    """The shell, if a Jupyter kernel runs it: only that answers a control."""
    with contextlib.suppress(ImportError):
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        return shell if getattr(shell, "kernel", None) is not None else None
    return None
