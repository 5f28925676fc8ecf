"""uvicorn's private names that the protocol touches."""

import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from ner_service.service.server import protocol
from tests.service.connecting import Transport, echo

TESTED = "0.54"
READ_ANEW = f"read uvicorn's httptools_impl.py anew against server/protocol.py: not {TESTED}"
PROTOCOL = {
    *("_unset_keepalive_if_required", "app_state", "connections", "cycle", "flow", "headers"),
    *(
        "logger",
        "loop",
        "parser",
        "scope",
        "server_state",
        "timeout_keep_alive_task",
        "transport",
        "url",
    ),
}
CYCLE = {
    *("chunked_encoding", "default_headers", "disconnected", "expected_content_length", "flow"),
    *("keep_alive", "message_event", "on_response", "response_complete", "response_started"),
    *("scope", "transport"),
}
OVERRIDDEN = {
    *("connection_made", "connection_lost", "eof_received", "data_received", "on_message_begin"),
    *("on_headers_complete", "on_body", "on_message_complete", "on_response_complete"),
    *("pause_writing", "resume_writing", "send_400_response", "shutdown"),
}


def test_uvicorn_is_the_version_that_was_tested() -> None:
    assert uvicorn.__version__.startswith(f"{TESTED}."), READ_ANEW
    pinned = re.search(r'"uvicorn>=([\d.]+),<', Path("pyproject.toml").read_text())
    assert pinned
    assert pinned[1] == TESTED


async def cycle() -> RequestResponseCycle:
    arguments: dict[str, Any] = dict.fromkeys(
        inspect.signature(RequestResponseCycle).parameters, None
    )
    return RequestResponseCycle(**arguments)


def uvicorns_own() -> HttpToolsProtocol:
    """A connection as uvicorn itself makes it, with a request that has begun."""
    config = uvicorn.Config(echo, log_config=None)
    loop = asyncio.new_event_loop()
    made = HttpToolsProtocol(config, ServerState(), {}, loop)
    loop.close()
    made.on_message_begin()
    return made


def test_all_that_the_protocol_touches_is_there() -> None:
    there = {*dir(uvicorns_own())}
    assert (PROTOCOL | OVERRIDDEN) - there == set(), READ_ANEW
    one = asyncio.run(cycle())
    assert {name for name in CYCLE if not hasattr(one, name)} == set(), READ_ANEW
    flow = FlowControl(Transport())
    for name in ("write_paused", "pause_reading", "resume_reading", "drain"):
        assert hasattr(flow, name), READ_ANEW
    assert {"total_requests", "default_headers"} <= vars(ServerState()).keys(), READ_ANEW


def test_the_names_above_are_all_that_the_protocol_touches() -> None:
    source = inspect.getsource(protocol.HttpProtocol)
    used = {*re.findall(r"(?:self|super\(\))\.(?!__)(\w+)", source)}
    assert used & {*dir(uvicorns_own())} <= PROTOCOL | OVERRIDDEN
    source = inspect.getsource(protocol.Cycle)
    used = {*re.findall(r"self\.(\w+)", source)}
    assert used & {*dir(asyncio.run(cycle()))} <= CYCLE
