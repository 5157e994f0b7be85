"""Traces: a span for each request at the endpoint that is set, and none of the machinery otherwise."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import httpx
import pytest
from fastapi import FastAPI

from dumont.platform.settings import Settings
from dumont.platform.telemetry.traces import traced

UNTRACED = """
import sys
from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.platform.settings import load
from dumont.platform.telemetry.traces import traced

settings = load({"DUMONT_HOME": "/nowhere"}).settings
app = enveloped(make_app(contexts()), settings)
assert traced(app, settings, process="web") is app
heavy = ("opentelemetry.sdk.trace.export", "opentelemetry.exporter", "opentelemetry.instrumentation")
print([name for name in sys.modules if name.startswith(heavy)])
"""


class Receiver:
    """What takes traces, as small as it can be."""

    def __init__(self) -> None:
        received: Queue[tuple[str, bytes]] = Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.put((self.path, self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


class TestTraced:
    async def test_sends_a_span_for_each_request(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        app = FastAPI()
        app.add_api_route("/things/{thing}", lambda thing: thing)
        around = traced(app, Settings(otel_endpoint=f"{receiver.url}/"), process="web")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(around), base_url="http://dumont.test") as client:
            assert (await client.get("/things/7")).json() == "7"

        path, body = await asyncio.to_thread(receiver.received.get, timeout=20)
        assert path == "/v1/traces"
        (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
        names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
        assert names["service.name"] == "dumont-web"
        (span,) = [span for scope in resource.scope_spans for span in scope.spans]
        assert span.name.startswith("GET")
        told = {pair.key: pair.value for pair in span.attributes}
        assert any(value.int_value == 200 for key, value in told.items() if "status_code" in key)

    def test_loads_nothing_that_makes_or_sends_them_where_no_endpoint_is_set(self) -> None:
        ended = subprocess.run([sys.executable, "-c", UNTRACED], capture_output=True, text=True, check=True)
        assert ended.stdout == "[]\n"
