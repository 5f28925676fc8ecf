"""Backend `union` finds whatever one of its members finds."""

from ner_service.taggers.combination import CombinedTagger, load_combination


def load(source: str) -> CombinedTagger:
    """Load a union by the specs of its members, joined by `+`."""
    return load_combination("union", source)
