"""OpenTelemetry gets a span for each request, with one for its queueing and one for its tagging."""

from time import time_ns

from starlette.datastructures import Headers
from starlette.types import Scope

from ner_service.errors import MissingExtra
from ner_service.service.telemetry.request_log import Trace

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise MissingExtra(f"NER_TRACES_URL ({error})", "otel") from error


class Traces:
    """Traces of finished requests go to a collector by OTLP, from a thread of their own."""

    def __init__(self, url: str) -> None:
        self._provider = TracerProvider(resource=Resource.create({"service.name": "ner-service"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url)))
        self._tracer = self._provider.get_tracer("ner_service")

    def request(self, scope: Scope, method: str, route: str, status: int, trace: Trace) -> None:
        """Adds a finished request to the trace that its client has begun, if any."""
        ended = time_ns()
        span = self._tracer.start_span(
            f"{method} {route}",
            TraceContextTextMapPropagator().extract(Headers(scope=scope)),
            SpanKind.SERVER,
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "ner.request_id": trace.id,
                "ner.tagger": trace.tagger or "",
                "ner.texts": trace.texts,
                "ner.characters": trace.chars,
                "ner.entities": trace.entities,
            },
            start_time=ended - nanoseconds(trace.seconds),
        )
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR, trace.error))
        if trace.texts and trace.queued + trace.tagging <= trace.seconds:  # no stream
            begun = ended - nanoseconds(trace.tagging)
            inside = set_span_in_context(span)
            put = begun - nanoseconds(trace.queued)
            self._tracer.start_span("queue", inside, start_time=put).end(begun)
            self._tracer.start_span("tag", inside, start_time=begun).end(ended)
        span.end(ended)

    def stop(self) -> None:
        """Sends the spans that have not been sent."""
        self._provider.shutdown()


def nanoseconds(seconds: float) -> int:
    """Returns a time as OpenTelemetry counts it."""
    return int(seconds * 1e9)
