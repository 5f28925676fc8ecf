"""Signs at words, such as emoji, bullets and odd hyphens, replaced one character by one."""

import re
import unicodedata
from collections.abc import Callable

from ner_service.text.spelling import HELD, HIDDEN

SIGN_CATEGORIES = frozenset(["So", "Sm", "Sk", "Co", "Cn", "Cc", "Cf", "Cs"])
LIKE = {  # characters that others stand for, one for one
    **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)},
    **dict(zip("「」『』", "«»«»", strict=True)),
    **dict.fromkeys("‟❝❞〝〞〟", '"'),
    **{
        char: unicodedata.normalize("NFKC", char)
        for char in map(chr, range(0x1D400, 0x1D800))
        if unicodedata.category(char) in ("Lu", "Ll", "Nd")
    },
}
LIKE_CHARS = "‟❝❞〝-〟「-』\uff01-\uff5e\U0001d400-\U0001d7ff"  # all of these, and a few more
EMOJI_PARTS = "\ufe0e\ufe0f\u20e3"
LIST_MARKS = "•‣⁃‧∙◦⦁·▪■●○◆◇►▶✓✔※‹›"
RAISED = "¹²³⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉™®©℠†‡"  # stand at a word, and do not part two names
KEPT = "°№§"  # stand at numbers
PARTING, HOLDING = "\x00", "\x01"  # stand for signs until it is known what is around them
JOINER = "\u200d"
SIGN_RUN = re.compile(f"[{PARTING}{HOLDING}](?:[ {JOINER}]*+[{PARTING}{HOLDING}])*+")
LONGEST_WORD = 40  # characters looked at before a sign
WORD_BEFORE = re.compile(r"([^\W_]+)[.»”\"')\]]?[ ]?$")
WORD_BEHIND = re.compile(r"[ ]?[«“\"'(\[]?([^\W\d_])")


SIGN_CHARS = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f¦¨©¬®¯±²³´¶·¸¹×÷˂-˅˒-˟˥-˫˭˯-˿϶\u0600-\u0605"
    "\u2010-\u2012\u2015\u2020-\u2025\u2027\u201f\u202a-\u202e\u2039-\u203b\u2043\u2044\u2052\u2061-\u209c\u20dd-\u20e4"
    "\u2100-\u2115\u2117-\u2bff\u2ce5-\u2cea\u2e50-\u2e51\u2e80-\u3004\u300c-\u300f\u3012\u3013\u301d-\u3020\u3036\u3037"
    "\u303e-\u3040\u309b\u309c\u3190-\u319f\u31c0-\u33ff\u4dc0-\u4dff\ua490-\ua4cf\ua700-\ua721"
    "\ud800-\uf8ff\ufb29\ufdcf-\ufe10\ufe62-\ufe66\uff00-\uffff\U00010000-\U0001ffff"
)  # the inside of a pattern's brackets: every sign, and a few characters more
SIGN = re.compile(f"[{SIGN_CHARS}]+")
SINGLE_QUOTES = re.compile(r"‹([^‹›\n]{1,100})›")  # alone, `›` stands between the parts of a path


class SignTable(dict[int, str | int]):
    """A table for `str.translate` that learns of each character when it is first met."""

    def __missing__(self, code: int) -> str | int:
        self[code] = replacement = self._replacement(chr(code))
        return replacement

    @staticmethod
    def _replacement(char: str) -> str | int:
        if char in RAISED:
            return HOLDING
        if char in LIKE:
            return LIKE[char]
        if char in KEPT or char in HIDDEN or char == HELD or char.isspace():
            return ord(char)
        if char.isascii() and char.isprintable():
            return ord(char)
        is_sign = char in EMOJI_PARTS + LIST_MARKS
        return PARTING if is_sign or unicodedata.category(char) in SIGN_CATEGORIES else ord(char)


SIGNS = SignTable()


def replace_signs(text: str) -> str:
    """Return a text with blanks for signs, and a comma for one that parts two capitalised words."""
    if "‹" in text:
        text = SINGLE_QUOTES.sub(r"«\1»", text)
    marked = SIGN.sub(lambda signs: signs[0].translate(SIGNS), text)
    if PARTING not in marked and HOLDING not in marked:
        return marked
    return SIGN_RUN.sub(_fill, marked)


def _fill(match: re.Match[str]) -> str:
    run, text = match[0], match.string
    behind = WORD_BEHIND.match(text, match.end())
    parts_words = PARTING in run and behind and behind[1].isupper()
    if parts_words and _word_before(text, match.start())[:1].isupper():
        return ",".ljust(len(run))
    return " " * len(run)


def _word_before(text: str, end: int) -> str:
    word = WORD_BEFORE.search(text, max(0, end - LONGEST_WORD), end)
    return word[1] if word else ""


def replace_at(
    starts: re.Pattern[str], pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], text: str
) -> str:
    """Return what `pattern.sub(by, text)` does, where each match begins with one of `starts`.

    A pattern that looks behind first is tried at every character, a set of characters is not: on
    news this takes a tenth of the time.
    """
    parts: list[str] = []
    end = 0
    for start in starts.finditer(text):
        if start.start() >= end and (match := pattern.match(text, start.start())):
            parts += text[end : match.start()], by(match)
            end = match.end()
    return "".join([*parts, text[end:]]) if parts else text


DASHES = "\u2010-\u2015\u2043\u2212\ufe63\uff0d"  # the inside of a pattern's brackets
ANY_DASH = re.compile(f"[{DASHES}]")
HYPHEN = re.compile(r"(?<=[^\W_])[\u2010\u2011\u2012\u2043\u2212\ufe63\uff0d](?=[^\W_])")
DASH = re.compile(r"(?<=[^\W_])[\u2013\u2014\u2015](?=[^\W_])")
NO_NAME_ALONE = re.compile(
    "абу|аль|баден|бонч|буэнос|восточно|вятско|гвинея|голенищев|горно|жан|западно|йошкар|кабардино|"
    "камень|каменск|карачаево|коста|лос|мамин|мусин|нью|орехово|порт|ростов|санкт|сан|салтыков|"
    "северо|сент|спасск|тер|тянь|улан|усть|форт|ханты|центрально|шри|эль|эр|юго|южно"
)  # the first parts of names with a hyphen that are seldom names by themselves


def replace_dashes(text: str) -> str:
    """Return a text with `-` for every hyphen within a word, and a comma for a dash between names.

    A dash without blanks parts two capitalised words, unless the first is known as a part of names.
    """
    text = replace_at(ANY_DASH, HYPHEN, lambda hyphen: "-", text)
    return replace_at(ANY_DASH, DASH, _replace_dash, text)


def _replace_dash(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    first = _word_before(text, at)
    two_names = first[:1].isupper() and text[at + 1].isupper()
    return "," if two_names and not NO_NAME_ALONE.fullmatch(first.lower()) else "-"


MARKS = r"_*~`#"  # the inside of a pattern's brackets
ANY_MARK = re.compile(f"[{MARKS}]")
EMPHASIS = re.compile(
    r"(?<![^\W_])(?<![_*~`#])[_*~`#]++(?=[^\W_])"
    r"|(?<=[^\W_])[_*~`]++(?![^\W_])|(?<=[а-яёА-ЯЁ])#++(?![^\W_])"
    r"|~(?<=[^\W_]~)(?=[^\W_])|~(?<=[^\W_][.,]~)(?=[^\W\d_])"
)


def replace_emphasis(text: str) -> str:
    """Return a text with blanks for Markdown's marks at the edges of words, and LaTeX's ties."""
    return replace_at(ANY_MARK, EMPHASIS, lambda mark: " " * len(mark[0]), text)
