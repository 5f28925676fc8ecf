"""Tiny models of random weights are made here, since no hub can be asked."""

from pathlib import Path
from typing import Any

WORDS = ["анна", "каренина", "в", "москве", "##и", "##а", "иван", "живет", ".", ",", "а", "и"]


def make_tokenizer(*more: str) -> Any:
    """Return a fast tokenizer of a few words and of `more` special ones."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *more]
    vocab = {word: n for n, word in enumerate([*marks, *WORDS])}
    raw = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    raw.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", additional_special_tokens=[*more],
    )  # fmt: skip


def make_gliner(folder: Path, max_len: int = 16) -> None:
    """Write a GLiNER model that reads so many words at a time."""
    import torch
    from gliner import GLiNER, GLiNERConfig

    tokenizer = make_tokenizer("<<ENT>>", "<<SEP>>")
    bert = {
        "model_type": "bert", "vocab_size": len(tokenizer), "hidden_size": 16,
        "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
        "max_position_embeddings": 256, "initializer_range": 2.0,
    }  # fmt: skip
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = GLiNERConfig(
        model_name=str(folder), encoder_config=bert, hidden_size=16, max_len=max_len, max_width=4,
        fine_tune=True, dropout=0.0, has_rnn=False,
        class_token_index=tokenizer.convert_tokens_to_ids("<<ENT>>"), vocab_size=len(tokenizer),
    )  # fmt: skip
    model = GLiNER.from_config(config, backbone_from_pretrained=False)
    model.save_pretrained(folder, safe_serialization=True)
