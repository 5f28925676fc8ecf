"""Names are analysed here: base forms, parts of persons' names, and mentions that are joined."""

from ner_service.errors import MissingExtra

try:
    from ner_service.names.analyser import Analyser
except ModuleNotFoundError as error:
    raise MissingExtra(f"the analysis of names ({error})", "tag") from error
from ner_service.names.types import Analysis, Case, Gender, Mention, Name, Number, Parts

__all__ = ["Analyser", "Analysis", "Case", "Gender", "Mention", "Name", "Number", "Parts"]
