"""Tagged documents as one HTML page that looks like the service's own and needs nothing else."""

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from ner_service.types import Document, Entity

KNOWN = ("PER", "LOC", "ORG")
HUES = 12
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#fff, #14161b); color: light-dark(#1b1f27, #e6e8ec); }
h2 { font-size: 1rem; display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: baseline;
  border-bottom: 1px solid light-dark(#dfe2e8, #313640); padding-bottom: 0.4rem; }
h2 :first-child { margin-inline-end: auto; overflow-wrap: anywhere; }
section { margin-bottom: 2.5rem; }
"""


def page(documents: Iterable[Document]) -> Iterator[str]:
    """The page in parts: its head, a section for each document, its end."""
    shared = files("ner_service").joinpath("service/web/static/entities.css").read_text("utf-8")
    yield (
        '<!doctype html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>ner-service</title>\n<style>{STYLE}{shared}</style>\n</head>\n<body>\n"
    )
    for document in documents:
        yield section(document)
    yield "</body>\n</html>\n"


def section(document: Document) -> str:
    """A document under its name, with how many entities each label has."""
    counts = Counter(entity.label for entity in document.entities)
    tags = [
        f'<span class="tag {hue(label)}">{escape(label)} {count}</span>'
        for label, count in counts.most_common()
    ]
    head = f"<h2><span>{escape(document.id)}</span> {' '.join(tags)}</h2>"
    return f'<section>\n{head}\n<div class="text">{marked(document)}</div>\n</section>\n'


def marked(document: Document) -> str:
    """The text with its entities as `mark` elements; its text content is the text itself."""
    parts, at = [], 0
    for entity in document.entities:
        parts.append(_escaped(document.text[at : entity.start]))
        parts.append(_mark(entity, document.text))
        at = entity.end
    return "".join(parts) + _escaped(document.text[at:])


def _mark(entity: Entity, text: str) -> str:
    score = "" if entity.score is None else f' title="{entity.score:.3f}"'
    label, surface = escape(entity.label), _escaped(text[entity.start : entity.end])
    return f'<mark class="entity {hue(entity.label)}" data-label="{label}"{score}>{surface}</mark>'


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\r", "&#13;")  # a bare one would become a line feed


def hue(label: str) -> str:
    """The class that colours a label; `service/web/static/render.js` does the same."""
    if label in KNOWN:
        return f"hue-{KNOWN.index(label)}"
    return f"hue-{len(KNOWN) + sum(map(ord, label)) % (HUES - len(KNOWN))}"
