"""The linter finds faults in annotated corpora, each file by itself and all beside each other."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ner_service.corpora.check import NO_DOCUMENTS
from ner_service.corpora.lint.copies import CopyIndex
from ner_service.corpora.lint.entities import entity_findings
from ner_service.corpora.lint.finding import Fault, Finding, quote
from ner_service.corpora.lint.labels import LabelIndex
from ner_service.corpora.lint.summary import Summary
from ner_service.corpora.lint.texts import text_findings
from ner_service.corpora.report import Kind, ReadReport, cuts_word, split_place
from ner_service.errors import CorpusError
from ner_service.types import Document

REMARKS = {Kind.BROKEN: Fault.UNREADABLE, Kind.REPAIRED_TAG: Fault.STRAY_TAG}
LEFT_TO_OTHERS = (Fault.CUT_WORD, Fault.SHIFTED, Fault.SEVERAL_LABELS)
HELD_OUT = re.compile(r"(?<![a-z])(dev|val|valid|validation|test|eval)(set|[ab])?(?![a-z])")


@dataclass(frozen=True)
class Part:
    """A part is one of the files that are checked together.

    A part that is `held_out` is judged on, so nothing of it may be in the training data. The reader
    fills `reading`, and the linter counts in `checked`.
    """

    name: str
    documents: Iterable[Document]
    held_out: bool = False
    reading: ReadReport = field(default_factory=ReadReport)
    checked: ReadReport = field(default_factory=lambda: ReadReport(samples=0))


def roles(names: Sequence[str]) -> list[bool]:
    """Return which files are held out: by their names, or all but the first if no name says so."""
    files = [re.split(r"[/\\]", name)[-1].lower() for name in names]
    by_name = [bool(HELD_OUT.search(file)) and "train" not in file for file in files]
    return by_name if any(by_name) else [n > 0 for n in range(len(names))]


def check(parts: Sequence[Part], near: bool = True) -> Iterator[Finding]:
    """Yield the findings of each part in order, then those that all parts show together.

    `near` looks for near copies too, which costs about a second for a million characters.
    """
    held_out = [part.held_out for part in parts]
    copies, labels = CopyIndex(held_out, near), LabelIndex(held_out)
    for number, part in enumerate(parts):
        ids: dict[str, str] = {}  # the place of each
        try:
            for document in part.documents:
                yield from _id_findings(document, ids)
                yield from text_findings(document)
                yield from entity_findings(document)
                yield from copies.add(number, document)
                labels.add(number, document)
                _count(document, part.checked)
            if not part.checked.documents and Kind.BROKEN not in _kinds(part.reading):
                yield Finding(Fault.UNREADABLE, part.name, NO_DOCUMENTS)
        except CorpusError as error:
            place, message = split_place(str(error), part.name)
            yield Finding(Fault.UNREADABLE, place, f"{message}; nothing behind this was read")
        yield from _whole_findings(part)
    yield from labels.findings()


def summarise(parts: Sequence[Part]) -> list[str]:
    """Return what the cheap checks saw in two lines, or in none where all is well.

    Left out are cut words, which readers report, and names with several labels: every large corpus
    has some, and they may be meant.
    """
    findings = [f for f in check(parts, near=False) if f.fault not in LEFT_TO_OTHERS]
    if not findings:
        return []
    first = next((f for f in findings if f.fault.is_error), findings[0])
    summary = Summary.of([part.checked for part in parts], findings)
    return [f"{summary}; `ner-service corpora check` shows them", f"for example {first}"]


def _id_findings(document: Document, places: dict[str, str]) -> Iterator[Finding]:
    """Yield that another document of the same file has the id of this one; remember its place."""
    other = places.setdefault(document.id, document.place)
    if other != document.place:
        yield Finding(
            Fault.SAME_ID, document.place, f"the id {quote(document.id)} is that of {other}"
        )


def _count(document: Document, report: ReadReport) -> None:
    report.documents += 1
    for entity in document.entities:
        report.labels[entity.label] += 1
        if cuts_word(document.text, entity.start, entity.end):
            report.note_cut_word(
                document.text, entity.start, entity.end, document.place, entity.label
            )


def _kinds(report: ReadReport) -> set[Kind]:
    return {remark.kind for remark in report.remarks}


def _whole_findings(part: Part) -> Iterator[Finding]:
    """Yield what shows once a part has been read."""
    for remark in part.reading.remarks:
        if remark.kind is not Kind.CUT_WORD:  # which the entities' own check has found
            fault = REMARKS.get(remark.kind, Fault.READING)
            yield Finding(fault, remark.place, remark.message)
    if part.checked.documents and not part.checked.entities:
        yield Finding(Fault.NO_ENTITIES, part.name, "holds no entities")
    if part.checked.hint:
        yield Finding(Fault.SHIFTED, part.name, part.checked.hint)
