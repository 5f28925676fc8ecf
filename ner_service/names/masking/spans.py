"""Spans may end within a word, whose rest is the ending of the surrogate, too."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ner_service.types import Entity

LETTERS = "[A-Za-zА-ЯЁа-яё]"
LONGEST = 20  # letters of a word that a span may lack at either end
LETTER = re.compile(LETTERS)
BEFORE = re.compile(f"(?<!{LETTERS}){LETTERS}+$")
BEHIND = re.compile(f"{LETTERS}{{1,{LONGEST}}}(?!{LETTERS})")


def widen(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """Return entities with the rest of words that they hold in part: the ending of `Путин`ым.

    None reaches into another one.
    """
    wide: list[Entity] = []
    for n, entity in enumerate(entities):
        least = wide[-1].end if wide else 0
        most = entities[n + 1].start if n + 1 < len(entities) else len(text)
        start, end = entity.start, entity.end
        if start > least and LETTER.match(text, start) and LETTER.match(text, start - 1):
            before = BEFORE.search(text[max(least, start - LONGEST) : start])
            start -= len(before[0]) if before else 0
        if end < most and LETTER.match(text, end - 1):
            behind = BEHIND.match(text, end, most)
            end = behind.end() if behind else end
        is_same = (start, end) == (entity.start, entity.end)
        wide.append(entity if is_same else replace(entity, start=start, end=end))
    return wide


def cut_form(form: str, text: str, entity: Entity, wide: Entity) -> str:
    """Return a form without what of the whole word stands around the span, if it has that."""
    before, behind = text[wide.start : entity.start], text[entity.end : wide.end]
    cut = form.removesuffix(behind)
    return cut[len(before) :] if before and cut.startswith(before) else cut
