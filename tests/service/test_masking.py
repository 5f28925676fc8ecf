"""`/mask` and `/unmask` over HTTP: round trips, options, and what they refuse."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving import Client, Fragile, serving

TEXT = "😀 Анна Каренина и Пётр живут здесь, пишет anna@ya.ru"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(max_text_chars=100_000) as client:
        yield client


def mask(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.post("/mask", json={"text": TEXT} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("style", ["label", "surrogate"])
def test_a_text_comes_back_by_its_key(client: Client, style: str) -> None:
    masked = mask(client, style=style)
    assert masked["labels"] == [
        "PER",
        "LOC",
        "ORG",
        "EMAIL",
        "PHONE",
        "CARD",
        "IBAN",
        "SNILS",
        "OGRN",
        "INN",
        "PASSPORT",
    ]
    for name in ("Анна", "Каренина", "Пётр", "anna"):
        assert name not in masked["text"]
    answer = client.post("/unmask", json={"text": masked["text"], "key": masked["key"]})
    assert answer.json() == {"text": TEXT}


@pytest.mark.parametrize(
    ("unit", "codec", "size"),
    [("codepoint", "utf-32-le", 4), ("utf16", "utf-16-le", 2), ("utf8", "utf-8", 1)],
)
def test_offsets_are_those_of_the_masked_text_in_the_unit_asked_for(
    client: Client, unit: str, codec: str, size: int
) -> None:
    masked = mask(client, offsets=unit)
    encoded = masked["text"].encode(codec)
    for entity in masked["entities"]:
        part = encoded[entity["start"] * size : entity["end"] * size]
        assert part.decode(codec) == entity["text"]
        assert entity["text"].startswith(f"<{entity['label']}_")


def test_labels_choose_what_is_hidden_and_identifiers_need_no_tagger(client: Client) -> None:
    assert mask(client, labels=["EMAIL"])["text"] == TEXT.replace("anna@ya.ru", "<EMAIL_1>")
    only = mask(client, labels=["EMAIL"])
    assert (only["tagger"], only["labels"]) == (None, ["EMAIL"])
    assert "anna@ya.ru" in mask(client, labels=["PER"])["text"]
    answer = client.post("/mask", json={"text": TEXT, "labels": ["NOTHING", "EMAIL"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_label")


def test_entities_of_ones_own_take_the_place_of_a_tagger(client: Client) -> None:
    own = [{"start": 3, "end": 16, "label": "ГЕРОЙ", "text": "Анна Каренина"}]
    masked = mask(client, entities=own, offsets="utf16", labels=["ГЕРОЙ"])
    assert masked["text"] == TEXT.replace("Анна Каренина", "<ГЕРОЙ_1>")
    assert masked["tagger"] is None
    answer = client.post("/unmask", json={"text": masked["text"], "key": masked["key"]})
    assert answer.json() == {"text": TEXT}


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"entities": [{"start": 0, "end": 999, "label": "PER"}]}, ["entities"]),
        ({"entities": [{"start": 5, "end": 5, "label": "PER"}]}, ["entities"]),
        ({"entities": [{"start": -3, "end": 5, "label": "PER"}]}, ["entities"]),
        ({"entities": [{"start": -3, "end": 5, "label": "PER"}], "offsets": "utf8"}, ["entities"]),
        ({"entities": [{"start": 1, "end": 5, "label": "PER"}], "offsets": "utf16"}, ["entities"]),
        ({"entities": [{"start": 2, "end": 2**62, "label": "PER"}], "offsets": "utf8"}, ["entities"]),
        ({"entities": [{"start": 0, "end": 5, "label": "A"}, {"start": 3, "end": 8, "label": "B"}]}, ["entities"]),
        ({"entities": [{"start": "0", "end": 5, "label": "A"}]}, ["entities.0.start"]),
        ({"entities": [{"start": 2, "end": 6, "label": "A", "text": "Олег"}]}, ["entities.0.text"]),
        ({"entities": [{"start": 2, "end": 6, "label": "A", "text": "Анна"}], "offsets": "utf16"}, ["entities.0.text"]),
        ({"entities": [{"start": 2, "end": 6, "label": "A", "text": 4}]}, ["entities.0.text"]),
        ({"entities": [{"start": 18, "end": 22, "label": "A"}, {"start": 2, "end": 6, "label": "A", "text": ""}]}, ["entities.1.text"]),
        ({"entities": [{"start": 0, "end": 5, "label": "A" * 257}]}, ["entities.0.label"]),
        ({"entities": [], "tagger": "natasha"}, ["tagger", "entities"]),
        ({"style": "colour"}, ["style"]),
        ({"seed": 2**63}, ["seed"]),
        ({"seed": "1"}, ["seed"]),
        ({"nonsense": 1}, ["nonsense"]),
        ({"labels": ["PER"] * 65}, ["labels"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(
    client: Client, asked: dict[str, Any], fields: list[str]
) -> None:
    answer = client.post("/mask", json={"text": TEXT} | asked)
    assert (answer.status_code, answer.json()["error"]["fields"]) == (422, fields)
    assert "Каренина" not in answer.text
    assert "Олег" not in answer.text


def test_altered_and_foreign_keys_are_refused(client: Client) -> None:
    masked, key = (answer := mask(client))["text"], answer["key"]
    other = mask(client, text="Вчера приехала большая делегация из города, встретила Мария")
    for text, wrong in (
        (masked, key | {"style": "surrogate"}),
        (masked, key | {"checksum": "0" * 64}),
        (masked, key | {"mentions": {c: v[:-1] for c, v in key["mentions"].items()}}),
        (other["text"], key),
        (masked + " <PER_9>", key),
    ):
        answer = client.post("/unmask", json={"text": text, "key": wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "key_mismatch")
        assert "Каренина" not in answer.text
    for wrong in ({}, "key", key | {"version": 2}, key | {"more": 1}, key | {"names": {}}):
        answer = client.post("/unmask", json={"text": masked, "key": wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_a_changed_text_is_unmasked_by_the_forms_of_its_placeholders(client: Client) -> None:
    masked = mask(client)
    changed = masked["text"].replace("<PER_1>", "per_1").replace("<EMAIL_1>", "&lt; EMAIL_1 &gt;")
    answer = client.post("/unmask", json={"text": changed, "key": masked["key"]})
    assert answer.json() == {"text": TEXT}
    new = {"text": "Совсем другой рассказ читает <PER_1>", "key": masked["key"]}
    assert client.post("/unmask", json=new).status_code == 422
    assert client.post("/unmask", json=new | {"rewritten": True}).status_code == 200


def test_texts_and_bodies_are_bounded(client: Client) -> None:
    for path, asked in (("/mask", {}), ("/unmask", {"key": mask(client)["key"]})):
        answer = client.post(path, json={"text": "а" * 100_001} | asked)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "text_too_long")
        answer = client.post(path, content=b"{}", headers={"content-type": "text/plain"})
        assert answer.status_code == 415
        assert client.post(f"{path}?style=label", json={"text": ""} | asked).status_code == 422


def test_a_text_that_the_tagger_fails_on_is_not_half_masked() -> None:
    with serving(lambda spec: Fragile()) as client:
        answer = client.post("/mask", json={"text": "poison Анна"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "tagger_failed")


def test_the_log_has_no_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with serving() as client:
        masked = mask(client)
        client.post("/unmask", json={"text": masked["text"], "key": masked["key"]})
        client.post("/unmask", json={"text": TEXT, "key": {}})
    assert "/unmask" in caplog.text
    assert "Каренина" not in caplog.text


@pytest.mark.parametrize("path", ["/mask", "/web/export"])
@pytest.mark.parametrize(
    "spans", [[(3, 99)], [(0, 3), (1, 4)], [(4, 5)], [(2, 1)]], ids=["beyond", "overlap", "blank", "back"]
)  # fmt: skip
def test_no_error_repeats_the_label_of_an_entity(
    client: Client, path: str, spans: list[tuple[int, int]]
) -> None:
    entities = [{"start": start, "end": end, "label": "СЕКРЕТ"} for start, end in spans]
    answer = client.post(path, json={"text": "Анна и", "entities": entities})
    assert "СЕКРЕТ" not in answer.text or answer.status_code == 200
    if answer.status_code != 200:
        assert answer.json()["error"]["message"].startswith("entities: ")
