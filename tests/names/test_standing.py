"""Names in cells, lists and forms, where no sentence tells the case."""

import pytest

from ner_service.names import Analyser
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
]
SENTENCES = [
    "Суд оправдал [PER Козлова А.], [PER Белова Н.]",
    "[PER Козлова М.И.] вчера уволили.",
    "Слова [PER Козлова М.И.]",
    "Он встретил 5 [PER Козловых] и ушёл.",
]


@pytest.mark.parametrize(("text", "bases"), CELLS)
def test_a_name_that_stands_alone_is_in_the_nominative(
    analyser: Analyser, text: str, bases: list[str]
) -> None:
    document = marked(text)
    assert all(stand_alone(document.text, document.entities))
    surfaces = [document.text[entity.start : entity.end] for entity in document.entities]
    mentions = analyser.analyse(document.text, document.entities).mentions
    assert [mention.normal for mention in mentions] == (bases or surfaces)


@pytest.mark.parametrize("text", SENTENCES)
def test_a_name_within_a_sentence_does_not_stand_alone(text: str) -> None:
    document = marked(text)
    assert not any(stand_alone(document.text, document.entities))


@pytest.mark.parametrize("name", ["Нилов О. А.", "Титов С."])
def test_initials_are_of_one_person(analyser: Analyser, name: str) -> None:
    document = marked(f"Слово имеет [PER {name}] и другие.")
    (mention,) = analyser.analyse(document.text, document.entities).mentions
    assert (mention.normal, mention.number) == (name, "Sing")
