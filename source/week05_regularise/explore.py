"""The pictures and explorers of week 5, and the rows of the hidden band."""

import functools
import itertools

import numpy as np

from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED, explorer, figure, picture

FEATURES, ROWS = 6, 500


# ------------------------------------------------------------------------------------------- the hidden band
def rows(rng, n=ROWS, world=None):
    """Rows of a hidden band: features (n, 6), labels (n,), true probabilities of label 1 (n,).

    `world` is one of `a_band(rng)`, so that several calls see the same one; a new one is drawn where nothing is said.
    """
    turn, inside = a_band(rng) if world is None else world
    hidden = rng.normal(size=(n, FEATURES))
    chance = np.where(inside(hidden[:, :2]), 0.9, 0.1)
    return (hidden @ turn).astype(np.float32), (rng.random(n) < chance).astype(int), chance


def a_band(rng):
    """A turn of the features (6, 6), and a function that says which points (n, 2) of the hidden plane lie in the band."""
    import checks  # travels with the week

    return checks.a_band(rng)


def a_ring(rng):
    """The same with a plain ring that holds six rows in ten, for the pictures along the way."""
    turn, _ = np.linalg.qr(rng.normal(size=(FEATURES, FEATURES)))
    within = rng.uniform(0.15, 0.25)
    inner, outer = np.sqrt(-2 * np.log(1 - within)), np.sqrt(-2 * np.log(0.4 - within))
    return turn, lambda plane: (np.hypot(*plane.T) > inner) & (np.hypot(*plane.T) < outer)


def above_truth(said, chance):
    """The mean log-loss of what was said, above that of the true probabilities, in nats."""
    said = np.clip(said, 1e-6, 1 - 1e-6)
    ours = -chance * np.log(chance) - (1 - chance) * np.log(1 - chance)
    return float(np.mean(-chance * np.log(said) - (1 - chance) * np.log(1 - said) - ours))


@picture
def band():
    """Three of the hidden planes. In each, rows with label 1 lie on winding bands and islands, those with 0 between them, with
    some of each where the others are; no two planes look alike. Last, the first two features of the third one as they come:
    both kinds lie mixed in one round cloud.
    """
    fig, axes = figure(12, 3.5, columns=4)
    grid = np.stack(np.meshgrid(np.linspace(-3.5, 3.5, 141), np.linspace(-3.5, 3.5, 141)), axis=-1)
    for k, ax in enumerate(axes):
        rng = np.random.default_rng(min(k, 2))
        turn, inside = world = a_band(rng)
        X, y, _ = rows(rng, world=world)
        Z = X @ turn.T if k < 3 else X
        for label, colour, marker in ((0, BLUE, "o"), (1, ORANGE, "^")):
            ax.plot(*Z[y == label, :2].T, marker, color=colour, ms=3.5, alpha=0.7, mew=0, label=f"label {label}")
        if k < 3:
            lies = inside(grid.reshape(-1, 2)).reshape(141, 141)
            ax.contour(*np.moveaxis(grid, -1, 0), lies, [0.5], colors=INK, linewidths=1.2)
        title = f"Hidden plane {k + 1}" if k < 3 else "Two features of the third"
        ax.set(title=title, xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
    axes[0].legend(loc="upper left", handlelength=1, markerscale=1.6, borderpad=0.2)
    return fig


# ------------------------------------------------------------------------------------------- a small net, to look at
def forwards(parameters, X):
    """The signals between the layers, inputs first, and the scores."""
    signals = [X]
    for W, b in parameters[:-1]:
        signals.append(np.maximum(signals[-1] @ W + b, 0))
    W, b = parameters[-1]
    return signals, signals[-1] @ W + b


def backwards(parameters, signals, delta):
    """The gradients of the parameters, and those of the sums of each layer, last layer last."""
    gradients, deltas = [], []
    for (W, _), signal in zip(parameters[::-1], signals[::-1], strict=True):
        gradients.append((signal.T @ delta, delta.sum(axis=0)))
        deltas.append(delta)
        delta = (delta @ W.T) * (signal > 0)
    return gradients[::-1], deltas[::-1]


def begin(rng):
    """Parameters of the net of the pictures: widths 6, 24, 24, 1."""
    spreads = ((6, 24, 0.58), (24, 24, 0.29), (24, 1, 0.29))
    return [(spread * rng.normal(size=(m, n)), np.zeros(n)) for m, n, spread in spreads]


def plain_step(parameters, gradients, learning_rate, penalty):
    """A step downhill, without a penalty."""
    return [(W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients, strict=True)]


def losses_of(step, penalty, steps, every=20):
    """Mean log-loss on the rows of training and on new ones, after every few steps: epochs, training, new."""
    rng = np.random.default_rng(5)
    world = a_ring(rng)
    (X, y, _), (other, other_y, _) = rows(rng, world=world), rows(rng, 2000, world)
    parameters, at, known, new = begin(rng), [], [], []
    for k in range(steps + 1):
        signals, scores = forwards(parameters, X)
        scores = scores[:, 0]
        if k % every == 0:
            at.append(k)
            known.append(np.mean(np.logaddexp(0, np.where(y == 1, -scores, scores))))
            unseen = forwards(parameters, other)[1][:, 0]
            new.append(np.mean(np.logaddexp(0, np.where(other_y == 1, -unseen, unseen))))
        delta = ((np.exp(-np.logaddexp(0, -scores)) - y) / len(y))[:, None]
        parameters = step(parameters, backwards(parameters, signals, delta)[0], 0.5, penalty)
    return np.array(at), np.array(known), np.array(new)


BEST = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)


def draw_losses(ax, at, known, new):
    """Both curves, the best possible loss, and that of a coin."""
    ax.plot(at, new, color=ORANGE)
    ax.plot(at, known, color=BLUE)
    ax.axhline(BEST, color=INK, lw=1.2, ls="--")
    ax.axhline(np.log(2), color=GREY, lw=1.2, ls=":")
    ax.set(ylim=(0, 1.6), xlim=(0, at[-1]), xlabel="step", ylabel="mean log-loss (nats)")
    ax.annotate("best possible", (at[-1], BEST), (-4, 4), textcoords="offset points", ha="right", fontsize=9)
    ax.annotate("fifty-fifty", (at[-1], np.log(2)), (-4, 4), textcoords="offset points", ha="right", fontsize=9, color=GREY)


@picture
def apart():
    """The loss on the training rows falls through the best possible loss to nearly 0. The loss on new rows never falls below that
    of saying fifty-fifty, and rises without end.
    """
    at, known, new = losses_of(plain_step, 0.0, 2000)
    fig, ax = figure(8.4, 3.6)
    draw_losses(ax, at, known, new)
    ax.annotate("new rows", (at[40], new[40]), (-6, 6), textcoords="offset points", color="#a87100", ha="right")
    ax.annotate("training rows", (at[60], known[60]), (6, 4), textcoords="offset points", color=BLUE)
    lowest = at[np.argmin(new)]
    ax.set(title=f"After 2,000 steps: training {known[-1]:.2f}, new rows {new[-1]:.2f}; lowest on new rows at step {lowest}")
    return fig


# ------------------------------------------------------------------------------------------- double descent
def forty_rows(rng):
    """Forty rows of a straight line hidden in noise, 200 new rows with what is true there, and 500 directions to bend along."""
    X, other = rng.normal(size=(40, 8)), rng.normal(size=(200, 8))
    line = rng.normal(size=8) / np.sqrt(8)
    y = X @ line + 0.5 * rng.normal(size=40)
    return X, y, other, other @ line, rng.normal(size=(8, 500)) / np.sqrt(8)


@functools.cache
def descent():
    """Sizes of a random-feature model, and its mean squared error on forty training rows and on new ones."""
    sizes = np.unique(np.round(np.geomspace(2, 500, 20)).astype(int))
    sizes = np.unique(np.append(sizes, [5, 36, 40, 45, 400]))
    known, new = np.zeros((15, len(sizes))), np.zeros((15, len(sizes)))
    for k in range(15):
        X, y, other, truth, bends = forty_rows(np.random.default_rng(k))
        for j, size in enumerate(sizes):
            features, others = (np.maximum(A @ bends[:, :size], 0) for A in (X, other))
            weights = np.linalg.lstsq(features, y, rcond=1e-10)[0]  # of all that fit best, the smallest
            known[k, j] = np.mean((features @ weights - y) ** 2)
            new[k, j] = np.mean((others @ weights - truth) ** 2) + 0.25
    return sizes, np.median(known, axis=0), np.median(new, axis=0)


def worst_size():
    """40 features: as many as rows. There the only fit through all rows needs huge weights."""
    sizes, _, new = descent()
    loss = dict(zip(sizes.tolist(), new, strict=True))
    return max(("5 features", "40 features", "400 features"), key=lambda word: loss[int(word.split()[0])])


@picture
def double_descent():
    """The training loss falls and is 0 from forty features on. The loss on new rows falls a little, rises to a sharp peak at
    forty features, and falls again to a low plain.
    """
    sizes, known, new = descent()
    fig, ax = figure(8.4, 3.6)
    ax.loglog(sizes, new, "o-", color=ORANGE, ms=3.5)
    ax.loglog(sizes[known > 1e-4], known[known > 1e-4], "s-", color=BLUE, ms=3.5)
    ax.axvline(40, color=GREY, lw=1, ls=":")
    ax.axhline(0.25, color=INK, lw=1.2, ls="--")
    ax.annotate("best possible", (2, 0.25), (2, 4), textcoords="offset points", fontsize=9)
    ax.annotate("new rows", (sizes[-1], new[-1]), (-4, 10), textcoords="offset points", color="#a87100", ha="right")
    ax.annotate("training rows", (4, known[2]), (0, -22), textcoords="offset points", color=BLUE)
    ax.annotate("40 rows", (40, ax.get_ylim()[1]), (5, -12), textcoords="offset points", color=GREY, fontsize=9)
    at = dict(zip(sizes.tolist(), new, strict=True))
    ax.set(ylim=(0.02, None), xlabel="random features", ylabel="mean squared error",
           title=f"On new rows: {at[5]:.1f} with 5 features, {at[40]:.0f} with 40, {at[400]:.1f} with 400")
    return fig


@functools.cache
def forty_features():
    """The models of the peak. For each of fifteen draws: features (40, 40), targets (40, 1), features and truths of new rows."""
    drawn = []
    for k in range(15):
        X, y, other, truth, bends = forty_rows(np.random.default_rng(k))
        features, others = (np.maximum(A @ bends[:, :40], 0) for A in (X, other))
        drawn.append((features, y[:, None], others, truth[:, None]))
    return drawn


def decayed(step, penalty, steps=1200, every=30):
    """Median mean squared errors while they walk downhill with a step and a penalty: steps, on the forty rows, on new ones."""
    drawn, at, known, new = forty_features(), [], [], []
    parameters = [(np.zeros((40, 1)), np.zeros(1)) for _ in drawn]
    for k in range(steps + 1):
        gaps = [features @ W + b - y for (features, y, _, _), (W, b) in zip(drawn, parameters, strict=True)]
        if k % every == 0:
            at.append(k)
            known.append(np.median([np.mean(gap**2) for gap in gaps]))
            pairs = zip(drawn, parameters, strict=True)
            new.append(np.median([np.mean((others @ W + b - truth) ** 2) + 0.25 for (_, _, others, truth), (W, b) in pairs]))
        gradients = [(one[0].T @ gap / 40, gap.mean(axis=0)) for one, gap in zip(drawn, gaps, strict=True)]
        parameters = step(parameters, gradients, 0.05, penalty)
    return np.array(at), np.array(known), np.array(new)


@functools.cache
def plain_errors(penalty):
    """What is left at a penalty on new rows, with our own step: for the guess."""

    def step(parameters, gradients, learning_rate, penalty):
        shrunk = [((1 - learning_rate * penalty) * W, b) for W, b in parameters]
        return plain_step(shrunk, gradients, learning_rate, 0.0)

    return decayed(step, penalty)[2][-1]


def best_penalty():
    """0.1: a weaker one leaves the models free to learn luck, a hundred times as much leaves them little but the mean."""
    return min(("0", "0.001", "0.1", "10"), key=lambda word: plain_errors(float(word)))


@explorer(penalty=[0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
def penalties(decay_step, penalty):
    """The mean squared errors on forty rows and on new rows over 1,200 steps. Without a penalty they part, and the one on new
    rows turns and rises; at 0.1 it falls and stays low; at 3 and above both stay high, close together.
    """
    at, known, new = decayed(decay_step, penalty)
    fig, ax = figure(8.4, 3.6)
    ax.plot(at, new, color=ORANGE)
    ax.plot(at, known, color=BLUE)
    ax.axhline(0.25, color=INK, lw=1.2, ls="--")
    constant = float(np.median([np.mean((y.mean() - truth) ** 2) + 0.25 for _, y, _, truth in forty_features()]))
    ax.axhline(constant, color=GREY, lw=1.2, ls=":")
    ax.set(ylim=(0, 1.6), xlim=(0, at[-1]), xlabel="step", ylabel="mean squared error")
    ax.annotate("best possible", (at[-1], 0.25), (-4, 4), textcoords="offset points", ha="right", fontsize=9)
    ax.annotate("the mean", (at[-1], constant), (-4, 4), textcoords="offset points", ha="right", fontsize=9, color=GREY)
    ax.plot(at[-1], new[-1], "o", color=ORANGE, ms=6, clip_on=False)
    ax.plot(at[-1], known[-1], "s", color=BLUE, ms=6, clip_on=False)
    gap = new[-1] - known[-1]
    ax.set(title=f"penalty {penalty:g}: training (square) {known[-1]:.2f}, new rows (dot) {new[-1]:.2f}, gap {gap:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- dropout
def spread_of_a_sum():
    """6.3: each number becomes 5 with probability 0.2, else 0, which has a variance of 4. Ten of them have 40, and the root of it
    is 6.3.
    """
    return 6.3


@explorer(drop_rate=(0.0, 0.95, 0.5, 0.05), units=(1, 40, 10), labels={"drop_rate": "drop rate"})
def thinned(drop_rate, units):
    """Ten thousand sums of activations of 1 after dropout, as a histogram of sums divided by their number. Its mean stays at 1
    for every drop rate; its spread grows with the drop rate and shrinks with the number of units.
    """
    kept = np.random.default_rng(0).binomial(units, 1 - drop_rate, 10_000)
    values, counts = np.unique(kept / (units * (1 - drop_rate)), return_counts=True)
    shares = counts / counts.sum()
    fig, ax = figure(8.4, 3.3)
    ax.vlines(values, 0, shares, color=BLUE, lw=5)
    mean = float(values @ shares)
    ax.plot(mean, 0, "^", color=RED, ms=11, clip_on=False)
    spread = float(np.sqrt(shares @ (values - mean) ** 2))
    ax.set(xlim=(-0.1, 5), ylim=(0, max(1.05 * shares.max(), 0.2)), xlabel="sum ÷ number of units", ylabel="share of draws",
           title=f"drop rate {drop_rate:.2f}, {units} units: mean (triangle) {mean:.2f}, spread {spread:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- early stopping
def made_up(n, rng, epochs=200):
    """The lesson's `learning_curves`."""
    t = np.arange(epochs)
    speed, rise = 10 ** rng.uniform(0.5, 1.5, (n, 1)), 10 ** rng.uniform(-1.7, -0.3, (n, 1))
    noise = 10 ** rng.uniform(-2.3, -1.0, (n, 1))
    true = 0.2 + rng.uniform(0.3, 1, (n, 1)) * np.exp(-t / speed) + rise * (t / 100) ** 1.5
    return true, true + noise * rng.normal(size=true.shape)


@picture
def curves():
    """Four made-up trainings. The true loss falls and then rises slowly; the measured one jumps about it, hardly at all in some
    trainings and as far as the whole valley is deep in others.
    """
    true, measured = made_up(4, np.random.default_rng(52))
    fig, axes = figure(10, 2.9, columns=4, sharey=True)
    for ax, smooth, rough in zip(axes, true, measured, strict=True):
        ax.plot(rough, color=ORANGE, lw=0.8)
        ax.plot(smooth, color=BLUE, lw=2.4)
        best = int(np.argmin(smooth))
        ax.plot(best, smooth[best], "v", color=INK, ms=8)
        ax.set(ylim=(0, 1.3), xlabel="epoch", title=f"lowest at {best}")
    axes[0].set_ylabel("dev loss")
    return fig


@functools.cache
def patiences():
    """What each fixed patience costs on 200 trainings: patiences, mean costs; and these trainings."""
    true, measured = made_up(200, np.random.default_rng(11))
    each = list(range(1, 61))
    pairs = list(zip(true, measured, strict=True))
    return each, [float(np.mean([paid(Waiting(p), one, other)[2] for one, other in pairs])) for p in each], true, measured


class Waiting:
    """A fixed patience."""

    def __init__(self, patience):
        self.patience, self.epoch, self.keep, self.lowest = patience, -1, 0, np.inf

    def see(self, loss):
        """Whether to go on."""
        self.epoch += 1
        if loss < self.lowest:
            self.keep, self.lowest = self.epoch, loss
        return self.epoch - self.keep < self.patience


def paid(rule, true, measured, price=0.001):
    """The epoch kept, the number seen, and what both cost."""
    seen = 0
    for loss in measured.tolist():
        seen += 1
        if not rule.see(loss):
            break
    return rule.keep, seen, true[rule.keep] + price * seen


@explorer(training=(1, 40, 1))
def stops(StoppingRule, training):
    """Left: one training with its true and measured losses, and two upright lines, where your rule keeps and where it stops.
    Right: the mean cost of every fixed patience over 200 trainings, a valley, and that of your rule as a level line.
    """
    each, costs, true, measured = patiences()
    ours = rule_cost(StoppingRule)
    one, other = true[training - 1], measured[training - 1]
    keep, seen, _ = paid(StoppingRule(60), one, other)
    fig, (left, right) = figure(10, 3.5, columns=2)
    left.plot(other, color=ORANGE, lw=0.8)
    left.plot(one, color=BLUE, lw=2.4)
    left.axvline(keep, color=GREEN, lw=1.8)
    left.axvline(seen - 1, color=RED, lw=1.8, ls="--")
    left.set(xlim=(0, 199), ylim=(0, 1.3), xlabel="epoch", ylabel="dev loss",
             title=f"Keeps epoch {keep} (full line), stops at {seen - 1} (dashed)")
    right.plot(each, costs, "o-", color=PURPLE, ms=3)
    right.axhline(ours, color=INK, lw=1.6)
    right.annotate("your rule", (59, ours), (0, 4), textcoords="offset points", ha="right")
    right.set(xlabel="fixed patience", ylabel="mean cost", ylim=(0.29, 0.42),
              title=f"Yours {ours:.4f}, patience {each[int(np.argmin(costs))]}: {min(costs):.4f}")
    return fig


def rule_cost(Rule):
    """A rule's mean cost over the same 200 trainings."""
    _, _, true, measured = patiences()
    return float(np.mean([paid(Rule(60), one, other)[2] for one, other in zip(true, measured, strict=True)]))


# ------------------------------------------------------------------------------------------- how a net begins
def left_after_relu():
    """A half: of the squares, those of the negative sums are gone, and they were as large as the others."""
    return "a half"


WIDTHS, UNEQUAL = (64, 200, 50, 200, 50, 200, 50), (64, 400, 12, 400, 12, 400, 12)


@explorer(spread=(0.02, 0.4, 0.1, 0.01), leak=[0.0, 0.2, 1.0], labels={"spread": "spread of all weights"})
def layers(spread, leak):
    """The mean square of activations (dots) and of gradients (triangles) at each layer of a net with widths 400 and 12 in turn,
    on a logarithmic axis. With one spread of weights for all layers the dots climb or fall, in a zigzag that leaves the shaded
    band at every spread.
    """
    rng = np.random.default_rng(1)
    parameters = [(spread * rng.normal(size=pair), np.zeros(pair[1])) for pair in itertools.pairwise(UNEQUAL)]
    ahead, back, _, _ = sizes_of(parameters, leak)
    fig, ax = figure(8.4, 3.5)
    at = np.arange(1, len(UNEQUAL))
    ax.semilogy(at, np.maximum(ahead, 1e-12), "o-", color=BLUE)
    ax.semilogy(at, np.maximum(back, 1e-12), "^--", color=ORANGE)
    ax.axhspan(0.4 * ahead[0], 2.5 * ahead[0], color=BLUE, alpha=0.12, lw=0)
    ax.set(ylim=(1e-6, 1e6), xlabel="layer", ylabel="mean square", xticks=at,
           title=f"spread {spread:.2f}: layer 6 has {ahead[-1] / ahead[0]:.2g} times the mean square of layer 1")
    ax.annotate("activations (dots), and the band to stay in", (0.02, 0.93), xycoords="axes fraction", color=BLUE, fontsize=9)
    ax.annotate("gradients (triangles)", (0.02, 0.05), xycoords="axes fraction", color="#a87100", fontsize=9)
    return fig


def sizes_of(parameters, leak):
    """Mean squares of what leaves each layer and of its gradient, for unit gradients of the scores; and both as arrays."""
    rng = np.random.default_rng(2)
    signal, outs, slopes = rng.normal(size=(200, len(parameters[0][0]))), [], []
    for k, (W, b) in enumerate(parameters, start=1):
        sums = signal @ W + b
        slopes.append(np.where((sums > 0) | (k == len(parameters)), 1.0, leak))
        signal = slopes[-1] * sums
        outs.append(signal)
    delta, deltas = rng.normal(size=signal.shape), []
    for (W, _), slope in zip(parameters[::-1], slopes[::-1], strict=True):
        deltas.append(delta)
        delta = (delta * slope) @ W.T
    deltas = deltas[::-1]
    return np.array([np.mean(a**2) for a in outs]), np.array([np.mean(d**2) for d in deltas]), outs, deltas


@explorer(scale=(0.3, 2.0, 1.0, 0.1), labels={"scale": "times your weights"})
def histograms(initialise, scale):
    """Histograms of the activations that leave each of six layers (upper row) and of the gradients at the same places (lower
    row). At scale 1 a right initialiser keeps all upper ones about equally wide; below it they shrink to a needle, above they
    spread out.
    """
    parameters = [(scale * np.asarray(W), np.asarray(b)) for W, b in initialise(list(WIDTHS), np.random.default_rng(1))]
    ahead, back, outs, deltas = sizes_of(parameters, 0.0)
    fig, axes = figure(10.5, 4.2, rows=2, columns=len(outs), sharey="row")
    for k, (out, delta) in enumerate(zip(outs, deltas, strict=True)):
        for ax, values, size, colour in ((axes[0, k], out, ahead[k], BLUE), (axes[1, k], delta, back[k], ORANGE)):
            shown = values[values != 0] if ax is axes[0, k] else values
            counts, edges = np.histogram(np.clip(shown, -5, 5), bins=np.linspace(-5, 5, 41), density=True)
            ax.stairs(counts, edges, color=colour, fill=True)
            ax.set(xlim=(-5, 5), yticks=[], ylim=(0, 1.2), title=f"{size:.2g}")
        axes[1, k].set_xlabel(f"layer {k + 1}")
    axes[0, 0].set_ylabel("activations")
    axes[1, 0].set_ylabel("gradients")
    ratio = ahead[-1] / ahead[0]
    fig.suptitle(f"Scale {scale:.1f}: mean square of activations after layer 6 ÷ layer 1: {ratio:.2g}", x=0.02, ha="left")
    return fig


# ------------------------------------------------------------------------------------------- measured slopes
def step_errors(dtype):
    """The relative error of measured slopes against the step: steps, one-sided, two-sided; a median over 200 places."""
    at = np.random.default_rng(0).uniform(0.5, 1.5, 200).astype(dtype)
    some = np.logspace(-15, 0, 61)
    out = np.zeros((2, len(some)))

    def loss(w):
        return np.sin(3 * w) + dtype(20)

    true = 3 * np.cos(3 * at.astype(float))
    for j, h in enumerate(some):
        right, left = (at + dtype(sign * h) for sign in (1, -1))
        one = (loss(right).astype(float) - loss(at).astype(float)) / h
        two = (loss(right).astype(float) - loss(left).astype(float)) / (2 * h)
        for row, got in enumerate((one, two)):
            out[row, j] = np.median(np.abs(got - true) / np.abs(true))
    return some, out[0], out[1]


def best_step():
    """1e-5: there the error of the bend, which goes with the square of the step, and that of rounding are about equal."""
    some, _, two = step_errors(np.float64)
    errors = {word: two[int(np.argmin(np.abs(np.log(some / float(word)))))] for word in ("1e-2", "1e-5", "1e-10", "1e-15")}
    return min(errors, key=errors.get)


@picture
def steps():
    """The error of a measured slope against the step, on logarithmic axes. In float64 it falls to the left with the step, to
    1e-10 near a step of 1e-5, and then rises again by rounding. In float32 it is never below 1e-4, and at 1e-6 all is noise.
    """
    fig, axes = figure(9.5, 3.6, columns=2, sharey=True)
    for ax, dtype in zip(axes, (np.float64, np.float32), strict=True):
        some, one, two = step_errors(dtype)
        ax.loglog(some, np.maximum(one, 1e-12), color=ORANGE, ls="--")
        ax.loglog(some, np.maximum(two, 1e-12), color=BLUE)
        ax.axhline(0.01, color=INK, lw=1, ls=":")
        best = int(np.argmin(two))
        ax.set(xlabel="step", ylim=(1e-12, 100), title=f"{np.dtype(dtype)}: best two-sided step about {some[best]:.0e}")
        ax.annotate("one-sided (dashed)", (0.97, 0.9), xycoords="axes fraction", color="#a87100", fontsize=9, ha="right")
        ax.annotate("two-sided", (0.97, 0.06), xycoords="axes fraction", color=BLUE, fontsize=9, ha="right")
        ax.annotate("1 %", (some[0], 0.01), (2, 3), textcoords="offset points", fontsize=9)
    axes[0].set_ylabel("relative error of the slope")
    return fig
