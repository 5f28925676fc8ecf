"""Words as spaCy's nets read them: attributes of a word, hashed into rows of small tables.

Each attribute (norm, prefix, shape and so on) has a table; four rows of it, chosen by hashes of
the attribute, are summed (Svenstrup et al. 2017). One maxout layer mixes all attributes, and a
static vector if the net has one, into the row of a word, which `engine.cache` keeps.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels
from ner_service.engine.kernels import Floats
from ner_service.engine.layers import Dense, array
from ner_service.engine.spacy_parts import FLAGS, Maxout, SpacyParts
from ner_service.engine.spacy_rules import NORM
from ner_service.engine.spacy_tokens import SPACED

LONG_WORD = 100  # characters from which on spaCy's shape is `LONG`
HASHES = 4  # rows of a table that are summed for an attribute


def shape_of(word: str) -> str:
    """Return spaCy's shape of a word, such as `Xxxxx`; the shapes of plain words are known."""
    if len(word) < LONG_WORD and word.isalpha():
        if word.islower():
            return "xxxx"[: len(word)]
        if word[0].isupper() and word[1:].islower():
            return f"X{'xxxx'[: len(word) - 1]}"
    from spacy.lang.lex_attrs import word_shape

    shape: str = word_shape(word)
    return shape


class Attributes:
    """Computes attributes of words by the functions of a vocabulary, without keeping any word.

    Words that the vocabulary knows have the attributes that it says, which somebody may have set.
    """

    def __init__(self, vocab: Any, names: Sequence[int]) -> None:
        from spacy import symbols
        from spacy.lang.lex_attrs import word_shape
        from spacy.strings import get_string_id

        self._vocab, self._names = vocab, list[int | str](names)
        self._norms = [n for n, name in enumerate(names) if name == symbols.NORM]
        self._spaces = [n for n, name in enumerate(names) if name == symbols.SPACY]
        self._id: Callable[[str | int], int] = get_string_id
        own: dict[int, Callable[[str], Any]] = {symbols.ORTH: str, symbols.LENGTH: len}
        getters = own | {**vocab.lex_attr_getters}
        if getters.get(symbols.SHAPE) is word_shape:
            getters[symbols.SHAPE] = shape_of
        self._getters = [self._column(name, getters.get(name, lambda word: 0)) for name in names]

    def ids(self, keys: Sequence[str]) -> NDArray[np.uint64]:
        """Return the attributes of each word as spaCy's arrays have them: words x attributes."""
        parts = [key.removesuffix(SPACED).partition(NORM) for key in keys]
        words = [word for word, _, _ in parts]
        ids = np.empty((len(keys), len(self._names)), dtype=np.uint64)
        for n, column in enumerate(self._getters):
            ids[:, n] = [*map(column, words)]
        for n, (word, _, norm) in enumerate(parts):
            if word in self._vocab:
                ids[n] = self._stored(word)
            if norm:
                ids[n, self._norms] = self._id(norm)
        for n in self._spaces:
            ids[:, n] = [key.endswith(SPACED) for key in keys]
        return ids

    def _stored(self, word: str) -> Any:
        from spacy.tokens import Doc

        return Doc(self._vocab, [word], [False]).to_array(self._names)

    def _column(self, name: int, get: Callable[[str], Any]) -> Callable[[str], int]:
        """Return a function that gives the number of an attribute as spaCy stores it."""
        if name < FLAGS:
            return lambda word: bool(get(word))
        to_id = self._id
        return lambda word: to_id(get(word) or 0)


class StaticVectors:
    """Computes a word's share of its static vector, zeros where it has none."""

    def __init__(self, weight: Floats, vocab: Any) -> None:
        """Take `weight`, size x dim of the vectors."""
        self._vectors = vocab.vectors
        self._dense = Dense(weight.T, np.zeros(len(weight), dtype=np.float32))
        self._is_table = vocab.vectors.mode == "default"
        self._attributes = Attributes(vocab, [vocab.vectors.attr])

    def shares(self, keys: Sequence[str]) -> Floats:
        """Return the share of each word: words x size."""
        if self._is_table:
            rows = self._vectors.find(keys=self._attributes.ids(keys)[:, 0])
            shares = self._dense(array(self._vectors.data[rows]))
            shares[rows < 0] = 0
            return shares
        words = [key.removesuffix(SPACED).partition(NORM)[0] for key in keys]
        return self._dense(array(self._vectors.get_batch(words)))


class SpacyWords:
    """Projects words to the first rows that a net's layers read, and says which are white space.

    A row holds the mix of a word's attributes, and behind it 1 for white space, else 0.
    """

    row_dtype = np.dtype(np.float32)

    def __init__(self, parts: SpacyParts, nlp: Any) -> None:
        from spacy import symbols

        self._mix: Maxout = parts.mix
        self._hash, self._seeds = parts.hash_ids, parts.seeds
        sizes = np.array([len(table) for table in parts.tables])
        self._sizes, self._firsts = sizes, np.cumsum(sizes) - sizes
        self._table = np.concatenate(parts.tables)
        self._attributes = Attributes(nlp.vocab, [*parts.attributes, symbols.IS_SPACE])
        self._static = StaticVectors(parts.static, nlp.vocab) if parts.static is not None else None
        self._size = self._mix.size
        self.width = self._size + 1
        fields: list[Any] = [("keys", np.int32, (len(sizes), HASHES)), ("blank", np.bool_)]
        if self._static:
            fields.append(("static", np.float32, (self._size,)))
        self.dtype = np.dtype(fields)

    def features(self, words: Sequence[str]) -> NDArray[Any]:
        """Return the rows of the tables that each word, given by its key, has: words."""
        records = np.empty(len(words), dtype=self.dtype)
        ids = self._attributes.ids(words)
        records["blank"] = ids[:, -1]
        for n, (seed, size, first) in enumerate(
            zip(self._seeds, self._sizes, self._firsts, strict=True)
        ):
            hashes = self._hash(np.ascontiguousarray(ids[:, n]), seed)  # words x HASHES
            records["keys"][:, n] = hashes % size + first
        if self._static:
            records["static"] = self._static.shares(words)
        return records

    def rows(self, features: NDArray[Any]) -> Floats:
        """Return the mixed attributes of words by their records: words x width."""
        keys = np.ascontiguousarray(features["keys"])
        inputs = np.empty((len(keys), self._mix.inner), dtype=np.float32)
        kernels.sum_hashed_rows(keys, self._table, inputs)
        if self._static:
            inputs[:, -self._size :] = features["static"]
        rows = np.empty((len(keys), self.width), dtype=np.float32)
        rows[:, -1] = features["blank"]
        kernels.maxout_layer(inputs, *self._mix.weights, rows)
        return rows
