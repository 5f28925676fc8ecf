"""A lattice holds all paths of tags through a unit, and the posteriors of spans are read off it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import crf
from ner_service.engine.bilstm import Engine, divide_log_odds
from ner_service.engine.kernels import Floats, Ints
from ner_service.labels import OUTSIDE, Scheme, prefixes
from ner_service.text.spacing import mark_words, split_marks

Doubles = NDArray[np.float64]
HIDDEN = "\ufffd"  # stands for a character or a word that is not to be seen
IMPOSSIBLE = -5e3  # a path with a step that is forbidden has a lower score
AT_ONCE = 32  # changed units that pass the net together


class Lattice:
    """A lattice holds the scores of all paths through a unit, and their messages."""

    def __init__(
        self,
        engine: Engine,
        marked: Sequence[str],
        mask: Floats,
        emissions: Floats | None = None,
    ) -> None:
        self._engine, self._mask = engine, mask
        self.words, self._spacings = split_marks(marked)
        self.length = len(marked)
        if emissions is None:
            emissions = engine.emissions([marked])
        self._emissions = emissions[:, : mask.shape[1]] + mask
        self._sharpness, self._tempered = engine.tempered
        sharp = self._emissions * self._sharpness
        factors = crf.factors(*self._tempered)
        self._messages, self._partition, in_range = crf.forward_backward(sharp, *factors)
        self._are_logs = not in_range
        if self._are_logs:
            self._messages = crf.log_messages(sharp, *self._tempered)
            forward, ends = self._messages[0], self._tempered[2]
            self._partition = float(crf.log_sum(forward[-1] + ends))

    def probabilities(self) -> Doubles:
        """Return the posterior of each tag at each token: length x tags."""
        forward, backward, _ = self._messages
        both = np.exp(forward + backward) if self._are_logs else forward * backward
        return np.asarray(both, dtype=np.float64)

    def path_probability(self, score: float) -> float:
        """Return the posterior of a path by its score."""
        return float(np.exp(score * self._sharpness - self._partition))

    def probability(self, start: int, tags: Sequence[int], prolonged: int) -> float:
        """Return the posterior of tags from `start` on, with an entity ending behind them."""
        end = start + len(tags)
        path = np.zeros(self.length, dtype=np.int64)
        path[start:end] = tags
        return float(
            crf.span_probability(
                start, end, path, prolonged, self._messages, self._are_logs, self._tempered[0]
            )
        )

    def without_words(self) -> Iterator["Lattice"]:
        """Yield lattices with each word hidden."""
        return self._lattices_of([self._hide(n, HIDDEN) for n in range(self.length)])

    def without_chars(self, start: int, end: int) -> Iterator["Lattice"]:
        """Yield lattices with each character of `words[start:end]` hidden."""
        words = [(n, self.words[n]) for n in range(start, end)]
        return self._lattices_of(
            [self._hide(n, w[:k] + HIDDEN + w[k + 1 :]) for n, w in words for k in range(len(w))]
        )

    def _lattices_of(self, changed: Sequence[Sequence[str]]) -> Iterator["Lattice"]:
        """Yield the lattices of changed units, as long as this one."""
        for first in range(0, len(changed), AT_ONCE):
            some = changed[first : first + AT_ONCE]
            emissions = self._engine.emissions(some)
            for n, marked in enumerate(some):
                rows = emissions[n * self.length : (n + 1) * self.length]
                yield Lattice(self._engine, marked, self._mask, rows)

    def _hide(self, n: int, word: str) -> list[str]:
        words = [*self.words[:n], word, *self.words[n + 1 :]]
        return mark_words(words, self._spacings)

    def best_paths(self) -> tuple[tuple[list[int], float], tuple[list[int], float] | None]:
        """Return the two best paths with their scores; of several ways through a place the best.

        The second-best path passes some place that the best does not: it is the best of those.
        """
        transitions, starts, ends = self._engine.crf_weights
        emissions = self._emissions.astype(np.float64)
        before, to = _best_ways(emissions, starts, transitions)
        after, on = _best_ways(emissions[::-1], ends, transitions.T)
        after, on = after[::-1], on[::-1]
        through = before + after - emissions  # the score of the best path through each place

        def follow(i: int, tag: int) -> tuple[list[int], float]:
            path = [tag]
            for n in range(i, 0, -1):
                path.insert(0, int(to[n, path[0]]))
            for n in range(i, self.length - 1):
                path.append(int(on[n, path[-1]]))
            return path, float(through[i, tag])

        best = follow(0, int(np.argmax(through[0])))
        others = through.copy()
        others[np.arange(self.length), best[0]] = -np.inf
        i, tag = np.unravel_index(int(np.argmax(others)), others.shape)
        return best, follow(int(i), int(tag)) if others[i, tag] > IMPOSSIBLE else None


def _best_ways(emissions: Doubles, begin: Floats, steps: Floats) -> tuple[Doubles, Ints]:
    """Return the best score of a way to each tag at each token, and the tag before it."""
    scores = np.empty_like(emissions)
    sources: Ints = np.zeros(emissions.shape, dtype=np.int64)
    scores[0] = begin + emissions[0]
    for i in range(1, len(emissions)):
        ways = scores[i - 1][:, None] + steps  # from x to
        sources[i] = ways.argmax(0)
        scores[i] = ways.max(0) + emissions[i]
    return scores, sources


class SpanPosteriors:
    """Span posteriors are probabilities that tokens are exactly an entity, on the best path or not.

    They are computed by the net that `engine` runs, and calibrated as its answers are.
    """

    def __init__(self, engine: Engine, tags: Sequence[str], scheme: Scheme) -> None:
        self._engine, self._tags, self._scheme = engine, tuple(tags), scheme

    def scores(self, marked: Sequence[str], spans: Sequence[tuple[int, int, str]]) -> list[float]:
        """Return the calibrated scores of spans of a unit, whose labels the net knows."""
        mask = np.zeros((len(marked), len(self._tags)), dtype=np.float32)
        lattice = Lattice(self._engine, marked, mask)
        return [self.calibrate(self.probability(lattice, *span), span[2]) for span in spans]

    def probability(self, lattice: Lattice, start: int, end: int, label: str | None) -> float:
        """Return the posterior that tokens are exactly an entity of a label, or none at all."""
        if label is None:
            return lattice.probability(start, [self._tags.index(OUTSIDE)] * (end - start), -1)
        tags = [
            self._tags.index(f"{prefix}-{label}") for prefix in prefixes(end - start, self._scheme)
        ]
        is_open = self._scheme == "BIO"  # its last tag does not say that the entity ends
        return lattice.probability(start, tags, self._tags.index(f"I-{label}") if is_open else -1)

    def calibrate(self, probability: float, label: str) -> float:
        """Return the score that an entity of a label has with a posterior."""
        divisor = self._engine.divisor_of(label)
        return probability if divisor is None else divide_log_odds(probability, divisor)
