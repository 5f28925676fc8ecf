"""Tagged documents for people and for other programs: a table of the formats."""

from collections.abc import Callable, Iterable, Iterator

import orjson

from ner_service.corpora.formats import conll, jsonl, labelstudio
from ner_service.output import html
from ner_service.types import Document

CONLL_HEAD = f"{conll.DOCSTART}\tO\n\n"  # of each document; one alone does not need it


def as_jsonl(documents: Iterable[Document]) -> Iterator[str]:
    """Yields a document a line, as the corpora have it."""
    for document in documents:
        yield jsonl.line_of(document).decode() + "\n"


def as_conll(documents: Iterable[Document]) -> Iterator[str]:
    """Yields a token and its IOB2 tag a line."""
    for document in documents:
        yield CONLL_HEAD + conll.columns(document)


def as_spacy(documents: Iterable[Document]) -> Iterator[str]:
    """Yields a document a line as spaCy's training pair: the text, and its entities."""
    for document in documents:
        entities = [(e.start, e.end, e.label) for e in document.entities]
        yield orjson.dumps([document.text, {"entities": entities}]).decode() + "\n"


def as_table(documents: Iterable[Document]) -> Iterator[str]:
    """Yields an entity a line under the document's name."""
    for document in documents:
        yield f"{document.id}: {len(document.entities)} entities\n"
        for e in document.entities:
            score = "     " if e.score is None else f"{e.score:.3f}"
            surface = " ".join(document.text[e.start : e.end].split())
            yield f"{e.start:>8}{e.end:>8}  {e.label:<8}{score}  {surface}\n"


Writer = Callable[[Iterable[Document]], Iterator[str]]
FORMATS: dict[str, Writer] = {
    "jsonl": as_jsonl,
    "table": as_table,
    "html": html.page,
    "conll": as_conll,
    "labelstudio": labelstudio.lines,
    "spacy": as_spacy,
}
