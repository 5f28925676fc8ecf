"""CoNLL columns have a token a line, its tag last, and an empty line after each sentence.

Reads IOB1, IOB2 and BIOES (also as BILOU), telling them apart by the tags themselves; writes
IOB2. As the format keeps no white space, tokens are joined by single spaces. Comments before a
sentence and a first column that numbers the tokens are passed over.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ner_service.corpora.forms.tags import (
    Row,
    Sentence,
    describe_wrong_tag,
    parse_tag,
    scheme_of,
    text_and_entities,
)
from ner_service.corpora.losses import Losses
from ner_service.corpora.reading import Reading
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import read_lines, write_text
from ner_service.labels import OUTSIDE
from ner_service.labels import entities as entities_of
from ner_service.labels import tags as tags_of
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize
from ner_service.types import Document

name = "conll"
endings = (".conll", ".iob", ".bio", ".tsv", ".iob2", ".conllu")
description = "CoNLL columns; IOB1, IOB2 or BIOES is detected"
DOCSTART = "-DOCSTART-"
HEAD = f"{DOCSTART}\tO\n\n"  # stands before each document; one alone does not need it
BLANKS = re.compile(r"[ \t]+")  # a no-break space is part of a token
COMMENT = re.compile(r"#([ \t]|[^ \t]*[ \t]*=|$)")
TOKEN_HEADS = ("token", "tokens", "word", "words", "form")  # what a line of heads calls columns
TAG_HEADS = ("tag", "tags", "ner", "ner_tag", "ner_tags", "bio", "iob", "label", "labels", "entity")
RANGE = re.compile(r"\d+[-.]\d+")  # numbers a word that CoNLL-U has in parts, or an empty node


class Line(NamedTuple):
    """A line has its number in the file, its cells, and its text."""

    number: int
    cells: list[str]
    text: str


class Columns(NamedTuple):
    """The columns of token and tag, counted from 0, or from -1 at the end of a row."""

    token: int
    tag: int


def read(path: Path, reading: Reading) -> Iterator[Document]:
    """Read a document for each `-DOCSTART-`, or for each sentence where there is none.

    Raises `CorpusError` naming the line of a malformed row or of an impossible tag sequence.
    """
    groups = list(_groups(path))
    heads = _heads(groups)
    if heads:
        groups[0][0].pop(0)
    columns = _columns(groups, heads, reading)
    width, tabbed = _usual_row(groups)
    groups = [_without_comments(group, width, tabbed, columns) for group in groups]
    if not reading.options.columns and not tabbed:
        _check_widths(path, groups, width)
    tagged = [[_rows(path, lines, columns) for lines in group] for group in groups]
    tagged = [[sentence for sentence in group if sentence] for group in tagged]
    if groups and not any(tagged):
        raise CorpusError(
            f"{path}: nothing could be read: no line is a row of a token and its tag; if the file "
            "is of another format, name it by --from-format (format in a training file)"
        )
    scheme = scheme_of((s for group in tagged for s in group), reading.options.lenient)
    for number, group in enumerate((group for group in tagged if group), 1):
        text, entities = text_and_entities(group, scheme, reading)
        yield reading.document(str(number), text, entities, group[0][0].place)


def _groups(path: Path) -> Iterator[list[list[Line]]]:
    """Yield the lines of each sentence of each document."""
    group: list[list[Line]] = []
    sentence: list[Line] = []
    marked = False
    for number, line in read_lines(path):
        if "\r" in line.rstrip("\r"):
            raise CorpusError(f"{path}:{number}: has a carriage return inside: end lines by \\n")
        if line.startswith(DOCSTART):
            marked = True
        elif line.strip():
            sentence.append(Line(number, _cells(line), line))
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


def _cells(line: str) -> list[str]:
    stripped = line.rstrip("\r\t ")
    if "\t" in stripped:
        return [cell.strip(" ") for cell in stripped.split("\t")]
    return BLANKS.split(stripped.strip(" "))


def _heads(groups: Sequence[Sequence[list[Line]]]) -> Columns | None:
    """Return the columns of token and tag by the first line, if it says what the columns hold."""
    if not groups or COMMENT.match(groups[0][0][0].text):
        return None
    heads = [cell.casefold().strip('"') for cell in groups[0][0][0].cells]
    token = next((n for n, head in enumerate(heads) if head in TOKEN_HEADS), None)
    tag = next((n for n, head in enumerate(heads) if head in TAG_HEADS), None)
    return None if token is None or tag is None else Columns(token, tag)


def _columns(
    groups: Sequence[Sequence[list[Line]]], heads: Columns | None, reading: Reading
) -> Columns:
    """Return the columns that the options or heads name, else the first but numbers, and the last.

    The first column may number the tokens of a sentence.
    """
    token, tag = reading.options.column_pair()
    if token:
        return Columns(_column(token), _column(tag))
    if heads:
        return heads
    return Columns(int(all(_are_numbered(lines) for group in groups for lines in group)), -1)


def _column(number: str) -> int:
    try:
        column = int(number)
    except ValueError:
        column = 0
    if not column:
        raise ConfigError(
            f"columns {number}: give numbers from 1, or from -1 at the end, as in 1,4"
        )
    return column - 1 if column > 0 else column


def _are_numbered(lines: Sequence[Line]) -> bool:
    """Say whether the first column counts the rows of a sentence, from 0 or from 1."""
    rows = [x for x in lines if not COMMENT.match(x.text) and not RANGE.fullmatch(x.cells[0])]
    first = [line.cells[0] for line in rows]
    wide = all(len(line.cells) > 2 for line in rows)
    return wide and any(first == [str(n + start) for n in range(len(first))] for start in (0, 1))


def _check_widths(path: Path, groups: Sequence[Sequence[list[Line]]], width: int) -> None:
    """Raise `CorpusError` where a row has other columns than most, as by a blank in a token."""
    for line in (line for group in groups for lines in group for line in lines):
        if len(line.cells) != width and "\t" not in line.text and len(line.cells) > 1:
            raise CorpusError(
                f"{path}:{line.number}: has {len(line.cells)} columns, but most rows {width}: "
                "divide them by tabs if a token holds a blank, or name two by --columns TOKEN,TAG"
            )


def _without_comments(
    group: Sequence[list[Line]], width: int, tabbed: bool, columns: Columns
) -> list[list[Line]]:
    """Return the sentences of a document without the comments that stand before their tokens."""
    kept = []
    for lines in group:
        first = 0
        while first < len(lines) and _is_comment(lines[first], width, tabbed, columns):
            first += 1
        kept.append(lines[first:])
    return kept


def _usual_row(groups: Sequence[Sequence[list[Line]]]) -> tuple[int, bool]:
    """Return the number of columns that most rows have, and whether tabs divide them."""
    lines = [x for group in groups for s in group for x in s if not x.text.startswith("#")]
    usual = Counter((len(line.cells), "\t" in line.text) for line in lines).most_common(1)
    return usual[0][0] if usual else (0, False)


def _is_comment(line: Line, width: int, tabbed: bool, columns: Columns) -> bool:
    """Say whether a line is a comment, and not the row of a token that begins with a `#`."""
    if not COMMENT.match(line.text):
        return False
    is_row = len(line.cells) == width and tabbed == ("\t" in line.text)
    if not is_row or not -width <= columns.tag < width:
        return True
    return parse_tag(line.cells[columns.tag]) is None


def _rows(path: Path, lines: Sequence[Line], columns: Columns) -> Sentence:
    numbered = columns.token > 0
    return [
        _row(f"{path}:{line.number}", line.cells, columns)
        for line in lines
        if not (numbered and RANGE.fullmatch(line.cells[0]))
    ]


def _row(place: str, cells: list[str], columns: Columns) -> Row:
    if len(cells) < 2:
        raise CorpusError(
            f"{place}: expected a token and a tag, found one column; divide columns by tabs or "
            "blanks"
        )
    if not all(-len(cells) <= column < len(cells) for column in columns):
        raise CorpusError(f"{place}: has {len(cells)} columns: name others by --columns TOKEN,TAG")
    token, name = cells[columns.token], cells[columns.tag]
    if not token:
        raise CorpusError(f"{place}: expected a token and a tag, found no token")
    if (tag := parse_tag(name)) is None:
        raise CorpusError(
            f"{place}: {describe_wrong_tag(name)}; if another column has the tags, name it by "
            "--columns TOKEN,TAG"
        )
    return Row(place, token, tag)


def write(path: Path, documents: Iterable[Document]) -> list[str]:
    """Write token and IOB2 tag by razdel's tokens and sentences, `-DOCSTART-` before each text.

    An entity that ends inside a token takes the token whole. Return lines about what is lost.
    """
    losses = Losses()
    write_text(path, lines(_watch(documents, losses)))
    return losses.lines()


def _watch(documents: Iterable[Document], losses: Losses) -> Iterator[Document]:
    """Yield the documents, and count what tokens and tags alone do not hold."""
    for document in documents:
        tokens = tokenize(document.text)
        if not tokens:
            losses.add("texts without a word", document)
        elif document.text != " ".join(token.text for token in tokens):
            losses.add("the white space between words", document)
        losses.drop(document)
        losses.compare(document, entities_of(tokens, tags_of(tokens, document.entities, "BIO")))
        yield document


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
