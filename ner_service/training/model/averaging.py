"""Averaging the weights of a broad model and of one that was fine-tuned from it.

Wortsman et al. (2022), "Robust fine-tuning of zero-shot models".
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact
from ner_service.nets.config import NetConfig
from ner_service.nets.weights import axes


def average(before: Artefact, after: Artefact, share: float) -> Artefact:
    """Return the weighted mean of two models: `share` of `after`, the rest of `before`.

    Symbols that `after` has learned in addition keep its weights; where it alone reads spacing,
    `before` counts as zeros. The result has no scores and no temperature. Raises `ConfigError`
    where the two are not of one net, or one vocabulary does not begin with the other.
    """
    _check_structure(before, after)
    names = axes(after.net)
    tensors = {}
    for key, array in after.tensors.items():
        mean = array.astype(np.float32)
        if key in before.tensors:
            old = _pad_inputs(before.tensors[key], names[key], array.shape)
            shared = tuple(map(slice, old.shape))
            mean[shared] = (1 - share) * old + share * mean[shared]
        tensors[key] = mean.astype(array.dtype)
    meta = after.meta.copy()
    meta.pop("scores", None)
    meta["averaged"] = {"before": before.hash, "after": after.hash, "share": share}
    net = replace(after.net, temperature=None, label_temperatures=())
    return replace(after, net=net, tensors=tensors, meta=meta)


def _pad_inputs(
    tensor: NDArray[Any], names: tuple[str, ...], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return a tensor with zeros for the inputs of the first layer that it lacks, the last ones."""
    missing = [
        new - old if axis == "inputs" else 0
        for axis, old, new in zip(names, tensor.shape, shape, strict=True)
    ]
    return np.pad(tensor.astype(np.float32), [(0, count) for count in missing])


def _check_structure(before: Artefact, after: Artefact) -> None:
    """Raise `ConfigError` where a part of the two models differs in more than what was added."""
    wanted = "average a model and the one trained on from it"
    spacing_dim = before.net.spacing_dim or after.net.spacing_dim
    if _weighed(replace(before.net, spacing_dim=spacing_dim)) != _weighed(after.net):
        raise ConfigError(f"net: the two models differ; {wanted}")
    for name in ("words", "chars", "shapes"):
        old, new = getattr(before, name).symbols, getattr(after, name).symbols
        if new[: len(old)] != old:
            raise ConfigError(f"{name}: the two models differ; {wanted}")


def _weighed(net: NetConfig) -> NetConfig:
    """Return a net without the options on which no weight depends."""
    return replace(net, temperature=None, label_temperatures=(), unit_tokens=1, usual_case=True)
