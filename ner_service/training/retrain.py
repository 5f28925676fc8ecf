"""A model is trained further beside itself, and replaced where dev says that it is not worse."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ner_service.errors import ConfigError
from ner_service.files import public_path
from ner_service.nets.artefact import CONFIG, Artefact, load
from ner_service.scoring.f1 import exact
from ner_service.training.config import read_config
from ner_service.training.data.corpus import Corpus, read_source
from ner_service.training.model import card
from ner_service.training.train import checkpoint_of, move_runs, train_from_file


@dataclass(frozen=True)
class Retrained:
    """The result of a retraining is the model's folder, and dev F1 before and after."""

    output: Path
    before: float
    after: float

    @property
    def is_replaced(self) -> bool:
        """Return whether the new model has taken the place of the old one."""
        return self.after >= self.before


def retrain(
    config: Path, overrides: Iterable[str] = (), root: Path | None = None, quiet: bool = False
) -> Retrained:
    """Train the model of a configuration further, on what its corpora hold now.

    The new model stands in `OUTPUT.next` until it takes the place of the old one; a worse one
    stays there.
    """
    overrides = list(overrides)
    settings = read_config(config, overrides)
    output = Path(settings.output)
    if not (output / CONFIG).exists():
        mend = f"train it first by ner-service train {config}"
        raise ConfigError(f"output: {output}: holds no model yet: {mend}")
    beside = output.with_name(f"{output.name}.next")
    place = f"output={json.dumps(str(beside))}"
    train_from_file(
        config, [*overrides, place], init=str(output), root=root, overwrite=True, quiet=quiet,
        says_next=False,
    )  # fmt: skip
    dev = [read_source(source, root, hides_bars=True) for source in settings.data.dev]
    old, new = load(output), load(beside)
    result = Retrained(output, mean_f1(old, dev), mean_f1(new, dev))
    if result.is_replaced:
        config_here = new.meta["config"] | {"output": public_path(str(output))}
        card.write(replace(new, meta=new.meta | {"config": config_here}), output)
        shutil.rmtree(beside)
        for folder in (output, beside):  # a run that went on would bring back the old model
            checkpoint_of(folder).unlink(missing_ok=True)
        move_runs(beside, output)
    return result


def mean_f1(artefact: Artefact, dev: Sequence[Corpus]) -> float:
    """Return the mean strict F1 of a model over the dev corpora, as training measures it."""
    scores = [exact(c.documents, c.predict(c.tagger(artefact))).f1 for c in dev]
    return sum(scores) / len(scores)
