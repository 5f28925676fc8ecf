"""The tensors of a net by name, and the named axes that give each its shape.

The encoder builds its modules with these shapes, a model file is checked against them, and
transfer finds by the axes' names what may grow.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.nets.config import Encoder, NetConfig
from ner_service.text.spacing import SPACINGS

GATES: Mapping[Encoder, int] = {"lstm": 4, "gru": 3, "rnn": 1}  # a unit has so many
CONV_WIDTH = 3  # characters or tokens that a convolution reads at once
OPTIONS = ("vector_dim", "word_dim", "char_dim", "char_size", "shape_dim", "convention_dim",
           "spacing_dim", "hidden", "head_hidden")  # fmt: skip
Shape = tuple[int, ...]
Named = Iterator[tuple[str, tuple[str, ...]]]


def axes(net: NetConfig) -> dict[str, tuple[str, ...]]:
    """Return the names of the axes of every tensor, under the tensor's name in torch."""
    return dict(_tensors(net))


def sizes(net: NetConfig, words: int, chars: int, shapes: int) -> dict[str, int]:
    """Return the length of each named axis for vocabularies of so many symbols."""
    return {name: getattr(net, name) for name in OPTIONS} | {
        "words": words,
        "chars": chars,
        "shapes": shapes,
        "conventions": len(net.conventions),
        "spacings": SPACINGS,
        "tags": len(net.tags),
        "char_hidden": net.char_size // 2,
        "char_gates": GATES["lstm"] * (net.char_size // 2),
        "inputs": sum(net.input_dims.values()),
        "gates": GATES.get(net.encoder, 0) * net.hidden,
        "states": 2 * net.hidden,
        "width": CONV_WIDTH,
    }


def shapes(net: NetConfig, words: int, chars: int, outlines: int) -> dict[str, Shape]:
    """Return the shape of every tensor for vocabularies of so many symbols."""
    size = sizes(net, words, chars, outlines)
    return {name: tuple(size[axis] for axis in names) for name, names in axes(net).items()}


def _tensors(net: NetConfig) -> Named:
    yield "unknown", ("vector_dim",)
    if net.word_dim:
        yield "words.weight", ("words", "word_dim")
    if net.char_encoder != "none":
        yield "chars.table.weight", ("chars", "char_dim")
    if net.char_encoder == "cnn":
        yield from _weight_and_bias("chars.conv", "char_size", "char_dim", "width")
    if net.char_encoder == "lstm":
        yield from _recurrent("chars.both", "char_gates", "char_dim", "char_hidden")
    yield "shapes.weight", ("shapes", "shape_dim")
    yield "conventions.weight", ("conventions", "convention_dim")
    if net.spacing_dim:
        yield "spacings.weight", ("spacings", "spacing_dim")
    for n in range(net.layers):
        inputs = "states" if n else "inputs"
        if net.encoder == "cnn":
            yield from _weight_and_bias(f"layers.{n}.conv", "states", inputs, "width")
        else:
            yield from _recurrent(f"layers.{n}", "gates", inputs, "hidden")
    if net.head_hidden:
        yield from _weight_and_bias("inner", "head_hidden", "states")
    yield from _weight_and_bias("head", "tags", "head_hidden" if net.head_hidden else "states")
    yield "crf.transitions", ("tags", "tags")
    yield "crf.starts", ("tags",)
    yield "crf.ends", ("tags",)


def _recurrent(prefix: str, gates: str, inputs: str, hidden: str) -> Named:
    for direction in ("forth", "back"):
        for part, inner in (("ih", inputs), ("hh", hidden)):
            yield f"{prefix}.{direction}.weight_{part}_l0", (gates, inner)
            yield f"{prefix}.{direction}.bias_{part}_l0", (gates,)


def _weight_and_bias(prefix: str, *names: str) -> Named:
    yield f"{prefix}.weight", names
    yield f"{prefix}.bias", names[:1]


def check_tensors(tensors: Mapping[str, NDArray[Any]], expected: Mapping[str, Shape]) -> None:
    """Raise `ValueError` on a tensor that is missing, of another shape or type, or not finite."""
    for name, shape in expected.items():
        if name not in tensors:
            raise ValueError(f"{name} is missing")
        tensor = tensors[name]
        if tensor.shape != shape:
            raise ValueError(f"{name} is of shape {list(tensor.shape)}, not {list(shape)}")
        if tensor.dtype.kind != "f":
            raise ValueError(f"{name} holds {tensor.dtype}, not floats")
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name} holds numbers that are not finite")
