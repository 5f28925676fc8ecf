"""Capitals of a base form are those of the form in the text."""


def copy_capitals(word: str, form: str) -> str:
    """Return a lower-case form with the capitals of a word, part by part of a compound.

    A word in capitals has a form in capitals; else the letters of the stem keep theirs.
    """
    if len(word) > 1 and word.isupper():
        return form.upper()
    if "-" in word and word.count("-") == form.count("-"):
        return "-".join(map(_copy, word.split("-"), form.split("-")))
    return _copy(word, form)


def _copy(word: str, form: str) -> str:
    if word[:1].isupper() and word[1:].islower():
        return form.capitalize()
    stem = count_shared(word.lower(), form)
    capitals = zip(word[:stem], form[:stem], strict=True)
    return "".join(b.upper() if a.isupper() else b for a, b in capitals) + form[stem:]


def count_shared(word: str, form: str) -> int:
    """Return how many letters two lower-case forms begin with alike; ё is е."""
    count = 0
    for a, b in zip(word.replace("ё", "е"), form.replace("ё", "е"), strict=False):
        if a != b:
            break
        count += 1
    return count
