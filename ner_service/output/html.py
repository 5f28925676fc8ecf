"""HTML pages of one file each: templates, their one stylesheet, and tagged documents as a page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from ner_service.labels import LABELS
from ner_service.types import Document

HUES = 12  # colours of style.css: one for each of LABELS, and the rest for all other labels
STYLE = files("ner_service.output").joinpath("style.css")


class Piece(NamedTuple):
    """A part of a text and how it is marked; a part without classes is plain text."""

    text: str
    classes: str = ""
    label: str = ""
    title: str = ""


def page(documents: Iterable[Document]) -> Iterator[str]:
    """Yields the page in parts while the documents come, so that it may be larger than memory."""
    yield from TEMPLATES.get_template("documents.html.j2").generate(documents=documents)


def fragment(document: Document) -> str:
    """Returns a marked text with the style that it needs, to stand in a page of somebody else."""
    return render("fragment.html.j2", document=document)


def render(template: str, **values: object) -> str:
    """Returns a page, or a part of one, whose values the template escapes."""
    return TEMPLATES.get_template(template).render(values)


def entity_pieces(document: Document) -> Iterator[Piece]:
    """Yields the text of a document, cut at the bounds of its entities."""
    at = 0
    for e in document.entities:
        yield Piece(document.text[at : e.start])
        score = "" if e.score is None else f"{e.score:.3f}"
        title = " · ".join(filter(None, (e.normal, score, ", ".join(e.sources))))
        yield Piece(document.text[e.start : e.end], f"entity {hue(e.label)}", e.label, title)
        at = e.end
    yield Piece(document.text[at:])


def hue(label: str) -> str:
    """Returns the class that colours a label; the default labels look as on the page."""
    if label in LABELS:
        return f"hue-{LABELS.index(label)}"
    return f"hue-{len(LABELS) + sum(map(ord, label)) % (HUES - len(LABELS))}"


def _label_counts(document: Document) -> list[tuple[str, int]]:
    return Counter(entity.label for entity in document.entities).most_common()


TEMPLATES = Environment(
    loader=PackageLoader("ner_service.output"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.globals["style"] = STYLE.read_text("utf-8")
TEMPLATES.filters |= {"hue": hue, "label_counts": _label_counts, "pieces": entity_pieces}
