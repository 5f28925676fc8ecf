"""The library is the front door for programs: taggers by spec, and texts that show themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, overload

from ner_service.taggers.registry import load_tagger
from ner_service.turns import Turn
from ner_service.types import Document, Entity, Tagger, TaggerInfo

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser

AHEAD = 64  # texts of an iterator that are tagged in one go
SHOWN_CHARS = 60  # of a text, in its `repr`


@dataclass(frozen=True, slots=True, order=True)
class TextEntity(Entity):
    """A text entity is an entity with the very characters that it spans.

    Its `normal` and `parts` are `None` until `TaggedDocument.normal` is called, and where unsure.
    """

    text: str = field(default="", compare=False)

    def __repr__(self) -> str:
        """Return the label, the characters, the bounds, and the base form where it is known."""
        normal = "" if self.normal is None else f" → {self.normal!r}"
        return f"<{self.label} {self.text!r} {self.start}:{self.end}{normal}>"


@dataclass(frozen=True, slots=True, repr=False)
class TaggedDocument(Document):
    """A tagged document is a text with what a tagger found in it; it iterates over its entities."""

    entities: tuple[TextEntity, ...] = ()

    @classmethod
    def of(cls, document: Document, entities: Iterable[Entity]) -> "TaggedDocument":
        """Return a document with entities that know their text."""
        text = document.text
        spans = (
            TextEntity(*e.span, e.score, e.normal, e.parts, e.sources, text[e.start : e.end])
            for e in entities
        )
        return cls(
            document.id,
            text,
            tuple(spans),
            document.fields,
            document.place,
            is_null=document.is_null,
        )

    def normal(self) -> "TaggedDocument":
        """Return the document with base forms, parts of persons' names, and joined mentions.

        What analyses names is loaded at the first call, in about a second.
        """
        from ner_service.names.annotation import annotate

        return annotate(self, load_analyser().analyse(self.text, self.entities))

    def __iter__(self) -> Iterator[TextEntity]:
        """Iterate over the entities."""
        return iter(self.entities)

    def __len__(self) -> int:
        """Return the number of entities."""
        return len(self.entities)

    def __bool__(self) -> bool:
        """Return true, also where nothing was found."""
        return True

    def __getitem__(self, index: int) -> TextEntity:
        """Return the entity of that number."""
        return self.entities[index]

    def __repr__(self) -> str:
        """Return the beginning of the text, and the entities."""
        text = self.text if len(self.text) <= SHOWN_CHARS else self.text[:SHOWN_CHARS] + "…"
        return f"TaggedDocument({text!r}, {list(self.entities)})"

    def to_dict(self) -> dict[str, object]:
        """Return the object that `ner-service tag` writes as a line, without an empty id."""
        from ner_service.corpora.formats import jsonl, tables

        record = jsonl.record_of(self, tables.entities_of(self))
        return record if self.id else {k: v for k, v in record.items() if k != "id" or v}

    def _repr_html_(self) -> str:
        """Return the marked text as a notebook shows it."""
        from ner_service.output import html

        return html.fragment(self)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A recogniser tags a text, a list of texts, or as many texts as an iterator yields.

    Threads may share it, and take turns: a tagger keeps caches of words. To use several cores, load
    one in each process.
    """

    tagger: Tagger
    _turn: Turn = field(default_factory=Turn, repr=False, compare=False)

    @property
    def info(self) -> TaggerInfo:
        """Return the tagger's name, labels, languages and conventions."""
        return self.tagger.info

    @overload
    def tag(self, texts: str) -> TaggedDocument: ...  # type: ignore[overload-overlap]
    @overload
    def tag(self, texts: Sequence[str]) -> list[TaggedDocument]: ...  # type: ignore[overload-overlap]
    @overload
    def tag(self, texts: Iterable[str]) -> Iterator[TaggedDocument]: ...

    def tag(
        self, texts: str | Iterable[str]
    ) -> TaggedDocument | list[TaggedDocument] | Iterator[TaggedDocument]:
        """Return a document for a text, a list for a list, and an iterator for an iterator.

        An iterator is read 64 texts ahead. What is no text raises `TypeError` with its place.
        """
        if isinstance(texts, str):
            return self._tag([Document("", texts)])[0]
        if isinstance(texts, bytes | bytearray | Mapping) or hasattr(texts, "columns"):
            raise TypeError(f"texts: is {type(texts).__name__}: give the texts in it, as str")
        if isinstance(texts, Sequence):
            return self._tag([_document(text, n) for n, text in enumerate(texts)])
        return self._tag_ahead(_document(text, n) for n, text in enumerate(texts))

    def tag_file(self, path: str | Path) -> Iterator[TaggedDocument]:
        """Yield the documents of a file, read by its ending as `ner-service tag` reads it.

        JSON lines, CSV and Parquet have a text each record, whose other fields stay in `fields`,
        its id among them; a text that is null is empty, and `is_null` says so. Any other file is
        one text. Raises `CorpusError` where the file cannot be read.
        """
        from ner_service.corpora.texts import InputFormat, read_texts

        return self._tag_ahead(read_texts(Path(path), InputFormat.auto))

    def _tag_ahead(self, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
        rest = iter(documents)
        for first in rest:
            yield from self._tag(list(chain([first], islice(rest, AHEAD - 1))))

    def _tag(self, documents: list[Document]) -> list[TaggedDocument]:
        with self._turn:
            answers = self.tagger.tag([document.text for document in documents])
        return [TaggedDocument.of(d, found) for d, found in zip(documents, answers, strict=True)]


def load(spec: str) -> Recogniser:
    """Load a tagger by its spec: `natasha`, `spacy`, `bilstm`, or one of `ner-service taggers`.

    Raises `UnknownTagger` or `ModelError` where there is no such tagger or model, and
    `MissingExtra` where its library is not installed.
    """
    if not isinstance(spec, str):
        raise TypeError(f"spec: is {type(spec).__name__}, and should be str, such as 'bilstm'")
    return Recogniser(load_tagger(spec))


@cache
def load_analyser() -> "Analyser":
    """Load what analyses names, once in a process."""
    from ner_service.names.analyser import Analyser

    return Analyser()


def _document(text: object, number: int) -> Document:
    if not isinstance(text, str):
        raise TypeError(f"texts[{number}]: is {type(text).__name__}, and should be str")
    return Document("", text)
