"""Backend `rules` finds phrases and patterns that users wrote, alone or in front of a tagger."""

from ner_service.types import Tagger


def load(source: str) -> Tagger:
    """Load files and sets of rules, joined by `+`, and the tagger whose spec follows them.

    Raises `ModelError` where a file is missing or wrong; the message names file, entry and field.
    """
    from ner_service.taggers.rules.tagger import load_rules

    return load_rules(source)
