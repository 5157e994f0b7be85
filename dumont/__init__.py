"""Dumont Cloud: the control plane for rented compute."""
