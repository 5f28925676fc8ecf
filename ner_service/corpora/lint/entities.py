"""Entities are checked one by one and against each other: bounds, edges, words, overlaps."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ner_service.corpora.check import describe_unfit_label
from ner_service.corpora.lint.finding import Fault, Finding, quote
from ner_service.corpora.report import cuts_word
from ner_service.types import Document, Entity

OPENING, CLOSING = "([{«„“‘‹<", ")]}»“”’›>"
SAME_QUOTES = "\"'`"  # open and close alike
BEGINNINGS, ENDS = "@#&", "%‰"  # of accounts and tags, and of shares
SENTENCE_ENDS = ".!?…"
SENTENCE_GOES_ON = re.compile(r"\s?[,;:—а-яёa-z]")  # so a mark before it is of the name: `Yahoo!`
LONGEST_ABBREVIATION = 4  # letters before a full stop that belongs to the name: `Ltd.`, `корп.`


def entity_findings(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with a document's entities, in their order."""
    text, place = document.text, document.place
    inside: list[Entity] = []
    for entity in sorted(document.entities, key=lambda e: (e.start, e.end)):
        if unfit := describe_unfit_label(entity.label):
            yield Finding(Fault.UNFIT_LABEL, place, unfit)
        if not 0 <= entity.start < entity.end <= len(text):
            message = f"{_bounds(entity)} is no span of the text ({len(text)} characters)"
            yield Finding(Fault.OUTSIDE, place, message)
        elif not text[entity.start : entity.end].strip():
            yield Finding(Fault.OUTSIDE, place, f"{_bounds(entity)} is white space alone")
        else:
            yield from _edge_findings(entity, text, place)
            inside.append(entity)
    yield from _overlap_findings(inside, text, place)


def _edge_findings(entity: Entity, text: str, place: str) -> Iterator[Finding]:
    surface = text[entity.start : entity.end]
    name = surface.strip()
    shown = f"{_bounds(entity)} {quote(surface)}"
    if name != surface:
        yield Finding(Fault.BLANK_EDGE, place, f"{shown} has a blank at an edge")
    behind = text[entity.end : entity.end + 2]
    if stray := stray_punctuation(name, behind):
        yield Finding(Fault.PUNCTUATION_EDGE, place, f"{shown} has {stray} at an edge")
    if cuts_word(text, entity.start, entity.end):
        yield Finding(Fault.CUT_WORD, place, f"{shown} begins or ends inside a word")


def _overlap_findings(ordered: Iterable[Entity], text: str, place: str) -> Iterator[Finding]:
    furthest: Entity | None = None
    for entity in ordered:
        if furthest and entity.start < furthest.end:
            shown = f"{_bounds(entity)} {quote(text[entity.start : entity.end])}"
            if entity.span == furthest.span:
                yield Finding(Fault.DOUBLED, place, f"{shown} comes twice")
            else:
                yield Finding(Fault.OVERLAP, place, f"{shown} overlaps {_bounds(furthest)}")
        if not furthest or entity.end > furthest.end:
            furthest = entity


def stray_punctuation(name: str, behind: str) -> str:
    """Return the mark at an edge of a name that is no part of it, or nothing.

    Brackets and quotes belong to a name that has both of a pair, and a full stop to an initial or
    an abbreviation. `behind` is what follows the name: a sentence that goes on was not ended by it.
    """
    first, last = name[0], name[-1]
    if _is_punctuation(first) and first not in BEGINNINGS and not _is_paired(first, name[1:]):
        return first
    if not _is_punctuation(last) or last in ENDS or _is_paired(last, name[:-1]):
        return ""
    ends_no_sentence = last in SENTENCE_ENDS and SENTENCE_GOES_ON.match(behind)
    return "" if ends_no_sentence or _is_abbreviated(name) else last


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P") or char in SAME_QUOTES


def _is_paired(mark: str, others: str) -> bool:
    """Return whether the rest of a name has a partner of the mark."""
    for marks, partners in ((OPENING, CLOSING), (CLOSING, OPENING), (SAME_QUOTES, SAME_QUOTES)):
        if mark in marks and any(char in partners for char in others):
            return True
    return False


def _is_abbreviated(name: str) -> bool:
    if not name.endswith("."):
        return False
    word = "".join(c if c.isalnum() else " " for c in name[:-1]).split()[-1:]
    return bool(word) and len(word[0]) <= LONGEST_ABBREVIATION


def _bounds(entity: Entity) -> str:
    return f"{entity.start}:{entity.end} {entity.label}"
