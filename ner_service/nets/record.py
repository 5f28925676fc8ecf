"""The record in a model folder of where the model comes from, which the model card shows."""

from collections.abc import Sequence
from typing import Any, TypedDict


class RatesRecord(TypedDict):
    """Strict precision, recall and F1, and the number of gold entities."""

    precision: float
    recall: float
    f1: float
    gold: int


class ScoreRecord(TypedDict):
    """The scores of a model on one corpus; `confusion` counts (gold, predicted) labels."""

    corpus: str
    sha256: str
    documents: int
    micro: RatesRecord
    labels: dict[str, RatesRecord]
    ece: float | None
    confusion: Sequence[Sequence[str | int]]


CorpusRecord = dict[str, Any]  # the keys of a source in a training file, and its hash and size
ModelRecord = TypedDict(
    "ModelRecord",
    {
        "name": str,
        "version": str,
        "languages": Sequence[str],
        "data": list[CorpusRecord],
        "dev": list[CorpusRecord],
        "config": dict[str, Any],
        "averaged": dict[str, str | float],  # the hashes before and after, and the share of after
        "from": "ModelRecord | str | None",
        "sha256": str,
        "history": list[dict[str, float]],
        "scores": list[ScoreRecord],
    },
    total=False,
)
