"""DocBin is spaCy's binary format (`.spacy`), which `spacy train` reads."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ner_service.corpora.losses import Losses
from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError, MissingExtra
from ner_service.files import UNPACKED_BYTES, atomic_file, check_ratio, read_bytes
from ner_service.types import Document, Entity

name = "docbin"
endings = (".spacy",)
description = "spaCy's DocBin"
LANGUAGE = "ru"


def _spacy() -> Any:
    try:
        import spacy.tokens
        import spacy.vocab
    except ImportError as error:
        raise MissingExtra(f"the DocBin format ({error})", "spacy") from error
    return spacy


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read documents by spaCy's tokens; raises `CorpusError` where it is no DocBin.

    A document without entities that has a group of spans is read by that group.
    """
    spacy = _spacy()
    data = read_bytes(path)
    try:
        check_ratio(path, len(data), _unpacked_size(data))
        docs = list(spacy.tokens.DocBin().from_bytes(data).get_docs(spacy.vocab.Vocab()))
        found = [
            (doc.text, _entities(doc.ents), {key: _entities(s) for key, s in doc.spans.items()})
            for doc in docs
        ]
    except CorpusError:
        raise
    except Exception as error:  # whatever zlib, msgpack or spaCy say of damaged bytes
        raise CorpusError(f"{path}: not a DocBin: {type(error).__name__}") from None
    for number, (text, entities, groups) in enumerate(found, 1):
        place = f"{path}: document {number}"
        spans = _choose_spans(entities, groups, place, reading)
        yield reading.document(str(number), text, spans, place)


def _unpacked_size(data: bytes) -> int:
    """Return how many bytes the file unpacks to, without holding them."""
    inflater, size = zlib.decompressobj(), 0
    while data and not inflater.eof:
        size += len(inflater.decompress(data, UNPACKED_BYTES))
        data = inflater.unconsumed_tail
    return size


def _entities(spans: Iterable[Any]) -> list[Entity]:
    return [Entity(span.start_char, span.end_char, span.label_) for span in spans]


def _choose_spans(
    entities: list[Entity], groups: dict[str, list[Entity]], place: str, reading: Reading
) -> list[Entity]:
    """Return a document's entities, or its only group of spans where it has none."""
    full = {key: spans for key, spans in groups.items() if spans}
    if not entities and len(full) == 1:
        return next(iter(full.values()))
    if not entities and full:
        raise CorpusError(
            f"{place}: has no entities, but several groups of spans: {', '.join(full)}; "
            "set doc.ents from one of them"
        )
    for key in full:
        reading.report.remark(Kind.IGNORED_KEY, place, f"spans[{key!r}] beside ents")
    return entities


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write spaCy's tokens and entities; an entity that ends inside a token takes it whole.

    Return lines about the entities that did, about those that then had no token of their own, and
    about what spaCy has no place for.
    """
    spacy = _spacy()
    nlp = spacy.blank(LANGUAGE)
    packed = spacy.tokens.DocBin(attrs=["ENT_IOB", "ENT_TYPE"])
    losses = Losses()
    for document in documents:
        nlp.max_length = max(nlp.max_length, len(document.text))
        doc = nlp.make_doc(document.text)
        spans = [
            doc.char_span(e.start, e.end, label=e.label, alignment_mode="expand")
            for e in document.entities
        ]
        kept = spacy.util.filter_spans([span for span in spans if span is not None])
        doc.set_ents(kept)
        losses.compare(document, _entities(kept))
        losses.drop(document)
        packed.add(doc)
    with atomic_file(path) as file:
        file.write(packed.to_bytes())
    return losses.lines()
