"""The command `average`: makes a model between another and the one fine-tuned from it."""

from pathlib import Path
from typing import Annotated

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import note_new_folder
from ner_service.nets.artefact import load
from ner_service.taggers.models import model_path


@app.command(
    rich_help_panel=Panel.TRAIN,
    epilog=example("average models/before models/after --output models/mean --share 0.4"),
)
def average(
    before: Annotated[str, typer.Argument(help="A model folder, or a shipped model by name.")],
    after: Annotated[str, typer.Argument(help="The model that was trained from it with --from.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The model folder to write.")],
    share: Annotated[
        float, typer.Option(min=0, max=1, help="How much of the second model: 0 to 1.")
    ] = 0.5,
) -> None:
    """Average the weights of a model and of the one trained from it with `--from`.

    The mean often keeps what the first knew and what the second learned; choose the share on dev.
    The result has no scores yet: run `ner-service calibrate` on it.
    """
    from ner_service.training.model import card
    from ner_service.training.model.averaging import average as average_models

    note_new_folder(output)
    first, second = (load(model_path(name)) for name in (before, after))
    card.write(average_models(first, second, share), output)
