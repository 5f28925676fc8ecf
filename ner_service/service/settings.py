"""The settings of the service are read once from the environment (prefix `NER_`)."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ner_service.errors import ConfigError, UnknownTagger
from ner_service.taggers.registry import check_spec

PREFIX = "NER_"
ADDRESS = re.compile(r"https?://[^/\s:]+")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s?#]+", re.IGNORECASE)
LEAST_RATE = 0.001  # requests a second
HASH = re.compile(r"[0-9a-f]{64}")  # of an API key: its SHA-256


class Settings(BaseSettings):
    """Each setting has its description, unit and bounds here."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    taggers: str = Field(
        "natasha,spacy,bilstm,bilstm-large=bilstm:ru-news-large",
        description="taggers to serve: NAME or NAME=SPEC, by commas",
    )
    default_tagger: str = Field("", description="who answers when a request names no tagger")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65_535, description="port to listen on; 0 takes a free one")
    workers: int = Field(1, ge=1, le=256, description="processes that answer side by side")
    max_text_chars: int = Field(
        1_000_000, ge=1, le=100_000_000, description="longest text, in characters"
    )
    max_batch_texts: int = Field(
        1_000, ge=1, le=1_000_000, description="most texts in one batch request"
    )
    max_body_bytes: int = Field(
        16_000_000,
        ge=1,
        le=1_000_000_000,
        description="largest request body, or line of a stream, in bytes",
    )
    max_held_bytes: int = Field(
        256_000_000,
        ge=1,
        le=100_000_000_000,
        description="bytes of bodies that a process reads at a time before 429",
    )
    max_connections: int = Field(
        1_000,
        ge=1,
        le=1_000_000,
        description="connections that a process keeps; one more gets 503",
    )
    queue_chars: int = Field(
        4_000_000,
        ge=1,
        le=1_000_000_000,
        description="characters that may wait for one tagger before 429",
    )
    batch_chars: int = Field(40_000, ge=1, le=10_000_000, description="characters tagged in one go")
    timeout_s: float = Field(30.0, ge=0.01, le=3600, description="seconds until a request gets 504")
    client_timeout_s: float = Field(
        30.0, ge=0.01, le=3600, description="seconds that a client may take to send or to read"
    )
    api_keys: str = Field(
        "", repr=False, description="who may ask: NAME=HASH by commas, from `ner-service key NAME`"
    )
    key_rate: float = Field(
        0.0,
        ge=0,
        le=1_000_000,
        description="requests a second for each key and process, 0.001 at least; 0 is no limit",
    )
    cors_origins: str = Field(
        "", description="origins whose pages may ask, by commas: `https://example.org`, or `*`"
    )
    docs: bool = Field(True, description="serve the API's page and its OpenAPI document")
    metrics: bool = Field(True, description="serve `/metrics` for Prometheus")
    traces_url: str = Field(
        "",
        description="OpenTelemetry collector: `http://host:4318/v1/traces`; needs the otel extra",
    )
    log_format: Literal["json", "text"] = Field("json", description="form of the log: json, text")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info (a line a request), warning or error"
    )

    @field_validator("taggers")
    @classmethod
    def _check_taggers(cls, value: str) -> str:
        specs = parse_specs(value)
        if not specs:
            raise ValueError("names no tagger")
        for spec in specs.values():
            try:
                check_spec(spec)
            except UnknownTagger as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("names no address: 127.0.0.1, or 0.0.0.0 for all")
        return value

    @field_validator("traces_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value and not ADDRESS.match(value):
            raise ValueError("expected an address such as http://host:4318/v1/traces")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: str) -> str:
        value = value.lower()  # as browsers send them
        for origin in split_list(value):
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(f"expected origins such as https://example.org, not {origin!r}")
        return value

    @field_validator("key_rate")
    @classmethod
    def _check_rate(cls, value: float) -> float:
        if 0 < value < LEAST_RATE:
            raise ValueError(f"expected 0, or at least {LEAST_RATE}")
        return value

    @field_validator("api_keys")
    @classmethod
    def _check_keys(cls, value: str) -> str:
        parse_keys(value)
        return value

    @property
    def keys(self) -> dict[str, str]:
        """Returns the names of the API keys by their hashes."""
        return parse_keys(self.api_keys)

    @property
    def origins(self) -> list[str]:
        """Returns the origins that may ask from a browser."""
        return split_list(self.cors_origins)

    @property
    def specs(self) -> dict[str, str]:
        """Returns the specs of the taggers by their public names."""
        return parse_specs(self.taggers)

    @property
    def default(self) -> str:
        """Returns the name of the tagger that answers when none is named."""
        if self.default_tagger:
            return self.default_tagger
        return "bilstm" if "bilstm" in self.specs else next(iter(self.specs))


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


def read_settings(**overrides: Any) -> Settings:
    """Builds the settings; raises `ConfigError` naming the variable that is wrong."""
    try:
        settings = Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = variable("_".join(str(part) for part in first["loc"]))
        reason = _reason(str(first["loc"][0]), first["type"], first["msg"])
        secret = first["loc"] == ("api_keys",)
        got = "" if secret else f" (got {str(first['input'])[:80]!r})"
        raise ConfigError(f"{name}: {reason}{got}") from None
    if settings.default not in settings.specs:
        known = ", ".join(settings.specs)
        raise ConfigError(
            f"{variable('default_tagger')}: {settings.default!r} is not among the taggers: {known}"
        )
    return settings


def _reason(name: str, kind: str, message: str) -> str:
    """Returns the reason why a setting is wrong."""
    bounds = bounds_of(name)
    if bounds and kind != "value_error":
        return f"expected a number from {bounds}"
    return message.removeprefix("Value error, ")


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
