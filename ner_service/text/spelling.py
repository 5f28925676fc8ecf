"""Words as they are meant: without stress marks and soft hyphens, and of one alphabet.

A net knows words by their letters. To the eye `Пу́шкин`, `Андрей` with the breve of its й apart,
`Mocква` with Latin letters, and a word with a hyphen for line ends alone are what they are without;
to the net they would be other words.
"""

import re
import unicodedata

HIDDEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # without width, at least within a line
MARKS = "\u0300-\u036f"  # that combine with the letter before
VOWELS = "аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄ"

LATIN, CYRILLIC = "aceopxykABCEHKMOPTXY", "асеорхукАВСЕНКМОРТХУ"  # that look alike
TO_LATIN = str.maketrans(CYRILLIC, LATIN)
TO_CYRILLIC = str.maketrans(LATIN + "ëËáéóýÁÉÓÝ", CYRILLIC + "ёЁаеоуАЕОУ")

LATINS, CYRILLICS = "A-Za-zÀ-ÖØ-öø-ÿ", "\u0400-\u04ff"
BESIDE = MARKS + HIDDEN
WITH_LATIN = re.compile(
    f"(?<![{LATINS}{CYRILLICS}{BESIDE}])[{CYRILLICS}{BESIDE}]*+[{LATINS}][{LATINS}{CYRILLICS}{BESIDE}]*+"
)
UNSEEN = str.maketrans(dict.fromkeys(HIDDEN))
STRESS = re.compile(f"(?<=[{VOWELS}])[\u0300\u0301]+")
APART = re.compile(f"[{HIDDEN}{MARKS}]")
MARKED = re.compile(f"[^{MARKS}][{MARKS}]{{1,4}}(?![{MARKS}])")  # to sort many takes quadratic time
LATIN_ONES, CYRILLIC_ONES = (re.compile(f"[{letters}]") for letters in (LATINS, CYRILLICS))


def unmixed(text: str) -> str:
    """The text with each word of two alphabets in one, where letters that look alike allow it.

    As many characters, so offsets stay.
    """
    return WITH_LATIN.sub(lambda match: _unmixed(match[0]), text)


def _unmixed(word: str) -> str:
    latin, cyrillic = LATIN_ONES.findall(word), CYRILLIC_ONES.findall(word)
    if latin and cyrillic:
        if all(ord(letter) in TO_CYRILLIC for letter in latin):
            return word.translate(TO_CYRILLIC)
        if all(ord(letter) in TO_LATIN for letter in cyrillic):
            return word.translate(TO_LATIN)
    return word


def plain(word: str) -> str:
    """The word without stress marks and hidden characters, its other marks one with their letters.

    A word of nothing else stays as it is.
    """
    if not APART.search(word):
        return word
    seen = STRESS.sub("", word.translate(UNSEEN))
    return MARKED.sub(lambda match: unicodedata.normalize("NFC", match[0]), seen) or word


def plain_token(start: int, end: int, word: str) -> tuple[int, int, str]:
    """The plain word, and its bounds without hidden characters at its edges."""
    if bare := word.strip(HIDDEN):
        start += word.index(bare)
        end = start + len(bare)
    return start, end, plain(word)
