"""The service's settings, read once from the environment (prefix `NER_`)."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ner_service.types import ConfigError

PREFIX = "NER_"


class Settings(BaseSettings):
    """Every setting has its description, unit and bounds here, and nowhere else."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    taggers: str = Field(
        "natasha,bilstm", description="taggers to serve: NAME or NAME=SPEC, by commas"
    )
    default_tagger: str = Field("", description="who answers when a request names no tagger")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    max_text_chars: int = Field(1_000_000, gt=0, description="longest text, in characters")
    max_batch_texts: int = Field(1_000, gt=0, description="most texts in one batch request")
    max_body_bytes: int = Field(16_000_000, gt=0, description="largest request body, in bytes")
    queue_chars: int = Field(
        4_000_000, gt=0, description="characters that may wait for one tagger before 429"
    )
    batch_chars: int = Field(20_000, gt=0, description="characters tagged in one go")
    timeout_s: float = Field(30.0, gt=0, description="seconds until a request gets 504")

    @field_validator("taggers")
    @classmethod
    def _names(cls, value: str) -> str:
        names = list(specs(value))
        if not names:
            raise ValueError("names no tagger")
        return value

    @property
    def specs(self) -> dict[str, str]:
        """Public name -> spec."""
        return specs(self.taggers)

    @property
    def default(self) -> str:
        """The tagger that answers when none is named."""
        if self.default_tagger:
            return self.default_tagger
        return "bilstm" if "bilstm" in self.specs else next(iter(self.specs))


def specs(value: str) -> dict[str, str]:
    """Reads `a,b=spacy:x`; raises `ValueError` on a name given twice."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        name, _, spec = part.partition("=")
        if name in found:
            raise ValueError(f"names {name!r} twice")
        found[name] = spec or name
    return found


def read_settings(**overrides: Any) -> Settings:
    """Builds the settings; raises `ConfigError` naming the variable that is wrong."""
    try:
        settings = Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{name}: {first['msg']}") from None
    if settings.default not in settings.specs:
        known = ", ".join(settings.specs)
        raise ConfigError(f"{PREFIX}DEFAULT_TAGGER: {settings.default!r} is not in {known}")
    return settings


def settings_table() -> str:
    """The settings as a Markdown table."""
    fields: Mapping[str, Any] = Settings.model_fields
    rows = [
        f"| `{PREFIX}{name.upper()}` | `{field.default}` | {field.description} |"
        for name, field in fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
