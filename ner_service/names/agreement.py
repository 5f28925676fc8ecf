"""Agreement decides which words of a name decline together with the word beside them.

A surname is an adjective before a noun (`Карловы Вары`), an adjective may follow its noun
(`Речь Посполитая`), and a person's title or first name declines with the surname («Адмирал
Кузнецов»). They agree where both may have the same case, gender and number.
"""

import re
from collections.abc import Iterable, Sequence

from ner_service.names.lexicon import ADJECTIVES
from ner_service.names.morphology import Morphology, Reading
from ner_service.names.odds import NAME_KINDS
from ner_service.names.plural_places import FORMS
from ner_service.names.slots import slots_of_features, slots_of_readings
from ner_service.names.words import CYRILLIC_WORD, Word

SUBSTANTIVE = re.compile("..(?:[ыио]й|[ая]я|[ое]е)$")  # a noun that declines as an adjective


def agrees_ahead(word: Word, behind: Sequence[Word], morphology: Morphology) -> bool:
    """Say whether a word that is no adjective by its sentence agrees with the next one, if any."""
    if not behind or not word.text[0].isupper() or not CYRILLIC_WORD.fullmatch(behind[0].text):
        return False
    own = morphology.readings(word.lower)
    nouns = [reading for reading in own if reading.features.pos == "NOUN"]
    others = morphology.readings(behind[0].lower)
    places = FORMS.get(behind[0].lower, ("", ()))[1]  # `Карловых Вар`
    adjectives = [reading for reading in own if reading.features.pos in ADJECTIVES]
    if places and not slots_of_readings(adjectives).isdisjoint(places):
        return True
    if all(_may_qualify(reading) for reading in nouns):
        is_place = any(reading.features.kind == "Geox" for reading in nouns)  # `Марьина` Роща
        qualifying = [r for r in own if r.features.pos in ADJECTIVES or not is_place]
        agrees = not slots_of_readings(qualifying).isdisjoint(places)
        return agrees or _share(qualifying, filter(_is_thing, others))
    if not behind[0].text[0].isupper():
        return False
    people = (reading for reading in nouns if reading.features.is_animate)
    return _share(people, filter(_may_follow_person, others))


def ends_in_adjective(words: Sequence[Word], head: int, morphology: Morphology) -> bool:
    """Say whether the last word of a place is an adjective that agrees with its head before it."""
    if head != len(words) - 2 or not words[-1].text[0].isupper():
        return False
    own = morphology.readings(words[-1].lower)
    heads = [r for r in morphology.readings(words[head].lower) if r.features.pos == "NOUN"]
    cases = {reading.features.case for reading in heads}
    nouns = (r for r in own if r.features.pos == "NOUN" and r.is_known)
    if any(r.features.case in cases and not _is_substantive(r) for r in nouns):
        return False  # and so not `Архангельском` behind `селе`, which is no instrumental
    return _share((r for r in own if r.features.pos in ADJECTIVES), heads)


def group_persons(words: Sequence[Word], declined: Sequence[int]) -> list[list[int]]:
    """Return the words of each person that `и` joins, and apart from them the name that they share.

    In `Романа и Анны Петровых` each of the three has a gender or number of its own.
    """
    groups: list[list[int]] = []
    for n in declined:
        if not groups or "и" in [word.text for word in words[groups[-1][-1] + 1 : n]]:
            groups.append([])
        groups[-1].append(n)
    if len(groups) > 1 and len(groups[0]) == 1 and len(groups[-1]) > 1:
        groups.append([groups[-1].pop()])
    return groups


def _share(readings: Iterable[Reading], others: Iterable[Reading]) -> bool:
    """Say whether some reading has a case, gender and number of some other one."""
    slots = {n for reading in readings for n in slots_of_features(reading.features)}
    return any(not slots.isdisjoint(slots_of_features(other.features)) for other in others)


def _is_substantive(reading: Reading) -> bool:
    """Say whether a noun is an adjective by itself, such as `Красное`, and no person's name."""
    return reading.features.kind not in NAME_KINDS and bool(SUBSTANTIVE.search(reading.lemma))


def _may_qualify(reading: Reading) -> bool:
    """Say whether a noun may be an adjective before a place's head: `Красному Лиману`."""
    is_name = reading.features.kind in ("Surn", "Geox") or not reading.is_known
    return is_name or _is_substantive(reading)


def _is_thing(reading: Reading) -> bool:
    return reading.features.pos == "NOUN" and reading.features.kind not in NAME_KINDS


def _may_follow_person(reading: Reading) -> bool:
    return reading.features.kind in NAME_KINDS or reading.features.pos in ADJECTIVES
