"""The compiled loss is that of the CRF, and so are its gradients."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ner_service.labels import Scheme, tag_set
from ner_service.nets.crf import CRF
from ner_service.training.compiled.crf_loss import path_losses


def make(scheme: Scheme, scale: float, lengths: list[int]) -> tuple[CRF, Tensor, Tensor]:
    crf = CRF(tag_set(("PER", "LOC", "ORG"), scheme), scheme)
    for weight in crf.parameters():
        torch.nn.init.normal_(weight)
    emissions = torch.randn(len(lengths), max(lengths), len(crf.starts)) * scale
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    return crf, emissions.requires_grad_(), mask


def gradients(crf: CRF, emissions: Tensor, losses: Tensor) -> list[Tensor]:
    weights = torch.linspace(0.5, 2, len(losses))
    return list(torch.autograd.grad((losses * weights).sum(), [emissions, *crf.parameters()]))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.sampled_from(["BIO", "BIOES"]),
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
    st.floats(0.1, 20),
    st.integers(0, 999),
)
def test_losses_and_gradients_are_those_of_the_crf(
    scheme: Scheme, lengths: list[int], scale: float, seed: int
) -> None:
    torch.manual_seed(seed)
    crf, emissions, mask = make(scheme, scale, lengths)
    noisy = crf.decode(emissions + torch.randn_like(emissions) * scale, mask)
    tags = torch.tensor([[*path, *[0] * (mask.shape[1] - len(path))] for path in noisy])
    expected = crf.loss(emissions, tags, mask)
    found = path_losses(crf, emissions, tags, mask)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3 * scale)
    for one, other in zip(
        gradients(crf, emissions, found), gradients(crf, emissions, expected), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_scores_too_far_apart_for_probabilities_still_have_a_loss() -> None:
    torch.manual_seed(0)
    crf, emissions, mask = make("BIOES", 5000.0, [50, 3])
    tags = torch.zeros_like(mask, dtype=torch.long)
    losses = path_losses(crf, emissions, tags, mask)
    torch.testing.assert_close(losses, crf.loss(emissions, tags, mask))
    assert torch.isfinite(losses).all()
