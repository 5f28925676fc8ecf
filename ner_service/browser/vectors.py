"""The vectors of navec's most frequent words are all that a page loads of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ner_service.errors import MissingExtra
from ner_service.nets.natasha_files import natasha_data
from ner_service.nets.navec import Floats, Ints, load_navec
from ner_service.nets.vectors import Vectors

MOST_WORDS = 250_000  # navec has so many
WORDS = 50_000  # of these vectors: 5 MB, and .01 of F1 less than with all


@dataclass(frozen=True, slots=True)
class FrequentVectors:
    """The words that texts have most often, and their vectors as navec quantised them."""

    words: Sequence[str]
    indexes: NDArray[np.uint8]  # words x parts
    codes: Floats  # parts x centroids x chunk
    hash: str  # of the whole table
    numbers: Ints  # of the words in the whole table

    @property
    def dim(self) -> int:
        """Return the size of a vector."""
        return int(self.codes.shape[0] * self.codes.shape[2])

    def vectors(self) -> Vectors:
        """Return these vectors as the engine reads them, for a net that answers as the page's."""
        places = {word: n for n, word in enumerate(self.words)}

        def find(words: Sequence[str]) -> Ints:
            return np.array([places.get(word, -1) for word in words], dtype=np.int64)

        def rows(ids: Ints) -> Floats:
            parts = np.arange(len(self.codes))
            chunks: Floats = self.codes[parts, self.indexes[ids]]  # ids x parts x chunk
            return chunks.reshape(len(ids), -1)

        return Vectors(find, rows, self.dim, self.hash)


def frequent_vectors(most: int) -> FrequentVectors:
    """Return the vectors of the `most` most frequent words of navec, the most frequent first."""
    try:
        from navec.navec import VOCAB
        from navec.tar import Tar
        from navec.vocab import Vocab

        path = Path(natasha_data().NEWS_EMBEDDING)
    except ImportError as error:
        raise MissingExtra(f"reading word vectors of navec ({error})", "natasha") from error
    with Tar(path) as tar:
        vocab = Vocab.from_file(tar.load(VOCAB))
    navec = load_navec(path)
    counts = np.array(vocab.counts[: navec.unknown])  # behind it stand no words
    order = np.argsort(-counts, kind="stable")[:most]
    words = [vocab.words[n] for n in order]
    return FrequentVectors(words, navec.indexes[order], navec.codes, navec.hash, order)
