"""The parts of a person's name follow from lists, the dictionary, their endings and their order."""

import re
from collections.abc import Sequence
from functools import lru_cache

from ner_service.names.east_asian import LONE_SYLLABLE, is_given, is_surely_given
from ner_service.names.lexicon import Lexicon
from ner_service.names.odds import ENDS_AS_A_PLURAL
from ner_service.names.types import Parts
from ner_service.names.units import (
    COLLOQUIAL,
    FIRSTS,
    LAST_OF_THE_REGION,
    LONG_ENDS,
    Kind,
    Unit,
    read_units,
)
from ner_service.names.vocabulary import (
    ALSO_FIRST,
    EAST_ASIAN,
    NEVER_LAST,
    SPOKEN_FIRST,
    SPOKEN_MIDDLE,
    WITHOUT_PATRONYMIC,
)
from ner_service.names.words import LONGEST

NAMES = 10_000  # whose parts are kept
MOST_WORDS = 12  # and marks of a person's name; more are no name
PATRONYMIC = re.compile(
    ".{2,}(?:[оеё]вич|[иеь]ич|[оеё]вна|[иы]чна|[уұ]лы|[кқг]ызы)|(?:ил|кузьм|лук|никит|савв|фок|фом)ич",
    re.IGNORECASE,
)
LAST_OF_RUSSIA = re.compile(  # which no first name of another country looks like
    ".+(?:[оеё]ва?|[оеё]вич|енко|[сц]к(?:ий|ая)|дзе|швили|заде)|.{3,}(?:" + LONG_ENDS + ")",
    re.IGNORECASE,
)


def may_be_patronymic(word: str) -> bool:
    """Say whether a word ends as a patronymic, or as it is spoken: `Петрович`, `Санна`."""
    return _is_spoken_middle(word) or PATRONYMIC.fullmatch(word) is not None


def _is_spoken_middle(word: str) -> bool:
    return COLLOQUIAL.fullmatch(word) is not None or word.lower() in SPOKEN_MIDDLE


class PartsReader:
    """Reads the parts of names, and keeps those of the names asked for last."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._read = lru_cache(NAMES)(self._arrange)

    def read(self, words: Sequence[str]) -> Parts:
        """Return the parts of a name from the words and marks of its base form."""
        is_name = len(words) <= MOST_WORDS and all(len(word) <= LONGEST for word in words)
        return self._read(tuple(words)) if is_name else Parts()

    def _arrange(self, words: tuple[str, ...]) -> Parts:
        match list(read_units(words, self._lexicon)):
            case [unit]:
                return arrange_one(unit)
            case [one, two]:
                return arrange_two(one, two)
            case [one, two, three]:
                return arrange_three(one, two, three)
            case [one, *middle, last] if len(middle) == 2:
                return arrange_four(one, middle, last)
        return Parts()


def arrange_one(unit: Unit) -> Parts:
    """Return the parts of a name of one unit: a last name unless it is known as another part."""
    match unit.kind:
        case Kind.FIRST | Kind.EITHER:
            return Parts(first=unit.text)
        case Kind.MIDDLE:
            return Parts(middle=unit.text)
        case Kind.INITIAL:
            return Parts()
    return Parts(last=unit.text)


def arrange_two(one: Unit, two: Unit) -> Parts:
    """Return the parts of a name of two units."""
    agree = one.gender is None or two.gender is None or one.gender == two.gender
    is_spoken = one.text.lower() in SPOKEN_FIRST or two.text.lower() in SPOKEN_MIDDLE
    if is_spoken and _is_spoken_middle(two.text):
        return Parts(first=one.text, middle=two.text)  # `Пал Палыч`
    agree = agree and one.text.lower() not in WITHOUT_PATRONYMIC
    if two.kind is Kind.MIDDLE and one.kind is not Kind.LAST and agree:  # no `Анна Алексиевич`
        return Parts(first=one.text, middle=two.text)
    if _is_last_first(one, two):
        return Parts(first=two.text, last=one.text)
    return Parts(first=one.text, last=two.text)


def _is_last_first(one: Unit, two: Unit) -> bool:
    """Say whether the last name of two comes first: `Иванов И.`, `Иванов Иван`, `Ху Цзиньтао`."""
    is_asian = one.text.lower() in EAST_ASIAN and is_given(two.text.lower())
    if is_asian and (one.text.lower() not in ALSO_FIRST or is_surely_given(two.text.lower())):
        return True
    if one.kind in (Kind.INITIAL, Kind.FIRST):
        return False
    if two.kind is Kind.INITIAL:
        return True
    if two.text.lower() in NEVER_LAST:
        return True
    is_first = two.kind in FIRSTS
    if is_first or (two.kind is Kind.UNKNOWN and two.gender):
        if " " in one.text or (one.text.isupper() and not two.text.isupper()):
            return True  # `де Лазари Пётр`, `ВЯЛЬБЕ Елена`
        parts = one.text, *one.text.split("-")
        is_of_region = one.is_noun or any(map(LAST_OF_THE_REGION.fullmatch, parts))
        is_of_all = one.kind is Kind.UNKNOWN and (
            ENDS_AS_A_PLURAL.search(one.text.lower()) or LAST_OF_RUSSIA.fullmatch(one.text)
        )
        if (one.kind is Kind.LAST and is_of_region) or is_of_all:
            return True
    if is_first:
        return one.text.lower() in EAST_ASIAN
    return is_asian and two.kind is Kind.UNKNOWN


def arrange_three(one: Unit, two: Unit, three: Unit) -> Parts:
    """Return the parts of a name of three units: first, middle, last, unless the last is first."""
    is_patronymic = three.kind is Kind.MIDDLE or may_be_patronymic(three.text)
    if (two.kind is Kind.MIDDLE and one.kind in FIRSTS) or one.kind is two.kind is Kind.INITIAL:
        is_patronymic = False  # `Роман Аркадьевич Абрамович`, `Л. Р. Бабич`
    is_asian = one.text.lower() in EAST_ASIAN
    has_initials = three.kind is Kind.INITIAL and one.kind is not Kind.INITIAL
    has_initials = has_initials and not (is_asian and len(three.text) == 1)  # `Но Тхэ У`
    if is_patronymic or has_initials:
        return Parts(first=two.text, middle=three.text, last=one.text)
    is_syllable = LONE_SYLLABLE.fullmatch(two.text.lower()) is not None
    if is_asian and is_syllable and two.kind is not Kind.MIDDLE:
        return Parts(first=f"{two.text} {three.text}", last=one.text)
    return Parts(first=one.text, middle=two.text, last=three.text)


def arrange_four(one: Unit, middle: Sequence[Unit], last: Unit) -> Parts:
    """Return the parts of a name of four units: first, two in the middle, and last."""
    if any(unit.kind is Kind.MIDDLE for unit in (one, *middle, last)):
        return Parts()  # a title in capitals is among them, or two names
    return Parts(first=one.text, middle=" ".join(unit.text for unit in middle), last=last.text)
