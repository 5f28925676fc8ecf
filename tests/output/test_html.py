"""Tagged documents as HTML: what a parser reads out of it is what was put in."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.output import html
from ner_service.types import Document, Entity


def marked(document: Document) -> str:
    return html.render("marked.html.j2", pieces=html.entity_pieces(document))


class Reader(HTMLParser):
    """Collects the text, and the marks as (start, end, label, title)."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marks: list[tuple[int, int, str | None, str | None]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "mark"
        self.begun = len(self.text), dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        start, attrs = self.begun
        self.marks.append((start, len(self.text), attrs["data-label"], attrs.get("title")))

    def handle_data(self, data: str) -> None:
        self.text += data


@st.composite
def documents(draw: st.DrawFn) -> Document:
    alphabet = st.sampled_from("Аня <>&\"';\r\n😀\u0301")
    text = draw(st.text(alphabet, min_size=1, max_size=30))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    label = st.sampled_from(["PER", "LOC", 'A"<b>&'])
    found = [
        Entity(start, end, draw(label), draw(st.sampled_from([None, 0.5])))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return Document("d", text, tuple(found))


@given(documents())
def test_marks_come_back_as_the_entities_and_the_text_as_it_was(document: Document) -> None:
    read = Reader(marked(document))
    assert read.text == document.text
    assert read.marks == [
        (e.start, e.end, e.label, None if e.score is None else "0.500") for e in document.entities
    ]


def test_a_line_end_survives_the_normalisation_that_html_prescribes() -> None:
    assert "\r" not in marked(Document("d", "Анна\r\nБелова", (Entity(0, 12, "PER"),)))


def test_the_page_names_each_document_and_counts_its_labels() -> None:
    entities = (Entity(0, 4, "PER"), Entity(5, 9, "PER"), Entity(12, 16, "LOC"))
    page = "".join(html.page([Document("a<b", "Анна Белa в Туле", entities), Document("c", "")]))
    assert "<span>a&lt;b</span>" in page
    assert ">PER 2</span>" in page
    assert ">LOC 1</span>" in page
    assert page.count("<section>") == 2


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = "".join(html.page([Document("d", "Анна", (Entity(0, 4, "PER"),))]))
    assert not any(
        word in page for word in ("http:", "https:", "src=", "<link", "<script", "@import")
    )


@pytest.mark.parametrize(("label", "expected"), [("PER", 0), ("LOC", 1), ("ORG", 2)])
def test_the_usual_labels_have_colours_of_their_own(label: str, expected: int) -> None:
    assert html.hue(label) == f"hue-{expected}"


@given(st.text(min_size=1, max_size=12))
def test_every_label_has_a_colour_of_the_style_sheet(label: str) -> None:
    number = int(html.hue(label).removeprefix("hue-"))
    assert 0 <= number < html.HUES
    assert f".hue-{number} {{" in html.STYLE.read_text("utf-8")
