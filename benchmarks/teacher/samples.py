"""Samples are runs of sentences as ids of pieces, each with the tag of its word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from transformers import PreTrainedTokenizerFast

from benchmarks.teacher.vocabulary import WINDOW
from ner_service.labels import tags
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize
from ner_service.training.config import TrainConfig
from ner_service.training.data.additions import add_documents
from ner_service.training.data.corpus import Corpus
from ner_service.types import Document

UNTAGGED = -100  # of a piece that belongs to no word: cross entropy leaves it out
LENGTHS = 120, 230, 380, 520  # characters of a window, about: 40 to 180 pieces
LOWER = 0.55  # of the windows whose case changes; the rest are in capitals
POOL = 400  # samples that are sorted by length before they are cut into batches


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample has ids of pieces, the tag of each, and the number of its convention."""

    ids: list[int]
    tags: list[int]
    convention: int


class Sampler:
    """A sampler turns corpora into the batches of an epoch; a corpus's weight says how often."""

    def __init__(
        self,
        config: TrainConfig,
        corpora: Sequence[Corpus],
        tokenizer: PreTrainedTokenizerFast,
        numbers: dict[str, int],
    ) -> None:
        """Take the numbers of the tags, and conventions in the order of the corpora."""
        self._config, self._corpora = config, corpora
        self._tokenizer, self._numbers = tokenizer, numbers
        self.conventions = [*dict.fromkeys(corpus.source.convention for corpus in corpora)]
        self._random = Random(config.train.seed)

    def batches(self, epoch: int, pieces: int) -> list[list[Sample]]:
        """Return batches of so many pieces at most, padding included, in random order."""
        samples = list(self._samples(epoch))
        self._random.shuffle(samples)
        batches: list[list[Sample]] = []
        for at in range(0, len(samples), POOL):
            batch: list[Sample] = []
            for sample in sorted(samples[at : at + POOL], key=lambda sample: len(sample.ids)):
                if batch and len(sample.ids) * (len(batch) + 1) > pieces:
                    batches.append(batch)
                    batch = []
                batch.append(sample)
            batches.append(batch)
        self._random.shuffle(batches)
        return batches

    def _samples(self, epoch: int) -> Iterator[Sample]:
        for corpus in self._corpora:
            for document in corpus.documents:
                yield from self._take(document, corpus.source.convention, corpus.source.weight)
        seed = Random(f"{self._config.train.seed} {epoch}")
        for added in add_documents(self._config.augmentation, self._corpora, seed, True):
            yield from self._take(added.document, added.convention, min(added.weight, 1))

    def _take(self, document: Document, convention: str, weight: float) -> Iterator[Sample]:
        """Yield a document's samples as often as its weight says, by chance for its fraction."""
        times = int(weight) + (self._random.random() < weight % 1)
        for _ in range(times):
            for window in self._windows(document):
                yield self._sample(window, self.conventions.index(convention))

    def _windows(self, document: Document) -> Iterator[Document]:
        """Yield runs of whole sentences; none ends inside an entity."""
        most = self._random.choice(LENGTHS)
        start = end = 0
        for sentence in sentenize(document.text):
            inside = any(e.start < sentence.start < e.end for e in document.entities)
            if end > start and not inside and sentence.end - start > most:
                yield _cut(document, start, end)
                start = sentence.start
            end = sentence.end
        if end > start:
            yield _cut(document, start, end)

    def _sample(self, window: Document, convention: int) -> Sample:
        words = tokenize(window.text)
        row = tags(words, sorted(window.entities), "BIO")
        text, rates = window.text, self._config.augmentation
        if self._random.random() < rates.punctuation:
            for word, tag in zip(words, row, strict=True):
                if tag[0] in "OI" and not any(map(str.isalnum, word.text)):
                    blank = " " * len(word.text)
                    text = text[: word.start] + blank + text[word.end :]
        if self._random.random() < rates.case:
            text = _change_case(text, self._random.random() < LOWER)
        encoded = self._tokenizer(
            text, truncation=True, max_length=WINDOW, return_offsets_mapping=True
        )
        numbers, at = [], 0
        for start, end in encoded["offset_mapping"]:
            while start < end - 1 and text[start].isspace():
                start += 1
            while at < len(words) and words[at].end <= start:
                at += 1
            is_word = start < end and at < len(words) and words[at].start < end
            numbers.append(self._numbers[row[at]] if is_word else UNTAGGED)
        return Sample(encoded["input_ids"], numbers, convention)


def _cut(document: Document, start: int, end: int) -> Document:
    inside = (e for e in document.entities if start <= e.start and e.end <= end)
    entities = tuple(entity.shift(-start) for entity in inside)
    return Document(document.id, document.text[start:end], entities)


def _change_case(text: str, lowers: bool) -> str:
    """Return the text in lower case or in capitals; letters that would change its length stay."""
    changed = ((c.lower() if lowers else c.upper(), c) for c in text)
    return "".join(new if len(new) == 1 else old for new, old in changed)
