"""The command `mcp` lets agents find names, by the Model Context Protocol."""

from typing import Annotated, Any

import typer

from ner_service.cli.app import Panel, app, example
from ner_service.cli.options import TaggerOption
from ner_service.corpora.formats.tables import entities_of
from ner_service.errors import MissingExtra
from ner_service.library import Recogniser, load

INSTRUCTIONS = "Finds persons, places and organisations in Russian texts, on this machine."


@app.command(rich_help_panel=Panel.USE, epilog=example("mcp --tagger natasha"))
def mcp(
    tagger: TaggerOption = "bilstm",
    http: Annotated[
        int, typer.Option(help="Serve at this port of 127.0.0.1; else on stdin and stdout.")
    ] = 0,
) -> None:
    """Serve agents by the Model Context Protocol: a tool that finds names in a text.

    A client starts it by itself: {"command": "ner-service", "args": ["mcp"]}.
    """
    server = make_server(load(tagger))
    if http:
        server.run("streamable-http", host="127.0.0.1", port=http)
    else:
        server.run("stdio")


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
