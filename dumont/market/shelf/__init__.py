"""The market in memory: an immutable table of all offers that answers a search without the database."""
