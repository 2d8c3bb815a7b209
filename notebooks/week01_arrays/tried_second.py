"""Programs for week 1, written from its contracts alone."""

import math
from collections import Counter

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- centre_of_ink


def _ink(images):
    """The pictures in float64, each one's darkest pixel 1, and those without ink evenly grey."""
    images = np.asarray(images, dtype=np.float64)
    darkest = images.max(axis=(1, 2), keepdims=True, initial=0)
    return np.where(darkest > 0, images / np.where(darkest > 0, darkest, 1), 1.0)


def _balance(ink):
    total = ink.sum(axis=(1, 2))
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / total
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / total
    return np.stack([down, across], axis=1)


@program("centre_of_ink")
def b_row_and_column_sums(images):
    return _balance(_ink(images))


@program("centre_of_ink")
def b_one_matrix_product(images):
    n, height, width = images.shape
    places = np.stack(np.divmod(np.arange(height * width), width), axis=1).astype(np.float64)
    flat = _ink(images).reshape(n, height * width)
    return (flat @ places) / flat.sum(axis=1, keepdims=True)


@program("centre_of_ink")
def b_by_cumulative_sums(images):
    ink = _ink(images)
    total = ink.sum(axis=(1, 2))
    centres = np.empty((len(ink), 2))
    for axis, other in ((0, 2), (1, 1)):
        below = np.cumsum(ink.sum(axis=other), axis=1)[:, :-1]
        centres[:, axis] = (total[:, None] - below).sum(axis=1) / total
    return centres


@program("centre_of_ink")
def b_picture_by_picture_with_fsum(images):
    centres = np.zeros((len(images), 2), dtype=np.float64)
    for n, picture in enumerate(images):
        rows, columns = np.nonzero(picture)
        if len(rows) == 0:
            centres[n] = (picture.shape[0] - 1) / 2, (picture.shape[1] - 1) / 2
            continue
        ink = picture[rows, columns].astype(np.float64)
        ink = ink / ink.max()
        total = math.fsum(ink)
        centres[n] = math.fsum(ink * rows) / total, math.fsum(ink * columns) / total
    return centres


@program("centre_of_ink", breaks="returns the row and the column: here the column comes first")
def b_column_before_row(images):
    return _balance(_ink(images))[:, ::-1]


@program("centre_of_ink", breaks="takes any number type: products stay in uint8 and wrap around")
def b_products_in_the_pixels_type(images):
    images = np.asarray(images)
    down, across = np.arange(images.shape[1], dtype=images.dtype), np.arange(images.shape[2], dtype=images.dtype)
    total = images.sum(axis=(1, 2), dtype=np.float64)
    full = np.where(total > 0, total, 1)
    centres = np.stack(
        [
            (images * down[:, None]).sum(axis=(1, 2), dtype=np.float64) / full,
            (images * across).sum(axis=(1, 2), dtype=np.float64) / full,
        ],
        axis=1,
    )
    centres[total == 0] = (images.shape[1] - 1) / 2, (images.shape[2] - 1) / 2
    return centres


@program("centre_of_ink", breaks="counted from 0: rows and columns are counted from 1")
def b_counted_from_one(images):
    return _balance(_ink(images)) + 1


@program("centre_of_ink", breaks="not rounded: the centre is rounded to a pixel")
def b_rounded_to_a_pixel(images):
    return np.round(_balance(_ink(images)))


@program("centre_of_ink", breaks="a picture without ink has its centre in the middle: here it is nan")
def b_nan_where_empty(images):
    with np.errstate(all="ignore"):
        return _balance(np.asarray(images, dtype=np.float64))


@program("centre_of_ink", breaks="the middle of the paper is (H - 1) / 2: here it is H / 2")
def b_middle_half_a_pixel_off(images):
    centres = _balance(_ink(images))
    centres[~np.asarray(images).any(axis=(1, 2))] = images.shape[1] / 2, images.shape[2] / 2
    return centres


@program("centre_of_ink", breaks="very pale ink is still ink: a small number is added below the fraction")
def b_small_number_below_the_fraction(images):
    ink = np.asarray(images, dtype=np.float64)
    total = ink.sum(axis=(1, 2))
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / (total + 1e-8)
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / (total + 1e-8)
    centres = np.stack([down, across], axis=1)
    centres[total == 0] = (ink.shape[1] - 1) / 2, (ink.shape[2] - 1) / 2
    return centres


@program("centre_of_ink", breaks="darker ink is heavier: every inked pixel counts alike")
def b_ink_or_no_ink(images):
    return _balance(_ink((np.asarray(images) > 0).astype(np.float64)))


@program("centre_of_ink", breaks="each picture alone: all of the batch's ink is below the fraction")
def b_total_of_the_whole_batch(images):
    ink = _ink(images)
    total = ink.sum() / max(len(ink), 1)
    down = (ink.sum(axis=2) * np.arange(ink.shape[1])).sum(axis=1) / total
    across = (ink.sum(axis=1) * np.arange(ink.shape[2])).sum(axis=1) / total
    return np.stack([down, across], axis=1)


@program("centre_of_ink", breaks="any size: the pictures have to be square")
def b_square_pictures_only(images):
    ink = _ink(images)
    places = np.arange(ink.shape[1])
    total = ink.sum(axis=(1, 2))
    down, across = (ink.sum(axis=2) * places).sum(axis=1), (ink.sum(axis=1) * places).sum(axis=1)
    return np.stack([down, across], axis=1) / total[:, None]


@program("centre_of_ink", breaks="the centres are always float64: float32 pictures give float32")
def b_centres_in_float32(images):
    centres = _balance(_ink(images))
    return centres.astype(np.float32) if images.dtype == np.float32 else centres


@program("centre_of_ink", breaks="inputs stay as they were: float pictures are divided in place")
def b_divides_in_place(images):
    if np.issubdtype(images.dtype, np.floating):
        darkest = images.max(axis=(1, 2), keepdims=True, initial=0)
        images /= np.where(darkest > 0, darkest, 1)
    return _balance(_ink(images))


@program("centre_of_ink", breaks="shape (N, 2), also for one picture: here (2,)")
def b_one_picture_squeezed(images):
    return np.squeeze(_balance(_ink(images)))


@program("centre_of_ink", breaks="any size: no pictures raise an error")
def b_stacks_a_list_of_none(images):
    return np.stack([_balance(_ink(picture[None]))[0] for picture in images])


@program("centre_of_ink", breaks="it is the centre of mass: here the darkest pixel")
def b_darkest_pixel(images):
    ink = _ink(images)
    darkest = ink.reshape(len(ink), ink.shape[1] * ink.shape[2]).argmax(axis=1)
    centres = np.stack(np.divmod(darkest, ink.shape[2]), axis=1).astype(np.float64)
    centres[~np.asarray(images).any(axis=(1, 2))] = (ink.shape[1] - 1) / 2, (ink.shape[2] - 1) / 2
    return centres


@program("centre_of_ink", breaks="each picture without ink has its centre in the middle: only asks whether all are empty")
def b_only_if_the_whole_batch_is_empty(images):
    ink = np.asarray(images, dtype=np.float64)
    with np.errstate(all="ignore"):
        return _balance(ink if ink.any() else np.ones_like(ink))


@program("centre_of_ink", breaks="very pale ink is still ink: what float32 cannot hold is gone")
def b_pale_ink_lost_in_float32(images):
    with np.errstate(all="ignore"):
        return _balance(_ink(np.asarray(images, dtype=np.float32)))


# ---------------------------------------------------------------- distances


def _floats(A, B):
    kind = np.result_type(A, B, np.float32)
    return np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64), kind


def _row_by_row(A, B, measure):
    A, B, kind = _floats(A, B)
    table = np.empty((len(A), len(B)), dtype=kind)
    for i, a in enumerate(A):
        table[i] = measure(B - a)
    return table


def _length(differences):
    return np.sqrt((differences**2).sum(axis=1))


def _right_distances(A, B):
    return _row_by_row(A, B, _length)


@program("distances")
def b_row_after_row(A, B):
    return _right_distances(A, B)


@program("distances")
def b_blocks_of_bounded_size(A, B):
    A, B, kind = _floats(A, B)
    table = np.zeros((len(A), len(B)), dtype=kind)
    step = max(1, 200_000 // max(1, B.size))
    for start in range(0, len(A), step):
        block = A[start : start + step, None, :] - B[None, :, :]
        table[start : start + step] = np.sqrt(np.einsum("ijk,ijk->ij", block, block))
    return table


@program("distances")
def b_halves_of_halves(A, B):
    A, B, kind = _floats(A, B)

    def table(some):
        if len(some) * B.size > 200_000 and len(some) > 1:
            middle = len(some) // 2
            return np.concatenate([table(some[:middle]), table(some[middle:])])
        return np.linalg.norm(some[:, None] - B, axis=2)

    return table(A).astype(kind)


@program("distances")
def b_column_of_the_table_at_a_time(A, B):
    A, B, kind = _floats(A, B)
    table = np.zeros((len(A), len(B)), dtype=kind)
    for j in range(len(B)):
        d = A - B[j]
        table[:, j] = np.sqrt(np.einsum("ik,ik->i", d, d))
    return table


@program("distances", breaks="Euclidean distance: the root is missing")
def b_squared_distances(A, B):
    return _row_by_row(A, B, lambda d: (d**2).sum(axis=1))


@program("distances", breaks="Euclidean distance: the sum of absolute differences")
def b_absolute_differences(A, B):
    return _row_by_row(A, B, lambda d: np.abs(d).sum(axis=1))


@program("distances", breaks="points may be uint8: the differences wrap around")
def b_differences_in_uint8(A, B):
    kind = np.result_type(A, B, np.float32)
    table = np.empty((len(A), len(B)), dtype=kind)
    for i, a in enumerate(A):
        table[i] = np.sqrt((np.asarray(B - a, dtype=kind) ** 2).sum(axis=1))
    return table


@program("distances", breaks="steady under a push: the square is multiplied out")
def b_multiplied_out(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B = np.asarray(A, dtype=kind), np.asarray(B, dtype=kind)
    squares = (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))


@program("distances", breaks="a point lies at distance exactly 0 from itself: multiplied out around the mean")
def b_multiplied_out_around_the_mean(A, B):
    A, B, kind = _floats(A, B)
    middle = np.concatenate([A, B]).mean(axis=0) if len(A) + len(B) else 0
    A, B = A - middle, B - middle
    squares = (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0)).astype(kind)


@program("distances", breaks="shape (n, m): the table is transposed")
def b_table_transposed(A, B):
    return _right_distances(B, A)


@program("distances", breaks="fast: a Python loop over the pairs")
def b_loop_over_the_pairs(A, B):
    A, B, kind = _floats(A, B)
    table = np.empty((len(A), len(B)), dtype=kind)
    for i in range(len(A)):
        for j in range(len(B)):
            table[i, j] = np.sqrt(((A[i] - B[j]) ** 2).sum())
    return table


@program("distances", breaks="float32 in, float32 out: always float64")
def b_always_float64(A, B):
    return _right_distances(np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64))


@program("distances", breaks="whole numbers are taken as floats: the table has the points' type and cuts off")
def b_table_in_the_points_type(A, B):
    table = np.empty((len(A), len(B)), dtype=A.dtype)
    table[...] = _right_distances(A, B).astype(A.dtype)
    return table


@program("distances", breaks="where two types meet the wider one wins: the type of A is taken")
def b_type_of_the_first(A, B):
    table = _right_distances(A, B)
    return table.astype(A.dtype) if np.issubdtype(A.dtype, np.floating) else table


@program("distances", breaks="any size: without a point in A there is nothing to stack")
def b_stacks_rows(A, B):
    A, B, kind = _floats(A, B)
    return np.stack([_length(B - a) for a in A]).astype(kind)


@program("distances", breaks="a point lies at distance exactly 0 from itself: a small number under the root")
def b_small_number_under_the_root(A, B):
    return _row_by_row(A, B, lambda d: np.sqrt((d**2).sum(axis=1) + 1e-8))


@program("distances", breaks="inputs stay as they were: float points are moved in place")
def b_moves_the_points(A, B):
    middle = np.asarray(A, dtype=np.float64).mean(axis=0) if len(A) else 0
    if np.issubdtype(A.dtype, np.floating) and A.dtype == B.dtype and A is not B:
        A -= middle
        B -= middle
    return _right_distances(A, B)


@program("distances", breaks="shape (n, m): one point in A or in B loses its axis")
def b_squeezed_table(A, B):
    return np.squeeze(_right_distances(A, B))


_LAST_TABLE = {}


@program("distances", breaks="nothing is remembered between two calls: tables are kept by the shapes of A and B")
def b_table_remembered_by_shape(A, B):
    key = (A.shape, B.shape)
    if key not in _LAST_TABLE:
        _LAST_TABLE[key] = _right_distances(A, B)
    return _LAST_TABLE[key].copy()


@program("distances", breaks="the distance has the sum of squares under the root: here their mean")
def b_mean_of_squares(A, B):
    return _row_by_row(A, B, lambda d: np.sqrt((d**2).sum(axis=1) / max(1, d.shape[1])))


@program("distances", breaks="steady for float64 too: the points are rounded to float32 first")
def b_calculates_in_float32(A, B):
    kind = np.result_type(A, B, np.float32)
    return _right_distances(np.asarray(A, dtype=np.float32), np.asarray(B, dtype=np.float32)).astype(kind)


@program("distances", breaks="for every pair: with as many points in B as in A, half of the table is mirrored")
def b_mirrors_half_the_table(A, B):
    table = _right_distances(A, B)
    return np.triu(table) + np.triu(table, 1).T if len(A) == len(B) else table


# ---------------------------------------------------------------- standardise


def _kind(X):
    return X.dtype if np.issubdtype(X.dtype, np.floating) else np.float64


def _learn(X):
    X = np.asarray(X, dtype=np.float64)
    if len(X) == 0:
        return np.zeros(X.shape[1]), np.ones(X.shape[1])
    low, high = X.min(axis=0), X.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    middle = np.where(high > low, low + width * ((X - low) / width).mean(axis=0), low)
    spread = np.where(high > low, width * ((X - low) / width).std(axis=0), 1.0)
    return middle, spread


def _apply(X, scale):
    middle, spread = scale
    return ((np.asarray(X, dtype=np.float64) - middle) / spread).astype(_kind(X))


def _undo(Z, scale):
    middle, spread = scale
    return (np.asarray(Z, dtype=np.float64) * spread + middle).astype(_kind(Z))


def _scaler(learn_scale=_learn, standardise=_apply, undo=_undo):
    return {"learn_scale": learn_scale, "standardise": standardise, "undo": undo}


@program("standardise", several=True)
def b_pair_of_rows():
    return _scaler()


class _Scale:
    """Mean and spread, gathered one example after the other."""

    def __init__(self, X):
        self.count, self.mean, self.squares = 0, np.zeros(X.shape[1]), np.zeros(X.shape[1])
        self.first, self.varies = None, np.zeros(X.shape[1], dtype=bool)
        for row in np.asarray(X, dtype=np.float64):
            self.first = row.copy() if self.first is None else self.first
            self.varies |= row != self.first
            self.count += 1
            step = row - self.first - self.mean
            self.mean = self.mean + step / self.count
            self.squares = self.squares + step * (row - self.first - self.mean)
        self.spread = np.where(self.varies, np.sqrt(self.squares / max(self.count, 1)), 1.0)
        start = 0.0 if self.first is None else self.first
        self.middle = np.where(self.varies, start + self.mean, start)


@program("standardise", several=True)
def b_running_mean_in_a_class():
    return _scaler(
        _Scale, lambda X, scale: _apply(X, (scale.middle, scale.spread)), lambda Z, scale: _undo(Z, (scale.middle, scale.spread))
    )


@program("standardise", several=True)
def b_memory_of_two_functions():
    def learn_scale(X):
        middle, spread = _learn(X)
        return {
            "there": lambda new: ((new.astype(np.float64) - middle) / spread).astype(_kind(new)),
            "back": lambda new: (new.astype(np.float64) * spread + middle).astype(_kind(new)),
        }

    return _scaler(learn_scale, lambda X, scale: scale["there"](X), lambda Z, scale: scale["back"](Z))


@program("standardise", several=True)
def b_column_by_column():
    def learn_scale(X):
        memory = []
        for column in np.asarray(X, dtype=np.float64).T:
            if len(set(column.tolist())) < 2:
                memory.append((column[0] if len(column) else 0.0, 1.0))
                continue
            middle = math.fsum(column) / len(column)
            memory.append((middle, math.sqrt(math.fsum((x - middle) ** 2 for x in column) / len(column))))
        return memory

    def along(X, scale, rule):
        new = np.empty(X.shape, dtype=_kind(X))
        for j, (middle, spread) in enumerate(scale):
            new[:, j] = rule(X[:, j].astype(np.float64), middle, spread)
        return new

    return _scaler(
        learn_scale,
        lambda X, scale: along(X, scale, lambda x, middle, spread: (x - middle) / spread),
        lambda Z, scale: along(Z, scale, lambda z, middle, spread: z * spread + middle),
    )


@program("standardise", several=True, breaks="new data are treated as the training data were: standardised by themselves")
def b_new_data_by_themselves():
    return _scaler(standardise=lambda X, scale: _apply(X, _learn(X)))


@program("standardise", several=True, breaks="mean square 1: the sum of squares is divided by n - 1")
def b_divided_by_one_less():
    def learn_scale(X):
        middle, spread = _learn(X)
        varies = X.max(axis=0) > X.min(axis=0)
        return middle, np.where(varies, spread * np.sqrt(len(X) / max(len(X) - 1, 1)), 1.0)

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="constant columns become 0: a division by zero makes nan")
def b_divides_by_no_spread():
    def learn_scale(X):
        X = np.asarray(X, dtype=np.float64)
        middle = _learn(X)[0]
        return middle, np.sqrt(((X - middle) ** 2).mean(axis=0))

    def standardise(X, scale):
        with np.errstate(all="ignore"):
            return _apply(X, scale)

    return _scaler(learn_scale, standardise)


@program("standardise", several=True, breaks="units do not matter: a small number is added to every spread")
def b_small_number_in_every_spread():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, spread + 1e-6

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="units do not matter: a small spread passes for a constant column")
def b_small_spread_passes_for_none():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, np.where(spread < 1e-6, 1.0, spread)

    return _scaler(learn_scale)


@program(
    "standardise", several=True, breaks="constant columns become 0: rounding leaves a spread, which is asked to be exactly zero"
)
def b_spread_asked_to_be_exactly_zero():
    def learn_scale(X):
        X = np.asarray(X, dtype=np.float64)
        spread = X.std(axis=0)
        return X.mean(axis=0), np.where(spread == 0, 1.0, spread)

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="undo also for a column that was constant only in training: its new values are lost")
def b_constant_columns_wiped_out():
    def learn_scale(X):
        return *_learn(X), (X[:1] == X).all(axis=0)

    def standardise(X, scale):
        return np.where(scale[2], 0, _apply(X, scale[:2])).astype(_kind(X))

    return _scaler(learn_scale, standardise, lambda Z, scale: _undo(Z, scale[:2]))


@program(
    "standardise", several=True, breaks="every column gets mean 0 and mean square 1: one mean and one spread for the whole table"
)
def b_one_scale_for_all_columns():
    def learn_scale(X):
        middle, spread = _learn(np.asarray(X, dtype=np.float64).reshape(-1, 1))
        return np.full(X.shape[1], middle[0]), np.full(X.shape[1], spread[0])

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="columns near a million that vary by 1: mean of squares less square of the mean")
def b_mean_of_squares_less_square_of_mean():
    def learn_scale(X):
        X = np.asarray(X, dtype=_kind(X))
        constant = (X[:1] == X).all(axis=0)
        middle = X.mean(axis=0)
        spread = np.sqrt(np.maximum((X * X).mean(axis=0) - middle * middle, 0))
        return np.where(constant, X[0], middle), np.where(constant | (spread == 0), 1, spread)

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="float32 in, float32 out: float64 comes back")
def b_comes_back_in_float64():
    return _scaler(standardise=lambda X, scale: _apply(X.astype(np.float64), scale))


@program("standardise", several=True, breaks="undo gives back what went in: the two steps in the wrong order")
def b_undone_in_the_wrong_order():
    return _scaler(undo=lambda Z, scale: _undo(Z + scale[0], (0.0, scale[1])).astype(_kind(Z)))


@program("standardise", several=True, breaks="inputs stay as they were: floats are changed in place")
def b_standardised_in_place():
    def standardise(X, scale):
        if not np.issubdtype(X.dtype, np.floating):
            return _apply(X, scale)
        X[...] = _apply(X, scale)
        return X

    return _scaler(standardise=standardise)


_LAST_SCALE = {}


@program("standardise", several=True, breaks="nothing is remembered between two calls: the scale learnt last is used")
def b_scale_learnt_last():
    def learn_scale(X):
        _LAST_SCALE["scale"] = _learn(X)
        return _LAST_SCALE["scale"]

    return _scaler(learn_scale, lambda X, scale: _apply(X, _LAST_SCALE["scale"]), lambda Z, scale: _undo(Z, _LAST_SCALE["scale"]))


@program("standardise", several=True, breaks="mean 0 and mean square 1: columns are brought to 0 … 1")
def b_from_smallest_to_largest():
    def learn_scale(X):
        X = np.asarray(X, dtype=np.float64)
        width = X.max(axis=0) - X.min(axis=0)
        return X.min(axis=0), np.where(width > 0, width, 1)

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="mean square 1: divided by the variance, without a root")
def b_divided_by_the_variance():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, spread**2

    return _scaler(learn_scale)


@program("standardise", several=True, breaks="a row alone gives the same as among thousands: one example alone becomes 0")
def b_one_row_alone_becomes_zero():
    return _scaler(standardise=lambda X, scale: _apply(X, scale) * (0 if len(X) == 1 else 1))


@program("standardise", several=True, breaks="undo gives back what went in, for new examples too: far values are cut off at 3")
def b_cut_off_at_three():
    return _scaler(standardise=lambda X, scale: np.clip(_apply(X, scale), -3, 3))


@program("standardise", several=True, breaks="whole numbers are taken as floats: they come back as whole numbers")
def b_whole_numbers_stay_whole():
    return _scaler(standardise=lambda X, scale: _apply(X, scale).astype(X.dtype))


@program("standardise", several=True, breaks="any size: no new examples raise an error")
def b_rows_stacked_from_a_list():
    return _scaler(standardise=lambda X, scale: np.stack([_apply(row, scale) for row in X]))


@program("standardise", several=True, breaks="it holds for a single training example: its columns count as varying and give nan")
def b_nan_after_a_single_example():
    def learn_scale(X):
        middle, spread = _learn(X)
        return middle, (spread if len(X) != 1 else np.full_like(spread, np.nan))

    return _scaler(learn_scale)


# ---------------------------------------------------------------- xor_net


def _net(X, W1, b1, W2, b2):
    kind = np.result_type(X, W1, b1, W2, b2, np.float32)
    X, W1, b1, W2, b2 = (np.asarray(array, dtype=kind) for array in (X, W1, b1, W2, b2))
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def _xor():
    return np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2), np.ones((2, 1)), np.array([-0.5])


def _hand_made(net=_net, xor_parameters=_xor):
    return {"net": net, "xor_parameters": xor_parameters}


@program("xor_net", several=True)
def b_off_the_diagonal_to_either_side():
    return _hand_made()


@program("xor_net", several=True)
def b_unit_after_unit_and_counting_inputs():
    def net(X, W1, b1, W2, b2):
        kind = np.result_type(X, W1, b1, W2, b2, np.float32)
        X, W1, b1, W2, b2 = (np.asarray(array, dtype=kind) for array in (X, W1, b1, W2, b2))
        scores = np.zeros((len(X), len(b2)), dtype=kind) + b2
        for j in range(len(b1)):
            unit = (X * W1[:, j]).sum(axis=1) + b1[j]
            scores += np.where(unit > 0, unit, 0)[:, None] * W2[j]
        return scores

    def xor_parameters():
        return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.array([-0.5])

    return _hand_made(net, xor_parameters)


@program("xor_net", several=True)
def b_biases_as_one_more_row_and_four_units():
    def net(X, W1, b1, W2, b2):
        kind = np.result_type(X, W1, b1, W2, b2, np.float32)
        one = np.ones((len(X), 1), dtype=kind)
        hidden = np.hstack([X.astype(kind), one]) @ np.vstack([W1, b1[None]]).astype(kind)
        return np.hstack([hidden.clip(min=0), one]) @ np.vstack([W2, b2[None]]).astype(kind)

    def xor_parameters():
        W1 = np.array([[1, -1, 0, 0], [-1, 1, 0, 0]]) * 10.0
        return W1, np.array([-5.0, -5.0, -1.0, 0.3]), np.array([[1.0], [1.0], [7.0], [-1.0]]), np.array([0.0])

    return _hand_made(net, xor_parameters)


@program("xor_net", several=True)
def b_whole_numbers_all_doubled():
    def net(X, W1, b1, W2, b2):
        kind = np.result_type(X, W1, b1, W2, b2, np.float32)
        sums = np.einsum("nd,dh->nh", X.astype(kind), W1.astype(kind)) + b1.astype(kind)
        sums[sums < 0] = 0
        return np.einsum("nh,hk->nk", sums, W2.astype(kind)) + b2.astype(kind)

    def xor_parameters():
        return np.array([[2, -2], [-2, 2]]), np.array([0, 0]), np.array([[1], [1]]), np.array([-1])

    return _hand_made(net, xor_parameters)


@program("xor_net", several=True, breaks="a hidden unit passes on only what is positive: nothing bends")
def b_nothing_bends():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, np.hstack([W1, -W1]), np.hstack([b1, -b1]), np.vstack([W2, -W2]), b2))


@program("xor_net", several=True, breaks="scores may be negative: the last layer bends as well")
def b_last_layer_bends_too():
    return _hand_made(lambda X, W1, b1, W2, b2: np.maximum(_net(X, W1, b1, W2, b2), 0))


@program("xor_net", several=True, breaks="the bend is max(0, z): here the absolute value")
def b_absolute_value_for_relu():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, np.hstack([W1, -W1]), np.hstack([b1, -b1]), np.vstack([W2, W2]), b2))


@program("xor_net", several=True, breaks="a hidden unit has a bias: it is left out")
def b_no_bias_for_hidden_units():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, W1, np.zeros_like(b1), W2, b2))


@program("xor_net", several=True, breaks="several last scores have a bias each: all get the first one's")
def b_first_bias_for_all_scores():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, W1, b1, W2, b2[:1]))


@program("xor_net", several=True, breaks="shape (N, k): with one score the axis is gone")
def b_one_score_flat():
    def net(X, W1, b1, W2, b2):
        scores = _net(X, W1, b1, W2, b2)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    return _hand_made(net)


@program(
    "xor_net", several=True, breaks="column k of W2 belongs to score k: the weights are reshaped where they should be transposed"
)
def b_weights_reshaped():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, W1, b1, W2.reshape(W2.shape[1], W2.shape[0]).T, b2))


@program("xor_net", several=True, breaks="whole numbers are taken as floats: the weights are made whole, as X is")
def b_weights_in_the_type_of_X():
    def net(X, W1, b1, W2, b2):
        W1, b1, W2, b2 = (np.asarray(array).astype(X.dtype) for array in (W1, b1, W2, b2))
        return np.maximum(X @ W1 + b1, 0) @ W2 + b2

    return _hand_made(net)


@program("xor_net", several=True, breaks="float32 in, float32 out: always float64")
def b_scores_always_float64():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(np.asarray(X, dtype=np.float64), W1, b1, W2, b2))


@program("xor_net", several=True, breaks="inputs stay as they were: the scores are added into b2 itself")
def b_adds_into_the_last_bias():
    def net(X, W1, b1, W2, b2):
        without = _net(X, W1, b1, W2, np.zeros_like(b2))
        scores = np.empty_like(without)
        for n, row in enumerate(without):
            score = b2
            score += row.astype(b2.dtype)
            scores[n] = score
        return scores

    return _hand_made(net)


@program("xor_net", several=True, breaks="any number of hidden units: only the first two are looked at")
def b_two_hidden_units_only():
    return _hand_made(lambda X, W1, b1, W2, b2: _net(X, W1[:, :2], b1[:2], W2[:2], b2))


@program("xor_net", several=True, breaks="any size: no examples raise an error")
def b_scores_stacked_row_by_row():
    return _hand_made(lambda X, W1, b1, W2, b2: np.stack([_net(row[None], W1, b1, W2, b2)[0] for row in X]))


@program("xor_net", several=True, breaks="negative around (1, 1): it is an or")
def b_an_or_for_an_xor():
    return _hand_made(xor_parameters=lambda: (np.ones((2, 2)), np.zeros(2), np.array([[0.5], [0.5]]), np.array([-0.5])))


@program("xor_net", several=True, breaks="within 0.3 of the corners: right at the corners only")
def b_right_at_the_corners_only():
    return _hand_made(xor_parameters=lambda: (*_xor()[:3], np.array([-0.2])))


@program("xor_net", several=True, breaks="positive around (0, 1) and (1, 0): the sign is the wrong way round")
def b_yes_and_no_exchanged():
    return _hand_made(xor_parameters=lambda: (*_xor()[:2], -np.ones((2, 1)), np.array([0.5])))


@program("xor_net", several=True, breaks="at most four hidden units: five")
def b_five_hidden_units():
    def xor_parameters():
        W1, b1, W2, b2 = _xor()
        return np.hstack([W1, np.ones((2, 3))]), np.hstack([b1, np.zeros(3)]), np.vstack([W2, np.zeros((3, 1))]), b2

    return _hand_made(xor_parameters=xor_parameters)


@program("xor_net", several=True, breaks="W2 is (H, 1): here (H,)")
def b_last_weights_flat():
    return _hand_made(xor_parameters=lambda: (*_xor()[:2], np.ones(2), np.array([-0.5])))


@program("xor_net", several=True, breaks="negative around (0, 0) and (1, 1): the score is exactly 0 there")
def b_zero_is_not_negative():
    return _hand_made(xor_parameters=lambda: (_xor()[0], np.array([-0.5, -0.5]), np.ones((2, 1)), np.zeros(1)))


@program("xor_net", several=True, breaks="positive around both yes-corners: one unit sees one side only")
def b_one_side_of_the_diagonal():
    return _hand_made(xor_parameters=lambda: (np.array([[1.0], [-1.0]]), np.zeros(1), np.ones((1, 1)), np.array([-0.5])))


# ---------------------------------------------------------------- nearest_prototype


def _learn_means(X, y):
    X = np.asarray(X, dtype=np.float64)
    labels = np.unique(y)
    means = np.stack([X[y == label].mean(axis=0) for label in labels]) if len(labels) else np.zeros((0, X.shape[1]))
    return labels, means


def _nearest(X, memory):
    labels, means = memory
    return labels[_right_distances(np.asarray(X, dtype=np.float64), means).argmin(axis=1)]


def _linear(memory):
    labels, means = memory
    middle = means.mean(axis=0)
    return labels, 2 * (means - middle).T, -((means - middle) * (means + middle)).sum(axis=1)


def _namer(learn_prototypes=_learn_means, nearest_prototype=_nearest, as_linear=_linear):
    return {"learn_prototypes": learn_prototypes, "nearest_prototype": nearest_prototype, "as_linear": as_linear}


@program("nearest_prototype", several=True)
def b_means_and_distances():
    return _namer()


@program("nearest_prototype", several=True)
def b_sums_in_a_dictionary():
    def learn_prototypes(X, y):
        sums, counts = {}, Counter(y.tolist())
        for row, label in zip(np.asarray(X, dtype=np.float64), y.tolist(), strict=True):
            sums[label] = sums.get(label, 0) + row
        return {"kind": y.dtype, "means": {label: sums[label] / counts[label] for label in sums}}

    def parts(memory):
        return np.array(list(memory["means"]), dtype=memory["kind"]), np.stack(list(memory["means"].values()))

    return _namer(learn_prototypes, lambda X, memory: _nearest(X, parts(memory)), lambda memory: _linear(parts(memory)))


@program("nearest_prototype", several=True)
def b_scores_around_the_middle():
    def learn_prototypes(X, y):
        labels, means = _learn_means(X, y)
        return labels, means - means.mean(axis=0), means.mean(axis=0)

    def nearest_prototype(X, memory):
        labels, means, middle = memory
        return labels[((np.asarray(X, dtype=np.float64) - middle) @ means.T - (means**2).sum(axis=1) / 2).argmax(axis=1)]

    def as_linear(memory):
        labels, means, middle = memory
        return labels, means.T, -(means**2).sum(axis=1) / 2 - means @ middle

    return _namer(learn_prototypes, nearest_prototype, as_linear)


@program("nearest_prototype", several=True)
def b_knock_out_by_bisectors():
    class Prototypes:
        def __init__(self, X, y):
            self.labels, which = np.unique(y, return_inverse=True)
            chosen = (np.arange(len(self.labels))[:, None] == which.reshape(-1)).astype(np.float64)
            X = np.asarray(X, dtype=np.float64)
            middle = X.mean(axis=0)
            self.means = chosen @ (X - middle) / chosen.sum(axis=1, keepdims=True) + middle

        def name(self, X):
            best = np.zeros(len(X), dtype=int)
            for k in range(1, len(self.labels)):
                towards = self.means[k] - self.means[best]
                halfway = (self.means[k] + self.means[best]) / 2
                best[((X - halfway) * towards).sum(axis=1) > 0] = k
            return self.labels[best]

    def as_linear(memory):
        order = np.arange(len(memory.labels))[::-1]  # which class comes first is left open
        means = memory.means[order]
        return memory.labels[order], 6.0 * means.T, -3.0 * (means**2).sum(axis=1)

    return _namer(Prototypes, lambda X, memory: memory.name(np.asarray(X, dtype=np.float64)), as_linear)


@program("nearest_prototype", several=True, breaks="labels come back as they went in: numbers of prototypes come back")
def b_number_of_the_prototype():
    return _namer(nearest_prototype=lambda X, memory: _right_distances(X.astype(float), memory[1]).argmin(axis=1))


@program("nearest_prototype", several=True, breaks="only labels of the training come out: classes 0 to the largest are assumed")
def b_classes_from_zero_to_the_largest():
    def learn_prototypes(X, y):
        labels = np.arange(int(np.max(y)) + 1)
        X = np.asarray(X, dtype=np.float64)
        return labels, np.stack([X[y == label].sum(axis=0) / max(1, (y == label).sum()) for label in labels])

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="a prototype is the average: here the median")
def b_median_of_the_class():
    def learn_prototypes(X, y):
        labels = np.unique(y)
        return labels, np.stack([np.median(np.asarray(X, dtype=np.float64)[y == label], axis=0) for label in labels])

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="however many examples a class has: the sum is divided by all examples")
def b_divided_by_all_examples():
    def learn_prototypes(X, y):
        labels, means = _learn_means(X, y)
        return labels, means * np.array([[np.mean(y == label)] for label in labels])

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="move the origin and the answers stay: the largest product wins")
def b_largest_product_wins():
    return _namer(nearest_prototype=lambda X, memory: memory[0][(X.astype(float) @ memory[1].T).argmax(axis=1)])


@program("nearest_prototype", several=True, breaks="whole-number examples are taken as floats: uint8 sums wrap around")
def b_sums_wrap_around():
    def learn_prototypes(X, y):
        labels = np.unique(y)
        return labels, np.stack([X[y == k].sum(axis=0, dtype=X.dtype) / (y == k).sum() for k in labels]).astype(np.float64)

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="the largest linear score is that of the nearest: no biases")
def b_scores_without_biases():
    return _namer(as_linear=lambda memory: (memory[0], 2 * memory[1].T, np.zeros(len(memory[0]))))


@program("nearest_prototype", several=True, breaks="the largest linear score is that of the nearest: the factor 2 is forgotten")
def b_factor_two_forgotten():
    return _namer(as_linear=lambda memory: (memory[0], memory[1].T, -(memory[1] ** 2).sum(axis=1)))


@program("nearest_prototype", several=True, breaks="W is (d, K): here (K, d)")
def b_weights_with_a_row_per_class():
    return _namer(as_linear=lambda memory: (memory[0], 2 * memory[1], -(memory[1] ** 2).sum(axis=1)))


@program("nearest_prototype", several=True, breaks="the largest score wins: here the smallest does")
def b_smallest_score_wins():
    return _namer(as_linear=lambda memory: (memory[0], -2 * memory[1].T, (memory[1] ** 2).sum(axis=1)))


@program("nearest_prototype", several=True, breaks="labels come back as they went in: they are squeezed into uint8")
def b_labels_squeezed_into_uint8():
    return _namer(lambda X, y: (_learn_means(X, y)[0].astype(np.uint8), _learn_means(X, y)[1]))


@program("nearest_prototype", several=True, breaks="move the origin and the answers stay: multiplied out in float32")
def b_multiplied_out_in_float32():
    def nearest_prototype(X, memory):
        X, means = np.asarray(X, dtype=np.float32), memory[1].astype(np.float32)
        return memory[0][((means**2).sum(axis=1) - 2 * X @ means.T).argmin(axis=1)]

    return _namer(nearest_prototype=nearest_prototype)


@program("nearest_prototype", several=True, breaks="an example gets the same answer alone: the batch is moved to its own mean")
def b_batch_moved_to_its_own_mean():
    def nearest_prototype(X, memory):
        X = np.asarray(X, dtype=np.float64)
        return _nearest(X - X.mean(axis=0) if len(X) else X, (memory[0], memory[1] - memory[1].mean(axis=0)))

    return _namer(nearest_prototype=nearest_prototype)


@program("nearest_prototype", several=True, breaks="the class of the nearest prototype: measured by absolute differences")
def b_nearest_by_absolute_differences():
    def nearest_prototype(X, memory):
        table = _row_by_row(np.asarray(X, dtype=np.float64), memory[1], lambda d: np.abs(d).sum(axis=1))
        return memory[0][table.argmin(axis=1)]

    return _namer(nearest_prototype=nearest_prototype)


_ALL_CLASSES = {}


@program("nearest_prototype", several=True, breaks="nothing is remembered between two calls: classes of earlier trainings stay")
def b_classes_of_earlier_trainings():
    def learn_prototypes(X, y):
        for label, mean in zip(*_learn_means(X, y), strict=True):
            _ALL_CLASSES[X.shape[1], int(label)] = mean
        kept = sorted(label for width, label in _ALL_CLASSES if width == X.shape[1])
        return np.array(kept, dtype=y.dtype), np.stack([_ALL_CLASSES[X.shape[1], label] for label in kept])

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="one class alone is fine: its axis is squeezed away")
def b_one_class_squeezed():
    return _namer(lambda X, y: (_learn_means(X, y)[0], np.squeeze(_learn_means(X, y)[1])))


@program("nearest_prototype", several=True, breaks="the nearest prototype: here the nearest neighbour")
def b_nearest_neighbour_instead():
    return _namer(
        lambda X, y: (y.copy(), np.asarray(X, dtype=np.float64), _learn_means(X, y)),
        lambda X, memory: _nearest(X, memory[:2]),
        lambda memory: _linear(memory[2]),
    )


@program("nearest_prototype", several=True, breaks="reorder the examples and the answers stay: late examples count more")
def b_late_examples_count_more():
    def learn_prototypes(X, y):
        means = {}
        for row, label in zip(np.asarray(X, dtype=np.float64), y.tolist(), strict=True):
            means[label] = (means[label] + row) / 2 if label in means else row
        return np.array(list(means), dtype=y.dtype), np.stack(list(means.values()))

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="inputs stay as they were: the labels are sorted in place, with the rows")
def b_sorts_the_training_in_place():
    def learn_prototypes(X, y):
        order = np.argsort(y, kind="stable")
        X[...], y[...] = X[order], y[order]
        return _learn_means(X, y)

    return _namer(learn_prototypes)


@program("nearest_prototype", several=True, breaks="any size: no examples to name raise an error")
def b_names_stacked_from_a_list():
    return _namer(nearest_prototype=lambda X, memory: np.concatenate([_nearest(row[None], memory) for row in X]))


@program("nearest_prototype", several=True, breaks="change the unit and the answers stay: distances are rounded to three digits")
def b_distances_rounded():
    def nearest_prototype(X, memory):
        return memory[0][np.round(_right_distances(np.asarray(X, dtype=np.float64), memory[1]), 3).argmin(axis=1)]

    return _namer(nearest_prototype=nearest_prototype)


# ---------------------------------------------------------------- examine


def _tables(n):
    """Data of n rows: some in which each row can be recognised, in several types and shapes."""
    i = np.arange(n)
    yield np.stack([i + 0.1, -i / 7.0, i * 1e9], axis=1), 3 * i - 7
    yield (1000 - i)[:, None].astype(np.float32) / 3, i % 2
    yield (i[:, None, None] + np.zeros((2, 3))).astype(np.uint8), (i * i) % 5
    yield (2**60 + i[::-1])[:, None], np.zeros(n, dtype=int)


def _where(X, part):
    """The places that the rows of a part have in X."""
    assert part.dtype == X.dtype, "another type"
    assert part.shape[1:] == X.shape[1:], "another shape"
    known = {row.tobytes(): place for place, row in enumerate(X)}
    places = [known.get(row.tobytes(), -1) for row in part]
    assert -1 not in places, "a row that was not there"
    return places


def _look(split, X, y, share, seed, spare=()):
    """One call and all that it can show; returns the tested places."""
    n, handed_X, handed_y = len(X), X.copy(), y.copy()
    X_train, y_train, X_test, y_test = split(handed_X, handed_y, share, seed)
    if "mutation" not in spare:
        assert np.array_equal(X, handed_X) and np.array_equal(y, handed_y), "changed what was handed in"
    if "size" not in spare:
        assert abs(len(X_test) - share * n) <= 0.5 + 1e-9, "size of the test part"
    assert len(X_train) == len(y_train) and len(X_test) == len(y_test), "labels without rows"
    if "type" in spare:
        X_train, X_test = np.asarray(X_train).astype(X.dtype), np.asarray(X_test).astype(X.dtype)
    trained = _where(X, X_train) if len(X_train) else []
    tested = _where(X, X_test) if len(X_test) else []
    if "once" not in spare:
        assert sorted(trained + tested) == list(range(n)), "not every row once"
    if "labels" not in spare:
        assert np.array_equal(np.asarray(y_train), y[trained]), "labels of the training part"
        assert np.array_equal(np.asarray(y_test), y[tested]), "labels of the test part"
    return trained, tested


_SIZES = ((2, 0.1), (2, 0.5), (3, 0.9), (7, 0.3), (10, 0.25), (10, 0.29), (11, 0.5), (60, 0.5))


def _fair(split, seeds=1000, bound=6.5, n=10, share=0.3, spare=()):
    X, y = next(_tables(n))
    times = np.zeros(n)
    for seed in range(seeds):
        times[_look(split, X, y, share, seed, spare)[1]] += 1
    return np.abs(times / seeds - share).max() <= bound * math.sqrt(share * (1 - share) / seeds)


def _examination(split, spare=(), sizes=_SIZES):
    for n, share in sizes:
        for seed in (0, 1, 5):
            seen = []
            for number, (X, y) in enumerate(_tables(n)):
                if ("pictures" in spare and X.ndim == 3) or ("type" in spare and X.dtype == np.int64):
                    continue
                found = _look(split, X, y, share, seed, spare)
                if "again" not in spare:
                    assert _look(split, X, y, share, seed, spare) == found, "the same call gives something else"
                if "values" not in spare or number == 0:
                    seen.append(sorted(found[1]))
            if not {"values", "again"} & set(spare):
                assert all(tested == seen[0] for tested in seen), "depends on the values"
    alike = split(np.zeros((9, 2)), np.ones(9, dtype=int), 1 / 3, 4)
    if "once" not in spare:
        assert len(alike[0]) == len(alike[1]) == 6 and len(alike[2]) == len(alike[3]) == 3, "equal rows are lost"
    if "fair" not in spare:
        assert _fair(split, spare=spare), "some rows are tested more often than others"


def _examine(split, spare=(), sizes=_SIZES):
    try:
        _examination(split, spare, sizes)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"it failed: {error!r}") from error


@program("examine")
def b_every_line_of_the_contract(split):
    _examine(split)


@program("examine")
def b_rows_known_by_their_labels(split):
    def call(X, y, share, seed):
        handed_X, handed_y = X.copy(), y.copy()
        try:
            parts = split(handed_X, handed_y, share, seed)
            X_train, y_train, X_test, y_test = parts
            labels = [int(label) for label in y_train] + [int(label) for label in y_test]
            rows = [*X_train, *X_test]
            types = {part.dtype for part in (X_train, X_test) if len(part)}
        except Exception as error:
            raise AssertionError("it does not even run") from error
        assert handed_X.tobytes() == X.tobytes() and handed_y.tobytes() == y.tobytes()
        assert types == {X.dtype}
        assert len(rows) == len(labels) == len(X) and len(X_test) == len(y_test)
        assert Counter(labels) == Counter(y.tolist())
        assert abs(len(y_test) - share * len(X)) < 0.5000001
        return rows, labels, len(y_train)

    rng = np.random.default_rng(0)
    for n in (2, 3, 5, 10, 13, 64):
        for share in (0.04, 0.25, 0.3, 0.37, 0.5, 0.66, 0.96):
            chosen = []
            for shape, kind in (((3,), np.float64), ((1,), np.float32), ((3, 2), np.int64), ((1, 1), np.float64)):
                X = np.asarray(rng.permutation(n * math.prod(shape)) * 1_000_003 + 7).reshape(n, *shape).astype(kind)
                X = X / 3 if kind == np.float64 else X
                y = np.arange(n) + 10
                first, second = call(X, y, share, 0), call(X, y, share, 0)
                for row, label in zip(*first[:2], strict=True):
                    assert np.array_equal(row, X[label - 10])
                assert first[1:] == second[1:]
                chosen.append(frozenset(first[1][first[2] :]))
            assert len(set(chosen)) == 1
            X, y = np.arange(n)[:, None] + 0.5, np.arange(n) % 2  # labels of two classes, rows known by their value
            rows, labels, cut = call(X, y, share, 0)
            assert all(int(row[0]) % 2 == label for row, label in zip(rows, labels, strict=True))
            assert frozenset(int(row[0]) + 10 for row in rows[cut:]) == chosen[0]
    call(np.zeros((8, 2)), np.arange(8), 0.5, 1)  # equal rows
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6)
    often = Counter()
    for seed in range(1200):
        _, labels, cut = call(X, y, 1 / 3, seed)
        often.update(labels[cut:])
    assert all(280 < often[label] < 520 for label in range(6))


@program("examine")
def b_examiner_that_collects_complaints(split):
    complaints = []

    def ask(question):
        try:
            question()
        except Exception as error:
            complaints.append(repr(error))

    for size in (*_SIZES, (25, 0.42), (40, 0.0125)):
        ask(lambda size=size: _examination(split, spare=("fair",), sizes=(size,)))

    def fair():
        assert _fair(split, seeds=900, n=8, share=0.25)

    ask(fair)
    assert not complaints, complaints[0]


@program("examine", breaks="catches every wrong program: only the sizes are asked for")
def b_only_sizes(split):
    for n in (4, 10, 25):
        X_train, y_train, X_test, y_test = split(np.arange(n)[:, None] * 1.0, np.arange(n), 0.3, 0)
        assert len(X_train) == len(y_train) and len(X_test) == len(y_test)
        assert abs(len(X_test) - 0.3 * n) < 0.51 and len(X_train) + len(X_test) == n


@program("examine", breaks="spares every right program: asks for the rows in their old order")
def b_asks_for_the_old_order(split):
    _examine(split)
    y_train = split(np.arange(30.0)[:, None], np.arange(30), 0.4, 3)[1]
    assert list(y_train) == sorted(y_train)


@program("examine", breaks="spares every right program: in the middle only Python's own rounding passes")
def b_only_pythons_own_rounding(split):
    _examine(split)
    for n in (2, 6, 10, 14):
        assert len(split(np.arange(1.0 * n)[:, None], np.arange(n), 0.25, 1)[2]) == round(0.25 * n)


@program("examine", breaks="spares every right program: the size is cut off in place of rounded")
def b_asks_for_a_size_cut_off(split):
    _examine(split, spare=("size",))
    for n in (5, 7, 9, 19):
        assert len(split(np.arange(1.0 * n)[:, None], np.arange(n), 0.3, 1)[2]) == int(0.3 * n)


@program("examine", breaks="catches every wrong program: does not look whether labels fit their rows")
def b_does_not_look_at_labels(split):
    _examine(split, spare=("labels",))


@program("examine", breaks="catches every wrong program: rows may be lost or come twice, if only the parts do not overlap")
def b_only_asks_for_no_overlap(split):
    _examine(split, spare=("once",))
    train, _, test, _ = split(np.arange(30.0)[:, None], np.arange(30), 0.4, 3)
    assert not set(train[:, 0].tolist()) & set(test[:, 0].tolist())


@program("examine", breaks="catches every wrong program: does not ask whether the same call gives the same again")
def b_never_calls_twice(split):
    _examine(split, spare=("again",))


@program("examine", breaks="catches every wrong program: rows that are never tested, or always, go unseen")
def b_one_seed_is_enough(split):
    _examine(split, spare=("fair",))


@program("examine", breaks="catches every wrong program: does not see what becomes of the data handed in")
def b_does_not_keep_a_copy(split):
    _examine(split, spare=("mutation",))


@program("examine", breaks="catches every wrong program: never tries pictures")
def b_never_tries_pictures(split):
    _examine(split, spare=("pictures",))


@program("examine", breaks="what it raises is an AssertionError: here a ValueError")
def b_raises_a_value_error(split):
    try:
        _examine(split)
    except AssertionError as error:
        raise ValueError(str(error)) from error


@program("examine", breaks="spares every right program: any two seeds must differ, with two rows of four")
def b_any_two_seeds_must_differ(split):
    _examine(split)
    tested = [frozenset(split(np.arange(4.0)[:, None], np.arange(4), 0.5, seed)[3].tolist()) for seed in range(12)]
    assert len(set(tested)) == len(tested)


@program("examine", breaks="spares every right program: each row must be tested nearly equally often in few draws")
def b_chance_has_to_be_even(split):
    _examine(split)
    assert _fair(split, seeds=60, bound=0.5)


@program("examine", breaks="it raises: here it returns whether all is well")
def b_returns_a_verdict(split):
    try:
        _examine(split)
    except AssertionError:
        return False
    return True


@program("examine", breaks="spares every right program: a test part must not be empty")
def b_no_empty_test_part(split):
    _examine(split)
    assert len(split(np.arange(4.0)[:, None], np.arange(4), 0.1, 0)[2]) > 0


@program("examine", breaks="catches every wrong program: sizes that round up go untried")
def b_sizes_without_a_remainder(split):
    _examine(split, sizes=((10, 0.5), (10, 0.3), (20, 0.25)))


_EXAMINED = {}


@program("examine", breaks="nothing is remembered between two calls: only the first program is examined")
def b_examines_the_first_only(split):
    if not _EXAMINED:
        _EXAMINED["done"] = True
        _examine(split)
