"""Models of transformers: tiny ones, made here, since no hub can be asked."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ner_service.errors import ModelError
from ner_service.taggers.huggingface import HuggingFaceTagger, split_tag
from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity
from tests.taggers.test_contract import TEXTS, check
from tests.taggers.tiny_models import make_tokenizer

pytestmark = [
    pytest.mark.slow,  # since importing transformers and torch takes ten seconds
    pytest.mark.skipif(not find_spec("transformers"), reason="transformers is not installed"),
]

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
TEXT = "Анна Каренина живёт в Москве. Иван и Анна."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny BERT of random weights that reads 16 pieces at a time."""
    import torch
    from transformers import BertConfig, BertForTokenClassification

    path = tmp_path_factory.mktemp("hf") / "tiny-bert"
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(path)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=16, initializer_range=2.0,
        id2label=dict(enumerate(TAGS)), label2id={tag: n for n, tag in enumerate(TAGS)},
    )  # fmt: skip
    BertForTokenClassification(config).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def tagger(folder: Path) -> HuggingFaceTagger:
    loaded = load_tagger(f"huggingface:{folder}")
    assert isinstance(loaded, HuggingFaceTagger)
    return loaded


def test_a_model_says_what_it_is(tagger: HuggingFaceTagger) -> None:
    assert tagger.info.labels == ("PER", "LOC")
    assert tagger.info.score_kind == "raw"
    assert tagger.info.hash
    assert len(tagger.info.hash) == 64


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_model_answers_every_text(tagger: HuggingFaceTagger, text: str) -> None:
    check(tagger, text[:3_000])


def test_half_a_surrogate_pair_is_read_as_a_strange_character(tagger: HuggingFaceTagger) -> None:
    assert tagger.tag([f"\ud800 {TEXT}"]) == tagger.tag([f"\ufffd {TEXT}"])


def test_a_text_of_which_a_tokenizer_keeps_nothing_has_no_entity(
    tagger: HuggingFaceTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(*_: object, **__: object) -> dict[str, list[list[int]]]:
        return {"input_ids": [[]], "attention_mask": [[]], "offset_mapping": [[]]}

    drop.model_input_names = ["input_ids", "attention_mask"]  # type: ignore[attr-defined]
    monkeypatch.setattr(tagger, "_tokenizer", drop)
    assert tagger.tag([TEXT]) == [[]]


def test_an_answer_does_not_depend_on_its_batch(tagger: HuggingFaceTagger) -> None:
    texts = [TEXT, "", "Анна", TEXT * 9, "."]
    assert tagger.tag(texts) == [tagger.tag([text])[0] for text in texts]


class Written:
    """The net says of each piece what a function says of its id, whatever stands around."""

    batches = False

    def __init__(self, tag_of: Callable[[int], str]) -> None:
        self._tag_of = tag_of
        self.sizes: list[int] = []

    def logits(self, inputs: dict[str, np.ndarray]) -> np.ndarray:  # type: ignore[type-arg]
        self.sizes.append(inputs["input_ids"].shape[1])
        ids = inputs["input_ids"][0]
        return np.array(
            [[[5.0 * (tag == self._tag_of(i)) for tag in TAGS] for i in ids]], np.float32
        )


def written(
    tagger: HuggingFaceTagger, tags: dict[str, str], batches: bool = False
) -> HuggingFaceTagger:
    ids = {tagger._tokenizer.convert_tokens_to_ids(word): tag for word, tag in tags.items()}
    net = Written(lambda id: ids.get(id, "O"))
    return HuggingFaceTagger(tagger._tokenizer, net, TAGS, tagger.info)


NAMES = {"анна": "B-PER", "каренина": "I-PER", "москве": "B-LOC", "иван": "B-PER"}


def surfaces(entities: list[Entity], text: str) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.label) for e in entities]


def test_words_become_entities_with_exact_offsets(tagger: HuggingFaceTagger) -> None:
    text = f"😀 {TEXT}"
    (entities,) = written(tagger, NAMES).tag([text])
    assert surfaces(entities, text) == [
        ("Анна Каренина", "PER"), ("Москве", "LOC"), ("Иван", "PER"), ("Анна", "PER"),
    ]  # fmt: skip


def test_a_long_text_is_read_in_windows_and_no_word_is_lost(tagger: HuggingFaceTagger) -> None:
    text = TEXT * 40
    scripted = written(tagger, NAMES)
    (entities,) = scripted.tag([text])
    assert max(scripted._net.sizes) == 16  # type: ignore[attr-defined]
    assert len(scripted._net.sizes) > 20  # type: ignore[attr-defined]
    (of_one,) = scripted.tag([TEXT])
    assert [e.span for e in entities] == [
        e.shift(n * len(TEXT)).span for n in range(40) for e in of_one
    ]


def test_the_score_of_an_entity_is_that_of_its_least_certain_word(
    tagger: HuggingFaceTagger,
) -> None:
    (entities,) = written(tagger, NAMES).tag(["Анна Каренина"])
    sure = np.exp(5) / (np.exp(5) + 4)
    assert entities[0].score == pytest.approx(sure + 1 / (np.exp(5) + 4), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("O", ("", "")), ("B-PER", ("B", "PER")), ("I-PER", ("I", "PER")), ("L-PER", ("L", "PER")),
        ("U-geo-pol", ("U", "geo-pol")), ("PER", ("I", "PER")), ("LABEL_1", ("I", "LABEL_1")),
    ],
)  # fmt: skip
def test_labels_of_every_scheme_are_split(name: str, parts: tuple[str, str]) -> None:
    assert split_tag(name) == parts


class Logits:
    """A model as ONNX has it: its logits alone."""

    def __new__(cls, model: Any) -> Any:
        import torch

        class Module(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, input_ids: Any, attention_mask: Any) -> Any:
                return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

        return Module()


@pytest.mark.filterwarnings("ignore")  # of the exporter, about itself
def test_a_folder_with_onnx_answers_as_torch_does(
    folder: Path, tagger: HuggingFaceTagger, tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    import torch
    from transformers import BertForTokenClassification

    for file in folder.iterdir():
        if file.suffix != ".safetensors":  # ONNX alone answers
            (tmp_path / file.name).write_bytes(file.read_bytes())
    model = BertForTokenClassification.from_pretrained(folder, attn_implementation="eager").eval()
    names = ["input_ids", "attention_mask"]
    torch.onnx.export(
        Logits(model), (torch.ones(1, 5, dtype=torch.int64),) * 2, tmp_path / "model.onnx",
        input_names=names, output_names=["logits"], dynamo=False,
        dynamic_axes={name: {0: "windows", 1: "pieces"} for name in [*names, "logits"]},
    )  # fmt: skip
    other = load_tagger(f"huggingface:{tmp_path}")
    assert type(other._net).__name__ == "OnnxNet"  # type: ignore[attr-defined]
    for text in (TEXT, TEXT * 20, "Иван, Анна а в и Каренина."):
        (ours,), (theirs,) = other.tag([text]), tagger.tag([text])
        assert ours
        assert [e.span for e in ours] == [e.span for e in theirs]
        scores = [e.score for e in theirs]
        assert [e.score for e in ours] == pytest.approx(scores, abs=1e-3)


def test_a_damaged_onnx_model_is_one_line(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded: ") as error:
        load_tagger(f"huggingface:{tmp_path}")
    assert "\n" not in str(error.value)


def test_what_is_no_model_is_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    (tmp_path / "pickle").mkdir()
    for file in folder.iterdir():
        if file.suffix != ".safetensors":
            (tmp_path / "pickle" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pickle" / "pytorch_model.bin").write_bytes(b"")
    (tmp_path / "other").mkdir()
    for file in folder.iterdir():
        (tmp_path / "other" / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = ["BertForMaskedLM"]
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    (tmp_path / "wordless").mkdir()
    for file in folder.iterdir():
        if not file.name.startswith("token"):
            (tmp_path / "wordless" / file.name).write_bytes(file.read_bytes())
    for source, message in {
        str(tmp_path / "wordless"): "its tokenizer knows no word: save tokenizer.json",
        str(tmp_path / "empty"): "cannot be loaded",
        str(tmp_path / "pickle"): "cannot be loaded",
        str(tmp_path / "other"): "is a BertForMaskedLM: name a model that classifies tokens",
        "../nowhere/at/all": "no such folder, nor a name of the hub",
    }.items():
        with pytest.raises(ModelError, match=message) as error:
            load_tagger(f"huggingface:{source}")
        assert "\n" not in str(error.value)
