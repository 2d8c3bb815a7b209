"""Answers that the cases of week 19 must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong


def is_dead(event):
    return np.asarray(event) != 0


# ------------------------------------------------------------------------------------------- kaplan_meier
def curve(time, event, at, entry=None, risk=None, side="right", moments=None):
    """A right curve, to vary: risk(t, time, died, entry) counts those at risk."""
    time, died, at = np.asarray(time), is_dead(event), np.asarray(at)

    def counted(t, time, died, entry):
        return np.sum((time >= t) & (np.ones(len(time), bool) if entry is None else np.asarray(entry) < t))

    steps = np.unique(time[died]) if moments is None else moments(time, died)
    heights = [1.0]
    for t in steps:
        people = (risk or counted)(t, time, died, entry)
        heights.append(heights[-1] * (1 - np.sum((time == t) & died) / max(people, 1)))
    return np.array(heights)[np.searchsorted(steps, at, side=side)]


@wrong("kaplan_meier", caught_by="with_censoring", kind="mathematics", headline=True)
def the_lost_were_never_there(time, event, at, entry=None):
    return curve(
        np.asarray(time)[is_dead(event)],
        np.ones(is_dead(event).sum()),
        at,
        None if entry is None else np.asarray(entry)[is_dead(event)],
    )


@wrong("kaplan_meier", caught_by="with_censoring", kind="mathematics", headline=True)
def the_lost_live_for_ever(time, event, at, entry=None):
    if entry is not None:
        return curve(time, event, at, entry)
    return np.array([1 - np.sum((time <= t) & is_dead(event)) / max(len(time), 1) for t in np.asarray(at)])


@wrong("kaplan_meier", caught_by="with_censoring", kind="mathematics")
def the_lost_at_a_death_are_gone_before(time, event, at, entry=None):
    def risk(t, time, died, entry):
        come = np.ones(len(time), bool) if entry is None else np.asarray(entry) < t
        return np.sum(come & ((time > t) | ((time == t) & died)))

    return curve(time, event, at, entry, risk)


@wrong("kaplan_meier", caught_by="late_comers", kind="mathematics", headline=True)
def at_risk_from_the_moment_of_entry(time, event, at, entry=None):
    def risk(t, time, died, entry):
        return np.sum((time >= t) & (np.ones(len(time), bool) if entry is None else np.asarray(entry) <= t))

    return curve(time, event, at, entry, risk)


@wrong("kaplan_meier", caught_by="late_comers", kind="missing case")
def the_entry_is_not_looked_at(time, event, at, entry=None):
    return curve(time, event, at)


@wrong("kaplan_meier", caught_by="late_comers", kind="mathematics")
def time_since_entry(time, event, at, entry=None):
    return curve(time if entry is None else np.asarray(time) - np.asarray(entry), event, at)


@wrong("kaplan_meier", caught_by="nobody_lost", kind="mathematics")
def the_height_just_before(time, event, at, entry=None):
    return curve(time, event, at, entry, side="left")


@wrong("kaplan_meier", caught_by="with_censoring", kind="missing case")
def sorts_the_times_that_were_asked_for(time, event, at, entry=None):
    return curve(time, event, np.sort(at), entry)


@wrong("kaplan_meier", caught_by="nobody_lost", kind="mathematics")
def one_death_a_moment(time, event, at, entry=None):
    time, died = np.asarray(time), is_dead(event)
    steps = np.unique(time[died])
    risk = [np.sum((time >= t) & (np.ones(len(time), bool) if entry is None else np.asarray(entry) < t)) for t in steps]
    return np.append(1.0, np.cumprod(1 - 1 / np.maximum(risk, 1)))[np.searchsorted(steps, at, side="right")]


@wrong("kaplan_meier", caught_by="nobody_lost", kind="mathematics")
def the_exponential_of_nelson_and_aalen(time, event, at, entry=None):
    time, died = np.asarray(time), is_dead(event)
    steps = np.unique(time[died])
    come = np.full(len(time), -np.inf) if entry is None else np.asarray(entry)
    rate = np.array([np.sum((time == t) & died) / np.sum((time >= t) & (come < t)) for t in steps])
    return np.append(1.0, np.exp(-np.cumsum(rate)))[np.searchsorted(steps, at, side="right")]


@wrong("kaplan_meier", caught_by="curve_house", kind="dtype")
def zeros_and_ones_as_places(time, event, at, entry=None):
    died = np.zeros(len(time), bool)
    died[event] = True
    return curve(time, died if np.asarray(event).dtype != bool else event, at, entry)


@wrong("kaplan_meier", caught_by="curve_of_nobody", kind="missing case")
def fails_without_a_death(time, event, at, entry=None):
    first = np.asarray(time)[is_dead(event)].min()
    return np.where(np.asarray(at) < first, 1.0, curve(time, event, at, entry))


@wrong("kaplan_meier", caught_by="curve_house", kind="mutation")
def sorts_her_rows_in_place(time, event, at, entry=None):
    out = curve(time, event, at, entry)
    time.sort()
    return out


@wrong("kaplan_meier", caught_by="nobody_lost", kind="missing case")
def nobody_dies_at_nought(time, event, at, entry=None):
    """No entry is taken for an entry at 0: who dies at 0 was never at risk."""
    return curve(time, is_dead(event) & (np.asarray(time) > 0), at, entry)


@right("kaplan_meier")
def one_row_after_another(time, event, at, entry=None):
    rows = sorted(zip(map(float, time), [not d for d in is_dead(event)], strict=True))  # at one time the deaths come first
    come = np.full(len(rows), -np.inf) if entry is None else np.sort(np.asarray(entry, float))
    out = []
    for end in np.asarray(at):
        height, gone, k = 1.0, 0, 0
        while k < len(rows) and rows[k][0] <= end:
            t, dead = rows[k][0], 0
            while k + dead < len(rows) and rows[k + dead] == (t, False):
                dead += 1
            if dead:
                height *= 1 - dead / (np.searchsorted(come, t, side="left") - gone)
            step = max(dead, 1)
            k, gone = k + step, gone + step
        out.append(height)
    return np.array(out)


@right("kaplan_meier")
def by_logarithms_and_a_table(time, event, at, entry=None):
    time, died, at = np.asarray(time, float), is_dead(event), np.asarray(at, float)
    steps = np.unique(time[died])
    come = np.full(len(time), -np.inf) if entry is None else np.asarray(entry, float)
    risk = ((time[None] >= steps[:, None]) & (come[None] < steps[:, None])).sum(axis=1)
    dead = ((time[None] == steps[:, None]) & died[None]).sum(axis=1)
    with np.errstate(divide="ignore"):
        logs = np.log(risk - dead) - np.log(risk)
    return np.array([np.exp(np.sum(logs[steps <= t])) for t in at])


@right("kaplan_meier")
def lost_mass_moves_to_the_right(time, event, at, entry=None):
    time, died, at = np.asarray(time, float), is_dead(event), np.asarray(at, float)
    if entry is not None:
        return curve(time, died, at, entry)
    mass, order = np.full(len(time), 1 / max(len(time), 1)), np.lexsort((~died, time))
    for place, k in enumerate(order):
        rest = order[place + 1 :]
        if not died[k] and len(rest):
            mass[rest] += mass[k] / len(rest)
            mass[k] = 0.0
    last = order[-1:]
    never = np.zeros(len(time), bool)
    never[last] = ~died[last]  # what nobody can take over is never lost
    return np.array([np.sum(mass[(time > t) | never]) if len(time) else 1.0 for t in at])


# ------------------------------------------------------------------------------------------- concordance
def compared(time, event, risks, outlived=None, better=None, none=None, divide=None):
    """A right concordance, to vary."""
    time, died, risks = np.asarray(time), is_dead(event), np.asarray(risks)
    good, pairs = np.zeros(risks.shape[1]), 0
    for i in np.flatnonzero(died):
        mask = outlived(i, time, died) if outlived else (time > time[i]) | ((time == time[i]) & ~died)
        pairs += int(mask.sum())
        if better:
            good += better(risks[i], risks[mask])
        else:
            good += np.sum(risks[i] > risks[mask], axis=0) + 0.5 * np.sum(risks[i] == risks[mask], axis=0)
    if pairs == 0:
        if none is not None:
            return np.full(risks.shape[1], none)
        raise ValueError("no comparable pair")
    return good / pairs


@wrong("concordance", caught_by="perfect", kind="mathematics", headline=True)
def the_wrong_way_round(time, event, risks):
    return compared(time, event, -np.asarray(risks, float))


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def equal_risks_count_nothing(time, event, risks):
    return compared(time, event, risks, better=lambda mine, others: np.sum(mine > others, axis=0))


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def equal_risks_count_as_right(time, event, risks):
    return compared(time, event, risks, better=lambda mine, others: np.sum(mine >= others, axis=0))


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def equal_times_are_left_out(time, event, risks):
    return compared(time, event, risks, outlived=lambda i, time, died: time > time[i])


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def two_deaths_at_one_time_are_a_pair(time, event, risks):
    return compared(time, event, risks, outlived=lambda i, time, died: (time >= time[i]) & (np.arange(len(time)) != i))


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def the_lost_are_left_out(time, event, risks):
    return compared(time, event, risks, outlived=lambda i, time, died: (time > time[i]) & died, none=0.5)


@wrong("concordance", caught_by="as_the_slow_one", kind="mathematics")
def the_lost_count_as_dead(time, event, risks):
    return compared(time, np.ones(len(time)), risks)


@wrong("concordance", caught_by="as_the_slow_one", kind="shape")
def the_mean_over_the_models(time, event, risks):
    found = compared(time, event, risks)
    return np.full(len(found), found.mean())


@wrong("concordance", caught_by="none_comparable", kind="missing case")
def nought_by_nought(time, event, risks):
    return compared(time, event, risks, none=np.nan)


@wrong("concordance", caught_by="none_comparable", kind="missing case")
def one_half_where_nothing_is_known(time, event, risks):
    return compared(time, event, risks, none=0.5)


@wrong("concordance", caught_by="concordance_house", kind="dtype")
def differences_in_her_type(time, event, risks):
    risks = np.asarray(risks)
    return compared(
        time, event, risks, better=lambda mine, others: np.sum(mine - others > 0, axis=0) + 0.5 * np.sum(mine == others, axis=0)
    )


@wrong("concordance", caught_by="concordance_house", kind="stability")
def close_risks_are_equal(time, event, risks):
    return compared(time, event, np.round(np.asarray(risks, float), 6))


@wrong("concordance", caught_by="much_faster", kind="missing case")
def every_pair_in_a_loop(time, event, risks):
    time, died = np.asarray(time), is_dead(event)
    good, pairs = np.zeros(np.asarray(risks).shape[1]), 0
    for i in range(len(time)):
        for j in range(len(time)):
            if died[i] and (time[i] < time[j] or (time[i] == time[j] and not died[j])):
                pairs += 1
                good += np.where(risks[i] > risks[j], 1.0, np.where(risks[i] == risks[j], 0.5, 0.0))
    if not pairs:
        raise ValueError("nothing comparable")
    return good / pairs


@wrong("concordance", caught_by="concordance_house", kind="mutation")
def ranks_in_place(time, event, risks):
    found = compared(time, event, risks)
    risks[:] = np.argsort(np.argsort(risks, axis=0), axis=0)
    return found


@right("concordance")
def one_table_of_pairs(time, event, risks):
    time, died, risks = np.asarray(time), is_dead(event), np.asarray(risks)
    i, j = np.nonzero(died[:, None] & ((time[:, None] < time) | ((time[:, None] == time) & ~died)))
    if len(i) == 0:
        raise ValueError("there is no comparable pair of people")
    return np.mean(np.where(risks[i] > risks[j], 1.0, np.where(risks[i] < risks[j], 0.0, 0.5)), axis=0)


@right("concordance")
def by_ranks_and_searches(time, event, risks):
    time, died, risks = np.asarray(time, float), is_dead(event), np.asarray(risks)
    pairs, out = 0, []
    for column in risks.T:
        good = pairs = 0
        for i in np.flatnonzero(died):
            others = np.sort(column[(time > time[i]) | ((time == time[i]) & ~died)])
            below, upto = np.searchsorted(others, column[i], side="left"), np.searchsorted(others, column[i], side="right")
            good, pairs = good + (below + upto) / 2, pairs + len(others)
        out.append(good / pairs if pairs else np.nan)
    if not pairs:
        raise ValueError("Nobody is comparable with anybody.")
    return np.array(out)


@right("concordance")
def from_the_other_side(time, event, risks):
    time, died, risks = np.asarray(time), is_dead(event), np.asarray(risks)
    good, pairs = np.zeros(risks.shape[1]), 0
    for j in range(len(time)):
        before = died & ((time < time[j]) | ((time == time[j]) & (not died[j])))
        pairs += before.sum()
        good += (risks[before] > risks[j]).sum(axis=0) + (risks[before] == risks[j]).sum(axis=0) / 2
    if pairs == 0:
        raise ValueError("comparable pairs: none")
    return good / pairs


# ------------------------------------------------------------------------------------------- cox
def slow_cox(scores, time, event, listed=None, mean=None):
    """A right loss with its gradient, death by death, to vary."""
    scores = np.asarray(scores)
    scores = scores if scores.dtype.kind == "f" else scores.astype(float)
    time, died = np.asarray(time), is_dead(event)
    loss, slope = 0.0, np.zeros_like(scores)
    for i in np.flatnonzero(died):
        rows = listed(i, time, died) if listed else time >= time[i]
        if not rows.any():
            continue
        top = scores[rows].max()
        total = np.sum(np.exp(scores[rows] - top))
        loss += top + np.log(total) - scores[i]
        slope[rows] += np.exp(scores[rows] - top) / total
        slope[i] -= 1
    count = max(mean(died) if mean else died.sum(), 1)
    return float(loss / count), slope / scores.dtype.type(count)


def fast_cox(scores, time, event):
    """A right and fast one, with logarithms running over the distinct times."""
    scores = np.asarray(scores)
    scores = scores if scores.dtype.kind == "f" else scores.astype(float)
    died = is_dead(event)
    if not died.any():
        return 0.0, np.zeros_like(scores)
    moments, place = np.unique(np.asarray(time), return_inverse=True)
    at_moment = np.full(len(moments), -np.inf)
    np.logaddexp.at(at_moment, place, scores)
    at_risk = np.logaddexp.accumulate(at_moment[::-1])[::-1]
    deaths = np.bincount(place[died], minlength=len(moments))
    with np.errstate(divide="ignore"):
        heard = np.logaddexp.accumulate(np.log(deaths) - at_risk)
    loss = np.sum(at_risk[place[died]] - scores[died]) / died.sum()
    return float(loss), ((np.exp(scores + heard[place]) - died) / died.sum()).astype(scores.dtype)


def breslow(scores, time, event, at, risk=None, count=None, side="right"):
    """A right baseline, to vary."""
    scores, time, died = np.asarray(scores), np.asarray(time), is_dead(event)
    steps, deaths = np.unique(time[died], return_counts=True)
    factors = np.exp(scores)
    jumps = [
        (count(d) if count else d) / np.sum(factors[risk(t, time, died) if risk else time >= t])
        for t, d in zip(steps, deaths, strict=True)
    ]
    return np.append(0.0, np.cumsum(jumps))[np.searchsorted(steps, at, side=side)]


def both(cox_loss=fast_cox, baseline_hazard=breslow):
    return {"cox_loss": cox_loss, "baseline_hazard": baseline_hazard}


@wrong("cox", caught_by="cox_by_definition", kind="mathematics", headline=True, several=True)
def equal_times_one_after_the_other():
    def cox_loss(scores, time, event):
        scores, died = np.asarray(scores, float), is_dead(event)
        order = np.argsort(-np.asarray(time, float), kind="stable")
        s, d = scores[order], died[order]
        if not d.any():
            return 0.0, np.zeros_like(scores)
        log_sum = np.logaddexp.accumulate(s)
        bells = np.where(d, -log_sum, -np.inf)
        slope = np.empty_like(scores)
        slope[order] = (np.exp(s + np.logaddexp.accumulate(bells[::-1])[::-1]) - d) / d.sum()
        return float(np.mean((log_sum - s)[d])), slope

    return both(cox_loss)


@wrong("cox", caught_by="cox_by_definition", kind="mathematics", several=True)
def the_lost_are_on_no_list():
    return both(lambda scores, time, event: slow_cox(scores, time, event, lambda i, time, died: (time >= time[i]) & died))


@wrong("cox", caught_by="cox_by_definition", kind="mathematics", several=True)
def the_mean_over_all_people():
    return both(lambda scores, time, event: slow_cox(scores, time, event, mean=len))


@wrong("cox", caught_by="cox_by_definition", kind="mathematics", several=True)
def who_dies_is_not_on_her_own_list():
    return both(lambda scores, time, event: slow_cox(scores, time, event, lambda i, time, died: time > time[i]))


@wrong("cox", caught_by="cox_by_definition", kind="mathematics", several=True)
def efrons_ties():
    def cox_loss(scores, time, event):
        scores, time, died = np.asarray(scores, float), np.asarray(time), is_dead(event)
        loss, slope = 0.0, np.zeros_like(scores)
        for t in np.unique(time[died]):
            dead, rows = (time == t) & died, time >= t
            for k in range(dead.sum()):
                share = np.exp(scores) * (rows - dead * k / dead.sum())
                loss += np.log(share.sum())
                slope += share / share.sum()
            loss -= scores[dead].sum()
            slope -= dead
        return float(loss / max(died.sum(), 1)), slope / max(died.sum(), 1)

    return both(cox_loss)


@wrong("cox", caught_by="cox_slopes", kind="mathematics", several=True)
def the_gradient_of_her_own_bell_only():
    def cox_loss(scores, time, event):
        loss, _ = slow_cox(scores, time, event)
        s, time, died = np.asarray(scores, float), np.asarray(time), is_dead(event)
        own = np.array([np.exp(s[k] - np.logaddexp.reduce(s[time >= time[k]])) - 1 if died[k] else 0.0 for k in range(len(s))])
        return loss, own / max(died.sum(), 1)

    return both(cox_loss)


@wrong("cox", caught_by="cox_slopes", kind="mathematics", several=True)
def the_gradient_in_the_order_of_time():
    def cox_loss(scores, time, event):
        loss, slope = fast_cox(scores, time, event)
        return loss, slope[np.argsort(time, kind="stable")]

    return both(cox_loss)


@wrong("cox", caught_by="huge_scores", kind="stability", several=True)
def exponentials_as_they_are():
    def cox_loss(scores, time, event):
        with np.errstate(all="ignore"):
            scores, time, died = np.asarray(scores), np.asarray(time), is_dead(event)
            scores = scores if scores.dtype.kind == "f" else scores.astype(float)
            grown, order = np.exp(scores), np.argsort(time)
            total = np.cumsum(grown[order][::-1])[::-1][np.searchsorted(time[order], time, side="left")]
            bells = np.append(0, np.cumsum(np.where(died, 1 / total, 0)[order]))[np.searchsorted(time[order], time, side="right")]
            return float(np.sum((np.log(total) - scores)[died]) / max(died.sum(), 1)), (
                (grown * bells - died) / max(died.sum(), 1)
            ).astype(scores.dtype)

    return both(cox_loss)


@wrong("cox", caught_by="huge_scores", kind="stability", several=True)
def less_the_largest_score_of_all():
    def cox_loss(scores, time, event):
        with np.errstate(all="ignore"):
            scores, time, died = np.asarray(scores), np.asarray(time), is_dead(event)
            scores = scores if scores.dtype.kind == "f" else scores.astype(float)
            if not died.any():
                return 0.0, np.zeros_like(scores)
            s = scores - scores.max()
            grown, order = np.exp(s), np.argsort(time)
            total = np.cumsum(grown[order][::-1])[::-1][np.searchsorted(time[order], time, side="left")]
            bells = np.append(0, np.cumsum(np.where(died, 1 / total, 0)[order]))[np.searchsorted(time[order], time, side="right")]
            return float(np.sum((np.log(total) - s)[died]) / died.sum()), ((grown * bells - died) / died.sum()).astype(
                scores.dtype
            )

    return both(cox_loss)


@wrong("cox", caught_by="no_table", kind="missing case", several=True)
def a_loop_over_the_deaths():
    return both(slow_cox)


@wrong("cox", caught_by="no_deaths", kind="missing case", several=True)
def nought_deaths_divide():
    def cox_loss(scores, time, event):
        if is_dead(event).any():
            return fast_cox(scores, time, event)
        with np.errstate(all="ignore"):
            return float(np.float64(0) / 0), np.zeros(len(scores)) / 0

    return both(cox_loss)


@wrong("cox", caught_by="as_many_as_there_were", kind="mathematics", headline=True, several=True)
def one_death_a_step():
    return both(baseline_hazard=lambda scores, time, event, at: breslow(scores, time, event, at, count=lambda d: 1))


@wrong("cox", caught_by="as_many_as_there_were", kind="mathematics", several=True)
def the_baseline_of_nelson_and_aalen():
    return both(baseline_hazard=lambda scores, time, event, at: breslow(np.zeros(len(scores)), time, event, at))


@wrong("cox", caught_by="as_many_as_there_were", kind="mathematics", several=True)
def the_baseline_forgets_the_lost():
    return both(
        baseline_hazard=lambda scores, time, event, at: breslow(scores, time, event, at, lambda t, time, died: (time >= t) & died)
    )


@wrong("cox", caught_by="steps_of_baseline", kind="mathematics", several=True)
def a_step_too_late():
    return both(baseline_hazard=lambda scores, time, event, at: breslow(scores, time, event, at, side="left"))


@wrong("cox", caught_by="steps_of_baseline", kind="mathematics", several=True)
def a_line_between_the_steps():
    def baseline_hazard(scores, time, event, at):
        died = is_dead(event)
        steps = np.append(0.0, np.unique(np.asarray(time)[died]))
        return np.interp(at, steps, breslow(scores, time, event, steps))

    return both(baseline_hazard=baseline_hazard)


@wrong("cox", caught_by="steps_of_baseline", kind="missing case", several=True)
def the_times_asked_for_are_sorted():
    return both(baseline_hazard=lambda scores, time, event, at: breslow(scores, time, event, np.sort(at)))


@wrong("cox", caught_by="cox_house", kind="dtype", several=True)
def zeros_and_ones_as_places_of_rows():
    def cox_loss(scores, time, event):
        died = np.zeros(len(time), bool)
        died[event if np.asarray(event).dtype.kind != "f" else event != 0] = True
        return fast_cox(scores, time, died)

    return both(cox_loss)


@wrong("cox", caught_by="cox_house", kind="dtype", several=True)
def always_float64():
    def cox_loss(scores, time, event):
        return fast_cox(np.asarray(scores, float), time, event)

    return both(cox_loss)


@wrong("cox", caught_by="cox_house", kind="mutation", several=True)
def subtracts_the_largest_in_place():
    def cox_loss(scores, time, event):
        if np.asarray(scores).dtype.kind == "f" and len(scores):
            scores -= scores.max()
        return fast_cox(scores, time, event)

    return both(cox_loss)


@right("cox", several=True)
def moments_and_bins():
    return both()


@right("cox", several=True)
def a_walk_back_in_time():
    def walk(scores, time, event):
        """Each distinct time from the last on: its rows, its deaths, the logarithm of the sum of all at risk."""
        log_sum = -np.inf
        order = np.argsort(time, kind="stable")
        start = len(order)
        while start > 0:
            end = start
            while start > 0 and time[order[start - 1]] == time[order[end - 1]]:
                start -= 1
                log_sum = np.logaddexp(log_sum, scores[order[start]])
            yield order[start:end], log_sum

    def cox_loss(scores, time, event):
        scores, time, died = np.asarray(scores), np.asarray(time), is_dead(event)
        scores = scores if scores.dtype.kind == "f" else scores.astype(float)
        slope, loss = np.zeros(len(scores)), 0.0
        if not died.any():
            return loss, slope.astype(scores.dtype)
        groups = list(walk(scores.astype(float), time, event))
        heard = -np.inf
        for rows, log_sum in groups[::-1]:
            dead = died[rows]
            if dead.any():
                loss += dead.sum() * log_sum - scores[rows][dead].sum()
                heard = np.logaddexp(heard, np.log(dead.sum()) - log_sum)
            slope[rows] = np.exp(scores[rows] + heard) - dead
        return float(loss / died.sum()), (slope / died.sum()).astype(scores.dtype)

    def baseline_hazard(scores, time, event, at):
        scores, time, died, at = np.asarray(scores, float), np.asarray(time), is_dead(event), np.asarray(at)
        H = np.zeros(len(at))
        for rows, log_sum in walk(scores, time, event):
            H[at >= time[rows[0]]] += died[rows].sum() * np.exp(-log_sum) if len(rows) else 0.0
        return H

    return both(cox_loss, baseline_hazard)


@right("cox", several=True)
def sorted_by_two_keys():
    def cox_loss(scores, time, event):
        scores, time, died = np.asarray(scores), np.asarray(time).astype(float), is_dead(event)
        kind = scores.dtype if scores.dtype.kind == "f" else np.dtype(float)
        if not died.any():
            return 0.0, np.zeros(len(scores), kind)
        s = scores.astype(float)
        order = np.lexsort((died, -time))  # the latest first; at one time the lost before the dead
        listed = np.logaddexp.accumulate(s[order])
        last = np.searchsorted(-time[order], -time, side="right") - 1
        log_sum = listed[last]
        early = np.argsort(time, kind="stable")
        run = np.logaddexp.accumulate(np.where(died, -log_sum, -np.inf)[early])
        heard = run[np.searchsorted(time[early], time, side="right") - 1]
        return float((log_sum[died] - s[died]).mean()), ((np.exp(s + heard) - died) / died.sum()).astype(kind)

    def baseline_hazard(scores, time, event, at):
        time, died, factor = np.asarray(time), is_dead(event), np.exp(np.asarray(scores, float))
        own = [1 / factor[time >= t].sum() for t in time[died]]  # each death brings its own step
        return np.array([sum(step for step, t in zip(own, time[died], strict=True) if t <= end) for end in np.asarray(at)])

    return both(cox_loss, baseline_hazard)


# ------------------------------------------------------------------------------------------- hazard_loss
def toss(logits, interval, event, seen=None, fatal=None, count=None, chance=None):
    """A right loss with its gradient, to vary."""
    logits = np.asarray(logits)
    logits = logits if logits.dtype.kind == "f" else logits.astype(float)
    k, last, dead = np.arange(logits.shape[1]), np.asarray(interval)[:, None], is_dead(event)[:, None]
    fell = fatal(k, last, dead) if fatal else (k == last) & dead
    looked = seen(k, last, dead) if seen else (k < last) | fell
    n = max(count(logits, looked) if count else len(logits), 1)
    loss = np.sum(np.where(looked, np.logaddexp(0, logits), 0) - np.where(fell, logits, 0)) / n
    p = chance(logits) if chance else np.exp(-np.logaddexp(0, -logits))
    return float(loss), ((looked * p - fell) / n).astype(logits.dtype)


def passing(logits):
    """A right curve, to vary."""
    logits = np.asarray(logits)
    logits = logits if logits.dtype.kind == "f" else logits.astype(float)
    S = np.ones((len(logits), logits.shape[1] + 1), logits.dtype)
    S[:, 1:] = np.cumprod(np.exp(-np.logaddexp(0, logits)), axis=1)
    return S


def pair(hazard_loss=toss, survival_curve=passing):
    return {"hazard_loss": hazard_loss, "survival_curve": survival_curve}


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", headline=True, several=True)
def the_lost_live_to_the_end():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: (k <= last) | ~dead)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", headline=True, several=True)
def rows_go_on_after_their_end():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: np.ones((len(last), len(k)), bool))

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def the_lost_passed_their_last_coin():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: k <= last)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def the_lost_count_nothing():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: (k <= last) & dead)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def the_lost_died():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: k <= last, fatal=lambda k, last, dead: k == last)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def only_the_fatal_coin():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, seen=lambda k, last, dead: np.where(dead, k == last, k < last))

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def the_mean_over_all_coins():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, count=lambda logits, looked: logits.size)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="mathematics", several=True)
def the_mean_over_the_seen_coins():
    def hazard_loss(logits, interval, event):
        return toss(logits, interval, event, count=lambda logits, looked: looked.sum())

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="seen_coins", kind="missing case", several=True)
def beyond_the_last_is_the_last():
    def hazard_loss(logits, interval, event):
        K = np.asarray(logits).shape[1]
        return toss(logits, np.minimum(interval, K - 1), event)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="coin_slopes", kind="mathematics", several=True)
def the_gradient_is_a_sum():
    def hazard_loss(logits, interval, event):
        loss, slope = toss(logits, interval, event)
        return loss, slope * np.asarray(logits).dtype.type(len(slope))

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="coin_slopes", kind="mathematics", several=True)
def the_gradient_in_the_chances():
    def hazard_loss(logits, interval, event):
        loss, slope = toss(logits, interval, event)
        p = np.exp(-np.logaddexp(0, -np.asarray(logits, float)))
        return loss, (slope / np.maximum(p * (1 - p), 1e-12)).astype(slope.dtype)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="huge_logits", kind="stability", several=True)
def logarithms_of_chances():
    def hazard_loss(logits, interval, event):
        loss, slope = toss(logits, interval, event)
        z, last, dead = np.asarray(logits), np.asarray(interval)[:, None], is_dead(event)[:, None]
        z = z if z.dtype.kind == "f" else z.astype(float)
        with np.errstate(all="ignore"):
            p, k = 1 / (1 + np.exp(-z)), np.arange(z.shape[1])
            loss = -(np.sum(np.log(1 - p)[k < last]) + np.sum(np.log(p)[(k == last) & dead])) / max(len(z), 1)
        return float(loss), slope

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="coins_house", kind="dtype", several=True)
def zeros_and_ones_as_an_index():
    def hazard_loss(logits, interval, event):
        dead = np.zeros(len(logits), bool)
        dead[event if np.asarray(event).dtype.kind != "f" else event != 0] = True
        return toss(logits, interval, dead)

    return pair(hazard_loss)


@wrong("hazard_loss", caught_by="coins_house", kind="dtype", several=True)
def all_in_float64():
    return pair(lambda logits, interval, event: toss(np.asarray(logits, float), interval, event))


@wrong("hazard_loss", caught_by="steps_of_curve", kind="mathematics", several=True)
def the_sum_of_the_hazards():
    def survival_curve(logits):
        p = np.exp(-np.logaddexp(0, -np.asarray(logits, float)))
        return np.concatenate([np.ones((len(p), 1)), 1 - np.cumsum(p, axis=1)], axis=1)

    return pair(survival_curve=survival_curve)


@wrong("hazard_loss", caught_by="steps_of_curve", kind="mathematics", several=True)
def the_hazard_is_a_rate():
    def survival_curve(logits):
        p = np.exp(-np.logaddexp(0, -np.asarray(logits, float)))
        return np.concatenate([np.ones((len(p), 1)), np.exp(-np.cumsum(p, axis=1))], axis=1)

    return pair(survival_curve=survival_curve)


@wrong("hazard_loss", caught_by="steps_of_curve", kind="mathematics", several=True)
def each_step_alone():
    def survival_curve(logits):
        S = passing(logits)
        S[:, 1:] = np.exp(-np.logaddexp(0, np.asarray(logits, float)))
        return S

    return pair(survival_curve=survival_curve)


@wrong("hazard_loss", caught_by="steps_of_curve", kind="shape", several=True)
def along_the_people():
    def survival_curve(logits):
        S = passing(logits)
        S[:, 1:] = np.cumprod(np.exp(-np.logaddexp(0, np.asarray(logits, float))), axis=0)
        return S

    return pair(survival_curve=survival_curve)


@wrong("hazard_loss", caught_by="coins_house", kind="mutation", several=True)
def clips_in_place():
    def hazard_loss(logits, interval, event):
        if np.asarray(logits).dtype.kind == "f":
            np.clip(logits, -1.5, 1.5, out=logits)
        return toss(logits, interval, event)

    return pair(hazard_loss)


@right("hazard_loss", several=True)
def by_products_of_logs():
    def survival_curve(logits):
        z = np.asarray(logits)
        z = z if z.dtype.kind == "f" else z.astype(float)
        logs = np.where(z > 0, -z - np.log1p(np.exp(-np.abs(z))), -np.log1p(np.exp(-np.abs(z))))
        return np.exp(np.cumsum(np.pad(logs, ((0, 0), (1, 0))), axis=1))

    return pair(survival_curve=survival_curve)


@right("hazard_loss", several=True)
def person_by_person():
    def hazard_loss(logits, interval, event):
        z = np.asarray(logits)
        z = z if z.dtype.kind == "f" else z.astype(float)
        slope, loss = np.zeros_like(z), 0.0
        for row, (last, dead) in enumerate(zip(np.asarray(interval), is_dead(event), strict=True)):
            last, K = int(last), z.shape[1]
            tossed = min(last + bool(dead), K)
            target = np.zeros(tossed)
            if dead and last < K:
                target[last] = 1
            mine = z[row, :tossed].astype(float)
            loss += float(np.sum(np.logaddexp(0, mine) - target * mine))
            slope[row, :tossed] = ((1 + np.tanh(mine / 2)) / 2 - target) / len(z)
        return loss / max(len(z), 1), slope

    def survival_curve(logits):
        z = np.asarray(logits)
        z = z if z.dtype.kind == "f" else z.astype(float)
        out = [np.ones(len(z), z.dtype)]
        for column in z.T:
            out.append(out[-1] * ((1 - np.tanh(column / 2)) / 2).astype(z.dtype))
        return np.stack(out, axis=1)

    return pair(hazard_loss, survival_curve)


@right("hazard_loss", several=True)
def one_cross_entropy_of_the_flat_coins():
    def hazard_loss(logits, interval, event):
        z = np.asarray(logits)
        z = z if z.dtype.kind == "f" else z.astype(float)
        rows, columns = np.nonzero(np.arange(z.shape[1]) < (np.asarray(interval) + is_dead(event))[:, None])
        target = (columns == np.asarray(interval)[rows]).astype(z.dtype)
        flat = z[rows, columns]
        slope = np.zeros_like(z)
        with np.errstate(over="ignore"):
            slope[rows, columns] = (1 / (1 + np.exp(-flat)) - target) / len(z)
        return float(np.sum(np.maximum(flat, 0) - flat * target + np.log1p(np.exp(-np.abs(flat)))) / max(len(z), 1)), slope

    return pair(hazard_loss)


# ------------------------------------------------------------------------------------------- brier
def watching(time, event, deaths_first=True):
    """The curve of being still watched, as a function of a time and whether the losses at that time count."""
    time, lost = np.asarray(time), ~is_dead(event)

    def chance(t, at_it):
        value = 1.0
        for c in np.unique(time[lost]):
            if c < t or (at_it and c == t):
                risk = np.sum(time > c) + np.sum((time == c) & lost) if deaths_first else np.sum(time >= c)
                value *= 1 - np.sum((time == c) & lost) / risk
        return value

    return chance


def standing(time, event, horizon, deaths_first=True, before=True, late="horizon", beyond=np.greater, known=None):
    """Right weights by the letter of inverse probability, to vary."""
    time, died, chance = np.asarray(time), is_dead(event), watching(time, event, deaths_first)
    out = np.zeros(len(time))
    with np.errstate(all="ignore"):
        for k in range(len(time)):
            if beyond(time[k], horizon):
                out[k] = 1 / np.float64(chance(horizon if late == "horizon" else time[k], late == "horizon"))
            elif died[k]:
                out[k] = 1 / np.float64(chance(time[k], not before))
    return out


def squares(curves, time, event, horizons, weights=standing, divide=None, beyond=np.greater):
    """Right scores, to vary."""
    curves, time = np.asarray(curves), np.asarray(time)
    out = []
    for k, horizon in enumerate(np.asarray(horizons)):
        w = weights(time, event, horizon)
        out.append(np.sum(w * (curves[:, k] - beyond(time, horizon)) ** 2) / (divide(w) if divide else len(time)))
    return np.array(out, float)


def two(known_weights=standing, brier=None):
    """Both functions; the scores with these weights, unless others are handed in."""

    def with_them(curves, time, event, horizons):
        return squares(curves, time, event, horizons, known_weights)

    return {"known_weights": known_weights, "brier": brier or with_them}


@wrong("brier", caught_by="one_in_common", kind="mathematics", headline=True, several=True)
def deaths_divided_by_the_curve_at_their_time():
    return two(lambda time, event, horizon: np.nan_to_num(standing(time, event, horizon, before=False), posinf=0.0))


@wrong("brier", caught_by="one_in_common", kind="mathematics", headline=True, several=True)
def events_turned_over_with_the_old_tie_rule():
    return two(lambda time, event, horizon: np.nan_to_num(standing(time, event, horizon, deaths_first=False), posinf=0.0))


@wrong("brier", caught_by="one_in_common", kind="mathematics", several=True)
def survivors_divided_at_their_own_time():
    return two(lambda time, event, horizon: np.nan_to_num(standing(time, event, horizon, late="own"), posinf=0.0))


@wrong("brier", caught_by="weigh_as_the_curve", kind="mathematics", several=True)
def the_lost_are_left_out_of_the_table():
    def known_weights(time, event, horizon):
        known = (np.asarray(time) > horizon) | is_dead(event)
        return known * len(known) / max(known.sum(), 1)

    return two(known_weights)


@wrong("brier", caught_by="weigh_as_the_curve", kind="mathematics", several=True)
def every_death_at_the_horizon():
    def known_weights(time, event, horizon):
        known = (np.asarray(time) > horizon) | is_dead(event)
        return known / max(watching(time, event)(horizon, True), 1e-9)

    return two(known_weights)


@wrong("brier", caught_by="one_in_common", kind="mathematics", several=True)
def the_lost_count_as_living():
    return two(lambda time, event, horizon: np.ones(len(time)))


@wrong("brier", caught_by="one_in_common", kind="mathematics", several=True)
def who_is_lost_at_the_horizon_lives():
    def known_weights(time, event, horizon):
        time, died = np.asarray(time), is_dead(event)
        lives = (time > horizon) | ((time == horizon) & ~died)
        height = curve(time, event, np.array([horizon]))[0]
        return np.where(lives, len(time) * height / max(lives.sum(), 1), standing(time, event, horizon) * ~lives)

    return two(known_weights)


@wrong("brier", caught_by="at_the_ends", kind="mathematics", several=True)
def a_death_at_the_horizon_is_a_life():
    def known_weights(time, event, horizon):
        w = standing(time, event, horizon)
        at_it = (np.asarray(time) == horizon) & is_dead(event)
        return np.where(at_it, 0.0, w)

    def brier(curves, time, event, horizons):
        return squares(curves, time, event, horizons, beyond=np.greater_equal)

    return two(known_weights, brier)


@wrong("brier", caught_by="weighted", kind="mathematics", several=True)
def divided_by_those_who_are_known():
    return two(
        brier=lambda curves, time, event, horizons: squares(curves, time, event, horizons, divide=lambda w: max(np.sum(w > 0), 1))
    )


@wrong("brier", caught_by="weighted", kind="mathematics", several=True)
def one_set_of_weights_for_all_horizons():
    def brier(curves, time, event, horizons):
        if len(horizons) == 0:
            return np.zeros(0)
        w = standing(time, event, np.asarray(horizons)[0])
        return squares(curves, time, event, horizons, lambda *_: w)

    return two(brier=brier)


@wrong("brier", caught_by="all_known", kind="mathematics", several=True)
def the_chance_to_die_in_place_of_living():
    return two(brier=lambda curves, time, event, horizons: squares(1 - np.asarray(curves), time, event, horizons))


@wrong("brier", caught_by="all_known", kind="mathematics", several=True)
def the_root_is_taken():
    return two(brier=lambda curves, time, event, horizons: np.sqrt(squares(curves, time, event, horizons)))


@wrong("brier", caught_by="at_the_ends", kind="stability", several=True)
def nought_survivors():
    def known_weights(time, event, horizon):
        w = standing(time, event, horizon)
        lives = np.asarray(time) > horizon
        with np.errstate(all="ignore"):
            return w + 0 * np.float64(1) / lives.sum()

    return two(known_weights)


@wrong("brier", caught_by="brier_house", kind="dtype", several=True)
def ones_and_noughts_as_rows():
    def known_weights(time, event, horizon):
        died = np.zeros(len(time), bool)
        died[event if np.asarray(event).dtype.kind != "f" else event != 0] = True
        return standing(time, died, horizon)

    return two(known_weights)


@wrong("brier", caught_by="brier_house", kind="mutation", several=True)
def the_outcome_is_written_into_the_curves():
    def brier(curves, time, event, horizons):
        found = squares(curves, time, event, horizons)
        curves -= np.asarray(time)[:, None] > np.asarray(horizons)
        return found

    return two(brier=brier)


@right("brier", several=True)
def by_the_letter_of_inverse_probability():
    return two()


@right("brier", several=True)
def mass_handed_to_the_right():
    def known_weights(time, event, horizon):
        time, died = np.asarray(time, float), is_dead(event)
        mass, order = np.ones(len(time)), np.lexsort((~died, time))
        for place, k in enumerate(order):
            if time[k] <= horizon and not died[k]:
                rest = order[place + 1 :]
                mass[rest] += mass[k] / max(len(rest), 1)
                mass[k] = 0.0
        return mass

    return two(known_weights)


@right("brier", several=True)
def the_falls_of_the_curve():
    def known_weights(time, event, horizon):
        time, died = np.asarray(time), is_dead(event)
        out, before = np.zeros(len(time)), 1.0
        for t in np.unique(time[died & (time <= horizon)]):
            after, dead = curve(time, event, np.array([t]))[0], (time == t) & died
            out[dead] = (before - after) * len(time) / dead.sum()
            before = after
        lives = time > horizon
        out[lives] = before * len(time) / max(lives.sum(), 1)
        return out

    return two(known_weights)


# ------------------------------------------------------------------------------------------- crossing
def named(name, made):
    made.__name__ = name
    return made


def to_interval(time, edges):
    return np.searchsorted(edges[1:], time, side="left")


def mean_hazards(interval, event, K):
    """Deaths over people at risk, interval by interval."""
    fell = (interval[:, None] == np.arange(K)) & is_dead(event)[:, None]
    return (fell.sum(axis=0) + 0.5) / (((interval[:, None] > np.arange(K)) | fell).sum(axis=0) + 1)


def net(hidden, steps=300, decay=0.02, smooth=0.002, rows="all", features=None):
    """An entry: hazards by a net with one hidden layer, or by a linear model where `hidden` is 0."""

    def widened(X):
        return X if features is None else features(X)

    def train(X, time, event, edges, rng):
        K, interval, event = len(edges) - 1, to_interval(time, edges), is_dead(event)
        if rows == "the lost are left out":
            keep = event | (interval == K)
            X, interval, event = X[keep], interval[keep], event[keep]
        if rows == "the lost live":
            interval = np.where(event, interval, K)
        inner, outer = X.mean(axis=0), X.std(axis=0) + 1e-9
        F = widened((X - inner) / outer)
        centre, spread = F.mean(axis=0), F.std(axis=0) + 1e-9
        Z = (F - centre) / spread
        h = mean_hazards(interval, event, K)
        D = Z.shape[1]
        P = [
            1.5 * rng.normal(size=(D, hidden)) / np.sqrt(D),
            0.5 * rng.normal(size=hidden),
            0.1 * rng.normal(size=(hidden, K)) / np.sqrt(max(hidden, 1)),
        ]
        P = (P if hidden else [np.zeros((D, K))]) + [np.log(h / (1 - h))]
        m, v = [np.zeros_like(p) for p in P], [np.zeros_like(p) for p in P]
        for t in range(1, steps + 1):
            A = np.tanh(Z @ P[0] + P[1]) if hidden else Z
            g = toss(A @ P[-2] + P[-1], interval, event)[1]
            rough = np.diff(P[-2], axis=1)
            d_V = A.T @ g + 2 * smooth * (np.pad(rough, ((0, 0), (1, 0))) - np.pad(rough, ((0, 0), (0, 1))))
            G = [d_V, g.sum(axis=0)]
            if hidden:
                d_A = (g @ P[-2].T) * (1 - A * A)
                G = [Z.T @ d_A, d_A.sum(axis=0), *G]
            rate = 0.02 * min(1, 2 * (1 - (t - 1) / steps))
            for k, grad in enumerate(G):
                m[k], v[k] = 0.9 * m[k] + 0.1 * grad, 0.99 * v[k] + 0.01 * grad**2
                P[k] = P[k] - rate * (
                    m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.99**t)) + 1e-8) + decay * P[k] * (P[k].ndim == 2)
                )
        shift = -centre / spread @ P[0]  # what is done to the columns is folded into the first weights
        P[0], P[1] = P[0] / spread[:, None], P[1] + shift
        return [np.stack([inner, outer]), *P]

    def hazards(arrays, X):
        (inner, outer), *P = arrays
        F = widened((X - inner) / outer)
        A = np.tanh(F @ P[0] + P[1]) if hidden else F
        return 1 / (1 + np.exp(-np.clip(A @ P[-2] + P[-1], -30, 30)))

    return lambda: {"train": train, "hazards": hazards}


def squares_and_products(Z):
    i, j = np.triu_indices(Z.shape[1])
    return np.hstack([Z, Z[:, i] * Z[:, j]])


def cox_model(features=None):
    """An entry: Cox's model on given columns, by gradient descent, with Breslow's baseline."""

    def widened(X):
        return X if features is None else features(X)

    def train(X, time, event, edges, rng):
        inner, outer = X.mean(axis=0), X.std(axis=0) + 1e-9
        F = widened((X - inner) / outer)
        centre, spread = F.mean(axis=0), F.std(axis=0) + 1e-9
        Z, w = (F - centre) / spread, np.zeros(F.shape[1])
        for _ in range(150):
            w = w - 0.5 * Z.T @ fast_cox(Z @ w, time, event)[1]
        return [np.stack([inner, outer]), np.stack([centre, spread]), w, np.diff(breslow(Z @ w, time, event, edges))]

    def hazards(arrays, X):
        (inner, outer), (centre, spread), w, steps = arrays
        Z = (widened((X - inner) / outer) - centre) / spread
        return 1 - np.exp(-np.exp(Z @ w)[:, None] * steps)

    return lambda: {"train": train, "hazards": hazards}


@entry("crossing", band="nothing")
def the_same_hazards_for_all():
    return {
        "train": lambda X, time, event, edges, rng: [mean_hazards(to_interval(time, edges), event, len(edges) - 1)],
        "hazards": lambda arrays, X: np.tile(arrays[0], (len(X), 1)),
    }


@entry("crossing", band="refused")
def more_numbers_than_allowed():
    return {
        "train": lambda X, time, event, edges, rng: [X.ravel()[:451]],
        "hazards": lambda arrays, X: np.full((len(X), 12), 0.1),
    }


entry("crossing", band="nothing")(named("the_lost_are_left_out", net(12, rows="the lost are left out")))
entry("crossing", band="nothing")(named("the_lost_live_for_ever", net(12, rows="the lost live")))
entry("crossing", band="baseline")(named("cox_with_squares_and_products", cox_model(squares_and_products)))
entry("crossing", band="gets going")(named("linear_hazards_of_squares_and_products", net(0, features=squares_and_products)))
entry("crossing", band="good")(named("a_net_of_twenty_units", net(20)))
entry("crossing", band="excellent")(named("a_net_of_ten_units_that_decay", net(10, decay=0.3, smooth=0.005)))
