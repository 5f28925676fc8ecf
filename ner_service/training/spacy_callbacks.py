"""A callback for `spacy train`: saves the pipeline without the training data's words.

Hash embeddings need no list of words, and with it the folder would be several times larger
and would hold every word of the corpus.
"""

from typing import Any

import spacy
from spacy.util import registry


@registry.callbacks("ner_service.trim_strings.v1")  # type: ignore[untyped-decorator]
def trim_strings() -> Any:
    """Makes the callback for `[training.before_to_disk]`."""
    return trimmed


def trimmed(nlp: Any) -> Any:
    """A copy of the pipeline whose vocabulary knows its labels and tokenizer exceptions only."""
    copy = spacy.blank(nlp.lang).from_config(nlp.config)
    copy.from_bytes(nlp.to_bytes(exclude=["vocab"]), exclude=["vocab"])
    for labels in nlp.pipe_labels.values():
        for label in labels:
            copy.vocab.strings.add(label)
    copy.meta.update(nlp.meta)
    return copy
