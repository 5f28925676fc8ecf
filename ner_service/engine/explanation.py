"""An explanation shows how a BiLSTM-CRF decides: tag by tag, path by path, word by word.

The page's `net/explain.js` computes the same figures in the browser.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import crf
from ner_service.engine.bilstm import FORBIDDEN, Engine, divide_log_odds
from ner_service.engine.kernels import Floats, Ints
from ner_service.labels import OUTSIDE, Scheme, prefixes
from ner_service.text.spacing import mark_words, split_marks

Doubles = NDArray[np.float64]
HIDDEN = "\ufffd"  # stands for a character or a word that is not to be seen
IMPOSSIBLE = -5e3  # a path with a step that is forbidden has a lower score
AT_ONCE = 32  # changed units that pass the net together


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A forbidden tag is not allowed at a token, or anywhere where `token` is `None`."""

    tag: str
    token: int | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A path has a tag for each token, a score, and the posterior probability of all of it."""

    tags: tuple[str, ...]
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival is what the words of a span may be instead; `label` is `None` for no entity."""

    start: int
    end: int
    label: str | None
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class ExplainedSpan:
    """An explained span has its posterior, the calibrated score, and its rivals, likely ones first.

    `words` says for each token of the unit by how much the posterior falls when that word is
    hidden, `chars` the same for each character of the span's own words (occlusion; Zeiler and
    Fergus 2014).
    """

    start: int
    end: int
    label: str
    probability: float
    score: float
    rivals: tuple[Rival, ...]
    words: tuple[float, ...]
    chars: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An explanation of a unit has the posterior of each tag at each token, and the two best paths.

    `second` is `None` where only one path is allowed.
    """

    tags: tuple[str, ...]
    words: tuple[str, ...]
    probabilities: Doubles  # words x tags
    best: Path
    second: Path | None
    spans: tuple[ExplainedSpan, ...]


class Explainer:
    """An explainer runs a net of its own, beside the one that answers."""

    def __init__(self, engine: Engine, tags: Sequence[str], scheme: Scheme) -> None:
        self._engine, self._tags, self._scheme = engine, tuple(tags), scheme

    def explain(self, marked: Sequence[str], forbidden: Sequence[Forbidden] = ()) -> Explanation:
        """Explain a unit of words, which may have marks of `text.spacing` in front of them."""
        lattice = Lattice(self._engine, self._mask(len(marked), forbidden), marked)
        best, second = lattice.best_paths()
        words, _ = split_marks(marked)
        spans = tuple(
            self._explain_span(lattice, start, end, label)
            for start, end, label in _spans([self._tags[tag] for tag in best[0]])
        )
        return Explanation(
            tags=self._tags,
            words=tuple(words),
            probabilities=lattice.probabilities(),
            best=self._path(lattice, *best),
            second=self._path(lattice, *second) if second else None,
            spans=spans,
        )

    def _mask(self, length: int, forbidden: Sequence[Forbidden]) -> Floats:
        """Return what is added to the emissions: length x tags.

        Raises `ValueError` on a tag or a token that there is not.
        """
        mask = np.zeros((length, len(self._tags)), dtype=np.float32)
        for each in forbidden:
            if each.tag not in self._tags:
                raise ValueError(f"no such tag; there are {', '.join(self._tags)}")
            if each.token is not None and each.token >= length:
                raise ValueError(f"token {each.token}: the sentence has {length} tokens, from 0")
            rows = slice(None) if each.token is None else each.token
            mask[rows, self._tags.index(each.tag)] = FORBIDDEN
        return mask

    def _path(self, lattice: "Lattice", path: list[int], score: float) -> Path:
        tags = tuple(self._tags[tag] for tag in path)
        return Path(tags, score, lattice.path_probability(score))

    def _explain_span(self, lattice: "Lattice", start: int, end: int, label: str) -> ExplainedSpan:
        probability = self._probability(lattice, start, end, label)
        rivals = [
            replace(
                rival, probability=self._probability(lattice, rival.start, rival.end, rival.label)
            )
            for rival in self._rivals(lattice.length, start, end, label)
        ]
        divisor = self._engine.divisor_of(label)
        score = probability if divisor is None else divide_log_odds(probability, divisor)
        falls = [
            probability - self._probability(variant, start, end, label)
            for variant in lattice.variants(start, end)
        ]
        words, rest = tuple(falls[: lattice.length]), iter(falls[lattice.length :])
        chars = tuple(tuple(next(rest) for _ in word) for word in lattice.words[start:end])
        rivals.sort(key=lambda rival: -rival.probability)
        return ExplainedSpan(start, end, label, probability, score, tuple(rivals), words, chars)

    def _rivals(self, length: int, start: int, end: int, label: str) -> Iterator[Rival]:
        for other in dict.fromkeys(tag[2:] for tag in self._tags if tag != OUTSIDE):
            if other != label:
                yield Rival(start, end, other)
        for first, last in ((start - 1, end), (start + 1, end), (start, end - 1), (start, end + 1)):
            if 0 <= first < last <= length:
                yield Rival(first, last, label)
        yield Rival(start, end, None)

    def _probability(self, lattice: "Lattice", start: int, end: int, label: str | None) -> float:
        """Return the posterior that tokens are exactly an entity of a label, or none at all."""
        if label is None:
            return lattice.probability(start, [self._tags.index(OUTSIDE)] * (end - start), -1)
        tags = [
            self._tags.index(f"{prefix}-{label}") for prefix in prefixes(end - start, self._scheme)
        ]
        is_open = self._scheme == "BIO"  # its last tag does not say that the entity ends
        return lattice.probability(start, tags, self._tags.index(f"I-{label}") if is_open else -1)


class Lattice:
    """A lattice holds the scores of all paths through a unit, and their messages."""

    def __init__(
        self, engine: Engine, mask: Floats, marked: Sequence[str], emissions: Floats | None = None
    ) -> None:
        self._engine, self._mask, self._marked = engine, mask, marked
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

    def variants(self, start: int, end: int) -> Iterator["Lattice"]:
        """Yield lattices with each word hidden, then each character of `words[start:end]`."""
        changed = [self._hide(n, HIDDEN) for n in range(self.length)]
        for n in range(start, end):
            word = self.words[n]
            changed += [self._hide(n, word[:k] + HIDDEN + word[k + 1 :]) for k in range(len(word))]
        for first in range(0, len(changed), AT_ONCE):
            some = changed[first : first + AT_ONCE]
            emissions = self._engine.emissions(some)
            for n, marked in enumerate(some):
                rows = emissions[n * self.length : (n + 1) * self.length]
                yield Lattice(self._engine, self._mask, marked, rows)

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


def _spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the entities on a legal path: start, end and label."""
    start = 0
    for i, tag in enumerate(tags):
        if tag[0] in "BS":
            start = i
        ends = i + 1 == len(tags) or tags[i + 1][0] not in "IE"
        if tag != OUTSIDE and ends:
            yield start, i + 1, tag[2:]
