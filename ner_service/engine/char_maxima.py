"""The maxima of a convolution over characters, and their gradient, for training on a CPU.

A table holds each character's share in the window at its left, middle and right, as in
`kernels.char_features`. Here it is also remembered where in its word each maximum stands.
"""

import numpy as np

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import sum_window


@compiled
def maxima(ids, lengths, table, out, places):  # type: ignore[no-untyped-def]
    """Write the maximum of each column over a word's characters, and the place of it.

    `ids`, words x characters, are those of the characters, of which word n has `lengths[n]`.
    `table` is characters x 3 size; `out` and `places` are words x size.
    """
    window = np.empty(out.shape[1], dtype=np.float32)
    for n in range(len(out)):
        top, at = out[n], places[n]
        sum_window(table, ids[n], 0, False, lengths[n] > 1, top)
        at[:] = 0
        for i in range(1, lengths[n]):
            sum_window(table, ids[n], i, True, i + 1 < lengths[n], window)
            for j in range(len(window)):
                at[j] = i if window[j] > top[j] else at[j]
                top[j] = max(top[j], window[j])


@compiled
def add_gradient(gradient, ids, lengths, places, out):  # type: ignore[no-untyped-def]
    """Add the gradient of the maxima, words x size, to that of the table, characters x 3 size."""
    size = gradient.shape[1]
    for n in range(len(gradient)):
        for j in range(size):
            i, share = places[n, j], gradient[n, j]
            out[ids[n, i], size + j] += share
            if i:
                out[ids[n, i - 1], j] += share
            if i + 1 < lengths[n]:
                out[ids[n, i + 1], 2 * size + j] += share
