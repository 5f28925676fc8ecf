"""Kinds of text are scored apart, since one F1 hides the kind that a tagger fails on.

A document says its kind in a field `kind`: contract, chat, form. The worst kind is the one of the
lowest F1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ner_service.scoring.significance import Counts, f1_of, interval
from ner_service.types import Document

FIELD = "kind"
MOST = 100  # kinds; a field of more values names documents rather than kinds


@dataclass(frozen=True, slots=True)
class KindScore:
    """Strict scores on the documents of one kind, with the 95% bootstrap interval of F1."""

    documents: int
    gold: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float


def score_kinds(
    documents: Sequence[Document], by_document: Counts, seed: int
) -> dict[str, KindScore]:
    """Score each kind by its documents' counts, the worst kind first.

    A kind without gold entities has no score. The result is empty where no document says its kind.
    """
    places: dict[str, list[int]] = {}
    for at, document in enumerate(documents):
        kind = document.fields.get(FIELD)
        if isinstance(kind, str) and kind.strip():
            places.setdefault(kind.strip(), []).append(at)
    if len(places) > MOST:
        return {}
    counts = {kind: by_document[np.array(at)] for kind, at in places.items()}
    scores = {k: _score(rows, seed) for k, rows in counts.items() if rows[:, 2].any()}
    return dict(sorted(scores.items(), key=lambda item: (item[1].f1, item[0])))


def _score(counts: Counts, seed: int) -> KindScore:
    right, predicted, gold = (int(count) for count in counts.sum(0))
    return KindScore(
        documents=len(counts),
        gold=gold,
        precision=right / predicted if predicted else 0.0,
        recall=right / gold,
        f1=float(f1_of(counts.sum(0))),
        **dict(zip(("low", "high"), interval(counts, seed), strict=True)),
    )


def worst_of(kinds: Mapping[str, KindScore]) -> str:
    """Return the kind of the lowest F1, the first by name of several; there must be one."""
    return min(kinds, key=lambda kind: (kinds[kind].f1, kind))
