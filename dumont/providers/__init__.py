"""Clouds that rent machines, all behind one port: what they offer, and what can be done with it."""
