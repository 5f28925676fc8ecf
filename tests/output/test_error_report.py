"""The error report: its counts are those of scoring, and its page shows every mistake."""

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.output.error_report import compared_pieces, count_mistakes, page
from ner_service.output.html import render
from ner_service.scoring import assess
from ner_service.scoring.errors import Errors, confusion, count_errors
from ner_service.types import Document, Entity

TEXT = "Анна <b> Лион & Co. в Москве"
GOLD = Document("a<1>", TEXT, (Entity(0, 4, "PER"), Entity(9, 13, "PER"), Entity(22, 28, "LOC")))
FOUND = (Entity(0, 4, "PER"), Entity(9, 19, "ORG"), Entity(20, 21, "LOC"))


def highlighted(gold: Document, predicted: Sequence[Entity]) -> str:
    return render("marked.html.j2", pieces=compared_pieces(gold, predicted))


def entity_lists(size: int) -> st.SearchStrategy[tuple[Entity, ...]]:
    cuts = st.lists(st.integers(0, size), unique=True, max_size=8).map(sorted)
    labels = st.lists(st.sampled_from(["PER", "LOC"]), min_size=4, max_size=4)
    return st.builds(
        lambda cuts, labels: tuple(
            Entity(a, b, label) for a, b, label in zip(cuts[::2], cuts[1::2], labels, strict=False)
        ),
        cuts,
        labels,
    )


class Text(HTMLParser):
    """The text of a page and its marks by class."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.marks = "", Counter[str]()
        self.open: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open:
            self.marks[self.open[-1]] += len(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(dict(attrs)["class"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()


def test_marks_tell_what_became_of_each_entity() -> None:
    html = highlighted(GOLD, FOUND)
    assert re.findall(
        r'class="entity (\w+)" data-label="([^"]+)" title="([^"]+)">([^<]+)', html
    ) == [
        ("right", "PER", "gold PER, predicted PER", "Анна"),
        ("wrong", "PER → ORG", "gold PER, predicted ORG", "Лион"),
        ("spurious", "none → ORG", "gold none, predicted ORG", " &amp; Co."),
        ("spurious", "none → LOC", "gold none, predicted LOC", "в"),
        ("missed", "LOC → none", "gold LOC, predicted none", "Москве"),
    ]
    assert count_mistakes(GOLD, FOUND) == 4


@given(entity_lists(20), entity_lists(20))
def test_highlighting_never_loses_a_character(
    gold: tuple[Entity, ...], found: tuple[Entity, ...]
) -> None:
    text = '<a> & "б" \u0301 😀 конец.'[:20].ljust(20, "я")
    reader = Text()
    reader.feed(highlighted(Document("1", text, gold), found))
    reader.close()
    assert reader.text == text
    covered = {place for e in (*gold, *found) for place in range(e.start, e.end)}
    assert sum(reader.marks.values()) == len(covered)
    assert (count_mistakes(Document("1", text, gold), found) == 0) == (not (set(gold) ^ set(found)))


@given(st.lists(st.tuples(entity_lists(20), entity_lists(20)), max_size=4))
def test_confusion_agrees_with_the_kinds_of_errors(
    pairs: list[tuple[tuple[Entity, ...], tuple[Entity, ...]]],
) -> None:
    documents = [Document("1", "я" * 20, gold) for gold, _ in pairs]
    predicted = [found for _, found in pairs]
    confused = confusion(documents, predicted)
    errors = count_errors(documents, predicted)
    for label in ("PER", "LOC"):
        kinds = errors.get(label, Errors())
        row = {found: n for (gold, found), n in confused.items() if gold == label}
        assert sum(row.values()) == sum(e.label == label for d in documents for e in d.entities)
        assert row.get("O", 0) == kinds.missed
        assert confused["O", label] == kinds.spurious
        assert row.get(label, 0) <= kinds.right + kinds.boundary
    assert ("O", "O") not in confused


def test_the_page_shows_scores_errors_and_the_worst_first() -> None:
    good = Document("fine", "Анна", (Entity(0, 4, "PER"),))
    documents, predicted = [good, GOLD], [good.entities, FOUND]
    html = page("mine on <news>", documents, predicted, assess(documents, predicted))
    assert "<title>mine on &lt;news&gt;</title>" in html
    assert "a&lt;1&gt;: 4 mistakes" in html
    assert "fine:" not in html
    assert "micro</th><td>0.5000</td><td>0.5000</td><td>0.5000</td>" in html
    assert "PER</th><td>2</td><td>0</td><td>0</td><td>1</td><td>0</td><td>0</td>" in html


def test_evaluate_writes_a_page_for_each_tagger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpora.write(tmp_path / "small.jsonl", [Document("1", "Анна Каренина в Москве.")])
    command = ["evaluate", str(tmp_path / "small.jsonl"), "-t", "natasha"]
    assert run_command(lambda: app([*command, "--report", str(tmp_path / "pages")])) == 0
    (found,) = (tmp_path / "pages").iterdir()
    assert found.name == "small.jsonl-natasha.html"
    assert "Анна Каренина" in found.read_text("utf-8")
    (tmp_path / "taken").write_text("")
    assert run_command(lambda: app([*command, "--report", str(tmp_path / "taken")])) == 2
    assert "taken" in capsys.readouterr().err.splitlines()[-1]
