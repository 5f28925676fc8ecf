"""The texts that are measured on: annotated corpora, and unseen text for speed."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from ner_service import corpora
from ner_service.benchmark.results import slug
from ner_service.corpora.public.catalogue import OWN
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.types import Document

HEADLINE = ("factru_testset", "ne5_test", "nerel_named_dev")
NOTES = {
    "ne5_test": "The teacher of natasha's model was trained on most of Collection5, so this is no "
    "fair test of natasha.",
    OWN.name: "Ours, and hard on purpose: it parts taggers, but says little of everyday text.",
}
NEWS = "lenta_misc"  # of the unlabelled texts, the ones most like news articles


@dataclass(frozen=True)
class Corpus:
    """An annotated corpus with its labels mapped; `hash` names file and mapping."""

    name: str
    documents: list[Document]
    hash: str
    ours: bool = False

    @cached_property
    def labels(self) -> set[str]:
        return {e.label for d in self.documents for e in d.entities}


def default_corpora(root: Path | None) -> list[str]:
    """Our own corpus, and those of the headline that are here."""
    return [*OWN.corpora, *(name for name in HEADLINE if here(name, root))]


def here(name: str, root: Path | None) -> bool:
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
        raise CorpusError(f"{path}: holds no annotated documents")
    stem, ours = _stem(path), path.parent == corpora.SHIPPED
    if stem in OWN.corpora and not ours:
        raise ConfigError(f"{path}: would be taken for our own corpus {stem}: give it another name")
    mapped = "".join(f" {a}={b}" for a, b in sorted(mapping.items()))
    return Corpus(stem, documents, f"{digest(path)[:16]}{mapped}", ours)


def _stem(path: Path) -> str:
    """A file's name without the ending that says its format, or a folder's."""
    name = os.path.basename(os.path.abspath(path))
    if path.is_dir():
        return name
    return name.removesuffix(".gz").removesuffix(Path(name.removesuffix(".gz")).suffix)


def load_corpora(
    names: Sequence[str], root: Path | None, mapping: Mapping[str, str]
) -> list[Corpus]:
    """Reads corpora; raises `ConfigError` where the results of two would have one name."""
    found: dict[str, str] = {}
    read = []
    for name in names:
        corpus = load_corpus(name, root, mapping)
        if other := found.get(slug(corpus.name)):
            raise ConfigError(f"{other} and {name}: results of both would be called {corpus.name}")
        found[slug(corpus.name)] = name
        read.append(corpus)
    return read


@dataclass(frozen=True)
class Prose:
    """Plain texts to time on; `ours` where nothing larger than our own corpus is here."""

    name: str
    texts: list[str]
    ours: bool

    @property
    def hash(self) -> str:
        return sha256("\n".join(self.texts).encode()).hexdigest()[:16]

    @property
    def chars(self) -> int:
        return sum(map(len, self.texts))

    def parts(self, sizes: Sequence[int]) -> list[list[str]]:
        """Slices of about so many characters each, no text in two; raises where it runs out."""
        found: list[list[str]] = []
        rest = iter(self.texts)
        for left in sizes:
            part: list[str] = []
            while left > 0:
                text = next(rest, None)
                if text is None:
                    raise CorpusError(f"{self.name}: holds less than {sum(sizes)} characters")
                part.append(text)
                left -= len(text)
            found.append(part)
        return found

    @cached_property
    def stream(self) -> str:
        return "\n".join(self.texts) + "\n"

    def pieces(self, chars: int, count: int, at: int = 0) -> tuple[list[str], bool]:
        """So many texts of exactly that length, from that place of all texts on.

        Says if it came round to what was given before.
        """
        need = at + chars * count
        stream = self.stream * (need // len(self.stream) + 1)
        return [stream[n : n + chars] for n in range(at, need, chars)], need > len(self.stream)


def load_prose(root: Path | None, seed: int) -> Prose:
    """Unlabelled news in an order drawn by seed, or the texts of our own corpus."""
    ours = not here(NEWS, root)
    name = OWN.name if ours else NEWS
    texts = [d.text for d in corpora.read(corpora.locate(name, root)) if d.text.strip()]
    random.Random(seed).shuffle(texts)
    return Prose(name, texts, ours)
