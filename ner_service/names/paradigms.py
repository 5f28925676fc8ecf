"""Paradigms are the declensions of names that no dictionary has, read from the form backwards.

A foreign name in Russian declines by its last letter (Zaliznyak, Grammatical Dictionary, 1977):
in a consonant as a masculine, in -а and -я by the first declension. A woman's name in a consonant,
and a name in another vowel, has one form.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from ner_service.names.slots import CASES, slots_of
from ner_service.names.types import Case, Gender, Number

ENDS = 5_000  # of words, whose rules are kept
LONGEST_END = 7  # letters: a letter, a stem of two or one behind another, an ending of three
Of = Literal["people", "places", "both"]


@dataclass(frozen=True, slots=True)
class Paradigm:
    """A paradigm is a declension of one number.

    `stem` is the pattern of the end of a stem. `endings` are those of the six cases in the order of
    `CASES`; `-` is no ending, and an ending `*` of the accusative is that of the genitive for
    people and of the nominative for places. `cost` is how rare the declension is among unknown
    names: a logarithm of odds. `singular` is the base ending in the singular, for a plural.
    """

    stem: str
    genders: tuple[Gender, ...]
    endings: str
    cost: float = 0.0
    of: Of = "both"
    singular: str | None = None

    def forms(self, of: Of) -> list[str]:
        """Return the ending of each case."""
        forms = self.endings.split()
        forms[3] = forms[3].replace("*", forms[1] if of == "people" else forms[0])
        return ["" if form == "-" else form for form in forms]


class Guess(NamedTuple):
    """A guess is a base form, the slots in which it has the given form, and the cost.

    `lemma` is the base form in the singular.
    """

    base: str
    lemma: str
    slots: tuple[int, ...]
    cost: float


M: tuple[Gender, ...] = ("Masc",)
F: tuple[Gender, ...] = ("Fem",)
N: tuple[Gender, ...] = ("Neut",)
MF: tuple[Gender, ...] = ("Masc", "Fem")
PLURAL: tuple[Gender, ...] = ()
HARD = "[бвгджзклмпрстфхчшщ]"  # before the н of an adjective: `Залужный`

PARADIGMS = (
    Paradigm("(?:[бвгдзлмнпрстфх]|[аеёиоуыэюялнрс]к)", M, "- а у * ом е"),
    Paradigm("(?:[жшчщ]|[аеёиоуыэюяь]ц)", M, "- а у * ем е"),
    Paradigm("[бвгдзклмнпрстфх]ц", M, "- а у * ем е", 0.7),
    Paradigm("[бвгдзклмнпрстфх]", M, "ец ца цу * цем це"),
    Paradigm("[бвгджзлмнпрстфхчшщ]", M, "ок ка ку * ком ке", 1.2, "people"),
    Paradigm("[лнрсз]", M, "ёк ька ьку * ьком ьке", 1.2, "people"),
    Paradigm("(?:[ое]в|ёв|ин|ын)", M, "- а у * ым е", -1.0, "people"),
    Paradigm("[бвдзлмнпрстф]", M, "ь я ю * ем е", 0.7),
    Paradigm("(?:[аеёыэюя]|(?<![сц]к)у)", M, "й я ю * ем е"),
    Paradigm("о", M, "й я ю * ем е", 1.5),
    Paradigm("[бвгджзклмнпрстфхцчшщ]", M, "ий ия ию * ием ии", 0.7, "people"),
    Paradigm("[бвгджзклмнпрстфхцчшщ]", M, "ий ия ию * ием ии", 4.0, "places"),
    Paradigm("[сфлкгрт]", M, "ий ья ью * ьем ье", 2.5, "people"),
    Paradigm("(?<![оеё])в", MF, "а ы е у ой е", 0.5, "people"),
    Paradigm("[бдзлмнпрстфц]", MF, "а ы е у ой е", 0.5, "people"),
    Paradigm("[гкхжшчщ]", MF, "а и е у ой е", 0.5, "people"),
    Paradigm("[жшчщц]", MF, "а и е у ей е", 0.5, "people"),
    Paradigm("[бвдзлмнпрстф]", MF, "я и е ю ей е", 1.0, "people"),
    Paradigm("(?:[аеёйоыэюя]|(?<![сц]к)(?<!н)у|[лнсх]ь)", MF, "я и е ю ей е", 1.0, "people"),
    Paradigm("[ео]", MF, "а ы е у ой е", 2.0, "people"),
    Paradigm("[лнрф]", F, "ь и и ь ью и", 1.5, "people"),
    Paradigm("[бвгджзклмнпрстфхцчшщ]", MF, "ия ии ии ию ией ии", 0.7, "people"),
    Paradigm("[бвдзлмнпрстфц]", F, "а ы е у ой е", 0.5, "places"),
    Paradigm("[вджзлнтш]к", F, "а и е у ой е", -1.0, "places"),
    Paradigm("[гкхжшчщ]", F, "а и е у ой е", 0.5, "places"),
    Paradigm("[жшчщц]", F, "а и е у ей е", 0.5, "places"),
    Paradigm("(?:[бвдзйлмнпрстфаеёоуыэюя]|[лнс]ь)", F, "я и е ю ей е", 1.0, "places"),
    Paradigm("[бвгджзклмнпрстфхцчшщ]", F, "ия ии ии ию ией ии", 0.3, "places"),
    Paradigm("(?:[ое]в|ёв)", N, "о а у о ом е", -0.5, "places"),
    Paradigm("(?:ин|ын|ск)", N, "о а у о ом е", 0.7, "places"),
    Paradigm("[бвдзжлмнпрстч]", N, "ье ья ью ье ьем ье", 0.3, "places"),
    Paradigm("(?:[ое]в|ёв|ин|ын)", F, "а ой ой у ой ой", -1.0, "people"),
    Paradigm("(?:[ое]в|ёв|ин|ын)", M, "- а у * ым ом", 0.0, "places"),
    Paradigm("(?:[ое]в|ёв|ин|ын)", F, "а ой ой у ой ой", 0.0, "places"),
    Paradigm("[сц]к", M, "ой ого ому * им ом", 1.0, "both"),
    Paradigm("[сц]к", M, "ий ого ому * им ом", -1.5, "both"),
    Paradigm("[сц]к", F, "ая ой ой ую ой ой", -1.5, "both"),
    Paradigm("[жшчщ]", M, "ий его ему * им ем", 0.0, "people"),
    Paradigm("[жшчщ]", F, "ая ей ей ую ей ей", 0.0, "people"),
    Paradigm(f"{HARD}н", M, "ый ого ому * ым ом", 0.5, "people"),
    Paradigm(f"{HARD}н", F, "ая ой ой ую ой ой", -0.5, "people"),
    Paradigm("[бвдзлмнпрстф]", M, "ый ого ому * ым ом", 2.5, "both"),
    Paradigm("[гкхжшчщ]", M, "ий ого ому * им ом", 1.5, "both"),
    Paradigm("[бвгдзжклмнпрстфхшчщ]", F, "ая ой ой ую ой ой", 1.5, "both"),
    Paradigm("[бвдзлмнпрстфц]", PLURAL, "ы ов ам * ами ах", 1.0, "both", ""),
    Paradigm("[гкхжшчщ]", PLURAL, "и ов ам * ами ах", 1.0, "both", ""),
    Paradigm("[бвдзлмнпрст]", PLURAL, "и ей ям * ями ях", 1.5, "both", "ь"),
    Paradigm("(?:[ое]в|ёв|ин|ын)", PLURAL, "ы ых ым * ыми ых", 0.0, "people", ""),
    Paradigm("[сц]к", PLURAL, "ие их им * ими их", 0.0, "people", "ий"),
    Paradigm("[бвдзлмнпрстф]", PLURAL, "ы - ам ы ами ах", 1.5, "places", "а"),
)  # fmt: skip


class Rule(NamedTuple):
    """A rule takes a word with an ending, behind a stem that the pattern knows, to its base form.

    `lemma` is the ending of the base form in the singular.
    """

    ending: str
    pattern: re.Pattern[str]
    base: str
    lemma: str
    slots: tuple[int, ...]
    cost: float


def guess_bases(word: str, of: Of) -> Iterator[Guess]:
    """Yield each base form that a lower-case word could have if no dictionary knows it."""
    for ending, _, base, lemma, slots, cost in rules_for(word[-LONGEST_END:], of):
        stem = word[: len(word) - len(ending)]
        yield Guess(stem + base, stem + lemma, slots, cost)


@lru_cache(ENDS)
def rules_for(end: str, of: Of) -> Sequence[Rule]:
    """Return the rules for words with these letters at their end; no rule looks at more."""
    rules = BY_LETTER.get((of, end[-1:]), ())
    return [rule for rule in rules if end.endswith(rule.ending) and rule.pattern.search(end)]


def forms_of(base: str, gender: Gender, case: Case) -> str | None:
    """Return a case of a lower-case base form of a person's name that no dictionary knows.

    Returns `None` where no paradigm of that gender has the base form.
    """
    return decline(base, gender).get(case)


def decline(base: str, gender: Gender) -> Mapping[Case, str]:
    """Return all cases of a lower-case base form of a person's name that no dictionary knows.

    There are none where no paradigm of that gender has the base form.
    """
    for paradigm, forms in BY_COST:
        if gender in paradigm.genders and base.endswith(forms[0]):
            stem = base[: len(base) - len(forms[0])]
            if _fits(paradigm, stem):
                return {case: stem + ending for case, ending in zip(CASES, forms, strict=True)}
    return {}


def _fits(paradigm: Paradigm, stem: str) -> bool:
    return len(stem) > 1 and re.search(paradigm.stem + "$", stem) is not None


def _paradigms(of: Of) -> list[tuple[Paradigm, list[str]]]:
    """Return the paradigms for people or places, with their endings."""
    return [(row, row.forms(of)) for row in PARADIGMS if row.of in (of, "both")]


def _rules(of: Of) -> Iterator[Rule]:
    """Yield the rules of the paradigms for people or places."""
    for paradigm, forms in _paradigms(of):
        number: Number = "Sing" if paradigm.genders else "Plur"
        lemma = forms[0] if paradigm.singular is None else paradigm.singular
        for ending in dict.fromkeys(forms):
            cases = tuple(case for case, form in zip(CASES, forms, strict=True) if form == ending)
            slots = slots_of(cases, paradigm.genders, number)
            pattern = re.compile(f".{paradigm.stem}{ending}$")
            yield Rule(ending, pattern, forms[0], lemma, slots, paradigm.cost)


BY_COST = sorted(  # without `Айгуль`, since a woman's last name such as `Коваль` has one form
    [row for row in _paradigms("people") if row[0].genders != F or row[1][0] != "ь"],
    key=lambda row: row[0].cost,
)
RULES = {of: [*_rules(of)] for of in ("people", "places")}
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
BY_LETTER = {  # the last of a word; without an ending the stem decides
    (of, letter): [rule for rule in RULES[of] if not rule.ending or rule.ending[-1] == letter]
    for of in RULES
    for letter in LETTERS
}
