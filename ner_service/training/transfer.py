"""Going on from a trained model, with new words, characters, labels or conventions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import SPECIAL, Vocab
from ner_service.types import ConfigError

Floats = NDArray[np.float32]


def extend(old: Vocab, new: Vocab) -> Vocab:
    """The old symbols in their places, then those only the new one has."""
    return Vocab([*old.symbols, *(symbol for symbol in new.symbols if symbol not in old)])


def transplant(before: Artefact, start: Artefact) -> Artefact:
    """Carries over each weight that still has a place; what is new begins near zero.

    The result has the hash and meta of the model it comes from. Raises `ConfigError` where the nets
    differ in more than symbols, labels and conventions.
    """
    random = np.random.default_rng(0)
    tensors = {}
    for key, array in before.tensors.items():
        places = [_places(axis, before, start) for axis in _axes(key)]
        tensors[key] = _grow(np.asarray(array, dtype=np.float32), places, random)
    _check(before, start)
    return replace(start, tensors=tensors, hash=before.hash, meta=before.meta)


def _check(before: Artefact, start: Artefact) -> None:
    if before.vectors_hash != start.vectors_hash:
        raise ConfigError("net.vectors: not those of the model to go on from")
    for name in ("scheme", "word_dim", "char_encoder", "char_dim", "char_size",
                 "shape_dim", "encoder", "hidden", "layers", "head_hidden", "zero_digits",
                 "convention_dim"):  # fmt: skip
        old, new = getattr(before.net, name), getattr(start.net, name)
        if old != new:
            raise ConfigError(f"net.{name}: {new!r}, but the model to go on from has {old!r}")


def _axes(key: str) -> Sequence[str]:
    if key in ("crf.transitions",):
        return ("tags", "tags")
    if key in ("crf.starts", "crf.ends", "head.weight", "head.bias"):
        return ("tags",)
    tables = {"chars.table.weight": "chars", "shapes.weight": "shapes", "words.weight": "words"}
    if key in tables:
        return (tables[key],)
    return ("conventions",) if key == "conventions.weight" else ()


def _places(axis: str, before: Artefact, start: Artefact) -> tuple[list[int], int]:
    """Where each old row goes (-1 for nowhere), and how many rows there are now."""
    if axis in ("tags", "conventions"):
        old, new = getattr(before.net, axis), getattr(start.net, axis)
        return [new.index(name) if name in new else -1 for name in old], len(new)
    size = len(getattr(before, axis))
    return list(range(size)), max(len(getattr(start, axis)), size, SPECIAL)


def _grow(
    array: Floats, places: Sequence[tuple[list[int], int]], random: np.random.Generator
) -> Floats:
    for axis, (rows, size) in enumerate(places):
        shape = list(array.shape)
        shape[axis] = size
        grown = random.normal(0, 0.02, shape).astype(np.float32)
        kept = [row for row in rows if row >= 0]
        source = np.take(array, [n for n, row in enumerate(rows) if row >= 0], axis)
        np.moveaxis(grown, axis, 0)[kept] = np.moveaxis(source, axis, 0)
        array = grown
    return array
