"""Compiled products of short numbers: 16-bit integers, of which a lane multiplies two at a time.

Each part of a row is a row of integers times one step, and so is each part of a column of weights.
Steps are so wide that no sum of products can leave 32 bits, by the inequality of Cauchy and
Schwarz. So integer sums are exact, and an answer cannot depend on its batch. The error of a product
is about a ten-thousandth of what the norms of row and column allow.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import (
    Floats,
    activate,
    aligned_array,
    copy,
    copy_rows,
    fill_rows,
    find_near,
)
from ner_service.engine.kernels import dense as dense_floats

Shorts = NDArray[np.int16]
WIDE = bool(binding.get_host_cpu_features().get("avx512bw"))
AVAILABLE = WIDE or bool(binding.get_host_cpu_features().get("avx2"))
# sums of two products each; where the processor has VNNI, LLVM makes one instruction of this and
# the addition behind it
PAIRWISE = "llvm.x86.avx512.pmaddw.d.512" if WIDE else "llvm.x86.avx2.pmadd.wd"
LANES = 16 if WIDE else 8  # 32-bit numbers of a register
COLUMNS = 2 * LANES  # columns of a panel: two registers of sums
TALL = 8 if WIDE else 6  # rows that share each read of a panel, as many as registers hold
BLOCK = 64  # rows that pass over all panels before the next do
PART = 128  # numbers of a row with a step of their own
TERMS = 16  # of a norm that are summed apart; on every processor, so that all have the same norm
MOST = 32767  # the greatest short number, and the norm of each part of a row
TAIL = 32  # short numbers behind a stored row, a cache line, of which two hold its step as fp32


@dataclass(frozen=True, slots=True)
class ShortWeights:
    """Weights in panels of pairs, and the steps of each part of their columns."""

    panels: Shorts  # panels x pairs x COLUMNS x 2
    steps: Floats  # parts x padded columns


def pack(matrix: Floats) -> ShortWeights:
    """Cut inner x columns into panels of short numbers, padded with zeros."""
    inner, columns = matrix.shape
    pairs, width = -(-inner // 2), -(-columns // COLUMNS) * COLUMNS
    wide = np.zeros((2 * pairs, width))
    wide[:inner, :columns] = matrix
    parts = -(-inner // PART)
    steps = aligned_array((parts, width))
    for n in range(parts):
        part = wide[n * PART : (n + 1) * PART]
        slack = np.sqrt(len(part)) / 2  # by which rounding may lengthen a vector
        norms = np.sqrt((part**2).sum(0)) / (2**31 / (MOST + slack) - slack - 1)
        steps[n] = np.maximum(norms, abs(part).max(0) / MOST)
        part /= np.where(steps[n] > 0, steps[n], 1).astype(np.float64)
    panels = np.rint(wide).reshape(pairs, 2, width // COLUMNS, COLUMNS).transpose(2, 0, 3, 1)
    aligned = aligned_array((*panels.shape[:3], 1)).view(np.int16)
    aligned[:] = panels
    return ShortWeights(aligned, steps)


def shorten(x: Floats) -> tuple[Shorts, Floats]:
    """Return rows as short numbers, a zero behind those of odd length, and steps: rows x parts.

    Rows have some room behind them, as windows over rows have: `matmul` would be compiled for both.
    """
    rows, inner = x.shape
    numbers = np.zeros((rows, inner + inner % 2 + 2), dtype=np.int16)
    steps = np.empty((rows, -(-inner // PART) + 1), dtype=np.float32)
    shorten_parts(x, numbers, steps)  # the last part of each row is empty
    return numbers[:, :-2], steps[:, :-1]


@compiled
def shorten_parts(x, numbers, steps):  # type: ignore[no-untyped-def]
    """Write each part of a row as short numbers whose norm is MOST, and its step."""
    lanes = np.empty(TERMS, dtype=np.float32)
    for i in range(len(x)):
        for n in range(steps.shape[1]):
            part = x[i, n * PART : (n + 1) * PART]
            lanes[:] = 0
            whole = len(part) - len(part) % TERMS
            for start in range(0, whole, TERMS):
                for k in range(TERMS):
                    lanes[k] += part[start + k] * part[start + k]
            for k in range(whole, len(part)):
                lanes[k - whole] += part[k] * part[k]
            total = np.float32(0)
            for k in range(TERMS):
                total += lanes[k]
            norm = np.sqrt(total)
            steps[i, n] = norm / np.float32(MOST)
            scale = np.float32(MOST) / norm if norm > 0 else np.float32(0)
            for k in range(len(part)):
                numbers[i, n * PART + k] = np.int16(np.rint(part[k] * scale))


@compiled
def store(x, out):  # type: ignore[no-untyped-def]
    """Write rows as short numbers with one step a row, which stands in the tail: rows x width."""
    width = x.shape[1]
    lanes = np.empty(TERMS, dtype=np.float32)
    step = np.empty(1, dtype=np.float32)
    for i in range(len(x)):
        row = x[i]
        lanes[:] = 0
        for start in range(0, width, TERMS):
            for k in range(TERMS):
                lanes[k] = max(lanes[k], abs(row[start + k]))
        top = np.float32(0)
        for k in range(TERMS):
            top = max(top, lanes[k])
        scale = np.float32(MOST) / top if top > 0 else np.float32(0)
        for k in range(width):
            out[i, k] = np.int16(np.rint(row[k] * scale))
        step[0] = top / np.float32(MOST)
        tail = step.view(np.int16)
        out[i, width] = tail[0]
        out[i, width + 1] = tail[1]


def _tile(rows: int) -> Any:
    """Return an intrinsic that adds rows i to i + rows of `a`, times panel p, to `out`.

    `arrays` are the arguments of `matmul`. It multiplies the pairs from `first` to `last`, which
    are part `n` of each row.
    """

    @intrinsic
    def tile(typing, arrays, i, p, n, first, last):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            views = [
                context.make_array(kind)(context, builder, builder.extract_value(arguments[0], at))
                for at, kind in enumerate(arrays)
            ]
            _emit_tile(builder, rows, views, *arguments[1:])
            return context.get_dummy_value()

        return types.void(arrays, *[types.intp] * 5), generate

    return tile


def _emit_tile(
    builder: Any, rows: int, views: Any, i: Any, p: Any, n: Any, first: Any, last: Any
) -> None:
    """Write the instructions of `_tile`; the arguments are LLVM values, but for `rows`."""
    a, steps, panels, widths, out = views
    size, whole, real = ir.IntType(64), ir.IntType(32), ir.FloatType()
    sums_type, reals = ir.VectorType(whole, LANES), ir.VectorType(real, LANES)
    pairs_type = ir.VectorType(ir.IntType(16), 2 * LANES)
    multiply = builder.module.declare_intrinsic(
        PAIRWISE, fnty=ir.FunctionType(sums_type, [pairs_type] * 2)
    )
    halves = COLUMNS // LANES

    def pointer(array: Any, row: Any, column: Any, target: Any) -> Any:
        start = builder.bitcast(array.data, ir.IntType(8).as_pointer())
        start = builder.gep(start, [builder.mul(row, builder.extract_value(array.strides, 0))])
        return builder.gep(builder.bitcast(start, target.as_pointer()), [column])

    def load(place: Any) -> Any:
        value = builder.load(place)
        value.align = 4
        return value

    def spread(value: Any, kind: Any) -> Any:
        undefined = ir.Constant(ir.VectorType(kind, LANES), ir.Undefined)
        one = builder.insert_element(undefined, value, whole(0))
        zeros = ir.Constant(ir.VectorType(whole, LANES), [0] * LANES)
        return builder.shuffle_vector(one, undefined, zeros)

    numbers = [builder.add(i, size(row)) for row in range(rows)]
    lefts = [pointer(a, number, size(0), whole) for number in numbers]
    panel = pointer(panels, p, size(0), pairs_type)
    before = builder.block
    loop, done = builder.append_basic_block("pairs"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(size)
    k.add_incoming(first, before)
    sums = [builder.phi(sums_type) for _ in range(rows * halves)]
    place = builder.mul(k, size(halves))
    weights = [load(builder.gep(panel, [builder.add(place, size(h))])) for h in range(halves)]
    for row, left in enumerate(lefts):
        pair = builder.bitcast(spread(load(builder.gep(left, [k])), whole), pairs_type)
        for half, weight in enumerate(weights):
            total = sums[row * halves + half]
            total.add_incoming(ir.Constant(sums_type, [0] * LANES), before)
            total.add_incoming(builder.add(total, builder.call(multiply, [pair, weight])), loop)
    following = builder.add(k, size(1))
    k.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, last), loop, done)
    builder.position_at_end(done)
    fma = builder.module.declare_intrinsic(
        f"llvm.fma.v{LANES}f32", fnty=ir.FunctionType(reals, [reals] * 3)
    )
    for half in range(halves):
        column = builder.add(builder.mul(p, size(COLUMNS)), size(half * LANES))
        width = load(builder.bitcast(pointer(widths, n, column, real), reals.as_pointer()))
        for row, number in enumerate(numbers):
            step = spread(load(pointer(steps, number, n, real)), real)
            target = pointer(out, number, column, real)
            target = builder.bitcast(target, reals.as_pointer())
            total = builder.sitofp(sums[row * halves + half].incomings[1][0], reals)
            total = builder.call(fma, [total, builder.fmul(step, width), load(target)])
            builder.store(total, target).align = 4


_tall, _four, _two, _one = _tile(TALL), _tile(4), _tile(2), _tile(1)


@compiled
def matmul(a, steps, panels, widths, out):  # type: ignore[no-untyped-def]
    """Add `a` times its steps, rows x inner, times packed weights to `out`, rows x padded columns.

    `panels` and `widths` are the panels and steps of `ShortWeights`.
    """
    rows, pairs = len(a), panels.shape[1]
    arrays = a, steps, panels, widths, out
    for block in range(0, rows, BLOCK):
        end = min(rows, block + BLOCK)
        for p in range(len(panels)):
            for n in range(len(widths)):
                first, last = n * PART // 2, min(pairs, (n + 1) * PART // 2)
                i = block
                while end - i >= TALL:
                    _tall(arrays, i, p, n, first, last)
                    i += TALL
                if end - i >= 4:
                    _four(arrays, i, p, n, first, last)
                    i += 4
                if end - i >= 2:
                    _two(arrays, i, p, n, first, last)
                    i += 2
                if end > i:
                    _one(arrays, i, p, n, first, last)


@compiled
def dense(a, steps, panels, widths, bias):  # type: ignore[no-untyped-def]
    """Return what `matmul` adds to a padded bias: rows x padded columns."""
    out = np.empty((len(a), len(bias)), dtype=np.float32)
    fill_rows(bias, out)
    matmul(a, steps, panels, widths, out)
    return out


def steps_of(rows: Shorts) -> Floats:
    """Return the steps that `store` writes behind rows: rows."""
    steps: Floats = rows[:, -TAIL:].view(np.float32)[:, 0]
    return steps


@compiled
def first_convolution(table, steps, places, real, norm, near):  # type: ignore[no-untyped-def]
    """Return the first layer of `convolutions` at these rows: rows x channels."""
    scale, shift = norm
    size = len(scale)
    none = np.float32(0)
    x = np.empty((len(near), size), dtype=np.float32)
    for n, i in enumerate(near):
        out = x[n]
        if not real[i]:
            out[:] = 0
            continue
        left, row, right = table[places[i - 1]], table[places[i]], table[places[i + 1]]
        middle, last = row[size : 2 * size], right[2 * size : 3 * size]
        one = steps[places[i - 1]] if real[i - 1] else none
        two = steps[places[i]]
        three = steps[places[i + 1]] if real[i + 1] else none
        for j in range(size):  # a loop that reads what it writes would not run in vectors
            total = np.float32(left[j]) * one + np.float32(middle[j]) * two
            total += np.float32(last[j]) * three
            out[j] = max(total, none) * scale[j] + shift[j]
    return x


@compiled
def convolutions(table, table_steps, places, real, norm, layers, head, block, out):  # type: ignore[no-untyped-def]
    """Compute what `kernels.convolutions` does, by short numbers and products.

    The table has short numbers, and its steps stand by themselves. `layers` are packed weights of
    whole windows, their steps, bias, scale and shift; the size of what a layer reads is a multiple
    of PART.
    """
    reach = 1 + len(layers)
    for start in range(0, len(out), block):
        stop = min(start + block, len(out))
        end = stop + 2 * reach
        near = np.arange(1, end - start - 1)
        x = first_convolution(table, table_steps, places[start:end], real[start:end], norm, near)
        n = 1
        for panels, widths, bias, scale, shift in layers:
            n += 1
            numbers = np.empty(x.shape, dtype=np.int16)
            steps = np.empty((len(x), x.shape[1] // PART), dtype=np.float32)
            shorten_parts(x, numbers, steps)
            count = len(x) - 2
            windows = as_strided(numbers.reshape(-1), (count, 3 * x.shape[1]), numbers.strides)
            steps = as_strided(steps.reshape(-1), (count, 3 * steps.shape[1]), steps.strides)
            sums = dense(windows, steps, panels, widths, bias)
            x = np.empty((count, len(scale)), dtype=np.float32)
            activate(sums, real[start + n : end - n], scale, shift, x)
        copy_rows(dense_floats(x, head[0], head[1]), out[start:stop])


@compiled
def convolutions_at(table, table_steps, places, real, norm, layers, head, rows, out):  # type: ignore[no-untyped-def]
    """Compute what `kernels.convolutions_at` does, by short numbers and products.

    Each row of `out` is to the bit the one that `convolutions` computes.
    """
    reach = len(layers)
    near = find_near(rows, reach, len(places))
    x = first_convolution(table, table_steps, places, real, norm, near)
    for panels, widths, bias, scale, shift in layers:
        reach -= 1
        size, parts = x.shape[1], x.shape[1] // PART
        numbers = np.empty(x.shape, dtype=np.int16)
        steps = np.empty((len(x), parts), dtype=np.float32)
        shorten_parts(x, numbers, steps)
        at = np.full(len(places), -1, dtype=np.int64)  # of each row in `x`
        for n, i in enumerate(near):
            at[i] = n
        near = find_near(rows, reach, len(places))
        windows = np.zeros((len(near), 3 * size), dtype=np.int16)
        window_steps = np.zeros((len(near), 3 * parts), dtype=np.float32)
        for n, i in enumerate(near):
            for k in range(3):
                if at[i - 1 + k] >= 0:
                    row = at[i - 1 + k]
                    copy(numbers[row], windows[n][k * size : (k + 1) * size])
                    copy(steps[row], window_steps[n][k * parts : (k + 1) * parts])
        sums = dense(windows, window_steps, panels, widths, bias)
        x = np.empty((len(near), len(scale)), dtype=np.float32)
        activate(sums, real[near], scale, shift, x)
    copy_rows(dense_floats(x, head[0], head[1]), out)
