"""Tokens with offsets, by razdel's rules.

The rules are razdel's to the letter (a differential test holds them to it); the way is
another one: a single pattern takes what cannot join its neighbours, and only the few runs
where atoms may join are looked at atom by atom.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple

from razdel.segmenters.punct import BRACKETS, DASHES, ENDINGS, QUOTES, SMILES


class Token(NamedTuple):
    """A token: half-open bounds in code points, and its text."""

    start: int
    end: int
    text: str


PUNCT = "\\/!#$%&*+,.:;<=>?@^_`|~№…" + DASHES + QUOTES + BRACKETS
LINKS = DASHES + "_"  # join what stands on both sides
SPLITS = ".,/\\"  # join numbers
SMILE_STARTS = "=:;"


def chars_of(chars: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(set(chars))))


_ALONE = chars_of(set(PUNCT) - set(LINKS + ENDINGS + SMILE_STARTS + "*,/\\"))
_NOT_OTHER = rf"\sа-яёa-z\d{chars_of(set(PUNCT) - set(LINKS))}"
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

ATOMS = {"R": "[а-яё]+", "L": "[a-z]+", "I": r"\d+", "P": rf"[{chars_of(PUNCT)}]", "O": r"\S"}
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
