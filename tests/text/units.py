"""Units cut by razdel's own rules and plain Python: the oracle of the compiled cut."""

from collections.abc import Iterator

from ner_service.engine.tokens import LONGEST
from ner_service.text.reading import read
from ner_service.text.sentences import sentenize
from ner_service.text.spelling import respell_token
from ner_service.text.tokens import Token, tokenize


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
