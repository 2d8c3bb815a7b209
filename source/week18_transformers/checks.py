"""Visible cases of week 18: they travel with the release."""

import functools
from itertools import pairwise

import numpy as np

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("bpe", names=("learn_merges", "encode", "decode"))
exercise("counts", names=("counted_bits",))
exercise("rotary", names=("rotary", "rotary_backward"))
exercise("multi_head", names=("multi_head", "multi_head_backward"), needs=("rotary",))
exercise("kv_cache", names=("new_cache", "feed"), needs=("rotary",))
exercise("austen", names=("train", "start", "step"), kind="studio", seconds=120)


# ------------------------------------------------------------------------------------------- bpe
def plain_merge(tokens, pair, new):
    """One pair joined, by taking tokens from the front."""
    rest, out = list(tokens), []
    while rest:
        if len(rest) > 1 and (rest[0], rest[1]) == pair:
            out.append(new)
            rest = rest[2:]
        else:
            out.append(rest[0])
            rest = rest[1:]
    return out


def plain_learning(text, count):
    """Merges, and the tokens that they leave, by the definition."""
    tokens, merges = [*text.encode("utf-8")], []
    while len(merges) < count:
        pairs = [(tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1)]
        often = sorted({(-pairs.count(pair), pair) for pair in pairs})
        if not often or often[0][0] > -2:
            break
        tokens = plain_merge(tokens, often[0][1], 256 + len(merges))
        merges.append(often[0][1])
    return merges, tokens


def merges_of(learn_merges, text, count):
    """Her merges as a list of tuples of whole numbers."""
    return [tuple(int(t) for t in pair) for pair in learn_merges(text, count)]


def tokens_of(encode, text, merges):
    """Her tokens as a list of whole numbers."""
    return [int(t) for t in encode(text, merges)]


LETTERS = [
    "abababb",
    "aaaa",
    "banana bandana",
    "the then there that the",
    "mississippi",
    "",
    "x",
    "héhé hé",
    "語語語語",
    "0101100",
]


def some_text(seed, length, letters):
    """A text of few letters, so that ties and overlaps come."""
    return "".join(np.random.default_rng(seed).choice(list("abé "[:letters]), length)) if length else ""


TEXTS = {"seed": draws.seeds(), "length": draws.integers(0, 30), "letters": draws.integers(1, 4), "count": draws.integers(0, 8)}


@case("bpe", "each merge is the pair with the most places, of equal ones the smaller", weight=2, draws=TEXTS)
def most_places(learn_merges, seed, length, letters, count):
    text = some_text(seed, length, letters)
    for one in (text, LETTERS[seed % len(LETTERS)]):
        got, want = merges_of(learn_merges, one, count), plain_learning(one, count)[0]
        expect.that(got == want, f"learn_merges({one!r}, {count}) gave {got}, wanted {want}")


@case("bpe", "the learnt text is encoded as learning left it, and other texts by the same merges in order", weight=2, draws=TEXTS)
def as_learning_left_it(encode, seed, length, letters, count):
    text, other = some_text(seed, length, letters), some_text(seed + 1, length, 4)
    merges, tokens = plain_learning(text, count)
    got = tokens_of(encode, text, merges)
    expect.that(got == tokens, f"encode({text!r}, {merges}) gave {got}, learning left {tokens}")
    want = list(other.encode("utf-8"))
    for k, pair in enumerate(merges):
        want = plain_merge(want, pair, 256 + k)
    got = tokens_of(encode, other, merges)
    expect.that(got == want, f"encode({other!r}, {merges}) gave {got}, wanted {want}")


@case("bpe", "the earlier merge is made first, also where a later one begins further left")
def earlier_first(encode):
    merges = [(98, 99), (97, 98)]  # bc before ab
    got = tokens_of(encode, "abc ab", merges)
    expect.that(got == [97, 256, 32, 257], f"encode('abc ab', {merges}) gave {got}: bc was learnt before ab")


@case("bpe", "any text comes back from its tokens", draws=TEXTS)
def comes_back(encode, decode, seed, length, letters, count):
    text = some_text(seed, length, letters)
    merges = plain_learning(text + "héhé hé語語", count)[0]
    for one in (text, "héllo, wörld 語 👍", ""):
        tokens = plain_learning_of(one, merges)
        got = decode(tokens, merges)
        expect.that(got == one, f"decode({tokens}, {merges}) gave {got!r}, these are the tokens of {one!r}")
        again = decode(tokens_of(encode, one, merges), merges)
        expect.that(again == one, f"{one!r} came back from encode and decode as {again!r}")


def plain_learning_of(text, merges):
    """The tokens of a text by the definition."""
    tokens = [*text.encode("utf-8")]
    for k, pair in enumerate(merges):
        tokens = plain_merge(tokens, pair, 256 + k)
    return tokens


@case("bpe", "the statement's example")
def worked_bpe(learn_merges, encode):
    got = merges_of(learn_merges, "abababb", 2)
    expect.that(got == [(97, 98), (256, 256)], f"learn_merges('abababb', 2) gave {got}")
    got = tokens_of(encode, "abab!", [(97, 98), (256, 256)])
    expect.that(got == [257, 33], f"encode('abab!', …) gave {got}")


@case("bpe", "no merge, no text; lists stay as they were, and nothing is remembered", side=True)
def bpe_house(learn_merges, encode, decode):
    expect.that(merges_of(learn_merges, "abab", 0) == [], "learn_merges('abab', 0) should be empty")
    expect.that(merges_of(learn_merges, "", 5) == [], "learn_merges('', 5) should be empty")
    expect.that(tokens_of(encode, "aé", []) == [97, 195, 169], "encode('aé', []) should be the bytes")
    expect.that(decode([], [(97, 98)]) == "", "decode([], …) should be the empty text")
    merges, tokens = [(97, 98), (256, 97)], [257, 98]
    expect.handing_back(encode)("abab", expect.written_back(merges))
    expect.handing_back(decode)(expect.written_back(tokens), expect.written_back(merges))
    expect.that(merges == [(97, 98), (256, 97)], "the list of merges that was handed in was changed")
    expect.that(tokens == [257, 98], "the list of tokens that was handed in was changed")
    first = merges_of(learn_merges, "abab", 3)
    merges_of(learn_merges, "cdcdcd", 3)
    got = decode([256, 33], [(97, 98)])
    expect.that(got == "ab!", f"decode([256, 33], [(97, 98)]) gave {got!r}, after another text was learnt")
    got = tokens_of(encode, "abcd", [(97, 98)])
    expect.that(got == [256, 99, 100], f"encode('abcd', [(97, 98)]) gave {got}, after another text was learnt")
    expect.that(merges_of(learn_merges, "abab", 3) == first, "learn_merges('abab', 3) gave something else the second time")


# ------------------------------------------------------------------------------------------- counts
def chance(text, context, symbol, symbols):
    """The probability of a symbol after a context, by counting from the definition."""
    p = 1 / symbols
    for k in range(len(context) + 1):
        tail = context[len(context) - k :]
        after = [text[i + k] for i in range(len(text) - k) if list(text[i : i + k]) == list(tail)]
        if after:
            p = (after.count(symbol) + len(set(after)) * p) / (len(after) + len(set(after)))
    return p


def plain_bits(text, paragraphs, order, symbols):
    """What each symbol costs, from the definition."""
    text = [int(s) for s in text]
    return np.array(
        [
            [-np.log2(chance(text, [int(s) for s in row[max(0, t - order) : t]], int(row[t]), symbols)) for t in range(len(row))]
            for row in paragraphs
        ]
    ).reshape(np.shape(paragraphs))


def bits_of(counted_bits, text, paragraphs, order, symbols):
    """Her bits as a plain array of the right shape."""
    return expect.array(
        counted_bits(text, paragraphs, order, symbols), shape=np.shape(paragraphs), finite=True, what="`counted_bits`"
    )


COUNTED = {
    "seed": draws.seeds(),
    "length": draws.integers(1, 40),
    "rows": draws.integers(1, 3),
    "columns": draws.integers(1, 8),
    "order": draws.integers(0, 4),
    "symbols": draws.integers(2, 5),
}


def some_paragraphs(seed, length, rows, columns, symbols):
    """A text and paragraphs of the same kind, neighbours often alike."""
    rng = np.random.default_rng(seed)
    whole = np.cumsum(rng.choice([0, 1, 1, 2], length + rows * columns)) % symbols
    return whole[:length], whole[length:].reshape(rows, columns)


@case("counts", "each symbol costs what `chances` says, the first one too", weight=3, draws=COUNTED)
def by_chances(counted_bits, seed, length, rows, columns, order, symbols):
    text, paragraphs = some_paragraphs(seed, length, rows, columns, symbols)
    want = plain_bits(text, paragraphs, order, symbols)
    what = f"{length} symbols of text, order {order}, {symbols} kinds: the bits"
    expect.close(bits_of(counted_bits, text, paragraphs, order, symbols), want, what=what)


@case("counts", "no paragraph knows of another, and the end of one costs nothing of its beginning", draws=COUNTED)
def paragraphs_apart(counted_bits, seed, length, rows, columns, order, symbols):
    text, paragraphs = some_paragraphs(seed, length, rows + 1, columns + 2, symbols)
    whole = bits_of(counted_bits, text, paragraphs, order, symbols)
    alone = [bits_of(counted_bits, text, row[None], order, symbols)[0] for row in paragraphs]
    expect.same(whole, np.array(alone), "a paragraph costs something else when it is judged alone")
    shorter = bits_of(counted_bits, text, paragraphs[:, :-1], order, symbols)
    expect.same(whole[:, :-1], shorter, "the first symbols of a paragraph cost something else when its last one is left out")
    want = plain_bits(text, paragraphs[:, :1], order, symbols)
    expect.close(whole[:, :1], want, what="the first symbols of the paragraphs")


@case("counts", "two to the minus bits sums to one over all symbols that may come", draws=COUNTED)
def sums_to_one(counted_bits, seed, length, rows, columns, order, symbols):
    text, paragraphs = some_paragraphs(seed, length, 1, columns, symbols)
    every = np.repeat(paragraphs, symbols, axis=0)
    every[:, -1] = np.arange(symbols)
    p = 2 ** -bits_of(counted_bits, text, every, order, symbols)[:, -1]
    expect.close(
        np.sum(p), 1.0, what=f"order {order}: the probabilities of all symbols after {paragraphs[0, :-1].tolist()}, summed, "
    )


@case("counts", "the statement's example")
def worked_counts(counted_bits):
    got = bits_of(counted_bits, np.array([0, 1, 0, 1]), np.array([[0, 1]]), 1, 2)
    expect.close(got, np.array([[1.0, -np.log2(2.5 / 3)]]), what="the two costs", reveal=True)


def slow_chances(text, context, symbols):
    """All probabilities after a context; reads the text each time."""
    lower = slow_chances(text, context[1:], symbols) if len(context) else np.full(symbols, 1 / symbols)
    seen = np.zeros(symbols)
    for end in range(len(context), len(text)):
        if all(text[end - len(context) + k] == context[k] for k in range(len(context))):
            seen[text[end]] += 1
    kinds = np.count_nonzero(seen)
    return (seen + kinds * lower) / (seen.sum() + kinds) if kinds else lower


@case("counts", "it does not read the text anew for each symbol", side=True, seconds=60, fresh=3)
def quick_counts(counted_bits):
    rng = np.random.default_rng(3)
    text, paragraphs = np.cumsum(rng.choice([1, 2, 5], 20_000)) % 30, np.cumsum(rng.choice([1, 2, 5], (4, 50)), axis=1) % 30
    listed, row = text.tolist(), paragraphs[0].tolist()

    def plain():
        for t in (10, 25, 40):  # three of two hundred symbols
            slow_chances(listed, row[t - 3 : t], 30)

    expect.faster(
        lambda: counted_bits(text, paragraphs, 3, 30),
        plain,
        0.05,
        "20,000 letters of text, 200 to judge, order 3: `chances`",
        of=200 / 3,
    )


@case("counts", "a short or empty text, no paragraph, an order beyond every length; small whole numbers; inputs stay", side=True)
def counts_house(counted_bits):
    rows = np.array([[0, 1, 2]])
    expect.close(
        bits_of(counted_bits, np.zeros(0, int), rows, 2, 4), np.full((1, 3), 2.0), what="an empty text, four symbols: each cost"
    )
    expect.close(
        bits_of(counted_bits, np.array([1]), rows, 5, 3),
        plain_bits([1], rows, 5, 3),
        what="a text of one symbol, order 5: the costs",
    )
    bits_of(counted_bits, np.array([0, 1]), np.zeros((0, 4), int), 2, 2)
    bits_of(counted_bits, np.array([0, 1]), np.zeros((3, 0), int), 2, 2)
    text, paragraphs = some_paragraphs(4, 300, 2, 6, 200)
    text, paragraphs = (199 - text).astype(np.uint8), (199 - paragraphs).astype(np.uint8)
    expect.close(
        bits_of(counted_bits, text, paragraphs, 2, 200),
        plain_bits(text, paragraphs, 2, 200),
        what="numbers of type uint8: the costs",
    )
    expect.pure(lambda text, paragraphs: counted_bits(text, paragraphs, 2, 200), text, paragraphs, names=("text", "paragraphs"))
    once = bits_of(counted_bits, text, paragraphs, 1, 200)
    bits_of(counted_bits, text[::-1].copy(), paragraphs, 1, 200)
    expect.same(bits_of(counted_bits, text, paragraphs, 1, 200), once, "the same call gave other costs the second time")


# ------------------------------------------------------------------------------------------- rotary
def turned_by_hand(X, places, base):
    """Every pair as a complex number."""
    X, d = np.asarray(X, float), np.shape(X)[-1]
    out = np.zeros(X.shape)
    for t, place in enumerate(places):
        for i in range(d // 2):
            z = (X[..., t, 2 * i] + 1j * X[..., t, 2 * i + 1]) * np.exp(1j * float(place) / base ** (2 * i / d))
            out[..., t, 2 * i], out[..., t, 2 * i + 1] = z.real, z.imag
    return out


def turned(rotary, X, places, *base):
    """Her turned vectors, as a plain array of the right shape."""
    return expect.array(rotary(X, places, *base), shape=np.shape(X), finite=True, what="`rotary`")


TURNED = {
    "seed": draws.seeds(),
    "rows": draws.integers(1, 5),
    "pairs": draws.integers(1, 4),
    "base": draws.sampled([10_000.0, 100.0, 1.0]),
}


def some_places(rng, rows):
    """Places of many kinds: in a row, far off, negative, fractions."""
    return [np.arange(rows), rng.integers(-50, 50, rows), 7 * rng.normal(size=rows)][rng.integers(3)]


@case("rotary", "every pair is turned by its speed times the row's place", weight=3, draws=TURNED)
def pairs_turned(rotary, seed, rows, pairs, base):
    rng = np.random.default_rng(seed)
    X, places = rng.normal(size=(rows, 2 * pairs)), some_places(rng, rows)
    what = f"d = {2 * pairs}, places {places.round(2).tolist()}, base {base}: the result"
    expect.close(turned(rotary, X, places, base), turned_by_hand(X, places, base), what=what)


@case("rotary", "scores depend on the difference of places alone, and lengths stay", draws=TURNED)
def differences_alone(rotary, seed, rows, pairs, base):
    rng = np.random.default_rng(seed)
    q, k = rng.normal(size=(2, 1, 2 * pairs))
    m, n, shift = rng.integers(-30, 60, 3)
    near = turned(rotary, q, np.array([m]), base)[0] @ turned(rotary, k, np.array([n]), base)[0]
    far = turned(rotary, q, np.array([m + shift]), base)[0] @ turned(rotary, k, np.array([n + shift]), base)[0]
    gap = turned_by_hand(q, [m - n], base)[0] @ k[0]
    expect.that(abs(near - gap) < 1e-6, f"places {m} and {n}: score {near:.5f}, measured at the distance {m - n}: {gap:.5f}")
    expect.that(abs(near - far) < 1e-6, f"places {m} and {n}: score {near:.5f}; {m + shift} and {n + shift}: {far:.5f}")
    long = turned(rotary, q, np.array([m]), base)
    expect.close(np.linalg.norm(long), np.linalg.norm(q), what=f"the length of the vector turned to place {m}")


@case("rotary", "without a base it is 10,000", draws=TURNED)
def usual_base(rotary, seed, rows, pairs, base):
    rng = np.random.default_rng(seed)
    X, places = rng.normal(size=(rows, 2 * pairs + 2)), 5 + some_places(rng, rows)
    expect.close(turned(rotary, X, places), turned_by_hand(X, places, 1e4), what="without a base: the result")


@case("rotary", "any number of axes before the last two", draws=TURNED)
def many_axes(rotary, seed, rows, pairs, base):
    rng = np.random.default_rng(seed)
    for front in ((3,), (2, 3), (2, 1, rows)):
        X, places = rng.normal(size=(*front, rows, 2 * pairs)), 3 + some_places(rng, rows)
        expect.close(
            turned(rotary, X, places, base),
            turned_by_hand(X, places, base),
            what=f"X of shape {X.shape}, base {base}: the result",
        )


@case("rotary", "`rotary_backward` is the gradient", weight=2, draws=TURNED)
def rotary_gradient(rotary, rotary_backward, seed, rows, pairs, base):
    rng = np.random.default_rng(seed)
    X, d_turned, places = rng.normal(size=(2, rows, 2 * pairs)), rng.normal(size=(2, rows, 2 * pairs)), 2 + some_places(rng, rows)
    got = expect.array(rotary_backward(d_turned, places, base), shape=X.shape, what="`rotary_backward`")
    expect.gradient(lambda X: np.sum(turned_by_hand(X, places, base) * d_turned), X, got, rng, what="`rotary_backward`")
    got = expect.array(rotary_backward(d_turned, places), shape=X.shape, what="`rotary_backward`")
    expect.gradient(
        lambda X: np.sum(turned_by_hand(X, places, 1e4) * d_turned), X, got, rng, what="`rotary_backward` without a base"
    )


@case("rotary", "the statement's example")
def worked_rotary(rotary):
    got = turned(rotary, np.array([[1.0, 0.0, 0.0, 1.0]]), np.array([np.pi / 2]), 1.0)
    expect.close(got, np.array([[0.0, 1.0, -1.0, 0.0]]), what="[[1, 0, 0, 1]] at the place π / 2, base 1: it", reveal=True)


@case("rotary", "an odd number of columns is a ValueError that names it", side=True)
def odd_columns(rotary):
    for d in (1, 5, 7):
        expect.raises(
            ValueError,
            lambda d=d: rotary(np.ones((2, d)), np.arange(2)),
            f"rotary of an array with {d} columns: no ValueError came",
            naming=(str(d),),
        )


@case("rotary", "float32 stays float32, whole numbers are vectors too, and all stays as it was", side=True)
def rotary_house(rotary, rotary_backward):
    rng = np.random.default_rng(6)
    X, places = rng.normal(size=(2, 4, 6)).astype(np.float32), np.array([0, 3, -2, 50])
    expect.pure(rotary, X, places, names=("X", "places"))
    expect.pure(rotary_backward, X, places, names=("d_turned", "places"))
    expect.dtype(turned(rotary, X, places), np.float32, what="`rotary`")
    expect.dtype(turned(rotary, X, places.astype(float)), np.float32, what="`rotary` with places that are floats")
    expect.dtype(expect.array(rotary_backward(X, places)), np.float32, what="`rotary_backward`")
    expect.close(turned(rotary, X, places), turned_by_hand(X, places, 1e4), atol=1e-4, rtol=1e-4, what="float32: the result")
    whole = np.arange(24).reshape(2, 3, 4)
    expect.close(
        turned(rotary, whole, np.arange(3)), turned_by_hand(whole, range(3), 1e4), what="whole numbers as vectors: the result"
    )
    turned(rotary, np.zeros((2, 0, 4)), np.zeros(0))
    turned(rotary, np.zeros((0, 3, 4)), np.arange(3))


# ------------------------------------------------------------------------------------------- multi_head
def attended_by_hand(parameters, X, memory, heads, mask=None, turn=False):
    """Multi-head attention from the definition, head by head."""
    to_q, to_k, to_v, to_out = (np.asarray(W, float) for W in parameters)
    X, memory = np.asarray(X, float), np.asarray(memory, float)
    d, results = to_q.shape[1] // heads, []
    hidden = np.zeros((X.shape[1], memory.shape[1]), bool) if mask is None else ~np.asarray(mask)
    for h in range(heads):
        mine = slice(h * d, (h + 1) * d)
        q, k, v = X @ to_q[:, mine], memory @ to_k[:, mine], memory @ to_v[:, mine]
        if turn:
            q, k = turned_by_hand(q, range(q.shape[1]), 1e4), turned_by_hand(k, range(k.shape[1]), 1e4)
        s = np.where(hidden, -1e300, np.einsum("nqd,nkd->nqk", q, k) / np.sqrt(d))
        w = np.where(hidden, 0.0, np.exp(s - s.max(axis=2, keepdims=True, initial=-1e300)))
        results.append(np.einsum("nqk,nkd->nqd", w / (w.sum(axis=2, keepdims=True) + 1e-300), v))
    return np.concatenate(results, axis=2) @ to_out


def some_attention(seed, heads, width, queries, keys, examples, memory_width=None, kind=float):
    """Parameters, X and memory."""
    rng = np.random.default_rng(seed)
    D = heads * width
    M = D if memory_width is None else memory_width
    parameters = tuple((rng.normal(size=shape) / np.sqrt(shape[0])).astype(kind) for shape in ((D, D), (M, D), (M, D), (D, D)))
    return (
        parameters,
        1.5 * rng.normal(size=(examples, queries, D)).astype(kind),
        1.5 * rng.normal(size=(examples, keys, M)).astype(kind),
        rng,
    )


def output_of(multi_head, parameters, X, memory, heads, *rest, **settings):
    """Her output, as a plain array of the right shape."""
    made = multi_head(parameters, X, memory, heads, *rest, **settings)
    return expect.array(made[0], shape=np.shape(X), finite=True, what="the output of `multi_head`")


HEADS = {
    "seed": draws.seeds(),
    "heads": draws.integers(1, 3),
    "width": draws.sampled([2, 4]),
    "queries": draws.integers(1, 4),
    "keys": draws.integers(1, 5),
    "examples": draws.integers(1, 3),
}


@case("multi_head", "each head attends with its own columns: self- and cross-attention", weight=3, draws=HEADS)
def own_columns(multi_head, seed, heads, width, queries, keys, examples):
    parameters, X, memory, _ = some_attention(seed, heads, width, queries, keys, examples, memory_width=3)
    size = f"{examples} examples, {heads} heads of {width} columns"
    expect.close(
        output_of(multi_head, parameters, X, memory, heads),
        attended_by_hand(parameters, X, memory, heads),
        what=f"{size}, {queries} queries, {keys} places in memory: the output",
    )
    parameters, X, _, _ = some_attention(seed, heads, width, queries, keys, examples)
    expect.close(
        output_of(multi_head, parameters, X, X, heads),
        attended_by_hand(parameters, X, X, heads),
        what=f"self-attention, {size}, {queries} places: the output",
    )


@case(
    "multi_head", "places of X that change seats change the seats of the output", draws={**HEADS, "queries": draws.integers(2, 5)}
)
def seats(multi_head, seed, heads, width, queries, keys, examples):
    parameters, X, memory, rng = some_attention(seed, heads, width, queries, keys, examples, memory_width=4)
    order, other = rng.permutation(queries), rng.permutation(keys)
    want = attended_by_hand(parameters, X, memory, heads)
    got = output_of(multi_head, parameters, X[:, order], memory[:, other], heads)
    expect.close(got, want[:, order], what="queries in another order, and memory in another: the output")


@case("multi_head", "a mask for each example: a batch equals its examples alone", weight=2, draws=HEADS)
def masks_of_examples(multi_head, seed, heads, width, queries, keys, examples):
    parameters, X, memory, rng = some_attention(seed, heads, width, queries, keys, examples + 1, memory_width=3)
    mask = rng.random((examples + 1, queries, keys)) < 0.6
    what = f"{examples + 1} examples with masks of their own, {heads} heads: the output"
    got = output_of(multi_head, parameters, X, memory, heads, mask)
    expect.close(got, attended_by_hand(parameters, X, memory, heads, mask), what=what)


@case("multi_head", "a causal mask for all: editing the future leaves the past", draws={**HEADS, "queries": draws.integers(2, 5)})
def causal(multi_head, seed, heads, width, queries, keys, examples):
    parameters, X, _, rng = some_attention(seed, heads, width, queries, keys, examples)
    mask, edited = np.tri(queries, dtype=bool), X.copy()
    edited[:, -1] += rng.normal(size=X[:, -1].shape)
    got = output_of(multi_head, parameters, X, X, heads, mask)
    expect.close(got, attended_by_hand(parameters, X, X, heads, mask), what="causal self-attention: the output")
    after = output_of(multi_head, parameters, edited, edited, heads, mask)
    expect.same(got[:, :-1], after[:, :-1], "another last row of X changed the output of earlier rows")


@case("multi_head", "with `turn`, each head's queries and keys are turned to their places", weight=2, draws=HEADS)
def turned_heads(multi_head, seed, heads, width, queries, keys, examples):
    parameters, X, memory, rng = some_attention(seed, heads, width, queries, keys + 1, examples, memory_width=3)
    mask = rng.random((queries, keys + 1)) < 0.8
    what = f"{heads} heads of {width} columns, turned"
    expect.close(
        output_of(multi_head, parameters, X, memory, heads, mask=mask, turn=True),
        attended_by_hand(parameters, X, memory, heads, mask, True),
        what=f"{what}, {queries} queries, {keys + 1} places in memory: the output",
    )


def moved(nest, step):
    """The sum over a nest of arrays."""
    return sum(np.sum(np.asarray(a) * b) for a, b in zip(nest, step, strict=True))


@case("multi_head", "the backward pass gives the gradients of all four matrices, X and memory", weight=4, draws=HEADS, fresh=50)
def head_gradients(multi_head, multi_head_backward, seed, heads, width, queries, keys, examples):
    parameters, X, memory, rng = some_attention(seed, heads, width, queries, keys, examples, memory_width=3)
    square, _, alike, _ = some_attention(seed + 1, heads, width, 1, queries, examples)
    d_out = rng.normal(size=X.shape)
    for what, matrices, looked_at, mask, turn in (
        ("cross-attention", parameters, memory, None, False),
        ("cross-attention", parameters, memory, rng.random((examples, queries, keys)) < 0.7, False),
        ("cross-attention", parameters, memory, rng.random((queries, keys)) < 0.7, True),
        ("a memory shaped like X", square, alike, None, False),
        ("self-attention", square, X, np.tri(queries, dtype=bool), True),
    ):
        _, cache = multi_head(matrices, X, looked_at, heads, mask=mask, turn=turn)
        d_parameters, d_X, d_memory = multi_head_backward(matrices, cache, d_out)
        masked = "" if mask is None else f", mask {mask.shape}"
        expect.gradient(
            lambda nest, mask=mask, turn=turn: np.sum(attended_by_hand(*nest, heads, mask, turn) * d_out),
            (matrices, X, looked_at),
            (tuple(d_parameters), d_X, d_memory),
            rng,
            directions=2,
            what=f"`multi_head_backward`, {what}, {heads} heads of {width}{masked}{', turned' if turn else ''}",
        )


@case("multi_head", "the statement's example")
def worked_heads(multi_head):
    same = (np.eye(2),) * 4
    got = output_of(multi_head, same, np.array([[[1.0, 0.0]]]), np.array([[[2.0, 0.0], [0.0, 3.0]]]), 2)
    expect.close(got, np.array([[[2 / (1 + np.exp(-2.0)), 1.5]]]), what="the output", reveal=True)


@case("multi_head", "a query that may look at nothing adds nothing, and gets no gradient", side=True)
def looks_at_nothing(multi_head, multi_head_backward):
    parameters, X, memory, rng = some_attention(5, 2, 2, 3, 4, 2, memory_width=3)
    mask = np.ones((2, 3, 4), bool)
    mask[0, 1], mask[1] = False, False
    got = output_of(multi_head, parameters, X, memory, 2, mask)
    expect.close(got, attended_by_hand(parameters, X, memory, 2, mask), what="rows of the mask without any True: the output")
    _, cache = multi_head(parameters, X, memory, 2, mask)
    d_parameters, d_X, d_memory = multi_head_backward(parameters, cache, rng.normal(size=X.shape))
    for name, part in (
        ("d_X", d_X),
        ("d_memory", d_memory),
        *zip(("d_W_q", "d_W_k", "d_W_v", "d_W_o"), d_parameters, strict=True),
    ):
        expect.array(part, finite=True, what=name)
    expect.that(not np.any(np.asarray(d_memory)[1]), "nobody may look at the second example's memory, and its gradient is not 0")
    nobody = np.zeros((2, 0, 3))
    got = output_of(multi_head, parameters, X, nobody, 2)
    expect.that(not np.any(got), "the memory has no places, and the output is not 0")


@case("multi_head", "heads that cannot share the columns are a ValueError that names both", side=True)
def cannot_share(multi_head):
    for heads, width, wrong in ((2, 3, 4), (5, 2, 3)):
        parameters, X, memory, _ = some_attention(1, heads, width, 2, 2, 2)
        expect.raises(
            ValueError,
            lambda parameters=parameters, X=X, memory=memory, wrong=wrong: multi_head(parameters, X, memory, wrong),
            f"D = {heads * width} with {wrong} heads: no ValueError came",
            naming=(str(heads * width), str(wrong)),
        )


@case("multi_head", "float32 stays float32; inputs stay, gradients too; no example, and large scores", side=True)
def heads_house(multi_head, multi_head_backward):
    parameters, X, memory, rng = some_attention(8, 2, 2, 3, 4, 2, memory_width=3, kind=np.float32)
    mask = rng.random((2, 3, 4)) < 0.7
    expect.pure(
        lambda a, b, c, d, X, memory, mask: multi_head((a, b, c, d), X, memory, 2, mask, True)[0],
        *parameters,
        X,
        memory,
        mask,
        names=("W_q", "W_k", "W_v", "W_o", "X", "memory", "mask"),
    )
    for turn in (False, True):
        out, cache = multi_head(parameters, X, memory, 2, mask, turn)
        expect.dtype(expect.array(out), np.float32, what=f"the output with turn = {turn}")
        d_out = rng.normal(size=X.shape).astype(np.float32)
        d_parameters, d_X, d_memory = expect.pure(
            lambda d_out, cache=cache: multi_head_backward(parameters, cache, d_out), d_out, names=("d_out",)
        )
        for name, part in (("d_X", d_X), ("d_memory", d_memory), ("d_W_q", d_parameters[0])):
            expect.dtype(expect.array(part), np.float32, what=f"{name} with turn = {turn}")
    large = tuple(1000 * W for W in parameters)
    expect.close(
        output_of(multi_head, large, X.astype(float), memory.astype(float), 2),
        attended_by_hand(large, X, memory, 2),
        rtol=1e-3,
        what="very large scores: the output",
    )
    output_of(multi_head, parameters, X[:0], memory[:0], 2)


@case("multi_head", "a cache belongs to its call: two calls forward, then backward through the first", side=True)
def caches_apart(multi_head, multi_head_backward):
    parameters, X, memory, rng = some_attention(9, 2, 2, 3, 4, 2)
    d_out = rng.normal(size=X.shape)
    _, first = multi_head(parameters, X, memory, 2)
    once = expect.array(multi_head_backward(parameters, first, d_out)[1])
    _, again = multi_head(parameters, X, memory, 2)
    multi_head(parameters, -2 * X, memory[:, ::-1] + 1, 2)
    for _ in range(2):
        expect.same(multi_head_backward(parameters, again, d_out)[1], once, "another call in between changed d_X")


# ------------------------------------------------------------------------------------------- kv_cache
def plain_project(X, W):
    """A product of rows with a matrix."""
    return X @ W


def fed(new_cache, feed, parameters, X, heads, pieces, project=plain_project, window=None):
    """Her outputs for X, fed in pieces."""
    cache, at, outputs = new_cache(), 0, []
    for t in pieces:
        made = feed(parameters, cache, X[:, at : at + t], heads, project, window)
        shape = (len(X), min(t, X.shape[1] - at), X.shape[2])
        outputs.append(expect.array(made[0], shape=shape, finite=True, what=f"the output of `feed` for {t} rows"))
        cache, at = made[1], at + t
    return np.concatenate(outputs, axis=1)


def whole_by_hand(parameters, X, heads, window=None):
    """What the whole sequence gives."""
    T = X.shape[1]
    gap = np.arange(T)[:, None] - np.arange(T)
    return attended_by_hand(parameters, X, X, heads, (gap >= 0) & (gap < (T if window is None else window)), True)


PIECES = [(1,) * 12, (2,) * 6, (9, 3), (1, 9, 2), (12,), (5, 1, 1, 5), (3, 4, 5), (2, 9, 1)]
FED = {"seed": draws.seeds(), "heads": draws.integers(1, 3), "width": draws.sampled([2, 4]), "examples": draws.integers(1, 3)}


@case(
    "kv_cache",
    "pieces of 1, 2 and 9 rows give what the whole sequence gives",
    weight=3,
    draws={**FED, "pieces": draws.sampled(PIECES)},
    fresh=50,
)
def as_the_whole(new_cache, feed, seed, heads, width, examples, pieces):
    parameters, X, _, _ = some_attention(seed, heads, width, 12, 1, examples)
    expect.close(
        fed(new_cache, feed, parameters, X, heads, pieces),
        whole_by_hand(parameters, X, heads),
        what=f"12 rows in pieces of {', '.join(map(str, pieces))}, {heads} heads: the output",
    )


@case(
    "kv_cache",
    "with a window a place sees itself and the window − 1 before it",
    weight=2,
    draws={**FED, "pieces": draws.sampled(PIECES), "window": draws.integers(1, 13)},
    fresh=50,
)
def with_a_window(new_cache, feed, seed, heads, width, examples, pieces, window):
    parameters, X, _, _ = some_attention(seed, heads, width, 12, 1, examples)
    expect.close(
        fed(new_cache, feed, parameters, X, heads, pieces, window=window),
        whole_by_hand(parameters, X, heads, window),
        what=f"12 rows in pieces of {', '.join(map(str, pieces))}, window {window}: the output",
    )


@case(
    "kv_cache",
    "each row goes through each matrix once, counted in `project`",
    weight=2,
    draws={**FED, "pieces": draws.sampled(PIECES), "window": draws.sampled([None, 4])},
    fresh=50,
)
def counted_rows(new_cache, feed, seed, heads, width, examples, pieces, window):
    parameters, X, _, _ = some_attention(seed, heads, width, 12, 1, examples)
    rows = [0, 0, 0, 0]

    def project(R, W):
        which = [k for k in range(4) if np.array_equal(W, parameters[k])]
        if not which:
            expect.fail("`project` was called with a matrix that is not one of `parameters`")
        rows[which[0]] += int(np.prod(np.shape(R)[:-1]))
        return R @ W

    got = fed(new_cache, feed, parameters, X, heads, pieces, project, window)
    wanted = 12 * examples
    for name, count in zip(("W_q", "W_k", "W_v", "W_o"), rows, strict=True):
        expect.that(
            count == wanted,
            f"{examples} times 12 rows in pieces of {', '.join(map(str, pieces))}: {count} rows through {name}, not {wanted}",
        )
    expect.close(got, whole_by_hand(parameters, X, heads, window), what="the output")


@case("kv_cache", "what `project` returns is what is used", draws=FED, fresh=50)
def project_is_used(new_cache, feed, seed, heads, width, examples):
    parameters, X, _, rng = some_attention(seed, heads, width, 6, 1, examples)
    others = {k: W + 0.3 * rng.normal(size=W.shape) for k, W in enumerate(parameters)}

    def project(R, W):
        return R @ others[next(k for k in range(4) if np.array_equal(W, parameters[k]))]

    got = fed(new_cache, feed, parameters, X, heads, (2, 1, 3), project)
    want = whole_by_hand(tuple(others.values()), X, heads)
    expect.close(got, want, what="with a `project` that multiplies by other matrices, the output")


@case("kv_cache", "two texts can go on from one beginning", draws={**FED, "window": draws.sampled([None, 3])}, fresh=50)
def two_ends(new_cache, feed, seed, heads, width, examples, window):
    parameters, X, other, _ = some_attention(seed, heads, width, 8, 8, examples)
    beginning = feed(parameters, new_cache(), X[:, :5], heads, plain_project, window)[1]
    ends = {"first": X[:, 5:], "second": other[:, 5:], "first, read again": X[:, 5:]}
    caches, outputs = dict.fromkeys(ends, beginning), {name: [] for name in ends}
    for rows in (slice(0, 1), slice(1, 3)):  # the texts go on in turn
        for name, end in ends.items():
            out, caches[name] = expect.handing_back(feed)(parameters, caches[name], end[:, rows], heads, plain_project, window)
            outputs[name].append(expect.array(out, shape=end[:, rows].shape, finite=True, what="the output of `feed`"))
    for name, end in ends.items():
        want = whole_by_hand(parameters, np.concatenate([X[:, :5], end], axis=1), heads, window)[:, 5:]
        expect.close(
            np.concatenate(outputs[name], axis=1), want, what=f"5 rows, then three ends in turn; the {name} end: the output"
        )


@case("kv_cache", "pieces without rows, float32, and inputs that stay", side=True)
def cache_house(new_cache, feed):
    parameters, X, _, _ = some_attention(3, 2, 2, 5, 1, 2)
    for window in (None, 2):
        expect.close(
            fed(new_cache, feed, parameters, X, 2, (0, 2, 0, 3, 0), window=window),
            whole_by_hand(parameters, X, 2, window),
            what=f"pieces of 0, 2, 0, 3 and 0 rows, window {window}: the output",
        )
    small, x = tuple(W.astype(np.float32) for W in parameters), X.astype(np.float32)
    expect.dtype(fed(new_cache, feed, small, x, 2, (2, 3)), np.float32, what="the output of `feed`")
    expect.pure(
        lambda a, b, c, d, x: feed((a, b, c, d), new_cache(), x, 2, plain_project)[0],
        *small,
        x,
        names=("W_q", "W_k", "W_v", "W_o", "X"),
    )


@case("kv_cache", "two caches know nothing of each other", side=True)
def caches_of_their_own(new_cache, feed):
    parameters, X, other, _ = some_attention(4, 2, 2, 4, 4, 2)
    one, two, outputs = new_cache(), new_cache(), []
    for t in range(4):
        out, one = feed(parameters, one, X[:, t : t + 1], 2, plain_project)
        outputs.append(expect.array(out))
        _, two = feed(parameters, two, other[:, t : t + 1], 2, plain_project)
    expect.close(
        np.concatenate(outputs, axis=1), whole_by_hand(parameters, X, 2), what="fed in turn with another text, the output"
    )


# ------------------------------------------------------------------------------------------- austen
SYMBOLS, BUDGET, ENTRIES = 64, 12_500, 4_166
PARAGRAPHS, LENGTH = 200, 100


@functools.cache
def index():
    """The number of each symbol; the last number is for all rare ones."""
    return {symbol: k for k, symbol in enumerate(datasets.load("austen").symbols)}


def numbers_of(text):
    """A text as whole numbers from 0 to 63; 0 is the line's end."""
    return np.array([index().get(symbol, SYMBOLS - 1) for symbol in text])


def renumbered(rng):
    """New numbers for all symbols; 0 stays."""
    return np.concatenate([[0], 1 + rng.permutation(SYMBOLS - 1)])


class Table:
    """A count model: absolute discounting, cut down to the entries that gain most, with back-off weights.

    Parameters
    ----------
    text : array (M,), whole numbers below 64
    order : symbols of context
    entries : how many sequences and back-off weights are kept in all; None for all of them
    """

    def __init__(self, text, order, entries=None, discount=0.9):
        self.order, full, gains = order, [], []
        text = np.asarray(text).astype(np.uint64)
        single = np.bincount(text.astype(int), minlength=SYMBOLS) + 1e-6
        self.single, self.levels = single / single.sum(), []
        for k in range(1, order + 1):
            code = np.zeros(len(text) - k, np.uint64)
            for j in range(k + 1):
                code = code * np.uint64(SYMBOLS) + text[j : len(text) - k + j]
            codes, counts = np.unique(code, return_counts=True)
            contexts, of = np.unique(codes // np.uint64(SYMBOLS), return_inverse=True)
            kept = np.maximum(counts - discount, 0) / np.bincount(of, counts)[of]
            lower = self.chance(codes, k - 1)
            left = 1 - np.bincount(of, kept)
            p = kept + left[of] * lower
            self.levels.append((codes, p, contexts, left))
            full.append((codes, p))
            gains.append((counts - discount) * np.log(p / lower))
        if entries is not None and order:
            self._cut(full, np.concatenate(gains), entries)

    def _cut(self, full, gains, entries):
        best, low, high = np.argsort(-gains), 0, len(gains)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._chosen(full, best[:middle])[1] > entries else (middle, high)
        chosen, self.levels = self._chosen(full, best[:low])[0], []
        for k, (codes, p) in enumerate(chosen):
            contexts, of = np.unique(codes // np.uint64(SYMBOLS), return_inverse=True)
            lower = self.chance(codes, k)
            left = np.maximum(1 - np.bincount(of, p, len(contexts)), 1e-4) / np.maximum(
                1 - np.bincount(of, lower, len(contexts)), 1e-4
            )
            self.levels.append((codes, p, contexts, left))

    def _chosen(self, full, places):
        mark, at, chosen, used = np.zeros(sum(len(codes) for codes, _ in full), bool), 0, [], SYMBOLS
        mark[places] = True
        for codes, p in full:
            mine = mark[at : at + len(codes)]
            at += len(codes)
            chosen.append((codes[mine], p[mine]))
            used += int(mine.sum()) + len(np.unique(codes[mine] // np.uint64(SYMBOLS)))
        return chosen, used

    def chance(self, codes, k):
        """The probability of the last symbol of each code, given the k symbols before it."""
        p = self.single[(codes % np.uint64(SYMBOLS)).astype(int)]
        for j, (known, share, contexts, left) in enumerate(self.levels[:k], 1):
            if len(known):
                tail = codes % np.uint64(SYMBOLS) ** np.uint64(j + 1)
                found = _looked_up(known, share, tail, -1.0)
                p = np.where(found > 0, found, _looked_up(contexts, left, tail // np.uint64(SYMBOLS), 1.0) * p)
        return p

    def bits(self, paragraphs):
        """What each symbol costs (N, L); before each paragraph stands a 0."""
        X = np.concatenate([np.zeros((len(paragraphs), 1), int), paragraphs], axis=1).astype(np.uint64)
        out = np.zeros(paragraphs.shape)
        for t in range(paragraphs.shape[1]):
            k = min(self.order, t + 1)
            codes = np.zeros(len(X), np.uint64)
            for j in range(t + 1 - k, t + 2):
                codes = codes * np.uint64(SYMBOLS) + X[:, j]
            out[:, t] = -np.log2(self.chance(codes, k))
        return out


def _looked_up(known, values, asked, otherwise):
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, values[at], otherwise)


@functools.cache
def public_text():
    """Both novels, a 0 before each paragraph."""
    return numbers_of("\n" + "\n".join(datasets.load("austen").text))


@functools.cache
def our_table(share=1.0):
    """The count model that entries are held against, learnt from this share of the novels."""
    text = public_text()
    return Table(text[: int(share * len(text))], 5, ENTRIES)


def bits_of_round(round, names, paragraphs):
    """What each symbol of the paragraphs costs her model, (N, L)."""
    n, length = paragraphs.shape
    read = np.concatenate([np.zeros((n, 1), int), names[paragraphs]], axis=1)
    state, bits = round.start(n), np.empty((n, length))
    for t in range(length):
        made = round.step(state, read[:, t])
        state = made[0]
        logs = expect.array(made[1], shape=(n, SYMBOLS), what="the log-probabilities of `step`").astype(float)
        sums = np.exp(np.minimum(logs, 50)).sum(axis=1)
        off = int(np.argmax(np.nan_to_num(np.abs(sums - 1), nan=np.inf)))
        if not abs(sums[off] - 1) < 1e-3:
            expect.fail(f"after {t + 1} symbols the probabilities of paragraph {off} sum to {sums[off]:.4f}")
        bits[:, t] = -logs[np.arange(n), read[:, t + 1]] / np.log(2)
    return np.minimum(np.nan_to_num(bits, nan=40.0), 40.0)


def saved(entry, share, paragraphs, rng):
    """Bits per character below our table, both learnt from this share of the novels: the mean, and its standard error."""
    names = renumbered(rng)
    round = entry.train(names[public_text()[: int(share * len(public_text()))]])
    hers = bits_of_round(round, names, paragraphs)
    few = bits_of_round(round, names, paragraphs[:2, :20])
    if np.abs(few - hers[:2, :20]).max() > 0.02:
        expect.fail(
            "two paragraphs alone cost something else than in company: does `step` mix its rows, or is a state kept elsewhere?"
        )
    gain = our_table(share).bits(paragraphs).mean(axis=1) - hers.mean(axis=1)
    return float(gain.mean()), float(gain.std() / np.sqrt(len(gain)))


@studio(
    "austen",
    train="train",
    users=("start", "step"),
    budget=BUDGET,
    noise=("rms", 0.03),
    metric="bits per character below the table of counts",
    baseline=0.0,
    bands=(0.05, 0.10, 0.15),
    honour=0.22,
    typed=0.0,
    seconds=120,
)
def public(entry, rng):
    """Learnt from nine tenths of the novels, judged on paragraphs of the last tenth; the table too."""
    text = public_text()[int(0.9 * len(public_text())) :]
    ends = np.flatnonzero(text == 0)
    long = [text[a + 1 : a + 1 + LENGTH] for a, b in pairwise(ends) if b - a > LENGTH]
    return saved(entry, 0.9, np.stack(long)[rng.permutation(len(long))[:PARAGRAPHS]], rng)[0]


@case("austen", "probabilities sum to one, for one paragraph and for many, and each is judged as it is alone")
def protocol(entry):
    text = public_text()[:20_000]
    names = renumbered(np.random.default_rng(5))
    round = entry.train(names[text])
    paragraphs = text[1:1001].reshape(10, 100)[:, :12]
    together = bits_of_round(round, names, paragraphs)
    alone = bits_of_round(round, names, paragraphs[3:4])
    expect.that(
        np.abs(alone - together[3:4]).max() < 0.02, "the fourth of ten paragraphs costs something else when it is judged alone"
    )
    expect.that(
        together.mean() < 6.5, f"learnt from 20,000 symbols, it takes {together.mean():.2f} bits for a symbol of that very text"
    )
