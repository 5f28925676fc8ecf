"""Names in other cases: the way from a base form, which the way back must lead to."""

import pytest

from ner_service.names import Analyser
from ner_service.names.inflection import genders_of, inflect_name
from ner_service.names.pymorphy import Pymorphy
from ner_service.names.slots import CASES
from ner_service.names.types import Gender
from ner_service.types import Entity

PARADIGMS = [  # a name and its gender; genitive, dative, accusative, instrumental, locative
    ("Иван Петров", "Masc", "Ивана Петрова|Ивану Петрову|Ивана Петрова|Иваном Петровым|Иване Петрове"),
    ("Анна Петрова", "Fem", "Анны Петровой|Анне Петровой|Анну Петрову|Анной Петровой|Анне Петровой"),
    ("Анна Шевчук", "Fem", "Анны Шевчук|Анне Шевчук|Анну Шевчук|Анной Шевчук|Анне Шевчук"),
    ("Олег Шевчук", "Masc", "Олега Шевчука|Олегу Шевчуку|Олега Шевчука|Олегом Шевчуком|Олеге Шевчуке"),
    ("Йоэль Рааб", "Masc", "Йоэля Рааба|Йоэлю Раабу|Йоэля Рааба|Йоэлем Раабом|Йоэле Раабе"),
    ("Мария Поклонская", "Fem", "Марии Поклонской|Марии Поклонской|Марию Поклонскую|Марией Поклонской|Марии Поклонской"),
    ("Лев Толстой", "Masc", "Льва Толстого|Льву Толстому|Льва Толстого|Львом Толстым|Льве Толстом"),
    ("Юрий Береговой", "Masc", "Юрия Берегового|Юрию Береговому|Юрия Берегового|Юрием Береговым|Юрии Береговом"),
    ("Тарас Шевченко", "Masc", "Тараса Шевченко|Тарасу Шевченко|Тараса Шевченко|Тарасом Шевченко|Тарасе Шевченко"),
    ("Ольга Скабеева", "Fem", "Ольги Скабеевой|Ольге Скабеевой|Ольгу Скабееву|Ольгой Скабеевой|Ольге Скабеевой"),
    ("Анна-Мария Римская-Корсакова", "Fem", "Анны-Марии Римской-Корсаковой|Анне-Марии Римской-Корсаковой|Анну-Марию Римскую-Корсакову|Анной-Марией Римской-Корсаковой|Анне-Марии Римской-Корсаковой"),
    ("Барак Обама", "Masc", "Барака Обамы|Бараку Обаме|Барака Обаму|Бараком Обамой|Бараке Обаме"),
    ("Любовь Седых", "Fem", "Любови Седых|Любови Седых|Любовь Седых|Любовью Седых|Любови Седых"),
    ("Фома Заяц", "Masc", "Фомы Зайца|Фоме Зайцу|Фому Зайца|Фомой Зайцем|Фоме Зайце"),
]  # fmt: skip
OTHERS = [  # what is no person's: head and tail
    ("Министерство обороны РФ", "Министерства обороны РФ", "Министерством обороны РФ"),
    ("Львовская область", "Львовской области", "Львовской областью"),
    ("Нидерланды", "Нидерландов", "Нидерландами"),
    ("Красная площадь", "Красной площади", "Красной площадью"),
    ("Карловы Вары", "Карловых Вар", "Карловыми Варами"),
    ("Большая Дмитровка", "Большой Дмитровки", "Большой Дмитровкой"),
    ("Речь Посполитая", "Речи Посполитой", "Речью Посполитой"),
    ("улица Тверская", "улицы Тверской", "улицей Тверской"),
    ("город Москва", "города Москвы", "городом Москвой"),
    ("остров Сахалин", "острова Сахалин", "островом Сахалин"),
    ("Босния и Герцеговина", "Боснии и Герцеговины", "Боснией и Герцеговиной"),
]


@pytest.mark.parametrize(("name", "gender", "forms"), PARADIGMS)
def test_persons_have_their_cases(
    analyser: Analyser, name: str, gender: Gender, forms: str
) -> None:
    inflected = [inflect_name(name, case, analyser.morphology, gender) for case in CASES]
    assert inflected == [name, *forms.split("|")]


@pytest.mark.parametrize(("name", "genitive", "instrumental"), OTHERS)
def test_the_tail_of_other_names_stays(
    analyser: Analyser, name: str, genitive: str, instrumental: str
) -> None:
    assert inflect_name(name, "Gen", analyser.morphology) == genitive
    assert inflect_name(name, "Ins", analyser.morphology) == instrumental


@pytest.mark.parametrize(("name", "gender", "forms"), PARADIGMS)
def test_a_first_name_says_that_a_name_is_a_persons_and_of_which_gender(
    analyser: Analyser, name: str, gender: Gender, forms: str
) -> None:
    if genders := genders_of(name.split(), analyser.morphology):
        inflected = [inflect_name(name, case, analyser.morphology) for case in CASES]
        assert (genders, inflected) == ([gender], [name, *forms.split("|")])
    else:
        assert name in ("Йоэль Рааб", "Фома Заяц")  # with a word that names no person


def test_a_name_of_either_gender_has_a_form_where_both_agree(analyser: Analyser) -> None:
    assert inflect_name("Саша Обама", "Ins", analyser.morphology) == "Сашей Обамой"
    assert inflect_name("Саша Шевчук", "Ins", analyser.morphology) is None
    assert inflect_name("Пётр Великий", "Ins", analyser.morphology) == "Петром Великим"
    assert inflect_name("Великий Новгород", "Ins", analyser.morphology) == "Великим Новгородом"


def test_a_name_is_no_vocative_of_another(analyser: Analyser) -> None:
    assert inflect_name("Гельмут Коль", "Ins", analyser.morphology, "Masc") == "Гельмутом Колем"


def test_what_has_no_cases_has_no_form(analyser: Analyser) -> None:
    assert inflect_name("Google", "Gen", analyser.morphology) is None
    assert inflect_name("Google", "Gen", analyser.morphology, "Masc") == "Google"


FRAMES = ["Вот слова {} о погоде.", "Он помог {} вчера.", "Суд оправдал {} вчера.",
          "Он говорил с {} вчера.", "Статья о {} вышла."]  # fmt: skip


@pytest.mark.parametrize(("name", "gender", "forms"), PARADIGMS)
def test_the_base_form_of_a_case_is_the_name(
    analyser: Analyser, name: str, gender: Gender, forms: str
) -> None:
    normals = []
    for frame, form in zip(FRAMES, forms.split("|"), strict=True):
        text, start = frame.format(form), frame.index("{")
        (mention,) = analyser.analyse(text, [Entity(start, start + len(form), "PER")]).mentions
        normals.append(mention.normal)
    assert normals == [name] * len(normals)


@pytest.mark.parametrize(
    "word",
    ["москвы", "петровой", "чебурашкой", "псевдогородом", "иванову-петрову", "олёне", "олене"],
)
def test_a_form_joined_from_stem_and_ending_is_one_that_pymorphy_lists(word: str) -> None:
    morphology = Pymorphy()
    for reading in morphology.readings(word):
        listed = {
            form.replace("ё", "е") for form, case, _ in morphology.forms(reading) if case == "Nom"
        }
        form = morphology.inflect(reading, "Nom")
        assert form is None if not listed else (form or "").replace("ё", "е") in listed


def test_an_unknown_case_or_gender_is_named(analyser: Analyser) -> None:
    with pytest.raises(ValueError, match="case: 'dat' is none of Nom, Gen, Dat"):
        inflect_name("Анна Шевчук", "dat", analyser.morphology)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gender: 'femn' is none of None, Masc, Fem"):
        inflect_name("Анна Шевчук", "Dat", analyser.morphology, "femn")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Купил ", " Купил", "Город  Москва", "и ", " "])
def test_a_name_with_spaces_at_its_ends_raises_nothing(analyser: Analyser, name: str) -> None:
    """Spans of users cut texts anywhere, and their surrogates are declined when they come back."""
    for case in CASES:
        form = inflect_name(name, case, analyser.morphology)
        assert form is None or form.split()
