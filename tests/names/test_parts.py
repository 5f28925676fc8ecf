"""First, middle and last names of hand-checked mentions."""

import pytest

from ner_service.names import Analyser, Parts
from ner_service.types import Entity

NAMES = [  # before the name, the name, behind it; first, middle, last
    ("Премьер ", "Иван Петров", " ушёл.", "Иван", None, "Петров"),
    ("Письмо ", "Ивану Петрову", " пришло.", "Иван", None, "Петров"),
    ("", "Петров Иван", " ушёл.", "Иван", None, "Петров"),
    ("", "Петров Иван Сергеевич", " ушёл.", "Иван", "Сергеевич", "Петров"),
    ("Слова ", "Ивана Сергеевича Петрова", ".", "Иван", "Сергеевич", "Петров"),
    ("Слова ", "Людмилы Марковны", ".", "Людмила", "Марковна", None),
    ("Стихи ", "А. С. Пушкина", ".", "А.", "С.", "Пушкин"),
    ("Стихи ", "А.С. Пушкина", ".", "А.", "С.", "Пушкин"),
    ("Указ ", "Путина В.В.", " вышел.", "В.", "В.", "Путин"),
    ("Роман ", "Ю. Тынянова", " вышел.", "Ю.", None, "Тынянов"),
    ("Казнь ", "Марии-Антуанетты", ".", "Мария-Антуанетта", None, None),
    ("Слова ", "Урсулы фон дер Ляйен", ".", "Урсула", None, "фон дер Ляйен"),
    ("Картина ", "Винсента ван Гога", ".", "Винсент", None, "ван Гог"),
    ("Отъезд ", "Алиева Ильхама Гейдар оглы", ".", "Ильхам", "Гейдар оглы", "Алиев"),
    ("Роль ", "Ким Чен Ына", ".", "Чен Ын", None, "Ким"),
    ("Визит ", "Ху Цзиньтао", ".", "Цзиньтао", None, "Ху"),
    ("Фильм с ", "Морин О’Хара", ".", "Морин", None, "О’Хара"),
    ("Указ ", "Елизаветы II", ".", "Елизавета", None, None),
    ("Слова ", "Светланы Алексиевич", ".", "Светлана", None, "Алексиевич"),
    ("Клуб ", "Романа Абрамовича", ".", "Роман", None, "Абрамович"),
    ("Слова ", "Джона Фицджеральда Кеннеди", ".", "Джон", "Фицджеральд", "Кеннеди"),
    ("Слова ", "Путина", ".", None, None, "Путин"),
    ("Рассказ ", "Виктора", " понравился.", "Виктор", None, None),
    ("Он встретил ", "John Smith", ".", "John", None, "Smith"),
    ("Слова ", "Халеда эль-Масри", ".", "Халед", None, "эль-Масри"),
    ("Сказал ", "пророк Мухаммед", ".", "Мухаммед", None, None),
    ("Пришёл ", "И.", " вчера.", None, None, None),
]


@pytest.mark.parametrize(("before", "name", "behind", "first", "middle", "last"), NAMES)
def test_parts_of_hand_checked_names(
    analyser: Analyser,
    before: str,
    name: str,
    behind: str,
    first: str | None,
    middle: str | None,
    last: str | None,
) -> None:
    entity = Entity(len(before), len(before) + len(name), "PER")
    (mention,) = analyser.analyse(before + name + behind, [entity]).mentions
    assert mention.parts == Parts(first, middle, last)


def test_places_have_no_parts(analyser: Analyser) -> None:
    (mention,) = analyser.analyse("Москва", [Entity(0, 6, "LOC")]).mentions
    assert mention.parts is None
