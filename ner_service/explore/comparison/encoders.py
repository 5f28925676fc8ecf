"""Encoders and presets are trained one after another on the same data, to be compared."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import get_args

import orjson

from ner_service import corpora
from ner_service.digest import digest
from ner_service.errors import ConfigError
from ner_service.explore.runs import Run, train_quietly
from ner_service.explore.tuning.space import as_override
from ner_service.files import write_text
from ner_service.nets.config import Encoder
from ner_service.output.numbers import numbered
from ner_service.training.config import presets, read_config

OURS = "ours"  # the preset that all encoders are trained with


def variants() -> dict[str, str]:
    """Return each encoder and each other preset by name, with the setting that makes it."""
    encoders = {name: as_override("net.encoder", name) for name in get_args(Encoder)}
    return encoders | {name: as_override("preset", name) for name in presets() if name != OURS}


def choose_variants(names: str) -> list[str]:
    """Return the variants that are named with commas; raise `ConfigError` for an unknown one."""
    known = list(variants())
    chosen = known if names == "all" else [name.strip() for name in names.split(",")]
    if strange := [name for name in chosen if name not in known]:
        raise ConfigError(
            f"--encoders {strange[0]!r}: name some of {', '.join(known)} with commas, or all"
        )
    return list(dict.fromkeys(chosen))


def train_variants(
    config: Path,
    overrides: Sequence[str],
    names: Sequence[str],
    folder: Path,
    root: Path | None,
    say: Callable[[str], None],
) -> dict[str, Run]:
    """Train each variant in `folder`; one that is there of the same settings and data stays."""
    runs = {}
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names, 1):
        settings = [
            *overrides, variants()[name], as_override("output", str(folder / name)),
            "train.tensorboard=false",
        ]  # fmt: skip
        record, fingerprint = folder / f"{name}.json", _fingerprint(config, settings, root)
        kept = orjson.loads(record.read_bytes()) if record.exists() else {}
        if kept.get("of") == fingerprint and (folder / name).is_dir():
            run = Run(folder / name, **kept["run"])
        else:
            log = folder / f"{name}.log"
            say(f"training {name}, {number} of {len(names)}; epochs are in {log}")
            run = train_quietly(config, settings, log, None, root)
            figures = {key: value for key, value in asdict(run).items() if key != "folder"}
            write_text(record, [orjson.dumps({"of": fingerprint, "run": figures}).decode()])
        length = f"{numbered(run.epochs, 'epoch')}, {run.seconds:.0f} s"
        say(f"{name}: dev F1 {run.dev_f1:.4f} after {length}")
        runs[name] = run
    return runs


def _fingerprint(config: Path, overrides: Sequence[str], root: Path | None) -> str:
    settings = read_config(config, overrides)
    sources = (*settings.data.train, *settings.data.dev)
    hashes = [digest(corpora.locate(source.path, root)) for source in sources]
    parts = [settings.model_dump(mode="json"), hashes]
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
