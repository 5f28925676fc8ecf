"""Pieces of long texts, which end where sentences end."""

from collections.abc import Iterator

from ner_service.text.sentences import Sentence, sentenize
from ner_service.text.tokens import tokenize

PIECE_CHARS = 100_000  # longer texts are tagged in pieces, to bound the memory and time of a pass


def chunks(text: str, max_chars: int) -> Iterator[Sentence]:
    """Yield pieces of at most `max_chars` characters that cover a text but for white space.

    Pieces end with a sentence where one fits, else with a token; only a token longer than a piece
    is cut.
    """
    if len(text) <= max_chars:
        if text:
            yield Sentence(0, len(text))
        return
    start = end = 0
    for piece in _pieces(text, max_chars):
        if piece.end - start > max_chars:
            if end > start:
                yield Sentence(start, end)
            start = piece.start
        end = piece.end
    if end > start:
        yield Sentence(start, end)


def _pieces(text: str, max_chars: int) -> Iterator[Sentence]:
    """Yield sentences, or the tokens and parts of tokens of sentences that are too long."""
    for sentence in sentenize(text):
        if sentence.end - sentence.start <= max_chars:
            yield sentence
            continue
        for token in tokenize(text[sentence.start : sentence.end]):
            for start in range(token.start, token.end, max_chars):
                end = min(token.end, start + max_chars)
                yield Sentence(sentence.start + start, sentence.start + end)
