"""Inflection puts a base form, such as a whole name, into another case."""

from collections.abc import Iterator

from ner_service.names.capitals import copy_capitals
from ner_service.names.lexicon import ADJECTIVES
from ner_service.names.morphology import Morphology, Reading
from ner_service.names.odds import ENDS_IN_A_CONSONANT, NAME_KINDS
from ner_service.names.paradigms import forms_of
from ner_service.names.types import Case, Gender, Number
from ner_service.names.words import CYRILLIC_WORD

NUMBERS: tuple[Number, ...] = ("Sing", "Plur")


def inflect_name(
    name: str, case: Case, morphology: Morphology, gender: Gender | None = None
) -> str | None:
    """Return a name in the nominative in another case, in the number that it has.

    With a gender, the name is a person's of that gender: all its words decline, and `Шевчук` has
    one form if it is a woman's. Without one, adjectives and their head decline, and the tail stays.
    Returns `None` where a word has no analysis that carries the case.
    """
    words = name.split(" ")
    if gender:
        forms = [inflect_person(word, case, morphology, gender) for word in words]
        return None if None in forms else " ".join(form for form in forms if form)
    for number in NUMBERS:
        forms = list(_inflect_head(words, case, morphology, number))
        if forms and None not in forms:
            return " ".join([form for form in forms if form] + words[len(forms) :])
    return None


def inflect_person(word: str, case: Case, morphology: Morphology, gender: Gender) -> str | None:
    """Return a word of a person's name in the nominative in another case, with its capitals."""
    if case == "Nom" or not word[:1].isupper() or not CYRILLIC_WORD.fullmatch(word):
        return word
    lower = word.lower()
    form = _known_form(lower, case, morphology, gender)
    if form is None and "-" in lower:
        parts = lower.split("-")
        first = [_known_form(part, case, morphology, gender) or part for part in parts[:-1]]
        last = _known_form(parts[-1], case, morphology, gender) or forms_of(parts[-1], gender, case)
        form = "-".join([*first, last or parts[-1]])
    form = form or forms_of(lower, gender, case)
    if form is None and (gender == "Fem" or not ENDS_IN_A_CONSONANT.search(lower)):
        form = lower
    return None if form is None else copy_capitals(word, form)


def _known_form(word: str, case: Case, morphology: Morphology, gender: Gender) -> str | None:
    """Return a case of a word that the dictionary has as a name, else as a word of that gender."""
    readings = [
        reading
        for reading in _nominatives(word, morphology, "Sing")
        if reading.is_known and reading.features.gender in (gender, None)
    ]
    readings.sort(key=lambda reading: reading.features.kind not in NAME_KINDS)
    for reading in readings:
        # a man's accusative is his genitive, also where the dictionary has the word as a thing
        is_thing = gender == "Masc" and case == "Acc" and word[-1] not in "ая"
        form = morphology.inflect(reading, "Gen" if is_thing else case, "Sing")
        if form:
            return form
    return None


def _inflect_head(
    words: list[str], case: Case, morphology: Morphology, number: Number
) -> Iterator[str | None]:
    """Yield the forms of the adjectives and the head that begin a name; `None` where one fails."""
    for word in words:
        readings = _nominatives(word.lower(), morphology, number)
        adjectives = [reading for reading in readings if reading.features.pos in ADJECTIVES]
        for reading in adjectives or readings:
            form = morphology.inflect(reading, case, number)
            yield None if form is None else copy_capitals(word, form)
            break
        else:
            yield None
        if not adjectives:
            return


def _nominatives(word: str, morphology: Morphology, number: Number) -> list[Reading]:
    return [
        reading
        for reading in morphology.readings(word)
        if reading.features.case == "Nom" and reading.features.number in (number, None)
    ]
