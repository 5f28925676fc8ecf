"""Which mentions of a text are one name, and which are not."""

import pytest

from ner_service.names import Analyser, mentions
from ner_service.names.likeness import Form, is_contraction
from ner_service.names.scripts import Pair
from ner_service.names.types import Parts
from tests.marked import marked

# sentences with marked names; the surfaces of each name, in the order of first mentions
JOINED = [
    (
        "[PER Ольга Петрова] спорит. Мы видели [PER Ольгу Петрову]. [PER Петрова] ушла.",
        [["Ольга Петрова", "Ольгу Петрову", "Петрова"]],
    ),
    (
        "Суд отпустил [PER Берегового]. Адвокаты [PER Олега Берегового] рады.",
        [["Берегового", "Олега Берегового"]],
    ),
    ("[PER Борис Ельцин] и [PER Б. Н. Ельцин] и [PER Борис Николаевич].", [["Борис Ельцин", "Б. Н. Ельцин", "Борис Николаевич"]]),
    ("[PER Саша Иванов] ушёл. Вернулся [PER Александр Иванов].", [["Саша Иванов", "Александр Иванов"]]),
    ("[PER Иванов Иван] пришёл. Ждали [PER Ивана Иванова].", [["Иванов Иван", "Ивана Иванова"]]),
    ("[PER Урсула фон дер Ляйен] и снова [PER фон дер Ляйен].", [["Урсула фон дер Ляйен", "фон дер Ляйен"]]),
    ("[PER Жан-Клод Юнкер], [PER Ж.-К. Юнкер]. О [PER Юнкере].", [["Жан-Клод Юнкер", "Ж.-К. Юнкер", "Юнкере"]]),
    ("[PER Лариса Дмитриевна] ждёт. У [PER Ларисы] гость.", [["Лариса Дмитриевна", "Ларисы"]]),
    ("[PER Фома Фомич] ждёт. У [PER Фомича] гость.", [["Фома Фомич", "Фомича"]]),
    ("[PER Иван Петрович] ждёт. У [PER Петровича] гость.", [["Иван Петрович", "Петровича"]]),
    (
        "[PER Анна Львовна] и [PER Анна Ильинична] ждут. У [PER Анны] гость.",
        [["Анна Львовна"], ["Анна Ильинична"], ["Анны"]],
    ),
    ("[PER Патриарх Кирилл] ушёл. [PER Кирилл] ответил.", [["Патриарх Кирилл", "Кирилл"]]),
    (
        "[PER Королева Елизавета II] и указ [PER Елизаветы II]. При [PER Елизавете].",
        [["Королева Елизавета II", "Елизаветы II", "Елизавете"]],
    ),
    (
        "[PER Николай I] и [PER Николай II]. О [PER Николае].",
        [["Николай I"], ["Николай II"], ["Николае"]],
    ),
    (
        "[PER И.-П. Смирнов] и [PER Иван Смирнов] спорят.",
        [["И.-П. Смирнов"], ["Иван Смирнов"]],
    ),
    (
        "[PER маша петрова] пришла, и [PER маше] рады. [PER Сидоров А. П.] ушёл. [PER Сидорова А. П.] приехала.",
        [["маша петрова", "маше"], ["Сидоров А. П."], ["Сидорова А. П."]],
    ),
    # two candidates, or another gender, or another first name: apart
    (
        "[PER Борис Джонсон] и [PER Джо Джонсон] спорят. [PER Джонсон] прав.",
        [["Борис Джонсон"], ["Джо Джонсон"], ["Джонсон"]],
    ),
    ("Говорили о [PER Ковале], затем о [PER Коваль].", [["Ковале"], ["Коваль"]]),
    ("[PER Олег Кандыба] уехал. О [PER Кандыбе] пишут.", [["Олег Кандыба", "Кандыбе"]]),
    ("[PER Мелания Трамп] приехала без [PER Трампа].", [["Мелания Трамп"], ["Трампа"]]),
    ("[PER Иван Петров] и [PER Пётр Петров] братья.", [["Иван Петров"], ["Пётр Петров"]]),
    ("[PER И. Петров] и [PER Пётр Петров] спорят.", [["И. Петров"], ["Пётр Петров"]]),
    # rulers, and names in another script
    (
        "[PER Николай II] отрёкся. [PER Николая Второго] судили. При [PER Николае] и [PER Николае I] строили.",
        [["Николай II", "Николая Второго"], ["Николае"], ["Николае I"]],
    ),
    ("[PER Гаррет Рейсман] ([PER Garrett Reisman]) летит. [PER Рейсман] рад.", [["Гаррет Рейсман", "Garrett Reisman", "Рейсман"]]),
    ("[LOC Пиза] ([LOC PSA]) и [LOC Мюнхен] ([LOC München]) рядом.", [["Пиза"], ["PSA"], ["Мюнхен", "München"]]),
    ("Заявил [PER Андрей Спыну]. [PER Спыну] сообщил, что [PER Спыну] рад.", [["Андрей Спыну", "Спыну", "Спыну"]]),
    ("[PER Иванов] ([PER Smith]) ушёл.", [["Иванов"], ["Smith"]]),
    ("[PER Габриэль Гарсия Маркес] писал. [PER Гарсия Маркес] умер.", [["Габриэль Гарсия Маркес", "Гарсия Маркес"]]),
    # places
    ("Он в [LOC Москве]. [LOC Москва] спит. [LOC Город Москва] велик.", [["Москве", "Москва", "Город Москва"]]),
    ("В [LOC России] тихо. Законы [LOC РФ] строги, как и [LOC Российской Федерации].", [["России", "РФ", "Российской Федерации"]]),
    ("Он в [LOC США]. [LOC Соединённые Штаты] далеко.", [["США", "Соединённые Штаты"]]),
    ("Он за [LOC британскую] политику, и [LOC Великобритания] рада.", [["британскую"], ["Великобритания"]]),
    ("В [LOC г. Твери], то есть в [LOC городе Твери]. [LOC Тверь].", [["г. Твери", "городе Твери", "Тверь"]]),
    ("[LOC Северная Ирландия] и [LOC Ирландия] рядом.", [["Северная Ирландия"], ["Ирландия"]]),
    # organisations
    ("[ORG Евросоюз] против. Решение [ORG ЕС] ждут в [ORG Европейском союзе].", [["Евросоюз", "ЕС", "Европейском союзе"]]),
    ("[ORG Министерство обороны РФ] молчит. По данным [ORG Минобороны], тихо.", [["Министерство обороны РФ", "Минобороны"]]),
    ("[ORG МИД РФ] ответил. В [ORG МИД России] ждут. [ORG Российский МИД] молчит.", [["МИД РФ", "МИД России", "Российский МИД"]]),
    ("[ORG МИД Франции] и [ORG МИД России] спорят.", [["МИД Франции"], ["МИД России"]]),
    ("[ORG Верховный суд Пакистана] решил. Здание [ORG Верховного суда] закрыто.", [["Верховный суд Пакистана", "Верховного суда"]]),
    ("[ORG Компания Ryanair] и [ORG Ryanair] одно.", [["Компания Ryanair", "Ryanair"]]),
    ("[ORG Банк России] и [ORG Сбербанк России] спорят.", [["Банк России"], ["Сбербанк России"]]),
    # labels are never mixed
    ("[LOC Россия] и [ORG Россия] выиграли.", [["Россия"], ["Россия"]]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "names"), JOINED)
def test_hand_checked_mentions_are_joined(
    analyser: Analyser, source: str, names: list[list[str]]
) -> None:
    document = marked(source)
    analysis = analyser.analyse(document.text, document.entities)
    surfaces = [document.text[e.start : e.end] for e in document.entities]
    assert [[surfaces[n] for n in name.mentions] for name in analysis.names] == names


def test_a_name_is_called_by_its_longest_form(analyser: Analyser) -> None:
    document = marked("Слова [PER Путина] и [PER Владимира Путина].")
    (name,) = analyser.analyse(document.text, document.entities).names
    assert name.normal == "Владимир Путин"
    assert name.parts is not None
    assert (name.parts.first, name.parts.last) == ("Владимир", "Путин")


def test_a_lone_part_is_the_part_that_it_is_in_the_longer_form(analyser: Analyser) -> None:
    document = marked("[PER Альберт Гор] ушёл. О [PER Горе] забыли.")
    parts = analyser.analyse(document.text, document.entities).mentions[1].parts
    assert parts is not None
    assert (parts.first, parts.last) == (None, "Гор")


def test_a_form_with_very_many_candidates_is_not_compared_with_all(
    analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def count(*_: object) -> bool:
        nonlocal compared
        compared += 1
        return False

    monkeypatch.setattr(mentions, "fits", count)
    letters = [chr(code) for code in range(ord("А"), ord("Я"))]
    names = [f"{a}{b.lower()}о Петров" for a in letters for b in letters]
    document = marked(" ".join(f"[PER {name}]," for name in names))
    analyser.analyse(document.text, document.entities)
    assert len(names) > mentions.MOST
    assert 0 < compared <= mentions.MOST * (mentions.MOST + 1) / 2


@pytest.mark.parametrize(
    ("word", "words", "is_one"),
    [
        ("евросоюз", "европейский союз", True),
        ("госдума", "государственная дума", True),
        ("минобороны", "министерство обороны", True),
        ("центробанк", "центральный банк", True),
        ("совфед", "совет федерации", True),
        ("газпром", "газпромбанк", False),
        ("евросоюз", "европейский совет", False),
        ("минфин", "министерство обороны", False),
    ],
)
def test_contractions_are_made_of_the_beginnings_of_words(
    word: str, words: str, is_one: bool
) -> None:
    assert (len(words.split()) > 1 and is_contraction(word, words.split())) is is_one


def groups_of(count: int) -> list[mentions.Group]:
    forms = [Form("ORG", str(n), (), "", Parts(), False, "") for n in range(count)]
    return [mentions.Group(form, [n]) for n, form in enumerate(forms)]


def test_one_latin_name_behind_several_names_joins_none() -> None:
    groups = groups_of(3)
    mentions._join_pairs(iter(groups), [Pair(0, 1), Pair(0, 2)])
    assert [group.root for group in groups] == groups


def test_a_chain_of_thousands_of_names_is_no_deep_recursion() -> None:
    groups = groups_of(3_000)
    mentions._join_pairs(iter(groups), [Pair(n, n + 1) for n in range(2_999)])
    assert {id(group.root) for group in groups} == {id(groups[-1])}
