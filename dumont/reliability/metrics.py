"""Figures of reliability, for Prometheus."""

from prometheus_client import Counter

REMEMBERED = Counter(
    "dumont_reliability_scores_read_total", "Scores asked for: found in the cache, or not.", ("outcome",)
)
