"""From a drawing function to bytes: light and quick while something moves, fine when it rests.

Three savings, none of which an author sees: the layout of the last fine picture is kept, for constrained layout is half of
the work; axes whose frame did not change are pasted, not drawn; and a moving picture has fewer pixels, as WebP.
"""

from __future__ import annotations

import base64
import inspect
import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from autograder.explore.style import SHOWN, alternative, style

LIGHT, FINE = 1.0, 1.75  # pixels for each pixel on the page
Boxes = list[list[float]]


@dataclass(frozen=True)
class Shot:
    """A picture as bytes, or a text where there is nothing to draw.

    Attributes
    ----------
    data, kind : the picture's bytes and their format, "webp" or "png"; no bytes in a text.
    alt : what it shows, in words; the text itself, if it is one.
    width, height : pixels on the page.
    keep : boxes (left, top, width, height in per cent, then an outline, if it is no box) that a dark theme must leave alone.
    spots : where draggable points lie (x, y), as shares of width and height from the upper left.
    paper : the same as a PNG on white paper, where it was asked for.
    """

    data: bytes
    kind: str
    alt: str
    width: int = 0
    height: int = 0
    keep: list[Any] = field(default_factory=list)
    spots: Boxes = field(default_factory=list)
    paper: bytes = b""

    @property
    def uri(self) -> str:
        """The picture as an address that holds it."""
        return f"data:image/{self.kind};base64," + base64.b64encode(self.data).decode()

    def about(self) -> dict[str, Any]:
        """All but the bytes, for the browser."""
        names = ("kind", "alt", "width", "height", "keep", "spots")
        return {name: getattr(self, name) for name in names}


class Painter:
    """Draws one function again and again.

    Parameters
    ----------
    draw
        Returns a figure, or a text where there is nothing to draw. Where it has a parameter `quick`, it is told whether
        something moves, and may take fewer steps or a coarser grid then.
    """

    def __init__(self, draw: Callable[..., Figure | str]) -> None:
        self.draw = draw
        self.takes_quick = "quick" in inspect.signature(draw).parameters
        self.axes: list[Axes] = []  # of the latest figure: dragged points are told in its units
        self._layouts: dict[Any, Any] = {}
        self._frames: dict[Any, Any] = {}
        self._last: Any = None

    def shot(
        self,
        values: Mapping[str, Any] | None = None,
        mine: Sequence[Any] = (),
        fine: bool = True,
        saved: bool = False,
        paper: bool = False,
        spots: Any = (),
    ) -> Shot:
        """The picture at these values.

        Parameters
        ----------
        values : the drawing function's arguments by name.
        mine : what it takes before them: the learner's functions.
        fine : at rest; else something moves.
        saved : it goes into a file: time matters less, bytes more.
        paper : make the PNG on white paper too.
        spots : points (n, 2) in the data of the first axes, whose places are wanted.
        """
        told = dict(values or {}) | ({"quick": not fine} if self.takes_quick else {})
        with style():
            fig = self.draw(*mine, **told)
            if isinstance(fig, str):
                return Shot(b"", "text", fig)
            width, height = (round(inches * fig.dpi * SHOWN) for inches in fig.get_size_inches())
            fig.set_dpi(width * (FINE if fine else LIGHT) / fig.get_figwidth())
            canvas: Any = FigureCanvasAgg(fig)
            self._render(fig, canvas, fine)
            pixels = Image.fromarray(np.asarray(canvas.buffer_rgba()))
        self.axes = fig.axes
        coloured = many_colours(fig)
        data, kind = encoded(pixels, fine, saved, coloured)
        return Shot(
            data,
            kind,
            words(self.draw, fig),
            width,
            height,
            photographs(fig),
            places(fig, spots),
            on_paper(pixels, coloured) if paper else b"",
        )

    def _render(self, fig: Figure, canvas: Any, fine: bool) -> None:
        shape = (*fig.get_size_inches(), len(fig.axes))
        top: Any = getattr(fig, "_suptitle", None)
        if fine or shape not in self._layouts:
            engine = fig.get_layout_engine()
            if engine is not None:
                engine.execute(fig)
            self._layouts[shape] = [ax.get_position(original=True).frozen() for ax in fig.axes], top and top.get_position()
        boxes, high = self._layouts[shape]
        fig.set_layout_engine("none")
        for ax, box in zip(fig.axes, boxes, strict=True):
            ax.set_position(box)
        if top and high:
            top.set_position(high)
        for text in (text for ax in fig.axes for text in ax.texts if text.get_bbox_patch() is not None):
            text.update_bbox_position_size(canvas.get_renderer())  # an arrow that ends at a box must know where the box is
        if fine:
            canvas.draw()
        else:
            self._paste(fig, canvas, shape)

    def _paste(self, fig: Figure, canvas: Any, shape: Any) -> None:
        """Draw what changed onto the frames (ticks, labels, spines) of the picture before, if they are the same."""
        key = (shape, fig.dpi, *map(frame, fig.axes))
        twice, self._last = self._last == key, key
        known, pixels = self._frames.get(shape, (None, None))
        if known != key and not twice:
            canvas.draw()
            return
        renderer = canvas.get_renderer()
        if known != key:
            for part in parts_of_frames(fig):
                part.draw(renderer)
            pixels = renderer.copy_from_bbox(fig.bbox)
            self._frames[shape] = key, pixels
        renderer.clear()
        renderer.restore_region(pixels)
        for part in parts_of_frames(fig):
            part.set_visible(False)
        fig.draw(renderer)


def parts_of_frames(fig: Figure) -> list[Any]:
    """The axis lines, ticks, labels and spines that are to be seen."""
    found = []
    for ax in fig.axes:
        ax.apply_aspect()
        found += [part for part in (ax.xaxis, ax.yaxis, *ax.spines.values()) if ax.axison and part.get_visible()]
    return found


def frame(ax: Axes) -> tuple[Any, ...]:
    """Everything that an axes' ticks, labels and spines depend on."""

    def axis(one: Any) -> tuple[Any, ...]:
        at, texts = getattr(one.get_major_locator(), "locs", None), getattr(one.get_major_formatter(), "seq", None)
        fixed, named = (None if some is None else tuple(some) for some in (at, texts))
        return one.get_scale(), one.get_label_text(), fixed, named, one._major_tick_kw.get("gridOn", False), one.get_visible()

    edges = tuple((s.get_visible(), to_hex(s.get_edgecolor(), True), s.get_linewidth()) for s in ax.spines.values())
    place = tuple(ax.get_position(original=True).bounds)
    return ax.get_xlim(), ax.get_ylim(), ax.get_aspect(), ax.axison, axis(ax.xaxis), axis(ax.yaxis), edges, place


def encoded(pixels: Image.Image, fine: bool, saved: bool, coloured: bool) -> tuple[bytes, str]:
    """Bytes and their format: a drawing has few colours, so a palette makes it small without a blemish."""
    if (fine or saved) and not coloured:
        return as_png(pixels, 128 if fine else 48), "png"
    buffer = io.BytesIO()
    pixels.save(buffer, "WEBP", quality=88 if fine else 78, method=3 if fine or saved else 0)
    return buffer.getvalue(), "webp"


def on_paper(pixels: Image.Image, coloured: bool) -> bytes:
    """A PNG on white paper: for print, and for pages that show nothing else."""
    page = Image.new("RGBA", pixels.size, "white")
    page.alpha_composite(pixels)
    if not coloured:
        return as_png(page.convert("RGB"), 128)
    smaller = [round(side * 1.25 / FINE) for side in page.size]  # without a palette's help, fewer pixels
    return as_png(page.convert("RGB").resize(smaller, Image.Resampling.LANCZOS), 256, Image.Quantize.MEDIANCUT)


def as_png(pixels: Image.Image, colours: int, method: Any = Image.Quantize.FASTOCTREE) -> bytes:
    """A PNG with a palette, in which what is as good as white is white."""
    buffer, few = io.BytesIO(), pixels.quantize(colours, method=method)
    if pixels.mode == "RGB":
        few.putpalette([255 if value > 251 else value for value in few.getpalette() or ()])
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def words(draw: Callable[..., Any], fig: Figure) -> str:
    """The docstring, and what the picture itself says just now: its titles."""
    titles = [fig.get_suptitle(), *(ax.get_title(loc) for ax in fig.axes for loc in ("left", "center"))]
    now = "; ".join(" ".join(title.split()) for title in titles if title)
    return " ".join(part for part in (alternative(draw), f"Now: {now}." if now else "") if part)


def many_colours(fig: Figure) -> bool:
    """Whether it holds photographs, or fields that run through a colour map: no palette does justice to them."""
    fields = [image for ax in fig.axes for image in ax.images if not in_grey(image)]
    return any(in_colour(image) or len(np.unique(np.asarray(image.get_array())[::3, ::3])) > 30 for image in fields)


def in_grey(image: Any) -> bool:
    """Whether an image's numbers are shown as greys."""
    return not in_colour(image) and image.get_cmap().name.startswith("gray")


def in_colour(image: Any) -> bool:
    """Whether an image of an axes holds colours, not numbers for a colour map."""
    return np.ndim(image.get_array()) == 3


def photographs(fig: Figure) -> list[Any]:
    """Boxes of images whose brightness has a meaning: greys and photographs. Images that overlap are one box with an outline."""
    boxes: list[Any] = []
    for ax in fig.axes:
        images = [Bbox.intersection(i.get_window_extent(), ax.bbox) for i in ax.images if in_colour(i) or in_grey(i)]
        seen = [box.transformed(fig.transFigure.inverted()) for box in images if box is not None]
        if any(one.fully_overlaps(other) for one, other in itertools.combinations(seen, 2)):
            whole = Bbox.union(seen)
            boxes.append([*in_percent(whole), outline(seen, whole)])
        else:
            boxes += [in_percent(box) for box in seen]
    return boxes


def in_percent(box: Bbox) -> list[float]:
    """Left, top, width and height in per cent of the picture, the top being 0."""
    x0, y0, x1, y1 = box.extents
    return [round(100 * float(v), 2) for v in (x0, 1 - y1, x1 - x0, y1 - y0)]


def outline(boxes: Sequence[Bbox], whole: Bbox) -> str:
    """All that lies in any of the boxes, as a clip-path. With a box for each, what lies in two would be turned back twice."""
    points: list[tuple[float, float]] = []
    for box in boxes:
        left, right = ((x - whole.x0) / whole.width for x in (box.x0, box.x1))
        top, low = ((whole.y1 - y) / whole.height for y in (box.y1, box.y0))
        points += [(left, top), (right, top), (right, low), (left, low), (left, top), *points[:1]]  # and back to the very first
    return f"polygon(nonzero, {', '.join(f'{100 * x:.2f}% {100 * y:.2f}%' for x, y in points)})"


def places(fig: Figure, spots: Any) -> Boxes:
    """Where points in the data of the first axes lie in the picture."""
    if not len(spots):
        return []
    at = fig.transFigure.inverted().transform(fig.axes[0].transData.transform(np.asarray(spots, float)))
    return [[round(float(x), 4), round(float(1 - y), 4)] for x, y in at]


def in_data(axes: Sequence[Axes], spots: Boxes) -> Any:
    """The inverse of `places`: points (n, 2) in the data of the first axes."""
    shares = np.array(spots, float) * [1, -1] + [0, 1]
    figure: Any = axes[0].figure
    return axes[0].transData.inverted().transform(figure.transFigure.transform(shares))
