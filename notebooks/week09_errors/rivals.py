"""Answers that the cases of week 9 must tell apart."""

import functools
import itertools

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- masked_loss
def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def weighted(logits, labels, weigh, at_hole=0, log_loss=None, slope=None):
    """Loss and gradient with the weights (n, K) that `weigh` makes of what is known."""
    logits = np.asarray(logits, np.result_type(logits, np.float32))
    known = labels >= 0
    w = weigh(known).astype(logits.dtype)
    y = np.where(known, labels, at_hole).astype(logits.dtype)
    losses = log_loss(logits, y) if log_loss else np.logaddexp(0, logits) - y * logits
    return np.sum(w * losses), w * (slope(logits, y) if slope else sigmoid(logits) - y)


def by_task(known):
    counts = known.sum(axis=0)
    return known / np.maximum(counts, 1) / max(np.count_nonzero(counts), 1)


@wrong("masked_loss", caught_by="tasks_count_alike", kind="mathematics", headline=True)
def each_label_counts_alike(logits, labels):
    return weighted(logits, labels, lambda known: known / max(known.sum(), 1))


@wrong("masked_loss", caught_by="tasks_count_alike", kind="mathematics")
def mean_over_all_entries(logits, labels):
    return weighted(logits, labels, lambda known: known / max(known.size, 1))


@wrong("masked_loss", caught_by="tasks_count_alike", kind="mathematics")
def a_hole_is_a_no(logits, labels):
    return weighted(logits, labels, lambda known: np.ones(known.shape) / max(known.size, 1))


@wrong("masked_loss", caught_by="tasks_count_alike", kind="missing case")
def unknown_tasks_counted(logits, labels):
    return weighted(logits, labels, lambda known: known / np.maximum(known.sum(axis=0), 1) / known.shape[1])


@wrong("masked_loss", caught_by="loss_gradient", kind="mathematics")
def gradient_not_averaged(logits, labels):
    loss, _ = weighted(logits, labels, by_task)
    return loss, weighted(logits, labels, lambda known: 1.0 * known)[1]


@wrong("masked_loss", caught_by="loss_gradient", kind="mathematics")
def gradient_divided_twice(logits, labels):
    loss, d_logits = weighted(logits, labels, by_task)
    return loss, d_logits / len(logits)


@wrong("masked_loss", caught_by="loss_gradient", kind="mathematics")
def slope_of_the_sigmoid_too(logits, labels):
    return weighted(logits, labels, by_task, slope=lambda z, y: (sigmoid(z) - y) * sigmoid(z) * (1 - sigmoid(z)))


@wrong("masked_loss", caught_by="huge_logits", kind="stability")
def naive_logarithm(logits, labels):
    def naive(z, y):
        with np.errstate(all="ignore"):
            p = 1 / (1 + np.exp(-z))
            return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    return weighted(logits, labels, by_task, log_loss=naive)


@wrong("masked_loss", caught_by="huge_logits", kind="stability")
def clipped_probabilities(logits, labels):
    def clipped(z, y):
        p = np.clip(sigmoid(z), 1e-12, 1 - 1e-12)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    return weighted(logits, labels, by_task, log_loss=clipped)


@wrong("masked_loss", caught_by="nothing_known", kind="missing case")
def divides_by_nought(logits, labels):
    with np.errstate(all="ignore"):
        def weigh(known):
            counts = known.sum(axis=0)
            return np.where(known, 1 / counts, 0) / np.count_nonzero(counts)

        return weighted(logits, labels, weigh)


@wrong("masked_loss", caught_by="tasks_count_alike", kind="mathematics")
def only_rows_without_holes(logits, labels):
    def weigh(known):
        whole = np.repeat(known.all(axis=1)[:, None], known.shape[1], axis=1)
        return whole / max(whole.sum(), 1)

    return weighted(logits, labels, weigh)


@wrong("masked_loss", caught_by="loss_house", kind="mutation")
def fills_the_holes_in_place(logits, labels):
    known = labels >= 0
    w = by_task(known)
    labels[~known] = 0
    logits = np.asarray(logits, np.result_type(logits, np.float32))
    y = labels.astype(logits.dtype)
    return np.sum(w * (np.logaddexp(0, logits) - y * logits)), (w * (sigmoid(logits) - y)).astype(logits.dtype)


@wrong("masked_loss", caught_by="loss_house", kind="dtype")
def always_float64(logits, labels):
    loss, d_logits = weighted(np.asarray(logits, float), labels, by_task)
    return loss, d_logits.astype(float)


@wrong("masked_loss", caught_by="tasks_count_alike", kind="shape")
def mean_over_rows_first(logits, labels):
    def weigh(known):
        counts = known.sum(axis=1, keepdims=True)
        return known / np.maximum(counts, 1) / max(np.count_nonzero(counts), 1)

    return weighted(logits, labels, weigh)


@right("masked_loss")
def task_after_task(logits, labels):
    logits = np.asarray(logits, np.result_type(logits, np.float32))
    d_logits, losses = np.zeros_like(logits), []
    for k in range(logits.shape[1]):
        rows = np.flatnonzero(np.asarray(labels)[:, k] >= 0)
        if len(rows):
            z, y = logits[rows, k], labels[rows, k].astype(logits.dtype)
            losses.append(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))
            d_logits[rows, k] = (sigmoid(z) - y) / len(rows)
    return (np.mean(losses), d_logits / len(losses)) if losses else (0.0, d_logits)


@right("masked_loss")
def by_signs(logits, labels):
    logits = np.asarray(logits, np.result_type(logits, np.float32))
    w = by_task(np.asarray(labels) >= 0).astype(logits.dtype)
    margins = np.where(labels == 1, logits, -logits)
    losses = np.logaddexp(0, -margins)
    return np.einsum("nk,nk->", w, losses), np.where(labels == 1, -1, 1).astype(logits.dtype) * w * (1 - np.exp(-losses))


@right("masked_loss")
def masked_arrays(logits, labels):
    logits = np.asarray(logits, np.result_type(logits, np.float32))
    if not (labels >= 0).any():
        return 0.0, np.zeros_like(logits)
    losses = np.ma.array(np.logaddexp(0, logits) - labels * logits, mask=labels < 0)
    by_column = losses.mean(axis=0)
    alive = np.count_nonzero(~np.ma.getmaskarray(by_column))
    counts = np.ma.count(losses, axis=0)
    slope = np.where(labels < 0, 0, sigmoid(logits) - labels)
    return float(by_column.mean()), (slope / np.maximum(counts, 1) / alive).astype(logits.dtype)


# ------------------------------------------------------------------------------------------- best_plan
def ceiling(tags, n, chosen):
    return 1 - np.count_nonzero(~tags[:, list(chosen)].any(axis=1)) / n


def mended(tags, chosen):
    return np.count_nonzero(tags[:, list(chosen)].any(axis=1))


def subsets(tags, costs, budget, value=None):
    """The best plan over sets; `value(new mistakes, day, cost)` is what a cure adds."""
    value = value or (lambda gain, day, cost: gain * (budget - day))
    best = {frozenset(): (0.0, [])}
    layer = best
    for _ in range(tags.shape[1]):
        larger = {}
        for done, (area, plan) in layer.items():
            day, before = sum(costs[k] for k in plan), mended(tags, plan)
            for k in range(tags.shape[1]):
                if k in done or day + costs[k] > budget:
                    continue
                gained = area + value(mended(tags, [*plan, k]) - before, day + costs[k], costs[k])
                if (done | {k}) not in larger or gained > larger[done | {k}][0]:
                    larger[done | {k}] = gained, [*plan, k]
        best, layer = {**best, **larger}, larger
    return max(best.values(), key=lambda pair: pair[0])[1]


def plan_of(tags, n, costs, budget):
    return subsets(tags, costs, budget)


def both(ceiling=ceiling, best_plan=plan_of):
    return {"ceiling": ceiling, "best_plan": best_plan}


def greedy(score):
    """Always the cure with the highest score among those that are done in time."""

    def best_plan(tags, n, costs, budget):
        plan, day = [], 0
        while True:
            open_ = [k for k in range(tags.shape[1]) if k not in plan and day + costs[k] <= budget]
            if not open_:
                return plan
            k = max(open_, key=lambda k: score(mended(tags, [*plan, k]) - mended(tags, plan), costs[k], day, budget))
            plan, day = [*plan, k], day + costs[k]

    return best_plan


@wrong("best_plan", caught_by="overlap", kind="mathematics", headline=True, several=True)
def counts_added_up():
    return both(ceiling=lambda tags, n, chosen: 1 - (len(tags) - tags[:, list(chosen)].sum()) / n)


@wrong("best_plan", caught_by="overlap", kind="mathematics", several=True)
def all_chosen_tags_needed():
    return both(ceiling=lambda tags, n, chosen: 1 - (len(tags) - np.count_nonzero(tags[:, list(chosen)].all(axis=1))) / n)


@wrong("best_plan", caught_by="overlap", kind="mathematics", several=True)
def all_tags_of_a_row_needed():
    def ceiling(tags, n, chosen):
        others = np.setdiff1d(np.arange(tags.shape[1]), list(chosen))
        cured = tags[:, list(chosen)].any(axis=1) & ~tags[:, others].any(axis=1)
        return 1 - (len(tags) - np.count_nonzero(cured)) / n

    return both(ceiling=ceiling)


@wrong("best_plan", caught_by="overlap", kind="mathematics", several=True)
def share_of_the_mistakes():
    return both(ceiling=lambda tags, n, chosen: np.count_nonzero(tags[:, list(chosen)].any(axis=1)) / max(len(tags), 1))


@wrong("best_plan", caught_by="overlap", kind="mathematics", several=True)
def rows_are_only_mistakes():
    return both(ceiling=lambda tags, n, chosen: ceiling(tags, max(len(tags), 1), chosen))


@wrong("best_plan", caught_by="no_better", kind="mathematics", several=True)
def largest_gain_first():
    return both(best_plan=greedy(lambda gain, cost, day, budget: gain))


@wrong("best_plan", caught_by="rules_of_thumb", kind="mathematics", headline=True, several=True)
def largest_gain_per_day_first():
    return both(best_plan=greedy(lambda gain, cost, day, budget: gain / cost))


@wrong("best_plan", caught_by="eleven_tags", kind="mathematics", several=True)
def largest_area_first():
    return both(best_plan=greedy(lambda gain, cost, day, budget: gain * (budget - day - cost)))


@wrong("best_plan", caught_by="rules_of_thumb", kind="mathematics", several=True)
def gain_per_day_without_overlap():
    def best_plan(tags, n, costs, budget):
        plan, day = [], 0
        for k in sorted(range(tags.shape[1]), key=lambda k: -tags[:, k].sum() / costs[k]):
            if day + costs[k] <= budget:
                plan, day = [*plan, k], day + costs[k]
        return plan

    return both(best_plan=best_plan)


@wrong("best_plan", caught_by="no_better", kind="mathematics", several=True)
def only_the_end_counts():
    return both(best_plan=lambda tags, n, costs, budget: subsets(tags, costs, budget, lambda gain, day, cost: gain))


@wrong("best_plan", caught_by="no_better", kind="mathematics", several=True)
def helps_from_its_first_day():
    def best_plan(tags, n, costs, budget):
        return subsets(tags, costs, budget, lambda gain, day, cost: gain * (budget - day + cost))

    return both(best_plan=best_plan)


@wrong("best_plan", caught_by="no_better", kind="missing case", several=True)
def the_best_set_in_the_order_of_columns():
    return both(best_plan=lambda tags, n, costs, budget: sorted(subsets(tags, costs, budget)))


@wrong("best_plan", caught_by="no_better", kind="missing case", several=True)
def the_budget_forgotten():
    return both(best_plan=lambda tags, n, costs, budget: subsets(tags, costs, sum(costs) + budget))


@wrong("best_plan", caught_by="eleven_tags", kind="missing case", several=True)
def exact_for_six_tags_only():
    by_day = greedy(lambda gain, cost, day, budget: gain / cost)
    few = lambda tags, n, costs, budget: subsets(tags, costs, budget)  # noqa: E731
    return both(best_plan=lambda tags, n, costs, budget: (few if len(costs) <= 6 else by_day)(tags, n, costs, budget))


@wrong("best_plan", caught_by="plan_house", kind="mutation", several=True)
def strikes_out_what_is_cured():
    def best_plan(tags, n, costs, budget):
        plan = subsets(tags, costs, budget)
        tags[tags[:, plan].any(axis=1)] = False
        return plan

    return both(best_plan=best_plan)


@wrong("best_plan", caught_by="fractions", kind="dtype", several=True)
def whole_days_only():
    return both(best_plan=lambda tags, n, costs, budget: subsets(tags, [int(np.ceil(c)) for c in costs], int(budget)))


@right("best_plan", several=True)
def remembered_recursion():
    def best_plan(tags, n, costs, budget):
        m = tags.shape[1]

        @functools.cache
        def rest(done):
            """The best area from here on, and how it is had."""
            day = sum(costs[k] for k in range(m) if done >> k & 1)
            cured = mended(tags, [k for k in range(m) if done >> k & 1])
            options = [(0.0, ())]
            for k in range(m):
                if not done >> k & 1 and day + costs[k] <= budget:
                    area, plan = rest(done | 1 << k)
                    gain = mended(tags, [j for j in range(m) if (done | 1 << k) >> j & 1]) - cured
                    options.append((area + gain * (budget - day - costs[k]), (k, *plan)))
            return max(options)

        return list(rest(0)[1])

    return both(ceiling=lambda tags, n, chosen: (n - sum(not row[list(chosen)].any() for row in tags)) / n, best_plan=best_plan)


@right("best_plan", several=True)
def only_cures_that_help():
    def best_plan(tags, n, costs, budget):
        plan = subsets(tags, costs, budget)
        return np.array([k for i, k in enumerate(plan) if mended(tags, plan[: i + 1]) > mended(tags, plan[:i])], dtype=int)

    def ceiling(tags, n, chosen):
        return float(np.mean(np.r_[np.ones(n - len(tags)), tags[:, list(chosen)].sum(axis=1) > 0]))

    return both(ceiling, best_plan)


@right("best_plan", several=True)
def bits():
    def best_plan(tags, n, costs, budget):
        m = tags.shape[1]
        masks = [sum(1 << i for i, on in enumerate(column) if on) for column in tags.T]
        table = {0: (0.0, 0, 0.0, ())}
        for done in range(1 << m):
            if done not in table:
                continue
            area, cured, day, plan = table[done]
            for k in range(m):
                new, end = done | 1 << k, day + costs[k]
                if new == done or end > budget:
                    continue
                gained = area + (masks[k] & ~cured).bit_count() * (budget - end)
                if new not in table or gained > table[new][0]:
                    table[new] = gained, cured | masks[k], end, (*plan, k)
        return list(max(table.values(), key=lambda row: row[0])[3])

    return both(best_plan=best_plan)


# ------------------------------------------------------------------------------------------- find_slice
def all_slices(tags, singles=True, pairs=True):
    """Columns of the slices, and the slices (n, number)."""
    m = tags.shape[1]
    names = [(i,) for i in range(m)] * singles + list(itertools.combinations(range(m), 2)) * pairs
    return names, np.column_stack([tags[:, list(name)].all(axis=1) for name in names]).astype(float)


def excess(dealt, slices):
    """Mistakes above what luck gives, in units of luck's spread: (shuffles, slices)."""
    n, rows, share = len(slices), slices.sum(axis=0), dealt[0].mean()
    spread = np.sqrt(rows * (n - rows) / max(n - 1, 1) * share * (1 - share))
    return np.where(spread > 0, dealt @ slices - rows * share, 0) / np.where(spread > 0, spread, 1)


def searched(tags, wrong, shuffles, rng, score=excess, deal=None, p_of=None, **which):
    """The search with one part exchanged."""
    names, slices = all_slices(tags, **which)
    deal = deal or rng.permutation
    dealt = np.stack([wrong, *(deal(wrong) for _ in range(shuffles))]).astype(float)
    scores = score(dealt, slices)
    best = int(scores[0].argmax())
    p = p_of(scores, best) if p_of else np.mean(scores.max(axis=1) >= scores[0, best] - 1e-9)
    return names[best], float(p)


@wrong("find_slice", caught_by="honest_search", kind="mathematics", headline=True)
def luck_of_the_found_slice_alone(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, p_of=lambda scores, best: np.mean(scores[:, best] >= scores[0, best] - 1e-9))


@wrong("find_slice", caught_by="large_slice", kind="mathematics")
def highest_share_of_mistakes(tags, wrong, shuffles, rng):
    def score(dealt, slices):
        rows = slices.sum(axis=0)
        return np.where(rows > 0, dealt @ slices / np.maximum(rows, 1), 0)

    return searched(tags, wrong, shuffles, rng, score)


@wrong("find_slice", caught_by="small_slice", kind="mathematics")
def most_mistakes(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, lambda dealt, slices: dealt @ slices)


@wrong("find_slice", caught_by="no_doubt", kind="missing case")
def p_can_be_nought(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, p_of=lambda s, best: np.mean(s[1:].max(axis=1) >= s[0, best] - 1e-9))


@wrong("find_slice", caught_by="one_tag", kind="mathematics")
def both_directions(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, lambda dealt, slices: np.abs(excess(dealt, slices)))


@wrong("find_slice", caught_by="one_tag", kind="mathematics")
def only_more_than_seen(tags, wrong, shuffles, rng):
    return searched(
        tags, wrong, shuffles, rng, p_of=lambda s, best: (1 + np.sum(s[1:].max(axis=1) > s[0, best] + 1e-9)) / len(s)
    )


@wrong("find_slice", caught_by="one_tag", kind="mathematics")
def drawn_with_replacement(tags, wrong, shuffles, rng):
    def score(dealt, slices):
        return dealt @ slices - np.outer(dealt.mean(axis=1), slices.sum(axis=0))

    return searched(tags, wrong, shuffles, rng, score, deal=lambda wrong: rng.choice(wrong, len(wrong)))


@wrong("find_slice", caught_by="small_slice", kind="missing case")
def single_tags_only(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, pairs=False)


@wrong("find_slice", caught_by="one_tag", kind="missing case")
def pairs_only(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, rng, singles=tags.shape[1] == 1, p_of=None) if tags.shape[1] > 1 else ((0,), 1.0)


@wrong("find_slice", caught_by="small_slice", kind="mathematics")
def two_tags_either(tags, wrong, shuffles, rng):
    m = tags.shape[1]
    names = [(i,) for i in range(m)] + list(itertools.combinations(range(m), 2))
    slices = np.column_stack([tags[:, list(name)].any(axis=1) for name in names]).astype(float)
    dealt = np.stack([wrong, *(rng.permutation(wrong) for _ in range(shuffles))]).astype(float)
    scores = excess(dealt, slices)
    return names[int(scores[0].argmax())], float(np.mean(scores.max(axis=1) >= scores[0].max() - 1e-9))


@wrong("find_slice", caught_by="large_slice", kind="mathematics")
def times_the_number_of_slices(tags, wrong, shuffles, rng):
    """Bonferroni's rule on top of each slice's own shuffles: with 99 of them nothing is ever found among 36."""
    m = tags.shape[1] * (tags.shape[1] + 1) // 2
    return searched(
        tags, wrong, shuffles, rng, p_of=lambda scores, best: min(1.0, m * np.mean(scores[:, best] >= scores[0, best] - 1e-9))
    )


@wrong("find_slice", caught_by="no_finding", kind="missing case")
def nothing_wrong_is_nan(tags, wrong, shuffles, rng):
    def score(dealt, slices):
        n, rows, share = len(slices), slices.sum(axis=0), dealt[0].mean()
        with np.errstate(all="ignore"):
            return np.nan_to_num((dealt @ slices - rows * share) / np.sqrt(rows * (n - rows) * share * (1 - share)), nan=-1e9)

    names, p = searched(tags, wrong, shuffles, rng, score)
    return names, p if wrong.any() else 1 / (shuffles + 1)


@wrong("find_slice", caught_by="slice_house", kind="mathematics")
def numpys_own_chance(tags, wrong, shuffles, rng):
    return searched(tags, wrong, shuffles, np.random.default_rng())


@wrong("find_slice", caught_by="slice_house", kind="mutation")
def shuffles_the_mistakes_themselves(tags, wrong, shuffles, rng):
    def deal(_):
        rng.shuffle(wrong)
        return wrong.copy()

    first = wrong.copy()
    names, slices = all_slices(tags)
    scores = excess(np.stack([first, *(deal(None) for _ in range(shuffles))]).astype(float), slices)
    return names[int(scores[0].argmax())], float(np.mean(scores.max(axis=1) >= scores[0].max() - 1e-9))


@wrong("find_slice", caught_by="large_slice", kind="mathematics")
def rows_of_the_tags_shuffled_too(tags, wrong, shuffles, rng):
    """The sizes of the slices change with each shuffle of each column, and the share is what is compared."""
    names, slices = all_slices(tags)
    largest, best = [], None
    for k in range(shuffles + 1):
        table = tags if k == 0 else np.column_stack([rng.permutation(column) for column in tags.T])
        _, slices = all_slices(table)
        rows = slices.sum(axis=0)
        scores = np.where(rows > 2, (wrong @ slices) / np.maximum(rows, 1), 0)
        largest.append(scores.max())
        best = names[int(scores.argmax())] if k == 0 else best
    return best, float(np.mean(np.array(largest) >= largest[0] - 1e-9))


@right("find_slice")
def shuffle_after_shuffle(tags, wrong, shuffles, rng):
    names, slices = all_slices(tags)
    keep = (slices.sum(axis=0) > 0) & (slices.sum(axis=0) < len(tags))
    if not keep.any():
        return names[0], 1.0
    names, slices = [name for name, kept in zip(names, keep, strict=True) if kept], slices[:, keep]
    rows = slices.sum(axis=0)
    root = np.sqrt(rows * (1 - rows / len(tags)))
    truth = (wrong @ slices - rows * wrong.mean()) / root
    drawn = [(rng.permutation(wrong) @ slices - rows * wrong.mean()) / root for _ in range(shuffles)]
    reach = sum(one.max() >= truth.max() - 1e-9 for one in drawn)
    return list(names[int(truth.argmax())]), (1 + reach) / (1 + shuffles)


@right("find_slice")
def against_the_others(tags, wrong, shuffles, rng):
    """The difference of shares inside and outside, in units of its spread: the same order as the excess."""

    def score(dealt, slices):
        rows = slices.sum(axis=0)
        others = len(slices) - rows
        inside, outside = dealt @ slices / np.maximum(rows, 1), dealt @ (1 - slices) / np.maximum(others, 1)
        fits = (rows > 0) & (others > 0)
        return np.where(fits, (inside - outside) / np.sqrt(1 / np.maximum(rows, 1) + 1 / np.maximum(others, 1)), 0)

    return searched(tags, wrong, shuffles, rng, score)


@right("find_slice")
def likelihood_ratio(tags, wrong, shuffles, rng):
    """Another measure: how much more likely the mistakes are with a share of their own inside, where that is the larger one."""

    def entropy(k, n):
        share = k / np.maximum(n, 1)
        with np.errstate(all="ignore"):
            return np.nan_to_num(k * np.log(share)) + np.nan_to_num((n - k) * np.log(1 - share))

    def score(dealt, slices):
        n, rows, total = len(slices), slices.sum(axis=0), dealt[0].sum()
        k = dealt @ slices
        gain = entropy(k, rows) + entropy(total - k, n - rows) - entropy(total, n)
        return np.where(k * n > rows * total, np.round(gain, 9), -np.round(gain, 9))

    return searched(tags, wrong, shuffles, rng, score)


# ------------------------------------------------------------------------------------------- out_of_sample
def crossed(fit, X, y, groups, folds, rng, fold_of=None, shown=None, place=None, K=None):
    """The answer with one part exchanged."""
    names, member = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError("a single group cannot be judged")
    folds = min(folds, len(names))
    fold = fold_of(names, member, folds) if fold_of else (rng.permutation(len(names)) % folds)[member]
    judged = None
    for k in range(folds):
        out = fold == k
        if not out.any():
            continue
        learnt = shown(out, fold, k) if shown else ~out
        said = fit(X[learnt], y[learnt])(X[out])
        judged = np.zeros((len(X), K or int(y.max()) + 1), said.dtype) if judged is None else judged
        if place:
            place(judged, out, said)
        else:
            judged[np.ix_(out, np.unique(y[learnt]))] = said
    return judged


@wrong("out_of_sample", caught_by="never_seen", kind="mathematics", headline=True)
def judged_by_a_model_of_all_rows(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) < 2:
        raise ValueError("one group")
    said = fit(X, y)(X)
    out = np.zeros((len(X), int(y.max()) + 1), said.dtype)
    out[:, np.unique(y)] = said
    return out


@wrong("out_of_sample", caught_by="never_its_group", kind="mathematics", headline=True)
def groups_forgotten(fit, X, y, groups, folds, rng):
    return crossed(fit, X, y, groups, folds, rng, lambda names, member, folds: rng.permutation(len(X)) % folds)


@wrong("out_of_sample", caught_by="right_columns", kind="missing case", headline=True)
def columns_as_they_come(fit, X, y, groups, folds, rng):
    def place(judged, out, said):
        judged[out, : said.shape[1]] = said

    return crossed(fit, X, y, groups, folds, rng, place=place)


@wrong("out_of_sample", caught_by="by_chance", kind="mathematics")
def folds_in_the_order_of_rows(fit, X, y, groups, folds, rng):
    def fold_of(names, member, folds):
        return (np.arange(len(names)) * folds // len(names))[member]

    return crossed(fit, X, y, groups, folds, rng, fold_of)


@wrong("out_of_sample", caught_by="enough_to_learn", kind="mathematics")
def each_group_draws_its_fold(fit, X, y, groups, folds, rng):
    def fold_of(names, member, folds):
        while True:
            fold = rng.integers(folds, size=len(names))
            if len(np.unique(fold)) > 1:
                return fold[member]

    return crossed(fit, X, y, groups, folds, rng, fold_of)


@wrong("out_of_sample", caught_by="enough_to_learn", kind="mathematics")
def learns_from_one_fold(fit, X, y, groups, folds, rng):
    return crossed(fit, X, y, groups, folds, rng, shown=lambda out, fold, k: fold == (k + 1) % (fold.max() + 1))


@wrong("out_of_sample", caught_by="enough_to_learn", kind="missing case")
def one_training_a_row(fit, X, y, groups, folds, rng):
    return crossed(fit, X, y, groups, len(np.unique(groups)), rng, lambda names, member, folds: member)


@wrong("out_of_sample", caught_by="never_seen", kind="mathematics")
def answers_in_the_order_of_folds(fit, X, y, groups, folds, rng):
    out = crossed(fit, X, y, groups, folds, rng)
    return out[rng.permutation(len(X))]


@wrong("out_of_sample", caught_by="few_groups", kind="missing case")
def one_group_is_judged_anyway(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) < 2:
        return np.full((len(X), int(y.max()) + 1), 1 / (int(y.max()) + 1))
    return crossed(fit, X, y, groups, folds, rng)


@wrong("out_of_sample", caught_by="sample_house", kind="mathematics")
def chance_of_its_own(fit, X, y, groups, folds, rng):
    return crossed(fit, X, y, groups, folds, np.random.default_rng())


@wrong("out_of_sample", caught_by="sample_house", kind="mutation")
def sorts_the_rows(fit, X, y, groups, folds, rng):
    order = np.argsort(groups, kind="stable")
    X[:], y[:], groups[:] = X[order], y[order], groups[order]
    out = crossed(fit, X.copy(), y.copy(), groups.copy(), folds, rng)
    back = np.empty_like(out)
    back[order] = out
    return back


@wrong("out_of_sample", caught_by="right_columns", kind="mathematics")
def missing_labels_share_what_is_left(fit, X, y, groups, folds, rng):
    out = crossed(fit, X, y, groups, folds, rng)
    out = np.maximum(out, 0.01)
    return out / out.sum(axis=1, keepdims=True)


@wrong("out_of_sample", caught_by="right_columns", kind="shape")
def one_column_for_each_label_that_occurs(fit, X, y, groups, folds, rng):
    out = crossed(fit, X, y, groups, folds, rng)
    return out[:, np.unique(y)]


@wrong("out_of_sample", caught_by="enough_to_learn", kind="mathematics")
def half_and_half(fit, X, y, groups, folds, rng):
    return crossed(fit, X, y, groups, 2, rng)


@right("out_of_sample")
def dealt_in_pieces(fit, X, y, groups, folds, rng):
    names = np.array(sorted(set(groups.tolist())))
    if len(names) == 1:
        raise ValueError("there is only one group")
    rng.shuffle(names)
    judged = [None] * len(X)
    for part in np.array_split(names, min(folds, len(names))):
        out = np.flatnonzero(np.isin(groups, part))
        learnt = np.setdiff1d(np.arange(len(X)), out)
        labels = sorted(set(y[learnt].tolist()))
        said = fit(X[learnt], y[learnt])(X[out])
        for row, p in zip(out, said, strict=True):
            judged[row] = np.zeros(int(y.max()) + 1, said.dtype)
            judged[row][labels] = p
    return np.array(judged)


@right("out_of_sample")
def asks_about_every_row(fit, X, y, groups, folds, rng):
    """Each model is asked about all rows, and only its own part is kept."""
    names, member = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError("no two groups")
    fold = np.empty(len(names), int)
    fold[rng.permutation(len(names))] = np.arange(len(names)) % folds
    fold, K = fold[member], int(y.max()) + 1
    total = 0
    for k in np.unique(fold):
        keep = fold == k
        labels = np.unique(y[~keep])
        said = fit(X[~keep], y[~keep])(X)
        total = total + np.where(keep[:, None], said @ np.eye(K, dtype=said.dtype)[labels], 0).astype(said.dtype)
    return total


@right("out_of_sample")
def by_sorted_noise(fit, X, y, groups, folds, rng):
    noise = {name: rng.random() for name in sorted(set(groups.tolist()))}
    ranked = sorted(noise, key=noise.get)
    if len(ranked) < 2:
        raise ValueError("two groups are needed")
    place = {name: k % folds for k, name in enumerate(ranked)}
    return crossed(fit, X, y, groups, folds, rng, lambda names, member, f: np.array([place[g] for g in groups.tolist()]))


# ------------------------------------------------------------------------------------------- mismatch
def standard(rows):
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    return mean, np.where(spread > 0, spread, 1)


def z(X, scale):
    return (X - scale[0]) / scale[1]


def four(fit, train, dev, human, share, rng, scale_from=None, learnt=None, each_by_itself=False, causes=None, aside_of=None):
    """The answer with one part exchanged."""
    X, y = train
    order = rng.permutation(len(X))
    if aside_of:
        order = aside_of(len(X))
    n = round(share * len(X))
    aside, rest = order[:n], order[n:]
    scale = standard(scale_from(X, rest, dev) if scale_from else X[rest])
    own = (lambda X: standard(X)) if each_by_itself else (lambda X: scale)
    rows = learnt(aside, rest) if learnt else rest
    predict = fit(z(X[rows], own(X[rows])), y[rows])
    error = lambda X, y: float(np.mean(predict(z(X, own(X))) != y))  # noqa: E731
    numbers = error(X[rest], y[rest]), error(X[aside], y[aside]), error(*dev)
    return (causes or split)(numbers, human)


def split(numbers, human):
    seen, unseen, foreign = numbers
    harder = human[1] - human[0]
    return {"bias": seen - human[0], "variance": unseen - seen, "harder": harder, "mismatch": foreign - unseen - harder}


@wrong("mismatch", caught_by="each_step", kind="mathematics", headline=True)
def scale_of_all_training_rows(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, lambda X, rest, dev: X)


@wrong("mismatch", caught_by="each_step", kind="mathematics", headline=True)
def scale_of_train_and_dev(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, lambda X, rest, dev: np.vstack([X[rest], dev[0]]))


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def each_part_by_its_own_scale(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, each_by_itself=True)


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def learns_from_training_dev_too(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, lambda X, rest, dev: X, learnt=lambda aside, rest: np.r_[aside, rest])


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def what_is_harder_counted_as_mismatch(fit, train, dev, human, share, rng):
    def causes(numbers, human):
        out = split(numbers, human)
        return out | {"mismatch": out["mismatch"] + out["harder"]}

    return four(fit, train, dev, human, share, rng, causes=causes)


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def bias_against_people_on_dev(fit, train, dev, human, share, rng):
    def causes(numbers, human):
        return split(numbers, human) | {"bias": numbers[0] - human[1]}

    return four(fit, train, dev, human, share, rng, causes=causes)


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def variance_from_dev(fit, train, dev, human, share, rng):
    def causes(numbers, human):
        return split((numbers[0], numbers[2], numbers[2]), human)

    return four(fit, train, dev, human, share, rng, causes=causes)


@wrong("mismatch", caught_by="each_step", kind="missing case")
def nothing_below_nought(fit, train, dev, human, share, rng):
    def causes(numbers, human):
        return {name: max(v, 0.0) for name, v in split(numbers, human).items()}

    return four(fit, train, dev, human, share, rng, causes=causes)


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def accuracies_for_errors(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, causes=lambda numbers, human: split([1 - e for e in numbers], human))


@wrong("mismatch", caught_by="each_step", kind="mathematics")
def share_is_what_is_learnt_from(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, 1 - share, rng)


@wrong("mismatch", caught_by="drawn_by_chance", kind="mathematics")
def the_last_rows(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, rng, aside_of=lambda n: np.arange(n)[::-1])


@wrong("mismatch", caught_by="mismatch_house", kind="mathematics")
def one_draw_for_all(fit, train, dev, human, share, rng):
    return four(fit, train, dev, human, share, np.random.default_rng())


@wrong("mismatch", caught_by="mismatch_house", kind="mutation")
def standardises_dev_in_place(fit, train, dev, human, share, rng):
    X, y = train
    order = rng.permutation(len(X))
    aside, rest = np.split(order, [round(share * len(X))])
    scale = standard(X[rest])
    dev[0][:] = z(dev[0], scale)
    predict = fit(z(X[rest], scale), y[rest])
    numbers = [float(np.mean(predict(a) != b)) for a, b in ((z(X[rest], scale), y[rest]), (z(X[aside], scale), y[aside]), dev)]
    return split(numbers, human)


@wrong("mismatch", caught_by="each_step", kind="shape")
def causes_in_per_cent(fit, train, dev, human, share, rng):
    return {name: 100 * v for name, v in four(fit, train, dev, human, share, rng).items()}


@right("mismatch")
def one_row_more_at_a_time(fit, train, dev, human, share, rng):
    X, y = train
    aside = np.zeros(len(X), bool)
    aside[rng.choice(len(X), round(share * len(X)), replace=False)] = True
    scale = standard(X[~aside])
    predict = fit(z(X[~aside], scale), y[~aside])
    parts = ((X[~aside], y[~aside]), (X[aside], y[aside]), dev)
    numbers = [
        sum(int(predict(z(row[None], scale))[0] != label) for row, label in zip(*part, strict=True)) / len(part[1])
        for part in parts
    ]
    return split(numbers, human)


@right("mismatch")
def all_rows_at_once(fit, train, dev, human, share, rng):
    X, y = np.concatenate([train[0], dev[0]]), np.concatenate([train[1], dev[1]])
    part = np.full(len(X), 2)
    part[: len(train[0])] = rng.permutation(np.arange(len(train[0])) < round(share * len(train[0]))).astype(int)
    scale = standard(X[part == 0])
    wrong = fit(z(X, scale)[part == 0], y[part == 0])(z(X, scale)) != y
    return split([wrong[part == k].mean() for k in range(3)], human)


@right("mismatch")
def the_last_step_is_what_is_left(fit, train, dev, human, share, rng):
    found = {}

    def causes(numbers, human):
        found["dev"] = numbers[2]
        out = split(numbers, human)
        return out | {"mismatch": found["dev"] - human[0] - out["bias"] - out["variance"] - out["harder"]}

    return four(fit, train, dev, human, share, rng, causes=causes)


# ------------------------------------------------------------------------------------------- relabel
def labelled(p, y):
    """The probability of each row's label."""
    return p[np.arange(len(y)), y]


def newton(A, y, penalty, steps=12):
    w = np.zeros(A.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(A @ w, -30, 30)))
        w = w - np.linalg.solve(
            (A * (p * (1 - p))[:, None]).T @ A / len(A) + penalty * np.eye(len(w)), A.T @ (p - y) / len(A) + penalty * w
        )
    return w


def of_tags(X):
    return [j for j in range(X.shape[1]) if np.isin(X[:, j], (0, 1)).all()]


def squares(X):
    """All products of two columns."""
    i, j = np.triu_indices(X.shape[1])
    return np.hstack([np.ones((len(X), 1)), X, X[:, i] * X[:, j]])


def own_judge(X, y, rng, features, penalty, rounds=1):
    """Out-of-sample probabilities of logistic regression on these features."""
    A, p = features(X), np.zeros(len(X))
    for _ in range(rounds):
        fold = rng.permutation(len(X)) % 5
        for k in range(5):
            p[fold == k] += 1 / (1 + np.exp(-np.clip(A[fold == k] @ newton(A[fold != k], y[fold != k], penalty), -30, 30)))
    return np.column_stack([1 - p / rounds, p / rounds])


@entry("relabel", band="nothing")
def rows_by_chance():
    return {"choose": lambda X, y, probabilities, budget, rng: rng.choice(len(X), budget, replace=False)}


@entry("relabel", band="nothing")
def nearest_to_a_half():
    return {"choose": lambda X, y, probabilities, budget, rng: np.argsort(np.abs(probabilities[:, 1] - 0.5))[:budget]}


@entry("relabel", band="baseline")
def least_probable_label():
    return {"choose": lambda X, y, probabilities, budget, rng: np.argsort(labelled(probabilities, y), kind="stable")[:budget]}


@entry("relabel", band="gets going")
def half_of_each():
    """Half of the rows by the given probabilities, half by a judge of one's own."""

    def choose(X, y, probabilities, budget, rng):
        given = np.argsort(labelled(probabilities, y), kind="stable")
        own = np.argsort(labelled(own_judge(X, y, rng, squares, 0.03), y))
        return np.concatenate([own[: budget // 2], given[~np.isin(given, own[: budget // 2])][: budget - budget // 2]])

    return {"choose": choose}


@entry("relabel", band="good")
def judged_by_squares():
    def choose(X, y, probabilities, budget, rng):
        return np.argsort(labelled(own_judge(X, y, rng, squares, 0.03), y))[:budget]

    return {"choose": choose}


@entry("relabel", band="excellent")
def tags_may_turn_the_rule():
    def choose(X, y, probabilities, budget, rng):
        tags = of_tags(X)
        numbers = [j for j in range(X.shape[1]) if j not in tags]

        def crossed(X):
            return np.hstack([X, np.ones((len(X), 1)), *(X[:, [tag]] * X[:, numbers] for tag in tags)])

        return np.argsort(labelled(own_judge(X, y, rng, crossed, 0.03, rounds=4), y))[:budget]

    return {"choose": choose}


@entry("relabel", band="refused")
def one_row_too_many():
    return {"choose": lambda X, y, probabilities, budget, rng: np.arange(budget + 1)}
