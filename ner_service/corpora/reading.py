"""A reading is one pass over a corpus: its options, and the report that it fills."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ner_service.corpora.check import (
    Overlap,
    check_apart,
    check_bounds,
    check_text,
    choose_apart,
    sort_entities,
    trim,
)
from ner_service.corpora.report import Kind, ReadReport, cuts_word, split_place
from ner_service.errors import ConfigError, CorpusError
from ner_service.labels import map_labels
from ner_service.types import Document, Entity


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Read options say what a file does not say of itself.

    `format` is the name of a format, else the file's name tells it. `columns` are two names or
    numbers (from 1) with a comma: those of text and entities, or of token and tag. `names` are the
    labels, or the tags, that numbers stand for. `annotator` chooses among several annotations of
    a text: `last`, `predictions`, or who made it. `lenient` lets a stray `I-` begin an entity.
    """

    format: str = ""
    columns: str = ""
    overlap: Overlap = "error"
    lenient: bool = False
    names: tuple[str, ...] = ()
    annotator: str = ""

    def column_pair(self) -> tuple[str, str]:
        """Return both columns, empty where the option does not name them."""
        if not self.columns:
            return "", ""
        first, _, second = (part.strip() for part in self.columns.partition(","))
        if not first or not second or "," in second:
            raise ConfigError(
                f"columns {self.columns}: give two with a comma, such as text,entities or 1,4"
            )
        return first, second


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading takes in what a format finds, document by document.

    A `raw` reading is for the linter: it leaves entities as they are, right or wrong, and goes on
    behind a record that cannot be read, where the format lets it.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    options: ReadOptions = field(default_factory=ReadOptions)
    report: ReadReport = field(default_factory=ReadReport)
    raw: bool = False

    def document(
        self,
        id: str,
        text: str,
        entities: Iterable[Entity],
        place: str,
        fields: Mapping[str, object] | None = None,
    ) -> Document:
        """Return the document with its entities checked, mapped, trimmed and apart.

        Raises `CorpusError`, which begins with `place`.
        """
        found = [
            e if e.label == e.label.strip() else replace(e, label=e.label.strip()) for e in entities
        ]
        if unnamed := next((e for e in found if not e.label), None):
            raise CorpusError(
                f"{place}: {unnamed.start}:{unnamed.end} has no label; name or drop it"
            )
        self.report.given.update(entity.label for entity in found)
        mapped = list(map_labels(found, self.labels))
        kept = mapped if self.raw else self._mend(mapped, text, place)
        self.report.documents += 1
        self.report.labels.update(entity.label for entity in kept)
        return Document(check_text(id, f"{place}: id"), text, tuple(kept), fields or {}, place)

    @contextmanager
    def record(self, place: str) -> Iterator[None]:
        """Hold the reading of one record: a raw reading reports its error, and others raise it."""
        try:
            yield
        except CorpusError as error:
            if not self.raw:
                raise
            self.report.remark(Kind.BROKEN, *split_place(str(error), place))

    def leave_out(self, place: str, why: str) -> None:
        """Report a record that is left out."""
        self.report.remark(Kind.LEFT_OUT, place, why)

    def _mend(self, entities: list[Entity], text: str, place: str) -> list[Entity]:
        """Return the entities trimmed and apart."""
        inside = check_bounds(entities, text, place)
        trimmed = sort_entities(self._trim(entity, text, place) for entity in inside)
        return self._choose_apart(trimmed, place)

    def _trim(self, entity: Entity, text: str, place: str) -> Entity:
        trimmed = trim(entity, text)
        if trimmed is not entity:
            surface = text[entity.start : entity.end]
            message = f"{entity.start}:{entity.end} {entity.label} {surface!r}"
            self.report.remark(Kind.TRIMMED, place, message)
        if cuts_word(text, trimmed.start, trimmed.end):
            self.report.note_cut_word(text, entity.start, entity.end, place, entity.label)
        return trimmed

    def _choose_apart(self, ordered: list[Entity], place: str) -> list[Entity]:
        if self.options.overlap == "error":
            check_apart(ordered, place)
            return ordered
        kept, dropped = choose_apart(ordered, self.options.overlap)
        for entity in dropped:
            message = f"{entity.start}:{entity.end} {entity.label}"
            self.report.remark(Kind.OVERLAP, place, message)
        return kept
