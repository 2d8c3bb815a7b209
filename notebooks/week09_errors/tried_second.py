"""Programs for week 9, written from its contracts alone."""

from itertools import combinations, pairwise, permutations

import numpy as np

from autograder.cases import program

# masked_loss


def _kind(a):
    return np.result_type(a, np.float32)


def _softplus(a):
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def _sigmoid(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def _masked(logits, labels, weigh=None, hole_slope=False, naive=False, clip=None):
    """A right one; `weigh(known)` gives other weights."""
    kind = _kind(logits)
    z = np.asarray(logits, dtype=np.float64)
    known = np.asarray(labels) >= 0
    y = np.where(known, labels, 0)
    if weigh is None:
        counts = known.sum(axis=0)
        weight = known / np.maximum(counts, 1) / max(np.sum(counts > 0), 1)
    else:
        weight = weigh(known)
    p = _sigmoid(z)
    if naive:
        with np.errstate(all="ignore"):
            p = 1 / (1 + np.exp(-z))
            each = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    elif clip:
        q = np.clip(p, clip, 1 - clip)
        each = -(y * np.log(q) + (1 - y) * np.log(1 - q))
    else:
        each = _softplus(z) - y * z
    slope = weight * (p - y)
    if hole_slope:
        share = weight.max(axis=0) if len(weight) else np.zeros(z.shape[1])
        slope = share * (p - y)
    return kind.type(np.sum(weight * each)), slope.astype(kind)


@program("masked_loss")
def a_masked_by_weights(logits, labels):
    return _masked(logits, labels)


@program("masked_loss")
def a_masked_column_by_column(logits, labels):
    kind = _kind(logits)
    slope = np.zeros(np.shape(logits))
    losses = []
    for k in range(slope.shape[1]):
        rows = np.flatnonzero(labels[:, k] != -1)
        if len(rows):
            z, sign = np.asarray(logits[rows, k], dtype=np.float64), 2.0 * labels[rows, k] - 1
            losses.append(np.logaddexp(0, -sign * z).mean())
            slope[rows, k] = -sign * np.exp(-np.logaddexp(0, sign * z)) / len(rows)
    tasks = max(len(losses), 1)
    return kind.type(sum(losses) / tasks), (slope / tasks).astype(kind)


@program("masked_loss")
def a_masked_by_plain_loops(logits, labels):
    kind = _kind(logits)
    n, K = np.shape(logits)
    slope, total = np.zeros((n, K)), 0.0
    counts = [sum(1 for i in range(n) if labels[i, k] >= 0) for k in range(K)]
    tasks = sum(1 for c in counts if c)
    for k in range(K):
        for i in range(n):
            if labels[i, k] >= 0:
                z, y = float(logits[i, k]), float(labels[i, k])
                small = np.exp(-abs(z))
                p = 1 / (1 + small) if z >= 0 else small / (1 + small)
                total += (max(z, 0.0) - z * y + np.log1p(small)) / (counts[k] * tasks)
                slope[i, k] = (p - y) / (counts[k] * tasks)
    return kind.type(total), slope.astype(kind)


@program("masked_loss", breaks="a label of -1 is not known: here it is taken for a 0")
def a_masked_holes_are_noes(logits, labels):
    return _masked(logits, np.maximum(labels, 0))


@program("masked_loss", breaks="the loss is the mean over the tasks; here all known labels count alike")
def a_masked_labels_count_alike(logits, labels):
    return _masked(logits, labels, lambda known: known / max(known.sum(), 1))


@program("masked_loss", breaks="a task without a known label is left out; here it counts as a task with loss 0")
def a_masked_empty_task_counts(logits, labels):
    return _masked(logits, labels, lambda known: known / np.maximum(known.sum(axis=0), 1) / known.shape[1])


@program("masked_loss", breaks="with nothing known at all the loss is 0; here it is nan")
def a_masked_nothing_known_is_nan(logits, labels):
    if not np.any(np.asarray(labels) >= 0):
        return _kind(logits).type(np.nan), np.zeros(np.shape(logits), _kind(logits))
    return _masked(logits, labels)


@program("masked_loss", breaks="d_logits is the gradient of the loss; here it is not divided by the number of tasks")
def a_masked_gradient_of_the_sum(logits, labels):
    loss, slope = _masked(logits, labels)
    return loss, slope * slope.dtype.type(max(np.sum(np.any(np.asarray(labels) >= 0, axis=0)), 1))


@program("masked_loss", breaks="the gradient is 0 where nobody knows; here holes get the slope of a 0")
def a_masked_holes_have_slopes(logits, labels):
    return _masked(logits, labels, hole_slope=True)


@program("masked_loss", breaks="logits of 1000 are no trouble; here they give nan or infinity")
def a_masked_naive_logarithm(logits, labels):
    return _masked(logits, labels, naive=True)


@program("masked_loss", breaks="the loss is the log-loss, 1000 at a wrong logit of 1000; here probabilities are clipped")
def a_masked_clipped(logits, labels):
    return _masked(logits, labels, clip=1e-12)


@program("masked_loss", breaks="what is given stays as it was; here the holes of the labels are filled in place")
def a_masked_fills_the_labels(logits, labels):
    answer = _masked(logits, labels)
    labels[labels < 0] = 0
    return answer


@program("masked_loss", breaks="float32 in, float32 out; here all comes back as float64")
def a_masked_always_float64(logits, labels):
    return _masked(np.asarray(logits, dtype=np.float64), labels)


@program("masked_loss", breaks="a row with a hole has known labels, too; here it is thrown away whole")
def a_masked_drops_rows_with_holes(logits, labels):
    whole = np.all(np.asarray(labels) >= 0, axis=1)
    return _masked(logits, np.where(whole[:, None], labels, -1))


@program("masked_loss", breaks="a task's loss is the mean over its known labels; here it is divided by all rows")
def a_masked_divides_by_all_rows(logits, labels):
    return _masked(logits, labels, lambda known: known / max(len(known), 1) / max(known.any(axis=0).sum(), 1))


@program("masked_loss", breaks="means are taken over the columns' known labels first; here over each row's")
def a_masked_mean_of_rows(logits, labels):
    def weigh(known):
        return known / np.maximum(known.sum(axis=1, keepdims=True), 1) / max(known.any(axis=1).sum(), 1)

    return _masked(logits, labels, weigh)


@program("masked_loss", breaks="d_logits is the gradient; here it points downhill (y - p)")
def a_masked_downhill(logits, labels):
    loss, slope = _masked(logits, labels)
    return loss, -slope


@program("masked_loss", breaks="known labels are zeros and ones; here the mean divides by the number of ones")
def a_masked_counts_ones_only(logits, labels):
    ones = (np.asarray(labels) > 0).sum(axis=0)
    return _masked(logits, labels, lambda known: known / np.maximum(ones, 1) / max(known.any(axis=0).sum(), 1))


@program("masked_loss", breaks="whole numbers are taken as floats; here the gradient of whole logits is cut to whole numbers")
def a_masked_whole_gradient(logits, labels):
    loss, slope = _masked(logits, labels)
    return loss, slope.astype(np.asarray(logits).dtype)


@program("masked_loss", breaks="the loss is the mean over tasks; here loss and gradient are those of the sum")
def a_masked_sum_of_tasks(logits, labels):
    return _masked(logits, labels, lambda known: known / np.maximum(known.sum(axis=0), 1))


# best_plan


def _ceiling(tags, n, chosen):
    chosen = [int(k) for k in chosen]
    left = int(np.sum(~np.any(np.asarray(tags, dtype=bool)[:, chosen], axis=1)))
    return (n - left) / n


def _area(tags, costs, budget, plan):
    """The area under the stairs that this order of cures adds, in mistakes times days."""
    tags = np.asarray(tags, dtype=bool)
    open_, day, area = np.ones(len(tags), dtype=bool), 0.0, 0.0
    for k in plan:
        day += costs[k]
        area += np.sum(open_ & tags[:, k]) * (budget - day)
        open_ = open_ & ~tags[:, k]
    return area


def _dynamic(tags, costs, budget, gain=None, height=None, width=None, start=False):
    """Best plan by sets; with other ideas of what a cure brings."""
    tags = np.asarray(tags, dtype=bool)
    m = tags.shape[1]
    best = {frozenset(): (0.0, [])}
    layer = best
    for _ in range(m):
        larger = {}
        for done, (area, plan) in layer.items():
            open_ = ~np.any(tags[:, sorted(done)], axis=1)
            before = sum(costs[k] for k in sorted(done))
            for k in range(m):
                if k in done or before + costs[k] > budget:
                    continue
                mends = tags[:, k].sum() if gain == "alone" else np.sum(open_ & tags[:, k])
                day = before if start else before + costs[k]
                new = area + mends * (budget - day)
                key = done | {k}
                if key not in larger or new > larger[key][0]:
                    larger[key] = new, plan + [k]
        if width is not None:
            larger = dict(sorted(larger.items(), key=lambda item: -item[1][0])[:width])
        best = {**best, **larger}
        layer = larger
    if height:
        return max(best.items(), key=lambda item: height(item[0], item[1][0]))[1][1]
    return max(best.values(), key=lambda pair: pair[0])[1]


def _best(tags, n, costs, budget):
    return _dynamic(tags, costs, budget)


def _greedy(tags, costs, budget, worth):
    tags = np.asarray(tags, dtype=bool)
    open_, day, plan = np.ones(len(tags), dtype=bool), 0.0, []
    while True:
        able = [k for k in range(tags.shape[1]) if k not in plan and day + costs[k] <= budget]
        able = [k for k in able if np.any(open_ & tags[:, k])]
        if not able:
            return plan
        k = max(able, key=lambda k: worth(np.sum(open_ & tags[:, k]), costs[k], budget - day - costs[k]))
        plan.append(k)
        day += costs[k]
        open_ = open_ & ~tags[:, k]


def _pair(ceiling=_ceiling, best_plan=_best):
    return {"ceiling": ceiling, "best_plan": best_plan}


@program("best_plan", several=True)
def a_plan_by_frozen_sets():
    return _pair()


@program("best_plan", several=True)
def a_plan_by_bits():
    def ceiling(tags, n, chosen):
        right = n - len(tags)
        for row in tags:
            right += any(row[k] for k in chosen)
        return right / n

    def best_plan(tags, n, costs, budget):
        m = np.shape(tags)[1]
        codes = [sum(1 << k for k in range(m) if row[k]) for row in tags]
        cured = [sum(1 for code in codes if code & s) for s in range(1 << m)]
        days = [sum(float(costs[k]) for k in range(m) if s >> k & 1) for s in range(1 << m)]
        area, last = [-1.0] * (1 << m), [-1] * (1 << m)
        area[0] = 0.0
        for s in range(1, 1 << m):
            if days[s] > budget:
                continue
            for k in range(m):
                before = s & ~(1 << k)
                if s >> k & 1 and area[before] >= 0:
                    new = area[before] + (cured[s] - cured[before]) * (budget - days[s])
                    if new > area[s]:
                        area[s], last[s] = new, k
        s, plan = max(range(1 << m), key=lambda s: area[s]), []
        while s:
            plan.append(last[s])
            s &= ~(1 << last[s])
        return plan[::-1]

    return _pair(ceiling, best_plan)


@program("best_plan", several=True)
def a_plan_backwards_in_time():
    class Planner:
        def __init__(self, tags, costs, budget):
            self.tags, self.costs, self.budget = np.array(tags, dtype=bool), [float(c) for c in costs], float(budget)
            self.known = {}

        def rest(self, done):
            """The best that can still be added after the set `done`, and the cures for it."""
            if done not in self.known:
                m = self.tags.shape[1]
                day = sum(self.costs[k] for k in range(m) if k in done)
                open_ = np.ones(len(self.tags), dtype=bool)
                for k in done:
                    open_ &= ~self.tags[:, k]
                answer = 0.0, ()
                for k in range(m):
                    left = self.budget - day - self.costs[k]
                    mends = int(np.sum(self.tags[open_, k]))
                    if k not in done and left >= 0 and mends:
                        more, plan = self.rest(done | {k})
                        if mends * left + more > answer[0]:
                            answer = mends * left + more, (k, *plan)
                self.known[done] = answer
            return self.known[done]

    def best_plan(tags, n, costs, budget):
        return list(Planner(tags, costs, budget).rest(frozenset())[1])

    def ceiling(tags, n, chosen):
        chosen = set(chosen)
        return 1 - sum(not chosen & set(np.flatnonzero(row)) for row in np.asarray(tags)) / n

    return _pair(ceiling, best_plan)


@program(
    "best_plan", breaks="a mistake with several chosen tags is one mistake; here ceiling counts it for each tag", several=True
)
def a_plan_ceiling_counts_twice():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, dtype=bool)
        return (n - len(tags) + tags[:, list(map(int, chosen))].sum()) / n

    return _pair(ceiling)


@program(
    "best_plan", breaks="ceiling is a share of the n rows; here it is the share of the mistakes that are cured", several=True
)
def a_plan_ceiling_of_mistakes():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, dtype=bool)
        return np.any(tags[:, list(map(int, chosen))], axis=1).sum() / max(len(tags), 1)

    return _pair(ceiling)


@program("best_plan", breaks="a row is right as soon as one of its tags is cured; here ceiling wants all of them", several=True)
def a_plan_ceiling_wants_all_tags():
    def ceiling(tags, n, chosen):
        tags = np.asarray(tags, dtype=bool)
        rest = np.setdiff1d(np.arange(tags.shape[1]), np.asarray(chosen, dtype=int))
        return (n - len(tags) + np.sum(tags.any(axis=1) & ~tags[:, rest].any(axis=1))) / n

    return _pair(ceiling)


@program("best_plan", breaks="ceiling is the share that is right; here the rows right before are left out", several=True)
def a_plan_ceiling_gain_only():
    return _pair(lambda tags, n, chosen: _ceiling(tags, n, chosen) - (n - len(tags)) / n)


@program("best_plan", breaks="chosen may be the empty list; here that raises an error", several=True)
def a_plan_ceiling_no_empty_list():
    def ceiling(tags, n, chosen):
        return (n - len(tags) + np.sum(np.asarray(tags)[:, np.array(chosen)].any(axis=1))) / n

    return _pair(ceiling)


@program("best_plan", breaks="no other plan has a higher mean; here the largest gain per day comes first", several=True)
def a_plan_gain_per_day():
    return _pair(_ceiling, lambda tags, n, costs, budget: _greedy(tags, costs, budget, lambda g, c, left: g / c))


@program("best_plan", breaks="no other plan has a higher mean; here the largest ceiling comes first", several=True)
def a_plan_largest_ceiling_first():
    return _pair(_ceiling, lambda tags, n, costs, budget: _greedy(tags, costs, budget, lambda g, c, left: g))


@program(
    "best_plan", breaks="no other plan has a higher mean; here each step takes the largest area, without looking on", several=True
)
def a_plan_greedy_area():
    return _pair(_ceiling, lambda tags, n, costs, budget: _greedy(tags, costs, budget, lambda g, c, left: g * left))


@program(
    "best_plan", breaks="a mistake with several tags is one mistake; here the plan counts it again at each cure", several=True
)
def a_plan_ignores_overlap():
    return _pair(_ceiling, lambda tags, n, costs, budget: _dynamic(tags, costs, budget, gain="alone"))


@program(
    "best_plan", breaks="all cures are done within budget days; here one is begun as long as there is a day left", several=True
)
def a_plan_over_the_budget():
    def best_plan(tags, n, costs, budget):
        plan = _dynamic(tags, costs, budget)
        used = sum(costs[k] for k in plan)
        rest = [k for k in range(np.shape(tags)[1]) if k not in plan]
        return plan + rest[:1] if used < budget else plan

    return _pair(_ceiling, best_plan)


@program(
    "best_plan", breaks="a cure helps from the day on which it is done; here from the day on which it is begun", several=True
)
def a_plan_helps_at_once():
    return _pair(_ceiling, lambda tags, n, costs, budget: _dynamic(tags, costs, budget, start=True))


@program("best_plan", breaks="the mean over the days counts; here the highest score on the last day does", several=True)
def a_plan_best_last_day():
    def best_plan(tags, n, costs, budget):
        return _dynamic(tags, costs, budget, height=lambda done, area: (_ceiling(tags, n, sorted(done)), area))

    return _pair(_ceiling, best_plan)


@program("best_plan", breaks="the plan is in the order of work; here the right cures come sorted by number", several=True)
def a_plan_sorted_by_number():
    return _pair(_ceiling, lambda tags, n, costs, budget: sorted(_best(tags, n, costs, budget)))


@program("best_plan", breaks="the order matters; here the right cures are done cheapest first", several=True)
def a_plan_cheapest_first():
    return _pair(_ceiling, lambda tags, n, costs, budget: sorted(_best(tags, n, costs, budget), key=lambda k: costs[k]))


@program("best_plan", breaks="it is exact for all numbers; here costs and budget are cut to whole days", several=True)
def a_plan_whole_days():
    return _pair(_ceiling, lambda tags, n, costs, budget: _dynamic(tags, [int(c) for c in costs], int(budget)))


@program(
    "best_plan", breaks="it is exact, not only for most; here only the three best sets of each size are followed", several=True
)
def a_plan_narrow_beam():
    return _pair(_ceiling, lambda tags, n, costs, budget: _dynamic(tags, costs, budget, width=3))


@program("best_plan", breaks="eleven tags are no trouble; here all orders are tried", several=True)
def a_plan_all_orders():
    def best_plan(tags, n, costs, budget):
        best = 0.0, []
        for order in permutations(range(np.shape(tags)[1])):
            plan, day = [], 0.0
            for k in order:
                if day + costs[k] > budget:
                    break
                day += costs[k]
                plan.append(k)
            area = _area(tags, costs, budget, plan)
            if area > best[0]:
                best = area, plan
        return best[1]

    return _pair(_ceiling, best_plan)


@program("best_plan", breaks="what is given stays as it was; here cured mistakes are wiped out of tags", several=True)
def a_plan_wipes_tags():
    def best_plan(tags, n, costs, budget):
        plan = _dynamic(tags, costs, budget)
        for k in plan:
            tags[tags[:, k]] = False
        return plan

    return _pair(_ceiling, best_plan)


@program("best_plan", breaks="columns are called by their numbers from 0; here the plan counts from 1", several=True)
def a_plan_counts_from_one():
    return _pair(_ceiling, lambda tags, n, costs, budget: [k + 1 for k in _best(tags, n, costs, budget)])


@program(
    "best_plan",
    breaks="nothing is remembered; here the plan for one tags and budget is given again for other costs",
    several=True,
)
def a_plan_remembers():
    known = {}

    def best_plan(tags, n, costs, budget):
        key = np.asarray(tags, dtype=bool).tobytes(), np.shape(tags), n, budget
        if key not in known:
            known[key] = _best(tags, n, costs, budget)
        return list(known[key])

    return _pair(_ceiling, best_plan)


# find_slice


def _names(m, singles=True, pairs=True):
    names = [(i,) for i in range(m)] if singles or m == 1 else []
    return names + (list(combinations(range(m), 2)) if pairs else [])


def _columns(tags, names):
    tags = np.asarray(tags, dtype=bool)
    return np.stack([tags[:, list(name)].all(axis=1) for name in names], axis=1).astype(float)


def _deals(wrong, shuffles, rng):
    wrong = np.asarray(wrong, dtype=bool)
    return np.stack([wrong] + [rng.permutation(wrong) for _ in range(shuffles)]).astype(float)


def _z(dealt, slices):
    n, s = len(slices), slices.sum(axis=0)
    w = dealt[:1].mean()
    variance = s * w * (1 - w) * (n - s) / max(n - 1, 1)
    return np.where(variance > 0, (dealt @ slices - s * w) / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)


def _search(tags, wrong, shuffles, rng, score=_z, deals=_deals, names=None, p=None):
    names = _names(np.shape(tags)[1]) if names is None else names
    slices = _columns(tags, names)
    excess = score(deals(wrong, shuffles, rng), slices)
    best = int(np.argmax(excess[0]))
    if p is not None:
        return names[best], p(excess, best)
    largest = excess.max(axis=1)
    return names[best], float(np.mean(largest >= largest[0] - 1e-9))


@program("find_slice")
def a_slice_by_matrices(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng)


@program("find_slice")
def a_slice_one_shuffle_at_a_time(tags, wrong, shuffles, rng):
    n, m = np.shape(tags)
    found = []
    for i in range(m):
        for j in range(i, m):
            rows = np.flatnonzero(tags[:, i] & tags[:, j])
            if 0 < len(rows) < n:
                found.append(((i,) if i == j else (i, j), rows))
    if not found:
        return (0,), 1.0
    share = np.mean(wrong)

    def look(mistakes):
        best, at = -np.inf, found[0][0]
        for name, rows in found:
            size = len(rows)
            over = (mistakes[rows].sum() - size * share) / np.sqrt(size * (n - size))
            if over > best + 1e-12:
                best, at = over, name
        return best, at

    true, chosen = look(np.asarray(wrong, dtype=float))
    as_large = 1
    for _ in range(shuffles):
        as_large += look(np.asarray(wrong, dtype=float)[rng.permutation(n)])[0] >= true - 1e-9
    return chosen, as_large / (shuffles + 1)


@program("find_slice")
def a_slice_by_information(tags, wrong, shuffles, rng):
    def information(dealt, slices):
        """How many nats it tells to know who is in the slice, with the sign of the excess."""
        n, s = len(slices), slices.sum(axis=0)
        inside = dealt @ slices
        total = dealt.sum(axis=1, keepdims=True)

        def part(count, rows, other):
            with np.errstate(all="ignore"):
                return np.where(count > 0, count * np.log(count * n / (rows * other)), 0.0)

        good, out = n - total, n - s
        told = part(inside, s, total) + part(s - inside, s, good)
        told = told + part(total - inside, out, total) + part(out - total + inside, out, good)
        return np.sign(np.round(inside * n - s * total, 6)) * np.maximum(told, 0)

    return _search(tags, wrong, shuffles, rng, information)


@program("find_slice", breaks="p is honest about the whole search; here it is the found slice's own p")
def a_slice_own_p(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, p=lambda excess, best: float(np.mean(excess[:, best] >= excess[0, best] - 1e-9)))


@program("find_slice", breaks="the true arrangement is counted too, p is at least 1 / (shuffles + 1); here p may be 0")
def a_slice_p_may_be_nought(tags, wrong, shuffles, rng):
    def p(excess, best):
        return float(np.mean(excess[1:].max(axis=1) >= excess[0].max() - 1e-9))

    return _search(tags, wrong, shuffles, rng, p=p)


@program("find_slice", breaks="shuffles that reach the true excess count; here only those that are beyond it")
def a_slice_only_beyond(tags, wrong, shuffles, rng):
    def p(excess, best):
        return float((1 + np.sum(excess[1:].max(axis=1) > excess[0].max() + 1e-9)) / len(excess))

    return _search(tags, wrong, shuffles, rng, p=p)


@program("find_slice", breaks="too few mistakes are no finding; here a slice with too few is one")
def a_slice_too_few_too(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, lambda dealt, slices: np.abs(_z(dealt, slices)))


@program("find_slice", breaks="it finds a tag on 150 rows; here the largest share of mistakes wins, and small slices are lucky")
def a_slice_by_share(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, lambda dealt, slices: dealt @ slices / np.maximum(slices.sum(axis=0), 1))


@program("find_slice", breaks="it finds two tags on 20 rows; here the largest number of mistakes too many wins")
def a_slice_by_number(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, lambda dealt, slices: dealt @ slices - slices.sum(axis=0) * dealt[0].mean())


@program("find_slice", breaks="a slice may have two tags; here only single tags are searched")
def a_slice_singles_only(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, names=_names(np.shape(tags)[1], pairs=False))


@program("find_slice", breaks="a slice may have one tag; here only pairs are searched where there are two tags")
def a_slice_pairs_only(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, rng, names=_names(np.shape(tags)[1], singles=False))


@program("find_slice", breaks="all chance comes from rng; here NumPy's own global source shuffles")
def a_slice_global_chance(tags, wrong, shuffles, rng):
    return _search(tags, wrong, shuffles, np.random)


@program("find_slice", breaks="the same mistakes are dealt out; here they are drawn with replacement, and their number varies")
def a_slice_draws_with_replacement(tags, wrong, shuffles, rng):
    def deals(wrong, shuffles, rng):
        wrong = np.asarray(wrong, dtype=bool)
        drawn = [rng.choice(wrong, len(wrong)) for _ in range(shuffles)]
        return np.stack([wrong, *drawn]).astype(float)

    return _search(tags, wrong, shuffles, rng, deals=deals)


@program("find_slice", breaks="it finds what is there with p at most 0.05; here p is multiplied by the number of slices")
def a_slice_bonferroni(tags, wrong, shuffles, rng):
    def p(excess, best):
        return float(min(1.0, np.mean(excess[:, best] >= excess[0, best] - 1e-9) * excess.shape[1]))

    return _search(tags, wrong, shuffles, rng, p=p)


@program("find_slice", breaks="without any mistake p is 1; here it is nan")
def a_slice_nan_without_mistakes(tags, wrong, shuffles, rng):
    chosen, p = _search(tags, wrong, shuffles, rng)
    return chosen, p if np.any(wrong) else float("nan")


@program("find_slice", breaks="what is given stays as it was; here wrong itself is shuffled")
def a_slice_shuffles_in_place(tags, wrong, shuffles, rng):
    def deals(given, shuffles, rng):
        rows = [np.array(given, dtype=float)]
        for _ in range(shuffles):
            rng.shuffle(given)
            rows.append(np.array(given, dtype=float))
        return np.stack(rows)

    return _search(tags, wrong, shuffles, rng, deals=deals)


@program("find_slice", breaks="chosen is a tuple of columns; here a single tag comes as a bare number")
def a_slice_bare_number(tags, wrong, shuffles, rng):
    chosen, p = _search(tags, wrong, shuffles, rng)
    return (chosen[0] if len(chosen) == 1 else chosen), p


@program(
    "find_slice", breaks="p is never below 1 / (shuffles + 1) and comes from shuffles; here from a bell curve fitted to them"
)
def a_slice_bell_curve(tags, wrong, shuffles, rng):
    from math import erfc, sqrt

    def p(excess, best):
        largest = excess.max(axis=1)
        if np.ptp(largest) < 1e-9:
            return 1.0
        return 0.5 * erfc((largest[0] - largest[1:].mean()) / (largest[1:].std() + 1e-12) / sqrt(2))

    return _search(tags, wrong, shuffles, rng, p=p)


@program("find_slice", breaks="p is small where luck seldom does as much; here it is how often luck does less")
def a_slice_the_other_tail(tags, wrong, shuffles, rng):
    def p(excess, best):
        return float((1 + np.sum(excess[1:].max(axis=1) < excess[0].max() - 1e-9)) / len(excess))

    return _search(tags, wrong, shuffles, rng, p=p)


@program("find_slice", breaks="a slice without rows, or with all of them, is no finding; here 0 / 0 makes it the largest")
def a_slice_empty_ones_win(tags, wrong, shuffles, rng):
    def score(dealt, slices):
        s, w = slices.sum(axis=0), dealt[:1].mean()
        with np.errstate(all="ignore"):
            return (dealt @ slices - s * w) / np.sqrt(s * w * (1 - w) * (len(slices) - s))

    return _search(tags, wrong, shuffles, rng, score)


@program("find_slice", breaks="two different columns; here a tag is paired with itself, too, and comes first")
def a_slice_pairs_with_itself(tags, wrong, shuffles, rng):
    m = np.shape(tags)[1]
    return _search(tags, wrong, shuffles, rng, names=[(i, j) for i in range(m) for j in range(i, m)])


# out_of_sample


def _fold_of_group(count, folds, rng):
    return rng.permutation(count) % min(folds, count)


def _judge(fit, X, y, groups, folds, rng, deal=_fold_of_group, place=None, columns=None, member=None):
    X, y = np.asarray(X), np.asarray(y)
    names, inside = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError("a single group cannot be judged")
    fold_of = deal(len(names), folds, rng)
    fold = fold_of[inside.ravel()] if member is None else member(len(X), folds, rng)
    judged = np.zeros((len(X), int(y.max()) + 1 if columns is None else columns))
    for k in np.unique(fold):
        out = fold == k
        shown = np.unique(y[~out])
        answer = fit(X[~out], y[~out])(X[out])
        at = shown if place is None else place(shown)
        judged[np.ix_(np.flatnonzero(out), at)] = answer
    return judged


@program("out_of_sample")
def a_folds_dealt_like_cards(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, rng)


@program("out_of_sample")
def a_folds_by_splitting_a_shuffled_list(fit, X, y, groups, folds, rng):
    groups = np.asarray(groups)
    order = rng.permutation(sorted(set(groups.tolist())))
    if len(order) == 1:
        raise ValueError("one group only")
    judged = [None] * len(groups)
    K = max(int(label) for label in y) + 1
    for part in np.array_split(order, min(folds, len(order))):
        inside = np.isin(groups, part)
        shown = sorted(set(y[~inside].tolist()))
        predicted = fit(X[~inside], y[~inside])(X[inside])
        for i, row in zip(np.flatnonzero(inside), predicted, strict=True):
            judged[i] = np.zeros(K, dtype=np.asarray(predicted).dtype)
            judged[i][shown] = row
    return np.array(judged)


@program("out_of_sample")
def a_folds_by_random_keys(fit, X, y, groups, folds, rng):
    groups, y = np.asarray(groups), np.asarray(y)
    names = np.unique(groups)
    if names.size <= 1:
        raise ValueError("no model can be trained without the only group")
    rank = np.argsort(np.argsort(rng.random(names.size)))
    fold_of = {name: int(r) * min(folds, names.size) // names.size for name, r in zip(names.tolist(), rank, strict=True)}
    fold = np.array([fold_of[g] for g in groups.tolist()])
    wide = np.zeros((len(y), y.max() + 1))
    for k in sorted(set(fold.tolist())):
        learn, ask = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        one_hot = np.eye(y.max() + 1)[np.unique(y[learn])]
        wide[ask] = np.asarray(fit(X[learn], y[learn])(X[ask])) @ one_hot
    return wide


@program("out_of_sample", breaks="no row is judged by a model that saw its group; here rows are dealt out, not groups")
def a_folds_of_rows(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, rng, member=lambda n, folds, rng: rng.permutation(n) % folds)


@program(
    "out_of_sample", breaks="which groups go together is drawn from rng; here groups are dealt in the order of their numbers"
)
def a_folds_without_chance(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, rng, lambda count, folds, rng: np.arange(count) % min(folds, count))


@program("out_of_sample", breaks="no row is judged by a model that has seen it; here one model is trained on all rows")
def a_folds_in_sample(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) < 2:
        raise ValueError("one group")
    judged = np.zeros((len(X), int(np.max(y)) + 1))
    judged[:, np.unique(y)] = fit(X, y)(X)
    return judged


@program(
    "out_of_sample", breaks="column k is label k; here the model's columns are written from the left, whatever labels it saw"
)
def a_folds_columns_from_the_left(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, rng, place=lambda shown: np.arange(len(shown)))


@program("out_of_sample", breaks="there are as many columns as the largest label says; here as many as different labels")
def a_folds_columns_of_different_labels(fit, X, y, groups, folds, rng):
    labels = np.unique(y)
    return _judge(fit, X, y, groups, folds, rng, _fold_of_group, lambda shown: np.searchsorted(labels, shown), len(labels))


@program("out_of_sample", breaks="a single group is a ValueError; here zeros come back")
def a_folds_single_group_zeros(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) == 1:
        return np.zeros((len(X), int(np.max(y)) + 1))
    return _judge(fit, X, y, groups, folds, rng)


@program("out_of_sample", breaks="none misses more than G / folds groups; here each group's fold is drawn by itself")
def a_folds_of_random_size(fit, X, y, groups, folds, rng):
    def deal(count, folds, rng):
        fold = rng.integers(0, folds, count)
        while len(np.unique(fold)) < 2:
            fold = rng.integers(0, folds, count)
        return fold

    return _judge(fit, X, y, groups, folds, rng, deal)


@program("out_of_sample", breaks="none misses more than G / folds, rounded up; here the last fold takes all that is left over")
def a_folds_last_takes_the_rest(fit, X, y, groups, folds, rng):
    def deal(count, folds, rng):
        folds = min(folds, count)
        return np.minimum(rng.permutation(count) // (count // folds), folds - 1)

    return _judge(fit, X, y, groups, folds, rng, deal)


@program("out_of_sample", breaks="fit is called at most `folds` times; here once for each group")
def a_folds_one_for_each_group(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, rng, lambda count, folds, rng: rng.permutation(count))


@program("out_of_sample", breaks="fit is called at most `folds` times; here what is left over makes one more fold")
def a_folds_one_too_many(fit, X, y, groups, folds, rng):
    def deal(count, folds, rng):
        folds = min(folds, count)
        return rng.permutation(count) // (count // folds)

    return _judge(fit, X, y, groups, folds, rng, deal)


@program("out_of_sample", breaks="chance comes from rng; here from NumPy's global source")
def a_folds_global_chance(fit, X, y, groups, folds, rng):
    return _judge(fit, X, y, groups, folds, np.random)


@program("out_of_sample", breaks="a row for each row; here they come back in the order of the folds")
def a_folds_in_fold_order(fit, X, y, groups, folds, rng):
    kept = []

    def deal(count, folds, rng):
        kept.append(_fold_of_group(count, folds, rng))
        return kept[0]

    judged = _judge(fit, X, y, groups, folds, rng, deal)
    fold = kept[0][np.unique(groups, return_inverse=True)[1].ravel()]
    return judged[np.argsort(fold, kind="stable")]


@program("out_of_sample", breaks="what is given stays as it was; here X and y are sorted by group in place")
def a_folds_sorts_in_place(fit, X, y, groups, folds, rng):
    answer = _judge(fit, X, y, groups, folds, rng)
    order = np.argsort(groups, kind="stable")[::-1]
    X[:], y[:] = X[order], y[order]
    return answer


@program(
    "out_of_sample", breaks="any two groups are as likely together; here neighbours go together, and only the start is drawn"
)
def a_folds_of_neighbours(fit, X, y, groups, folds, rng):
    def deal(count, folds, rng):
        folds = min(folds, count)
        return np.roll(np.arange(count) * folds // count, rng.integers(count))

    return _judge(fit, X, y, groups, folds, rng, deal)


@program("out_of_sample", breaks="any two groups are as likely together; here groups of one label are spread over the folds")
def a_folds_stratified(fit, X, y, groups, folds, rng):
    names = np.unique(groups)
    label = np.array([np.asarray(y)[np.asarray(groups) == name].max() for name in names])

    def deal(count, folds, rng):
        fold = np.empty(count, dtype=int)
        fold[np.lexsort((rng.random(count), label))] = np.arange(count) % min(folds, count)
        return fold

    return _judge(fit, X, y, groups, folds, rng, deal)


@program("out_of_sample", breaks="a label that the model never saw has probability 0; here it gets a hundredth")
def a_folds_unseen_gets_a_little(fit, X, y, groups, folds, rng):
    judged = _judge(fit, X, y, groups, folds, rng)
    return np.where(judged == 0, 0.01, judged)


@program("out_of_sample", breaks="any number of groups; here with fewer groups than folds it is an error")
def a_folds_refuses_few_groups(fit, X, y, groups, folds, rng):
    if len(np.unique(groups)) < folds:
        raise ValueError("too few groups")
    return _judge(fit, X, y, groups, folds, rng)


@program("out_of_sample", breaks="the models see much: all rows outside the fold; here each is trained on one other fold")
def a_folds_trained_on_one_fold(fit, X, y, groups, folds, rng):
    names, inside = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError("one group")
    folds = min(folds, len(names))
    fold = _fold_of_group(len(names), folds, rng)[inside.ravel()]
    judged = np.zeros((len(X), int(np.max(y)) + 1))
    for k in range(folds):
        out, learn = fold == k, fold == (k + 1) % folds
        judged[np.ix_(np.flatnonzero(out), np.unique(y[learn]))] = fit(X[learn], y[learn])(X[out])
    return judged


# mismatch


def _scale(X):
    X = np.asarray(X, dtype=np.float64)
    spread = X.std(axis=0)
    return X.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _prepare(X, scale):
    X = np.asarray(X)
    return ((X - scale[0]) / scale[1]).astype(_kind(X))


def _error(predict, X, y):
    return float(np.mean(np.asarray(predict(X)) != np.asarray(y)))


def _aside(n, share, rng):
    order = rng.permutation(n)
    count = round(share * n)
    return order[:count], order[count:]


def _four(fit, train, dev, share, rng, aside=_aside, scale_of=None, prepare=_prepare, learn_all=False, again=False):
    """Errors on rest, training-dev and dev."""
    X, y = np.asarray(train[0]), np.asarray(train[1])
    held, rest = aside(len(X), share, rng)
    scale = _scale(X[rest] if scale_of is None else scale_of(X, dev[0]))
    learn = np.arange(len(X)) if learn_all else rest
    predict = fit(_prepare(X[learn], scale), y[learn])
    rows = [(X[rest], y[rest]), (X[held], y[held]), (np.asarray(dev[0]), np.asarray(dev[1]))]
    errors = [_error(predict, prepare(Z, scale), t) for Z, t in rows]
    if again:
        scale = _scale(X)
        errors[2] = _error(fit(_prepare(X, scale), y), _prepare(dev[0], scale), dev[1])
    return errors


def _causes(errors, human):
    a, b, c = errors
    harder = human[1] - human[0]
    return {"bias": a - human[0], "variance": b - a, "harder": harder, "mismatch": c - b - harder}


@program("mismatch")
def a_mismatch_step_by_step(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng), human)


@program("mismatch")
def a_mismatch_with_a_mask(fit, train, dev, human, share, rng):
    X, y = train
    n = len(X)
    held = np.zeros(n, dtype=bool)
    held[rng.choice(n, size=int(np.floor(share * n + 0.5)), replace=False)] = True
    middle, spread = X[~held].mean(axis=0, dtype=np.float64), X[~held].std(axis=0, dtype=np.float64)
    spread[spread == 0] = 1

    def ready(Z):
        return ((Z - middle) / spread).astype(np.result_type(Z, np.float32))

    answer = fit(ready(X[~held]), y[~held])
    wrong = {
        "learnt": 1 - np.mean(answer(ready(X[~held])) == y[~held]),
        "held": 1 - np.mean(answer(ready(X[held])) == y[held]),
        "dev": 1 - np.mean(answer(ready(dev[0])) == dev[1]),
    }
    return {
        "mismatch": wrong["dev"] - wrong["held"] + human[0] - human[1],
        "harder": human[1] - human[0],
        "variance": wrong["held"] - wrong["learnt"],
        "bias": wrong["learnt"] - human[0],
    }


@program("mismatch")
def a_mismatch_one_question_for_all(fit, train, dev, human, share, rng):
    X, y = train
    ranks = np.argsort(rng.random(len(X)))
    cut = len(X) - round(len(X) * share)
    rest, held = np.sort(ranks[:cut]), np.sort(ranks[cut:])
    scale = _scale(X[rest])
    predict = fit(_prepare(X[rest], scale), y[rest])
    parts = [(X[rest], y[rest]), (X[held], y[held]), dev]
    sizes = np.cumsum([0] + [len(part[0]) for part in parts])
    answers = np.asarray(predict(np.concatenate([_prepare(part[0], scale) for part in parts])))
    wrong = answers != np.concatenate([part[1] for part in parts])
    levels = [human[0]] + [wrong[a:b].mean() for a, b in pairwise(sizes)]
    steps = np.diff(levels)
    harder = human[1] - human[0]
    return dict(zip(("bias", "variance", "harder", "mismatch"), (steps[0], steps[1], harder, steps[2] - harder), strict=True))


@program("mismatch", breaks="nothing about training-dev rows enters; here the scale is learnt from all training rows")
def a_mismatch_scale_of_all_training(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, scale_of=lambda X, Z: X), human)


@program("mismatch", breaks="all rows are prepared in the same way; here each set is standardised by its own scale")
def a_mismatch_each_its_own_scale(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, prepare=lambda X, scale: _prepare(X, _scale(X))), human)


@program("mismatch", breaks="all rows are prepared in the same way; here rows to be judged go in raw")
def a_mismatch_raw_questions(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, prepare=lambda X, scale: X), human)


@program("mismatch", breaks="training-dev rows are drawn by chance; here they are the first rows")
def a_mismatch_first_rows(fit, train, dev, human, share, rng):
    def aside(n, share, rng):
        return np.arange(round(share * n)), np.arange(round(share * n), n)

    return _causes(_four(fit, train, dev, share, rng, aside), human)


@program("mismatch", breaks="the training-dev set is that many rows; here they are drawn with replacement, some twice")
def a_mismatch_with_replacement(fit, train, dev, human, share, rng):
    def aside(n, share, rng):
        held = rng.integers(0, n, round(share * n))
        return held, np.setdiff1d(np.arange(n), held)

    return _causes(_four(fit, train, dev, share, rng, aside), human)


@program("mismatch", breaks="the four causes sum up; here the mismatch still holds what is harder for people, too")
def a_mismatch_counts_harder_twice(fit, train, dev, human, share, rng):
    causes = _causes(_four(fit, train, dev, share, rng), human)
    return {**causes, "mismatch": causes["mismatch"] + causes["harder"]}


@program("mismatch", breaks="harder is people's error on dev less that on training; here the sign is turned")
def a_mismatch_harder_turned(fit, train, dev, human, share, rng):
    a, b, c = _four(fit, train, dev, share, rng)
    harder = human[0] - human[1]
    return {"bias": a - human[0], "variance": b - a, "harder": harder, "mismatch": c - b - harder}


@program("mismatch", breaks="bias is the distance from people's error; here it is the whole training error")
def a_mismatch_bias_from_nought(fit, train, dev, human, share, rng):
    errors = _four(fit, train, dev, share, rng)
    return {**_causes(errors, human), "bias": errors[0]}


@program("mismatch", breaks="bias is measured from people on the training domain; here from people on dev's")
def a_mismatch_bias_from_the_other_people(fit, train, dev, human, share, rng):
    a, b, c = _four(fit, train, dev, share, rng)
    return {"bias": a - human[1], "variance": b - a, "harder": human[1] - human[0], "mismatch": c - b}


@program("mismatch", breaks="a cause may be negative; here such a cause is 0")
def a_mismatch_never_negative(fit, train, dev, human, share, rng):
    return {name: max(cause, 0.0) for name, cause in _causes(_four(fit, train, dev, share, rng), human).items()}


@program("mismatch", breaks="causes are differences of errors; here of shares of right answers")
def a_mismatch_of_accuracies(fit, train, dev, human, share, rng):
    return _causes([1 - e for e in _four(fit, train, dev, share, rng)], human)


@program("mismatch", breaks="the number of training-dev rows is rounded; here it is cut")
def a_mismatch_cuts_the_share(fit, train, dev, human, share, rng):
    def aside(n, share, rng):
        order = rng.permutation(n)
        count = max(int(share * n), 1)
        return order[:count], order[count:]

    return _causes(_four(fit, train, dev, share, rng, aside), human)


@program("mismatch", breaks="training-dev rows are not learnt from; here the model sees all training rows")
def a_mismatch_learns_from_all(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, learn_all=True), human)


@program("mismatch", breaks="nothing about dev rows enters; here the scale is learnt from the dev rows")
def a_mismatch_scale_of_dev(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, scale_of=lambda X, Z: np.asarray(Z)), human)


@program("mismatch", breaks="variance lies between training and training-dev, mismatch after it; here the two are exchanged")
def a_mismatch_names_exchanged(fit, train, dev, human, share, rng):
    causes = _causes(_four(fit, train, dev, share, rng), human)
    return {**causes, "variance": causes["mismatch"], "mismatch": causes["variance"]}


@program("mismatch", breaks="what is given stays as it was; here the training rows are shuffled in place")
def a_mismatch_shuffles_the_rows(fit, train, dev, human, share, rng):
    order = rng.permutation(len(train[0]))
    train[0][:], train[1][:] = train[0][order], train[1][order]
    return _causes(_four(fit, train, dev, share, rng), human)


@program("mismatch", breaks="chance comes from rng; here from a generator of its own with a fixed seed")
def a_mismatch_own_seed(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, np.random.default_rng(0)), human)


@program("mismatch", breaks="share is set aside; here share is learnt from and the rest is set aside")
def a_mismatch_share_the_other_way(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, 1 - share, rng), human)


@program("mismatch", breaks="a fixed number of rows is set aside; here a coin is tossed for each row")
def a_mismatch_a_coin_for_each_row(fit, train, dev, human, share, rng):
    def aside(n, share, rng):
        held = rng.random(n) < share
        while held.all() or not held.any():
            held = rng.random(n) < share
        return np.flatnonzero(held), np.flatnonzero(~held)

    return _causes(_four(fit, train, dev, share, rng, aside), human)


@program("mismatch", breaks="one model, which never saw training-dev rows; here dev is judged by a second one that saw all")
def a_mismatch_a_second_model(fit, train, dev, human, share, rng):
    return _causes(_four(fit, train, dev, share, rng, again=True), human)
