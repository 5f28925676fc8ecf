"""A dictionary tagger finds the names of its training data word for word, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from ner_service import __version__
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Document, Entity, TaggerInfo

Words = tuple[str, ...]
MOST_WORDS = 12  # of a name that is learned; longer ones do not come again


@dataclass(frozen=True)
class DictionaryTagger:
    """A dictionary tagger gives a name the label that it has most often in the training data.

    It takes the longest name that begins at a word, from left to right, with letters as they are.
    """

    labels_by_name: dict[Words, str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "DictionaryTagger":
        """Learn the names of annotated documents."""
        counts: dict[Words, Counter[str]] = {}
        for document in documents:
            for entity in document.entities:
                words = tuple(t.text for t in tokenize(document.text[entity.start : entity.end]))
                if 0 < len(words) <= MOST_WORDS:
                    counts.setdefault(words, Counter())[entity.label] += 1
        return cls({words: _most_frequent(labels) for words, labels in counts.items()})

    @property
    def info(self) -> TaggerInfo:
        """Return the tagger's name, its labels and the hash of its names."""
        listed = sorted((" ".join(words), label) for words, label in self.labels_by_name.items())
        labels = tuple(sorted(set(self.labels_by_name.values())))
        hash = sha256(repr(listed).encode()).hexdigest()
        return TaggerInfo("dictionary", __version__, (), labels, "none", hash)

    @property
    def size(self) -> int:
        """Return the bytes of all names."""
        words = chain.from_iterable(self.labels_by_name)
        return sum(len(word.encode()) + 1 for word in words)

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Find the names of each text."""
        return [list(self._find(tokenize(text))) for text in texts]

    def _find(self, tokens: Sequence[Token]) -> Iterator[Entity]:
        words, at = [token.text for token in tokens], 0
        while at < len(words):
            longest = min(MOST_WORDS, len(words) - at)
            names = (tuple(words[at : at + n]) for n in range(longest, 0, -1))
            name = next((name for name in names if name in self.labels_by_name), None)
            if name:
                start, end = tokens[at].start, tokens[at + len(name) - 1].end
                yield Entity(start, end, self.labels_by_name[name])
            at += len(name) if name else 1


def _most_frequent(labels: Counter[str]) -> str:
    """Return the label of the highest count, of equal ones the first by the alphabet."""
    return min(labels, key=lambda label: (-labels[label], label))
