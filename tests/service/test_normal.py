"""Requests with `normal` are answered with base forms, parts of names, and joined mentions."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, wraps
from typing import Any

import pytest

from ner_service.cli.tagging import analyse_documents
from ner_service.library import TaggedDocument, load_analyser
from ner_service.names.types import Analysis, Mention
from ner_service.output.documents import as_jsonl
from ner_service.service.connection import Connection, Gone
from ner_service.service.queue import analysis_thread
from ner_service.service.queue.analysis import AnalysisQueue
from ner_service.service.queue.errors import Late, Overloaded, TaggerFailed
from ner_service.types import Document, Entity, Name
from tests.serving import Capitals, Client, serving

TEXT = "🙂 Ивана Петрова ждали. Петров пришёл в Тулу, а Анна Гюго ушла."
JSON_LINES = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def client() -> Any:
    with serving() as client:
        yield client


@cache
def expected() -> dict[str, Any]:
    """The document that the library makes of the same entities, as the command line writes it."""
    (found,) = Capitals().tag([TEXT])
    document = TaggedDocument.of(Document("", TEXT), found).normal()
    return json.loads(next(as_jsonl([document])))  # type: ignore[no-any-return]


def test_one_text_is_answered_as_the_library_and_the_command_line_have_it(client: Client) -> None:
    answer = client.post("/ner", json={"text": TEXT, "normal": True})
    (same,) = analyse_documents(
        [Document("", TEXT, tuple(Capitals().tag([TEXT])[0]))], load_analyser()
    )
    assert next(as_jsonl([same])) == json.dumps(
        expected(), ensure_ascii=False, separators=(",", ":")
    ) + "\n"  # fmt: skip
    for key in ("entities", "names"):
        assert json.dumps(answer.json()[key]) == json.dumps(expected()[key])  # in the same order
    assert [*answer.json()] == ["tagger", "offsets", "entities", "names"]
    assert "names;dur=" in answer.headers["server-timing"]


def test_a_text_a_batch_and_a_stream_have_the_same_answer(client: Client) -> None:
    plain = client.post(
        "/ner?normal=true", content=TEXT.encode(), headers={"content-type": "text/plain"}
    ).json()
    batch = client.post("/ner/batch", json={"texts": [TEXT, "", TEXT], "normal": True}).json()
    lines = "\n".join(json.dumps({"text": text, "names": "mine"}) for text in (TEXT, ""))
    stream = client.post("/ner/batch?normal=true", content=lines.encode(), headers=JSON_LINES)
    streamed = [json.loads(line) for line in stream.text.splitlines()]
    wanted = {"entities": expected()["entities"], "names": expected()["names"]}
    nothing: dict[str, Any] = {"entities": [], "names": []}
    assert {key: plain[key] for key in wanted} == wanted
    assert batch["results"] == [wanted, nothing, wanted]
    assert [{key: line[key] for key in wanted} for line in streamed] == [wanted, nothing]


def test_without_normal_an_answer_has_nothing_more(client: Client) -> None:
    answer = client.post("/ner", json={"text": "Анна"})
    assert answer.content == client.post("/ner", json={"text": "Анна", "normal": False}).content
    assert answer.json() == {
        "tagger": "natasha",
        "offsets": "codepoint",
        "entities": [{"start": 0, "end": 4, "label": "LOC", "text": "Анна", "score": 0.5}],
    }
    assert "names" not in answer.headers["server-timing"]
    line = client.post(
        "/ner/batch?normal=true",
        content=b'{"text": "", "normal": false, "names": [1]}',
        headers=JSON_LINES,
    )
    assert line.json()["names"] == [1]  # a field of the line, which goes back as it came


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
def test_labels_and_offsets_are_those_that_were_asked_for(client: Client, unit: str) -> None:
    body = {"text": TEXT, "offsets": unit, "labels": ["PER"]}
    plain = client.post("/ner", json=body).json()
    answer = client.post("/ner", json=body | {"normal": True}).json()
    bare = [{key: e[key] for key in plain["entities"][0]} for e in answer["entities"]]
    assert bare == plain["entities"]
    whole = [e for e in expected()["entities"] if e["label"] == "PER"]
    assert [e["normal"] for e in answer["entities"]] == [e["normal"] for e in whole]
    assert {name["label"] for name in answer["names"]} == {"PER"}
    mentions = [n for name in answer["names"] for n in name["mentions"]]
    assert sorted(mentions) == [*range(len(whole))]


@pytest.mark.parametrize(
    ("query", "message"),
    [("normal=yes", "normal: expected true or false"), ("normal=", "normal: expected true or fal")],
)
def test_a_flag_that_is_none_is_refused(client: Client, query: str, message: str) -> None:
    for path, kind in (("/ner", "text/plain"), ("/ner/batch", "application/x-ndjson")):
        answer = client.post(f"{path}?{query}", content=b"", headers={"content-type": kind})
        assert answer.status_code == 422
        assert message in answer.json()["error"]["message"]
    answer = client.post("/ner", json={"text": "", "normal": "true"})
    assert answer.json()["error"]["fields"] == ["normal"]


def test_the_analysis_counts_in_the_metrics(client: Client) -> None:
    client.post("/ner", json={"text": "Анна", "normal": True})
    assert 'ner_batch_texts_count{tagger="names"}' in client.get("/metrics").text


def test_a_text_on_which_the_analysis_fails_spoils_no_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyse = load_analyser().analyse_many

    def fail(texts: Sequence[str], entities: Sequence[Sequence[Entity]]) -> list[Analysis]:
        if "Беда" in texts:
            raise RuntimeError("this word is too much")
        return analyse(texts, entities)

    monkeypatch.setattr(analysis_thread.load_analyser(), "analyse_many", fail)
    answer = client.post("/ner/batch", json={"texts": ["Анна", "Беда", "Иван"], "normal": True})
    first, second, third = answer.json()["results"]
    assert (first["names"][0]["normal"], third["names"][0]["normal"]) == ("Анна", "Иван")
    assert second["error"]["code"] == "tagger_failed"
    assert client.post("/ner", json={"text": "Беда", "normal": True}).status_code == 500


class Slow:
    """An analyser that begins when it is let, and notes the texts of each batch."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def analyse_many(
        self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]
    ) -> list[Analysis]:
        self.batches.append([*texts])
        self.begun.set()
        assert self.go.wait(30)
        return [
            Analysis((Mention(text),), (Name("PER", text, None, (0,)),)) for text in texts
        ]  # fmt: skip


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr(analysis_thread, "load_analyser", lambda: slow)
    return slow


def note(text: str, entities: Sequence[Entity], analysis: Analysis) -> dict[str, Any]:
    return {"text": text, "normal": analysis.mentions[0].normal}


def ignore(name: str, texts: int, seconds: float) -> None:
    """Observes no batch."""


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*arguments: Any, **fixtures: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*arguments, **fixtures), 20))

    return run


async def ask(
    queue: AnalysisQueue, *texts: str, seconds: float = 30, connection: Connection | None = None
) -> Any:
    entities = [[Entity(0, 1, "PER")] for _ in texts]
    return await queue.analyse(texts, entities, note, seconds, connection)


async def begin(slow: Slow, queue: AnalysisQueue) -> "asyncio.Task[Any]":
    """Asks for a text, and waits until it is being analysed."""
    first = asyncio.create_task(ask(queue, "first"))
    await asyncio.to_thread(slow.begun.wait)
    return first


@in_a_loop
async def test_what_waits_is_a_batch_and_short_texts_pass_a_long_one(slow: Slow) -> None:
    queue = AnalysisQueue(10_000, 200, 30, ignore)
    first = await begin(slow, queue)
    long = asyncio.create_task(ask(queue, "l" * 500))
    await asyncio.sleep(0)
    others = [asyncio.create_task(ask(queue, name, name)) for name in "abc"]
    await asyncio.sleep(0)
    assert queue.queued > 500
    slow.go.set()
    assert await first == [{"text": "first", "normal": "first"}]
    assert [result["text"] for answers in await asyncio.gather(*others) for result in answers] == [
        *"aabbcc"
    ]
    await long
    assert slow.batches == [["first"], [*"aabbcc"], ["l" * 500]]
    assert queue.queued == 0
    queue.stop()


@in_a_loop
async def test_a_full_queue_refuses_at_once_but_never_a_text_that_is_alone(slow: Slow) -> None:
    queue = AnalysisQueue(100, 50, 30, ignore)
    queue.check_room(["x" * 1_000])
    first = await begin(slow, queue)
    queue.check_room(["x"])
    with pytest.raises(Overloaded):
        queue.check_room(["x" * 90])
    slow.go.set()
    await first
    queue.check_room(["x" * 1_000])
    queue.stop()


@in_a_loop
async def test_who_leaves_or_waits_too_long_is_not_analysed(slow: Slow) -> None:
    queue = AnalysisQueue(10_000, 200, 30, ignore)
    first = await begin(slow, queue)
    connection = Connection()
    leaving = asyncio.create_task(ask(queue, "leaving", connection=connection))
    late = asyncio.create_task(ask(queue, "late", seconds=0))
    await asyncio.sleep(0)
    connection.mark_closed()
    with pytest.raises(Gone):
        await leaving
    with pytest.raises(Late):
        await late
    last = asyncio.create_task(ask(queue, "last"))
    await asyncio.sleep(0)
    slow.go.set()
    await asyncio.gather(first, last)
    assert slow.batches == [["first"], ["last"]]
    queue.stop()


@in_a_loop
async def test_a_library_that_is_broken_is_told_and_tried_again(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise ImportError("no such library")

    queue = AnalysisQueue(10_000, 200, 30, ignore)
    monkeypatch.setattr(analysis_thread, "load_analyser", broken)
    with pytest.raises(Exception, match="names cannot be analysed: ImportError"):
        await ask(queue, "a")
    monkeypatch.setattr(analysis_thread, "load_analyser", lambda: slow)
    slow.go.set()
    assert await ask(queue, "a") == [{"text": "a", "normal": "a"}]
    queue.stop()


def test_tagger_failures_keep_their_place() -> None:
    analyses = analysis_thread.analyse_each(Fragile(), ["a", "bad", "c"], [[], [], []])  # type: ignore[arg-type]
    assert [type(analysis) for analysis in analyses] == [Analysis, TaggerFailed, Analysis]


class Fragile:
    """An analyser that one text breaks."""

    def analyse_many(self, texts: Sequence[str], entities: object) -> list[Analysis]:
        if "bad" in texts:
            raise ValueError("bad")
        return [Analysis((), ()) for _ in texts]
