"""Looks at the machine: one file for each thing that can be looked at."""
