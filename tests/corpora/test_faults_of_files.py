"""Files of other tools have faults, each of which gives the right value or an error.

Each error names the file, the line or the record, the key, and how to mend it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import ReadReport
from ner_service.errors import CorpusError
from ner_service.types import Document

TEXT = "Анна живёт в Риге"
ANNA, RIGA = ("Анна", "PER"), ("Риге", "LOC")
BOTH = [[ANNA, RIGA]]


def read(path: Path, content: Any, **options: Any) -> tuple[list[Document], ReadReport]:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        is_text = isinstance(content, str)
        path.write_text(content if is_text else json.dumps(content, ensure_ascii=False), "utf-8")
    report = ReadReport()
    return list(corpora.read(path, None, ReadOptions(**options), report)), report


def names(documents: list[Document]) -> list[list[tuple[str, str]]]:
    return [[(d.text[e.start : e.end], e.label) for e in d.entities] for d in documents]


@pytest.mark.parametrize(
    "entities",
    [
        {"PER": [[0, 4]], "LOC": [[13, 17]]},
        {"PER": [0, 4], "LOC": [13, 17], "ORG": []},
        {"PER": [{"start": 0, "end": 4}], "LOC": [{"start": 13, "end": 17, "text": "Риге"}]},
        {"PER": ["Анна"], "LOC": ["Риге"]},
        [{"start": 0.0, "end": 4.0, "label": "PER"}, [13, 17.0, "LOC"]],
        [{"text": "Анна", "label": "PER"}, {"text": "Риге", "type": "LOC"}],
        [{"start": 0, "end": 3, "label": "PER", "text": "Анна"}, {"start": 13, "end": 16, "label": "LOC", "text": "Риге"}],
        [["PER", 0, 4], ["LOC", 13, 17]],
        [[0, 4, "PER", "Анна"], [13, 17, "LOC", "Q1773"]],
        [[0, 4, {"value": "PER"}], [13, 17, {"name": "LOC"}]],
        [{"offsets": [0, 4], "label": "PER"}, {"span": [13, 17], "label": "LOC"}],
        [{"offsets": [[0, 4]], "type": "PER", "text": ["Анна"]}, {"offsets": [[13, 15], [15, 17]], "type": "LOC"}],
        ["T1\tPER 0 4\tАнна", "T2\tLOC 13 15;15 17\tРи ге"],
        [{"start_char": 0, "end_char": 4, "type": "PER"}, {"start_idx": 13, "end_idx": 17, "entity_type": "LOC"}],
        [{"start_pos": 0, "end_pos": 4, "labels": [{"value": "PER"}]}, {"BeginOffset": 13, "EndOffset": 17, "Type": "LOC"}],
        [[0, 4, " PER "], [13, 17, "LOC\n"]],
        [{"offset": 0, "length": 4, "category": "PER"}, {"begin": 13, "length": 4, "class": "LOC"}],
        [{"start": 0, "end": 4, "label": None, "type": "PER"}, {"start": 13, "end": 17, "label_": "LOC"}],
    ],
)  # fmt: skip
def test_annotations_have_many_forms(entities: Any, tmp_path: Path) -> None:
    documents, report = read(tmp_path / "x.jsonl", {"text": TEXT, "entities": entities})
    assert (names(documents), report.notes()) == (BOTH, [])


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([{"start": "0", "end": 4, "label": "A"}], r"entities\[0\]\.start: .* str; write it without quotes"),
        ([{"start": 0.5, "end": 4, "label": "A"}], r"entities\[0\]\.start: .*, found float"),
        ([{"start": None, "end": 4, "label": "A"}], r"entities\[0\]\.start: .*found null; give start and end"),
        ([{"start": 0, "label": "A"}], r"entities\[0\]\.end: .* found none of end, .*; rename the key"),
        ([{"from": 0, "to": 4, "label": "A"}], r"none of start, .* \('from', 'to', 'label'\); rename the key"),
        ([{"text": "и", "label": "A"}], r"entities\[0\]\.start: .*'и' alone is in the text 2 times; give"),
        ([{"text": "Пётр", "label": "A"}], r"'Пётр' alone is in the text 0 times; give start and end"),
        ([["Анна", "PER"]], r"entities\[0\]: expected an object, or \[start, end, label\], found 2 values"),
        ([[0, 4, "PER", "Риге"]], r"entities\[0\]: 0:4 is not where .* says 'Риге', but there is 'Анна'"),
        ([{"start": 0, "end": 4}], r"entities\[0\]\.label: expected a label under one of label, .*name or drop"),
        ([[0, 4, 7.5]], r"entities\[0\]\.label: expected a label, which is a string"),
        ([{"offsets": [[0, 4], [13, 17]], "label": "A"}], r"offsets\[1\]: .*in several pieces.*drop it"),
        ([{"offsets": [[0, 4, 5]], "label": "A"}], r"offsets\[0\]: expected \[start, end\]"),
        ([[4, 0, "A"]], ":1: 4:0 is not a span; mend or drop it"),
        ([[-4, 4, "A"]], ":1: -4:4 is not a span; mend or drop it"),
        ([[0, 99, "A"]], r":1: 0:99 A is beyond the text \(17 characters\); mend or drop it"),
        ([[4, 5, "A"]], ":1: 4:5 is white space alone; drop it"),
        ([[0, 4, "  "]], ":1: 0:4 has no label; name or drop it"),
        ([[0, 4, "B-PER"], [5, 10, "I-PER"]], ":1: B-PER and I-PER are tags of an entity's pieces: join"),
        ({"Анна": "PER"}, r'entities: expected a list such as \[\[0, 4, "PER"\]\], found another value'),
        (True, "entities: expected a list such as .* found bool"),
        ("PER 0 4", "entities: expected a list such as .* found str"),
    ],
)  # fmt: skip
def test_an_annotation_that_is_none_is_named_with_its_mend(
    entities: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match=message) as error:
        read(tmp_path / "x.jsonl", {"text": TEXT, "entities": entities})
    assert str(error.value).startswith(f"{tmp_path / 'x.jsonl'}:1: ")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.jsonl", '{"text": "Анна", "meta": {"n": NaN}}', r":1: meta\.n: not JSON: NaN .*write null"),
        ("x.jsonl", '{"text": "а", "entities": [], "entities": [[0, 1, "A"]]}', ":1: .* key 'entities' twice: keep"),
        ("x.json", '[{"text": "а", "text": "б"}]', "x.json: an object has the key 'text' twice"),
        ("x.jsonl", '{"text": "а"}'.encode("utf-16"), ":1: not UTF-8 at byte 0; it is UTF-16: save it as UTF-8"),
        ("x.json", '[{"text": "а"}]'.encode("utf-16"), "x.json: not UTF-8 at byte 0; it is UTF-16: save it"),
        ("x.csv", "text\nа\n".encode("utf-16"), ":1: not UTF-8 at byte 0; it is UTF-16: save it as UTF-8"),
        ("x.jsonl", '{"text": "а"}'.encode("utf-16-le"), ":1: not JSON: .*looks like UTF-16: save it as UTF-8"),
        ("x.jsonl", '{"text": "Анна"}'.encode("cp1251"), ":1: not UTF-8 at byte 10: save it as UTF-8"),
        ("x.jsonl", '{\n "text": "Анна"\n}', ":1: not JSON: .*write each document on a line .*name a file .*json"),
        ("x.jsonl", '{"text": "а"}{"text": "б"}', ":1: not JSON: Extra data.*write each document on a line"),
        ("x.jsonl", {"text": TEXT, "start": 0, "end": 4, "label": "PER"}, ":1: 'start', 'end', 'label' mark one"),
        ("x.jsonl", {"text": "Пётр", "tokens": ["Анна"], "ner_tags": ["B-PER"]},
         r":1: ner_tags\[0\]: 'Анна' is not in the rest of text; mend it, or drop text"),
        ("x.csv", "text,n\rАнна,1\r", ":1: has a carriage return inside: end lines by"),
        ("x.conll", "Анна B-PER\rв O\r", ":1: has a carriage return inside: end lines by"),
        ("x.csv", "text,start,end,label\nАнна,0,4,PER\n", ":2: 'start', 'end', 'label' mark one .*under 'entities'"),
        ("x.jsonl", {"text": TEXT, "ners": ["T1\tPER 0 4\tАнна"]}, "key 'ners' looks like annotations"),
        ("x.jsonl", {"text": "Анна спит", "tags": "B-PER O"}, ":1: 'tags' are tags in one string: give tokens and"),
        ("x.json", {"text": TEXT, "spans": {"a": [], "b": []}}, "spans: expected a list .*put one under 'entities'"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_should_be_is_named(
    name: str, content: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / name, content)


@pytest.mark.parametrize(
    "record",
    [
        {"text": TEXT, "start": 0.0, "end": 4.5, "type": "segment"},  # of a recording, in seconds
        {"text": TEXT, "start": 0, "end": 90, "type": "segment"},
        {"text": TEXT, "events": [{"start": "2020", "label": "x"}], "model": "B-2 S-300"},
        {"text": TEXT, "events": ["вечер"], "annotators": ["а", "б"], "agents": []},
        {"text": TEXT, "mail": [{"from": "a", "to": "b", "type": "x"}]},
    ],
)
def test_other_fields_that_resemble_annotations_are_none(record: Any, tmp_path: Path) -> None:
    documents, report = read(tmp_path / "x.jsonl", record)
    assert (names(documents), report.notes()) == ([[]], [])


@pytest.mark.parametrize(
    ("text", "start", "end", "unit"),
    [
        ("Я 😀 Анна", 4, 8, "codepoint"),
        ("Я 😀 Анна", 5, 9, "UTF-16"),
        ("Я 😀 Анна", 8, 16, "utf-8"),
        ("Я 😀 Анна", 8, 16, "bytes"),
    ],
)
def test_offsets_count_what_the_record_or_the_texts_of_its_entities_say(
    text: str, start: int, end: int, unit: str, tmp_path: Path
) -> None:
    span = {"start": start, "end": end, "label": "PER"}
    told = {"text": text, "entities": [span], "offsets": unit}
    seen = {"text": text, "entities": [{**span, "text": "Анна"}]}
    for record in (told, seen):
        assert names(read(tmp_path / "x.jsonl", record)[0]) == [[ANNA]]


def test_tokens_beside_a_text_are_found_in_it(tmp_path: Path) -> None:
    record = {"text": "«Анна»  ушла", "tokens": ["Анна", "ушла"], "ner_tags": ["B-PER", "O"]}
    ((document), *_), _ = read(tmp_path / "x.jsonl", record)
    assert (document.text, names([document])) == ("«Анна»  ушла", [[ANNA]])


@pytest.mark.parametrize(
    "content",
    [
        {"tasks": [{"text": TEXT, "entities": [[0, 4, "PER"], [13, 17, "LOC"]]}]},
        {"version": 1, "data": [{"text": TEXT, "label": [[0, 4, "PER"], [13, 17, "LOC"]]}], "x": []},
        {"rasa_nlu_data": {"regex_features": [], "common_examples": [{"text": TEXT, "entities": [
            {"start": 0, "end": 4, "value": "Анна", "entity": "PER"}, {"start": 13, "end": 17, "entity": "LOC"}]}]}},
        {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": [{"type": "labels", "value": {
            "start": s, "end": e, "labels": [label]}} for s, e, label in ((0, 4, "PER"), (13, 17, "LOC"))]}]},
    ],
)  # fmt: skip
def test_records_may_be_wrapped_in_an_object(content: Any, tmp_path: Path) -> None:
    assert names(read(tmp_path / "x.json", content)[0]) == BOTH


def test_ends_that_count_the_last_character_are_told_from_shifted_offsets(tmp_path: Path) -> None:
    _, report = read(tmp_path / "x.jsonl", {"text": TEXT, "label": [[0, 3, "A"], [13, 16, "B"]]})
    assert report.notes()[-1] == "all ends seem to count the last character: add +1 to each end"
    _, report = read(
        tmp_path / "x.jsonl", {"text": f" {TEXT}", "label": [[0, 4, "A"], [13, 17, "B"]]}
    )
    assert report.notes()[-1] == "all offsets seem shifted: add +1 to each start and end"


CELL = '"[[0, 4, ""PER""]]"'


@pytest.mark.parametrize(
    "table",
    [
        f"\n\r\n\ntext,entities\nАнна,{CELL}\n",
        f"sep=;\r\ntext;entities\r\nАнна;{CELL}\r\n",
        f"\ufefftext;entities\nАнна;{CELL}\n",
        f"id, text , entities\n1, Анна, {CELL}\n",
        f",text,entities\n0,Анна,{CELL}\n",
        'tokens,ner_tags\n"[""Анна""]","[""B-PER""]"\n',
        "tokens,ner_tags\n['Анна'],['B-PER']\n",
    ],
)
def test_a_table_of_a_spreadsheet_or_of_pandas_is_read(table: str, tmp_path: Path) -> None:
    assert names(read(tmp_path / "x.csv", table)[0]) == [[ANNA]]


def test_the_line_of_a_row_counts_what_stands_before_the_header(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"x\.csv:5: has 3 cells, but the header 1"):
        read(tmp_path / "x.csv", "\n\ntext\nАнна\nа,б,в\n")


@pytest.mark.parametrize(
    "rows",
    [
        "Анна\tB-PER\nживёт O\nв\tO\nРиге   B-LOC\n",
        "Анна N B-PER\nживёт V O\nв P O\nРиге N B-LOC\n",
        "Анна\tN\tx\tB-PER\nживёт\tV\tx\tO\nв\tP\tx\tO\nРиге\tN\tx\tB-LOC\n",
        "Анна W-PER\nживёт O\nв O\nРиге W-LOC\n",
        "word tag\nАнна B-PER\nживёт O\nв O\nРиге B-LOC\n",
        "Sentence\tToken\tPOS\tNER\n1\tАнна\tN\tB-PER\n1\tживёт\tV\tO\n1\tв\tP\tO\n1\tРиге\tN\tB-LOC\n",
        "-DOCSTART- -X- -X- O\n\nАнна N x B-PER\nживёт V x O\nв P x O\nРиге N x B-LOC\n",
        "# global.columns = ID FORM NER\n1\tАнна\tB-PER\n2\tживёт\tO\n3\tв\tO\n4\tРиге\tB-LOC\n",
    ],
)
def test_columns_are_found_by_tabs_blanks_and_heads(rows: str, tmp_path: Path) -> None:
    assert names(read(tmp_path / "x.conll", rows)[0]) == BOTH


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "10 000 B-NUM\nрублей O\nи O\n",
            ":1: has 3 columns, but most rows 2: divide them by tabs",
        ),
        ("Анна N B-PER\nв P O\nРиге B-LOC\n", ":3: has 2 columns, but most rows 3: .*--columns"),
        ("Анна b-per\n", ":1: 'b-per' is not a tag: .*; is B-PER meant"),
        ("Анна B_PER\n", ":1: 'B_PER' is not a tag: .*; is B-PER meant"),
        ("Анна МИД-B\n", ":1: 'МИД-B' is not a tag: .*; is B-МИД meant"),
        ("Анна 0\n", ":1: '0' is not a tag: .*; is O meant"),
        ("Анна О\n", ":1: 'О' is not a tag: .*; is O meant"),
        ("Анна В-PER\n", ":1: 'В-PER' is not a tag: .*; is B-PER meant"),
        ("Анна B-PER|B-MUSE\n", r":1: 'B-PER\|B-MUSE' is several tags: keep one"),
        ("Анна,B-PER\n", ":1: .* found one column; divide columns by tabs or blanks"),
        ("# только комментарий\n", "x.conll: nothing could be read: .*by --from-format"),
        (
            "#FORMAT=WebAnno TSV 3.3\n\n#Text=А\n1-1\t0-1\tА\t_\t\n",
            "nothing could be read: .*--from-format",
        ),
    ],
)
def test_a_row_that_would_be_misread_is_named(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / "x.conll", rows)


def brat(folder: Path, text: str, standoff: str) -> list[list[tuple[str, str]]]:
    (folder / "1.txt").write_text(text, "utf-8")
    (folder / "1.ann").write_text(standoff, "utf-8")
    return names(list(corpora.read(folder)))


@pytest.mark.parametrize(
    ("before", "start"), [("", 0), ("\ufeff", 1), ("\ufeff", 0), ("😀 ", 2), ("😀 ", 3)]
)
def test_standoff_counts_a_bom_or_not_and_utf16_or_not(
    before: str, start: int, tmp_path: Path
) -> None:
    line = f"T1\tPER {start} {start + 4}\tАнна\n"
    assert brat(tmp_path, before + TEXT, line) == [[ANNA]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tPER 4 0\tАнна", r"1\.ann:1: 4:0 is not a span; mend or drop it"),
        ("T1\tPER 0 99\tАнна", r"1\.ann:1: 0:99 PER is beyond the text"),
        ("T1\tPER 0 4\tПётр", r"1\.ann:1: says 'Пётр', but 0:4 is 'Анна': mend the offsets"),
        ("T1\tPER SON 0 4\tАнна", r"1\.ann:1: expected T<n>.*a label holds no blank"),
    ],
)
def test_a_line_of_standoff_is_named(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        brat(tmp_path, TEXT, f"{line}\n")


def test_a_folder_without_texts_is_no_empty_corpus(tmp_path: Path) -> None:
    (tmp_path / "1.TXT").touch()
    with pytest.raises(CorpusError, match=r"holds no \.txt files"):
        list(corpora.read(tmp_path))


HEAD = "#FORMAT=WebAnno TSV 3.3\n"
CHAIN = "#T_CH=webanno.custom.Coref|type|relation\n"
POS = "#T_SP=x.lexmorph.type.pos.POS|PosValue\n"
ENTITIES = "#T_SP=x.NamedEntity|identifier|value\n"


@pytest.mark.parametrize(
    ("layers", "cells"),
    [
        (CHAIN + POS + ENTITIES, "*->1-1\t_\tN\t*\tPER"),
        (POS + "#T_RL=x.syntax.Dependency|kind|BT_x.POS\n" + ENTITIES, "N\troot\t1-1\t*\tPER"),
        (POS + "#T_SP=custom.Span|value\n", "N\tPER"),
        ("#T_SP=x.segmentation.type.Lemma|value\n#T_SP=custom.Span|value\n", "анна\tPER"),
    ],
)
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_the_layer_of_names_is_found_among_others(
    layers: str, cells: str, bom: str, tmp_path: Path
) -> None:
    rows = f"{bom}{HEAD}{layers}\n\n#Text=Анна\n1-1\t0-4\tАнна\t{cells}\t\n"
    assert names(read(tmp_path / "x.tsv", rows)[0]) == [[ANNA]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD.replace("3.3", "2"), r":1: expected WebAnno TSV 3; export it again"),
        (f"{HEAD}#T_SP=a.X|v\n#T_SP=a.Y|v\n\n#Text=А\n1-1\t0-1\tА\t_\t_\t\n",
         r"which layer has the entities\? Name one of a\.X, a\.Y by --columns LAYER,FEATURE"),
    ],
)  # fmt: skip
def test_webanno_that_could_be_misread_is_named(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / "x.tsv", content)


def test_a_region_without_a_label_is_counted(tmp_path: Path) -> None:
    def region(**value: Any) -> dict[str, Any]:
        value = {"start": 0, "end": 4, "text": "Анна"} | value
        return {"type": "labels", "from_name": "label", "to_name": "text", "value": value}

    result = [region(labels=[]), region(labels=["PER"])]
    task = {"data": {"text": TEXT}, "annotations": [{"result": result}]}
    documents, report = read(tmp_path / "x.json", [task])
    assert names(documents) == [[ANNA]]
    assert report.notes() == [
        "annotations that are no labelled spans ignored (1): "
        f"{tmp_path}/x.json: [0].annotations[0].result[0]: of type 'labels'"
    ]
