"""Commands that tag documents show their progress while they do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ner_service.bulk.annotator import analyse_documents
from ner_service.corpora.texts import batches_of
from ner_service.output.bar import Bar
from ner_service.output.numbers import numbered
from ner_service.text.language import language_warning
from ner_service.types import Document, Tagger

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser


class Counts:
    """Counts of the texts that went by, without those that are null, and of their entities."""

    def __init__(self) -> None:
        self.texts = self.entities = 0

    def count(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents as they come, and count them."""
        for document in documents:
            self.texts += not document.is_null
            self.entities += len(document.entities)
            yield document

    def __str__(self) -> str:
        texts, entities = numbered(self.texts, "text"), numbered(self.entities, "entity")
        return f"{texts}, {entities}"


class LanguageNote:
    """A note counts the texts that are mostly not in the tagger's language, and keeps the first."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self.texts = self.strange = 0
        self._first = ""

    def watch(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents as they come, and look at each."""
        for document in documents:
            self.texts += 1
            if warning := language_warning(document.text, self._languages):
                self.strange += 1
                self._first = self._first or f"{document.place or document.id}: {warning}"
            yield document

    def __str__(self) -> str:
        if not self.strange:
            return ""
        others = f" ({self.strange:,} of {numbered(self.texts, 'text')})" * (self.texts > 1)
        return f"note: {self._first}{others}"


class HiddenTextNote:
    """A note counts the documents with a field `text` beside the text that is tagged.

    The output has the tagged text in its place.
    """

    def __init__(self) -> None:
        self._hidden = 0
        self._first = ""

    def watch(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents as they come, and look at each."""
        for document in documents:
            if "text" in document.fields:
                self._hidden += 1
                self._first = self._first or document.place or document.id
            yield document

    def __str__(self) -> str:
        if not self._hidden:
            return ""
        return (
            f"note: {self._first}: the field 'text' beside that of --text-column is left out "
            f"({numbered(self._hidden, 'text')}): --output FOLDER/ keeps both"
        )


def tag_documents(
    tagger: Tagger, documents: Iterable[Document], analyser: "Analyser | None" = None
) -> Iterator[Document]:
    """Yield the documents with the tagger's entities, under a progress bar.

    With an analyser they have base forms and joined mentions.
    """
    with Bar(unit="character") as bar:
        for batch in batches_of(documents):
            answers = tagger.tag([document.text for document in batch])
            tagged = (
                replace(document, entities=tuple(entities))
                for document, entities in zip(batch, answers, strict=True)
            )
            for document in analyse_documents(tagged, analyser) if analyser else tagged:
                yield document
                bar.advance(len(document.text))
