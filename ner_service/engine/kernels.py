"""Compiled fp32 kernels: matrix product, LSTM, Viterbi, span probabilities.

Every row is computed by the same operations in the same order whatever stands beside it, so
that an answer cannot depend on its batch.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

EXACT = {"contract", "nsz", "nnan", "ninf"}  # no reassociation: the order of sums is ours


def compiled(function: Callable[..., Any]) -> Any:
    """Compiles at first call and keeps the machine code on disk where that can be written."""
    options: Any = {"nogil": True, "fastmath": EXACT, "error_model": "numpy", "boundscheck": False}
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:  # no folder for the cache
        return numba.njit(function, **options)


@compiled
def tanh(x):  # type: ignore[no-untyped-def]
    """A rational minimax approximation, within 4 units in the last place (as in Eigen)."""
    x = min(max(x, np.float32(-7.9)), np.float32(7.9))
    y = x * x
    p = np.float32(-2.76076847742355e-16)
    p = p * y + np.float32(2.00018790482477e-13)
    p = p * y + np.float32(-8.60467152213735e-11)
    p = p * y + np.float32(5.12229709037114e-08)
    p = p * y + np.float32(1.48572235717979e-05)
    p = p * y + np.float32(6.37261928875436e-04)
    p = p * y + np.float32(4.89352455891786e-03)
    q = np.float32(1.19825839466702e-06)
    q = q * y + np.float32(1.18534705686654e-04)
    q = q * y + np.float32(2.26843463243900e-03)
    q = q * y + np.float32(4.89352518554385e-03)
    return x * p / q


@compiled
def sigmoid(x):  # type: ignore[no-untyped-def]
    return np.float32(0.5) * tanh(np.float32(0.5) * x) + np.float32(0.5)


@compiled
def matmul(a, b, out):  # type: ignore[no-untyped-def]
    """Adds `a @ b` to `out`: rows x inner, inner x columns; four rows share each read of b."""
    rows, inner = a.shape
    columns = b.shape[1]
    even = inner - inner % 4
    blocked = rows - rows % 4
    for i in range(0, blocked, 4):
        o0, o1, o2, o3 = out[i], out[i + 1], out[i + 2], out[i + 3]
        for k in range(0, even, 4):
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            p0, p1, p2, p3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            q0, q1, q2, q3 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            r0, r1, r2, r3 = a[i + 2, k], a[i + 2, k + 1], a[i + 2, k + 2], a[i + 2, k + 3]
            s0, s1, s2, s3 = a[i + 3, k], a[i + 3, k + 1], a[i + 3, k + 2], a[i + 3, k + 3]
            for j in range(columns):
                o0[j] = o0[j] + p0 * b0[j] + p1 * b1[j] + p2 * b2[j] + p3 * b3[j]
                o1[j] = o1[j] + q0 * b0[j] + q1 * b1[j] + q2 * b2[j] + q3 * b3[j]
                o2[j] = o2[j] + r0 * b0[j] + r1 * b1[j] + r2 * b2[j] + r3 * b3[j]
                o3[j] = o3[j] + s0 * b0[j] + s1 * b1[j] + s2 * b2[j] + s3 * b3[j]
    for i in range(blocked, rows):
        o0 = out[i]
        for k in range(0, even, 4):
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            p0, p1, p2, p3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            for j in range(columns):
                o0[j] = o0[j] + p0 * b0[j] + p1 * b1[j] + p2 * b2[j] + p3 * b3[j]
    for i in range(rows):
        o0 = out[i]
        for k in range(even, inner):
            b0, p0 = b[k], a[i, k]
            for j in range(columns):
                o0[j] = o0[j] + p0 * b0[j]


@compiled
def lstm(gates, recurrent, back, out):  # type: ignore[no-untyped-def]
    """Runs one direction of an LSTM over one unit.

    `gates`, length x 4 hidden, holds the projected inputs with biases and is used up;
    `recurrent` is hidden x 4 hidden; states go to `out`, length x hidden. Gates stand in
    torch's order: input, forget, cell, output.
    """
    length = gates.shape[0]
    hidden = recurrent.shape[0]
    cell = np.zeros(hidden, dtype=np.float32)
    state = np.zeros((1, hidden), dtype=np.float32)
    for step in range(length):
        i = length - 1 - step if back else step
        row = gates[i : i + 1]
        if step:
            matmul(state, recurrent, row)
        g = row[0]
        for j in range(hidden):
            keep = sigmoid(g[hidden + j]) * cell[j]
            c = keep + sigmoid(g[j]) * tanh(g[2 * hidden + j])
            h = sigmoid(g[3 * hidden + j]) * tanh(c)
            cell[j] = c
            state[0, j] = h
            out[i, j] = h


@compiled
def viterbi(emissions, transitions, starts, ends):  # type: ignore[no-untyped-def]
    """The best path through length x tags emissions; ties go to the first tag."""
    length, size = emissions.shape
    best = starts + emissions[0]
    after = np.empty_like(best)
    history = np.empty((length, size), dtype=np.int16)
    for i in range(1, length):
        for to in range(size):
            top, at = best[0] + transitions[0, to], 0
            for tag in range(1, size):
                value = best[tag] + transitions[tag, to]
                if value > top:
                    top, at = value, tag
            after[to] = top + emissions[i, to]
            history[i, to] = at
        best, after = after, best
    path = np.empty(length, dtype=np.int64)
    path[length - 1] = np.argmax(best + ends)
    for i in range(length - 1, 0, -1):
        path[i - 1] = history[i, path[i]]
    return path


@compiled
def forward_backward(emissions, transitions, starts, ends):  # type: ignore[no-untyped-def]
    """Scaled forward and backward messages in the probability domain (Rabiner 1989).

    Returns `forward`, `backward` and `local`, each length x tags: `local[i]` holds the
    emission factors already divided by the scale, so that a path's posterior is a product of
    `forward` at its start, transition and `local` factors, and `backward` at its end.
    """
    length, size = emissions.shape
    steps = np.exp(transitions.astype(np.float64))
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = np.empty((length, size))
    last = np.exp(ends.astype(np.float64))
    for i in range(length):
        top = emissions[i].max()
        for tag in range(size):
            local[i, tag] = np.exp(np.float64(emissions[i, tag] - top))
        total = 0.0
        for tag in range(size):
            mass = 0.0
            if i == 0:
                mass = np.exp(np.float64(starts[tag]))
            else:
                for before in range(size):
                    mass += forward[i - 1, before] * steps[before, tag]
            forward[i, tag] = mass * local[i, tag]
            total += forward[i, tag]
        for tag in range(size):
            forward[i, tag] /= total
            local[i, tag] /= total
    final = 0.0
    for tag in range(size):
        final += forward[length - 1, tag] * last[tag]
    for tag in range(size):
        backward[length - 1, tag] = last[tag] / final
    for i in range(length - 2, -1, -1):
        for tag in range(size):
            mass = 0.0
            for to in range(size):
                mass += steps[tag, to] * local[i + 1, to] * backward[i + 1, to]
            backward[i, tag] = mass
    return forward, backward, local


@compiled
def span_probability(start, end, path, go_on, messages, transitions):  # type: ignore[no-untyped-def]
    """The posterior probability of tags `path[start:end]` with an entity ending there.

    `go_on` is the tag that would prolong the entity, or -1 where the last tag says that it
    ends (Culotta and McCallum 2004).
    """
    forward, backward, local = messages
    mass = forward[start, path[start]]
    for i in range(start + 1, end):
        step = np.exp(np.float64(transitions[path[i - 1], path[i]]))
        mass *= step * local[i, path[i]]
    tail = backward[end - 1, path[end - 1]]
    if go_on >= 0 and end < len(path):
        step = np.exp(np.float64(transitions[path[end - 1], go_on]))
        tail -= step * local[end, go_on] * backward[end, go_on]
    return min(max(mass * tail, 0.0), 1.0)


@compiled
def char_features(ids, lengths, tables, bias, out):  # type: ignore[no-untyped-def]
    """A width-3 convolution over characters and its maximum: words x size.

    `tables`, 3 x characters x size, holds each character's share in the window at its left,
    middle and right place.
    """
    size = bias.shape[0]
    window = np.empty(size, dtype=np.float32)
    for n in range(len(lengths)):
        length = lengths[n]
        for i in range(length):
            middle = tables[1, ids[n, i]]
            for j in range(size):
                window[j] = bias[j] + middle[j]
            if i > 0:
                left = tables[0, ids[n, i - 1]]
                for j in range(size):
                    window[j] += left[j]
            if i + 1 < length:
                right = tables[2, ids[n, i + 1]]
                for j in range(size):
                    window[j] += right[j]
            for j in range(size):
                if i == 0 or window[j] > out[n, j]:
                    out[n, j] = window[j]
