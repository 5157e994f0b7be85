"""The figures of HTTP and of the process, for Prometheus; each context adds its own beside its code."""

from prometheus_client import Gauge, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUEST_SECONDS = Histogram(
    "dumont_http_request_seconds", "Duration of HTTP requests.", ("method", "route", "status"), buckets=BUCKETS
)
REQUESTS_NOW = Gauge("dumont_http_requests_in_progress", "HTTP requests being answered now.")
