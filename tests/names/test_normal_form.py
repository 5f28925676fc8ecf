"""Base forms of hand-checked sentences, and what holds for all base forms."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.names import Analyser, Mention
from ner_service.types import Entity
from tests.names.examples import EPONYMS, EXAMPLES

MARK = re.compile(r"\[(\w+) ([^\]→]*?)(?: → ([^\]]*))?\]")
SENTENCES = [(kind, sentence) for kind, inside in EXAMPLES.items() for sentence in inside]


def parse_example(sentence: str) -> tuple[str, list[Entity], list[str]]:
    """Return the text, its entities and their base forms."""
    text, entities, bases, at = "", [], [], 0
    for match in MARK.finditer(sentence):
        text += sentence[at : match.start()]
        entities.append(Entity(len(text), len(text) + len(match[2]), match[1]))
        bases.append(match[3] or match[2])
        text, at = text + match[2], match.end()
    return text + sentence[at:], entities, bases


def normals(analyser: Analyser, text: str, entities: list[Entity]) -> list[str | None]:
    return [mention.normal for mention in analyser.analyse(text, entities).mentions]


def analyse_one(analyser: Analyser, text: str, name: str, label: str) -> Mention:
    start = text.index(name)
    (mention,) = analyser.analyse(text, [Entity(start, start + len(name), label)]).mentions
    return mention


@pytest.mark.parametrize("kind", EXAMPLES)
def test_hand_checked_names_have_their_base_forms(analyser: Analyser, kind: str) -> None:
    examples = [parse_example(sentence) for sentence in EXAMPLES[kind]]
    found = [normals(analyser, text, entities) for text, entities, _ in examples]
    assert found == [bases for _, _, bases in examples]


@pytest.mark.parametrize("sentence", EPONYMS)
def test_what_a_street_is_named_after_stays_in_the_genitive(
    analyser: Analyser, sentence: str
) -> None:
    text, entities, bases = parse_example(sentence)
    assert normals(analyser, text, entities) == bases


def test_an_eponym_is_a_genitive(analyser: Analyser) -> None:
    mention = analyse_one(analyser, "Он шёл по улице Льва Толстого.", "Льва Толстого", "LOC")
    assert (mention.case, mention.gender, mention.number) == ("Gen", None, None)


# a sentence in which a name stands in the nominative, and says so by its verb
FRAMES = {"PER": "Вчера {} говорит по телефону.", "LOC": "Вот {} на карте.", "ORG": "Это {}."}
SINGULAR = [
    (label, base)
    for _, sentence in SENTENCES
    for label, base in zip(
        [entity.label for entity in parse_example(sentence)[1]],
        parse_example(sentence)[2],
        strict=True,
    )
]


def test_a_base_form_is_its_own_base_form(analyser: Analyser) -> None:
    changed = [
        (base, normal)
        for label, base in SINGULAR
        if (normal := analyse_one(analyser, FRAMES[label].format(base), base, label).normal) != base
    ]
    assert len(changed) <= 0.02 * len(SINGULAR), changed


def test_case_gender_and_number_are_those_of_the_form(analyser: Analyser) -> None:
    mention = analyse_one(analyser, "Письмо Анне Карениной пришло.", "Анне Карениной", "PER")
    assert (mention.case, mention.gender, mention.number) == ("Dat", "Fem", "Sing")
    mention = analyse_one(analyser, "Он был в Альпах.", "Альпах", "LOC")
    assert (mention.case, mention.gender, mention.number) == ("Loc", None, "Plur")


def test_a_person_in_a_list_has_the_case_of_the_one_before(analyser: Analyser) -> None:
    text = "Полиция задержала Горбачёва, Штейна и Мустангову."
    forms = ["Горбачёва", "Штейна", "Мустангову"]
    entities = [Entity(text.index(form), text.index(form) + len(form), "PER") for form in forms]
    assert normals(analyser, text, entities) == ["Горбачёв", "Штейн", "Мустангова"]


def test_what_one_mention_leaves_open_another_tells(analyser: Analyser) -> None:
    text = "Заявление Захаровой вышло. Захарова добавила, что ждёт ответа. С Захаровой согласны."
    entities = [
        Entity(match.start(), match.end(), "PER") for match in re.finditer("Захаров[а-я]+", text)
    ]
    assert normals(analyser, text, entities) == ["Захарова"] * 3


def test_a_woman_of_one_form_has_the_case_of_her_sentence(analyser: Analyser) -> None:
    text = "Анна Шпак приехала. Письмо передали Шпак в среду."
    entities = [Entity(0, 9, "PER"), Entity(36, 40, "PER")]
    mention = analyser.analyse(text, entities).mentions[1]
    assert (mention.normal, mention.case, mention.gender) == ("Шпак", "Dat", "Fem")


def test_letters_of_two_alphabets_and_stress_marks_are_read_as_meant(analyser: Analyser) -> None:
    text = "Поезд шёл до Мoсквы и Пу\u0301тина там ждали."  # a Latin o in the first name
    names = ["Мoсквы", "Пу\u0301тина"]
    entities = [
        Entity(text.index(name), text.index(name) + len(name), label)
        for name, label in zip(names, ["LOC", "PER"], strict=True)
    ]
    assert normals(analyser, text, entities) == ["Москва", "Путин"]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Ольгу\nПетрову", "Ольга Петрова"),
        ("Ольгу \r\n  Петрову", "Ольга Петрова"),
        ("Ольгу\u00a0Петрову", "Ольга Петрова"),
        ("Ольгу&nbsp;Петрову", "Ольга Петрова"),
        ("\ufeffОльгу\u200b \u2060 Петрову\u00ad", "Ольга Петрова"),
        ("Оль\ufeffгу \u200eПетрову\ufeff", "Ольга Петрова"),
        ("Айгүл Серікқызы", "Айгүл Серікқызы"),  # і is a letter of Kazakh, and not и of old print
    ],
)
def test_a_base_form_has_single_spaces_and_the_letters_of_its_language(
    analyser: Analyser, name: str, base: str
) -> None:
    assert analyse_one(analyser, f"Он встретил {name} вчера.", name, "PER").normal == base


@pytest.mark.parametrize("name", ["***", "…", "«»", "—"])
def test_a_name_without_letters_has_no_base_form(analyser: Analyser, name: str) -> None:
    assert analyse_one(analyser, f"Это {name} здесь.", name, "ORG").normal is None


@pytest.mark.parametrize(
    ("text", "name", "base"),
    [
        ("Статья в «Известиях» вышла.", "«Известиях»", "«Известия»"),
        ("Акции «Газпрома» упали.", "Газпрома»", "Газпром"),
        ("Акции (Газпрома упали.", "(Газпрома", "Газпром"),
        ("Школа «Умка» в Москве.", "Школа «Умка»", "Школа «Умка»"),
        ("В Банке „Заря“ тихо.", "Банке „Заря“", "Банк „Заря“"),
        ("В Банке “Заря” тихо.", "Банке “Заря”", "Банк “Заря”"),
        ("Из Банка „Заря тихо.", "Банка „Заря", "Банк „Заря"),
        ("Это ‹Весна тихо.", "‹Весна", "Весна"),
    ],
)
def test_quotes_stay_in_pairs(analyser: Analyser, text: str, name: str, base: str) -> None:
    assert analyse_one(analyser, text, name, "ORG").normal == base


def test_adjectives_alone_have_the_form_of_a_dictionary(analyser: Analyser) -> None:
    text = "Он против британских законов и европейской политики."
    names = ["британских", "европейской"]
    entities = [Entity(text.index(n), text.index(n) + len(n), "LOC") for n in names]
    assert normals(analyser, text, entities) == ["британский", "европейский"]


@given(st.text(alphabet="АаИиКкоеЁё-'’.«» яьЯ\u0301ABc1😀\n", min_size=1, max_size=30), st.data())
def test_every_span_of_every_text_has_an_answer(
    analyser: Analyser, text: str, data: st.DataObject
) -> None:
    bounds = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    labels = st.sampled_from(["PER", "LOC", "ORG", "EVENT"])
    entities = [
        Entity(start, end, data.draw(labels))
        for start, end in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    analysis = analyser.analyse(text, entities)
    assert len(analysis.mentions) == len(entities)
    found = sorted(n for name in analysis.names for n in name.mentions)
    assert found == list(range(len(entities)))
    for entity, mention in zip(entities, analysis.mentions, strict=True):
        assert mention.normal is None or mention.normal == mention.normal.strip() != ""
        assert (mention.parts is None) == (entity.label != "PER")
