"""A text of 200,000 characters is drawn soon after its answer."""

from typing import Any

import pytest

from tests.service.page.driver import LAX, Open, columns, drop, expected

pytestmark = pytest.mark.slow  # a browser takes 10 s to start


def quickest(page: Any, text: str) -> float:
    """The least of three times, in ms, from the answer to a text until it is painted."""
    for _ in range(3):
        drop(page, text)
    entries = "performance.getEntriesByName('drawing').slice(-3).map(each => each.duration)"
    return float(min(page.evaluate(entries)))


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
