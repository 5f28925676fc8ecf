"""The net: word, character and shape features -> a recurrent or convolutional encoder -> CRF.

After Lample et al. (2016) and Ma and Hovy (2016). Features depend on the word alone, so that
serving computes them once for each distinct word.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ner_service.nets.config import NetConfig
from ner_service.nets.crf import CRF
from ner_service.nets.vocab import PAD, UNKNOWN
from ner_service.nets.weights import CONV_WIDTH

SHORT_WORD = 10  # characters, with the marks of start and end
RECURRENT = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


@dataclass(frozen=True, slots=True)
class Words:
    """The distinct words of a batch as features."""

    ids: Tensor  # words
    vectors: Tensor  # words x vector_dim
    chars: Tensor  # words x characters, word start and end included
    shapes: Tensor  # words
    rare: Tensor | None = None  # words; in training, true for those seen but once


@dataclass(frozen=True, slots=True)
class Batch:
    """Units of text: each token points at one of the distinct words."""

    words: Words
    index: Tensor  # batch x length
    mask: Tensor  # batch x length
    conventions: Tensor  # batch


class Characters(nn.Module):
    """Reads the characters of words; subclasses say how.

    The few long words are read apart, so that the many short ones need not be padded to them.
    """

    def __init__(self, chars: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.table = nn.Embedding(chars, dim, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)

    def forward(self, chars: Tensor) -> Tensor:
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
        """Features of words from vectors of characters, of which the mask is true on real ones."""
        raise NotImplementedError


class CharCNN(Characters):
    """Width-3 convolution over characters, then the maximum over those of the word itself."""

    def __init__(self, chars: int, dim: int, size: int, dropout: float) -> None:
        super().__init__(chars, dim, dropout)
        self.conv = nn.Conv1d(dim, size, CONV_WIDTH, padding=CONV_WIDTH // 2)

    def read(self, x: Tensor, mask: Tensor) -> Tensor:
        found = self.conv(x.transpose(1, 2))  # words x size x characters
        masked: Tensor = found.masked_fill(~mask.unsqueeze(1), -torch.inf)
        return masked.amax(2)


class CharLSTM(Characters):
    """The last states of an LSTM run over the characters both ways."""

    def __init__(self, chars: int, dim: int, size: int, dropout: float) -> None:
        super().__init__(chars, dim, dropout)
        self.both = Both("lstm", dim, size // 2)

    def read(self, x: Tensor, mask: Tensor) -> Tensor:
        states = self.both(x, mask)  # words x characters x size
        half = states.shape[2] // 2
        last = (mask.sum(1) - 1)[:, None, None].expand(-1, 1, half)
        return torch.cat([states[:, :, :half].gather(1, last)[:, 0], states[:, 0, half:]], 1)


class Both(nn.Module):
    """One recurrent layer in both directions; each row is reversed within its own length."""

    def __init__(self, cell: str, inputs: int, hidden: int) -> None:
        super().__init__()
        self.forth = RECURRENT[cell](inputs, hidden, batch_first=True)
        self.back = RECURRENT[cell](inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        flip = _flip(mask)
        forth = self.forth(x)[0]
        back = _take(self.back(_take(x, flip))[0], flip)
        return torch.cat([forth, back], 2)  # batch x length x 2 hidden


def _flip(mask: Tensor) -> Tensor:
    places = torch.arange(mask.shape[1], device=mask.device)
    mirrored = mask.sum(1, keepdim=True) - 1 - places
    return torch.where(mirrored >= 0, mirrored, places)


def _take(x: Tensor, places: Tensor) -> Tensor:
    return x.gather(1, places.unsqueeze(2).expand(-1, -1, x.shape[2]))


class Convolution(nn.Module):
    """One width-3 convolution over tokens; padding counts as the zeros beyond the text."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, 2 * hidden, CONV_WIDTH, padding=CONV_WIDTH // 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x * mask.unsqueeze(2)
        found: Tensor = self.conv(x.transpose(1, 2)).transpose(1, 2)
        return found.relu()


class Dropout(nn.Module):
    """Variational dropout (Gal and Ghahramani 2016), one mask for all tokens of a row; or plain."""

    def __init__(self, rate: float, variational: bool) -> None:
        super().__init__()
        self.rate, self.variational = rate, variational

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.rate:
            return x
        if not self.variational:
            return F.dropout(x, self.rate)
        return x * F.dropout(torch.ones_like(x[:, :1]), self.rate)


@dataclass(frozen=True, slots=True)
class Rates:
    """What is left out at random in training: features, states, characters, and known words.

    Words seen but once are left out at the rate `rare`, if that is higher than `words`.
    """

    features: float = 0.3
    states: float = 0.3
    words: float = 0.05
    rare: float = 0.0
    chars: float = 0.0
    variational: bool = True


class Net(nn.Module):
    """Emits a score for each tag at each token, and holds the CRF that reads them."""

    def __init__(
        self, config: NetConfig, words: int, chars: int, shapes: int, rates: Rates = Rates()
    ) -> None:
        super().__init__()
        self.config, self.rates = config, rates
        self.words = _word_table(words, config.word_dim) if config.word_dim else None
        self.unknown = nn.Parameter(torch.zeros(config.vector_dim))
        self.chars = _char_encoder(config, chars, rates.chars)
        self.shapes = nn.Embedding(shapes, config.shape_dim)
        self.conventions = nn.Embedding(len(config.conventions), config.convention_dim)
        sizes = [config.feature_dim + config.convention_dim]
        sizes += [2 * config.hidden] * (config.layers - 1)
        self.layers = nn.ModuleList(_layer(config, size) for size in sizes)
        self.dropout = Dropout(rates.features, rates.variational)
        self.between = Dropout(rates.states, rates.variational)
        states, inner = 2 * config.hidden, config.head_hidden
        self.inner = nn.Linear(states, inner) if inner else None
        self.head = nn.Linear(inner or states, len(config.tags))
        self.crf = CRF(config.tags, config.scheme)

    def forward(self, batch: Batch) -> Tensor:
        """Emissions: batch x length x tags."""
        x = F.embedding(batch.index, self.features(batch.words))
        if self.config.convention_dim:
            convention = self.conventions(batch.conventions)
            x = torch.cat([x, convention[:, None].expand(-1, x.shape[1], -1)], 2)
        x = self.dropout(x)
        for layer in self.layers:
            x = self.between(layer(x, batch.mask))
        if self.inner is not None:
            x = self.inner(x).tanh()
        emissions: Tensor = self.head(x)
        return emissions

    def features(self, words: Words) -> Tensor:
        """What each distinct word looks like: words x feature_dim."""
        shape, device = words.shapes.shape, words.shapes.device
        rates = torch.full(shape, float(self.rates.words), device=device)
        if words.rare is not None:
            rates = rates.masked_fill(words.rare, max(self.rates.words, self.rates.rare))
        dropped = torch.rand_like(rates).lt(rates).unsqueeze(1) & self.training
        found = []
        if self.config.vector_dim:
            known = words.vectors.any(1, keepdim=True) & ~dropped
            found.append(torch.where(known, words.vectors, self.unknown))
        if self.words is not None:
            found.append(self.words(words.ids.masked_fill(dropped[:, 0], UNKNOWN)))
        if self.chars is not None:
            found.append(self.chars(words.chars))
        found.append(self.shapes(words.shapes))
        return torch.cat(found, 1)


def _word_table(words: int, dim: int) -> nn.Embedding:
    table = nn.Embedding(words, dim, sparse=True)
    nn.init.uniform_(table.weight, -((3 / dim) ** 0.5), (3 / dim) ** 0.5)  # variance 1 / dim
    return table


def _char_encoder(config: NetConfig, chars: int, dropout: float) -> nn.Module | None:
    if config.char_encoder == "none":
        return None
    kind = CharCNN if config.char_encoder == "cnn" else CharLSTM
    return kind(chars, config.char_dim, config.char_size, dropout)


def _layer(config: NetConfig, inputs: int) -> nn.Module:
    if config.encoder == "cnn":
        return Convolution(inputs, config.hidden)
    return Both(config.encoder, inputs, config.hidden)
