"""A selection picks the texts that are most worth labelling: uncertain, disputed, and unlike.

Uncertainty and disagreement are the doubts of a vote about its spans, as in least-confidence
sampling and query by committee (Settles and Craven 2008). A span counts the less the more often
its surface has been chosen, so that the choice does not repeat itself.
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ner_service.errors import ConfigError
from ner_service.training.silver import Verdict, Voter, vote
from ner_service.types import Document

AGAIN = 0.5  # the factor of a doubt for each time that its surface was chosen already
KEPT_FOR_EACH = 20  # candidates for each wanted text, so that memory does not grow with the corpus
SPARE_WORDS = 10  # what opening a text costs its reader, in words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate is a text with what a vote found, its doubts by surface, and its length."""

    document: Document
    doubts: Sequence[tuple[str, float]]
    effort: float

    @classmethod
    def of(cls, document: Document, verdict: Verdict) -> "Candidate":
        """Return the candidate for a text and its verdict."""
        text = document.text
        doubts = [
            *((text[e.start : e.end].casefold(), 1 - (e.score or 0.0)) for e in verdict.kept),
            *((text[e.start : e.end].casefold(), e.score or 0.0) for e in verdict.rejected),
        ]
        effort = math.sqrt(len(text.split()) + SPARE_WORDS)
        return cls(replace(document, entities=verdict.kept), doubts, effort)

    def worth(self, chosen: Counter[str]) -> float:
        """Return the doubts for the effort, after so many surfaces have been chosen."""
        fresh = sum(doubt * AGAIN ** chosen[surface] for surface, doubt in self.doubts)
        return fresh / self.effort


def check_doubt(voters: Sequence[Voter]) -> None:
    """Raise `ConfigError` where no tagger has scores, and none can disagree with it."""
    if len(voters) == 1 and voters[0].tagger.info.score_kind == "none":
        name = voters[0].tagger.info.name
        raise ConfigError(
            f"--select: {name} says nothing of how sure it is: add another --tagger, or take one "
            "with scores, such as bilstm"
        )


def candidates(
    batches: Iterable[Sequence[Document]], voters: Sequence[Voter]
) -> Iterator[Candidate]:
    """Yield a candidate for each text, by the vote of the taggers."""
    weights = [voter.weight for voter in voters]
    for documents in batches:
        texts = [document.text for document in documents]
        ballots = [voter.tagger.tag(texts) for voter in voters]
        for document, *given in zip(documents, *ballots, strict=True):
            yield Candidate.of(document, vote(given, weights))


def select(pool: Iterable[Candidate], count: int) -> list[Document]:
    """Return so many texts, the most worth labelling first; each choice knows those before it.

    Texts without any doubt are not chosen. The greedy choice is lazy (Minoux 1978): worth only
    falls while others are chosen.
    """
    nobody: Counter[str] = Counter()
    best = heapq.nlargest(KEPT_FOR_EACH * count, pool, key=lambda c: c.worth(nobody))
    heap = [(-c.worth(nobody), n) for n, c in enumerate(best)]
    heapq.heapify(heap)
    chosen: Counter[str] = Counter()
    documents: list[Document] = []
    while heap and len(documents) < count:
        _, n = heapq.heappop(heap)
        worth = best[n].worth(chosen)
        if worth <= 0:
            continue
        if heap and worth < -heap[0][0]:
            heapq.heappush(heap, (-worth, n))
            continue
        documents.append(best[n].document)
        chosen.update(surface for surface, _ in best[n].doubts)
    return documents
