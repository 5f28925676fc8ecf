"""What operators see of requests: headers, log lines and metrics, and never a text."""

import logging
import re
from collections.abc import Iterator, Sequence

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ner_service.service.telemetry.logs import JsonLines, Text, stamp
from ner_service.types import Entity, Tally
from tests.serving import Client, Fragile, serving

SECRET = "Тайна"


@pytest.fixture
def client() -> Iterator[Client]:
    with serving(lambda spec: Fragile()) as client:
        yield client


def numbers(client: Client) -> dict[tuple[str, ...], float]:
    """The samples of /metrics by name and label values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def test_metrics_count_what_was_done(client: Client) -> None:
    client.post("/ner", json={"text": "Анна и Пётр"})
    client.post("/ner/batch", json={"texts": ["Анна", "poison"], "tagger": "spacy"})
    client.post("/ner", json={"text": "poison"})
    client.post("/ner", json={})
    client.get(f"/{SECRET}")
    found = numbers(client)
    assert found["ner_requests_total", "/ner", "200"] == 1
    assert found["ner_requests_total", "/ner", "422"] == 1
    assert found["ner_requests_total", "/ner", "500"] == 1
    assert found["ner_requests_total", "other", "404"] == 1
    assert found["ner_request_seconds_count", "/ner"] == 3
    assert found["ner_errors_total", "tagger_failed"] == 2
    assert found["ner_texts_total", "spacy"] == 2
    assert found["ner_characters_total", "natasha"] == len("Анна и Пётр") + len("poison")
    assert found["ner_entities_total", "LOC", "natasha"] == 1
    assert found["ner_queue_seconds_count", "natasha"] == 2
    assert found["ner_batch_texts_sum", "spacy"] == 2
    assert found["ner_tagger_ready", "natasha"] == 1
    assert found["ner_queued_characters", "natasha"] == 0
    assert found["ner_resident_memory_bytes",] > 10_000_000


def test_what_alerts_count_is_there_before_it_happens(client: Client) -> None:
    found = numbers(client)
    assert found["ner_reloads_total", "failed"] == 0
    assert found["ner_errors_total", "overloaded"] == 0


ERRORS = "ner_errors_total"


class Counts(Fragile):
    """Counts every call as two words that were there, and one that was not."""

    def __init__(self) -> None:
        self.tally = Tally()

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.tally = Tally(self.tally.hits + 2, self.tally.misses + 1, self.tally.tokenise_s + 0.5)
        return super().tag(texts)


def test_metrics_have_what_a_tagger_counts_and_go_on_when_it_is_loaded_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ner_service.service.queue.worker.FIRST_PAUSE_S", 0.01)
    with serving(lambda spec: Counts(), taggers="natasha") as client:
        client.post("/ner", json={"text": "Анна"})
        found = numbers(client)
        assert found["ner_word_cache_hits_total", "natasha"] == 4  # its first text counts, too
        client.post("/ner", json={"text": "death"})
        client.until_ready()
        found = numbers(client)
    assert found["ner_word_cache_hits_total", "natasha"] >= 6
    assert found["ner_word_cache_misses_total", "natasha"] >= 3
    assert found["ner_tokenise_seconds_total", "natasha"] >= 1.5


def test_an_error_of_one_text_among_several_counts() -> None:
    with serving(lambda spec: Fragile(), max_body_bytes=1000) as client:
        count_errors(client)


def count_errors(client: Client) -> None:
    def counted() -> dict[str, float]:
        return {k[1]: n for k, n in numbers(client).items() if k[0] == ERRORS}

    before = counted()
    client.post("/ner/batch", json={"texts": ["poison", "Анна", "poison"]})
    lines = b'{"text": "poison"}\n{"text": 1}\n{"text": "x", "tagger": "none"}\n%s\n' % (
        b" " * 2000
    )
    client.post("/ner/batch", content=lines, headers={"content-type": "application/x-ndjson"})
    found = {code: n - before.get(code, 0) for code, n in counted().items()}
    assert found["tagger_failed"] == 3
    assert found["invalid_request"] == found["unknown_tagger"] == found["body_too_large"] == 1


def test_an_answer_has_an_id_and_tells_its_time(client: Client) -> None:
    answer = client.post("/ner", json={"text": "Анна"}, headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    timing = r"queue;dur=\d+\.\d\d, tag;dur=\d+\.\d\d, total;dur=\d+\.\d\d"
    assert re.fullmatch(timing, answer.headers["server-timing"])
    for strange in ("a b", "x" * 65, "<script>"):
        answer = client.get("/taggers", headers={"x-request-id": strange})
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/ner", "/taggers", "/no-such", "/metrics", "/"])
def test_every_answer_has_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors" in headers["content-security-policy"]


def test_a_request_is_one_log_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ner_service")
    client.post("/ner", json={"text": "Анна и Пётр"}, headers={"x-request-id": "abc"})
    (record,) = (r for r in caplog.records if r.name == "ner_service.requests")
    line = orjson.loads(JsonLines().format(record))
    assert line["id"] == "abc"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/ner", 200)
    assert (line["tagger"], line["texts"], line["chars"], line["entities"]) == ("natasha", 1, 11, 2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert {"time", "level", "logger", "message", "ms", "queue_ms", "tag_ms"} <= set(line)
    time, _, line = Text().format(record).partition(" ")
    assert time == stamp(record.created)
    assert line.startswith("INFO: request id=abc method=POST route=/ner")


def test_no_text_reaches_a_log_an_error_or_a_metric(
    client: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    text = f"{SECRET} poison"
    answers = [
        client.post("/ner", json={"text": text}),
        client.post("/ner/batch", json={"texts": [text, SECRET]}),
        client.post("/ner", json={"text": SECRET, "tagger": SECRET, "labels": [SECRET]}),
        client.post("/ner", json={"text": [SECRET]}),
        client.post("/ner", content=f'{{"text": "{SECRET}'.encode()),
        client.post(f"/ner?labels={SECRET}", content=text, headers={"content-type": "text/plain"}),
        client.post(f"/{SECRET}?{SECRET}=1", headers={"x-request-id": "x", "x-api-key": "y"}),
        client.get("/metrics"),
    ]
    output = capsys.readouterr()
    seen = [caplog.text, output.out, output.err]
    seen += [JsonLines().format(record) for record in caplog.records if record.name != "httpx"]
    assert not [where for where in seen if SECRET in where.replace("HTTP Request: ", "")]
    faults = [answer.text for answer in answers if answer.status_code != 200]
    assert not [fault for fault in faults if SECRET in fault]


def test_an_error_of_our_own_says_nothing_of_the_text(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("ner_service.service.api.answers.entities_out", fail)
    answer = client.post("/ner", json={"text": "Анна"}, headers={"x-request-id": "abc"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert SECRET not in answer.text + caplog.text
    assert "RuntimeError in fail:" in caplog.text
