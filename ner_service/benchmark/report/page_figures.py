"""The figures that the service's page shows beside its taggers, made from the results."""

import json
from pathlib import Path
from typing import Any

from ner_service.benchmark.comparison import CHARS, Findings
from ner_service.benchmark.report.tables import machine
from ner_service.benchmark.results import Http, Quality, Record, Speed, Store
from ner_service.errors import ConfigError
from ner_service.files import atomic_file, read_text


def update(store: Store, path: Path, check: bool) -> None:
    """Writes the figures, or raises `ConfigError` where they are not those there."""
    new = json.dumps(figures(store), ensure_ascii=False, indent=2) + "\n"
    if check and read_text(path) != new:
        raise ConfigError(f"{path}: its figures are not the results': python -m benchmarks page")
    with atomic_file(path) as file:
        file.write(new.encode())


def figures(store: Store) -> dict[str, Any]:
    """The figures of all weights that have a hash; docs/page.md says what is what."""
    findings = Findings(store)
    documents = {q.corpus: q.documents for q in findings.qualities}
    found = [record for record in findings.current if identity(record)[1]]
    return {
        "machine": machine(findings) if found else None,
        "corpora": [{"name": name, "documents": documents[name]} for name in findings.corpora],
        "taggers": [
            tagger(store, [r for r in found if r.key["tagger"] == wanted], findings)
            for name in findings.taggers
            for wanted in dict.fromkeys(r.key["tagger"] for r in found if r.result.tagger == name)
        ],
    }


def identity(record: Record[Quality]) -> tuple[str, str]:
    """The version and the first digits of the hash of the weights that were measured."""
    version = record.result.version
    return version, record.key["tagger"].removeprefix(version).strip()


def tagger(store: Store, records: list[Record[Quality]], findings: Findings) -> dict[str, Any]:
    """What was measured of the weights that these records are of."""
    name = records[0].result.tagger
    version, hash = identity(records[0])
    qualities = {record.result.corpus: record.result for record in records}
    return {
        "name": name,
        "version": version,
        "hash": hash,
        "f1": {c: f1(qualities[c]) for c in findings.corpora if c in qualities},
        "tokens_per_s": speed(findings.timings, name, records[0].key["tagger"]),
        "latency_ms": latency(store.all(Http), name, records[0].key["tagger"]),
    }


def f1(quality: Quality) -> dict[str, float]:
    """F1 over all labels, and of each."""
    labels = {label: round(rate.f1, 4) for label, rate in quality.labels.items()}
    return {"micro": round(quality.micro.f1, 4), **labels}


def speed(records: list[Record[Speed]], name: str, weights: str) -> int | None:
    """Tokens a second, one text a call on one core, of these very weights."""
    costs = [
        cost
        for record in records
        if record.key.get(name) == weights
        for cost in record.result.costs
        if cost.tagger == name
    ]
    return round(costs[0].single.median) if costs else None


def latency(records: list[Record[Http]], name: str, weights: str) -> float | None:
    """The median time of a text of `CHARS` characters over HTTP for a user alone, in ms."""
    steps = [
        step
        for record in records
        if record.result.server == name and record.key.get("tagger") == weights
        for step in record.result.steps
        if (step.chars, step.users) == (CHARS, 1)
    ]
    return round(steps[0].p50_ms, 2) if steps else None
