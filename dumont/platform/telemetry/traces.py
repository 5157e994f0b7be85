"""Traces by OpenTelemetry, switched on by the setting `otel_endpoint`; without it nothing that makes them is loaded."""

from starlette.types import ASGIApp

from dumont import __version__
from dumont.platform.settings import Settings


def traced(app: ASGIApp, settings: Settings, *, process: str) -> ASGIApp:
    """The application with a span for each request, sent in batches to the endpoint."""
    if not settings.otel_endpoint:
        return app
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": f"dumont-{process}", "service.version": __version__})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{settings.otel_endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return OpenTelemetryMiddleware(app, tracer_provider=provider, exclude_spans=["receive", "send"])
