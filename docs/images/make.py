"""Take the pictures of the page: `python docs/images/make.py http://127.0.0.1:8000/`.

This needs the browser extra, Pillow, a chromium (named by NER_CHROMIUM, or on the path), and a
service with every tagger.
"""

import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
COLORS = 128


def save(page: Page, name: str) -> None:
    """Save the visible part of the page as an indexed PNG."""
    page.wait_for_timeout(300)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    indexed = image.quantize(COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    indexed.save(HERE / f"{name}.png", optimize=True)


def take_pictures(open: Any) -> None:
    """Open the page in several ways, bring it to the state to be shown, and save each picture."""
    page = open(viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Новость").click()
    page.locator("#rows mark", has_text="Мурома").first.click()
    page.locator("#rows mark", has_text="Анне Ложкиной").hover()
    save(page, "page")
    correct(page)
    save(page, "correct")
    page.get_by_role("button", name="Трудный случай").click()
    page.get_by_role("button", name="Отбросить исправления").click()
    page.wait_for_selector("text=Спартак здоров")
    page.locator("input[name=tagger][value='']").check()
    page.locator("#submit").click()
    page.wait_for_selector("#heads b")
    page.evaluate("document.getElementById('result').scrollIntoView({behavior: 'instant'})")
    page.locator("#rows .differs").nth(1).hover()
    save(page, "compare")
    page = open(viewport={"width": 1280, "height": 900}, color_scheme="dark", locale="en-GB")
    page.get_by_role("button", name="A hard case").click()
    page.wait_for_selector("text=Спартак здоров")
    page.get_by_role("tab", name="curl").click()
    page.evaluate("scrollTo({top: 1e6, behavior: 'instant'})")
    save(page, "dark")
    page = open(viewport={"width": 1280, "height": 1060})
    page.locator("#text").fill("Владимир приехал во Владимир к Льву Толстому.")
    page.locator("input[value='@browser']").check()
    page.get_by_role("button", name="Почему так?").click()
    page.wait_for_selector("#why-spans details")
    page.evaluate("document.getElementById('why').scrollIntoView({behavior: 'instant'})")
    save(page, "why")
    page = open(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True)
    page.evaluate("document.getElementById('result').scrollIntoView({behavior: 'instant'})")
    save(page, "phone")


def correct(page: Page) -> None:
    """Remove an entity, give another a label of one's own, and leave the bar open at a third."""
    page.get_by_role("button", name="Новость").click()
    page.locator("#rows mark", has_text="Мурома").first.wait_for()
    page.locator("#rows mark", has_text="Оку").click()
    page.keyboard.press("Delete")
    page.locator("#rows mark", has_text="Мостострой").click()
    page.locator("#edit-label").fill("ПОДРЯДЧИК")
    page.keyboard.press("Enter")
    page.locator("#rows mark", has_text="Навашина").click()
    page.evaluate("document.getElementById('result').scrollIntoView({behavior: 'instant'})")


def main(address: str) -> None:
    """Take all pictures of the service at `address`."""
    path = os.environ.get("NER_CHROMIUM") or shutil.which("chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)

        def open(**options: Any) -> Page:
            page = browser.new_context(**{"locale": "ru-RU"} | options).new_page()
            page.goto(address)
            page.wait_for_selector("#status:not(:empty)")
            return page

        take_pictures(open)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
