"""What the system says of itself: logs, metrics, traces."""
