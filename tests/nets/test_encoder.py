"""The net: padding and neighbours never change what it says of a token."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from ner_service.nets.config import Dropout, NetConfig
from ner_service.nets.encoder import Batch, Net, WordFeatures
from ner_service.nets.vocab import END, PAD, START
from ner_service.nets.weights import shapes

WORDS, CHARS, SHAPES = 20, 12, 6


def config(**values: object) -> NetConfig:
    small = {"vectors": "", "vector_dim": 5, "word_dim": 6, "char_dim": 4, "char_size": 8}
    small |= {"shape_dim": 3, "hidden": 7, "layers": 2, **values}
    return NetConfig(labels=("PER", "LOC"), **small)  # type: ignore[arg-type]


def make(config: NetConfig) -> Net:
    torch.manual_seed(3)
    net = Net(config, WORDS, CHARS, SHAPES)
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    with torch.no_grad():
        for table in (net.chars.table,) if net.chars is not None else ():
            table.weight[PAD] = 0
    return net.eval()


def words(count: int, width: int = 0) -> WordFeatures:
    random = np.random.default_rng(5)
    rows = [
        [START, *random.integers(END + 1, CHARS, random.integers(1, 6)), END] for _ in range(count)
    ]
    width = max(width, *map(len, rows))
    chars = torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])
    return WordFeatures(
        ids=torch.from_numpy(random.integers(0, WORDS, count)),
        vectors=torch.from_numpy(random.normal(size=(count, 5)).astype(np.float32)),
        chars=chars,
        shapes=torch.from_numpy(random.integers(0, SHAPES, count)),
        rare=torch.arange(count) % 3 == 0,
    )


def batch(words: WordFeatures, lengths: list[int], width: int = 0) -> Batch:
    width = max(width, *lengths)
    mask = torch.arange(width) < torch.tensor(lengths)[:, None]
    index = torch.arange(len(lengths) * width).view(len(lengths), width) * 7 % len(words.ids)
    index = index.masked_fill(~mask, 0)
    conventions = torch.zeros(len(lengths), dtype=torch.long)
    return Batch(words, index, mask, conventions)


@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn", "cnn"])
@pytest.mark.parametrize("char_encoder", ["cnn", "lstm", "none"])
@pytest.mark.parametrize("more", [{}, {"head_hidden": 9, "word_dim": 0, "conventions": ("a", "b")}])
def test_tensors_have_the_names_and_shapes_that_a_model_is_checked_for(
    encoder: str, char_encoder: str, more: dict[str, object]
) -> None:
    size = 0 if char_encoder == "none" else 8
    net = make(config(encoder=encoder, char_encoder=char_encoder, char_size=size, **more))
    found = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    assert shapes(net.config, WORDS, CHARS, SHAPES) == found


@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn", "cnn"])
@pytest.mark.parametrize("char_encoder", ["cnn", "lstm", "none"])
def test_padding_never_changes_an_emission(encoder: str, char_encoder: str) -> None:
    size = {"char_size": 0} if char_encoder == "none" else {}
    net = make(config(encoder=encoder, char_encoder=char_encoder, **size))
    lengths = [5, 1, 3]
    tight = batch(words(9), lengths)
    together = net(tight)
    wide = batch(words(9, width=30), lengths, width=17)
    wide.index[:, :5] = tight.index
    wide = replace(wide, index=wide.index.masked_fill(~wide.mask, 4))
    padded = net(wide)
    for n, length in enumerate(lengths):
        alone = replace(
            tight,
            index=tight.index[n : n + 1, :length],
            mask=tight.mask[n : n + 1, :length],
            conventions=tight.conventions[n : n + 1],
        )
        torch.testing.assert_close(together[n : n + 1, :length], net(alone))
        torch.testing.assert_close(padded[n, :length], together[n, :length])


def gradient_of_last(net: Net, given: Batch) -> Tensor:
    given.words.vectors.requires_grad_()
    net(given)[0, -1].sum().backward()
    assert given.words.vectors.grad is not None
    return given.words.vectors.grad


@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn"])
def test_a_recurrent_encoder_sees_the_whole_unit(encoder: str) -> None:
    given = batch(words(9), [9])
    assert gradient_of_last(make(config(encoder=encoder)), given).any(1).all()


def test_dropout_is_for_training_only() -> None:
    net = make(config())
    given = batch(words(9), [5, 3])
    torch.testing.assert_close(net(given), net(given), rtol=0, atol=0)
    net.train()
    assert not torch.equal(net(given), net(given))


def test_variational_dropout_hides_the_same_features_at_every_token() -> None:
    net = Net(config(), WORDS, CHARS, SHAPES, Dropout(features=0.5)).train()
    out = net.dropout(torch.ones(2, 6, 40))
    assert torch.equal(out, out[:, :1].expand_as(out))
    assert set(out.unique().tolist()) == {0.0, 2.0}


def test_words_seen_once_are_dropped_at_their_own_rate() -> None:
    rates = Dropout(features=0, states=0, words=0, rare=0.999999)
    net = Net(config(char_encoder="none", char_size=0), WORDS, CHARS, SHAPES, rates).train()
    given = replace(words(9), ids=torch.full((9,), 7), shapes=torch.zeros(9, dtype=torch.long))
    given = replace(given, vectors=torch.ones(9, 5))
    seen = net.features(given)
    assert given.rare is not None
    known = seen[~given.rare]
    assert torch.equal(known, known[:1].expand_as(known))
    assert (seen[given.rare] != known[0]).any(1).all()


@pytest.mark.parametrize("char_encoder", ["cnn", "lstm"])
def test_a_tanh_layer_and_dropped_characters_have_their_place(char_encoder: str) -> None:
    settings = config(char_encoder=char_encoder, head_hidden=4)
    net = Net(
        settings,
        WORDS,
        CHARS,
        SHAPES,
        Dropout(features=0, states=0, words=0, chars=0.5, variational=False),
    )
    given = batch(words(9), [5, 3])
    assert net.head.in_features == 4
    assert not torch.equal(net.train()(given), net(given))
    assert torch.equal(net.eval()(given), net(given))


def test_plain_dropout_hides_other_features_at_each_token() -> None:
    net = Net(config(), WORDS, CHARS, SHAPES, Dropout(features=0.5, variational=False)).train()
    out = net.dropout(torch.ones(2, 6, 40))
    assert not torch.equal(out, out[:, :1].expand_as(out))


def test_a_dropped_word_looks_like_an_unknown_one() -> None:
    net = Net(
        config(char_encoder="none", char_size=0), WORDS, CHARS, SHAPES, Dropout(words=0.999999)
    )
    net.train()
    given = replace(words(9), shapes=torch.zeros(9, dtype=torch.long))
    seen = net.features(given)
    assert torch.equal(seen, seen[:1].expand_as(seen))
