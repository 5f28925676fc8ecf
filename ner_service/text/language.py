"""The language of a text shows in its letters, well enough to say that it is not the tagger's."""

import re
from collections.abc import Sequence

SAMPLE_CHARS = 200  # of the beginning, the middle and the end of a text
LEAST_LETTERS = 20  # fewer say nothing: a name in Latin letters is no English text
CYRILLIC = re.compile(r"[\u0400-\u052f]+")
LETTERS = re.compile(r"[^\W\d_]+")
SCRIPT = "a language that is not written in Cyrillic letters"
OWN_SHARE = 0.015  # of the Cyrillic letters that must be a language's own; Russian has none of them
RUSSIAN = re.compile("[ыэъё]", re.IGNORECASE)  # which Ukrainian has not

# the letters that Russian has not, those with a sign of one language first
OWN_LETTERS = (
    ("be", "Belarusian", re.compile("[ўі]", re.IGNORECASE), re.compile("ў", re.IGNORECASE)),
    ("kk", "Kazakh", re.compile("[әғқңөұүһі]", re.IGNORECASE), re.compile("[әғқңұ]", re.I)),
    ("uk", "Ukrainian", re.compile("[іїєґ]", re.IGNORECASE), re.compile("[іїє]", re.I)),
    ("sr", "Serbian or Macedonian", re.compile("[јљњђћџѓќѕ]", re.I), re.compile("[јљњ]", re.I)),
)
NO_RUSSIAN = frozenset("ўіәғқңөұүһїєґјљњђћџѓќѕЎІӘҒҚҢӨҰҮҺЇЄҐЈЉЊЂЋЏЃЌЅ")  # all of those above
CODE_PAGE = "cp1251"  # in which each letter is a byte, as bytes are counted at once
OWN_BYTES = "".join(NO_RUSSIAN).encode(CODE_PAGE, "ignore")
RUSSIAN_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
RUSSIAN_BYTES = (RUSSIAN_LETTERS + RUSSIAN_LETTERS.upper()).encode(CODE_PAGE)
NAMES = {"ru": "Russian", "uk": "Ukrainian", "be": "Belarusian", "kk": "Kazakh", "en": "English"}
IN_CYRILLIC = frozenset({"ru", "uk", "be", "kk", "sr", "mk", "bg", "ky", "mn", "tg", "tt", "ba"})


def language_warning(text: str, languages: Sequence[str]) -> str | None:
    """Return what to tell of a text that is mostly not in any of these languages, or `None`.

    It is told by the script, and by letters that Russian has not, in a sample of the text. Of
    languages that are written alike nothing is told, and nothing of texts of a few letters.
    """
    if not languages or len(text) < LEAST_LETTERS:
        return None
    sample = _sample(text)
    seen = None if _is_plain_russian(sample) else other_language(sample, languages)
    if seen is None:
        return None
    known = " and ".join(NAMES.get(code, code) for code in languages)
    return (
        f"the text looks like {seen}, and the tagger is for {known}: names may be missed or wrong"
    )


def _is_plain_russian(sample: str) -> bool:
    """Say whether a sample is mostly Russian letters and has no other Cyrillic ones.

    It answers for `other_language` where most texts are, in a tenth of the time: 3 µs.
    """
    encoded = sample.encode(CODE_PAGE, "ignore")
    if len(encoded) < len(sample) or encoded.translate(None, OWN_BYTES) != encoded:
        return False
    letters = len(encoded) - len(encoded.translate(None, RUSSIAN_BYTES))
    return letters >= LEAST_LETTERS and 2 * letters >= len(sample)


def _count(letters: re.Pattern[str], sample: str) -> int:
    """Return the number of letters, which a pattern matches in runs."""
    return sum(map(len, letters.findall(sample)))


def other_language(sample: str, languages: Sequence[str]) -> str | None:
    """Return what language a sample seems to be in, if it is in none of these; else `None`."""
    cyrillic = _count(CYRILLIC, sample)
    if cyrillic < LEAST_LETTERS or 2 * cyrillic < len(sample):  # else most are Cyrillic letters
        letters = _count(LETTERS, sample)
        if letters < LEAST_LETTERS:
            return None
        if 2 * cyrillic < letters:
            return SCRIPT if IN_CYRILLIC.issuperset(languages) else None
    if "ru" not in languages:  # the letters below are told apart from Russian alone
        return None
    if NO_RUSSIAN.isdisjoint(sample):
        return None
    russian = len(RUSSIAN.findall(sample))
    for code, name, own, sign in OWN_LETTERS:
        count = len(own.findall(sample))
        is_other = count > OWN_SHARE * cyrillic and sign.search(sample) is not None
        if is_other and (count > russian or code in ("be", "kk")):
            return None if code in languages else name
    return None


def _sample(text: str) -> str:
    if len(text) <= 3 * SAMPLE_CHARS:
        return text
    middle = (len(text) - SAMPLE_CHARS) // 2
    parts = text[:SAMPLE_CHARS], text[middle : middle + SAMPLE_CHARS], text[-SAMPLE_CHARS:]
    return " ".join(parts)
