"""The CRF against the enumeration of all paths and against finite differences."""

from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ner_service.labels import OUTSIDE, Scheme, may_follow, tag_set
from ner_service.nets.crf import CRF

Row = list[int]
CASES = {"max_examples": 10, "deadline": None, "derandomize": True}

schemes = st.sampled_from(["BIO", "BIOES"])
label_sets = st.sampled_from([("PER",), ("PER", "LOC")])
lengths = st.lists(st.integers(1, 4), min_size=1, max_size=3)
seeds = st.integers(0, 2**16)


def make(labels: tuple[str, ...], scheme: Scheme, seed: int) -> CRF:
    torch.manual_seed(seed)
    crf = CRF(tag_set(labels, scheme), scheme).double()
    for weight in crf.parameters():
        torch.nn.init.normal_(weight)
    return crf


def make_batch(crf: CRF, lengths: Row) -> tuple[Tensor, Tensor]:
    emissions = torch.randn(len(lengths), max(lengths), len(crf.starts), dtype=torch.double)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    return emissions, mask


def path_score(crf: CRF, emissions: Tensor, path: tuple[int, ...]) -> float:
    score = (crf.starts[path[0]] + crf.ends[path[-1]]).item()
    score += sum(emissions[i, tag].item() for i, tag in enumerate(path))
    return score + sum(crf.transitions[a, b].item() for a, b in pairwise(path))


def all_paths(tags: list[str], scheme: Scheme, length: int) -> list[tuple[int, ...]]:
    """The paths that the scheme allows, by its own rule."""
    legal = []
    for path in product(range(len(tags)), repeat=length):
        names = [OUTSIDE, *(tags[tag] for tag in path), OUTSIDE]
        if all(may_follow(a, b, scheme) for a, b in pairwise(names)):
            legal.append(path)
    return legal


def padded(paths: list[tuple[int, ...]]) -> Tensor:
    width = max(map(len, paths))
    return torch.tensor([[*path, *[0] * (width - len(path))] for path in paths])


@settings(**CASES)
@given(label_sets, schemes, lengths, seeds)
def test_loss_decoding_and_marginals_agree_with_all_paths(
    labels: tuple[str, ...], scheme: Scheme, lengths: Row, seed: int
) -> None:
    crf = make(labels, scheme, seed)
    tags = tag_set(labels, scheme)
    emissions, mask = make_batch(crf, lengths)
    decoded = crf.decode(emissions, mask)
    marginals = crf.marginals(emissions, mask)
    gold = []
    for n, length in enumerate(lengths):
        paths = all_paths(tags, scheme, length)
        scores = torch.tensor([path_score(crf, emissions[n], path) for path in paths])
        shares = scores.softmax(0)
        assert tuple(decoded[n]) == paths[int(scores.argmax())]
        expected = torch.zeros(max(lengths), len(tags))
        for path, share in zip(paths, shares, strict=True):
            expected[range(length), path] += share
        torch.testing.assert_close(marginals[n], expected, atol=1e-5, rtol=1e-5)
        gold.append(paths[seed % len(paths)])
    losses = crf.loss(emissions, padded(gold), mask)
    for n, (path, length) in enumerate(zip(gold, lengths, strict=True)):
        paths = all_paths(tags, scheme, length)
        scores = torch.tensor([path_score(crf, emissions[n], p) for p in paths])
        wanted = scores.logsumexp(0) - path_score(crf, emissions[n], path)
        assert float(losses[n].detach()) == pytest.approx(float(wanted), abs=1e-3)


@settings(**CASES)
@given(schemes, lengths, seeds)
def test_gradients_are_those_of_finite_differences(scheme: Scheme, lengths: Row, seed: int) -> None:
    crf = make(("PER",), scheme, seed)
    emissions, mask = make_batch(crf, lengths)
    paths = [all_paths(tag_set(("PER",), scheme), scheme, n) for n in lengths]
    gold = padded([options[seed % len(options)] for options in paths])

    def loss(emissions: Tensor) -> Tensor:
        partition = crf._log_partition(emissions, mask)
        return (partition - crf.score(emissions, gold, mask)).sum()

    assert torch.autograd.gradcheck(loss, emissions.requires_grad_())
    weights = list(crf.parameters())
    for weight, gradient in zip(
        weights, torch.autograd.grad(loss(emissions), weights), strict=True
    ):
        flat, step = weight.data.view(-1), 1e-5
        for n in range(len(flat)):
            flat[n] += step
            above = float(loss(emissions).detach())
            flat[n] -= 2 * step
            below = float(loss(emissions).detach())
            flat[n] += step
            slope = (above - below) / (2 * step)
            assert float(gradient.view(-1)[n]) == pytest.approx(slope, abs=1e-6)


@settings(**CASES)
@given(schemes, lengths, st.integers(1, 5), seeds)
def test_padding_never_changes_a_value(scheme: Scheme, lengths: Row, extra: int, seed: int) -> None:
    crf = make(("PER", "LOC"), scheme, seed).float()
    emissions, mask = make_batch(crf, lengths)
    emissions = emissions.float()
    gold = torch.zeros_like(mask, dtype=torch.long)
    wide = torch.cat([emissions, torch.randn(len(lengths), extra, len(crf.starts)) * 50], 1)
    wide_mask = torch.cat([mask, torch.zeros(len(lengths), extra, dtype=torch.bool)], 1)
    wide_gold = torch.cat([gold, torch.ones(len(lengths), extra, dtype=torch.long)], 1)
    assert crf.decode(wide, wide_mask) == crf.decode(emissions, mask)
    torch.testing.assert_close(
        crf.loss(wide, wide_gold, wide_mask), crf.loss(emissions, gold, mask)
    )
    marginals = crf.marginals(wide, wide_mask)
    torch.testing.assert_close(marginals[:, : mask.shape[1]], crf.marginals(emissions, mask))
    assert not marginals[:, mask.shape[1] :].any()


def test_long_and_confident_paths_stay_finite_in_float32() -> None:
    crf = CRF(tag_set(("PER", "LOC", "ORG"), "BIOES"), "BIOES")
    emissions = torch.randn(2, 2000, len(crf.starts)) * 100
    mask = torch.ones(2, 2000, dtype=torch.bool)
    decoded = torch.tensor(crf.decode(emissions, mask))
    loss = crf.loss(emissions.requires_grad_(), decoded, mask)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert (loss >= -1).all()  # float32 sums of 2000 terms of order 100
    assert torch.isfinite(emissions.grad).all()
