"""Records of other tools: each form and each fault, with the entities that are right."""

import json
from pathlib import Path
from typing import Any

import pytest

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import Kind, ReadReport
from ner_service.errors import CorpusError

TEXT = "Анна уехала в Москву"
SPANS = [[0, 4, "PER"], [14, 20, "LOC"]]
RIGHT = [(0, 4, "PER"), (14, 20, "LOC")]
DICTS = [{"start": s, "end": e, "label": label} for s, e, label in SPANS]
OFFSETS = [
    {"id": n, "start_offset": s, "end_offset": e, "label": label, "user": 1}
    for n, (s, e, label) in enumerate(SPANS)
]
POINTS = [
    {"label": [label], "points": [{"start": s, "end": e - 1, "text": TEXT[s:e]}]}
    for s, e, label in SPANS
]
SURFACES = [{"start": s, "end": e, "text": TEXT[s:e], "labels": [label]} for s, e, label in SPANS]
TOKENS = {"tokens": ["Анна", "уехала", "в", "Москву"]}
FORMS: dict[str, Any] = {
    "ours": {"text": TEXT, "entities": DICTS},
    "ours, lists": {"text": TEXT, "entities": SPANS},
    "doccano 1.0, labels": {"text": TEXT, "labels": SPANS},
    "doccano 1.5, label": {"id": 7, "text": TEXT, "label": SPANS, "Comments": []},
    "doccano, data": {"data": TEXT, "label": SPANS},
    "doccano, entities": {"id": 7, "text": TEXT, "entities": OFFSETS, "relations": []},
    "doccano, annotations": {"text": TEXT, "annotations": OFFSETS, "meta": {}},
    "prodigy": {"text": TEXT, "spans": DICTS, "tokens": [{"text": "Анна", "start": 0, "id": 0}], "answer": "accept"},
    "spacy 3": {"text": TEXT, "ents": DICTS, "spans": {}, "sents": [{"start": 0, "end": 20}],
                "tokens": [{"id": 0, "start": 0, "end": 4, "tag": "NOUN"}]},
    "spacy 3, a group of spans": {"text": TEXT, "spans": {"sc": DICTS}},
    "json-min, another key": {"id": 3, "r_TEXT": TEXT, "label": SURFACES, "by": "me"},
    "displacy": {"text": TEXT, "ents": DICTS, "title": None},
    "dataturks": {"content": TEXT, "annotation": POINTS, "extras": None},
    "json-min": {"id": 3, "text": TEXT, "label": SURFACES, "annotator": 1},
    "wrapped": {"text": TEXT, "annotations": {"entities": SPANS}},
    "pair": [TEXT, {"entities": SPANS}],
    "pipeline": {"text": TEXT, "entities": [{"entity_group": e["label"], "score": 0.5, **{k: e[k] for k in ("start", "end")}} for e in DICTS]},
    "tokens": {**TOKENS, "ner_tags": ["B-PER", "O", "O", "B-LOC"]},
    "tokens, IOB1": {**TOKENS, "tags": ["I-PER", "O", "O", "I-LOC"]},
    "words, labels": {"words": TOKENS["tokens"], "labels": ["S-PER", "O", "O", "S-LOC"]},
    "tokens beside a text": {**TOKENS, "text": TEXT, "ner_tags": ["B-PER", "O", "O", "B-LOC"]},
    "spacy 2": {"id": 0, "paragraphs": [{"raw": TEXT, "sentences": [{"tokens": [
        {"orth": "Анна", "ner": "U-PER"}, {"orth": "уехала", "ner": "O"}, {"orth": "в", "ner": "-"}, {"orth": "Москву", "ner": "U-LOC"}]}]}]},
    "spacy 2, raw and entities": {"id": 0, "paragraphs": [{"raw": TEXT, "entities": SPANS}]},
    "a task": {"data": {"text": TEXT}, "annotations": [{"result": [{"type": "labels", "value": v} for v in SURFACES]}]},
}  # fmt: skip


def read(
    path: Path, options: ReadOptions | None = None
) -> tuple[list[list[tuple[int, int, str]]], ReadReport]:
    report = ReadReport()
    documents = list(corpora.read(path, None, options, report))
    return [[e.span for e in document.entities] for document in documents], report


def line(tmp_path: Path, value: Any, **options: Any) -> Any:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", "utf-8")
    return read(path, ReadOptions(**options))


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_line_has_its_entities(form: str, tmp_path: Path) -> None:
    spans, report = line(tmp_path, FORMS[form])
    assert spans == [RIGHT]
    assert report.summary() == "1 document, 2 entities (PER 1, LOC 1)"
    assert report.notes() == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("many", [True, False], ids=["list", "alone"])
def test_each_form_of_a_json_file_has_its_entities(form: str, many: bool, tmp_path: Path) -> None:
    value = [FORMS[form]] * 2 if many else FORMS[form]
    (tmp_path / "x.json").write_text(json.dumps(value), "utf-8")
    assert read(tmp_path / "x.json")[0] == [RIGHT] * (2 if many else 1)


def test_json_lines_may_be_called_json(tmp_path: Path) -> None:
    line = json.dumps({"text": TEXT, "labels": SPANS})
    (tmp_path / "x.json").write_text(f"{line}\n{line}\n", "utf-8")
    assert read(tmp_path / "x.json")[0] == [RIGHT, RIGHT]


def test_ner_annotators_file_is_an_object_around_pairs(tmp_path: Path) -> None:
    value = {"classes": ["PER"], "annotations": [[TEXT, {"entities": SPANS}], None]}
    (tmp_path / "x.json").write_text(json.dumps(value), "utf-8")
    assert read(tmp_path / "x.json")[0] == [RIGHT]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": TEXT, "entites": SPANS}, r":1: key 'entites' looks .* is 'entities' meant\?"),
        ({"text": TEXT, "entites": []}, r":1: key 'entites' looks .* is 'entities' meant\?"),
        ({"text": TEXT, "marks": SPANS}, r":1: key 'marks' looks .* by --columns TEXT,marks"),
        ({"text": TEXT, "ner": DICTS}, ":1: key 'ner' looks like annotations"),
        ({"text": TEXT, "marks": [["PER", 0, 4]]}, ":1: key 'marks' looks like annotations"),
        ({"body": TEXT, "entities": SPANS}, r"none of its keys \('body', 'entities'\).*: expected"),
        ({"text": TEXT, "labels": [[0, 4]]}, r":1: labels\[0\]: expected an object, or \[start"),
        ({"text": TEXT, "labels": [["0", 4, "PER"]]}, r"labels\[0\]\.start: expected a whole"),
        ({"text": TEXT, "spans": {"a": [], "b": []}}, ":1: spans: expected a list"),
        ({"text": TEXT, "label": [None, [0, 4, "PER"]]}, r"label\[0\]: expected an object"),
        ({"text": TEXT, "spans": "0:4"}, ":1: spans: expected a list"),
        ({"text": TEXT, "marks": {"sc": DICTS}}, ":1: key 'marks' looks like annotations"),
        ({"text": TEXT, "iob": ["B-PER", "O", "O", "O"]}, ":1: 'iob' are tags, but there are no"),
        ({**TOKENS, "text": TEXT, "ner_tags": ["B-PER"]}, ":1: 4 tokens, but 1 ner_tags"),
        ({"content": TEXT, "annotation": [{"label": ["PER"], "points": []}]}, r"\.points: expected a"),
        ({"text": TEXT, "labels": [[0, 4, ""]]}, r"labels\[0\]\.label: expected a label"),
        ([{"text": TEXT}], "expected an object, .*a list of them goes into a file .json"),
        ({"text": TEXT, "label": [[0, 4, 3]]}, r"label\[0\]\.label: number 3 has no name.*--names"),
        ({"text": TEXT, "label": [{"start": 0, "end": 4, "labels": ["A", "B"]}]}, "expected one label"),
        ({**TOKENS, "ner_tags": [1, 0, 0, 3]}, r"ner_tags\[0\]: number 1 has no name"),
        ({**TOKENS, "ner_tags": ["O"]}, ":1: 4 tokens, but 1 ner_tags"),
        (TOKENS, ":1: tokens have no tags: expected a list under ner_tags"),
        ({**TOKENS, "ner_tags": ["PER", "O", "O", "O"]}, r"ner_tags\[0\]: 'PER' is not a tag"),
        ({**TOKENS, "ner_tags": ["B-PER", "O", "O", "I-LOC"]}, "neither IOB1 nor IOB2"),
        ({"text": TEXT, "entities": [{"start": 1, "end": 5, "label": "PER", "text": "Анна"}]},
         r"entities\[0\]: 1:5 is not where the region's text stands: says 'Анна'"),
        ({"paragraphs": [{"raw": TEXT, "sentences": [{"tokens": [{"orth": "Пётр"}]}]}]},
         r"paragraphs\[0\]\.sentences\[0\]\.tokens\[0\]\.orth: 'Пётр' is not in the rest"),
        ({"paragraphs": [{"raw": TEXT}]}, r"paragraphs\[0\]\.sentences: expected a list"),
        ({"paragraphs": [7]}, r"paragraphs\[0\]: expected an object"),
    ],
)  # fmt: skip
def test_annotations_that_would_be_lost_are_an_error(
    value: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match=message):
        line(tmp_path, value)


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ({"body": TEXT, "marks": SPANS}, {"columns": "body,marks"}),
        ({"text": TEXT, "label": [[0, 4, 0], [14, 20, 1]]}, {"names": ("PER", "LOC")}),
        ({**TOKENS, "ner_tags": [1, 0, 0, 3]}, {"names": ("O", "B-PER", "I-PER", "B-LOC")}),
        ({"toks": TOKENS["tokens"], "iob": ["B-PER", "O", "O", "B-LOC"]}, {"columns": "toks,iob"}),
        ({**TOKENS, "tags": ["B-PER", "O", "O", "I-LOC"]}, {"lenient": True}),
    ],
)
def test_options_say_what_a_line_does_not(value: Any, options: Any, tmp_path: Path) -> None:
    assert line(tmp_path, value, **options)[0] == [RIGHT]


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_prodigys_rejected_tasks_are_left_out_and_counted(answer: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    tasks = [{"text": TEXT, "spans": DICTS, "answer": a} for a in ("accept", answer)]
    path.write_text("\n".join(map(json.dumps, tasks)), "utf-8")
    spans, report = read(path)
    assert spans == [RIGHT]
    assert report.notes() == [f"records left out (1): {path}:2: its answer is '{answer}'"]


def test_a_file_of_which_nothing_was_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nothing could be read: records left out \(1\)"):
        line(tmp_path, {"text": TEXT, "spans": DICTS, "answer": "reject"})
    with pytest.raises(CorpusError, match="nothing could be read: keys that look like"):
        line(tmp_path, {"text": TEXT, "entities": [], "labels": SPANS})


def test_a_second_key_of_annotations_is_ignored_and_counted(tmp_path: Path) -> None:
    spans, report = line(tmp_path, {"text": TEXT, "entities": DICTS, "labels": [[0, 20, "X"]]})
    assert spans == [RIGHT]
    assert report.counts == {Kind.IGNORED_KEY: 1}


def test_labels_of_a_whole_text_are_no_annotations(tmp_path: Path) -> None:
    spans, report = line(tmp_path, {"text": TEXT, "label": ["news"], "labels": [3], "tags": "x"})
    assert (spans, report.notes()) == ([[]], [])


@pytest.mark.parametrize(("unit", "shift"), [("utf16", 2), ("utf8", 4), ("codepoint", 1)])
def test_a_record_may_state_what_its_offsets_count(unit: str, shift: int, tmp_path: Path) -> None:
    end = shift + (8 if unit == "utf8" else 4)
    marks = [{"start": shift, "end": end, "label": "PER"}]
    value = {"text": "😀Анна", "entities": marks, "offsets": unit}
    assert line(tmp_path, value)[0] == [[(1, 5, "PER")]]


def test_other_fields_and_the_type_of_an_id_go_through_jsonl(tmp_path: Path) -> None:
    record = {"id": 7, "text": TEXT, "labels": SPANS, "meta": {"n": [1, None]}, "big": 10**30}
    (tmp_path / "x.jsonl").write_text(json.dumps(record), "utf-8")
    corpora.write(tmp_path / "y.jsonl", corpora.read(tmp_path / "x.jsonl"))
    back = json.loads((tmp_path / "y.jsonl").read_text("utf-8"))
    assert back == {
        "id": 7, "text": TEXT, "meta": {"n": [1, None]}, "big": 10**30, "entities": DICTS
    }  # fmt: skip
