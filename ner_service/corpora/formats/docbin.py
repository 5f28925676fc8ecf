"""DocBin is spaCy's binary format (`.spacy`), which `spacy train` reads."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ner_service.corpora.check import check_entities
from ner_service.errors import CorpusError, MissingExtra
from ner_service.files import atomic_file, read_bytes
from ner_service.types import Document, Entity

name = "docbin"
endings = (".spacy",)
description = "spaCy's DocBin"
LANGUAGE = "ru"


def _spacy() -> Any:
    try:
        import spacy.tokens
    except ImportError as error:
        raise MissingExtra(f"the DocBin format ({error})", "spacy") from error
    return spacy


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Read documents by spaCy's tokens; raises `CorpusError` where it is no DocBin."""
    spacy = _spacy()
    data = read_bytes(path)
    try:
        docs = list(spacy.tokens.DocBin().from_bytes(data).get_docs(spacy.blank(LANGUAGE).vocab))
    except Exception as error:  # whatever zlib, msgpack or spaCy say of damaged bytes
        raise CorpusError(f"{path}: not a DocBin: {type(error).__name__}") from None
    for number, doc in enumerate(docs, 1):
        entities = [Entity(e.start_char, e.end_char, e.label_) for e in doc.ents]
        place = f"{path}: document {number}"
        yield Document(str(number), doc.text, check_entities(entities, doc.text, labels, place))


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write spaCy's tokens and entities; an entity that ends inside a token takes it whole."""
    spacy = _spacy()
    nlp = spacy.blank(LANGUAGE)
    packed = spacy.tokens.DocBin(attrs=["ENT_IOB", "ENT_TYPE"])
    for document in documents:
        nlp.max_length = max(nlp.max_length, len(document.text))
        doc = nlp.make_doc(document.text)
        spans = [
            doc.char_span(e.start, e.end, label=e.label, alignment_mode="expand")
            for e in document.entities
        ]
        doc.set_ents(spacy.util.filter_spans([span for span in spans if span is not None]))
        packed.add(doc)
    with atomic_file(path) as file:
        file.write(packed.to_bytes())
