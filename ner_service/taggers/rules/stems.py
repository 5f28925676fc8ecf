"""A stem is what all case forms of a Russian word share, so that one look finds any of them."""

ENDINGS = "мхгв"  # the consonants of endings: -ом, -ых, -его, -ов, and their like
VOWELS = str.maketrans("", "", "аеиоуыэюяйьъ")
CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
MOST_CHANGED = 3  # letters at the end of a base form that another form may have not: -ий, -ец, -ия


def fold(text: str) -> str:
    """Return a text as words are compared: in lower case, and with е for ё.

    It is as long as the text, but for a few letters outside Russian and Latin.
    """
    return text.lower().replace("ё", "е")


class Stems(dict[str, str]):
    """The stems of folded words, each worked out once.

    Endings have vowels and the consonants м, х, г, в; vowels come and go before the last consonant
    (`отец`, `отца`). So a stem is the first letter and the consonants behind it, without those that
    may be of an ending. Words of unlike meaning may share one: it only says where to look.
    """

    def __missing__(self, word: str) -> str:
        stem = word
        if CYRILLIC.issuperset(word):
            stem = word[0] + word[1:].translate(VOWELS).rstrip(ENDINGS)
        self[word] = stem
        return stem


def may_be_form(word: str, base: str) -> bool:
    """Return whether a word of the same stem begins and is about as long as a base form."""
    kept = max(1, len(base) - MOST_CHANGED)
    return word[:kept] == base[:kept] and len(word) <= len(base) + MOST_CHANGED
