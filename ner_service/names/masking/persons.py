"""Persons in a text get other names part by part, in the order and the form of each mention."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ner_service.names.inflection import inflect_name
from ner_service.names.morphology import Morphology
from ner_service.names.rulers import ROMAN
from ner_service.names.types import Case, Gender, Number, Parts
from ner_service.names.vocabulary import HONORIFICS, MEN_IN_A, TITLES

Role = Literal["first", "middle", "last"]
ROLES: tuple[Role, ...] = ("first", "middle", "last")
TOKEN = re.compile(r"[^\W\d_][а-яё]\.(?=.)|[^\W\d_]\.|[^\W\d_]+(?:[-‐‑'’][^\W\d_]+)*")
TWO_INITIALS = re.compile(r"(?<![^\W\d_])([А-ЯЁ])([А-ЯЁ])(?![^\W\d_])")  # `Смирнов АВ`
AND = " и "  # between two persons
JOINED = "\u2060"  # stands between two initials without full stops
NICKNAME = re.compile(r"(?<=[\w.] )[«\"“„][^»\"”“]{1,40}[»\"”“](?= \w)")  # between other words
SEPARATOR = re.compile(r"[\s.,]+")
PATRONYMIC = re.compile(
    r"\w{2,}(?:[ое]вич(?:а|у|ем|е)?|[ое]вн(?:а|у|е|ы|ой|ою)|ичн(?:а|у|е|ы|ой|ою)|[ьим]ич(?:а|у|ом|е)?)",
    re.IGNORECASE,
)
FEMININE = re.compile(r"(?:[оеё]в|[иы]н)(?:а|ой)\b|ск(?:ая|ую)\b|вн(?:а|ой|у|е|ы)\b", re.IGNORECASE)
PARTICLES = frozenset(
    ("фон", "дер", "ден", "ван", "де", "да", "дель", "делла", "ди", "ду", "ла", "ле", "бен", "бин",
     "ибн", "аль", "эль", "оглы", "кызы", "von", "van", "der", "den", "de", "da", "del", "di", "du",
     "la", "le", "bin", "ibn", "al")
)  # fmt: skip
LETTERS = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip
CASES: tuple[Case, ...] = ("Nom", "Gen", "Dat", "Acc", "Ins", "Loc")
ORDERS: tuple[tuple[Role, ...], ...] = (
    ("first",), ("last",), ("first", "last"), ("last", "first"), ("first", "middle"),
    ("first", "middle", "last"), ("last", "first", "middle"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a person's name: its role, whether it is an initial, and what stands before it.

    `А.`, `Дж.` and `А` are initials.
    """

    text: str
    role: Role
    before: str = ""

    @property
    def is_initial(self) -> bool:
        """Return whether the token is a letter, or two with a full stop."""
        return _is_initial(self.text)


def tokens_of(surface: str, parts: Parts | None) -> list[Token]:
    """Return the tokens of a mention that are put into other words, each with its role.

    White space, full stops and commas between them stay as they are. Particles, digits, signs, and
    words in lower case beside words with capitals, go with the name. A name without a letter has
    no tokens.
    """
    if any(map(str.islower, surface)):
        surface = TWO_INITIALS.sub(rf"\1{JOINED}\2", surface)
    words = [m for m in TOKEN.finditer(surface) if m[0].lower() not in PARTICLES]
    if nickname := NICKNAME.search(surface):
        words = [m for m in words if not nickname.start() < m.start() < nickname.end()]
    words = [m for m in words if not _is_title(m[0], parts)] or words
    matches = [m for m in words if not m[0].islower()] or words
    roles = _roles([m[0] for m in matches], parts or Parts())
    tokens: list[Token] = []
    end = 0
    for match, role in zip(matches, roles, strict=True):
        between = surface[end : match.start()]
        before = between if SEPARATOR.fullmatch(between) else " " * (between != JOINED)
        if role not in [token.role for token in tokens]:
            tokens.append(Token(match[0], role, before if tokens else ""))
        end = match.end()
    return tokens


def _is_title(word: str, parts: Parts | None) -> bool:
    """Say whether a word in the nominative is a title before the parts of a name: `Царевич`."""
    named = (parts.first, parts.last) if parts else ()
    return any(named) and word not in named and word.lower() in TITLES | HONORIFICS


def _roles(words: Sequence[str], parts: Parts) -> list[Role]:
    """Return the role of each word: that of the part it is a form of, else by form and order."""
    roles: dict[int, Role] = {}
    for role in ROLES:
        base = getattr(parts, role) or ""
        alike = {n: _likeness(w, base) for n, w in enumerate(words) if n not in roles}
        best = max(alike, key=lambda n: alike[n], default=-1)
        if base and best >= 0 and alike[best][0] >= min(3, len(base)):
            roles[best] = role
    initials = iter([role for role in ROLES if role not in roles.values()])
    for n, word in enumerate(words):
        if n not in roles and _is_initial(word):
            roles[n] = next(initials, "middle")
        elif n not in roles and len(words) > 1 and PATRONYMIC.fullmatch(word):
            roles[n] = "middle"
    left = [n for n in range(len(words)) if n not in roles]
    surname_first = roles.get(len(words) - 1) == "middle"
    order: list[Role] = ["last", "first"] if surname_first or len(left) == 1 else ["first", "last"]
    free = [role for role in order if role not in roles.values()]
    for n in left:
        roles[n] = free.pop(0) if free else "last"
    return [roles[n] for n in range(len(words))]


def _is_initial(word: str) -> bool:
    return len(word) == 1 or word.endswith(".")


def _likeness(word: str, base: str) -> tuple[int, int]:
    """Return how many letters a word and a base form share at the beginning, and how many not.

    The second number is negative, so that of two words that share as much the nearer is greater.
    """
    if _is_initial(word):
        return 0, 0
    pairs = zip(word.lower(), base.lower(), strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(word), len(base)))
    return same, -abs(len(word) - len(base))


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name stands in for another one's: three base forms, gender and number."""

    first: str
    middle: str
    last: str
    gender: Gender
    number: Number

    @classmethod
    def of(
        cls, first: str, middle: str, last: str, gender: Gender, number: Number, latin: bool
    ) -> "PersonName":
        """Return a name made of a man's middle and last name, in the right gender and script."""
        if gender == "Fem":
            middle, last = f"{middle.removesuffix('ич')}на", feminine_surname(last)
        if latin:
            first, middle, last = (
                w.lower().translate(LETTERS).title() for w in (first, middle, last)
            )
        return cls(first, middle, last, gender, number)

    @property
    def base(self) -> str:
        """Return the whole name in the nominative."""
        return f"{self.first} {self.middle} {self.last}"

    def form(
        self, surface: str, parts: Parts | None, case: Case | None, morphology: Morphology
    ) -> str:
        """Return the name as a mention has it: the same parts, order, case and capitals."""
        tokens = tokens_of(surface, parts)
        if self.number == "Plur" and AND in surface and tokens:  # `Роман и Анна Петровы`
            return _like(tokens[0], self.inflect("last", case or "Nom", morphology))
        if not tokens:
            return self.inflect("last", case or "Nom", morphology)
        return "".join(
            token.before + _like(token, self.inflect(token.role, case or "Nom", morphology))
            for token in tokens
        )

    def forms(self, morphology: Morphology) -> Iterator[tuple[str, tuple[Role, ...], Case]]:
        """Yield the name in every order of parts and every case, with both."""
        for case in CASES:
            words = {role: self.inflect(role, case, morphology) for role in ROLES}
            for order in ORDERS:
                yield " ".join(words[role] for role in order), order, case

    def inflect(self, role: Role, case: Case, morphology: Morphology) -> str:
        """Return a part in a case; in the nominative where no analysis carries the case."""
        base: str = getattr(self, role)
        if role == "last" and self.number == "Plur":
            return plural_surname(base, case)
        words = [inflect_name(w, case, morphology, self.gender) or w for w in base.split("-")]
        return "-".join(words)


def feminine_surname(surname: str) -> str:
    """Return a woman's form of a surname in -ов, -ев, -ин or -ский, or of two with a hyphen."""
    return "-".join(
        f"{name.removesuffix('ий')}ая" if name.endswith("ский") else f"{name}а"
        for name in surname.split("-")
    )


def plural_surname(surname: str, case: Case) -> str:
    """Return a surname of the same kinds, a man's or a woman's, in the plural."""
    stem = re.sub(r"(ий|ая|а)$", "", surname)
    nominative, other = ("ие", "их") if stem.endswith("ск") else ("ы", "ых")
    oblique = {"Nom": nominative, "Dat": other[0] + "м", "Ins": other[0] + "ми"}
    return stem + oblique.get(case, other)


def gender_of(
    parts: Parts | None, surfaces: Sequence[str], gender: Gender | None, morphology: Morphology
) -> Gender:
    """Return a person's gender: that of the first name, else of the forms; a man's if unsure."""
    first = (parts.first or "").lower() if parts else ""
    if first in MEN_IN_A:
        return "Masc"
    for reading in morphology.readings(first) if first else ():
        is_first_name = (
            reading.features.kind == "Name" and reading.features.case == "Nom" and reading.is_known
        )
        if is_first_name and reading.features.gender in ("Masc", "Fem"):
            is_hers = (
                gender == "Fem" and first[-1] not in "аяйь" and _is_undeclined(first, surfaces)
            )
            return "Fem" if is_hers else reading.features.gender
    if gender in ("Masc", "Fem"):
        return gender
    return "Fem" if any(FEMININE.search(surface) for surface in surfaces) else "Masc"


def _is_undeclined(first: str, surfaces: Sequence[str]) -> bool:
    """Say whether a first name has one form in all surfaces that have it, as `Ким Бейсингер`."""
    words = [word.lower() for surface in surfaces for word in surface.split()[:1]]
    return words.count(first) == len([word for word in words if word.startswith(first)])


def _like(token: Token, word: str) -> str:
    """Return a word as a token is written: as an initial, in capitals, or in lower case."""
    if token.is_initial:
        initial = word[0] if token.text[0].isupper() else word[0].lower()
        return initial + "." * token.text.endswith(".")
    if len(token.text) > 1 and token.text.isupper() and not ROMAN.fullmatch(token.text):
        return word.upper()
    return word.lower() if token.text.islower() else word
