"""Long texts are cut into pieces on the way, each where a sentence ends if one does."""

from collections.abc import Iterator

from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize

NEAR, FAR = 500, 2_000  # characters before the end of a piece in which a sentence mostly ends
LOOK_AHEAD = 100  # characters behind it, by which the end of a sentence is told


def cut(text: str, most_chars: int) -> Iterator[tuple[int, int]]:
    """Yields the bounds of the pieces of a text, of at most so many characters.

    The text is looked at near the ends of pieces alone: to find all of its sentences would take
    a fifth of the time that tagging takes, and keep the texts of others waiting.
    """
    start = 0
    while start < len(text):
        end = len(text)
        if end - start > most_chars:
            end = end_of_piece(text, start, start + most_chars)
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        if first < end:
            yield first, first + len(piece.strip())
        start = end


def end_of_piece(text: str, start: int, most: int) -> int:
    """Returns where a piece ends: with a sentence, else with a token, else at `most`."""
    for look_back in (NEAR, FAR, most - start):
        begin = max(start, most - look_back)
        sentences = sentenize(text[begin : most + LOOK_AHEAD])[:-1]  # the last one is cut short
        if ends := [end for _, end in sentences if begin + end <= most]:
            return begin + ends[-1]
    begin = max(start, most - FAR)
    tokens = [begin + token.start for token in tokenize(text[begin : most + LOOK_AHEAD])]
    return max((at for at in tokens if begin < at <= most), default=most)
