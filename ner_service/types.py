"""Entities, documents and taggers are the types that every package shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Document:
    """A document is a text with its entities, gold or predicted.

    `fields` are the other fields of the record that it was read from, which writers that can carry
    them give back; an `id` among them is one that was no string. `place` is file and line. Neither
    is part of what makes documents equal.
    """

    id: str
    text: str
    entities: tuple[Entity, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)


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


@runtime_checkable
class Conventional(Protocol):
    """A conventional tagger has learned several ways of annotating, which its info lists."""

    def in_convention(self, convention: str) -> Tagger:
        """Return a tagger that answers by one of them; raises `ModelError` where it has none."""


@dataclass(slots=True)
class Tally:
    """Counts that a tagger keeps from the moment it is loaded.

    `hits` are words whose features were cached, `misses` those whose features had to be computed,
    `tokenise_s` the seconds that cutting texts into words took.
    """

    hits: int = 0
    misses: int = 0
    tokenise_s: float = 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Return both counts together."""
        seconds = self.tokenise_s + other.tokenise_s
        return Tally(self.hits + other.hits, self.misses + other.misses, seconds)


@runtime_checkable
class Counting(Protocol):
    """A counting tagger keeps a tally, whose numbers only grow."""

    @property
    def tally(self) -> Tally:
        """Return the counts of this moment."""
