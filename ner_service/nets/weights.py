"""The tensors of a net, by name and shape, and whether those of a file are such."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.nets.config import Encoder, NetConfig

GATES: Mapping[Encoder, int] = {"lstm": 4, "gru": 3, "rnn": 1}
CONV_WIDTH = 3
Named = Iterator[tuple[str, tuple[int, ...]]]


def shapes(net: NetConfig, words: int, chars: int, outlines: int) -> Named:
    """Every tensor of a net with vocabularies of these sizes, under the name torch gives it."""
    tags, size = len(net.tags), net.feature_dim + net.convention_dim
    yield "unknown", (net.vector_dim,)
    if net.word_dim:
        yield "words.weight", (words, net.word_dim)
    if net.char_encoder != "none":
        yield "chars.table.weight", (chars, net.char_dim)
    if net.char_encoder == "cnn":
        yield from _pair("chars.conv", net.char_size, net.char_dim, CONV_WIDTH)
    if net.char_encoder == "lstm":
        yield from _layer("lstm", "chars.both", net.char_dim, net.char_size // 2)
    yield "shapes.weight", (outlines, net.shape_dim)
    yield "conventions.weight", (len(net.conventions), net.convention_dim)
    for n in range(net.layers):
        yield from _layer(net.encoder, f"layers.{n}", size, net.hidden)
        size = 2 * net.hidden
    if net.head_hidden:
        yield from _pair("inner", net.head_hidden, size)
    yield from _pair("head", tags, net.head_hidden or size)
    yield from (("crf.transitions", (tags, tags)), ("crf.starts", (tags,)), ("crf.ends", (tags,)))


def _layer(encoder: Encoder, prefix: str, inputs: int, hidden: int) -> Named:
    if encoder == "cnn":
        yield from _pair(f"{prefix}.conv", 2 * hidden, inputs, CONV_WIDTH)
        return
    gates = GATES[encoder] * hidden
    for way in ("forth", "back"):
        for part, inner in (("ih", inputs), ("hh", hidden)):
            yield f"{prefix}.{way}.weight_{part}_l0", (gates, inner)
            yield f"{prefix}.{way}.bias_{part}_l0", (gates,)


def _pair(prefix: str, *shape: int) -> Named:
    yield f"{prefix}.weight", shape
    yield f"{prefix}.bias", shape[:1]


def check(tensors: Mapping[str, NDArray[Any]], expected: Named) -> None:
    """Raises `ValueError` on the first that is missing, of another shape or type, or not finite."""
    for name, shape in expected:
        if name not in tensors:
            raise ValueError(f"{name} is missing")
        found = tensors[name]
        if found.shape != shape:
            raise ValueError(f"{name} is of shape {list(found.shape)}, not {list(shape)}")
        if found.dtype.kind != "f":
            raise ValueError(f"{name} holds {found.dtype}, not floats")
        if not np.isfinite(found).all():
            raise ValueError(f"{name} holds what is no finite number")
