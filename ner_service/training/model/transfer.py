"""Transfer: a net starts from a trained model, with new words, characters, labels, conventions.

The names of the axes in `nets.weights` tell which axes of a tensor may grow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.config import NetOptions
from ner_service.nets.vocab import Vocab
from ner_service.nets.weights import axes, sizes

Floats = NDArray[np.float32]
NEW_SCALE = 0.02  # the standard deviation of new weights: near zero, yet not all alike
CONVENTIONS = "conventions.weight"
GROWING = ("words", "chars", "shapes", "tags", "conventions", "convention_dim", "inputs")
ADDED = ("spacing_dim", "usual_case")  # options that a model may gain
FREE = ("vectors", "unit_tokens")  # compared by hash; no part of the weights


def extend(old: Vocab, new: Vocab) -> Vocab:
    """Return the old symbols in their places, and after them those of only the new vocabulary.

    The new ones are sorted: models of several seeds then have one order, and can be averaged.
    """
    return Vocab([*old.symbols, *sorted(symbol for symbol in new.symbols if symbol not in old)])


def transplant(before: Artefact, start: Artefact) -> Artefact:
    """Carry over each weight that still has a place; new weights begin near zero.

    Those that a net without spacing gets for it begin at zero, so that its answers stay. A new
    convention begins somewhere near the model's first. The result has the hash and meta of the
    model it comes from. Raises `ConfigError` where the nets differ in more than symbols, labels,
    conventions and spacing.
    """
    _check_options(before, start)
    random = np.random.default_rng(0)
    names, size = axes(start.net), _sizes(start)
    rows = {axis: _kept_rows(axis, before, start) for axis in GROWING}
    tensors = {}
    for key, array in sorted(before.tensors.items()):  # files have no order
        tensor: Floats = np.asarray(array, dtype=np.float32)
        for n, axis in enumerate(names.get(key, ())):
            if axis in GROWING:
                tensor = _grow(tensor, n, rows[axis], size[axis], random)
            if axis == "inputs" and not before.net.spacing_dim:
                np.moveaxis(tensor, n, 0)[size[axis] - start.net.spacing_dim :] = 0
        tensors[key] = tensor
    if start.net.convention_dim:
        tensors[CONVENTIONS] += _origins(before, start, random)
    return replace(start, tensors=tensors, hash=before.hash, meta=before.meta)


def _check_options(before: Artefact, start: Artefact) -> None:
    if before.vectors_hash != start.vectors_hash:
        raise ConfigError("net.vectors: not those of the model to go on from")
    for name in (field.name for field in fields(NetOptions) if field.name not in FREE):
        old, new = getattr(before.net, name), getattr(start.net, name)
        if old != new and not (name in ADDED and not old):
            raise ConfigError(f"net.{name}: {new!r}, but the model to go on from has {old!r}")


def _sizes(artefact: Artefact) -> Mapping[str, int]:
    vocabularies = artefact.words, artefact.chars, artefact.shapes
    return sizes(artefact.net, *map(len, vocabularies))


def _kept_rows(axis: str, before: Artefact, start: Artefact) -> dict[int, int]:
    """Return the new place of each old row of an axis that still has one.

    Labels and conventions go by name; all others stay where they are, and new rows follow.
    """
    if axis == "inputs":
        return _kept_inputs(before, start)
    if axis not in ("tags", "conventions"):
        return {row: row for row in range(_sizes(before)[axis])}
    old, new = getattr(before.net, axis), getattr(start.net, axis)
    return {row: new.index(name) for row, name in enumerate(old) if name in new}


def _kept_inputs(before: Artefact, start: Artefact) -> dict[int, int]:
    """Return the new place of each old input of the first layer, part by part."""
    kept: dict[int, int] = {}
    old_at = new_at = 0
    for old, new in zip(before.net.input_dims.values(), start.net.input_dims.values(), strict=True):
        kept |= {old_at + n: new_at + n for n in range(old)}
        old_at, new_at = old_at + old, new_at + new
    return kept


def _grow(
    tensor: Floats, axis: int, rows: Mapping[int, int], size: int, random: np.random.Generator
) -> Floats:
    """Return the tensor with one axis of another size: old rows in new places, the rest random."""
    shape = [*tensor.shape[:axis], size, *tensor.shape[axis + 1 :]]
    grown = random.normal(0, NEW_SCALE, shape).astype(np.float32)
    kept, places = (np.array([*numbers], np.intp) for numbers in (rows, rows.values()))
    np.moveaxis(grown, axis, 0)[places] = np.moveaxis(tensor, axis, 0)[kept]
    return grown


def _origins(before: Artefact, start: Artefact, random: np.random.Generator) -> Floats:
    """Return what is added to each convention's row: zeros for one that the model has.

    New conventions begin far enough apart that a few epochs tell them from each other.
    """
    old: Sequence[str] = before.net.conventions if before.net.convention_dim else ()
    first = np.asarray(before.tensors[CONVENTIONS], dtype=np.float32)[0] if old else 0
    shape = len(start.net.conventions), start.net.convention_dim  # conventions x convention_dim
    origins = (first + random.normal(0, 1, shape)).astype(np.float32)
    origins[[name in old for name in start.net.conventions]] = 0
    return origins
