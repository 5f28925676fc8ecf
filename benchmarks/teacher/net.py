"""The net is a BERT that classifies tokens, with the packed weights and a vector a convention."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import AutoModelForTokenClassification, BertConfig

from benchmarks.teacher.packed import Packed

NAMES = {  # of a layer: packed name, name of transformers
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
DROPPED = 0.1  # share of values that dropout sets to 0
MASKS = 1 << 22  # random masks in the table that they are cut from


class Dropout(torch.nn.Module):
    """Dropout cuts its masks from one random table: on a CPU new ones cost as much as products."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self._tables = {kind: table.to(kind) for kind in (torch.float32, torch.bfloat16)}

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the values, some of them set to 0 in training."""
        if not self.training:
            return values
        table = self._tables[values.dtype]
        at = int(torch.randint(len(table) - values.numel(), ()))
        return values * table[at : at + values.numel()].view_as(values)


def build_net(packed: Packed, kept: Sequence[int], tags: Sequence[str], conventions: int) -> Any:
    """Return the net with the embeddings of the kept pieces; its head is new.

    Types of tokens, which BERT has for pairs of texts, serve as conventions.
    """
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=conventions,
        pad_token_id=1,
        id2label=dict(enumerate(tags)),
        label2id={tag: n for n, tag in enumerate(tags)},
    )
    net = AutoModelForTokenClassification.from_config(  # type: ignore[no-untyped-call]
        config, attn_implementation="eager"
    )
    weights = dict(_embeddings(packed, kept, conventions))
    for layer in range(packed.layers):
        weights |= _layer(packed, layer)
    missing, strange = net.load_state_dict(weights, strict=False)
    if strange or any(not name.startswith("classifier.") for name in missing):
        raise ValueError(f"weights are missing ({missing}) or unknown ({strange})")
    return net


def _embeddings(
    packed: Packed, kept: Sequence[int], conventions: int
) -> Iterator[tuple[str, torch.Tensor]]:
    width = packed.hidden
    tensors = {
        "word_embeddings.weight": packed.tensor("emb.word", -1, width)[list(kept)],
        "position_embeddings.weight": packed.tensor("emb.pos", -1, width),
        "token_type_embeddings.weight": packed.tensor("emb.type", -1, width)[[0] * conventions],
        "LayerNorm.weight": packed.tensor("emb.ln.w", width),
        "LayerNorm.bias": packed.tensor("emb.ln.b", width),
    }
    for name, values in tensors.items():
        yield f"bert.embeddings.{name}", torch.from_numpy(values)


def _layer(packed: Packed, layer: int) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = {}
    for short, name in (NAMES | NORMS).items():
        beginning, own = f"bert.encoder.layer.{layer}.{name}", f"l{layer}.{short}"
        bias = torch.from_numpy(packed.tensor(f"{own}.b", -1))
        values = torch.from_numpy(packed.tensor(f"{own}.w", -1))
        is_norm = short in NORMS
        weights[f"{beginning}.weight"] = values if is_norm else values.view(len(bias), -1)
        weights[f"{beginning}.bias"] = bias
    return weights


def set_dropout(net: torch.nn.Module) -> None:
    """Put dropout from a table into the net, and leave attention without any."""
    drop = Dropout((torch.rand(MASKS) >= DROPPED).float() / (1 - DROPPED))
    for name, module in list(net.named_modules()):
        parent, _, own = name.rpartition(".")
        if isinstance(module, torch.nn.Dropout) and parent.endswith(".self"):
            module.p = 0.0
        elif isinstance(module, torch.nn.Dropout):
            setattr(net.get_submodule(parent), own, drop)
