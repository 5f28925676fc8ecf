"""A subject agrees with its verb: `Смирнова пришла` is a woman, `Смирнова ждали` is a man.

The net sees three words to either side, and doubts at the beginning of a sentence. A verb beside a
name speaks as far as the next mark.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from ner_service.names.government import (
    OF_NO_RECIPIENT,
    OF_OBJECT,
    PREPOSITIONS,
    VERBS,
    odds_behind_verb,
)
from ner_service.names.lexicon import ADJECTIVES, Lexicon
from ner_service.names.morphology import Features
from ner_service.names.slots import NOMINATIVE, SLOTS
from ner_service.names.types import Gender
from ner_service.names.words import Floats

BEFORE, AFTER, NEAR = 12, 7, 3  # words before and behind a name that are looked at
CLAUSE = re.compile(r"[\w-]+")  # a mark ends a clause, and so do these words:
JOINTS = frozenset({"и", "или", "что", "который", "которая", "которые", "с", "со"})
MAY_NAME = frozenset({"NOUN", "ADJF"})
PRONOUNS = frozenset({"она", "кто", "я", "ты", "сама"})
SHORTEST = 3  # letters of a noun; shorter words are prepositions, which may also be abbreviations
AGREES, DISAGREES = 3.0, -3.0  # log odds of the nominative in a gender
IS_FIRST = 3.0  # log odds of the nominative where the name begins a clause and is its subject
PAST: dict[str, Gender] = {
    "л": "Masc", "лся": "Masc", "ла": "Fem", "лась": "Fem", "ло": "Neut", "лось": "Neut"
}  # fmt: skip
PLURAL_ENDS = ("ли", "лись", "ут", "ют", "ат", "ят", "утся", "ются", "атся", "ятся")
PRESENT_ENDS = ("т", "тся")
PASSIVE_ENDS = ("н", "на", "но", "т", "та", "то")
ENDS = (*PAST, *PLURAL_ENDS, *PRESENT_ENDS)


def _row(gender: Gender | None, agrees: float, disagrees: float) -> Floats:
    """Return log odds of slots: nominatives of a gender against other nominatives."""
    row = np.zeros(len(SLOTS), dtype=np.float32)
    for n in range(NOMINATIVE.stop):
        row[n] = agrees if SLOTS[n].gender == gender else disagrees
    return row


OF_PAST = {gender: _row(gender, AGREES, DISAGREES) for gender in PAST.values()}
OF_PASSIVE = {gender: _row(gender, 0.0, DISAGREES) for gender in PAST.values()}
OF_PLURAL = _row(None, 0.0, DISAGREES)  # `защитники Алёхиной пришли`
OF_NO_WOMAN = _row("Masc", 0.0, DISAGREES)  # `сын Смирнова пришёл`
OF_PRESENT = np.array(
    [IS_FIRST * (slot.case == "Nom" and slot.gender is not None) for slot in SLOTS], np.float32
)


def odds_of_subject(before: Sequence[str], after: Sequence[str], lexicon: Lexicon) -> Floats | None:
    """Return what the verb beside a person's name says of its slots, as log odds, if anything.

    `before` and `after` are the words and marks of the name's sentence, at most so many as
    `BEFORE` and `AFTER` say.
    """
    begins_anew = bool(after) and _begins_sentence(after[0], lexicon)
    clause = [] if begins_anew else [word.lower() for word in takewhile(_is_within, after)]
    if before and clause and _governs_two(before[-1].lower(), clause[0], lexicon):
        return OF_OBJECT
    if before and before[-1].lower() in PREPOSITIONS:
        return None
    if before and (gender := _gender_of_passive(before[-1].lower(), lexicon)):
        return OF_PASSIVE[gender]
    asked = odds_behind_verb(before, clause, lexicon)
    if asked is None or asked is OF_NO_RECIPIENT:
        agreeing = _odds_of_clause(before, clause, lexicon)
        return asked if agreeing is None else agreeing
    return asked


def _odds_of_clause(
    before: Sequence[str], clause: Sequence[str], lexicon: Lexicon
) -> Floats | None:
    """Return what the verb that may agree with a name says of its slots, if anything."""
    at = next((n for n, word in enumerate(clause) if _is_verb(word, lexicon)), len(clause))
    if at == len(clause):
        return _odds_behind_verb_of_one(before, clause, lexicon)
    verb, behind = clause[at], clause[at + 1 :]
    if verb.endswith(PLURAL_ENDS):  # of one of several, as in `Иванов и судья Белова пришли`?
        return None if "и" in before[-NEAR:] else OF_PLURAL
    is_first = not before or not CLAUSE.fullmatch(before[-1])
    if verb.endswith(PRESENT_ENDS):
        is_object = any(_may_be_subject(word, lexicon) for word in behind[:1])
        return OF_PRESENT if is_first and not is_object else None
    gender = past_gender(verb)
    if gender is None:
        return None
    has_other = not is_first and _governs(before[-1].lower(), gender, lexicon)
    if gender == "Fem":
        is_sure = not has_other and not any(_is_woman(word, lexicon) for word in behind)
        return OF_PAST["Fem"] if is_sure else None
    return OF_NO_WOMAN if has_other else OF_PAST[gender]


def _odds_behind_verb_of_one(
    before: Sequence[str], clause: Sequence[str], lexicon: Lexicon
) -> Floats | None:
    """Return the odds of a name that follows the verb of one person.

    A man is the subject of a verb that takes no object. A woman is where no other word may be, as
    in `договор подписала Смирнова`; in `партия выдвинула Смирнова` the name is a man's.
    """
    verb = before[-1].lower() if before else ""
    gender = past_gender(verb)
    if gender not in ("Masc", "Fem") or not _is_verb(verb, lexicon):
        return None
    if gender == "Masc":  # `встретился Абэ`
        readings = lexicon.morphology.known_readings(verb)
        is_sure = not any(reading.features.is_transitive for reading in readings)
        return OF_PAST["Masc"] if is_sure else None
    others = [word.lower() for word in takewhile(_is_within, before[-2::-1])]
    if any(word == "она" or _is_woman(word, lexicon) for word in others):
        return OF_NO_WOMAN
    is_name = any(word[0].isupper() and word.endswith(("а", "я")) for word in before[1:-1])
    if is_name or len(before) == BEFORE:
        return None
    others = [word.lower() for word in [*before[:-1], *clause]]
    return None if any(_may_be_her(word, lexicon) for word in others) else OF_PAST["Fem"]


def _begins_sentence(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word in capital letters is no name, as behind initials that end a sentence."""
    is_name = lexicon.parts_of_speech(word.lower()) & MAY_NAME
    return word.istitle() and word.isalpha() and not is_name


def _governs_two(verb: str, behind: str, lexicon: Lexicon) -> bool:
    """Say whether a verb says what its object is, or becomes: `признать Смирнову виновной`."""
    if not lexicon.parts_of_speech(verb) <= VERBS:
        return False
    return any(
        r.features.case == "Ins" and (r.features.is_animate or r.features.pos in ADJECTIVES)
        for r in lexicon.morphology.known_readings(behind)
    )


def past_gender(word: str) -> Gender | None:
    """Return the gender of a verb in the past tense by its ending, if it has such an ending."""
    return next((gender for end, gender in PAST.items() if word.endswith(end)), None)


def _gender_of_passive(word: str, lexicon: Lexicon) -> Gender | None:
    """Return the gender of a participle such as `подписана`, behind which its agent may stand."""
    if not word.endswith(PASSIVE_ENDS):
        return None
    readings = lexicon.morphology.known_readings(word)
    is_passive = all(reading.features.pos == "PRTS" for reading in readings)
    return readings[0].features.gender if readings and is_passive else None


def _is_within(word: str) -> bool:
    return CLAUSE.fullmatch(word) is not None and word.lower() not in JOINTS


def _is_verb(word: str, lexicon: Lexicon) -> bool:
    """Say whether a lower-case word is a finite verb in all its readings."""
    return word.endswith(ENDS) and lexicon.parts_of_speech(word) == {"VERB"}


def _nouns(word: str, lexicon: Lexicon) -> list[Features]:
    """Return the nouns that the dictionary reads a lower-case word as."""
    readings = lexicon.morphology.known_readings(word)
    return [reading.features for reading in readings if reading.features.pos == "NOUN"]


def _governs(word: str, gender: Gender, lexicon: Lexicon) -> bool:
    """Say whether a lower-case word may be a noun that the name depends on: `сестра`, `иск`.

    A verb of its gender may then be its own; `адвокат Смирнова` may be one person.
    """
    return any(noun.gender == gender or not noun.is_animate for noun in _nouns(word, lexicon))


def _may_be_subject(word: str, lexicon: Lexicon) -> bool:
    """Say whether a lower-case word may be a noun in the nominative: `Смирнова ждёт суд`."""
    return len(word) >= SHORTEST and any(n.case == "Nom" for n in _nouns(word, lexicon))


def _may_be_her(word: str, lexicon: Lexicon) -> bool:
    """Say whether a lower-case word may be the subject of a woman's verb: `полиция`, `она`."""
    readings = lexicon.morphology.known_readings(word)
    features = [r.features for r in readings if r.features.pos in ("NOUN", "ADJF")]
    return word in PRONOUNS or any((f.case, f.gender) == ("Nom", "Fem") for f in features)


def _is_woman(word: str, lexicon: Lexicon) -> bool:
    """Say whether a lower-case word is a feminine noun in the nominative: `полиция`."""
    cases = {noun.case for noun in _nouns(word, lexicon) if noun.gender == "Fem"}
    return "Nom" in cases and "Acc" not in cases
