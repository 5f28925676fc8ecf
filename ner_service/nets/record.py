"""The record in a model folder of where the model comes from, which the model card shows."""

from collections.abc import Sequence
from typing import Any, TypedDict


class CorpusRecord(TypedDict):
    """A corpus that taught or judged a model: how it was read, its hash and its size."""

    path: str
    convention: str
    weight: float
    labels: dict[str, str]
    relabel: dict[str, str]
    split_parentheses: bool
    outside: str
    sha256: str
    documents: int
    entities: int


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


class AverageRecord(TypedDict):
    """The hashes of two averaged models and the share of the second."""

    before: str
    after: str
    share: float


ModelRecord = TypedDict(
    "ModelRecord",
    {
        "name": str,
        "version": str,
        "languages": Sequence[str],
        "data": list[CorpusRecord],
        "dev": list[CorpusRecord],
        "config": dict[str, Any],
        "averaged": AverageRecord,
        "from": "ModelRecord | str | None",
        "sha256": str,
        "history": list[dict[str, float]],
        "scores": list[ScoreRecord],
    },
    total=False,
)
