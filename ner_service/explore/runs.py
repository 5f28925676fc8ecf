"""A run trains one configuration without a word, and says how good its model became."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import torch

from ner_service import corpora
from ner_service.digest import digest
from ner_service.explore.tuning.space import as_override
from ner_service.files import write_text
from ner_service.taggers.models import model_path
from ner_service.training.config import read_config
from ner_service.training.progress.epoch import Epoch
from ner_service.training.train import Watcher, train_from_file


@dataclass(frozen=True, slots=True)
class Run:
    """A run has a model folder, its best dev F1, and what training took."""

    folder: Path
    dev_f1: float
    epochs: int
    seconds: float


def train_quietly(
    config: Path,
    overrides: Iterable[str],
    log: Path,
    init: str | None,
    root: Path | None,
    *watchers: Watcher,
) -> Run:
    """Train as `train` does; all that it prints goes to the file `log`, line by line.

    One thread is used, which is the fastest for nets of this size on a CPU.
    """
    torch.set_num_threads(1)
    epochs: list[Epoch] = []
    began = time.perf_counter()
    with (
        log.open("w", encoding="utf-8", buffering=1) as file,
        redirect_stdout(file),
        redirect_stderr(file),
    ):
        folder = train_from_file(
            config, overrides, False, init, root, epochs.append, *watchers, overwrite=True
        )
    seconds = time.perf_counter() - began
    best = max(epoch.dev.f1 for epoch in epochs)
    return Run(folder, best, len(epochs), seconds)


def train_once(
    config: Path,
    overrides: Sequence[str],
    folder: Path,
    title: str,
    init: str | None,
    root: Path | None,
    say: Callable[[str], None],
) -> Run:
    """Train a model in a folder of its own, unless the same settings and data have made it there.

    A record of the run and its log stand beside it. `say` gets the title of a training, and the
    log in which its epochs are, before it begins.
    """
    settings = [*overrides, as_override("output", str(folder)), "train.tensorboard=false"]
    record, log = (folder.with_name(f"{folder.name}.{ending}") for ending in ("json", "log"))
    fingerprint = _fingerprint(config, settings, init, root)
    kept = orjson.loads(record.read_bytes()) if record.exists() else {}
    if kept.get("of") == fingerprint and folder.is_dir():
        return Run(folder, **kept["run"])
    say(f"training {title}; epochs are in {log}")
    run = train_quietly(config, settings, log, init, root)
    figures = {key: value for key, value in asdict(run).items() if key != "folder"}
    write_text(record, [orjson.dumps({"of": fingerprint, "run": figures}).decode()])
    return run


def _fingerprint(
    config: Path, overrides: Sequence[str], init: str | None, root: Path | None
) -> str:
    """Return a short name of all on which a model depends."""
    settings = read_config(config, overrides)
    sources = (*settings.data.train, *settings.data.dev)
    places = [corpora.locate(source.path, root) for source in sources]
    places += [model_path(init)] if init is not None else []
    parts = [settings.model_dump(mode="json"), [digest(place) for place in places]]
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
