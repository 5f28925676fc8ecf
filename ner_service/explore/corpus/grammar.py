"""Grammar gives the lemma and the part of speech of a word by the dictionary of pymorphy3."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ner_service.explore.corpus.sample import Sample
from ner_service.names.pymorphy import Pymorphy

PARTS_OF_SPEECH = {
    "NOUN": "noun", "ADJF": "adjective", "ADJS": "adjective", "COMP": "adjective",
    "VERB": "verb", "INFN": "verb", "PRTF": "participle", "PRTS": "participle",
    "GRND": "participle", "NUMR": "numeral", "ADVB": "adverb", "NPRO": "pronoun",
    "PRED": "adverb", "PREP": "preposition", "CONJ": "conjunction", "PRCL": "particle",
    "INTJ": "interjection",
}  # fmt: skip
EMPTY_WORDS = {"preposition", "conjunction", "particle", "pronoun", "interjection"}
EDGE, NUMBER, SIGN, FOREIGN = "edge of the text", "number", "punctuation", "other word"
PLACES = (-2, -1, 1, 2)  # words before and after a name
SHOWN = 8  # lemmas at a place


@dataclass(frozen=True, slots=True)
class Word:
    """A word as a dictionary has it: its lemma and its part of speech."""

    lemma: str
    pos: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place beside the names of a label has shares of parts of speech, and frequent lemmas."""

    label: str
    place: int  # words from the name, negative in front of it
    pos: tuple[tuple[str, float], ...]
    lemmas: tuple[tuple[str, int], ...]


class Grammar:
    """Grammar looks each word form up once; a Russian word's most likely reading decides."""

    def __init__(self) -> None:
        self._words: dict[str, Word] = {}

    @cached_property
    def _morphology(self) -> Pymorphy:
        return Pymorphy()

    def word(self, text: str) -> Word:
        """Return the lemma and the part of speech of a token."""
        lower = text.lower()
        if lower not in self._words:
            self._words[lower] = self._look_up(lower)
        return self._words[lower]

    def _look_up(self, word: str) -> Word:
        if not any(map(str.isalnum, word)):
            return Word(word, SIGN)
        if word[0].isdecimal():
            return Word(word, NUMBER)
        readings = self._morphology.readings(word)
        if not readings:
            return Word(word, FOREIGN)
        return Word(readings[0].lemma, PARTS_OF_SPEECH[readings[0].features.pos])

    def lemmas(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield the lemmas of the words that mean something by themselves."""
        for word in map(self.word, texts):
            if word.pos not in EMPTY_WORDS | {SIGN, NUMBER} and len(word.lemma) > 1:
                yield word.lemma


def neighbours(samples: Sequence[Sample], grammar: Grammar) -> list[Place]:
    """Return what stands at each place beside the names of each label."""
    pos: dict[tuple[str, int], Counter[str]] = {}
    lemmas: dict[tuple[str, int], Counter[str]] = {}
    for each in (each for sample in samples for each in sample.drawn):
        for entity, tokens in each.entities():
            for place in PLACES:
                at = tokens.stop + place - 1 if place > 0 else tokens.start + place
                inside = 0 <= at < len(each.tokens)
                word = grammar.word(each.tokens[at].text) if inside else Word("", EDGE)
                key = entity.label, place
                pos.setdefault(key, Counter())[word.pos] += 1
                if inside and word.pos != SIGN:
                    lemmas.setdefault(key, Counter())[word.lemma] += 1
    return [
        Place(*key, _shares(counts), tuple(lemmas.get(key, Counter()).most_common(SHOWN)))
        for key, counts in sorted(pos.items())
    ]


def _shares(counts: Counter[str]) -> tuple[tuple[str, float], ...]:
    return tuple((name, count / counts.total()) for name, count in counts.most_common())
