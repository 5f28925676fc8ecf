"""A reading mends what can be mended, settles overlaps, and says all of it in its report."""

import json
from itertools import pairwise
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.corpora.check import PREFERENCES, Overlap, choose_apart
from ner_service.corpora.reading import Reading, ReadOptions
from ner_service.corpora.report import Kind, ReadReport
from ner_service.corpora.texts import InputFormat, read_texts
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import write_text
from ner_service.types import Document, Entity

NEWS = "Вчера Анна Каренина и Пётр Иванов уехали в Москву, а Ольга осталась в Риге до весны."
NAMES = ["Анна Каренина", "Пётр Иванов", "Москву", "Ольга", "Риге"]
GOLD = [Entity(NEWS.index(n), NEWS.index(n) + len(n), "PER") for n in NAMES]


def take(
    text: str, entities: list[Entity], overlap: Overlap = "error"
) -> tuple[Document, ReadReport]:
    reading = Reading(options=ReadOptions(overlap=overlap))
    return reading.document("1", text, entities, "x:1"), reading.report


@pytest.mark.parametrize("blank", [" ", "\n", "\t", "\u00a0", "\u2028", "\r\n", "   "])
def test_white_space_at_the_edges_of_an_entity_is_trimmed_and_counted(blank: str) -> None:
    text = f"{blank}Ольга Петрова{blank}приехала"
    size = len(blank)
    document, report = take(text, [Entity(0, 13 + 2 * size, "PER", 0.5)])
    assert document.entities == (Entity(size, 13 + size, "PER", 0.5),)
    assert report.counts == {Kind.TRIMMED: 1}


@pytest.mark.parametrize("shift", [-3, -1, 1, 2, 4])
def test_offsets_that_are_all_shifted_are_counted_and_the_shift_is_named(shift: int) -> None:
    _, report = take(NEWS, [e.shift(shift) for e in GOLD])
    assert report.counts[Kind.CUT_WORD] >= 4
    assert report.shift == -shift
    assert report.notes()[-1] == f"all offsets seem shifted: add {-shift:+d} to each start and end"
    assert any("end inside a word (" in note and "): x:1: " in note for note in report.notes())


def test_right_offsets_and_a_slip_or_two_are_no_shift() -> None:
    assert take(NEWS, GOLD)[1].notes() == []
    _, report = take(NEWS, [*GOLD[1:], GOLD[0].shift(1)])
    assert (report.counts[Kind.CUT_WORD], report.shift) == (1, None)


def test_of_the_remarks_of_a_kind_the_first_are_kept_and_all_are_counted() -> None:
    _, report = take("а " * 50, [Entity(n, n + 2, "X") for n in range(0, 100, 2)])
    assert report.counts[Kind.TRIMMED] == 50
    assert len(report.remarks) == 3
    (note,) = report.notes()
    assert note.startswith("white space trimmed from entities (50): x:1: 0:2 X 'а ';")


NESTED = [Entity(0, 13, "ORG"), Entity(9, 13, "LOC"), Entity(5, 11, "MISC"), Entity(14, 18, "PER")]


@pytest.mark.parametrize(
    ("overlap", "kept"),
    [
        ("longest", [(0, 13, "ORG"), (14, 18, "PER")]),
        ("first", [(0, 13, "ORG"), (14, 18, "PER")]),
        ("innermost", [(9, 13, "LOC"), (14, 18, "PER")]),
    ],
)
def test_a_policy_chooses_among_nested_entities(
    overlap: Overlap, kept: list[tuple[int, int, str]]
) -> None:
    document, report = take("Сбербанк Рига Анна", NESTED, overlap)
    assert [e.span for e in document.entities] == kept
    assert report.counts[Kind.OVERLAP] == 2


def test_longest_and_first_differ_where_entities_cross() -> None:
    crossing = [Entity(0, 6, "A"), Entity(4, 18, "B")]
    assert [e.label for e in take("Сбербанк Рига Анна", crossing, "longest")[0].entities] == ["B"]
    assert [e.label for e in take("Сбербанк Рига Анна", crossing, "first")[0].entities] == ["A"]


@pytest.mark.parametrize("overlap", list(PREFERENCES))
def test_of_doubles_the_first_of_the_file_stays(overlap: Overlap) -> None:
    doubles = [Entity(0, 4, "Z"), Entity(0, 4, "A"), Entity(0, 4, "Z")]
    assert [e.label for e in take("Анна", doubles, overlap)[0].entities] == ["Z"]


@pytest.mark.parametrize("labels", [("PER", "PER"), ("PER", "ORG")])
def test_overlaps_are_an_error_that_says_how_to_choose(labels: tuple[str, str]) -> None:
    pair = [Entity(0, 13, labels[0]), Entity(9, 13, labels[1])]
    with pytest.raises(CorpusError, match="overlap; keep one with --overlap longest") as error:
        take("Сбербанк Рига", pair)
    assert ("drop one label with ORG=" in str(error.value)) == (labels[0] != labels[1])


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 8)), max_size=12),
    st.sampled_from(list(PREFERENCES)),
)
def test_what_stays_is_apart_and_all_else_overlaps_it(
    spans: list[tuple[int, int]], overlap: Overlap
) -> None:
    entities = [Entity(start, start + size, "X") for start, size in spans]
    kept, dropped = choose_apart(entities, overlap)
    assert sorted(kept + dropped) == sorted(entities)
    assert all(a.end <= b.start for a, b in pairwise(kept))
    for e in dropped:
        assert any(k.start < e.end and e.start < k.end for k in kept)


@pytest.mark.parametrize("columns", ["a", "a,", ",b", "a,b,c"])
def test_columns_are_two(columns: str) -> None:
    with pytest.raises(ConfigError, match="give two with a comma"):
        ReadOptions(columns=columns).column_pair()


@pytest.mark.parametrize("name", ["train.txt", "train", "x.xml"])
def test_a_format_is_named_where_the_ending_says_too_little(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("Анна B-PER\n", "utf-8")
    with pytest.raises(
        CorpusError, match="name the format of a file that is read by --from-format"
    ):
        list(corpora.read(path))
    (document,) = corpora.read(path, options=ReadOptions(format="conll"))
    assert document.entities == (Entity(0, 4, "PER"),)
    with pytest.raises(ConfigError, match="format 'excel': expected one of jsonl, conll"):
        list(corpora.read(path, options=ReadOptions(format="excel")))


def test_a_report_counts_over_all_documents(tmp_path: Path) -> None:
    lines = [{"text": "Анна ", "entities": [[0, 5, "PER"]]}] * 3
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    report = ReadReport()
    documents = list(corpora.read(tmp_path / "x.jsonl", report=report))
    assert [d.place for d in documents] == [f"{tmp_path / 'x.jsonl'}:{n}" for n in (1, 2, 3)]
    assert report.summary() == "3 documents, 3 entities (PER 3)"


@pytest.mark.parametrize("name", ["TEXTS.CSV", "texts.Csv", "TEXTS.CSV.GZ"])
def test_an_ending_counts_in_capitals_too(name: str, tmp_path: Path) -> None:
    write_text(tmp_path / name, ['id,text\n1,"Анна, где?"\n'])
    (text,) = read_texts(tmp_path / name, InputFormat.auto)
    (document,) = corpora.read(tmp_path / name)
    assert (text.id, text.text) == (document.id, document.text) == ("1", "Анна, где?")


@pytest.mark.parametrize("name", ["x.json", "x.conll", "x.spacy", "x.CONLL.gz", "x.bracketed"])
def test_annotated_documents_are_no_plain_text(name: str, tmp_path: Path) -> None:
    write_text(tmp_path / name, ['[{"text": "Анна"}]'])
    message = "stands for annotated documents: .* `ner-service convert .* or add --input text"
    with pytest.raises(CorpusError, match=message):
        list(read_texts(tmp_path / name, InputFormat.auto))
    (text,) = read_texts(tmp_path / name, InputFormat.text)
    assert text.text == '[{"text": "Анна"}]'


@pytest.mark.parametrize(
    ("key", "meant"), [("Text", "Text"), ("текст", "текст"), ("texts", "texts"), ("а;б", "а;б")]
)
def test_a_table_without_a_column_text_is_told_which_it_may_be(
    key: str, meant: str, tmp_path: Path
) -> None:
    write_text(tmp_path / "x.csv", [f"id,{key}\n1,Анна\n"])
    with pytest.raises(CorpusError, match=f"name that of the text, by --text-column {meant} "):
        list(read_texts(tmp_path / "x.csv", InputFormat.auto))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    columns = [pyarrow.array(["Анна"]), pyarrow.array(["Иван"])]
    table = pyarrow.table(columns, names=["text", "text"])
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    for read in (corpora.read, lambda path: read_texts(path, InputFormat.auto)):
        with pytest.raises(CorpusError, match=r"x\.parquet: two columns are called 'text': rename"):
            list(read(tmp_path / "x.parquet"))


def test_a_file_to_write_is_told_the_option_of_its_format(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a file that is written by --to-format"):
        corpora.write(tmp_path / "x.xyz", [Document("1", "Анна")])
