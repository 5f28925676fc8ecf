"""The engine that runs our BiLSTM-CRF from a model folder on compiled kernels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ner_service.engine import crf, shorts
from ner_service.engine.cache import WordCache
from ner_service.engine.kernels import Floats
from ner_service.engine.layers import Between, Dense, Tensors, UnitBounds, array, group_units, layer
from ner_service.engine.word_features import WordProjection
from ner_service.engine.words import Words
from ner_service.labels import OUTSIDE, may_follow
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import EDGE, characters
from ner_service.text.spacing import mark_words, split_marks

FORBIDDEN = np.float32(-1e4)  # score of a transition that the scheme does not allow
SURE = 1e-6  # the least distance of a score from 0 and 1 whose log odds are computed
CACHE_BYTES = (32 if shorts.AVAILABLE else 64) << 20  # for projected words: 16,000 of ru-news
GROUP_TOKENS = 4096  # tokens that pass a layer together; a single longer unit passes alone


class ScoredSpan(NamedTuple):
    """Tokens `start:end` of a unit with a label and its posterior probability."""

    start: int
    end: int
    label: str
    score: float


class Engine:
    """Tags units of words; each row is computed alone, so answers do not depend on batches.

    Words may have marks of `text.spacing` in front of them. The first layer's inputs depend on the
    marked word alone: they are cached while there is room, and the features that they are computed
    from for longer.
    """

    def __init__(self, artefact: Artefact, cache_bytes: int = CACHE_BYTES) -> None:
        net, tensors = artefact.net, artefact.tensors
        self._tags = net.tags
        self._layers = [layer(net.encoder, tensors, n) for n in range(net.layers)]
        self._between = [Between(one) for one in self._layers[1:]]
        self._hidden_head = _dense(tensors, "inner") if net.head_hidden else None
        self._head = _dense(tensors, "head")
        self._zero_digits = net.zero_digits
        self.crf_weights = crf_weights(artefact)
        self._labels = net.labels
        self.temper(net.temperature or 1.0, net.label_temperatures)
        opens = np.array([tag[0] in "BS" for tag in net.tags])
        prolongs = np.array([tag[0] in "IE" for tag in net.tags])
        ids = {tag: n for n, tag in enumerate(net.tags) if net.scheme == "BIO"}
        continuations = np.array([ids.get(f"I-{tag[2:]}", -1) for tag in net.tags])
        self._roles = opens, prolongs, continuations  # of tags, as `crf.decode` takes them
        projection = WordProjection(artefact, self._layers[0])
        size = projection.width * projection.row_dtype.itemsize
        capacity = max(cache_bytes // size, GROUP_TOKENS)
        self.words = WordCache(projection, capacity)

    def temper(self, temperature: float, label_temperatures: Sequence[float] = ()) -> None:
        """Set what the scores of paths are divided by before they become probabilities.

        The log odds of an entity are then divided by its label's temperature, if labels have any.
        """
        by_label = dict(zip(self._labels, label_temperatures, strict=False))
        divisors = [by_label.get(tag[2:], 1.0) for tag in self._tags]
        self._divisors = divisors if label_temperatures else None
        sharpness = np.float32(1 / temperature)
        transitions, starts, ends = (weight * sharpness for weight in self.crf_weights)
        self.tempered = sharpness, (transitions, starts, ends)

    def divisor_of(self, label: str) -> float | None:
        """Return what the log odds of a label's entities are divided by, if labels differ."""
        return self._divisors[self._tags.index(f"B-{label}")] if self._divisors else None

    def tag(self, units: Sequence[Sequence[str]]) -> list[list[ScoredSpan]]:
        """Return the entities on each unit's best path, with their posterior probabilities."""
        spans: list[list[ScoredSpan]] = [[] for _ in units]
        order = sorted(range(len(units)), key=lambda n: -len(units[n]))
        for group in group_units([n for n in order if units[n]], units, GROUP_TOKENS):
            bounds = UnitBounds.of([len(units[n]) for n in group])
            emissions = self._emissions([units[n] for n in group], bounds)
            places = bounds.starts, bounds.lengths
            paths, rows, scores = crf.decode(
                emissions, *places, self.crf_weights, *self._roles, *self.tempered
            )
            if (scores < 0).any():
                sharpness, tempered = self.tempered
                sharp = emissions * sharpness
                scores = crf.posteriors(rows, paths, sharp, *places, tempered, self._roles[2])
            for (n, start, end, tag), score in zip(rows.tolist(), scores.tolist(), strict=True):
                if self._divisors:
                    score = divide_log_odds(score, self._divisors[tag])
                spans[group[n]].append(ScoredSpan(start, end, self._tags[tag][2:], score))
        return spans

    def emissions(self, group: Sequence[Sequence[str]]) -> Floats:
        """Return the score of each tag at each word of units, the longest first: words x tags."""
        return self._emissions(group, UnitBounds.of([len(unit) for unit in group]))

    def _emissions(self, group: Sequence[Sequence[str]], units: UnitBounds) -> Floats:
        places = self.words.places(self._keys(Words.join(map(Words.of, group))))
        x = self._layers[0].run(self.words.table, places, units)
        everywhere = np.arange(units.tokens)
        for project, one in zip(self._between, self._layers[1:], strict=True):
            x = one.run(project(x), everywhere, units)
        if self._hidden_head:
            x = np.tanh(self._hidden_head(x))
        return self._head(x)

    def _keys(self, words: Words) -> Words:
        """Return words as the first layer reads them: long ones cut, digits perhaps zeroed."""
        if self._zero_digits or words.longest > 2 * EDGE:
            bare, spacings = split_marks(words)
            cut = [characters(word, self._zero_digits) for word in bare]
            return Words.of(mark_words(cut, spacings))
        return words


def divide_log_odds(score: float, divisor: float) -> float:
    """Return the probability whose log odds are those of `score` over `divisor`.

    One number at a time: vectors would round some of them differently by their place.
    """
    held = min(max(score, SURE), 1 - SURE)
    odds = (held / (1 - held)) ** (1 / divisor)
    return float(odds / (1 + odds))


def _dense(tensors: Tensors, name: str) -> Dense:
    return Dense(array(tensors[f"{name}.weight"]).T, array(tensors[f"{name}.bias"]))


def crf_weights(artefact: Artefact) -> tuple[Floats, Floats, Floats]:
    """Return transitions, from x to, and scores of starts and ends, all legal: tags each."""
    tags, scheme = artefact.net.tags, artefact.net.scheme
    ways = (*tags, OUTSIDE)
    allowed = np.array([[may_follow(a, b, scheme) for b in ways] for a in ways])
    transitions = array(artefact.tensors["crf.transitions"])
    starts, ends = array(artefact.tensors["crf.starts"]), array(artefact.tensors["crf.ends"])
    return (
        np.where(allowed[:-1, :-1], transitions, FORBIDDEN),
        np.where(allowed[-1, :-1], starts, FORBIDDEN),
        np.where(allowed[:-1, -1], ends, FORBIDDEN),
    )
