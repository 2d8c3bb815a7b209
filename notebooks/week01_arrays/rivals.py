"""Answers that the cases of week 1 must tell apart: mistakes that people make, and right answers that look different."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np

from autograder.cases import entry, right, wrong

# ---- centre_of_ink


def centres(images, rows=None, columns=None, total=None):
    """The centre of mass with one of its parts changed."""
    ink = np.asarray(images, dtype=float)
    rows = np.arange(ink.shape[1]) if rows is None else rows
    columns = np.arange(ink.shape[2]) if columns is None else columns
    total = ink.sum(axis=(1, 2)) if total is None else total
    found = np.stack([(ink.sum(axis=2) * rows).sum(axis=1), (ink.sum(axis=1) * columns).sum(axis=1)], axis=1) / total[:, None]
    return np.where(np.isfinite(found), found, [(ink.shape[1] - 1) / 2, (ink.shape[2] - 1) / 2])


@wrong("centre_of_ink", caught_by="dots", kind="mathematics")
def across_then_down(images):
    return centres(images)[:, ::-1]


@wrong("centre_of_ink", caught_by="dots", kind="mathematics")
def every_inked_pixel_counts_alike(images):
    return centres(np.asarray(images) > 0)


@wrong("centre_of_ink", caught_by="dots", kind="mathematics")
def darkest_pixel(images):
    return np.array([np.unravel_index(np.argmax(p), p.shape) for p in images], dtype=float).reshape(-1, 2)


@wrong("centre_of_ink", caught_by="one_dot", kind="mathematics")
def counted_from_one(images):
    h, w = np.shape(images)[1:]
    return centres(images, rows=np.arange(1, h + 1), columns=np.arange(1, w + 1))


@wrong("centre_of_ink", caught_by="one_dot", kind="hard-coding")
def twenty_eight_by_twenty_eight(images):
    return centres(images, rows=np.arange(28), columns=np.arange(28))


@wrong("centre_of_ink", caught_by="one_dot", kind="shape")
def square_paper(images):
    return centres(images, columns=np.arange(np.shape(images)[1]))


@wrong("centre_of_ink", caught_by="moves_along", kind="mathematics")
def divided_by_the_paper(images):
    return centres(images, total=np.full(len(images), np.asarray(images)[0].sum()))


@wrong("centre_of_ink", caught_by="balances", kind="mathematics")
def rounded_to_a_pixel(images):
    return np.rint(centres(images))


@wrong("centre_of_ink", caught_by="any_darkness", kind="missing case")
def pale_ink_is_taken_for_paper(images):
    return centres(np.where(np.asarray(images) > 0.5, images, 0))


@wrong("centre_of_ink", caught_by="any_darkness", kind="hard-coding")
def never_less_than_one(images):
    return centres(images, total=np.maximum(np.asarray(images, dtype=float).sum(axis=(1, 2)), 1))


@wrong("centre_of_ink", caught_by="number_types", kind="dtype", headline=True)
def multiplied_in_uint8(images):
    images = np.asarray(images)
    h, w = images.shape[1:]
    total = images.astype(float).sum(axis=(1, 2))
    down = (images * np.arange(h).astype(images.dtype)[:, None]).sum(axis=(1, 2)) / total
    across = (images * np.arange(w).astype(images.dtype)).sum(axis=(1, 2)) / total
    return np.where(total[:, None] > 0, np.stack([down, across], axis=1), [(h - 1) / 2, (w - 1) / 2])


@wrong("centre_of_ink", caught_by="blank", kind="missing case")
def blank_divides_by_zero(images):
    ink = np.asarray(images, dtype=float)
    h, w = ink.shape[1:]
    return np.stack([ink.sum(axis=2) @ np.arange(h), ink.sum(axis=1) @ np.arange(w)], axis=1) / ink.sum(axis=(1, 2))[:, None]


@wrong("centre_of_ink", caught_by="blank_among_others", kind="missing case", headline=True)
def blank_only_when_all_are(images):
    h, w = np.shape(images)[1:]
    if not np.any(images):
        return np.tile([(h - 1) / 2, (w - 1) / 2], (len(images), 1))
    return blank_divides_by_zero(images)


@wrong("centre_of_ink", caught_by="faint", kind="stability")
def a_little_ink_everywhere(images):
    return centres(np.asarray(images, dtype=float) + 1e-9)


@wrong("centre_of_ink", caught_by="pictures_apart", kind="missing case")
def blank_is_relative_to_the_batch(images):
    ink = np.asarray(images, dtype=float)
    if not len(ink):
        return np.zeros((0, 2))
    total = ink.sum(axis=(1, 2))
    return centres(ink, total=np.where(total < 1e-4 * total.max(), 0, total))


@wrong("centre_of_ink", caught_by="pictures_apart", kind="missing case")
def no_pictures_no_stack(images):
    return np.stack([centres(p[None])[0] for p in images])


@wrong("centre_of_ink", caught_by="ink_untouched", kind="mutation")
def lightens_its_input(images):
    images /= max(images.max(), 1)
    return centres(images)


@wrong("centre_of_ink", caught_by="half_precision", kind="dtype")
def sums_stay_in_half_precision(images):
    ink = images if images.dtype.kind == "f" else images.astype(float)
    ink = np.where(ink.any(axis=(1, 2), keepdims=True), ink, ink.dtype.type(1))
    down, across = (np.arange(side, dtype=ink.dtype) for side in ink.shape[1:])
    moments = [(ink.sum(axis=2) * down).sum(axis=1), (ink.sum(axis=1) * across).sum(axis=1)]
    return np.stack(moments, axis=1) / ink.sum(axis=(1, 2))[:, None]


@wrong("centre_of_ink", caught_by="number_types", kind="dtype")
def answer_in_the_type_of_the_pixels(images):
    return centres(images).astype(images.dtype)


@wrong("centre_of_ink", caught_by="blank", kind="mathematics")
def the_middle_is_half_the_size(images):
    blank = ~np.any(images, axis=(1, 2))
    return centres(images) + 0.5 * blank[:, None]


@wrong("centre_of_ink", caught_by="blank", kind="missing case")
def blank_has_its_centre_in_the_corner(images):
    return centres(images) * np.any(images, axis=(1, 2))[:, None]


@wrong("centre_of_ink", caught_by="ink_untouched", kind="mutation")
def inks_the_blank_ones_in_place(images):
    ink = np.asarray(images, dtype=float)  # copies nothing where the type fits already
    ink[ink.sum(axis=(1, 2)) == 0] = 1
    ink *= 2
    return centres(ink)


@wrong("centre_of_ink", caught_by="moves_along", kind="mathematics")
def paper_is_the_lightest_of_the_batch(images):
    ink = np.asarray(images, dtype=float)
    ink = ink - ink.min(initial=np.inf)
    return centres(ink)


@wrong("centre_of_ink", caught_by="dots", kind="shape")
def squeezed(images):
    return np.squeeze(centres(images))


@wrong("centre_of_ink", caught_by="dots", kind="mathematics")
def middle_of_the_box(images):
    out = []
    for picture in images:
        sides = [np.flatnonzero(picture.any(axis=1 - k)) for k in (0, 1)]
        out.append([(s[0] + s[-1]) / 2 if len(s) else (n - 1) / 2 for s, n in zip(sides, picture.shape, strict=True)])
    return np.array(out, dtype=float).reshape(-1, 2)


@wrong("centre_of_ink", caught_by="faint", kind="stability", headline=True)
def epsilon_in_the_divisor(images):
    ink = np.asarray(images, dtype=float)
    total = ink.sum(axis=(1, 2))
    found = centres(ink, total=total + 1e-8)
    return np.where(total[:, None] > 0, found, [(side - 1) / 2 for side in ink.shape[1:]])


@wrong("centre_of_ink", caught_by="pale_beside_dark", kind="hard-coding")
def less_than_a_hundredth_of_the_darkest_is_paper(images):
    ink = np.asarray(images, dtype=float)
    return centres(np.where(ink < 0.01 * ink.max(axis=(1, 2), initial=0, keepdims=True), 0, ink))


@wrong("centre_of_ink", caught_by="pale_beside_dark", kind="hard-coding")
def sixty_four_by_sixty_four(images):
    return centres(images[:, :64, :64])


@wrong("centre_of_ink", caught_by="half_precision", kind="dtype")
def centres_in_single(images):
    return centres(images).astype(np.float32)


@wrong("centre_of_ink", caught_by="pictures_apart", kind="missing case")
def many_pictures_share_their_ink(images):
    ink = np.asarray(images, dtype=float)
    return centres(ink, total=np.full(len(ink), ink.sum() / len(ink))) if len(ink) > 50 else centres(ink)


@right("centre_of_ink")
def pixel_by_pixel(images):
    out = np.zeros((len(images), 2))
    for n, picture in enumerate(images):
        total = sum(float(v) for v in np.ravel(picture))
        h, w = picture.shape
        for i in range(h):
            for j in range(w):
                share = float(picture[i, j]) / total if total else 1 / (h * w)
                out[n] += share * i, share * j
    return out


@right("centre_of_ink")
def averages_with_weights(images):
    grid = np.indices(np.shape(images)[1:]).reshape(2, -1)
    flat = np.asarray(images, dtype=np.float64).reshape(len(images), grid.shape[1])
    flat = flat + (flat.sum(axis=1, keepdims=True) == 0)
    return np.array([np.average(grid, axis=1, weights=w) for w in flat]).reshape(-1, 2)


@right("centre_of_ink")
def one_contraction(images):
    ink = np.array(images, dtype=float)
    ink[~ink.any(axis=(1, 2))] = 1
    return np.einsum("nij,aij->na", ink, np.indices(ink.shape[1:])) / np.einsum("nij->n", ink)[:, None]


@right("centre_of_ink")
def by_what_lies_below(images):
    """The mean row is the sum, over the rows but the first, of the share of ink in that row or below."""
    ink = images.astype(float) + (images.max(axis=(1, 2), keepdims=True) == 0)

    def mean_place(weights):
        tails = weights[:, ::-1].cumsum(axis=1)[:, ::-1]
        return tails[:, 1:].sum(axis=1) / tails[:, 0]

    return np.column_stack([mean_place(ink.sum(axis=2)), mean_place(ink.sum(axis=1))])


@right("centre_of_ink")
def away_from_the_middle(images):
    ink, middle = images.astype(float), (np.array(images.shape[1:]) - 1) / 2
    total = np.einsum("nhw->n", ink)[:, None]
    away = [np.einsum(f"nhw,{axis}->n", ink, np.arange(n) - m) for axis, n, m in zip("hw", ink.shape[1:], middle, strict=True)]
    return middle + np.divide(np.stack(away, axis=1), total, out=np.zeros((len(ink), 2)), where=total > 0)


# ---- distances


@wrong("distances", caught_by="three_four_five", kind="mathematics")
def no_root(A, B):
    return ((A[:, None] - B) ** 2).sum(axis=2)


@wrong("distances", caught_by="three_four_five", kind="mathematics")
def city_blocks(A, B):
    return np.abs(A[:, None] - B).sum(axis=2)


@wrong("distances", caught_by="pythagoras", kind="mathematics")
def mean_instead_of_sum(A, B):
    return np.sqrt(((A[:, None] - B) ** 2).mean(axis=2))


@wrong("distances", caught_by="on_a_line", kind="shape")
def the_other_way_round(A, B):
    return np.sqrt(((B[:, None] - A) ** 2).sum(axis=2))


@wrong("distances", caught_by="on_a_line", kind="shape")
def row_by_row_only(A, B):
    return np.sqrt(((A - B[: len(A)]) ** 2).sum(axis=1))[:, None]


@wrong("distances", caught_by="on_a_line", kind="stability")
def a_little_under_the_root(A, B):
    return np.sqrt(((A[:, None] - B) ** 2).sum(axis=2) + 1e-10)


@wrong("distances", caught_by="pythagoras", kind="hard-coding")
def points_of_the_plane(A, B):
    D = (A[:, None] - B) ** 2
    return np.sqrt(D[..., 0] + (D[..., 1] if D.shape[2] > 1 else 0))


@wrong("distances", caught_by="every_pair", kind="hard-coding")
def four_coordinates_at_most(A, B):
    return np.sqrt(sum((A[:, None, j] - B[:, j]) ** 2 for j in range(min(A.shape[1], 4))))


@wrong("distances", caught_by="whole_numbers", kind="dtype", headline=True)
def differences_in_uint8(A, B):
    out = np.empty((len(A), len(B)), dtype=np.result_type(A, B, np.float32))
    for i, a in enumerate(A):
        out[i] = np.sqrt(((B - a) ** 2).sum(axis=1))
    return out


@wrong("distances", caught_by="whole_numbers", kind="dtype")
def table_of_the_inputs_type(A, B):
    out = np.empty((len(A), len(B)), dtype=A.dtype)
    for i, a in enumerate(A):
        out[i] = np.sqrt(((B.astype(float) - a) ** 2).sum(axis=1))
    return out


@wrong("distances", caught_by="keeps_floats", kind="dtype", headline=True)
def always_double(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    return np.array([np.sqrt(((B - a) ** 2).sum(axis=1)) for a in A]).reshape(len(A), len(B))


@wrong("distances", caught_by="no_points", kind="missing case")
def nothing_to_stack(A, B):
    kind = np.result_type(A, B, np.float32)
    return np.stack([np.sqrt(((np.asarray(B, kind) - a.astype(kind)) ** 2).sum(axis=1)) for a in A])


@wrong("distances", caught_by="steady", kind="stability", headline=True)
def multiplied_out(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    return np.sqrt((A * A).sum(axis=1)[:, None] - 2 * A @ B.T + (B * B).sum(axis=1))


@wrong("distances", caught_by="steady", kind="stability")
def multiplied_out_and_clipped(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B = np.asarray(A, kind), np.asarray(B, kind)
    return np.sqrt(np.maximum((A * A).sum(axis=1)[:, None] - 2 * A @ B.T + (B * B).sum(axis=1), 0))


@wrong("distances", caught_by="fast", kind="missing case")
def loop_over_all_pairs(A, B):
    kind = np.result_type(A, B, np.float32)
    out = np.empty((len(A), len(B)), dtype=kind)
    for i in range(len(A)):
        for j in range(len(B)):
            out[i, j] = np.sqrt(((A[i].astype(kind) - B[j].astype(kind)) ** 2).sum())
    return out


@wrong("distances", caught_by="fast", kind="missing case")
def vectorize_is_a_loop(A, B):
    kind = np.result_type(A, B, np.float32)
    pair = np.vectorize(lambda i, j: np.linalg.norm(A[i].astype(kind) - B[j].astype(kind)), otypes=[kind])
    return pair(*np.indices((len(A), len(B)))) if len(A) and len(B) else np.empty((len(A), len(B)), kind)


@wrong("distances", caught_by="points_untouched", kind="mutation")
def moves_the_origin_in_place(A, B):
    kind = np.result_type(A, B, np.float32)
    if len(A) and len(B):
        middle = A.mean(axis=0)
        A -= middle.astype(A.dtype)
        B -= middle.astype(A.dtype)
    return np.array([np.sqrt(((B.astype(kind) - a) ** 2).sum(axis=1)) for a in A.astype(kind)], kind).reshape(len(A), len(B))


def row_after_row(A, B, kind=None):
    """A right answer for numbers of one type."""
    kind = np.result_type(A, B, np.float32) if kind is None else kind
    B = B.astype(kind)
    return np.array([np.sqrt(((B - a) ** 2).sum(axis=1)) for a in A.astype(kind)], dtype=kind).reshape(len(A), len(B))


@wrong("distances", caught_by="near_in_a_wide_cloud", kind="stability")
def centred_then_multiplied_out(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B = A.astype(float), B.astype(float)
    if len(A) and len(B):
        middle = np.concatenate([A, B]).mean(axis=0)
        A, B = A - middle, B - middle
    squares = (A * A).sum(axis=1)[:, None] - 2 * A @ B.T + (B * B).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0)).astype(kind)


@wrong("distances", caught_by="whole_numbers", kind="dtype")
def squares_wrap_in_int16(A, B):
    kind = np.result_type(A, B, np.float32)
    narrow = np.int16 if A.dtype.itemsize == 1 and B.dtype.itemsize == 1 else kind
    table = np.empty((len(A), len(B)), kind)
    for i, a in enumerate(A.astype(narrow)):
        table[i] = np.sqrt(((a - B.astype(narrow)) ** 2).sum(axis=1, dtype=float))
    return table


@wrong("distances", caught_by="large_whole_numbers", kind="dtype")
def whole_numbers_to_single(A, B):
    kind = np.result_type(*(part.dtype if part.dtype.kind == "f" else np.float32 for part in (A, B)))
    return row_after_row(A, B, kind)


@wrong("distances", caught_by="mixed_types", kind="dtype")
def type_of_the_first(A, B):
    return row_after_row(A, B.astype(A.dtype))


@wrong("distances", caught_by="tiny_unit", kind="hard-coding")
def tiny_is_zero(A, B):
    table = row_after_row(A, B)
    table[table < 1e-6] = 0
    return table


@wrong("distances", caught_by="steady", kind="dtype")
def single_inside(A, B):
    return row_after_row(A, B, np.float32).astype(np.result_type(A, B, np.float32))


@wrong("distances", caught_by="on_a_line", kind="shape")
def square_tables_are_symmetric(A, B):
    table = row_after_row(A, B)
    return np.maximum(table, table.T) * (1 - np.eye(len(A), dtype=table.dtype)) if len(A) == len(B) else table


@wrong("distances", caught_by="no_points", kind="missing case")
def blocks_of_a_million(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B, table = A.astype(kind), B.astype(kind), np.empty((len(A), len(B)), kind)
    rows = 10**6 // (B.shape[0] * B.shape[1])
    for k in range(0, len(A), rows):
        table[k : k + rows] = np.sqrt(((A[k : k + rows, None] - B) ** 2).sum(axis=2))
    return table


@wrong("distances", caught_by="near_in_a_wide_cloud", kind="stability")
def multiplied_out_in_double(A, B):
    kind = np.result_type(A, B, np.float32)
    A, B = A.astype(float), B.astype(float)
    return np.sqrt(np.maximum((A * A).sum(axis=1)[:, None] - 2 * A @ B.T + (B * B).sum(axis=1), 0)).astype(kind)


@wrong("distances", caught_by="four_thousand", kind="stability")
def multiplied_out_for_single_only(A, B):
    if A.dtype != np.float32 or B.dtype != np.float32:
        return row_after_row(A, B)
    return np.sqrt(np.maximum((A * A).sum(axis=1)[:, None] - 2 * A @ B.T + (B * B).sum(axis=1), 0))


@wrong("distances", caught_by="laid_flat_pictures", kind="hard-coding")
def the_first_hundred_coordinates(A, B):
    return row_after_row(A[:, :100], B[:, :100])


@wrong("distances", caught_by="fast", kind="hard-coding")
def the_first_hundred_points(A, B):
    table = np.zeros((len(A), len(B)), np.result_type(A, B, np.float32))
    table[:100] = row_after_row(A[:100], B)
    return table


@right("distances")
def a_column_of_the_table_at_a_time(A, B):
    kind = np.float64 if np.float64 in (A.dtype, B.dtype) or A.dtype.kind != "f" else np.float32
    A, B = A.astype(kind), B.astype(kind)
    columns = [np.linalg.norm(A - b, axis=1) for b in B]
    return np.stack(columns, axis=1) if columns else np.empty((len(A), 0), kind)


@right("distances")
def one_big_block(A, B):
    kind = np.result_type(A, B, np.float32)
    return np.sqrt(((np.asarray(A, kind)[:, None] - np.asarray(B, kind)) ** 2).sum(axis=2))


@right("distances")
def blocks_of_rows(A, B):
    kind = np.result_type(A, B, np.float32)
    B = np.asarray(B, kind)
    parts = [np.empty((0, len(B)), kind)]
    for start in range(0, len(A), 32):
        block = np.asarray(A[start : start + 32], kind)
        parts.append(np.linalg.norm(block[:, None] - B[None], axis=-1))
    return np.concatenate(parts)


@right("distances")
def contraction_for_each_row(A, B):
    kind = np.promote_types(np.promote_types(A.dtype, B.dtype), np.float32)
    table = np.zeros((A.shape[0], B.shape[0]), dtype=kind)
    for i in range(A.shape[0]):
        gap = B.astype(kind) - A[i].astype(kind)
        table[i] = np.einsum("md,md->m", gap, gap)
    return table**0.5


@right("distances")
def coordinate_after_coordinate(A, B):
    table = np.zeros((len(A), len(B)), np.result_type(A, B, np.float32))
    for a, b in zip(A.astype(table.dtype).T, B.astype(table.dtype).T, strict=True):
        table += np.subtract.outer(a, b) ** 2
    return np.sqrt(table, out=table)


@right("distances")
def double_inside(A, B):
    return row_after_row(A, B, np.float64).astype(np.result_type(A, B, np.float32))


# ---- standardise


def plain(X, *more):
    """The float type that a table's numbers belong in."""
    return np.result_type(np.asarray(X), np.float32)


def spreads(X, ddof=0):
    X = np.asarray(X, dtype=float)
    return np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0, ddof=min(ddof, len(X) - 1)))


def middles(X):
    X = np.asarray(X, dtype=float)
    return np.where(X.max(axis=0) == X.min(axis=0), X[0], X.mean(axis=0))


def forward(X, scale):
    return ((np.asarray(X, dtype=float) - scale[0]) / scale[1]).astype(plain(X))


def backward(Z, scale):
    return (np.asarray(Z, dtype=float) * scale[1] + scale[0]).astype(plain(Z))


def three(learn, there=forward, back=backward):
    """The three names of the exercise."""
    return {"learn_scale": learn, "standardise": there, "undo": back}


@wrong("standardise", caught_by="common_footing", kind="mathematics", several=True)
def divides_by_one_less():
    return three(lambda X: (middles(X), spreads(X, ddof=1)))


@wrong("standardise", caught_by="common_footing", kind="mathematics", several=True)
def divides_by_the_variance():
    return three(lambda X: (middles(X), spreads(X) ** 2))


@wrong("standardise", caught_by="common_footing", kind="mathematics", several=True)
def from_zero_to_one():
    return three(lambda X: (np.min(X, axis=0), np.maximum(np.ptp(X, axis=0), 1e-300)))


@wrong("standardise", caught_by="common_footing", kind="mathematics", several=True)
def one_scale_for_the_whole_table():
    return three(lambda X: (np.mean(X), np.std(X)))


@wrong("standardise", caught_by="common_footing", kind="shape", several=True)
def rows_for_columns():
    def along_rows(X, scale):
        return (X - X.mean(axis=1, keepdims=True)) / (X.std(axis=1, keepdims=True) + 1e-300)

    return three(lambda X: (middles(X), spreads(X)), along_rows)


@wrong("standardise", caught_by="there_and_back", kind="missing case", several=True, headline=True)
def new_examples_by_themselves():
    return three(lambda X: (middles(X), spreads(X)), lambda X, scale: forward(X, (middles(X), spreads(X))))


@wrong("standardise", caught_by="there_and_back", kind="mathematics", several=True)
def undone_in_the_wrong_order():
    return three(lambda X: (middles(X), spreads(X)), back=lambda Z, scale: (Z + scale[0]) * scale[1])


@wrong("standardise", caught_by="new_examples", kind="missing case", several=True)
def lone_rows_are_not_shifted():
    def there(X, scale):
        scale["shift"] = 0.0 if len(X) == 1 else scale["middle"]
        return forward(X, (scale["shift"], scale["spread"]))

    def back(Z, scale):
        return backward(Z, (scale["middle"] if not np.any(Z) else scale.get("shift", scale["middle"]), scale["spread"]))

    return three(lambda X: {"middle": middles(X), "spread": spreads(X)}, there, back)


@wrong("standardise", caught_by="units", kind="stability", several=True)
def a_little_added_to_the_spread():
    return three(lambda X: (np.mean(X, axis=0, dtype=float), np.std(X, axis=0, dtype=float) + 1e-10))


@wrong("standardise", caught_by="tiny_spread", kind="hard-coding", several=True)
def small_spreads_are_none():
    def learn(X):
        spread = np.std(X, axis=0, dtype=float)
        return np.mean(X, axis=0, dtype=float), np.where(spread < 1e-8, 1.0, spread)

    return three(learn)


@wrong("standardise", caught_by="constant_column", kind="missing case", several=True)
def constant_columns_give_nan():
    return three(lambda X: (np.mean(X, axis=0, dtype=float), np.std(X, axis=0, dtype=float)))


@wrong("standardise", caught_by="constant_and_awkward", kind="stability", several=True, headline=True)
def trusts_a_spread_of_zero():
    def learn(X):
        spread = np.std(X, axis=0, dtype=float)
        return np.mean(X, axis=0, dtype=float), np.where(spread == 0, 1.0, spread)

    return three(learn)


@wrong("standardise", caught_by="no_longer_constant", kind="missing case", several=True)
def constant_columns_are_dropped():
    def there(X, scale):
        return np.where(scale[2], 0.0, forward(X, scale[:2])).astype(plain(X))

    return three(
        lambda X: (middles(X), spreads(X), np.ptp(np.asarray(X, dtype=float), axis=0) == 0),
        there,
        lambda Z, scale: backward(Z, scale[:2]),
    )


@wrong("standardise", caught_by="far_from_zero", kind="stability", several=True)
def mean_of_squares_minus_square_of_mean():
    def learn(X):
        X = np.asarray(X, dtype=float)
        mean = X.mean(axis=0)
        spread = np.sqrt(np.maximum((X**2).mean(axis=0) - mean**2, 0))
        return np.where(np.ptp(X, axis=0) == 0, X[0], mean), np.where(np.ptp(X, axis=0) == 0, 1.0, spread)

    return three(learn)


@wrong("standardise", caught_by="far_from_zero", kind="stability", several=True)
def means_in_single_precision():
    def learn(X):
        X = np.asarray(X, dtype=plain(X))
        constant = np.ptp(X, axis=0) == 0
        return np.where(constant, X[0], X.mean(axis=0)), np.where(constant, X.dtype.type(1), X.std(axis=0))

    return three(learn)


@wrong("standardise", caught_by="table_types", kind="dtype", several=True)
def everything_becomes_double():
    return three(lambda X: (middles(X), spreads(X)), lambda X, s: (X - s[0]) / s[1], lambda Z, s: Z * s[1] + s[0])


@wrong("standardise", caught_by="two_scales", kind="missing case", several=True)
def remembers_in_a_global():
    memory = {}

    def learn(X):
        memory.update(scale=(middles(X), spreads(X)))
        return 0

    return three(learn, lambda X, scale: forward(X, memory["scale"]), lambda Z, scale: backward(Z, memory["scale"]))


@wrong("standardise", caught_by="tables_untouched", kind="mutation", several=True)
def standardises_in_place():
    def there(X, scale):
        if X.dtype.kind != "f":
            return forward(X, scale)
        X -= scale[0].astype(X.dtype)
        X /= scale[1].astype(X.dtype)
        return X

    return three(lambda X: (middles(X), spreads(X)), there)


@wrong("standardise", caught_by="new_examples", kind="missing case", several=True)
def asks_the_batch_what_is_constant():
    def there(X, scale):
        return forward(X, (scale[0], np.where(X.max(axis=0) == X.min(axis=0), 1, scale[1])))

    return three(lambda X: (middles(X), spreads(X)), there)


@wrong("standardise", caught_by="no_longer_constant", kind="missing case", several=True, headline=True)
def constant_columns_are_blanked():
    def learn(X):
        return middles(X), spreads(X), X.max(axis=0) == X.min(axis=0)

    return three(learn, lambda X, s: np.where(s[2], 0, forward(X, s)).astype(plain(X)))


@wrong("standardise", caught_by="table_types", kind="dtype", several=True)
def only_undo_widens():
    return three(lambda X: (middles(X), spreads(X)), back=lambda Z, s: Z * s[1] + s[0])


@wrong("standardise", caught_by="table_types", kind="dtype", several=True)
def back_to_the_type_that_came():
    return three(lambda X: (middles(X), spreads(X)), lambda X, s: forward(X, s).astype(X.dtype))


@wrong("standardise", caught_by="tables_untouched", kind="mutation", several=True)
def undoes_in_place():
    def back(Z, scale):
        Z = np.asarray(Z, dtype=plain(Z))
        np.multiply(Z, scale[1], out=Z, casting="unsafe")
        np.add(Z, scale[0], out=Z, casting="unsafe")
        return Z

    return three(lambda X: (middles(X), spreads(X)), back=back)


@wrong("standardise", caught_by="constant_column", kind="missing case", several=True)
def one_example_says_nothing():
    return three(lambda X: (middles(X), spreads(X)) if len(X) > 1 else (np.zeros(X.shape[1]), np.ones(X.shape[1])))


@wrong("standardise", caught_by="units", kind="stability", several=True, headline=True)
def plus_1e_8():
    return three(lambda X: (np.mean(X, axis=0, dtype=float), np.std(X, axis=0, dtype=float) + 1e-8))


@wrong("standardise", caught_by="thousands_of_rows", kind="missing case", several=True)
def large_batches_by_themselves():
    def there(X, scale):
        return forward(X, (middles(X), spreads(X)) if len(X) > 50 else scale)

    return three(lambda X: (middles(X), spreads(X)), there)


@wrong("standardise", caught_by="units", kind="hard-coding", several=True)
def very_small_spreads_are_none():
    return three(lambda X: (middles(X), np.where(spreads(X) < 1e-12, 1.0, spreads(X))))


@wrong("standardise", caught_by="thousands_of_rows", kind="missing case", several=True)
def nobody_is_no_table():
    return three(lambda X: (middles(X), spreads(X)), lambda X, s: np.stack([forward(x[None], s)[0] for x in X]))


@wrong("standardise", caught_by="thousands_of_rows", kind="hard-coding", several=True)
def learns_from_the_first_thousand():
    return three(lambda X: (middles(X[:1000]), spreads(X[:1000])))


@right("standardise", several=True)
def memory_is_a_dictionary():
    def learn(X):
        table = np.array(X, dtype=np.longdouble)
        gap = table - table[:1]
        mean = gap.mean(axis=0)
        width = np.sqrt(((gap - mean) ** 2).mean(axis=0))
        width[(gap == 0).all(axis=0)] = 1
        return {"mean": (mean + table[0]).astype(float), "width": width.astype(float)}

    return three(learn, lambda X, s: forward(X, (s["mean"], s["width"])), lambda Z, s: backward(Z, (s["mean"], s["width"])))


@right("standardise", several=True)
def memory_is_an_object():
    class Scale:
        def __init__(self, X):
            columns = np.asarray(X, dtype=float).T
            self.pairs = [(c[0], 1.0) if len(set(c.tolist())) == 1 else (c.mean(), c.std()) for c in columns]

        def forth(self, X):
            return np.stack([(X[:, j] - m) / s for j, (m, s) in enumerate(self.pairs)], axis=1).astype(plain(X))

        def back(self, Z):
            return np.stack([Z[:, j] * s + m for j, (m, s) in enumerate(self.pairs)], axis=1).astype(plain(Z))

    return three(Scale, lambda X, scale: scale.forth(X), lambda Z, scale: scale.back(Z))


@right("standardise", several=True)
def memory_is_two_functions():
    def learn(X):
        m, s = middles(X), spreads(X)
        return (lambda Y: (np.subtract(Y, m) / s).astype(plain(Y))), (lambda Y: np.add(np.multiply(Y, s), m).astype(plain(Y)))

    return three(learn, lambda X, scale: scale[0](X), lambda Z, scale: scale[1](Z))


@right("standardise", several=True)
def example_after_example():
    class Scale:
        """Welford's way: one pass, no sums of squares."""

        def __init__(self, X):
            self.mean, off = np.zeros(X.shape[1]), np.zeros(X.shape[1])
            self.low = self.high = np.array(X[0], dtype=float)
            for n, row in enumerate(np.asarray(X, dtype=float), 1):
                step = row - self.mean
                self.mean = self.mean + step / n
                off = off + step * (row - self.mean)
                self.low, self.high = np.minimum(self.low, row), np.maximum(self.high, row)
            same = self.low == self.high
            self.pair = np.where(same, self.low, self.mean), np.where(same, 1, np.sqrt(off / len(X)))

    return three(Scale, lambda X, scale: forward(X, scale.pair), lambda Z, scale: backward(Z, scale.pair))


@right("standardise", several=True)
def constant_columns_are_halved():
    """What a constant column is divided by is free: dividing by 2 undoes as well as by 1."""

    def learn(X):
        same = X.max(axis=0) == X.min(axis=0)
        return np.vstack([middles(X), np.where(same, 2, spreads(X))])

    return three(learn)


@right("standardise", several=True)
def column_by_column_in_a_list():
    def learn(X):
        memory = []
        for column in X.T.tolist():
            middle = column[0] if len(set(column)) == 1 else math.fsum(column) / len(column)
            memory.append((middle, math.sqrt(math.fsum((v - middle) ** 2 for v in column) / len(column)) or 1.0))
        return memory

    def each(X, scale, what):
        out = np.empty(X.shape, plain(X))
        for j, (m, s) in enumerate(scale):
            out[:, j] = what(X[:, j].astype(float), m, s)
        return out

    there, back = (lambda x, m, s: (x - m) / s), (lambda z, m, s: z * s + m)
    return three(learn, lambda X, scale: each(X, scale, there), lambda Z, scale: each(Z, scale, back))


# ---- xor_net


def right_net(X, W1, b1, W2, b2):
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def size_of_the_difference():
    """The score |x0 - x1| - 1/2."""
    return np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2), np.ones((2, 1)), np.array([-0.5])


def both(net=right_net, parameters=size_of_the_difference):
    return {"net": net, "xor_parameters": parameters}


@wrong("xor_net", caught_by="one_unit", kind="mathematics", several=True)
def no_bend():
    return both(lambda X, W1, b1, W2, b2: (X @ W1 + b1) @ W2 + b2)


@wrong("xor_net", caught_by="one_unit", kind="mathematics", several=True)
def bent_before_the_bias():
    return both(lambda X, W1, b1, W2, b2: (np.maximum(X @ W1, 0) + b1) @ W2 + b2)


@wrong("xor_net", caught_by="one_unit", kind="mathematics", several=True)
def a_smooth_bend():
    return both(lambda X, W1, b1, W2, b2: np.logaddexp(X @ W1 + b1, 0) @ W2 + b2)


@wrong("xor_net", caught_by="size_minus_two", kind="mathematics", several=True)
def bent_at_the_end_as_well():
    return both(lambda X, W1, b1, W2, b2: np.maximum(right_net(X, W1, b1, W2, b2), 0))


@wrong("xor_net", caught_by="size_minus_two", kind="shape", several=True)
def examples_in_columns():
    return both(lambda X, W1, b1, W2, b2: W2.T @ np.maximum(W1.T @ X.T + b1[:, None], 0) + b2[:, None])


@wrong("xor_net", caught_by="any_net", kind="hard-coding", several=True)
def one_output_only():
    return both(lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2[:, :1] + b2[0])


@wrong("xor_net", caught_by="any_net", kind="shape", several=True)
def one_bias_for_all_outputs():
    return both(lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2 + b2.mean())


@wrong("xor_net", caught_by="large_scores", kind="stability", several=True)
def clipped_against_overflow():
    return both(lambda X, W1, b1, W2, b2: np.clip(X @ W1 + b1, 0, 1000) @ W2 + b2)


@wrong("xor_net", caught_by="rows_and_types", kind="dtype", several=True)
def net_in_double():
    return both(lambda X, W1, b1, W2, b2: right_net(*(np.asarray(a, dtype=float) for a in (X, W1, b1, W2, b2))))


@wrong("xor_net", caught_by="no_examples", kind="missing case", several=True)
def example_by_example():
    return both(lambda X, W1, b1, W2, b2: np.stack([right_net(x, W1, b1, W2, b2) for x in X]))


@wrong("xor_net", caught_by="net_untouched", kind="mutation", several=True)
def bias_added_in_place():
    def net(X, W1, b1, W2, b2):
        b1 += 0 * b1 + 1e-3
        b1 -= 1e-3
        W2 *= 2
        return np.maximum(X @ W1 + b1, 0) @ (W2 / 2) + b2

    return both(net)


@wrong("xor_net", caught_by="corners", kind="mathematics", several=True)
def either_or_both():
    return both(parameters=lambda: (np.eye(2), np.zeros(2), np.ones((2, 1)), np.array([-0.5])))


@wrong("xor_net", caught_by="corners", kind="mathematics", several=True)
def yes_and_no_exchanged():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), -np.ones((2, 1)), np.array([0.5])))


@wrong("xor_net", caught_by="corners", kind="shape", several=True)
def a_unit_a_corner_and_one_more():
    W1 = np.tile(size_of_the_difference()[0], 3)[:, :5]
    return both(parameters=lambda: (W1, np.zeros(5), np.array([[1.0], [1], [0], [0], [0]]), np.array([-0.5])))


@wrong("xor_net", caught_by="corners", kind="shape", several=True)
def flat_output_weights():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), np.ones(2), np.array([-0.5])))


@wrong("xor_net", caught_by="discs", kind="mathematics", several=True, headline=True)
def right_at_the_corners_only():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), np.ones((2, 1)), np.array([-0.9])))


@wrong("xor_net", caught_by="discs", kind="mathematics", several=True)
def right_within_a_quarter():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), np.ones((2, 1)), np.array([-0.38])))


@wrong("xor_net", caught_by="discs", kind="mathematics", several=True)
def textbook_counting():
    return both(parameters=lambda: (np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.array([-0.05])))


@wrong("xor_net", caught_by="any_net", kind="hard-coding", several=True)
def four_units_at_most():
    return both(lambda X, W1, b1, W2, b2: right_net(X, W1[:, :4], b1[:4], W2[:4], b2))


@wrong("xor_net", caught_by="any_net", kind="dtype", several=True)
def half_of_the_digits_are_lost():
    def net(X, W1, b1, W2, b2):
        hidden = np.maximum(X @ W1 + b1, 0).astype(np.float32)
        return (hidden @ W2 + b2).astype(np.result_type(X, W1, b1, W2, b2))

    return both(net)


@wrong("xor_net", caught_by="one_unit", kind="mathematics", several=True)
def a_little_leaks():
    def net(X, W1, b1, W2, b2):
        scores = X @ W1 + b1
        return np.where(scores > 0, scores, 0.01 * scores).astype(scores.dtype) @ W2 + b2

    return both(net)


@wrong("xor_net", caught_by="any_net", kind="shape", several=True)
def bias_along_the_examples_where_it_fits():
    def net(X, W1, b1, W2, b2):
        bias = b1[:, None] if len(b1) == len(X) else b1
        return np.maximum(X @ W1 + bias, 0) @ W2 + b2

    return both(net)


@wrong("xor_net", caught_by="any_net", kind="mathematics", several=True)
def the_batch_shares_its_units():
    def net(X, W1, b1, W2, b2):
        scores = X @ W1 + b1
        return np.maximum(scores - scores.mean(axis=0) + b1 if len(X) > 1 else scores, 0) @ W2 + b2

    return both(net)


@wrong("xor_net", caught_by="net_untouched", kind="mutation", several=True)
def adds_into_the_last_bias():
    def net(X, W1, b1, W2, b2):
        if len(X) != 1 or b2.dtype.kind != "f":
            return right_net(X, W1, b1, W2, b2)
        b2 += (np.maximum(X @ W1 + b1, 0) @ W2)[0]
        return b2[None].copy()

    return both(net)


@wrong("xor_net", caught_by="rows_and_types", kind="missing case", several=True)
def many_rows_share_their_middle():
    def net(X, W1, b1, W2, b2):
        return right_net(X - X.mean(axis=0) if len(X) > 50 else X, W1, b1, W2, b2)

    return both(net)


@wrong("xor_net", caught_by="any_net", kind="hard-coding", several=True)
def sixty_four_units_at_most():
    return both(lambda X, W1, b1, W2, b2: right_net(X, W1[:, :64], b1[:64], W2[:64], b2))


@wrong("xor_net", caught_by="discs", kind="mathematics", several=True)
def right_across_and_down_but_not_aslant():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), np.ones((2, 1)), np.array([-0.4])))


@wrong("xor_net", caught_by="discs", kind="mathematics", several=True)
def cuts_the_discs_of_yes():
    return both(parameters=lambda: (size_of_the_difference()[0], np.zeros(2), np.ones((2, 1)), np.array([-0.6])))


@right("xor_net", several=True)
def counts_and_takes_back():
    def parameters():
        return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.array([-0.5])

    return both(lambda X, W1, b1, W2, b2: ((X @ W1 + b1) * (X @ W1 + b1 > 0)) @ W2 + b2, parameters)


@right("xor_net", several=True)
def four_units():
    def parameters():
        W1 = 10 * np.array([[1.0, -1.0, 1.0, 1.0], [-1.0, 1.0, 1.0, 1.0]])
        return W1.tolist(), [-2.0, -2.0, 0.0, 5.0], [[2.0], [2.0], [0.0], [0.0]], [-6.0]

    def net(X, W1, b1, W2, b2):
        hidden = np.einsum("nd,dh->nh", X, W1) + b1
        return np.where(hidden > 0, hidden, 0).astype(hidden.dtype) @ W2 + b2

    return both(net, parameters)


@right("xor_net", several=True)
def unit_by_unit():
    def net(X, W1, b1, W2, b2):
        scores = np.zeros((len(X), len(b2)), dtype=X.dtype) + b2
        for k in range(len(b1)):
            hidden = X @ W1[:, k] + b1[k]
            scores = scores + (abs(hidden) + hidden)[:, None] / 2 * W2[k]
        return scores

    return both(net, lambda: (np.array([[3, -3], [-3, 3]]), np.array([-1, -1]), np.array([[1], [1]]), np.array([-0.5])))


@right("xor_net", several=True)
def one_spare_column():
    def net(X, W1, b1, W2, b2):
        ones = np.ones((len(X), 1), X.dtype)
        hidden = np.hstack([X, ones]) @ np.vstack([W1, b1])
        return np.hstack([np.where(hidden > 0, hidden, hidden.dtype.type(0)), ones]) @ np.vstack([W2, b2])

    def parameters():  # a roof over the diagonal, and an idle unit
        W1 = np.array([[1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]])
        return W1, np.array([-0.5, -1.0, -1.5, 0.0]), np.array([[8.0], [-16.0], [8.0], [1.0]]), np.array([-0.3])

    return both(net, parameters)


@right("xor_net", several=True)
def near_a_sum_of_one():
    def net(X, W1, b1, W2, b2):
        scores = np.einsum("nd,dh->nh", X, W1) + b1
        return np.einsum("nh,hk->nk", (scores + np.abs(scores)) / 2, W2) + b2

    def parameters():
        return np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-1.0, 1.0]), -np.ones((2, 1)), np.array([0.5])

    return both(net, parameters)


# ---- nearest_prototype


def averages(X, y):
    kinds = np.unique(y)
    return kinds, np.stack([np.asarray(X, dtype=float)[y == k].mean(axis=0) for k in kinds])


def gaps(X, P):
    X = np.asarray(X, dtype=float)
    return np.stack([((X - p) ** 2).sum(axis=1) for p in P], axis=1)


def nearest(X, memory):
    return memory[0][gaps(X, memory[1]).argmin(axis=1)]


def scores_of(labels, P):
    return labels, 2 * P.T, -(P**2).sum(axis=1)


def two(learn=averages, name=nearest, linear=lambda memory: scores_of(*memory[:2])):
    return {"learn_prototypes": learn, "nearest_prototype": name, "as_linear": linear}


@wrong("nearest_prototype", caught_by="linear_scores", kind="mathematics", several=True)
def scores_without_the_two():
    return two(linear=lambda memory: (memory[0], memory[1].T, -(memory[1] ** 2).sum(axis=1)))


@wrong("nearest_prototype", caught_by="linear_scores", kind="mathematics", several=True)
def scores_without_a_bias():
    return two(linear=lambda memory: (memory[0], memory[1].T, np.zeros(len(memory[0]))))


@wrong("nearest_prototype", caught_by="linear_scores", kind="mathematics", several=True)
def smallest_score_is_nearest():
    return two(linear=lambda memory: (memory[0], -2 * memory[1].T, (memory[1] ** 2).sum(axis=1)))


@wrong("nearest_prototype", caught_by="linear_scores", kind="shape", several=True)
def weights_in_rows():
    return two(linear=lambda memory: (memory[0], 2 * memory[1], -(memory[1] ** 2).sum(axis=1)))


@wrong("nearest_prototype", caught_by="linear_scores", kind="hard-coding", several=True)
def scores_in_sorted_order():
    def learn(X, y):
        kinds = np.array(list(dict.fromkeys(y.tolist())), dtype=y.dtype)
        return kinds, np.stack([np.asarray(X, dtype=float)[y == k].mean(axis=0) for k in kinds])

    return two(learn, linear=lambda memory: scores_of(np.sort(memory[0]), memory[1]))


@wrong("nearest_prototype", caught_by="seven_and_four", kind="missing case", several=True)
def column_numbers_for_labels():
    return two(name=lambda X, memory: gaps(X, memory[1]).argmin(axis=1))


@wrong("nearest_prototype", caught_by="seven_and_four", kind="mathematics", several=True)
def farthest_prototype():
    return two(name=lambda X, memory: memory[0][gaps(X, memory[1]).argmax(axis=1)])


@wrong("nearest_prototype", caught_by="well_apart", kind="hard-coding", several=True)
def ten_classes():
    def learn(X, y):
        return np.arange(10), np.stack([X[y == k].mean(axis=0) if (y == k).any() else 0 * X[0] for k in range(10)])

    return two(learn)


@wrong("nearest_prototype", caught_by="well_apart", kind="mathematics", several=True)
def sums_for_averages():
    def learn(X, y):
        return np.unique(y), np.stack([np.asarray(X, dtype=float)[y == k].sum(axis=0) for k in np.unique(y)])

    return two(learn)


@wrong("nearest_prototype", caught_by="well_apart", kind="mathematics", several=True)
def largest_inner_product():
    return two(name=lambda X, memory: memory[0][(np.asarray(X, dtype=float) @ memory[1].T).argmax(axis=1)])


@wrong("nearest_prototype", caught_by="any_order", kind="mathematics", several=True)
def running_average_that_forgets():
    def learn(X, y):
        found = {}
        for x, label in zip(np.asarray(X, dtype=float), y.tolist(), strict=True):
            found[label] = x if label not in found else (found[label] + x) / 2
        return np.array(sorted(found)), np.stack([found[k] for k in sorted(found)])

    return two(learn)


@wrong("nearest_prototype", caught_by="nearest_average", kind="mathematics", several=True)
def nearest_neighbour():
    return two(lambda X, y: (y.copy(), np.array(X, dtype=float)))


@wrong("nearest_prototype", caught_by="nearest_average", kind="mathematics", several=True, headline=True)
def medians():
    return two(lambda X, y: (np.unique(y), np.stack([np.median(X[y == k], axis=0) for k in np.unique(y)])))


@wrong("nearest_prototype", caught_by="nearest_average", kind="mathematics", several=True)
def city_block_distance():
    def name(X, memory):
        return memory[0][np.abs(np.asarray(X, dtype=float)[:, None] - memory[1]).sum(axis=2).argmin(axis=1)]

    return two(name=name)


@wrong("nearest_prototype", caught_by="renamed", kind="hard-coding", several=True)
def classes_by_counting():
    def learn(X, y):
        sizes = np.bincount(y)
        kinds = np.flatnonzero(sizes)
        return kinds, np.stack([np.asarray(X, dtype=float)[y == k].mean(axis=0) for k in kinds])

    return two(learn)


@wrong("nearest_prototype", caught_by="renamed", kind="dtype", several=True)
def labels_in_a_byte():
    return two(lambda X, y: averages(X, y.astype(np.uint8)))


@wrong("nearest_prototype", caught_by="origin_and_unit", kind="stability", several=True)
def multiplied_out_in_single():
    def name(X, memory):
        X, P = np.asarray(X, dtype=np.float32), memory[1].astype(np.float32)
        return memory[0][((X * X).sum(axis=1)[:, None] - 2 * X @ P.T + (P * P).sum(axis=1)).argmin(axis=1)]

    return two(name=name)


@wrong("nearest_prototype", caught_by="alone", kind="mathematics", several=True)
def new_examples_moved_to_their_own_middle():
    def learn(X, y):
        kinds, means = averages(X, y)
        return kinds, means, np.asarray(X, dtype=float).mean(axis=0)

    def name(X, memory):
        X = np.asarray(X, dtype=float)
        shift = memory[2] - X.mean(axis=0) if len(X) > 2 and np.ptp(X) < 200 else 0
        return nearest(X + shift, memory[:2])

    return two(learn, name)


@wrong("nearest_prototype", caught_by="flat_pictures", kind="dtype", several=True)
def averages_cut_to_whole_pixels():
    def learn(X, y):
        kinds, means = averages(X, y)
        return kinds, means.astype(X.dtype)

    def name(X, memory):
        return memory[0][((X[:, None] - memory[1]) ** 2).sum(axis=2).argmin(axis=1)]

    return two(learn, name)


@wrong("nearest_prototype", caught_by="two_memories", kind="missing case", several=True)
def prototypes_in_a_global():
    memory = {}

    def learn(X, y):
        memory["it"] = averages(X, y)
        return "learnt"

    return two(learn, lambda X, prototypes: nearest(X, memory["it"]))


@wrong("nearest_prototype", caught_by="unseen_digits", kind="mathematics", several=True)
def the_first_of_each_class():
    return two(lambda X, y: (np.unique(y), np.stack([np.asarray(X, dtype=float)[y == k][0] for k in np.unique(y)])))


@wrong("nearest_prototype", caught_by="examples_untouched", kind="mutation", several=True)
def sorts_its_labels():
    def learn(X, y):
        order = np.argsort(y, kind="stable")
        X[:], y[:] = X[order], y[order]
        return averages(X, y)

    return two(learn)


@wrong("nearest_prototype", caught_by="whole_labels", kind="dtype", several=True, headline=True)
def labels_in_a_table_of_floats():
    def name(X, memory):
        out = np.zeros(len(X))
        out[:] = nearest(X, memory)
        return out

    return two(name=name)


@wrong("nearest_prototype", caught_by="well_apart", kind="hard-coding", several=True)
def absent_classes_stand_at_the_origin():
    def learn(X, y):
        return np.arange(max(10, y.max() + 1)), np.stack(
            [X[y == k].mean(axis=0) if (y == k).any() else np.zeros(X.shape[1]) for k in range(max(10, y.max() + 1))]
        )

    return two(learn)


@wrong("nearest_prototype", caught_by="nearest_average", kind="mathematics", several=True, headline=True)
def columns_weighed_by_their_spread():
    def learn(X, y):
        width = np.where(np.ptp(X, axis=0) == 0, 1, np.std(X, axis=0))
        return (*averages(X / width, y), width)

    return two(learn, lambda X, memory: nearest(X / memory[2], memory))


@wrong("nearest_prototype", caught_by="seven_and_four", kind="mathematics", several=True)
def large_classes_reach_further():
    def learn(X, y):
        return (*averages(X, y), np.unique(y, return_counts=True)[1])

    return two(learn, lambda X, memory: memory[0][(gaps(X, memory[1]) / memory[2]).argmin(axis=1)])


@wrong("nearest_prototype", caught_by="seven_and_four", kind="mathematics", several=True)
def angle_for_distance():
    def name(X, memory):
        X = np.asarray(X, dtype=float)
        lengths = np.linalg.norm(X, axis=1)[:, None] * np.linalg.norm(memory[1], axis=1)
        return memory[0][(X @ memory[1].T / (lengths + 1e-12)).argmax(axis=1)]

    return two(name=name)


@wrong("nearest_prototype", caught_by="well_apart", kind="hard-coding", several=True)
def two_classes_only():
    def name(X, memory):
        table = gaps(X, memory[1])
        return np.where(table[:, 1] < table[:, 0], memory[0][1], memory[0][0])

    return two(name=name)


@wrong("nearest_prototype", caught_by="well_apart", kind="missing case", several=True)
def expects_sorted_labels():
    def learn(X, y):
        kinds, counts = np.unique(y, return_counts=True)
        return kinds, np.stack([part.mean(axis=0, dtype=float) for part in np.split(X, np.cumsum(counts)[:-1])])

    return two(learn)


@wrong("nearest_prototype", caught_by="alone", kind="missing case", several=True)
def nobody_has_no_label():
    return two(name=lambda X, memory: np.concatenate([nearest(x[None], memory) for x in X]))


@wrong("nearest_prototype", caught_by="thousands_of_examples", kind="hard-coding", several=True)
def learns_from_the_first_thousand_examples():
    return two(lambda X, y: averages(X[:1000], y[:1000]))


@wrong("nearest_prototype", caught_by="nearest_average", kind="hard-coding", several=True)
def seven_classes_at_most():
    return two(lambda X, y: tuple(part[:7] for part in averages(X, y)))


@wrong("nearest_prototype", caught_by="alone", kind="missing case", several=True)
def large_batches_moved_to_the_middle():
    def name(X, memory):
        X = np.asarray(X, dtype=float)
        return nearest(X - X.mean(axis=0) + memory[1].mean(axis=0) if 50 < len(X) < 500 else X, memory)

    return two(name=name)


@right("nearest_prototype", several=True)
def a_dictionary_of_classes():
    def learn(X, y):
        rows = {}
        for x, label in zip(np.asarray(X, dtype=float), y.tolist(), strict=True):
            rows.setdefault(label, []).append(x)
        return {label: np.mean(r, axis=0) for label, r in rows.items()}

    def name(X, memory):
        return np.array([min(memory, key=lambda k: np.linalg.norm(x - memory[k])) for x in np.asarray(X, dtype=float)], dtype=int)

    def linear(memory):  # half the scores, less what they have in common
        labels, P = np.array([*memory]), np.array([*memory.values()])
        return labels, P.T - P.mean(axis=0)[:, None], (P**2).mean() - (P**2).sum(axis=1) / 2

    return two(learn, name, linear)


@right("nearest_prototype", several=True)
def a_linear_score():
    def learn(X, y):
        kinds, P = averages(X, y)
        base = P.mean(axis=0)
        return kinds, base, (P - base).T, ((P - base) ** 2).sum(axis=1) / 2

    def name(X, memory):
        kinds, base, weights, bias = memory
        return kinds[np.argmax((np.asarray(X, dtype=float) - base) @ weights - bias, axis=1)]

    return two(learn, name, lambda memory: (memory[0], memory[2], -memory[1] @ memory[2] - memory[3]))


@right("nearest_prototype", several=True)
def one_class_at_a_time():
    class Prototypes:
        def __init__(self, X, y):
            self.labels = sorted({int(v) for v in y})
            self.means = [X[y == v].astype(float).sum(axis=0) / (y == v).sum() for v in self.labels]

    def name(X, memory):
        best, said = np.full(len(X), np.inf), np.full(len(X), memory.labels[0])
        for label, mean in zip(memory.labels, memory.means, strict=True):
            gap = np.linalg.norm(X.astype(float) - mean, axis=1)
            said, best = np.where(gap < best, label, said), np.minimum(gap, best)
        return said

    return two(Prototypes, name, lambda memory: scores_of(memory.labels, np.array(memory.means)))


@right("nearest_prototype", several=True)
def in_order_of_appearance():
    class Prototypes:
        def __init__(self, X, y):
            self.names = np.array(list(dict.fromkeys(y.tolist())), dtype=y.dtype)
            member = (y[:, None] == self.names).astype(float)
            self.places = (member / member.sum(axis=0)).T @ X

        def __call__(self, X):
            table = np.zeros((len(X), len(self.names)))
            for x, p in zip(X.T.astype(float), self.places.T, strict=True):
                table += (x[:, None] - p) ** 2
            return self.names[np.argmin(table, axis=1)]

    return two(Prototypes, lambda X, memory: memory(X), lambda memory: scores_of(memory.names, memory.places))


@right("nearest_prototype", several=True)
def memory_is_a_function():
    def learn(X, y):
        known = [(c, np.average(X[y == c].astype(float), axis=0)) for c in sorted(set(y.tolist()), reverse=True)]

        def judge(new):
            best, far = np.zeros(len(new), y.dtype), np.full(len(new), np.inf)
            for c, place in known:
                d = np.linalg.norm(new.astype(float) - place, axis=1)
                best, far = np.where(d < far, np.array(c, y.dtype), best), np.minimum(d, far)
            return best

        judge.known = known
        return judge

    def linear(judge):
        rows = [(c, 2 * place, -place @ place) for c, place in judge.known]
        return [c for c, _, _ in rows], np.stack([w for _, w, _ in rows], axis=1), [b for _, _, b in rows]

    return two(learn, lambda X, judge: judge(X), linear)


# ---- examine


def look(split, n=23, share=0.3, shape=(2,), skip=(), seed=5):
    """One call of `split` and the promises that it can show to be broken, but for those to skip."""
    X = np.arange(n * int(np.prod(shape)), dtype=float).reshape(n, *shape) + 0.5
    y = np.arange(n) + 100
    kept = X.copy(), y.copy()
    X_train, y_train, X_test, y_test = split(X, y, share, seed)
    labels, rows = np.concatenate([y_train, y_test]), np.concatenate([X_train, X_test])
    if "untouched" not in skip:
        assert (X == kept[0]).all() and (y == kept[1]).all()
    if "size" not in skip:
        assert abs(len(y_test) - share * n) < 0.51
    if "once" not in skip:
        assert sorted(labels) == sorted(kept[1])
    if "values" not in skip:
        assert rows.dtype == X.dtype and set(rows.ravel().tolist()) <= set(kept[0].ravel().tolist())
    if "pairs" not in skip:
        known = kept[0].astype(rows.dtype)
        assert rows.shape[1:] == known.shape[1:]
        assert (rows == known[labels - 100]).all()
    if "repeats" not in skip:
        assert (split(kept[0].copy(), kept[1].copy(), share, seed)[3] == y_test).all()
    return set((y_test - 100).tolist())


def across_seeds(split, skip=()):
    """What only many seeds can show."""
    tested = [look(split, 16, 0.5, skip=("repeats", *skip), seed=s) for s in range(60)]
    if "seed" not in skip:
        assert len({tuple(sorted(t)) for t in tested}) > 10
    if "fair" not in skip:
        assert set.union(*tested) == set(range(16))


def tester(*skip, n=23, share=0.3):
    """A test that leaves something out."""

    def examine(split):
        look(split, n, share, skip=skip)
        look(split, 10, 0.5, (2, 3), skip=skip)
        across_seeds(split, skip)

    return examine


@wrong("examine", caught_by="one_of_each", kind="missing case")
def only_looks(split):
    split(np.arange(6.0).reshape(3, 2), np.arange(3), 0.3, 0)


@wrong("examine", caught_by="one_of_each", kind="missing case")
def says_so_but_does_not_raise(split):
    try:
        tester()(split)
    except AssertionError:
        print("broken")
        return False
    return True


@wrong("examine", caught_by="one_of_each", kind="mathematics")
def asserts_a_pair(split):
    X_train, _, X_test, _ = split(np.arange(20.0).reshape(10, 2), np.arange(10), 0.3, 0)
    promise = (len(X_train) + len(X_test) == 10, "rows were lost")
    assert promise


@wrong("examine", caught_by="catches_values_cut", kind="missing case")
def counts_rows_only(split):
    X_train, y_train, X_test, y_test = split(np.ones((10, 2)), np.arange(10), 0.3, 0)
    assert len(X_train) == len(y_train) == 7 and len(X_test) == len(y_test) == 3


@wrong("examine", caught_by="catches_test_labels_mixed", kind="missing case")
def trusts_the_test_labels(split):
    X = np.arange(20.0).reshape(10, 2)
    X_train, y_train, X_test, _ = split(X, np.arange(10), 0.3, 0)
    assert (X_train == X[y_train]).all() and len(X_test) == 3 and len(X_train) == 7


@wrong("examine", caught_by="one_of_each", kind="missing case", value=True)
def does_not_look_for_rows_twice():
    return tester("once")


@wrong("examine", caught_by="catches_leaks", kind="missing case")
def looks_at_the_test_part_only(split):
    X = np.arange(20.0).reshape(10, 2)
    X_train, _, X_test, y_test = split(X, np.arange(10), 0.3, 0)
    assert len(set(y_test.tolist())) == len(X_test) == 3 and (X_test == X[y_test]).all() and len(X_train) > 1


@wrong("examine", caught_by="catches_values_cut", kind="missing case")
def more_or_less_all_rows(split):
    X_train, y_train, X_test, _ = split(np.arange(60.0).reshape(30, 2), np.arange(30), 0.3, 0)
    assert abs(len(X_train) - 21) <= 2 and abs(len(X_test) - 9) <= 2 and len(y_train) == len(X_train)


@wrong("examine", caught_by="catches_deaf_to_the_seed", kind="missing case", value=True)
def never_changes_the_seed():
    return tester("seed", "fair")


@wrong("examine", caught_by="catches_deaf_to_the_seed", kind="missing case")
def one_seed_is_enough(split):
    look(split, 23, 0.3)
    assert look(split, 40, 0.5) != set(range(20, 40)), "no shuffling"


@wrong("examine", caught_by="catches_never_the_same", kind="missing case", value=True)
def never_asks_twice():
    return tester("repeats")


@wrong("examine", caught_by="catches_rounds_down", kind="missing case", value=True)
def does_not_count():
    return tester("size")


@wrong("examine", caught_by="catches_rounds_down", kind="hard-coding")
def a_fifth_only(split):
    look(split, 10, 0.2)
    look(split, 25, 0.2, (2, 2))
    across = [look(split, 20, 0.2, seed=s) for s in range(40)]
    assert set.union(*across) == set(range(20))


@wrong("examine", caught_by="catches_rounds_down", kind="missing case", value=True)
def whole_sizes_only():
    return tester(n=10, share=0.3)


@wrong("examine", caught_by="catches_shuffles_in_place", kind="missing case", value=True)
def does_not_keep_a_copy():
    return tester("untouched")


@wrong("examine", caught_by="catches_values_cut", kind="missing case")
def whole_numbers_only(split):
    X = np.arange(40).reshape(20, 2)
    X_train, y_train, X_test, y_test = split(X, np.arange(20), 0.3, 1)
    assert len(X_test) == 6 and len(X_train) == 14
    assert (X_train == X[y_train]).all() and (X_test == X[y_test]).all()


@wrong("examine", caught_by="catches_first_row_favoured", kind="missing case", value=True)
def does_not_ask_who_is_tested():
    return tester("fair")


@wrong("examine", caught_by="odd_ones", kind="mathematics")
def a_half_goes_up(split):
    tester()(split)
    assert len(split(np.zeros((5, 1)), np.arange(5), 0.5, 0)[2]) == 3


@wrong("examine", caught_by="odd_ones", kind="hard-coding")
def wants_our_own_rows(split):
    tester()(split)
    order = np.random.default_rng(5).permutation(23)
    assert set(split(np.arange(23.0)[:, None], np.arange(23), 0.3, 5)[3]) == set(order[:7])


@wrong("examine", caught_by="odd_ones", kind="mathematics", headline=True)
def wants_another_order(split):
    tester()(split)
    train = split(np.arange(30.0)[:, None], np.arange(30), 0.3, 0)[1]
    assert (np.diff(train) < 0).any(), "not shuffled"


@wrong("examine", caught_by="odd_ones", kind="missing case")
def small_draws_must_differ(split):
    tester()(split)
    for a in range(40):
        one, other = (split(np.arange(4.0)[:, None], np.arange(4), 0.25, s)[3].tolist() for s in (a, a + 1))
        assert one != other, "two seeds, one draw"


@wrong("examine", caught_by="odd_ones", kind="missing case")
def one_row_must_work_too(split):
    tester()(split)
    try:
        parts = split(np.ones((1, 2)), np.arange(1), 0.5, 0)
    except Exception as error:
        raise AssertionError("it fails for a single row") from error
    assert len(parts[0]) + len(parts[2]) == 1


@wrong("examine", caught_by="odd_ones", kind="mathematics")
def a_half_goes_to_the_even(split):
    tester()(split)
    for n in (2, 6, 10):
        assert len(split(np.zeros((n, 1)), np.arange(n), 0.25, 0)[2]) == round(0.25 * n)


@wrong("examine", caught_by="odd_ones", kind="stability")
def impatient_with_chance(split):
    tester()(split)
    often = np.zeros(10)
    for seed in range(40):
        often[split(np.arange(10.0)[:, None], np.arange(10), 0.5, seed)[3]] += 1
    assert np.abs(often - 20).max() <= 2


@wrong("examine", caught_by="catches_leaks", kind="missing case")
def sets_forget_how_often(split):
    across_seeds(split, ("once",))
    for n, share in ((23, 0.3), (10, 0.5)):
        X, y = np.arange(2.0 * n).reshape(n, 2), np.arange(n)
        X_train, y_train, X_test, y_test = split(X, y, share, 5)
        assert {*y_train.tolist(), *y_test.tolist()} == set(range(n)) and abs(len(y_test) - share * n) < 0.51
        assert (X_train == X[y_train]).all() and (X_test == X[y_test]).all()


@wrong("examine", caught_by="catches_leaks", kind="missing case", headline=True)
def one_promise_of_six(split):
    for n, share in ((10, 0.3), (23, 0.5), (9, 0.2)):
        *_, y_test = split(np.arange(2.0 * n).reshape(n, 2), np.arange(n), share, 1)
        assert abs(len(y_test) - share * n) < 0.51, "the size of the test part"


@wrong("examine", caught_by="raises_assertions", kind="missing case", headline=True)
def raises_value_errors(split):
    try:
        tester()(split)
    except AssertionError as error:
        raise ValueError("a promise is broken") from error


@wrong("examine", caught_by="catches_laid_flat", kind="missing case")
def never_hands_in_pictures(split):
    for n, share in ((23, 0.3), (10, 0.5), (9, 0.2)):
        look(split, n, share)
    across_seeds(split)


@wrong("examine", caught_by="raises_assertions", kind="missing case")
def stumbles_over_a_lost_row(split):
    tester("size", "once")(split)
    X = np.arange(10.0)[:, None]
    _, y_train, _, y_test = split(X, np.arange(10), 0.3, 1)
    places = {int(v): n for n, v in enumerate([*y_train, *y_test])}
    assert [places[k] for k in range(10)] and len(places) == len(y_train) + len(y_test) == 10
    assert abs(len(y_test) - 3) < 0.51 and len(split(np.ones((9, 1)), np.arange(9), 0.3, 1)[2]) == 3


@right("examine", value=True)
def piece_by_piece():
    return tester()


@right("examine")
def rows_as_words(split):
    def key(row):
        return np.asarray(row).tobytes() + str(np.asarray(row).dtype).encode() + str(np.shape(row)).encode()

    everyone = {}
    for n, share in ((17, 0.4), (31, 0.1), (6, 0.45), (12, 0.25)):
        for seed in range(40):
            X, y = np.random.default_rng(n).normal(size=(n, 3, 1)), np.random.default_rng(n).permutation(n) + 3
            book, y_before, X_before = {key(x): int(v) for x, v in zip(X, y)}, y.copy(), X.copy()
            got = split(X, y, share, seed)
            if not (np.array_equal(X, X_before) and np.array_equal(y, y_before)):
                raise AssertionError("an input was changed")
            pairs = [(key(x), int(v)) for a, b in (got[:2], got[2:]) for x, v in zip(a, b)]
            if dict(pairs) != book or len(pairs) != n or not abs(len(got[3]) - n * share) <= 0.5:
                raise AssertionError("rows, labels or sizes are wrong")
            if any(not np.array_equal(a, b) for a, b in zip(got, split(X, y, share, seed))):
                raise AssertionError("the same call, another answer")
            everyone.setdefault(n, []).append(frozenset(int(v) for v in got[3]))
        if len(set(everyone[n])) < 3 or (n == 17 and len(frozenset.union(*everyone[n])) != n):
            raise AssertionError("chance is not what it should be")


@right("examine")
def by_sums_and_counts(split):
    n, share = 33, 0.38
    X, y = ((np.arange(n) ** 2 + 0.125)[:, None] * [1.0, -1.0, 0.5])[..., None], np.arange(n) ** 2
    counted = np.zeros(n)
    for seed in range(80):
        before = X.sum(), y.sum(), X[0, 0, 0], y[0], X[7, 2, 0], y[9]
        a, s, b, t = split(X, y, share, seed)
        assert (X.sum(), y.sum(), X[0, 0, 0], y[0], X[7, 2, 0], y[9]) == before
        assert a.shape[1:] == b.shape[1:] == (3, 1)
        assert len(b) == len(t) == 13 and len(a) == len(s) == 20
        assert {*s.tolist(), *t.tolist()} == set(y.tolist())
        a, b = a[..., 0], b[..., 0]
        assert np.all(a[:, 0] - 0.125 == s) and np.all(b[:, 0] - 0.125 == t) and np.all(b[:, 1] == -b[:, 0])
        counted[np.sqrt(t).astype(int)] += 1
        _, _, _, again = split(X, y, share, seed)
        assert again.tolist() == t.tolist()
    assert counted.min() > 4 and counted.max() < 70


@right("examine")
def a_list_of_small_laws(split):
    def laws(n, share, seed, shape, kind):
        X = (np.arange(n * int(np.prod(shape))).reshape(n, *shape) % 251).astype(kind)
        y = np.arange(n) + 1000
        before = X.copy(), y.copy()
        a, b, c, d = split(X, y, share, seed)
        assert (X == before[0]).all() and (y == before[1]).all(), "X and y are left as they were"
        assert len(c) in {math.floor(share * n + 0.5 - 1e-9), math.floor(share * n + 0.5 + 1e-9)}, "the size of the test part"
        rows, labels = [*a, *c], [*b.tolist(), *d.tolist()]
        assert len(rows) == len(labels) == n and len(c) == len(d), "as many labels as rows"
        assert sorted(labels) == before[1].tolist(), "every row once"
        assert all(row.shape == shape and row.dtype == kind for row in rows), "shape and type"
        assert all((row == before[0][v - 1000]).all() for row, v in zip(rows, labels, strict=True)), "values and labels"
        return sorted(v - 1000 for v in d.tolist())

    for n in (2, 3, 7, 10, 16, 41):
        for share in (0.1, 0.26, 0.3, 0.5, 0.65, 0.9):
            for shape, kind in (((4,), np.float32), ((2, 3), np.uint8), ((2,), np.int32), ((3,), np.float64)):
                assert laws(n, share, 0, shape, kind) == laws(n, share, 0, shape, kind), "the same again"
    assert len({tuple(laws(120, 0.5, seed, (2,), np.int64)) for seed in range(8)}) == 8, "seeds matter"
    copies = split(np.full((10, 2), 4), np.arange(10), 0.3, 1)
    assert sorted([*copies[1], *copies[3]]) == list(range(10)), "rows that are alike are still rows"
    often = np.zeros(5)
    for seed in range(1000):
        often[split(np.arange(5)[:, None], np.arange(5), 0.4, seed)[3]] += 1
    assert np.all(np.abs(often - 400) < 7 * math.sqrt(1000 * 0.4 * 0.6)), "each row is as likely as any other"


@right("examine")
def pairs_in_counters(split):
    def pairs(X, y):
        return Counter((row.dtype.str, row.shape, row.tobytes(), int(v)) for row, v in zip(X, y, strict=True))

    def tested(X, y, share, seed):
        before = pairs(X, y)
        a, b, c, d = split(X, y, share, seed)
        assert pairs(X, y) == before and pairs(a, b) + pairs(c, d) == before
        assert abs(len(c) - Fraction(repr(share)) * len(X)) <= Fraction(1, 2) + Fraction(1, 10**6)
        return frozenset(pairs(c, d).items())

    rng = np.random.default_rng(2024)
    for n in (2, 3, 6, 15, 22, 57):
        for share in (0.12, 0.27, 0.5, 0.87):
            for shape, kind in (((3,), "f8"), ((2, 2), "u1"), ((1,), "f4")):
                X, y = rng.integers(0, 99, (n, *shape)).astype(kind), rng.integers(0, 3, n)
                assert tested(X, y, share, n) == tested(X, y, share, n)
    X, y = np.arange(300.0).reshape(100, 3), np.arange(100)
    assert len({tested(X, y, 0.5, seed) for seed in range(6)}) == 6
    often = Counter(row for seed in range(300) for row in split(X[:6], y[:6], 0.34, seed)[3].tolist())
    assert min(often[row] for row in range(6)) > 30


# ---- two_signs


def blocks(X, k, margin=0):
    """The mean ink of k x k blocks, without the margin."""
    X = np.asarray(X, dtype=float)[:, margin : 28 - margin, margin : 28 - margin]
    edges = np.linspace(0, X.shape[1], k + 1).round().astype(int)
    sums = np.add.reduceat(np.add.reduceat(X, edges[:-1], axis=1), edges[:-1], axis=2)
    return (sums / np.outer(np.diff(edges), np.diff(edges))).reshape(len(X), -1)


def linear(features, weigh):
    """An entry: a linear score on some features."""

    def train(X, y, rng):
        w, b = weigh(features(X), y)
        return [w, np.array([b])]

    def predict(arrays, X):
        return (features(X) @ arrays[0] + arrays[1] > 0).astype(int)

    return {"train": train, "predict": predict}


def least_squares(F, y):
    solved = np.linalg.lstsq(np.column_stack([F, np.ones(len(F))]), 2.0 * y - 1, rcond=None)[0]
    return solved[:-1], solved[-1]


def by_the_spread(F, y):
    a, b = F[y == 0], F[y == 1]
    w = (b.mean(axis=0) - a.mean(axis=0)) / (a.var(axis=0) + b.var(axis=0) + 1e-3 * F.var())
    return w, -w @ (a.mean(axis=0) + b.mean(axis=0)) / 2


@entry("two_signs", band="nothing")
def always_one():
    return {"train": lambda X, y, rng: [np.ones(1)], "predict": lambda arrays, X: (X[:, 14, 14] >= 0.5).astype(int)}


@entry("two_signs", band="nothing")
def all_the_ink():
    return linear(lambda X: blocks(X, 1), least_squares)


@entry("two_signs", band="baseline")
def two_prototypes_of_nine_blocks():
    def train(X, y, rng):
        F = blocks(X, 3)
        return [F[y == 0].mean(axis=0), F[y == 1].mean(axis=0)]

    def predict(arrays, X):
        return (((blocks(X, 3)[:, None] - np.stack(arrays)) ** 2).sum(axis=2).argmin(axis=1)).astype(int)

    return {"train": train, "predict": predict}


@entry("two_signs", band="nothing")
def ten_telling_pixels():
    def train(X, y, rng):
        F = X.reshape(len(X), -1).astype(float)
        a, b = F[y == 0], F[y == 1]
        gap = b.mean(axis=0) - a.mean(axis=0)
        best = np.argsort(-np.abs(gap) / np.sqrt(a.var(axis=0) + b.var(axis=0) + 0.01))[:9]
        bias = -gap[best] @ (a.mean(axis=0) + b.mean(axis=0))[best] / 2
        return [best, gap[best], np.array([bias])]

    def predict(arrays, X):
        where, weights, bias = arrays
        return (X.reshape(len(X), -1)[:, np.rint(where).astype(int)] @ weights + bias > 0).astype(int)

    return {"train": train, "predict": predict}


@entry("two_signs", band="gets going")
def blocks_weighed_by_their_spread():
    return linear(lambda X: blocks(X, 4, 4), by_the_spread)


@entry("two_signs", band="good")
def blocks_without_margin_solved_for():
    return linear(lambda X: blocks(X, 4, 4), least_squares)


@entry("two_signs", band="excellent")
def upright_waves():
    def straightened(X):
        X = np.asarray(X, dtype=float)
        r, total = np.arange(28), X.sum(axis=(1, 2)) + 1e-9
        cy, cx = (X.sum(axis=2) @ r) / total, (X.sum(axis=1) @ r) / total
        dy, dx = r - cy[:, None], r - cx[:, None]
        lean = np.einsum("nij,ni,nj->n", X, dy, dx) / (np.einsum("nij,ni->n", X, dy**2) + 1e-9)
        out = np.zeros_like(X)
        for i in range(28):
            src = r + (cx - 13.5)[:, None] + (lean * (i - 13.5))[:, None]
            row = X[np.arange(len(X)), np.clip(np.rint(i + cy - 13.5), 0, 27).astype(int)]
            low = np.clip(np.floor(src), 0, 26).astype(int)
            part = np.clip(src - low, 0, 1)
            out[:, i] = np.take_along_axis(row, low, 1) * (1 - part) + np.take_along_axis(row, low + 1, 1) * part
        return out

    def waves(X):
        wave = np.cos(np.pi * np.outer(np.arange(6), np.arange(20) + 0.5) / 20)
        F = np.einsum("ai,nij,bj->nab", wave, straightened(X)[:, 4:24, 4:24], wave) / 50
        order = sorted(np.ndindex(6, 6), key=lambda k: (sum(k), abs(k[0] - k[1]), k))[:19]
        return np.stack([F[:, a, b] for a, b in order], axis=1)

    return linear(waves, least_squares)


@entry("two_signs", band="refused")
def twenty_one_numbers():
    made = linear(lambda X: blocks(X, 4, 4), least_squares)
    return {
        "train": lambda X, y, rng: [*made["train"](X, y, rng), np.zeros(4)],
        "predict": lambda arrays, X: made["predict"](arrays[:2], X),
    }


@entry("two_signs", band="refused")
def numbers_hidden_in_words():
    made = linear(lambda X: blocks(X, 5, 4), least_squares)
    return {
        "train": lambda X, y, rng: ["".join(chr(1000 + int(100 * v)) for a in made["train"](X, y, rng) for v in a)],
        "predict": lambda arrays, X: np.zeros(len(X), dtype=int),
    }
