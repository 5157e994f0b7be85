"""Durable jobs, on a real database."""
