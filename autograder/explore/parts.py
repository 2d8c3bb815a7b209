"""Pieces that many pictures share: points by class, decision regions, a surface of scores, a row of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from numpy.typing import ArrayLike, NDArray

from autograder.explore.style import CLASSES, INK, MARKERS, SHADES

Extent = tuple[float, float, float, float]


def points(ax: Axes, X: ArrayLike, y: ArrayLike | None = None, size: float = 42, **more: Any) -> None:
    """Points X (examples, 2), a colour and a shape for each class of y."""
    X = np.asarray(X)
    labels = np.zeros(len(X), int) if y is None else np.asarray(y).astype(int)
    more = {"edgecolor": "white", "linewidth": 0.9, "zorder": 3, **more}
    for k in np.unique(labels):
        here = X[labels == k]
        ax.scatter(here[:, 0], here[:, 1], s=size, color=CLASSES[k % 10], marker=MARKERS[k % 10], **more)


def mesh(extent: Extent, steps: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Grid lines along both axes, and the grid's points as an array (steps * steps, 2)."""
    along, up = np.linspace(*extent[:2], steps), np.linspace(*extent[2:], steps)
    return along, up, np.stack(np.meshgrid(along, up), axis=-1).reshape(-1, 2)


def regions(
    ax: Axes, rule: Callable[[NDArray[Any]], ArrayLike], extent: Extent, steps: int = 220, colours: Sequence[str] = CLASSES
) -> None:
    """Where `rule`, a function of points (n, 2), gives which label (0, 1, 2, …): soft colours, a thin line between."""
    along, up, grid = mesh(extent, steps)
    labels = np.asarray(rule(grid)).reshape(steps, steps).astype(int)
    soft = ListedColormap([tuple(0.32 * np.array(to_rgb(c)) + 0.68) for c in colours])
    span: Any = {"vmin": -0.5, "vmax": len(colours) - 0.5}
    ax.imshow(labels, extent=extent, origin="lower", aspect="auto", cmap=soft, zorder=0, **span)
    for k in np.unique(labels)[1:]:
        ax.contour(along, up, blurred(labels >= k), levels=[0.5], colors=INK, linewidths=0.9, zorder=1)
    ax.set(xlim=extent[:2], ylim=extent[2:])


def blurred(inside: NDArray[Any], width: int = 7) -> NDArray[Any]:
    """The share of neighbours that lie inside: its middle contour has no stairs."""
    padded = np.pad(inside.astype(float), width // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (width, width))
    shares: NDArray[Any] = windows.mean(axis=(2, 3))
    return shares


def surface(
    ax: Axes,
    score: Callable[[NDArray[Any]], ArrayLike],
    extent: Extent,
    low: float = 0.0,
    high: float = 1.0,
    level: float | None = 0.5,
    steps: int = 160,
) -> Any:
    """A number at every point: blue is `low`, orange is `high`, a line where it equals `level`; returns the image."""
    along, up, grid = mesh(extent, steps)
    heights = np.asarray(score(grid), float).reshape(steps, steps)
    image = ax.imshow(
        heights,
        extent=extent,
        origin="lower",
        aspect="auto",
        cmap=SHADES,
        vmin=low,
        vmax=high,
        interpolation="bilinear",
        zorder=0,
    )
    if level is not None and heights.min() < level < heights.max():
        ax.contour(along, up, heights, levels=[level], colors=INK, linewidths=1.2, zorder=1)
    ax.set(xlim=extent[:2], ylim=extent[2:])
    return image


def images(axes: Sequence[Axes] | NDArray[Any], pictures: ArrayLike, titles: Sequence[str] = (), **more: Any) -> None:
    """One image on each of the axes, without ticks."""
    for i, (ax, one) in enumerate(zip(np.ravel(np.asarray(axes, object)), np.asarray(pictures), strict=False)):
        ax.imshow(one, **more)
        ax.set(xticks=[], yticks=[])
        if i < len(titles):
            ax.set_title(titles[i], fontsize=10)
        for spine in ax.spines.values():
            spine.set_visible(False)
