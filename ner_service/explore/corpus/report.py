"""A corpus report bundles all figures about one corpus, which may be several files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from typing import Any

from ner_service.explore.corpus.copies import Copies, count_copies
from ner_service.explore.corpus.doubts import Doubts, find_doubts
from ner_service.explore.corpus.grammar import Grammar, Place, neighbours
from ner_service.explore.corpus.names import (
    Ambiguous,
    Frequent,
    Seen,
    Unmarked,
    ambiguous_names,
    base_forms,
    frequent_base_forms,
    frequent_surfaces,
    seen_names,
    unmarked_names,
)
from ner_service.explore.corpus.sample import Sample
from ner_service.explore.corpus.sizes import Sizes, measure_sizes
from ner_service.explore.corpus.words import TypicalWords, typical_words
from ner_service.names import Analyser
from ner_service.types import Document, Entity, Tagger

BATCH = 64  # documents that a tagger reads at once
Progress = Callable[[str, int, int], None]  # a step, how much of it is done, and of how much


@dataclass(frozen=True)
class CorpusReport:
    """A corpus report is what the page shows and what `--json` writes."""

    files: list[Sizes]
    words: list[TypicalWords]
    neighbours: list[Place]
    surfaces: list[Frequent]
    base_forms: list[Frequent]
    ambiguous: list[Ambiguous]
    unmarked: list[Unmarked]
    seen: list[Seen]
    copies: Copies
    doubts: Doubts | None

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        value: dict[str, Any] = plain(self)
        return value


def plain(value: Any) -> Any:
    """Return dataclasses as dicts and tuples as lists, however deep they lie."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def describe(
    samples: Sequence[Sample], tagger: Tagger | None, name: str, progress: Progress
) -> CorpusReport:
    """Return the report of the files together; the tagger called `name` looks for doubts."""
    grammar = Grammar()
    bases = base_forms(_documents(samples, progress), Analyser())
    progress("words and names", 0, 1)
    return CorpusReport(
        files=[measure_sizes(sample) for sample in samples],
        words=typical_words(samples, grammar),
        neighbours=neighbours(samples, grammar),
        surfaces=frequent_surfaces(samples),
        base_forms=frequent_base_forms(samples, bases),
        ambiguous=ambiguous_names(samples),
        unmarked=unmarked_names(samples),
        seen=seen_names(samples, bases),
        copies=count_copies(samples),
        doubts=find_doubts(name, samples, _answers(samples, tagger, progress)) if tagger else None,
    )


def _documents(samples: Sequence[Sample], progress: Progress) -> Iterator[Document]:
    """Yield the documents of all samples, and tell how far they are read."""
    documents = [each.document for sample in samples for each in sample.drawn]
    for done, document in enumerate(documents):
        progress("base forms", done, len(documents))
        yield document


def _answers(
    samples: Sequence[Sample], tagger: Tagger, progress: Progress
) -> list[list[list[Entity]]]:
    """Return what a tagger finds in each document of each sample."""
    total, done = sum(len(sample.drawn) for sample in samples), 0
    answers = []
    for sample in samples:
        texts, file = iter([each.document.text for each in sample.drawn]), list[list[Entity]]()
        while some := list(islice(texts, BATCH)):
            progress("tagging", done, total)
            file += tagger.tag(some)
            done += len(some)
        answers.append(file)
    return answers
