"""Snapshots: the server's book of what lies in the object store, and who may reach it for how long.

What other contexts use: `on_behalf`, which starts them for an owner and hands out grants, and `events` to learn what
became of it.
"""
