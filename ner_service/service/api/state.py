"""The service says what it is and how it does: its taggers, its health, its metrics."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST

from ner_service.service.api.schemas import TaggerOut
from ner_service.service.queue.errors import NotReady
from ner_service.service.queue.lane import Lane
from ner_service.service.telemetry.metrics import Metrics

NOT_LOADED: dict[str, Any] = {
    **dict.fromkeys(["version", "score_kind", "hash"]),
    **dict.fromkeys(["languages", "labels", "conventions"], ()),
}


class State:
    """Handlers say what the service is and how it does; their docstrings are published."""

    def __init__(self, lanes: Mapping[str, Lane], default: str, metrics: Metrics) -> None:
        self._lanes, self._default, self._metrics = lanes, default, metrics

    async def taggers(self) -> list[TaggerOut]:
        """Lists the taggers; each says what it is once it is loaded."""
        return [tagger_out(lane, self._default) for lane in self._lanes.values()]

    async def live(self) -> dict[str, str]:
        """Says that the process is alive."""
        return {"status": "live"}

    async def ready(self) -> dict[str, str]:
        """Says that every tagger has answered; until then it is an error."""
        waiting = {name: lane.state for name, lane in self._lanes.items() if not lane.ready}
        if waiting:
            reasons = ", ".join(f"{name} ({state})" for name, state in waiting.items())
            raise NotReady(f"not ready: {reasons}")
        return {"status": "ready"}

    async def metrics(self) -> Response:
        """Returns the metrics of all processes, for Prometheus."""
        self._metrics.sample(self._lanes)
        return Response(self._metrics.page(), media_type=CONTENT_TYPE_LATEST)


def tagger_out(lane: Lane, default: str) -> TaggerOut:
    """Returns what is known of a lane's tagger now."""
    worker = lane.worker
    info = asdict(worker.tagger.info) if worker.tagger else NOT_LOADED
    error = str(worker.error) if worker.error else None
    state = {"name": worker.name, "default": worker.name == default, "loaded": lane.ready}
    return TaggerOut(**info | state, error=error)
