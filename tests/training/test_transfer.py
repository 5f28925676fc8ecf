"""Going on from a model: what it knows stays in its place, conventions included."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ner_service.engine.bilstm import Engine
from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.encoder import Net
from ner_service.nets.vocab import Vocab
from ner_service.nets.weights import axes, sizes
from ner_service.text.spacing import mark_words, split_marks
from ner_service.training.model.transfer import GROWING, extend, transplant

SHAPE = {"vector_dim": 5, "vectors": "", "char_size": 6, "char_dim": 4, "hidden": 7}


def model(
    *conventions: str, encoder: str = "lstm", known: bool = True, spacing_dim: int = 4
) -> Artefact:
    options = {**SHAPE, "encoder": encoder, "spacing_dim": spacing_dim}
    net = NetConfig(labels=("PER",), conventions=conventions, **options)  # type: ignore[arg-type]
    vocabularies = Vocab([]), Vocab(list("аб")), Vocab(["Аа"])
    state = Net(net, *map(len, vocabularies)).state_dict() if known else {}
    tensors = {key: value.numpy() for key, value in state.items()}
    return Artefact(net, *vocabularies, tensors)


@pytest.mark.parametrize("conventions", [("default",), ("news", "diary")])
@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn", "cnn"])
def test_a_model_without_spacing_gains_it_and_answers_as_before(
    encoder: str, conventions: tuple[str, ...]
) -> None:
    before = model("default", encoder=encoder, spacing_dim=0)
    start = transplant(before, model(*conventions, encoder=encoder, known=False))
    net = Net(start.net, *map(len, (start.words, start.chars, start.shapes)))
    state = {**net.state_dict(), **{k: torch.from_numpy(v) for k, v in start.tensors.items()}}
    tensors = {key: value.numpy() for key, value in state.items()}
    after = Engine(replace(start, tensors=tensors))
    bare = {key: value for key, value in tensors.items() if key != "spacings.weight"}
    name = "layers.0.conv.weight" if encoder == "cnn" else "layers.0.forth.weight_ih_l0"
    places = [name, name.replace("forth", "back")]
    bare |= {place: tensors[place][:, : -start.net.spacing_dim] for place in places}
    bare_net = replace(start.net, spacing_dim=0)
    without = Engine(replace(start, net=bare_net, tensors=bare))
    unit = mark_words(["Аа", "б", ",", "аб", "Б"], bytes([5, 0, 2, 4, 3]))
    plain, _ = split_marks(unit)
    np.testing.assert_array_equal(after.emissions([unit]), without.emissions([plain]))


def test_a_model_with_spacing_keeps_it() -> None:
    before = model("default")
    before.tensors["layers.0.forth.weight_ih_l0"][:, -4:] = 7
    start = transplant(before, model("news", "diary", known=False))
    grown = start.tensors["layers.0.forth.weight_ih_l0"]
    assert (grown[:, -4:] == 7).all()
    assert np.abs(grown[:, -12:-4]).max() < 0.2
    assert (start.tensors["spacings.weight"] == before.tensors["spacings.weight"]).all()
    with pytest.raises(
        ConfigError, match=r"net\.spacing_dim: 0, but the model to go on from has 4"
    ):
        transplant(before, model("default", known=False, spacing_dim=0))


@pytest.mark.parametrize("encoder", ["lstm", "gru", "rnn", "cnn"])
def test_a_model_of_one_convention_learns_several(encoder: str) -> None:
    before = model("default", encoder=encoder)
    start = transplant(before, model("news", "diary", encoder=encoder, known=False))
    net = Net(start.net, *map(len, (start.words, start.chars, start.shapes)))
    assert {key: value.shape for key, value in start.tensors.items()} == {
        key: tuple(value.shape) for key, value in net.state_dict().items()
    }
    name = "layers.0.conv.weight" if encoder == "cnn" else "layers.0.forth.weight_ih_l0"
    features = before.net.feature_dim
    assert (start.tensors[name][:, :features] == before.tensors[name][:, :features]).all()
    assert np.abs(start.tensors[name][:, features:-4]).max() < 0.2
    assert (start.tensors[name][:, -4:] == before.tensors[name][:, -4:]).all()
    news, diary = start.tensors["conventions.weight"]
    assert np.linalg.norm(news - diary) > 1


def test_known_conventions_keep_their_vectors_and_new_ones_begin_near_the_first() -> None:
    before = model("news", "diary")
    before.tensors["conventions.weight"][0] = 100
    start = transplant(before, model("law", "diary", "news", known=False))
    law, diary, news = start.tensors["conventions.weight"]
    assert np.abs(diary - before.tensors["conventions.weight"][1]).max() < 1e-6
    assert np.abs(news - 100).max() < 1e-6
    assert 0 < np.abs(law - 100).max() < 5


def test_the_order_of_tensors_in_a_file_changes_nothing() -> None:
    before = model("default")
    turned = replace(before, tensors=dict(reversed(before.tensors.items())))
    start = model("news", "diary", known=False)
    one, other = (transplant(artefact, start).tensors for artefact in (before, turned))
    assert one.keys() == other.keys()
    assert all((one[key] == other[key]).all() for key in one)


def test_each_axis_that_may_grow_is_one_of_the_nets() -> None:
    net = NetConfig(labels=("PER",), conventions=("a", "b"), word_dim=3, **SHAPE)  # type: ignore[arg-type]
    names = {axis for tensor in axes(net).values() for axis in tensor}
    assert set(GROWING) <= names <= sizes(net, 1, 1, 1).keys()


def test_vocabularies_that_met_the_same_symbols_in_another_order_grow_alike() -> None:
    old = Vocab(["о", "а"])
    first, second = (extend(old, Vocab(symbols)) for symbols in (["о", "µ", "‚"], ["‚", "а", "µ"]))
    assert first.symbols == second.symbols
    assert first.symbols[:2] == old.symbols
