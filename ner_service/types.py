"""Entities, documents and taggers are the types that every package shares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, runtime_checkable

ScoreKind = Literal["calibrated", "raw", "none"]
Span = tuple[int, int, str]  # start, end, label
PERSON = "PER"  # the label of entities whose names have parts


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a person's name are base forms; a part that is not there or unsure is `None`."""

    first: str | None = None
    middle: str | None = None
    last: str | None = None

    def record(self) -> dict[str, str | None]:
        """Return the parts as JSON has them."""
        return {"first": self.first, "middle": self.middle, "last": self.last}


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """An entity is a labelled span of a text.

    `start` and `end` are half-open and count Unicode code points of the text as received;
    the surface form is `text[start:end]`. `score` is the probability of the whole span, or
    `None` where the tagger has none. `normal` is the base form and `parts` those of a person's
    name, where somebody has told them. `sources` are the specs of the taggers or rules that found
    it, where several might have. None of the three is part of what makes entities equal: who
    found a span, and what else is said of it, does not make it another span.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    normal: str | None = field(default=None, compare=False)
    parts: Parts | None = field(default=None, compare=False)
    sources: tuple[str, ...] = field(default=(), compare=False)

    @property
    def span(self) -> Span:
        """Return bounds and label, which strict scoring compares."""
        return self.start, self.end, self.label

    def shift(self, offset: int) -> "Entity":
        """Return the same entity in a text with `offset` more code points in front."""
        start, end = self.start + offset, self.end + offset
        return Entity(start, end, self.label, self.score, self.normal, self.parts, self.sources)


@dataclass(frozen=True, slots=True)
class Name:
    """A name is what several mentions in a text share; `mentions` are indices of entities."""

    label: str
    normal: str | None
    parts: Parts | None
    mentions: tuple[int, ...]

    def record(self) -> dict[str, object]:
        """Return the name as JSON has it; only a person's has parts."""
        parts = {"parts": self.parts and self.parts.record()} if self.label == PERSON else {}
        named = {"label": self.label, "normal": self.normal, **parts}
        return {**named, "mentions": list(self.mentions)}


@dataclass(frozen=True, slots=True)
class Document:
    """A document is a text with its entities, gold or predicted.

    `fields` are the other fields of the record that it was read from, which writers that can carry
    them give back; an `id` among them is the record's own, of whatever type. `place` is file and
    line. `names` are what the entities are mentions of, each of one name, or `None` where nobody
    has told; with names a `normal` that is `None` is unsure. `is_null` says that the record had
    null for its text, which is then empty. None of the four makes documents equal.
    """

    id: str
    text: str
    entities: tuple[Entity, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)
    names: tuple[Name, ...] | None = field(default=None, compare=False, repr=False)
    is_null: bool = field(default=False, compare=False, repr=False)

    def keep_labels(self, labels: Collection[str]) -> "Document":
        """Return the document with the entities of these labels alone, and their names."""
        kept = [n for n, entity in enumerate(self.entities) if entity.label in labels]
        entities = tuple(self.entities[n] for n in kept)
        if self.names is None:
            return replace(self, entities=entities)
        places = {index: n for n, index in enumerate(kept)}
        names = tuple(
            replace(name, mentions=tuple(places[n] for n in name.mentions))
            for name in self.names
            if name.label in labels
        )
        return replace(self, entities=entities, names=names)


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """Facts that a tagger states about itself; `hash` is the SHA-256 of the weights that answer.

    `conventions` are the ways of annotating that it has learned, the one of its answers first;
    the tuple is empty where there is only one. `computed_by` names the code that computes the
    answers and says why, where a model could be computed by other code; else it is empty.
    `open_labels` says that the tagger finds any labels that it is asked for; `labels` are then
    those that it finds unasked.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    score_kind: ScoreKind
    hash: str | None = None
    conventions: tuple[str, ...] = ()
    computed_by: str = ""
    open_labels: bool = False


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


@runtime_checkable
class Twinned(Tagger, Protocol):
    """A twinned tagger can be had twice, for two threads that tag side by side."""

    def twin(self) -> Tagger:
        """Return a tagger of equal answers whose caches are its own; raises as loading does."""


@runtime_checkable
class OpenLabels(Protocol):
    """A tagger with open labels finds entities of whatever labels it is asked for."""

    def with_labels(self, labels: Sequence[str]) -> Tagger:
        """Return a tagger that finds these labels alone."""


def ask_labels(tagger: Tagger, labels: Sequence[str] | None) -> Tagger:
    """Return a tagger that is asked for labels, where there are some and it can be asked."""
    return tagger.with_labels(labels) if labels and isinstance(tagger, OpenLabels) else tagger


@runtime_checkable
class Explaining(Protocol):
    """An explaining tagger can show how it decides."""

    def explainer(self) -> Any:
        """Return the explainer of its answers."""


@runtime_checkable
class SpanScorer(Protocol):
    """A span scorer says how probable any span of a text is, whether it finds it or not."""

    def score_spans(self, text: str, spans: Sequence[Span]) -> list[float]:
        """Return the score that each span would have; 0 where a span is not of whole tokens."""


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
