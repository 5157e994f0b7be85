"""The doors of the market."""

from dumont.market.api import arbitrage, compare, facets, models, offers, providers, search

ROUTERS = tuple(door.router for door in (search, facets, models, compare, offers, arbitrage, providers))
"""In this order: `/gpus/models` is no offer, nor is `/gpus/facets`."""
