"""A JSON value is read by the form that it shows: task, pair, paragraphs or record."""

from collections.abc import Iterator

from ner_service.corpora.forms.records import bare_document, parse_record
from ner_service.corpora.forms.tasks import bare_task, is_task, parse_task
from ner_service.corpora.forms.training import (
    is_pair,
    is_paragraphs,
    parse_pair,
    parse_paragraphs,
)
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Document


def parse_value(
    value: object, place: str, default_id: str, reading: Reading, is_html: bool = False
) -> Iterator[Document]:
    """Yield the documents of a value; raises `CorpusError`, which begins with `place`."""
    if is_paragraphs(value):
        assert isinstance(value, dict)
        yield from parse_paragraphs(value, place, default_id, reading)
        return
    if is_task(value):
        assert isinstance(value, dict)
        document = parse_task(value, place, default_id, reading, is_html)
    elif is_pair(value):
        assert isinstance(value, list)
        document = parse_pair(value, place, default_id, reading)
    elif isinstance(value, dict):
        document = parse_record(value, place, default_id, reading)
    else:
        raise CorpusError(
            f'{place}: expected an object, or [text, {{"entities": [...]}}]; a list of them goes '
            "into a file .json"
        )
    if document:
        yield document


def bare_value(value: object, place: str, default_id: str, reading: Reading) -> Document:
    """Return the text of a value as a document, without the entities that it may have."""
    if is_task(value):
        assert isinstance(value, dict)
        return bare_task(value, place, default_id, reading)
    if is_pair(value):
        assert isinstance(value, list)
        return bare_document({"text": value[0]}, place, default_id, reading)
    if isinstance(value, dict):
        return bare_document(value, place, default_id, reading)
    raise CorpusError(f'{place}: expected an object, or [text, {{"entities": [...]}}]')
