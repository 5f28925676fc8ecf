"""Navec's quantised word vectors from natasha's wheel, loaded once for all taggers."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from gzip import decompress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ner_service.digest import digest

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Counts = NDArray[np.uint32]
NAVEC = "navec"  # as models name these vectors
UNKNOWN = "<unk>"


class WordIndex:
    """The numbers of words, looked up by hash; a dict would take five times the memory."""

    def __init__(self, words: Sequence[str]) -> None:
        lengths = np.fromiter(map(len, words), np.int32, len(words))
        hashes = np.fromiter(map(hash, words), np.int64, len(words))
        self.longest = int(np.max(lengths))
        self._text = "".join(words)
        self._ends = np.cumsum(lengths, dtype=np.int32)
        self._starts = self._ends - lengths
        self._order = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._order]

    def find(self, word: str) -> int:
        """Return the number of a word, else -1; of few words, this takes less time than `ids`."""
        place = bisect_left(self._hashes.data, hash(word))
        if place == len(self._hashes):
            return -1
        n = int(self._order[place])
        is_same = self._text.startswith(word, self._starts[n])
        return n if is_same and self._ends[n] - self._starts[n] == len(word) else -1

    def ids(self, words: Sequence[str]) -> Ints:
        """Return the number of each word, -1 for a word that the table lacks."""
        hashes = np.fromiter(map(hash, words), np.int64, len(words))
        places = np.searchsorted(self._hashes, hashes)
        ids = self._order.take(places, mode="clip").astype(np.int64)
        starts, ends = self._starts[ids].tolist(), self._ends[ids].tolist()
        same = [
            self._text[start:end] == word
            for word, start, end in zip(words, starts, ends, strict=True)
        ]
        return np.where(same, ids, -1)


@dataclass(frozen=True, slots=True)
class Navec:
    """A table of lower-cased words; each part of a vector is one of 256 centroids."""

    id: str
    words: WordIndex
    counts: Counts  # how often each word stood in the texts that the table was made of
    unknown: int  # the number of the row for all other words
    indexes: NDArray[np.uint8]  # rows x parts
    codes: Floats  # parts x centroids x chunk
    path: Path  # of the file

    @property
    def hash(self) -> str:
        """Return the digest of the file, which is read for it."""
        return digest(self.path)

    @property
    def dim(self) -> int:
        """Return the size of a vector."""
        return int(self.codes.shape[0] * self.codes.shape[2])

    def count(self, word: str) -> int:
        """Return how often a lower-case word stood in the texts, 0 where the table lacks it."""
        n = self.words.find(word)
        return int(self.counts[n]) if n >= 0 else 0

    def rows(self, ids: Ints) -> Floats:
        """Return the vectors of these rows: ids x dim."""
        parts, centroids, chunk = self.codes.shape
        places = self.indexes[ids] + centroids * np.arange(parts, dtype=np.int32)
        chunks: Floats = self.codes.reshape(-1, chunk).take(places, axis=0)
        return chunks.reshape(len(ids), -1)


_loading = Lock()


def load_navec(path: Path) -> Navec:
    """Load the table in a file, once even where several threads ask for it at the same time."""
    with _loading:
        return _load(path)


@lru_cache(maxsize=4)
def _load(path: Path) -> Navec:
    """Load a table without the 130 MB that navec's own loader makes for similarities."""
    from navec.meta import Meta
    from navec.navec import META, PQ_, VOCAB
    from navec.tar import Tar

    with Tar(path) as tar:
        meta = Meta.from_file(tar.load(META))
        words, counts = _read_words(tar.load(VOCAB).read())
        vectors_file = tar.tar.getmember(PQ_)
    with path.open("rb") as file:  # it is mapped, so that all processes share one copy of it
        mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
    data = memoryview(mapped)[vectors_file.offset_data :][: vectors_file.size]
    vectors, _, parts, centroids = np.frombuffer(data, np.uint32, 4).tolist()
    codes = np.frombuffer(data, np.float32, offset=16 + vectors * parts)
    unknown = words.index(UNKNOWN)  # then padding, and no more
    return Navec(
        id=meta.id,
        words=WordIndex(words[:unknown]),
        counts=counts,
        unknown=unknown,
        indexes=np.frombuffer(data, np.uint8, vectors * parts, 16).reshape(vectors, parts),
        codes=codes.reshape(parts, centroids, -1),
        path=path,
    )


def _read_words(packed: bytes) -> tuple[list[str], Counts]:
    """Return the words of navec's vocabulary and their counts: gzip of a number, counts, lines."""
    data = decompress(packed)
    number = int.from_bytes(data[:4], "little")
    counts = np.frombuffer(data, np.uint32, number, 4).copy()  # and not all the lines with them
    return data[4 + 4 * number :].decode("utf-8").splitlines(), counts
