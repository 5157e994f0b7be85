"""Figures of notices, for Prometheus."""

from prometheus_client import Counter, Histogram

TRIED = Counter("dumont_notices_tried_total", "Messages sent to webhooks, by what came of each try.", ("outcome",))
ANSWER_SECONDS = Histogram(
    "dumont_notices_answer_seconds",
    "How long somebody's webhook took to answer, or to fail.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
