"""`/explain` over HTTP: figures that hold together, and what is refused."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from ner_service.service.api import explanation
from ner_service.service.api.schemas import MOST_EXPLAINED_CHARS as MOST_CHARS
from ner_service.service.api.schemas import ExplainRequest
from ner_service.service.queue.errors import Late
from ner_service.taggers.registry import load_tagger
from ner_service.types import Explaining, Tagger
from tests.serving import Capitals, Client, serving

TEXT = "😀 Анна Каренина живёт в Твери.\n\nПётр Ильич уехал в Клин."


TAGS = ["O", *(f"{prefix}-{label}" for prefix in "BIES" for label in ("PER", "LOC", "ORG"))]


def load(spec: str) -> Tagger:
    return load_tagger(spec) if spec == "bilstm" else Capitals()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(load, taggers="natasha,bilstm", default_tagger="bilstm") as client:
        yield client


def explain(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.post("/explain", json={"text": TEXT} | asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def words(explained: dict[str, Any]) -> list[str]:
    return [token["text"] for token in explained["tokens"]]


def test_a_sentence_is_explained_by_the_score_that_its_entities_have(client: Client) -> None:
    explained = explain(client)
    assert words(explained) == ["Анна", "Каренина", "живёт", "в", "Твери", "."]
    entities = client.post("/ner", json={"text": TEXT}).json()["entities"]
    for span, entity in zip(explained["spans"], entities, strict=False):
        tokens = explained["tokens"][span["start"] : span["end"]]
        place = tokens[0]["start"], tokens[-1]["end"]
        assert (*place, span["label"], span["score"]) == (
            *(entity["start"], entity["end"]),
            *(entity["label"], entity["score"]),
        )
        assert len(span["words"]) == len(explained["tokens"])
        assert [len(word) for word in span["chars"]] == [len(token["text"]) for token in tokens]
        likely = [rival["probability"] for rival in span["rivals"]]
        assert all(one >= other for one, other in pairwise(likely))
    for row in explained["probabilities"]:
        assert abs(sum(row) - 1) < 0.01
        assert len(row) == len(explained["tags"])
    assert explained["best"]["score"] >= explained["second"]["score"]


@pytest.mark.parametrize(("unit", "at"), [("codepoint", 36), ("utf16", 37), ("utf8", 60)])
def test_the_sentence_at_a_place_is_explained_in_the_unit_asked_for(
    client: Client, unit: str, at: int
) -> None:
    explained = explain(client, offsets=unit, at=at)
    assert words(explained)[:2] == ["Пётр", "Ильич"]
    codec, size = {"codepoint": ("utf-32-le", 4), "utf16": ("utf-16-le", 2), "utf8": ("utf-8", 1)}[
        unit
    ]
    encoded = TEXT.encode(codec)
    for token in explained["tokens"]:
        part = encoded[token["start"] * size : token["end"] * size]
        assert part.decode(codec) == token["text"]


def test_a_forbidden_tag_changes_the_answer(client: Client) -> None:
    tags = explain(client)["tags"]
    everywhere = [{"tag": tag} for tag in tags if tag.endswith("-PER")]
    assert all(span["label"] != "PER" for span in explain(client, forbidden=everywhere)["spans"])
    once = explain(client, forbidden=[{"tag": "B-PER", "token": 0}])
    assert once["best"]["tags"][0] != "B-PER"


def test_another_convention_is_explained_as_it_answers(client: Client) -> None:
    (scores,) = [[span["score"] for span in explain(client, convention="ne5")["spans"]]]
    answer = client.post("/ner", json={"text": TEXT, "convention": "ne5"}).json()
    assert scores == [entity["score"] for entity in answer["entities"][: len(scores)]]


def test_a_text_without_a_word_has_an_explanation_without_one(client: Client) -> None:
    assert explain(client, text=" \n")["best"] is None


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"tagger": "natasha"}, "tagger", "bilstm"),
        ({"tagger": "none"}, "tagger", "known are"),
        ({"forbidden": [{"tag": "B-XYZ"}]}, "forbidden", "there are O"),
        ({"forbidden": [{"tag": "O", "token": 99}]}, "forbidden", "6 tokens"),
        ({"forbidden": [{"tag": tag} for tag in TAGS]}, "forbidden", "no path of tags is left"),
        ({"forbidden": [{"tag": "O", "token": -1}]}, "forbidden.0.token", "greater"),
        ({"at": 1, "offsets": "utf8"}, "at", "within a character"),
        ({"at": 999}, "at", "is behind the end of the text: give a place within it"),
        ({"at": -1}, "at", "greater"),
        ({"text": "а" * (MOST_CHARS + 1)}, "text", str(MOST_CHARS)),
        ({"convention": "none"}, "convention", "ne5"),
        ({"labels": []}, "labels", "there are text, tagger, convention"),
        ({"forbid": []}, "forbid", "did you mean forbidden?"),
    ],
)
def test_what_cannot_be_explained_is_refused_by_its_field(
    client: Client, asked: dict[str, Any], field: str, said: str
) -> None:
    answer = client.post("/explain", json={"text": TEXT} | asked)
    assert 400 <= answer.status_code < 500
    error = answer.json()["error"]
    assert error["fields"] == [field]
    assert said in error["message"]
    assert "Анна" not in answer.text


def test_a_long_explanation_ends_at_its_deadline() -> None:
    """Else the next request would wait for it, though nobody waits for its answer."""
    asked = ExplainRequest(text="Анна " * 400, tagger="bilstm")
    with pytest.raises(Late):
        explanation.explain("bilstm", load("bilstm"), asked, explanation.Deadline(-1.0))


def test_a_word_is_hidden_once_for_all_spans() -> None:
    """Hidden for each of the spans, the words of a list of names took minutes."""
    runs = 0

    def count() -> None:
        nonlocal runs
        runs += 1

    tagger = load("bilstm")
    assert isinstance(tagger, Explaining)
    names = "Анна, Пётр, Иван, Ольга, Мария"
    _, explained = tagger.explainer().explain(names, 0, [], count)
    spans = explained.spans
    assert len(spans) == 5
    assert runs == len(explained.words) + sum(len(word) for span in spans for word in span.chars)
