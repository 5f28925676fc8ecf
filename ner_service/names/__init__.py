"""Names are analysed here: base forms, parts of persons' names, and mentions that are joined."""

from ner_service.names.analyser import Analyser
from ner_service.names.types import Analysis, Case, Gender, Mention, Name, Number, Parts

__all__ = ["Analyser", "Analysis", "Case", "Gender", "Mention", "Name", "Number", "Parts"]
