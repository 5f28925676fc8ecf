"""Backend `vote` finds what most of its members find, and heeds their calibrated scores."""

from ner_service.taggers.combination import CombinedTagger, load_combination


def load(source: str) -> CombinedTagger:
    """Load a vote by the specs of its members, joined by `+`, perhaps with weights."""
    return load_combination("vote", source)
