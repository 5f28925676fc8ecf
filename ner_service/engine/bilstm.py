"""The BiLSTM-CRF out of a model folder, over compiled kernels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels
from ner_service.engine.cache import RowCache
from ner_service.labels import OUTSIDE, may_follow
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import END, PAD, START, Vocab, characters, shape
from ner_service.types import ModelError

Floats = NDArray[np.float32]
FORBIDDEN = np.float32(-1e4)
DIRECTIONS = ("forth", "back")


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `start:end` of a unit with a label and its posterior probability."""

    start: int
    end: int
    label: str
    score: float


class Engine:
    """Tags units of words; each unit is computed alone, so answers do not depend on batches.

    What the first layer makes of a word depends on the word alone: it is computed once and
    kept for the `capacity` most recently met words.
    """

    def __init__(self, artefact: Artefact, capacity: int = 20_000) -> None:
        net, tensors = artefact.net, artefact.tensors
        if net.encoder != "lstm" or net.char_encoder == "lstm":
            raise ModelError("only lstm encoders over char-CNN features can be served")
        self.tags = net.tags
        self._scheme = net.scheme
        self._projection = Projection(artefact)
        self._layers = [Layer(tensors, n) for n in range(net.layers)]
        self._head = _array(tensors["head.weight"]).T.copy()
        self._head_bias = _array(tensors["head.bias"])
        self._inner = _inner(artefact)
        self._zero_digits = net.zero_digits
        self._crf = _crf(artefact)
        self.temper(net.temperature or 1.0)
        self._go_on = [self._continuation(tag) for tag in net.tags]
        self._cache = RowCache(self._projection.rows, 8 * net.hidden, capacity)

    def temper(self, temperature: float) -> None:
        """Divides the scores of paths before they become probabilities of entities."""
        self._sharpness = np.float32(1 / temperature)
        transitions, starts, ends = (weight * self._sharpness for weight in self._crf)
        self._tempered = transitions, starts, ends

    def _continuation(self, tag: str) -> int:
        if self._scheme == "BIOES" or tag == OUTSIDE:
            return -1
        return self.tags.index(f"I-{tag[2:]}")

    def emissions(self, words: Sequence[str]) -> Floats:
        """The score of each tag at each word of a unit: length x tags."""
        if self._zero_digits:
            words = [characters(word, zero_digits=True) for word in words]
        x = self._layers[0].run(self._cache.rows(words))
        for layer in self._layers[1:]:
            x = layer.run(layer.project(x))
        if self._inner:
            weight, bias = self._inner
            inner = np.tile(bias, (len(words), 1))
            kernels.matmul(x, weight, inner)
            x = np.tanh(inner)
        out = np.tile(self._head_bias, (len(words), 1))
        kernels.matmul(x, self._head, out)
        return out

    def tag(self, words: Sequence[str]) -> list[Span]:
        """The entities on the best path, each with its posterior probability."""
        emissions = self.emissions(words)
        path = kernels.viterbi(emissions, *self._crf)
        if not path.any():
            return []
        messages = kernels.forward_backward(emissions * self._sharpness, *self._tempered)
        transitions = self._tempered[0]
        return [
            Span(start, end, label, self._score(start, end, path, messages, transitions))
            for start, end, label in spans([self.tags[tag] for tag in path])
        ]

    def _score(self, start: int, end: int, path: Any, messages: Any, transitions: Any) -> float:
        go_on = self._go_on[path[end - 1]]
        return float(kernels.span_probability(start, end, path, go_on, messages, transitions))


def spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Runs of tokens that legal BIO or BIOES tags mark: start, end, label."""
    found = []
    start = 0
    for i, tag in enumerate(tags):
        if tag[0] in "BS":
            start = i
        ends = i + 1 == len(tags) or tags[i + 1][0] not in "IE"
        if tag != OUTSIDE and ends:
            found.append((start, i + 1, tag[2:]))
    return found


class Layer:
    """One bidirectional LSTM layer."""

    def __init__(self, tensors: Mapping[str, Any], n: int) -> None:
        self._recurrent = [
            _array(tensors[f"layers.{n}.{way}.weight_hh_l0"]).T.copy() for way in DIRECTIONS
        ]
        inputs = [tensors[f"layers.{n}.{way}.weight_ih_l0"] for way in DIRECTIONS]
        self.inputs = _array(np.concatenate(inputs)).T.copy()  # inputs x 8 hidden
        self.bias = _bias(tensors, n)

    def project(self, x: Floats) -> Floats:
        """Inputs as gates of both directions: length x 8 hidden."""
        gates = np.tile(self.bias, (len(x), 1))
        kernels.matmul(x, self.inputs, gates)
        return gates

    def run(self, gates: Floats) -> Floats:
        """States of both directions, from gates that are used up: length x 2 hidden."""
        hidden = len(self._recurrent[0])
        out = np.empty((len(gates), 2 * hidden), dtype=np.float32)
        for n, recurrent in enumerate(self._recurrent):
            mine = gates[:, 4 * hidden * n : 4 * hidden * (n + 1)]
            kernels.lstm(mine, recurrent, n == 1, out[:, hidden * n : hidden * (n + 1)])
        return out


class Projection:
    """What the first layer reads of a word: vector, characters and shape, as gates."""

    def __init__(self, artefact: Artefact) -> None:
        net, tensors = artefact.net, artefact.tensors
        self._words, self._chars, self._shapes = artefact.words, artefact.chars, artefact.shapes
        self._vectors = artefact.vectors()
        first = Layer(tensors, 0)
        parts = [net.vector_dim, net.word_dim, net.char_size, net.shape_dim, net.convention_dim]
        ends = np.cumsum(parts)
        vector, word, char, shapes, convention = np.split(first.inputs, ends[:-1])
        self._unknown = _array(tensors["unknown"])
        self._vector, self._char = vector.copy(), char.copy()
        self._word = _array(tensors["words.weight"]) @ word if net.word_dim else None
        self._shape = _array(tensors["shapes.weight"]) @ shapes
        self._bias = first.bias
        if net.convention_dim:
            self._bias = self._bias + _array(tensors["conventions.weight"])[0] @ convention
        self._char_cnn = CharCNN(tensors) if net.char_size else None

    def rows(self, words: Sequence[str]) -> Floats:
        """Gates of both directions: words x 8 hidden."""
        gates = self._bias + self._shape[[self._shapes.id(shape(word)) for word in words]]
        if self._vectors:
            found = self._vectors.of(words)
            found[~found.any(1)] = self._unknown
            kernels.matmul(found, self._vector, gates)
        if self._word is not None:
            gates += self._word[[self._words.id(word.lower()) for word in words]]
        if self._char_cnn:
            kernels.matmul(self._char_cnn.features(words, self._chars), self._char, gates)
        return gates


class CharCNN:
    """The character convolution as three tables, one a place of its window."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        table = _array(tensors["chars.table.weight"])
        weight = _array(tensors["chars.conv.weight"])  # size x dim x 3
        self._tables = np.stack([table @ weight[:, :, place].T for place in range(3)])
        self._bias = _array(tensors["chars.conv.bias"])

    def features(self, words: Sequence[str], chars: Vocab) -> Floats:
        rows = [[START, *map(chars.id, characters(word)), END] for word in words]
        lengths = np.array([len(row) for row in rows])
        ids = np.full((len(rows), int(lengths.max())), PAD, dtype=np.int32)
        for row, found in zip(ids, rows, strict=True):
            row[: len(found)] = found
        out = np.empty((len(words), len(self._bias)), dtype=np.float32)
        kernels.char_features(ids, lengths, self._tables, self._bias, out)
        return out


def _bias(tensors: Mapping[str, Any], n: int) -> Floats:
    both = [
        _array(tensors[f"layers.{n}.{way}.bias_ih_l0"])
        + _array(tensors[f"layers.{n}.{way}.bias_hh_l0"])
        for way in DIRECTIONS
    ]
    return np.concatenate(both)


def _inner(artefact: Artefact) -> tuple[Floats, Floats] | None:
    if not artefact.net.head_hidden:
        return None
    return _array(artefact.tensors["inner.weight"]).T.copy(), _array(artefact.tensors["inner.bias"])


def _crf(artefact: Artefact) -> tuple[Floats, Floats, Floats]:
    tags, scheme = artefact.net.tags, artefact.net.scheme
    ways = (*tags, OUTSIDE)
    allowed = np.array([[may_follow(a, b, scheme) for b in ways] for a in ways])
    transitions = _array(artefact.tensors["crf.transitions"])
    starts, ends = _array(artefact.tensors["crf.starts"]), _array(artefact.tensors["crf.ends"])
    return (
        np.where(allowed[:-1, :-1], transitions, FORBIDDEN),
        np.where(allowed[-1, :-1], starts, FORBIDDEN),
        np.where(allowed[:-1, -1], ends, FORBIDDEN),
    )


def _array(tensor: Any) -> Floats:
    return np.ascontiguousarray(tensor, dtype=np.float32)
