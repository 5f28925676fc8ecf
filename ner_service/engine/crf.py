"""A compiled linear-chain CRF: best paths, entities, their posteriors, and the loss."""

import numpy as np

from ner_service.engine.jit import compiled, compiled_with_gil

LEAST, MOST = 1e-200, 1e200  # of what may be multiplied without leaving the range of float64


@compiled
def viterbi(emissions, transitions, starts, ends, path):  # type: ignore[no-untyped-def]
    """Writes the best path through length x tags emissions; ties go to the first tag."""
    length, size = len(path), len(starts)
    best = starts + emissions[0, :size]
    after = np.empty_like(best)
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
    path[length - 1] = np.argmax(best + ends)
    for i in range(length - 1, 0, -1):
        path[i - 1] = history[i, path[i]]


@compiled_with_gil
def best_paths(emissions, starting, lengths, crf):  # type: ignore[no-untyped-def]
    """The best path of each unit: a tag a row of `emissions`."""
    transitions, starts, ends = crf
    paths = np.zeros(len(emissions), dtype=np.int64)
    for n in range(len(lengths)):
        first, last = starting[n], starting[n] + lengths[n]
        viterbi(emissions[first:last], transitions, starts, ends, paths[first:last])
    return paths


@compiled_with_gil
def spans(paths, starting, lengths, opens, prolongs):  # type: ignore[no-untyped-def]
    """The entities that legal paths mark: rows of unit, start and end within it, last tag.

    `opens` are the tags that begin an entity, `prolongs` those that continue one.
    """
    found = np.empty((len(paths), 4), dtype=np.int64)
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
                found[count, 0], found[count, 1] = n, start
                found[count, 2], found[count, 3] = i + 1, tag
                count += 1
    return found[:count]


@compiled
def posteriors(found, paths, emissions, starting, lengths, crf, go_on):  # type: ignore[no-untyped-def]
    """The posterior probability of each of the `found` spans, in the order of their units."""
    transitions, starts, ends = crf
    steps, enter, leave = weights(transitions, starts, ends)
    scores = np.empty(len(found))
    messages, _, sound = forward_backward(emissions[:1], steps, enter, leave)
    for k in range(len(found)):
        n, start, end, tag = found[k]
        first, last = starting[n], starting[n] + lengths[n]
        if k == 0 or n != found[k - 1, 0]:
            unit = emissions[first:last]
            messages, _, sound = forward_backward(unit, steps, enter, leave)
            if not sound:
                messages = log_messages(unit, transitions, starts, ends)
        path = paths[first:last]
        scores[k] = span_probability(start, end, path, go_on[tag], messages, not sound, transitions)
    return scores


@compiled
def decode(emissions, starting, lengths, crf, opens, prolongs, go_on, sharpness, tempered):  # type: ignore[no-untyped-def]
    """The entities on the best paths, as `spans` has them, and their posteriors.

    These are of the scores times `sharpness`; `tempered` is the CRF so. One kernel, as Python's
    lock would have to be won back after each of several.
    """
    paths = best_paths(emissions, starting, lengths, crf)
    found = spans(paths, starting, lengths, opens, prolongs)
    if not len(found):
        return found, np.empty(0)
    sharp = emissions * sharpness
    return found, posteriors(found, paths, sharp, starting, lengths, tempered, go_on)


@compiled
def weights(transitions, starts, ends):  # type: ignore[no-untyped-def]
    """The factors of a CRF's scores."""
    return (
        np.exp(transitions.astype(np.float64)),
        np.exp(starts.astype(np.float64)),
        np.exp(ends.astype(np.float64)),
    )


@compiled
def forward_backward(emissions, steps, enter, leave):  # type: ignore[no-untyped-def]
    """Scaled forward and backward messages in the probability domain (Rabiner 1989).

    Returns `forward`, `backward` and `local`, each length x tags: `local[i]` holds the emission
    factors already divided by the scale, so that a path's posterior is a product of `forward`
    at its start, transition and `local` factors, and `backward` at its end. Then the logarithm
    of the sum over all paths; and whether probabilities sufficed, or scores lie too far apart.
    """
    length, size = len(emissions), len(enter)
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = np.empty((length, size))
    partition = 0.0
    for i in range(length):
        top = np.float64(emissions[i, :size].max())
        for tag in range(size):
            local[i, tag] = np.exp(emissions[i, tag] - top)
        total = 0.0
        for tag in range(size):
            mass = 0.0
            if i == 0:
                mass = enter[tag]
            else:
                for before in range(size):
                    mass += forward[i - 1, before] * steps[before, tag]
            forward[i, tag] = mass * local[i, tag]
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
    for i in range(length - 2, -1, -1):
        for tag in range(size):
            mass = 0.0
            for to in range(size):
                mass += steps[tag, to] * local[i + 1, to] * backward[i + 1, to]
            backward[i, tag] = mass
            if mass > MOST:
                return (forward, backward, local), partition, False
    return (forward, backward, local), partition + np.log(final), True


@compiled
def log_messages(emissions, transitions, starts, ends):  # type: ignore[no-untyped-def]
    """As `forward_backward`, the messages as logarithms: slow, but never out of range."""
    length, size = len(emissions), len(starts)
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = emissions[:, :size].astype(np.float64)
    terms = np.empty(size)
    for i in range(length):
        for tag in range(size):
            forward[i, tag] = local[i, tag] + starts[tag]
            if i:
                for before in range(size):
                    terms[before] = forward[i - 1, before] + transitions[before, tag]
                forward[i, tag] = local[i, tag] + log_sum(terms)
    for tag in range(size):
        terms[tag] = forward[length - 1, tag] + ends[tag]
    partition = log_sum(terms)
    for i in range(length - 1, -1, -1):
        for tag in range(size):
            backward[i, tag] = ends[tag] - partition
            if i + 1 < length:
                for to in range(size):
                    terms[to] = transitions[tag, to] + local[i + 1, to] + backward[i + 1, to]
                backward[i, tag] = log_sum(terms)
    return forward, backward, local


@compiled
def log_sum(terms):  # type: ignore[no-untyped-def]
    """The logarithm of the sum of exponentials."""
    top = terms.max()
    return top + np.log(np.exp(terms - top).sum())


@compiled
def span_probability(start, end, path, go_on, messages, logs, transitions):  # type: ignore[no-untyped-def]
    """The posterior probability of tags `path[start:end]` with an entity ending there.

    `go_on` is the tag that would prolong the entity, or -1 where the last tag says that it
    ends (Culotta and McCallum 2004).
    """
    forward, backward, local = messages
    mass = log(forward[start, path[start]], logs)
    for i in range(start + 1, end):
        mass += transitions[path[i - 1], path[i]] + log(local[i, path[i]], logs)
    found = np.exp(mass + log(backward[end - 1, path[end - 1]], logs))
    if go_on >= 0 and end < len(path):
        mass += transitions[path[end - 1], go_on] + log(local[end, go_on], logs)
        found -= np.exp(mass + log(backward[end, go_on], logs))
    return min(max(found, 0.0), 1.0)


@compiled
def log(message, logs):  # type: ignore[no-untyped-def]
    """The logarithm of a message, which may be one already."""
    return message if logs else np.log(max(message, LEAST))


@compiled
def likelihood(  # type: ignore[no-untyped-def]
    emissions, transitions, starts, ends, tags, lengths, losses, to_emissions, to_transitions,
    to_starts, to_ends,
):  # fmt: skip
    """Fills in the loss of each row and its gradients: posteriors less the path of `tags`.

    Says whether scores lay near enough for it.
    """
    size = len(starts)
    steps, enter, leave = weights(transitions, starts, ends)
    pairs = np.empty((size, size))
    for b in range(len(lengths)):
        length = lengths[b]
        row, path = emissions[b, :length], tags[b, :length]
        (forward, backward, local), partition, sound = forward_backward(row, steps, enter, leave)
        if not sound:
            return False
        loss = partition - starts[path[0]] - ends[path[length - 1]]
        pairs[:] = 0.0
        for i in range(length):
            loss -= row[i, path[i]]
            for tag in range(size):
                to_emissions[b, i, tag] = forward[i, tag] * backward[i, tag]
            if i == 0:
                continue
            loss -= transitions[path[i - 1], path[i]]
            for to in range(size):
                local[i, to] *= backward[i, to]
            for tag in range(size):
                share = forward[i - 1, tag]
                for to in range(size):
                    pairs[tag, to] += share * local[i, to]
        losses[b] = loss
        to_starts[b] = to_emissions[b, 0]
        to_ends[b] = to_emissions[b, length - 1]
        to_transitions[b] = pairs * steps
        to_starts[b, path[0]] -= 1.0
        to_ends[b, path[length - 1]] -= 1.0
        for i in range(length):
            to_emissions[b, i, path[i]] -= 1.0
            if i:
                to_transitions[b, path[i - 1], path[i]] -= 1.0
    return True
