"""The page for every reader: accessibility, phone, language, theme, figures, and the API's page."""

from pathlib import Path
from typing import Any

import pytest

from tests.service.page.driver import Open, drawn, tag, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

axe = pytest.importorskip("axe_playwright_python.base", reason="pip install 'ner-service[browser]'")

SERIOUS = ("serious", "critical")


@pytest.mark.parametrize(
    "options",
    [
        {"media": {"color_scheme": "light"}},
        {"media": {"color_scheme": "dark"}, "locale": "en-GB"},
        {"viewport": {"width": 360, "height": 740}},
    ],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    opened: Open, options: dict[str, Any]
) -> None:
    page = opened(**options)
    page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text())

    def check(state: str) -> None:
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
    page = opened(viewport={"width": 360, "height": 640})
    assert page.evaluate("scrollY") == 0
    tag(page, "Анна")
    until(page, "() => document.querySelector('mark').getBoundingClientRect().bottom < innerHeight")


def test_language_and_theme_are_kept(opened: Open) -> None:
    page = opened()
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
    page.get_by_role("button", name="Tag", exact=False).first.wait_for(state="visible")
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
    dialog.wait_for(state="hidden")


def test_the_apis_page_shows_the_operations_and_tries_them(opened: Open) -> None:
    page = opened("docs")
    page.locator(".opblock-summary", has_text="/taggers").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table", has_text="hash of lax").wait_for()


def test_the_apis_page_asks_behind_the_prefix_of_a_proxy(opened: Open) -> None:
    asked: list[str] = []

    def proxied(page: Any) -> None:
        def strip(route: Any) -> None:
            asked.append(route.request.url)
            route.fulfill(response=route.fetch(url=route.request.url.replace("/behind/", "/")))

        page.route("**/behind/**", strip)

    page = opened("behind/docs", set_up=proxied)
    page.locator(".opblock-summary", has_text="/taggers").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table", has_text="hash of lax").wait_for()
    assert asked[-1].endswith("/behind/taggers")
