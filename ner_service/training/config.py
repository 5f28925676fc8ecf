"""The training configuration: a TOML file and `key=value` overrides, checked once."""

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ner_service.errors import ConfigError
from ner_service.labels import Scheme
from ner_service.nets.config import CharEncoder, Encoder, odd_halves
from ner_service.training.data.annotation import check_pattern

T = TypeVar("T", str, dict[str, str])

PRESETS = Path(__file__).with_name("presets")


class Section(BaseModel):
    """A table of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Source(Section):
    """One training corpus: where it is, how it annotates, and how much it counts."""

    path: str = Field(description="a file or folder, or the name of a corpus under NER_CORPORA")
    convention: str = Field(
        "default", description="the way of annotating; that of the first corpus answers"
    )
    weight: float = Field(1.0, gt=0, description="how much its loss counts")
    labels: dict[str, str] = Field({}, description="FROM = TO; an empty TO drops the label")
    relabel: dict[str, str] = Field(
        {}, description="PATTERN = LABEL for entities whose whole text matches; empty drops them"
    )
    split_parentheses: bool = Field(
        False, description="make two entities of one that ends in parentheses"
    )
    outside: str = Field(
        "", description="PATTERN at a name's beginning that is none of it, nor are quotes behind it"
    )

    @field_validator("relabel", "outside")
    @classmethod
    def _patterns(cls, value: T) -> T:
        for pattern in (value,) if isinstance(value, str) else value:
            check_pattern(pattern)
        return value


class DevSource(Source):
    """A corpus to be judged by, and the convention in which it is answered."""

    convention: str = Field(
        "", description="the convention it is answered in; none: that of the first corpus"
    )


class Data(Section):
    """What is read: sources to train on, and the corpora that choose the best epoch."""

    train: tuple[Source, ...] = Field(min_length=1, description="corpora to learn from")
    dev: tuple[DevSource, ...] = Field(
        min_length=1, description="corpora whose mean strict F1 chooses the epoch"
    )


class NetSection(Section):
    """The net; see `NetConfig`."""

    scheme: Scheme = Field("BIOES", description="how tags mark entities: BIO or BIOES")
    vectors: str = Field(
        "navec", description="word vectors: navec, a file in word2vec's text format, or none"
    )
    word_dim: int = Field(0, ge=0, description="size of a learned word's vector; 0 for none")
    char_encoder: CharEncoder = Field("cnn", description="over characters: cnn, lstm or none")
    char_dim: int = Field(32, gt=0, description="size of a character's vector")
    char_size: int = Field(96, ge=2, description="size of what the characters make, both ways")
    shape_dim: int = Field(24, ge=0, description="size of the word shape's vector; 0 for none")
    encoder: Encoder = Field("lstm", description="over tokens: lstm, gru, rnn or cnn")
    hidden: int = Field(128, gt=0, description="units of one direction")
    layers: int = Field(1, gt=0, description="layers of the encoder")
    head_hidden: int = Field(0, ge=0, description="a tanh layer before the tags; 0 for none")
    zero_digits: bool = Field(False, description="read every digit as 0")
    unit_tokens: int = Field(64, gt=0, description="tokens of context read together")

    @field_validator("vectors")
    @classmethod
    def _none(cls, value: str) -> str:
        return "" if value == "none" else value

    @model_validator(mode="after")
    def _reads(self) -> Self:
        if not (self.vectors or self.word_dim or self.shape_dim or self.char_encoder != "none"):
            raise ValueError("vectors, word_dim, char_encoder, shape_dim: one must be there")
        return self

    @model_validator(mode="after")
    def _halves(self) -> Self:
        if fault := odd_halves(self.char_encoder, self.char_size):
            raise ValueError(fault)
        return self


class Optimisation(Section):
    """How the weights are found; dropout rates are shares, `lr` the peak learning rate."""

    epochs: int = Field(12, gt=0, description="most passes over the data")
    patience: int = Field(4, gt=0, description="epochs without a better dev F1 before stopping")
    batch_tokens: int = Field(1200, gt=0, description="tokens of a step, padding included")
    optimizer: Literal["adam", "sgd"] = Field("adam", description="adam or sgd")
    momentum: float = Field(0.0, ge=0, lt=1, description="of sgd")
    lr: float = Field(2e-3, gt=0, description="the peak learning rate")
    schedule: Literal["cosine", "inverse", "exponential"] = Field(
        "cosine",
        description="a cosine down to lr_final; lr / (1 + decay * epoch); or lr * decay ** epoch",
    )
    lr_final: float = Field(0.02, ge=0, description="cosine: share of the peak rate at the end")
    decay: float = Field(0.0, ge=0, description="of the inverse or exponential schedule")
    warmup: float = Field(0.03, ge=0, lt=1, description="cosine: share of all steps")
    clip: float = Field(5.0, ge=0, description="largest norm of the gradient; 0 for any")
    ema: float = Field(0.998, ge=0, lt=1, description="weight averaging; 0 for none")
    dropout: float = Field(0.3, ge=0, lt=1, description="of what a token looks like")
    dropout_states: float = Field(0.3, ge=0, lt=1, description="of each layer's states")
    dropout_words: float = Field(0.05, ge=0, lt=1, description="of words: read as unknown")
    dropout_rare: float = Field(0.0, ge=0, lt=1, description="of words that occur once")
    dropout_chars: float = Field(0.0, ge=0, lt=1, description="of the vectors of characters")
    variational: bool = Field(True, description="one dropout mask for all tokens of a unit")
    case_noise: float = Field(0.0, ge=0, lt=1, description="share of units lower- or upper-cased")
    punctuation_noise: float = Field(
        0.0, ge=0, lt=1, description="share of units that lose their punctuation"
    )
    seed: int = Field(0, ge=0, lt=2**63, description="of weights, order and dropout")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="fp32, bf16, or bf16 where the hardware multiplies it fast"
    )
    tensorboard: bool = Field(True, description="curves for TensorBoard in OUTPUT.runs")

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.schedule == "exponential" and not self.decay:
            raise ValueError("decay: the exponential schedule needs one above 0")
        return self


class TrainConfig(Section):
    """A whole training run."""

    preset: str = Field("ours", description="whose settings hold where the file is silent")
    name: str = Field(min_length=1, pattern=r"^[\w.-]+$", description="the model's name")
    output: str = Field(description="the model folder to write")
    languages: tuple[str, ...] = Field(("ru",), description="codes of the text's languages")
    data: Data
    net: NetSection = NetSection()
    train: Optimisation = Optimisation()

    @field_validator("output")
    @classmethod
    def _home(cls, value: str) -> str:
        return str(Path(value).expanduser())

    def public(self) -> dict[str, Any]:
        """The values as they may be published: files and folders by name alone."""
        values = self.model_dump(mode="json")
        values["output"] = Path(self.output).name
        values["net"]["vectors"] = Path(self.net.vectors).name
        for source in (*values["data"]["train"], *values["data"]["dev"]):
            source["path"] = Path(source["path"]).name
        return values


KEYS = [
    key
    for section in (TrainConfig, Data, Source, NetSection, Optimisation)
    for key in section.model_fields
]


def read_config(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Reads the file and applies `table.key=value`; raises `ConfigError` naming the key."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    for override in overrides:
        _override(values, override)
    values = _over(_preset(values.get("preset", "ours")), values)
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_complaint(error)}") from None


def presets() -> list[str]:
    """The names of the presets that come with the package."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def _preset(name: object) -> dict[str, Any]:
    if name not in presets():
        raise ConfigError(f"preset: {name!r}: known are {', '.join(presets())}")
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def _over(under: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """`values`, and what `under` has besides, table by table."""
    return under | {
        key: _over(under[key], value)
        if isinstance(value, dict) and isinstance(under.get(key), dict)
        else value
        for key, value in values.items()
    }


def _complaint(error: ValidationError) -> str:
    """The first thing wrong, by the key's dotted name."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{key}: {first['msg'].removeprefix('Value error, ')}"
    near = get_close_matches(str(first["loc"][-1]), KEYS, 1)
    return f"{key}: no such key" + (f"; did you mean {near[0]}?" if near else "")


def _override(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not (key and equals):
        raise ConfigError(f"--set {override!r}: expected key=value, such as train.epochs=20")
    *tables, last = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise ConfigError(f"--set {override!r}: {table!r} is not a table")
    values[last] = _value(text)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
