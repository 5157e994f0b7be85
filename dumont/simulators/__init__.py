"""Clouds that rent machines only on paper: their APIs to the letter, over real HTTP, with faults on demand."""
