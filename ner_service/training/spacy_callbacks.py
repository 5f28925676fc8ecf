"""A callback for `spacy train` that saves the pipeline without the words of the training data.

Hash embeddings need no list of words. With it the folder would be several times larger and would
hold every word of the corpus.
"""

from typing import Any

import spacy
from spacy.util import registry


@registry.callbacks("ner_service.trim_strings.v1")  # type: ignore[untyped-decorator]
def trim_strings() -> Any:
    """Return the callback for `[training.before_to_disk]`."""
    return trim


def trim(nlp: Any) -> Any:
    """Return a copy of the pipeline with only labels and tokenizer exceptions in its vocabulary."""
    copy = spacy.blank(nlp.lang).from_config(nlp.config)
    copy.from_bytes(nlp.to_bytes(exclude=["vocab"]), exclude=["vocab"])
    for labels in nlp.pipe_labels.values():
        for label in labels:
            copy.vocab.strings.add(label)
    copy.meta.update(nlp.meta)
    return copy
