"""An error report: one HTML page about one tagger on one corpus."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from html import escape
from itertools import pairwise

from ner_service.output.charts import confusion_matrix
from ner_service.scoring import significance
from ner_service.scoring.errors import Errors, confusion, count_errors
from ner_service.scoring.f1 import Predicted, strict
from ner_service.types import Document, Entity

WORST = 20  # documents that are shown
SEED = 0
STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .8em; text-align: right }
tr + tr { border-top: 1px solid #ddd } td:first-child, th:first-child { text-align: left }
pre { white-space: pre-wrap; font: inherit; border-left: 3px solid #ddd; padding-left: 1em }
mark { padding: .1em 0; color: inherit } .right { background: #c8f0d0 }
.missed { background: #ffd0d0 } .spurious { background: #ffe2a8 } .wrong { background: #e3c8ff }
"""
KEY = (
    ("right", "right"),
    ("missed", "gold, not found"),
    ("spurious", "found, not gold"),
    ("wrong", "both, but not the same bounds and label"),
)


def page(title: str, documents: Sequence[Document], predicted: Predicted) -> str:
    """Scores with bootstrap intervals, kinds of errors, confusion, and the worst documents."""
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<h1>{escape(title)}</h1>",
        f"<p>{len(documents)} documents. Strict: right is what has the bounds and the label of a "
        "gold entity. Intervals: 95%, bootstrap over documents.</p>",
        _scores(documents, predicted),
        "<h2>Kinds of errors</h2>\n<p>Boundary: the right label, other bounds; label: the right "
        "bounds, another label; both: neither, but they overlap.</p>",
        _errors(count_errors(documents, predicted)),
        "<h2>Confusion</h2>\n<p>Entities that overlap; O is none.</p>",
        confusion_matrix(confusion(documents, predicted)),
        "<h2>Worst documents</h2>",
        "<p>" + " ".join(f'<mark class="{name}">{text}</mark>' for name, text in KEY) + "</p>",
        *_worst(documents, predicted),
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [_row("th", heads), *(_row("td", row) for row in rows)]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"


def _scores(documents: Sequence[Document], predicted: Predicted) -> str:
    report = strict(documents, predicted)
    rows = []
    for name, rates in [*report.labels.items(), ("micro", report.micro)]:
        labels = list(report.labels) if name == "micro" else [name]
        counts = significance.counts(documents, predicted, labels)
        low, high = significance.interval(counts, SEED)
        shares = [f"{share:.4f}" for share in (rates.precision, rates.recall, rates.f1)]
        rows.append([name, *shares, f"{low:.4f} to {high:.4f}", rates.gold])
    return _table(["label", "precision", "recall", "F1", "interval of F1", "gold"], rows)


def _errors(errors: dict[str, Errors]) -> str:
    kinds = [field.name for field in fields(Errors)]
    rows = [[label, *(getattr(one, kind) for kind in kinds)] for label, one in errors.items()]
    return _table(["label", *kinds], rows)


def _worst(documents: Sequence[Document], predicted: Predicted) -> Iterator[str]:
    pairs = list(zip(documents, predicted, strict=True))
    for document, found in sorted(pairs, key=lambda pair: -mistakes(*pair))[:WORST]:
        if count := mistakes(document, found):
            yield f"<h3>{escape(document.id)}: {count} mistakes</h3>"
            yield f"<pre>{highlighted(document, found)}</pre>"


def mistakes(document: Document, found: Sequence[Entity]) -> int:
    """How many entities are missed or found wrongly."""
    return len({e.span for e in document.entities} ^ {e.span for e in found})


def highlighted(document: Document, found: Sequence[Entity]) -> str:
    """The text as HTML, cut at every bound of a gold or found entity and marked by what it is."""
    text = document.text
    gold = _at(document.entities)
    given = _at(found)
    both = [*document.entities, *found]
    cuts = sorted({0, len(text), *(e.start for e in both), *(e.end for e in both)})
    return "".join(
        _piece(text[start:end], gold(start), given(start)) for start, end in pairwise(cuts)
    )


def _at(entities: Iterable[Entity]) -> Callable[[int], Entity | None]:
    spans = list(entities)
    return lambda place: next((e for e in spans if e.start <= place < e.end), None)


def _piece(text: str, gold: Entity | None, found: Entity | None) -> str:
    if gold is None and found is None:
        return escape(text)
    if gold and found:
        kind = "right" if gold.span == found.span else "wrong"
    else:
        kind = "missed" if gold else "spurious"
    told = f"gold {gold.label if gold else 'none'}, found {found.label if found else 'none'}"
    return f'<mark class="{kind}" title="{escape(told)}">{escape(text)}</mark>'
