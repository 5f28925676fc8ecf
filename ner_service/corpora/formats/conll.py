"""CoNLL columns have a token a line, its tag last, and an empty line after each sentence.

Reads IOB1, IOB2 and BIOES (also as BILOU), telling them apart by the tags themselves; writes
IOB2. As the format keeps no white space, tokens are joined by single spaces.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner_service.corpora.check import check_entities
from ner_service.errors import CorpusError
from ner_service.files import read_lines, write_text
from ner_service.labels import OUTSIDE, Scheme, may_follow
from ner_service.labels import entities as entities_of
from ner_service.labels import tags as tags_of
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document

name = "conll"
endings = (".conll", ".iob", ".bio", ".tsv")
description = "CoNLL columns; IOB1, IOB2 or BIOES is detected"
DOCSTART = "-DOCSTART-"
HEAD = f"{DOCSTART}\tO\n\n"  # stands before each document; one alone does not need it
BILOU = {"L": "E", "U": "S", "M": "I"}  # the other names of the same prefixes


@dataclass(frozen=True, slots=True)
class Row:
    """A row is a token with its tag; `line` is its number in the file."""

    line: int
    text: str
    tag: str


Sentence = list[Row]


def read(path: Path, labels: Mapping[str, str]) -> Iterator[Document]:
    """Read a document for each `-DOCSTART-`, or for each sentence where there is none.

    Raises `CorpusError` naming the line of a malformed row or of an impossible tag sequence.
    """
    groups = list(_groups(path))
    sentences = [sentence for group in groups for sentence in group]
    scheme = _scheme(path, sentences)
    for number, group in enumerate(groups, 1):
        yield _document(path, str(number), group, scheme, labels)


def _groups(path: Path) -> Iterator[list[Sentence]]:
    """Yield the sentences of each document."""
    group: list[Sentence] = []
    sentence: Sentence = []
    marked = False
    for number, line in read_lines(path):
        if line.startswith(DOCSTART):
            marked = True
        elif line.strip():
            sentence.append(_row(path, number, line))
            continue
        if sentence:
            group.append(sentence)
            sentence = []
        if group and (line.startswith(DOCSTART) or not marked):
            yield group
            group = []
    if sentence:
        group.append(sentence)
    if group:
        yield group


def _row(path: Path, number: int, line: str) -> Row:
    columns = line.rstrip("\r").split("\t") if "\t" in line else line.split()
    if len(columns) < 2 or not columns[0].strip():
        raise CorpusError(f"{path}:{number}: expected a token and a tag, found one column")
    tag = columns[-1].strip()
    prefix, dash, label = tag.partition("-")
    prefix = BILOU.get(prefix, prefix)
    if tag == OUTSIDE:
        return Row(number, columns[0].strip(), OUTSIDE)
    if prefix not in ("B", "I", "E", "S") or not dash or not label:
        raise CorpusError(f"{path}:{number}: {tag!r} is not a tag: expected O, B-..., I-...")
    return Row(number, columns[0].strip(), f"{prefix}-{label}")


def _scheme(path: Path, sentences: Sequence[Sentence]) -> Scheme | None:
    """Return a file's scheme; `None` is IOB1, where `B-` only divides neighbours of one label."""
    if any(row.tag[0] in "ES" for sentence in sentences for row in sentence):
        return "BIOES"
    loose = strict = 0  # the first lines where I- begins an entity, and where B- does
    for sentence in sentences:
        previous = OUTSIDE
        for row in sentence:
            begins = row.tag != OUTSIDE and row.tag[2:] != previous[2:]
            if begins and row.tag[0] == "I":
                loose = loose or row.line
            if begins and row.tag[0] == "B":
                strict = strict or row.line
            previous = row.tag
    if loose and strict:
        raise CorpusError(
            f"{path}:{loose}: an I- tag that continues nothing, though line {strict} begins an "
            "entity with B-: neither IOB1 nor IOB2"
        )
    return None if loose else "BIO"


def _document(
    path: Path, id: str, group: Sequence[Sentence], scheme: Scheme | None, labels: Mapping[str, str]
) -> Document:
    tokens: list[Token] = []
    tags: list[str] = []
    texts: list[str] = []
    at = 0
    for sentence in group:
        for row in sentence:
            tokens.append(Token(at, at + len(row.text), row.text))
            at += len(row.text) + 1
        texts.append(" ".join(row.text for row in sentence))
        tags += _tags(path, sentence, scheme)
    text = "\n".join(texts)
    place = f"{path}:{group[0][0].line}"
    return Document(id, text, check_entities(entities_of(tokens, tags), text, labels, place))


def _tags(path: Path, sentence: Sentence, scheme: Scheme | None) -> list[str]:
    if scheme is None:
        return _from_iob1([row.tag for row in sentence])
    previous = OUTSIDE
    for row in [*sentence, Row(sentence[-1].line, "", OUTSIDE)]:
        if not may_follow(previous, row.tag, scheme):
            ends = "the end of the sentence" if not row.text else row.tag
            raise CorpusError(f"{path}:{row.line}: {ends} cannot follow {previous} in {scheme}")
        previous = row.tag
    return [row.tag for row in sentence]


def _from_iob1(tags: Sequence[str]) -> list[str]:
    pairs = zip([OUTSIDE, *tags], tags, strict=False)
    return [
        f"B{tag[1:]}" if tag != OUTSIDE and tag[2:] != before[2:] else tag for before, tag in pairs
    ]


def write(path: Path, documents: Iterable[Document]) -> None:
    """Write token and IOB2 tag by razdel's tokens and sentences, `-DOCSTART-` before each text.

    An entity that ends inside a token takes the token whole.
    """
    write_text(path, lines(documents))


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield each document as rows behind its `-DOCSTART-`."""
    for document in documents:
        yield HEAD + columns(document)


def columns(document: Document) -> str:
    """Return a document's tokens and tags as lines, with an empty line after each sentence."""
    tokens = tokenize(document.text)
    tags = tags_of(tokens, document.entities, "BIO")
    ends = [sentence.end for sentence in sentenize(document.text)]
    rows: list[str] = []
    for token, tag, after in zip(tokens, tags, [*tags, OUTSIDE][1:], strict=True):
        rows.append(f"{token.text}\t{tag}")
        if ends and token.end >= ends[0]:
            ends.pop(0)
            if not after.startswith("I-"):  # an entity may reach over what looks like an end
                rows.append("")
    return "".join(f"{row}\n" for row in rows)
