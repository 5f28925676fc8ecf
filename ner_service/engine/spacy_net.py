"""The engine that runs spaCy's recogniser on compiled kernels: window layers over hashed words.

The row of a word depends on the word alone and is cached. Layers read the rows beside each token,
and a transition parser reads the last layer. One text never stands in the window of another, so
answers do not depend on batches.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels, transitions
from ner_service.engine.cache import WordCache
from ner_service.engine.kernels import Floats, Ints
from ner_service.engine.layers import Dense, array, group_units
from ner_service.engine.spacy_parts import SpacyParts
from ner_service.engine.spacy_words import SpacyWords

CACHE_BYTES = 8 << 20  # for rows of words: 21,620 words of a net of width 96
GROUP_TOKENS = 2048  # tokens that pass the layers together; a single longer text passes alone
MOVES = dict(zip("BILUO", range(5), strict=True))  # as `transitions` has them


class Span(NamedTuple):
    """A span covers the tokens `start:end` of a text and has a label."""

    start: int
    end: int
    label: str


class SpacyNet:
    """Tags texts, given as keys of `engine.spacy_tokens`, with spaCy's answers."""

    def __init__(self, parts: SpacyParts, nlp: Any, cache_bytes: int = CACHE_BYTES) -> None:
        projector = SpacyWords(parts, nlp)
        self._most = max(cache_bytes // (4 * projector.width), GROUP_TOKENS)
        self.words = WordCache(projector, self._most)
        self._layers = WindowLayers(parts)
        self._parser = Parser(parts)

    def tag(self, units: Sequence[Sequence[str]]) -> list[list[Span]]:
        """Return the entities of each text, which has at least one token."""
        spans: list[list[Span]] = [[] for _ in units]
        for group in group_units(range(len(units)), units, GROUP_TOKENS):
            rows, blank = self._rows([*chain.from_iterable(units[n] for n in group)])
            lengths = np.array([len(units[n]) for n in group])
            states = self._layers.run(rows, lengths)
            for n, span in self._parser.parse(states, lengths, blank):
                spans[group[n]].append(span)
        return spans

    def _rows(self, keys: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the row of each word, words x size, and whether it is white space."""
        rows = np.empty((len(keys), self.words.table.shape[1]), dtype=np.float32)
        for at in range(0, len(keys), self._most):
            places = self.words.places(keys[at : at + self._most])
            self.words.table.take(places, 0, rows[at : at + self._most], "clip")
        return rows[:, :-1], rows[:, -1] > 0


class WindowLayers:
    """Runs the window layers over texts that stand one after another with a gap between them."""

    def __init__(self, parts: SpacyParts) -> None:
        self._window, self._pad = parts.window, parts.pad
        self._gap = parts.pad or parts.window
        self._weights = tuple(
            _stack([getattr(layer, name) for layer in parts.layers])
            for name in ("panels", "bias", "gain", "shift")
        )
        self._pieces = parts.layers[0].pieces

    def run(self, rows: Floats, lengths: Ints) -> Floats:
        """Return the last layer's row of each token of texts of these lengths: tokens x size."""
        shifts = np.arange(1, len(lengths) + 1) * self._gap + self._window
        places = np.arange(len(rows)) + shifts.repeat(lengths)
        count = len(rows) + (len(lengths) + 1) * self._gap + 2 * self._window
        x, y = (kernels.aligned_array((count, rows.shape[1])) for _ in range(2))
        x[:] = y[:] = 0
        x[places] = rows
        real = np.full(count, bool(self._pad))
        real[places] = True
        window = self._window, self._pieces
        out = kernels.window_layers(x, y, real, *self._weights, *window)
        states: Floats = out[places]
        return states


class Parser:
    """Reads entities off the last layer's rows, move by move."""

    def __init__(self, parts: SpacyParts) -> None:
        weight, bias, absent = parts.lower
        _, hidden, pieces, inner = weight.shape
        columns = weight.transpose(0, 3, 2, 1).reshape(-1, inner, pieces * hidden)
        self._linear = Dense(parts.linear[0].T, parts.linear[1])
        self._next = Dense(columns[0], np.zeros(pieces * hidden, dtype=np.float32))
        labels = [*dict.fromkeys(move[2:] for move in parts.moves if move[2:])]
        self._labels = labels
        self._weights = transitions.Weights(
            array(columns[1:]),
            array(absent[1:].transpose(0, 2, 1).reshape(-1, pieces * hidden)),
            array(bias.T.reshape(-1)),
            *_padded(parts.upper, hidden),
            np.array(parts.unseen, dtype=np.int64),
            np.array([_move(move) for move in parts.moves]),
            np.array([labels.index(move[2:]) if move[2:] else -1 for move in parts.moves]),
        )

    def parse(
        self, states: Floats, lengths: Ints, blank: NDArray[np.bool_]
    ) -> Iterator[tuple[int, Span]]:
        """Yield the entities of texts of these lengths, each with the number of its text."""
        rows = self._linear(states)
        starts = lengths.cumsum() - lengths
        shares = self._next(rows)
        found = transitions.parse(rows, shares, starts, lengths, blank, self._weights)
        for n, start, end, label in found.tolist():
            yield n, Span(start, end, self._labels[label])


def _stack(weights: Sequence[Floats]) -> Floats:
    """Return the weights of all layers in one array."""
    stack = kernels.aligned_array((len(weights), *weights[0].shape))
    np.stack(weights, out=stack)
    return stack


def _move(name: str) -> int:
    """Return the move of a class such as `B-PER`; spaCy's `U-` stands for blocked tokens."""
    return transitions.NEVER if name == "U-" else MOVES.get(name[:1], transitions.NEVER)


def _padded(upper: tuple[Floats, Floats] | None, hidden: int) -> tuple[Floats, Floats]:
    """Return the weights of the classes, hidden x padded classes, and biases; empty for none."""
    if upper is None:
        return np.empty((0, 0), dtype=np.float32), np.empty(0, dtype=np.float32)
    weight, bias = upper
    room = kernels.padded_columns(len(bias))
    wide, biases = np.zeros((hidden, room), dtype=np.float32), np.zeros(room, dtype=np.float32)
    wide[:, : len(bias)], biases[: len(bias)] = weight.T, bias
    return wide, biases
