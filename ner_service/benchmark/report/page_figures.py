"""The service's page shows figures beside its taggers, which are made from the results."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ner_service.benchmark.comparison import Results
from ner_service.benchmark.parts import read_results
from ner_service.benchmark.parts.http import Latency
from ner_service.benchmark.parts.quality import Accuracy, Quality
from ner_service.benchmark.parts.speed import Costs
from ner_service.benchmark.report.rendering import render_table
from ner_service.benchmark.results import Record, Store
from ner_service.errors import ConfigError
from ner_service.files import read_text, replacing


def update(store: Store, path: Path, check: bool) -> None:
    """Writes the figures; to check is to raise `ConfigError` where they are out of date."""
    new = json.dumps(figures(store), ensure_ascii=False, indent=2) + "\n"
    if not check:
        with replacing(path) as file:
            file.write(new.encode())
    elif read_text(path) != new:
        raise ConfigError(f"{path}: is not of these results: run `python -m benchmarks page`")


def figures(store: Store) -> dict[str, Any]:
    """Returns the figures of all weights that have a hash, as docs/page.md describes them."""
    results = read_results(store)
    accuracy = results.view(Accuracy)
    weights: dict[tuple[str, str], list[Record[Quality]]] = {}
    for record in sorted(accuracy.records, key=lambda r: results.place(r.result.tagger)):
        if _hash(record):
            weights.setdefault((record.result.tagger, record.key["tagger"]), []).append(record)
    documents = {q.corpus: q.documents for q in accuracy.qualities}
    return {
        "machine": render_table(store, "machine") if weights else None,
        "corpora": [{"name": name, "documents": documents[name]} for name in accuracy.corpora],
        "taggers": [_tagger(results, *key, records) for key, records in weights.items()],
    }


def _hash(record: Record[Quality]) -> str:
    """Returns the first digits of the hash of the weights that were measured."""
    return record.key["tagger"].removeprefix(record.result.version).strip()


def _tagger(
    results: Results, name: str, identity: str, records: Sequence[Record[Quality]]
) -> dict[str, Any]:
    """Returns the figures of the weights that these records are of."""
    qualities = {record.result.corpus: record.result for record in records}
    latency = results.view(Latency).median_ms(name, identity)
    rate = results.view(Costs).tokens_per_second(name, identity)
    return {
        "name": name,
        "version": records[0].result.version,
        "hash": _hash(records[0]),
        "f1": {c: _f1(qualities[c]) for c in results.view(Accuracy).corpora if c in qualities},
        "tokens_per_s": None if rate is None else round(rate),
        "latency_ms": None if latency is None else round(latency, 2),
    }


def _f1(quality: Quality) -> dict[str, float]:
    """Returns F1 over all labels, and of each label."""
    labels = {label: round(rates.f1, 4) for label, rates in quality.labels.items()}
    return {"micro": round(quality.micro.f1, 4), **labels}
