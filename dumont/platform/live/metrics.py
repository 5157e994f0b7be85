"""The figures of the live hub, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("dumont_live_sockets", "Open live sockets of this process.")
EVENTS = Counter("dumont_live_events_total", "Events that this process took from the outbox.")
MESSAGES = Counter("dumont_live_messages_total", "Event messages handed to sockets.")
DROPPED = Counter(
    "dumont_live_buffers_dropped_total", "Times that a slow reader lost its buffer and was told to reload."
)
RECONNECTS = Counter("dumont_live_reconnects_total", "Times that the listening connection to the database broke.")
LAG = Histogram(
    "dumont_live_lag_seconds",
    "From the moment an event was written into its transaction until a socket had taken it.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
