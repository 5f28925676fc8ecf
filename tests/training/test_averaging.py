"""Averaged weights: the ends are the models themselves, and strangers are refused."""

from dataclasses import replace

import numpy as np
import pytest

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.vocab import Vocab
from ner_service.nets.weights import shapes
from ner_service.training.model.averaging import average


def model(value: float, chars: str = "аб") -> Artefact:
    net = NetConfig(labels=("PER",), temperature=1.5)
    tensors = {"head.bias": np.full(3, value, dtype=np.float16)}
    meta = {"name": "x", "scores": [1]}
    return Artefact(net, Vocab([]), Vocab(list(chars)), Vocab([]), tensors, meta, hash=f"h{value}")


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.25, 1.5), (1.0, 3.0)])
def test_the_share_is_that_of_the_second_model(share: float, expected: float) -> None:
    found = average(model(1.0), model(3.0), share)
    assert found.tensors["head.bias"].tolist() == [expected] * 3
    assert found.tensors["head.bias"].dtype == np.float16
    assert found.meta == {
        "name": "x",
        "averaged": {"before": "h1.0", "after": "h3.0", "share": share},
    }
    assert found.net.temperature is None


def test_models_of_other_vocabularies_are_refused() -> None:
    with pytest.raises(ConfigError, match="chars: the two models differ"):
        average(model(1.0, "аб "), model(1.0), 0.5)
    with pytest.raises(ConfigError, match="chars: the two models differ"):
        average(model(1.0), model(1.0, "ба"), 0.5)


def test_what_the_second_model_alone_has_keeps_its_weights_or_counts_as_zeros() -> None:
    net = NetConfig(labels=("PER",), vectors="", vector_dim=0, hidden=2, spacing_dim=3)
    old_net = replace(net, spacing_dim=0)
    sizes = [len(Vocab(list(chars))) for chars in ("аб", "аби")]
    before, after = (
        Artefact(config, Vocab([]), Vocab(list(chars)), Vocab([]), {
            name: np.full(shape, value, np.float32)
            for name, shape in shapes(config, 4, size, 4).items()
        })
        for config, chars, size, value in (
            (old_net, "аб", sizes[0], 1.0), (net, "аби", sizes[1], 3.0),
        )
    )  # fmt: skip
    found = average(before, after, 0.5).tensors
    assert {name: tensor.shape for name, tensor in found.items()} == shapes(net, 4, sizes[1], 4)
    assert (found["chars.table.weight"][:-1] == 2).all()
    assert (found["chars.table.weight"][-1] == 3).all()
    inputs = found["layers.0.forth.weight_ih_l0"]
    assert (inputs[:, :-3] == 2).all()
    assert (inputs[:, -3:] == 1.5).all()
    assert (found["spacings.weight"] == 3).all()


def test_models_of_other_nets_are_refused() -> None:
    other = replace(model(1.0), net=NetConfig(labels=("LOC",)))
    with pytest.raises(ConfigError, match="net: the two models differ"):
        average(model(1.0), other, 0.5)


def test_models_that_read_more_text_at_once_are_the_same_net() -> None:
    wider = replace(model(3.0), net=replace(model(3.0).net, unit_tokens=128))
    assert average(model(1.0), wider, 0.5).net.unit_tokens == 128
