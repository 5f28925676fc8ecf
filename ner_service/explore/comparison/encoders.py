"""Encoders and presets are trained one after another on the same data, to be compared."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from ner_service.errors import ConfigError
from ner_service.explore.runs import Run, train_once
from ner_service.explore.tuning.space import as_override
from ner_service.nets.config import Encoder
from ner_service.output.numbers import numbered
from ner_service.training.config import presets

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
        title = f"{name}, {number} of {len(names)}"
        own = [*overrides, variants()[name]]
        run = train_once(config, own, folder / name, title, None, root, say)
        length = f"{numbered(run.epochs, 'epoch')}, {run.seconds:.0f} s"
        say(f"{name}: dev F1 {run.dev_f1:.4f} after {length}")
        runs[name] = run
    return runs
