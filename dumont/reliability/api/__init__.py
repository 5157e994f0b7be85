"""The doors of reliability."""

from dumont.reliability.api import blacklist, history, ratings, scores

ROUTERS = tuple(door.router for door in (history, blacklist, scores, ratings))
