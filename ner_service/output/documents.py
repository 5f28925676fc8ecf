"""Tagged documents for people and for other programs: the formats of corpora, and a few more."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Protocol

import orjson

from ner_service.corpora.formats import jsonl, labelstudio, tables
from ner_service.corpora.formats.format import FORMATS as CORPUS_FORMATS
from ner_service.corpora.formats.format import Streamable
from ner_service.corpora.forms.json_text import dump
from ner_service.output import html
from ner_service.output.terminal import show
from ner_service.types import Document, Parts


class Writer(Protocol):
    """A writer yields tagged documents as text; `model` is the name of what tagged them."""

    def __call__(self, documents: Iterable[Document], model: str = "") -> Iterator[str]:
        """Yield the documents, in parts."""


def as_jsonl(documents: Iterable[Document], model: str = "") -> Iterator[str]:
    """Yield a document a line, with the other fields of its input and the text of each entity."""
    for document in documents:
        record = jsonl.record_of(document, tables.entities_of(document))
        yield dump(record, document.place).decode() + "\n"


def as_predictions(documents: Iterable[Document], model: str = "") -> Iterator[str]:
    """Yield Label Studio's tasks with predictions, which annotators begin from, in one part."""
    yield from labelstudio.predictions(documents, model)


def as_spacy(documents: Iterable[Document], model: str = "") -> Iterator[str]:
    """Yield a document a line as spaCy's training pair: the text, and its entities."""
    for document in documents:
        entities = [(e.start, e.end, e.label) for e in document.entities]
        yield orjson.dumps([document.text, {"entities": entities}]).decode() + "\n"


def as_table(documents: Iterable[Document], model: str = "") -> Iterator[str]:
    """Yield an entity a line under the document's name, then a line for each name, if known."""
    for document in documents:
        yield f"{show(document.id)}: {len(document.entities)} entities\n"
        is_analysed = document.names is not None
        for e in document.entities:
            score = "     " if e.score is None else f"{e.score:.3f}"
            surface = " ".join(document.text[e.start : e.end].split())
            normal = f" → {show(e.normal or '?')}" if is_analysed else ""
            sources = f"  [{show(', '.join(e.sources))}]" if e.sources else ""
            entity = f"{show(e.label):<8}{score}  {show(surface)}{normal}{sources}"
            yield f"{e.start:>8}{e.end:>8}  {entity}\n"
        for name in document.names or ():
            count, normal = f"×{len(name.mentions)}", show(name.normal or "?")
            yield f"{count:>16}  {name.label:<8}{' ':5}  {normal}{_describe_parts(name.parts)}\n"


def _describe_parts(parts: Parts | None) -> str:
    """Return the parts that a person's name has, in brackets."""
    values = asdict(parts) if parts else {}
    present = ", ".join(f"{part}: {value}" for part, value in values.items() if value)
    return f" ({present})" if present else ""


def as_page(documents: Iterable[Document], model: str = "") -> Iterator[str]:
    """Yield an HTML page, in parts."""
    yield from html.page(documents)


def writer_of(form: Streamable) -> Writer:
    """Return the writer of a corpus format, which has no place for the model's name."""

    def write(documents: Iterable[Document], model: str = "") -> Iterator[str]:
        return form.lines(documents)

    return write


FORMATS: dict[str, Writer] = {
    **{form.name: writer_of(form) for form in CORPUS_FORMATS if isinstance(form, Streamable)},
    jsonl.name: as_jsonl,
    labelstudio.name: as_predictions,
    "spacy": as_spacy,
    "table": as_table,
    "html": as_page,
}
