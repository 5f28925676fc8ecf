"""A gazetteer is a list of phrases, of which it finds every form in a text at the cost of a few.

The index has the stems of each phrase as one string, so a text is searched by looking up the stems
of its words, one after the other and joined; case forms are worked out for what is found alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ner_service.taggers.rules.case_forms import CaseForms
from ner_service.taggers.rules.stems import Stems, fold, may_be_form

WORD = re.compile(r"\w+")
JOINERS = frozenset(" \t\n\u00a0\u202f-\u2010\u2011–—«»\"“”„'’")  # that may stand between words
MOST_GAP = 3  # characters between two words of a phrase
MOST_WORDS = 30  # of a phrase
KEPT = 100_000  # surfaces of texts whose phrases are kept, some 30 MB
MOST_STEMS = 1_000_000  # of words of texts: then they are forgotten, some 100 MB


@dataclass(frozen=True, slots=True)
class Match:
    """A match is a place of a text, and the number of the phrase that stands there."""

    start: int
    end: int
    phrase: int


class Words(NamedTuple):
    """The words of a text: their places, their folded forms and their stems."""

    text: str
    spans: Sequence[tuple[int, int]]
    folded: Sequence[str]
    stems: Sequence[str]

    def reach(self, at: int, most: int) -> int:
        """Return the end of at most so many words from `at` on that stand near each other."""
        last = at + 1
        while last < min(len(self.spans), at + most):
            if self.spans[last][0] - self.spans[last - 1][1] > MOST_GAP:
                break
            last += 1
        return last


class Index:
    """An index has the numbers of phrases by their stems."""

    def __init__(self) -> None:
        self.phrases: dict[str, int | list[int]] = {}
        self.longest: dict[str, int] = {}  # words of the phrases that begin with a stem

    def add(self, stems: Sequence[str], phrase: int) -> None:
        """Add a phrase by the stems of its words."""
        key = " ".join(stems)
        before = self.phrases.setdefault(key, phrase)
        if before != phrase:
            self.phrases[key] = [*(before if isinstance(before, list) else [before]), phrase]
        if self.longest.setdefault(stems[0], len(stems)) < len(stems):
            self.longest[stems[0]] = len(stems)

    def phrases_of(self, stems: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the phrases with these stems."""
        phrases = self.phrases.get(" ".join(stems), ())
        return [phrases] if isinstance(phrases, int) else phrases


class Gazetteer:
    """A gazetteer finds phrases as words: whole, in their order, with little between them.

    With `forms` a phrase is found in every case form, without only as it is written but for its
    case. A capital that begins a word of a phrase must be one in the text.
    """

    def __init__(self, phrases: Sequence[str], forms: CaseForms | None) -> None:
        self._phrases, self._forms = phrases, forms
        self._stems = Stems()
        self._capital, self._small = Index(), Index()  # by the first letter of the phrase
        stem_of = self._stems.__getitem__
        lines = fold("\n".join(phrases)).split("\n")  # at once: a million phrases cost 0.3 s less
        for n, (phrase, folded) in enumerate(zip(phrases, lines, strict=False)):
            index = self._capital if phrase[:1].isupper() else self._small
            index.add([*map(stem_of, WORD.findall(folded))], n)
        self._choose_kept = lru_cache(KEPT)(self._choose)

    def find(self, text: str) -> Iterator[Match]:
        """Yield the longest match at each word where there is one, without overlap."""
        words = self._words_of(text)
        capital, small = self._capital.longest, self._small.longest
        free = 0
        for at, stem in enumerate(words.stems):
            if at < free or not (stem in capital or stem in small):
                continue
            is_capital = text[words.spans[at][0]].isupper()
            for index in (self._capital, self._small) if is_capital else (self._small,):
                if match := self._match_at(words, at, index):
                    free, phrase = match
                    start, end = words.spans[at][0], words.spans[free - 1][1]
                    yield Match(start, end + _closing_quote(text, start, end), phrase)
                    break

    def _words_of(self, text: str) -> Words:
        spans = [match.span() for match in WORD.finditer(text)]
        folded = fold(text)
        if len(folded) != len(text):  # some letter outside Russian and Latin has a longer form
            folded = "".join(low if len(low := fold(char)) == 1 else char for char in text)
        words = [folded[start:end] for start, end in spans]
        if len(self._stems) > MOST_STEMS:
            self._stems.clear()
        return Words(text, spans, words, [*map(self._stems.__getitem__, words)])

    def _match_at(self, words: Words, at: int, index: Index) -> tuple[int, int] | None:
        """Return the end of the longest phrase at a word, and the phrase."""
        longest = index.longest.get(words.stems[at])
        if longest is None:
            return None
        for end in range(words.reach(at, longest), at, -1):
            if candidates := index.phrases_of(words.stems[at:end]):
                surface = words.text[words.spans[at][0] : words.spans[end - 1][1]]
                phrase = self._choose_kept(surface, tuple(words.folded[at:end]), *candidates)
                if phrase is not None:
                    return end, phrase
        return None

    def _choose(self, surface: str, words: tuple[str, ...], *candidates: int) -> int | None:
        """Return the phrase that a surface is a form of; one that is written so goes first."""
        first = words[0]
        fitting = []
        for n in candidates:
            folded = fold(self._phrases[n])
            if len(words) == 1 and not (first == folded or may_be_form(first, folded)):
                continue
            if _is_written_alike(surface, self._phrases[n]):
                if (*WORD.findall(folded),) == words:
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
        words = len(WORD.findall(phrase))
        if not 1 <= words <= MOST_WORDS:
            yield n, f"has {words} words: expected 1 to {MOST_WORDS}"
