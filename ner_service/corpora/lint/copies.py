"""Copies are documents that come twice, word for word or nearly so, in one file or in two."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner_service.corpora.lint.finding import Fault, Finding
from ner_service.types import Document

WORD = re.compile(r"\w+")
SHINGLE_WORDS = 3
MOST_POSTINGS = 20  # documents that are kept for a shingle; common ones would cost their square
FEWEST_WORDS = 6  # of a document that may be a near copy; a shorter one resembles many
SHARED_SHINGLES, SHARED_WORDS = 0.4, 0.8  # of the shorter document, in its near copy

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A document that was seen, and the file that it is in."""

    file: int
    document: Document
    words: Words


class CopyIndex:
    """A copy index compares each document with all that came before.

    Case, punctuation and white space make no difference. Near copies are found by the shingles
    (Broder 1997) that two documents share, and confirmed by their words: an excerpt counts too.
    """

    def __init__(self, held_out: Sequence[bool], near: bool) -> None:
        self._held_out, self._near = held_out, near
        self._seen: list[Seen] = []
        self._firsts: dict[Words, dict[int, Seen]] = defaultdict(dict)  # of each file
        self._by_shingle: dict[int, list[int]] = defaultdict(list)

    def add(self, file: int, document: Document) -> Iterator[Finding]:
        """Yield what the document is a copy of: a document of its own file, and one of another."""
        new = Seen(file, document, tuple(WORD.findall(document.text.casefold())))
        if not new.words:
            return
        firsts = self._firsts[new.words]
        for old in _one_within_and_one_across(new, firsts.values()):
            copy = self._copy(new, old)
            if copy.fault is Fault.LEAK or document.place != old.document.place:
                yield copy  # else it is one document: a corpus may be learned in two conventions
        if self._near:
            shingles = set(_shingles(new.words))
            if not firsts:
                for old in _one_within_and_one_across(new, self._near_copies(new, shingles)):
                    message = f"the text is nearly that of {old.document.place}"
                    yield Finding(Fault.NEAR_COPY, document.place, message)
            self._keep(new, shingles)
        firsts.setdefault(file, new)

    def _copy(self, new: Seen, old: Seen) -> Finding:
        leaks = new.file != old.file and (self._held_out[new.file] or self._held_out[old.file])
        differ = [e.span for e in new.document.entities] != [e.span for e in old.document.entities]
        message = f"the text is that of {old.document.place}"
        message += ", but the entities are others" if differ else ""
        return Finding(Fault.LEAK if leaks else Fault.COPY, new.document.place, message)

    def _keep(self, new: Seen, shingles: set[int]) -> None:
        for shingle in shingles:
            if len(postings := self._by_shingle[shingle]) < MOST_POSTINGS:
                postings.append(len(self._seen))
        self._seen.append(new)

    def _near_copies(self, new: Seen, shingles: set[int]) -> list[Seen]:
        """Return the earlier documents that share most words with the new one, the most first."""
        shared = Counter(n for shingle in shingles for n in self._by_shingle.get(shingle, ()))
        return [
            self._seen[n]
            for n, count in shared.most_common()
            if _is_near(new.words, self._seen[n].words, count)
        ]


def _one_within_and_one_across(new: Seen, originals: Iterable[Seen]) -> Iterator[Seen]:
    """Yield the first of the originals in the file of the new document, and in another file."""
    found: dict[bool, Seen] = {}
    for old in originals:
        found.setdefault(old.file == new.file, old)
    yield from found.values()


def _is_near(one: Words, other: Words, shared_shingles: int) -> bool:
    shorter = min(len(one), len(other))
    if shorter < FEWEST_WORDS:
        return False
    if shared_shingles < SHARED_SHINGLES * (shorter - SHINGLE_WORDS + 1):
        return False
    return (Counter(one) & Counter(other)).total() >= SHARED_WORDS * shorter


def _shingles(words: Words) -> Iterator[int]:
    """Yield the hash of each run of words."""
    for start in range(len(words) - SHINGLE_WORDS + 1):
        yield hash(words[start : start + SHINGLE_WORDS])
