"""spaCy pipelines of any shape, with weights drawn at random, so that they find entities at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import spacy

LABELS = ("PER", "LOC", "ORG")


def encoder(name: str = "Maxout", **options: Any) -> dict[str, Any]:
    """The config of a window encoder."""
    shape = {"width": 32, "depth": 2, "window_size": 1} | options
    pieces = {"maxout_pieces": 3} if name == "Maxout" else {}
    return {"@architectures": f"spacy.{name}WindowEncoder.v2", **pieces, **shape}


def tok2vec(
    encode: Mapping[str, Any] | None = None,
    attrs: Sequence[str] = ("NORM", "PREFIX", "SUFFIX", "SHAPE"),
    vectors: bool = False,
) -> dict[str, Any]:
    """The config of a tok2vec."""
    encode = encode or encoder()
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": encode["width"],
        "attrs": [*attrs],
        "rows": [100 + 50 * n for n in range(len(attrs))],
        "include_static_vectors": vectors,
    }
    return {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": {**encode}}


def recogniser(reads: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """The config of a recogniser that reads a tok2vec or listens to one."""
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 24,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {**reads},
    } | options


def pipeline(
    model: Mapping[str, Any], language: str = "ru", vectors: Any = None, shared: Any = None
) -> Any:
    """A pipeline whose recogniser has this config; `shared` is the tok2vec that it listens to."""
    nlp = spacy.blank(language)
    if vectors is not None:
        nlp.vocab.vectors = vectors
    if shared:
        nlp.add_pipe("tok2vec", config={"model": shared})
    ner = nlp.add_pipe("ner", config={"model": {**model}})
    for label in LABELS:
        ner.add_label(label)
    nlp.initialize()
    random = np.random.default_rng(3)
    for name in nlp.pipe_names:
        for node in nlp.get_pipe(name).model.walk():
            for param in node.param_names:
                if node.has_param(param):
                    shape = node.get_param(param).shape
                    node.set_param(param, random.normal(0, 0.4, shape).astype(np.float32))
    return nlp


def listener(width: int) -> dict[str, Any]:
    """The config of a listener to a tok2vec."""
    return {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "*"}
