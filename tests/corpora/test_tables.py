"""Tables: CSV and TSV as spreadsheets write them, Parquet as `datasets` does."""

import json
from pathlib import Path
from typing import Any

import pytest

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

SPANS = [[0, 4, "PER"]]


def read(path: Path, **options: Any) -> list[Document]:
    return list(corpora.read(path, None, ReadOptions(**options)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_csv_has_the_delimiter_of_its_header(
    delimiter: str, end: str, bom: str, tmp_path: Path
) -> None:
    cells = '"[[0, 4, ""PER""]]"'
    rows = [["id", "text", "n", "entities"], ["7", '"Анна,; ""да""\n|\tнет"', "1", cells]]
    text = bom + "".join(delimiter.join(row) + end for row in rows)
    (tmp_path / "x.csv").write_bytes(text.encode())
    (document,) = read(tmp_path / "x.csv")
    assert (document.id, document.text) == ("7", 'Анна,; "да"\n|\tнет')
    assert document.entities == (Entity(0, 4, "PER"),)
    assert document.fields == {"n": "1"}


@pytest.mark.parametrize(
    "cell",
    ['[[0, 4, "PER"]]', "[(0, 4, 'PER')]", "[{'start': 0, 'end': 4, 'label': 'PER'}]",
     '[{"start": 0, "end": 4, "text": "Анна", "labels": ["PER"]}]', '{"entities": [[0, 4, "PER"]]}'],
)  # fmt: skip
@pytest.mark.parametrize("key", ["entities", "label", "annotations"])
def test_a_cell_holds_annotations_as_json_or_as_python_prints_them(
    cell: str, key: str, tmp_path: Path
) -> None:
    quoted = cell.replace('"', '""')
    (tmp_path / "x.csv").write_text(f'text,{key}\nАнна,"{quoted}"\nтихо,\n', "utf-8")
    assert [d.entities for d in read(tmp_path / "x.csv")] == [(Entity(0, 4, "PER"),), ()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text,entities\nАнна,[]\nа,б,в\n", ":3: has 3 cells, but the header 2"),
        ("body,n\nАнна,1\n", r":2: text is none of its keys \('body', 'n'\)"),
        ('text,n\n"Анна,1\n', ":2: unexpected end of data"),
        ('text,n\n"Анна"а,1\n', ":2: .* double the quotes"),
        ("text,text\nАнна,1\n", ":1: two columns are called 'text'"),
        ("text,entities\nАнна,PER\n", ":2: entities: expected a list"),
        ('text,marks\nАнна,"[[0, 4, ""PER""]]"\n', ":2: key 'marks' looks like annotations"),
    ],
)
def test_a_wrong_row_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(text, "utf-8")
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / "x.csv")


def test_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('body,marks\nАнна,"[[0, 4, ""PER""]]"\n', "utf-8")
    (document,) = read(tmp_path / "x.csv", columns="body,marks")
    assert document.entities == (Entity(0, 4, "PER"),)


def test_a_cell_may_be_longer_than_the_csv_module_likes(tmp_path: Path) -> None:
    long = "Анна " * 50_000
    corpora.write(tmp_path / "x.csv", [Document("1", long)])
    assert read(tmp_path / "x.csv")[0].text == long


def test_a_tsv_is_a_table_or_columns_by_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text('text\tentities\nАнна\t"[[0, 4, ""PER""]]"\n', "utf-8")
    assert read(tmp_path / "x.tsv")[0].entities == (Entity(0, 4, "PER"),)
    (tmp_path / "x.tsv").write_text("Анна\tB-PER\n", "utf-8")
    assert read(tmp_path / "x.tsv")[0].entities == (Entity(0, 4, "PER"),)
    corpora.write(tmp_path / "y.tsv", [Document("1", "Анна", (Entity(0, 4, "PER"),))], "tsv")
    assert (tmp_path / "y.tsv").read_text("utf-8").startswith("id\ttext\tentities\n1\tАнна\t")


MIXED = [
    Document("a", "Анна", (Entity(0, 4, "PER", 0.5),), {"n": 1, "meta": {"x": [1]}, "mixed": 1}),
    Document("7", "тихо", (), {"id": 7, "n": 2, "mixed": "два"}),
    Document("c", "\r\n", (), {"more": None}),
]


def test_parquet_keeps_fields_and_their_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    corpora.write(tmp_path / "x.parquet", MIXED)
    rows = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert [row["n"] for row in rows] == [1, 2, None]
    assert [row["mixed"] for row in rows] == ["1", '"два"', None]
    assert rows[0]["meta"] == {"x": [1]}
    assert rows[0]["entities"] == [
        {"start": 0, "end": 4, "label": "PER", "text": "Анна", "score": 0.5}
    ]
    back = read(tmp_path / "x.parquet")
    assert [d.text for d in back] == [d.text for d in MIXED]
    assert [d.id for d in back] == [d.id for d in MIXED]
    assert [[e.span for e in d.entities] for d in back] == [[(0, 4, "PER")], [], []]


def test_parquet_of_datasets_names_its_own_numbers(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["O", "B-PER", "I-PER"]
    table = pyarrow.table({"tokens": [["Анна", "Ли"]], "ner_tags": [[1, 2]]})
    features = {
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"}
    }
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    parquet.write_table(table.replace_schema_metadata(metadata), tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet")[0].entities == (Entity(0, 7, "PER"),)
    parquet.write_table(table, tmp_path / "x.parquet")
    with pytest.raises(CorpusError, match=r"row 1: ner_tags\[0\]: number 1 has no name"):
        read(tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet", names=tuple(names))[0].entities == (Entity(0, 7, "PER"),)


@pytest.mark.parametrize("library", ["pandas", "polars", "datasets"])
@pytest.mark.parametrize("name", ["x.parquet", "x.jsonl"])
def test_other_libraries_read_the_tables_that_we_write(
    library: str, name: str, tmp_path: Path
) -> None:
    module: Any = pytest.importorskip(library)
    if name == "x.parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / name
    corpora.write(path, MIXED[:1] * 2)
    if library == "datasets":
        kind = "parquet" if name == "x.parquet" else "json"
        rows = list(module.load_dataset(kind, data_files=str(path), split="train"))
    elif library == "polars":
        rows = (module.read_parquet if name == "x.parquet" else module.read_ndjson)(path).to_dicts()
    else:
        frame = (
            module.read_parquet(path) if name == "x.parquet" else module.read_json(path, lines=True)
        )
        rows = frame.to_dict("records")
    found = [(r["id"], r["text"], r["n"], r["entities"][0]["label"]) for r in rows]
    assert found == [("a", "Анна", 1, "PER")] * 2


def test_what_is_no_parquet_is_said_so(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(CorpusError, match=r"x\.parquet: not Parquet: "):
        read(tmp_path / "x.parquet")
