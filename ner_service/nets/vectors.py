"""Pretrained word vectors, referenced by hash and never copied into a model folder."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from io import TextIOWrapper
from itertools import repeat
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from ner_service.digest import digest
from ner_service.errors import MissingExtra, ModelError
from ner_service.files import open_regular
from ner_service.nets.natasha_files import natasha_data
from ner_service.nets.navec import NAVEC, Navec, load_navec

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Vectors:
    """The vectors of lower-cased words; a word without one has a row of zeros."""

    def __init__(
        self,
        find: Callable[[Sequence[str]], Ints],
        rows: Callable[[Ints], Floats],
        dim: int,
        hash: str,
        navec: Navec | None = None,
    ) -> None:
        """Read rows by number; `find` returns numbers of rows, -1 for a word that has none.

        Vectors of navec name it, as kernels read its parts themselves.
        """
        self._find, self._rows = find, rows
        self.dim, self.hash, self.navec = dim, hash, navec

    def ids(self, words: Iterable[str]) -> Ints:
        """Return the number of each word's vector, -1 for a word that has none."""
        return self._find([word.lower() for word in words])

    def rows(self, ids: Ints) -> Floats:
        """Return the vectors of these numbers: ids x dim; zeros for -1."""
        rows = self._rows(np.maximum(ids, 0))
        rows[ids < 0] = 0.0
        return rows

    def of(self, words: Iterable[str]) -> Floats:
        """Return a row for each word: words x dim; zeros for a word that has no vector."""
        return self.rows(self.ids(words))


def load_vectors(source: str) -> Vectors:
    """Load `navec` from natasha's wheel, or a file in word2vec's text format.

    Whoever asks while another has the same vectors shares them.
    """
    if source == NAVEC:
        return _navec()
    path = Path(source)
    try:
        state = path.stat()
    except OSError as error:
        raise ModelError(f"word vectors {path}: {error.strerror or error}") from None
    return _share(path.resolve(), state.st_mtime_ns, state.st_size)


_in_use: WeakValueDictionary[tuple[Path, int, int], Vectors] = WeakValueDictionary()


@lru_cache(maxsize=1)  # training asks for them again and again, and holds them last
def _share(path: Path, written_ns: int, size: int) -> Vectors:
    key = (path, written_ns, size)
    vectors = _in_use.get(key) or _text(path)
    _in_use[key] = vectors
    return vectors


@lru_cache(maxsize=1)
def _navec() -> Vectors:
    try:
        navec = load_navec(Path(natasha_data().NEWS_EMBEDDING))
    except ImportError as error:
        raise MissingExtra(f"reading word vectors of navec ({error})", "natasha") from error
    return Vectors(navec.words.ids, navec.rows, navec.dim, navec.hash, navec)


def _text(path: Path) -> Vectors:
    words: dict[str, int] = {}
    rows: list[Floats] = []
    try:
        with open_regular(path) as file, TextIOWrapper(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                word, *numbers = line.rstrip().split(" ")
                if number == 1 and len(numbers) == 1:
                    continue  # the header: words, dimensions
                row = np.array(numbers, dtype=np.float32)
                if rows and len(row) != len(rows[0]):
                    raise ModelError(f"{path}:{number}: {len(row)} numbers, not {len(rows[0])}")
                if not numbers or not np.isfinite(row).all():
                    raise ModelError(f"{path}:{number}: expected a word and its finite numbers")
                words.setdefault(word.lower(), len(rows))
                rows.append(row)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not word vectors in word2vec's text format: {error}") from None
    if not rows:
        raise ModelError(f"{path}: holds no word vectors")
    table = np.stack(rows)

    def find(asked: Sequence[str]) -> Ints:
        return np.fromiter(map(words.get, asked, repeat(-1)), np.int64, len(asked))

    return Vectors(find, table.__getitem__, table.shape[1], digest(path))
