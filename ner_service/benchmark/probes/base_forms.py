"""Base forms of made names are asked for in sentences that need one case each."""

from collections.abc import Callable, Iterator, Mapping

from ner_service.benchmark.gold_names import GoldDocument, GoldName
from ner_service.benchmark.probes.names import CASES, ORDERS, MadeName, draw_people
from ner_service.types import Entity

FORMS: Mapping[str, Callable[[MadeName], str]] = {
    "surname": lambda n: n.surname,
    "first": lambda n: n.first,
    "first patronymic": lambda n: f"{n.first} {n.patronymic}",
    "surname initial": lambda n: f"{n.surname} {n.first[0]}.",
    **ORDERS,
}
FRAMES: Mapping[str, tuple[str, str]] = {  # by case; a woman's verb has another ending
    "nominative": ("Директор {name} утвердил{a} план.", "Договор подписал{a} {name}."),
    "genitive": ("Адвокат {name} подал ходатайство.", "В отношении {name} возбуждено дело."),
    "dative": ("Выдать справку {name} до пятницы.", "По мнению эксперта, {name} грозит срок."),
    "accusative": ("Врачи спасли {name} ночью.", "Вчера {name} задержали в аэропорту."),
    "instrumental": ("Договор заключён с {name} вчера.", "Доклад подготовлен {name} в срок."),
    "prepositional": ("Статья о {name} вышла вчера.", "В деле о {name} много загадок."),
}


def make_sentences(people: int, seed: int) -> Iterator[tuple[str, GoldDocument]]:
    """Yield each form's name and a sentence with a person in it, men and women in turn."""
    for number, person in enumerate(draw_people(people, seed)):
        ending = "а" if number % 2 else ""
        for form, write in FORMS.items():
            for case in CASES:
                for frame in FRAMES[case]:
                    name = write(person[case])
                    text = frame.format(name=name, a=ending)
                    start = text.index(name)
                    entity = Entity(start, start + len(name), "PER")
                    base = write(person["nominative"])
                    yield form, GoldDocument(text, [GoldName(entity, base, base, {})])
