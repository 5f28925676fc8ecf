"""Settlements in -ское outnumber those in -ский, and most of their forms are the same.

`в Архангельском` is of `Архангельское`; `в Жуковском` is of a town that a dictionary has.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np

from ner_service.names.lexicon import Lexicon
from ner_service.names.phrases import Phrase
from ner_service.names.slots import SLOTS, Slot
from ner_service.names.types import Case, Gender
from ner_service.names.words import Floats

ADJECTIVE = re.compile("([а-яё]+[сц]к)(ого|ому|им|ом)")
ENUMERATED = re.compile("[,и]|[А-ЯЁ][А-ЯЁа-яё-]*[сц]к(?:ого|ому|ом|им)")
BEFORE, AFTER = 2, 12  # words and marks before and behind a name that are looked at
CASES: dict[str, Case] = {"ого": "Gen", "ому": "Dat", "им": "Ins", "ом": "Loc"}  # of the endings
BEHIND_TYPE = 4.0  # log odds of the gender of a word such as `село` before the name
IN_SKOE, MOST = 3.0, 4.0  # log odds of the neuter, and the most of them either way
RARE = 100  # occurrences that are added to each count, so that those of rare words are alike
IN_SLOTS = {
    ending: np.array([slot == Slot(case, "Neut") for slot in SLOTS], np.float32)
    for ending, case in CASES.items()
}


def _forms(stem: str, endings: str) -> list[str]:
    return [stem + ending for ending in endings.split(",")]


# forms of words behind which a settlement mostly has a gender: `в селе Никольском`
MASCULINE, IN_OK = ",а,у,ом,е", "ок,ка,ку,ком,ке"
GENDERS: Mapping[str, Gender] = {
    **dict.fromkeys(_forms("город", MASCULINE) + _forms("хутор", MASCULINE), "Masc"),
    **dict.fromkeys(_forms("посёл", IN_OK) + _forms("посел", IN_OK), "Masc"),
    **dict.fromkeys(_forms("сел", "о,а,у,ом,е") + _forms("деревн", "я,и,е,ю,ей"), "Neut"),
}
SHORT: Mapping[str, Gender] = {
    "г": "Masc", "гор": "Masc", "х": "Masc", "п": "Masc", "пос": "Masc", "с": "Neut", "д": "Neut"
}  # fmt: skip
UNDECLINED_TYPES = frozenset(
    ["метро", *_forms("аэропорт", MASCULINE), *_forms("аэродром", MASCULINE)]
)
OF_NOMINATIVE = np.array([BEHIND_TYPE * (slot.case == "Nom") for slot in SLOTS], np.float32)
OF_TYPE: Mapping[Gender, Floats] = {
    gender: np.array([BEHIND_TYPE * (slot.gender == gender) for slot in SLOTS], np.float32)
    for gender in get_args(Gender)
}


def odds_behind_type(phrase: Phrase, before: Sequence[str]) -> Floats | None:
    """Return what a word such as `село` before a place of one word says of its gender.

    Behind `аэропорт`, a name stays as it is: `из аэропорта Скавста`.
    `before` are at most two words and marks.
    """
    if len(phrase.words) != 1 or not phrase.groups or not before:
        return None
    if before[-1].lower() == "село" and phrase.words[0].lower[-1] in "ая":
        return None  # `в село Царевщина`
    if before[-1].lower() in UNDECLINED_TYPES:
        return OF_NOMINATIVE
    is_short = before[-1] == "." and len(before) > 1
    gender = SHORT.get(before[-2].lower()) if is_short else GENDERS.get(before[-1].lower())
    return OF_TYPE[gender] if gender else None


def may_be(phrase: Phrase) -> bool:
    """Say whether a place may be an adjective alone, without a look at a dictionary."""
    return len(phrase.words) == 1 and phrase.words[0].lower.endswith(tuple(CASES))


def odds_of_settlement(
    phrase: Phrase, before: Sequence[str], after: Sequence[str], lexicon: Lexicon
) -> Floats | None:
    """Return what weighs for the slots of a place that is an adjective alone, if it is one.

    The odds are those of the neuter, by which of both base forms is usual in news. `before` and
    `after` are the words and marks around the name: what is enumerated may be districts or streets,
    as in `в Улаганском и Чойском районах`.
    """
    match = ADJECTIVE.fullmatch(phrase.words[0].lower)
    if match is None or phrase.within or not phrase.groups:
        return None
    if before[-1:] in ([","], [":"]) or after[:1] == [","]:
        return None
    masculines = [match[1] + ending for ending in ("ий", "ой")]
    known = [r for form in masculines for r in lexicon.morphology.known_readings(form)]
    kinds = {reading.features.kind for reading in known}
    is_town = "Geox" in kinds or lexicon.lists.is_stressed(masculines[1])
    if is_town or _has_noun(CASES[match[2]], after, lexicon):
        return None
    count = lexicon.lists.count
    other = 0 if "Surn" in kinds else max(map(count, masculines))  # news count people, too
    odds = IN_SKOE + math.log((RARE + count(f"{match[1]}ое")) / (RARE + other))
    return np.float32(max(-MOST, min(MOST, odds))) * IN_SLOTS[match[2]]


def _has_noun(case: Case, after: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a noun in a case follows, perhaps behind other adjectives in an enumeration."""
    at = next((n for n, word in enumerate(after) if not ENUMERATED.fullmatch(word)), len(after))
    noun = after[at] if at < len(after) and after[at - 1 : at] not in ([","], ["и"]) else ""
    if not noun.islower() or lexicon.parts_of_speech(noun) != {"NOUN"}:
        return False
    return any(reading.features.case == case for reading in lexicon.morphology.readings(noun))
