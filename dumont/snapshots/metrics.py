"""Figures of snapshots, for Prometheus."""

from prometheus_client import Counter, Histogram

ENDED = Counter("dumont_snapshots_ended_total", "Snapshots and restores that came to an end.", ("what", "outcome"))
LENT = Counter("dumont_snapshots_urls_total", "Addresses of objects that grants were traded for.", ("kind",))
MOVED = Counter("dumont_snapshots_door_bytes_total", "Bytes through the door of stores in folders.", ("way",))
TASK_SECONDS = Histogram(
    "dumont_snapshots_task_seconds",
    "Verifying, checking and pruning a repository.",
    ("task", "outcome"),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400),
)
FREED = Counter("dumont_snapshots_freed_bytes_total", "Bytes that pruning has freed.")
