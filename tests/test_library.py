"""The library, as a program or a notebook uses it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

import ner_service
from ner_service.errors import CorpusError, UnknownTagger
from ner_service.library import AHEAD, Recogniser, TaggedDocument
from ner_service.types import Document, Entity, Name, Parts, TaggerInfo

TEXT = "Анна Каренина уехала в Москву."


class Counter:
    """A tagger that finds the first word of a text, and counts what it was asked."""

    info = TaggerInfo("counter", "1", ("ru",), ("WORD",), "none")

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.inside = 0

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.inside += 1
        assert self.inside == 1
        self.batches.append(len(texts))
        answers = [[Entity(0, len(text.split()[0]), "WORD")] if text else [] for text in texts]
        self.inside -= 1
        return answers


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def recogniser(counter: Counter) -> Recogniser:
    return Recogniser(counter)


def test_a_text_gives_a_document_whose_entities_know_their_text() -> None:
    document = ner_service.load("bilstm").tag(TEXT)
    assert [(e.label, e.text) for e in document] == [("PER", "Анна Каренина"), ("LOC", "Москву")]
    assert all(e.text == document.text[e.start : e.end] for e in document.entities)
    assert document[0].score is not None
    assert len(document) == 2


def test_a_file_keeps_the_ids_and_nulls_of_its_records(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    records = [
        {"id": 5, "text": "Анна"},
        {"id": "5", "text": None},
        {"text": "Анна"},
        {"content": None},
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    documents = [*recogniser.tag_file(path)]
    assert [d.fields.get("id") for d in documents] == [5, "5", None, None]
    assert [d.id for d in documents] == ["5", "5", f"{path}:3", f"{path}:4"]
    assert [d.is_null for d in documents] == [False, True, False, True]
    assert documents[1].to_dict() == {"id": "5", "text": None, "entities": None}


def test_a_list_gives_a_list_and_an_iterator_an_iterator(recogniser: Recogniser) -> None:
    (one,) = recogniser.tag(["Анна пришла"])
    assert [e.text for e in one] == ["Анна"]
    answers = recogniser.tag(text for text in ["Анна", "Пётр ушёл"])
    assert not isinstance(answers, list)
    assert [e.text for document in answers for e in document] == ["Анна", "Пётр"]
    assert recogniser.tag([]) == []


def test_an_endless_iterator_is_read_only_so_far_ahead(
    recogniser: Recogniser, counter: Counter
) -> None:
    def endless():  # type: ignore[no-untyped-def]
        while True:
            yield "Анна"

    assert next(recogniser.tag(endless())).entities[0].text == "Анна"
    assert counter.batches == [AHEAD]


def test_a_document_without_entities_is_true_and_empty(recogniser: Recogniser) -> None:
    document = recogniser.tag("")
    assert document
    assert len(document) == 0
    assert document.to_dict() == {"text": "", "entities": []}


def test_what_is_no_text_is_named_by_its_place(recogniser: Recogniser) -> None:
    with pytest.raises(TypeError, match=r"texts\[1\]: is int, and should be str"):
        recogniser.tag(["Анна", 7])  # type: ignore[list-item]


class Frame:
    """A table, as pandas and polars have them, iterates over the names of its columns."""

    columns = ("text",)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


@pytest.mark.parametrize("texts", [b"a", {"text": TEXT}, Frame()])
def test_what_would_be_read_as_other_texts_is_refused(recogniser: Recogniser, texts: Any) -> None:
    with pytest.raises(TypeError, match=r"texts: is (bytes|dict|Frame): give the texts in it"):
        recogniser.tag(texts)


@pytest.mark.parametrize("spec", [None, b"bilstm", Path("models/mine"), ["natasha"]])
def test_a_spec_that_is_no_string_is_refused(spec: Any) -> None:
    with pytest.raises(TypeError, match=r"spec: is \w+, and should be str"):
        ner_service.load(spec)


def test_a_document_shows_itself_in_a_terminal_and_in_a_notebook(recogniser: Recogniser) -> None:
    document = recogniser.tag("Анна & Пётр")
    assert repr(document) == "TaggedDocument('Анна & Пётр', [<WORD 'Анна' 0:4>])"
    shown = document._repr_html_()
    assert 'data-label="WORD"' in shown
    assert "&amp; Пётр" in shown
    assert shown.lstrip().startswith("<style>.ner-document {")
    assert "x" * 60 + "…" in repr(recogniser.tag("x" * 1000))


def test_a_document_becomes_the_object_that_the_command_writes() -> None:
    assert ner_service.load("natasha").tag(TEXT).to_dict() == {
        "text": TEXT,
        "entities": [
            {"start": 0, "end": 13, "label": "PER", "text": "Анна Каренина", "score": None},
            {"start": 23, "end": 29, "label": "LOC", "text": "Москву", "score": None},
        ],
    }


def test_base_forms_parts_and_names_are_told_when_they_are_asked_for() -> None:
    plain = TaggedDocument.of(
        Document("7", "Олега Берегового ждали в Москве."),
        [Entity(0, 16, "PER", 0.5), Entity(25, 31, "LOC")],
    )
    assert (plain.names, plain[0].normal, plain[0].parts) == (None, None, None)
    document = plain.normal()
    assert isinstance(document, TaggedDocument)
    assert document == plain
    assert [(e.text, e.normal) for e in document] == [
        ("Олега Берегового", "Олег Береговой"), ("Москве", "Москва"),
    ]  # fmt: skip
    assert document[0].parts == Parts(first="Олег", last="Береговой")
    assert document.names == (
        Name("PER", "Олег Береговой", document[0].parts, (0,)), Name("LOC", "Москва", None, (1,)),
    )  # fmt: skip
    assert repr(document[0]) == "<PER 'Олега Берегового' 0:16 → 'Олег Береговой'>"
    assert [*document.to_dict()] == ["id", "text", "entities", "names"]
    assert "Олег Береговой" in document._repr_html_()


def test_a_file_is_read_as_the_command_reads_it(recogniser: Recogniser, tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(orjson.dumps({"id": 7, "text": "Анна пришла", "url": "x"}) + b"\n")
    (document,) = recogniser.tag_file(file)
    assert document.to_dict() == {
        "id": 7,
        "text": "Анна пришла",
        "url": "x",
        "entities": [{"start": 0, "end": 4, "label": "WORD", "text": "Анна", "score": None}],
    }
    with pytest.raises(CorpusError, match="missing"):
        list(recogniser.tag_file(tmp_path / "missing.txt"))


def test_threads_that_share_one_take_turns(recogniser: Recogniser) -> None:
    threads = [Thread(target=lambda: recogniser.tag(["Анна"] * 50)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recogniser.tag("Анна")) == 1


def test_an_unknown_tagger_is_an_error_that_names_those_known() -> None:
    with pytest.raises(UnknownTagger, match="natasha"):
        ner_service.load("natahsa")
