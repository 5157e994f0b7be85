"""Snapshots: the server's book of what lies in the object store, and who may reach it for how long.

What other contexts use: `starting.start` and `restoring.start`, which hand out a grant, and `events` to learn what
became of it.
"""
