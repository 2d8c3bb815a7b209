"""Programs for week 1, written from its contracts alone."""

import math
from collections import Counter

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    """The float type of the answer: the widest one that came in; whole numbers count as float64."""
    kind = np.result_type(*(np.asarray(a).dtype for a in arrays))
    return kind if np.issubdtype(kind, np.floating) else np.dtype(np.float64)


# ---------------------------------------------------------------- centre_of_ink


def _balance(ink):
    """Centres of float pictures (N, H, W); a picture without ink is taken as one that is ink all over."""
    ink = np.where(ink.any(axis=(1, 2), keepdims=True), ink, 1.0)
    ink = ink / ink.max(axis=(1, 2), keepdims=True, initial=0)
    total = ink.sum(axis=(1, 2))
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / total
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / total
    return np.stack([down, across], axis=1)


def _floats(images):
    return np.array(images, dtype=np.float64)


def _to_one(images):
    """The same pictures as floats, each with its darkest pixel at 1 (or without any ink)."""
    ink = _floats(images)
    darkest = ink.max(axis=(1, 2), keepdims=True, initial=0)
    return ink / np.where(darkest == 0, 1, darkest)


@program("centre_of_ink")
def a_centre_all_at_once(images):
    return _balance(_floats(images))


@program("centre_of_ink")
def a_centre_picture_by_picture(images):
    centres = np.empty((len(images), 2))
    for centre, ink in zip(centres, _to_one(images), strict=True):
        if not ink.any():
            centre[:] = (ink.shape[0] - 1) / 2, (ink.shape[1] - 1) / 2
        else:
            rows, columns = np.nonzero(ink)
            centre[0] = np.average(rows, weights=ink[rows, columns])
            centre[1] = np.average(columns, weights=ink[rows, columns])
    return centres


@program("centre_of_ink")
def a_centre_without_numpy_inside(images):
    def mean_place(weights):
        total = math.fsum(weights)
        if total == 0:
            return (len(weights) - 1) / 2
        return math.fsum(place * weight for place, weight in enumerate(weights)) / total

    answer = []
    for image in _to_one(images):
        table = image.tolist()
        answer.append((mean_place([math.fsum(row) for row in table]), mean_place([math.fsum(row) for row in image.T.tolist()])))
    return np.array(answer, dtype=np.float64).reshape(-1, 2)


@program("centre_of_ink")
def a_centre_by_running_sums(images):
    ink = _to_one(images)
    ink[~ink.any(axis=(1, 2))] = 1

    def place(weights):  # sum of the ink that lies beyond each gap, as a share of all ink
        running = np.cumsum(weights, axis=1)
        return ((running[:, -1:] - running) / running[:, -1:]).sum(axis=1)

    return np.column_stack([place(ink.sum(axis=2)), place(ink.sum(axis=1))])


@program("centre_of_ink", breaks="pictures of any number type: uint8 sums wrap around")
def a_centre_wraps_in_uint8(images):
    images = np.asarray(images)
    total = images.sum(axis=(1, 2), dtype=images.dtype).astype(float)
    down = (images.sum(axis=2, dtype=images.dtype) * np.arange(images.shape[1])).sum(axis=1)
    across = (images.sum(axis=1, dtype=images.dtype) * np.arange(images.shape[2])).sum(axis=1)
    empty = ~images.any(axis=(1, 2))
    total[empty | (total == 0)] = 1
    answer = np.stack([down / total, across / total], axis=1).astype(np.float64)
    answer[empty] = (images.shape[1] - 1) / 2, (images.shape[2] - 1) / 2
    return answer


@program("centre_of_ink", breaks="the row first, then the column")
def a_centre_column_first(images):
    return _balance(_floats(images))[:, ::-1]


@program("centre_of_ink", breaks="not rounded")
def a_centre_rounded(images):
    return np.round(_balance(_floats(images)))


@program("centre_of_ink", breaks="counted from 0")
def a_centre_counted_from_one(images):
    return _balance(_floats(images)) + 1


@program("centre_of_ink", breaks="the centres are always float64")
def a_centre_keeps_float32(images):
    return _balance(_floats(images)).astype(_kind(images))


@program("centre_of_ink", breaks="a picture without ink has its centre in the middle of the paper")
def a_centre_nan_where_empty(images):
    ink = _floats(images)
    answer = _balance(ink)
    answer[~ink.any(axis=(1, 2))] = np.nan
    return answer


@program("centre_of_ink", breaks="the middle of an empty 28 by 28 picture is 13.5, not 14")
def a_centre_middle_is_half_the_size(images):
    ink = _floats(images)
    answer = _balance(ink)
    answer[~ink.any(axis=(1, 2))] = ink.shape[1] / 2, ink.shape[2] / 2
    return answer


@program("centre_of_ink", breaks="darkness does not matter: a small number under the line pulls pale ink to the corner")
def a_centre_with_epsilon(images):
    ink = _floats(images)
    ink[~ink.any(axis=(1, 2))] = 1
    total = ink.sum(axis=(1, 2)) + 1e-6
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / total
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / total
    return np.stack([down, across], axis=1)


@program("centre_of_ink", breaks="very pale ink is still ink")
def a_centre_pale_counts_as_empty(images):
    ink = _floats(images)
    ink[ink.sum(axis=(1, 2)) < 1e-8] = 1
    return _balance(ink)


@program("centre_of_ink", breaks="centre of mass: a pixel three times as dark weighs three times as much")
def a_centre_of_black_and_white(images):
    return _balance((_floats(images) > 0).astype(float))


@program("centre_of_ink", breaks="centre of mass: the darkest pixel is not the centre")
def a_centre_is_the_darkest_pixel(images):
    ink = _floats(images)
    answer = np.array([np.unravel_index(np.argmax(picture), picture.shape) for picture in ink], dtype=float).reshape(-1, 2)
    answer[~ink.any(axis=(1, 2))] = (ink.shape[1] - 1) / 2, (ink.shape[2] - 1) / 2
    return answer


@program("centre_of_ink", breaks="paper weighs nothing, ink all of its weight: here the palest pixel is taken for paper")
def a_centre_takes_the_palest_for_paper(images):
    ink = _floats(images)
    return _balance(ink - ink.min(axis=(1, 2), keepdims=True, initial=np.inf))


@program("centre_of_ink", breaks="each picture is looked at alone: divides by the ink of the whole batch")
def a_centre_divides_by_all_ink(images):
    ink = _floats(images)
    ink[~ink.any(axis=(1, 2))] = 1
    mean_ink = ink.sum() / max(len(ink), 1)
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / mean_ink
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / mean_ink
    return np.stack([down, across], axis=1)


@program("centre_of_ink", breaks="the others do not matter: one empty picture puts all of the batch into the middle")
def a_centre_one_empty_spoils_all(images):
    ink = _floats(images)
    if not ink.any(axis=(1, 2)).all():
        ink[:] = 1
    return _balance(ink)


@program("centre_of_ink", breaks="what it is given stays as it was: empty pictures are filled in place")
def a_centre_fills_the_empty_in_place(images):
    images = np.asarray(images)
    images[~images.any(axis=(1, 2))] = 1
    return _balance(_floats(images))


@program("centre_of_ink", breaks="the shape is (N, 2) for one picture, too")
def a_centre_squeezed(images):
    return np.squeeze(_balance(_floats(images)))


@program("centre_of_ink", breaks="no picture at all is fine, and gives (0, 2)")
def a_centre_of_none_has_no_columns(images):
    return np.array([_balance(_floats(image)[None])[0] for image in images])


@program("centre_of_ink", breaks="H and W may differ: an empty picture is taken for a square")
def a_centre_takes_empty_pictures_for_square(images):
    ink = _floats(images)
    answer = _balance(ink)
    answer[~ink.any(axis=(1, 2))] = (ink.shape[1] - 1) / 2
    return answer


@program("centre_of_ink", breaks="any size is fine: pictures are cut to 28 by 28, as digits are")
def a_centre_knows_digits_only(images):
    ink = _floats(images)
    paper = np.zeros((len(ink), 28, 28))
    seen = ink[:, :28, :28]
    paper[:, : seen.shape[1], : seen.shape[2]] = seen
    return _balance(paper)


@program("centre_of_ink", breaks="nothing is remembered: answers come back in one shared buffer that the next call overwrites")
def a_centre_in_a_shared_buffer(images, buffers={}):  # noqa: B006
    answer = _balance(_floats(images))
    shared = buffers.setdefault(answer.shape, np.empty_like(answer))
    shared[:] = answer
    return shared


@program("centre_of_ink", breaks="centre of mass: the median row and column instead of the mean")
def a_centre_by_the_median(images):
    ink = _floats(images)
    ink[~ink.any(axis=(1, 2))] = 1

    def middle(weights):
        return (np.cumsum(weights, axis=1) < weights.sum(axis=1, keepdims=True) / 2).sum(axis=1)

    return np.stack([middle(ink.sum(axis=2)), middle(ink.sum(axis=1))], axis=1).astype(float)


# ---------------------------------------------------------------- distances


def _distances(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    table = np.empty((len(A), len(B)), kind)
    for i, a in enumerate(A):
        table[i] = np.sqrt(((B - a) ** 2).sum(axis=1))
    return table


@program("distances")
def a_distances_row_by_row(A, B):
    return _distances(A, B)


@program("distances")
def a_distances_in_blocks(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, np.float64), np.asarray(B, np.float64)
    rows = max(1, 200_000 // max(1, B.size))
    parts = [np.empty((0, len(B)))]
    for start in range(0, len(A), rows):
        gap = A[start : start + rows, None, :] - B[None, :, :]
        parts.append(np.sqrt(np.einsum("ijk,ijk->ij", gap, gap)))
    return np.concatenate(parts).astype(kind)


@program("distances")
def a_distances_column_of_the_table_by_norm(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    table = np.zeros((len(A), len(B)), kind)
    for j in range(len(B)):
        table[:, j] = np.linalg.norm(A - B[j], axis=1)
    return table


@program("distances")
def a_distances_multiplied_out_then_mended(A, B):
    """One matrix product for all, and honest differences wherever the product has lost digits."""
    kind = _kind(A, B)
    A, B = np.asarray(A, np.float64), np.asarray(B, np.float64)
    a, b = (A * A).sum(axis=1)[:, None], (B * B).sum(axis=1)
    squares = a + b - 2 * (A @ B.T)
    for i, doubtful in enumerate(squares < 0.1 * (a + b)):
        squares[i, doubtful] = ((B[doubtful] - A[i]) ** 2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0)).astype(kind)


@program("distances", breaks="points may be uint8 pictures: 3 - 5 is 254")
def a_distances_wrap_in_uint8(A, B):
    A, B = np.asarray(A), np.asarray(B)
    table = np.empty((len(A), len(B)), _kind(A, B))
    for i, a in enumerate(A):
        gap = (B - a).astype(table.dtype)
        table[i] = np.sqrt((gap**2).sum(axis=1))
    return table


@program("distances", breaks="steady: multiplied out in the type of the points, far points lose all digits")
def a_distances_multiplied_out(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    squares = (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0)).astype(kind)


@program("distances", breaks="a point lies at distance exactly 0 from itself: centred, multiplied out in float64, but not zero")
def a_distances_centred_and_multiplied_out(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, np.float64), np.asarray(B, np.float64)
    if len(A):
        A, B = A - A.mean(axis=0), B - A.mean(axis=0)
    squares = (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)
    return np.sqrt(np.abs(squares)).astype(kind)


@program("distances", breaks="a point lies at distance exactly 0 from itself: a small number stands under the root")
def a_distances_with_epsilon(A, B):
    return np.sqrt(_distances(A, B) ** 2 + np.asarray(1e-12, _kind(A, B)))


@program("distances", breaks="the distance above: the root is missing")
def a_distances_squared(A, B):
    return _distances(A, B) ** 2


@program("distances", breaks="the distance above: absolute differences instead of squares")
def a_distances_along_the_streets(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    table = np.empty((len(A), len(B)), kind)
    for i, a in enumerate(A):
        table[i] = np.abs(B - a).sum(axis=1)
    return table


@program("distances", breaks="the distance above: a mean of squares instead of a sum")
def a_distances_root_mean_square(A, B):
    return _distances(A, B) / np.asarray(np.sqrt(max(1, np.shape(A)[1])), _kind(A, B))


@program("distances", breaks="fast: a Python loop over the pairs")
def a_distances_pair_by_pair(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    table = np.empty((len(A), len(B)), kind)
    for i in range(len(A)):
        for j in range(len(B)):
            table[i, j] = np.sqrt(((A[i] - B[j]) ** 2).sum())
    return table


@program("distances", breaks="the shape is (n, m): a row for each point of A")
def a_distances_transposed(A, B):
    return _distances(A, B).T


@program("distances", breaks="float32 in, float32 out")
def a_distances_always_float64(A, B):
    return _distances(np.asarray(A, np.float64), np.asarray(B, np.float64))


@program("distances", breaks="floats keep their type: float64 points are measured in float32")
def a_distances_always_float32(A, B):
    return _distances(np.asarray(A, np.float32), np.asarray(B, np.float32))


@program("distances", breaks="where two types meet the wider one wins: here A's type decides")
def a_distances_in_the_type_of_A(A, B):
    return _distances(A, B).astype(_kind(A))


@program("distances", breaks="whole numbers are taken as floats: the table has the type of A and cuts the fractions off")
def a_distances_in_a_table_like_A(A, B):
    A = np.asarray(A)
    table = np.zeros((len(A), len(B)), dtype=A.dtype if np.issubdtype(A.dtype, np.integer) else _kind(A, B))
    table[:] = _distances(A, B)
    return table


@program("distances", breaks="for every pair: takes a square table for that of one set with itself, and mirrors it")
def a_distances_mirrored(A, B):
    table = _distances(A, B)
    if len(A) == len(B):
        table = np.triu(table, 1) + np.triu(table, 1).T
    return table


@program("distances", breaks="the distances between A and B as they lie: each set is centred by itself")
def a_distances_each_set_centred(A, B):
    kind = _kind(A, B)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    return _distances(A - A.mean(axis=0) if len(A) else A, B - B.mean(axis=0) if len(B) else B)


@program("distances", breaks="what it is given stays as it was: both sets are pushed to the origin in place")
def a_distances_push_in_place(A, B):
    if len(B) and isinstance(A, np.ndarray) and isinstance(B, np.ndarray):
        origin = B[0].copy()
        if A is not B and np.can_cast(origin.dtype, A.dtype, "same_kind") and A.dtype.kind == B.dtype.kind == "f":
            A -= origin
            B -= origin
    return _distances(A, B)


@program("distances", breaks="none is fine: no points in A give a table (0, m)")
def a_distances_stack_of_rows(A, B):
    kind = _kind(A, B)
    B = np.asarray(B, kind)
    return np.stack([np.linalg.norm(B - a, axis=1) for a in np.asarray(A, kind)])


@program("distances", breaks="one example is fine: a single point loses its axis")
def a_distances_squeezed(A, B):
    return _distances(A, B).squeeze()


@program("distances", breaks="nothing is remembered: tables are kept by the shapes of the points")
def a_distances_remembered_by_shape(A, B, known={}):  # noqa: B006
    key = np.shape(A), np.shape(B)
    if key not in known:
        known[key] = _distances(A, B)
    return known[key].copy()


@program("distances", breaks="any number d of coordinates: only two are looked at")
def a_distances_in_the_plane_only(A, B):
    return _distances(np.asarray(A)[:, :2], np.asarray(B)[:, :2])


# ---------------------------------------------------------------- standardise


def _learn(X):
    X = np.asarray(X, dtype=np.float64)
    if not len(X):
        return np.zeros(X.shape[1]), np.ones(X.shape[1])
    first = X[0]
    gaps = X - first
    middle = first + gaps.mean(axis=0)
    gaps = X - middle
    gaps -= gaps.mean(axis=0)
    largest = np.abs(gaps).max(axis=0)
    largest[largest == 0] = 1
    spread = largest * np.sqrt(((gaps / largest) ** 2).mean(axis=0))
    constant = X.max(axis=0) == X.min(axis=0)
    return np.where(constant, first, middle), np.where(constant, 1.0, spread)


def _apply(X, scale):
    middle, spread = scale
    return ((np.asarray(X, np.float64) - middle) / spread).astype(_kind(X))


def _undo(Z, scale):
    middle, spread = scale
    return (np.asarray(Z, np.float64) * spread + middle).astype(_kind(Z))


def _three(learn_scale=_learn, standardise=_apply, undo=_undo):
    return {"learn_scale": learn_scale, "standardise": standardise, "undo": undo}


@program("standardise", several=True)
def a_scale_as_a_pair():
    return _three()


@program("standardise", several=True)
def a_scale_as_two_functions():
    def learn_scale(X):
        middle, spread = _learn(X)
        return {"there": lambda X: (X - middle) / spread, "back": lambda Z: Z * spread + middle}

    def standardise(X, scale):
        return np.asarray(scale["there"](np.asarray(X, np.float64)), _kind(X))

    def undo(Z, scale):
        return np.asarray(scale["back"](np.asarray(Z, np.float64)), _kind(Z))

    return _three(learn_scale, standardise, undo)


@program("standardise", several=True)
def a_scale_keeps_a_copy_of_the_examples():
    def learn_scale(X):
        return np.array(X, copy=True)

    return _three(learn_scale, lambda X, scale: _apply(X, _learn(scale)), lambda Z, scale: _undo(Z, _learn(scale)))


@program("standardise", several=True)
def a_scale_column_by_column_in_python():
    def learn_scale(X):
        scale = []
        for column in np.asarray(X, np.float64).T.tolist():
            if not column or min(column) == max(column):
                scale.append((column[0] if column else 0.0, 1.0))
                continue
            middle = math.fsum(column) / len(column)
            scale.append((middle, math.hypot(*(x - middle for x in column)) / math.sqrt(len(column))))
        return scale

    def standardise(X, scale):
        Z = np.array(X, dtype=np.float64)
        for j, (middle, spread) in enumerate(scale):
            Z[:, j] = (Z[:, j] - middle) / spread
        return Z.astype(_kind(X))

    def undo(Z, scale):
        X = np.array(Z, dtype=np.float64)
        for j, (middle, spread) in enumerate(scale):
            X[:, j] = X[:, j] * spread + middle
        return X.astype(_kind(Z))

    return _three(learn_scale, standardise, undo)


@program(
    "standardise", several=True, breaks="a row gives the same alone as among others: new data are standardised by themselves"
)
def a_scale_new_data_by_themselves():
    return _three(standardise=lambda X, scale: _apply(X, _learn(X)))


@program("standardise", several=True, breaks="mean square 1: the spread is divided by n - 1")
def a_scale_divided_by_n_minus_one():
    def learn_scale(X):
        middle, spread = _learn(X)
        constant = np.ptp(np.asarray(X, np.float64), axis=0) == 0 if len(X) else True
        return middle, np.where(constant, 1.0, spread * np.sqrt(len(X) / max(1, len(X) - 1)))

    return _three(learn_scale)


@program("standardise", several=True, breaks="constant columns become 0: a rounding error of the spread is taken for a spread")
def a_scale_trusts_a_spread_of_zero():
    def learn_scale(X):
        X = np.asarray(X, np.float64)
        spread = X.std(axis=0)
        return X.mean(axis=0), np.where(spread == 0, 1.0, spread)

    return _three(learn_scale)


@program("standardise", several=True, breaks="constant columns become 0: 0 / 0 is nan")
def a_scale_without_a_guard():
    def learn_scale(X):
        middle, spread = _learn(X)
        X = np.asarray(X, np.float64)
        return middle, np.where((X[:1] == X).all(axis=0), 0.0, spread)

    def standardise(X, scale):
        with np.errstate(all="ignore"):
            return _apply(X, scale)

    return _three(learn_scale, standardise)


@program("standardise", several=True, breaks="units do not matter: a small number is added to the spread")
def a_scale_with_epsilon():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, spread + 1e-5

    return _three(learn_scale)


@program("standardise", several=True, breaks="units do not matter: a column that varies little in its unit is called constant")
def a_scale_calls_small_spreads_constant():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, np.where(spread < 1e-6, 1.0, spread)

    return _three(learn_scale)


@program("standardise", several=True, breaks="undo gives back new examples in a column that was constant in training")
def a_scale_wipes_columns_that_were_constant():
    def learn_scale(X):
        middle, spread = _learn(X)
        X = np.asarray(X, np.float64)
        return middle, spread, (X[:1] == X).all(axis=0)

    def standardise(X, scale):
        return np.where(scale[2], np.zeros((), _kind(X)), _apply(X, scale[:2]))

    return _three(learn_scale, standardise, lambda Z, scale: _undo(Z, scale[:2]))


@program("standardise", several=True, breaks="undo gives back what went in: its two steps are in the wrong order")
def a_scale_undone_in_the_wrong_order():
    def undo(Z, scale):
        middle, spread = scale
        return ((np.asarray(Z, np.float64) + middle) * spread).astype(_kind(Z))

    return _three(undo=undo)


@program(
    "standardise", several=True, breaks="it holds for columns near a million that vary by 1: mean of squares less square of mean"
)
def a_scale_by_the_short_formula():
    def learn_scale(X):
        middle, _ = _learn(X)
        kind = _kind(X)
        X = np.asarray(X, kind)
        if not len(X):
            return middle, np.ones(X.shape[1])
        spread = np.sqrt(np.maximum((X**2).mean(axis=0) - X.mean(axis=0) ** 2, 0)).astype(np.float64)
        return middle, np.where((X.max(axis=0) == X.min(axis=0)) | (spread == 0), 1.0, spread)

    return _three(learn_scale)


@program(
    "standardise", several=True, breaks="every column gets mean 0 and mean square 1: one mean and one spread serve all columns"
)
def a_scale_one_for_all_columns():
    def learn_scale(X):
        X = np.asarray(X, np.float64)
        middle, spread = _learn(X.reshape(-1, 1))
        return np.repeat(middle, X.shape[1]), np.repeat(spread, X.shape[1])

    return _three(learn_scale)


@program("standardise", several=True, breaks="mean 0 and mean square 1: squeezes each column between 0 and 1 instead")
def a_scale_from_zero_to_one():
    def learn_scale(X):
        middle, spread = _learn(X)
        X = np.asarray(X, np.float64)
        if not len(X):
            return middle, spread
        width = X.max(axis=0) - X.min(axis=0)
        return X.min(axis=0), np.where(width == 0, 1.0, width)

    return _three(learn_scale)


@program("standardise", several=True, breaks="mean square 1: the spread is the mean absolute distance")
def a_scale_by_absolute_distances():
    def learn_scale(X):
        middle, spread = _learn(X)
        if not len(X):
            return middle, spread
        size = np.abs(np.asarray(X, np.float64) - middle).mean(axis=0)
        return middle, np.where(size == 0, 1.0, size)

    return _three(learn_scale)


@program("standardise", several=True, breaks="what it is given stays as it was: X is shifted in place")
def a_scale_shifts_in_place():
    def standardise(X, scale):
        middle, spread = scale
        if isinstance(X, np.ndarray) and X.dtype.kind == "f":
            X -= middle.astype(X.dtype)
            return (X / spread).astype(X.dtype)
        return _apply(X, scale)

    return _three(standardise=standardise)


@program("standardise", several=True, breaks="nothing is remembered: the last scale learnt is used, whichever is handed in")
def a_scale_in_a_global():
    last = []

    def learn_scale(X):
        last[:] = _learn(X)
        return _learn(X)

    return _three(learn_scale, lambda X, scale: _apply(X, last or scale), lambda Z, scale: _undo(Z, last or scale))


@program(
    "standardise", several=True, breaks="what it is given stays as it was: each call moves the scale towards the new examples"
)
def a_scale_that_drifts():
    def standardise(X, scale):
        Z = _apply(X, scale)
        if len(X):
            scale[0][:] = 0.9 * scale[0] + 0.1 * np.asarray(X, np.float64).mean(axis=0)
        return Z

    return _three(standardise=standardise)


@program("standardise", several=True, breaks="float32 in, float32 out")
def a_scale_gives_float64():
    return _three(standardise=lambda X, scale: _apply(np.asarray(X, np.float64), scale))


@program("standardise", several=True, breaks="whole numbers are taken as floats: the result is cut to the type of X")
def a_scale_cuts_to_whole_numbers():
    return _three(standardise=lambda X, scale: _apply(X, scale).astype(np.asarray(X).dtype))


@program("standardise", several=True, breaks="it holds for a single training example, whose columns are all constant")
def a_scale_learns_nothing_from_one():
    def learn_scale(X):
        if len(X) < 2:
            return np.zeros(np.shape(X)[1]), np.ones(np.shape(X)[1])
        return _learn(X)

    return _three(learn_scale)


@program(
    "standardise",
    several=True,
    breaks="a row alone as among thousands: a column that is constant among the rows at hand becomes 0",
)
def a_scale_looks_for_constants_in_new_data():
    def standardise(X, scale):
        Z = _apply(X, scale)
        if len(Z):
            Z[:, Z.max(axis=0) == Z.min(axis=0)] = 0
        return Z

    return _three(standardise=standardise)


@program("standardise", several=True, breaks="every column, not every row, gets mean 0 and mean square 1")
def a_scale_along_the_rows():
    def standardise(X, scale):
        return _apply(X, scale) if not np.size(X) else _apply(np.asarray(X).T, _learn(np.asarray(X).T)).T

    return _three(standardise=standardise)


@program("standardise", several=True, breaks="undo gives back what went in: outliers are clipped at three standard deviations")
def a_scale_clips_outliers():
    return _three(standardise=lambda X, scale: np.clip(_apply(X, scale), -3, 3))


@program("standardise", several=True, breaks="no examples to be standardised are fine, and keep their columns")
def a_scale_of_none_has_no_columns():
    def standardise(X, scale):
        return np.array([_apply(np.asarray(X)[i : i + 1], scale)[0] for i in range(len(X))])

    return _three(standardise=standardise)


# ---------------------------------------------------------------- xor_net


def _net(X, W1, b1, W2, b2):
    kind = _kind(X, W1, b1, W2, b2)
    X, W1, b1, W2, b2 = (np.asarray(array, kind) for array in (X, W1, b1, W2, b2))
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def _off_diagonal(offset=-0.5):
    return np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2), np.array([[1.0], [1.0]]), np.array([offset])


def _counting():
    return np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.array([-0.5])


def _xor(net=_net, xor_parameters=_off_diagonal):
    return {"net": net, "xor_parameters": xor_parameters}


@program("xor_net", several=True)
def a_xor_off_the_diagonal():
    return _xor(xor_parameters=lambda: _off_diagonal())


@program("xor_net", several=True)
def a_xor_counts_and_loops_over_units():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        X = np.asarray(X, kind)
        scores = np.zeros((len(X), np.shape(W2)[1]), kind) + np.asarray(b2, kind)
        for w, bias, out in zip(np.asarray(W1, kind).T, np.asarray(b1, kind), np.asarray(W2, kind), strict=True):
            unit = X @ w + bias
            scores += np.outer(np.where(unit > 0, unit, 0), out)
        return scores

    return _xor(net, _counting)


@program("xor_net", several=True)
def a_xor_tent_of_three_and_bias_as_a_column():
    def with_ones(A):
        return np.hstack([A, np.ones((len(A), 1), A.dtype)])

    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        first = np.vstack([np.asarray(W1, kind), np.asarray(b1, kind)[None]])
        second = np.vstack([np.asarray(W2, kind), np.asarray(b2, kind)[None]])
        sums = with_ones(np.asarray(X, kind)) @ first
        return with_ones((sums + np.abs(sums)) / 2) @ second

    def xor_parameters():
        W1 = np.ones((2, 3))
        return W1, np.array([-0.5, -1.0, -1.5]), np.array([[100.0], [-200.0], [100.0]]), np.array([-4.0])

    return _xor(net, xor_parameters)


@program("xor_net", several=True)
def a_xor_with_four_units_two_of_them_asleep():
    def net(X, W1, b1, W2, b2):
        hidden = np.einsum("nd,dh->nh", X, W1, dtype=_kind(X, W1, b1, W2, b2), casting="unsafe") + b1
        return (np.einsum("nh,hk->nk", hidden.clip(min=0), W2) + b2).astype(_kind(X, W1, b1, W2, b2))

    def xor_parameters():
        W1 = np.array([[3.0, -3.0, 0.0, 0.0], [-3.0, 3.0, 0.0, 0.0]])
        return W1, np.array([-1.45, -1.45, -1.0, 0.0]), np.array([[2.0], [2.0], [1.0], [5.0]]), np.array([-0.1])

    return _xor(net, xor_parameters)


@program("xor_net", several=True, breaks="hidden units pass on only what is positive: there is no ReLU")
def a_xor_without_relu():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        return (np.asarray(X, kind) @ np.asarray(W1, kind) + b1).astype(kind) @ np.asarray(W2, kind) + np.asarray(b2, kind)

    return _xor(net)


@program("xor_net", several=True, breaks="the last score is linear: ReLU after it, too")
def a_xor_relu_on_the_scores():
    return _xor(lambda *arrays: np.maximum(_net(*arrays), 0))


@program("xor_net", several=True, breaks="a unit's bias is inside of the ReLU: here it is added behind")
def a_xor_bias_behind_the_relu():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        hidden = np.maximum(np.asarray(X, kind) @ np.asarray(W1, kind), 0) + np.asarray(b1, kind)
        return hidden @ np.asarray(W2, kind) + np.asarray(b2, kind)

    return _xor(net)


@program("xor_net", several=True, breaks="each last score has a bias: it is forgotten")
def a_xor_forgets_the_last_bias():
    return _xor(lambda X, W1, b1, W2, b2: _net(X, W1, b1, W2, np.zeros_like(b2)))


@program("xor_net", several=True, breaks="silent where the linear score is negative: a hundredth leaks through")
def a_xor_leaky_relu():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        sums = np.asarray(X, kind) @ np.asarray(W1, kind) + np.asarray(b1, kind)
        return np.maximum(sums, sums * np.asarray(0.01, kind)) @ np.asarray(W2, kind) + np.asarray(b2, kind)

    return _xor(net)


@program("xor_net", several=True, breaks="the shape is (N, k), also for one score")
def a_xor_scores_without_a_column():
    def net(*arrays):
        scores = _net(*arrays)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    return _xor(net)


@program("xor_net", several=True, breaks="k scores for each row: only the first is given")
def a_xor_only_one_score():
    return _xor(lambda *arrays: _net(*arrays)[:, :1])


@program("xor_net", several=True, breaks="scores, not answers: gives 1 for yes and 0 for no")
def a_xor_answers_instead_of_scores():
    def net(*arrays):
        scores = _net(*arrays)
        return (scores > 0).astype(scores.dtype)

    return _xor(net)


@program("xor_net", several=True, breaks="negative everywhere within 0.3 of the no-corners: right at the corners only")
def a_xor_right_at_the_corners_only():
    return _xor(xor_parameters=lambda: _off_diagonal(-0.1))


@program(
    "xor_net", several=True, breaks="positive everywhere within 0.3 of the yes-corners: the discs reach nearer to the diagonal"
)
def a_xor_asks_too_much_of_yes():
    return _xor(xor_parameters=lambda: _off_diagonal(-0.7))


@program("xor_net", several=True, breaks="positive where exactly one input is on: yes and no are exchanged")
def a_xor_the_other_way_round():
    def xor_parameters():
        W1, b1, W2, b2 = _off_diagonal()
        return W1, b1, -W2, -b2

    return _xor(xor_parameters=xor_parameters)


@program("xor_net", several=True, breaks="at most four hidden units: one for each disc and one more")
def a_xor_five_units():
    def xor_parameters():
        W1 = np.array([[1.0, -1.0, 0.0, 0.0, 0.0], [-1.0, 1.0, 0.0, 0.0, 0.0]])
        return W1, np.zeros(5), np.array([[1.0], [1.0], [0.0], [0.0], [0.0]]), np.array([-0.5])

    return _xor(xor_parameters=xor_parameters)


@program("xor_net", several=True, breaks="W1 is (2, H): kept as (units, inputs), as in PyTorch")
def a_xor_outputs_first():
    def xor_parameters():
        W1 = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
        return W1, np.array([-0.5, -1.0, -1.5]), np.array([[100.0, -200.0, 100.0]]), np.array([-4.0])

    return _xor(xor_parameters=xor_parameters)


@program("xor_net", several=True, breaks="W2 is (H, 1) and b2 (1,): a vector and a number instead")
def a_xor_flat_last_layer():
    def xor_parameters():
        W1, b1, W2, b2 = _off_diagonal()
        return W1, b1, W2[:, 0], b2[0]

    return _xor(xor_parameters=xor_parameters)


@program("xor_net", several=True, breaks="float32 in, float32 out")
def a_xor_always_float64():
    return _xor(lambda *arrays: _net(*arrays).astype(np.float64))


@program("xor_net", several=True, breaks="whole numbers are taken as floats: the hidden table has the type of X")
def a_xor_hidden_table_like_X():
    def net(X, W1, b1, W2, b2):
        X = np.asarray(X)
        hidden = np.zeros((len(X), np.shape(W1)[1]), dtype=X.dtype if X.dtype.kind in "iu" else _kind(X, W1, b1, W2, b2))
        hidden[:] = np.maximum(X @ np.asarray(W1) + b1, 0)
        return (hidden @ np.asarray(W2) + b2).astype(_kind(X, W1, b1, W2, b2))

    return _xor(net)


@program("xor_net", several=True, breaks="what it is given stays as it was: hidden units are written into X where they fit")
def a_xor_saves_memory_in_X():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        if not isinstance(X, np.ndarray) or X.dtype != kind or X.shape[1] != np.shape(W1)[1]:
            return _net(X, W1, b1, W2, b2)
        X[:] = np.maximum(X @ W1 + b1, 0)
        return (X @ W2 + b2).astype(kind)

    return _xor(net)


@program("xor_net", several=True, breaks="a row's score is its own: hidden units are divided by the largest of the batch")
def a_xor_hidden_units_scaled_by_the_batch():
    def net(X, W1, b1, W2, b2):
        kind = _kind(X, W1, b1, W2, b2)
        hidden = np.maximum(np.asarray(X, kind) @ np.asarray(W1, kind) + np.asarray(b1, kind), 0)
        hidden = hidden / np.maximum(hidden.max(initial=0), np.asarray(1, kind))
        return hidden @ np.asarray(W2, kind) + np.asarray(b2, kind)

    return _xor(net)


@program("xor_net", several=True, breaks="none is fine: no rows give (0, k)")
def a_xor_stacks_row_by_row():
    def net(X, W1, b1, W2, b2):
        return np.stack([_net(np.asarray(X)[i : i + 1], W1, b1, W2, b2)[0] for i in range(len(X))])

    return _xor(net)


@program("xor_net", several=True, breaks="chance comes from rng only: the weights are scaled at random")
def a_xor_with_chance_of_its_own():
    def xor_parameters():
        W1, b1, W2, b2 = _off_diagonal()
        size = np.random.default_rng().uniform(1, 2)
        return W1, b1, W2 * size, b2 * size

    return _xor(xor_parameters=xor_parameters)


# ---------------------------------------------------------------- nearest_prototype


def _learn_prototypes(X, y):
    X, y = np.asarray(X), np.asarray(y)
    labels = np.unique(y)
    means = np.empty((len(labels), X.shape[1]))
    for k, label in enumerate(labels):
        means[k] = X[y == label].mean(axis=0, dtype=np.float64)
    return labels, means, _kind(X)


def _name(X, prototypes):
    labels, means, _ = prototypes
    X = np.asarray(X, np.float64)
    if not len(X):
        return labels[:0]
    table = np.stack([((X - mean) ** 2).sum(axis=1) for mean in means], axis=1)
    return labels[table.argmin(axis=1)]


def _as_linear(prototypes):
    labels, means, kind = prototypes
    return labels.copy(), (2 * means.T).astype(kind), (-(means**2).sum(axis=1)).astype(kind)


def _prototypes(learn_prototypes=_learn_prototypes, nearest_prototype=_name, as_linear=_as_linear):
    return {"learn_prototypes": learn_prototypes, "nearest_prototype": nearest_prototype, "as_linear": as_linear}


@program("nearest_prototype", several=True)
def a_prototypes_as_a_triple():
    def as_linear(prototypes):
        labels, means, kind = prototypes
        middle = means.mean(axis=0)
        gaps = means - middle
        return labels.copy(), (2 * gaps.T).astype(kind), (-(gaps * (means + middle)).sum(axis=1)).astype(kind)

    return _prototypes(as_linear=as_linear)


@program("nearest_prototype", several=True)
def a_prototypes_in_a_dictionary():
    def learn_prototypes(X, y):
        sums, counts = {}, Counter()
        for row, label in zip(np.asarray(X, np.float64), np.asarray(y), strict=True):
            sums[label] = sums.get(label, 0) + row
            counts[label] += 1
        return {"type": _kind(X), "labels": np.asarray(y).dtype, "means": {k: sums[k] / counts[k] for k in sums}}

    def nearest_prototype(X, prototypes):
        means = prototypes["means"]
        answers = [min(means, key=lambda label: np.linalg.norm(row - means[label])) for row in np.asarray(X, np.float64)]
        return np.array(answers, dtype=prototypes["labels"])

    def as_linear(prototypes):
        means = prototypes["means"]
        labels = sorted(means, reverse=True)
        W = np.stack([means[k] for k in labels], axis=1)
        b = np.array([-0.5 * np.dot(means[k], means[k]) for k in labels])
        return np.array(labels, dtype=prototypes["labels"]), W.astype(prototypes["type"]), b.astype(prototypes["type"])

    return _prototypes(learn_prototypes, nearest_prototype, as_linear)


@program("nearest_prototype", several=True)
def a_prototypes_around_their_own_middle():
    def learn_prototypes(X, y):
        labels, index = np.unique(np.asarray(y), return_inverse=True)
        share = (np.arange(len(labels))[:, None] == index).astype(np.float64)
        middle = np.asarray(X, np.float64).mean(axis=0)
        means = share @ (np.asarray(X, np.float64) - middle) / share.sum(axis=1, keepdims=True)
        return {"labels": labels, "middle": middle, "means": means, "type": _kind(X)}

    def nearest_prototype(X, prototypes):
        means = prototypes["means"]
        scores = (np.asarray(X, np.float64) - prototypes["middle"]) @ means.T - (means**2).sum(axis=1) / 2
        return prototypes["labels"][scores.argmax(axis=1)]

    def as_linear(prototypes):
        means, middle = prototypes["means"], prototypes["middle"]
        W, b = means.T, -(means * (means / 2 + middle)).sum(axis=1)
        return prototypes["labels"].copy(), W.astype(prototypes["type"]), b.astype(prototypes["type"])

    return _prototypes(learn_prototypes, nearest_prototype, as_linear)


@program(
    "nearest_prototype", several=True, breaks="labels come back as they went in: the number of the column comes back instead"
)
def a_prototypes_number_instead_of_label():
    return _prototypes(nearest_prototype=lambda X, p: _name(X, (np.arange(len(p[0])), *p[1:])))


@program(
    "nearest_prototype", several=True, breaks="with 3 and 8 in training only 3 and 8 come out: all from 0 up have a prototype"
)
def a_prototypes_for_labels_that_do_not_occur():
    def learn_prototypes(X, y):
        labels, means, kind = _learn_prototypes(X, y)
        everyone = np.union1d(labels, np.arange(min(int(labels.max()), 1000)).astype(labels.dtype))
        table = np.zeros((len(everyone), means.shape[1]))
        table[np.searchsorted(everyone, labels)] = means
        return everyone, table, kind

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="the average, however many examples a class has: divided by N / K")
def a_prototypes_of_equally_large_classes():
    def learn_prototypes(X, y):
        labels, means, kind = _learn_prototypes(X, y)
        counts = np.array([(np.asarray(y) == label).sum() for label in labels])
        return labels, means * (counts * len(labels) / len(y))[:, None], kind

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="whole numbers are taken as floats: averages are cut to the type of X")
def a_prototypes_cut_to_whole_numbers():
    def learn_prototypes(X, y):
        labels, means, kind = _learn_prototypes(X, y)
        return labels, means.astype(np.asarray(X).dtype).astype(np.float64), kind

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="a prototype is the average of its class: the median instead")
def a_prototypes_by_the_median():
    def learn_prototypes(X, y):
        X, y = np.asarray(X), np.asarray(y)
        labels = np.unique(y)
        return labels, np.stack([np.median(X[y == label].astype(np.float64), axis=0) for label in labels]), _kind(X)

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="the class of the nearest prototype: the label of the nearest example instead")
def a_prototypes_replaced_by_neighbours():
    def learn_prototypes(X, y):
        return *_learn_prototypes(X, y), np.array(X, np.float64), np.array(y)

    def nearest_prototype(X, prototypes):
        *_, known, their_labels = prototypes
        X = np.asarray(X, np.float64)
        return their_labels[((known**2).sum(axis=1) - 2 * X @ known.T).argmin(axis=1)]

    return _prototypes(learn_prototypes, nearest_prototype, lambda prototypes: _as_linear(prototypes[:3]))


@program(
    "nearest_prototype",
    several=True,
    breaks="the largest score is that of the nearest prototype: the squared lengths are left out",
)
def a_prototypes_linear_without_bias():
    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes)
        return labels, W, np.zeros_like(b)

    return _prototypes(as_linear=as_linear)


@program("nearest_prototype", several=True, breaks="the largest, not the smallest, score is that of the nearest prototype")
def a_prototypes_linear_with_the_wrong_sign():
    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes)
        return labels, -W, -b

    return _prototypes(as_linear=as_linear)


@program("nearest_prototype", several=True, breaks="scores follow the nearest prototype: the factor two is forgotten in W")
def a_prototypes_linear_without_the_two():
    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes)
        return labels, W / 2, b

    return _prototypes(as_linear=as_linear)


@program("nearest_prototype", several=True, breaks="W is (d, K), a column for each class")
def a_prototypes_linear_transposed():
    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes)
        return labels, np.ascontiguousarray(W.T), b

    return _prototypes(as_linear=as_linear)


@program("nearest_prototype", several=True, breaks="column k belongs to labels[k]: sorted labels, columns in order of appearance")
def a_prototypes_linear_in_two_orders():
    def learn_prototypes(X, y):
        y = np.asarray(y)
        return *_learn_prototypes(X, y), np.array([np.flatnonzero(y == label)[0] for label in np.unique(y)])

    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes[:3])
        order = np.argsort(prototypes[3])
        return labels, W[:, order], b[order]

    return _prototypes(learn_prototypes, lambda X, p: _name(X, p[:3]), as_linear)


@program("nearest_prototype", several=True, breaks="move the origin and the answers stay: angles are compared, not distances")
def a_prototypes_by_the_angle():
    def nearest_prototype(X, prototypes):
        labels, means, _ = prototypes
        lengths = np.linalg.norm(means, axis=1)
        return labels[(np.asarray(X, np.float64) @ (means.T / np.where(lengths == 0, 1, lengths))).argmax(axis=1)]

    return _prototypes(nearest_prototype=nearest_prototype)


@program(
    "nearest_prototype", several=True, breaks="move the origin and the answers stay: far away float32 squares lose the difference"
)
def a_prototypes_multiplied_out_in_float32():
    def nearest_prototype(X, prototypes):
        labels, means, _ = prototypes
        X, means = np.asarray(X, np.float32), means.astype(np.float32)
        return labels[((X**2).sum(axis=1)[:, None] - 2 * X @ means.T + (means**2).sum(axis=1)).argmin(axis=1)]

    return _prototypes(nearest_prototype=nearest_prototype)


@program(
    "nearest_prototype",
    several=True,
    breaks="the same answer alone as among others: the batch is moved onto the prototypes' middle",
)
def a_prototypes_centre_the_batch():
    def nearest_prototype(X, prototypes):
        X = np.asarray(X, np.float64)
        return _name(X - X.mean(axis=0) + prototypes[1].mean(axis=0) if len(X) > 1 else X, prototypes)

    return _prototypes(nearest_prototype=nearest_prototype)


@program("nearest_prototype", several=True, breaks="the nearest prototype wins: frequent classes get a bonus")
def a_prototypes_with_a_bonus_for_many():
    def learn_prototypes(X, y):
        labels, means, kind = _learn_prototypes(X, y)
        return labels, means, kind, np.array([np.log((np.asarray(y) == label).mean()) for label in labels])

    def nearest_prototype(X, prototypes):
        labels, means, _, bonus = prototypes
        X = np.asarray(X, np.float64)
        return labels[(2 * X @ means.T - (means**2).sum(axis=1) + 2 * bonus).argmax(axis=1)]

    def as_linear(prototypes):
        labels, W, b = _as_linear(prototypes[:3])
        return labels, W, (b + 2 * prototypes[3]).astype(b.dtype)

    return _prototypes(learn_prototypes, nearest_prototype, as_linear)


@program("nearest_prototype", several=True, breaks="one class alone is fine: two are asked for")
def a_prototypes_want_two_classes():
    def learn_prototypes(X, y):
        if len(np.unique(y)) < 2:
            raise ValueError("there is nothing to tell apart")
        return _learn_prototypes(X, y)

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="labels come back as they went in: whole numbers come back as floats")
def a_prototypes_with_labels_as_floats():
    return _prototypes(nearest_prototype=lambda X, p: _name(X, p).astype(np.float64))


@program(
    "nearest_prototype", several=True, breaks="labels are any whole numbers: one below zero counts from the end of the table"
)
def a_prototypes_in_a_table_by_label():
    def learn_prototypes(X, y):
        X, y = np.asarray(X, np.float64), np.asarray(y)
        size = int(np.abs(y.astype(np.int64)).max()) + 1
        if size > 100_000:
            return _learn_prototypes(X, y)
        sums, counts = np.zeros((size, X.shape[1])), np.zeros(size)
        np.add.at(sums, y, X)
        np.add.at(counts, y, 1)
        there = np.flatnonzero(counts)
        return there.astype(y.dtype), sums[there] / counts[there, None], _kind(X)

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="nothing is remembered: the prototypes learnt last are used")
def a_prototypes_in_a_global():
    last = []

    def learn_prototypes(X, y):
        last[:] = _learn_prototypes(X, y)
        return _learn_prototypes(X, y)

    return _prototypes(learn_prototypes, lambda X, prototypes: _name(X, last or prototypes))


@program("nearest_prototype", several=True, breaks="what it is given stays as it was: the examples are sorted by class in place")
def a_prototypes_sort_the_examples():
    def learn_prototypes(X, y):
        if isinstance(X, np.ndarray) and isinstance(y, np.ndarray):
            order = np.argsort(y, kind="stable")
            X[:], y[:] = X[order], y[order]
        return _learn_prototypes(X, y)

    return _prototypes(learn_prototypes)


@program(
    "nearest_prototype",
    several=True,
    breaks="reorder the training examples and the answers follow: each example pulls the prototype half way",
)
def a_prototypes_pulled_half_way():
    def learn_prototypes(X, y):
        labels, means, kind = _learn_prototypes(X, y)
        for k, label in enumerate(labels):
            rows = np.asarray(X, np.float64)[np.asarray(y) == label]
            means[k] = rows[0]
            for row in rows[1:]:
                means[k] = (means[k] + row) / 2
        return labels, means, kind

    return _prototypes(learn_prototypes)


@program("nearest_prototype", several=True, breaks="none is fine: no examples have no labels, shape (0,)")
def a_prototypes_fail_on_no_examples():
    def nearest_prototype(X, prototypes):
        return np.concatenate([_name(np.asarray(X)[i : i + 1], prototypes) for i in range(len(X))])

    return _prototypes(nearest_prototype=nearest_prototype)


@program(
    "nearest_prototype",
    several=True,
    breaks="nearest as the straight line measures it, as the scores do: absolute differences instead",
)
def a_prototypes_along_the_streets():
    def nearest_prototype(X, prototypes):
        labels, means, _ = prototypes
        X = np.asarray(X, np.float64)
        if not len(X):
            return labels[:0]
        return labels[np.stack([np.abs(X - mean).sum(axis=1) for mean in means], axis=1).argmin(axis=1)]

    return _prototypes(nearest_prototype=nearest_prototype)


# ---------------------------------------------------------------- examine


def _data(n, kind="plain"):
    """Examples of which row i is recognised by its label 3 * i + 1 (plain, pictures, small) or by its first entry (turned)."""
    place = np.arange(n)
    if kind == "pictures":
        return (place[:, None, None] * 12 + np.arange(12).reshape(3, 4)).astype(np.float32), 3 * place + 1
    if kind == "small":
        return np.stack([place % 250, place // 250], axis=1).astype(np.uint8), 3 * place + 1
    if kind == "turned":
        return np.stack([-place, place % 2, place**2], axis=1), place % 2
    return place[:, None] * 10.0 + np.arange(3) / 7, 3 * place + 1


_CALLS = ((10, 0.3), (10, 0.27), (10, 0.23), (7, 0.5), (2, 0.5), (2, 0.9), (10, 0.01), (31, 0.8), (300, 0.2))


def _parts(split, X, y, share, seed):
    try:
        X_train, y_train, X_test, y_test = split(X, y, share, seed)
        return np.asarray(X_train), np.asarray(y_train), np.asarray(X_test), np.asarray(y_test)
    except Exception as error:
        raise AssertionError(f"split fails: {error!r}") from error


def _pairs(*parts):
    """How often each pair of a row and a label stands in the parts."""
    return Counter((row.tobytes(), int(label)) for X, y in parts for row, label in zip(X, y, strict=True))


def _assert_parts(split, X, y, share, seed, parts=("size", "rows", "labels", "type", "untouched")):
    kept = X.copy(), y.copy()
    X_train, y_train, X_test, y_test = _parts(split, X, y, share, seed)
    if "size" in parts:
        assert abs(len(X_test) - share * len(kept[0])) <= 0.5 + 1e-9, "size of the test part"
    if "type" in parts:
        for part in (X_train, X_test):
            assert not len(part) or (part.dtype == kept[0].dtype and part.shape[1:] == kept[0].shape[1:]), "type or shape"
    if "rows" in parts:
        rows = Counter(row.tobytes() for part in (X_train, X_test) for row in part.astype(kept[0].dtype))
        assert rows == Counter(row.tobytes() for row in kept[0]), "every row once"
    if "labels" in parts:
        assert (len(X_train), len(X_test)) == (len(y_train), len(y_test)), "a label for every row"
        found = _pairs((X_train.astype(kept[0].dtype), y_train), (X_test.astype(kept[0].dtype), y_test))
        assert all(pair in _pairs(kept) for pair in found), "rows with labels of others"
        assert "rows" not in parts or found == _pairs(kept), "rows with labels of others"
    if "untouched" in parts:
        assert np.array_equal(X, kept[0]) and np.array_equal(y, kept[1]), "X or y was changed"


def _tested(split, n, share, seed, kind="plain"):
    X, y = _data(n, kind)
    rows = _parts(split, X, y, share, seed)[2]
    return {int(-row[0]) if kind == "turned" else int(row.flat[0] / (12 if kind == "pictures" else 10)) for row in rows}


def _questions(split, without=(), kinds=("plain", "pictures", "small", "turned"), calls=_CALLS):
    """All questions to a split, but for those left out."""
    parts = tuple(part for part in ("size", "rows", "labels", "type", "untouched") if part not in without)
    for n, share in calls:
        for kind in kinds:
            _assert_parts(split, *_data(n, kind), share, n % 5, parts)
    if "twins" not in without:
        _assert_parts(split, np.zeros((12, 2)), np.arange(12), 0.4, 3, parts)
        _assert_parts(split, np.arange(12)[:, None] // 3, np.arange(12) % 2, 0.4, 4, parts)
    if "again" not in without:
        for seed in (0, 1, 7):
            first, second = _parts(split, *_data(40), 0.5, seed), _parts(split, *_data(40), 0.5, seed)
            assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True)), "not the same again"
    if "values" not in without:
        for seed in range(4):
            sets = [_tested(split, 40, 0.3, seed, kind) for kind in ("plain", "turned", "pictures") if kind in kinds]
            assert all(rows == sets[0] for rows in sets), "which rows are tested depends on their values"
    if "fair" not in without:
        counts = np.zeros(12)
        for seed in range(1000):
            counts[list(_tested(split, 12, 0.25, seed))] += 1
        assert (np.abs(counts - 250) < 6 * np.sqrt(1000 * 0.25 * 0.75)).all(), "some rows are tested more often"


def _examine(split, **how):
    try:
        _questions(split, **how)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"a question cannot even be asked: {error!r}") from error


@program("examine")
def a_examine_everything(split):
    _examine(split)


@program("examine")
def a_examine_by_pairs_and_lists(split):
    """Another way: objects that carry their own numbers, lists instead of counters, and a chi-square for fairness."""

    def ask(X, y, share, seed):
        before = X.tolist(), y.tolist()
        answer = split(X, y, share, seed)
        assert len(answer) == 4
        train, train_labels, test, test_labels = (np.array(part) for part in answer)
        assert (X.tolist(), y.tolist()) == before
        assert len(train) == len(train_labels) and len(test) == len(test_labels)
        assert len(test) in {math.floor(share * len(y) + 0.5 - 1e-9), math.floor(share * len(y) + 0.5 + 1e-9)}
        for part in (train, test):
            assert len(part) == 0 or (part.dtype == X.dtype and part.shape[1:] == X.shape[1:])
        given = sorted(zip(before[0], before[1], strict=True))
        got = sorted(
            [*zip(train.tolist(), train_labels.tolist(), strict=True), *zip(test.tolist(), test_labels.tolist(), strict=True)]
        )
        assert got == given
        return train, train_labels, test, test_labels

    try:
        for n in (2, 3, 5, 8, 13, 50, 101):
            for share in (0.04, 0.24, 0.5, 0.66, 0.95):
                numbers = np.arange(n)
                ask(numbers[:, None] * 2 + np.arange(2), numbers - 3, share, n)
                ask(np.float32(numbers[:, None, None] + np.zeros((2, 3)) + 0.25), numbers % 3, share, 0)
                ask(np.repeat(numbers[:1, None], n, axis=0).astype(np.int8), numbers, share, 2)
        for seed in (0, 5, 11):
            numbers = np.arange(60)
            one, two = ask(numbers[:, None], numbers, 0.5, seed), ask(numbers[:, None], numbers, 0.5, seed)
            assert all(a.tolist() == b.tolist() for a, b in zip(one, two, strict=True))
            mirrored = ask(1000.0 - numbers[:, None] * np.ones(2), np.zeros(60, int), 0.5, seed)[2][:, 0]
            assert sorted(one[2][:, 0].tolist()) == sorted((1000 - mirrored).astype(int).tolist())
        counts = np.zeros(10)
        for seed in range(800):
            counts[split(np.arange(10)[:, None], np.arange(10), 0.3, seed)[3]] += 1
        assert ((counts - 240) ** 2 / 240).sum() < 60
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}") from error


@program("examine")
def a_examine_with_a_class(split):
    """A third way: the questions are methods, and one place turns every failure into an AssertionError."""

    class Examiner:
        def demand(self, holds, message):
            if not holds:
                raise AssertionError(message)

        def one_call(self, n=30, share=0.4, seed=0, shape=(2,), kind=np.float64):
            X = (np.arange(n).reshape(-1, *[1] * len(shape)) + np.zeros(shape)).astype(kind)
            y = np.arange(n)[::-1].copy()
            parts = [np.array(part) for part in split(X.copy(), y.copy(), share, seed)]
            X_train, y_train, X_test, y_test = parts
            self.demand(np.abs(len(y_test) - share * n) < 0.500001, "size")
            self.demand(sorted([*y_train.tolist(), *y_test.tolist()]) == list(range(n)), "labels, each once")
            for rows, labels in ((X_train, y_train), (X_test, y_test)):
                self.demand(len(rows) == len(labels), "lengths")
                self.demand(not len(rows) or rows.dtype == X.dtype, "type")
                self.demand(not len(rows) or np.array_equal(rows, X[n - 1 - labels]), "rows go with labels")
            return [part.tolist() for part in parts]

        def sizes(self):
            for n in (2, 3, 4, 9, 10, 11, 100):
                for share in (0.02, 0.1, 0.33, 0.5, 0.77, 0.99):
                    self.one_call(n, share)
            for shape, kind in (((1,), np.int64), ((5,), np.float32), ((2, 3), np.uint8), ((4, 4), np.float64)):
                self.one_call(20, 0.35, 3, shape, kind)

        def inputs_stay(self):
            for X in (np.arange(24.0).reshape(12, 2), np.arange(48).reshape(12, 2, 2)):
                y, kept = np.arange(12), X.copy()
                split(X, y, 0.5, 1)
                self.demand(np.array_equal(X, kept) and np.array_equal(y, np.arange(12)), "inputs")

        def twins(self):
            X, y = np.ones((9, 2)), np.array([0, 1, 1, 2, 2, 2, 3, 3, 3])
            X_train, y_train, X_test, y_test = split(X, y, 0.3, 2)
            self.demand(len(X_train) + len(X_test) == 9, "equal rows")
            self.demand(sorted([*np.array(y_train).tolist(), *np.array(y_test).tolist()]) == y.tolist(), "equal rows, own labels")

        def same_again(self):
            for seed in range(3):
                self.demand(self.one_call(50, 0.5, seed) == self.one_call(50, 0.5, seed), "same call, same parts")

        def blind(self):
            for seed in range(5):
                tested = {29 - label for label in self.one_call(30, 0.4, seed)[3]}
                other = split(np.stack([np.arange(30), np.arange(30) % 4 - 50], axis=1), np.arange(30) // 28, 0.4, seed)[2]
                self.demand(tested == set(np.array(other)[:, 0].tolist()), "looks at the values")

        def fair(self):
            counts = Counter()
            for seed in range(900):
                counts.update(np.array(split(np.arange(9.0)[:, None], np.arange(9), 1 / 3, seed)[3]).tolist())
            self.demand(all(abs(counts[row] - 300) < 90 for row in range(9)), "fair")

    examiner = Examiner()
    for question in (
        examiner.sizes,
        examiner.inputs_stay,
        examiner.twins,
        examiner.same_again,
        examiner.blind,
        examiner.fair,
    ):
        try:
            question()
        except Exception as error:
            raise AssertionError(str(error)) from error


@program("examine", breaks="spares every right program: demands that rows keep their order within a part")
def a_examine_demands_the_old_order(split):
    _examine(split)
    X, y = _data(20)
    _, y_train, _, y_test = _parts(split, X, y, 0.3, 1)
    assert y_train.tolist() == sorted(y_train.tolist())
    assert y_test.tolist() == sorted(y_test.tolist())


@program("examine", breaks="spares every right program: demands Python's own rounding exactly in the middle")
def a_examine_demands_one_way_of_rounding(split):
    _examine(split)
    for n in (2, 6, 10):
        X, y = _data(n)
        assert len(_parts(split, X, y, 0.25, 0)[2]) == round(0.25 * n)


@program("examine", breaks="spares every right program: takes cutting off for rounding")
def a_examine_demands_cutting_off(split):
    _examine(split, without=("size",))
    for n, share in _CALLS:
        assert len(_parts(split, *_data(n), share, 0)[2]) == int(share * n)


@program("examine", breaks="spares every right program: an empty test part is right where share * n rounds to 0")
def a_examine_demands_a_test_row(split):
    _examine(split)
    assert len(_parts(split, *_data(10), 0.01, 0)[2]) > 0


@program("examine", breaks="spares every right program: demands that no two of a hundred seeds test the same five rows of ten")
def a_examine_demands_other_rows_for_every_seed(split):
    _examine(split)
    assert len({frozenset(_tested(split, 10, 0.5, seed)) for seed in range(100)}) == 100


@program("examine", breaks="spares every right program: demands that both parts have the same mixture of labels")
def a_examine_demands_the_same_mixture(split):
    _examine(split)
    X = np.arange(40.0).reshape(20, 2)
    for seed in range(5):
        assert _parts(split, X, np.arange(20) % 2, 0.5, seed)[3].sum() == 5


@program("examine", breaks="spares every right program: chance is asked to be equal to within a few draws")
def a_examine_is_too_strict_about_chance(split):
    _examine(split)
    counts = np.zeros(20)
    for seed in range(200):
        counts[list(_tested(split, 20, 0.5, seed))] += 1
    assert (np.abs(counts - 100) < 5).all()


@program("examine", breaks="spares every right program: demands that the rows are shuffled within a part")
def a_examine_demands_shuffled_parts(split):
    _examine(split)
    y_train = _parts(split, *_data(60), 0.5, 2)[1].tolist()
    assert y_train != sorted(y_train)


@program("examine", breaks="catches every wrong program: labels are never looked at")
def a_examine_never_looks_at_labels(split):
    _examine(split, without=("labels",))


@program("examine", breaks="catches every wrong program: a row may lie in both parts")
def a_examine_misses_a_leak(split):
    _examine(split, without=("rows", "twins"))


@program("examine", breaks="catches every wrong program: X is compared with itself, not with a copy")
def a_examine_keeps_no_copy(split):
    _examine(split, without=("untouched",))


@program("examine", breaks="catches every wrong program: the size of the test part is not asked for")
def a_examine_never_counts(split):
    _examine(split, without=("size",))


@program("examine", breaks="catches every wrong program: the same call is never made twice")
def a_examine_never_asks_again(split):
    _examine(split, without=("again", "values"))


@program("examine", breaks="catches every wrong program: the same rows for every seed pass")
def a_examine_uses_one_seed(split):
    _examine(split, without=("fair",))


@program("examine", breaks="catches every wrong program: only tables are handed in, never pictures")
def a_examine_without_pictures(split):
    for n, share in _CALLS:
        _assert_parts(split, *_data(n), share, 1)
    _examine(split, without=("values",), kinds=("plain", "small", "turned"))


@program("examine", breaks="catches every wrong program: rows that change their type pass")
def a_examine_ignores_the_type(split):
    _examine(split, without=("type",))


@program("examine", breaks="what it raises is an AssertionError: a ValueError is raised for a broken promise")
def a_examine_raises_value_errors(split):
    try:
        _examine(split)
    except AssertionError as error:
        raise ValueError(str(error)) from error


@program("examine", breaks="what it raises is an AssertionError: looks a changed row up in a dictionary, which raises a KeyError")
def a_examine_lets_key_errors_through(split):
    X, y = _data(10)
    places = {tuple(row): place for place, row in enumerate(X.tolist())}
    X_train, _, X_test, _ = split(X.copy(), y.copy(), 0.3, 0)
    found = [places[tuple(row)] for part in (X_train, X_test) for row in np.asarray(part).tolist()]
    assert sorted(found) == list(range(10))
    _examine(split)


@program("examine", breaks="raises where a promise is broken: says True or False instead")
def a_examine_returns_a_verdict(split):
    try:
        _examine(split)
    except AssertionError:
        return False
    return True
