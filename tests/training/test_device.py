"""The device of a run: every tensor of a batch goes there, and CUDA is never assumed."""

import pytest
import torch

from ner_service.nets.encoder import Batch, WordFeatures
from ner_service.training.config import Hardware
from ner_service.training.data.batches import GoldBatch
from ner_service.training.device import MissingHardware, Place, find_place


def batch() -> GoldBatch:
    one = torch.ones(1, 1)
    return GoldBatch(Batch(WordFeatures(one, one, one, one), one, one, one), one, one)


def test_every_tensor_of_a_batch_goes_to_the_device() -> None:
    moved = Place(torch.device("meta"), bf16=False).move(batch())
    words = moved.batch.words
    tensors = [moved.tags, moved.weights, moved.batch.index, moved.batch.mask]
    tensors += [moved.batch.conventions, words.ids, words.vectors, words.chars, words.shapes]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert words.rare is None


def test_a_batch_on_a_cpu_stays_as_it_is() -> None:
    given = batch()
    assert Place(torch.device("cpu"), bf16=False).move(given) is given


def test_float32_is_taken_where_it_is_asked_for() -> None:
    place = find_place(Hardware(device="cpu", precision="fp32"))
    assert place == Place(torch.device("cpu"), bf16=False)


def test_bfloat16_is_taken_or_refused_as_an_lstm_can_be_computed_in_it() -> None:
    asked = Hardware(device="cpu", precision="bf16")
    bf16 = Place(torch.device("cpu"), bf16=True)
    try:
        with bf16.autocast():
            torch.nn.LSTM(2, 3)(torch.ones(1, 1, 2))
    except RuntimeError:
        with pytest.raises(MissingHardware, match="use fp32 or auto") as refused:
            find_place(asked)
        assert refused.value.key == "hardware.precision"
    else:
        assert find_place(asked) == bf16
