"""The shape of a net: everything that must be known to build it and to serve it."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from ner_service.labels import Scheme, tag_set

Encoder = Literal["lstm", "gru", "rnn", "cnn"]
CharEncoder = Literal["cnn", "lstm", "none"]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Size = Annotated[int, Field(gt=0)]
SizeOrNone = Annotated[int, Field(ge=0)]  # a size, 0 for none
Temperature = Annotated[float, Field(ge=0.05, le=20)]  # beyond, scores are 0 and 1 or all alike


@dataclass(frozen=True, slots=True)
class NetConfig:
    """Sizes and choices of a net; `hidden` counts units of one direction.

    `vectors` is `navec`, a file in word2vec's text format, or empty; `word_dim` is the size of
    a learned word table, 0 for none. `head_hidden` is the size of a tanh layer between the
    encoder and the tags, 0 for none. With `zero_digits` every digit is read as 0. `unit_tokens`
    bounds the runs of whole sentences that are read together. A `convention` is a way of
    annotating: each corpus has one, and the first answers when serving. `temperature` divides
    the scores of paths before they become probabilities of entities, once it has been fitted.
    """

    labels: Names
    scheme: Scheme = "BIOES"
    vectors: str = "navec"
    vector_dim: SizeOrNone = 300
    word_dim: SizeOrNone = 0
    char_encoder: CharEncoder = "cnn"
    char_dim: Size = 32
    char_size: SizeOrNone = 96
    shape_dim: SizeOrNone = 24
    encoder: Encoder = "lstm"
    hidden: Size = 128
    layers: Size = 1
    head_hidden: SizeOrNone = 0
    zero_digits: bool = False
    conventions: Names = ("default",)
    unit_tokens: Size = 64
    temperature: Temperature | None = None
    tags: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(tag_set(self.labels, self.scheme)))

    @property
    def feature_dim(self) -> int:
        """The size of what the encoder reads at a token, the convention apart."""
        return self.vector_dim + self.word_dim + self.char_size + self.shape_dim

    @property
    def convention_dim(self) -> int:
        """The size of a convention's embedding: none where there is but one."""
        return 8 if len(self.conventions) > 1 else 0


def odd_halves(char_encoder: str, char_size: int) -> str:
    """What is wrong with the size that the characters make; empty where nothing is."""
    if char_encoder == "lstm" and char_size % 2:
        return "char_size: an LSTM over characters has two directions: an even size"
    return ""
