"""The vocabulary has the closed lists of words that decide how a name is read."""

import tomllib
from pathlib import Path

from ner_service.names.slots import SLOTS
from ner_service.names.types import Gender

DATA = Path(__file__).with_name("data")
_LISTS: dict[str, str] = tomllib.loads((DATA / "vocabulary.toml").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


def _short_types(name: str, gender: Gender) -> dict[str, tuple[str, frozenset[int]]]:
    """Return the lemma of each short word, and the slots that it may have: the singular ones."""
    slots = frozenset(n for n, slot in enumerate(SLOTS) if slot.gender == gender)
    pairs = (pair.split(":") for pair in _LISTS[name].split())
    return {short: (lemma, slots) for short, lemma in pairs}


PARTICLES = _words("particles")
TITLES = _words("titles")
AFTER_A_FATHER = _words("after_a_father")
HONORIFICS = _words("honorifics")
ORDINALS = _LISTS["ordinals"].split()
SPOKEN_FIRST = _words("spoken_first")
SPOKEN_MIDDLE = _words("spoken_middle")
BEHIND_BEN = _words("behind_ben")
EAST_ASIAN = _words("east_asian")
ALSO_FIRST = _words("also_first")
NEVER_LAST = _words("never_last")
WITHOUT_PATRONYMIC = _words("without_patronymic")
MEN_IN_A = _words("men_in_a")
ONE_FORM = _words("one_form")
ARTICLES = _words("articles")
BEFORE_A_HEAD = _words("before_a_head")
BEHIND_A_HEAD = _words("behind_a_head")
ABBREVIATED = _words("abbreviated")
APPOSITIVE = _words("appositive")
PLACE_TYPES = _words("place_types")
ORGANISATION_TYPES = _words("organisation_types")
FUNCTION_WORDS = _words("function_words")
NAMED_AFTER = _words("named_after")
NAMED_AFTER_PERSONS = _words("named_after_persons")
NAMED_AFTER_THINGS = _words("named_after_things")
ORGANISATION_WORDS = _words("organisation_words") | ORGANISATION_TYPES | NAMED_AFTER_PERSONS
LANDS = _words("lands")
WITH_ADJECTIVES = _words("with_adjectives")
RANKS = _words("ranks")
GIVING_VERBS = _words("giving_verbs")
TOWARDS = _words("towards")
POST_ABBREVIATIONS = _words("post_abbreviations")
ACTING = _words("acting")
RELATED = _words("related")
PLURAL_PLACES = [pair.split(":") for pair in _LISTS["plural_places"].split()]
SHORT_TYPES = (
    _short_types("short_masculine", "Masc")
    | _short_types("short_feminine", "Fem")
    | _short_types("short_neuter", "Neut")
)
