"""F1 of whole entities by seqeval's strict mode, and F1 of tokens as naeval measures it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from ner_service.errors import MissingExtra
from ner_service.labels import map_labels, tags
from ner_service.scoring.significance import counts
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document, Entity

Predicted = Sequence[Sequence[Entity]]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right, predicted and gold items, and the rates that follow from them."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Returns the share of predicted items that are right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Returns the share of gold items that are found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Returns the harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 2 * self.right / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1 as seqeval returns them; `gold` counts the gold entities."""

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
    """Counts entities with equal bounds and label; the F1 equals the F1 of `strict`."""
    return Score(*counts(documents, predicted).sum(0).tolist())


def exact_by_label(documents: Iterable[Document], predicted: Predicted) -> dict[str, Score]:
    """Counts as `exact` does, for each label that is gold or predicted."""
    right, given, gold = Counter[str](), Counter[str](), Counter[str]()
    for document, entities in zip(documents, predicted, strict=True):
        wanted, answers = (Counter(e.span for e in some) for some in (document.entities, entities))
        gold.update(label for _, _, label in wanted.elements())
        given.update(label for _, _, label in answers.elements())
        right.update(label for _, _, label in (wanted & answers).elements())
    labels = sorted({*gold, *given})
    return {label: Score(right[label], given[label], gold[label]) for label in labels}


def check_seqeval() -> None:
    """Raise `MissingExtra` without seqeval, before taggers begin what it is to score."""
    if find_spec("seqeval") is None:
        raise MissingExtra("scoring (no seqeval)", "eval")


def strict(documents: Sequence[Document], predicted: Predicted) -> Report:
    """Scores entities by seqeval (strict, IOB2) over `grid`; raises `MissingExtra` without it."""
    check_seqeval()
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    everything = [e for d in documents for e in d.entities] + [e for es in predicted for e in es]
    names = sorted({e.label for e in everything})
    if not names:
        return Report(Rates(0.0, 0.0, 0.0, 0), {})  # seqeval refuses to score nothing
    neutral = {name: f"L{n:04}" for n, name in enumerate(names)}  # seqeval cuts hyphens off
    gold_tags, predicted_tags = [], []
    for document, entities in zip(documents, predicted, strict=True):
        wanted, given = map_labels(document.entities, neutral), map_labels(entities, neutral)
        pieces = grid(document.text, [*wanted, *given])
        gold_tags.append(tags(pieces, wanted, "BIO"))
        predicted_tags.append(tags(pieces, given, "BIO"))
    rows = classification_report(
        gold_tags, predicted_tags, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    labels = {name: _rates(rows[neutral[name]]) for name in names}
    return Report(_rates(rows["micro avg"]), labels)


def _rates(row: Mapping[str, Any]) -> Rates:
    return Rates(
        float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"])
    )


def grid(text: str, entities: Iterable[Entity]) -> list[Token]:
    """Cuts the text at the bounds of every token and every entity; keeps the white space."""
    cuts = {at for token in tokenize(text) for at in (token.start, token.end)}
    cuts |= {at for entity in entities for at in (entity.start, entity.end)}
    cuts |= {0, len(text)}
    return [Token(start, end, text[start:end]) for start, end in pairwise(sorted(cuts))]


def token_io(documents: Iterable[Document], predicted: Predicted) -> dict[str, Score]:
    """Scores razdel's tokens by label, without regard to bounds of entities, as naeval does."""
    right, given, gold = Counter[str](), Counter[str](), Counter[str]()
    for document, entities in zip(documents, predicted, strict=True):
        tokens = tokenize(document.text)
        answers = [tag[2:] for tag in tags(tokens, sorted(entities), "BIO")]
        wanted = [tag[2:] for tag in tags(tokens, sorted(document.entities), "BIO")]
        given.update(answers)
        gold.update(wanted)
        right.update(a for a, b in zip(answers, wanted, strict=True) if a == b)
    labels = sorted({*gold, *given} - {""})
    return {label: Score(right[label], given[label], gold[label]) for label in labels}
