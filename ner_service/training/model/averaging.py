"""The mean of two models' weights: between a broad model and one fine-tuned from it.

Wortsman et al. (2022), "Robust fine-tuning of zero-shot models".
"""

from dataclasses import replace

import numpy as np

from ner_service.errors import ConfigError
from ner_service.nets.artefact import Artefact


def averaged(before: Artefact, after: Artefact, share: float) -> Artefact:
    """Weights of which `share` is `after`'s and the rest `before`'s; the scores start anew.

    Raises `ConfigError` where the two are not of one net with one vocabulary.
    """
    for name in ("net", "words", "chars", "shapes"):
        if _told(before, name) != _told(after, name):
            raise ConfigError(
                f"{name}: the two models differ; average a model and the one trained on from it"
            )
    tensors = {
        key: ((1 - share) * before.tensors[key].astype(np.float32) + share * array).astype(
            array.dtype
        )
        for key, array in after.tensors.items()
    }
    told = {"before": before.hash, "after": after.hash, "share": share}
    meta = {key: value for key, value in after.meta.items() if key != "scores"}
    net = replace(after.net, temperature=None)
    return replace(after, net=net, tensors=tensors, meta=meta | {"averaged": told})


def _told(artefact: Artefact, name: str) -> object:
    if name == "net":  # how much text is read at once is no part of the weights
        return replace(artefact.net, temperature=None, unit_tokens=0)
    return getattr(artefact, name).symbols
