"""Entity scores: strict by seqeval, naeval's by token; errors by kind; calibration."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ner_service.labels import OUTSIDE, map_labels, tags
from ner_service.text import Token, tokenize
from ner_service.types import Document, Entity, MissingExtra

Predicted = Sequence[Sequence[Entity]]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right, predicted and gold items, and what follows from them."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.predicted + self.gold
        return 2 * self.right / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1 as seqeval gives them; `gold` counts the gold entities."""

    precision: float
    recall: float
    f1: float
    gold: int


@dataclass(frozen=True, slots=True)
class Report:
    """Strict scores, micro over all labels and for each of them."""

    micro: Rates
    labels: Mapping[str, Rates]


def exact(documents: Iterable[Document], predicted: Predicted) -> Score:
    """Counts of entities with equal bounds and label; its F1 is that of `strict`."""
    right = found = gold = 0
    for document, entities in zip(documents, predicted, strict=True):
        wanted = Counter(e.span for e in document.entities)
        given = Counter(e.span for e in entities)
        right += (wanted & given).total()
        found, gold = found + given.total(), gold + wanted.total()
    return Score(right, found, gold)


def strict(documents: Sequence[Document], predicted: Predicted) -> Report:
    """seqeval's strict scores (IOB2) over the boundary grid, so whatever the tokeniser was."""
    try:
        from seqeval.metrics import classification_report
        from seqeval.scheme import IOB2
    except ImportError as error:
        raise MissingExtra(f"seqeval ({error})", "eval") from error
    everything = [e for d in documents for e in d.entities] + [e for es in predicted for e in es]
    names = sorted({e.label for e in everything})
    if not names:
        return Report(Rates(0.0, 0.0, 0.0, 0), {})  # seqeval refuses to score nothing
    neutral = {name: f"L{n:04}" for n, name in enumerate(names)}  # seqeval cuts hyphens off
    gold, found = [], []
    for document, entities in zip(documents, predicted, strict=True):
        wanted, given = map_labels(document.entities, neutral), map_labels(entities, neutral)
        pieces = grid(document.text, [*wanted, *given])
        gold.append(tags(pieces, wanted, "BIO"))
        found.append(tags(pieces, given, "BIO"))
    rows = classification_report(
        gold, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    labels = {name: _rates(rows[neutral[name]]) for name in names}
    return Report(_rates(rows["micro avg"]), labels)


def _rates(row: Mapping[str, Any]) -> Rates:
    return Rates(
        float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"])
    )


def grid(text: str, entities: Iterable[Entity]) -> list[Token]:
    """The text cut at every token's and every entity's bounds, white space included."""
    cuts = {at for token in tokenize(text) for at in (token.start, token.end)}
    cuts |= {at for entity in entities for at in (entity.start, entity.end)}
    cuts |= {0, len(text)}
    return [Token(start, end, text[start:end]) for start, end in pairwise(sorted(cuts))]


@dataclass(frozen=True, slots=True)
class Errors:
    """Gold entities by what became of them, and the predicted ones that met none.

    `boundary`: found under its label with other bounds; `label`: its bounds, another label;
    `both`: only overlapped by another label; `missed`: nothing there. These four and `right`
    add up to the gold entities; `spurious` are predicted where no gold entity is.
    """

    right: int = 0
    boundary: int = 0
    label: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0


def errors(documents: Iterable[Document], predicted: Predicted) -> dict[str, Errors]:
    """Errors by label: that of the gold entity, or of the spurious one."""
    counts: dict[str, Counter[str]] = {}
    for document, entities in zip(documents, predicted, strict=True):
        for entity, found in _overlaps(document.entities, entities):
            counts.setdefault(entity.label, Counter())[_kind(entity, found)] += 1
        for entity, wanted in _overlaps(entities, document.entities):
            if not wanted:
                counts.setdefault(entity.label, Counter())["spurious"] += 1
    return {label: Errors(**count) for label, count in sorted(counts.items())}


def confusion(documents: Iterable[Document], predicted: Predicted) -> Counter[tuple[str, str]]:
    """Counts of (gold label, predicted label) of entities that overlap, `O` where nothing does.

    A gold entity counts once, with the first that overlaps it best; so do spurious ones.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for document, entities in zip(documents, predicted, strict=True):
        for entity, found in _overlaps(document.entities, entities):
            best = max(found, key=lambda e: _shared(e, entity), default=None)
            counts[entity.label, best.label if best else OUTSIDE] += 1
        for entity, wanted in _overlaps(entities, document.entities):
            counts[OUTSIDE, entity.label] += not wanted
    return +counts


def _shared(one: Entity, other: Entity) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _overlaps(
    entities: Iterable[Entity], others: Iterable[Entity]
) -> Iterator[tuple[Entity, list[Entity]]]:
    """Each entity with the others that it overlaps; both sorted, neither overlapping itself."""
    waiting = sorted(others)
    at = 0
    for entity in sorted(entities):
        while at < len(waiting) and waiting[at].end <= entity.start:
            at += 1
        last = at
        while last < len(waiting) and waiting[last].start < entity.end:
            last += 1
        yield entity, waiting[at:last]


def _kind(gold: Entity, found: Sequence[Entity]) -> str:
    if not found:
        return "missed"
    same_bounds = (found[0].start, found[0].end) == (gold.start, gold.end)
    if any(e.label == gold.label for e in found):
        return "right" if same_bounds else "boundary"
    return "label" if same_bounds else "both"


@dataclass(frozen=True, slots=True)
class Bin:
    """Predicted entities whose scores fall together: how sure they were, how often right."""

    score: float
    precision: float
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error (Naeini et al. 2015) over bins of equal width."""

    ece: float
    bins: tuple[Bin, ...]


def calibration(
    documents: Iterable[Document], predicted: Predicted, bins: int = 10
) -> Calibration | None:
    """How far scores are from being the share of exact entities; `None` without scores."""
    scores: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for document, entities in zip(documents, predicted, strict=True):
        gold = {e.span for e in document.entities}
        for e in entities:
            if e.score is not None:
                scores[min(int(e.score * bins), bins - 1)].append((e.score, e.span in gold))
    filled = [_bin(some) for some in scores if some]
    total = sum(b.count for b in filled)
    if not total:
        return None
    ece = sum(abs(b.score - b.precision) * b.count for b in filled) / total
    return Calibration(ece, tuple(filled))


def _bin(scored: Sequence[tuple[float, bool]]) -> Bin:
    n = len(scored)
    return Bin(sum(s for s, _ in scored) / n, sum(right for _, right in scored) / n, n)


def token_io(documents: Iterable[Document], predicted: Predicted) -> dict[str, Score]:
    """Scores of razdel tokens by label, without regard to bounds: naeval's measure."""
    counts: dict[str, Counter[str]] = {}
    for document, entities in zip(documents, predicted, strict=True):
        tokens = tokenize(document.text)
        for gold, found in zip(
            _labels(tokens, document.entities), _labels(tokens, entities), strict=True
        ):
            for label in {gold, found} - {""}:
                count = counts.setdefault(label, Counter())
                count["gold"] += label == gold
                count["found"] += label == found
                count["right"] += gold == found
    return {
        label: Score(count["right"], count["found"], count["gold"])
        for label, count in sorted(counts.items())
    }


def _labels(tokens: Sequence[Token], entities: Sequence[Entity]) -> Iterator[str]:
    return (tag[2:] for tag in tags(tokens, sorted(entities), "BIO"))
