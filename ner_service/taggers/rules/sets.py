"""Sets of rules are built in: dates and money by natasha's grammars, and identifiers."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ner_service.names.dictionary import load_analyzer
from ner_service.names.masking.identifiers import IDENTIFIERS, find_identifiers, load_rules
from ner_service.taggers.rules.finders import Finder
from ner_service.text.sentences import sentenize
from ner_service.types import Span

Bounds = tuple[int, int]
LABELS = {"dates": "DATE", "money": "MONEY"}
DIGIT = re.compile(r"\d")  # without one neither grammar finds anything
MONTHS_AND_YEARS = (
    "гг?(?![а-яё])|год|лет|январ|феврал|март|апрел|ма[еийюя]|июн|июл|август|сентябр|октябр|ноябр"
    "|декабр"
)
CURRENCIES = "руб|доллар|евро|р(?![а-яё])"
UNITS = "млрд|миллиард|млн|миллион|тыс|тыщ|копе|коп|цент|[тк](?![а-яё])"
SIGNS = {  # of which every match has one: a month, a year or points between digits; a currency
    "dates": re.compile(rf"(?<![а-яё])(?:{MONTHS_AND_YEARS})|\d\s*\.\s*\d", re.IGNORECASE),
    "money": re.compile(rf"[€$₽]|(?<![а-яё])(?:{CURRENCIES})", re.IGNORECASE),
}
SPACE = r"[^\S\n\r]"
RUNS = {  # of what stands in matches; between brackets a match may have numbers in words
    "dates": re.compile(
        rf"(?:[\d.]|{SPACE}|(?<![а-яё])(?:{MONTHS_AND_YEARS})[а-яё]*+)++", re.IGNORECASE
    ),
    "money": re.compile(
        rf"(?:[()/](?:[а-яё\d.€$₽¢]|{SPACE})*+(?=[()/])|[\d.,()/€$₽¢]|{SPACE}"
        rf"|(?<![а-яё])(?:{CURRENCIES}|{UNITS})[а-яё]*+)++",
        re.IGNORECASE,
    ),
}
REACH = 300  # characters from a sign to the ends of its match, an amount in words among them
MOST_CHARS = 2_000  # of a piece that a grammar parses: its time grows faster than the text


class Parses:
    """The parses of words are pymorphy3's objects, of the dictionary that all rules share."""

    def __init__(self) -> None:
        from pymorphy3.analyzer import Parse

        self._analyzer, self._parse = load_analyzer(), Parse
        self.TagClass = self._analyzer.TagClass

    def parse(self, word: str) -> list[Any]:
        """Return the parses of a word, the likeliest first."""
        return [self._parse(*parse) for parse in self._analyzer.parse(word)]


class GrammarFinder:
    """A grammar of natasha's runs on pymorphy3, over those words alone that its matches consist of.

    It parses every word that it gets, most of which no match can have.
    """

    def __init__(self, name: str) -> None:
        from natasha import DatesExtractor, MoneyExtractor

        extractors: dict[str, Callable[[Any], Any]] = {
            "dates": DatesExtractor,
            "money": MoneyExtractor,
        }
        self.labels: Sequence[str] = [LABELS[name]]
        self._sign, self._run = SIGNS[name], RUNS[name]
        self._extract = extractors[name](Parses())

    def find(self, text: str) -> Iterator[Span]:
        """Yield what the grammar finds in a text."""
        for start, end in sentenize(text) if self._sign.search(text) else ():
            for at, stop in _surroundings(text, start, end, self._sign):
                for run in self._run.finditer(text, at, stop):
                    if self._sign.search(run[0]):
                        yield from self._parse(text, run.start(), run.end())

    def _parse(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Yield what the grammar finds in a part of a text, piece by piece, of which none cuts it.

        A piece reaches beyond the place where the next one begins by the longest match.
        """
        while start < end:
            stop = min(end, start + MOST_CHARS)
            following = end if stop == end else _word_start(text, start, stop - REACH)
            piece = text[start:stop]
            for match in self._extract(piece) if DIGIT.search(piece) else ():
                if start + match.start < following:
                    yield start + match.start, start + match.stop, self.labels[0]
                    following = max(following, start + match.stop)
            start = following


def _surroundings(text: str, start: int, end: int, sign: re.Pattern[str]) -> Iterator[Bounds]:
    """Yield the parts of a sentence in reach of a sign, which no match goes beyond.

    A grammar takes a quarter of a millisecond for a number: a megabyte of them would take minutes.
    """
    at = stop = start
    for match in sign.finditer(text, start, end):
        before, behind = max(start, match.start() - REACH), min(end, match.end() + REACH)
        before = _word_start(text, max(start, before - REACH), before)
        if before > stop:
            yield at, stop
            at = before
        stop = behind
    yield at, stop


def _word_start(text: str, least: int, at: int) -> int:
    """Return where the word at a place of a text begins, or the place if `least` is in the word."""
    return text.rfind(" ", least, at) + 1 or at


class IdentifierFinder:
    """Identifiers are those that masking knows: numbers with a checksum, addresses, phones."""

    def __init__(self) -> None:
        load_rules()  # raises where the extra is missing
        self.labels: Sequence[str] = IDENTIFIERS

    def find(self, text: str) -> Iterator[Span]:
        """Yield the identifiers of a text."""
        yield from (entity.span for entity in find_identifiers(text))


def load_set(name: str) -> Finder:
    """Load the set of rules of that name; raises `MissingExtra` where it needs a library."""
    return IdentifierFinder() if name == "identifiers" else GrammarFinder(name)
