"""The page says in a sentence why the service refuses, wants a key, or is not ready."""

import json
import threading
from typing import Any

import pytest

from ner_service.service.api.auth import hash_key
from tests.service.page.driver import (
    MOST,
    TAGGERS,
    Names,
    Open,
    columns,
    drawn,
    running,
    submit,
    tag,
)

pytestmark = pytest.mark.slow  # a browser takes 10 s to start


def test_what_goes_wrong_is_said_in_a_sentence(opened: Open) -> None:
    page = opened(expect="Failed to load resource")
    problem = page.get_by_role("alert")

    def says(text: str, sentence: str, tagger: str = "strict") -> None:
        page.locator(f"input[name=tagger][value='{tagger}']").check()
        page.evaluate(f"document.getElementById('text').value = {json.dumps(text)}")
        page.locator("#submit").click()
        problem.get_by_text(sentence).wait_for()

    says(" ", "Введите текст, выберите пример или перетащите файл.")
    says(
        "а " * (MOST // 2 + 1),
        "Текст слишком длинный для этого сервиса. Разделите его на части. Ответ сервиса: text: longer",
    )
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


def test_a_service_with_keys_asks_for_one_and_keeps_it_for_the_visit(tab: Any) -> None:
    with running("strict=natasha,lax=spacy", api_keys=f"us={hash_key('open sesame')}") as address:
        page = tab
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
        page.goto("about:blank")


def test_a_tagger_that_still_loads_is_shown_so_and_used_once_it_is_there(tab: Any) -> None:
    gate = threading.Event()

    def load(spec: str) -> Names:
        if spec == "natasha":
            gate.wait()
        return TAGGERS[spec]

    with running("strict=natasha,lax=spacy", load) as address:
        page = tab
        page.goto(address)
        page.locator(".tagger", has_text="strict").get_by_text("загружается…").wait_for()
        page.locator("#submit").click()
        page.get_by_text("Модель ещё загружается").wait_for()
        page.locator("input[value=lax]").check()
        submit(page)
        assert columns(page)[1]
        gate.set()
        page.locator("input[value=strict]").check()
        page.goto("about:blank")
