"""The pictures and explorers of week 19."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, SKY, Drag, explorer, figure, picture

YEAR = 365.25


def columns(name):
    """A public cohort as a dict of columns, in float64."""
    cohort = datasets.load(name)
    return {column: cohort.X[:, k].astype(float) for k, column in enumerate(cohort.names)}


def rotterdam():
    """The women with positive nodes: X (1546, 7), time in days, event (its return, or death), edges of twelve half-years."""
    import checks  # travels with the week

    return checks.rotterdam()


def new_cohort(rng):
    """A new cohort of the studio's kind: X (5000, 6), time, event, edges (13,)."""
    import checks

    cohort = checks.new_cohort(rng)
    return cohort.X, cohort.time, cohort.event, cohort.edges


# ------------------------------------------------------------------------------------------- first pictures
@picture
def lines():
    """Ten horizontal lines of different lengths, in years since the operation. Three end in a cross, a death, after three to
    eleven years. Seven end in a ring: last seen alive, after six to twelve years.
    """
    c = columns("rotterdam")
    shorter = np.flatnonzero(c["dtime"] < 13 * YEAR)
    rows = shorter[np.random.default_rng(1).permutation(2000)[:10]]
    rows = rows[np.argsort(c["dtime"][rows])]
    fig, ax = figure(8.4, 3.2)
    for k, row in enumerate(rows):
        end, died = c["dtime"][row] / YEAR, c["death"][row] == 1
        ax.plot([0, end], [k, k], color=ORANGE if died else BLUE, lw=2)
        ax.plot(end, k, "x" if died else "o", color=ORANGE if died else BLUE, ms=9, mew=2, mfc="none")
    ax.plot([], [], "x-", color=ORANGE, ms=9, mew=2, label="died")
    ax.plot([], [], "o-", color=BLUE, ms=9, mew=2, mfc="none", label="last seen alive")
    ax.set(xlabel="years since the operation", yticks=[], xlim=(0, 13.5), ylim=(-0.7, 9.7), title="ten women")
    ax.legend(loc="lower right")
    return fig


def counted(time, event, at, entry=None):
    """The survival curve, death by death, for the pictures that stand still."""
    height, out, k = 1.0, [], 0
    moments = sorted(set(time[event == 1]))
    for t in at:
        while k < len(moments) and moments[k] <= t:
            risk = np.sum((time >= moments[k]) & (np.ones(len(time), bool) if entry is None else entry < moments[k]))
            height *= 1 - np.sum((time == moments[k]) & (event == 1)) / risk
            k += 1
        out.append(height)
    return np.array(out)


def left_out():
    """Much too low: 8 women in 100 in place of 55. Those who live long are the ones whose death nobody has seen yet."""
    return "much too low"


@picture
def three_ways():
    """Three falling curves over fifteen years, from the women of Rotterdam. The lowest leaves the censored women out: 8 per cent
    live longer than ten years. The highest takes them for living: 61 per cent. The third, with 55 per cent, is the right one. It
    lies between them, and parts from the highest after about five years, when the first women are lost.
    """
    c = columns("rotterdam")
    time, event = c["dtime"] / YEAR, c["death"]
    at = np.linspace(0, 15, 301)
    fig, ax = figure(8.4, 3.4)
    known = time[event == 1]
    low = np.array([np.mean(known > t) for t in at])
    high = np.array([1 - np.mean((time <= t) & (event == 1)) for t in at])
    right = counted(time, event, at)
    ax.step(at, high, where="post", color=GREEN, ls="--", label="the lost are alive")
    ax.step(at, right, where="post", color=BLUE, label="what this week does")
    ax.step(at, low, where="post", color=ORANGE, ls=":", lw=2, label="the lost are left out")
    ten = [curve[200] for curve in (low, right, high)]
    ax.set(
        xlabel="years since the operation",
        ylabel="share alive",
        ylim=(0, 1.02),
        xlim=(0, 15),
        title="at ten years: " + ", ".join(f"{height:.2f}" for height in ten),
    )
    ax.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- groups
@explorer(
    start=["from the operation on", "from a year after the operation on"], entry=True, labels={"entry": "hand in the entry"}
)
def groups(kaplan_meier, start, entry):
    """Your curves for women with no positive nodes, one to three, four to nine, and ten or more. They fall in this order. The
    title gives the four heights at ten years. Counted from a year on without the entry, all curves are flat for the first year.
    """
    c = columns("rotterdam")
    time, nodes = c["dtime"] / YEAR, c["nodes"]
    late = start != "from the operation on"
    at = np.linspace(0, 15, 226)
    fig, ax = figure(8.4, 3.4)
    ends = []
    for (low, high), color, style in zip(((0, 0), (1, 3), (4, 9), (10, 99)), (BLUE, GREEN, ORANGE, INK), "-:- ", strict=True):
        rows = (nodes >= low) & (nodes <= high) & (time > (1.0 if late else 0.0))
        begin = np.full(rows.sum(), 1.0) if late and entry else None
        curve = np.asarray(kaplan_meier(time[rows], c["death"][rows] == 1, at, begin), float)
        label = "no nodes" if high == 0 else f"{low} to {high}" if high < 99 else "10 or more"
        ax.step(at, curve, where="post", color=color, ls={"-": "-", ":": "-.", " ": "--"}[style], label=label)
        ends.append(curve[150])
    ax.set(
        xlabel="years since the operation",
        ylabel="S",
        ylim=(0, 1.02),
        xlim=(0, 15),
        title="at ten years: " + ", ".join(f"{end:.2f}" for end in ends),
    )
    ax.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- one column as a risk
SINGLE = {"nodes": 1, "size": 1, "grade": 1, "age": 1, "meno": 1, "pgr": -1, "er": -1, "hormon": -1}


def single_risks():
    """700 women of Rotterdam: their columns as risks (700, 8), times, deaths."""
    c = columns("rotterdam")
    return np.column_stack([sign * c[name] for name, sign in SINGLE.items()])[:700], c["dtime"][:700], c["death"][:700] == 1


def nodes_alone():
    """One column gets most of the way: nets and Cox models with all of them reach about 0.70."""
    risks, time, event = single_risks()
    first, second = np.nonzero(event[:, None] & (time[:, None] < time[None]))
    gap = risks[first, 0] - risks[second, 0]
    return round(float(np.mean((np.sign(gap) + 1) / 2)), 2)


@explorer(horizon=(2, 15, 15, 1), labels={"horizon": "watched for (years)"})
def one_column(concordance, horizon):
    """Eight bars: your concordance of each column of Rotterdam, taken alone as the risk. The number of nodes is the best, with
    about two thirds. Hormone treatment is below one half. Watched for two years only, the
    two receptors are nearly as good as the nodes.
    """
    risks, time, event = single_risks()
    end = horizon * YEAR
    found = np.asarray(concordance(np.minimum(time, end), event & (time <= end), risks), float)
    fig, ax = figure(8.4, 3.3)
    ax.barh(np.arange(len(found)), found, color=BLUE)
    ax.axvline(0.5, color=INK, lw=1, ls="--")
    for k, value in enumerate(found):
        ax.annotate(f"{value:.2f}", (value, k), xytext=(4, -4), textcoords="offset points", color=INK)
    ax.set(
        yticks=np.arange(len(found)),
        yticklabels=[("" if sign > 0 else "minus ") + name for name, sign in SINGLE.items()],
        xlim=(0, 0.85),
        xlabel="concordance",
        title=f"the number of nodes alone: {found[0]:.2f}",
    )
    ax.invert_yaxis()
    return fig


# ------------------------------------------------------------------------------------------- a patient
def patients():
    """500 women of Rotterdam: three columns of age and nodes, times in years, deaths."""
    c = columns("rotterdam")
    rows = np.arange(0, len(c["age"]), 5)[:500]
    return features(c["age"][rows], c["nodes"][rows]), c["dtime"][rows] / YEAR, c["death"][rows] == 1


def features(age, nodes):
    """What the patient's model looks at."""
    old = (np.asarray(age, float) - 55) / 15
    return np.column_stack([old, old**2, np.log1p(nodes)])


@functools.lru_cache(maxsize=4)
def fitted(cox_loss, baseline_hazard, samples):
    """Weights (samples + 1, 3) and baselines of fits with her functions: to all women first, then to bootstrap samples."""
    X, time, event = patients()
    rng, at, out = np.random.default_rng(0), np.linspace(0, 12, 97), []
    for k in range(samples + 1):
        rows = np.arange(len(X)) if k == 0 else rng.integers(0, len(X), len(X))
        w = np.zeros(3)
        for _ in range(60):
            _, d_scores = cox_loss(X[rows] @ w, time[rows], event[rows])
            w = w - 0.8 * X[rows].T @ np.asarray(d_scores, float)
        out.append((w, np.asarray(baseline_hazard(X[rows] @ w, time[rows], event[rows], at), float)))
    return at, out


@explorer(at=Drag([(52.0, 2.0)]))
def patient(cox_loss, baseline_hazard, at):
    """Left, the women of Rotterdam as dots, by age and number of nodes, and the point of a patient that can be dragged. Right,
    her survival curve by your model over twelve years with its band, wider where there are few women like her. The title
    gives her chance to live longer than five years.
    """
    (age, nodes), c = at[0], columns("rotterdam")
    times, fits = fitted(cox_loss, baseline_hazard, 10)
    row = features([np.clip(age, 20, 95)], [max(nodes, 0)])
    curves = np.array([np.exp(-H * np.exp((row @ w)[0])) for w, H in fits])
    fig, (ax, right) = figure(10, 3.5, columns=2)
    ax.plot(c["age"], c["nodes"], ".", color=GREY, ms=2)
    ax.plot(age, nodes, "D", color=ORANGE, ms=9, mec=INK)
    ax.set(xlim=(20, 95), ylim=(-1, 36), xlabel="age (years)", ylabel="positive nodes", title="drag the diamond")
    low, high = np.sort(curves[1:], axis=0)[[1, -2]]
    right.fill_between(times, low, high, step="post", color=SKY, alpha=0.5, lw=0)
    right.step(times, curves[0], where="post", color=BLUE)
    right.set(
        xlim=(0, 12),
        ylim=(0, 1.02),
        xlabel="years since the operation",
        ylabel="S",
        title=f"{age:.0f} years, {max(nodes, 0):.0f} nodes: S(5) = {curves[0][40]:.2f}, from {low[40]:.2f} to {high[40]:.2f}",
    )
    return fig


# ------------------------------------------------------------------------------------------- crossing
def hazard_of(group, t):
    """The hazard of two groups over time: one falls, the other rises."""
    return np.exp(0.9 * np.clip(1 - t / 0.55, -1, 1) * (1 if group else -1)) * 0.9


@functools.cache
def cox_factor():
    """The factor that Cox's model reports for the second group, from 4,000 people watched until 1.2."""
    rng = np.random.default_rng(0)
    grid = np.linspace(0, 1.2, 1201)
    times, groups = [], []
    for group in (0, 1):
        H = np.cumsum(hazard_of(group, grid)) * (grid[1] - grid[0])
        times.append(grid[np.minimum(np.searchsorted(H, rng.exponential(size=2000)), 1200)])
        groups.append(np.full(2000, group))
    time, group = np.concatenate(times), np.concatenate(groups)
    order = np.argsort(time)
    time, group = time[order], group[order]
    deaths, w = np.flatnonzero(time < 1.2), 0.0
    left = np.array([[np.sum(group[k:] == g) for g in (0, 1)] for k in deaths])
    for _ in range(30):
        share = left[:, 1] * np.exp(w) / (left[:, 0] + left[:, 1] * np.exp(w))
        w += np.sum(group[deaths] - share) / np.sum(share * (1 - share))
    return float(np.exp(w))


def cox_says():
    """About 1: the harm of the early deaths and the gain of the late ones cancel, and the model sees no difference."""
    return "about 1"


@picture
def crossing():
    """Left, two hazards over time that cross in the middle, one falling and one rising. Right, the two survival curves: the
    second group falls faster at first, then flattens, and they cross near the end. Cox's single factor for the
    second group is near 1.
    """
    t = np.linspace(0, 1.2, 241)
    fig, (ax, right) = figure(10, 3.3, columns=2)
    for group, color, style, name in ((0, BLUE, "-", "first group"), (1, ORANGE, "--", "second group")):
        h = hazard_of(group, t)
        ax.plot(t, h, color=color, ls=style, label=name)
        right.plot(t, np.exp(-np.cumsum(h) * (t[1] - t[0])), color=color, ls=style, label=name)
    ax.set(xlabel="time", ylabel="hazard", ylim=(0, 2.5), title="the hazards cross")
    right.set(xlabel="time", ylabel="S", ylim=(0, 1.02), title=f"Cox reports a factor of {cox_factor():.2f}")
    ax.legend(loc="upper center")
    return fig


# ------------------------------------------------------------------------------------------- a planted hazard
PLANTED = np.array([0.30, 0.12, 0.05, 0.05, 0.10, 0.20, 0.35, 0.20])


@explorer(people=[200, 50, 1000, 5000], lost=(0.0, 0.3, 0.1, 0.05), labels={"lost": "share lost in each interval"})
def planted(hazard_loss, survival_curve, people, lost):
    """Left, eight planted hazards as bars, high at the start and near the end, and as points what your loss finds by descent.
    Right, the true survival curve and yours. With more people the points move onto the bars. The title gives how many people
    were lost.
    """
    rng, K = np.random.default_rng(3), len(PLANTED)
    died = rng.random((people, K)) < PLANTED
    gone = rng.random((people, K)) < lost
    first = np.where(died.any(axis=1), died.argmax(axis=1), K)
    leaves = np.where(gone.any(axis=1), gone.argmax(axis=1), K)
    interval, event = np.minimum(first, leaves), (first <= leaves) & (first < K)
    logits = np.full(K, -1.0)
    at_risk = np.array([np.sum(interval >= k) for k in range(K)])
    for _ in range(60):
        _, d_logits = hazard_loss(np.tile(logits, (people, 1)), interval, event)
        logits = logits - 5 * np.sum(np.asarray(d_logits, float), axis=0) * people / np.maximum(at_risk, 1)
    found = 1 / (1 + np.exp(-logits))
    fig, (ax, right) = figure(10, 3.2, columns=2)
    ax.bar(np.arange(K), PLANTED, color=SKY, label="planted")
    ax.plot(np.arange(K), found, "D", color=ORANGE, mec=INK, label="found")
    lost_people = int(np.sum((interval < K) & ~event))
    ax.set(xlabel="interval", ylabel="hazard", ylim=(0, 0.62), title=f"{lost_people} of {people} were lost")
    ax.legend(loc="upper center")
    true = np.append(1.0, np.cumprod(1 - PLANTED))
    mine = np.asarray(survival_curve(logits[None]), float)[0]
    right.step(np.arange(K + 1), true, where="post", color=BLUE, label="truth")
    right.step(np.arange(K + 1), mine, where="post", color=ORANGE, ls="--", label="yours")
    right.set(xlabel="intervals outlived", ylabel="S", ylim=(0, 1.02), title=f"largest error {np.abs(true - mine).max():.3f}")
    right.legend(loc="upper right")
    return fig


# ------------------------------------------------------------------------------------------- weights
@explorer(horizon=(0.5, 9.5, 5.5, 0.5))
def weights(known_weights, horizon):
    """Twelve people as lines with a cross for a death and a ring for a loss, and at each end a disc whose area is your weight.
    Who was lost before the horizon, a dashed line, has no disc, and those who stayed longer have larger ones. The title gives
    the sum.
    """
    time = np.array([0.8, 1.5, 2.2, 2.9, 3.4, 4.1, 4.8, 5.2, 6.3, 7.1, 8.4, 9.2])
    event = np.array([1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1])
    found = np.asarray(known_weights(time, event, horizon), float)
    fig, ax = figure(8.4, 3.6)
    for k in range(len(time)):
        ax.plot([0, time[k]], [k, k], color=GREY, lw=1)
        ax.plot(time[k], k, "x" if event[k] else "o", color=INK, ms=6, mfc="none")
        if found[k] > 0:
            ax.scatter(time[k], k, s=170 * found[k], color=ORANGE if time[k] <= horizon else BLUE, alpha=0.45, lw=0)
            ax.annotate(f"{found[k]:.2f}", (time[k], k), xytext=(18, -4), textcoords="offset points", color=INK)
    ax.axvline(horizon, color=INK, lw=1, ls="--")
    ax.set(
        xlim=(0, 11),
        ylim=(-1, 12),
        yticks=[],
        xlabel="time",
        title=f"horizon {horizon:g}: the weights of twelve people sum to {found.sum():.2f}",
    )
    return fig
