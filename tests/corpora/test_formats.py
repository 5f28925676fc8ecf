"""Readers and writers: what comes back is what went in, and errors name file and line."""

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.generate.formats import format_table
from ner_service import corpora
from ner_service.corpora.formats import format
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity
from tests.marked import marked

DOCUMENTS = [
    marked("[PER Анна Каренина] уехала в [LOC Москву]. [ORG МИД] молчит.", "a"),
    marked("Тихо.", "b"),
    marked("😀 [PER Иван] 👨‍👩‍👧 и [ORG «Газпром»]", "c"),
]


def bare(documents: list[Document]) -> list[tuple[str, tuple[Entity, ...]]]:
    return [(d.text, d.entities) for d in documents]


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.json", "x.json.gz", "folder"])
def test_documents_come_back_as_they_were(name: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / name, DOCUMENTS)
    assert bare(list(corpora.read(tmp_path / name))) == bare(DOCUMENTS)


@pytest.mark.parametrize("name", ["x.conll", "x.conll.gz", "x.spacy", "x.spacy.gz"])
def test_formats_of_tokens_keep_the_entities(name: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / name, DOCUMENTS)
    back = list(corpora.read(tmp_path / name))
    surfaces = [[(d.text[e.start : e.end], e.label) for e in d.entities] for d in back]
    assert surfaces[:2] == [
        [("Анна Каренина", "PER"), ("Москву", "LOC"), ("МИД", "ORG")],
        [],
    ]
    assert surfaces[2][0] == ("Иван", "PER")


def test_ids_and_scores_survive_jsonl(tmp_path: Path) -> None:
    document = Document("x7", "Анна", (Entity(0, 4, "PER", 0.75),))
    corpora.write(tmp_path / "x.jsonl", [document])
    assert json.loads((tmp_path / "x.jsonl").read_text()) == {
        "id": "x7",
        "text": "Анна",
        "entities": [{"start": 0, "end": 4, "label": "PER", "score": 0.75}],
    }
    assert next(corpora.read(tmp_path / "x.jsonl")).id == "x7"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_survives_jsonl(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("x") / "x.jsonl"
    corpora.write(path, [Document("1", text)])
    assert [d.text for d in corpora.read(path)] == [text]


def test_labels_are_mapped_before_overlaps_are_judged(tmp_path: Path) -> None:
    nested = [Entity(0, 13, "ORG"), Entity(9, 13, "LOC")]
    corpora.write(tmp_path / "x.jsonl", [Document("1", "Сбербанк Рига", tuple(nested))])
    (document,) = corpora.read(tmp_path / "x.jsonl", {"LOC": "", "ORG": "FIRM"})
    assert document.entities == (Entity(0, 13, "FIRM"),)


LINE = {"text": "Анна", "entities": [{"start": 0, "end": 4, "label": "PER"}]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ("{}", "text: expected a string"),
        (json.dumps({"text": "\ud800"}), "surrogate"),
        (json.dumps(LINE | {"entities": {}}), "entities: expected a list"),
        (json.dumps(LINE | {"entities": [1]}), r"entities\[0\]: expected an object"),
        (
            json.dumps(LINE | {"entities": [{"start": "0", "end": 4, "label": "PER"}]}),
            "start: expected a whole",
        ),
        (
            json.dumps(LINE | {"entities": [{"start": 0, "end": True, "label": "PER"}]}),
            "end: expected a whole",
        ),
        (json.dumps(LINE | {"entities": [{"start": 0, "end": 4}]}), "label: expected a label"),
        (
            json.dumps(LINE | {"entities": [{"start": 0, "end": 9, "label": "PER"}]}),
            "0:9 PER is beyond the text",
        ),
        (
            json.dumps(LINE | {"entities": [{"start": 2, "end": 2, "label": "PER"}]}),
            "2:2 is not a span",
        ),
        (json.dumps(LINE | {"entities": LINE["entities"] * 2}), "overlap"),  # type: ignore[operator]
        (r'{"text": "a", "id": "\ud800"}', ": id: holds half a surrogate pair"),
        (
            r'{"text": "a", "entities": [{"start": 0, "end": 1, "label": "\ud800"}]}',
            r": entities\[0\].label: holds half a surrogate pair",
        ),
        ('{"text": " a", "entities": [{"start": 0, "end": 1, "label": "X"}]}', "white space alone"),
    ],
)
def test_a_wrong_line_of_jsonl_is_named(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n\n{line}\n")
    with pytest.raises(CorpusError, match=message) as error:
        list(corpora.read(path))
    assert str(error.value).startswith(f"{path}:3: ")


def test_bytes_that_are_no_utf8_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(json.dumps(LINE).encode() + b"\n\xff\n")
    with pytest.raises(CorpusError, match=f"{path}:2: not UTF-8"):
        list(corpora.read(path))


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.json.gz", "x.spacy.gz"])
def test_gzip_cut_short_is_said_so(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(json.dumps(LINE).encode() * 50)[:-20])
    with pytest.raises(CorpusError, match="damaged or cut short"):
        list(corpora.read(path))


def conll(tmp_path: Path, text: str) -> list[list[tuple[str, str]]]:
    path = tmp_path / "x.conll"
    path.write_text(text)
    return [[(d.text[e.start : e.end], e.label) for e in d.entities] for d in corpora.read(path)]


@pytest.mark.parametrize(
    "rows",
    [
        "Анна B-PER\nИванова I-PER\nв O\nРиге B-LOC\n",
        "Анна I-PER\nИванова I-PER\nв O\nРиге I-LOC\n",
        "Анна B-PER\nИванова E-PER\nв O\nРиге S-LOC\n",
        "Анна B-PER\nИванова L-PER\nв O\nРиге U-LOC\n",
        "Анна\tNNP\tB-PER\r\nИванова\tNNP\tI-PER\r\nв\tIN\tO\r\nРиге\tNNP\tB-LOC\r\n",
    ],
    ids=["IOB2", "IOB1", "BIOES", "BILOU", "tabs"],
)
def test_every_scheme_of_conll_gives_the_same_entities(rows: str, tmp_path: Path) -> None:
    assert conll(tmp_path, rows) == [[("Анна Иванова", "PER"), ("Риге", "LOC")]]


def test_iob1_parts_neighbours_of_one_label(tmp_path: Path) -> None:
    assert conll(tmp_path, "в O\nРиге I-LOC\nВильне B-LOC\n") == [
        [("Риге", "LOC"), ("Вильне", "LOC")]
    ]


def test_docstart_parts_documents(tmp_path: Path) -> None:
    rows = "-DOCSTART- O\n\nАнна B-PER\n\nушла O\n\n-DOCSTART- O\n\nИван B-PER\n"
    assert conll(tmp_path, rows) == [[("Анна", "PER")], [("Иван", "PER")]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("Анна\n", ":1: expected a token and a tag"),
        ("Анна B-PER\nИванова X-PER\n", ":2: 'X-PER' is not a tag"),
        ("Анна B-PER\nИванова B-\n", ":2: 'B-' is not a tag"),
        ("Анна B-PER\nв I-LOC\n", "neither IOB1 nor IOB2"),
        ("Анна S-PER\nв I-PER\n", ":2: I-PER cannot follow S-PER in BIOES"),
        ("Анна S-PER\n\nИван B-PER\n\n", ":3: the end of the sentence cannot follow B-PER"),
    ],
)
def test_a_wrong_row_of_conll_is_named(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        conll(tmp_path, rows)


@pytest.mark.parametrize(
    ("standoff", "message"),
    [
        ("T1\tPER 0 4 5 9\tАнна\n", r"1\.ann:1: expected T<n>"),
        ("T1 PER 0 4\n", r"1\.ann:1: expected T<n>"),
        ("#1\tnote\nT1\tPER 0 99\tАнна\n", "0:99 PER is beyond the text"),
        ("T1\tPER 1 5\tАнна\n", r"1\.ann:1: says 'Анна', but 1:5 is 'нна'"),
    ],
)
def test_a_wrong_line_of_brat_is_named(standoff: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("Анна ушла")
    (tmp_path / "1.ann").write_text(standoff)
    with pytest.raises(CorpusError, match=message):
        list(corpora.read(tmp_path))


def test_a_text_of_brat_needs_its_standoff(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("Анна ушла")
    with pytest.raises(CorpusError, match=r"1\.ann: missing"):
        list(corpora.read(tmp_path))


def task(**value: Any) -> str:
    region = {"type": "labels", "value": {"start": 3, "end": 7, "labels": ["PER"]} | value}
    return json.dumps([{"data": {"text": "😀 Анна"}, "annotations": [{"result": [region]}]}])


def test_a_name_that_is_no_utf8_is_an_id_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode("Имя".encode("cp1251"))
    (tmp_path / "folder").mkdir()
    for ending in ("txt", "ann"):
        (tmp_path / "folder" / f"{name}.{ending}").touch()
    corpora.write(tmp_path / "x.jsonl", corpora.read(tmp_path / "folder"))
    assert [d.id for d in corpora.read(tmp_path / "x.jsonl")] == ["\ufffd" * 3]


@pytest.mark.parametrize(
    "value", [{"text": "Анна"}, {"start": 2, "end": 6, "text": "Анна"}], ids=["utf16", "codepoint"]
)
def test_label_studio_may_count_either_way(value: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(task(**value))
    (document,) = corpora.read(tmp_path / "x.json")
    assert document.entities == (Entity(2, 6, "PER"),)


@pytest.mark.parametrize(
    "source", ["[PER 😀]", "[PER Анна 😀]", "😀 а[PER а]а", "😀😀 Ха[PER Ха]Ха"]
)
def test_regions_survive_label_studio_beside_emoji(source: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / "x.json", [marked(source)])
    assert bare(list(corpora.read(tmp_path / "x.json"))) == bare([marked(source)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("{}", "expected a list"),
        ("[{}]", r"\[0\].data: expected an object"),
        (task(start=0, text="Анна"), "is not where the region's text stands"),
        (task(labels=["PER", "LOC"]), "expected one label"),
        (task(start=None), "expected whole numbers"),
    ],
)
def test_wrong_tasks_of_label_studio_are_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(CorpusError, match=message):
        list(corpora.read(tmp_path / "x.json"))


def test_what_is_no_docbin_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "x.spacy").write_bytes(b"no")
    with pytest.raises(CorpusError, match="not a DocBin"):
        list(corpora.read(tmp_path / "x.spacy"))


def test_an_unknown_ending_names_those_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "x.doc").write_text("")
    with pytest.raises(CorpusError, match=r"expected \.jsonl, "):
        list(corpora.read(tmp_path / "x.doc"))


def test_a_writer_that_fails_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("former")

    def documents() -> Any:
        yield DOCUMENTS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        corpora.write(path, documents())
    assert path.read_text() == "former"
    assert [file.name for file in tmp_path.iterdir()] == ["x.jsonl"]


@pytest.mark.parametrize("name", ["x.jsonl", "x.conll", "x.json"])
def test_a_byte_order_mark_is_no_part_of_a_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    corpora.write(path, DOCUMENTS[:1])
    before = bare(list(corpora.read(path)))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert bare(list(corpora.read(path))) == before


def test_ids_survive_label_studio(tmp_path: Path) -> None:
    corpora.write(tmp_path / "x.json", DOCUMENTS)
    assert [d.id for d in corpora.read(tmp_path / "x.json")] == ["a", "b", "c"]


def test_an_entity_over_the_end_of_a_sentence_survives_conll(tmp_path: Path) -> None:
    text = "Иван жил. Он умер. Да."
    corpora.write(tmp_path / "x.conll", [Document("a", text, (Entity(0, 12, "PER"),))])
    (found,) = corpora.read(tmp_path / "x.conll")
    assert [found.text[e.start : e.end] for e in found.entities] == ["Иван жил . Он"]


@pytest.mark.parametrize("name", ["x.jsonl", "x.conll", "x.spacy", "x.json", "folder"])
@pytest.mark.parametrize("text", ["", " \n"])
def test_texts_without_a_word_are_written(text: str, name: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / name, [Document("a", text), DOCUMENTS[0]])
    assert len(list(corpora.read(tmp_path / name))) == (1 if name == "x.conll" else 2)


@pytest.mark.parametrize("name", ["folder", "x.bracketed"])
def test_a_label_that_a_format_cannot_have_is_refused(name: str, tmp_path: Path) -> None:
    broken = Document("a", "Иван", (Entity(0, 4, "MY LABEL"),))
    with pytest.raises(CorpusError, match="label 'MY LABEL': this format takes no white space"):
        corpora.write(tmp_path / name, [DOCUMENTS[0], broken])
    assert not list(tmp_path.iterdir())


def test_a_folder_of_brat_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def documents() -> Iterator[Document]:
        yield DOCUMENTS[0]
        raise CorpusError("line 2 is broken")

    with pytest.raises(CorpusError, match="line 2"):
        corpora.write(tmp_path / "folder", documents())
    assert not list(tmp_path.iterdir())
    corpora.write(tmp_path / "folder", DOCUMENTS)
    with pytest.raises(CorpusError, match="folder: is there already"):
        corpora.write(tmp_path / "folder", DOCUMENTS[:1])
    assert len(list(corpora.read(tmp_path / "folder"))) == len(DOCUMENTS)


def test_links_stay_and_pipes_are_written_to(tmp_path: Path) -> None:
    link, target, pipe = (tmp_path / name for name in ("link.jsonl", "real.jsonl", "pipe.jsonl"))
    link.symlink_to(target)
    corpora.write(link, DOCUMENTS)
    assert link.is_symlink()
    assert len(list(corpora.read(target))) == len(DOCUMENTS)
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as threads:
        reading = threads.submit(pipe.read_bytes)
        corpora.write(pipe, DOCUMENTS)
        assert reading.result(5) == target.read_bytes()
    assert pipe.is_fifo()


def test_a_corpus_is_found_by_name_under_the_root(tmp_path: Path) -> None:
    corpora.write(tmp_path / "gold" / "news_train.jsonl.gz", DOCUMENTS)
    assert corpora.locate("news_train", tmp_path) == tmp_path / "gold" / "news_train.jsonl.gz"
    with pytest.raises(CorpusError, match=r"nor other\.jsonl\.gz under"):
        corpora.locate("other", tmp_path)
    with pytest.raises(CorpusError, match="NER_CORPORA is not set"):
        corpora.locate("other", None)


def test_every_gold_corpus_is_read(corpora_root: Path) -> None:
    paths = sorted(p for p in (corpora_root / "gold").glob("*.jsonl.gz") if "_raw_" not in p.name)
    for path in paths:
        nested = {"PRO": "", "EVT": ""}  # the labels that SlavicNER lets overlap
        assert sum(len(d.entities) for d in corpora.read(path, nested)) > 500, path.name


class Shouted:
    """A format of a text in capitals a line, to see what adding a format takes."""

    name = "shouted"
    endings = (".shout",)
    description = "a text in capitals a line"

    def read(self, path: Path, reading: Reading) -> Iterator[Document]:
        for number, line in enumerate(path.read_text().splitlines()):
            yield Document(str(number), line.lower())

    def write(self, path: Path, documents: Iterable[Document]) -> list[str]:
        path.write_text("".join(f"{d.text.upper()}\n" for d in documents))
        return []


def test_a_new_format_is_known_everywhere_by_its_line_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(format, "FORMATS", [*format.FORMATS, Shouted()])
    corpora.write(tmp_path / "x.shout", DOCUMENTS[1:2])
    assert (tmp_path / "x.shout").read_text() == "ТИХО.\n"
    assert [d.text for d in corpora.read(tmp_path / "x.shout")] == ["тихо."]
    assert ".shout, or a brat folder" in format.endings()


def test_the_page_of_formats_has_a_row_for_each() -> None:
    rows = format_table().splitlines()[2:]
    assert len(rows) == len(format.FORMATS)
    assert "| a folder | a folder of `.txt` files, each with its `.ann` |" in rows


@pytest.mark.parametrize("name", ["jsonl", "conll", "bracketed", "labelstudio"])
def test_a_streamable_format_writes_to_a_file_what_it_yields(name: str, tmp_path: Path) -> None:
    (chosen,) = (f for f in format.FORMATS if f.name == name)
    assert isinstance(chosen, format.Streamable)
    path = tmp_path / f"x{chosen.endings[0]}"
    chosen.write(path, DOCUMENTS)
    assert path.read_text() == "".join(chosen.lines(DOCUMENTS))
