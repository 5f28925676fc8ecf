"""Long texts in pieces that end where sentences do."""

from collections.abc import Iterator

from ner_service.text.sentences import Sentence, sentenize
from ner_service.text.tokens import tokenize

PIECE_CHARS = 100_000  # of a text that is read in pieces: bounds what one pass takes


def chunks(text: str, max_chars: int) -> Iterator[Sentence]:
    """Covers a text in pieces of at most `max_chars`.

    Pieces end with a sentence where one fits, else with a token, and only a token longer than
    a piece is cut; nothing but white space lies between them.
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
    """Sentences, and the tokens or parts of tokens of those that are too long."""
    for sentence in sentenize(text):
        if sentence.end - sentence.start <= max_chars:
            yield sentence
            continue
        for token in tokenize(text[sentence.start : sentence.end]):
            for start in range(token.start, token.end, max_chars):
                end = min(token.end, start + max_chars)
                yield Sentence(sentence.start + start, sentence.start + end)
