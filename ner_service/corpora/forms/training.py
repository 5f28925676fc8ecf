"""SpaCy's training data of version 2 are pairs of text and entities, or documents of tokens."""

from collections.abc import Iterator
from dataclasses import replace

from ner_service.corpora.check import check_text
from ner_service.corpora.forms import tags
from ner_service.corpora.forms.records import parse_record
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.labels import entities as entities_of
from ner_service.types import Document

MISSING = ("-", "", None)  # spaCy's tags of tokens that nobody has annotated


def is_pair(value: object) -> bool:
    """Say whether a JSON value is a pair of a text and an object with its entities."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], dict)
    )


def parse_pair(
    pair: list[object], place: str, default_id: str, reading: Reading
) -> Document | None:
    """Return the document of a pair `[text, {"entities": [[start, end, label]]}]`."""
    text, annotations = pair
    assert isinstance(annotations, dict)
    return parse_record(annotations | {"text": text}, place, default_id, reading)


def is_paragraphs(value: object) -> bool:
    """Say whether a JSON value is a document of spaCy's version 2, which has paragraphs."""
    return isinstance(value, dict) and isinstance(value.get("paragraphs"), list)


def parse_paragraphs(
    value: dict[str, object], place: str, default_id: str, reading: Reading
) -> Iterator[Document]:
    """Yield a document for each paragraph; raises `CorpusError`, which begins with `place`."""
    paragraphs = value["paragraphs"]
    assert isinstance(paragraphs, list)
    first = str(value.get("id", default_id))
    if not paragraphs:
        reading.leave_out(place, "it has no paragraphs")
    for n, paragraph in enumerate(paragraphs):
        at = f"{place}.paragraphs[{n}]"
        if not isinstance(paragraph, dict):
            raise CorpusError(f"{at}: expected an object")
        id = first if len(paragraphs) == 1 else f"{first}.{n}"
        if "entities" in paragraph and "raw" in paragraph:
            record = {"text": paragraph["raw"], "entities": paragraph["entities"]}
            document = parse_record(record, at, id, reading)
        else:
            document = _of_tokens(paragraph, at, id, reading)
        if document:
            yield document


def _of_tokens(paragraph: dict[str, object], place: str, id: str, reading: Reading) -> Document:
    sentences = list(_sentences(paragraph, place))
    scheme = tags.scheme_of(sentences, reading.options.lenient)
    raw = paragraph.get("raw")
    if raw is None:
        text, entities = tags.text_and_entities(sentences, scheme, reading)
        return reading.document(id, text, entities, place)
    text = check_text(raw, f"{place}.raw")
    rows = [row for sentence in sentences for row in sentence]
    named = [replace(row, place=f"{row.place}.orth") for row in rows]
    tokens = list(tags.find_tokens(text, named, "raw"))
    marked = [tag for s in sentences for tag in tags.legal_tags(s, scheme, reading)]
    return reading.document(id, text, entities_of(tokens, marked), place)


def _sentences(paragraph: dict[str, object], place: str) -> Iterator[tags.Sentence]:
    sentences = paragraph.get("sentences")
    if not isinstance(sentences, list):
        raise CorpusError(f"{place}.sentences: expected a list")
    for n, sentence in enumerate(sentences):
        at = f"{place}.sentences[{n}].tokens"
        tokens = sentence.get("tokens") if isinstance(sentence, dict) else None
        if not isinstance(tokens, list):
            raise CorpusError(f"{at}: expected a list")
        if rows := [_row(token, f"{at}[{m}]") for m, token in enumerate(tokens)]:
            yield rows


def _row(token: object, place: str) -> tags.Row:
    if not isinstance(token, dict):
        raise CorpusError(f"{place}: expected an object")
    name = token.get("ner")
    tag = tags.parse_tag("O" if name in MISSING else check_text(name, f"{place}.ner"))
    if tag is None:
        raise CorpusError(f"{place}.ner: {tags.describe_wrong_tag(str(name))}")
    return tags.Row(place, check_text(token.get("orth"), f"{place}.orth"), tag)
