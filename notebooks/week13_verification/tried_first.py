"""Programs for week 13, written from its contracts alone."""

import numpy as np

from autograder.cases import program


# ------------------------------------------------------------------------------------------- recall_at_one
def _squares(A, B):
    A, B = np.asarray(A, float), np.asarray(B, float)
    return np.sum((A[:, None] - B[None]) ** 2, axis=2)


def _recall(E, symbols, designers, others=True, counts="can", distance=_squares, empty=np.nan, itself=False):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    if len(symbols) == 0:
        return empty
    D = distance(E, E)
    foreign = designers[:, None] != designers[None] if others else ~np.eye(len(D), dtype=bool) | itself
    there = np.any(foreign & (symbols[:, None] == symbols[None]), axis=1)
    D = np.where(foreign, D, np.inf)
    found = symbols[np.argmin(D, axis=1)] == symbols
    rows = there if counts == "can" else np.ones(len(D), bool)
    return float(np.mean(found[rows] & there[rows])) if rows.any() else empty


@program("recall_at_one", breaks="looked for among other designers only")
def b_own_designer_too(E, symbols, designers):
    return _recall(E, symbols, designers, others=False)


@program("recall_at_one", breaks="a drawing is not looked for with itself in the gallery")
def b_finds_itself(E, symbols, designers):
    return _recall(E, symbols, designers, others=False, itself=True)


@program("recall_at_one", breaks="only drawings count that can be found")
def b_all_count(E, symbols, designers):
    return _recall(E, symbols, designers, counts="all")


@program("recall_at_one", breaks="all drawings stay in the gallery")
def b_single_drawings_leave_the_gallery(E, symbols, designers):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    can = np.array([np.any((symbols == s) & (designers != d)) for s, d in zip(symbols, designers, strict=True)], bool)
    return _recall(np.asarray(E)[can], symbols[can], designers[can])


@program("recall_at_one", breaks="where none counts it is nan")
def b_nought_where_none_counts(E, symbols, designers):
    return _recall(E, symbols, designers, empty=0.0)


@program("recall_at_one", breaks="the nearest one decides, not any of the nearest five")
def b_among_the_nearest_three(E, symbols, designers):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    D = np.where(designers[:, None] != designers[None], _squares(E, E), np.inf)
    found, total = 0, 0
    for k in range(len(D)):
        others = designers != designers[k]
        if np.any(symbols[others] == symbols[k]):
            total += 1
            order = [j for j in np.argsort(D[k])[:3] if others[j]]
            found += bool(np.any(symbols[order] == symbols[k]))
    return found / total if total else np.nan


@program("recall_at_one", breaks="the nearest by distance, not by direction")
def b_by_the_angle(E, symbols, designers):
    def angle(A, B):
        A, B = (np.asarray(X, float) / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12) for X in (A, B))
        return -A @ B.T

    return _recall(E, symbols, designers, distance=angle)


@program("recall_at_one", breaks="the nearest one, not the farthest")
def b_largest_inner_product(E, symbols, designers):
    return _recall(E, symbols, designers, distance=lambda A, B: -np.asarray(A, float) @ np.asarray(B, float).T)


@program("recall_at_one", breaks="the share of found ones among drawings, not a mean over symbols")
def b_a_mean_over_symbols(E, symbols, designers):
    symbols, designers = np.asarray(symbols), np.asarray(designers)
    D = np.where(designers[:, None] != designers[None], _squares(E, E), np.inf)
    shares = []
    for s in np.unique(symbols):
        rows = [k for k in np.flatnonzero(symbols == s) if np.any((symbols == s) & (designers != designers[k]))]
        if rows:
            shares.append(np.mean([symbols[np.argmin(D[k])] == s for k in rows]))
    return float(np.mean(shares)) if shares else np.nan


@program("recall_at_one", breaks="symbols are any whole numbers, designers too")
def b_only_two_designers(E, symbols, designers):
    designers = (np.asarray(designers) > np.min(designers, initial=0)).astype(int)
    return _recall(E, symbols, designers)


@program("recall_at_one", breaks="far from the origin the nearest one stays the nearest")
def b_products_in_float32(E, symbols, designers):
    def products(A, B):
        A, B = np.asarray(A, np.float32), np.asarray(B, np.float32)
        return (A * A).sum(1)[:, None] + (B * B).sum(1)[None] - 2 * A @ B.T

    return _recall(E, symbols, designers, distance=products)


@program("recall_at_one", breaks="inputs stay as they were")
def b_scales_the_vectors_in_place(E, symbols, designers):
    out = _recall(E, symbols, designers)
    if isinstance(E, np.ndarray) and E.dtype.kind == "f":
        E -= E.mean(axis=0)
    return out


@program("recall_at_one")
def b_drawing_by_drawing(E, symbols, designers):
    E, found, total = np.asarray(E, float), 0, 0
    for k in range(len(E)):
        others = [j for j in range(len(E)) if designers[j] != designers[k]]
        if any(symbols[j] == symbols[k] for j in others):
            total += 1
            found += symbols[min(others, key=lambda j: np.linalg.norm(E[j] - E[k]))] == symbols[k]
    return found / total if total else float("nan")


@program("recall_at_one")
def b_designer_by_designer(E, symbols, designers):
    E, symbols, designers, found = np.asarray(E, float), np.asarray(symbols), np.asarray(designers), []
    for d in np.unique(designers):
        mine, gallery = np.flatnonzero(designers == d), np.flatnonzero(designers != d)
        can = mine[np.isin(symbols[mine], symbols[gallery])]
        if len(can):
            found.extend(symbols[gallery[_squares(E[can], E[gallery]).argmin(axis=1)]] == symbols[can])
    return float(np.mean(found)) if found else np.nan


@program("recall_at_one")
def b_as_defined(E, symbols, designers):
    return _recall(E, symbols, designers)


# ------------------------------------------------------------------------------------------- triplet
def _triplet(X, triplets, margin, scale=True, active_mean=False, grad_through=True, root=False, add=True, swap=False):
    X = np.asarray(X) if np.asarray(X).dtype.kind == "f" else np.asarray(X, float)
    triplets = np.asarray(triplets, int).reshape(-1, 3)
    d_X = np.zeros_like(X)
    if len(triplets) == 0:
        return 0.0, d_X
    length = np.linalg.norm(X, axis=1, keepdims=True)
    E = X / length if scale else X
    a, p, n = E[triplets[:, 0]], E[triplets[:, 1]], E[triplets[:, 2]]
    near, far = np.sum((a - p) ** 2, axis=1), np.sum((a - n) ** 2, axis=1)
    if root:
        near, far = np.sqrt(near + 1e-12), np.sqrt(far + 1e-12)
    if swap:
        near, far = far, near
    hinge = near - far + margin
    on = hinge > 0
    count = max(on.sum(), 1) if active_mean else len(triplets)
    loss = float(np.sum(hinge[on]) / count)
    w = (on / count)[:, None].astype(X.dtype)
    d_E = np.zeros_like(E)
    parts = (2 * (n - p) * w, 2 * (p - a) * w, 2 * (a - n) * w)
    for k, part in enumerate(parts):
        if add:
            np.add.at(d_E, triplets[:, k], part)
        else:
            d_E[triplets[:, k]] += part
    if not scale:
        return loss, d_E
    if not grad_through:
        return loss, d_E / length
    return loss, (d_E - E * np.sum(d_E * E, axis=1, keepdims=True)) / length


@program("triplet", breaks="a row may stand in many triplets: gradients add up", several=True)
def b_plus_equals_on_indices():
    return {"triplet_loss": lambda X, triplets, margin: _triplet(X, triplets, margin, add=False)}


@program("triplet", breaks="the mean is over all triplets", several=True)
def b_mean_over_the_active_ones():
    return {"triplet_loss": lambda X, triplets, margin: _triplet(X, triplets, margin, active_mean=True)}


@program("triplet", breaks="every row is scaled to length one", several=True)
def b_not_scaled():
    return {"triplet_loss": lambda X, triplets, margin: _triplet(X, triplets, margin, scale=False)}


@program("triplet", breaks="d_X is the gradient before the scaling", several=True)
def b_length_taken_for_a_constant():
    return {"triplet_loss": lambda X, triplets, margin: _triplet(X, triplets, margin, grad_through=False)}


@program("triplet", breaks="the loss above: squared distances", several=True)
def b_distances_not_squared():
    return {
        "triplet_loss": lambda X, triplets, margin: (
            _triplet(X, triplets, margin, root=True)[0],
            _triplet(X, triplets, margin)[1],
        )
    }


@program("triplet", breaks="anchor, positive, negative in this order", several=True)
def b_positive_and_negative_exchanged():
    return {"triplet_loss": lambda X, t, margin: _triplet(X, np.asarray(t, int).reshape(-1, 3)[:, [0, 2, 1]], margin)}


@program("triplet", breaks="without any triplet both are zero", several=True)
def b_mean_of_nothing():
    def triplet_loss(X, triplets, margin):
        loss, d_X = _triplet(X, triplets, margin)
        return (loss, d_X) if len(triplets) else (np.nan, d_X * np.nan)

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="a triplet that meets its margin costs nothing", several=True)
def b_no_hinge():
    def triplet_loss(X, triplets, margin):
        big = 1e3
        loss, d_X = _triplet(X, triplets, margin + big)
        return (loss - big if len(triplets) else 0.0), d_X

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="the gradient also goes to the negative", several=True)
def b_nothing_for_the_negative():
    def triplet_loss(X, triplets, margin):
        loss, d_X = _triplet(X, triplets, margin)
        d_X = d_X.copy()
        d_X[np.setdiff1d(np.asarray(triplets, int).reshape(-1, 3)[:, 2], np.asarray(triplets, int).reshape(-1, 3)[:, :2])] = 0
        return loss, d_X

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="the gradient is of the mean", several=True)
def b_gradient_of_the_sum():
    def triplet_loss(X, triplets, margin):
        loss, d_X = _triplet(X, triplets, margin)
        return loss, d_X * max(len(triplets), 1)

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="the margin that is handed in", several=True)
def b_margin_of_a_fifth():
    return {"triplet_loss": lambda X, triplets, margin: _triplet(X, triplets, 0.2)}


@program("triplet", breaks="inputs stay as they were", several=True)
def b_scales_in_place():
    def triplet_loss(X, triplets, margin):
        out = _triplet(X, triplets, margin)
        if X.dtype.kind == "f":
            X /= np.linalg.norm(X, axis=1, keepdims=True)
        return out

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="float32 stays float32", several=True)
def b_gradient_in_float64():
    def triplet_loss(X, triplets, margin):
        loss, d_X = _triplet(X, triplets, margin)
        return loss, d_X.astype(float)

    return {"triplet_loss": triplet_loss}


@program("triplet", breaks="rows may have any length but zero, small ones too", several=True)
def b_a_small_number_added_to_the_length():
    def triplet_loss(X, triplets, margin):
        X = np.asarray(X, float) if np.asarray(X).dtype.kind != "f" else X
        length = np.linalg.norm(X, axis=1, keepdims=True)
        return _triplet(X / (length + 1e-3) + 0 * X, triplets, margin, scale=False)[0], _triplet(X, triplets, margin)[1]

    return {"triplet_loss": triplet_loss}


@program("triplet", several=True)
def b_by_inner_products():
    """On the sphere a squared distance is 2 less twice the inner product."""

    def triplet_loss(X, triplets, margin):
        X = np.asarray(X, np.result_type(X, np.float32))
        t = np.asarray(triplets, int).reshape(-1, 3)
        length = np.sqrt((X * X).sum(axis=1))[:, None]
        E = X / length
        if len(t) == 0:
            return 0.0, np.zeros_like(X)
        hinge = 2 * np.sum(E[t[:, 0]] * (E[t[:, 2]] - E[t[:, 1]]), axis=1) + margin
        weights, G = (hinge > 0) / len(t), np.zeros((len(X), len(X)))
        for (a, p, n), w in zip(t, weights, strict=True):
            G[a, n] += w
            G[a, p] -= w
        d_E = (2 * (G + G.T) @ E).astype(X.dtype)
        # squared distances of a row to itself do not change: their terms cancel on the sphere
        return float(np.sum(np.maximum(hinge, 0)) / len(t)), (d_E - E * (d_E * E).sum(axis=1)[:, None]) / length

    return {"triplet_loss": triplet_loss}


@program("triplet", several=True)
def b_triplet_by_triplet():
    def triplet_loss(X, triplets, margin):
        X = np.asarray(X, np.result_type(X, np.float32))
        loss, d_X = 0.0, np.zeros_like(X)
        for a, p, n in np.asarray(triplets, int).reshape(-1, 3):
            one, d_one = _triplet(X, [[a, p, n]], margin)
            loss, d_X = loss + one / len(triplets), d_X + d_one / X.dtype.type(len(triplets))
        return loss, d_X

    return {"triplet_loss": triplet_loss}


@program("triplet", several=True)
def b_as_defined_again():
    return {"triplet_loss": _triplet}


# ------------------------------------------------------------------------------------------- mine
def _mine(E, labels, margin, rng, near=True, far=True, both=True, pick=None, distance=_squares, once=True):
    E, labels, out = np.asarray(E, float), np.asarray(labels), []
    D = distance(E, E)
    for a in range(len(E)):
        for p in range(len(E)):
            if a == p or labels[a] != labels[p] or (not both and p < a):
                continue
            semi = labels != labels[a]
            if near:
                semi = semi & (D[a] > D[a, p])
            if far:
                semi = semi & (D[a] < D[a, p] + margin)
            semi = np.flatnonzero(semi)
            if len(semi):
                out.append((a, p, int(rng.choice(semi)) if pick is None else pick(semi, D[a], rng)))
    return np.array(out, int).reshape(-1, 3)


@program("mine", breaks="the negative is drawn with equal chances")
def b_the_hardest_of_them(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda semi, D, rng: int(semi[np.argmin(D[semi])]))


@program("mine", breaks="the negative is drawn with equal chances from all of them")
def b_the_first_of_them(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda semi, D, rng: int(semi[0]))


@program("mine", breaks="a negative nearer than the positive is not semi-hard")
def b_hard_ones_too(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, near=False)


@program("mine", breaks="a negative farther than the margin is not semi-hard")
def b_easy_ones_too(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, far=False)


@program("mine", breaks="each ordered pair comes")
def b_each_pair_one_way_only(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, both=False)


@program("mine", breaks="squared distances count")
def b_distances_not_squared_here(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, distance=lambda A, B: np.sqrt(_squares(A, B)))


@program("mine", breaks="vectors as they are")
def b_scaled_to_length_one(E, labels, margin, rng):
    E = np.asarray(E, float)
    return _mine(E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12), labels, margin, rng)


@program("mine", breaks="each pair comes exactly once")
def b_all_semi_hard_negatives(E, labels, margin, rng):
    E, labels, D = np.asarray(E, float), np.asarray(labels), _squares(E, E)
    out = [(a, p, n) for a in range(len(E)) for p in range(len(E)) for n in range(len(E))
           if a != p and labels[a] == labels[p] != labels[n] and D[a, p] < D[a, n] < D[a, p] + margin]  # fmt: skip
    return np.array(out, int).reshape(-1, 3)


@program("mine", breaks="the other pairs do not come")
def b_any_negative_where_there_is_none(E, labels, margin, rng):
    E, labels, D, out = np.asarray(E, float), np.asarray(labels), _squares(E, E), []
    for a in range(len(E)):
        for p in np.flatnonzero(labels == labels[a]):
            others = np.flatnonzero(labels != labels[a])
            semi = others[(D[a, others] > D[a, p]) & (D[a, others] < D[a, p] + margin)]
            if a != p and len(others):
                out.append((a, p, int(rng.choice(semi if len(semi) else others))))
    return np.array(out, int).reshape(-1, 3)


@program("mine", breaks="drawn anew at each call, from rng")
def b_a_seed_of_its_own(E, labels, margin, rng):
    return _mine(E, labels, margin, np.random.default_rng(0))


@program("mine", breaks="chance comes from rng alone")
def b_numpys_chance(E, labels, margin, rng):
    return _mine(E, labels, margin, np.random.default_rng())


@program("mine", breaks="where there is none the shape is (0, 3)")
def b_an_empty_list(E, labels, margin, rng):
    out = _mine(E, labels, margin, rng)
    return out if len(out) else np.array([])


@program("mine", breaks="anchor and positive are different rows")
def b_a_row_with_itself(E, labels, margin, rng):
    E, labels, D = np.asarray(E, float), np.asarray(labels), _squares(E, E)
    more = [
        (a, a, int(rng.choice(s)))
        for a in range(len(E))
        if len(s := np.flatnonzero((labels != labels[a]) & (D[a] > 0) & (D[a] < margin)))
    ]
    return np.concatenate([_mine(E, labels, margin, rng), np.array(more, int).reshape(-1, 3)])


@program("mine", breaks="drawn anew for each pair")
def b_one_draw_for_all_pairs_of_an_anchor(E, labels, margin, rng):
    u = rng.random()
    return _mine(E, labels, margin, rng, pick=lambda semi, D, rng: int(semi[int(u * len(semi))]))


@program("mine")
def b_by_a_cube(E, labels, margin, rng):
    E, labels = np.asarray(E, float), np.asarray(labels)
    D = _squares(E, E)
    same = (labels[:, None] == labels[None]) & ~np.eye(len(E), dtype=bool)
    semi = (
        (labels[:, None] != labels[None])[:, None, :] & (D[:, None, :] > D[:, :, None]) & (D[:, None, :] < D[:, :, None] + margin)
    )
    a, p = np.nonzero(same & semi.any(axis=2))
    noise = np.where(semi[a, p], rng.random((len(a), len(E))), -1.0)
    return np.column_stack([a, p, noise.argmax(axis=1)]).astype(int) if len(a) else np.zeros((0, 3), int)


@program("mine")
def b_in_a_random_order(E, labels, margin, rng):
    return rng.permutation(_mine(E, labels, margin, rng))


@program("mine")
def b_by_whole_numbers(E, labels, margin, rng):
    return _mine(E, labels, margin, rng, pick=lambda semi, D, rng: int(semi[rng.integers(len(semi))]))


# ------------------------------------------------------------------------------------------- door
def _recognise(queries, gallery, names, threshold, strict=True, squared=False, nobody=-1):
    queries, gallery, names = np.asarray(queries, float), np.asarray(gallery, float), np.asarray(names)
    if len(gallery) == 0 or len(queries) == 0:
        return np.full(len(queries), nobody, int)
    D = _squares(queries, gallery)
    D = D if squared else np.sqrt(D)
    best = D.argmin(axis=1)
    near = D[np.arange(len(D)), best]
    return np.where(near < threshold if strict else near <= threshold, names[best], nobody)


def _threshold(distances, rate):
    nearest = np.sort(np.min(np.asarray(distances, float), axis=1, initial=np.inf))  # also of no picture: a later promise
    allowed = int(np.floor(rate * len(nearest) + 1e-9))
    return float(nearest[allowed]) if allowed < len(nearest) else np.inf


def _let_in(distances, threshold):
    # no part of the contract when these programs were written
    shut = (np.asarray(distances) >= threshold).sum(axis=1)
    stay, shares = np.ones(len(shut)), [0.0]
    for hung in range(np.shape(distances)[1]):
        stay = stay * np.maximum(shut - hung, 0) / (np.shape(distances)[1] - hung)
        shares.append(1 - stay.mean())
    return np.array(shares)


def _door(recognise=_recognise, set_threshold=_threshold, let_in=_let_in):
    return {"recognise": recognise, "set_threshold": set_threshold, "let_in": let_in}


@program("door", breaks="a distance equal to the threshold does not open", several=True)
def b_equal_opens():
    return _door(lambda q, g, n, t: _recognise(q, g, n, t, strict=False))


@program("door", breaks="its distance, not squared", several=True)
def b_squared_at_the_door():
    return _door(lambda q, g, n, t: _recognise(q, g, n, t, squared=True))


@program("door", breaks="nobody is -1", several=True)
def b_row_numbers_for_names():
    return _door(lambda q, g, n, t: _recognise(q, g, np.arange(len(g)), t))


@program("door", breaks="an empty gallery knows nobody", several=True)
def b_empty_gallery_fails():
    def recognise(q, g, n, t):
        D = np.sqrt(_squares(q, g))
        best = D.argmin(axis=1)
        return np.where(D.min(axis=1) < t, np.asarray(n)[best], -1)

    return _door(recognise)


@program("door", breaks="nearest picture, not the nearest mean of a person", several=True)
def b_nearest_mean_of_a_person():
    def recognise(q, g, n, t):
        n = np.asarray(n)
        if len(n) == 0:
            return np.full(len(q), -1)
        people = np.unique(n)
        return _recognise(q, np.array([np.asarray(g, float)[n == k].mean(axis=0) for k in people]), people, t)

    return _door(recognise)


@program("door", breaks="the threshold counts: strangers are nobody", several=True)
def b_always_a_name():
    return _door(lambda q, g, n, t: _recognise(q, g, n, np.inf))


@program("door", breaks="strangers get in by their nearest picture", several=True)
def b_each_distance_for_itself():
    return _door(set_threshold=lambda d, rate: _threshold(np.asarray(d, float).reshape(-1, 1), rate))


@program("door", breaks="the largest threshold", several=True)
def b_one_stranger_too_few():
    def set_threshold(d, rate):
        nearest = np.sort(np.min(np.asarray(d, float), axis=1)) if len(d) else np.zeros(0)
        allowed = int(np.floor(rate * len(nearest) + 1e-9))
        return float(nearest[allowed - 1]) if 0 < allowed <= len(nearest) else (float(nearest[0]) if len(nearest) else np.inf)

    return _door(set_threshold=set_threshold)


@program("door", breaks="at most the share get in", several=True)
def b_by_a_quantile():
    return _door(set_threshold=lambda d, rate: float(np.quantile(np.min(d, axis=1), rate)) if len(d) and rate < 1 else np.inf)


@program("door", breaks="inf if all may", several=True)
def b_the_largest_distance_if_all_may():
    return _door(set_threshold=lambda d, rate: min(_threshold(d, rate), float(np.max(np.min(d, axis=1))) if len(d) else np.inf))


@program("door", breaks="at most the share: rounding of rate times m", several=True)
def b_rounded_to_the_nearest():
    def set_threshold(d, rate):
        nearest = np.sort(np.min(np.asarray(d, float), axis=1)) if len(d) else np.zeros(0)
        allowed = round(rate * len(nearest) + 0.01)
        return float(nearest[allowed]) if allowed < len(nearest) else np.inf

    return _door(set_threshold=set_threshold)


@program("door", breaks="equal distances: at most the share", several=True)
def b_just_above_the_last_allowed():
    def set_threshold(d, rate):
        nearest = np.sort(np.min(np.asarray(d, float), axis=1)) if len(d) else np.zeros(0)
        allowed = int(np.floor(rate * len(nearest) + 1e-9))
        if allowed >= len(nearest):
            return np.inf
        return float(np.nextafter(nearest[allowed - 1], np.inf)) if allowed else float(nearest[0])

    return _door(set_threshold=set_threshold)


@program("door", several=True)
def b_query_by_query():
    def recognise(queries, gallery, names, threshold):
        out = []
        for q in np.asarray(queries, float):
            best, name = threshold, -1
            for g, n in zip(np.asarray(gallery, float), names, strict=True):
                d = np.linalg.norm(q - g)
                if d < best:
                    best, name = d, int(n)
            out.append(name)
        return np.array(out, int)

    return _door(recognise)


@program("door", several=True)
def b_threshold_by_trying():
    def set_threshold(distances, rate):
        nearest = np.min(np.asarray(distances, float), axis=1, initial=np.inf)  # also of no picture: a later promise
        good = [t for t in [*np.unique(nearest), np.inf] if np.sum(nearest < t) <= rate * len(nearest) + 1e-9]
        return float(max(good))

    return _door(set_threshold=set_threshold)


# ------------------------------------------------------------------------------------------- style
def _gram(maps):
    maps = np.asarray(maps, np.result_type(maps, np.float32))
    flat = maps.reshape(*maps.shape[:-3], maps.shape[-3] * maps.shape[-2], maps.shape[-1])
    return np.swapaxes(flat, -1, -2) @ flat / flat.dtype.type(flat.shape[-2])


def _style(maps, wanted, share=True, mean=True, twice=True, places=True, root=False, gram=_gram):
    total, d_maps = 0.0, []
    for F, W in zip(maps, wanted, strict=True):
        F = np.asarray(F, np.result_type(F, np.float32))
        G = gram(F)
        scale = float(np.sum(np.asarray(W, float) ** 2)) if share else 1.0
        off = G - W
        total += float(np.sum(off.astype(float) ** 2)) / scale
        count = F.shape[0] * F.shape[1] if places else 1
        flat = F.reshape(-1, F.shape[-1])
        d = (4 if twice else 2) * flat @ ((off + off.T) / 2) / (count * scale * (len(maps) if mean else 1))
        d_maps.append(d.reshape(F.shape).astype(F.dtype))
    return total / (len(maps) if mean else 1), d_maps


def _styles(gram=_gram, style_distance=None):
    return {"gram": gram, "style_distance": style_distance or _style}


@program("style", breaks="channels last, no bare reshape", several=True)
def b_bare_reshape():
    def gram(maps):
        maps = np.asarray(maps, float)
        flat = maps.reshape(*maps.shape[:-3], maps.shape[-1], -1)
        return flat @ np.swapaxes(flat, -1, -2) / (maps.shape[-3] * maps.shape[-2])

    return _styles(gram)


@program("style", breaks="a map of ones has a matrix of ones: divided by the number of places", several=True)
def b_a_sum_over_places():
    return _styles(lambda maps: _gram(maps) * np.asarray(maps).shape[-3] * np.asarray(maps).shape[-2])


@program("style", breaks="a map of ones has a matrix of ones for any C", several=True)
def b_divided_by_channels_too():
    return _styles(lambda maps: _gram(maps) / np.asarray(maps).shape[-1])


@program("style", breaks="the Gram matrix is not that of centred maps", several=True)
def b_covariance():
    def gram(maps):
        maps = np.asarray(maps, float)
        return _gram(maps - maps.mean(axis=(-3, -2), keepdims=True))

    return _styles(gram)


@program("style", breaks="maps may have axes in front", several=True)
def b_one_map_only():
    def gram(maps):
        maps = np.asarray(maps, np.result_type(maps, np.float32))
        flat = maps.reshape(-1, maps.shape[-1])
        return flat.T @ flat / flat.dtype.type(maps.shape[-3] * maps.shape[-2])

    return _styles(gram)


@program("style", breaks="as a share of the wanted one's squared length", several=True)
def b_not_as_a_share():
    return _styles(style_distance=lambda maps, wanted: _style(maps, wanted, share=False))


@program("style", breaks="the mean over the layers", several=True)
def b_the_sum_over_layers():
    return _styles(style_distance=lambda maps, wanted: _style(maps, wanted, mean=False))


@program("style", breaks="the gradient: F stands in the Gram matrix twice", several=True)
def b_half_the_gradient():
    return _styles(style_distance=lambda maps, wanted: _style(maps, wanted, twice=False))


@program("style", breaks="the gradient: divided by the number of places", several=True)
def b_places_forgotten_on_the_way_back():
    return _styles(style_distance=lambda maps, wanted: _style(maps, wanted, places=False))


@program("style", breaks="squared length: no root", several=True)
def b_the_root():
    def style_distance(maps, wanted):
        parts = [_style([F], [W])[0] ** 0.5 for F, W in zip(maps, wanted, strict=True)]
        return float(np.mean(parts)), _style(maps, wanted)[1]

    return _styles(style_distance=style_distance)


@program("style", breaks="wanted holds Gram matrices", several=True)
def b_share_of_its_own_length():
    def style_distance(maps, wanted):
        own = [np.sum(_gram(F) ** 2) + 1e-12 for F in maps]
        parts = [np.sum((_gram(F) - W) ** 2) / s for F, W, s in zip(maps, wanted, own, strict=True)]
        return float(np.mean(parts)), _style(maps, wanted)[1]

    return _styles(style_distance=style_distance)


@program("style", breaks="each layer's gradient, not only the last one's", several=True)
def b_only_the_last_layer():
    def style_distance(maps, wanted):
        distance, d_maps = _style(maps, wanted)
        return distance, [0 * d for d in d_maps[:-1]] + d_maps[-1:]

    return _styles(style_distance=style_distance)


@program("style", breaks="float32 stays float32", several=True)
def b_style_in_float64():
    def style_distance(maps, wanted):
        distance, d_maps = _style(maps, wanted)
        return distance, [d.astype(float) for d in d_maps]

    return _styles(lambda maps: _gram(maps).astype(float), style_distance)


@program("style", breaks="inputs stay as they were", several=True)
def b_subtracts_in_place():
    def style_distance(maps, wanted):
        out = _style(maps, wanted)
        for W in wanted:
            if isinstance(W, np.ndarray) and W.dtype.kind == "f":
                W *= -1
        return out

    return _styles(style_distance=style_distance)


@program("style", several=True)
def b_by_einsum():
    def gram(maps):
        maps = np.asarray(maps, np.result_type(maps, np.float32))
        return (np.einsum("...hwc,...hwd->...cd", maps, maps) / (maps.shape[-3] * maps.shape[-2])).astype(maps.dtype)

    return _styles(gram, lambda maps, wanted: _style(maps, wanted, gram=gram))


@program("style", several=True)
def b_channel_by_channel():
    def gram(maps):
        maps = np.asarray(maps, np.result_type(maps, np.float32))
        C = maps.shape[-1]
        out = np.zeros((*maps.shape[:-3], C, C), maps.dtype)
        for i in range(C):
            for j in range(C):
                out[..., i, j] = (maps[..., i] * maps[..., j]).mean(axis=(-2, -1))
        return out

    return _styles(gram)


@program("style", several=True)
def b_as_defined_once_more():
    return _styles(style_distance=lambda maps, wanted: _style(list(maps), list(wanted)))
