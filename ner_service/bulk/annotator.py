"""An annotator answers texts as a job asks: the tagger's entities, and their analyses if wanted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ner_service.bulk.job import Job
from ner_service.corpora.formats.tables import entities_of
from ner_service.corpora.forms.analyses import names_of
from ner_service.corpora.texts import batches_of
from ner_service.errors import ConfigError
from ner_service.library import load_analyser
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document, Tagger, TaggerInfo, ask_labels

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser

PROBE = "Анна живёт в Москве."  # has a tagger compile its kernels and load what it loads late


@dataclass(frozen=True, slots=True)
class Annotator:
    """An annotator is a loaded job. It is made before processes fork, so that they share it."""

    job: Job
    tagger: Tagger
    analyser: "Analyser | None" = None

    @classmethod
    def load(cls, job: Job) -> "Annotator":
        """Load what a job needs, compiled; raises as `load_tagger` does, and `ConfigError`."""
        tagger = ask_labels(load_tagger(job.tagger), job.labels)
        check_labels(job, tagger.info)
        loaded = cls(job, tagger, load_analyser() if job.normal else None)
        loaded.annotate([PROBE])
        return loaded

    def annotate(self, texts: Sequence[str | None]) -> list[Document | None]:
        """Return a document for each text, and `None` where there is no text."""
        present = (Document("", text) for text in texts if text is not None)
        answers = (document for batch in batches_of(present) for document in self._answer(batch))
        return [None if text is None else next(answers) for text in texts]

    def _answer(self, batch: Sequence[Document]) -> Iterable[Document]:
        found = self.tagger.tag([document.text for document in batch])
        tagged = [
            replace(document, entities=tuple(entities))
            for document, entities in zip(batch, found, strict=True)
        ]
        documents = analyse_documents(tagged, self.analyser) if self.analyser else tagged
        labels = self.job.labels
        return [document.keep_labels(labels) for document in documents] if labels else documents


def check_labels(job: Job, info: TaggerInfo) -> None:
    """Raise `ConfigError` where a job keeps labels that its tagger does not have."""
    if strange := set(job.labels) - set(info.labels):
        known = ", ".join(info.labels)
        raise ConfigError(f"--label {', '.join(sorted(strange))}: {job.tagger} knows {known}")


def analyse_documents(documents: Iterable[Document], analyser: "Analyser") -> list[Document]:
    """Return the documents with the analyses of their entities."""
    from ner_service.names.annotation import annotate

    batch = list(documents)
    analyses = analyser.analyse_many([d.text for d in batch], [d.entities for d in batch])
    return [*map(annotate, batch, analyses)]


def cells_of(document: Document | None, made: Sequence[str]) -> dict[str, object]:
    """Return what a document adds to its record, by the made columns; null without a text."""
    if document is None:
        return dict.fromkeys(made)
    values = [entities_of(document), *names_of(document).values()]
    return dict(zip(made, values, strict=True))
