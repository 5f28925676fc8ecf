"""Listings are the names of a corpus as lists and forms have them, without any sentence."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from ner_service.types import Document, Entity

Name = tuple[str, str]  # the text of a name, and its label
Layout = Callable[[Sequence[Name]], Document]

LENGTH = 6  # names of a list; many real ones are longer, but no longer one is harder
CELLS = 3  # of a row of a table
KEYS = {"PER": "Фамилия и имя", "LOC": "Город", "ORG": "Место работы"}  # of a form, by label


def join_names(names: Sequence[Name], before: Sequence[str], last: str = "\n") -> Document:
    """Return the document of names, each behind what stands before it."""
    text = ""
    entities = []
    for (name, label), lead in zip(names, before, strict=True):
        start = len(text) + len(lead)
        entities.append(Entity(start, start + len(name), label))
        text += lead + name
    return Document("", text + last, tuple(entities))


def by_lines(names: Sequence[Name]) -> Document:
    """Return names with one on each line."""
    return join_names(names, ["", *["\n"] * (len(names) - 1)])


def by_tabs(names: Sequence[Name]) -> Document:
    """Return names in the cells of a table whose columns tabs divide."""
    breaks = ["\t" if n % CELLS else "\n" for n in range(len(names))]
    return join_names(names, ["", *breaks[1:]])


def by_bullets(names: Sequence[Name]) -> Document:
    """Return names as the items of a list with bullets."""
    return join_names(names, ["• ", *["\n• "] * (len(names) - 1)])


def by_semicolons(names: Sequence[Name]) -> Document:
    """Return names on one line with a semicolon between them."""
    return join_names(names, ["", *["; "] * (len(names) - 1)], ".\n")


def as_form(names: Sequence[Name]) -> Document:
    """Return names as the values of a form, each on a line behind its key."""
    keys = [f"{KEYS.get(label, label)}: " for _, label in names]
    return join_names(names, [key if n == 0 else f"\n{key}" for n, key in enumerate(keys)])


def lists_of(names: Sequence[Name]) -> Iterator[Sequence[Name]]:
    """Yield lists of names, each of one label, as lists of people or of places are."""
    for label in dict.fromkeys(label for _, label in names):
        of_label = [name for name in names if name[1] == label]
        yield from (of_label[at : at + LENGTH] for at in range(0, len(of_label), LENGTH))


def forms_of(names: Sequence[Name]) -> Iterator[Sequence[Name]]:
    """Yield the names of forms, one of each label as long as there are any."""
    labels = dict.fromkeys(label for _, label in names)
    columns = [[name for name in names if name[1] == label] for label in labels]
    for row in zip_longest(*columns):
        yield [name for name in row if name is not None]


LISTINGS: Mapping[str, tuple[Callable[[Sequence[Name]], Iterator[Sequence[Name]]], Layout]] = {
    "names by lines": (lists_of, by_lines),
    "names by tabs": (lists_of, by_tabs),
    "names by bullets": (lists_of, by_bullets),
    "names by ;": (lists_of, by_semicolons),
    "form fields": (forms_of, as_form),
}


def names_of(documents: Iterable[Document]) -> list[Name]:
    """Return the distinct names of a corpus, as they stand there, in the order of the text.

    Names that hold a semicolon or break over a line are left out: no list could tell them apart.
    """
    names = (
        (document.text[e.start : e.end], e.label)
        for document in documents
        for e in document.entities
    )
    return [n for n in dict.fromkeys(names) if ";" not in n[0] and len(n[0].splitlines()) == 1]


def listing(documents: Sequence[Document], name: str, seed: int) -> list[Document]:
    """Return the lists that a corpus's names make in one layout, the same for every tagger."""
    names = names_of(documents)
    random.Random(seed).shuffle(names)
    divide, layout = LISTINGS[name]
    return [layout(group) for group in divide(names)]
