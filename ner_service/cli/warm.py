"""The command `warm` compiles what the taggers need, so that no later start waits for it."""

import time
from typing import Annotated

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.printing import echo
from ner_service.errors import ConfigError
from ner_service.taggers.registry import backend, check_spec, load_tagger, shipped_specs


@app.command(rich_help_panel=Panel.USE, epilog=example("warm"))
def warm(
    taggers: Annotated[
        list[str] | None, typer.Argument(help="Specs, as for `tag`. Default: all that ship.")
    ] = None,
) -> None:
    """Compile the kernels of the taggers, once: later starts take a second or two.

    Numba keeps the machine code in the folder NUMBA_CACHE_DIR, else beside the package, else in
    the user's cache. It is of this kind of processor: another kind compiles anew.
    """
    chosen = [backend(check_spec(spec)[0]) for spec in taggers or shipped_specs()]
    missing = {each.name: error for each in chosen if (error := each.missing())}
    for name, error in missing.items():
        if taggers:
            raise ConfigError(str(error))
        echo(f"{name}: left out: {error}")
    for spec, each in zip(taggers or shipped_specs(), chosen, strict=True):
        if each.kernels and each.name not in missing:
            warm_up(spec)


def warm_up(spec: str) -> None:
    """Load a tagger and let it answer; say before it compiles, and how long it took."""
    from ner_service.engine.jit import NotOnDisk, from_disk
    from ner_service.service.queue.loading import COMPILE_S, probe

    began = time.perf_counter()
    try:
        with from_disk():
            probe(load_tagger(spec))
    except NotOnDisk:
        echo(f"{spec}: compiling kernels, once: about {COMPILE_S} s ...")
        probe(load_tagger(spec))
    echo(f"{spec}: ready after {time.perf_counter() - began:.1f} s")
