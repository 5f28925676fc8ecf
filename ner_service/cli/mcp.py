"""The command `mcp` lets agents find names, by the Model Context Protocol."""

import socket
from typing import Annotated, Any

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import TaggerOption
from ner_service.corpora.formats.tables import entities_of
from ner_service.errors import ConfigError, MissingExtra
from ner_service.library import Recogniser, load

HOST = "127.0.0.1"
INSTRUCTIONS = "Finds persons, places and organisations in Russian texts, on this machine."


@app.command(rich_help_panel=Panel.USE, epilog=example("mcp --tagger natasha"))
def mcp(
    tagger: TaggerOption = "bilstm",
    http: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Serve at this port of 127.0.0.1; else on stdin and stdout."
        ),
    ] = None,
) -> None:
    """Serve agents by the Model Context Protocol: a tool that finds names in a text.

    A client starts it by itself: {"command": "ner-service", "args": ["mcp"]}.
    """
    if http is None:
        make_server(load(tagger)).run("stdio")
    else:
        check_port(http)
        make_server(load(tagger)).run("streamable-http", host=HOST, port=http)


def check_port(port: int) -> None:
    """Raise `ConfigError` where nobody can listen at a port, before anything is loaded."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise ConfigError(
            f"--http {port}: cannot listen on {HOST}:{port}: {error.strerror}: name another port"
        ) from None


def make_server(recogniser: Recogniser) -> Any:
    """Return a server with the tool `find_entities`; raises `MissingExtra` without the SDK."""
    try:
        from mcp.server.mcpserver import MCPServer
    except ImportError as error:
        raise MissingExtra(f"the MCP server ({error})", "mcp") from error
    server = MCPServer("ner-service", instructions=INSTRUCTIONS)

    @server.tool()
    def find_entities(text: str, base_forms: bool = False) -> list[dict[str, Any]]:
        """Find the persons (PER), places (LOC) and organisations (ORG) named in a Russian text.

        `start` and `end` count Unicode code points. `base_forms` adds each name in the nominative.
        """
        document = recogniser.tag(text)
        return entities_of(document.normal() if base_forms else document)

    return server
