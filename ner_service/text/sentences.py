"""Sentences with offsets, by razdel's rules, which a differential test holds them to."""

import re
from typing import NamedTuple

from razdel.segmenters.punct import (
    CLOSE_BRACKETS,
    CLOSE_QUOTES,
    DASHES,
    ENDINGS,
    GENERIC_QUOTES,
    SMILES,
)
from razdel.segmenters.sokr import HEAD_PAIR_SOKRS, HEAD_SOKRS, INITIALS, PAIR_SOKRS, SOKRS

from ner_service.text.tokens import chars_of


class Sentence(NamedTuple):
    """The half-open bounds of a sentence, in code points."""

    start: int
    end: int


DELIMITERS = ENDINGS + ";" + GENERIC_QUOTES + CLOSE_QUOTES + CLOSE_BRACKETS
DELIMITER = re.compile(rf"{SMILES}|[{chars_of(DELIMITERS)}]")
WINDOW = 10  # characters looked at on each side of a delimiter
BULLET_CHARS = frozenset("§абвгдеabcdef")
BULLET_BOUNDS = ".)"
BULLET_SIZE = 20

PIECE = re.compile(r"[^\W\d]+|\d+|[^\w\s]")
FIRST = re.compile(r"\s*([^\W\d]+|\d+|[^\w\s])")
LAST = re.compile(r"([^\W\d]+|\d+|[^\w\s])\s*$")
WORD = re.compile(r"[^\W\d]+|\d+")
PAIR = re.compile(r"(\w)\s*\.\s*(\w)\s*$")
ROMAN = re.compile(r"[IVXML]+")
SMILE_FIRST = re.compile(rf"\s*{SMILES}")


def sentenize(text: str) -> list[Sentence]:
    """The sentences of a text without the white space around them; linear in its length."""
    found: list[Sentence] = []
    start = 0
    for match in DELIMITER.finditer(text):
        end = match.end()
        if text[end : end + 1].isspace() and ends(text, start, match.start(), end):
            _add(found, text, start, end)
            start = end
    _add(found, text, start, len(text))
    return found


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    stripped = text[start:end].strip()
    if stripped:
        start += text[start:end].index(stripped[0])
        found.append(Sentence(start, start + len(stripped)))


def ends(text: str, start: int, at: int, end: int) -> bool:
    """Says whether the delimiter `at:end`, which white space follows, ends the sentence.

    `start` is where the sentence begins.
    """
    mark = text[at:end]
    before = text[max(0, at - WINDOW) : at]
    after = text[end : end + WINDOW]
    last, first = LAST.search(before), FIRST.match(after)
    if not last or not first:
        return False
    left, right = last[1], first[1]
    if _goes_on(right, after):
        return False
    if mark == "." and _abbreviates(left, right, before):
        return False
    if mark in BULLET_BOUNDS and at - start <= BULLET_SIZE and _is_bullet(text[start:at]):
        return False
    return not _closes(mark, left, before)


def _goes_on(right: str, after: str) -> bool:
    if right.isalpha() and right.islower():
        return True
    if right not in GENERIC_QUOTES and (right in DELIMITERS or SMILE_FIRST.match(after)):
        return True
    if right in DASHES:
        word = WORD.search(after)
        return bool(word and word[0].isalpha() and word[0].islower())
    return False


def _abbreviates(left: str, right: str, before: str) -> bool:
    """Says whether the full stop between two pieces is that of an abbreviation or initial."""
    low = left.lower()
    if (low, right.lower()) in PAIR_SOKRS or low in INITIALS or (left.isupper() and len(left) == 1):
        return True
    if pair := PAIR.search(before):
        both = pair[1].lower(), pair[2].lower()
        if both in HEAD_PAIR_SOKRS:
            return True
        if both in PAIR_SOKRS:
            return _may_follow_abbreviation(right)
    return low in HEAD_SOKRS or (low in SOKRS and _may_follow_abbreviation(right))


def _may_follow_abbreviation(right: str) -> bool:
    return not right.isalpha() or right.islower()


def _is_bullet(begun: str) -> bool:
    return all(
        piece.isdigit()
        or piece in BULLET_BOUNDS
        or piece.lower() in BULLET_CHARS
        or ROMAN.fullmatch(piece)
        for piece in PIECE.findall(begun)
    )


def _closes(mark: str, left: str, before: str) -> bool:
    """Says whether a quote or bracket closes something inside the sentence."""
    if mark in GENERIC_QUOTES and before[-1:].isspace():
        return True
    if mark in GENERIC_QUOTES + CLOSE_QUOTES + CLOSE_BRACKETS:
        return left not in ENDINGS
    return False
