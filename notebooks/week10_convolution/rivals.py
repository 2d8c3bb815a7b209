"""Answers that the cases of week 10 must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong


def floats(X):
    """Whole numbers as floats; floats as they are."""
    X = np.asarray(X)
    return X if X.dtype.kind == "f" else X.astype(float)


# ------------------------------------------------------------------------------------------- conv_matrix
def stripes(kernel, n, stride=1, padding=0):
    """The right table, column by column, in the padded signal's rows."""
    kernel = floats(kernel)
    outputs = (n + 2 * padding - len(kernel)) // stride + 1
    K = np.zeros((n + 2 * padding, outputs), kernel.dtype)
    for j in range(outputs):
        K[j * stride : j * stride + len(kernel), j] = kernel
    return K, slice(padding, padding + n)


@wrong("conv_matrix", caught_by="times_the_table", kind="mathematics", headline=True)
def kernel_turned_over(kernel, n, stride=1, padding=0):
    K, inner = stripes(np.asarray(kernel)[::-1], n, stride, padding)
    return K[inner]


@wrong("conv_matrix", caught_by="times_the_table", kind="shape")
def outputs_by_numbers(kernel, n, stride=1, padding=0):
    K, inner = stripes(kernel, n, stride, padding)
    return K[inner].T.copy()


@wrong("conv_matrix", caught_by="padded_and_strided", kind="shape")
def rows_for_the_padding_too(kernel, n, stride=1, padding=0):
    return stripes(kernel, n, stride, padding)[0]


@wrong("conv_matrix", caught_by="padded_and_strided", kind="missing case")
def padding_at_one_end(kernel, n, stride=1, padding=0):
    kernel = floats(kernel)
    K = np.zeros((n + padding, (n + padding - len(kernel)) // stride + 1), kernel.dtype) if n + padding >= len(kernel) else None
    if K is None:
        return np.zeros((n, 0))
    for j in range(K.shape[1]):
        K[j * stride : j * stride + len(kernel), j] = kernel
    return K[padding:]


@wrong("conv_matrix", caught_by="padded_and_strided", kind="mathematics")
def stride_forgotten(kernel, n, stride=1, padding=0):
    K, inner = stripes(kernel, n, 1, padding)
    return K[inner]


@wrong("conv_matrix", caught_by="padded_and_strided", kind="mathematics")
def one_column_less_with_stride(kernel, n, stride=1, padding=0):
    K, inner = stripes(kernel, n, stride, padding)
    return K[inner, : max(1, (n + 2 * padding - len(kernel)) // stride) if stride > 1 else None]


@wrong("conv_matrix", caught_by="times_the_table", kind="hard-coding")
def kernels_of_three(kernel, n, stride=1, padding=0):
    K = np.zeros((n + 2 * padding, max(0, (n + 2 * padding - 3) // stride + 1)))
    for j in range(K.shape[1]):
        K[j * stride : j * stride + 3, j] = np.resize(kernel, 3)
    return K[padding : padding + n]


@wrong("conv_matrix", caught_by="padded_and_strided", kind="mathematics")
def padding_by_wrapping_round(kernel, n, stride=1, padding=0):
    kernel = floats(kernel)
    K = np.zeros((n, (n + 2 * padding - len(kernel)) // stride + 1), kernel.dtype)
    for j in range(K.shape[1]):
        for k, w in enumerate(kernel):
            K[(j * stride + k - padding) % n, j] += w
    return K


@wrong("conv_matrix", caught_by="matrix_house", kind="dtype")
def always_float64(kernel, n, stride=1, padding=0):
    K, inner = stripes(np.asarray(kernel, float), n, stride, padding)
    return K[inner]


@wrong("conv_matrix", caught_by="matrix_house", kind="dtype")
def a_table_of_whole_numbers(kernel, n, stride=1, padding=0):
    K, inner = stripes(kernel, n, stride, padding)
    return K[inner].astype(np.asarray(kernel).dtype)


@wrong("conv_matrix", caught_by="padded_and_strided", kind="mathematics")
def padding_cut_off_at_one_end_only(kernel, n, stride=1, padding=0):
    K, _ = stripes(kernel, n, stride, padding)
    return K[:n]


@right("conv_matrix")
def answers_to_impulses(kernel, n, stride=1, padding=0):
    kernel = floats(kernel)
    rows = [np.correlate(np.pad(impulse, padding), kernel, "valid")[::stride] for impulse in np.eye(n, dtype=kernel.dtype)]
    return np.array(rows)


@right("conv_matrix")
def diagonals(kernel, n, stride=1, padding=0):
    kernel, long = floats(kernel), n + 2 * padding
    K = sum(w * np.eye(long, long - len(kernel) + 1, -k, dtype=kernel.dtype) for k, w in enumerate(kernel))
    return K[padding : padding + n, ::stride]


@right("conv_matrix")
def by_the_distance(kernel, n, stride=1, padding=0):
    kernel = floats(kernel)
    outputs = (n + 2 * padding - len(kernel)) // stride + 1
    at = np.arange(n)[:, None] + padding - stride * np.arange(outputs)
    return np.where((at >= 0) & (at < len(kernel)), kernel[np.clip(at, 0, len(kernel) - 1)], kernel.dtype.type(0))


# ------------------------------------------------------------------------------------------- conv_forward
def padded(X, padding):
    return np.pad(floats(X), ((0, 0), (padding, padding), (padding, padding), (0, 0)))


def view_of(X, size, stride):
    """Windows (N, down, across, kh, kw, in)."""
    view = np.lib.stride_tricks.sliding_window_view(X, size, axis=(1, 2))
    return view[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def layer(parameters, X, stride=1, padding=0):
    """Right, by one product over a view."""
    kernels, bias = parameters
    view = view_of(padded(X, padding), kernels.shape[:2], stride)
    scores = np.tensordot(view, kernels, 3) + bias
    return scores, (view, np.shape(X), stride, padding)


@wrong("conv_forward", caught_by="three_by_three", kind="mathematics", headline=True)
def kernels_turned_over(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    return layer((kernels[::-1, ::-1], bias), X, stride, padding)


@wrong("conv_forward", caught_by="each_window", kind="shape")
def channels_and_places_mixed_up(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    view = np.lib.stride_tricks.sliding_window_view(padded(X, padding), kernels.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    rows = view.reshape(*view.shape[:3], -1)  # its order is (in, kh, kw), and the kernels' is (kh, kw, in)
    return rows @ kernels.reshape(-1, kernels.shape[-1]) + bias, None


@wrong("conv_forward", caught_by="each_window", kind="shape")
def rows_for_columns(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    view = padded(X, padding)
    kh, kw = kernels.shape[:2]
    down, across = (view.shape[1] - kw) // stride + 1, (view.shape[2] - kh) // stride + 1
    out = np.zeros((len(view), down, across, kernels.shape[3]), view.dtype)
    for i in range(kh):
        for j in range(kw):
            out += view[:, j : j + stride * down : stride, i : i + stride * across : stride] @ kernels[i, j]
    return out + bias, None


@wrong("conv_forward", caught_by="any_stride", kind="mathematics")
def patches_in_the_wrong_rows(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    view = padded(X, padding)
    kh, kw, _, outs = kernels.shape
    down, across = range(0, view.shape[1] - kh + 1, stride), range(0, view.shape[2] - kw + 1, stride)
    rows = np.zeros((len(view), len(down) * len(across), kernels[..., 0].size), view.dtype)
    for i in down:
        for j in across:
            place = i * len(across) + j  # from the pixel's place, not from the count of outputs
            if place < rows.shape[1]:
                rows[:, place] = view[:, i : i + kh, j : j + kw].reshape(len(view), -1)
    return (rows @ kernels.reshape(-1, outs) + bias).reshape(len(view), len(down), len(across), outs), None


@wrong("conv_forward", caught_by="each_window", kind="missing case")
def bias_forgotten(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    return layer((kernels, 0 * bias), X, stride, padding)


@wrong("conv_forward", caught_by="each_window", kind="hard-coding")
def square_kernels_only(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    side = max(kernels.shape[:2])
    grown = np.zeros((side, side, *kernels.shape[2:]), kernels.dtype)
    grown[: kernels.shape[0], : kernels.shape[1]] = kernels
    return layer((grown, bias), X, stride, padding) if min(np.shape(X)[1:3]) + 2 * padding >= side else layer(parameters, X)


@wrong("conv_forward", caught_by="any_stride", kind="mathematics")
def outputs_as_if_the_stride_divided(parameters, X, stride=1, padding=0):
    kernels, _bias = parameters
    scores, cache = layer(parameters, X, stride, padding)
    down = -(-(np.shape(X)[1] + 2 * padding - kernels.shape[0] + 1) // stride) - (stride > 1)
    return scores[:, : max(1, down)], cache


@wrong("conv_forward", caught_by="any_stride", kind="missing case")
def padding_above_and_left_only(parameters, X, stride=1, padding=0):
    _kernels, _ = parameters
    X = np.pad(floats(X), ((0, 0), (2 * padding, 0), (2 * padding, 0), (0, 0)))
    scores, cache = layer(parameters, X, stride, 0)
    return scores, cache


@wrong("conv_forward", caught_by="any_stride", kind="mathematics")
def padding_repeats_the_edge(parameters, X, stride=1, padding=0):
    sides = (0, 0), (padding, padding), (padding, padding), (0, 0)
    return layer(parameters, np.pad(floats(X), sides, mode="edge") if np.size(X) else X, stride, 0)


@wrong("conv_forward", caught_by="any_stride", kind="missing case")
def batch_and_channels_padded_too(parameters, X, stride=1, padding=0):
    _kernels, _bias = parameters
    scores, cache = layer(parameters, X, stride, padding)
    return np.pad(scores, ((0, padding), (0, 0), (0, 0), (0, 0))), cache


@wrong("conv_forward", caught_by="each_window", kind="mathematics")
def each_channel_by_itself(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    return layer((kernels.mean(axis=2, keepdims=True).repeat(kernels.shape[2], axis=2), bias), X, stride, padding)


@wrong("conv_forward", caught_by="forward_is_fast", kind="stability")
def a_loop_over_places(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    view = view_of(padded(X, padding), kernels.shape[:2], stride)
    out = np.zeros((*view.shape[:3], kernels.shape[3]), np.result_type(view, kernels))
    for n, i, j in np.ndindex(view.shape[:3]):
        out[n, i, j] = np.tensordot(view[n, i, j], kernels, 3) + bias
    return out, None


@wrong("conv_forward", caught_by="forward_house", kind="dtype")
def all_in_float64(parameters, X, stride=1, padding=0):
    scores, cache = layer(parameters, np.asarray(X, float), stride, padding)
    return scores, cache


@wrong("conv_forward", caught_by="forward_house", kind="dtype")
def bytes_stay_bytes(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    X = np.asarray(X)
    return layer((kernels.astype(X.dtype), bias.astype(X.dtype)), X, stride, padding)[0].astype(X.dtype), None


@wrong("conv_forward", caught_by="forward_house", kind="mutation")
def adds_the_bias_to_the_pictures(parameters, X, stride=1, padding=0):
    scores, cache = layer(parameters, X, stride, padding)
    if np.asarray(X).dtype.kind == "f":
        X -= X.mean() if X.size else 0.0
    return scores, cache


@wrong("conv_forward", caught_by="nothing_in", kind="missing case")
def an_empty_batch_fails(parameters, X, stride=1, padding=0):
    return np.stack([layer(parameters, x[None], stride, padding)[0][0] for x in X]), None


@right("conv_forward")
def kernel_place_by_kernel_place(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    X = padded(X, padding)
    kh, kw, _, outs = kernels.shape
    down, across = (X.shape[1] - kh) // stride + 1, (X.shape[2] - kw) // stride + 1
    out = np.zeros((len(X), down, across, outs), np.result_type(X, kernels)) + bias.astype(np.result_type(X, kernels))
    for i in range(kh):
        for j in range(kw):
            out += X[:, i : i + stride * down : stride, j : j + stride * across : stride] @ kernels[i, j]
    return out, None


@right("conv_forward")
def by_einsum(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    view = np.lib.stride_tricks.sliding_window_view(padded(X, padding), kernels.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijchw,hwcf->nijf", view, kernels, optimize=True) + bias, None


@right("conv_forward")
def rows_by_indices(parameters, X, stride=1, padding=0):
    """The table of windows by fancy indices, as in Stanford's course."""
    kernels, bias = parameters
    kh, kw, ins, outs = kernels.shape
    X = padded(X, padding)
    down, across = (X.shape[1] - kh) // stride + 1, (X.shape[2] - kw) // stride + 1
    r = stride * np.arange(down)[:, None, None, None] + np.arange(kh)[:, None]
    c = stride * np.arange(across)[:, None, None] + np.arange(kw)
    rows = X[:, r, c]  # (N, down, across, kh, kw, in)
    return (rows.reshape(-1, kh * kw * ins) @ kernels.reshape(-1, outs) + bias).reshape(len(X), down, across, outs), None


# ------------------------------------------------------------------------------------------- conv_backward
def going_back(parameters, cache, d_scores, scatter="add", step=None):
    """The way back, right unless told otherwise."""
    (kernels, _), (view, shape, stride, padding) = parameters, cache
    kh, kw, ins, _outs = kernels.shape
    down, across = d_scores.shape[1:3]
    step = stride if step is None else step
    d_kernels = np.tensordot(view, d_scores, ((0, 1, 2), (0, 1, 2)))
    high, wide = shape[1] + 2 * padding, shape[2] + 2 * padding
    d_X = np.zeros((shape[0], high + step * down, wide + step * across, ins), d_scores.dtype)
    for i in range(kh):
        for j in range(kw):
            at = np.s_[:, i : i + step * down : step, j : j + step * across : step]
            if scatter == "add":
                d_X[at] += d_scores @ kernels[i, j].T
            else:
                d_X[at] = d_scores @ kernels[i, j].T
    d_X = d_X[:, padding : padding + shape[1], padding : padding + shape[2]]
    return (d_kernels, d_scores.sum(axis=(0, 1, 2))), d_X


def back(backward, forward=layer):
    """Both names, as a notebook would hold them."""
    return {"conv_forward": forward, "conv_backward": backward}


@wrong("conv_backward", caught_by="back_of_stride_one", kind="mathematics", several=True, headline=True)
def windows_written_over_each_other():
    return back(lambda p, cache, d: going_back(p, cache, d, scatter="write"))


@wrong("conv_backward", caught_by="back_of_any_stride", kind="mathematics", several=True)
def stride_forgotten_on_the_way_back():
    return back(lambda p, cache, d: going_back(p, cache, d, step=1))


@wrong("conv_backward", caught_by="back_of_stride_one", kind="mathematics", several=True)
def kernels_turned_over_on_the_way_back():
    return back(lambda p, cache, d: (going_back(p, cache, d)[0], going_back((p[0][::-1, ::-1], p[1]), cache, d)[1]))


@wrong("conv_backward", caught_by="back_of_any_stride", kind="missing case", several=True)
def padding_not_cut_off():
    def backward(parameters, cache, d):
        view, shape, stride, padding = cache
        grown = shape[0], shape[1] + 2 * padding, shape[2] + 2 * padding, shape[3]
        return going_back(parameters, (view, grown, stride, 0), d)

    return back(backward)


@wrong("conv_backward", caught_by="back_of_any_stride", kind="missing case", several=True)
def padding_cut_off_by_minus_nought():
    def backward(parameters, cache, d):
        view, shape, stride, padding = cache
        grown = shape[0], shape[1] + 2 * padding, shape[2] + 2 * padding, shape[3]
        slopes, d_X = going_back(parameters, (view, grown, stride, 0), d)
        return slopes, d_X[:, padding:-padding, padding:-padding]

    return back(backward)


@wrong("conv_backward", caught_by="three_by_three_back", kind="mathematics", several=True)
def averaged_once_more():
    def backward(parameters, cache, d):
        places = max(1, d.size // d.shape[-1])
        (d_kernels, d_bias), d_X = going_back(parameters, cache, d)
        return (d_kernels / places, d_bias / places), d_X

    return back(backward)


@wrong("conv_backward", caught_by="adjoint", kind="shape", several=True)
def bias_summed_over_the_batch_alone():
    def backward(parameters, cache, d):
        (d_kernels, _), d_X = going_back(parameters, cache, d)
        return (d_kernels, d[:, 0, 0].sum(axis=0)), d_X

    return back(backward)


@wrong("conv_backward", caught_by="back_of_stride_one", kind="mathematics", several=True)
def kernels_from_the_last_picture_alone():
    def backward(parameters, cache, d):
        view, _shape, _stride, _padding = cache
        (_, d_bias), d_X = going_back(parameters, cache, d)
        return (np.tensordot(view[-1:], d[-1:], ((0, 1, 2), (0, 1, 2))), d_bias), d_X

    return back(backward)


@wrong("conv_backward", caught_by="back_of_any_stride", kind="missing case", several=True)
def as_large_as_the_windows_reach():
    def backward(parameters, cache, d):
        kh, kw = parameters[0].shape[:2]
        slopes, d_X = going_back(parameters, cache, d)
        return slopes, d_X[:, : cache[2] * (d.shape[1] - 1) + kh, : cache[2] * (d.shape[2] - 1) + kw]

    return back(backward)


@wrong("conv_backward", caught_by="first_of_two", kind="missing case", several=True)
def one_cache_for_all():
    kept = {}

    def forward(parameters, X, stride=1, padding=0):
        scores, kept["cache"] = layer(parameters, X, stride, padding)
        return scores, None

    return back(lambda p, cache, d: going_back(p, kept["cache"], np.resize(d, kept["cache"][0].shape[:3] + d.shape[3:])), forward)


@wrong("conv_backward", caught_by="first_of_two", kind="mutation", several=True)
def cache_used_up():
    def forward(parameters, X, stride=1, padding=0):
        scores, cache = layer(parameters, X, stride, padding)
        return scores, [cache]

    return back(lambda p, cache, d: going_back(p, cache.pop(), d), forward)


@wrong("conv_backward", caught_by="backward_is_fast", kind="stability", several=True)
def a_loop_over_windows():
    def backward(parameters, cache, d):
        (kernels, _), (view, shape, stride, padding) = parameters, cache
        kh, kw, ins, _ = kernels.shape
        d_kernels = np.zeros(kernels.shape, d.dtype)
        d_X = np.zeros((shape[0], shape[1] + 2 * padding, shape[2] + 2 * padding, ins), d.dtype)
        for n, i, j in np.ndindex(d.shape[:3]):
            d_X[n, i * stride : i * stride + kh, j * stride : j * stride + kw] += np.tensordot(kernels, d[n, i, j], 1)
            d_kernels += view[n, i, j][..., None] * d[n, i, j]
        return (d_kernels, d.sum(axis=(0, 1, 2))), d_X[:, padding : padding + shape[1], padding : padding + shape[2]]

    return back(backward)


@wrong("conv_backward", caught_by="backward_house", kind="dtype", several=True)
def gradients_in_float64():
    return back(lambda p, cache, d: going_back(p, cache, np.asarray(d, float)))


@wrong("conv_backward", caught_by="backward_house", kind="mutation", several=True)
def scales_what_came_from_above():
    def backward(parameters, cache, d):
        found = going_back(parameters, cache, d)
        d *= 0.5
        return found

    return back(backward)


@wrong("conv_backward", caught_by="adjoint", kind="mathematics", several=True)
def only_the_first_window_speaks():
    """The return stands inside the loop."""

    def backward(parameters, cache, d):
        only = np.zeros_like(d)
        only[:, :1, :1] = d[:, :1, :1]
        return going_back(parameters, cache, d)[0], going_back(parameters, cache, only)[1]

    return back(backward)


@right("conv_backward", several=True)
def a_full_correlation_with_turned_kernels():
    """Equal to scattering; it was once reported as a bug that the two look different."""

    def backward(parameters, cache, d):
        (kernels, _), (view, shape, stride, padding) = parameters, cache
        kh, kw, _ins, outs = kernels.shape
        down, across = d.shape[1:3]
        spread = np.zeros((len(d), shape[1] + 2 * padding + kh - 1, shape[2] + 2 * padding + kw - 1, outs), d.dtype)
        spread[:, kh - 1 : kh - 1 + stride * down : stride, kw - 1 : kw - 1 + stride * across : stride] = d
        turned = kernels[::-1, ::-1].transpose(0, 1, 3, 2)
        d_X = np.tensordot(view_of(spread, (kh, kw), 1), turned, 3)[:, padding : padding + shape[1], padding : padding + shape[2]]
        return (np.tensordot(view, d, ((0, 1, 2), (0, 1, 2))), d.sum(axis=(0, 1, 2))), d_X

    return back(backward)


@right("conv_backward", several=True)
def kernel_place_by_place_both_ways():
    def forward(parameters, X, stride=1, padding=0):
        return kernel_place_by_kernel_place(parameters, X, stride, padding)[0], {"X": padded(X, padding), "by": (stride, padding)}

    def backward(parameters, cache, d):
        (kernels, _), X, (stride, padding) = parameters, cache["X"], cache["by"]
        down, across = d.shape[1:3]
        d_kernels, d_X = np.zeros(kernels.shape, d.dtype), np.zeros(X.shape, d.dtype)
        for i, j in np.ndindex(kernels.shape[:2]):
            at = np.s_[:, i : i + stride * down : stride, j : j + stride * across : stride]
            d_kernels[i, j] = np.tensordot(X[at], d, ((0, 1, 2), (0, 1, 2)))
            d_X[at] += d @ kernels[i, j].T
        inner = slice(padding, -padding or None)
        return (d_kernels, np.einsum("nijf->f", d)), d_X[:, inner, inner]

    return back(backward, forward)


@right("conv_backward", several=True)
def every_share_by_add_at():
    """bincount over all shares of all windows: shares of one pixel add."""

    def forward(parameters, X, stride=1, padding=0):
        return layer(parameters, X, stride, padding)[0], (padded(X, padding), stride, padding)

    def backward(parameters, cache, d):
        (kernels, _), (X, stride, padding) = parameters, cache
        kh, kw = kernels.shape[:2]
        view = view_of(X, (kh, kw), stride)
        numbers = view_of(np.arange(X.size).reshape(X.shape), (kh, kw), stride)
        shares = np.tensordot(d, kernels, ((3,), (3,)))
        d_X = np.bincount(numbers.ravel(), shares.ravel(), minlength=X.size).reshape(X.shape).astype(d.dtype)
        d_X = d_X[:, padding : X.shape[1] - padding, padding : X.shape[2] - padding]
        return (np.tensordot(view, d, ((0, 1, 2), (0, 1, 2))), d.sum(axis=(0, 1, 2))), d_X

    return back(backward, forward)


# ------------------------------------------------------------------------------------------- pool
def slices(size, stride, down, across):
    return [np.s_[:, i : i + stride * down : stride, j : j + stride * across : stride] for i in range(size) for j in range(size)]


def pool_ahead(X, size=2, stride=None, kind="max"):
    """Right: windows side by side along a new axis."""
    if kind not in ("max", "mean"):
        raise ValueError(f"no such kind: {kind!r}")
    X, stride = floats(X), stride or size
    down, across = ((side - size) // stride + 1 for side in X.shape[1:3])
    entries = np.stack([X[at] for at in slices(size, stride, down, across)], axis=-1)
    if kind == "mean":
        return entries.mean(axis=-1, dtype=X.dtype), (None, X, size, stride)
    return entries.max(axis=-1), (entries.argmax(axis=-1), X, size, stride)


def pool_back(cache, d, scatter="add", ties=None):
    winners, X, size, stride = cache
    d_X = np.zeros(X.shape, d.dtype)
    for k, at in enumerate(slices(size, stride, *d.shape[1:3])):
        share = d / size**2 if winners is None else np.where(winners == k, d, 0)
        if scatter == "add":
            d_X[at] += share
        else:
            d_X[at] = np.where(share != 0, share, d_X[at])
    return d_X


def pooling(ahead=pool_ahead, back=pool_back):
    return {"pool_forward": ahead, "pool_backward": back}


@wrong("pool", caught_by="pool_slopes", kind="mathematics", several=True, headline=True)
def of_overlapping_windows_the_last_one_counts():
    return pooling(back=lambda cache, d: pool_back(cache, d, scatter="write"))


@wrong("pool", caught_by="pool_slopes", kind="mathematics", several=True)
def a_loop_over_windows_that_writes():
    def back(cache, d):
        winners, X, size, stride = cache
        if winners is None:
            return pool_back(cache, d)
        d_X = np.zeros(X.shape, d.dtype)
        for n, i, j, c in np.ndindex(d.shape):
            down, across = divmod(winners[n, i, j, c], size)
            d_X[n, i * stride + down, j * stride + across, c] = d[n, i, j, c]
        return d_X

    return pooling(back=back)


@wrong("pool", caught_by="ties", kind="missing case", several=True)
def all_that_are_equal_get_all():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, cache = pool_ahead(X, size, stride, kind)
        return pooled, (cache, pooled)

    def back(cache, d):
        (winners, X, size, stride), pooled = cache
        if winners is None:
            return pool_back(cache[0], d)
        d_X = np.zeros(X.shape, d.dtype)
        for at in slices(size, stride, *d.shape[1:3]):
            d_X[at] += np.where(X[at] == pooled, d, 0)
        return d_X

    return pooling(ahead, back)


@wrong("pool", caught_by="ties", kind="missing case", several=True)
def the_last_of_equals_wins():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, (winners, X, size, stride) = pool_ahead(X, size, stride, kind)
        if winners is not None:
            entries = np.stack([X[at] for at in slices(size, stride, *pooled.shape[1:3])], axis=-1)
            winners = size**2 - 1 - entries[..., ::-1].argmax(axis=-1)
        return pooled, (winners, X, size, stride)

    return pooling(ahead)


@wrong("pool", caught_by="a_ramp", kind="shape", several=True)
def the_wrong_axes_grouped():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, cache = pool_ahead(X, size, stride, kind)
        n, high, wide, channels = X.shape
        if stride in (None, size) and high % size == 0 and wide % size == 0:
            blocks = floats(X).reshape(n, size, high // size, size, wide // size, channels)
            pooled = blocks.max(axis=(1, 3)) if kind == "max" else blocks.mean(axis=(1, 3))
        return pooled, cache

    return pooling(ahead)


@wrong("pool", caught_by="each_pool", kind="missing case", several=True)
def only_windows_that_do_not_overlap():
    return pooling(lambda X, size=2, stride=None, kind="max": pool_ahead(X, size, size, kind))


@wrong("pool", caught_by="each_pool", kind="mathematics", several=True)
def the_largest_begins_at_zero():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, cache = pool_ahead(X, size, stride, kind)
        return np.maximum(pooled, 0) if kind == "max" else pooled, cache

    return pooling(ahead)


@wrong("pool", caught_by="each_pool", kind="mathematics", several=True)
def the_largest_over_all_channels():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, cache = pool_ahead(X, size, stride, kind)
        return pooled.max(axis=-1, keepdims=True) + 0 * pooled, cache

    return pooling(ahead)


@wrong("pool", caught_by="pool_slopes", kind="mathematics", several=True)
def the_mean_gives_all_to_each():
    return pooling(back=lambda cache, d: pool_back(cache, d * (cache[2] ** 2 if cache[0] is None else 1)))


@wrong("pool", caught_by="pool_slopes", kind="mathematics", several=True)
def the_return_inside_the_loop():
    def back(cache, d):
        only = np.zeros_like(d)
        only[:, :1] = d[:, :1]
        return pool_back(cache, only)

    return pooling(back=back)


@wrong("pool", caught_by="each_pool", kind="missing case", several=True)
def stride_of_two_by_default():
    return pooling(lambda X, size=2, stride=None, kind="max": pool_ahead(X, size, stride or 2, kind))


@wrong("pool", caught_by="other_kinds", kind="missing case", several=True)
def every_other_kind_is_the_mean():
    return pooling(lambda X, size=2, stride=None, kind="max": pool_ahead(X, size, stride, "max" if kind == "max" else "mean"))


@wrong("pool", caught_by="pool_house", kind="dtype", several=True)
def pools_in_float64():
    return pooling(lambda X, size=2, stride=None, kind="max": pool_ahead(np.asarray(X, float), size, stride, kind))


@wrong("pool", caught_by="pool_house", kind="dtype", several=True)
def the_gradient_has_the_type_of_the_bytes():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, (winners, _, size, stride) = pool_ahead(X, size, stride, kind)
        return pooled, (winners, np.asarray(X), size, stride)

    return pooling(ahead, lambda cache, d: pool_back(cache, d).astype(cache[1].dtype))


@wrong("pool", caught_by="pool_house", kind="missing case", several=True)
def the_winners_of_the_last_call():
    kept = {}

    def ahead(X, size=2, stride=None, kind="max"):
        pooled, kept["cache"] = pool_ahead(X, size, stride, kind)
        return pooled, kept

    return pooling(ahead, lambda cache, d: pool_back(cache["cache"], d))


@right("pool", several=True)
def remembers_where_each_winner_stood():
    """Flat indices of the winners, and bincount on the way back; for the mean all entries win a share."""

    def ahead(X, size=2, stride=None, kind="max"):
        if kind != "max" and kind != "mean":
            raise ValueError(f"kind {kind!r}: it must be max or mean")
        X, stride = floats(X), size if stride is None else stride
        view = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
        places = np.lib.stride_tricks.sliding_window_view(np.arange(X.size).reshape(X.shape), (size, size), axis=(1, 2))
        places = places[:, ::stride, ::stride].reshape(*view.shape[:4], size * size)
        view = view.reshape(*view.shape[:4], size * size)
        if kind == "mean":
            return view.sum(axis=-1) / X.dtype.type(size * size), (places, X.shape, size * size)
        best = view.argmax(axis=-1)[..., None]
        return np.take_along_axis(view, best, -1)[..., 0], (np.take_along_axis(places, best, -1), X.shape, 1)

    def back(cache, d):
        places, shape, share = cache
        weights = np.broadcast_to(d[..., None] / share, places.shape)
        return np.bincount(places.ravel(), weights.ravel(), minlength=int(np.prod(shape))).reshape(shape).astype(d.dtype)

    return pooling(ahead, back)


@right("pool", several=True)
def a_loop_over_windows_down_and_across():
    def ahead(X, size=2, stride=None, kind="max"):
        if kind not in {"max", "mean"}:
            raise ValueError("unknown kind " + repr(kind))
        X, stride = floats(X), stride or size
        down, across = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
        out = np.empty((len(X), down, across, X.shape[3]), X.dtype)
        for i, j in np.ndindex(down, across):
            window = X[:, i * stride : i * stride + size, j * stride : j * stride + size]
            out[:, i, j] = getattr(window, kind)(axis=(1, 2))
        return out, (X, size, stride, kind)

    def back(cache, d):
        X, size, stride, kind = cache
        d_X = np.zeros(X.shape, d.dtype)
        n, c = np.arange(len(X))[:, None], np.arange(X.shape[3])
        for i, j in np.ndindex(d.shape[1:3]):
            top, left = i * stride, j * stride
            window = X[:, top : top + size, left : left + size]
            if kind == "mean":
                d_X[:, top : top + size, left : left + size] += d[:, i : i + 1, j : j + 1] / size**2
            else:
                best = window.reshape(len(X), size * size, X.shape[3]).argmax(axis=1)
                d_X[n, top + best // size, left + best % size, c] += d[:, i, j]
        return d_X

    return pooling(ahead, back)


@right("pool", several=True)
def the_mean_as_a_convolution():
    def ahead(X, size=2, stride=None, kind="max"):
        pooled, cache = pool_ahead(X, size, stride, kind)
        if kind == "mean":
            ones = (np.ones((size, size)) / size**2).astype(pooled.dtype)
            X = floats(X)
            view = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))[:, :: stride or size, :: stride or size]
            pooled = np.einsum("nijchw,hw->nijc", view, ones)
        return pooled, cache

    return pooling(ahead)


# ------------------------------------------------------------------------------------------- find_filters
def equations(X, scores, size, stride, padding, ones=True):
    """The table of windows, and the scores as rows."""
    view = view_of(padded(X, padding).astype(float), size, stride)
    table = view.reshape(-1, size[0] * size[1] * np.shape(X)[3])
    return (np.column_stack([table, np.ones(len(table))]) if ones else table), np.asarray(scores, float).reshape(len(table), -1)


def bank(unknowns, X, scores, size):
    unknowns = unknowns.astype(np.result_type(X, scores, np.float32))
    return unknowns[:-1].reshape(*size, np.shape(X)[3], -1), unknowns[-1]


def solved(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    return np.linalg.lstsq(table, wanted, rcond=None)[0]


@wrong("find_filters", caught_by="nearest", kind="missing case", headline=True)
def no_bias(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding, ones=False)
    unknowns = np.linalg.lstsq(table, wanted, rcond=None)[0]
    return bank(np.vstack([unknowns, np.zeros(unknowns.shape[1])]), X, scores, size)


@wrong("find_filters", caught_by="nearest", kind="mathematics")
def the_bias_is_what_is_left_in_the_mean(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding, ones=False)
    unknowns = np.linalg.lstsq(table, wanted, rcond=None)[0]
    return bank(np.vstack([unknowns, (wanted - table @ unknowns).mean(axis=0)]), X, scores, size)


@wrong("find_filters", caught_by="cannot_tell", kind="stability")
def normal_equations(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    return bank(np.linalg.solve(table.T @ table, table.T @ wanted), X, scores, size)


@wrong("find_filters", caught_by="nearest", kind="mathematics")
def a_penalty_to_be_safe(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    return bank(np.linalg.solve(table.T @ table + np.eye(table.shape[1]), table.T @ wanted), X, scores, size)


@wrong("find_filters", caught_by="come_back", kind="missing case")
def stride_not_heard(X, scores, size, stride=1, padding=0):
    table, wanted = equations_cut(X, scores, size, 1, padding)
    return bank(np.linalg.lstsq(table, wanted, rcond=None)[0], X, scores, size)


def equations_cut(X, scores, size, stride, padding):
    view = view_of(padded(X, padding).astype(float), size, stride)
    view = view[:, : np.shape(scores)[1], : np.shape(scores)[2]]
    table = view.reshape(-1, size[0] * size[1] * np.shape(X)[3])
    return np.column_stack([table, np.ones(len(table))]), np.asarray(scores, float).reshape(len(table), -1)


@wrong("find_filters", caught_by="come_back", kind="missing case")
def padding_not_heard(X, scores, size, stride=1, padding=0):
    grown = np.pad(floats(X), ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0)))
    return bank(solved(grown, scores, size, stride, 0), X, scores, size)


@wrong("find_filters", caught_by="come_back", kind="mathematics")
def the_filters_come_turned_over(X, scores, size, stride=1, padding=0):
    kernels, bias = bank(solved(X, scores, size, stride, padding), X, scores, size)
    return kernels[::-1, ::-1].copy(), bias


@wrong("find_filters", caught_by="come_back", kind="shape")
def channels_before_places(X, scores, size, stride=1, padding=0):
    unknowns = solved(X, scores, size, stride, padding)
    ins = np.shape(X)[3]
    return unknowns[:-1].reshape(ins, *size, -1).transpose(1, 2, 0, 3).copy(), unknowns[-1]


@wrong("find_filters", caught_by="one_row", kind="mathematics")
def a_few_steps_of_descent(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    unknowns = np.zeros((table.shape[1], wanted.shape[1]))
    rate = 1 / max(np.linalg.norm(table, 2) ** 2, 1e-12)
    for _ in range(30):
        unknowns -= rate * table.T @ (table @ unknowns - wanted)
    return bank(unknowns, X, scores, size)


@wrong("find_filters", caught_by="come_back", kind="mathematics")
def correlation_for_regression(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    return bank(table.T @ wanted / np.maximum((table**2).sum(axis=0), 1e-12)[:, None], X, scores, size)


@wrong("find_filters", caught_by="nearest", kind="hard-coding")
def from_the_first_picture_alone(X, scores, size, stride=1, padding=0):
    return bank(solved(X[:1], scores[:1], size, stride, padding), X, scores, size)


@wrong("find_filters", caught_by="filters_house", kind="dtype")
def filters_in_float64(X, scores, size, stride=1, padding=0):
    return bank(solved(X, scores, size, stride, padding), np.asarray(X, float), scores, size)


@wrong("find_filters", caught_by="filters_house", kind="mutation")
def takes_the_mean_away_in_place(X, scores, size, stride=1, padding=0):
    found = bank(solved(X, scores, size, stride, padding), X, scores, size)
    if np.asarray(scores).dtype.kind == "f":
        scores -= scores.mean()
    return found


@right("find_filters")
def by_the_pseudo_inverse(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    return bank(np.linalg.pinv(table) @ wanted, X, scores, size)


@right("find_filters")
def by_singular_values(X, scores, size, stride=1, padding=0):
    table, wanted = equations(X, scores, size, stride, padding)
    U, s, V = np.linalg.svd(table, full_matrices=False)
    kept = s > s.max() * 1e-11
    return bank(V[kept].T @ ((U[:, kept].T @ wanted) / s[kept][:, None]), X, scores, size)


@right("find_filters")
def centred_first(X, scores, size, stride=1, padding=0):
    """The bias from the means, the weights from what varies."""
    table, wanted = equations(X, scores, size, stride, padding, ones=False)
    middle, mean = table.mean(axis=0), wanted.mean(axis=0)
    unknowns = np.linalg.lstsq(table - middle, wanted - mean, rcond=1e-11)[0]
    return bank(np.vstack([unknowns, mean - middle @ unknowns]), X, scores, size)


# ------------------------------------------------------------------------------------------- moved_clothes
def start(shape, rng):
    """Weights and biases of a layer, at the scale for ReLU."""
    weights = rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))
    return weights.astype(np.float32), np.zeros(shape[-1], np.float32)


def rolled(X, rng, reach=4):
    shifts = rng.integers(-reach, reach + 1, (len(X), 2))
    return np.stack([np.roll(x, shift, axis=(0, 1)) for x, shift in zip(X, shifts, strict=True)])


def conv_ahead(parameters, X, stride, padding):
    kernels, bias = parameters
    view = view_of(np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0))), kernels.shape[:2], stride)
    rows = view.reshape(-1, kernels[..., 0].size)
    return (rows @ kernels.reshape(-1, len(bias)) + bias).reshape(*view.shape[:3], -1), (rows, X.shape, stride, padding)


def conv_back(parameters, cache, d):
    (kernels, _), (rows, shape, stride, padding) = parameters, cache
    flat, (down, across) = d.reshape(-1, d.shape[3]), d.shape[1:3]
    d_X = np.zeros((shape[0], shape[1] + 2 * padding, shape[2] + 2 * padding, shape[3]), d.dtype)
    for i, j in np.ndindex(kernels.shape[:2]):
        share = (flat @ kernels[i, j].T).reshape(len(d), down, across, -1)
        d_X[:, i : i + stride * down : stride, j : j + stride * across : stride] += share
    d_X = d_X[:, padding : padding + shape[1], padding : padding + shape[2]]
    return ((rows.T @ flat).reshape(kernels.shape), flat.sum(axis=0)), d_X


def dense_ahead(parameters, X):
    W, b = parameters
    return X.reshape(len(X), -1) @ W + b, X


def dense_back(parameters, X, d):
    return (X.reshape(len(X), -1).T @ d, d.sum(axis=0)), (d @ parameters[0].T).reshape(X.shape)


def run_ahead(plan, parameters, X):
    """Through all layers of a plan: the logits and what the way back needs. ReLU follows each layer with weights but the last."""
    kept, left = [], iter(parameters)
    for k, (name, *settings) in enumerate(plan):
        if name == "pool":
            X, cache = pool_ahead(X, *settings)
            kept.append((None, cache, None))
            continue
        own = next(left)
        X, cache = conv_ahead(own, X, *settings) if name == "conv" else dense_ahead(own, X)
        alive = X > 0 if k < len(plan) - 1 else None
        X = X if alive is None else X * alive
        kept.append((own, cache, alive))
    return X, kept


def run_back(plan, kept, d):
    slopes = []
    for (name, *_), (own, cache, alive) in zip(plan[::-1], kept[::-1], strict=True):
        if name == "pool":
            d = pool_back(cache, d)
            continue
        d = d if alive is None else d * alive
        slope, d = conv_back(own, cache, d) if name == "conv" else dense_back(own, cache, d)
        slopes.append(slope)
    return slopes[::-1]


def by_net(name, plan, shapes, epochs, rate, reach=4, shrink=1):
    """An entry: a net by its plan, trained with Adam on pictures that are moved by chance, at full or at half size."""

    def ready(X):
        n, side = len(X), X.shape[1]
        return X.reshape(n, side // shrink, shrink, side // shrink, shrink, 1).mean(axis=(2, 4), dtype=np.float32)

    def train(X, y, rng):
        parameters = [start(shape, rng) for shape in shapes]
        first, second, t = each_zero(parameters), each_zero(parameters), 0
        steps = epochs * (len(X) // 64)
        for _ in range(epochs):
            seen, order = ready(rolled(X, rng, reach) if reach else X), rng.permutation(len(X))
            for rows in np.split(order[: len(X) // 64 * 64], len(X) // 64):
                logits, kept = run_ahead(plan, parameters, seen[rows])
                d = np.exp(logits - logits.max(axis=1, keepdims=True))
                d /= d.sum(axis=1, keepdims=True)
                d[np.arange(len(rows)), y[rows]] -= 1
                slopes, t = run_back(plan, kept, d / np.float32(len(rows))), t + 1
                for pair, slope, one, two in zip(parameters, slopes, first, second, strict=True):
                    for p, g, m, v in zip(pair, slope, one, two, strict=True):
                        m += 0.1 * (g - m)
                        v += 0.01 * (g * g - v)
                        p -= rate * (1 - t / (steps + 1)) * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
        return [part for pair in parameters for part in pair]

    def predict(arrays, X):
        parameters = list(zip(arrays[::2], arrays[1::2], strict=True))
        parts = [run_ahead(plan, parameters, ready(X[k : k + 500]))[0].argmax(axis=1) for k in range(0, len(X), 500)]
        return np.concatenate(parts)

    def made():
        return {"train": train, "predict": predict}

    made.__name__ = name
    return made


def each_zero(parameters):
    return [tuple(np.zeros_like(part) for part in pair) for pair in parameters]


DENSE = [("dense",), ("dense",)]
CONVS = [("conv", 2, 1), ("conv", 1, 1), ("pool", 2), ("conv", 1, 1), ("pool", 5), ("dense",)]
FLAT = [("conv", 2, 1), ("conv", 1, 1), ("pool", 3, 2), ("dense",)]
SHAPES = [(4, 4, 1, 12), (3, 3, 12, 14), (3, 3, 14, 20), (20, 10)]


@entry("moved_clothes", band="nothing")
def always_the_same():
    return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.zeros(len(X), int)}


@entry("moved_clothes", band="refused")
def a_dense_net_on_all_pixels():
    return by_net("", DENSE, [(484, 36), (36, 10)], 1, 0.003)()


entry("moved_clothes", band="nothing")(by_net("dense_in_the_middle", DENSE, [(121, 36), (36, 10)], 10, 0.003, reach=0, shrink=2))
entry("moved_clothes", band="nothing")(by_net("one_linear_layer", [("dense",)], [(484, 10)], 10, 0.003))
entry("moved_clothes", band="baseline")(by_net("dense_and_moved_in_haste", DENSE, [(121, 36), (36, 10)], 11, 0.003, shrink=2))
entry("moved_clothes", band="gets going")(by_net("dense_and_moved", DENSE, [(121, 36), (36, 10)], 45, 0.003, shrink=2))
entry("moved_clothes", band="good")(by_net("two_convolutions", FLAT, [(4, 4, 1, 10), (3, 3, 10, 12), (300, 10)], 10, 0.006))
entry("moved_clothes", band="excellent")(by_net("three_convolutions", CONVS, SHAPES, 20, 0.008))
