"""Placeholders such as `<PER_1>` stand for names, also where somebody has changed their form."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ner_service.names.types import Case

MOST_OWN = 1_000_000  # numbers from here on are taken for no placeholder of a text's own
OPEN = r"\\?(?:&amp;lt;|&lt;|\\u003[cC]|%3[cC]|<\||<<|\{\{|\[\[|[<‹⟨〈《«＜\[{])"
CLOSE = r"\\?(?:&amp;gt;|&gt;|\\u003[eE]|%3[eE]|[|/]>|>>|\}\}|\]\]|[>›⟩〉》»＞\]}])"
QUOTES = frozenset("«»")  # which a name may have had by itself
PAIRED = frozenset(
    [*"«»[]{}《》", "[[", "]]", "{{", "}}"]
)  # brackets that mean something by themselves where one is missing
ENDINGS: Mapping[str, Case] = {  # of a masculine noun, as those write who do not see the name
    "а": "Gen", "я": "Gen", "ого": "Gen", "его": "Gen", "ы": "Gen", "и": "Gen",
    "у": "Dat", "ю": "Dat", "ому": "Dat", "ему": "Dat",
    "ую": "Acc", "юю": "Acc",
    "ом": "Ins", "ем": "Ins", "ём": "Ins", "ым": "Ins", "им": "Ins", "ой": "Ins", "ою": "Ins",
    "ей": "Ins", "е": "Loc",
}  # fmt: skip
ENDING = rf"(?:['’ʼ‑-]?(?P<ending>{'|'.join(sorted(ENDINGS, key=len, reverse=True))})(?!\w))?"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in a text: its bounds, its label and number, and the ending behind it."""

    start: int
    end: int
    label: str
    number: int
    ending: str = ""


def placeholder(label: str, number: int) -> str:
    """Return the placeholder of a name."""
    return f"<{label}_{number}>"


def plain_label(label: str) -> str:
    """Return a label as placeholders have it: letters, digits and underscores."""
    return re.sub(r"\W+", "_", label).strip("_").upper() or "NAME"


def find_placeholders(
    text: str, labels: Iterable[str], quoted: Container[tuple[str, int]] = ()
) -> Iterator[Placeholder]:
    """Yield the placeholders of some labels, in whatever brackets, case and spacing they are.

    Quotes belong to a placeholder where they took the place of its brackets; those around the
    `quoted`, which stood in quotes before, belong to the text.
    """
    known = tuple(sorted(set(labels), key=lambda label: (-len(label), label)))
    if not known:
        return
    for match in _pattern(known).finditer(text):
        label, number = match["label"].upper(), int(match["number"])
        opening, closing = (match["open"] or "").strip(), (match["close"] or "").strip()
        keeps = {opening, closing} & QUOTES and (label, number) in quoted
        half = not (opening and closing) and {opening, closing} & PAIRED
        start = match.start("label") if keeps or half else match.start()
        end = match.end("number") if keeps or half else match.end()
        ending = "" if keeps or half else (match["ending"] or "").lower()
        yield Placeholder(start, end, label, number, ending)


def own_numbers(text: str, labels: Iterable[str]) -> dict[str, int]:
    """Return the greatest number of the placeholders that a text holds by itself, by label."""
    own: dict[str, int] = {}
    for found in find_placeholders(text, labels):
        if found.number < MOST_OWN:
            own[found.label] = max(own.get(found.label, 0), found.number)
    return own


@lru_cache(64)
def _pattern(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern: in brackets there may be spaces, without them there is a join."""
    label = rf"(?P<label>{'|'.join(map(re.escape, labels))})"
    return re.compile(
        rf"(?:(?P<open>{OPEN}[ \u00a0]{{0,3}})|(?<![^\W_])){label}"
        rf"(?:[ \u00a0]{{0,3}}\\?[_＿‑–—-][ \u00a0]{{0,3}}|(?(open)[ \u00a0]{{0,3}}|(?!)))"
        rf"(?P<number>\d{{1,9}})(?!\d)"
        rf"(?P<close>[ \u00a0]{{0,3}}{CLOSE})?{ENDING}",
        re.IGNORECASE,
    )
