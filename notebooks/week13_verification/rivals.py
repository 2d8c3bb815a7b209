"""Answers that the cases of week 13 must tell apart."""

import math

import numpy as np

from autograder.cases import entry, right, wrong


def table(A, B):
    """Squared distances by differences."""
    A, B = np.asarray(A, float), np.asarray(B, float)
    return np.sum((A[:, None] - B[None]) ** 2, axis=2)


# ------------------------------------------------------------------------------------------- recall_at_one
def recall(E, symbols, designers, allowed=None, counts=None, D=None):
    """The usual answer with parts that can be exchanged."""
    E, symbols, designers = np.asarray(E, float), np.asarray(symbols), np.asarray(designers)
    if not len(E):
        return float("nan")
    others = designers[:, None] != designers
    same = symbols[:, None] == symbols
    allowed = others if allowed is None else allowed(others, same)
    counts = np.any(others & same, axis=1) if counts is None else counts(others, same)
    if not counts.any():
        return float("nan")
    near = np.where(allowed, table(E, E) if D is None else D, np.inf).argmin(axis=1)
    return float(np.mean((symbols[near] == symbols)[counts]))


@wrong("recall_at_one", caught_by="not_its_own", kind="mathematics", headline=True)
def the_query_finds_itself(E, symbols, designers):
    return recall(E, symbols, designers, allowed=lambda others, same: np.ones_like(others))


@wrong("recall_at_one", caught_by="not_its_own", kind="mathematics", headline=True)
def all_but_itself(E, symbols, designers):
    return recall(E, symbols, designers, allowed=lambda others, same: ~np.eye(len(others), dtype=bool))


@wrong("recall_at_one", caught_by="without_partner", kind="missing case")
def every_drawing_counts(E, symbols, designers):
    return recall(E, symbols, designers, counts=lambda others, same: np.ones(len(others), bool))


@wrong("recall_at_one", caught_by="without_partner", kind="missing case")
def a_partner_in_the_same_hand_counts(E, symbols, designers):
    return recall(E, symbols, designers, counts=lambda others, same: (same & ~np.eye(len(same), dtype=bool)).any(axis=1))


@wrong("recall_at_one", caught_by="without_partner", kind="mathematics")
def lonely_ones_are_thrown_out(E, symbols, designers):
    E, symbols, designers = np.asarray(E, float), np.asarray(symbols), np.asarray(designers)
    kept = np.array([np.any((symbols == s) & (designers != d)) for s, d in zip(symbols, designers, strict=True)], bool)
    return recall(E[kept], symbols[kept], designers[kept])


@wrong("recall_at_one", caught_by="by_definition", kind="mathematics")
def the_nearest_symbol_centre(E, symbols, designers):
    E, symbols = np.asarray(E, float), np.asarray(symbols)
    if len(E) < 2:
        return float("nan")
    names = np.unique(symbols)
    centres = np.array([E[symbols == name].mean(axis=0) for name in names])
    return float(np.mean(names[table(E, centres).argmin(axis=1)] == symbols))


@wrong("recall_at_one", caught_by="by_definition", kind="mathematics")
def by_angle(E, symbols, designers):
    E = np.asarray(E, float)
    U = E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12)
    return recall(E, symbols, designers, D=-U @ U.T)


@wrong("recall_at_one", caught_by="by_definition", kind="mathematics")
def by_city_blocks(E, symbols, designers):
    E = np.asarray(E, float)
    return recall(E, symbols, designers, D=np.abs(E[:, None] - E[None]).sum(axis=2))


@wrong("recall_at_one", caught_by="by_definition", kind="mathematics")
def each_pair_of_designers_by_itself(E, symbols, designers):
    E, symbols, designers = np.asarray(E, float), np.asarray(symbols), np.asarray(designers)
    hits = []
    for a in np.unique(designers):
        for b in np.unique(designers):
            if a != b:
                here, there = np.flatnonzero(designers == a), np.flatnonzero(designers == b)
                near = there[table(E[here], E[there]).argmin(axis=1)]
                hits += [symbols[near[k]] == symbols[i] for k, i in enumerate(here) if symbols[i] in symbols[there]]
    return float(np.mean(hits)) if hits else float("nan")


@wrong("recall_at_one", caught_by="order_and_names", kind="hard-coding")
def symbols_are_an_index(E, symbols, designers):
    E, symbols, designers = np.asarray(E, float), np.asarray(symbols), np.asarray(designers)
    if not len(E):
        return float("nan")
    n = len(E)
    counts = np.zeros(max(int(np.max(np.abs(symbols))) + 1, 1), int)
    np.add.at(counts, symbols, 1)
    return recall(E, symbols, designers, counts=lambda others, same: counts[symbols] > 1 if n else counts)


@wrong("recall_at_one", caught_by="far_away", kind="stability")
def multiplied_out(E, symbols, designers):
    E = np.asarray(E, float)
    return recall(E, symbols, designers, D=np.sum(E**2, axis=1)[:, None] + np.sum(E**2, axis=1) - 2 * E @ E.T)


@wrong("recall_at_one", caught_by="recall_house", kind="dtype")
def differences_of_pixels(E, symbols, designers):
    return recall(E, symbols, designers, D=np.sum((E[:, None] - E[None]) ** 2, axis=2).astype(float))


@wrong("recall_at_one", caught_by="recall_house", kind="missing case")
def zero_where_none_counts(E, symbols, designers):
    got = recall(E, symbols, designers)
    return 0.0 if math.isnan(got) else got


@wrong("recall_at_one", caught_by="recall_house", kind="mutation")
def centres_the_vectors_in_place(E, symbols, designers):
    if len(E) and E.dtype.kind == "f":
        E -= E.mean(axis=0)
    return recall(E, symbols, designers)


@right("recall_at_one")
def drawing_by_drawing(E, symbols, designers):
    found = []
    for i in range(len(E)):
        pool = [j for j in range(len(E)) if designers[j] != designers[i]]
        if any(symbols[j] == symbols[i] for j in pool):
            far = [float(np.sum((np.asarray(E[i], float) - np.asarray(E[j], float)) ** 2)) for j in pool]
            found.append(symbols[pool[int(np.argmin(far))]] == symbols[i])
    return np.mean(found) if found else np.nan


@right("recall_at_one")
def designer_by_designer(E, symbols, designers):
    E, symbols, designers = np.asarray(E, float), np.asarray(symbols), np.asarray(designers)
    hits = total = 0
    for who in np.unique(designers):
        mine, rest = designers == who, designers != who
        known = np.isin(symbols[mine], symbols[rest])
        if known.any():
            near = symbols[rest][table(E[mine][known], E[rest]).argmin(axis=1)]
            hits, total = hits + int(np.sum(near == symbols[mine][known])), total + int(known.sum())
    return hits / total if total else float("nan")


@right("recall_at_one")
def with_a_root_and_broadcasting(E, symbols, designers):
    E = np.asarray(E, float)
    return recall(E, symbols, designers, D=np.linalg.norm(E[:, None] - E[None], axis=2))


# ------------------------------------------------------------------------------------------- triplet
def triplets_with(
    X,
    triplets,
    margin,
    *,
    squared=True,
    averaged=lambda missing: len(missing),
    shares=(1, 1, 1),
    add=np.add.at,
    scale=True,
    back=lambda d_E, E, lengths: (d_E - E * np.sum(E * d_E, axis=1, keepdims=True)) / lengths,
    hinge=lambda missing: missing > 0,
):
    """The usual answer with parts that can be exchanged."""
    X = np.asarray(X)
    X = X if X.dtype.kind == "f" else X.astype(float)
    rows = np.asarray(triplets, int).reshape(-1, 3).T
    lengths = np.linalg.norm(X, axis=1, keepdims=True) if scale else np.ones((len(X), 1), X.dtype)
    E = X / lengths
    a, p, n = (E[row] for row in rows)
    near, far = np.sum((a - p) ** 2, axis=1), np.sum((a - n) ** 2, axis=1)
    if not squared:
        near, far = np.sqrt(near), np.sqrt(far)
    missing = near - far + margin
    if not squared:
        one, two = (a - p) / np.maximum(near, 1e-12)[:, None], (a - n) / np.maximum(far, 1e-12)[:, None]
        pushes = (one - two, -one, two)
    else:
        pushes = (2 * (n - p), 2 * (p - a), 2 * (a - n))
    of = max(averaged(missing), 1)
    hurt = (hinge(missing)[:, None] / of).astype(X.dtype)
    d_E = np.zeros_like(E)
    for row, push, share in zip(rows, pushes, shares, strict=True):
        add(d_E, row, share * hurt * push)
    return float(np.sum(missing[hinge(missing)]) / of), back(d_E, E, lengths)


def overwrite(total, rows, share):
    total[rows] += share


@wrong("triplet", caught_by="right_gradient", kind="mathematics", headline=True)
def one_share_for_a_row_that_comes_twice(X, triplets, margin):
    return triplets_with(X, triplets, margin, add=overwrite)


@wrong("triplet", caught_by="margins", kind="hard-coding", headline=True)
def the_margin_is_0_1(X, triplets, margin):  # mistakes.md 111
    return triplets_with(X, triplets, 0.1)


@wrong("triplet", caught_by="all_three", kind="mathematics", headline=True)
def the_anchor_gets_none(X, triplets, margin):  # mistakes.md 113
    return triplets_with(X, triplets, margin, shares=(0, 1, 1))


@wrong("triplet", caught_by="right_gradient", kind="mathematics", headline=True)
def the_scaling_is_a_constant(X, triplets, margin):
    return triplets_with(X, triplets, margin, back=lambda d_E, E, lengths: d_E / lengths)


@wrong("triplet", caught_by="right_gradient", kind="mathematics")
def the_gradient_of_the_scaled_rows(X, triplets, margin):
    return triplets_with(X, triplets, margin, back=lambda d_E, E, lengths: d_E)


@wrong("triplet", caught_by="right_gradient", kind="mathematics")
def the_length_is_forgotten(X, triplets, margin):
    return triplets_with(X, triplets, margin, back=lambda d_E, E, lengths: d_E - E * np.sum(E * d_E, axis=1, keepdims=True))


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def without_a_sphere(X, triplets, margin):
    return triplets_with(X, triplets, margin, scale=False, back=lambda d_E, E, lengths: d_E)


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def distances_without_squares(X, triplets, margin):
    return triplets_with(X, triplets, margin, squared=False)


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def the_mean_of_those_that_hurt(X, triplets, margin):
    return triplets_with(X, triplets, margin, averaged=lambda missing: int(np.sum(missing > 0)))


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def the_sum(X, triplets, margin):
    return triplets_with(X, triplets, margin, averaged=lambda missing: 1)


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def no_hinge(X, triplets, margin):
    return triplets_with(X, triplets, margin, hinge=lambda missing: np.ones(len(missing), bool))


@wrong("triplet", caught_by="right_gradient", kind="mathematics")
def half_of_the_gradient(X, triplets, margin):
    return triplets_with(X, triplets, margin, shares=(0.5, 0.5, 0.5))


@wrong("triplet", caught_by="mean_over_all", kind="mathematics")
def anchor_and_positive_exchanged_in_the_second_distance(X, triplets, margin):
    swapped = np.asarray(triplets, int).reshape(-1, 3)[:, [1, 0, 2]]
    return triplets_with(X, swapped, margin)


@wrong("triplet", caught_by="no_triplet", kind="missing case")
def a_mean_of_nothing(X, triplets, margin):
    loss, d_X = triplets_with(X, triplets, margin)
    return (loss if len(triplets) else float("nan")), d_X


@wrong("triplet", caught_by="triplet_house", kind="dtype")
def float64_comes_back(X, triplets, margin):
    return triplets_with(np.asarray(X, float), triplets, margin)


@wrong("triplet", caught_by="triplet_house", kind="mutation")
def scales_the_rows_in_place(X, triplets, margin):
    got = triplets_with(X, triplets, margin)
    if X.dtype.kind == "f":
        X /= np.linalg.norm(X, axis=1, keepdims=True)
    return got


@right("triplet")
def by_inner_products(X, triplets, margin):
    X = np.asarray(X)
    X = X if X.dtype.kind == "f" else X.astype(float)
    rows = np.asarray(triplets, int).reshape(-1, 3)
    lengths = np.sqrt((X**2).sum(axis=1, keepdims=True))
    E = X / lengths
    S = E @ E.T
    a, p, n = rows.T
    missing = 2 * S[a, n] - 2 * S[a, p] + margin
    hurt = missing > 0
    W = np.zeros_like(S)  # d loss / d S
    np.add.at(W, (a[hurt], n[hurt]), 2 / max(len(rows), 1))
    np.add.at(W, (a[hurt], p[hurt]), -2 / max(len(rows), 1))
    d_E = (W + W.T) @ E
    return np.maximum(missing, 0).sum() / max(len(rows), 1), (d_E - (d_E * E).sum(axis=1, keepdims=True) * E) / lengths


@right("triplet")
def triplet_by_triplet(X, triplets, margin):
    X = np.array(X, dtype=X.dtype if X.dtype.kind == "f" else float)
    loss, d_X = 0.0, np.zeros_like(X)
    t = len(triplets)

    def turned(i, push):
        e = X[i] / np.linalg.norm(X[i])
        return (push - e * (e @ push)) / np.linalg.norm(X[i])

    for a, p, n in triplets:
        A, P, N = (X[i] / np.linalg.norm(X[i]) for i in (a, p, n))
        lack = (A - P) @ (A - P) - (A - N) @ (A - N) + margin
        if lack > 0:
            loss += lack / t
            d_X[a] += turned(a, 2 * (N - P) / t)
            d_X[p] += turned(p, 2 * (P - A) / t)
            d_X[n] += turned(n, 2 * (A - N) / t)
    return loss, d_X


@right("triplet")
def by_one_hot_matrices(X, triplets, margin):
    X = np.asarray(X) * np.ones((), np.float32) if np.asarray(X).dtype == np.float32 else np.asarray(X, float)
    rows, n = np.asarray(triplets, int).reshape(-1, 3), len(X)
    H = [(rows[:, [k]] == np.arange(n)).astype(X.dtype) for k in range(3)]
    lengths = np.linalg.norm(X, axis=1)[:, None]
    E = X / lengths
    a, p, q = (h @ E for h in H)
    missing = ((a - p) ** 2 - (a - q) ** 2).sum(axis=1) + margin
    g = ((missing > 0) / max(len(rows), 1)).astype(X.dtype)[:, None] * 2
    d_E = H[0].T @ (g * (q - p)) + H[1].T @ (g * (p - a)) + H[2].T @ (g * (a - q))
    return float(np.where(missing > 0, missing, 0).sum() / max(len(rows), 1)), (d_E - E * (E * d_E).sum(1)[:, None]) / lengths


# ------------------------------------------------------------------------------------------- mine
def mined(E, labels, margin, rng, allowed=None, choose=None, pairs=None, D=None):
    """The usual answer with parts that can be exchanged."""
    D, labels = table(E, E) if D is None else D, np.asarray(labels)
    same = labels[:, None] == labels
    a, p = np.nonzero(same & ~np.eye(len(labels), dtype=bool)) if pairs is None else pairs(same)
    found = []
    for i, j in zip(a.tolist(), p.tolist(), strict=True):
        gap = D[i] - D[i, j]
        mask = ~same[i] & (gap > 0) & (gap < margin) if allowed is None else allowed(gap, same[i], margin, D[i])
        some = np.flatnonzero(mask)
        if len(some):
            found.append((i, j, int(rng.choice(some)) if choose is None else choose(some, D[i], rng, i, j)))
    return np.array(found, int).reshape(-1, 3)


@wrong("mine", caught_by="pairs_once", kind="mathematics", headline=True)
def any_negative_that_hurts(E, labels, margin, rng):
    return mined(E, labels, margin, rng, allowed=lambda gap, same, m, D: ~same & (gap < m))


@wrong("mine", caught_by="equal_chances", kind="mathematics", headline=True)
def always_the_nearest_semi_hard(E, labels, margin, rng):
    return mined(E, labels, margin, rng, choose=lambda some, D, rng, i, j: int(some[D[some].argmin()]))


@wrong("mine", caught_by="equal_chances", kind="mathematics")
def the_first_semi_hard(E, labels, margin, rng):
    return mined(E, labels, margin, rng, choose=lambda some, D, rng, i, j: int(some[0]))


@wrong("mine", caught_by="all_semi_hard", kind="mathematics", headline=True)
def same_labels_are_no_obstacle(E, labels, margin, rng):
    return mined(E, labels, margin, rng, allowed=lambda gap, same, m, D: (gap > 0) & (gap < m))


@wrong("mine", caught_by="coincident", kind="mathematics")
def a_mask_that_multiplies(E, labels, margin, rng):  # after mistakes.md 115: other labels by a product, then the smallest
    D, labels = table(E, E), np.asarray(labels)
    same = labels[:, None] == labels
    found = []
    for a, p in zip(*np.nonzero(same & ~np.eye(len(labels), dtype=bool)), strict=True):
        masked = D[a] * ~same[a]
        some = np.flatnonzero((masked - D[a, p] < margin) & (masked >= D[a, p]))
        if len(some):
            found.append((a, p, rng.choice(some)))
    return np.array(found, int).reshape(-1, 3)


@wrong("mine", caught_by="pairs_once", kind="mathematics")
def each_pair_in_one_direction(E, labels, margin, rng):
    return mined(E, labels, margin, rng, pairs=lambda same: np.nonzero(np.triu(same, 1)))


@wrong("mine", caught_by="pairs_once", kind="mathematics")
def the_anchor_is_its_own_positive(E, labels, margin, rng):
    return mined(E, labels, margin, rng, pairs=lambda same: np.nonzero(same))


@wrong("mine", caught_by="pairs_once", kind="mathematics")
def distances_without_squares_in_the_miner(E, labels, margin, rng):
    return mined(E, labels, margin, rng, D=np.sqrt(table(E, E)))


@wrong("mine", caught_by="pairs_once", kind="mathematics")
def scaled_to_length_one_first(E, labels, margin, rng):
    E = np.asarray(E, float)
    U = E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12)
    return mined(E, labels, margin, rng, D=table(U, U))


@wrong("mine", caught_by="drawn_anew", kind="mathematics")
def one_draw_for_each_anchor(E, labels, margin, rng):
    lots = rng.random((len(labels), len(labels)))
    return mined(E, labels, margin, rng, choose=lambda some, D, rng, i, j: int(some[lots[i, some].argmax()]))


@wrong("mine", caught_by="drawn_anew", kind="mathematics")
def the_same_draw_at_each_call(E, labels, margin, rng):
    return mined(E, labels, margin, np.random.default_rng(0))


@wrong("mine", caught_by="mine_by_rng", kind="mathematics")
def chance_of_numpys_own(E, labels, margin, rng):
    return mined(E, labels, margin, np.random.default_rng())


@wrong("mine", caught_by="equal_chances", kind="mathematics")
def nearer_ones_more_often(E, labels, margin, rng):
    def choose(some, D, rng, i, j):
        weights = np.exp(-5 * D[some])
        return int(rng.choice(some, p=weights / weights.sum()))

    return mined(E, labels, margin, rng, choose=choose)


@wrong("mine", caught_by="pairs_once", kind="mathematics")
def all_semi_hard_negatives_of_a_pair(E, labels, margin, rng):
    D, labels = table(E, E), np.asarray(labels)
    same = labels[:, None] == labels
    a, p, n = np.nonzero((same & ~np.eye(len(labels), dtype=bool))[:, :, None] & ~same[:, None, :])
    gap = D[a, n] - D[a, p]
    kept = (gap > 0) & (gap < margin)
    return np.column_stack([a, p, n])[kept].reshape(-1, 3)


@wrong("mine", caught_by="all_semi_hard", kind="mathematics")
def else_the_hardest(E, labels, margin, rng):
    D, labels = table(E, E), np.asarray(labels)
    same = labels[:, None] == labels
    got = {(a, p): n for a, p, n in mined(E, labels, margin, rng).tolist()}
    found = []
    for a, p in zip(*np.nonzero(same & ~np.eye(len(labels), dtype=bool)), strict=True):
        if (~same[a]).any():
            found.append((a, p, got.get((int(a), int(p)), int(np.where(same[a], np.inf, D[a]).argmin()))))
    return np.array(found, int).reshape(-1, 3)


@wrong("mine", caught_by="mine_house", kind="dtype")
def differences_of_pixels_wrap(E, labels, margin, rng):
    return mined(E, labels, margin, rng, D=np.sum((E[:, None] - E[None]) ** 2, axis=2).astype(float))


@wrong("mine", caught_by="mine_house", kind="shape")
def an_empty_list_without_columns(E, labels, margin, rng):
    got = mined(E, labels, margin, rng)
    return got if len(got) else np.zeros(0, int)


@right("mine")
def as_a_cube(E, labels, margin, rng):
    D, labels = table(E, E), np.asarray(labels)
    same = labels[:, None] == labels
    gap = D[:, None, :] - D[:, :, None]  # (anchor, positive, negative)
    ok = (same & ~np.eye(len(labels), dtype=bool))[:, :, None] & ~same[:, None, :] & (gap > 0) & (gap < margin)
    a, p = np.nonzero(ok.any(axis=2))
    if not len(a):
        return np.zeros((0, 3), int)
    n = np.where(ok[a, p], rng.standard_normal((len(a), len(labels))), -np.inf).argmax(axis=1)
    return np.stack([a, p, n], axis=1)


@right("mine")
def shuffled_and_first(E, labels, margin, rng):
    got = mined(E, labels, margin, rng, choose=lambda some, D, rng, i, j: int(rng.permutation(some)[0]))
    return got[rng.permutation(len(got))].astype(np.int32)


@right("mine")
def by_a_random_place(E, labels, margin, rng):
    return mined(E, labels, margin, rng, choose=lambda some, D, rng, i, j: int(some[int(rng.random() * len(some))]))


@right("mine")
def edges_are_in(E, labels, margin, rng):
    return mined(E, labels, margin, rng, allowed=lambda gap, same, m, D: ~same & (gap >= 0) & (gap <= m))


# ------------------------------------------------------------------------------------------- door
def a_door(recognise=None, set_threshold=None, let_in=None):
    """The three functions, some of them exchanged."""
    return {
        "recognise": recognise or named,
        "set_threshold": set_threshold or limit,
        "let_in": let_in or in_by_choice,
    }


def named(queries, gallery, names, threshold):
    names = np.asarray(names, int)
    D = np.sqrt(table(queries, gallery)) if len(names) and len(queries) else np.full((len(queries), 0), np.inf)
    if not D.size:
        return np.full(len(queries), -1)
    return np.where(D.min(axis=1) < threshold, names[D.argmin(axis=1)], -1)


def limit(distances, rate):
    nearest = np.sort(np.asarray(distances, float).min(axis=1, initial=np.inf))
    allowed = int(rate * len(nearest) + 1e-9)
    return float(nearest[allowed]) if allowed < len(nearest) else float("inf")


def in_by_choice(distances, threshold):
    k = np.shape(distances)[1]
    open_ = [int(n) for n in (np.asarray(distances) < threshold).sum(axis=1)]
    return np.array([np.mean([1 - math.comb(k - n, j) / math.comb(k, j) for n in open_]) for j in range(k + 1)])


@wrong("door", caught_by="at_the_edge", kind="mathematics", headline=True, several=True)
def squared_distances_against_the_threshold():
    return a_door(
        recognise=lambda q, g, names, t: (
            np.where(table(q, g).min(axis=1) < t, np.asarray(names)[table(q, g).argmin(axis=1)], -1)
            if len(names) and len(q)
            else np.full(len(q), -1)
        )
    )


@wrong("door", caught_by="nearest_or_nobody", kind="mathematics", several=True)
def the_row_in_place_of_the_name():
    def recognise(q, g, names, t):
        if not len(names) or not len(q):
            return np.full(len(q), -1)
        D = np.sqrt(table(q, g))
        return np.where(D.min(axis=1) < t, D.argmin(axis=1), -1)

    return a_door(recognise)


@wrong("door", caught_by="at_the_edge", kind="missing case", several=True)
def equal_is_near_enough():
    def recognise(q, g, names, t):
        if not len(names) or not len(q):
            return np.full(len(q), -1)
        D = np.sqrt(table(q, g))
        return np.where(D.min(axis=1) <= t, np.asarray(names)[D.argmin(axis=1)], -1)

    return a_door(recognise)


@wrong("door", caught_by="nearest_or_nobody", kind="mathematics", several=True)
def the_first_that_is_near_enough():
    def recognise(q, g, names, t):
        if not len(names) or not len(q):
            return np.full(len(q), -1)
        near = np.sqrt(table(q, g)) < t
        return np.where(near.any(axis=1), np.asarray(names)[near.argmax(axis=1)], -1)

    return a_door(recognise)


@wrong("door", caught_by="nearest_or_nobody", kind="mathematics", several=True)
def the_mean_distance_to_a_person():
    def recognise(q, g, names, t):
        names = np.asarray(names)
        if not len(names) or not len(q):
            return np.full(len(q), -1)
        D, people = np.sqrt(table(q, g)), np.unique(names)
        means = np.column_stack([D[:, names == one].mean(axis=1) for one in people])
        return np.where(means.min(axis=1) < t, people[means.argmin(axis=1)], -1)

    return a_door(recognise)


@wrong("door", caught_by="largest_threshold", kind="mathematics", headline=True, several=True)
def a_threshold_for_pairs():
    def set_threshold(distances, rate):
        pairs = np.sort(np.ravel(distances))
        allowed = int(rate * len(pairs) + 1e-9)
        return float(pairs[allowed]) if allowed < len(pairs) else float("inf")

    return a_door(set_threshold=set_threshold)


@wrong("door", caught_by="largest_threshold", kind="mathematics", several=True)
def the_threshold_before():
    def set_threshold(distances, rate):
        nearest = np.sort(np.asarray(distances, float).min(axis=1, initial=np.inf))
        return float(nearest[max(int(rate * len(nearest) + 1e-9) - 1, 0)]) if rate < 1 else float("inf")

    return a_door(set_threshold=set_threshold)


@wrong("door", caught_by="largest_threshold", kind="mathematics", several=True)
def a_quantile():
    def set_threshold(distances, rate):
        if rate >= 1 or not np.size(distances):
            return float("inf")
        return float(np.quantile(np.asarray(distances, float).min(axis=1), rate))

    return a_door(set_threshold=set_threshold)


@wrong("door", caught_by="rounded_down", kind="stability", several=True)
def rounded_without_a_bit_more():
    def set_threshold(distances, rate):
        nearest = np.sort(np.asarray(distances, float).min(axis=1, initial=np.inf))
        allowed = int(rate * len(nearest))
        return float(nearest[allowed]) if allowed < len(nearest) else float("inf")

    return a_door(set_threshold=set_threshold)


@wrong("door", caught_by="largest_threshold", kind="mathematics", several=True)
def rounded_to_the_nearest():
    def set_threshold(distances, rate):
        nearest = np.sort(np.asarray(distances, float).min(axis=1, initial=np.inf))
        allowed = round(rate * len(nearest))
        return float(nearest[allowed]) if allowed < len(nearest) else float("inf")

    return a_door(set_threshold=set_threshold)


@wrong("door", caught_by="not_independent", kind="mathematics", headline=True, several=True)
def as_if_pairs_were_independent():
    return a_door(let_in=lambda d, t: 1 - (1 - np.mean(d < t) if np.size(d) else 1) ** np.arange(np.shape(d)[1] + 1.0))


@wrong("door", caught_by="all_galleries", kind="mathematics", several=True)
def pictures_may_come_twice():
    def let_in(d, t):
        k = np.shape(d)[1]
        closed = (np.asarray(d) >= t).sum(axis=1, keepdims=True) / max(k, 1)
        return 1 - np.mean(closed ** np.arange(k + 1), axis=0)

    return a_door(let_in=let_in)


@wrong("door", caught_by="all_galleries", kind="mathematics", headline=True, several=True)
def the_first_j_pictures():
    def let_in(d, t):
        inside = np.maximum.accumulate(np.asarray(d) < t, axis=1)
        return np.concatenate([[0.0], inside.mean(axis=0)])

    return a_door(let_in=let_in)


@wrong("door", caught_by="all_galleries", kind="missing case", several=True)
def an_equal_distance_lets_in():
    return a_door(let_in=lambda d, t: in_by_choice(d, np.nextafter(t, np.inf)))


@wrong("door", caught_by="galleries_of_two", kind="shape", several=True)
def no_entry_for_an_empty_gallery():
    return a_door(let_in=lambda d, t: in_by_choice(d, t)[1:])


@wrong("door", caught_by="large_galleries", kind="stability", several=True)
def by_factorials_as_floats():
    def let_in(d, t):
        k = np.shape(d)[1]
        f = np.concatenate([[1.0], np.cumprod(np.arange(1.0, k + 1))])
        open_, out = (np.asarray(d) < t).sum(axis=1), np.zeros(k + 1)
        with np.errstate(all="ignore"):
            for j in range(k + 1):
                out[j] = 1 - np.mean([f[k - n] / f[k - n - j] * f[k - j] / f[k] if k - n >= j else 0.0 for n in open_])
        return out

    return a_door(let_in=let_in)


@wrong("door", caught_by="all_galleries", kind="mathematics", several=True)
def by_some_drawn_galleries():
    def let_in(d, t):
        inside, rng = np.asarray(d) < t, np.random.default_rng(0)
        k = inside.shape[1]
        drawn = [[inside[:, rng.permutation(k)[:j]].any(axis=1).mean() for _ in range(200)] for j in range(k + 1)]
        return np.mean(drawn, axis=1)

    return a_door(let_in=let_in)


@wrong("door", caught_by="empty_gallery", kind="missing case", several=True)
def no_thought_of_an_empty_gallery():
    def recognise(q, g, names, t):
        D = np.sqrt(table(q, g))
        return np.where(D.min(axis=1) < t, np.asarray(names)[D.argmin(axis=1)], -1)

    return a_door(recognise)


@wrong("door", caught_by="door_types", kind="dtype", several=True)
def a_door_whose_pixels_wrap():
    def recognise(q, g, names, t):
        if not len(names) or not len(q):
            return np.full(len(q), -1)
        D = np.sqrt(np.sum((q[:, None] - g[None]) ** 2, axis=2))
        return np.where(D.min(axis=1) < t, np.asarray(names)[D.argmin(axis=1)], -1)

    return a_door(recognise)


@wrong("door", caught_by="door_house", kind="mutation", several=True)
def sorts_the_distances_themselves():
    def set_threshold(distances, rate):
        distances.sort(axis=0)
        return limit(distances, rate)

    return a_door(set_threshold=lambda d, rate: (limit(d, rate), d.sort(axis=0))[0])


@right("door", several=True)
def a_door_of_loops():
    def recognise(q, g, names, t):
        out = []
        for one in np.asarray(q, float):
            best, who = math.inf, -1
            for other, name in zip(np.asarray(g, float), names, strict=True):
                far = math.dist(one, other)
                if far < best:
                    best, who = far, int(name)
            out.append(who if best < t else -1)
        return np.array(out, int)

    def set_threshold(distances, rate):
        nearest = sorted(min(row, default=math.inf) for row in np.asarray(distances, float).tolist())
        m = len(nearest)
        if not m:
            return math.inf
        inside = max(j for j in range(m + 1) if j / m <= rate + 1e-12)
        return math.inf if inside == m else nearest[inside]

    def let_in(distances, threshold):
        k, out = np.shape(distances)[1], []
        for j in range(k + 1):
            total = 0.0
            for row in np.asarray(distances).tolist():
                closed, stay = sum(far >= threshold for far in row), 1.0
                for hung in range(j):
                    stay *= max(closed - hung, 0) / (k - hung)
                total += 1 - stay
            out.append(total / len(distances))
        return out

    return a_door(recognise, set_threshold, let_in)


@right("door", several=True)
def a_door_by_partition():
    def set_threshold(distances, rate):
        nearest = np.concatenate([np.asarray(distances, float), np.full((len(distances), 1), np.inf)], axis=1).min(axis=1)
        allowed = int(np.floor(np.nextafter(rate * len(nearest), np.inf) + 1e-10))
        return np.inf if allowed >= len(nearest) else np.partition(nearest, allowed)[allowed]

    return a_door(set_threshold=set_threshold)


@right("door", several=True)
def a_door_by_log_gamma():
    def let_in(distances, threshold):
        k = np.shape(distances)[1]
        sizes = np.arange(k + 1)
        log_of = np.cumsum(np.log(np.maximum(sizes, 1)))  # of n!
        closed = (np.asarray(distances, float) >= threshold).sum(axis=1)[:, None]
        left = np.maximum(closed - sizes, 0)
        stay = np.exp(log_of[closed] - log_of[left] + log_of[k - sizes] - log_of[k])
        return 1 - np.mean(np.where(sizes <= closed, stay, 0), axis=0)

    return a_door(let_in=let_in)


# ------------------------------------------------------------------------------------------- style
def styles(gram=None, distance=None):
    """The two functions; the second one stands on the first."""
    gram = gram or table_of_channels
    return {"gram": gram, "style_distance": distance or (lambda maps, wanted: by_gram(gram, maps, wanted))}


def floats(maps):
    maps = np.asarray(maps)
    return maps if maps.dtype.kind == "f" else maps.astype(float)


def table_of_channels(maps):
    maps = floats(maps)
    *front, h, w, c = maps.shape
    F = maps.reshape(*front, h * w, c)
    return F.swapaxes(-1, -2) @ F / (h * w)


def by_gram(gram, maps, wanted, factor=4.0, layers=len, below=lambda target: np.sum(target**2), turned=lambda off: off):
    total, slopes = 0.0, []
    for one, target in zip(maps, wanted, strict=True):
        off = gram(one) - target
        share = 1 / float(below(target) * layers(maps))
        total += share * float(np.sum(off**2))
        slopes.append(floats(one) @ turned(off) * (factor * share / (one.shape[0] * one.shape[1])))
    return total, slopes


@wrong("style", caught_by="places_dealt", kind="shape", headline=True, several=True)
def a_bare_reshape():  # mistakes.md 117
    def gram(maps):
        maps = floats(maps)
        *front, h, w, c = maps.shape
        F = maps.reshape(*front, c, h * w)
        return F @ F.swapaxes(-1, -2) / (h * w)

    return styles(gram)


@wrong("style", caught_by="map_of_ones", kind="mathematics", headline=True, several=True)
def divided_by_channels_too():  # mistakes.md 119
    return styles(lambda maps: table_of_channels(maps) / maps.shape[-1])


@wrong("style", caught_by="map_of_ones", kind="mathematics", headline=True, several=True)
def a_sum_over_places():
    return styles(lambda maps: table_of_channels(maps) * (maps.shape[-3] * maps.shape[-2]))


@wrong("style", caught_by="mean_of_products", kind="mathematics", several=True)
def a_covariance():
    def gram(maps):
        maps = floats(maps)
        return table_of_channels(maps - maps.mean(axis=(-3, -2), keepdims=True))

    return styles(gram)


@wrong("style", caught_by="mean_of_products", kind="mathematics", several=True)
def a_correlation():
    def gram(maps):
        G = table_of_channels(maps)
        root = np.sqrt(np.maximum(np.diagonal(G, axis1=-2, axis2=-1), 1e-12))
        return G / root[..., :, None] / root[..., None, :]

    return styles(gram, lambda maps, wanted: by_gram(table_of_channels, maps, wanted))


@wrong("style", caught_by="style_gradient", kind="mathematics", headline=True, several=True)
def half_of_the_style_gradient():
    return styles(distance=lambda maps, wanted: by_gram(table_of_channels, maps, wanted, factor=2.0))


@wrong("style", caught_by="distance_by_definition", kind="mathematics", several=True)
def the_layers_are_summed():
    return styles(distance=lambda maps, wanted: by_gram(table_of_channels, maps, wanted, layers=lambda maps: 1))


@wrong("style", caught_by="distance_by_definition", kind="mathematics", several=True)
def not_divided_by_the_wanted_one():
    return styles(distance=lambda maps, wanted: by_gram(table_of_channels, maps, wanted, below=lambda target: 1.0))


@wrong("style", caught_by="distance_by_definition", kind="mathematics", several=True)
def divided_by_the_number_of_entries():
    return styles(distance=lambda maps, wanted: by_gram(table_of_channels, maps, wanted, below=lambda target: target.size))


@wrong("style", caught_by="distance_by_definition", kind="mathematics", several=True)
def one_scale_for_all_layers():
    def distance(maps, wanted):
        below = np.mean([np.sum(target**2) for target in wanted])
        return by_gram(table_of_channels, maps, wanted, below=lambda target: below)

    return styles(distance=distance)


@wrong("style", caught_by="style_gradient", kind="mathematics", several=True)
def the_gradient_forgets_the_places():
    def distance(maps, wanted):
        total, slopes = by_gram(table_of_channels, maps, wanted)
        return total, [slope * (one.shape[0] * one.shape[1]) for one, slope in zip(maps, slopes, strict=True)]

    return styles(distance=distance)


@wrong("style", caught_by="style_gradient", kind="mathematics", several=True)
def the_gradient_forgets_the_layers():
    def distance(maps, wanted):
        total, slopes = by_gram(table_of_channels, maps, wanted)
        return total, [slope * len(maps) for slope in slopes]

    return styles(distance=distance)


@wrong("style", caught_by="many_maps", kind="shape", several=True)
def one_map_at_a_time_only():
    def gram(maps):
        maps = floats(maps)
        F = maps.reshape(-1, maps.shape[-1])
        return F.T @ F / len(F)

    return styles(gram)


@wrong("style", caught_by="style_house", kind="dtype", several=True)
def products_in_uint8():
    def gram(maps):
        *front, h, w, c = maps.shape
        F = maps.reshape(*front, h * w, c)
        return F.swapaxes(-1, -2) @ F / (h * w)

    return styles(gram)


@wrong("style", caught_by="style_house", kind="dtype", several=True)
def everything_in_float64():
    return styles(lambda maps: table_of_channels(np.asarray(maps, float)))


@wrong("style", caught_by="style_house", kind="mutation", several=True)
def the_wanted_matrix_is_used_up():
    def distance(maps, wanted):
        got = by_gram(table_of_channels, maps, wanted)
        for one, target in zip(maps, wanted, strict=True):
            target -= table_of_channels(one).astype(target.dtype)
        return got

    return styles(distance=distance)


@right("style", several=True)
def by_einsum():
    def gram(maps):
        maps = floats(maps)
        return np.einsum("...hwc,...hwd->...cd", maps, maps) / (maps.shape[-3] * maps.shape[-2])

    def distance(maps, wanted):
        total, slopes = 0.0, []
        for one, target in zip(maps, wanted, strict=True):
            one = floats(one)
            off = gram(one) - target
            size = np.sum(target * target)
            total = total + (off * off).sum() / size / len(maps)
            slope = np.einsum("hwc,cd->hwd", one, off + off.T) * (2 / (size * len(maps) * one.shape[0] * one.shape[1]))
            slopes.append(slope.astype(one.dtype))
        return float(total), slopes

    return styles(gram, distance)


@right("style", several=True)
def place_by_place():
    def gram(maps):
        maps = floats(maps)
        places = [maps[..., y, x, :] for y in range(maps.shape[-3]) for x in range(maps.shape[-2])]
        return (sum(one[..., :, None] * one[..., None, :] for one in places) / len(places)).astype(maps.dtype)

    return styles(gram, lambda maps, wanted: by_gram(gram, maps, wanted))


@right("style", several=True)
def with_tensordot_and_a_tuple():
    def gram(maps):
        maps = floats(maps)
        if maps.ndim > 3:
            return np.stack([gram(one) for one in maps])
        return np.tensordot(maps, maps, axes=((0, 1), (0, 1))) / np.prod(maps.shape[:2]).astype(maps.dtype)

    def distance(maps, wanted):
        total, slopes = by_gram(gram, maps, wanted)
        return total, tuple(slopes)

    return styles(gram, distance)


# ------------------------------------------------------------------------------------------- strangers
def flat(maps):
    return np.asarray(maps, float).reshape(len(maps), -1)


def scaled(X):
    return X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)


def best_threshold(E, symbols, designers, rng):
    """The threshold with the best score at doors built from these drawings."""
    one, other = (E[designers == who][np.argsort(symbols[designers == who])] for who in (0, 1))
    far = np.sqrt(table(one, other))
    tried = np.quantile(far.min(axis=1), np.linspace(0, 1, 40))
    scores = np.zeros(40)
    for _ in range(100):
        drawn = rng.permutation(len(one))[:30]
        for D in (far, far.T):
            door = D[np.ix_(drawn, drawn[:20])]
            near, hit = door.min(axis=1), door.argmin(axis=1)[:20] == np.arange(20)
            scores += np.mean((near[:20] < tried[:, None]) & hit, axis=1) + np.mean(near[20:] >= tried[:, None], axis=1)
    return float(tried[scores.argmax()])


def entry_of(fit, kept=60, length_one=True):
    """An entry from `fit(X, symbols, designers, rng) -> (W, middle)`; the threshold comes from symbols kept back."""

    def vectors(X, W, middle):
        Z = (X - middle) @ W
        return scaled(Z) if length_one else Z

    def learn(maps, symbols, designers, rng):
        X, names = flat(maps), rng.permutation(np.unique(symbols))
        back = np.isin(symbols, names[:kept])
        W, middle = fit(X[~back], symbols[~back], designers[~back], rng)
        near = best_threshold(vectors(X[back], W, middle), symbols[back], designers[back], rng)
        W, middle = fit(X, symbols, designers, rng)
        return [middle, W, np.array([near])]

    return {
        "learn": learn,
        "embed": lambda arrays, maps: vectors(flat(maps), arrays[1], arrays[0]),
        "threshold": lambda arrays: float(arrays[2][0]),
    }


def directions(X, symbols, designers, rng, white=0.0):
    """The first 32 principal directions; `white` divides them by a power of their spread."""
    middle = X.mean(axis=0)
    _, s, V = np.linalg.svd(X - middle, full_matrices=False)
    return V[:32].T / s[:32] ** white, middle


def whitened(X, symbols, designers, rng, ridge=1.0):
    """What the symbols differ in, in units of what the designers differ in: 32 directions, in closed form."""
    middle = X.mean(axis=0)
    pairs = np.argsort(symbols, kind="stable").reshape(-1, 2)
    centre = X[pairs].mean(axis=1)
    within = (X[pairs] - centre[:, None]).reshape(len(X), -1)
    Sw = within.T @ within / len(X)
    w, V = np.linalg.eigh(Sw + ridge * np.trace(Sw) / len(Sw) * np.eye(len(Sw)))
    half = V / np.sqrt(w)
    _, _, U = np.linalg.svd((centre - middle) @ half, full_matrices=False)
    return half @ U[:32].T, middle


def by_triplets(X, symbols, designers, rng, steps=300, drop_rate=0.3, margin=0.5, choose=None, bend=None):
    """A linear map by triplets and Adam."""
    middle, size = X.mean(axis=0), X.std(axis=0).mean()
    Z = (X - middle) / size
    pairs = np.argsort(symbols, kind="stable").reshape(-1, 2)
    W, mean, square = rng.normal(0, 1 / 32, (X.shape[1], 32)), 0.0, 0.0
    for step in range(1, steps + 1):
        rows = pairs[rng.choice(len(pairs), min(64, len(pairs)), replace=False)].ravel()
        some = Z[rows] * (rng.random((len(rows), Z.shape[1])) >= drop_rate) / (1 - drop_rate)
        out = some @ W
        labels = np.repeat(np.arange(len(rows) // 2), 2)
        triplets = (choose or quick_mine)(scaled(out), labels, margin, rng)
        slope = some.T @ triplets_with(out, triplets, margin)[1]
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        W = W - 2e-3 * (1 - step / (steps + 1)) * move
    return W / size, middle


def quick_mine(E, labels, margin, rng, hard=False):
    """Semi-hard triplets for unit rows; `hard`: the nearest negative of all."""
    D = 2 - 2 * E @ E.T
    same = labels[:, None] == labels
    a, p = np.nonzero(same & ~np.eye(len(E), dtype=bool))
    if hard:
        return np.column_stack([a, p, np.where(same, np.inf, D).argmin(axis=1)[a]])
    gap = D[a] - D[a, p][:, None]
    lots = np.where(~same[a] & (gap > 0) & (gap < margin), rng.random(gap.shape), -1.0)
    kept = np.flatnonzero(lots.max(axis=1) >= 0)
    return np.column_stack([a[kept], p[kept], lots[kept].argmax(axis=1)])


def few(fit, symbols_used):
    """The same fit on the first so many symbols."""

    def fewer(X, symbols, designers, rng):
        rows = np.isin(symbols, np.unique(symbols)[:symbols_used])
        return fit(X[rows], symbols[rows], designers[rows], rng)

    return fewer


@entry("strangers", band="nothing")
def everybody_is_nobody():
    made = entry_of(directions)
    return {**made, "threshold": lambda arrays: 0.0}


@entry("strangers", band="nothing")
def nobody_is_nobody():
    made = entry_of(directions)
    return {**made, "threshold": lambda arrays: 1e6}


@entry("strangers", band="nothing")
def principal_directions():
    return entry_of(directions)


@entry("strangers", band="nothing")
def whitened_without_labels():
    return entry_of(lambda *given: directions(*given, white=1.0))


@entry("strangers", band="baseline")
def triplets_of_80_symbols():
    return entry_of(few(by_triplets, 80))


@entry("strangers", band="gets going")
def triplets_of_120_symbols():
    return entry_of(few(by_triplets, 120))


@entry("strangers", band="gets going")
def without_the_thirty_largest_directions():
    def smaller(X, symbols, designers, rng):
        middle = X.mean(axis=0)
        _, s, V = np.linalg.svd(X - middle, full_matrices=False)
        return V[30:62].T / s[30:62], middle

    return entry_of(smaller)


@entry("strangers", band="good")
def two_hundred_steps():
    return entry_of(lambda *given: by_triplets(*given, steps=200))


@entry("strangers", band="excellent")
def whitened_by_the_designers():
    return entry_of(whitened)


@entry("strangers", band="refused")
def a_wider_hidden_layer():
    made = entry_of(directions)
    return {**made, "learn": lambda maps, symbols, designers, rng: [np.zeros((1024, 64)), np.zeros((64, 32)), np.ones(1)]}


@entry("strangers", band="refused")
def looks_at_the_whole_batch():
    made = entry_of(directions)
    return {
        **made,
        "embed": lambda arrays, maps: scaled((flat(maps) - flat(maps).mean(axis=0)) @ arrays[1] + 1e-9),
    }
