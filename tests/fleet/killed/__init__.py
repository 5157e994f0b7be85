"""An unmodified worker is killed after each of its writes and calls in turn, and judged from outside."""
