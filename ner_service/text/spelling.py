"""The spelling of words for nets: without stress marks and soft hyphens, and in one alphabet.

A net knows words by their letters. `Пу́шкин` with a stress mark, `Андрей` with the breve of its й
as a character of its own, `Mocква` with Latin letters and words with soft hyphens look like the
plain words to a reader; to a net they would be other words. So would `Икскулъ` be, as old print
spells it (`text.old_print`).
"""

import re
import unicodedata

from ner_service.text.old_print import HARD_SIGNS, drop_hard_sign

HIDDEN = (  # have no width within a line
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2066\u2067\u2068\u2069\ufeff"
)
MARKS = "\u0300-\u036f"  # combine with the letter before them
HELD = "\u2064"  # stands for a character of markup that belongs to a word
VOWELS = "аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄ"

LATIN, CYRILLIC = "aceopxykABCEHKMOPTXY", "асеорхукАВСЕНКМОРТХУ"  # look alike, pair by pair
TO_LATIN = str.maketrans(CYRILLIC, LATIN)
TO_CYRILLIC = str.maketrans(LATIN + "ëËáéóýÁÉÓÝ", CYRILLIC + "ёЁаеоуАЕОУ")
TO_MODERN = TO_CYRILLIC | str.maketrans("iI", "иИ")  # typists' stand-ins for the old letter і

NUMERO = "Nо", "№\u2060"  # a scanner's № of a Latin and a Russian letter, and as many characters

LATINS, CYRILLICS = "A-Za-zÀ-ÖØ-öø-ÿ", "\u0400-\u04ff"
BESIDE = MARKS + HIDDEN + HELD
WITH_LATIN = re.compile(
    f"(?<![{LATINS}{CYRILLICS}{BESIDE}])[{CYRILLICS}{BESIDE}]*+[{LATINS}][{LATINS}{CYRILLICS}{BESIDE}]*+"
)
MIXED = re.compile(f"[{LATINS}](?:(?<=[{CYRILLICS}{BESIDE}].)|(?=[{CYRILLICS}{BESIDE}]))")
NO_HIDDEN = str.maketrans(dict.fromkeys(HIDDEN + HELD))
STRESS = re.compile(f"(?<=[{VOWELS}])[\u0300\u0301\u0340\u0341]+")
STRESS_SIGNS = "'’´ˊˋ`"
STRESS_SIGN = re.compile(  # typed behind the vowel, where the mark that combines is not at hand
    "['’`´ˊˋ](?:(?<=[аеёиоуыэюя]['’])(?=[бвгджзйклмнпрстфхцчшщ])|(?<=[аеёиоуыэюя]`)(?=[а-яё])"
    "|(?<=[аеёиоуыэюяАЕЁИОУЫЭЮЯ][´ˊˋ]))"
)
TO_CHANGE = re.compile(f"[{BESIDE}]")
TO_RESPELL = re.compile(rf"[{BESIDE}]|[{HARD_SIGNS}](?![{CYRILLICS}])")
MARKED = re.compile(f"[^{MARKS}][{MARKS}]{{1,4}}(?![{MARKS}])")  # NFC is quadratic in many marks
LEADING = re.compile(f"^[{HIDDEN}{MARKS}]+")
LINES = re.compile(f"[{MARKS}]+")  # over and under letters, where no letter has them
LATIN_LETTER, CYRILLIC_LETTER = (re.compile(f"[{letters}]") for letters in (LATINS, CYRILLICS))
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """Return a text with the replacement character for halves of pairs, which no UTF-8 holds."""
    return LONE_SURROGATE.sub("\ufffd", text)


def unmix(text: str) -> str:
    """Return a text with words of two alphabets in one, where letters that look alike allow it.

    The length and all offsets stay the same.
    """
    if not MIXED.search(text):  # begins with a set of characters, so it takes a third of the time
        return text
    return WITH_LATIN.sub(lambda match: _unmix(match[0]), text)


def _unmix(word: str) -> str:
    if word == NUMERO[0]:
        return NUMERO[1]
    latin, cyrillic = LATIN_LETTER.findall(word), CYRILLIC_LETTER.findall(word)
    if latin and cyrillic:
        if all(ord(letter) in TO_CYRILLIC for letter in latin):
            return word.translate(TO_CYRILLIC)
        if all(ord(letter) in TO_LATIN for letter in cyrillic):
            return word.translate(TO_LATIN)
        if all(ord(letter) in TO_MODERN for letter in latin):
            return word.translate(TO_MODERN)
    return word


def replace_stress(text: str) -> str:
    """Return a text with hidden characters for apostrophes and accents that show the stress."""
    return STRESS_SIGN.sub(HELD, text)


def respell(word: str) -> str:
    """Return a word without hidden characters, a last hard sign, and marks that no letter has.

    A word of nothing but these stays as it is.
    """
    if TO_CHANGE.search(word):
        word = drop_marks(word) or word
    return drop_hard_sign(word)


def drop_marks(word: str) -> str:
    """Return a word without hidden characters and marks, but for those that letters have."""
    bare = STRESS.sub("", word.translate(NO_HIDDEN))
    return LINES.sub("", MARKED.sub(lambda match: unicodedata.normalize("NFC", match[0]), bare))


def respell_token(start: int, end: int, word: str) -> tuple[int, int, str]:
    """Return a token's bounds without hidden characters at its edges, and its plain word.

    Marks before its first letter are of the character before it.
    """
    if bare := LEADING.sub("", word).rstrip(HIDDEN):
        start += word.index(bare)
        end = start + len(bare)
    return start, end, respell(word)
