"""Traces, as a collector receives them."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.serving import Fragile, serving

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@contextmanager
def collecting(spans: list[Span]) -> Iterator[str]:
    """A collector of a few lines, and its address."""

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Keeps quiet."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_request_is_a_span_in_the_trace_of_its_client() -> None:
    spans: list[Span] = []
    with collecting(spans) as url, serving(lambda spec: Fragile(), traces_url=url) as client:
        parent = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        client.post("/ner", json={"text": "Тайна"}, headers=parent)
        client.post("/ner", json={"text": "poison Тайна"})
    found = [span for span in spans if span.name == "POST /ner"]
    good, bad = found
    assert (good.trace_id.hex(), good.parent_span_id.hex()) == (TRACE, PARENT)
    inside = {span.name: span for span in spans if span.parent_span_id == good.span_id}
    queue, tag = inside["queue"], inside["tag"]
    assert good.start_time_unix_nano <= queue.start_time_unix_nano
    assert queue.end_time_unix_nano == tag.start_time_unix_nano
    assert tag.end_time_unix_nano == good.end_time_unix_nano
    said = {item.key: item.value for item in good.attributes}
    assert said["ner.tagger"].string_value == "natasha"
    assert said["ner.characters"].int_value == 5
    assert bad.status.message == "tagger_failed"
    assert "Тайна" not in str(spans)
