"""The masked view shows what the service makes of the entities on the screen, and gives the key."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner_service.cli.key_file import read_keys
from tests.service.page.driver import Open, clear, drawn, tag, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

TEXT = "Петров встретил Анна. Петрову звонили из Тула."


def view(page: Any) -> str:
    """Opens the view and returns the masked text."""
    page.get_by_role("button", name="Скрыть имена").click()
    page.locator("#mask-rows mark").first.wait_for()
    return str(page.locator("#mask-rows").evaluate("e => e.textContent"))


def test_names_are_hidden_and_the_key_brings_them_back(
    opened: Open, address: str, tmp_path: Path
) -> None:
    page = opened()
    tag(page, TEXT)
    assert view(page) == "<PER_1> встретил <LOC_1>. <PER_1> звонили из <LOC_2>."
    page.locator("#mask-copy").click()
    page.locator("#mask-copied:not(:empty)").wait_for()
    masked = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as event:
        page.locator("#mask-key").click()
    event.value.save_as(tmp_path / "masked.key")
    (line,) = read_keys(tmp_path / "masked.key")
    asked = {"text": masked, "key": json.loads(line.key.model_dump_json())}
    assert httpx.post(f"{address}unmask", json=asked).json() == {"text": TEXT}
    with page.expect_download() as event:
        page.locator("#mask-text").click()
    assert Path(event.value.path()).read_text() == masked


def test_corrections_are_masked_and_labels_that_are_off_are_not(opened: Open) -> None:
    page = opened()
    tag(page, TEXT)
    view(page)
    page.locator("#rows mark", has_text="Анна").click()
    page.keyboard.press("Delete")
    until(page, "() => document.querySelector('#mask-rows').textContent.includes('Анна')")
    page.locator("#labels [data-label=PER]").click()
    until(page, "() => document.querySelector('#mask-rows').textContent.includes('Петров ')")


def test_other_names_take_the_place_of_names_and_others_can_be_had(opened: Open) -> None:
    page = opened()
    tag(page, TEXT)
    view(page)
    page.get_by_label("Другие имена").check()
    until(page, "() => !/<PER|Петров/.test(document.querySelector('#mask-rows').textContent)")
    first = page.locator("#mask-rows").evaluate("e => e.textContent")
    assert "встретил" in first
    page.locator("#mask-again").click()
    until(page, "text => document.querySelector('#mask-rows').textContent !== text", first)


def test_a_text_of_the_browsers_net_is_sent_only_if_the_reader_says_so(opened: Open) -> None:
    page = opened()
    clear(page)
    page.locator("input[value='@browser']").check()
    drawn(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="Скрыть имена").click()
    assert "никуда не отправлен" in page.locator("#mask-state").inner_text()
    assert sent == []
    page.locator("#mask-send").click()
    page.locator("#mask-rows mark").first.wait_for()
    assert [url.rpartition("/")[2] for url in sent] == ["mask"]
    assert "не отправлен" not in page.locator("#status").inner_text()


def test_where_the_service_is_off_the_view_says_so(opened: Open) -> None:
    page = opened(expect="Failed to load resource")
    tag(page, TEXT)
    page.route("**/mask", lambda route: route.abort())
    page.get_by_role("button", name="Скрыть имена").click()
    page.get_by_text("Без сервиса имена скрыть нельзя").wait_for()
    page.locator("#mask-take").wait_for(state="hidden")
