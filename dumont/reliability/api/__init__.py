"""The doors of reliability."""

from dumont.reliability.api import blacklist, history

ROUTERS = tuple(door.router for door in (history, blacklist))
