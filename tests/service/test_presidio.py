"""Presidio's wire form: what its clients send and read, and its own engine as the oracle."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner_service.service.api.auth import hash_key, new_key
from ner_service.service.api.presidio import anonymization
from ner_service.service.api.presidio.anonymization import OPERATORS, pieces
from tests.serving import Client, Fragile, listening, serving, url_of

TEXT = "😀 Анна Петрова (anna@ya.ru) и Пётр: дом 12345"
ZIP = {
    "name": "Zip",
    "supported_language": "en",
    "patterns": [{"name": "zip", "regex": r"\b\d{5}\b", "score": 0.01}],
    "context": ["дом"],
    "supported_entity": "ZIP",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(max_text_chars=200_000, max_batch_texts=3) as client:
        yield client


def post(client: Client, path: str, **body: Any) -> httpx.Response:
    return client.post(f"/presidio/{path}", json={"text": TEXT, "language": "en"} | body)


def analysed_spans(client: Client, **body: Any) -> list[tuple[str, str]]:
    answer = post(client, "analyze", **body)
    assert answer.status_code == 200, answer.text
    return [(r["entity_type"], TEXT[r["start"] : r["end"]]) for r in answer.json()]


NAMES = [
    ("LOCATION", "Анна"),
    ("LOCATION", "Петрова"),
    ("EMAIL_ADDRESS", "anna@ya.ru"),
    ("PERSON", "Пётр"),
]


def test_an_analysis_has_the_fields_of_presidio_and_code_points(client: Client) -> None:
    assert analysed_spans(client) == NAMES
    first = post(client, "analyze").json()[0]
    assert first == {
        "analysis_explanation": None,
        "end": 6,
        "entity_type": "LOCATION",
        "score": 0.5,
        "start": 2,
    }
    explained = post(client, "analyze", return_decision_process=True).json()[0]
    assert explained["analysis_explanation"]["recognizer"] == "capitals"
    assert explained["analysis_explanation"]["original_score"] == 0.5


def test_entities_threshold_and_allow_list_choose(client: Client) -> None:
    assert analysed_spans(client, entities=["PERSON", "US_SSN"]) == [NAMES[3]]
    assert analysed_spans(client, entities=["EMAIL_ADDRESS"]) == [NAMES[2]]
    assert analysed_spans(client, score_threshold=0.6) == [NAMES[2]]
    assert analysed_spans(client, allow_list=["Анна", "Пётр"]) == NAMES[1:3]
    assert (
        analysed_spans(client, allow_list=["^анна", "р$"], allow_list_match="regex") == NAMES[1:3]
    )
    assert (
        analysed_spans(client, allow_list=["^анна$"], allow_list_match="regex", regex_flags=0)
        == NAMES
    )


def test_several_texts_have_a_list_each(client: Client) -> None:
    answer = post(client, "analyze", text=["Анна", "", "Пётр"])
    assert [[r["entity_type"] for r in of] for of in answer.json()] == [
        ["LOCATION"],
        [],
        ["PERSON"],
    ]


def test_ad_hoc_recognizers_find_patterns_and_words_with_context(client: Client) -> None:
    words = {"name": "words", "deny_list": ["дом", "а"], "supported_entity": "WORD"}
    results = post(
        client,
        "analyze",
        ad_hoc_recognizers=[ZIP, words],
        entities=["ZIP", "WORD"],
        return_decision_process=True,
    ).json()
    assert [(r["entity_type"], TEXT[r["start"] : r["end"]], r["score"]) for r in results] == [
        ("WORD", "дом", 1.0),
        ("ZIP", "12345", 0.4),
    ]
    explanation = results[1]["analysis_explanation"]
    assert (explanation["pattern_name"], explanation["supportive_context_word"]) == ("zip", "дом")
    assert explanation["original_score"] == 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": []}, "No text provided"),
        ({"text": ["a"] * 4}, "text: more than 3"),
        ({"text": "а" * 200_001}, "text: longer than 200000"),
        ({"text": 5}, "text"),
        ({"entities": ["US_SSN"]}, "No matching recognizers"),
        ({"score_threshold": 2}, "score_threshold"),
        ({"allow_list_match": "fuzzy"}, "allow_list_match"),
        ({"ad_hoc_recognizers": [ZIP | {"patterns": [{"regex": "(", "score": 1}]}]}, "ad_hoc_recognizers.0.patterns.0.regex: is no regular"),
        ({"ad_hoc_recognizers": [ZIP | {"patterns": [{"regex": "(a+)+$", "score": 1}]}], "text": "a" * 50 + "b"}, "take more than"),
        ({"ad_hoc_recognizers": [{"name": "without entity"}]}, "ad_hoc_recognizers.0.supported_entity"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_presidios_form(
    client: Client, body: dict[str, Any], message: str
) -> None:
    answer = post(client, "analyze", **body)
    assert 400 <= answer.status_code < 500
    assert list(answer.json()) == ["error"]
    assert message in answer.json()["error"]
    assert "Петрова" not in answer.text


def test_a_text_that_the_tagger_fails_on_is_no_empty_analysis() -> None:
    with serving(lambda spec: Fragile()) as client:
        answer = post(client, "analyze", text="poison Анна")
        assert (answer.status_code, list(answer.json())) == (500, ["error"])


OPERATIONS = [
    {},
    {"DEFAULT": {"type": "replace", "new_value": "XXX"}},
    {"PERSON": {"type": "redact"}, "LOCATION": {"type": "keep"}},
    {"DEFAULT": {"type": "mask", "masking_char": "*", "chars_to_mask": 3, "from_end": True}},
    {"DEFAULT": {"type": "hash", "hash_type": "sha512", "salt": "0123456789abcdef"}},
]


@pytest.mark.parametrize("operators", OPERATIONS)
def test_operators_do_what_presidios_own_engine_does(
    client: Client, operators: dict[str, dict[str, Any]]
) -> None:
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

    results = post(client, "analyze").json()
    entities = [
        RecognizerResult(r["entity_type"], r["start"], r["end"], r["score"]) for r in results
    ]
    configs = {name: OperatorConfig.from_json(dict(o)) for name, o in operators.items()}
    expected = AnonymizerEngine().anonymize(TEXT, entities, configs)
    answer = post(client, "anonymize", analyzer_results=results, anonymizers=operators)
    assert answer.json() == json.loads(expected.to_json())


def test_a_long_text_is_anonymized_in_pieces_as_in_one(client: Client) -> None:
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import RecognizerResult

    text = "Анна Пётр, живут. Яна Ян " * 400
    results = post(client, "analyze", text=text).json()
    assert len([*pieces(text, results)]) > 3
    entities = [
        RecognizerResult(r["entity_type"], r["start"], r["end"], r["score"]) for r in results
    ]
    expected = json.loads(AnonymizerEngine().anonymize(text, entities).to_json())
    assert post(client, "anonymize", text=text, analyzer_results=results).json() == expected


def test_what_was_encrypted_is_decrypted(client: Client) -> None:
    key = {"type": "encrypt", "key": "WmZq4t7w!z%C&F)J"}
    results = post(client, "analyze", entities=["PERSON"]).json()
    hidden = post(
        client, "anonymize", analyzer_results=results, anonymizers={"DEFAULT": key}
    ).json()
    assert "Пётр" not in hidden["text"]
    body = {
        "text": hidden["text"],
        "anonymizer_results": hidden["items"],
        "deanonymizers": {"DEFAULT": key | {"type": "decrypt"}},
    }
    assert post(client, "deanonymize", **body).json()["text"] == TEXT


ITEM = {"start": 0, "end": 2, "entity_type": "A"}
KEEP = {"DEFAULT": {"type": "deanonymize_keep"}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"anonymizer_results": [ITEM]}, "no operator for A: name one in deanonymizers, or DEFAULT"),
        ({"anonymizer_results": [ITEM, ITEM | {"start": 1, "end": 3}], "deanonymizers": KEEP}, "two results overlap at 1"),
        (
            {"anonymizer_results": [ITEM], "deanonymizers": {"A": {"type": "decrypt", "key": "WmZq4t7w!z%C&F)J"}}},
            "a result is not what this key has encrypted",
        ),
    ],
)  # fmt: skip
def test_items_that_cannot_be_undone_are_refused(
    client: Client, body: dict[str, Any], message: str
) -> None:
    """Presidio's engine fails without an operator, and takes hours for overlapping items."""
    answer = post(client, "deanonymize", **body)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert message in answer.json()["error"]


def test_patterns_that_match_too_often_are_refused(client: Client) -> None:
    """All at once, the matches of many patterns took gigabytes."""
    everywhere = ZIP | {"patterns": [{"regex": ".", "score": 1}] * 2}
    answer = post(client, "analyze", text="а" * 60_000, ad_hoc_recognizers=[everywhere])
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(
        "ad_hoc_recognizers.0.patterns.1.regex: matches more than 100000 times"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "must contain analyzer results"),
        ({"analyzer_results": [{"start": 0, "end": 999, "entity_type": "A", "score": 1}]}, "Invalid analyzer result"),
        ({"analyzer_results": [{"start": 5, "end": 1, "entity_type": "A", "score": 1}]}, "Invalid input, start index"),
        ({"analyzer_results": [{"start": -5, "end": 1, "entity_type": "A", "score": 1}]}, "Invalid input"),
        ({"analyzer_results": [], "anonymizers": {"DEFAULT": {"type": "custom"}}}, "Custom type"),
        ({"analyzer_results": [{"start": 0, "end": 1, "entity_type": "A", "score": 1}], "anonymizers": {"DEFAULT": {"type": "no"}}}, "Invalid operator"),
        ({"analyzer_results": [{"start": 0, "end": 1, "entity_type": "A", "score": 1}], "anonymizers": {"DEFAULT": {"type": "encrypt", "key": "x"}}}, "key"),
        ({"text": ["a", "b"], "analyzer_results": [[]]}, "one list of results for each text"),
        ({"text": ["a"], "analyzer_results": [{"start": 0, "end": 1, "entity_type": "A"}]}, "one list of results"),
    ],
)  # fmt: skip
def test_wrong_results_and_operators_are_refused_whole(
    client: Client, body: dict[str, Any], message: str
) -> None:
    answer = post(client, "anonymize", **body)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert message in answer.json()["error"]


SECRET = "Анна" * 20


@pytest.mark.parametrize(
    ("route", "field", "operator", "choices"),
    [
        ("anonymize", "anonymizers", {"type": SECRET}, "take encrypt, hash, keep, mask, redact or replace"),
        ("anonymize", "anonymizers", {"type": "decrypt"}, "take encrypt, hash, keep, mask, redact or replace"),
        ("anonymize", "anonymizers", {"type": "hash", "hash_type": SECRET}, "take sha256 or sha512"),
        ("deanonymize", "deanonymizers", {"type": SECRET}, "take decrypt or deanonymize_keep"),
    ],
)  # fmt: skip
def test_an_unknown_operator_is_refused_by_its_place_and_repeated_nowhere(
    client: Client, caplog: pytest.LogCaptureFixture, route: str, field: str, operator: dict[str, str], choices: str
) -> None:  # fmt: skip
    item = {"start": 0, "end": 1, "entity_type": "A", "score": 1}
    results = {"analyzer_results": [item], "anonymizer_results": [item]}
    answer = post(client, route, **results, **{field: {SECRET[:80]: operator}})
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert f"{field}.{SECRET[:63]}…." in error
    assert choices in error
    assert SECRET not in error + caplog.text


@pytest.mark.parametrize(
    ("route", "results"),
    [("anonymize", "analyzer_results"), ("deanonymize", "anonymizer_results")],
)
def test_without_the_library_the_extra_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, route: str, results: str
) -> None:
    for module in ("presidio_anonymizer", "presidio_anonymizer.entities"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    anonymization.load_engines.cache_clear()
    answer = post(client, route, **{results: []})
    assert answer.status_code == 422
    assert answer.json()["error"].endswith("needs the extra [pii] where the service is installed")


def test_the_lists_are_those_of_the_service_and_of_presidio(client: Client) -> None:
    from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine

    def get(path: str) -> Any:
        return client.get(f"/presidio/{path}").json()

    assert client.get("/presidio/health").text == "Presidio Analyzer service is up"
    assert get("recognizers?language=ru") == ["capitals", "identifiers"]
    assert {"PERSON", "LOCATION", "RU_INN"} <= set(get("supportedentities?language=ru"))
    elsewhere = {"custom", "surrogate_ahds"}  # code of a caller, and a service of Azure
    assert {*get("anonymizers")} == {*OPERATORS}
    assert {*AnonymizerEngine().get_anonymizers()} - elsewhere == {*OPERATORS}
    assert get("deanonymizers") == DeanonymizeEngine().get_deanonymizers()


def test_litellms_own_guardrail_works_by_changing_the_address() -> None:
    python = os.environ.get("NER_LITELLM_PYTHON")
    if not python:
        pytest.skip("NER_LITELLM_PYTHON names no Python that has LiteLLM")
    key = new_key()
    with listening(api_keys=f"litellm={hash_key(key)}") as server:
        address = url_of(server).replace("http://", f"http://any:{key}@") + "/presidio/"
        script = Path(__file__).with_name("litellm_guardrail.py")
        done = subprocess.run(
            [python, str(script), address, TEXT], capture_output=True, text=True, timeout=100,
            env={"PATH": "", "LITELLM_LOCAL_MODEL_COST_MAP": "true"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    unmasked = answer["text"]
    assert not any(name in unmasked for _, name in NAMES)
    for token, original in answer["tokens"].items():
        unmasked = unmasked.replace(token, original)
    assert unmasked == TEXT
