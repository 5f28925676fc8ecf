"""A system is anything that has answered the texts of a corpus, with what its answers cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner_service.explore.baselines.dictionary import DictionaryTagger
from ner_service.explore.baselines.feature_crf import FeatureCrf
from ner_service.output.measured import figures_of
from ner_service.text.tokens import tokenize
from ner_service.types import Document, Entity, Tagger

BATCH = 64  # texts that a tagger reads at once
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class System:
    """A system has answers to each document; a figure that nobody knows is `None`.

    `tokens_s` is the speed of tagging here and now, `megabytes` the size of what is needed to
    answer, `train_s` the seconds of training, and `cost` what all answers cost in US dollars.
    """

    name: str
    entities: Sequence[Sequence[Entity]]
    tokens_s: float | None = None
    megabytes: float | None = None
    train_s: float | None = None
    cost: float | None = None


def ask(
    name: str,
    tagger: Tagger,
    documents: Sequence[Document],
    megabytes: float | None = None,
    train_s: float | None = None,
) -> System:
    """Return a tagger's answers and its speed, without the first text, which warms it up."""
    texts = [document.text for document in documents]
    tagger.tag(texts[:1])
    entities: list[list[Entity]] = []
    began = time.perf_counter()
    for at in range(0, len(texts), BATCH):
        entities += tagger.tag(texts[at : at + BATCH])
    seconds = time.perf_counter() - began
    tokens = sum(len(tokenize(text)) for text in texts)
    if megabytes is None:
        megabytes = figures_of(tagger.info.hash).disk_mb
    return System(name, entities, tokens / max(seconds, 1e-9), megabytes, train_s)


def baselines(train: Sequence[Document], documents: Sequence[Document]) -> list[System]:
    """Train the baselines and return their answers."""
    began = time.perf_counter()
    dictionary = DictionaryTagger.of(train)
    between = time.perf_counter()
    crf = FeatureCrf.train(train)
    end = time.perf_counter()
    return [
        ask("dictionary", dictionary, documents, dictionary.size / MEGABYTE, between - began),
        ask("feature CRF", crf, documents, crf.size / MEGABYTE, end - between),
    ]


def folder_size(folder: Path) -> float:
    """Return the megabytes of a model's files that answer: its weights and its configuration."""
    files = [path for path in folder.glob("*") if path.suffix in (".json", ".safetensors")]
    return sum(path.stat().st_size for path in files) / MEGABYTE


def training_seconds(folder: Path) -> float | None:
    """Return how long the training of a model took, by the curves that `train` has left beside it.

    They are in `FOLDER.runs`, or of several runs in the folder that was written last; without them
    nobody knows. The time between a stop and `--resume` does not count.
    """
    runs = folder.with_name(f"{folder.name}.runs")
    files = sorted(runs.rglob("events.out.tfevents.*"), key=lambda path: path.stat().st_mtime)
    if not files:
        return None
    try:
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    except ImportError:
        return None
    spans = []
    for file in files[-1].parent.glob("events.out.tfevents.*"):
        times = [event.wall_time for event in EventFileLoader(str(file)).Load()]
        spans.append(max(times) - min(times) if times else 0.0)
    return sum(spans) or None
