"""Tokens and units of a text, cut in one compiled pass over its characters by razdel's rules.

The same pass finds where sentences may end, and decides nearly all of these places by itself: a
word that is no abbreviation, then a mark, then white space and a capital. `text.sentences`
decides the rest.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from razdel.segmenters.punct import DASHES, ENDINGS
from razdel.segmenters.sentenize import DELIMITERS
from razdel.segmenters.sokr import HEAD_PAIR_SOKRS, HEAD_SOKRS, INITIALS, PAIR_SOKRS, SOKRS
from razdel.segmenters.tokenize import PUNCTS

from ner_service.engine.jit import compiled_with_gil
from ner_service.engine.words import Ints, Words, codes_of
from ner_service.text.layout import LAYOUT_CHARS
from ner_service.text.letter_spacing import LEAST_LETTERS
from ner_service.text.old_print import HARD_SIGNS, OLD_LETTERS
from ner_service.text.reading import Step, read
from ner_service.text.sentences import WINDOW, ends_sentence
from ner_service.text.signs import DASHES as DASHES_TO_READ
from ner_service.text.signs import LIKE_CHARS, MARKS, SIGN_CHARS
from ner_service.text.spacing import CELL, LINE, NOTHING, PARAGRAPH, SIGN, SPACE
from ner_service.text.spelling import (
    BESIDE,
    CYRILLICS,
    HIDDEN,
    LATINS,
    STRESS_SIGNS,
    TO_CHANGE,
    TO_RESPELL,
    respell_token,
)
from ner_service.text.tokens import Token

BLANK, RUSSIAN, LATIN, NUMBER, MARK, OTHER = range(6)  # classes of characters
ATOMS = (r"\s", "[а-яё]", "[a-z]", r"\d", f"[{re.escape(PUNCTS)}]")  # all classes but OTHER
KIND = 7  # the bits of a character's class that hold one of these; the others are flags:
LINK, SPLIT, ENDING, DELIMITER, SMILEY = 8, 16, 32, 64, 128
FLAGS = ((LINK, DASHES + "_"), (SPLIT, ".,/\\"), (ENDING, ENDINGS), (DELIMITER, DELIMITERS),
         (SMILEY, "=:;"))  # fmt: skip
KNOWN = 0x20000  # all characters beyond are OTHER
EVERY = np.arange(KNOWN, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
ORDINARY, ODD, DASH, BREAK, HYPHEN, QUOTING, HARD = range(2, 9)  # to `notice`, as 0 and 1 are
ALPHABETS = LATINS + "0", CYRILLICS  # 0 and 1; a zero beside a Russian letter is noticed, too
OPENERS = tuple(map(ord, '«"(['))
YAHOO = tuple(map(ord, "yahoo"))
# numbers, as numba would compile `ord` and all of its strings for the letters
MINUS, STAR, OPENING, CLOSING, EXCLAMATION = map(ord, "-*()!")
BAR, NEW_LINE, RETURN, LOW_LINE, STOP = map(ord, "|\n\r_.")
ALPHABET = "".join(map(chr, range(ord("а"), ord("я") + 1))) + "ё"
LONGEST = 512  # tokens; a longer sentence is read in parts, so memory stays bounded
PACKED = 9  # letters of a word that fit into a key, six bits each


LINE_ENDS = "\n\x0b\x0c\r\x1c\x1d\x1e\x85\u2028\u2029"
CELL_SPACES = 3  # so many spaces part two cells of a table


class Tokens(NamedTuple):
    """Tokens in order: half-open bounds in code points, texts, and the spacing before each.

    `spacings` has a byte for each token, a kind of `text.spacing`; it is empty where nobody asked
    for them.
    """

    starts: list[int]
    ends: list[int]
    words: list[str]
    spacings: bytes = b""

    def rows(self) -> list[Token]:
        """Return the tokens as a list of records."""
        return list(map(Token, self.starts, self.ends, self.words))

    def part(self, first: int, last: int) -> "Tokens":
        """Return the tokens from `first` on, up to and without `last`."""
        here = slice(first, last)
        return Tokens(self.starts[here], self.ends[here], self.words[here], self.spacings[here])

    def shift(self, by: int) -> "Tokens":
        """Return the same tokens `by` characters further on."""
        if not by:
            return self
        starts, ends = ([n + by for n in places] for places in self[:2])
        return Tokens(starts, ends, self.words, self.spacings)


class TokenBounds(NamedTuple):
    """Tokens as `Tokens` has them, in arrays, with words that become strings if asked for."""

    starts: Ints
    ends: Ints
    words: Words
    spacings: bytes = b""

    def tokens(self) -> Tokens:
        """Return the tokens with their words as strings."""
        starts, ends, words = self.starts.tolist(), self.ends.tolist(), self.words
        if words.starts is self.starts and not len(words.marks):  # as of most texts
            bounds = zip(starts, ends, strict=True)
            text = words.text
            return Tokens(starts, ends, [text[a:b] for a, b in bounds], self.spacings)
        return Tokens(starts, ends, words.strings(), self.spacings)

    def part(self, first: int, last: int) -> "TokenBounds":
        """Return the tokens from `first` on, up to and without `last`."""
        here = slice(first, last)
        words = self.words.take(here)
        if self.words.starts is self.starts:  # as of most texts; a slice takes some time
            return TokenBounds(words.starts, words.ends, words, self.spacings[here])
        return TokenBounds(self.starts[here], self.ends[here], words, self.spacings[here])

    def mark(self) -> "TokenBounds":
        """Return the tokens, whose words then have the marks of their spacings."""
        return self._replace(words=self.words.mark(self.spacings))

    def shift(self, by: int) -> "TokenBounds":
        """Return the same tokens `by` characters further on."""
        return self._replace(starts=self.starts + by, ends=self.ends + by) if by else self


def tokenize(text: str) -> Tokens:
    """Return the tokens of a text, equal to those of `text.tokens.tokenize`."""
    return find_tokens(text).tokens()


def find_tokens(text: str) -> TokenBounds:
    """Return what `tokenize` does, in a quarter of the time, as no word becomes a string."""
    codes = codes_of(text)
    starts, ends, _ = cut_tokens(codes, CLASSES, ABBREVIATIONS)
    return TokenBounds(starts, ends, Words(text, codes, starts, ends))


def read_signs(text: str) -> str:
    """Return a text as `text.reading` reads it, which changes few texts and no offset."""
    return read(text, notice(codes_of(text), NOTICES, CHANGES, STEPS)).text


def units(text: str, unit_tokens: int) -> Iterator[Tokens]:
    """Yield what `cut_units` does, with words as strings."""
    tokens, sentences, closed = _cut(text)
    strings = tokens.tokens()
    for first, last in _unit_bounds(sentences, closed, unit_tokens):
        yield strings.part(first, last)


def cut_units(text: str, unit_tokens: int, marked: bool = False) -> Iterator[TokenBounds]:
    """Cut a text's tokens into runs of whole sentences of at most `unit_tokens` tokens.

    A sentence longer than that stands alone, and is cut only beyond `LONGEST` tokens; a unit ends
    where `text.layout` says that no name reaches further. The text is read by `text.reading`, and
    the texts of tokens are respelled by `text.spelling`. Words may be marked by their spacings.
    """
    tokens, sentences, closed = _cut(text)
    if marked:
        tokens = tokens.mark()
    for first, last in _unit_bounds(sentences, closed, unit_tokens):
        yield tokens.part(first, last)


def _unit_bounds(
    sentences: Iterator[tuple[int, int]], closed: set[int], unit_tokens: int
) -> Iterator[tuple[int, int]]:
    """Yield the first token of each unit, and the one behind it."""
    first = last = 0
    for start, end in sentences:
        if first < last and (end - first > unit_tokens or start in closed):
            yield first, last
            first = start
        last = end
    if first < last:
        yield first, last


def sentences(text: str) -> tuple[Tokens, list[int]]:
    """Cut a text into tokens as `units` reads them; the numbers are the ends of its sentences."""
    tokens, bounds, _ = _cut(text)
    return tokens.tokens(), [end for start, end in bounds if start < end]


def _cut(text: str) -> tuple[TokenBounds, Iterator[tuple[int, int]], set[int]]:
    """Return a text's tokens, its sentences, and the tokens before which a unit must end."""
    source = codes_of(text)
    steps = notice(source, NOTICES, CHANGES, STEPS)
    text, unit_ends = read(text, steps)
    codes = codes_of(text) if steps > Step.ENDS else source
    starts, ends, delimiters = cut_tokens(codes, CLASSES, ABBREVIATIONS)
    spacings = find_spacings(source, starts, ends, PARTS, SPACING_KINDS)
    tokens = TokenBounds(starts, ends, Words(text, codes, starts, ends), spacings.tobytes())
    if len(starts) and steps & RESPELLED and TO_RESPELL.search(text):
        tokens = _respell(tokens)
    closed = set(np.searchsorted(starts, unit_ends).tolist()) if unit_ends else set[int]()
    return tokens, _sentences(text, starts, delimiters, closed), closed


def _respell(unit: TokenBounds) -> TokenBounds:
    """Return tokens as `text.spelling` respells them; few change, and only these become strings."""
    starts, ends, words = unit.starts.copy(), unit.ends.copy(), unit.words
    text, last = words.text, words.codes[ends - 1]
    changed = [np.searchsorted(ends, [sign.start() for sign in TO_CHANGE.finditer(text)], "right")]
    changed += [np.flatnonzero(last == ord(sign)) for sign in HARD_SIGNS]
    parts: list[str] = []
    longer = np.zeros(len(starts), dtype=np.int64)  # by how many characters a word becomes so
    behind = 0
    for n in np.unique(np.concatenate(changed)).tolist():
        if n == len(starts):
            break
        start, end = unit.starts.item(n), unit.ends.item(n)
        starts[n], ends[n], word = respell_token(start, end, text[start:end])
        parts += text[behind:start], word
        longer[n] = len(word) - (end - start)
        behind = end
    text = "".join([*parts, text[behind:]])
    by = longer.cumsum()
    respelled = Words(text, codes_of(text), unit.starts + by - longer, unit.ends + by)
    return TokenBounds(starts, ends, respelled, unit.spacings)


def _sentences(
    text: str, starts: Ints, delimiters: Ints, closed: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield the first token of each sentence, or of a part of a long one, and the one behind it.

    A sentence ends before each token of `closed`, too.
    """
    ends: list[int] = []
    start = 0
    for at, end, is_plain in delimiters.tolist():
        if is_plain or ends_sentence(text, start, at, end):
            ends.append(end)
            start = end
    first = 0
    lasts = [*np.searchsorted(starts, ends).tolist(), len(starts)]
    for last in sorted(closed.union(lasts)) if closed else lasts:
        for part in range(first, last, LONGEST):
            yield part, min(part + LONGEST, last)
        first = last


def _table(patterns: Iterable[str], others: int, flags: int = 0) -> NDArray[np.uint8]:
    """Return the number of the pattern that each character below `KNOWN` matches."""
    table = np.full(KNOWN, others, dtype=np.uint8)
    for number, pattern in enumerate(patterns):
        for match in re.finditer(f"(?:{pattern})+", EVERY, flags):
            table[match.start() : match.end()] = number
    return table


def expand(chars: str) -> Ints:
    """Return the code points that the inside of a pattern's brackets stands for.

    A search of all characters by a pattern takes a hundred times as long.
    """
    ranges = re.findall(r"\\?(.)(?:-\\?(.))?", chars, re.DOTALL)
    return np.concatenate([np.arange(ord(a), ord(b or a) + 1) for a, b in ranges])


def _classes() -> NDArray[np.uint8]:
    """Return the class of each character below `KNOWN`, with its flags."""
    classes = _table(ATOMS, OTHER, re.IGNORECASE)
    for flag, chars in FLAGS:
        classes[list(map(ord, chars))] |= flag
    return classes


def _notices(changes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what each character below `KNOWN` is to `notice`; `changes` are of `_changes`."""
    notices = np.full(KNOWN, ORDINARY, dtype=np.uint8)
    for alphabet, chars in enumerate(ALPHABETS):
        notices[expand(chars)] = alphabet
    kinds = (
        (DASH, "\u2013\u2014"), (BREAK, LAYOUT_CHARS), (HYPHEN, "-"), (QUOTING, ">"),
        (HARD, HARD_SIGNS),
    )  # fmt: skip
    notices[changes > 0] = ODD
    for kind, chars in kinds:
        notices[expand(chars)] = kind
    return notices


def _changes() -> NDArray[np.uint8]:
    """Return the steps of reading that each character below `KNOWN` may need by itself."""
    changes = np.zeros(KNOWN, dtype=np.uint8)
    kinds = (
        (Step.DASHES, DASHES_TO_READ), (Step.SIGNS, SIGN_CHARS), (Step.EMPHASIS, MARKS),
        (Step.MARKUP, r"&<\[\]{}\\" + LIKE_CHARS), (Step.ALPHABETS | Step.OLD_PRINT, OLD_LETTERS),
        (Step.ALPHABETS | Step.RESPELLING, BESIDE + STRESS_SIGNS),
    )  # fmt: skip
    for steps, chars in kinds:
        changes[expand(chars)] |= np.uint8(steps)
    return changes


def _parts() -> NDArray[np.uint8]:
    """Return how each character below `KNOWN` parts two tokens, as a kind of spacing.

    Markup and hidden characters, which a reader does not see, part nothing.
    """
    parts = np.full(KNOWN, SIGN, dtype=np.uint8)
    parts[:128] = NOTHING
    parts[list(map(ord, HIDDEN))] = NOTHING
    parts[_table((r"\s",), 1) == 0] = SPACE
    parts[list(map(ord, "\t|"))] = CELL
    parts[list(map(ord, LINE_ENDS))] = LINE
    return parts


def _abbreviations() -> Ints:
    """Return the sorted keys of all Russian words whose full stop may not end a sentence."""
    pairs = PAIR_SOKRS | HEAD_PAIR_SOKRS
    words = {*SOKRS, *HEAD_SOKRS, *INITIALS, *(word for pair in pairs for word in pair)}
    return np.array(sorted({_key(word) for word in words}))


def _key(word: str) -> int:
    return sum(ALPHABET.find(char) + 1 << (6 * n) for n, char in enumerate(reversed(word)))


@compiled_with_gil
def notice(codes, notices, changes, steps):  # type: ignore[no-untyped-def]
    """Return the steps of `text.reading` that may change a text or find ends of units in it.

    `steps` has those that characters need for their neighbours' sake: at line ends, cells and
    semicolons, dashes without blanks, words of two alphabets, last hard signs, words that a line
    end breaks, single letters between blanks, and lines of quoted mail. The kinds are an argument,
    as numba would not notice that their file has changed.
    """
    ends, dashes, alphabets, respelling, markup = steps
    noticed = spaces = singles = 0
    beyond = before = ORDINARY  # kinds of the characters before this one
    last = BREAK  # the kind of the last character that was no blank
    for at in range(len(codes)):
        code = codes[at]
        here = notices[code] if code < len(notices) else ORDINARY
        if here == ODD:
            noticed |= changes[code]
        elif here == QUOTING and last in (BREAK, HYPHEN):
            noticed |= markup
        elif here == HARD:
            here = np.uint8(1)
            if at + 1 == len(codes) or not is_cyrillic(codes[at + 1], notices):
                noticed |= respelling
        elif here == DASH:
            here = np.uint8(ORDINARY)
            if at and at + 1 < len(codes) and codes[at - 1] != 32 and codes[at + 1] != 32:
                noticed |= dashes
        if here < ORDINARY and before < ORDINARY and here != before:
            noticed |= alphabets
        if code == 32:
            spaces += 1
            singles = singles + 1 if before < ORDINARY and beyond >= ORDINARY else 0
            if singles == LEAST_LETTERS - 1:
                noticed |= markup
        else:
            spaces = 0
        if here == BREAK or spaces == 3:
            noticed |= ends
            if last == HYPHEN:
                noticed |= markup
        if code != 32:
            last = here
        beyond, before = before, here
    return noticed


@compiled_with_gil
def is_cyrillic(code, notices):  # type: ignore[no-untyped-def]
    """Say whether a character is a Cyrillic letter of today's spelling."""
    return code < len(notices) and (notices[code] == 1 or notices[code] == HARD)


# ---- tokens


@compiled_with_gil
def cut_tokens(codes, classes, abbreviations):  # type: ignore[no-untyped-def]
    """Return the starts and the ends of a text's tokens, and the rows of `find_delimiters`."""
    starts = np.empty(len(codes), dtype=np.int64)
    ends = np.empty(len(codes), dtype=np.int64)
    count = 0
    zero = np.int64(0)  # a number in the code is of a type of its own, and would compile all twice
    before = zero + BLANK
    left = next_atom(codes, zero, classes)
    right = next_atom(codes, left[1], classes)
    start = left[0]
    while left[2]:
        after = next_atom(codes, right[1], classes)
        touching = right[2] and left[1] == right[0]
        if not (touching and joins(codes, classes, start, before, left, right, after)):
            starts[count], ends[count] = start, left[1]
            count += 1
            start = right[0]
        before, left, right = left[2] & KIND, right, after
    return starts[:count], ends[:count], find_delimiters(codes, classes, abbreviations)


@compiled_with_gil
def next_atom(codes, at, classes):  # type: ignore[no-untyped-def]
    """Return the start, the end and the class with flags of the next atom from `at` on.

    An atom is a run of letters or digits of one class, or one character of any other class. The
    class is `BLANK` where there is none.
    """
    start = skip_spaces(codes, at, classes)
    if start == len(codes):
        return start, start, BLANK
    first = class_of(codes[start], classes)
    at = start + 1
    if first & KIND < MARK:
        while at < len(codes) and kind(codes[at], classes) == first:
            at += 1
    return start, at, first


@compiled_with_gil
def class_of(code, classes):  # type: ignore[no-untyped-def]
    """Return the class of a character, with its flags."""
    return np.int64(classes[code]) if code < len(classes) else OTHER


@compiled_with_gil
def kind(code, classes):  # type: ignore[no-untyped-def]
    """Return the class of a character, without its flags."""
    return class_of(code, classes) & KIND


@compiled_with_gil
def joins(codes, classes, start, before, left, right, after):  # type: ignore[no-untyped-def]
    """Say whether atom `right` continues the token that begins at `start` and ends with `left`.

    `before` is the kind of the atom before `left`, `after` the atom behind `right`.
    """
    one, two, following = left[2] & KIND, right[2] & KIND, after[2] & KIND
    if left[2] & LINK and can_be_linked(before, two):
        return True
    if right[2] & LINK and can_be_linked(one, following):
        return True
    if left[2] & SPLIT and before == NUMBER and two == NUMBER:
        return True
    if right[2] & SPLIT and one == NUMBER and following == NUMBER:
        return True
    if one == MARK and two == MARK:
        if left[2] & right[2] & ENDING:
            return True
        same = codes[left[0]] == codes[right[0]]
        if same and (codes[left[0]] == MINUS or codes[left[0]] == STAR):
            return True
        return smiley_end(codes, start, right[1], classes) == right[1]
    if one == OTHER or two == OTHER:
        return one not in (NUMBER, MARK) and two not in (NUMBER, MARK)
    return one == LATIN and two == MARK and is_yahoo(codes, left[0], right[1])


@compiled_with_gil
def can_be_linked(left, right):  # type: ignore[no-untyped-def]
    """Say whether a hyphen or underscore links atoms of these kinds."""
    return left not in (BLANK, MARK) and right not in (BLANK, MARK)


@compiled_with_gil
def smiley_end(codes, start, end, classes):  # type: ignore[no-untyped-def]
    """Return where the smiley that begins at `start` ends, at most `end`; `start` for none."""
    at = start
    if not class_of(codes[at], classes) & SMILEY:
        return start
    at += 1
    if at < end and codes[at] == MINUS:
        at += 1
    first = at
    while at < min(end, first + 3) and (codes[at] == CLOSING or codes[at] == OPENING):
        at += 1
    return at if at > first else start


@compiled_with_gil
def is_yahoo(codes, start, end):  # type: ignore[no-untyped-def]
    """Say whether `codes[start:end]` spell `yahoo!`, in any case."""
    same = end - start == 6 and codes[end - 1] == EXCLAMATION
    for n in range(5):
        same = same and codes[start + n] | 32 == YAHOO[n]
    return same


@compiled_with_gil
def find_spacings(source, starts, ends, parts, kinds):  # type: ignore[no-untyped-def]
    """Return the kind of spacing before each token: tokens.

    `source` is the text before any character was replaced, since signs are part of the spacing.
    Signs count from the last line end on. The beginning of a text counts as that of a paragraph.
    The kinds are an argument, since numba would not notice that their file has changed.
    """
    nothing, space, sign, cell, line, paragraph = kinds
    spacings = np.empty(len(starts), dtype=np.uint8)
    at = 0
    for n in range(len(starts)):
        lines = 0 if n else 2
        spaces = 0
        kind = cell if at and source[at - 1] == BAR else nothing
        for place in range(at, starts[n]):
            part = parts[source[place]] if source[place] < len(parts) else sign
            if part == line:
                is_pair = place and source[place] == NEW_LINE and source[place - 1] == RETURN
                lines += 0 if is_pair else 1
                kind = nothing
            spaces = spaces + 1 if part == space else 0
            if spaces == CELL_SPACES:
                part = cell
            stronger = part == cell and kind != sign
            if part == sign or stronger or (part == space and kind == nothing):
                kind = part
        if kind != sign and lines:
            kind = paragraph if lines > 1 else line
        spacings[n] = kind
        at = ends[n]
    return spacings


# ---- sentences


@compiled_with_gil
def find_delimiters(codes, classes, abbreviations):  # type: ignore[no-untyped-def]
    """Return the delimiters with white space behind them that may end a sentence.

    A row holds a delimiter's start, its end, and whether it plainly ends one; for the others
    `text.sentences` must be asked.
    """
    rows = np.empty((len(codes), 3), dtype=np.int64)
    count = at = np.int64(0)  # see `cut_tokens`
    while at < len(codes):
        flags = class_of(codes[at], classes)
        end = at + 1
        if flags & SMILEY:
            end = max(end, smiley_end(codes, at, len(codes), classes))
        if flags & DELIMITER == 0 and end == at + 1:
            at = end
            continue
        if end < len(codes) and kind(codes[end], classes) == BLANK:
            first = skip_spaces(codes, end, classes)
            inner = not flags & (ENDING | SMILEY) and closes_within(codes, at, classes)
            if first < min(len(codes), end + WINDOW) and not inner:
                word = first
                if class_of(codes[first], classes) & LINK and codes[first] != LOW_LINE:  # a dash
                    word = skip_spaces(codes, first + 1, classes)
                if not is_small_word(codes, word, end + WINDOW, classes):
                    begins = word < len(codes) and (
                        is_capital(codes[word])
                        or kind(codes[word], classes) == NUMBER
                        or (word == first and codes[first] in OPENERS)
                    )
                    plain = flags & ENDING and begins
                    plain = plain and plainly_ends(codes, classes, abbreviations, at)
                    rows[count, 0], rows[count, 1], rows[count, 2] = at, end, plain
                    count += 1
        at = end
    return rows[:count]


@compiled_with_gil
def skip_spaces(codes, at, classes):  # type: ignore[no-untyped-def]
    """Return the place of the first character from `at` on that is no white space."""
    while at < len(codes) and kind(codes[at], classes) == BLANK:
        at += 1
    return at


@compiled_with_gil
def closes_within(codes, at, classes):  # type: ignore[no-untyped-def]
    """Say whether the quote or bracket at `at` plainly closes something inside a sentence."""
    if at == 0:
        return True
    before = class_of(codes[at - 1], classes)
    return before & KIND != BLANK and not before & ENDING


@compiled_with_gil
def is_capital(code):  # type: ignore[no-untyped-def]
    """Say whether a character is a Russian or basic Latin capital."""
    return 0x410 <= code < 0x430 or code == 0x401 or 0x41 <= code < 0x5B


@compiled_with_gil
def is_small(code):  # type: ignore[no-untyped-def]
    """Say whether a character is a small letter, Russian or basic Latin."""
    return 0x430 <= code < 0x450 or code == 0x451 or 0x61 <= code < 0x7B


@compiled_with_gil
def is_small_word(codes, first, last, classes):  # type: ignore[no-untyped-def]
    """Say whether a word of plainly small letters stands at `first`, as far as `last`."""
    at, last = first, min(len(codes), last)
    while at < last and is_small(codes[at]):
        at += 1
    if at == first:
        return False
    return at == last or (
        codes[at] != LOW_LINE and kind(codes[at], classes) in (BLANK, NUMBER, MARK)
    )


@compiled_with_gil
def plainly_ends(codes, classes, abbreviations, at):  # type: ignore[no-untyped-def]
    """Say whether a mark of `ENDINGS` is plainly no part of an abbreviation or a list's number.

    What follows must begin a sentence, be it a capital, a digit or an opening quote.
    """
    before = kind(codes[at - 1], classes) if at else BLANK
    if before == BLANK:
        return False
    if codes[at] != STOP:
        return True
    if before == MARK:
        return codes[at - 1] not in (LOW_LINE, STOP, CLOSING)
    start = at
    key = 0
    while start > max(0, at - WINDOW) and letter_number(codes[start - 1]):
        start -= 1
        key |= letter_number(codes[start]) << (6 * min(at - 1 - start, PACKED))
    if at - start < 2:
        return False
    if start > at - WINDOW and start > 0:
        code = codes[start - 1]
        if code == LOW_LINE or kind(code, classes) not in (BLANK, NUMBER, MARK):
            return False
    return at - start > PACKED or not holds(abbreviations, key)


@compiled_with_gil
def holds(numbers, number):  # type: ignore[no-untyped-def]
    """Say whether a number is one of these, which are sorted.

    `np.searchsorted` takes numba 0.4 s to compile.
    """
    first, last = 0, len(numbers)
    while first < last:
        middle = (first + last) // 2
        if numbers[middle] < number:
            first = middle + 1
        else:
            last = middle
    return first < len(numbers) and numbers[first] == number


@compiled_with_gil
def letter_number(code):  # type: ignore[no-untyped-def]
    """Return the number of a Russian letter in any case, from 1; 0 for other characters."""
    if 0x410 <= code < 0x450:
        return (np.int64(code) - 0x410) % 32 + 1
    return 33 if code == 0x401 or code == 0x451 else 0


CLASSES = _classes()
CHANGES = _changes()
NOTICES = _notices(CHANGES)
STEPS = (
    Step.ENDS,
    Step.DASHES,
    Step.ALPHABETS | Step.OLD_PRINT,
    Step.RESPELLING,
    Step.MARKUP,
)
RESPELLED = Step.RESPELLING | Step.MARKUP | Step.ALPHABETS  # two of which bring hidden characters
PARTS = _parts()
SPACING_KINDS = (NOTHING, SPACE, SIGN, CELL, LINE, PARAGRAPH)
ABBREVIATIONS = _abbreviations()
