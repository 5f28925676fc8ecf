"""A compiled LSTM that keeps the products, gates and cells of several units in registers.

It consists of LLVM vectors for the reasons that `kernels` has, and keeps rows apart as that does.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import Floats, aligned_array

GATES = 4  # input, forget, cell, output
WIDE = bool(binding.get_host_cpu_features().get("avx512f"))
LANES = 16 if WIDE else 8  # states that one vector holds
TALL = 6 if WIDE else 3  # units that share each read of a panel, as many as registers hold
ABREAST = 18  # units that take a step each before any takes the next

_size, _real = ir.IntType(64), ir.FloatType()
_vector = ir.VectorType(_real, LANES)
# tanh as in Eigen; `kernels` has the same numbers, as numba would not notice a change there
TANH_BOUND = 7.9  # tanh is 1 beyond, in fp32
TANH_TOP = (-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
            5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04,
            4.89352455891786e-03)  # fmt: skip
TANH_BOTTOM = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03,
               4.89352518554385e-03)  # fmt: skip


def padded_states(hidden: int) -> int:
    """Return the number of states in the whole vectors that hold `hidden` states."""
    return -(-hidden // LANES) * LANES


def pack(recurrent: Floats) -> Floats:
    """Cut hidden x gates into panels: blocks of states x hidden x interleaved gates."""
    wide = interleave(recurrent)
    panels = aligned_array((wide.shape[1] // (GATES * LANES), len(wide), GATES * LANES))
    panels[:] = wide.reshape(len(wide), -1, GATES * LANES).swapaxes(0, 1)
    return panels


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

    def place(self, array: Any, start: Any, block: Any, size: int, more: int = 0) -> Any:
        """Return a pointer to the vector `block * size + more` floats behind `start`."""
        b = self.builder
        at = b.add(start, b.add(b.mul(block, _size(size)), _size(more)))
        return b.bitcast(b.gep(array, [at]), _vector.as_pointer())

    def read(self, place: Any) -> Any:
        value = self.builder.load(place)
        value.align = 4
        return value

    def write(self, value: Any, place: Any) -> None:
        self.builder.store(value, place).align = 4

    def everywhere(self, number: Any) -> Any:
        """Return a vector with the number in every lane."""
        undefined = ir.Constant(_vector, ir.Undefined)
        one = self.builder.insert_element(undefined, number, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return self.builder.shuffle_vector(one, undefined, zeros)

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

    `read`, `before` and `here` say where in `x` and `out` the units' projected inputs, last
    states and next states begin; `inner` is 0 where there is no last state.
    """

    @intrinsic
    def step(typing, x, read, panels, block, inner, out, before, here, cells, i):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            x, read, panels, out, before, here, cells = (
                context.make_array(signature.args[n])(context, builder, arguments[n])
                for n in (0, 1, 2, 5, 6, 7, 8)
            )
            block, inner, i = (arguments[n] for n in (3, 4, 9))
            units = [builder.add(i, _size(row)) for row in range(rows)]
            reads, lasts, nexts = (
                [builder.load(builder.gep(array.data, [unit])) for unit in units]
                for array in (read, before, here)
            )
            code = _Code(builder)
            first = [
                code.read(code.place(x.data, start, block, GATES * LANES, gate * LANES))
                for start in reads
                for gate in range(GATES)
            ]
            panel = builder.mul(block, builder.extract_value(panels.shape, 1))
            panel = code.place(panels.data, _size(0), panel, GATES * LANES)
            sums = _products(code, first, inner, out.data, lasts, panel)
            width = builder.extract_value(cells.shape, 1)
            for row, (unit, following) in enumerate(zip(units, nexts, strict=True)):
                kept = code.place(cells.data, builder.mul(unit, width), block, LANES)
                gates = sums[GATES * row : GATES * (row + 1)]
                state, cell = code.cell(gates, code.read(kept))
                code.write(cell, kept)
                code.write(state, code.place(out.data, following, block, LANES))
            return context.get_dummy_value()

        arguments = (x, read, panels, types.intp, types.intp, out, before, here, cells, types.intp)
        return types.void(*arguments), generate

    return step


def _products(
    code: _Code, first: Sequence[Any], inner: Any, out: Any, lasts: Sequence[Any], panel: Any
) -> list[Any]:
    """Return the sums that begin with `first` and add each unit's last states times the panel."""
    builder = code.builder
    start = builder.block
    loop, body, done = (builder.append_basic_block(name) for name in ("loop", "body", "done"))
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(_size)
    k.add_incoming(_size(0), start)
    sums = [builder.phi(_vector) for _ in first]
    for total, begin in zip(sums, first, strict=True):
        total.add_incoming(begin, start)
    builder.cbranch(builder.icmp_signed("<", k, inner), body, done)
    builder.position_at_end(body)
    row = builder.gep(panel, [builder.mul(k, _size(GATES))])
    weights = [code.read(builder.gep(row, [_size(n)])) for n in range(GATES)]
    for unit, last in enumerate(lasts):
        spread = code.everywhere(builder.load(builder.gep(out, [builder.add(last, k)])))
        for gate, weight in enumerate(weights):
            total = sums[GATES * unit + gate]
            total.add_incoming(code.fma(spread, weight, total), body)
    k.add_incoming(builder.add(k, _size(1)), body)
    builder.branch(loop)
    builder.position_at_end(done)
    return sums


_tall, _four, _two, _one = _step(TALL), _step(min(4, TALL)), _step(2), _step(1)


@compiled
def run(x, rows, starts, lengths, panels, back, out):  # type: ignore[no-untyped-def]
    """Run one direction over units of text side by side, longest first.

    Token t of unit n reads row `rows[starts[n] + t]` of `x`, rows x 2 GATES padded states, which
    holds the projected inputs with biases, forth | back, interleaved. Its state goes to row
    `starts[n] + t` of `out`, tokens x 2 padded states, forth | back.
    """
    blocks, inner = panels.shape[0], panels.shape[1]
    cells = np.zeros((len(lengths), blocks * LANES), dtype=np.float32)
    read = np.zeros(len(lengths), dtype=np.int64)
    before = np.zeros(len(lengths), dtype=np.int64)
    here = np.zeros(len(lengths), dtype=np.int64)
    first, column = (x.shape[1] // 2, out.shape[1] // 2) if back else (0, 0)
    active = len(lengths)
    for step in range(lengths[0]):
        while lengths[active - 1] <= step:
            active -= 1
        for n in range(active):
            place = starts[n] + (lengths[n] - 1 - step if back else step)
            before[n] = here[n]
            here[n] = place * out.shape[1] + column
            read[n] = rows[place] * x.shape[1] + first
        terms = inner if step else 0
        for p in range(blocks):
            i = 0
            while active - i >= TALL:
                _tall(x, read, panels, p, terms, out, before, here, cells, i)
                i += TALL
            if TALL > 4 and active - i >= 4:
                _four(x, read, panels, p, terms, out, before, here, cells, i)
                i += 4
            if active - i >= 2:
                _two(x, read, panels, p, terms, out, before, here, cells, i)
                i += 2
            if active > i:
                _one(x, read, panels, p, terms, out, before, here, cells, i)


@compiled
def run_both(x, rows, starts, lengths, forth, back, out):  # type: ignore[no-untyped-def]
    """Run both directions over any number of units, `ABREAST` of them side by side; see `run`."""
    for first in range(0, len(lengths), ABREAST):
        some = slice(first, first + ABREAST)
        run(x, rows, starts[some], lengths[some], forth, 0, out)
        run(x, rows, starts[some], lengths[some], back, 1, out)
