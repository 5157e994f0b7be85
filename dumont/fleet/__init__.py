"""The fleet: instances that outlive the machines they run on, and every machine that costs money for them.

Instances think and rentals act: `docs/designs/fleet.md` says how. What other contexts use: `events`, to learn what has
happened.
"""
