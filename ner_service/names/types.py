"""Analyses of names: base forms, parts of persons' names, and the mentions of each name."""

from dataclasses import dataclass
from typing import Literal

Case = Literal["Nom", "Gen", "Dat", "Acc", "Ins", "Loc"]
Gender = Literal["Masc", "Fem", "Neut"]
Number = Literal["Sing", "Plur"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a person's name are base forms; a part that is not there or unsure is `None`."""

    first: str | None = None
    middle: str | None = None
    last: str | None = None


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
class Name:
    """A name is what several mentions in a text share; `mentions` are indices of entities."""

    label: str
    normal: str | None
    parts: Parts | None
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis has a mention for each entity of a text, and the names that they join to.

    Each entity is a mention of exactly one name; the names stand in the order of their first
    mentions.
    """

    mentions: tuple[Mention, ...]
    names: tuple[Name, ...]
