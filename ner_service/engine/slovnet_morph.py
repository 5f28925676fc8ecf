"""The engine that runs slovnet's CNN for morphology, at the words that are asked for alone.

A tag depends on three words to either side, so no more of a sentence is read. Where the processor
has short products, scores, which reach 60, are within 0.02 of those of slovnet's own code on the
whole sentence: of 1.7 million words of news 35 have another tag, each of two that score alike.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from slovnet.exec.model import Morph

from ner_service.engine import shorts, slovnet
from ner_service.engine.kernels import Floats
from ner_service.engine.slovnet import GAP, REACH, Network
from ner_service.nets.navec import Navec

# for projected words: about 5,000, as only words near names are read
CACHE_BYTES = (8 if shorts.AVAILABLE else 16) << 20
ROWS = 2048  # words and gaps whose scores, 3 kB each, are held at once


class MorphEngine:
    """Scores the morphological tags of words in their sentences; not safe for several threads.

    `tags` are those of Universal Dependencies, such as `NOUN|Case=Nom|Gender=Fem|Number=Sing`.
    """

    def __init__(self, path: Path, navec: Navec, cache_bytes: int = CACHE_BYTES) -> None:
        net = slovnet.load(path, Morph)
        self.tags = tuple(net.tags)
        self._network = Network(net, navec, cache_bytes)

    def scores(self, sentences: Sequence[Sequence[str]], wanted: Sequence[Sequence[int]]) -> Floats:
        """Return the score of each tag at the wanted words of each sentence: words x tags.

        The indices of wanted words rise within each sentence.
        """
        return np.concatenate(list(self.parts(sentences, wanted)))

    def parts(
        self, sentences: Sequence[Sequence[str]], wanted: Sequence[Sequence[int]]
    ) -> Iterator[Floats]:
        """Yield the rows of `scores` in parts of about `ROWS`, which bounds the memory in use."""
        words, rows = [GAP] * REACH, list[int]()
        for sentence, indices in zip(sentences, wanted, strict=True):
            read_to = 0  # words of the sentence that are in `words`, or need not be
            for index in indices:
                start = max(index - REACH, read_to)
                if start > read_to or not read_to:
                    words.append(GAP)
                    if len(words) > ROWS:
                        yield self._read(words, rows)
                        start = max(index - REACH, 0)
                        words, rows = [GAP] * REACH, []
                read_to = min(index + REACH + 1, len(sentence))
                words += sentence[start:read_to]
                rows.append(len(words) - (read_to - index))
        yield self._read(words, rows)

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return the best tag of every word of each sentence."""
        scores = self.scores(sentences, [range(len(words)) for words in sentences])
        tags = iter(scores.argmax(1).tolist())
        return [[self.tags[next(tags)] for _ in words] for words in sentences]

    def _read(self, words: list[str], rows: list[int]) -> Floats:
        return self._network.scores_at([*words, *[GAP] * REACH], np.array(rows, dtype=np.int64))
