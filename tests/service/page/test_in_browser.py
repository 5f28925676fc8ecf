"""The net runs in the browser: fast, and without a word to the service."""

import json
from pathlib import Path
from typing import Any

import pytest

from ner_service.cli import app
from ner_service.cli.app import run_command
from tests.service.page.conftest import VISITOR
from tests.service.page.driver import Open, clear, drawn, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

TEXT = "Олег Береговой приехал из Мурома в Нижний Новгород, где его ждала компания «Росавтодор»."
LONG = f"{TEXT} " * 400  # some 6,000 tokens


def correct(page: Any, into: Path) -> list[list[Any]]:
    """Relabels an entity, removes another, and downloads the result, where no service helps."""
    page.locator("#rows mark", has_text="Росавтодор").click()
    page.locator("#edit-labels [data-label=LOC]").click()
    page.locator("#rows mark", has_text="Муром").click()
    page.keyboard.press("Delete")
    for tab in ("CoNLL", "JSONL"):
        page.get_by_role("tab", name=tab, exact=True).click()
        with page.expect_download() as event:
            page.locator("#download").click()
        event.value.save_as(into / tab)
    assert "Росавтодор\tB-LOC" in (into / "CoNLL").read_text()
    record = json.loads((into / "JSONL").read_text())
    return [[each["label"], each["text"]] for each in record["entities"]]


CORRECTED = [["PER", "Олег Береговой"], ["LOC", "Нижний Новгород"], ["LOC", "Росавтодор"]]


def choose(page: Any) -> None:
    clear(page)
    page.locator("input[value='@browser']").check()
    drawn(page)


def tag_here(page: Any, text: str) -> None:
    page.locator("#text").fill(text)
    clear(page)
    page.locator("#submit").click()
    drawn(page)


@pytest.mark.slow
def test_a_text_that_is_tagged_here_is_not_sent(opened: Open, tmp_path: Path) -> None:
    page = opened()
    sent: list[tuple[str, str]] = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    choose(page)
    loaded = len(sent)
    assert all(method == "GET" and "/web/net" in url for method, url in sent)
    tag_here(page, TEXT)
    assert page.locator("#rows mark").all_inner_texts() == [
        *("Олег Береговой", "Мурома", "Нижний Новгород", "Росавтодор")
    ]
    assert "не отправлен" in page.locator("#status").inner_text()
    for name in page.locator("#formats [role=tab]:visible").all_inner_texts():
        page.get_by_role("tab", name=name, exact=True).click()
        until(page, "() => document.getElementById('preview').textContent !== ''")
    assert page.get_by_role("tab", name="curl").count() == 0
    assert correct(page, tmp_path) == CORRECTED
    page.locator("#clear").click()
    page.get_by_role("button", name="Отбросить исправления").click()
    page.locator("#result").wait_for(state="hidden")
    assert sent[loaded:] == []


@pytest.mark.slow
def test_the_choice_is_kept_and_then_nothing_is_sent_at_all(opened: Open) -> None:
    page = opened()
    choose(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.reload()
    drawn(page)
    assert page.locator("input[value='@browser']").is_checked()
    assert set(sent) == {"GET"}


@pytest.mark.slow
def test_the_net_is_fast_and_small_enough(opened: Open) -> None:
    page = opened()
    page.route("**/ner", lambda route: route.abort())
    choose(page)
    first = page.evaluate(
        """async text => {
          const {LocalNet} = await import("./web/local.js");
          const began = performance.now();
          const net = new LocalNet();
          await net.tag(text, new AbortController().signal);
          return performance.now() - began;
        }""",
        TEXT,
    )
    assert first < 2000
    size = page.evaluate("fetch('web/net.bin').then(r => r.arrayBuffer()).then(b => b.byteLength)")
    assert size < 8e6


@pytest.mark.slow
def test_another_text_ends_the_work_on_a_long_one(opened: Open) -> None:
    page = opened()
    choose(page)
    page.locator("#text").fill(LONG * 20)
    page.locator("#submit").click()
    tag_here(page, "Анна Каренина")
    assert page.locator("#rows mark").all_inner_texts() == ["Анна Каренина"]


@pytest.mark.slow
def test_why_shows_the_figures_and_follows_what_the_reader_changes(opened: Open) -> None:
    page = opened()
    choose(page)
    tag_here(page, TEXT)
    page.locator("#rows mark", has_text="Муром").click()
    page.get_by_role("button", name="Почему так?").click()
    page.locator("#why-spans details").first.wait_for()
    assert page.locator("#why-text").input_value() == TEXT
    score = page.locator("#why-spans summary", has_text="Мурома").locator("b").inner_text()
    page.locator("#rows mark", has_text="Муром").hover()
    shown = page.locator("#tip").inner_text()
    probability = float(shown.split("вероятность ")[1].split()[0].replace(",", "."))
    assert abs(float(score.removesuffix("%").strip().replace(",", ".")) / 100 - probability) < 0.006
    for tag in ("S-LOC", "B-LOC"):
        page.locator(f"#why-map .all[data-tag={tag}]").click()
        page.locator(f"#why-map .all[data-tag={tag}][aria-pressed=true]").wait_for()
    until(page, "() => !document.querySelector('#why-spans').textContent.includes('LOC Мурома')")
    assert page.locator("#why-map .best[data-tag=S-LOC]").count() == 0
    page.locator("#why-text").fill("Анна Каренина")
    until(
        page,
        "() => document.querySelector('#why-spans summary').textContent.includes('Анна Каренина')",
    )
    page.get_by_role("button", name="Разрешить все метки").click()
    page.locator("#why-map .all[aria-pressed=true]").first.wait_for(state="detached")
    page.locator("#why-map .cell-button").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.token") == "1"


@pytest.mark.slow
@pytest.mark.parametrize("media", [{"color_scheme": "light"}, {"color_scheme": "dark"}])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_in_the_explanation(
    opened: Open, media: dict[str, str], width: int
) -> None:
    base = pytest.importorskip("axe_playwright_python.base")
    page = opened(media=media, viewport={"width": width, "height": 740})
    choose(page)
    page.get_by_role("button", name="Почему так?").click()
    page.locator("#why-spans details").first.wait_for()
    page.locator("#why > details > summary").click()
    page.evaluate(Path(base.__file__).with_name("axe.min.js").read_text())
    report = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in report["violations"]] == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


@pytest.mark.slow
def test_the_page_as_one_file_works_from_the_disk_without_a_network(
    browser: Any, tmp_path: Path
) -> None:
    run_command(lambda: app(["page", str(tmp_path / "ner.html")], standalone_mode=False))
    context = browser.new_context(**VISITOR, offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto((tmp_path / "ner.html").as_uri())
    drawn(page)
    tag_here(page, TEXT)
    assert "Олег Береговой" in page.locator("#rows mark").all_inner_texts()
    assert correct(page, tmp_path) == CORRECTED
    page.get_by_role("button", name="Скрыть имена").click()
    assert "файл без сервиса" in page.locator("#mask-state").inner_text()
    page.locator("#mask-send").wait_for(state="hidden")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Business").wait_for(state="visible")
    assert page.locator("a[href='docs']").count() == 0
    assert {url.partition(":")[0] for url in sent} == {"file", "blob"}
    assert errors == []
    tried = page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'forbidden')")
    assert tried == "forbidden"
    assert any("Content Security Policy" in error for error in errors)
    context.close()
