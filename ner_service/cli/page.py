"""The commands `web-model` and `page`: a net for the browser, and the whole page as one file."""

from pathlib import Path
from typing import Annotated

import typer

from ner_service.browser.vectors import WORDS
from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import check_service, note_new_folder
from ner_service.cli.printing import echo
from ner_service.errors import ModelError
from ner_service.files import atomic_file
from ner_service.nets.artefact import CONFIG, load
from ner_service.taggers.models import model_path

MODEL = "ru-news"  # fits into a page, and is as good as the large one
Model = Annotated[str, typer.Option(help="A model folder, or a shipped model by name.")]
Words = Annotated[int, typer.Option(help="How many of navec's most frequent words have vectors.")]


@app.command("web-model", rich_help_panel=Panel.USE, epilog=example("web-model net.bin"))
def web_model(
    output: Annotated[Path, typer.Argument(help="The file to write.")],
    model: Model = MODEL,
    words: Words = WORDS,
) -> None:
    """Write a net as the one file that the page's modules run in a browser.

    The service makes the same file by itself (NER_BROWSER_MODEL). You need it to put the modules of
    `/web/net/` into a page of your own.
    """
    _write(output, make_model_file(model, words))


@app.command(rich_help_panel=Panel.USE, epilog=example("page ner.html"))
def page(
    output: Annotated[Path, typer.Argument(help="The file to write.")],
    model: Model = MODEL,
    words: Words = WORDS,
) -> None:
    """Write the whole page with a net inside as one HTML file, which needs no service.

    It opens from the disk and works without a network: its own policy forbids it any connection,
    so that no text can leave the machine.
    """
    check_service()
    from ner_service.service.web.one_file import one_file

    _write(output, one_file(make_model_file(model, words)))


def make_model_file(model: str, words: int) -> bytes:
    """Return the file of a model, named by its folder or as one that ships."""
    from ner_service.browser.model_file import model_file

    folder = model_path(model)
    if not (folder / CONFIG).is_file():
        raise ModelError(f"{folder}: no BiLSTM-CRF: name the folder of one, or {MODEL}")
    try:
        return model_file(load(folder), folder.name, words)
    except ModelError as error:
        raise error if str(folder) in str(error) else ModelError(f"{folder}: {error}") from None


def _write(output: Path, content: bytes) -> None:
    note_new_folder(output)
    with atomic_file(output) as file:
        file.write(content)
    echo(f"{output}: {len(content) / 1e6:.1f} MB")
