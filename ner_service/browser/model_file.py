"""A model file holds a net, its word vectors and the tables of texts, as the page loads them.

It begins with `MAGIC`, the number of the head's bytes as a little-endian uint32, and the head,
which is JSON. Arrays follow, each at a multiple of 8 bytes behind the head, where the head's
`arrays` says, as `{"type", "shape", "offset"}`; types are `f2`, `f4` and `u1`, little-endian.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.browser.tables import text_tables
from ner_service.browser.vectors import MOST_WORDS, WORDS, FrequentVectors, frequent_vectors
from ner_service.engine.bilstm import crf_weights
from ner_service.engine.usual_case import usual_cases
from ner_service.errors import ConfigError, ModelError
from ner_service.nets.artefact import Artefact
from ner_service.nets.navec import NAVEC

MAGIC = b"NERPAGE1"
ALIGNMENT = 8  # bytes; what a browser wants of the largest numbers in an array
Arrays = Mapping[str, NDArray[Any]]


def model_file(artefact: Artefact, name: str, words: int = WORDS) -> bytes:
    """Return the file of a model, with the vectors of so many words.

    Raises `ModelError` where the page cannot run the net, and `ConfigError` on a number of words
    that navec has not.
    """
    check_net(artefact)
    if not 1 <= words <= MOST_WORDS:
        raise ConfigError(f"{words} words: give a number from 1 to {MOST_WORDS}")
    vectors = frequent_vectors(words) if artefact.net.vectors else None
    arrays = {**net_arrays(artefact), **vector_arrays(vectors)}
    if vectors and artefact.net.restores_case:
        arrays["vectors.cases"] = usual_cases(vectors.numbers)
    return pack(head(artefact, name, vectors), arrays)


def check_net(artefact: Artefact) -> None:
    """Raise `ModelError` where the net has a part that the page's modules do not compute."""
    net = artefact.net
    if net.vectors not in ("", NAVEC):
        fault, mend = "word vectors of its own", 'train it with net.vectors = "navec"'
    elif net.encoder != "lstm":
        fault, mend = f"encoder {net.encoder!r}", 'train it with net.encoder = "lstm"'
    elif net.char_encoder == "lstm":
        fault, mend = "char_encoder 'lstm'", 'train it with net.char_encoder = "cnn"'
    else:
        return
    raise ModelError(f"a browser cannot run this net, for it has {fault}: {mend}")


def head(artefact: Artefact, name: str, vectors: FrequentVectors | None) -> dict[str, Any]:
    """Return what the page must know of a net beside its arrays."""
    net = artefact.net
    options = ("scheme", "encoder", "hidden", "layers", "head_hidden", "zero_digits",
               "unit_tokens", "labels", "conventions", "temperature", "label_temperatures",
               "vector_dim", "word_dim", "char_size", "char_dim", "shape_dim", "spacing_dim",
               "convention_dim", "tags", "char_encoder", "restores_case")  # fmt: skip
    vocabularies = {
        "words": artefact.words.symbols,
        "chars": artefact.chars.symbols,
        "shapes": artefact.shapes.symbols,
    }
    return {
        "name": name,
        "version": str(artefact.meta.get("version", "0")),
        "hash": artefact.hash,
        "net": {option: getattr(net, option) for option in options},
        "vocab": vocabularies,
        "vectorWords": "\n".join(vectors.words) if vectors else "",
        "text": text_tables(),
    }


def net_arrays(artefact: Artefact) -> Arrays:
    """Return the weights of a net; the CRF's with what its scheme forbids."""
    crf = dict(zip(("transitions", "starts", "ends"), crf_weights(artefact), strict=True))
    weights = {k: v for k, v in artefact.tensors.items() if not k.startswith("crf.")}
    return {name: _narrow(v) for name, v in weights.items()} | {
        f"crf.{name}": weight.astype("<f4") for name, weight in crf.items()
    }


def _narrow(tensor: NDArray[Any]) -> NDArray[Any]:
    """Return a tensor in half precision where that loses nothing, as in the models that ship."""
    half = tensor.astype("<f2")
    return (
        half if np.array_equal(half.astype("<f4"), tensor.astype("<f4")) else tensor.astype("<f4")
    )


def vector_arrays(vectors: FrequentVectors | None) -> Arrays:
    """Return the numbers of the centroids of each word, and the centroids."""
    if vectors is None:
        return {}
    return {"vectors.indexes": vectors.indexes, "vectors.codes": vectors.codes.astype("<f4")}


def pack(head: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Return the bytes of a model file."""
    places, body, offset = {}, [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        data += bytes(-len(data) % ALIGNMENT)
        type = array.dtype.kind + str(array.dtype.itemsize)
        places[name] = {"type": type, "shape": array.shape, "offset": offset}
        body.append(data)
        offset += len(data)
    text = json.dumps({**head, "arrays": places}, ensure_ascii=False, separators=(",", ":"))
    start = text.encode("utf-8", "surrogatepass")
    start += b" " * (-(len(MAGIC) + 4 + len(start)) % ALIGNMENT)
    return b"".join([MAGIC, len(start).to_bytes(4, "little"), start, *body])
