"""Sizes are the counts and lengths of a file, and the balance of its labels."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ner_service.explore.corpus.sample import Sample
from ner_service.text.sentences import sentenize

LONG = 5  # tokens; longer entities are counted together


@dataclass(frozen=True, slots=True)
class Spread:
    """The spread of numbers is told by the least, the median, the mean and the greatest."""

    least: int
    median: float
    mean: float
    most: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> "Spread":
        """Return the spread of some numbers, all zero where there are none."""
        if not numbers:
            return cls(0, 0.0, 0.0, 0)
        mean = sum(numbers) / len(numbers)
        return cls(min(numbers), float(median(numbers)), mean, max(numbers))


@dataclass(frozen=True, slots=True)
class LabelSize:
    """A label has counts of its entities; shares are of all entities and of all tokens.

    `surfaces` counts different texts, without regard to case. `lengths` counts entities of one
    token, of two and so on; the last number is of all that are longer.
    """

    label: str
    entities: int
    share: float
    token_share: float
    surfaces: int
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of a file; what counts tokens or sentences is about the drawn documents.

    `imbalance` says how many entities the most frequent label has for one of the rarest.
    """

    file: str
    is_held_out: bool
    documents: int
    drawn: int
    characters: int
    entities: int
    sentences: int
    tokens: int
    without_entities: int
    imbalance: float
    document_tokens: Spread
    sentence_tokens: Spread
    document_entities: Spread
    labels: tuple[LabelSize, ...]


def measure_sizes(sample: Sample) -> Sizes:
    """Return the sizes of a file."""
    lengths = [len(each.tokens) for each in sample.drawn]
    entities = [len(each.document.entities) for each in sample.drawn]
    sentences = [n for each in sample.drawn for n in _sentence_lengths(each.document.text)]
    counts = sample.labels.values()
    return Sizes(
        file=sample.name,
        is_held_out=sample.is_held_out,
        documents=sample.documents,
        drawn=len(sample.drawn),
        characters=sample.characters,
        entities=sample.entities,
        sentences=len(sentences),
        tokens=sum(lengths),
        without_entities=entities.count(0),
        imbalance=max(counts) / min(counts) if counts else 0.0,
        document_tokens=Spread.of(lengths),
        sentence_tokens=Spread.of(sentences),
        document_entities=Spread.of(entities),
        labels=_label_sizes(sample, sum(lengths)),
    )


def _sentence_lengths(text: str) -> list[int]:
    """Return the number of words of each sentence, words as white space divides them."""
    return [len(text[start:end].split()) for start, end in sentenize(text)]


def _label_sizes(sample: Sample, tokens: int) -> tuple[LabelSize, ...]:
    """Return the sizes of each label, the most frequent first."""
    lengths: dict[str, Counter[int]] = defaultdict(Counter)
    inside, surfaces = Counter[str](), defaultdict[str, set[str]](set)
    for each in sample.drawn:
        for entity, places in each.entities():
            lengths[entity.label][min(len(places), LONG + 1)] += 1
            inside[entity.label] += len(places)
    for label, surface in sample.surfaces():
        surfaces[label].add(surface.casefold())
    return tuple(
        LabelSize(
            label=label,
            entities=count,
            share=count / sample.entities,
            token_share=inside[label] / tokens if tokens else 0.0,
            surfaces=len(surfaces[label]),
            lengths=tuple(lengths[label][n] for n in range(1, LONG + 2)),
        )
        for label, count in sample.labels.most_common()
    )
