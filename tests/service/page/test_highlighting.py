"""The page highlights exactly the entities of the tagger, in any text and file."""

from typing import Any

import pytest

from ner_service.output import html
from ner_service.types import Document
from tests.service.page.driver import STRICT, Open, columns, drop, expected, submit, tag, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

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
        assert columns(page)[0] == ("" if name == "binary" else "Анна и Тула"), name


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


def test_the_command_lines_html_has_the_pages_own_marks(opened: Open, tab: Any) -> None:
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
    other = tab.context.new_page()
    other.set_content("".join(html.page([Document("d", text, tuple(found))])))
    assert other.locator(".text").evaluate("e => e.textContent") == text
    assert other.locator("mark").evaluate_all(script) == drawn
    other.close()
    for label in ("PER", "LOC", "ORG"):
        hue = page.evaluate("l => import('./web/palette.js').then(m => m.hue(l))", label)
        assert hue == html.hue(label)


def test_no_two_of_many_labels_look_alike(opened: Open) -> None:
    labels = [
        "PRODUCT",
        "MONEY",
        "DATE",
        "per",
        "A-B",
        "Продукт",
        "😀",
        "\U00020000x",
        *map(str, range(12)),
    ]
    script = (
        "labels => import('./web/palette.js').then(m => (m.setLabels(labels), labels.map(m.hue)))"
    )
    looks = opened().evaluate(script, ["PER", "LOC", "ORG", *labels])
    assert len(set(looks)) == len(labels) + 3
