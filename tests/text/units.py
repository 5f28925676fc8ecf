"""Units cut by razdel's own rules and plain Python: the oracle of the compiled cut."""

import re
from collections.abc import Iterator

from ner_service.engine.tokens import LONGEST
from ner_service.text.reading import read
from ner_service.text.sentences import sentenize
from ner_service.text.spacing import CELL, LINE, NOTHING, PARAGRAPH, SIGN, SPACE
from ner_service.text.spelling import HIDDEN, respell_token
from ner_service.text.tokens import Token, tokenize

LINE_END = re.compile("\r\n|[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
CELL_EDGE = re.compile(r"[\t|]|[^\S\t]{3}")


def units(text: str, unit_tokens: int) -> Iterator[list[Token]]:
    """Cut a text's tokens into runs of whole sentences of at most `unit_tokens` tokens.

    A sentence longer than that stands alone, and is cut only beyond `LONGEST` tokens; a unit ends
    where the reading of the text says so.
    """
    unit: list[Token] = []
    for sentence, closed in _sentences(text):
        if unit and (closed or len(unit) + len(sentence) > unit_tokens):
            yield unit
            unit = []
        unit = unit + sentence
    if unit:
        yield unit


def _sentences(text: str) -> Iterator[tuple[list[Token], bool]]:
    """Yield sentences, or parts of them, and whether a unit must end before each."""
    reading = read(text)
    tokens = [Token(*respell_token(*token)) for token in tokenize(reading.text)]
    closed = {sum(token.start < end for token in tokens) for end in reading.ends}
    ends = {sum(t.start < s.end for t in tokens) for s in sentenize(reading.text)} | closed
    first = 0
    for last in sorted({*ends, len(tokens)}):
        for start in range(first, last, LONGEST):
            yield tokens[start : min(last, start + LONGEST)], start in closed
        first = last


def spacings(text: str) -> list[int]:
    """The kind of spacing before each token of a text, as it was before it was read."""
    kinds, at = [], 0
    for token in tokenize(read(text).text):
        kinds.append(_spacing(text[at : token.start], text[at - 1 : at], at == 0))
        at = token.end
    return kinds


def _spacing(gap: str, before: str, is_first: bool) -> int:
    *ended, last = LINE_END.split(gap)
    lines = len(ended) + 2 * is_first
    if any(not c.isascii() and not c.isspace() and c not in HIDDEN for c in last):
        return SIGN
    if lines:
        return PARAGRAPH if lines > 1 else LINE
    if before == "|" or CELL_EDGE.search(last):
        return CELL
    return SPACE if any(map(str.isspace, last)) else NOTHING
