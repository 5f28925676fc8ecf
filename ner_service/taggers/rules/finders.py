"""Finders are the kinds of rules at work: each yields the spans that it finds in a text."""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

from ner_service.errors import MissingExtra, ModelError
from ner_service.taggers.rules.case_forms import CaseForms
from ner_service.taggers.rules.gazetteer import Gazetteer
from ner_service.taggers.rules.rule_file import RuleFile, TokenRule
from ner_service.taggers.spacy import LONG_RUN, razdel_doc
from ner_service.types import Span

REACH = 60  # characters on either side of an entity in which a word of its context may stand


class Finder(Protocol):
    """A finder knows its labels; what it yields may overlap, and is neither empty nor padded."""

    @property
    def labels(self) -> Sequence[str]:
        """Return the labels of what it finds."""

    def find(self, text: str) -> Iterator[Span]:
        """Yield the spans of a text."""


class Context:
    """A context is words of which one must stand near an entity, in any case form."""

    def __init__(self, words: Sequence[str], forms: CaseForms) -> None:
        self._gazetteer = Gazetteer(words, forms) if words else None

    def admits(self, text: str, start: int, end: int) -> bool:
        """Return whether an entity between two places counts."""
        if self._gazetteer is None:
            return True
        around = text[max(0, start - REACH) : start], text[end : end + REACH]
        return any(next(self._gazetteer.find(part), None) for part in around)


class PhraseFinder:
    """The phrases of several rules are looked for in one pass."""

    def __init__(self, files: Sequence[RuleFile], forms: CaseForms, exact: bool) -> None:
        wanted = "exact" if exact else "cases"
        rules = [each for file in files for each in file.phrases if each[0].forms == wanted]
        self._rules = [rule for rule, _ in rules]
        self._contexts = [Context(rule.context, forms) for rule in self._rules]
        self._rule_of = array("L")
        for n, (_, listed) in enumerate(rules):
            self._rule_of.extend(array("L", [n]) * len(listed))
        phrases = [phrase for _, listed in rules for phrase in listed]
        self._gazetteer = Gazetteer(phrases, None if exact else forms)
        self.labels = [*dict.fromkeys(rule.label for rule in self._rules)]

    def find(self, text: str) -> Iterator[Span]:
        """Yield the phrases of a text."""
        for start, end, phrase in self._gazetteer.find(text):
            rule = self._rule_of[phrase]
            if self._contexts[rule].admits(text, start, end):
                yield start, end, self._rules[rule].label


class PatternFinder:
    """A regular expression finds its matches, without the white space around."""

    def __init__(self, label: str, pattern: re.Pattern[str], context: Context) -> None:
        self.labels = [label]
        self._pattern, self._context = pattern, context

    def find(self, text: str) -> Iterator[Span]:
        """Yield the matches of a text."""
        for match in self._pattern.finditer(text):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            end = start + len(match[0].strip())
            if end > start and self._context.admits(text, start, end):
                yield start, end, self.labels[0]


class TokenPatternFinder:
    """spaCy's own matcher runs token patterns, over the tokens of its blank Russian pipeline."""

    def __init__(self, rules: Sequence[TokenRule]) -> None:
        try:
            import spacy
            from spacy.matcher import Matcher
        except ImportError as error:
            raise MissingExtra(f"a rule with token patterns ({error})", "spacy") from error
        self._nlp: Any = spacy.blank("ru")
        self._matcher = Matcher(self._nlp.vocab, validate=True)
        for rule in rules:
            try:
                self._matcher.add(rule.label, [rule.pattern])  # type: ignore[list-item]
            except Exception as error:  # of several classes
                raise ModelError(f"{rule.place}: {_fault_of(error)}") from None
        self.labels = [*dict.fromkeys(rule.label for rule in rules)]

    def find(self, text: str) -> Iterator[Span]:
        """Yield the matches of a text."""
        with self._nlp.memory_zone():
            is_long = LONG_RUN.search(text) is not None
            doc = razdel_doc(self._nlp.vocab, text) if is_long else self._nlp.make_doc(text)
            spans = [
                (doc[start:end], self._nlp.vocab.strings[key])
                for key, start, end in self._matcher(doc)
            ]
            bounds = [(span.start_char, span.end_char, label) for span, label in spans]
        for start, end, label in bounds:
            surface = text[start:end]
            start += len(surface) - len(surface.lstrip())
            if surface.strip():
                yield start, start + len(surface.strip()), label


def finders_of(files: Sequence[RuleFile], forms: CaseForms) -> Iterator[Finder]:
    """Yield the finders of files of rules."""
    for exact in (False, True):
        if (finder := PhraseFinder(files, forms, exact)).labels:
            yield finder
    for file in files:
        for rule, pattern in file.patterns:
            yield PatternFinder(rule.label, pattern, Context(rule.context, forms))
        if file.tokens:
            check_attributes(file.tokens)
            yield TokenPatternFinder(file.tokens)


NEEDS_A_PIPELINE = frozenset({"LEMMA", "POS", "TAG", "MORPH", "DEP", "ENT_TYPE", "ENT_IOB", "_"})
EXTRA = "Extra inputs are not permitted"  # pydantic's words, by which spaCy names a wrong key
FAULT = re.compile(r"\[pattern -> (\d+)([^\]]*)\] (.+)")  # a line of spaCy's list of all faults
KEY = re.compile(r" -> ([A-Z_]+\d*|[=!<>]+)(?![^ ])")  # beside the names of spaCy's own types


def check_attributes(rules: Sequence[TokenRule]) -> None:
    """Raise `ModelError` where a token pattern needs what a blank pipeline does not tell."""
    for rule in rules:
        used = {str(key).upper() for token in rule.pattern for key in token}
        if strange := sorted(used & NEEDS_A_PIPELINE):
            raise ModelError(
                f"{rule.place}: pattern: {', '.join(strange)} needs a pipeline: write the phrase "
                "as a string, which is found in every case form, or use LOWER"
            )


def _fault_of(error: Exception) -> str:
    """Return the field of a token pattern, and the first fault that spaCy finds in it."""
    message = str(error)
    if match := FAULT.search(message):
        number, keys, reason = match.groups()
        field = ".".join([f"pattern[{number}]", *KEY.findall(keys)])
        return f"{field}: {reason.replace(EXTRA, 'is no key here')}: see spaCy's token patterns"
    return f"pattern: {' '.join(message.split())[:200]}: see spaCy's token patterns"


def longest_first(spans: Sequence[Span]) -> list[int]:
    """Return the numbers of spans that do not overlap, in the order of the text.

    Of two that do the longer stays, then the one that came first.
    """
    numbers = sorted(range(len(spans)), key=lambda n: spans[n][0])
    if all(spans[a][1] <= spans[b][0] for a, b in pairwise(numbers)):
        return numbers
    kept: list[int] = []
    taken: set[int] = set()
    for n in sorted(range(len(spans)), key=lambda n: (spans[n][0] - spans[n][1], n)):
        places = range(*spans[n][:2])
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(n)
    return sorted(kept, key=lambda n: spans[n][0])
