"""Going on from a trained model, with new words, characters, labels or conventions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.vocab import SPECIAL, Vocab

Floats = NDArray[np.float32]
CONVENTIONS = "conventions.weight"
READS = ("weight_ih_l0", "conv.weight")  # what a layer multiplies its inputs by


def extend(old: Vocab, new: Vocab) -> Vocab:
    """The old symbols in their places, then those only the new one has."""
    return Vocab([*old.symbols, *(symbol for symbol in new.symbols if symbol not in old)])


def transplant(before: Artefact, start: Artefact) -> Artefact:
    """Carries over each weight that still has a place; what is new begins near zero.

    A new convention begins somewhere near the model's first. The result has the hash and meta of
    the model it comes from. Raises `ConfigError` where the nets differ in more than symbols,
    labels and conventions.
    """
    random = np.random.default_rng(0)
    tensors = {}
    for key, array in before.tensors.items():
        places = [_places(axis, before, start) for axis in _axes(key)]
        tensors[key] = _grow(np.asarray(array, dtype=np.float32), places, random)
    if start.net.convention_dim:
        tensors[CONVENTIONS] += _origins(before, start, random)
    _check(before, start)
    return replace(start, tensors=tensors, hash=before.hash, meta=before.meta)


def _origins(before: Artefact, start: Artefact, random: np.random.Generator) -> Floats:
    """What each convention begins at beside its own row: nothing where the model knows it.

    Far enough apart that a few epochs tell conventions from each other.
    """
    known = before.net.conventions if before.net.convention_dim else ()
    first = np.asarray(before.tensors[CONVENTIONS], dtype=np.float32)[0] if known else 0
    shape = len(start.net.conventions), start.net.convention_dim
    origins = (first + random.normal(0, 1, shape)).astype(np.float32)
    origins[[name in known for name in start.net.conventions]] = 0
    return origins


def _check(before: Artefact, start: Artefact) -> None:
    if before.vectors_hash != start.vectors_hash:
        raise ConfigError("net.vectors: not those of the model to go on from")
    for name in ("scheme", "word_dim", "char_encoder", "char_dim", "char_size",
                 "shape_dim", "encoder", "hidden", "layers", "head_hidden", "zero_digits"
                 ):  # fmt: skip
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
    if key == CONVENTIONS:
        return ("conventions", "convention_dim")
    return ("", "inputs") if key.startswith("layers.0.") and key.endswith(READS) else ()


def _places(axis: str, before: Artefact, start: Artefact) -> tuple[list[int], int]:
    """Where each old row goes (-1 for nowhere), and how many there are now; "" for as before."""
    if not axis:
        return [], 0
    if axis in ("inputs", "convention_dim"):
        features = before.net.feature_dim if axis == "inputs" else 0
        old, new = (features + one.net.convention_dim for one in (before, start))
        return list(range(old)), new
    if axis in ("tags", "conventions"):
        old, new = getattr(before.net, axis), getattr(start.net, axis)
        return [new.index(name) if name in new else -1 for name in old], len(new)
    size = len(getattr(before, axis))
    return list(range(size)), max(len(getattr(start, axis)), size, SPECIAL)


def _grow(
    array: Floats, places: Sequence[tuple[list[int], int]], random: np.random.Generator
) -> Floats:
    for axis, (rows, size) in enumerate(places):
        if not size:
            continue
        shape = list(array.shape)
        shape[axis] = size
        grown = random.normal(0, 0.02, shape).astype(np.float32)
        kept = [row for row in rows if row >= 0]
        source = np.take(array, [n for n, row in enumerate(rows) if row >= 0], axis)
        np.moveaxis(grown, axis, 0)[kept] = np.moveaxis(source, axis, 0)
        array = grown
    return array
