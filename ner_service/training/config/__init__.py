"""The training configuration: a TOML file in sections and `section.key=value` overrides."""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from ner_service.corpora.check import Overlap
from ner_service.corpora.formats.format import names as format_names
from ner_service.corpora.reading import ReadOptions
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import BOM, public_path, read_text, user_path
from ner_service.nets.config import STRICT, Dropout, NetOptions, Share
from ner_service.training.config.complaint import complain
from ner_service.training.data.annotation import check_pattern

T = TypeVar("T", str, dict[str, str])

PRESETS = Path(__file__).parents[1] / "presets"
OLD_KEYS = {  # keys of [train] in files of version 0.1, and the keys that they are now
    **{f"dropout_{name}": f"dropout.{name}" for name in ("states", "words", "rare", "chars")},
    **{
        name: f"optimiser.{name}"
        for name in ("momentum", "lr", "schedule", "lr_final", "decay", "warmup", "clip", "ema")
    },
    "optimizer": "optimiser.name",
    "dropout": "dropout.features",
    "variational": "dropout.variational",
    "case_noise": "augmentation.case",
    "punctuation_noise": "augmentation.punctuation",
    "device": "hardware.device",
    "precision": "hardware.precision",
}


class Section(BaseModel):
    """A table of the file; unknown keys are errors."""

    model_config = ConfigDict(**STRICT, frozen=True)


class Source(Section):
    """A training corpus: where it is, how it annotates, and how much it counts."""

    path: str = Field(description="a file or folder, or the name of a corpus under NER_CORPORA")
    convention: str = Field(
        "default",
        min_length=1,
        description="way of annotating; the model answers in that of the first corpus",
    )
    weight: float = Field(1.0, gt=0, description="factor of its loss")
    labels: dict[str, str] = Field({}, description="FROM = TO; an empty TO drops the label")
    relabel: dict[str, str] = Field(
        {}, description="PATTERN = LABEL for entities whose whole text matches; empty drops them"
    )
    split_parentheses: bool = Field(
        False, description="make two entities of one that ends in parentheses"
    )
    outside: str = Field(
        "", description="PATTERN that is cut off a name's beginning, as are quotes around the rest"
    )
    streets: bool = Field(
        False, description="make a LOC of each PER behind a Russian word for a street"
    )
    format: str = Field("", description="the format, where the file's ending says too little")
    columns: str = Field(
        "", description="keys of text and entities, or numbers of token and tag: `2,4`"
    )
    overlap: Overlap = Field(
        "error", description="of overlapping entities keep: longest, first, innermost; or error"
    )
    lenient: bool = Field(False, description="let a stray I- tag begin an entity")
    names: tuple[str, ...] = Field((), description="what the numbers of tags or labels mean")
    annotator: str = Field(
        "", description="Label Studio: whose annotation, last, or predictions; none: the first"
    )

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: str) -> str:
        if value and value not in format_names():
            raise ValueError(f"expected one of {', '.join(format_names())}")
        return value

    @model_validator(mode="after")
    def _column_pair(self) -> Self:
        try:
            self.options().column_pair()
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return self

    def options(self) -> ReadOptions:
        """Return how the corpus is read."""
        return ReadOptions(
            self.format, self.columns, self.overlap, self.lenient, self.names, self.annotator
        )

    @field_validator("relabel", "outside")
    @classmethod
    def _patterns(cls, value: T) -> T:
        for pattern in (value,) if isinstance(value, str) else value:
            check_pattern(pattern)
        return value


class DevSource(Source):
    """A corpus that judges epochs, and the convention in which it is answered."""

    convention: str = Field(
        "", description="the convention of the answers to it; none: that of the first corpus"
    )


class Data(Section):
    """The corpora that are read."""

    train: tuple[Source, ...] = Field(min_length=1, description="corpora to learn from")
    dev: tuple[DevSource, ...] = Field(
        min_length=1, description="corpora whose mean strict F1 chooses the epoch"
    )


class Train(Section):
    """The length of a run, its steps, its seed and its curves."""

    epochs: int = Field(12, gt=0, description="most passes over the data")
    steps: int = Field(
        1000, ge=0, description="fewest steps: with little data, epochs and patience grow to make "
        "them; 0 where only epochs are set"
    )  # fmt: skip
    patience: int = Field(4, gt=0, description="epochs without a better dev F1 before stopping")
    batch_tokens: int = Field(1200, gt=0, description="tokens of a step, padding included")
    share: float = Field(
        1.0, gt=0, le=1, description="share of the training documents to use, drawn by the seed"
    )
    seed: int = Field(0, ge=0, lt=2**63, description="of weights, order, dropout and augmentation")
    tensorboard: bool = Field(True, description="write curves for TensorBoard to OUTPUT.runs")

    @model_validator(mode="before")
    @classmethod
    def _count_epochs(cls, values: Any) -> Any:
        """Let no run be longer than the epochs that somebody asked for."""
        if isinstance(values, dict) and "epochs" in values:
            return {"steps": 0} | values
        return values


class Optimiser(Section):
    """The way in which weights follow gradients."""

    name: Literal["adam", "sgd"] = Field("adam", description="adam or sgd")
    momentum: float = Field(0.0, ge=0, lt=1, description="sgd: momentum")
    lr: float = Field(2e-3, gt=0, description="the peak learning rate")
    schedule: Literal["cosine", "inverse", "exponential"] = Field(
        "cosine",
        description="a cosine down to lr_final; lr / (1 + decay * epoch); or lr * decay ** epoch",
    )
    lr_final: float = Field(0.02, ge=0, description="cosine: share of the peak rate at the end")
    decay: float = Field(0.0, ge=0, description="inverse, exponential: decay of the rate")
    warmup: Share = Field(0.03, description="cosine: share of all steps")
    clip: float = Field(5.0, ge=0, description="largest norm of the gradient; 0 for no limit")
    ema: Share = Field(0.998, description="decay of the weights' moving average; 0 for none")

    @model_validator(mode="after")
    def _needs_decay(self) -> Self:
        if self.schedule == "exponential" and not self.decay:
            raise ValueError("decay: the exponential schedule needs one above 0")
        return self


class Augmentation(Section):
    """The shares of training units that are changed at random, and the texts that are added."""

    names: float = Field(
        0.0, ge=0, le=1, description="share of documents that are added once more with other names"
    )
    records: float = Field(
        0.0, ge=0, description="texts of offices that are added: lists, forms, addresses; as a "
        "share of the data's tokens"
    )  # fmt: skip
    scans: float = Field(
        0.0, ge=0, le=1, description="share of documents, made ones too, that are added once more "
        "as a scanner reads them"
    )  # fmt: skip
    lists: str = Field(
        "", description="a folder of tables with more names for these; see Data by program"
    )
    spacing: Share = Field(
        0.0, description="share of units that get line ends, signs or blanks at some places"
    )
    case: Share = Field(0.0, description="share of units put in lower or upper case")
    punctuation: Share = Field(0.0, description="share of units that lose their punctuation")


class Hardware(Section):
    """The device that trains, and the precision of its matrix products."""

    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="fp32, bf16, or bf16 where the hardware multiplies it fast"
    )


class TrainConfig(Section):
    """A whole training run."""

    preset: str = Field("ours", description="the settings that hold where the file has none")
    name: str = Field(min_length=1, pattern=r"^[\w.-]+$", description="the model's name")
    output: str = Field(description="the model folder to write")
    languages: tuple[str, ...] = Field(("ru",), description="codes of the text's languages")
    data: Data
    net: NetOptions = NetOptions()
    train: Train = Train()
    optimiser: Optimiser = Optimiser()
    dropout: Dropout = Dropout()
    augmentation: Augmentation = Augmentation()
    hardware: Hardware = Hardware()
    _written: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("output")
    @classmethod
    def _expand_home(cls, value: str) -> str:
        return str(user_path(value))

    def key(self, name: str) -> str:
        """Return a key as the user wrote it, which is the old name in an older file."""
        return self._written.get(name, name)

    def public(self) -> dict[str, Any]:
        """Return the values as they may be published: no path names a folder of this machine."""
        values = self.model_dump(mode="json")
        values["output"] = public_path(self.output)
        values["net"]["vectors"] = public_path(self.net.vectors)
        values["augmentation"]["lists"] = public_path(self.augmentation.lists)
        for source in (*values["data"]["train"], *values["data"]["dev"]):
            source["path"] = public_path(source["path"])
        return values


@dataclass(frozen=True)
class Written:
    """A configuration as it is written: values, keys by their older names, and `--set`s by key.

    `ranges` is the section `tune`, which `ner-service tune` reads.
    """

    values: dict[str, Any]
    names: dict[str, str]
    origins: dict[str, str]
    ranges: object


def read_written(path: Path, overrides: Iterable[str] = ()) -> Written:
    """Read the file and apply `section.key=value`, without checking the values."""
    try:
        values = tomllib.loads(read_text(path).removeprefix(BOM))
    except CorpusError as error:
        raise ConfigError(str(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    names: dict[str, str] = {}
    _move_old_keys(values, names)
    origins = {_override(values, override, names): override for override in overrides}
    _move_old_keys(values, names)
    ranges = values.pop("tune", {})
    return Written(values, names, origins, ranges)


def read_config(path: Path, overrides: Iterable[str] = ()) -> TrainConfig:
    """Read the file and apply `section.key=value`; raise `ConfigError` that names the key."""
    file = read_written(path, overrides)
    values, written, origins = file.values, file.names, file.origins
    values = _merge(_preset(values.get("preset", "ours")), values)
    try:
        config = TrainConfig.model_validate(values)
    except ValidationError as error:
        key, complaint = complain(error, written, _tables(error))
        raise ConfigError(f"{_origin(key, origins) or path}: {complaint}") from None
    config._written.update(written)
    return config


def presets() -> list[str]:
    """Return the names of the presets that come with the package."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def _preset(name: object) -> dict[str, Any]:
    if name not in presets():
        raise ConfigError(f"preset: {name!r}: known are {', '.join(presets())}")
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def _move_old_keys(values: dict[str, Any], written: dict[str, str]) -> None:
    """Move the keys of an older file to their sections; `written` gets their old names."""
    table = values.get("train")
    if not isinstance(table, dict):
        return
    for old in [key for key in OLD_KEYS if key in table]:
        section, key = OLD_KEYS[old].split(".")
        target = values.setdefault(section, {})
        if not isinstance(target, dict) or key in target:
            raise ConfigError(f"train.{old}: is {section}.{key} now, which is there too: keep one")
        target[key] = table.pop(old)
        written |= {f"{section}.{key}": f"train.{old}", section: "train"}


def _merge(under: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with all that only `under` has, table by table."""
    return under | {
        key: _merge(under[key], value)
        if isinstance(value, dict) and isinstance(under.get(key), dict)
        else value
        for key, value in values.items()
    }


def _tables(error: ValidationError) -> dict[str, str]:
    """Return the table of each key; those of version 0.1 are keys where the error is in theirs."""
    sections = {"": TrainConfig, "data.train": Source, **TrainConfig.__annotations__}
    is_old = any(fault["loc"][:1] == ("train",) for fault in error.errors())
    return {
        name: table
        for table, section in sections.items()
        for name in getattr(section, "__annotations__", ())
    } | dict.fromkeys(OLD_KEYS if is_old else (), "train")


def _origin(key: str, origins: Mapping[str, str]) -> str:
    """Return the `--set` that wrote a key, or nothing."""
    inside = (text for name, text in origins.items() if f"{key}.".startswith(f"{name}."))
    return next((f"--set {text}" for text in inside), "")


def _override(values: dict[str, Any], override: str, written: dict[str, str]) -> str:
    """Put the value of `section.key=value` into the table of values, and return its key."""
    name, equals, text = override.partition("=")
    if not (name and equals):
        raise ConfigError(f"--set {override!r}: expected key=value, such as train.epochs=20")
    key = OLD_KEYS.get(name.removeprefix("train."), name) if name.startswith("train.") else name
    *tables, last = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise ConfigError(f"--set {override!r}: {table!r} is not a table")
    values[last] = text
    with suppress(tomllib.TOMLDecodeError):
        values[last] = tomllib.loads(f"value = {text}")["value"]
    for new, old in ((key, name), (key.rpartition(".")[0], name.rpartition(".")[0])):
        written.pop(new, None)
        written |= {new: old} if new != old else {}
    return key
