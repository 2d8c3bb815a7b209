"""Answers that the cases of week 8 must tell apart."""

import itertools

import checks
import numpy as np

from autograder.cases import entry, right, wrong

# ------------------------------------------------------------------------------------------- price
EURO = np.array([[0.0, 2.0, 5.0], [4000.0, 0.0, 5.0]])


def shipped_at_all(megabytes, milliseconds):
    return megabytes <= 40 and np.mean(np.asarray(milliseconds) > 300) <= 0.05


@wrong("price", caught_by="any_mixture", kind="mathematics", headline=True)
def the_test_sets_mixture_for_the_worlds(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    return float(EURO[y.astype(int), said.astype(int)].mean())


@wrong("price", caught_by="same_test_set", kind="mathematics")
def the_error_rate(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    return float(np.mean((said != y) & (said != 2)))


@wrong("price", caught_by="same_test_set", kind="mathematics")
def one_less_f1(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    hit = np.sum((y == 1) & (said == 1))
    return float(1 - 2 * hit / max(np.sum(y == 1) + np.sum(said == 1), 1))


@wrong("price", caught_by="order_of_rows", kind="mathematics")
def f1_in_batches(y, said, megabytes, milliseconds, size=32):
    """A score that is no mean over rows, averaged over batches."""
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    scores = []
    for s in range(0, len(y), size):
        a, b = y[s : s + size] == 1, said[s : s + size] == 1
        scores.append(2 * np.sum(a & b) / max(np.sum(a) + np.sum(b), 1))
    return float(1 - np.mean(scores))


@wrong("price", caught_by="any_mixture", kind="mathematics")
def expert_asked_and_good_ones_thrown_away(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    each = np.where(np.arange(3) == 2, EURO + [[2.0], [0.0]], EURO)[y.astype(int), said.astype(int)]
    return float(0.97 * each[y == 0].mean() + 0.03 * each[y == 1].mean())


@wrong("price", caught_by="stubborn", kind="mathematics")
def smaller_is_worse(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    each = EURO[y.astype(int), said.astype(int)]
    return -float(0.97 * each[y == 0].mean() + 0.03 * each[y == 1].mean())


@wrong("price", caught_by="careful", kind="mathematics")
def a_poisonous_one_that_is_left_costs_two_euros(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    return true_price(y, said) + 0.06 * float(np.mean(said[y == 1] == 1))


@wrong("price", caught_by="limits", kind="missing case")
def nineteen_of_twenty_by_interpolation(y, said, megabytes, milliseconds):
    if megabytes > 40 or np.quantile(milliseconds, 0.95) > 300:
        return np.inf
    return true_price(y, said)


@wrong("price", caught_by="limits", kind="missing case")
def the_mean_time(y, said, megabytes, milliseconds):
    if megabytes > 40 or np.mean(milliseconds) > 300:
        return np.inf
    return true_price(y, said)


@wrong("price", caught_by="limits", kind="missing case")
def forty_is_too_much(y, said, megabytes, milliseconds):
    if megabytes >= 40 or np.mean(milliseconds >= 300) >= 0.05:
        return np.inf
    return true_price(y, said)


@wrong("price", caught_by="limits", kind="mathematics")
def smaller_and_faster_is_rewarded(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    return true_price(y, said) + 0.01 * megabytes + 0.001 * float(np.mean(milliseconds))


@wrong("price", caught_by="limits", kind="missing case")
def a_large_number_for_inf(y, said, megabytes, milliseconds):
    return true_price(y, said) if shipped_at_all(megabytes, milliseconds) else 1e9


@wrong("price", caught_by="house_of_price", kind="mutation")
def sorts_the_times_in_place(y, said, megabytes, milliseconds):
    milliseconds.sort()
    slow = np.sum(milliseconds > 300)
    return np.inf if megabytes > 40 or 20 * slow > len(milliseconds) else true_price(y, said)


@wrong("price", caught_by="house_of_price", kind="dtype")
def euros_in_the_type_of_the_labels(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    each = y * (said == 0) * 4000 + (1 - y) * (said == 1) * 2 + (said == 2) * 5
    return float(0.97 * each[y == 0].mean() + 0.03 * each[y == 1].mean())


@wrong("price", caught_by="any_mixture", kind="mathematics")
def three_per_cent_the_wrong_way_round(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.inf
    each = EURO[y.astype(int), said.astype(int)]
    return float(0.03 * each[y == 0].mean() + 0.97 * each[y == 1].mean())


def true_price(y, said):
    each = EURO[np.asarray(y).astype(int), np.asarray(said).astype(int)]
    return float(0.97 * each[y == 0].mean() + 0.03 * each[y == 1].mean())


@right("price")
def row_by_row(y, said, megabytes, milliseconds):
    slow = sum(1 for t in milliseconds if t > 300)
    if megabytes > 40 or slow * 20 > len(milliseconds):
        return float("inf")
    poisonous = sum(1 for t in y if t == 1)
    total = 0.0
    for truth, answer in zip(y, said, strict=True):
        share = 0.03 / poisonous if truth == 1 else 0.97 / (len(y) - poisonous)
        total += share * (5 if answer == 2 else 4000 if truth == 1 and answer == 0 else 2 if truth == 0 and answer == 1 else 0)
    return total


@right("price")
def per_hundred_thousand_and_in_cents(y, said, megabytes, milliseconds):
    if megabytes > 40 or np.mean(np.asarray(milliseconds) <= 300) < 0.95 - 1e-12:
        return np.inf
    weights = np.where(y == 1, 3.0 / np.sum(y == 1), 97.0 / np.sum(y == 0))
    cost = np.select([said == 2, (y == 1) & (said == 0), (y == 0) & (said == 1)], [500.0, 400000.0, 200.0], 0.0)
    return 1000 * np.dot(weights, cost)


@right("price")
def by_confusion_table(y, said, megabytes, milliseconds):
    if not shipped_at_all(megabytes, milliseconds):
        return np.float64(np.inf)
    table = np.array([[np.sum((y == k) & (said == a)) for a in range(3)] for k in (0, 1)], dtype=float)
    return np.sum(table / table.sum(axis=1, keepdims=True) * EURO * [[0.97], [0.03]])


# ------------------------------------------------------------------------------------------- split
def latest_day(times, counts_after, need):
    """The latest day after which enough rows are left, by a count of them for each day; None where there is none."""
    days = np.unique(times)
    enough = (counts_after >= need - 1e-9) & (counts_after > 0)
    return days[enough].max() if enough.any() else None


def later_rows(times):
    """For each day, how many rows are later."""
    return len(times) - np.searchsorted(np.sort(times), np.unique(times), side="right")


def later_new_rows(groups, times):
    """For each day, how many rows are of groups that begin later."""
    return len(times) - np.searchsorted(np.sort(first_days(groups, times)), np.unique(times), side="right")


def first_days(groups, times):
    """For each row the first day of its group."""
    names, which = np.unique(groups, return_inverse=True)
    begins = np.full(len(names), np.inf)
    np.minimum.at(begins, which, times)
    return begins[which]


def day_or_error(day):
    if day is None:
        raise ValueError("no split is possible")
    return day


def after(groups, times, last):
    """Both sets for a last day."""
    known = np.isin(groups, groups[times <= last])
    return np.flatnonzero(times <= last), np.flatnonzero((times > last) & ~known)


def latest(groups, times, share):
    return after(groups, times, day_or_error(latest_day(times, later_new_rows(groups, times), share * len(times))))


@wrong("split", caught_by="no_group_twice", kind="mathematics", headline=True)
def by_time_alone(groups, times, share):
    last = day_or_error(latest_day(times, later_rows(times), share * len(times)))
    return np.flatnonzero(times <= last), np.flatnonzero(times > last)


@wrong("split", caught_by="all_that_was_known", kind="mathematics", headline=True)
def by_group_alone(groups, times, share):
    names, sizes = np.unique(groups, return_counts=True)
    needed = np.searchsorted(np.cumsum(sizes[::-1]), share * len(times)) + 1
    if needed >= len(names):
        raise ValueError("no split is possible")
    dev = np.isin(groups, names[-needed:])
    return np.flatnonzero(~dev), np.flatnonzero(dev)


@wrong("split", caught_by="no_group_twice", kind="mathematics")
def groups_ignored_rows_shuffled(groups, times, share):
    order = np.random.default_rng(0).permutation(len(groups))
    cut = int(np.ceil(share * len(groups)))
    if cut >= len(groups):
        raise ValueError("no split is possible")
    return order[cut:], order[:cut]


@wrong("split", caught_by="all_that_was_known", kind="mathematics")
def shuffled_days(groups, times, share):
    """A time series split by shuffling: every held-out day lies between two training days."""
    order = np.random.default_rng(1).permutation(len(times))
    cut = round(share * len(times))
    if cut >= len(times):
        raise ValueError("no split is possible")
    return np.sort(order[cut:]), np.sort(order[:cut])


@wrong("split", caught_by="all_that_was_known", kind="mathematics")
def old_patients_thrown_out_of_training(groups, times, share):
    last = day_or_error(latest_day(times, later_rows(times), share * len(times)))
    dev = np.flatnonzero(times > last)
    train = np.flatnonzero((times <= last) & ~np.isin(groups, groups[dev]))
    if not len(train):
        raise ValueError("no split is possible")
    return train, dev


@wrong("split", caught_by="as_late_as_possible", kind="mathematics")
def share_counted_before_known_patients_leave(groups, times, share):
    ranked = np.sort(times)
    place = len(times) - int(np.ceil(share * len(times))) - 1
    if place < 0:
        raise ValueError("no split is possible")
    train, dev = after(groups, times, ranked[place])
    if not len(dev) or not len(train):
        raise ValueError("no split is possible")
    return train, dev


@wrong("split", caught_by="as_late_as_possible", kind="mathematics")
def the_earliest_last_day(groups, times, share):
    day_or_error(latest_day(times, later_new_rows(groups, times), share * len(times)))
    return after(groups, times, times.min())


@wrong("split", caught_by="as_late_as_possible", kind="mathematics")
def a_share_of_the_rows_that_are_used(groups, times, share):
    left, known = later_new_rows(groups, times), len(times) - later_rows(times)
    return after(groups, times, day_or_error(latest_day(times, left / (left + known), share)))


@wrong("split", caught_by="as_late_as_possible", kind="mathematics")
def a_share_of_the_patients(groups, times, share):
    names, which = np.unique(groups, return_index=True)
    begins = np.sort(first_days(groups, times)[which])
    left = len(names) - np.searchsorted(begins, np.unique(times), side="right")
    return after(groups, times, day_or_error(latest_day(times, left, share * len(names))))


@wrong("split", caught_by="all_that_was_known", kind="missing case")
def one_day_on_both_sides(groups, times, share):
    order = np.argsort(times, kind="stable")
    place = np.empty(len(times))
    place[order] = np.arange(len(times))
    return latest(groups, place, share)


@wrong("split", caught_by="exactly_enough", kind="stability")
def a_share_by_the_last_digit_of_floats(groups, times, share):
    need = int(np.ceil(share * len(times) + 1e-12))
    return after(groups, times, day_or_error(latest_day(times, later_new_rows(groups, times), need)))


@wrong("split", caught_by="not_possible", kind="missing case")
def two_empty_sets_where_nothing_is_possible(groups, times, share):
    try:
        return latest(groups, times, share)
    except ValueError:
        return np.zeros(0, int), np.arange(len(times))


@wrong("split", caught_by="five_rows", kind="shape")
def masks_for_row_numbers(groups, times, share):
    train, dev = latest(groups, times, share)
    return np.isin(np.arange(len(times)), train), np.isin(np.arange(len(times)), dev)


@wrong("split", caught_by="house_of_split", kind="missing case")
def groups_counted_from_zero(groups, times, share):
    begins = np.full(int(groups.max()) + 1, np.inf)
    np.minimum.at(begins, groups.astype(int), times)
    begins = begins[groups.astype(int)]
    left = len(times) - np.searchsorted(np.sort(begins), np.unique(times), side="right")
    last = day_or_error(latest_day(times, left, share * len(times)))
    return np.flatnonzero(times <= last), np.flatnonzero(begins > last)


@wrong("split", caught_by="large", kind="stability")
def one_day_after_the_other(groups, times, share):
    for last in np.unique(times)[::-1]:
        train, dev = after(groups, times, last)
        if len(dev) and len(dev) >= share * len(times) - 1e-9:
            return train, dev
    raise ValueError("no split is possible")


@wrong("split", caught_by="house_of_split", kind="mutation")
def sorts_what_it_was_given(groups, times, share):
    order = np.argsort(times, kind="stable")
    groups[:], times[:] = groups[order], times[order]
    train, dev = latest(groups, times, share)
    return order[train], order[dev]


@right("split")
def counted_by_bisection(groups, times, share):
    begins, days = np.sort(first_days(groups, times)), np.unique(times)
    enough = len(times) - np.searchsorted(begins, days, side="right") >= share * len(times) - 1e-9
    if not len(times) or not enough.any() or len(days) < 2:
        raise ValueError("no day leaves enough rows of new groups")
    last = days[enough].max()
    own = first_days(groups, times)
    return np.flatnonzero(times <= last)[::-1], np.flatnonzero(own > last)


@right("split")
def one_walk_backwards(groups, times, share):
    """A walk through the days from the latest one: a group's rows are new once its first day was passed."""
    first = {}
    for g, t in zip(groups.tolist(), times.tolist(), strict=True):
        first[g] = min(t, first.get(g, t))
    of_day = {}
    for g in groups.tolist():
        of_day[first[g]] = of_day.get(first[g], 0) + 1
    found = 0
    days = sorted(set(times.tolist()), reverse=True)
    for later, last in itertools.pairwise(days):
        found += of_day.get(later, 0)
        if found >= share * len(times) - 1e-9:
            rows = range(len(times))
            return (
                np.array([i for i in rows if times[i] <= last]),
                np.array([i for i in rows if first[groups[i].item()] > last]),
            )
    raise ValueError("not possible")


@right("split")
def by_order_statistic(groups, times, share):
    begins = first_days(groups, times)
    needed = max(int(np.ceil(share * len(times) - 1e-9)), 1)
    bound = -np.partition(-begins, needed - 1)[needed - 1] if needed <= len(times) else -np.inf
    early = times[times < bound]
    if not early.size:
        raise ValueError("not possible")
    return np.where(times <= early.max())[0].tolist(), np.where(begins > early.max())[0].tolist()


# ------------------------------------------------------------------------------------------- leaks
def hits(predict, X, y):
    return float(np.mean(np.asarray(predict(X)) == y))


def gap_to_sealed(splits, sealed, fit):
    return [hits(p := fit(a, b), X, y) - hits(p, *sealed) for a, b, X, y in splits]


@wrong("leaks", caught_by="merely_easier", kind="mathematics", headline=True)
def better_than_on_the_sealed_set(splits, sealed, fit):
    return np.array([gap > 0.17 for gap in gap_to_sealed(splits, sealed, fit)], bool)


@wrong("leaks", caught_by="six_splits", kind="mathematics")
def the_more_suspicious_half(splits, sealed, fit):
    gaps = np.array(gap_to_sealed(splits, sealed, fit))
    return gaps > np.median(gaps) if len(gaps) else np.zeros(0, bool)


@wrong("leaks", caught_by="merely_easier", kind="mathematics")
def a_very_good_dev_score(splits, sealed, fit):
    return np.array([hits(fit(a, b), X, y) > 0.85 for a, b, X, y in splits], bool)


@wrong("leaks", caught_by="merely_easier", kind="mathematics")
def outsider_judged_on_rows_it_has_seen(splits, sealed, fit):
    outsider = fit(*sealed)
    found = []
    for (_, _, X, y), gap in zip(splits, gap_to_sealed(splits, sealed, fit), strict=True):
        found.append(gap - (hits(outsider, X, y) - hits(outsider, *sealed)) > 0.17)
    return np.array(found, bool)


@wrong("leaks", caught_by="days_dealt_out", kind="mathematics")
def looks_for_near_copies(splits, sealed, fit):
    found = []
    for a, _, X, _ in splits:
        far = ((X[:, None, :4] - a[None, :, :4]) ** 2).sum(axis=2).min(axis=1)
        found.append(np.mean(far < 0.05) > 0.3)
    return np.array(found, bool)


@wrong("leaks", caught_by="patients_on_both_sides", kind="mathematics")
def dev_worse_than_training(splits, sealed, fit):
    return np.array([hits(p := fit(a, b), a, b) - hits(p, X, y) < 0.03 for a, b, X, y in splits], bool)


@wrong("leaks", caught_by="patients_on_both_sides", kind="mathematics")
def too_strict_a_line(splits, sealed, fit):
    """Wants a leak of a half."""
    return np.array([own > 0.5 for own in differences(splits, sealed, fit)], bool)


@wrong("leaks", caught_by="few_fits", kind="missing case")
def fits_without_end(splits, sealed, fit):
    for _ in range(40):
        fit(*sealed)
    return np.array([own > 0.17 for own in differences(splits, sealed, fit)], bool)


@wrong("leaks", caught_by="six_splits", kind="hard-coding")
def all_of_them(splits, sealed, fit):
    return np.ones(len(splits), bool)


@wrong("leaks", caught_by="house_of_leaks", kind="mutation")
def standardises_in_place(splits, sealed, fit):
    answers = np.array([own > 0.17 for own in differences(splits, sealed, fit)], bool)
    for a, _, X, _ in splits:
        a -= a.mean(axis=0)
        X -= X.mean(axis=0)
    return answers


def differences(splits, sealed, fit, seed=0):
    X_sealed, y_sealed = sealed
    order = np.random.default_rng(seed).permutation(len(y_sealed))
    one, other = order[::2], order[1::2]
    outsider = fit(X_sealed[one], y_sealed[one])
    out = []
    for a, b, X, y in splits:
        insider = fit(a, b)
        own = hits(insider, X, y) - hits(insider, X_sealed[other], y_sealed[other])
        out.append(own - hits(outsider, X, y) + hits(outsider, X_sealed[other], y_sealed[other]))
    return out


@right("leaks")
def two_halves_drawn_at_random(splits, sealed, fit):
    sums = np.mean([differences(splits, sealed, fit, seed) for seed in range(2)], axis=0)
    return [bool(own > 0.17) for own in sums]


@right("leaks")
def outsiders_as_large_as_the_insider(splits, sealed, fit):
    """Each split gets outsiders that were trained on as many sealed rows as its own model on training rows."""
    X_sealed, y_sealed = sealed
    found = []
    for a, b, X, y in splits:
        insider, rests = fit(a, b), []
        for half in (slice(0, None, 2), slice(1, None, 2)):
            rest = slice(1 - half.start, None, 2)
            outsider = fit(X_sealed[half][: len(b)], y_sealed[half][: len(b)])
            rests.append(hits(outsider, X, y) - hits(outsider, X_sealed[rest], y_sealed[rest]))
        found.append(hits(insider, X, y) - hits(insider, *sealed) - np.mean(rests) > 0.17)
    return np.array(found, dtype=bool)


@right("leaks")
def in_four_folds(splits, sealed, fit):
    X_sealed, y_sealed = sealed
    fold = np.arange(len(y_sealed)) % 4
    outsiders = [(fit(X_sealed[fold != k], y_sealed[fold != k]), fold == k) for k in range(4)]
    at_home = np.mean([hits(p, X_sealed[rest], y_sealed[rest]) for p, rest in outsiders])
    found = []
    for a, b, X, y in splits:
        insider = fit(a, b)
        easier = np.mean([hits(p, X, y) for p, _ in outsiders]) - at_home
        found.append(int(hits(insider, X, y) - hits(insider, *sealed) - easier > 0.17))
    return np.array(found, dtype=int)


# ------------------------------------------------------------------------------------------- rater_errors
def signs_of(votes):
    votes = np.asarray(votes)
    if votes.shape[1] < 3:
        raise ValueError("at least three raters are needed")
    seen = (votes >= 0).astype(float)
    return np.where(votes >= 0, 2.0 * votes - 1, 0.0), seen


def majority_errors(votes, herself):
    signs, seen = signs_of(votes)
    out = []
    for j in range(signs.shape[1]):
        total = signs.sum(axis=1) - (0 if herself else signs[:, j])
        ok = seen[:, j] > 0
        agree = np.where(total == 0, 0.5, np.sign(total) == signs[:, j])
        out.append(1 - agree[ok].mean())
    return np.clip(out, 0, 0.5)


@wrong("rater_errors", caught_by="equal_raters", kind="mathematics", headline=True)
def against_a_majority_with_herself_in_it(votes):
    return majority_errors(votes, True)


@wrong("rater_errors", caught_by="equal_raters", kind="mathematics", headline=True)
def against_the_majority_of_the_others(votes):
    return majority_errors(votes, False)


@wrong("rater_errors", caught_by="own_errors", kind="mathematics")
def all_raters_equal(votes):
    signs, seen = signs_of(votes)
    r = signs.shape[1]
    products = signs.T @ signs / np.maximum(seen.T @ seen, 1)
    mean = np.mean(products[np.triu_indices(r, 1)])
    return np.full(r, (1 - np.sqrt(np.clip(mean, 0, 1))) / 2)


@wrong("rater_errors", caught_by="own_errors", kind="mathematics")
def each_with_the_mean_of_her_pairs(votes):
    signs, seen = signs_of(votes)
    products = signs.T @ signs / np.maximum(seen.T @ seen, 1)
    np.fill_diagonal(products, 0)
    return (1 - np.sqrt(np.clip(products.sum(axis=1) / (len(products) - 1), 0, 1))) / 2


@wrong("rater_errors", caught_by="missing_votes", kind="missing case")
def missing_votes_are_disagreement(votes):
    signs, _ = signs_of(votes)
    return from_products(signs.T @ signs / max(len(signs), 1))


@wrong("rater_errors", caught_by="missing_votes", kind="missing case")
def missing_votes_are_no(votes):
    signs, _ = signs_of(np.where(votes < 0, 0, votes))
    return from_products(signs.T @ signs / max(len(signs), 1))


@wrong("rater_errors", caught_by="own_errors", kind="mathematics")
def centred_as_a_correlation(votes):
    signs, _ = signs_of(votes)
    signs = signs - signs.mean(axis=0)
    scale = np.sqrt((signs**2).sum(axis=0))
    return from_products(signs.T @ signs / np.maximum(np.outer(scale, scale), 1e-12))


@wrong("rater_errors", caught_by="three_raters", kind="mathematics")
def signals_for_errors(votes):
    return 1 - 2 * true_errors(votes)


@wrong("rater_errors", caught_by="three_raters", kind="mathematics")
def no_root(votes):
    return np.clip((1 - (1 - 2 * true_errors(votes)) ** 2) / 2, 0, 0.5)


@wrong("rater_errors", caught_by="never_all_together", kind="missing case")
def items_that_all_have_seen(votes):
    full = votes[(votes >= 0).all(axis=1)]
    return true_errors(full) if len(full) else true_errors(np.where(votes < 0, 0, votes))


@wrong("rater_errors", caught_by="too_few", kind="missing case")
def a_guess_for_two_raters(votes):
    if votes.shape[1] < 3:
        return np.full(votes.shape[1], 0.25)
    return true_errors(votes)


@wrong("rater_errors", caught_by="within_bounds", kind="missing case")
def beyond_the_bounds(votes):
    signs, seen = signs_of(votes)
    products = signs.T @ signs / np.maximum(seen.T @ seen, 1)
    out = []
    for i in range(len(products)):
        j, k = [m for m in range(len(products)) if m != i][:2]
        out.append((1 - np.sqrt(abs(products[i, j] * products[i, k] / (products[j, k] or 1e-9)))) / 2)
    return np.array(out)


@wrong("rater_errors", caught_by="house_of_raters", kind="dtype")
def sums_in_the_type_of_the_votes(votes):
    if votes.shape[1] < 3:
        raise ValueError("at least three raters are needed")
    seen = (votes >= 0).astype(votes.dtype)
    signs = ((2 * votes - 1) * seen).astype(votes.dtype)
    return from_products((signs.T @ signs) / np.maximum(seen.T @ seen, 1).astype(float))


@wrong("rater_errors", caught_by="house_of_raters", kind="mutation")
def writes_into_the_votes(votes):
    errors = true_errors(votes)
    votes[votes < 0] = 0
    return errors


@wrong("rater_errors", caught_by="more_raters", kind="shape")
def the_first_three_alone(votes):
    errors = true_errors(votes[:, :3])
    return np.concatenate([errors, np.full(votes.shape[1] - 3, errors.mean())])


def from_products(products):
    """Each rater's error from all pairs of the others, sums above and below."""
    out = []
    for i in range(len(products)):
        others = [m for m in range(len(products)) if m != i]
        pairs = list(itertools.combinations(others, 2))
        above = sum(products[i, j] * products[i, k] for j, k in pairs)
        below = sum(products[j, k] for j, k in pairs)
        out.append((1 - np.sqrt(np.clip(above / below, 0, 1) if below > 1e-12 else 0.0)) / 2)
    return np.array(out)


def true_errors(votes):
    signs, seen = signs_of(votes)
    return from_products(signs.T @ signs / np.maximum(seen.T @ seen, 1))


@right("rater_errors")
def by_a_rank_one_fit(votes):
    """Alternating least squares: the products off the diagonal are an outer product of the signals."""
    signs, seen = signs_of(votes)
    products = signs.T @ signs / np.maximum(seen.T @ seen, 1)
    off = 1 - np.eye(len(products))
    signal = np.full(len(products), 0.7)
    for _ in range(600):
        for i in range(len(products)):
            rest = off[i] * signal
            signal[i] = np.clip((products[i] @ rest) / max(rest @ rest, 1e-9), 0, 1)
    return (1 - signal) / 2


@right("rater_errors")
def by_expectation_and_maximisation(votes):
    """Dawid and Skene with one error a rater: the truth is guessed, the errors counted, again and again."""
    signs, _seen = signs_of(votes)
    patterns, counts = np.unique(signs, axis=0, return_counts=True)
    known = np.abs(patterns)
    errors, ones = np.full(signs.shape[1], 0.3), 0.5
    for _ in range(2500):
        errors = np.clip(errors, 1e-9, 0.5)
        yes = np.log(ones) + (known * np.where(patterns > 0, np.log1p(-errors), np.log(errors))).sum(axis=1)
        no = np.log1p(-ones) + (known * np.where(patterns < 0, np.log1p(-errors), np.log(errors))).sum(axis=1)
        p = 1 / (1 + np.exp(np.clip(no - yes, -700, 700)))
        wrong_votes = counts[:, None] * known * np.where(patterns > 0, 1 - p[:, None], p[:, None])
        new = wrong_votes.sum(axis=0) / np.maximum((counts[:, None] * known).sum(axis=0), 1)
        ones = np.clip(counts @ p / counts.sum(), 1e-6, 1 - 1e-6)
        if np.abs(new - errors).max() < 1e-12:
            break
        errors = new
    return np.clip(errors, 0, 0.5)


@right("rater_errors")
def the_median_over_pairs(votes):
    signs, seen = signs_of(votes)
    products = signs.T @ signs / np.maximum(seen.T @ seen, 1)
    out = []
    for i in range(len(products)):
        found = [
            products[i, j] * products[i, k] / products[j, k]
            for j, k in itertools.permutations([m for m in range(len(products)) if m != i], 2)
            if products[j, k] > 1e-12
        ]
        out.append(0.5 - np.sqrt(np.clip(np.median(found) if found else 0.0, 0, 1)) / 2)
    return np.array(out)


# ------------------------------------------------------------------------------------------- compare
def ends_of(differences):
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)


def whole(groups, rng):
    names = np.unique(groups)
    drawn = rng.choice(names, size=len(names))
    return np.concatenate([np.flatnonzero(groups == name) for name in drawn])


def by_group(metric, y, a, b, groups, rng, rounds, draw=whole):
    out = []
    for _ in range(rounds):
        rows = draw(groups, rng)
        out.append(metric(y[rows], b[rows]) - metric(y[rows], a[rows]))
    return np.array(out)


@wrong("compare", caught_by="whole_groups", kind="mathematics", headline=True)
def rows_for_groups(metric, y, said_a, said_b, groups, rng, rounds=1000):
    draw = lambda groups, rng: rng.integers(len(groups), size=len(groups))  # noqa: E731
    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds, draw))


@wrong("compare", caught_by="the_same_sets", kind="mathematics", headline=True)
def each_model_on_sets_of_its_own(metric, y, said_a, said_b, groups, rng, rounds=1000):
    out = []
    for _ in range(rounds):
        one, other = whole(groups, rng), whole(groups, rng)
        out.append(metric(y[other], said_b[other]) - metric(y[one], said_a[one]))
    return ends_of(out)


@wrong("compare", caught_by="the_same_sets", kind="mathematics")
def drawn_without_replacement(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(groups, rng):
        names = np.unique(groups)
        return np.flatnonzero(np.isin(groups, rng.permutation(names)[: max(1, len(names) // 2)]))

    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds, draw))


@wrong("compare", caught_by="the_same_sets", kind="mathematics")
def a_group_drawn_twice_counts_once(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(groups, rng):
        names = np.unique(groups)
        return np.flatnonzero(np.isin(groups, rng.choice(names, size=len(names))))

    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds, draw))


@wrong("compare", caught_by="middle", kind="mathematics")
def a_ninety_per_cent_interval(metric, y, said_a, said_b, groups, rng, rounds=1000):
    low, high = np.quantile(by_group(metric, y, said_a, said_b, groups, rng, rounds), [0.05, 0.95])
    return float(low), float(high)


@wrong("compare", caught_by="middle", kind="mathematics")
def the_error_of_the_mean_of_rounds(metric, y, said_a, said_b, groups, rng, rounds=1000):
    found = by_group(metric, y, said_a, said_b, groups, rng, rounds)
    half = 1.96 * found.std() / np.sqrt(len(found))
    return float(found.mean() - half), float(found.mean() + half)


@wrong("compare", caught_by="lopsided", kind="mathematics")
def mean_and_two_standard_errors(metric, y, said_a, said_b, groups, rng, rounds=1000):
    found = by_group(metric, y, said_a, said_b, groups, rng, rounds)
    return float(found.mean() - 1.96 * found.std()), float(found.mean() + 1.96 * found.std())


@wrong("compare", caught_by="middle", kind="mathematics")
def smallest_and_largest(metric, y, said_a, said_b, groups, rng, rounds=1000):
    found = by_group(metric, y, said_a, said_b, groups, rng, rounds)
    return float(found.min()), float(found.max())


@wrong("compare", caught_by="middle", kind="mathematics")
def a_less_b(metric, y, said_a, said_b, groups, rng, rounds=1000):
    low, high = ends_of(by_group(metric, y, said_b, said_a, groups, rng, rounds))
    return low, high


@wrong("compare", caught_by="any_metric", kind="mathematics")
def a_mean_of_the_metric_of_each_group(metric, y, said_a, said_b, groups, rng, rounds=1000):
    names = np.unique(groups)
    each = np.array([metric(y[groups == g], said_b[groups == g]) - metric(y[groups == g], said_a[groups == g]) for g in names])
    return ends_of([each[rng.integers(len(each), size=len(each))].mean() for _ in range(rounds)])


@wrong("compare", caught_by="whole_groups", kind="mathematics")
def one_row_of_each_group(metric, y, said_a, said_b, groups, rng, rounds=1000):
    def draw(groups, rng):
        return np.array([rng.choice(np.flatnonzero(groups == g)) for g in rng.choice(np.unique(groups), len(np.unique(groups)))])

    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds, draw))


@wrong("compare", caught_by="chance_and_sign", kind="mathematics")
def numpys_own_chance(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return ends_of(by_group(metric, y, said_a, said_b, groups, np.random.default_rng(), rounds))


@wrong("compare", caught_by="house_of_compare", kind="missing case")
def groups_as_an_index(metric, y, said_a, said_b, groups, rng, rounds=1000):
    members = [np.flatnonzero(groups == g) for g in range(int(groups.max()) + 1)]

    def draw(groups, rng):
        return np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))])

    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds, draw))


@wrong("compare", caught_by="house_of_compare", kind="hard-coding")
def a_hundred_rounds_unless_said(metric, y, said_a, said_b, groups, rng, rounds=100):
    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, rounds))


@wrong("compare", caught_by="the_same_sets", kind="hard-coding")
def its_own_number_of_rounds(metric, y, said_a, said_b, groups, rng, rounds=1000):
    return ends_of(by_group(metric, y, said_a, said_b, groups, rng, 1000))


@right("compare")
def all_rows_drawn_beforehand(metric, y, said_a, said_b, groups, rng, rounds=1000):
    names, which = np.unique(groups, return_inverse=True)
    drawn = rng.integers(len(names), size=(rounds, len(names)))
    found = []
    for one in drawn:
        rows = np.repeat(np.arange(len(which)), np.bincount(one, minlength=len(names))[which])
        found.append(float(metric(y[rows], said_b[rows])) - float(metric(y[rows], said_a[rows])))
    return np.percentile(found, [2.5, 97.5])


@right("compare")
def by_names_and_lists(metric, y, said_a, said_b, groups, rng, rounds=1000):
    members = {}
    for i, name in enumerate(groups.tolist()):
        members.setdefault(name, []).append(i)
    names = list(members)
    found = []
    for _ in range(rounds):
        rows = [i for k in rng.choice(len(names), size=len(names)) for i in members[names[k]]]
        found.append(metric(y[rows], said_b[rows]) - metric(y[rows], said_a[rows]))
    return [float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))]


@right("compare")
def by_sorted_rank(metric, y, said_a, said_b, groups, rng, rounds=1000):
    found = np.sort(by_group(metric, y, said_a, said_b, groups, rng, rounds))
    cut = int(0.025 * rounds)
    return found[cut], found[-1 - cut]


# ------------------------------------------------------------------------------------------- lead
def fixed(name, order):
    """Acts in a fixed order, again and again; the last version is shipped."""

    def made():
        def lead(act, report, prices, weeks, errors, rng):
            going = True
            while going:
                going = False
                for one in order:
                    if prices[one] <= report["left"]:
                        report, going = act(one), True
            return report["version"]

        return {"lead": lead}

    made.__name__ = name
    return made


@entry("lead", band="nothing")
def does_nothing():
    return {"lead": lambda act, report, prices, weeks, errors, rng: 0}


@entry("lead", band="baseline")
def at_random():
    def lead(act, report, prices, weeks, errors, rng):
        reports = [report]
        while names := [name for name in prices if prices[name] <= reports[-1]["left"]]:
            reports.append(act(str(rng.choice(names))))
        return min(reports, key=lambda one: one["dev"])["version"]

    return {"lead": lead}


entry("lead", band="gets going")(fixed("labels_rows_units", ("labels", "rows", "units")))


@entry("lead", band="refused")
def spends_too_much():
    def lead(act, report, prices, weeks, errors, rng):
        while True:
            report = act("rows")

    return {"lead": lead}


def planner(name, num, kept):
    """Draws so many teams as they might be, keeps the ones that fit the reports best, and tries each affordable plan on them."""

    def made():
        acts = ("labels", "units", "longer", "shorter", "rows")

        def lead(act, report, prices, weeks, errors, rng):
            bad, small, short, copies = rng.random((4, num)) < 0.5
            state = {
                "task": rng.integers(3, size=num),
                "wrong": np.where(bad, rng.uniform(0.25, 0.45, num), rng.uniform(0, 0.05, num)),
                "units": np.where(small, rng.uniform(4, 6, num), rng.uniform(30, 108, num)),
                "steps": np.where(short, rng.uniform(50, 80, num), np.exp(rng.uniform(np.log(300), np.log(1600), num))),
                "copies": copies,
            }
            cost, versions = np.zeros(num), []

            def weigh(report, read=False):
                nonlocal state, cost, versions
                found = errors(state["task"], report["rows"], state["wrong"], state["units"], state["steps"])
                train, copy, new = found.T
                given = checks.by_given_labels(new, state["wrong"], np.array(checks.CLASSES)[state["task"]])
                for said, p in ((report["train"], train), (report["dev"], np.where(state["copies"], copy, given))):
                    cost = cost + (said - p) ** 2 / (p * (1 - p) / 300 + 2e-4)
                if read:
                    spread = state["wrong"] * (1 - state["wrong"]) / 100 + 1e-3
                    cost = cost + (report["wrong"] / 100 - state["wrong"]) ** 2 / spread
                best = np.argsort(cost)[:kept]
                state, cost = {key: part[best] for key, part in state.items()}, cost[best]
                versions = [one[best] for one in [*versions, new]]

            def mean(errors):
                return errors @ np.exp((cost.min() - cost) / 2) / np.exp((cost.min() - cost) / 2).sum()

            def plan(left):
                times = [()]
                for name in acts:
                    times = [
                        (*one, k)
                        for one in times
                        for k in range(4)
                        if sum(n * prices[a] for n, a in zip(one, acts, strict=False)) + k * prices[name] <= left
                    ]
                n = np.array(times, float)[:, :, None]
                found = mean(
                    errors(
                        state["task"],
                        np.minimum(report["rows"] * 2 ** n[:, 4], 1920),
                        state["wrong"] * 0.3 ** n[:, 0],
                        np.minimum(state["units"] * 3 ** n[:, 1], 108),
                        np.clip(state["steps"] * 4 ** (n[:, 2] - n[:, 3]), 50, 1600),
                    )[..., 2]
                )
                return times[int(found.argmin())], found.min()

            weigh(report)
            if plan(weeks - prices["look"])[1] < plan(weeks)[1] + 0.01:
                report = act("look")
                weigh(report, True)
            while any(times := plan(report["left"])[0]):
                name = next(a for a, k in zip(acts, times, strict=True) if k)
                report = act(name)
                state["wrong"] = state["wrong"] * (0.3 if name == "labels" else 1)
                state["units"] = np.minimum(state["units"] * (3 if name == "units" else 1), 108)
                state["steps"] = np.clip(state["steps"] * {"longer": 4, "shorter": 0.25}.get(name, 1), 50, 1600)
                weigh(report)
            return int(np.argmin([mean(one) for one in versions]))

        return {"lead": lead}

    made.__name__ = name
    return made


entry("lead", band="good")(planner("a_few_teams_thought_over", 25, 6))
entry("lead", band="excellent")(planner("many_teams_thought_over", 1500, 150))
