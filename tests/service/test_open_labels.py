"""Open labels: of a tagger that finds any, the labels of a request are the question."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from ner_service.types import Entity, Tagger
from tests.serving import Capitals, Client, serving


class Open(Capitals):
    """Calls whatever it finds by the first label that it is asked for."""

    def __init__(self, labels: Sequence[str] = ("PER",)) -> None:
        self.info = replace(Capitals.info, labels=tuple(labels), open_labels=True)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers = super().tag(texts)
        label = self.info.labels[0]
        return [[replace(entity, label=label) for entity in answer] for answer in answers]

    def with_labels(self, labels: Sequence[str]) -> Tagger:
        return Open(labels)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of a tagger with open labels, and of one without."""
    taggers = {"natasha": Open, "spacy": Capitals}
    with serving(lambda spec: taggers[spec]()) as client:
        yield client


def labels(result: dict[str, list[dict[str, str]]]) -> list[str]:
    return [entity["label"] for entity in result["entities"]]


@pytest.mark.parametrize(
    ("asked", "label"), [(None, "PER"), (["бренд", "болезнь"], "бренд"), (["болезнь"], "болезнь")]
)
def test_a_request_asks_for_any_labels(client: Client, asked: list[str] | None, label: str) -> None:
    body = {} if asked is None else {"labels": asked}
    assert labels(client.post("/ner", json={"text": "Анна"} | body).json()) == [label]
    batch = client.post("/ner/batch", json={"texts": ["Анна", "", "Пётр"]} | body).json()
    assert [labels(result) for result in batch["results"]] == [[label], [], [label]]


def test_lines_of_one_stream_ask_for_labels_of_their_own(client: Client) -> None:
    asked = ({}, {"labels": ["бренд"]}, {"labels": ["город"]}, {"labels": []})
    lines = "\n".join(json.dumps({"text": "Анна"} | one) for one in asked)
    kind = {"content-type": "application/x-ndjson"}
    stream = client.post("/ner/batch", content=lines, headers=kind)
    answers = [labels(json.loads(line)) for line in stream.content.splitlines()]
    assert answers == [["PER"], ["бренд"], ["город"], []]


def test_other_taggers_still_refuse_labels_that_they_do_not_know(client: Client) -> None:
    answer = client.post("/ner", json={"text": "Анна", "labels": ["бренд"], "tagger": "spacy"})
    assert (answer.status_code, answer.json()["error"]["fields"]) == (422, ["labels"])


def test_the_list_of_taggers_says_whose_labels_are_open(client: Client) -> None:
    known = {tagger["name"]: tagger["open_labels"] for tagger in client.get("/taggers").json()}
    assert known == {"natasha": True, "spacy": False}
