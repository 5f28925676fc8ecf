"""All tests of the page share one service and one browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.service.page.driver import Open, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

VIEWPORT = {"width": 1280, "height": 720}

MEDIA = {"color_scheme": "light", "reduced_motion": "reduce"}  # moving pictures cost CPU

VISITOR = {"locale": "ru-RU", "permissions": ["clipboard-read", "clipboard-write"]}


@dataclass
class Seen:
    """A log of a page holds its errors and its requests."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    with running("strict=natasha,lax=spacy") as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="pip install 'ner-service[browser]'"
    )
    found = [os.environ.get("NER_CHROMIUM"), *map(shutil.which, ("chromium", "google-chrome"))]
    path = next(filter(None, found), None)
    if path is None:
        pytest.skip("no chromium: install it, or name it with NER_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def tab(browser: Any) -> Any:
    """Return the page that most tests share, because a profile or a page more costs processes."""
    return browser.new_context(**VISITOR).new_page()


@pytest.fixture
def opened(browser: Any, tab: Any, address: str) -> Iterator[Open]:
    """Opens the page; afterwards no error and no request to another host has been seen.

    It is the shared page, loaded anew with nothing in its storage; what its media, its viewport and
    its routes were set to is set back. Options make a profile of its own.
    """
    seen, undo = Seen(), ExitStack()

    def open(
        path: str = "",
        expect: str = "",
        set_up: Any = None,
        media: dict[str, str] | None = None,
        viewport: dict[str, int] = VIEWPORT,
        **options: Any,
    ) -> Any:
        page = tab
        if options:
            context = browser.new_context(**VISITOR | options)
            undo.callback(context.close)
            page = context.new_page()
        for event, listener in watch(seen, expect).items():
            page.on(event, listener)
            undo.callback(page.remove_listener, event, listener)
        undo.callback(page.unroute_all)
        page.emulate_media(**MEDIA | (media or {}))
        page.set_viewport_size(viewport)
        if set_up:
            set_up(page)
        page.goto(address + path)
        if not path:
            page.wait_for_selector("#status:not(:empty), #problem:not(:empty)")
        return page

    with undo:
        yield open
        if tab.url.startswith(address):
            tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    assert seen.errors == []
    assert [url for url in seen.requests if not url.startswith(address)] == []


def watch(seen: Seen, expect: str) -> dict[str, Callable[[Any], None]]:
    """Return listeners that note a page's requests, and all errors but the one that is expected."""

    def hear(line: Any) -> None:
        if line.type in ("error", "warning") and not (expect and expect in line.text):
            seen.errors.append(line.text)

    return {
        "request": lambda request: seen.requests.append(request.url),
        "pageerror": lambda error: seen.errors.append(str(error)),
        "console": hear,
    }
