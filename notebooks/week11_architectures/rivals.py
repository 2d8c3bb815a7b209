"""Answers that the cases of week 11 must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- random_crops
def cut(pictures, masks, size, tops, lefts, turned, mask_tops=None, mask_turned=None):
    """Crops at these places, picture by picture."""
    h, w = size
    mask_tops, mask_turned = tops if mask_tops is None else mask_tops, turned if mask_turned is None else mask_turned
    crops = np.empty((len(pictures), h, w, pictures.shape[3]), pictures.dtype)
    parts = np.empty((len(pictures), h, w), masks.dtype)
    for k in range(len(pictures)):
        crop, left = pictures[k, tops[k] : tops[k] + h, lefts[k] : lefts[k] + w], lefts[k]
        part = masks[k, mask_tops[k] : mask_tops[k] + h, left : left + w]
        crops[k], parts[k] = crop[:, ::-1] if turned[k] else crop, part[:, ::-1] if mask_turned[k] else part
    return crops, parts


def drawn(masks, size, rng, less=0):
    n, H, W = masks.shape
    tops, lefts = rng.integers(max(H - size[0] + 1 - less, 1), size=n), rng.integers(max(W - size[1] + 1 - less, 1), size=n)
    return tops, lefts, rng.random(n) < 0.5


@wrong("random_crops", caught_by="all_places", kind="mathematics", headline=True)
def never_the_last_place(pictures, masks, size, rng):
    return cut(pictures, masks, size, *drawn(masks, size, rng, less=1))


@wrong("random_crops", caught_by="own_part", kind="shape")
def rows_and_columns_swapped(pictures, masks, size, rng):
    n, H, W = masks.shape
    tops, lefts = rng.integers(W - size[1] + 1, size=n), rng.integers(H - size[0] + 1, size=n)
    return cut(pictures, masks, size, tops, lefts, rng.random(n) < 0.5)


@wrong("random_crops", caught_by="own_part", kind="mathematics", headline=True)
def masks_cut_elsewhere(pictures, masks, size, rng):
    tops, lefts, turned = drawn(masks, size, rng)
    return cut(pictures, masks, size, tops, lefts, turned, mask_tops=drawn(masks, size, rng)[0])


@wrong("random_crops", caught_by="own_part", kind="missing case")
def masks_not_mirrored(pictures, masks, size, rng):
    return cut(pictures, masks, size, *drawn(masks, size, rng), mask_turned=np.zeros(len(masks), bool))


@wrong("random_crops", caught_by="all_places", kind="mathematics")
def one_place_for_the_batch(pictures, masks, size, rng):
    tops, lefts, turned = drawn(masks, size, rng)
    return cut(pictures, masks, size, np.full_like(tops, tops[:1].sum()), np.full_like(lefts, lefts[:1].sum()), turned)


@wrong("random_crops", caught_by="all_places", kind="mathematics")
def all_mirrored_or_none(pictures, masks, size, rng):
    tops, lefts, _ = drawn(masks, size, rng)
    return cut(pictures, masks, size, tops, lefts, np.full(len(masks), rng.random() < 0.5))


@wrong("random_crops", caught_by="own_part", kind="mathematics")
def upside_down(pictures, masks, size, rng):
    tops, lefts, turned = drawn(masks, size, rng)
    crops, parts = cut(pictures, masks, size, tops, lefts, np.zeros(len(masks), bool))
    crops[turned], parts[turned] = crops[turned][:, ::-1], parts[turned][:, ::-1]
    return crops, parts


@wrong("random_crops", caught_by="all_places", kind="mathematics")
def mirrored_on_the_left_side_only(pictures, masks, size, rng):
    tops, lefts, _ = drawn(masks, size, rng)
    return cut(pictures, masks, size, tops, lefts, lefts <= (masks.shape[2] - size[1]) // 2)


@wrong("random_crops", caught_by="all_places", kind="mathematics")
def places_rounded_from_the_unit_interval(pictures, masks, size, rng):
    n, H, W = masks.shape
    tops = np.round(rng.random(n) * (H - size[0])).astype(int)
    lefts = np.round(rng.random(n) * (W - size[1])).astype(int)
    return cut(pictures, masks, size, tops, lefts, rng.random(n) < 0.5)


@wrong("random_crops", caught_by="own_chance", kind="mathematics")
def pictures_in_pairs(pictures, masks, size, rng):
    tops, lefts, turned = drawn(masks, size, rng)
    pair = np.arange(len(masks)) // 2 * 2
    return cut(pictures, masks, size, tops[pair], lefts[pair], turned[pair])


@wrong("random_crops", caught_by="crops_from_rng", kind="mathematics")
def numpys_own_generator(pictures, masks, size, rng):
    return cut(pictures, masks, size, *drawn(masks, size, np.random.default_rng()))


@wrong("random_crops", caught_by="crops_house", kind="dtype")
def crops_in_double(pictures, masks, size, rng):
    crops, parts = cut(pictures, masks, size, *drawn(masks, size, rng))
    return crops.astype(float), parts


@wrong("random_crops", caught_by="crops_house", kind="mutation")
def mirrored_in_place(pictures, masks, size, rng):
    tops, lefts, turned = drawn(masks, size, rng)
    tops, lefts = tops, np.where(turned, masks.shape[2] - size[1] - lefts, lefts)
    pictures[turned], masks[turned] = pictures[turned][:, :, ::-1], masks[turned][:, :, ::-1]
    return cut(pictures, masks, size, tops, lefts, np.zeros(len(masks), bool))


@wrong("random_crops", caught_by="whole_picture", kind="missing case")
def at_least_one_picture(pictures, masks, size, rng):
    crops, parts = zip(*[cut(p[None], m[None], size, *drawn(m[None], size, rng)) for p, m in zip(pictures, masks, strict=True)])
    return np.concatenate(crops), np.concatenate(parts)


@right("random_crops")
def picture_by_picture(pictures, masks, size, rng):
    return cut(pictures, masks, size, *drawn(masks, size, rng))


@right("random_crops")
def all_windows_listed(pictures, masks, size, rng):
    view = np.lib.stride_tricks.sliding_window_view(masks, size, axis=(1, 2))
    n, rows, columns = view.shape[:3]
    place = rng.integers(2 * rows * columns, size=n)
    i, j, k = place // 2 // columns, place // 2 % columns, np.arange(n)
    crops = np.lib.stride_tricks.sliding_window_view(pictures, size, axis=(1, 2))[k, i, j].transpose(0, 2, 3, 1).copy()
    parts = view[k, i, j].copy()
    turned = place % 2 == 1
    crops[turned], parts[turned] = crops[turned][:, :, ::-1], parts[turned][:, :, ::-1]
    return crops, parts


@right("random_crops")
def mirrored_first_and_glued_together(pictures, masks, size, rng):
    h, w = size
    n, H, W = masks.shape
    crops, parts = np.zeros((n, h, w, pictures.shape[3]), pictures.dtype), np.zeros((n, h, w), masks.dtype)
    for k in range(n):
        picture, mask = pictures[k], masks[k]
        if rng.integers(2):
            picture, mask = np.flip(picture, 1), np.flip(mask, 1)
        top = rng.choice(H - h + 1)
        left = int(np.floor(rng.random() * (W - w + 1)))
        crops[k], parts[k] = picture[top : top + h, left : left + w], mask[top : top + h, left : left + w]
    return [crops, parts]


# ------------------------------------------------------------------------------------------- residual
def rows(X):
    return X.reshape(-1, X.shape[-1])


def started(width, hidden, rng):
    return [
        (rng.normal(size=(width, hidden)) * np.sqrt(2 / width), np.zeros(hidden)),
        (np.zeros((hidden, width)), np.zeros(width)),
    ]


def forward(parameters, X):
    (W1, b1), (W2, b2) = parameters
    first = np.maximum(X, 0)
    second = np.maximum(first @ W1 + b1, 0)
    return X + (second @ W2 + b2), (X, first, second)


def backward(parameters, cache, d):
    (W1, _), (W2, _) = parameters
    X, first, second = cache
    d_hidden = (d @ W2.T) * (second > 0)
    d_first = (d_hidden @ W1.T) * (X > 0)
    grads = [(rows(first).T @ rows(d_hidden), rows(d_hidden).sum(0)), (rows(second).T @ rows(d), rows(d).sum(0))]
    return grads, d + d_first


def three(forward=forward, backward=backward, started=started):
    return {"block_forward": forward, "block_backward": backward, "start_block": started}


@wrong("residual", caught_by="zeros_are_identity", kind="mutation", headline=True, several=True)
def activation_in_place_eats_the_shortcut():
    def bent(parameters, X):
        (W1, b1), (W2, b2) = parameters
        X = X.copy()
        before = X > 0
        first = np.maximum(X, 0, out=X)
        second = np.maximum(first @ W1 + b1, 0)
        return X + (second @ W2 + b2), (np.where(before, X, -1.0).astype(X.dtype), first, second)

    return three(bent)


@wrong("residual", caught_by="block_house", kind="mutation", several=True)
def the_input_is_bent_in_place_and_put_back_too_late():
    def bent(parameters, X):
        scores, cache = forward(parameters, X)
        np.maximum(X, 0, out=X)
        return scores, cache

    return three(bent)


@wrong("residual", caught_by="sum_of_two", kind="mathematics", several=True)
def activation_after_the_sum():
    def bent(parameters, X):
        scores, cache = forward(parameters, X)
        return np.maximum(scores, 0), (cache, scores)

    return three(bent, lambda parameters, cache, d: backward(parameters, cache[0], d * (cache[1] > 0)))


@wrong("residual", caught_by="sum_of_two", kind="mathematics", several=True)
def branch_bent_before_it_is_added():
    def bent(parameters, X):
        scores, cache = forward(parameters, X)
        return X + np.maximum(scores - X, 0), cache

    return three(bent)


@wrong("residual", caught_by="sum_of_two", kind="mathematics", several=True)
def shortcut_taken_after_the_activation():
    def bent(parameters, X):
        scores, cache = forward(parameters, X)
        return scores - X + np.maximum(X, 0), cache

    return three(bent)


@wrong("residual", caught_by="sum_of_two", kind="mathematics", several=True)
def layer_first_and_one_activation():
    def one(parameters, X):
        (W1, b1), (W2, b2) = parameters
        second = np.maximum(X @ W1 + b1, 0)
        return X + (second @ W2 + b2), (X, X, second)

    def back(parameters, cache, d):
        X, first, second = cache
        return backward(parameters, (np.ones_like(X), first, second), d)

    return three(one, back)


@wrong("residual", caught_by="block_slopes", kind="mathematics", headline=True, several=True)
def gradient_of_the_shortcut_forgotten():
    def back(parameters, cache, d):
        grads, d_X = backward(parameters, cache, d)
        return grads, d_X - d

    return three(backward=back)


@wrong("residual", caught_by="block_slopes", kind="mathematics", several=True)
def first_activation_forgotten_on_the_way_back():
    return three(backward=lambda parameters, cache, d: backward(parameters, (np.ones_like(cache[0]), *cache[1:]), d))


@wrong("residual", caught_by="block_slopes", kind="mathematics", several=True)
def mean_over_the_examples_once_more():
    def back(parameters, cache, d):
        grads, d_X = backward(parameters, cache, d)
        return [(W / (len(d) + 1), b / (len(d) + 1)) for W, b in grads], d_X

    return three(backward=back)


@wrong("residual", caught_by="block_slopes", kind="shape", several=True)
def bias_summed_over_the_first_axis_only():
    def back(parameters, cache, d):
        grads, d_X = backward(parameters, cache, d)
        if d.ndim > 2:
            grads[1] = grads[1][0], d[:, 0].reshape(-1, d.shape[-1]).sum(0)
        return grads, d_X

    return three(backward=back)


@wrong("residual", caught_by="a_start", kind="mathematics", headline=True, several=True)
def both_layers_zero():
    def nothing(width, hidden, rng):
        rng.random()
        return [(np.zeros((width, hidden)), np.zeros(hidden)), (np.zeros((hidden, width)), np.zeros(width))]

    return three(started=nothing)


@wrong("residual", caught_by="a_start", kind="mathematics", several=True)
def small_but_not_the_identity():
    def small(width, hidden, rng):
        (W1, b1), (W2, b2) = started(width, hidden, rng)
        return [(W1, b1), (W2 + 1e-3 * rng.normal(size=W2.shape), b2)]

    return three(started=small)


@wrong("residual", caught_by="a_start", kind="mathematics", several=True)
def hidden_units_all_alike():
    def alike(width, hidden, rng):
        return [
            (np.repeat(rng.normal(size=(width, 1)), hidden, 1), np.zeros(hidden)),
            (np.zeros((hidden, width)), np.zeros(width)),
        ]

    return three(started=alike)


@wrong("residual", caught_by="a_start", kind="mathematics", several=True)
def hidden_units_that_never_speak():
    def dead(width, hidden, rng):
        (W1, b1), last = started(width, hidden, rng)
        return [(W1, b1 - 1e3), last]

    return three(started=dead)


@wrong("residual", caught_by="start_from_rng", kind="mathematics", several=True)
def a_seed_of_its_own():
    return three(started=lambda width, hidden, rng: started(width, hidden, np.random.default_rng(0)))


@wrong("residual", caught_by="block_no_state", kind="mutation", several=True)
def one_cache_for_all():
    held = {}

    def keeping(parameters, X):
        scores, held["cache"] = forward(parameters, X)
        return scores, None

    return three(keeping, lambda parameters, cache, d: backward(parameters, held["cache"], d))


@wrong("residual", caught_by="block_house", kind="dtype", several=True)
def always_in_double():
    return three(lambda parameters, X: forward(parameters, np.asarray(X, float)))


@right("residual", several=True)
def by_masks():
    def masked(parameters, X):
        (W1, b1), (W2, b2) = parameters
        X = np.asarray(X)
        on = X > 0
        z = np.einsum("...i,ij->...j", X * on, W1) + b1
        up = z > 0
        return X + np.einsum("...i,ij->...j", z * up, W2) + b2, {"X": X, "on": on, "z": z, "up": up}

    def back(parameters, cache, d):
        (W1, _b1), (W2, _b2) = parameters
        d_z = np.einsum("...j,ij->...i", d, W2) * cache["up"]
        d_W2 = np.einsum("ni,nj->ij", rows(cache["z"] * cache["up"]), rows(d))
        d_W1 = np.einsum("ni,nj->ij", rows(cache["X"] * cache["on"]), rows(d_z))
        lead = tuple(range(d.ndim - 1))
        return ((d_W1, d_z.sum(axis=lead)), (d_W2, d.sum(axis=lead))), d + np.einsum("...j,ij->...i", d_z, W1) * cache["on"]

    def uniform(width, hidden, rng):
        limit = np.sqrt(6 / width)
        return [
            (rng.uniform(-limit, limit, (width, hidden)), 0.01 * np.ones(hidden)),
            (np.zeros((hidden, width)), np.zeros(width)),
        ]

    return three(masked, back, uniform)


@right("residual", several=True)
def everything_again_on_the_way_back():
    def light(parameters, X):
        return forward(parameters, X)[0], X

    return three(light, lambda parameters, X, d: backward(parameters, forward(parameters, X)[1], d))


@right("residual", several=True)
def a_closure_as_cache():
    def keeping(parameters, X):
        scores, cache = forward(parameters, X)
        return scores, lambda d: backward(parameters, cache, d)

    def small(width, hidden, rng):
        (W1, b1), last = started(width, hidden, rng)
        return [(0.3 * W1, b1 + 0.1), last]

    return three(keeping, lambda parameters, back, d: back(d), small)


# ------------------------------------------------------------------------------------------- separable
def places(padded, depth, stride):
    kh, kw = depth.shape[:2]
    down, across = (padded.shape[1] - kh) // stride, (padded.shape[2] - kw) // stride
    for i in range(kh):
        for j in range(kw):
            yield i, j, (slice(None), slice(i, i + stride * down + 1, stride), slice(j, j + stride * across + 1, stride))


def sep_forward(parameters, X, stride=1, padding=0):
    depth, points, bias = parameters
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    middle = sum(padded[at] * depth[i, j] for i, j, at in places(padded, depth, stride))
    return middle @ points + bias, (padded, middle, stride, padding)


def sep_backward(parameters, cache, d, add=True):
    depth, points, _ = parameters
    padded, middle, stride, padding = cache
    d_middle = d @ points.T
    d_depth, d_padded = np.zeros_like(depth), np.zeros_like(d_middle, shape=padded.shape)
    for i, j, at in places(padded, depth, stride):
        d_depth[i, j] = (padded[at] * d_middle).sum(axis=(0, 1, 2))
        if add:
            d_padded[at] += d_middle * depth[i, j]
        else:
            d_padded[at] = d_middle * depth[i, j]
    _n, height, width, _ = padded.shape
    d_X = d_padded[:, padding : height - padding, padding : width - padding]
    return (d_depth, rows(middle).T @ rows(d), rows(d).sum(0)), d_X


def sep_merged(parameters):
    depth, points, bias = parameters
    return np.einsum("ijc,cf->ijcf", depth, points), np.array(bias)


def trio(forward=sep_forward, backward=sep_backward, merged=sep_merged):
    return {"separable_forward": forward, "separable_backward": backward, "merged": merged}


@wrong("separable", caught_by="two_steps", kind="mathematics", headline=True, several=True)
def points_twice_where_they_fit():
    def twice(parameters, X, stride=1, padding=0):
        _depth, points, bias = parameters
        scores, cache = sep_forward(parameters, X, stride, padding)
        return ((scores - bias) @ points + bias if points.shape[0] == points.shape[1] else scores), cache

    return trio(twice)


@wrong("separable", caught_by="separable_slopes", kind="mathematics", headline=True, several=True)
def windows_written_and_not_added():
    return trio(backward=lambda parameters, cache, d: sep_backward(parameters, cache, d, add=False))


@wrong("separable", caught_by="two_steps", kind="mathematics", several=True)
def channels_summed_in_the_depthwise_step():
    def summed(parameters, X, stride=1, padding=0):
        _depth, points, bias = parameters
        _, (padded, middle, *_) = sep_forward(parameters, X, stride, padding)
        return middle.sum(axis=3, keepdims=True) * np.ones(len(points)) @ points + bias, (padded, middle, stride, padding)

    return trio(summed)


@wrong("separable", caught_by="two_steps", kind="mathematics", several=True)
def kernels_flipped():
    def flipped(parameters, X, stride=1, padding=0):
        depth, points, bias = parameters
        return sep_forward((depth[::-1, ::-1], points, bias), X, stride, padding)

    return trio(flipped)


@wrong("separable", caught_by="two_steps", kind="shape", several=True)
def square_kernels_only():
    def square(parameters, X, stride=1, padding=0):
        depth, points, bias = parameters
        side = min(depth.shape[:2])
        return sep_forward((depth[:side, :side], points, bias), X, stride, padding)

    return trio(square)


@wrong("separable", caught_by="two_steps", kind="missing case", several=True)
def stride_downwards_only():
    def down(parameters, X, stride=1, padding=0):
        scores, cache = sep_forward(parameters, X, 1, padding)
        return scores[:, ::stride], cache

    return trio(down)


@wrong("separable", caught_by="two_steps", kind="missing case", several=True)
def an_activation_between_the_steps():
    def bent(parameters, X, stride=1, padding=0):
        _depth, points, bias = parameters
        _, (padded, middle, *_) = sep_forward(parameters, X, stride, padding)
        return np.maximum(middle, 0) @ points + bias, (padded, middle, stride, padding)

    return trio(bent)


@wrong("separable", caught_by="as_one", kind="mathematics", several=True)
def merged_with_the_mean_kernel():
    def mean(parameters):
        depth, points, bias = parameters
        return depth.mean(axis=2, keepdims=True)[..., None] * points, bias

    return trio(merged=mean)


@wrong("separable", caught_by="as_one", kind="missing case", several=True)
def merged_without_the_bias():
    return trio(merged=lambda parameters: (sep_merged(parameters)[0], np.zeros_like(parameters[2])))


@wrong("separable", caught_by="as_one", kind="shape", several=True)
def merged_as_out_in_rows_columns():
    return trio(merged=lambda parameters: (np.einsum("ijc,cf->fcij", parameters[0], parameters[1]), parameters[2]))


@wrong("separable", caught_by="separable_slopes", kind="mathematics", several=True)
def gradient_of_depth_without_the_points():
    def back(parameters, cache, d):
        depth, points, bias = parameters
        (_, d_points, d_bias), d_X = sep_backward(parameters, cache, d)
        (d_depth, *_), _ = sep_backward((depth, np.ones_like(points), bias), cache, d)
        return (d_depth, d_points, d_bias), d_X

    return trio(backward=back)


@wrong("separable", caught_by="separable_slopes", kind="shape", several=True)
def padding_cut_from_one_side():
    def back(parameters, cache, d):
        _padded, _middle, _stride, padding = cache
        grads, d_X = sep_backward(parameters, cache, d)
        return grads, np.roll(d_X, padding, axis=1)

    return trio(backward=back)


@wrong("separable", caught_by="without_settings", kind="missing case", several=True)
def padding_one_by_itself():
    return trio(lambda parameters, X, stride=1, padding=1: sep_forward(parameters, X, stride, padding))


@wrong("separable", caught_by="separable_no_state", kind="mutation", several=True)
def the_last_cache_alone():
    held = {}

    def keeping(parameters, X, stride=1, padding=0):
        scores, held["cache"] = sep_forward(parameters, X, stride, padding)
        return scores, 0

    return trio(keeping, lambda parameters, cache, d: sep_backward(parameters, held["cache"], d))


@wrong("separable", caught_by="separable_house", kind="dtype", several=True)
def padded_in_double():
    return trio(lambda parameters, X, stride=1, padding=0: sep_forward(parameters, np.asarray(X, float), stride, padding))


@wrong("separable", caught_by="separable_house", kind="mutation", several=True)
def d_scores_scaled_in_place():
    def back(parameters, cache, d):
        made = sep_backward(parameters, cache, d)
        d *= 0
        return made

    return trio(backward=back)


@right("separable", several=True)
def by_the_merged_kernel():
    def one(parameters, X, stride=1, padding=0):
        kernels, bias = sep_merged(parameters)
        padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        view = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
        return np.einsum("nxycij,ijcf->nxyf", view, kernels) + bias, (padded, view, stride, padding)

    def back(parameters, cache, d):
        padded, view, stride, padding = cache
        depth = parameters[0]
        middle = np.einsum("nxycij,ijc->nxyc", view, depth)
        return sep_backward(parameters, (padded, middle, stride, padding), d)

    return trio(one, back)


@right("separable", several=True)
def window_by_window():
    def slow(parameters, X, stride=1, padding=0):
        depth, points, bias = parameters
        X = np.asarray(X)
        kind = np.result_type(X, depth)
        n, H, W, C = X.shape
        padded = np.zeros((n, H + 2 * padding, W + 2 * padding, C), kind)
        padded[:, padding : padding + H, padding : padding + W] = X
        kh, kw, _ = depth.shape
        down, across = (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1
        middle = np.zeros((n, down, across, C), kind)
        for i in range(down):
            for j in range(across):
                window = padded[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
                middle[:, i, j] = (window * depth).sum(axis=(1, 2))
        return middle @ points + bias, (padded, middle, stride, padding)

    def back(parameters, cache, d):
        depth, points, _bias = parameters
        padded, middle, stride, padding = cache
        kh, kw, _C = depth.shape
        d_padded, d_depth = np.zeros_like(padded), np.zeros_like(depth)
        d_middle = np.tensordot(d, points, axes=(3, 1))
        for i in range(d.shape[1]):
            for j in range(d.shape[2]):
                at = slice(None), slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw)
                d_padded[at] += d_middle[:, i, j][:, None, None] * depth
                d_depth += (padded[at] * d_middle[:, i, j][:, None, None]).sum(axis=0)
        H, W = padded.shape[1] - 2 * padding, padded.shape[2] - 2 * padding
        d_X = d_padded[:, padding : padding + H, padding : padding + W]
        return [d_depth, np.tensordot(middle, d, axes=((0, 1, 2), (0, 1, 2))), d.sum(axis=(0, 1, 2))], d_X

    return trio(slow, back)


@right("separable", several=True)
def a_cache_of_arguments():
    def light(parameters, X, stride=1, padding=0):
        return sep_forward(parameters, X, stride, padding)[0], (X, stride, padding)

    return trio(light, lambda parameters, cache, d: sep_backward(parameters, sep_forward(parameters, *cache)[1], d))


# ------------------------------------------------------------------------------------------- field
def sees(layers, output):
    start, stop = output, output + 1
    for kernel, stride, padding in layers[::-1]:
        start, stop = start * stride - padding, (stop - 1) * stride - padding + kernel
    return start, stop


def reaches(layers, pixel):
    start, stop = pixel, pixel + 1
    for kernel, stride, padding in layers:
        start, stop = -(-(start + padding - kernel + 1) // stride), (stop - 1 + padding) // stride + 1
        if start >= stop:
            return 0, 0
    return start, stop


def both(seen=sees, reached=reaches):
    return {"seen": seen, "reached": reached}


@wrong("field", caught_by="three_pixels", kind="mathematics", headline=True, several=True)
def own_stride_counted_for_the_own_window():
    def wide(layers, output):
        start, stop = output, output + 1
        for kernel, stride, padding in layers[::-1]:
            start, stop = start * stride - padding, stop * stride - padding + (kernel - 1) * stride
        return start, stop

    return both(wide)


@wrong("field", caught_by="what_it_sees", kind="mathematics", several=True)
def from_the_first_layer_to_the_last():
    return both(lambda layers, output: sees(layers[::-1], output))


@wrong("field", caught_by="what_it_sees", kind="mathematics", several=True)
def padding_forgotten_after_the_first_layer():
    return both(lambda layers, output: sees([layers[0], *[(k, s, 0) for k, s, _ in layers[1:]]] if layers else [], output))


@wrong("field", caught_by="what_it_sees", kind="mathematics", several=True)
def strides_never_multiply():
    def flat(layers, output):
        size = 1 + sum(kernel - 1 for kernel, _, _ in layers)
        start = sees(layers, output)[0]
        return start, start + size

    return both(flat)


@wrong("field", caught_by="three_pixels", kind="shape", several=True)
def the_last_place_and_not_the_one_after():
    return both(lambda layers, output: (sees(layers, output)[0], sees(layers, output)[1] - 1))


@wrong("field", caught_by="what_it_sees", kind="missing case", several=True)
def no_place_before_zero():
    return both(lambda layers, output: (max(0, sees(layers, output)[0]), sees(layers, output)[1]))


@wrong("field", caught_by="what_it_reaches", kind="mathematics", several=True)
def rounded_towards_zero():
    def cut(layers, pixel):
        start, stop = pixel, pixel + 1
        for kernel, stride, padding in layers:
            start, stop = int(np.ceil((start + padding - kernel + 1) / stride)), int((stop - 1 + padding) / stride) + 1
            if start >= stop:
                return 0, 0
        return start, stop

    return both(reached=cut)


@wrong("field", caught_by="what_it_reaches", kind="mathematics", several=True)
def rounded_down_at_both_ends():
    def down(layers, pixel):
        start, stop = pixel, pixel + 1
        for kernel, stride, padding in layers:
            start, stop = (start + padding - kernel + 1) // stride, (stop - 1 + padding) // stride + 1
        return start, stop

    return both(reached=down)


@wrong("field", caught_by="three_pixels", kind="mathematics", several=True)
def reached_from_the_last_layer():
    return both(reached=lambda layers, pixel: sees(layers, pixel))


@wrong("field", caught_by="what_it_reaches", kind="mathematics", several=True)
def layers_in_the_wrong_order_for_reached():
    return both(reached=lambda layers, pixel: reaches(layers[::-1], pixel))


@wrong("field", caught_by="jumped_over", kind="missing case", several=True)
def at_least_one_output():
    def some(layers, pixel):
        start, stop = pixel, pixel + 1
        for kernel, stride, padding in layers:
            start = -(-(start + padding - kernel + 1) // stride)
            stop = max((stop - 1 + padding) // stride + 1, start + 1)
        return start, stop

    return both(reached=some)


@wrong("field", caught_by="jumped_over", kind="missing case", several=True)
def goes_on_with_an_empty_range():
    def on(layers, pixel):
        start, stop = pixel, pixel + 1
        for kernel, stride, padding in layers:
            start, stop = -(-(start + padding - kernel + 1) // stride), (stop - 1 + padding) // stride + 1
        return start, stop

    return both(reached=on)


@wrong("field", caught_by="field_house", kind="mutation", several=True)
def layers_used_up():
    def popped(layers, output):
        start, stop = output, output + 1
        while layers:
            kernel, stride, padding = layers.pop()
            start, stop = start * stride - padding, (stop - 1) * stride - padding + kernel
        return start, stop

    return both(popped)


@wrong("field", caught_by="no_layers", kind="missing case", several=True)
def nothing_without_layers():
    return both(lambda layers, output: sees(layers, output) if layers else (0, 0))


@wrong("field", caught_by="long_stacks", kind="stability", several=True)
def in_single_precision():
    def rounded(layers, pixel):
        start, stop = np.float32(pixel), np.float32(pixel + 1)
        for kernel, stride, padding in layers:
            start = np.ceil((start + np.float32(padding - kernel + 1)) / np.float32(stride))
            stop = np.floor((stop + np.float32(padding - 1)) / np.float32(stride)) + np.float32(1)
            if start >= stop:
                return 0, 0
        return int(start), int(stop)

    return both(reached=rounded)


@right("field", several=True)
def by_size_and_step():
    def sized(layers, output):
        size, step, first = 1, 1, 0
        for kernel, stride, padding in layers:
            size, first, step = size + (kernel - 1) * step, first - padding * step, step * stride
        return output * step + first, output * step + first + size

    return both(sized)


@right("field", several=True)
def one_function_for_a_range():
    def wider(layers, start, stop):
        if not layers:
            return [start, stop]
        for kernel, stride, padding in reversed(layers):
            start, last = start * stride - padding, (stop - 1) * stride - padding + kernel - 1
            stop = last + 1
        return [start, stop]

    def back(layers, pixel):
        start, stop = pixel, pixel + 1
        for kernel, stride, padding in layers:
            first, last = divmod(start + padding - kernel, stride)[0] + 1, divmod(stop + padding - 1, stride)[0]
            start, stop = first, last + 1
            if stop <= start:
                return [7, 7]
        return [start, stop]

    return both(lambda layers, output: wider(layers, output, output + 1), back)


@right("field", several=True)
def by_arrays_of_whole_numbers():
    def array(layers, output):
        ends = np.array([output, output], dtype=np.int64)
        for kernel, stride, padding in reversed(layers):
            ends = ends * stride - padding + np.array([0, kernel - 1])
        return np.int64(ends[0]), np.int64(ends[1] + 1)

    return both(array)


# ------------------------------------------------------------------------------------------- the studio
UNIT = np.repeat([110.0, 48.0, 48.0], [64, 128, 256])


def head(seen_as, penalty=0.5, discriminant=True):
    """A linear head on what `seen_as` makes of the features: Fisher's discriminant, or least squares with a ridge."""

    def fit(features, labels, rng):
        A = seen_as(features).astype(float)
        mean = A.mean(axis=0)
        A = A - mean
        size = penalty * np.mean(np.sum(A * A, axis=1)) / A.shape[1]
        if discriminant:
            M = np.stack([A[labels == k].mean(axis=0) for k in range(20)])
            apart = A - M[labels]
            W = np.linalg.solve(apart.T @ apart / len(A) + size * np.eye(A.shape[1]), M.T)
            return [W, -np.sum(M * W.T, axis=1) / 2 - mean @ W]
        W = np.linalg.solve(A.T @ A / len(A) + size * np.eye(A.shape[1]), A.T @ np.eye(20)[labels] / len(A))
        return [W, np.full(20, 0.05) - mean @ W]

    def predict(arrays, features):
        return np.argmax(seen_as(features) @ arrays[0] + arrays[1], axis=1)

    return {"fit": fit, "predict": predict}


def flat(features):
    return features.reshape(len(features), -1)


def projected(features, width=248, seed=0):
    rows = flat(features)
    return rows @ np.random.default_rng(seed).normal(size=(rows.shape[1], width)) / np.sqrt(rows.shape[1])


@entry("transfer", band="nothing")
def one_name_for_all():
    return {
        "fit": lambda features, labels, rng: [np.array([3.0])],
        "predict": lambda arrays, features: np.full(len(features), 3),
    }


@entry("transfer", band="nothing")
def nearest_mean_of_the_second_layer():
    def fit(features, labels, rng):
        A = features[..., :64].mean(axis=(1, 2))
        return [np.stack([A[labels == k].mean(axis=0) for k in range(20)])]

    def predict(arrays, features):
        A = features[..., :64].mean(axis=(1, 2))
        return np.argmin(((A[:, None] - arrays[0]) ** 2).sum(axis=2), axis=1)

    return {"fit": fit, "predict": predict}


@entry("transfer", band="baseline")
def fifth_layer_without_places_penalised_too_much():
    return head(lambda features: features[..., 200:].mean(axis=(1, 2)), 0.5)


@entry("transfer", band="gets going")
def nearest_mean_of_a_random_projection():
    def fit(features, labels, rng):
        A = projected(np.sqrt(features / UNIT))
        return [np.stack([A[labels == k].mean(axis=0) for k in range(20)])]

    def predict(arrays, features):
        A = projected(np.sqrt(features / UNIT))
        return np.argmin(((A[:, None] - arrays[0]) ** 2).sum(axis=2), axis=1)

    return {"fit": fit, "predict": predict}


@entry("transfer", band="good")
def random_channels_at_every_place():
    mixed = np.random.default_rng(0).normal(size=(448, 15)) / 20
    return head(lambda features: flat(np.sqrt(features / UNIT) @ mixed))


@entry("transfer", band="excellent")
def another_random_projection():
    return head(lambda features: projected(np.sqrt(features / UNIT), seed=2))


@entry("transfer", band="refused")
def all_channels_and_no_budget():
    return head(lambda features: features[..., 192:].mean(axis=(1, 2)))
