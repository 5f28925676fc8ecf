"""A comparison has the figures of several systems on one corpus, the best system first."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ner_service.explore.comparison.system import System
from ner_service.scoring import Assessment, assess
from ner_service.scoring.f1 import Score
from ner_service.scoring.significance import p_value
from ner_service.scoring.slices import score_slices
from ner_service.text.tokens import tokenize
from ner_service.types import Document, Entity

SEED = 0  # of the tests, so that the same answers give the same table
SEEN, UNSEEN = "seen", "unseen"
LENGTHS = ("1 token", "2 tokens", "3 or more")
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Figures:
    """Figures of one system; `p` says how often chance makes so large a distance to the best one.

    It is a two-sided paired test over documents, by Holm's method for so many comparisons (Holm
    1979); the best one has none.
    """

    system: System
    assessment: Assessment
    p: float | None
    by_seen: Mapping[str, Score]  # empty without training data
    by_length: Mapping[str, Score]

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return {
            "system": self.system.name,
            "strict": asdict(self.assessment.micro),
            "labels": {name: asdict(rates) for name, rates in self.assessment.labels.items()},
            "p_against_best": self.p,
            "seen": {name: _score(score) for name, score in self.by_seen.items()},
            "length": {name: _score(score) for name, score in self.by_length.items()},
            "tokens_per_s": self.system.tokens_s,
            "megabytes": self.system.megabytes,
            "training_s": self.system.train_s,
            "cost_usd": self.system.cost,
        }


def compare(
    documents: Sequence[Document], systems: Sequence[System], training: Sequence[Document]
) -> list[Figures]:
    """Return the figures of all systems, the best first; `training` says which names are seen.

    Only labels that the corpus has count.
    """
    labels = {entity.label for document in documents for entity in document.entities}
    known = {_surface(document, entity) for document in training for entity in document.entities}
    assessed = [(system, assess(documents, system.entities, labels)) for system in systems]
    assessed.sort(key=lambda pair: -pair[1].micro.f1)
    best = assessed[0][1]
    values = [p_value(best.by_document, other.by_document, SEED) for _, other in assessed[1:]]
    adjusted = [None, *adjust(values)]

    def figures(system: System, assessment: Assessment, p: float | None) -> Figures:
        kept = [[e for e in entities if e.label in labels] for entities in system.entities]
        seen = score_slices(documents, kept, seen_slice(known)) if training else {}
        return Figures(system, assessment, p, seen, score_slices(documents, kept, length_slice))

    return [figures(*pair, p) for pair, p in zip(assessed, adjusted, strict=True)]


def adjust(values: Sequence[float]) -> list[float]:
    """Return p values by Holm's method: the least times their number, the next times one less."""
    adjusted, greatest = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda n: values[n])):
        greatest = max(greatest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = greatest
    return adjusted


def seen_slice(known: Set[str]) -> Callable[[Document, Entity], str]:
    """Return what tells names that training has, in any case of letters, from others."""
    return lambda document, entity: SEEN if _surface(document, entity) in known else UNSEEN


def length_slice(document: Document, entity: Entity) -> str:
    """Return which length an entity has."""
    tokens = len(tokenize(document.text[entity.start : entity.end]))
    return LENGTHS[min(tokens, len(LENGTHS)) - 1]


def _surface(document: Document, entity: Entity) -> str:
    return " ".join(document.text[entity.start : entity.end].casefold().split())


def _score(score: Score) -> dict[str, float]:
    return {
        "precision": score.precision, "recall": score.recall, "f1": score.f1, "gold": score.gold
    }  # fmt: skip
