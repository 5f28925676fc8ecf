"""The page in a real browser against a service that really runs."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from ner_service.corpora.formats import jsonl, labelstudio
from ner_service.output import documents, html
from ner_service.service.api.auth import hash_key
from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from ner_service.types import Document, Entity, TaggerInfo

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ner-service[browser]'")
axe = pytest.importorskip("axe_playwright_python.base")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAME = re.compile(r"[А-ЯЁ][\w\u0300-\u036f\u200d]*")
MOST = 300_000  # characters


class Names:
    """Calls words with a capital persons, or places if their last letter is in `places`."""

    def __init__(self, name: str, places: str, least: int) -> None:
        self._places, self._least = places, least
        self.info = TaggerInfo(name, "1", ("ru",), ("PER", "LOC"), "calibrated", f"hash of {name}")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [[*map(self._entity, filter(self._long, NAME.finditer(text)))] for text in texts]

    def _long(self, match: re.Match[str]) -> bool:
        return len(match[0]) >= self._least

    def _entity(self, match: re.Match[str]) -> Entity:
        if match[0] == "Беда":
            raise RuntimeError("this word is too much")
        label = "LOC" if match[0][-1] in self._places else "PER"
        return Entity(match.start(), match.end(), label, 0.75)


TAGGERS = {"natasha": Names("strict", "а", 1), "spacy": Names("lax", "аеуы", 3)}
STRICT, LAX = TAGGERS.values()


@contextmanager
def running(
    taggers: str, load: Callable[[str], Names] = TAGGERS.__getitem__, **others: Any
) -> Iterator[str]:
    """The address of a service with the taggers above."""
    settings = Settings(taggers=taggers, max_text_chars=MOST, **others)
    config = uvicorn.Config(create_app(settings, load), port=0, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running("strict=natasha,lax=spacy") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = [os.environ.get("NER_CHROMIUM"), *map(shutil.which, ("chromium", "google-chrome"))]
    path = next(filter(None, found), None)
    if path is None:
        pytest.skip("no chromium: install it, or name it with NER_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(browser: Any) -> Any:
    """A browser's profile that most tests share: one of its own costs a process."""
    return browser.new_context(**VISITOR)


@dataclass
class Seen:
    """What a page did beside what it shows."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Open = Callable[..., Any]
VISITOR = {"locale": "ru-RU", "permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture
def opened(browser: Any, visitor: Any, address: str) -> Iterator[Open]:
    """Opens the page; afterwards no error and no request to another host has been seen.

    Options make a profile of its own.
    """
    seen, opened = Seen(), []

    def open(path: str = "", expect: str = "", set_up: Any = None, **options: Any) -> Any:
        context = browser.new_context(**VISITOR | options) if options else visitor
        page = context.new_page()
        opened.append(context if options else page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console",
            lambda line: (
                seen.errors.append(line.text)
                if line.type in ("error", "warning") and not (expect and expect in line.text)
                else None
            ),
        )
        if set_up:
            set_up(page)
        page.goto(address + path)
        if not path:
            page.wait_for_selector("#status:not(:empty), #problem:not(:empty)")
        return page

    yield open
    for each in opened:
        each.close()
    assert seen.errors == []
    assert [url for url in seen.requests if not url.startswith(address)] == []


def tag(page: Any, text: str, tagger: str = "strict") -> None:
    """Types a text, tags it, and waits for the answer to be drawn."""
    page.locator(f"input[name=tagger][value='{tagger}']").check()
    page.locator("#text").fill(text)
    submit(page)


def submit(page: Any) -> None:
    clear(page)
    page.locator("#submit").click()
    drawn(page)


def clear(page: Any) -> None:
    page.evaluate("document.getElementById('status').textContent = ''")


def drawn(page: Any) -> None:
    page.wait_for_selector("#status:not(:empty)")


def until(page: Any, condition: str, *arguments: Any) -> None:
    """Waits until a JavaScript function is true; the page's policy forbids Playwright's own way."""
    deadline = time.monotonic() + 30
    while not page.evaluate(condition, *arguments):
        assert time.monotonic() < deadline, condition
        time.sleep(0.02)


def drop(page: Any, text: str) -> None:
    """Drops a file on the page and waits for its entities."""
    clear(page)
    page.evaluate(
        """text => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "a.txt"));
          const how = {dataTransfer, bubbles: true, cancelable: true};
          document.body.dispatchEvent(new DragEvent("drop", how));
        }""",
        text,
    )
    drawn(page)


MARKS = """cell => {
  const found = [];
  for (const mark of cell.querySelectorAll("mark")) {
    const before = document.createRange();
    before.setStart(cell, 0);
    before.setEndBefore(mark);
    const start = before.toString().length;
    found.push([start, start + mark.textContent.length, mark.dataset.label, mark.textContent]);
  }
  return [cell.textContent, found];
}"""


def columns(page: Any, tagger: str = "") -> tuple[str, list[list[Any]]]:
    """The text that a tagger's column shows, and its marks in UTF-16 units of that text."""
    texts, marks, at = [], [], 0
    cells = page.locator(f".cell[data-tagger={tagger}]" if tagger else ".cell")
    for text, found in cells.evaluate_all(f"cells => cells.map({MARKS})"):
        marks += [[at + start, at + end, label, surface] for start, end, label, surface in found]
        texts.append(text)
        at += len(text.encode("utf-16-le")) // 2
    return "".join(texts), marks


def expected(tagger: Names, text: str) -> list[list[Any]]:
    """The same marks by arithmetic of our own."""
    (found,) = tagger.tag([text])
    units = [0, *accumulate(len(char.encode("utf-16-le")) // 2 for char in text)]
    return [[units[e.start], units[e.end], e.label, text[e.start : e.end]] for e in found]


TRICKY = {
    "plain": "Анна поехала в Тула.",
    "emoji": "😀 Анна 😀😀 Белова 🙏🏽 Тула",
    "families": "👨‍👩‍👧Анна👨‍👩‍👧 и 👩🏽‍🚀Тула👩🏽‍🚀",
    "combining": "Моско\u0301ва, Е\u0308лка и Андре\u0306й\u0301 Петров",
    "outside the basic plane": "𝔄𝔟 𐍈 Анна 𠜎 Тула",
    "right to left": "שלום Анна \u202bТула\u202c مرحبا Белова",
    "lines": "Анна\n\n\tТула\n  Белова \n",
    "markup": "<b>Анна</b> & «Тула» <script>Белова</script>",
    "joiners": "Анна\u200d\u200dТула \u00adБелова \ufeffПетров",
}


def test_what_is_highlighted_is_what_was_found(opened: Open) -> None:
    page = opened()
    for name, text in TRICKY.items():
        tag(page, text)
        assert columns(page) == (text, expected(STRICT, text)), name


def test_a_dropped_file_keeps_its_line_ends(opened: Open) -> None:
    page = opened()
    for end in ("\r\n", "\r", "\n"):
        text = f"👨‍👩‍👧 Анна{end}{end}Тула и Бело\u0301ва{end}" * 40
        drop(page, text)
        assert columns(page) == (text, expected(STRICT, text)), repr(end)


def test_an_edited_file_is_sent_as_the_text_area_has_it(opened: Open) -> None:
    page = opened()
    drop(page, "Анна\r\nТула")
    page.locator("#text").press_sequentially("!")
    submit(page)
    assert columns(page)[0] in ("Анна\nТула!", "!Анна\nТула")


def test_a_file_in_windows_1251_is_read_and_the_reader_is_told(opened: Open) -> None:
    page = opened()
    page.locator("#file").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": "Анна и Тула".encode("cp1251")}
    )
    page.get_by_text("Windows-1251").wait_for()
    assert columns(page)[0] == "Анна и Тула"


FILES = {
    "UTF-16": ("Анна и Тула".encode("utf-16"), "Анна и Тула"),
    "UTF-8 with a mark": ("Анна и Тула".encode("utf-8-sig"), "Анна и Тула"),
    "binary": (b"PK\x03\x04\x00\xff\x00", "Это не текстовый файл"),
}


def test_other_files_are_read_by_their_mark_or_refused_in_a_sentence(opened: Open) -> None:
    page = opened()
    for name, (content, seen) in FILES.items():
        page.locator("#clear").click()
        file = {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": content}
        page.locator("#file").set_input_files(file)
        page.locator("#rows, #problem", has_text=seen).first.wait_for()
        assert columns(page)[0] == "Анна и Тула", name


def test_the_page_opens_with_an_example_tagged(opened: Open) -> None:
    page = opened()
    text = page.locator("#text").input_value()
    assert columns(page) == (text, expected(STRICT, text))
    page.get_by_role("button", name="Переписка").click()
    until(page, "() => document.querySelector('#rows').textContent.startsWith('😀')")


def test_pasting_tags_at_once(opened: Open) -> None:
    page = opened()
    page.evaluate("navigator.clipboard.writeText('Анна в Тула')")
    page.locator("#clear").click()
    page.locator("#text").press("Control+V")
    until(page, "() => document.querySelector('#rows').textContent === 'Анна в Тула'")


def test_hovering_shows_label_score_and_offsets(opened: Open) -> None:
    page = opened()
    tag(page, "Встретил Петров Анна")
    page.locator("mark", has_text="Петров").hover()
    tip = page.get_by_role("tooltip")
    assert tip.inner_text().split("\n") == ["PER: человек", "вероятность 0,75", "позиции 9–15"]
    page.locator("h1").hover()
    assert tip.is_hidden()


def test_the_keyboard_alone_does_it_all(opened: Open) -> None:
    page = opened()
    page.locator("#text").fill("Петров, Анна, Петрова, Тула и Петрову")
    page.locator("#text").press("Control+Enter")
    until(page, "() => document.querySelectorAll('mark').length === 5")
    page.locator("#labels button").last.focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Петров"
    assert page.get_by_role("tooltip").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "Анна"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "Петрову"
    page.keyboard.press("Enter")
    assert page.locator(".same").all_inner_texts() == ["Петров", "Петрову"]
    assert page.locator(".mention mark").all_inner_texts() == ["Петров", "Петрову"]
    page.keyboard.press("Escape")
    assert page.locator(".same").count() == 0


def test_a_click_on_an_entity_lists_its_mentions_and_each_leads_to_its_place(opened: Open) -> None:
    page = opened()
    tag(page, "Анна ушла.\n" + "Тишина была полной. " * 400 + "\nАнна вернулась в Тула.")
    page.locator("#rows mark").first.click()
    assert page.locator(".entry[aria-expanded=true] .surface").inner_text() == "Анна"
    assert page.locator(".mention").count() == 2
    page.locator(".mention").last.click()
    last = page.locator("mark.same").last
    until(page, "mark => mark === document.activeElement", last.element_handle())


FORMS = [
    ("Москва Москве Москву Москвой", True),
    ("Россия России Россию Россией", True),
    ("Газпром Газпрома Газпромом", True),
    ("Львовская-область Львовской-области Львовскую-область Львовской-областью", True),
    ("Путин Путина Путину Путиным Путине", True),
    ("Пётр Петра Петру Петром", True),
    ("Израиль Израиля", True),
    ("Иван Иванов", False),
    ("Иран Ирак", False),
    ("Мария Марина", False),
    ("Австрия Австралия", False),
    ("Москва Москва-река", False),
    ("ООН ООО", False),
]


def test_forms_of_a_name_are_one_name_and_other_names_are_not(opened: Open) -> None:
    page = opened()
    for forms, one in FORMS:
        text, at, spans = forms, 0, []
        for form in forms.split():
            at = text.index(form, at)
            spans.append({"start": at, "end": at + len(form), "label": "X"})
            at += len(form)
        script = "([t, e]) => import('./web/names.js').then(m => m.groups(t, e).length)"
        assert (page.evaluate(script, [text, spans]) == 1) is one, forms


def test_comparing_shows_each_tagger_and_marks_what_differs(opened: Open) -> None:
    text = (
        "Анна и Петров.\n"
        + "и все молчали весь вечер, " * 40
        + "\nИван в Туле, Беловы в Минске, Ия."
    )
    page = opened()
    tag(page, text, "")
    assert columns(page, "strict") == (text, expected(STRICT, text))
    assert columns(page, "lax") == (text, expected(LAX, text))
    differing = ["Туле", "Беловы", "Минске", "Ия"]
    assert page.locator("[data-tagger=strict] .differs").all_inner_texts() == differing
    assert page.locator("[data-tagger=lax] .differs").all_inner_texts() == differing[:-1]
    assert page.locator(".gap").all_inner_texts() == ["Ия"]
    assert page.locator(".cell:has(.gap)").get_attribute("data-tagger") == "lax"
    assert page.locator("#differences tbody th").all_inner_texts() == differing
    assert page.locator("#differences tbody tr").first.inner_text().split() == [
        "Туле",
        "PER",
        "LOC",
    ]
    assert page.locator("#agreed").inner_text() == "согласны: 3 из 7"
    assert page.locator("#labels button").first.inner_text().endswith("6 / 2")
    page.locator("#only").check()
    assert page.locator(".row:visible").count() == 1
    page.locator("#differences button").first.click()
    assert page.evaluate("document.activeElement.textContent") == "Туле"


def test_places_are_all_spans_and_agree_where_all_lists_do(opened: Open) -> None:
    page = opened()
    script = "lists => import('./web/compare.js').then(m => m.places(lists))"
    span = {"start": 0, "end": 4, "label": "PER"}
    longer, inside = {**span, "end": 9}, {**span, "start": 5, "end": 9}
    later = {"start": 20, "end": 22, "label": "LOC"}
    found = page.evaluate(script, [[span, inside, later], [longer, later], [later]])
    assert [(p["start"], p["end"], p["agreed"]) for p in found] == [(0, 9, False), (20, 22, True)]
    assert found[0]["entities"] == [[span, inside], [longer], []]


def test_a_label_that_is_switched_off_leaves_text_list_and_request(opened: Open) -> None:
    page = opened()
    tag(page, "Анна и Петров в Тула")
    page.locator("#labels button", has_text="LOC").click()
    assert page.locator("mark:visible").all_inner_texts() == ["Петров"]
    assert page.locator(".entry").count() == 1
    page.get_by_role("tab", name="curl").click()
    assert '"labels":["PER"]' in page.locator("#preview").inner_text()
    page.locator("#labels button", has_text="LOC").click()
    assert page.locator("#rows mark").count() == 3


HARD = "😀 Анна из 'Тула'\r\nи \"Белова\" $HOME `x` \\n"


def copied(page: Any, format: str) -> str:
    page.get_by_role("tab", name=format, exact=True).click()
    until(page, "() => document.getElementById('preview').textContent !== ''")
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name="Копировать").click()
    page.get_by_text("Скопировано").wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_every_format_is_copied_as_the_projects_own_readers_have_it(
    opened: Open, tmp_path: Path
) -> None:
    page = opened()
    drop(page, HARD)
    (found,) = STRICT.tag([HARD])
    spans = [e.span for e in found]
    line = json.dumps(json.loads(copied(page, "JSON")))
    read = jsonl.parse_document(line, {}, "page", "d")
    assert (read.text, [e.span for e in read.entities]) == (HARD, spans)
    assert json.loads(line)["entities"][0] == {
        "start": 2, "end": 6, "label": "LOC", "text": "Анна", "score": 0.75
    }  # fmt: skip
    assert copied(page, "CoNLL") in "".join(documents.as_conll([Document("d", HARD, tuple(found))]))
    text, annotations = ast.literal_eval(copied(page, "spaCy"))
    assert (text, [tuple(e) for e in annotations["entities"]]) == (HARD, spans)
    (tmp_path / "tasks.json").write_text(copied(page, "Label Studio"))
    (read,) = labelstudio.read(tmp_path / "tasks.json", {})
    assert (read.text, [e.span for e in read.entities]) == (HARD, spans)


def test_the_curl_command_is_this_very_request(opened: Open, address: str) -> None:
    page = opened()
    drop(page, HARD)
    words = shlex.split(copied(page, "curl"))
    assert words[:3] == ["curl", "-s", f"{address}ner"]
    assert words[3:6] == ["-H", "content-type: application/json", "-d"]
    answer = httpx.post(words[2], content=words[6], headers={"content-type": "application/json"})
    assert json.loads(words[6])["text"] == HARD
    assert [[e["start"], e["end"], e["label"], e["text"]] for e in answer.json()["entities"]] == [
        *expected(STRICT, HARD)
    ]


def test_copying_works_without_a_secure_context_too(opened: Open) -> None:
    def insecure(page: Any) -> None:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")

    page = opened(set_up=insecure)
    page.get_by_role("tab", name="spaCy").click()
    page.get_by_role("button", name="Копировать").click()
    page.get_by_text("Скопировано").wait_for()
    assert page.evaluate("document.activeElement.id") == "copy"
    page.locator("#clear").click()
    page.keyboard.press("Control+V")
    pasted = ast.literal_eval(page.locator("#text").input_value())
    assert pasted[1]["entities"]


def test_copying_from_the_text_gives_the_text(opened: Open) -> None:
    text = ("Анна уехала в Тула. " * 40 + "\n") * 5
    page = opened()
    tag(page, text)
    assert page.locator(".row").count() > 3
    page.evaluate("getSelection().selectAllChildren(document.getElementById('rows'))")
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_what_goes_wrong_is_said_in_a_sentence(opened: Open) -> None:
    page = opened(expect="Failed to load resource")
    problem = page.get_by_role("alert")

    def says(text: str, sentence: str, tagger: str = "strict") -> None:
        page.locator(f"input[name=tagger][value='{tagger}']").check()
        page.evaluate(f"document.getElementById('text').value = {json.dumps(text)}")
        page.locator("#submit").click()
        problem.get_by_text(sentence).wait_for()

    says(" ", "Введите текст, выберите пример или перетащите файл.")
    says("а " * MOST, "Текст слишком длинный для этого сервиса. Ответ сервиса: text: longer")
    says("Беда", "Модель не справилась с этим текстом.")
    says("Беда", "lax: Модель не справилась с этим текстом.", "")
    says("\ud83d Анна", "Сервис не принял текст.")
    page.route("**/ner", lambda route: route.abort())
    says("Анна", "Сервис не отвечает. Проверьте, что он запущен")
    page.unroute("**/ner")
    page.route("**/ner", lambda route: route.fulfill(body="<p>Sign in</p>"))
    says("Анна", "Ответ не читается")
    page.unroute("**/ner")
    page.route("**/ner", lambda route: route.fulfill(status=502, body="null"))
    says("Анна", "Сервис ответил ошибкой.")
    page.unroute("**/ner")
    tag(page, "Анна")
    assert problem.inner_text() == ""


def quickest(page: Any, text: str) -> float:
    """The least of three times, in ms, from the answer to a text until it is painted."""
    for _ in range(3):
        drop(page, text)
    entries = "performance.getEntriesByName('drawing').slice(-3).map(each => each.duration)"
    return float(min(page.evaluate(entries)))


def test_a_service_with_keys_asks_for_one_and_keeps_it_for_the_visit(browser: Any) -> None:
    with running("strict=natasha,lax=spacy", api_keys=f"us={hash_key('open sesame')}") as address:
        page = browser.new_page(locale="ru-RU")
        page.goto(address)
        for wrong in ("ключ", "wrong"):
            page.get_by_label("Ключ API").fill(wrong)
            page.get_by_role("button", name="Войти").click()
            page.get_by_text("Этому сервису нужен ключ API.").wait_for()
            assert not page.get_by_text("Сервис не отвечает").count()
        page.get_by_label("Ключ API").fill("open sesame")
        page.get_by_role("button", name="Войти").click()
        drawn(page)
        page.get_by_role("tab", name="CoNLL").click()
        page.locator("#preview", has_text="B-PER").wait_for()
        page.get_by_role("tab", name="curl").click()
        page.locator("#preview", has_text='-H "authorization: Bearer $NER_KEY"').wait_for()
        assert "sesame" not in page.content()
        page.reload()
        drawn(page)
        page.close()


def test_a_tagger_that_still_loads_is_shown_so_and_used_once_it_is_there(browser: Any) -> None:
    gate = threading.Event()

    def load(spec: str) -> Names:
        if spec == "natasha":
            gate.wait()
        return TAGGERS[spec]

    with running("strict=natasha,lax=spacy", load) as address:
        page = browser.new_page(locale="ru-RU")
        page.goto(address)
        page.locator(".tagger", has_text="strict").get_by_text("загружается…").wait_for()
        page.locator("#submit").click()
        page.get_by_text("Модель ещё загружается").wait_for()
        page.locator("input[value=lax]").check()
        submit(page)
        assert columns(page)[1]
        gate.set()
        page.locator("input[value=strict]").check()
        page.close()


SERIOUS = ("serious", "critical")


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "locale": "en-GB"},
        {"viewport": {"width": 360, "height": 740}},
    ],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    opened: Open, options: dict[str, Any]
) -> None:
    page = opened(**options)
    script = Path(axe.__file__).with_name("axe.min.js").read_text()

    def check(state: str) -> None:
        page.evaluate(script)
        report = page.evaluate("axe.run({resultTypes: ['violations']})")
        found = [
            (state, each["id"], each["nodes"][0]["html"][:200])
            for each in report["violations"]
            if each["impact"] in SERIOUS
        ]
        assert found == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0

    page.locator("#rows mark").first.click()
    check("one tagger")
    tag(page, "Анна и Беловы в Туле. " * 3, "")
    check("several taggers")


def test_on_a_phone_the_answer_comes_into_sight(opened: Open) -> None:
    page = opened(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    assert page.evaluate("scrollY") == 0
    tag(page, "Анна")
    until(page, "() => document.querySelector('mark').getBoundingClientRect().bottom < innerHeight")


def test_language_and_theme_are_kept(opened: Open) -> None:
    page = opened(color_scheme="light")
    back = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(back)
    assert page.evaluate("document.documentElement.lang") == "ru"
    page.get_by_role("button", name="English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("button", name="Theme").click()
    assert page.evaluate(back) == light
    page.get_by_role("button", name="Theme").click()
    assert page.evaluate(back) != light
    page.reload()
    drawn(page)
    assert page.get_by_role("button", name="Tag", exact=False).first.is_visible()
    assert "entities" in page.locator("#status").inner_text()
    assert page.evaluate(back) != light


def test_both_languages_say_the_same_things(opened: Open) -> None:
    page = opened()
    script = "import('./web/i18n.js').then(m => Object.values(m.LANGUAGES).map(Object.keys))"
    russian, english = page.evaluate(script)
    assert sorted(russian) == sorted(english)


FIGURES = {
    "machine": "a machine",
    "corpora": [{"name": "c", "documents": 9}],
    "taggers": [
        {
            "name": "whatever",
            "version": "1",
            "hash": "hash of s",
            "f1": {"c": {"micro": 0.8767, "PER": 0.9, "LOC": 0.8}},
            "tokens_per_s": 123456,
            "latency_ms": 1.5,
        }
    ],
}


def test_figures_stand_beside_the_very_weights_they_were_measured_of(opened: Open) -> None:
    def measured(page: Any) -> None:
        page.route("**/measured.json", lambda route: route.fulfill(json=FIGURES))

    page = opened(set_up=measured)
    notes = page.locator(".tagger .note").all_inner_texts()
    assert [notes[0].replace("\xa0", " "), notes[1]] == ["F1 87,7 · 120 тыс. ток/\u2060с", ""]
    page.get_by_role("button", name="Как измерено").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("tbody th").all_inner_texts() == ["strict 1"]
    assert "PER 90,0 LOC 80,0" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()


def test_the_command_lines_html_has_the_pages_own_marks(opened: Open, browser: Any) -> None:
    text = "😀 Анна и <Петров>\r\nв Тула"
    (found,) = STRICT.tag([text])
    page = opened()
    drop(page, text)
    script = """marks => marks.map(mark => {
      const {backgroundColor, color, borderRadius, padding} = getComputedStyle(mark);
      const style = [backgroundColor, color, borderRadius, padding];
      return [mark.className, mark.dataset.label, mark.textContent, ...style];
    })"""
    drawn = page.locator("#rows mark").evaluate_all(script)
    other = browser.new_page()
    other.set_content("".join(html.page([Document("d", text, tuple(found))])))
    assert other.locator(".text").evaluate("e => e.textContent") == text
    assert other.locator("mark").evaluate_all(script) == drawn
    for label in ("PER", "LOC", "ORG", "MISC", "Продукт", "😀"):
        hue = page.evaluate("l => import('./web/render.js').then(m => m.hue(l))", label)
        assert hue == html.hue(label)


def test_the_apis_page_shows_the_operations_and_tries_them(opened: Open) -> None:
    page = opened("docs")
    page.locator(".opblock-summary", has_text="/taggers").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table", has_text="hash of lax").wait_for()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_curl_command_of_a_large_text_runs(opened: Open) -> None:
    text = "Анна сказала: 'Тула'.\n" * 10_000
    page = opened()
    drop(page, text)
    command = copied(page, "curl")
    done = subprocess.run(["bash"], input=command.encode(), capture_output=True, check=True)
    assert len(json.loads(done.stdout)["entities"]) == 20_000


@pytest.mark.slow
def test_a_large_text_is_drawn_within_a_second_of_the_answer(opened: Open) -> None:
    line = "Анна Белова и Петров приехали из Тула в Минск, а потом вернулись домой вместе. "
    text = "\n".join([line * 6] * 430)
    assert len(text) > 200_000
    page = opened()
    assert quickest(page, text) < 1000
    assert page.locator("#rows mark").count() == 5 * 6 * 430
    assert columns(page)[0] == text
    assert page.evaluate("document.documentElement.scrollHeight") < 5000
    scroll = """() => new Promise(done => {
      const began = performance.now();
      const {scrollTop} = document.querySelector(".marked");
      document.querySelector(".marked").scrollTop = scrollTop ? 0 : 1e6;
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    })"""
    assert min(page.evaluate(scroll) for _ in range(3)) < 1000


@pytest.mark.slow
def test_a_large_text_by_several_taggers_is_drawn_within_two_seconds(opened: Open) -> None:
    text = "Анна и Беловы приехали в Туле, а Петров остался дома и ждал.\n" * 3_500
    assert len(text) > 200_000
    page = opened()
    page.locator("input[name=tagger][value='']").check()
    assert quickest(page, text) < 2000
    assert columns(page, "lax") == (text, expected(LAX, text))
