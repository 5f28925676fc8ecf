"""A gazetteer is a list of phrases, of which it finds every form in a text at the cost of a few.

The index has the stems of each phrase as one string, so a text is searched by looking up the stems
of its words, one after the other and joined; case forms are worked out for what is found alone.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ner_service.taggers.rules.case_forms import CaseForms
from ner_service.taggers.rules.stems import MOST_CHANGED, Stems, fold

WORD = re.compile(r"\w+")
WORD_OR_LINE = re.compile(r"\w+|\n")
JOINERS = frozenset(" \t\n\u00a0\u202f-\u2010\u2011–—«»\"“”„'’")  # that may stand between words
MOST_GAP = 3  # characters between two words of a phrase
MOST_WORDS, MOST_CHARS = 30, 1_000  # of a phrase
KEPT = 100_000  # surfaces of texts whose phrases are kept, some 30 MB
READ_AHEAD = 500  # phrases whose words are looked up at once, in 0.1 s: they have most paradigms
LAST = -1  # stands for the next phrase where there is none
MOST_BEGINNINGS = 500_000  # of words of texts: then they are forgotten, some 100 MB


class Match(NamedTuple):
    """A match is a place of a text, and the number of the phrase that stands there."""

    start: int
    end: int
    phrase: int


class Index:
    """An index has the numbers of phrases by their stems.

    `longest` is the number of words of the longest phrase that begins with a stem, where that is
    more than two with its first two stems. All dicts hold nothing but strings and numbers, so
    Python's collector passes over them: it would look at a million strings again and again.
    """

    def __init__(self, keys: Sequence[str], phrases: Sequence[int]) -> None:
        """Index phrases, whose numbers stand beside their joined stems."""
        self.numbers: dict[str, int] = {}  # of the first phrase
        self.longest: dict[str, int] = {}
        self._next = array("i", [LAST]) * (max(phrases, default=0) + 1)  # with the same stems
        last: dict[str, int] = {}
        firsts = map(self.numbers.setdefault, keys, phrases)  # a loop takes twice the time
        for key, phrase, first in zip(keys, phrases, firsts, strict=True):
            if first != phrase:
                self._next[last.get(key, first)] = phrase
                last[key] = phrase
        for key in self.numbers:
            first_stem, space, rest = key.partition(" ")
            if not space:
                self.longest.setdefault(first_stem, 1)
                continue
            self.longest[first_stem] = 2
            if " " in rest:
                pair = f"{first_stem} {rest[: rest.index(' ')]}"
                self.longest[pair] = max(key.count(" ") + 1, self.longest.get(pair, 2))
        self.letters = frozenset(key[0] for key in self.longest)  # with which phrases begin

    def phrases_of(self, key: str) -> Sequence[int]:
        """Return the numbers of the phrases with the joined stems of `key`."""
        number = self.numbers.get(key, LAST)
        numbers: list[int] = []
        while number != LAST:
            numbers.append(number)
            number = self._next[number]
        return numbers


Bases = tuple[Sequence[str], Sequence[int]]
"""The phrases of one word that have a stem, folded and without marks around, and their numbers."""


class Beginning(NamedTuple):
    """A beginning is what an index has of phrases that begin with a word of a text.

    `alone` is the phrase that the word alone is; `goes_on` says whether some have more words.
    """

    phrases: Index
    stem: str
    alone: int | None
    goes_on: bool


NONE: Sequence[Beginning] = ()


class Beginnings(dict[str, Sequence[Beginning]]):
    """The beginnings of each word of a text are worked out once; most words have none."""

    def __init__(self, gazetteer: "Gazetteer") -> None:
        self._gazetteer = gazetteer

    def __missing__(self, word: str) -> Sequence[Beginning]:
        if len(self) >= MOST_BEGINNINGS:
            self.clear()
        self[word] = beginnings = self._gazetteer.beginnings_of(word) or NONE
        return beginnings


class Gazetteer:
    """A gazetteer finds phrases as words: whole, in their order, with little between them.

    With `forms` a phrase is found in every case form, without only as it is written but for its
    case. A capital that begins a word of a phrase must be one in the text.
    """

    def __init__(self, phrases: Sequence[str], forms: CaseForms | None) -> None:
        self._phrases, self._forms = tuple(phrases), forms  # a list would be collected, see Index
        self._stems = Stems()
        keys = self._keys_of(phrases)
        of_capital: list[int] = []
        of_small: list[int] = []
        for n, phrase in enumerate(phrases):
            (of_capital if _begins_with_capital(phrase) else of_small).append(n)
        self._capital, self._small = (
            Index([keys[n] for n in numbers], numbers) for numbers in (of_capital, of_small)
        )
        if forms:
            forms.read_ahead(WORD.findall(fold(" ".join(phrases[:READ_AHEAD]))))
        self._beginnings = Beginnings(self)
        self._choose_kept = lru_cache(KEPT)(self._choose)
        self._bases_kept = lru_cache(KEPT)(self._bases_of)

    @staticmethod
    def _keys_of(phrases: Sequence[str]) -> Sequence[str]:
        """Return the joined stems of each phrase, of all at once: a million cost 2 s less so."""
        if not phrases:
            return []
        stems = Stems()  # which texts do not need: the collector would look at all of them
        stems["\n"] = "\n"
        words = WORD_OR_LINE.findall(fold("\n".join(phrases)))
        return " ".join(map(stems.__getitem__, words)).split(" \n ")

    def find(self, text: str) -> Iterator[Match]:
        """Yield the longest match at each word where there is one, without overlap."""
        words = WORD.findall(text)
        begun = [*map(self._beginnings.__getitem__, words)]
        if not any(begun):
            return
        spans = [*map(re.Match.span, WORD.finditer(text))]
        free = 0
        for at, beginnings in enumerate(begun):
            if beginnings and at >= free:
                for beginning in beginnings:
                    end, phrase = at + 1, beginning.alone
                    if beginning.goes_on:
                        end, phrase = self._longest_at(text, words, spans, at, beginning)
                    if phrase is not None:
                        free, (start, stop) = end, (spans[at][0], spans[end - 1][1])
                        yield Match(start, stop + _closing_quote(text, start, stop), phrase)
                        break

    def beginnings_of(self, word: str) -> Sequence[Beginning]:
        """Return what begins with a word of a text; phrases in small letters begin with any."""
        letter = fold(word[0])
        indices = (self._capital, self._small) if word[0].isupper() else (self._small,)
        if not any(letter in index.letters for index in indices):
            return NONE
        stem = self._stems[word]
        beginnings = []
        for index in indices:
            if longest := index.longest.get(stem):
                alone = self._choose_alone(fold(word), self._bases_kept(index, stem))
                if alone is not None or longest > 1:
                    beginnings.append(Beginning(index, stem, alone, longest > 1))
        return beginnings

    def _bases_of(self, index: Index, stem: str) -> Bases:
        """Return the phrases of one word that have a stem, folded and without marks around."""
        numbers = index.phrases_of(stem)
        if not numbers:
            return (), ()
        folded = fold("\n".join([self._phrases[n] for n in numbers])).split("\n")
        return [base if base.isalnum() else WORD.findall(base)[0] for base in folded], numbers

    def _longest_at(
        self,
        text: str,
        words: Sequence[str],
        spans: Sequence[tuple[int, int]],
        at: int,
        beginning: Beginning,
    ) -> tuple[int, int | None]:
        """Return the end of the longest phrase at a word, and the phrase if there is one."""
        end = at + 2
        if _stand_near(spans, at + 1):
            pair = f"{beginning.stem} {self._stems[words[at + 1]]}"
            longest = beginning.phrases.longest.get(pair, 2)
            while end < at + longest and _stand_near(spans, end):
                end += 1
            stems = [pair, *map(self._stems.__getitem__, words[at + 2 : end])]
            for count in range(len(stems), 0, -1):
                key = " ".join(stems[:count])
                if key in beginning.phrases.numbers:
                    surface = text[spans[at][0] : spans[at + count][1]]
                    phrase = self._choose_kept(surface, beginning.phrases, key)
                    if phrase is not None:
                        return at + count + 1, phrase
        return at + 1, beginning.alone

    def _choose_alone(self, word: str, every: Bases) -> int | None:
        """Return the phrase that a folded word is a form of; the word itself goes first."""
        # All of them begin with the word's first letter, as their stem does.
        bases = [
            each for each in zip(*every, strict=True) if word.startswith(each[0][:-MOST_CHANGED])
        ]
        for base, n in bases:
            if base == word:
                return n
        if self._forms is None:
            return None
        match = self._forms.match_word
        return next((n for base, n in bases if match(word, base)), None)

    def _choose(self, surface: str, index: Index, key: str) -> int | None:
        """Return the phrase that a surface is a form of; one that is written so goes first."""
        words = (*WORD.findall(fold(surface)),)
        fitting = []
        for n in index.phrases_of(key):
            if _is_written_alike(surface, self._phrases[n]):
                if (*WORD.findall(fold(self._phrases[n])),) == words:
                    return n
                fitting.append(n)
        return next((n for n in fitting if self._is_form(words, self._phrases[n])), None)

    def _is_form(self, words: tuple[str, ...], phrase: str) -> bool:
        """Return whether words are a phrase in some case."""
        if self._forms is None:
            return False
        folded = fold(phrase)
        parts = [*WORD.finditer(folded)]
        prefixes = [n for n, part in enumerate(parts) if folded[part.end() :][:1] == "-"]
        return self._forms.match(words, tuple(part[0] for part in parts), prefixes)


def _begins_with_capital(phrase: str) -> bool:
    """Return whether the first word of a phrase begins with a capital letter."""
    if phrase[0].isalnum():
        return phrase[0].isupper()
    word = WORD.search(phrase)
    return word is not None and word[0][0].isupper()


def _stand_near(spans: Sequence[tuple[int, int]], at: int) -> bool:
    """Return whether there is a word at a place, near the one before it."""
    return at < len(spans) and spans[at][0] - spans[at - 1][1] <= MOST_GAP


def _is_written_alike(surface: str, phrase: str) -> bool:
    """Return whether capitals are where a phrase has them, and no strange marks between words."""
    pairs = zip(WORD.finditer(surface), WORD.finditer(phrase), strict=True)
    if not all(a[0][0].isupper() or not b[0][0].isupper() for a, b in pairs):
        return False
    marks = WORD.sub("", surface)
    return all(mark in JOINERS or mark in phrase for mark in marks) and "\n\n" not in marks


def _closing_quote(text: str, start: int, end: int) -> int:
    """Return 1 where a quote that was opened between two places is closed right behind, else 0."""
    opened = text.count("«", start, end) > text.count("»", start, end)
    return int(opened and text[end : end + 1] == "»")


def faults_of(phrases: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the number of each phrase that cannot be looked for, and why."""
    for n, phrase in enumerate(phrases):
        if len(phrase) < 2 * MOST_WORDS and phrase[:1].isalnum():
            continue  # it has a word and no room for too many; a million phrases cost 1 s less
        if len(phrase) > MOST_CHARS:
            yield n, f"has {len(phrase)} characters: expected at most {MOST_CHARS}"
        words = len(WORD.findall(phrase))
        if not 1 <= words <= MOST_WORDS:
            yield n, f"has {words} words: expected 1 to {MOST_WORDS}"
