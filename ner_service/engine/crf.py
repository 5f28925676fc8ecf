"""A compiled linear-chain CRF: best paths, entities, their posteriors, and the loss."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.engine.jit import compiled, compiled_with_gil
from ner_service.engine.kernels import Floats, Ints

Doubles = NDArray[np.float64]
LEAST, MOST = 1e-200, 1e200  # factors between them never leave the range of float64


@compiled
def viterbi(emissions, transitions, starts, ends, path):  # type: ignore[no-untyped-def]
    """Write the best path into `path`; of equally good tags the first wins.

    `emissions` are length x tags or wider, `transitions` from x to.
    """
    length, size = len(path), len(starts)
    best, after = np.empty(size, emissions.dtype), np.empty(size, emissions.dtype)
    for tag in range(size):
        best[tag] = starts[tag] + emissions[0, tag]
    history = np.empty((length, size), dtype=np.int16)
    for i in range(1, length):
        for to in range(size):
            here = emissions[i, to]
            top, at = best[0] + transitions[0, to] + here, 0
            for tag in range(1, size):
                value = best[tag] + transitions[tag, to] + here
                if value > top:
                    top, at = value, tag
            after[to] = top
            history[i, to] = at
        best, after = after, best
    last = 0
    for tag in range(1, size):
        if best[tag] + ends[tag] > best[last] + ends[last]:
            last = tag
    path[length - 1] = last
    for i in range(length - 1, 0, -1):
        path[i - 1] = history[i, path[i]]


@compiled_with_gil
def best_paths(emissions, starting, lengths, crf):  # type: ignore[no-untyped-def]
    """Return the best path of each unit: a tag for each row of `emissions`, words x tags.

    Unit n has the rows from `starting[n]` on, `lengths[n]` of them.
    """
    transitions, starts, ends = crf
    paths = np.zeros(len(emissions), dtype=np.int64)
    for n in range(len(lengths)):
        first, last = starting[n], starting[n] + lengths[n]
        viterbi(emissions[first:last], transitions, starts, ends, paths[first:last])
    return paths


@compiled_with_gil
def find_unsure(emissions, starting, lengths, crf, errors, paths):  # type: ignore[no-untyped-def]
    """Write the best paths as `best_paths` returns them, and return the rows that may be wrong.

    The emissions of a row are wrong by no more than `errors` says. A path is the best for certain
    if it stays so when each of its emissions is worse by twice the error, since no other path can
    gain more on it. Else the rows in which the better path differs are unsure.
    """
    transitions, starts, ends = crf
    unsure = np.empty(len(errors), dtype=np.int64)
    count = 0
    for n in range(len(lengths)):
        first, last = starting[n], starting[n] + lengths[n]
        path, other = paths[first:last], np.empty(lengths[n], dtype=np.int64)
        worse = emissions[first:last].copy()
        viterbi(worse, transitions, starts, ends, path)
        for i in range(lengths[n]):
            worse[i, path[i]] -= np.float32(2) * errors[first + i]
        viterbi(worse, transitions, starts, ends, other)
        for i in range(lengths[n]):
            if other[i] != path[i] and errors[first + i]:
                unsure[count] = first + i
                count += 1
    return unsure[:count]


@compiled_with_gil
def spans(paths, starting, lengths, opens, prolongs):  # type: ignore[no-untyped-def]
    """Return the entities on legal paths: rows of unit, start and end within it, last tag.

    `opens` are the tags that begin an entity, `prolongs` those that continue one.
    """
    rows = np.empty((len(paths), 4), dtype=np.int64)
    count = 0
    for n in range(len(lengths)):
        start = 0
        for i in range(lengths[n]):
            tag = paths[starting[n] + i]
            if opens[tag]:
                start = i
            elif not prolongs[tag]:
                continue
            if i + 1 == lengths[n] or not prolongs[paths[starting[n] + i + 1]]:
                rows[count, 0], rows[count, 1] = n, start  # a whole row would be made first
                rows[count, 2], rows[count, 3] = i + 1, tag
                count += 1
    return rows[:count]


def posteriors(
    rows: Ints,
    paths: Ints,
    emissions: Floats,
    starting: Ints,
    lengths: Ints,
    crf: Any,
    continuations: Ints,
) -> Doubles:
    """Return the posterior probability of each of the spans that `spans` returns.

    `continuations` is for each tag the tag that would prolong an entity, or -1.
    """
    arguments = rows, paths, emissions, starting, lengths, crf, continuations
    scores: Doubles = posteriors_in_range(*arguments)
    if (scores < 0).any():
        fill_by_logarithms(*arguments, scores)
    return scores


@compiled
def posteriors_in_range(rows, paths, emissions, starting, lengths, crf, continuations):  # type: ignore[no-untyped-def]
    """Return what `posteriors` does, but -1 where the scores of a unit lie too far apart.

    Logarithms would serve there, but hardly any net ever needs them, and they take long to compile.
    """
    transitions, starts, ends = crf
    steps, enter, leave = factors(transitions, starts, ends)
    scores = np.empty(len(rows))
    for k in range(len(rows)):
        n, start, end, tag = rows[k]
        first, last = starting[n], starting[n] + lengths[n]
        if k == 0 or n != rows[k - 1, 0]:
            unit = emissions[first:last]
            messages, _, in_range = forward_backward(unit, steps, enter, leave)
        scores[k] = -1.0
        if in_range:
            span = start, end, paths[first:last], continuations[tag]
            scores[k] = span_probability(*span, messages, False, transitions)
    return scores


@compiled
def fill_by_logarithms(rows, paths, emissions, starting, lengths, crf, continuations, scores):  # type: ignore[no-untyped-def]
    """Fill in what `posteriors_in_range` left out."""
    transitions, starts, ends = crf
    for k in range(len(rows)):
        if scores[k] < 0:
            n, start, end, tag = rows[k]
            first, last = starting[n], starting[n] + lengths[n]
            messages = log_messages(emissions[first:last], transitions, starts, ends)
            span = start, end, paths[first:last], continuations[tag]
            scores[k] = span_probability(*span, messages, True, transitions)


@compiled
def decode(  # type: ignore[no-untyped-def]
    emissions, starting, lengths, crf, opens, prolongs, continuations, sharpness, tempered
):  # fmt: skip
    """Return the best paths, the rows of `spans` on them, and what `posteriors_in_range` does.

    Posteriors are those of the emissions times `sharpness` and of the CRF `tempered`, whose
    scores are multiplied by it already. All is one kernel because a thread would have to win
    Python's lock back after each of several.
    """
    paths = best_paths(emissions, starting, lengths, crf)
    rows = spans(paths, starting, lengths, opens, prolongs)
    if not len(rows):
        return paths, rows, np.empty(0)
    sharp = np.empty_like(emissions)
    for n in range(len(emissions)):
        for tag in range(emissions.shape[1]):
            sharp[n, tag] = emissions[n, tag] * sharpness
    scores = posteriors_in_range(rows, paths, sharp, starting, lengths, tempered, continuations)
    return paths, rows, scores


@compiled
def factors(transitions, starts, ends):  # type: ignore[no-untyped-def]
    """Return the exponentials of a CRF's scores, in float64."""
    size = len(starts)
    steps, enter, leave = np.empty((size, size)), np.empty(size), np.empty(size)
    for tag in range(size):
        enter[tag], leave[tag] = np.exp(np.float64(starts[tag])), np.exp(np.float64(ends[tag]))
        for to in range(size):
            steps[tag, to] = np.exp(np.float64(transitions[tag, to]))
    return steps, enter, leave


@compiled
def forward_backward(emissions, steps, enter, leave):  # type: ignore[no-untyped-def]
    """Return scaled messages in the probability domain (Rabiner 1989), log partition, in range.

    The messages are `forward`, `backward` and `local`, each length x tags: `local[i]` holds the
    emission factors already divided by the scale, so that a path's posterior is the product of
    `forward` at its start, of transition and `local` factors, and of `backward` at its end. The
    last value is false where scores lie too far apart for probabilities; the rest is void then.
    """
    length, size = len(emissions), len(enter)
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = np.empty((length, size))
    partition = 0.0
    for i in range(length):
        top = np.float64(emissions[i, 0])
        for tag in range(1, size):
            top = max(top, np.float64(emissions[i, tag]))
        for tag in range(size):
            local[i, tag] = np.exp(emissions[i, tag] - top)
        for tag in range(size):
            forward[i, tag] = 0.0 if i else enter[tag]
        if i:
            for before in range(size):  # outside, so that the matrix is read in its order
                mass = forward[i - 1, before]
                for tag in range(size):
                    forward[i, tag] += mass * steps[before, tag]
        total = 0.0
        for tag in range(size):
            forward[i, tag] *= local[i, tag]
            total += forward[i, tag]
        if total < LEAST:
            return (forward, backward, local), partition, False
        partition += top + np.log(total)
        for tag in range(size):
            forward[i, tag] /= total
            local[i, tag] /= total
    final = 0.0
    for tag in range(size):
        final += forward[length - 1, tag] * leave[tag]
    if final < LEAST:
        return (forward, backward, local), partition, False
    for tag in range(size):
        backward[length - 1, tag] = leave[tag] / final
    reverse = steps.T.copy()
    for i in range(length - 2, -1, -1):
        for tag in range(size):
            backward[i, tag] = 0.0
        for to in range(size):
            near, far = local[i + 1, to], backward[i + 1, to]
            for tag in range(size):
                backward[i, tag] += reverse[to, tag] * near * far
        for tag in range(size):
            if backward[i, tag] > MOST:
                return (forward, backward, local), partition, False
    return (forward, backward, local), partition + np.log(final), True


@compiled
def log_messages(emissions, transitions, starts, ends):  # type: ignore[no-untyped-def]
    """Return the messages of `forward_backward` as logarithms, which are slow but in range."""
    length, size = len(emissions), len(starts)
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = np.empty((length, size))
    terms = np.empty(size)
    for i in range(length):
        for tag in range(size):
            local[i, tag] = emissions[i, tag]
    for tag in range(size):
        forward[0, tag] = local[0, tag] + starts[tag]
    for i in range(1, length):
        for tag in range(size):
            for before in range(size):
                terms[before] = forward[i - 1, before] + transitions[before, tag]
            forward[i, tag] = local[i, tag] + log_sum(terms)
    for tag in range(size):
        terms[tag] = forward[length - 1, tag] + ends[tag]
    total = log_sum(terms)
    for tag in range(size):
        backward[length - 1, tag] = ends[tag] - total
    for i in range(length - 2, -1, -1):
        for tag in range(size):
            for to in range(size):
                terms[to] = transitions[tag, to] + local[i + 1, to] + backward[i + 1, to]
            backward[i, tag] = log_sum(terms)
    return forward, backward, local


@compiled
def log_sum(terms):  # type: ignore[no-untyped-def]
    """Return the logarithm of the sum of the exponentials of `terms`."""
    top = terms[0]
    for term in terms:
        top = max(top, term)
    total = 0.0
    for term in terms:
        total += np.exp(term - top)
    return top + np.log(total)


@compiled
def span_probability(start, end, path, prolonged, messages, are_logs, transitions):  # type: ignore[no-untyped-def]
    """Return the posterior probability of tags `path[start:end]` with an entity ending there.

    `prolonged` is the tag that would prolong the entity, or -1 where the last tag says that it
    ends (Culotta and McCallum 2004). `messages` may be logarithms.
    """
    forward, backward, local = messages
    mass = log_message(forward[start, path[start]], are_logs)
    for i in range(start + 1, end):
        mass += transitions[path[i - 1], path[i]] + log_message(local[i, path[i]], are_logs)
    probability = np.exp(mass + log_message(backward[end - 1, path[end - 1]], are_logs))
    if prolonged >= 0 and end < len(path):
        mass += transitions[path[end - 1], prolonged] + log_message(local[end, prolonged], are_logs)
        probability -= np.exp(mass + log_message(backward[end, prolonged], are_logs))
    return min(max(probability, 0.0), 1.0)


@compiled
def log_message(message, is_log):  # type: ignore[no-untyped-def]
    """Return the logarithm of a message, which may be one already."""
    return message if is_log else np.log(max(message, LEAST))


@compiled
def likelihood(  # type: ignore[no-untyped-def]
    emissions, transitions, starts, ends, tags, lengths, losses, to_emissions, to_transitions,
    to_starts, to_ends,
):  # fmt: skip
    """Fill in the loss of each unit, and its gradients: posteriors less the path of `tags`.

    `emissions` and `to_emissions` are batch x length x tags, `to_transitions` batch x from x to.
    Returns false where scores lie too far apart for probabilities.
    """
    size = len(starts)
    steps, enter, leave = factors(transitions, starts, ends)
    pairs = np.empty((size, size))
    for b in range(len(lengths)):
        length = lengths[b]
        row, path = emissions[b, :length], tags[b, :length]
        messages, partition, in_range = forward_backward(row, steps, enter, leave)
        forward, backward, local = messages
        if not in_range:
            return False
        loss = partition - starts[path[0]] - ends[path[length - 1]]
        pairs[:] = 0.0
        for i in range(length):  # slices would bring numba's words for wrong shapes
            for tag in range(size):
                to_emissions[b, i, tag] = forward[i, tag] * backward[i, tag]
                local[i, tag] *= backward[i, tag]
        for i in range(length):
            loss -= row[i, path[i]]
            if i:
                loss -= transitions[path[i - 1], path[i]]
        for tag in range(size):
            for i in range(1, length):
                share = forward[i - 1, tag]
                for to in range(size):
                    pairs[tag, to] += share * local[i, to]
        losses[b] = loss
        for tag in range(size):
            to_starts[b, tag] = to_emissions[b, 0, tag]
            to_ends[b, tag] = to_emissions[b, length - 1, tag]
            for to in range(size):
                to_transitions[b, tag, to] = pairs[tag, to] * steps[tag, to]
        to_starts[b, path[0]] -= 1.0
        to_ends[b, path[length - 1]] -= 1.0
        for i in range(length):
            to_emissions[b, i, path[i]] -= 1.0
            if i:
                to_transitions[b, path[i - 1], path[i]] -= 1.0
    return True
