"""docs/cli.md has every command with its options, read from the parser."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from ner_service.cli import app
from ner_service.cli.app import Panel


def commands() -> str:
    """Return a section for each command, by what it is for."""
    group: Any = get_command(app)
    names = group.list_commands(None)
    lines: list[str] = []
    for panel in Panel:
        lines += [f"## {panel}", ""]
        for name in names:
            if group.commands[name].rich_help_panel == panel:
                lines += _section(f"ner-service {name}", group.commands[name])
    return "\n".join(lines).rstrip()


def _section(name: str, command: Any) -> Iterator[str]:
    """Yield the lines about a command: what it does, an example, its arguments and options."""
    yield from (f"### {name}", "", _reflow(command.help or ""), "")
    if command.epilog:
        yield from (command.epilog, "")
    shown = [p for p in command.params if getattr(p, "help", None) and "--help" not in p.opts]
    if shown:
        yield from ("| argument or option | meaning |", "|---|---|")
        yield from (_row(parameter) for parameter in shown)
        yield ""
    for inner in getattr(command, "commands", {}).values():
        yield from _section(f"{name} {inner.name}", inner)


def _row(parameter: Any) -> str:
    """Return an argument or option as a row of a table."""
    is_option = parameter.param_type_name == "option"
    names = [*parameter.opts, *parameter.secondary_opts] if is_option else [parameter.name.upper()]
    meaning = " ".join(parameter.help.split()).replace("|", "\\|")
    return f"| {', '.join(f'`{name}`' for name in names)} | {meaning} |"


def _reflow(text: str) -> str:
    """Return paragraphs a line each; a list keeps its lines."""
    paragraphs = (p if p.startswith("- ") else " ".join(p.split()) for p in text.split("\n\n"))
    return "\n\n".join(paragraphs)
