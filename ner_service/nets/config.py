"""The shape of a net: everything that must be known to build it and to serve it."""

from dataclasses import dataclass, field
from typing import Literal

from ner_service.labels import Scheme, tag_set

Encoder = Literal["lstm", "gru", "rnn", "cnn"]
CharEncoder = Literal["cnn", "lstm", "none"]


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

    labels: tuple[str, ...]
    scheme: Scheme = "BIOES"
    vectors: str = "navec"
    vector_dim: int = 300
    word_dim: int = 0
    char_encoder: CharEncoder = "cnn"
    char_dim: int = 32
    char_size: int = 96
    shape_dim: int = 24
    encoder: Encoder = "lstm"
    hidden: int = 128
    layers: int = 1
    head_hidden: int = 0
    zero_digits: bool = False
    conventions: tuple[str, ...] = ("default",)
    unit_tokens: int = 64
    temperature: float | None = None
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
