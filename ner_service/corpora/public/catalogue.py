"""The catalogue has the addresses, licences and SHA-256 of public corpora."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from ner_service.corpora.public import columns, factru, slavicner, standoff
from ner_service.corpora.public.conversion import Split
from ner_service.errors import CorpusError

CONVERTERS: Mapping[str, Callable[[Path], Iterator[Split]]] = {
    "columns": columns.convert,
    "factru": factru.convert,
    "ne5": standoff.convert_ne5,
    "nerel": standoff.convert_nerel,
    "nerel_innermost": standoff.convert_nerel_innermost,
    "slavicner": slavicner.convert,
}


@dataclass(frozen=True, slots=True)
class Download:
    """A download is a file; `sha256` is of the contents of its `folders` where these are given."""

    url: str
    sha256: str = ""
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A source is a publication: its files by name, its licence, and the corpora made of it."""

    name: str
    about: str
    home: str
    licence: str
    corpora: tuple[str, ...]
    files: Mapping[str, Download] = field(default_factory=dict)
    converter: str = ""


_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TEXT_LICENCES: Mapping[str, str] = _TABLES["text_licences"]
SOURCES = TypeAdapter(dict[str, Source]).validate_python(
    {name: {"name": name, **table} for name, table in _TABLES["sources"].items()}
)
OWN = {name: SOURCES.pop(name) for name in ("own_news", "own_kinds")}  # come with the package
OWN_CORPORA = tuple(name for source in OWN.values() for name in source.corpora)
UNKNOWN_LICENCE = "not known"


def source_of(name: str) -> Source:
    """Return the source of that name, or the one that a corpus of that name comes from."""
    sources = (*OWN.values(), *SOURCES.values())
    for source in sources:
        if name == source.name or name in source.corpora:
            return source
    names = ", ".join(source.name for source in sources)
    raise CorpusError(f"corpus {name!r}: not in the catalogue: {names}")


def licence_of(file_name: str) -> str:
    """Return the licence of a corpus by its file's name, as far as the catalogue knows it."""
    stem = file_name.split(".")[0]
    sources = (*OWN.values(), *SOURCES.values())
    licences = (source.licence for source in sources if stem.startswith(source.name))
    return TEXT_LICENCES.get(stem) or next(licences, UNKNOWN_LICENCE)
