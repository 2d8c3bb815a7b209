"""Programs for week 10, written from its contracts alone."""

import numpy as np

from autograder.cases import program


# ------------------------------------------------------------------------------------------- conv_matrix
def _table(kernel, n, stride=1, padding=0, kind=None):
    kernel = np.asarray(kernel)
    k = len(kernel)
    outputs = (n + 2 * padding - k) // stride + 1
    M = np.zeros((n, outputs), kind or np.result_type(kernel, np.float32))
    for j in range(outputs):
        for i in range(k):
            at = j * stride + i - padding
            if 0 <= at < n:
                M[at, j] += kernel[i]
    return M


@program("conv_matrix", breaks="it is what `slide` gives: a kernel that is not flipped")
def b_flipped_kernel(kernel, n, stride=1, padding=0):
    return _table(np.asarray(kernel)[::-1], n, stride, padding)


@program("conv_matrix", breaks="shape (n, outputs)")
def b_the_other_way_round(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding).T


@program("conv_matrix", breaks="with that padding")
def b_padding_forgotten(kernel, n, stride=1, padding=0):
    k = len(kernel)
    outputs = (n + 2 * padding - k) // stride + 1
    M = np.zeros((n, outputs), np.result_type(kernel, np.float32))
    small = _table(kernel, n, stride, 0) if n >= k else np.zeros((n, 0))
    M[:, : small.shape[1]] = small
    return M


@program("conv_matrix", breaks="with that stride")
def b_stride_forgotten(kernel, n, stride=1, padding=0):
    return _table(kernel, n, 1, padding)


@program("conv_matrix", breaks="all windows that there is room for are outputs")
def b_last_window_lost(kernel, n, stride=1, padding=0):
    M = _table(kernel, n, stride, padding)
    return M[:, :-1] if M.shape[1] > 1 and (n + 2 * padding - len(kernel)) % stride == 0 and stride > 1 else M


@program("conv_matrix", breaks="outputs that only partly have room are no outputs")
def b_rounded_up(kernel, n, stride=1, padding=0):
    k = len(kernel)
    outputs = -(-(n + 2 * padding - k) // stride) + 1
    M = np.zeros((n, outputs), np.result_type(kernel, np.float32))
    for j in range(outputs):
        for i in range(k):
            at = j * stride + i - padding
            if 0 <= at < n:
                M[at, j] += kernel[i]
    return M


@program("conv_matrix", breaks="with padding, entries outside the signal count as zero")
def b_wraps_round(kernel, n, stride=1, padding=0):
    k = len(kernel)
    outputs = (n + 2 * padding - k) // stride + 1
    M = np.zeros((n, outputs), np.result_type(kernel, np.float32))
    for j in range(outputs):
        for i in range(k):
            M[(j * stride + i - padding) % n, j] += kernel[i]
    return M


@program("conv_matrix", breaks="padding stands on both sides")
def b_padding_on_the_left_only(kernel, n, stride=1, padding=0):
    k = len(kernel)
    outputs = (n + 2 * padding - k) // stride + 1
    M = np.zeros((n, outputs), np.result_type(kernel, np.float32))
    for j in range(outputs):
        for i in range(k):
            at = j * stride + i - 2 * padding
            if 0 <= at < n:
                M[at, j] += kernel[i]
    return M


@program("conv_matrix", breaks="whole numbers are taken as floats: kernels with fractions keep them")
def b_whole_numbers_only(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding, kind=int)


@program("conv_matrix", breaks="float32 stays float32")
def b_always_float64(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding, kind=float)


@program("conv_matrix", breaks="inputs stay as they were")
def b_pads_the_kernel_in_place(kernel, n, stride=1, padding=0):
    M = _table(kernel, n, stride, padding)
    if isinstance(kernel, np.ndarray):
        kernel *= 0
    return M


@program("conv_matrix", breaks="any length of kernel, one included")
def b_kernel_of_one_fails(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding) if len(kernel) > 1 else np.eye(n)


@program("conv_matrix")
def b_columns_by_impulses(kernel, n, stride=1, padding=0):
    kernel = np.asarray(kernel, np.result_type(kernel, np.float32))
    padded = np.pad(np.eye(n, dtype=kernel.dtype), ((0, 0), (padding, padding)))
    return (np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=1) @ kernel)[:, ::stride]


@program("conv_matrix")
def b_a_band_by_diagonals(kernel, n, stride=1, padding=0):
    full = n + 2 * padding
    outputs = (full - len(kernel)) // stride + 1
    M = sum(weight * np.eye(full, full, -i) for i, weight in enumerate(np.asarray(kernel)))
    return np.asarray(M)[padding : padding + n, ::stride][:, :outputs].astype(np.result_type(kernel, np.float32))


@program("conv_matrix")
def b_by_fancy_indices(kernel, n, stride=1, padding=0):
    kernel = np.asarray(kernel)
    outputs = (n + 2 * padding - len(kernel)) // stride + 1
    rows = np.arange(len(kernel))[:, None] + stride * np.arange(outputs)
    M = np.zeros((n + 2 * padding, outputs), np.result_type(kernel, np.float32))
    M[rows, np.arange(outputs)] = kernel[:, None]
    return M[padding : padding + n]


# ------------------------------------------------------------------------------------------- conv_forward
def _windows(X, kh, kw, stride, padding):
    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    V = np.lib.stride_tricks.sliding_window_view(P, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
    return V.transpose(0, 1, 2, 4, 5, 3)  # N, H', W', kh, kw, in


def _forward(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    V = _windows(X, kh, kw, stride, padding)
    N, H, W = V.shape[:3]
    S = V.reshape(N * H * W, -1) @ K.reshape(-1, cout) + b
    return S.reshape(N, H, W, cout), (X, stride, padding)


def _varied(change=lambda S: S, kernels=lambda K: K, before=lambda X: X):
    def conv_forward(parameters, X, stride=1, padding=0):
        S, cache = _forward((kernels(parameters[0]), parameters[1]), before(X), stride, padding)
        return change(S), cache

    return conv_forward


@program("conv_forward", breaks="each place holds what `respond` gives: kernels are not flipped")
def b_true_convolution(parameters, X, stride=1, padding=0):
    K, b = parameters
    return _forward((K[::-1, ::-1], b), X, stride, padding)


@program("conv_forward", breaks="each place holds what `respond` gives: with the bias")
def b_bias_left_out(parameters, X, stride=1, padding=0):
    return _forward((parameters[0], 0 * parameters[1]), X, stride, padding)


@program("conv_forward", breaks="windows and kernels are laid out alike")
def b_channels_first_in_the_windows(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    V = _windows(X, kh, kw, stride, padding).transpose(0, 1, 2, 5, 3, 4)
    N, H, W = V.shape[:3]
    return (V.reshape(N * H * W, -1) @ K.reshape(-1, cout) + b).reshape(N, H, W, cout), (X, stride, padding)


@program("conv_forward", breaks="any padding will do: zeros, not the border's pixels")
def b_padded_with_the_border(parameters, X, stride=1, padding=0):
    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)), mode="edge") if X.size else X
    return _forward(parameters, P, stride, 0)


@program("conv_forward", breaks="pictures may be higher than wide")
def b_square_pictures(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, stride, padding)
    n = min(S.shape[1:3])
    return S[:, :n, :n], cache


@program("conv_forward", breaks="kernels may be higher than wide")
def b_rows_and_columns_of_the_kernel_mixed_up(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    V = _windows(X, kh, kw, stride, padding).transpose(0, 1, 2, 4, 3, 5)
    N, H, W = V.shape[:3]
    return (V.reshape(N * H * W, -1) @ K.reshape(-1, cout) + b).reshape(N, H, W, cout), (X, stride, padding)


@program("conv_forward", breaks="any stride: downwards too")
def b_stride_across_only(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, 1, padding)
    return S[:, :, ::stride], cache


@program("conv_forward", breaks="all windows that there is room for")
def b_size_over_stride(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, stride, padding)
    kh, _kw = parameters[0].shape[:2]
    h = max(1, (X.shape[1] + 2 * padding - kh) // stride)
    return (S[:, :h] if stride > 1 else S), cache


@program("conv_forward", breaks="it is fast")
def b_loop_over_pictures_and_places(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    H, W = (P.shape[1] - kh) // stride + 1, (P.shape[2] - kw) // stride + 1
    S = np.zeros((len(X), H, W, cout), np.result_type(X, K, np.float32))
    for n in range(len(X)):
        for i in range(H):
            for j in range(W):
                window = P[n, i * stride : i * stride + kh, j * stride : j * stride + kw]
                S[n, i, j] = np.tensordot(window, K, 3) + b
    return S, (X, stride, padding)


@program("conv_forward", breaks="float32 stays float32")
def b_scores_in_float64(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, stride, padding)
    return S.astype(float), cache


@program("conv_forward", breaks="inputs stay as they were")
def b_adds_the_bias_to_itself(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, stride, padding)
    X[...] = np.maximum(X, 0)
    return S, cache


@program("conv_forward", breaks="the batch may be empty")
def b_minus_one_in_reshape(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    V = _windows(X, kh, kw, stride, padding)
    S = V.reshape(len(X), V.shape[1] * V.shape[2], -1) @ K.reshape(-1, cout) + b
    return S.reshape(len(X), V.shape[1], -1, cout), (X, stride, padding)


@program("conv_forward", breaks="each place holds what `respond` gives: whole numbers are taken as floats")
def b_in_the_pictures_own_type(parameters, X, stride=1, padding=0):
    S, cache = _forward(parameters, X, stride, padding)
    return S.astype(X.dtype), cache


@program("conv_forward", breaks="each channel has its own weights")
def b_channels_added_first(parameters, X, stride=1, padding=0):
    K, b = parameters
    return _forward((K.mean(axis=2, keepdims=True), b), X.sum(axis=3, keepdims=True), stride, padding)


@program("conv_forward")
def b_sum_over_the_kernels_places(parameters, X, stride=1, padding=0):
    K, b = parameters
    kh, kw, _cin, cout = K.shape
    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    H, W = (P.shape[1] - kh) // stride + 1, (P.shape[2] - kw) // stride + 1
    S = np.zeros((len(X), H, W, cout), np.result_type(X, K, b, np.float32)) + b
    for i in range(kh):
        for j in range(kw):
            S += P[:, i : i + stride * (H - 1) + 1 : stride, j : j + stride * (W - 1) + 1 : stride] @ K[i, j]
    return S.astype(np.result_type(X, K, b, np.float32)), (X, stride, padding)


@program("conv_forward")
def b_by_einsum(parameters, X, stride=1, padding=0):
    K, b = parameters
    V = _windows(X, *K.shape[:2], stride, padding)
    return np.einsum("nhwijc,ijco->nhwo", V, K, optimize=True) + b, {"X": X, "stride": stride, "padding": padding}


@program("conv_forward")
def b_by_tensordot(parameters, X, stride=1, padding=0):
    K, b = parameters
    V = np.ascontiguousarray(_windows(X, *K.shape[:2], stride, padding))
    return np.tensordot(V, K, axes=((3, 4, 5), (0, 1, 2))) + b, [X, (stride, padding)]


# ------------------------------------------------------------------------------------------- conv_backward
def _backward(parameters, cache, d_scores, add=True, flip=False, bias=None, crop=True):
    K, _ = parameters
    X, stride, padding = cache
    kh, kw, cin, cout = K.shape
    V = _windows(X, kh, kw, stride, padding)
    N, H, W = V.shape[:3]
    D = d_scores.reshape(-1, cout)
    d_K = (V.reshape(N * H * W, -1).T @ D).reshape(K.shape)
    d_P = np.zeros((N, X.shape[1] + 2 * padding, X.shape[2] + 2 * padding, cin), np.result_type(X, K, d_scores, np.float32))
    for i in range(kh):
        for j in range(kw):
            part = d_scores @ (K[kh - 1 - i, kw - 1 - j] if flip else K[i, j]).T
            at = (slice(None), slice(i, i + stride * (H - 1) + 1, stride), slice(j, j + stride * (W - 1) + 1, stride))
            if add:
                d_P[at] += part
            else:
                d_P[at] = part
    d_X = d_P[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]
    d_b = d_scores.sum(axis=(0, 1, 2)) if bias is None else bias(d_scores)
    return (d_K, d_b), d_X


def _both(backward):
    return {"conv_forward": _forward, "conv_backward": backward}


@program("conv_backward", breaks="all three agree with slopes if windows overlap", several=True)
def b_written_over():
    return _both(lambda p, c, d: _backward(p, c, d, add=False))


@program("conv_backward", breaks="d_X agrees with slopes", several=True)
def b_kernels_turned_where_they_should_not_be():
    return _both(lambda p, c, d: _backward(p, c, d, flip=True))


@program("conv_backward", breaks="d_bias agrees with slopes: it is a sum over all places", several=True)
def b_mean_over_the_pictures_for_the_bias():
    return _both(lambda p, c, d: _backward(p, c, d, bias=lambda d: d.mean(axis=0).sum(axis=(0, 1))))


@program("conv_backward", breaks="the gradients come from d_scores as it is: the averaging is done already", several=True)
def b_divided_by_the_batch_again():
    def backward(p, c, d):
        (d_K, d_b), d_X = _backward(p, c, d)
        n = max(len(d), 1)
        return (d_K / n, d_b / n), d_X

    return _both(backward)


@program("conv_backward", breaks="d_X has the shape of X: the padding is cut off", several=True)
def b_padding_left_on():
    def backward(p, c, d):
        X, stride, padding = c
        P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        return _backward(p, (P, stride, 0), d)

    return _both(backward)


@program("conv_backward", breaks="some pixels lie in no window: d_X still has all of X", several=True)
def b_pixels_without_a_window_cut_off():
    def backward(p, c, d):
        _X, stride, padding = c
        kh, kw = p[0].shape[:2]
        (d_K, d_b), d_X = _backward(p, c, d)
        h = stride * (d.shape[1] - 1) + kh - 2 * padding
        w = stride * (d.shape[2] - 1) + kw - 2 * padding
        return (d_K, d_b), d_X[:, : max(h, 1), : max(w, 1)]

    return _both(backward)


@program("conv_backward", breaks="d_kernels agrees with slopes at any stride", several=True)
def b_stride_forgotten_for_the_kernels():
    def backward(p, c, d):
        X, _stride, padding = c
        (_, d_b), d_X = _backward(p, c, d)
        kh, kw = p[0].shape[:2]
        V = _windows(X, kh, kw, 1, padding)[:, : d.shape[1], : d.shape[2]]
        return (np.einsum("nhwijc,nhwo->ijco", V, d), d_b), d_X

    return _both(backward)


@program("conv_backward", breaks="d_X agrees with slopes at any stride", several=True)
def b_stride_forgotten_for_the_pictures():
    def backward(p, c, d):
        X, stride, padding = c
        grads, d_X = _backward(p, c, d)
        if stride == 1:
            return grads, d_X
        K = p[0]
        kh, kw = K.shape[:2]
        P = np.zeros((len(X), X.shape[1] + 2 * padding, X.shape[2] + 2 * padding, X.shape[3]))
        for i in range(kh):
            for j in range(kw):
                P[:, i : i + d.shape[1], j : j + d.shape[2]] += d @ K[i, j].T
        return grads, P[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]

    return _both(backward)


@program("conv_backward", breaks="oblong kernels too: d_kernels has rows and columns in their places", several=True)
def b_rows_and_columns_mixed_up():
    def backward(p, c, d):
        (d_K, d_b), d_X = _backward(p, c, d)
        return (d_K.transpose(1, 0, 2, 3).reshape(d_K.shape), d_b), d_X

    return _both(backward)


@program("conv_backward", breaks="it is fast", several=True)
def b_place_by_place():
    def backward(p, c, d):
        K, _ = p
        X, stride, padding = c
        kh, kw = K.shape[:2]
        P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        d_K, d_P = np.zeros_like(K), np.zeros_like(P)
        for n in range(len(d)):
            for i in range(d.shape[1]):
                for j in range(d.shape[2]):
                    at = (n, slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw))
                    d_K += P[at][..., None] * d[n, i, j]
                    d_P[at] += K @ d[n, i, j]
        return (d_K, d.sum(axis=(0, 1, 2))), d_P[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]

    return _both(backward)


@program("conv_backward", breaks="no global state: two caches can be open at once", several=True)
def b_the_last_cache_only():
    kept = {}

    def forward(parameters, X, stride=1, padding=0):
        S, kept["cache"] = _forward(parameters, X, stride, padding)
        return S, None

    return {"conv_forward": forward, "conv_backward": lambda p, c, d: _backward(p, kept["cache"], d)}


@program("conv_backward", breaks="float32 stays float32", several=True)
def b_gradients_in_float64():
    def backward(p, c, d):
        (d_K, d_b), d_X = _backward(p, c, d)
        return (d_K.astype(float), d_b.astype(float)), d_X.astype(float)

    return _both(backward)


@program("conv_backward", breaks="inputs stay as they were", several=True)
def b_uses_d_scores_up():
    def backward(p, c, d):
        out = _backward(p, c, d)
        d *= 0
        return out

    return _both(backward)


@program("conv_backward", breaks="a cache can be used twice", several=True)
def b_the_cache_is_used_up():
    def forward(parameters, X, stride=1, padding=0):
        S, cache = _forward(parameters, X, stride, padding)
        return S, list(cache)

    def backward(p, c, d):
        padding, stride, X = c.pop(), c.pop(), c.pop()
        return _backward(p, (X, stride, padding), d)

    return {"conv_forward": forward, "conv_backward": backward}


@program("conv_backward", several=True)
def b_as_a_convolution_with_turned_kernels():
    def backward(p, c, d):
        K, _ = p
        X, stride, padding = c
        kh, kw, cin, cout = K.shape
        H, W = X.shape[1] + 2 * padding, X.shape[2] + 2 * padding
        spread = np.zeros((len(X), H - kh + 1, W - kw + 1, cout), d.dtype)
        spread[:, : stride * d.shape[1] : stride, : stride * d.shape[2] : stride] = d
        turned = K[::-1, ::-1].transpose(0, 1, 3, 2)
        full = np.pad(spread, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        d_P = _forward((turned, np.zeros(cin, K.dtype)), full)[0]
        d_X = d_P[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]
        V = _windows(X, kh, kw, stride, padding)
        return (np.tensordot(V, d, axes=((0, 1, 2), (0, 1, 2))), d.sum(axis=(0, 1, 2))), d_X

    return _both(backward)


@program("conv_backward", several=True)
def b_by_scattered_indices():
    def backward(p, c, d):
        K, _ = p
        X, stride, padding = c
        kh, kw, cin, cout = K.shape
        N, H, W = d.shape[:3]
        d_V = (d.reshape(-1, cout) @ K.reshape(-1, cout).T).reshape(N, H, W, kh, kw, cin)
        d_P = np.zeros((N, X.shape[1] + 2 * padding, X.shape[2] + 2 * padding, cin), d_V.dtype)
        rows = stride * np.arange(H)[:, None, None, None] + np.arange(kh)[:, None]
        columns = stride * np.arange(W)[None, :, None, None] + np.arange(kw)
        for n in range(N):
            np.add.at(d_P[n], (rows, columns), d_V[n])
        V = _windows(X, kh, kw, stride, padding).reshape(N * H * W, -1)
        d_K = (V.T @ d.reshape(-1, cout)).reshape(K.shape)
        return (d_K, d.sum(axis=(0, 1, 2))), d_P[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]

    return _both(backward)


@program("conv_backward", several=True)
def b_by_einsum_of_a_dense_table():
    def backward(p, c, d):
        (_d_K, d_b), d_X = _backward(p, c, d)
        X, stride, padding = c
        V = _windows(X, *p[0].shape[:2], stride, padding)
        return [np.einsum("nhwijc,nhwo->ijco", V, d, optimize=True), d_b], d_X

    return _both(backward)


# ------------------------------------------------------------------------------------------- pool
def _pool(X, size=2, stride=None, kind="max"):
    stride = size if stride is None else stride
    if kind not in ("max", "mean"):
        raise ValueError(f"no kind of pooling: {kind!r}")
    V = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    flat = V.reshape(*V.shape[:4], size * size)
    return (flat.max(axis=-1) if kind == "max" else flat.mean(axis=-1)), (X, size, stride, kind)


def _back(cache, d, last=False, all_equal=False, add=True, mean=lambda d, size: d / size**2):
    X, size, stride, kind = cache
    d_X = np.zeros(X.shape, np.result_type(d, np.float32))
    for n, i, j, c in np.ndindex(*d.shape):
        at = (n, slice(i * stride, i * stride + size), slice(j * stride, j * stride + size), c)
        if kind == "mean":
            d_X[at] += mean(d[n, i, j, c], size)
            continue
        window = X[at]
        if all_equal:
            d_X[at] += d[n, i, j, c] * (window == window.max())
            continue
        k = size * size - 1 - int(np.argmax(window[::-1, ::-1])) if last else int(np.argmax(window))
        place = (n, i * stride + k // size, j * stride + k % size, c)
        d_X[place] = d[n, i, j, c] + (d_X[place] if add else 0)
    return d_X


def _pools(forward=_pool, backward=_back):
    return {"pool_forward": forward, "pool_backward": backward}


@program("pool", breaks="of equal entries the first one gets all: not each of them", several=True)
def b_all_equal_entries_get_it():
    return _pools(backward=lambda c, d: _back(c, d, all_equal=True))


@program("pool", breaks="of equal entries the first one gets it, not the last", several=True)
def b_the_last_of_equals():
    return _pools(backward=lambda c, d: _back(c, d, last=True))


@program("pool", breaks="they may overlap: gradients add up", several=True)
def b_overlap_written_over():
    return _pools(backward=lambda c, d: _back(c, d, add=False))


@program("pool", breaks="each number is of its own channel", several=True)
def b_largest_over_all_channels():
    def forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool(X, size, stride, kind)
        return (np.broadcast_to(pooled.max(axis=3, keepdims=True), pooled.shape).copy() if kind == "max" else pooled), cache

    return _pools(forward)


@program("pool", breaks="without a stride it is as large as size", several=True)
def b_stride_is_two():
    return _pools(lambda X, size=2, stride=None, kind="max": _pool(X, size, 2 if stride is None else stride, kind))


@program("pool", breaks="they may overlap: a stride of its own", several=True)
def b_stride_is_always_the_size():
    return _pools(lambda X, size=2, stride=None, kind="max": _pool(X, size, size, kind))


@program("pool", breaks="mean: the gradient is shared", several=True)
def b_mean_gives_everything_to_everybody():
    return _pools(backward=lambda c, d: _back(c, d, mean=lambda d, size: d))


@program("pool", breaks="another kind raises a ValueError that names it", several=True)
def b_another_kind_is_the_mean():
    return _pools(lambda X, size=2, stride=None, kind="max": _pool(X, size, stride, kind if kind == "max" else "mean"))


@program("pool", breaks="the ValueError names the kind", several=True)
def b_an_error_without_the_name():
    def forward(X, size=2, stride=None, kind="max"):
        if kind not in ("max", "mean"):
            raise ValueError("wrong argument")
        return _pool(X, size, stride, kind)

    return _pools(forward)


@program("pool", breaks="the largest of its window: without padding, negative ones too", several=True)
def b_never_below_nought():
    def forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool(X, size, stride, kind)
        return (np.maximum(pooled, 0) if kind == "max" else pooled), cache

    return _pools(forward)


@program("pool", breaks="windows lie as those of a convolution: what has no room is left out", several=True)
def b_an_incomplete_window_at_the_border():
    def forward(X, size=2, stride=None, kind="max"):
        s = size if stride is None else stride
        more_h, more_w = -(X.shape[1] - size) % s, -(X.shape[2] - size) % s
        P = np.pad(X, ((0, 0), (0, more_h), (0, more_w), (0, 0)), mode="edge")
        return _pool(P, size, stride, kind)

    return _pools(forward, lambda c, d: _back(c, d))


@program("pool", breaks="oblong pictures", several=True)
def b_square_pictures_only():
    def forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool(X, size, stride, kind)
        n = min(pooled.shape[1:3])
        return pooled[:, :n, :n], cache

    return _pools(forward)


@program("pool", breaks="float32 stays float32", several=True)
def b_pooled_in_float64():
    def forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool(X, size, stride, kind)
        return pooled.astype(float), cache

    return _pools(forward, lambda c, d: _back(c, d).astype(float))


@program("pool", breaks="mean of whole numbers is a float", several=True)
def b_mean_in_the_pictures_type():
    def forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool(X, size, stride, kind)
        return pooled.astype(X.dtype), cache

    return _pools(forward)


@program("pool", several=True)
def b_window_by_window():
    def forward(X, size=2, stride=None, kind="max"):
        if kind not in ("max", "mean"):
            raise ValueError(f"kind {kind} is neither max nor mean")
        s = stride or size
        H, W = (X.shape[1] - size) // s + 1, (X.shape[2] - size) // s + 1
        out = np.zeros((len(X), H, W, X.shape[3]), X.dtype if X.dtype.kind == "f" or kind == "max" else float)
        for i in range(H):
            for j in range(W):
                part = X[:, i * s : i * s + size, j * s : j * s + size]
                out[:, i, j] = part.max(axis=(1, 2)) if kind == "max" else part.mean(axis=(1, 2))
        return out, (X, size, s, kind)

    return _pools(forward)


@program("pool", several=True)
def b_by_comparing_place_by_place():
    def backward(cache, d):
        X, size, stride, kind = cache
        d_X = np.zeros(X.shape, np.result_type(d, np.float32))
        H, W = d.shape[1:3]
        parts = [
            (slice(None), slice(i, i + stride * (H - 1) + 1, stride), slice(j, j + stride * (W - 1) + 1, stride))
            for i in range(size)
            for j in range(size)
        ]
        if kind == "mean":
            for at in parts:
                d_X[at] += d / size**2
            return d_X
        best, taken = np.max([X[at] for at in parts], axis=0), np.zeros(d.shape, bool)
        for at in parts:
            mine = (X[at] == best) & ~taken
            taken |= mine
            d_X[at] += d * mine
        return d_X

    return _pools(backward=backward)


# ------------------------------------------------------------------------------------------- find_filters
def _found(X, scores, size, stride=1, padding=0, bias=True, order=lambda V: V, weight=0.0):
    V = order(_windows(X, *size, stride, padding)).astype(float)
    A = V.reshape(-1, size[0] * size[1] * X.shape[3])
    B = scores.reshape(-1, scores.shape[-1]).astype(float)
    if bias:
        A = np.column_stack([A, np.ones(len(A))])
    if weight:
        n = A.shape[1]
        w = np.linalg.solve(A.T @ A + weight * np.eye(n), A.T @ B)
    else:
        w = np.linalg.lstsq(A, B, rcond=None)[0]
    kind = np.result_type(X, scores, np.float32)
    K, b = (w[:-1], w[-1]) if bias else (w, np.zeros(B.shape[1]))
    return K.reshape(*size, X.shape[3], -1).astype(kind), b.astype(kind)


@program("find_filters", breaks="no other kernels and no other bias come nearer: a bias of 0 is not the best")
def b_no_bias(X, scores, size, stride=1, padding=0):
    return _found(X, scores, size, stride, padding, bias=False)


@program("find_filters", breaks="kernels are not flipped")
def b_turned_round(X, scores, size, stride=1, padding=0):
    K, b = _found(X, scores, size, stride, padding)
    return K[::-1, ::-1], b


@program("find_filters", breaks="with that stride")
def b_as_if_the_stride_were_one(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, 1, padding)[:, : scores.shape[1], : scores.shape[2]]
    A = np.column_stack([V.reshape(-1, size[0] * size[1] * X.shape[3]), np.ones(V[..., 0, 0, 0].size)])
    w = np.linalg.lstsq(A, scores.reshape(-1, scores.shape[-1]), rcond=None)[0]
    return w[:-1].reshape(*size, X.shape[3], -1), w[-1]


@program("find_filters", breaks="with that padding")
def b_padding_with_the_border(X, scores, size, stride=1, padding=0):
    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)), mode="edge")
    return _found(P, scores, size, stride, 0)


@program("find_filters", breaks="size is (kh, kw): rows first")
def b_width_first(X, scores, size, stride=1, padding=0):
    K, b = _found(X, scores, size, stride, padding)
    return K.transpose(1, 0, 2, 3).reshape(K.shape), b


@program("find_filters", breaks="no other kernels come nearer: not shrunk")
def b_with_a_penalty(X, scores, size, stride=1, padding=0):
    return _found(X, scores, size, stride, padding, weight=0.1)


@program("find_filters", breaks="where the data cannot tell, any of the best ones will do: no failure")
def b_normal_equations_without_care(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, stride, padding)
    A = np.column_stack([V.reshape(-1, size[0] * size[1] * X.shape[3]), np.ones(V[..., 0, 0, 0].size)]).astype(float)
    w = np.linalg.solve(A.T @ A, A.T @ scores.reshape(-1, scores.shape[-1]))
    return w[:-1].reshape(*size, X.shape[3], -1), w[-1]


@program("find_filters", breaks="the layer's kernels come back: a few steps downhill do not get there")
def b_fifty_steps_downhill(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, stride, padding)
    A = np.column_stack([V.reshape(-1, size[0] * size[1] * X.shape[3]), np.ones(V[..., 0, 0, 0].size)]).astype(float)
    B, w = scores.reshape(-1, scores.shape[-1]), np.zeros((A.shape[1], scores.shape[-1]))
    for _ in range(50):
        w -= 0.5 / max(np.linalg.norm(A, 2) ** 2, 1e-9) * A.T @ (A @ w - B)
    return w[:-1].reshape(*size, X.shape[3], -1), w[-1]


@program("find_filters", breaks="all pictures count")
def b_only_the_first_picture(X, scores, size, stride=1, padding=0):
    return _found(X[:1], scores[:1], size, stride, padding)


@program("find_filters", breaks="each response has its own kernel")
def b_one_kernel_for_all(X, scores, size, stride=1, padding=0):
    K, b = _found(X, scores, size, stride, padding)
    return np.repeat(K[..., :1], K.shape[-1], axis=-1), np.repeat(b[:1], len(b))


@program("find_filters", breaks="kernels have shape (kh, kw, in, out)")
def b_outputs_first(X, scores, size, stride=1, padding=0):
    K, b = _found(X, scores, size, stride, padding)
    return K.transpose(3, 0, 1, 2), b


@program("find_filters", breaks="inputs stay as they were")
def b_takes_the_mean_off_in_place(X, scores, size, stride=1, padding=0):
    out = _found(X, scores, size, stride, padding)
    scores -= scores.mean()
    return out


@program("find_filters", breaks="the bias is found with the kernels, not before")
def b_bias_is_the_mean_score(X, scores, size, stride=1, padding=0):
    b = scores.mean(axis=(0, 1, 2))
    K, _ = _found(X, scores - b, size, stride, padding, bias=False)
    return K, b.astype(K.dtype)


@program("find_filters")
def b_by_the_pseudo_inverse(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, stride, padding)
    A = np.column_stack([np.ones(V[..., 0, 0, 0].size), V.reshape(-1, size[0] * size[1] * X.shape[3])])
    w = np.linalg.pinv(A.astype(float)) @ scores.reshape(-1, scores.shape[-1])
    kind = np.result_type(X, scores, np.float32)
    return w[1:].reshape(*size, X.shape[3], -1).astype(kind), w[0].astype(kind)


@program("find_filters")
def b_centred_first(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, stride, padding)
    A, B = V.reshape(-1, size[0] * size[1] * X.shape[3]).astype(float), scores.reshape(-1, scores.shape[-1]).astype(float)
    m, n = A.mean(axis=0), B.mean(axis=0)
    w = np.linalg.lstsq(A - m, B - n, rcond=None)[0]
    kind = np.result_type(X, scores, np.float32)
    return w.reshape(*size, X.shape[3], -1).astype(kind), (n - m @ w).astype(kind)


@program("find_filters")
def b_by_singular_values(X, scores, size, stride=1, padding=0):
    V = _windows(X, *size, stride, padding)
    A = np.column_stack([V.reshape(-1, size[0] * size[1] * X.shape[3]), np.ones(V[..., 0, 0, 0].size)]).astype(float)
    U, s, T = np.linalg.svd(A, full_matrices=False)
    kept = s > 1e-10 * max(s.max(initial=0), 1e-300)
    w = T[kept].T @ ((U[:, kept].T @ scores.reshape(-1, scores.shape[-1])) / s[kept, None])
    kind = np.result_type(X, scores, np.float32)
    return w[:-1].reshape(*size, X.shape[3], -1).astype(kind), w[-1].astype(kind)
