"""The pictures and explorers of week 8."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, explorer, figure, picture


@functools.cache
def simulator():
    """The module of checks, which holds the recorded trainings and the teams."""
    import checks

    return checks


def Team(rng):
    """A team of the flight simulator, drawn afresh; everything in it may be looked at."""
    return simulator().Team(rng)


TASKS = ("digits", "clothes", "tops")


def errors(task, rows, wrong, units, steps):
    """Errors (…, 3) in training, on copies, and on new pictures: from the recorded trainings."""
    return simulator().errors_of(task, rows, wrong, units, steps)


# ------------------------------------------------------------------------------------------- two teams
def like(task, rows, wrong, units, steps):
    """What would become of a team with more of one thing: new errors (4, 4) after 0 to 3 steps of each knob."""
    k = np.arange(4)
    return {
        "rows, doubled": errors(task, np.minimum(rows * 2.0**k, 1920), wrong, units, steps)[:, 2],
        "labels, mended": errors(task, rows, wrong * 0.3**k, units, steps)[:, 2],
        "units, tripled": errors(task, rows, wrong, np.minimum(units * 3.0**k, 108), steps)[:, 2],
        "steps, four times": errors(task, rows, wrong, units, np.minimum(steps * 4.0**k, 1600))[:, 2],
    }


FIRST, SECOND = (1, 960, 0.0, 6, 800), (1, 960, 0.3, 36, 800)  # task, rows, wrong labels, units, steps


@picture
def two_teams():
    """Errors on new pictures of two teams that begin alike, as one thing is changed again and again. In the first, more units
    bring the largest fall, and mended labels nothing. In the second, mended labels bring the largest fall, and more units
    or steps do harm.
    """
    fig, axes = figure(9.5, 3.8, columns=2, sharey=True)
    for ax, team, name in zip(axes, (FIRST, SECOND), ("first", "second"), strict=True):
        for (knob, found), marker, colour in zip(like(*team).items(), "os^D", (BLUE, ORANGE, GREEN, GREY), strict=True):
            ax.plot(np.arange(4), found, marker=marker, color=colour, label=knob)
        ax.set(xticks=range(4), xlabel="times that this was done", ylim=(0.1, 0.4), title=f"the {name} team")
    axes[0].set_ylabel("mistakes on new pictures")
    axes[1].legend(frameon=False, fontsize=9, ncols=2, loc="upper right")
    return fig


# ------------------------------------------------------------------------------------------- prices
@functools.cache
def two_apps():
    """What a timid and a bold app said of 200 mushrooms, half of them poisonous: y, timid, bold."""
    rng = np.random.default_rng(3)
    y = np.repeat([0, 1], 100)
    timid = np.where(rng.random(200) < 0.4, 1, 0)
    timid[100:] = 1
    timid[100:104] = 2
    bold = np.where(rng.random(200) < 0.03, 1, 0)
    bold[100:] = 1
    bold[100:105] = 0
    return y, timid, bold


@explorer(asks=(0, 100, 0, 5))
def prices(price, asks):
    """Two apps as bars, by accuracy on the left and by your price on the right. The bold one is better by accuracy and dearer
    by price, since it lets people eat some poisonous ones. The slider lets the bold app ask about so many of 100 mushrooms:
    its price falls at first.
    """
    y, timid, bold = two_apps()
    rng = np.random.default_rng(4)
    bold = np.where(rng.random(200) < asks / 100, 2, bold)
    fig, axes = figure(9, 3.2, columns=2)
    right = [np.mean(said == y) for said in (timid, bold)]
    money = [float(price(y.copy(), said.copy(), 20.0, np.array([100.0]))) for said in (timid, bold)]
    for ax, values, words in zip(axes, (right, money), ("share of right answers", "your price"), strict=True):
        ax.barh([1, 0], values, color=[BLUE, ORANGE], height=0.6)
        ax.set(yticks=[1, 0], yticklabels=["timid", "bold"], xlabel=words)
        for at, value in zip((1, 0), values, strict=True):
            ax.annotate(f" {value:.3g}", (value, at), va="center")
    axes[0].set(xlim=(0, 1.15))
    axes[1].set(xlim=(0, max(8.5, 1.2 * max(money))))
    cheaper = "timid" if money[0] < money[1] else "bold"
    axes[1].set_title(f"bold asks about {asks} of 100: {cheaper} is cheaper")
    return fig


# ------------------------------------------------------------------------------------------- copies
CARELESS = (0, 120, 0.33, 108)  # task, rows, wrong labels, units


def wrong_on_copies():
    """About 24. It has learnt the wrong labels by heart, and a copy carries the same wrong label: so both are "right"
    together.
    """
    return float(100 * errors(*CARELESS, 1600)[1])


@picture
def copies():
    """Mistakes against steps of training, on a logarithmic axis. On new pictures with true labels the curve falls, then rises
    to one half. On copies of training pictures with their labels it falls, and stays at a quarter.
    """
    steps = np.geomspace(50, 1600, 40)
    train, copied, new = errors(*CARELESS, steps).T
    fig, ax = figure(8.4, 3.6)
    ax.plot(steps, new, color=BLUE, lw=2.2, label="new pictures, true labels")
    ax.plot(steps, copied, color=ORANGE, lw=2.2, ls="--", label="copies of training pictures, their labels")
    ax.plot(steps, train, color=GREY, lw=1.4, ls=":", label="training")
    best = int(new.argmin())
    ax.plot(steps[best], new[best], "o", color=BLUE)
    ax.set_xscale("log")
    ax.set(ylim=(0, 0.78), xlabel="steps", ylabel="mistakes", xticks=[50, 100, 200, 400, 800, 1600])
    ax.set_xticklabels(["50", "100", "200", "400", "800", "1600"])
    ax.minorticks_off()
    ax.set_title(f"one should stop after about {steps[best]:.0f} steps; the copies say: never")
    ax.legend(frameon=False, fontsize=9, loc="upper right")
    return fig


# ------------------------------------------------------------------------------------------- hospital
@functools.cache
def forty_patients():
    """Visits of forty patients in 24 months: groups, times."""
    rng = np.random.default_rng(5)
    begins = rng.uniform(0, 22, 40)
    groups = np.repeat(np.arange(40), rng.integers(1, 7, 40))
    return groups, np.floor(begins[groups] + rng.exponential(3, len(groups)) * (rng.random(len(groups)) < 0.8)).clip(0, 24)


@explorer(share=(0.05, 0.5, 0.2, 0.05))
def hospital(split, share):
    """Forty patients as lines, their pictures as marks along 24 months. Training lies left of an upright line. Dev rows lie to
    the right of it, on lines that begin there; marks of older patients to the right of it are crosses, in neither set.
    """
    groups, times = forty_patients()
    train, dev = (np.asarray(rows, int) for rows in split(groups.copy(), times.copy(), share))
    place = np.argsort(np.argsort([times[groups == g].min() + 1e-3 * g for g in range(40)]))[groups]
    lost = np.setdiff1d(np.arange(len(times)), np.concatenate([train, dev]))
    fig, ax = figure(9, 4.4)
    for g in range(40):
        ax.plot([times[groups == g].min(), times[groups == g].max()], [place[groups == g][0]] * 2, color=GREY, lw=0.7)
    for rows, marker, colour, name in ((train, "o", BLUE, "train"), (dev, "s", ORANGE, "dev"), (lost, "x", INK, "neither")):
        ax.plot(times[rows], place[rows], marker, color=colour, ms=5, label=f"{name}: {len(rows)}")
    last = times[train].max() if len(train) else 0
    ax.axvline(last + 0.5, color=INK, lw=1, ls="--")
    ax.set(xlim=(-0.5, 25), ylim=(-1, 42), xlabel="month", ylabel="patients, by first visit", yticks=[])
    ax.set_title(f"a share of {share:.2f}: training ends in month {last:.0f}, and {len(dev)} of {len(times)} rows are dev rows")
    ax.legend(frameon=False, loc="lower right")
    return fig


# ------------------------------------------------------------------------------------------- two gaps
@picture
def two_gaps():
    """Two pairs of bars, dev and sealed set: 0.87 and 0.71 in both. On the left there is a leak, on the right there is none."""
    fig, axes = figure(8.4, 3.2, columns=2, sharey=True)
    for ax, title in zip(axes, ("a patient on both sides", "a better camera for the dev rows"), strict=True):
        bars = ax.bar(["dev", "sealed"], [0.87, 0.71], color=[ORANGE, BLUE], width=0.55, hatch=["//", ""])
        ax.bar_label(bars, fmt="%.2f")
        ax.set(ylim=(0, 1.05), title=title)
    axes[0].set_ylabel("share of right answers")
    return fig


# ------------------------------------------------------------------------------------------- raters
@functools.cache
def votes(domain):
    """Real votes (n, 15): 1 for a good rating, 0 for a bad one, -1 for neither."""
    ratings = datasets.load("sentiment", split=domain).ratings[:, :15]
    return np.where(np.isnan(ratings) | (ratings == 0), -1, ratings > 0).astype(int)


@functools.lru_cache(64)
def differs(domain, others):
    """The share at which one rater differs from the majority of so many others; a tie counts half."""
    table, rng, found = votes(domain), np.random.default_rng(0), []
    for j in range(table.shape[1]):
        rest = rng.permutation(np.delete(np.arange(table.shape[1]), j))[:others]
        yes, no = (table[:, rest] == 1).sum(axis=1), (table[:, rest] == 0).sum(axis=1)
        found.append(np.where(yes == no, 0.5, (yes > no) != (table[:, j] == 1))[(table[:, j] >= 0) & (yes + no > 0)].mean())
    return float(np.mean(found))


def one_against_the_rest():
    """About 5, at sentences about films, where a person said good or bad at all."""
    return 100 * differs("movies", 14)


DOMAINS = {"movies": (BLUE, "o"), "products": (ORANGE, "s"), "tweets": (GREEN, "^")}


@picture
def raters():
    """How often one person differs from the majority of some others, against how many others there are. For films the curve
    falls, from 7 in a hundred with one other to 5 with fourteen. For products and tweets it falls less.
    """
    fig, ax = figure(8.4, 3.6)
    numbers = [1, 3, 5, 7, 9, 11, 14]
    for domain, (colour, marker) in DOMAINS.items():
        ax.plot(numbers, [differs(domain, m) for m in numbers], color=colour, marker=marker, label=domain)
    ax.set(xlim=(0, 15), ylim=(0, 0.15), xlabel="how many others", ylabel="differs from their majority")
    ax.set_title(f"films: {differs('movies', 1):.1%} from one other person, {differs('movies', 14):.1%} from fourteen")
    ax.legend(frameon=False)
    return fig


@explorer(raters=(3, 15, 5), domain=["movies", "products", "tweets"])
def human_level(rater_errors, raters, domain):
    """Your error of each rater as bars, with a line at their mean. It lies below the dotted line, at which one rater differs
    from all others, and hardly moves as raters are added.
    """
    table = votes(domain)[:, :raters]
    found = np.asarray(rater_errors(table.copy()), float)
    fig, ax = figure(8.4, 3.4)
    ax.bar(np.arange(raters), found, color=BLUE, width=0.6)
    ax.axhline(found.mean(), color=ORANGE, lw=1.8)
    ax.axhline(differs(domain, raters - 1), color=INK, lw=1.2, ls=":")
    ax.set(xlim=(-0.6, 14.6), ylim=(0, 0.15), xlabel="rater", ylabel="error", xticks=range(raters))
    ax.set_title(
        f"{domain}, {raters} raters: your mean error is {found.mean():.1%}; "
        f"one differs from the others in {differs(domain, raters - 1):.1%}"
    )
    return fig


# ------------------------------------------------------------------------------------------- bootstrap
@functools.lru_cache(32)
def held(rows, skewed, rounds=400, times=1500):
    """In how many of 100 cases a 95 % percentile bootstrap interval holds the true mean."""
    rng, hits = np.random.default_rng(11), 0
    truth = np.exp(0.5) if skewed else 0.0
    for _ in range(times):
        sample = rng.lognormal(size=rows) if skewed else rng.normal(size=rows)
        means = sample[rng.integers(rows, size=(rounds, rows))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        hits += low <= truth <= high
    return 100 * hits / times


def coverage():
    """About 86. The few large incomes are often missing from a sample of thirty, and then the interval lies too low."""
    return held(30, True)


@picture
def coverages():
    """In how many of 100 cases a nominal 95 % bootstrap interval holds the true mean, against the number of rows. For bell-
    shaped rows it comes to 94 or 95 soon; for log-normal rows it is 79 with ten rows, and 92 with 240.
    """
    sizes = (10, 30, 60, 120, 240)
    fig, ax = figure(8.4, 3.4)
    ax.axhline(95, color=INK, lw=1, ls=":")
    for skewed, name, marker, colour in (
        (False, "bell-shaped rows", "o", BLUE),
        (True, "log-normal rows, such as incomes", "s", ORANGE),
    ):
        ax.plot(sizes, [held(n, skewed, 300, 600) for n in sizes], marker=marker, color=colour, label=name)
    ax.set_xscale("log")
    ax.set(ylim=(70, 100), xlabel="rows", ylabel="holds the truth, of 100", xticks=sizes)
    ax.set_xticklabels([str(n) for n in sizes])
    ax.minorticks_off()
    ax.legend(frameon=False, loc="lower right")
    return fig


@functools.lru_cache(64)
def one_hospital(each, alike):
    """Two models' answers for pictures of about 120 rows in all: y, a, b, groups."""
    return simulator().answered(np.random.default_rng(17), [each] * (120 // each), alike / 100, 0.7, 0.78)


@explorer(each=[1, 2, 4, 8, 12], alike=(0, 100, 80, 20))
def intervals(compare, each, alike, quick=False):
    """Two intervals for the difference of two models, one above the other: yours, which draws patients, and one that draws
    rows. With one picture each they are equally long. With more pictures that are alike, yours grows and the other does
    not.
    """
    y, a, b, groups = one_hospital(each, alike)
    rounds = 200 if quick else 1000

    def right(y, said):
        return float(np.mean(y == said))

    fig, ax = figure(8.4, 2.6)
    ends = [tuple(map(float, compare(right, y, a, b, g, np.random.default_rng(1), rounds))) for g in (groups, np.arange(len(y)))]
    for at, (low, high), colour, name in zip((1, 0), ends, (BLUE, GREY), ("patients", "rows"), strict=True):
        ax.plot([low, high], [at, at], color=colour, lw=4, solid_capstyle="butt")
        ax.annotate(f"{name}: {low:+.2f} to {high:+.2f}", (-0.39, at), va="center")
    ax.plot([np.mean(b == y) - np.mean(a == y)] * 2, [-0.4, 1.4], color=INK, lw=1)
    ax.axvline(0, color=INK, lw=0.8, ls=":")
    ax.set(xlim=(-0.4, 0.5), ylim=(-0.6, 1.6), yticks=[], xlabel="share right, B less A")
    wide = (ends[0][1] - ends[0][0]) / max(ends[1][1] - ends[1][0], 1e-9)
    ax.set_title(f"{120 // each} patients, {each} pictures each: drawing patients is {wide:.1f} times as wide")
    return fig


# ------------------------------------------------------------------------------------------- the dashboard
@explorer(
    task=list(TASKS[1:]) + [TASKS[0]], rows=[240, 60, 120, 480, 960, 1920], wrong=(0.0, 0.45, 0.0, 0.05), units=[36, 4, 12, 108]
)
def dashboard(task, rows, wrong, units):
    """Errors against steps of training, for the knobs as they stand: in training by given labels, on copies, and on new
    pictures. More rows close the gap between the first and the last; wrong labels lift both, and make the last one rise
    late in training.
    """
    steps = np.geomspace(50, 1600, 30)
    train, copied, new = errors(TASKS.index(task), rows, wrong, units, steps).T
    fig, ax = figure(8.4, 3.8)
    ax.plot(steps, new, color=BLUE, lw=2.2, label="new pictures, true labels")
    ax.plot(steps, train, color=GREY, lw=1.8, ls=":", label="training, given labels")
    ax.plot(steps, copied, color=ORANGE, lw=1.5, ls="--", label="copies, given labels")
    ax.set_xscale("log")
    ax.set(ylim=(0, 0.9), xlabel="steps", ylabel="mistakes", xticks=[50, 100, 200, 400, 800, 1600])
    ax.set_xticklabels(["50", "100", "200", "400", "800", "1600"])
    ax.minorticks_off()
    ax.set_title(f"at the end: training {train[-1]:.2f}, new {new[-1]:.2f}; the best on the way is {new.min():.2f}")
    ax.legend(frameon=False, fontsize=9, loc="upper right")
    return fig


# ------------------------------------------------------------------------------------------- a flight
@functools.lru_cache(32)
def flown(lead, number):
    """One team led by her function: the team, its acts with their reports, the version shipped."""
    team, acts = Team(np.random.default_rng(900 + number)), []

    def act(name):
        report = team.act(name)
        acts.append((name, report))
        return report

    chosen = int(lead(act, dict(team.first), dict(team.prices), team.weeks, errors, np.random.default_rng(number)))
    return team, acts, chosen


@explorer(team=(0, 19, 0))
def flight(lead, team):
    """One team, act by act: training and dev errors as its leader saw them, and the true error on new pictures, which nobody
    saw. The version that was shipped is marked with a star. Where dev rows were copies, the dev curve lies below the true
    one.
    """
    one, acts, chosen = flown(lead, team)
    reports = [one.first, *(report for _, report in acts)]
    x = np.arange(len(reports))
    fig, ax = figure(9.5, 4)
    ax.plot(x, [r["train"] for r in reports], ":", marker="^", color=GREY, label="train, as reported")
    ax.plot(x, [r["dev"] for r in reports], "--", marker="s", color=ORANGE, label="dev, as reported")
    ax.plot(x, one.true, "-", marker="o", color=BLUE, lw=2.2, label="new pictures, true labels")
    ax.plot(chosen, one.true[chosen], "*", color=INK, ms=16, label="shipped")
    ax.set(xlim=(-0.4, max(6.4, len(x) - 0.6)), ylim=(0, 1), xticks=x, ylabel="mistakes")
    ax.set_xticklabels(["start", *(name for name, _ in acts)], rotation=20)
    ax.set_title(
        f"team {team} ({TASKS[one.task]}), {one.weeks} weeks: shipped with {one.true[chosen]:.2f}, begun with {one.true[0]:.2f}"
    )
    ax.legend(frameon=False, fontsize=9, ncols=2, loc="upper right")
    return fig
