"""The layers of a net as plain arrays: dense, recurrent, convolutional."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ner_service.engine import kernels, lstm, shorts
from ner_service.engine.kernels import Floats, Ints
from ner_service.engine.shorts import Shorts

if TYPE_CHECKING:  # pydantic, which it imports, would cost natasha 0.07 s of its start
    from ner_service.nets.config import Encoder

Tensors = Mapping[str, Any]
KINDS = {"gru": kernels.GRU, "rnn": kernels.RNN}
WAYS = ("forth", "back")


@dataclass(frozen=True, slots=True)
class UnitBounds:
    """The first token and the length of each unit of a group; the longest unit comes first."""

    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "UnitBounds":
        """Return the bounds of units that stand one after another, by their falling lengths."""
        sizes = np.array(lengths, dtype=np.int64)
        return cls(np.cumsum(sizes) - sizes, sizes)

    @property
    def tokens(self) -> int:
        """Return the number of tokens in all units."""
        return int(self.lengths.sum())


def group_units(
    order: Iterable[int], units: Sequence[Sequence[str]], most: int
) -> Iterator[list[int]]:
    """Yield the numbers of units that pass the layers together, in the given order.

    A group has at most `most` tokens; a single longer unit is a group by itself.
    """
    group: list[int] = []
    tokens = 0
    for n in order:
        if group and tokens + len(units[n]) > most:
            yield group
            group, tokens = [], 0
        group.append(n)
        tokens += len(units[n])
    if group:
        yield group


class Dense:
    """A dense layer, `x @ weight + bias`."""

    def __init__(self, weight: Floats, bias: Floats) -> None:
        """Pack `weight`, inner x columns; `bias` has as many columns."""
        self.width: int = weight.shape[1]
        self.panels = kernels.pack(weight)
        self.bias = np.zeros(kernels.padded_columns(self.width), dtype=np.float32)
        self.bias[: self.width] = bias

    def __call__(self, x: Floats) -> Floats:
        """Return the layer's output for `x`, rows x inner: rows x columns."""
        return np.ascontiguousarray(kernels.dense(x, self.panels, self.bias)[:, : self.width])


class FloatProjection:
    """A projection makes the rows that a layer reads; these are of fp32."""

    dtype = np.dtype(np.float32)

    def __init__(self, weight: Floats) -> None:
        """Pack `weight`, inner x columns."""
        self._panels = kernels.pack(weight)
        self.width = kernels.padded_columns(weight.shape[1])

    def __call__(self, x: Floats, sums: Floats) -> Floats | Shorts:
        """Return rows of `x`, rows x inner, added to `sums`, rows x padded columns."""
        kernels.matmul(x, self._panels, sums)
        return sums


class ShortProjection:
    """A projection of short factors makes rows of short numbers, with a step in the tail."""

    dtype = np.dtype(np.int16)

    def __init__(self, weight: Floats) -> None:
        """Pack `weight`, inner x columns, which fill whole panels."""
        self._weights = shorts.pack(weight)
        self.width = weight.shape[1] + shorts.TAIL

    def __call__(self, x: Floats, sums: Floats) -> Floats | Shorts:
        """Return rows of `x`, rows x inner, that are first added to `sums`, rows x columns."""
        shorts.matmul(*shorts.shorten(x), self._weights.panels, self._weights.steps, sums)
        rows: Shorts = kernels.aligned_array((len(sums), self.width // 2)).view(np.int16)
        shorts.store(sums, rows)
        return rows


class Layer(Protocol):
    """Reads projected inputs; those of the first layer depend on the word alone and are cached."""

    inputs: Floats  # inner x columns: projects what the layer reads
    bias: Floats  # columns

    @property
    def projection(self) -> type[FloatProjection] | type[ShortProjection]:
        """Return the projection that makes the rows which the layer reads."""

    def run(self, x: Floats | Shorts, rows: Ints, units: UnitBounds) -> Floats:
        """Return the states of tokens whose projected inputs are `x[rows]`: tokens x size."""


class LSTM:
    """An LSTM layer, run in both directions, perhaps with short numbers."""

    def __init__(self, tensors: Tensors, prefix: str, is_short: bool = False) -> None:
        both = [_direction(tensors, f"{prefix}.{way}") for way in WAYS]
        self.projection = ShortProjection if is_short else FloatProjection
        packed = [lstm.pack(way.recurrent, is_short) for way in both]
        self._weights = [(one.panels, one.steps) for one in packed]
        self._hidden = len(both[0].recurrent)
        self.inputs = np.concatenate([lstm.interleave(way.inputs) for way in both], 1)
        self.bias = np.concatenate([lstm.interleave(way.bias + way.inner) for way in both])

    def run(self, x: Floats | Shorts, rows: Ints, units: UnitBounds) -> Floats:
        out = kernels.aligned_array((units.tokens, 2, lstm.padded_states(self._hidden)))
        flat = out.reshape(units.tokens, -1)
        lstm.run_both(x, rows, units.starts, units.lengths, *self._weights, flat)
        return np.ascontiguousarray(out[:, :, : self._hidden]).reshape(units.tokens, -1)


class Recurrent:
    """A GRU or Elman layer, run in both directions."""

    projection = FloatProjection

    def __init__(self, encoder: "Encoder", tensors: Tensors, prefix: str) -> None:
        self._kind = KINDS[encoder]
        both = [_direction(tensors, f"{prefix}.{way}") for way in WAYS]
        self._recurrent = [kernels.pack(way.recurrent) for way in both]
        self._hidden = len(both[0].recurrent)
        self._skip = self._hidden if self._kind == kernels.GRU else 0
        inputs, biases = zip(*(_gates(self._kind, way) for way in both), strict=True)
        self.inputs, self.bias = np.concatenate(inputs, 1), np.concatenate(biases)

    def run(self, x: Floats | Shorts, rows: Ints, units: UnitBounds) -> Floats:
        out = np.empty((units.tokens, 2 * self._hidden), dtype=np.float32)
        for back, recurrent in enumerate(self._recurrent):
            kernels.recur(
                self._kind, x, rows, units.starts, units.lengths, recurrent, self._skip, back, out
            )
        return out


@dataclass(frozen=True, slots=True)
class _Direction:
    """The weights of one direction of a recurrent layer in torch, transposed."""

    inputs: Floats  # inner x gates
    recurrent: Floats  # hidden x gates
    bias: Floats  # gates
    inner: Floats  # gates: the bias of the recurrent part


def _direction(tensors: Tensors, prefix: str) -> _Direction:
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    inputs, recurrent, bias, inner = (array(tensors[f"{prefix}.{name}"]) for name in names)
    return _Direction(inputs.T, recurrent.T, bias, inner)


def _gates(kind: int, way: _Direction) -> tuple[Floats, Floats]:
    """Return inputs, inner x gates, and bias, gates, in the order of `kernels.recur`."""
    if kind != kernels.GRU:
        return _wide(way.inputs), _wide(way.bias + way.inner)
    hidden = len(way.recurrent)  # torch's order is reset, update, new
    new = slice(2 * hidden, None)
    inputs = np.concatenate([way.inputs[:, new], way.inputs[:, : 2 * hidden]], 1)
    biases = [way.bias[new], (way.bias + way.inner)[: 2 * hidden], way.inner[new]]
    return _wide(np.pad(inputs, ((0, 0), (0, hidden)))), _wide(np.concatenate(biases))


def _wide(gates: Floats) -> Floats:
    """Return gates with zeros up to a whole panel, so that each direction starts with a panel."""
    missing = kernels.padded_columns(gates.shape[-1]) - gates.shape[-1]
    return np.pad(gates, [(0, 0)] * (gates.ndim - 1) + [(0, missing)])


class Convolution:
    """A width-3 convolution over the tokens of each unit, and ReLU."""

    projection = FloatProjection

    def __init__(self, tensors: Tensors, prefix: str) -> None:
        weight = array(tensors[f"{prefix}.weight"])  # size x inner x 3
        self._size = len(weight)
        self.inputs = np.concatenate(weight.transpose(2, 1, 0), 1)  # inner x 3 size
        self.bias = np.zeros(3 * self._size, dtype=np.float32)
        self.bias[self._size : 2 * self._size] = array(tensors[f"{prefix}.bias"])

    def run(self, x: Floats | Shorts, rows: Ints, units: UnitBounds) -> Floats:
        out = np.empty((units.tokens, self._size), dtype=np.float32)
        kernels.convolve(x, rows, units.starts, units.lengths, out)
        return out


def layer(encoder: "Encoder", tensors: Tensors, n: int) -> Layer:
    """Return the n-th layer of a net."""
    if encoder == "cnn":
        return Convolution(tensors, f"layers.{n}.conv")
    if encoder == "lstm":
        return LSTM(tensors, f"layers.{n}", shorts.AVAILABLE)
    return Recurrent(encoder, tensors, f"layers.{n}")


class Between:
    """A dense layer that projects the states of one layer to the rows of the next."""

    def __init__(self, following: Layer) -> None:
        self._project = following.projection(following.inputs)
        self._bias = np.zeros(kernels.padded_columns(len(following.bias)), dtype=np.float32)
        self._bias[: len(following.bias)] = following.bias

    def __call__(self, states: Floats) -> Floats | Shorts:
        """Return the rows of states: rows x width."""
        sums = kernels.aligned_array((len(states), len(self._bias)))
        sums[:] = self._bias
        return self._project(states, sums)


def array(tensor: Any) -> Floats:
    """Return a tensor as a contiguous array of fp32."""
    return np.ascontiguousarray(tensor, dtype=np.float32)
