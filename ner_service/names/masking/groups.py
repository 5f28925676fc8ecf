"""Groups are the names of a text as masking sees them: mentions that one stand-in replaces."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ner_service.names.analyser import Analyser
from ner_service.names.masking.identifiers import IDENTIFIERS, bare_value
from ner_service.names.masking.persons import AND, gender_of
from ner_service.names.masking.phrases import QUOTES
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case, Gender, Mention, Number, Parts
from ner_service.types import Entity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """A group is a name, or an identifier, with all its mentions in a text.

    `mentions` are indices of entities; `surfaces` and `cases` stand at the same places. Gender and
    number are those of most mentions. `quoted` tells that a mention stands in quotes.
    """

    label: str
    mentions: tuple[int, ...]
    surfaces: tuple[str, ...]
    cases: tuple[Case | None, ...]
    normal: str | None = None
    parts: Parts | None = None
    gender: Gender | None = None
    number: Number | None = None
    quoted: bool = False

    @property
    def base(self) -> str:
        """Return the base form, or the first surface where there is none."""
        return self.normal or self.surfaces[0]

    @property
    def is_eponym(self) -> bool:
        """Say whether the name is a genitive that stays one, behind `улица` or `театр`."""
        return self.gender is None and self.number is None and {*self.cases} == {"Gen"}


def group_entities(text: str, entities: Sequence[Entity], analyser: Analyser) -> list[Group]:
    """Return the groups of a text's entities, in the order of their first mentions."""
    names = [n for n, entity in enumerate(entities) if entity.label not in IDENTIFIERS]
    analysis = analyser.analyse(text, [entities[n] for n in names])
    groups = [
        _group(text, entities, [names[n] for n in name.mentions], name.normal, name.parts,
               [analysis.mentions[n] for n in name.mentions], analyser.morphology)
        for name in analysis.names
    ]  # fmt: skip
    values: dict[tuple[str, str], list[int]] = {}
    for n, entity in enumerate(entities):
        if entity.label in IDENTIFIERS:
            value = bare_value(text[entity.start : entity.end])
            values.setdefault((entity.label, value), []).append(n)
    for indices in values.values():
        unknown = [Mention()] * len(indices)
        groups.append(_group(text, entities, indices, None, None, unknown, analyser.morphology))
    return sorted(groups, key=lambda group: group.mentions[0])


def _group(
    text: str, entities: Sequence[Entity], indices: Sequence[int], normal: str | None,
    parts: Parts | None, mentions: Sequence[Mention], morphology: Morphology,
) -> Group:  # fmt: skip
    spans = [entities[n] for n in indices]
    surfaces = tuple(text[span.start : span.end] for span in spans)
    genders: list[Gender | None] = [mention.gender for mention in mentions]
    numbers: list[Number | None] = [mention.number for mention in mentions]
    gender: Gender | None = _most(genders)
    if spans[0].label == "PER":
        gender = gender_of(parts, surfaces, gender, morphology)
    number: Number | None = _most(numbers)
    if spans[0].label == "PER" and any(AND in surface for surface in surfaces):
        number = "Plur"  # `Роман и Анна Петровы`
    cases = tuple(mention.case for mention in mentions)
    quoted = any(text[e.start - 1 : e.start] + text[e.end : e.end + 1] in QUOTES for e in spans)
    label = spans[0].label
    return Group(label, tuple(indices), surfaces, cases, normal, parts, gender, number, quoted)


def _most(values: Sequence[T | None]) -> T | None:
    """Return the value that most have; of equals, the first."""
    counts = Counter(value for value in values if value is not None)
    return max(counts, key=lambda value: counts[value]) if counts else None
