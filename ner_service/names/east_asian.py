"""East Asian names begin with the last name, and a man's given name declines by its last syllable.

A Chinese syllable ends in a vowel, й, н or нь (Palladius), a Korean or Vietnamese one in some
consonants, too. So `Ван Сяомина` is of `Ван Сяомин`, and `Ким Бейсингер` is no Korean.
"""

import re
from collections.abc import Sequence

from ner_service.names.vocabulary import EAST_ASIAN

VOWEL = "[аеёиоуыэюя]"
ONSET = "(?:цз|чж|дж|нг|[тпкч]х|[бпмфвдтнлгкхцчшщсжз])?"
SYLLABLE = f"{ONSET}{VOWEL}{{1,3}}(?:нъ|нь|нг|ль|[нймкпт])?"
GIVEN = re.compile(f"{SYLLABLE}(?:-?{SYLLABLE})?")
LONE_SYLLABLE = re.compile(f"[^аеёиоуыэюя]*{VOWEL}{{1,3}}[^аеёиоуыэюя]*")
OF_CHINA = re.compile("цз|чж|сю|ся|юн|ао|[бвгджзклмнпрстфхцчшщ]э")
OF_CHINESE = re.compile(f"{VOWEL}н(?:а|у|ом|е|я|ю|ем)$|[аэую](?:я|ю|ем)$")
OF_SYLLABLE = re.compile(f"[^аеёиоуыэюя]*{VOWEL}{{1,3}}(?:нг|[нмкптлр])(?:а|у|ом|е|я|ю|ем)")
JAPANESE = re.compile("(?:(?:дз|[кгсзтднхфбпмрвц]ь?|й)?[аиуэоеёюя]н?){3,}")  # and no л, ш or ы


def is_japanese(word: str) -> bool:
    """Say whether a lower-case word has at least three open syllables, and only Japanese sounds."""
    return JAPANESE.fullmatch(word) is not None


def is_given(word: str) -> bool:
    """Say whether a lower-case word may be a given name of one or two syllables."""
    return GIVEN.fullmatch(word) is not None


def is_surely_given(word: str) -> bool:
    """Say whether a lower-case word has letters that few names but Chinese ones have."""
    return is_given(word) and OF_CHINA.search(word) is not None


def is_in_the_middle(words: Sequence[str]) -> bool:
    """Say whether the second of three lower-case words is the first of two given syllables."""
    if len(words) < 3 or words[0] not in EAST_ASIAN:
        return False
    return re.fullmatch(f"{SYLLABLE}|и[рл]", words[1]) is not None and words[2].isalpha()


def is_oblique(words: Sequence[str]) -> bool:
    """Say whether lower-case words are hardly a nominative: `Ван Сяомина`, `Чан Сон Тхэком`."""
    if len(words) < 2 or words[0] not in EAST_ASIAN:
        return False
    if OF_CHINESE.search(words[-1]):
        return True
    middle = words[1:-1]
    return (
        bool(middle)
        and all(map(LONE_SYLLABLE.fullmatch, middle))
        and OF_SYLLABLE.fullmatch(words[-1]) is not None
    )
