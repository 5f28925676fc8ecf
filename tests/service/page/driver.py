"""The page's tests share two small taggers, a service with them, and what drives the browser."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from socket import socket
from typing import Any

import uvicorn

from ner_service.service.app import create_app
from ner_service.service.settings import Settings
from ner_service.types import Entity, Tagger, TaggerInfo

Open = Callable[..., Any]

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


class Server(uvicorn.Server):
    """Knows its address as soon as it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @property
    def address(self) -> str:
        (listening,) = self.servers[0].sockets
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"


@contextmanager
def running(
    taggers: str, load: Callable[[str], Tagger] = TAGGERS.__getitem__, **others: Any
) -> Iterator[str]:
    """Runs a service with the taggers above and yields its address."""
    settings = Settings(taggers=taggers, **{"max_text_chars": MOST} | others)
    config = uvicorn.Config(create_app(settings, load), port=0, log_level="warning", lifespan="on")
    server = Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    server.listens.wait()
    try:
        yield server.address
    finally:
        server.should_exit = True
        thread.join()


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


def until(page: Any, condition: str, argument: Any = None) -> None:
    """Waits in the page until a JavaScript function is true.

    The page's policy forbids the `eval` that Playwright's own `wait_for_function` needs.
    """
    page.evaluate(
        f"""argument => new Promise(resolve => {{
          const holds = {condition};
          const look = () => (holds(argument) ? resolve() : setTimeout(look, 10));
          look();
        }})""",
        argument,
    )


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
