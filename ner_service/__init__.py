"""Named-entity recognition for Russian: taggers, training, benchmark and an HTTP service.

Load a tagger once by its spec, and give it a text, a list of texts, or an iterator of them:

Examples:
    >>> import ner_service
    >>> tagger = ner_service.load("bilstm")
    >>> document = tagger.tag("Анна Каренина уехала в Москву.")
    >>> for entity in document:
    ...     print(entity.label, entity.text)
    PER Анна Каренина
    LOC Москву
"""

from ner_service.errors import NerError
from ner_service.library import Recogniser, TaggedDocument, TextEntity, load
from ner_service.types import Document, Entity, Name, Parts, Tagger

__all__ = [
    "Document",
    "Entity",
    "Name",
    "NerError",
    "Parts",
    "Recogniser",
    "TaggedDocument",
    "Tagger",
    "TextEntity",
    "__version__",
    "load",
]
__version__ = "0.1.0"
