"""Figures of the market, for Prometheus."""

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from dumont.market.report import Report

ROWS = Gauge("dumont_market_rows", "Offers in the memory of this process, those that have gone included.")
LAG_SECONDS = Histogram(
    "dumont_market_lag_seconds",
    "From the moment a cloud's answer was in until this process could search it.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)
MERGE_SECONDS = Histogram(
    "dumont_market_merge_seconds",
    "Time to take in what has changed, in a thread.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SYNC_SECONDS = Histogram(
    "dumont_market_sync_seconds",
    "From asking a cloud until what changed was written.",
    ("provider",),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)
SYNCS = Counter(
    "dumont_market_syncs_total", "Readings of a cloud: ok, or the code of what was wrong.", ("provider", "outcome")
)
WRITES = Counter("dumont_market_writes_total", "Offers that a reading has changed.", ("provider", "change"))
SKIPPED = Counter("dumont_market_skipped_total", "Offers that could not be read.", ("provider",))
SEEN_AT = Gauge("dumont_market_seen_timestamp_seconds", "When this worker last had offers of a cloud.", ("provider",))


def tell(report: Report, now: datetime) -> None:
    """Of one reading by this process."""
    name = report.provider
    SYNC_SECONDS.labels(name).observe(report.seconds)
    SYNCS.labels(name, report.error_code or "ok").inc()
    for change in ("added", "updated", "gone"):
        WRITES.labels(name, change).inc(getattr(report, change))
    SKIPPED.labels(name).inc(report.skipped)
    if report.fetched:
        SEEN_AT.labels(name).set(now.timestamp())
