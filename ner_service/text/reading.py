"""A text as nets read it: signs, odd hyphens and markup replaced, and the places where lines end.

A net knows words by their letters, and knows nothing of lines. To it `Москвы😊`, `_Москвы_` and
`Нью‑Йорк` with Word's hyphen are words that it never saw, and the last name of one line and the
first of the next are one name. Characters are replaced one by one, so that every offset stays.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from ner_service.text.spelling import HIDDEN


class Reading(NamedTuple):
    """A text of the same length to cut into words, and the places where units must end."""

    text: str
    ends: list[int]


def read(text: str) -> Reading:
    """Returns the text as nets read it; linear in its length."""
    read = text
    if "&" in read:
        read = REFERENCE.sub(_unescape, read)
    if "<" in read:
        read = BLOCK_TAG.sub(_empty_line, INLINE_TAG.sub(_blank, read))
    read = _without_signs(_with_plain_dashes(read))
    read = EMPHASIS.sub(_blank, read)
    if LINE_BREAK.search(read):
        read = QUOTED.sub(_blank, read)
        read = BROKEN_WORD.sub(_join, read)
    return Reading(read, list(unit_ends(read)))


def _blank(match: re.Match[str]) -> str:
    return BLANK.sub(" ", match[0])


def _empty_line(match: re.Match[str]) -> str:
    return "\n\n".ljust(len(match[0]))


BLANK = re.compile(r"[^\n\r]")


# ---- HTML

REFERENCE = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
INLINE = "a|abbr|b|big|cite|code|del|em|font|i|img|ins|mark|q|s|small|span|strike|strong|sub|sup|u"
BLOCK = (
    "address|article|aside|blockquote|body|br|button|caption|center|dd|div|dl|dt|figcaption|figure|"
    "footer|form|h[1-6]|head|header|hr|html|label|li|main|meta|nav|ol|option|p|pre|script|section|"
    "style|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
INLINE_TAG, BLOCK_TAG = (
    re.compile(rf"</?(?:{names})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
    for names in (INLINE, BLOCK)
)
FILLER = "\u2060"  # a hidden character, which joins what stands on both sides


def _unescape(match: re.Match[str]) -> str:
    """The character that a reference names, and as many characters beside it as are missing."""
    char, size = unescape(match[0]), len(match[0])
    if len(char) != 1:
        return match[0]
    if char.isspace():
        return " " * size
    if char.isalnum():
        return char + FILLER * (size - 1)
    after = match.string[match.end() : match.end() + 1]
    return char.rjust(size) if after.isalnum() else char.ljust(size)


# ---- signs

SIGN_CATEGORIES = frozenset(["So", "Sm", "Sk", "Co", "Cn", "Cc", "Cf", "Cs"])
EMOJI_PARTS = "\ufe0e\ufe0f\u20e3"
LIST_MARKS = "•‣⁃‧∙◦⦁·▪■●○◆◇►▶✓✔※"
GLUED = "¹²³⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉™®©℠†‡"  # belong to the word before them, and part no names
KEPT = "°№§"  # have rules of their own in the tokenizer, or belong to a number
PARTING, HOLDING = "\x00", "\x01"  # stand for signs until it is known what is around them


class Signs(dict[int, str | int]):
    """Maps each character to what stands for it; filled as characters are seen."""

    def __missing__(self, code: int) -> str | int:
        self[code] = kind = self._kind(chr(code))
        return kind

    @staticmethod
    def _kind(char: str) -> str | int:
        if char in GLUED:
            return HOLDING
        if char in KEPT or char in HIDDEN or char.isspace():
            return ord(char)
        if char.isascii() and char.isprintable():
            return ord(char)
        if char in EMOJI_PARTS or char in LIST_MARKS:
            return PARTING
        return PARTING if unicodedata.category(char) in SIGN_CATEGORIES else ord(char)


SIGNS = Signs()
JOINER = "\u200d"
SIGN_RUN = re.compile(f"[{PARTING}{HOLDING}](?:[ {JOINER}]*+[{PARTING}{HOLDING}])*+")
WORD_BEFORE = re.compile(r"([^\W_]+)[.»”\"')\]]?[ ]?$")
CAPITAL_BEHIND = re.compile(r"[ ]?[«“\"'(\[]?[^\W\d_]")


def _without_signs(text: str) -> str:
    marked = text.translate(SIGNS)
    if PARTING not in marked and HOLDING not in marked:
        return marked
    return SIGN_RUN.sub(_fill_sign_run, marked)


def _fill_sign_run(match: re.Match[str]) -> str:
    """Blanks, with a comma first where a sign parts two words with capitals."""
    run, text = match[0], match.string
    after = CAPITAL_BEHIND.match(text, match.end())
    separates = PARTING in run and after and after[0][-1].isupper()
    if separates and _word_before(text, match.start())[:1].isupper():
        return ",".ljust(len(run))
    return " " * len(run)


def _word_before(text: str, end: int) -> str:
    word = WORD_BEFORE.search(text, max(0, end - 40), end)
    return word[1] if word else ""


# ---- hyphens and dashes

HYPHEN = re.compile(r"(?<=[^\W_])[\u2010\u2011\u2012\u2043\u2212\ufe63\uff0d](?=[^\W_])")
DASH = re.compile(r"(?<=[^\W_])[\u2013\u2014\u2015](?=[^\W_])")
NO_NAME_ALONE = re.compile(
    "абу|аль|баден|бонч|буэнос|восточно|вятско|гвинея|голенищев|горно|западно|йошкар|кабардино|камень|"
    "каменск|карачаево|коста|лос|мамин|мусин|нью|орехово|порт|ростов|санкт|сан|салтыков|северо|сент|"
    "спасск|тянь|улан|усть|форт|ханты|центрально|шри|эль|юго|южно"
)  # first parts of names with a hyphen that are seldom names themselves


def _with_plain_dashes(text: str) -> str:
    return DASH.sub(_dash, HYPHEN.sub("-", text))


def _dash(match: re.Match[str]) -> str:
    """A comma between two names, a hyphen within one."""
    text, at = match.string, match.start()
    first = _word_before(text, at)
    two_names = first[:1].isupper() and text[at + 1].isupper()
    return "," if two_names and not NO_NAME_ALONE.fullmatch(first.lower()) else "-"


# ---- Markdown

EMPHASIS = re.compile(
    r"(?<![^\W_])(?<![_*~`#])[_*~`#]++(?=[^\W_])|(?<=[^\W_])[_*~`]++(?![^\W_])|(?<=[^\W\d_])\[\d{1,3}\]"
)


# ---- lines

LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
QUOTED = re.compile(r"^[ \t]*+(?:>[ \t]?)++", re.MULTILINE)
BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-[ \t]*+\r?\n[ \t]*+(?=[^\W\d_])(?!\w*-)")


def _join(match: re.Match[str]) -> str:
    """Joins the halves of a word that is broken at a line's end."""
    if match.string[match.end()].isupper():
        return "-" + FILLER * (len(match[0]) - 1)
    return FILLER * len(match[0])


CELL = re.compile(r"(?:[ ]*+[\t|]|[ ]{3,})[ \t|]*+")
ITEM = re.compile(
    r"[ \t]*+(?:[-–—*+•·]\s|\(?\d{1,3}(?:\.\d{1,3})*+[.)]|\(?[а-яёa-z]\)\s|#{1,6}\s)", re.IGNORECASE
)
FIELD = re.compile(r"[ \t]*+[^\W\d_][^:\n]{0,40}:(?:\s|$)")
ENDS_SENTENCE = re.compile(r"[.!?…;:][\"»”’)\]]*+\s*+$")
LOWER = re.compile(r"(?<![^\W_])[^\W\d_]{2,}")
LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]*+(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]|$)")
WRAPPED_CHARS = 45  # narrower blocks are seldom text that is wrapped at a margin
FULL = 0.8  # of the width that a line must have to have been wrapped
NEAR = 2  # lines before and behind, which tell how wide a text is


class Line(NamedTuple):
    """A line without the white space around it; `end` is where the next begins."""

    start: int
    end: int
    text: str


def unit_ends(text: str) -> Iterator[int]:
    """The places, in order, that no name reaches across: of lines, cells and items of lists."""
    block: list[Line] = []
    for match in LINE.finditer(text):
        line = Line(match.start() + _indent(match[0]), match.end(), match[0].strip())
        if line.text:
            block.append(line)
            continue
        yield from _ends_of(block)
        block = []
    yield from _ends_of(block)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _ends_of(block: list[Line]) -> Iterator[int]:
    """The ends within and behind a block of lines without an empty one between them."""
    closed = bool(block) and bool(ENDS_SENTENCE.search(block[-1].text))
    for n, line in enumerate(block):
        yield from (line.start + at for at in sorted({*_cells(line.text)}))
        width = max(len(near.text) for near in block[max(0, n - NEAR) : n + NEAR + 1])
        following = block[n + 1] if n + 1 < len(block) else None
        if following is None or not _is_wrapped(line.text, following.text, width, closed):
            yield line.end


def _cells(line: str) -> Iterator[int]:
    yield from (match.end() for match in CELL.finditer(line) if match.end() < len(line))
    if ";" in line:
        yield from _ends_of_items(line)


def _ends_of_items(line: str) -> Iterator[int]:
    """The ends of items that semicolons part and that are names alone."""
    items = line.split(";")
    at = 0
    for item, following in itertools.pairwise(items):
        at += len(item) + 1
        if at < len(line) and not (_has_lower(item) and _has_lower(following)):
            yield at


def _is_wrapped(line: str, following: str, width: int, closed: bool) -> bool:
    """Says whether a line goes on in the next one: whether it broke at the margin alone."""
    if ENDS_SENTENCE.search(line) or ITEM.match(following) or FIELD.match(following):
        return False
    if CELL.search(line) or CELL.search(following) or not _has_lower(line):
        return False
    first = following.split(maxsplit=1)[0]
    if len(line) + 1 + len(first) <= FULL * width:
        return False
    open_end = line[-1] in ",-–—" or line.split()[-1].islower() or first[0].islower()
    return open_end or closed or width >= WRAPPED_CHARS


def _has_lower(text: str) -> bool:
    return any(word[0].islower() for word in LOWER.findall(text))
