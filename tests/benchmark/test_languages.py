"""The report says everything in English and in Russian, and shows one of the two."""

import re
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from ner_service.benchmark import parts
from ner_service.benchmark.parts import load_parts
from ner_service.benchmark.parts.names import METHODS
from ner_service.benchmark.report.languages import RUSSIAN, say
from ner_service.benchmark.report.rendering import FOLDERS, write_report
from ner_service.benchmark.results import SEED, Store

ROOT = Path(__file__).parents[2]
PARTS = sorted(Path(parts.__file__).parent.glob("*.html.j2"))
TEMPLATES = "\n".join(f.read_text() for folder in FOLDERS for f in folder.glob("*.html.j2"))
VALUE = re.compile(r"\{(\w+)\}")


def test_a_text_is_said_in_both_languages_with_escaped_values() -> None:
    said = say("{power} for {tagger}", power="<1>", tagger="a&b")
    assert said == (
        '<span class="en" lang="en">&lt;1&gt; for a&amp;b</span>'
        '<span class="ru" lang="ru">&lt;1&gt; у a&amp;b</span>'
    )
    assert say("How long?").count("How long?") == 2


def test_every_text_of_a_template_has_its_translation() -> None:
    said = re.findall(r'say\("((?:[^"\\]|\\.)+)"', TEMPLATES)
    assert len(said) > 80
    assert {*said} - {*RUSSIAN} == set()


@pytest.mark.parametrize("english", RUSSIAN)
def test_a_translation_has_the_same_values_and_belongs_to_a_text_of_a_template(
    english: str,
) -> None:
    assert {*VALUE.findall(english)} == {*VALUE.findall(RUSSIAN[english])}
    titles = {part.title for part in load_parts()}
    assert f'"{english}"' in TEMPLATES or english in titles | {*METHODS}


@pytest.mark.parametrize("template", PARTS, ids=lambda path: path.name)
def test_a_part_says_nothing_in_one_language_and_its_tables_scroll(template: Path) -> None:
    source = template.read_text("utf-8")
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", " ", source, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z][a-z]{2,}", bare) == []
    assert source.count("<table>") == source.count('<div class="scroll" tabindex="0"><table>')


@pytest.mark.slow
def test_the_page_of_the_committed_results_has_each_text_in_both_languages(
    tmp_path: Path,
) -> None:
    write_report(Store(ROOT / "benchmarks" / "results", SEED), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    texts = re.findall(r'class="en" lang="en">', page)
    assert len(texts) > 50
    assert len(texts) == len(re.findall(r'class="ru" lang="ru">', page))
    (body,) = re.findall(r"<body>(.*)</body>", page, re.DOTALL)
    bare = re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL)
    bare = re.sub(r'<(span|ul) class="en".*?</\1>', "", bare, flags=re.DOTALL)
    heads = re.findall(r"<(?:h1|h2|h3|th|dt|summary)\b[^>]*>(.*?)</", bare, re.DOTALL)
    foreign = [h for h in heads if re.search(r"\b(the|of|and|a|by|how)\b", h)]
    assert foreign == []
