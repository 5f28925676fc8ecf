"""Tagged documents for people and for other programs: JSON lines, table, HTML, CoNLL."""

from collections.abc import Callable, Iterable, Iterator

from ner_service.corpora.formats import conll, jsonl
from ner_service.output import html
from ner_service.types import Document


def as_jsonl(documents: Iterable[Document]) -> Iterator[str]:
    """A document a line, as the corpora have it."""
    for document in documents:
        yield jsonl.line_of(document).decode() + "\n"


def as_conll(documents: Iterable[Document]) -> Iterator[str]:
    """A token and its IOB2 tag a line."""
    for document in documents:
        yield f"{conll.DOCSTART}\tO\n\n{conll.columns(document)}"


def as_table(documents: Iterable[Document]) -> Iterator[str]:
    """An entity a line under the document's name."""
    for document in documents:
        yield f"{document.id}: {len(document.entities)} entities\n"
        for e in document.entities:
            score = "     " if e.score is None else f"{e.score:.3f}"
            surface = " ".join(document.text[e.start : e.end].split())
            yield f"{e.start:>8}{e.end:>8}  {e.label:<8}{score}  {surface}\n"


Format = Callable[[Iterable[Document]], Iterator[str]]
FORMATS: dict[str, Format] = {
    "jsonl": as_jsonl,
    "table": as_table,
    "html": html.page,
    "conll": as_conll,
}
