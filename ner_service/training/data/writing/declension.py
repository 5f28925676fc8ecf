"""The declension of Russian names in the singular, and the case that a name stands in."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ner_service.errors import MissingExtra

Case = Literal["nomn", "gent", "datv", "accs", "ablt", "loct"]  # as pymorphy3 names them
Gender = Literal["masc", "femn"]
CASES: tuple[Case, ...] = ("nomn", "gent", "datv", "accs", "ablt", "loct")
GENDERS: tuple[Gender, ...] = ("masc", "femn")
NAME_TAGS = ("Name", "Surn", "Patr")
UNLIKELY = 1e-3  # the score of a form that the dictionary does not give for a word
CLEAR = 2.0  # how many times more likely than any other a case must be
VELARS = "гкхжчшщ"  # and hushed letters; no ы stands behind them

Endings = tuple[int, Sequence[str]]  # letters cut off, and an ending for each of `CASES`
FIXED: Endings = (0, ("",) * 6)
POSSESSIVE: dict[Gender, Endings] = {  # Иванов, Пушкин
    "masc": (0, ("", "а", "у", "а", "ым", "е")),
    "femn": (0, ("а", "ой", "ой", "у", "ой", "ой")),
}
ADJECTIVE: dict[Gender, Endings] = {  # Белый, Толстой
    "masc": (2, ("{}", "ого", "ому", "ого", "ым", "ом")),
    "femn": (2, ("ая", "ой", "ой", "ую", "ой", "ой")),
}
VELAR_MAN: Endings = (2, ("{}", "ого", "ому", "ого", "им", "ом"))  # Достоевский
HARD: Endings = (0, ("", "а", "у", "а", "ом", "е"))  # Шмидт
HUSHED: Endings = (0, ("", "а", "у", "а", "ем", "е"))  # Рабинович
SOFT: Endings = (1, ("{}", "я", "ю", "я", "ем", "е"))  # Гоголь, Андрей
FEMININE_A: Endings = (1, ("а", "ы", "е", "у", "ой", "е"))  # Петровна
FEMININE_KA: Endings = (1, ("а", "и", "е", "у", "ой", "е"))  # Глинка
FEMININE_YA: Endings = (1, ("я", "и", "е", "ю", "ей", "е"))  # Данелия


class Form(NamedTuple):
    """The grammatical form of a name."""

    case: Case
    gender: Gender


def decline_surname(surname: str, form: Form) -> str:
    """Return a surname, given as that of a man, in another form."""
    lower = surname.lower()
    if lower.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return _decline(surname, POSSESSIVE[form.gender], form.case)
    if lower.endswith(("ий", "ой", "ый")) and len(surname) > 4:
        is_velar_man = lower[-3] in VELARS and form.gender == "masc"
        return _decline(surname, VELAR_MAN if is_velar_man else ADJECTIVE[form.gender], form.case)
    if lower.endswith(("ых", "их", "ко", "дзе", "ли", "о", "е", "и", "у", "ю", "э")):
        return surname
    if lower.endswith("я"):
        return _decline(surname, FEMININE_YA, form.case)
    if lower.endswith("а"):
        after_velar = lower[-2:-1] in VELARS
        return _decline(surname, FEMININE_KA if after_velar else FEMININE_A, form.case)
    if form.gender == "femn":
        return surname
    if lower.endswith(("ь", "й")):
        return _decline(surname, SOFT, form.case)
    return _decline(surname, HUSHED if lower[-1] in "жчшщц" else HARD, form.case)


def decline_patronymic(patronymic: str, case: Case) -> str:
    """Return a patronymic, `Иванович` or `Ивановна`, in another case."""
    return _decline(patronymic, FEMININE_A if patronymic.endswith("а") else HUSHED, case)


def decline_thing(noun: str, case: Case) -> str:
    """Return a noun that ends in a consonant and names a thing, `завод`, in another case."""
    return noun if case == "accs" else _decline(noun, HARD, case)


def decline_adjective(adjective: str, case: Case, gender: Gender = "masc") -> str:
    """Return an adjective of a thing, given as `новый` or `омский`, in another form."""
    if gender == "femn":
        return _decline(adjective, ADJECTIVE["femn"], case)
    if case == "accs":
        return adjective
    is_velar = adjective[-3].lower() in VELARS
    return _decline(adjective, VELAR_MAN if is_velar else ADJECTIVE["masc"], case)


def make_patronymic(father: str, gender: Gender) -> str:
    """Return the patronymic that a man's first name gives."""
    irregular = {"Лев": "Льв", "Павел": "Павл", "Пётр": "Петр", "Михаил": "Михайл"}
    if father.endswith(("а", "я")):
        hard = father in ("Илья", "Кузьма", "Фома", "Лука")
        return father[:-1] + ("ич" if gender == "masc" else "инична" if hard else "ична")
    stem = irregular.get(father, father)
    infix = "ов"
    if stem.endswith("ий"):
        stem, infix = stem[:-2] + "ь", "ев"
    elif stem.endswith(("й", "ь")):
        stem, infix = stem[:-1], "ев"
    return stem + infix + ("ич" if gender == "masc" else "на")


def _decline(word: str, endings: Endings, case: Case) -> str:
    cut, forms = endings
    stem, tail = (word[:-cut], word[-cut:]) if cut else (word, "")
    return stem + forms[CASES.index(case)].format(tail)


@lru_cache(maxsize=1)
def analyser() -> Any:
    """Return the morphological dictionary; raise `MissingExtra` without it."""
    try:
        import pymorphy3
    except ImportError as error:
        raise MissingExtra(f"augmentation with names ({error})", "train") from error
    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=100_000)
def decline_noun(noun: str, case: Case, tag: str) -> str | None:
    """Return a capitalised noun of the dictionary in another case, None where it is not there."""
    for parse in analyser().parse(noun):
        if tag in parse.tag and parse.tag.case == "nomn" and parse.is_known:
            form = parse.inflect({case, "sing"})
            return "-".join(part.capitalize() for part in form.word.split("-")) if form else None
    return None


@lru_cache(maxsize=100_000)
def forms_of(word: str) -> dict[Form, float]:
    """Return how likely a word is each form of a name in the singular."""
    scores: dict[Form, float] = {}
    for parse in analyser().parse(word):
        if parse.tag.number != "sing" or not any(tag in parse.tag for tag in NAME_TAGS):
            continue
        for gender in GENDERS if "ms-f" in parse.tag else (parse.tag.gender,):
            form = Form(parse.tag.case, gender)
            if form.case in CASES and gender in GENDERS:
                scores[form] = max(scores.get(form, 0.0), parse.score)
    return scores


def find_form(words: Sequence[str]) -> Form | None:
    """Return the form that the words of a person's name share, None where it is not clear.

    A man's genitive and accusative are alike, so one stands for both.
    """
    totals = {Form(case, gender): 1.0 for case in CASES for gender in GENDERS}
    for word in words:
        scores = forms_of(word)
        for form in totals:
            totals[form] *= scores.get(form, UNLIKELY)
    best = max(totals, key=totals.__getitem__)
    twin = Form("accs" if best.case == "gent" else "gent", "masc")
    rivals = [
        score
        for form, score in totals.items()
        if form != best and not (best.gender == "masc" and best.case != "nomn" and form == twin)
    ]
    is_clear = totals[best] > CLEAR * max(rivals) and totals[best] > UNLIKELY ** len(words)
    return best if is_clear else None
