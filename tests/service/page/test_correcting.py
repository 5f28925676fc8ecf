"""A reader corrects the result by mouse, keyboard and touch, and takes the corrected one away."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ner_service.corpora.formats import brat, jsonl, labelstudio
from ner_service.corpora.reading import Reading
from tests.service.page.driver import (
    STRICT,
    Open,
    clear,
    columns,
    drawn,
    drop,
    expected,
    tag,
    until,
)

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

TEXT = "😀 Вчера Анна и белый кот уехали в Тула"
CAT = (16, 25, "своя", "белый кот")  # offsets count UTF-16 units

FIND = """([words, cell]) => {
  const walker = document.createTreeWalker(document.querySelectorAll(".cell")[cell], NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    return range;
  }
}"""


def drag(page: Any, words: str, cell: int = 0) -> None:
    """Selects words of the result by the mouse, and waits for the bar."""
    box = page.evaluate(f"asked => ({FIND})(asked).getBoundingClientRect().toJSON()", [words, cell])
    middle = box["top"] + box["height"] / 2
    page.mouse.move(box["left"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["right"] - 2, middle, steps=4)
    page.mouse.up()
    page.locator("#edit").wait_for()


def marks(page: Any, tagger: str = "") -> list[list[Any]]:
    return columns(page, tagger)[1]


def corrected(page: Any) -> str:
    return str(page.locator("#corrected").inner_text())


def add_cat(page: Any) -> None:
    drag(page, "белый кот")
    page.locator("#edit-label").fill("своя")
    page.keyboard.press("Enter")


def saved(page: Any, format: str, into: Path) -> Path:
    """Downloads the result in a format."""
    page.get_by_role("tab", name=format, exact=True).click()
    with page.expect_download() as event:
        page.locator("#download").click()
    path = into / str(event.value.suggested_filename)
    event.value.save_as(path)
    return path


def test_the_mouse_adds_relabels_moves_and_removes_and_each_is_undone(opened: Open) -> None:
    page = opened()
    drop(page, TEXT)
    first = marks(page)
    assert [each[3] for each in first] == ["Вчера", "Анна", "Тула"]
    add_cat(page)
    assert marks(page) == [*first[:2], [*CAT], first[2]]
    assert corrected(page) == "Исправлено: 1 место"
    page.locator("#rows mark", has_text="Вчера").click()
    page.locator("#edit-remove").click()
    page.locator("#rows mark", has_text="Тула").click()
    page.locator("#edit-labels [data-label=PER]").click()
    page.locator("#rows mark", has_text="Анна").click()
    page.locator("[data-edge=end][data-step='1']").click()
    assert [[each[2], each[3]] for each in marks(page)] == [
        *(["LOC", "Анна и"], ["своя", "белый кот"], ["PER", "Тула"])
    ]
    assert page.locator("#rows .corrected").count() == 3
    assert page.locator("#changes li").count() == 4
    page.locator("#rows .corrected").first.hover()
    assert "исправлено вами" in page.locator("#tip").inner_text()
    page.locator("#changes li", has_text="Вчера").locator("button").last.click()
    assert marks(page)[0] == first[0]
    for _ in range(5):
        page.locator("#undo").click()
    assert (marks(page), corrected(page)) == (first, "")
    for _ in range(5):
        page.locator("#redo").click()
    assert corrected(page) == "Исправлено: 3 места"
    page.locator("#restore").click()
    assert marks(page) == first
    page.locator("#undo").click()
    assert corrected(page) == "Исправлено: 3 места"


def test_the_keyboard_alone_corrects(opened: Open) -> None:
    page = opened()
    tag(page, "Петров и белый кот из Тула")
    page.locator("#labels button").last.focus()
    page.keyboard.press("Tab")
    for keys in ("n", "ArrowRight", "Shift+ArrowRight", "2"):
        page.keyboard.press(keys)
    assert [each[2:] for each in marks(page)][1] == ["LOC", "белый кот"]
    assert page.evaluate("document.activeElement.textContent") == "белый кот"
    page.keyboard.press("Control+Shift+ArrowRight")
    assert [each[3] for each in marks(page)] == ["Петров", "кот", "Тула"]
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    assert [each[2:] for each in marks(page)] == [["PER", "Петров"], ["PER", "кот"]]
    for keys in ("Control+z", "Control+z", "Control+z", "Control+z"):
        page.keyboard.press(keys)
    assert marks(page) == expected(STRICT, "Петров и белый кот из Тула")
    page.keyboard.press("Control+Shift+z")
    assert "белый кот" in [each[3] for each in marks(page)]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("#edit").evaluate("bar => bar.contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.locator("#edit").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.tagName") == "MARK"


def test_a_text_without_entities_is_corrected_by_the_keyboard_as_well(opened: Open) -> None:
    page = opened()
    tag(page, "белый кот")
    assert not marks(page)
    page.locator("#labels button").last.focus()
    page.keyboard.press("Tab")
    for keys in ("n", "Shift+ArrowRight", "Enter", "Enter"):
        page.keyboard.press(keys)
    assert [each[2:] for each in marks(page)] == [["PER", "белый кот"]]


def test_a_finger_corrects(opened: Open) -> None:
    page = opened(viewport={"width": 390, "height": 740}, has_touch=True, is_mobile=True)
    tag(page, "Встретили Анна и белый кот")
    page.locator("#rows mark", has_text="Анна").tap()
    bar = page.locator("#edit")
    assert bar.bounding_box()["y"] > 300  # at the foot, where a thumb is
    bar.locator("[data-label=PER]").tap()
    page.evaluate(f"getSelection().addRange(({FIND})(['белый кот', 0]))")  # as a long touch does
    bar.wait_for()
    bar.locator("[data-label=LOC]").tap()
    assert [each[2:] for each in marks(page)][1:] == [["PER", "Анна"], ["LOC", "белый кот"]]
    page.locator("#undo").tap()
    assert len(marks(page)) == 2


def test_one_answer_of_several_is_corrected(opened: Open) -> None:
    page = opened()
    tag(page, "Беловы и белый кот", "")
    lax = marks(page, "lax")
    drag(page, "белый кот", 1)
    page.locator("#edit-labels [data-label=PER]").click()
    assert [each[3] for each in marks(page, "lax")] == ["Беловы", "белый кот"]
    assert [each[3] for each in marks(page, "strict")] == ["Беловы"]
    assert "белый кот" in page.locator("#differences").inner_text()
    assert page.locator("#changes").inner_text().startswith("lax")
    page.locator("#undo").click()
    assert marks(page, "lax") == lax


def test_what_is_downloaded_is_the_corrected_answer(opened: Open, tmp_path: Path) -> None:
    page = opened()
    drop(page, TEXT)
    add_cat(page)
    page.locator("#rows mark", has_text="Вчера").click()
    page.keyboard.press("Delete")
    spans = [(8, 12, "LOC"), (15, 24, "своя"), (34, 38, "LOC")]  # in code points
    (read,) = jsonl.read(saved(page, "JSONL", tmp_path), Reading())
    assert (read.text, [e.span for e in read.entities]) == (TEXT, spans)
    (read,) = labelstudio.read(saved(page, "Label Studio", tmp_path), Reading())
    assert [e.span for e in read.entities] == spans
    (task,) = json.loads((tmp_path / "ner-corrected.json").read_text())
    labels = [region["value"]["labels"] for region in task["annotations"][0]["result"]]
    assert labels == [["LOC"], ["своя"], ["LOC"]]
    assert task["predictions"][0]["model_version"] == "strict"
    assert len(task["predictions"][0]["result"]) == 3  # the tagger's own
    with saved(page, "CSV", tmp_path).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(r["start"]), int(r["end"]), r["label"]) for r in rows] == spans
    assert [r["score"] for r in rows] == ["0.75", "", "0.75"]
    conll = saved(page, "CoNLL", tmp_path).read_text()
    assert "белый\tB-своя\nкот\tI-своя\n" in conll
    assert "Вчера\tO\n" in conll
    folder = tmp_path / "brat"
    folder.mkdir()
    saved(page, "brat", tmp_path).rename(folder / "a.ann")
    (folder / "a.txt").write_text(TEXT)
    (read,) = brat.read(folder, Reading())
    assert [e.span for e in read.entities] == spans
    html = saved(page, "HTML", tmp_path).read_text()
    assert re.findall(r'<mark[^>]*data-label="(\w+)"[^>]*>([^<]*)', html) == [
        *(("LOC", "Анна"), ("своя", "белый кот"), ("LOC", "Тула"))
    ]
    assert html.count("background: oklch(") == 2  # a colour for each label
    assert json.loads(saved(page, "JSON", tmp_path).read_text())["corrected"] is True
    page.get_by_role("tab", name="curl").click()
    assert "без ваших исправлений" in page.locator("#taken").inner_text()


def test_a_new_answer_asks_before_it_throws_corrections_away(opened: Open) -> None:
    page = opened()
    drop(page, TEXT)
    add_cat(page)
    kept = marks(page)
    dialog = page.get_by_role("dialog", name="Исправления пропадут")
    other = {"name": "a.txt", "mimeType": "text/plain", "buffer": "Иван".encode()}
    doors: dict[str, Callable[[], Any]] = {
        "submit": lambda: page.locator("#submit").click(),
        "example": lambda: page.get_by_role("button", name="Новость").click(),
        "tagger": lambda: page.locator("input[value=lax]").click(),
        "file": lambda: page.locator("#file").set_input_files(other),
        "clear": lambda: page.locator("#clear").click(),
        "history": lambda: page.locator("#back").click(),
        "link": lambda: page.evaluate("location.hash = '#text=Иван&tagger=lax'"),
    }
    for name, open_door in doors.items():
        open_door()
        dialog.wait_for()
        assert dialog.locator("button").first.evaluate("e => e === document.activeElement"), name
        page.keyboard.press("Escape")
        assert (marks(page), page.locator("#text").input_value()) == (kept, TEXT), name
        assert page.locator("input[value=strict]").is_checked(), name
    page.get_by_role("button", name="Новость").click()
    clear(page)
    dialog.get_by_role("button", name="Отбросить исправления").click()
    drawn(page)
    page.locator("#edits").wait_for(state="hidden")
    page.get_by_role("button", name="Бизнес").click()  # nothing to lose any more
    until(page, "() => document.querySelector('#rows').textContent.startsWith('Совет')")


def test_a_corrected_entity_is_shown_whatever_was_hidden(opened: Open) -> None:
    page = opened()
    drop(page, TEXT)
    page.locator("#least-score").fill("0.8")
    assert not marks(page)
    page.locator("#labels [data-label=PER]").click()
    drag(page, "белый кот")
    page.locator("#edit-labels [data-label=PER]").click()
    assert [each[2:] for each in marks(page)] == [["PER", "белый кот"]]
    assert page.locator("#labels [data-label=PER]").get_attribute("aria-pressed") == "true"


def test_the_bar_and_the_dialog_have_no_faults_that_axe_finds(opened: Open) -> None:
    base = pytest.importorskip("axe_playwright_python.base")
    page = opened()
    page.evaluate(Path(base.__file__).with_name("axe.min.js").read_text())

    def check(state: str) -> None:
        report = page.evaluate("axe.run({resultTypes: ['violations']})")
        found = [(state, e["id"], e["nodes"][0]["html"][:200]) for e in report["violations"]]
        assert found == []

    drop(page, TEXT)
    check("an answer")
    add_cat(page)
    page.locator("#rows mark").first.click()
    check("the bar")
    page.locator("#submit").click()
    page.get_by_role("dialog").wait_for()
    check("the dialog")
