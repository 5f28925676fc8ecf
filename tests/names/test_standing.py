"""Names in cells, lists and forms, where no sentence tells the case."""

import pytest

from ner_service.names import Analyser
from ner_service.names.lexicon import Lexicon
from ner_service.names.lists import load_lists
from ner_service.names.posts import PostReader
from ner_service.names.standing import stand_alone
from tests.marked import marked

CELLS = [  # a text with its persons in brackets, and their base forms where they are others
    ("[PER Козлова М.И.]", []),
    ("Судья: [PER Тихонова Е. В.]", []),
    ("1. [PER Горячкина А.]\n2. [PER Костенюк А.]\n", []),
    ("Алгебра\t5\t[PER Козлова М.И.]\nФизика\t4\t[PER Смирнова Т.]", []),
    ("Присутствовали: [PER Иванова А.А.], [PER Петрова Б.Б.], [PER Смирнова В.В.].\n", []),
    ("[PER Зайцева Н.] (Самара)", []),
    ("| [PER Козлова Анна] | Тула |", []),
    ("Бухгалтер ____ /[PER Смирнова Т. П.]/", []),
    ("- [PER Морозова К.]", []),
    ("Выдать: [PER Козловой М.И.]", ["Козлова М.И."]),
    ("[PER Жукова Валерия], 27 лет, Краснодар", []),
    ("[PER Смирнова А.А.], 1985 г.р.", []),
    ("[PER Козлова М.И.], тел. 12-34-56", []),
    ("[PER Козлова Ирина], главный бухгалтер", []),
    ("Директор [PER Смирнова Е.А.]", []),
    ("Кассир [PER Иванова А.]\n", []),
    ("Лечащий врач: к.м.н. [PER Абдуллаева З.М.]", []),
    ("Генеральный директор ООО «Ромашка» ______ [PER Кузнецова А.А.]", []),
    ("И. о. начальника отдела [PER Петрова О.В.]", []),
    ("Зам. директора [PER Петрова О.В.]", []),
    ("Первый заместитель главного бухгалтера [PER Петрова О.В.]", []),
    ("Менеджер по продажам [PER Валерия Жукова]", []),
    ("д.м.н., профессор [PER Козлова И.П.]", []),
    ("Врач-терапевт [PER Козлова И.П.], тел. 12-34-56", []),
    ("С уважением, менеджер [PER Александра Волкова]", []),
    ("С уважением, [PER Александра Волкова]", []),
    ("Директор [PER Козлов М.И.]", []),
    ("Исполняющая обязанности директора [PER Петрова О.В.]", []),
    ("Дежурная [PER Козлова М.И.]", []),
    ("Ученица 5 класса [PER Валерия Жукова]", []),
    ("«__» ______ 2020 г. Ген. директор [PER Смирнова Е.А.]", []),
    ("ФИО: [PER Козлова М.И.] Возраст: 27", []),
]
SENTENCES = [
    "Суд оправдал [PER Козлова А.], [PER Белова Н.]",
    "[PER Козлова М.И.] вчера уволили.",
    "Слова [PER Козлова М.И.]",
    "Он встретил 5 [PER Козловых] и ушёл.",
    "[PER Козлова М.И.], 27 лет, задержали",
    "[PER Козлова М.И.], директора школы, уволили",
    "Вчера уволили: директор [PER Козлова М.И.] молчит",
    "Победителем стал спортсмен [PER Козлова]",
    "Директору [PER Козловой М.И.]",
    "Приказ директора [PER Козлова М.И.]",
    "Гол [PER Козлова М.И.]",
    "Сын [PER Козлова М.И.]",
    "Брат и сестра [PER Козлова М.И.]",
    "Представитель истца [PER Козлова М.И.]",
    "Учитель обвиняемого [PER Козлова М.И.]",
    "Студенты [PER Козлова М.И.]",
]


@pytest.fixture(scope="module")
def posts(analyser: Analyser) -> PostReader:
    return PostReader(Lexicon(analyser.morphology, load_lists()))


@pytest.mark.parametrize(("text", "bases"), CELLS)
def test_a_name_that_stands_alone_is_in_the_nominative(
    analyser: Analyser, posts: PostReader, text: str, bases: list[str]
) -> None:
    document = marked(text)
    assert all(stand_alone(document.text, document.entities, posts))
    surfaces = [document.text[entity.start : entity.end] for entity in document.entities]
    mentions = analyser.analyse(document.text, document.entities).mentions
    assert [mention.normal for mention in mentions] == (bases or surfaces)


@pytest.mark.parametrize("text", SENTENCES)
def test_a_name_within_a_sentence_does_not_stand_alone(posts: PostReader, text: str) -> None:
    document = marked(text)
    assert not any(stand_alone(document.text, document.entities, posts))


@pytest.mark.parametrize("name", ["Нилов О. А.", "Титов С."])
def test_initials_are_of_one_person(analyser: Analyser, name: str) -> None:
    document = marked(f"Слово имеет [PER {name}] и другие.")
    (mention,) = analyser.analyse(document.text, document.entities).mentions
    assert (mention.normal, mention.number) == (name, "Sing")
