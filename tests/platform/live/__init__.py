"""Tests of the live hub."""
