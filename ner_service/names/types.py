"""Analyses of names: base forms, parts of persons' names, and the mentions of each name."""

from dataclasses import dataclass
from typing import Literal

from ner_service.types import Name, Parts

__all__ = ["Analysis", "Case", "Gender", "Mention", "Name", "Number", "Parts"]

Case = Literal["Nom", "Gen", "Dat", "Acc", "Ins", "Loc"]
Gender = Literal["Masc", "Fem", "Neut"]
Number = Literal["Sing", "Plur"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention is what an entity's form tells; it stands at the entity's place in the list.

    `normal` is the base form, or `None` where no analysis carries one. `parts` are those of a PER.
    Case, gender and number are those of the form in the text, `None` where unsure.
    """

    normal: str | None = None
    parts: Parts | None = None
    case: Case | None = None
    gender: Gender | None = None
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis has a mention for each entity of a text, and the names that they join to.

    Each entity is a mention of exactly one name; the names stand in the order of their first
    mentions.
    """

    mentions: tuple[Mention, ...]
    names: tuple[Name, ...]
