"""Identifiers and contacts are numbers and addresses of persons, found by form and checksum."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ner_service.errors import MissingExtra
from ner_service.types import Entity

IDENTIFIERS = ("EMAIL", "PHONE", "CARD", "IBAN", "SNILS", "OGRN", "INN", "PASSPORT")
JOIN = r"[ \u00a0‐‑–-]"  # between the digits of a number
AREA_CODES = "34589"  # their first digits
CARDS = {15: "3", 16: "23456", 18: "256", 19: "256"}  # the first digits of card numbers, by length
REACH = 60  # characters before a number in which its name may stand
SNILS_WITHOUT_CHECK = 1_001_998  # numbers up to 001-001-998 were given without a checksum


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule finds identifiers of one label: candidates by a pattern, confirmed by a check.

    Where there is no check, or it fails, the `name` of the identifier must stand before it.
    """

    label: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    name: re.Pattern[str] | None = None

    def find(self, text: str) -> Iterator[Entity]:
        """Yield the identifiers of a text; they may overlap those of other rules."""
        for match in self.pattern.finditer(text):
            digits = re.sub(r"\W", "", match[0])
            before = text[max(0, match.start() - REACH) : match.start()]
            named = self.name is not None and self.name.search(before) is not None
            if named or (self.check is not None and self.check(digits)):
                yield Entity(match.start(), match.end(), self.label)


def is_available() -> bool:
    """Return whether the library of checksums is installed, with the extra `pii`."""
    return find_spec("stdnum") is not None


def choose_identifiers(asked: Collection[str] | None) -> tuple[str, ...]:
    """Return the labels of identifiers to look for: those asked for, or all that can be found."""
    if asked is None:
        return IDENTIFIERS if is_available() else ()
    return tuple(label for label in IDENTIFIERS if label in asked)


def find_identifiers(text: str, labels: Collection[str] = IDENTIFIERS) -> list[Entity]:
    """Return the identifiers of some labels, in order and apart; an earlier rule goes first.

    Raises `MissingExtra` without the extra `pii`.
    """
    found: list[Entity] = []
    taken = bytearray(len(text))
    for rule in load_rules():
        for entity in rule.find(text) if rule.label in labels else ():
            if not any(taken[entity.start : entity.end]):
                taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
                found.append(entity)
    return sorted(found)


def cover(names: Collection[Entity], identifiers: Collection[Entity], text: str) -> list[Entity]:
    """Return names and identifiers in order; of a name that overlaps, the parts outside stay."""
    marks = sorted(identifiers)
    parts: list[Entity] = []
    at = 0
    for name in sorted(names):
        while at < len(marks) and marks[at].end <= name.start:
            at += 1
        start, n = name.start, at
        while n < len(marks) and marks[n].start < name.end:
            parts += _part(name, start, marks[n].start, text)
            start = max(start, marks[n].end)
            n += 1
        parts += _part(name, start, name.end, text)
    return sorted([*marks, *parts])


def bare_value(surface: str) -> str:
    """Return an identifier as it is compared: its letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", surface).lower() or surface


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return the rules of `identifiers.toml`; raises `MissingExtra` without the extra `pii`."""
    checks = load_checks()
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["rule"]
    return tuple(
        Rule(
            rule["label"],
            _pattern(rule["form"], rule.get("is_number", True)),
            checks.get(rule.get("check")),
            _context(rule["names"]) if "names" in rule else None,
        )
        for rule in table
    )


def load_checks() -> dict[str, Callable[[str], bool]]:
    """Return the checks of candidates by name, each of letters and digits alone."""
    try:
        from stdnum import iban, luhn
        from stdnum.ru import inn, ogrn
    except ImportError as error:
        raise MissingExtra(f"finding identifiers ({error})", "pii") from error
    return {
        "form": bool,
        "ten": lambda digits: len(digits) == 10,
        "national": lambda digits: len(digits) == 11 and digits[1] in AREA_CODES,
        "card": lambda digits: digits[0] in CARDS.get(len(digits), "") and luhn.is_valid(digits),
        "iban": iban.is_valid,
        "inn": inn.is_valid,
        "ogrn": ogrn.is_valid,
        "snils": is_snils,
    }


def is_snils(number: str) -> bool:
    """Return whether the last two digits are the checksum of a SNILS.

    The method is that of the Pension Fund's resolution 192п of 2006, annex 1.
    """
    if len(number) != 11 or int(number[:9]) <= SNILS_WITHOUT_CHECK:
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(number[:9], range(9, 0, -1), strict=True)
    )
    return total % 101 % 100 == int(number[9:])


def _pattern(form: str, is_number: bool) -> re.Pattern[str]:
    """Return the pattern of a form, which as a number is no part of a longer one."""
    joined = form.replace("JOIN", JOIN)
    return re.compile(rf"(?<![\w+])(?<!\d[.,-])(?:{joined})(?!\w|[.,]\d)" if is_number else joined)


def _context(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of text that ends near a name of identifiers, with others between."""
    name = rf"(?<!\w)(?:{'|'.join(names)})(?!\w)\D{{0,25}}"
    return re.compile(rf"{name}(?:[\d() +-]{{5,20}}[,;/] ?)*$", re.IGNORECASE)


def _part(name: Entity, start: int, end: int, text: str) -> list[Entity]:
    """Return the part of a name between two places, trimmed, if there is any."""
    surface = text[start:end]
    if start >= end or not surface.strip():
        return []
    start += len(surface) - len(surface.lstrip())
    return [Entity(start, start + len(surface.strip()), name.label, name.score)]
