"""The whole control plane on a simulated clock, with seeded faults and deaths; see `simulation.py`."""
