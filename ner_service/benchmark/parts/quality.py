"""Accuracy of a tagger on a corpus, and the check of the harness itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ner_service.benchmark.results import (
    ErrorCounts,
    Quality,
    Rate,
    Reliability,
    ReliabilityBin,
    SelfCheck,
)
from ner_service.benchmark.texts import Corpus, here, load_corpus
from ner_service.labels import map_labels
from ner_service.scoring.calibration import calibration_of
from ner_service.scoring.errors import count_errors
from ner_service.scoring.f1 import Predicted, Rates, exact, strict, token_io
from ner_service.scoring.significance import counts, f1_of, interval
from ner_service.types import Document, Tagger

# naeval's figures for slovnet, which natasha ships, on factRuEval dev and test together
PUBLISHED = {"PER": 0.959, "LOC": 0.915, "ORG": 0.825}
FACTRUEVAL = ("factru_devset", "factru_testset")
SLICE = 32


def predict(tagger: Tagger, documents: Sequence[Document], mapping: Mapping[str, str]) -> Predicted:
    """A tagger's entities for each document, their labels mapped as the corpus's are."""
    found = []
    for at in range(0, len(documents), SLICE):
        texts = [d.text for d in documents[at : at + SLICE]]
        found += [map_labels(entities, mapping) for entities in tagger.tag(texts)]
    return found


def measure(
    corpus: Corpus, spec: str, tagger: Tagger, mapping: Mapping[str, str], seed: int
) -> Quality:
    """Everything that is known of a tagger's answers to a corpus."""
    documents = corpus.documents
    predicted = predict(tagger, documents, mapping)
    known = {mapping.get(label, label) for label in tagger.info.labels} - {""}
    shared = corpus.labels & known
    gold, found = only(documents, predicted, shared)
    report = strict(gold, found)
    by_document = counts(gold, found, shared)
    micro = _rate(report.micro, gold, found, shared, seed)
    if abs(f1_of(by_document.sum(0)) - micro.f1) > 1e-9:
        raise AssertionError(f"{spec} on {corpus.name}: seqeval and exact spans differ")
    wanted = Counter(e.label for d in documents for e in d.entities)
    given = Counter(e.label for entities in predicted for e in entities)
    return Quality(
        corpus=corpus.name,
        ours=corpus.ours,
        tagger=spec,
        version=tagger.info.version,
        documents=len(documents),
        labels={k: _rate(report.labels[k], gold, found, {k}, seed) for k in sorted(shared)},
        micro=micro,
        micro_all=exact(documents, predicted).f1,
        unknown={label: n for label, n in sorted(wanted.items()) if label not in known},
        foreign={label: n for label, n in sorted(given.items()) if label not in corpus.labels},
        errors={k: ErrorCounts(**asdict(e)) for k, e in count_errors(gold, found).items()},
        token_io={k: s.f1 for k, s in token_io(gold, found).items()},
        reliability=_reliability(gold, found),
        score_kind=tagger.info.score_kind,
        by_document=[(int(a), int(b), int(c)) for a, b, c in by_document],
    )


def only(
    documents: Sequence[Document], predicted: Predicted, labels: set[str]
) -> tuple[list[Document], Predicted]:
    """Gold and predicted entities of some labels."""
    gold = [
        replace(d, entities=tuple(e for e in d.entities if e.label in labels)) for d in documents
    ]
    return gold, [[e for e in entities if e.label in labels] for entities in predicted]


def _reliability(gold: Sequence[Document], found: Predicted) -> Reliability | None:
    judged = calibration_of(gold, found)
    if judged is None:
        return None
    return Reliability(ece=judged.ece, bins=[ReliabilityBin(**asdict(b)) for b in judged.bins])


def _rate(
    rates: Rates,
    gold: Sequence[Document],
    found: Predicted,
    labels: set[str],
    seed: int,
) -> Rate:
    low, high = interval(counts(gold, found, labels), seed)
    return Rate(**asdict(rates), low=low, high=high)


def check(adapter: Tagger, library: Tagger, own: Corpus, root: Path | None) -> SelfCheck:
    """Holds the natasha adapter to naeval's figures where factRuEval is here, and to natasha.

    The figures catch a harness that counts wrongly; the comparison with the library called
    directly, on any machine, catches an adapter that moves offsets.
    """
    texts = [d.text for d in own.documents]
    answers = zip(adapter.tag(texts), library.tag(texts), strict=True)
    same = sum([e.span for e in a] == [e.span for e in b] for a, b in answers)
    return SelfCheck(
        published=PUBLISHED,
        measured=_token_io(adapter, root),
        same_documents=same,
        documents=len(texts),
    )


def _token_io(tagger: Tagger, root: Path | None) -> dict[str, float] | None:
    if not all(here(part, root) for part in FACTRUEVAL):
        return None
    documents = [d for part in FACTRUEVAL for d in load_corpus(part, root, {}).documents]
    scores = token_io(documents, predict(tagger, documents, {}))
    return {label: score.f1 for label, score in scores.items()}
