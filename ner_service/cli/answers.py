"""Answers to a corpus come from taggers that run here, or from a file of recorded answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ner_service import corpora
from ner_service.cli.tagging import tag_documents
from ner_service.corpora.reading import Reading, ReadOptions
from ner_service.corpora.recorded import recorded_of
from ner_service.digest import digest
from ner_service.errors import ConfigError
from ner_service.files import unpacked_name, user_path
from ner_service.labels import map_labels
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document, Entity


@dataclass(frozen=True)
class Answers:
    """Answers are the entities that one system found in each document of a corpus.

    `labels` are those that the system can produce, empty where nobody says. `cost` is what all
    answers cost in US dollars, where it is recorded.
    """

    name: str
    hash: str | None
    labels: tuple[str, ...]
    entities: Sequence[Sequence[Entity]]
    cost: float | None = None

    def beside(self, specs: Sequence[str]) -> "Answers":
        """Return recorded answers under a name that is none of these taggers'."""
        return replace(self, name=f"{self.name} (recorded)") if self.name in specs else self


@dataclass(frozen=True)
class AnswerFile:
    """An answer file is a value of `--predictions`: FILE, or NAME=FILE."""

    name: str
    path: Path

    @classmethod
    def parse(cls, value: str, root: Path | None) -> "AnswerFile":
        """Parse a value of the option; raises `CorpusError` where there is no such file."""
        name, equals, file = value.partition("=")
        if not equals or user_path(value).exists():
            return cls("", corpora.locate(value, root))
        if not name or not file:
            raise ConfigError(f"--predictions {value}: give FILE or NAME=FILE")
        return cls(name, corpora.locate(file, root))

    def read(self, asked: Sequence[Document], mapping: Mapping[str, str]) -> Iterator[Answers]:
        """Yield the answers that the file holds to the documents."""
        options = ReadOptions()
        answers = list(corpora.read(self.path, mapping, options))
        source = unpacked_name(self.path.name)
        reading = Reading(mapping, options)
        for found in recorded_of(answers, asked, self.name, source, reading):
            yield Answers(found.name, digest(self.path), (), found.entities, found.cost)


def ask_tagger(spec: str, documents: Sequence[Document], mapping: Mapping[str, str]) -> Answers:
    """Return what a tagger finds in the documents, its labels mapped as theirs are."""
    tagger = load_tagger(spec)
    labels = tuple(mapping.get(label, label) for label in tagger.info.labels)
    entities = [map_labels(d.entities, mapping) for d in tag_documents(tagger, documents)]
    return Answers(spec, tagger.info.hash, labels, entities)
