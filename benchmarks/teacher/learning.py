"""Learning: AdamW over batches, a lower rate for lower layers, and the mean of the weights."""

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from benchmarks.teacher.net import set_dropout
from benchmarks.teacher.samples import UNTAGGED, Sample

BATCH_PIECES = 1536
WARM_STEPS = 150
LAYER_DECAY = 0.92  # of the rate from a layer to the one below
HEAD, CONVENTION = 5.0, 3.0  # factors of the rate of what is new
DECAY = 0.01  # of matrices
MEAN_DECAY = 0.992  # of the mean of weights, which is taken at every fourth step
MEAN_STEPS = 4
LARGEST_NORM = 1.0  # of the gradient


def rate_of(name: str, layers: int) -> float:
    """Return the factor of the rate of a parameter."""
    if "classifier" in name:
        return HEAD
    if "token_type" in name:
        return CONVENTION
    layer = re.search(r"layer\.(\d+)\.", name)
    depth = layers - int(layer[1]) - 1 if layer else layers
    return LAYER_DECAY**depth


def learn(
    net: Any, epochs: Iterable[Sequence[Sequence[Sample]]], steps: int,
    rate: float,
) -> Any:  # fmt: skip
    """Train the net for so many steps, and return a net with the mean of its weights."""
    set_dropout(net)
    net.train()
    layers = net.config.num_hidden_layers
    groups = [
        {
            "params": [parameter],
            "scale": rate_of(name, layers),
            "weight_decay": DECAY if parameter.dim() > 1 else 0.0,
        }
        for name, parameter in net.named_parameters()
    ]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    mean = copy.deepcopy(net)
    weights = [weight.data for weight in net.parameters()]
    means = [weight.data for weight in mean.parameters()]
    batches = (batch for epoch in epochs for batch in epoch)
    for step, batch in zip(tqdm(range(1, steps + 1), "learning"), batches, strict=False):
        now = rate * min(1, step / WARM_STEPS) * (1 - (step - 1) / steps)
        for group in optimiser.param_groups:
            group["lr"] = now * group["scale"]
        loss = loss_of(net, batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), LARGEST_NORM)
        optimiser.step()
        if step % MEAN_STEPS == 0:
            torch._foreach_lerp_(means, weights, 1 - min(MEAN_DECAY, (1 + step) / (10 + step)))
    return mean.eval()


def loss_of(net: Any, batch: Sequence[Sample]) -> torch.Tensor:
    """Return the mean cross entropy of the tags of a batch; products are in bfloat16."""
    width = max(len(sample.ids) for sample in batch)
    pad = net.config.pad_token_id
    ids = torch.tensor([_pad(sample.ids, width, pad) for sample in batch])  # batch x width
    tags = torch.tensor([_pad(sample.tags, width, UNTAGGED) for sample in batch])
    types = torch.tensor([[sample.convention] * width for sample in batch])
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(
            input_ids=ids, attention_mask=(ids != pad).long(), token_type_ids=types
        ).logits  # batch x width x tags
    return cross_entropy(logits.float().flatten(0, 1), tags.flatten(), ignore_index=UNTAGGED)


def _pad(values: list[int], width: int, filler: int) -> list[int]:
    return values + [filler] * (width - len(values))


def save(
    net: Any,
    tokenizer: PreTrainedTokenizerFast,
    conventions: Sequence[str],
    folder: Path,
) -> Iterator[Path]:
    """Write a model folder for each convention, which answers in it, and yield the folders."""
    for number, convention in enumerate(conventions):
        answering = copy.deepcopy(net)
        types = answering.bert.embeddings.token_type_embeddings.weight.data
        types[0] = types[number]
        path = folder / convention
        answering.save_pretrained(path)
        tokenizer.save_pretrained(path)
        yield path
