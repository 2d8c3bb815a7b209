"""Programs for week 12, written from its contracts alone."""

import numpy as np

from autograder.cases import program


# ------------------------------------------------------------------------------------------- as_convolutions
def _convs(parameters, window):
    h, w, c = window
    out = []
    for k, (W, b) in enumerate(parameters):
        shape = (h, w, c, W.shape[1]) if k == 0 else (1, 1, *W.shape)
        out.append((W.reshape(shape).copy(), b.copy()))
    return out


@program("as_convolutions", breaks="it reads pictures flattened as reshape does: rows, columns, channels")
def b_channels_first(parameters, window):
    h, w, c = window
    (W, b), *rest = _convs(parameters, window)
    return [(W.reshape(c, h, w, -1).transpose(1, 2, 0, 3), b), *rest]


@program("as_convolutions", breaks="rows and columns of the window stand in their places")
def b_width_first(parameters, window):
    h, w, c = window
    (W, b), *rest = _convs(parameters, window)
    return [(W.reshape(w, h, c, -1).transpose(1, 0, 2, 3), b), *rest]


@program("as_convolutions", breaks="kernels are not flipped")
def b_flipped(parameters, window):
    (W, b), *rest = _convs(parameters, window)
    return [(W[::-1, ::-1], b), *rest]


@program("as_convolutions", breaks="later layers are 1 x 1: on a larger picture they give every window's answer")
def b_every_layer_as_large_as_the_window(parameters, window):
    h, w, _ = window
    out = _convs(parameters, window)
    for k in range(1, len(out)):
        W, b = out[k]
        big = np.zeros((h, w, *W.shape[2:]), W.dtype)
        big[0, 0] = W[0, 0]
        out[k] = (big, b)
    return out


@program("as_convolutions", breaks="nothing is added: as many numbers as before")
def b_zeros_round_the_kernels(parameters, window):
    (W, b), *rest = _convs(parameters, window)
    return [
        (W, b),
        *[(np.pad(V, ((0, 0), (0, 0), (0, 1), (0, 0)))[:, :, :-1], c) for V, c in rest],
        *([(np.eye(len(b)).reshape(1, 1, len(b), len(b)), 0 * b)] if not rest else []),
    ]


@program("as_convolutions", breaks="the biases are kept")
def b_no_biases(parameters, window):
    return [(W, 0 * b) for W, b in _convs(parameters, window)]


@program("as_convolutions", breaks="kernels have shape (kh, kw, in, out)")
def b_outputs_first(parameters, window):
    return [(W.transpose(3, 0, 1, 2), b) for W, b in _convs(parameters, window)]


@program("as_convolutions", breaks="one layer is a net, too")
def b_last_layer_left_out(parameters, window):
    return _convs(parameters, window)[:-1]


@program("as_convolutions", breaks="any number of channels")
def b_one_channel_only(parameters, window):
    _h, _w, _ = window
    out = _convs(parameters, window)
    W, b = out[0]
    out[0] = (W.sum(axis=2, keepdims=True), b)
    return out


@program("as_convolutions", breaks="float32 stays float32")
def b_in_float64(parameters, window):
    return [(W.astype(float), b.astype(float)) for W, b in _convs(parameters, window)]


@program("as_convolutions", breaks="inputs stay as they were")
def b_empties_the_list(parameters, window):
    out = _convs(parameters, window)
    for W, _ in parameters:
        W *= 0.5
    return out


@program("as_convolutions", breaks="oblong windows")
def b_square_windows(parameters, window):
    h, w, c = window
    out = _convs(parameters, window)
    side = int(np.sqrt(h * w))
    W, b = out[0]
    out[0] = (W.reshape(side, -1, c, W.shape[3]), b)
    return out


@program("as_convolutions")
def b_by_filling_in(parameters, window):
    h, w, c = window
    (W, b), rest = parameters[0], parameters[1:]
    K = np.zeros((h, w, c, W.shape[1]), W.dtype)
    for k in range(len(W)):
        K[k // (w * c), k // c % w, k % c] = W[k]
    return [(K, b), *((V[np.newaxis, np.newaxis], d) for V, d in rest)]


@program("as_convolutions")
def b_as_tuples(parameters, window):
    shapes = [tuple(window)] + [(1, 1, len(W)) for W, _ in parameters[1:]]
    return [(np.reshape(W, (*shape, np.shape(W)[1])), b) for (W, b), shape in zip(parameters, shapes, strict=True)]


@program("as_convolutions")
def b_recursive(parameters, window):
    if not parameters:
        return []
    (W, b), *rest = parameters
    return [(W.reshape(*window, W.shape[1]), b)] + b_recursive(rest, (1, 1, W.shape[1]))


# ------------------------------------------------------------------------------------------- iou
def _iou(boxes, others, touch=0.0, one=0.0):
    A, B = np.asarray(boxes, float).reshape(-1, 4), np.asarray(others, float).reshape(-1, 4)
    top, left = np.maximum(A[:, None, 0], B[None, :, 0]), np.maximum(A[:, None, 1], B[None, :, 1])
    bottom, right = np.minimum(A[:, None, 2], B[None, :, 2]), np.minimum(A[:, None, 3], B[None, :, 3])
    both = np.maximum(bottom - top + one, 0) * np.maximum(right - left + one, 0)
    area_A = np.maximum(A[:, 2] - A[:, 0] + one, 0) * np.maximum(A[:, 3] - A[:, 1] + one, 0)
    area_B = np.maximum(B[:, 2] - B[:, 0] + one, 0) * np.maximum(B[:, 3] - B[:, 1] + one, 0)
    union = area_A[:, None] + area_B[None] - both
    out = np.zeros(both.shape)
    np.divide(both, union, out=out, where=union > 0)
    kind = np.result_type(np.asarray(boxes), np.asarray(others), np.float32)
    return out.astype(kind)


@program("iou", breaks="boxes are half-open: counting pixels, no + 1")
def b_plus_one(boxes, others):
    return _iou(boxes, others, one=1.0)


@program("iou", breaks="boxes that are apart diagonally have 0")
def b_two_negative_sides(boxes, others):
    A, B = np.asarray(boxes, float), np.asarray(others, float)
    h = np.minimum(A[:, None, 2], B[None, :, 2]) - np.maximum(A[:, None, 0], B[None, :, 0])
    w = np.minimum(A[:, None, 3], B[None, :, 3]) - np.maximum(A[:, None, 1], B[None, :, 1])
    both = np.maximum(h * w, 0)
    area = lambda X: np.maximum(X[:, 2] - X[:, 0], 0) * np.maximum(X[:, 3] - X[:, 1], 0)  # noqa: E731
    union = area(A)[:, None] + area(B)[None] - both
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


@program("iou", breaks="an empty box overlaps nothing: 0 and never nan")
def b_nought_by_nought(boxes, others):
    A, B = np.asarray(boxes, float), np.asarray(others, float)
    h = np.maximum(np.minimum(A[:, None, 2], B[None, :, 2]) - np.maximum(A[:, None, 0], B[None, :, 0]), 0)
    w = np.maximum(np.minimum(A[:, None, 3], B[None, :, 3]) - np.maximum(A[:, None, 1], B[None, :, 1]), 0)
    area = lambda X: (X[:, 2] - X[:, 0]) * (X[:, 3] - X[:, 1])  # noqa: E731
    with np.errstate(all="ignore"):
        return h * w / (area(A)[:, None] + area(B)[None] - h * w)


@program("iou", breaks="another unit changes nothing: no small number in the divisor")
def b_a_small_number_below(boxes, others):
    A, B = np.asarray(boxes, float), np.asarray(others, float)
    h = np.maximum(np.minimum(A[:, None, 2], B[None, :, 2]) - np.maximum(A[:, None, 0], B[None, :, 0]), 0)
    w = np.maximum(np.minimum(A[:, None, 3], B[None, :, 3]) - np.maximum(A[:, None, 1], B[None, :, 1]), 0)
    area = lambda X: np.maximum(X[:, 2] - X[:, 0], 0) * np.maximum(X[:, 3] - X[:, 1], 0)  # noqa: E731
    return h * w / (area(A)[:, None] + area(B)[None] - h * w + 1e-3)


@program("iou", breaks="entry [i, j] belongs to boxes[i] and others[j]")
def b_turned_over(boxes, others):
    return _iou(others, boxes)


@program("iou", breaks="intersection over union, not over the smaller box")
def b_over_the_smaller(boxes, others):
    A, B = np.asarray(boxes, float), np.asarray(others, float)
    area = lambda X: np.maximum(X[:, 2] - X[:, 0], 0) * np.maximum(X[:, 3] - X[:, 1], 0)  # noqa: E731
    both = _iou(A, B) * (area(A)[:, None] + area(B)[None]) / (1 + _iou(A, B))
    least = np.minimum(area(A)[:, None], area(B)[None])
    return np.divide(both, least, out=np.zeros_like(both), where=least > 0)


@program("iou", breaks="the union counts the shared part once")
def b_sum_of_areas_below(boxes, others):
    J = _iou(boxes, others)
    return J / (1 + J)


@program("iou", breaks="boxes are (top, left, bottom, right)")
def b_height_and_width(boxes, others):
    def corners(X):
        X = np.asarray(X, float)
        return np.concatenate([X[:, :2], X[:, :2] + X[:, 2:]], axis=1)

    return _iou(corners(boxes), corners(others))


@program("iou", breaks="all overlaps (n, m)")
def b_pair_by_pair(boxes, others):
    n = min(len(boxes), len(others))
    return np.array([_iou(boxes[k : k + 1], others[k : k + 1])[0, 0] for k in range(n)])


@program("iou", breaks="for other numbers areas: fractions count")
def b_rounded_to_pixels(boxes, others):
    return _iou(np.round(np.asarray(boxes, float)), np.round(np.asarray(others, float)))


@program("iou", breaks="no other zero of the axes changes it")
def b_cut_at_the_pictures_edge(boxes, others):
    return _iou(np.maximum(boxes, 0), np.maximum(others, 0))


@program("iou", breaks="none included: no boxes give (0, m)")
def b_loop_without_a_shape(boxes, others):
    return np.array([[_iou(a[None], b[None])[0, 0] for b in np.asarray(others)] for a in np.asarray(boxes)])


@program("iou", breaks="an empty box overlaps nothing, not even when both sides are turned round")
def b_sides_put_in_order(boxes, others):
    def ordered(X):
        X = np.asarray(X, float)
        return np.stack(
            [
                np.minimum(X[:, 0], X[:, 2]),
                np.minimum(X[:, 1], X[:, 3]),
                np.maximum(X[:, 0], X[:, 2]),
                np.maximum(X[:, 1], X[:, 3]),
            ],
            axis=1,
        )

    return _iou(ordered(boxes), ordered(others))


@program("iou", breaks="whole numbers: uint8 boxes do not wrap round")
def b_in_the_boxes_own_type(boxes, others):
    A, B = np.asarray(boxes), np.asarray(others)
    h = np.minimum(A[:, None, 2], B[None, :, 2]) - np.maximum(A[:, None, 0], B[None, :, 0])
    w = np.minimum(A[:, None, 3], B[None, :, 3]) - np.maximum(A[:, None, 1], B[None, :, 1])
    h, w = np.maximum(h, 0), np.maximum(w, 0)
    area = lambda X: np.maximum(X[:, 2] - X[:, 0], 0) * np.maximum(X[:, 3] - X[:, 1], 0)  # noqa: E731
    both, union = h * w, area(A)[:, None] + area(B)[None] - h * w
    return np.divide(both, union, out=np.zeros(both.shape), where=union > 0)


@program("iou")
def b_box_by_box(boxes, others):
    out = np.zeros((len(boxes), len(others)), np.result_type(boxes, others, np.float32))
    for i, (t, l, b, r) in enumerate(np.asarray(boxes, float)):
        for j, (t2, l2, b2, r2) in enumerate(np.asarray(others, float)):
            both = max(0.0, min(b, b2) - max(t, t2)) * max(0.0, min(r, r2) - max(l, l2))
            if b > t and r > l and b2 > t2 and r2 > l2:
                out[i, j] = both / ((b - t) * (r - l) + (b2 - t2) * (r2 - l2) - both)
    return out


@program("iou")
def b_by_clipping(boxes, others):
    A, B = np.asarray(boxes, float)[:, None], np.asarray(others, float)[None]
    sides = (np.minimum(A[..., 2:], B[..., 2:]) - np.maximum(A[..., :2], B[..., :2])).clip(0)
    both = sides.prod(axis=-1)
    union = (A[..., 2:] - A[..., :2]).clip(0).prod(-1) + (B[..., 2:] - B[..., :2]).clip(0).prod(-1) - both
    return np.where(union > 0, both / np.where(union > 0, union, 1), 0.0).astype(np.result_type(boxes, others, np.float32))


@program("iou")
def b_one_axis_at_a_time(boxes, others):
    A, B = np.asarray(boxes, float), np.asarray(others, float)

    def along(k):
        a, b = A[:, [k, k + 2]], B[:, [k, k + 2]]
        return np.clip(np.minimum.outer(a[:, 1], b[:, 1]) - np.maximum.outer(a[:, 0], b[:, 0]), 0, None)

    both = along(0) * along(1)
    size = [np.clip(X[:, 2] - X[:, 0], 0, None) * np.clip(X[:, 3] - X[:, 1], 0, None) for X in (A, B)]
    union = np.add.outer(*size) - both
    with np.errstate(all="ignore"):
        return np.nan_to_num(both / union, nan=0.0).astype(np.result_type(boxes, others, np.float32))


# ------------------------------------------------------------------------------------------- encode
def _fit(sides, anchor):
    both = np.prod(np.minimum(sides, anchor))
    return both / (np.prod(sides) + np.prod(anchor) - both)


def _encode(
    boxes, labels, anchors, grid, size, num_classes, fit=_fit, crowded=True, cell=None, log=np.log, offset=True, slots="free"
):
    rows, cols = grid
    T = np.zeros((rows, cols, len(anchors), 5 + num_classes))
    for box, label in zip(np.asarray(boxes, float).reshape(-1, 4), np.asarray(labels), strict=True):
        middle, sides = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        place = middle / np.array(size, float) * np.array(grid)
        at = np.minimum(place.astype(int), np.array(grid) - 1) if cell is None else cell(place, grid)
        order = sorted(range(len(anchors)), key=lambda a: -fit(sides, np.asarray(anchors[a], float)))
        free = [a for a in order if T[at[0], at[1], a, 0] == 0] if slots == "free" else order
        if not free:
            if crowded:
                raise ValueError(f"cell {tuple(int(v) for v in at)} has more objects than slots")
            continue
        a = free[0]
        T[at[0], at[1], a] = 0
        T[at[0], at[1], a, 0] = 1
        T[at[0], at[1], a, 1:3] = place - at if offset else place
        T[at[0], at[1], a, 3:5] = log(sides / np.asarray(anchors[a], float))
        T[at[0], at[1], a, 5 + int(label)] = 1
    return T


@program("encode", breaks="two objects in one cell take two slots: none is lost")
def b_the_second_writes_over_the_first(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, slots="best")


@program("encode", breaks="if there are fewer slots, a ValueError is raised")
def b_silently_dropped(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, crowded=False)


@program("encode", breaks="the anchor that fits best by IoU, not by area")
def b_nearest_area(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, fit=lambda s, a: -abs(np.log(np.prod(s) / np.prod(a))))


@program("encode", breaks="the anchor that fits best takes it, not the first free one")
def b_first_free_anchor(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, fit=lambda s, a: 0)


@program("encode", breaks="decode gives back every box: sides are logarithms of the ratio")
def b_ratio_without_the_log(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, log=lambda r: r)


@program("encode", breaks="the middle decides the cell, not the corner")
def b_the_corners_cell(boxes, labels, anchors, grid, size, num_classes):
    B = np.asarray(boxes, float).reshape(-1, 4)
    corner = iter([np.minimum((b[:2].clip(0) / np.array(size) * np.array(grid)).astype(int), np.array(grid) - 1) for b in B])
    return _encode(boxes, labels, anchors, grid, size, num_classes, cell=lambda place, grid: next(corner))


@program("encode", breaks="decode gives the box back: offsets are within the cell")
def b_offsets_of_the_whole_grid(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, offset=False)


@program("encode", breaks="oblong pictures: rows go with the height, columns with the width")
def b_width_for_height(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, (size[1], size[0]), num_classes)


@program("encode", breaks="anchors are (height, width)")
def b_anchors_turned(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, [tuple(a)[::-1] for a in np.asarray(anchors)], grid, size, num_classes)


@program("encode", breaks="the label is given back: one number of the classes is 1")
def b_labels_from_one(boxes, labels, anchors, grid, size, num_classes):
    T = _encode(boxes, labels, anchors, grid, size, num_classes)
    T[..., 5:] = np.roll(T[..., 5:], 1, axis=-1)
    return T


@program("encode", breaks="all slots without an object are 0")
def b_empty_slots_hold_minus_one(boxes, labels, anchors, grid, size, num_classes):
    T = _encode(boxes, labels, anchors, grid, size, num_classes)
    T[..., 1:3] = np.where(T[..., :1] == 0, 0.5, T[..., 1:3])
    return T


@program("encode", breaks="inputs stay as they were")
def b_boxes_made_middles_in_place(boxes, labels, anchors, grid, size, num_classes):
    T = _encode(boxes, labels, anchors, grid, size, num_classes)
    if isinstance(boxes, np.ndarray) and boxes.dtype.kind == "f":
        boxes[:, 2:] -= boxes[:, :2]
    return T


@program("encode", breaks="none included: a picture without objects")
def b_fails_without_objects(boxes, labels, anchors, grid, size, num_classes):
    first = boxes[0]
    assert len(first) == 4
    return _encode(boxes, labels, anchors, grid, size, num_classes)


@program("encode", breaks="no state between two calls")
def b_keeps_the_last_picture(boxes, labels, anchors, grid, size, num_classes, kept={}):  # noqa: B006
    T = _encode(boxes, labels, anchors, grid, size, num_classes)
    out = np.maximum(T, kept.get(T.shape, 0))
    kept[T.shape] = T
    return out


@program("encode")
def b_all_at_once_then_placed(boxes, labels, anchors, grid, size, num_classes):
    B, A = np.asarray(boxes, float).reshape(-1, 4), np.asarray(anchors, float)
    T = np.zeros((*grid, len(A), 5 + num_classes))
    sides, place = B[:, 2:] - B[:, :2], (B[:, :2] + B[:, 2:]) / 2 / size * grid
    cell = np.minimum(np.floor(place).astype(int), np.array(grid) - 1)
    both = np.minimum(sides[:, None], A[None]).prod(-1)
    J = both / (sides.prod(-1)[:, None] + A.prod(-1)[None] - both)
    used = set()
    for k in range(len(B)):
        for a in np.argsort(-J[k], kind="stable"):
            if (*cell[k], a) not in used:
                used.add((*cell[k], a))
                T[(*cell[k], a)] = [1, *(place[k] - cell[k]), *np.log(sides[k] / A[a]), *np.eye(num_classes)[int(labels[k])]]
                break
        else:
            raise ValueError(f"no slot is left in cell {cell[k].tolist()}")
    return T


@program("encode")
def b_best_pairs_first(boxes, labels, anchors, grid, size, num_classes):
    """In a crowded cell the best fitting pair of object and anchor goes first."""
    B, A = np.asarray(boxes, float).reshape(-1, 4), np.asarray(anchors, float)
    T, cells = np.zeros((*grid, len(A), 5 + num_classes)), {}
    for k, box in enumerate(B):
        place = (box[:2] + box[2:]) / 2 / size * grid
        cells.setdefault(tuple(np.minimum(place.astype(int), np.array(grid) - 1)), []).append((k, place))
    for cell, inside in cells.items():
        if len(inside) > len(A):
            raise ValueError(f"{len(inside)} objects in cell {cell}, {len(A)} slots")
        pairs = sorted(((-_fit(B[k, 2:] - B[k, :2], A[a]), k, a) for k, _ in inside for a in range(len(A))))
        done, taken, places = set(), set(), dict(inside)
        for _, k, a in pairs:
            if k in done or a in taken:
                continue
            done.add(k), taken.add(a)
            T[(*cell, a, 0)] = 1
            T[(*cell, a)][1:3] = places[k] - cell
            T[(*cell, a)][3:5] = np.log((B[k, 2:] - B[k, :2]) / A[a])
            T[(*cell, a)][5 + int(labels[k])] = 1
    return T


@program("encode")
def b_largest_boxes_first(boxes, labels, anchors, grid, size, num_classes):
    B = np.asarray(boxes, float).reshape(-1, 4)
    order = np.argsort(-(B[:, 2] - B[:, 0]) * (B[:, 3] - B[:, 1]), kind="stable")
    return _encode(B[order], np.asarray(labels)[order], anchors, grid, size, num_classes)


# ------------------------------------------------------------------------------------------- suppress
def _suppress(boxes, labels, scores, limit=0.5, stop=lambda J, limit: limit < J, per_class=True, order=None, kind="stable"):
    order = list(np.argsort(-np.asarray(scores, float), kind=kind)) if order is None else list(order(np.asarray(scores)))
    J, kept = _iou(boxes, boxes), []
    for k in order:
        if not any((labels[k] == labels[j] or not per_class) and stop(J[k, j], limit) for j in kept):
            kept.append(int(k))
    return np.array(kept, int)


@program("suppress", breaks="classes never put each other out")
def b_all_classes_together(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, per_class=False)


@program("suppress", breaks="an overlap that equals the limit is allowed")
def b_equal_is_too_much(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, stop=lambda J, limit: limit <= J)


@program("suppress", breaks="only kept boxes put others out")
def b_dropped_boxes_suppress_too(boxes, labels, scores, limit=0.5):
    order, J, kept = list(np.argsort(-np.asarray(scores, float), kind="stable")), _iou(boxes, boxes), []
    for n, k in enumerate(order):
        if not any(labels[k] == labels[j] and J[k, j] > limit for j in order[:n]):
            kept.append(int(k))
    return np.array(kept, int)


@program("suppress", breaks="the best row comes first")
def b_in_the_order_of_rows(boxes, labels, scores, limit=0.5):
    return np.sort(_suppress(boxes, labels, scores, limit))


@program("suppress", breaks="of equal scores the earlier row comes first")
def b_the_later_of_equals(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, order=lambda s: np.argsort(s, kind="stable")[::-1])


@program("suppress", breaks="better ones stay: scores downwards")
def b_worst_first(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, order=lambda s: np.argsort(s, kind="stable"))


@program("suppress", breaks="row numbers are returned")
def b_a_mask(boxes, labels, scores, limit=0.5):
    return np.isin(np.arange(len(boxes)), _suppress(boxes, labels, scores, limit))


@program("suppress", breaks="the limit that is handed in counts")
def b_always_one_half(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, 0.5)


@program("suppress", breaks="boxes may lie anywhere: classes shifted apart by too little")
def b_classes_moved_by_a_thousand(boxes, labels, scores, limit=0.5):
    moved = np.asarray(boxes, float) + 1000.0 * np.asarray(labels, float)[:, None]
    return _suppress(moved, labels, scores, limit, per_class=False)


@program("suppress", breaks="labels may be any whole numbers, negative ones too")
def b_labels_from_nought(boxes, labels, scores, limit=0.5):
    out = [
        k
        for c in range(int(np.max(labels, initial=-1)) + 1)
        for k in _suppress(boxes, labels, np.where(np.asarray(labels) == c, scores, -np.inf), limit)
        if labels[k] == c
    ]
    return np.array(sorted(out, key=lambda k: (-scores[k], k)), int)


@program("suppress", breaks="the best row comes first over all classes")
def b_class_after_class(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    return np.array(sorted(kept, key=lambda k: (labels[k], -scores[k], k)), int)


@program("suppress", breaks="none included")
def b_takes_a_first_row(boxes, labels, scores, limit=0.5):
    best = int(np.argmax(scores))
    kept = _suppress(boxes, labels, scores, limit)
    return kept if len(kept) else np.array([best])


@program("suppress", breaks="nothing dropped lacks a better kept one: at most a hundred is no promise")
def b_at_most_ten(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit)[:10]


@program("suppress", breaks="low and negative scores are scores")
def b_weak_ones_thrown_away(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    return kept[np.asarray(scores)[kept] > 0.05]


@program("suppress", breaks="inputs stay as they were")
def b_strikes_scores_out(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    if len(kept):
        scores[kept[0]] = -1
    return kept


@program("suppress")
def b_by_a_shrinking_list(boxes, labels, scores, limit=0.5):
    left, kept = np.lexsort((np.arange(len(scores)), -np.asarray(scores, float))), []
    labels = np.asarray(labels)
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        if len(left):
            J = _iou(np.asarray(boxes)[[best]], np.asarray(boxes)[left])[0]
            left = left[(limit >= J) | (labels[left] != labels[best])]
    return np.array(kept, dtype=np.int64)


@program("suppress")
def b_class_by_class_then_merged(boxes, labels, scores, limit=0.5):
    boxes, labels, scores = np.asarray(boxes), np.asarray(labels), np.asarray(scores)
    kept = []
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        kept.extend(rows[_suppress(boxes[rows], labels[rows], scores[rows], limit)])
    return np.array(sorted(kept, key=lambda k: (-float(scores[k]), k)), dtype=int)


@program("suppress")
def b_by_a_matrix(boxes, labels, scores, limit=0.5):
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    labels = np.asarray(labels)
    B = np.asarray(boxes)[order]
    close = (_iou(B, B) > limit) & (labels[order][:, None] == labels[order][None])
    alive = np.ones(len(order), bool)
    for k in range(len(order)):
        if alive[k]:
            alive[k + 1 :] &= ~close[k, k + 1 :]
    return order[alive]


# ------------------------------------------------------------------------------------------- mean_average_precision
def _map(
    found,
    boxes,
    labels,
    limit=0.5,
    at_least=True,
    passes_on=False,
    all_points=True,
    envelope=True,
    by_class=True,
    per_picture=False,
    reverse=False,
    one_each=True,
    only_found=False,
):
    pictures = len(boxes)
    classes = sorted({int(c) for these in labels for c in these})
    if only_found:
        classes = [c for c in classes if any(int(g) == c for f in found for g in f[1])]
    values = []
    for c in classes:
        guesses = [
            (float(s), p, r)
            for p in range(pictures)
            for r, (g, s) in enumerate(zip(found[p][1], found[p][2], strict=True))
            if g == c or not by_class
        ]
        guesses.sort(key=lambda g: (g[1] if per_picture else 0, g[0] if reverse else -g[0], g[1], g[2]))
        truth = [np.asarray(boxes[p], float).reshape(-1, 4)[np.asarray(labels[p]) == c] for p in range(pictures)]
        total, taken, right = sum(len(t) for t in truth), set(), []
        for _, p, r in guesses:
            J = _iou(np.asarray(found[p][0], float).reshape(-1, 4)[[r]], truth[p])[0]
            order = np.argsort(-J, kind="stable") if passes_on else ([int(np.argmax(J))] if len(J) else [])
            hit = next(
                (
                    int(k)
                    for k in order
                    if (J[k] >= limit if at_least else J[k] > limit) and ((p, int(k)) not in taken or not one_each)
                ),
                None,
            )
            if hit is not None:
                taken.add((p, hit))
            right.append(hit is not None)
        hits = np.cumsum(right)
        precision, recall = hits / np.arange(1, len(right) + 1), hits / total
        if envelope and len(precision):
            precision = np.maximum.accumulate(precision[::-1])[::-1]
        if all_points:
            values.append(float(np.sum(np.diff(recall, prepend=0) * precision)))
        else:
            values.append(
                float(
                    np.mean(
                        [
                            max((q for q, r in zip(precision, recall, strict=True) if r >= at - 1e-12), default=0)
                            for at in np.linspace(0, 1, 11)
                        ]
                    )
                )
            )
    return float(np.mean(values)) if values else 0.0


@program("mean_average_precision", breaks="a true box counts once: a second guess about it is false")
def b_doubles_are_right_too(found, boxes, labels, limit=0.5):
    return min(_map(found, boxes, labels, limit, one_each=False), 1.0)


@program("mean_average_precision", breaks="it does not look for another box")
def b_passes_on_to_the_next_box(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, passes_on=True)


@program("mean_average_precision", breaks="right if the overlap is at least the limit")
def b_more_than_the_limit(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, at_least=False)


@program("mean_average_precision", breaks="as on the page: all points, not eleven")
def b_eleven_points(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, all_points=False)


@program("mean_average_precision", breaks="as on the page: the largest precision from there on")
def b_without_the_envelope(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, envelope=False)


@program("mean_average_precision", breaks="the guesses of all pictures stand in one line")
def b_a_mean_over_pictures(found, boxes, labels, limit=0.5):
    each = [_map([f], [b], [l], limit) for f, b, l in zip(found, boxes, labels, strict=True) if len(b)]
    return float(np.mean(each))


@program("mean_average_precision", breaks="sorted by score over all pictures")
def b_picture_after_picture(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, per_picture=True)


@program("mean_average_precision", breaks="better guesses first")
def b_worst_guess_first(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, reverse=True)


@program("mean_average_precision", breaks="a box of its own class")
def b_classes_ignored(found, boxes, labels, limit=0.5):
    return _map(found, boxes, [np.zeros(len(l), int) for l in labels], limit, by_class=False)


@program("mean_average_precision", breaks="a class counts if it has a true box, though nobody guesses it")
def b_only_classes_that_were_guessed(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, only_found=True)


@program("mean_average_precision", breaks="guesses of classes without a true box change nothing")
def b_classes_without_truth_count_nought(found, boxes, labels, limit=0.5):
    true = {int(c) for l in labels for c in l}
    more = {int(c) for f in found for c in f[1]} - true
    return _map(found, boxes, labels, limit) * len(true) / (len(true) + len(more))


@program("mean_average_precision", breaks="pictures without true boxes hold false guesses")
def b_pictures_without_boxes_left_out(found, boxes, labels, limit=0.5):
    rows = [k for k in range(len(boxes)) if len(boxes[k])]
    return _map([found[k] for k in rows], [boxes[k] for k in rows], [labels[k] for k in rows], limit)


@program("mean_average_precision", breaks="the limit that is handed in counts")
def b_limit_is_one_half(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, 0.5)


@program("mean_average_precision", breaks="a mean over classes, each weighing the same")
def b_classes_by_their_number_of_boxes(found, boxes, labels, limit=0.5):
    each = {c: sum(int(np.sum(np.asarray(l) == c)) for l in labels) for c in {int(c) for l in labels for c in l}}
    parts = [
        n
        * _map(
            found,
            [np.asarray(b, float).reshape(-1, 4)[np.asarray(l) == c] for b, l in zip(boxes, labels, strict=True)],
            [np.asarray(l)[np.asarray(l) == c] for l in labels],
            limit,
        )
        for c, n in each.items()
    ]
    return float(sum(parts) / sum(each.values()))


@program("mean_average_precision", breaks="a guess looks in its own picture")
def b_boxes_of_all_pictures(found, boxes, labels, limit=0.5):
    every = np.concatenate([np.asarray(b, float).reshape(-1, 4) for b in boxes])
    names = np.concatenate([np.asarray(l, int) for l in labels])
    one = tuple(
        np.concatenate([np.asarray(f[k], float).reshape(-1, 4) if k == 0 else np.asarray(f[k]) for f in found]) for k in range(3)
    )
    return _map([one], [every], [names], limit)


@program("mean_average_precision")
def b_as_defined(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit)


@program("mean_average_precision")
def b_by_steps_of_recall(found, boxes, labels, limit=0.5):
    """The area as a mean over true boxes: at each recall k / n the best precision from there on."""
    values = []
    for c in {int(c) for l in labels for c in l}:
        line = []
        for p, (B, L, S) in enumerate(found):
            line += [
                (-float(s), p, r, np.asarray(B, float).reshape(-1, 4)[r])
                for r, (g, s) in enumerate(zip(L, S, strict=True))
                if int(g) == c
            ]
        line.sort(key=lambda g: g[:3])
        left = [np.asarray(b, float).reshape(-1, 4)[np.asarray(l, int) == c] for b, l in zip(boxes, labels, strict=True)]
        n, used, right = sum(map(len, left)), [np.zeros(len(t), bool) for t in left], []
        for _, p, _, box in line:
            J = _iou(box[None], left[p])[0]
            k = int(J.argmax()) if len(J) else -1
            good = k >= 0 and J[k] >= limit and not used[p][k]
            if good:
                used[p][k] = True
            right.append(good)
        hits = np.cumsum(right) if right else np.zeros(0)
        precision = hits / np.arange(1, len(right) + 1)
        values.append(
            sum(max((q for q, h in zip(precision, hits, strict=True) if h >= k), default=0.0) for k in range(1, n + 1)) / n
        )
    return sum(values) / len(values)


@program("mean_average_precision")
def b_by_integrating_the_envelope(found, boxes, labels, limit=0.5):
    return float(
        np.mean(
            [
                _map(
                    [tuple(np.asarray(part)[np.asarray(f[1], int) == c] for part in f) for f in found],
                    [np.asarray(b, float).reshape(-1, 4)[np.asarray(l, int) == c] for b, l in zip(boxes, labels, strict=True)],
                    [np.asarray(l, int)[np.asarray(l, int) == c] for l in labels],
                    limit,
                )
                for c in sorted({int(c) for l in labels for c in l})
            ]
        )
    )
