"""The pages' files as HTTP has them."""

import asyncio
import re
import threading
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from ner_service.output.documents import FORMATS
from ner_service.service.api.auth import hash_key
from ner_service.service.app import create_app
from ner_service.service.queue.errors import Late, Overloaded
from ner_service.service.settings import Settings
from ner_service.service.web import assets, export
from ner_service.service.web.assets import OWN, SWAGGER, own_files
from ner_service.service.web.export import MOST_ENTITIES, MOST_WAITING, Export, Exporter
from ner_service.types import Document, Entity

APP = create_app(Settings(taggers="natasha"))  # never started, so nothing loads


def ask(
    path: str, method: str = "GET", body: bytes = b"", app: FastAPI = APP, **headers: str
) -> httpx.Response:
    """The application's answer, without a network."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ner") as client:
            return await client.request(method, path, content=body, headers=headers)

    return asyncio.run(request())


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_is_served_under_a_policy_that_forbids_other_hosts(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_every_address_in_a_page_is_relative_and_answers(path: str) -> None:
    found = re.findall(r'(?:src|href)="([^"#]+)"', ask(path).text)
    assert found
    for address in found:
        assert not re.match(r"[a-z]+:|/", address)
        assert ask(f"/{address}").status_code == 200


@pytest.mark.parametrize("name", [*sorted(own_files()), "style.css", *SWAGGER])
def test_a_file_is_sent_once_and_then_confirmed_by_its_tag(name: str) -> None:
    first = ask(f"/web/{name}")
    again = ask(f"/web/{name}", **{"if-none-match": first.headers["etag"]})
    other = ask(f"/web/{name}", **{"if-none-match": '"something else"'})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert not again.content
    assert first.content == other.content
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/web/", "/web/nothing", "/web/__init__.py", "/web/../__init__.py", "/web/%2e%2e/x"]
)
def test_only_the_files_themselves_are_served(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "http_error"


def test_a_service_without_docs_does_not_link_to_them() -> None:
    without = create_app(Settings(taggers="natasha", docs=False))
    assert 'href="docs"' in ask("/").text
    assert 'href="docs"' not in ask("/", app=without).text
    assert ask("/docs", app=without).status_code == 404


def test_the_benchmarks_report_is_linked_and_served_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = 'href="benchmark"'
    monkeypatch.setattr(assets, "REPORT", tmp_path / "report.html")
    without = create_app(Settings(taggers="natasha"))
    assert link not in ask("/", app=without).text
    assert ask("/benchmark", app=without).status_code == 404
    (tmp_path / "report.html").write_text("<p>figures")
    with_it = create_app(Settings(taggers="natasha"))
    assert link in ask("/", app=with_it).text
    answer = ask("/benchmark", app=with_it)
    assert answer.text == "<p>figures"
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")


def test_the_page_takes_nothing_away_from_the_routes() -> None:
    assert ask("/ner").status_code == 405
    assert "/web/{name}" not in ask("/openapi.json").text
    assert ask("/", "HEAD").headers["content-length"] == str(len(ask("/").content))


def test_every_phrase_is_said_somewhere_and_every_one_that_is_said_exists() -> None:
    source = "".join(file.read_text("utf-8") for file in own_files().values())
    phrases = set(re.findall(r"^  (\w+):", (OWN / "i18n.js").read_text("utf-8"), re.MULTILINE))
    said = set(re.findall(r'(?:\bt\(|data-t(?:-label|-placeholder)?=)"(\w+)"', source))
    assert said - phrases == set()
    by_code = re.compile(
        r"error_|theme_|why_[BIES]$|PER|LOC|ORG"
    )  # what the service or the reader chooses
    assert {p for p in phrases if f'"{p}"' not in source and not by_code.match(p)} == set()


def post(name: str, body: str) -> httpx.Response:
    return ask(f"/web/{name}", "POST", body.encode(), **{"content-type": "application/json"})


def test_a_tagged_text_comes_back_as_the_command_lines_conll() -> None:
    entities = '[{"start": 2, "end": 6, "label": "PER"}]'
    answer = post("conll", f'{{"text": "😀 Анна!", "entities": {entities}}}')
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "😀\tO\nАнна\tB-PER\n!\tO\n\n"


@pytest.mark.parametrize("format", FORMATS)
def test_a_tagged_text_comes_back_in_each_format_of_the_command_line(format: str) -> None:
    entities = '[{"start": 2, "end": 6, "label": "PER"}]'
    body = f'{{"text": "😀 Анна!", "entities": {entities}, "format": "{format}"}}'
    answer = post("export", body)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"  # never run as a page
    document = Document("", "😀 Анна!", (Entity(2, 6, "PER"),))
    written = "".join(FORMATS[format]([document]))
    assert answer.text == written.removeprefix("-DOCSTART-\tO\n\n")


def test_a_format_that_nobody_writes_is_refused_and_the_others_are_named() -> None:
    answer = post("export", '{"text": "Анна", "entities": [], "format": "pdf"}')
    assert (answer.status_code, answer.json()["error"]["fields"]) == (422, ["format"])
    assert "labelstudio" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", ["conll", "export"])
def test_an_export_needs_a_key_where_the_service_has_keys(name: str) -> None:
    app = create_app(Settings(taggers="natasha", api_keys=f"us={hash_key('open sesame')}"))
    assert ask(f"/web/{name}", "POST", b"{}", app).status_code == 401
    assert all(ask(f"/web/{name}", app=app).status_code == 200 for name in own_files())


@pytest.mark.parametrize("name", ["conll", "export"])
@pytest.mark.parametrize(
    "entities",
    [
        '[{"start": 0, "end": 5, "label": "PER"}]',
        '[{"start": 3, "end": 3, "label": "PER"}]',
        '[{"start": -1, "end": 3, "label": "PER"}]',
        '[{"start": 0, "end": 3, "label": "A"}, {"start": 2, "end": 4, "label": "B"}]',
        '[{"start": "0", "end": 3, "label": "A"}]',
        "{}",
    ],
)
def test_entities_that_do_not_fit_their_text_are_refused(name: str, entities: str) -> None:
    answer = post(name, f'{{"text": "Анна", "format": "spacy", "entities": {entities}}}')
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert answer.json()["error"]["fields"][0].startswith("entities")
    assert "Анна" not in answer.text


class Writer:
    """Writes nothing until its gate is open, and counts what it writes at a time."""

    def __init__(self) -> None:
        self.gate, self.at_once, self.most, self.written = threading.Event(), 0, 0, 0

    def __call__(self, asked: Export) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        assert self.gate.wait(20)
        self.at_once -= 1
        self.written += 1
        return asked.text


ASKED = Export(text="Анна", entities=[])


def test_exports_take_turns_and_those_that_are_too_many_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "export_text", writer := Writer())

    async def test() -> None:
        exporter = Exporter(10, 30)
        waiting = [asyncio.create_task(exporter.export(ASKED)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await exporter.export(ASKED)
        writer.gate.set()
        assert await asyncio.gather(*waiting) == ["Анна"] * MOST_WAITING
        assert await exporter.export(ASKED) == "Анна"
        assert writer.most == 1

    asyncio.run(test())


def test_an_export_has_a_deadline_and_the_next_one_waits_for_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "export_text", writer := Writer())

    async def test() -> None:
        exporter = Exporter(10, 0.05)
        for _ in range(3):
            with pytest.raises(Late, match="NER_TIMEOUT_S"):
                await exporter.export(ASKED)
        assert (writer.at_once, writer.most) == (1, 1)
        writer.gate.set()

    asyncio.run(test())
    assert writer.written == 1


def test_a_text_to_export_may_be_as_long_as_one_to_tag() -> None:
    app = create_app(Settings(taggers="natasha", max_text_chars=3))
    body = b'{"text": "abcd", "entities": []}'
    for name in ("conll", "export"):
        answer = ask(f"/web/{name}", "POST", body, app, **{"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "text_too_long")


def test_more_entities_than_a_text_has_are_refused_before_they_are_read() -> None:
    span = '{"start":0,"end":1,"label":"A"}'
    for many, fields in ((MOST_ENTITIES + 1, ["entities"]), (2 * MOST_ENTITIES, [])):
        answer = post("export", f'{{"text":"a","entities":[{",".join([span] * many)}]}}')
        assert (answer.status_code, answer.json()["error"]["fields"]) == (422, fields)
