"""Programs for week 11, written from its contracts alone."""

import math
from functools import partial, reduce

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.cases import program


def _p_kind(*arrays):
    """The float type of the inputs; whole numbers count as float64."""
    kinds = [np.asarray(a).dtype for a in arrays]
    return np.result_type(*[kind if np.issubdtype(kind, np.floating) else np.dtype(float) for kind in kinds])


# ---------------------------------------------------------------- random_crops


def _p_place(rng, H, W, h, w):
    """Top, left, and whether it is mirrored."""
    return rng.integers(H - h + 1), rng.integers(W - w + 1), rng.random() < 0.5


def _p_cut(picture, place, h, w):
    top, left, mirrored = place
    part = picture[top : top + h, left : left + w]
    return part[:, ::-1] if mirrored else part


def _p_crops(pictures, masks, size, rng, place=_p_place, cut=_p_cut, cut_mask=_p_cut):
    n, H, W = masks.shape
    h, w = size
    crops, parts = np.empty((n, h, w, pictures.shape[3]), pictures.dtype), np.empty((n, h, w), masks.dtype)
    for k in range(n):
        here = place(rng, H, W, h, w)
        crops[k], parts[k] = cut(pictures[k], here, h, w), cut_mask(masks[k], here, h, w)
    return crops, parts


@program("random_crops")
def p_one_picture_after_the_other(pictures, masks, size, rng):
    return _p_crops(pictures, masks, size, rng)


@program("random_crops")
def p_all_by_index_arrays(pictures, masks, size, rng):
    n, H, W = masks.shape
    h, w = size
    rows = rng.integers(H - h + 1, size=n)[:, None] + np.arange(h)
    columns = rng.integers(W - w + 1, size=n)[:, None] + np.arange(w)
    mirrored = rng.integers(2, size=n).astype(bool)
    columns = np.where(mirrored[:, None], columns[:, ::-1], columns)
    places = np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]
    return pictures[places], masks[places]


@program("random_crops")
def p_one_number_for_place_and_mirror(pictures, masks, size, rng):
    n, H, W = masks.shape
    h, w = size
    down, across = H - h + 1, W - w + 1
    tops, lefts, coins = np.unravel_index(rng.integers(down * across * 2, size=n), (down, across, 2))
    of_pictures, of_masks = sliding_window_view(pictures, (h, w), axis=(1, 2)), sliding_window_view(masks, (h, w), axis=(1, 2))
    crops = np.moveaxis(of_pictures[np.arange(n), tops, lefts], 1, 3).copy()
    parts = of_masks[np.arange(n), tops, lefts].copy()
    turned = coins == 1
    crops[turned] = np.flip(crops[turned], axis=2)
    parts[turned] = np.flip(parts[turned], axis=2)
    return crops, parts


@program("random_crops", breaks="all places are equally likely: here the last row and the last column are never drawn")
def p_last_place_never_drawn(pictures, masks, size, rng):
    def short(chance, H, W, h, w):
        return chance.integers(max(H - h, 1)), chance.integers(max(W - w, 1)), chance.random() < 0.5

    return _p_crops(pictures, masks, size, rng, place=short)


@program("random_crops", breaks="a mask stays with its picture: here it is not mirrored with it")
def p_mask_not_mirrored(pictures, masks, size, rng):
    return _p_crops(pictures, masks, size, rng, cut_mask=lambda mask, here, h, w: _p_cut(mask, (here[0], here[1], False), h, w))


@program("random_crops", breaks="a mask stays with its picture: here it is cut at a place of its own")
def p_mask_with_a_place_of_its_own(pictures, masks, size, rng):
    def elsewhere(mask, here, h, w):
        top, left, _ = _p_place(rng, *mask.shape, h, w)
        return _p_cut(mask, (top, left, here[2]), h, w)

    return _p_crops(pictures, masks, size, rng, cut_mask=elsewhere)


@program("random_crops", breaks="each picture has its own chance: here all get one place and one coin")
def p_one_place_for_all(pictures, masks, size, rng):
    here = _p_place(rng, *masks.shape[1:], *size)
    return _p_crops(pictures, masks, size, rng, place=lambda *_: here)


@program("random_crops", breaks="each picture has its own chance: here one coin mirrors all or none")
def p_one_coin_for_all(pictures, masks, size, rng):
    coin = rng.random() < 0.5
    return _p_crops(pictures, masks, size, rng, place=lambda *sides: (*_p_place(*sides)[:2], coin))


@program("random_crops", breaks="mirrored means that left becomes right: here top becomes bottom")
def p_upside_down(pictures, masks, size, rng):
    def upside_down(picture, here, h, w):
        part = _p_cut(picture, (here[0], here[1], False), h, w)
        return part[::-1] if here[2] else part

    return _p_crops(pictures, masks, size, rng, cut=upside_down, cut_mask=upside_down)


@program("random_crops", breaks="all places are equally likely: by rounding, the first and last are half as likely")
def p_places_by_rounding(pictures, masks, size, rng):
    def rounded(chance, H, W, h, w):
        return round(chance.random() * (H - h)), round(chance.random() * (W - w)), chance.random() < 0.5

    return _p_crops(pictures, masks, size, rng, place=rounded)


@program("random_crops", breaks="whether it is mirrored has nothing to do with its place: here the places in the right half are")
def p_mirrored_by_place(pictures, masks, size, rng):
    def tied(chance, H, W, h, w):
        top, left, coin = _p_place(chance, H, W, h, w)
        middle = (W - w) / 2
        return top, left, coin if left == middle else left > middle

    return _p_crops(pictures, masks, size, rng, place=tied)


@program("random_crops", breaks="half of the crops are mirrored: here none is")
def p_never_mirrored(pictures, masks, size, rng):
    return _p_crops(pictures, masks, size, rng, place=lambda *sides: (*_p_place(*sides)[:2], False))


@program("random_crops", breaks="numbers come back as they are: here bytes are divided by 255")
def p_bytes_made_into_fractions(pictures, masks, size, rng):
    crops, parts = _p_crops(pictures, masks, size, rng)
    return (crops / 255 if crops.dtype == np.uint8 else crops.astype(float)), parts


@program("random_crops", breaks="types stay as they were: here masks come back as float64")
def p_masks_as_floats(pictures, masks, size, rng):
    crops, parts = _p_crops(pictures, masks, size, rng)
    return crops, parts.astype(float)


@program("random_crops", breaks="numbers come back as they are: here a mask is made into True and False")
def p_masks_as_yes_and_no(pictures, masks, size, rng):
    crops, parts = _p_crops(pictures, masks, size, rng)
    return crops, (parts > 0).astype(masks.dtype)


@program("random_crops", breaks="all places at which it fits: here height and width of the picture are mixed up")
def p_height_and_width_mixed_up(pictures, masks, size, rng):
    def mixed(chance, H, W, h, w):
        top, left, coin = _p_place(chance, max(W, h), max(H, w), h, w)
        return min(top, H - h), min(left, W - w), coin

    return _p_crops(pictures, masks, size, rng, place=mixed)


@program("random_crops", breaks="size is (height, width): here the height serves for both")
def p_square_crops(pictures, masks, size, rng):
    side = min(size[0], masks.shape[2])
    return _p_crops(pictures, masks, (size[0], side), rng)


@program("random_crops", breaks="what is given stays as it was: here whole pictures are mirrored in place")
def p_mirrors_the_given_pictures(pictures, masks, size, rng):
    for k in range(len(masks)):
        if rng.random() < 0.5:
            pictures[k] = pictures[k, :, ::-1].copy()
            masks[k] = masks[k, :, ::-1].copy()
    return _p_crops(pictures, masks, size, rng, place=lambda *sides: (*_p_place(*sides)[:2], False))


@program("random_crops", breaks="chance comes from the rng: here from NumPy's global generator")
def p_global_chance(pictures, masks, size, rng):
    def by_global(chance, H, W, h, w):
        return np.random.randint(H - h + 1), np.random.randint(W - w + 1), np.random.rand() < 0.5

    return _p_crops(pictures, masks, size, rng, place=by_global)


@program("random_crops", breaks="chance comes from the rng: here from a seed of its own, the same at each call")
def p_the_same_chance_at_each_call(pictures, masks, size, rng):
    return _p_crops(pictures, masks, size, np.random.default_rng(0))


@program("random_crops", breaks="no picture is fine too: here the list of none cannot be stacked")
def p_stacks_a_list(pictures, masks, size, rng):
    places = [_p_place(rng, *masks.shape[1:], *size) for _ in masks]
    crops = [_p_cut(picture, here, *size) for picture, here in zip(pictures, places, strict=True)]
    return np.stack(crops), np.stack([_p_cut(mask, here, *size) for mask, here in zip(masks, places, strict=True)])


@program("random_crops", breaks="all places are equally likely: here one number serves for the row and the column")
def p_places_on_the_diagonal(pictures, masks, size, rng):
    def diagonal(chance, H, W, h, w):
        share = chance.random()
        return int(share * (H - h + 1)), int(share * (W - w + 1)), chance.random() < 0.5

    return _p_crops(pictures, masks, size, rng, place=diagonal)


@program("random_crops", breaks="left becomes right and nothing else: here the colours are turned round too")
def p_colours_turned_round(pictures, masks, size, rng):
    def with_colours(picture, here, h, w):
        part = _p_cut(picture, here, h, w)
        return part[..., ::-1] if here[2] else part

    return _p_crops(pictures, masks, size, rng, cut=with_colours)


@program("random_crops", breaks="pixel by pixel the same place: the picture is mirrored before the cut, the mask after it")
def p_mirrored_before_and_after(pictures, masks, size, rng):
    def before(picture, here, h, w):
        return _p_cut(picture[:, ::-1] if here[2] else picture, (here[0], here[1], False), h, w)

    return _p_crops(pictures, masks, size, rng, cut=before)


@program("random_crops", breaks="each crop is a part of its own picture: here the pictures come back in another order")
def p_shuffled(pictures, masks, size, rng):
    order = rng.permutation(len(masks))
    return _p_crops(pictures[order], masks[order], size, rng)


@program("random_crops", breaks="what happens to one says nothing about the others: here exactly every second one is mirrored")
def p_exactly_half_of_them(pictures, masks, size, rng):
    coins = iter(rng.permutation(np.arange(len(masks)) % 2 == 0))
    return _p_crops(pictures, masks, size, rng, place=lambda *sides: (*_p_place(*sides)[:2], next(coins)))


@program("random_crops", breaks="each crop is a part of the picture: here it may go over the edge and come in again")
def p_over_the_edge(pictures, masks, size, rng):
    def wrapped(picture, here, h, w):
        return _p_cut(np.roll(picture, (-here[0], -here[1]), axis=(0, 1)), (0, 0, here[2]), h, w)

    def anywhere(chance, H, W, h, w):
        return chance.integers(H), chance.integers(W), chance.random() < 0.5

    return _p_crops(pictures, masks, size, rng, place=anywhere, cut=wrapped, cut_mask=wrapped)


# ---------------------------------------------------------------- residual


def _p_rows(A):
    return A.reshape(-1, A.shape[-1])


def _p_typed(parameters, *arrays):
    kind = _p_kind(*arrays, *[part for pair in parameters for part in pair])
    return [tuple(np.asarray(part, kind) for part in pair) for pair in parameters], *(np.asarray(a, kind) for a in arrays)


def _p_forward(parameters, X):
    ((W1, b1), (W2, b2)), X = _p_typed(parameters, X)
    first = np.maximum(X, 0)
    second = np.maximum(first @ W1 + b1, 0)
    return X + second @ W2 + b2, (first, second)


def _p_backward(parameters, cache, d_scores):
    ((W1, _), (W2, _)), d_scores = _p_typed(parameters, d_scores)
    first, second = cache
    d_hidden = d_scores @ W2.T * (second > 0)
    d_W2, d_b2 = _p_rows(second).T @ _p_rows(d_scores), _p_rows(d_scores).sum(axis=0)
    d_W1, d_b1 = _p_rows(first).T @ _p_rows(d_hidden), _p_rows(d_hidden).sum(axis=0)
    return [(d_W1, d_b1), (d_W2, d_b2)], d_scores + d_hidden @ W1.T * (first > 0)


def _p_start(width, hidden, rng):
    W1 = rng.standard_normal((width, hidden)) * np.sqrt(2 / max(width, 1))
    return [(W1, np.zeros(hidden)), (np.zeros((hidden, width)), np.zeros(width))]


def _p_block(forward=_p_forward, backward=_p_backward, start=_p_start):
    return {"block_forward": forward, "block_backward": backward, "start_block": start}


@program("residual", several=True)
def p_block_with_two_matrix_products():
    return _p_block()


@program("residual", several=True)
def p_block_by_einsum():
    def forward_by_einsum(parameters, X):
        parts, X = _p_typed(parameters, X)
        out, kept = X, []
        for W, b in parts:
            lit = out > 0
            kept.append((np.where(lit, out, 0), lit))
            out = np.einsum("...i,ij->...j", kept[-1][0], W) + b
        return X + out, kept

    def backward_by_einsum(parameters, cache, d_scores):
        parts, d_scores = _p_typed(parameters, d_scores)
        d, gradients = d_scores, []
        for (W, _), (heard, lit) in zip(reversed(parts), reversed(cache), strict=True):
            axes = tuple(range(d.ndim - 1))
            d_W = np.einsum("ni,nj->ij", _p_rows(heard), _p_rows(d))
            gradients.insert(0, (d_W, d.sum(axis=axes)))
            d = np.where(lit, np.einsum("...j,ij->...i", d, W), 0)
        return gradients, d_scores + d

    def start_with_even_numbers(width, hidden, rng):
        reach = np.sqrt(6 / max(width, 1))
        W1 = rng.uniform(-reach, reach, size=(width, hidden))
        return [(W1, np.full(hidden, 0.01)), (np.zeros((hidden, width)), np.zeros(width))]

    return _p_block(forward_by_einsum, backward_by_einsum, start_with_even_numbers)


@program("residual", several=True)
def p_block_that_keeps_a_function():
    def forward_with_a_way_back(parameters, X):
        ((W1, b1), (W2, b2)), X = _p_typed(parameters, X)
        shape, flat = X.shape, X.reshape(-1, X.shape[-1]).copy()
        first = flat * (flat > 0)
        heard = np.dot(first, W1) + b1
        second = heard * (heard > 0)

        def way_back(d):
            d = d.reshape(flat.shape).astype(flat.dtype, copy=False)
            inner = np.dot(d, W2.T) * (heard > 0)
            d_flat = d + np.dot(inner, W1.T) * (flat > 0)
            ones = np.ones(len(d), d.dtype)
            return [(first.T @ inner, ones @ inner), (second.T @ d, ones @ d)], d_flat.reshape(shape)

        return (flat + (np.dot(second, W2) + b2)).reshape(shape), way_back

    def backward_by_calling_it(parameters, cache, d_scores):
        return cache(np.asarray(d_scores))

    def start_with_positive_weights(width, hidden, rng):
        W1 = np.abs(rng.standard_normal((width, hidden))) * np.sqrt(2 / max(width, 1))
        return [(W1, np.zeros(hidden)), (np.zeros((hidden, width)), np.zeros(width))]

    return _p_block(forward_with_a_way_back, backward_by_calling_it, start_with_positive_weights)


@program("residual", breaks="the shortcut stays clean: here a ReLU comes after the sum", several=True)
def p_relu_after_the_sum():
    def forward_then_relu(parameters, X):
        scores, cache = _p_forward(parameters, X)
        return np.maximum(scores, 0), (*cache, scores > 0)

    def backward_through_the_last_relu(parameters, cache, d_scores):
        return _p_backward(parameters, cache[:2], d_scores * cache[2])

    return _p_block(forward_then_relu, backward_through_the_last_relu)


@program("residual", breaks="what is given stays as it was: the first ReLU is written into X", several=True)
def p_first_relu_in_place():
    def forward_in_place(parameters, X):
        scores, cache = _p_forward(parameters, X)
        np.maximum(X, 0, out=X)
        return scores, cache

    return _p_block(forward_in_place)


@program("residual", breaks="nothing on the shortcut changes a number: here it begins after the first ReLU", several=True)
def p_shortcut_after_the_first_relu():
    def forward_bent(parameters, X):
        return _p_forward(parameters, np.maximum(X, 0))

    def backward_bent(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        return gradients, d_X * (cache[0] > 0)

    return _p_block(forward_bent, backward_bent)


@program("residual", breaks="the gradient of X has two parts: here the shortcut's is missing", several=True)
def p_gradient_of_the_shortcut_missing():
    def backward_of_the_branch(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        return gradients, d_X - d_scores

    return _p_block(backward=backward_of_the_branch)


@program("residual", breaks="gradients of the loss: here the first ReLU lets all of the branch's gradient back", several=True)
def p_first_relu_forgotten_on_the_way_back():
    def backward_without_the_first_relu(parameters, cache, d_scores):
        return _p_backward(parameters, cache, d_scores)[0], _p_backward(parameters, (cache[0] * 0 + 1, cache[1]), d_scores)[1]

    return _p_block(backward=backward_without_the_first_relu)


@program(
    "residual",
    breaks="gradients of the loss: here the inner ReLU lets a gradient back where the gradient is positive",
    several=True,
)
def p_inner_relu_by_the_sign_of_the_gradient():
    def backward_by_sign(parameters, cache, d_scores):
        ((W1, _), (W2, _)), d_scores = _p_typed(parameters, d_scores)
        first, _ = cache
        d_hidden = np.maximum(d_scores @ W2.T, 0)
        gradients, _ = _p_backward(parameters, cache, d_scores)
        gradients[0] = (_p_rows(first).T @ _p_rows(d_hidden), _p_rows(d_hidden).sum(axis=0))
        return gradients, d_scores + d_hidden @ W1.T * (first > 0)

    return _p_block(backward=backward_by_sign)


@program(
    "residual",
    breaks="gradients in the nest of the parameters, for any number of axes: here b is summed over the first one",
    several=True,
)
def p_biases_summed_over_one_axis():
    def backward_one_axis(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        return [gradients[0], (gradients[1][0], np.asarray(d_scores).sum(axis=0))], d_X

    return _p_block(backward=backward_one_axis)


@program("residual", breaks="any number of axes before the channels: here the block takes rows only", several=True)
def p_rows_only():
    def forward_of_rows(parameters, X):
        _, _ = np.shape(X)  # two axes, or an error
        return _p_forward(parameters, X)

    return _p_block(forward_of_rows)


@program(
    "residual", breaks="gradients of the loss, which is a mean already: here they are divided by the examples again", several=True
)
def p_divided_by_the_examples_again():
    def backward_of_a_mean(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        n = max(len(_p_rows(np.asarray(d_scores))), 1)
        return [(d_W / n, d_b / n) for d_W, d_b in gradients], d_X

    return _p_block(backward=backward_of_a_mean)


@program("residual", breaks="descent soon moves every array: from all zeros only the last bias ever moves", several=True)
def p_start_of_zeros():
    def all_zeros(width, hidden, rng):
        return [(np.zeros((width, hidden)), np.zeros(hidden)), (np.zeros((hidden, width)), np.zeros(width))]

    return _p_block(start=all_zeros)


@program("residual", breaks="the block is the identity exactly: here nearly, with small last weights", several=True)
def p_small_last_layer():
    def nearly_zero(width, hidden, rng):
        return [_p_start(width, hidden, rng)[0], (rng.standard_normal((hidden, width)) * 1e-3, np.zeros(width))]

    return _p_block(start=nearly_zero)


@program("residual", breaks="the block is the identity exactly: here usual starts for both layers", several=True)
def p_both_layers_started_as_usual():
    def as_usual(width, hidden, rng):
        return [_p_start(width, hidden, rng)[0], _p_start(hidden, width, rng)[0]]

    return _p_block(start=as_usual)


@program("residual", breaks="hidden units do not stay alike: here all begin with the same weights", several=True)
def p_hidden_units_all_alike():
    def alike(width, hidden, rng):
        column = rng.standard_normal((width, 1)) * np.sqrt(2 / max(width, 1))
        return [(np.repeat(column, hidden, axis=1), np.zeros(hidden)), _p_start(width, hidden, rng)[1]]

    return _p_block(start=alike)


@program(
    "residual", breaks="descent soon moves every array: here the first layer is zero, and its units are never lit", several=True
)
def p_zeros_in_the_first_layer():
    def first_is_zero(width, hidden, rng):
        W2 = rng.standard_normal((hidden, width)) * np.sqrt(2 / max(hidden, 1))
        return [(np.zeros((width, hidden)), np.zeros(hidden)), (W2, np.zeros(width))]

    return _p_block(start=first_is_zero)


@program(
    "residual", breaks="descent soon moves every array: here the hidden biases are so low that no unit is ever lit", several=True
)
def p_hidden_units_all_dead():
    def dead(width, hidden, rng):
        (W1, b1), last = _p_start(width, hidden, rng)
        return [(W1, b1 - 100.0), last]

    return _p_block(start=dead)


@program("residual", breaks="the identity exactly: here the last bias is drawn", several=True)
def p_last_bias_drawn():
    def drawn_bias(width, hidden, rng):
        first, (W2, _) = _p_start(width, hidden, rng)
        return [first, (W2, rng.standard_normal(width) * 0.1)]

    return _p_block(start=drawn_bias)


@program("residual", breaks="chance comes from the rng: here each block starts from one seed of its own", several=True)
def p_start_from_a_seed_of_its_own():
    return _p_block(start=lambda width, hidden, rng: _p_start(width, hidden, np.random.default_rng(0)))


@program("residual", breaks="width channels in and out, hidden between: here the weights lie the other way round", several=True)
def p_weights_as_outputs_by_inputs():
    def transposed(width, hidden, rng):
        return [(W.T, b) for W, b in _p_start(width, hidden, rng)]

    return _p_block(start=transposed)


@program("residual", breaks="the branch is ReLU, layer, ReLU, layer: here layer, ReLU, layer, ReLU", several=True)
def p_activation_after_each_layer():
    def forward_layers_first(parameters, X):
        ((W1, b1), (W2, b2)), X = _p_typed(parameters, X)
        second = np.maximum(X @ W1 + b1, 0)
        third = np.maximum(second @ W2 + b2, 0)
        return X + third, (X, second, third)

    def backward_layers_first(parameters, cache, d_scores):
        X, second, third = cache
        d_third = d_scores * (third > 0)
        d_hidden = d_third @ parameters[1][0].T * (second > 0)
        d_W1, d_W2 = _p_rows(X).T @ _p_rows(d_hidden), _p_rows(second).T @ _p_rows(d_third)
        pairs = [(d_W1, _p_rows(d_hidden).sum(axis=0)), (d_W2, _p_rows(d_third).sum(axis=0))]
        return pairs, d_scores + d_hidden @ parameters[0][0].T

    return _p_block(forward_layers_first, backward_layers_first)


@program("residual", breaks="the branch is ReLU, layer, ReLU, layer: here the inner ReLU is missing", several=True)
def p_inner_relu_missing():
    def forward_with_one_relu(parameters, X):
        ((W1, b1), (W2, b2)), X = _p_typed(parameters, X)
        first = np.maximum(X, 0)
        second = first @ W1 + b1
        return X + second @ W2 + b2, (first, second)

    def backward_with_one_relu(parameters, cache, d_scores):
        first, second = cache
        d_hidden = d_scores @ parameters[1][0].T
        d_W1, d_W2 = _p_rows(first).T @ _p_rows(d_hidden), _p_rows(second).T @ _p_rows(d_scores)
        pairs = [(d_W1, _p_rows(d_hidden).sum(axis=0)), (d_W2, _p_rows(d_scores).sum(axis=0))]
        return pairs, d_scores + d_hidden @ parameters[0][0].T * (first > 0)

    return _p_block(forward_with_one_relu, backward_with_one_relu)


@program("residual", breaks="float32 in, float32 out: here scores and gradients are float64", several=True)
def p_block_in_float64():
    def forward_in_float64(parameters, X):
        return _p_forward(parameters, np.asarray(X, float))

    return _p_block(forward_in_float64, lambda parameters, cache, d: _p_backward(parameters, cache, np.asarray(d, float)))


@program("residual", breaks="whole numbers are taken as floats: here the scores take the type of X", several=True)
def p_scores_in_the_type_of_the_input():
    def forward_in_the_type_of_x(parameters, X):
        scores, cache = _p_forward(parameters, X)
        return scores.astype(np.asarray(X).dtype), cache

    return _p_block(forward_in_the_type_of_x)


_P_LAST_CACHE = {}


@program(
    "residual",
    breaks="nothing is remembered between calls: the way back takes the last picture that came, not its cache",
    several=True,
)
def p_the_last_cache():
    def forward_and_remember(parameters, X):
        scores, cache = _p_forward(parameters, X)
        _P_LAST_CACHE["block"] = cache
        return scores, cache

    def backward_from_memory(parameters, cache, d_scores):
        last = _P_LAST_CACHE["block"]
        return _p_backward(parameters, last if last[0].shape == cache[0].shape else cache, d_scores)

    return _p_block(forward_and_remember, backward_from_memory)


@program("residual", breaks="gradients in the nest of the parameters: here one flat list", several=True)
def p_flat_list_of_gradients():
    def backward_flat(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        return [part for pair in gradients for part in pair], d_X

    return _p_block(backward=backward_flat)


@program("residual", breaks="what is given stays as it was: the branch's gradient is added into d_scores", several=True)
def p_adds_into_the_given_gradient():
    def backward_in_place(parameters, cache, d_scores):
        gradients, d_X = _p_backward(parameters, cache, d_scores)
        if d_scores.dtype == d_X.dtype:
            d_scores[...] = d_X
            return gradients, d_scores
        return gradients, d_X

    return _p_block(backward=backward_in_place)


@program("residual", breaks="scores have the shape of X: here all axes but the last are one", several=True)
def p_scores_as_rows():
    def forward_flattened(parameters, X):
        scores, cache = _p_forward(parameters, X)
        return _p_rows(scores), cache

    def backward_flattened(parameters, cache, d_scores):
        return _p_backward(parameters, cache, np.reshape(d_scores, cache[0].shape))

    return _p_block(forward_flattened, backward_flattened)


@program("residual", breaks="nothing on the shortcut changes a number: here the sum is divided by the root of 2", several=True)
def p_sum_brought_to_size():
    def forward_scaled(parameters, X):
        scores, cache = _p_forward(parameters, X)
        return scores / scores.dtype.type(np.sqrt(2)), cache

    def backward_scaled(parameters, cache, d_scores):
        return _p_backward(parameters, cache, d_scores / np.asarray(d_scores).dtype.type(np.sqrt(2)))

    return _p_block(forward_scaled, backward_scaled)


@program(
    "residual",
    breaks="what is given stays as it was: the way back overwrites the cache, so it can be gone only once",
    several=True,
)
def p_way_back_only_once():
    def backward_over_the_cache(parameters, cache, d_scores):
        answer = _p_backward(parameters, cache, d_scores)
        cache[1][...] = 0
        return answer

    return _p_block(backward=backward_over_the_cache)


# ---------------------------------------------------------------- separable


def _p_looks(shape, depth, stride, padding):
    """The slices of a padded picture, one for each place of the kernel."""
    kh, kw = depth.shape[:2]
    rows, columns = (max((side + 2 * padding - k) // stride + 1, 0) for side, k in zip(shape[1:3], (kh, kw), strict=True))
    for i in range(kh):
        for j in range(kw):
            down = slice(i, max(i + stride * (rows - 1) + 1, i), stride)
            across = slice(j, max(j + stride * (columns - 1) + 1, j), stride)
            yield i, j, (slice(None), down, across)


def _p_padded(X, padding, **how):
    return np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)), **how)


def _p_same_type(parameters, *arrays):
    kind = _p_kind(*parameters, *arrays)
    return tuple(np.asarray(part, kind) for part in parameters), *(np.asarray(a, kind) for a in arrays)


def _p_sep_forward(parameters, X, stride=1, padding=0, pad=_p_padded):
    (depth, points, bias), X = _p_same_type(parameters, X)
    padded = pad(X, padding)
    middle = sum(padded[look] * depth[i, j] for i, j, look in _p_looks(X.shape, depth, stride, padding))
    return middle @ points + bias, (X.shape, padded, middle, stride, padding)


def _p_sep_backward(parameters, cache, d_scores):
    (depth, points, _), d_scores = _p_same_type(parameters, d_scores)
    shape, padded, middle, stride, padding = cache
    d_middle = d_scores @ points.T
    d_points, d_bias = _p_rows(middle).T @ _p_rows(d_scores), _p_rows(d_scores).sum(axis=0)
    d_depth, d_padded = np.zeros_like(depth), np.zeros(padded.shape, d_middle.dtype)
    for i, j, look in _p_looks(shape, depth, stride, padding):
        d_depth[i, j] = (padded[look] * d_middle).sum(axis=(0, 1, 2))
        d_padded[look] += depth[i, j] * d_middle
    d_X = d_padded[:, padding : padding + shape[1], padding : padding + shape[2]]
    return (d_depth, d_points, d_bias), d_X


def _p_merged(parameters):
    ((depth, points, bias),) = _p_same_type(parameters)
    return depth[..., None] * points, bias


def _p_separable(forward=_p_sep_forward, backward=_p_sep_backward, merge=_p_merged):
    return {"separable_forward": forward, "separable_backward": backward, "merged": merge}


@program("separable", several=True)
def p_place_by_place_of_the_kernel():
    return _p_separable()


@program("separable", several=True)
def p_windows_and_einsum():
    def forward_by_windows(parameters, X, stride=1, padding=0):
        (depth, points, bias), X = _p_same_type(parameters, X)
        kh, kw, C = depth.shape
        N, H, W = X.shape[:3]
        room = np.zeros((N, H + 2 * padding, W + 2 * padding, C), X.dtype)
        room[:, padding : padding + H, padding : padding + W] = X
        windows = sliding_window_view(room, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
        middle = np.einsum("nhwcij,ijc->nhwc", windows, depth)
        return np.einsum("nhwc,cf->nhwf", middle, points) + bias, {
            "windows": windows,
            "middle": middle,
            "how": (stride, padding, H, W),
        }

    def backward_output_by_output(parameters, cache, d_scores):
        (depth, points, _), d_scores = _p_same_type(parameters, d_scores)
        stride, padding, H, W = cache["how"]
        kh, kw, C = depth.shape
        d_middle = np.einsum("nhwf,cf->nhwc", d_scores, points)
        d_depth = np.einsum("nhwcij,nhwc->ijc", cache["windows"], d_middle)
        d_points = np.einsum("nhwc,nhwf->cf", cache["middle"], d_scores)
        d_room = np.zeros((len(d_scores), H + 2 * padding, W + 2 * padding, C), d_middle.dtype)
        for r in range(d_middle.shape[1]):
            for c in range(d_middle.shape[2]):
                top, left = r * stride, c * stride
                d_room[:, top : top + kh, left : left + kw] += depth * d_middle[:, r, c, None, None]
        return (d_depth, d_points, d_scores.sum(axis=(0, 1, 2))), d_room[:, padding : padding + H, padding : padding + W].copy()

    def merged_by_einsum(parameters):
        ((depth, points, bias),) = _p_same_type(parameters)
        return np.einsum("ijc,cf->ijcf", depth, points), bias.copy()

    return _p_separable(forward_by_windows, backward_output_by_output, merged_by_einsum)


@program("separable", several=True)
def p_by_way_of_the_full_convolution():
    def columns_of(padded, kernels, rows, columns, stride):
        kh, kw = kernels.shape[:2]
        down, across = np.arange(rows) * stride, np.arange(columns) * stride
        down = down[:, None, None, None] + np.arange(kh)[None, None, :, None]
        across = across[None, :, None, None] + np.arange(kw)[None, None, None, :]
        return down, across, padded[:, down, across].reshape(len(padded), rows, columns, kernels[..., 0].size)

    def forward_by_the_full_one(parameters, X, stride=1, padding=0):
        (depth, points, bias), X = _p_same_type(parameters, X)
        kernels = depth[..., None] * points
        rows, columns = (max((X.shape[a + 1] + 2 * padding - depth.shape[a]) // stride + 1, 0) for a in (0, 1))
        padded = _p_padded(X, padding)
        down, across, flat = columns_of(padded, kernels, rows, columns, stride)
        scores = flat @ kernels.reshape(-1, points.shape[1]) + bias
        return scores, (down, across, flat, padded.shape, X.shape, padding)

    def backward_by_the_full_one(parameters, cache, d_scores):
        (depth, points, _), d_scores = _p_same_type(parameters, d_scores)
        down, across, flat, big, small, padding = cache
        kernels = depth[..., None] * points
        d_kernels = (_p_rows(flat).T @ _p_rows(d_scores)).reshape(kernels.shape)
        d_flat = d_scores @ kernels.reshape(-1, points.shape[1]).T
        d_padded = np.zeros(big, d_flat.dtype)
        d_windows = d_flat.reshape(*d_scores.shape[:3], *depth.shape)
        np.add.at(d_padded, (slice(None), down, across), d_windows)
        d_X = d_padded[:, padding : padding + small[1], padding : padding + small[2]]
        pieces = (d_kernels * points).sum(axis=3), (d_kernels * depth[..., None]).sum(axis=(0, 1)), _p_rows(d_scores).sum(axis=0)
        return pieces, d_X

    return _p_separable(forward_by_the_full_one, backward_by_the_full_one)


def _p_with_depth(change):
    """Forward and backward with another depth in its place, whose gradient is changed back."""

    def forward_changed(parameters, X, stride=1, padding=0):
        return _p_sep_forward((change(parameters[0]), *parameters[1:]), X, stride, padding)

    def backward_changed(parameters, cache, d_scores):
        (d_depth, *rest), d_X = _p_sep_backward((change(parameters[0]), *parameters[1:]), cache, d_scores)
        return (change(d_depth), *rest), d_X

    return _p_separable(forward_changed, backward_changed)


@program("separable", breaks="as week 10's convolution: here kernels are flipped, as mathematicians do", several=True)
def p_kernels_flipped():
    return _p_with_depth(lambda depth: depth[::-1, ::-1])


@program("separable", breaks="no channel hears another one: here each kernel hears the sum of all channels", several=True)
def p_each_kernel_hears_all_channels():
    def forward_of_the_sum(parameters, X, stride=1, padding=0):
        total = np.asarray(X).sum(axis=-1, keepdims=True, dtype=_p_kind(X))
        return _p_sep_forward(parameters, np.repeat(total, np.shape(X)[-1], axis=-1), stride, padding)

    def backward_of_the_sum(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        return gradients, np.repeat(d_X.sum(axis=-1, keepdims=True), d_X.shape[-1], axis=-1)

    return _p_separable(forward_of_the_sum, backward_of_the_sum)


@program("separable", breaks="a kernel for each channel: here the first channel's serves for all", several=True)
def p_one_kernel_for_all_channels():
    def forward_with_the_first(parameters, X, stride=1, padding=0):
        depth = np.repeat(parameters[0][..., :1], parameters[0].shape[2], axis=2)
        return _p_sep_forward((depth, *parameters[1:]), X, stride, padding)

    return _p_separable(forward_with_the_first)


@program("separable", breaks="no activation between the two steps: here a ReLU", several=True)
def p_relu_between_the_steps():
    def forward_with_relu(parameters, X, stride=1, padding=0):
        (_, points, bias), X = _p_same_type(parameters, X)
        _, (shape, padded, middle, *how) = _p_sep_forward(parameters, X, stride, padding)
        lit = np.maximum(middle, 0)
        return lit @ points + bias, (shape, padded, lit, *how)

    return _p_separable(forward_with_relu)


@program(
    "separable", breaks="stride and size as in week 10: here rows and columns are taken from the end of each stride", several=True
)
def p_stride_begins_late():
    def forward_late(parameters, X, stride=1, padding=0):
        scores, cache = _p_sep_forward(parameters, X, stride, padding)
        every, _ = _p_sep_forward(parameters, X, 1, padding)
        late = every[:, stride - 1 :: stride, stride - 1 :: stride]
        scores[:, : late.shape[1], : late.shape[2]] = late[:, : scores.shape[1], : scores.shape[2]]
        return scores, cache

    return _p_separable(forward_late)


@program("separable", breaks="the size of the output is week 10's: here the last row and column are lost", several=True)
def p_one_output_too_few():
    def forward_too_small(parameters, X, stride=1, padding=0):
        scores, cache = _p_sep_forward(parameters, X, stride, padding)
        return scores[:, :-1, :-1], cache

    def backward_too_small(parameters, cache, d_scores):
        return _p_sep_backward(parameters, cache, np.pad(d_scores, ((0, 0), (0, 1), (0, 1), (0, 0))))

    return _p_separable(forward_too_small, backward_too_small)


@program("separable", breaks="kernels may be oblong: here their height counts as their width too", several=True)
def p_square_kernels_only():
    def forward_square(parameters, X, stride=1, padding=0):
        depth, points, bias = parameters
        side = depth.shape[0]
        square = np.zeros((side, side, depth.shape[2]), depth.dtype)
        square[:, : depth.shape[1]] = depth[:, :side]
        return _p_sep_forward((square, points, bias), X, stride, padding)

    return _p_separable(forward_square)


@program("separable", breaks="padding is week 10's zeros: here the edge is repeated", several=True)
def p_edge_repeated():
    def repeat_the_edge(X, padding):
        return _p_padded(X, padding, mode="edge") if X.shape[1] and X.shape[2] else _p_padded(X, padding)

    return _p_separable(partial(_p_sep_forward, pad=repeat_the_edge))


@program("separable", breaks="padding on both sides, as in week 10: here all of it is at the end", several=True)
def p_padding_at_the_end():
    def pad_the_end(X, padding):
        return np.pad(X, ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0)))

    return _p_separable(partial(_p_sep_forward, pad=pad_the_end))


@program("separable", breaks="gradients where windows overlap too: here the last window overwrites the others", several=True)
def p_overlapping_windows_overwrite():
    def backward_overwriting(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        (depth, points, _), d_scores = _p_same_type(parameters, d_scores)
        shape, padded, _, stride, padding = cache
        d_padded = np.zeros(padded.shape, d_X.dtype)
        for i, j, look in _p_looks(shape, depth, stride, padding):
            d_padded[look] = depth[i, j] * (d_scores @ points.T)
        return gradients, d_padded[:, padding : padding + shape[1], padding : padding + shape[2]]

    return _p_separable(backward=backward_overwriting)


@program("separable", breaks="d_X is the gradient of X: here that of the padded picture, padding and all", several=True)
def p_gradient_with_its_padding():
    def backward_uncut(parameters, cache, d_scores):
        _, padded, middle, stride, _ = cache
        whole = (padded.shape, padded, middle, stride, 0)
        return _p_sep_backward(parameters, whole, d_scores)

    return _p_separable(backward=backward_uncut)


@program("separable", breaks="pixels that no window sees get the gradient zero: here they are cut off", several=True)
def p_unseen_pixels_cut_off():
    def backward_of_the_seen(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        _, _, _, stride, padding = cache
        seen = [stride * (np.shape(d_scores)[a + 1] - 1) + parameters[0].shape[a] - padding for a in (0, 1)]
        return gradients, d_X[:, : seen[0], : seen[1]]

    return _p_separable(backward=backward_of_the_seen)


@program(
    "separable", breaks="pixels that no window sees get the gradient zero: here that of the last pixel that is seen", several=True
)
def p_unseen_pixels_filled_up():
    def backward_filled(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        d_X, (_, _, _, stride, padding) = d_X.copy(), cache
        last = stride * (np.shape(d_scores)[1] - 1) + parameters[0].shape[0] - padding
        if 0 < last < d_X.shape[1]:
            d_X[:, last:] = d_X[:, last - 1 : last]
        return gradients, d_X

    return _p_separable(backward=backward_filled)


@program("separable", breaks="gradients of the loss: here those of the parameters are divided by the pictures", several=True)
def p_mean_over_the_pictures():
    def backward_mean(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        return tuple(part / max(len(d_X), 1) for part in gradients), d_X

    return _p_separable(backward=backward_mean)


@program(
    "separable",
    breaks="a gradient is a sum over all pixels and pictures: that of the bias is the one of the first picture",
    several=True,
)
def p_bias_of_the_first_picture():
    def backward_first_picture(parameters, cache, d_scores):
        (d_depth, d_points, d_bias), d_X = _p_sep_backward(parameters, cache, d_scores)
        return (d_depth, d_points, np.asarray(d_scores, d_bias.dtype)[:1].sum(axis=(0, 1, 2))), d_X

    return _p_separable(backward=backward_first_picture)


@program("separable", breaks="gradients for each stride: here the way back takes stride 1", several=True)
def p_stride_forgotten_on_the_way_back():
    def backward_stride_one(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        (depth, points, _), d_scores = _p_same_type(parameters, d_scores)
        d_middle, padding, padded = d_scores @ points.T, cache[4], np.zeros(cache[1].shape, d_X.dtype)
        for i in range(depth.shape[0]):
            for j in range(depth.shape[1]):
                padded[:, i : i + d_middle.shape[1], j : j + d_middle.shape[2]] += depth[i, j] * d_middle
        return gradients, padded[:, padding : padding + d_X.shape[1], padding : padding + d_X.shape[2]]

    return _p_separable(backward=backward_stride_one)


@program(
    "separable",
    breaks="gradients of the loss: here the kernel is turned round on the way back, as one hears it said",
    several=True,
)
def p_kernel_turned_round_on_the_way_back():
    def backward_turned(parameters, cache, d_scores):
        gradients, _ = _p_sep_backward(parameters, cache, d_scores)
        return gradients, _p_sep_backward((parameters[0][::-1, ::-1], *parameters[1:]), cache, d_scores)[1]

    return _p_separable(backward=backward_turned)


@program(
    "separable", breaks="d_parameters is a triple in the order of the parameters: here from the last to the first", several=True
)
def p_gradients_from_the_last_to_the_first():
    def backward_reversed(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache, d_scores)
        return gradients[::-1], d_X

    return _p_separable(backward=backward_reversed)


@program("separable", breaks="merged gives the same scores: here the bias is lost", several=True)
def p_merged_without_bias():
    return _p_separable(merge=lambda parameters: (_p_merged(parameters)[0], np.zeros_like(parameters[2])))


@program("separable", breaks="merged gives the same scores: here its kernels are turned round", several=True)
def p_merged_turned_round():
    return _p_separable(merge=lambda parameters: (_p_merged(parameters)[0][::-1, ::-1], parameters[2]))


@program("separable", breaks="kernels are (height, width, channels in, channels out): here out before in", several=True)
def p_merged_out_before_in():
    return _p_separable(merge=lambda parameters: (np.swapaxes(_p_merged(parameters)[0], 2, 3), parameters[2]))


@program("separable", breaks="merged gives the same scores: here points and depth are added, not multiplied", several=True)
def p_merged_by_a_sum():
    return _p_separable(merge=lambda parameters: (parameters[0][..., None] + parameters[1], parameters[2]))


@program("separable", breaks="float32 in, float32 out: here padded and summed in float64", several=True)
def p_separable_in_float64():
    def forward_in_doubles(parameters, X, stride=1, padding=0):
        return _p_sep_forward(parameters, np.asarray(X, float), stride, padding)

    def backward_in_doubles(parameters, cache, d_scores):
        return _p_sep_backward(parameters, cache, np.asarray(d_scores, float))

    return _p_separable(forward_in_doubles, backward_in_doubles)


@program(
    "separable",
    breaks="whole numbers are taken as floats: for a picture of whole numbers d_X is of whole numbers too",
    several=True,
)
def p_gradient_in_the_type_of_the_picture():
    def forward_with_the_type(parameters, X, stride=1, padding=0):
        scores, cache = _p_sep_forward(parameters, X, stride, padding)
        return scores, (cache, np.asarray(X).dtype)

    def backward_in_that_type(parameters, cache, d_scores):
        gradients, d_X = _p_sep_backward(parameters, cache[0], d_scores)
        return gradients, d_X.astype(cache[1])

    return _p_separable(forward_with_the_type, backward_in_that_type)


@program("separable", breaks="what is given stays as it was: the way back adds into the cache's padded picture", several=True)
def p_adds_into_the_cache():
    def backward_into_the_cache(parameters, cache, d_scores):
        answer = _p_sep_backward(parameters, cache, d_scores)
        cache[1][...] = 0
        return answer

    def forward_with_its_own_padding(parameters, X, stride=1, padding=0):
        return _p_sep_forward(parameters, np.array(X), stride, padding)

    return _p_separable(forward_with_its_own_padding, backward_into_the_cache)


# ---------------------------------------------------------------- field


def _p_look(span, layer):
    """The inputs of one layer that a range of its outputs looks at."""
    kernel, stride, padding = layer
    return span[0] * stride - padding, (span[1] - 1) * stride - padding + kernel


def _p_reach(span, layer):
    """The outputs of one layer that look at a range of its inputs."""
    kernel, stride, padding = layer
    return -(-(span[0] + padding - kernel + 1) // stride), (span[1] - 1 + padding) // stride + 1


def _p_ints(layers):
    return [tuple(int(number) for number in layer) for layer in layers]


def _p_seen(layers, output, look=_p_look):
    span = int(output), int(output) + 1
    for layer in reversed(_p_ints(layers)):
        span = look(span, layer)
    return span


def _p_reached(layers, pixel, reach=_p_reach):
    span = int(pixel), int(pixel) + 1
    for layer in _p_ints(layers):
        span = reach(span, layer)
        if span[0] >= span[1]:
            return span[0], span[0]
    return span


def _p_field(see=_p_seen, reach=_p_reached):
    return {"seen": see, "reached": reach}


@program("field", several=True)
def p_layer_by_layer():
    return _p_field()


@program("field", several=True)
def p_one_jump_for_all_layers():
    def seen_at_once(layers, output):
        jump, size, shift = 1, 1, 0
        for kernel, stride, padding in _p_ints(layers):
            size += (kernel - 1) * jump
            shift += padding * jump
            jump *= stride
        first = int(output) * jump - shift
        return first, first + size

    def reached_by_reduce(layers, pixel):
        def onward(span, layer):
            if not span:
                return span
            kernel, stride, padding = layer
            return range((span.start + padding - kernel) // stride + 1, (span.stop - 1 + padding) // stride + 1)

        span = reduce(onward, _p_ints(layers), range(int(pixel), int(pixel) + 1))
        return (span.start, span.stop) if span else (0, 0)

    return _p_field(seen_at_once, reached_by_reduce)


class _PSpan:
    """First and last place, both inside; nothing where `some` is False."""

    def __init__(self, place):
        self.first, self.last, self.some = int(place), int(place), True

    def down(self, kernel, stride, padding):
        self.first = self.first * stride - padding
        self.last = self.last * stride - padding + kernel - 1

    def up(self, kernel, stride, padding):
        whole, rest = divmod(self.first + padding - (kernel - 1), stride)
        self.first = whole + (rest > 0)
        self.last = divmod(self.last + padding, stride)[0]
        self.some = self.first <= self.last

    def pair(self):
        return (int(self.first), int(self.last) + 1) if self.some else (int(self.first), int(self.first))


@program("field", several=True)
def p_first_and_last_place():
    def seen_by_spans(layers, output):
        span = _PSpan(output)
        for k in range(len(layers) - 1, -1, -1):
            span.down(*_p_ints([layers[k]])[0])
        return span.pair()

    def reached_by_spans(layers, pixel):
        span, k = _PSpan(pixel), 0
        while span.some and k < len(layers):
            span.up(*_p_ints([layers[k]])[0])
            k += 1
        return span.pair()

    return _p_field(seen_by_spans, reached_by_spans)


@program(
    "field",
    breaks="reached holds exactly the outputs that change: here all whose range of seen places holds the pixel",
    several=True,
)
def p_holes_between_first_and_last():
    def reached_without_holes(layers, pixel):
        first, stop = _p_seen(layers, 0)
        jump = math.prod(int(stride) for _, stride, _ in layers)
        span = -(-(int(pixel) - stop + 1) // jump), (int(pixel) - first) // jump + 1
        return span if span[0] < span[1] else (span[0], span[0])

    return _p_field(reach=reached_without_holes)


@program("field", breaks="ranges are half-open: here the last place itself is given", several=True)
def p_last_place_in_place_of_stop():
    def seen_closed(layers, output):
        first, stop = _p_seen(layers, output)
        return first, stop - 1

    return _p_field(seen_closed)


@program("field", breaks="place -1 is left of place 0: here the padding is left out", several=True)
def p_padding_left_out():
    return _p_field(partial(_p_seen, look=lambda span, layer: _p_look(span, (layer[0], layer[1], 0))))


@program("field", breaks="padding moves the window to the left: here to the right", several=True)
def p_padding_to_the_right():
    return _p_field(partial(_p_seen, look=lambda span, layer: _p_look(span, (layer[0], layer[1], -layer[2]))))


@program("field", breaks="the first layer comes first, so its inputs are asked for last: here seen begins with it", several=True)
def p_seen_from_the_first_layer():
    return _p_field(lambda layers, output: _p_seen(list(layers)[::-1], output))


@program("field", breaks="the first layer comes first: here reached begins with the last", several=True)
def p_reached_from_the_last_layer():
    return _p_field(reach=lambda layers, pixel: _p_reached(list(layers)[::-1], pixel))


@program(
    "field",
    breaks="the padding of later layers counts in their own units: here all paddings are added up as pixels",
    several=True,
)
def p_paddings_added_up():
    def seen_with_a_plain_sum(layers, output):
        layers = _p_ints(layers)
        first, stop = _p_seen([(kernel, stride, 0) for kernel, stride, _ in layers], output)
        shift = sum(padding for _, _, padding in layers)
        return first - shift, stop - shift

    return _p_field(seen_with_a_plain_sum)


@program(
    "field", breaks="seen is the range up to the last place: here kernels are added up as if all strides were 1", several=True
)
def p_kernels_added_up():
    def seen_without_jumps(layers, output):
        first, _ = _p_seen(layers, output)
        return first, first + 1 + sum(kernel - 1 for kernel, _, _ in _p_ints(layers))

    return _p_field(seen_without_jumps)


@program("field", breaks="the range ends where the last output's window ends: here a whole stride further on", several=True)
def p_a_stride_too_far():
    def too_far(span, layer):
        kernel, stride, padding = layer
        return span[0] * stride - padding, span[1] * stride - padding + kernel - 1

    return _p_field(partial(_p_seen, look=too_far))


@program(
    "field", breaks="a window begins at output times stride minus padding: here it is centred, whatever the padding", several=True
)
def p_windows_centred():
    def centred(span, layer):
        kernel, stride, _ = layer
        return span[0] * stride - kernel // 2, (span[1] - 1) * stride + kernel - kernel // 2

    return _p_field(partial(_p_seen, look=centred))


@program("field", breaks="exactly the outputs that change: here the first is rounded down, not up", several=True)
def p_first_output_rounded_down():
    def rounded_down(span, layer):
        kernel, stride, padding = layer
        return (span[0] + padding - kernel + 1) // stride, (span[1] - 1 + padding) // stride + 1

    return _p_field(reach=partial(_p_reached, reach=rounded_down))


@program("field", breaks="the row goes on in both directions: left of 0 it is rounded towards 0", several=True)
def p_rounded_towards_zero():
    def towards_zero(span, layer):
        kernel, stride, padding = layer
        return math.trunc((span[0] + padding - kernel + stride) / stride), math.trunc((span[1] - 1 + padding) / stride) + 1

    return _p_field(reach=partial(_p_reached, reach=towards_zero))


@program("field", breaks="the row has no beginning: here reached knows no outputs below 0", several=True)
def p_no_outputs_below_zero():
    def reached_from_zero(layers, pixel):
        first, stop = _p_reached(layers, pixel)
        return max(first, 0), max(stop, 0)

    return _p_field(reach=reached_from_zero)


@program("field", breaks="the row has no beginning: here seen knows no places below 0", several=True)
def p_no_places_below_zero():
    def seen_from_zero(layers, output):
        first, stop = _p_seen(layers, output)
        return max(first, 0), max(stop, 0)

    return _p_field(seen_from_zero)


@program("field", breaks="a pixel that no output looks at has an empty range: here None", several=True)
def p_none_for_an_empty_range():
    def reached_or_none(layers, pixel):
        first, stop = _p_reached(layers, pixel)
        return (first, stop) if first < stop else None

    return _p_field(reach=reached_or_none)


@program("field", breaks="an empty range has start == stop: here it always holds one output at least", several=True)
def p_at_least_one_output():
    def reached_at_least_one(layers, pixel):
        first, stop = _p_reached(layers, pixel)
        return first, max(stop, first + 1)

    return _p_field(reach=reached_at_least_one)


@program("field", breaks="what no output looks at reaches nothing: here an empty range grows again in later layers", several=True)
def p_empty_ranges_grow_again():
    def reached_to_the_end(layers, pixel):
        span = int(pixel), int(pixel) + 1
        for layer in _p_ints(layers):
            span = _p_reach(span, layer)
        return span[0], max(span)

    return _p_field(reach=reached_to_the_end)


@program("field", breaks="all are whole numbers: here floats, by ordinary division", several=True)
def p_floats_by_division():
    def by_division(span, layer):
        kernel, stride, padding = layer
        return np.ceil((span[0] + padding - kernel + 1) / stride), np.floor((span[1] - 1 + padding) / stride) + 1

    return _p_field(reach=partial(_p_reached, reach=by_division))


@program("field", breaks="whole numbers of any size: here 32 bits for each, which strides soon fill", several=True)
def p_numbers_of_32_bits():
    def seen_in_32_bits(layers, output):
        first, stop = (((number + 2**31) % 2**32) - 2**31 for number in _p_seen(layers, output))
        return first, stop

    return _p_field(seen_in_32_bits)


@program("field", breaks="millions of layers are no trouble: here each layer is a call inside a call", several=True)
def p_a_call_inside_a_call():
    def walked(step, layers, span):
        def from_layer(k, here):
            return here if k == len(layers) or here[0] >= here[1] else from_layer(k + 1, step(here, layers[k]))

        return from_layer(0, span)

    def seen_by_recursion(layers, output):
        return walked(_p_look, _p_ints(layers)[::-1], (int(output), int(output) + 1))

    def reached_by_recursion(layers, pixel):
        return walked(_p_reach, _p_ints(layers), (int(pixel), int(pixel) + 1))

    return _p_field(seen_by_recursion, reached_by_recursion)


@program("field", breaks="the row goes on for ever: here reached looks for outputs between -1,000 and 1,000 only", several=True)
def p_only_a_thousand_outputs():
    def reached_nearby(layers, pixel):
        first, stop = _p_reached(layers, pixel)
        first, stop = max(first, -1000), min(stop, 1000)
        return (first, stop) if first < stop else (0, 0)

    return _p_field(reach=reached_nearby)


@program("field", breaks="no layers: each output is the pixel itself; here it is pixel 0", several=True)
def p_pixel_zero_without_layers():
    return _p_field(
        lambda layers, output: _p_seen(layers, output) if len(layers) else (0, 1),
        lambda layers, pixel: _p_reached(layers, pixel) if len(layers) else (0, 1),
    )


@program("field", breaks="what is given stays as it was: here the list of layers is turned round in place", several=True)
def p_turns_the_list_round():
    def seen_after_reversing(layers, output):
        span = _p_seen(layers, output)
        layers.reverse()
        return span

    return _p_field(seen_after_reversing)


@program("field", breaks="a pair (start, stop): here start and size", several=True)
def p_start_and_size():
    def reached_with_size(layers, pixel):
        first, stop = _p_reached(layers, pixel)
        return first, stop - first

    return _p_field(reach=reached_with_size)


@program("field", breaks="exactly the outputs that change: a window that begins at the pixel is left out", several=True)
def p_window_beginning_at_the_pixel():
    def one_too_few(span, layer):
        _, stride, padding = layer
        return _p_reach(span, layer)[0], (span[1] - 2 + padding) // stride + 1

    return _p_field(reach=partial(_p_reached, reach=one_too_few))


_P_FIELDS = {}


@program("field", breaks="nothing is remembered: here the answer for the last net with as many layers", several=True)
def p_remembers_by_the_number_of_layers():
    def seen_from_memory(layers, output):
        key = len(layers), int(output)
        if key not in _P_FIELDS:
            _P_FIELDS[key] = _p_seen(layers, output)
        return _P_FIELDS[key]

    return _p_field(seen_from_memory)
