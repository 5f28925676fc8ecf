"""The registry finds every tagger by the spec that names it.

A spec is `NAME` or `NAME:SOURCE`, such as `spacy:ru_core_news_sm`; `@CONVENTION` behind it has a
model of ours annotate by another of its conventions. A combination has other specs in its source,
by the grammar of `specs`. `NAME` is one of `BACKENDS`, or of a plugin: a package that anybody
installs and that declares an entry point in the group `ner_service.taggers`. Its value is a
function `load(source: str) -> Tagger`, or a `Backend`:

    [project.entry-points."ner_service.taggers"]
    shouting = "shouting_ner:load"
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from ner_service.errors import MissingExtra, ModelError, UnknownTagger, join_missing
from ner_service.taggers.backend import Backend, lazy
from ner_service.taggers.models import (
    folder_state,
    model_and_convention,
    shipped_models,
    split_convention,
)
from ner_service.taggers.plugins import find_plugins, load_plugin
from ner_service.taggers.rules.files import check_files, files_state, missing_extra
from ner_service.taggers.specs import split_rules
from ner_service.types import Tagger

MOST_DEPTH = 8  # specs inside each other
MOST_SHOWN = 200  # characters of a spec in an error
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
    with _naming(spec):
        return chosen.load(source)


@contextmanager
def _naming(spec: str) -> Iterator[None]:
    """Turn an error of the disk, such as a name that is too long, into `ModelError`."""
    try:
        yield
    except OSError as error:
        shown = spec if len(spec) <= MOST_SHOWN else f"{spec[:MOST_SHOWN]}…"
        raise ModelError(f"{shown}: {error.strerror or error}: check the name") from None


def check_spec(spec: str, depth: int = 0) -> tuple[str, str]:
    """Split a spec into backend and source, its default if none; raises `UnknownTagger`.

    The specs inside a combination are checked, too; `depth` is in how many a spec stands.
    """
    if depth > MOST_DEPTH:
        raise UnknownTagger(f"a spec has others inside, {MOST_DEPTH} deep at most: join fewer")
    name, source = split_spec(spec)
    chosen = backend(name)
    if chosen.needs_source and not source:
        raise UnknownTagger(f"{name!r} alone names no tagger: write {next(iter(chosen.specs))}")
    form = next((form for form in chosen.specs if ":NAME" in form), "")
    if form and source and not split_convention(source)[0]:
        raise UnknownTagger(f"{spec!r} names no model before @: write {form}{source}")
    for inner in chosen.inner_specs(source):
        check_spec(inner, depth + 1)
    return name, source


def split_spec(spec: str) -> tuple[str, str]:
    """Split a spec into backend and source, its default if none."""
    name, colon, source = spec.partition(":")
    convention = ""
    if not colon:
        name, at, convention = name.partition("@")
        convention = at + convention
    return name, (source or backend(name).default_source) + convention


def leaves(spec: str) -> list[str]:
    """Return the specs of the taggers that answer: of a combination, those inside; else the spec.

    Rules are a leaf beside the tagger behind them. Raises `UnknownTagger` as `check_spec` does.
    """
    name, source = check_spec(spec)
    chosen = backend(name)
    inner = [leaf for each in chosen.inner_specs(source) for leaf in leaves(each)]
    if chosen.combines == "members":
        return inner
    if chosen.combines == "rules":
        return [f"{name}:{'+'.join(split_rules(source)[0])}", *inner]
    return [spec]


def needs_kernels(spec: str) -> bool:
    """Return whether the engine's compiled kernels answer for a spec, or for a part of it."""
    return any(backend(split_spec(leaf)[0]).kernels for leaf in leaves(spec))


def missing(spec: str) -> MissingExtra | None:
    """Return the error of the libraries that a spec needs and that are not installed, or `None`."""
    return join_missing(map(_missing_of_leaf, leaves(spec)))


def _missing_of_leaf(spec: str) -> MissingExtra | None:
    name, source = split_spec(spec)
    chosen = backend(name)
    return chosen.missing() or (missing_extra(source) if chosen.combines == "rules" else None)


def backend(name: str) -> Backend:
    """Return the backend of that name, built in or a plugin's; raises `UnknownTagger`."""
    plugins = installed_plugins()  # first, so that one with a built-in name is reported in any case
    if name in BACKENDS:
        return BACKENDS[name]
    if name in plugins:
        return load_plugin(plugins[name])
    known = ", ".join([*BACKENDS, *plugins])
    joined = "; to join taggers write union:A+B or vote:A+B+C" * ("+" in name)
    raise UnknownTagger(f"unknown tagger {name!r}: known are {known}{joined}")


def check_present(spec: str) -> None:
    """Raise as `load_tagger` does where a library or a model's folder is missing; load nothing."""
    if error := missing(spec):
        raise error
    for leaf in leaves(spec):
        with _naming(leaf):
            _check_leaf(leaf)


def _check_leaf(spec: str) -> None:
    name, source = split_spec(spec)
    model, _ = split_convention(source)
    is_package = model.isidentifier() and find_spec(model) is not None
    if backend(name).combines == "rules":
        check_files(source)
    elif backend(name).model_file and not is_package:
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
    """Return a spec for each backend with a default, and for each shipped model that is none."""
    named = [backend for backend in BACKENDS.values() if not backend.needs_source]
    defaults = {(backend.name, backend.default_source) for backend in named}
    others = [
        f"{backend.name}:{folder.name}"
        for backend, folder in model_folders(shipped_models())
        if (backend.name, folder.name) not in defaults
    ]
    return [*(backend.name for backend in named), *others]


def model_folders(place: Path) -> Iterator[tuple[Backend, Path]]:
    """Yield each model folder in a place, by its name, and the backend that loads it.

    Hidden folders are passed over: a model that is still being written is in one.
    """
    for folder in sorted(place.glob("[!.]*/")):
        for backend in BACKENDS.values():
            if backend.model_file and (folder / backend.model_file).is_file():
                yield backend, folder


def state_of(spec: str) -> str:
    """Return what changes whenever a model folder or a file of rules that a spec names does.

    It is empty where the spec names none: an installed package changes with a restart alone.
    """
    return "".join(filter(None, map(_state_of_leaf, leaves(spec))))


def _state_of_leaf(spec: str) -> str:
    name, source = split_spec(spec)
    with suppress(ModelError, OSError):  # a folder may vanish while it is looked at
        if backend(name).combines == "rules":
            return files_state(source)
        if backend(name).model_file:
            return folder_state(model_and_convention(source)[0])
    return ""
