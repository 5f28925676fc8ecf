"""Backend `gliner` finds entities of any labels that it is asked for, by a GLiNER model.

The labels are words that the model reads with the text (Zaratiana et al. 2023, GLiNER). Weights are
safetensors: no pickle is loaded.
"""

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ner_service.digest import digest
from ner_service.errors import MissingExtra, ModelError
from ner_service.files import user_path
from ner_service.taggers.huggingface import HUB_NAME
from ner_service.taggers.models import check_files
from ner_service.text.chunks import PIECE_CHARS, chunks
from ner_service.text.spelling import replace_surrogates
from ner_service.types import Entity, Tagger, TaggerInfo

WORDS = {"PER": "person", "LOC": "location", "ORG": "organization"}  # as the models know the labels
DEFAULT_LABELS = tuple(WORDS)
THRESHOLD = 0.5  # the library's own: the least score of an entity
OVERLAP = 1 / 4  # of a window with the next, so that every word has neighbours on both sides
MOST_LABELS = 100  # the model reads all of them with each window
CONFIG, WEIGHTS = "gliner_config.json", "model.safetensors"


class Source(NamedTuple):
    """A source is `NAME-OR-FOLDER[@LABEL;LABEL][@THRESHOLD]`."""

    model: str
    labels: tuple[str, ...] = DEFAULT_LABELS
    threshold: float = THRESHOLD


class GlinerTagger:
    """A long text is read in windows that overlap, one by one, so answers know no neighbours.

    Each entity comes from the window in which its first word stands farthest from an edge.
    """

    def __init__(self, model: Any, source: Source, hash: str) -> None:
        self._model, self._threshold = model, source.threshold
        self._split = model.data_processor.words_splitter
        self._window = int(model.config.max_len)
        self.info = TaggerInfo(
            name="gliner",
            version=Path(source.model).name,
            languages=(),
            labels=source.labels,
            score_kind="raw",
            hash=hash,
            open_labels=True,
        )

    def with_labels(self, labels: Sequence[str]) -> Tagger:
        """Return the same model asked for these labels alone."""
        source = Source(self.info.version, tuple(dict.fromkeys(labels)), self._threshold)
        return GlinerTagger(self._model, source, self.info.hash or "")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        answers: list[list[Entity]] = [[] for _ in texts]
        for n, text in enumerate(map(replace_surrogates, texts)):
            for start, end in chunks(text, PIECE_CHARS):
                answers[n] += [e.shift(start) for e in self._tag_piece(text[start:end])]
        return answers

    def _tag_piece(self, text: str) -> list[Entity]:
        words = [(start, end) for _, start, end in self._split(text)]
        found: list[Entity] = []
        for window in windows_of(len(words), self._window):
            start, end = words[window.start][0], words[window.end - 1][1]
            owned = range(words[window.own_start][0], words[window.own_end - 1][1])
            entities = (e.shift(start) for e in self._ask(text[start:end]))
            found += [entity for entity in entities if entity.start in owned]
        return without_overlap(found)

    def _ask(self, text: str) -> Iterator[Entity]:
        """Yield the entities of a window, without white space at their edges."""
        names = {WORDS.get(label, label): label for label in self.info.labels}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library, about its own calls
            answers = self._model.predict_entities(
                text, [*names], flat_ner=True, threshold=self._threshold
            )
        for answer in answers:
            surface = text[answer["start"] : answer["end"]]
            start = answer["start"] + len(surface) - len(surface.lstrip())
            if stripped := surface.strip():
                score = min(1.0, float(answer["score"]))
                yield Entity(start, start + len(stripped), names[answer["label"]], score)


class Window(NamedTuple):
    """A window of words, and those of them whose entities are taken from it."""

    start: int
    end: int
    own_start: int
    own_end: int


def windows_of(words: int, most: int) -> Iterator[Window]:
    """Yield windows of at most so many words; each word is owned by one of them."""
    overlap = int(most * OVERLAP)
    start = own = 0
    while own < words:
        end = min(words, start + most)
        own_end = end if end == words else end - overlap // 2
        yield Window(start, end, own, own_end)
        own, start = own_end, max(start + 1, end - overlap)


def without_overlap(entities: Sequence[Entity]) -> list[Entity]:
    """Return sorted entities; of two that overlap the surer one stays."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda e: (-(e.score or 0), e.start)):
        if all(entity.end <= other.start or other.end <= entity.start for other in kept):
            kept.append(entity)
    return sorted(kept)


def parse_source(source: str) -> Source:
    """Parse what follows `gliner:`; raises `ModelError` where labels or threshold are wrong."""
    if os.path.exists(user_path(source)):
        return Source(source)
    model, *rest = source.split("@")
    labels, threshold = DEFAULT_LABELS, THRESHOLD
    for part in rest:
        if re.fullmatch(r"[0-9.]+", part):
            threshold = parse_threshold(source, part)
        else:
            labels = tuple(dict.fromkeys(label.strip() for label in part.split(";")))
    if len(labels) > MOST_LABELS or not all(labels):
        raise ModelError(
            f"gliner:{source}: expected 1 to {MOST_LABELS} labels that are not empty, joined by ;, "
            "such as @brand;disease"
        )
    return Source(model, labels, threshold)


def parse_threshold(source: str, digits: str) -> float:
    """Parse the least score of an entity."""
    try:
        threshold = float(digits)
    except ValueError:
        threshold = -1
    if not 0 <= threshold < 1:
        raise ModelError(f"gliner:{source}: expected a threshold of 0 to 1, such as @0.4")
    return threshold


def load(source: str) -> GlinerTagger:
    """Load a model by its folder, or by its name on the hub or in its local cache.

    `HF_HUB_OFFLINE=1` keeps the library from asking the hub. Raises `ModelError` where the model is
    missing or damaged.
    """
    try:
        import torch
        from gliner import GLiNER
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtra(f"gliner ({error})", "gliner") from error
    asked = parse_source(source)
    folder = user_path(asked.model)
    if folder.is_dir():
        check_files(folder)
    elif not HUB_NAME.fullmatch(asked.model):
        raise ModelError(f"gliner:{source}: no such folder, nor a name of the hub: check the name")
    try:
        if not folder.is_dir():
            patterns = ["*.json", "*.txt", "*.model", WEIGHTS]
            folder = Path(snapshot_download(asked.model, allow_patterns=patterns))
        check_folder(folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = GLiNER.from_pretrained(str(folder), local_files_only=True, map_location=device)
        hash = digest(*sorted(f for f in folder.iterdir() if f.suffix in (".json", ".safetensors")))
        return GlinerTagger(model, asked, hash)
    except ModelError as error:
        raise ModelError(f"gliner:{source}: {error}") from None
    except Exception as error:  # whatever the libraries say of damaged files and of the hub
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"gliner:{source}: cannot be loaded: {reason[:300]}") from None


def check_folder(folder: Path) -> None:
    """Raise `ModelError` where a folder has no model whose weights are safetensors."""
    if not (folder / CONFIG).is_file():
        raise ModelError(f"has no {CONFIG}: name the folder of a GLiNER model")
    if not (folder / WEIGHTS).is_file():
        raise ModelError(
            f"has no {WEIGHTS}, and pickles are not loaded: save the model by "
            "save_pretrained(folder, safe_serialization=True)"
        )
