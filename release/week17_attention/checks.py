"""Visible cases of week 17: they travel with the release."""

import datetime
import itertools
import math

import numpy as np
from hypothesis import strategies as st

from autograder.cases import case, draws, exercise, expect, studio

exercise("alarms")
exercise("attend", names=("attend", "attend_backward"))
exercise("beam_search")
exercise("two_measures", names=("error_rate", "bleu"))
exercise("ctc_loss")
exercise("dates", names=("train", "read"), needs=("attend",), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- alarms
def alarms_by_definition(chances, threshold, rest):
    """The frames with an alarm, each asked by itself whether one came shortly before; inputs are only read."""
    rung = set()
    for frame in range(len(chances)):
        if chances[frame] >= threshold and rung.isdisjoint(range(frame - rest, frame)):
            rung.add(frame)
    return sorted(rung)


def her_alarms(alarms, chances, threshold, rest):
    """Her frames as a plain array."""
    said = f"`alarms`, for chances {np.asarray(chances).tolist()}, threshold {threshold} and rest {rest},"
    got = expect.array(alarms(chances, threshold, rest), what=said)
    expect.that(got.ndim == 1, f"{said} returned an array of shape {got.shape}, where a row of frames is wanted")
    return got


@st.composite
def evenings(draw, size=(3, 12)):
    """Chances in steps of a tenth, a threshold among them, and a rest."""
    T = draw(st.integers(*size))
    chances = np.array(draw(st.lists(st.integers(0, 9), min_size=T, max_size=T)), float) / 10
    return {"chances": chances, "threshold": draw(st.integers(2, 7)) / 10, "rest": draw(st.integers(0, 4))}


@case("alarms", "the example in the statement comes out")
def two_rests(alarms):
    chances = np.array([0.2, 0.9, 0.9, 0.8, 0.1, 0.7])
    for rest, want in ((1, [1, 3, 5]), (2, [1, 5])):
        got = her_alarms(alarms, chances.copy(), 0.7, rest)
        expect.close(got, want, what=f"with rest {rest}, the frames with an alarm", reveal=True)


@case(
    "alarms",
    "an alarm at each frame at or above the threshold, unless one came within the rest before it",
    weight=2,
    draws={"evening": evenings()},
)
def each_frame(alarms, evening):
    want = alarms_by_definition(**evening)
    got = her_alarms(alarms, **evening)
    expect.close(
        got,
        want,
        what=f"for {evening['chances'].tolist()}, {evening['threshold']} and rest {evening['rest']}: the alarms",
        reveal=True,
    )


@case("alarms", "what comes later does not change an earlier alarm", draws={"evening": evenings((6, 14))}, side=True)
def no_future(alarms, evening):
    whole = her_alarms(alarms, **evening)
    for upto in (3, 5):
        part = her_alarms(alarms, evening["chances"][:upto], evening["threshold"], evening["rest"])
        expect.close(part, whole[whole < upto], what=f"heard up to frame {upto} alone, the alarms", reveal=True)


@case("alarms", "no frame at all, frames as whole numbers, inputs as they were", side=True)
def alarms_house(alarms):
    expect.close(her_alarms(alarms, np.zeros(0), 0.5, 3), [], what="without any frame, the alarms")
    none = her_alarms(alarms, np.full(4, 0.2), 0.5, 0)
    expect.close(none, [], what="where no chance is high enough, the alarms")
    expect.that(
        none.dtype.kind in "iu", f"where there is no alarm, the frames have the type {none.dtype}, not one of whole numbers"
    )
    expect.close(
        her_alarms(alarms, np.array([0, 1, 1, 0, 1]), 1, 1), [1, 4], what="for chances of whole numbers, the alarms", reveal=True
    )
    chances = np.array([0.9, 0.6, 0.8])
    got = np.asarray(expect.array(expect.pure(alarms, chances, 0.5, 1, names=("chances",))))
    expect.that(got.dtype.kind in "iu", f"the frames have the type {got.dtype}, and whole numbers are wanted, to index with")
    expect.close(
        her_alarms(alarms, np.full(7, 0.9), 0.5, 100), [0], what="with a rest longer than the evening, the alarms", reveal=True
    )


# ------------------------------------------------------------------------------------------- attend
def attended(Q, K, V, mask=None):
    """The output by loops over queries, with the entries left out that may not be looked at; inputs are only read."""
    Q, K, V = (np.asarray(part, float) for part in (Q, K, V))
    seen = np.broadcast_to(True if mask is None else mask, (*Q.shape[:-1], K.shape[-2]))
    out = np.zeros((*Q.shape[:-1], V.shape[-1]))
    for place in np.ndindex(Q.shape[:-1]):
        known = np.flatnonzero(seen[place])
        if len(known):
            fits = K[place[:-1]][known] @ Q[place] / math.sqrt(Q.shape[-1])
            parts = np.exp(fits - fits.max())
            out[place] = parts @ V[place[:-1]][known] / math.fsum(parts)
    return out


def her_output(attend, given, what="the output"):
    """Her output as a plain array of the right shape, and her cache."""
    got = attend(**given)
    expect.that(len(got) == 2, f"`attend` returned {len(got)} things, where output and cache were asked for")
    output = expect.array(got[0], what=what)
    expect.shape(output, (*given["Q"].shape[:-1], given["V"].shape[-1]), what=what)
    expect.finite(output, what=what)
    return output, got[1]


@st.composite
def looks(draw, queries=(1, 3), keys=(2, 4), widths=(1, 4), leading=((), (2,), (1, 2)), masked=True):
    """Queries, keys, values and perhaps a mask (every query sees something, if `masked` is "some")."""
    front = draw(st.sampled_from(leading))
    tq, tk, d, e = (draw(st.integers(*side)) for side in (queries, keys, widths, widths))
    rng = np.random.default_rng(draw(draws.seeds()))
    given = {"Q": rng.normal(size=(*front, tq, d)), "K": rng.normal(size=(*front, tk, d)), "V": rng.normal(size=(*front, tk, e))}
    if masked and draw(st.booleans()):
        shape = draw(st.sampled_from([(*front, tq, tk), (tq, tk), (*front, 1, tk)]))
        given["mask"] = rng.random(shape) < 0.6
    return given


@case("attend", "the example comes out: values 8 and 0 at three to one, a third entry masked")
def three_to_one(attend):
    given = {
        "Q": np.array([[2.0, 0.0]]),
        "K": np.array([[math.log(3) / 2**0.5, 0.0], [0.0, 5.0], [4.0, 4.0]]),
        "V": np.array([[8.0], [0.0], [99.0]]),
        "mask": np.array([[True, True, False]]),
    }
    output, _ = her_output(attend, given, "for the example, the output")
    expect.close(output, [[6.0]], what="for the example, the output", reveal=True)


@case(
    "attend", "each row is what a look-up gives, among the entries that its query may look at", weight=3, draws={"given": looks()}
)
def as_looked_up(attend, given):
    output, _ = her_output(attend, given)
    seen = "without a mask" if given.get("mask") is None else f"with a mask of shape {given['mask'].shape}"
    what = f"for Q {given['Q'].shape}, K {given['K'].shape}, V {given['V'].shape} {seen}, the output"
    expect.close(output, attended(**given), rtol=1e-9, atol=1e-9, what=what, reveal=True)


@case(
    "attend",
    "the backward pass: d_Q, d_K and d_V are the slopes that one measures",
    weight=3,
    draws={"given": looks(), "seed": draws.seeds()},
)
def slopes(attend, attend_backward, given, seed):
    rng = np.random.default_rng(seed)
    output, cache = her_output(attend, given)
    d_output = rng.normal(size=output.shape)
    found = attend_backward(cache, d_output.copy())
    expect.that(len(found) == 3, f"`attend_backward` returned {len(found)} things, where d_Q, d_K and d_V were asked for")
    held = {name: given[name] for name in "QKV"}
    mask = given.get("mask")
    expect.gradient(
        lambda held: float(np.sum(attended(**held, mask=mask) * d_output)),
        held,
        dict(zip("QKV", found, strict=True)),
        rng,
        what="the gradient",
    )


@case(
    "attend",
    "scores of size 10,000 do no harm, forward and backward",
    draws={"seed": draws.seeds(), "far": draws.sampled([-1.0, 1.0])},
)
def huge_scores(attend, attend_backward, seed, far):
    rng = np.random.default_rng(seed)
    Q = far * np.array([[100.0], [-100.0]]) + rng.normal(size=(2, 4)) / 100
    K = np.full((3, 4), 100.0) + rng.normal(size=(3, 4)) / 100
    given = {"Q": Q, "K": K, "V": rng.normal(size=(3, 2)) + 2}
    output, cache = her_output(attend, given, "with scores of about 20,000, the output")
    expect.close(output, attended(**given), rtol=1e-7, what="with scores of about 20,000, the output", reveal=True)
    for name, part in zip("QKV", attend_backward(cache, np.ones((2, 2))), strict=True):
        expect.finite(expect.array(part, what=f"d_{name}"), what=f"with scores of about 20,000, d_{name}")


@case("attend", "an entry that may not be looked at changes nothing, however large it is", side=True)
def hidden_entries(attend):
    rng = np.random.default_rng(4)
    given = {"Q": rng.normal(size=(3, 2)), "K": rng.normal(size=(3, 2)), "V": rng.normal(size=(3, 2))}
    given["mask"] = np.array([[True, True, False]])
    before, _ = her_output(attend, given)
    for scale in (10.0, 1e12):
        moved = {**given, "K": given["K"].copy(), "V": given["V"].copy()}
        moved["K"][2] = scale * np.array([1.0, -1.0])
        moved["V"][2] = scale
        after, _ = her_output(attend, moved)
        expect.same(
            after,
            before,
            f"entry 2 may not be looked at, and with numbers of size {scale:g} in it the output is another",
            rtol=1e-9,
        )


@case("attend", "a query that may look at nothing gets zeros, and moves nothing", side=True)
def blind(attend, attend_backward):
    rng = np.random.default_rng(5)
    given = {"Q": rng.normal(size=(2, 3)), "K": rng.normal(size=(4, 3)), "V": 1 + rng.random((4, 2))}
    given["mask"] = np.array([[False] * 4, [True] * 4])
    output, cache = her_output(attend, given, "where query 0 may look at nothing, the output")
    expect.close(output[0], [0.0, 0.0], what="the row of a query that may look at nothing", reveal=True)
    d_Q, d_K, d_V = attend_backward(cache, np.array([[5.0, 5.0], [0.0, 0.0]]))
    for name, part, like in (("Q", d_Q, given["Q"]), ("K", d_K, given["K"]), ("V", d_V, given["V"])):
        expect.close(part, np.zeros(like.shape), what=f"where only a blind query's row counts, d_{name}", reveal=True)
    for tq, tk in ((2, 0), (0, 3)):
        none = {"Q": np.ones((tq, 3)), "K": np.ones((tk, 3)), "V": np.ones((tk, 2))}
        output, cache = her_output(attend, none, f"for {tq} queries and {tk} keys, the output")
        expect.close(output, np.zeros((tq, 2)), what=f"for {tq} queries and {tk} keys, the output")
        for name, part in zip("QKV", attend_backward(cache, np.ones((tq, 2))), strict=True):
            expect.close(part, np.zeros(none[name].shape), what=f"for {tq} queries and {tk} keys, d_{name}")


@case(
    "attend",
    "inputs stay as they were, float32 stays float32, whole numbers are taken, calls do not disturb each other",
    side=True,
)
def attend_house(attend, attend_backward):
    rng = np.random.default_rng(6)
    Q, K, V, mask = rng.normal(size=(2, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), rng.random((2, 4)) < 0.7
    mask[:, 0] = True
    expect.pure(attend, Q, K, V, mask, names=("Q", "K", "V", "mask"))
    output, cache = attend(Q, K, V, mask)
    attend(2 * Q, -K, V + 1)
    first = attend_backward(cache, np.ones((2, 2)))
    second = attend_backward(cache, np.ones((2, 2)))
    alone = attend_backward(attend(Q, K, V, mask)[1], np.ones((2, 2)))
    for name, one, two, three in zip("QKV", first, second, alone, strict=True):
        expect.same(one, two, f"asked twice with one cache, d_{name} is another")
        expect.same(one, three, f"another call of `attend` in between, and d_{name} is another")
    single = [part.astype(np.float32) for part in (Q, K, V)]
    output, cache = attend(*single, mask)
    expect.dtype(output, np.float32, what="for float32 the output")
    d_output = np.ones((2, 2), np.float32)
    for name, part in zip("QKV", expect.handing_back(attend_backward)(cache, d_output), strict=True):
        expect.dtype(part, np.float32, what=f"for float32 d_{name}")
    expect.unchanged(d_output, np.ones((2, 2), np.float32), "`d_output`")
    whole = {"Q": np.array([[1, 2]]), "K": np.array([[2, 0], [0, 1]]), "V": np.array([[7], [4]])}
    output, _ = her_output(attend, whole, "for whole numbers, the output")
    expect.close(output, attended(**whole), what="for whole numbers, the output", reveal=True)


# ------------------------------------------------------------------------------------------- beam_search
class Model:
    """A model that is drawn at random: the log-probabilities of the next symbol after any line. It keeps what it was asked."""

    def __init__(self, seed, symbols, end, sharp=1.5, never=()):
        self.seed, self.symbols, self.end, self.sharp, self.never = seed, symbols, end, sharp, never
        self.asked, self.memory = [], {}

    def after(self, line):
        """Log-probabilities after one line, (symbols,)."""
        line = tuple(int(symbol) for symbol in line)
        if line not in self.memory:
            scores = self.sharp * np.random.default_rng([self.seed, len(line), *line]).normal(size=self.symbols)
            self.memory[line] = scores - np.logaddexp.reduce(scores)
            self.memory[line][list(self.never)] = -np.inf
        return self.memory[line]

    def __call__(self, lines):
        lines = np.asarray(lines)
        expect.that(lines.ndim == 2, f"`step` was called with an array of shape {lines.shape}, where lines (n, t) are wanted")
        expect.that(len(lines) > 0, "`step` was called without any line")
        self.asked.append(lines.astype(int).tolist())
        return np.array([self.after(line) for line in self.asked[-1]])

    def log_probability(self, line):
        """The log-probability of a line, its end mark included."""
        return math.fsum(self.after(line[:k])[symbol] for k, symbol in enumerate(line))


def by_definition(model, width, longest, alpha):
    """The best line of a beam, by lists and loops."""
    alive, over = [()], []
    for _ in range(longest):
        grown = [(*line, symbol) for line in alive for symbol in range(model.symbols)]
        grown = [line for line in grown if model.log_probability(line) > -math.inf]
        grown = sorted(grown, key=model.log_probability)[::-1][:width]
        alive = [line for line in grown if line[-1] != model.end and len(line) < longest]
        over += [line for line in grown if line not in alive]
    return max(over, key=lambda line: model.log_probability(line) / len(line) ** alpha)


def her_line(beam_search, model, width, longest, alpha=0.0):
    """Her line as a tuple of whole numbers, after a look at its form and score."""
    got = beam_search(model, model.end, width, longest, alpha)
    expect.that(len(got) == 2, f"`beam_search` returned {len(got)} things, where a line and its score were asked for")
    line = expect.array(got[0], what="the line")
    expect.that(
        line.ndim == 1 and 1 <= len(line) <= longest, f"the line has the shape {line.shape}, and {longest} symbols are the most"
    )
    expect.that(line.dtype.kind in "iu", f"the line holds numbers of type {line.dtype}, where whole numbers are wanted")
    line = tuple(line.tolist())
    expect.that(all(0 <= symbol < model.symbols for symbol in line), f"the line {line} holds a symbol that the model has not")
    ends = line.count(model.end)
    expect.that(
        ends <= 1 and (model.end not in line or line[-1] == model.end),
        f"the line {line} goes on after the end mark {model.end}",
    )
    expect.that(
        ends == 1 or len(line) == longest,
        f"the line {line} is not finished: no end mark {model.end}, and fewer than {longest} symbols",
    )
    score = expect.number(got[1], "the score")
    said = f"for the line {line}, with alpha {alpha}, the score"
    expect.close(score, model.log_probability(line) / len(line) ** alpha, rtol=1e-6, atol=1e-9, what=said, reveal=True)
    return line


@st.composite
def trees(draw, symbols=(2, 4), longest=(2, 4), widths=(1, 4), alphas=(0.0, 0.7, 1.0, 2.0)):
    """A model's seed and size, its end mark, and how to search it."""
    n = draw(st.integers(*symbols))
    return {
        "seed": draw(draws.seeds()),
        "symbols": n,
        "end": draw(st.integers(0, n - 1)),
        "longest": draw(st.integers(*longest)),
        "width": draw(st.integers(*widths)),
        "alpha": draw(st.sampled_from(alphas)),
    }


def planted(tree):
    """The model of a drawn tree."""
    return Model(tree["seed"], tree["symbols"], tree["end"])


@case("beam_search", "the example in the statement comes out, and so does the tree of the picture")
def small_trees(beam_search):
    got = beam_search(lambda lines: np.log(np.array([[0.6, 0.4]] * len(lines))), 1, 1, 1)
    expect.close(got[0], [0], what="for the example, the line", reveal=True)
    expect.close(expect.number(got[1], "the score"), math.log(0.6), what="for the example, the score", reveal=True)

    def step(lines):
        rows = {(): (0.6, 0.4, 0, 0, 0), (0,): (0, 0, 0.4, 0.3, 0.3), (1,): (0, 0, 0.9, 0.1, 0)}
        with np.errstate(divide="ignore"):
            return np.log(np.array([rows[tuple(np.asarray(line).tolist())] for line in lines]))

    for width, want, chance in ((1, [0, 2], 0.24), (2, [1, 2], 0.36)):
        line, value = beam_search(step, 5, width, 2)
        expect.close(line, want, what=f"for the picture's tree and width {width}, the line", reveal=True)
        expect.close(
            expect.number(value, "the score"),
            math.log(chance),
            what=f"for the picture's tree and width {width}, the score",
            reveal=True,
        )


@case("beam_search", "width 1 is greedy", draws={"tree": trees(longest=(1, 6), widths=(1, 1))})
def greedy(beam_search, tree):
    model, line = planted(tree), ()
    while len(line) < tree["longest"] and tree["end"] not in line:
        line += (int(model.after(line).argmax()),)
    got = her_line(beam_search, model, 1, tree["longest"], tree["alpha"])
    expect.that(got == line, f"with width 1 the line is {got}, where the likeliest symbol each time makes {line}")


@case(
    "beam_search", "a very wide beam finds the best line of all", draws={"tree": trees(symbols=(2, 3), longest=(1, 4))}, weight=2
)
def exact(beam_search, tree):
    model, end, longest = planted(tree), tree["end"], tree["longest"]
    others = [symbol for symbol in range(tree["symbols"]) if symbol != end]
    every = [(*line, end) for t in range(longest) for line in itertools.product(others, repeat=t)]
    every += list(itertools.product(others, repeat=longest))
    best = max(every, key=lambda line: model.log_probability(line) / len(line) ** tree["alpha"])
    got = her_line(beam_search, model, 200, longest, tree["alpha"])
    expect.that(
        got == best, f"among all lines with end mark {end} {best} has the highest score for alpha {tree['alpha']}; yours is {got}"
    )


@case(
    "beam_search",
    "at each length the likeliest lines survive, and of all finished ones the best score wins",
    draws={"tree": trees()},
    weight=3,
)
def survivors(beam_search, tree):
    model = planted(tree)
    want = by_definition(model, tree["width"], tree["longest"], tree["alpha"])
    got = her_line(beam_search, model, tree["width"], tree["longest"], tree["alpha"])
    said = f"{tree['symbols']} symbols, end mark {tree['end']}, width {tree['width']}, longest {tree['longest']}"
    said += f", alpha {tree['alpha']}"
    expect.that(
        got == want, f"{said}: yours is {got}, and a beam of this width holds {want}, with a higher score or in its place"
    )


@case(
    "beam_search",
    "`step` is called once for each length, with all lines together and no finished one",
    draws={"tree": trees(longest=(2, 5))},
)
def few_calls(beam_search, tree):
    model = planted(tree)
    her_line(beam_search, model, tree["width"], tree["longest"], tree["alpha"])
    lengths = [len(lines[0]) for lines in model.asked]
    expect.that(model.asked[0] == [[]], f"the first call of `step` got {model.asked[0]}, where one empty line, (1, 0), is wanted")
    expect.that(
        lengths == list(range(len(lengths))),
        f"`step` was called with lines of the lengths {lengths}, each length once and in order is wanted",
    )
    expect.that(
        len(lengths) <= tree["longest"],
        f"`step` was called {len(lengths)} times, where lines have {tree['longest']} symbols at most",
    )
    for lines in model.asked:
        expect.that(
            len(lines) <= tree["width"],
            f"`step` got {len(lines)} lines of length {len(lines[0])}, with a width of {tree['width']}",
        )
        finished = [line for line in lines if tree["end"] in line]
        expect.that(not finished, f"`step` was asked about {finished[:1]}, which had ended with {tree['end']}")


@case("beam_search", "a symbol with log-probability −∞ is never taken", side=True)
def never_taken(beam_search):
    for seed in range(6):
        model = Model(seed, 3, 2, never=(1,))
        for width in (1, 2, 3, 20):
            line = her_line(beam_search, model, width, 4, 1.0)
            expect.that(1 not in line, f"width {width}: the line {line} holds symbol 1, whose log-probability is −∞")
    got, score = beam_search(lambda lines: np.log([[1.0, 1e-300]] * len(lines)) - np.array([0, np.inf]), 1, 5, 3)
    expect.close(got, [0, 0, 0], what="where one symbol alone is possible, the line", reveal=True)
    expect.close(expect.number(score, "the score"), 0.0, what="where one symbol alone is possible, the score")


@case("beam_search", "what `step` returns and gets is not written into, and a second search is like the first", side=True)
def beam_house(beam_search):
    model = Model(3, 4, 1)
    her_line(beam_search, model, 3, 4, 0.5)
    seen = [[row[:] for row in lines] for lines in model.asked]
    model.asked = []
    again = her_line(beam_search, model, 3, 4, 0.5)
    expect.that(model.asked == seen, "the same search made twice asks other questions the second time")
    expect.that(again == her_line(beam_search, Model(3, 4, 1), 3, 4, 0.5), "the same search made twice gives another line")
    fixed = np.log(np.full((1, 3), 1 / 3)) + np.array([[0.0, 0.1, -0.2]])
    before = fixed.copy()

    def step(lines):
        return fixed if len(lines) == 1 else np.repeat(fixed, len(lines), axis=0)

    beam_search(step, 2, 1, 3)
    expect.unchanged(fixed, before, "what `step` returned")
    line, score = beam_search(lambda lines: np.repeat(before.astype(np.float32), len(lines), axis=0), 2, 2, 3)
    expect.that(len(line) == 3, f"where `step` gives float32, the line is {line}")
    expect.close(expect.number(score, "the score"), 3 * before[0, 1], rtol=1e-5, what="where `step` gives float32, the score")
    flat = np.where(np.arange(30) == 7, -np.inf, -np.log(29.0)) + np.arange(30) / 1e6
    line, score = beam_search(lambda lines: np.repeat(flat[None], len(lines), axis=0), 7, 2, 300)
    said = "for a line of 300 symbols, each with a chance of about 1 in 29, the score"
    expect.close(expect.number(score, "the score"), 300 * float(flat[29]), rtol=1e-6, what=said, reveal=True)
    line, score = beam_search(model, 1, 2, 1)
    expect.close(
        expect.number(score, "the score"), model.after(()).max(), what="without alpha and with one symbol at most, the score"
    )


# ------------------------------------------------------------------------------------------- two_measures
def edits(guess, truth):
    """The edit distance, by the recursion with a memory."""
    memory = {}

    def rest(i, j):
        if (i, j) not in memory:
            if i == len(guess) or j == len(truth):
                memory[i, j] = len(guess) - i + len(truth) - j
            else:
                same = 0 if guess[i] == truth[j] else 1
                memory[i, j] = min(rest(i + 1, j + 1) + same, rest(i + 1, j) + 1, rest(i, j + 1) + 1)
        return memory[i, j]

    return rest(0, 0)


def slow_bleu(guesses, references):
    """BLEU of a test set, each count by loops over places."""
    sums = []
    for n in (1, 2, 3, 4):
        hit = made = 0
        for hers, several in zip(guesses, references, strict=True):
            pieces = [tuple(hers[k : k + n]) for k in range(len(hers) - n + 1)]
            made += len(pieces)
            for piece in set(pieces):
                most = max(sum(tuple(one[k : k + n]) == piece for k in range(len(one))) for one in several)
                hit += min(pieces.count(piece), most)
        if not hit:
            return 0.0
        sums.append(hit / made)
    mine = sum(map(len, guesses))
    goal = sum(
        sorted(map(len, several), key=lambda size: (abs(size - len(hers)), size))[0]
        for hers, several in zip(guesses, references, strict=True)
    )
    short = 1.0 if mine > goal else math.exp(1 - goal / mine)
    return short * math.prod(sums) ** 0.25


@st.composite
def corpora(draw, lines=(1, 3), size=(0, 8), refs=(1, 3), alike=True):
    """Guesses, each with a few references that are like it; symbols are letters."""
    rng = np.random.default_rng(draw(draws.seeds()))
    guesses, references = [], []
    for _ in range(draw(st.integers(*lines))):
        line = [str(rng.choice(list("abc"))) for _ in range(rng.integers(size[0], size[1] + 1))]
        several = []
        for _ in range(draw(st.integers(*refs))):
            other = [
                symbol if rng.random() < 0.85 else str(rng.choice(list("abc")))
                for symbol in line
                for _ in range(int(rng.choice([0, 1, 1, 1, 1, 1, 2])))
            ]
            several.append(other or ["a"])
        guesses.append(line)
        references.append(several)
    return {"guesses": guesses, "references": references}


def her_rate(error_rate, guesses, truths):
    return expect.number(error_rate(guesses, truths), "`error_rate`")


def her_bleu(bleu, guesses, references, what="`bleu`"):
    return expect.number(bleu(guesses, references), what)


@case("two_measures", "the two examples in the statement come out")
def both_examples(error_rate, bleu):
    rate = her_rate(error_rate, [["the", "cat", "sat"]], [["a", "cat", "sat", "down"]])
    expect.close(rate, 0.5, what="for “the cat sat” and “a cat sat down” the error rate", reveal=True)
    value = her_bleu(bleu, [list("aaaab")], [[list("aaab"), list("aac")]])
    expect.close(value, 0.66874, atol=1e-4, what="for “a a a a b” BLEU", reveal=True)


@case(
    "two_measures",
    "the error rate is all edits over all symbols of the truths",
    draws={"corpus": corpora(lines=(1, 4), size=(0, 6), refs=(1, 1))},
    weight=2,
)
def rate_by_definition(error_rate, corpus):
    truths = [several[0] for several in corpus["references"]]
    want = sum(edits(guess, truth) for guess, truth in zip(corpus["guesses"], truths, strict=True)) / sum(map(len, truths))
    glued = [["".join(line) for line in lines] for lines in (corpus["guesses"], truths)]
    said = f"for the guesses {glued[0]} and the truths {glued[1]} the error rate"
    expect.close(her_rate(error_rate, corpus["guesses"], truths), want, what=said, reveal=True)


@case("two_measures", "too much said: a rate may pass 1, and the truth's symbols divide")
def above_one(error_rate):
    expect.close(
        her_rate(error_rate, ["abcabc"], ["xy"]),
        3.0,
        what="for the guess “abcabc” and the truth “xy” the error rate",
        reveal=True,
    )
    rate = her_rate(error_rate, ["a", "abcdefgh"], ["b", "abcdefgh"])
    expect.close(rate, 1 / 9, what="for a wrong line of 1 and a right one of 8 symbols the error rate", reveal=True)


@case("two_measures", "lines of 1,000 symbols are no trouble")
def long_lines(error_rate):
    truth = list(range(1000))
    rate = her_rate(error_rate, [truth[:100] + truth[130:] + [-1] * 5], [truth])
    expect.close(
        rate,
        35 / 1000,
        what="for a line of 1,000 symbols without 30 of them and with 5 more at its end, the error rate",
        reveal=True,
    )


@case(
    "two_measures",
    "BLEU is taken over the whole test set, each n-gram claimed as often as some one reference has it",
    draws={"corpus": corpora()},
    weight=3,
)
def bleu_by_definition(bleu, corpus):
    lines = [
        f"{''.join(line) or '(empty)'} against {', '.join(''.join(one) for one in several)}"
        for line, several in zip(*corpus.values(), strict=True)
    ]
    expect.close(her_bleu(bleu, **corpus), slow_bleu(**corpus), what=f"for {'; '.join(lines)}: BLEU", reveal=True)


@case("two_measures", "a line too short is punished by the nearest reference, of two equally near ones by the shorter")
def nearest_length(bleu):
    whole = list("abcdefghij")
    for size, others, goal in ((5, [10], 10), (5, [10, 40], 10), (6, [1, 8], 8), (6, [4, 8], 4), (7, [4, 9], 9)):
        several = [(whole * 4)[:n] for n in others]
        several = [[*line] for line in several]
        guess = whole[:size]
        want = min(1.0, math.exp(1 - goal / size))
        value = her_bleu(bleu, [guess], [several])
        precise = slow_bleu([guess], [several]) / want
        expect.close(
            value,
            want * precise,
            what=f"for a guess of {size} symbols and references of {others} the penalty times {precise:.3f}",
            reveal=True,
        )


@case("two_measures", "counts of all lines come together before anything is divided")
def together(bleu):
    guesses, references = ["abcdeabcde", "xbc"], [["abcdeabcde"], ["abc"]]
    want = slow_bleu(guesses, references)
    expect.close(
        her_bleu(bleu, guesses, references), want, what="for a right line of 10 symbols and a bad one of 3, BLEU", reveal=True
    )


@case("two_measures", "empty lines, no right 4-gram, truths without a symbol", side=True)
def nothing_said(error_rate, bleu):
    for guesses, references in (
        (["abc"], [["abc"]]),
        ([""], [["abcd"]]),
        (["abcd"], [["efgh"]]),
        (["abcxbcd"], [["abcybcd"]]),
        ([], []),
    ):
        value = her_bleu(bleu, guesses, references)
        expect.close(value, 0.0, what=f"for the guesses {guesses} and references {references} BLEU", reveal=True)
    value = her_bleu(bleu, ["abcd", ""], [["abcd"], ["abcd"]])
    expect.close(value, math.exp(-1), what="for a right line and an empty one where four symbols were due, BLEU", reveal=True)
    expect.close(
        her_bleu(bleu, ["abcde"], [["", "abcde"]]), 1.0, what="with an empty reference beside the right one, BLEU", reveal=True
    )
    expect.close(
        her_rate(error_rate, ["", "ab"], ["abc", ""]),
        5 / 3,
        what="for an empty guess and an empty truth the error rate",
        reveal=True,
    )
    for guesses, truths in ((["ab"], [""]), ([], [])):
        expect.raises(
            ValueError,
            lambda g=guesses, t=truths: error_rate(g, t),
            f"no ValueError for the truths {truths}, which hold no symbol",
        )


@case("two_measures", "lists, strings and numbers are lines, and inputs stay as they were", side=True)
def measures_house(error_rate, bleu):
    guesses, references = [["a", "b", "c", "d", "a"], ["b"]], [[["a", "b"], ["a", "b", "c", "d"]], [["b", "c"]]]
    truths = [several[0] for several in references]
    expect.pure(error_rate, guesses, truths, names=("guesses", "truths"))
    expect.pure(bleu, guesses, references, names=("guesses", "references"))
    as_text = her_bleu(bleu, ["".join(line) for line in guesses], [["".join(one) for one in several] for several in references])
    numbers = [[ord(symbol) for symbol in line] for line in guesses]
    as_numbers = her_bleu(bleu, numbers, [[[ord(symbol) for symbol in one] for one in several] for several in references])
    want = slow_bleu(guesses, references)
    for said, value in (("strings", as_text), ("lists of numbers", as_numbers)):
        expect.close(value, want, what=f"for lines that are {said}, BLEU", reveal=True)
    rate = her_rate(error_rate, numbers, [[ord(symbol) for symbol in one] for one in truths])
    expect.close(rate, 4 / 4, what="for lines of numbers the error rate", reveal=True)
    rate = her_rate(error_rate, [[1, 2, "3"]], [["1", 2, "3"]])
    expect.close(
        rate, 1 / 3, what="for the number 1 where the sign “1” is true, and two right symbols, the error rate", reveal=True
    )
    value = her_bleu(bleu, [[1, 2, 3, 4, 5]], [[["1", 2, 3, 4, 5]]])
    want = (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25
    expect.close(value, want, what="for the number 1 where the sign “1” is true, and four right symbols, BLEU", reveal=True)
    words = her_rate(error_rate, [["ab", "c"]], [["a", "bc"]])
    expect.close(words, 1.0, what="for the words “ab c” and “a bc” the error rate", reveal=True)


# ------------------------------------------------------------------------------------------- ctc_loss
def told(alignment):
    """The label of an alignment."""
    return tuple(symbol for symbol, _ in itertools.groupby(alignment) if symbol != 0)


def alignments(T, symbols):
    """All alignments (symbols ** T, T), and the label of each."""
    every = list(itertools.product(range(symbols), repeat=T))
    return np.array(every, int).reshape(len(every), T), [told(line) for line in every]


def loss_by_sum(logits, label, every=None):
    """The loss, by adding up all alignments; logits are only read."""
    T, symbols = logits.shape
    lines, labels = every or alignments(T, symbols)
    fits = logits - np.max(logits, axis=1, keepdims=True)
    shares = np.exp(fits) / np.exp(fits).sum(axis=1, keepdims=True)
    rows = lines[[one == tuple(label) for one in labels]]
    total = float(np.prod(shares[np.arange(T), rows], axis=1).sum())
    return -math.log(total) if total > 0 else math.inf


def her_loss(ctc_loss, logits, label, what=None):
    """Her loss, and her gradient as a plain array of the right shape."""
    said = what or f"for {len(logits)} frames and the label {list(label)}"
    got = ctc_loss(logits, label)
    expect.that(len(got) == 2, f"`ctc_loss` returned {len(got)} things, where loss and d_logits were asked for")
    loss = np.asarray(expect.array(got[0], what=f"{said}, the loss"))
    expect.that(loss.size == 1 and not np.isnan(loss).any(), f"{said}, the loss is {loss}, where a number is wanted")
    gradient = expect.array(got[1], what=f"{said}, d_logits")
    expect.shape(gradient, logits.shape, what=f"{said}, d_logits")
    expect.finite(gradient, what=f"{said}, d_logits")
    return float(loss.reshape(())), gradient


@st.composite
def clips(draw, frames=(1, 5), symbols=(2, 4), size=(0, 3), possible=False):
    """Logits and a label, which can be said in so many frames if that is asked for."""
    T, n = draw(st.integers(*frames)), draw(st.integers(*symbols))
    label = draw(st.lists(st.integers(1, n - 1), min_size=size[0], max_size=size[1]))
    need = len(label) + sum(one == two for one, two in itertools.pairwise(label))
    if possible:
        T = max(T, need)
    rng = np.random.default_rng(draw(draws.seeds()))
    return {"logits": 1.5 * rng.normal(size=(T, n)), "label": label}


@case("ctc_loss", "the example in the statement comes out")
def four_thirds(ctc_loss):
    loss, _ = her_loss(ctc_loss, np.zeros((2, 2)), [1])
    expect.close(loss, math.log(4 / 3), what="for two frames of zeros and the label [1] the loss", reveal=True)
    loss, _ = her_loss(ctc_loss, np.zeros((3, 2)), [1, 1])
    expect.close(loss, math.log(8), what="for three frames of zeros and the label [1, 1] the loss", reveal=True)


@case("ctc_loss", "the loss agrees with a sum over all alignments", weight=3, draws={"clip": clips()}, fresh=200)
def sum_of_all(ctc_loss, clip):
    loss, _ = her_loss(ctc_loss, **clip)
    want, said = loss_by_sum(**clip), f"for {len(clip['logits'])} frames and the label {clip['label']}"
    if math.isinf(want):
        expect.that(loss == want, f"{said}, which no alignment says, the loss is {loss:.4g}, wanted inf")
    else:
        expect.close(loss, want, rtol=1e-7, atol=1e-9, what=f"{said}, the loss", reveal=True)


@case("ctc_loss", "the chances of all labels sum to one", draws={"logits": draws.normals((1, 3), (2, 3))})
def sum_to_one(ctc_loss, logits):
    T, symbols = logits.shape
    every = [label for size in range(T + 1) for label in itertools.product(range(1, symbols), repeat=size)]
    total = sum(math.exp(-her_loss(ctc_loss, logits, list(label))[0]) for label in every)
    expect.close(total, 1.0, what=f"the sum of the chances of all labels that fit into {T} frames", reveal=True)


@case(
    "ctc_loss",
    "d_logits is the gradient of the loss",
    weight=3,
    draws={"clip": clips(frames=(2, 5), symbols=(2, 3), size=(1, 3), possible=True), "seed": draws.seeds()},
    fresh=50,
)
def gradient_of_loss(ctc_loss, clip, seed):
    logits, label = clip["logits"], clip["label"]
    _, gradient = her_loss(ctc_loss, logits.copy(), label)
    every = alignments(*logits.shape)
    rng = np.random.default_rng(seed)
    said = f"for {len(logits)} frames and the label {label}, d_logits"
    expect.gradient(lambda moved: loss_by_sum(moved, label, every), logits, gradient, rng, what=said)


@case(
    "ctc_loss",
    "300 frames are no trouble",
    draws={"size": draws.integers(1, 9), "twice": draws.integers(0, 3), "seed": draws.seeds()},
    fresh=50,
)
def long_clip(ctc_loss, size, twice, seed):
    rng = np.random.default_rng(seed)
    label = [1 + k % 4 for k in range(size)]
    label = [symbol for k, symbol in enumerate(label) for _ in range(2 if k < twice else 1)]
    repeats = min(twice, size)
    T, symbols = int(rng.integers(200, 301)), 5
    logits = np.repeat(rng.normal(size=(T, 1)), symbols, axis=1)  # all symbols alike: the alignments can be counted
    loss, gradient = her_loss(ctc_loss, logits, label, f"for {T} frames in which all symbols are alike and the label {label}")
    want = T * math.log(symbols) - math.log(math.comb(T + len(label) - repeats, 2 * len(label)))
    expect.close(
        loss, want, rtol=1e-7, what=f"for {T} frames in which all symbols are alike and the label {label}, the loss", reveal=True
    )
    expect.close(gradient.sum(axis=1), np.zeros(T), atol=1e-6, what="for one frame the sum of d_logits", reveal=True)


@case("ctc_loss", "logits of size 1,000 do no harm")
def huge_logits(ctc_loss):
    line = [1, 1, 0, 1, 2, 2, 0, 0]
    logits = np.zeros((8, 3))
    logits[np.arange(8), line] = 1000.0
    loss, _ = her_loss(ctc_loss, logits + 1000, [1, 1, 2], "for logits of 1000 along one alignment and its label")
    expect.close(loss, 0.0, what="for logits of 1000 along one alignment and its label the loss", reveal=True)
    loss, _ = her_loss(
        ctc_loss, logits - 1000, [1, 2], "for logits of 1000 along one alignment and a label that needs one frame changed"
    )
    expect.close(
        loss,
        1000 - math.log(3),
        what="for logits of 1000 along one alignment and a label that needs one frame changed, the loss",
        reveal=True,
    )


@case("ctc_loss", "a label that cannot be said has the loss inf and a gradient of zeros", side=True)
def cannot_be_said(ctc_loss):
    rng = np.random.default_rng(2)
    for T, label in ((2, [1, 1]), (1, [1, 2]), (3, [1, 2, 2]), (0, [1])):
        loss, gradient = her_loss(ctc_loss, rng.normal(size=(T, 3)), label)
        expect.that(loss == math.inf, f"for {T} frames and the label {label} the loss is {loss:.4g}, wanted inf")
        expect.close(gradient, np.zeros((T, 3)), what=f"for {T} frames and the label {label}, d_logits", reveal=True)


@case("ctc_loss", "an empty label, no frame, float32, whole numbers, inputs as they were", side=True)
def ctc_house(ctc_loss):
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(4, 3))
    expect.pure(ctc_loss, logits, [1, 2], names=("logits", "label"))
    loss, _ = her_loss(ctc_loss, logits, [])
    expect.close(loss, loss_by_sum(logits, []), what="for an empty label the loss", reveal=True)
    loss, _ = her_loss(ctc_loss, np.zeros((0, 3)), [])
    expect.close(loss, 0.0, what="for no frame and an empty label the loss", reveal=True)
    loss, gradient = her_loss(ctc_loss, logits.astype(np.float32), [2])
    expect.dtype(gradient, np.float32, what="for float32 d_logits")
    expect.close(loss, loss_by_sum(logits, [2]), rtol=1e-4, what="for float32 the loss", reveal=True)
    whole = np.array([[1, 0, 2], [0, 3, 1], [2, 2, 0]])
    loss, gradient = her_loss(ctc_loss, whole, np.array([1, 2]))
    expect.close(
        loss, loss_by_sum(whole.astype(float), [1, 2]), what="for whole numbers and a label as an array, the loss", reveal=True
    )
    expect.same(
        gradient,
        her_loss(ctc_loss, whole.astype(float), [1, 2])[1],
        "whole numbers give another gradient than the same numbers as floats",
    )
    first = her_loss(ctc_loss, logits, [1, 2])[0]
    expect.close(first, loss_by_sum(logits, [1, 2]), what="after other calls the loss", reveal=True)


# ------------------------------------------------------------------------------------------- dates
GIVEN = 3000  # texts to learn from


def word(rng, syllables, consonants, vowels):
    """A pronounceable word of so many syllables."""
    parts = []
    for _ in range(syllables):
        parts += [rng.choice(consonants), rng.choice(vowels), rng.choice(consonants) if rng.random() < 0.35 else ""]
    return "".join(parts)


def distinct(rng, n, syllables, letters, head=3):
    """So many words, no two of which begin with the same letters."""
    found = []
    while len(found) < n:
        new = word(rng, int(rng.integers(*syllables)), *letters)
        if all(new[:head] != old[:head] for old in found):
            found.append(new)
    return found


class Country:
    """A way to write dates, drawn at random: words, signs of digits, orders and marks."""

    def __init__(self, rng, tag):
        letters = rng.choice(list("bdfghjklmnprstvzcw"), 10, replace=False), rng.choice(list("aeiouy"), 4, replace=False)
        self.tag = tag
        self.months = distinct(rng, 12, (2, 4), letters)
        self.weekdays = distinct(rng, 7, (1, 3), letters, 2)
        self.units = ["", *distinct(rng, 9, (1, 2), letters, 2)]  # nought is silent
        self.tens = ["", *distinct(rng, 3, (1, 3), letters, 2)]
        self.link = word(rng, 1, *letters)[:2]
        self.units_first = rng.random() < 0.5
        self.signs = rng.permutation(10)
        self.styles = [(rng.permutation(3).tolist(), str(rng.choice(["/", ".", "-", " "]))) for _ in range(3)]
        self.ending = word(rng, 1, *letters)[:2]  # stuck to the month where the day stands before it

    def number(self, n):
        """A number in this country's signs."""
        return "".join(str(self.signs[int(digit)]) for digit in str(n))

    def spelt(self, n):
        """A number of one or two digits in words, glued together."""
        parts = self.tens[n // 10], self.units[n % 10]
        return self.link.join(part for part in (parts[::-1] if self.units_first else parts) if part)

    def write(self, date, rng, slips=0.05):
        """A date as somebody here might write it."""
        style = int(rng.integers(3))
        order, mark = self.styles[style]
        year = self.number(date.year)
        if style == 0:
            parts = [self.number(date.day), self.number(date.month), year]
        else:
            month = self.months[date.month - 1]
            if style == 2 and rng.random() < 0.3:
                month = month[:3]
            elif order.index(0) < order.index(1):
                month += self.ending
            parts = [self.number(date.day) if style == 1 else self.spelt(date.day), month, year]
            mark = "" if style == 2 and rng.random() < 0.5 else mark
        text = mark.join(parts[k] for k in order)
        if style and rng.random() < 0.3:
            text = f"{self.weekdays[date.weekday()]} {text}"
        if style and rng.random() < slips:  # a letter lost, or written twice
            k = int(rng.choice([k for k, sign in enumerate(text) if sign.isalpha()]))
            text = text[:k] + text[k + 1 :] if rng.random() < 0.5 else text[: k + 1] + text[k:]
        return self.tag + text


def two_countries(rng):
    """Two countries, drawn anew."""
    return [Country(rng, tag) for tag in "AB"]


def draw_texts(countries, rng, n, but=()):
    """So many different texts and their digits (n, 8), none of which is in `but`."""
    seen, texts, rows = set(but), [], []
    while len(texts) < n:
        date = datetime.date(1000, 1, 1) + datetime.timedelta(int(rng.integers(730_000)))
        text = countries[int(rng.integers(len(countries)))].write(date, rng)
        if text not in seen:
            seen.add(text)
            texts.append(text)
            rows.append([int(digit) for digit in f"{date:%Y%m%d}"])
    return texts, np.array(rows, int).reshape(-1, 8)


def answered(round, texts):
    """Her digits for these texts, (n, 8)."""
    got = expect.array(round.read(list(texts)), what="`read`")
    expect.shape(got, (len(texts), 8), what="`read`")
    return got


def exactly(entry, rng):
    """The share of 1,000 new texts that are wholly right, and of each digit; for two pairs of countries, drawn anew."""
    drawn = []
    for _ in range(2):
        both = two_countries(rng)
        texts, digits = draw_texts(both, rng, GIVEN)
        drawn.append((both, texts, entry.train(texts, digits, rng=rng)))
    right = []
    for both, texts, round in drawn:
        new, truth = draw_texts(both, rng, 500, but=texts)
        right.append(answered(round, new) == truth)
    right = np.concatenate(right)
    return float(right.all(axis=1).mean()), right.mean(axis=0)


@studio(
    "dates",
    train="train",
    users=("read",),
    budget=50_000,
    metric="share of new texts read exactly",
    baseline=0.35,
    bands=(0.55, 0.72, 0.9),
    typed=0.02,
    seconds=120,
)
def public(entry, rng):
    """Two pairs of countries, drawn anew."""
    return exactly(entry, rng)[0]


@case("dates", "at most 50,000 numbers are learnt, and a text is read the same alone as among others")
def protocol(entry):
    rng = np.random.default_rng(0)
    both = two_countries(rng)
    texts, digits = draw_texts(both, rng, 300)
    round = entry.train(texts, digits)
    some = sorted(texts[:40], key=len)[::8]
    among = answered(round, some)
    expect.that(len({tuple(row) for row in among.tolist()}) > 1, "`read` says the same date for texts that mean different ones")
    for k, text in enumerate(some):
        alone = answered(round, [text])[0]
        expect.same(alone, among[k], f"the text {text!r} is read otherwise alone than among longer ones")
