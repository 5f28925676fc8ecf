"""Named-entity recognition for Russian: taggers, training, benchmark and an HTTP service.

Load a tagger once by its spec, and give it texts in lists:

>>> import ner_service
>>> tagger = ner_service.load("bilstm")
>>> text = "Анна Каренина уехала в Москву."
>>> (entities,) = tagger.tag([text])
>>> [(text[e.start : e.end], e.label) for e in entities]
[('Анна Каренина', 'PER'), ('Москву', 'LOC')]
"""

from ner_service.errors import NerError
from ner_service.taggers.registry import load_tagger as load
from ner_service.types import Document, Entity, Tagger

__all__ = ["Document", "Entity", "NerError", "Tagger", "__version__", "load"]
__version__ = "0.1.0"
