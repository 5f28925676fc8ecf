"""A tabulated CNN over characters is the net's own, and so are its gradients."""

import pytest
import torch
from torch import Tensor

from ner_service.nets.encoder import SHORT_WORD, CharCNN
from ner_service.nets.vocab import END, PAD, START
from ner_service.training.compiled.char_cnn import TabulatedCharCNN

CHARS, SIZE = 30, 7
SHAPES = {"chars.table.weight": (CHARS, 5), "chars.conv.weight": (SIZE, 5, 3)}
LENGTHS = [0, 1, 3, 3, SHORT_WORD, 2 * SHORT_WORD, 1]


def spell(lengths: list[int]) -> Tensor:
    rows = [[START, *torch.randint(END + 1, CHARS, (length,)).tolist(), END] for length in lengths]
    width = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])


def answer(net: CharCNN, chars: Tensor) -> list[Tensor]:
    torch.manual_seed(1)
    features = net(chars)
    weights = torch.linspace(-1, 2, features.numel()).view(features.shape)
    return [features, *torch.autograd.grad((features * weights).sum(), [*net.parameters()])]


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_features_and_gradients_are_those_of_the_convolution(dropout: float) -> None:
    torch.manual_seed(0)
    expected, tabulated = (kind(SHAPES, dropout) for kind in (CharCNN, TabulatedCharCNN))
    tabulated.load_state_dict(expected.state_dict())
    chars = spell(LENGTHS)
    for one, other in zip(answer(tabulated, chars), answer(expected, chars), strict=True):
        torch.testing.assert_close(one, other)


def test_padding_changes_nothing_and_learns_nothing() -> None:
    torch.manual_seed(0)
    net, chars = TabulatedCharCNN(SHAPES, 0.0), spell(LENGTHS)
    wider = torch.nn.functional.pad(chars, (0, 9), value=PAD)
    for one, other in zip(answer(net, chars), answer(net, wider), strict=True):
        assert torch.equal(one, other)
    assert not answer(net, chars)[1][PAD].any()
