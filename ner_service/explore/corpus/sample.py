"""A sample of a file holds what a report looks at closely, however large the file is."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from ner_service.corpora.check import NO_DOCUMENTS
from ner_service.errors import CorpusError
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document, Entity

MOST_DOCUMENTS = 10_000
MOST_CHARS = 4_000_000  # some 600,000 words, which take about a minute
SEED = 0  # of the draw, so that the same file has the same report


@dataclass(frozen=True)
class TokenizedDocument:
    """A tokenized document has its tokens, and its entities as ranges of tokens."""

    document: Document
    tokens: list[Token]

    @classmethod
    def of(cls, document: Document) -> "TokenizedDocument":
        """Return the document with its tokens."""
        return cls(document, tokenize(document.text))

    def range_of(self, entity: Entity) -> range:
        """Return the places of the tokens that an entity touches."""
        first = bisect_right(self.tokens, entity.start, key=lambda token: token.end)
        return range(first, bisect_left(self.tokens, entity.end, key=lambda token: token.start))

    def entities(self) -> Iterator[tuple[Entity, range]]:
        """Yield each entity with the places of its tokens."""
        return ((entity, self.range_of(entity)) for entity in self.document.entities)


@dataclass(frozen=True)
class Sample:
    """A sample has the documents that were drawn, and what the whole file holds."""

    name: str
    is_held_out: bool
    drawn: list[TokenizedDocument]
    documents: int
    characters: int
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def entities(self) -> int:
        """Return how many entities the whole file holds."""
        return self.labels.total()

    @property
    def is_whole(self) -> bool:
        """Return whether the sample is the whole file."""
        return len(self.drawn) == self.documents

    def surfaces(self) -> Iterator[tuple[str, str]]:
        """Yield the label of each entity that was drawn, and its text on one line."""
        for each in self.drawn:
            for entity in each.document.entities:
                yield entity.label, surface_of(each.document, entity)


def surface_of(document: Document, entity: Entity) -> str:
    """Return the text of an entity, with one blank where white space stands."""
    return " ".join(document.text[entity.start : entity.end].split())


def draw_sample(
    name: str,
    is_held_out: bool,
    documents: Iterable[Document],
    most_documents: int = MOST_DOCUMENTS,
    most_chars: int = MOST_CHARS,
) -> Sample:
    """Read a file once and draw documents evenly from all of it (reservoir sampling, Vitter 1985).

    The drawn documents stand in the order of the file. Raises `CorpusError` for an empty file.
    """
    random, labels = Random(SEED), Counter[str]()
    kept: list[tuple[int, Document]] = []
    count = characters = 0
    for number, document in enumerate(documents):
        count, characters = number + 1, characters + len(document.text)
        labels.update(entity.label for entity in document.entities)
        if len(kept) < most_documents:
            kept.append((number, document))
        elif (place := random.randrange(count)) < most_documents:
            kept[place] = number, document
    if not count:
        raise CorpusError(f"{name}: {NO_DOCUMENTS}")
    drawn = [TokenizedDocument.of(each) for each in _within(kept, most_chars, random)]
    return Sample(name, is_held_out, drawn, count, characters, labels)


def _within(kept: list[tuple[int, Document]], most_chars: int, random: Random) -> list[Document]:
    """Return documents in the file's order: all, or a random part of at most so many characters.

    The first of them stays however long it is.
    """
    if sum(len(document.text) for _, document in kept) <= most_chars:
        return [document for _, document in sorted(kept, key=lambda pair: pair[0])]
    random.shuffle(kept)
    chosen, characters = [kept[0]], len(kept[0][1].text)
    for pair in kept[1:]:
        characters += len(pair[1].text)
        if characters > most_chars:
            break
        chosen.append(pair)
    return [document for _, document in sorted(chosen, key=lambda pair: pair[0])]
