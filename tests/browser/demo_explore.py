"""Explorers of every kind, for the browser tests: they lie beside the notebook that the tests make."""

import numpy as np

from autograder.explore import BLUE, CLASSES, INK, ORANGE, Drag, explorer, figure, images, picture, points, regions


@explorer(a=(-1.2, 2.0, 1.2, 0.1), step=(-1.0, 1.0, 0.8, 0.05), labels={"step": "nudge"})
def nudge(a, step):
    """A curve with its tangent at one point."""
    t = np.linspace(-1.6, 3.2, 200)
    fig, ax = figure(8.4, 3.2)
    ax.plot(t, 3 * t**2 - t, color=BLUE)
    ax.plot(t, 3 * a**2 - a + (6 * a - 1) * (t - a), color=ORANGE, lw=1.4)
    ax.plot([a, a + step], [3 * a**2 - a, 3 * (a + step) ** 2 - a - step], "o", color=INK)
    ax.set(ylim=(-4, 24), xlim=(-1.6, 3.2), xlabel="a", ylabel="J", title=f"at a = {a:.2f} the slope is {6 * a - 1:.2f}")
    return fig


@explorer(blocks=(2, 9, 4), kind=["waves", "rings"], turned=False)
def blocks(blocks, kind, turned):
    """A grey image, seen through a coarse grid."""
    x, y = np.meshgrid(*[np.linspace(-3, 3, blocks)] * 2)
    grey = np.sin(3 * x + y) if kind == "waves" else np.cos(2 * np.hypot(x, y))
    fig, ax = figure(6, 3)
    images([ax], [grey.T if turned else grey], [f"{blocks} × {blocks} blocks"], cmap="gray_r", vmin=-1, vmax=1)
    return fig


@explorer(units=(1, 6, 2), steps=[20, 40])
def fit(forward, units, steps):
    """What the learner's function makes of a line."""
    x = np.linspace(-1, 1, steps)
    y = np.asarray(forward(units * x))
    print("a line that must not be seen")
    fig, ax = figure(6, 2.6)
    ax.plot(x, y, color=BLUE)
    ax.set_title(f"{units} units: from {y.min():.2f} to {y.max():.2f}")
    return fig


@explorer(at=Drag([[0.2, 0.7], [0.3, 0.5], [0.7, 0.3], [0.8, 0.4]]))
def prototypes(at):
    """Points of two classes that can be dragged, and the plane coloured by the nearest mean."""
    means = [at[:2].mean(axis=0), at[2:].mean(axis=0)]
    fig, ax = figure(6, 3.2)
    regions(ax, lambda P: np.stack([np.hypot(*(P - m).T) for m in means]).argmin(axis=0), (0, 1, 0, 1), steps=80)
    points(ax, at, [0, 0, 1, 1], size=80)
    ax.set_title(f"first point at {at[0][0]:.2f}, {at[0][1]:.2f}")
    return fig


@explorer(layers=(1, 8, 4), peak=(0.2, 0.8, 0.5, 0.05))
def folds(layers, peak):
    """A line that was folded again and again."""
    x = np.linspace(0, 1, 2000)
    y = x
    for _ in range(layers):
        y = np.where(y < peak, y / peak, (1 - y) / (1 - peak))
    fig, ax = figure(8, 3)
    ax.plot(x, y, color=BLUE, lw=1)
    ax.set_title(f"{2**layers} pieces")
    return fig


@explorer(angle=(0, 180, 30, 5))
def line(angle):
    """A plane in two colours."""
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    fig, ax = figure(4.5, 3)
    regions(ax, lambda P: P @ way > 0, (-1, 1, -1, 1), steps=100)
    ax.set_title(f"{angle} degrees")
    return fig


@picture
def photograph():
    """A photograph between white margins."""
    rng = np.random.default_rng(0)
    some = rng.integers(60, 200, (8, 8, 3)).astype(np.uint8)
    fig, ax = figure(4, 3)
    ax.imshow(some)
    ax.set(xticks=[], yticks=[], title="a photograph")
    return fig


__all__ = ["CLASSES", "blocks", "fit", "folds", "line", "nudge", "photograph", "prototypes"]
