"""Programs for week 8, written from its contracts alone."""

from itertools import combinations, pairwise

import numpy as np

from autograder.cases import program

# price

_GOOD, _BAD = (0.0, 2.0, 5.0), (4000.0, 0.0, 5.0)


def _fits(megabytes, milliseconds):
    slow = int(np.sum(np.asarray(milliseconds) > 300))
    return megabytes <= 40 and 20 * slow <= np.size(milliseconds)


def _means(y, said, good=_GOOD, bad=_BAD):
    """The mean cost of a good and of a poisonous mushroom."""
    y, said = np.asarray(y), np.asarray(said).astype(int)
    return np.array(good)[said[y == 0]].mean(), np.array(bad)[said[y == 1]].mean()


def _price(y, said, megabytes, milliseconds, good=_GOOD, bad=_BAD, fits=_fits, shares=(0.97, 0.03)):
    if not fits(megabytes, milliseconds):
        return np.inf
    a, b = _means(y, said, good, bad)
    return float(shares[0] * a + shares[1] * b)


@program("price")
def a_price_two_means(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds)


@program("price")
def a_price_each_row_weighed(y, said, megabytes, milliseconds):
    if megabytes > 40:
        return float("inf")
    slow = [t for t in milliseconds if t > 300]
    if len(slow) * 20 > len(milliseconds):
        return float("inf")
    y, said = np.asarray(y), np.asarray(said)
    weight = np.where(y == 1, 3 / np.sum(y == 1), 97 / np.sum(y == 0))
    cost = 5.0 * (said == 2) + 4000.0 * ((said == 0) & (y == 1)) + 2.0 * ((said == 1) & (y == 0))
    return float(np.sum(weight * cost))


@program("price")
def a_price_by_counting_pairs(y, said, megabytes, milliseconds):
    if not _fits(megabytes, milliseconds):
        return float("inf")
    table = np.zeros((2, 3))
    for truth, answer in zip(y, said, strict=True):
        table[int(truth), int(answer)] += 1
    shares = table / table.sum(axis=1, keepdims=True)
    cents = 97 * (200 * shares[0, 1] + 500 * shares[0, 2]) + 3 * (400000 * shares[1, 0] + 500 * shares[1, 2])
    return float(np.log1p(cents))  # it only has to be smaller where the model is cheaper


@program("price", breaks="the price is that of the world; here the mixture of the test set is taken for the world's")
def a_price_of_the_test_set(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, shares=(np.mean(np.asarray(y) == 0), np.mean(np.asarray(y) == 1)))


@program("price", breaks="3 of 100 are poisonous in the world; here good and poisonous ones count alike")
def a_price_half_and_half(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, shares=(0.5, 0.5))


@program("price", breaks="3 of 100 are poisonous; here the two shares are exchanged")
def a_price_shares_exchanged(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, shares=(0.03, 0.97))


@program("price", breaks="the expert takes 5 each time; here only for poisonous mushrooms")
def a_price_expert_free_for_good_ones(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, good=(0.0, 2.0, 0.0))


@program("price", breaks="the expert is always right; here a good mushroom that was asked about is left, too")
def a_price_asked_and_left(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, good=(0.0, 2.0, 7.0))


@program("price", breaks="all else is free; here a poisonous mushroom that is left costs as much as a good one")
def a_price_leaving_always_costs(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, bad=(4000.0, 2.0, 5.0))


@program("price", breaks="standing exactly at a limit is allowed; here 40 megabytes are too many")
def a_price_forty_is_too_much(y, said, megabytes, milliseconds):
    return np.inf if megabytes >= 40 else _price(y, said, megabytes, milliseconds)


@program("price", breaks="one answer in twenty may be slow; here exactly one in twenty is too many")
def a_price_one_in_twenty_is_too_much(y, said, megabytes, milliseconds):
    slow = np.sum(np.asarray(milliseconds) > 300)
    return np.inf if slow and 20 * slow >= np.size(milliseconds) else _price(y, said, megabytes, milliseconds)


@program("price", breaks="longer than 300 is slow; here 300 itself is slow")
def a_price_three_hundred_is_slow(y, said, megabytes, milliseconds):
    def fits(megabytes, milliseconds):
        return megabytes <= 40 and 20 * np.sum(np.asarray(milliseconds) >= 300) <= np.size(milliseconds)

    return _price(y, said, megabytes, milliseconds, fits=fits)


@program("price", breaks="a share of slow answers is the limit; here the mean time is")
def a_price_mean_time(y, said, megabytes, milliseconds):
    def fits(megabytes, milliseconds):
        return megabytes <= 40 and (np.size(milliseconds) == 0 or np.mean(milliseconds) <= 300)

    return _price(y, said, megabytes, milliseconds, fits=fits)


@program("price", breaks="one answer in twenty may be slow; here none may be")
def a_price_slowest_answer(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, fits=lambda mb, ms: mb <= 40 and not np.any(np.asarray(ms) > 300))


@program("price", breaks="the share of slow answers counts; here a quantile that lies between two answers does")
def a_price_quantile_of_times(y, said, megabytes, milliseconds):
    def fits(megabytes, milliseconds):
        return megabytes <= 40 and (np.size(milliseconds) == 0 or np.quantile(milliseconds, 0.95) <= 300)

    return _price(y, said, megabytes, milliseconds, fits=fits)


@program("price", breaks="a model that is too large may not be shipped; here only the time is looked at")
def a_price_any_size(y, said, megabytes, milliseconds):
    return _price(y, said, 0, milliseconds)


@program("price", breaks="the model that costs less has the smaller number; here it has the larger one")
def a_price_larger_is_better(y, said, megabytes, milliseconds):
    cost = _price(y, said, megabytes, milliseconds)
    return cost if np.isinf(cost) else -cost


@program("price", breaks="means over each kind are weighed; here sums are, so that the size of the test set counts")
def a_price_of_sums(y, said, megabytes, milliseconds):
    if not _fits(megabytes, milliseconds):
        return np.inf
    y, said = np.asarray(y), np.asarray(said).astype(int)
    return float(0.97 * np.array(_GOOD)[said[y == 0]].sum() + 0.03 * np.array(_BAD)[said[y == 1]].sum())


@program("price", breaks="a model that may not be shipped has the number inf; here it pays a fine")
def a_price_with_a_fine(y, said, megabytes, milliseconds):
    fine = 0 if _fits(megabytes, milliseconds) else 1e6
    return _price(y, said, 0, []) + fine


@program("price", breaks="the one that costs less has the smaller number; here costs are rounded to whole euros")
def a_price_whole_euros(y, said, megabytes, milliseconds):
    cost = _price(y, said, megabytes, milliseconds)
    return cost if np.isinf(cost) else float(round(cost))


@program("price", breaks="what mistakes cost counts; here it is the share of wrong answers, whatever they cost")
def a_price_of_accuracy(y, said, megabytes, milliseconds):
    return _price(y, said, megabytes, milliseconds, good=(0.0, 1.0, 1.0), bad=(1.0, 0.0, 1.0))


# split


def _begins(groups, times):
    names, which = np.unique(groups, return_inverse=True)
    first = np.full(len(names), np.inf)
    np.minimum.at(first, which.ravel(), times)
    return first[which.ravel()]


def _needed(n, share):
    return max(1, int(np.ceil(share * n - 1e-9)))


def _last(begins, times, needed):
    """The last day of training: the latest that leaves `needed` rows to dev."""
    if needed > len(times):
        raise ValueError("no split is possible")
    days = times[times < np.sort(begins)[-needed]]
    if not len(days):
        raise ValueError("no split is possible")
    return days.max()


def _split(groups, times, share, need=_needed, train=None, dev=None):
    times = np.asarray(times)
    begins = _begins(groups, times)
    last = _last(begins, times, need(len(times), share))
    rows = [times <= last, begins > last]
    if train is not None:
        rows[0] = train(times, begins, last)
    if dev is not None:
        rows[1] = dev(times, begins, last)
    return np.flatnonzero(rows[0]), np.flatnonzero(rows[1])


@program("split")
def a_split_by_first_days(groups, times, share):
    return _split(groups, times, share)


@program("split")
def a_split_walking_back_in_time(groups, times, share):
    groups, times = np.asarray(groups).tolist(), np.asarray(times).tolist()
    n = len(times)
    first, size = {}, {}
    for g, t in zip(groups, times, strict=True):
        first[g] = min(first.get(g, t), t)
        size[g] = size.get(g, 0) + 1
    new = {}
    for g, t in first.items():
        new[t] = new.get(t, 0) + size[g]  # rows that become dev rows once the last day lies before t
    later = 0
    days = sorted(set(times), reverse=True)
    for day, before in pairwise(days):
        later += new.get(day, 0)
        if later >= share * n - 1e-9:
            train = [i for i in range(n) if times[i] <= before]
            return np.array(train, dtype=int), np.array([i for i in range(n) if first[groups[i]] > before], dtype=int)
    raise ValueError(f"no last day leaves a share of {share} to the dev set")


@program("split")
def a_split_counting_for_each_day(groups, times, share):
    times = np.asarray(times)
    order = np.argsort(times, kind="stable")
    _, at, which = np.unique(np.asarray(groups)[order], return_index=True, return_inverse=True)
    begins = np.empty(len(times), dtype=times.dtype)
    begins[order] = times[order][at][which.ravel()]
    days = np.unique(times)
    left = len(times) - np.searchsorted(np.sort(begins), days, side="right")
    able = np.flatnonzero((left >= share * len(times) - 1e-9) & (left > 0))
    if able.size == 0:
        raise ValueError("impossible")
    last = days[able[-1]]
    rows = np.arange(len(times))
    return rows[times <= last][::-1], rows[begins > last]


@program("split", breaks="a later row is in dev unless train holds a row of its group; here known groups stay in dev")
def a_split_by_time_alone(groups, times, share):
    times = np.asarray(times)
    last = _last(times, times, _needed(len(times), share))
    return np.flatnonzero(times <= last), np.flatnonzero(times > last)


@program("split", breaks="no later row is in train; here the later rows of known groups are put there")
def a_split_by_group_alone(groups, times, share):
    return _split(groups, times, share, train=lambda times, begins, last: begins <= last)


@program("split", breaks="each row of the last day is in train; here a day is cut in two where the numbers want it")
def a_split_cuts_a_day(groups, times, share):
    times = np.asarray(times)
    _split(groups, times, share)
    begins = _begins(groups, times)
    order = np.lexsort((times, begins))
    dev = order[len(times) - _needed(len(times), share) :]
    known = np.asarray(groups)[dev]
    last = begins[dev].min()
    return np.flatnonzero((times <= last) & ~np.isin(groups, known)), np.sort(dev)


@program("split", breaks="dev holds at least share of all rows; here the last day is a quantile, before known groups are lost")
def a_split_at_a_quantile(groups, times, share):
    times = np.asarray(times)
    _split(groups, times, share)
    last = _last(times, times, _needed(len(times), share))
    return np.flatnonzero(times <= last), np.flatnonzero(_begins(groups, times) > last)


@program("split", breaks="dev holds at least share of all rows; here the number is rounded down")
def a_split_rounds_down(groups, times, share):
    return _split(groups, times, share, need=lambda n, share: max(1, int(share * n + 1e-9)))


@program("split", breaks="at least share is enough; here dev has to hold more than share")
def a_split_more_than_share(groups, times, share):
    return _split(groups, times, share, need=lambda n, share: int(np.floor(share * n + 1e-9)) + 1)


@program("split", breaks="any later last day would leave dev too few; here the first day is the last day of training")
def a_split_as_early_as_possible(groups, times, share):
    _split(groups, times, share)
    times = np.asarray(times)
    last = times.min()
    return np.flatnonzero(times <= last), np.flatnonzero(_begins(groups, times) > last)


@program("split", breaks="if no split is possible a ValueError says so; here two empty arrays come back")
def a_split_says_nothing(groups, times, share):
    try:
        return _split(groups, times, share)
    except ValueError:
        return np.array([], dtype=int), np.array([], dtype=int)


@program("split", breaks="train is never empty; here all rows go to dev when there is no day for training")
def a_split_with_empty_train(groups, times, share):
    try:
        return _split(groups, times, share)
    except ValueError:
        if share > 1:
            raise
        return np.array([], dtype=int), np.arange(len(times))


@program("split", breaks="100,000 rows of as many days and groups are no trouble; here each day is tried with all rows")
def a_split_tries_each_day(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    for last in np.unique(times)[::-1]:
        train = times <= last
        dev = ~train & ~np.isin(groups, groups[train])
        if dev.sum() >= _needed(len(times), share):
            return np.flatnonzero(train), np.flatnonzero(dev)
    raise ValueError("no split is possible")


@program("split", breaks="it returns row numbers; here two Boolean masks")
def a_split_into_masks(groups, times, share):
    train, dev = _split(groups, times, share)
    rows = np.arange(len(times))
    return np.isin(rows, train), np.isin(rows, dev)


@program("split", breaks="the share is of all n rows; here it is of the rows that are kept")
def a_split_share_of_kept_rows(groups, times, share):
    times = np.asarray(times)
    begins = _begins(groups, times)
    for last in np.unique(times)[::-1]:
        train, dev = np.sum(times <= last), np.sum(begins > last)
        if dev and dev >= share * (train + dev) - 1e-9:
            return np.flatnonzero(times <= last), np.flatnonzero(begins > last)
    raise ValueError("no split is possible")


@program("split", breaks="what is given stays as it was; here the times are sorted in place")
def a_split_sorts_the_times(groups, times, share):
    answer = _split(groups, np.array(times), share)
    times.sort()
    return answer


@program("split", breaks="groups are numbers or names; here they have to be whole numbers")
def a_split_groups_are_numbers(groups, times, share):
    return _split(np.asarray(groups).astype(int), times, share)


@program("split", breaks="each row up to the last day is in train; here groups that come again later are taken out of train")
def a_split_loses_training_rows(groups, times, share):
    groups, times = np.asarray(groups), np.asarray(times)
    _split(groups, times, share)
    last = _last(times, times, _needed(len(times), share))
    dev = times > last
    return np.flatnonzero(~dev & ~np.isin(groups, groups[dev])), np.flatnonzero(dev)


@program("split", breaks="rows come in no order; here a group's first row is taken for its earliest")
def a_split_rows_in_order(groups, times, share):
    times = np.asarray(times)
    _, at, which = np.unique(groups, return_index=True, return_inverse=True)
    begins = times[at][which.ravel()]
    last = _last(begins, times, _needed(len(times), share))
    return np.flatnonzero(times <= last), np.flatnonzero((begins > last) & (times > last))


@program("split", breaks="each later row of a new group is in dev; here dev is cut to just the share")
def a_split_just_the_share(groups, times, share):
    train, dev = _split(groups, times, share)
    return train, dev[: _needed(len(times), share)]


# leaks


def _right(predict, X, y):
    return float(np.mean(np.asarray(predict(X)) == np.asarray(y)))


def _halves(sealed, fit):
    X, y = (np.asarray(a) for a in sealed)
    even = np.arange(len(y)) % 2 == 0
    return [(fit(X[even], y[even]), ~even), (fit(X[~even], y[~even]), even)]


def _lift(split, sealed, fit, outsiders):
    """By how much the split's own model is better on dev than an outsider's gap explains."""
    X_train, y_train, X_dev, y_dev = split
    X, y = (np.asarray(a) for a in sealed)
    insider = fit(X_train, y_train)
    gap = _right(insider, X_dev, y_dev) - _right(insider, X, y)
    return gap - np.mean([_right(o, X_dev, y_dev) - _right(o, X[rest], y[rest]) for o, rest in outsiders])


def _gap(split, sealed, fit):
    insider = fit(split[0], split[1])
    return _right(insider, split[2], split[3]) - _right(insider, *sealed)


def _leaks(splits, sealed, fit, line=0.075):
    outsiders = _halves(sealed, fit)
    return np.array([_lift(split, sealed, fit, outsiders) > line for split in splits], dtype=bool)


@program("leaks")
def a_leaks_two_halves(splits, sealed, fit):
    return _leaks(splits, sealed, fit)


@program("leaks")
def a_leaks_five_folds(splits, sealed, fit):
    X, y = (np.asarray(a) for a in sealed)
    fold = np.arange(len(y)) % 5
    outsiders = [fit(X[fold != k], y[fold != k]) for k in range(5)]
    foreign = np.empty(len(y))
    for k in range(5):
        foreign[fold == k] = np.asarray(outsiders[k](X[fold == k])) == y[fold == k]
    answers = []
    for X_train, y_train, X_dev, y_dev in splits:
        own = fit(X_train, y_train)
        on_dev = np.asarray(own(X_dev)) == y_dev
        by_others = np.mean([np.asarray(o(X_dev)) == y_dev for o in outsiders], axis=0)
        lead_on_dev = np.mean(on_dev - by_others)
        lead_on_sealed = np.mean((np.asarray(own(X)) == y) - foreign)
        answers.append(bool(lead_on_dev - lead_on_sealed > 0.08))
    return answers


@program("leaks")
def a_leaks_four_cuts(splits, sealed, fit):
    class Outsiders:
        """Four ways to cut the sealed rows in two, and a model for each half."""

        def __init__(self, X, y):
            self.X, self.y, self.models = np.asarray(X), np.asarray(y), []
            order = np.random.default_rng(5).permutation(len(self.y))
            for k in range(4):
                turned = np.roll(order, k * len(order) // 8)
                for part, rest in (
                    (turned[: len(order) // 2], turned[len(order) // 2 :]),
                    (turned[len(order) // 2 :], turned[: len(order) // 2]),
                ):
                    model = fit(self.X[part], self.y[part])
                    self.models.append((model, _right(model, self.X[rest], self.y[rest])))

        def ease(self, X, y):
            return float(np.median([_right(model, X, y) - home for model, home in self.models]))

    outsiders = Outsiders(*sealed)
    return np.array([_gap(s, sealed, fit) - outsiders.ease(s[2], s[3]) >= 0.075 for s in splits], dtype=bool)


@program("leaks", breaks="a clean split may have easier dev rows; here the gap to the sealed set alone is the proof")
def a_leaks_gap_alone(splits, sealed, fit):
    return np.array([_gap(split, sealed, fit) > 0.075 for split in splits], dtype=bool)


@program("leaks", breaks="a leak lifts the share above what it would be; here a high share on dev is a leak")
def a_leaks_high_scores(splits, sealed, fit):
    return np.array([_right(fit(s[0], s[1]), s[2], s[3]) > 0.85 for s in splits], dtype=bool)


@program("leaks", breaks="clean splits may have other dev rows; here a dev share near the training share is a leak")
def a_leaks_as_good_as_training(splits, sealed, fit):
    found = []
    for X_train, y_train, X_dev, y_dev in splits:
        model = fit(X_train, y_train)
        found.append(_right(model, X_train, y_train) - _right(model, X_dev, y_dev) < 0.1)
    return np.array(found, dtype=bool)


@program("leaks", breaks="any leak of 0.15 counts; here only dev rows that are exact copies of training rows")
def a_leaks_exact_copies(splits, sealed, fit):
    found = []
    for X_train, _, X_dev, _ in splits:
        known = {row.tobytes() for row in np.ascontiguousarray(X_train)}
        found.append(np.mean([row.tobytes() in known for row in np.ascontiguousarray(X_dev)]) > 0.1)
    return np.array(found, dtype=bool)


@program("leaks", breaks="easier rows are no leak; here the outsider is measured on sealed rows that it has seen")
def a_leaks_outsider_in_sample(splits, sealed, fit):
    outsider = [(fit(*sealed), slice(None))]
    return np.array([_lift(split, sealed, fit, outsider) > 0.075 for split in splits], dtype=bool)


@program("leaks", breaks="harder dev rows are no leak; here a difference to either side is one")
def a_leaks_either_side(splits, sealed, fit):
    return np.array([abs(_gap(split, sealed, fit)) > 0.075 for split in splits], dtype=bool)


@program("leaks", breaks="chance moves a share by 0.03; here every lift above nought is called a leak")
def a_leaks_any_lift(splits, sealed, fit):
    return _leaks(splits, sealed, fit, line=0.0)


@program("leaks", breaks="a lift of 0.15 is a leak; here only one of 0.3")
def a_leaks_only_large_ones(splits, sealed, fit):
    return _leaks(splits, sealed, fit, line=0.3)


@program("leaks", breaks="each split is judged by itself; here a gap above the mean of all gaps is a leak")
def a_leaks_above_the_mean(splits, sealed, fit):
    gaps = np.array([_gap(split, sealed, fit) for split in splits])
    return gaps > gaps.mean()


@program("leaks", breaks="fit is called at most four times for each split; here outsiders are trained anew eight times for each")
def a_leaks_trains_too_often(splits, sealed, fit):
    found = []
    for split in splits:
        outsiders = [o for _ in range(4) for o in _halves(sealed, fit)]
        found.append(_lift(split, sealed, fit, outsiders) > 0.075)
    return np.array(found, dtype=bool)


@program("leaks", breaks="one truth value for each split; here the lifts themselves come back")
def a_leaks_returns_lifts(splits, sealed, fit):
    outsiders = _halves(sealed, fit)
    return np.array([_lift(split, sealed, fit, outsiders) for split in splits])


@program("leaks", breaks="True is for a leak; here it is for a clean split")
def a_leaks_true_for_clean(splits, sealed, fit):
    return ~_leaks(splits, sealed, fit)


_KEPT = {}


@program("leaks", breaks="nothing is remembered between calls; here the first call's outsiders are asked for ever")
def a_leaks_remembers_outsiders(splits, sealed, fit):
    if "outsiders" not in _KEPT:
        X, y = (np.array(a) for a in sealed)
        _KEPT["outsiders"], _KEPT["sealed"] = _halves((X, y), fit), (X, y)
    X, y = _KEPT["sealed"]
    found = []
    for split in splits:
        easier = [_right(o, split[2], split[3]) - _right(o, X[rest], y[rest]) for o, rest in _KEPT["outsiders"]]
        found.append(_gap(split, sealed, fit) - np.mean(easier) > 0.075)
    return np.array(found, dtype=bool)


@program("leaks", breaks="few rows and wrong labels are no leak; here a model that is bad on the sealed set leaks")
def a_leaks_bad_on_sealed(splits, sealed, fit):
    scores = [_right(fit(s[0], s[1]), *sealed) for s in splits]
    return np.array(scores) < 0.75


@program("leaks", breaks="what is given stays as it was; here the sealed rows are shuffled in place")
def a_leaks_shuffles_sealed(splits, sealed, fit):
    answer = _leaks(splits, sealed, fit)
    order = np.random.default_rng(0).permutation(len(sealed[1]))
    sealed[0][:], sealed[1][:] = sealed[0][order], sealed[1][order]
    return answer


# rater_errors


def _pairs(votes, sign=None, both=None):
    """Agreement of each pair on the scale where a coin has 0, over items that both have seen."""
    votes = np.asarray(votes)
    seen = votes >= 0
    s = np.where(seen, 2.0 * votes - 1, 0.0) if sign is None else sign
    b = seen.T.astype(float) @ seen.astype(float) if both is None else both
    return s.T @ s / np.maximum(b, 1)


def _others(r, i, itself=False):
    return combinations([j for j in range(r) if itself or j != i], 2)


def _squares(product, itself=False):
    r = len(product)
    squares = []
    for i in range(r):
        above = sum(product[i, j] * product[i, k] for j, k in _others(r, i, itself))
        below = sum(product[j, k] for j, k in _others(r, i, itself))
        squares.append(above / below if below else 0.0)
    return np.array(squares)


def _errors(squares, votes):
    return ((1 - np.sqrt(np.clip(squares, 0, 1))) / 2).astype(np.result_type(votes, np.float32))


def _three(votes):
    if np.shape(votes)[1] < 3:
        raise ValueError("it takes three raters")


def _raters(votes, product=None, itself=False):
    _three(votes)
    return _errors(_squares(_pairs(votes) if product is None else product, itself), votes)


@program("rater_errors")
def a_raters_sums_of_products(votes):
    return _raters(votes)


@program("rater_errors")
def a_raters_by_alternating_squares(votes):
    """The signals whose products come nearest to the agreements, each pair weighed by its items."""
    _three(votes)
    votes = np.asarray(votes)
    seen = votes >= 0
    both = seen.T.astype(float) @ seen.astype(float)
    np.fill_diagonal(both, 0)
    product = _pairs(votes)
    signal = np.sqrt(np.clip(_squares(product), 1e-4, 1))
    for _ in range(500):
        for i in range(len(signal)):
            below = np.sum(both[i] * signal**2)
            if below > 0:
                signal[i] = np.clip(np.sum(both[i] * product[i] * signal) / below, 0, 1)
    return ((1 - signal) / 2).astype(np.result_type(votes, np.float32))


@program("rater_errors")
def a_raters_median_over_triples(votes):
    votes = np.asarray(votes)
    r = votes.shape[1]
    if r < 3:
        raise ValueError(f"{r} raters cannot be told apart from the truth")

    def agreement(i, j):
        rows = (votes[:, i] != -1) & (votes[:, j] != -1)
        return 2 * np.mean(votes[rows, i] == votes[rows, j]) - 1 if rows.any() else np.nan

    table = {(i, j): agreement(i, j) for i in range(r) for j in range(r) if i != j}
    errors = np.full(r, 0.5, dtype=np.result_type(votes, np.float32))
    for i in range(r):
        found = [table[i, j] * table[i, k] / table[j, k] for j, k in _others(r, i) if table[j, k] > 0]
        found = [x for x in found if np.isfinite(x)]
        if found:
            errors[i] = 0.5 - 0.5 * np.sqrt(min(max(np.median(found), 0.0), 1.0))
    return errors


def _majority(votes, without_herself):
    votes = np.asarray(votes)
    sign = np.where(votes >= 0, 2.0 * votes - 1, 0.0)
    total = sign.sum(axis=1, keepdims=True) - (sign if without_herself else 0)
    said = np.broadcast_to(np.sign(total), sign.shape)
    use = (said != 0) & (sign != 0)
    wrong = np.sum(use & (said != sign), axis=0) / np.maximum(use.sum(axis=0), 1)
    return np.clip(wrong, 0, 0.5).astype(np.result_type(votes, np.float32))


@program("rater_errors", breaks="each number tends to the error against the truth; here against the majority with herself in it")
def a_raters_majority_with_herself(votes):
    _three(votes)
    return _majority(votes, False)


@program("rater_errors", breaks="each number tends to the error against the truth; here against the majority of the others")
def a_raters_majority_of_others(votes):
    _three(votes)
    return _majority(votes, True)


@program("rater_errors", breaks="each number tends to the rater's own error; here it is how often she differs from another one")
def a_raters_mean_difference(votes):
    _three(votes)
    product = _pairs(votes)
    np.fill_diagonal(product, 0)
    mean = product.sum(axis=1) / (len(product) - 1)
    return np.clip((1 - mean) / 2, 0, 0.5).astype(np.result_type(votes, np.float32))


@program("rater_errors", breaks="people are not equal; here each rater is taken to be as good as those she agrees with")
def a_raters_equal_people(votes):
    _three(votes)
    product = _pairs(votes)
    np.fill_diagonal(product, 0)
    return _errors(product.sum(axis=1) / (len(product) - 1), votes)


@program("rater_errors", breaks="missing votes distort nothing; here a missing vote is a vote for 0")
def a_raters_missing_is_no(votes):
    return _raters(np.maximum(votes, 0))


@program("rater_errors", breaks="missing votes distort nothing; here agreements are divided by all items")
def a_raters_divided_by_all(votes):
    return _raters(votes, _pairs(votes, both=np.float64(len(votes))))


@program("rater_errors", breaks="it need not be the same items that are missing; here only items that all have seen are used")
def a_raters_complete_items_only(votes):
    votes = np.asarray(votes)
    return _raters(votes[(votes >= 0).all(axis=1)])


@program("rater_errors", breaks="missing votes distort nothing; here two missing votes are an agreement")
def a_raters_missing_agree(votes):
    votes = np.asarray(votes)
    same = (votes[:, :, None] == votes[:, None, :]).sum(axis=0)
    return _raters(votes, 2 * same / max(len(votes), 1) - 1.0)


@program("rater_errors", breaks="it holds for any share of ones; here votes are centred first, as for a correlation")
def a_raters_covariance(votes):
    votes = np.asarray(votes)
    seen = votes >= 0
    sign = np.where(seen, 2.0 * votes - 1, 0.0)
    middle = sign.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return _raters(votes, _pairs(votes, sign=np.where(seen, sign - middle, 0.0)))


@program("rater_errors", breaks="it holds for any share of ones; here truth is guessed with both kinds equally likely beforehand")
def a_raters_even_odds(votes):
    _three(votes)
    votes = np.asarray(votes)
    seen = votes >= 0
    sign = np.where(seen, 2.0 * votes - 1, 0.0)
    error = np.full(votes.shape[1], 0.25)
    for _ in range(200):
        truth = 1 / (1 + np.exp(-np.clip(sign @ np.log((1 - error) / error), -50, 50)))
        wrong = np.where(seen, np.where(sign > 0, 1 - truth[:, None], truth[:, None]), 0).sum(axis=0)
        error = np.clip(wrong / np.maximum(seen.sum(axis=0), 1), 1e-6, 0.5)
    return error.astype(np.result_type(votes, np.float32))


@program("rater_errors", breaks="each number lies between 0 and 1/2; here chance may lead beyond, to nan or below 0")
def a_raters_without_limits(votes):
    _three(votes)
    with np.errstate(all="ignore"):
        return ((1 - np.sqrt(_squares(_pairs(votes)))) / 2).astype(np.result_type(votes, np.float32))


@program("rater_errors", breaks="fewer than three raters are a ValueError; here two are taken for equal people")
def a_raters_two_will_do(votes):
    if np.shape(votes)[1] == 2:
        return _errors(np.full(2, _pairs(votes)[0, 1]), votes)
    return _raters(votes)


@program("rater_errors", breaks="it returns errors; here the shares of right votes come back")
def a_raters_shares_right(votes):
    return 1 - _raters(votes)


@program("rater_errors", breaks="the product of agreements is the square of a signal; here the root is forgotten")
def a_raters_no_root(votes):
    _three(votes)
    return _errors(np.clip(_squares(_pairs(votes)), 0, 1) ** 2, votes)


@program("rater_errors", breaks="what is given stays as it was; here missing votes are filled in place")
def a_raters_fills_votes(votes):
    answer = _raters(votes)
    votes[votes < 0] = 0
    return answer


@program("rater_errors", breaks="any number of items is fine; here agreements are counted in int8 and wrap around")
def a_raters_small_counters(votes):
    votes = np.asarray(votes)
    sign = np.where(votes >= 0, 2 * votes - 1, 0).astype(np.int8)
    seen = (votes >= 0).astype(float)
    return _raters(votes, (sign.T @ sign) / np.maximum(seen.T @ seen, 1))


@program("rater_errors", breaks="each number tends to the rater's own error; here she is one of the two others, too")
def a_raters_herself_among_others(votes):
    return _raters(votes, itself=True)


@program("rater_errors", breaks="each number tends to the rater's own error; here all get the mean of the errors")
def a_raters_all_the_same(votes):
    errors = _raters(votes)
    return np.full_like(errors, errors.mean())


# compare


def _members(groups):
    groups = np.asarray(groups)
    return [np.flatnonzero(groups == name) for name in np.unique(groups)]


def _draw(members, rng):
    return np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))])


def _differences(metric, y, a, b, groups, rng, rounds, draw=_draw, paired=True):
    y, a, b = np.asarray(y), np.asarray(a), np.asarray(b)
    members = _members(groups)
    found = []
    for _ in range(rounds):
        rows = draw(members, rng)
        other = rows if paired else draw(members, rng)
        found.append(metric(y[rows], b[rows]) - metric(y[other], a[other]))
    return np.array(found)


def _ends(differences, low=0.025, high=0.975):
    return float(np.quantile(differences, low)), float(np.quantile(differences, high))


@program("compare")
def a_compare_by_members(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds))


@program("compare")
def a_compare_by_counts(metric, y, said_a, said_b, groups, rng, rounds=1000):
    names, which = np.unique(groups, return_inverse=True)
    G = len(names)
    counts = rng.multinomial(G, np.full(G, 1 / G), size=rounds)
    rows = np.arange(len(y))
    values = []
    for count in counts:
        drawn = np.repeat(rows, count[which.ravel()])
        values.append([metric(said[0][drawn], said[1][drawn]) for said in ((y, said_a), (y, said_b))])
    a, b = np.array(values, dtype=float).T
    return tuple(float(q) for q in np.quantile(b - a, [0.025, 0.975]))


@program("compare")
def a_compare_sorted_by_hand(metric, y, said_a, said_b, groups, rng, rounds=1000):
    class World:
        def __init__(self):
            order = np.argsort(groups, kind="stable")
            cuts = np.flatnonzero(np.asarray(groups)[order][1:] != np.asarray(groups)[order][:-1]) + 1
            self.parts = np.split(order, cuts)

        def difference(self):
            rows = [i for _ in self.parts for i in self.parts[int(rng.random() * len(self.parts))]]
            return float(metric(y[rows], said_b[rows])) - float(metric(y[rows], said_a[rows]))

    world = World()
    found = sorted(world.difference() for _ in range(rounds))

    def at(share):
        place = share * (len(found) - 1)
        k = min(int(place), max(len(found) - 2, 0))
        return found[k] + (place - k) * (found[min(k + 1, len(found) - 1)] - found[k])

    return at(0.025), at(0.975)


@program("compare", breaks="the world is made of groups; here rows are drawn, as if each were a group of its own")
def a_compare_rows(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, np.arange(len(y)), rng, rounds))


@program("compare", breaks="both models face the same new dev sets; here each gets its own")
def a_compare_unpaired(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, paired=False))


@program("compare", breaks="the metric is asked for whole dev sets; here for each group alone, and the mean is taken")
def a_compare_mean_of_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, said_a, said_b = np.asarray(y), np.asarray(said_a), np.asarray(said_b)
    each = np.array([metric(y[rows], said_b[rows]) - metric(y[rows], said_a[rows]) for rows in _members(groups)])
    return _ends([each[rng.integers(0, len(each), len(each))].mean() for _ in range(rounds)])


@program("compare", breaks="2.5 % lie below and above; here it is 5 % on either side")
def a_compare_ninety_percent(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds), 0.05, 0.95)


@program("compare", breaks="it is a percentile interval; here 1.96 spreads on either side of the mean")
def a_compare_bell_curve(metric, y, said_a, said_b, groups, rng, rounds=1000):
    d = _differences(metric, y, said_a, said_b, groups, rng, rounds)
    return float(d.mean() - 1.96 * d.std()), float(d.mean() + 1.96 * d.std())


@program("compare", breaks="the metric of B less the metric of A; here A less B")
def a_compare_a_less_b(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_b, said_a, groups, rng, rounds))


@program("compare", breaks="chance comes from rng; here from NumPy's global source")
def a_compare_global_chance(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(members, rng):
        return np.concatenate([members[k] for k in np.random.randint(0, len(members), len(members))])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="a new dev set has as many groups as this one; here half of them, none twice")
def a_compare_half_of_the_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(members, rng):
        return np.concatenate([members[k] for k in rng.permutation(len(members))[: (len(members) + 1) // 2]])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="as many groups, each with all its rows; here groups are drawn until there are as many rows, then cut")
def a_compare_as_many_rows(metric, y, said_a, said_b, groups, rng, rounds=1000):
    n = len(y)

    def draw(members, rng):
        rows = members[rng.integers(0, len(members))]
        while len(rows) < n:
            rows = np.concatenate([rows, members[rng.integers(0, len(members))]])
        return rows[:n]

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="a group that is drawn twice is in the new dev set twice; here once")
def a_compare_no_group_twice(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(members, rng):
        return np.concatenate([members[k] for k in np.unique(rng.integers(0, len(members), len(members)))])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="each group comes with all its rows; here rows are drawn anew within each drawn group")
def a_compare_two_stages(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(members, rng):
        drawn = [members[k] for k in rng.integers(0, len(members), len(members))]
        return np.concatenate([rng.choice(rows, len(rows)) for rows in drawn])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="there are `rounds` new dev sets; here always 200")
def a_compare_rounds_ignored(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, 200))


@program("compare", breaks="percentiles of the resampled differences; here they are mirrored at the difference itself")
def a_compare_mirrored(metric, y, said_a, said_b, groups, rng, rounds=1000):
    low, high = _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds))
    middle = float(metric(y, said_b) - metric(y, said_a))
    return 2 * middle - high, 2 * middle - low


@program("compare", breaks="it returns (low, high); here (high, low)")
def a_compare_ends_exchanged(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds))[::-1]


@program("compare", breaks="what is given stays as it was; here truth and answers are sorted by group in place")
def a_compare_sorts_in_place(metric, y, said_a, said_b, groups, rng, rounds=1000):
    order = np.argsort(groups, kind="stable")[::-1].copy()
    for array in (y, said_a, said_b, groups):
        array[:] = array[order]
    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds))


@program("compare", breaks="groups may have any numbers or names; here they are taken to be 0, 1, 2 and so on")
def a_compare_groups_counted_from_nought(metric, y, said_a, said_b, groups, rng, rounds=1000):
    groups = np.asarray(groups)

    def draw(members, rng):
        count = int(groups.max()) + 1
        return np.concatenate([np.flatnonzero(groups == k) for k in rng.integers(0, count, count)])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="all groups are drawn alike; here large ones more often, since a row is drawn and its group taken")
def a_compare_large_groups_more_often(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(members, rng):
        owner = np.repeat(np.arange(len(members)), [len(rows) for rows in members])
        return np.concatenate([members[k] for k in rng.choice(owner, len(members))])

    return _ends(_differences(metric, y, said_a, said_b, groups, rng, rounds, draw))


@program("compare", breaks="the metric may be anything; here it is asked row by row and the mean is taken")
def a_compare_row_by_row(metric, y, said_a, said_b, groups, rng, rounds=1000):
    y, said_a, said_b = np.asarray(y), np.asarray(said_a), np.asarray(said_b)
    rows = range(len(y))
    each = np.array([metric(y[i : i + 1], said_b[i : i + 1]) - metric(y[i : i + 1], said_a[i : i + 1]) for i in rows])
    members = _members(groups)
    return _ends([each[_draw(members, rng)].mean() for _ in range(rounds)])
