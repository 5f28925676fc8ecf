"""One service and one browser for all tests of the page."""

import os
import shutil
from collections.abc import Iterator
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

VISITOR = {"locale": "ru-RU", "permissions": ["clipboard-read", "clipboard-write"]}


@dataclass
class Seen:
    """What a page did besides showing something."""

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
def visitor(browser: Any) -> Any:
    """Returns the profile that most tests share, because one more costs a process."""
    return browser.new_context(**VISITOR)


@pytest.fixture
def opened(browser: Any, visitor: Any, address: str) -> Iterator[Open]:
    """Opens the page; afterwards no error and no request to another host has been seen.

    Options make a profile of its own.
    """
    seen, opened = Seen(), []

    def open(path: str = "", expect: str = "", set_up: Any = None, **options: Any) -> Any:
        context = browser.new_context(**VISITOR | options) if options else visitor
        page = context.new_page()
        opened.append(context if options else page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console",
            lambda line: (
                seen.errors.append(line.text)
                if line.type in ("error", "warning") and not (expect and expect in line.text)
                else None
            ),
        )
        if set_up:
            set_up(page)
        page.goto(address + path)
        if not path:
            page.wait_for_selector("#status:not(:empty), #problem:not(:empty)")
        return page

    yield open
    for each in opened:
        each.close()
    assert seen.errors == []
    assert [url for url in seen.requests if not url.startswith(address)] == []
