"""Processes killed, frozen and cut off, and judged from outside."""
