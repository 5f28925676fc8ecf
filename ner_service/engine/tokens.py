"""Tokens and units of a text in one compiled pass over its characters; the cuts are `text`'s.

Where a sentence may end is found in the same pass, and most ends are plain: a word that is no
abbreviation, then a mark, then white space and a capital. Only the rest is put to `text`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from razdel.segmenters.punct import ENDINGS
from razdel.segmenters.sokr import HEAD_PAIR_SOKRS, HEAD_SOKRS, INITIALS, PAIR_SOKRS, SOKRS

from ner_service.engine.jit import brief
from ner_service.text import sentences, spelling, tokens
from ner_service.text.units import LONGEST

Codes = NDArray[np.uint32]
SPACE, RUSSIAN, LATIN, NUMBER, MARK, OTHER = range(6)
ODD, ORDINARY = 2, 3  # to `spelling`; 0 and 1 are its alphabets
LINK, SPLIT, ENDING, DELIMITER, SMILE = 8, 16, 32, 64, 128  # further bits of a character's class
KIND = 7
KNOWN = 0x20000  # characters beyond are none of white space, letters, digits and marks
WINDOW = sentences.WINDOW
YAHOO = tuple(map(ord, "yahoo"))
ALPHABET = "".join(map(chr, range(ord("а"), ord("я") + 1))) + "ё"
PACKED = 9  # letters of a word that fit into a key, six bits each


class Tokens(NamedTuple):
    """Tokens in order: half-open bounds in code points, and texts."""

    starts: list[int]
    ends: list[int]
    words: list[str]

    def moved(self, by: int) -> "Tokens":
        """The same tokens so many characters further on."""
        if not by:
            return self
        return Tokens([n + by for n in self.starts], [n + by for n in self.ends], self.words)


def tokenize(text: str) -> Tokens:
    """The tokens of `text.tokenize`."""
    starts, ends, _ = cut(_codes(text), CLASSES, SHORT)
    return _tokens(text, starts, ends)


def units(text: str, unit_tokens: int) -> Iterator[Tokens]:
    """The units of `units.units`."""
    codes = _codes(text)
    if not odd(codes, ODDITIES):
        yield from _units(text, codes, unit_tokens)
        return
    text = spelling.unmixed(text)
    for cut_unit in _units(text, _codes(text), unit_tokens):
        yield Tokens(*map(list, zip(*map(spelling.plain_token, *cut_unit), strict=True)))


def _units(text: str, codes: Codes, unit_tokens: int) -> Iterator[Tokens]:
    starts, ends, marks = cut(codes, CLASSES, SHORT)
    first = last = 0
    for start, end in _sentences(text, starts, marks):
        if first < last and end - first > unit_tokens:
            yield _tokens(text, starts[first:last], ends[first:last])
            first = start
        last = end
    if first < last:
        yield _tokens(text, starts[first:last], ends[first:last])


def _tokens(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Tokens:
    begun, ended = starts.tolist(), ends.tolist()
    return Tokens(begun, ended, [text[a:b] for a, b in zip(begun, ended, strict=True)])


def _sentences(
    text: str, starts: NDArray[np.int64], marks: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    """The tokens of each sentence, or of a part of one that is too long."""
    ends: list[int] = []
    begun = 0
    for at, end, plain in marks.tolist():
        if plain or sentences.ends(text, begun, at, end):
            ends.append(end)
            begun = end
    start = 0
    for end in [*np.searchsorted(starts, ends).tolist(), len(starts)]:
        for first in range(start, end, LONGEST):
            yield first, min(first + LONGEST, end)
        start = end


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _table(patterns: Iterable[str], others: int, flags: int = 0) -> NDArray[np.uint8]:
    """Of each character below `KNOWN` the number of its pattern."""
    every = "".join(map(chr, range(KNOWN)))
    found = np.full(KNOWN, others, dtype=np.uint8)
    for kind, pattern in enumerate(patterns):
        for match in re.finditer(f"(?:{pattern})+", every, flags):
            found[match.start() : match.end()] = kind
    return found


def _classes() -> NDArray[np.uint8]:
    """The class of each character below `KNOWN`, as the patterns of `text` see it."""
    atoms = (tokens.ATOMS[kind] for kind in "RLIP")
    found = _table((r"\s", *atoms), OTHER, re.IGNORECASE)
    for bit, chars in (
        (LINK, tokens.LINKS),
        (SPLIT, tokens.SPLITS),
        (ENDING, ENDINGS),
        (DELIMITER, sentences.DELIMITERS),
        (SMILE, tokens.SMILE_STARTS),
    ):
        found[list(map(ord, chars))] |= bit
    return found


def _short() -> NDArray[np.int64]:
    """The keys of all Russian words before whose full stop `text` looks twice."""
    pairs = PAIR_SOKRS | HEAD_PAIR_SOKRS
    words = {*SOKRS, *HEAD_SOKRS, *INITIALS, *(word for pair in pairs for word in pair)}
    return np.array(sorted({_key(word) for word in words}))


def _key(word: str) -> int:
    return sum(ALPHABET.find(char) + 1 << (6 * n) for n, char in enumerate(reversed(word)))


@brief
def odd(codes, oddities):  # type: ignore[no-untyped-def]
    """Says whether `spelling` might change the text: hidden characters, marks, two alphabets."""
    before = ORDINARY
    for code in codes:
        found = oddities[code] if code < len(oddities) else ORDINARY
        if found == ODD or (found != before and found != ORDINARY and before != ORDINARY):
            return True
        before = found
    return False


# ---- tokens


@brief
def cut(codes, classes, short):  # type: ignore[no-untyped-def]
    """The tokens of a text, as starts and ends, and where its sentences may end.

    The latter are rows of a delimiter's start and end, and whether the end is plain.
    """
    starts = np.empty(len(codes), dtype=np.int64)
    ends = np.empty(len(codes), dtype=np.int64)
    count = 0
    before = SPACE
    left = atom(codes, 0, classes)
    right = atom(codes, left[1], classes)
    start = left[0]
    while left[2]:
        after = atom(codes, right[1], classes)
        touching = right[2] and left[1] == right[0]
        if not (touching and joined(codes, classes, start, before, left, right, after)):
            starts[count], ends[count] = start, left[1]
            count += 1
            start = right[0]
        before, left, right = left[2] & KIND, right, after
    return starts[:count], ends[:count], delimiters(codes, classes, short)


@brief
def atom(codes, at, classes):  # type: ignore[no-untyped-def]
    """The next run of one class or single mark, from `at` on: start, end, and class with bits.

    There is none where the class is 0.
    """
    while at < len(codes) and kind(codes[at], classes) == SPACE:
        at += 1
    start = at
    if at == len(codes):
        return start, at, SPACE
    found = of(codes[at], classes)
    at += 1
    if found & KIND < MARK:
        while at < len(codes) and kind(codes[at], classes) == found:
            at += 1
    return start, at, found


@brief
def of(code, classes):  # type: ignore[no-untyped-def]
    """The class of a character, with its bits."""
    return np.int64(classes[code]) if code < len(classes) else OTHER


@brief
def kind(code, classes):  # type: ignore[no-untyped-def]
    """The class of a character."""
    return of(code, classes) & KIND


@brief
def joined(codes, classes, start, before, left, right, after):  # type: ignore[no-untyped-def]
    """As `text._joined`, of the token begun at `start` and the atoms around its end."""
    one, two, following = left[2] & KIND, right[2] & KIND, after[2] & KIND
    if left[2] & LINK and linked(before, two):
        return True
    if right[2] & LINK and linked(one, following):
        return True
    if left[2] & SPLIT and before == NUMBER and two == NUMBER:
        return True
    if right[2] & SPLIT and one == NUMBER and following == NUMBER:
        return True
    if one == MARK and two == MARK:
        if left[2] & right[2] & ENDING:
            return True
        same = codes[left[0]] == codes[right[0]]
        if same and (codes[left[0]] == ord("-") or codes[left[0]] == ord("*")):
            return True
        return smile(codes, start, right[1], classes) == right[1]
    if one == OTHER or two == OTHER:
        return one not in (NUMBER, MARK) and two not in (NUMBER, MARK)
    return one == LATIN and two == MARK and yahoo(codes, left[0], right[1])


@brief
def linked(left, right):  # type: ignore[no-untyped-def]
    """Says whether a link joins atoms of these classes."""
    return left not in (SPACE, MARK) and right not in (SPACE, MARK)


@brief
def smile(codes, start, end, classes):  # type: ignore[no-untyped-def]
    """Where the smile that begins at `start` ends, at most at `end`; `start` for none."""
    at = start
    if not of(codes[at], classes) & SMILE:
        return start
    at += 1
    if at < end and codes[at] == ord("-"):
        at += 1
    first = at
    while at < min(end, first + 3) and (codes[at] == ord(")") or codes[at] == ord("(")):
        at += 1
    return at if at > first else start


@brief
def yahoo(codes, start, end):  # type: ignore[no-untyped-def]
    """Says whether these characters are `yahoo!`, in any case."""
    same = end - start == 6 and codes[end - 1] == ord("!")
    for n in range(5):
        same = same and codes[start + n] | 32 == YAHOO[n]
    return same


# ---- sentences


@brief
def delimiters(codes, classes, short):  # type: ignore[no-untyped-def]
    """Marks with white space behind them that may end a sentence: start, end, whether they do."""
    found = np.empty((len(codes), 3), dtype=np.int64)
    count = at = 0
    while at < len(codes):
        bits = of(codes[at], classes)
        if not bits & (DELIMITER | SMILE):
            at += 1
            continue
        end = smile(codes, at, len(codes), classes)
        if end == at:
            end += 1
            if not bits & DELIMITER:
                at = end
                continue
        if end < len(codes) and kind(codes[end], classes) == SPACE:
            first = end + 1
            while first < len(codes) and kind(codes[first], classes) == SPACE:
                first += 1
            if first < min(len(codes), end + WINDOW) and not goes_on(codes, classes, first, end):
                plain = bits & ENDING and capital(codes[first]) and ended(codes, classes, short, at)
                found[count, 0], found[count, 1], found[count, 2] = at, end, plain
                count += 1
        at = end
    return found[:count]


@brief
def capital(code):  # type: ignore[no-untyped-def]
    """Says whether it is a Russian or basic Latin capital."""
    return 0x410 <= code < 0x430 or code == 0x401 or 0x41 <= code < 0x5B


@brief
def small(code):  # type: ignore[no-untyped-def]
    """Says whether it is a small letter, Russian or basic Latin."""
    return 0x430 <= code < 0x450 or code == 0x451 or 0x61 <= code < 0x7B


@brief
def goes_on(codes, classes, first, end):  # type: ignore[no-untyped-def]
    """Says whether a word of plainly small letters follows, as far as is looked."""
    at, last = first, min(len(codes), end + WINDOW)
    while at < last and small(codes[at]):
        at += 1
    if at == first:
        return False
    return at == last or (
        codes[at] != ord("_") and kind(codes[at], classes) in (SPACE, NUMBER, MARK)
    )


@brief
def ended(codes, classes, short, at):  # type: ignore[no-untyped-def]
    """Says whether a mark of `ENDINGS` before a capital is plainly no part of a shortening."""
    if at == 0 or kind(codes[at - 1], classes) == SPACE:
        return False
    if codes[at] != ord("."):
        return True
    start = at
    key = 0
    while start > max(0, at - WINDOW) and letter(codes[start - 1]):
        start -= 1
        key |= letter(codes[start]) << (6 * min(at - 1 - start, PACKED))
    if at - start < 2:
        return False
    if start > at - WINDOW and start > 0:
        before = codes[start - 1]
        if before == ord("_") or kind(before, classes) not in (SPACE, NUMBER, MARK):
            return False
    return at - start > PACKED or short[np.searchsorted(short, key) % len(short)] != key


@brief
def letter(code):  # type: ignore[no-untyped-def]
    """The number of a Russian letter in any case, from 1; 0 for other characters."""
    if 0x410 <= code < 0x450:
        return (np.int64(code) - 0x410) % 32 + 1
    return 33 if code == 0x401 or code == 0x451 else 0


CLASSES = _classes()
ODDITIES = _table(
    (f"[{chars}]" for chars in (spelling.LATINS, spelling.CYRILLICS, spelling.BESIDE)), ORDINARY
)
SHORT = _short()
