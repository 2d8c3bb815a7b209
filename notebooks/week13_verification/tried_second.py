"""Programs for week 13, written from its contracts alone."""

import itertools
import math
from fractions import Fraction

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*arrays, np.float32)


def _squared(A, B):
    """Squared distances (n, m) from differences, in float64."""
    A, B = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    return ((A[:, None] - B[None]) ** 2).sum(axis=-1)


# recall_at_one


def _recall(E, symbols, designers, table=None, shut=None, counted=None, none=float("nan"), mean=None):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    if len(symbols) == 0:
        return none
    distances = np.array((_squared(E, E) if table is None else table(E)), dtype=np.float64)
    others = designers[:, None] != designers[None]
    same = symbols[:, None] == symbols[None]
    counts = (others & same).any(axis=1) if counted is None else counted(others, same)
    distances[~others if shut is None else shut(others, counts)] = np.inf
    found = symbols[distances.argmin(axis=1)] == symbols
    if not counts.any():
        return none
    return float(np.mean(found[counts]) if mean is None else mean(found[counts], symbols[counts]))


@program("recall_at_one")
def a_recall_by_a_table(E, symbols, designers):
    return _recall(E, symbols, designers)


@program("recall_at_one")
def a_recall_drawing_by_drawing(E, symbols, designers):
    E = np.asarray(E, dtype=np.float64)
    found = []
    for i in range(len(E)):
        gallery = [j for j in range(len(E)) if designers[j] != designers[i]]
        if any(symbols[j] == symbols[i] for j in gallery):
            nearest = min(gallery, key=lambda j: float(np.linalg.norm(E[j] - E[i])))
            found.append(symbols[nearest] == symbols[i])
    return sum(found) / len(found) if found else float("nan")


@program("recall_at_one")
def a_recall_by_right_and_wrong_distances(E, symbols, designers):
    """A drawing is found if its nearest partner is nearer than every other drawing by another hand."""
    E, symbols, designers = np.asarray(E, dtype=np.float64), np.asarray(symbols), np.asarray(designers)
    hits = total = 0
    for vector, symbol, designer in zip(E, symbols, designers, strict=True):
        away = np.sqrt(np.square(E - vector).sum(axis=1))
        partner = (designers != designer) & (symbols == symbol)
        if partner.any():
            total += 1
            wrong = away[(designers != designer) & (symbols != symbol)]
            hits += bool(away[partner].min() <= wrong.min(initial=np.inf))
    return hits / total if total else float("nan")


@program("recall_at_one", breaks="a drawing is looked for among other designers' only; here only itself is taken out")
def a_recall_own_hand_in_the_gallery(E, symbols, designers):
    return _recall(E, symbols, designers, shut=lambda others, counts: np.eye(len(others), dtype=bool))


@program("recall_at_one", breaks="a drawing is looked for among others' drawings; here it finds itself")
def a_recall_finds_itself(E, symbols, designers):
    return _recall(E, symbols, designers, shut=lambda others, counts: np.zeros_like(others))


@program("recall_at_one", breaks="a drawing without a partner does not count; here it counts as not found")
def a_recall_all_count(E, symbols, designers):
    return _recall(
        E,
        symbols,
        designers,
        counted=lambda others, same: others.any(axis=1) & bool((others & same).any()) | (others & same).any(axis=1),
    )


@program("recall_at_one", breaks="all drawings stay in the gallery; here those without a partner are taken out")
def a_recall_smaller_gallery(E, symbols, designers):
    return _recall(E, symbols, designers, shut=lambda others, counts: ~others | ~counts[None])


@program("recall_at_one", breaks="where none counts it is nan; here it is 0")
def a_recall_nought_where_none_counts(E, symbols, designers):
    return _recall(E, symbols, designers, none=0.0)


@program("recall_at_one", breaks="the nearest one has to show its symbol; here one of the three nearest")
def a_recall_at_three(E, symbols, designers):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    distances = _squared(E, E)
    found = []
    for i in range(len(symbols)):
        gallery = np.flatnonzero(designers != designers[i])
        if np.any(symbols[gallery] == symbols[i]):
            found.append(symbols[i] in symbols[gallery[np.argsort(distances[i, gallery])[:3]]])
    return float(np.mean(found)) if found else float("nan")


@program("recall_at_one", breaks="the nearest is looked for; here the one in the most similar direction")
def a_recall_by_angle(E, symbols, designers):
    def table(E):
        E = np.asarray(E, dtype=np.float64)
        E = E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12)
        return -E @ E.T

    return _recall(E, symbols, designers, table)


@program("recall_at_one", breaks="the nearest is looked for; here nearness is the sum of the coordinates' distances")
def a_recall_by_city_blocks(E, symbols, designers):
    def table(E):
        E = np.asarray(E, dtype=np.float64)
        return np.abs(E[:, None] - E[None]).sum(axis=-1)

    return _recall(E, symbols, designers, table)


@program("recall_at_one", breaks="the nearest is looked for; here the one with the largest product")
def a_recall_by_product(E, symbols, designers):
    return _recall(E, symbols, designers, lambda E: -np.asarray(E, dtype=np.float64) @ np.asarray(E, dtype=np.float64).T)


@program("recall_at_one", breaks="whole numbers are taken as floats; here differences of small unsigned ones wrap round")
def a_recall_wraps_round(E, symbols, designers):
    E = np.asarray(E)
    return _recall(E, symbols, designers, lambda E: np.square((E[:, None] - E[None]).astype(np.float64)).sum(axis=-1))


@program("recall_at_one", breaks="the nearest is looked for; here float32 loses small differences of large numbers")
def a_recall_loses_digits(E, symbols, designers):
    def table(E):
        E = np.asarray(E, dtype=np.float32)
        squares = (E**2).sum(axis=1)
        return squares[:, None] + squares[None] - 2 * E @ E.T

    return _recall(E, symbols, designers, table)


@program("recall_at_one", breaks="the answer is a share; here it is in percent")
def a_recall_in_percent(E, symbols, designers):
    return 100 * _recall(E, symbols, designers)


@program("recall_at_one", breaks="what is given stays as it was; here the vectors are centred in place")
def a_recall_centres_in_place(E, symbols, designers):
    answer = _recall(E, symbols, designers)
    if len(E):
        E -= E.mean(axis=0).astype(E.dtype)
    return answer


@program("recall_at_one", breaks="a drawing counts if another designer drew its symbol; here also if the same one drew it twice")
def a_recall_counts_own_partners(E, symbols, designers):
    return _recall(E, symbols, designers, counted=lambda others, same: (same & ~np.eye(len(same), dtype=bool)).any(axis=1))


@program("recall_at_one", breaks="the share is of drawings; here each symbol counts alike")
def a_recall_mean_of_symbols(E, symbols, designers):
    def mean(found, symbols):
        return np.mean([found[symbols == k].mean() for k in np.unique(symbols)])

    return _recall(E, symbols, designers, mean=mean)


@program("recall_at_one", breaks="none is a size, too: then it is nan; here there is an error")
def a_recall_of_no_drawings(E, symbols, designers):
    if len(E) == 0:
        raise ValueError("no drawings")
    return _recall(E, symbols, designers)


@program("recall_at_one", breaks="each drawing is a query; here only those of the first designer")
def a_recall_first_designer_asks(E, symbols, designers):
    first = np.asarray(designers) == np.min(designers, initial=10**9)
    return _recall(E, symbols, designers, counted=lambda others, same: (others & same).any(axis=1) & first)


@program("recall_at_one", breaks="it is the share of found ones; here of those that were not found")
def a_recall_of_the_lost(E, symbols, designers):
    return 1 - _recall(E, symbols, designers)


# triplet


def _triplet(X, triplets, margin, lengths=None, push=2.0, back=None, mean=None, add=True, hinge=True, mask=True, anchor=True):
    kind = _kind(X)
    X, triplets = np.asarray(X, dtype=np.float64), np.asarray(triplets, dtype=int).reshape(-1, 3)
    size = np.sqrt((X**2).sum(axis=1, keepdims=True)) if lengths is None else lengths(X)
    E = X / size
    a, p, n = (E[rows] for rows in triplets.T)
    missing = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin
    lost = np.maximum(missing, 0) if hinge else missing
    count = max(len(triplets), 1) if mean is None else mean(missing)
    hurt = ((missing > 0) | (not mask))[:, None] * push / count
    d_E = np.zeros_like(E)
    for rows, slope in zip(triplets.T, ((n - p) * anchor, p - a, a - n), strict=True):
        if add:
            np.add.at(d_E, rows, hurt * slope)
        else:
            d_E[rows] += hurt * slope
    d_X = (d_E - E * (E * d_E).sum(axis=1, keepdims=True)) / size if back is None else back(d_E, E, size)
    return kind.type(lost.sum() / count), d_X.astype(kind)


@program("triplet")
def a_triplet_by_columns(X, triplets, margin):
    return _triplet(X, triplets, margin)


@program("triplet")
def a_triplet_by_products(X, triplets, margin):
    """On the sphere the loss is linear in the table of products: its gradient is one matrix times E."""
    kind = _kind(X)
    Z = np.asarray(X, dtype=np.float64)
    lengths = np.linalg.norm(Z, axis=1)
    E = Z / lengths[:, None]
    a, p, n = np.asarray(triplets, dtype=int).reshape(-1, 3).T
    missing = 2 * (E[a] * E[n]).sum(axis=1) - 2 * (E[a] * E[p]).sum(axis=1) + margin
    active = missing > 0
    t = max(len(a), 1)
    M = np.zeros((len(E), len(E)))
    np.add.at(M, (a[active], n[active]), 2 / t)
    np.subtract.at(M, (a[active], p[active]), 2 / t)
    d_E = (M + M.T) @ E
    d_X = (d_E - (d_E * E).sum(axis=1)[:, None] * E) / lengths[:, None]
    return kind.type(missing[active].sum() / t), d_X.astype(kind)


@program("triplet")
def a_triplet_one_at_a_time(X, triplets, margin):
    kind = _kind(X)
    rows = [np.array(x, dtype=np.float64) for x in X]
    d_X = np.zeros(np.shape(X))
    loss = 0.0

    def scale(x):
        size = float(np.sqrt(x @ x))
        unit = x / size
        return unit, (np.eye(len(x)) - np.outer(unit, unit)) / size

    for i, j, k in np.asarray(triplets, dtype=int).reshape(-1, 3).tolist():
        (a, Ja), (p, Jp), (n, Jn) = scale(rows[i]), scale(rows[j]), scale(rows[k])
        missing = (a - p) @ (a - p) - (a - n) @ (a - n) + margin
        if missing > 0:
            loss += missing / len(triplets)
            d_X[i] += Ja @ (2 * (n - p)) / len(triplets)
            d_X[j] += Jp @ (2 * (p - a)) / len(triplets)
            d_X[k] += Jn @ (2 * (a - n)) / len(triplets)
    return kind.type(loss), d_X.astype(kind)


@program("triplet", breaks="every row is scaled to length one; here none is")
def a_triplet_without_a_sphere(X, triplets, margin):
    return _triplet(X, triplets, margin, lambda X: np.ones((len(X), 1)), back=lambda d_E, E, size: d_E)


@program("triplet", breaks="d_X is with respect to X before the scaling; here to the scaled rows")
def a_triplet_gradient_of_scaled_rows(X, triplets, margin):
    return _triplet(X, triplets, margin, back=lambda d_E, E, size: d_E)


@program("triplet", breaks="a longer vector has a smaller gradient; here it is not divided by the length")
def a_triplet_not_divided_by_length(X, triplets, margin):
    return _triplet(X, triplets, margin, back=lambda d_E, E, size: d_E - E * (E * d_E).sum(axis=1, keepdims=True))


@program("triplet", breaks="along the vector itself the gradient is zero; here that part is left in")
def a_triplet_only_divided_by_length(X, triplets, margin):
    return _triplet(X, triplets, margin, back=lambda d_E, E, size: d_E / size)


@program("triplet", breaks="the mean is over all triplets; here over those that miss their margin")
def a_triplet_mean_over_active(X, triplets, margin):
    return _triplet(X, triplets, margin, mean=lambda missing: max(int((missing > 0).sum()), 1))


@program("triplet", breaks="loss is the mean; here it is the sum")
def a_triplet_sum(X, triplets, margin):
    return _triplet(X, triplets, margin, mean=lambda missing: 1)


@program("triplet", breaks="a row may stand in many triplets; here only one of its shares in a role is kept")
def a_triplet_loses_shares(X, triplets, margin):
    return _triplet(X, triplets, margin, add=False)


@program("triplet", breaks="distances are squared; here they are not")
def a_triplet_plain_distances(X, triplets, margin):
    kind = _kind(X)
    X, triplets = np.asarray(X, dtype=np.float64), np.asarray(triplets, dtype=int).reshape(-1, 3)
    size = np.linalg.norm(X, axis=1, keepdims=True)
    E = X / size
    a, p, n = (E[rows] for rows in triplets.T)
    near, far = np.linalg.norm(a - p, axis=1), np.linalg.norm(a - n, axis=1)
    missing = near - far + margin
    hurt = (missing > 0)[:, None] / max(len(triplets), 1)
    u, v = (a - p) / np.maximum(near, 1e-12)[:, None], (a - n) / np.maximum(far, 1e-12)[:, None]
    d_E = np.zeros_like(E)
    for rows, slope in zip(triplets.T, (u - v, -u, v), strict=True):
        np.add.at(d_E, rows, hurt * slope)
    d_X = (d_E - E * (E * d_E).sum(axis=1, keepdims=True)) / size
    return kind.type(np.maximum(missing, 0).sum() / max(len(triplets), 1)), d_X.astype(kind)


@program("triplet", breaks="the anchor stands in both distances; here it has no gradient")
def a_triplet_anchor_rests(X, triplets, margin):
    return _triplet(X, triplets, margin, anchor=False)


@program("triplet", breaks="a triplet that meets its margin has loss 0 and no gradient; here it counts as a negative loss")
def a_triplet_negative_losses(X, triplets, margin):
    return _triplet(X, triplets, margin, hinge=False, mask=False)


@program("triplet", breaks="without any triplet both are zero; here the loss is nan")
def a_triplet_nan_of_none(X, triplets, margin):
    loss, d_X = _triplet(X, triplets, margin)
    return (loss if len(triplets) else loss.dtype.type(np.nan)), d_X


@program("triplet", breaks="the negative should be farther by the margin; here it may be nearer by it")
def a_triplet_margin_subtracted(X, triplets, margin):
    return _triplet(X, triplets, -margin)


@program("triplet", breaks="float32 in, float32 out; here float64")
def a_triplet_always_float64(X, triplets, margin):
    return _triplet(np.asarray(X, dtype=np.float64), triplets, margin)


@program("triplet", breaks="what is given stays as it was; here X is scaled in place")
def a_triplet_scales_in_place(X, triplets, margin):
    answer = _triplet(X, triplets, margin)
    X[:] = (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(X.dtype)
    return answer


@program("triplet", breaks="rows may have any length but zero; here a little is added to it, which hurts short ones")
def a_triplet_a_little_added(X, triplets, margin):
    return _triplet(X, triplets, margin, lambda X: np.linalg.norm(X, axis=1, keepdims=True) + 1e-3)


@program("triplet", breaks="d_X is the gradient; here it points downhill")
def a_triplet_downhill(X, triplets, margin):
    return _triplet(X, triplets, margin, push=-2.0)


@program("triplet", breaks="the columns are anchor, positive, negative; here the last two are exchanged")
def a_triplet_columns_exchanged(X, triplets, margin):
    return _triplet(X, np.asarray(triplets).reshape(-1, 3)[:, [0, 2, 1]], margin)


@program("triplet", breaks="d_X is the gradient of squared distances; here the 2 is missing")
def a_triplet_half_the_gradient(X, triplets, margin):
    return _triplet(X, triplets, margin, push=1.0)


@program("triplet", breaks="a triplet that meets its margin pushes nobody; here all push, though the loss is cut at 0")
def a_triplet_all_push(X, triplets, margin):
    return _triplet(X, triplets, margin, mask=False)


@program("triplet", breaks="every row is scaled by its own length; here all by their mean length")
def a_triplet_one_length_for_all(X, triplets, margin):
    def lengths(X):
        size = np.linalg.norm(X, axis=1, keepdims=True)
        return np.full_like(size, size.mean() if len(size) else 1.0)

    return _triplet(X, triplets, margin, lengths)


@program("triplet", breaks="in one triplet a row may occur twice; here such triplets are left out")
def a_triplet_repeats_left_out(X, triplets, margin):
    triplets = np.asarray(triplets, dtype=int).reshape(-1, 3)
    a, p, n = triplets.T
    return _triplet(X, triplets[(a != p) & (p != n) & (a != n)], margin)


@program("triplet", breaks="whole numbers are taken as floats; here the gradient of whole rows is cut to whole numbers")
def a_triplet_whole_gradient(X, triplets, margin):
    loss, d_X = _triplet(X, triplets, margin)
    return loss, d_X.astype(np.asarray(X).dtype)


# mine


def _mine(E, labels, margin, rng, table=None, band=None, pick=None, pairs=None, others=None, write=None):
    labels = np.asarray(labels)
    distances = _squared(E, E) if table is None else table(E)
    found = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            if labels[a] != labels[p] or not (a != p if pairs is None else pairs(a, p)):
                continue
            gap = distances[a] - distances[a, p]
            inside = (gap > 0) & (gap < margin) if band is None else band(gap)
            foreign = labels != labels[a] if others is None else others(a, p)
            allowed = np.flatnonzero(foreign & inside)
            chosen = (
                ([int(allowed[rng.integers(len(allowed))])] if len(allowed) else [])
                if pick is None
                else pick(allowed, gap, a, p, np.flatnonzero(foreign))
            )
            found += [(a, p, n) if write is None else write(a, p, n) for n in chosen]
    return np.array(found, dtype=int).reshape(-1, 3)


@program("mine")
def a_mine_pair_by_pair(E, labels, margin, rng):
    return _mine(E, labels, margin, rng)


@program("mine")
def a_mine_all_pairs_at_once(E, labels, margin, rng):
    labels = np.asarray(labels)
    D = _squared(E, E)
    same = (labels[:, None] == labels[None]) & ~np.eye(len(labels), dtype=bool)
    a, p = np.nonzero(same)
    limit = D[a, p][:, None]
    allowed = (labels[a][:, None] != labels[None]) & (D[a] > limit) & (D[a] < limit + margin)
    tickets = np.where(allowed, rng.random(allowed.shape), -1.0)
    has = allowed.any(axis=1)
    n = tickets.argmax(axis=1) if allowed.size else np.zeros(len(a), dtype=int)
    return np.stack([a, p, n], axis=1)[has].astype(int)


@program("mine")
def a_mine_with_sorted_distances(E, labels, margin, rng):
    """For each anchor its negatives by distance: the semi-hard ones are a stretch of that list."""
    labels = np.asarray(labels)
    triplets = []
    for a in rng.permutation(len(labels)):
        away = _squared(np.asarray(E)[a : a + 1], E)[0]
        foreign = np.flatnonzero(labels != labels[a])
        foreign = foreign[np.argsort(away[foreign])]
        sorted_away = away[foreign]
        for p in np.flatnonzero(labels == labels[a]):
            if p == a:
                continue
            low = np.searchsorted(sorted_away, away[p], side="right")
            high = np.searchsorted(sorted_away, away[p] + margin, side="left")
            if high > low:
                triplets.append([a, p, foreign[low + int((high - low) * rng.random())]])
    return np.array(triplets, dtype=np.int64) if triplets else np.zeros((0, 3), dtype=np.int64)


@program("mine", breaks="the negative is drawn from all semi-hard ones; here the nearest of them is taken")
def a_mine_hardest_of_the_semi_hard(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda allowed, gap, a, p, f: allowed[np.argsort(gap[allowed])[:1]].tolist())


@program("mine", breaks="the negative is drawn; here the first semi-hard one is taken")
def a_mine_first_of_the_semi_hard(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda allowed, gap, a, p, f: allowed[:1].tolist())


@program("mine", breaks="it is drawn anew for each pair; here one draw decides for all pairs of a call")
def a_mine_one_draw_for_all(E, labels, margin, rng):
    luck = rng.random()
    return _mine(
        E,
        labels,
        margin,
        rng,
        pick=lambda allowed, gap, a, p, f: [int(allowed[int(luck * len(allowed))])] if len(allowed) else [],
    )


@program("mine", breaks="each ordered pair comes; here only one of the two orders")
def a_mine_pairs_without_order(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pairs=lambda a, p: a < p)


@program("mine", breaks="anchor and positive are two different rows; here a row is its own positive, too")
def a_mine_its_own_positive(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pairs=lambda a, p: True, band=lambda gap: (gap > 0) & (gap < margin))


@program("mine", breaks="pairs without a semi-hard negative do not come; here they come with the nearest negative")
def a_mine_hardest_where_none(E, labels, margin, rng):
    def pick(allowed, gap, a, p, foreign):
        if len(allowed):
            return [int(rng.choice(allowed))]
        return foreign[np.argsort(gap[foreign])[:1]].tolist()

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="the negative is semi-hard; here it is any")
def a_mine_any_negative(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, band=lambda gap: np.ones(len(gap), dtype=bool))


@program("mine", breaks="a semi-hard negative is farther than the positive; here it may be nearer")
def a_mine_nearer_than_the_positive(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, band=lambda gap: gap < margin)


@program("mine", breaks="a semi-hard negative is farther by less than the margin; here by any amount")
def a_mine_far_negatives_too(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, band=lambda gap: gap > 0)


@program("mine", breaks="squared distances count; here plain ones")
def a_mine_plain_distances(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, table=lambda E: np.sqrt(_squared(E, E)))


@program("mine", breaks="vectors are taken as they are; here they are scaled to length one")
def a_mine_on_the_sphere(E, labels, margin, rng):
    def table(E):
        E = np.asarray(E, dtype=np.float64)
        E = E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12)
        return _squared(E, E)

    return _mine(E, labels, margin, rng, table=table)


@program("mine", breaks="it is drawn anew at each call; here each call draws the same")
def a_mine_same_seed_each_call(E, labels, margin, rng):
    return _mine(E, labels, margin, np.random.default_rng(0))


@program("mine", breaks="all semi-hard ones have equal chances; here nearer ones have more")
def a_mine_nearer_ones_more_often(E, labels, margin, rng):
    def pick(allowed, gap, a, p, foreign):
        if not len(allowed):
            return []
        weight = np.maximum(margin - gap[allowed], 1e-12) ** 2
        return [int(rng.choice(allowed, p=weight / weight.sum()))]

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="where there is none the array has shape (0, 3); here (0,)")
def a_mine_flat_where_none(E, labels, margin, rng):
    return np.array(_mine(E, labels, margin, rng).tolist(), dtype=int)


@program("mine", breaks="it returns row numbers for triplet_loss; here they are floats")
def a_mine_floats(E, labels, margin, rng):
    return _mine(E, labels, margin, rng).astype(float)


@program("mine", breaks="a negative has another label; here any third row may be one")
def a_mine_same_label_negatives(E, labels, margin, rng):
    rows = np.arange(len(labels))
    return _mine(E, labels, margin, rng, others=lambda a, p: (rows != a) & (rows != p))


@program("mine", breaks="each pair comes exactly once; here once for each of its semi-hard negatives")
def a_mine_all_negatives(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda allowed, gap, a, p, f: allowed.tolist())


@program("mine", breaks="chance comes from rng; here from NumPy's global source")
def a_mine_global_chance(E, labels, margin, rng):
    def pick(allowed, gap, a, p, foreign):
        return [int(np.random.choice(allowed))] if len(allowed) else []

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="the columns are anchor, positive, negative; here anchor, negative, positive")
def a_mine_negative_in_the_middle(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, write=lambda a, p, n: (a, n, p))


@program("mine", breaks="it is drawn from all semi-hard ones; here the last one never comes if there are several")
def a_mine_never_the_last(E, labels, margin, rng):
    def pick(allowed, gap, a, p, foreign):
        return [int(allowed[rng.integers(max(len(allowed) - 1, 1))])] if len(allowed) else []

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="each pair draws from all its semi-hard negatives; here a row is a negative only once in a call")
def a_mine_each_negative_once(E, labels, margin, rng):
    used = set()

    def pick(allowed, gap, a, p, foreign):
        left = [int(n) for n in allowed if n not in used]
        if not left:
            return []
        used.add(left[int(rng.integers(len(left)))])
        return [max(used & set(left))]

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="it is drawn anew for each pair; here an anchor keeps one negative for all its positives, if it will do")
def a_mine_one_negative_for_an_anchor(E, labels, margin, rng):
    kept = {}

    def pick(allowed, gap, a, p, foreign):
        if not len(allowed):
            return []
        if kept.get(a) not in allowed.tolist():
            kept[a] = int(rng.choice(allowed))
        return [kept[a]]

    return _mine(E, labels, margin, rng, pick=pick)


@program("mine", breaks="what is given stays as it was; here the vectors are centred in place")
def a_mine_centres_in_place(E, labels, margin, rng):
    answer = _mine(E, labels, margin, rng)
    if len(E):
        E -= E.mean(axis=0).astype(E.dtype)
    return answer


@program("mine", breaks="whole numbers are taken as floats; here differences of small whole vectors wrap round")
def a_mine_wraps_round(E, labels, margin, rng):
    def table(E):
        E = np.asarray(E)
        return ((E[:, None] - E[None]).astype(np.float64) ** 2).sum(axis=-1)

    return _mine(E, labels, margin, rng, table=table)


# door


def _recognise(queries, gallery, names, threshold, power=0.5, open_=None, nobody=-1, call=None):
    queries, gallery, names = np.asarray(queries), np.asarray(gallery), np.asarray(names, dtype=int)
    if len(gallery) == 0 or len(queries) == 0:
        return np.full(len(queries), nobody, dtype=int)
    distances = _squared(queries, gallery) ** power
    nearest = distances.argmin(axis=1)
    smallest = distances[np.arange(len(queries)), nearest]
    inside = smallest < threshold if open_ is None else open_(smallest, threshold)
    return np.where(inside, names[nearest] if call is None else call(nearest, distances, names), nobody)


def _threshold(distances, rate, nearest=None, allowed=None, take=None):
    distances = np.asarray(distances)
    smallest = np.min(distances, axis=1, initial=np.inf) if nearest is None else nearest(distances)
    smallest = np.sort(smallest)
    m = len(smallest)
    j = int(np.floor(rate * m + 1e-9)) if allowed is None else allowed(rate, m)
    if take is not None:
        return take(smallest, j)
    return float(smallest[j]) if j < m else float("inf")


def _let_in(distances, threshold):
    # no part of the contract when these programs were written
    k = np.shape(distances)[1]
    inside = np.count_nonzero(np.asarray(distances) < threshold, axis=1)
    return [float(np.mean([1 - math.comb(k - n, j) / math.comb(k, j) for n in inside.tolist()])) for j in range(k + 1)]


def _door(recognise=_recognise, set_threshold=_threshold, let_in=_let_in):
    return {"recognise": recognise, "set_threshold": set_threshold, "let_in": let_in}


@program("door", several=True)
def a_door_by_tables():
    return _door()


@program("door", several=True)
def a_door_by_loops():
    def recognise(queries, gallery, names, threshold):
        said = []
        for query in np.asarray(queries, dtype=np.float64):
            best, name = float("inf"), -1
            for picture, who in zip(np.asarray(gallery, dtype=np.float64), names, strict=True):
                away = float(np.linalg.norm(query - picture))
                if away < best:
                    best, name = away, int(who)
            said.append(name if best < threshold else -1)
        return np.array(said, dtype=int)

    def set_threshold(distances, rate):
        nearest = [min(row, default=float("inf")) for row in np.asarray(distances).tolist()]
        best = float("-inf")
        for limit in [*nearest, float("inf")]:
            inside = sum(away < limit for away in nearest)
            if inside <= rate * len(nearest) + 1e-9 and limit > best:
                best = limit
        return best

    return _door(recognise, set_threshold)


@program("door", several=True)
def a_door_with_partition():
    def recognise(queries, gallery, names, threshold):
        table = np.sqrt(_squared(queries, np.asarray(gallery).reshape(-1, np.shape(queries)[1])))
        table = np.column_stack([table, np.full(len(table), threshold, dtype=float)])
        # the threshold stands behind the pictures as one more "picture", of nobody; at a draw it must win
        winner = np.where(table[:, :-1].min(axis=1, initial=np.inf) < threshold, table.argmin(axis=1), table.shape[1] - 1)
        return np.append(np.asarray(names, dtype=int), -1)[winner]

    def set_threshold(distances, rate):
        m, k = np.shape(distances)
        nearest = np.asarray(distances).min(axis=1) if k else np.full(m, np.inf)
        j = next((j for j in range(m, -1, -1) if j <= rate * m + 1e-9), 0)
        return float("inf") if j == m else float(np.partition(nearest, j)[j])

    return _door(recognise, set_threshold)


@program("door", breaks="a distance equal to the threshold does not open; here it does", several=True)
def a_door_opens_at_the_threshold():
    return _door(lambda q, g, names, t: _recognise(q, g, names, t, open_=lambda away, t: away <= t))


@program("door", breaks="the distance counts, not squared; here the squared one is compared", several=True)
def a_door_squared_distances():
    return _door(lambda q, g, names, t: _recognise(q, g, names, t, power=1.0))


@program("door", breaks="a query gets the name; here it gets the row of the gallery", several=True)
def a_door_says_rows():
    return _door(lambda q, g, names, t: _recognise(q, g, np.arange(len(names)), t))


@program("door", breaks="an empty gallery knows nobody; here it is an error", several=True)
def a_door_empty_gallery_fails():
    def recognise(queries, gallery, names, threshold):
        distances = np.sqrt(_squared(queries, gallery))
        nearest = distances.argmin(axis=1)
        return np.where(distances.min(axis=1) < threshold, np.asarray(names)[nearest], -1)

    return _door(recognise)


@program("door", breaks="the nearest picture names; here the person whose pictures are nearest in the mean", several=True)
def a_door_mean_of_pictures():
    def recognise(queries, gallery, names, threshold):
        names = np.asarray(names, dtype=int)
        if not len(names) or not len(queries):
            return np.full(len(queries), -1)
        people, table = np.unique(names), np.sqrt(_squared(queries, gallery))
        means = np.stack([table[:, names == who].mean(axis=1) for who in people], axis=1)
        return np.where(means.min(axis=1) < threshold, people[means.argmin(axis=1)], -1)

    return _door(recognise)


@program("door", breaks="nobody is -1; here nobody is 0", several=True)
def a_door_nobody_is_nought():
    return _door(lambda q, g, names, t: _recognise(q, g, names, t, nobody=0))


@program(
    "door", breaks="a query that is not near enough is nobody; here the nearest names it whatever the distance", several=True
)
def a_door_always_open():
    return _door(lambda q, g, names, t: _recognise(q, g, names, np.inf))


@program("door", breaks="whole numbers are taken as floats; here differences of small whole vectors wrap round", several=True)
def a_door_wraps_round():
    def recognise(queries, gallery, names, threshold):
        q, g, names = np.asarray(queries), np.asarray(gallery), np.asarray(names, dtype=int)
        if not len(g) or not len(q):
            return np.full(len(q), -1)
        away = np.sqrt(((q[:, None] - g[None]).astype(np.float64) ** 2).sum(axis=-1))
        return np.where(away.min(axis=1) < threshold, names[away.argmin(axis=1)], -1)

    return _door(recognise)


@program("door", breaks="the share is of strangers, each with k chances; here each pair counts for itself", several=True)
def a_door_threshold_of_pairs():
    return _door(set_threshold=lambda d, rate: _threshold(d, rate, nearest=np.ravel))


@program("door", breaks="a stranger gets in by the smallest distance; here by the mean one", several=True)
def a_door_threshold_of_means():
    return _door(set_threshold=lambda d, rate: _threshold(d, rate, nearest=lambda d: d.mean(axis=1)))


@program("door", breaks="29 of 100 are a share of 0.29; here floats lose one stranger", several=True)
def a_door_trusts_floats():
    return _door(set_threshold=lambda d, rate: _threshold(d, rate, allowed=lambda rate, m: int(rate * m)))


@program("door", breaks="it is the largest threshold; here one stranger fewer than allowed gets in", several=True)
def a_door_one_too_strict():
    def take(smallest, j):
        return float("inf") if j >= len(smallest) else float(smallest[max(j - 1, 0)])

    return _door(set_threshold=lambda d, rate: _threshold(d, rate, take=take))


@program("door", breaks="at most the share gets in; here one stranger more", several=True)
def a_door_one_too_generous():
    def take(smallest, j):
        return float(smallest[j + 1]) if j + 1 < len(smallest) else float("inf")

    return _door(set_threshold=lambda d, rate: _threshold(d, rate, take=take))


@program("door", breaks="it is inf if all may get in; here it is a bit more than the largest distance", several=True)
def a_door_never_infinite():
    def take(smallest, j):
        return float(smallest[j]) if j < len(smallest) else float(smallest.max(initial=0) + 1e-6)

    return _door(set_threshold=lambda d, rate: _threshold(d, rate, take=take))


@program(
    "door",
    breaks="it is the largest threshold at which at most the share gets in; here a quantile between two strangers",
    several=True,
)
def a_door_quantile():
    def set_threshold(distances, rate):
        if rate >= 1 or not len(distances):
            return float("inf")
        return float(np.quantile(np.min(distances, axis=1, initial=np.inf), rate))

    return _door(set_threshold=set_threshold)


@program("door", breaks="at most the share gets in; here the number is rounded to the nearest one", several=True)
def a_door_rounds_the_number():
    return _door(set_threshold=lambda d, rate: _threshold(d, rate, allowed=lambda rate, m: int(np.floor(rate * m + 0.5))))


@program("door", breaks="a distance that equals the threshold stays outside; here such strangers count as inside", several=True)
def a_door_equals_count_as_inside():
    def take(smallest, j):
        if j >= len(smallest):
            return float("inf")
        able = [limit for limit in smallest if np.sum(smallest <= limit) <= j]
        return float(max(able, default=0.0))

    return _door(set_threshold=lambda d, rate: _threshold(d, rate, take=take))


@program("door", breaks="what is given stays as it was; here each row of distances is sorted in place", several=True)
def a_door_sorts_distances():
    def set_threshold(distances, rate):
        answer = _threshold(distances, rate)
        distances.sort(axis=1)
        return answer

    return _door(set_threshold=set_threshold)


# door, as it is now (with `let_in`): from its contract alone, by a third person, who had seen the titles of its cases


# ---- a right door, of which most programs below change one function ----
def _d_real(a):
    """Floats stay as they are, whole numbers become floats."""
    a = np.asarray(a)
    return a if np.issubdtype(a.dtype, np.floating) else a.astype(np.float64)


def _d_far(queries, gallery):
    return np.linalg.norm(_d_real(queries)[:, None, :] - _d_real(gallery)[None, :, :], axis=2)


def _d_recognise(queries, gallery, names, threshold):
    if len(gallery) == 0:
        return np.full(len(queries), -1)
    far = _d_far(queries, gallery)
    return np.where(far.min(axis=1) < threshold, np.asarray(names).astype(np.int64)[far.argmin(axis=1)], -1)


def _d_set_threshold(distances, rate):
    m, k = distances.shape
    allowed = int(rate * m + 1e-9)
    if k == 0 or allowed >= m:
        return float("inf")
    return float(np.sort(distances.min(axis=1))[allowed])


def _d_outside(distances, threshold):
    """(m, k + 1): the chance that each stranger stays outside, at each size of the gallery."""
    m, k = distances.shape
    closed = np.sum(distances >= threshold, axis=1)[:, None]
    before = np.arange(k)[None, :]
    return np.concatenate([np.ones((m, 1)), np.cumprod(np.maximum(closed - before, 0) / (k - before), axis=1)], axis=1)


def _d_let_in(distances, threshold):
    return (1 - _d_outside(distances, threshold)).mean(axis=0).astype(_d_real(distances).dtype)


def _d_door(**changed):
    return {"recognise": _d_recognise, "set_threshold": _d_set_threshold, "let_in": _d_let_in} | changed


# ---- right ones ----
@program("door", several=True)
def d_one_by_one_and_in_fractions():
    def recognise(queries, gallery, names, threshold):
        answers = []
        for query in queries:
            best, who = threshold, -1
            for picture, name in zip(gallery, names, strict=True):
                far = math.dist([float(v) for v in query], [float(v) for v in picture])
                if far < best:
                    best, who = far, int(name)
            answers.append(who)
        return np.array(answers, dtype=int)

    def set_threshold(distances, rate):
        m = len(distances)
        nearest = [min((float(v) for v in row), default=math.inf) for row in distances]
        best = -math.inf
        for t in [*nearest, math.inf]:
            if m == 0 or sum(v < t for v in nearest) / m <= rate:
                best = max(best, t)
        return best if m else math.inf

    def let_in(distances, threshold):
        m, k = distances.shape
        shares = []
        for j in range(k + 1):
            outside = Fraction(0)
            for row in distances:
                outside += Fraction(math.comb(sum(not v < threshold for v in row), j), math.comb(k, j))
            shares.append(float(1 - outside / m))
        return np.array(shares, dtype=_d_real(distances).dtype)

    return {"recognise": recognise, "set_threshold": set_threshold, "let_in": let_in}


@program("door", several=True)
def d_a_class_with_nobody_on_the_wall():
    class Door:
        def recognise(self, queries, gallery, names, threshold):
            on_wall = np.concatenate([np.array([-1]), np.asarray(names, dtype=np.int64)])
            queries, gallery = np.asarray(queries, dtype=np.float64), np.asarray(gallery, dtype=np.float64)
            far = np.full((len(queries), len(gallery) + 1), float(threshold))
            for column, picture in enumerate(gallery):
                far[:, column + 1] = np.sqrt(np.sum((queries - picture) ** 2, axis=1))
            return on_wall[np.argmin(far, axis=1)]

        def set_threshold(self, distances, rate):
            may = math.floor(round(rate * len(distances), 9))
            nearest = np.min(distances.astype(np.float64), axis=1, initial=np.inf)
            return float(np.partition(nearest, may)[may]) if may < len(nearest) else math.inf

        def let_in(self, distances, threshold):
            # the chance that the first picture that opens is number j of the order, summed
            m, k = distances.shape
            opens = np.count_nonzero(distances < threshold, axis=1).astype(np.float64)
            outside, shares = np.ones(m), [0.0]
            for j in range(k):
                outside = outside * (1 - np.minimum(opens / (k - j), 1))
                shares.append(float(np.mean(1 - outside)))
            return np.array(shares).astype(_d_real(distances).dtype)

    door = Door()
    return {"recognise": door.recognise, "set_threshold": door.set_threshold, "let_in": door.let_in}


@program("door", several=True)
def d_last_of_equals_and_a_histogram():
    def recognise(queries, gallery, names, threshold):
        # the gallery is read from its end, person by person
        queries, gallery, names = _d_real(queries), _d_real(gallery), np.asarray(names)
        best, who = np.full(len(queries), np.inf), np.full(len(queries), -1)
        for person in np.unique(names)[::-1]:
            far = _d_far(queries, gallery[names == person]).min(axis=1)
            nearer = (far < best) & (far < threshold)
            best[nearer], who[nearer] = far[nearer], person
        return who

    def set_threshold(distances, rate):
        m, k = distances.shape
        if m == 0 or k == 0:
            return math.inf
        levels, counts = np.unique(distances.min(axis=1), return_counts=True)
        below = np.cumsum(counts) - counts  # strangers who get in at each level
        if rate >= 1:
            return math.inf
        return float(levels[np.flatnonzero(below <= rate * m + 1e-9)[-1]])

    def let_in(distances, threshold):
        m, k = distances.shape
        people = np.bincount(np.sum(~(distances < threshold), axis=1), minlength=k + 1)
        shares = []
        for j in range(k + 1):
            ways = sum(int(people[c]) * math.comb(c, j) for c in range(k + 1))
            shares.append(float(Fraction(m * math.comb(k, j) - ways, m * math.comb(k, j))))
        return np.array(shares, dtype=_d_real(distances).dtype)

    return {"recognise": recognise, "set_threshold": set_threshold, "let_in": let_in}


@program("door", several=True)
def d_by_halving_and_from_the_full_gallery():
    def recognise(queries, gallery, names, threshold):
        # sorted once per query: the nearest comes first
        far = _d_far(queries, gallery)
        order = np.argsort(far, axis=1, kind="stable")
        return np.array(
            [int(names[o[0]]) if len(o) and row[o[0]] < threshold else -1 for row, o in zip(far, order, strict=True)],
            dtype=np.int64,
        )

    def set_threshold(distances, rate):
        m, k = distances.shape
        if m == 0 or k == 0 or rate >= 1:
            return math.inf
        levels = np.sort(distances.min(axis=1))
        low, high = 0, m - 1  # levels[low] lets in few enough
        while low < high:
            middle = (low + high + 1) // 2
            if np.sum(levels < levels[middle]) / m <= rate + 1e-12:
                low = middle
            else:
                high = middle - 1
        return float(levels[low])

    def let_in(distances, threshold):
        # the pictures that open are hung last: a stranger is outside if all j places fall on the others
        k = distances.shape[1]
        opens = np.sum(distances < threshold, axis=1)
        table = np.zeros((k + 1, k + 1))  # table[o, j]: inside with o open pictures of k, at a gallery of j
        for o in range(k + 1):
            outside = np.ones(k + 1)
            for i in range(o):  # picture i of the open ones is not among the j, given that those before it are not
                outside *= np.maximum(k - i - np.arange(k + 1), 0) / (k - i)
            table[o] = 1 - outside
        return np.mean(table[opens], axis=0).astype(_d_real(distances).dtype)

    return {"recognise": recognise, "set_threshold": set_threshold, "let_in": let_in}


# ---- recognise ----
@program("door", breaks="the distance and not its square", several=True)
def d_squared_distance():
    def recognise(queries, gallery, names, threshold):
        if len(gallery) == 0:
            return np.full(len(queries), -1)
        far = _d_far(queries, gallery) ** 2
        return np.where(far.min(axis=1) < threshold, names[far.argmin(axis=1)], -1)

    return _d_door(recognise=recognise)


@program("door", breaks="a picture exactly at the threshold is not near enough", several=True)
def d_equal_is_near_enough():
    def recognise(queries, gallery, names, threshold):
        return _d_recognise(queries, gallery, names, np.nextafter(threshold, np.inf))

    return _d_door(recognise=recognise)


@program("door", breaks="the answer is a name, not the number of the gallery's row", several=True)
def d_row_for_name():
    def recognise(queries, gallery, names, threshold):
        return _d_recognise(queries, gallery, np.arange(len(gallery)), threshold)

    return _d_door(recognise=recognise)


@program("door", breaks="the nearest picture names the query, not the mean of a person's pictures", several=True)
def d_mean_of_each_person():
    def recognise(queries, gallery, names, threshold):
        people = np.unique(names)
        means = np.array([_d_real(gallery)[names == p].mean(axis=0) for p in people]).reshape(len(people), queries.shape[1])
        return _d_recognise(queries, means, people, threshold)

    return _d_door(recognise=recognise)


@program("door", breaks="the nearest picture names the query, not a vote of those that are near enough", several=True)
def d_vote_of_the_near():
    def recognise(queries, gallery, names, threshold):
        answers = np.full(len(queries), -1)
        for i, row in enumerate(_d_far(queries, gallery)):
            near = row < threshold
            if near.any():
                people, counts = np.unique(names[near], return_counts=True)
                most = people[counts == counts.max()]
                answers[i] = min(most, key=lambda p: row[names == p].min())
        return answers

    return _d_door(recognise=recognise)


@program("door", breaks="the nearest picture names the query, not the first that is near enough", several=True)
def d_first_that_is_near():
    def recognise(queries, gallery, names, threshold):
        near = _d_far(queries, gallery) < threshold
        return np.array([int(names[np.argmax(row)]) if row.any() else -1 for row in near], dtype=int)

    return _d_door(recognise=recognise)


@program("door", breaks="the nearest names them, also if a second person is near enough", several=True)
def d_two_candidates_are_nobody():
    def recognise(queries, gallery, names, threshold):
        answers = _d_recognise(queries, gallery, names, threshold).copy()
        for i, row in enumerate(_d_far(queries, gallery)):
            if len(np.unique(np.asarray(names)[row < threshold])) > 1:
                answers[i] = -1
        return answers

    return _d_door(recognise=recognise)


@program("door", breaks="each query gets the name of the nearest picture, also one that another query has got", several=True)
def d_each_picture_once():
    def recognise(queries, gallery, names, threshold):
        answers, far = np.full(len(queries), -1), _d_far(queries, gallery)
        while far.size and far.min() < threshold:
            i, j = np.unravel_index(far.argmin(), far.shape)
            answers[i] = names[j]
            far[i, :] = np.inf
            far[:, j] = np.inf
        return answers

    return _d_door(recognise=recognise)


@program("door", breaks="the nearest by the distance, not by the angle", several=True)
def d_by_the_angle():
    def recognise(queries, gallery, names, threshold):
        def scaled(a):
            a = _d_real(a)
            return a / np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-12)

        return _d_recognise(scaled(queries), scaled(gallery), names, threshold)

    return _d_door(recognise=recognise)


@program("door", breaks="an empty gallery knows nobody: n names come back", several=True)
def d_empty_gallery_crashes():
    def recognise(queries, gallery, names, threshold):
        far = _d_far(queries, gallery)
        return np.where(far.min(axis=1) < threshold, names[far.argmin(axis=1)], -1)

    return _d_door(recognise=recognise)


@program("door", breaks="an empty gallery knows nobody: n times −1, not no answer", several=True)
def d_empty_gallery_says_nothing():
    def recognise(queries, gallery, names, threshold):
        return _d_recognise(queries, gallery, names, threshold) if len(gallery) else np.zeros(0, dtype=int)

    return _d_door(recognise=recognise)


@program("door", breaks="no query gets no name, and names are whole numbers", several=True)
def d_no_names_are_floats():
    def recognise(queries, gallery, names, threshold):
        return np.array([int(_d_recognise(q[None], gallery, names, threshold)[0]) for q in queries])

    return _d_door(recognise=recognise)


@program("door", breaks="names are whole numbers", several=True)
def d_names_as_floats():
    def recognise(queries, gallery, names, threshold):
        answers = np.zeros(len(queries)) - 1
        found = _d_recognise(queries, gallery, names, threshold)
        answers[found >= 0] = found[found >= 0]
        return answers

    return _d_door(recognise=recognise)


@program("door", breaks="any whole number may be a name, also 0", several=True)
def d_nobody_where_name_is_zero():
    def recognise(queries, gallery, names, threshold):
        found = np.zeros(len(queries), dtype=int)
        if len(gallery):
            far = _d_far(queries, gallery)
            near = far.min(axis=1) < threshold
            found[near] = names[far[near].argmin(axis=1)]
        return np.array([int(f) or -1 for f in found], dtype=int)

    return _d_door(recognise=recognise)


@program("door", breaks="the distance: a root of less than nothing is none", several=True)
def d_products_without_a_floor():
    def recognise(queries, gallery, names, threshold):
        if len(gallery) == 0:
            return np.full(len(queries), -1)
        q, g = _d_real(queries), _d_real(gallery)
        with np.errstate(invalid="ignore"):
            far = np.sqrt((q**2).sum(axis=1)[:, None] + (g**2).sum(axis=1)[None, :] - 2 * q @ g.T)
        return np.where(far.min(axis=1) < threshold, names[far.argmin(axis=1)], -1)

    return _d_door(recognise=recognise)


@program("door", breaks="whole numbers are taken as floats", several=True)
def d_bytes_wrap_round():
    def recognise(queries, gallery, names, threshold):
        if len(gallery) == 0:
            return np.full(len(queries), -1)
        far = np.sqrt(((queries[:, None] - gallery[None]) ** 2).sum(axis=2))
        return np.where(far.min(axis=1) < threshold, names[far.argmin(axis=1)], -1)

    return _d_door(recognise=recognise)


@program("door", breaks="what is given stays as it was: names", several=True)
def d_names_are_written_over():
    def recognise(queries, gallery, names, threshold):
        answers = _d_recognise(queries, gallery, names, threshold)
        far = _d_far(queries, gallery)
        names[~(far < threshold).any(axis=0)] = -1
        return answers

    return _d_door(recognise=recognise)


@program("door", breaks="nothing is remembered between two calls: a new picture in the gallery counts", several=True)
def d_gallery_is_remembered():
    known = {}

    def recognise(queries, gallery, names, threshold):
        pictures, people = known.setdefault(gallery.shape, (gallery.copy(), names.copy()))
        return _d_recognise(queries, pictures, people, threshold)

    return _d_door(recognise=recognise)


# ---- set_threshold ----
@program("door", breaks="the share of strangers, each by the nearest picture, not of pairs", several=True)
def d_threshold_for_pairs():
    return _d_door(set_threshold=lambda distances, rate: _d_set_threshold(distances.reshape(-1, 1), rate))


@program("door", breaks="the largest threshold, not a midway one", several=True)
def d_threshold_midway():
    def set_threshold(distances, rate):
        m, k = distances.shape
        allowed = int(rate * m + 1e-9)
        if k == 0 or allowed >= m:
            return math.inf
        nearest = np.sort(distances.min(axis=1))
        return float((nearest[allowed - 1] + nearest[allowed]) / 2) if allowed else float(nearest[0])

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="at most the share gets in: rounded to the nearest number of strangers", several=True)
def d_threshold_rounds_to_nearest():
    def set_threshold(distances, rate):
        return _d_set_threshold(distances, round(rate * len(distances)) / max(len(distances), 1))

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="the largest threshold: 0.29 of 100 strangers are 29", several=True)
def d_threshold_cuts_off():
    def set_threshold(distances, rate):
        m, k = distances.shape
        allowed = int(rate * m)
        return math.inf if k == 0 or allowed >= m else float(np.sort(distances.min(axis=1))[allowed])

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="inf if all may get in", several=True)
def d_threshold_past_the_farthest():
    def set_threshold(distances, rate):
        t = _d_set_threshold(distances, rate)
        return t if t < math.inf or distances.size == 0 else float(np.nextafter(distances.min(axis=1).max(), np.inf))

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="the largest threshold, also at a rate of 0", several=True)
def d_threshold_zero_at_rate_zero():
    def set_threshold(distances, rate):
        return 0.0 if rate == 0 else _d_set_threshold(distances, rate)

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="at most the share gets in, also where nearest distances are equal", several=True)
def d_threshold_by_different_distances():
    def set_threshold(distances, rate):
        m, k = distances.shape
        allowed = int(rate * m + 1e-9)
        if k == 0 or allowed >= m:
            return math.inf
        nearest = np.unique(distances.min(axis=1))  # sorted, and each only once
        return float(nearest[min(allowed, len(nearest) - 1)])

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="the largest threshold, also where nearest distances are equal: not the next smaller one", several=True)
def d_threshold_before_a_tie():
    def set_threshold(distances, rate):
        m, k = distances.shape
        allowed = int(rate * m + 1e-9)
        if k == 0 or allowed >= m:
            return math.inf
        nearest = np.sort(distances.min(axis=1))
        # "as many as may": go down until the share is met as if equal ones got in
        while allowed > 0 and np.sum(nearest <= nearest[allowed]) > int(rate * m + 1e-9) + 1:
            allowed -= 1
        return float(nearest[allowed])

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="at most the share gets in: a threshold in single precision may be rounded up", several=True)
def d_threshold_in_single():
    return _d_door(set_threshold=lambda distances, rate: _d_set_threshold(distances.astype(np.float32), rate))


@program("door", breaks="any size: a gallery of no picture lets nobody in at any threshold", several=True)
def d_threshold_needs_a_picture():
    def set_threshold(distances, rate):
        nearest = np.sort(np.min(distances, axis=1))
        allowed = int(rate * len(nearest) + 1e-9)
        return float(nearest[allowed]) if allowed < len(nearest) else math.inf

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="any size: no strangers", several=True)
def d_threshold_needs_a_stranger():
    def set_threshold(distances, rate):
        m, k = distances.shape
        if k == 0 or rate >= 1:
            return math.inf
        return float(np.sort(distances.min(axis=1))[int(rate * m + 1e-9)])

    return _d_door(set_threshold=set_threshold)


@program("door", breaks="what is given stays as it was: distances", several=True)
def d_threshold_sorts_in_place():
    def set_threshold(distances, rate):
        distances.sort(axis=1)
        return _d_set_threshold(distances[:, :1], rate)

    return _d_door(set_threshold=set_threshold)


# ---- let_in ----
@program("door", breaks="pairs are not independent: strangers differ", several=True)
def d_independent_pairs():
    def let_in(distances, threshold):
        k = distances.shape[1]
        f = np.mean(distances < threshold) if k else 0.0
        return (1 - (1 - f) ** np.arange(k + 1)).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="j different pictures: none is drawn twice", several=True)
def d_drawn_with_replacement():
    def let_in(distances, threshold):
        k = distances.shape[1]
        closed = np.sum(distances >= threshold, axis=1)[:, None] / max(k, 1)
        return np.mean(1 - closed ** np.arange(k + 1), axis=0).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="each choice of j pictures is as likely as any other: not the first j", several=True)
def d_the_first_pictures():
    def let_in(distances, threshold):
        inside = np.logical_or.accumulate(distances < threshold, axis=1).mean(axis=0)
        return np.concatenate([[0.0], inside]).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="it is exact: not a mean over galleries that chance picks", several=True)
def d_random_galleries():
    def let_in(distances, threshold):
        rng, shares = np.random.default_rng(0), np.zeros(distances.shape[1] + 1)
        for _ in range(3000):
            order = rng.permutation(distances.shape[1])
            shares[1:] += np.logical_or.accumulate(distances[:, order] < threshold, axis=1).mean(axis=0) / 3000
        return shares.astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="it is exact for hundreds of pictures: not from the first thousand choices", several=True)
def d_only_some_choices():
    def let_in(distances, threshold):
        k, opens = distances.shape[1], distances < threshold
        shares = [0.0]
        for j in range(1, k + 1):
            choices = itertools.islice(itertools.combinations(range(k), j), 1000)
            shares.append(float(np.mean([opens[:, list(c)].any(axis=1).mean() for c in choices])))
        return np.array(shares, dtype=_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="it is exact for hundreds of pictures: factorials in floats overflow", several=True)
def d_factorials_overflow():
    def let_in(distances, threshold):
        k = distances.shape[1]
        with np.errstate(all="ignore"):
            factorial = np.cumprod(np.concatenate([[1.0], np.arange(1.0, k + 1)]))
            closed = np.sum(distances >= threshold, axis=1)
            shares = []
            for j in range(k + 1):
                left = np.where(closed >= j, factorial[closed] / factorial[np.maximum(closed - j, 0)], 0.0)
                shares.append(np.mean(1 - left / (factorial[k] / factorial[k - j])))
        return np.array(shares).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="j = 0 to k: k + 1 shares", several=True)
def d_no_share_for_an_empty_gallery():
    return _d_door(let_in=lambda distances, threshold: _d_let_in(distances, threshold)[1:])


@program(
    "door", breaks="the share over strangers of whom each has their own number of pictures, not the average number", several=True
)
def d_the_average_stranger():
    def let_in(distances, threshold):
        k = distances.shape[1]
        closed, before = np.mean(np.sum(distances >= threshold, axis=1)), np.arange(k)
        outside = np.cumprod(np.maximum(closed - before, 0) / (k - before))
        return np.concatenate([[0.0], 1 - outside]).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="a picture exactly at the threshold lets nobody in, in let_in too", several=True)
def d_shares_count_equal_as_near():
    return _d_door(let_in=lambda distances, threshold: _d_let_in(distances, np.nextafter(threshold, np.inf)))


@program("door", breaks="a stranger gets in once: chances of pictures do not add", several=True)
def d_chances_add():
    def let_in(distances, threshold):
        k = distances.shape[1]
        opens = np.sum(distances < threshold, axis=1)[:, None] / max(k, 1)
        return np.minimum(opens * np.arange(k + 1), 1).mean(axis=0).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="shares, not numbers of strangers", several=True)
def d_numbers_for_shares():
    return _d_door(let_in=lambda distances, threshold: _d_let_in(distances, threshold) * len(distances))


@program("door", breaks="any size: a gallery of no picture has one share, 0", several=True)
def d_shares_need_a_picture():
    def let_in(distances, threshold):
        return _d_let_in(distances, threshold) if distances.shape[1] else np.zeros(0)

    return _d_door(let_in=let_in)


@program("door", breaks="whole numbers are taken as floats: the threshold is none of them", several=True)
def d_threshold_in_the_distances_type():
    def let_in(distances, threshold):
        return _d_let_in(distances, np.array(threshold).astype(distances.dtype))

    return _d_door(let_in=let_in)


@program("door", breaks="exact: not in single precision", several=True)
def d_shares_in_single():
    def let_in(distances, threshold):
        return _d_let_in(distances.astype(np.float32), np.float32(threshold)).astype(_d_real(distances).dtype)

    return _d_door(let_in=let_in)


@program("door", breaks="what is given stays as it was: distances of let_in", several=True)
def d_shares_write_into_distances():
    def let_in(distances, threshold):
        shares = _d_let_in(distances, threshold)
        distances[distances < threshold] = 0
        return shares

    return _d_door(let_in=let_in)


# style


def _flat(maps):
    maps = np.asarray(maps)
    return maps.reshape(*maps.shape[:-3], maps.shape[-3] * maps.shape[-2], maps.shape[-1]).astype(np.float64)


def _gram(maps, scale=None, flat=_flat, centre=False):
    F = flat(maps)
    if centre:
        F = F - F.mean(axis=-2, keepdims=True)
    G = F.swapaxes(-1, -2) @ F / (F.shape[-2] if scale is None else scale(F))
    return G.astype(_kind(maps))


def _style(maps, wanted, below=None, mean=True, slope=4.0, per_place=True, mask=None, one=None, layers=None):
    distance, d_maps = 0.0, []
    count = len(maps) if mean else 1
    for layer, target in zip(maps, wanted, strict=True):
        layer, target = np.asarray(layer), np.asarray(target, dtype=np.float64)
        F = _flat(layer)
        G = F.T @ F / len(F)
        off = G - target
        weight = np.ones_like(off) if mask is None else mask(len(off))
        under = np.sum(target**2) if below is None else below(G, target)
        distance += np.sum(weight * off**2) / under / count
        w = (weight + weight.T) / 2
        d = slope * F @ (w * off) / under / (len(F) if per_place else 1) / (count if layers is None else layers)
        d_maps.append(d.reshape(layer.shape).astype(_kind(layer)))
    kind = np.result_type(np.float32, *(np.asarray(m) for m in maps), *(np.asarray(t) for t in wanted))
    return kind.type(distance), d_maps


def _both(gram=_gram, style_distance=_style):
    return {"gram": gram, "style_distance": style_distance}


@program("style", several=True)
def a_style_by_products():
    return _both()


@program("style", several=True)
def a_style_by_einsum():
    def gram(maps):
        kind = np.result_type(maps, np.float32)
        Z = np.asarray(maps, dtype=np.float64)
        return (np.einsum("...hwj,...hwk->...jk", Z, Z) / (Z.shape[-3] * Z.shape[-2])).astype(kind)

    def style_distance(maps, wanted):
        shares, slopes = [], []
        for layer, target in zip(maps, wanted, strict=True):
            Z, T = np.asarray(layer, dtype=np.float64), np.asarray(target, dtype=np.float64)
            places = Z.shape[0] * Z.shape[1]
            D = np.einsum("hwj,hwk->jk", Z, Z) / places - T
            whole = np.einsum("jk,jk->", T, T)
            shares.append(np.einsum("jk,jk->", D, D) / whole)
            row, column = np.einsum("hwk,jk->hwj", Z, D), np.einsum("hwj,jk->hwk", Z, D)
            slopes.append((2 / (whole * places * len(maps)) * (row + column)).astype(_kind(layer)))
        kind = np.result_type(np.float32, *maps, *wanted)
        return kind.type(sum(shares) / len(shares)), slopes

    return _both(gram, style_distance)


@program("style", several=True)
def a_style_channel_by_channel():
    def gram(maps):
        maps = np.asarray(maps)
        C = maps.shape[-1]
        G = np.empty((*maps.shape[:-3], C, C), dtype=_kind(maps))
        for j in range(C):
            for k in range(C):
                product = maps[..., j].astype(np.float64) * maps[..., k].astype(np.float64)
                G[..., j, k] = product.mean(axis=(-1, -2))
        return G

    class Layer:
        def __init__(self, layer, target):
            self.shape, self.kind = np.shape(layer), _kind(layer)
            self.F = np.asarray(layer, dtype=np.float64).reshape(-1, np.shape(layer)[-1])
            self.T = np.asarray(target, dtype=np.float64)
            self.off = gram(self.F[None]).astype(np.float64) - self.T

        def share(self):
            return (np.linalg.norm(self.off) / np.linalg.norm(self.T)) ** 2

        def slope(self, layers):
            d_G = 2 * self.off / np.linalg.norm(self.T) ** 2 / layers
            return ((self.F @ (d_G + d_G.T)) / len(self.F)).reshape(self.shape).astype(self.kind)

    def style_distance(maps, wanted):
        layers = [Layer(m, t) for m, t in zip(maps, wanted, strict=True)]
        kind = np.result_type(np.float32, *maps, *wanted)
        return kind.type(np.mean([layer.share() for layer in layers])), [layer.slope(len(layers)) for layer in layers]

    return _both(gram, style_distance)


@program("style", breaks="a map of ones has a matrix of ones; here the products are summed over places", several=True)
def a_style_sum_over_places():
    return _both(lambda maps: _gram(maps, lambda F: 1))


@program("style", breaks="the mean is over places only; here it is divided by the number of channels, too", several=True)
def a_style_divided_by_channels():
    return _both(lambda maps: _gram(maps, lambda F: F.shape[-1] * F.shape[-2]))


@program("style", breaks="channels are the last axis; here a bare reshape to (C, H W) mixes them with places", several=True)
def a_style_bare_reshape():
    def flat(maps):
        *front, H, W, C = np.shape(maps)
        return np.asarray(maps, dtype=np.float64).reshape(*front, C, H * W).swapaxes(-1, -2)

    return _both(lambda maps: _gram(maps, flat=flat))


@program("style", breaks="maps may have axes in front; here all pictures make one matrix", several=True)
def a_style_one_matrix_for_all():
    return _both(lambda maps: _gram(np.asarray(maps).reshape(1, -1, np.shape(maps)[-1])))


@program("style", breaks="products of channels are taken as they are; here each channel's mean is taken off first", several=True)
def a_style_covariance():
    return _both(lambda maps: _gram(maps, centre=True))


@program("style", breaks="float32 in, float32 out; here the Gram matrix is float64", several=True)
def a_style_always_float64():
    return _both(lambda maps: _gram(np.asarray(maps, dtype=np.float64)))


@program("style", breaks="whole numbers are taken as floats; here products of small whole maps wrap round", several=True)
def a_style_wraps_round():
    def gram(maps):
        maps = np.asarray(maps)
        F = maps.reshape(*maps.shape[:-3], -1, maps.shape[-1])
        return ((F.swapaxes(-1, -2) @ F) / F.shape[-2]).astype(_kind(maps))

    return _both(gram)


@program(
    "style",
    breaks="a pair of channels is multiplied at each place; here each channel is brought to length one first",
    several=True,
)
def a_style_correlations():
    def gram(maps):
        G = _gram(maps).astype(np.float64)
        size = np.sqrt(np.maximum(np.diagonal(G, axis1=-2, axis2=-1), 1e-12))
        return (G / size[..., :, None] / size[..., None, :]).astype(_kind(maps))

    return _both(gram)


@program("style", breaks="a layer's distance is a share of the wanted one's; here it is the squared length itself", several=True)
def a_style_not_a_share():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, below=lambda G, T: 1.0))


@program("style", breaks="it is a share of the wanted matrix; here of the map's own", several=True)
def a_style_share_of_its_own():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, below=lambda G, T: max(np.sum(G**2), 1e-12)))


@program("style", breaks="squared lengths are compared; here the wanted one's length is not squared", several=True)
def a_style_length_below():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, below=lambda G, T: np.sqrt(np.sum(T**2))))


@program("style", breaks="distance is the mean over layers; here the sum", several=True)
def a_style_sum_over_layers():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, mean=False))


@program("style", breaks="d_maps are the gradients; here a number moves its row of the matrix, and not its column", several=True)
def a_style_rows_only():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, slope=2.0))


@program("style", breaks="d_maps are the gradients; here they are not divided by the number of places", several=True)
def a_style_gradient_of_a_sum():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, per_place=False))


@program("style", breaks="d_maps are the gradients of the mean; here they are not divided by the number of layers", several=True)
def a_style_gradient_without_layers():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, layers=1))


@program("style", breaks="all entries count; here only those on the diagonal", several=True)
def a_style_diagonal_only():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, mask=np.eye))


@program("style", breaks="all entries count; here each pair of channels only once", several=True)
def a_style_upper_half_only():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, mask=lambda C: np.triu(np.ones((C, C)))))


@program("style", breaks="each gradient has its map's shape; here places lie along one axis", several=True)
def a_style_flat_gradients():
    def style_distance(maps, wanted):
        distance, d_maps = _style(maps, wanted)
        return distance, [d.reshape(-1, d.shape[-1]) for d in d_maps]

    return _both(style_distance=style_distance)


@program(
    "style",
    breaks="each layer has its own share, and the mean is taken; here all layers are summed above and below the line",
    several=True,
)
def a_style_all_layers_in_one_share():
    def style_distance(maps, wanted):
        total = sum(np.sum(np.asarray(t, dtype=np.float64) ** 2) for t in wanted)
        return _style(maps, wanted, below=lambda G, T: total / len(maps))

    return _both(style_distance=style_distance)


@program("style", breaks="what is given stays as it was; here the wanted matrices become differences", several=True)
def a_style_changes_wanted():
    def style_distance(maps, wanted):
        answer = _style(maps, wanted)
        for layer, target in zip(maps, wanted, strict=True):
            target -= _gram(layer).astype(target.dtype)
        return answer

    return _both(style_distance=style_distance)


@program("style", breaks="d_maps are gradients; here they point downhill", several=True)
def a_style_downhill():
    return _both(style_distance=lambda maps, wanted: _style(maps, wanted, slope=-4.0))


@program("style", breaks="a layer's distance is a squared length; here its root is taken, as a share of the length", several=True)
def a_style_root_of_the_share():
    def style_distance(maps, wanted):
        layers = [_style([m], [t]) for m, t in zip(maps, wanted, strict=True)]
        roots = [np.sqrt(d) for d, _ in layers]
        kind = np.result_type(np.float32, *maps, *wanted)
        slopes = [(s[0] / (2 * max(r, 1e-12) * len(maps))).astype(s[0].dtype) for (_, s), r in zip(layers, roots, strict=True)]
        return kind.type(np.mean(roots)), slopes

    return _both(style_distance=style_distance)
