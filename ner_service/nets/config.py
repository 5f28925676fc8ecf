"""The configuration of a net: all that must be known to build it, to train it and to serve it."""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ner_service.labels import Scheme, tag_set
from ner_service.nets.navec import NAVEC

Encoder = Literal["lstm", "gru", "rnn", "cnn"]
ENCODER_NAMES = {"lstm": "BiLSTM", "gru": "BiGRU", "rnn": "BiRNN", "cnn": "CNN"}
CharEncoder = Literal["cnn", "lstm", "none"]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Size = Annotated[int, Field(gt=0)]
SizeOrZero = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Temperature = Annotated[float, Field(ge=0.05, le=20)]  # beyond, scores are 0 and 1 or all alike
VectorSource = Annotated[str, AfterValidator(lambda source: "" if source == "none" else source)]
CONVENTION_DIM = 8  # enough for the few conventions that one model learns
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


def about(meaning: str) -> Any:
    """Return the description of an option, for its type and for the documentation."""
    return Field(description=meaning)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetOptions:
    """The sizes and choices of a net that a user may set; `[net]` in a training file fills it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    scheme: Annotated[Scheme, about("how tags mark entities: BIO or BIOES")] = "BIOES"
    vectors: Annotated[VectorSource, about("navec, a file in word2vec's text format, or none")] = (
        "navec"
    )
    word_dim: Annotated[SizeOrZero, about("size of a learned word's vector; 0 for none")] = 0
    char_encoder: Annotated[CharEncoder, about("reads a word's characters: cnn, lstm or none")] = (
        "cnn"
    )
    char_dim: Annotated[Size, about("size of a character's vector")] = 32
    char_size: Annotated[SizeOrZero, about("size of what char_encoder makes of a word")] = 96
    shape_dim: Annotated[SizeOrZero, about("size of a word shape's vector; 0 for none")] = 24
    spacing_dim: Annotated[
        SizeOrZero, about("size of a vector for the line end, sign or blank before a word; or 0")
    ] = 4
    usual_case: Annotated[
        bool, about("read units in capitals with each word in its usual case; with navec alone")
    ] = True
    encoder: Annotated[Encoder, about("reads the tokens: lstm, gru, rnn or cnn")] = "lstm"
    hidden: Annotated[Size, about("units of one direction of the encoder")] = 128
    layers: Annotated[Size, about("layers of the encoder")] = 1
    head_hidden: Annotated[SizeOrZero, about("size of a tanh layer before the tags; or 0")] = 0
    zero_digits: Annotated[bool, about("read every digit as 0")] = False
    unit_tokens: Annotated[Size, about("most tokens of sentences that are read together")] = 64

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        reads_chars = self.char_encoder != "none"
        if not (self.vectors or self.word_dim or self.shape_dim or reads_chars):
            raise ValueError("vectors, word_dim, char_encoder, shape_dim: one must be there")
        if reads_chars and not self.char_size:
            raise ValueError("char_size: must be above 0 where there is a char_encoder")
        if self.char_encoder == "lstm" and self.char_size % 2:
            raise ValueError("char_size: an LSTM has two directions of one size: give an even one")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig(NetOptions):
    """The options of a net with what its data decide.

    A `convention` is a way of annotating: each corpus has one, and the first answers when
    serving. `temperature` divides the scores of paths before they become probabilities of
    entities, once it has been fitted. `label_temperatures`, one a label in the order of `labels`,
    then divide the log odds of these probabilities; without any, they stay as they are.
    """

    labels: Names
    vector_dim: SizeOrZero = 300
    conventions: Names = ("default",)
    temperature: Temperature | None = None
    label_temperatures: tuple[Temperature, ...] = ()
    tags: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(tag_set(self.labels, self.scheme)))

    @model_validator(mode="after")
    def _check_data(self) -> Self:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("labels: one stands there twice")
        if bool(self.vectors) != bool(self.vector_dim):
            raise ValueError("vector_dim: above 0 with vectors, and only then")
        if self.label_temperatures and len(self.label_temperatures) != len(self.labels):
            raise ValueError("label_temperatures: one is needed for each of the labels, or none")
        if self.char_encoder == "none" and self.char_size:
            raise ValueError("char_size: above 0 with a char_encoder, and only then")
        return self

    @property
    def feature_dim(self) -> int:
        """The size of a word's features, which have no part of a token's convention or spacing."""
        return self.vector_dim + self.word_dim + self.char_size + self.shape_dim

    @property
    def restores_case(self) -> bool:
        """Return whether units in capitals are read in the usual case that navec's words have."""
        return self.usual_case and self.vectors == NAVEC

    @property
    def convention_dim(self) -> int:
        """The size of a convention's vector: 0 where there is but one convention."""
        return CONVENTION_DIM if len(self.conventions) > 1 else 0

    @property
    def input_dims(self) -> dict[str, int]:
        """The sizes of the parts that a token's input has, in their order."""
        names = ("feature_dim", "convention_dim", "spacing_dim")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout:
    """The shares of a net's inputs that training leaves out at random.

    Words that occur once are left out at the rate `rare` where that is higher than `words`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    features: Annotated[Share, about("share of a token's features that is left out")] = 0.3
    states: Annotated[Share, about("share of each layer's states that is left out")] = 0.3
    words: Annotated[Share, about("share of words that are read as unknown")] = 0.05
    rare: Annotated[Share, about("the same for words that occur once, if it is more")] = 0.0
    chars: Annotated[Share, about("share of the characters' vectors that is left out")] = 0.0
    variational: Annotated[bool, about("one mask for all tokens of a unit")] = True
