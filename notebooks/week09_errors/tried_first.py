"""Programs for week 9, written from its contracts alone."""

import itertools

import numpy as np

from autograder.cases import program


# ------------------------------------------------------------------------------------------- masked_loss
def _masked(logits, labels, tasks=True, known=lambda L: L >= 0, safe=True, count="known"):
    z = np.asarray(logits)
    z = z if z.dtype.kind == "f" else z.astype(float)
    L = np.asarray(labels)
    mask = known(L)
    y = np.where(mask, L, 0).astype(z.dtype)
    each = np.logaddexp(0, z) - y * z
    if not safe:
        with np.errstate(all="ignore"):
            p = 1 / (1 + np.exp(-z))
            each = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    with np.errstate(over="ignore"):
        slope = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))) - y
    n = mask.sum(axis=0)
    there = n > 0
    if not there.any():
        return 0.0, np.zeros_like(z)
    if tasks:
        below = np.maximum(n, 1) if count == "known" else np.full(len(n), len(z))
        weight = np.where(mask, 1.0 / below / (there.sum() if count != "all tasks" else len(n)), 0.0)
    else:
        weight = mask / mask.sum()
    return float(np.sum(np.where(mask, each, 0) * weight)), (np.where(mask, slope, 0) * weight).astype(z.dtype)


@program("masked_loss", breaks="mean over a task's known labels, then over tasks")
def b_mean_over_all_known_labels(logits, labels):
    return _masked(logits, labels, tasks=False)


@program("masked_loss", breaks="a task's mean is over its known labels, not over all rows")
def b_divided_by_all_rows(logits, labels):
    return _masked(logits, labels, count="rows")


@program("masked_loss", breaks="a task without a known label is left out")
def b_empty_tasks_count(logits, labels):
    loss, d = _masked(logits, labels)
    labels = np.asarray(labels)
    share = np.mean((labels >= 0).any(axis=0)) if labels.size else 0
    return loss * share, d * d.dtype.type(share)


@program("masked_loss", breaks="-1 means that nobody knows")
def b_unknown_is_no(logits, labels):
    return _masked(logits, np.maximum(labels, 0))


@program("masked_loss", breaks="logits of 1000 are no trouble")
def b_log_of_the_sigmoid(logits, labels):
    return _masked(logits, labels, safe=False)


@program("masked_loss", breaks="logits of 1000: not clipped either")
def b_clipped_probabilities(logits, labels):
    return _masked(np.clip(logits, -15, 15), labels)


@program("masked_loss", breaks="known zeros are known")
def b_only_yes_is_known(logits, labels):
    return _masked(logits, labels, known=lambda L: L > 0)


@program("masked_loss", breaks="d_logits is the gradient of the loss: means and all")
def b_gradient_of_the_sum(logits, labels):
    loss, d = _masked(logits, labels)
    n = (np.asarray(labels) >= 0).sum(axis=0)
    return loss, d * np.maximum(n, 1).astype(d.dtype) * max(int((n > 0).sum()), 1)


@program("masked_loss", breaks="d_logits is 0 where nobody knows")
def b_slopes_everywhere(logits, labels):
    loss, d = _masked(logits, labels)
    z = np.asarray(logits, d.dtype)
    return loss, np.where(np.asarray(labels) >= 0, d, (1 / (1 + np.exp(-np.clip(z, -30, 30)))).astype(d.dtype) / max(d.size, 1))


@program("masked_loss", breaks="if nothing is known the loss is 0")
def b_nan_if_nothing_is_known(logits, labels):
    loss, d = _masked(logits, labels)
    return (loss, d) if np.any(np.asarray(labels) >= 0) else (np.nan, d)


@program("masked_loss", breaks="the sign of the gradient")
def b_uphill(logits, labels):
    loss, d = _masked(logits, labels)
    return loss, -d


@program("masked_loss", breaks="float32 stays float32")
def b_gradient_in_float64(logits, labels):
    loss, d = _masked(logits, labels)
    return loss, d.astype(float)


@program("masked_loss", breaks="inputs stay as they were")
def b_fills_the_holes_in_place(logits, labels):
    out = _masked(logits, labels)
    labels[labels < 0] = 0
    return out


@program("masked_loss")
def b_task_by_task(logits, labels):
    z = np.asarray(logits, np.result_type(np.asarray(logits), np.float32))
    L, d, losses = np.asarray(labels), np.zeros_like(z), []
    tasks = [k for k in range(z.shape[1]) if (L[:, k] >= 0).any()]
    for k in tasks:
        rows = np.flatnonzero(L[:, k] >= 0)
        s = np.where(L[rows, k] == 1, -z[rows, k], z[rows, k])
        losses.append(np.mean(np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))))
        p = np.exp(-np.logaddexp(0, -z[rows, k]))
        d[rows, k] = (p - L[rows, k]) / len(rows) / len(tasks)
    return (float(np.mean(losses)) if losses else 0.0), d


@program("masked_loss")
def b_as_defined(logits, labels):
    return _masked(logits, labels)


@program("masked_loss")
def b_number_by_number(logits, labels):
    z = np.asarray(logits, np.result_type(np.asarray(logits), np.float32))
    L, d, total = np.asarray(labels), np.zeros_like(z), 0.0
    known = (L >= 0).sum(axis=0)
    tasks = int((known > 0).sum())
    for i, k in np.argwhere(L >= 0):
        x = float(z[i, k])
        p = 1 / (1 + np.exp(-x)) if x >= 0 else np.exp(x) / (1 + np.exp(x))
        total += (np.logaddexp(0, -x) if L[i, k] else np.logaddexp(0, x)) / known[k] / tasks
        d[i, k] = (p - L[i, k]) / known[k] / tasks
    return float(total), d


# ------------------------------------------------------------------------------------------- best_plan
def _ceiling(tags, n, chosen):
    tags = np.asarray(tags, bool)
    cured = tags[:, list(chosen)].any(axis=1).sum() if len(chosen) else 0
    return float((n - len(tags) + cured) / n)


def _ceilings_by_sets(tags, n):
    tags = np.asarray(tags, bool)
    m = tags.shape[1]
    codes = (tags * (1 << np.arange(m))).sum(axis=1) if m else np.zeros(len(tags), int)
    return np.array([(n - len(tags) + int(np.sum((codes & s) > 0))) / n for s in range(1 << m)])


def _plan(tags, n, costs, budget, value=None, within=True):
    """Dynamic programming over sets: the best area under the curve from the state 'these are cured' to the end."""
    tags = np.asarray(tags, bool)
    m, share = tags.shape[1], value if value is not None else _ceilings_by_sets(tags, n)
    days = [sum(costs[k] for k in range(m) if s >> k & 1) for s in range(1 << m)]
    best, step = {}, {}
    for s in range((1 << m) - 1, -1, -1):
        if days[s] > budget + 1e-9:
            continue
        best[s], step[s] = share[s] * (budget - days[s]), None
        for k in range(m):
            t = s | 1 << k
            if t != s and t in best:
                area = share[s] * costs[k] + best[t]
                if area > best[s] + 1e-12:
                    best[s], step[s] = area, k
    s, order = 0, []
    while step[s] is not None:
        order.append(int(step[s]))
        s |= 1 << step[s]
    return order


def _plans(ceiling=_ceiling, best_plan=_plan):
    return {"ceiling": ceiling, "best_plan": best_plan}


@program("best_plan", breaks="a mistake with several chosen tags is one mistake", several=True)
def b_tags_added_up():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, bool)
        return float((n - len(tags) + tags[:, list(chosen)].sum()) / n)

    return _plans(ceiling)


@program("best_plan", breaks="mistakes that have one of the chosen tags are cured, not only those that have all", several=True)
def b_only_those_with_all_tags():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, bool)
        return float((n - len(tags) + (tags[:, list(chosen)].all(axis=1).sum() if len(chosen) else 0)) / n)

    return _plans(ceiling)


@program("best_plan", breaks="the share of the n rows that are right", several=True)
def b_share_of_the_mistakes():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, bool)
        return float(tags[:, list(chosen)].any(axis=1).mean()) if len(chosen) and len(tags) else 0.0

    return _plans(ceiling)


@program("best_plan", breaks="no other plan has a higher mean: greedy by gain a day is not exact", several=True)
def b_greedy_by_gain_a_day():
    def best_plan(tags, n, costs, budget):
        tags, chosen, day = np.asarray(tags, bool), [], 0.0
        while True:
            now = _ceiling(tags, n, chosen)
            open_ = [k for k in range(tags.shape[1]) if k not in chosen and day + costs[k] <= budget]
            gains = {k: (_ceiling(tags, n, [*chosen, k]) - now) / costs[k] for k in open_}
            if not gains or max(gains.values()) <= 0:
                return chosen
            k = max(gains, key=gains.get)
            chosen, day = [*chosen, k], day + costs[k]

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="costs count: the largest tag first is not the best", several=True)
def b_largest_tag_first():
    def best_plan(tags, n, costs, budget):
        out, day = [], 0.0
        for k in np.argsort(-np.asarray(tags, bool).sum(axis=0), kind="stable"):
            if day + costs[k] <= budget:
                out, day = [*out, int(k)], day + costs[k]
        return out

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="tags overlap: gains are not those of each tag alone", several=True)
def b_as_if_tags_never_overlapped():
    def best_plan(tags, n, costs, budget):
        tags = np.asarray(tags, bool)
        alone = tags.sum(axis=0)
        value = np.array([sum(alone[k] for k in range(tags.shape[1]) if s >> k & 1) / n for s in range(1 << tags.shape[1])])
        return _plan(tags, n, costs, budget, value)

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="all cures are done within the budget", several=True)
def b_one_cure_too_many():
    def best_plan(tags, n, costs, budget):
        order = _plan(tags, n, costs, budget)
        left = [k for k in range(np.asarray(tags).shape[1]) if k not in order]
        return order + left[:1]

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="measured by the mean over the days, not by the end", several=True)
def b_best_at_the_end():
    def best_plan(tags, n, costs, budget):
        share, m = _ceilings_by_sets(tags, n), np.asarray(tags).shape[1]
        fit = [s for s in range(1 << m) if sum(costs[k] for k in range(m) if s >> k & 1) <= budget]
        best = max(fit, key=lambda s: share[s])
        return [k for k in range(m) if best >> k & 1]

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="a cure helps from the day on which it is done", several=True)
def b_helps_from_the_first_day():
    def best_plan(tags, n, costs, budget):
        tags = np.asarray(tags, bool)
        m, share, best = tags.shape[1], _ceilings_by_sets(tags, n), (-1.0, [])
        for size in range(min(m, 6) + 1):
            for order in itertools.permutations(range(m), size):
                day, s, area = 0.0, 0, 0.0
                for k in order:
                    s |= 1 << k
                    area += share[s] * costs[k]
                    day += costs[k]
                if day <= budget + 1e-9:
                    best = max(best, (area + share[s] * (budget - day) + 1e-9 * size, list(order)), key=lambda b: b[0])
        return best[1]

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="costs may be fractions", several=True)
def b_whole_days():
    return _plans(best_plan=lambda tags, n, costs, budget: _plan(tags, n, [int(np.ceil(c)) for c in costs], budget))


@program("best_plan", breaks="eleven tags are no trouble", several=True)
def b_all_orders():
    def best_plan(tags, n, costs, budget):
        tags = np.asarray(tags, bool)
        m, share, best = tags.shape[1], _ceilings_by_sets(tags, n), (-1.0, [])
        for size in range(m + 1):
            for order in itertools.permutations(range(m), size):
                day, s, area = 0.0, 0, 0.0
                for k in order:
                    area, day = area + share[s] * costs[k], day + costs[k]
                    s |= 1 << k
                if day <= budget + 1e-9:
                    best = max(best, (area + share[s] * (budget - day), list(order)), key=lambda b: b[0])
        return best[1]

    return _plans(best_plan=best_plan)


@program("best_plan", breaks="an empty list of tags: the share that is right already", several=True)
def b_nothing_chosen_fails():
    return _plans(
        lambda tags, n, chosen: float(
            (
                n
                - len(tags)
                + np.logical_or.reduce([np.asarray(tags, bool)[:, k] for k in chosen] or [np.ones(len(tags), bool)]).sum()
            )
            / n
        )
    )


@program("best_plan", breaks="inputs stay as they were", several=True)
def b_strikes_cured_mistakes_out():
    def ceiling(tags, n, chosen):
        out = _ceiling(tags, n, chosen)
        tags[:, list(chosen)] = False
        return out

    return _plans(ceiling)


@program("best_plan", several=True)
def b_by_recursion_with_memory():
    def best_plan(tags, n, costs, budget):
        tags, memory = np.asarray(tags, bool), {}

        def go(done):
            if done not in memory:
                left = budget - sum(costs[k] for k in done)
                here = _ceiling(tags, n, sorted(done))
                found = (here * left, ())
                for k in range(tags.shape[1]):
                    if k not in done and costs[k] <= left + 1e-9:
                        area, rest = go(done | {k})
                        if here * costs[k] + area > found[0] + 1e-12:
                            found = (here * costs[k] + area, (k, *rest))
                memory[done] = found
            return memory[done]

        return list(go(frozenset())[1])

    return _plans(best_plan=best_plan)


@program("best_plan", several=True)
def b_forward_over_sets():
    def best_plan(tags, n, costs, budget):
        tags = np.asarray(tags, bool)
        m, share = tags.shape[1], _ceilings_by_sets(tags, n)
        base = share[0]
        state = {0: (0.0, 0.0, [])}  # set -> area above the base, days, order
        best = (0.0, [])
        for s in range(1 << m):
            if s not in state:
                continue
            area, day, order = state[s]
            best = max(best, (area + (share[s] - base) * (budget - day), order), key=lambda b: b[0])
            for k in range(m):
                t = s | 1 << k
                if t != s and day + costs[k] <= budget + 1e-9:
                    new = (area + (share[s] - base) * costs[k], day + costs[k], [*order, k])
                    if t not in state or new[0] > state[t][0]:
                        state[t] = new
        return best[1]

    return _plans(lambda tags, n, chosen: 1 - (~np.asarray(tags, bool)[:, list(chosen)].any(axis=1)).sum() / n, best_plan)


@program("best_plan", several=True)
def b_as_defined_plan():
    return _plans()


# ------------------------------------------------------------------------------------------- find_slice
def _columns(tags):
    tags = np.asarray(tags, bool)
    m = tags.shape[1]
    names = [(k,) for k in range(m)] + list(itertools.combinations(range(m), 2))
    S = np.stack([tags[:, c].all(axis=1) for c in ([list(n) for n in names])], axis=1).astype(float)
    return names, S


def _score(S, wrong):
    """How many standard deviations more mistakes than by chance; wrong (…, n)."""
    n, p = len(S), wrong.mean(axis=-1, keepdims=True)
    size = S.sum(axis=0)
    spread = np.sqrt(np.maximum(size * (n - size) / max(n - 1, 1), 1e-12) * np.maximum(p * (1 - p), 1e-12))
    return np.where((size > 0) & (size < n), (wrong @ S - size * p) / (spread + 0.5), -np.inf)


def _find(tags, wrong, shuffles, rng, score=_score, search=True, plus=True, pairs=True, sided=1):
    names, S = _columns(tags)
    if not pairs:
        m = np.asarray(tags).shape[1]
        names, S = names[:m], S[:, :m]
    w = np.asarray(wrong, float)
    if w.sum() == 0:
        return names[0], 1.0
    seen = score(S, w)
    best = int(np.argmax(seen if sided == 1 else np.abs(seen)))
    mixed = rng.permuted(np.tile(w, (shuffles, 1)), axis=1)
    scores = score(S, mixed)
    top = scores.max(axis=1) if search else scores[:, best]
    if sided == 2:
        top, value = np.abs(scores).max(axis=1), abs(seen[best])
    else:
        value = seen[best]
    count = int(np.sum(top >= value - 1e-9))
    return names[best], (count + 1) / (shuffles + 1) if plus else count / shuffles


@program("find_slice", breaks="p is honest about the whole search")
def b_p_of_the_winner_alone(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng, search=False)


@program("find_slice", breaks="p is at least 1 / (shuffles + 1)")
def b_p_may_be_nought(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng, plus=False)


@program("find_slice", breaks="a slice may be rows that have two tags both")
def b_single_tags_only(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng, pairs=False)


@program("find_slice", breaks="it finds a large slice: the highest rate names tiny slices")
def b_by_the_rate_of_mistakes(tags, wrong, shuffles, rng):
    return _find(
        tags, wrong, shuffles, rng, score=lambda S, w: np.where(S.sum(axis=0) > 0, w @ S / np.maximum(S.sum(axis=0), 1), -np.inf)
    )


@program("find_slice", breaks="it finds a small slice: the count of mistakes names the largest")
def b_by_the_count_of_mistakes(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng, score=lambda S, w: w @ S)


@program("find_slice", breaks="too few mistakes are no finding")
def b_both_directions(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng, sided=2)


@program("find_slice", breaks="without any mistake p is 1")
def b_smallest_p_without_mistakes(tags, wrong, shuffles, rng):
    if not np.any(wrong):
        return (0,), 1 / (shuffles + 1)
    return _find(tags, wrong, shuffles, rng)


@program("find_slice", breaks="one or two different columns")
def b_a_column_twice(tags, wrong, shuffles, rng):
    chosen, p = _find(tags, wrong, shuffles, rng)
    return (chosen * 2)[:2], p


@program("find_slice", breaks="all chance comes from rng")
def b_numpys_chance(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, np.random.default_rng())


@program("find_slice", breaks="all chance comes from rng: not from a seed of its own")
def b_its_own_seed(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, np.random.default_rng(1))


@program("find_slice", breaks="mistakes are shuffled, not drawn again")
def b_mistakes_drawn_with_replacement(tags, wrong, shuffles, rng):
    names, S = _columns(tags)
    w = np.asarray(wrong, float)
    if w.sum() == 0:
        return names[0], 1.0
    seen = _score(S, w)
    best = int(np.argmax(seen))
    rows = rng.integers(len(w), size=(shuffles, len(w)))
    top = np.array([_score(S[r], w[r]).max() for r in rows])
    return names[best], (int(np.sum(top >= seen[best])) + 1) / (shuffles + 1)


@program("find_slice", breaks="wrong stays as it was")
def b_shuffles_the_mistakes_themselves(tags, wrong, shuffles, rng):
    out = _find(tags, wrong, shuffles, rng)
    rng.shuffle(wrong)
    return out


@program("find_slice", breaks="p is honest: ties count as well")
def b_only_strictly_larger(tags, wrong, shuffles, rng):
    names, S = _columns(tags)
    w = np.asarray(wrong, float)
    if w.sum() == 0:
        return names[0], 1.0
    seen = _score(S, w)
    best = int(np.argmax(seen))
    top = _score(S, rng.permuted(np.tile(w, (shuffles, 1)), axis=1)).max(axis=1)
    return names[best], (int(np.sum(top > seen[best] + 1e-9)) + 1) / (shuffles + 1)


@program("find_slice")
def b_as_defined_slice(tags, wrong, shuffles, rng):
    return _find(tags, wrong, shuffles, rng)


@program("find_slice")
def b_shuffle_by_shuffle(tags, wrong, shuffles, rng):
    names, S = _columns(tags)
    w = np.array(wrong, float)
    if not w.any():
        return names[0], 1.0
    seen, above = _score(S, w), 1
    for _ in range(shuffles):
        above += _score(S, rng.permutation(w)).max() >= seen.max() - 1e-9
    return names[int(seen.argmax())], above / (shuffles + 1)


@program("find_slice")
def b_by_log_likelihood(tags, wrong, shuffles, rng):
    """Twice the log likelihood gained by a rate of its own, where it is higher than outside."""

    def gained(S, w):
        n, total, size = len(S), w.sum(axis=-1, keepdims=True), S.sum(axis=0)
        inside = w @ S

        def entropy(k, m):
            q = np.clip(k / np.maximum(m, 1e-9), 1e-12, 1 - 1e-12)
            return k * np.log(q) + (m - k) * np.log(1 - q)

        gain = entropy(inside, size) + entropy(total - inside, n - size) - entropy(total, n)
        return np.where((inside * n > total * size) & (size > 0) & (size < n), gain, -1.0)

    return _find(tags, wrong, shuffles, rng, score=gained)


# ------------------------------------------------------------------------------------------- out_of_sample
def _oos(fit, X, y, groups, folds, rng, deal=None, check=True, columns=True, by_row=False, K=None):
    X, y, groups = np.asarray(X), np.asarray(y), np.asarray(groups)
    if by_row:
        groups = np.arange(len(y))
    names = np.unique(groups)
    if check and len(names) < 2:
        raise ValueError("one group alone cannot be judged: no other rows are left to learn from")
    K = int(y.max()) + 1 if K is None else K
    parts = np.array_split(rng.permutation(names), min(folds, len(names))) if deal is None else deal(names)
    P = np.zeros((len(y), K))
    for part in parts:
        out = np.isin(groups, part)
        if not out.any() or out.all():
            continue
        predict = fit(X[~out], y[~out])
        said = np.asarray(predict(X[out]))
        if columns:
            P[np.ix_(np.flatnonzero(out), np.unique(y[~out]))] = said
        else:
            P[out, : said.shape[1]] = said
    return P


@program("out_of_sample", breaks="no row is judged by a model that saw another row of its group")
def b_rows_dealt_out(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng, by_row=True)


@program("out_of_sample", breaks="no row is judged by a model that has seen it")
def b_one_model_for_all(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) < 2:
        raise ValueError("a single group cannot be judged")
    P = np.zeros((len(y), int(np.max(y)) + 1))
    P[:, np.unique(y)] = fit(X, y)(X)
    return P


@program("out_of_sample", breaks="column k is the probability of label k")
def b_columns_as_they_come(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng, columns=False)


@program("out_of_sample", breaks="which groups are left out together is drawn")
def b_groups_in_their_order(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng, deal=lambda names: np.array_split(names, min(folds, len(names))))


@program("out_of_sample", breaks="any two are as likely together as any other two")
def b_a_random_start_in_their_order(fit, X, y, groups, folds, rng):
    return _oos(
        fit,
        X,
        y,
        groups,
        folds,
        rng,
        deal=lambda names: np.array_split(np.roll(names, rng.integers(len(names))), min(folds, len(names))),
    )


@program("out_of_sample", breaks="none of the models misses more than G / folds groups")
def b_a_fold_drawn_for_each_group(fit, X, y, groups, folds, rng):
    def deal(names):
        at = rng.integers(folds, size=len(names))
        at[: min(2, len(names))] = np.arange(min(2, len(names)))
        return [names[at == k] for k in range(folds)]

    return _oos(fit, X, y, groups, folds, rng, deal=deal)


@program("out_of_sample", breaks="fit is called at most folds times")
def b_each_group_alone(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng, deal=lambda names: [[g] for g in rng.permutation(names)])


@program("out_of_sample", breaks="a single group is a ValueError")
def b_a_single_group_gets_noughts(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng, check=False)


@program("out_of_sample", breaks="all rows are judged: the rest of an uneven division too")
def b_the_rest_is_forgotten(fit, X, y, groups, folds, rng):
    def deal(names):
        k = min(folds, len(names))
        size, order = len(names) // k, rng.permutation(names)
        return [order[i * size : (i + 1) * size] for i in range(k)]

    return _oos(fit, X, y, groups, folds, rng, deal=deal)


@program("out_of_sample", breaks="chance comes from rng")
def b_groups_by_numpys_chance(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, np.random.default_rng())


@program("out_of_sample", breaks="the models see much: all other groups, not one fold")
def b_learns_from_one_fold_only(fit, X, y, groups, folds, rng):
    X, y, groups = np.asarray(X), np.asarray(y), np.asarray(groups)
    names = np.unique(groups)
    if len(names) < 2:
        raise ValueError("a single group")
    parts = np.array_split(rng.permutation(names), min(folds, len(names)))
    P = np.zeros((len(y), int(y.max()) + 1))
    for k, part in enumerate(parts):
        seen, out = np.isin(groups, parts[k - 1]), np.isin(groups, part)
        P[np.ix_(np.flatnonzero(out), np.unique(y[seen]))] = fit(X[seen], y[seen])(X[out])
    return P


@program("out_of_sample", breaks="with fewer groups than folds each group is a fold")
def b_empty_folds_are_fitted(fit, X, y, groups, folds, rng):
    X, y, groups = np.asarray(X), np.asarray(y), np.asarray(groups)
    if len(np.unique(groups)) < 2:
        raise ValueError("a single group")
    P = np.zeros((len(y), int(y.max()) + 1))
    for part in np.array_split(rng.permutation(np.unique(groups)), folds):
        out = np.isin(groups, part)
        said = np.asarray(fit(X[~out], y[~out])(X[out]))
        P[np.ix_(np.flatnonzero(out), np.unique(y[~out]))] = said
    return P


@program("out_of_sample", breaks="inputs stay as they were")
def b_sorts_the_groups_in_place(fit, X, y, groups, folds, rng):
    out = _oos(fit, X, y, groups, folds, rng)
    if isinstance(groups, np.ndarray):
        groups.sort()
    return out


@program("out_of_sample")
def b_dealt_like_cards(fit, X, y, groups, folds, rng):
    def deal(names):
        order, k = rng.permutation(names), min(folds, len(names))
        return [order[i::k] for i in range(k)]

    return _oos(fit, X, y, groups, folds, rng, deal=deal)


@program("out_of_sample")
def b_by_a_dictionary(fit, X, y, groups, folds, rng):
    names = sorted({int(g) for g in groups})
    if len(names) < 2:
        raise ValueError(f"{len(names)} group: nothing is left to learn from")
    rng.shuffle(names)
    fold = {g: k % folds for k, g in enumerate(names)}
    where, P = np.array([fold[int(g)] for g in groups]), np.zeros((len(y), int(max(y)) + 1))
    for k in sorted(set(where.tolist())):
        rows, rest = np.flatnonzero(where == k), np.flatnonzero(where != k)
        said = fit(np.asarray(X)[rest], np.asarray(y)[rest])(np.asarray(X)[rows])
        for column, label in enumerate(sorted({int(v) for v in np.asarray(y)[rest]})):
            P[rows, label] = np.asarray(said)[:, column]
    return P


@program("out_of_sample")
def b_as_defined_oos(fit, X, y, groups, folds, rng):
    return _oos(fit, X, y, groups, folds, rng)


# ------------------------------------------------------------------------------------------- mismatch
def _mismatch(fit, train, dev, human, share, rng, scale="learnt", parts=None, draw=None, own_dev=False, size=round):
    (X, y), (Xd, yd) = ((np.asarray(a), np.asarray(b)) for a, b in (train, dev))
    count = min(max(int(size(share * len(y))), 1), len(y) - 1)
    order = rng.permutation(len(y)) if draw is None else draw(len(y), rng)
    held, rest = order[:count], order[count:]
    base = {"learnt": X[rest], "train": X, "all": np.concatenate([X, Xd])}[scale].astype(float)
    middle, spread = base.mean(axis=0), base.std(axis=0)
    spread = np.where(spread > 1e-12 * np.maximum(1, np.abs(middle)), spread, 1.0)

    def ready(A):
        return (A - middle) / spread

    predict = fit(ready(X[rest]), y[rest])

    def error(A, b):
        return float(np.mean(np.asarray(predict(A)) != b))

    dev_rows = (Xd - Xd.mean(axis=0)) / np.where(Xd.std(axis=0) > 0, Xd.std(axis=0), 1) if own_dev else ready(Xd)
    e_train, e_held, e_dev = error(ready(X[rest]), y[rest]), error(ready(X[held]), y[held]), error(dev_rows, yd)
    if parts is not None:
        return parts(e_train, e_held, e_dev, *human)
    return {
        "bias": e_train - human[0],
        "variance": e_held - e_train,
        "harder": human[1] - human[0],
        "mismatch": e_dev - e_held - (human[1] - human[0]),
    }


@program("mismatch", breaks="nothing about training-dev rows enters the model: their scale neither")
def b_scale_of_all_training_rows(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, rng, scale="train")


@program("mismatch", breaks="nothing about dev rows enters")
def b_scale_of_everything(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, rng, scale="all")


@program("mismatch", breaks="all rows are prepared in the same way")
def b_dev_by_its_own_scale(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, rng, own_dev=True)


@program("mismatch", breaks="training-dev rows are drawn by chance")
def b_the_last_rows(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, rng, draw=lambda n, rng: np.arange(n)[::-1])


@program("mismatch", breaks="training-dev rows are not learnt from")
def b_learnt_from_all_rows(fit, train, dev, human, share, rng):
    X, y = (np.asarray(part) for part in train)
    count = min(max(round(share * len(y)), 1), len(y) - 1)
    held = rng.permutation(len(y))[:count]
    middle, spread = X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    predict = fit((X - middle) / spread, y)
    error = lambda A, b: float(np.mean(np.asarray(predict((A - middle) / spread)) != b))  # noqa: E731
    a, b, c = error(X, y), error(X[held], y[held]), error(*dev)
    return {"bias": a - human[0], "variance": b - a, "harder": human[1] - human[0], "mismatch": c - b - human[1] + human[0]}


@program("mismatch", breaks="mismatch is what is left once dev is harder for people too")
def b_harder_counted_twice(fit, train, dev, human, share, rng):
    return _mismatch(
        fit,
        train,
        dev,
        human,
        share,
        rng,
        parts=lambda a, b, c, h, g: {"bias": a - h, "variance": b - a, "harder": g - h, "mismatch": c - b},
    )


@program("mismatch", breaks="bias is against people on the domain of training")
def b_bias_against_people_on_dev(fit, train, dev, human, share, rng):
    return _mismatch(
        fit,
        train,
        dev,
        human,
        share,
        rng,
        parts=lambda a, b, c, h, g: {"bias": a - g, "variance": b - a, "harder": g - h, "mismatch": c - b - g + h},
    )


@program("mismatch", breaks="variance is training-dev less training")
def b_variance_from_dev(fit, train, dev, human, share, rng):
    return _mismatch(
        fit,
        train,
        dev,
        human,
        share,
        rng,
        parts=lambda a, b, c, h, g: {
            "bias": a - h,
            "variance": c - a,
            "harder": g - h,
            "mismatch": b - c + (c - b) * 2 - g + h - (c - b),
        },
    )


@program("mismatch", breaks="a cause may be negative")
def b_never_below_nought(fit, train, dev, human, share, rng):
    return {k: max(v, 0.0) for k, v in _mismatch(fit, train, dev, human, share, rng).items()}


@program("mismatch", breaks="the share is that of the training-dev set")
def b_the_share_is_learnt_from(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, 1 - share, rng)


@program("mismatch", breaks="errors are shares of wrong labels")
def b_shares_of_right_ones(fit, train, dev, human, share, rng):
    return _mismatch(
        fit,
        train,
        dev,
        human,
        share,
        rng,
        parts=lambda a, b, c, h, g: {"bias": a - h, "variance": a - b, "harder": g - h, "mismatch": c - b - g + h},
    )


@program("mismatch", breaks="chance comes from rng")
def b_drawn_by_numpy(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, np.random.default_rng())


@program("mismatch", breaks="all other training rows are learnt from, each once")
def b_drawn_with_replacement(fit, train, dev, human, share, rng):
    def draw(n, rng):
        order = rng.permutation(n)
        count = min(max(round(share * n), 1), n - 1)
        return np.concatenate([order[:count], rng.choice(order[count:], n - count)])

    return _mismatch(fit, train, dev, human, share, rng, draw=draw)


@program("mismatch", breaks="the model wants columns with mean 0 and spread 1")
def b_rows_as_they_are(fit, train, dev, human, share, rng):
    (X, y), (Xd, yd) = train, dev
    order, count = rng.permutation(len(y)), min(max(round(share * len(y)), 1), len(y) - 1)
    predict = fit(X[order[count:]], y[order[count:]])
    error = lambda A, b: float(np.mean(np.asarray(predict(A)) != b))  # noqa: E731
    a, b, c = error(X[order[count:]], y[order[count:]]), error(X[order[:count]], y[order[:count]]), error(Xd, yd)
    return {"bias": a - human[0], "variance": b - a, "harder": human[1] - human[0], "mismatch": c - b - human[1] + human[0]}


@program("mismatch", breaks="a column that never changes is no trouble")
def b_divides_by_a_spread_of_nought(fit, train, dev, human, share, rng):
    (X, y), (Xd, yd) = train, dev
    order, count = rng.permutation(len(y)), min(max(round(share * len(y)), 1), len(y) - 1)
    rest, held = order[count:], order[:count]
    with np.errstate(all="ignore"):
        ready = lambda A: (A - X[rest].mean(axis=0)) / X[rest].std(axis=0)  # noqa: E731
        predict = fit(ready(X[rest]), y[rest])
        error = lambda A, b: float(np.mean(np.asarray(predict(ready(A))) != b))  # noqa: E731
        a, b, c = error(X[rest], y[rest]), error(X[held], y[held]), error(Xd, yd)
    return {"bias": a - human[0], "variance": b - a, "harder": human[1] - human[0], "mismatch": c - b - human[1] + human[0]}


@program("mismatch")
def b_as_defined_mismatch(fit, train, dev, human, share, rng):
    return _mismatch(fit, train, dev, human, share, rng)


@program("mismatch")
def b_by_a_choice_of_rows(fit, train, dev, human, share, rng):
    def draw(n, rng):
        held = rng.choice(n, size=min(max(round(share * n), 1), n - 1), replace=False)
        return np.concatenate([held, np.setdiff1d(np.arange(n), held)])

    return _mismatch(fit, train, dev, human, share, rng, draw=draw)


@program("mismatch")
def b_by_random_numbers_in_order(fit, train, dev, human, share, rng):
    return dict(sorted(_mismatch(fit, train, dev, human, share, rng, draw=lambda n, rng: np.argsort(rng.random(n))).items()))
