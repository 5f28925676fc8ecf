"""Texts written by program: names in their cases, labelled where they stand."""

import re
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from ner_service.errors import ConfigError
from ner_service.training.config import Augmentation, Source
from ner_service.training.data.additions import add_documents
from ner_service.training.data.corpus import Corpus
from ner_service.training.data.writing.declension import (
    CASES,
    Form,
    analyser,
    decline_adjective,
    decline_noun,
    decline_patronymic,
    decline_surname,
    find_form,
    make_patronymic,
)
from ner_service.training.data.writing.lists import WAYS
from ner_service.training.data.writing.names import Names, load_names
from ner_service.training.data.writing.orders import ORDERS, write_name
from ner_service.training.data.writing.organisations import write_organisation
from ner_service.training.data.writing.pieces import Piece, assemble
from ner_service.training.data.writing.records import write_records
from ner_service.training.data.writing.slots import SLOT, Writer, read_templates
from ner_service.training.data.writing.swapping import swap_names
from ner_service.training.data.writing.words import WORDS
from ner_service.types import Document, Entity


@pytest.fixture(scope="module")
def names() -> Names:
    return load_names("")


def fill(writer: Writer, template: str) -> Document:
    return assemble("a", writer.fill(template))


@pytest.mark.parametrize("surname", ["иванов", "медведев", "путин", "достоевский", "шмидт"])
@pytest.mark.parametrize("gender", ["masc", "femn"])
def test_surnames_are_declined_as_the_dictionary_declines_them(surname: str, gender: str) -> None:
    parse = next(p for p in analyser().parse(surname) if "Surn" in p.tag and p.tag.case == "nomn")
    for case in CASES:
        expected = parse.inflect({case, "sing", gender})
        form = decline_surname(surname, Form(case, gender))  # type: ignore[arg-type]
        if surname != "шмидт" or gender == "masc":
            assert expected
            assert form == expected.word
        else:
            assert form == surname


@pytest.mark.parametrize(
    ("surname", "masc", "femn"),
    [
        ("Шевченко", "Шевченко", "Шевченко"),
        ("Черных", "Черных", "Черных"),
        ("Рабинович", "Рабиновичем", "Рабинович"),
        ("Гоголь", "Гоголем", "Гоголь"),
        ("Глинка", "Глинкой", "Глинкой"),
        ("Толстой", "Толстым", "Толстой"),
        ("Белый", "Белым", "Белой"),
        ("Данелия", "Данелией", "Данелией"),
    ],
)
def test_other_surnames_have_the_instrumental_of_their_kind(
    surname: str, masc: str, femn: str
) -> None:
    assert decline_surname(surname, Form("ablt", "masc")) == masc
    assert decline_surname(surname, Form("ablt", "femn")) == femn


@pytest.mark.parametrize(
    ("father", "son", "daughter"),
    [
        ("Иван", "Иванович", "Ивановна"),
        ("Сергей", "Сергеевич", "Сергеевна"),
        ("Юрий", "Юрьевич", "Юрьевна"),
        ("Игорь", "Игоревич", "Игоревна"),
        ("Никита", "Никитич", "Никитична"),
        ("Илья", "Ильич", "Ильинична"),
        ("Лев", "Львович", "Львовна"),
        ("Павел", "Павлович", "Павловна"),
        ("Пётр", "Петрович", "Петровна"),
        ("Михаил", "Михайлович", "Михайловна"),
    ],
)
def test_a_father_gives_a_patronymic(father: str, son: str, daughter: str) -> None:
    assert make_patronymic(father, "masc") == son
    assert make_patronymic(father, "femn") == daughter


def test_patronymics_are_declined_as_the_dictionary_declines_them() -> None:
    for patronymic in ("иванович", "петровна"):
        parse = analyser().parse(patronymic)[0]
        for case in CASES:
            assert decline_patronymic(patronymic, case) == parse.inflect({case, "sing"}).word


def test_a_town_is_declined_and_no_noun_of_another_kind() -> None:
    assert decline_noun("Рязань", "loct", "Geox") == "Рязани"
    assert decline_noun("Ведро", "loct", "Geox") is None


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["Владимиру", "Путину"], Form("datv", "masc")),
        (["Анной", "Петровной"], Form("ablt", "femn")),
        (["Сергей", "Иванов"], Form("nomn", "masc")),
        (["Газманова"], None),
        (["Ведро"], None),
    ],
)
def test_the_form_of_a_name_is_found_where_it_is_clear(words: list[str], form: Form | None) -> None:
    assert find_form(words) == form


def test_every_slot_of_every_template_can_be_filled(names: Names) -> None:
    writer = Writer(names, Random(0))
    for template in read_templates():
        document = fill(writer, template)
        assert "{" not in document.text
        literal = re.split(SLOT.pattern, template)[0]
        assert document.text.startswith(literal)


def test_an_unknown_slot_is_an_error(names: Names) -> None:
    with pytest.raises(ValueError, match="no such slot"):
        list(Writer(names, Random(0)).fill("{colour}"))
    with pytest.raises(ValueError, match="no such case"):
        list(Writer(names, Random(0)).fill("{full:vocative}"))


def test_a_street_that_a_person_gave_its_name_is_a_place(names: Names) -> None:
    writer = Writer(names, Random(3))
    for _ in range(50):
        document = fill(writer, "Он живёт {street:on}.")
        (street,) = document.entities
        assert street.label == "LOC"
        assert document.text.endswith(document.text[street.start : street.end] + ".")


def test_each_entity_of_a_made_text_is_a_name_without_blanks_at_its_edges(names: Names) -> None:
    for document in islice(write_records(names, Random(1)), 300):
        for entity in document.entities:
            name = document.text[entity.start : entity.end]
            assert name
            assert name == name.strip()
            assert entity.label in ("PER", "LOC", "ORG")


def test_made_texts_follow_from_the_random_numbers_alone(names: Names) -> None:
    one, other = (list(islice(write_records(names, Random(7)), 20)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("way", dict.fromkeys(WAYS), ids=lambda way: way.__name__)
def test_a_list_has_a_name_in_each_of_its_items(way: object, names: Names) -> None:
    for seed in range(30):
        random = Random(seed)
        document = assemble("a", way(Writer(names, random), random))  # type: ignore[operator]
        assert len(document.entities) >= 2


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_writes_a_name(order: str, names: Names) -> None:
    random = Random(2)
    person = names.person(random, "masc")
    for case in CASES:
        written = write_name(person, order, case, random)
        assert written
        assert "{" not in written


def test_names_of_gold_are_replaced_in_their_case_and_all_else_stays(names: Names) -> None:
    text = "Письмо Ивану Петрову пришло из Рязани, пишет «Заря»."
    marked = [("Ивану Петрову", "PER"), ("Рязани", "LOC"), ("Заря", "ORG")]
    entities = [Entity(at := text.index(n), at + len(n), label) for n, label in marked]
    given = Document("a", text, tuple(entities))
    seen = set()
    for seed in range(60):
        other = swap_names(given, names, Random(seed))
        assert [e.label for e in other.entities] == ["PER", "LOC", "ORG"]
        outside = [other.text[: other.entities[0].start], other.text[other.entities[2].end :]]
        assert outside == ["Письмо ", "»."]
        seen.add(other.text[other.entities[0].start : other.entities[0].end])
    assert len(seen) > 30
    assert any(re.search(r"(ову|ину|ому|еву|ичу)\b", name) for name in seen)


def corpus(**source: object) -> Corpus:
    text = "Письмо Ивану Петрову пришло из Рязани."
    entities = (Entity(7, 20, "PER"), Entity(31, 37, "LOC"))
    documents = [Document(str(n), text, entities) for n in range(40)]
    return Corpus(Source(path="x", **source), "hash", documents)  # type: ignore[arg-type]


@pytest.mark.slow
def test_additions_have_the_size_that_the_rates_ask_for() -> None:
    given = [corpus(convention="a", weight=0.5), corpus(convention="b")]
    swapped = list(add_documents(Augmentation(names=0.5), given, Random(0)))
    assert {(a.convention, a.weight) for a in swapped} == {("a", 0.5), ("b", 1.0)}
    assert 20 < len(swapped) < 60
    made = list(add_documents(Augmentation(records=2.0), given, Random(0)))
    words = sum(len(a.document.text.split()) for a in made)
    assert 2 * 480 <= words < 2 * 480 + 200
    assert {a.convention for a in made} == {"a", "b"}


@pytest.mark.slow
def test_a_folder_of_lists_adds_names(tmp_path: Path) -> None:
    (tmp_path / "last_names.tsv").write_text("name\nЗюзиков\n", "utf-8")
    (tmp_path / "companies.tsv").write_text("company\nРогалик\n", "utf-8")
    (tmp_path / "streets.tsv").write_text("street\nЛенивая улица\nул. Кота\n", "utf-8")
    (tmp_path / "cities.tsv").write_text("city\tsize\nРязань\t5\n", "utf-8")
    more = load_names(str(tmp_path))
    assert "Зюзиков" in more.surnames
    assert more.companies == ["Рогалик"]
    assert more.streets == ["Ленивая", "Кота"]
    assert more.places == ["Рязань"]


def test_a_folder_of_lists_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match=r"augmentation\.lists: .*no such folder"):
        load_names("/nowhere/at/all")


def test_pieces_are_put_together_with_their_labels() -> None:
    made = assemble("a", [Piece("В "), Piece("Рязани", "LOC"), Piece(".")])
    assert made == Document("a", "В Рязани.", (Entity(2, 8, "LOC"),))


def test_one_full_stop_ends_a_sentence_that_initials_end() -> None:
    made = assemble("a", [Piece("Спроси "), Piece("Уткина Н. П.", "PER"), Piece(". Жду...")])
    assert made == Document("a", "Спроси Уткина Н. П. Жду...", (Entity(7, 19, "PER"),))


def test_a_name_in_a_title_is_nothing_and_an_institution_holds_its_name(names: Names) -> None:
    writer = Writer(names, Random(5))
    pieces = [*writer.fill("«{cited:gent}» в {memorial:loct}, где {friend}")]
    assert [piece.label for piece in pieces if piece.label] == ["ORG", "PER"]
    (memorial,) = (piece.text for piece in pieces if piece.label == "ORG")
    assert " имени " in memorial or " им. " in memorial


@pytest.mark.parametrize(
    ("adjective", "case", "form"),
    [
        ("Омский", "gent", "Омского"),
        ("городской", "loct", "городском"),
        ("консервный", "ablt", "консервным"),
        ("Омский", "ablt", "Омским"),
        ("Омский", "accs", "Омский"),
    ],
)
def test_an_adjective_of_a_thing_is_declined(adjective: str, case: str, form: str) -> None:
    assert decline_adjective(adjective, case) == form  # type: ignore[arg-type]


def test_organisations_stand_in_the_case_that_is_asked_for(names: Names) -> None:
    written = {write_organisation(names, "datv", Random(seed)) for seed in range(200)}
    assert any(re.search(r"скому (завод|суд|институт|театр)у$", name) for name in written)
    assert any(re.fullmatch(r"[А-Я][а-я]+у", name) for name in written)
    assert any(name.isascii() for name in written)


def test_a_described_organisation_declines_its_noun_and_leaves_its_tail(names: Names) -> None:
    written = {write_organisation(names, "accs", Random(seed)) for seed in range(300)}
    assert any(re.fullmatch(r"(Клинику|Стоматологию) доктора \w+", name) for name in written)
    assert any(re.fullmatch(r"(Школу|Больницу|Аптеку|Типографию) № \d+", name) for name in written)


def test_a_village_is_a_place_in_the_case_that_is_asked_for(names: Names) -> None:
    writer = Writer(names, Random(5))
    places = set()
    for _ in range(60):
        document = fill(writer, "Едем в {village:accs}.")
        (village,) = document.entities
        assert village.label == "LOC"
        places.add(document.text[village.start : village.end])
    assert any(re.fullmatch(r"\w+ую \w+ку", place) for place in places)


def test_a_notice_in_capitals_has_its_names_in_capitals_too(names: Names) -> None:
    made = [document.text for document in islice(write_records(names, Random(4)), 400)]
    notices = [text for text in made if re.match("[А-Я]{5,} [А-Я]{2,}", text)]
    assert notices
    assert sum(map(str.isupper, notices)) > len(notices) / 2


def test_a_street_that_agrees_with_its_word_holds_it(names: Names) -> None:
    writer = Writer(names, Random(5))
    for _ in range(40):
        document = fill(writer, "Живу {wide_street:on}.")
        (street,) = document.entities
        assert re.fullmatch(
            r"[А-Я]\w+(ой|ом) (улице|проспекте|шоссе|бульваре|площади|набережной)",
            document.text[street.start : street.end],
        )


def test_a_street_before_its_word_holds_it_if_both_agree(names: Names) -> None:
    writer = Writer(names, Random(2))
    words = tuple(f" {word}" for word in WORDS.streets["short"])
    whole, apart = [], []
    for _ in range(600):
        document = fill(writer, "{address}")
        text, street = document.text, document.entities[-1]
        name = text[street.start : street.end]
        if name.endswith(words):
            whole.append(name)
        elif text.startswith(words, street.end):
            apart.append(name)
    assert whole
    assert all(re.search(r"(ая|ий|ый|ое|-я|-й) \S+$", name) for name in whole)
    assert len(apart) > 20
    assert not any(name.endswith(("ая", "ий", "ый", "ое", "-я", "-й")) for name in apart)


def test_a_body_of_the_state_holds_the_area_that_it_works_for(names: Names) -> None:
    writer = Writer(names, Random(6))
    for _ in range(60):
        document = fill(writer, "Выдан {branch}")
        assert document.entities == (Entity(6, len(document.text), "ORG"),)
        assert re.fullmatch(r"Выдан \S.* по \w.*", document.text)


def test_made_texts_are_partly_in_lower_case_and_in_capitals(names: Names) -> None:
    made = [document.text for document in islice(write_records(names, Random(4)), 300)]
    assert sum(map(str.islower, made)) > 15
    assert sum(map(str.isupper, made)) > 5
