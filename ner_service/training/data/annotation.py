"""Re-annotation: entities are changed as a corpus is read, so that corpora annotate alike."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ner_service.types import Document, Entity

QUOTED = re.compile(r"[«\"„“'](?P<name>[^«»\"„“”']+)[»\"“”']?", re.DOTALL)
NAMED_AGAIN = re.compile(r"(?P<name>.*\w.*?)\s*\((?P<again>[^()]*\w[^()]*)\)", re.DOTALL)


STREET_BEFORE = re.compile(
    r"(?<![^\W_])(?:улиц\w{0,3}|ул\.?|проспект\w{0,2}|просп\.|пр-т\w?|пр\.|переул\w{2,4}|пер\.|бульвар\w{0,2}|"
    r"б-р\w?|площад\w{1,3}|пл\.|набережн\w{2,3}|наб\.|шоссе|проезд\w{0,2}|тупик\w{0,2}|алле\w{1,2})"
    r"\s*(?:(?:имени|им\.)\s*)?$",
    re.IGNORECASE,
)
STREET_WORD = 30  # characters before a name in which the word for a street is looked for


def check_pattern(pattern: str) -> None:
    """Raise `ValueError` where the pattern is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern}: no regular expression: {error}") from None


def reannotate(
    document: Document,
    relabel: Mapping[str, str],
    split: bool,
    outside: str = "",
    streets: bool = False,
) -> Document:
    """Return the document with other labels and other bounds for some of its entities.

    `relabel` has a label for each pattern that an entity's whole text may match; an empty label
    drops the entity, and the first pattern that matches counts. `split` makes two entities of a
    name with another in parentheses. `outside` is a pattern that is cut off a name's beginning.
    `streets` makes a place of a person whose name follows a word for a street.
    """
    entities: Iterable[Entity] = document.entities
    if split:
        entities = (part for entity in entities for part in split_name(document.text, entity))
    if outside:
        entities = (cut_beginning(document.text, entity, outside) for entity in entities)
    if streets:
        entities = (relabel_street(document.text, entity) for entity in entities)
    entities = (relabel_entity(document.text, entity, relabel) for entity in entities)
    return replace(document, entities=tuple(entity for entity in entities if entity.label))


def relabel_entity(text: str, entity: Entity, relabel: Mapping[str, str]) -> Entity:
    """Return the entity with the label of the first pattern that its text matches."""
    name = text[entity.start : entity.end]
    for pattern, label in relabel.items():
        if re.fullmatch(pattern, name):
            return replace(entity, label=label)
    return entity


def relabel_street(text: str, entity: Entity) -> Entity:
    """Return a person as a place where the name is that of a street: `улица Ленина`."""
    before = text[max(0, entity.start - STREET_WORD) : entity.start]
    if entity.label == "PER" and STREET_BEFORE.search(before):
        return replace(entity, label="LOC")
    return entity


def split_name(text: str, entity: Entity) -> list[Entity]:
    """Return two entities for `name (other name)`, or else the entity alone."""
    whole = NAMED_AGAIN.fullmatch(text, entity.start, entity.end)
    if not whole:
        return [entity]
    spans = whole.span("name"), whole.span("again")
    return [replace(entity, start=start, end=end) for start, end in spans]


def cut_beginning(text: str, entity: Entity, outside: str) -> Entity:
    """Return the entity without a beginning that matches and without quotes around the rest."""
    begins = re.compile(rf"(?:{outside})\s+(?=\S)").match(text, entity.start, entity.end)
    if not begins:
        return entity
    quoted = QUOTED.fullmatch(text, begins.end(), entity.end)
    start, end = quoted.span("name") if quoted else (begins.end(), entity.end)
    return replace(entity, start=start, end=end)
