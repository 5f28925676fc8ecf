"""The CRF's loss and its gradient in one compiled pass; on a CPU far faster than autograd.

Forward and backward messages are kept in float64 as probabilities scaled at each token, so no
logarithm is taken inside the loops; gradients are posteriors less the gold path.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ner_service.engine.jit import compiled
from ner_service.nets.crf import CRF


def path_losses(crf: CRF, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
    """What `crf.loss` gives, with the same gradients: batch."""
    if emissions.device.type != "cpu":
        return crf.loss(emissions, tags, mask)
    apply: Any = _Losses.apply
    losses: Tensor = apply(emissions, *crf.weights(), tags, mask)
    if torch.isfinite(losses).all():
        return losses
    return crf.loss(emissions, tags, mask)  # scores too far apart for probabilities


class _Losses(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, emissions: Tensor, transitions: Tensor, starts: Tensor, ends: Tensor,
                tags: Tensor, mask: Tensor) -> Tensor:  # fmt: skip
        batch, length, size = emissions.shape
        losses = np.empty(batch, np.float32)
        to_emissions = np.zeros((batch, length, size), np.float32)
        to_transitions = np.empty((batch, size, size), np.float32)
        to_ends = np.empty((2, batch, size), np.float32)
        weights = [w.detach().double().numpy() for w in (transitions, starts, ends)]
        sound = likelihood(
            emissions.detach().double().contiguous().numpy(), *weights, tags.numpy(),
            mask.sum(1).numpy(), losses, to_emissions, to_transitions, to_ends[0], to_ends[1],
        )  # fmt: skip
        ctx.save_for_backward(*map(torch.from_numpy, (to_emissions, to_transitions, to_ends)))
        return torch.from_numpy(losses if sound else np.full_like(losses, np.nan))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (gradient,) = gradients  # batch
        to_emissions, to_transitions, to_ends = ctx.saved_tensors
        starts, ends = torch.einsum("b,ebt->et", gradient, to_ends)
        transitions = torch.einsum("b,bxy->xy", gradient, to_transitions)
        return to_emissions * gradient[:, None, None], transitions, starts, ends, None, None


@compiled
def likelihood(  # type: ignore[no-untyped-def]
    emissions, transitions, starts, ends, tags, lengths, losses, to_emissions, to_transitions,
    to_starts, to_ends,
):  # fmt: skip
    """Fills in the loss of each row and its gradients; says whether nothing underflowed."""
    batch, longest, size = emissions.shape
    steps = np.exp(transitions)  # from x to
    back = steps.T.copy()  # to x from
    forth = np.empty((longest, size))
    here = np.empty((longest, size))
    beta = np.empty(size)
    weighed = np.empty(size)
    pairs = np.empty((size, size))
    for b in range(batch):
        length = lengths[b]
        total = 0.0
        for i in range(length):
            top = emissions[b, i].max()
            total += top
            here[i] = np.exp(emissions[b, i] - top)
            row = forth[i]
            if i == 0:
                row[:] = np.exp(starts) * here[0]
            else:
                row[:] = 0.0
                for tag in range(size):
                    share = forth[i - 1, tag]
                    for to in range(size):
                        row[to] += share * steps[tag, to]
                row *= here[i]
            if i == length - 1:
                row *= np.exp(ends)
            scale = row.sum()
            if scale < 1e-290:
                return False
            total += np.log(scale)
            row /= scale
        gold = starts[tags[b, 0]] + ends[tags[b, length - 1]]
        for i in range(length):
            gold += emissions[b, i, tags[b, i]]
            if i:
                gold += transitions[tags[b, i - 1], tags[b, i]]
        losses[b] = total - gold
        beta[:] = 1.0
        pairs[:] = 0.0
        to_emissions[b, length - 1] = forth[length - 1]
        for i in range(length - 1, 0, -1):
            weighed[:] = here[i] * beta
            if i == length - 1:
                weighed *= np.exp(ends)
            beta[:] = 0.0
            for to in range(size):
                share = weighed[to]
                for tag in range(size):
                    beta[tag] += share * back[to, tag]
            scale = 0.0
            for tag in range(size):
                scale += forth[i - 1, tag] * beta[tag]
            if scale < 1e-290:
                return False
            beta /= scale
            weighed /= scale
            for tag in range(size):
                share = forth[i - 1, tag]
                to_emissions[b, i - 1, tag] = share * beta[tag]
                for to in range(size):
                    pairs[tag, to] += share * weighed[to]
        pairs *= steps
        to_starts[b] = to_emissions[b, 0]
        to_ends[b] = to_emissions[b, length - 1]
        to_transitions[b] = pairs
        to_starts[b, tags[b, 0]] -= 1.0
        to_ends[b, tags[b, length - 1]] -= 1.0
        for i in range(length):
            to_emissions[b, i, tags[b, i]] -= 1.0
            if i:
                to_transitions[b, tags[b, i - 1], tags[b, i]] -= 1.0
    return True
