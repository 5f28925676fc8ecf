"""Compiled fp32 kernels: matrix product, recurrences, convolutions.

Every row is computed by the same operations in the same order whatever stands beside it, so
that an answer cannot depend on its batch.
"""

from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ner_service.engine.jit import compiled

Floats = NDArray[np.float32]
COLUMNS = 32  # of a panel: two registers of AVX-512
WIDE = bool(binding.get_host_cpu_features().get("avx512f"))
TALL = 8 if WIDE else 2  # rows that share each read of a panel, as many as registers hold
BLOCK = 64  # rows that pass over all panels before the next do
GRU, RNN = range(2)


# ---- matrix product


def padded(columns: int) -> int:
    """The columns that panels of so many columns take."""
    return -(-columns // COLUMNS) * COLUMNS


def pack(matrix: Floats) -> Floats:
    """Cuts inner x columns into panels, panels x inner x COLUMNS, the last padded with zeros."""
    inner, columns = matrix.shape
    wide = np.zeros((inner, padded(columns)), dtype=np.float32)
    wide[:, :columns] = matrix
    panels = aligned((wide.shape[1] // COLUMNS, inner, COLUMNS))
    panels[:] = wide.reshape(inner, len(panels), COLUMNS).transpose(1, 0, 2)
    return panels


def aligned(shape: tuple[int, ...]) -> Floats:
    """An empty array that starts with a cache line, so that no vector lies across two."""
    size = 4 * int(np.prod(shape))
    room = np.empty(size + 64, dtype=np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(np.float32).reshape(shape)


def _tile(rows: int) -> Any:
    """Adds `rows` rows of `a` from row `i` on, times panel `p`, to `out` at column `j`.

    Numba's own loops cannot hold a block of sums in registers over the inner dimension; a
    loop of LLVM vectors does, and runs near the processor's peak.
    """

    @intrinsic
    def tile(typing, a, i, panels, p, out, j):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            a, panels, out = (
                context.make_array(signature.args[n])(context, builder, arguments[n])
                for n in (0, 2, 4)
            )
            i, p, j = (arguments[n] for n in (1, 3, 5))
            _generate(builder, rows, a, i, panels, p, out, j)
            return context.get_dummy_value()

        return types.void(a, types.intp, panels, types.intp, out, types.intp), generate

    return tile


def _generate(
    builder: Any, rows: int, a: Any, i: Any, panels: Any, p: Any, out: Any, j: Any
) -> None:
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
        found = builder.load(place)
        found.align = 4
        return found

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
    """Adds `a`, rows x inner, times packed panels to `out`, rows x padded columns."""
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


# ---- recurrences


@compiled
def tanh(x):  # type: ignore[no-untyped-def]
    """Numerator and denominator of a rational minimax approximation (as in Eigen).

    It is within 4 units in the last place; apart, several need but one division.
    """
    x = min(max(x, np.float32(-7.9)), np.float32(7.9))
    y = x * x
    p = np.float32(-2.76076847742355e-16)
    p = p * y + np.float32(2.00018790482477e-13)
    p = p * y + np.float32(-8.60467152213735e-11)
    p = p * y + np.float32(5.12229709037114e-08)
    p = p * y + np.float32(1.48572235717979e-05)
    p = p * y + np.float32(6.37261928875436e-04)
    p = p * y + np.float32(4.89352455891786e-03)
    q = np.float32(1.19825839466702e-06)
    q = q * y + np.float32(1.18534705686654e-04)
    q = q * y + np.float32(2.26843463243900e-03)
    q = q * y + np.float32(4.89352518554385e-03)
    return x * p, q


@compiled
def sigmoid(x):  # type: ignore[no-untyped-def]
    """Numerator and denominator."""
    p, q = tanh(np.float32(0.5) * x)
    return q + p, q + q


@compiled
def gru(gates, state):  # type: ignore[no-untyped-def]
    """One step; `gates` are new by input, reset, update, new by state."""
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
    """One step of an Elman network."""
    for j in range(len(state)):
        t, t_ = tanh(gates[j])
        state[j] = t / t_


@compiled
def recur(kind, x, rows, starts, lengths, recurrent, skip, back, out):  # type: ignore[no-untyped-def]
    """Runs one direction over units of text side by side, longest first.

    Token t of unit n reads row `rows[starts[n] + t]` of `x`, which holds the projected inputs
    with biases, forth | back, and writes row `starts[n] + t` of `out`, forth | back.
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
            gates[n, :width] = x[rows[place]][first : first + width]
        if step:
            matmul(state[:active], recurrent, gates[:active, skip:])
        for n in range(active):
            if kind == GRU:
                gru(gates[n], state[n])
            else:
                rnn(gates[n], state[n])
            place = starts[n] + (lengths[n] - 1 - step if back else step)
            out[place][column : column + hidden] = state[n]


# ---- convolutions


@compiled
def convolutions(table, places, real, norm, layers, head, block, out):  # type: ignore[no-untyped-def]
    """Width-3 convolutions on each other, each with ReLU and batch norm, and a dense layer on top.

    Row `i` of the input is row `places[i]` of `table`, which holds its share in the window at
    its left | middle | right; where `real[i]` is false it is a gap, which is zeros in every layer.
    `norm` is scale and shift after the first convolution; `layers` are packed weights of whole
    windows, bias, scale and shift of the others, `head` weights and bias; biases are padded.
    `out` has a row less than `places` at each end for each convolution. So many rows as `block`
    pass all layers before the next do, while they are in the cache.
    """
    reach = 1 + len(layers)
    for start in range(0, len(out), block):
        stop = min(start + block, len(out))
        end = stop + 2 * reach
        x = np.empty((end - start - 2, len(norm[0])), dtype=np.float32)
        gather(table, places[start:end], real[start:end], x)
        activate(x, real[start + 1 : end - 1], norm[0], norm[1], x)
        n = 1
        for panels, bias, scale, shift in layers:
            n += 1
            windows = as_strided(x.reshape(-1), (len(x) - 2, 3 * x.shape[1]), x.strides)
            sums = dense(windows, panels, bias)
            x = np.empty((len(sums), len(scale)), dtype=np.float32)
            activate(sums, real[start + n : end - n], scale, shift, x)
        out[start:stop] = dense(x, head[0], head[1])[:, : out.shape[1]]


@compiled
def dense(x, panels, bias):  # type: ignore[no-untyped-def]
    """`x` times packed weights, and a padded bias: rows x padded columns."""
    columns = len(bias)
    room = np.empty(len(x) * columns + 16, dtype=np.float32)
    first = (-room.ctypes.data % 64) // 4  # with a cache line, as `aligned`
    out = room[first : first + len(x) * columns].reshape(len(x), columns)
    out[:] = bias
    matmul(x, panels, out)
    return out


@compiled
def gather(table, places, real, out):  # type: ignore[no-untyped-def]
    """The sums of a width-3 convolution over rows of `table`; see `convolutions`."""
    for i in range(len(out)):
        window(table, places, i + 1, real[i], real[i + 2], out[i])


@compiled
def window(table, rows, at, has_left, has_right, sums):  # type: ignore[no-untyped-def]
    """Sums the shares of three rows, the middle one being `rows[at]`; see `convolutions`."""
    size = len(sums)
    sums[:] = table[rows[at]][size : 2 * size]
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
    """ReLU and batch norm; gaps become zeros."""
    for i in range(len(out)):
        row = out[i]
        if not real[i]:
            row[:] = 0
            continue
        for j in range(len(row)):
            row[j] = max(sums[i, j], np.float32(0)) * scale[j] + shift[j]


@compiled
def convolve(x, rows, starts, lengths, out):  # type: ignore[no-untyped-def]
    """A width-3 convolution over the tokens of each unit, and ReLU.

    `x` holds each row's share in the window at its left | middle | right; see `recur`.
    """
    for n in range(len(lengths)):
        first, end = starts[n], starts[n] + lengths[n]
        for place in range(first, end):
            sums = out[place]
            window(x, rows, place, place > first, place + 1 < end, sums)
            for j in range(len(sums)):
                sums[j] = max(sums[j], np.float32(0))


@compiled
def char_features(ids, starts, tables, out):  # type: ignore[no-untyped-def]
    """A width-3 convolution over the characters of words, and its maximum: words x size.

    Characters `starts[n]` to `starts[n + 1]` of `ids` are those of word n. `tables`, 3 x
    characters x size, holds each character's share in the window at its left, middle (with
    the bias) and right place.
    """
    size = out.shape[1]
    window = np.empty(size, dtype=np.float32)
    for n in range(len(out)):
        first, last = starts[n], starts[n + 1] - 1
        top = out[n]
        for i in range(first, last + 1):
            middle = tables[1, ids[i]]
            for j in range(size):
                window[j] = middle[j]
            if i > first:
                left = tables[0, ids[i - 1]]
                for j in range(size):
                    window[j] += left[j]
            if i < last:
                right = tables[2, ids[i + 1]]
                for j in range(size):
                    window[j] += right[j]
            for j in range(size):
                top[j] = window[j] if i == first else max(top[j], window[j])
