"""Probe texts put made names into contexts, street names and lists, with what is to be found.

Each probe belongs to a cell of a table: the form of a name, and the place it stands in. A text
has one name, but for lists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ner_service.benchmark.probes.names import ORDERS, MadeName, Person, draw_people
from ner_service.types import Entity

LIST_LENGTH = 5  # names in a list
CONTEXTS: Mapping[str, str] = {  # PLACE, CASE -> a text of office, news or paper
    "sentence start, nominative": "{} работает в отделе кадров с понедельника.",
    "sentence middle, nominative": "Как уточняет {}, ремонт закончат в срок.",
    "sentence middle, genitive": "Заявление {} получено и внесено в журнал.",
    "sentence middle, dative": "Премию вручили {} на общем собрании.",
    "sentence middle, accusative": "На работу приняли {} с испытательным сроком.",
    "sentence middle, instrumental": "Акт подписан {} и заверен печатью.",
    "sentence middle, prepositional": "В протоколе сказано о {} всего два слова.",
    "sentence end, genitive": "Решение вынесено по жалобе {}.",
    "contract, genitive": "Покупатель в лице директора {} на основании устава заключил договор.",
    "brackets, nominative": "Докладчик ({}) опоздал на час.",
    "form, nominative": "Дата: 12.03.2024\nФ.И.О.: {}\nТелефон: 55-10-12",
    "signature, nominative": "Заказ получен, претензий нет.\n\nПодпись: __________ / {} /",
    "line alone, nominative": "Ответственный за выпуск\n{}\n14 мая",
    "table row, nominative": "7\t{}\tинженер\t12 000",
}
STREETS: Mapping[str, Sequence[str]] = {  # texts of addresses, and of prose
    "address": (
        "394000, г. Воронеж, ул. {}, д. 14, кв. 2",
        "Прописан: г. Тула, улица {}, 7",
        "Куда: 150003, Ярославль, пр-т {}, 31, офис 5",
        "г. Киров, пер. {}, 9, вход со двора",
    ),
    "prose": (
        "Дом на улице {} снесли ещё весной.",
        "Автобус свернул на проспект {} и встал.",
        "Вчера на площади {} открыли каток.",
        "Она выросла в переулке {}, рядом с рынком.",
    ),
}
STREET_FORMS: Mapping[str, Callable[[MadeName], str]] = {
    "first surname": ORDERS["first surname"],
    "initial surname": lambda n: f"{n.first[0]}. {n.surname}",
    "surname": lambda n: n.surname,
}
SEPARATORS: Mapping[str, tuple[str, str]] = {  # before the first name, and between two
    "line feed": ("", "\n"),
    "empty line": ("", "\n\n"),
    "tab": ("", "\t"),
    "bullet": ("• ", "\n• "),
    "semicolon": ("", "; "),
    "comma": ("", ", "),
}
LIST_FORMS = (
    "first surname", "surname first", "initials surname", "surname initials",
    "first patronymic surname", "surname first patronymic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe is a text with the entities to be found, in the cell `form` x `place`."""

    form: str
    place: str
    text: str
    names: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """A probe set holds the probes of names in contexts, of streets, and of lists."""

    names: Sequence[Probe]
    streets: Sequence[Probe]
    lists: Sequence[Probe]


def make_probes(each: int, seed: int) -> ProbeSet:
    """Make probes of `each` people a cell, the same people in all forms of a place."""
    people = draw_people(3 * each, seed)
    return ProbeSet(
        [*_name_probes(people, each)], [*_street_probes(people, each)], [*_list_probes(people)]
    )


def _name_probes(people: Sequence[Person], each: int) -> Iterator[Probe]:
    for at, (place, template) in enumerate(CONTEXTS.items()):
        case = place.rpartition(", ")[2]
        for form, write in ORDERS.items():
            for person in _some(people, at, each):
                yield _fill(form, place, template, write(person[case]), "PER")


def _street_probes(people: Sequence[Person], each: int) -> Iterator[Probe]:
    for place, templates in STREETS.items():
        for (at, template), (form, write) in product(enumerate(templates), STREET_FORMS.items()):
            for person in _some(people, at, each):
                yield _fill(form, place, template, write(person["genitive"]), "LOC")


def _list_probes(people: Sequence[Person]) -> Iterator[Probe]:
    for form, (place, (before, between)) in product(LIST_FORMS, SEPARATORS.items()):
        for at in range(0, len(people) - LIST_LENGTH + 1, LIST_LENGTH):
            group = people[at : at + LIST_LENGTH]
            yield _join(
                form, place, [ORDERS[form](p["nominative"]) for p in group], before, between
            )


def _some(people: Sequence[Person], at: int, each: int) -> Sequence[Person]:
    """Return so many people, others for each place; the list holds three times as many."""
    start = at % 3 * each
    return people[start : start + each]


def _fill(form: str, place: str, template: str, name: str, label: str) -> Probe:
    before, _, after = template.partition("{}")
    if name.endswith(".") and after.startswith("."):
        after = after[1:]  # one full stop ends both the initial and the sentence
    entity = Entity(len(before), len(before) + len(name), label)
    return Probe(form, place, f"{before}{name}{after}", (entity,))


def _join(form: str, place: str, names: Sequence[str], before: str, between: str) -> Probe:
    entities = []
    at = len(before)
    for name in names:
        entities.append(Entity(at, at + len(name), "PER"))
        at += len(name) + len(between)
    return Probe(form, place, before + between.join(names), tuple(entities))
