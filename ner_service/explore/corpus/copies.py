"""Copies and near copies of documents are counted, within a file and between files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ner_service.corpora import lint
from ner_service.corpora.lint.finding import Fault
from ner_service.explore.corpus.sample import Sample

KINDS = (Fault.LEAK, Fault.COPY, Fault.NEAR_COPY)
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Copies:
    """Counts of copied documents by kind, and where the first ones are.

    `leak` counts texts that a held-out file shares with another file, `copy` texts that come twice
    otherwise, and `near_copy` texts that nearly come twice.
    """

    leak: int
    copy: int
    near_copy: int
    examples: tuple[str, ...]


def count_copies(samples: Sequence[Sample]) -> Copies:
    """Return the copies among the documents that were drawn."""
    parts = [
        lint.Part(sample.name, [each.document for each in sample.drawn], sample.is_held_out)
        for sample in samples
    ]
    findings = [finding for finding in lint.check(parts) if finding.fault in KINDS]
    counts = Counter(finding.fault for finding in findings)
    findings.sort(key=lambda finding: KINDS.index(finding.fault))
    examples = tuple(f"{finding.place}: {finding.message}" for finding in findings[:EXAMPLES])
    return Copies(counts[Fault.LEAK], counts[Fault.COPY], counts[Fault.NEAR_COPY], examples)
