"""A job is what is asked of every text, on which the bytes of the output depend."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson

from ner_service import __version__
from ner_service.corpora.formats.tables import ENTITIES
from ner_service.corpora.forms.analyses import NAMES
from ner_service.taggers.registry import backend, split_spec
from ner_service.types import TaggerInfo


@dataclass(frozen=True, slots=True)
class Job:
    """A job names the tagger, the columns of texts, and what is kept of the answers.

    Without `columns` each file's own text is tagged. `labels` are those to keep, all if none.
    `normal` adds base forms and joined mentions. `format` is `jsonl`, or empty where every file
    keeps its format.
    """

    tagger: str
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    normal: bool = False
    format: str = ""

    def facts(self, info: TaggerInfo) -> dict[str, object]:
        """Return all that the output depends on but the input."""
        tagger = {"tagger": self.tagger, "version": info.version, "hash": info.hash}
        return {"ner-service": __version__, **asdict(self), **tagger}

    @property
    def has_sources(self) -> bool:
        """Return whether entities say who of several found them."""
        return bool(backend(split_spec(self.tagger)[0]).combines)

    def made_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns that are added for each column of texts; `""` is a file's own text.

        With one column they are `entities` and `names`, with several each has that column's name.
        """
        made = (ENTITIES, NAMES) if self.normal else (ENTITIES,)
        if len(self.columns) < 2:
            return {column: made for column in self.columns or ("",)}
        return {column: tuple(f"{column}_{name}" for name in made) for column in self.columns}


def digest_of(facts: Mapping[str, object]) -> str:
    """Return the SHA-256 of facts."""
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()
