"""Odds say how well an analysis of a word suits what the word names.

They are natural logarithms, set by hand from what is common in Russian, and checked on gold base
forms; a dictionary's reading of a name's own kind has none.
"""

import math
import re

from ner_service.names.morphology import Reading
from ner_service.names.paradigms import Of

NAME_KINDS = frozenset({"Name", "Surn", "Patr"})

LIKELIHOOD = 0.3  # weight of the reading's probability among the word's readings
UNKNOWN = -2.5  # a reading that the dictionary guesses by the ending
NOT_A_NAME = -1.5  # a word for something alive, or an adjective, that names a person
NOT_ALIVE = -3.0  # a word for a thing that names a person
PERSON_AS_PLACE, LIKE_A_PERSON, ALIVE_AS_PLACE = -2.5, -1.5, -0.5
LISTED = 1.0  # a base form in the lists of names
GUESS, LISTED_GUESS = -3.0, -1.0  # by paradigms
LOOKS_OBLIQUE = -1.5  # a nominative that ends as other cases do: `Кошанбаем`, `Борисовичах`
NEEDLESS = -2.0  # beside a dictionary's reading
IN_NEWS, PLACE_IN_NEWS = 1.0, 0.5  # a base form that is frequent in news
NOT_IN_NEWS = -1.5  # or only its other form is
WOMAN, RARE_WOMAN = -1.5, -4.0  # a woman's name in a consonant has one form
HARDLY_A_WOMAN = -5.0  # whose name would end as a man's in the instrumental
PLURAL_SURNAME = -0.7  # `Черных` has one form
DECLARED = 0.0  # a first name of one form that a list has: `Микеле`
ONE_FORM = -0.7  # and so have `Церетели` and `Ионеску`
FROZEN = -6.0  # any word may have one form
FROZEN_CASE = -9.0  # and yet hardly one that ends as `Тынянова` or `Росгвардии` do
ODD_ADJECTIVE = -1.5  # a last name such as `Сомовый`, beside `Сомов`
ODD_PLURAL = -3.0  # a name such as `Росгвардии` in the plural
DECLINES = -14.0  # and a patronymic never has
FROZEN_PLACE = -1.0  # more for a place in -е, -у, -ю or -ы; the dictionary has most that are so
FROZEN_GUTTURAL = -1.0  # more for a person in -ги, -ки or -хи
FROZEN_BY_LETTER = dict.fromkeys("оэё", -0.7) | {"и": -3.5, "е": -4.2, "у": -4.2, "ю": -5, "ы": -5}

ENDS_IN_A_CONSONANT = re.compile("[бвгджзклмнпрстфхцчшщьй]$")
DECLINES_FOR_WOMEN = re.compile("..(?:[оеиы]й|[оеё]в|[иы]н)$")  # `Толстая`, `Иванова`, `Ильина`
ENDS_AS_A_MAN = re.compile("...(?:[бвгдзклмнпрстфхжшц]ом|[жшчщцаеёиоуыэюяь]ем)$")  # `Масариком`
ENDS_AS_OBLIQUE = re.compile(f"{ENDS_AS_A_MAN.pattern}|...(?:ах|ях|ичей|[сц]ким)$")
ENDS_AS_DATIVE = re.compile("..[ое]му$")  # `Залужному`, and hardly of `Залужном`
ENDS_AS_AN_ADJECTIVE = re.compile("..[ое]го$")  # `Островского`
ENDS_AS_A_LAST_NAME = re.compile(
    "..(?:[оеё]в|[иы]н)(?:у|ым|ой|ы|ых|ыми)$|...[оеё]ва$|..[сц]к(?:им|ую)$"
)
ENDS_AS_A_TOWN = re.compile("(?:[сц]к|[внл]|ч|щ)(?:[иы]й|ой)$")  # `Отрадное`
ENDS_AS_ODD_ADJECTIVE = re.compile("..(?:[оеё]в|ин)ый$")
ENDS_IN_KA = re.compile("[бвдзлмнпрст]к[иеу]$")  # `Плешки`
ENDS_IN_GUTTURAL = re.compile("[гкх]и$")  # `Шемяки`
ENDS_IN_GEORGIA = re.compile("..(?:швили|ели|дзе)$")
ENDS_IN_ROMANIA = re.compile("..еску$")
ENDS_AS_A_WOMAN = re.compile(".[бвгджзклмнпрстфхчшщ]ью$")  # `Айгулью`
ENDS_IN_A_FATHER = re.compile("..(?:заде|[уо]глы|[кг]ызы)$|....улы$")  # `Гусейнзаде`
ENDS_AS_A_PLURAL_PLACE = re.compile("....[ая](?:ми|х)$")
ENDS_AFTER_A_GLIDE = re.compile("[йь][ию]$")  # `Монтойи`, `Мелилью`: no name ends so
ENDS_AS_A_PLURAL = re.compile("..[иы]х$")


def odds_of_reading(reading: Reading, of: Of) -> float:
    """Return the odds of a reading of a word that names people, or places and organisations."""
    odds = LIKELIHOOD * math.log(max(reading.score, 1e-3)) + UNKNOWN * (not reading.is_known)
    if of == "places":
        if not reading.is_known:
            is_plural = reading.features.number == "Plur" and reading.word[-2:] == "ии"
            is_adjective = reading.features.pos != "NOUN"
            odds += ODD_PLURAL * is_plural
            odds += ODD_ADJECTIVE * (is_adjective and not ENDS_AS_A_TOWN.search(reading.lemma))
        as_person = PERSON_AS_PLACE if reading.is_known else LIKE_A_PERSON
        as_place = as_person if reading.features.kind in NAME_KINDS else 0.0
        return odds + (as_place or ALIVE_AS_PLACE * reading.features.is_animate)
    if reading.features.kind in NAME_KINDS:
        return odds
    if reading.features.pos != "NOUN" and ENDS_AS_ODD_ADJECTIVE.search(reading.lemma):
        odds += ODD_ADJECTIVE
    return odds + (
        NOT_A_NAME if reading.features.is_animate or reading.features.pos != "NOUN" else NOT_ALIVE
    )


def odds_of_guess(cost: float, is_listed: bool, is_needless: bool) -> float:
    """Return the odds of a paradigm's guess; `is_needless` says that a dictionary has the word."""
    return (LISTED_GUESS if is_listed else GUESS) - cost + NEEDLESS * is_needless


def odds_of_woman(word: str, is_listed: bool) -> float | None:
    """Return the odds that a word is a woman's name with one form; `None` is not by its ending."""
    if not ENDS_IN_A_CONSONANT.search(word) or ENDS_AS_A_LAST_NAME.search(word):
        return None
    if ENDS_AS_A_MAN.search(word) and not is_listed:
        return HARDLY_A_WOMAN
    return RARE_WOMAN if DECLINES_FOR_WOMEN.search(word) else WOMAN + LISTED * is_listed


def odds_of_one_form(word: str, of: Of, is_listed: bool) -> float:
    """Return the odds that a word has one form for all cases, by its last letters."""
    if word.endswith("ии") or ENDS_AS_A_WOMAN.search(word):
        return FROZEN_CASE
    if ENDS_AS_AN_ADJECTIVE.search(word):
        return FROZEN
    if ENDS_AFTER_A_GLIDE.search(word) and not is_listed:
        return FROZEN
    if of == "people" and ENDS_AS_A_PLURAL.search(word):
        return PLURAL_SURNAME
    if of == "people" and (ENDS_IN_GEORGIA.search(word) or ENDS_IN_ROMANIA.search(word)):
        return ONE_FORM
    if of == "people" and ENDS_AS_A_LAST_NAME.search(word):
        return FROZEN_CASE
    if of == "places" and ENDS_AS_A_PLURAL_PLACE.search(word):
        return FROZEN_CASE
    if of == "places" and ENDS_IN_KA.search(word):
        return FROZEN
    odds = FROZEN_BY_LETTER.get(word[-1], FROZEN)
    if of == "people" and ENDS_IN_GUTTURAL.search(word):
        odds += FROZEN_GUTTURAL
    if of == "places" and word[-1] in "еуюы":
        return odds + FROZEN_PLACE * (2 if word[-1] == "ы" else 1)
    return odds + 2 * LISTED * is_listed if word[-1] in "иеуюы" else odds
