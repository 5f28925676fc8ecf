"""A summary counts what was checked, and what was found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from ner_service.corpora.lint.finding import Fault, Finding
from ner_service.corpora.report import ReadReport


@dataclass(frozen=True)
class Summary:
    """A summary has the findings of each fault, the errors first, and what was read in all."""

    files: int
    documents: int
    entities: int
    errors: int
    warnings: int
    faults: dict[Fault, int] = field(default_factory=dict)

    @classmethod
    def of(cls, reports: Sequence[ReadReport], findings: Iterable[Finding]) -> "Summary":
        """Return the summary of a check."""
        counts = Counter(finding.fault for finding in findings)
        errors = sum(n for fault, n in counts.items() if fault.is_error)
        return cls(
            len(reports),
            sum(report.documents for report in reports),
            sum(report.entities for report in reports),
            errors,
            counts.total() - errors,
            {fault: counts[fault] for fault in Fault if counts[fault]},
        )

    def as_json(self) -> dict[str, object]:
        """Return the summary for programs."""
        faults = {fault.value: n for fault, n in self.faults.items()}
        return {"summary": asdict(self) | {"faults": faults}}

    def __str__(self) -> str:
        nouns = ("file", "document", "entit", "error", "warning")
        numbers = (self.files, self.documents, self.entities, self.errors, self.warnings)
        counted = [_count(n, noun) for n, noun in zip(numbers, nouns, strict=True)]
        faults = ", ".join(f"{fault.counted} {n}" for fault, n in self.faults.items())
        line = f"{', '.join(counted[:3])}: {', '.join(counted[3:])}"
        return f"{line}; {faults}" if faults else line


def _count(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or the plural."""
    endings = ("y", "ies") if noun == "entit" else ("", "s")
    return f"{number} {noun}{endings[number != 1]}"
