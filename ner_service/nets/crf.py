"""A linear-chain CRF in torch: loss, Viterbi and posterior marginals, batch first.

Lafferty, McCallum and Pereira (2001). Transitions that the tagging scheme forbids weigh
`FORBIDDEN` in loss and decoding alike.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ner_service.labels import OUTSIDE, Scheme, may_follow

FORBIDDEN = -1e4
Add = Callable[[Tensor, int], Tensor]  # a semiring's sum along an axis


class CRF(nn.Module):
    """The score of a tag path: its emissions, its transitions, and how it starts and ends.

    Emissions are `batch x length x tags`; the mask `batch x length` is true on tokens, which
    come first in each row, at least one a row.
    """

    allowed: Tensor

    def __init__(self, tags: Sequence[str], scheme: Scheme) -> None:
        super().__init__()
        size = len(tags)
        self.transitions = nn.Parameter(torch.zeros(size, size))  # from x to
        self.starts = nn.Parameter(torch.zeros(size))
        self.ends = nn.Parameter(torch.zeros(size))
        pairs = [[may_follow(a, b, scheme) for b in (*tags, OUTSIDE)] for a in (*tags, OUTSIDE)]
        self.register_buffer("allowed", torch.tensor(pairs), persistent=False)

    def weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return transitions (from x to), starts and ends with what the scheme forbids masked."""
        forbid = ~self.allowed
        return (
            self.transitions.masked_fill(forbid[:-1, :-1], FORBIDDEN),
            self.starts.masked_fill(forbid[-1, :-1], FORBIDDEN),
            self.ends.masked_fill(forbid[:-1, -1], FORBIDDEN),
        )

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Return the negative log likelihood of each path of `tags` (batch x length): batch."""
        emissions = emissions.float()
        return self._log_partition(emissions, mask) - self.score(emissions, tags, mask)

    def score(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Return the score of each path of `tags` (batch x length): batch."""
        transitions, starts, ends = self.weights()
        steps = transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]
        here = emissions.gather(2, tags.unsqueeze(2)).squeeze(2) * mask
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        return starts[tags[:, 0]] + here.sum(1) + steps.sum(1) + ends[last]

    def _log_partition(self, emissions: Tensor, mask: Tensor, add: Add = torch.logsumexp) -> Tensor:
        """Return the log partition, or the sum of all paths by another `add`: batch."""
        transitions, starts, ends = self.weights()
        alpha = starts + emissions[:, 0]  # batch x tags
        for i in range(1, emissions.shape[1]):
            after = alpha.unsqueeze(2) + transitions  # batch x from x to
            after = add(after, 1) + emissions[:, i]
            alpha = torch.where(mask[:, i, None], after, alpha)
        return add(alpha + ends, 1)

    def _shares(self, emissions: Tensor, mask: Tensor, add: Add) -> Tensor:
        """Return the gradient by the emissions, 0 on padding: batch x length x tags."""
        emissions = emissions.detach().requires_grad_()
        with torch.enable_grad():
            total = self._log_partition(emissions, mask, add).sum()
            return torch.autograd.grad(total, emissions)[0] * mask.unsqueeze(2)

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Return the posterior probability of each tag at each token: batch x length x tags."""
        return self._shares(emissions.float(), mask, torch.logsumexp)

    def decode(self, emissions: Tensor, mask: Tensor) -> list[list[int]]:
        """Return the best path of each row (Viterbi 1967), as long as its mask.

        The gradient of the best score is 1 on the best path and 0 elsewhere.
        """
        best = self._shares(emissions, mask, lambda scores, axis: scores.max(axis).values)
        return [row[here].argmax(1).tolist() for row, here in zip(best, mask, strict=True)]
