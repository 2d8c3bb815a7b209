"""The pictures and explorers of week 14."""

import functools
from collections import defaultdict

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREY, INK, ORANGE, explorer, figure, picture

START, END = 30, 29  # the mark before a name, and the one after it


@functools.cache
def public():
    """Countries (N,) and names (N, 21) of all towns that travel with the course."""
    import checks  # travels with the week

    return checks.coded(datasets.load("towns"))


def coded():
    """All names as numbers: countries (N,), names (N, 21) with 29 for the end and −1 after it."""
    countries, names = public()
    return countries.copy(), names.copy()


def spelt(symbols):
    """A row of symbols as a text, up to its end."""
    letters = datasets.load("towns", split="GR").letters
    text = ""
    for symbol in symbols:
        if not 0 <= symbol < END:
            break
        text += letters[symbol]
    return text


# ------------------------------------------------------------------------------------------- counting
@functools.cache
def followers(skip=1, order=6):
    """How often each symbol followed each context of up to `order` symbols, in four of five names if skip is 5, else in all."""
    table = defaultdict(lambda: np.zeros(30))
    for place, name in enumerate(public()[1]):
        if skip > 1 and place % skip == 0:
            continue
        symbols = (START, *(int(s) for s in name if s >= 0))
        for t in range(1, len(symbols)):
            for begin in range(max(t - order, 0), t + 1):
                table[symbols[begin:t]][symbols[t]] += 1
    return table


def mixed(table, symbols, order, weight=5.0):
    """Chances of the next symbol, each context leaning on the one that is shorter."""
    chances = np.full(30, 1 / 30)
    for length in range(min(order, len(symbols)) + 1):
        found = table.get(tuple(symbols[len(symbols) - length :]))
        if found is not None:
            share = found.sum() / (found.sum() + weight)
            chances = share * found / found.sum() + (1 - share) * chances
    return chances


@picture
def written():
    """Four columns of names that counting models of order 0, 1, 2 and 4 wrote. Order 0 gives soup like "eaa rlt"; with order 1
    vowels and consonants take turns; order 2 can be spoken; order 4 gives names that might stand on a map.
    """
    rng, table = np.random.default_rng(5), followers()
    fig, axes = figure(10, 3.4, columns=4)
    for ax, order in zip(axes, (0, 1, 2, 4), strict=True):
        lines = []
        while len(lines) < 9:
            symbols = [START]
            while len(symbols) < 17 and symbols[-1] != END:
                symbols.append(int(rng.choice(30, p=mixed(table, symbols, order))))
            if 4 <= len(symbols) - 2 <= 14:
                lines.append(spelt(symbols[1:]))
        ax.text(0.04, 0.97, "\n".join(lines), va="top", family="monospace", fontsize=10, color=INK, linespacing=1.6)
        ax.set(title=f"looks back {order} letter{'' if order == 1 else 's'}", xticks=(), yticks=(), xlim=(0, 1), ylim=(0, 1))
    return fig


@functools.cache
def bits_by_order():
    """It falls to 3.5 at three letters, and then no further: what lies further back is often new to a table."""
    table, names = followers(5), public()[1][::5]
    bits = []
    for order in range(7):
        total = number = 0
        for name in names[::2]:
            symbols = [START, *(int(s) for s in name if s >= 0)]
            for t in range(1, len(symbols)):
                total -= np.log2(mixed(table, symbols[:t], order)[symbols[t]])
                number += 1
        bits.append(total / number)
    return np.arange(7), np.array(bits)


# ------------------------------------------------------------------------------------------- how far a gradient reaches
def arrives():
    """0: the first input lies behind five borders, and nothing is handed over any of them. Truncated is not "a little less"."""
    return 0


STEPS = 60


def random_net(scale, rng, units=40):
    """A plain recurrent net whose recurrent weights have the spectral radius `scale`."""
    W = rng.normal(size=(units, units))
    return 0.3 * rng.normal(size=(2, units)), W * scale / np.abs(np.linalg.eigvals(W)).max(), np.zeros(units)


@explorer(scale=(0.3, 2.0, 0.9, 0.1), labels={"scale": "size of the recurrent weights"})
def how_far(rnn_forward, rnn_backward, scale):
    """Left, on a logarithmic axis: how much a loss at the end moves with the state 0 to 60 steps before. For small weights it
    falls by a constant factor a step, for weights near 1 slowly. Right: how well the gradient from the last 1 to 60 steps alone
    agrees in direction with the true one. It is 1 when they are the whole.
    """
    rng = np.random.default_rng(3)
    parameters, X = random_net(scale, rng), rng.normal(size=(4, STEPS, 2))
    reader = rng.normal(size=(4, 40))
    fig, (ax, right) = figure(10.5, 3.4, columns=2)
    borders = (0, 10, 20, 30, 40, 50, 55, 59)
    states, _ = rnn_forward(parameters, X)
    states, sizes, gradients = np.asarray(states, float), [], {}
    for cut in borders:
        start = states[:, cut - 1] if cut else np.zeros((4, 40))
        _, cache = rnn_forward(parameters, X[:, cut:], start)
        d_states = np.zeros((4, STEPS - cut, 40))
        d_states[:, -1] = reader
        d_parameters, _, d_start = rnn_backward(parameters, cache, d_states)
        sizes.append(np.linalg.norm(np.asarray(d_start, float)) / np.linalg.norm(reader))
        gradients[STEPS - cut] = np.asarray(d_parameters[1], float).ravel()
    ax.semilogy(STEPS - np.array(borders), np.clip(sizes, 1e-12, 1e4), "o-", color=BLUE, ms=4)
    ax.axhline(1, color=GREY, lw=1, ls=":")
    ax.set(xlim=(0, 61), ylim=(1e-12, 1e4), xlabel="steps before the end", ylabel="size of the gradient")
    ax.set_title(f"recurrent weights {scale:.1f}: factor {max(sizes[0], 1e-12) ** (1 / STEPS):.2f} a step")
    true = gradients[STEPS]
    chunks = sorted(gradients)
    alike = [g @ true / max(np.linalg.norm(g) * np.linalg.norm(true), 1e-300) for g in (gradients[k] for k in chunks)]
    right.plot(chunks, alike, "s-", color=ORANGE, ms=4)
    right.axhline(1, color=GREY, lw=1, ls=":")
    right.set(xlim=(0, 61), ylim=(-0.6, 1.1), xlabel="steps gone back before the end", ylabel="cosine with the true gradient")
    right.set_title(f"ten steps back: cosine {alike[chunks.index(10)]:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- the forget gate
def best_bias():
    """With 4: the forget gate is 0.98 then, and by the direct way 0.33 is left after sixty steps. With 2 it is 0.0005."""
    return "4"


@explorer(bias=(-2.0, 6.0, 0.0, 0.5), labels={"bias": "forget gate's bias"})
def forget(lstm_forward, lstm_backward, bias):
    """On a logarithmic axis, how much a loss at the end moves with the cells so many steps before, for forget biases 0, 2 and 4
    and for the chosen one. The larger the bias, the flatter the line: at 0 it loses ten powers of ten in forty steps, at 4 hardly
    anything in sixty.
    """
    rng = np.random.default_rng(4)
    W_x, W_h = 0.5 * rng.normal(size=(2, 4, 20)), 0.5 * rng.normal(size=(20, 4, 20)) / np.sqrt(20)
    X, reader = rng.normal(size=(4, STEPS, 2)), rng.normal(size=(4, 20))
    cuts = (0, 10, 20, 30, 40, 50, 55)

    def sizes(value):
        gates = np.zeros((4, 20))
        gates[1] = value
        states, out = np.asarray(lstm_forward((W_x, W_h, gates), X)[0], float), []
        for cut in cuts:
            start = states[:, cut - 1] if cut else np.zeros((4, 2, 20))
            _, cache = lstm_forward((W_x, W_h, gates), X[:, cut:], start)
            d_states = np.zeros((4, STEPS - cut, 2, 20))
            d_states[:, -1, 1] = reader
            d_start = np.asarray(lstm_backward((W_x, W_h, gates), cache, d_states)[2], float)
            out.append(np.linalg.norm(d_start[:, 1]) / np.linalg.norm(reader))
        return np.clip(out, 1e-12, 10)

    fig, ax = figure(8.4, 3.5)
    back = STEPS - np.array(cuts)
    for value, mark in ((0, "o"), (2, "s"), (4, "^")):
        ax.semilogy(back, sizes(value), mark + "--", color=GREY, ms=4, lw=1, label=f"bias {value}")
    chosen = sizes(bias)
    ax.semilogy(back, chosen, "D-", color=ORANGE, ms=5, label="chosen")
    ax.set(xlim=(0, 61), ylim=(1e-12, 20), xlabel="steps before the end", ylabel="gradient for the cell")
    ax.set_title(f"bias {bias:g}, gate {1 / (1 + np.exp(-bias)):.2f}: after sixty steps {chosen[0]:.1g} is left")
    ax.legend(loc="lower left", ncols=2)
    return fig


# ------------------------------------------------------------------------------------------- nine voices
@functools.cache
def utterances():
    """The vowels of nine men: training and test."""
    return datasets.load("vowels", split="train"), datasets.load("vowels", split="test")


@explorer(units=[10, 20, 40], scale=(0.2, 1.4, 0.8, 0.2), labels={"scale": "size of the recurrent weights"})
def voices(rnn_forward, both_ways, units, scale):
    """The share of 370 utterances whose speaker is named rightly by a linear read-out of a random net, as four bars: from the
    state at the end of the row, from the mean over all 29 steps, from the mean over the real steps, and from the mean over real
    steps of both directions. The first is low, the last the highest.
    """
    rng = np.random.default_rng(7)
    one, other = (
        (0.5 * rng.normal(size=(12, units)), W * scale / np.abs(np.linalg.eigvals(W)).max(), 0.2 * rng.normal(size=units))
        for W in rng.normal(size=(2, units, units))
    )
    train, test = utterances()

    def run(parameters, X):
        return rnn_forward(parameters, X)[0]

    def features(data):
        X, lengths = np.asarray(data.X, float), data.length.astype(int)
        real = np.arange(X.shape[1]) < lengths[:, None]
        alone = np.asarray(run(one, np.where(real[:, :, None], X, 0)), float)
        both = np.asarray(both_ways(run, one, other, X, lengths), float)
        means = [(states * real[:, :, None]).sum(axis=1) / lengths[:, None] for states in (alone, both)]
        return [alone[:, -1], alone.mean(axis=1), *means]

    shares = []
    for fitted, judged in zip(features(train), features(test), strict=True):
        centre, spread = fitted.mean(axis=0), fitted.std(axis=0) + 1e-9
        A, B = (np.column_stack([(Z - centre) / spread, np.ones(len(Z))]) for Z in (fitted, judged))
        W = np.linalg.solve(A.T @ A + 1.0 * np.eye(A.shape[1]), A.T @ np.eye(9)[train.speaker])
        shares.append(float(np.mean((B @ W).argmax(axis=1) == test.speaker)))
    fig, ax = figure(9, 3.2)
    names = ("last state\nof the row", "mean over\nall 29 steps", "mean over\nreal steps", "real steps,\nboth directions")
    bars = ax.bar(names, shares, color=(GREY, GREY, BLUE, ORANGE), width=0.6)
    ax.bar_label(bars, [f"{share:.0%}" for share in shares])
    ax.axhline(1 / 9, color=INK, lw=0.8, ls=":")
    ax.set(
        ylim=(0, 1.1), ylabel="speakers named rightly", title=f"{units} random units, two directions: {shares[3]:.0%} of nine men"
    )
    return fig


# ------------------------------------------------------------------------------------------- learning to write
MILESTONES = (0, 30, 100, 300, 600)


@functools.lru_cache(maxsize=2)
def apprentices(tape, adam, lstm_forward, lstm_backward, sequence_loss):
    """The parameters of a small net after each of the milestones, and its loss there in bits."""
    rng = np.random.default_rng(8)
    names = public()[1]
    lengths, units = (names >= 0).sum(axis=1), 40
    lstm = tape.layer(lstm_forward, lstm_backward)
    loss = tape.operation(sequence_loss, lambda d_logits, d_loss: (d_logits * d_loss, None, None))
    gates = np.zeros((4, units))
    gates[1] = 1
    parameters = [
        (0.3 * rng.normal(size=(31, 4, units)), gates),
        (rng.normal(size=(units, 4, units)) / np.sqrt(units), np.zeros(30)),
        (rng.normal(size=(units, 30)) / np.sqrt(units), np.zeros(1)),
    ]
    parameters = [tuple(array.astype(np.float32) for array in pair) for pair in parameters]
    one_hot, state, kept = np.eye(31, dtype=np.float32), None, {}
    for count in range(MILESTONES[-1] + 1):
        rows = np.argsort(lengths + 0.1 * rng.random(len(names)))[(64 * int(rng.integers(len(names) // 64))) :][:64]
        wanted = names[rows][:, : int(np.max(lengths[rows]))]
        heard = np.concatenate([np.full((len(rows), 1), START), np.maximum(wanted[:, :-1], 0)], axis=1)

        def lossy(held, heard=heard, wanted=wanted):
            (W_x, b), (W_h, b_out), (W_out, _) = held
            states = lstm((W_x, W_h, b), one_hot[heard], np.zeros((len(heard), 2, units), np.float32))
            return loss(states[:, :, 0] @ W_out + b_out, wanted, wanted >= 0)

        value, gradients = tape.value_and_gradients(lossy, parameters)
        if count in MILESTONES:
            kept[count] = parameters, value / np.log(2)
        parameters, state = adam(parameters, gradients, state, 0.01)
    return kept


@explorer(steps=list(MILESTONES), temperature=[1.0, 0.0, 0.5, 2.0])
def babble(tape, adam, lstm_forward, lstm_backward, sequence_loss, write, steps, temperature):
    """Ten names that a small net writes after 0, 30, 100, 300 or 600 steps of training. At first they are soup of any length;
    at the end most of them can be spoken, and some sound as if they came from one country.
    """
    parameters, bits = apprentices(tape, adam, lstm_forward, lstm_backward, sequence_loss)[steps]
    (W_x, b), (W_h, b_out), (W_out, _) = parameters

    def step(state, symbols):
        states, _ = lstm_forward((W_x, W_h, b), np.eye(31, dtype=np.float32)[symbols][:, None], state)
        state = np.asarray(states)[:, -1]
        return state[:, 0] @ W_out + b_out, state

    begin = np.zeros((10, 2, W_h.shape[0]), np.float32), np.full(10, START)
    rows = write(step, *begin, temperature, np.random.default_rng(9), END, 20)
    names = [spelt(row) or "(nothing)" for row in np.asarray(rows)]
    fig, ax = figure(8.4, 2.6)
    for column, part in enumerate((names[:5], names[5:])):
        place = 0.03 + 0.5 * column
        ax.text(place, 0.93, "\n".join(part), va="top", family="monospace", fontsize=11, color=INK, linespacing=1.6)
    ax.set(xticks=(), yticks=(), xlim=(0, 1), ylim=(0, 1))
    ax.set_title(f"after {steps} steps, at temperature {temperature:g}; its last batch cost {bits:.2f} bits per letter")
    return fig
