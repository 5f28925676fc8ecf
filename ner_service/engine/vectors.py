"""Vectors of words are read by a kernel if they are navec's, which NumPy puts together slowly."""

import numpy as np

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import Floats, Ints
from ner_service.nets.navec import Navec
from ner_service.nets.vectors import Vectors


def rows_of(vectors: Vectors, ids: Ints) -> Floats:
    """Return what `vectors.rows` does, the vectors of these numbers: ids x dim; zeros for -1."""
    return navec_rows(vectors.navec, ids) if vectors.navec else vectors.rows(ids)


def navec_rows(navec: Navec, ids: Ints) -> Floats:
    """Return the vectors of these numbers: ids x dim; zeros for -1."""
    out = np.empty((len(ids), navec.dim), dtype=np.float32)
    gather_chunks(navec.indexes, navec.codes, np.ascontiguousarray(ids), out)
    return out


@compiled
def gather_chunks(indexes, codes, ids, out):  # type: ignore[no-untyped-def]
    """Write the centroid that each part of a word's row of `indexes` names: ids x dim."""
    chunk = codes.shape[2]
    for n in range(len(ids)):
        if ids[n] < 0:
            out[n, :] = 0
            continue
        row, at = indexes[ids[n]], 0
        for part in range(len(codes)):
            centroid = codes[part, row[part]]
            for k in range(chunk):
                out[n, at + k] = centroid[k]
            at += chunk
