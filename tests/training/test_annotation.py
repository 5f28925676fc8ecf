"""Entities changed as a source is read, so that corpora annotate alike."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.training.config import Source
from ner_service.training.data.annotation import reannotate
from ner_service.training.data.corpus import read_source
from ner_service.types import Document, Entity

UNION = r"ЕС|Евросоюз\w*"


def document(text: str, *names: tuple[str, str]) -> Document:
    """A document with those names, each where it first occurs."""
    entities = [Entity(at := text.index(name), at + len(name), label) for name, label in names]
    return Document("a", text, tuple(entities))


def names(document: Document) -> list[tuple[str, str]]:
    return [(document.text[e.start : e.end], e.label) for e in document.entities]


def test_names_that_match_have_another_label_or_none() -> None:
    before = document("ЕС и США, сообщают СМИ", ("ЕС", "LOC"), ("США", "LOC"), ("СМИ", "ORG"))
    after = reannotate(before, {UNION: "ORG", "СМИ": ""}, split=False)
    assert names(after) == [("ЕС", "ORG"), ("США", "LOC")]


def test_a_pattern_must_match_the_whole_name() -> None:
    before = document("Совет Евросоюза", ("Совет Евросоюза", "ORG"))
    assert reannotate(before, {UNION: "LOC"}, split=False) == before


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Джоэл Саймон (Joel Simon)", ["Джоэл Саймон", "Joel Simon"]),
        ("Комитет\n(КЗЖ)", ["Комитет", "КЗЖ"]),
        ("Банк (Москва) (БМ)", ["Банк (Москва)", "БМ"]),
        ("Центр (Москва) науки", ["Центр (Москва) науки"]),
        ("(КЗЖ)", ["(КЗЖ)"]),
        ("Комитет ()", ["Комитет ()"]),
        ("Комитет (…)", ["Комитет (…)"]),
    ],
)
def test_a_name_in_parentheses_is_one_of_its_own(name: str, parts: list[str]) -> None:
    before = document(f"Это {name}.", (name, "ORG"))
    assert names(reannotate(before, {}, split=True)) == [(part, "ORG") for part in parts]
    assert reannotate(before, {}, split=False) == before


@given(st.text("аБ() \n", min_size=1, max_size=12))
def test_parts_are_in_order_apart_and_within(name: str) -> None:
    before = Document("a", f"x{name}x", (Entity(1, 1 + len(name), "ORG"),))
    spans = [e.span for e in reannotate(before, {}, split=True).entities]
    places = [place for start, end, _ in spans for place in (start, end)]
    assert places == sorted(set(places))
    assert places[0] == 1
    assert places[-1] <= 1 + len(name)


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("ОАО «Газпром»", "Газпром"),
        ('ООО "Рога и копыта"', "Рога и копыта"),
        ('ОАО "Альфа-Банк', "Альфа-Банк"),
        ("ОАО\nГазпром", "Газпром"),
        ("ОАО «Дом «Книги»»", "«Дом «Книги»»"),
        ("ОАО", "ОАО"),
        ("ОАО ", "ОАО "),
        ("ОАОзис", "ОАОзис"),
        ("Банк ОАО", "Банк ОАО"),
        ("«Газпром»", "«Газпром»"),
    ],
)
def test_what_a_name_begins_with_stands_outside(name: str, rest: str) -> None:
    before = document(f"и {name}, и", (name, "ORG"))
    assert names(reannotate(before, {}, False, "ОАО|ООО")) == [(rest, "ORG")]


@given(st.text('ОА О«»"x', min_size=1, max_size=12).filter(lambda name: name.strip()))
def test_whatever_stands_outside_a_name_is_left(name: str) -> None:
    before = Document("a", f"({name})", (Entity(1, 1 + len(name), "ORG"),))
    (entity,) = reannotate(before, {}, False, "ОАО").entities
    assert 1 <= entity.start < entity.end <= 1 + len(name)


def test_a_source_is_read_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    corpora.write(path, [document("Евросоюз (ЕС)", ("Евросоюз (ЕС)", "LOC"))])
    source = Source(path=str(path), relabel={UNION: "ORG"}, split_parentheses=True, outside="Евро")
    (read,) = read_source(source, None).documents
    assert names(read) == [("Евросоюз", "ORG"), ("ЕС", "ORG")]


def test_what_stands_outside_is_read_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    corpora.write(path, [document("ОАО «Газпром»", ("ОАО «Газпром»", "ORG"))])
    (read,) = read_source(Source(path=str(path), outside="ОАО"), None).documents
    assert names(read) == [("Газпром", "ORG")]


def test_a_source_says_how_its_file_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.txt"
    path.write_text("x Анна B-PER\nx в O\nx Риге I-LOC\n", "utf-8")
    how = {"format": "conll", "columns": "2,3", "lenient": True}
    corpus = read_source(Source.model_validate({"path": str(path), **how}), None)
    assert [e.label for e in corpus.documents[0].entities] == ["PER", "LOC"]
    assert {key: corpus.record()[key] for key in how} == how
    assert not {"overlap", "names", "annotator"} & set(corpus.record())
    assert "note: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "excel", "expected one of jsonl, conll"),
        ("columns", "2", "give two with a comma"),
        ("overlap", "shortest", "'error', 'longest', 'first' or 'innermost'"),
    ],
)
def test_a_source_refuses_a_way_of_reading_that_is_none(key: str, value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Source.model_validate({"path": "x", key: value})


@pytest.mark.parametrize(
    ("before", "label"),
    [
        ("на улице ", "LOC"),
        ("ул. ", "LOC"),
        ("ул.", "LOC"),
        ("пр-т ", "LOC"),
        ("на площади имени ", "LOC"),
        ("к набережной ", "LOC"),
        ("с улицы пришёл ", "PER"),
        ("стул ", "PER"),
        ("", "PER"),
    ],
)
def test_a_person_behind_a_word_for_a_street_is_a_place(before: str, label: str) -> None:
    given = document(f"{before}Кирова", ("Кирова", "PER"))
    assert names(reannotate(given, {}, split=False, streets=True)) == [("Кирова", label)]
    assert reannotate(given, {}, split=False) == given
