"""Units cut by razdel's own rules and plain Python: the oracle of the compiled cut."""

from collections.abc import Iterator

from ner_service.engine.tokens import LONGEST
from ner_service.text.sentences import sentenize
from ner_service.text.spelling import respell_token, unmix
from ner_service.text.tokens import Token, tokenize


def units(text: str, unit_tokens: int) -> Iterator[list[Token]]:
    """Cut a text's tokens into runs of whole sentences of at most `unit_tokens` tokens.

    A sentence longer than that stands alone, and is cut only beyond `LONGEST` tokens. The texts of
    tokens are respelled by `spelling`.
    """
    unit: list[Token] = []
    for sentence in _sentences(text):
        if unit and len(unit) + len(sentence) > unit_tokens:
            yield unit
            unit = []
        unit = unit + sentence if unit else sentence
    if unit:
        yield unit


def _sentences(text: str) -> Iterator[list[Token]]:
    text = unmix(text)
    tokens = [Token(*respell_token(*token)) for token in tokenize(text)]
    at = 0
    for sentence in sentenize(text):
        first = at
        while at < len(tokens) and tokens[at].start < sentence.end:
            at += 1
        for start in range(first, at, LONGEST):
            yield tokens[start : min(at, start + LONGEST)]
