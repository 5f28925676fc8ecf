"""The taggers by name; a spec is `NAME` or `NAME:SOURCE`, such as `spacy:ru_core_news_sm`.

`@CONVENTION` behind a spec has a model of ours answer by another of its conventions.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from ner_service.types import ModelError, Tagger, UnknownTagger

Loader = Callable[[str], Tagger]

_PACKAGE = Path(__file__).parents[1]


def shipped_models() -> Path:
    """The folder of the models that come with the package, in a wheel or in a checkout."""
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def model_path(source: str) -> Path:
    """The folder of a model: a path, or the name of a shipped model."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    shipped = shipped_models() / source
    if shipped.is_dir():
        return shipped
    names = sorted(folder.name for folder in shipped_models().glob("*") if folder.is_dir())
    known = ", ".join(names) or "none"
    raise ModelError(f"model {source!r}: no such folder, nor a shipped model (shipped: {known})")


def part_convention(source: str) -> tuple[str, str | None]:
    """Parts `NAME@CONVENTION`; a path that is there is a name as it stands."""
    name, at, convention = source.rpartition("@")
    if not at or Path(source).expanduser().exists():
        return source, None
    return name, convention


def model_and_convention(source: str) -> tuple[Path, str | None]:
    """The folder that `MODEL` or `MODEL@CONVENTION` names, and the convention if any."""
    name, convention = part_convention(source)
    return model_path(name), convention


def _lazy(module: str) -> Loader:
    """Imports the backend's library only when a tagger of it is loaded."""

    def load(source: str) -> Tagger:
        tagger: Tagger = import_module(f"{__name__}.{module}").load(source)
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
