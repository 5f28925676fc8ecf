"""Analysis gives Presidio's clients the entities of texts, in Presidio's types and with scores."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ner_service.service.api.presidio.forms import AnalyzeForm, RecognizerForm
from ner_service.service.api.presidio.patterns import Pattern, search
from ner_service.types import Entity

TYPES: Mapping[str, str] = {  # Presidio's names of our labels
    "PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION", "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER", "CARD": "CREDIT_CARD", "IBAN": "IBAN_CODE", "INN": "RU_INN",
    "SNILS": "RU_SNILS", "OGRN": "RU_OGRN", "PASSPORT": "RU_PASSPORT",
}  # fmt: skip
USUAL_SCORE = 0.85  # Presidio's, of what its own tagger finds, where ours has no score
CHECKED_SCORE = 1.0  # Presidio's, of what a checksum or a context confirms
FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE  # Presidio's for patterns of its clients
CONTEXT_WORDS, CONTEXT_SCORE, LEAST_WITH_CONTEXT = 5, 0.35, 0.4  # Presidio's
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Result:
    """A result is an entity as Presidio returns it, with what found it."""

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str
    pattern_name: str | None = None
    pattern: str | None = None
    original_score: float | None = None
    context_word: str = ""

    def as_json(self, explain: bool) -> dict[str, Any]:
        """Return the result as Presidio writes it, with its explanation if that is wanted."""
        original = self.score if self.original_score is None else self.original_score
        explanation = {
            "recognizer": self.recognizer,
            "pattern_name": self.pattern_name,
            "pattern": self.pattern,
            "original_score": original,
            "score": self.score,
            "textual_explanation": None,
            "score_context_improvement": self.score - original,
            "supportive_context_word": self.context_word,
            "validation_result": None,
        }
        return {
            "analysis_explanation": explanation if explain else None,
            "end": self.end,
            "entity_type": self.entity_type,
            "score": self.score,
            "start": self.start,
        }


def type_of(label: str) -> str:
    """Return Presidio's name of a label; a label of the user's own is its name."""
    return TYPES.get(label, label)


def results_of(entities: Sequence[Entity], identifiers: Sequence[str], tagger: str) -> list[Result]:
    """Return entities as results of Presidio."""
    return [
        Result(e.start, e.end, type_of(e.label), CHECKED_SCORE, "identifiers")
        if e.label in identifiers
        else Result(
            e.start, e.end, type_of(e.label), USUAL_SCORE if e.score is None else e.score, tagger
        )
        for e in entities
    ]


def find_ad_hoc(texts: Sequence[str], asked: AnalyzeForm) -> list[list[Result]]:
    """Return what the recognizers of a request find in each text."""
    sources = [*_sources(asked.ad_hoc_recognizers or ())]
    found = search(texts, [pattern for pattern, _, _ in sources])
    return [
        [
            _with_context(replace(result, start=start, end=end), text, context)
            for spans, (_, result, context) in zip(by_pattern, sources, strict=True)
            for start, end in spans
        ]
        for text, by_pattern in zip(texts, found, strict=True)
    ]


def _sources(
    recognizers: Sequence[RecognizerForm],
) -> Iterator[tuple[Pattern, Result, dict[str, str]]]:
    """Yield each pattern with the result that it makes, but for its place, and its context."""
    for n, recognizer in enumerate(recognizers):
        flags = FLAGS if recognizer.global_regex_flags is None else recognizer.global_regex_flags
        context = {word: word.lower() for word in recognizer.context or () if word}
        entity, field = recognizer.supported_entity, f"ad_hoc_recognizers.{n}"
        for m, form in enumerate(recognizer.patterns or ()):
            result = Result(0, 0, entity, form.score, recognizer.name, form.name, form.regex)
            yield Pattern(form.regex, flags, f"{field}.patterns.{m}.regex"), result, context
        if recognizer.deny_list:
            words = "|".join(map(re.escape, sorted(recognizer.deny_list, key=len, reverse=True)))
            regex = rf"(?<!\w)(?:{words})(?!\w)"
            result = Result(0, 0, entity, recognizer.deny_list_score, recognizer.name, "deny_list")
            yield Pattern(regex, flags, f"{field}.deny_list"), result, context


def _with_context(result: Result, text: str, context: Mapping[str, str]) -> Result:
    """Return a result with a better score where a word of its context stands before it.

    The context has its words with their lower-case forms."""
    before = WORD.findall(text[max(0, result.start - 100) : result.start].lower())
    words = "\n".join(before[-CONTEXT_WORDS:])
    word = next((word for word, low in context.items() if low in words), "")
    if not word:
        return result
    score = min(1.0, max(result.score + CONTEXT_SCORE, LEAST_WITH_CONTEXT))
    return replace(result, score=score, original_score=result.score, context_word=word)


def choose(
    texts: Sequence[str], found: Sequence[Sequence[Result]], asked: AnalyzeForm
) -> list[list[Result]]:
    """Return the results that a request wants, in the order of the text, none inside its like.

    Entity types, threshold and allow list decide.
    """
    wanted = [
        [
            result
            for result in _without_like(results)
            if (asked.entities is None or result.entity_type in asked.entities)
            and result.score >= (asked.score_threshold or 0)
        ]
        for results in found
    ]
    surfaces = {t[r.start : r.end] for t, rs in zip(texts, wanted, strict=True) for r in rs}
    allowed = _allowed([*surfaces], asked)
    return [
        [r for r in results if text[r.start : r.end] not in allowed]
        for text, results in zip(texts, wanted, strict=True)
    ]


def _allowed(surfaces: Sequence[str], asked: AnalyzeForm) -> Collection[str]:
    """Return those surfaces that the allow list names, or that its expressions match."""
    if not asked.allow_list or asked.allow_list_match == "exact":
        return frozenset(asked.allow_list or ())
    flags = FLAGS if asked.regex_flags is None else asked.regex_flags
    found = search(surfaces, [Pattern("|".join(asked.allow_list), flags, "allow_list")])
    return {surface for surface, (spans,) in zip(surfaces, found, strict=True) if spans}


def _without_like(results: Sequence[Result]) -> Iterator[Result]:
    """Yield results in order, without those within one of the same type and of no lower score."""
    last: dict[str, Result] = {}
    for result in sorted(results, key=lambda r: (r.start, -r.end, -r.score)):
        before = last.get(result.entity_type)
        if before and result.end <= before.end and result.score <= before.score:
            continue
        last[result.entity_type] = result
        yield result
