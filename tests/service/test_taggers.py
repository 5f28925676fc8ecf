"""The shipped taggers behind the service, on real news."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from ner_service.types import Tagger
from tests.serving import Client, serving

NAMES = ("natasha", "spacy", "bilstm")
NEWS = (
    "Посол Израиля на Украине Йоэль Лион пришел в шок, узнав о решении властей Львовской области."
)


@pytest.fixture(scope="module")
def client(shipped: Callable[[str], Tagger]) -> Iterator[Client]:
    with serving(shipped, taggers=",".join(NAMES), default_tagger="") as client:
        yield client


@pytest.fixture(scope="module")
def documents(corpora_root: Path) -> list[str]:
    found = []
    for name in ("factru_devset", "factru_testset"):
        with gzip.open(corpora_root / "gold" / f"{name}.jsonl.gz") as lines:
            found += [orjson.loads(line)["text"] for line in lines]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_tagger_finds_the_names_in_news(client: Client, name: str) -> None:
    answer = client.post("/ner", json={"text": NEWS, "tagger": name}).json()
    found = [(e["text"], e["label"]) for e in answer["entities"]]
    assert found == [
        ("Израиля", "LOC"),
        ("Украине", "LOC"),
        ("Йоэль Лион", "PER"),
        ("Львовской области", "LOC"),
    ]
    assert all(NEWS[e["start"] : e["end"]] == e["text"] for e in answer["entities"])


def test_the_default_tagger_is_our_own(client: Client) -> None:
    assert client.post("/ner", json={"text": NEWS}).json()["tagger"] == "bilstm"


def test_taggers_name_the_weights_that_answer(client: Client) -> None:
    found = client.get("/taggers").json()
    assert [tagger["name"] for tagger in found] == list(NAMES)
    assert all(tagger["loaded"] and tagger["hash"] and tagger["labels"] for tagger in found)


def test_every_example_of_a_request_is_answered_as_its_example_says(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/ner", "/ner/batch"):
        answers = paths[path]["post"]["responses"]["200"]["content"]
        for kind, body in paths[path]["post"]["requestBody"]["content"].items():
            example = body["example"]
            content = example.encode() if isinstance(example, str) else orjson.dumps(example)
            answer = client.post(path, content=content, headers={"content-type": kind})
            assert answer.status_code == 200
            if kind in answers:
                assert bare(answer.json()) == bare(answers[kind]["example"])


def bare(answer: Any) -> Any:
    """An answer without scores, which change with the model, and without nulls.

    FastAPI leaves every null out of the document, also out of examples.
    """
    if isinstance(answer, dict):
        kept = {key: value for key, value in answer.items() if value is not None}
        return {key: bare(value) for key, value in kept.items() if key != "score"}
    return [*map(bare, answer)] if isinstance(answer, list) else answer


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
def test_offsets_are_exact_on_every_document(
    client: Client, documents: list[str], name: str, unit: str
) -> None:
    assert len(documents) == 254
    for text in documents:
        answer = client.post("/ner", json={"text": text, "tagger": name, "offsets": unit})
        assert answer.status_code == 200
        for e in answer.json()["entities"]:
            assert cut(text, e["start"], e["end"], unit) == e["text"]


def cut(text: str, start: int, end: int, unit: str) -> str:
    if unit == "codepoint":
        return text[start:end]
    if unit == "utf8":
        return text.encode()[start:end].decode()
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
