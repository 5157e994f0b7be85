"""Machines at clouds: made once, watched by lists, ended for sure."""
