"""Programs for week 10, written from its contracts alone."""

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*arrays, np.float32)


# conv_matrix


def _table(kernel, n, stride=1, padding=0, outs=None, begin=0, dilate=1, after=None):
    """The table by its entries; `after` is the padding behind, `begin` the first place of a window."""
    kernel = np.asarray(kernel)
    k = len(kernel)
    after = padding if after is None else after
    outs = (n + padding + after - k - begin) // stride + 1 if outs is None else outs
    K = np.zeros((n, outs), dtype=_kind(kernel))
    for j in range(outs):
        for t in range(k):
            i = begin + j * stride - padding + t * dilate
            if 0 <= i < n:
                K[i, j] += kernel[t]
    return K


@program("conv_matrix")
def a_table_entry_by_entry(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding)


@program("conv_matrix")
def a_table_by_impulses(kernel, n, stride=1, padding=0):
    kernel = np.asarray(kernel)
    padded = np.pad(np.eye(n, dtype=_kind(kernel)), ((0, 0), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=1)[:, ::stride]
    return (windows * kernel).sum(axis=-1, dtype=_kind(kernel))


@program("conv_matrix")
def a_table_by_distance(kernel, n, stride=1, padding=0):
    kernel = np.asarray(kernel)
    outs = 1 + (n + 2 * padding - len(kernel)) // stride
    offset = np.arange(n)[:, None] + padding - stride * np.arange(outs)[None, :]
    inside = (offset >= 0) & (offset < len(kernel))
    return np.where(inside, kernel[np.clip(offset, 0, len(kernel) - 1)], 0).astype(_kind(kernel))


@program("conv_matrix", breaks="x @ K is what slide gives; here the kernel is turned over first")
def a_table_turned_over(kernel, n, stride=1, padding=0):
    return _table(np.asarray(kernel)[::-1], n, stride, padding)


@program("conv_matrix", breaks="the table has shape (n, outputs); here it is transposed")
def a_table_transposed(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding).T


@program("conv_matrix", breaks="float32 in, float32 out; here the table is always float64")
def a_table_always_float64(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding).astype(np.float64)


@program("conv_matrix", breaks="whole numbers are taken as floats; here a whole kernel gives a table of whole numbers")
def a_table_of_whole_numbers(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding).astype(np.asarray(kernel).dtype)


@program("conv_matrix", breaks="with padding it is the convolution with that padding; here it is ignored")
def a_table_without_padding(kernel, n, stride=1, padding=0):
    if len(kernel) > n:
        return _table(kernel, n, stride, padding)
    return _table(kernel, n, stride, 0)


@program("conv_matrix", breaks="padding is put at both ends; here all of it stands in front")
def a_table_padding_in_front(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, 2 * padding, after=0)


@program("conv_matrix", breaks="with a stride only every stride-th sum is kept; here all are")
def a_table_without_stride(kernel, n, stride=1, padding=0):
    return _table(kernel, n, 1, padding)


@program("conv_matrix", breaks="only windows with room count; here one that hangs over the end counts, too")
def a_table_hangs_over(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding, outs=-(-(n + 2 * padding - len(kernel)) // stride) + 1)


@program("conv_matrix", breaks="each window with room counts; here the last one is forgotten where there are several")
def a_table_last_window_forgotten(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding, outs=max(1, -(-(n + 2 * padding - len(kernel)) // stride)))


@program("conv_matrix", breaks="there are n rows; here the rows of the padding stay")
def a_table_keeps_padding_rows(kernel, n, stride=1, padding=0):
    return _table(kernel, n + 2 * padding, stride, 0)


@program("conv_matrix", breaks="padding holds zeros; here the signal goes round in a circle")
def a_table_round_in_a_circle(kernel, n, stride=1, padding=0):
    full = _table(kernel, n + 2 * padding, stride, 0)
    K = np.zeros((n, full.shape[1]), dtype=full.dtype)
    for i, row in enumerate(full):
        K[(i - padding) % n] += row
    return K


@program("conv_matrix", breaks="padding holds zeros; here it repeats the outermost numbers")
def a_table_repeats_the_edge(kernel, n, stride=1, padding=0):
    full = _table(kernel, n + 2 * padding, stride, 0)
    K = np.zeros((n, full.shape[1]), dtype=full.dtype)
    for i, row in enumerate(full):
        K[min(max(i - padding, 0), n - 1)] += row
    return K


@program("conv_matrix", breaks="the first window begins at the beginning; here at the last place of the first stride")
def a_table_begins_late(kernel, n, stride=1, padding=0):
    begin = min(stride - 1, n + 2 * padding - len(kernel))
    return _table(kernel, n, stride, padding, begin=begin)


@program("conv_matrix", breaks="the stride moves the window; here it also pulls the kernel's weights apart")
def a_table_pulled_apart(kernel, n, stride=1, padding=0):
    return _table(kernel, n, stride, padding, dilate=stride)


@program("conv_matrix", breaks="what is given stays as it was; here the kernel is turned over in place")
def a_table_turns_kernel_in_place(kernel, n, stride=1, padding=0):
    K = _table(kernel, n, stride, padding)
    kernel[:] = kernel[::-1].copy()
    return K


_TABLES = {}


@program("conv_matrix", breaks="nothing is remembered; here the table of the first kernel of a size is given again")
def a_table_remembered(kernel, n, stride=1, padding=0):
    key = len(kernel), n, stride, padding
    if key not in _TABLES:
        _TABLES[key] = _table(kernel, n, stride, padding)
    return _TABLES[key].copy()


# conv_forward


def _pad(X, padding, mode="constant"):
    p = (padding, padding)
    return np.pad(X, ((0, 0), p, p, (0, 0)), mode=mode)


def _rows(padded, kh, kw, stride, across=None):
    """All windows (N, down, across, kh, kw, in), a view."""
    view = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return view[:, ::stride, :: stride if across is None else across].transpose(0, 1, 2, 4, 5, 3)


def _scores(kernels, bias, padded, stride, across=None):
    kh, kw, ins, outs = kernels.shape
    windows = _rows(padded, kh, kw, stride, across)
    flat = windows.reshape(-1, kh * kw * ins) @ kernels.reshape(-1, outs) + bias
    return flat.reshape(*windows.shape[:3], outs)


def _forward(parameters, X, stride=1, padding=0):
    kernels, bias = (np.asarray(p) for p in parameters)
    kind = _kind(kernels, bias, X)
    scores = _scores(kernels.astype(kind), bias.astype(kind), _pad(np.asarray(X, dtype=kind), padding), stride)
    return scores, (np.array(X), stride, padding)


def _changed(parameters, X, stride, padding, kernels=None, bias=None, pad=None, across=None):
    """The forward pass with one thing done differently."""
    k, b = (np.asarray(p) for p in parameters)
    kind = _kind(k, b, X)
    k, b = k.astype(kind), b.astype(kind)
    k = k if kernels is None else kernels(k)
    b = b if bias is None else bias(b)
    X = np.asarray(X, dtype=kind)
    padded = _pad(X, padding) if pad is None else pad(X)
    return _scores(k, b, padded, stride, across).astype(kind), None


@program("conv_forward")
def a_forward_one_product(parameters, X, stride=1, padding=0):
    return _forward(parameters, X, stride, padding)


@program("conv_forward")
def a_forward_by_kernel_places(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    kh, kw, _, outs = kernels.shape
    N, H, W, ins = X.shape
    kind = _kind(kernels, bias, X)
    padded = np.zeros((N, H + 2 * padding, W + 2 * padding, ins), dtype=kind)
    padded[:, padding : padding + H, padding : padding + W] = X
    down, across = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    scores = np.zeros((N, down, across, outs), dtype=kind)
    scores += bias
    for i in range(kh):
        for j in range(kw):
            part = padded[:, i : i + stride * (down - 1) + 1 : stride, j : j + stride * (across - 1) + 1 : stride]
            scores += part @ kernels[i, j].astype(kind)
    return scores, {"padded": padded, "stride": stride, "padding": padding}


@program("conv_forward")
def a_forward_by_index_tables(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    kh, kw, _, _ = kernels.shape
    kind = _kind(kernels, bias, X)
    padded = _pad(np.asarray(X, dtype=kind), padding)
    down, across = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    rows = (stride * np.arange(down))[:, None] + np.arange(kh)
    columns = (stride * np.arange(across))[:, None] + np.arange(kw)
    windows = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    scores = np.tensordot(windows, kernels.astype(kind), axes=3) + bias.astype(kind)
    return scores.astype(kind), (windows, X.shape, stride, padding)


@program("conv_forward", breaks="each place holds what respond gives; here the kernel is turned over")
def a_forward_turned_over(parameters, X, stride=1, padding=0):
    return _changed(parameters, X, stride, padding, kernels=lambda k: k[::-1, ::-1])


@program("conv_forward", breaks="respond begins with the bias; here it is forgotten")
def a_forward_without_bias(parameters, X, stride=1, padding=0):
    return _changed(parameters, X, stride, padding, bias=np.zeros_like)


@program("conv_forward", breaks="respond adds the bias once; here once for each channel that comes in")
def a_forward_bias_for_each_channel(parameters, X, stride=1, padding=0):
    return _changed(parameters, X, stride, padding, bias=lambda b: b * np.shape(X)[3])


@program("conv_forward", breaks="the stride is the same downwards and across; here it is 1 across")
def a_forward_stride_downwards_only(parameters, X, stride=1, padding=0):
    return _changed(parameters, X, stride, padding, across=1)


@program("conv_forward", breaks="padding is put on all four sides; here only above and on the left")
def a_forward_padding_above_and_left(parameters, X, stride=1, padding=0):
    p = (2 * padding, 0)
    return _changed(parameters, X, stride, padding, pad=lambda X: np.pad(X, ((0, 0), p, p, (0, 0))))


@program("conv_forward", breaks="padding is put on all four sides; here none is put left and right where a window fits without")
def a_forward_padding_rows_only(parameters, X, stride=1, padding=0):
    p = (padding, padding)
    q = p if parameters[0].shape[1] > np.shape(X)[2] else (0, 0)
    return _changed(parameters, X, stride, padding, pad=lambda X: np.pad(X, ((0, 0), p, q, (0, 0))))


@program("conv_forward", breaks="padding holds zeros; here it repeats the picture's edge")
def a_forward_padding_repeats_the_edge(parameters, X, stride=1, padding=0):
    if np.size(X) == 0:
        return _changed(parameters, X, stride, padding)
    return _changed(parameters, X, stride, padding, pad=lambda X: _pad(X, padding, "edge"))


@program("conv_forward", breaks="kernels may be higher than wide; here rows and columns of the kernel are exchanged")
def a_forward_kernel_transposed(parameters, X, stride=1, padding=0):
    kernels = parameters[0]
    if kernels.shape[0] == kernels.shape[1]:
        return _forward(parameters, X, stride, padding)
    return _changed(parameters, X, stride, padding, kernels=lambda k: k.transpose(1, 0, 2, 3))


@program("conv_forward", breaks="pictures may be wider than high; here as many places are taken across as downwards")
def a_forward_square_pictures(parameters, X, stride=1, padding=0):
    scores, cache = _forward(parameters, X, stride, padding)
    side = min(scores.shape[1:3])
    return scores[:, :side, :side], cache


@program("conv_forward", breaks="the right numbers meet; here the window's channels come first and the kernel's last")
def a_forward_window_in_other_order(parameters, X, stride=1, padding=0):
    def kernels(k):
        kh, kw, ins, outs = k.shape
        return k.reshape(ins, kh, kw, outs).transpose(1, 2, 0, 3)

    return _changed(parameters, X, stride, padding, kernels=kernels)


@program("conv_forward", breaks="it is fast; here it loops over pictures and places")
def a_forward_loops_over_places(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    kh, kw, _, outs = kernels.shape
    kind = _kind(kernels, bias, X)
    padded = _pad(np.asarray(X, dtype=kind), padding)
    down, across = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    scores = np.zeros((len(X), down, across, outs), dtype=kind)
    for n, y, x in np.ndindex(scores.shape[:3]):
        window = padded[n, y * stride : y * stride + kh, x * stride : x * stride + kw]
        for f in range(outs):
            scores[n, y, x, f] = np.sum(window * kernels[..., f]) + bias[f]
    return scores, None


@program("conv_forward", breaks="float32 in, float32 out; here scores are float64")
def a_forward_always_float64(parameters, X, stride=1, padding=0):
    kernels, bias = parameters
    return _forward((np.asarray(kernels, dtype=np.float64), bias), X, stride, padding)


@program("conv_forward", breaks="whole numbers are taken as floats; here scores of whole pictures are cut to whole numbers")
def a_forward_whole_scores(parameters, X, stride=1, padding=0):
    scores, cache = _forward(parameters, X, stride, padding)
    return (scores.astype(X.dtype) if np.issubdtype(X.dtype, np.integer) else scores), cache


@program("conv_forward", breaks="the batch may be empty; here the pictures are joined one by one")
def a_forward_joins_pictures(parameters, X, stride=1, padding=0):
    return np.concatenate([_forward(parameters, X[n : n + 1], stride, padding)[0] for n in range(len(X))]), None


@program("conv_forward", breaks="what is given stays as it was; here the kernels are turned over in place on the way")
def a_forward_turns_kernels_in_place(parameters, X, stride=1, padding=0):
    answer = _forward(parameters, X, stride, padding)
    parameters[0][:] = parameters[0][::-1, ::-1].copy()
    return answer


@program("conv_forward", breaks="only windows with room count; here some rows and columns are added so that one more fits")
def a_forward_hangs_over(parameters, X, stride=1, padding=0):
    kh, kw = parameters[0].shape[:2]

    def pad(X):
        p = _pad(X, padding)
        more = (-(p.shape[1] - kh) % stride, -(p.shape[2] - kw) % stride)
        return np.pad(p, ((0, 0), (0, more[0]), (0, more[1]), (0, 0)))

    return _changed(parameters, X, stride, padding, pad=pad)


@program("conv_forward", breaks="a score hears all channels; here only the first one")
def a_forward_first_channel_only(parameters, X, stride=1, padding=0):
    return _changed(parameters, X, stride, padding, kernels=lambda k: k * (np.arange(k.shape[2]) == 0)[:, None].astype(k.dtype))


_BUFFERS = {}


@program("conv_forward", breaks="nothing is remembered; here the scores of the last call with this shape are written over")
def a_forward_one_buffer_for_all(parameters, X, stride=1, padding=0):
    scores, cache = _forward(parameters, X, stride, padding)
    buffer = _BUFFERS.setdefault((scores.shape, scores.dtype.str), np.empty_like(scores))
    buffer[...] = scores
    return buffer, cache


@program("conv_forward", breaks="as much padding as is said; here so much that the size stays, as soon as there is any")
def a_forward_padding_same(parameters, X, stride=1, padding=0):
    kh, kw = parameters[0].shape[:2]
    p, q = (kh // 2, (kh - 1) // 2), (kw // 2, (kw - 1) // 2)
    if not padding:
        return _forward(parameters, X, stride, padding)
    return _changed(parameters, X, stride, padding, pad=lambda X: np.pad(X, ((0, 0), p, q, (0, 0))))


@program("conv_forward", breaks="scores are what respond gives; here negative ones are cut off")
def a_forward_with_relu(parameters, X, stride=1, padding=0):
    scores, cache = _forward(parameters, X, stride, padding)
    return np.maximum(scores, 0), cache


@program("conv_forward", breaks="scores have shape (N, H', W', out); here the channels come second")
def a_forward_channels_second(parameters, X, stride=1, padding=0):
    scores, cache = _forward(parameters, X, stride, padding)
    return scores.transpose(0, 3, 1, 2), cache


# conv_backward


def _scatter(shares, shape, stride, padding, add=True, swap=False):
    """Shares (N, down, across, kh, kw, in) laid onto the padded picture, where they add up."""
    N, H, W, ins = shape
    down, across, kh, kw = shares.shape[1:5]
    d = np.zeros((N, H + 2 * padding, W + 2 * padding, ins), dtype=shares.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, columns = slice(i, i + stride * (down - 1) + 1, stride), slice(j, j + stride * (across - 1) + 1, stride)
            share = shares[:, :, :, j, i] if swap and kh == kw else shares[:, :, :, i, j]
            if add:
                d[:, rows, columns] += share
            else:
                d[:, rows, columns] = share
    return d


def _backward(parameters, cache, d_scores, kernels=None, add=True, cut=None, swap=False):
    k, bias = (np.asarray(p) for p in parameters)
    X, stride, padding = cache
    kind = _kind(k, bias, X, d_scores)
    k, d = k.astype(kind), np.asarray(d_scores, dtype=kind)
    kh, kw, ins, outs = k.shape
    flat = d.reshape(-1, outs)
    windows = _rows(_pad(X.astype(kind), padding), kh, kw, stride)
    d_k = (windows.reshape(-1, kh * kw * ins).T @ flat).reshape(k.shape)
    w = k if kernels is None else kernels(k)
    shares = (flat @ w.reshape(-1, outs).T).reshape(windows.shape)
    padded = _scatter(shares, X.shape, stride, padding, add, swap)
    H, W = X.shape[1:3]
    d_X = padded[:, padding : padding + H, padding : padding + W] if cut is None else cut(padded)
    return (d_k, flat.sum(axis=0)), d_X


def _both(backward, forward=_forward):
    return {"conv_forward": forward, "conv_backward": backward}


@program("conv_backward", several=True)
def a_back_by_one_product():
    return _both(_backward)


@program("conv_backward", several=True)
def a_back_as_a_convolution():
    """d_X is a convolution of the scores' gradient, pulled apart, with the kernel turned over."""

    def backward(parameters, cache, d_scores):
        kernels, bias = parameters
        X, stride, padding = cache
        kind = _kind(kernels, bias, X, d_scores)
        kh, kw, ins, outs = kernels.shape
        N, down, across, _ = d_scores.shape
        H, W = X.shape[1] + 2 * padding, X.shape[2] + 2 * padding
        apart = np.zeros((N, H + kh - 1, W + kw - 1, outs), dtype=kind)
        apart[:, kh - 1 : kh + stride * (down - 1) : stride, kw - 1 : kw + stride * (across - 1) : stride] = d_scores
        turned = kernels[::-1, ::-1].transpose(0, 1, 3, 2).astype(kind)
        d_X = _scores(turned, np.zeros(ins, dtype=kind), apart, 1)[:, padding : H - padding, padding : W - padding]
        windows = _rows(_pad(X.astype(kind), padding), kh, kw, stride)
        d_k = np.tensordot(windows, np.asarray(d_scores, dtype=kind), axes=([0, 1, 2], [0, 1, 2]))
        return (d_k, np.einsum("nyxf->f", d_scores).astype(kind)), d_X

    return _both(backward)


@program("conv_backward", several=True)
def a_back_place_by_place_of_the_kernel():
    class Cache:
        def __init__(self, padded, shape, stride, padding):
            self.padded, self.shape, self.stride, self.padding = padded, shape, stride, padding

        def part(self, array, i, j, down, across):
            s = self.stride
            return array[:, i : i + s * (down - 1) + 1 : s, j : j + s * (across - 1) + 1 : s]

    def forward(parameters, X, stride=1, padding=0):
        kernels, bias = parameters
        kind = _kind(kernels, bias, X)
        padded = _pad(np.asarray(X, dtype=kind), padding)
        kh, kw = kernels.shape[:2]
        cache = Cache(padded, X.shape, stride, padding)
        down, across = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
        scores = np.tile(np.asarray(bias, dtype=kind), (len(X), down, across, 1))
        for i, j in np.ndindex(kh, kw):
            scores += cache.part(padded, i, j, down, across) @ kernels[i, j].astype(kind)
        return scores, cache

    def backward(parameters, cache, d_scores):
        kernels, bias = parameters
        kind = _kind(kernels, bias, cache.padded, d_scores)
        d = np.asarray(d_scores, dtype=kind)
        _, down, across, outs = d.shape
        d_k, d_padded = np.zeros(kernels.shape, dtype=kind), np.zeros(cache.padded.shape, dtype=kind)
        for i, j in np.ndindex(kernels.shape[:2]):
            part = cache.part(cache.padded, i, j, down, across)
            d_k[i, j] = part.reshape(-1, part.shape[-1]).T @ d.reshape(-1, outs)
            view = cache.part(d_padded, i, j, down, across)
            view += d @ kernels[i, j].T.astype(kind)
        p, (_, H, W, _) = cache.padding, cache.shape
        return (d_k, d.sum(axis=(0, 1, 2))), d_padded[:, p : p + H, p : p + W]

    return _both(backward, forward)


@program("conv_backward", breaks="windows overlap and their shares add; here the last one writes over the others", several=True)
def a_back_writes_over():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, d, add=False))


@program("conv_backward", breaks="d_bias is the gradient, a sum over windows; here it is their mean", several=True)
def a_back_mean_of_the_bias():
    def backward(parameters, cache, d):
        (d_k, d_b), d_X = _backward(parameters, cache, d)
        return (d_k, d_b / d_b.dtype.type(max(np.prod(d.shape[:3]), 1))), d_X

    return _both(backward)


@program("conv_backward", breaks="d_kernels is the gradient of the loss as given; here it is divided by the batch", several=True)
def a_back_kernels_divided_by_the_batch():
    def backward(parameters, cache, d):
        (d_k, d_b), d_X = _backward(parameters, cache, d)
        return (d_k / d_k.dtype.type(max(len(d), 1)), d_b), d_X

    return _both(backward)


@program("conv_backward", breaks="d_X agrees with measured slopes; here the kernel is turned over on the way back", several=True)
def a_back_kernel_turned_over():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, d, kernels=lambda k: k[::-1, ::-1]))


@program("conv_backward", breaks="d_X has the shape of X; here the padding is not cut off", several=True)
def a_back_padding_stays():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, d, cut=lambda padded: padded))


@program("conv_backward", breaks="the padding is cut off on all sides; here below and on the right alone", several=True)
def a_back_cut_on_two_sides():
    def backward(parameters, cache, d):
        H, W = cache[0].shape[1:3]
        return _backward(parameters, cache, d, cut=lambda padded: padded[:, :H, :W])

    return _both(backward)


@program("conv_backward", breaks="windows begin every stride pixels; here shares are laid down next to each other", several=True)
def a_back_without_stride():
    def backward(parameters, cache, d):
        kernels, _ = parameters
        X, _, padding = cache
        first, d_X = _backward(parameters, cache, d)
        shares = np.einsum("nyxf,ijcf->nyxijc", d, kernels).astype(d_X.dtype)
        padded = _scatter(shares, X.shape, 1, padding)
        return first, padded[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]

    return _both(backward)


@program("conv_backward", breaks="some pixels lie in no window, and get 0; here they are missing in d_X", several=True)
def a_back_unseen_pixels_missing():
    def backward(parameters, cache, d):
        _, stride, padding = cache
        kh, kw = parameters[0].shape[:2]
        first, d_X = _backward(parameters, cache, d)
        down, across = stride * (d.shape[1] - 1) + kh - padding, stride * (d.shape[2] - 1) + kw - padding
        return first, d_X[:, :down, :across]

    return _both(backward)


@program(
    "conv_backward", breaks="d_X agrees with measured slopes; here channels in and out are exchanged where equal", several=True
)
def a_back_channels_exchanged():
    def turn(k):
        return k.transpose(0, 1, 3, 2) if k.shape[2] == k.shape[3] else k.reshape(*k.shape[:2], k.shape[3], k.shape[2])

    def backward(parameters, cache, d):
        return _backward(parameters, cache, d, kernels=lambda k: np.ascontiguousarray(turn(k)).reshape(k.shape))

    return _both(backward)


@program("conv_backward", breaks="it is fast; here it loops over pictures and places", several=True)
def a_back_loops_over_places():
    def backward(parameters, cache, d_scores):
        kernels, bias = parameters
        X, stride, padding = cache
        kind = _kind(kernels, bias, X, d_scores)
        kh, kw, _, outs = kernels.shape
        padded = _pad(X.astype(kind), padding)
        d_k, d_b, d_padded = np.zeros(kernels.shape, kind), np.zeros(outs, kind), np.zeros(padded.shape, kind)
        for n, y, x in np.ndindex(d_scores.shape[:3]):
            rows, columns = slice(y * stride, y * stride + kh), slice(x * stride, x * stride + kw)
            for f in range(outs):
                d_k[..., f] += d_scores[n, y, x, f] * padded[n, rows, columns]
                d_padded[n, rows, columns] += d_scores[n, y, x, f] * kernels[..., f]
                d_b[f] += d_scores[n, y, x, f]
        return (d_k, d_b), d_padded[:, padding : padding + X.shape[1], padding : padding + X.shape[2]]

    return _both(backward)


@program("conv_backward", breaks="nothing is remembered; here the last forward pass is kept in place of the cache", several=True)
def a_back_last_forward_only():
    kept = {}

    def forward(parameters, X, stride=1, padding=0):
        scores, kept["cache"] = _forward(parameters, X, stride, padding)
        return scores, None

    return _both(lambda parameters, cache, d: _backward(parameters, kept["cache"], d), forward)


@program("conv_backward", breaks="what is given stays as it was; here d_scores is scaled in place", several=True)
def a_back_scales_d_scores():
    def backward(parameters, cache, d_scores):
        answer = _backward(parameters, cache, d_scores)
        d_scores /= 2
        return answer

    return _both(backward)


@program("conv_backward", breaks="the same cache may be used again; here d_X adds up in an array within the cache", several=True)
def a_back_adds_into_the_cache():
    def forward(parameters, X, stride=1, padding=0):
        scores, cache = _forward(parameters, X, stride, padding)
        return scores, (cache, np.zeros(X.shape, dtype=scores.dtype))

    def backward(parameters, cache, d_scores):
        first, d_X = _backward(parameters, cache[0], d_scores)
        total = cache[1]
        total += d_X
        return first, total

    return _both(backward, forward)


@program("conv_backward", breaks="float32 in, float32 out; here all gradients are float64", several=True)
def a_back_always_float64():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, np.asarray(d, dtype=np.float64)))


@program(
    "conv_backward", breaks="the loss hears of every picture; here d_kernels and d_bias come from the first alone", several=True
)
def a_back_first_picture_only():
    def backward(parameters, cache, d):
        X, stride, padding = cache
        return _backward(parameters, (X[:1], stride, padding), d[:1])[0], _backward(parameters, cache, d)[1]

    return _both(backward)


@program("conv_backward", breaks="it returns ((d_kernels, d_bias), d_X); here d_X comes first", several=True)
def a_back_d_x_first():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, d)[::-1])


@program(
    "conv_backward", breaks="d_kernels has the kernels' order; here channels in stand before the window's places", several=True
)
def a_back_kernels_in_other_order():
    def backward(parameters, cache, d):
        (d_k, d_b), d_X = _backward(parameters, cache, d)
        return (np.ascontiguousarray(d_k.transpose(2, 0, 1, 3)).reshape(d_k.shape), d_b), d_X

    return _both(backward)


@program(
    "conv_backward",
    breaks="d_X agrees with measured slopes; here square kernels are laid down with rows and columns swapped",
    several=True,
)
def a_back_rows_and_columns_swapped():
    return _both(lambda parameters, cache, d: _backward(parameters, cache, d, swap=True))


@program(
    "conv_backward", breaks="d_bias has one number for each output channel; here it is the sum over all of them", several=True
)
def a_back_one_number_for_the_bias():
    def backward(parameters, cache, d):
        (d_k, d_b), d_X = _backward(parameters, cache, d)
        return (d_k, np.full_like(d_b, d_b.sum())), d_X

    return _both(backward)


@program("conv_backward", breaks="the batch may be empty; here the gradients of the pictures are joined one by one", several=True)
def a_back_joins_pictures():
    def backward(parameters, cache, d):
        X, stride, padding = cache
        parts = [_backward(parameters, (X[n : n + 1], stride, padding), d[n : n + 1]) for n in range(len(X))]
        d_k, d_b = np.sum([p[0][0] for p in parts], axis=0), np.sum([p[0][1] for p in parts], axis=0)
        return (d_k, d_b), np.concatenate([p[1] for p in parts])

    return _both(backward)


# pool


def _named(kind):
    if kind not in ("max", "mean"):
        raise ValueError(f"pooling of the kind {kind!r} is not known")


def _entries(X, size, stride, order="C"):
    """The windows' entries (N, down, across, channels, size * size)."""
    view = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    view = view if order == "C" else view.swapaxes(-1, -2)
    return view.reshape(*view.shape[:4], size * size)


def _spread(cache, shares, add=True):
    """d_X from what each place of the window gets: shares(k) of shape (N, down, across, channels)."""
    shape, size, stride, down, across, kind = cache
    d = np.zeros(shape, dtype=kind)
    for k in range(size * size):
        i, j = divmod(k, size)
        at = np.s_[:, i : i + stride * (down - 1) + 1 : stride, j : j + stride * (across - 1) + 1 : stride]
        if add:
            d[at] += shares(k)
        else:
            d[at] = shares(k)
    return d


def _pool(weights=None, add=True, default=None, order="C", of=None, count=None):
    """Both functions. weights(entries, kind): the share of the gradient for each entry of a window."""

    def usual(entries, kind):
        if kind == "mean":
            return np.full(entries.shape, 1 / entries.shape[-1], dtype=entries.dtype)
        return (np.arange(entries.shape[-1]) == entries.argmax(axis=-1)[..., None]).astype(entries.dtype)

    def pool_forward(X, size=2, stride=None, kind="max"):
        _named(kind)
        stride = (size if default is None else default) if stride is None else stride
        X = np.asarray(X, dtype=_kind(X))
        entries = _entries(X, size, stride)
        pooled = entries.max(axis=-1) if kind == "max" else entries.mean(axis=-1, dtype=X.dtype)
        share = (usual if weights is None else weights)(entries, kind)
        if order == "F" and kind == "max":
            columns = (np.arange(size * size) == _entries(X, size, stride, "F").argmax(axis=-1)[..., None]).astype(X.dtype)
            share = columns.reshape(*columns.shape[:4], size, size).swapaxes(-1, -2).reshape(columns.shape)
        return pooled, (share, (X.shape, size, stride, *pooled.shape[1:3], X.dtype))

    def pool_backward(cache, d_pooled):
        share, rest = cache
        d = np.asarray(d_pooled)
        rest = (*rest[:5], _kind(rest[5], d))
        return _spread(rest, lambda k: share[..., k] * d, add)

    return {"pool_forward": pool_forward, "pool_backward": pool_backward}


def _but(**changed):
    return {**_pool(), **changed}


@program("pool", several=True)
def a_pool_by_shares():
    return _pool()


@program("pool", several=True)
def a_pool_running_maximum():
    def places(shape, size, stride):
        down, across = (shape[1] - size) // stride + 1, (shape[2] - size) // stride + 1
        for i in range(size):
            for j in range(size):
                yield np.s_[:, i : i + stride * (down - 1) + 1 : stride, j : j + stride * (across - 1) + 1 : stride]

    def pool_forward(X, size=2, stride=None, kind="max"):
        if kind not in ("max", "mean"):
            raise ValueError(f"kind {kind} is neither max nor mean")
        stride = size if stride is None else stride
        X = np.asarray(X, dtype=_kind(X))
        best = winner = total = None
        for k, at in enumerate(places(X.shape, size, stride)):
            if best is None:
                best, total, winner = X[at].copy(), X[at].copy(), np.zeros(X[at].shape, dtype=int)
                continue
            beyond = X[at] > best
            best, winner = np.where(beyond, X[at], best), np.where(beyond, k, winner)
            total = total + X[at]
        if kind == "max":
            return best, ("max", winner, X.shape, size, stride, X.dtype)
        return total / X.dtype.type(size * size), ("mean", None, X.shape, size, stride, X.dtype)

    def pool_backward(cache, d_pooled):
        kind, winner, shape, size, stride, dtype = cache
        d_X = np.zeros(shape, dtype=_kind(dtype, d_pooled))
        for k, at in enumerate(places(shape, size, stride)):
            d_X[at] += d_pooled / d_X.dtype.type(size * size) if kind == "mean" else np.where(winner == k, d_pooled, 0)
        return d_X

    return {"pool_forward": pool_forward, "pool_backward": pool_backward}


@program("pool", several=True)
def a_pool_by_flat_addresses():
    class Cache:
        def __init__(self, addresses, weight, shape, dtype):
            self.addresses, self.weight, self.shape, self.dtype = addresses, weight, shape, dtype

    def pool_forward(X, size=2, stride=None, kind="max"):
        _named(kind)
        X = np.asarray(X, dtype=_kind(X))
        numbers = np.arange(X.size).reshape(X.shape)
        step = size if stride is None else stride
        addresses, entries = _entries(numbers, size, step), _entries(X, size, step)
        if kind == "mean":
            pooled = entries.sum(axis=-1) / X.dtype.type(size * size)
            return pooled, Cache(addresses, 1 / size**2, X.shape, X.dtype)
        at = np.argmax(entries, axis=-1)[..., None]
        pooled = np.take_along_axis(entries, at, axis=-1)[..., 0]
        return pooled, Cache(np.take_along_axis(addresses, at, axis=-1), 1.0, X.shape, X.dtype)

    def pool_backward(cache, d_pooled):
        kind = _kind(cache.dtype, d_pooled)
        d = np.broadcast_to(np.asarray(d_pooled)[..., None] * cache.weight, cache.addresses.shape)
        size = int(np.prod(cache.shape))
        total = np.bincount(cache.addresses.ravel(), weights=d.astype(np.float64).ravel(), minlength=size)
        return total[:size].reshape(cache.shape).astype(kind)

    return {"pool_forward": pool_forward, "pool_backward": pool_backward}


@program(
    "pool", breaks="of several equally large ones the first gets the gradient; here each of them gets all of it", several=True
)
def a_pool_every_winner():
    def weights(entries, kind):
        if kind == "mean":
            return np.full(entries.shape, 1 / entries.shape[-1], dtype=entries.dtype)
        return (entries == entries.max(axis=-1, keepdims=True)).astype(entries.dtype)

    return _pool(weights)


@program("pool", breaks="of several equally large ones the first gets all of it; here they share it", several=True)
def a_pool_winners_share():
    def weights(entries, kind):
        if kind == "mean":
            return np.full(entries.shape, 1 / entries.shape[-1], dtype=entries.dtype)
        equal = (entries == entries.max(axis=-1, keepdims=True)).astype(entries.dtype)
        return equal / equal.sum(axis=-1, keepdims=True)

    return _pool(weights)


@program("pool", breaks="of several equally large ones the first gets the gradient; here the last one", several=True)
def a_pool_last_winner():
    def weights(entries, kind):
        if kind == "mean":
            return np.full(entries.shape, 1 / entries.shape[-1], dtype=entries.dtype)
        last = entries.shape[-1] - 1 - entries[..., ::-1].argmax(axis=-1)
        return (np.arange(entries.shape[-1]) == last[..., None]).astype(entries.dtype)

    return _pool(weights)


@program("pool", breaks="first in reading order, row by row; here column by column", several=True)
def a_pool_column_by_column():
    return _pool(order="F")


@program("pool", breaks="windows may overlap, and gradients add; here a later window writes over", several=True)
def a_pool_writes_over():
    return _pool(add=False)


@program("pool", breaks="without a stride it is as large as size; here it is 2", several=True)
def a_pool_stride_two():
    return _pool(default=2)


@program("pool", breaks="d_X is the gradient of the mean; here each entry gets all of it", several=True)
def a_pool_mean_not_divided():
    def weights(entries, kind):
        if kind == "mean":
            return np.ones(entries.shape, dtype=entries.dtype)
        return (np.arange(entries.shape[-1]) == entries.argmax(axis=-1)[..., None]).astype(entries.dtype)

    return _pool(weights)


@program("pool", breaks="the largest of a window may be negative; here it is at least 0", several=True)
def a_pool_not_below_nought():
    def pool_forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool()["pool_forward"](X, size, stride, kind)
        return (np.maximum(pooled, 0) if kind == "max" else pooled), cache

    return _but(pool_forward=pool_forward)


@program(
    "pool",
    breaks="each channel has its own largest; here all channels take the place where the first one is largest",
    several=True,
)
def a_pool_first_channel_decides():
    def pool_forward(X, size=2, stride=None, kind="max"):
        _named(kind)
        pooled, (share, rest) = _pool()["pool_forward"](X, size, stride, kind)
        if kind == "max" and X.shape[3]:
            share = np.broadcast_to(share[:, :, :, :1], share.shape)
            pooled = np.sum(share * _entries(np.asarray(X, dtype=pooled.dtype), size, rest[2]), axis=-1)
        return pooled, (share, rest)

    return _but(pool_forward=pool_forward)


@program("pool", breaks="another kind raises a ValueError; here everything but max is taken for mean", several=True)
def a_pool_any_other_kind_is_mean():
    def pool_forward(X, size=2, stride=None, kind="max"):
        return _pool()["pool_forward"](X, size, stride, kind if kind == "max" else "mean")

    return _but(pool_forward=pool_forward)


@program("pool", breaks="the ValueError names the kind; here it only says that something is wrong", several=True)
def a_pool_error_without_a_name():
    def pool_forward(X, size=2, stride=None, kind="max"):
        if kind not in ("max", "mean"):
            raise ValueError("this is not possible")
        return _pool()["pool_forward"](X, size, stride, kind)

    return _but(pool_forward=pool_forward)


@program(
    "pool",
    breaks="only windows with room count, as those of a convolution; here parts of windows at the end do, too",
    several=True,
)
def a_pool_parts_of_windows():
    def grown(X, size, stride):
        down, across = -(X.shape[1] - size) % stride, -(X.shape[2] - size) % stride
        return np.pad(X, ((0, 0), (0, down), (0, across), (0, 0)), mode="edge") if X.size else X

    def pool_forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool()["pool_forward"](grown(X, size, stride or size), size, stride, kind)
        return pooled, (cache, X.shape)

    def pool_backward(cache, d_pooled):
        _, H, W, _ = cache[1]
        return _pool()["pool_backward"](cache[0], d_pooled)[:, :H, :W]

    return {"pool_forward": pool_forward, "pool_backward": pool_backward}


@program("pool", breaks="d_X has the shape of X; here rows and columns that no window saw are missing", several=True)
def a_pool_unseen_pixels_missing():
    def pool_backward(cache, d_pooled):
        _, size, stride, down, across, _ = cache[1]
        return _pool()["pool_backward"](cache, d_pooled)[:, : stride * (down - 1) + size, : stride * (across - 1) + size]

    return _but(pool_backward=pool_backward)


@program("pool", breaks="nothing is remembered; here backward always works on the last forward pass", several=True)
def a_pool_last_forward_only():
    kept, right = {}, _pool()

    def pool_forward(X, size=2, stride=None, kind="max"):
        pooled, kept["cache"] = right["pool_forward"](X, size, stride, kind)
        return pooled, None

    return {
        "pool_forward": pool_forward,
        "pool_backward": lambda cache, d_pooled: right["pool_backward"](kept["cache"], d_pooled),
    }


@program("pool", breaks="float32 in, float32 out; here all is float64", several=True)
def a_pool_always_float64():
    def pool_forward(X, size=2, stride=None, kind="max"):
        return _pool()["pool_forward"](np.asarray(X, dtype=np.float64), size, stride, kind)

    return _but(pool_forward=pool_forward)


@program(
    "pool", breaks="whole numbers are taken as floats; here the means of whole pictures are cut to whole numbers", several=True
)
def a_pool_whole_means():
    def pool_forward(X, size=2, stride=None, kind="max"):
        pooled, cache = _pool()["pool_forward"](X, size, stride, kind)
        return (pooled.astype(X.dtype) if np.issubdtype(X.dtype, np.integer) else pooled), cache

    return _but(pool_forward=pool_forward)


@program("pool", breaks="what is given stays as it was; here backward divides d_pooled in place", several=True)
def a_pool_divides_in_place():
    def pool_backward(cache, d_pooled):
        answer = _pool()["pool_backward"](cache, d_pooled)
        d_pooled /= cache[1][1] ** 2
        return answer

    return _but(pool_backward=pool_backward)


@program(
    "pool", breaks="d_X is the gradient; here a pixel that lies in several windows gets the mean of its shares", several=True
)
def a_pool_mean_over_windows():
    def pool_backward(cache, d_pooled):
        _, rest = cache
        seen = _spread(rest, lambda k: np.ones(np.shape(d_pooled)))
        return _pool()["pool_backward"](cache, d_pooled) / np.maximum(seen, 1).astype(rest[5])

    return _but(pool_backward=pool_backward)


@program("pool", breaks="the largest counts; here the one that is farthest from 0", several=True)
def a_pool_farthest_from_nought():
    def pool_forward(X, size=2, stride=None, kind="max"):
        pooled, (share, rest) = _pool()["pool_forward"](X, size, stride, kind)
        if kind == "max":
            entries = _entries(np.asarray(X, dtype=pooled.dtype), size, rest[2])
            at = np.abs(entries).argmax(axis=-1)[..., None]
            share = (np.arange(size * size) == at).astype(pooled.dtype)
            pooled = np.take_along_axis(entries, at, axis=-1)[..., 0]
        return pooled, (share, rest)

    return _but(pool_forward=pool_forward)


@program("pool", breaks="pictures may be wider than high; here as many windows are taken across as downwards", several=True)
def a_pool_square_pictures():
    def pool_forward(X, size=2, stride=None, kind="max"):
        side = min(X.shape[1:3])
        pooled, cache = _pool()["pool_forward"](X[:, :side, :side], size, stride, kind)
        return pooled, (cache, X.shape)

    def pool_backward(cache, d_pooled):
        d = _pool()["pool_backward"](cache[0], d_pooled)
        d_X = np.zeros(cache[1], dtype=d.dtype)
        d_X[:, : d.shape[1], : d.shape[2]] = d
        return d_X

    return {"pool_forward": pool_forward, "pool_backward": pool_backward}


# find_filters


def _system(X, scores, size, stride, padding, pad=None):
    """The table of windows with a column of ones, and what it should give, in float64."""
    padded = np.asarray(X, dtype=np.float64)
    padded = _pad(padded, padding) if pad is None else pad(padded)
    windows = _rows(padded, *size, stride)
    table = windows.reshape(-1, size[0] * size[1] * np.shape(X)[3])
    return np.column_stack([table, np.ones(len(table))]), np.asarray(scores, dtype=np.float64).reshape(-1, np.shape(scores)[3])


def _filters(unknowns, X, scores, size):
    kind = _kind(X, scores)
    return unknowns[:-1].reshape(*size, np.shape(X)[3], -1).astype(kind), unknowns[-1].astype(kind)


def _find(X, scores, size, stride=1, padding=0, solve=None, pad=None):
    table, wanted = _system(X, scores, size, stride, padding, pad)
    unknowns = np.linalg.lstsq(table, wanted, rcond=None)[0] if solve is None else solve(table, wanted)
    return _filters(unknowns, X, scores, size)


@program("find_filters")
def a_filters_least_squares(X, scores, size, stride=1, padding=0):
    return _find(X, scores, size, stride, padding)


@program("find_filters")
def a_filters_pseudoinverse(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        U, s, V = np.linalg.svd(table, full_matrices=False)
        keep = s > 1e-11 * s.max() * max(table.shape)
        return V[keep].T @ ((U[:, keep].T @ wanted) / s[keep, None])

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters")
def a_filters_centred_first(X, scores, size, stride=1, padding=0):
    kh, kw = size
    ins, outs = X.shape[3], scores.shape[3]
    windows = _rows(_pad(np.asarray(X, dtype=float), padding), kh, kw, stride).reshape(-1, kh * kw * ins)
    wanted = np.asarray(scores, dtype=float).reshape(-1, outs)
    middle, level = windows.mean(axis=0), wanted.mean(axis=0)
    kernels = np.linalg.pinv(windows - middle) @ (wanted - level)
    kind = np.result_type(X, scores, np.float32)
    return kernels.reshape(kh, kw, ins, outs).astype(kind), (level - middle @ kernels).astype(kind)


@program("find_filters", breaks="the bias comes back; here it is always 0")
def a_filters_without_bias(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        return np.vstack([np.linalg.lstsq(table[:, :-1], wanted, rcond=None)[0], np.zeros((1, wanted.shape[1]))])

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="if the data cannot tell, any of the best will do; here the normal equations fail")
def a_filters_normal_equations(X, scores, size, stride=1, padding=0):
    return _find(X, scores, size, stride, padding, lambda table, wanted: np.linalg.solve(table.T @ table, table.T @ wanted))


@program("find_filters", breaks="no other kernels come nearer; here a penalty makes them small")
def a_filters_with_a_penalty(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        return np.linalg.solve(table.T @ table + 0.01 * len(table) * np.eye(table.shape[1]), table.T @ wanted)

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="conv_forward pads with zeros; here the edge of the picture is repeated")
def a_filters_padding_repeats_the_edge(X, scores, size, stride=1, padding=0):
    return _find(X, scores, size, stride, padding, pad=lambda X: _pad(X, padding, "edge"))


@program("find_filters", breaks="the kernels are for conv_forward; here they are turned over")
def a_filters_turned_over(X, scores, size, stride=1, padding=0):
    kernels, bias = _find(X, scores, size, stride, padding)
    return kernels[::-1, ::-1], bias


@program("find_filters", breaks="kernels have shape (kh, kw, in, out); here their numbers are laid out channels first")
def a_filters_in_other_order(X, scores, size, stride=1, padding=0):
    kernels, bias = _find(X, scores, size, stride, padding)
    return np.ascontiguousarray(kernels.transpose(2, 0, 1, 3)).reshape(kernels.shape), bias


@program("find_filters", breaks="no other bias comes nearer; here it is the mean score, and the kernels are found for the rest")
def a_filters_bias_is_the_mean(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        level = wanted.mean(axis=0, keepdims=True)
        return np.vstack([np.linalg.lstsq(table[:, :-1], wanted - level, rcond=None)[0], level])

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="no other kernels come nearer; here they are found by fifty steps of descent")
def a_filters_by_descent(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        unknowns = np.zeros((table.shape[1], wanted.shape[1]))
        rate = 1 / max(np.linalg.norm(table, 2) ** 2, 1e-12)
        for _ in range(50):
            unknowns -= rate * (table.T @ (table @ unknowns - wanted))
        return unknowns

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="the mean is over all pictures; here only the first is looked at")
def a_filters_first_picture_only(X, scores, size, stride=1, padding=0):
    return _find(X[:1], scores[:1], size, stride, padding)


@program("find_filters", breaks="size is (kh, kw); here it is read as (kw, kh) where both fit")
def a_filters_size_exchanged(X, scores, size, stride=1, padding=0):
    if size[0] == size[1]:
        return _find(X, scores, size, stride, padding)
    kernels, bias = _find(X, scores, size, stride, padding)
    return kernels.transpose(1, 0, 2, 3), bias


@program("find_filters", breaks="float32 in, float32 out; here parameters are float64")
def a_filters_always_float64(X, scores, size, stride=1, padding=0):
    return _find(np.asarray(X, dtype=np.float64), scores, size, stride, padding)


@program("find_filters", breaks="each output channel has its own kernel; here all get the mean one")
def a_filters_one_for_all_channels(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        unknowns = np.linalg.lstsq(table, wanted, rcond=None)[0]
        return np.tile(unknowns.mean(axis=1, keepdims=True), (1, wanted.shape[1]))

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="the mean is over all windows; here only the first few are used, as many as there are unknowns")
def a_filters_first_windows_only(X, scores, size, stride=1, padding=0):
    def solve(table, wanted):
        few = table.shape[1]
        return np.linalg.lstsq(table[:few], wanted[:few], rcond=None)[0]

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="whole numbers are taken as floats; here the filters of whole pictures are whole numbers")
def a_filters_whole_numbers(X, scores, size, stride=1, padding=0):
    kernels, bias = _find(X, scores, size, stride, padding)
    if np.issubdtype(X.dtype, np.integer):
        return np.trunc(kernels), np.trunc(bias)
    return kernels, bias


@program("find_filters", breaks="what is given stays as it was; here the mean is taken out of the scores in place")
def a_filters_centres_scores_in_place(X, scores, size, stride=1, padding=0):
    answer = _find(X, scores, size, stride, padding)
    scores -= scores.mean(axis=(0, 1, 2)).astype(scores.dtype)
    return answer


@program("find_filters", breaks="its kernels come back; here directions with little variance are left out")
def a_filters_coarse_pseudoinverse(X, scores, size, stride=1, padding=0):
    return _find(X, scores, size, stride, padding, lambda table, wanted: np.linalg.pinv(table, rcond=0.2) @ wanted)


@program("find_filters", breaks="all windows count; here those that touch the padding are left out, if others are there")
def a_filters_without_the_border(X, scores, size, stride=1, padding=0):
    inner = _system(np.ones_like(X), scores, size, stride, padding)[0].all(axis=1)

    def solve(table, wanted):
        rows = inner if inner.any() else np.ones(len(table), dtype=bool)
        return np.linalg.lstsq(table[rows], wanted[rows], rcond=None)[0]

    return _find(X, scores, size, stride, padding, solve)


@program("find_filters", breaks="fewer windows than weights are allowed; here they are a ValueError")
def a_filters_refuses_few_windows(X, scores, size, stride=1, padding=0):
    table, _ = _system(X, scores, size, stride, padding)
    if len(table) < table.shape[1]:
        raise ValueError("too few windows")
    return _find(X, scores, size, stride, padding)


@program("find_filters", breaks="the bias has shape (out,); here it is one number for all channels")
def a_filters_one_bias(X, scores, size, stride=1, padding=0):
    kernels, bias = _find(X, scores, size, stride, padding)
    return kernels, np.full_like(bias, bias.mean())
