"""Analyses of names are types of every package; this room knows them by these names."""

from ner_service.types import Analysis as Analysis
from ner_service.types import Case as Case
from ner_service.types import Gender as Gender
from ner_service.types import Mention as Mention
from ner_service.types import Name as Name
from ner_service.types import Number as Number
from ner_service.types import Parts as Parts
