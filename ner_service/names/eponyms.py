"""An eponym is what a street or a school is named after: its name stays in the genitive.

`на улице Льва Толстого` names `улица Льва Толстого`, in all cases of the street. An adjective
agrees with its street instead: `на улице Тверской` names `улица Тверская`. A town behind a street
is where that lies, and declines: `по улицам Москвы`. An organisation may be told by its eponym
alone: `в театре Сатиры`, `в академии Можайского`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ner_service.names.lexicon import ADJECTIVES, Lexicon
from ner_service.names.morphology import Reading
from ner_service.names.odds import NAME_KINDS
from ner_service.names.paradigms import Guess, guess_bases
from ner_service.names.slots import SLOTS, slots_of_readings
from ner_service.names.vocabulary import (
    LANDS,
    NAMED_AFTER,
    NAMED_AFTER_PERSONS,
    NAMED_AFTER_THINGS,
    ORGANISATION_WORDS,
    RANKS,
    SHORT_TYPES,
    WITH_ADJECTIVES,
)
from ner_service.names.words import Word

BEFORE = 12  # words and marks before a name that are looked at
JOINTS = frozenset({"и", ",", "."})  # in an enumeration: `угол улиц Пушкина и Гоголя`
TYPES = NAMED_AFTER | NAMED_AFTER_PERSONS | WITH_ADJECTIVES
SAME = 3  # letters that all forms of a type or a rank begin with
FIRST_LETTERS = frozenset(word[:SAME] for word in TYPES | RANKS)
FOLLOWED = frozenset({"имени", *SHORT_TYPES})
SURNAME_ENDS = ("ского", "цкого")
RUSSIAN = -1.0  # the cost of paradigms such as that of `Иванов`
GENITIVE = frozenset(n for n, slot in enumerate(SLOTS) if slot.case == "Gen")
PLURAL = frozenset(n for n, slot in enumerate(SLOTS) if slot.gender is None)


class Type(NamedTuple):
    """A type is a word such as `улице` before a name: its lemma, and the slots of its form."""

    lemma: str
    slots: frozenset[int]


class Genitive(NamedTuple):
    """A genitive is a form that may be one, and whether a person or only a place has that name."""

    is_person: bool
    is_place: bool


class Eponyms:
    """Says by the words before a name, and by its own forms, whether the name is an eponym."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def may_follow(self, word: str) -> bool:
        """Say whether an eponym or an agreeing adjective may follow a word or mark; most have none.

        It takes no look at the dictionary.
        """
        word = word.lower()
        return word[:SAME] in FIRST_LETTERS or word in JOINTS or "-" in word or word in FOLLOWED

    def stays(
        self, words: Sequence[Word], label: str, before: Sequence[str], is_quoted: bool = False
    ) -> bool:
        """Say whether a name of these declining words stays in the genitive, behind others."""
        before = self._without_ranks(before[-BEFORE:])
        is_by_name = _ends(before, "имени") or _ends(before, "им", ".")
        kind = self._type(before)
        if not words or not (is_by_name or kind) or _ends(before, "от", "имени"):
            return False
        genitives = [self._genitive(word.lower) for word in words]
        if not all(genitives) or kind is None:
            return is_by_name and all(genitives)
        is_person = all(word and word.is_person for word in genitives)
        is_place = genitives[-1] is not None and genitives[-1].is_place
        if is_place and (not is_person or kind.slots <= PLURAL):
            return False
        is_street = label == "LOC" and kind.lemma in NAMED_AFTER
        may_agree = is_quoted and kind.slots & GENITIVE  # `у театра «Современника»`
        is_thing = label == "ORG" and not may_agree and self._is_governed(words, kind)
        return is_thing or ((is_person or is_street) and not self.agree(words, before))

    def _is_governed(self, words: Sequence[Word], kind: Type) -> bool:
        """Say whether words that may be genitives tell an organisation by its eponym alone.

        They are an adjective such as a surname is, or name a thing and no other organisation.
        """
        if kind.lemma not in NAMED_AFTER_PERSONS or not words[0].text[0].isupper():
            return False
        if len(words) == 1 and words[0].lower.endswith(SURNAME_ENDS):
            return True
        readings = self._lexicon.morphology.known_readings(words[-1].lower)
        return kind.lemma in NAMED_AFTER_THINGS and any(
            reading.features.case == "Gen"
            and reading.features.pos == "NOUN"
            and not reading.features.kind
            and reading.lemma not in ORGANISATION_WORDS
            for reading in readings
        )

    def may_stay(self, words: Sequence[Word]) -> bool:
        """Say whether all words may be genitives."""
        return bool(words) and all(self._genitive(word.lower) for word in words)

    def agree(self, words: Sequence[Word], before: Sequence[str]) -> frozenset[int]:
        """Return the slots in which an adjective that begins a name agrees with its street."""
        kind = self._type(before)
        if not words or kind is None or kind.lemma in NAMED_AFTER_PERSONS:
            return frozenset()
        names = [self._lexicon.morphology.known_readings(word.lower) for word in words]
        adjectives = [[r for r in readings if r.features.pos in ADJECTIVES] for readings in names]
        is_genitive = not all(adjectives) and self.may_stay(words)
        if is_genitive or any(_is_man(reading) for reading in names[0]):
            return frozenset()
        return kind.slots & slots_of_readings(adjectives[0])

    def _genitive(self, word: str) -> Genitive | None:
        """Return what a lower-case word is in the genitive, if it has that case."""
        readings = self._lexicon.morphology.known_readings(word)
        genitives = [reading for reading in readings if reading.features.case == "Gen"]
        kinds = {reading.features.kind for reading in genitives}
        if not readings:
            slots = (guess.slots for guess in guess_bases(word, "people") if self._is_likely(guess))
            return Genitive(True, False) if any(GENITIVE.intersection(s) for s in slots) else None
        if not kinds:
            return None
        is_land = any(reading.lemma in LANDS for reading in genitives)
        is_place = is_land or ("Geox" in kinds and "Surn" not in kinds)
        return Genitive(bool(kinds & NAME_KINDS), is_place)

    def _is_likely(self, guess: Guess) -> bool:
        """Say whether a guess is a name of the lists, or declines as Russian surnames do."""
        return self._lexicon.is_listed(guess.lemma, "people") or guess.cost <= RUSSIAN

    def _type(self, before: Sequence[str]) -> Type | None:
        """Return the type that stands last, or before an enumeration if it is in the plural."""
        if _ends(before, "."):
            return _short_type(before[-2:-1])
        if before and (kind := _short_type(before[-1:]) or self._read_type(before[-1])):
            return kind
        end = len(before)
        if not end or before[-1] not in JOINTS:
            return None
        while end and (before[end - 1] in JOINTS or before[end - 1][:1].isupper()):
            end -= 1
        kind = self._read_type(before[end - 1]) if end else None
        return Type(kind.lemma, plural) if kind and (plural := kind.slots & PLURAL) else None

    def _read_type(self, word: str) -> Type | None:
        """Return the type that a form of its word is; most words differ in their first letters."""
        if word[:SAME].lower() not in FIRST_LETTERS:
            return None
        readings = self._lexicon.morphology.known_readings(word.lower())
        types = [reading for reading in readings if reading.lemma in TYPES]
        return Type(types[0].lemma, slots_of_readings(types)) if types else None

    def _without_ranks(self, words: Sequence[str]) -> Sequence[str]:
        """Return words without the ranks behind them: `улица маршала` Жукова."""
        end = len(words)
        while end and self._is_rank(words[end - 1].lower()):
            end -= 1
        return words[:end]

    def _is_rank(self, word: str) -> bool:
        if word[:SAME] not in FIRST_LETTERS:
            return False
        readings = self._lexicon.morphology.known_readings(word)
        return any(
            reading.lemma in RANKS and reading.features.case == "Gen" for reading in readings
        )


def _short_type(words: Sequence[str]) -> Type | None:
    """Return the type that is written short, as `пр-т` or `пр-те`, in any case."""
    word = words[0].lower() if words else ""
    short = SHORT_TYPES.get(word) or ("-" in word and SHORT_TYPES.get(word.rstrip("аеоумы")))
    return Type(*short) if short else None


def _is_man(reading: Reading) -> bool:
    """Say whether a reading is a man's name in the genitive, as of `проспекта Невского`."""
    return (
        reading.features.kind in NAME_KINDS
        and reading.features.case == "Gen"
        and reading.features.gender == "Masc"
    )


def _ends(words: Sequence[str], *last: str) -> bool:
    return [word.lower() for word in words[-len(last) :]] == [*last]
