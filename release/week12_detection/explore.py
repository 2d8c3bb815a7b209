"""The pictures and explorers of week 12."""

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder import datasets
from autograder.explore import BLUE, CLASSES, GREY, INK, ORANGE, RED, SKY, explorer, figure, picture

LETTERS = "ABCD"


def draw(rng, n):
    """So many canvases of four fabrics, all drawn anew: `.canvases`, `.boxes`, `.labels`, `.masks`.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.
    n : int
        How many canvases.
    """
    import checks  # travels with the week

    return checks.draw_canvases(checks.Fabrics(rng), rng, n)


def frame(ax, box, colour=INK, style="-", width=1.8, said=""):
    """Draw a box (top, left, bottom, right) with a word at its corner; pixel (0, 0) covers the square from 0 to 1."""
    top, left, bottom, right = box
    ax.plot([left, right, right, left, left], [top, top, bottom, bottom, top], style, color=colour, lw=width)
    if said:
        note(ax, said, (left, top), (1, 2))


def note(ax, said, at, off):
    """A word on light ground beside a place."""
    ground = {"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.6}
    ax.annotate(said, at, xytext=off, textcoords="offset points", va="bottom", color=INK, fontsize=9, bbox=ground)


def show(ax, image, **more):
    """An image whose pixel (r, c) covers the square from (r, c) to (r + 1, c + 1), without ticks."""
    high, wide = np.shape(image)[:2]
    ax.imshow(
        image, extent=(0, wide, high, 0), **{"vmin": 0, "vmax": 1, **({} if np.ndim(image) == 3 else {"cmap": "gray"}), **more}
    )
    ax.set(xlim=(0, wide), ylim=(high, 0), xticks=[], yticks=[])


# ------------------------------------------------------------------------------------------- the photographs
@functools.cache
def aerial(name):
    """A photograph (H, W, 3) in 0 to 1, and its boxes as (top, left, bottom, right)."""
    one = datasets.load("trees", split=name).photographs[0]
    return one.image / 255.0, one.boxes[:, [1, 0, 3, 2]]


def part(name, top, left, high, wide):
    """A part of a photograph, and the boxes whose middle lies in it, moved along."""
    image, boxes = aerial(name)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = np.all((middle >= (top, left)) & (middle < (top + high, left + wide)), axis=1)
    return image[top : top + high, left : left + wide], boxes[inside] - [top, left, top, left]


@picture
def photograph():
    """A part of an aerial photograph of a meadow with trees, and the boxes that people drew round them. Crowns that stand
    close together have boxes that overlap, and some trees have none.
    """
    image, boxes = part("meadow", 150, 300, 300, 600)
    fig, ax = figure(9.5, 4.9)
    show(ax, image)
    for box in boxes:
        frame(ax, box, ORANGE, width=1.6)
    ax.set_title(f"{len(boxes)} boxes, drawn by hand")
    return fig


# ------------------------------------------------------------------------------------------- windows
def times_the_work():
    """About 20 times: a window of 12 × 12 needs 12,800 and 25,600 products, 384 million for all windows. Once over the
    picture they are 2.3 and 17 million. For a dense net nothing but the cutting is saved.
    """
    return "about 20 times"


@functools.cache
def window_net(seed=3, side=8, units=60):
    """A dense net for windows of 8 x 8: random hidden units, and an output fitted by least squares to cloth or ground."""
    drawn, rng = draw(np.random.default_rng(seed), 250), np.random.default_rng(seed)
    windows, covered = [], []
    for picture_, mask in zip(drawn.canvases[..., 0], drawn.masks, strict=True):
        for top, left in rng.integers(0, 25, (40, 2)):
            share = mask[top : top + side, left : left + side].mean()
            if share in (0, 1):
                windows.append(picture_[top : top + side, left : left + side].ravel())
                covered.append(share)
    X, y = np.array(windows, float), np.array(covered)
    W = rng.normal(size=(side * side, units))
    W -= W.mean(axis=0)
    hidden = np.maximum(X @ W, 0)
    A = np.column_stack([hidden, np.ones(len(X))])
    v = np.linalg.solve(A.T @ A + 3.0 * np.eye(units + 1), A.T @ y)
    return [(W, np.zeros(units)), (v[:-1, None], v[-1:])], drawn


@explorer(canvas=(1, 12, 3))
def everywhere(as_convolutions, canvas):
    """Left, a canvas with pieces of striped cloth. Right, what the net of 8 × 8 windows says at each of 25 × 25 places,
    by your convolutions: high within the cloth, low on the ground, and many high values for one piece.
    """
    parameters, drawn = window_net()
    image, said = drawn.canvases[canvas : canvas + 1].astype(float), None
    layers = as_convolutions(parameters, (8, 8, 1))
    said = image
    for k, (kernels, b) in enumerate(layers):
        windows = sliding_window_view(said, np.shape(kernels)[:2], axis=(1, 2))
        said = np.einsum("nhwcij,ijco->nhwo", windows, kernels, optimize=True) + b
        said = np.maximum(said, 0) if k + 1 < len(layers) else said
    said = said[0, :, :, 0]
    fig, (left, right) = figure(8.6, 4.0, columns=2)
    show(left, image[0, :, :, 0])
    for box in drawn.boxes[canvas]:
        frame(left, box, ORANGE)
    left.set_title("the canvas, with the true boxes")
    held = right.imshow(said, extent=(4, 29, 29, 4), vmin=0, vmax=1, cmap="viridis")
    right.set(
        xlim=(0, 32),
        ylim=(32, 0),
        xticks=[],
        yticks=[],
        title=f"cloth, says the net at {int((said > 0.5).sum())} of {said.size} places",
    )
    for box in drawn.boxes[canvas]:
        frame(right, box, ORANGE)
    fig.colorbar(held, ax=right, shrink=0.8, label="score, at the middle of the window")
    return fig


# ------------------------------------------------------------------------------------------- IoU
def shifted():
    """One third: half of each box is shared, so together they cover three halves."""
    return 1 / 3


@explorer(top=(0, 8, 3), left=(0, 10, 4), height=(1, 6, 4), width=(1, 8, 6))
def overlap(iou, top, left, height, width):
    """A grid of pixels with a fixed box of 5 × 6 pixels and one that can be moved. Pixels of the first are marked by
    strokes that rise, those of the second by strokes that fall, and shared ones by both.
    """
    fixed, box = (2, 3, 7, 9), (top, left, top + height, left + width)
    fig, ax = figure(8.2, 4.4)
    ax.set(
        xlim=(0, 18), ylim=(14, 0), xticks=range(0, 19, 2), yticks=range(0, 15, 2), aspect="equal", xlabel="column", ylabel="row"
    )
    ax.set_xticks(range(19), minor=True)
    ax.set_yticks(range(15), minor=True)
    ax.grid(which="both", color=GREY, lw=0.3)
    for one, colour, hatch in ((fixed, BLUE, "//"), (box, ORANGE, "\\\\")):
        ax.fill_between([one[1], one[3]], one[0], one[2], facecolor=colour, alpha=0.22, lw=0)
        ax.fill_between([one[1], one[3]], one[0], one[2], facecolor="none", edgecolor=colour, hatch=hatch, lw=0)
        frame(ax, one, colour)
    rows = max(0, min(fixed[2], box[2]) - max(fixed[0], box[0]))
    columns = max(0, min(fixed[3], box[3]) - max(fixed[1], box[1]))
    said = float(np.asarray(iou(np.array([fixed], float), np.array([box], float)))[0, 0])
    shared = rows * columns
    ax.set_title(f"{shared} pixels shared, {30 + height * width - shared} covered: your iou says {said:.3f}")
    return fig


# ------------------------------------------------------------------------------------------- cells
ANCHORS = np.array([[7.0, 12.0], [12.0, 7.0]])  # wide, tall


@functools.cache
def few_things():
    """A canvas with wide and tall things, two of them with one middle."""
    boxes = np.array([[3.0, 4, 9, 17], [12, 20, 26, 27], [16, 5, 29, 12], [19, 2, 26, 15], [2, 22, 8, 31]])
    image = np.full((32, 32), 0.85)
    for grey, (top, left, bottom, right) in zip((0.35, 0.5, 0.25, 0.6, 0.45), boxes.astype(int), strict=True):
        image[top:bottom, left:right] = grey
    return image, boxes


@explorer(rows=(2, 8, 4), cols=(2, 8, 4))
def cells(encode, rows, cols):
    """A canvas with five things and a grid of cells. A dot marks the middle of each thing; beside it stands the slot that
    your targets give it: wide or tall.
    """
    image, boxes = few_things()
    try:
        numbers = np.asarray(encode(boxes, np.zeros(len(boxes), int), ANCHORS, (rows, cols), (32, 32), 1))
    except ValueError as error:
        numbers, trouble = np.zeros((rows, cols, 2, 6)), str(error)
    else:
        trouble = ""
    fig, ax = figure(6.2, 5.2)
    show(ax, image)
    for k in range(1, rows):
        ax.axhline(32 * k / rows, color=SKY, lw=1)
    for k in range(1, cols):
        ax.axvline(32 * k / cols, color=SKY, lw=1)
    for box in boxes:
        frame(ax, box, ORANGE, width=1.4)
    found = np.argwhere(numbers[..., 0] > 0.5)
    for row, col, slot in found:
        y, x = ((np.array([row, col]) + numbers[row, col, slot, 1:3]) * 32 / [rows, cols]).tolist()
        ax.plot(x, y, "o", color=INK, ms=6)
        note(ax, ("wide", "tall")[slot], (x, y), (5, 3 if slot else -14))
    empty = rows * cols - len({(row, col) for row, col, _ in found})
    ax.set_title(trouble or f"{len(found)} things in {rows * cols} cells; {empty} cells stay empty", fontsize=10.5)
    return fig


# ------------------------------------------------------------------------------------------- suppression
@picture
def three_in_a_row():
    """Three boxes in a row: the left one with a score of 0.9, the middle one with 0.8, the right one with 0.7. The left
    and the middle one overlap, and the middle and the right one; the left and the right one share nothing.
    """
    fig, ax = figure(7.4, 2.5)
    for k, (colour, style, grade) in enumerate(((BLUE, "-", 0.9), (GREY, "--", 0.8), (ORANGE, "-", 0.7))):
        frame(ax, (0.6 * (k == 1), 6 * k, 6 + 0.6 * (k == 1), 6 * k + 8), colour, style, 2.4)
        ax.annotate(f"{grade}", (6 * k + 4, 3.2), ha="center", va="center", color=INK, fontsize=12)
    ax.set(
        xlim=(-1, 22),
        ylim=(7.4, -0.8),
        aspect="equal",
        xticks=[],
        yticks=[],
        title="Must the right box go, if the middle one goes?",
    )
    for spine in ax.spines.values():
        spine.set_visible(False)
    return fig


@functools.cache
def many_guesses():
    """A canvas, and guesses about it: true boxes moved by chance, several for each, and some from nowhere."""
    drawn, rng = draw(np.random.default_rng(11), 30), np.random.default_rng(12)
    k = next(k for k, boxes in enumerate(drawn.boxes) if len(boxes) == 3)
    boxes, labels, scores = [], [], []
    for box, label in zip(drawn.boxes[k], drawn.labels[k], strict=True):
        for _ in range(4):
            off = rng.normal(size=4) * 1.3
            boxes.append(box + off)
            labels.append(label if rng.random() < 0.9 else rng.integers(4))
            scores.append(0.97 * np.exp(-np.abs(off).mean() / 2.4))
    for _ in range(4):
        corner, sides = rng.uniform(0, 22, 2), rng.uniform(5, 12, 2)
        boxes.append(np.concatenate([corner, corner + sides]))
        labels.append(rng.integers(4))
        scores.append(rng.uniform(0.05, 0.45))
    return drawn.canvases[k, :, :, 0], drawn.boxes[k], np.array(boxes), np.array(labels), np.array(scores)


@explorer(
    threshold=(0.05, 0.95, 0.3, 0.05), limit=(0.1, 0.9, 0.4, 0.05), labels={"threshold": "score threshold", "limit": "IoU limit"}
)
def thin_out(suppress, threshold, limit):
    """Left, all guesses whose score reaches the threshold; right, those that your `suppress` keeps of them. Each class has
    a letter, and each box its score.
    """
    image, truth, boxes, labels, scores = many_guesses()
    some = scores >= threshold
    rows = np.asarray(suppress(boxes[some], labels[some], scores[some], limit), int)
    fig, (left, right) = figure(9.6, 4.7, columns=2)
    for ax, shown, said in (
        (left, np.flatnonzero(some), "{} guesses above the threshold"),
        (right, np.flatnonzero(some)[rows], "{} are kept"),
    ):
        show(ax, image, alpha=0.75)
        for k in shown:
            frame(
                ax, boxes[k], CLASSES[labels[k]], width=1.6, said=f"{LETTERS[labels[k]]} {scores[k]:.2f}" if ax is right else ""
            )
        ax.set(
            xlim=(-3, 35),
            ylim=(35, -3),
            title=said.format(len(shown)) + ("" if ax is left else f", {len(truth)} pieces are there"),
        )
    return fig


# ------------------------------------------------------------------------------------------- average precision
@picture
def five_boxes():
    """Precision against recall for the page with five guesses: five points that jump down and up, and over them the
    staircase of the best precision at each recall: 1 up to one third, then three fifths up to 1.
    """
    recall, precision = np.array([1, 1, 1, 2, 3]) / 3, np.array([1, 1 / 2, 1 / 3, 2 / 4, 3 / 5])
    corners = [0, 1 / 3, 1 / 3, 1], [1, 1, 3 / 5, 3 / 5]
    fig, ax = figure(7.4, 3.6)
    ax.fill_between(*corners, color=SKY, alpha=0.3, lw=0)
    ax.plot(*corners, color=BLUE, label="best precision at this recall or more")
    ax.plot(recall, precision, "o--", color=ORANGE, lw=1, ms=7, label="after each guess")
    for k, (x, y) in enumerate(zip(recall, precision, strict=True), 1):
        ax.annotate(f"guess {k}", (x, y), xytext=(7, -4), textcoords="offset points", color=INK, fontsize=9)
    ax.set(xlim=(0, 1.14), ylim=(0, 1.12), xlabel="recall", ylabel="precision", title="The area under the staircase is 0.733")
    ax.legend(loc="lower left")
    return fig


def doubled():
    """Every repeat is an error, since the box that it fits best is taken. Where a wrong guess comes before a right one,
    precision falls, and it never rises.
    """
    return "it cannot rise, and may fall"


@functools.cache
def an_album():
    """Forty pictures with true boxes of two classes, and guesses: the boxes moved by chance, some left out, some invented."""
    rng = np.random.default_rng(6)
    found, truth, kinds = [], [], []
    for _ in range(40):
        n = rng.integers(1, 4)
        corner, sides = np.stack([np.full(n, 10.0), 40.0 * np.arange(n)], axis=1), rng.uniform(16, 26, (n, 2))
        boxes, labels = np.concatenate([corner, corner + sides], axis=1), rng.integers(2, size=n)
        seen = rng.random(n) < np.where(labels == 0, 0.95, 0.75)
        off = rng.normal(size=(n, 4)) * np.where(labels == 0, 1.2, 2.4)[:, None]
        m = rng.integers(0, 3)
        wild = rng.uniform(0, 60, (m, 2))
        found.append(
            (
                np.vstack([(boxes + off)[seen], np.concatenate([wild, wild + 18], axis=1)]),
                np.append(labels[seen], rng.integers(2, size=m)),
                np.append(rng.uniform(0.35, 1, int(seen.sum())) - np.abs(off[seen]).mean(axis=1) / 20, rng.uniform(0, 0.75, m)),
            )
        )
        truth.append(boxes)
        kinds.append(labels)
    return found, truth, kinds


def curve(found, truth, kinds, kind, limit):
    """Recall and precision after each guess of one class."""
    import checks

    line, taken, right = [], set(), []
    for picture_, (boxes, labels, scores) in enumerate(found):
        line += [(score, picture_, box) for box, label, score in zip(boxes, labels, scores, strict=True) if label == kind]
    for _, picture_, box in sorted(line, key=lambda guess: -guess[0]):
        mine = truth[picture_][kinds[picture_] == kind]
        overlaps = checks.plain_iou(box, mine)[0]
        best = (picture_, int(overlaps.argmax())) if len(mine) else None
        right.append(best is not None and overlaps.max() >= limit and best not in taken)
        if right[-1]:
            taken.add(best)
    hits = np.cumsum(right)
    return hits / sum(int((k == kind).sum()) for k in kinds), hits / np.arange(1, len(hits) + 1)


@explorer(limit=(0.3, 0.95, 0.5, 0.05), labels={"limit": "IoU limit"})
def curves(mean_average_precision, limit):
    """Precision against recall for two classes of a made-up detector, the first with a solid line, whose boxes fit, the
    second with a dashed one, whose boxes are loose. With a stricter limit both sink, the second one first.
    """
    found, truth, kinds = an_album()
    said = float(mean_average_precision(found, truth, kinds, limit))
    fig, ax = figure(7.8, 3.8)
    for kind, colour, style, name in ((0, BLUE, "-", "class 0, boxes that fit"), (1, ORANGE, "--", "class 1, loose boxes")):
        recall, precision = curve(found, truth, kinds, kind, limit)
        ax.plot(recall, precision, style, color=colour, label=name)
    ax.set(
        xlim=(0, 1.02),
        ylim=(0, 1.06),
        xlabel="recall",
        ylabel="precision",
        title=f"IoU limit {limit:.2f}: your mAP is {said:.3f}",
    )
    ax.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- U-Net
def pixel_loss(tape, logits, truth):
    """The mean log-loss of all pixels, on the tape."""

    def forward(z, y):
        return np.mean(np.logaddexp(0, z) - y * z), (z, y)

    def backward(cache, d):
        z, y = cache
        return d * (1 / (1 + np.exp(-z)) - y).astype(z.dtype) / z.size, None

    return tape.operation(forward, backward)(logits, truth)


def learnt(start_unet, unet, batches, inputs, skips, rate=0.01):
    """A U-Net, taught on these batches (pictures, masks) one after the other: what it says of pictures, as probabilities."""
    import kit

    tape, adam = kit.tape, kit.adam
    conv, pool = tape.layer(kit.conv_forward, kit.conv_backward), tape.operation(kit.pool_forward, kit.pool_backward)
    nest = start_unet(np.random.default_rng(0), inputs=inputs, skips=skips)
    names, state = list(nest), None
    for k, (X, y) in enumerate(batches):
        _, slopes = tape.value_and_gradients(
            lambda held, X=X, y=y: pixel_loss(tape, unet(tape, conv, pool, held, X, skips), y), nest
        )
        step = float(rate * min(1, (k + 1) / 20) * (1 + np.cos(np.pi * k / len(batches))) / 2)
        moved, state = adam([nest[name] for name in names], [slopes[name] for name in names], state, step)
        nest = {name: tuple(np.asarray(part, np.float32) for part in pair) for name, pair in zip(names, moved, strict=True)}

    def said(X):
        logits = unet(tape, conv, pool, tape.values(nest), X, skips).data
        return 1 / (1 + np.exp(-logits))

    return said


def doodles(rng, n, size=32):
    """Pictures (n, size, size, 1) with thin strokes and small discs, lighter than a patchwork ground, and their masks."""
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    pictures, masks = [], []
    for _ in range(n):
        seeds, greys = rng.uniform(0, size, (3, 2)), rng.uniform(0.1, 0.5, 3)
        image = greys[((rows[..., None] - seeds[:, 0]) ** 2 + (columns[..., None] - seeds[:, 1]) ** 2).argmin(axis=-1)]
        mask = np.zeros((size, size), bool)
        for _ in range(rng.integers(2, 5)):
            row, column, turn, length = *rng.uniform(4, size - 4, 2), rng.uniform(0, np.pi), rng.uniform(8, 24)
            along = (rows - row) * np.sin(turn) + (columns - column) * np.cos(turn)
            across = (columns - column) * np.sin(turn) - (rows - row) * np.cos(turn)
            mask |= (np.abs(across) < 0.9) & (np.abs(along) < length / 2)
        for _ in range(rng.integers(1, 3)):
            row, column = rng.uniform(4, size - 4, 2)
            mask |= np.hypot(rows - row, columns - column) < rng.uniform(2, 4)
        pictures.append(np.clip(image + mask * rng.uniform(0.25, 0.4) + rng.normal(0, 0.1, image.shape), 0, 1))
        masks.append(mask)
    return np.array(pictures, np.float32)[..., None], np.array(masks)


@functools.lru_cache(maxsize=4)
def two_unets(start_unet, unet):
    """Two nets, with and without skips, taught on the same doodles: the new pictures, their masks, and what each net says."""
    rng = np.random.default_rng(0)
    batches = [doodles(rng, 12) for _ in range(110)]
    X, masks = doodles(np.random.default_rng(1), 40)
    return X, masks, [learnt(start_unet, unet, batches, 1, skips)(X) for skips in (True, False)]


@explorer(threshold=(0.1, 0.9, 0.5, 0.2), example=(0, 4, 2))
def skips(start_unet, unet, dice, threshold, example):
    """A noisy picture with thin strokes and discs, its true mask, and the masks of two nets at this threshold. With skips
    the strokes are thin and whole; without them they are broad and blurred. Dice over forty pictures stands above each.
    """
    X, masks, said = two_unets(start_unet, unet)
    fig, axes = figure(10, 2.9, columns=4)
    show(axes[0], X[example, :, :, 0])
    axes[0].set_title("the picture", fontsize=10.5)
    show(axes[1], masks[example])
    axes[1].set_title("the true mask", fontsize=10.5)
    for ax, chances, name in zip(axes[2:], said, ("with skips", "without"), strict=True):
        show(ax, chances[example] > threshold)
        ax.set_title(f"{name}: Dice {dice(chances > threshold, masks):.2f}", fontsize=10.5)
    return fig


def halved(image):
    """Means of 2 × 2 pixels."""
    high, wide = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    return image[:high, :wide].reshape(high // 2, 2, wide // 2, 2, -1).mean(axis=(1, 3))


def boxed(boxes, shape):
    """The mask of all pixels within a box."""
    mask = np.zeros(shape, bool)
    for top, left, bottom, right in np.maximum(np.rint(boxes), 0).astype(int):
        mask[top:bottom, left:right] = True
    return mask


HERE, THERE = "the same photograph, elsewhere", "another photograph"
TOP, LEFT, HIGH, WIDE = 150, 300, 304, 608  # the part of the meadow that is looked at


@functools.lru_cache(maxsize=4)
def tree_net(start_unet, unet, taught):
    """What a U-Net says of a part of the meadow, taught on the rest of it or on the roadside: (152, 304)."""
    image, boxes = aerial("meadow" if taught == HERE else "roadside")
    image, mask = halved(image).astype(np.float32) - np.float32(0.5), boxed(boxes / 2, np.array(image.shape[:2]) // 2)
    free = np.arange(mask.shape[1] - 48)
    if taught == HERE:
        free = free[(free + 48 <= LEFT // 2) | (free >= (LEFT + WIDE) // 2)]
    rng, batches = np.random.default_rng(0), []
    for _ in range(110):
        corners = np.stack([rng.integers(0, mask.shape[0] - 48, 6), rng.choice(free, 6)], axis=1)
        X = np.array([image[r : r + 48, c : c + 48] for r, c in corners])
        batches.append((X, np.array([mask[r : r + 48, c : c + 48] for r, c in corners])))
    small = halved(part("meadow", TOP, LEFT, HIGH, WIDE)[0]).astype(np.float32)
    return learnt(start_unet, unet, batches, 3, True)(small[None] - np.float32(0.5))[0]


@explorer(taught=[HERE, THERE], threshold=(0.1, 0.9, 0.5, 0.2), labels={"taught": "taught on"})
def trees(start_unet, unet, taught, threshold):
    """Left, a part of the meadow with the boxes that people drew. Right, the same in grey, with the pixels that the net
    calls tree in blue, at this threshold. Taught elsewhere on the same photograph it marks most green crowns, and a field
    of dark grass; taught on another one, of a roadside, it paints most of the grass.
    """
    image, boxes = part("meadow", TOP, LEFT, HIGH, WIDE)
    image, boxes, said = halved(image), boxes / 2, tree_net(start_unet, unet, taught) > threshold
    fig, (left, right) = figure(11.4, 3.4, columns=2)
    show(left, image)
    for box in boxes:
        frame(left, box, ORANGE, width=1.2)
    left.set_title(f"{len(boxes)} boxes, drawn by hand", fontsize=10.5)
    show(right, image.mean(axis=2))
    right.imshow(np.where(said[..., None], [0.0, 0.45, 0.7, 0.5], [0.0, 0, 0, 0]), extent=(0, said.shape[1], said.shape[0], 0))
    for box in boxes:
        frame(right, box, ORANGE, width=0.8)
    outside = said & ~boxed(boxes, said.shape)
    right.set_title(f"tree, says the net: {said.mean():.0%} of all pixels, {outside.mean():.0%} in no box", fontsize=10.5)
    return fig


# ------------------------------------------------------------------------------------------- the studio
@picture
def fabrics():
    """Four fabrics, stripes of a direction and a width each, and four canvases with pieces of them on a patchwork ground,
    each piece in its box with the number of its fabric.
    """
    import checks

    rng = np.random.default_rng(21)
    four = checks.Fabrics(rng)
    drawn = checks.draw_canvases(four, rng, 4)
    fig, axes = figure(10.4, 5.4, rows=2, columns=4)
    for kind, ax in enumerate(axes[0]):
        show(ax, (four.weave(kind, rng) + 1) / 2)
        ax.set_title(f"fabric {kind}", fontsize=10.5)
    for k, ax in enumerate(axes[1]):
        show(ax, drawn.canvases[k, :, :, 0])
        for box, label in zip(drawn.boxes[k], drawn.labels[k], strict=True):
            frame(ax, box, ORANGE, said=str(label))
    return fig


@functools.lru_cache(maxsize=2)
def studied(train, find):
    """What an entry finds on new canvases, taught on 1,000 ones."""
    import checks

    rng = np.random.default_rng(31)
    four = checks.Fabrics(rng)
    given, new = checks.draw_canvases(four, rng, 1000), checks.draw_canvases(four, rng, 12)
    arrays = train(given.canvases, given.boxes, given.labels, np.random.default_rng(0))
    return new, find(arrays, new.canvases)


@explorer(threshold=(0.05, 0.95, 0.5, 0.05), canvas=(0, 11, 0), labels={"threshold": "score threshold"})
def found(train, find, threshold, canvas):
    """Left, a new canvas with its true boxes and fabrics; right, what your detector finds with a score above the
    threshold. It has learnt from 1,000 canvases only, so that you do not wait long.
    """
    new, answers = studied(train, find)
    boxes, labels, scores = (np.asarray(one) for one in answers[canvas])
    fig, (left, right) = figure(8.6, 4.2, columns=2)
    for ax in (left, right):
        show(ax, new.canvases[canvas, :, :, 0])
        ax.set(xlim=(-2, 34), ylim=(34, -2))
    for box, label in zip(new.boxes[canvas], new.labels[canvas], strict=True):
        frame(left, box, ORANGE, said=str(label))
    some = scores >= threshold
    for box, label, sure in zip(boxes[some], labels[some], scores[some], strict=True):
        frame(right, box, RED, said=f"{int(label)}: {sure:.2f}")
    left.set_title(f"{len(new.boxes[canvas])} pieces are there")
    right.set_title(f"{int(some.sum())} found above {threshold:.2f}")
    return fig
