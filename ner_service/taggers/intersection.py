"""Backend `intersection` finds what all of its members find."""

from ner_service.taggers.combination import CombinedTagger, load_combination


def load(source: str) -> CombinedTagger:
    """Load an intersection by the specs of its members, joined by `+`."""
    return load_combination("intersection", source)
