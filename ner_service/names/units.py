"""A unit of a person's name is a word with the particles, initials or marks that belong to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from ner_service.names.east_asian import is_given
from ner_service.names.lexicon import Lexicon
from ner_service.names.lists import to_masculine
from ner_service.names.morphology import Reading
from ner_service.names.quotes import find_nickname
from ner_service.names.rulers import NUMBER_OF, ROMAN, is_number
from ner_service.names.types import Gender
from ner_service.names.vocabulary import (
    AFTER_A_FATHER,
    ARTICLES,
    BEHIND_BEN,
    EAST_ASIAN,
    HONORIFICS,
    PARTICLES,
    TITLES,
)

LETTER = "(?:Дж|[А-ЯЁA-Z][а-яё]?)"
INITIAL = re.compile(rf"{LETTER}\.?(?:-{LETTER}\.?)?")
TWO_INITIALS = re.compile("[А-ЯЁA-Z]{2}")  # `Смирнов АВ`
APOSTROPHES = frozenset("'’`ʼ")
BRACKETS = frozenset("([{,;/")
BEHIND_A_FATHER = tuple(f"-{word}" for word in AFTER_A_FATHER - {"заде"})
LONG_ENDS = "ец|[внстлдпк]ой|[ыи]й|ая"  # of last names of Russia behind three letters
LAST_OF_THE_REGION = re.compile(  # Russian, Ukrainian, Georgian, Armenian, Azerbaijani
    ".+(?:[оеё]ва?|[иы]на?|[сц]к(?:ий|ая|ой)|ко|[ауюя]к|[иы]х|дзе|швили|[аья]ян|янц|заде)"
    "|.{3,}(?:[ое]вич|ели|" + LONG_ENDS + ")",
    re.IGNORECASE,
)
PARTICLE_WITHIN = re.compile(
    rf"(?:{'|'.join(sorted(ARTICLES))}|al|el|as|ad|ar|az|an|at)-[^\W\d_]", re.IGNORECASE
)
SAINTS = ("сен-", "сент-", "сан-", "санта-")  # in last names after a place: `Сен-Луи`
COLLOQUIAL = re.compile(".+(?:[аеёо]н|ал|[аи]м)ыч", re.IGNORECASE)  # `Палыч`, `Иваныч`


class Kind(Enum):
    """The kind of a unit by itself, before the order decides."""

    INITIAL = auto()
    FIRST = auto()
    MIDDLE = auto()
    LAST = auto()
    EITHER = auto()  # a usual first name that is a last name, too: `Пётр`, `Роман`, `Галина`
    UNKNOWN = auto()  # nothing tells, or two things do


FIRSTS = frozenset({Kind.FIRST, Kind.EITHER})


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit has its text as a part has it, its kind, and its gender where that is certain."""

    text: str
    kind: Kind
    gender: Gender | None = None
    is_noun: bool = False  # a dictionary has it as a common noun: `Мороз`


def read_units(words: Sequence[str], lexicon: Lexicon) -> Iterator[Unit]:
    """Yield the units of a base form's words and marks, up to a bracket or a comma.

    Titles and numbers are none, and no words in small letters unless all are, as in a chat. One
    word behind a title such as `княгиня`, or before a Roman number, is a first name.
    """
    if all(word.islower() for word in words if word[0].isalpha()):
        words = [word if word in PARTICLES | TITLES else word.capitalize() for word in words]
        units = list(_read_units(words, lexicon))
        known = (Kind.FIRST, Kind.MIDDLE)
        is_name = any(unit.kind in known or not unit.is_noun for unit in units)
        yield from (replace(unit, text=unit.text.lower()) for unit in units if is_name)
        return
    units = list(_read_units(words, lexicon))
    if len(units) == 1 and units[0].kind is Kind.UNKNOWN:
        has_title = words[0].lower() in TITLES and _may_be_first(units[0].text, lexicon)
        if has_title or _ends_in_a_number(words):
            units = [replace(units[0], kind=Kind.FIRST)]
    yield from units


def _may_be_first(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word is listed as a first name, or does not end as a last name: `Батый`."""
    return lexicon.lists.has_first(word.lower()) or not LAST_OF_THE_REGION.fullmatch(word)


def _ends_in_a_number(words: Sequence[str]) -> bool:
    return len(words) > 1 and is_number(words[-1])


def _read_units(words: Sequence[str], lexicon: Lexicon) -> Iterator[Unit]:
    """Yield the units of a name with capitals."""
    words = _without_nickname(words[:-1] if _ends_in_a_number(words) else words)
    particles: list[str] = []
    in_capitals = all(word.isupper() for word in words if word[0].isalpha())
    n = 0
    if len(words) == 2 and words[0] == "Ван" and is_given(words[1].lower()):
        yield Unit("Ван", Kind.LAST)  # and no particle as in `Ван Гог`
        n = 1
    if len(words) == 2 and words[0] in ("Бен", "Аль") and words[1].lower() not in BEHIND_BEN:
        yield Unit(words[0], Kind.FIRST)
        n = 1
    is_of_vietnam = len(words) == 3 and words[1] == "Ван" and words[0].lower() in EAST_ASIAN
    while n < len(words) and words[n] not in BRACKETS:
        if n == 1 and is_of_vietnam:
            yield Unit("Ван", Kind.UNKNOWN)
            n += 1
            continue
        if n and _is_number_within(words, n):
            n += 1
            continue
        if len(words) > 1 and not in_capitals and _are_two_initials(words[n]):
            yield from (Unit(letter, Kind.INITIAL) for letter in words[n])
            n += 1
            continue
        unit, used = _read_unit(words[n : n + 5], lexicon)
        n += used
        if unit is None and words[n - 1].lower() in PARTICLES and n < len(words):
            particles.append(words[n - 1])
        elif unit and particles and unit.kind is not Kind.INITIAL:
            yield Unit(" ".join([*particles, unit.text]), Kind.LAST)
            particles = []
        elif unit:
            yield unit


def _is_number_within(words: Sequence[str], n: int) -> bool:
    """Say whether a word is a ruler's number before further names: `Василий II Васильевич`."""
    is_roman = ROMAN.fullmatch(words[n]) and words[n].isascii() and words[n + 1 : n + 2] != ["."]
    return bool(is_roman) or words[n].lower() in NUMBER_OF


def _without_nickname(words: Sequence[str]) -> Sequence[str]:
    """Return words without those in quotes between others."""
    inside = find_nickname(words)
    return [*words[: inside.start], *words[inside.stop :]] if inside else words


def _are_two_initials(word: str) -> bool:
    return TWO_INITIALS.fullmatch(word) is not None and not ROMAN.fullmatch(word)


def _read_unit(words: Sequence[str], lexicon: Lexicon) -> tuple[Unit | None, int]:
    """Return the unit that five words begin with, if any, and how many of them it takes."""
    word, follows, third, letter, stop = (*words, "", "", "", "")[:5]
    if word.lower() in TITLES and follows[:1].isalpha():
        is_first = word[0].isupper() and lexicon.lists.has_first(word.lower())
        if is_first and classify_word(follows.lower(), lexicon)[0] is Kind.LAST:
            return Unit(word, Kind.FIRST), 1  # `Султан Сулейманов`
        return None, 1
    if word.lower() in HONORIFICS and word[0].isupper() and follows[:1].isupper():
        return None, 1
    if (follows, third, stop) == (".", "-", ".") and len(letter) == 1:  # `Ж.-Ж. Руссо`
        return Unit("".join(words), Kind.INITIAL), 5
    if follows in APOSTROPHES and third:  # `О’Нил`, `д’Арк`
        return Unit(word + follows + third, Kind.LAST), 3
    if PARTICLE_WITHIN.match(word):
        return Unit(word, Kind.LAST), 1
    is_asian = word == "Ван" and classify_word(follows.lower(), lexicon)[0] in FIRSTS
    if not is_asian and word.lower() in PARTICLES and (word.islower() or follows[:1].isupper()):
        return None, 1
    if INITIAL.fullmatch(word) and (follows == "." or len(word) == 1 or word.endswith(".")):
        return Unit(word + "." * (follows == "."), Kind.INITIAL), 1 + (follows == ".")
    if follows.lower() in AFTER_A_FATHER:
        return Unit(f"{word} {follows}", Kind.MIDDLE), 2
    if word[0].isupper() and not ROMAN.fullmatch(word):
        return Unit(word, *classify_word(word.lower(), lexicon), _is_noun(word, lexicon)), 1
    return None, 1


def _is_noun(word: str, lexicon: Lexicon) -> bool:
    """Say whether the dictionary has a base form as a common noun."""
    features = [reading.features for reading in lexicon.morphology.known_readings(word.lower())]
    return any((f.pos, f.kind, f.case) == ("NOUN", "", "Nom") for f in features)


def classify_word(word: str, lexicon: Lexicon) -> tuple[Kind, Gender | None]:
    """Return the kind and the gender of a lower-case base form by the dictionary and the lists."""
    readings = [
        reading
        for reading in lexicon.morphology.known_readings(word)
        if reading.features.case == "Nom"
    ]
    if "-" in word and not readings:
        (first, gender), *others = (classify_word(part, lexicon) for part in word.split("-"))
        if word.endswith(BEHIND_A_FATHER):
            return Kind.MIDDLE, None  # `Гасан-оглы`
        has_last = (
            word.endswith("-заде")
            or word.startswith(SAINTS)
            or any(kind is Kind.LAST for kind, _ in others)
        )
        if first in FIRSTS and not has_last:
            return Kind.FIRST, gender  # `Мария-Антуанетта`
        return (Kind.LAST if has_last or first is Kind.LAST else Kind.UNKNOWN), None
    if not readings and COLLOQUIAL.fullmatch(word):
        return Kind.MIDDLE, "Masc"
    genders = {
        reading.features.gender for reading in readings if reading.features.kind in ("Name", "Patr")
    }
    return _choose_kind(word, readings, lexicon), genders.pop() if len(genders) == 1 else None


def _choose_kind(word: str, readings: Sequence[Reading], lexicon: Lexicon) -> Kind:
    """Return the kind of a word from its nominatives in the dictionary."""
    kinds = {reading.features.kind for reading in readings}
    if "Patr" in kinds:
        return Kind.UNKNOWN if "Surn" in kinds else Kind.MIDDLE  # `Абрамович` is both
    is_listed = lexicon.lists.has_first(word)
    is_first, is_last = is_listed or "Name" in kinds, lexicon.lists.has_last(word)
    if is_first and (is_last or "Surn" in kinds):
        is_usual = is_listed and "Name" in kinds and _is_rather_first(word, readings)
        return Kind.EITHER if is_usual else Kind.UNKNOWN
    if is_first:
        return Kind.FIRST
    return Kind.LAST if is_last or "Surn" in kinds else Kind.UNKNOWN


def _is_rather_first(word: str, readings: Sequence[Reading]) -> bool:
    """Say whether the dictionary has a word at least as often as a first name as as a last name.

    It has no counts of most women's names, and of `Ильина` the last name is by far the usual one.
    """
    chances: dict[str, float] = dict.fromkeys(("Name", "Surn"), 0.0)
    for reading in readings:
        kind = reading.features.kind
        chances[kind] = max(chances.get(kind, 0.0), reading.score)
    if not chances["Surn"]:
        return True
    return chances["Name"] >= chances["Surn"] and not to_masculine(word)
