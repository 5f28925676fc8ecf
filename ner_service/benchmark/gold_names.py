"""Gold names are spans with base form, identity and parts, which two corpora have."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner_service import corpora
from ner_service.types import Entity

BASE_FORMS, PARTS = "slavicner_names_dev", "factru_names_dev"  # by what each has


@dataclass(frozen=True)
class GoldName:
    """A gold name has its span, identity, base form if told, and accepted forms of its parts."""

    entity: Entity
    identity: str
    normal: str | None
    parts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class GoldDocument:
    """A gold document is a text with its names, in order."""

    text: str
    names: Sequence[GoldName]

    @property
    def entities(self) -> list[Entity]:
        """Returns the spans of the names, without what is told about them."""
        return [name.entity for name in self.names]

    def surface(self, name: GoldName) -> str:
        """Returns the form of a name in the text."""
        return self.text[name.entity.start : name.entity.end]


def read_gold(name: str, root: Path | None) -> list[GoldDocument]:
    """Reads a corpus of gold names; raises `CorpusError` where it is not present."""
    with gzip.open(corpora.locate(name, root), "rt", encoding="utf-8") as lines:
        return [_document(json.loads(line)) for line in lines]


def _document(record: Mapping[str, Any]) -> GoldDocument:
    items = sorted(record["entities"], key=lambda item: item["start"])
    return GoldDocument(record["text"], [_name(item) for item in items])


def _name(item: Mapping[str, Any]) -> GoldName:
    parts = {kind: part["normal"] for kind, part in item.get("parts", {}).items()}
    return GoldName(
        Entity(item["start"], item["end"], item["label"]),
        item["entity"],
        item.get("normal"),
        {kind: forms for kind, forms in parts.items() if forms},
    )
