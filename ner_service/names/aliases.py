"""Aliases are other words for one name: short first names, countries, well-known organisations.

The tables in `data/` are short on purpose: they have what a reader takes for one name whatever
the text. Countries are also known by adjectives, which name the country of an organisation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ner_service.names.inflection import inflect_name
from ner_service.names.morphology import Morphology
from ner_service.names.vocabulary import DATA

NAMES, LONGEST = 20_000, 200  # names that are kept folded, and their characters
QUOTES = re.compile("[«»\"“”„'’`]")
ENDINGS = ("ий", "ая", "ое", "ие")  # of adjectives in the nominative


def fold(name: str) -> str:
    """Return a name as it is compared: no capitals, quotes or hyphens; ё and э are е."""
    return _fold_cached(name) if len(name) <= LONGEST else _fold(name)


def _fold(name: str) -> str:
    name = QUOTES.sub("", name).lower().replace("ё", "е").replace("э", "е")
    return " ".join(name.replace("-", " ").replace(".", ". ").split())


_fold_cached = lru_cache(NAMES)(_fold)


@dataclass(frozen=True, slots=True)
class Aliases:
    """The tables, folded.

    `places` and `organisations` have the main name for each alias, `countries` the main name for
    each word or words that name an organisation's country: genitives and adjectives. `firsts` has
    the full first names for each short one.
    """

    places: Mapping[str, str]
    organisations: Mapping[str, str]
    countries: Mapping[str, str]
    firsts: Mapping[str, frozenset[str]]


def load_aliases(morphology: Morphology) -> Aliases:
    """Load the tables."""
    places: dict[str, str] = {}
    organisations: dict[str, str] = {}
    countries: dict[str, str] = {}
    for names, adjectives in _rows("countries"):
        main, *_ = names
        places |= {fold(name): fold(main) for name in names}
        for name in names:
            countries[fold(inflect_name(name, "Gen", morphology) or name)] = fold(main)
        for adjective in adjectives:
            stem = fold(adjective).removesuffix("ий")
            countries |= {stem + ending: fold(main) for ending in ENDINGS}
    for (label,), names in _rows("aliases"):
        table = places if label == "LOC" else organisations
        table |= {fold(name): fold(names[0]) for name in names}
    firsts: dict[str, set[str]] = {}
    for (full,), short in _rows("diminutives"):
        for name in short:
            firsts.setdefault(fold(name), set()).add(fold(full))
    return Aliases(
        places, organisations, countries, {name: frozenset(full) for name, full in firsts.items()}
    )


def _rows(table: str) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the two columns of each line of a table, each a list."""
    for line in (DATA / f"{table}.tsv").read_text("utf-8").splitlines():
        left, right = (column.split(", ") for column in line.split("\t"))
        yield left, right
