"""The settings of the service are read once from the environment (prefix `NER_`)."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ner_service.errors import ConfigError, UnknownTagger, reason_of
from ner_service.taggers.registry import check_spec

PREFIX = "NER_"
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s?#]+", re.IGNORECASE)
LEAST_RATE = 0.001  # requests a second
HASH = re.compile(r"[0-9a-f]{64}")  # of an API key: its SHA-256
SECRET = ("api_keys", "admin_keys")  # settings that no message shows


def split_list(value: str) -> list[str]:
    """Returns the parts of a list by commas."""
    return [*filter(None, (part.strip() for part in value.split(",")))]


def parse_specs(value: str) -> dict[str, str]:
    """Reads `NAME` and `NAME=SPEC` by commas; raises `ValueError` on a name given twice."""
    specs: dict[str, str] = {}
    for part in split_list(value):
        name, _, spec = part.partition("=")
        if not name:
            raise ValueError(f"{part!r} names no tagger")
        if name in specs:
            raise ValueError(f"names {name!r} twice")
        specs[name] = spec or name
    if not specs:
        raise ValueError("names no tagger")
    return specs


def parse_taggers(value: str) -> dict[str, str]:
    """Reads specs as `parse_specs` does; raises `ValueError` where one names no tagger, too."""
    specs = parse_specs(value)
    for spec in specs.values():
        try:
            check_spec(spec)
        except UnknownTagger as error:
            raise ValueError(str(error)) from None
    return specs


def parse_keys(value: str) -> dict[str, str]:
    """Reads `NAME=HASH,...` as names by their hashes; raises `ValueError`."""
    names: dict[str, str] = {}
    for part in split_list(value):
        name, _, hash = part.rpartition("=")
        if not name or not HASH.fullmatch(hash):
            raise ValueError("expected NAME=HASH by commas, as `ner-service key NAME` prints them")
        if hash in names or name in names.values():
            raise ValueError(f"has {name!r} or its key twice")
        names[hash] = name
    return names


def _number(default: float, description: str, most: float, least: float = 1) -> Any:
    return Field(default, ge=least, le=most, description=description)


def _form(pattern: str, mend: str) -> AfterValidator:
    """Returns a check that a setting has a form; it raises `ValueError` with what to write."""

    def check(value: str) -> str:
        if not re.match(pattern, value):
            raise ValueError(mend)
        return value

    return AfterValidator(check)


def _check_taggers(value: str) -> str:
    parse_taggers(value)
    return value


def _check_keys(value: str) -> str:
    parse_keys(value)
    return value


def _check_origins(value: str) -> str:
    value = value.lower()  # as browsers send them
    for origin in split_list(value):
        if origin != "*" and not ORIGIN.fullmatch(origin):
            raise ValueError(f"expected origins such as https://example.org, not {origin!r}")
    return value


def _check_rate(value: float) -> float:
    if 0 < value < LEAST_RATE:
        raise ValueError(f"expected 0, or at least {LEAST_RATE}")
    return value


class Settings(BaseSettings):
    """Each setting has its description, unit and bounds here."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    taggers: Annotated[str, AfterValidator(_check_taggers)] = Field(
        "natasha,spacy,bilstm",
        description="taggers to serve: NAME or NAME=SPEC, by commas",
    )
    taggers_file: str = Field(
        "", description="file with such entries, in place of `NER_TAGGERS`; reloads read it again"
    )
    models_folder: str = Field(
        "", description="folder whose model folders are served as well, each under its own name"
    )
    watch_s: float = _number(
        10.0,
        "seconds between looks at that folder and the files named here; 0: reloads alone look",
        86_400,
        least=0,
    )
    default_tagger: str = Field("", description="who answers when a request names no tagger")
    host: Annotated[str, _form(r"\s*\S", "names no address: 127.0.0.1, or 0.0.0.0 for all")] = (
        Field("127.0.0.1", description="address to listen on")
    )
    port: int = _number(8000, "port to listen on; 0 takes a free one", 65_535, least=0)
    workers: int = _number(1, "processes that answer side by side", 256)
    max_text_chars: int = _number(1_000_000, "longest text, in characters", 100_000_000)
    max_batch_texts: int = _number(1_000, "most texts in one batch request", 1_000_000)
    max_body_bytes: int = _number(
        16_000_000, "largest request body, or line of a stream, in bytes", 1_000_000_000
    )
    max_held_bytes: int = _number(
        256_000_000, "bytes of bodies that a process reads at a time before 429", 100_000_000_000
    )
    max_connections: int = _number(
        1_000, "connections that a process keeps; one more gets 503", 1_000_000
    )
    queue_chars: int = _number(
        5_000_000, "characters that may wait for one tagger before 429", 1_000_000_000
    )
    batch_chars: int = _number(40_000, "characters tagged in one go", 10_000_000)
    timeout_s: float = _number(30.0, "seconds until a request gets 504", 3600, 0.01)
    client_timeout_s: float = _number(
        30.0, "seconds that a client may take to send or to read", 3600, 0.01
    )
    least_rate: float = _number(
        5.0, "bytes a second that a stream has to send at least; 0 is no limit", 1_000_000, least=0
    )
    keep_alive_s: int = _number(
        75, "seconds that an idle connection is kept: longer than your balancer keeps it", 3600
    )
    drain_s: float = _number(
        0.5, "seconds that a service which stops goes on accepting connections", 600, least=0
    )
    api_keys: Annotated[str, AfterValidator(_check_keys)] = Field(
        "", repr=False, description="who may ask: NAME=HASH by commas, from `ner-service key NAME`"
    )
    api_keys_file: str = Field(
        "", description="file with such entries, in place of `NER_API_KEYS`; reloads read it again"
    )
    admin_keys: Annotated[str, AfterValidator(_check_keys)] = Field(
        "", repr=False, description="who may also reload, likewise; without one nobody may by HTTP"
    )
    admin_keys_file: str = Field(
        "", description="file with such entries, in place of `NER_ADMIN_KEYS`"
    )
    key_rate: Annotated[float, AfterValidator(_check_rate)] = _number(
        0.0,
        "requests a second for each key and process, 0.001 at least; 0 is no limit",
        1_000_000,
        0,
    )
    key_chars: float = _number(
        0.0, "characters a second for each key, over all processes; 0 is no limit", 1e9, 0
    )
    key_chars_day: float = _number(
        0.0, "characters a day (UTC) for each key, over all processes; 0 is no limit", 1e12, 0
    )
    cors_origins: Annotated[str, AfterValidator(_check_origins)] = Field(
        "", description="origins whose pages may ask, by commas: `https://example.org`, or `*`"
    )
    label_studio_folder: str = Field(
        "",
        description="folder that keeps what Label Studio's annotators mark; needs an admin key",
    )
    label_studio_config: str = Field(
        "", description="training file by which a model is trained on them, as `retrain` does"
    )
    label_studio_after: int = _number(
        100, "tasks that are annotated before the model is trained again", 1_000_000
    )
    browser_model: str = Field(
        "ru-news",
        description="the model that the page runs in the visitor's browser, who can then keep it: "
        "the name of a shipped one, a folder, or empty for none",
    )
    docs: bool = Field(True, description="serve the API's page and its OpenAPI document")
    metrics: bool = Field(True, description="serve `/metrics` for Prometheus")
    traces_url: Annotated[
        str,
        _form(r"\Z|https?://[^/\s:]+", "expected an address such as http://host:4318/v1/traces"),
    ] = Field(
        "",
        description="OpenTelemetry collector: `http://host:4318/v1/traces`; needs the otel extra",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="form of the log: json, text, or auto: text on a terminal, else json"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info (a line a request), warning or error"
    )

    @property
    def specs(self) -> dict[str, str]:
        """Returns the specs of the taggers by their public names."""
        return parse_specs(self.taggers)

    @property
    def default(self) -> str:
        """Returns the name of the tagger that answers when none is named."""
        return choose_default(self.default_tagger, self.specs)

    @property
    def is_watched(self) -> bool:
        """Returns whether the service looks by itself for taggers and keys that have changed."""
        files = (self.taggers_file, self.models_folder, self.api_keys_file, self.admin_keys_file)
        return self.watch_s > 0 and any(files)


def choose_default(wanted: str, specs: Mapping[str, str]) -> str:
    """Returns who answers when none is named; raises `ConfigError` where nobody has that name."""
    if wanted and wanted not in specs:
        known = ", ".join(specs)
        name = variable("default_tagger")
        raise ConfigError(f"{name}: {wanted!r} is not among the taggers: {known}")
    return wanted or ("bilstm" if "bilstm" in specs else next(iter(specs)))


def read_settings(**overrides: Any) -> Settings:
    """Builds the settings; raises `ConfigError` naming the variable that is wrong."""
    try:
        settings = Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name, reason = str(first["loc"][0]), reason_of(first["msg"])
        if first["type"] != "value_error" and (bounds := bounds_of(name)):
            reason = f"expected a number from {bounds}"
        got = "" if name in SECRET else f" (got {str(first['input'])[:80]!r})"
        raise ConfigError(f"{variable(name)}: {reason}{got}") from None
    if not (settings.taggers_file or settings.models_folder):  # else the roster names the taggers
        choose_default(settings.default_tagger, settings.specs)
    return settings


def bounds_of(name: str) -> str:
    """Returns the least and the greatest number that a setting may be, if it is one."""
    schema = Settings.model_json_schema()["properties"][name]
    return f"{schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""


def variable(name: str) -> str:
    """Returns the environment variable of a setting."""
    return PREFIX + name.upper()


def unknown_variables(environment: Iterable[str], others: Iterable[str] = ()) -> list[str]:
    """Lists variables that look like settings and are none, each with the nearest name that is.

    `others` are variables with the same prefix that something else reads.
    """
    known = [*map(variable, Settings.model_fields), *others]
    strange = sorted(n for n in environment if n.startswith(PREFIX) and n not in known)
    near = {name: get_close_matches(name, known, 1) for name in strange}
    return [f"{name} (did you mean {near[name][0]}?)" if near[name] else name for name in strange]
