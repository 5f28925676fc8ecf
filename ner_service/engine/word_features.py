"""The features of words that the first layer reads: vector, word table, characters, shape.

A word may have a mark of `text.spacing` in front of it; without one, a space stands before it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels
from ner_service.engine.kernels import Floats, Ints
from ner_service.engine.layers import LSTM, Between, Dense, Layer, Tensors, UnitBounds, array
from ner_service.engine.shorts import Shorts
from ner_service.engine.vectors import rows_of
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import END, START, UNKNOWN, Vocab, shape
from ner_service.text.spacing import SPACE, split_marks


class WordProjection:
    """Projects words to inputs of the first layer, for the net's first convention."""

    def __init__(self, artefact: Artefact, first: Layer) -> None:
        net, tensors = artefact.net, artefact.tensors
        bounds = np.cumsum([*net.input_dims.values()])
        weight, convention, spacing = np.split(first.inputs, bounds[:-1])
        bias = first.bias
        if net.convention_dim:
            bias = bias + array(tensors["conventions.weight"])[0] @ convention
        inner = net.vector_dim + net.word_dim + net.char_size
        self._project = first.projection(weight[:inner])
        self.width, self.row_dtype = self._project.width, self._project.dtype
        missing = kernels.padded_columns(len(bias)) - len(bias)
        self._spacing_rows = None  # what each kind of spacing adds to that of a space
        if net.spacing_dim:
            spacings = array(tensors["spacings.weight"]) @ spacing
            bias = bias + spacings[SPACE]
            self._spacing_rows = np.pad(spacings - spacings[SPACE], ((0, 0), (0, missing)))
        shapes = Dense(weight[inner:], bias)(array(tensors["shapes.weight"]))
        self._shape_rows = np.pad(shapes, ((0, 0), (0, missing)))
        self._vectors = artefact.vectors()
        self._unknown = array(tensors["unknown"])
        self._words, self._shapes = artefact.words, artefact.shapes
        self._table = array(tensors["words.weight"]) if net.word_dim else None
        encoder = CHAR_ENCODERS.get(net.char_encoder)
        self._chars = encoder(tensors) if encoder else None
        self._alphabet = _alphabet(artefact.chars)
        ids = [(name, np.int32) for name in ("vector", "word", "shape", "spacing")]
        self.dtype = np.dtype([*ids, ("chars", np.float32, (net.char_size,))])

    def features(self, words: Sequence[str]) -> NDArray[Any]:
        """Return the features of each word: the ids of its vector and so on, and its characters.

        A word stands as `nets.vocab.characters` shortens it.
        """
        records = np.zeros(len(words), dtype=self.dtype)
        words, spacings = split_marks(words)
        records["spacing"] = np.frombuffer(spacings, np.uint8)
        if self._vectors:
            records["vector"] = self._vectors.ids(words)
        if self._table is not None:
            records["word"] = [self._words.id(word.lower()) for word in words]
        records["shape"] = [self._shapes.id(shape(word)) for word in words]
        if self._chars:
            records["chars"] = self._chars.features(*_spell(words, self._alphabet))
        return records

    def rows(self, features: NDArray[Any]) -> Floats | Shorts:
        """Return the projected inputs of words by their records of `features`: words x width."""
        out = kernels.aligned_array((len(features), self._shape_rows.shape[1]))
        self._shape_rows.take(features["shape"], 0, out, "clip")
        if self._spacing_rows is not None:
            marked = np.flatnonzero(features["spacing"] != SPACE)
            out[marked] += self._spacing_rows[features["spacing"][marked]]
        parts = [features["chars"]]
        if self._table is not None:
            parts.insert(0, self._table[features["word"]])
        if self._vectors:
            vectors = rows_of(self._vectors, features["vector"])
            vectors[~vectors.any(1)] = self._unknown
            parts.insert(0, vectors)
        return self._project(np.concatenate(parts, 1), out)


def _alphabet(vocab: Vocab) -> Ints:
    """Return the id of each character by its code point; the last id stands for all beyond."""
    codes = [ord(symbol) for symbol in vocab.symbols]
    ids = np.full(max(codes, default=0) + 2, UNKNOWN, dtype=np.int64)
    ids[codes] = [vocab.id(symbol) for symbol in vocab.symbols]
    return ids


def _spell(words: Sequence[str], alphabet: Ints) -> tuple[Ints, Ints]:
    """Return the ids of all words' characters with start and end marks, and each word's number."""
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
    inner = np.fromiter(map(len, words), np.int64, len(words))
    lengths = inner + 2
    ids = np.full(lengths.sum(), START, dtype=np.int64)
    ids[np.cumsum(lengths) - 1] = END
    places = np.arange(len(codes)) + np.repeat(2 * np.arange(len(words)) + 1, inner)
    ids[places] = alphabet[np.minimum(codes, len(alphabet) - 1)]
    return ids, lengths


class _CharCNN:
    """A convolution over characters as a table of their shares at each place of its window."""

    def __init__(self, tensors: Tensors) -> None:
        table = array(tensors["chars.table.weight"])
        weight = array(tensors["chars.conv.weight"])  # size x dim x 3
        self._size = len(weight)
        self._table = np.concatenate([table @ weight[:, :, place].T for place in range(3)], 1)
        self._table[:, self._size : 2 * self._size] += array(tensors["chars.conv.bias"])

    def features(self, ids: Ints, lengths: Ints) -> Floats:
        starts = np.concatenate([[0], np.cumsum(lengths)])
        out = np.empty((len(lengths), self._size), dtype=np.float32)
        kernels.char_features(ids, starts, self._table, out)
        return out


class _CharLSTM:
    """An LSTM over characters, read by its last states of both directions."""

    def __init__(self, tensors: Tensors) -> None:
        self._layer = LSTM(tensors, "chars.both")
        self._table = Between(self._layer)(array(tensors["chars.table.weight"]))

    def features(self, ids: Ints, lengths: Ints) -> Floats:
        order = np.argsort(-lengths, kind="stable")
        starts = np.cumsum(lengths) - lengths
        states = self._layer.run(self._table, ids, UnitBounds(starts[order], lengths[order]))
        half = states.shape[1] // 2
        last = starts + lengths - 1
        return np.concatenate([states[last, :half], states[starts, half:]], 1)


CHAR_ENCODERS: dict[str, type[_CharCNN | _CharLSTM]] = {"cnn": _CharCNN, "lstm": _CharLSTM}
