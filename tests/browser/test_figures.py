"""The figures of the net in the browser are measured here, and written for docs/page.md."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from ner_service.corpora import locate, read
from ner_service.scoring import assess
from ner_service.service.web.one_file import one_file
from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity
from tests.browser.conftest import Run
from tests.service.page.driver import running

FIGURES = Path(__file__).parents[2] / "docs" / "generate" / "browser.json"
CORPORA = {"factru_testset": 0.905, "nerel_named_dev": 0.86}  # the least F1
LEAST_SPEED = 3000  # tokens a second
MOST_FIRST_MS, MOST_FILE_MB, MOST_MEMORY_MB = 2000, 8, 200

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("NER_CORPORA" not in os.environ, reason="NER_CORPORA names no corpora"),
]


def texts_and_gold(corpus: str) -> list[Any]:
    return [*read(locate(corpus, Path(os.environ["NER_CORPORA"])))]


def note(figures: dict[str, float]) -> None:
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    FIGURES.write_text(json.dumps(known | figures, indent=1) + "\n")


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_net_of_the_page_is_nearly_as_good_as_the_services(corpus: str, node: Run) -> None:
    documents = texts_and_gold(corpus)
    answer = node([document.text for document in documents], speed=True)
    predicted = [[Entity(*each) for each in found] for found in answer["entities"]]
    f1 = assess(documents, predicted).micro.f1
    note({f"F1, {corpus}": round(f1, 4)})
    assert f1 >= CORPORA[corpus]


def test_the_net_is_fast_in_a_real_browser_and_takes_little_memory(
    browser: Any, place: Path, node: Run, tmp_path: Path
) -> None:
    node([])  # writes the model's file
    size_mb = (place / "net.bin").stat().st_size / 1e6
    texts = [document.text for document in texts_and_gold("factru_testset")]
    page = browser.new_page(locale="ru-RU")
    (tmp_path / "ner.html").write_bytes(one_file((place / "net.bin").read_bytes()))
    before = renderers()
    page.goto((tmp_path / "ner.html").as_uri())
    page.wait_for_selector("#status:not(:empty)")
    first_ms = page.evaluate("performance.now()")
    for first in range(0, 60, 6):  # some 20,000 characters each
        page.locator("#text").fill("\n\n".join(texts[first : first + 6]))
        page.evaluate("document.getElementById('status').textContent = ''")
        page.locator("#submit").click()
        page.wait_for_selector("#status:not(:empty)")
    memory_mb = max(of_renderer(pid) for pid in renderers() - before or renderers()) / 1e6
    answers = page.evaluate(TAG_ALL, texts)
    tokens_per_s = answers["tokens"] / answers["ms"] * 1000
    page.close()
    note({
        "file, MB": round(size_mb, 1),
        "first answer after opening the one file, ms": round(first_ms),
        "tokens a second in Chromium": round(tokens_per_s, -2),
        "memory of the tab, MB": round(memory_mb),
    })  # fmt: skip
    assert size_mb < MOST_FILE_MB
    assert first_ms < MOST_FIRST_MS
    assert tokens_per_s > LEAST_SPEED
    assert memory_mb < MOST_MEMORY_MB


MILLION = 1_000_000  # characters, the most that the service takes by default
MOST_TASK_MS = 200  # while a reader scrolls, types or corrects

WATCH = """() => {
  window.tasks = [];
  const note = list => tasks.push(...list.getEntries().map(each => each.duration));
  new PerformanceObserver(note).observe({type: "longtask"});
}"""
DROP = """text => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], "a.txt"));
  document.getElementById("status").textContent = "";
  window.first = null;
  const began = performance.now();
  const rows = document.getElementById("rows");
  rows.replaceChildren();
  new MutationObserver((_, observer) => {
    if (!rows.querySelector("mark")) return;
    window.first = performance.now() - began;
    observer.disconnect();
  }).observe(rows, {childList: true});
  document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
}"""


def longest_task(page: Any, act: Callable[[], Any]) -> float:
    """The longest time in ms for which the page does not react while somebody acts."""
    page.evaluate("tasks.length = 0")
    act()
    page.wait_for_timeout(700)  # an observer hears of a task some time after it
    return float(page.evaluate("Math.max(0, ...tasks)"))


def use(page: Any) -> list[Callable[[], Any]]:
    """Scrolls through a long result, types into the text and corrects an entity, as a reader does."""
    rows = page.locator("#rows mark")
    return [
        lambda: [page.mouse.wheel(0, 900) for _ in range(10)],
        lambda: page.locator("#text").press_sequentially("abc", delay=100),
        lambda: page.evaluate("document.querySelectorAll('#rows mark')[2].click()"),
        lambda: rows.nth(2).press("2"),
        lambda: page.locator("#undo").click(),
    ]


@pytest.mark.parametrize("tagger", ["natasha", "@browser"])
def test_a_million_characters_stay_smooth(browser: Any, tagger: str) -> None:
    paragraphs = [d.text for d in texts_and_gold("factru_testset")]
    text = "\n\n".join(paragraphs * 9)[:MILLION]
    assert len(text) == MILLION
    with running("natasha", load_tagger, max_text_chars=MILLION) as address:
        page = browser.new_page(locale="ru-RU")
        page.goto(address)
        page.locator(f"input[value='{tagger}']:enabled").check(timeout=180_000)
        page.wait_for_selector("#status:not(:empty)")
        page.evaluate(WATCH)
        page.evaluate(DROP, text)
        page.wait_for_selector("#status:not(:empty)", timeout=180_000)
        first_s = page.evaluate("first") / 1000
        page.locator(".marked").hover()
        longest = max(longest_task(page, act) for act in use(page))
        page.close(run_before_unload=False)
    who = "the service's natasha" if tagger == "natasha" else "the browser's net"
    note({
        f"1,000,000 characters by {who}: first marks, s": round(first_s, 1),
        f"1,000,000 characters by {who}: longest task while one scrolls, types and corrects, ms": round(longest),
    })  # fmt: skip
    assert longest < MOST_TASK_MS


TAG_ALL = """async texts => {
  const source = document.getElementById("net-worker").textContent;
  const worker = new Worker(URL.createObjectURL(new Blob([source])));
  const bytes = Uint8Array.from(atob(document.getElementById("net-data").textContent), c => c.charCodeAt(0));
  const call = (call, more) => new Promise(done => {
    worker.onmessage = ({data}) => data.share === undefined && done(data.done);
    worker.postMessage({id: 1, call, ...more});
  });
  await call("load", {buffer: bytes.buffer});
  let tokens = 0, ms = 0;
  for (const text of texts) {
    const answer = await call("tag", {text});
    tokens += answer.tokens;
    ms += answer.ms;
  }
  return {tokens, ms};
}"""


def renderers() -> set[int]:
    """The processes of tabs."""
    return {
        each.pid
        for each in psutil.process_iter()
        if "--type=renderer" in " ".join(quietly(each.cmdline, []))
    }


def quietly(ask: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return ask()
    except psutil.Error:
        return otherwise


def of_renderer(pid: int) -> int:
    """The memory that a process shares with no other, in bytes."""
    return int(psutil.Process(pid).memory_full_info().uss)
