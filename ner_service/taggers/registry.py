"""The registry finds every tagger by the spec that names it.

A spec is `NAME` or `NAME:SOURCE`, such as `spacy:ru_core_news_sm`; `@CONVENTION` behind it has a
model of ours annotate by another of its conventions. `NAME` is one of `BACKENDS`, or of a plugin:
a package that anybody installs and that declares an entry point in the group
`ner_service.taggers`. Its value is a function `load(source: str) -> Tagger`, or a `Backend`:

    [project.entry-points."ner_service.taggers"]
    shouting = "shouting_ner:load"
"""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from ner_service.errors import ModelError, UnknownTagger
from ner_service.taggers.backend import Backend, lazy
from ner_service.taggers.models import (
    folder_state,
    model_and_convention,
    shipped_models,
    split_convention,
)
from ner_service.taggers.plugins import find_plugins, load_plugin
from ner_service.types import Tagger

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
BACKENDS = {
    name: Backend(name, lazy(f"ner_service.taggers.{name}"), **table)
    for name, table in _TABLES.items()
}


def load_tagger(spec: str) -> Tagger:
    """Load the tagger that a spec names.

    Raises `UnknownTagger` for an unknown backend, `ModelError` for a model that is missing or
    damaged, `MissingExtra` where the backend's library is not installed.
    """
    name, source = check_spec(spec)
    chosen = backend(name)
    if error := chosen.missing():
        raise error
    return chosen.load(source)


def check_spec(spec: str) -> tuple[str, str]:
    """Split a spec into backend and source, its default if none; raises `UnknownTagger`."""
    name, colon, source = spec.partition(":")
    convention = ""
    if not colon:
        name, at, convention = name.partition("@")
        convention = at + convention
    return name, (source or backend(name).default_source) + convention


def backend(name: str) -> Backend:
    """Return the backend of that name, built in or a plugin's; raises `UnknownTagger`."""
    plugins = installed_plugins()  # first, so that one with a built-in name is reported in any case
    if name in BACKENDS:
        return BACKENDS[name]
    if name in plugins:
        return load_plugin(plugins[name])
    known = ", ".join([*BACKENDS, *plugins])
    raise UnknownTagger(f"unknown tagger {name!r}: known are {known}")


def check_present(spec: str) -> None:
    """Raise as `load_tagger` does where a library or a model's folder is missing; load nothing."""
    name, source = check_spec(spec)
    chosen = backend(name)
    if error := chosen.missing():
        raise error
    model, _ = split_convention(source)
    is_package = model.isidentifier() and find_spec(model) is not None
    if chosen.model_file and not is_package:
        model_and_convention(source)


@cache
def installed_plugins() -> dict[str, list[EntryPoint]]:
    """Return the entry points of plugins by their names, without importing any of them."""
    return find_plugins(BACKENDS)


def spec_forms() -> dict[str, str]:
    """Return each form of spec that is built in, with what it stands for."""
    return {form: what for backend in BACKENDS.values() for form, what in backend.specs.items()}


def about(spec: str) -> str:
    """Return in a few words what a shipped tagger is, or nothing where it is another's."""
    name, source = check_spec(spec)
    return backend(name).about.get(split_convention(source)[0], "")


def shipped_specs() -> list[str]:
    """Return a spec for each built-in backend, and for each shipped model that is no default."""
    defaults = {(backend.name, backend.default_source) for backend in BACKENDS.values()}
    others = [
        f"{backend.name}:{folder.name}"
        for backend, folder in model_folders(shipped_models())
        if (backend.name, folder.name) not in defaults
    ]
    return [*BACKENDS, *others]


def model_folders(place: Path) -> Iterator[tuple[Backend, Path]]:
    """Yield each model folder in a place, by its name, and the backend that loads it.

    Hidden folders are passed over: a model that is still being written is in one.
    """
    for folder in sorted(place.glob("[!.]*/")):
        for backend in BACKENDS.values():
            if backend.model_file and (folder / backend.model_file).is_file():
                yield backend, folder


def state_of(spec: str) -> str:
    """Return what changes whenever the model folder that a spec names does.

    It is empty where the spec names no folder: an installed package changes with a restart alone.
    """
    name, source = check_spec(spec)
    with suppress(ModelError, OSError):  # a folder may vanish while it is looked at
        if backend(name).model_file:
            return folder_state(model_and_convention(source)[0])
    return ""
