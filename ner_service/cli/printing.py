"""Commands print by these functions, which let no control character of a text reach a terminal."""

import sys

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ner_service.output.terminal import show_lines


def write(text: str) -> None:
    """Write text to stdout, as it is unless that is a terminal."""
    sys.stdout.write(show_lines(text) if sys.stdout.isatty() else text)


def echo(line: object, err: bool = False) -> None:
    """Print a line for people."""
    typer.echo(show_lines(str(line)), err=err)


def cell(text: str) -> str:
    """Return a text as it can stand in a table."""
    return escape(show_lines(text))


def print_table(table: Table) -> None:
    """Print a table."""
    Console().print(table)
