"""Programs for week 8, written from its contracts alone."""

import numpy as np

from autograder.cases import program


# ------------------------------------------------------------------------------------------- price
def _price(
    y,
    said,
    megabytes,
    milliseconds,
    poison=4000.0,
    left=2.0,
    expert=5.0,
    world=0.03,
    mix=True,
    slow=None,
    size=40,
    asked_poison=5.0,
):
    y, said = np.asarray(y), np.asarray(said)
    times = np.asarray(milliseconds, float)
    too_slow = np.sum(times > 300) > len(times) / 20 + 1e-12 if slow is None else slow(times)
    if megabytes > size or too_slow:
        return np.inf
    cost_bad = np.where(said == 0, poison, np.where(said == 2, asked_poison, 0.0))
    cost_good = np.where(said == 1, left, np.where(said == 2, expert, 0.0))
    if not mix:
        return float(np.mean(np.where(y == 1, cost_bad, cost_good)))
    return float(world * cost_bad[y == 1].mean() + (1 - world) * cost_good[y == 0].mean())


@program("price", breaks="in any mixture: the world's 3 of 100 count")
def b_the_test_sets_own_mixture(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, mix=False)


@program("price", breaks="standing exactly at a limit is allowed")
def b_forty_is_too_much(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, size=39.999999)


@program("price", breaks="at most one in twenty may be slow, not the mean")
def b_the_mean_time(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, slow=lambda t: t.mean() > 300)


@program("price", breaks="one in twenty may be slow")
def b_the_slowest_answer(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, slow=lambda t: t.max() > 300)


@program("price", breaks="exactly 300 milliseconds are allowed")
def b_three_hundred_is_slow(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, slow=lambda t: np.sum(t >= 300) > len(t) / 20 + 1e-12)


@program("price", breaks="exactly one in twenty is allowed")
def b_one_in_twenty_is_too_many(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, slow=lambda t: np.sum(t > 300) >= len(t) / 20 and np.any(t > 300))


@program("price", breaks="a model that breaks the memory limit is not shipped")
def b_memory_forgotten(y, said, megabytes, milliseconds):
    return _price(y, said, 0, milliseconds)


@program("price", breaks="the expert takes his fee for poisonous mushrooms too")
def b_asking_is_free_for_poisonous_ones(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, asked_poison=0.0)


@program("price", breaks="asking costs 5 euros")
def b_asking_is_free(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, expert=0.0, asked_poison=0.0)


@program("price", breaks="a good one that is left costs 2 euros")
def b_good_ones_left_cost_nothing(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, left=0.0)


@program("price", breaks="smaller is better: costs, not mistakes")
def b_share_of_wrong_answers(y, said, megabytes, milliseconds):
    out = _price(y, said, megabytes, milliseconds)
    return out if np.isinf(out) else float(np.mean(np.asarray(y) != np.asarray(said)))


@program("price", breaks="the one that costs less has the smaller number")
def b_the_more_the_better(y, said, megabytes, milliseconds):
    out = _price(y, said, megabytes, milliseconds)
    return out if np.isinf(out) else -out


@program("price", breaks="poison costs 4,000 euros")
def b_two_kinds_of_mistakes_alike(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, poison=2.0)


@program("price", breaks="limits are no costs to be weighed")
def b_a_fine_for_megabytes(y, said, megabytes, milliseconds):
    return _price(y, said, 0, [0.0]) + 10 * max(megabytes - 40, 0) + max(np.quantile(milliseconds, 0.95) - 300, 0)


@program("price", breaks="inputs stay as they were")
def b_sorts_the_times(y, said, megabytes, milliseconds):
    out = _price(y, said, megabytes, milliseconds)
    if isinstance(milliseconds, np.ndarray):
        milliseconds.sort()
    return out


@program("price")
def b_in_a_thousand_mushrooms(y, said, megabytes, milliseconds):
    y, said = np.asarray(y), np.asarray(said)
    slow = sum(t > 300 for t in milliseconds)
    if megabytes > 40 or 20 * slow > len(milliseconds):
        return float("inf")
    total = 0.0
    for kind, many, table in ((1, 30, (4000, 0, 5)), (0, 970, (0, 2, 5))):
        rows = said[y == kind]
        total += many * sum(table[int(s)] for s in rows) / len(rows)
    return total


@program("price")
def b_weighted_rows(y, said, megabytes, milliseconds):
    y, said = np.asarray(y), np.asarray(said)
    if megabytes > 40 or np.mean(np.asarray(milliseconds) > 300) > 0.05 + 1e-12:
        return np.inf
    table = np.array([[0.0, 2, 5], [4000, 0, 5]])
    weight = np.where(y == 1, 0.03 / np.mean(y == 1), 0.97 / np.mean(y == 0))
    return float(np.mean(weight * table[y, said]))


@program("price")
def b_as_defined_price(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds)


# ------------------------------------------------------------------------------------------- split
def _split(groups, times, share, equal=True, keep_known=False, latest=True, need=None, order=None):
    groups, times = np.asarray(groups), np.asarray(times)
    n = len(times)
    first = {}
    for k in range(n):
        g = groups[k].item() if hasattr(groups[k], "item") else groups[k]
        first[g] = min(first.get(g, np.inf), times[k])
    start = np.array([first[g.item() if hasattr(g, "item") else g] for g in groups]) if n else np.zeros(0)
    days = np.unique(times)
    best = None
    for day in days[::-1] if n <= 3000 else days[np.searchsorted(days, np.quantile(start, max(0.0, 1 - share))) :: -1]:
        train = np.flatnonzero(times <= day) if equal else np.flatnonzero(times < day)
        late = times > day if equal else times >= day
        dev = np.flatnonzero(late & (start > day if equal else start >= day)) if not keep_known else np.flatnonzero(late)
        if len(train) and len(dev) and len(dev) >= (share * n - 1e-9 if need is None else need(n)):
            best = train, dev
            break
    if best is None:
        raise ValueError(f"no last day leaves a dev set of {share:.0%} of the rows")
    return best


def _fast(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    n = len(times)
    if n == 0:
        raise ValueError("no rows, no split")
    _, which = np.unique(groups, return_inverse=True)
    first = np.full(which.max() + 1, np.inf)
    np.minimum.at(first, which, times.astype(float))
    start = first[which]
    ordered = np.sort(start)
    for_dev = int(np.ceil(share * n - 1e-9))
    if for_dev > n or for_dev < 1:
        raise ValueError("the share is not possible")
    # dev of a last day d holds all rows of groups that start after d
    candidates = np.unique(times)
    sizes = n - np.searchsorted(ordered, candidates, side="right")
    good = candidates[sizes >= for_dev]
    if len(good) == 0:
        raise ValueError("no last day of training leaves enough new groups")
    day = good[-1]
    return np.flatnonzero(times <= day), np.flatnonzero((times > day) & (start > day))


@program("split", breaks="each later row is in dev unless train holds a row of its group")
def b_known_patients_in_dev(groups, times, share):
    return _split(groups, times, share, keep_known=True)


@program("split", breaks="each row up to the last day is in train: rows of dev groups are not taken back")
def b_known_patients_leave_train(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    train, dev = _split(groups, times, share, keep_known=True)
    return train[~np.isin(groups[train], groups[dev])], dev


@program("split", breaks="later: time counts, not only groups")
def b_groups_by_chance(groups, times, share):
    groups = np.asarray(groups)
    _fast(groups, times, share)
    names = np.unique(groups)
    chosen = names[np.random.default_rng(0).permutation(len(names))[: max(1, int(np.ceil(share * len(names))))]]
    out = np.isin(groups, chosen)
    return np.flatnonzero(~out), np.flatnonzero(out)


@program("split", breaks="that day included: no day is cut in two")
def b_a_day_cut_in_two(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    _fast(groups, times, share)
    order = np.argsort(times, kind="stable")
    for cut in range(len(times) - 1, 0, -1):
        train, later = order[:cut], order[cut:]
        dev = later[~np.isin(groups[later], groups[train])]
        if len(dev) >= share * len(times) - 1e-9:
            return train, dev
    raise ValueError("no split")


@program("split", breaks="any later last day would leave dev fewer: the latest one")
def b_the_first_day_that_will_do(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    _fast(groups, times, share)
    day = np.unique(times)[0]
    train = np.flatnonzero(times <= day)
    late = np.flatnonzero(times > day)
    return train, late[~np.isin(groups[late], groups[train])]


@program("split", breaks="at least share of all n rows, not of those that are kept")
def b_share_of_the_kept_rows(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    _fast(groups, times, share)
    for day in np.unique(times)[::-1]:
        train = np.flatnonzero(times <= day)
        late = np.flatnonzero(times > day)
        dev = late[~np.isin(groups[late], groups[train])]
        if len(dev) and len(dev) >= share * (len(train) + len(dev)) - 1e-9:
            return train, dev
    raise ValueError("no split")


@program("split", breaks="at least the share of rows: rounded down is less")
def b_rounded_down(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    return _split(groups, times, share, need=lambda n: max(1, int(share * n)))


@program("split", breaks="if no split is possible, a ValueError")
def b_an_empty_dev_set(groups, times, share):
    try:
        return _fast(groups, times, share)
    except ValueError:
        return np.arange(len(times)), np.zeros(0, int)


@program("split", breaks="rows come in no order: times are not sorted")
def b_the_last_rows_of_the_table(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    train, dev = _fast(groups, times, share)
    n = len(train) + len(dev)
    return np.arange(len(train)), np.arange(len(train), n)


@program("split", breaks="row numbers are returned")
def b_masks(groups, times, share):
    train, dev = _fast(groups, times, share)
    rows = np.arange(len(times))
    return np.isin(rows, train), np.isin(rows, dev)


@program("split", breaks="groups are numbers or names")
def b_groups_as_numbers_only(groups, times, share):
    return _fast(np.asarray(groups).astype(float), times, share)


@program("split", breaks="100,000 rows are no trouble")
def b_a_loop_over_days_and_rows(groups, times, share):
    groups, times = list(groups), list(times)
    for day in sorted(set(times), reverse=True):
        train = [k for k in range(len(times)) if times[k] <= day]
        known = [groups[k] for k in train]
        dev = [k for k in range(len(times)) if times[k] > day and groups[k] not in known]
        if train and dev and len(dev) >= share * len(times) - 1e-9:
            return np.array(train), np.array(dev)
    raise ValueError("no split")


@program("split", breaks="train is never empty")
def b_everything_in_dev(groups, times, share):
    if share >= 1 and len(times):
        return np.zeros(0, int), np.arange(len(times))
    return _fast(groups, times, share)


@program("split", breaks="inputs stay as they were")
def b_sorts_in_place(groups, times, share):
    out = _fast(groups, times, share)
    if isinstance(times, np.ndarray):
        times.sort()
    return out


@program("split")
def b_by_the_groups_first_days(groups, times, share):
    return _fast(groups, times, share)


@program("split")
def b_by_sorting_once(groups, times, share):
    times = np.asarray(times)
    first = {}
    names = [g.item() if hasattr(g, "item") else g for g in np.asarray(groups)]
    for g, t in zip(names, times.tolist(), strict=True):
        first[g] = min(t, first.get(g, t))
    start = np.array([first[g] for g in names], float)
    need, found = share * len(times) - 1e-9, None
    for_each = np.sort(start)[::-1]
    for day in np.unique(times)[::-1]:
        new = int(np.searchsorted(-for_each, -float(day), side="left"))
        if new >= need and new > 0:
            found = day
            break
    if found is None:
        raise ValueError("there are not enough new groups after any day")
    rng = np.random.default_rng(5)
    return rng.permutation(np.flatnonzero(times <= found)), rng.permutation(np.flatnonzero(start > found))


@program("split")
def b_by_halving(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    if len(times) == 0:
        raise ValueError("nothing to split")
    _, which = np.unique(groups, return_inverse=True)
    order = np.argsort(times, kind="stable")[::-1]
    first = np.empty(which.max() + 1)
    first[which[order]] = times[order]
    start, days = first[which], np.unique(times)
    low, high = -1, len(days) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if np.sum(start > days[middle]) >= max(share * len(times) - 1e-9, 1):
            low = middle
        else:
            high = middle - 1
    if low < 0:
        raise ValueError("no last day will do")
    return np.flatnonzero(times <= days[low]), np.flatnonzero(start > days[low])


# ------------------------------------------------------------------------------------------- leaks
def _right(predict, X, y):
    return float(np.mean(np.asarray(predict(np.asarray(X))) == np.asarray(y)))


def _joined(*tables):
    return np.concatenate([np.asarray(X) for X, _ in tables]), np.concatenate([np.asarray(y) for _, y in tables])


def _honest(splits, sealed, fit, bound=0.075):
    """Each dev set, judged by its own training rows and by other rows: how much does its own training set know more?"""
    Xs, ys = (np.asarray(part) for part in sealed)
    half = len(ys) // 2
    out = []
    foreign = fit(Xs, ys)
    for X, y, Xd, yd in splits:
        own = fit(X, y)
        gain_own = _right(own, Xd, yd) - _right(own, Xs, ys)
        gain_foreign = _right(foreign, Xd, yd) - 0.5 * (
            _right(fit(Xs[:half], ys[:half]), Xs[half:], ys[half:]) + _right(fit(Xs[half:], ys[half:]), Xs[:half], ys[:half])
        )
        out.append(gain_own - gain_foreign > bound)
    return np.array(out)


@program("leaks", breaks="clean splits may have easier dev rows")
def b_dev_better_than_sealed(splits, sealed, fit):
    out = []
    for X, y, Xd, yd in splits:
        model = fit(X, y)
        out.append(_right(model, Xd, yd) - _right(model, *sealed) > 0.075)
    return np.array(out)


@program("leaks", breaks="a leak lifts the share on its own dev set: high is not leaking")
def b_above_nine_tenths(splits, sealed, fit):
    return np.array([_right(fit(X, y), Xd, yd) > 0.9 for X, y, Xd, yd in splits])


@program("leaks", breaks="returning none is never right")
def b_none(splits, sealed, fit):
    return np.zeros(len(splits), bool)


@program("leaks", breaks="returning all is never right")
def b_all(splits, sealed, fit):
    return np.ones(len(splits), bool)


@program("leaks", breaks="leaks are of other kinds than equal rows")
def b_only_equal_rows(splits, sealed, fit):
    return np.array([any(np.any(np.all(np.asarray(X) == row, axis=1)) for row in np.asarray(Xd)[:50]) for X, y, Xd, yd in splits])


@program("leaks", breaks="harder dev rows hide no innocence: the sealed score alone does not tell")
def b_bad_on_the_sealed_set(splits, sealed, fit):
    shares = [_right(fit(X, y), *sealed) for X, y, _, _ in splits]
    return np.array(shares) < np.median(shares)


@program("leaks", breaks="a leak of 0.15 is found, also a weak one")
def b_only_gross_ones(splits, sealed, fit):
    return _honest(splits, sealed, fit, bound=0.3)


@program("leaks", breaks="chance of 0.03 is no leak")
def b_any_difference_at_all(splits, sealed, fit):
    return _honest(splits, sealed, fit, bound=0.0)


@program("leaks", breaks="one truth value for each split")
def b_one_answer_for_all(splits, sealed, fit):
    return np.array([bool(_honest(splits, sealed, fit).any())])


@program("leaks", breaks="fit is called at most four times for each split, and ten times more")
def b_twenty_fits_each(splits, sealed, fit):
    for X, y, _, _ in splits:
        for _ in range(20):
            fit(X, y)
    return _honest(splits, sealed, fit)


@program("leaks", breaks="the order of the splits")
def b_sorted_answers(splits, sealed, fit):
    return np.sort(_honest(splits, sealed, fit))


@program("leaks", breaks="inputs stay as they were")
def b_standardises_the_sealed_set_in_place(splits, sealed, fit):
    out = _honest(splits, sealed, fit)
    X = sealed[0]
    X -= X.mean(axis=0)
    return out


# ------------------------------------------------------------------------------------------- rater_errors
def _products(votes):
    V = np.asarray(votes)
    r = V.shape[1]
    C = np.zeros((r, r))
    for i in range(r):
        for j in range(r):
            both = (V[:, i] >= 0) & (V[:, j] >= 0)
            C[i, j] = 2 * np.mean(V[both, i] == V[both, j]) - 1 if both.any() else 0.0
    return C


def _raters(votes, clip=True):
    if np.asarray(votes).shape[1] < 3:
        raise ValueError("with fewer than three raters nobody can say who errs")
    C = _products(votes)
    r = len(C)
    c = np.zeros(r)
    for i in range(r):
        top = low = 0.0
        for j in range(r):
            for k in range(j + 1, r):
                if i not in (j, k):
                    top, low = top + C[i, j] * C[i, k] * C[j, k], low + C[j, k] ** 2
        c[i] = np.sqrt(max(top / low, 0)) if low > 0 else 0.0
    e = (1 - c) / 2
    return np.clip(e, 0, 0.5) if clip else e


def _majority(votes, leave=False, missing=True):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        raise ValueError("fewer than three raters: it cannot be done")
    out = np.zeros(V.shape[1])
    for i in range(V.shape[1]):
        others = np.delete(V, i, axis=1) if leave else V
        seen = others >= 0
        share = np.where(seen, others, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        rows = (V[:, i] >= 0) & (share != 0.5)
        out[i] = np.mean((share[rows] > 0.5) != V[rows, i]) if rows.any() else 0.0
    return np.clip(out, 0, 0.5)


@program("rater_errors", breaks="against the truth, not against the majority")
def b_against_the_majority(votes):
    return _majority(votes)


@program("rater_errors", breaks="against the truth, not against the majority of the others, which errs too")
def b_against_the_others_majority(votes):
    return _majority(votes, leave=True)


@program("rater_errors", breaks="each number tends to the rater's own error: one minus the mean agreement does not")
def b_mean_disagreement(votes):
    if np.asarray(votes).shape[1] < 3:
        raise ValueError("fewer than three")
    C = _products(votes)
    r = len(C)
    return (1 - (C.sum(axis=1) - 1) / (r - 1)) / 2


@program("rater_errors", breaks="missing votes distort nothing: -1 is no vote")
def b_missing_is_a_vote(votes):
    return _raters(np.where(np.asarray(votes) < 0, 0, votes))


@program("rater_errors", breaks="missing votes distort nothing: two that are missing do not agree")
def b_missing_agrees_with_missing(votes):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        raise ValueError("three are needed")
    C = np.array([[2 * np.mean(V[:, i] == V[:, j]) - 1 for j in range(V.shape[1])] for i in range(V.shape[1])])
    r, c = len(C), []
    for i in range(r):
        j, k = [m for m in range(r) if m != i][:2]
        c.append(np.sqrt(max(C[i, j] * C[i, k] / C[j, k], 0)) if C[j, k] else 0.0)
    return np.clip((1 - np.array(c)) / 2, 0, 0.5)


@program("rater_errors", breaks="each number lies between 0 and 1/2")
def b_outside_with_few_items(votes):
    if np.asarray(votes).shape[1] < 3:
        raise ValueError("three are needed")
    C = _products(votes)
    r, out = len(C), []
    with np.errstate(all="ignore"):
        for i in range(r):
            j, k = [m for m in range(r) if m != i][:2]
            out.append((1 - np.sqrt(C[i, j] * C[i, k] / C[j, k])) / 2)
    return np.array(out)


@program("rater_errors", breaks="for fewer than three raters a ValueError")
def b_two_raters_share_their_disagreement(votes):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        return np.full(V.shape[1], 0.1)
    return _raters(votes)


@program("rater_errors", breaks="errs independently: the agreement is not the error")
def b_squared_away(votes):
    return np.clip((1 - (1 - 2 * _raters(votes)) ** 2) / 2, 0, 0.5)


@program("rater_errors", breaks="all raters, not only three")
def b_the_first_three_only(votes):
    out = _raters(votes)
    out[3:] = out[3:].mean() if len(out) > 3 else out[3:]
    return out


@program("rater_errors", breaks="only items that both have seen count")
def b_only_items_that_all_have_seen(votes):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        raise ValueError("three are needed")
    full = V[np.all(V >= 0, axis=1)]
    return _raters(full) if len(full) > 3 else np.full(V.shape[1], 0.25)


@program("rater_errors", breaks="for any share of items whose truth is 1")
def b_from_the_shares_of_yes(votes):
    V = np.asarray(votes, float)
    if V.shape[1] < 3:
        raise ValueError("three are needed")
    yes = np.array([V[V[:, i] >= 0, i].mean() for i in range(V.shape[1])])
    return np.clip(np.abs(yes - np.median(yes)), 0, 0.5)


@program("rater_errors", breaks="the share of errors, not of right votes")
def b_one_less_the_error(votes):
    return 1 - _raters(votes)


@program("rater_errors", breaks="inputs stay as they were")
def b_fills_the_holes(votes):
    out = _raters(votes)
    votes[votes < 0] = 0
    return out


@program("rater_errors")
def b_by_all_triples(votes):
    return _raters(votes)


@program("rater_errors")
def b_by_alternating_least_squares(votes):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        raise ValueError(f"{V.shape[1]} raters are too few: three at least")
    C, r = _products(V), V.shape[1]
    c = np.full(r, 0.6)
    for _ in range(400):
        for i in range(r):
            others = np.arange(r) != i
            c[i] = np.clip(C[i, others] @ c[others] / max(np.sum(c[others] ** 2), 1e-12), 1e-6, 1)
    return (1 - c) / 2


@program("rater_errors")
def b_by_expectation_and_maximisation(votes):
    V = np.asarray(votes)
    if V.shape[1] < 3:
        raise ValueError("at least three raters are needed")
    seen, e, prior = V >= 0, _raters(V).clip(0.02, 0.45), 0.5
    for _ in range(300):
        for_one = np.where(seen, np.where(V == 1, np.log(1 - e), np.log(e)), 0).sum(axis=1) + np.log(prior)
        for_nought = np.where(seen, np.where(V == 0, np.log(1 - e), np.log(e)), 0).sum(axis=1) + np.log(1 - prior)
        p = 1 / (1 + np.exp(np.clip(for_nought - for_one, -50, 50)))
        wrong = np.where(seen, np.where(V == 1, (1 - p)[:, None], p[:, None]), 0).sum(axis=0)
        e, prior = np.clip(wrong / np.maximum(seen.sum(axis=0), 1), 1e-6, 0.5), float(np.clip(p.mean(), 1e-3, 1 - 1e-3))
    return e


# ------------------------------------------------------------------------------------------- compare
def _compare(
    metric, y, said_a, said_b, groups, rng, rounds=1000, level=(2.5, 97.5), by="groups", paired=True, same=True, order=1
):
    y, a, b = (np.asarray(v) for v in (y, said_a, said_b))
    groups = np.arange(len(y)) if by == "rows" else np.asarray(groups)
    names, which = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(which == k) for k in range(len(names))]
    out = np.zeros(rounds)
    for t in range(rounds):
        rows = np.concatenate([members[k] for k in rng.integers(len(names), size=len(names))])
        others = rows if paired else np.concatenate([members[k] for k in rng.integers(len(names), size=len(names))])
        out[t] = order * (metric(y[rows], b[rows]) - metric(y[others], a[others]))
    return tuple(float(v) for v in np.percentile(out, level))


@program("compare", breaks="the world is made of groups")
def b_rows_drawn(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds, by="rows")


@program("compare", breaks="both models face the same new dev sets")
def b_each_model_its_own(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds, paired=False)


@program("compare", breaks="the metric of B less that of A")
def b_a_less_b(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds, order=-1)


@program("compare", breaks="95 %: 2.5 % on each side")
def b_five_on_each_side(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds, level=(5, 95))


@program("compare", breaks="a percentile interval, not mean and two standard errors")
def b_two_standard_errors(metric, y, said_a, said_b, groups, rng, rounds=1000):
    low, high = _compare(metric, y, said_a, said_b, groups, rng, rounds, level=(16, 84))
    middle, half = (low + high) / 2, (high - low) / 2
    return middle - 1.96 * half, middle + 1.96 * half


@program("compare", breaks="as many groups as this one, drawn with replacement")
def b_half_of_the_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b, groups = (np.asarray(v) for v in (y, said_a, said_b, groups))
    names = np.unique(groups)
    out = []
    for _ in range(rounds):
        rows = np.flatnonzero(np.isin(groups, rng.choice(names, max(1, len(names) // 2), replace=False)))
        out.append(metric(y[rows], b[rows]) - metric(y[rows], a[rows]))
    return tuple(float(v) for v in np.percentile(out, (2.5, 97.5)))


@program("compare", breaks="a group that is drawn twice comes twice")
def b_each_group_once(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b, groups = (np.asarray(v) for v in (y, said_a, said_b, groups))
    names = np.unique(groups)
    out = []
    for _ in range(rounds):
        rows = np.flatnonzero(np.isin(groups, rng.choice(names, len(names))))
        out.append(metric(y[rows], b[rows]) - metric(y[rows], a[rows]))
    return tuple(float(v) for v in np.percentile(out, (2.5, 97.5)))


@program("compare", breaks="the metric is asked for whole dev sets")
def b_a_mean_of_each_row(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b = (np.asarray(v) for v in (y, said_a, said_b))
    each = np.array([metric(y[k : k + 1], b[k : k + 1]) - metric(y[k : k + 1], a[k : k + 1]) for k in range(len(y))])
    return _compare(lambda y, d: float(np.mean(d)), y, 0 * each, each, groups, rng, rounds)


@program("compare", breaks="a group comes with all its rows: the metric is not averaged over groups")
def b_a_mean_over_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b, groups = (np.asarray(v) for v in (y, said_a, said_b, groups))
    each = np.array([metric(y[groups == g], b[groups == g]) - metric(y[groups == g], a[groups == g]) for g in np.unique(groups)])
    means = each[rng.integers(len(each), size=(rounds, len(each)))].mean(axis=1)
    return tuple(float(v) for v in np.percentile(means, (2.5, 97.5)))


@program("compare", breaks="rounds new dev sets, not always 100")
def b_a_hundred_rounds(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, 100)


@program("compare", breaks="chance comes from rng")
def b_numpys_own_chance(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, np.random.default_rng(), rounds)


@program("compare", breaks="an interval of the difference, not of each model")
def b_difference_of_two_intervals(metric, y, said_a, said_b, groups, rng, rounds=1000):
    nothing = lambda y, d: 0.0  # noqa: E731, F841
    a = _compare(
        lambda y, s: metric(y, s[:, 0]) if s[0, 1] else 0.0,
        y,
        np.column_stack([said_a, np.zeros(len(y))]),
        np.column_stack([said_a, np.ones(len(y))]),
        groups,
        rng,
        rounds,
    )
    b = _compare(
        lambda y, s: metric(y, s[:, 0]) if s[0, 1] else 0.0,
        y,
        np.column_stack([said_b, np.zeros(len(y))]),
        np.column_stack([said_b, np.ones(len(y))]),
        groups,
        rng,
        rounds,
    )
    return b[0] - a[1], b[1] - a[0]


@program("compare", breaks="the interval is two-sided: (low, high)")
def b_high_first(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds)[::-1]


@program("compare", breaks="inputs stay as they were")
def b_sorts_the_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    out = _compare(metric, y, said_a, said_b, groups, rng, rounds)
    if isinstance(groups, np.ndarray):
        groups.sort()
    return out


@program("compare")
def b_by_numbers_of_copies(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b = (np.asarray(v) for v in (y, said_a, said_b))
    names, which = np.unique(np.asarray(groups), return_inverse=True)
    found = []
    for copies in rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=rounds):
        rows = np.repeat(np.arange(len(y)), copies[which])
        found.append(metric(y[rows], b[rows]) - metric(y[rows], a[rows]))
    found = np.sort(found)
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))


@program("compare")
def b_all_draws_first(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, a, b = (np.asarray(v) for v in (y, said_a, said_b))
    members = {}
    for k, g in enumerate(np.asarray(groups).tolist()):
        members.setdefault(g, []).append(k)
    lists = list(members.values())
    draws = rng.choice(len(lists), size=(rounds, len(lists)))
    out = []
    for draw in draws:
        rows = [k for g in draw for k in lists[g]]
        out.append(float(metric(y[rows], b[rows])) - float(metric(y[rows], a[rows])))
    return tuple(np.quantile(out, [0.025, 0.975]).tolist())


@program("compare")
def b_as_defined_compare(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _compare(metric, y, said_a, said_b, groups, rng, rounds)
