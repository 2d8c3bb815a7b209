"""Answers that the cases of week 12 must tell apart."""

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.cases import entry, right, wrong


def floats(*arrays):
    """The arrays as floats of one type; float32 where all are."""
    kind = np.result_type(*arrays)
    return [np.asarray(one, kind if kind.kind == "f" else float) for one in arrays]


# ------------------------------------------------------------------------------------------- fabrics: a net by hand
STRIDES, ANCHOR = (2, 2, 1, 2, 1), 11.0
SHAPES = ((5, 1, 16), (3, 16, 24), (3, 24, 24), (3, 24, 40), (1, 40, 9))


def conv(layer, X, stride):
    """A convolution with zeros around, and what its way back needs."""
    W, b = layer
    k, pad = len(W), len(W) // 2
    padded = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = sliding_window_view(padded, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    n, h, w = windows.shape[:3]
    rows = np.ascontiguousarray(windows.transpose(0, 1, 2, 4, 5, 3)).reshape(n * h * w, -1)
    return (rows @ W.reshape(-1, W.shape[3]) + b).reshape(n, h, w, -1), (rows, X.shape, W, stride, pad)


def conv_back(cache, d, first):
    """Its gradients: (d_W, d_b) and d_X, which the first layer does not need."""
    rows, shape, W, stride, pad = cache
    n, h, w, out = d.shape
    flat = d.reshape(-1, out)
    pair = (rows.T @ flat).reshape(W.shape), flat.sum(axis=0)
    if first:
        return pair, None
    parts = (flat @ W.reshape(-1, out).T).reshape(n, h, w, *W.shape[:3])
    d_X = np.zeros((n, shape[1] + 2 * pad, shape[2] + 2 * pad, shape[3]), d.dtype)
    for i, j in np.ndindex(W.shape[:2]):
        d_X[:, i : i + stride * (h - 1) + 1 : stride, j : j + stride * (w - 1) + 1 : stride] += parts[:, :, :, i, j]
    return pair, d_X[:, pad : pad + shape[1], pad : pad + shape[2]]


def outputs(layers, X):
    """What the net says of each of 4 x 4 cells, and all caches."""
    x, caches = (X - np.float32(0.5)) * np.float32(3), []
    for k, (layer, stride) in enumerate(zip(layers, STRIDES, strict=True)):
        x, cache = conv(layer, x, stride)
        x = np.maximum(x, 0) if k + 1 < len(layers) else x
        caches.append((cache, x))
    return x, caches


def targets_of(boxes, labels):
    """There, middle, log sides and class for each of 4 x 4 cells."""
    T = np.zeros((len(boxes), 4, 4, 9), np.float32)
    for i, (some, kinds) in enumerate(zip(boxes, labels, strict=True)):
        for box, kind in zip(some, kinds, strict=True):
            place = (box[:2] + box[2:]) / 16
            row, column = np.minimum(place.astype(int), 3)
            T[i, row, column, :5] = 1, *(place - (row, column)), *np.log((box[2:] - box[:2]) / ANCHOR)
            T[i, row, column, 5 + kind] = 1
    return T


def slope_of_loss(out, T):
    """The gradient of the loss with respect to what the net says."""
    there, d = T[..., 0], np.zeros_like(out)
    count = max(there.sum(), 1)
    d[..., 0] = 4 * (1 / (1 + np.exp(-out[..., 0])) - there) / there.size
    d[..., 1:5] = 6 * (out[..., 1:5] - T[..., 1:5]) * there[..., None] / count
    shares = np.exp(out[..., 5:] - out[..., 5:].max(axis=-1, keepdims=True))
    d[..., 5:] = (shares / shares.sum(axis=-1, keepdims=True) - T[..., 5:]) * there[..., None] / count
    return d


def learn(canvases, boxes, labels, rng, epochs=10, top=4e-3, width=1.0, named=True):
    """A net of five convolutions, as a flat list of arrays; so many epochs of batches of 32."""
    T, layers = targets_of(boxes, labels), []
    for k, a, b in SHAPES:
        a, b = (int(width * c) if c not in (1, 9) else c for c in (a, b))
        W = rng.standard_normal((k, k, a, b)) * np.sqrt(2 / (k * k * a)) * (0.1 if k == 1 else 1)
        layers.append((W.astype(np.float32), np.zeros(b, np.float32)))
    flat = [part for layer in layers for part in layer]
    means, squares = [np.zeros_like(p) for p in flat], [np.zeros_like(p) for p in flat]
    steps = max(1, int(epochs * len(canvases) / 32))
    for t in range(steps):
        rows = rng.integers(len(canvases), size=32)
        out, caches = outputs(layers, canvases[rows])
        d, slopes = slope_of_loss(out, T[rows]), []
        if not named:
            d[..., 5:] = 0
        for k in range(len(layers) - 1, -1, -1):
            cache, x = caches[k]
            pair, d = conv_back(cache, d if k + 1 == len(layers) else d * (x > 0), k == 0)
            slopes = [*pair, *slopes]
        rate = top * min(1, t / 50) * (1 + np.cos(np.pi * t / steps)) / 2
        for p, m, s, g in zip(flat, means, squares, slopes, strict=True):
            m += np.float32(0.1) * (g - m)
            s += np.float32(0.01) * (g * g - s)
            p -= (rate / (1 - 0.9 ** (t + 1)) * m / (np.sqrt(s / (1 - 0.99 ** (t + 1))) + 1e-8)).astype(np.float32)
    return flat


def turned(canvases, boxes, labels):
    """The canvases, and the same turned by half a turn, which leaves every stripe its direction."""
    more = [32 - some[:, [2, 3, 0, 1]] for some in boxes]
    return np.concatenate([canvases, canvases[:, ::-1, ::-1]]), [*boxes, *more], [*labels, *labels]


def learn_turned(canvases, boxes, labels, rng, epochs=14):
    """The net, taught on both."""
    return learn(*turned(canvases, boxes, labels), rng, epochs=epochs / 2)


def overlap(boxes, box):
    """The IoU of boxes (n, 4) with one box."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.maximum(sides, 0).prod(axis=1)
    return shared / ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod() - shared + 1e-9)


def thinned(boxes, labels, scores, limit, most=20):
    """Non-max suppression over all classes; the best so many."""
    kept = []
    for row in np.argsort(-scores, kind="stable"):
        if not kept or overlap(boxes[kept], boxes[row]).max() <= limit:
            kept.append(row)
        if len(kept) == most:
            break
    return boxes[kept].reshape(-1, 4), labels[kept], scores[kept]


def ask(flat, canvases):
    """What a net of `learn` finds."""
    flat = [np.asarray(part, np.float32) for part in flat]
    if not len(canvases):
        return []
    said, _ = outputs(list(zip(flat[::2], flat[1::2], strict=True)), np.asarray(canvases, np.float32))
    said = said.astype(float)
    corners = np.stack(np.mgrid[0:4, 0:4], axis=-1)
    middle, half = (said[..., 1:3] + corners) * 8, ANCHOR / 2 * np.exp(np.clip(said[..., 3:5], -3, 3))
    boxes = np.concatenate([middle - half, middle + half], axis=-1).reshape(len(said), 16, 4)
    shares = np.exp(said[..., 5:] - said[..., 5:].max(axis=-1, keepdims=True)).reshape(len(said), 16, 4)
    shares /= shares.sum(axis=-1, keepdims=True)
    scores = shares.max(axis=-1) / (1 + np.exp(-said[..., 0].reshape(len(said), 16)))
    return [thinned(b, k, s, 0.4) for b, k, s in zip(boxes, shares.argmax(axis=-1), scores, strict=True)]


def net(**settings):
    return {"train": functools.partial(learn, **settings), "find": ask}


# ------------------------------------------------------------------------------------------- fabrics: without a net
def near(maps, reach):
    """Means over squares of 2 reach + 1 pixels, for maps (..., 32, 32)."""
    for axis in (-2, -1):
        pad = [(0, 0)] * maps.ndim
        pad[axis] = (reach, reach)
        maps = sliding_window_view(np.pad(maps, pad, mode="edge"), 2 * reach + 1, axis=axis).mean(axis=-1)
    return maps


def tuned_filters(canvases, boxes, labels, rng):
    """The frequency of each fabric, from the spectrum within its boxes; then a threshold. Nine numbers."""
    frequencies, steps = np.zeros((4, 2)), np.fft.fftfreq(32)
    for kind in range(4):
        spectrum = np.zeros((32, 32))
        for picture, some, kinds in zip(canvases[:1500, ..., 0], boxes, labels, strict=False):
            for top, start, bottom, end in (some[kinds == kind].astype(int) + [1, 1, -1, -1]).tolist():
                piece = picture[top:bottom, start:end]
                if min(piece.shape) > 3:
                    taper = np.outer(*(np.hanning(n + 2)[1:-1] for n in piece.shape))
                    spectrum += np.abs(np.fft.fft2((piece - piece.mean()) * taper, (32, 32))) ** 2
        spectrum[np.hypot(steps[:, None], steps) < 0.17] = 0
        row, column = np.unravel_index(spectrum[:17].argmax(), (17, 32))
        frequencies[kind] = steps[row], steps[column]
    import checks

    some = canvases[:150]
    cuts = (0.03, 0.04, 0.05, 0.06, 0.08)
    gains = [checks.fast_map(spots([frequencies, np.array([cut])], some), boxes[:150], labels[:150]) for cut in cuts]
    return [frequencies, np.array([cuts[int(np.argmax(gains))]])]


def spots(arrays, canvases):
    """Energies of filters tuned to each fabric, a threshold, connected spots."""
    frequencies, (cut,) = arrays
    y, x = np.mgrid[-3:4, -3:4]
    bell = np.exp(-(y * y + x * x) / 8)
    bell /= bell.sum()
    plain = np.asarray(canvases)[..., 0].astype(float)
    plain = plain - near(plain, 2)
    windows = sliding_window_view(np.pad(plain, ((0, 0), (3, 3), (3, 3))), (7, 7), axis=(1, 2)).reshape(-1, 49)
    energies = []
    for fy, fx in frequencies:
        waves = [(bell * wave(2 * np.pi * (fy * y + fx * x))).ravel() for wave in (np.cos, np.sin)]
        energies.append(np.hypot(*(windows @ wave for wave in waves)).reshape(plain.shape))
    energies = near(np.stack(energies, axis=1), 1)
    return [connected(one, cut) for one in energies]


def connected(energy, cut):
    """The connected spots of one canvas: boxes, classes and scores."""
    ranked = np.sort(energy, axis=0)
    best, boxes, labels, scores = energy.argmax(axis=0), [], [], []
    for kind in range(4):
        mask = (best == kind) & (ranked[-1] > cut) & (ranked[-1] > 1.15 * ranked[-2])
        names = np.where(mask, np.arange(1, 1025).reshape(32, 32), 0)
        for _ in range(40):
            p = np.pad(names, 1)
            grown = np.maximum.reduce([p[1:-1, 1:-1], p[2:, 1:-1], p[:-2, 1:-1], p[1:-1, 2:], p[1:-1, :-2]])
            grown = np.where(mask, grown, 0)
            if (grown == names).all():
                break
            names = grown
        for name in np.unique(names[names > 0]):
            spot = names == name
            if spot.sum() >= 20:
                rows, columns = np.flatnonzero(spot.any(axis=1)), np.flatnonzero(spot.any(axis=0))
                boxes.append((rows[0], columns[0], rows[-1] + 1, columns[-1] + 1))
                labels.append(kind)
                scores.append(energy[kind][spot].sum())
    order = np.argsort(-np.array(scores), kind="stable")[:20]
    return np.array(boxes, float).reshape(-1, 4)[order], np.array(labels, int)[order], np.array(scores, float)[order]


def cut_templates(canvases, boxes, labels, rng, clusters=12, named=4):
    """Mean pieces of 12 x 12, grouped by likeness: 48 templates of 144 numbers, and their classes."""
    templates, kinds = [], []
    for kind in range(named):
        pieces = []
        for picture, some, classes in zip(canvases[..., 0], boxes, labels, strict=True):
            for box in some[classes == kind]:
                row, column = (np.clip((box[:2] + box[2:]) / 2 - 6, 0, 20)).astype(int)
                piece = picture[row : row + 12, column : column + 12]
                pieces.append((piece - piece.mean()).ravel())
        pieces = np.array(pieces)
        pieces /= np.linalg.norm(pieces, axis=1, keepdims=True)
        middles = pieces[:clusters].copy()
        for _ in range(12):
            nearest = (pieces @ middles.T).argmax(axis=1)
            for k in range(clusters):
                if (nearest == k).any():
                    middles[k] = pieces[nearest == k].mean(axis=0)
                    middles[k] /= np.linalg.norm(middles[k])
        templates.append(middles)
        kinds += [kind] * clusters
    return [np.concatenate(templates), np.array(kinds, float) + 1]


def match_templates(arrays, canvases):
    """Correlation with every template everywhere, peaks, suppression."""
    templates, kinds = np.asarray(arrays[0], np.float32), np.rint(np.asarray(arrays[1]) - 1).astype(int)
    out = []
    for picture in np.asarray(canvases)[..., 0]:
        windows = sliding_window_view(np.pad(picture, 2, mode="edge"), (12, 12)).reshape(25 * 25, 144)
        windows = windows - windows.mean(axis=1, keepdims=True)
        likeness = (windows @ templates.T) / (np.linalg.norm(windows, axis=1, keepdims=True) + 0.5)
        best = likeness.max(axis=1)
        top = np.argsort(-best, kind="stable")[:120]
        corner = np.stack(np.divmod(top, 25), axis=1) - 2.0
        boxes = np.concatenate([corner, corner + 12], axis=1)
        out.append(thinned(boxes, kinds[likeness[top].argmax(axis=1)], best[top], 0.3))
    return out


def flood(canvases, boxes, labels, rng):
    """The share of each class, and nothing else."""
    return [np.bincount(np.concatenate(labels), minlength=4) / 1000 + 1.0]


def five_places(arrays, canvases):
    """Twenty boxes: five places, each with every class."""
    middles = np.array([(16, 16), (10, 10), (10, 22), (22, 10), (22, 22)], float)
    boxes = np.concatenate([middles - 5.5, middles + 5.5], axis=1)
    return [(np.repeat(boxes, 4, axis=0), np.tile(np.arange(4), 5), np.full(20, 0.5)) for _ in canvases]


# ------------------------------------------------------------------------------------------- as_convolutions
def layers_of(parameters, window, first):
    """Dense layers as convolutions: the first by `first(W, window)`, the others 1 x 1."""
    out = []
    for k, (W, b) in enumerate(parameters):
        W, b = floats(W, b)
        out.append((first(W, window) if k == 0 else W.reshape(1, 1, *W.shape), b))
    return out


@wrong("as_convolutions", caught_by="one_window", kind="shape", headline=True)
def every_layer_as_large_as_the_window(parameters, window):
    h, w, _ = window
    return [(np.tile(W, (h, w, 1, 1)) if k else W.reshape(h, w, -1, W.shape[1]), b) for k, (W, b) in enumerate(parameters)]


@wrong("as_convolutions", caught_by="one_window", kind="shape")
def height_and_width_exchanged(parameters, window):
    h, w, c = window
    return layers_of(parameters, window, lambda W, _: W.reshape(w, h, c, -1).transpose(1, 0, 2, 3))


@wrong("as_convolutions", caught_by="one_window", kind="mathematics")
def kernels_turned_round(parameters, window):
    return layers_of(parameters, window, lambda W, window: W.reshape(*window, -1)[::-1, ::-1])


@wrong("as_convolutions", caught_by="one_window", kind="shape")
def channels_first(parameters, window):
    h, w, c = window
    return layers_of(parameters, window, lambda W, _: W.reshape(c, h, w, -1).transpose(1, 2, 0, 3))


@wrong("as_convolutions", caught_by="one_window", kind="shape")
def outputs_first(parameters, window):
    return layers_of(parameters, window, lambda W, window: W.reshape(-1, *window).transpose(1, 2, 3, 0))


@wrong("as_convolutions", caught_by="one_window", kind="missing case")
def only_the_first_layer(parameters, window):
    return layers_of(parameters[:1], window, lambda W, window: W.reshape(*window, -1))


@wrong("as_convolutions", caught_by="one_window", kind="mathematics")
def biases_forgotten(parameters, window):
    return [(W, 0 * b) for W, b in layers_of(parameters, window, lambda W, window: W.reshape(*window, -1))]


@wrong("as_convolutions", caught_by="one_window", kind="mathematics")
def layers_multiplied_into_one(parameters, window):
    """Without the ReLU between them two layers are one."""
    W, b = parameters[0]
    for W2, b2 in parameters[1:]:
        W, b = W @ W2, b @ W2 + b2
    return [(W.reshape(*window, -1), b)]


@wrong("as_convolutions", caught_by="one_window", kind="hard-coding")
def always_one_channel(parameters, window):
    h, w, _ = window
    return layers_of(parameters, window, lambda W, _: W[: h * w].reshape(h, w, 1, -1))


@wrong("as_convolutions", caught_by="convolutions_house", kind="dtype")
def all_in_float64(parameters, window):
    made = layers_of(parameters, window, lambda W, window: W.reshape(*window, -1))
    return [(W.astype(float), b.astype(float)) for W, b in made]


@wrong("as_convolutions", caught_by="convolutions_house", kind="mutation")
def reshapes_what_it_was_given(parameters, window):
    for k in range(len(parameters)):
        W, b = parameters[k]
        parameters[k] = (W.reshape(*(window if k == 0 else (1, 1, len(W))), -1), b)
    return parameters


@right("as_convolutions")
def unit_by_unit(parameters, window):
    out = []
    for W, b in parameters:
        (W, b), (h, w) = floats(W, b), window[:2]
        kernels = np.zeros((h, w, len(W) // (h * w), W.shape[1]), W.dtype)
        for unit in range(W.shape[1]):
            kernels[..., unit] = W[:, unit].reshape(kernels.shape[:3])
        out.append((kernels, b.copy()))
        window = (1, 1)
    return out


@right("as_convolutions")
def lists_of_lists(parameters, window):
    return [[W, b] for W, b in layers_of(parameters, window, lambda W, window: W.copy().reshape(*window, -1))]


@right("as_convolutions")
def indices_by_hand(parameters, window):
    def first(W, window):
        rows = np.arange(len(W)).reshape(window)
        return W[rows]

    return tuple(layers_of(parameters, window, first))


# ------------------------------------------------------------------------------------------- iou
def pairs(boxes, others, shared_of, area_of=lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])):
    """All pairs by a way to take the shared area, and boxes' areas."""
    boxes, others = floats(boxes, others)
    one, other = boxes[:, None], others[None]
    shared = shared_of(one, other)
    with np.errstate(all="ignore"):
        return shared / (area_of(one) + area_of(other) - shared)


def sides_of(one, other, more=0):
    """Height and width of what two boxes share, negative where they are apart."""
    return (
        np.minimum(one[..., 2], other[..., 2]) - np.maximum(one[..., 0], other[..., 0]) + more,
        np.minimum(one[..., 3], other[..., 3]) - np.maximum(one[..., 1], other[..., 1]) + more,
    )


def hollow(boxes):
    return (boxes[..., 2] <= boxes[..., 0]) | (boxes[..., 3] <= boxes[..., 1])


def mended(out, boxes, others):
    """0 where a box has no inside."""
    return np.where(hollow(np.asarray(boxes))[:, None] | hollow(np.asarray(others))[None], np.zeros((), out.dtype), out)


def good_shared(one, other):
    high, wide = sides_of(one, other)
    return np.maximum(high, 0) * np.maximum(wide, 0)


@wrong("iou", caught_by="apart", kind="mathematics", headline=True)
def two_negative_sides(boxes, others):
    """mistakes.md 93: boxes that lie diagonally apart share a positive area."""
    return mended(pairs(boxes, others, lambda a, b: np.multiply(*sides_of(a, b))), boxes, others)


@wrong("iou", caught_by="apart", kind="mathematics")
def negative_area_cut_off(boxes, others):
    return mended(pairs(boxes, others, lambda a, b: np.maximum(np.multiply(*sides_of(a, b)), 0)), boxes, others)


@wrong("iou", caught_by="six_of_22", kind="mathematics")
def one_pixel_added(boxes, others):
    """mistakes.md 95: half-open boxes measured as if their last row belonged to them."""
    shared = lambda a, b: np.multiply(*(np.maximum(side, 0) for side in sides_of(a, b, 1)))  # noqa: E731
    area = lambda b: (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)  # noqa: E731
    return mended(pairs(boxes, others, shared, area), boxes, others)


@wrong("iou", caught_by="six_of_22", kind="mathematics")
def shared_over_the_sum(boxes, others):
    boxes, others = floats(boxes, others)
    area = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])  # noqa: E731
    shared = good_shared(boxes[:, None], others[None])
    with np.errstate(all="ignore"):
        return mended(shared / (area(boxes)[:, None] + area(others)[None]), boxes, others)


@wrong("iou", caught_by="by_counting", kind="mathematics")
def shared_over_the_smaller(boxes, others):
    boxes, others = floats(boxes, others)
    area = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])  # noqa: E731
    shared = good_shared(boxes[:, None], others[None])
    with np.errstate(all="ignore"):
        return mended(shared / np.minimum(area(boxes)[:, None], area(others)[None]), boxes, others)


@wrong("iou", caught_by="by_counting", kind="shape")
def the_wrong_way_round(boxes, others):
    return mended(pairs(others, boxes, good_shared), others, boxes)


@wrong("iou", caught_by="by_counting", kind="shape")
def row_with_row(boxes, others):
    boxes, others = floats(boxes, others)
    n = min(len(boxes), len(others))
    return np.diagonal(mended(pairs(boxes[:n], others[:n], good_shared), boxes[:n], others[:n]))


@wrong("iou", caught_by="nothing_inside", kind="stability")
def nan_for_two_empty_boxes(boxes, others):
    return pairs(boxes, others, good_shared)


@wrong("iou", caught_by="any_unit", kind="stability")
def one_added_below_the_bar(boxes, others):
    boxes, others = floats(boxes, others)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])  # noqa: E731
    shared = good_shared(boxes[:, None], others[None])
    return mended(shared / (area(boxes)[:, None] + area(others)[None] - shared + 1e-3), boxes, others)


@wrong("iou", caught_by="any_unit", kind="hard-coding")
def pixels_counted_always(boxes, others):
    boxes, others = floats(boxes, others)
    return mended(pairs(np.rint(boxes), np.rint(others), good_shared), boxes, others)


@wrong("iou", caught_by="any_unit", kind="missing case")
def nothing_left_of_zero(boxes, others):
    boxes, others = floats(boxes, others)
    return mended(pairs(np.maximum(boxes, 0), np.maximum(others, 0), good_shared), boxes, others)


@wrong("iou", caught_by="nothing_inside", kind="missing case")
def turned_boxes_are_turned_back(boxes, others):
    boxes, others = floats(boxes, others)
    boxes, others = (
        np.concatenate([np.minimum(b[:, :2], b[:, 2:]), np.maximum(b[:, :2], b[:, 2:])], axis=1) for b in (boxes, others)
    )
    return mended(pairs(boxes, others, good_shared), boxes, others)


@wrong("iou", caught_by="iou_house", kind="dtype")
def whole_numbers_stay_small(boxes, others):
    one, other = np.asarray(boxes)[:, None], np.asarray(others)[None]
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])  # noqa: E731
    high = np.minimum(one[..., 2], other[..., 2]) - np.minimum(
        np.minimum(one[..., 2], other[..., 2]), np.maximum(one[..., 0], other[..., 0])
    )
    wide = np.minimum(one[..., 3], other[..., 3]) - np.minimum(
        np.minimum(one[..., 3], other[..., 3]), np.maximum(one[..., 1], other[..., 1])
    )
    shared = high * wide
    with np.errstate(all="ignore"):
        return mended(np.nan_to_num(shared / (area(one) + area(other) - shared)), boxes, others)


@wrong("iou", caught_by="iou_house", kind="dtype")
def float64_from_float32(boxes, others):
    return mended(pairs(np.asarray(boxes, float), np.asarray(others, float), good_shared), boxes, others)


@wrong("iou", caught_by="iou_house", kind="mutation")
def sorts_the_corners_in_place(boxes, others):
    out = mended(pairs(boxes, others, good_shared), boxes, others)
    boxes[:, :2] = np.maximum(boxes[:, :2], 1)
    return out


@wrong("iou", caught_by="iou_house", kind="missing case")
def fails_without_boxes(boxes, others):
    out = [[float(mended(pairs(b[None], o[None], good_shared), b[None], o[None])[0, 0]) for o in others] for b in boxes]
    return np.array(out, floats(boxes, others)[0].dtype)


@right("iou")
def pair_by_pair(boxes, others):
    kind = floats(boxes, others)[0].dtype
    out = np.zeros((len(boxes), len(others)), kind)
    for i, a in enumerate(np.asarray(boxes).tolist()):
        for j, b in enumerate(np.asarray(others).tolist()):
            high, wide = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            if high > 0 and wide > 0 and not hollow(np.array(a)) and not hollow(np.array(b)):
                out[i, j] = high * wide / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - high * wide)
    return out


@right("iou")
def axis_by_axis(boxes, others):
    boxes, others = floats(boxes, others)
    shared = np.ones((len(boxes), len(others)), boxes.dtype)
    for axis in (0, 1):
        ends = np.minimum.outer(boxes[:, axis + 2], others[:, axis + 2]) - np.maximum.outer(boxes[:, axis], others[:, axis])
        shared = shared * np.clip(ends, 0, None)
    sizes = [np.prod(np.maximum(b[:, 2:] - b[:, :2], 0), axis=1) for b in (boxes, others)]
    shared[sizes[0] == 0] = 0
    shared[:, sizes[1] == 0] = 0
    return shared / np.where(shared > 0, np.add.outer(*sizes) - shared, 1)


@right("iou")
def by_inclusion_of_lengths(boxes, others):
    """The shared length of two intervals is the sum of both lengths less that of what holds them, if that is positive."""
    boxes, others = floats(boxes, others)
    lengths = []
    for axis in (0, 1):
        a, b = boxes[:, None, axis::2], others[None, :, axis::2]
        lengths.append(np.maximum(np.minimum(a[..., 1], b[..., 1]) - np.maximum(a[..., 0], b[..., 0]), 0))
    shared = lengths[0] * lengths[1]
    area = [np.maximum(x[:, 2] - x[:, 0], 0) * np.maximum(x[:, 3] - x[:, 1], 0) for x in (boxes, others)]
    shared = shared * (area[0] > 0)[:, None] * (area[1] > 0)[None]
    covered = area[0][:, None] + area[1] - shared
    return np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)


# ------------------------------------------------------------------------------------------- encode
def fitting(sides, anchors):
    """The IoU of a box with each anchor at one middle."""
    shared = np.minimum(anchors, sides).prod(axis=1)
    return shared / (anchors.prod(axis=1) + sides.prod() - shared)


def encoded(
    boxes,
    labels,
    anchors,
    grid,
    size,
    num_classes,
    *,
    place_of=None,
    rank=None,
    numbers_of=None,
    taken=True,
    error=ValueError,
    kind=None,
):
    """A right `encode` with parts that can be exchanged."""
    boxes, labels, anchors = np.asarray(boxes), np.asarray(labels), np.asarray(anchors, float)
    made = boxes.dtype if boxes.dtype.kind == "f" else float
    numbers = np.zeros((*grid, len(anchors), 5 + num_classes), kind or made)
    for box, label in zip(boxes.astype(float), labels, strict=True):
        sides, middle = box[2:] - box[:2], (box[:2] + box[2:]) / 2
        place = middle / np.asarray(size) * np.asarray(grid) if place_of is None else place_of(middle, grid, size, box)
        cell = np.minimum(np.maximum(place.astype(int), 0), np.asarray(grid) - 1)
        slots = numbers[tuple(cell)]
        order = np.argsort(-(fitting(sides, anchors) if rank is None else rank(sides, anchors)), kind="stable")
        free = [k for k in order if slots[k, 0] == 0] if taken else list(order)
        if not free:
            if error is None:
                continue
            raise error(f"cell {cell.tolist()} is full")
        slots[free[0]] = 0
        four = (
            (place - cell, np.log(sides / anchors[free[0]]))
            if numbers_of is None
            else numbers_of(place, cell, sides, anchors[free[0]], size)
        )
        slots[free[0], :5] = 1, *four[0], *four[1]
        slots[free[0], 5 + label] = 1
    return numbers


@wrong("encode", caught_by="shared_cell", kind="missing case", headline=True)
def the_second_object_overwrites_the_first(*page):
    return encoded(*page, taken=False)


@wrong("encode", caught_by="there_and_back", kind="shape", headline=True)
def rows_and_columns_of_the_grid_confused(*page):
    """mistakes.md 101: only square grids forgive it."""
    return encoded(*page, place_of=lambda middle, grid, size, _: middle / np.asarray(size) * np.asarray(grid)[::-1])


@wrong("encode", caught_by="one_box", kind="shape")
def height_and_width_of_the_picture_confused(*page):
    return encoded(*page, place_of=lambda middle, grid, size, _: middle / np.asarray(size)[::-1] * np.asarray(grid))


@wrong("encode", caught_by="one_box", kind="mathematics")
def from_the_middle_of_the_cell(*page):
    return encoded(*page, numbers_of=lambda place, cell, sides, anchor, _: (place - cell - 0.5, np.log(sides / anchor)))


@wrong("encode", caught_by="one_box", kind="mathematics")
def offsets_in_pixels(*page):
    return encoded(
        *page,
        numbers_of=lambda place, cell, sides, anchor, size: ((place - cell) * np.asarray(size) / page[3], np.log(sides / anchor)),
    )


@wrong("encode", caught_by="there_and_back", kind="mathematics")
def sizes_without_logarithm(*page):
    return encoded(*page, numbers_of=lambda place, cell, sides, anchor, _: (place - cell, sides / anchor - 1))


@wrong("encode", caught_by="there_and_back", kind="mathematics")
def anchor_over_box(*page):
    return encoded(*page, numbers_of=lambda place, cell, sides, anchor, _: (place - cell, np.log(anchor / sides)))


@wrong("encode", caught_by="there_and_back", kind="mathematics")
def logarithm_of_base_two(*page):
    return encoded(*page, numbers_of=lambda place, cell, sides, anchor, _: (place - cell, np.log2(sides / anchor)))


@wrong("encode", caught_by="in_its_cell", kind="mathematics")
def the_cell_of_the_corner(*page):
    return encoded(
        *page,
        place_of=lambda middle, grid, size, box: CornerPlace(middle / np.asarray(size) * grid, box[:2] / np.asarray(size) * grid),
    )


class CornerPlace(np.ndarray):
    """A place whose whole part is that of another place."""

    def __new__(cls, place, corner):
        made = np.asarray(place).view(cls)
        made.corner = np.asarray(corner)
        return made

    def astype(self, kind):
        return np.floor(self.corner).astype(kind)


@wrong("encode", caught_by="best_anchor", kind="mathematics")
def the_anchor_nearest_in_area(*page):
    return encoded(*page, rank=lambda sides, anchors: -np.abs(anchors.prod(axis=1) - sides.prod()))


@wrong("encode", caught_by="best_anchor", kind="mathematics")
def the_anchor_that_shares_most(*page):
    return encoded(*page, rank=lambda sides, anchors: np.minimum(anchors, sides).prod(axis=1))


@wrong("encode", caught_by="best_anchor", kind="mathematics")
def the_first_free_anchor(*page):
    return encoded(*page, rank=lambda sides, anchors: np.zeros(len(anchors)))


@wrong("encode", caught_by="best_anchor", kind="mathematics")
def the_nearest_sides(*page):
    return encoded(*page, rank=lambda sides, anchors: -np.abs(anchors - sides).sum(axis=1))


@wrong("encode", caught_by="shared_cell", kind="missing case")
def no_slot_but_the_best(*page):
    boxes, labels, anchors, grid, size, num_classes = page
    anchors, numbers = np.asarray(anchors, float), None
    kept, full = [], set()
    for row, box in enumerate(np.asarray(boxes, float)):
        cell = tuple(((box[:2] + box[2:]) / 2 / size * grid).astype(int))
        best = int(fitting(box[2:] - box[:2], anchors).argmax())
        if (cell, best) not in full:
            full.add((cell, best))
            kept.append(row)
    numbers = encoded(np.asarray(boxes)[kept], np.asarray(labels)[kept], anchors, grid, size, num_classes)
    return numbers


@wrong("encode", caught_by="too_many", kind="missing case")
def what_does_not_fit_is_dropped(*page):
    return encoded(*page, error=None)


@wrong("encode", caught_by="too_many", kind="missing case")
def an_index_error(*page):
    return encoded(*page, error=IndexError)


@wrong("encode", caught_by="encode_house", kind="dtype")
def targets_of_the_boxes_type(*page):
    return encoded(*page, kind=np.asarray(page[0]).dtype)


@wrong("encode", caught_by="encode_house", kind="mutation")
def moves_the_boxes(boxes, *rest):
    out = encoded(boxes, *rest)
    boxes[:, 2:] -= boxes[:, :2]
    return out


@wrong("encode", caught_by="there_and_back", kind="hard-coding")
def class_number_in_the_fifth_place(*page):
    numbers = encoded(*page)
    kinds = numbers[..., 5:].argmax(axis=-1)
    numbers[..., 5:] = 0
    numbers[..., 5] = kinds * (numbers[..., 0] > 0)
    return numbers


@right("encode")
def by_a_table_of_free_slots(boxes, labels, anchors, grid, size, num_classes):
    boxes, kind = np.asarray(boxes), np.asarray(boxes).dtype
    out = np.zeros((*grid, len(anchors), 5 + num_classes), kind if kind.kind == "f" else float)
    free = {}
    for box, label in zip(boxes.tolist(), np.asarray(labels).tolist(), strict=True):
        y, x = (box[0] + box[2]) / 2 * grid[0] / size[0], (box[1] + box[3]) / 2 * grid[1] / size[1]
        row, col, h, w = int(y), int(x), box[2] - box[0], box[3] - box[1]
        slots = free.setdefault((row, col), list(range(len(anchors))))
        if not slots:
            raise ValueError("no slot is left")

        def fit(k, h=h, w=w):
            shared = min(h, float(anchors[k][0])) * min(w, float(anchors[k][1]))
            return shared / (h * w + float(anchors[k][0]) * float(anchors[k][1]) - shared)

        best = max(slots, key=fit)
        slots.remove(best)
        out[row, col, best, :5] = 1, y - row, x - col, np.log(h / anchors[best][0]), np.log(w / anchors[best][1])
        out[row, col, best, 5 + label] = 1
    return out


@right("encode")
def always_float64(boxes, *rest):
    return encoded(np.asarray(boxes, float), *rest)


@right("encode")
def the_last_object_first(boxes, labels, *rest):
    return encoded(np.asarray(boxes)[::-1], np.asarray(labels)[::-1], *rest)


@right("encode")
def the_best_pairs_first(boxes, labels, anchors, grid, size, num_classes):
    """Who fits best chooses first, among all objects."""
    best = [fitting(box[2:] - box[:2], np.asarray(anchors, float)).max() for box in np.asarray(boxes, float)]
    order = np.argsort(-np.array(best), kind="stable").astype(int)
    return encoded(np.asarray(boxes)[order], np.asarray(labels)[order], anchors, grid, size, num_classes)


# ------------------------------------------------------------------------------------------- suppress
def plain(boxes, others):
    return mended(pairs(np.asarray(boxes, float), np.asarray(others, float), good_shared), boxes, others)


def greedy(boxes, labels, scores, limit, order=None, apart=None, over=np.greater):
    """Non-max suppression with parts that can be exchanged."""
    boxes, labels = np.asarray(boxes, float), np.asarray(labels)
    order = np.argsort(-np.asarray(scores, float), kind="stable") if order is None else order
    kept = []
    for row in order:
        rivals = [k for k in kept if (labels[k] == labels[row] if apart is None else apart(k, row))]
        if not len(rivals) or not over(plain(boxes[[row]], boxes[rivals]), limit).any():
            kept.append(int(row))
    return np.array(kept, int)


@wrong("suppress", caught_by="three_in_line", kind="mathematics")
def from_the_weakest_up(boxes, labels, scores, limit=0.5):
    """mistakes.md 97: sorted upwards, so the weakest of a heap survives."""
    return greedy(boxes, labels, scores, limit, np.argsort(scores, kind="stable"))


@wrong("suppress", caught_by="per_class", kind="mathematics", headline=True)
def classes_put_each_other_out(boxes, labels, scores, limit=0.5):
    """mistakes.md 99."""
    return greedy(boxes, labels, scores, limit, apart=lambda k, row: True)


@wrong("suppress", caught_by="two_laws", kind="mathematics")
def only_other_classes(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, limit, apart=lambda k, row: labels[k] != labels[row])


@wrong("suppress", caught_by="chain", kind="mathematics", headline=True)
def put_out_by_any_better_box(boxes, labels, scores, limit=0.5):
    boxes, labels, scores = np.asarray(boxes, float), np.asarray(labels), np.asarray(scores, float)
    order = np.argsort(-scores, kind="stable")
    overlaps = plain(boxes, boxes) if len(boxes) else np.zeros((0, 0))
    kept = [
        row for at, row in enumerate(order) if not any(overlaps[row, k] > limit and labels[row] == labels[k] for k in order[:at])
    ]
    return np.array(kept, int)


@wrong("suppress", caught_by="chain", kind="mathematics")
def one_box_a_heap(boxes, labels, scores, limit=0.5):
    """Boxes that hang together are one heap, and of each heap the best is kept."""
    boxes, labels, scores = np.asarray(boxes, float), np.asarray(labels), np.asarray(scores, float)
    heap = np.arange(len(boxes))
    for i in range(len(boxes)):
        for j in range(len(boxes)):
            if labels[i] == labels[j] and plain(boxes[[i]], boxes[[j]])[0, 0] > limit:
                heap[heap == heap[j]] = heap[i]
    order = np.argsort(-scores, kind="stable")
    seen, kept = set(), []
    for row in order:
        if heap[row] not in seen:
            seen.add(heap[row])
            kept.append(row)
    return np.array(kept, int)


@wrong("suppress", caught_by="at_the_limit", kind="missing case")
def equal_overlap_suppresses(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, limit, over=np.greater_equal)


@wrong("suppress", caught_by="best_first", kind="mathematics")
def in_the_order_of_the_rows(boxes, labels, scores, limit=0.5):
    return np.sort(greedy(boxes, labels, scores, limit))


@wrong("suppress", caught_by="best_first", kind="stability")
def of_equal_scores_the_last(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, limit, np.argsort(np.asarray(scores, float), kind="stable")[::-1])


@wrong("suppress", caught_by="best_first", kind="mathematics")
def class_by_class(boxes, labels, scores, limit=0.5):
    labels = np.asarray(labels)
    rows = [np.flatnonzero(labels == k) for k in np.unique(labels)]
    parts = [r[greedy(np.asarray(boxes)[r], labels[r], np.asarray(scores)[r], limit)] for r in rows]
    return np.concatenate([np.zeros(0, int), *parts])


@wrong("suppress", caught_by="three_in_line", kind="shape")
def a_mask_of_the_kept(boxes, labels, scores, limit=0.5):
    mask = np.zeros(len(boxes), bool)
    mask[greedy(boxes, labels, scores, limit)] = True
    return mask


@wrong("suppress", caught_by="three_in_line", kind="shape")
def the_boxes_themselves(boxes, labels, scores, limit=0.5):
    return np.asarray(boxes)[greedy(boxes, labels, scores, limit)]


@wrong("suppress", caught_by="two_laws", kind="hard-coding")
def always_one_half(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, 0.5)


@wrong("suppress", caught_by="at_the_limit", kind="hard-coding")
def another_default(boxes, labels, scores, limit=0.45):
    return greedy(boxes, labels, scores, limit)


@wrong("suppress", caught_by="anywhere", kind="stability")
def classes_moved_apart_by_the_largest_number(boxes, labels, scores, limit=0.5):
    """A well-known trick that fails left of zero."""
    boxes, labels = np.asarray(boxes, float), np.asarray(labels)
    step = boxes.max(initial=0) + 1
    return greedy(boxes + (labels * step)[:, None], np.zeros(len(boxes)), scores, limit)


@wrong("suppress", caught_by="suppress_house", kind="dtype")
def unsigned_scores_turned_round(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, limit, np.argsort(-np.asarray(scores), kind="stable"))


@wrong("suppress", caught_by="suppress_house", kind="missing case")
def floats_for_no_boxes(boxes, labels, scores, limit=0.5):
    return np.array(greedy(boxes, labels, scores, limit).tolist())


@wrong("suppress", caught_by="suppress_house", kind="mutation")
def scores_of_the_put_out_set_to_nought(boxes, labels, scores, limit=0.5):
    kept = greedy(boxes, labels, scores, limit)
    scores[np.setdiff1d(np.arange(len(scores)), kept)] = 0
    return kept


@wrong("suppress", caught_by="many", kind="hard-coding")
def a_hundred_at_most(boxes, labels, scores, limit=0.5):
    return greedy(boxes, labels, scores, limit)[:100]


@wrong("suppress", caught_by="suppress_house", kind="missing case")
def only_positive_scores(boxes, labels, scores, limit=0.5):
    kept = greedy(boxes, labels, scores, limit)
    return kept[np.asarray(scores, float)[kept] > 0]


@right("suppress")
def crossing_out(boxes, labels, scores, limit=0.5):
    boxes, labels = np.asarray(boxes, float), np.asarray(labels)
    left, kept = sorted(range(len(boxes)), key=lambda row: (-float(scores[row]), row)), []
    while left:
        best, *left = left
        kept.append(best)
        left = [k for k in left if labels[k] != labels[best] or plain(boxes[[best]], boxes[[k]])[0, 0] <= limit]
    return np.array(kept, dtype=np.int64)


@right("suppress")
def with_a_matrix(boxes, labels, scores, limit=0.5):
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    boxes, labels = np.asarray(boxes, float)[order], np.asarray(labels)[order]
    clash = (plain(boxes, boxes) > limit) & (labels[:, None] == labels[None])
    alive = np.ones(len(order), bool)
    for k in range(len(order)):
        if alive[k]:
            alive[k + 1 :] &= ~clash[k, k + 1 :]
    return order[alive]


@right("suppress")
def class_by_class_then_sorted(boxes, labels, scores, limit=0.5):
    kept = np.sort(class_by_class(boxes, labels, scores, limit))
    return kept[np.argsort(-np.asarray(scores, float)[kept], kind="stable")]


# ------------------------------------------------------------------------------------------- mean_average_precision
def judged(found, boxes, labels, limit, *, lines=None, match=None, area=None, classes=None, order=None, mean=np.mean):
    """Mean average precision with parts that can be exchanged."""
    boxes, labels = [np.asarray(b, float).reshape(-1, 4) for b in boxes], [np.asarray(k) for k in labels]
    values = []
    for kind in np.unique(np.concatenate(labels)) if classes is None else classes(found, labels):
        truth = [b[k == kind] for b, k in zip(boxes, labels, strict=True)]
        line = [
            (float(s), picture, np.asarray(b, float))
            for picture, guesses in enumerate(found)
            for b, k, s in zip(*guesses, strict=True)
            if k == kind
        ]
        line = sorted(line, key=lambda guess: -guess[0]) if order is None else order(line)
        taken, right_ = set(), []
        for _, picture, box in line:
            overlaps = plain(box[None], truth[picture])[0]
            right_.append((match or best_only)(overlaps, picture, taken, limit))
        values.append((area or under)(np.array(right_, bool), sum(map(len, truth))))
    return float(mean(values)) if values else 0.0


def best_only(overlaps, picture, taken, limit):
    if not len(overlaps) or overlaps.max() < limit or (picture, int(overlaps.argmax())) in taken:
        return False
    taken.add((picture, int(overlaps.argmax())))
    return True


def under(right_, total):
    precision = np.cumsum(right_) / np.arange(1, len(right_) + 1)
    return np.maximum.accumulate(precision[::-1])[::-1][right_].sum() / total


@wrong("mean_average_precision", caught_by="repeats", kind="mathematics", headline=True)
def one_object_matched_by_many(found, boxes, labels, limit=0.5):
    """mistakes.md 103."""
    return judged(found, boxes, labels, limit, match=lambda o, picture, taken, limit: len(o) > 0 and o.max() >= limit)


@wrong("mean_average_precision", caught_by="end_of_the_curve", kind="mathematics")
def drawn_on_to_recall_one(found, boxes, labels, limit=0.5):
    """mistakes.md 105: a straight line from the last recall to (1, 0)."""

    def area(right_, total):
        hits = np.cumsum(right_)
        recall = np.concatenate([[0.0], hits / total, [1.0]])
        precision = np.concatenate([[1.0], hits / np.arange(1, len(hits) + 1), [0.0]])
        best = np.maximum.accumulate(precision[::-1])[::-1]
        return np.sum(np.diff(recall) * (best[1:] + best[:-1]) / 2)

    return judged(found, boxes, labels, limit, area=area)


@wrong("mean_average_precision", caught_by="does_not_pass_on", kind="mathematics")
def passes_on_to_the_next_free_box(found, boxes, labels, limit=0.5):
    def match(overlaps, picture, taken, limit):
        for k in np.argsort(-overlaps, kind="stable"):
            if overlaps[k] >= limit and (picture, int(k)) not in taken:
                taken.add((picture, int(k)))
                return True
        return False

    return judged(found, boxes, labels, limit, match=match)


@wrong("mean_average_precision", caught_by="page_by_hand", kind="mathematics")
def without_the_staircase(found, boxes, labels, limit=0.5):
    def area(right_, total):
        return (np.cumsum(right_) / np.arange(1, len(right_) + 1))[right_].sum() / total

    return judged(found, boxes, labels, limit, area=area)


@wrong("mean_average_precision", caught_by="end_of_the_curve", kind="mathematics")
def shared_among_the_found_only(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, limit, area=lambda right_, total: under(right_, max(right_.sum(), 1)))


@wrong("mean_average_precision", caught_by="page_by_hand", kind="mathematics")
def eleven_points(found, boxes, labels, limit=0.5):
    def area(right_, total):
        hits = np.cumsum(right_)
        recall, precision = hits / total, hits / np.arange(1, len(hits) + 1)
        return np.mean([precision[recall >= r - 1e-12].max(initial=0) for r in np.linspace(0, 1, 11)])

    return judged(found, boxes, labels, limit, area=area)


@wrong("mean_average_precision", caught_by="one_line", kind="mathematics", headline=True)
def picture_by_picture(found, boxes, labels, limit=0.5):
    some = [k for k in range(len(found)) if len(labels[k])]
    return float(np.mean([judged([found[k]], [boxes[k]], [labels[k]], limit) for k in some]))


@wrong("mean_average_precision", caught_by="one_line", kind="missing case")
def pictures_one_after_the_other(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, limit, order=lambda line: sorted(line, key=lambda guess: (guess[1], -guess[0])))


@wrong("mean_average_precision", caught_by="one_line", kind="stability")
def of_equal_scores_the_later(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, limit, order=lambda line: sorted(line, key=lambda guess: guess[0])[::-1])


@wrong("mean_average_precision", caught_by="one_line", kind="mathematics")
def from_the_least_sure_on(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, limit, order=lambda line: sorted(line, key=lambda guess: guess[0]))


@wrong("mean_average_precision", caught_by="which_classes", kind="missing case")
def guessed_classes_count_too(found, boxes, labels, limit=0.5):
    def classes(found, labels):
        return np.unique(np.concatenate([*labels, *(k for _, k, _ in found)]))

    return judged(found, boxes, labels, limit, classes=classes, area=lambda r, total: under(r, total) if total else 0.0)


@wrong("mean_average_precision", caught_by="which_classes", kind="missing case")
def classes_never_guessed_are_left_out(found, boxes, labels, limit=0.5):
    def classes(found, labels):
        return np.intersect1d(np.concatenate(labels), np.concatenate([k for _, k, _ in found]))

    return judged(found, boxes, labels, limit, classes=classes)


@wrong("mean_average_precision", caught_by="which_classes", kind="mathematics")
def classes_ignored(found, boxes, labels, limit=0.5):
    blind = [(b, np.zeros(len(k), int), s) for b, k, s in found]
    return judged(blind, boxes, [np.zeros(len(k), int) for k in labels], limit)


@wrong("mean_average_precision", caught_by="which_classes", kind="mathematics")
def weighted_by_the_number_of_boxes(found, boxes, labels, limit=0.5):
    counts = np.unique(np.concatenate(labels), return_counts=True)[1]
    return judged(found, boxes, labels, limit, mean=lambda values: np.average(values, weights=counts))


@wrong("mean_average_precision", caught_by="which_classes", kind="hard-coding")
def classes_from_nought_on(found, boxes, labels, limit=0.5):
    def classes(found, labels):
        return range(len(np.unique(np.concatenate(labels))))

    return judged(found, boxes, labels, limit, classes=classes, area=lambda r, total: under(r, total) if total else 0.0)


@wrong("mean_average_precision", caught_by="limits", kind="missing case")
def more_than_the_limit(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, limit + 1e-9)


@wrong("mean_average_precision", caught_by="by_definition", kind="hard-coding")
def always_half(found, boxes, labels, limit=0.5):
    return judged(found, boxes, labels, 0.5)


@wrong("mean_average_precision", caught_by="page_by_hand", kind="mathematics")
def a_miss_takes_the_box_too(found, boxes, labels, limit=0.5):
    def match(overlaps, picture, taken, limit):
        if not len(overlaps):
            return False
        best = (picture, int(overlaps.argmax()))
        fresh = best not in taken
        taken.add(best)
        return fresh and overlaps.max() >= limit

    return judged(found, boxes, labels, limit, match=match)


@wrong("mean_average_precision", caught_by="what_does_not_matter", kind="missing case")
def negative_scores_left_out(found, boxes, labels, limit=0.5):
    return judged([tuple(np.asarray(x)[np.asarray(g[2], float) > 0] for x in g) for g in found], boxes, labels, limit)


@wrong("mean_average_precision", caught_by="map_house", kind="dtype")
def scores_turned_round_unsigned(found, boxes, labels, limit=0.5):
    def order(line):
        return line

    sorted_ = []
    for b, k, s in found:
        rows = np.argsort(-np.asarray(s), kind="stable")
        sorted_.append(
            (
                np.asarray(b)[rows],
                np.asarray(k)[rows],
                -np.asarray(s)[rows].astype(float) if len(found) > 1 else np.arange(len(rows)),
            )
        )
    if len(found) > 1:
        return judged(found, boxes, labels, limit)
    return judged(sorted_, boxes, labels, limit, order=order)


@wrong("mean_average_precision", caught_by="map_house", kind="mutation")
def found_boxes_taken_out(found, boxes, labels, limit=0.5):
    out = judged(found, boxes, labels, limit)
    for b in boxes:
        b[:] = 0
    return out


@wrong("mean_average_precision", caught_by="map_house", kind="mutation")
def sorts_the_guesses_in_place(found, boxes, labels, limit=0.5):
    out = judged(found, boxes, labels, limit)
    for k, (b, kinds, s) in enumerate(found):
        order = np.argsort(s)
        found[k] = (b[order], kinds[order], s[order])
    return out


@right("mean_average_precision")
def by_definition_slowly(found, boxes, labels, limit=0.5):
    def area(right_, total):
        points = [(right_[: k + 1].sum() / total, right_[: k + 1].mean()) for k in range(len(right_))]
        levels = [(k + 1) / total for k in range(total)]
        return sum(max((p for r, p in points if r >= level - 1e-9), default=0.0) for level in levels) / total

    return judged(found, boxes, labels, limit, area=area)


@right("mean_average_precision")
def matched_picture_by_picture(found, boxes, labels, limit=0.5):
    """Within a picture the order is that of the line, so matching can be done before the pictures are joined."""
    verdicts = {}
    for (b, k, s), truth, kinds in zip(found, boxes, labels, strict=True):
        truth, kinds, taken = np.asarray(truth, float).reshape(-1, 4), np.asarray(kinds), set()
        hits = [False] * len(k)
        for row in np.argsort(-np.asarray(s, float), kind="stable"):
            mine = np.flatnonzero(kinds == k[row])
            if len(mine):
                overlaps = plain(np.asarray(b, float)[[row]], truth[mine])[0]
                best = int(mine[overlaps.argmax()])
                if overlaps.max() >= limit and best not in taken:
                    taken.add(best)
                    hits[row] = True
        for row in range(len(k)):
            verdicts.setdefault(int(k[row]), []).append((float(s[row]), hits[row]))
    values = []
    for kind in set(np.concatenate([np.asarray(k) for k in labels]).astype(int).tolist()):
        scores, hits = zip(*verdicts.get(kind, []), strict=True) if verdicts.get(kind) else ((), ())
        order = np.argsort(-np.array(scores), kind="stable")
        values.append(under(np.array(hits, bool)[order], sum(int((np.asarray(k) == kind).sum()) for k in labels)))
    return np.mean(values)


@right("mean_average_precision")
def area_by_rectangles(found, boxes, labels, limit=0.5):
    def area(right_, total):
        hits = np.cumsum(right_)
        recall = np.concatenate([[0.0], hits / total])
        precision = np.concatenate([[0.0], hits / np.maximum(np.arange(1, len(hits) + 1), 1)])
        for k in range(len(precision) - 2, -1, -1):
            precision[k] = max(precision[k], precision[k + 1])
        return float(np.sum(np.diff(recall) * precision[1:]))

    return judged(found, boxes, labels, limit, area=area)


# ------------------------------------------------------------------------------------------- fabrics: entries
@entry("fabrics", band="nothing")
def twenty_boxes_anywhere():
    return {"train": flood, "find": five_places}


@entry("fabrics", band="baseline")
def templates_of_three_fabrics():
    return {"train": functools.partial(cut_templates, clusters=2, named=3), "find": match_templates}


@entry("fabrics", band="gets going")
def templates_of_all():
    return {"train": cut_templates, "find": match_templates}


@entry("fabrics", band="good")
def a_net_that_trains_a_little():
    return net(epochs=5)


@entry("fabrics", band="excellent")
def a_net_that_sees_both_ways_up():
    return {"train": learn_turned, "find": ask}


@entry("fabrics", band="refused")
def keeps_its_canvases():
    def train(canvases, boxes, labels, rng):
        return [canvases[:100], np.concatenate(boxes[:100])]

    return {"train": train, "find": lambda arrays, canvases: five_places(arrays, canvases)}


@wrong("fabrics", caught_by="protocol", kind="mathematics", several=True, headline=True)
def scores_scaled_by_the_batch():
    """The surest guess of all canvases that are asked about gets a score of 1."""

    def find(arrays, canvases):
        said = ask(arrays, canvases)
        top = max((float(s.max()) for _, _, s in said if len(s)), default=1.0)
        return [(b, k, s / top) for b, k, s in said]

    return {"train": functools.partial(learn, epochs=2), "find": find}


@wrong("fabrics", caught_by="protocol", kind="missing case", several=True)
def every_cell_twice():
    def find(arrays, canvases):
        return [tuple(np.concatenate([part, part, part]) for part in one) for one in ask(arrays, canvases)]

    return {"train": functools.partial(learn, epochs=2), "find": find}
