"""The command `warm` compiles what taggers and names need, so that nobody waits for it later."""

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.printing import echo
from ner_service.errors import ConfigError
from ner_service.taggers.registry import missing, needs_kernels, shipped_specs


@app.command(rich_help_panel=Panel.USE, epilog=example("warm"))
def warm(
    taggers: Annotated[
        list[str] | None, typer.Argument(help="Specs, as for `tag`. Default: all that ship.")
    ] = None,
) -> None:
    """Compile the kernels of taggers and names, once: later starts take a second or two.

    Numba keeps the machine code in the folder NUMBA_CACHE_DIR, else beside the package, else in
    the user's cache. The code fits one kind of processor; on another kind compile again.
    """
    chosen = taggers or shipped_specs()
    absent = {spec: error for spec in chosen if (error := missing(spec))}
    for spec, error in absent.items():
        if taggers:
            raise ConfigError(str(error))
        echo(f"{spec}: left out: {error}")
    from ner_service.service.queue import analysis_thread, loading

    for spec in chosen:
        if spec not in absent and needs_kernels(spec):
            warm_up(spec, partial(loading.probe_spec, spec))
    warm_up("names", analysis_thread.probe)


def warm_up(name: str, probe: Callable[[], object]) -> None:
    """Load something and let it answer; say before it compiles, and how long it took."""
    from ner_service.engine.jit import NotOnDisk, from_disk
    from ner_service.service.queue.loading import COMPILE_S

    began = time.perf_counter()
    try:
        with from_disk():
            probe()
    except NotOnDisk:
        echo(f"{name}: compiling kernels, once: about {COMPILE_S} s ...")
        probe()
    echo(f"{name}: ready after {time.perf_counter() - began:.1f} s")
