"""Entities, documents, analyses and taggers are the types that every package shares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, runtime_checkable

ScoreKind = Literal["calibrated", "raw", "none"]


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """An entity is a labelled span of a text.

    `start` and `end` are half-open and count Unicode code points of the text as received;
    the surface form is `text[start:end]`. `score` is the probability of the whole span, or
    `None` where the tagger has none.
    """

    start: int
    end: int
    label: str
    score: float | None = None

    @property
    def span(self) -> tuple[int, int, str]:
        """Return bounds and label, which strict scoring compares."""
        return self.start, self.end, self.label

    def shift(self, offset: int) -> "Entity":
        """Return the same entity in a text with `offset` more code points in front."""
        return Entity(self.start + offset, self.end + offset, self.label, self.score)


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

    def keep(self, indices: Sequence[int]) -> "Analysis":
        """Return the analysis of the entities with these indices, which rise."""
        places = {index: n for n, index in enumerate(indices)}
        kept = ((name, [places[n] for n in name.mentions if n in places]) for name in self.names)
        names = (replace(name, mentions=tuple(mentions)) for name, mentions in kept if mentions)
        return Analysis(
            tuple(self.mentions[n] for n in indices),
            tuple(sorted(names, key=lambda name: name.mentions[0])),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A document is a text with its entities, gold or predicted.

    `fields` are the other fields of the record that it was read from, which writers that can carry
    them give back; an `id` among them is one that was no string. `place` is file and line.
    `analysis` has the base forms of the entities, if they are wanted. None of the three is part of
    what makes documents equal.
    """

    id: str
    text: str
    entities: tuple[Entity, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)
    analysis: Analysis | None = field(default=None, compare=False, repr=False)

    def keep_labels(self, labels: Collection[str]) -> "Document":
        """Return the document with the entities of these labels alone."""
        kept = [n for n, entity in enumerate(self.entities) if entity.label in labels]
        return replace(
            self,
            entities=tuple(self.entities[n] for n in kept),
            analysis=self.analysis and self.analysis.keep(kept),
        )


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """Facts that a tagger states about itself; `hash` is the SHA-256 of the weights that answer.

    `conventions` are the ways of annotating that it has learned, the one of its answers first;
    the tuple is empty where there is only one.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    score_kind: ScoreKind
    hash: str | None = None
    conventions: tuple[str, ...] = ()


@runtime_checkable
class Tagger(Protocol):
    """A tagger answers one entity list per text, in order, and never alters a text.

    The lists are sorted and do not overlap; spans are in bounds, never empty, and neither
    start nor end with white space. An answer does not depend on what else is in the batch.
    Every valid string has an answer: nothing is truncated and nothing raises.
    """

    @property
    def info(self) -> TaggerInfo:
        """Return the facts that `/taggers` and the command line show."""

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Find the entities of each text."""


@dataclass(slots=True)
class Tally:
    """Counts that a tagger keeps from the moment it is loaded.

    `hits` are words whose features were cached, `misses` those whose features had to be computed,
    `tokenise_s` the seconds that cutting texts into words took.
    """

    hits: int = 0
    misses: int = 0
    tokenise_s: float = 0.0


@runtime_checkable
class Counting(Protocol):
    """A counting tagger keeps a tally, whose numbers only grow."""

    @property
    def tally(self) -> Tally:
        """Return the counts of this moment."""
