"""Other fields of a line come back as they were written, and the command line agrees."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.service.api.schemas import MOST_OTHER_VALUES
from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity
from tests.serving import Client, serving

NDJSON = {"content-type": "application/x-ndjson"}
TEXT = "Посол Израиля приехал 😀."
FIELDS = (
    '"url":"https://x.ru/?a=b","n":1.10,"big":123456789012345678901234567890,"far":-1E40,'
    '"zero":-0.0,"meta":{"z":[1,null,{"b":[],"a":{}}],"a":true},"":"","Текст":"а\\nб","tags":[]'
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    tagger = load_tagger("natasha")
    tagger.tag(
        ["Анна"]
    )  # which compiles it where that was never done, for longer than a server waits
    with serving(lambda spec: tagger, taggers="natasha") as client:
        yield client


def send(client: Client, *lines: str, query: str = "") -> list[str]:
    content = "".join(f"{line}\n" for line in lines).encode()
    answer = client.post(f"/ner/batch{query}", content=content, headers=NDJSON)
    assert answer.status_code == 200
    return answer.content.decode().splitlines()


def test_fields_come_back_byte_for_byte_and_in_their_order(client: Client) -> None:
    (answer,) = send(client, f'{{{FIELDS},"id":7,"text":"Тихо.","offsets":"utf8"}}')
    head, tail = '{"id":7,"text":"Тихо.",', ',"tagger":"natasha","offsets":"utf8","entities":[]}'
    assert answer == f"{head}{FIELDS}{tail}"


@pytest.mark.parametrize(
    "record",
    [
        {"id": 7, "text": TEXT},
        {"id": "7", "text": TEXT, "label_name": "x"},
        {"text": TEXT, "id": "б", "meta": {"b": 1, "a": [1.5, None]}, "entities": [[0, 5, "X"]]},
        {"z": 1, "id": -1, "entities": None, "text": "", "a": 10**30},
        {"id": "a", "text": TEXT, "tagger_name": "n", "spans": [{"start": 0, "end": 5}]},
    ],
)
def test_the_command_and_the_stream_give_one_form(
    client: Client, record: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    line = json.dumps(record, ensure_ascii=False)
    (tmp_path / "x.jsonl").write_text(line, "utf-8")
    assert run_command(partial(app, ["tag", "-t", "natasha", str(tmp_path / "x.jsonl")])) == 0
    (of_stream,) = map(json.loads, send(client, line))
    assert [of_stream.pop("tagger"), of_stream.pop("offsets")] == ["natasha", "codepoint"]
    of_command = json.loads(capfd.readouterr().out)
    assert json.dumps(of_stream) == json.dumps(of_command)  # order and types of numbers included
    assert [list(e) for e in of_command["entities"]] == [
        ["start", "end", "label", "text", "score"] for _ in of_stream["entities"]
    ]


def test_an_answer_is_a_document_in_whichever_unit_it_counts(
    client: Client, tmp_path: Path
) -> None:
    line = json.dumps({"id": 7, "text": "😀 Израиль", "n": 1})
    for unit in ("codepoint", "utf16", "utf8"):
        (answer,) = send(client, line, query=f"?offsets={unit}")
        (tmp_path / "x.jsonl").write_text(answer, "utf-8")
        corpora.write(tmp_path / "y.jsonl", corpora.read(tmp_path / "x.jsonl"))
        for name in ("x.jsonl", "y.jsonl"):
            (document,) = corpora.read(tmp_path / name)
            assert document.entities == (Entity(2, 9, "LOC"),)
            assert document.fields["n"] == 1


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        *(("label", "labels"), ("Labels", "labels"), ("lables", "labels"), ("taggr", "tagger")),
        *(("TAGGER", "tagger"), ("offset", "offsets"), ("ofsets", "offsets"), ("x", "")),
        *(("tags", ""), ("title", ""), ("idx", ""), ("label_name", ""), ("context", "")),
    ],
)
def test_a_key_that_is_nearly_an_options_name_is_an_error(
    client: Client, key: str, meant: str
) -> None:
    line = json.dumps({"id": 1, "text": "", key: "PER"})
    answer = json.loads(send(client, line)[0])
    if not meant:
        assert answer[key] == "PER"
        return
    assert answer == {"id": 1, "error": answer["error"]}
    assert answer["error"]["fields"] == [key]
    assert f"is '{meant}' meant?" in answer["error"]["message"]


def test_what_would_pass_for_another_answer_is_refused(client: Client) -> None:
    lines = ['{"text": "", "error": 1}', '{"text": "", "a": {"b": [NaN]}}', '{"text": "", "a": ']
    answers = [json.loads(answer)["error"] for answer in send(client, *lines)]
    assert [error["code"] for error in answers] == ["invalid_request", *["invalid_json"] * 2]
    assert "rename the field" in answers[0]["message"]
    assert "NaN: send null instead" in answers[1]["message"]


def test_other_fields_are_bounded(client: Client) -> None:
    def line(values: int) -> str:
        return json.dumps({"text": "", "a": [0] * values})

    fits, too_many, deep = send(
        client, line(MOST_OTHER_VALUES - 100), line(MOST_OTHER_VALUES + 1_000),
        '{"text": "", "a": ' + "[" * 5_000 + "]" * 5_000 + "}",
    )  # fmt: skip
    assert len(json.loads(fits)["a"]) == MOST_OTHER_VALUES - 100
    assert json.loads(too_many)["error"]["code"] == "invalid_request"
    assert json.loads(deep)["error"]["code"] == "invalid_json"


def test_a_line_of_very_many_fields_is_refused(client: Client) -> None:
    """Each is compared with the names of options, in the event loop."""
    fields = {f"a{n}": 0 for n in range(1_001)}
    (answer,) = send(client, json.dumps({"text": ""} | fields))
    error = json.loads(answer)["error"]
    assert error["message"] == "the line has more than 1000 other fields: send fewer"
