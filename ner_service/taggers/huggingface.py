"""Backend `huggingface` runs any token-classification model of transformers, from a folder or hub.

Weights are safetensors or `model.onnx`: no pickle is loaded, and no code that a model brings along.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ner_service.digest import digest
from ner_service.errors import MissingExtra, ModelError
from ner_service.files import user_path
from ner_service.labels import OUTSIDE
from ner_service.taggers.models import check_files
from ner_service.text.chunks import PIECE_CHARS, chunks
from ner_service.text.spelling import replace_surrogates
from ner_service.text.tokens import Token, tokenize
from ner_service.types import Entity, TaggerInfo

WINDOW_TOKENS = 512  # at most, with the marks at both ends; what models of this kind are trained on
OVERLAP = 1 / 4  # of a window with the next, so that every word has neighbours on both sides
BATCH_TOKENS = 16_384  # of windows that go to a GPU together
HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
SCHEME = re.compile(r"([BILOUSE])[-_](.+)")
BEGINNINGS = "BSU"  # of an entity, in any scheme
KNOWN_WORDS = "в и на Анна анна Москва москва the a and in . ,"  # of which any tokenizer knows some
ONNX = "model.onnx"

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Window(NamedTuple):
    """A window is a run of pieces of words: their ids, their offsets in the text, and its place.

    Marks have empty offsets.
    """

    text: int
    inputs: dict[str, Ints]  # each 1 x pieces
    offsets: Ints  # pieces x 2

    @property
    def size(self) -> int:
        """Return the number of pieces."""
        return len(self.offsets)


class Net(Protocol):
    """A net gives the logits of a batch; windows of a batch are padded to one length."""

    batches: bool  # whether windows go together: rounding then depends on the neighbours

    def logits(self, inputs: dict[str, Ints]) -> Floats:
        """Return the logits, windows x pieces x labels."""


class TorchNet:
    """The model runs in torch, on a GPU in bf16 if there is one."""

    def __init__(self, model: Any) -> None:
        import torch

        self._torch = torch
        self.batches = torch.cuda.is_available()
        self._device = "cuda" if self.batches else "cpu"
        dtype = torch.bfloat16 if self.batches and torch.cuda.is_bf16_supported() else None
        self._model = model.to(self._device, dtype).eval()

    def logits(self, inputs: dict[str, Ints]) -> Floats:
        """Return the logits, windows x pieces x labels."""
        tensors = {k: self._torch.from_numpy(v).to(self._device) for k, v in inputs.items()}
        with self._torch.inference_mode():
            result: Floats = self._model(**tensors).logits.float().cpu().numpy()
        return result


class OnnxNet:
    """The model runs in ONNX Runtime."""

    batches = False

    def __init__(self, path: Path) -> None:
        import onnxruntime

        self._session = onnxruntime.InferenceSession(
            str(path), providers=onnxruntime.get_available_providers()
        )
        self._inputs = {each.name for each in self._session.get_inputs()}

    def logits(self, inputs: dict[str, Ints]) -> Floats:
        """Return the logits, windows x pieces x labels."""
        taken = {name: values for name, values in inputs.items() if name in self._inputs}
        result: Floats = np.asarray(self._session.run(None, taken)[0], dtype=np.float32)
        return result


class HuggingFaceTagger:
    """The labels of a word are the mean of those of its pieces; words are cut by razdel's rules.

    A long text is read in windows that overlap, and the labels of each word come from the
    window in which it stands farthest from an edge.
    """

    def __init__(self, tokenizer: Any, net: Net, names: Sequence[str], info: TaggerInfo) -> None:
        self._tokenizer, self._net = tokenizer, net
        self._names = [split_tag(name) for name in names]
        self._window = min(WINDOW_TOKENS, tokenizer.model_max_length)
        self._pad = tokenizer.pad_token_id or 0
        self.info = info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers: list[list[Entity]] = [[] for _ in texts]
        for n, text in enumerate(map(replace_surrogates, texts)):
            for start, end in chunks(text, PIECE_CHARS):
                found = self._tag_piece(text[start:end])
                answers[n] += [entity.shift(start) for entity in found]
        return answers

    def _tag_piece(self, text: str) -> list[Entity]:
        words = [*tokenize(text)]
        if not words:
            return []
        windows = list(self._windows(text))
        sums = np.zeros((len(words), len(self._names)), np.float32)
        counts = np.zeros(len(words), np.int64)
        depth = np.full(len(words), -1)  # pieces between a word and the nearer edge of its window
        starts = np.array([word.start for word in words])
        ends = np.array([word.end for word in words])
        for window, p in zip(windows, self._probabilities(windows), strict=True):
            _add(window, p, starts, ends, (sums, counts, depth))
        means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], 0)
        return self._entities(words, means)

    def _windows(self, text: str) -> Iterator[Window]:
        encoded = self._tokenizer(
            text,
            truncation=True,
            max_length=self._window,
            stride=int(self._window * OVERLAP),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for n, pieces in enumerate(encoded["input_ids"]):
            if not pieces:  # of a tokenizer without marks that drops what it does not know
                continue
            inputs = {
                name: np.array([encoded[name][n]], np.int64)
                for name in self._tokenizer.model_input_names
                if name in encoded
            }
            yield Window(n, inputs, np.array(encoded["offset_mapping"][n], np.int64))

    def _probabilities(self, windows: Sequence[Window]) -> Iterator[Floats]:
        """Yield the probabilities of each window, pieces x labels."""
        at = 0
        while at < len(windows):
            batch = self._batch(windows, at)
            most = max(window.size for window in batch)
            inputs = {
                name: np.vstack([self._padded(name, w.inputs[name], most) for w in batch])
                for name in batch[0].inputs
            }
            for window, logits in zip(batch, self._net.logits(inputs), strict=True):
                powers = np.exp(logits - logits.max(-1, keepdims=True))[: window.size]
                yield powers / powers.sum(-1, keepdims=True)
            at += len(batch)

    def _batch(self, windows: Sequence[Window], at: int) -> Sequence[Window]:
        """Return the windows that go to the net together: on a CPU one, which rounds alike."""
        count = max(1, BATCH_TOKENS // self._window) if self._net.batches else 1
        return windows[at : at + count]

    def _padded(self, name: str, values: Ints, size: int) -> Ints:
        pad = self._pad if name == "input_ids" else 0
        return np.pad(values, ((0, 0), (0, size - values.shape[1])), constant_values=pad)

    def _entities(self, words: Sequence[Token], means: Floats) -> list[Entity]:
        """Return the entities of words, whose score is that of their least certain word."""
        entities: list[Entity] = []
        last = ""  # the label of the word before
        for word, p in zip(words, means, strict=True):
            position, label = self._names[int(p.argmax())] if p.any() else ("", "")
            if label:
                score = float(sum(p[n] for n, (_, name) in enumerate(self._names) if name == label))
                score = min(1.0, score)
                if label == last and position not in BEGINNINGS:
                    before = entities.pop()
                    score = min(score, before.score or 0.0)
                    entities.append(Entity(before.start, word.end, label, score))
                else:
                    entities.append(Entity(word.start, word.end, label, score))
            last = label
        return entities


def _add(
    window: Window, p: Floats, starts: Ints, ends: Ints, totals: tuple[Floats, Ints, Ints]
) -> None:
    """Add the probabilities of a window's pieces to the words that it tells best."""
    sums, counts, depth = totals
    pieces: dict[int, list[int]] = {}
    for n, (start, end) in enumerate(window.offsets):
        if end > start:
            first, last = np.searchsorted(ends, start, "right"), np.searchsorted(starts, end)
            for word in range(int(first), int(last)):
                pieces.setdefault(word, []).append(n)
    for word, own in pieces.items():
        edge = min(own[0], window.size - 1 - own[-1])
        if edge > depth[word]:
            sums[word], counts[word], depth[word] = p[own].sum(0), len(own), edge


def split_tag(name: str) -> tuple[str, str]:
    """Split a label of a model into its place in an entity and the entity's label.

    `O` has neither, and a label of no scheme has no place: `PER` goes on where `PER` was before.
    """
    if name == OUTSIDE:
        return "", ""
    match = SCHEME.fullmatch(name)
    return (match[1], match[2]) if match else ("I", name)


def load(source: str) -> HuggingFaceTagger:
    """Load a model by its folder, or by its name on the hub or in its local cache.

    `HF_HUB_OFFLINE=1` keeps the library from asking the hub. Raises `ModelError` where the model is
    missing, damaged, or classifies no tokens.
    """
    try:
        import torch  # noqa: F401
        from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer
        from transformers.utils.hub import cached_file
    except ImportError as error:
        raise MissingExtra(f"huggingface ({error})", "huggingface") from error
    path = user_path(source)
    if path.is_dir():
        check_files(path)
        source = str(path)
    elif not HUB_NAME.fullmatch(source):
        raise ModelError(f"huggingface:{source}: no such folder, nor a name of the hub")
    try:
        config = AutoConfig.from_pretrained(source)
        tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True)
        folder = Path(cached_file(source, "config.json") or source).parent
        if (folder / ONNX).is_file():
            net: Net = OnnxNet(folder / ONNX)
        else:
            model = AutoModelForTokenClassification.from_pretrained(source, use_safetensors=True)
            net = TorchNet(model)
    except Exception as error:  # whatever the libraries say of damaged files and of the hub
        reason = " ".join(str(error).split()) or type(error).__name__
        if "ignore_mismatched_sizes" in reason:
            reason = (
                "its weights have other sizes than its config.json says: take both of one model"
            )
        raise ModelError(f"huggingface:{source}: cannot be loaded: {reason[:300]}") from None
    _check(source, config, tokenizer)
    _check_words(source, tokenizer)
    names = [config.id2label[n] for n in range(len(config.id2label))]
    tokenizer.model_max_length = _window_of(config, tokenizer)
    weights = sorted(file for file in folder.iterdir() if file.suffix in (".safetensors", ".onnx"))
    files = [folder / "config.json", *weights, *sorted(folder.glob("tokenizer*"))]
    info = TaggerInfo(
        name="huggingface",
        version=f"{config.model_type} {path.name}",
        languages=(),
        labels=tuple(dict.fromkeys(label for _, label in map(split_tag, names) if label)),
        score_kind="raw",
        hash=digest(*files),
    )
    return HuggingFaceTagger(tokenizer, net, names, info)


def _check(source: str, config: Any, tokenizer: Any) -> None:
    """Raise `ModelError` where a model cannot be used as a tagger."""
    if not tokenizer.is_fast:
        raise ModelError(
            f"huggingface:{source}: has no fast tokenizer, which tells offsets: save tokenizer.json"
        )
    architectures = config.architectures or []
    if architectures and not any("TokenClassification" in name for name in architectures):
        raise ModelError(
            f"huggingface:{source}: is a {architectures[0]}: name a model that classifies tokens"
        )


def _check_words(source: str, tokenizer: Any) -> None:
    """Raise `ModelError` where a tokenizer knows no word: transformers makes one without files."""
    ids = tokenizer(KNOWN_WORDS, add_special_tokens=False)["input_ids"]
    if not {*ids} - {tokenizer.unk_token_id}:
        raise ModelError(
            f"huggingface:{source}: its tokenizer knows no word: save tokenizer.json there"
        )


def _window_of(config: Any, tokenizer: Any) -> int:
    """Return the pieces that fit a model; those of RoBERTa count from behind the padding."""
    positions = getattr(config, "max_position_embeddings", None) or WINDOW_TOKENS
    if config.model_type in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2
    return int(min(tokenizer.model_max_length, positions, WINDOW_TOKENS))
