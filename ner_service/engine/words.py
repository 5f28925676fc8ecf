"""What the first layer reads of a word: vector, word table, characters, shape."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels
from ner_service.engine.layers import LSTM, Dense, Layer, Tensors, Units, array
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import END, START, UNKNOWN, Vocab, shape

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Projection:
    """Words as the projected inputs of the first layer; the first convention answers."""

    def __init__(self, artefact: Artefact, first: Layer) -> None:
        net, tensors = artefact.net, artefact.tensors
        weight, bias = first.inputs, first.bias
        if net.convention_dim:
            weight, convention = np.split(weight, [net.feature_dim])
            bias = bias + array(tensors["conventions.weight"])[0] @ convention
        self._dense = Dense(weight, bias)
        self._dims = (net.vector_dim, net.word_dim)
        self._vectors = artefact.vectors()
        self._unknown = array(tensors["unknown"])
        self._words = artefact.words
        self._table = array(tensors["words.weight"]) if net.word_dim else None
        self._looks = Looks(artefact)

    @property
    def width(self) -> int:
        return self._dense.width

    def rows(self, words: Sequence[str]) -> Floats:
        """Words x width."""
        vector_dim, word_dim = self._dims
        looks = self._looks.rows(words)
        x = np.empty((len(words), vector_dim + word_dim + looks.shape[1]), dtype=np.float32)
        if self._vectors:
            found = self._vectors.of(words)
            found[~found.any(1)] = self._unknown
            x[:, :vector_dim] = found
        if self._table is not None:
            ids = [self._words.id(word.lower()) for word in words]
            x[:, vector_dim : vector_dim + word_dim] = self._table[ids]
        x[:, vector_dim + word_dim :] = looks
        return self._dense(x)


class Looks:
    """The features of a word's look: its characters' and its shape's."""

    def __init__(self, artefact: Artefact) -> None:
        net, tensors = artefact.net, artefact.tensors
        self._chars: _Chars | None = None
        if net.char_encoder == "cnn":
            self._chars = _CharCNN(tensors)
        elif net.char_encoder == "lstm":
            self._chars = _CharLSTM(tensors)
        self._alphabet, self._shapes = _alphabet(artefact.chars), artefact.shapes
        self._table = array(tensors["shapes.weight"])
        self._size = net.char_size
        self.width = net.char_size + net.shape_dim

    def rows(self, words: Sequence[str]) -> Floats:
        """Words x (char_size + shape_dim)."""
        out = np.empty((len(words), self.width), dtype=np.float32)
        if self._chars:
            out[:, : self._size] = self._chars.features(*_spell(words, self._alphabet))
        out[:, self._size :] = self._table[[self._shapes.id(shape(word)) for word in words]]
        return out


def _alphabet(vocab: Vocab) -> Ints:
    """The id of each character by its code point; the last of them stands for all beyond."""
    codes = [ord(symbol) for symbol in vocab.symbols]
    found = np.full(max(codes, default=0) + 2, UNKNOWN, dtype=np.int64)
    found[codes] = [vocab.id(symbol) for symbol in vocab.symbols]
    return found


def _spell(words: Sequence[str], alphabet: Ints) -> tuple[Ints, Ints]:
    """Characters of all words with their edges, as ids, and how many each word has."""
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
    inner = np.fromiter(map(len, words), np.int64, len(words))
    lengths = inner + 2
    ids = np.full(lengths.sum(), START, dtype=np.int64)
    ids[np.cumsum(lengths) - 1] = END
    places = np.arange(len(codes)) + np.repeat(2 * np.arange(len(words)) + 1, inner)
    ids[places] = alphabet[np.minimum(codes, len(alphabet) - 1)]
    return ids, lengths


class _Chars(Protocol):
    def features(self, ids: Ints, lengths: Ints) -> Floats: ...


class _CharCNN:
    """The convolution over characters as three tables, one a place of its window."""

    def __init__(self, tensors: Tensors) -> None:
        table = array(tensors["chars.table.weight"])
        weight = array(tensors["chars.conv.weight"])  # size x dim x 3
        self._tables = np.stack([table @ weight[:, :, place].T for place in range(3)])
        self._tables[1] += array(tensors["chars.conv.bias"])

    def features(self, ids: Ints, lengths: Ints) -> Floats:
        starts = np.concatenate([[0], np.cumsum(lengths)])
        out = np.empty((len(lengths), self._tables.shape[2]), dtype=np.float32)
        kernels.char_features(ids, starts, self._tables, out)
        return out


class _CharLSTM:
    """The last states of both directions over a word's characters."""

    def __init__(self, tensors: Tensors) -> None:
        self._layer = LSTM(tensors, "chars.both")
        dense = Dense(self._layer.inputs, self._layer.bias)
        self._table = dense(array(tensors["chars.table.weight"]))

    def features(self, ids: Ints, lengths: Ints) -> Floats:
        order = np.argsort(-lengths, kind="stable")
        starts = np.cumsum(lengths) - lengths
        states = self._layer.run(self._table, ids, Units(starts[order], lengths[order]))
        half = states.shape[1] // 2
        last = starts + lengths - 1
        return np.concatenate([states[last, :half], states[starts, half:]], 1)
