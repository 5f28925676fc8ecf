"""Tagged documents for people and for other programs: the formats of corpora, and a few more."""

from collections.abc import Callable, Iterable, Iterator

import orjson

from ner_service.corpora.formats.format import FORMATS as CORPUS_FORMATS
from ner_service.corpora.formats.format import Streamable
from ner_service.output import html
from ner_service.types import Document


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
    **{form.name: form.lines for form in CORPUS_FORMATS if isinstance(form, Streamable)},
    "spacy": as_spacy,
    "table": as_table,
    "html": html.page,
}
