"""The net: word, character and shape features -> a recurrent or convolutional encoder -> CRF.

After Lample et al. (2016) and Ma and Hovy (2016). Features depend on the word alone, so that
serving computes them once for each distinct word. What else a token's input holds, its convention
and its spacing, is of few kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ner_service.nets.config import Dropout, NetConfig
from ner_service.nets.crf import CRF
from ner_service.nets.vocab import PAD, UNKNOWN
from ner_service.nets.weights import CONV_WIDTH, Shape, shapes
from ner_service.text.spacing import SPACE

SHORT_WORD = 10  # characters, with the marks of start and end; most words are that short
RECURRENT = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
Shapes = Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """The features of the distinct words of a batch."""

    ids: Tensor  # words
    vectors: Tensor  # words x vector_dim
    chars: Tensor  # words x characters, word start and end included
    shapes: Tensor  # words
    rare: Tensor | None = None  # words; in training, true for those that occur once


@dataclass(frozen=True, slots=True)
class Batch:
    """Units of text, where each token points at one of the batch's distinct words."""

    words: WordFeatures
    index: Tensor  # batch x length
    mask: Tensor  # batch x length
    conventions: Tensor  # batch
    spacings: Tensor | None = None  # batch x length; None: a space before every token


class Characters(nn.Module):
    """Reads the characters of words; a subclass says how in `read`.

    The few long words are read apart, so that the many short ones need not be padded to them.
    """

    def __init__(self, table: Shape, dropout: float) -> None:
        super().__init__()
        self.table = _embedding(table, padding=PAD)
        self.dropout = nn.Dropout(dropout)

    def forward(self, chars: Tensor) -> Tensor:
        """Return the features of words from the ids of their characters: words x char_size."""
        long = (chars[:, SHORT_WORD:] != PAD).any(1)
        order = torch.cat([long.logical_not().nonzero(), long.nonzero()])[:, 0]
        short, rest = chars[order].tensor_split([len(chars) - int(long.sum())])
        parts = [
            self.read(self.dropout(self.table(part)), part != PAD)
            for part in (short[:, :SHORT_WORD], rest)
            if len(part)
        ]
        return torch.cat(parts)[order.argsort()]

    def read(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return features of words from words x characters x char_dim; the mask is true on them."""
        raise NotImplementedError


class CharCNN(Characters):
    """A width-3 convolution over characters, then the maximum over those of the word itself."""

    def __init__(self, shape: Shapes, dropout: float) -> None:
        super().__init__(shape["chars.table.weight"], dropout)
        self.conv = _convolution(shape["chars.conv.weight"])

    def read(self, x: Tensor, mask: Tensor) -> Tensor:
        states = self.conv(x.transpose(1, 2))  # words x char_size x characters
        masked: Tensor = states.masked_fill(~mask.unsqueeze(1), -torch.inf)
        return masked.amax(2)


class CharLSTM(Characters):
    """The last states of an LSTM that runs over the characters in both directions."""

    def __init__(self, shape: Shapes, dropout: float) -> None:
        super().__init__(shape["chars.table.weight"], dropout)
        self.both = Bidirectional("lstm", shape, "chars.both")

    def read(self, x: Tensor, mask: Tensor) -> Tensor:
        states = self.both(x, mask)  # words x characters x char_size
        half = states.shape[2] // 2
        last = (mask.sum(1) - 1)[:, None, None].expand(-1, 1, half)
        return torch.cat([states[:, :, :half].gather(1, last)[:, 0], states[:, 0, half:]], 1)


CharEncoders = dict[str, type[CharCNN | CharLSTM]]
CHAR_ENCODERS: CharEncoders = {"cnn": CharCNN, "lstm": CharLSTM}


class Bidirectional(nn.Module):
    """A recurrent layer in both directions; each row is reversed within its own length."""

    def __init__(self, cell: str, shape: Shapes, prefix: str) -> None:
        super().__init__()
        inputs = shape[f"{prefix}.forth.weight_ih_l0"][1]
        hidden = shape[f"{prefix}.forth.weight_hh_l0"][1]
        self.forth = RECURRENT[cell](inputs, hidden, batch_first=True)
        self.back = RECURRENT[cell](inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the states of both directions: batch x length x 2 hidden."""
        reverse: Any = _Reversal.apply
        places = _mirrored_places(mask)
        forth = self.forth(x)[0]
        back = reverse(self.back(reverse(x, places))[0], places)
        return torch.cat([forth, back], 2)


def _mirrored_places(mask: Tensor) -> Tensor:
    """Return where each token comes from when rows are reversed: batch * length."""
    places = torch.arange(mask.shape[1], device=mask.device)
    mirrored = mask.sum(1, keepdim=True) - 1 - places
    starts = torch.arange(len(mask), device=mask.device).unsqueeze(1) * mask.shape[1]
    return (starts + torch.where(mirrored >= 0, mirrored, places)).flatten()


class _Reversal(torch.autograd.Function):
    """Tokens in the order of places that undo themselves, so that the gradient is the same pass.

    Autograd's own gradient would add up number by number, as if a token could go to two places.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(places)
        return x.flatten(0, 1).index_select(0, places).view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (gradient,), (places,) = gradients, ctx.saved_tensors  # batch x length x size
        return gradient.flatten(0, 1).index_select(0, places).view_as(gradient), None


class Convolution(nn.Module):
    """A width-3 convolution over tokens; padding counts as the zeros beyond the text."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv = _convolution(shape)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the states of the tokens: batch x length x 2 hidden."""
        x = x * mask.unsqueeze(2)
        states: Tensor = self.conv(x.transpose(1, 2)).transpose(1, 2)
        return states.relu()


class FeatureDropout(nn.Module):
    """Variational dropout (Gal and Ghahramani 2016), one mask for all tokens of a row; or plain."""

    def __init__(self, rate: float, variational: bool) -> None:
        super().__init__()
        self.rate, self.variational = rate, variational

    def forward(self, x: Tensor) -> Tensor:
        """Return batch x length x size with some of it set to zero in training."""
        if not self.training or not self.rate:
            return x
        if not self.variational:
            return F.dropout(x, self.rate)
        return x * F.dropout(torch.ones_like(x[:, :1]), self.rate)


class Net(nn.Module):
    """The net that scores each tag at each token, and the CRF that reads these scores."""

    def __init__(
        self,
        config: NetConfig,
        word_count: int,
        char_count: int,
        shape_count: int,
        dropout: Dropout = Dropout(),
        char_encoders: CharEncoders = CHAR_ENCODERS,
    ) -> None:
        """Build a net for vocabularies of so many symbols; the CRF is over `config.tags`.

        `char_encoders` are the classes that read characters, by their names in a configuration.
        """
        super().__init__()
        shape = shapes(config, word_count, char_count, shape_count)
        self.config, self.rates = config, dropout
        self.words = _word_table(shape["words.weight"]) if config.word_dim else None
        self.unknown = nn.Parameter(torch.zeros(shape["unknown"]))
        char_encoder = char_encoders.get(config.char_encoder)
        self.chars = char_encoder(shape, dropout.chars) if char_encoder else None
        self.shapes = _embedding(shape["shapes.weight"])
        self.conventions = _embedding(shape["conventions.weight"])
        self.spacings = _embedding(shape["spacings.weight"]) if config.spacing_dim else None
        self.layers = nn.ModuleList(_layer(config, shape, n) for n in range(config.layers))
        self.dropout = FeatureDropout(dropout.features, dropout.variational)
        self.between = FeatureDropout(dropout.states, dropout.variational)
        self.inner = _linear(shape["inner.weight"]) if config.head_hidden else None
        self.head = _linear(shape["head.weight"])
        self.crf = CRF(config.tags, config.scheme)

    def forward(self, batch: Batch) -> Tensor:
        """Return the emissions: batch x length x tags."""
        x = F.embedding(batch.index, self.features(batch.words))  # batch x length x feature_dim
        if self.config.convention_dim:
            convention = self.conventions(batch.conventions)
            x = torch.cat([x, convention[:, None].expand(-1, x.shape[1], -1)], 2)
        if self.spacings is not None:
            before = torch.full_like(batch.index, SPACE)
            x = torch.cat(
                [x, self.spacings(before if batch.spacings is None else batch.spacings)], 2
            )
        x = self.dropout(x)
        for layer in self.layers:
            x = self.between(layer(x, batch.mask))  # batch x length x 2 hidden
        if self.inner is not None:
            x = self.inner(x).tanh()
        emissions: Tensor = self.head(x)
        return emissions

    def features(self, words: WordFeatures) -> Tensor:
        """Return the features of each distinct word: words x feature_dim."""
        shape, device = words.shapes.shape, words.shapes.device
        rates = torch.full(shape, float(self.rates.words), device=device)
        if words.rare is not None:
            rates = rates.masked_fill(words.rare, max(self.rates.words, self.rates.rare))
        dropped = torch.rand_like(rates).lt(rates).unsqueeze(1) & self.training  # words x 1
        parts = []
        if self.config.vector_dim:
            has_vector = words.vectors.any(1, keepdim=True) & ~dropped
            parts.append(torch.where(has_vector, words.vectors, self.unknown))
        if self.words is not None:
            parts.append(self.words(words.ids.masked_fill(dropped[:, 0], UNKNOWN)))
        if self.chars is not None:
            parts.append(self.chars(words.chars))
        parts.append(self.shapes(words.shapes))
        return torch.cat(parts, 1)


def _word_table(shape: Shape) -> nn.Embedding:
    table = _embedding(shape, sparse=True)
    bound = (3 / shape[1]) ** 0.5  # a uniform distribution of variance 1 / word_dim
    nn.init.uniform_(table.weight, -bound, bound)
    return table


def _layer(config: NetConfig, shape: Shapes, n: int) -> nn.Module:
    if config.encoder == "cnn":
        return Convolution(shape[f"layers.{n}.conv.weight"])
    return Bidirectional(config.encoder, shape, f"layers.{n}")


def _embedding(shape: Shape, padding: int | None = None, sparse: bool = False) -> nn.Embedding:
    rows, size = shape
    return nn.Embedding(rows, size, padding, sparse=sparse)


def _linear(shape: Shape) -> nn.Linear:
    outputs, inputs = shape
    return nn.Linear(inputs, outputs)


def _convolution(shape: Shape) -> nn.Conv1d:
    outputs, inputs, width = shape
    return nn.Conv1d(inputs, outputs, width, padding=CONV_WIDTH // 2)
