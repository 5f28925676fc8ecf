"""Plural places are islands and mountains that the dictionary lacks: `Азоры`, `Дарданеллы`."""

from ner_service.names.slots import SLOTS, Slot
from ner_service.names.types import Case
from ner_service.names.vocabulary import PLURAL_PLACES

ODDS = 1.5  # log odds beside other base forms of the same form: `Азор` is a dog


def _decline(base: str, genitive: str) -> dict[Case, str]:
    """Return the cases of a place from its nominative and its genitive."""
    stem = f"{base[:-1]}{'а' if base[-1] == 'ы' or base[-2] in 'гкхжшчщ' else 'я'}"
    return {
        "Nom": base, "Gen": genitive, "Dat": f"{stem}м", "Acc": base, "Ins": f"{stem}ми",
        "Loc": f"{stem}х",
    }  # fmt: skip


DECLENSIONS = {base: _decline(base, genitive) for base, genitive in PLURAL_PLACES}


def _read_forms() -> dict[str, tuple[str, list[int]]]:
    forms: dict[str, tuple[str, list[int]]] = {}
    for base, declension in DECLENSIONS.items():
        for case, form in declension.items():
            forms.setdefault(form, (base, []))[1].append(SLOTS.index(Slot(case, None)))
    return forms


FORMS = _read_forms()
"""The base form of each form, and the slots in which it has that."""
