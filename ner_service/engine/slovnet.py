"""The engine that runs slovnet's CNN-CRF for names on compiled kernels, with slovnet's answers.

Slovnet concatenates the vectors of a word and of its shape, applies a width-3 convolution, ReLU
and batch norm three times, and decodes the scores of tags by a CRF. At both ends of the text each
convolution sees zeros. Its net for morphology differs only in the tags, which no CRF decodes:
`engine.slovnet_morph` has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from slovnet.const import SHAPE, TAG
from slovnet.exec.model import NER
from slovnet.exec.pack import Pack
from slovnet.shape import word_shape

from ner_service.engine import crf, kernels, shorts
from ner_service.engine.cache import WordCache
from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.kernels import Floats, Ints
from ner_service.engine.layers import Dense, FloatProjection, ShortProjection, array
from ner_service.engine.shorts import Shorts
from ner_service.engine.vectors import navec_rows
from ner_service.engine.words import Words
from ner_service.errors import ModelError
from ner_service.nets.navec import Navec

CACHE_BYTES = (24 if shorts.AVAILABLE else 32) << 20  # for projected words: 15,000 short rows
BLOCK = 1024  # rows that pass all layers before the next rows do
GAP = ""  # the word of a row of zeros, which parts two units
REACH = 3  # tokens on each side that a tag depends on: one for each convolution
ERROR = np.float32(0.02)  # of quick scores, which reach 60; four times the greatest that was seen
PASS, CLOSE, OPEN, PROLONG = range(4)  # what a tag does with the entity before it
ACTS = {"O": CLOSE, "B": OPEN, "I": PROLONG}


class Span(NamedTuple):
    """Tokens `start:end` of a unit with a label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class SlovnetModel:
    """Slovnet's own record of a net with its arrays, and its shapes and tags by their ids."""

    model: Any
    shapes: Sequence[str]
    tags: Sequence[str]


def load(path: Path, kind: Any = NER) -> SlovnetModel:
    """Load a pack of slovnet's with a model of that kind; the words of its net are navec's."""
    with Pack(path) as pack:
        pack.load_meta().check_protocol()
        model = pack.load_model(kind)
        model = model.inject_arrays(dict(pack.load_arrays(model.weights)))
        return SlovnetModel(model, pack.load_vocab(SHAPE).items, pack.load_vocab(TAG).items)


class Network:
    """Scores the tags of words; each row is computed alone, so scores do not depend on batches."""

    def __init__(self, net: SlovnetModel, navec: Navec, cache_bytes: int) -> None:
        if net.model.emb.word.id != navec.id:
            raise ModelError(f"the net reads the vectors {net.model.emb.word.id}, not {navec.id}")
        first, *others = net.model.encoder.layers
        self.is_short = shorts.AVAILABLE and not any(
            layer.conv.weight.array.shape[1] % shorts.PART for layer in others
        )
        self._projection = projection = ShareProjection(net, navec, self.is_short)
        size = projection.width * projection.row_dtype.itemsize
        capacity = max(cache_bytes // size, 2 * BLOCK)
        self.words = WordCache(projection, capacity)
        self._most = capacity - 2 * REACH  # rows at a time: each may be another word
        self._longest = projection.longest
        head = Dense(net.model.head.proj.weight.array, net.model.head.proj.bias.array)
        self._tags = head.width
        self._layers = _norm(first.norm), tuple(map(_layer, others)), (head.panels, head.bias)
        if self.is_short:
            layers = tuple(map(_short_layer, others))
            self._short_layers = _norm(first.norm), layers, (head.panels, head.bias)
            self._table = self.words.table, shorts.steps_of(self.words.table)

    def scores(self, words: Sequence[str]) -> Floats:
        """Return the score of each tag at each of the words and gaps, by fp32: rows x tags.

        Gaps stand between units, and `REACH` of them at both ends, whose scores are zeros.
        """
        out = np.zeros((len(words), self._tags), dtype=np.float32)
        for start, end, keys, real in self._parts(words):
            if self.is_short:
                out[start:end] = self._exact_scores(keys, real)
                continue
            table, places = self.words.table, self.words.places(keys)
            kernels.convolutions(table, places, real, *self._layers, BLOCK, out[start:end])
        return out

    def quick_scores(self, words: Sequence[str]) -> Floats:
        """Return what `scores` does, by short products and within `ERROR`: rows x tags."""
        out = np.zeros((len(words), self._tags), dtype=np.float32)
        for start, end, keys, real in self._parts(words):
            places = self.words.places(keys)
            shorts.convolutions(
                *self._table, places, real, *self._short_layers, BLOCK, out[start:end]
            )
        return out

    def scores_around(self, words: Sequence[str], rows: Ints) -> Floats:
        """Return the scores of these rows as `scores` has them, which their surroundings give."""
        around = (rows[:, None] + np.arange(-REACH, REACH + 1)).ravel()
        return self.scores(Words.of(words).take(around))[REACH :: 2 * REACH + 1]

    def scores_at(self, words: Sequence[str], rows: Ints) -> Floats:
        """Return the scores of these rows, which rise: rows x tags.

        They are those of `quick_scores`, or of `scores` where there are no short products.
        """
        compute = shorts.convolutions_at if self.is_short else kernels.convolutions_at
        table = self._table if self.is_short else (self.words.table,)
        layers = self._short_layers if self.is_short else self._layers
        out = np.empty((len(rows), self._tags), dtype=np.float32)
        for start, end, keys, real in self._parts(words):
            places = self.words.places(keys)
            first, last = np.searchsorted(rows, (start, end))
            some = rows[first:last] - start + REACH
            compute(*table, places, real, *layers, some, out[first:last])
        return out

    def _exact_scores(self, keys: Words, real: NDArray[np.bool_]) -> Floats:
        """Return what `kernels.convolutions` does: rows x tags.

        The words of unsure paths are so few that nothing is kept of theirs, and that NumPy is fast
        enough: the kernel would take each machine's first start a second to compile.
        """
        features, places = self.words.distinct_features(keys)
        norm, layers, head = self._layers
        shares, size = self._projection.exact_rows(features)[places], len(norm[0])
        sums = np.array(shares[1:-1, size : 2 * size], dtype=np.float32)
        sums += shares[:-2, :size] * real[:-2, None]
        sums += shares[2:, 2 * size :] * real[2:, None]
        x = _activate(sums, real[1:-1], *norm)
        for n, (panels, bias, scale, shift) in enumerate(layers, start=2):
            windows = np.concatenate([x[:-2], x[1:-1], x[2:]], 1)
            x = _activate(kernels.dense(windows, panels, bias), real[n:-n], scale, shift)
        scores: Floats = kernels.dense(x, *head)[:, : self._tags]
        return scores

    def _parts(self, words: Sequence[str]) -> Iterator[tuple[int, int, Words, NDArray[np.bool_]]]:
        """Yield parts that the table of words has room for: their bounds, keys, and reality.

        Keys and reality reach further by `REACH` at both ends.
        """
        keys = self._keys(Words.of(words))
        real = keys.ends > keys.starts
        for start in range(REACH, len(words) - REACH, self._most):
            end = min(start + self._most, len(words) - REACH)
            some = slice(start - REACH, end + REACH)
            yield start, end, keys[some], real[some]

    def _keys(self, words: Words) -> Words:
        """Return the cache's key of each word; a word too long for a vector goes by its shape."""
        if words.longest <= self._longest:
            return words
        return Words.of([w if len(w) <= self._longest else f" {word_shape(w)}" for w in words])


class Engine:
    """Tags units of words with the entities on the best path of each."""

    def __init__(self, net: SlovnetModel, navec: Navec, cache_bytes: int = CACHE_BYTES) -> None:
        self._network = network = Network(net, navec, cache_bytes)
        self.words = network.words
        self.emissions = network.scores
        self._labels = [tag[2:] for tag in net.tags]
        self._acts = np.array([ACTS.get(tag[0], PASS) for tag in net.tags])
        free = np.zeros(len(net.tags), dtype=np.float32)
        # a copy may be written to: numba compiles kernels once more for what may not
        self._crf = array(net.model.head.crf.transitions.array).copy(), free, free
        self.emissions([GAP] * (2 * REACH + 1))  # else the first unsure path would compile it

    def tag(self, units: Sequence[Sequence[str]]) -> list[list[Span]]:
        """Return the entities on the best path of each unit, which has at least one word."""
        spans: list[list[Span]] = [[] for _ in units]
        gap, edge = Words.of([GAP]), Words.of([GAP] * (REACH - 1))
        parts = [part for unit in units for part in (gap, Words.of(unit))]
        words = Words.join([edge, *parts, gap, edge])
        lengths = np.array([len(unit) for unit in units])
        places = REACH + np.cumsum(lengths + 1) - lengths - 1, lengths
        paths = self._paths(words, *places)
        for n, start, end, tag in read_entities(paths, *places, self._acts).tolist():
            spans[n].append(Span(start, end, self._labels[tag]))
        return spans

    def _paths(self, words: Words, starts: Ints, lengths: Ints) -> Ints:
        """Return the best path of each unit of words, as fp32 has it: rows.

        Most paths are certain by quick scores. Where one is not, the scores of the rows in question
        are computed in fp32, until it is.
        """
        if not self._network.is_short:
            paths: Ints = crf.best_paths(self.emissions(words), starts, lengths, self._crf)
            return paths
        scores = self._network.quick_scores(words)
        errors = np.full(len(words), ERROR, dtype=np.float32)
        paths = np.zeros(len(words), dtype=np.int64)
        while True:
            rows = crf.find_unsure(scores, starts, lengths, self._crf, errors, paths)
            if not len(rows):
                return paths
            scores[rows] = self._network.scores_around(words, rows)
            errors[rows] = 0
            units = np.unique(np.searchsorted(starts, rows, "right")) - 1
            starts, lengths = starts[units], lengths[units]


class ShareProjection:
    """Projects words to their shares in the first convolution's window: left | middle | right."""

    dtype = np.dtype([("vector", np.int32), ("shape", np.int32)])

    def __init__(self, net: SlovnetModel, navec: Navec, is_short: bool) -> None:
        conv, shapes = net.model.encoder.layers[0].conv, net.model.emb.shape.weight.array
        weight = conv.weight.array  # size x inner x 3
        inputs = np.concatenate(weight.transpose(2, 1, 0), 1)  # inner x 3 size
        size = len(weight)
        self._exact = FloatProjection(inputs[: navec.dim])
        self._quick = ShortProjection(inputs[: navec.dim]) if is_short else self._exact
        self.width, self.row_dtype = self._quick.width, self._quick.dtype
        self.longest = navec.words.longest
        self._navec = navec
        self._shapes = array(shapes @ inputs[navec.dim :])
        self._shapes[:, size : 2 * size] += conv.bias.array
        self._shape_ids = {shape: n for n, shape in enumerate(net.shapes)}

    def features(self, words: Sequence[str]) -> NDArray[Any]:
        """Return the ids of each word's vector and shape: words. A space precedes a bare shape."""
        records = np.empty(len(words), dtype=self.dtype)
        ids = self._navec.words.ids([word.lower() for word in words])
        records["vector"] = np.where(ids < 0, self._navec.unknown, ids)
        shapes = [w[1:] if w[:1] == " " else word_shape(w) for w in words]
        records["shape"] = [self._shape_ids[shape] for shape in shapes]
        return records

    def rows(self, features: NDArray[Any]) -> Floats | Shorts:
        """Return the shares of words by their records of `features`: words x width."""
        return self._quick(*self._inputs(features))

    def exact_rows(self, features: NDArray[Any]) -> Floats | Shorts:
        """Return what `rows` does, in fp32: words x width."""
        return self._exact(*self._inputs(features))

    def _inputs(self, features: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return the vectors of words, and the shares of their shapes."""
        return navec_rows(self._navec, features["vector"]), self._shapes[features["shape"]]


def _layer(layer: Any) -> tuple[Floats, Floats, Floats, Floats]:
    """Return a layer's panels, bias, scale and shift, as `kernels.convolutions` takes them."""
    weight = layer.conv.weight.array  # size x inner x 3
    dense = Dense(weight.transpose(2, 1, 0).reshape(-1, len(weight)), layer.conv.bias.array)
    return dense.panels, dense.bias, *_norm(layer.norm)


def _short_layer(layer: Any) -> tuple[shorts.Shorts, Floats, Floats, Floats, Floats]:
    """Return a layer's panels, their steps, bias, scale and shift for `shorts.convolutions`."""
    weight = layer.conv.weight.array  # size x inner x 3
    packed = shorts.pack(weight.transpose(2, 1, 0).reshape(-1, len(weight)))
    bias = np.zeros(packed.steps.shape[1], dtype=np.float32)
    bias[: len(weight)] = layer.conv.bias.array
    return packed.panels, packed.steps, bias, *_norm(layer.norm)


def _activate(sums: Floats, real: NDArray[np.bool_], scale: Floats, shift: Floats) -> Floats:
    """Return what `kernels.activate` writes: rows x channels."""
    x: Floats = np.maximum(sums[:, : len(scale)], 0) * scale + shift
    return x * real[:, None]


def _norm(norm: Any) -> tuple[Floats, Floats]:
    """Return batch norm as a scale and a shift."""
    scale = norm.weight.array / norm.std.array
    return array(scale), array(norm.bias.array - norm.mean.array * scale)


@compiled_with_gil
def read_entities(paths, starts, lengths, acts):  # type: ignore[no-untyped-def]
    """Return entities as slovnet reads tags: rows of unit, start and end within it, first tag.

    A tag that prolongs does so whatever label it has, and has no effect where no entity is open.
    """
    rows = np.empty((len(paths), 4), dtype=np.int64)
    count = 0
    for n in range(len(lengths)):
        is_open = False
        for i in range(lengths[n]):
            tag = paths[starts[n] + i]
            if acts[tag] == OPEN:
                rows[count, 0], rows[count, 1] = n, i  # a whole row would be made first
                rows[count, 2], rows[count, 3] = i + 1, tag
                count += 1
                is_open = True
            elif acts[tag] == PROLONG:
                if is_open:
                    rows[count - 1, 2] = i + 1
            elif acts[tag] == CLOSE:
                is_open = False
    return rows[:count]
