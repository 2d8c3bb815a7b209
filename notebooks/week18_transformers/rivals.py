"""Answers that the cases of week 18 must tell apart."""

import functools
from collections import Counter
from itertools import pairwise

import numpy as np

from autograder.cases import entry
from autograder.cases import right as one_right
from autograder.cases import wrong as one_wrong

NAMES = {
    "bpe": ("learn_merges", "encode", "decode"),
    "rotary": ("rotary", "rotary_backward"),
    "multi_head": ("multi_head", "multi_head_backward"),
    "kv_cache": ("new_cache", "feed"),
}


def by_name(register, exercise, **settings):
    """Registers a rival; where an exercise has several names, it returns them as a tuple, in their order."""

    def decorated(rival):
        if exercise not in NAMES:
            return register(exercise, **settings)(rival)

        @functools.wraps(rival)
        def named():
            return dict(zip(NAMES[exercise], rival(), strict=True))

        return register(exercise, several=True, **settings)(named)

    return decorated


def wrong(exercise, **settings):
    """A wrong answer."""
    return by_name(one_wrong, exercise, **settings)


def right(exercise):
    """A right answer."""
    return by_name(one_right, exercise)


# ------------------------------------------------------------------------------------------- bpe
def join(tokens, pair, new, again=True):
    """A pair joined, from left to right."""
    out, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def learning(text, count, best=None, least=2, count_pairs=None, start=None, first=256, joined=join):
    """The usual learning with parts that can be exchanged."""
    tokens, merges = start(text) if start else list(text.encode("utf-8")), []
    for k in range(count):
        places = count_pairs(tokens) if count_pairs else Counter(pairwise(tokens))
        if not places:
            break
        top = best(places) if best else min(places, key=lambda pair: (-places[pair], pair))
        if places[top] < least:
            break
        merges.append(top)
        tokens = joined(tokens, top, first + k)
    return merges


def encoding(text, merges, start=None, order=None, joined=join, first=256):
    """The usual encoding with parts that can be exchanged."""
    tokens = start(text) if start else list(text.encode("utf-8"))
    numbered = list(enumerate(merges))
    for k, pair in order(numbered) if order else numbered:
        tokens = joined(tokens, pair, first + k)
    return tokens


def decoding(tokens, merges, errors="strict"):
    """The usual decoding."""
    pieces = [bytes([b]) for b in range(256)]
    for left, right_one in merges:
        pieces.append(pieces[left] + pieces[right_one])
    return b"".join(pieces[t] for t in tokens).decode("utf-8", errors)


def apart(tokens):
    """Counts pairs as if overlapping ones were one place."""
    found, i = Counter(), 0
    for i in range(len(tokens) - 1):
        if i and tokens[i - 1] == tokens[i] == tokens[i + 1] and found[(tokens[i], tokens[i])] and not skip_next(tokens, i):
            continue
        found[(tokens[i], tokens[i + 1])] += 1
    return found


def skip_next(tokens, i):
    """Whether the run of equal tokens that ends at i has an odd length."""
    run = 0
    while i - run >= 0 and tokens[i - run] == tokens[i]:
        run += 1
    return run % 2 == 1


@wrong("bpe", caught_by="most_places", kind="mathematics")
def the_pair_that_came_first():
    def learn_merges(text, count):
        return learning(text, count, best=lambda places: max(places, key=places.get))

    return learn_merges, encoding, decoding


@wrong("bpe", caught_by="most_places", kind="mathematics")
def of_equal_pairs_the_larger():
    def learn_merges(text, count):
        return learning(text, count, best=lambda places: max(places, key=lambda pair: (places[pair], pair)))

    return learn_merges, encoding, decoding


@wrong("bpe", caught_by="most_places", kind="missing case")
def goes_on_with_single_places():
    return lambda text, count: learning(text, count, least=1), encoding, decoding


@wrong("bpe", caught_by="most_places", kind="mathematics")
def counts_once_and_never_again():
    def learn_merges(text, count):
        tokens = list(text.encode("utf-8"))
        places = Counter(pairwise(tokens))
        best = sorted(places, key=lambda pair: (-places[pair], pair))
        return [pair for pair in best[:count] if places[pair] > 1]

    return learn_merges, encoding, decoding


@wrong("bpe", caught_by="most_places", kind="mathematics")
def overlapping_places_are_one():
    return lambda text, count: learning(text, count, count_pairs=apart), encoding, decoding


@wrong("bpe", caught_by="earlier_first", kind="mathematics", headline=True)
def the_longest_piece_first():
    def encode(text, merges):
        pieces = {bytes([b]): b for b in range(256)}
        known = [bytes([b]) for b in range(256)]
        for k, (left, right_one) in enumerate(merges):
            known.append(known[left] + known[right_one])
            pieces.setdefault(known[-1], 256 + k)
        raw, out, i = text.encode("utf-8"), [], 0
        while i < len(raw):
            end = next(e for e in range(len(raw), i, -1) if raw[i:e] in pieces)
            out.append(pieces[raw[i:end]])
            i = end
        return out

    return learning, encode, decoding


@wrong("bpe", caught_by="as_learning_left_it", kind="mathematics")
def the_latest_merge_first():
    return learning, lambda text, merges: encoding(text, merges, order=lambda pairs: pairs[::-1]), decoding


@wrong("bpe", caught_by="as_learning_left_it", kind="mathematics")
def from_right_to_left():
    def leftwards(tokens, pair, new):
        return join(tokens[::-1], (pair[1], pair[0]), new)[::-1]

    return learning, lambda text, merges: encoding(text, merges, joined=leftwards), decoding


@wrong("bpe", caught_by="comes_back", kind="missing case")
def letters_in_place_of_bytes():
    return learning, lambda text, merges: encoding(text, merges, start=lambda t: [ord(c) for c in t]), decoding


@wrong("bpe", caught_by="comes_back", kind="missing case")
def each_token_is_decoded_alone():
    def decode(tokens, merges):
        return "".join(decoding([t], merges, "ignore") for t in tokens)

    return learning, encoding, decode


@wrong("bpe", caught_by="comes_back", kind="missing case")
def ascii_alone():
    return learning, encoding, lambda tokens, merges: decoding(tokens, merges, "ignore").encode("ascii", "ignore").decode()


@wrong("bpe", caught_by="bpe_house", kind="mutation")
def uses_the_merges_up():
    def decode(tokens, merges):
        table = [bytes([b]) for b in range(256)]
        while merges:
            left, right_one = merges.pop(0)
            table.append(table[left] + table[right_one])
        return b"".join(table[t] for t in tokens).decode("utf-8")

    return learning, encoding, decode


@right("bpe")
def with_counters():
    return learning, encoding, decoding


@right("bpe")
def by_ranks():
    def encode(text, merges):
        rank = {}
        for k, pair in enumerate(merges):
            rank.setdefault(tuple(pair), k)
        tokens = list(text.encode("utf-8"))
        while True:
            known = [rank[p] for p in pairwise(tokens) if p in rank]
            if not known:
                return tokens
            k = min(known)
            tokens = join(tokens, merges[k], 256 + k)

    return learning, encode, decoding


@right("bpe")
def with_recursion_and_arrays():
    def decode(tokens, merges):
        def spelled(token):
            token = int(token)
            return bytes([token]) if token < 256 else spelled(merges[token - 256][0]) + spelled(merges[token - 256][1])

        return str(b"".join(map(spelled, tokens)), "utf-8")

    def encode(text, merges):
        return np.array(encoding(text, merges), int)

    def learn_merges(text, count):
        return np.array(learning(text, count), int).reshape(-1, 2)

    return learn_merges, encode, decode


# ------------------------------------------------------------------------------------------- counts
def costs(text, paragraphs, order, symbols, mix=None, begin=None, longest=None, log=np.log2, known=None, empty=None):
    """The usual answer with parts that can be exchanged."""
    text, paragraphs = [int(s) for s in text], np.asarray(paragraphs, int)
    tables = [{} for _ in range(order + 1)]
    for k in range(order + 1):
        for i in range(k, len(text)):
            tables[k].setdefault(tuple(text[i - k : i]), Counter())[text[i]] += 1
    out = np.zeros(paragraphs.shape)
    for n, row in enumerate(paragraphs.tolist()):
        for t, symbol in enumerate(row):
            p = begin or 1 / symbols
            for k in range((longest or min)(order, t) + 1):
                seen = tables[k].get(tuple(row[t - k : t]))
                if seen:
                    total = sum(seen.values())
                    p = (mix or (lambda c, total, kinds, p: (c + kinds * p) / (total + kinds)))(seen[symbol], total, len(seen), p)
            out[n, t] = -log(p)
    return out


@wrong("counts", caught_by="by_chances", kind="mathematics")
def in_nats(text, paragraphs, order, symbols):
    return costs(text, paragraphs, order, symbols, log=np.log)


@wrong("counts", caught_by="by_chances", kind="mathematics")
def adds_one_everywhere(text, paragraphs, order, symbols):
    return costs(text, paragraphs, order, symbols, mix=lambda c, total, kinds, p: (c + symbols * p) / (total + symbols))


@wrong("counts", caught_by="by_chances", kind="mathematics")
def kinds_of_the_whole_text(text, paragraphs, order, symbols):
    kinds_in_all = max(len(set(np.asarray(text).tolist())), 1)
    return costs(text, paragraphs, order, symbols, mix=lambda c, total, kinds, p: (c + kinds_in_all * p) / (total + kinds_in_all))


@wrong("counts", caught_by="by_chances", kind="mathematics")
def only_the_longest_context(text, paragraphs, order, symbols):
    return costs(text, paragraphs, order, symbols, mix=lambda c, total, kinds, p: (c + kinds / symbols) / (total + kinds))


@wrong("counts", caught_by="by_chances", kind="missing case")
def one_symbol_of_context_less(text, paragraphs, order, symbols):
    return costs(text, paragraphs, max(order - 1, 0), symbols)


@wrong("counts", caught_by="by_chances", kind="missing case", headline=True)
def the_first_symbol_is_free(text, paragraphs, order, symbols):
    out = costs(text, paragraphs, order, symbols)
    out[:, :1] = 0
    return out


@wrong("counts", caught_by="by_chances", kind="missing case", headline=True)
def windows_that_lose_their_past(text, paragraphs, order, symbols):
    whole = [costs(text, paragraphs[:, k : k + 4], order, symbols) for k in range(0, max(paragraphs.shape[1], 1), 4)]
    return np.concatenate(whole, axis=1)


@wrong("counts", caught_by="by_chances", kind="missing case")
def full_contexts_only(text, paragraphs, order, symbols):
    out = costs(text, paragraphs, order, symbols)
    out[:, :order] = np.log2(symbols)
    return out


@wrong("counts", caught_by="paragraphs_apart", kind="missing case", headline=True)
def reads_on_over_the_paragraphs_end(text, paragraphs, order, symbols):
    paragraphs = np.asarray(paragraphs)
    return costs(text, paragraphs.reshape(1, -1), order, symbols).reshape(paragraphs.shape)


@wrong("counts", caught_by="paragraphs_apart", kind="missing case")
def learns_while_it_judges(text, paragraphs, order, symbols):
    read, out = [int(s) for s in text], []
    for row in np.asarray(paragraphs, int):
        out.append(costs(read, row[None], order, symbols)[0])
        read = read + row.tolist()
    return np.array(out).reshape(np.shape(paragraphs))


@wrong("counts", caught_by="quick_counts", kind="missing case")
def reads_the_text_each_time(text, paragraphs, order, symbols):
    text = [int(s) for s in text]

    def chance(context):
        p = chance(context[1:]) if context else np.full(symbols, 1 / symbols)
        seen = np.zeros(symbols)
        for end in range(len(context), len(text)):
            if text[end - len(context) : end] == context:
                seen[text[end]] += 1
        kinds = np.count_nonzero(seen)
        return (seen + kinds * p) / (seen.sum() + kinds) if kinds else p

    out = np.zeros(np.shape(paragraphs))
    for n, row in enumerate(np.asarray(paragraphs, int).tolist()):
        for t, symbol in enumerate(row):
            out[n, t] = -np.log2(chance(row[max(0, t - order) : t])[symbol])
    return out


@wrong("counts", caught_by="counts_house", kind="dtype")
def codes_that_wrap(text, paragraphs, order, symbols):
    base = np.asarray(paragraphs).dtype.type(symbols) if symbols < 256 else symbols
    if np.asarray(text).dtype != np.uint8:
        return costs(text, paragraphs, order, symbols)
    with np.errstate(all="ignore"):
        return costs(np.asarray(text) * base // 7, np.asarray(paragraphs) * base // 7, order, symbols)


@wrong("counts", caught_by="counts_house", kind="missing case")
def nothing_read_is_impossible(text, paragraphs, order, symbols):
    return costs(text, paragraphs, order, symbols) if len(text) else np.full(np.shape(paragraphs), np.inf)


@wrong("counts", caught_by="counts_house", kind="mutation")
def renumbers_in_place(text, paragraphs, order, symbols):
    out = costs(text, paragraphs, order, symbols)
    paragraphs -= paragraphs.min(initial=0)
    if paragraphs.size:
        paragraphs[...] = np.sort(paragraphs, axis=1)
    return out


@right("counts")
def with_counters_of_tuples(text, paragraphs, order, symbols):
    return costs(text, paragraphs, order, symbols)


@right("counts")
def with_bytes_and_recursion(text, paragraphs, order, symbols):
    whole = "".join(chr(int(s)) for s in text)
    table = {}
    for k in range(order + 1):
        for i in range(k, len(whole)):
            table.setdefault(whole[i - k : i], []).append(whole[i])
    table = {context: Counter(after) for context, after in table.items()}

    def chance(context, symbol):
        p = chance(context[1:], symbol) if context else 1 / symbols
        after = table.get(context)
        return p if not after else (after[symbol] + len(after) * p) / (sum(after.values()) + len(after))

    rows = ["".join(chr(int(s)) for s in row) for row in paragraphs]
    bits = [[-np.log2(chance(row[max(0, t - order) : t], row[t])) for t in range(len(row))] for row in rows]
    return np.array(bits, float).reshape(np.shape(paragraphs))


@right("counts")
def with_sorted_arrays(text, paragraphs, order, symbols):
    text, paragraphs = np.asarray(text, np.int64), np.asarray(paragraphs, np.int64)
    N, L = paragraphs.shape
    p = np.full((N, L), 1 / symbols)
    for k in range(order + 1):
        if len(text) <= k or L <= k:
            break
        spread = symbols ** np.arange(k, -1, -1)
        grams = np.lib.stride_tricks.sliding_window_view(text, k + 1) @ spread
        asked = np.lib.stride_tricks.sliding_window_view(paragraphs, k + 1, axis=1) @ spread
        codes, counts = np.unique(grams, return_counts=True)
        contexts, where = np.unique(codes // symbols, return_inverse=True)
        totals, kinds = np.bincount(where, counts), np.bincount(where)
        at = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
        c = np.where(codes[at] == asked, counts[at], 0)
        of = np.minimum(np.searchsorted(contexts, asked // symbols), len(contexts) - 1)
        mixed = (c + kinds[of] * p[:, k:]) / (totals[of] + kinds[of])
        p[:, k:] = np.where(contexts[of] == asked // symbols, mixed, p[:, k:])
    return -np.log2(p)


# ------------------------------------------------------------------------------------------- rotary
def turn(X, places, base=10_000.0, speeds=None, pairs="beside", sign=1, kind=None):
    """The usual turn with parts that can be exchanged."""
    X = np.asarray(X)
    d = X.shape[-1]
    if d % 2:
        raise ValueError(f"d = {d} is odd")
    kind = kind or (X.dtype if X.dtype.kind == "f" else np.dtype(float))
    i = np.arange(d // 2)
    speed = base ** (-2 * i / d) if speeds is None else speeds(i, d, base)
    angles = sign * np.asarray(places, float)[:, None] * speed
    c, s = np.cos(angles).astype(kind), np.sin(angles).astype(kind)
    out = np.zeros(X.shape, kind)
    first, second = (np.s_[..., 0::2], np.s_[..., 1::2]) if pairs == "beside" else (np.s_[..., : d // 2], np.s_[..., d // 2 :])
    out[first], out[second] = X[first] * c - X[second] * s, X[first] * s + X[second] * c
    return out


def turn_back(d_turned, places, base=10_000.0):
    """The usual gradient."""
    return turn(d_turned, places, base, sign=-1)


def both(forward, backward=None, **settings):
    """A wrong turn with the gradient that belongs to it, or the right one."""
    return forward, backward or turn_back


@wrong("rotary", caught_by="pairs_turned", kind="mathematics")
def turned_the_other_way():
    return (lambda X, places, base=1e4: turn(X, places, base, sign=-1)), turn


@wrong("rotary", caught_by="pairs_turned", kind="shape")
def halves_are_the_pairs():
    return both(lambda X, places, base=1e4: turn(X, places, base, pairs="halves"))


@wrong("rotary", caught_by="pairs_turned", kind="mathematics", headline=True)
def sine_and_cosine_of_different_speeds():
    def rotary(X, places, base=1e4):
        X = np.asarray(X)
        if X.shape[-1] % 2:
            raise ValueError(f"d = {X.shape[-1]} is odd")
        kind = X.dtype if X.dtype.kind == "f" else np.dtype(float)
        d = X.shape[-1]
        angles = np.asarray(places, float)[:, None] * base ** (-np.arange(d) / d)
        c, s = np.cos(angles).astype(kind), np.sin(angles).astype(kind)
        out = np.zeros(X.shape, kind)
        out[..., 0::2] = X[..., 0::2] * c[:, 0::2] - X[..., 1::2] * s[:, 1::2]
        out[..., 1::2] = X[..., 0::2] * s[:, 1::2] + X[..., 1::2] * c[:, 0::2]
        return out

    return both(rotary)


@wrong("rotary", caught_by="usual_base", kind="mathematics")
def base_and_exponent_exchanged():
    return both(lambda X, places, base=1e4: turn(X, places, base, lambda i, d, base: (2 * i / d + 1e-9) ** (1 / base)))


@wrong("rotary", caught_by="pairs_turned", kind="mathematics")
def one_speed_for_all():
    return both(lambda X, places, base=1e4: turn(X, places, base, lambda i, d, base: np.ones(len(i))))


@wrong("rotary", caught_by="pairs_turned", kind="mathematics")
def exponents_that_reach_one():
    return both(lambda X, places, base=1e4: turn(X, places, base, lambda i, d, base: base ** (-i / max(d // 2 - 1, 1))))


@wrong("rotary", caught_by="pairs_turned", kind="hard-coding")
def always_in_a_row():
    return both(lambda X, places, base=1e4: turn(X, np.arange(len(places)), base))


@wrong("rotary", caught_by="pairs_turned", kind="hard-coding")
def the_base_is_wired_in():
    return both(lambda X, places, base=1e4: turn(X, places, 1e4))


@wrong("rotary", caught_by="pairs_turned", kind="mathematics")
def added_in_place_of_turned():
    def rotary(X, places, base=1e4):
        ones = np.zeros(np.shape(X))
        ones[..., 0::2] = 1
        return X + turn(ones, places, base).astype(np.asarray(X).dtype if np.asarray(X).dtype.kind == "f" else float)

    return both(rotary, lambda d_turned, places, base=1e4: d_turned + 0.0)


@wrong("rotary", caught_by="many_axes", kind="shape")
def places_along_the_first_axis():
    def rotary(X, places, base=1e4):
        X = np.asarray(X)
        if X.ndim == 2 or len(X) != len(places):
            return turn(X, places, base)
        return np.moveaxis(turn(np.moveaxis(X, 0, -2), places, base), -2, 0)

    return both(rotary)


@wrong("rotary", caught_by="rotary_gradient", kind="mathematics", headline=True)
def the_gradient_is_turned_on():
    return both(turn, turn)


@wrong("rotary", caught_by="rotary_gradient", kind="hard-coding")
def the_gradient_forgets_the_base():
    return both(turn, lambda d_turned, places, base=1e4: turn(d_turned, places, 1e4, sign=-1))


@wrong("rotary", caught_by="rotary_house", kind="dtype")
def comes_back_as_float64():
    return both(lambda X, places, base=1e4: turn(np.asarray(X, float), places, base))


@wrong("rotary", caught_by="rotary_house", kind="dtype")
def whole_numbers_stay_whole():
    return both(lambda X, places, base=1e4: turn(X, places, base).astype(np.asarray(X).dtype))


@wrong("rotary", caught_by="rotary_house", kind="mutation")
def turned_in_place():
    def rotary(X, places, base=1e4):
        new = turn(X, places, base)
        if np.asarray(X).dtype.kind == "f":
            X[...] = new
        return new

    return both(rotary)


@wrong("rotary", caught_by="odd_columns", kind="missing case")
def an_odd_column_stays():
    def rotary(X, places, base=1e4):
        X = np.asarray(X)
        return (
            turn(X, places, base)
            if X.shape[-1] % 2 == 0
            else np.concatenate([turn(X[..., :-1], places, base), X[..., -1:]], axis=-1)
        )

    return both(rotary)


@right("rotary")
def the_usual_turn():
    return turn, turn_back


@right("rotary")
def with_complex_numbers():
    def spin(X, places, base, sign):
        X = np.asarray(X)
        if X.shape[-1] % 2:
            raise ValueError(f"{X.shape[-1]} columns")
        kind = X.dtype if X.dtype.kind == "f" else np.dtype(float)
        X = X.astype(float)
        d = X.shape[-1]
        z = (X[..., ::2] + 1j * X[..., 1::2]) * np.exp(sign * 1j * np.outer(places, base ** (-np.arange(0, d, 2) / d)))
        return np.stack([z.real, z.imag], axis=-1).reshape(X.shape).astype(kind)

    return (lambda X, places, base=1e4: spin(X, places, base, 1)), (lambda d, places, base=1e4: spin(d, places, base, -1))


@right("rotary")
def with_matrices():
    def matrices(d, places, base):
        M = np.zeros((len(places), d, d))
        for t, place in enumerate(np.asarray(places, float)):
            for i in range(d // 2):
                a = place * base ** (-2 * i / d)
                M[t, 2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]
        return M

    def kind_of(X):
        return X.dtype if X.dtype.kind == "f" else np.dtype(float)

    def rotary(X, places, base=1e4):
        X = np.asarray(X)
        if X.shape[-1] % 2:
            raise ValueError(f"cannot pair {X.shape[-1]} columns")
        return np.einsum("...td,tde->...te", X.astype(float), matrices(X.shape[-1], places, base)).astype(kind_of(X))

    def rotary_backward(d_turned, places, base=1e4):
        M = matrices(d_turned.shape[-1], places, base)
        return np.einsum("...te,tde->...td", d_turned.astype(float), M).astype(kind_of(d_turned))

    return rotary, rotary_backward


# ------------------------------------------------------------------------------------------- multi_head
def cut(Z, heads):
    """(N, T, D) as (N * heads, T, d)."""
    N, T, D = Z.shape
    return Z.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3).reshape(N * heads, T, D // heads)


def glue(Z, heads):
    """The way back."""
    B, T, d = Z.shape
    return Z.reshape(B // heads, heads, T, d).transpose(0, 2, 1, 3).reshape(B // heads, T, heads * d)


def repeated(mask, heads):
    """A mask for each problem, in the order of `cut`."""
    return np.repeat(mask, heads, axis=0) if np.ndim(mask) == 3 else mask


def soft(scores, mask, safe=True, low=-np.inf):
    """Softmax over the last axis; True may be looked at."""
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(low))
    if not safe:
        with np.errstate(all="ignore"):
            w = np.exp(scores)
            return w / w.sum(axis=-1, keepdims=True)
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    w = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


class Heads:
    """The usual answer; each part can be exchanged."""

    def __init__(self, **parts):
        self.cut, self.glue, self.repeated, self.soft, self.turn, self.back = cut, glue, repeated, soft, turn, turn_back
        self.scale, self.check, self.parameters = (lambda D, heads: (D // heads) ** 0.5), True, None
        self.__dict__.update(parts)

    def forward(self, parameters, X, memory, heads, mask=None, turn=False):
        W_q, W_k, W_v, W_o = parameters
        D = W_q.shape[1]
        if D % heads and self.check:
            raise ValueError(f"D = {D} is no multiple of {heads} heads")
        Q, K, V = self.cut(X @ W_q, heads), self.cut(memory @ W_k, heads), self.cut(memory @ W_v, heads)
        if turn:
            Q, K = self.turn(Q, np.arange(Q.shape[1])), self.turn(K, np.arange(K.shape[1]))
        w = self.soft(Q @ K.swapaxes(1, 2) / self.scale(D, heads), None if mask is None else self.repeated(mask, heads))
        beside = self.glue(w @ V, heads)
        return beside @ W_o, (X, memory, Q, K, V, w, beside, heads, turn)

    def gradients(self, parameters, cache, d_out):
        W_q, *_, W_o = parameters
        X, memory, Q, K, V, w, beside, heads, turn = cache
        d = self.cut(d_out @ W_o.T, heads)
        d_w = d @ V.swapaxes(1, 2)
        d_s = w * (d_w - (d_w * w).sum(axis=2, keepdims=True)) / self.scale(W_q.shape[1], heads)
        d_Q, d_K, d_V = d_s @ K, d_s.swapaxes(1, 2) @ Q, w.swapaxes(1, 2) @ d
        if turn:
            d_Q, d_K = self.back(d_Q, np.arange(Q.shape[1])), self.back(d_K, np.arange(K.shape[1]))
        d_Q, d_K, d_V = (self.glue(part, heads) for part in (d_Q, d_K, d_V))
        return self.last(parameters, X, memory, beside, d_Q, d_K, d_V, d_out)

    def last(self, parameters, X, memory, beside, d_Q, d_K, d_V, d_out):
        W_q, W_k, W_v, _ = parameters

        def of(rows, d):
            return np.tensordot(rows, d, ((0, 1), (0, 1)))

        return (
            (of(X, d_Q), of(memory, d_K), of(memory, d_V), of(beside, d_out)),
            d_Q @ W_q.T,
            d_K @ W_k.T + d_V @ W_v.T,
        )

    def pair(self):
        """The two functions."""
        return (
            lambda parameters, X, memory, heads, mask=None, turn=False: self.forward(parameters, X, memory, heads, mask, turn),
            lambda parameters, cache, d_out: self.gradients(parameters, cache, d_out),
        )


@wrong("multi_head", caught_by="own_columns", kind="shape", headline=True)
def a_bare_reshape():
    def bare(Z, heads):
        N, T, D = Z.shape
        return Z.reshape(N * heads, T, D // heads)

    def back(Z, heads):
        B, T, d = Z.shape
        return Z.reshape(B // heads, T, heads * d)

    return Heads(cut=bare, glue=back).pair()


@wrong("multi_head", caught_by="masks_of_examples", kind="shape", headline=True)
def heads_first_masks_by_example():
    def first(Z, heads):
        N, T, D = Z.shape
        return Z.reshape(N, T, heads, D // heads).transpose(2, 0, 1, 3).reshape(N * heads, T, D // heads)

    def back(Z, heads):
        B, T, d = Z.shape
        return Z.reshape(heads, B // heads, T, d).transpose(1, 2, 0, 3).reshape(B // heads, T, heads * d)

    return Heads(cut=first, glue=back).pair()


@wrong("multi_head", caught_by="masks_of_examples", kind="shape")
def masks_tiled():
    return Heads(repeated=lambda mask, heads: np.tile(mask, (heads, 1, 1)) if np.ndim(mask) == 3 else mask).pair()


@wrong("multi_head", caught_by="masks_of_examples", kind="hard-coding")
def the_first_examples_mask_for_all():
    return Heads(repeated=lambda mask, heads: mask[0] if np.ndim(mask) == 3 else mask).pair()


@wrong("multi_head", caught_by="own_columns", kind="mathematics")
def scaled_by_the_whole_width():
    return Heads(scale=lambda D, heads: D**0.5).pair()


@wrong("multi_head", caught_by="own_columns", kind="mathematics")
def not_scaled():
    return Heads(scale=lambda D, heads: 1.0).pair()


@wrong("multi_head", caught_by="own_columns", kind="shape")
def columns_dealt_out_in_turn():
    def dealt(Z, heads):
        N, T, D = Z.shape
        return Z.reshape(N, T, D // heads, heads).transpose(0, 3, 1, 2).reshape(N * heads, T, D // heads)

    def back(Z, heads):
        B, T, d = Z.shape
        return Z.reshape(B // heads, heads, T, d).transpose(0, 2, 3, 1).reshape(B // heads, T, heads * d)

    return Heads(cut=dealt, glue=back).pair()


@wrong("multi_head", caught_by="masks_of_examples", kind="mathematics")
def true_means_hidden():
    return Heads(repeated=lambda mask, heads: ~repeated(mask, heads)).pair()


@wrong("multi_head", caught_by="turned_heads", kind="mathematics")
def turned_before_the_heads():
    class Early(Heads):
        def forward(self, parameters, X, memory, heads, mask=None, turn=False):
            if not turn:
                return super().forward(parameters, X, memory, heads, mask)
            W_q, W_k, W_v, W_o = parameters
            Q, K = self.turn(X @ W_q, np.arange(X.shape[1])), self.turn(memory @ W_k, np.arange(memory.shape[1]))
            Q, K, V = cut(Q, heads), cut(K, heads), cut(memory @ W_v, heads)
            w = soft(Q @ K.swapaxes(1, 2) / self.scale(W_q.shape[1], heads), None if mask is None else repeated(mask, heads))
            beside = glue(w @ V, heads)
            return beside @ W_o, (X, memory, Q, K, V, w, beside, heads, True)

    return Early().pair()


@wrong("multi_head", caught_by="turned_heads", kind="mathematics")
def values_are_turned_too():
    class Wide(Heads):
        def forward(self, parameters, X, memory, heads, mask=None, turn=False):
            out, cache = super().forward(parameters, X, memory, heads, mask, turn)
            if turn:
                X, memory, Q, K, V, w, beside, heads, turn = cache
                V = self.turn(V, np.arange(V.shape[1]))
                beside = glue(w @ V, heads)
                out, cache = beside @ parameters[3], (X, memory, Q, K, V, w, beside, heads, turn)
            return out, cache

    return Wide().pair()


@wrong("multi_head", caught_by="turned_heads", kind="missing case")
def turn_is_forgotten():
    return Heads(turn=lambda Z, places: Z, back=lambda Z, places: Z).pair()


@wrong("multi_head", caught_by="head_gradients", kind="mathematics", headline=True)
def the_gradient_is_not_turned_back():
    return Heads(back=lambda Z, places: Z).pair()


@wrong("multi_head", caught_by="head_gradients", kind="mathematics")
def memory_hears_of_the_keys_alone():
    class Deaf(Heads):
        def last(self, parameters, X, memory, beside, d_Q, d_K, d_V, d_out):
            d_parameters, d_X, _ = super().last(parameters, X, memory, beside, d_Q, d_K, d_V, d_out)
            return d_parameters, d_X, d_K @ parameters[1].T

    return Deaf().pair()


@wrong("multi_head", caught_by="head_gradients", kind="mathematics")
def gradients_of_the_matrices_by_example():
    class Mean(Heads):
        def last(self, parameters, X, memory, beside, d_Q, d_K, d_V, d_out):
            d_parameters, d_X, d_memory = super().last(parameters, X, memory, beside, d_Q, d_K, d_V, d_out)
            return tuple(d / max(len(X), 1) / 1.5 for d in d_parameters), d_X, d_memory

    return Mean().pair()


@wrong("multi_head", caught_by="head_gradients", kind="mathematics")
def the_last_matrix_gets_what_it_gave():
    class Late(Heads):
        def last(self, parameters, X, memory, beside, d_Q, d_K, d_V, d_out):
            d_parameters, d_X, d_memory = super().last(parameters, X, memory, beside, d_Q, d_K, d_V, d_out)
            return (*d_parameters[:3], np.einsum("nti,ntj->ij", beside @ parameters[3], d_out)), d_X, d_memory

    return Late().pair()


@wrong("multi_head", caught_by="looks_at_nothing", kind="stability")
def looks_everywhere_when_nothing_is_allowed():
    return Heads(soft=lambda s, mask: soft(s, mask, low=-1e9)).pair()


@wrong("multi_head", caught_by="heads_house", kind="stability")
def the_naive_softmax():
    def naive(scores, mask):
        with np.errstate(all="ignore"):
            w = np.exp(scores) * (1 if mask is None else mask)
            total = w.sum(axis=-1, keepdims=True)
            return (w / np.where(total > 0, total, 1)).astype(scores.dtype)

    return Heads(soft=naive).pair()


@wrong("multi_head", caught_by="heads_house", kind="dtype")
def scaled_in_float64():
    return Heads(scale=lambda D, heads: np.sqrt(np.array([D // heads], float))).pair()


@wrong("multi_head", caught_by="cannot_share", kind="missing case")
def fewer_heads_without_a_word():
    class Kind(Heads):
        def forward(self, parameters, X, memory, heads, mask=None, turn=False):
            while parameters[0].shape[1] % heads:
                heads -= 1
            return super().forward(parameters, X, memory, heads, mask, turn)

    return Kind().pair()


@wrong("multi_head", caught_by="caches_apart", kind="missing case")
def one_cache_for_all_calls():
    usual, held = Heads(), {}

    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        out, held["cache"] = usual.forward(parameters, X, memory, heads, mask, turn)
        return out, None

    return multi_head, lambda parameters, cache, d_out: usual.gradients(parameters, held["cache"], d_out)


@right("multi_head")
def folded_into_the_batch():
    return Heads().pair()


@right("multi_head")
def head_by_head():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        W_q, W_k, W_v, W_o = parameters
        D = W_q.shape[1]
        if D % heads:
            raise ValueError(f"{D} columns, {heads} heads")
        d, kept, parts = D // heads, [], []
        for h in range(heads):
            mine = slice(h * d, (h + 1) * d)
            Q, K, V = X @ W_q[:, mine], memory @ W_k[:, mine], memory @ W_v[:, mine]
            if turn:
                Q, K = globals()["turn"](Q, range(X.shape[1])), globals()["turn"](K, range(memory.shape[1]))
            w = soft(Q @ K.swapaxes(1, 2) / d**0.5, mask)
            parts.append(w @ V)
            kept.append((Q, K, V, w))
        beside = np.concatenate(parts, axis=2)
        return beside @ W_o, (X, memory, beside, kept, turn)

    def multi_head_backward(parameters, cache, d_out):
        X, memory, beside, kept, turned = cache
        W_q, W_k, W_v, W_o = parameters
        d = W_q.shape[1] // len(kept)
        grads = [np.zeros_like(W) for W in parameters]
        d_beside, d_X, d_memory = d_out @ W_o.T, np.zeros_like(X), np.zeros_like(memory)
        grads[3] += np.tensordot(beside, d_out, ((0, 1), (0, 1)))
        for h, (Q, K, V, w) in enumerate(kept):
            mine = slice(h * d, (h + 1) * d)
            g = d_beside[:, :, mine]
            d_w = g @ V.swapaxes(1, 2)
            d_s = w * (d_w - (d_w * w).sum(axis=2, keepdims=True)) / d**0.5
            d_Q, d_K, d_V = d_s @ K, d_s.swapaxes(1, 2) @ Q, w.swapaxes(1, 2) @ g
            if turned:
                d_Q, d_K = turn_back(d_Q, range(X.shape[1])), turn_back(d_K, range(memory.shape[1]))
            for W, rows, dd, k in ((W_q, X, d_Q, 0), (W_k, memory, d_K, 1), (W_v, memory, d_V, 2)):
                grads[k][:, mine] += np.tensordot(rows, dd, ((0, 1), (0, 1)))
                if k == 0:
                    d_X += dd @ W[:, mine].T
                else:
                    d_memory += dd @ W[:, mine].T
        return grads, d_X, d_memory

    return multi_head, multi_head_backward


@right("multi_head")
def four_axes_and_einsum():
    def split(Z, heads):
        return Z.reshape(*Z.shape[:2], heads, -1) if Z.size else Z.reshape(*Z.shape[:2], heads, Z.shape[2] // heads)

    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        W_q, W_k, W_v, W_o = parameters
        if W_q.shape[1] % heads:
            raise ValueError(f"D {W_q.shape[1]} / heads {heads}")
        Q, K, V = split(X @ W_q, heads), split(memory @ W_k, heads), split(memory @ W_v, heads)
        if turn:
            Q = globals()["turn"](Q.swapaxes(1, 2), range(X.shape[1])).swapaxes(1, 2)
            K = globals()["turn"](K.swapaxes(1, 2), range(memory.shape[1])).swapaxes(1, 2)
        shown = None if mask is None else (mask[:, None] if np.ndim(mask) == 3 else mask)
        w = soft(np.einsum("nqhd,nkhd->nhqk", Q, K) / Q.shape[3] ** 0.5, shown)
        beside = np.einsum("nhqk,nkhd->nqhd", w, V).reshape(X.shape[0], X.shape[1], W_q.shape[1])
        return beside @ W_o, {"in": (X, memory), "heads": (Q, K, V, w), "beside": beside, "turn": turn}

    def multi_head_backward(parameters, cache, d_out):
        W_q, W_k, W_v, W_o = parameters
        (X, memory), (Q, K, V, w) = cache["in"], cache["heads"]
        g = (d_out @ W_o.T).reshape(Q.shape)
        d_w = np.einsum("nqhd,nkhd->nhqk", g, V)
        d_s = w * (d_w - np.einsum("nhqk,nhqk->nhq", d_w, w)[..., None]) / Q.shape[3] ** 0.5
        d_Q, d_K = np.einsum("nhqk,nkhd->nqhd", d_s, K), np.einsum("nhqk,nqhd->nkhd", d_s, Q)
        d_V = np.einsum("nhqk,nqhd->nkhd", w, g)
        if cache["turn"]:
            d_Q = turn_back(d_Q.swapaxes(1, 2), range(X.shape[1])).swapaxes(1, 2)
            d_K = turn_back(d_K.swapaxes(1, 2), range(memory.shape[1])).swapaxes(1, 2)
        d_Q, d_K, d_V = (part.reshape(*part.shape[:2], -1) for part in (d_Q, d_K, d_V))

        def of(rows, d):
            return np.einsum("nti,ntj->ij", rows, d)

        d_parameters = [of(X, d_Q), of(memory, d_K), of(memory, d_V), of(cache["beside"], d_out)]
        return d_parameters, d_Q @ W_q.T, d_K @ W_k.T + d_V @ W_v.T

    return multi_head, multi_head_backward


# ------------------------------------------------------------------------------------------- kv_cache
class Reader:
    """The usual cache; each part can be exchanged."""

    def __init__(self, **parts):
        self.places = lambda count, t: np.arange(count, count + t)
        self.allowed = lambda of_keys, places, count: of_keys <= places[:, None]
        self.window = lambda of_keys, places, window: of_keys > places[:, None] - window
        self.keep, self.turn, self.project = True, turn, None
        self.__dict__.update(parts)

    def feed(self, parameters, cache, X, heads, project, window=None):
        keys, values, count = cache
        W_q, W_k, W_v, W_o = parameters
        t = X.shape[1]
        places = self.places(count, t)
        Q, K, V = cut(project(X, W_q), heads), cut(project(X, W_k), heads), cut(project(X, W_v), heads)
        Q, K = self.turn(Q, places), self.turn(K, places)
        if keys is not None:
            K, V = np.concatenate([keys, K], axis=1), np.concatenate([values, V], axis=1)
        of_keys = np.arange(count + t - K.shape[1], count + t)
        mask = self.allowed(of_keys, np.arange(count, count + t), count)
        if window is not None:
            mask = mask & self.window(of_keys, np.arange(count, count + t), window)
        seen = soft(Q @ K.swapaxes(1, 2) / Q.shape[2] ** 0.5, mask) @ V
        return project(glue(seen, heads), W_o), (K, V, count + t)

    def pair(self):
        """The two functions."""
        return (
            lambda: (None, None, 0),
            lambda parameters, cache, X, heads, project, window=None: self.feed(parameters, cache, X, heads, project, window),
        )


@wrong("kv_cache", caught_by="as_the_whole", kind="missing case", headline=True)
def no_mask_once_there_is_a_cache():
    def allowed(of_keys, places, count):
        return of_keys <= places[:, None] if count == 0 else np.ones((len(places), len(of_keys)), bool)

    return Reader(allowed=allowed).pair()


@wrong("kv_cache", caught_by="as_the_whole", kind="missing case", headline=True)
def the_first_place_is_never_written():
    class Skips(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            out, (K, V, count) = super().feed(parameters, cache, X, heads, project, window)
            if cache[2] == 0 and K.shape[1]:
                K, V = K.copy(), V.copy()
                K[:, 0], V[:, 0] = 0, 0
            return out, (K, V, count)

    return Skips().pair()


@wrong("kv_cache", caught_by="as_the_whole", kind="mathematics", headline=True)
def every_piece_begins_at_place_nought():
    return Reader(places=lambda count, t: np.arange(t)).pair()


@wrong("kv_cache", caught_by="as_the_whole", kind="mathematics")
def all_of_a_piece_stand_at_its_beginning():
    return Reader(places=lambda count, t: np.full(t, count)).pair()


@wrong("kv_cache", caught_by="as_the_whole", kind="mathematics")
def keys_are_turned_again_and_again():
    class Again(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            keys, values, count = cache
            if keys is not None:
                keys = turn(keys, np.arange(keys.shape[1]))
            return super().feed(parameters, (keys, values, count), X, heads, project, window)

    return Again().pair()


@wrong("kv_cache", caught_by="as_the_whole", kind="missing case")
def only_the_last_row_is_kept():
    class Forgets(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            out, (K, V, count) = super().feed(parameters, cache, X, heads, project, window)
            old = 0 if cache[0] is None else cache[0].shape[1]
            return out, (np.concatenate([K[:, :old], K[:, -1:]], axis=1), np.concatenate([V[:, :old], V[:, -1:]], axis=1), count)

    return Forgets().pair()


@wrong("kv_cache", caught_by="with_a_window", kind="mathematics")
def the_window_is_one_too_long():
    return Reader(window=lambda of_keys, places, window: of_keys >= places[:, None] - window).pair()


@wrong("kv_cache", caught_by="with_a_window", kind="missing case")
def the_window_of_the_last_row_for_all():
    return Reader(
        window=lambda of_keys, places, window: (of_keys > places.max(initial=0) - window) | (of_keys == places[:, None])
    ).pair()


@wrong("kv_cache", caught_by="with_a_window", kind="missing case")
def a_window_moves_the_places():
    class Slides(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            out, (K, V, count) = super().feed(parameters, cache, X, heads, project, window)
            if window is not None and K.shape[1] > window:
                K, V, count = K[:, -window:], V[:, -window:], window
            return out, (K, V, count)

    return Slides().pair()


@wrong("kv_cache", caught_by="with_a_window", kind="missing case")
def no_window():
    return Reader(window=lambda of_keys, places, window: np.ones((len(places), len(of_keys)), bool)).pair()


@wrong("kv_cache", caught_by="counted_rows", kind="missing case", headline=True)
def all_is_computed_again():
    usual = Reader()

    def feed(parameters, cache, X, heads, project, window=None):
        whole = X if cache is None else np.concatenate([cache, X], axis=1)
        out, _ = usual.feed(parameters, (None, None, 0), whole, heads, project, window)
        return out[:, out.shape[1] - X.shape[1] :], whole

    return (lambda: None), feed


@wrong("kv_cache", caught_by="counted_rows", kind="missing case")
def old_rows_are_projected_and_thrown_away():
    class Spends(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            if cache[2]:
                project(X[:, -1:], parameters[0])
            return super().feed(parameters, cache, X, heads, project, window)

    return Spends().pair()


@wrong("kv_cache", caught_by="project_is_used", kind="missing case")
def products_past_project():
    class Quiet(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            for W in parameters:
                project(X, W)
            return super().feed(parameters, cache, X, heads, lambda R, W: R @ W, window)

    return Quiet().pair()


@wrong("kv_cache", caught_by="two_ends", kind="mutation", headline=True)
def the_old_cache_grows_too():
    usual = Reader()

    def feed(parameters, cache, X, heads, project, window=None):
        out, cache["held"] = usual.feed(parameters, cache["held"], X, heads, project, window)
        return out, cache

    return (lambda: {"held": (None, None, 0)}), feed


@wrong("kv_cache", caught_by="two_ends", kind="mutation")
def a_buffer_that_is_written_to():
    usual = Reader()

    def feed(parameters, cache, X, heads, project, window=None):
        N, _, D = X.shape
        K, V, count = cache
        if K is None:
            K, V = np.zeros((2, N * heads, 64, D // heads), X.dtype)
        out, (k, v, end) = usual.feed(parameters, (K[:, :count], V[:, :count], count), X, heads, project, window)
        K[:, count:end], V[:, count:end] = k[:, count:], v[:, count:]
        return out, (K, V, end)

    return (lambda: (None, None, 0)), feed


@wrong("kv_cache", caught_by="caches_of_their_own", kind="missing case")
def one_cache_for_all():
    usual, held = Reader(), {}

    def new_cache():
        return "new"

    def feed(parameters, cache, X, heads, project, window=None):
        if cache == "new" or cache[2] != held["now"][2] - 0:
            held["now"] = (None, None, 0) if cache == "new" else cache
        out, held["now"] = usual.feed(parameters, held["now"], X, heads, project, window)
        return out, ("seen", None, held["now"][2])

    return new_cache, feed


@wrong("kv_cache", caught_by="cache_house", kind="dtype")
def turned_in_float64():
    return Reader(turn=lambda Z, places: turn(np.asarray(Z, float), places)).pair()


@wrong("kv_cache", caught_by="cache_house", kind="missing case")
def an_empty_piece_begins_anew():
    class Anew(Reader):
        def feed(self, parameters, cache, X, heads, project, window=None):
            if X.shape[1] == 0:
                return X.copy(), (None, None, 0)
            return super().feed(parameters, cache, X, heads, project, window)

    return Anew().pair()


@right("kv_cache")
def grows_by_gluing():
    return Reader().pair()


@right("kv_cache")
def a_list_of_rows():
    def feed(parameters, cache, X, heads, project, window=None):
        W_q, W_k, W_v, W_o = parameters
        Q, K, V = project(X, W_q), project(X, W_k), project(X, W_v)
        rows, outs = list(cache), []
        for t in range(X.shape[1]):
            here = [len(rows)]
            rows.append((turn(cut(K[:, t : t + 1], heads), here), cut(V[:, t : t + 1], heads)))
            seen = rows if window is None else rows[-window:]
            k, v = np.concatenate([a for a, _ in seen], axis=1), np.concatenate([b for _, b in seen], axis=1)
            q = turn(cut(Q[:, t : t + 1], heads), here)
            outs.append(glue(soft(q @ k.swapaxes(1, 2) / q.shape[2] ** 0.5, None) @ v, heads))
        return project(np.concatenate(outs, axis=1) if outs else Q[:, :0], W_o), rows

    return list, feed


@right("kv_cache")
def keys_turned_when_they_are_asked():
    def feed(parameters, cache, X, heads, project, window=None):
        W_q, W_k, W_v, W_o = parameters
        K, V = np.asarray(project(X, W_k)), np.asarray(project(X, W_v))
        first = 0
        if cache:
            K, V, first = np.concatenate([cache["K"], K], axis=1), np.concatenate([cache["V"], V], axis=1), cache["first"]
        places = np.arange(first, first + K.shape[1])
        mine = places[len(places) - X.shape[1] :]
        q, k = turn(cut(project(X, W_q), heads), mine), turn(cut(K, heads), places)
        gap = mine[:, None] - places
        mask = (gap >= 0) & (gap < (window or len(places) + 1))
        out = project(glue(soft(q @ k.swapaxes(1, 2) / q.shape[2] ** 0.5, mask) @ cut(V, heads), heads), W_o)
        drop = 0 if window is None else max(0, K.shape[1] - window)
        return out, {"K": K[:, drop:], "V": V[:, drop:], "first": first + drop}

    return dict, feed


# ------------------------------------------------------------------------------------------- austen
def log_table(p):
    """Logarithms of rows that sum to one."""
    return np.log(p / p.sum(axis=-1, keepdims=True))


@entry("austen", band="nothing")
def no_idea():
    return {
        "train": lambda text, rng: [np.zeros(1)],
        "start": lambda arrays, n: None,
        "step": lambda arrays, state, symbols: (None, np.full((len(symbols), 64), -np.log(64))),
    }


@entry("austen", band="nothing")
def the_last_symbol():
    def train(text, rng):
        pairs = np.bincount(text[:-1] * 64 + text[1:], minlength=64 * 64).reshape(64, 64)
        single = np.bincount(text, minlength=64) / len(text)
        return [np.maximum(log_table(pairs + 64 * single + 0.01), -12)]

    def step(arrays, state, symbols):
        logs = arrays[0][symbols]
        return None, logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))

    return {"train": train, "start": lambda arrays, n: None, "step": step}


class Adam:
    """Adam with a warm-up, a falling rate and clipped gradients, on a list of arrays in place."""

    def __init__(self, arrays, steps, rate):
        self.arrays, self.steps, self.rate, self.t = arrays, steps, rate, 0
        self.m, self.v = [np.zeros_like(a) for a in arrays], [np.zeros_like(a) for a in arrays]

    def step(self, gradients):
        self.t += 1
        size = np.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
        rate = self.rate * min(1, self.t / 30) * (1 + np.cos(np.pi * self.t / self.steps)) / 2
        for a, m, v, g in zip(self.arrays, self.m, self.v, gradients, strict=True):
            g = g * np.float32(min(1, 1 / size))
            m += np.float32(0.1) * (g - m)
            v += np.float32(0.02) * (g * g - v)
            move = np.float32(rate / (1 - 0.9**self.t)) * m
            a -= move / (np.sqrt(v / np.float32(1 - 0.98**self.t)) + np.float32(1e-8))


def loss_slope(scores, targets):
    """The slope of the mean log-loss."""
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    np.put_along_axis(p, targets[..., None], np.take_along_axis(p, targets[..., None], -1) - 1, -1)
    return p / np.float32(targets.size)


def log_softmax(scores):
    """Log-probabilities of each row."""
    scores = scores.astype(float) - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def sums_by_symbol(symbols, d):
    """The gradient of a table of 64 rows."""
    hot = np.zeros((symbols.size, 64), d.dtype)
    hot[np.arange(symbols.size), symbols.ravel()] = 1
    return hot.T @ d.reshape(symbols.size, -1)


def rms(X):
    """Rows with a mean square of 1, and their sizes."""
    size = np.sqrt(np.mean(X * X, axis=-1, keepdims=True) + np.float32(1e-6))
    return X / size, size


def rms_back(Y, size, d):
    """The gradient of `rms`."""
    return (d - Y * np.mean(d * Y, axis=-1, keepdims=True)) / size


def transformer(steps, width=24, heads=2, hidden=48, blocks=2, length=32, rate=0.02):
    """A transformer with its gradients by hand."""
    attend, sharp = Heads(), np.float32(3 * width**-0.5)

    def forward(arrays, X):
        now, last, bias = arrays[:3]
        h, kept, mask = now[X[:, 1:]] + last[X[:, :-1]], [], np.tri(X.shape[1] - 1, dtype=bool)
        for k in range(3, len(arrays), 6):
            normed, size = rms(h)
            out, cache = attend.forward(arrays[k : k + 4], normed, normed, heads, mask, True)
            h = h + out
            again, size_again = rms(h)
            bent = np.maximum(again @ arrays[k + 4], 0)
            h = h + (bent * bent) @ arrays[k + 5]
            kept.append((normed, size, cache, again, size_again, bent))
        top, size = rms(h)
        return top @ now.T * sharp + bias, (kept, top, size)

    def backward(arrays, X, cache, d):
        kept, top, size = cache
        grads = [None] * len(arrays)
        rows = d.reshape(-1, 64)
        grads[2] = rows.sum(axis=0)
        grads[0] = rows.T @ top.reshape(-1, width) * sharp
        g = rms_back(top, size, d @ arrays[0] * sharp)
        for k in range(len(arrays) - 6, 2, -6):
            normed, size, attended, again, size_again, bent = kept[(k - 3) // 6]
            grads[k + 5] = np.tensordot(bent * bent, g, ((0, 1), (0, 1)))
            d_bent = g @ arrays[k + 5].T * 2 * bent
            grads[k + 4] = np.tensordot(again, d_bent, ((0, 1), (0, 1)))
            g = g + rms_back(again, size_again, d_bent @ arrays[k + 4].T)
            grads[k : k + 4], d_X, d_memory = attend.gradients(arrays[k : k + 4], attended, g)
            g = g + rms_back(normed, size, d_X + d_memory)
        grads[0] = grads[0] + sums_by_symbol(X[:, 1:], g)
        grads[1] = sums_by_symbol(X[:, :-1], g)
        return grads

    def train(text, rng):
        def drawn(rows, columns, scale):
            return (scale * rng.standard_normal((rows, columns))).astype(np.float32)

        arrays = [drawn(64, width, 0.3), drawn(64, width, 0.15), np.zeros(64, np.float32)]
        for _ in range(blocks):
            arrays += [drawn(width, width, width**-0.5) for _ in range(3)] + [drawn(width, width, 0.3 * width**-0.5)]
            arrays += [drawn(width, hidden, width**-0.5), drawn(hidden, width, 0.3 * hidden**-0.5)]
        adam = Adam(arrays, steps, rate)
        for _ in range(steps):
            X = text[rng.integers(0, len(text) - length - 1, 32)[:, None] + np.arange(length + 2)]
            scores, cache = forward(arrays, X[:, :-1])
            adam.step(backward(arrays, X[:, :-1], cache, loss_slope(scores, X[:, 2:])))
        return arrays

    def step(arrays, state, symbols):
        """All of the last symbols anew at each step: slow, and right."""
        state = np.concatenate([state, np.asarray(symbols)[:, None]], axis=1)[:, -length - 1 :]
        arrays = [np.asarray(a, np.float32) for a in arrays]
        return state, log_softmax(forward(arrays, state)[0][:, -1])

    return {"train": train, "start": lambda arrays, n: np.zeros((n, 1), int), "step": step}


def window_net(steps, back=5, size=12, hidden=80, rate=0.005):
    """Tables of the last symbols side by side, one hidden layer, no attention."""

    def forward(arrays, X):
        table, W, b, V, c = arrays
        seen = table[X].reshape(len(X), -1)
        bent = np.maximum(seen @ W + b, 0)
        return bent @ V + c, (seen, bent)

    def train(text, rng):
        def drawn(rows, columns, scale):
            return (scale * rng.standard_normal((rows, columns))).astype(np.float32)

        wide = back * size
        arrays = [drawn(64, size, 0.5), drawn(wide, hidden, wide**-0.5), np.zeros(hidden, np.float32)]
        arrays += [drawn(hidden, 64, 0.5 * hidden**-0.5), np.zeros(64, np.float32)]
        adam = Adam(arrays, steps, rate)
        for _ in range(steps):
            X = text[rng.integers(0, len(text) - back - 1, 1024)[:, None] + np.arange(back + 1)]
            scores, (seen, bent) = forward(arrays, X[:, :-1])
            d = loss_slope(scores, X[:, -1])
            d_bent = d @ arrays[3].T * (bent > 0)
            d_seen = (d_bent @ arrays[1].T).reshape(len(X), back, size)
            adam.step([sums_by_symbol(X[:, :-1], d_seen), seen.T @ d_bent, d_bent.sum(axis=0), bent.T @ d, d.sum(axis=0)])
        return arrays

    def step(arrays, state, symbols):
        state = np.concatenate([state, np.asarray(symbols)[:, None]], axis=1)[:, -back:]
        return state, log_softmax(forward([np.asarray(a, np.float32) for a in arrays], state)[0])

    return {"train": train, "start": lambda arrays, n: np.zeros((n, back), int), "step": step}


@entry("austen", band="nothing")
def a_window_without_attention():
    return window_net(500)


@entry("austen", band="baseline")
def a_transformer_that_hardly_trains():
    return transformer(540)


@entry("austen", band="gets going")
def a_transformer_that_trains_a_little():
    return transformer(750)


@entry("austen", band="good")
def a_transformer_that_trains_more():
    return transformer(960)


@entry("austen", band="excellent")
def a_transformer_that_trains_long():
    return transformer(1450)


@entry("austen", band="refused")
def two_symbols_and_too_many_numbers():
    return {
        "train": lambda text, rng: [np.zeros((64, 64, 64))],
        "start": lambda arrays, n: np.zeros(n, int),
        "step": lambda arrays, state, symbols: (symbols, np.full((len(symbols), 64), -np.log(64))),
    }
