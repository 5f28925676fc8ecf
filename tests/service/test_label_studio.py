"""Label Studio's protocol for ML backends: exchanges as its server 1.23 sends them."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from ner_service import corpora
from ner_service.errors import ConfigError, Refused
from ner_service.service.api.auth import hash_key, new_key
from ner_service.service.api.labelstudio import handlers
from ner_service.service.api.labelstudio.forms import PredictForm
from ner_service.service.api.labelstudio.labelling import TaskText, read_labelling
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import read_roster
from ner_service.types import Entity
from tests.serving import Capitals, Client, serving, until

ADMIN, KEY, TOKEN = new_key(), new_key(), "a-token-of-label-studio"
CONFIG = """
<View>
  <!-- two texts, and names of its own for the labels -->
  <Labels name="label" toName="text,title">
    <Label value="Человек" alias="Person" background="red"/>
    <Label value="Место" alias="LOC"/>
  </Labels>
  <Labels name="places" toName="text"><Label value="location"/></Labels>
  <Header value="$title"/>
  <Text name="title" value="$title"/>
  <Text name="text" value="$article.body"/>
  <Choices name="topic" toName="text"><Choice value="sport"/></Choices>
</View>
"""
PLAIN = '<View><Labels name="l" toName="t"><Label value="PER"/></Labels><Text name="t" value="$text"/></View>'


def task(number: int, **data: object) -> dict[str, object]:
    """A task as `TaskSimpleSerializer` of the server writes it."""
    return {
        "id": number, "data": data, "meta": {}, "created_at": "2026-11-29T20:00:00.000000Z",
        "inner_id": number, "total_annotations": 0, "project": 17, "updated_by": None,
        "file_upload": None, "comment_authors": [], "annotations": [], "predictions": [],
    }  # fmt: skip


def predict(client: Client, *tasks: dict[str, object], config: str = PLAIN) -> httpx.Response:
    params = {"login": None, "password": None, "context": None}
    body = {"tasks": tasks, "project": "17.1764446400", "label_config": config, "params": params}
    return client.post("/label-studio/predict", json=body)


class Unsure(Capitals):
    """Is the less sure the longer the name."""

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [
            [Entity(e.start, e.end, e.label, 1 / (e.end - e.start)) for e in entities]
            for entities in super().tag(texts)
        ]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(lambda _: Unsure(), max_batch_texts=5, max_text_chars=200) as client:
        yield client


def test_a_server_connects(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/label-studio/health").json() == {
        "status": "UP",
        "model_class": "ner-service",
    }
    body = {
        "project": "17.1764446400", "schema": CONFIG, "hostname": "http://localhost:8080",
        "access_token": TOKEN, "extra_params": None,
    }  # fmt: skip
    answer = client.post("/label-studio/setup", json=body)
    assert answer.json() == {"model_version": "natasha abc"}
    wrong = client.post("/label-studio/setup", json=body | {"schema": 5})
    assert wrong.status_code == 422
    assert TOKEN not in caplog.text + answer.text + wrong.text


def test_each_task_has_exactly_one_result_by_the_labels_of_its_project(client: Client) -> None:
    answer = predict(
        client,
        task(1, title="😀 Анна", article={"body": "В Туле живёт Пётр."}),
        task(2, title="без имён", article={"body": ""}),
        task(3, article={}),
        config=CONFIG,
    )
    first, second, third = answer.json()["results"]
    regions = [
        (r["from_name"], r["to_name"], r["type"], r["value"]["start"], r["value"]["end"], r["value"]["text"], r["value"]["labels"])
        for r in first["result"]
    ]  # fmt: skip
    assert sorted(regions) == sorted([
        ("label", "title", "labels", 3, 7, "Анна", ["LOC"]),
        ("label", "text", "labels", 0, 1, "В", ["Person"]),
        ("label", "text", "labels", 2, 6, "Туле", ["Person"]),
        ("label", "text", "labels", 13, 17, "Пётр", ["Person"]),
    ])  # fmt: skip
    assert len({region["id"] for region in first["result"]}) == 4
    assert first["score"] == min(region["score"] for region in first["result"]) == 0.25
    assert second == {"result": [], "score": 1.0, "model_version": "natasha abc"}
    assert third == {"result": [], "model_version": "natasha abc"}


def test_the_least_certain_task_has_the_least_score(client: Client) -> None:
    texts = ["Ян", "Пётр и Ян", "Константинополь", "никого"]
    answer = predict(client, *(task(n, text=text) for n, text in enumerate(texts)))
    scores = {text: r["score"] for text, r in zip(texts, answer.json()["results"], strict=True)}
    assert sorted(texts, key=scores.__getitem__) == ["Константинополь", "Пётр и Ян", "Ян", "никого"]


def test_a_task_that_cannot_be_tagged_spoils_no_other(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = [task(1, text="Пётр"), task(2, text=5), task(3, text="Пётр " * 60), task(4, text="Ян")]
    results = predict(client, *tasks).json()["results"]
    assert [len(result["result"]) for result in results] == [1, 0, 0, 1]
    assert "task 2 gets no prediction: data.text: expected a string" in caplog.text
    assert "task 3 gets no prediction: data.text: longer than 200" in caplog.text
    assert "Пётр" not in caplog.text


@pytest.mark.parametrize(
    ("object", "control", "data", "bounds"),
    [
        (
            '<HyperText name="t" value="$text"/>',
            "HyperTextLabels",
            {"text": "<p>И <b>Пётр</b></p>"},
            {"globalOffsets": {"start": 2, "end": 6}, "start": "/", "end": "/", "startOffset": 2, "endOffset": 6},
        ),
        (
            '<Paragraphs name="t" value="$text"/>',
            "ParagraphLabels",
            {"text": [{"author": "a", "text": "и 😀"}, {"author": "b", "text": "и Пётр"}]},
            {"start": "1", "startOffset": 2, "end": "1", "endOffset": 6},
        ),
        (
            '<Paragraphs name="t" value="$talk" textKey="phrase" nameKey="who"/>',
            "ParagraphLabels",
            {"talk": [{"who": "Аня", "phrase": "и 😀"}, {"who": "Ян", "phrase": "и Пётр"}]},
            {"start": "1", "startOffset": 2, "end": "1", "endOffset": 6},
        ),
    ],
)  # fmt: skip
def test_html_and_dialogues_count_as_label_studio_does_and_read_back(
    client: Client, tmp_path: Path, object: str, control: str, data: dict[str, object], bounds: dict[str, object]
) -> None:  # fmt: skip
    labels = f'<{control} name="l" toName="t"><Label value="Person"/></{control}>'
    config = f"<View>{labels}{object}</View>"
    (result,) = predict(client, task(1, **data), config=config).json()["results"]
    regions = [r for r in result["result"] if r["value"]["text"] == "Пётр"]
    assert [r["value"] for r in regions] == [
        {**bounds, "text": "Пётр", control.lower(): ["Person"]}
    ]
    exported = [{"id": 1, "data": data, "annotations": [{"result": regions}]}]
    (tmp_path / "export.json").write_text(json.dumps(exported), "utf-8")
    (document,) = corpora.read(tmp_path / "export.json")
    assert [document.text[e.start : e.end] for e in document.entities] == ["Пётр"]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ("<View", "is not XML"),
        ("<View/>", "has no Labels for a Text, such as"),
        (PLAIN.replace('toName="t"', 'toName="x"'), "has no Labels for a Text"),
        (PLAIN.replace('"$text"', '"$text" valueType="url"'), "has no Labels for a Text"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + PLAIN, "has a document type"),
        ("x" * 200_001, "at most 200000 characters"),
    ],
)
def test_a_configuration_that_labels_no_text_is_refused_by_name(
    client: Client, config: str, fault: str
) -> None:
    answer = predict(client, task(1, text="Пётр"), config=config)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["fields"] == ["label_config"]
    assert fault in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"label_config": PLAIN, "tasks": [task(n, text="") for n in range(6)]}, 413),
        ({"label_config": PLAIN, "tasks": [task(1, text=["a"] * 5_000)]}, 422),
        ({"label_config": PLAIN}, 422),
        ({"label_config": PLAIN, "tasks": [{"id": 1}]}, 422),
    ],
)
def test_a_request_that_is_too_large_or_no_request_is_refused(
    client: Client, body: dict[str, object], status: int
) -> None:
    answer = client.post("/label-studio/predict", json=body)
    assert answer.status_code in (status, 400), answer.text
    assert answer.json()["error"]["fields"] or "values" in answer.json()["error"]["message"]


def test_one_text_in_several_objects_is_tagged_once_and_labelled_by_each_control() -> None:
    tagger = Remembering()
    labels = "".join(
        f'<Labels name="l{n}" toName="t{n}"><Label value="PER"/></Labels>' for n in range(3)
    )
    texts = "".join(f'<Text name="t{n}" value="$text"/>' for n in range(3))
    with serving(lambda _: tagger) as client:
        (result,) = predict(
            client, task(1, text="Пётр"), config=f"<View>{labels}{texts}</View>"
        ).json()["results"]
    assert [(r["from_name"], r["to_name"]) for r in result["result"]] == [
        ("l0", "t0"),
        ("l1", "t1"),
        ("l2", "t2"),
    ]
    assert tagger.seen.count("Пётр") == 1


class Remembering(Capitals):
    """Remembers all texts."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.seen += texts
        return super().tag(texts)


def test_a_configuration_of_very_many_controls_is_refused(client: Client) -> None:
    """Each of them is written for each entity: 5,000 stopped the service for minutes."""
    controls = "".join(f'<Labels name="l{n}" toName="t"/>' for n in range(65))
    config = f'<View>{controls}<Text name="t" value="$text"/></View>'
    error = predict(client, task(1, text="Пётр"), config=config).json()["error"]
    assert error["message"] == "label_config: labels texts in more than 64 ways: send fewer"


def test_an_answer_of_very_many_regions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service once spent 20 s on one text with 64 controls, and answered 500 MB."""
    monkeypatch.setattr(handlers, "MOST_REGIONS", 4)
    fields = read_labelling(PLAIN.replace("</View>", '<Labels name="m" toName="t"/></View>'), "")
    texts = [TaskText(0, fields[0], "Ян и Ян и Ян", [])]
    names = [Entity(at, at + 2, "PER") for at in (0, 5, 10)]
    assert handlers.predictions(1, fields, texts, [names[:2]], "v").count(b"from_name") == 4
    with pytest.raises(Refused, match="more than 4 regions: send fewer tasks"):
        handlers.predictions(1, fields, texts, [names], "v")


def test_a_body_of_very_many_faults_is_refused_at_the_first() -> None:
    body = b'{"label_config": "", "tasks": [' + b"[]," * 50_000 + b"[]]}"
    with pytest.raises(ValidationError) as caught:
        PredictForm.model_validate_json(body)
    assert caught.value.error_count() == 1


def test_entities_of_very_many_paragraphs_are_placed_by_bisection() -> None:
    """Each was compared with each paragraph: 30,000 took a minute."""
    (field,) = read_labelling(
        '<View><ParagraphLabels name="l" toName="t"/><Paragraphs name="t" value="$text"/></View>',
        "schema",
    )
    number = 10_000
    text = "\n".join(["Ян"] * number)
    starts = [*range(0, 3 * number, 3)]
    regions = [*field.regions(text, starts, [Entity(at, at + 2, "PER") for at in starts])]
    places = {(r["value"]["startOffset"], r["value"]["endOffset"]) for r in regions}
    assert places == {(0, 2)}
    assert [r["value"]["start"] for r in regions] == [*map(str, range(number))]


def test_labels_may_come_with_the_tasks() -> None:
    config = PLAIN.replace('<Label value="PER"/>', "")
    (field,) = read_labelling(config, "schema")
    assert field.label_for("ODD") == "ODD"


# what people annotate


def event(action: str, mark: int = 1, number: int = 5, **more: Any) -> dict[str, Any]:
    """An event as the server's webhook sends it."""
    value = {"start": 0, "end": 4, "text": "Пётр", "labels": ["PER"]}
    region = {"id": "a", "from_name": "l", "to_name": "t", "type": "labels", "value": value}
    body = {
        "action": action,
        "project": {"id": 17, "title": "News", "label_config": PLAIN, "created_by": {"id": 1}},
        "task": task(number, text="Пётр поёт"),
        "annotation": {
            "id": mark, "result": [region], "task": number, "completed_by": 1,
            "was_cancelled": False, "lead_time": 2.5,
        },
    }  # fmt: skip
    return body | more


def test_webhooks_are_ignored_unless_asked_for(client: Client) -> None:
    answer = client.post("/label-studio/webhook", json=event("ANNOTATION_CREATED"))
    assert answer.json()["status"] == "ignored"


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Client]:
    admins = f"studio={hash_key(ADMIN)}"
    with serving(api_keys=f"one={hash_key(KEY)}", admin_keys=admins, label_studio_folder=str(tmp_path / "studio")) as client:  # fmt: skip
        yield client


def send(client: Client, body: dict[str, Any], key: str = ADMIN) -> httpx.Response:
    headers = {"authorization": f"Token {key}"} if not key else {"x-api-key": key}
    return client.post("/label-studio/webhook", json=body, headers=headers)


def test_annotations_are_kept_as_tasks_that_training_reads(
    collecting: Client, tmp_path: Path
) -> None:
    assert send(collecting, event("ANNOTATION_CREATED"), KEY).status_code == 403
    assert send(collecting, event("ANNOTATION_CREATED"), "").status_code == 401
    assert send(collecting, event("TASKS_CREATED")).json() == {"status": "ignored"}
    assert send(collecting, event("ANNOTATION_CREATED")).json() == {"status": "collected"}
    assert send(collecting, event("ANNOTATION_CREATED", 2, 6)).json() == {"status": "collected"}
    nothing = {"id": 1, "result": [], "task": 5}
    assert send(collecting, event("ANNOTATION_UPDATED", annotation=nothing)).status_code == 200
    files = sorted((tmp_path / "studio" / "tasks").iterdir())
    assert [path.name for path in files] == ["17-5.json", "17-6.json"]
    together = tmp_path / "together.jsonl"
    together.write_bytes(b"".join(path.read_bytes() for path in files))
    assert [(d.text, len(d.entities)) for d in corpora.read(together)] == [("Пётр поёт", 0), ("Пётр поёт", 1)]  # fmt: skip
    deleted = {"action": "ANNOTATIONS_DELETED", "project": {"id": 17}, "annotations": [{"id": 2}]}
    assert send(collecting, deleted).json() == {"status": "collected"}
    assert [path.name for path in (tmp_path / "studio" / "tasks").iterdir()] == ["17-5.json"]


def test_annotations_created_together_come_as_lists_with_a_task_for_each(
    collecting: Client, tmp_path: Path
) -> None:
    marks = [event("", mark, number) for mark, number in ((1, 5), (2, 5), (3, 6))]
    lists = {key: [mark[key] for mark in marks] for key in ("annotation", "task")}
    answer = send(collecting, event("ANNOTATIONS_CREATED", **lists))
    assert answer.json() == {"status": "collected"}
    files = sorted((tmp_path / "studio" / "tasks").iterdir())
    assert [[a["id"] for a in json.loads(f.read_bytes())["annotations"]] for f in files] == [[1, 2], [3]]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (event("ANNOTATION_CREATED", task=None), ["task"]),
        (event("ANNOTATIONS_CREATED", task=[], annotation=[{"id": 1}]), ["task"]),
        (event("ANNOTATION_CREATED", annotation={"id": "../x"}), ["annotation.id"]),
        ({"project": {"id": 1}}, ["action"]),
    ],
)
def test_an_event_that_is_none_is_refused_by_field(
    collecting: Client, body: dict[str, Any], fields: list[str], tmp_path: Path
) -> None:
    answer = send(collecting, body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["fields"] == fields
    assert not (tmp_path / "studio" / "tasks").exists()


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"label_studio_folder": "x"}, "NER_LABEL_STUDIO_FOLDER: needs an admin key"),
        ({"label_studio_config": "x"}, "NER_LABEL_STUDIO_CONFIG: has no annotations"),
        (
            {"label_studio_folder": "x", "label_studio_config": "/no", "admin_keys": f"a={hash_key('x')}"},
            "NER_LABEL_STUDIO_CONFIG: /no: no such file",
        ),
    ],
)  # fmt: skip
def test_settings_that_lack_each_other_are_named(settings: dict[str, str], fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        read_roster(Settings(**settings))


@pytest.mark.parametrize("code", [0, 3])
def test_a_training_begins_after_some_tasks_and_the_service_follows_it(
    tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A program in place of ours says how it was called, and waits to be let go."""
    program, gate = tmp_path / "python", tmp_path / "gate"
    program.write_text(
        f'#!/bin/sh\necho "$@"\nwhile [ ! -e {gate} ]; do sleep 0.01; done\nexit {code}\n', "utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    config = tmp_path / "mine.toml"
    config.write_text("", "utf-8")
    folder = tmp_path / "studio"
    settings = {"label_studio_folder": str(folder), "label_studio_config": str(config)}
    caplog.set_level("INFO")
    with serving(admin_keys=f"a={hash_key(ADMIN)}", label_studio_after=2, **settings) as client:
        assert send(client, event("START_TRAINING")).json() == {"status": "ignored"}  # on nothing
        assert send(client, event("ANNOTATION_CREATED", 1, 1)).json() == {"status": "collected"}
        assert send(client, event("ANNOTATION_CREATED", 2, 2)).json() == {"status": "training"}
        until(lambda: (folder / "training.log").exists() and (folder / "training.log").read_text())
        assert send(client, event("ANNOTATION_CREATED", 3, 3)).json() == {"status": "collected"}
        assert (folder / "training.log").read_text() == f"-m ner_service retrain {config}\n"
        assert len([*corpora.read(folder / "annotations.jsonl")]) == 2
        assert send(client, event("START_TRAINING")).json() == {"status": "ignored"}  # still at it
        gate.write_text("")
        until(lambda: "reloaded" in caplog.text or "failed (3)" in caplog.text)
        assert ("reloaded" in caplog.text) == (code == 0)
        until(lambda: client.app.state.collector.is_idle)
        gate.unlink()
        assert send(client, event("START_TRAINING")).json() == {"status": "training"}
    # the service stops, and with it the training
