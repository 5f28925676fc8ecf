"""The base form of a name is its nominative, in the number that it has in the text."""

from ner_service.names.morphology import Morphology
from ner_service.names.types import Mention, Parts


def mention_of(surface: str, label: str, morphology: Morphology) -> Mention:
    """Return what the form of an entity tells."""
    words = [_nominative(word, morphology) for word in surface.split(" ")]
    normal = " ".join(words)
    parts = None
    if label == "PER":
        parts = Parts(last=words[0]) if len(words) == 1 else Parts(first=words[0], last=words[-1])
    return Mention(normal, parts)


def _nominative(word: str, morphology: Morphology) -> str:
    for reading in morphology.readings(word.lower()):
        form = morphology.inflect(reading, "Nom")
        if form:
            return form.capitalize() if word[:1].isupper() else form
    return word
