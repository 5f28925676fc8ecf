"""Surrogates are other names of the same kind, gender, number and case, the same through a text."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from ner_service.names.inflection import inflect_person
from ner_service.names.lists import fold
from ner_service.names.masking.groups import Group
from ner_service.names.masking.identifiers import IDENTIFIERS
from ner_service.names.masking.lists import load_lists, shuffle
from ner_service.names.masking.persons import PersonName
from ner_service.names.masking.phrases import MOST_SHORT, Phrase, is_quoted
from ner_service.names.morphology import Morphology
from ner_service.names.types import Gender
from ner_service.names.vocabulary import APPOSITIVE, NAMED_AFTER, SHORT_TYPES

KINDS: Mapping[Gender | None, str] = {"Masc": "masc", "Fem": "fem", "Neut": "neut", None: "masc"}
SECTIONS = {"LOC": "place", "GPE": "place", "FAC": "place", "ORG": "organisation"}
LEGAL_FORMS = frozenset(
    ("ООО", "ОАО", "ЗАО", "ПАО", "АО", "НАО", "НКО", "АНО", "ИП", "ГК", "ТК", "УК", "ФГУП", "ФГБУ",
     "МУП", "ГБУ", "ГУП", "СК", "ЧОП")
)  # fmt: skip
NUMBER = re.compile(r"\b[IVXLC]+\b")  # of a ruler: `Елизавета II`
LATIN, LETTER = re.compile(r"[A-Za-z]"), re.compile(r"[^\W\d_]")
WORD, DOUBLE = re.compile(r"\w+"), re.compile(r"\w+-\w+")
PREFIX = re.compile(r"((?:\+\d|8)?\D*)\d")  # before the digit that no area code has as its first
ATTEMPTS = 100
ENDINGS = (
    "", "а", "у", "ом", "ем", "е", "ы", "и", "ов", "ев", "ам", "ями", "ами", "ах", "ях", "ой", "ей",
    "ью", "ым", "ых", "ыми", "ами", "о", "ю", "я", "ям", "ский", "ская", "ской", "скую", "ское",
    "ского", "скому", "ском", "ским", "ские", "ских", "скими",
)  # fmt: skip
Surrogate = PersonName | Phrase


class Surrogates:
    """Surrogates for the names of one text; no word of theirs is a word of the text."""

    def __init__(self, text: str, seed: int, morphology: Morphology) -> None:
        self._taken = {fold(word) for word in [*WORD.findall(text), *DOUBLE.findall(text)]}
        self._seed, self._morphology = seed, morphology
        self._orders: dict[str, Iterator[str]] = {}
        self._random = Random(seed)

    def surrogate(self, group: Group) -> Surrogate | None:
        """Return what stands in for a name.

        Returns `None` for labels that have no lists of names, and for names without a letter.
        """
        if group.label in IDENTIFIERS:
            made = self._identifier(group.label, group.surfaces[0])
            return Phrase(made) if made else None
        if not all(LETTER.search(name) for name in (group.base, *group.surfaces)):
            return None
        if group.label == "PER":
            return self._person(group)
        if section := SECTIONS.get(group.label):
            return Phrase(self._phrase(section, group), group.is_eponym)
        return None

    def _person(self, group: Group) -> PersonName:
        gender = group.gender or "Masc"
        latin = all(LATIN.search(NUMBER.sub("", surface)) for surface in group.surfaces)
        first = self._draw("person", "first_fem" if gender == "Fem" else "first_masc")
        middle, last = self._draw("person", "middle"), self._draw("person", "last")
        return PersonName.of(first, middle, last, gender, group.number or "Sing", latin)

    def _phrase(self, section: str, group: Group) -> str:
        bare = group.base[1:-1] if is_quoted(group.base) else group.base
        words = bare.split()
        kind = "plur" if group.number == "Plur" else KINDS[group.gender]
        if LATIN.search(bare):
            return self._draw(section, "latin")
        if bare.isupper() and len(bare) <= MOST_SHORT:
            return self._draw(section, "short")
        if group.is_eponym:
            return self._eponym()
        if section == "place":
            if street := self._street(words):
                return street
            if joined := self._joined_adjectives(words):
                return joined
            if adjective := self._adjective(words):
                return " ".join([adjective, *words[1:]])
            if None in group.cases:
                return self._draw(section, "fixed")
            return self._draw(_kind_of_place(bare, kind), kind)
        form, *rest = group.surfaces[0].split()
        if form.upper() in LEGAL_FORMS and rest:
            return f"{form} «{self._draw(section, 'masc')}»"
        if None in group.cases:
            return self._draw(section, "short")
        if len(words) == 1 or group.quoted or is_quoted(group.base):
            return self._draw(section, kind)
        head = Random(f"{self._seed} {bare}").choice(load_lists()["heads"][kind])
        return f"{head} «{self._draw(section, 'masc')}»"

    def _street(self, words: Sequence[str]) -> str | None:
        """Return a street of the same type that is named after somebody else, in the genitive."""
        kind = words[0].lower().rstrip(".")
        is_street = kind in NAMED_AFTER - APPOSITIVE or kind in SHORT_TYPES
        if not is_street or not words[1:]:
            return None
        return f"{words[0]} {self._eponym()}"

    def _eponym(self) -> str:
        """Return a surname in the genitive."""
        name = self._draw("person", "last")
        return inflect_person(name, "Gen", self._morphology, "Masc") or name

    def _joined_adjectives(self, words: Sequence[str]) -> str | None:
        """Return other adjectives for those of `Тульская и Курская области`, in their genders."""
        *adjectives, noun = words
        if "и" not in adjectives[1:-1] or not noun.islower():
            return None
        others: list[str] = []
        for word in adjectives:
            other = word if word == "и" else self._adjective([word.rstrip(","), noun])
            if other is None:
                return None
            others.append(other + "," * word.endswith(","))
        return " ".join([*others, noun])

    def _adjective(self, words: Sequence[str]) -> str | None:
        """Return another adjective for that of a name such as `Тульская область`, in its gender.

        A name of one word that is a noun first of all has none.
        """
        if not words[0][:1].isupper() or (words[1:] and not "".join(words[1:]).islower()):
            return None
        readings = self._morphology.readings(words[0].lower())
        adjectives = (r for r in readings if r.features.pos == "ADJF" and r.features.case == "Nom")
        reading = next(adjectives, None)
        if reading is None or (not words[1:] and readings[0].features.pos != "ADJF"):
            return None
        other = self._draw("place", "adjective")
        base = self._morphology.readings(other.lower())[0]
        form = self._morphology.inflect(
            base, "Nom", reading.features.number, reading.features.gender
        )
        return None if form is None else form.capitalize()

    def _identifier(self, label: str, surface: str) -> str | None:
        """Return an identifier of the same form, with an address or code that does not exist.

        Returns `None` for what is too short to have another one.
        """
        for _ in range(ATTEMPTS):
            if label == "EMAIL":
                made = f"{''.join(self._random.choices(string.ascii_lowercase, k=8))}@example.com"
            else:
                prefix = PREFIX.match(surface) if label == "PHONE" else None
                kept = f"{prefix[1]}0" if prefix else ""
                made = kept + "".join(map(self._other, surface[len(kept) :]))
            if made != surface and fold(made) not in self._taken:
                self._taken.add(fold(made))
                return made
        return None

    def _other(self, sign: str) -> str:
        if sign.isdigit():
            return self._random.choice(string.digits)
        if sign.isalpha():
            return self._random.choice(string.ascii_uppercase)
        return sign

    def _draw(self, section: str, kind: str) -> str:
        """Return the next name of a list of which no form is in the text, and take it."""
        what = f"{section} {kind}"
        if what not in self._orders:
            self._orders[what] = shuffle(load_lists()[section][kind], self._seed, what)
        for name in self._orders[what]:
            forms = forms_of_word(name)
            if not forms & self._taken:
                self._taken |= forms
                return name
        raise AssertionError("a list has more orders than a text has names")


def _kind_of_place(name: str, kind: str) -> str:
    """Return the section of places like a name: countries, rivers, or any other."""
    for section in ("country", "river"):
        if name in load_lists()[section].get(kind, ()):
            return section
    return "place"


def forms_of_word(name: str) -> set[str]:
    """Return a name with all endings that a form of it may have, and some more."""
    stem = re.sub(r"(ский|[аяоеийыь]+)$", "", fold(name))
    return {fold(name), *(stem + ending for ending in ENDINGS)}
