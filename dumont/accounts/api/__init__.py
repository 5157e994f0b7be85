"""The doors of accounts."""

from dumont.accounts.api import auth, keys, passwords, people, teams

ROUTERS = tuple(door.router for door in (auth, passwords, keys, teams, people))
