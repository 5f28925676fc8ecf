"""Compiled decoding of a linear-chain CRF: best paths, entities, their posteriors."""

import numpy as np

from ner_service.engine.jit import compiled


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


@compiled
def best_paths(emissions, starting, lengths, crf):  # type: ignore[no-untyped-def]
    """The best path of each unit: a tag a row of `emissions`."""
    transitions, starts, ends = crf
    paths = np.zeros(len(emissions), dtype=np.int64)
    for n in range(len(lengths)):
        first, last = starting[n], starting[n] + lengths[n]
        viterbi(emissions[first:last], transitions, starts, ends, paths[first:last])
    return paths


@compiled
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
    scores = np.empty(len(found))
    messages = forward_backward(emissions[:1], transitions, starts, ends)
    for k in range(len(found)):
        n, start, end, tag = found[k]
        first, last = starting[n], starting[n] + lengths[n]
        if k == 0 or n != found[k - 1, 0]:
            messages = forward_backward(emissions[first:last], transitions, starts, ends)
        path = paths[first:last]
        scores[k] = span_probability(start, end, path, go_on[tag], messages, transitions)
    return scores


@compiled
def forward_backward(emissions, transitions, starts, ends):  # type: ignore[no-untyped-def]
    """Scaled forward and backward messages in the probability domain (Rabiner 1989).

    Returns `forward`, `backward` and `local`, each length x tags: `local[i]` holds the
    emission factors already divided by the scale, so that a path's posterior is a product of
    `forward` at its start, transition and `local` factors, and `backward` at its end.
    """
    length, size = len(emissions), len(starts)
    steps = np.exp(transitions.astype(np.float64))
    forward = np.empty((length, size))
    backward = np.empty((length, size))
    local = np.empty((length, size))
    last = np.exp(ends.astype(np.float64))
    for i in range(length):
        top = emissions[i, :size].max()
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
