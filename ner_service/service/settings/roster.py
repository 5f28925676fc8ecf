"""The roster says which taggers are served and who may ask; a reload reads it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ner_service.errors import ConfigError
from ner_service.files import read_regular
from ner_service.service.settings import (
    Settings,
    choose_default,
    parse_keys,
    parse_taggers,
    variable,
)
from ner_service.taggers.registry import model_folders, state_of

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Source:
    """A source is the spec of a tagger, and the state of the model folder that the spec names."""

    spec: str
    state: str = ""


@dataclass(frozen=True)
class Roster:
    """A roster has the source of each tagger by its public name, and the names of keys by hash."""

    taggers: Mapping[str, Source]
    default: str  # who answers when a request names no tagger
    keys: Mapping[str, str]
    admins: Mapping[str, str]  # the keys that may reload


def read_roster(settings: Settings) -> Roster:
    """Reads what the settings, their files and their folder say now; raises `ConfigError`."""
    specs = read_list(settings, "taggers", parse_taggers)
    for name, spec in models_in(settings.models_folder).items():
        if name in specs:
            place = variable("models_folder")
            raise ConfigError(f"{place}: {name!r} is a tagger already: rename the folder")
        specs[name] = spec
    taggers = {name: Source(spec, state_of(spec)) for name, spec in specs.items()}
    default = choose_default(settings.default_tagger, specs)
    keys = read_list(settings, "api_keys", parse_keys)
    if settings.api_keys_file and not keys:  # an emptied file must not open the service
        raise ConfigError(f"{variable('api_keys_file')}: {settings.api_keys_file}: holds no key")
    admins = read_list(settings, "admin_keys", parse_keys)
    check_label_studio(settings, has_admins=bool(admins))
    return Roster(taggers, default, keys, admins)


def check_label_studio(settings: Settings, has_admins: bool) -> None:
    """Raises `ConfigError` where annotations are wanted, but nobody could send or use them."""
    folder, config = settings.label_studio_folder, settings.label_studio_config
    if folder and not has_admins:
        mend = f"set {variable('admin_keys')}, whose key the webhook sends"
        raise ConfigError(f"{variable('label_studio_folder')}: needs an admin key: {mend}")
    if config and not folder:
        mend = f"set {variable('label_studio_folder')}"
        raise ConfigError(f"{variable('label_studio_config')}: has no annotations: {mend}")
    if config and not Path(config).is_file():
        raise ConfigError(f"{variable('label_studio_config')}: {config}: no such file")


def read_list(settings: Settings, name: str, parse: Callable[[str], Parsed]) -> Parsed:
    """Returns a list of the settings, or of the file that stands in its place."""
    file = getattr(settings, f"{name}_file")
    if not file:
        return parse(getattr(settings, name))
    if name in settings.model_fields_set and getattr(settings, name):
        both = f"{variable(name)}, {variable(name)}_FILE"
        raise ConfigError(f"{both}: only one of the two may be set")
    try:
        lines = read_regular(Path(file)).decode().splitlines()
        return parse(",".join(line for line in lines if not line.lstrip().startswith("#")))
    except UnicodeDecodeError:
        fault = "is not UTF-8"
    except OSError as error:
        fault = error.strerror or str(error)
    except ValueError as error:
        fault = str(error)
    raise ConfigError(f"{variable(name)}_FILE: {file}: {fault}")


def models_in(folder: str) -> dict[str, str]:
    """Returns a spec for each model folder in a folder, by its name."""
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise ConfigError(f"{variable('models_folder')}: {folder}: no such folder")
    return {model.name: f"{backend.name}:{model}" for backend, model in model_folders(Path(folder))}
