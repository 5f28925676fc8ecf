"""Texts to measure on are annotated corpora, and plain unseen texts for speed."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from ner_service import corpora
from ner_service.corpora.public.catalogue import OWN_CORPORA
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import unpacked_name
from ner_service.labels import map_labels
from ner_service.scoring.f1 import Predicted
from ner_service.types import Document, Tagger

OWN_NEWS = "own_news"
OWN = (OWN_NEWS, "own_kinds_test")  # our own corpora; own_kinds_dev is for tuning
HEADLINE = ("factru_testset", "ne5_test", "nerel_named_dev")
NEWS = "lenta_misc"  # the unlabelled texts that are most like news articles
TEXTS_A_CALL = 32
WARM_CHARS = 300_000  # that warm a process before it is timed, where there is enough text
LOAD_CHARS = 20_000_000  # that are enough for any load on a server


@dataclass(frozen=True)
class Corpus:
    """A corpus holds annotated documents, labels mapped; `hash` names file and mapping."""

    name: str
    documents: list[Document]
    hash: str
    ours: bool = False

    @cached_property
    def labels(self) -> set[str]:
        """Returns the labels that occur."""
        return {e.label for d in self.documents for e in d.entities}


def default_corpora(root: Path | None) -> list[str]:
    """Returns our own corpora, and the known test sets that are present."""
    return [*OWN, *(name for name in HEADLINE if is_present(name, root))]


def is_present(name: str, root: Path | None) -> bool:
    """Returns whether a corpus can be read on this machine."""
    try:
        corpora.locate(name, root)
    except CorpusError:
        return False
    return True


def load_corpus(name: str, root: Path | None, mapping: Mapping[str, str]) -> Corpus:
    """Reads a corpus by path or name; raises `CorpusError` where it has no entities."""
    path = corpora.locate(name, root)
    documents = list(corpora.read(path, mapping))
    if not any(d.entities for d in documents):
        raise CorpusError(f"{path}: holds no annotated documents: name a corpus with entities")
    stem, ours = _stem(path), path.parent == corpora.SHIPPED
    if stem in OWN_CORPORA and not ours:
        raise ConfigError(f"{path}: would be taken for our own corpus {stem}: give it another name")
    suffix = "".join(f" {a}={b}" for a, b in sorted(mapping.items()))
    return Corpus(stem, documents, f"{digest(path)[:16]}{suffix}", ours)


def _stem(path: Path) -> str:
    """Returns the name of a folder, or of a file without the ending that says its format."""
    name = os.path.basename(os.path.abspath(path))
    return name if path.is_dir() else Path(unpacked_name(name)).stem


def load_corpora(
    names: Sequence[str], root: Path | None, mapping: Mapping[str, str]
) -> list[Corpus]:
    """Reads corpora; raises `ConfigError` where the results of two would have one name."""
    loaded = [load_corpus(name, root, mapping) for name in names]
    named: dict[str, str] = {}
    for name, corpus in zip(names, loaded, strict=True):
        if other := named.get(corpus.name):
            raise ConfigError(
                f"{other} and {name}: results of both would be called {corpus.name}: rename one"
            )
        named[corpus.name] = name
    return loaded


def predict(tagger: Tagger, documents: Sequence[Document], mapping: Mapping[str, str]) -> Predicted:
    """Returns a tagger's entities for each document, their labels mapped as the corpus's are."""
    predicted = []
    for at in range(0, len(documents), TEXTS_A_CALL):
        texts = [d.text for d in documents[at : at + TEXTS_A_CALL]]
        predicted += [map_labels(entities, mapping) for entities in tagger.tag(texts)]
    return predicted


@dataclass(frozen=True)
class Prose:
    """Prose is plain texts to time on; `ours` where only our own corpus is present."""

    name: str
    texts: list[str]
    ours: bool

    @property
    def hash(self) -> str:
        """Returns the first digits of the SHA-256 of all texts."""
        return sha256("\n".join(self.texts).encode()).hexdigest()[:16]

    @property
    def chars(self) -> int:
        """Returns the number of characters of all texts."""
        return sum(map(len, self.texts))

    def parts(self, sizes: Sequence[int]) -> list[list[str]]:
        """Returns texts of about each size in characters, none twice, or raises `CorpusError`."""
        parts: list[list[str]] = []
        rest = iter(self.texts)
        for left in sizes:
            part: list[str] = []
            while left > 0:
                text = next(rest, None)
                if text is None:
                    raise CorpusError(f"{self.name}: holds less than {sum(sizes)} characters")
                part.append(text)
                left -= len(text)
            parts.append(part)
        return parts

    @cached_property
    def stream(self) -> str:
        """Returns all texts as one."""
        return "\n".join(self.texts) + "\n"

    def pieces(self, chars: int, count: int, at: int = 0) -> tuple[list[str], bool]:
        """Returns `count` texts of `chars` characters, and whether the stream began again."""
        need = at + chars * count
        stream = self.stream * (need // len(self.stream) + 1)
        return [stream[n : n + chars] for n in range(at, need, chars)], need > len(self.stream)

    def load_texts(self, chars: int) -> tuple[list[str], bool]:
        """Returns texts of `chars` characters for a load generator, as `pieces` does."""
        return self.pieces(chars, min(self.chars, LOAD_CHARS) // chars or 1)


def load_prose(root: Path | None, seed: int) -> Prose:
    """Returns unlabelled news in an order drawn by seed, or the texts of our own corpus."""
    ours = not is_present(NEWS, root)
    name = OWN_NEWS if ours else NEWS
    texts = [d.text for d in corpora.read(corpora.locate(name, root)) if d.text.strip()]
    random.Random(seed).shuffle(texts)
    return Prose(name, texts, ours)
