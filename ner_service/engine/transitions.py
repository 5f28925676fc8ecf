"""A compiled transition parser takes the best allowed move at each token, as spaCy's `ner` does.

A state is read from few tokens: the next one, and those of the entity that is open. Each token has
a share in the hidden layer, by its place in the state. The shares of next tokens are computed for
all tokens in one product, those of other places where an entity is open, which is seldom.
"""

from typing import NamedTuple

import numpy as np

from ner_service.engine.jit import compiled
from ner_service.engine.kernels import Floats, Ints, copy, copy_rows

BEGIN, IN, LAST, UNIT, OUT, NEVER = range(6)  # moves of BILUO; one of them is never allowed


class Weights(NamedTuple):
    """The weights of a parser, and what its classes are.

    `lower`, (places - 1) x inner x (pieces * hidden), makes the shares of a token at the other
    places than the first; `absent` stands for a token that a state lacks there. `upper` is hidden
    x padded classes, and empty where the hidden units are the classes. Classes that are `unseen`
    get the least score.
    """

    lower: Floats
    absent: Floats
    bias: Floats
    upper: Floats
    upper_bias: Floats
    unseen: Ints
    moves: Ints
    labels: Ints


@compiled
def parse(states, shares, starts, lengths, blank, weights):  # type: ignore[no-untyped-def]
    """Return the entities of documents: rows of document, start and end within it, label.

    Document n has the rows `starts[n]` to `starts[n] + lengths[n]` of `states`, tokens x inner,
    and of `shares`, tokens x (pieces * hidden), which are those of a state's next token. `blank`
    says of each row whether it is white space: no entity begins or ends there.
    """
    lower, absent, bias, upper, upper_bias, unseen, moves, labels = weights
    hidden = len(upper) if len(upper) else len(moves)
    held = absent.copy()  # the shares of the open entity's tokens
    sums = np.empty(shares.shape[1], dtype=np.float32)
    units = np.empty(hidden, dtype=np.float32)
    scores = np.empty(len(upper_bias) if len(upper) else hidden, dtype=np.float32)
    entities = np.empty((len(shares), 4), dtype=np.int64)
    count = 0
    none = np.int64(-1)  # a number in the code is of a type of its own, and would compile all twice
    for n in range(len(lengths)):
        first, end = starts[n], starts[n] + lengths[n]
        opened = label = none
        for i in range(first, end):
            sum_places(shares[i], held if opened >= 0 else absent, bias, sums)
            take_greatest(sums, units)
            score_classes(units, upper, upper_bias, scores)
            if len(unseen):
                lower_unseen(scores, len(moves), unseen)
            best = best_move(scores, moves, labels, label, i + 1 == end, blank[i])
            if best < 0:
                break
            move = moves[best]
            if move in (BEGIN, UNIT):
                opened, label = i, labels[best]  # type: ignore[assignment]
                copy_rows(absent, held)
            if move in (LAST, UNIT):
                last = i
                while blank[last] and last > opened:
                    last -= 1
                row = entities[count]
                row[0], row[1], row[2], row[3] = n, opened - first, last + 1 - first, label
                count += 1
                opened = label = none
            elif opened >= 0:
                hold(states[i], i - opened, lower, held)
    return entities[:count]


@compiled
def hold(state, number, lower, held):  # type: ignore[no-untyped-def]
    """Keep the shares of a token of the open entity, its `number`-th from 0.

    Where a state has two tokens of an entity they are its first and its last one, else they are its
    first ones.
    """
    if len(held) == 2:
        if number == 0:
            multiply(state, lower[0], held[0])
        multiply(state, lower[1], held[1])
    elif number < len(held):
        multiply(state, lower[number], held[number])


@compiled
def multiply(row, weight, out):  # type: ignore[no-untyped-def]
    """Write a row, inner, times a weight, inner x columns: columns."""
    out[:] = 0
    for k in range(len(row)):
        factor, weights = row[k], weight[k]
        for j in range(len(out)):
            out[j] += factor * weights[j]


@compiled
def sum_places(share, others, bias, sums):  # type: ignore[no-untyped-def]
    """Sum the shares of a state's tokens, and the bias: pieces * hidden."""
    for j in range(len(sums)):
        sums[j] = share[j]
    for row in others:
        for j in range(len(sums)):
            sums[j] += row[j]
    for j in range(len(sums)):
        sums[j] += bias[j]


@compiled
def take_greatest(sums, units):  # type: ignore[no-untyped-def]
    """Write the greatest piece of each hidden unit; pieces stand side by side: hidden."""
    size = len(units)
    for j in range(size):
        units[j] = sums[j]
    for start in range(size, len(sums), size):
        others = sums[start : start + size]
        for j in range(size):
            units[j] = max(units[j], others[j])


@compiled
def score_classes(units, upper, upper_bias, scores):  # type: ignore[no-untyped-def]
    """Write the score of each class: padded classes."""
    if len(upper) == 0:
        copy(units, scores)
        return
    multiply(units, upper, scores)
    for c in range(len(scores)):
        scores[c] += upper_bias[c]


@compiled
def lower_unseen(scores, classes, unseen):  # type: ignore[no-untyped-def]
    """Give unseen classes the least of all scores."""
    least = scores[0]
    for c in range(1, classes):
        least = min(least, scores[c])
    for c in unseen:
        scores[c] = least


@compiled
def best_move(scores, moves, labels, label, is_last, is_blank):  # type: ignore[no-untyped-def]
    """Return the best class that is allowed, -1 for none; `label` is that of an open entity."""
    best = -1
    for c in range(len(moves)):
        move = moves[c]
        if move == IN:
            allowed = labels[c] == label and not is_last
        elif move == LAST:
            allowed = labels[c] == label
        elif move == BEGIN:
            allowed = label < 0 and not is_last and not is_blank
        elif move == UNIT:
            allowed = label < 0 and not is_blank
        else:
            allowed = move == OUT and label < 0
        if allowed and (best < 0 or scores[c] > scores[best]):
            best = c
    return best
