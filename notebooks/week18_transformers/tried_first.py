"""Programs for week 18, written from its contracts alone."""

import itertools
from collections import Counter, defaultdict

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- bpe


def _l_join(tokens, pair, new):
    out, k = [], 0
    while k < len(tokens):
        if k + 1 < len(tokens) and (tokens[k], tokens[k + 1]) == tuple(pair):
            out.append(new)
            k += 2
        else:
            out.append(tokens[k])
            k += 1
    return out


def _l_join_from_the_right(tokens, pair, new):
    return _l_join(tokens[::-1], pair[::-1], new)[::-1]


def _l_pairs(tokens):
    return Counter(itertools.pairwise(tokens))


def _l_best(found):
    return min(found, key=lambda pair: (-found[pair], pair))


def _l_learn(text, count, start=lambda text: list(text.encode()), pairs=_l_pairs, best=_l_best, least=2, join=_l_join, first=256):
    tokens, merges = start(text), []
    for k in range(count):
        found = pairs(tokens)
        if not found or max(found.values()) < least:
            break
        merges.append(best(found))
        tokens = join(tokens, merges[-1], first + k)
    return merges


def _l_encode(text, merges, join=_l_join):
    tokens = list(text.encode())
    for k, pair in enumerate(merges):
        tokens = join(tokens, tuple(pair), 256 + k)
    return tokens


def _l_decode(tokens, merges):
    pieces = [bytes([b]) for b in range(256)]
    for a, b in merges:
        pieces.append(pieces[a] + pieces[b])
    return b"".join(pieces[t] for t in tokens).decode()


def _l_bpe(learn=_l_learn, encode=_l_encode, decode=_l_decode):
    return {
        "learn_merges": lambda text, count: learn(text, count),
        "encode": lambda text, merges: encode(text, merges),
        "decode": lambda tokens, merges: decode(tokens, merges),
    }


@program("bpe", several=True)
def l_bpe_lists():
    return _l_bpe()


@program("bpe", several=True)
def l_bpe_ranks():
    def encode(text, merges):
        rank = {tuple(pair): k for k, pair in reversed(list(enumerate(merges)))}
        tokens = list(text.encode("utf-8"))
        while len(tokens) > 1:
            pair = min(itertools.pairwise(tokens), key=lambda p: rank.get(p, len(merges)))
            if pair not in rank:
                break
            tokens = _l_join(tokens, pair, 256 + rank[pair])
        return tokens

    return _l_bpe(encode=encode)


@program("bpe", several=True)
def l_bpe_arrays():
    def join(tokens, pair, new):
        tokens, k = list(tokens), 0
        while k < len(tokens) - 1:
            if tokens[k] == pair[0] and tokens[k + 1] == pair[1]:
                tokens[k : k + 2] = [new]
            k += 1
        return tokens

    def pairs(tokens):
        found = defaultdict(int)
        for k in range(len(tokens) - 1):
            found[tokens[k], tokens[k + 1]] += 1
        return found

    def decode(tokens, merges):
        def spelled(token):
            return bytes([token]) if token < 256 else spelled(merges[token - 256][0]) + spelled(merges[token - 256][1])

        return b"".join(map(spelled, tokens)).decode("utf-8")

    return _l_bpe(
        lambda text, count: _l_learn(text, count, pairs=pairs, join=join),
        lambda text, merges: _l_encode(text, merges, join),
        decode,
    )


@program("bpe", breaks="tokens are bytes in UTF-8: here characters", several=True)
def l_bpe_characters():
    def encode(text, merges):
        tokens = [ord(c) for c in text]
        for k, pair in enumerate(merges):
            tokens = _l_join(tokens, tuple(pair), 256 + k)
        return tokens

    def decode(tokens, merges):
        def spelled(t):
            known = 256 <= t < 256 + len(merges)
            return spelled(merges[t - 256][0]) + spelled(merges[t - 256][1]) if known else chr(t)

        return "".join(map(spelled, tokens))

    return _l_bpe(lambda text, count: _l_learn(text, count, start=lambda t: [ord(c) for c in t]), encode, decode)


@program("bpe", breaks="of equal pairs the smaller: here the one that came first", several=True)
def l_bpe_first_of_equals():
    return _l_bpe(lambda text, count: _l_learn(text, count, best=lambda found: max(found, key=found.get)))


@program("bpe", breaks="of equal pairs the smaller: here the larger", several=True)
def l_bpe_larger_of_equals():
    return _l_bpe(lambda text, count: _l_learn(text, count, best=lambda found: max(found, key=lambda p: (found[p], p))))


@program("bpe", breaks="the list ends when no pair has two places: here pairs with one are joined too", several=True)
def l_bpe_goes_on():
    return _l_bpe(lambda text, count: _l_learn(text, count, least=1))


@program("bpe", breaks="a pair with two places is joined: here three are needed", several=True)
def l_bpe_ends_early():
    return _l_bpe(lambda text, count: _l_learn(text, count, least=3))


@program("bpe", breaks="overlapping places count: here they are counted once", several=True)
def l_bpe_counts_without_overlap():
    def pairs(tokens):
        found = Counter()
        for pair in set(itertools.pairwise(tokens)):
            found[pair] = len(tokens) - len(_l_join(tokens, pair, -1))
        return found

    return _l_bpe(lambda text, count: _l_learn(text, count, pairs=pairs))


@program("bpe", breaks="the pair further to the left is joined: here the right one", several=True)
def l_bpe_joins_from_the_right():
    return _l_bpe(
        lambda text, count: _l_learn(text, count, join=_l_join_from_the_right),
        lambda text, merges: _l_encode(text, merges, _l_join_from_the_right),
    )


@program("bpe", breaks="in encode too the left one is joined: here the right one", several=True)
def l_bpe_encodes_from_the_right():
    return _l_bpe(encode=lambda text, merges: _l_encode(text, merges, _l_join_from_the_right))


@program("bpe", breaks="merges are made in their order: here from the last to the first", several=True)
def l_bpe_merges_backwards():
    def encode(text, merges):
        tokens = list(text.encode())
        for k in range(len(merges) - 1, -1, -1):
            tokens = _l_join(tokens, tuple(merges[k]), 256 + k)
        return tokens

    return _l_bpe(encode=encode)


@program("bpe", breaks="merges in their order: here the longest piece that fits is taken from the left", several=True)
def l_bpe_longest_piece():
    def encode(text, merges):
        pieces = [bytes([b]) for b in range(256)]
        for a, b in merges:
            pieces.append(pieces[a] + pieces[b])
        known, raw, out, k = {p: i for i, p in reversed(list(enumerate(pieces)))}, text.encode(), [], 0
        while k < len(raw):
            size = max(n for n in range(1, len(raw) - k + 1) if raw[k : k + n] in known)
            out.append(known[raw[k : k + size]])
            k += size
        return out

    return _l_bpe(encode=encode)


@program("bpe", breaks="pairs are counted in what earlier merges left: here all in the bytes", several=True)
def l_bpe_counts_bytes_once():
    def learn(text, count):
        found = _l_pairs(list(text.encode()))
        return sorted((p for p in found if found[p] > 1), key=lambda p: (-found[p], p))[:count]

    return _l_bpe(learn)


@program("bpe", breaks="any text comes back: here words are split at blanks and joined by one", several=True)
def l_bpe_loses_blanks():
    return _l_bpe(encode=lambda text, merges: _l_encode(" ".join(text.split()), merges))


@program("bpe", breaks="any text in any language: here what is not ASCII is dropped", several=True)
def l_bpe_only_ascii():
    return _l_bpe(encode=lambda text, merges: _l_encode(text.encode("ascii", "ignore").decode(), merges))


@program("bpe", breaks="the text comes back: each token is decoded alone, so that letters of two bytes are lost", several=True)
def l_bpe_decodes_each_alone():
    def decode(tokens, merges):
        pieces = [bytes([b]) for b in range(256)]
        for a, b in merges:
            pieces.append(pieces[a] + pieces[b])
        return "".join(pieces[t].decode("utf-8", "replace") for t in tokens)

    return _l_bpe(decode=decode)


@program("bpe", breaks="merge number k is token 256 + k: here 257 + k", several=True)
def l_bpe_one_number_further():
    def encode(text, merges):
        tokens = list(text.encode())
        for k, (a, b) in enumerate(merges):
            tokens = _l_join(tokens, (a + (a > 255), b + (b > 255)), 257 + k)
        return tokens

    def decode(tokens, merges):
        return _l_decode([t - (t > 256) for t in tokens], merges)

    return _l_bpe(encode=encode, decode=decode)


@program("bpe", breaks="each merge goes over the whole text: here one place is joined", several=True)
def l_bpe_joins_one_place():
    def join(tokens, pair, new):
        for k in range(len(tokens) - 1):
            if (tokens[k], tokens[k + 1]) == pair:
                return tokens[:k] + [new] + tokens[k + 2 :]
        return tokens

    return _l_bpe(encode=lambda text, merges: _l_encode(text, merges, join))


# ---------------------------------------------------------------- counts


def _l_tables(text, order, symbols):
    tables = []
    for n in range(order + 1):
        table = defaultdict(lambda: np.zeros(symbols))
        for end in range(n, len(text)):
            table[tuple(text[end - n : end])][text[end]] += 1
        tables.append(table)
    return tables


def _l_mix(tables, context, symbols, kinds_of=np.count_nonzero, base=None):
    p = np.full(symbols, 1 / symbols) if base is None else base
    for n in range(len(context) + 1):
        key = tuple(context[len(context) - n :])
        if n < len(tables) and key in tables[n]:
            seen = tables[n][key]
            kinds = kinds_of(seen)
            p = (seen + kinds * p) / (seen.sum() + kinds)
    return p


def _l_counted(text, paragraphs, order, symbols, mix=_l_mix, log=np.log2, first=0, past=None):
    text, paragraphs = np.asarray(text).tolist(), np.asarray(paragraphs)
    tables = _l_tables(text, order, symbols)
    out, known = np.zeros(paragraphs.shape), {}
    for n, row in enumerate(paragraphs.tolist()):
        for t in range(first, len(row)):
            context = tuple(past(n, t) if past else row[max(t - order, 0) : t])
            if context not in known:
                known[context] = -log(mix(tables, context, symbols))
            out[n, t] = known[context][row[t]]
    return out


@program("counts")
def l_counts_dictionaries(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols)


@program("counts")
def l_counts_recursion_with_memory(text, paragraphs, order, symbols):
    text = tuple(int(s) for s in text)
    follow = defaultdict(Counter)
    for end in range(len(text)):
        for n in range(min(order, end) + 1):
            follow[text[end - n : end]][text[end]] += 1
    memory = {}

    def chance(context, symbol):
        key = context, symbol
        if key not in memory:
            shorter = chance(context[1:], symbol) if context else 1 / symbols
            seen = follow.get(context)
            memory[key] = (seen[symbol] + len(seen) * shorter) / (sum(seen.values()) + len(seen)) if seen else shorter
        return memory[key]

    rows = [tuple(int(s) for s in row) for row in paragraphs]
    made = [[-np.log2(chance(row[max(t - order, 0) : t], row[t])) for t in range(len(row))] for row in rows]
    return np.array(made, float).reshape(np.shape(paragraphs))


@program("counts", breaks="in bits: here natural logarithms")
def l_counts_nats(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols, log=np.log)


@program("counts", breaks="every symbol has its cost: the first of a paragraph costs nothing here")
def l_counts_first_is_free(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols, first=1)


@program("counts", breaks="the context is all symbols where there are fewer: the first `order` symbols cost nothing here")
def l_counts_waits_for_its_context(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols, first=order)


@program("counts", breaks="no paragraph knows of another: here the past goes over from the paragraph before")
def l_counts_past_of_the_neighbour(text, paragraphs, order, symbols):
    flat, L = np.asarray(paragraphs).ravel().tolist(), np.shape(paragraphs)[1]
    return _l_counted(text, paragraphs, order, symbols, past=lambda n, t: flat[max(n * L + t - order, 0) : n * L + t])


@program("counts", breaks="the context is the last `order` symbols: here one fewer")
def l_counts_one_order_less(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, max(order - 1, 0), symbols)


@program("counts", breaks="the context is the last `order` symbols: here one more")
def l_counts_one_order_more(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order + 1, symbols)


@program("counts", breaks="probabilities by `chances`: here one is added to each count, without shorter contexts")
def l_counts_laplace(text, paragraphs, order, symbols):
    def mix(tables, context, symbols):
        seen = tables[len(context)].get(tuple(context), np.zeros(symbols))
        return (seen + 1) / (seen.sum() + symbols)

    return _l_counted(text, paragraphs, order, symbols, mix=mix)


@program("counts", breaks="probabilities by `chances`: the weight is the number of kinds, here always one")
def l_counts_weight_of_one(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols, mix=lambda t, c, s: _l_mix(t, c, s, kinds_of=lambda seen: 1))


@program("counts", breaks="the longest known context is mixed with shorter ones: here it stands alone where it was seen")
def l_counts_back_off_only_where_unseen(text, paragraphs, order, symbols):
    def mix(tables, context, symbols):
        for n in range(len(context), -1, -1):
            seen = tables[n].get(tuple(context[len(context) - n :]))
            if seen is not None:
                return (seen + 1e-9) / (seen + 1e-9).sum()
        return np.full(symbols, 1 / symbols)

    return _l_counted(text, paragraphs, order, symbols, mix=mix)


@program(
    "counts", breaks="the shortest context is mixed with equal chances: here with nothing, so that an unseen symbol is impossible"
)
def l_counts_unseen_is_impossible(text, paragraphs, order, symbols):
    with np.errstate(divide="ignore"):
        return _l_counted(text, paragraphs, order, symbols, mix=lambda t, c, s: _l_mix(t, c, s, base=np.zeros(s)))


@program("counts", breaks="counting is in `text`: here the paragraphs are counted too")
def l_counts_reads_what_it_judges(text, paragraphs, order, symbols):
    return _l_counted(np.concatenate([text, np.ravel(paragraphs)]), paragraphs, order, symbols)


@program("counts", breaks="an array (N, L): here the mean of each paragraph")
def l_counts_means(text, paragraphs, order, symbols):
    return _l_counted(text, paragraphs, order, symbols).mean(axis=1)


@program("counts", breaks="the context goes on backwards from the symbol: here its order is turned round")
def l_counts_context_turned(text, paragraphs, order, symbols):
    rows = np.asarray(paragraphs).tolist()
    return _l_counted(text, paragraphs, order, symbols, past=lambda n, t: rows[n][max(t - order, 0) : t][::-1])


@program("counts", breaks="nothing is kept between two calls: the tables of the first text stay")
def l_counts_remembers_the_text(text, paragraphs, order, symbols, kept={}):  # noqa: B006
    first = kept.setdefault((order, symbols), np.array(text))
    return _l_counted(first, paragraphs, order, symbols)


@program("counts", breaks="a twentieth of the time of `chances`: here it is called for each symbol")
def l_counts_slow(text, paragraphs, order, symbols):
    def chances(context):
        shorter = chances(context[1:]) if len(context) else np.full(symbols, 1 / symbols)
        seen = np.zeros(symbols)
        for end in range(len(context), len(text)):
            if all(text[end - len(context) + k] == context[k] for k in range(len(context))):
                seen[text[end]] += 1
        kinds = np.count_nonzero(seen)
        return (seen + kinds * shorter) / (seen.sum() + kinds) if kinds else shorter

    rows = [[-np.log2(chances(row[max(t - order, 0) : t])[row[t]]) for t in range(len(row))] for row in np.asarray(paragraphs)]
    return np.array(rows, float).reshape(np.shape(paragraphs))


# ---------------------------------------------------------------- rotary


def _l_speeds(d, base=10_000.0):
    return base ** (-np.arange(d // 2) / (d // 2))


def _l_rotary(X, places, base=10_000.0, speeds=_l_speeds, sign=1, pairs=None):
    X = np.asarray(X)
    X = X if X.dtype.kind == "f" else X.astype(float)
    d = X.shape[-1]
    if d % 2:
        raise ValueError(f"d = {d} is odd")
    angle = np.asarray(places, float)[:, None] * speeds(d, base)
    c, s = np.cos(angle).astype(X.dtype), sign * np.sin(angle).astype(X.dtype)
    out, (even, odd) = np.empty_like(X), pairs(d) if pairs else (slice(0, None, 2), slice(1, None, 2))
    x, y = X[..., even], X[..., odd]
    out[..., even], out[..., odd] = x * c - y * s, x * s + y * c
    return out


def _l_turns(forward=_l_rotary, backward=None):
    back = backward or (lambda d, places, base=10_000.0: _l_rotary(d, places, base, sign=-1))
    return {
        "rotary": lambda X, places, base=10_000.0: forward(X, places, base),
        "rotary_backward": lambda d_turned, places, base=10_000.0: back(d_turned, places, base),
    }


@program("rotary", several=True)
def l_rotary_sines():
    return _l_turns()


@program("rotary", several=True)
def l_rotary_complex():
    def forward(X, places, base):
        X = np.asarray(X)
        X = X if X.dtype.kind == "f" else X.astype(float)
        if X.shape[-1] % 2:
            raise ValueError(f"{X.shape[-1]} columns cannot be cut into pairs")
        z = (X[..., ::2] + 1j * X[..., 1::2]) * np.exp(1j * np.outer(places, _l_speeds(X.shape[-1], base)))
        return np.stack([z.real, z.imag], axis=-1).reshape(X.shape).astype(X.dtype)

    return _l_turns(forward, lambda d, places, base=10_000.0: forward(d, -np.asarray(places, float), base))


@program("rotary", several=True)
def l_rotary_matrices():
    def turned(X, places, base, back):
        X = np.asarray(X)
        X = X if X.dtype.kind == "f" else X.astype(float)
        d = X.shape[-1]
        if d % 2:
            raise ValueError(f"d must be even, and is {d}")
        matrices = np.zeros((len(places), d, d))
        for t, place in enumerate(places):
            for i, speed in enumerate(_l_speeds(d, base)):
                c, s = np.cos(place * speed), np.sin(place * speed)
                matrices[t, 2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, -s], [s, c]]
        matrices = (matrices.swapaxes(1, 2) if back else matrices).astype(X.dtype)
        return np.einsum("tij,...tj->...ti", matrices, X)

    return _l_turns(lambda X, p, base: turned(X, p, base, False), lambda d, p, base: turned(d, p, base, True))


@program("rotary", breaks="columns 2i and 2i + 1 are a pair: here column i and i + d/2", several=True)
def l_rotary_halves():
    def pairs(d):
        return slice(0, d // 2), slice(d // 2, None)

    return _l_turns(
        lambda X, p, base: _l_rotary(X, p, base, pairs=pairs), lambda d, p, base: _l_rotary(d, p, base, sign=-1, pairs=pairs)
    )


@program("rotary", breaks="from the first axis towards the second: here the other way round", several=True)
def l_rotary_other_way():
    return _l_turns(lambda X, p, base: _l_rotary(X, p, base, sign=-1), lambda d, p, base: _l_rotary(d, p, base))


@program("rotary", breaks="the gradient turns back: here it is turned on", several=True)
def l_rotary_backward_turns_on():
    return _l_turns(backward=lambda d, p, base: _l_rotary(d, p, base))


@program("rotary", breaks="the gradient: here it is handed on as it came", several=True)
def l_rotary_backward_is_nothing():
    return _l_turns(backward=lambda d, p, base: np.array(d))


@program("rotary", breaks="speeds(d, base)[i] for pair i: here each column has a speed of its own", several=True)
def l_rotary_speed_of_each_column():
    def forward(X, places, base, sign=1):
        X = np.asarray(X, float)
        angle = np.asarray(places, float)[:, None] * base ** (-np.arange(X.shape[-1]) / X.shape[-1])
        partner = np.empty_like(X)
        partner[..., ::2], partner[..., 1::2] = -X[..., 1::2], X[..., ::2]
        return X * np.cos(angle) + sign * partner * np.sin(angle)

    return _l_turns(forward, lambda d, p, base: forward(d, p, base, -1))


@program("rotary", breaks="the base is handed in: here always 10,000", several=True)
def l_rotary_fixed_base():
    return _l_turns(lambda X, p, base: _l_rotary(X, p), lambda d, p, base: _l_rotary(d, p, sign=-1))


@program("rotary", breaks="the base is handed to the gradient too: here always 10,000", several=True)
def l_rotary_backward_fixed_base():
    return _l_turns(backward=lambda d, p, base: _l_rotary(d, p, sign=-1))


@program("rotary", breaks="`places` says where each row stands: here rows are counted from 0", several=True)
def l_rotary_ignores_places():
    return _l_turns(
        lambda X, p, base: _l_rotary(X, np.arange(np.shape(X)[-2]), base),
        lambda d, p, base: _l_rotary(d, np.arange(np.shape(d)[-2]), base, sign=-1),
    )


@program("rotary", breaks="places may be any numbers: here they are made whole", several=True)
def l_rotary_whole_places():
    return _l_turns(
        lambda X, p, base: _l_rotary(X, np.asarray(p).astype(int), base),
        lambda d, p, base: _l_rotary(d, np.asarray(p).astype(int), base, sign=-1),
    )


@program("rotary", breaks="places may be negative: here their size counts", several=True)
def l_rotary_sizes_of_places():
    return _l_turns(lambda X, p, base: _l_rotary(X, np.abs(p), base), lambda d, p, base: _l_rotary(d, np.abs(p), base, sign=-1))


@program("rotary", breaks="any number of axes before the last two: here just one", several=True)
def l_rotary_three_axes():
    def forward(X, places, base, sign=1):
        _N, _T, _d = X.shape
        return _l_rotary(X, places, base, sign=sign)

    return _l_turns(forward, lambda d, p, base: forward(d, p, base, -1))


@program("rotary", breaks="an odd d is a ValueError: here the last column is left as it was", several=True)
def l_rotary_odd_is_fine():
    def forward(X, places, base, sign=1):
        X = np.asarray(X)
        even = X.shape[-1] // 2 * 2
        return np.concatenate([_l_rotary(X[..., :even], places, base, sign=sign), X[..., even:]], axis=-1)

    return _l_turns(forward, lambda d, p, base: forward(d, p, base, -1))


@program("rotary", breaks="float32 is kept: here float64 comes back", several=True)
def l_rotary_doubles():
    return _l_turns(lambda X, p, base: _l_rotary(np.asarray(X, float), p, base))


@program("rotary", breaks="what is given stays as it was: here X is turned in place", several=True)
def l_rotary_in_place():
    def forward(X, places, base):
        if isinstance(X, np.ndarray) and X.dtype.kind == "f":
            X[...] = _l_rotary(X, places, base)
            return X
        return _l_rotary(X, places, base)

    return _l_turns(forward)


@program("rotary", breaks="speeds go from 1 down to nearly 1 / base: here with d in place of d / 2 pairs", several=True)
def l_rotary_slow_speeds():
    def speeds(d, base):
        return base ** (-np.arange(d // 2) / d)

    return _l_turns(
        lambda X, p, base: _l_rotary(X, p, base, speeds=speeds), lambda d, p, base: _l_rotary(d, p, base, speeds=speeds, sign=-1)
    )


# ---------------------------------------------------------------- multi_head


def _l_parts(A, heads):
    return A.reshape(*A.shape[:2], heads, A.shape[2] // heads).swapaxes(1, 2)


def _l_whole(A):
    return A.swapaxes(1, 2).reshape(A.shape[0], A.shape[2], A.shape[1] * A.shape[3])


def _l_look(scores, mask):
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    fit = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = fit.sum(axis=-1, keepdims=True)
    return fit / np.where(total > 0, total, 1)


def _l_heads(
    parameters, X, memory, heads, mask=None, turn=False, parts=_l_parts, whole=_l_whole, look=_l_look, root=None, turning=None
):
    kind = np.result_type(X, memory, *parameters)
    kind = kind if kind.kind == "f" else np.dtype(float)
    X, memory = np.asarray(X, kind), np.asarray(memory, kind)
    W_q, W_k, W_v, W_o = (np.asarray(W, kind) for W in parameters)
    D = X.shape[-1]
    if D % heads:
        raise ValueError(f"D = {D} is no multiple of heads = {heads}")
    Q, K, V = parts(X @ W_q, heads), parts(memory @ W_k, heads), parts(memory @ W_v, heads)
    Tq, Tk = X.shape[1], memory.shape[1]
    if turn:
        Q, K = (turning or (lambda Q, K: (_l_rotary(Q, np.arange(Tq)), _l_rotary(K, np.arange(Tk)))))(Q, K)
    if mask is not None:
        mask = np.asarray(mask)
        mask = mask[:, None] if mask.ndim == 3 else mask
    root = kind.type(np.sqrt(D // heads) if root is None else root(D, heads))
    weights = look(Q @ K.swapaxes(-1, -2) / root, mask).astype(kind)
    joined = whole(weights @ V)
    return joined @ W_o, (X, memory, heads, turn, Q, K, V, weights, joined, root)


def _l_heads_backward(parameters, cache, d_out):
    W_q, W_k, W_v, W_o = (np.asarray(W) for W in parameters)
    X, memory, heads, turn, Q, K, V, weights, joined, root = cache
    d_out = np.asarray(d_out, X.dtype)
    d_W_o = np.einsum("ntd,nte->de", joined, d_out)
    d_mixed = _l_parts(d_out @ W_o.T, heads)
    d_weights, d_V = d_mixed @ V.swapaxes(-1, -2), weights.swapaxes(-1, -2) @ d_mixed
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)) / root
    d_Q, d_K = d_scores @ K, d_scores.swapaxes(-1, -2) @ Q
    if turn:
        d_Q, d_K = _l_rotary(d_Q, np.arange(X.shape[1]), sign=-1), _l_rotary(d_K, np.arange(memory.shape[1]), sign=-1)
    d_Q, d_K, d_V = _l_whole(d_Q), _l_whole(d_K), _l_whole(d_V)
    d_W_q, d_W_k, d_W_v = (np.einsum("ntm,ntd->md", A, d) for A, d in ((X, d_Q), (memory, d_K), (memory, d_V)))
    return (d_W_q, d_W_k, d_W_v, d_W_o), d_Q @ W_q.T, d_K @ W_k.T + d_V @ W_v.T


def _l_multi(forward=_l_heads, backward=_l_heads_backward):
    return {
        "multi_head": lambda parameters, X, memory, heads, mask=None, turn=False: forward(
            parameters, X, memory, heads, mask, turn
        ),
        "multi_head_backward": lambda parameters, cache, d_out: backward(parameters, cache, d_out),
    }


def _l_with(**how):
    return lambda parameters, X, memory, heads, mask=None, turn=False: _l_heads(parameters, X, memory, heads, mask, turn, **how)


@program("multi_head", several=True)
def l_heads_axes():
    return _l_multi()


@program("multi_head", several=True)
def l_heads_one_by_one():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        W_q, W_k, W_v, W_o = (np.asarray(W) for W in parameters)
        D = np.shape(X)[-1]
        if D % heads:
            raise ValueError(f"{D} columns cannot be shared by {heads} heads")
        w, total, caches = D // heads, 0, []
        for h in range(heads):
            own = slice(h * w, (h + 1) * w)
            one = (W_q[:, own], W_k[:, own], W_v[:, own], W_o[own])
            part, cache = alone(one, X, memory, mask, turn)
            total, caches = total + part, [*caches, (one, cache)]
        return total, caches

    def alone(one, X, memory, mask, turn):
        A, B, C, O = one
        Q, K, V = X @ A, memory @ B, memory @ C
        if turn:
            Q, K = _l_rotary(Q, np.arange(Q.shape[1])), _l_rotary(K, np.arange(K.shape[1]))
        root = Q.dtype.type(np.sqrt(Q.shape[-1]))
        weights = _l_look(Q @ K.swapaxes(1, 2) / root, mask)
        return weights @ V @ O, (X, memory, turn, Q, K, V, weights, root)

    def backward(parameters, caches, d_out):
        grads, d_X, d_memory = [], 0, 0
        for (A, B, C, O), (X, memory, turn, Q, K, V, weights, root) in caches:
            d_mixed = d_out @ O.T
            d_O = np.einsum("nte,ntd->ed", weights @ V, d_out)
            d_weights = d_mixed @ V.swapaxes(1, 2)
            d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)) / root
            d_Q, d_K, d_V = d_scores @ K, d_scores.swapaxes(1, 2) @ Q, weights.swapaxes(1, 2) @ d_mixed
            if turn:
                d_Q, d_K = _l_rotary(d_Q, np.arange(d_Q.shape[1]), sign=-1), _l_rotary(d_K, np.arange(d_K.shape[1]), sign=-1)
            d_X, d_memory = d_X + d_Q @ A.T, d_memory + d_K @ B.T + d_V @ C.T
            grads.append([np.einsum("nta,ntb->ab", P, d) for P, d in ((X, d_Q), (memory, d_K), (memory, d_V))] + [d_O])
        columns = [np.concatenate([one[k] for one in grads], axis=1) for k in range(3)]
        return (*columns, np.concatenate([one[3] for one in grads], axis=0)), d_X, d_memory

    return _l_multi(forward, backward)


@program("multi_head", several=True)
def l_heads_einsum():
    def parts(A, heads):
        return np.stack(np.split(A, heads, axis=2), axis=1)

    def whole(A):
        return np.concatenate(list(np.moveaxis(A, 1, 0)), axis=-1)

    return _l_multi(_l_with(parts=parts, whole=whole))


@program("multi_head", breaks="head h owns columns: here a bare reshape gives it a stretch of places", several=True)
def l_heads_bare_reshape():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        def parts(A, heads):
            return A.reshape(A.shape[0], heads, -1, A.shape[2] // heads)

        return _l_heads(
            parameters, X, memory, heads, mask, turn, parts=parts, whole=lambda A: A.reshape(A.shape[0], A.shape[2], -1)
        )

    return _l_multi(forward)


@program("multi_head", breaks="the heads' results stand side by side: here they are joined by a bare reshape", several=True)
def l_heads_joined_by_reshape():
    return _l_multi(_l_with(whole=lambda A: A.reshape(A.shape[0], A.shape[2], -1)))


@program("multi_head", breaks="head h owns neighbouring columns: here every H-th one", several=True)
def l_heads_every_hth_column():
    def parts(A, heads):
        return np.moveaxis(A.reshape(*A.shape[:2], -1, heads), -1, 1)

    return _l_multi(_l_with(parts=parts))


@program("multi_head", breaks="it scales by the root of its width: here of D", several=True)
def l_heads_root_of_all():
    return _l_multi(_l_with(root=lambda D, heads: np.sqrt(D)))


@program("multi_head", breaks="it scales by the root: here not at all", several=True)
def l_heads_without_root():
    return _l_multi(_l_with(root=lambda D, heads: 1.0))


@program("multi_head", breaks="a query that may look at nothing adds nothing: here it takes the mean", several=True)
def l_heads_minus_a_billion():
    return _l_multi(_l_with(look=lambda s, m: _l_look(s if m is None else np.where(m, s, -1e9), None)))


@program("multi_head", breaks="the mask hides before the softmax: here weights are hidden after it", several=True)
def l_heads_masked_after():
    return _l_multi(_l_with(look=lambda s, m: _l_look(s, None) * (1 if m is None else m)))


@program("multi_head", breaks="a mask of each example's own: here the first one's for all", several=True)
def l_heads_first_mask_for_all():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        mask = mask if mask is None or np.ndim(mask) == 2 else np.asarray(mask)[0]
        return _l_heads(parameters, X, memory, heads, mask, turn)

    return _l_multi(forward)


@program("multi_head", breaks="a mask of each example's own: here example and head are mixed up", several=True)
def l_heads_masks_by_head():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        if mask is not None and np.ndim(mask) == 3:
            N = len(X)
            mask = np.tile(np.asarray(mask), (heads, 1, 1)).reshape(N, heads, *np.shape(mask)[1:])
            return _l_heads(parameters, X, memory, heads, mask, turn)
        return _l_heads(parameters, X, memory, heads, mask, turn)

    return _l_multi(forward)


@program("multi_head", breaks="True may be looked at: here the opposite", several=True)
def l_heads_mask_turned():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        return _l_heads(parameters, X, memory, heads, None if mask is None else ~np.asarray(mask), turn)

    return _l_multi(forward)


@program("multi_head", breaks="with turn queries and keys are turned: here the queries alone", several=True)
def l_heads_turns_queries_alone():
    return _l_multi(_l_with(turning=lambda Q, K: (_l_rotary(Q, np.arange(Q.shape[-2])), K)))


@program("multi_head", breaks="each head's queries are turned: here before the columns are shared", several=True)
def l_heads_turned_before_the_split():
    def turning(Q, K):
        def turned(A):
            return _l_parts(_l_rotary(_l_whole(A), np.arange(A.shape[-2])), A.shape[1])

        return turned(Q), turned(K)

    return _l_multi(_l_with(turning=turning))


@program("multi_head", breaks="the gradient turns back what was turned: here it is forgotten", several=True)
def l_heads_backward_forgets_the_turn():
    return _l_multi(backward=lambda p, cache, d: _l_heads_backward(p, (*cache[:3], False, *cache[4:]), d))


@program(
    "multi_head",
    breaks="no multiple of heads is a ValueError that names both: here the rest of the columns is left out",
    several=True,
)
def l_heads_names_nothing():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        if np.shape(X)[-1] % heads:
            raise ValueError("the heads do not fit")
        return _l_heads(parameters, X, memory, heads, mask, turn)

    return _l_multi(forward)


@program("multi_head", breaks="d_memory has two parts, by keys and by values: here the values' is left out", several=True)
def l_heads_memory_by_keys_alone():
    def backward(parameters, cache, d_out):
        d, d_X, d_memory = _l_heads_backward(parameters, cache, d_out)
        W_v = np.asarray(parameters[2])
        heads, weights = cache[2], cache[7]
        d_V = _l_whole(weights.swapaxes(-1, -2) @ _l_parts(d_out @ np.asarray(parameters[3]).T, heads))
        return d, d_X, d_memory - d_V @ W_v.T

    return _l_multi(backward=backward)


@program("multi_head", breaks="the caller adds d_X and d_memory: here they are added already", several=True)
def l_heads_adds_them_itself():
    def backward(parameters, cache, d_out):
        d, d_X, d_memory = _l_heads_backward(parameters, cache, d_out)
        return d, d_X + d_memory if d_X.shape == d_memory.shape else d_X, d_memory

    return _l_multi(backward=backward)


@program("multi_head", breaks="before W_o: here W_o is forgotten", several=True)
def l_heads_without_the_last_matrix():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        _, cache = _l_heads(parameters, X, memory, heads, mask, turn)
        return cache[8], cache

    return _l_multi(forward)


@program("multi_head", breaks="the memory is looked at: here X itself where the shapes allow", several=True)
def l_heads_looks_at_itself():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        memory = X if np.shape(X) == np.shape(memory) else memory
        return _l_heads(parameters, X, memory, heads, mask, turn)

    return _l_multi(forward)


@program("multi_head", breaks="gradients of the parameters are sums over the examples: here means", several=True)
def l_heads_mean_over_examples():
    def backward(parameters, cache, d_out):
        d, d_X, d_memory = _l_heads_backward(parameters, cache, d_out)
        return tuple(part / max(len(d_out), 1) for part in d), d_X, d_memory

    return _l_multi(backward=backward)


@program("multi_head", breaks="float32 is kept: here float64 comes out", several=True)
def l_heads_doubles():
    def forward(parameters, X, memory, heads, mask=None, turn=False):
        return _l_heads(
            [np.asarray(W, float) for W in parameters], np.asarray(X, float), np.asarray(memory, float), heads, mask, turn
        )

    return _l_multi(forward)


# ---------------------------------------------------------------- kv_cache


def _l_feed(parameters, cache, X, heads, project, window=None, place=None, own=True, reach=0, prompt=True, keep=None):
    X = np.asarray(X)
    W_q, W_k, W_v, W_o = parameters
    before = 0 if cache[0] is None else cache[0].shape[2]
    start = cache[2]
    Q, K, V = (_l_parts(np.asarray(project(X, W)), heads) for W in (W_q, W_k, W_v))
    at = np.arange(X.shape[1]) + (start if place is None else place(start))
    Q, K = _l_rotary(Q, at), _l_rotary(K, at)
    if before:
        K, V = np.concatenate([cache[0], K], axis=2), np.concatenate([cache[1], V], axis=2)
    asks = np.arange(X.shape[1])[:, None] + before
    there = np.arange(K.shape[2])
    seen = there <= asks if prompt else np.ones((X.shape[1], K.shape[2]), bool)
    if not own:
        seen = seen & (there != asks)
    if window is not None:
        seen = seen & (there > asks - window - reach)
    weights = _l_look(Q @ K.swapaxes(-1, -2) / Q.dtype.type(np.sqrt(Q.shape[-1])), seen).astype(Q.dtype)
    out = project(_l_whole(weights @ V), W_o)
    return out, (K, V, start + X.shape[1])


def _l_cache(feed=_l_feed, new=lambda: (None, None, 0)):
    return {
        "new_cache": lambda: new(),
        "feed": lambda parameters, cache, X, heads, project, window=None: feed(parameters, cache, X, heads, project, window),
    }


def _l_fed(**how):
    return lambda parameters, cache, X, heads, project, window=None: _l_feed(parameters, cache, X, heads, project, window, **how)


@program("kv_cache", several=True)
def l_cache_tuples():
    return _l_cache()


@program("kv_cache", several=True)
def l_cache_dictionary():
    def feed(parameters, cache, X, heads, project, window=None):
        old = (cache.get("K"), cache.get("V"), cache.get("n", 0))
        out, (K, V, n) = _l_feed(parameters, old, X, heads, project, window)
        return out, {"K": K, "V": V, "n": n}

    return _l_cache(feed, dict)


@program("kv_cache", several=True)
def l_cache_row_by_row():
    def feed(parameters, cache, X, heads, project, window=None):
        W_q, W_k, W_v, W_o = parameters
        X, rows = np.asarray(X), list(cache)
        Q, K, V = (_l_parts(np.asarray(project(X, W)), heads) for W in (W_q, W_k, W_v))
        mixed = []
        for t in range(X.shape[1]):
            place = np.array([len(rows)])
            rows.append((_l_rotary(K[:, :, t : t + 1], place)[:, :, 0], V[:, :, t]))
            q = _l_rotary(Q[:, :, t : t + 1], place)[:, :, 0]
            seen = rows if window is None else rows[-window:]
            scores = np.stack([np.sum(q * k, axis=-1) for k, _ in seen], axis=-1) / q.dtype.type(np.sqrt(q.shape[-1]))
            weights = _l_look(scores, None)
            mixed.append(np.einsum("nhk,nhkd->nhd", weights, np.stack([v for _, v in seen], axis=2)).reshape(len(X), -1))
        joined = np.stack(mixed, axis=1) if mixed else np.zeros(X.shape, X.dtype)
        return project(joined, W_o), tuple(rows)

    return _l_cache(feed, tuple)


@program("kv_cache", breaks="causal: in a prompt of several rows places see each other's future", several=True)
def l_cache_prompt_sees_its_future():
    return _l_cache(_l_fed(prompt=False))


@program("kv_cache", breaks="places go on: here every piece is turned from place 0", several=True)
def l_cache_turned_from_zero():
    return _l_cache(_l_fed(place=lambda start: 0))


@program("kv_cache", breaks="places go on: here they are one further after the first piece", several=True)
def l_cache_places_one_further():
    return _l_cache(_l_fed(place=lambda start: start + (start > 0)))


@program("kv_cache", breaks="a place sees itself: here only what was before", several=True)
def l_cache_not_itself():
    return _l_cache(_l_fed(own=False))


@program("kv_cache", breaks="a window of w: here w places before and itself", several=True)
def l_cache_window_one_too_wide():
    return _l_cache(_l_fed(reach=1))


@program("kv_cache", breaks="a window of w: here one place too few", several=True)
def l_cache_window_one_too_narrow():
    return _l_cache(_l_fed(reach=-1))


@program("kv_cache", breaks="with a window: here it is ignored", several=True)
def l_cache_without_window():
    return _l_cache(lambda p, cache, X, heads, project, window=None: _l_feed(p, cache, X, heads, project))


@program(
    "kv_cache",
    breaks="a window is of places: here the old cache is cut before the piece is read, so that its rows see too far",
    several=True,
)
def l_cache_window_cuts_the_cache_alone():
    def feed(parameters, cache, X, heads, project, window=None):
        K, V, n = cache
        if window is not None and K is not None:
            K, V = K[:, :, -window:], V[:, :, -window:]
        return _l_feed(parameters, (K, V, n), X, heads, project)

    return _l_cache(feed)


@program("kv_cache", breaks="each row goes through each matrix once: here the whole text is computed anew", several=True)
def l_cache_computes_anew():
    def feed(parameters, cache, X, heads, project, window=None):
        rows = X if cache is None else np.concatenate([cache, X], axis=1)
        out, _ = _l_feed(parameters, (None, None, 0), rows, heads, project, window)
        return out[:, rows.shape[1] - X.shape[1] :], rows

    return _l_cache(feed, lambda: None)


@program("kv_cache", breaks="products are made by project: here by @", several=True)
def l_cache_without_project():
    def feed(parameters, cache, X, heads, project, window=None):
        return _l_feed(parameters, cache, X, heads, lambda rows, W: rows @ W, window)

    return _l_cache(feed)


@program("kv_cache", breaks="each of the four matrices: the last one is not asked of project", several=True)
def l_cache_last_matrix_by_hand():
    def feed(parameters, cache, X, heads, project, window=None):
        W_o = parameters[3]
        return _l_feed(parameters, cache, X, heads, lambda rows, W: rows @ W if W is W_o else project(rows, W), window)

    return _l_cache(feed)


@program("kv_cache", breaks="feed leaves the old cache as it was: here rows are appended to it", several=True)
def l_cache_appends():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _l_feed(parameters, tuple(cache), X, heads, project, window)
        cache[:] = new
        return out, cache

    return _l_cache(feed, lambda: [None, None, 0])


@program("kv_cache", breaks="new_cache is fresh each time: here one cache for all texts", several=True)
def l_cache_one_for_all():
    kept = [None, None, 0]

    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _l_feed(parameters, tuple(kept), X, heads, project, window)
        kept[:] = new
        return out, cache

    return _l_cache(feed, lambda: None)


@program("kv_cache", breaks="any number of rows: the first piece is not written into the cache", several=True)
def l_cache_loses_the_first_piece():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _l_feed(parameters, cache, X, heads, project, window)
        return out, (None, None, new[2]) if cache[2] == 0 else new

    return _l_cache(feed)


@program("kv_cache", breaks="the outputs are those of several heads: here of one", several=True)
def l_cache_one_head():
    return _l_cache(lambda p, cache, X, heads, project, window=None: _l_feed(p, cache, X, 1, project, window))


@program("kv_cache", breaks="any number of rows, none too: here an error", several=True)
def l_cache_needs_a_row():
    def feed(parameters, cache, X, heads, project, window=None):
        if not np.shape(X)[1]:
            raise IndexError("no rows")
        return _l_feed(parameters, cache, X, heads, project, window)

    return _l_cache(feed)


@program("kv_cache", breaks="any number of rows: here they are fed one by one and the output is the last one's", several=True)
def l_cache_last_row_only():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _l_feed(parameters, cache, X, heads, project, window)
        return np.repeat(out[:, -1:], out.shape[1], axis=1), new

    return _l_cache(feed)
