"""A compiled LSTM that keeps the products, gates and cells of several units in registers.

It consists of LLVM vectors for the reasons that `kernels` has, and keeps rows apart as that does.
Where the processor has short products, recurrent weights, last states and projected inputs are
short numbers (see `shorts`): a state is a multiple of 1 / STATE, and a column of weights has a step
of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import (
    TANH_BOTTOM,
    TANH_BOUND,
    TANH_TOP,
    Floats,
    aligned_array,
)
from ner_service.engine.shorts import LANES, PAIRWISE, WIDE, Shorts

GATES = 4  # input, forget, cell, output
TALL = 6 if WIDE else 2  # units that share each read of a panel, as many as registers hold
ABREAST = 18  # units that take a step each before any takes the next
STATE = 2**13  # short states are multiples of 1 / STATE, which leaves weights as fine a step

_size, _real, _whole, _short = ir.IntType(64), ir.FloatType(), ir.IntType(32), ir.IntType(16)
_vector, _sums = ir.VectorType(_real, LANES), ir.VectorType(_whole, LANES)
_pairs, _shorts = ir.VectorType(_short, 2 * LANES), ir.VectorType(_short, LANES)


def padded_states(hidden: int) -> int:
    """Return the number of states in the whole vectors that hold `hidden` states."""
    return -(-hidden // LANES) * LANES


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Recurrent weights in panels, and the step of each gate's column where they are short."""

    panels: Floats | Shorts  # blocks of states x hidden x gates, or x pairs x gates x 2
    steps: Floats  # blocks of states x gates


def pack(recurrent: Floats, is_short: bool) -> Recurrence:
    """Cut hidden x gates into panels of interleaved gates."""
    wide = interleave(recurrent)
    blocks = wide.reshape(len(wide), -1, GATES * LANES).swapaxes(0, 1)
    if is_short:
        return _shorten(blocks)
    panels = aligned_array(blocks.shape)
    panels[:] = blocks
    return Recurrence(panels, aligned_array((len(blocks), 0)))


def _shorten(blocks: Floats) -> Recurrence:
    """Return weights as short numbers, whose sums with any states stay within 32 bits."""
    count, inner, width = blocks.shape
    wide = np.pad(blocks.astype(np.float64), ((0, 0), (0, inner % 2), (0, 0)))
    most = 2**31 / (STATE + 1) - inner  # of the sum of a column; each number may be rounded up
    steps = np.maximum(abs(wide).sum(1) / most, abs(wide).max(1) / (2**15 - 1))
    whole = np.rint(wide / np.where(steps > 0, steps, 1)[:, None])
    panels = aligned_array((count, -(-inner // 2), width)).view(np.int16)
    panels[:] = whole.reshape(count, -1, 2, width).swapaxes(2, 3).reshape(panels.shape)
    return Recurrence(panels, np.ascontiguousarray(steps / STATE, dtype=np.float32))


def interleave(gates: Floats) -> Floats:
    """Reorder columns from torch's order, gate by gate, to a vector of each gate in turn."""
    hidden = gates.shape[-1] // GATES
    apart = gates.reshape(*gates.shape[:-1], GATES, hidden)
    apart = np.pad(apart, [(0, 0)] * (apart.ndim - 1) + [(0, padded_states(hidden) - hidden)])
    blocks = apart.reshape(*gates.shape[:-1], GATES, -1, LANES).swapaxes(-3, -2)
    return np.ascontiguousarray(blocks).reshape(*gates.shape[:-1], -1)


class _Code:
    """Writes vector instructions of LLVM; its methods take and return LLVM values."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder
        signature = ir.FunctionType(_vector, [_vector] * 3)
        self._fma = builder.module.declare_intrinsic(f"llvm.fma.v{LANES}f32", fnty=signature)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        return self.builder.call(self._fma, [a, b, c])

    def place(
        self, array: Any, start: Any, block: Any, size: int, more: int = 0, of: Any = _vector
    ) -> Any:
        """Return a pointer to the vector `block * size + more` numbers behind `start`."""
        b = self.builder
        at = b.add(start, b.add(b.mul(block, _size(size)), _size(more)))
        return b.bitcast(b.gep(array, [at]), of.as_pointer())

    def read(self, place: Any) -> Any:
        value = self.builder.load(place)
        value.align = 2
        return value

    def write(self, value: Any, place: Any) -> None:
        self.builder.store(value, place).align = 2

    def everywhere(self, number: Any) -> Any:
        """Return a vector with the number in every lane."""
        undefined = ir.Constant(ir.VectorType(number.type, LANES), ir.Undefined)
        one = self.builder.insert_element(undefined, number, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return self.builder.shuffle_vector(one, undefined, zeros)

    def loop(
        self, count: Any, first: Sequence[Any], step: Callable[[Any, Sequence[Any]], Iterable[Any]]
    ) -> list[Any]:
        """Return the sums that begin with `first` after `count` steps; `step` yields the next."""
        b = self.builder
        start = b.block
        loop, body, done = (b.append_basic_block(name) for name in ("loop", "body", "done"))
        b.branch(loop)
        b.position_at_end(loop)
        k = b.phi(_size)
        k.add_incoming(_size(0), start)
        sums = [b.phi(begin.type) for begin in first]
        for total, begin in zip(sums, first, strict=True):
            total.add_incoming(begin, start)
        b.cbranch(b.icmp_signed("<", k, count), body, done)
        b.position_at_end(body)
        for total, following in zip(sums, step(k, sums), strict=True):
            total.add_incoming(following, body)
        k.add_incoming(b.add(k, _size(1)), body)
        b.branch(loop)
        b.position_at_end(done)
        return sums

    def multiply_pairs(self, a: Any, b: Any) -> Any:
        """Return the sums of two products each of short numbers."""
        signature = ir.FunctionType(_sums, [_pairs] * 2)
        intrinsic = self.builder.module.declare_intrinsic(PAIRWISE, fnty=signature)
        return self.builder.call(intrinsic, [a, b])

    def shorten(self, state: Any) -> Any:
        """Return states, which are within 1, as short numbers."""
        b = self.builder
        name = f"llvm.rint.v{LANES}f32"
        rint = b.module.declare_intrinsic(name, fnty=ir.FunctionType(_vector, [_vector]))
        whole = b.call(rint, [b.fmul(state, constant(STATE))])
        return b.trunc(b.fptosi(whole, _sums), _shorts)

    def tanh(self, x: Any) -> tuple[Any, Any]:
        """Return numerator and denominator of tanh; see `kernels.tanh`."""
        b = self.builder
        low, high = constant(-TANH_BOUND), constant(TANH_BOUND)
        x = b.select(b.fcmp_ordered("<", x, high), x, high)
        x = b.select(b.fcmp_ordered(">", x, low), x, low)
        y = b.fmul(x, x)
        return b.fmul(x, self._polynomial(TANH_TOP, y)), self._polynomial(TANH_BOTTOM, y)

    def sigmoid(self, x: Any) -> tuple[Any, Any]:
        """Return numerator and denominator of the logistic function."""
        p, q = self.tanh(self.builder.fmul(x, constant(0.5)))
        return self.builder.fadd(q, p), self.builder.fadd(q, q)

    def _polynomial(self, coefficients: Sequence[float], y: Any) -> Any:
        sum = constant(coefficients[0])
        for coefficient in coefficients[1:]:
            sum = self.fma(sum, y, constant(coefficient))
        return sum

    def cell(self, gates: Sequence[Any], before: Any) -> tuple[Any, Any]:
        """Return the state and the cell after a step (Hochreiter and Schmidhuber 1997)."""
        b = self.builder
        (i, i_), (f, f_) = self.sigmoid(gates[0]), self.sigmoid(gates[1])
        (g, g_), (o, o_) = self.tanh(gates[2]), self.sigmoid(gates[3])
        both = b.fmul(i_, g_)
        kept = b.fmul(b.fmul(before, f), both)
        cell = b.fdiv(self.fma(b.fmul(i, g), f_, kept), b.fmul(both, f_))
        t, t_ = self.tanh(cell)
        return b.fdiv(b.fmul(o, t), b.fmul(o_, t_)), cell


def constant(value: float) -> Any:
    """Return a constant vector with the fp32 number in every lane."""
    return ir.Constant(_vector, [float(np.float32(value))] * LANES)


def _step(rows: int) -> Any:
    """Return an intrinsic that takes a step of a block of states, for units i to i + rows.

    `arrays` are those of `run`. `terms` rows of the panel are multiplied by the last states, none
    where there are no last states.
    """

    @intrinsic
    def step(typing, arrays, block, terms, i):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            x, panels, steps, states, out, cells, *places = (
                context.make_array(kind)(context, builder, builder.extract_value(arguments[0], n))
                for n, kind in enumerate(arrays)
            )
            block, terms, i = arguments[1:]
            units = [builder.add(i, _size(row)) for row in range(rows)]
            reads, tails, lasts, nexts, heres = (
                [builder.load(builder.gep(array.data, [unit])) for unit in units]
                for array in places
            )
            code = _Code(builder)
            panel = builder.mul(block, builder.extract_value(panels.shape, 1))
            if is_short:
                panel = code.place(panels.data, _size(0), panel, 2 * GATES * LANES, of=_pairs)
                sums = _short_products(code, rows, terms, states.data, lasts, panel)
                sums = _scale(code, sums, x.data, reads, tails, steps.data, block)
            else:
                first = [
                    code.read(code.place(x.data, start, block, GATES * LANES, gate * LANES))
                    for start in reads
                    for gate in range(GATES)
                ]
                panel = code.place(panels.data, _size(0), panel, GATES * LANES)
                sums = _products(code, first, terms, states.data, lasts, panel)
            width = builder.extract_value(cells.shape, 1)
            for row, unit in enumerate(units):
                kept = code.place(cells.data, builder.mul(unit, width), block, LANES)
                gates = sums[GATES * row : GATES * (row + 1)]
                state, cell = code.cell(gates, code.read(kept))
                code.write(cell, kept)
                code.write(state, code.place(out.data, heres[row], block, LANES))
                state = code.shorten(state) if is_short else state
                code.write(state, code.place(states.data, nexts[row], block, LANES, of=state.type))
            return context.get_dummy_value()

        is_short = arrays[1].dtype == types.int16  # the panels
        return types.void(arrays, types.intp, types.intp, types.intp), generate

    return step


def _products(
    code: _Code, first: Sequence[Any], terms: Any, states: Any, lasts: Sequence[Any], panel: Any
) -> list[Any]:
    """Return the sums that begin with `first` and add each unit's last states times the panel."""

    def add(k: Any, sums: Sequence[Any]) -> Iterator[Any]:
        builder = code.builder
        row = builder.gep(panel, [builder.mul(k, _size(GATES))])
        weights = [code.read(builder.gep(row, [_size(n)])) for n in range(GATES)]
        for unit, last in enumerate(lasts):
            spread = code.everywhere(builder.load(builder.gep(states, [builder.add(last, k)])))
            for gate, weight in enumerate(weights):
                yield code.fma(spread, weight, sums[GATES * unit + gate])

    return code.loop(terms, first, add)


def _short_products(
    code: _Code, rows: int, terms: Any, states: Any, lasts: Sequence[Any], panel: Any
) -> list[Any]:
    """Return the whole sums of each unit's last short states times the panel, pair by pair."""
    builder = code.builder
    places = [builder.gep(states, [last]) for last in lasts]
    places = [builder.bitcast(place, _whole.as_pointer()) for place in places]

    def add(k: Any, sums: Sequence[Any]) -> Iterator[Any]:
        row = builder.gep(panel, [builder.mul(k, _size(GATES))])
        weights = [code.read(builder.gep(row, [_size(n)])) for n in range(GATES)]
        for unit, place in enumerate(places):
            pair = code.everywhere(builder.load(builder.gep(place, [k])))
            pair = builder.bitcast(pair, _pairs)
            for gate, weight in enumerate(weights):
                yield builder.add(sums[GATES * unit + gate], code.multiply_pairs(pair, weight))

    return code.loop(terms, [ir.Constant(_sums, [0] * LANES)] * (rows * GATES), add)


def _scale(
    code: _Code, sums: Sequence[Any], x: Any, reads: Sequence[Any], tails: Sequence[Any],
    steps: Any, block: Any,
) -> list[Any]:  # fmt: skip
    """Return whole sums times the steps of their columns, plus the projected inputs."""
    builder, scaled = code.builder, []
    widths = [
        code.read(code.place(steps, _size(0), block, GATES * LANES, gate * LANES))
        for gate in range(GATES)
    ]
    for unit, (start, tail) in enumerate(zip(reads, tails, strict=True)):
        step = builder.bitcast(builder.gep(x, [tail]), _real.as_pointer())
        step = code.everywhere(builder.load(step))
        for gate, width in enumerate(widths):
            at = code.place(x, start, block, GATES * LANES, gate * LANES, of=_shorts)
            value = builder.sitofp(builder.sext(code.read(at), _sums), _vector)
            total = builder.sitofp(sums[GATES * unit + gate], _vector)
            scaled.append(code.fma(total, width, builder.fmul(value, step)))
    return scaled


_tall, _four, _two, _one = _step(TALL), _step(min(4, TALL)), _step(2), _step(1)


@compiled
def run(x, rows, starts, lengths, panels, steps, back, out):  # type: ignore[no-untyped-def]
    """Run one direction over units of text side by side, longest first.

    Token t of unit n reads row `rows[starts[n] + t]` of `x`, rows x 2 GATES padded states (perhaps
    with a tail), which holds the projected inputs with biases, forth | back, interleaved. Its state
    goes to row `starts[n] + t` of `out`, tokens x 2 padded states, forth | back.
    """
    blocks, inner = panels.shape[0], panels.shape[1]
    padded = blocks * LANES
    cells = np.zeros((len(lengths), padded), dtype=np.float32)
    states = np.zeros(2 * len(lengths) * padded, dtype=panels.dtype)  # the last and the next
    read = np.zeros(len(lengths), dtype=np.int64)  # where in `x` a unit's row begins
    tail = np.zeros(len(lengths), dtype=np.int64)
    last = np.zeros(len(lengths), dtype=np.int64)  # where in `states` those of a unit stand
    following = np.zeros(len(lengths), dtype=np.int64)
    here = np.zeros(len(lengths), dtype=np.int64)  # where in `out` the next states go
    arrays = x, panels, steps, states, out, cells, read, tail, last, following, here
    first, column = (GATES * padded, padded) if back else (0, 0)
    active = len(lengths)
    for step in range(lengths[0]):
        while lengths[active - 1] <= step:
            active -= 1
        for n in range(active):
            place = starts[n] + (lengths[n] - 1 - step if back else step)
            here[n] = place * out.shape[1] + column
            last[n] = following[n]
            following[n] = (2 * n + step % 2) * padded
            read[n] = rows[place] * x.shape[1] + first
            tail[n] = rows[place] * x.shape[1] + 2 * GATES * padded
        terms = inner if step else 0
        for p in range(blocks):
            i = 0
            while active - i >= TALL:
                _tall(arrays, p, terms, i)
                i += TALL
            if TALL > 4 and active - i >= 4:
                _four(arrays, p, terms, i)
                i += 4
            if active - i >= 2:
                _two(arrays, p, terms, i)
                i += 2
            if active > i:
                _one(arrays, p, terms, i)


@compiled
def run_both(x, rows, starts, lengths, forth, back, out):  # type: ignore[no-untyped-def]
    """Run both directions over any number of units, `ABREAST` of them side by side; see `run`.

    `forth` and `back` are the panels and steps of a `Recurrence`.
    """
    for first in range(0, len(lengths), ABREAST):
        some = slice(first, first + ABREAST)
        run(x, rows, starts[some], lengths[some], *forth, 0, out)
        run(x, rows, starts[some], lengths[some], *back, 1, out)
