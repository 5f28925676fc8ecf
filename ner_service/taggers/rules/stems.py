"""A stem is what all case forms of a Russian word share, so that one look finds any of them."""

ENDINGS = "мхгв"  # the consonants of endings: -ом, -ых, -его, -ов, and their like
VOWELS = str.maketrans("", "", "аеиоуыэюяйьъ")
CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
MOST_STEMS = 1_000_000  # then they are forgotten: some 100 MB
MOST_CHANGED = 3  # letters at the end of a base form that another form may have not: -ий, -ец, -ия


def fold(text: str) -> str:
    """Return a text of the same length as words are compared: in lower case, with е for ё."""
    folded = text.lower().replace("ё", "е")
    if len(folded) != len(text):  # some letter outside Russian and Latin has a longer form
        return "".join(low if len(low := char.lower()) == 1 else char for char in text).replace(
            "ё", "е"
        )
    return folded


class Stems(dict[str, str]):
    """The stems of words, each worked out once.

    Endings have vowels and the consonants м, х, г, в; vowels come and go before the last consonant
    (`отец`, `отца`). So a stem is the first letter and the consonants behind it, without those that
    may be of an ending. Words of unlike meaning may share one: it only says where to look.
    """

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_STEMS:
            self.clear()
        stem = fold(word)
        if CYRILLIC.issuperset(stem):
            stem = stem[0] + stem[1:].translate(VOWELS).rstrip(ENDINGS)
        self[word] = stem
        return stem


def may_be_form(word: str, base: str) -> bool:
    """Return whether a word of the same stem begins and is about as long as a base form."""
    if len(word) > len(base) + MOST_CHANGED:
        return False
    return word.startswith(base[:-MOST_CHANGED] or base[0])
