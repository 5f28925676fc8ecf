"""The command `calibrate`: fits the temperature of a model's scores."""

from typing import Annotated

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import corpora_root
from ner_service.cli.printing import echo
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import user_path
from ner_service.nets.artefact import load
from ner_service.taggers.models import model_path, split_convention


@app.command(
    rich_help_panel=Panel.TRAIN,
    epilog=example("calibrate models/mine dev.jsonl"),
)
def calibrate(
    model: Annotated[str, typer.Argument(help="A model folder.")],
    corpus: Annotated[
        list[str],
        typer.Argument(
            help="Annotated corpora that the model was not trained on; CORPUS@CONVENTION is "
            "answered in another convention than the first."
        ),
    ],
) -> None:
    """Fit a model's scores to the share of entities that are right, and write its card anew.

    Training does this by itself on its dev corpora. The entities do not change.
    """
    from ner_service.training.calibration import calibrate as calibrate_model
    from ner_service.training.config import DevSource
    from ner_service.training.data.corpus import read_source
    from ner_service.training.model import card

    folder = model_path(model)
    if folder != user_path(model):
        raise ConfigError(f"{model}: ships with the package: copy {folder}, and name the copy")
    artefact = load(folder)
    pairs = [split_convention(name) for name in corpus]
    sources = [DevSource(path=path, convention=convention or "") for path, convention in pairs]
    corpora = [read_source(source, corpora_root()) for source in sources]
    if not any(document.entities for each in corpora for document in each.documents):
        raise CorpusError(f"{', '.join(corpus)}: no entities, so no score can be right")
    after = calibrate_model(artefact, corpora)
    card.write(after, folder)
    echo(f"{folder}: temperature {after.net.temperature:.3f}")
