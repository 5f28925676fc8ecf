"""Averaging the weights of a broad model and of one that was fine-tuned from it.

Wortsman et al. (2022), "Robust fine-tuning of zero-shot models".
"""

from dataclasses import replace

import numpy as np

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact


def average(before: Artefact, after: Artefact, share: float) -> Artefact:
    """Return the weighted mean of two models: `share` of `after`, the rest of `before`.

    The result has no scores and no temperature. Raises `ConfigError` where
    the two are not of one net with one vocabulary.
    """
    for name in ("net", "words", "chars", "shapes"):
        if _structure(before, name) != _structure(after, name):
            raise ConfigError(
                f"{name}: the two models differ; average a model and the one trained on from it"
            )
    tensors = {}
    for key, array in after.tensors.items():
        mean = (1 - share) * before.tensors[key].astype(np.float32) + share * array
        tensors[key] = mean.astype(array.dtype)
    meta = after.meta.copy()
    meta.pop("scores", None)
    meta["averaged"] = {"before": before.hash, "after": after.hash, "share": share}
    net = replace(after.net, temperature=None, label_temperatures=())
    return replace(after, net=net, tensors=tensors, meta=meta)


def _structure(artefact: Artefact, name: str) -> object:
    if name == "net":  # weights do not depend on how many tokens are read together
        return replace(artefact.net, temperature=None, label_temperatures=(), unit_tokens=0)
    return getattr(artefact, name).symbols
