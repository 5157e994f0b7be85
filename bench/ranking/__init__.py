"""Judges ways of ranking machines by what happened to the machines that they chose."""
