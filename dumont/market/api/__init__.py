"""The doors of the market."""

from dumont.market.api import arbitrage, compare, models, offers, search

ROUTERS = tuple(door.router for door in (search, models, compare, offers, arbitrage))
"""In this order: `/gpus/models` is no offer."""
