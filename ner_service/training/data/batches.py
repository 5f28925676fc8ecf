"""Documents as arrays, and their batches: distinct words once, units as word ids and tag ids."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence

from ner_service.engine.usual_case import units_of
from ner_service.labels import tags
from ner_service.nets.config import NetConfig
from ner_service.nets.encoder import Batch, WordFeatures
from ner_service.nets.vectors import Vectors
from ner_service.nets.vocab import END, PAD, START, Vocab, characters, shape
from ner_service.types import Document

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EncodedUnit:
    """A unit of tokens, spacings and tags as ids, with the convention and weight of its corpus."""

    words: Ints  # length
    spacings: Ints  # length
    tags: Ints  # length
    convention: int
    weight: float


class Lexicon:
    """The distinct words of all data, numbered in the order in which they first occur."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._ids: dict[str, int] = {}

    def id(self, word: str) -> int:
        """Return the word's id, which a new word is given."""
        number = self._ids.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
        return number


def encode(
    documents: Iterable[Document],
    net: NetConfig,
    lexicon: Lexicon,
    convention: int = 0,
    weight: float = 1.0,
) -> Iterator[EncodedUnit]:
    """Cut documents into units; an entity that a unit's end cuts is tagged in both units."""
    ids = {tag: i for i, tag in enumerate(net.tags)}
    for document in documents:
        entities = sorted(document.entities)  # which do not overlap
        starts, ends = [e.start for e in entities], [e.end for e in entities]
        for tokens in units_of(document.text, net):
            unit = tokens.rows()
            first, last = bisect_right(ends, unit[0].start), bisect_left(starts, unit[-1].end)
            within = entities[first:last]
            words = (characters(token.text, net.zero_digits) for token in unit)
            yield EncodedUnit(
                np.array([lexicon.id(word) for word in words], dtype=np.int32),
                np.frombuffer(tokens.spacings, np.uint8).astype(np.int32),
                np.array([ids[tag] for tag in tags(unit, within, net.scheme)], dtype=np.int32),
                convention,
                weight,
            )


def rare_words(units: Sequence[EncodedUnit], words: Sequence[str]) -> Bools:
    """Tell of each word whether its lower-cased form occurs only once in all units: words."""
    counts = np.bincount(np.concatenate([unit.words for unit in units]), minlength=len(words))
    total: Counter[str] = Counter()
    for word, count in zip(words, counts.tolist(), strict=True):
        total[word.lower()] += count
    return np.array([total[word.lower()] <= 1 for word in words])


class Features:
    """The features of a lexicon's words as tensors, looked up by word id."""

    def __init__(
        self, words: Sequence[str], rare: Bools, vectors: Vectors | None, table: Vocab,
        chars: Vocab, shapes: Vocab,
    ) -> None:  # fmt: skip
        """Compute the features of words; `rare` marks words that occur only once."""
        self._rare = torch.from_numpy(rare)
        self._ids = torch.tensor([table.id(word.lower()) for word in words], dtype=torch.long)
        self._shapes = torch.tensor([shapes.id(shape(word)) for word in words])
        spelled = ([START, *map(chars.id, characters(word)), END] for word in words)
        rows = [torch.tensor(ids, dtype=torch.int32) for ids in spelled]
        self._chars = pad_sequence(rows, batch_first=True, padding_value=PAD)
        self._lengths = np.array([len(row) for row in rows])
        array = vectors.of(words) if vectors else np.zeros((len(words), 0), np.float32)
        self._vectors = torch.from_numpy(array.astype(np.float16))

    def of(self, ids: NDArray[np.int64]) -> WordFeatures:
        """Return the features of these words, characters padded to the longest of them."""
        width = int(self._lengths[ids].max())
        return WordFeatures(
            ids=self._ids[ids],
            vectors=self._vectors[ids].float(),
            chars=self._chars[ids, :width].long(),
            shapes=self._shapes[ids],
            rare=self._rare[ids],
        )


@dataclass(frozen=True, slots=True)
class GoldBatch:
    """A batch with its gold tags and the weight of each unit."""

    batch: Batch
    tags: torch.Tensor  # batch x length
    weights: torch.Tensor  # batch


def collate(units: Sequence[EncodedUnit], features: Features) -> GoldBatch:
    """Make a batch of units, padded to the longest of them."""
    words = pad_sequence([torch.from_numpy(unit.words) for unit in units], batch_first=True)
    spacings = pad_sequence([torch.from_numpy(unit.spacings) for unit in units], batch_first=True)
    tags = pad_sequence([torch.from_numpy(unit.tags) for unit in units], batch_first=True)
    lengths = torch.tensor([len(unit.words) for unit in units])
    distinct, index = torch.unique(words, return_inverse=True)
    batch = Batch(
        words=features.of(distinct.long().numpy()),
        index=index,
        mask=torch.arange(words.shape[1]) < lengths[:, None],
        conventions=torch.tensor([unit.convention for unit in units]),
        spacings=spacings.long(),
    )
    weights = torch.tensor([unit.weight for unit in units])
    return GoldBatch(batch, tags.long(), weights)


def batches(
    units: Sequence[EncodedUnit], budget: int, random: np.random.Generator
) -> list[list[EncodedUnit]]:
    """Put units of similar length together, in random order.

    A batch has at most `budget` tokens, padding included, save for a single longer unit.
    """
    noisy = [len(unit.words) * random.uniform(0.9, 1.1) for unit in units]
    groups: list[list[EncodedUnit]] = []
    longest = 0
    for n in np.argsort(noisy, kind="stable"):
        unit = units[n]
        longest = max(longest, len(unit.words))
        if not groups or longest * (len(groups[-1]) + 1) > budget:
            groups.append([])
            longest = len(unit.words)
        groups[-1].append(unit)
    random.shuffle(groups)
    return groups
