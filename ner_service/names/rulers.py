"""Rulers have a number behind their first name: `Николай II`, `Николай Второй`."""

import re

from ner_service.names.vocabulary import ORDINALS

ROMAN = re.compile("[IVXLC]+|[ІVХ]+")  # Latin letters, and Cyrillic ones that look like them
NUMBER = re.compile("[ivxlc]+")  # folded
NUMBERS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
NUMBER_OF = {
    word.replace("ё", spelling): number
    for stem, number in zip(ORDINALS, NUMBERS.split(), strict=True)
    for word in (stem, f"{stem[:-2]}{'ья' if stem == 'третий' else 'ая'}")
    for spelling in "ёе"
}


def is_number(word: str) -> bool:
    """Say whether a word of a base form is a ruler's number, which a lone Cyrillic Х is not."""
    if word.lower() in NUMBER_OF:
        return word[0].isupper()
    return word != "Х" and ROMAN.fullmatch(word) is not None
