"""Inflection puts a base form, such as a whole name, into another case."""

from ner_service.names.morphology import Morphology, Reading
from ner_service.names.types import Case, Gender, Number

KINDS = {"Name": 0, "Patr": 0, "Surn": 0, "Geox": 1, "Orgn": 1}


def inflect_name(
    name: str, case: Case, morphology: Morphology, gender: Gender | None = None,
    number: Number = "Sing",
) -> str | None:  # fmt: skip
    """Return a name in the nominative, word by word, in another case.

    With a gender, the name is a person's of that gender: `Шевчук` has no cases if it is a woman's.
    Returns `None` where a word has no analysis that carries the case.
    """
    words = [inflect_word(word, case, morphology, gender, number) for word in name.split(" ")]
    return None if None in words else " ".join(word for word in words if word)


def inflect_word(
    word: str, case: Case, morphology: Morphology, gender: Gender | None, number: Number
) -> str | None:
    """Return a word in the nominative in another case, with its capitals."""
    fitting = [
        reading
        for reading in morphology.readings(word.lower())
        if reading.case == "Nom" and reading.number == number
        and (gender is None or reading.gender in (gender, None))
    ]  # fmt: skip
    if not fitting:
        return None
    form = morphology.inflect(min(fitting, key=_rank), case, number)
    return None if form is None else copy_capitals(word, form)


def copy_capitals(word: str, form: str) -> str:
    """Return a form with the capitals of a word: all, the first, or that of each part."""
    if len(word) > 1 and word.isupper():
        return form.upper()
    parts = zip(word.split("-"), form.split("-"), strict=False)
    return "-".join(p[:1].upper() + p[1:] if w[:1].isupper() else p for w, p in parts)


def _rank(reading: Reading) -> tuple[int, float]:
    return KINDS.get(reading.kind, 2), -reading.score
