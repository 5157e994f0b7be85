"""Measurements; each prints a table that compares with a peer or a limit in the same run."""
