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
        ("both", "PER → ORG", "gold PER, predicted ORG", "Лион"),
        ("both", "none → ORG", "gold none, predicted ORG", " &amp; Co."),
        ("spurious", "none → LOC", "gold none, predicted LOC", "в"),
        ("missed", "LOC → none", "gold LOC, predicted none", "Москве"),
    ]
    assert count_mistakes(GOLD, FOUND) == 4


@pytest.mark.parametrize(
    ("found", "marks"),
    [
        (Entity(9, 13, "PER", 0.5), [("right", "PER", "gold PER, predicted PER, score 0.500")]),
        (
            Entity(9, 13, "ORG", 0.5),
            [("label", "PER → ORG 0.50", "gold PER, predicted ORG, score 0.500")],
        ),
        (
            Entity(9, 19, "PER", 0.5),
            [
                ("boundary", "PER 0.50", "gold PER, predicted PER, score 0.500"),
                ("boundary", "none → PER 0.50", "gold none, predicted PER, score 0.500"),
            ],
        ),
        (
            Entity(10, 13, "LOC", 0.5),
            [
                ("both", "PER → none", "gold PER, predicted none"),
                ("both", "PER → LOC 0.50", "gold PER, predicted LOC, score 0.500"),
            ],
        ),
    ],
)
def test_each_kind_of_error_has_its_look_with_labels_and_score(
    found: Entity, marks: list[tuple[str, str, str]]
) -> None:
    html = highlighted(Document("1", TEXT, (Entity(9, 13, "PER"),)), [found])
    assert re.findall(r'class="entity (\w+)" data-label="([^"]+)" title="([^"]+)"', html) == marks


@pytest.mark.slow
def test_a_cell_of_the_matrix_leads_to_its_mistakes_and_these_to_their_documents() -> None:
    documents = [
        GOLD,
        *(
            Document(f"d{n}", "я" * 60 + " Анна " + "ю" * 60, (Entity(61, 65, "PER"),))
            for n in range(30)
        ),
    ]
    predicted: list[Sequence[Entity]] = [FOUND, *([()] * 30)]
    html = page("mine", documents, predicted, assess(documents, predicted))
    links = re.findall(r'<a href="#(cell-\d+)">\s*<rect', html)
    headings = dict(re.findall(r'<h3 id="(cell-\d+)">(.*?)</h3>', html))
    assert sorted(links) == sorted(headings)
    assert set(headings.values()) == {
        "LOC → O: 1 mistake", "O → LOC: 1 mistake", "PER → O: 30 mistakes", "PER → ORG: 1 mistake",
    }  # fmt: skip
    examples = html.partition("PER → O: 30 mistakes")[2].partition("<h3")[0]
    assert examples.count("<li>") == 10
    assert ">…" in examples.replace('</span> <span class="text">', ">")
    assert f"{'я' * 49} <mark" in examples
    assert f"{'я' * 50} <mark" not in examples
    shown = set(re.findall(r'<h3 id="(document-\d+)">', html))
    assert len(shown) == 20
    assert set(re.findall(r'<a href="#(document-\d+)">', html)) <= shown
    assert "<p>31 documents. An entity" in html


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
