"""Compiled fp32 kernels: matrix product, recurrences, convolutions.

Every row is computed by the same operations in the same order whatever stands beside it, so
that an answer cannot depend on its batch.
"""

import math
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ner_service.engine.jit import compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
COLUMNS = 32  # columns of a panel: two registers of AVX-512
WIDE = bool(binding.get_host_cpu_features().get("avx512f"))
TALL = 8 if WIDE else 2  # rows that share each read of a panel, as many as registers hold
BLOCK = 64  # rows that pass over all panels before the next do
GRU, RNN = range(2)
LANES = 16  # floats of a register of AVX-512
MISH_BOUND = 20.0  # where thinc takes mish(x) to be x
NORM_EPSILON = 1e-8  # what thinc adds to a variance
# tanh as in Eigen
TANH_BOUND = 7.9  # tanh is 1 beyond, in fp32
TANH_TOP = (-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
            5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04,
            4.89352455891786e-03)  # fmt: skip
TANH_BOTTOM = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03,
               4.89352518554385e-03)  # fmt: skip


def padded_columns(columns: int) -> int:
    """Return the number of columns in the panels that hold `columns` columns."""
    return -(-columns // COLUMNS) * COLUMNS


def pack(matrix: Floats) -> Floats:
    """Cut inner x columns into panels, panels x inner x COLUMNS, the last padded with zeros."""
    inner, columns = matrix.shape
    wide = np.zeros((inner, padded_columns(columns)), dtype=np.float32)
    wide[:, :columns] = matrix
    panels = aligned_array((wide.shape[1] // COLUMNS, inner, COLUMNS))
    panels[:] = wide.reshape(inner, len(panels), COLUMNS).transpose(1, 0, 2)
    return panels


def aligned_array(shape: tuple[int, ...]) -> Floats:
    """Return an empty array that starts with a cache line, so that no vector lies across two."""
    size = 4 * math.prod(shape)
    room = np.empty(size + 64, dtype=np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(np.float32).reshape(shape)


def _tile(rows: int) -> Any:
    """Return an intrinsic that adds rows i to i + rows of `a`, times panel p, to `out` at column j.

    Numba's own loops neither hold a block of sums in registers over the inner dimension nor use
    the widest vectors; a loop of LLVM vectors does, and runs near the processor's peak.
    """

    @intrinsic
    def tile(typing, a, i, panels, p, out, j):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            a, panels, out = (
                context.make_array(signature.args[n])(context, builder, arguments[n])
                for n in (0, 2, 4)
            )
            i, p, j = (arguments[n] for n in (1, 3, 5))
            _emit_tile(builder, rows, a, i, panels, p, out, j)
            return context.get_dummy_value()

        return types.void(a, types.intp, panels, types.intp, out, types.intp), generate

    return tile


def _emit_tile(
    builder: Any, rows: int, a: Any, i: Any, panels: Any, p: Any, out: Any, j: Any
) -> None:
    """Write the instructions of `_tile`; the arguments are LLVM values, but for `rows`."""
    size, real = ir.IntType(64), ir.FloatType()
    vector = ir.VectorType(real, COLUMNS)
    fma = builder.module.declare_intrinsic(
        f"llvm.fmuladd.v{COLUMNS}f32", fnty=ir.FunctionType(vector, [vector] * 3)
    )

    def pointer(array: Any, row: Any, column: Any, target: Any) -> Any:
        stride = builder.extract_value(array.strides, 0)
        start = builder.bitcast(array.data, ir.IntType(8).as_pointer())
        start = builder.gep(start, [builder.mul(row, stride)])
        start = builder.gep(builder.bitcast(start, real.as_pointer()), [column])
        return builder.bitcast(start, target.as_pointer())

    def load(place: Any) -> Any:
        value = builder.load(place)
        value.align = 4
        return value

    numbers = [builder.add(i, size(row)) for row in range(rows)]
    lefts = [pointer(a, number, size(0), real) for number in numbers]
    panel = pointer(panels, p, size(0), vector)
    places = [pointer(out, number, j, vector) for number in numbers]
    first = [load(place) for place in places]
    inner = builder.extract_value(a.shape, 1)

    before = builder.block
    loop, done = builder.append_basic_block("inner"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(size)
    k.add_incoming(size(0), before)
    sums = [builder.phi(vector) for _ in range(rows)]
    right = load(builder.gep(panel, [k]))
    zero, undefined = ir.IntType(32)(0), ir.Constant(vector, ir.Undefined)
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), COLUMNS), [0] * COLUMNS)
    for left, total, begin in zip(lefts, sums, first, strict=True):
        one = builder.insert_element(undefined, builder.load(builder.gep(left, [k])), zero)
        spread = builder.shuffle_vector(one, undefined, everywhere)
        total.add_incoming(begin, before)
        total.add_incoming(builder.call(fma, [spread, right, total]), loop)
    following = builder.add(k, size(1))
    k.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, inner), loop, done)
    builder.position_at_end(done)
    for place, total in zip(places, sums, strict=True):
        builder.store(total.incomings[1][0], place).align = 4


_tall, _four, _two, _one = _tile(TALL), _tile(4), _tile(2), _tile(1)


@compiled
def matmul(a, panels, out):  # type: ignore[no-untyped-def]
    """Add `a`, rows x inner, times packed panels to `out`, rows x padded columns."""
    if a.shape[1] == 0:  # the loop of a tile has at least one term
        return
    rows = a.shape[0]
    for block in range(0, rows, BLOCK):
        end = min(rows, block + BLOCK)
        for p in range(panels.shape[0]):
            i = block
            while end - i >= TALL:
                _tall(a, i, panels, p, out, p * COLUMNS)
                i += TALL
            if TALL > 4 and end - i >= 4:
                _four(a, i, panels, p, out, p * COLUMNS)
                i += 4
            if end - i >= 2:
                _two(a, i, panels, p, out, p * COLUMNS)
                i += 2
            if end > i:
                _one(a, i, panels, p, out, p * COLUMNS)


@compiled
def tanh(x):  # type: ignore[no-untyped-def]
    """Return numerator and denominator of a rational minimax approximation (as in Eigen).

    It is within 4 units in the last place; as two numbers, several need only one division.
    """
    x = min(max(x, np.float32(-TANH_BOUND)), np.float32(TANH_BOUND))
    y = x * x
    p = q = np.float32(0)
    for coefficient in TANH_TOP:
        p = p * y + np.float32(coefficient)
    for coefficient in TANH_BOTTOM:
        q = q * y + np.float32(coefficient)
    return x * p, q


@compiled
def sigmoid(x):  # type: ignore[no-untyped-def]
    """Return numerator and denominator of the logistic function."""
    p, q = tanh(np.float32(0.5) * x)
    return q + p, q + q


@compiled
def gru(gates, state):  # type: ignore[no-untyped-def]
    """Take a step of a gated recurrent unit: `gates` are 4 hidden wide, `state` hidden.

    The gates are new by input, reset, update, new by state (Cho et al. 2014, as in torch).
    """
    hidden = len(state)
    new, reset = gates[:hidden], gates[hidden : 2 * hidden]
    update, old = gates[2 * hidden : 3 * hidden], gates[3 * hidden : 4 * hidden]
    for j in range(hidden):
        r, r_ = sigmoid(reset[j])
        z, z_ = sigmoid(update[j])
        n, n_ = tanh(new[j] + old[j] * r / r_)
        state[j] = ((z_ - z) * n + z * state[j] * n_) / (z_ * n_)


@compiled
def rnn(gates, state):  # type: ignore[no-untyped-def]
    """Take a step of an Elman network: `gates` and `state` are hidden wide."""
    for j in range(len(state)):
        t, t_ = tanh(gates[j])
        state[j] = t / t_


@compiled
def recur(kind, x, rows, starts, lengths, recurrent, skip, back, out):  # type: ignore[no-untyped-def]
    """Run one direction of a GRU or RNN over units of text side by side, longest first.

    Token t of unit n reads row `rows[starts[n] + t]` of `x`, rows x 2 width, which holds the
    projected inputs with biases, forth | back, and writes row `starts[n] + t` of `out`, tokens x
    2 hidden, forth | back.
    `recurrent` is packed and adds to the gates from column `skip` on.
    """
    hidden = recurrent.shape[1]
    width = x.shape[1] // 2
    first, column = (width, hidden) if back else (0, 0)
    room = max(width, skip + recurrent.shape[0] * COLUMNS)
    gates = np.zeros((len(lengths), room), dtype=np.float32)
    state = np.zeros((len(lengths), hidden), dtype=np.float32)
    active = len(lengths)
    for step in range(lengths[0]):
        while lengths[active - 1] <= step:
            active -= 1
        for n in range(active):
            place = starts[n] + (lengths[n] - 1 - step if back else step)
            copy(x[rows[place]][first:], gates[n][:width])
        if step:
            matmul(state[:active], recurrent, gates[:active, skip:])
        for n in range(active):
            if kind == GRU:
                gru(gates[n], state[n])
            else:
                rnn(gates[n], state[n])
            place = starts[n] + (lengths[n] - 1 - step if back else step)
            copy(state[n], out[place][column : column + hidden])


@compiled
def convolutions(table, places, real, norm, layers, head, block, out):  # type: ignore[no-untyped-def]
    """Compute stacked width-3 convolutions, and a dense layer on them: rows x tags.

    Row `i` of the input is row `places[i]` of `table`, which holds its share in the window at
    its left | middle | right; where `real[i]` is false it is a gap, which is zeros in every layer.
    ReLU and batch norm follow each convolution: `norm` is scale and shift after the first;
    `layers` are packed weights of whole windows, bias, scale and shift of the others. `head` is
    the packed weights and the bias of the dense layer; biases are padded.
    `out` has one row less than `places` at each end for each convolution. `block` rows pass all
    layers before the next rows do, because they stay in the processor's cache meanwhile. All
    layers are one kernel, since between two another thread may take Python's lock and keep it.
    """
    reach = 1 + len(layers)
    for start in range(0, len(out), block):
        stop = min(start + block, len(out))
        end = stop + 2 * reach
        x = first_convolution(table, places[start:end], real[start:end], norm)
        n = 1
        for panels, bias, scale, shift in layers:
            n += 1
            windows = as_strided(x.reshape(-1), (len(x) - 2, 3 * x.shape[1]), x.strides)
            sums = dense(windows, panels, bias)
            x = np.empty((len(sums), len(scale)), dtype=np.float32)
            activate(sums, real[start + n : end - n], scale, shift, x)
        copy_rows(dense(x, head[0], head[1]), out[start:stop])


@compiled
def first_convolution(table, places, real, norm):  # type: ignore[no-untyped-def]
    """Return the first layer of `convolutions` at all places but the two ends: rows x channels."""
    x = np.empty((len(places) - 2, len(norm[0])), dtype=np.float32)
    for i in range(len(x)):
        sum_window(table, places, i + 1, real[i], real[i + 2], x[i])
    activate(x, real[1:-1], norm[0], norm[1], x)
    return x


@compiled
def convolutions_at(table, places, real, norm, layers, head, rows, out):  # type: ignore[no-untyped-def]
    """Compute what `convolutions` does at these rows alone, which costs less: rows x tags.

    Each layer is computed where a layer above reads it. The rows of `out` are equal to those of
    the whole, as each is the result of the same operations.
    """
    reach = len(layers)
    near = find_near(rows, reach, len(places))
    x = np.zeros((len(places), len(norm[0])), dtype=np.float32)
    spread(first_convolution_at(table, places, real, norm, near), near, x)
    for panels, bias, scale, shift in layers:
        reach -= 1
        near = find_near(rows, reach, len(places))
        windows = np.empty((len(near), 3 * x.shape[1]), dtype=np.float32)
        for n, i in enumerate(near):
            copy(x[i - 1 : i + 2].reshape(-1), windows[n])
        raw = dense(windows, panels, bias)
        sums = np.empty((len(near), len(scale)), dtype=np.float32)
        activate(raw, real[near], scale, shift, sums)
        x = np.zeros((len(places), len(scale)), dtype=np.float32)
        spread(sums, near, x)
    copy_rows(dense(x[rows], head[0], head[1]), out)


@compiled
def first_convolution_at(table, places, real, norm, near):  # type: ignore[no-untyped-def]
    """Return the first layer of `convolutions` at these rows: rows x channels."""
    x = np.empty((len(near), len(norm[0])), dtype=np.float32)
    for n, i in enumerate(near):
        sum_window(table, places, i, real[i - 1], real[i + 1], x[n])
    activate(x, real[near], norm[0], norm[1], x)
    return x


@compiled
def find_near(rows, reach, count):  # type: ignore[no-untyped-def]
    """Return the rows of `count` that are at most `reach` away from one of these, in order."""
    marks = np.zeros(count, dtype=np.bool_)
    for row in rows:
        marks[max(row - reach, 1) : row + reach + 1] = True
    marks[count - 1] = False
    return np.flatnonzero(marks)


@compiled
def spread(values, rows, out):  # type: ignore[no-untyped-def]
    """Put the values to their rows."""
    for n, i in enumerate(rows):
        copy(values[n], out[i])


@compiled
def copy(row, out):  # type: ignore[no-untyped-def]
    """Copy the numbers of a row, of which `out` takes the first.

    Numba's own assignment words its errors for arrays of other shapes: 3 s of compiling.
    """
    for j in range(len(out)):
        out[j] = row[j]


@compiled
def copy_rows(rows, out):  # type: ignore[no-untyped-def]
    """Copy rows, of which `out` takes the first columns."""
    for i in range(len(out)):
        copy(rows[i], out[i])


@compiled
def fill_rows(row, out):  # type: ignore[no-untyped-def]
    """Write one row into all rows of `out`."""
    for i in range(len(out)):
        copy(row, out[i])


@compiled
def dense(x, panels, bias):  # type: ignore[no-untyped-def]
    """Return `x` times packed weights plus a padded bias: rows x padded columns."""
    columns = len(bias)
    room = np.empty(len(x) * columns + 16, dtype=np.float32)
    first = (-room.ctypes.data % 64) // 4  # starts with a cache line, as in `aligned_array`
    out = room[first : first + len(x) * columns].reshape(len(x), columns)
    fill_rows(bias, out)
    matmul(x, panels, out)
    return out


@compiled
def sum_window(table, rows, at, has_left, has_right, sums):  # type: ignore[no-untyped-def]
    """Sum the shares of three rows, the middle one being `rows[at]`; see `convolutions`."""
    size = len(sums)
    middle = table[rows[at]][size : 2 * size]
    for j in range(size):
        sums[j] = middle[j]
    if has_left:
        left = table[rows[at - 1]][:size]
        for j in range(size):
            sums[j] += left[j]
    if has_right:
        right = table[rows[at + 1]][2 * size : 3 * size]
        for j in range(size):
            sums[j] += right[j]


@compiled
def activate(sums, real, scale, shift, out):  # type: ignore[no-untyped-def]
    """Apply ReLU and batch norm to `sums`; rows that are not real become zeros."""
    for i in range(len(out)):
        row = out[i]
        if not real[i]:
            row[:] = 0
            continue
        for j in range(len(row)):
            row[j] = max(sums[i, j], np.float32(0)) * scale[j] + shift[j]


@compiled
def convolve(x, rows, starts, lengths, out):  # type: ignore[no-untyped-def]
    """Compute a width-3 convolution over the tokens of each unit, and ReLU: tokens x size.

    Row `rows[token]` of `x`, rows x 3 size, holds the token's share in the window at its left |
    middle | right; units are given as in `recur`.
    """
    for n in range(len(lengths)):
        first, end = starts[n], starts[n] + lengths[n]
        for place in range(first, end):
            sums = out[place]
            sum_window(x, rows, place, place > first, place + 1 < end, sums)
            for j in range(len(sums)):
                sums[j] = max(sums[j], np.float32(0))


@compiled
def char_features(ids, starts, table, out):  # type: ignore[no-untyped-def]
    """Compute a width-3 convolution over each word's characters, and its maximum: words x size.

    Characters `starts[n]` to `starts[n + 1]` of `ids` are those of word n. `table`, characters x
    3 size, holds each character's share in the window at its left | middle | right.
    """
    window = np.empty(out.shape[1], dtype=np.float32)
    for n in range(len(out)):
        first, end = starts[n], starts[n + 1]
        top = out[n]
        for i in range(first, end):
            sum_window(table, ids, i, i > first, i + 1 < end, window)
            for j in range(len(window)):
                top[j] = window[j] if i == first else max(top[j], window[j])


@compiled
def sum_hashed_rows(keys, table, out):  # type: ignore[no-untyped-def]
    """Sum the rows of a hash embedding for each attribute: words x (attributes * width).

    `keys`, words x attributes x 4, are rows of `table`, rows x width, which holds the tables of
    all attributes one below the other. `out` may be wider; what lies behind stays as it is.
    """
    width = table.shape[1]
    for n in range(len(keys)):
        for attribute in range(keys.shape[1]):
            sums = out[n, attribute * width : (attribute + 1) * width]
            copy(table[keys[n, attribute, 0]], sums)
            for k in range(1, keys.shape[2]):
                row = table[keys[n, attribute, k]]
                for j in range(width):
                    sums[j] += row[j]


@compiled
def maxout_layer(x, panels, bias, gain, shift, pieces, out):  # type: ignore[no-untyped-def]
    """Compute a dense layer, the greatest of `pieces` columns, and layer norm: rows x size.

    Column `piece * size + j` of the packed weights is a piece of column j of `out`, which may be
    wider; what lies behind stays as it is. (A slice of one row alone is contiguous, for which
    numba would compile the layer once more.)
    """
    sums = dense(x, panels, bias)
    lanes = np.empty(LANES, dtype=np.float32)
    for i in range(len(out)):
        row = out[i, : len(gain)]
        take_maximum(sums[i], pieces, row)
        normalise(row, gain, shift, lanes)


@compiled
def window_layers(x, y, real, panels, bias, gain, shift, window, pieces):  # type: ignore[no-untyped-def]
    """Compute stacked window layers with residual connections: rows x size, `x` or `y`.

    Each layer reads a row with `window` rows to either side, multiplies them by its packed
    weights, takes the greatest of `pieces` columns (or mish, where `pieces` is 0), normalises the
    row and adds it to what the layer has read. Both `x` and `y` have `window` rows of zeros at
    either end; where `real` is false a row is zeros in every layer. Weights and biases are those
    of all layers: layers x panels, and so on.
    """
    size = x.shape[1]
    wide = (2 * window + 1) * size
    room = np.empty(BLOCK * bias.shape[1] + 16, dtype=np.float32)
    first = (-room.ctypes.data % 64) // 4  # starts with a cache line, as in `aligned_array`
    sums = room[first : first + BLOCK * bias.shape[1]].reshape(BLOCK, bias.shape[1])
    lanes = np.empty(LANES, dtype=np.float32)
    for n in range(len(panels)):
        for start in range(window, len(x) - window, BLOCK):
            rows = min(BLOCK, len(x) - window - start)
            windows = as_strided(x[start - window :].reshape(-1), (rows, wide), x.strides)
            for i in range(rows):
                copy(bias[n], sums[i])
            matmul(windows, panels[n], sums[:rows])
            for i in range(rows):
                row, before = y[start + i], x[start + i]
                if not real[start + i]:
                    row[:] = 0
                    continue
                if pieces:
                    take_maximum(sums[i], pieces, row)
                else:
                    mish(sums[i], row)
                normalise(row, gain[n], shift[n], lanes)
                for j in range(size):
                    row[j] += before[j]
        x, y = y, x
    return x


@compiled
def take_maximum(sums, pieces, out):  # type: ignore[no-untyped-def]
    """Write the greatest of the pieces of each column: size (Goodfellow et al. 2013)."""
    size = len(out)
    for j in range(size):
        out[j] = sums[j]
    for piece in range(1, pieces):
        others = sums[piece * size : (piece + 1) * size]
        for j in range(size):
            out[j] = max(out[j], others[j])


@compiled
def mish(sums, out):  # type: ignore[no-untyped-def]
    """Write x tanh(log(1 + exp(x))) of each column (Misra 2019); beyond 20 it is x."""
    for j in range(len(out)):
        x = sums[j]
        if x < MISH_BOUND:
            e = np.exp(np.float64(x))
            x = np.float32(x * (e * (e + 2) / (e * (e + 2) + 2)))
        out[j] = x


@compiled
def normalise(row, gain, shift, lanes):  # type: ignore[no-untyped-def]
    """Normalise a row to mean 0 and variance 1, then scale and shift it (Ba et al. 2016).

    `lanes` holds partial sums, as many as a vector register does, so that both sums run in
    vectors; their order is fixed.
    """
    size = len(row)
    whole = size - size % LANES
    lanes[:] = 0
    for start in range(0, whole, LANES):
        part = row[start : start + LANES]
        for k in range(LANES):
            lanes[k] += part[k]
    for k in range(size - whole):
        lanes[k] += row[whole + k]
    total = np.float32(0)
    for k in range(LANES):
        total += lanes[k]
    mean = total / np.float32(size)
    lanes[:] = 0
    for start in range(0, whole, LANES):
        part = row[start : start + LANES]
        for k in range(LANES):
            difference = part[k] - mean
            lanes[k] += difference * difference
    for k in range(size - whole):
        difference = row[whole + k] - mean
        lanes[k] += difference * difference
    total = np.float32(0)
    for k in range(LANES):
        total += lanes[k]
    scale = np.float32(1) / np.sqrt(total / np.float32(size) + np.float32(NORM_EPSILON))
    for j in range(size):
        row[j] = (row[j] - mean) * scale * gain[j] + shift[j]
