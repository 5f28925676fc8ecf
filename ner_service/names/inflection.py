"""Inflection puts a base form, such as a whole name, into another case."""

from collections.abc import Iterator, Sequence
from typing import get_args

from ner_service.names.capitals import copy_capitals
from ner_service.names.lexicon import ADJECTIVES
from ner_service.names.morphology import Morphology, Reading
from ner_service.names.odds import ENDS_AS_A_PLURAL, ENDS_IN_A_CONSONANT, NAME_KINDS
from ner_service.names.paradigms import forms_of
from ner_service.names.plural_places import DECLENSIONS
from ner_service.names.types import Case, Gender, Number
from ner_service.names.vocabulary import NAMED_AFTER, WITH_ADJECTIVES
from ner_service.names.words import CYRILLIC_WORD

DECLINING = frozenset({"город", "село", "деревня", "река"})  # behind which a place declines
GIVEN_KINDS = ("Name", "Patr")  # by which a name is a person's
NUMBERS: tuple[Number, ...] = ("Sing", "Plur")
CASES = get_args(Case)
GENDERS = (None, *get_args(Gender))


def inflect_name(
    name: str, case: Case, morphology: Morphology, gender: Gender | None = None
) -> str | None:
    """Return a name in the nominative in another case, in the number that it has.

    With a gender, the name is a person's of that gender: all its words decline, and `Шевчук` has
    one form if it is a woman's. Without one, so does a name with a first name or a patronymic, by
    the gender of that. Of any other name, adjectives and their head decline, and the tail stays.
    Returns `None` where a word has no analysis that carries the case, or a person of either gender
    would have another form. Raises `ValueError` for an unknown case or gender.
    """
    for field, value, known in (("case", case, CASES), ("gender", gender, GENDERS)):
        if value not in known:
            raise ValueError(f"{field}: {value!r} is none of {', '.join(map(str, known))}")
    words = name.split(" ")
    if genders := [gender] if gender else genders_of(words, morphology):
        persons = {_inflect_words(words, case, morphology, each) for each in genders}
        return persons.pop() if len(persons) == 1 else None
    if "и" in words and (joined := _inflect_joined(words, case, morphology)):
        return joined
    for number in NUMBERS:
        forms = list(_inflect_head(words, case, morphology, number))
        if forms and None not in forms:
            return " ".join([form for form in forms if form] + words[len(forms) :])
    return None


def genders_of(words: Sequence[str], morphology: Morphology) -> list[Gender]:
    """Return the genders that a person with this name may have; none where it is hardly a person's.

    A word of it is a first name or a patronymic, and each other one a name, an adjective as in
    `Пётр Великий`, or a word that no dictionary knows.
    """
    if len(words) < 2 or not all(w[:1].isupper() and CYRILLIC_WORD.fullmatch(w) for w in words):
        return []
    given = False
    genders: list[Gender] = ["Masc", "Fem"]
    for word in words:
        parts = word.lower().split("-")
        readings = [r for part in parts for r in _nominatives(part, morphology, "Sing")]
        names = [reading for reading in readings if reading.features.kind in NAME_KINDS]
        known = [reading for reading in names if reading.is_known]
        given = given or any(reading.features.kind in GIVEN_KINDS for reading in known)
        is_strange = not any(reading.is_known for reading in readings)
        if not (is_strange and (readings or ENDS_AS_A_PLURAL.search(word))):
            fitting = known or [r for r in readings if r.features.pos in ADJECTIVES]
            allowed = {reading.features.gender for reading in fitting}
            genders = [each for each in genders if each in allowed or None in allowed]
    return genders if given else []


def _inflect_words(
    words: Sequence[str], case: Case, morphology: Morphology, gender: Gender
) -> str | None:
    forms = [inflect_person(word, case, morphology, gender) for word in words]
    return None if None in forms else " ".join(form for form in forms if form)


def inflect_person(word: str, case: Case, morphology: Morphology, gender: Gender) -> str | None:
    """Return a word of a person's name in the nominative in another case, with its capitals."""
    if case == "Nom" or not word[:1].isupper() or not CYRILLIC_WORD.fullmatch(word):
        return word
    lower = word.lower()
    if ENDS_AS_A_PLURAL.search(lower):
        return word  # `Седых`
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
        if morphology.inflect(reading, "Nom", "Sing") != word:
            continue  # as one calls somebody: `Коль` of `Коля`
        # a man's accusative is his genitive, also where the dictionary has the word as a thing
        is_thing = gender == "Masc" and case == "Acc" and word[-1] not in "ая"
        form = morphology.inflect(reading, "Gen" if is_thing else case, "Sing")
        if form:
            return form
    return None


def _inflect_head(
    words: list[str], case: Case, morphology: Morphology, number: Number
) -> Iterator[str | None]:
    """Yield the forms of the adjectives and the head that begin a name; `None` where one fails.

    A last name or a place before a noun is an adjective, too: `Карловы Вары`, `Красная площадь`.
    """
    for n, word in enumerate(words):
        if number == "Plur" and word.lower() in DECLENSIONS:
            yield copy_capitals(word, DECLENSIONS[word.lower()][case])
            return
        readings = _nominatives(word.lower(), morphology, number)
        adjectives = [reading for reading in readings if reading.features.pos in ADJECTIVES]
        readings.sort(key=lambda reading: reading.features.kind != "Geox")
        qualifying = [r for r in readings if r.features.kind == "Surn" or r in adjectives]
        is_before_noun = _is_noun(words[n + 1 : n + 2], qualifying, number, morphology)
        if readings and readings[0].features.kind == "Geox" and not is_before_noun:
            adjectives = []
        elif is_before_noun:
            adjectives = adjectives or qualifying
        for reading in adjectives or readings:
            form = morphology.inflect(reading, case, number)
            if form and reading.features.kind == "Surn" and form == f"{reading.word}ым":
                form = f"{reading.word}ом"  # of a town
            yield None if form is None else copy_capitals(word, form)
            break
        else:
            yield None
        if not adjectives:
            yield from _inflect_behind(words[n + 1 :], readings, case, morphology, number)
            return


def _inflect_joined(words: Sequence[str], case: Case, morphology: Morphology) -> str | None:
    """Return adjectives that `и` joins in a case, with their noun: `Тульская и Курская области`."""
    *adjectives, noun = words
    heads = [r for n in ("Plur", "Sing") for r in _nominatives(noun.lower(), morphology, n)]
    heads = [head for head in heads if head.features.pos == "NOUN"]
    if "и" not in adjectives[1:-1] or not heads:
        return None
    forms = []
    for word in adjectives:
        lower = word.lower().rstrip(",")
        readings = _nominatives(lower, morphology, "Sing") if word != "и" else []
        own = [reading for reading in readings if reading.features.pos in ADJECTIVES]
        form = morphology.inflect(own[0], case, "Sing", own[0].features.gender) if own else None
        if form is None and word != "и":
            return None
        forms.append(copy_capitals(word, form + word[len(lower) :]) if form else word)
    head = morphology.inflect(heads[0], case, heads[0].features.number)
    return " ".join([*forms, copy_capitals(noun, head)]) if head else None


def _is_noun(
    following: Sequence[str], before: Sequence[Reading], number: Number, morphology: Morphology
) -> bool:
    """Say whether the next word, if any, is a noun with which a word before it agrees."""
    if not following or not before:
        return False
    if number == "Plur" and following[0].lower() in DECLENSIONS:
        return True
    genders = {reading.features.gender for reading in before}
    return any(
        r.features.pos == "NOUN" and (number == "Plur" or r.features.gender in genders)
        for r in _nominatives(following[0].lower(), morphology, number)
    )


def _inflect_behind(
    words: list[str], heads: Sequence[Reading], case: Case, morphology: Morphology, number: Number
) -> Iterator[str]:
    """Yield the forms of what declines behind a head.

    That is an adjective (`Речь Посполитая`), a place behind `город` or the like, and another place
    of a pair (`Босния и Герцеговина`).
    """
    joint, rest = (words[:1], words[1:]) if words[:1] in (["и"], ["—"], ["–"]) else ([], words)
    if not rest or not all(word[0].isupper() for word in rest if word[:1].isalpha()):
        return
    is_pair = bool(joint) and heads and heads[0].features.kind == "Geox"
    if is_pair or any(reading.lemma in DECLINING for reading in heads):
        form = inflect_name(" ".join(rest), case, morphology)
        yield from [*joint, *form.split(" ")] if form else []
    elif len(rest) == 1 and not joint:
        readings = _nominatives(rest[0].lower(), morphology, number)
        adjectives = [reading for reading in readings if reading.features.pos in ADJECTIVES]
        genders = {reading.features.gender for reading in heads}
        fitting = [r for r in adjectives if number == "Plur" or r.features.gender in genders]
        is_street = any(reading.lemma in NAMED_AFTER | WITH_ADJECTIVES for reading in heads)
        is_noun = any(r.features.pos == "NOUN" and r.is_known for r in readings)
        if fitting and (is_street or not is_noun):
            form = morphology.inflect(fitting[0], case, number)
            yield from [copy_capitals(rest[0], form)] if form else []


def _nominatives(word: str, morphology: Morphology, number: Number) -> list[Reading]:
    return [
        reading
        for reading in morphology.readings(word)
        if reading.features.case == "Nom"
        and reading.features.number in (number, None)
        and reading.lemma != "больший"  # `Большая Дмитровка`
    ]
