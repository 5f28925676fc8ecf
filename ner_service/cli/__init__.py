"""Each command is a module, which joins the application when it is imported."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from ner_service.cli.app import app, end_by_signals, run_command

__all__ = ["app", "main"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error that a user can mend is one line and exit code 2."""
    end_by_signals()
    sys.exit(run_command(lambda: app(arguments)))
