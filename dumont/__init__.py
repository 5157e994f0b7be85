"""Dumont Cloud: the control plane for rented compute."""

__version__ = "0.1.0"
