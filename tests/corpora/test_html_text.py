"""The text of HTML is what a browser has of it, and takes one pass whatever stands there."""

import json
import os
import random
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from ner_service.corpora.forms.html_text import visible_text

PARTS = [
    "<", "</", "<b", "</b", ">", "<!--", "-->", "--!>", "<!-->", "<!", "<?", " ", "'", '"', "=", "x", "Я", "&", "&amp;",
    "&#65;", "&#0000000000066;", "/", "<script>", "</script>", "</script ", "<style>", "</style>", "\n", "-", "a=", "'>", '">',
]  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>и <b title='a > b'>Пётр</b></p>", "и Пётр"),
        ("<SCRIPT>1 < 2 </scrip></Script >a<style/>b", "a"),
        ("a<!-- > -- --!>b<!--->c<!-- d", "abc"),
        ("a<!doctype html><?x?></>b</ c>d", "abd"),
        ("1 < 2 <3 a<", "1 < 2 <3 a<"),
        ("a <b c", "a "),
        ("<a b=c='>d'>e", "d'>e"),
        ("&lt;b&gt; &#1040;&#x410; &#0000000000066;", "<b> АА B"),
        (f"&#{'9' * 5_000};", "\ufffd"),  # Python reads numbers of 4,300 digits at most
        ("<![CDATA[x]]>y", "y"),
    ],
)
def test_the_text_of_html_is_that_of_a_browser(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "part", ["<a ", "<a b='", "<a\n", "<!--", "</script", "<![C", "&#", "<a b="]
)
def test_tags_that_never_end_take_one_pass(part: str) -> None:
    """A million characters of them took Python's own parser two hours."""
    assert len(visible_text("a" + part * 300_000)) <= 1 + len(part) * 300_000


@pytest.mark.slow
def test_chromium_has_the_same_text_of_broken_html(tmp_path: Path) -> None:
    browser = os.environ.get("NER_CHROMIUM")
    if not browser:
        pytest.skip("NER_CHROMIUM names no browser")
    choose = random.Random(5)
    made = ("".join(choose.choices(PARTS, k=choose.randint(1, 14))) for _ in range(5_000))
    cases = [case for case in made if case.count("<script>") < 2]  # one in another's comment
    script = """const text = html => {
      const element = document.createElement("template");
      element.innerHTML = html;
      element.content.querySelectorAll("script, style").forEach(one => one.remove());
      return element.content.textContent;
    };
    document.querySelector("pre").textContent = encodeURIComponent(JSON.stringify(CASES.map(text)));"""
    page = tmp_path / "page.html"
    listed = json.dumps(cases).replace("<", "\\u003c")
    page.write_text(
        f"<meta charset=utf-8><pre></pre><script>const CASES = {listed}; {script}</script>", "utf-8"
    )
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (found,) = re.findall("<pre>(.*?)</pre>", shown)
    assert json.loads(unquote(found)) == [visible_text(case) for case in cases]
