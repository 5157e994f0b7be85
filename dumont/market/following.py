"""Keeps a copy of all offers in the memory of this process, and follows the database to keep it right."""

from dumont.basics.errors import Unavailable


class MarketNotLoaded(Unavailable):
    code = "market_not_loaded"
    hint = "Try again in a few seconds."


class Market:
    """The newest copy there is."""
