"""Programs for week 18, written from its contracts alone."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np

from autograder.cases import program

# bpe


def _joined(tokens, pair, new):
    out, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def _bytes(text):
    return list(text.encode("utf-8"))


def _count(tokens):
    return Counter(pairwise(tokens))


def _learn(text, count, start=_bytes, places=_count, rank=lambda places, pair: (-places[pair], pair), least=2, join=_joined):
    tokens, merges = start(text), []
    for k in range(count):
        found = places(tokens)
        if not found:
            break
        best = min(found, key=lambda pair: rank(found, pair))
        if found[best] < least:
            break
        tokens = join(tokens, best, 256 + k)
        merges.append(best)
    return merges


def _encode(text, merges, start=_bytes, join=_joined, order=enumerate):
    tokens = start(text)
    for k, pair in order(merges):
        tokens = join(tokens, pair, 256 + k)
    return tokens


def _pieces(merges):
    pieces = [bytes([b]) for b in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    return pieces


def _decode(tokens, merges):
    pieces = _pieces(merges)
    return b"".join(pieces[token] for token in tokens).decode("utf-8")


def _bpe(learn_merges=_learn, encode=_encode, decode=_decode):
    return {"learn_merges": learn_merges, "encode": encode, "decode": decode}


@program("bpe", several=True)
def b_merge_in_lists():
    return _bpe()


@program("bpe", several=True)
def b_merge_by_replacing_in_strings():
    def learn_merges(text, count):
        line, merges = text.encode("utf-8").decode("latin-1"), []
        while len(merges) < count and len(line) > 1:
            often = Counter(a + b for a, b in pairwise(line))
            most = max(often.values())
            if most < 2:
                break
            pair = min(piece for piece, places in often.items() if places == most)
            line = line.replace(pair, chr(256 + len(merges)))
            merges.append((ord(pair[0]), ord(pair[1])))
        return merges

    def encode(text, merges):
        line = text.encode("utf-8").decode("latin-1")
        for k, (left, right) in enumerate(merges):
            line = line.replace(chr(left) + chr(right), chr(256 + k))
        return [ord(sign) for sign in line]

    def decode(tokens, merges):
        line = "".join(map(chr, tokens))
        for k in range(len(merges) - 1, -1, -1):
            line = line.replace(chr(256 + k), chr(merges[k][0]) + chr(merges[k][1]))
        return line.encode("latin-1").decode("utf-8")

    return _bpe(learn_merges, encode, decode)


@program("bpe", several=True)
def b_merge_lowest_rank_first():
    def encode(text, merges):
        rank = {}
        for k, pair in enumerate(merges):
            rank.setdefault(tuple(pair), k)
        tokens = _bytes(text)
        while True:
            known = [rank[pair] for pair in pairwise(tokens) if pair in rank]
            if not known:
                return tokens
            tokens = _joined(tokens, merges[min(known)], 256 + min(known))

    def decode(tokens, merges):
        out, waiting = bytearray(), list(tokens)[::-1]
        while waiting:
            token = waiting.pop()
            if token < 256:
                out.append(token)
            else:
                left, right = merges[token - 256]
                waiting += [right, left]
        return bytes(out).decode("utf-8")

    def learn_merges(text, count):
        tokens, merges = np.frombuffer(text.encode("utf-8"), np.uint8).astype(np.int64), []
        while len(merges) < count and len(tokens) > 1:
            codes, often = np.unique(tokens[:-1] * 2**20 + tokens[1:], return_counts=True)
            if often.max() < 2:
                break
            left, right = divmod(int(codes[np.argmax(often)]), 2**20)
            keep, free, starts = np.ones(len(tokens), bool), 0, []
            for i in np.flatnonzero((tokens[:-1] == left) & (tokens[1:] == right)):
                if i >= free:
                    starts.append(i)
                    free = i + 2
            tokens[starts] = 256 + len(merges)
            keep[np.array(starts) + 1] = False
            tokens = tokens[keep]
            merges.append((left, right))
        return merges

    return _bpe(learn_merges, encode, decode)


def _learns(**knobs):
    return _bpe(lambda text, count: _learn(text, count, **knobs))


@program("bpe", breaks="of equal pairs the smaller tuple is taken, not the first in the text", several=True)
def b_merge_first_of_equal_pairs():
    return _learns(rank=lambda places, pair: -places[pair])


@program("bpe", breaks="of equal pairs the smaller tuple is taken, not the larger", several=True)
def b_merge_largest_of_equal_pairs():
    return _learns(rank=lambda places, pair: (-places[pair], -pair[0], -pair[1]))


@program("bpe", breaks="overlapping places count", several=True)
def b_merge_counts_without_overlaps():
    def places(tokens):
        return Counter({pair: (len(tokens) - len(_joined(tokens, pair, -1))) for pair in set(pairwise(tokens))})

    return _learns(places=places)


@program("bpe", breaks="the list ends early when no pair has two places", several=True)
def b_merge_single_places_too():
    return _learns(least=1)


@program("bpe", breaks="two places are enough", several=True)
def b_merge_three_places_needed():
    return _learns(least=3)


@program("bpe", breaks="at most `count` pairs", several=True)
def b_merge_one_too_many():
    return _bpe(lambda text, count: _learn(text, count + 1))


@program("bpe", breaks="the most places in what the earlier merges left", several=True)
def b_merge_counts_once_for_all():
    def learn_merges(text, count):
        places = _count(_bytes(text))
        best = sorted((pair for pair in places if places[pair] > 1), key=lambda pair: (-places[pair], pair))
        return best[:count]

    return _bpe(learn_merges)


def _joined_from_the_right(tokens, pair, new):
    return _joined(tokens[::-1], tuple(pair)[::-1], new)[::-1]


@program("bpe", breaks="where pairs overlap, the one further to the left is joined", several=True)
def b_merge_from_the_right():
    return _bpe(
        lambda text, count: _learn(text, count, join=_joined_from_the_right),
        lambda text, merges: _encode(text, merges, join=_joined_from_the_right),
    )


@program("bpe", breaks="the pair is joined wherever it stands", several=True)
def b_merge_first_place_only():
    def join(tokens, pair, new):
        for i in range(len(tokens) - 1):
            if tuple(tokens[i : i + 2]) == tuple(pair):
                return [*tokens[:i], new, *tokens[i + 2 :]]
        return tokens

    return _bpe(encode=lambda text, merges: _encode(text, merges, join=join))


@program("bpe", breaks="tokens are bytes at first, not characters", several=True)
def b_merge_characters():
    def start(text):
        return [ord(sign) for sign in text]

    return _bpe(
        lambda text, count: _learn(text, count, start=start),
        lambda text, merges: _encode(text, merges, start=start),
        _pieces_text,
    )


def _pieces_text(tokens, merges):
    pieces = {b: chr(b) for b in range(256)}
    for k, (left, right) in enumerate(merges):
        pieces[256 + k] = pieces.get(left, chr(left)) + pieces.get(right, chr(right))
    return "".join(pieces.get(token, chr(token)) for token in tokens)


@program("bpe", breaks="any text in any language: bytes of latin-1 know a few signs only", several=True)
def b_merge_latin_bytes():
    return _bpe(
        encode=lambda text, merges: _encode(text, merges, start=lambda text: list(text.encode("latin-1", "replace"))),
        decode=lambda tokens, merges: b"".join(_pieces(merges)[token] for token in tokens).decode("latin-1"),
    )


@program("bpe", breaks="any text comes back: a token may be a part of a character", several=True)
def b_merge_decodes_token_by_token():
    def decode(tokens, merges):
        pieces = _pieces(merges)
        return "".join(pieces[token].decode("utf-8", "replace") for token in tokens)

    return _bpe(decode=decode)


@program("bpe", breaks="the merges are made in their order, not the longest piece first", several=True)
def b_merge_longest_piece_first():
    def encode(text, merges):
        rest, tokens, pieces = text.encode("utf-8"), [], _pieces(merges)
        while rest:
            token = max((t for t in range(len(pieces)) if rest.startswith(pieces[t])), key=lambda t: (len(pieces[t]), -t))
            tokens.append(token)
            rest = rest[len(pieces[token]) :]
        return tokens

    return _bpe(encode=encode)


@program("bpe", breaks="the merges are made in their order, not the last one first", several=True)
def b_merge_last_first():
    return _bpe(encode=lambda text, merges: _encode(text, merges, order=lambda m: list(enumerate(m))[::-1]))


@program("bpe", breaks="the whole text counts: pairs over spaces too", several=True)
def b_merge_within_words():
    def places(tokens):
        return Counter({pair: often for pair, often in _count(tokens).items() if 32 not in pair})

    return _learns(places=places)


@program("bpe", breaks="any text comes back, its spaces and capitals too", several=True)
def b_merge_tidies_the_text():
    return _bpe(encode=lambda text, merges: _encode(" ".join(text.split()), merges))


@program("bpe", breaks="nothing is remembered: merges are those handed in", several=True)
def b_merge_remembers_what_was_learnt():
    kept = []

    def learn_merges(text, count):
        kept[:] = _learn(text, count)
        return list(kept)

    return _bpe(learn_merges, decode=lambda tokens, merges: _decode(tokens, kept or merges))


@program("bpe", breaks="inputs are left as they were", several=True)
def b_merge_uses_up_the_merges():
    def encode(text, merges):
        tokens, k = _bytes(text), 0
        while merges:
            tokens, k = _joined(tokens, merges.pop(0), 256 + k), k + 1
        return tokens

    return _bpe(encode=encode)


# counts


def _tables(text, order, first=lambda length, order: length):
    text = tuple(np.asarray(text).tolist())
    tables = []
    for length in range(order + 1):
        table = {}
        for end in range(first(length, order), len(text)):
            followers = table.setdefault(text[end - length : end], {})
            followers[text[end]] = followers.get(text[end], 0) + 1
        tables.append(table)
    return tables


def _witten(p, followers, symbol, symbols):
    kinds = len(followers)
    return (followers.get(symbol, 0) + kinds * p) / (sum(followers.values()) + kinds)


def _bits(
    text,
    paragraphs,
    order,
    symbols,
    tables=_tables,
    mix=_witten,
    log=math.log2,
    past=lambda paragraph, t, order: paragraph[max(t - order, 0) : t],
    lengths=lambda n: range(n + 1),
    unseen=lambda p, symbols: p,
    start=lambda symbols: 1 / symbols,
):
    known, bits = tables(text, order), np.zeros(np.shape(paragraphs))
    for n, paragraph in enumerate(np.asarray(paragraphs).tolist()):
        for t, symbol in enumerate(paragraph):
            context, p = tuple(past(paragraph, t, order)), start(symbols)
            for length in lengths(len(context)):
                followers = known[length].get(context[len(context) - length :])
                p = mix(p, followers, symbol, symbols) if followers else unseen(p, symbols)
            bits[n, t] = -log(p) if p > 0 else math.inf
    return bits


@program("counts")
def b_cost_by_dictionaries(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols)


@program("counts")
def b_cost_by_lists_of_places(text, paragraphs, order, symbols):
    text, paragraphs = np.asarray(text), np.asarray(paragraphs)
    ends, whole = {(): np.arange(len(text))}, {}

    def where(context):
        if context not in ends:
            shorter = where(context[1:])
            inside = shorter[shorter >= len(context)]
            ends[context] = inside[text[inside - len(context)] == context[0]]
        return ends[context]

    def chances(context):
        if context not in whole:
            shorter = chances(context[1:]) if context else np.full(symbols, 1 / symbols)
            seen = np.bincount(text[where(context)], minlength=symbols)
            kinds = np.count_nonzero(seen)
            whole[context] = (seen + kinds * shorter) / (seen.sum() + kinds) if kinds else shorter
        return whole[context]

    bits = np.zeros(paragraphs.shape)
    for n, t in np.ndindex(*paragraphs.shape):
        context = tuple(paragraphs[n, max(0, t - order) : t].tolist())
        bits[n, t] = -np.log2(chances(context)[paragraphs[n, t]])
    return bits


@program("counts")
def b_cost_by_a_tree_of_older_symbols(text, paragraphs, order, symbols):
    class Node:
        __slots__ = ("followers", "older", "total")

        def __init__(self):
            self.followers, self.older, self.total = {}, {}, 0

        def add(self, symbol):
            self.followers[symbol] = self.followers.get(symbol, 0) + 1
            self.total += 1

    root, text = Node(), np.asarray(text).tolist()
    for end, symbol in enumerate(text):
        node = root
        node.add(symbol)
        for back in range(1, min(order, end) + 1):
            before = text[end - back]
            if before not in node.older:
                node.older[before] = Node()
            node = node.older[before]
            node.add(symbol)
    costs = []
    for paragraph in np.asarray(paragraphs).tolist():
        for t, symbol in enumerate(paragraph):
            p, node, back = 1.0 / symbols, root, 0
            while node is not None:
                kinds = len(node.followers)
                if kinds:
                    p = (node.followers.get(symbol, 0) + kinds * p) / (node.total + kinds)
                back += 1
                node = node.older.get(paragraph[t - back]) if back <= min(order, t) else None
            costs.append(-math.log2(p))
    return np.array(costs, float).reshape(np.shape(paragraphs))


@program("counts", breaks="no paragraph knows of another")
def b_cost_paragraphs_in_one_row(text, paragraphs, order, symbols):
    return _bits(text, np.reshape(paragraphs, (1, -1)), order, symbols).reshape(np.shape(paragraphs))


@program("counts", breaks="the context is the last `order` symbols, not one more")
def b_cost_one_symbol_more(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order + 1, symbols)


@program("counts", breaks="the context ends with the symbol just before")
def b_cost_skips_the_nearest(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, past=lambda row, t, order: row[max(t - 1 - order, 0) : max(t - 1, 0)])


@program("counts", breaks="every symbol has its cost, the first of a paragraph too")
def b_cost_first_symbol_is_free(text, paragraphs, order, symbols):
    bits = _bits(text, paragraphs, order, symbols)
    bits[:, :1] = 0
    return bits


@program("counts", breaks="where fewer symbols stand before, all of them are the context")
def b_cost_short_contexts_are_empty(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, past=lambda row, t, order: row[t - order : t] if t >= order else [])


@program("counts", breaks="bits, not nats")
def b_cost_in_nats(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, log=math.log)


@program("counts", breaks="by `chances`: the weight of the shorter context is the number of different followers")
def b_cost_weight_of_one(text, paragraphs, order, symbols):
    def mix(p, followers, symbol, symbols):
        return (followers.get(symbol, 0) + p) / (sum(followers.values()) + 1)

    return _bits(text, paragraphs, order, symbols, mix=mix)


@program("counts", breaks="kinds are different followers, not all that followed")
def b_cost_kinds_are_all_that_followed(text, paragraphs, order, symbols):
    def mix(p, followers, symbol, symbols):
        total = sum(followers.values())
        return (followers.get(symbol, 0) + total * p) / (2 * total)

    return _bits(text, paragraphs, order, symbols, mix=mix)


@program("counts", breaks="kinds are those that were seen, not all symbols")
def b_cost_kinds_are_all_symbols(text, paragraphs, order, symbols):
    def mix(p, followers, symbol, symbols):
        return (followers.get(symbol, 0) + symbols * p) / (sum(followers.values()) + symbols)

    return _bits(text, paragraphs, order, symbols, mix=mix)


@program("counts", breaks="a seen context is mixed with the shorter one: it is not believed alone")
def b_cost_backs_off_only_when_unseen(text, paragraphs, order, symbols):
    def mix(p, followers, symbol, symbols):
        total, kinds = sum(followers.values()), len(followers)
        return followers[symbol] / (total + kinds) if symbol in followers else kinds * p / (total + kinds)

    return _bits(text, paragraphs, order, symbols, mix=mix)


@program("counts", breaks="no symbol ever has probability 0: below the empty context all are alike")
def b_cost_without_the_last_resort(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, start=lambda symbols: 0.0)


@program("counts", breaks="a context that was never seen hands the question on to the shorter one")
def b_cost_unseen_means_all_alike(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, unseen=lambda p, symbols: 1 / symbols)


@program("counts", breaks="long contexts are mixed last: they weigh most")
def b_cost_from_long_to_short(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, lengths=lambda n: range(n, -1, -1))


@program("counts", breaks="all lengths are mixed, not only the full one and none")
def b_cost_longest_context_only(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, lengths=lambda n: sorted({0, n}))


@program("counts", breaks="short contexts count from the beginning of the text")
def b_cost_text_begins_after_order(text, paragraphs, order, symbols):
    return _bits(text, paragraphs, order, symbols, tables=lambda text, order: _tables(text, order, lambda length, order: order))


@program("counts", breaks="the last symbol of the text has been seen too")
def b_cost_text_without_its_last_symbol(text, paragraphs, order, symbols):
    return _bits(text[:-1], paragraphs, order, symbols)


@program("counts", breaks="counts are those of `text`: what is judged is not learnt")
def b_cost_learns_while_judging(text, paragraphs, order, symbols):
    bits, heard = np.zeros(np.shape(paragraphs)), list(text)
    for n, paragraph in enumerate(paragraphs):
        bits[n] = _bits(heard, paragraph[None], order, symbols)[0]
        heard += list(paragraph)
    return bits


@program("counts", breaks="it takes a twentieth of the time of `chances`")
def b_cost_reads_the_text_each_time(text, paragraphs, order, symbols):
    text, bits = np.asarray(text).tolist(), np.zeros(np.shape(paragraphs))
    for n, paragraph in enumerate(np.asarray(paragraphs).tolist()):
        for t, symbol in enumerate(paragraph):
            p = 1 / symbols
            for length in range(min(t, order) + 1):
                seen, context = Counter(), paragraph[t - length : t]
                for end in range(length, len(text)):
                    if all(text[end - length + k] == context[k] for k in range(length)):
                        seen[text[end]] += 1
                p = _witten(p, seen, symbol, symbols) if seen else p
            bits[n, t] = -math.log2(p)
    return bits


@program("counts", breaks="inputs are left as they were")
def b_cost_sorts_the_paragraphs(text, paragraphs, order, symbols):
    bits = _bits(text, paragraphs, order, symbols)
    paragraphs[:, :-1] = paragraphs[:, 1:].copy()
    return bits


# rotary


def _float(*arrays):
    kind = np.result_type(*[np.asarray(array).dtype for array in arrays])
    return kind if kind.kind == "f" else np.dtype(float)


def _speeds(d, base):
    return float(base) ** (-np.arange(d // 2) / max(d // 2, 1))


def _turned(X, places, base=10_000.0, speeds=_speeds, pairs=lambda d: (np.arange(0, d, 2), np.arange(1, d, 2)), way=1):
    X = np.asarray(X)
    d, kind = X.shape[-1], _float(X)
    if d % 2:
        raise ValueError(f"rotary needs an even number of columns, not {d}")
    angles = way * np.multiply.outer(np.asarray(places, float), speeds(d, base))
    c, s = np.cos(angles).astype(kind), np.sin(angles).astype(kind)
    first, second = pairs(d)
    result = np.zeros(X.shape, kind)
    result[..., first] = X[..., first] * c - X[..., second] * s
    result[..., second] = X[..., first] * s + X[..., second] * c
    return result


def _turned_back(d_turned, places, base=10_000.0):
    return _turned(d_turned, places, base, way=-1)


def _turn(rotary=_turned, rotary_backward=_turned_back):
    return {"rotary": rotary, "rotary_backward": rotary_backward}


def _turns(**knobs):
    return _turn(
        lambda X, places, base=10_000.0: _turned(X, places, base, **knobs),
        lambda d, places, base=10_000.0: _turned(d, -np.asarray(places, float), base, **knobs),
    )


@program("rotary", several=True)
def b_turn_by_even_and_odd_columns():
    return _turn()


@program("rotary", several=True)
def b_turn_by_complex_numbers():
    def rotary(X, places, base=10_000.0, sign=1j):
        X = np.asarray(X)
        d = X.shape[-1]
        if d % 2 == 1:
            raise ValueError(f"{d} columns do not make pairs")
        z = X[..., ::2].astype(float) + 1j * X[..., 1::2]
        z = z * np.exp(sign * np.asarray(places, float)[:, None] * _speeds(d, base))
        return np.stack([z.real, z.imag], axis=-1).reshape(X.shape).astype(_float(X))

    return _turn(rotary, lambda d_turned, places, base=10_000.0: rotary(d_turned, places, base, -1j))


@program("rotary", several=True)
def b_turn_by_matrices():
    def matrices(d, places, base):
        if d % 2:
            raise ValueError(f"d is {d}: it must be even")
        R = np.zeros((len(places), d, d))
        for t, place in enumerate(places):
            for i, speed in enumerate(_speeds(d, base)):
                c, s = math.cos(place * speed), math.sin(place * speed)
                R[t, 2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, -s], [s, c]]
        return R

    def rotary(X, places, base=10_000.0):
        return np.einsum("tij,...tj->...ti", matrices(X.shape[-1], places, base), X).astype(_float(X))

    def rotary_backward(d_turned, places, base=10_000.0):
        return np.einsum("tij,...ti->...tj", matrices(d_turned.shape[-1], places, base), d_turned).astype(_float(d_turned))

    return _turn(rotary, rotary_backward)


@program("rotary", breaks="pair i is columns 2i and 2i + 1, not i and i + d/2", several=True)
def b_turn_halves():
    return _turns(pairs=lambda d: (np.arange(d // 2), np.arange(d // 2, d)))


@program("rotary", breaks="turned from the first axis towards the second", several=True)
def b_turn_the_other_way():
    return _turns(way=-1)


@program("rotary", breaks="by speeds(d, base): its exponent runs over d / 2 pairs", several=True)
def b_turn_slower_speeds():
    return _turns(speeds=lambda d, base: float(base) ** (-np.arange(d // 2) / d))


@program(
    "rotary", breaks="by speeds(d, base): the first pair turns by 1, and the last by a little more than 1 / base", several=True
)
def b_turn_down_to_one_over_base():
    return _turns(speeds=lambda d, base: float(base) ** -np.linspace(0, 1, d // 2))


@program("rotary", breaks="base is the one handed in", several=True)
def b_turn_with_one_base():
    return _turns(speeds=lambda d, base: _speeds(d, 10_000.0))


@program("rotary", breaks="all pairs have speeds of their own", several=True)
def b_turn_all_pairs_alike():
    return _turns(speeds=lambda d, base: np.ones(d // 2))


@program("rotary", breaks="`places` says where a row stands, not its number", several=True)
def b_turn_by_row_numbers():
    return _turn(lambda X, places, base=10_000.0: _turned(X, np.arange(len(places)), base))


@program("rotary", breaks="places may be any numbers, not whole ones only", several=True)
def b_turn_whole_places():
    return _turn(lambda X, places, base=10_000.0: _turned(X, np.asarray(places).astype(int), base))


@program("rotary", breaks="places may be negative", several=True)
def b_turn_by_distance_from_zero():
    return _turn(lambda X, places, base=10_000.0: _turned(X, np.abs(places), base))


@program("rotary", breaks="each new column is a sum of both old ones: lengths stay", several=True)
def b_turn_with_a_column_already_new():
    def rotary(X, places, base=10_000.0):
        result = np.array(X, _float(X))
        angles = np.multiply.outer(np.asarray(places, float), _speeds(X.shape[-1], base))
        if X.shape[-1] % 2:
            raise ValueError(f"odd d: {X.shape[-1]}")
        result[..., 0::2] = result[..., 0::2] * np.cos(angles) - result[..., 1::2] * np.sin(angles)
        result[..., 1::2] = result[..., 0::2] * np.sin(angles) + result[..., 1::2] * np.cos(angles)
        return result

    return _turn(rotary)


@program("rotary", breaks="vectors are turned, no row of waves is added", several=True)
def b_turn_adds_waves():
    def rotary(X, places, base=10_000.0):
        return np.asarray(X) + _turned(np.tile([1.0, 0.0], X.shape[-1] // 2) * np.ones((len(places), 1)), places, base).astype(
            _float(X)
        )

    return _turn(rotary)


@program("rotary", breaks="an odd d is a ValueError", several=True)
def b_turn_leaves_the_odd_column():
    def rotary(X, places, base=10_000.0):
        d = X.shape[-1] // 2 * 2
        return np.concatenate([_turned(X[..., :d], places, base), X[..., d:]], axis=-1)

    return _turn(rotary)


@program("rotary", breaks="the ValueError names d", several=True)
def b_turn_error_without_d():
    def rotary(X, places, base=10_000.0):
        if X.shape[-1] % 2:
            raise ValueError("the number of columns must be even")
        return _turned(X, places, base)

    return _turn(rotary)


@program("rotary", breaks="any number of axes before the last two", several=True)
def b_turn_three_axes_only():
    def rotary(X, places, base=10_000.0):
        N, T, d = X.shape if X.ndim != 2 else (1, *X.shape)
        return _turned(np.reshape(X, (N, T, d)), places, base).reshape(X.shape)

    return _turn(rotary)


@program("rotary", breaks="the gradient goes through the transposed turn", several=True)
def b_turn_gradient_turns_on():
    return _turn(rotary_backward=_turned)


@program("rotary", breaks="the gradient is turned, too", several=True)
def b_turn_gradient_passes_through():
    return _turn(rotary_backward=lambda d_turned, places, base=10_000.0: np.array(d_turned))


@program("rotary", breaks="the gradient knows the base", several=True)
def b_turn_gradient_with_one_base():
    return _turn(rotary_backward=lambda d_turned, places, base=10_000.0: _turned_back(d_turned, places))


@program("rotary", breaks="inputs are left as they were", several=True)
def b_turn_in_place():
    def rotary(X, places, base=10_000.0):
        X[...] = _turned(X, places, base)
        return X

    return _turn(rotary)


@program("rotary", breaks="float32 stays float32", several=True)
def b_turn_in_double():
    return _turn(lambda X, places, base=10_000.0: _turned(np.asarray(X, float), places, base))


@program("rotary", breaks="whole numbers are taken as floats", several=True)
def b_turn_into_whole_numbers():
    return _turn(lambda X, places, base=10_000.0: _turned(X, places, base).astype(np.asarray(X).dtype))


# multi_head


def _into(Z, heads):
    N, T, D = Z.shape
    return Z.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3).reshape(N * heads, T, D // heads)


def _out(Z, heads):
    B, T, d = Z.shape
    return Z.reshape(B // heads, heads, T, d).transpose(0, 2, 1, 3).reshape(B // heads, T, heads * d)


def _attention(Q, K, V, mask=None, size=None):
    size = Q.dtype.type(math.sqrt(Q.shape[2] if size is None else size) or 1)
    scores = Q @ K.swapaxes(1, 2) / size
    if mask is not None:
        scores = np.where(mask, scores, Q.dtype.type(-np.inf))
    top = scores.max(axis=2, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = weights.sum(axis=2, keepdims=True)
    weights = weights / np.where(total > 0, total, 1)
    return weights @ V, (Q, K, V, weights, size)


def _attention_back(cache, d_out):
    Q, K, V, weights, size = cache
    d_weights = d_out @ V.swapaxes(1, 2)
    d_scores = weights * (d_weights - np.sum(d_weights * weights, axis=2, keepdims=True)) / size
    return d_scores @ K, d_scores.swapaxes(1, 2) @ Q, weights.swapaxes(1, 2) @ d_out


def _own_mask(mask, heads, N):
    return np.repeat(mask, heads, axis=0)


def _check_heads(D, heads):
    if D % heads:
        raise ValueError(f"{D} columns cannot be shared by {heads} heads")


def _heads(
    parameters,
    X,
    memory,
    heads,
    mask=None,
    turn=False,
    into=_into,
    out=_out,
    size=None,
    repeat=_own_mask,
    turn_parts=(True, True, False),
    check=_check_heads,
    rotate=None,
):
    kind = _float(X, memory, *parameters)
    W_q, W_k, W_v, W_o = (np.asarray(W, kind) for W in parameters)
    X, memory = np.asarray(X, kind), np.asarray(memory, kind)
    check(X.shape[2], heads)
    parts = [X @ W_q, memory @ W_k, memory @ W_v]
    if turn and rotate is not None:
        parts = [rotate(parts[0]), rotate(parts[1]), parts[2]]
    parts = [into(part, heads) for part in parts]
    if turn and rotate is None:
        parts = [_turned(part, np.arange(part.shape[1])) if yes else part for part, yes in zip(parts, turn_parts, strict=True)]
    if mask is not None and np.ndim(mask) == 3:
        mask = repeat(np.asarray(mask), heads, len(X))
    seen, cache = _attention(*parts, mask, None if size is None else size(X.shape[2], heads))
    beside = out(seen, heads)
    return beside @ W_o, (X, memory, heads, turn, beside, cache)


def _heads_back(
    parameters,
    cache,
    d_out,
    turn_back=(True, True),
    share=lambda N: 1,
    to_memory=lambda from_k, from_v: from_k + from_v,
    asked=lambda X, memory: memory,
):
    X, memory, heads, turn, beside, held = cache
    W_q, W_k, W_v, W_o = (np.asarray(W, X.dtype) for W in parameters)
    d_out = np.asarray(d_out, X.dtype)
    d_Q, d_K, d_V = _attention_back(held, _into(d_out @ W_o.T, heads))
    if turn:
        d_Q = _turned_back(d_Q, np.arange(d_Q.shape[1])) if turn_back[0] else d_Q
        d_K = _turned_back(d_K, np.arange(d_K.shape[1])) if turn_back[1] else d_K
    d_Q, d_K, d_V = (_out(part, heads) for part in (d_Q, d_K, d_V))

    def weight(into, back):
        return np.tensordot(into, back, ((0, 1), (0, 1))) / X.dtype.type(share(len(X)))

    d_parameters = (weight(X, d_Q), weight(asked(X, memory), d_K), weight(memory, d_V), weight(beside, d_out))
    return d_parameters, d_Q @ W_q.T, to_memory(d_K @ W_k.T, d_V @ W_v.T)


def _many(multi_head=_heads, multi_head_backward=_heads_back):
    return {"multi_head": multi_head, "multi_head_backward": multi_head_backward}


def _ahead(**knobs):
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        return _heads(parameters, X, memory, heads, mask, turn, **knobs)

    return _many(multi_head)


def _behind(**knobs):
    return _many(multi_head_backward=lambda *given: _heads_back(*given, **knobs))


@program("multi_head", several=True)
def b_heads_folded_into_problems():
    return _many()


@program("multi_head", several=True)
def b_heads_one_after_another():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        kind = _float(X, memory, *parameters)
        W_q, W_k, W_v, W_o = (np.asarray(W, kind) for W in parameters)
        X, memory = np.asarray(X, kind), np.asarray(memory, kind)
        D = X.shape[2]
        if D % heads != 0:
            raise ValueError(f"D = {D} is no multiple of heads = {heads}")
        d, output, kept = D // heads, np.zeros(X.shape, kind), []
        for h in range(heads):
            own = slice(h * d, (h + 1) * d)
            Q, K, V = X @ W_q[:, own], memory @ W_k[:, own], memory @ W_v[:, own]
            if turn:
                Q, K = _turned(Q, np.arange(Q.shape[1])), _turned(K, np.arange(K.shape[1]))
            seen, cache = _attention(Q, K, V, mask)
            output += seen @ W_o[own]
            kept.append((own, seen, cache))
        return output, (X, memory, turn, kept)

    def multi_head_backward(parameters, cache, d_out):
        X, memory, turn, kept = cache
        kind = X.dtype
        W_q, W_k, W_v, W_o = (np.asarray(W, kind) for W in parameters)
        grads = [np.zeros_like(W) for W in (W_q, W_k, W_v, W_o)]
        d_X, d_memory = np.zeros_like(X), np.zeros_like(memory)
        for own, seen, held in kept:
            grads[3][own] = np.einsum("ntd,nte->de", seen, d_out)
            d_Q, d_K, d_V = _attention_back(held, d_out @ W_o[own].T)
            if turn:
                d_Q, d_K = _turned_back(d_Q, np.arange(d_Q.shape[1])), _turned_back(d_K, np.arange(d_K.shape[1]))
            grads[0][:, own] = np.einsum("ntd,nte->de", X, d_Q)
            grads[1][:, own] = np.einsum("ntd,nte->de", memory, d_K)
            grads[2][:, own] = np.einsum("ntd,nte->de", memory, d_V)
            d_X += d_Q @ W_q[:, own].T
            d_memory += d_K @ W_k[:, own].T + d_V @ W_v[:, own].T
        return tuple(grads), d_X, d_memory

    return _many(multi_head, multi_head_backward)


@program("multi_head", several=True)
def b_heads_on_an_axis_of_their_own():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        kind = _float(X, memory, *parameters)
        X, memory, D = np.asarray(X, kind), np.asarray(memory, kind), np.shape(X)[2]
        if D % heads:
            raise ValueError(f"cannot cut {D} columns into {heads} heads")
        W_q, W_k, W_v, W_o = (np.asarray(W, kind) for W in parameters)
        by_head = [W.reshape(len(W), heads, D // heads) for W in (W_q, W_k, W_v)]
        Q, K, V = (np.einsum("ntm,mhd->nhtd", Z, W) for Z, W in zip((X, memory, memory), by_head, strict=True))
        if turn:
            Q, K = _turned(Q, np.arange(Q.shape[2])), _turned(K, np.arange(K.shape[2]))
        scores = np.einsum("nhqd,nhkd->nhqk", Q, K) / kind.type(math.sqrt(D // heads) or 1)
        if mask is not None:
            allowed = np.asarray(mask)
            scores = np.where(allowed[:, None] if allowed.ndim == 3 else allowed, scores, kind.type(-np.inf))
        total = np.logaddexp.reduce(scores, axis=3, keepdims=True, initial=-np.inf)
        A = np.exp(scores - np.where(np.isfinite(total), total, 0)).astype(kind)
        W_out = W_o.reshape(heads, D // heads, D)
        seen = np.einsum("nhqk,nhkd->nhqd", A, V)
        return np.einsum("nhqd,hde->nqe", seen, W_out), (X, memory, by_head, W_out, Q, K, V, A, seen, turn)

    def multi_head_backward(parameters, cache, d_out):
        X, memory, (B_q, B_k, B_v), W_out, Q, K, V, A, seen, turn = cache
        d_out = np.asarray(d_out, X.dtype)
        d_W_o = np.einsum("nhqd,nqe->hde", seen, d_out).reshape(parameters[3].shape)
        d_seen = np.einsum("nqe,hde->nhqd", d_out, W_out)
        d_V = np.einsum("nhqk,nhqd->nhkd", A, d_seen)
        d_A = np.einsum("nhqd,nhkd->nhqk", d_seen, V)
        d_S = A * (d_A - (A * d_A).sum(axis=3, keepdims=True)) / X.dtype.type(math.sqrt(Q.shape[3]) or 1)
        d_Q, d_K = np.einsum("nhqk,nhkd->nhqd", d_S, K), np.einsum("nhqk,nhqd->nhkd", d_S, Q)
        if turn:
            d_Q, d_K = _turned_back(d_Q, np.arange(d_Q.shape[2])), _turned_back(d_K, np.arange(d_K.shape[2]))
        pairs = ((X, d_Q), (memory, d_K), (memory, d_V))
        d_W = [np.einsum("ntm,nhtd->mhd", Z, d).reshape(Z.shape[2], -1) for Z, d in pairs]
        d_X = np.einsum("nhtd,mhd->ntm", d_Q, B_q)
        d_memory = np.einsum("nhtd,mhd->ntm", d_K, B_k) + np.einsum("nhtd,mhd->ntm", d_V, B_v)
        return (*d_W, d_W_o), d_X, d_memory

    return _many(multi_head, multi_head_backward)


@program("multi_head", breaks="a head owns columns, not places: a bare reshape mixes them", several=True)
def b_heads_bare_reshape():
    def into(Z, heads):
        N, T, D = Z.shape
        return Z.reshape(N * heads, T, D // heads)

    def out(Z, heads):
        return Z.reshape(len(Z) // heads, Z.shape[1], -1)

    return _ahead(into=into, out=out)


@program("multi_head", breaks="head h owns neighbouring columns from hD/H on, not every H-th", several=True)
def b_heads_every_other_column():
    def into(Z, heads):
        N, T, D = Z.shape
        return Z.reshape(N, T, D // heads, heads).transpose(0, 3, 1, 2).reshape(N * heads, T, D // heads)

    return _ahead(into=into)


@program("multi_head", breaks="the heads' results stand side by side: out of heads needs the axes back", several=True)
def b_heads_bare_reshape_at_the_end():
    return _ahead(out=lambda Z, heads: Z.reshape(len(Z) // heads, Z.shape[1], -1))


@program("multi_head", breaks="the heads' results stand in the order of the heads", several=True)
def b_heads_last_one_first():
    def out(Z, heads):
        B, T, d = Z.shape
        return Z.reshape(B // heads, heads, T, d)[:, ::-1].transpose(0, 2, 1, 3).reshape(B // heads, T, heads * d)

    return _ahead(out=out)


@program("multi_head", breaks="a head scales by the root of its own width", several=True)
def b_heads_root_of_the_whole_width():
    return _ahead(size=lambda D, heads: D)


@program("multi_head", breaks="a head scales by the root of its width", several=True)
def b_heads_without_a_root():
    return _ahead(size=lambda D, heads: 1)


@program("multi_head", breaks="a mask of each example's own belongs to all of its heads", several=True)
def b_heads_masks_in_turn():
    return _ahead(repeat=lambda mask, heads, N: np.tile(mask, (heads, 1, 1)))


@program("multi_head", breaks="each example has its own mask", several=True)
def b_heads_first_mask_for_all():
    return _ahead(repeat=lambda mask, heads, N: np.broadcast_to(mask[:1], (N * heads, *mask.shape[1:])))


@program("multi_head", breaks="True in a mask means: may be looked at", several=True)
def b_heads_mask_the_other_way():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        return _heads(parameters, X, memory, heads, None if mask is None else ~mask, turn)

    return _many(multi_head)


@program("multi_head", breaks="a query that may look at nothing adds nothing", several=True)
def b_heads_nothing_is_all():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        return _heads(parameters, X, memory, heads, None if mask is None else mask | ~mask.any(axis=-1, keepdims=True), turn)

    return _many(multi_head)


@program("multi_head", breaks="queries and keys are turned, values are not", several=True)
def b_heads_turns_values_too():
    return _ahead(turn_parts=(True, True, True))


@program("multi_head", breaks="keys are turned as well as queries", several=True)
def b_heads_turns_queries_only():
    return _ahead(turn_parts=(True, False, False))


@program("multi_head", breaks="each head's part is turned by itself, with the speeds of its width", several=True)
def b_heads_turned_before_the_cut():
    return _ahead(rotate=lambda Z: _turned(Z, np.arange(Z.shape[1])))


@program("multi_head", breaks="only with `turn` is anything turned", several=True)
def b_heads_always_turned():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        return _heads(parameters, X, memory, heads, mask, X.shape[2] // heads % 2 == 0)

    return _many(multi_head)


@program("multi_head", breaks="the ValueError names both D and heads", several=True)
def b_heads_error_without_numbers():
    def check(D, heads):
        if D % heads:
            raise ValueError("the columns cannot be shared equally")

    return _ahead(check=check)


@program("multi_head", breaks="the result is attention's alone: what asked is not added", several=True)
def b_heads_adds_the_input():
    def multi_head(parameters, X, memory, heads, mask=None, turn=False):
        out, cache = _heads(parameters, X, memory, heads, mask, turn)
        return X + out, cache

    return _many(multi_head)


@program("multi_head", breaks="gradients of turned queries and keys are turned back", several=True)
def b_heads_back_without_turning():
    return _behind(turn_back=(False, False))


@program("multi_head", breaks="gradients are right: matrices sum over examples", several=True)
def b_heads_back_mean_over_examples():
    return _behind(share=lambda N: max(N, 1))


@program("multi_head", breaks="the memory is heard as keys and as values", several=True)
def b_heads_back_memory_by_values_only():
    return _behind(to_memory=lambda from_k, from_v: from_v)


@program("multi_head", breaks="W_k was given the memory, not what asks", several=True)
def b_heads_back_keys_from_what_asks():
    def asked(X, memory):
        return X if X.shape == memory.shape else memory

    return _behind(asked=asked)


@program("multi_head", breaks="in self-attention the caller adds the last two: they come apart", several=True)
def b_heads_back_sum_for_self_attention():
    def multi_head_backward(*given):
        d_parameters, d_X, d_memory = _heads_back(*given)
        return d_parameters, d_X + d_memory if d_X.shape == d_memory.shape else d_X, d_memory

    return _many(multi_head_backward=multi_head_backward)


@program("multi_head", breaks="float32 stays float32", several=True)
def b_heads_in_double():
    def multi_head(parameters, X, *rest, **named):
        return _heads(parameters, np.asarray(X, float), *rest, **named)

    return _many(multi_head)


# kv_cache


def _nothing_yet():
    return None, None, 0


def _feed(
    parameters,
    cache,
    X,
    heads,
    project,
    window=None,
    places=lambda count, t: count + np.arange(t),
    allow=lambda keys, rows: keys <= rows,
    near=lambda keys, rows, window: keys > rows - window,
    size=None,
    last=None,
    trim=True,
    counts=lambda count, t, K: count + t,
    glue=lambda old, new: new if old is None else np.concatenate([old, new], axis=1),
    shorten=None,
):
    K_old, V_old, count = cache
    t = X.shape[1]
    rows = places(count, t)
    Q, K, V = (_into(project(X, W), heads) for W in parameters[:3])
    Q, K = _turned(Q, rows), _turned(K, rows)
    K, V = glue(K_old, K), glue(V_old, V)
    if shorten is not None and window is not None:
        K, V = K[:, shorten(K.shape[1], window) :], V[:, shorten(V.shape[1], window) :]
    keys = counts(count, t, K) - K.shape[1] + np.arange(K.shape[1])
    mask = allow(keys, rows[:, None])
    if window is not None:
        mask = mask & near(keys, rows[:, None], window)
    seen, _ = _attention(Q, K, V, mask, None if size is None else size(X.shape[2]))
    out = project(_out(seen, heads), parameters[3]) if last is None else last(_out(seen, heads), parameters[3])
    if trim and window is not None:
        K, V = K[:, max(K.shape[1] - window + 1, 0) :].copy(), V[:, max(V.shape[1] - window + 1, 0) :].copy()
    return out, (K, V, counts(count, t, K))


def _memory(new_cache=_nothing_yet, feed=_feed, **knobs):
    if knobs:

        def feed(parameters, cache, X, heads, project, window=None):
            return _feed(parameters, cache, X, heads, project, window, **knobs)

    return {"new_cache": new_cache, "feed": feed}


@program("kv_cache", several=True)
def b_past_turned_keys_in_arrays():
    return _memory()


@program("kv_cache", several=True)
def b_past_plain_keys_turned_when_asked():
    def feed(parameters, cache, X, heads, project, window=None):
        W_q, W_k, W_v, W_o = parameters
        pieces = (*cache, (project(X, W_k), project(X, W_v)))
        K, V = (np.concatenate([piece[part] for piece in pieces], axis=1) for part in (0, 1))
        every = np.arange(K.shape[1])
        new = every[K.shape[1] - X.shape[1] :]
        mask = every <= new[:, None]
        if window is not None:
            mask &= new[:, None] - every < window
        Q = _turned(_into(project(X, W_q), heads), new)
        seen, _ = _attention(Q, _turned(_into(K, heads), every), _into(V, heads), mask)
        return project(_out(seen, heads), W_o), pieces

    return _memory(lambda: (), feed)


@program("kv_cache", several=True)
def b_past_row_by_row():
    class Past:
        def __init__(self, keys=(), values=()):
            self.keys, self.values = keys, values

    def feed(parameters, cache, X, heads, project, window=None):
        W_q, W_k, W_v, W_o = parameters
        keys, values, outputs = list(cache.keys), list(cache.values), [np.zeros((len(X), 0, np.shape(W_o)[1]), _float(X, W_o))]
        for i in range(X.shape[1]):
            row, place = X[:, i : i + 1], np.array([len(keys)])
            q = _turned(_into(project(row, W_q), heads), place)
            keys.append(_turned(_into(project(row, W_k), heads), place))
            values.append(_into(project(row, W_v), heads))
            first = 0 if window is None else max(len(keys) - window, 0)
            seen, _ = _attention(q, np.concatenate(keys[first:], axis=1), np.concatenate(values[first:], axis=1))
            outputs.append(project(_out(seen, heads), W_o))
        return np.concatenate(outputs, axis=1), Past(tuple(keys), tuple(values))

    return _memory(Past, feed)


@program("kv_cache", breaks="a piece goes on where the text stands: its places do not begin at 0", several=True)
def b_past_every_piece_at_place_nought():
    def feed(parameters, cache, X, heads, project, window=None):
        K_old, V_old, count = cache
        Q, K, V = (_into(project(X, W), heads) for W in parameters[:3])
        Q, K = _turned(Q, np.arange(X.shape[1])), _turned(K, np.arange(X.shape[1]))
        K, V = (new if old is None else np.concatenate([old, new], axis=1) for old, new in ((K_old, K), (V_old, V)))
        keys, rows = np.arange(K.shape[1]), count + np.arange(X.shape[1])
        mask = (keys <= rows[:, None]) & (True if window is None else keys > rows[:, None] - window)
        return project(_out(_attention(Q, K, V, mask)[0], heads), parameters[3]), (K, V, count + X.shape[1])

    return _memory(feed=feed)


@program("kv_cache", breaks="causal: places of one piece do not see each other's future", several=True)
def b_past_piece_sees_its_future():
    return _memory(allow=lambda keys, rows: keys <= rows.max(initial=0))


@program("kv_cache", breaks="causal over the whole sequence: a later piece sees all that came before", several=True)
def b_past_mask_begins_at_nought():
    return _memory(allow=lambda keys, rows: (keys - keys.min(initial=0)) <= np.arange(len(rows))[:, None])


@program("kv_cache", breaks="a place sees itself", several=True)
def b_past_strictly_before():
    return _memory(allow=lambda keys, rows: keys < rows)


@program("kv_cache", breaks="each row goes through each matrix once, and never again", several=True)
def b_past_reads_the_whole_text_again():
    def feed(parameters, cache, X, heads, project, window=None):
        whole = X if cache is None else np.concatenate([cache, X], axis=1)
        out, _ = _feed(parameters, _nothing_yet(), whole, heads, project, window)
        return out[:, whole.shape[1] - X.shape[1] :], whole

    return _memory(lambda: None, feed)


@program("kv_cache", breaks="each row goes through W_o by `project` too", several=True)
def b_past_last_product_by_hand():
    return _memory(last=lambda seen, W_o: seen @ W_o)


@program("kv_cache", breaks="no row goes through W_q twice", several=True)
def b_past_queries_made_twice():
    def feed(parameters, cache, X, heads, project, window=None):
        project(X, parameters[0])
        return _feed(parameters, cache, X, heads, project, window)

    return _memory(feed=feed)


@program("kv_cache", breaks="feed leaves the old cache as it was", several=True)
def b_past_one_list_that_grows():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _feed(parameters, tuple(cache), X, heads, project, window)
        cache[:] = new
        return out, cache

    return _memory(lambda: [None, None, 0], feed)


@program("kv_cache", breaks="a new cache holds no token, also after others were fed", several=True)
def b_past_one_cache_for_all():
    kept = {"cache": _nothing_yet()}

    def feed(parameters, cache, X, heads, project, window=None):
        try:
            out, kept["cache"] = _feed(parameters, kept["cache"], X, heads, project, window)
        except ValueError:
            out, kept["cache"] = _feed(parameters, _nothing_yet(), X, heads, project, window)
        return out, kept["cache"]

    return _memory(lambda: kept["cache"], feed)


@program("kv_cache", breaks="the first piece is kept too", several=True)
def b_past_first_piece_is_never_kept():
    def feed(parameters, cache, X, heads, project, window=None):
        out, (K, V, count) = _feed(parameters, cache, X, heads, project, window)
        return (out, (K[:, :0], V[:, :0], count)) if cache[2] == 0 else (out, (K, V, count))

    return _memory(feed=feed)


@program("kv_cache", breaks="keys are turned once: they stay when the text goes on", several=True)
def b_past_keys_turned_again():
    def glue(old, new):
        return new if old is None else np.concatenate([old, new], axis=1)

    def feed(parameters, cache, X, heads, project, window=None):
        K, V, count = cache
        if K is not None and K.shape[1]:
            K = _turned(K, np.arange(K.shape[1]))
        return _feed(parameters, (K, V, count), X, heads, project, window, trim=False, glue=glue)

    return _memory(feed=feed)


@program("kv_cache", breaks="a window of w is a place and the w - 1 before it, not one more", several=True)
def b_past_window_one_too_wide():
    return _memory(near=lambda keys, rows, window: keys >= rows - window, trim=False)


@program("kv_cache", breaks="a window of w is a place and the w - 1 before it, not one fewer", several=True)
def b_past_window_one_too_narrow():
    return _memory(near=lambda keys, rows, window: keys > rows - max(window - 1, 1), trim=False)


@program("kv_cache", breaks="with a window a place sees no farther", several=True)
def b_past_window_is_not_looked_at():
    return _memory(near=lambda keys, rows, window: True, trim=False)


@program("kv_cache", breaks="the window is each place's own: a long piece is not cut to its end first", several=True)
def b_past_window_cuts_before_looking():
    return _memory(shorten=lambda held, window: max(held - window, 0))


@program("kv_cache", breaks="places count all rows read, also those thrown away", several=True)
def b_past_counts_what_it_holds():
    def feed(parameters, cache, X, heads, project, window=None):
        out, (K, V, _) = _feed(parameters, cache, X, heads, project, window)
        if window is not None:
            K, V = K[:, max(K.shape[1] - window + 1, 0) :], V[:, max(V.shape[1] - window + 1, 0) :]
        return out, (K, V, K.shape[1])

    return _memory(feed=feed)


@program("kv_cache", breaks="outputs are those of multi_head: each head's root is that of its width", several=True)
def b_past_root_of_the_whole_width():
    return _memory(size=lambda D: D)


@program("kv_cache", breaks="outputs are those of multi_head with `turn`: queries are turned by their places", several=True)
def b_past_queries_as_if_at_nought():
    def feed(parameters, cache, X, heads, project, window=None):
        K_old, V_old, count = cache
        rows = count + np.arange(X.shape[1])
        Q, K, V = (_into(project(X, W), heads) for W in parameters[:3])
        K = _turned(K, rows)
        K, V = (new if old is None else np.concatenate([old, new], axis=1) for old, new in ((K_old, K), (V_old, V)))
        keys = np.arange(K.shape[1])
        mask = (keys <= rows[:, None]) & (True if window is None else keys > rows[:, None] - window)
        return project(_out(_attention(Q, K, V, mask)[0], heads), parameters[3]), (K, V, count + X.shape[1])

    return _memory(feed=feed)


@program("kv_cache", breaks="a piece may have any number of rows, also none", several=True)
def b_past_no_rows_is_an_error():
    def feed(parameters, cache, X, heads, project, window=None):
        if X.shape[1] == 0:
            raise ValueError("nothing to read")
        return _feed(parameters, cache, X, heads, project, window)

    return _memory(feed=feed)


@program("kv_cache", breaks="a piece may have any number of rows: one after the first is no rule", several=True)
def b_past_only_the_last_row_answers():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _feed(parameters, cache, X, heads, project, window)
        return (out if cache[2] == 0 else np.broadcast_to(out[:, -1:], out.shape)), new

    return _memory(feed=feed)


@program("kv_cache", breaks="inputs are left as they were", several=True)
def b_past_writes_over_the_rows():
    def feed(parameters, cache, X, heads, project, window=None):
        out, new = _feed(parameters, cache, X, heads, project, window)
        X[...] = out
        return out, new

    return _memory(feed=feed)
