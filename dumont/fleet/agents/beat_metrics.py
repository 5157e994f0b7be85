"""Figures of agents and their heartbeats, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

BEATS = Counter("dumont_fleet_beats_total", "Heartbeats of agents that were taken in.")
BEAT_SECONDS = Histogram(
    "dumont_fleet_beats_seconds",
    "From the database's being asked until a batch of heartbeats is on disk.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
AGENTS_LOST = Counter("dumont_fleet_agents_lost_total", "Agents that no longer called.")
AGENTS = Gauge("dumont_fleet_agents", "Agents that call.")
IDLE_DUE = Counter("dumont_fleet_idle_due_total", "Instances whose controller was woken because they were idle.")
COMMANDS_EXPIRED = Counter("dumont_fleet_commands_expired_total", "Commands of which no agent said what came of them.")
