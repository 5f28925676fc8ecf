"""The page works in Firefox, too: it tags in the browser, and readers correct what it finds."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ner_service.browser.model_file import model_file
from ner_service.nets.artefact import load
from ner_service.service.web.one_file import one_file
from ner_service.taggers.models import model_path

client = pytest.importorskip("websockets.sync.client", reason="pip install websockets")

pytestmark = pytest.mark.slow  # a browser takes 10 s to start

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
WAIT = """condition => new Promise(resolve => {
  const look = () => (condition() ? resolve(true) : setTimeout(look, 20));
  look();
})"""


class Firefox:
    """A tab of Firefox under the standard WebDriver BiDi, which Firefox speaks by itself."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = count()
        self.errors: list[str] = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        tree = self.call("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(120))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", message
                return dict(message["result"])

    def open(self, address: str) -> None:
        self.call("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Returns what JavaScript makes of an expression, by way of JSON."""
        answer = self.call(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(value => JSON.stringify(value ?? null))",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def wait(self, condition: str) -> None:
        self.evaluate(f"({WAIT})(() => {condition})")

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": actions})

    def drag(self, start: list[float], end: list[float]) -> None:
        def move(to: list[float]) -> dict[str, Any]:
            return {"type": "pointerMove", "x": round(to[0]), "y": round(to[1])}

        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        actions = [move(start), down, move(end), up]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def _act(self, source: dict[str, Any]) -> None:
        self.call("input.performActions", context=self._context, actions=[source])


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as one file, with the net inside."""
    path = tmp_path_factory.mktemp("page") / "ner.html"
    path.write_bytes(one_file(model_file(load(model_path("ru-news")), "net")))
    return path


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    found = [os.environ.get("NER_FIREFOX"), *map(shutil.which, ("firefox-esr", "firefox"))]
    path = next(filter(None, found), None)
    if path is None:
        pytest.skip("no firefox: install it, or name it with NER_FIREFOX")
    profile = tmp_path_factory.mktemp("profile")
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(profile)},
    )
    assert process.stderr
    lines = iter(process.stderr.readline, "")
    listening = next(filter(None, map(LISTENING.search, lines)))
    with client.connect(f"{listening[1]}/session", max_size=None) as socket:
        yield Firefox(socket)
    process.terminate()
    process.wait(20)
    process.stderr.close()


SPANS = '[...document.querySelectorAll("#rows mark")].map(e => [e.dataset.label, e.textContent])'
TEXT = "Олег Береговой и белый кот приехали из Мурома в Нижний Новгород."
BOX = """(() => {
  const walker = document.createTreeWalker(document.querySelector(".cell"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf("белый кот");
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 9);
    const {left, right, top, height} = range.getBoundingClientRect();
    return [[left + 2, top + height / 2], [right - 2, top + height / 2]];
  }
})()"""


def test_firefox_tags_in_the_browser_and_corrects(firefox: Firefox, page_file: Path) -> None:
    firefox.open(page_file.as_uri())
    firefox.wait('document.getElementById("status").textContent !== ""')
    firefox.evaluate(
        f"""(() => {{
          document.getElementById("text").value = {json.dumps(TEXT)};
          document.getElementById("status").textContent = "";
          document.getElementById("submit").click();
        }})()"""
    )
    firefox.wait('document.getElementById("status").textContent !== ""')
    found = [["PER", "Олег Береговой"], ["LOC", "Мурома"], ["LOC", "Нижний Новгород"]]
    assert firefox.evaluate(SPANS) == found
    assert "не отправлен" in firefox.evaluate('document.getElementById("status").textContent') or (
        "not sent" in firefox.evaluate('document.getElementById("status").textContent')
    )
    firefox.evaluate('document.querySelector(".marked").scrollIntoView({behavior: "instant"})')
    firefox.drag(*firefox.evaluate(BOX))
    firefox.wait('!document.getElementById("edit").hidden')
    firefox.press("2")
    assert firefox.evaluate(SPANS) == [found[0], ["LOC", "белый кот"], *found[1:]]
    firefox.press("\ue012", "\ue017")  # the arrow to the left, and Delete
    assert firefox.evaluate(SPANS) == [["LOC", "белый кот"], *found[1:]]
    firefox.evaluate('document.getElementById("undo").click()')
    assert len(firefox.evaluate(SPANS)) == 4
    firefox.evaluate('document.getElementById("why-open").click()')
    firefox.wait('document.querySelector("#why-spans details") !== null')
    assert firefox.errors == []
