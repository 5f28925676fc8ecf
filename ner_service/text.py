"""Tokens and sentences with offsets, by razdel's rules, and the chunking of long texts.

The rules are razdel's to the letter (a differential test holds them to it); the way is
another one: a single pattern takes what cannot join its neighbours, and only the few runs
where atoms may join are looked at atom by atom.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple

from razdel.segmenters.punct import (
    BRACKETS,
    CLOSE_BRACKETS,
    CLOSE_QUOTES,
    DASHES,
    ENDINGS,
    GENERIC_QUOTES,
    QUOTES,
    SMILES,
)
from razdel.segmenters.sokr import HEAD_PAIR_SOKRS, HEAD_SOKRS, INITIALS, PAIR_SOKRS, SOKRS


class Token(NamedTuple):
    """A token: half-open bounds in code points, and its text."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """The half-open bounds of a sentence, in code points."""

    start: int
    end: int


# ---- tokens

PUNCT = "\\/!#$%&*+,.:;<=>?@^_`|~№…" + DASHES + QUOTES + BRACKETS
LINKS = DASHES + "_"  # join what stands on both sides
SPLITS = ".,/\\"  # join numbers
SMILE_STARTS = "=:;"


def _chars(chars: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(set(chars))))


_ALONE = _chars(set(PUNCT) - set(LINKS + ENDINGS + SMILE_STARTS + "*,/\\"))
_NOT_OTHER = rf"\sа-яёa-z\d{_chars(set(PUNCT) - set(LINKS))}"
_JOINS = rf"[^{_NOT_OTHER}]"  # links and characters of no class join the word before them

PARTS = re.compile(
    rf"""
    \s++
    | (?:[а-яё]++ | (?!yahoo!)[a-z]++) (?!{_JOINS})
    | \d++ (?! {_JOINS} | [.,/\\]\s*+\d)
    | [{_ALONE}]
    | [.] (?![.?!…\d]) | [?!…] (?![.?!…]) | [,/\\] (?!\d)
    | [{SMILE_STARTS}] (?![)(-])
    | (?=\S)                      # an empty match says: the next part is to be cut by atoms
    | \S++
    """,
    re.IGNORECASE | re.VERBOSE,
)

ATOMS = {"R": "[а-яё]+", "L": "[a-z]+", "I": r"\d+", "P": rf"[{_chars(PUNCT)}]", "O": r"\S"}
ATOM = re.compile("|".join(f"(?P<{kind}>{atom})" for kind, atom in ATOMS.items()), re.IGNORECASE)
NEXT = re.compile(r"\s*+(\S)")
SMILE = re.compile(SMILES)
LONGEST_SMILE = 5


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; linear in its length."""
    parts = PARTS.findall(text)
    ends = accumulate(map(len, parts))
    if "" not in parts:
        return _tokens(parts, ends)
    return _cut(text, parts, list(ends))


def _tokens(parts: list[str], ends: Iterator[int]) -> list[Token]:
    made = zip(_starts(parts), ends, parts, strict=False)
    tokens = map(tuple.__new__, repeat(Token), made)
    return [token for token in tokens if not token[2].isspace()]


def _starts(parts: list[str]) -> Iterator[int]:
    return accumulate(map(len, parts), initial=0)


def _cut(text: str, parts: list[str], ends: list[int]) -> list[Token]:
    found: list[Token] = []
    new, add = tuple.__new__, found.append
    start = 0
    joined = False
    for part, end in zip(parts, ends, strict=True):
        if joined:
            found += _by_atoms(text, start, end)
            joined = False
        elif not part:
            joined = True
        elif not part.isspace():
            add(new(Token, (start, end, part)))
        start = end
    return found


class Atom(NamedTuple):
    """A run of one class: R(ussian), L(atin), I(nteger), one P(unctuation) or O(ther) mark."""

    start: int
    end: int
    kind: str
    text: str


def _by_atoms(text: str, start: int, end: int) -> list[Token]:
    """Cuts a run without white space; a bound looks at two atoms on each side of it."""
    atoms = [
        Atom(m.start(), m.end(), str(m.lastgroup), m.group())
        for m in ATOM.finditer(text, start, end)
    ]
    kinds = [_before(text, start), *(atom.kind for atom in atoms), _after(text, end)]
    found: list[Token] = []
    token_start = start
    for n, (left, right) in enumerate(pairwise(atoms)):
        mark = text[token_start : right.end] if right.end - token_start <= LONGEST_SMILE else ""
        if not _joined(left, right, kinds[n], kinds[n + 3], mark):
            found.append(Token(token_start, left.end, text[token_start : left.end]))
            token_start = right.start
    found.append(Token(token_start, end, text[token_start:end]))
    return found


def _kind(char: str) -> str:
    match = ATOM.match(char)
    return str(match.lastgroup) if match else ""


def _before(text: str, start: int) -> str:
    while start and text[start - 1].isspace():
        start -= 1
    return _kind(text[start - 1]) if start else ""


def _after(text: str, end: int) -> str:
    match = NEXT.match(text, end)
    return _kind(match[1]) if match else ""


def _joined(left: Atom, right: Atom, before: str, after: str, mark: str) -> bool:
    """Says whether two touching atoms are one token.

    `before` and `after` are the kinds of the atoms around them, empty at the ends of the text;
    `mark` is the token so far with `right`, if it is short enough for a smiley.
    """
    if left.text in LINKS and _linked(before, right.kind):
        return True
    if right.text in LINKS and _linked(left.kind, after):
        return True
    if left.text in SPLITS and before == right.kind == "I":
        return True
    if right.text in SPLITS and left.kind == after == "I":
        return True
    if left.kind == right.kind == "P":
        return _marks(left.text, right.text) or bool(mark and SMILE.fullmatch(mark))
    if "O" in (left.kind, right.kind):
        return left.kind in "ORL" and right.kind in "ORL"
    return right.text == "!" and left.text.lower() == "yahoo"


def _linked(left: str, right: str) -> bool:
    return bool(left and right) and "P" not in (left, right)


def _marks(left: str, right: str) -> bool:
    return (left in ENDINGS and right in ENDINGS) or left + right in ("--", "**")


# ---- sentences

DELIMITERS = ENDINGS + ";" + GENERIC_QUOTES + CLOSE_QUOTES + CLOSE_BRACKETS
DELIMITER = re.compile(rf"{SMILES}|[{_chars(DELIMITERS)}]")
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


# ---- long texts

PIECE_CHARS = 100_000  # of a text that is read in pieces: bounds what one pass takes


def chunks(text: str, max_chars: int) -> Iterator[Sentence]:
    """Covers a text in pieces of at most `max_chars`.

    Pieces end with a sentence where one fits, else with a token, and only a token longer than
    a piece is cut; nothing but white space lies between them.
    """
    if len(text) <= max_chars:
        if text:
            yield Sentence(0, len(text))
        return
    start = end = 0
    for piece in _pieces(text, max_chars):
        if piece.end - start > max_chars:
            if end > start:
                yield Sentence(start, end)
            start = piece.start
        end = piece.end
    if end > start:
        yield Sentence(start, end)


def _pieces(text: str, max_chars: int) -> Iterator[Sentence]:
    """Sentences, and the tokens or parts of tokens of those that are too long."""
    for sentence in sentenize(text):
        if sentence.end - sentence.start <= max_chars:
            yield sentence
            continue
        for token in tokenize(text[sentence.start : sentence.end]):
            for start in range(token.start, token.end, max_chars):
                end = min(token.end, start + max_chars)
                yield Sentence(sentence.start + start, sentence.start + end)
