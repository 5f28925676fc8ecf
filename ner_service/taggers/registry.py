"""The taggers by name; a spec is `NAME` or `NAME:SOURCE`, such as `spacy:ru_core_news_sm`.

`@CONVENTION` behind a spec has a model of ours answer by another of its conventions.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from ner_service.errors import UnknownTagger
from ner_service.taggers.models import shipped_models
from ner_service.types import Tagger

Loader = Callable[[str], Tagger]


def _lazy(module: str) -> Loader:
    """Imports the backend's library only when a tagger of it is loaded."""

    def load(source: str) -> Tagger:
        tagger: Tagger = import_module(f"{__package__}.{module}").load(source)
        return tagger

    return load


LOADERS: dict[str, Loader] = {name: _lazy(name) for name in ("natasha", "spacy", "bilstm")}
KERNELS = frozenset({"natasha", "bilstm"})  # backends that run on compiled kernels
DEFAULT_SOURCES: Mapping[str, str] = {"spacy": "spacy-ru-news", "bilstm": "ru-news"}


def load_tagger(spec: str) -> Tagger:
    """Loads the tagger that a spec names.

    Raises `UnknownTagger` for an unknown backend, `ModelError` for a model that is missing or
    damaged, `MissingExtra` where the backend's library is not installed.
    """
    name, source = check_spec(spec)
    return LOADERS[name](source)


def check_spec(spec: str) -> tuple[str, str]:
    """Parts a spec into backend and source, its default if none; raises `UnknownTagger`."""
    name, colon, source = spec.partition(":")
    convention = ""
    if not colon:
        name, at, convention = name.partition("@")
        convention = at + convention
    if name not in LOADERS:
        known = ", ".join(LOADERS)
        raise UnknownTagger(f"unknown tagger {name!r}: known are {known}")
    return name, (source or DEFAULT_SOURCES.get(name, "")) + convention


def shipped_specs() -> list[str]:
    """A spec for each backend, and for each shipped model that is no backend's default."""
    folders = sorted(folder.name for folder in shipped_models().glob("*/"))
    others = [f"{'spacy' if n.startswith('spacy') else 'bilstm'}:{n}" for n in folders]
    defaults = {f"{name}:{source}" for name, source in DEFAULT_SOURCES.items()}
    return [*LOADERS, *(spec for spec in others if spec not in defaults)]
