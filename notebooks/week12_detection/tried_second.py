"""Programs for week 12, written from its contracts alone."""

from itertools import permutations

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*arrays, np.float32)


# as_convolutions


def _convolutions(parameters, window, first=None, later=None, bias=None):
    layers = []
    for k, (W, b) in enumerate(parameters):
        W, b = np.asarray(W), np.asarray(b)
        if k == 0:
            kernels = W.reshape(*window, W.shape[1]) if first is None else first(W)
        else:
            kernels = W[None, None] if later is None else later(W)
        layers.append((kernels, b if bias is None else bias(b)))
    return layers


@program("as_convolutions")
def a_dense_reshaped(parameters, window):
    return _convolutions(parameters, window)


@program("as_convolutions")
def a_dense_window_by_window(parameters, window):
    layers, shape = [], tuple(window)
    for W, b in parameters:
        view = W.view()
        view.shape = (*shape, W.shape[-1])
        layers.append((view, b))
        shape = (1, 1, W.shape[-1])
    return layers


@program("as_convolutions")
def a_dense_row_by_row_of_the_window(parameters, window):
    def unfold(W, height, width, channels):
        rows = W.reshape(height, width * channels, -1) if W.size else W.reshape(height, width * channels, W.shape[1])
        return rows.reshape(height, width, channels, W.shape[1])

    if not parameters:
        return []
    (W, b), *rest = parameters
    return [(unfold(W, *window), b)] + [(unfold(V, 1, 1, V.shape[0]), c) for V, c in rest]


@program(
    "as_convolutions", breaks="the net reads reshape's order, channels last; here the window's channels are taken to come first"
)
def a_dense_channels_first(parameters, window):
    h, w, c = window
    return _convolutions(parameters, window, lambda W: W.reshape(c, h, w, -1).transpose(1, 2, 0, 3))


@program("as_convolutions", breaks="the net reads row by row; here the window is taken to be read column by column")
def a_dense_column_by_column(parameters, window):
    h, w, c = window
    return _convolutions(parameters, window, lambda W: W.reshape(w, h, c, -1).transpose(1, 0, 2, 3))


@program("as_convolutions", breaks="kernels are not turned over; here they are")
def a_dense_turned_over(parameters, window):
    return _convolutions(parameters, window, lambda W: W.reshape(*window, -1)[::-1, ::-1])


@program(
    "as_convolutions", breaks="nothing is added; here later kernels are as large as the window, with zeros round the weights"
)
def a_dense_zeros_round_the_weights(parameters, window):
    h, w, _ = window

    def later(W):
        kernels = np.zeros((h, w, *W.shape), dtype=W.dtype)
        kernels[h // 2, w // 2] = W
        return kernels

    return _convolutions(parameters, window, later=later)


@program("as_convolutions", breaks="kernels have shape (kh, kw, in, out); here in and out of later layers are exchanged")
def a_dense_later_layers_transposed(parameters, window):
    return _convolutions(parameters, window, later=lambda W: W.T[None, None])


@program("as_convolutions", breaks="the convolutions give what the net gives; here the biases are zeros")
def a_dense_without_biases(parameters, window):
    return _convolutions(parameters, window, bias=np.zeros_like)


@program("as_convolutions", breaks="every layer becomes a convolution; here only the first one does")
def a_dense_only_the_first_layer(parameters, window):
    return _convolutions(parameters, window, later=lambda W: W)


@program("as_convolutions", breaks="there is ReLU between the layers; here they are multiplied into a single one")
def a_dense_one_layer_of_all(parameters, window):
    W, b = parameters[0]
    for V, c in parameters[1:]:
        W, b = W @ V, b @ V + c
    return [(W.reshape(*window, -1), b)]


@program("as_convolutions", breaks="float32 in, float32 out; here kernels are float64")
def a_dense_always_float64(parameters, window):
    return _convolutions([(np.asarray(W, np.float64), np.asarray(b, np.float64)) for W, b in parameters], window)


@program("as_convolutions", breaks="what is given stays as it was; here the net's own arrays get the new shape")
def a_dense_reshaped_in_place(parameters, window):
    for k, (W, _) in enumerate(parameters):
        W.shape = (*window, W.shape[1]) if k == 0 else (1, 1, *W.shape)
    return [(W, b) for W, b in parameters]


@program("as_convolutions", breaks="layers keep their order; here the last one comes first")
def a_dense_last_layer_first(parameters, window):
    return _convolutions(parameters, window)[::-1]


@program("as_convolutions", breaks="the result is a list; here it is a generator, which can be read once")
def a_dense_a_generator(parameters, window):
    return (layer for layer in _convolutions(parameters, window))


@program("as_convolutions", breaks="kernels have shape (kh, kw, in, out); here (out, in, kh, kw)")
def a_dense_kernels_of_another_book(parameters, window):
    return [(kernels.transpose(3, 2, 0, 1), b) for kernels, b in _convolutions(parameters, window)]


@program("as_convolutions", breaks="a window has (height, width, channels); here it is taken to be square")
def a_dense_square_window(parameters, window):
    side = max(1, round((window[0] * window[1]) ** 0.5))
    return _convolutions(parameters, window, lambda W: W.reshape(side, -1, window[2], W.shape[1]))


@program("as_convolutions", breaks="a window may have several channels; here they lie side by side in one")
def a_dense_one_channel(parameters, window):
    h, w, c = window
    return _convolutions(parameters, window, lambda W: W.reshape(h, w * c, 1, -1))


@program("as_convolutions", breaks="any number of layers; here all after the second are lost")
def a_dense_two_layers_at_most(parameters, window):
    return _convolutions(parameters[:2], window)


@program("as_convolutions", breaks="the weights of the net are kept; here the first kernels are means over the window")
def a_dense_mean_over_the_window(parameters, window):
    return _convolutions(parameters, window, lambda W: W.reshape(*window, -1) / (window[0] * window[1]))


# iou


def _iou(boxes, others, sides=None, ready=None, divide=None, plus=0):
    """All overlaps; with other ideas of a side, of the numbers, or of what to divide by."""
    kind = _kind(boxes, others)
    one, other = (np.asarray(a, dtype=np.float64).reshape(-1, 4) for a in (boxes, others))
    if ready is not None:
        one, other = ready(one), ready(other)
    one, other = one[:, None], other[None]
    sides = (lambda s: np.maximum(s, 0)) if sides is None else sides
    area = [sides(b[..., 2:] - b[..., :2] + plus).prod(axis=-1) for b in (one, other)]
    shared = sides(np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2]) + plus).prod(axis=-1)
    either = area[0] + area[1] - shared if divide is None else divide(*area, shared)
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0).astype(kind)


@program("iou")
def a_overlap_of_all_pairs(boxes, others):
    return _iou(boxes, others)


@program("iou")
def a_overlap_by_loops(boxes, others):
    found = np.zeros((len(boxes), len(others)), dtype=_kind(boxes, others))
    for i, one in enumerate(np.asarray(boxes).tolist()):
        for j, other in enumerate(np.asarray(others).tolist()):
            height = min(one[2], other[2]) - max(one[0], other[0])
            width = min(one[3], other[3]) - max(one[1], other[1])
            if height > 0 and width > 0:
                areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
                found[i, j] = height * width / (areas[0] + areas[1] - height * width)
    return found


@program("iou")
def a_overlap_axis_by_axis(boxes, others):
    kind = _kind(boxes, others)
    t, le, b, r = np.asarray(boxes, dtype=np.float64).T[:, :, None]
    T, L, B, R = np.asarray(others, dtype=np.float64).T[:, None, :]

    def shared(low, high, other_low, other_high):
        return np.clip(np.where(high < other_high, high, other_high) - np.where(low > other_low, low, other_low), 0, None)

    both = shared(t, b, T, B) * shared(le, r, L, R)
    first, second = np.clip(b - t, 0, None) * np.clip(r - le, 0, None), np.clip(B - T, 0, None) * np.clip(R - L, 0, None)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(both > 0, both / (first + (second - both)), 0.0).astype(kind)


@program("iou", breaks="boxes are half-open; here the last row and column belong to the box")
def a_overlap_last_row_belongs(boxes, others):
    return _iou(boxes, others, plus=1)


@program("iou", breaks="boxes far apart have 0; here two negative sides make a positive area")
def a_overlap_negative_times_negative(boxes, others):
    return _iou(boxes, others, sides=lambda s: s)


@program("iou", breaks="another unit of length changes nothing; here a millionth is added below the line")
def a_overlap_with_a_little_added(boxes, others):
    return _iou(boxes, others, divide=lambda a, b, shared: a + b - shared + 1e-6)


@program("iou", breaks="what both share is counted once below the line; here it is counted twice")
def a_overlap_shared_counted_twice(boxes, others):
    return _iou(boxes, others, divide=lambda a, b, shared: a + b + 0 * shared)


@program("iou", breaks="a box that holds nothing has 0 and never nan; here two of them have nan")
def a_overlap_nan_of_nothing(boxes, others):
    overlap = _iou(boxes, others)
    areas = _iou(boxes, boxes).diagonal()[:, None] + _iou(others, others).diagonal()[None]
    return np.where(areas == 0, np.nan, overlap).astype(overlap.dtype)


@program("iou", breaks="a box whose bottom is not below its top holds nothing; here its corners are put in order")
def a_overlap_corners_put_in_order(boxes, others):
    def ready(b):
        return np.concatenate([np.minimum(b[:, :2], b[:, 2:]), np.maximum(b[:, :2], b[:, 2:])], axis=1)

    return _iou(boxes, others, ready=ready)


@program("iou", breaks="whole numbers are taken as floats; here small unsigned ones wrap round")
def a_overlap_wraps_round(boxes, others):
    one, other = np.asarray(boxes)[:, None], np.asarray(others)[None]
    low, high = np.maximum(one[..., :2], other[..., :2]), np.minimum(one[..., 2:], other[..., 2:])
    both = np.where((high > low).all(axis=-1), (high - low).prod(axis=-1, dtype=np.result_type(low)), 0)
    areas = [np.maximum(b[..., 2:] - b[..., :2], 0).prod(axis=-1, dtype=b.dtype) for b in (one, other)]
    either = areas[0] + areas[1] - both
    kind = _kind(boxes, others)
    return np.divide(both, either, out=np.zeros(either.shape, kind), where=either > 0, casting="unsafe")


@program("iou", breaks="float32 in, float32 out; here float64")
def a_overlap_always_float64(boxes, others):
    return _iou(np.asarray(boxes, dtype=np.float64), others)


@program("iou", breaks="entry [i, j] belongs to boxes[i] and others[j]; here the table is transposed")
def a_overlap_transposed(boxes, others):
    return _iou(boxes, others).T


@program("iou", breaks="all pairs; here only pairs with the same row number, the others are 0")
def a_overlap_same_row_only(boxes, others):
    overlap = _iou(boxes, others)
    return overlap * np.eye(*overlap.shape, dtype=overlap.dtype)


@program("iou", breaks="a box is (top, left, bottom, right); here it is read as top, left, height and width")
def a_overlap_heights_and_widths(boxes, others):
    return _iou(boxes, others, ready=lambda b: np.concatenate([b[:, :2], b[:, :2] + b[:, 2:]], axis=1))


@program("iou", breaks="it is a share of the union; here of the smaller box")
def a_overlap_of_the_smaller_box(boxes, others):
    return _iou(boxes, others, divide=lambda a, b, shared: np.minimum(a, b))


@program("iou", breaks="for all others it is the same with areas; here the sides are rounded to whole pixels")
def a_overlap_rounded_to_pixels(boxes, others):
    return _iou(boxes, others, ready=np.round)


@program("iou", breaks="a box that holds nothing overlaps nothing, not even itself; here equal boxes have 1")
def a_overlap_equal_boxes_have_one(boxes, others):
    same = (np.asarray(boxes)[:, None] == np.asarray(others)[None]).all(axis=-1)
    overlap = _iou(boxes, others)
    return np.where(same, overlap.dtype.type(1), overlap)


@program("iou", breaks="what is given stays as it was; here boxes that hold nothing are set to 0 in place")
def a_overlap_clears_empty_boxes(boxes, others):
    overlap = _iou(boxes, others)
    for b in (boxes, others):
        b[(b[:, 2] <= b[:, 0]) | (b[:, 3] <= b[:, 1])] = 0
    return overlap


@program("iou", breaks="no other zero of the axes changes anything; here what lies above or left of 0 is cut off")
def a_overlap_cut_at_nought(boxes, others):
    return _iou(boxes, others, ready=lambda b: np.maximum(b, 0))


@program("iou", breaks="any number of boxes, none too; here the rows are stacked one by one")
def a_overlap_stacks_rows(boxes, others):
    return np.stack([_iou(box[None], others)[0] for box in boxes])


@program("iou", breaks="it is a share of the union; here of the larger box alone")
def a_overlap_of_the_larger_box(boxes, others):
    return _iou(boxes, others, divide=lambda a, b, shared: np.maximum(a, b))


# encode


def _fits(anchors, sides):
    anchors = np.asarray(anchors, dtype=np.float64)
    shared = np.minimum(anchors, sides).prod(axis=1)
    return shared / (anchors.prod(axis=1) + np.prod(sides) - shared)


def _place(box, grid, size):
    box = np.asarray(box, dtype=np.float64)
    return (box[:2] + box[2:]) / 2 / np.asarray(size) * np.asarray(grid)


def _encode(boxes, labels, anchors, grid, size, num_classes, place=_place, cell=None, fits=_fits, say=None, slot_of=None):
    anchors = np.asarray(anchors, dtype=np.float64)
    numbers = np.zeros((*(int(g) for g in grid), len(anchors), 5 + num_classes))
    for box, label in zip(np.asarray(boxes, dtype=np.float64).reshape(-1, 4), labels, strict=True):
        sides, at = box[2:] - box[:2], place(box, grid, size)
        row, col = (np.floor(at) if cell is None else cell(box, at)).astype(int)
        order = np.argsort(-fits(anchors, sides), kind="stable")
        free = [k for k in order if numbers[row, col, k, 0] == 0]
        slot = (free[0] if free else None) if slot_of is None else slot_of(order, free)
        if slot is None:
            raise ValueError(f"cell ({row}, {col}) has more objects than slots")
        said = np.concatenate([[1.0], at - (row, col), np.log(sides / anchors[slot]), np.arange(num_classes) == label])
        numbers[row, col, slot] = said if say is None else say(said, box, label, anchors[slot])
    return numbers


@program("encode")
def a_targets_in_order(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes)


@program("encode")
def a_targets_largest_first(boxes, labels, anchors, grid, size, num_classes):
    boxes, labels = np.asarray(boxes, dtype=float).reshape(-1, 4), np.asarray(labels)
    order = np.argsort(-(boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), kind="stable")
    return _encode(boxes[order], labels[order], anchors, grid, size, num_classes)


@program("encode")
def a_targets_best_slots_for_a_cell(boxes, labels, anchors, grid, size, num_classes):
    """The objects of a cell share its slots so that the fits are largest in sum."""
    rows, cols = grid
    height, width = size
    cells = {}
    for top, left, bottom, right, label in [(*map(float, box), int(k)) for box, k in zip(boxes, labels, strict=True)]:
        y, x = (top + bottom) / 2 * rows / height, (left + right) / 2 * cols / width
        cells.setdefault((int(y), int(x)), []).append((y, x, bottom - top, right - left, label))
    out = np.zeros((rows, cols, len(anchors), 5 + num_classes))

    def fit(a, h, w):
        inner = min(a[0], h) * min(a[1], w)
        return inner / (a[0] * a[1] + h * w - inner)

    for (row, col), objects in cells.items():
        if len(objects) > len(anchors):
            raise ValueError("too many objects in a cell")
        choices = permutations(range(len(anchors)), len(objects))
        slots = max(choices, key=lambda s: sum(fit(anchors[k], o[2], o[3]) for k, o in zip(s, objects, strict=True)))
        for k, (y, x, h, w, label) in zip(slots, objects, strict=True):
            out[row, col, k, :5] = 1, y - row, x - col, np.log(h / anchors[k][0]), np.log(w / anchors[k][1])
            out[row, col, k, 5 + label] = 1
    return out


@program("encode", breaks="the grid is (rows, cols); here the middle's row is counted in columns and the other way round")
def a_targets_grid_exchanged(boxes, labels, anchors, grid, size, num_classes):
    def place(box, grid, size):
        at = (box[:2] + box[2:]) / 2 / np.asarray(size) * np.asarray(grid)[::-1]
        return np.minimum(at, np.asarray(grid) - 1e-9)

    return _encode(boxes, labels, anchors, grid, size, num_classes, place)


@program("encode", breaks="decode counts y and x from the cell's corner; here they are counted from its middle")
def a_targets_from_the_cells_middle(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        return said - 0.5 * ((np.arange(len(said)) == 1) | (np.arange(len(said)) == 2))

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="decode wants y and x in units of cells; here they are in pixels")
def a_targets_in_pixels(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[1:3] *= np.asarray(size) / np.asarray(grid)
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="decode takes the exponential of h and w; here they are ratios")
def a_targets_ratios(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[3:5] = np.exp(said[3:5])
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="decode takes the natural exponential; here h and w are logarithms of base 2")
def a_targets_logarithms_of_two(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[3:5] /= np.log(2)
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="the best anchor has the largest IoU; here the one whose sides differ least")
def a_targets_nearest_sides(boxes, labels, anchors, grid, size, num_classes):
    return _encode(
        boxes, labels, anchors, grid, size, num_classes, fits=lambda anchors, sides: -np.abs(anchors - sides).sum(axis=1)
    )


@program("encode", breaks="the anchor with the largest IoU is taken; here the one with the largest shared area")
def a_targets_largest_shared_area(boxes, labels, anchors, grid, size, num_classes):
    return _encode(
        boxes, labels, anchors, grid, size, num_classes, fits=lambda anchors, sides: np.minimum(anchors, sides).prod(axis=1)
    )


@program("encode", breaks="two objects in one cell take two slots; here the later one takes the same slot")
def a_targets_later_writes_over(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, slot_of=lambda order, free: order[0])


@program("encode", breaks="a cell with too few slots is a ValueError; here the object is lost")
def a_targets_lost_without_a_word(boxes, labels, anchors, grid, size, num_classes):
    kept_boxes, kept_labels = [], []
    answer = _encode(np.zeros((0, 4)), [], anchors, grid, size, num_classes)
    for box, label in zip(boxes, labels, strict=True):
        try:
            answer = _encode([*kept_boxes, box], [*kept_labels, label], anchors, grid, size, num_classes)
        except ValueError:
            continue
        kept_boxes.append(box)
        kept_labels.append(label)
    return answer


@program("encode", breaks="none is lost while there is a slot; here it is an error if the best one is taken")
def a_targets_best_slot_or_error(boxes, labels, anchors, grid, size, num_classes):
    return _encode(
        boxes, labels, anchors, grid, size, num_classes, slot_of=lambda order, free: order[0] if order[0] in free else None
    )


@program("encode", breaks="an object alone takes the best anchor; here the first free slot")
def a_targets_first_free_slot(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, num_classes, slot_of=lambda order, free: min(free, default=None))


@program("encode", breaks="decode reads one number for each class; here the label stands as a number at the first")
def a_targets_label_as_a_number(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[5:] = 0
        said[5] = label
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="an object stands in the cell that holds its middle; here in that of its top left corner")
def a_targets_cell_of_the_corner(boxes, labels, anchors, grid, size, num_classes):
    def cell(box, at):
        return np.clip(np.floor(box[:2] / np.asarray(size) * np.asarray(grid)), 0, np.asarray(grid) - 1)

    return _encode(boxes, labels, anchors, grid, size, num_classes, cell=cell)


@program("encode", breaks="decode gives back each box once; here also neighbouring cells that the box covers hold it")
def a_targets_in_all_covered_cells(boxes, labels, anchors, grid, size, num_classes):
    numbers = _encode(boxes, labels, anchors, grid, size, num_classes)
    for box, label in zip(np.asarray(boxes, dtype=float).reshape(-1, 4), labels, strict=True):
        low, high = (np.clip(b / np.asarray(size) * np.asarray(grid), 0, grid) for b in (box[:2], box[2:]))
        at = _place(box, grid, size)
        for row in range(int(low[0]), int(np.ceil(high[0]))):
            for col in range(int(low[1]), int(np.ceil(high[1]))):
                if numbers[row, col, 0, 0] == 0:
                    sides = np.log((box[2:] - box[:2]) / np.asarray(anchors[0]))
                    numbers[row, col, 0] = [1, *(at - (row, col)), *sides, *(np.arange(num_classes) == label)]
    return numbers


@program("encode", breaks="the cell holds the middle; here it is rounded to the nearest one")
def a_targets_rounded_cell(boxes, labels, anchors, grid, size, num_classes):
    def cell(box, at):
        return np.minimum(np.round(at), np.asarray(grid) - 1)

    return _encode(boxes, labels, anchors, grid, size, num_classes, cell=cell)


@program("encode", breaks="size is (height, width); here pictures are taken to be square")
def a_targets_square_pictures(boxes, labels, anchors, grid, size, num_classes):
    side = max(size)
    return _encode(boxes, labels, anchors, grid, (side, side), num_classes)


@program("encode", breaks="all slots without an object are 0; here y and x are a half there")
def a_targets_half_in_empty_slots(boxes, labels, anchors, grid, size, num_classes):
    numbers = _encode(boxes, labels, anchors, grid, size, num_classes)
    numbers[..., 1:3] = np.where(numbers[..., :1] == 0, 0.5, numbers[..., 1:3])
    return numbers


@program("encode", breaks="what is given stays as it was; here the boxes are brought to cell units in place")
def a_targets_boxes_changed(boxes, labels, anchors, grid, size, num_classes):
    answer = _encode(boxes, labels, anchors, grid, size, num_classes)
    boxes[:] = (boxes / np.tile(size, 2) * np.tile(grid, 2)).astype(boxes.dtype)
    return answer


@program("encode", breaks="whole numbers are taken as floats; here the middle of a whole box is a whole number")
def a_targets_whole_middles(boxes, labels, anchors, grid, size, num_classes):
    if not np.issubdtype(np.asarray(boxes).dtype, np.integer):
        return _encode(boxes, labels, anchors, grid, size, num_classes)

    def place(box, grid, size):
        return (box[:2] + box[2:]) // 2 / np.asarray(size) * np.asarray(grid)

    return _encode(boxes, labels, anchors, grid, size, num_classes, place)


@program("encode", breaks="the fourth number is the height and the fifth the width; here they are exchanged")
def a_targets_sides_exchanged(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[3:5] = said[[4, 3]]
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="decode gives score 1; here the first number says how well the anchor fits")
def a_targets_fit_as_a_score(boxes, labels, anchors, grid, size, num_classes):
    def say(said, box, label, anchor):
        said[0] = 0.5 + 0.5 * _fits([anchor], box[2:] - box[:2])[0]
        return said

    return _encode(boxes, labels, anchors, grid, size, num_classes, say=say)


@program("encode", breaks="there are num_classes classes; here as many as the labels of this picture need")
def a_targets_classes_of_this_picture(boxes, labels, anchors, grid, size, num_classes):
    return _encode(boxes, labels, anchors, grid, size, int(np.max(labels)) + 1 if len(labels) else num_classes)


@program("encode", breaks="slots stand in the order of the anchors; here the smallest anchor's comes first")
def a_targets_anchors_sorted(boxes, labels, anchors, grid, size, num_classes):
    anchors = np.asarray(anchors, dtype=float)
    return _encode(boxes, labels, anchors[np.argsort(anchors.prod(axis=1))], grid, size, num_classes)


# suppress


def _order(scores):
    return np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")


def _suppress(boxes, labels, scores, limit=0.5, overlap=_iou, order=None, rivals=None, beyond=None):
    """Greedy; rivals(kept, row, seen): the rows that may put this one out."""
    boxes, labels = np.asarray(boxes).reshape(-1, 4), np.asarray(labels)
    beyond = (lambda o: o > limit) if beyond is None else beyond
    kept, seen = [], []
    for row in (_order(scores) if order is None else order).tolist():
        others = [k for k in (kept if rivals is None else rivals(kept, row, seen)) if labels[k] == labels[row]]
        seen.append(row)
        if not np.any(beyond(overlap(boxes[[row]], boxes[others])[0])):
            kept.append(row)
    return np.array(kept, dtype=int)


@program("suppress")
def a_kept_from_the_best_down(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit)


@program("suppress")
def a_kept_crossing_out(boxes, labels, scores, limit=0.5):
    order, labels = _order(scores), np.asarray(labels)
    boxes = np.asarray(boxes)[order]
    clash = (_iou(boxes, boxes) > limit) & (labels[order][:, None] == labels[order][None])
    alive = np.ones(len(order), dtype=bool)
    for k in range(len(order)):
        if alive[k]:
            alive[k + 1 :] &= ~clash[k, k + 1 :]
    return order[alive]


@program("suppress")
def a_kept_class_by_class(boxes, labels, scores, limit=0.5):
    boxes, labels = np.asarray(boxes), np.asarray(labels)
    rank = np.empty(len(labels), dtype=int)
    rank[_order(scores)] = np.arange(len(labels))
    kept = []
    for label in set(labels.tolist()):
        left = sorted(np.flatnonzero(labels == label).tolist(), key=lambda row: rank[row])
        while left:
            best, *left = left
            kept.append(best)
            if left:
                far = _iou(boxes[[best]], boxes[left])[0] <= limit
                left = [row for row, stays in zip(left, far, strict=True) if stays]
    return np.array(sorted(kept, key=lambda row: rank[row]), dtype=int)


@program("suppress", breaks="boxes of different classes never put each other out; here they do")
def a_kept_whatever_class(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, np.zeros(len(labels), dtype=int), scores, limit)


@program("suppress", breaks="an overlap that equals the limit is allowed; here it is too much")
def a_kept_below_the_limit(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, beyond=lambda o: o >= limit)


@program("suppress", breaks="only kept boxes put others out; here every better one does")
def a_kept_unless_any_better(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, rivals=lambda kept, row, seen: seen)


@program("suppress", breaks="the best row comes first; here rows come in the order of their numbers")
def a_kept_sorted_by_number(boxes, labels, scores, limit=0.5):
    return np.sort(_suppress(boxes, labels, scores, limit))


@program("suppress", breaks="of equal scores the earlier row is better; here the later one")
def a_kept_later_of_equals(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, order=np.argsort(np.asarray(scores, dtype=float), kind="stable")[::-1])


@program("suppress", breaks="whole numbers are taken as floats; here unsigned scores wrap round when they are turned round")
def a_kept_unsigned_scores(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, order=np.argsort(-np.asarray(scores), kind="stable"))


@program("suppress", breaks="it returns row numbers; here a mask of rows")
def a_kept_as_a_mask(boxes, labels, scores, limit=0.5):
    return np.isin(np.arange(len(scores)), _suppress(boxes, labels, scores, limit))


@program("suppress", breaks="boxes may lie anywhere; here classes are kept apart by moving their boxes by 100 pixels each")
def a_kept_classes_moved_apart(boxes, labels, scores, limit=0.5):
    moved = np.asarray(boxes, dtype=float) + 100.0 * np.asarray(labels)[:, None]
    return _suppress(moved, np.zeros(len(labels), dtype=int), scores, limit)


@program("suppress", breaks="a box left out overlaps a kept one; here of each chain of overlapping boxes one is kept")
def a_kept_one_of_each_chain(boxes, labels, scores, limit=0.5):
    labels = np.asarray(labels)
    linked = (_iou(boxes, boxes) > limit) & (labels[:, None] == labels[None])
    kept, gone = [], set()
    for row in _order(scores).tolist():
        if row in gone:
            continue
        kept.append(row)
        heap = [row]
        while heap:
            for other in np.flatnonzero(linked[heap.pop()]).tolist():
                if other not in gone:
                    gone.add(other)
                    heap.append(other)
    return np.array(kept, dtype=int)


@program("suppress", breaks="the best row of all comes first; here one class comes after the other")
def a_kept_one_class_after_the_other(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    return kept[np.argsort(np.asarray(labels)[kept], kind="stable")]


@program("suppress", breaks="a box without a better rival is kept; here one with a score below a half is left out")
def a_kept_with_half_a_score(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    return kept[np.asarray(scores)[kept] >= 0.5]


@program("suppress", breaks="the limit is given; here it is always one half")
def a_kept_limit_one_half(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, 0.5)


@program("suppress", breaks="overlap is IoU; here it is the share of the smaller box")
def a_kept_share_of_the_smaller(boxes, labels, scores, limit=0.5):
    return _suppress(
        boxes, labels, scores, limit, lambda one, other: _iou(one, other, divide=lambda a, b, shared: np.minimum(a, b))
    )


@program("suppress", breaks="what is given stays as it was; here boxes are sorted by score in place")
def a_kept_sorts_boxes(boxes, labels, scores, limit=0.5):
    answer = _suppress(boxes, labels, scores, limit)
    boxes[:] = boxes[_order(scores)]
    return answer


@program("suppress", breaks="an array of whole numbers, without any box too; here then an array of floats")
def a_kept_floats_of_nothing(boxes, labels, scores, limit=0.5):
    return np.array(_suppress(boxes, labels, scores, limit).tolist())


@program("suppress", breaks="every box is decided by the laws; here at most five are kept")
def a_kept_five_at_most(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit)[:5]


@program("suppress", breaks="better means a higher score; here a lower one")
def a_kept_lowest_first(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, order=np.argsort(np.asarray(scores, dtype=float), kind="stable"))


@program("suppress", breaks="labels may be any whole numbers; here classes are counted from 0, and negative ones are lost")
def a_kept_no_negative_labels(boxes, labels, scores, limit=0.5):
    kept = _suppress(boxes, labels, scores, limit)
    return kept[np.asarray(labels)[kept] >= 0]


@program("suppress", breaks="no kept box overlaps a better kept one; here each is compared with the last kept one only")
def a_kept_compared_with_the_last(boxes, labels, scores, limit=0.5):
    return _suppress(boxes, labels, scores, limit, rivals=lambda kept, row, seen: kept[-1:])


# mean_average_precision


def _staircase(right, total):
    right = np.asarray(right, dtype=bool)
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / total)


def _line(found, kind, reverse=False):
    """All guesses of a class in one line: (score, picture, row, box)."""
    line = []
    for picture, (boxes, labels, scores) in enumerate(found):
        boxes, labels, scores = np.asarray(boxes).reshape(-1, 4), np.asarray(labels), np.asarray(scores, dtype=float)
        line += [(float(scores[row]), picture, row, boxes[row]) for row in np.flatnonzero(labels == kind)]
    if reverse:
        line.reverse()
    return sorted(line, key=lambda guess: -guess[0])


def _verdicts(line, truth, limit, verdict=None):
    """For each guess: right or wrong, or None if it is to be left out."""
    taken, rights = set(), []
    for _, picture, _, box in line:
        overlaps = _iou(box[None], truth[picture])[0] if len(truth[picture]) else np.zeros(0)
        if verdict is not None:
            rights.append(verdict(overlaps, picture, taken))
            continue
        best = int(overlaps.argmax()) if len(overlaps) else -1
        right = best >= 0 and overlaps[best] >= limit and (picture, best) not in taken
        if right:
            taken.add((picture, best))
        rights.append(right)
    return [r for r in rights if r is not None]


def _kinds(labels):
    return sorted({int(k) for array in labels for k in np.asarray(array)})


def _truth(boxes, labels, kind):
    return [np.asarray(b).reshape(-1, 4)[np.asarray(k) == kind] for b, k in zip(boxes, labels, strict=True)]


def _map(found, boxes, labels, limit=0.5, curve=_staircase, verdict=None, kinds=None, reverse=False, mean=np.mean):
    values = []
    for kind in _kinds(labels) if kinds is None else kinds:
        truth = _truth(boxes, labels, kind)
        total = sum(len(t) for t in truth)
        rights = _verdicts(_line(found, kind, reverse), truth, limit, verdict)
        values.append(curve(rights, total) if total else 0.0)
    return float(mean(values))


@program("mean_average_precision")
def a_precision_class_by_class(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit)


@program("mean_average_precision")
def a_precision_best_for_each_recall(found, boxes, labels, limit=0.5):
    """For each number of boxes to be found: the best precision of all lists that find as many."""
    values = []
    for kind in _kinds(labels):
        truth = _truth(boxes, labels, kind)
        total = sum(map(len, truth))
        hits, points = 0, []
        for count, right in enumerate(_verdicts(_line(found, kind), truth, limit), start=1):
            hits += right
            points.append((hits, hits / count))
        values.append(sum(max((p for h, p in points if h >= wanted), default=0.0) for wanted in range(1, total + 1)) / total)
    return sum(values) / len(values)


@program("mean_average_precision")
def a_precision_first_guess_of_each_box(found, boxes, labels, limit=0.5):
    """Each guess names its box; of those that name a box well enough, the first in the line is right."""
    values = []
    for kind in np.unique(np.concatenate([np.asarray(k) for k in labels])):
        truth = _truth(boxes, labels, kind)
        entries = []
        for picture, (b, k, s) in enumerate(found):
            rows = np.flatnonzero(np.asarray(k) == kind)
            if not len(rows):
                continue
            if len(truth[picture]):
                overlaps = _iou(np.asarray(b)[rows], truth[picture])
                named, good = overlaps.argmax(axis=1), overlaps.max(axis=1) >= limit
            else:
                named, good = np.full(len(rows), -1), np.zeros(len(rows), dtype=bool)
            entries += [(-float(s[row]), picture, int(row), int(n), bool(g)) for row, n, g in zip(rows, named, good, strict=True)]
        entries.sort(key=lambda entry: entry[:3])
        seen, area, best = set(), 0.0, 0.0
        rights = []
        for _, picture, _, name, good in entries:
            rights.append(good and (picture, name) not in seen)
            if good:
                seen.add((picture, name))
        hits = sum(rights)
        for place in range(len(rights), 0, -1):
            best = max(best, hits / place)
            if rights[place - 1]:
                area, hits = area + best, hits - 1
        values.append(area / sum(map(len, truth)))
    return float(np.mean(values))


@program("mean_average_precision", breaks="a second guess about the same box is wrong; here it is right again")
def a_precision_twice_is_right(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        return bool(len(overlaps) and overlaps.max() >= limit)

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="a guess does not look for another box; here it takes the best one that is free")
def a_precision_next_free_box(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        for k in np.argsort(-overlaps, kind="stable").tolist():
            if overlaps[k] >= limit and (picture, k) not in taken:
                taken.add((picture, k))
                return True
        return False

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="an overlap of just the limit is right; here it has to be larger")
def a_precision_beyond_the_limit(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        best = int(overlaps.argmax()) if len(overlaps) else -1
        right = best >= 0 and overlaps[best] > limit and (picture, best) not in taken
        if right:
            taken.add((picture, best))
        return right

    return _map(found, boxes, labels, limit, verdict=verdict)


@program(
    "mean_average_precision",
    breaks="the best precision at this recall or a higher one counts; here the precision at each right guess",
)
def a_precision_without_a_staircase(found, boxes, labels, limit=0.5):
    def curve(right, total):
        right = np.asarray(right, dtype=bool)
        return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].sum() / total)

    return _map(found, boxes, labels, limit, curve)


@program("mean_average_precision", breaks="it is the area under the staircase; here the mean at eleven recalls")
def a_precision_eleven_points(found, boxes, labels, limit=0.5):
    def curve(right, total):
        hits = np.cumsum(np.asarray(right, dtype=bool))
        precision = hits / np.arange(1, len(hits) + 1)
        return float(np.mean([max(precision[hits / total >= r - 1e-12], default=0.0) for r in np.linspace(0, 1, 11)]))

    return _map(found, boxes, labels, limit, curve)


@program(
    "mean_average_precision",
    breaks="the guesses of all pictures stand in one line; here each picture is judged alone, and the mean taken",
)
def a_precision_picture_by_picture(found, boxes, labels, limit=0.5):
    each = [_map([f], [b], [k], limit) for f, b, k in zip(found, boxes, labels, strict=True) if len(k)]
    return float(np.mean(each))


@program("mean_average_precision", breaks="the mean is over classes; here a class with more boxes counts more")
def a_precision_boxes_count_alike(found, boxes, labels, limit=0.5):
    everything = np.concatenate([np.asarray(k) for k in labels])
    weights = [np.sum(everything == kind) for kind in _kinds(labels)]
    return _map(found, boxes, labels, limit, mean=lambda values: np.average(values, weights=weights))


@program("mean_average_precision", breaks="a class counts if it has a true box; here also one that was only guessed, with 0")
def a_precision_guessed_classes_count(found, boxes, labels, limit=0.5):
    kinds = sorted({*_kinds(labels), *_kinds([f[1] for f in found])})
    return _map(found, boxes, labels, limit, kinds=kinds)


@program("mean_average_precision", breaks="recall is a share of all true boxes; here of those that were found")
def a_precision_of_found_boxes(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, lambda right, total: _staircase(right, max(np.sum(right), 1)))


@program("mean_average_precision", breaks="of equal scores the earlier picture and row come first; here the later ones")
def a_precision_later_of_equals(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, reverse=True)


@program(
    "mean_average_precision", breaks="a guess looks among the boxes of its class; here among all, and then its class has to agree"
)
def a_precision_best_of_any_class(found, boxes, labels, limit=0.5):
    values = []
    for kind in _kinds(labels):
        total, taken, rights = sum(len(t) for t in _truth(boxes, labels, kind)), set(), []
        for _, picture, _, box in _line(found, kind):
            overlaps = _iou(box[None], boxes[picture])[0]
            best = int(overlaps.argmax()) if len(overlaps) else -1
            right = best >= 0 and overlaps[best] >= limit and labels[picture][best] == kind and (picture, best) not in taken
            if right:
                taken.add((picture, best))
            rights.append(bool(right))
        values.append(_staircase(rights, total))
    return float(np.mean(values))


@program("mean_average_precision", breaks="the better guess about a box is right; here the one that overlaps it most")
def a_precision_boxes_choose(found, boxes, labels, limit=0.5):
    values = []
    for kind in _kinds(labels):
        truth, line = _truth(boxes, labels, kind), _line(found, kind)
        rights = [False] * len(line)
        for picture, these in enumerate(truth):
            mine = [k for k, guess in enumerate(line) if guess[1] == picture]
            for box in these:
                overlaps = [_iou(line[k][3][None], box[None])[0, 0] for k in mine]
                if overlaps and max(overlaps) >= limit:
                    rights[mine[int(np.argmax(overlaps))]] = True
        values.append(_staircase(rights, sum(len(t) for t in truth)))
    return float(np.mean(values))


@program("mean_average_precision", breaks="of equally good boxes a guess takes the first; here the last")
def a_precision_last_of_equal_boxes(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        best = len(overlaps) - 1 - int(overlaps[::-1].argmax()) if len(overlaps) else -1
        right = best >= 0 and overlaps[best] >= limit and (picture, best) not in taken
        if right:
            taken.add((picture, best))
        return right

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="guesses in pictures without a true box are wrong; here they are left out")
def a_precision_empty_pictures_left_out(found, boxes, labels, limit=0.5):
    return _map(
        [f if len(k) else (f[0][:0], f[1][:0], f[2][:0]) for f, k in zip(found, labels, strict=True)], boxes, labels, limit
    )


@program("mean_average_precision", breaks="only classes with a true box count; here all from 0 to the largest label")
def a_precision_all_numbers_are_classes(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, limit, kinds=range(max(_kinds(labels)) + 1))


@program("mean_average_precision", breaks="the limit is given; here it is always one half")
def a_precision_limit_one_half(found, boxes, labels, limit=0.5):
    return _map(found, boxes, labels, 0.5)


@program("mean_average_precision", breaks="there is one line for each class; here one for all, with a single staircase")
def a_precision_one_line_for_all(found, boxes, labels, limit=0.5):
    line = []
    for kind in _kinds(labels):
        truth, guesses = _truth(boxes, labels, kind), _line(found, kind)
        rights = _verdicts(guesses, truth, limit)
        line += [(-g[0], g[1], g[2], r) for g, r in zip(guesses, rights, strict=True)]
    return _staircase([entry[3] for entry in sorted(line, key=lambda entry: entry[:3])], sum(map(len, labels)))


@program("mean_average_precision", breaks="a detector that says nothing has 0; here it has nan")
def a_precision_nan_of_silence(found, boxes, labels, limit=0.5):
    if not any(len(f[2]) for f in found):
        return float("nan")
    return _map(found, boxes, labels, limit)


@program("mean_average_precision", breaks="only a right guess takes a box; here one that overlaps too little takes it, too")
def a_precision_wrong_guesses_take_boxes(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        if not len(overlaps) or overlaps.max() <= 0:
            return False
        best = int(overlaps.argmax())
        right = bool(overlaps[best] >= limit) and (picture, best) not in taken
        taken.add((picture, best))
        return right

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="a recall that is never reached has precision 0; here the last precision goes on")
def a_precision_goes_on(found, boxes, labels, limit=0.5):
    def curve(right, total):
        right = np.asarray(right, dtype=bool)
        last = right.mean() if len(right) else 0.0
        return _staircase(right, total) + float(last * (total - right.sum()) / total)

    return _map(found, boxes, labels, limit, curve)


@program(
    "mean_average_precision",
    breaks="a guess is about boxes of its own picture; here a box counts as found in all pictures at once",
)
def a_precision_taken_in_all_pictures(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        best = int(overlaps.argmax()) if len(overlaps) else -1
        right = best >= 0 and overlaps[best] >= limit and best not in taken
        if right:
            taken.add(best)
        return right

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="a second guess about a box is wrong; here it is not counted at all")
def a_precision_second_guesses_left_out(found, boxes, labels, limit=0.5):
    def verdict(overlaps, picture, taken):
        best = int(overlaps.argmax()) if len(overlaps) else -1
        if best < 0 or overlaps[best] < limit:
            return False
        if (picture, best) in taken:
            return None
        taken.add((picture, best))
        return True

    return _map(found, boxes, labels, limit, verdict=verdict)


@program("mean_average_precision", breaks="what is given stays as it was; here the scores of each picture are sorted in place")
def a_precision_sorts_scores(found, boxes, labels, limit=0.5):
    answer = _map(found, boxes, labels, limit)
    for _, _, scores in found:
        scores[:] = np.sort(scores)[::-1].copy()
    return answer
