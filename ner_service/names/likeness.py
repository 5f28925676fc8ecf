"""Likeness says whether a shorter form of a name fits a longer one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ner_service.names.aliases import LONGEST, Aliases, fold
from ner_service.names.parts import may_be_patronymic
from ner_service.names.rulers import NUMBER, NUMBER_OF
from ner_service.names.types import Mention, Parts
from ner_service.names.vocabulary import FUNCTION_WORDS, ORGANISATION_TYPES, PLACE_TYPES, TITLES

FORMS = 4_000  # that are kept, about 1 kB each
LONGEST_COUNTRY = 6  # words
LONGEST_HEAD = 8  # words by which a long form is found
LONGEST_CONTRACTION = 40  # letters
SHORT_PLACES = {
    "г.": "город", "г": "город", "гор.": "город", "р.": "река", "о.": "остров", "с.": "село",
    "д.": "деревня", "дер.": "деревня", "пос.": "поселок", "ул.": "улица", "пл.": "площадь",
}  # fmt: skip
SHORTEST_PIECE = 2  # letters of a word in a contraction such as `Минобороны`


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a name is its base form as it is compared.

    `country` is the country that words of an organisation's name tell; `words` are the others.
    """

    label: str
    key: str
    words: Sequence[str]
    country: str
    parts: Parts
    is_acronym: bool
    initials: str  # of the words that an acronym would have
    rank: tuple[bool, int] = (False, 0)  # how full it is; less full ones join fuller ones
    hooks: frozenset[str] = frozenset()  # by which shorter forms find it, to be compared
    finds: frozenset[str] = frozenset()  # the hooks of longer forms that may fit; each has one


def hooks_of(label: str, words: Sequence[str], parts: Parts, initials: str) -> frozenset[str]:
    """Return what shorter forms find a form by, before the two are compared."""
    if label == "PER":
        return frozenset([fold(p) for p in (parts.first, parts.middle, parts.last) if p])
    beginning = words[0][:SHORTEST_PIECE] if len(words) > 1 else ""
    return frozenset([*words[:LONGEST_HEAD], initials, f"{beginning}-"])


def finds_of(label: str, words: Sequence[str], parts: Parts) -> frozenset[str]:
    """Return the hooks of the longer forms that may fit; each has one of them."""
    if label == "PER":
        part = parts.last or parts.first
        return frozenset([fold(part)] if part and len(words) > 1 else words[:1])
    beginning = words[0][:SHORTEST_PIECE] if len(words) == 1 else ""
    return frozenset([*words[:1], f"{beginning}-"])


class FormReader:
    """Reads the forms of names, and keeps those of the names asked for last."""

    def __init__(self, aliases: Aliases) -> None:
        self.aliases = aliases
        self._read_kept = lru_cache(FORMS)(self._read)

    def read(self, label: str, mention: Mention, surface: str) -> Form:
        """Return the form of a mention; one without a base form is like none but its copies."""
        normal, parts = mention.normal, mention.parts or Parts()
        if normal is None:
            key = f"?{surface}"
            return Form(label, key, (), "", Parts(), False, "", rank=(False, len(key)))
        return (self._read if len(normal) > LONGEST else self._read_kept)(label, normal, parts)

    def _read(self, label: str, normal: str, parts: Parts) -> Form:
        is_acronym = normal.isupper() and normal.isalpha()
        words, country = fold(normal).split(), ""
        if label == "LOC":
            words[:1] = [SHORT_PLACES.get(word, word) for word in words[:1]]
            words = self.aliases.places.get(" ".join(words), " ".join(words)).split()
        elif label == "ORG":
            words, country = _organisation(words, self.aliases)
        elif label == "PER" and parts.first and len(words) > 1:
            words[-1] = NUMBER_OF.get(words[-1], words[-1])  # `Николай Второй`, `Николай II`
        key = " ".join([*words, country]).strip()
        initials = "".join(word[0] for word in words if word not in FUNCTION_WORDS)
        return Form(
            label, key, words, country, parts, is_acronym, initials,
            rank=(bool(parts.first and parts.last), len(key)),
            hooks=hooks_of(label, words, parts, initials),
            finds=finds_of(label, words, parts),
        )  # fmt: skip


def _organisation(words: list[str], aliases: Aliases) -> tuple[list[str], str]:
    """Return the words of an organisation without those for its country, and the country."""
    country = ""
    if len(words) > 1 and words[0] in aliases.countries:
        country, words = aliases.countries[words[0]], words[1:]
    else:
        for n in range(max(1, len(words) - LONGEST_COUNTRY), len(words)):
            if (tail := " ".join(words[n:])) in aliases.countries:
                country, words = aliases.countries[tail], words[:n]
                break
    name = " ".join(words)
    return aliases.organisations.get(name, name).split(), country


def fits(short: Form, long: Form, aliases: Aliases) -> bool:
    """Say whether a form may name what a longer form of the same label names."""
    if not short.words or not long.words:
        return False
    match short.label:
        case "PER":
            return _fits_person(short, long, aliases)
        case "ORG":
            return _fits_organisation(short, long)
        case "LOC":
            return _fits_type(short.words, long.words, PLACE_TYPES) or _is_acronym_of(short, long)
        case _:
            return False


def _fits_person(short: Form, long: Form, aliases: Aliases) -> bool:
    a, b = short.parts, long.parts
    if len(short.words) == 1 and _has_patronymic(b):
        return short.words[0] in [fold(part) for part in (b.last, b.first, b.middle) if part]
    if not (b.first and b.last):
        return _fits_ruler(short, long)
    if len(short.words) == 1:
        return short.words[0] in (fold(b.last), fold(b.first))
    if list(short.words) == list(long.words[-len(short.words) :]):
        return len(long.words) > len(short.words)  # `Гарсия Маркес`
    if not a.first:
        return bool(a.last) and not a.middle and _same(a.last, b.last)  # `фон дер Ляйен`
    if not a.last:
        return bool(a.middle) and _same(a.first, b.first) and _same(a.middle, b.middle)
    return (
        _same(a.last, b.last)
        and _same(a.middle, b.middle)
        and (_same(a.first, b.first) or fold(b.first) in aliases.firsts.get(fold(a.first), ()))
    )


def _has_patronymic(parts: Parts) -> bool:
    """Say whether a middle name is one by which a person may be called alone: `Петрович`."""
    return bool(parts.middle and may_be_patronymic(fold(parts.middle)))


def _fits_ruler(short: Form, long: Form) -> bool:
    """Say whether a form lacks the title or the number of a longer one: `Елизавета II`."""
    ours, theirs = (form.words[form.words[0] in TITLES :] for form in (short, long))
    if not (short.parts.first and long.parts.first) or theirs[: len(ours)] != ours:
        return False
    return all(NUMBER.fullmatch(word) for word in theirs[len(ours) :])


def _same(a: str | None, b: str | None) -> bool:
    """Say whether two parts may be one: they are equal, one is not told, or is an initial."""
    if a is None or b is None:
        return True
    a, b = fold(a), fold(b)
    return a == b or _is_initial(a, b) or _is_initial(b, a)


def _is_initial(a: str, b: str) -> bool:
    letters, words = a.split(), b.split()  # `Ж.-К.` has two
    if len(letters) == 1:
        return (a.endswith(".") or len(a) == 1) and b.startswith(a.rstrip("."))
    pairs = zip(letters, words, strict=False)
    return len(letters) == len(words) and all(_is_initial(one, two) for one, two in pairs)


def _fits_organisation(short: Form, long: Form) -> bool:
    if short.country and short.country != long.country:
        return False
    return (
        _fits_type(short.words, long.words, ORGANISATION_TYPES)
        or _is_acronym_of(short, long)
        or _is_contraction_of(short, long)
        or _is_head_of(short, long)
    )


def _fits_type(short: Sequence[str], long: Sequence[str], types: frozenset[str]) -> bool:
    """Say whether a long form is the short one behind a word for its kind: `город Москва`."""
    return len(long) > len(short) and long[0] in types and list(long[1:]) == list(short)


def _is_acronym_of(short: Form, long: Form) -> bool:
    """Say whether an acronym has the first letters of a longer name, at least two."""
    is_word = short.is_acronym and len(short.words) == 1
    return is_word and len(long.initials) > 1 and long.initials == short.words[0]


def _is_contraction_of(short: Form, long: Form) -> bool:
    word = short.words[0]
    if len(short.words) > 1 or len(long.words) < 2 or len(word) > LONGEST_CONTRACTION:
        return False
    return is_contraction(word, long.words)


def is_contraction(word: str, words: Sequence[str]) -> bool:
    """Say whether a word is made of the beginnings of all others: `Минобороны`, `Евросоюз`."""
    if not words:
        return not word
    if len(words) == 1:
        return len(word) > SHORTEST_PIECE and words[0].startswith(word)
    for n in range(SHORTEST_PIECE, len(word)):
        if not words[0].startswith(word[:n]):
            return False
        rest = word[n:]
        if is_contraction(rest, words[1:]) or (
            rest[0] == "о" and is_contraction(rest[1:], words[1:])
        ):
            return True
    return False


def _is_head_of(short: Form, long: Form) -> bool:
    """Say whether a long form is the short one with a tail: `Верховный суд Пакистана`.

    A word alone, such as `совет`, may have no tail but a country.
    """
    words = list(short.words)
    if list(long.words) == words:
        return bool(long.country and not short.country)
    return (len(words) > 1 or short.is_acronym) and list(long.words[: len(words)]) == words
