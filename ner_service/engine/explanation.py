"""An explanation shows how a BiLSTM-CRF decides: tag by tag, path by path, word by word.

The page's `net/explain.js` computes the same figures in the browser.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ner_service.engine.bilstm import FORBIDDEN, Engine
from ner_service.engine.kernels import Floats
from ner_service.engine.lattice import IMPOSSIBLE, Doubles, Lattice, SpanPosteriors
from ner_service.labels import OUTSIDE, Scheme
from ner_service.text.spacing import split_marks
from ner_service.types import Span


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
        self._engine, self._tags = engine, tuple(tags)
        self._posteriors = SpanPosteriors(engine, tags, scheme)

    def explain(
        self,
        marked: Sequence[str],
        forbidden: Sequence[Forbidden] = (),
        check: Callable[[], None] = lambda: None,
    ) -> Explanation:
        """Explain a unit of words, which may have marks of `text.spacing` in front of them.

        `check` is called before each run of the net, and may raise where it has taken too long.
        """
        lattice = Lattice(self._engine, marked, self._mask(len(marked), forbidden))
        best, second = lattice.best_paths()
        if best[1] <= IMPOSSIBLE:
            raise ValueError("no path of tags is left: allow more of them")
        words, _ = split_marks(marked)
        found = [*_spans([self._tags[tag] for tag in best[0]])]
        hidden = self._without_words(lattice, found, check)
        spans = tuple(
            self._explain_span(lattice, span, without_words, check)
            for span, without_words in zip(found, hidden, strict=True)
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

    def _path(self, lattice: Lattice, path: list[int], score: float) -> Path:
        tags = tuple(self._tags[tag] for tag in path)
        return Path(tags, score, lattice.path_probability(score))

    def _without_words(
        self, lattice: Lattice, spans: Sequence[Span], check: Callable[[], None]
    ) -> Sequence[Sequence[float]]:
        """Return the posteriors of spans with each word hidden, which the spans share."""
        posteriors: list[list[float]] = [[] for _ in spans]
        for variant in lattice.without_words() if spans else ():
            check()
            for each, span in zip(posteriors, spans, strict=True):
                each.append(self._posteriors.probability(variant, *span))
        return posteriors

    def _explain_span(
        self,
        lattice: Lattice,
        span: Span,
        without_words: Sequence[float],
        check: Callable[[], None],
    ) -> ExplainedSpan:
        start, end, label = span
        posterior = self._posteriors.probability
        probability = posterior(lattice, start, end, label)
        rivals = [
            replace(rival, probability=posterior(lattice, rival.start, rival.end, rival.label))
            for rival in self._rivals(lattice.length, start, end, label)
        ]
        score = self._posteriors.calibrate(probability, label)
        falls: list[float] = []
        for variant in lattice.without_chars(start, end):
            check()
            falls.append(probability - posterior(variant, start, end, label))
        words, rest = tuple(probability - each for each in without_words), iter(falls)
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


def _spans(tags: Sequence[str]) -> Iterator[Span]:
    """Yield the entities on a legal path: start, end and label."""
    start = 0
    for i, tag in enumerate(tags):
        if tag[0] in "BS":
            start = i
        ends = i + 1 == len(tags) or tags[i + 1][0] not in "IE"
        if tag != OUTSIDE and ends:
            yield start, i + 1, tag[2:]
