"""The BiLSTM-CRF out of a model folder, over compiled kernels."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import crf
from ner_service.engine.cache import WordCache
from ner_service.engine.layers import Dense, Units, array, layer
from ner_service.engine.words import Projection
from ner_service.labels import OUTSIDE, may_follow
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import EDGE, characters

Floats = NDArray[np.float32]
Unit = Sequence[str]
FORBIDDEN = np.float32(-1e4)
KEPT = 64 << 20  # bytes of projected words
GROUP_TOKENS = 4096  # that go through a layer before the next, save for a single longer unit


class Span(NamedTuple):
    """Tokens `start:end` of a unit with a label and its posterior probability."""

    start: int
    end: int
    label: str
    score: float


class Engine:
    """Tags units of words; each row is computed alone, so answers do not depend on batches.

    What the first layer makes of a word depends on the word alone: it is kept while there is
    room, and what it is made of for longer.
    """

    def __init__(self, artefact: Artefact, kept: int = KEPT) -> None:
        net, tensors = artefact.net, artefact.tensors
        self._tags = net.tags
        self._layers = [layer(net.encoder, tensors, n) for n in range(net.layers)]
        self._between = [Dense(one.inputs, one.bias) for one in self._layers[1:]]
        self._head = Dense(array(tensors["head.weight"]).T, array(tensors["head.bias"]))
        self._inner = _inner(artefact)
        self._zero_digits = net.zero_digits
        self._crf = _crf(artefact)
        self.temper(net.temperature or 1.0)
        self._opens = np.array([tag[0] in "BS" for tag in net.tags])
        self._prolongs = np.array([tag[0] in "IE" for tag in net.tags])
        self._go_on = np.array([_continuation(tag, artefact) for tag in net.tags])
        projection = Projection(artefact, self._layers[0])
        capacity = max(kept // (4 * projection.width), GROUP_TOKENS)
        self.words = WordCache(projection, capacity)

    def temper(self, temperature: float) -> None:
        """Divides the scores of paths before they become probabilities of entities."""
        sharpness = np.float32(1 / temperature)
        transitions, starts, ends = (weight * sharpness for weight in self._crf)
        self._tempered = sharpness, (transitions, starts, ends)

    def tag(self, units: Sequence[Unit]) -> list[list[Span]]:
        """The entities on each unit's best path, with their posterior probabilities."""
        found: list[list[Span]] = [[] for _ in units]
        order = sorted(range(len(units)), key=lambda n: -len(units[n]))
        for group in _groups([n for n in order if units[n]], units):
            for n, span in self._spans([units[n] for n in group]):
                found[group[n]].append(span)
        return found

    def emissions(self, group: Sequence[Unit]) -> Floats:
        """The score of each tag at each word of units, the longest first: words x tags."""
        return self._emissions(group, Units.of([len(unit) for unit in group]))

    def _emissions(self, group: Sequence[Unit], units: Units) -> Floats:
        places = self.words.places(self._keys([word for unit in group for word in unit]))
        x = self._layers[0].run(self.words.table, places, units)
        everywhere = np.arange(units.tokens)
        for dense, one in zip(self._between, self._layers[1:], strict=True):
            x = one.run(dense(x), everywhere, units)
        if self._inner:
            x = np.tanh(self._inner(x))
        return self._head(x)

    def _keys(self, words: list[str]) -> list[str]:
        """What the first layer looks at of each word: all of it, save for few."""
        if self._zero_digits or max(map(len, words)) > 2 * EDGE:
            return [characters(word, self._zero_digits) for word in words]
        return words

    def _spans(self, group: Sequence[Unit]) -> Iterator[tuple[int, Span]]:
        """Each entity with the number of its unit."""
        units = Units.of([len(unit) for unit in group])
        emissions = self._emissions(group, units)
        ways = self._opens, self._prolongs, self._go_on
        spans, scores = crf.decode(
            emissions, units.starts, units.lengths, self._crf, *ways, *self._tempered
        )
        for (n, start, end, tag), score in zip(spans.tolist(), scores.tolist(), strict=True):
            yield n, Span(start, end, self._tags[tag][2:], score)


def _groups(order: Sequence[int], units: Sequence[Unit]) -> Iterator[list[int]]:
    group: list[int] = []
    tokens = 0
    for n in order:
        if group and tokens + len(units[n]) > GROUP_TOKENS:
            yield group
            group, tokens = [], 0
        group.append(n)
        tokens += len(units[n])
    if group:
        yield group


def _continuation(tag: str, artefact: Artefact) -> int:
    """The tag that would prolong an entity ending with this one; -1 where it says it ends."""
    if artefact.net.scheme == "BIOES" or tag == OUTSIDE:
        return -1
    return artefact.net.tags.index(f"I-{tag[2:]}")


def _inner(artefact: Artefact) -> Dense | None:
    if not artefact.net.head_hidden:
        return None
    weight, bias = artefact.tensors["inner.weight"], artefact.tensors["inner.bias"]
    return Dense(array(weight).T, array(bias))


def _crf(artefact: Artefact) -> tuple[Floats, Floats, Floats]:
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
