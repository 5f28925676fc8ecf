"""Unmasking puts names back into a masked text, exactly, or by their forms where it was changed."""

from collections.abc import Sequence

from ner_service.names.masking.choice import Choice
from ner_service.names.masking.finding import drop_overlaps, find_labels, find_surrogates
from ner_service.names.masking.key import MOST_WORDS, Key, KeyMismatch
from ner_service.names.masking.phrases import is_quoted
from ner_service.names.masking.words import shares_words
from ner_service.names.morphology import Morphology


def unmask(text: str, key: Key, morphology: Morphology, rewritten: bool = False) -> str:
    """Return a masked text with its names; raises `KeyMismatch` before anything is replaced.

    A text that shares no word with the masked one is taken for another text, unless it is said to
    be `rewritten`, as the answer to a text may be.
    """
    key.check()
    if key.fits(text):
        spans = [(mention.start, mention.end) for mention in key.mention_rows]
        return _fill(text, spans, [mention.surface for mention in key.mention_rows])
    stand_ins = [*find_labels(text, key), *find_surrogates(text, key, morphology)]
    found = list(drop_overlaps(stand_ins))
    rest = _fill(text, [(f.start, f.end) for f in found], [" "] * len(found))
    if not rewritten and not shares_words(rest, key.words, MOST_WORDS):
        raise KeyMismatch(
            "key: seems to belong to another text: it shares no word with this one; send its own "
            'key, or say that it was rewritten ("rewritten": true; --rewritten)'
        )
    choice = Choice(text, key, found, morphology)
    surfaces = [choice.surface(n) for n in range(len(found))]
    inserts = [
        surface[1:-1]
        if is_quoted(surface) and is_quoted(text[f.start - 1 : f.end + 1])
        else surface
        for f, surface in zip(found, surfaces, strict=True)
    ]
    return _fill(text, [(f.start, f.end) for f in found], inserts)


def _fill(text: str, spans: Sequence[tuple[int, int]], inserts: Sequence[str]) -> str:
    """Return a text with other strings in the place of its spans, which are in order."""
    parts: list[str] = []
    end = 0
    for (start, stop), insert in zip(spans, inserts, strict=True):
        parts += (text[end:start], insert)
        end = stop
    return "".join([*parts, text[end:]])
