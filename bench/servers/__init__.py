"""Servers that benchmarks put under load; each is started as a process of its own."""
