"""Reliability: what each machine did before, learned from everything that is tried with it.

What other contexts use: `attempts.record`, the one way in which an attempt is written, `blacklist.check` before a
machine is taken, and `events` to learn what has changed.
"""
