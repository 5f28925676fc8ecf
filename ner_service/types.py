"""The domain types that every floor shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

ScoreKind = Literal["calibrated", "raw", "none"]


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A labelled span of a text.

    `start` and `end` are half-open and count Unicode code points of the text as received;
    the surface form is `text[start:end]`. `score` is the probability of the whole span, or
    `None` where the tagger has none.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    normal: str | None = None

    @property
    def span(self) -> tuple[int, int, str]:
        """What strict scoring compares: bounds and label."""
        return self.start, self.end, self.label

    def shift(self, offset: int) -> "Entity":
        """The same entity in a text that has `offset` more code points in front."""
        return Entity(self.start + offset, self.end + offset, self.label, self.score, self.normal)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its entities, gold or predicted."""

    id: str
    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """What a tagger says of itself; `hash` names the very weights that answer.

    `conventions` are the ways of annotating it knows, that of its answers first; none where it
    knows but one.
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
    """Answers one entity list per text, in order; never alters a text.

    The lists are sorted and do not overlap; spans are in bounds, never empty, and neither
    start nor end with white space. An answer does not depend on what else is in the batch.
    Every valid string has an answer: nothing is truncated and nothing raises.
    """

    @property
    def info(self) -> TaggerInfo: ...

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]: ...


@dataclass(slots=True)
class Tally:
    """What a tagger has counted since it was loaded.

    Words whose features were there, words whose features had to be computed, and the seconds
    that cutting texts into words took.
    """

    hits: int = 0
    misses: int = 0
    tokenise_s: float = 0.0


@runtime_checkable
class Counting(Protocol):
    """A tagger that counts; what it has counted only grows."""

    @property
    def tally(self) -> Tally: ...
