"""The net runs in the browser: fast, and without a word to the service."""

from typing import Any

import pytest

from tests.service.page.driver import Open, clear, drawn, until

TEXT = "Олег Береговой приехал из Мурома в Нижний Новгород, где его ждала компания «Росавтодор»."
LONG = f"{TEXT} " * 400  # some 6,000 tokens


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
def test_a_text_that_is_tagged_here_is_not_sent(opened: Open) -> None:
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
    page.locator("#clear").click()
    assert page.locator("#result").is_hidden()
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
