"""The layers of a net as plain arrays: dense, recurrent, convolutional."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels, lstm
from ner_service.nets.config import Encoder

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Tensors = Mapping[str, Any]
KINDS = {"gru": kernels.GRU, "rnn": kernels.RNN}


@dataclass(frozen=True, slots=True)
class Units:
    """Where each unit lies among the tokens of a group; the longest comes first."""

    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Units":
        """Units one after another, given by their falling lengths."""
        sizes = np.array(lengths, dtype=np.int64)
        return cls(np.cumsum(sizes) - sizes, sizes)

    @property
    def tokens(self) -> int:
        return int(self.lengths.sum())


class Dense:
    """`x @ weight + bias`."""

    def __init__(self, weight: Floats, bias: Floats) -> None:
        """`weight` is inner x columns."""
        self.width: int = weight.shape[1]
        self._panels = kernels.pack(weight)
        self._bias = np.zeros(kernels.padded(self.width), dtype=np.float32)
        self._bias[: self.width] = bias

    def __call__(self, x: Floats) -> Floats:
        out = kernels.aligned((len(x), len(self._bias)))
        out[:] = self._bias
        kernels.matmul(x, self._panels, out)
        return np.ascontiguousarray(out[:, : self.width])


class Layer(Protocol):
    """Reads projected rows; the first layer's depend on the word alone and can be kept."""

    inputs: Floats  # inner x columns: projects what the layer reads
    bias: Floats

    def run(self, x: Floats, rows: Ints, units: Units) -> Floats:
        """States of each token, whose projected input is `x[rows[token]]`: tokens x size."""


class LSTM:
    """One LSTM layer, run in both directions."""

    def __init__(self, tensors: Tensors, prefix: str) -> None:
        both = [_weights(tensors, f"{prefix}.{way}") for way in ("forth", "back")]
        self._panels = [lstm.pack(one.recurrent) for one in both]
        self._hidden = len(both[0].recurrent)
        self.inputs = np.concatenate([lstm.interleaved(one.inputs) for one in both], 1)
        self.bias = np.concatenate([lstm.interleaved(one.bias + one.inner) for one in both])

    def run(self, x: Floats, rows: Ints, units: Units) -> Floats:
        out = kernels.aligned((units.tokens, 2, lstm.padded(self._hidden)))
        flat = out.reshape(units.tokens, -1)
        lstm.both(x, rows, units.starts, units.lengths, *self._panels, flat)
        return np.ascontiguousarray(out[:, :, : self._hidden]).reshape(units.tokens, -1)


class Recurrent:
    """One GRU or plain recurrent layer, run in both directions."""

    def __init__(self, encoder: Encoder, tensors: Tensors, prefix: str) -> None:
        self._kind = KINDS[encoder]
        forth, back = (_direction(self._kind, tensors, f"{prefix}.{w}") for w in ("forth", "back"))
        self._recurrent = [kernels.pack(forth.recurrent), kernels.pack(back.recurrent)]
        self._hidden = len(forth.recurrent)
        self._skip = self._hidden if self._kind == kernels.GRU else 0
        self.inputs = np.concatenate([forth.inputs, back.inputs], 1)
        self.bias = np.concatenate([forth.bias, back.bias])

    def run(self, x: Floats, rows: Ints, units: Units) -> Floats:
        out = np.empty((units.tokens, 2 * self._hidden), dtype=np.float32)
        for back, recurrent in enumerate(self._recurrent):
            kernels.recur(
                self._kind, x, rows, units.starts, units.lengths, recurrent, self._skip, back, out
            )
        return out


@dataclass(frozen=True, slots=True)
class _Weights:
    """Those of one direction as torch has them, transposed."""

    inputs: Floats  # inner x gates
    recurrent: Floats  # hidden x gates
    bias: Floats  # gates
    inner: Floats  # gates: the bias of the recurrent part


def _weights(tensors: Tensors, prefix: str) -> _Weights:
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    inputs, recurrent, bias, inner = (array(tensors[f"{prefix}.{name}"]) for name in names)
    return _Weights(inputs.T, recurrent.T, bias, inner)


@dataclass(frozen=True, slots=True)
class _Direction:
    inputs: Floats  # inner x gates
    recurrent: Floats  # hidden x gates
    bias: Floats  # gates


def _direction(kind: int, tensors: Tensors, prefix: str) -> _Direction:
    one = _weights(tensors, prefix)
    if kind != kernels.GRU:
        return _Direction(_wide(one.inputs), one.recurrent, _wide(one.bias + one.inner))
    hidden = len(one.recurrent)  # torch's order is reset, update, new
    new = slice(2 * hidden, None)
    gates = np.concatenate([one.inputs[:, new], one.inputs[:, : 2 * hidden]], 1)
    biases = [one.bias[new], (one.bias + one.inner)[: 2 * hidden], one.inner[new]]
    gates = np.pad(gates, ((0, 0), (0, hidden)))
    return _Direction(_wide(gates), one.recurrent, _wide(np.concatenate(biases)))


def _wide(gates: Floats) -> Floats:
    """Zeros up to a whole panel, so that each direction starts with a panel."""
    missing = kernels.padded(gates.shape[-1]) - gates.shape[-1]
    return np.pad(gates, [(0, 0)] * (gates.ndim - 1) + [(0, missing)])


class Convolution:
    """One width-3 convolution over tokens, and ReLU."""

    def __init__(self, tensors: Tensors, prefix: str) -> None:
        weight = array(tensors[f"{prefix}.weight"])  # size x inner x 3
        self._size = len(weight)
        self.inputs = np.concatenate(weight.transpose(2, 1, 0), 1)  # inner x 3 size
        self.bias = np.zeros(3 * self._size, dtype=np.float32)
        self.bias[self._size : 2 * self._size] = array(tensors[f"{prefix}.bias"])

    def run(self, x: Floats, rows: Ints, units: Units) -> Floats:
        out = np.empty((units.tokens, self._size), dtype=np.float32)
        kernels.convolve(x, rows, units.starts, units.lengths, out)
        return out


def layer(encoder: Encoder, tensors: Tensors, n: int) -> Layer:
    """The n-th layer of a net."""
    if encoder == "cnn":
        return Convolution(tensors, f"layers.{n}.conv")
    if encoder == "lstm":
        return LSTM(tensors, f"layers.{n}")
    return Recurrent(encoder, tensors, f"layers.{n}")


def array(tensor: Any) -> Floats:
    """A tensor as contiguous fp32."""
    return np.ascontiguousarray(tensor, dtype=np.float32)
