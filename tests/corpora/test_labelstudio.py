"""Label Studio's exports of all versions and kinds of texts, and what it imports."""

import json
from pathlib import Path
from typing import Any

import pytest

from ner_service import corpora
from ner_service.corpora.formats import labelstudio
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import Kind, ReadReport
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

TEXT = "😀 Анна уехала"
REGION = {"start": 3, "end": 7, "text": "Анна", "labels": ["PER"]}
RIGHT = [(2, 6, "PER")]


def result(*values: dict[str, Any], kind: str = "labels") -> dict[str, Any]:
    regions = [{"from_name": "label", "to_name": "text", "type": kind, "value": v} for v in values]
    return {"result": regions}


def read(tmp_path: Path, *tasks: Any, **options: Any) -> tuple[list[Document], ReadReport]:
    (tmp_path / "x.json").write_text(json.dumps(tasks), "utf-8")
    report = ReadReport()
    documents = list(corpora.read(tmp_path / "x.json", None, ReadOptions(**options), report))
    return documents, report


def spans(documents: list[Document]) -> list[list[tuple[int, int, str]]]:
    return [[e.span for e in document.entities] for document in documents]


@pytest.mark.parametrize("key", ["annotations", "completions", "predictions"])
def test_annotations_have_had_three_names(key: str, tmp_path: Path) -> None:
    documents, report = read(tmp_path, {"data": {"text": TEXT}, key: [result(REGION)]})
    assert (spans(documents), report.notes()) == ([RIGHT], [])


@pytest.mark.parametrize("key", ["r_TEXT", "ner_text", "comment"])
def test_the_text_may_have_another_name(key: str, tmp_path: Path) -> None:
    documents, _ = read(tmp_path, {"data": {key: TEXT, "n": 1}, "annotations": [result(REGION)]})
    assert spans(documents) == [RIGHT]


def test_of_several_strings_that_is_the_text_which_the_regions_fit(tmp_path: Path) -> None:
    task = {"data": {"title": "Новость", "body": TEXT}, "annotations": [result(REGION)]}
    documents, _ = read(tmp_path, task)
    assert (documents[0].text, spans(documents)) == (TEXT, [RIGHT])
    with pytest.raises(CorpusError, match="title, body may hold the text: name one by --columns"):
        read(tmp_path, {"data": task["data"], "annotations": [result()]})
    documents, _ = read(
        tmp_path, {"data": task["data"], "annotations": [result()]}, columns="body,label"
    )
    assert documents[0].text == TEXT


def test_a_region_may_have_lost_its_line_feed(tmp_path: Path) -> None:
    region = {"start": 0, "end": 11, "text": "ИванПетров", "labels": ["PER"]}
    documents, _ = read(
        tmp_path, {"data": {"text": "Иван\nПетров"}, "annotations": [result(region)]}
    )
    assert spans(documents) == [[(0, 11, "PER")]]


HTML = "<p>😀 <b>Анна</b> уехала</p><script>x</script>"


@pytest.mark.parametrize(
    "place",
    [
        {"start": "/p[1]/b[1]/text()[1]", "end": "/p[1]/b[1]/text()[1]", "startOffset": 0,
         "endOffset": 4, "globalOffsets": {"start": 3, "end": 7}},
        {"start": "/p[1]/b[1]/text()[1]", "end": "/p[1]/b[1]/text()[1]", "startOffset": 0,
         "endOffset": 4},
    ],
    ids=["global offsets", "paths alone"],
)  # fmt: skip
def test_hypertext_is_read_without_its_tags(place: dict[str, Any], tmp_path: Path) -> None:
    value = place | {"text": "Анна", "hypertextlabels": ["PER"]}
    tasks = [
        {"data": {"text": HTML}, "annotations": [result(value, kind="hypertextlabels")]},
        {"data": {"text": "<i>Тихо</i> &amp; мирно"}, "annotations": [result()]},
    ]
    documents, _ = read(tmp_path, *tasks)
    assert [d.text for d in documents] == [TEXT, "Тихо & мирно"]
    assert spans(documents) == [RIGHT, []]


def test_paragraphs_are_joined_and_their_offsets_with_them(tmp_path: Path) -> None:
    talk = [{"author": "А", "text": "😀 да"}, {"author": "Б", "text": "Это Анна"}]
    value = {"start": "1", "end": "1", "startOffset": 4, "endOffset": 8, "text": "Анна"}
    task = {
        "data": {"talk": talk},
        "annotations": [result(value | {"paragraphlabels": ["PER"]}, kind="paragraphlabels")],
    }
    (document,), _ = read(tmp_path, task)
    assert document.text == "😀 да\nЭто Анна"
    assert spans([document]) == [[(9, 13, "PER")]]
    task["annotations"] = [result(value | {"start": "7", "paragraphlabels": ["PER"]})]
    with pytest.raises(CorpusError, match="expected the number of a paragraph"):
        read(tmp_path, task)


def test_paragraphs_may_have_any_key_for_their_text(tmp_path: Path) -> None:
    talk = [{"speaker": "Анна", "line": "да"}, {"speaker": "Б", "line": "Это Анна"}]
    value = {"start": "1", "end": "1", "startOffset": 4, "endOffset": 8, "text": "Анна"}
    marked = [result(value | {"paragraphlabels": ["PER"]}, kind="paragraphlabels")]
    (document,), _ = read(tmp_path, {"data": {"text": talk}, "annotations": marked})
    assert document.text == "да\nЭто Анна"
    assert spans([document]) == [[(7, 11, "PER")]]
    heard = [part | {"mood": "мирно"} for part in talk]
    (document,), _ = read(tmp_path, {"data": {"talk": heard}, "annotations": marked})
    assert document.text == "да\nЭто Анна"
    silent = {"data": {"talk": heard}, "annotations": [{"result": []}]}
    with pytest.raises(CorpusError, match=r"line, mood may be .* --columns talk\.line,label"):
        read(tmp_path, silent)
    (document,), _ = read(tmp_path, silent, columns="talk.line,label")
    assert document.text == "да\nЭто Анна"


OTHER = {"start": 8, "end": 14, "text": "уехала", "labels": ["ACT"]}
SEVERAL = {
    "data": {"text": TEXT},
    "annotations": [
        result(OTHER) | {"was_cancelled": True, "completed_by": 9},
        result(REGION) | {"completed_by": 1},
        result() | {"completed_by": {"id": 2, "email": "b@x.ru"}},
    ],
    "predictions": [result(OTHER) | {"model_version": "m"}],
}


@pytest.mark.parametrize(
    ("annotator", "labels"),
    [("", ["PER"]), ("last", []), ("1", ["PER"]), ("b@x.ru", []), ("predictions", ["ACT"])],
)
def test_one_of_several_annotations_is_chosen(
    annotator: str, labels: list[str], tmp_path: Path
) -> None:
    (document,), report = read(tmp_path, SEVERAL, annotator=annotator)
    assert [e.label for e in document.entities] == labels
    assert bool(report.counts[Kind.CHOICE]) == (annotator in ("", "last"))


def test_cancelled_and_missing_annotations_are_left_out_and_counted(tmp_path: Path) -> None:
    cancelled = {"data": {"text": TEXT}, "annotations": [result(OTHER) | {"was_cancelled": True}]}
    empty = {"data": {"text": TEXT}, "annotations": [], "predictions": [result(OTHER)]}
    done = {"data": {"text": TEXT}, "annotations": [result(REGION)]}
    documents, report = read(tmp_path, cancelled, empty, done)
    assert (spans(documents), report.counts) == ([RIGHT], {Kind.LEFT_OUT: 2})
    with pytest.raises(CorpusError, match=r"nothing could be read: records left out \(2\)"):
        read(tmp_path, cancelled, empty)
    with pytest.raises(CorpusError, match="has no annotation by 5 that"):
        read(tmp_path, done, annotator="5")


def test_regions_that_label_no_span_are_counted(tmp_path: Path) -> None:
    choice = {"type": "choices", "value": {"choices": ["news"]}}
    task = {
        "data": {"text": TEXT},
        "annotations": [{"result": [choice, *result(REGION)["result"]]}],
    }
    documents, report = read(tmp_path, task)
    assert (spans(documents), report.counts) == ([RIGHT], {Kind.IGNORED_REGION: 1})
    task["annotations"] = [{"result": [choice]}]
    with pytest.raises(CorpusError, match=r"nothing could be read: .*of type 'choices'"):
        read(tmp_path, task)


def test_several_labels_of_a_region_are_overlaps(tmp_path: Path) -> None:
    task = {"data": {"text": TEXT}, "annotations": [result(REGION | {"labels": ["PER", "ORG"]})]}
    with pytest.raises(CorpusError, match="expected one label; keep the first by --overlap first"):
        read(tmp_path, task)
    documents, report = read(tmp_path, task, overlap="first")
    assert (spans(documents), report.counts) == ([RIGHT], {Kind.OVERLAP: 1})


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"data": {"text": 1}, "annotations": [result()]}, r"\[0\]\.data\.text: expected a string"),
        ({"data": {}, "annotations": [result()]}, r"\[0\]\.data\.text: expected a string"),
        (
            {"data": {"text": TEXT}, "annotations": [result(REGION | {"labels": [""]})]},
            "3:7|2:6 has no label",
        ),
        ({"data": {"text": "а"}, "annotations": {}}, r"\[0\]\.annotations: expected a list"),
        ({"data": {"text": "а"}, "annotations": [1]}, r"annotations\[0\]: expected an object"),
        ({"data": {"text": "а"}, "annotations": [{"result": [1]}]}, r"result\[0\]: expected an ob"),
    ],
)
def test_a_wrong_task_is_named(task: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        read(tmp_path, task)


def test_what_a_tagger_found_goes_out_as_predictions_and_comes_back(tmp_path: Path) -> None:
    found = Document("a", TEXT, (Entity(2, 6, "PER", 0.75), Entity(7, 13, "ACT", 0.5)))
    (tmp_path / "x.json").write_text("".join(labelstudio.predictions([found], "ours 1")), "utf-8")
    ((task),) = json.loads((tmp_path / "x.json").read_text("utf-8"))
    (prediction,) = task.pop("predictions")
    assert task == {"data": {"id": "a", "text": TEXT}}
    assert (prediction["model_version"], prediction["score"]) == ("ours 1", 0.5)
    assert [region["score"] for region in prediction["result"]] == [0.75, 0.5]
    assert prediction["result"][0]["value"] == REGION
    assert spans(list(corpora.read(tmp_path / "x.json"))) == [[(2, 6, "PER"), (7, 13, "ACT")]]


def test_gold_goes_out_as_annotations(tmp_path: Path) -> None:
    corpora.write(tmp_path / "x.json", [Document("a", TEXT, (Entity(2, 6, "PER"),))])
    (task,) = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert task == {"data": {"id": "a", "text": TEXT}, "annotations": [result(REGION)]}


def test_predictions_that_an_export_only_numbers_are_passed_over(tmp_path: Path) -> None:
    """Label Studio exports the numbers of predictions, and the annotations whole."""
    task = {"id": 1, "data": {"text": "Анна"}, "annotations": [{"result": []}], "predictions": [7]}
    (tmp_path / "export.json").write_text(json.dumps([task]), "utf-8")
    assert [(d.text, d.entities) for d in corpora.read(tmp_path / "export.json")] == [("Анна", ())]
