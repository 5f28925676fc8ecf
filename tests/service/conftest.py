"""The fixtures of the HTTP server's tests."""

from collections.abc import Iterator

import pytest
import uvicorn

from ner_service.service.server import protocol
from tests.service.connecting import PATIENCE_S
from tests.serving import listening


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    """A server with little patience."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "LINGER_S", 0.1)
        with listening(client_timeout_s=PATIENCE_S, max_body_bytes=100_000) as server:
            yield server
