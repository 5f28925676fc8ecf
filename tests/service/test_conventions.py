"""Conventions: a request names the way of annotating that a tagger is to answer by."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from ner_service.taggers.bilstm import load
from ner_service.types import Conventional, Entity, Tagger
from tests.serving import Capitals, Client, serving

KNOWN = ("persons", "places")


class Bilingual(Capitals):
    """Calls whatever it finds a person, or by its other convention a place."""

    info = replace(Capitals.info, conventions=KNOWN)
    label = "PER"

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers = super().tag(texts)
        return [[replace(entity, label=self.label) for entity in answer] for answer in answers]

    def in_convention(self, convention: str) -> Tagger:
        other = Bilingual()
        other.label = {"persons": "PER", "places": "LOC"}[convention]
        return other


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of a tagger with conventions, and of one without."""
    taggers = {"natasha": Bilingual, "spacy": Capitals}
    with serving(lambda spec: taggers[spec]()) as client:
        yield client


def labels(result: dict[str, list[dict[str, str]]]) -> list[str]:
    return [entity["label"] for entity in result["entities"]]


@pytest.mark.parametrize(
    ("convention", "label"), [(None, "PER"), ("persons", "PER"), ("places", "LOC")]
)
def test_every_form_of_a_request_may_name_a_convention(
    client: Client, convention: str | None, label: str
) -> None:
    named = {} if convention is None else {"convention": convention}
    assert labels(client.post("/ner", json={"text": "Анна"} | named).json()) == [label]
    batch = client.post("/ner/batch", json={"texts": ["Анна", "", "Пётр"]} | named).json()
    assert [labels(result) for result in batch["results"]] == [[label], [], [label]]
    text = {"content": "Анна".encode(), "headers": {"content-type": "text/plain"}}
    assert labels(client.post("/ner", params=named, **text).json()) == [label]
    kind = {"content-type": "application/x-ndjson"}
    lines = "\n".join(json.dumps({"text": "Анна"} | one) for one in ({}, {"convention": "places"}))
    stream = client.post("/ner/batch", params=named, content=lines, headers=kind)
    answers = [labels(json.loads(line)) for line in stream.content.splitlines()]
    assert answers == [[label], ["LOC"]]


def test_a_convention_that_a_tagger_has_not_learned_is_refused_with_those_it_has(
    client: Client,
) -> None:
    for tagger, known in (("natasha", "persons, places"), ("spacy", "no convention by name")):
        body = {"text": "Анна", "convention": "others", "tagger": tagger}
        answer = client.post("/ner", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["fields"]) == (422, ["convention"])
        assert f"{tagger} knows {known}" in error["message"]
        assert "others" not in error["message"]


def test_the_taggers_list_their_conventions(client: Client) -> None:
    listed = {one["name"]: one["conventions"] for one in client.get("/taggers").json()}
    assert listed == {"natasha": list(KNOWN), "spacy": []}


def test_a_net_answers_by_each_of_its_conventions_as_if_it_were_loaded_for_it() -> None:
    tagger = load("ru-news")
    assert isinstance(tagger, Conventional)
    text = "Как сообщает РИА Новости, в Евросоюзе и на Украине ждут решения НАТО и Верховной Рады."
    for convention in tagger.info.conventions:
        own = load(f"ru-news@{convention}")
        other = tagger.in_convention(convention)
        assert other.info == own.info
        assert other.tag([text]) == own.tag([text])
        assert tagger.in_convention(convention) is other
    assert tagger.tally.misses > tagger.in_convention(tagger.info.conventions[-1]).tally.misses > 0
